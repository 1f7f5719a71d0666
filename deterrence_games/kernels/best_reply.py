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


@inner_kernel
def strip_factors(tree, point, assigned, node, player, terms, n_terms):
    """Divide out what a player contributes to every term alike: a sum of its types' weights, which is positive.

    That happens when the payoffs compared depend neither on the type nor on later moves of that player. Dividing leaves the
    sign of the sum of terms as it is. Terms with the same unknowns are joined first; returns the new number of terms.
    """
    coefficient, factor = terms
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
