"""Which cells are faces of others."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from deterrence_games.forms.tree import Floats, Ints
from deterrence_games.kernels.bayesian_tree import AFTER, FREE, IRRELEVANT, NEEDS
from deterrence_games.solvers.cell_regimes import Cell

SAME = 1e-7  # weights closer than this are equal

Fits = Callable[[Ints, Ints], npt.NDArray[np.bool_]]


def maximal(cells: list[Cell]) -> list[Cell]:
    """Drop every cell that is a face of another: its members are limits of the other's members.

    A face has its extreme points among those of the other cell, and its supports lie in the other's. Sets of cells are the
    bits of one integer, so that a cell is compared with all others at once.
    """
    if len(cells) < 2:
        return cells
    points = number_points([cell.vertices for cell in cells])
    hosts = [(1 << len(cells)) - 1] * len(cells)  # the cells of which each may be a face
    everywhere = np.ones(len(cells), np.bool_)
    for used in np.array([cell.used for cell in cells]).T:
        _narrow(hosts, used, _plays_within, everywhere)
    choice = np.array([cell.choice for cell in cells])
    for c in range(choice.shape[1]):
        matters = choice[:, c, NEEDS] != IRRELEVANT
        _narrow(hosts, choice[:, c, FREE], np.equal, matters)
        _narrow(hosts, choice[:, c, AFTER], _lies_within, matters)
    having: dict[int, int] = {}
    for k, own in enumerate(points):
        for point in own:
            having[point] = having.get(point, 0) | 1 << k
    kept = []
    for k, own in enumerate(points):
        host = hosts[k] & ~(1 << k)
        for point in own:
            if not host:
                break
            host &= having[point]
        # of two cells that are faces of each other the first is kept
        if not host & ((1 << k) - 1) and all(points[other] <= own for other in _members(host)):
            kept.append(cells[k])
    return kept


def number_points(tables: list[dict[int, Floats]]) -> list[frozenset[int]]:
    """Number the extreme points of cells, of each a ``dict regime -> float64[vertex, entry]``: equal ones bear one number."""
    blocks = [(own, block) for table in tables for own, block in table.items()]
    if not blocks:
        return [frozenset()] * len(tables)
    points = np.concatenate([block for _, block in blocks])
    labels = np.zeros((len(points), points.shape[1] + 1), np.int64)
    labels[:, 0] = np.repeat([own for own, _ in blocks], [len(block) for _, block in blocks])
    for entry in range(points.shape[1]):
        order = np.argsort(points[:, entry])
        labels[order[1:], entry + 1] = np.cumsum(np.diff(points[order, entry]) > SAME)
    rows, width = labels.tobytes(), labels[0].nbytes
    known: dict[bytes, int] = {}
    numbers = [known.setdefault(rows[start : start + width], len(known)) for start in range(0, len(rows), width)]
    ends = np.cumsum([0, *(sum(map(len, table.values())) for table in tables)]).tolist()
    return [frozenset(numbers[start:end]) for start, end in pairwise(ends)]


def _narrow(hosts: list[int], values: Ints, fits: Fits, matters: npt.NDArray[np.bool_]) -> None:
    """Take from the hosts of each cell for which it matters those whose value does not fit the cell's."""
    distinct, position = np.unique(values, return_inverse=True)
    having = [_bits(position == place) for place in range(len(distinct))]
    fitting = []
    for row in fits(distinct[:, None], distinct[None, :]):
        bits = 0
        for place in np.flatnonzero(row).tolist():
            bits |= having[place]
        fitting.append(bits)
    for k in np.flatnonzero(matters).tolist():
        hosts[k] &= fitting[position[k]]


def _bits(chosen: npt.NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(chosen, bitorder="little").tobytes(), "little")


def _plays_within(own: Ints, other: Ints) -> npt.NDArray[np.bool_]:
    """Whether some actions, none for a type that the history excludes, are among others."""
    inside: npt.NDArray[np.bool_] = (own == 0) | ((other != 0) & _lies_within(own, other))
    return inside


def _lies_within(own: Ints, other: Ints) -> npt.NDArray[np.bool_]:
    inside: npt.NDArray[np.bool_] = own & ~other == 0
    return inside


def _members(bits: int) -> Iterator[int]:
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1
