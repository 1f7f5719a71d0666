"""Bounds on continuation payoffs, and what they rule out: dominated actions, and supports that cannot be best replies."""

import numpy as np

from deterrence_games.kernels.bayesian_tree import (
    ALLOWED,
    BRANCH,
    CHILD_COUNT,
    CHILD_FIRST,
    CHOICE_FIRST,
    END,
    HIGH,
    IRRELEVANT,
    LOW,
    NEEDS,
    NODE,
    OUTCOME,
    PLAYER,
    SET_FIRST,
    SIMPLEX,
    SLOT_COUNT,
    SLOT_FIRST,
    STRIDE,
    TYPE_FIRST,
    TYPES,
    USED,
    WIDTH,
    action_toward,
    belief_support,
    last_entry,
    single,
)
from deterrence_games.kernels.jit import inner_kernel

BEFORE, DURING = np.int64(0), np.int64(1)  # the search; typed, since Numba compiles a function anew for each literal


@inner_kernel
def bound_still_nodes(tree, point, assigned):
    """Fill the bounds of leaves and of chance nodes over leaves; they hold whatever anybody does."""
    for k in range(tree.still.size):
        _bound_node(tree, point, assigned, tree.still[k], BEFORE)


@inner_kernel
def remove_dominated(tree, point, assigned, tol):
    """Fill ``assigned.allowed``: drop, deepest nodes first, every action worse than another in every contingency."""
    for q in range(tree.sets.shape[0]):
        assigned.sets[q, ALLOWED] = (1 << tree.sets[q, WIDTH]) - 1
    for node in range(tree.node.shape[0] - 1, -1, -1):
        if tree.node[node, SLOT_COUNT] > 0:
            shrinking = True
            while shrinking:
                shrinking = False
                for slot in range(tree.node[node, SLOT_FIRST], tree.node[node, SLOT_FIRST] + tree.node[node, SLOT_COUNT]):
                    for kind in range(tree.player[tree.slot[slot, PLAYER], TYPES]):
                        q = tree.slot[slot, SET_FIRST] + kind
                        for worse in range(tree.sets[q, WIDTH]):
                            if not assigned.sets[q, ALLOWED] >> worse & 1:
                                continue
                            for better in range(tree.sets[q, WIDTH]):
                                if better == worse or not assigned.sets[q, ALLOWED] >> better & 1:
                                    continue
                                if least_gain(tree, point, assigned, slot, kind, worse, better, BEFORE) > tol:
                                    assigned.sets[q, ALLOWED] &= ~(1 << worse)
                                    shrinking = True
                                    break
        if tree.node[node, OUTCOME] < 0:
            _bound_node(tree, point, assigned, node, BEFORE)
        _pin(tree, assigned, node)
    _set_needs(tree, assigned)


@inner_kernel
def _pin(tree, assigned, node):
    """Record whether dominance settles the whole subtree."""
    pinned = 1
    for slot in range(tree.node[node, SLOT_FIRST], tree.node[node, SLOT_FIRST] + tree.node[node, SLOT_COUNT]):
        for kind in range(tree.player[tree.slot[slot, PLAYER], TYPES]):
            if not single(assigned.sets[tree.slot[slot, SET_FIRST] + kind, ALLOWED]):
                pinned = 0
    for c in range(tree.node[node, CHILD_COUNT]):
        pinned &= assigned.pinned[tree.child[tree.node[node, CHILD_FIRST] + c]]
    assigned.pinned[node] = pinned


@inner_kernel
def _set_needs(tree, assigned):
    """What a free belief after each choice needs.

    Nothing when all that follows is settled by dominance. One polytope when its owner's own later moves are: then no later
    update can divide by a probability of zero before somebody's choice depends on it. Else one search a support.
    """
    for choice in range(tree.choice_slot.size):
        slot = tree.choice_slot[choice]
        node = tree.slot[slot, NODE]
        needs = IRRELEVANT
        for c in range(tree.node[node, CHILD_COUNT]):
            child = tree.child[tree.node[node, CHILD_FIRST] + c]
            if action_toward(tree, slot, child) != choice - tree.slot[slot, CHOICE_FIRST] or assigned.pinned[child]:
                continue
            needs = max(needs, SIMPLEX)
            for g in range(child, tree.node[child, END]):
                if assigned.pinned[g]:
                    continue
                for later in range(tree.node[g, SLOT_FIRST], tree.node[g, SLOT_FIRST] + tree.node[g, SLOT_COUNT]):
                    if tree.slot[later, PLAYER] == tree.slot[slot, PLAYER]:
                        needs = BRANCH
        assigned.choice[choice, NEEDS] = needs


@inner_kernel
def close_node(tree, point, assigned, node, tol):
    """Bound a node whose subtree is assigned; False when some support there cannot be a best reply."""
    if assigned.pinned[node]:
        return True  # its bounds do not change
    for slot in range(tree.node[node, SLOT_FIRST], tree.node[node, SLOT_FIRST] + tree.node[node, SLOT_COUNT]):
        possible = belief_support(tree, point, assigned, node, tree.slot[slot, PLAYER])
        for kind in range(tree.player[tree.slot[slot, PLAYER], TYPES]):
            if not possible >> kind & 1:
                continue
            q = tree.slot[slot, SET_FIRST] + kind
            for better in range(tree.sets[q, WIDTH]):
                if not assigned.sets[q, ALLOWED] >> better & 1:
                    continue
                for used in range(tree.sets[q, WIDTH]):
                    if used != better and assigned.sets[q, USED] >> used & 1:
                        if least_gain(tree, point, assigned, slot, kind, used, better, DURING) > tol:
                            return False
    if node > 0:
        _bound_node(tree, point, assigned, node, DURING)
    return True


@inner_kernel
def least_gain(tree, point, assigned, slot, kind, worse, better, searching):
    """Lower bound on what a type gains by ``better`` over ``worse`` at the slot.

    Before the search (``searching`` is `BEFORE`) over all beliefs and all undominated play of the others; during it over the
    supports assigned, with the beliefs at the node where these are numbers already.
    """
    node = tree.slot[slot, NODE]
    player = tree.slot[slot, PLAYER]
    stride = tree.slot[slot, STRIDE]
    players = tree.player.shape[0]
    averaged = searching
    if searching:
        for other in range(players):
            if other == player:
                continue
            possible = belief_support(tree, point, assigned, node, other)
            for t in range(tree.player[other, TYPES]):
                e = last_entry(tree, node, other, t)
                if possible >> t & 1 and e >= 0 and not assigned.known[e]:
                    averaged = False
    total = 0.0
    mass = 0.0
    least = 1e300
    for profile in range(tree.profile_type.shape[0]):
        if tree.profile_type[profile, player] != kind:
            continue
        share = 1.0
        if searching:
            for other in range(players):
                if other == player:
                    continue
                t = tree.profile_type[profile, other]
                if not belief_support(tree, point, assigned, node, other) >> t & 1:
                    share = 0.0
                    break
                if averaged:
                    e = last_entry(tree, node, other, t)
                    share *= point.prior[tree.player[other, TYPE_FIRST] + t] if e < 0 else assigned.weight[e]
            if share == 0.0:
                continue
        gain = 1e300
        for c in range(tree.node[node, CHILD_COUNT]):
            to_better = tree.child[tree.node[node, CHILD_FIRST] + c]
            if action_toward(tree, slot, to_better) != better:
                continue
            if not _possible_joint(tree, assigned, node, to_better, profile, player, searching):
                continue
            to_worse = tree.child[tree.node[node, CHILD_FIRST] + c + (worse - better) * stride]
            gain = min(gain, assigned.bound[to_better, player, profile, LOW] - assigned.bound[to_worse, player, profile, HIGH])
        least = min(least, gain)
        total += share * gain
        mass += share
    if averaged:
        return total / mass
    return least


@inner_kernel
def _possible_joint(tree, assigned, node, child, profile, player, searching):
    """Whether the others' part of the joint move to ``child`` is within their supports."""
    for slot in range(tree.node[node, SLOT_FIRST], tree.node[node, SLOT_FIRST] + tree.node[node, SLOT_COUNT]):
        other = tree.slot[slot, PLAYER]
        if other == player:
            continue
        q = tree.slot[slot, SET_FIRST] + tree.profile_type[profile, other]
        mask = assigned.sets[q, USED] if searching else assigned.sets[q, ALLOWED]
        if not mask >> action_toward(tree, slot, child) & 1:
            return False
    return True


@inner_kernel
def _bound_node(tree, point, assigned, node, searching):
    """Bounds of every player's continuation payoff at the node, a type profile at a time."""
    players = tree.player.shape[0]
    profiles = tree.profile_type.shape[0]
    if tree.node[node, OUTCOME] >= 0:
        for player in range(players):
            for profile in range(profiles):
                value = point.payoff[tree.node[node, OUTCOME], player, profile]
                assigned.bound[node, player, profile, LOW] = value
                assigned.bound[node, player, profile, HIGH] = value
        return
    for player in range(players):
        for profile in range(profiles):
            if tree.node[node, SLOT_COUNT] == 0:
                low = 0.0
                high = 0.0
                for c in range(tree.node[node, CHILD_COUNT]):
                    child = tree.child[tree.node[node, CHILD_FIRST] + c]
                    low += point.probability[child] * assigned.bound[child, player, profile, LOW]
                    high += point.probability[child] * assigned.bound[child, player, profile, HIGH]
            else:
                low = 1e300
                high = -1e300
                for c in range(tree.node[node, CHILD_COUNT]):
                    child = tree.child[tree.node[node, CHILD_FIRST] + c]
                    if not _possible_joint(tree, assigned, node, child, profile, player, searching):
                        continue
                    if not _own_plan(tree, assigned, node, child, profile, player, searching):
                        continue
                    low = min(low, assigned.bound[child, player, profile, LOW])
                    high = max(high, assigned.bound[child, player, profile, HIGH])
            assigned.bound[node, player, profile, LOW] = low
            assigned.bound[node, player, profile, HIGH] = high


@inner_kernel
def _own_plan(tree, assigned, node, child, profile, player, searching):
    """Whether ``child`` follows the player's own plan: its lowest action in use, or any undominated one where it has none."""
    for slot in range(tree.node[node, SLOT_FIRST], tree.node[node, SLOT_FIRST] + tree.node[node, SLOT_COUNT]):
        if tree.slot[slot, PLAYER] != player:
            continue
        q = tree.slot[slot, SET_FIRST] + tree.profile_type[profile, player]
        action = action_toward(tree, slot, child)
        if searching and assigned.sets[q, USED] != 0:
            return assigned.sets[q, USED] & -assigned.sets[q, USED] == 1 << action
        return assigned.sets[q, ALLOWED] >> action & 1 == 1
    return True
