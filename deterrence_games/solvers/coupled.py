"""Settle the cells in which three or more players mix against each other, by branch and prune."""

import numpy as np
import numpy.typing as npt

from deterrence_games.forms.tree import Floats, Ints, TreeForm
from deterrence_games.kernels.bayesian_tree import (
    AFTER,
    CHOICE_FIRST,
    ENTRY,
    FREE,
    SLOT,
    TYPE,
    USED,
    WIDTH,
    Assignment,
    Point,
    Tree,
    load_point,
)
from deterrence_games.kernels.best_reply import BLOCK
from deterrence_games.kernels.coupled import bound_and_prune, write_system
from deterrence_games.kernels.indifference import COUNT, COUPLED, MAY_VANISH, SETTLED, Work
from deterrence_games.kernels.jit import OK, UNDECIDED
from deterrence_games.kernels.multilinear import solve_multilinear
from deterrence_games.solvers.cells import TERMS, Cells, measure, workspace
from deterrence_games.solvers.search_order import search_tree

ACCURACY = 1e-11  # rows of the system are of order one
MOST_BOXES = 200_000
MOST_ROOTS = 256

Space = tuple[Point, Assignment, Work, npt.NDArray[np.bool_], Ints]


def resolve(form: TreeForm, cells: Cells, tol: float) -> Cells:
    """Replace every coupled cell of a form with one point by its solutions; what stays open keeps its state."""
    if not (cells.state == COUPLED).any():
        return cells
    tree = search_tree(form.structure)
    space = workspace(tree, form.structure.outcomes)
    point, assigned, work, closed, _ = space
    load_point(tree, form.values[0], form.structure.payoff, form.structure.prior, form.structure.chance, point)
    bound_and_prune(tree, point, assigned, tol)
    closed[:] = True

    keep = np.flatnonzero(cells.state != COUPLED).tolist()
    sources, weights = list(keep), [cells.weight[row] for row in keep]
    states = [int(cells.state[row]) for row in keep]
    for row in np.flatnonzero(cells.state == COUPLED):
        assigned.sets[:, USED] = cells.used[row]
        assigned.choice[:] = cells.choice[row]
        decided, found = _roots(tree, space, tol)
        for weight in found:
            sources.append(row)
            weights.append(weight)
            states.append(SETTLED)
        if not decided:
            sources.append(row)
            weights.append(cells.weight[row])
            states.append(COUPLED)

    own = np.isin(cells.vertex_cell, keep)
    position = np.zeros(len(cells.state), np.int64)
    position[keep] = np.arange(len(keep))
    return measure(
        form, form.values, cells.code, np.zeros(1, np.int64), np.array([len(sources)]), cells.steps, tol,
        used=cells.used[sources], choice=cells.choice[sources], state=np.array(states, np.int64),
        weight=np.array(weights).reshape(len(sources), tree.entries),
        vertex_cell=position[cells.vertex_cell[own]], vertex_block=cells.vertex_block[own],
        vertex_weight=cells.vertex_weight[own],
    )  # fmt: skip


def _roots(tree: Tree, space: Space, tol: float) -> tuple[bool, list[Floats]]:
    """Whether the adopted assignment was decided, and the weights of its solutions."""
    point, assigned, work, closed, _ = space
    number = np.zeros(len(work.unknown), np.int64)
    first = np.zeros(8 * tree.entries + 256, np.int64)
    coefficient, factor = np.zeros(TERMS), np.zeros((TERMS, len(tree.player)), np.int64)
    unknowns, equations, rows = write_system(tree, point, assigned, work, closed, tol, number, first, coefficient, factor)
    if rows < 0:
        return False, []
    used = int(first[rows])
    roots = np.zeros((MOST_ROOTS, unknowns))
    low, high, kind = np.zeros((MOST_ROOTS, unknowns)), np.zeros((MOST_ROOTS, unknowns)), np.zeros(MOST_ROOTS, np.int64)
    code, n_roots, n_boxes, _ = solve_multilinear(
        np.zeros(unknowns), np.ones(unknowns), first[: rows + 1], coefficient[:used], factor[:used], equations,
        ACCURACY, MOST_BOXES, roots, low, high, kind,
    )  # fmt: skip

    named = work.counts[0]
    block = work.unknown[:named, BLOCK]
    open_ = work.block[block, COUNT] != 1
    positive = ~work.block[block[open_], MAY_VANISH].astype(bool)  # weights that their support needs
    found = []
    for root in roots[:n_roots]:
        if (root[positive] > tol).all():
            value = work.value[:named].copy()
            value[open_] = root
            alias = np.where(_in_play(tree, assigned), work.alias, -2)
            weight = np.where(alias == -1, assigned.weight, 0.0)
            weight[alias >= 0] = value[alias[alias >= 0]]
            found.append(weight)
    possible = (high[:n_boxes][:, positive] > tol).all(axis=1)  # other boxes belong to smaller supports
    return code == OK or (bool(~possible.any()) and code == UNDECIDED), found


def _in_play(tree: Tree, assigned: Assignment) -> npt.NDArray[np.bool_]:
    """Which entries carry a weight under the adopted assignment, as ``bool[entry]``."""
    width, slots = tree.sets[:, WIDTH], tree.sets[:, SLOT]
    within = np.arange(tree.entries) - np.repeat(tree.sets[:, ENTRY], width)
    used = np.repeat(assigned.sets[:, USED], width) >> within & 1
    choice = assigned.choice[np.repeat(tree.slot[slots, CHOICE_FIRST], width) + within]
    believed = choice[:, FREE] & (choice[:, AFTER] >> np.repeat(tree.sets[:, TYPE], width) & 1)
    return (used | believed).astype(bool)
