"""Many games of three players with two strategies each: in closed form where all is clear, else by the complete search."""

import numpy as np
import numpy.typing as npt

from deterrence_games.forms.tree import Floats, Ints
from deterrence_games.kernels import two_by_two_by_two as kernels
from deterrence_games.kernels.jit import OK
from deterrence_games.solvers.polynomial_enumeration import enumerate_games

GUARD = 1e-5  # leaves one random game in some thousands to the complete search


def solve_cubes(games: Floats, tol: float) -> tuple[Ints, npt.NDArray[np.bool_], Floats]:
    """Find all equilibria of 2x2x2 games.

    Parameters
    ----------
    games : float64[game, 3, 2, 2, 2]
        Finite payoffs.
    tol : float
        As in `PolynomialEnumeration`.

    Returns
    -------
    count : int64[game]
    complete : bool[game]
    profiles : float64[profile, 6]
        Game by game.
    """
    total = len(games)
    count, found = np.empty(total, np.int64), np.empty((kernels.MOST * total, 6))
    guard = max(GUARD, 10.0 * tol)
    rows = kernels.solve_clear_games(games.reshape(total, 3, 8), guard, np.empty((3, 2, 2)), count, found)
    unclear = count < 0
    if not unclear.any():
        return count, ~unclear, found[:rows]
    solved = enumerate_games(games[unclear], tol=tol)
    count[unclear] = solved.count
    complete = ~unclear
    complete[unclear] = solved.status == OK
    of_clear = np.repeat(~unclear, count)
    profiles = np.empty((int(count.sum()), 6))
    profiles[of_clear], profiles[~of_clear] = found[:rows], solved.profiles
    return count, complete, profiles
