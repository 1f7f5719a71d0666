"""The plan of a sweep: what is done at which points in which blocks, how large the result is, and what tells it from others."""

import hashlib
import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from numbers import Integral
from typing import Any

import numpy as np

import deterrence_games
from deterrence_games.analysis.sweep_findings import SIDE, SIDES, variables
from deterrence_games.analysis.sweep_grid import Block, Grid, Piece, units
from deterrence_games.analysis.sweep_quantities import CLOSED, FAMILIES, OF_POINTS, Quantity
from deterrence_games.analysis.sweep_sample import in_words
from deterrence_games.analysis.sweep_select import Selection
from deterrence_games.analysis.sweep_theorem import TheoremPoints
from deterrence_games.analysis.sweep_work import Points, Work
from deterrence_games.errors import ParameterError, SizeError
from deterrence_games.games import Game
from deterrence_games.io.game_json import game_to_json

FORMAT = 1  # of the store
CLOSED_FORM, AT_ONCE, ALONE = 1 << 20, 1 << 14, 1 << 8  # points a block: a tenth of a second to some seconds of work
MOST_BLOCK = 1 << 25  # bytes a block; larger ones are given back to the system and laid out anew, at twice the cost of the work
MOST_CHUNK = 1 << 31  # bytes that a caller may ask for
MANY_BLOCKS, MOST_BLOCKS = 10**6, 10**7  # above which blocks are longer; that a caller may ask for


@dataclass(frozen=True, eq=False)
class Plan:
    """All that is settled before the first point is looked at.

    Attributes
    ----------
    work : Work
    grid : Grid
    chunk : tuple of int
        Shape of a block.
    identity : mapping
        What tells this sweep from any other, ready for JSON.
    """

    work: Work
    grid: Grid
    chunk: tuple[int, ...]
    identity: Mapping[str, Any]

    @property
    def counts(self) -> tuple[int, ...]:
        """Blocks along each axis."""
        return tuple(-(-length // part) for length, part in zip(self.grid.shape, self.chunk, strict=True))

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return math.prod(self.counts)

    @property
    def bytes(self) -> int:
        """Size of the result in memory."""
        return self.grid.points * point_bytes(self.work)

    def block(self, number: int) -> Block:
        """Where a block lies in the grid."""
        place = np.unravel_index(number, self.counts)
        starts = [int(k) * part for k, part in zip(place, self.chunk, strict=True)]
        ends = zip(starts, self.chunk, self.grid.shape, strict=True)
        return tuple(slice(start, min(start + part, length)) for start, part, length in ends)

    def cut(self, number: int) -> Piece:
        """The points of a block."""
        return self.grid.cut(self.block(number))

    def coordinates(self) -> dict[str, tuple[Any, dict[str, Any]]]:
        """Values and attributes of the axes, of the fixed parameters, and of the labels."""
        game = self.work.points.game
        found: dict[str, tuple[Any, dict[str, Any]]] = {}
        if self.grid.dims != ("point",):
            scales = {name: {"scale": "log"} for name in self.grid.logarithmic}
            found |= {
                name: (values, {"units": units(game, name), **scales.get(name, {})}) for name, values in self.grid.axes.items()
            }
        found |= {name: (value, {"units": units(game, name)}) for name, value in self.grid.fixed.items()}
        labels = {"family": self.work.points.families, SIDE: SIDES}
        labels |= {quantity.dim: quantity.labels for quantity in self.work.quantities if quantity.dim}
        used = {dim for variable in self.work.variables for dim in variable.dims}
        if any(quantity.name == FAMILIES for quantity in self.work.quantities):
            used.add("family")
        return found | {dim: (np.array(names), {}) for dim, names in labels.items() if dim in used}

    def attributes(self) -> dict[str, Any]:
        """What the dataset says of itself."""
        game = self.work.points.game
        more = (*self.grid.listed, *self.grid.fixed)
        return {
            "game": game.name,
            "source": game.source,
            "game_sha256": self.identity["game"],
            "method": self.identity["method"],
            "selection": self.work.selection.words,
            **{f"version_{name}": number for name, number in self.identity["versions"].items()},
            **({"sample": in_words(self.grid.drawn), "sample_method": self.grid.drawn.method} if self.grid.drawn else {}),
            **({"coordinates": " ".join(more)} if more else {}),
        }


def make_plan(
    points: Points, method: str, grid: Grid, quantities: tuple[Quantity, ...], selection: Selection, chunks: Any
) -> Plan:
    """Settle variables and blocks.

    Parameters
    ----------
    method : str
        Solver or theorem, in words that tell it from any other.
    chunks : int, mapping parameter -> int or None

    Raises
    ------
    ParameterError
        When the chunks are no whole numbers, or belong to no axis; when a parameter is named like a part of the dataset.
    SizeError
        When they make blocks of more than two GiB, or more than ten million blocks.
    """
    game = points.game
    listed = {name: units(game, name) for name in grid.listed}
    work = Work(points, quantities, selection, variables(quantities, points.families, selection, listed))
    _check_names(work, grid)
    closed = isinstance(points, TheoremPoints)
    size = ALONE if not _at_once(work, CLOSED if closed else OF_POINTS) else CLOSED_FORM if closed else AT_ONCE
    size = max(min(size, MOST_BLOCK // point_bytes(work)), -(-grid.points // MANY_BLOCKS))
    chunk = read_chunks(game, grid, chunks, size)
    length, each = math.prod(chunk), point_bytes(work) + 8 * max(len(grid.axes), len(grid.listed))
    if length * each > MOST_CHUNK:
        raise SizeError(
            f"sweep of game {game.name!r}: chunks makes blocks of {length:,} points, {length * each / 1e9:,.3g} GB each; at "
            f"most {MOST_CHUNK / 1e9:.3g} GB are worked on at a time, give chunks={MOST_CHUNK // each:,} or fewer, or none"
        )
    blocks = math.prod(-(-whole // part) for whole, part in zip(grid.shape, chunk, strict=True))
    if blocks > MOST_BLOCKS:
        raise SizeError(
            f"sweep of game {game.name!r}: chunks makes {blocks:,} blocks of {length:,} points; at most {MOST_BLOCKS:,} are "
            f"accepted, give chunks={-(-grid.points // MOST_BLOCKS):,} or more, or none"
        )
    identity = {
        "format": FORMAT,
        "game": game_hash(game),
        "method": method,
        "grid": grid.identity(),
        "quantities": [quantity.identity() for quantity in quantities],
        "selection": f"{selection.rule} {selection.player}".strip(),
        "families": list(points.families),
        "chunk": list(chunk),
        "versions": versions(),
    }
    return Plan(work, grid, chunk, identity)


def _check_names(work: Work, grid: Grid) -> None:
    """Refuse parameters that have the name of a variable or an axis of the dataset."""
    game = work.points.game
    taken = {
        "status",
        "point",
        "error",
        "errors",
        "quantity",
        "error_quantity",
        *(f"error_{name}" for name in grid.listed or grid.dims),
    }
    taken |= {quantity.name for quantity in work.quantities} | {dim for own in work.variables for dim in own.dims}
    taken |= {"family"} if FAMILIES in taken else set()
    for name in game.parameters:
        if name in taken:
            raise ParameterError(
                f"sweep of game {game.name!r}: the parameter {name!r} is named like a part of the dataset; rename it, with "
                f"game.substitute({{{name!r}: {f'{name}_'!r}}})"
            )


def point_bytes(work: Work) -> int:
    """Size of the variables of one point."""
    return sum(variable.dtype.itemsize * math.prod(variable.sizes) for variable in work.variables)


def game_hash(game: Game) -> str:
    """A hash of the game as its JSON file tells it."""
    return hashlib.sha256(game_to_json(game).encode()).hexdigest()


def versions() -> dict[str, str]:
    """The library, and what its numbers depend on to the last bit."""
    own = {"deterrence_games": deterrence_games.__version__, "python": platform.python_version()}
    return own | {name: version(name) for name in ("numpy", "scipy", "numba", "sympy")}


def read_chunks(game: Game, grid: Grid, given: Any, size: int) -> tuple[int, ...]:
    """The shape of a block: of so many points, the last axes whole; or the lengths that the caller gives.

    Raises
    ------
    ParameterError
        When the lengths are no whole numbers, or belong to no axis.
    """

    def reject(what: str) -> ParameterError:
        return ParameterError(f"sweep of game {game.name!r}: {what}")

    if isinstance(given, Mapping):
        for name, length in given.items():
            if name not in grid.dims:
                raise reject(f"chunks names {name!r:.40}, which is no axis; use {', '.join(grid.dims)}")
            if not _is_count(length):
                raise reject(f"chunks gives {length!r:.40} for {name!r}; give a whole number from 1 on")
        return tuple(min(int(given.get(dim, length)), length) for dim, length in zip(grid.dims, grid.shape, strict=True))
    if given is not None:
        if not _is_count(given):
            raise reject(f"chunks is {given!r:.40}; give the number of points a block, or {{axis: length}}")
        size = int(given)
    return block_shape(grid.shape, size)


def block_shape(shape: Sequence[int], size: int) -> tuple[int, ...]:
    """The shape of a block of at most so many points, the last axes whole."""
    block = []
    for length in reversed(shape):
        block.append(min(length, max(1, size)))
        size //= block[-1]
    return tuple(reversed(block))


def _is_count(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, Integral) and int(value) >= 1


def _at_once(work: Work, names: Sequence[str]) -> bool:
    """Whether nothing but these quantities is asked for, which the default solver, or a theorem, has for whole blocks."""
    simple = all(quantity.name in (FAMILIES, *names) for quantity in work.quantities)
    return simple and not work.selection.pointwise
