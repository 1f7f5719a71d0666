"""What solvers give back: solutions, equilibria, how far they are proved."""

from deterrence_games.results.equilibrium import BeliefSet, Equilibrium
from deterrence_games.results.solution import Solution
from deterrence_games.results.status import Status

__all__ = ["BeliefSet", "Equilibrium", "Solution", "Status"]
