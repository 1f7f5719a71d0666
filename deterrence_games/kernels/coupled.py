"""The multilinear system that is left of an assignment when no block can be solved on its own any more."""

from deterrence_games.kernels.bayesian_tree import (
    ALLOWED,
    BLOCKS,
    COEFFICIENT,
    COUNTS,
    EQUATIONS,
    FACTOR,
    ITEMS,
    NODES,
    OPEN,
    PLAN,
    PLAY,
    PLAYER,
    PLAYERS,
    SET_FIRST,
    SETS,
    SLOTS,
    TYPES,
    UNKNOWN,
    USED,
    VALUE,
    VERTICES,
    WIDTH,
    belief_support,
    end_slot,
    first_slot,
    lowest,
    single,
)
from deterrence_games.kernels.best_reply import (
    BLOCK,
    COUNT,
    EVERY_BLOCK,
    FIRST,
    N_BLOCKS,
    N_UNKNOWNS,
    N_VERTICES,
    PLACE,
    SIZE,
    SOLVED,
    SOLVING,
    eliminate_last,
    open_slots,
    reply_terms,
    strip_factors,
)
from deterrence_games.kernels.conditional_dominance import bound_still_nodes, remove_dominated
from deterrence_games.kernels.indifference import NO_TERMS, flow_rows, name_unknowns, next_plan, settle_blocks
from deterrence_games.kernels.jit import borrowing_kernel, inner_kernel
from deterrence_games.kernels.perfect_bayesian import record


@borrowing_kernel
def bound_and_prune(tree, state, numbers, matrix, tol):
    """Fill what the assignment holds before any support is chosen: bounds, undominated actions."""
    bound_still_nodes(tree, state, numbers, matrix)
    remove_dominated(tree, state, numbers, matrix, tol)


@borrowing_kernel
def settle_with(tree, state, numbers, matrix, fixed, tol):
    """Settle a whole assignment in which some blocks are given.

    Parameters
    ----------
    fixed : float64[unknown]
        Values of the unknowns of given blocks, NaN for all others.

    Returns
    -------
    int
        As `indifference.settle`.
    """
    unknown_at = state[UNKNOWN, 0]
    blocks_at = state[BLOCKS, 0]
    count_at = state[COUNTS, 0]
    value_at = state[VALUE, 0]
    vertex_at = state[VERTICES, 0]
    items = tree[ITEMS, 1]
    name_unknowns(tree, state, numbers, matrix, items)
    for unknown in range(state[count_at + N_UNKNOWNS, 0]):
        if fixed[unknown] == fixed[unknown]:
            block = state[unknown_at + unknown, BLOCK]
            if state[blocks_at + block, COUNT] == 0:
                state[blocks_at + block, COUNT] = 1
                state[blocks_at + block, FIRST] = state[count_at + N_VERTICES, 0]
                state[count_at + N_VERTICES, 0] += 1
            matrix[vertex_at + state[blocks_at + block, FIRST], state[unknown_at + unknown, PLACE]] = fixed[unknown]
            numbers[value_at + unknown] = fixed[unknown]
            state[unknown_at + unknown, SOLVED] = 1
    return settle_blocks(tree, state, numbers, matrix, items, tol)


@borrowing_kernel
def record_cell(tree, state, numbers, matrix, found, cell, vertex, outcome):
    """Write the settled assignment as `perfect_bayesian.record` does."""
    return record(tree, state, numbers, matrix, found, cell, vertex, outcome)


@borrowing_kernel
def write_system(tree, state, numbers, matrix, chosen, number, first, coefficient, factor):
    """Write the conditions that involve only chosen blocks as rows for `multilinear.solve_multilinear`, equations first.

    Call it after `settle_with`.

    Parameters
    ----------
    chosen : int64[block]
        1 for the blocks whose unknowns become those of the system; none of them solved to a point.
    number : int64[unknown]
        Filled: position of each unknown in the system, -1 for all others.
    first : int64[row + 1]
    coefficient : float64[term]
    factor : int64[term, player]

    Returns
    -------
    unknowns, equations, rows : int, int, int
        ``rows = -1`` when an array is too short.
    """
    unknown_at = state[UNKNOWN, 0]
    blocks_at = state[BLOCKS, 0]
    count_at = state[COUNTS, 0]
    equation_at = state[EQUATIONS, 0]
    unknowns = 0
    for unknown in range(state[count_at + N_UNKNOWNS, 0]):
        number[unknown] = -1
        if chosen[state[unknown_at + unknown, BLOCK]] == 1:
            number[unknown] = unknowns
            unknowns += 1
    first[0] = 0
    rows = 0
    for block in range(state[count_at + N_BLOCKS, 0]):
        if chosen[block] != 1:
            continue
        flows = flow_rows(tree, state, numbers, matrix, tree[ITEMS, 1], block)
        for k in range(flows):
            count = first[rows]
            for unknown in range(state[count_at + N_UNKNOWNS, 0]):
                if (
                    state[unknown_at + unknown, BLOCK] == block
                    and matrix[equation_at + k, state[unknown_at + unknown, PLACE]] != 0.0
                ):
                    if count + 2 > coefficient.size:
                        return 0, 0, -1
                    coefficient[count] = matrix[equation_at + k, state[unknown_at + unknown, PLACE]]
                    for other in range(factor.shape[1]):
                        factor[count, other] = -1
                    factor[count, 0] = number[unknown]
                    count += 1
            if rows + 2 > first.size:
                return 0, 0, -1
            coefficient[count] = matrix[equation_at + k, state[blocks_at + block, SIZE]]
            for other in range(factor.shape[1]):
                factor[count, other] = -1
            rows += 1
            first[rows] = count + 1
    equations = rows
    for equal in range(1, -1, -1):
        rows = _reply_rows(tree, state, numbers, matrix, chosen, number, first, coefficient, factor, rows, equal)
        if rows < 0:
            return 0, 0, -1
        if equal == 1:
            equations = rows
    return unknowns, equations, rows


@inner_kernel
def _reply_rows(tree, state, numbers, matrix, chosen, number, first, coefficient, factor, rows, equal):
    """Append the best-reply conditions of actions in use (``equal`` 1) or not in use."""
    slot_at = tree[SLOTS, 0]
    set_at = tree[SETS, 0]
    player_at = tree[PLAYERS, 0]
    play_at = state[PLAY, 0]
    factor_at = state[FACTOR, 0]
    count_at = state[COUNTS, 0]
    plan_at = state[PLAN, 0]
    open_at = state[OPEN, 0]
    coefficient_at = state[COEFFICIENT, 0]
    state[count_at + SOLVING, 0] = EVERY_BLOCK
    for node in range(tree[NODES, 1]):
        for slot in range(first_slot(tree, node), end_slot(tree, node)):
            player = tree[slot_at + slot, PLAYER]
            possible = belief_support(tree, state, numbers, matrix, node, player)
            for kind in range(tree[player_at + player, TYPES]):
                q = tree[slot_at + slot, SET_FIRST] + kind
                if not possible >> kind & 1 or single(state[play_at + q, ALLOWED]):
                    continue
                base = lowest(state[play_at + q, USED])
                for action in range(tree[set_at + q, WIDTH]):
                    if action == base or not state[play_at + q, ALLOWED] >> action & 1:
                        continue
                    if (state[play_at + q, USED] >> action & 1) != equal:
                        continue
                    opened = open_slots(tree, state, numbers, matrix, slot, kind, action)
                    for k in range(opened):
                        later = state[open_at + k, 0]
                        state[plan_at + later, 0] = lowest(state[play_at + tree[slot_at + later, SET_FIRST] + kind, ALLOWED])
                    while True:
                        count = reply_terms(tree, state, numbers, matrix, slot, kind, base, 1.0, NO_TERMS)
                        if count >= 0:
                            count = reply_terms(tree, state, numbers, matrix, slot, kind, action, -1.0, count)
                        if count < 0:
                            return -1
                        count = eliminate_last(tree, state, numbers, matrix, count)
                        if count < 0:
                            return -1
                        count = strip_factors(tree, state, numbers, matrix, node, player, count)
                        if _concerns(tree, state, numbers, matrix, chosen, count):
                            if first[rows] + count > coefficient.size or rows + 2 > first.size:
                                return -1
                            for term in range(count):
                                coefficient[first[rows] + term] = numbers[coefficient_at + term]
                                for other in range(factor.shape[1]):
                                    unknown = state[factor_at + term, other]
                                    factor[first[rows] + term, other] = number[unknown] if unknown >= 0 else -1
                            first[rows + 1] = first[rows] + count
                            rows += 1
                        if not next_plan(tree, state, numbers, matrix, kind, opened):
                            break
    return rows


@inner_kernel
def _concerns(tree, state, numbers, matrix, chosen, count):
    """Whether the terms involve chosen blocks and no others."""
    unknown_at = state[UNKNOWN, 0]
    factor_at = state[FACTOR, 0]
    some = False
    for term in range(count):
        for other in range(tree[PLAYERS, 1]):
            unknown = state[factor_at + term, other]
            if unknown >= 0:
                if chosen[state[unknown_at + unknown, BLOCK]] != 1:
                    return False
                some = True
    return some
