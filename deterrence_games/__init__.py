"""Deterrence and alliance games: equilibria with certificates, maps of them, and whether a threat is credible.

A game is written as a paper prints it (`Game`), solved (`solve`) or derived in closed form (`derive`), mapped over its
parameters (`equilibrium_map`) and questioned (`credibility`).

What imports Numba or SciPy is loaded on first use, so that importing the package costs little more than NumPy and SymPy.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from deterrence_games import models
from deterrence_games.errors import (
    AllianceError,
    AssumptionWarning,
    DeterrenceGamesError,
    DeterrenceGamesWarning,
    ExpressionError,
    FormatError,
    GameError,
    ParameterError,
    SizeError,
    SolverError,
)
from deterrence_games.forms import ExtensiveForm, InformationSet, SequenceForm, StrategicForm, TreeForm
from deterrence_games.games import Chance, Decision, Game, Simultaneous
from deterrence_games.results import BeliefSet, Equilibrium, Solution, Status

if TYPE_CHECKING:
    from deterrence_games import alliances
    from deterrence_games.analysis.correlated import correlated
    from deterrence_games.analysis.credibility import credibility
    from deterrence_games.analysis.equilibrium_map import equilibrium_map
    from deterrence_games.analysis.one_at_a_time import Tornado, tornado
    from deterrence_games.analysis.stability import stability
    from deterrence_games.analysis.stability_report import StabilityReport
    from deterrence_games.analysis.sweep import SweepEstimate, estimate_sweep, sweep
    from deterrence_games.analysis.sweep_borders import border_distances, family_robustness
    from deterrence_games.analysis.sweep_families import family_exists
    from deterrence_games.analysis.sweep_grid import Linear, Log, Table
    from deterrence_games.analysis.sweep_sample import Sample
    from deterrence_games.analysis.sweep_sensitivity import sensitivity
    from deterrence_games.analysis.sweep_shares import family_shares
    from deterrence_games.analysis.tree_equilibria import tree_equilibria
    from deterrence_games.api import derive, extensive_form, sequence_form, solve, strategic_form, tree_form
    from deterrence_games.io import read, write
    from deterrence_games.results.batch import BatchSolution
    from deterrence_games.results.correlated import CorrelatedEquilibrium
    from deterrence_games.results.region_map import RegionMap
    from deterrence_games.solvers import (
        BackwardInduction,
        BatchEnumeration,
        Lemke,
        LemkeHowson,
        LogitPath,
        PerfectBayesian,
        PolynomialEnumeration,
        SupportEnumeration,
        VertexEnumeration,
    )
    from deterrence_games.solvers.batch import solve_batch
    from deterrence_games.theory import Theorem
    from deterrence_games.theory.solution_filter import refine
else:
    _ON_FIRST_USE = {
        "BackwardInduction": "deterrence_games.solvers",
        "BatchEnumeration": "deterrence_games.solvers",
        "BatchSolution": "deterrence_games.results.batch",
        "CorrelatedEquilibrium": "deterrence_games.results.correlated",
        "Lemke": "deterrence_games.solvers",
        "LemkeHowson": "deterrence_games.solvers",
        "Linear": "deterrence_games.analysis.sweep_grid",
        "Log": "deterrence_games.analysis.sweep_grid",
        "LogitPath": "deterrence_games.solvers",
        "PerfectBayesian": "deterrence_games.solvers",
        "PolynomialEnumeration": "deterrence_games.solvers",
        "RegionMap": "deterrence_games.results.region_map",
        "Sample": "deterrence_games.analysis.sweep_sample",
        "StabilityReport": "deterrence_games.analysis.stability_report",
        "SupportEnumeration": "deterrence_games.solvers",
        "SweepEstimate": "deterrence_games.analysis.sweep",
        "Table": "deterrence_games.analysis.sweep_grid",
        "Theorem": "deterrence_games.theory",
        "Tornado": "deterrence_games.analysis.one_at_a_time",
        "VertexEnumeration": "deterrence_games.solvers",
        "border_distances": "deterrence_games.analysis.sweep_borders",
        "correlated": "deterrence_games.analysis.correlated",
        "credibility": "deterrence_games.analysis.credibility",
        "derive": "deterrence_games.api",
        "equilibrium_map": "deterrence_games.analysis.equilibrium_map",
        "estimate_sweep": "deterrence_games.analysis.sweep",
        "extensive_form": "deterrence_games.api",
        "family_exists": "deterrence_games.analysis.sweep_families",
        "family_robustness": "deterrence_games.analysis.sweep_borders",
        "family_shares": "deterrence_games.analysis.sweep_shares",
        "read": "deterrence_games.io",
        "refine": "deterrence_games.theory.solution_filter",
        "sensitivity": "deterrence_games.analysis.sweep_sensitivity",
        "sequence_form": "deterrence_games.api",
        "solve": "deterrence_games.api",
        "solve_batch": "deterrence_games.solvers.batch",
        "stability": "deterrence_games.analysis.stability",
        "strategic_form": "deterrence_games.api",
        "sweep": "deterrence_games.analysis.sweep",
        "tornado": "deterrence_games.analysis.one_at_a_time",
        "tree_equilibria": "deterrence_games.analysis.tree_equilibria",
        "tree_form": "deterrence_games.api",
        "write": "deterrence_games.io",
    }

    def __getattr__(name):
        """Import a public name from its home on first use (PEP 562)."""
        if name == "alliances":
            return import_module("deterrence_games.alliances")
        if name not in _ON_FIRST_USE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_ON_FIRST_USE[name]), name)
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *_ON_FIRST_USE, "alliances"})


__version__ = "0.1.0"

__all__ = [
    "AllianceError",
    "AssumptionWarning",
    "BackwardInduction",
    "BatchEnumeration",
    "BatchSolution",
    "BeliefSet",
    "Chance",
    "CorrelatedEquilibrium",
    "Decision",
    "DeterrenceGamesError",
    "DeterrenceGamesWarning",
    "Equilibrium",
    "ExpressionError",
    "ExtensiveForm",
    "FormatError",
    "Game",
    "GameError",
    "InformationSet",
    "Lemke",
    "LemkeHowson",
    "Linear",
    "Log",
    "LogitPath",
    "ParameterError",
    "PerfectBayesian",
    "PolynomialEnumeration",
    "RegionMap",
    "Sample",
    "SequenceForm",
    "Simultaneous",
    "SizeError",
    "Solution",
    "SolverError",
    "StabilityReport",
    "Status",
    "StrategicForm",
    "SupportEnumeration",
    "SweepEstimate",
    "Table",
    "Theorem",
    "Tornado",
    "TreeForm",
    "VertexEnumeration",
    "__version__",
    "alliances",
    "border_distances",
    "correlated",
    "credibility",
    "derive",
    "equilibrium_map",
    "estimate_sweep",
    "extensive_form",
    "family_exists",
    "family_robustness",
    "family_shares",
    "models",
    "read",
    "refine",
    "sensitivity",
    "sequence_form",
    "solve",
    "solve_batch",
    "stability",
    "strategic_form",
    "sweep",
    "tornado",
    "tree_equilibria",
    "tree_form",
    "write",
]
