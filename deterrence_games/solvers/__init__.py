"""One frozen set of options per algorithm."""

from deterrence_games.solvers.backward_induction import BackwardInduction
from deterrence_games.solvers.batch import BatchEnumeration
from deterrence_games.solvers.lemke_howson import LemkeHowson
from deterrence_games.solvers.logit_path import LogitPath
from deterrence_games.solvers.perfect_bayesian import PerfectBayesian
from deterrence_games.solvers.polynomial_enumeration import PolynomialEnumeration
from deterrence_games.solvers.sequence_form import Lemke
from deterrence_games.solvers.solver import Solver
from deterrence_games.solvers.support_enumeration import SupportEnumeration
from deterrence_games.solvers.vertex_enumeration import VertexEnumeration

__all__ = [
    "BackwardInduction",
    "BatchEnumeration",
    "Lemke",
    "LemkeHowson",
    "LogitPath",
    "PerfectBayesian",
    "PolynomialEnumeration",
    "Solver",
    "SupportEnumeration",
    "VertexEnumeration",
]
