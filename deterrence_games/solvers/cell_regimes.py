"""What belongs to each cell of a search: its regimes with their extreme points, and the nodes that it reaches.

A *regime* is a stretch of play over which the weights of one player's types follow from one another: from the prior on, or
from a free belief on.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deterrence_games.forms.tree import Floats, Ints
from deterrence_games.kernels.bayesian_tree import (
    ACTIONS,
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


@dataclass(frozen=True, eq=False)
class Cell:
    """One cell with its regimes.

    Attributes
    ----------
    row : int
        In `Cells`.
    used : int64[set]
    choice : int64[choice, 3]
        As in `Cells`.
    corners : int64[vertex]
        Rows of its extreme points in `Cells`.
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
    corners: Ints
    regime: Ints
    vertices: dict[int, Floats]
    on_path: npt.NDArray[np.bool_]


def read_cells(tree: Ints, cells: Cells, rows: Ints) -> list[Cell]:
    """Collect what belongs to each of some cells."""
    choice = cells.choice[rows]
    regime, on_path = _regimes(tree, choice), _on_path(tree, choice)
    dead = (choice[:, :, FREE] == 1) & (choice[:, :, NEEDS] == IRRELEVANT)
    entry_regimes = np.where(dead, -1, regime)[:, entry_choices(tree)]
    order = np.argsort(cells.vertex_cell, kind="stable")
    ends = np.searchsorted(cells.vertex_cell[order], [rows, rows + 1])
    found = []
    for k, row in enumerate(rows.tolist()):
        corners, entry_regime = order[ends[0, k] : ends[1, k]], entry_regimes[k]
        blocks = cells.vertex_block[corners]
        vertices = {}
        for own in sorted(set(entry_regime.tolist()) - {-1}):
            mine = corners[blocks == own]
            weights = cells.vertex_weight[mine] if mine.size else cells.weight[row : row + 1]
            vertices[own] = np.where(entry_regime == own, weights, 0.0)
        found.append(Cell(row, cells.used[row], choice[k], corners, regime[k], vertices, on_path[k]))
    return found


def _regimes(tree: Ints, choice: Ints) -> Ints:
    """The regimes of cells with these choices, ``int64[cell, choice]``."""
    slots, last = rows_of(tree, SLOTS), rows_of(tree, LAST)
    players = int(tree[PLAYERS, 1])
    regime = np.zeros(choice.shape[:2], np.int64)
    for c, slot in enumerate(rows_of(tree, CHOICES)[:, 0]):
        player = slots[slot, PLAYER]
        before, action = last[slots[slot, NODE] * players + player, [LAST_SLOT, LAST_ACTION]]
        kept = player if before < 0 else regime[:, slots[before, CHOICE_FIRST] + action]
        regime[:, c] = np.where(choice[:, c, FREE] == 1, players + c, kept)
    return regime


def _on_path(tree: Ints, choice: Ints) -> npt.NDArray[np.bool_]:
    """Which nodes cells with these choices reach, ``bool[cell, node]``."""
    nodes, slots = rows_of(tree, NODES), rows_of(tree, SLOTS)
    reached = np.ones((len(choice), len(nodes)), bool)
    for node in range(1, len(nodes)):
        above = nodes[node, PARENT]
        moves = np.arange(nodes[above, SLOT_FIRST], nodes[above, SLOT_FIRST] + nodes[above, SLOT_COUNT])
        led = slots[moves, CHOICE_FIRST] + nodes[node, RANK] // slots[moves, STRIDE] % slots[moves, ACTIONS]
        reached[:, node] = reached[:, above] & (choice[:, led, FREE] == 0).all(axis=1)
    return reached


def entry_choices(tree: Ints) -> Ints:
    """The choice of each entry."""
    sets, slots = rows_of(tree, SETS), rows_of(tree, SLOTS)
    within = np.arange(tree[ENTRIES, 1]) - np.repeat(sets[:, ENTRY], sets[:, WIDTH])
    choices: Ints = np.repeat(slots[sets[:, SLOT], CHOICE_FIRST], sets[:, WIDTH]) + within
    return choices
