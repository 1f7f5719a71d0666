"""One frozen set of options per algorithm."""

from deterrence_games.solvers.backward_induction import BackwardInduction
from deterrence_games.solvers.perfect_bayesian import PerfectBayesian
from deterrence_games.solvers.solver import Solver
from deterrence_games.solvers.support_enumeration import SupportEnumeration

__all__ = ["BackwardInduction", "PerfectBayesian", "Solver", "SupportEnumeration"]
