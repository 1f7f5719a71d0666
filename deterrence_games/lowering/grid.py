"""Grids over two parameters of a game, as a caller writes them."""

import math
from collections.abc import Mapping
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import ParameterError, SizeError
from deterrence_games.games import Game

MAX_POINTS = 25_000_000

Axis = tuple[str, float, float, int]
"""Parameter, least and greatest value, number of values."""


def read_axis(game: Game, which: str, given: Any) -> tuple[str, npt.NDArray[np.float64]]:
    """The parameter of an axis and its values; `which` is its letter, for messages."""

    def reject(what: str) -> ParameterError:
        return ParameterError(f"map of game {game.name!r}: {which} {what}")

    if not isinstance(given, (tuple, list)) or len(given) != 4:
        raise reject(f"is {given!r:.60}; give (parameter, low, high, points), such as ('p', 0, 1, 101)")
    name, low, high, points = given
    if name not in game.parameters:
        raise reject(f"has unknown parameter {name!r:.60}{_hint(name, game.parameters)}; use {', '.join(game.parameters)}")
    for end in (low, high):
        if not _is_finite(end):
            raise reject(f"runs from {low!r:.40} to {high!r:.40}; give two finite numbers")
    if not float(low) < float(high):
        raise reject(f"runs from {float(low):g} to {float(high):g}; give the lower end first")
    if isinstance(points, bool) or not isinstance(points, Integral) or int(points) < 2:
        raise reject(f"has {points!r:.40} points; give a whole number from 2 on")
    if int(points) > MAX_POINTS:
        raise SizeError(f"map of game {game.name!r}: {which} has {points:,} points; at most {MAX_POINTS:,} are accepted")
    return name, np.linspace(float(low), float(high), int(points))


def read_fixed(game: Game, x: str, y: str, given: Mapping[str, Any] | None) -> dict[str, float]:
    """The numbers of all parameters but those on the axes."""

    def reject(what: str) -> ParameterError:
        return ParameterError(f"map of game {game.name!r}: {what}")

    if x == y:
        raise reject(f"parameter {x!r} is on both axes; choose two parameters")
    fixed = {} if given is None else given
    if not isinstance(fixed, Mapping):
        raise reject("fixed is not a mapping; give {parameter: number}")
    for name, value in fixed.items():
        if name not in game.parameters:
            raise reject(f"fixed has unknown parameter {name!r:.60}{_hint(name, game.parameters)}; remove it")
        if name in (x, y):
            raise reject(f"parameter {name!r} is on an axis and in fixed; remove it from fixed")
        if not _is_finite(value):
            raise reject(f"parameter {name!r} is {value!r:.40}; give a finite number")
    missing = [name for name in game.parameters if name not in (x, y, *fixed)]
    if missing:
        raise reject(f"no value for {', '.join(missing)}; add {'it' if len(missing) == 1 else 'them'} to fixed")
    return {name: float(fixed[name]) for name in game.parameters if name in fixed}


def _is_finite(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _hint(name: Any, known: tuple[str, ...]) -> str:
    near = get_close_matches(str(name), known, 1)
    return f" (did you mean {near[0]}?)" if near else ""
