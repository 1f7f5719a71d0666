"""Geometry of a map's regions: which cells they fill, their outlines, and where their labels fit."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Kind = TypeVar("Kind", bound=np.generic)

FINE_GRID = 21  # points along each axis from which a combination found only on lines counts as a border


def border_points(labels: Ints) -> Bools:
    """Points whose combination is a tie between neighbouring regions, ``bool[y, x]``.

    That is a combination which occurs only on lines of points, each of them beside a region. On a grid of fewer than
    `FINE_GRID` points along an axis a line may be a region, and nothing counts as a tie; nor does -1, a point that was not
    decided.
    """
    from scipy.ndimage import maximum_filter

    if min(labels.shape) < FINE_GRID:
        return np.zeros(labels.shape, dtype=np.bool_)
    corner = labels[1:, 1:]
    square = (corner == labels[:-1, 1:]) & (corner == labels[1:, :-1]) & (corner == labels[:-1, :-1]) & (corner >= 0)
    solid = np.isin(labels, np.unique(corner[square]))
    alone = np.unique(labels[~maximum_filter(solid, size=3)])
    return np.asarray(~solid & (labels >= 0) & ~np.isin(labels, alone))


def fill_cells(labels: Ints) -> Ints:
    """Labels of quarter cells, ``int64[2 y - 2, 2 x - 2]``.

    Every point fills the quarter cells around it, and border points give theirs to the nearest decided region, so that a
    region ends exactly at the tie.
    """
    from scipy.ndimage import distance_transform_edt

    quarters = _quarters(labels)
    border = _quarters(border_points(labels))
    if border.any():
        nearest = distance_transform_edt(border | (quarters < 0), return_distances=False, return_indices=True)
        quarters[border] = quarters[tuple(nearest)][border]
    return quarters


def _quarters(values: npt.NDArray[Kind]) -> npt.NDArray[Kind]:
    return np.repeat(np.repeat(values, 2, axis=0), 2, axis=1)[1:-1, 1:-1]


def cell_edges(values: Floats, logarithmic: bool = False) -> Floats:
    """Coordinates between which the quarter cells lie: the points and the middles between them, as the axis shows them."""
    edges = np.empty(2 * len(values) - 1)
    edges[::2] = values
    edges[1::2] = np.sqrt(values[1:]) * np.sqrt(values[:-1]) if logarithmic else (values[1:] + values[:-1]) / 2
    return edges


def along(low: float, high: float, shares: npt.ArrayLike, logarithmic: bool) -> Floats:
    """Values at shares of the length of an axis."""
    whole = np.asarray(shares, dtype=np.float64)
    return low * (high / low) ** whole if logarithmic else low + whole * (high - low)


def neighbours(cells: Ints) -> set[tuple[int, int]]:
    """Pairs of labels that share a side, smaller first."""
    pairs: set[tuple[int, int]] = set()
    for one, other in ((cells[:, 1:], cells[:, :-1]), (cells[1:], cells[:-1])):
        differ = one != other
        ends = np.sort(np.stack([one[differ], other[differ]]), axis=0)
        pairs.update((int(low), int(high)) for low, high in np.unique(ends, axis=1).T)
    return pairs


def outline(inside: Bools, x_edges: Floats, y_edges: Floats) -> list[Floats]:
    """Closed loops around a set of cells, ``float64[vertex, 2]`` each, anticlockwise outside and clockwise around holes."""
    padded = np.pad(inside, 1)
    core = padded[1:-1, 1:-1]
    steps: dict[tuple[int, int], list[tuple[int, int]]] = {}
    sides = (  # neighbour on the other side of the edge, start and end of the edge with the cell on the left
        (padded[:-2, 1:-1], (0, 0), (0, 1)),
        (padded[1:-1, 2:], (0, 1), (1, 1)),
        (padded[2:, 1:-1], (1, 1), (1, 0)),
        (padded[1:-1, :-2], (1, 0), (0, 0)),
    )
    for beyond, start, end in sides:
        for row, column in np.argwhere(core & ~beyond).tolist():
            steps.setdefault((row + start[0], column + start[1]), []).append((row + end[0], column + end[1]))
    loops = []
    while steps:
        first = at = next(iter(steps))
        corners: list[tuple[int, int]] = []
        while at in steps:
            after = steps[at].pop()
            if not steps[at]:
                del steps[at]
            straight = len(corners) > 0 and (corners[-1][0] == after[0] or corners[-1][1] == after[1])
            if not straight:
                corners.append(at)
            at = after
            if at == first:
                break
        rows, columns = np.array(corners).T
        loops.append(np.column_stack([x_edges[columns], y_edges[rows]]))
    return loops


def border_segments(border: Bools, x: Floats, y: Floats) -> list[Floats]:
    """Straight pieces through neighbouring border points, ``float64[2, 2]`` each; a lone point is a piece without length."""
    pieces = []
    joined = np.zeros(border.shape, dtype=np.bool_)
    for transposed in (False, True):
        grid = border.T if transposed else border
        mark = joined.T if transposed else joined
        for line, points in enumerate(grid):
            steps = np.diff(np.concatenate([[0], points.astype(np.int8), [0]]))
            for begin, end in zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1) - 1, strict=True):
                if begin < end:
                    mark[line, begin : end + 1] = True
                    pieces.append(np.array([[begin, line], [end, line]])[:, :: -1 if transposed else 1])
    pieces += [np.array([[column, row]] * 2) for row, column in np.argwhere(border & ~joined)]
    return [np.column_stack([x[piece[:, 0]], y[piece[:, 1]]]) for piece in pieces]


def place_box(room: Bools, width: int, height: int) -> tuple[float, float] | None:
    """Centre (column, row) of a box of ``width`` by ``height`` cells inside ``room``, as far from its edge as possible.

    Among equally distant places the one nearest to the middle of the room is taken.

    Returns
    -------
    tuple of float, or None
        None when the box does not fit.
    """
    from scipy.ndimage import distance_transform_edt

    rows, columns = room.shape
    if height > rows or width > columns:
        return None
    total = np.zeros((rows + 1, columns + 1), dtype=np.int64)
    total[1:, 1:] = room.cumsum(axis=0).cumsum(axis=1)
    covered = total[height:, width:] - total[:-height, width:] - total[height:, :-width] + total[:-height, :-width]
    fits = covered == width * height
    if not fits.any():
        return None
    depth = distance_transform_edt(np.pad(fits, 1))[1:-1, 1:-1]
    candidates = np.argwhere(depth >= 0.97 * depth.max())
    centres = candidates + np.array([height, width]) / 2
    middle = np.argwhere(room).mean(axis=0) + 0.5
    row, column = centres[np.argmin(((centres - middle) ** 2).sum(axis=1))]
    return float(column), float(row)
