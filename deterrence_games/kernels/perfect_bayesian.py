"""All perfect Bayesian equilibria at one point or many, by depth-first search over supports.

Items are decided in the order of the tree: what a type may play at an information set, and, after a move that nobody who is
held possible makes, which types the free belief holds possible. Whenever a subtree is settled its supports are checked
against bounds on continuation payoffs and against the systems of `indifference`, so that most assignments are never reached.
"""

from typing import NamedTuple

import numpy as np

from deterrence_games.kernels.bayesian_tree import (
    ACTIONS,
    AFTER,
    ALLOWED,
    AT,
    BRANCH,
    CHOICE_FIRST,
    CLOSES_FIRST,
    DECIDES,
    ENTRY,
    FREE,
    IRRELEVANT,
    NODE,
    PLAYER,
    SET_FIRST,
    SLOT_COUNT,
    SLOT_FIRST,
    SUPPORT,
    TARGET,
    TYPE,
    TYPE_FIRST,
    TYPES,
    USED,
    Assignment,
    belief_support,
    empty_point,
    last_entry,
    load_point,
    single,
)
from deterrence_games.kernels.best_reply import BLOCK, PLACE
from deterrence_games.kernels.conditional_dominance import bound_still_nodes, close_node, remove_dominated
from deterrence_games.kernels.indifference import COUNT, COUPLED, EMPTY, FIRST, TOO_LARGE, Work, settle
from deterrence_games.kernels.jit import FULL, LIMIT, OK, UNDECIDED, kernel


class Found(NamedTuple):
    """Where the search writes what it finds; a *cell* is one assignment of supports that has solutions."""

    used: np.ndarray  # int64[cell, set]
    choice: np.ndarray  # int64[cell, choice, column], as in `Assignment`
    state: np.ndarray  # int64[cell]: SETTLED, COUPLED or TOO_LARGE
    weight: np.ndarray  # float64[cell, entry]: in the middle of the cell
    vertex_cell: np.ndarray  # int64[vertex]
    vertex_block: np.ndarray  # int64[vertex]: player, or players + choice, whose regime varies
    vertex_weight: np.ndarray  # float64[vertex, entry]
    counts: np.ndarray  # int64[3]: cells, vertices, steps


@kernel
def allocate(tree, outcomes, unknowns, rows, vertices, terms):
    """Work space for one search."""
    players = tree.player.shape[0]
    profiles = tree.profile_type.shape[0]
    sets = tree.sets.shape[0]
    nodes = tree.node.shape[0]
    choices = tree.free_kind.size
    slots = tree.slot.shape[0]
    point = empty_point(tree, outcomes)
    assigned = Assignment(
        np.zeros((sets, 2), np.int64),
        np.zeros((choices, 2), np.int64),
        np.zeros(tree.entries),
        np.zeros(tree.entries, np.int64),
        np.zeros((nodes, players, profiles, 2)),
    )
    work = Work(
        np.full(tree.entries, -1, np.int64),
        np.zeros((unknowns, 3), np.int64),
        np.zeros(unknowns),
        np.full(players + choices, -1, np.int64),
        np.zeros((players + choices, 4), np.int64),
        np.empty((vertices, unknowns)),
        np.empty((rows, unknowns + 1)),
        np.empty((rows, unknowns + 1)),
        np.empty((vertices, unknowns + 1)),
        np.empty((vertices, 2), np.int64),
        np.empty(vertices),
        np.empty(terms),
        np.empty((terms, players), np.int64),
        np.empty(nodes),
        np.zeros((2, slots), np.int64),
        np.zeros(3, np.int64),
    )
    return point, assigned, work, np.zeros(nodes, np.bool_), np.zeros((tree.item.shape[0] - 1), np.int64)


@kernel
def search(tree, point, assigned, work, closed, current, found, cell, vertex, tol, max_steps):
    """Find every cell at the loaded point, writing from rows ``cell`` and ``vertex`` of `found` on.

    Returns
    -------
    code, cells, vertices, steps : int, int, int, int
        ``OK``; ``UNDECIDED`` when some cells are not settled; ``FULL``; ``LIMIT`` after ``max_steps`` assignments.
    """
    first_cell = cell
    items = (tree.item.shape[0] - 1)
    bound_still_nodes(tree, point, assigned)
    remove_dominated(tree, point, assigned, tol)
    closed[:] = False
    code = OK
    steps = 0
    k = 0
    fresh = True
    while k >= 0:
        for c in range(tree.item[k, CLOSES_FIRST], tree.item[k + 1, CLOSES_FIRST]):
            closed[tree.closes[c]] = False
        if not _next_choice(tree, point, assigned, current, k, fresh):
            k -= 1
            fresh = False
            continue
        steps += 1
        if steps > max_steps:
            return LIMIT, cell - first_cell, vertex, steps
        fresh = False
        consistent = True
        for c in range(tree.item[k, CLOSES_FIRST], tree.item[k + 1, CLOSES_FIRST]):
            if not close_node(tree, point, assigned, tree.closes[c], tol):
                consistent = False
                break
            closed[tree.closes[c]] = True
        if not consistent:
            continue
        state = EMPTY
        if k + 1 == items or _choosing(tree, assigned, k):
            state = settle(tree, point, assigned, work, k + 1, closed, tol)
            if state == EMPTY:
                continue
        if k + 1 < items:
            k += 1
            fresh = True
            continue
        if state in (COUPLED, TOO_LARGE):
            code = UNDECIDED
        cell, vertex = _record(tree, assigned, work, found, cell, vertex, state)
        if cell < 0:
            return FULL, 0, 0, steps
    return code, cell - first_cell, vertex, steps


@kernel
def _choosing(tree, assigned, k):
    """Whether item ``k`` closes a node at which somebody has two undominated actions."""
    for c in range(tree.item[k, CLOSES_FIRST], tree.item[k + 1, CLOSES_FIRST]):
        node = tree.closes[c]
        for slot in range(tree.node[node, SLOT_FIRST], tree.node[node, SLOT_FIRST] + tree.node[node, SLOT_COUNT]):
            for kind in range(tree.player[tree.slot[slot, PLAYER], TYPES]):
                if not single(assigned.sets[tree.slot[slot, SET_FIRST] + kind, ALLOWED]):
                    return True
    return False


@kernel
def _next_choice(tree, point, assigned, current, k, fresh):
    """Move item ``k`` to its next choice and apply it; False when there is none left."""
    slot = tree.item[k, AT]
    node = tree.slot[slot, NODE]
    player = tree.slot[slot, PLAYER]
    target = tree.item[k, TARGET]
    if fresh:
        current[k] = 0
    elif current[k] < 0:
        return False
    if tree.item[k, DECIDES] == SUPPORT:
        kind = tree.sets[target, TYPE]
        if not belief_support(tree, point, assigned, node, player) >> kind & 1:
            current[k] = -1
            assigned.sets[target, USED] = 0
            return True
        whole = assigned.sets[target, ALLOWED]
        mask = (current[k] - whole) & whole
        if mask == 0:
            return False
        current[k] = mask if mask != whole else -1
        assigned.sets[target, USED] = mask
        above = last_entry(tree, node, player, kind)
        known = single(mask) and (above < 0 or assigned.known[above])
        entry = tree.sets[target, ENTRY]
        position = 0
        while mask >> position != 0:
            if mask >> position & 1:
                assigned.known[entry + position] = known
                if known:
                    assigned.weight[entry + position] = (
                        point.prior[tree.player[player, TYPE_FIRST] + kind] if above < 0 else assigned.weight[above]
                    )
            position += 1
        return True
    action = target - tree.slot[slot, CHOICE_FIRST]
    used = 0
    for kind in range(tree.player[player, TYPES]):
        if assigned.sets[tree.slot[slot, SET_FIRST] + kind, USED] >> action & 1:
            used |= 1 << kind
    if used != 0:
        assigned.choice[target, FREE] = False
        assigned.choice[target, AFTER] = used
        current[k] = -1
        return True
    assigned.choice[target, FREE] = True
    whole = (1 << tree.player[player, TYPES]) - 1
    if tree.free_kind[target] == BRANCH:
        mask = (current[k] - whole) & whole
        if mask == 0:
            return False
        current[k] = mask if mask != whole else -1
    else:
        mask = 1 if tree.free_kind[target] == IRRELEVANT else whole
        current[k] = -1
    assigned.choice[target, AFTER] = mask
    for kind in range(tree.player[player, TYPES]):
        entry = tree.sets[tree.slot[slot, SET_FIRST], ENTRY] + kind * tree.slot[slot, ACTIONS] + action
        assigned.known[entry] = single(mask)
        assigned.weight[entry] = 1.0
    return True


@kernel
def _record(tree, assigned, work, found, cell, vertex, state):
    """Write one cell; return the next free rows, or -1 when there is no room."""
    rows = 0
    for block in range(work.counts[1]):
        if work.block[block, COUNT] > 1:
            rows += work.block[block, COUNT]
    if cell == found.state.size or vertex + rows > found.vertex_cell.size:
        return -1, -1
    found.used[cell] = assigned.sets[:, USED]
    found.choice[cell] = assigned.choice
    found.state[cell] = state
    found.weight[cell] = 0.0
    if state in (COUPLED, TOO_LARGE):
        return cell + 1, vertex
    for block in range(work.counts[1]):
        count = work.block[block, COUNT]
        if count > 1:
            root = 0
            while work.block_of[root] != block:
                root += 1
            for r in range(count):
                found.vertex_cell[vertex + r] = cell
                found.vertex_block[vertex + r] = root
                found.vertex_weight[vertex + r] = 0.0
    for k in range((tree.item.shape[0] - 1)):
        slot = tree.item[k, AT]
        target = tree.item[k, TARGET]
        if tree.item[k, DECIDES] == SUPPORT:
            mask = assigned.sets[target, USED]
            entry = tree.sets[target, ENTRY]
            step = 1
        else:
            mask = assigned.choice[target, AFTER] if assigned.choice[target, FREE] else 0
            entry = tree.sets[tree.slot[slot, SET_FIRST], ENTRY] + target - tree.slot[slot, CHOICE_FIRST]
            step = tree.slot[slot, ACTIONS]
        position = 0
        while mask >> position != 0:
            if mask >> position & 1:
                e = entry + position * step
                unknown = work.alias[e]
                if unknown < 0:
                    found.weight[cell, e] = assigned.weight[e]
                else:
                    block = work.unknown[unknown, BLOCK]
                    first = vertex
                    for b in range(block):
                        if work.block[b, COUNT] > 1:
                            first += work.block[b, COUNT]
                    count = work.block[block, COUNT]
                    total = 0.0
                    for r in range(count):
                        value = work.vertices[work.block[block, FIRST] + r, work.unknown[unknown, PLACE]]
                        total += value
                        if count > 1:
                            found.vertex_weight[first + r, e] = value
                    found.weight[cell, e] = total / count
            position += 1
    return cell + 1, vertex + rows


@kernel
def search_points(tree, values, payoff, prior, chance, sizes, found, code, first_cell, cells, tol, max_steps):
    """Search one point after another into the same `found`.

    Parameters
    ----------
    values : float64[point, column]
    sizes : tuple of int
        Unknowns, rows, vertices and terms of the work space.
    code, first_cell, cells : int64[point]
        Filled: return code of `search`, first row and number of cells.

    Returns
    -------
    int
        Points done; less than all when ``found`` is full.
    """
    point, assigned, work, closed, current = allocate(tree, payoff.shape[0], sizes[0], sizes[1], sizes[2], sizes[3])
    cell = 0
    vertex = 0
    for p in range(values.shape[0]):
        load_point(tree, values[p], payoff, prior, chance, point)
        code[p], cells[p], vertex_next, steps = search(
            tree, point, assigned, work, closed, current, found, cell, vertex, tol, max_steps
        )
        found.counts[2] += steps
        if code[p] == FULL:
            return p
        first_cell[p] = cell
        cell += cells[p]
        vertex = vertex_next
        found.counts[0] = cell
        found.counts[1] = vertex
    return values.shape[0]
