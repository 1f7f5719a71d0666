"""A game's assumptions over arrays of parameter points."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy

from deterrence_games.games import Game
from deterrence_games.games.expressions import to_text

Bools = npt.NDArray[np.bool_]

CLOSE = 1e-9  # relative; sides of an assumption == closer than this count as equal, as at a single point


def broken_assumptions(game: Game, params: Mapping[str, Any]) -> dict[str, tuple[Bools, Bools]]:
    """Where each assumption of a game does not hold.

    Parameters
    ----------
    params : mapping parameter -> number or array
        Arrays that broadcast against one another, a value for every parameter.

    Returns
    -------
    dict
        The text of each assumption that fails somewhere, with two arrays of the common shape: where it fails, and where it
        fails only because the two sides of a strict comparison are equal.
    """
    arguments = {name: np.asarray(params[name], dtype=np.float64) for name in game.parameters}
    shape = np.broadcast_shapes(*(array.shape for array in arguments.values()))
    symbols = [sympy.Symbol(name, real=True) for name in game.parameters]
    sides = [side for relation in game.assumptions for side in (relation.lhs, relation.rhs)]
    with np.errstate(all="ignore"):
        values = sympy.lambdify(symbols, sides, modules="numpy", dummify=True)(*arguments.values())
    found = {}
    for relation, left, right in zip(game.assumptions, values[::2], values[1::2], strict=True):
        holds = _compare(relation.rel_op, np.asarray(left), np.asarray(right))
        fails = np.broadcast_to(~holds, shape)
        if fails.any():
            tied = fails & (np.asarray(left) == np.asarray(right)) & (relation.rel_op in ("<", ">"))
            found[to_text(relation)] = (fails, tied)
    return found


def _compare(sign: str, left: npt.NDArray[Any], right: npt.NDArray[Any]) -> Bools:
    """Compare two sides; NaN and complex numbers satisfy nothing."""
    if np.iscomplexobj(left) or np.iscomplexobj(right):
        return np.zeros(np.broadcast_shapes(left.shape, right.shape), dtype=np.bool_)
    if sign == "==":
        return np.asarray(np.isclose(left, right, rtol=CLOSE, atol=CLOSE))
    compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[sign]
    result: Bools = compare(left, right)
    return result
