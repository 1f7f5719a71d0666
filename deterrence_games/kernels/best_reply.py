"""Payoffs of a plan as sums of products of the others' weights, and the plans against which a support must hold."""

import numpy as np

from deterrence_games.kernels.bayesian_tree import (
    ALIAS,
    ALLOWED,
    BELIEFS,
    BLOCKS,
    CHANCE,
    CHOICE_FIRST,
    COEFFICIENT,
    COUNTS,
    END,
    FACTOR,
    FREE,
    LAST_SLOT,
    NODE,
    NODES,
    OPEN,
    OUTCOME,
    PARENT,
    PLAN,
    PLAY,
    PLAYER,
    PLAYERS,
    PRIOR,
    PROBABILITY,
    PROFILES,
    SET_FIRST,
    SHARE,
    SLOTS,
    TYPE_FIRST,
    TYPES,
    UNKNOWN,
    USED,
    VALUE,
    VERTICES,
    WEIGHT,
    WHOLE_WEIGHT,
    action_toward,
    belief_support,
    end_slot,
    first_slot,
    last_entry,
    last_row,
    lowest,
    payoff_row,
    single,
)
from deterrence_games.kernels.jit import inner_kernel

# Columns of the table of unknowns: its block, its place there, whether it is a number now; for the last of the unknowns that
# add up to another weight, how many come before it, and that other weight (-1 when it is a number).
BLOCK, PLACE, SOLVED, SIBLINGS, WHOLE = range(5)
SIZE, MAY_VANISH, FIRST, COUNT, WRITTEN = range(5)  # of blocks; COUNT is 1 when it is solved to a point, 0 before it is
# solved; WRITTEN is the first row with its extreme points in the findings

N_UNKNOWNS, N_BLOCKS, N_VERTICES, SOLVING = range(4)  # of `Work.counts`: in use; the block whose conditions are being written
NO_BLOCK, EVERY_BLOCK = np.int64(-1), np.int64(-2)  # typed, since Numba compiles a function anew for each literal


@inner_kernel
def open_slots(tree, state, numbers, matrix, slot, kind, action):
    """Collect the later slots of the type that ``action`` may lead to and at which the search left it a choice.

    These are the player's moves at histories that exclude the type: no belief depends on them, so that they are not part of
    the search, but deviations through them must be priced. ``found`` is ``int64[slot]``; returns how many were found.
    """
    node_at = tree[NODES, 0]
    slot_at = tree[SLOTS, 0]
    play_at = state[PLAY, 0]
    belief_at = state[BELIEFS, 0]
    open_at = state[OPEN, 0]
    node = tree[slot_at + slot, NODE]
    player = tree[slot_at + slot, PLAYER]
    count = 0
    g = node + 1
    while g < tree[node_at + node, END]:
        above = tree[node_at + g, PARENT]
        reached = True
        for t in range(first_slot(tree, above), end_slot(tree, above)):
            toward = action_toward(tree, t, g)
            if t == slot:
                reached &= toward == action
            elif tree[slot_at + t, PLAYER] == player:
                q = tree[slot_at + t, SET_FIRST] + kind
                mask = state[play_at + q, USED]
                reached &= (lowest(mask) == toward) if mask != 0 else (state[play_at + q, ALLOWED] >> toward & 1 == 1)
            else:
                reached &= not state[belief_at + tree[slot_at + t, CHOICE_FIRST] + toward, FREE]
        if not reached:
            g = tree[node_at + g, END]
            continue
        for t in range(first_slot(tree, g), end_slot(tree, g)):
            q = tree[slot_at + t, SET_FIRST] + kind
            if (
                tree[slot_at + t, PLAYER] == player
                and state[play_at + q, USED] == 0
                and not single(state[play_at + q, ALLOWED])
            ):
                state[open_at + count, 0] = t
                count += 1
        g += 1
    return count


@inner_kernel
def belief_settled(tree, state, numbers, matrix, node, player):
    """Whether the node fixes all that the others there need to know of a player: its types' shares, and nothing to choose.

    That is so when what each type does from here on is certain, and either one type is held possible or the weights of all
    types are in the same proportions at all extreme points of their block. Then the weights multiply every payoff by the same
    factor, which no comparison at the node depends on; leaving it out keeps the systems of three players apart. The shares
    are left in ``work.share[player]``.
    """
    node_at = tree[NODES, 0]
    slot_at = tree[SLOTS, 0]
    player_at = tree[PLAYERS, 0]
    play_at = state[PLAY, 0]
    alias_at = state[ALIAS, 0]
    unknown_at = state[UNKNOWN, 0]
    blocks_at = state[BLOCKS, 0]
    count_at = state[COUNTS, 0]
    share_at = state[SHARE, 0]
    vertex_at = state[VERTICES, 0]
    possible = belief_support(tree, state, numbers, matrix, node, player)
    for g in range(node, tree[node_at + node, END]):
        for slot in range(first_slot(tree, g), end_slot(tree, g)):
            if tree[slot_at + slot, PLAYER] == player:
                for kind in range(tree[player_at + player, TYPES]):
                    mask = state[play_at + tree[slot_at + slot, SET_FIRST] + kind, USED]
                    if possible >> kind & 1 and mask != 0 and not single(mask):
                        return False
    if single(possible):
        numbers[share_at + tree[player_at + player, TYPE_FIRST] + lowest(possible)] = 1.0
        return True
    lead = (
        state[alias_at + last_entry(tree, node, player, lowest(possible)), 0]
        if tree[last_row(tree, node, player), LAST_SLOT] >= 0
        else -1
    )
    if lead < 0 or state[unknown_at + lead, SOLVED]:
        return False
    block = state[unknown_at + lead, BLOCK]
    if block == state[count_at + SOLVING, 0] or state[count_at + SOLVING, 0] == EVERY_BLOCK:
        return False  # a block's proportions follow from the very conditions that are being written
    count = state[blocks_at + block, COUNT]
    best = 0.0
    reference = -1
    for r in range(state[blocks_at + block, FIRST], state[blocks_at + block, FIRST] + count):
        if matrix[vertex_at + r, state[unknown_at + lead, PLACE]] > best:
            best = matrix[vertex_at + r, state[unknown_at + lead, PLACE]]
            reference = r
    if reference < 0 or best < 1e-6:
        return False
    for kind in range(tree[player_at + player, TYPES]):
        if not possible >> kind & 1:
            continue
        unknown = state[alias_at + last_entry(tree, node, player, kind), 0]
        if unknown < 0 or state[unknown_at + unknown, BLOCK] != block:
            return False
        numbers[share_at + tree[player_at + player, TYPE_FIRST] + kind] = (
            matrix[vertex_at + reference, state[unknown_at + unknown, PLACE]] / best
        )
        for r in range(state[blocks_at + block, FIRST], state[blocks_at + block, FIRST] + count):
            expected = (
                numbers[share_at + tree[player_at + player, TYPE_FIRST] + kind]
                * matrix[vertex_at + r, state[unknown_at + lead, PLACE]]
            )
            if abs(matrix[vertex_at + r, state[unknown_at + unknown, PLACE]] - expected) > 1e-11:
                return False
    return True


@inner_kernel
def reply_terms(tree, state, numbers, matrix, slot, kind, action, sign, count):
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
    node_at = tree[NODES, 0]
    slot_at = tree[SLOTS, 0]
    player_at = tree[PLAYERS, 0]
    profile_at = tree[PROFILES, 0]
    play_at = state[PLAY, 0]
    belief_at = state[BELIEFS, 0]
    alias_at = state[ALIAS, 0]
    unknown_at = state[UNKNOWN, 0]
    factor_at = state[FACTOR, 0]
    plan_at = state[PLAN, 0]
    weight_at = state[WEIGHT, 0]
    value_at = state[VALUE, 0]
    coefficient_at = state[COEFFICIENT, 0]
    chance_at = state[CHANCE, 0]
    share_at = state[SHARE, 0]
    prior_at = state[PRIOR, 0]
    probability_at = state[PROBABILITY, 0]
    node = tree[slot_at + slot, NODE]
    player = tree[slot_at + slot, PLAYER]
    players = tree[PLAYERS, 1]
    scaling = 0  # players whose weights are left out
    for other in range(players):
        if other != player and belief_settled(tree, state, numbers, matrix, node, other):
            scaling |= 1 << other
    numbers[chance_at + node] = sign
    g = node + 1
    while g < tree[node_at + node, END]:
        above = tree[node_at + g, PARENT]
        reached = True
        for t in range(first_slot(tree, above), end_slot(tree, above)):
            toward = action_toward(tree, t, g)
            if t == slot:
                reached &= toward == action
            elif tree[slot_at + t, PLAYER] == player:
                q = tree[slot_at + t, SET_FIRST] + kind
                mask = state[play_at + q, USED]
                if mask == 0 and single(state[play_at + q, ALLOWED]):
                    mask = state[play_at + q, ALLOWED]
                reached &= toward == (lowest(mask) if mask != 0 else state[plan_at + t, 0])
            else:
                reached &= not state[belief_at + tree[slot_at + t, CHOICE_FIRST] + toward, FREE]
        if not reached:
            g = tree[node_at + g, END]
            continue
        numbers[chance_at + g] = numbers[chance_at + above] * numbers[probability_at + g]
        if tree[node_at + g, OUTCOME] >= 0:
            for profile in range(tree[PROFILES, 1]):
                if tree[profile_at + profile, player] != kind:
                    continue
                if count == state[COEFFICIENT, 1]:
                    return -1
                product = numbers[chance_at + g] * numbers[payoff_row(tree, state, tree[node_at + g, OUTCOME], player, profile)]
                for other in range(players):
                    state[factor_at + count, other] = -1
                    if other == player:
                        continue
                    t = tree[profile_at + profile, other]
                    if not belief_support(tree, state, numbers, matrix, g, other) >> t & 1:
                        product = 0.0
                        break
                    if scaling >> other & 1:
                        product *= numbers[share_at + tree[player_at + other, TYPE_FIRST] + t]
                        continue
                    e = last_entry(tree, g, other, t)
                    if e < 0:
                        product *= numbers[prior_at + tree[player_at + other, TYPE_FIRST] + t]
                    elif state[alias_at + e, 0] < 0:
                        product *= numbers[weight_at + e]
                    elif state[unknown_at + state[alias_at + e, 0], SOLVED]:
                        product *= numbers[value_at + state[alias_at + e, 0]]
                    else:
                        state[factor_at + count, other] = state[alias_at + e, 0]
                if product != 0.0:
                    numbers[coefficient_at + count] = product
                    count += 1
        g += 1
    return count


@inner_kernel
def eliminate_last(tree, state, numbers, matrix, n_terms):
    """Write the last of the unknowns that add up to a weight as that weight less the others, in every term.

    What does not depend on how a weight is split then shows: its terms cancel. Returns the new number of terms, -1 when
    there is no room.
    """
    unknown_at = state[UNKNOWN, 0]
    factor_at = state[FACTOR, 0]
    whole_at = state[WHOLE_WEIGHT, 0]
    coefficient_at = state[COEFFICIENT, 0]
    term = 0
    while term < n_terms:
        again = False
        for k in range(tree[PLAYERS, 1]):
            last = state[factor_at + term, k]
            if last < 0 or state[unknown_at + last, SIBLINGS] == 0:
                continue
            if n_terms + state[unknown_at + last, SIBLINGS] > state[COEFFICIENT, 1]:
                return -1
            for sibling in range(last - state[unknown_at + last, SIBLINGS], last):
                numbers[coefficient_at + n_terms] = -numbers[coefficient_at + term]
                for other in range(tree[PLAYERS, 1]):
                    state[factor_at + n_terms, other] = state[factor_at + term, other]
                state[factor_at + n_terms, k] = sibling
                n_terms += 1
            state[factor_at + term, k] = state[unknown_at + last, WHOLE]
            if state[unknown_at + last, WHOLE] < 0:
                numbers[coefficient_at + term] *= numbers[whole_at + last]
            again = True
        if not again:
            term += 1
    return n_terms


@inner_kernel
def strip_factors(tree, state, numbers, matrix, node, player, n_terms):
    """Divide out what a player contributes to every term alike: a sum of its types' weights, which is positive.

    That happens when the payoffs compared depend neither on the type nor on later moves of that player. Dividing leaves the
    sign of the sum of terms as it is. Terms with the same unknowns are joined first; returns the new number of terms.
    """
    factor_at = state[FACTOR, 0]
    coefficient_at = state[COEFFICIENT, 0]
    n_terms = _join_terms(tree, state, numbers, matrix, n_terms)
    for other in range(tree[PLAYERS, 1]):
        if other == player or n_terms == 0:
            continue
        lead = state[factor_at + 0, other]
        if lead < 0:
            continue
        leading = 0
        for term in range(n_terms):
            leading += state[factor_at + term, other] == lead
        kinds = 1
        alike = n_terms % leading == 0
        for term in range(n_terms):
            unknown = state[factor_at + term, other]
            if unknown < 0:
                alike = False
            if not alike:
                break
            if unknown == lead:
                continue
            if _first_with(tree, state, numbers, matrix, other, unknown, n_terms) == term:
                kinds += 1
                ratio = 0.0
                for mine in range(n_terms):
                    if state[factor_at + mine, other] != unknown:
                        continue
                    twin = _same_but(tree, state, numbers, matrix, other, mine, lead, n_terms)
                    if twin < 0:
                        alike = False
                        break
                    quotient = numbers[coefficient_at + mine] / numbers[coefficient_at + twin]
                    if ratio == 0.0:
                        ratio = quotient
                    if quotient <= 0.0 or abs(quotient - ratio) > 1e-12 * ratio:
                        alike = False
                        break
        possible = belief_support(tree, state, numbers, matrix, node, other)
        held = 0
        while possible != 0:
            held += possible & 1
            possible >>= 1
        if not alike or kinds * leading != n_terms or kinds != held:
            continue
        kept = 0
        for term in range(n_terms):
            if state[factor_at + term, other] == lead:
                numbers[coefficient_at + kept] = numbers[coefficient_at + term]
                for k in range(tree[PLAYERS, 1]):
                    state[factor_at + kept, k] = state[factor_at + term, k]
                state[factor_at + kept, other] = -1
                kept += 1
        n_terms = kept
    return n_terms


@inner_kernel
def _join_terms(tree, state, numbers, matrix, n_terms):
    """Add up terms with the same unknowns, and drop those that cancel."""
    factor_at = state[FACTOR, 0]
    coefficient_at = state[COEFFICIENT, 0]
    largest = 0.0
    kept = 0
    for term in range(n_terms):
        largest = max(largest, abs(numbers[coefficient_at + term]))
        place = 0
        while place < kept:
            same = True
            for k in range(tree[PLAYERS, 1]):
                same &= state[factor_at + place, k] == state[factor_at + term, k]
            if same:
                break
            place += 1
        if place < kept:
            numbers[coefficient_at + place] += numbers[coefficient_at + term]
            continue
        numbers[coefficient_at + kept] = numbers[coefficient_at + term]
        for k in range(tree[PLAYERS, 1]):
            state[factor_at + kept, k] = state[factor_at + term, k]
        kept += 1
    left = 0
    for term in range(kept):
        if abs(numbers[coefficient_at + term]) > 1e-13 * largest:
            numbers[coefficient_at + left] = numbers[coefficient_at + term]
            for k in range(tree[PLAYERS, 1]):
                state[factor_at + left, k] = state[factor_at + term, k]
            left += 1
    return left


@inner_kernel
def _first_with(tree, state, numbers, matrix, other, unknown, n_terms):
    """The first term with this unknown of the player."""
    factor_at = state[FACTOR, 0]
    for term in range(n_terms):
        if state[factor_at + term, other] == unknown:
            return term
    return -1


@inner_kernel
def _same_but(tree, state, numbers, matrix, other, mine, lead, n_terms):
    """The term that is like ``mine`` but has ``lead`` as the unknown of the player."""
    factor_at = state[FACTOR, 0]
    for term in range(n_terms):
        if state[factor_at + term, other] == lead:
            same = True
            for k in range(tree[PLAYERS, 1]):
                same &= k == other or state[factor_at + term, k] == state[factor_at + mine, k]
            if same:
                return term
    return -1
