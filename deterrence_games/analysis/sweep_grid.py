"""The parameter points of a sweep: axes, samples or a table, cut into blocks without ever being laid out whole."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any

import numpy as np
import numpy.typing as npt

from deterrence_games.analysis.sweep_sample import METHODS, MOST_SOBOL, Sample, draw
from deterrence_games.errors import ParameterError, SizeError
from deterrence_games.games import Game
from deterrence_games.games.expressions import to_text
from deterrence_games.lowering.assumptions import broken_assumptions, contradicted

Floats = npt.NDArray[np.float64]
Block = tuple[slice, ...]

MOST_VALUES = 25_000_000  # on one axis or in one table: 200 MB a column
MOST_POINTS = 10**15  # years of work; their numbers fit into 64 bits


@dataclass(frozen=True)
class Linear:
    """Evenly spaced values of a parameter, ends included."""

    low: float
    high: float
    points: int

    def values(self) -> Floats:
        """The values, increasing."""
        return np.linspace(float(self.low), float(self.high), int(self.points))


@dataclass(frozen=True)
class Log:
    """Values of a positive parameter with a constant ratio between neighbours, ends included."""

    low: float
    high: float
    points: int

    def values(self) -> Floats:
        """The values, increasing."""
        return np.geomspace(float(self.low), float(self.high), int(self.points))


@dataclass(frozen=True)
class Table:
    """Points given one by one: an array (or a list, or a column of a data frame) a parameter, all of one length."""

    columns: Mapping[str, Any]


Given = Mapping[str, Any] | Sample | Table


@dataclass(frozen=True, eq=False)
class Grid:
    """A grid that has been checked against its game.

    Attributes
    ----------
    game : str
    dims : tuple of str
        Names of the axes: parameters, or ``"point"`` for samples and tables.
    shape : tuple of int
    axes : mapping parameter -> float64[value]
        Of grids by axis; columns of tables.
    drawn : Sample, optional
    fixed : mapping parameter -> float
    logarithmic : tuple of str
        Axes with constant ratios.
    """

    game: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    axes: Mapping[str, Floats]
    drawn: Sample | None
    fixed: Mapping[str, float]
    logarithmic: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        """Number of points."""
        return math.prod(self.shape)

    @property
    def listed(self) -> tuple[str, ...]:
        """Parameters that have a value a point, not an axis of their own."""
        if self.drawn is not None:
            return tuple(self.drawn.ranges)
        return tuple(self.axes) if self.dims == ("point",) else ()

    def cut(self, block: Block) -> "Piece":
        """The points of a block."""
        lengths = tuple(part.stop - part.start for part in block)
        if self.drawn is not None:
            return Piece(lengths, {}, self.drawn, block[0].start, self.fixed)
        parts = block * len(self.axes) if self.dims == ("point",) else block
        axes = {name: values[part] for (name, values), part in zip(self.axes.items(), parts, strict=True)}
        return Piece(lengths, axes, None, 0, self.fixed)

    def probe(self, most: int) -> dict[str, Floats]:
        """Every parameter at all points, or at so many that are chosen by chance, always the same: ``float64[point]``."""
        if self.drawn is not None:
            columns = draw(self.drawn, 0, min(most, self.points))
        else:
            few = self.points > most
            flat = np.random.default_rng(0).integers(self.points, size=most) if few else np.arange(self.points)
            places = np.unravel_index(np.sort(flat), self.shape)
            places = places * len(self.axes) if self.dims == ("point",) else places
            columns = {name: values[place] for (name, values), place in zip(self.axes.items(), places, strict=True)}
        length = len(next(iter(columns.values())))
        return {**columns, **{name: np.full(length, value) for name, value in self.fixed.items()}}

    def where(self, index: tuple[int, ...]) -> dict[str, float]:
        """The swept parameters at one point."""
        block = tuple(slice(place, place + 1) for place in index)
        return {name: float(values[0]) for name, values in self.cut(block).columns().items()}

    def identity(self) -> dict[str, Any]:
        """What tells this grid from any other, in numbers and texts."""
        told: dict[str, Any] = {"dims": list(self.dims), "shape": list(self.shape), "fixed": dict(self.fixed)}
        if self.drawn is not None:
            ranges = {name: [float(given[0]), float(given[1]), *given[2:]] for name, given in self.drawn.ranges.items()}
            return told | {"sample": ranges, "method": self.drawn.method, "seed": int(self.drawn.seed)}
        return told | {"values": {name: _digest(values) for name, values in self.axes.items()}}


@dataclass(frozen=True, eq=False)
class Piece:
    """The points of one block, ready to travel to the process that works on them."""

    shape: tuple[int, ...]
    axes: Mapping[str, Floats]
    drawn: Sample | None
    start: int
    fixed: Mapping[str, float]

    @property
    def points(self) -> int:
        """Number of points."""
        return math.prod(self.shape)

    def columns(self) -> dict[str, Floats]:
        """``float64[point]`` for every parameter on an axis, points in C order."""
        if self.drawn is not None:
            return draw(self.drawn, self.start, self.points)
        if len(self.shape) == 1:
            return dict(self.axes)
        open_axes = np.meshgrid(*self.axes.values(), indexing="ij", copy=False, sparse=True)
        return {
            name: np.ascontiguousarray(np.broadcast_to(values, self.shape)).ravel()
            for name, values in zip(self.axes, open_axes, strict=True)
        }


def read_sweep_grid(game: Game, given: Any, fixed: Mapping[str, Any] | None) -> Grid:
    """Check a grid and the fixed parameters as a caller writes them.

    Raises
    ------
    ParameterError
        When a name is no parameter of the game, an axis is empty, unsorted or not finite, or a parameter has no value, or
        two; when the fixed values contradict an assumption of the game.
    SizeError
        For an axis or table of more than 25 million values, and for more than 10^15 points.
    """
    reject = _rejecting(game)
    shape: tuple[int, ...]
    axes: dict[str, Floats]
    logarithmic: tuple[str, ...] = ()
    if isinstance(given, Sample):
        names, shape, axes = tuple(_read_sample(game, given).ranges), (int(given.points),), {}
        dims: tuple[str, ...] = ("point",)
    elif isinstance(given, Table):
        axes = _read_table(game, given)
        names, dims, shape = tuple(axes), ("point",), (len(next(iter(axes.values()))),)
    elif isinstance(given, Mapping):
        if not given:
            raise reject("the grid is empty; give {parameter: values}, Sample(...) or Table(...)")
        for name in given:
            _check_name(game, name, "the grid")
        axes = {name: _read_axis(game, name, values) for name, values in given.items()}
        names = dims = tuple(axes)
        logarithmic = tuple(name for name, values in given.items() if isinstance(values, Log))
        shape = tuple(len(values) for values in axes.values())
    else:
        raise reject(f"the grid is {type(given).__name__}; give {{parameter: values}}, Sample(...) or Table(...)")
    if math.prod(shape) > MOST_POINTS:
        raise SizeError(
            f"sweep of game {game.name!r}: {math.prod(shape):.3g} points; at most {MOST_POINTS:.0e} are accepted, ask for fewer"
        )
    numbers = _read_fixed(game, names, fixed)
    return Grid(game.name, dims, shape, axes, given if isinstance(given, Sample) else None, numbers, logarithmic)


def units(game: Game, parameter: str) -> str:
    """What a parameter is measured in: ``"probability"``, or the payoffs of a player, which have a unit of their own."""
    if any(parameter in _names(prior) for row in game.types.values() for prior in row.values()):
        return "probability"
    owners = [player for player in game.players if any(parameter in _names(row[player]) for row in game.payoffs.values())]
    return f"payoff of {owners[0]}" if len(owners) == 1 else "payoff" if owners else ""


def _names(value: Any) -> set[str]:
    """Parameters in an expression, or in a mapping of expressions."""
    if isinstance(value, Mapping):
        return set().union(*map(_names, value.values()))
    return {str(symbol) for symbol in value.free_symbols}


# ---- checks ----------------------------------------------------------------------------------------------------------------


def _rejecting(game: Game) -> Any:
    return lambda what: ParameterError(f"sweep of game {game.name!r}: {what}")


def _check_name(game: Game, name: Any, where: str) -> None:
    if name not in game.parameters:
        near = get_close_matches(str(name), game.parameters, 1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise _rejecting(game)(f"{where} has unknown parameter {name!r:.60}{hint}; use {', '.join(game.parameters)}")


def _read_axis(game: Game, name: str, given: Any) -> Floats:
    reject = _rejecting(game)
    if isinstance(given, Linear | Log):
        low, high, points = given.low, given.high, given.points
        if not (_is_range(low, high) and float(low) < float(high)):
            raise reject(f"axis {name!r} runs from {low!r:.40} to {high!r:.40}; give two finite numbers, the lower end first")
        if isinstance(given, Log) and not float(low) > 0:
            raise reject(f"axis {name!r} is logarithmic and begins at {low!r:.40}; begin above zero, or use Linear")
        _check_count(game, f"axis {name!r}", points, 2)
        even = given.values()
        if not (np.diff(even) > 0).all():
            raise reject(f"axis {name!r} from {low!r:.40} to {high!r:.40} has no {points:,} different values; ask for fewer")
        return even
    values = _column(game, f"axis {name!r}", given)
    if not (np.diff(values) > 0).all():
        place = int(np.flatnonzero(np.diff(values) <= 0)[0])
        raise reject(
            f"axis {name!r} is not sorted: {values[place]:g} stands before {values[place + 1]:g}; give increasing values, each "
            "once, or list points in a Table"
        )
    return values


def _read_sample(game: Game, given: Sample) -> Sample:
    reject = _rejecting(game)
    if not isinstance(given.ranges, Mapping) or not given.ranges:
        raise reject("the sample has no ranges; give {parameter: (low, high)}")
    for name, ends in given.ranges.items():
        _check_name(game, name, "the sample")
        good = isinstance(ends, Sequence) and not isinstance(ends, str) and len(ends) in (2, 3)
        if (
            not good
            or not _is_range(*ends[:2])
            or not float(ends[0]) < float(ends[1])
            or ends[2:] not in ((), ("log",), [], ["log"])
        ):
            raise reject(f"the sample draws {name!r} from {ends!r:.60}; give (low, high), or (low, high, 'log')")
        if len(ends) == 3 and not float(ends[0]) > 0:
            raise reject(f"the sample draws the logarithm of {name!r} from {ends[0]!r:.40} on; begin above zero")
    if given.method not in METHODS:
        raise reject(f"unknown method {given.method!r:.40} of the sample; use {', '.join(METHODS)}")
    if isinstance(given.seed, bool) or not isinstance(given.seed, Integral) or not 0 <= int(given.seed) < 2**63:
        raise reject(f"seed {given.seed!r:.40} of the sample; give a whole number from 0 on")
    if isinstance(given.points, bool) or not isinstance(given.points, Integral) or int(given.points) < 1:
        raise reject(f"the sample has {given.points!r:.40} points; give a whole number from 1 on")
    if given.method == "sobol" and int(given.points) > MOST_SOBOL:
        raise SizeError(
            f"sweep of game {game.name!r}: a Sobol' sequence has at most {MOST_SOBOL:,} points; use method='random'"
        )
    return given


def _read_table(game: Game, given: Table) -> dict[str, Floats]:
    reject = _rejecting(game)
    try:
        columns = {name: given.columns[name] for name in given.columns}
    except (TypeError, LookupError):
        raise reject(f"the table is of {given.columns!r:.60}; give Table({{parameter: values}}), or a data frame") from None
    if not columns:
        raise reject("the table is empty; give {parameter: values}")
    for name in columns:
        _check_name(game, name, "the table")
    found = {name: _column(game, f"column {name!r}", values) for name, values in columns.items()}
    if len({len(values) for values in found.values()}) > 1:
        lengths = {name: len(values) for name, values in found.items()}
        raise reject(f"columns of the table differ in length: {lengths}; make them equal")
    return found


def _column(game: Game, what: str, given: Any) -> Floats:
    reject = _rejecting(game)
    try:
        values = np.asarray(given)
        if values.dtype.kind not in "iuf":
            values = np.array([_number(value) for value in given], dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise reject(f"{what} is {given!r:.60}; give real numbers, Linear(...) or Log(...)") from None
    if values.ndim != 1:
        raise reject(f"{what} has {values.ndim} axes; give one")
    if not values.size:
        raise reject(f"{what} is empty; give at least one value")
    if values.size > MOST_VALUES:
        raise SizeError(f"sweep of game {game.name!r}: {what} has {values.size:,} values; at most {MOST_VALUES:,} are accepted")
    found: Floats = np.ascontiguousarray(values, dtype=np.float64)
    if not np.isfinite(found).all():
        raise reject(f"{what} is NaN or infinite somewhere; give finite numbers")
    return found


def _read_fixed(game: Game, swept: tuple[str, ...], given: Mapping[str, Any] | None) -> dict[str, float]:
    reject = _rejecting(game)
    fixed = {} if given is None else given
    if not isinstance(fixed, Mapping):
        raise reject("fixed is not a mapping; give {parameter: number}")
    for name, value in fixed.items():
        _check_name(game, name, "fixed")
        if name in swept:
            raise reject(f"parameter {name!r} is in the grid and in fixed; remove it from one of them")
        if not _is_finite(value):
            raise reject(f"parameter {name!r} is {value!r:.40}; give a finite number")
    missing = [name for name in game.parameters if name not in (*swept, *fixed)]
    if missing:
        raise reject(f"no value for {', '.join(missing)}; add {'it' if len(missing) == 1 else 'them'} to the grid or to fixed")
    numbers = {name: float(fixed[name]) for name in game.parameters if name in fixed}
    _check_assumptions(game, numbers)
    return numbers


def _check_assumptions(game: Game, numbers: Mapping[str, float]) -> None:
    """Refuse fixed numbers at which assumptions fail, whatever the grid's parameters are."""
    broken = broken_assumptions(game, {name: numbers.get(name, math.nan) for name in game.parameters})
    failing = [relation for relation in game.assumptions if to_text(relation) in broken and _names(relation) <= numbers.keys()]
    failing = failing[:1] or [*contradicted(game, numbers)]
    if failing:
        told = " and ".join(map(to_text, failing))
        shown = ", ".join(f"{name} = {numbers[name]:g}" for name in sorted(set().union(*map(_names, failing)) & numbers.keys()))
        raise _rejecting(game)(
            f"fixed contradicts the assumption{'s' * (len(failing) > 1)} {told} ({shown}); change the numbers, or the game's "
            "assumptions"
        )


def _check_count(game: Game, what: str, points: Any, least: int) -> None:
    if isinstance(points, bool) or not isinstance(points, Integral) or int(points) < least:
        raise _rejecting(game)(f"{what} has {points!r:.40} points; give a whole number from {least} on")
    if int(points) > MOST_VALUES:
        raise SizeError(f"sweep of game {game.name!r}: {what} has {points:,} values; at most {MOST_VALUES:,} are accepted")


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError
    return float(value)


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(_number(value))
    except (TypeError, OverflowError):
        return False


def _is_range(low: Any, high: Any) -> bool:
    return _is_finite(low) and _is_finite(high) and math.isfinite(float(high) - float(low))


def _digest(values: Floats) -> str:
    return hashlib.sha256(values.astype("<f8").tobytes()).hexdigest()
