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
    ALIAS,
    ALL,
    ALLOWED,
    AT,
    BACK,
    BELIEFS,
    BLOCK_OF,
    BLOCKS,
    BRANCH,
    CHOICE_FIRST,
    CHOICES,
    CLOSED,
    CLOSES,
    CLOSES_FIRST,
    COUNTS,
    CURRENT,
    DECIDES,
    ENTRY,
    FREE,
    IRRELEVANT,
    ITEMS,
    KNOWN,
    MASK,
    NEEDS,
    NEXT,
    NODE,
    NODES,
    PINNED,
    PLAY,
    PLAYER,
    PLAYERS,
    PRIOR,
    SET_FIRST,
    SETS,
    SLOTS,
    SUPPORT,
    TARGET,
    TYPE,
    TYPE_FIRST,
    TYPES,
    UNKNOWN,
    USED,
    VERTICES,
    WEIGHT,
    belief_support,
    last_entry,
    load_point,
    single,
)
from deterrence_games.kernels.best_reply import (
    COUNT,
    FIRST,
    N_BLOCKS,
    PLACE,
    WRITTEN,
)
from deterrence_games.kernels.conditional_dominance import (
    bound_still_nodes,
    close_node,
    holds_alone,
    remove_dominated,
)
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
def search(tree, state, numbers, matrix, found, cell, vertex, tol, max_steps, max_cells):
    """Find every cell at the loaded state, numbers, matrix, writing from rows ``cell`` and ``vertex`` of `found` on.

    Returns
    -------
    code, cells, vertices, steps : int, int, int, int
        ``OK``; ``UNDECIDED`` when some cells are not settled; ``FULL``; ``LIMIT`` after ``max_steps`` assignments or
        ``max_cells`` cells.
    """
    item_at = tree[ITEMS, 0]
    closes_at = tree[CLOSES, 0]
    closed_at = state[CLOSED, 0]
    current_at = state[CURRENT, 0]
    pinned_at = state[PINNED, 0]
    items = tree[ITEMS, 1]
    bound_still_nodes(tree, state, numbers, matrix)
    remove_dominated(tree, state, numbers, matrix, tol)
    for node in range(tree[NODES, 1]):
        state[closed_at + node, 0] = 0
    first_cell = cell
    code = OK
    steps = 0
    k = _decide_settled(tree, state, numbers, matrix, np.int64(0))
    if k == items:  # dominance settles the whole game
        outcome = settle(tree, state, numbers, matrix, items, tol)
        cell, vertex = record(tree, state, numbers, matrix, found, cell, vertex, outcome)
        return (FULL, 0, 0, steps) if cell < 0 else (OK, cell - first_cell, vertex, steps)
    state[current_at + k, BACK] = -1
    state[current_at + k, NEXT] = k + 1
    fresh = np.int64(1)
    while k >= 0:
        for c in range(tree[item_at + k, CLOSES_FIRST], tree[item_at + state[current_at + k, NEXT], CLOSES_FIRST]):
            state[closed_at + tree[closes_at + c, 0], 0] = 0
        if not _next_choice(tree, state, numbers, matrix, k, fresh):
            k = state[current_at + k, BACK]
            fresh = np.int64(0)
            continue
        steps += 1
        if steps > max_steps or cell - first_cell == max_cells:
            return LIMIT, cell - first_cell, vertex, steps
        fresh = np.int64(0)
        if not holds_alone(tree, state, numbers, matrix, k, tol):
            continue
        following = _decide_settled(tree, state, numbers, matrix, k + 1)
        state[current_at + k, NEXT] = following
        consistent = True
        choosing = following == items
        for c in range(tree[item_at + k, CLOSES_FIRST], tree[item_at + following, CLOSES_FIRST]):
            node = tree[closes_at + c, 0]
            if state[pinned_at + node, ALL]:
                continue  # its bounds do not change, and nobody there has a choice
            if not close_node(tree, state, numbers, matrix, node, tol):
                consistent = False
                break
            state[closed_at + node, 0] = 1
            choosing = True
        if not consistent:
            continue
        outcome = EMPTY
        if choosing:
            outcome = settle(tree, state, numbers, matrix, following, tol)
            if outcome == EMPTY:
                continue
        if following < items:
            state[current_at + following, BACK] = k
            state[current_at + following, NEXT] = following + 1
            k = following
            fresh = np.int64(1)
            continue
        if outcome in (COUPLED, TOO_LARGE):
            code = UNDECIDED
        cell, vertex = record(tree, state, numbers, matrix, found, cell, vertex, outcome)
        if cell < 0:
            return FULL, 0, 0, steps
    return code, cell - first_cell, vertex, steps


@inner_kernel
def _decide_settled(tree, state, numbers, matrix, k):
    """Decide the items from ``k`` on at which there is nothing to choose; return the first at which there may be.

    Those are the moves that dominance leaves no alternative, and beliefs that no search has to branch on.
    """
    slot_at = tree[SLOTS, 0]
    item_at = tree[ITEMS, 0]
    play_at = state[PLAY, 0]
    belief_at = state[BELIEFS, 0]
    pinned_at = state[PINNED, 0]
    while k < tree[ITEMS, 1]:
        target = tree[item_at + k, TARGET]
        if not state[pinned_at + tree[slot_at + tree[item_at + k, AT], NODE], ALL]:
            if tree[item_at + k, DECIDES] == SUPPORT:
                if not single(state[play_at + target, ALLOWED]):
                    return k
            elif state[belief_at + target, NEEDS] == BRANCH:
                return k
        _next_choice(tree, state, numbers, matrix, k, np.int64(1))
        k += 1
    return k


@inner_kernel
def _next_choice(tree, state, numbers, matrix, k, fresh):
    """Move item ``k`` to its next choice and apply it; False when there is none left."""
    slot_at = tree[SLOTS, 0]
    set_at = tree[SETS, 0]
    player_at = tree[PLAYERS, 0]
    item_at = tree[ITEMS, 0]
    play_at = state[PLAY, 0]
    belief_at = state[BELIEFS, 0]
    known_at = state[KNOWN, 0]
    current_at = state[CURRENT, 0]
    weight_at = state[WEIGHT, 0]
    prior_at = state[PRIOR, 0]
    slot = tree[item_at + k, AT]
    node = tree[slot_at + slot, NODE]
    player = tree[slot_at + slot, PLAYER]
    target = tree[item_at + k, TARGET]
    if fresh == 1:
        state[current_at + k, MASK] = 0
    elif state[current_at + k, MASK] < 0:
        return False
    if tree[item_at + k, DECIDES] == SUPPORT:
        kind = tree[set_at + target, TYPE]
        if not belief_support(tree, state, numbers, matrix, node, player) >> kind & 1:
            state[current_at + k, MASK] = -1
            state[play_at + target, USED] = 0
            return True
        whole = state[play_at + target, ALLOWED]
        mask = (state[current_at + k, MASK] - whole) & whole
        if mask == 0:
            return False
        state[current_at + k, MASK] = mask if mask != whole else -1
        state[play_at + target, USED] = mask
        above = last_entry(tree, node, player, kind)
        known = single(mask) and (above < 0 or state[known_at + above, 0])
        entry = tree[set_at + target, ENTRY]
        position = 0
        while mask >> position != 0:
            if mask >> position & 1:
                state[known_at + entry + position, 0] = known
                if known:
                    numbers[weight_at + entry + position] = (
                        numbers[prior_at + tree[player_at + player, TYPE_FIRST] + kind]
                        if above < 0
                        else numbers[weight_at + above]
                    )
            position += 1
        return True
    action = target - tree[slot_at + slot, CHOICE_FIRST]
    used = 0
    for kind in range(tree[player_at + player, TYPES]):
        if state[play_at + tree[slot_at + slot, SET_FIRST] + kind, USED] >> action & 1:
            used |= 1 << kind
    if used != 0:
        state[belief_at + target, FREE] = False
        state[belief_at + target, AFTER] = used
        state[current_at + k, MASK] = -1
        return True
    state[belief_at + target, FREE] = True
    whole = (1 << tree[player_at + player, TYPES]) - 1
    if state[belief_at + target, NEEDS] == BRANCH:
        mask = (state[current_at + k, MASK] - whole) & whole
        if mask == 0:
            return False
        state[current_at + k, MASK] = mask if mask != whole else -1
    else:
        mask = 1 if state[belief_at + target, NEEDS] == IRRELEVANT else whole
        state[current_at + k, MASK] = -1
    state[belief_at + target, AFTER] = mask
    for kind in range(tree[player_at + player, TYPES]):
        entry = tree[set_at + tree[slot_at + slot, SET_FIRST], ENTRY] + kind * tree[slot_at + slot, ACTIONS] + action
        state[known_at + entry, 0] = single(mask)
        numbers[weight_at + entry] = 1.0
    return True


@inner_kernel
def record(tree, state, numbers, matrix, found, cell, vertex, outcome):
    """Write one cell; return the next free rows, or -1 when there is no room."""
    slot_at = tree[SLOTS, 0]
    set_at = tree[SETS, 0]
    item_at = tree[ITEMS, 0]
    play_at = state[PLAY, 0]
    belief_at = state[BELIEFS, 0]
    alias_at = state[ALIAS, 0]
    unknown_at = state[UNKNOWN, 0]
    block_of_at = state[BLOCK_OF, 0]
    blocks_at = state[BLOCKS, 0]
    count_at = state[COUNTS, 0]
    weight_at = state[WEIGHT, 0]
    vertex_at = state[VERTICES, 0]
    rows = 0
    for block in range(state[count_at + N_BLOCKS, 0]):
        if state[blocks_at + block, COUNT] > 1:
            rows += state[blocks_at + block, COUNT]
    if cell == found.state.size or vertex + rows > found.vertex_cell.size:
        return -1, -1
    for q in range(tree[SETS, 1]):
        found.used[cell, q] = state[play_at + q, USED]
    for choice in range(tree[CHOICES, 1]):
        found.choice[cell, choice, AFTER] = state[belief_at + choice, AFTER]
        found.choice[cell, choice, FREE] = state[belief_at + choice, FREE]
        found.choice[cell, choice, NEEDS] = state[belief_at + choice, NEEDS]
    found.state[cell] = outcome
    found.weight[cell] = 0.0
    if outcome in (COUPLED, TOO_LARGE):
        return cell + 1, vertex
    first = vertex
    for block in range(state[count_at + N_BLOCKS, 0]):
        state[blocks_at + block, WRITTEN] = first
        if state[blocks_at + block, COUNT] > 1:
            root = 0
            while state[block_of_at + root, 0] != block:
                root += 1
            for r in range(first, first + state[blocks_at + block, COUNT]):
                found.vertex_cell[r] = cell
                found.vertex_block[r] = root
                found.vertex_weight[r] = 0.0
            first += state[blocks_at + block, COUNT]
    for k in range(tree[ITEMS, 1]):
        slot = tree[item_at + k, AT]
        target = tree[item_at + k, TARGET]
        if tree[item_at + k, DECIDES] == SUPPORT:
            mask = state[play_at + target, USED]
            entry = tree[set_at + target, ENTRY]
            step = 1
            block = block_at(tree, state, numbers, matrix, tree[slot_at + slot, NODE], tree[slot_at + slot, PLAYER])
        else:
            mask = state[belief_at + target, AFTER] if state[belief_at + target, FREE] else 0
            entry = tree[set_at + tree[slot_at + slot, SET_FIRST], ENTRY] + target - tree[slot_at + slot, CHOICE_FIRST]
            step = tree[slot_at + slot, ACTIONS]
            block = state[block_of_at + tree[PLAYERS, 1] + target, 0]
        count = state[blocks_at + block, COUNT] if block >= 0 else 1
        position = 0
        while mask >> position != 0:
            if mask >> position & 1:
                e = entry + position * step
                unknown = state[alias_at + e, 0]
                total = 0.0
                for r in range(count):
                    value = numbers[weight_at + e]
                    if unknown >= 0:
                        value = matrix[vertex_at + state[blocks_at + block, FIRST] + r, state[unknown_at + unknown, PLACE]]
                    total += value
                    if count > 1:
                        found.vertex_weight[state[blocks_at + block, WRITTEN] + r, e] = value
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
        ``state``, ``numbers``, ``matrix``: work space.
    code, first_cell, cells : int64[point]
        Filled: return code of `search`, first row and number of cells.

    Returns
    -------
    int
        Points done; less than all when ``found`` is full.
    """
    state, numbers, matrix = space
    cell = np.int64(0)
    vertex = np.int64(0)
    for p in range(values.shape[0]):
        load_point(tree, values[p], payoff, prior, chance, state, numbers, matrix)
        code[p], cells[p], vertex_next, steps = search(
            tree, state, numbers, matrix, found, cell, vertex, tol, max_steps, max_cells
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
