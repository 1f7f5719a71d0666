"""All beliefs and mixtures that make one assignment of supports an equilibrium.

The weights of one player within one regime form a *block*. Everyone's conditions are linear in one block when the others'
are numbers; so blocks are solved one at a time, each as a polytope by its extreme points, until nothing changes. With two
players that settles every assignment. What remains coupled (three players who all mix against each other) is bounded at
the extreme points, where a multilinear function takes its extremes, and otherwise handed on.
"""

from typing import NamedTuple

import numpy as np

from deterrence_games.kernels.bayesian_tree import (
    ACTIONS,
    AFTER,
    ALLOWED,
    AT,
    CHOICE_FIRST,
    DECIDES,
    ENTRY,
    FREE,
    NEEDS,
    NODE,
    PLAYER,
    SET_FIRST,
    SIMPLEX,
    SLOT_COUNT,
    SLOT_FIRST,
    SUPPORT,
    TARGET,
    TYPE,
    TYPE_FIRST,
    TYPES,
    USED,
    WIDTH,
    belief_support,
    last_entry,
    lowest,
    regime,
    single,
)
from deterrence_games.kernels.best_reply import (
    BLOCK,
    BLOCKS,
    COUNT,
    FIRST,
    MAY_VANISH,
    NO_BLOCK,
    PLACE,
    SIBLINGS,
    SIZE,
    SOLVED,
    SOLVING,
    UNKNOWNS,
    VERTICES,
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




class Work(NamedTuple):
    """Work space of `settle`, and its result: blocks, unknowns, extreme points."""

    alias: np.ndarray  # int64[entry]: unknown behind the entry's weight, or -1
    unknown: np.ndarray  # int64[unknown, column], see `best_reply`
    value: np.ndarray  # float64[unknown]
    whole: np.ndarray  # float64[unknown]: what it adds up to with its siblings, where that is a number
    block_of: np.ndarray  # int64[player + choice]: block of a regime, or -1
    block: np.ndarray  # int64[block, column]: size, whether all extreme points may vanish, rows of `vertices`
    vertices: np.ndarray  # float64[row, place]
    equations: np.ndarray
    inequalities: np.ndarray
    rays: np.ndarray
    meets: np.ndarray
    slack: np.ndarray
    coefficient: np.ndarray
    factor: np.ndarray
    chance: np.ndarray
    share: np.ndarray  # float64[player, type]: shares of a player's types where they are settled
    plan: np.ndarray  # int64[2, slot]: actions at open slots; the open slots
    corner: np.ndarray  # int64[block]: which extreme point of each block is looked at
    counts: np.ndarray  # int64[4], see `best_reply`


@inner_kernel
def block_at(tree, assigned, work, node, player):
    """Block of the player's weights at the node, -1 when they are all numbers."""
    root = regime(tree, assigned, node, player)
    return work.block_of[player if root < 0 else tree.player.shape[0] + root]


@inner_kernel
def name_unknowns(tree, point, assigned, work, items):
    """Give an unknown to every weight among the first items that the supports leave open; fill ``alias`` and blocks."""
    players = tree.player.shape[0]
    work.block_of[:] = -1
    unknowns = 0
    blocks = 0
    for k in range(items):
        slot = tree.item[k, AT]
        node = tree.slot[slot, NODE]
        player = tree.slot[slot, PLAYER]
        target = tree.item[k, TARGET]
        if tree.item[k, DECIDES] == SUPPORT:
            mask = assigned.sets[target, USED]
            if mask == 0:
                continue
            entry = tree.sets[target, ENTRY]
            if single(mask):
                e = entry + lowest(mask)
                above = last_entry(tree, node, player, tree.sets[target, TYPE])
                if above < 0:
                    work.alias[e] = -1
                    assigned.weight[e] = point.prior[tree.player[player, TYPE_FIRST] + tree.sets[target, TYPE]]
                else:
                    work.alias[e] = work.alias[above]
                    assigned.weight[e] = assigned.weight[above]
                continue
            root = regime(tree, assigned, node, player)
            block = player if root < 0 else players + root
            above = last_entry(tree, node, player, tree.sets[target, TYPE])
            whole = point.prior[tree.player[player, TYPE_FIRST] + tree.sets[target, TYPE]]
            if above >= 0:
                whole = assigned.weight[above]
                above = work.alias[above]
        else:
            mask = assigned.choice[target, AFTER]
            action = target - tree.slot[slot, CHOICE_FIRST]
            entry = tree.sets[tree.slot[slot, SET_FIRST], ENTRY] + action
            if not assigned.choice[target, FREE]:
                continue
            if single(mask):
                e = entry + lowest(mask) * tree.slot[slot, ACTIONS]
                work.alias[e] = -1
                assigned.weight[e] = 1.0
                continue
            block = players + target
            above = -1
            whole = 1.0
        if work.block_of[block] < 0:
            work.block_of[block] = blocks
            work.block[blocks, SIZE] = 0
            work.block[blocks, MAY_VANISH] = tree.item[k, DECIDES] != SUPPORT and assigned.choice[target, NEEDS] == SIMPLEX
            work.block[blocks, COUNT] = 0
            blocks += 1
        block = work.block_of[block]
        step = 1 if tree.item[k, DECIDES] == SUPPORT else tree.slot[slot, ACTIONS]
        position = 0
        siblings = 0
        while mask >> position != 0:
            if mask >> position & 1:
                work.unknown[unknowns, SIBLINGS] = 0
                if mask >> (position + 1) == 0:
                    work.unknown[unknowns, SIBLINGS] = siblings
                    work.unknown[unknowns, WHOLE] = above
                    work.whole[unknowns] = whole
                siblings += 1
                work.alias[entry + position * step] = unknowns
                work.unknown[unknowns, BLOCK] = block
                work.unknown[unknowns, PLACE] = work.block[block, SIZE]
                work.unknown[unknowns, SOLVED] = False
                work.block[block, SIZE] += 1
                unknowns += 1
            position += 1
    work.counts[UNKNOWNS] = unknowns
    work.counts[BLOCKS] = blocks
    work.counts[VERTICES] = 0


@inner_kernel
def flow_rows(tree, point, assigned, work, items, block):
    """Write the equations that make the block's weights add up; return how many."""
    size = work.block[block, SIZE]
    rows = 0
    for k in range(items):
        slot = tree.item[k, AT]
        target = tree.item[k, TARGET]
        support = tree.item[k, DECIDES] == SUPPORT
        mask = assigned.sets[target, USED] if support else assigned.choice[target, AFTER]
        if mask == 0 or single(mask) or (not support and not assigned.choice[target, FREE]):
            continue
        if support:
            entry = tree.sets[target, ENTRY]
            step = 1
        else:
            entry = tree.sets[tree.slot[slot, SET_FIRST], ENTRY] + target - tree.slot[slot, CHOICE_FIRST]
            step = tree.slot[slot, ACTIONS]
        if work.unknown[work.alias[entry + lowest(mask) * step], BLOCK] != block:
            continue
        if rows == work.equations.shape[0]:
            return -1
        row = work.equations[rows]
        row[: size + 1] = 0.0
        position = 0
        while mask >> position != 0:
            if mask >> position & 1:
                row[work.unknown[work.alias[entry + position * step], PLACE]] = 1.0
            position += 1
        if support:
            player = tree.slot[slot, PLAYER]
            above = last_entry(tree, tree.slot[slot, NODE], player, tree.sets[target, TYPE])
            if above < 0:
                row[size] = -point.prior[tree.player[player, TYPE_FIRST] + tree.sets[target, TYPE]]
            elif work.alias[above] < 0:
                row[size] = -assigned.weight[above]
            else:
                row[work.unknown[work.alias[above], PLACE]] -= 1.0
        else:
            row[size] = -1.0
        rows += 1
    return rows


@inner_kernel
def _mass(tree, point, assigned, work, node, player):
    """Product of the others' total weights at the node, over those whose weights are numbers."""
    product = 1.0
    for other in range(tree.player.shape[0]):
        if other == player or belief_settled(tree, point, assigned, work, node, other):
            continue
        possible = belief_support(tree, point, assigned, node, other)
        total = 0.0
        for t in range(tree.player[other, TYPES]):
            if not possible >> t & 1:
                continue
            e = last_entry(tree, node, other, t)
            if e < 0:
                total += point.prior[tree.player[other, TYPE_FIRST] + t]
            elif work.alias[e] < 0:
                total += assigned.weight[e]
            elif work.unknown[work.alias[e], SOLVED]:
                total += work.value[work.alias[e]]
            else:
                total = 1.0
                break
        product *= total
    return product


@inner_kernel
def unsolved_blocks(tree, point, assigned, work, node, player):
    """How many others' blocks at the node are not solved to a point, and the last of them."""
    count = 0
    last = -1
    for other in range(tree.player.shape[0]):
        if other != player:
            block = block_at(tree, assigned, work, node, other)
            if block >= 0 and work.block[block, COUNT] != 1 and not belief_settled(tree, point, assigned, work, node, other):
                count += 1
                last = block
    return count, last


@inner_kernel
def best_reply_rows(tree, point, assigned, work, closed, block, n_equations, tol):
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
    work.counts[SOLVING] = block
    n_inequalities = 0
    coupled = 0
    size = work.block[block, SIZE] if block >= 0 else 0
    for node in range(tree.node.shape[0]):
        if tree.node[node, SLOT_COUNT] == 0 or not closed[node]:
            continue
        for slot in range(tree.node[node, SLOT_FIRST], tree.node[node, SLOT_FIRST] + tree.node[node, SLOT_COUNT]):
            player = tree.slot[slot, PLAYER]
            possible = belief_support(tree, point, assigned, node, player)
            unsolved, which = unsolved_blocks(tree, point, assigned, work, node, player)
            if unsolved < 2 and ((block < 0 and unsolved != 0) or (block >= 0 and (unsolved != 1 or which != block))):
                continue
            scale = 1.0 / _mass(tree, point, assigned, work, node, player)
            for kind in range(tree.player[player, TYPES]):
                q = tree.slot[slot, SET_FIRST] + kind
                if not possible >> kind & 1 or single(assigned.sets[q, ALLOWED]):
                    continue
                base = lowest(assigned.sets[q, USED])
                for action in range(tree.sets[q, WIDTH]):
                    if action == base or not assigned.sets[q, ALLOWED] >> action & 1:
                        continue
                    equal = assigned.sets[q, USED] >> action & 1
                    opened = open_slots(tree, point, assigned, slot, kind, action, work.plan[1])
                    for k in range(opened):
                        later = work.plan[1, k]
                        work.plan[0, later] = lowest(assigned.sets[tree.slot[later, SET_FIRST] + kind, ALLOWED])
                    plans = 0
                    while True:
                        plans += 1
                        n_terms = reply_terms(tree, point, assigned, work, slot, kind, base, scale, NO_TERMS)
                        if n_terms >= 0:
                            n_terms = reply_terms(tree, point, assigned, work, slot, kind, action, -scale, n_terms)
                        if n_terms < 0 or plans > MAX_PLANS:
                            return NO_ROOM, 0, 0
                        left, which = unsolved, block
                        if unsolved >= 2:
                            n_terms = eliminate_last(work, n_terms)
                            if n_terms < 0:
                                return NO_ROOM, 0, 0
                            n_terms = strip_factors(tree, point, assigned, work, node, player, n_terms)
                            left, which = blocks_in(work, n_terms)
                        if left == 0 and block < 0:
                            total = 0.0
                            for term in range(n_terms):
                                total += work.coefficient[term]
                            if total < -tol or (equal and total > tol):
                                return VIOLATED, 0, 0
                        elif left == 1 and which == block:
                            if equal:
                                if n_equations == work.equations.shape[0]:
                                    return NO_ROOM, 0, 0
                                row = work.equations[n_equations]
                                n_equations += 1
                            else:
                                if n_inequalities == work.inequalities.shape[0]:
                                    return NO_ROOM, 0, 0
                                row = work.inequalities[n_inequalities]
                                n_inequalities += 1
                            row[: size + 1] = 0.0
                            for term in range(n_terms):
                                place = size
                                for other in range(tree.player.shape[0]):
                                    if work.factor[term, other] >= 0:
                                        place = work.unknown[work.factor[term, other], PLACE]
                                row[place] += work.coefficient[term]
                        elif left >= 2 and block < 0:
                            low, high = corner_range(work, n_terms)
                            if high < -tol or (equal and low > tol):
                                return VIOLATED, 0, 0
                            if low < -tol or (equal and high > tol):
                                coupled += 1
                        if not next_plan(tree, assigned, work, kind, opened):
                            break
    return n_equations, n_inequalities, coupled


@inner_kernel
def blocks_in(work, n_terms):
    """How many blocks the terms involve, and the last of them."""
    count = 0
    last = -1
    for block in range(work.counts[BLOCKS]):
        found = False
        for term in range(n_terms):
            for other in range(work.factor.shape[1]):
                unknown = work.factor[term, other]
                found |= unknown >= 0 and work.unknown[unknown, BLOCK] == block
        if found:
            count += 1
            last = block
    return count, last


@inner_kernel
def corner_range(work, n_terms):
    """Least and greatest value of the terms over their blocks' polytopes; unbounded while a block has no extreme points.

    A sum of products of weights of different blocks takes its extremes at extreme points.
    """
    coefficient, factor = work.coefficient, work.factor
    turn = work.corner
    combinations = 1
    for block in range(work.counts[BLOCKS]):
        turn[block] = -1
        for term in range(n_terms):
            for other in range(factor.shape[1]):
                if factor[term, other] >= 0 and work.unknown[factor[term, other], BLOCK] == block:
                    turn[block] = 0
        if turn[block] == 0:
            combinations *= work.block[block, COUNT]
    if combinations == 0 or combinations > MAX_CORNERS:
        return -np.inf, np.inf
    low = np.inf
    high = -np.inf
    running = True
    while running:
        total = 0.0
        for term in range(n_terms):
            product = coefficient[term]
            for other in range(factor.shape[1]):
                unknown = factor[term, other]
                if unknown >= 0:
                    block = work.unknown[unknown, BLOCK]
                    product *= work.vertices[work.block[block, FIRST] + turn[block], work.unknown[unknown, PLACE]]
            total += product
        low = min(low, total)
        high = max(high, total)
        running = False
        for block in range(work.counts[BLOCKS]):
            if turn[block] >= 0:
                turn[block] += 1
                if turn[block] < work.block[block, COUNT]:
                    running = True
                    break
                turn[block] = 0
    return low, high


@inner_kernel
def next_plan(tree, assigned, work, kind, opened):
    """Move ``plan`` on to the next combination of undominated actions at the open slots; False after the last."""
    for k in range(opened):
        slot = work.plan[1, k]
        mask = assigned.sets[tree.slot[slot, SET_FIRST] + kind, ALLOWED] >> (work.plan[0, slot] + 1)
        if mask != 0:
            work.plan[0, slot] += 1 + lowest(mask)
            return True
        work.plan[0, slot] = lowest(assigned.sets[tree.slot[slot, SET_FIRST] + kind, ALLOWED])
    return False


@inner_kernel
def settle(tree, point, assigned, work, items, closed, tol):
    """Solve the blocks of the first ``items`` items under the conditions at the closed nodes.

    Returns
    -------
    int
        ``EMPTY``; ``SETTLED``: the solutions are the product of the blocks' polytopes; ``COUPLED``: some conditions join two
        blocks that are not points; ``TOO_LARGE``: the work space does not suffice.
    """
    name_unknowns(tree, point, assigned, work, items)
    return settle_blocks(tree, point, assigned, work, items, closed, tol)


@inner_kernel
def settle_blocks(tree, point, assigned, work, items, closed, tol):
    """Solve every block that is not a point yet, as `settle` says."""
    first_round = True
    progress = False
    before = 0
    while True:
        n_equations, _, coupled = best_reply_rows(tree, point, assigned, work, closed, NO_BLOCK, NO_TERMS, tol)
        if n_equations == VIOLATED:
            return EMPTY
        if n_equations == NO_ROOM:
            return TOO_LARGE
        if not first_round and not progress and coupled == before:
            return COUPLED if coupled > 0 else SETTLED
        before = coupled
        progress = False
        for block in range(work.counts[BLOCKS]):
            if work.block[block, COUNT] == 1:
                continue
            state = _solve_block(tree, point, assigned, work, items, closed, block, tol)
            if state != SETTLED:
                return state
            progress |= work.block[block, COUNT] == 1
        if first_round and coupled == 0:
            return SETTLED
        first_round = False


@inner_kernel
def _solve_block(tree, point, assigned, work, items, closed, block, tol):
    """Fill in one block's extreme points, and its numbers when there is only one."""
    size = work.block[block, SIZE]
    if size + 1 > work.equations.shape[1]:
        return TOO_LARGE
    rows = flow_rows(tree, point, assigned, work, items, block)
    if rows < 0:
        return TOO_LARGE
    n_equations, n_inequalities, _ = best_reply_rows(tree, point, assigned, work, closed, block, rows, tol)
    if n_equations < 0:
        return TOO_LARGE
    found = extreme_points(
        size, work.equations, n_equations, work.inequalities, n_inequalities, tol, work.rays, work.meets, work.slack
    )
    if found < 0:
        return TOO_LARGE
    if found == 0:
        return EMPTY
    for c in range(size):
        top = 0.0
        for k in range(found):
            top = max(top, work.rays[k, c])
        if top <= tol and not work.block[block, MAY_VANISH]:
            return EMPTY  # an action of the support is never used
    first = work.counts[VERTICES]
    if first + found > work.vertices.shape[0]:
        return TOO_LARGE
    for k in range(found):
        for c in range(size):
            work.vertices[first + k, c] = work.rays[k, c]
    work.counts[VERTICES] += found
    work.block[block, FIRST] = first
    work.block[block, COUNT] = found
    if found == 1:
        for unknown in range(work.counts[UNKNOWNS]):
            if work.unknown[unknown, BLOCK] == block:
                work.value[unknown] = work.vertices[first, work.unknown[unknown, PLACE]]
                work.unknown[unknown, SOLVED] = 1
    return SETTLED
