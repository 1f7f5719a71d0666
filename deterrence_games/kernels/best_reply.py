"""Payoffs of a plan as sums of products of the others' weights, and the plans against which a support must hold."""

import numpy as np

from deterrence_games.kernels.bayesian_tree import (
    ALLOWED,
    CHOICE_FIRST,
    END,
    FREE,
    LAST_SLOT,
    NODE,
    OUTCOME,
    PARENT,
    PLAYER,
    SET_FIRST,
    SLOT_COUNT,
    SLOT_FIRST,
    TYPE_FIRST,
    TYPES,
    USED,
    action_toward,
    belief_support,
    last_entry,
    lowest,
    single,
)
from deterrence_games.kernels.jit import inner_kernel

# Columns of the table of unknowns: its block, its place there, whether it is a number now; for the last of the unknowns that
# add up to another weight, how many come before it, and that other weight (-1 when it is a number).
BLOCK, PLACE, SOLVED, SIBLINGS, WHOLE = range(5)
SIZE, MAY_VANISH, FIRST, COUNT, WRITTEN = range(5)  # of blocks; COUNT is 1 when it is solved to a point, 0 before it is
# solved; WRITTEN is the first row with its extreme points in the findings

UNKNOWNS, BLOCKS, VERTICES, SOLVING = range(4)  # of `Work.counts`: in use; the block whose conditions are being written
NO_BLOCK, EVERY_BLOCK = np.int64(-1), np.int64(-2)  # typed, since Numba compiles a function anew for each literal


@inner_kernel
def open_slots(tree, point, assigned, slot, kind, action, found):
    """Collect the later slots of the type that ``action`` may lead to and at which the search left it a choice.

    These are the player's moves at histories that exclude the type: no belief depends on them, so that they are not part of
    the search, but deviations through them must be priced. ``found`` is ``int64[slot]``; returns how many were found.
    """
    node = tree.slot[slot, NODE]
    player = tree.slot[slot, PLAYER]
    count = 0
    g = node + 1
    while g < tree.node[node, END]:
        above = tree.node[g, PARENT]
        reached = True
        for t in range(tree.node[above, SLOT_FIRST], tree.node[above, SLOT_FIRST] + tree.node[above, SLOT_COUNT]):
            toward = action_toward(tree, t, g)
            if t == slot:
                reached &= toward == action
            elif tree.slot[t, PLAYER] == player:
                q = tree.slot[t, SET_FIRST] + kind
                mask = assigned.sets[q, USED]
                reached &= (lowest(mask) == toward) if mask != 0 else (assigned.sets[q, ALLOWED] >> toward & 1 == 1)
            else:
                reached &= not assigned.choice[tree.slot[t, CHOICE_FIRST] + toward, FREE]
        if not reached:
            g = tree.node[g, END]
            continue
        for t in range(tree.node[g, SLOT_FIRST], tree.node[g, SLOT_FIRST] + tree.node[g, SLOT_COUNT]):
            q = tree.slot[t, SET_FIRST] + kind
            if tree.slot[t, PLAYER] == player and assigned.sets[q, USED] == 0 and not single(assigned.sets[q, ALLOWED]):
                found[count] = t
                count += 1
        g += 1
    return count


@inner_kernel
def belief_settled(tree, point, assigned, work, node, player):
    """Whether the node fixes all that the others there need to know of a player: its types' shares, and nothing to choose.

    That is so when what each type does from here on is certain, and either one type is held possible or the weights of all
    types are in the same proportions at all extreme points of their block. Then the weights multiply every payoff by the same
    factor, which no comparison at the node depends on; leaving it out keeps the systems of three players apart. The shares
    are left in ``work.share[player]``.
    """
    possible = belief_support(tree, point, assigned, node, player)
    for g in range(node, tree.node[node, END]):
        for slot in range(tree.node[g, SLOT_FIRST], tree.node[g, SLOT_FIRST] + tree.node[g, SLOT_COUNT]):
            if tree.slot[slot, PLAYER] == player:
                for kind in range(tree.player[player, TYPES]):
                    mask = assigned.sets[tree.slot[slot, SET_FIRST] + kind, USED]
                    if possible >> kind & 1 and mask != 0 and not single(mask):
                        return False
    if single(possible):
        work.share[player, lowest(possible)] = 1.0
        return True
    lead = work.alias[last_entry(tree, node, player, lowest(possible))] if tree.last[node, player, LAST_SLOT] >= 0 else -1
    if lead < 0 or work.unknown[lead, SOLVED]:
        return False
    block = work.unknown[lead, BLOCK]
    if block == work.counts[SOLVING] or work.counts[SOLVING] == EVERY_BLOCK:
        return False  # a block's proportions follow from the very conditions that are being written
    count = work.block[block, COUNT]
    best = 0.0
    reference = -1
    for r in range(work.block[block, FIRST], work.block[block, FIRST] + count):
        if work.vertices[r, work.unknown[lead, PLACE]] > best:
            best = work.vertices[r, work.unknown[lead, PLACE]]
            reference = r
    if reference < 0 or best < 1e-6:
        return False
    for kind in range(tree.player[player, TYPES]):
        if not possible >> kind & 1:
            continue
        unknown = work.alias[last_entry(tree, node, player, kind)]
        if unknown < 0 or work.unknown[unknown, BLOCK] != block:
            return False
        work.share[player, kind] = work.vertices[reference, work.unknown[unknown, PLACE]] / best
        for r in range(work.block[block, FIRST], work.block[block, FIRST] + count):
            expected = work.share[player, kind] * work.vertices[r, work.unknown[lead, PLACE]]
            if abs(work.vertices[r, work.unknown[unknown, PLACE]] - expected) > 1e-11:
                return False
    return True


@inner_kernel
def reply_terms(tree, point, assigned, work, slot, kind, action, sign, count):
    """Append the payoff of taking ``action`` at the slot, and its own play from there, as terms in the others' weights.

    Parameters
    ----------
    work : Work
        Its ``plan[0]`` holds actions at the player's open slots; ``coefficient`` and ``factor`` (unknowns, -1 for none) are
        filled from row ``count`` on.
    sign : float
        Multiplies every term.

    Returns
    -------
    int
        The new number of terms, -1 when there is no room.
    """
    coefficient, factor, alias, chance = work.coefficient, work.factor, work.alias, work.chance
    node = tree.slot[slot, NODE]
    player = tree.slot[slot, PLAYER]
    players = tree.player.shape[0]
    scaling = 0  # players whose weights are left out
    for other in range(players):
        if other != player and belief_settled(tree, point, assigned, work, node, other):
            scaling |= 1 << other
    chance[node] = sign
    g = node + 1
    while g < tree.node[node, END]:
        above = tree.node[g, PARENT]
        reached = True
        for t in range(tree.node[above, SLOT_FIRST], tree.node[above, SLOT_FIRST] + tree.node[above, SLOT_COUNT]):
            toward = action_toward(tree, t, g)
            if t == slot:
                reached &= toward == action
            elif tree.slot[t, PLAYER] == player:
                q = tree.slot[t, SET_FIRST] + kind
                mask = assigned.sets[q, USED]
                if mask == 0 and single(assigned.sets[q, ALLOWED]):
                    mask = assigned.sets[q, ALLOWED]
                reached &= toward == (lowest(mask) if mask != 0 else work.plan[0, t])
            else:
                reached &= not assigned.choice[tree.slot[t, CHOICE_FIRST] + toward, FREE]
        if not reached:
            g = tree.node[g, END]
            continue
        chance[g] = chance[above] * point.probability[g]
        if tree.node[g, OUTCOME] >= 0:
            for profile in range(tree.profile_type.shape[0]):
                if tree.profile_type[profile, player] != kind:
                    continue
                if count == coefficient.size:
                    return -1
                product = chance[g] * point.payoff[tree.node[g, OUTCOME], player, profile]
                for other in range(players):
                    factor[count, other] = -1
                    if other == player:
                        continue
                    t = tree.profile_type[profile, other]
                    if not belief_support(tree, point, assigned, g, other) >> t & 1:
                        product = 0.0
                        break
                    if scaling >> other & 1:
                        product *= work.share[other, t]
                        continue
                    e = last_entry(tree, g, other, t)
                    if e < 0:
                        product *= point.prior[tree.player[other, TYPE_FIRST] + t]
                    elif alias[e] < 0:
                        product *= assigned.weight[e]
                    elif work.unknown[alias[e], SOLVED]:
                        product *= work.value[alias[e]]
                    else:
                        factor[count, other] = alias[e]
                if product != 0.0:
                    coefficient[count] = product
                    count += 1
        g += 1
    return count


@inner_kernel
def eliminate_last(work, n_terms):
    """Write the last of the unknowns that add up to a weight as that weight less the others, in every term.

    What does not depend on how a weight is split then shows: its terms cancel. Returns the new number of terms, -1 when
    there is no room.
    """
    coefficient, factor, unknown = work.coefficient, work.factor, work.unknown
    term = 0
    while term < n_terms:
        again = False
        for k in range(factor.shape[1]):
            last = factor[term, k]
            if last < 0 or unknown[last, SIBLINGS] == 0:
                continue
            if n_terms + unknown[last, SIBLINGS] > coefficient.size:
                return -1
            for sibling in range(last - unknown[last, SIBLINGS], last):
                coefficient[n_terms] = -coefficient[term]
                for other in range(factor.shape[1]):
                    factor[n_terms, other] = factor[term, other]
                factor[n_terms, k] = sibling
                n_terms += 1
            factor[term, k] = unknown[last, WHOLE]
            if unknown[last, WHOLE] < 0:
                coefficient[term] *= work.whole[last]
            again = True
        if not again:
            term += 1
    return n_terms


@inner_kernel
def strip_factors(tree, point, assigned, work, node, player, n_terms):
    """Divide out what a player contributes to every term alike: a sum of its types' weights, which is positive.

    That happens when the payoffs compared depend neither on the type nor on later moves of that player. Dividing leaves the
    sign of the sum of terms as it is. Terms with the same unknowns are joined first; returns the new number of terms.
    """
    coefficient, factor = work.coefficient, work.factor
    n_terms = _join_terms(coefficient, factor, n_terms)
    for other in range(tree.player.shape[0]):
        if other == player or n_terms == 0:
            continue
        lead = factor[0, other]
        if lead < 0:
            continue
        leading = 0
        for term in range(n_terms):
            leading += factor[term, other] == lead
        kinds = 1
        alike = n_terms % leading == 0
        for term in range(n_terms):
            unknown = factor[term, other]
            if unknown < 0:
                alike = False
            if not alike:
                break
            if unknown == lead:
                continue
            if _first_with(factor, other, unknown, n_terms) == term:
                kinds += 1
                ratio = 0.0
                for mine in range(n_terms):
                    if factor[mine, other] != unknown:
                        continue
                    twin = _same_but(factor, other, mine, lead, n_terms)
                    if twin < 0:
                        alike = False
                        break
                    quotient = coefficient[mine] / coefficient[twin]
                    if ratio == 0.0:
                        ratio = quotient
                    if quotient <= 0.0 or abs(quotient - ratio) > 1e-12 * ratio:
                        alike = False
                        break
        possible = belief_support(tree, point, assigned, node, other)
        held = 0
        while possible != 0:
            held += possible & 1
            possible >>= 1
        if not alike or kinds * leading != n_terms or kinds != held:
            continue
        kept = 0
        for term in range(n_terms):
            if factor[term, other] == lead:
                coefficient[kept] = coefficient[term]
                for k in range(factor.shape[1]):
                    factor[kept, k] = factor[term, k]
                factor[kept, other] = -1
                kept += 1
        n_terms = kept
    return n_terms


@inner_kernel
def _join_terms(coefficient, factor, n_terms):
    """Add up terms with the same unknowns, and drop those that cancel."""
    largest = 0.0
    kept = 0
    for term in range(n_terms):
        largest = max(largest, abs(coefficient[term]))
        place = 0
        while place < kept:
            same = True
            for k in range(factor.shape[1]):
                same &= factor[place, k] == factor[term, k]
            if same:
                break
            place += 1
        if place < kept:
            coefficient[place] += coefficient[term]
            continue
        coefficient[kept] = coefficient[term]
        for k in range(factor.shape[1]):
            factor[kept, k] = factor[term, k]
        kept += 1
    left = 0
    for term in range(kept):
        if abs(coefficient[term]) > 1e-13 * largest:
            coefficient[left] = coefficient[term]
            for k in range(factor.shape[1]):
                factor[left, k] = factor[term, k]
            left += 1
    return left


@inner_kernel
def _first_with(factor, other, unknown, n_terms):
    """The first term with this unknown of the player."""
    for term in range(n_terms):
        if factor[term, other] == unknown:
            return term
    return -1


@inner_kernel
def _same_but(factor, other, mine, lead, n_terms):
    """The term that is like ``mine`` but has ``lead`` as the unknown of the player."""
    for term in range(n_terms):
        if factor[term, other] == lead:
            same = True
            for k in range(factor.shape[1]):
                same &= k == other or factor[term, k] == factor[mine, k]
            if same:
                return term
    return -1
