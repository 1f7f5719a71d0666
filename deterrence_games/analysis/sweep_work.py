"""The work on one block of a sweep: what a process or a machine is given, and what it gives back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from deterrence_games.analysis.sweep_findings import Findings, Variable, arrays
from deterrence_games.analysis.sweep_grid import Piece
from deterrence_games.analysis.sweep_quantities import Quantity, read_quantities
from deterrence_games.analysis.sweep_select import Floats, Selection
from deterrence_games.games import Game

MOST_ERRORS = 1000  # of one block are told with their message; the status tells of all
LEVEL = 1  # of the compression: ten times as fast as the default, and a tenth larger

Columns = Mapping[str, Floats]
Block = Mapping[str, npt.NDArray[Any]]
Errors = list[tuple[int, str, str]]


class Points(Protocol):
    """What evaluates the points of a block: a solver, or the closed forms of a theorem."""

    @property
    def game(self) -> Game:
        """The game."""
        ...

    @property
    def families(self) -> tuple[str, ...]:
        """Names of the families that are told apart."""
        ...

    @property
    def at_a_time(self) -> int | None:
        """Points that are worked on at a time, when it is not a whole block."""
        ...

    def find(self, columns: Columns, points: int, quantities: Sequence[Quantity], selection: Selection) -> Findings:
        """Evaluate every point."""
        ...


@dataclass(frozen=True, eq=False)
class Work:
    """What is done at every point; the same for all blocks.

    Attributes
    ----------
    points : Points
    quantities : tuple of Quantity
        As asked for.
    selection : Selection
    variables : tuple of Variable
    """

    points: Points
    quantities: tuple[Quantity, ...]
    selection: Selection
    variables: tuple[Variable, ...]

    def measure(self, piece: Piece) -> tuple[Block, Errors]:
        """The variables on a block, and the errors with the numbers of their points within it."""
        swept, needed = piece.columns(), self._needed()
        fixed = {name: np.asarray(value) for name, value in piece.fixed.items()}
        whole = {own.name: np.empty((piece.points, *own.sizes), own.dtype) for own in self.variables}
        errors: Errors = []
        length = self.points.at_a_time or piece.points
        for start in range(0, piece.points, length):
            part = slice(start, min(start + length, piece.points))
            columns = {name: values[part] for name, values in swept.items()}
            found = self.points.find({**fixed, **columns}, part.stop - start, needed, self.selection)
            listed = {own.name: columns[own.name] for own in self.variables if own.name in columns}
            made = arrays(found, self.quantities, self.selection, self.points.game.players, listed)
            for name, values in whole.items():
                values[part] = made[name]
            errors += [(start + point, quantity, message) for point, quantity, message in found.errors]
        shaped = {own.name: whole[own.name].reshape(*piece.shape, *own.sizes) for own in self.variables}
        return shaped, errors[:MOST_ERRORS]

    def _needed(self) -> tuple[Quantity, ...]:
        """The quantities, and what the rule looks at."""
        more = self.selection.looks_at
        if more is None or any(quantity.name == more for quantity in self.quantities):
            return self.quantities
        return (*self.quantities, *read_quantities(self.points.game, (more,)))

    def files(self, piece: Piece, chunk: tuple[int, ...]) -> tuple[dict[str, bytes], Errors]:
        """The block as the contents of the files of a Zarr store, one a variable.

        Parameters
        ----------
        chunk : tuple of int
            Shape of a whole block; one at the edge of the grid is filled up.
        """
        from numcodecs import Zstd

        blocks, errors = self.measure(piece)
        codec = Zstd(level=LEVEL)
        contents = {}
        for variable in self.variables:
            block = blocks[variable.name].astype(variable.dtype.newbyteorder("<"), copy=False)
            if piece.shape != chunk:
                whole = np.full((*chunk, *variable.sizes), variable.fill, block.dtype)
                whole[tuple(slice(0, length) for length in piece.shape)] = block
                block = whole
            contents[variable.name] = bytes(codec.encode(block))
        return contents, errors
