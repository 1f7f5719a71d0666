"""All beliefs and mixtures that make one assignment of supports an equilibrium.

The weights of one player within one regime form a *block*. Everyone's conditions are linear in one block when the others'
are numbers; so blocks are solved one at a time, each as a polytope by its extreme points, until nothing changes. With two
players that settles every assignment. What remains coupled (three players who all mix against each other) is bounded at
the extreme points, where a multilinear function takes its extremes, and otherwise handed on.
"""

import numpy as np

from deterrence_games.kernels.bayesian_tree import (
    ACTIONS,
    AFTER,
    ALIAS,
    ALLOWED,
    AT,
    BELIEFS,
    BLOCK_OF,
    BLOCKS,
    CHOICE_FIRST,
    CLOSED,
    COEFFICIENT,
    CORNER,
    COUNTS,
    DECIDES,
    ENTRY,
    EQUATIONS,
    FACTOR,
    FREE,
    INEQUALITIES,
    ITEMS,
    MEETS,
    NEEDS,
    NODE,
    NODES,
    OPEN,
    PLAN,
    PLAY,
    PLAYER,
    PLAYERS,
    PRIOR,
    RAYS,
    SET_FIRST,
    SETS,
    SIMPLEX,
    SLACK,
    SLOT_COUNT,
    SLOTS,
    SUPPORT,
    TARGET,
    TYPE,
    TYPE_FIRST,
    TYPES,
    UNKNOWN,
    USED,
    VALUE,
    VERTICES,
    WEIGHT,
    WHOLE_WEIGHT,
    WIDTH,
    belief_support,
    end_slot,
    first_slot,
    last_entry,
    lowest,
    regime,
    single,
)
from deterrence_games.kernels.best_reply import (
    BLOCK,
    COUNT,
    FIRST,
    MAY_VANISH,
    N_BLOCKS,
    N_UNKNOWNS,
    N_VERTICES,
    NO_BLOCK,
    PLACE,
    SIBLINGS,
    SIZE,
    SOLVED,
    SOLVING,
    WHOLE,
    belief_settled,
    eliminate_last,
    open_slots,
    reply_terms,
    strip_factors,
)
from deterrence_games.kernels.jit import inner_kernel
from deterrence_games.kernels.polytope import extreme_points

EMPTY, SETTLED, COUPLED, TOO_LARGE = 0, 1, 2, 3
MAX_PLANS = 4096
MAX_CORNERS = 20_000
VIOLATED, NO_ROOM = -1, -2
NO_TERMS = np.int64(0)  # typed, as `NO_BLOCK`


@inner_kernel
def block_at(tree, state, numbers, matrix, node, player):
    """Block of the player's weights at the node, -1 when they are all numbers."""
    block_of_at = state[BLOCK_OF, 0]
    root = regime(tree, state, numbers, matrix, node, player)
    return state[block_of_at + (player if root < 0 else tree[PLAYERS, 1] + root), 0]


@inner_kernel
def name_unknowns(tree, state, numbers, matrix, items):
    """Give an unknown to every weight among the first items that the supports leave open; fill ``alias`` and blocks."""
    slot_at = tree[SLOTS, 0]
    set_at = tree[SETS, 0]
    player_at = tree[PLAYERS, 0]
    item_at = tree[ITEMS, 0]
    play_at = state[PLAY, 0]
    belief_at = state[BELIEFS, 0]
    alias_at = state[ALIAS, 0]
    unknown_at = state[UNKNOWN, 0]
    block_of_at = state[BLOCK_OF, 0]
    blocks_at = state[BLOCKS, 0]
    count_at = state[COUNTS, 0]
    weight_at = state[WEIGHT, 0]
    whole_at = state[WHOLE_WEIGHT, 0]
    prior_at = state[PRIOR, 0]
    players = tree[PLAYERS, 1]
    for k in range(state[BLOCK_OF, 1]):
        state[block_of_at + k, 0] = -1
    unknowns = 0
    blocks = 0
    for k in range(items):
        slot = tree[item_at + k, AT]
        node = tree[slot_at + slot, NODE]
        player = tree[slot_at + slot, PLAYER]
        target = tree[item_at + k, TARGET]
        if tree[item_at + k, DECIDES] == SUPPORT:
            mask = state[play_at + target, USED]
            if mask == 0:
                continue
            entry = tree[set_at + target, ENTRY]
            if single(mask):
                e = entry + lowest(mask)
                above = last_entry(tree, node, player, tree[set_at + target, TYPE])
                if above < 0:
                    state[alias_at + e, 0] = -1
                    numbers[weight_at + e] = numbers[
                        prior_at + tree[player_at + player, TYPE_FIRST] + tree[set_at + target, TYPE]
                    ]
                else:
                    state[alias_at + e, 0] = state[alias_at + above, 0]
                    numbers[weight_at + e] = numbers[weight_at + above]
                continue
            root = regime(tree, state, numbers, matrix, node, player)
            block = player if root < 0 else players + root
            above = last_entry(tree, node, player, tree[set_at + target, TYPE])
            whole = numbers[prior_at + tree[player_at + player, TYPE_FIRST] + tree[set_at + target, TYPE]]
            if above >= 0:
                whole = numbers[weight_at + above]
                above = state[alias_at + above, 0]
        else:
            mask = state[belief_at + target, AFTER]
            action = target - tree[slot_at + slot, CHOICE_FIRST]
            entry = tree[set_at + tree[slot_at + slot, SET_FIRST], ENTRY] + action
            if not state[belief_at + target, FREE]:
                continue
            if single(mask):
                e = entry + lowest(mask) * tree[slot_at + slot, ACTIONS]
                state[alias_at + e, 0] = -1
                numbers[weight_at + e] = 1.0
                continue
            block = players + target
            above = -1
            whole = 1.0
        if state[block_of_at + block, 0] < 0:
            state[block_of_at + block, 0] = blocks
            state[blocks_at + blocks, SIZE] = 0
            state[blocks_at + blocks, MAY_VANISH] = (
                tree[item_at + k, DECIDES] != SUPPORT and state[belief_at + target, NEEDS] == SIMPLEX
            )
            state[blocks_at + blocks, COUNT] = 0
            blocks += 1
        block = state[block_of_at + block, 0]
        step = 1 if tree[item_at + k, DECIDES] == SUPPORT else tree[slot_at + slot, ACTIONS]
        position = 0
        siblings = 0
        while mask >> position != 0:
            if mask >> position & 1:
                state[unknown_at + unknowns, SIBLINGS] = 0
                if mask >> (position + 1) == 0:
                    state[unknown_at + unknowns, SIBLINGS] = siblings
                    state[unknown_at + unknowns, WHOLE] = above
                    numbers[whole_at + unknowns] = whole
                siblings += 1
                state[alias_at + entry + position * step, 0] = unknowns
                state[unknown_at + unknowns, BLOCK] = block
                state[unknown_at + unknowns, PLACE] = state[blocks_at + block, SIZE]
                state[unknown_at + unknowns, SOLVED] = False
                state[blocks_at + block, SIZE] += 1
                unknowns += 1
            position += 1
    state[count_at + N_UNKNOWNS, 0] = unknowns
    state[count_at + N_BLOCKS, 0] = blocks
    state[count_at + N_VERTICES, 0] = 0


@inner_kernel
def flow_rows(tree, state, numbers, matrix, items, block):
    """Write the equations that make the block's weights add up; return how many."""
    slot_at = tree[SLOTS, 0]
    set_at = tree[SETS, 0]
    player_at = tree[PLAYERS, 0]
    item_at = tree[ITEMS, 0]
    play_at = state[PLAY, 0]
    belief_at = state[BELIEFS, 0]
    alias_at = state[ALIAS, 0]
    unknown_at = state[UNKNOWN, 0]
    blocks_at = state[BLOCKS, 0]
    weight_at = state[WEIGHT, 0]
    prior_at = state[PRIOR, 0]
    equation_at = state[EQUATIONS, 0]
    size = state[blocks_at + block, SIZE]
    rows = 0
    for k in range(items):
        slot = tree[item_at + k, AT]
        target = tree[item_at + k, TARGET]
        support = tree[item_at + k, DECIDES] == SUPPORT
        mask = state[play_at + target, USED] if support else state[belief_at + target, AFTER]
        if mask == 0 or single(mask) or (not support and not state[belief_at + target, FREE]):
            continue
        if support:
            entry = tree[set_at + target, ENTRY]
            step = 1
        else:
            entry = tree[set_at + tree[slot_at + slot, SET_FIRST], ENTRY] + target - tree[slot_at + slot, CHOICE_FIRST]
            step = tree[slot_at + slot, ACTIONS]
        if state[unknown_at + state[alias_at + entry + lowest(mask) * step, 0], BLOCK] != block:
            continue
        if rows == state[EQUATIONS, 1]:
            return -1
        row = matrix[equation_at + rows]
        row[: size + 1] = 0.0
        position = 0
        while mask >> position != 0:
            if mask >> position & 1:
                row[state[unknown_at + state[alias_at + entry + position * step, 0], PLACE]] = 1.0
            position += 1
        if support:
            player = tree[slot_at + slot, PLAYER]
            above = last_entry(tree, tree[slot_at + slot, NODE], player, tree[set_at + target, TYPE])
            if above < 0:
                row[size] = -numbers[prior_at + tree[player_at + player, TYPE_FIRST] + tree[set_at + target, TYPE]]
            elif state[alias_at + above, 0] < 0:
                row[size] = -numbers[weight_at + above]
            else:
                row[state[unknown_at + state[alias_at + above, 0], PLACE]] -= 1.0
        else:
            row[size] = -1.0
        rows += 1
    return rows


@inner_kernel
def _mass(tree, state, numbers, matrix, node, player):
    """Product of the others' total weights at the node, over those whose weights are numbers."""
    player_at = tree[PLAYERS, 0]
    alias_at = state[ALIAS, 0]
    unknown_at = state[UNKNOWN, 0]
    weight_at = state[WEIGHT, 0]
    value_at = state[VALUE, 0]
    prior_at = state[PRIOR, 0]
    product = 1.0
    for other in range(tree[PLAYERS, 1]):
        if other == player or belief_settled(tree, state, numbers, matrix, node, other):
            continue
        possible = belief_support(tree, state, numbers, matrix, node, other)
        total = 0.0
        for t in range(tree[player_at + other, TYPES]):
            if not possible >> t & 1:
                continue
            e = last_entry(tree, node, other, t)
            if e < 0:
                total += numbers[prior_at + tree[player_at + other, TYPE_FIRST] + t]
            elif state[alias_at + e, 0] < 0:
                total += numbers[weight_at + e]
            elif state[unknown_at + state[alias_at + e, 0], SOLVED]:
                total += numbers[value_at + state[alias_at + e, 0]]
            else:
                total = 1.0
                break
        product *= total
    return product


@inner_kernel
def unsolved_blocks(tree, state, numbers, matrix, node, player):
    """How many others' blocks at the node are not solved to a point, and the last of them."""
    blocks_at = state[BLOCKS, 0]
    count = 0
    last = -1
    for other in range(tree[PLAYERS, 1]):
        if other != player:
            block = block_at(tree, state, numbers, matrix, node, other)
            if (
                block >= 0
                and state[blocks_at + block, COUNT] != 1
                and not belief_settled(tree, state, numbers, matrix, node, other)
            ):
                count += 1
                last = block
    return count, last


@inner_kernel
def best_reply_rows(tree, state, numbers, matrix, block, n_equations, tol):
    """Write or check the best-reply conditions at the closed nodes.

    With ``block >= 0``: conditions in which that block is the only open one become rows of ``equations`` (from row
    ``n_equations`` on) and ``inequalities``. With `NO_BLOCK`: conditions without an open block are checked, those with two or
    more are bounded over the extreme points of their blocks.

    Returns
    -------
    equations, inequalities, open : int, int, int
        Rows written, and conditions that join two or more open blocks and may or may not hold; ``equations`` is
        `VIOLATED` when a check fails, `NO_ROOM` when the work space is too small.
    """
    node_at = tree[NODES, 0]
    slot_at = tree[SLOTS, 0]
    set_at = tree[SETS, 0]
    player_at = tree[PLAYERS, 0]
    play_at = state[PLAY, 0]
    unknown_at = state[UNKNOWN, 0]
    blocks_at = state[BLOCKS, 0]
    factor_at = state[FACTOR, 0]
    count_at = state[COUNTS, 0]
    plan_at = state[PLAN, 0]
    open_at = state[OPEN, 0]
    closed_at = state[CLOSED, 0]
    coefficient_at = state[COEFFICIENT, 0]
    equation_at = state[EQUATIONS, 0]
    inequality_at = state[INEQUALITIES, 0]
    state[count_at + SOLVING, 0] = block
    n_inequalities = 0
    coupled = 0
    size = state[blocks_at + block, SIZE] if block >= 0 else 0
    for node in range(tree[NODES, 1]):
        if tree[node_at + node, SLOT_COUNT] == 0 or not state[closed_at + node, 0]:
            continue
        for slot in range(first_slot(tree, node), end_slot(tree, node)):
            player = tree[slot_at + slot, PLAYER]
            possible = belief_support(tree, state, numbers, matrix, node, player)
            unsolved, which = unsolved_blocks(tree, state, numbers, matrix, node, player)
            if unsolved < 2 and ((block < 0 and unsolved != 0) or (block >= 0 and (unsolved != 1 or which != block))):
                continue
            scale = 1.0 / _mass(tree, state, numbers, matrix, node, player)
            for kind in range(tree[player_at + player, TYPES]):
                q = tree[slot_at + slot, SET_FIRST] + kind
                if not possible >> kind & 1 or single(state[play_at + q, ALLOWED]):
                    continue
                base = lowest(state[play_at + q, USED])
                for action in range(tree[set_at + q, WIDTH]):
                    if action == base or not state[play_at + q, ALLOWED] >> action & 1:
                        continue
                    equal = state[play_at + q, USED] >> action & 1
                    opened = open_slots(tree, state, numbers, matrix, slot, kind, action)
                    for k in range(opened):
                        later = state[open_at + k, 0]
                        state[plan_at + later, 0] = lowest(state[play_at + tree[slot_at + later, SET_FIRST] + kind, ALLOWED])
                    plans = 0
                    while True:
                        plans += 1
                        n_terms = reply_terms(tree, state, numbers, matrix, slot, kind, base, scale, NO_TERMS)
                        if n_terms >= 0:
                            n_terms = reply_terms(tree, state, numbers, matrix, slot, kind, action, -scale, n_terms)
                        if n_terms < 0 or plans > MAX_PLANS:
                            return NO_ROOM, 0, 0
                        left, which = unsolved, block
                        if unsolved >= 2:
                            n_terms = eliminate_last(tree, state, numbers, matrix, n_terms)
                            if n_terms < 0:
                                return NO_ROOM, 0, 0
                            n_terms = strip_factors(tree, state, numbers, matrix, node, player, n_terms)
                            left, which = blocks_in(tree, state, numbers, matrix, n_terms)
                        if left == 0 and block < 0:
                            total = 0.0
                            for term in range(n_terms):
                                total += numbers[coefficient_at + term]
                            if total < -tol or (equal and total > tol):
                                return VIOLATED, 0, 0
                        elif left == 1 and which == block:
                            if equal:
                                if n_equations == state[EQUATIONS, 1]:
                                    return NO_ROOM, 0, 0
                                row = matrix[equation_at + n_equations]
                                n_equations += 1
                            else:
                                if n_inequalities == state[INEQUALITIES, 1]:
                                    return NO_ROOM, 0, 0
                                row = matrix[inequality_at + n_inequalities]
                                n_inequalities += 1
                            row[: size + 1] = 0.0
                            for term in range(n_terms):
                                place = size
                                for other in range(tree[PLAYERS, 1]):
                                    if state[factor_at + term, other] >= 0:
                                        place = state[unknown_at + state[factor_at + term, other], PLACE]
                                row[place] += numbers[coefficient_at + term]
                        elif left >= 2 and block < 0:
                            low, high = corner_range(tree, state, numbers, matrix, n_terms)
                            if high < -tol or (equal and low > tol):
                                return VIOLATED, 0, 0
                            if low < -tol or (equal and high > tol):
                                coupled += 1
                        if not next_plan(tree, state, numbers, matrix, kind, opened):
                            break
    return n_equations, n_inequalities, coupled


@inner_kernel
def blocks_in(tree, state, numbers, matrix, n_terms):
    """How many blocks the terms involve, and the last of them."""
    unknown_at = state[UNKNOWN, 0]
    factor_at = state[FACTOR, 0]
    count_at = state[COUNTS, 0]
    count = 0
    last = -1
    for block in range(state[count_at + N_BLOCKS, 0]):
        found = False
        for term in range(n_terms):
            for other in range(tree[PLAYERS, 1]):
                unknown = state[factor_at + term, other]
                found |= unknown >= 0 and state[unknown_at + unknown, BLOCK] == block
        if found:
            count += 1
            last = block
    return count, last


@inner_kernel
def corner_range(tree, state, numbers, matrix, n_terms):
    """Least and greatest value of the terms over their blocks' polytopes; unbounded while a block has no extreme points.

    A sum of products of weights of different blocks takes its extremes at extreme points.
    """
    unknown_at = state[UNKNOWN, 0]
    blocks_at = state[BLOCKS, 0]
    corner_at = state[CORNER, 0]
    factor_at = state[FACTOR, 0]
    coefficient_at = state[COEFFICIENT, 0]
    count_at = state[COUNTS, 0]
    vertex_at = state[VERTICES, 0]
    combinations = 1
    for block in range(state[count_at + N_BLOCKS, 0]):
        state[corner_at + block, 0] = -1
        for term in range(n_terms):
            for other in range(tree[PLAYERS, 1]):
                if state[factor_at + term, other] >= 0 and state[unknown_at + state[factor_at + term, other], BLOCK] == block:
                    state[corner_at + block, 0] = 0
        if state[corner_at + block, 0] == 0:
            combinations *= state[blocks_at + block, COUNT]
    if combinations == 0 or combinations > MAX_CORNERS:
        return -np.inf, np.inf
    low = np.inf
    high = -np.inf
    running = True
    while running:
        total = 0.0
        for term in range(n_terms):
            product = numbers[coefficient_at + term]
            for other in range(tree[PLAYERS, 1]):
                unknown = state[factor_at + term, other]
                if unknown >= 0:
                    block = state[unknown_at + unknown, BLOCK]
                    product *= matrix[
                        vertex_at + state[blocks_at + block, FIRST] + state[corner_at + block, 0],
                        state[unknown_at + unknown, PLACE],
                    ]
            total += product
        low = min(low, total)
        high = max(high, total)
        running = False
        for block in range(state[count_at + N_BLOCKS, 0]):
            if state[corner_at + block, 0] >= 0:
                state[corner_at + block, 0] += 1
                if state[corner_at + block, 0] < state[blocks_at + block, COUNT]:
                    running = True
                    break
                state[corner_at + block, 0] = 0
    return low, high


@inner_kernel
def next_plan(tree, state, numbers, matrix, kind, opened):
    """Move ``plan`` on to the next combination of undominated actions at the open slots; False after the last."""
    slot_at = tree[SLOTS, 0]
    play_at = state[PLAY, 0]
    plan_at = state[PLAN, 0]
    open_at = state[OPEN, 0]
    for k in range(opened):
        slot = state[open_at + k, 0]
        mask = state[play_at + tree[slot_at + slot, SET_FIRST] + kind, ALLOWED] >> (state[plan_at + slot, 0] + 1)
        if mask != 0:
            state[plan_at + slot, 0] += 1 + lowest(mask)
            return True
        state[plan_at + slot, 0] = lowest(state[play_at + tree[slot_at + slot, SET_FIRST] + kind, ALLOWED])
    return False


@inner_kernel
def settle(tree, state, numbers, matrix, items, tol):
    """Solve the blocks of the first ``items`` items under the conditions at the closed nodes.

    Returns
    -------
    int
        ``EMPTY``; ``SETTLED``: the solutions are the product of the blocks' polytopes; ``COUPLED``: some conditions join two
        blocks that are not points; ``TOO_LARGE``: the work space does not suffice.
    """
    name_unknowns(tree, state, numbers, matrix, items)
    return settle_blocks(tree, state, numbers, matrix, items, tol)


@inner_kernel
def settle_blocks(tree, state, numbers, matrix, items, tol):
    """Solve every block that is not a point yet, as `settle` says."""
    blocks_at = state[BLOCKS, 0]
    count_at = state[COUNTS, 0]
    first_round = True
    progress = False
    before = 0
    while True:
        n_equations, _, coupled = best_reply_rows(tree, state, numbers, matrix, NO_BLOCK, NO_TERMS, tol)
        if n_equations == VIOLATED:
            return EMPTY
        if n_equations == NO_ROOM:
            return TOO_LARGE
        if not first_round and not progress and coupled == before:
            return COUPLED if coupled > 0 else SETTLED
        before = coupled
        progress = False
        for block in range(state[count_at + N_BLOCKS, 0]):
            if state[blocks_at + block, COUNT] == 1:
                continue
            outcome = _solve_block(tree, state, numbers, matrix, items, block, tol)
            if outcome != SETTLED:
                return outcome
            progress |= state[blocks_at + block, COUNT] == 1
        if first_round and coupled == 0:
            return SETTLED
        first_round = False


@inner_kernel
def _solve_block(tree, state, numbers, matrix, items, block, tol):
    """Fill in one block's extreme points, and its numbers when there is only one."""
    unknown_at = state[UNKNOWN, 0]
    blocks_at = state[BLOCKS, 0]
    count_at = state[COUNTS, 0]
    meets_at = state[MEETS, 0]
    value_at = state[VALUE, 0]
    slack_at = state[SLACK, 0]
    equation_at = state[EQUATIONS, 0]
    inequality_at = state[INEQUALITIES, 0]
    vertex_at = state[VERTICES, 0]
    ray_at = state[RAYS, 0]
    size = state[blocks_at + block, SIZE]
    if size + 1 > matrix.shape[1]:
        return TOO_LARGE
    rows = flow_rows(tree, state, numbers, matrix, items, block)
    if rows < 0:
        return TOO_LARGE
    n_equations, n_inequalities, _ = best_reply_rows(tree, state, numbers, matrix, block, rows, tol)
    if n_equations < 0:
        return TOO_LARGE
    found = extreme_points(
        size,
        matrix[equation_at:inequality_at],
        n_equations,
        matrix[inequality_at:vertex_at],
        n_inequalities,
        tol,
        matrix[ray_at:],
        state[meets_at : meets_at + state[MEETS, 1]],
        numbers[slack_at : slack_at + state[SLACK, 1]],
    )
    if found < 0:
        return TOO_LARGE
    if found == 0:
        return EMPTY
    for c in range(size):
        top = 0.0
        for k in range(found):
            top = max(top, matrix[ray_at + k, c])
        if top <= tol and not state[blocks_at + block, MAY_VANISH]:
            return EMPTY  # an action of the support is never used
    first = state[count_at + N_VERTICES, 0]
    if first + found > state[VERTICES, 1]:
        return TOO_LARGE
    for k in range(found):
        for c in range(size):
            matrix[vertex_at + first + k, c] = matrix[ray_at + k, c]
    state[count_at + N_VERTICES, 0] += found
    state[blocks_at + block, FIRST] = first
    state[blocks_at + block, COUNT] = found
    if found == 1:
        for unknown in range(state[count_at + N_UNKNOWNS, 0]):
            if state[unknown_at + unknown, BLOCK] == block:
                numbers[value_at + unknown] = matrix[vertex_at + first, state[unknown_at + unknown, PLACE]]
                state[unknown_at + unknown, SOLVED] = 1
    return SETTLED
