"""The multilinear system that is left of an assignment when no block can be solved on its own any more."""

from deterrence_games.kernels.bayesian_tree import (
    ALLOWED,
    NODE,
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
from deterrence_games.kernels.best_reply import BLOCK, PLACE, open_slots, reply_terms
from deterrence_games.kernels.conditional_dominance import bound_still_nodes, remove_dominated
from deterrence_games.kernels.indifference import COUNT, NO_TERMS, SIZE, flow_rows, next_plan, settle, unsolved_blocks
from deterrence_games.kernels.jit import borrowing_kernel, inner_kernel


@borrowing_kernel
def write_system(tree, point, assigned, work, closed, tol, number, first, coefficient, factor):
    """Write what `indifference.settle` leaves open as rows for `multilinear.solve_multilinear`: equations, then inequalities.

    Parameters
    ----------
    assigned : Assignment
        With the supports of a whole assignment that `settle` found coupled; ``bound_and_prune`` has been run.
    closed : bool[node]
        All True.
    number : int64[unknown]
        Filled: position of each open unknown in the system, -1 for solved ones.
    first : int64[row + 1]
    coefficient : float64[term]
    factor : int64[term, player]

    Returns
    -------
    unknowns, equations, rows : int, int, int
        ``rows = -1`` when an array is too short.
    """
    items = tree.item.shape[0] - 1
    settle(tree, point, assigned, work, items, closed, tol)
    unknowns = 0
    for unknown in range(work.counts[0]):
        number[unknown] = -1
        if work.block[work.unknown[unknown, BLOCK], COUNT] != 1:
            number[unknown] = unknowns
            unknowns += 1
    first[0] = 0
    rows = 0
    for block in range(work.counts[1]):
        if work.block[block, COUNT] == 1:
            continue
        flows = flow_rows(tree, point, assigned, work, items, block)
        for k in range(flows):
            count = first[rows]
            for unknown in range(work.counts[0]):
                if work.unknown[unknown, BLOCK] == block:
                    value = work.equations[k, work.unknown[unknown, PLACE]]
                    if value != 0.0:
                        if count + 1 >= coefficient.size:
                            return 0, 0, -1
                        coefficient[count] = value
                        for other in range(factor.shape[1]):
                            factor[count, other] = -1
                        factor[count, 0] = number[unknown]
                        count += 1
            coefficient[count] = work.equations[k, work.block[block, SIZE]]
            for other in range(factor.shape[1]):
                factor[count, other] = -1
            rows += 1
            if rows + 1 >= first.size:
                return 0, 0, -1
            first[rows] = count + 1
    equations = rows
    for equal in range(1, -1, -1):
        rows = _reply_rows(tree, point, assigned, work, number, first, coefficient, factor, rows, equal)
        if rows < 0:
            return 0, 0, -1
        if equal == 1:
            equations = rows
    return unknowns, equations, rows


@inner_kernel
def _reply_rows(tree, point, assigned, work, number, first, coefficient, factor, rows, equal):
    """Append the open best-reply conditions: those of actions in use (``equal`` 1) or not in use."""
    terms = (work.coefficient, work.factor)
    for node in range(tree.node.shape[0]):
        for slot in range(tree.node[node, SLOT_FIRST], tree.node[node, SLOT_FIRST] + tree.node[node, SLOT_COUNT]):
            player = tree.slot[slot, PLAYER]
            possible = belief_support(tree, point, assigned, tree.slot[slot, NODE], player)
            unsolved, _ = unsolved_blocks(tree, point, assigned, work, node, player)
            if unsolved == 0:
                continue
            for kind in range(tree.player[player, TYPES]):
                q = tree.slot[slot, SET_FIRST] + kind
                if not possible >> kind & 1 or single(assigned.sets[q, ALLOWED]):
                    continue
                base = lowest(assigned.sets[q, USED])
                base_terms = reply_terms(
                    tree, point, assigned, slot, kind, base, work.plan[0], 1.0,
                    work.alias, work.value, work.unknown, terms, NO_TERMS, work.chance,
                )  # fmt: skip
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
                        count = reply_terms(
                            tree, point, assigned, slot, kind, action, work.plan[0], -1.0,
                            work.alias, work.value, work.unknown, terms, base_terms, work.chance,
                        )  # fmt: skip
                        if count < 0 or first[rows] + count > coefficient.size or rows + 2 >= first.size:
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


@borrowing_kernel
def bound_and_prune(tree, point, assigned, tol):
    """Fill what the assignment holds before any support is chosen: bounds, undominated actions."""
    bound_still_nodes(tree, point, assigned)
    remove_dominated(tree, point, assigned, tol)
