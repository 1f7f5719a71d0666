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


def contradicted(game: Game, numbers: Mapping[str, float]) -> tuple[sympy.Rel, ...]:
    """Assumptions that cannot hold together at these numbers, whatever the other parameters are; none where nothing is found.

    Found are single comparisons and chains of them between two sides that the numbers decide: ``a < b`` and ``b < c`` cannot
    both hold at ``a = 2`` and ``c = 1``.

    Parameters
    ----------
    numbers : mapping parameter -> number
        Of some parameters.
    """
    known = {sympy.Symbol(name, real=True): number for name, number in numbers.items()}
    steps: dict[sympy.Expr, list[tuple[sympy.Expr, sympy.Rel]]] = {}
    for relation in game.assumptions:
        if relation.rel_op in ("<", "<=", ">", ">="):
            low, high = (relation.lhs, relation.rhs) if relation.rel_op in ("<", "<=") else (relation.rhs, relation.lhs)
            steps.setdefault(low, []).append((high, relation))
    sides = {*steps, *(high for own in steps.values() for high, _ in own)}
    values = {side: value for side in sides if (value := _value(side, known)) is not None}
    for start in steps:
        if start not in values:
            continue
        ahead: list[tuple[sympy.Expr, tuple[sympy.Rel, ...]]] = [(start, ())]
        seen = set()
        while ahead:
            side, chain = ahead.pop()
            for high, relation in steps.get(side, ()):
                longer = (*chain, relation)
                strict = any(own.rel_op in ("<", ">") for own in longer)
                if high not in values:
                    if (high, strict) not in seen:
                        seen.add((high, strict))
                        ahead.append((high, longer))
                elif values[start] > values[high] or (strict and values[start] == values[high]):
                    return longer
    return ()


def _value(side: sympy.Expr, known: Mapping[sympy.Symbol, float]) -> float | None:
    """A side of an assumption at numbers, None where they do not decide it."""
    if not side.free_symbols <= known.keys():
        return None
    symbols = sorted(side.free_symbols, key=str)
    with np.errstate(all="ignore"):
        value = sympy.lambdify(symbols, side, modules="numpy", dummify=True)(*(np.float64(known[own]) for own in symbols))
    return float(value) if np.isreal(value) and np.isfinite(value) else None


def _compare(sign: str, left: npt.NDArray[Any], right: npt.NDArray[Any]) -> Bools:
    """Compare two sides; NaN and complex numbers satisfy nothing."""
    if np.iscomplexobj(left) or np.iscomplexobj(right):
        return np.zeros(np.broadcast_shapes(left.shape, right.shape), dtype=np.bool_)
    if sign == "==":
        return np.asarray(np.isclose(left, right, rtol=CLOSE, atol=CLOSE))
    compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[sign]
    result: Bools = compare(left, right)
    return result
