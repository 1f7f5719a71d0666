"""The default solver over a block of points at once: families, and what is measured in them, as arrays."""

import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from deterrence_games.analysis.cell_names import FINISHED, CellNames
from deterrence_games.analysis.sweep_findings import INCOMPLETE, Findings
from deterrence_games.analysis.sweep_select import Bools, Floats
from deterrence_games.forms import TreeForm
from deterrence_games.forms.tree import Ints
from deterrence_games.games import Game
from deterrence_games.lowering.tree import tree_form_of
from deterrence_games.solvers import PerfectBayesian
from deterrence_games.solvers.cell_regimes import Cell, entry_choices, read_cells
from deterrence_games.solvers.cells import Cells, measure
from deterrence_games.solvers.certificate import certified
from deterrence_games.solvers.search_order import search_tree

MOST_CORNERS = 256  # extreme points of one continuum on the path of play that are measured


def search(
    game: Game,
    solver: PerfectBayesian,
    families: Sequence[str],
    columns: Mapping[str, Floats],
    here: Ints,
    measured: Sequence[str],
    found: Findings,
) -> None:
    """Fill in families, completeness and bounds at some points.

    Parameters
    ----------
    families : sequence of str
        The last of them takes what bears none of the names.
    columns : mapping parameter -> float64[point]
        At these points alone.
    here : int64[point]
        Their places in `found`.
    measured : sequence of str
        Quantities of `OF_POINTS`.
    """
    form = tree_form_of(game, columns)
    cells = solver.solve_points(form)
    good = certified(form, cells, solver.certificate)
    point = np.repeat(np.arange(form.points), cells.count)
    found.status[here[cells.code != FINISHED]] |= INCOMPLETE
    found.status[here[point[~good]]] |= INCOMPLETE
    family = number(game, families, cells, good)
    found.exists[here[point[good]], family[good]] = True
    if not measured:
        return
    rows = np.flatnonzero(good)
    merge(game, form, cells.distribution[rows], point[rows], family[rows], here, measured, found)
    corners, of = path_corners(form, cells, good, point)
    if corners is not None:
        merge(game, form, corners.distribution, point[of], family[of], here, measured, found)


def number(game: Game, families: Sequence[str], cells: Cells, good: Bools) -> Ints:
    """The family of each good cell."""
    names = CellNames(game)
    known = {name: k for k, name in enumerate(families)}
    numbers = names.number(cells, good)
    to_family = np.array([known.get(name, len(families) - 1) for name in names.names] or [0], dtype=np.int64)
    return to_family[numbers]  # where a cell is not good the number is -1, and what is read is not used


def merge(
    game: Game, form: TreeForm, distribution: Floats, point: Ints, family: Ints, here: Ints,
    measured: Sequence[str], found: Findings,
) -> None:  # fmt: skip
    """Widen the bounds by some members of the families; ``distribution[member, outcome, profile]``."""
    outcomes = distribution.sum(axis=2)
    place = (here[point], family)
    for name in measured:
        match name:
            case "outcomes":
                values = outcomes
            case "payoffs":
                values = np.einsum("mop,moip->mi", distribution, form.payoffs[point])
            case "war":
                values = _share(form, outcomes, list(game.wars))
            case _:
                values = _share(form, outcomes, [str(game.status_quo)])
        bounds = found.bounds[name]
        np.fmin.at(bounds[..., 0], place, values)
        np.fmax.at(bounds[..., 1], place, values)


def _share(form: TreeForm, outcomes: Floats, labels: Sequence[str]) -> Floats:
    total = np.zeros((len(outcomes), 1))
    for label in labels:  # one after the other: the same sum, to the last bit, whatever the number of rows
        total[:, 0] += outcomes[:, form.structure.outcomes.index(label)]
    return total


def path_corners(form: TreeForm, cells: Cells, good: Bools, point: Ints) -> tuple[Cells | None, Ints]:
    """The extreme points of continua in which play on the path varies, and the cell of each.

    Within such a continuum an outcome's probability is linear in the weights of each player, so that it takes its extremes
    at combinations of the players' extreme points.
    """
    players = len(form.structure.players)
    rows = np.unique(cells.vertex_cell[cells.vertex_block < players])
    rows = rows[good[rows]]
    if not rows.size:
        return None, rows
    tree = search_tree(form.structure)
    choices = entry_choices(tree)
    weights, owners = [], []
    for cell in read_cells(tree, cells, rows):
        own = _combinations(cell, cells.weight[cell.row], choices, players)
        weights += own
        owners += [cell.row] * len(own)
    of = np.array(owners, dtype=np.int64)
    count = np.bincount(point[of], minlength=form.points)
    first = np.concatenate([[0], np.cumsum(count)[:-1]])
    none = np.zeros(0, np.int64)
    corners = measure(
        form, form.values, cells.code, first, count, 0, 0.0,
        used=cells.used[of], choice=cells.choice[of], state=cells.state[of], weight=np.array(weights),
        vertex_cell=none, vertex_block=none, vertex_weight=np.zeros((0, len(choices))),
    )  # fmt: skip
    return corners, of


def _combinations(cell: Cell, middle: Floats, choices: Ints, players: int) -> list[Floats]:
    regime = cell.regime[choices]
    varying = [own for own, vertices in cell.vertices.items() if own < players and len(vertices) > 1]
    found = []
    for rows in itertools.islice(itertools.product(*(cell.vertices[own] for own in varying)), MOST_CORNERS):
        weight = middle.copy()
        for own, vertex in zip(varying, rows, strict=True):
            weight[regime == own] = vertex[regime == own]
        found.append(weight)
    return found
