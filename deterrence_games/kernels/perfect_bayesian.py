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
    NEEDS,
    NODE,
    PLAYER,
    SET_FIRST,
    SUPPORT,
    TARGET,
    TYPE,
    TYPE_FIRST,
    TYPES,
    USED,
    belief_support,
    last_entry,
    load_point,
    single,
)
from deterrence_games.kernels.best_reply import (
    BLOCKS,
    COUNT,
    FIRST,
    PLACE,
    WRITTEN,
)
from deterrence_games.kernels.conditional_dominance import bound_still_nodes, close_node, remove_dominated
from deterrence_games.kernels.indifference import COUPLED, EMPTY, TOO_LARGE, block_at, settle
from deterrence_games.kernels.jit import FULL, LIMIT, OK, UNDECIDED, borrowing_kernel, inner_kernel


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


@inner_kernel
def search(tree, point, assigned, work, closed, current, found, cell, vertex, tol, max_steps, max_cells):
    """Find every cell at the loaded point, writing from rows ``cell`` and ``vertex`` of `found` on.

    Returns
    -------
    code, cells, vertices, steps : int, int, int, int
        ``OK``; ``UNDECIDED`` when some cells are not settled; ``FULL``; ``LIMIT`` after ``max_steps`` assignments or
        ``max_cells`` cells.
    """
    first_cell = cell
    items = (tree.item.shape[0] - 1)
    bound_still_nodes(tree, point, assigned)
    remove_dominated(tree, point, assigned, tol)
    closed[:] = False
    code = OK
    steps = 0
    k = np.int64(0)
    fresh = np.int64(1)
    while k >= 0:
        for c in range(tree.item[k, CLOSES_FIRST], tree.item[k + 1, CLOSES_FIRST]):
            closed[tree.closes[c]] = False
        if not _next_choice(tree, point, assigned, current, k, fresh):
            k -= 1
            fresh = np.int64(0)
            continue
        steps += 1
        if steps > max_steps or cell - first_cell > max_cells:
            return LIMIT, cell - first_cell, vertex, steps
        fresh = np.int64(0)
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
            fresh = np.int64(1)
            continue
        if state in (COUPLED, TOO_LARGE):
            code = UNDECIDED
        cell, vertex = record(tree, assigned, work, found, cell, vertex, state)
        if cell < 0:
            return FULL, 0, 0, steps
    return code, cell - first_cell, vertex, steps


@inner_kernel
def _choosing(tree, assigned, k):
    """Whether item ``k`` closes a node that dominance does not settle."""
    for c in range(tree.item[k, CLOSES_FIRST], tree.item[k + 1, CLOSES_FIRST]):
        if not assigned.pinned[tree.closes[c]]:
            return True
    return False


@inner_kernel
def _next_choice(tree, point, assigned, current, k, fresh):
    """Move item ``k`` to its next choice and apply it; False when there is none left."""
    slot = tree.item[k, AT]
    node = tree.slot[slot, NODE]
    player = tree.slot[slot, PLAYER]
    target = tree.item[k, TARGET]
    if fresh == 1:
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
    if assigned.choice[target, NEEDS] == BRANCH:
        mask = (current[k] - whole) & whole
        if mask == 0:
            return False
        current[k] = mask if mask != whole else -1
    else:
        mask = 1 if assigned.choice[target, NEEDS] == IRRELEVANT else whole
        current[k] = -1
    assigned.choice[target, AFTER] = mask
    for kind in range(tree.player[player, TYPES]):
        entry = tree.sets[tree.slot[slot, SET_FIRST], ENTRY] + kind * tree.slot[slot, ACTIONS] + action
        assigned.known[entry] = single(mask)
        assigned.weight[entry] = 1.0
    return True


@inner_kernel
def record(tree, assigned, work, found, cell, vertex, state):
    """Write one cell; return the next free rows, or -1 when there is no room."""
    rows = 0
    for block in range(work.counts[BLOCKS]):
        if work.block[block, COUNT] > 1:
            rows += work.block[block, COUNT]
    if cell == found.state.size or vertex + rows > found.vertex_cell.size:
        return -1, -1
    for q in range(tree.sets.shape[0]):
        found.used[cell, q] = assigned.sets[q, USED]
    for choice in range(tree.choice_slot.size):
        found.choice[cell, choice, AFTER] = assigned.choice[choice, AFTER]
        found.choice[cell, choice, FREE] = assigned.choice[choice, FREE]
        found.choice[cell, choice, NEEDS] = assigned.choice[choice, NEEDS]
    found.state[cell] = state
    found.weight[cell] = 0.0
    if state in (COUPLED, TOO_LARGE):
        return cell + 1, vertex
    first = vertex
    for block in range(work.counts[BLOCKS]):
        work.block[block, WRITTEN] = first
        if work.block[block, COUNT] > 1:
            root = 0
            while work.block_of[root] != block:
                root += 1
            for r in range(first, first + work.block[block, COUNT]):
                found.vertex_cell[r] = cell
                found.vertex_block[r] = root
                found.vertex_weight[r] = 0.0
            first += work.block[block, COUNT]
    for k in range(tree.item.shape[0] - 1):
        slot = tree.item[k, AT]
        target = tree.item[k, TARGET]
        if tree.item[k, DECIDES] == SUPPORT:
            mask = assigned.sets[target, USED]
            entry = tree.sets[target, ENTRY]
            step = 1
            block = block_at(tree, assigned, work, tree.slot[slot, NODE], tree.slot[slot, PLAYER])
        else:
            mask = assigned.choice[target, AFTER] if assigned.choice[target, FREE] else 0
            entry = tree.sets[tree.slot[slot, SET_FIRST], ENTRY] + target - tree.slot[slot, CHOICE_FIRST]
            step = tree.slot[slot, ACTIONS]
            block = work.block_of[tree.player.shape[0] + target]
        count = work.block[block, COUNT] if block >= 0 else 1
        position = 0
        while mask >> position != 0:
            if mask >> position & 1:
                e = entry + position * step
                unknown = work.alias[e]
                total = 0.0
                for r in range(count):
                    value = assigned.weight[e]
                    if unknown >= 0:
                        value = work.vertices[work.block[block, FIRST] + r, work.unknown[unknown, PLACE]]
                    total += value
                    if count > 1:
                        found.vertex_weight[work.block[block, WRITTEN] + r, e] = value
                found.weight[cell, e] = total / count
            position += 1
    return cell + 1, vertex + rows


@borrowing_kernel
def search_points(tree, values, payoff, prior, chance, space, found, code, first_cell, cells, tol, max_steps, max_cells):
    """Search one point after another into the same `found`.

    Parameters
    ----------
    values : float64[point, column]
    space : tuple
        Work space: `Point`, `Assignment`, `Work`, ``bool[node]``, ``int64[item]``.
    code, first_cell, cells : int64[point]
        Filled: return code of `search`, first row and number of cells.

    Returns
    -------
    int
        Points done; less than all when ``found`` is full.
    """
    point, assigned, work, closed, current = space
    cell = np.int64(0)
    vertex = np.int64(0)
    for p in range(values.shape[0]):
        load_point(tree, values[p], payoff, prior, chance, point)
        code[p], cells[p], vertex_next, steps = search(
            tree, point, assigned, work, closed, current, found, cell, vertex, tol, max_steps, max_cells
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
