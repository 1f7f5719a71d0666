"""Theorems: equilibria in closed form with the conditions under which they exist, proved.

z3 and python-flint, the extra ``proofs``, are imported when a game is derived.
"""

from deterrence_games.theory.claims import (
    Borders,
    Equivalence,
    Exclusion,
    Existence,
    Implication,
    Monotone,
    Throughout,
    Uniqueness,
)
from deterrence_games.theory.effects import Effect
from deterrence_games.theory.family import Case, Family
from deterrence_games.theory.instances import Instance
from deterrence_games.theory.proofs import Proof
from deterrence_games.theory.robustness import Robustness
from deterrence_games.theory.statics import Jump, Slope, Statics
from deterrence_games.theory.theorem import Theorem

__all__ = [
    "Borders",
    "Case",
    "Effect",
    "Equivalence",
    "Exclusion",
    "Existence",
    "Family",
    "Implication",
    "Instance",
    "Jump",
    "Monotone",
    "Proof",
    "Robustness",
    "Slope",
    "Statics",
    "Theorem",
    "Throughout",
    "Uniqueness",
]
