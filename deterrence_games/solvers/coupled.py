"""Settle the cells in which three or more players mix against each other, by branch and prune."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from deterrence_games.forms.tree import Floats, Ints, TreeForm
from deterrence_games.kernels.bayesian_tree import (
    BELIEFS,
    BLOCKS,
    CLOSED,
    COUNTS,
    ENTRIES,
    PLAY,
    PLAYERS,
    UNKNOWN,
    USED,
    load_point,
)
from deterrence_games.kernels.best_reply import BLOCK, COUNT, MAY_VANISH, N_BLOCKS, N_UNKNOWNS
from deterrence_games.kernels.coupled import bound_and_prune, record_cell, settle_with, write_system
from deterrence_games.kernels.indifference import COUPLED, EMPTY, SETTLED
from deterrence_games.kernels.jit import OK, UNDECIDED
from deterrence_games.kernels.multilinear import solve_multilinear
from deterrence_games.kernels.multilinear_findings import UNRESOLVED
from deterrence_games.kernels.perfect_bayesian import Found
from deterrence_games.solvers.cells import TERMS, Cells, Space, join, measure, room, rows_of_state, workspace
from deterrence_games.solvers.search_order import search_tree

ACCURACY = 1e-11  # rows of the system are of order one
MOST_BOXES = 50_000
MOST_ROOTS = 256
MOST_BLOCKS = 10  # whose subsets are tried
APPROACH = 12  # steps; at a double root each halves the distance
ASIDE = 1e-3  # how far from a singular root further ones are looked for
FLAT = 1e-4  # slopes up to this share of the steepest count as none there


def resolve(form: TreeForm, cells: Cells, tol: float) -> Cells:
    """Replace every coupled cell by its solutions; what stays open keeps its state."""
    coupled = np.repeat(np.arange(form.points), cells.count)[cells.state == COUPLED]
    if coupled.size == 0:
        return cells
    parts, start = [], 0
    for point in np.unique(coupled).tolist():
        if point > start:
            parts.append(cells.part(start, point))
        parts.append(_resolve_point(form.at(point), cells.part(point, point + 1), tol))
        start = point + 1
    if start < form.points:
        parts.append(cells.part(start, form.points))
    return join(parts)


def _resolve_point(form: TreeForm, cells: Cells, tol: float) -> Cells:
    """Solve the coupled cells of a form with one point."""
    coupled = np.flatnonzero(cells.state == COUPLED)
    tree = search_tree(form.structure)
    space = workspace(tree, len(form.structure.outcomes))
    load_point(tree, form.values[0], form.structure.payoff, form.structure.prior, form.structure.chance, *space)
    bound_and_prune(tree, *space, tol)
    rows_of_state(space[0], CLOSED)[:, 0] = 1

    rows = 64
    while True:
        found = room(tree, rows)
        if all(_resolve_cell(tree, space, found, cells, int(row), tol) for row in coupled):
            break
        rows *= 4
    new, vertices = int(found.counts[0]), int(found.counts[1])
    keep = np.flatnonzero(cells.state != COUPLED)
    position = np.zeros(len(cells.state), np.int64)
    position[keep] = np.arange(keep.size)
    own = np.isin(cells.vertex_cell, keep)
    settled = (cells.state[keep] == SETTLED).all() and (found.state[:new] == SETTLED).all()
    code = np.where(settled & (cells.code == UNDECIDED), OK, cells.code)
    return measure(
        form, form.values, code, np.zeros(1, np.int64), np.array([keep.size + new]), cells.steps, tol,
        used=np.concatenate([cells.used[keep], found.used[:new]]),
        choice=np.concatenate([cells.choice[keep], found.choice[:new]]),
        state=np.concatenate([cells.state[keep], found.state[:new]]),
        weight=np.concatenate([cells.weight[keep], found.weight[:new]]),
        vertex_cell=np.concatenate([position[cells.vertex_cell[own]], found.vertex_cell[:vertices] + keep.size]),
        vertex_block=np.concatenate([cells.vertex_block[own], found.vertex_block[:vertices]]),
        vertex_weight=np.concatenate([cells.vertex_weight[own], found.vertex_weight[:vertices]]),
    )  # fmt: skip


def _resolve_cell(tree: Ints, space: Space, found: Found, cells: Cells, row: int, tol: float) -> bool:
    """Write the solutions of one coupled cell to ``found``; False when there is no room.

    Blocks that some of the conditions pin down on their own are solved first; given these, the rest is settled as usual,
    and so on.
    """
    state = space[0]
    rows_of_state(state, PLAY)[:, USED] = cells.used[row]
    rows_of_state(state, BELIEFS)[:, : cells.choice.shape[2]] = cells.choice[row]
    waiting = [np.full(int(tree[ENTRIES, 1]), np.nan)]
    while waiting:
        fixed = waiting.pop()
        ended = settle_with(tree, *space, fixed, tol)
        if ended == EMPTY:
            continue
        if ended == COUPLED:
            roots: list[Floats] = []
            likely: list[Floats] = []
            decided = False
            for chosen in _subsets(state):
                roots, decided = _roots(tree, space, chosen, fixed, tol)
                if decided:
                    break
                likely = roots
            waiting.extend(roots if decided else likely)
            if decided:
                continue  # else the support stays undecided, beside whatever passes for an equilibrium in it
        cell, vertex = record_cell(tree, *space, found, int(found.counts[0]), int(found.counts[1]), ended)
        if cell < 0:
            return False
        found.counts[0], found.counts[1] = cell, vertex
    return True


def _subsets(state: Ints) -> Iterator[Ints]:
    """Sets of blocks that are not solved to points, small ones first, as flags ``int64[block]``."""
    table = rows_of_state(state, BLOCKS)
    blocks = np.flatnonzero(table[: rows_of_state(state, COUNTS)[N_BLOCKS, 0], COUNT] != 1)
    for size in range(1, len(blocks) + 1):
        if size < len(blocks) and len(blocks) > MOST_BLOCKS:
            continue
        for chosen in combinations(blocks, size):
            flags = np.zeros(len(table), np.int64)
            flags[list(chosen)] = 1
            yield flags


def _roots(tree: Ints, space: Space, chosen: Ints, fixed: Floats, tol: float) -> tuple[list[Floats], bool]:
    """Values of the chosen blocks at which their own conditions hold, filled into ``fixed``; and whether these are all.

    Where they are not proved to be all, they may be none: a root so near to another that neither can be isolated is one of
    them, for the certificate to judge.
    """
    entries, players = int(tree[ENTRIES, 1]), int(tree[PLAYERS, 1])
    number = np.zeros(entries, np.int64)
    first = np.zeros(8 * entries + 256, np.int64)
    coefficient, factor = np.zeros(TERMS), np.zeros((TERMS, players), np.int64)
    unknowns, equations, rows = write_system(tree, *space, chosen, number, first, coefficient, factor)
    if rows < 0 or equations < unknowns:
        return [], False
    used = int(first[rows])
    system = first[: rows + 1], coefficient[:used], factor[:used], equations
    roots = np.zeros((MOST_ROOTS, unknowns))
    low, high, kind = np.zeros((MOST_ROOTS, unknowns)), np.zeros((MOST_ROOTS, unknowns)), np.zeros(MOST_ROOTS, np.int64)
    code, n_roots, n_boxes, _ = solve_multilinear(
        np.zeros(unknowns), np.ones(unknowns), *system, ACCURACY, MOST_BOXES, roots, low, high, kind
    )
    named, blocks = rows_of_state(space[0], UNKNOWN), rows_of_state(space[0], BLOCKS)
    own = np.flatnonzero(number[: rows_of_state(space[0], COUNTS)[N_UNKNOWNS, 0]] >= 0)
    positive = ~blocks[named[own, BLOCK], MAY_VANISH].astype(bool)  # weights that their support needs
    left = (high[:n_boxes][:, positive] > tol).all(axis=1)  # boxes that do not belong to a smaller support
    near = left & (kind[:n_boxes] == UNRESOLVED)
    singular = [_approach(box, *system) for box in 0.5 * (low + high)[:n_boxes][near]]
    found = [*roots[:n_roots], *(root for root in singular if _alone(root, *system))]
    values = []
    for root in found:
        if (root[positive] > tol).all():
            value = fixed.copy()
            value[own] = root
            values.append(value)
    return values, code == OK or (code == UNDECIDED and not left.any())


def _approach(point: Floats, first: Ints, coefficient: Floats, factor: Ints, equations: int) -> Floats:
    """Go by least squares to where the equations hold best."""
    for _ in range(APPROACH):
        value, slope = _linearise(point, first, coefficient, factor, equations)
        point = point - np.linalg.lstsq(slope, value, rcond=1e-12)[0]
    return point.clip(0.0, 1.0)


def _alone(root: Floats, first: Ints, coefficient: Floats, factor: Ints, equations: int) -> bool:
    """Whether no further solutions are found next to a root, in the directions in which the equations are flat there."""
    system = first, coefficient, factor, equations
    _, size, directions = np.linalg.svd(_linearise(root, *system)[1])
    flat = directions[int((size > FLAT * max(size.max(), FLAT)).sum()) :]
    along = flat.T @ flat  # what is flat of a change in each unknown
    along = along[np.linalg.norm(along, axis=1) > FLAT]
    for direction in (*along, *-along):
        other = _approach(root + ASIDE * direction / np.linalg.norm(direction), *system)
        if np.abs(_linearise(other, *system)[0]).max() < 1e-3 * ASIDE**2 and np.linalg.norm(other - root) > 0.25 * ASIDE:
            return False
    return True


def _linearise(point: Floats, first: Ints, coefficient: Floats, factor: Ints, equations: int) -> tuple[Floats, Floats]:
    """Values and slopes of the equations at a point."""
    value, slope = np.zeros(equations), np.zeros((equations, point.size))
    for row in range(equations):
        for term in range(first[row], first[row + 1]):
            involved = factor[term][factor[term] >= 0]
            value[row] += coefficient[term] * point[involved].prod()
            for k, unknown in enumerate(involved):
                slope[row, unknown] += coefficient[term] * np.delete(point[involved], k).prod()
    return value, slope
