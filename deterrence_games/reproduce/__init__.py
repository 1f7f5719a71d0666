"""Published claims as checks: papers, their claims, figures and tables, and the report that `reproduce` writes.

A paper is a folder of `papers/` with a ``README.md`` and a ``claims.py``, which holds ``CITATION``, ``CLAIMS``, and what the
report shows beside them, ``EXHIBITS``.
"""

from deterrence_games.reproduce.claims import Claim, Result, Trial, run_claim
from deterrence_games.reproduce.draws import ordered, priors_around
from deterrence_games.reproduce.exhibits import Exhibit, MapFigure, SolutionTable, TheoremTable, TreeFigure
from deterrence_games.reproduce.papers import Paper, find_papers, load_papers
from deterrence_games.reproduce.points import SolvedPoints
from deterrence_games.reproduce.report import write_report
from deterrence_games.reproduce.theorems import derived

__all__ = [
    "Claim",
    "Exhibit",
    "MapFigure",
    "Paper",
    "Result",
    "SolutionTable",
    "SolvedPoints",
    "TheoremTable",
    "TreeFigure",
    "Trial",
    "derived",
    "find_papers",
    "load_papers",
    "ordered",
    "priors_around",
    "run_claim",
    "write_report",
]
