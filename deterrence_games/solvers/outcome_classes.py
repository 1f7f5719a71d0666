"""Which cells are faces of others, and which differ only off the path of play."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

from deterrence_games.forms.tree import Floats, Ints
from deterrence_games.kernels.bayesian_tree import (
    ACTIONS,
    AFTER,
    CHOICE_FIRST,
    CHOICES,
    ENTRIES,
    ENTRY,
    FREE,
    IRRELEVANT,
    LAST,
    LAST_ACTION,
    LAST_SLOT,
    NEEDS,
    NODE,
    NODES,
    PARENT,
    PLAYER,
    PLAYERS,
    RANK,
    SETS,
    SLOT,
    SLOT_COUNT,
    SLOT_FIRST,
    SLOTS,
    STRIDE,
    WIDTH,
)
from deterrence_games.solvers.cells import Cells
from deterrence_games.solvers.search_order import rows_of

SAME = 1e-7  # weights closer than this are equal


@dataclass(frozen=True, eq=False)
class Cell:
    """One cell with its regimes.

    Attributes
    ----------
    row : int
        In `Cells`.
    regime : int64[choice]
        After each choice: the player (belief follows from the prior) or players + the choice that last made it free.
    vertices : dict regime -> float64[vertex, entry]
        Extreme points of the regime's weights, zero outside the regime.
    on_path : bool[node]
        Reached with positive probability (chance aside).
    """

    row: int
    used: Ints
    choice: Ints
    regime: Ints
    vertices: dict[int, Floats]
    on_path: npt.NDArray[np.bool_]


def read_cell(tree: Ints, cells: Cells, row: int) -> Cell:
    """Collect what belongs to one cell."""
    choice = cells.choice[row]
    nodes, slots, last = rows_of(tree, NODES), rows_of(tree, SLOTS), rows_of(tree, LAST)
    players = int(tree[PLAYERS, 1])
    regime = np.zeros(len(choice), np.int64)
    for c, slot in enumerate(rows_of(tree, CHOICES)[:, 0]):
        player = slots[slot, PLAYER]
        regime[c] = (
            players + c if choice[c, FREE] else _regime_at(slots, last[slots[slot, NODE] * players + player], regime, player)
        )
    on_path = np.ones(len(nodes), bool)
    for node in range(1, len(nodes)):
        above = nodes[node, PARENT]
        on_path[node] = on_path[above]
        first, count = nodes[above, SLOT_FIRST], nodes[above, SLOT_COUNT]
        for slot in range(first, first + count):
            on_path[node] &= not choice[slots[slot, CHOICE_FIRST] + _action_behind(nodes, slots, slot, node), FREE]

    entry_choice = entry_choices(tree)
    dead = (choice[:, FREE] == 1) & (choice[:, NEEDS] == IRRELEVANT)
    entry_regime = np.where(dead[entry_choice], -1, regime[entry_choice])
    rows = np.flatnonzero(cells.vertex_cell == row)
    vertices = {}
    for own in (int(k) for k in np.unique(entry_regime[entry_regime >= 0])):
        mine = rows[cells.vertex_block[rows] == own]
        weights = cells.vertex_weight[mine] if mine.size else cells.weight[row : row + 1]
        vertices[own] = np.where(entry_regime == own, weights, 0.0)
    return Cell(row, cells.used[row], choice, regime, vertices, on_path)


def entry_choices(tree: Ints) -> Ints:
    """The choice of each entry."""
    sets, slots = rows_of(tree, SETS), rows_of(tree, SLOTS)
    within = np.arange(tree[ENTRIES, 1]) - np.repeat(sets[:, ENTRY], sets[:, WIDTH])
    choices: Ints = np.repeat(slots[sets[:, SLOT], CHOICE_FIRST], sets[:, WIDTH]) + within
    return choices


def _action_behind(nodes: Ints, slots: Ints, slot: int, node: int) -> int:
    """The action of a slot that leads to a child of its node."""
    return int(nodes[node, RANK] // slots[slot, STRIDE] % slots[slot, ACTIONS])


def _regime_at(slots: Ints, last: Ints, regime: Ints, player: int) -> int:
    """The regime of a player's weights where it last moved as ``last`` says."""
    if last[LAST_SLOT] < 0:
        return player
    return int(regime[slots[last[LAST_SLOT], CHOICE_FIRST] + last[LAST_ACTION]])


def maximal(cells: list[Cell]) -> list[Cell]:
    """Drop every cell that is a face of another: its members are limits of the other's members."""
    used = np.array([cell.used for cell in cells])
    choice = np.array([cell.choice for cell in cells])
    kept = []
    for k, cell in enumerate(cells):
        wider = ((cell.used == 0) | ((cell.used & ~used) == 0) & (used != 0)).all(axis=1)
        matters = cell.choice[:, NEEDS] != IRRELEVANT
        wider &= (choice[:, matters, FREE] == cell.choice[matters, FREE]).all(axis=1)
        wider &= ((cell.choice[matters, AFTER] & ~choice[:, matters, AFTER]) == 0).all(axis=1)
        wider[k] = False
        hosts = [other for other in np.flatnonzero(wider) if _is_face(cell, cells[other])]
        if not any(other < k or not _is_face(cells[other], cell) for other in hosts):
            kept.append(cell)
    return kept


def _is_face(face: Cell, whole: Cell) -> bool:
    """Whether every extreme point of one cell, whose supports lie in the other's, is one of the other."""
    for regime, vertices in face.vertices.items():
        if regime not in whole.vertices:
            return False
        gaps = np.abs(vertices[:, None, :] - whole.vertices[regime][None, :, :]).max(axis=2)
        if (gaps.min(axis=1) > SAME).any():
            return False
    return True


def classify(tree: Ints, cells: list[Cell]) -> list[int]:
    """Number the cells so that cells with one number differ only off the path of play.

    A cell joins the class of a larger one when what it does on the path of play is within what the larger one does.
    """
    players = range(int(tree[PLAYERS, 1]))
    sets, slots = rows_of(tree, SETS), rows_of(tree, SLOTS)
    entry_node = slots[np.repeat(sets[:, SLOT], sets[:, WIDTH]), NODE]
    none = np.zeros((1, int(tree[ENTRIES, 1])))

    def inside(inner: Cell, outer: Cell) -> bool:
        if (inner.on_path & ~outer.on_path).any():
            return False
        path = inner.on_path[entry_node]
        return all(_within(inner.vertices.get(i, none)[:, path], outer.vertices.get(i, none)[:, path]) for i in players)

    leaders: list[int] = []
    leader_of: dict[int, int] = {}
    for k, cell in enumerate(cells):
        home = next((leader for leader in leaders if inside(cell, cells[leader])), None)
        if home is None:
            for absorbed in [leader for leader in leaders if inside(cells[leader], cell)]:
                leaders.remove(absorbed)
                leader_of[absorbed] = k
            leaders.append(k)
            home = k
        leader_of[k] = home
    for k in range(len(cells)):
        while leader_of[leader_of[k]] != leader_of[k]:
            leader_of[k] = leader_of[leader_of[k]]
    numbers = {leader: number for number, leader in enumerate(dict.fromkeys(leader_of[k] for k in range(len(cells))))}
    return [numbers[leader_of[k]] for k in range(len(cells))]


def _within(inner: Floats, outer: Floats) -> bool:
    """Whether every row of one array lies in the convex hull of the rows of the other."""
    gaps = np.abs(inner[:, None, :] - outer[None, :, :]).max(axis=2, initial=0.0)
    missing = np.flatnonzero(gaps.min(axis=1) > SAME)
    if missing.size == 0:
        return True
    if len(outer) == 1:
        return False
    system = np.vstack([outer.T, np.ones(len(outer))])
    return all(nnls(system, np.append(inner[k], 1.0))[1] <= SAME for k in missing)
