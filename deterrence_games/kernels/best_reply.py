"""Payoffs of a plan as sums of products of the others' weights, and the plans against which a support must hold."""

from deterrence_games.kernels.bayesian_tree import (
    ALLOWED,
    CHOICE_FIRST,
    END,
    FREE,
    NODE,
    OUTCOME,
    PARENT,
    PLAYER,
    SET_FIRST,
    SLOT_COUNT,
    SLOT_FIRST,
    TYPE_FIRST,
    USED,
    action_toward,
    belief_support,
    last_entry,
    lowest,
    single,
)
from deterrence_games.kernels.jit import inner_kernel

BLOCK, PLACE, SOLVED = range(3)  # columns of the table of unknowns: its block, its place there, whether it is a number now


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
def only_scales(tree, point, assigned, node, player):
    """Whether the player's weights multiply every payoff from the node on alike.

    That is so when one type is held possible and what it does from here on is certain. Nobody's comparison of actions at the
    node depends on such a factor, and leaving it out keeps the systems of three players apart.
    """
    possible = belief_support(tree, point, assigned, node, player)
    if not single(possible):
        return False
    kind = lowest(possible)
    for g in range(node, tree.node[node, END]):
        for slot in range(tree.node[g, SLOT_FIRST], tree.node[g, SLOT_FIRST] + tree.node[g, SLOT_COUNT]):
            if tree.slot[slot, PLAYER] == player:
                mask = assigned.sets[tree.slot[slot, SET_FIRST] + kind, USED]
                if mask != 0 and not single(mask):
                    return False
    return True


@inner_kernel
def reply_terms(tree, point, assigned, slot, kind, action, plan, sign, alias, value, unknown, terms, count, chance):
    """Append the payoff of taking ``action`` at the slot, and its own play from there, as terms in the others' weights.

    Parameters
    ----------
    plan : int64[slot]
        Actions at the player's open slots.
    sign : float
        Multiplies every term.
    alias : int64[entry]
        Unknown behind an entry's weight, -1 when ``assigned.weight`` holds it.
    value, unknown : float64[unknown], int64[unknown, column]
    terms : (float64[term], int64[term, player])
        Coefficient and unknowns (-1 for none) of each term, filled from row ``count`` on.
    chance : float64[node]
        Work space.

    Returns
    -------
    int
        The new number of terms, -1 when ``terms`` is too short.
    """
    coefficient, factor = terms
    node = tree.slot[slot, NODE]
    player = tree.slot[slot, PLAYER]
    players = tree.player.shape[0]
    scaling = 0  # players whose weights are left out
    for other in range(players):
        if other != player and only_scales(tree, point, assigned, node, other):
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
                reached &= toward == (lowest(mask) if mask != 0 else plan[t])
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
                        continue
                    e = last_entry(tree, g, other, t)
                    if e < 0:
                        product *= point.prior[tree.player[other, TYPE_FIRST] + t]
                    elif alias[e] < 0:
                        product *= assigned.weight[e]
                    elif unknown[alias[e], SOLVED]:
                        product *= value[alias[e]]
                    else:
                        factor[count, other] = alias[e]
                if product != 0.0:
                    coefficient[count] = product
                    count += 1
        g += 1
    return count
