"""The parameters of a call over many points: known names, arrays of finite real numbers, equal lengths."""

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np
import sympy

from deterrence_games.errors import ParameterError
from deterrence_games.forms.tree import Floats
from deterrence_games.games import Game


def read_mapping(game: Game, params: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return what was given as a mapping; None stands for no parameters.

    Raises
    ------
    ParameterError
        When it is anything else.
    """
    if params is None:
        return {}
    if not isinstance(params, Mapping):
        raise ParameterError(f"game {game.name!r}: parameters are not a mapping; give {{name: number}}")
    return params


def has_arrays(params: Mapping[str, Any]) -> bool:
    """Whether some parameter is given as an array, of whatever length."""
    return any(_axes(value) > 0 for value in params.values())


def read_columns(game: Game, params: Mapping[str, Any]) -> tuple[dict[str, Floats], int]:
    """Check parameters of which some are arrays; return them as ``float64[point]`` or ``float64[]``, and the points' number.

    Raises
    ------
    ParameterError
        When a parameter is missing, unknown, not real and finite, or its array has more than one axis or another length.
    """
    known = list(game.parameters)
    unknown, missing = [name for name in params if name not in known], [name for name in known if name not in params]
    if unknown:
        raise ParameterError(f"game {game.name!r}: unknown parameter(s) {unknown}; its parameters are {known}")
    if missing:
        raise ParameterError(f"game {game.name!r}: no value for parameter(s) {missing}; give each a number or an array")
    columns, lengths = {}, {}
    for name, value in params.items():
        column = _column(value)
        if column is None:
            raise ParameterError(f"game {game.name!r}: parameter {name!r} is not an array of real numbers; give floats")
        if column.ndim > 1:
            raise ParameterError(f"game {game.name!r}: parameter {name!r} has {column.ndim} axes; give a number or one axis")
        if column.size == 0:
            raise ParameterError(f"game {game.name!r}: parameter {name!r} is an empty array; give at least one point")
        if not np.isfinite(column).all():
            raise ParameterError(
                f"game {game.name!r}: parameter {name!r} is NaN or infinite at some point; give finite numbers"
            )
        columns[name] = column
        if column.ndim:
            lengths[name] = column.size
    if len(set(lengths.values())) > 1:
        raise ParameterError(f"game {game.name!r}: arrays of parameters differ in length: {lengths}; make them equal")
    return columns, next(iter(lengths.values()))


def _axes(value: Any) -> int:
    try:
        return np.ndim(value)
    except ValueError:  # ragged
        return 1


def _column(value: Any) -> Floats | None:
    """Return a number or an array as floats, None when something in it is no real number."""
    try:
        # Lists as objects: left to itself NumPy makes one type of ["0.3", 0.2] and of [True, 0.2].
        array = np.asarray(value, dtype=object if isinstance(value, list | tuple) else None)
        if array.dtype.kind == "O":
            numbers = [_number(entry) for entry in array.ravel().tolist()]
            return np.array(numbers, dtype=np.float64).reshape(array.shape)
    except (TypeError, ValueError, OverflowError):
        return None
    with np.errstate(over="ignore"):  # of longer floats, which then are infinite
        return array.astype(np.float64) if array.dtype.kind in "iuf" else None


def _number(value: Any) -> float:
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real | sympy.Expr):
        raise TypeError
    return float(value)
