"""Which cells are faces of others, and which differ only off the path of play."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

from deterrence_games.forms.tree import Floats, Ints
from deterrence_games.kernels.bayesian_tree import (
    AFTER,
    CHOICE_FIRST,
    FREE,
    IRRELEVANT,
    LAST_ACTION,
    LAST_SLOT,
    NEEDS,
    NODE,
    PARENT,
    PLAYER,
    SLOT,
    SLOT_COUNT,
    SLOT_FIRST,
    Tree,
    action_toward,
)
from deterrence_games.solvers.cells import Cells

SAME = 1e-7  # weights closer than this are equal

action_behind = action_toward.py_func


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


def read_cell(tree: Tree, cells: Cells, row: int) -> Cell:
    """Collect what belongs to one cell."""
    choice = cells.choice[row]
    players = len(tree.player)
    regime = np.zeros(len(choice), np.int64)
    for c, slot in enumerate(tree.choice_slot):
        player = tree.slot[slot, PLAYER]
        regime[c] = players + c if choice[c, FREE] else _regime_at(tree, regime, tree.slot[slot, NODE], player)
    on_path = np.ones(len(tree.node), bool)
    for node in range(1, len(tree.node)):
        above = tree.node[node, PARENT]
        on_path[node] = on_path[above]
        first, count = tree.node[above, SLOT_FIRST], tree.node[above, SLOT_COUNT]
        for slot in range(first, first + count):
            on_path[node] &= not choice[tree.slot[slot, CHOICE_FIRST] + action_behind(tree, slot, node), FREE]

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


def entry_choices(tree: Tree) -> Ints:
    """The choice of each entry."""
    slots = tree.sets[:, SLOT]
    first = tree.slot[slots, CHOICE_FIRST]
    width = tree.sets[:, 2]
    within = np.arange(tree.entries) - np.repeat(tree.sets[:, 3], width)
    return np.repeat(first, width) + within


def _regime_at(tree: Tree, regime: Ints, node: int, player: int) -> int:
    slot = tree.last[node, player, LAST_SLOT]
    if slot < 0:
        return player
    return int(regime[tree.slot[slot, CHOICE_FIRST] + tree.last[node, player, LAST_ACTION]])


def maximal(cells: list[Cell]) -> list[Cell]:
    """Drop every cell that is a face of another: its members are limits of the other's members."""
    used = np.array([cell.used for cell in cells])
    kept = []
    for k, cell in enumerate(cells):
        wider = ((cell.used == 0) | ((cell.used & ~used) == 0) & (used != 0)).all(axis=1)
        wider[k] = False
        if not any(_is_face(cell, cells[other]) and not (other > k and _is_face(cells[other], cell)) for other in np.flatnonzero(wider)):
            kept.append(cell)
    return kept


def _is_face(face: Cell, whole: Cell) -> bool:
    matters = face.choice[:, NEEDS] != IRRELEVANT
    if (face.choice[matters, FREE] != whole.choice[matters, FREE]).any():
        return False
    if (face.choice[matters, AFTER] & ~whole.choice[matters, AFTER]).any():
        return False
    for regime, vertices in face.vertices.items():
        if regime not in whole.vertices:
            return False
        gaps = np.abs(vertices[:, None, :] - whole.vertices[regime][None, :, :]).max(axis=2)
        if (gaps.min(axis=1) > SAME).any():
            return False
    return True


def classify(tree: Tree, cells: list[Cell]) -> list[int]:
    """Number the cells so that cells with one number differ only off the path of play.

    A cell joins the class of a larger one when what it does on the path of play is within what the larger one does.
    """
    players = range(len(tree.player))
    entry_node = tree.slot[np.repeat(tree.sets[:, SLOT], tree.sets[:, 2]), NODE]
    none = np.zeros((1, tree.entries))

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
