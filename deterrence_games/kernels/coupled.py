"""The multilinear system that is left of an assignment when no block can be solved on its own any more."""

from deterrence_games.kernels.bayesian_tree import (
    ALLOWED,
    PLAYER,
    SET_FIRST,
    SLOT_COUNT,
    SLOT_FIRST,
    TYPES,
    USED,
    WIDTH,
    belief_support,
    lowest,
    single,
)
from deterrence_games.kernels.best_reply import (
    BLOCK,
    BLOCKS,
    COUNT,
    EVERY_BLOCK,
    FIRST,
    PLACE,
    SIZE,
    SOLVED,
    SOLVING,
    UNKNOWNS,
    VERTICES,
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
def bound_and_prune(tree, point, assigned, tol):
    """Fill what the assignment holds before any support is chosen: bounds, undominated actions."""
    bound_still_nodes(tree, point, assigned)
    remove_dominated(tree, point, assigned, tol)


@borrowing_kernel
def settle_with(tree, point, assigned, work, closed, fixed, tol):
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
    items = tree.item.shape[0] - 1
    name_unknowns(tree, point, assigned, work, items)
    for unknown in range(work.counts[UNKNOWNS]):
        if fixed[unknown] == fixed[unknown]:
            block = work.unknown[unknown, BLOCK]
            if work.block[block, COUNT] == 0:
                work.block[block, COUNT] = 1
                work.block[block, FIRST] = work.counts[VERTICES]
                work.counts[VERTICES] += 1
            work.vertices[work.block[block, FIRST], work.unknown[unknown, PLACE]] = fixed[unknown]
            work.value[unknown] = fixed[unknown]
            work.unknown[unknown, SOLVED] = 1
    return settle_blocks(tree, point, assigned, work, items, closed, tol)


@borrowing_kernel
def record_cell(tree, assigned, work, found, cell, vertex, state):
    """Write the settled assignment as `perfect_bayesian.record` does."""
    return record(tree, assigned, work, found, cell, vertex, state)


@borrowing_kernel
def write_system(tree, point, assigned, work, chosen, number, first, coefficient, factor):
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
    unknowns = 0
    for unknown in range(work.counts[UNKNOWNS]):
        number[unknown] = -1
        if chosen[work.unknown[unknown, BLOCK]] == 1:
            number[unknown] = unknowns
            unknowns += 1
    first[0] = 0
    rows = 0
    for block in range(work.counts[BLOCKS]):
        if chosen[block] != 1:
            continue
        flows = flow_rows(tree, point, assigned, work, tree.item.shape[0] - 1, block)
        for k in range(flows):
            count = first[rows]
            for unknown in range(work.counts[UNKNOWNS]):
                if work.unknown[unknown, BLOCK] == block and work.equations[k, work.unknown[unknown, PLACE]] != 0.0:
                    if count + 2 > coefficient.size:
                        return 0, 0, -1
                    coefficient[count] = work.equations[k, work.unknown[unknown, PLACE]]
                    for other in range(factor.shape[1]):
                        factor[count, other] = -1
                    factor[count, 0] = number[unknown]
                    count += 1
            if rows + 2 > first.size:
                return 0, 0, -1
            coefficient[count] = work.equations[k, work.block[block, SIZE]]
            for other in range(factor.shape[1]):
                factor[count, other] = -1
            rows += 1
            first[rows] = count + 1
    equations = rows
    for equal in range(1, -1, -1):
        rows = _reply_rows(tree, point, assigned, work, chosen, number, first, coefficient, factor, rows, equal)
        if rows < 0:
            return 0, 0, -1
        if equal == 1:
            equations = rows
    return unknowns, equations, rows


@inner_kernel
def _reply_rows(tree, point, assigned, work, chosen, number, first, coefficient, factor, rows, equal):
    """Append the best-reply conditions of actions in use (``equal`` 1) or not in use."""
    work.counts[SOLVING] = EVERY_BLOCK
    for node in range(tree.node.shape[0]):
        for slot in range(tree.node[node, SLOT_FIRST], tree.node[node, SLOT_FIRST] + tree.node[node, SLOT_COUNT]):
            player = tree.slot[slot, PLAYER]
            possible = belief_support(tree, point, assigned, node, player)
            for kind in range(tree.player[player, TYPES]):
                q = tree.slot[slot, SET_FIRST] + kind
                if not possible >> kind & 1 or single(assigned.sets[q, ALLOWED]):
                    continue
                base = lowest(assigned.sets[q, USED])
                for action in range(tree.sets[q, WIDTH]):
                    if action == base or not assigned.sets[q, ALLOWED] >> action & 1:
                        continue
                    if (assigned.sets[q, USED] >> action & 1) != equal:
                        continue
                    opened = open_slots(tree, point, assigned, slot, kind, action, work.plan[1])
                    for k in range(opened):
                        later = work.plan[1, k]
                        work.plan[0, later] = lowest(assigned.sets[tree.slot[later, SET_FIRST] + kind, ALLOWED])
                    while True:
                        count = reply_terms(tree, point, assigned, work, slot, kind, base, 1.0, NO_TERMS)
                        if count >= 0:
                            count = reply_terms(tree, point, assigned, work, slot, kind, action, -1.0, count)
                        if count < 0:
                            return -1
                        count = eliminate_last(work, count)
                        if count < 0:
                            return -1
                        count = strip_factors(tree, point, assigned, work, node, player, count)
                        if _concerns(work, chosen, count):
                            if first[rows] + count > coefficient.size or rows + 2 > first.size:
                                return -1
                            for term in range(count):
                                coefficient[first[rows] + term] = work.coefficient[term]
                                for other in range(factor.shape[1]):
                                    unknown = work.factor[term, other]
                                    factor[first[rows] + term, other] = number[unknown] if unknown >= 0 else -1
                            first[rows + 1] = first[rows] + count
                            rows += 1
                        if not next_plan(tree, assigned, work, kind, opened):
                            break
    return rows


@inner_kernel
def _concerns(work, chosen, count):
    """Whether the terms involve chosen blocks and no others."""
    some = False
    for term in range(count):
        for other in range(work.factor.shape[1]):
            unknown = work.factor[term, other]
            if unknown >= 0:
                if chosen[work.unknown[unknown, BLOCK]] != 1:
                    return False
                some = True
    return some
