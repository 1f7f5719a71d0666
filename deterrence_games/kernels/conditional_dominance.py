"""Bounds on continuation payoffs, and what they rule out: dominated actions, and supports that cannot be best replies."""

import numpy as np

from deterrence_games.kernels.bayesian_tree import (
    ACTIONS,
    ALL,
    ALLOWED,
    AT,
    BELIEFS,
    BELOW,
    BRANCH,
    CHILD_COUNT,
    CHILD_FIRST,
    CHILDREN,
    CHOICE_FIRST,
    CHOICES,
    DECIDES,
    END,
    HIGH,
    IRRELEVANT,
    ITEMS,
    KNOWN,
    LOW,
    NEEDS,
    NODE,
    NODES,
    OUTCOME,
    PINNED,
    PLAY,
    PLAYER,
    PLAYERS,
    PRIOR,
    PROBABILITY,
    PROFILES,
    SET_FIRST,
    SETS,
    SIMPLEX,
    SLOT_COUNT,
    SLOTS,
    STILL,
    STRIDE,
    SUPPORT,
    TARGET,
    TYPE,
    TYPE_FIRST,
    TYPES,
    USED,
    WEIGHT,
    WIDTH,
    action_toward,
    belief_support,
    bound_row,
    end_slot,
    first_slot,
    last_entry,
    payoff_row,
    single,
)
from deterrence_games.kernels.jit import inner_kernel

BEFORE, DURING = np.int64(0), np.int64(1)  # the search; typed, since Numba compiles a function anew for each literal


@inner_kernel
def bound_still_nodes(tree, state, numbers, matrix):
    """Fill the bounds of leaves and of chance nodes over leaves; they hold whatever anybody does."""
    still_at = tree[STILL, 0]
    for k in range(tree[STILL, 1]):
        _bound_node(tree, state, numbers, matrix, tree[still_at + k, 0], BEFORE)


@inner_kernel
def remove_dominated(tree, state, numbers, matrix, tol):
    """Fill ``assigned.allowed``: drop, deepest nodes first, every action worse than another in every contingency."""
    node_at = tree[NODES, 0]
    slot_at = tree[SLOTS, 0]
    set_at = tree[SETS, 0]
    player_at = tree[PLAYERS, 0]
    play_at = state[PLAY, 0]
    for q in range(tree[SETS, 1]):
        state[play_at + q, ALLOWED] = (1 << tree[set_at + q, WIDTH]) - 1
    for node in range(tree[NODES, 1] - 1, -1, -1):
        if tree[node_at + node, SLOT_COUNT] > 0:
            shrinking = True
            while shrinking:
                shrinking = False
                for slot in range(first_slot(tree, node), end_slot(tree, node)):
                    for kind in range(tree[player_at + tree[slot_at + slot, PLAYER], TYPES]):
                        q = tree[slot_at + slot, SET_FIRST] + kind
                        for worse in range(tree[set_at + q, WIDTH]):
                            if not state[play_at + q, ALLOWED] >> worse & 1:
                                continue
                            for better in range(tree[set_at + q, WIDTH]):
                                if better == worse or not state[play_at + q, ALLOWED] >> better & 1:
                                    continue
                                if least_gain(tree, state, numbers, matrix, slot, kind, worse, better, BEFORE) > tol:
                                    state[play_at + q, ALLOWED] &= ~(1 << worse)
                                    shrinking = True
                                    break
        if tree[node_at + node, OUTCOME] < 0:
            _bound_node(tree, state, numbers, matrix, node, BEFORE)
        _pin(tree, state, numbers, matrix, node)
    _set_needs(tree, state, numbers, matrix)


@inner_kernel
def _pin(tree, state, numbers, matrix, node):
    """Record whether dominance settles the whole subtree, or all of it below a single player's move."""
    node_at = tree[NODES, 0]
    child_at = tree[CHILDREN, 0]
    slot_at = tree[SLOTS, 0]
    player_at = tree[PLAYERS, 0]
    play_at = state[PLAY, 0]
    pinned_at = state[PINNED, 0]
    pinned = 1
    for slot in range(first_slot(tree, node), end_slot(tree, node)):
        for kind in range(tree[player_at + tree[slot_at + slot, PLAYER], TYPES]):
            if not single(state[play_at + tree[slot_at + slot, SET_FIRST] + kind, ALLOWED]):
                pinned = 0
    below = 1
    for c in range(tree[node_at + node, CHILD_COUNT]):
        below &= state[pinned_at + tree[child_at + tree[node_at + node, CHILD_FIRST] + c, 0], ALL]
    state[pinned_at + node, ALL] = pinned & below
    state[pinned_at + node, BELOW] = below and tree[node_at + node, SLOT_COUNT] == 1


@inner_kernel
def _set_needs(tree, state, numbers, matrix):
    """What a free belief after each choice needs.

    Nothing when all that follows is settled by dominance. One polytope when its owner's own later moves are: then no later
    update can divide by a probability of zero before somebody's choice depends on it. Else one search a support.
    """
    node_at = tree[NODES, 0]
    child_at = tree[CHILDREN, 0]
    slot_at = tree[SLOTS, 0]
    choice_at = tree[CHOICES, 0]
    belief_at = state[BELIEFS, 0]
    pinned_at = state[PINNED, 0]
    for choice in range(tree[CHOICES, 1]):
        slot = tree[choice_at + choice, 0]
        node = tree[slot_at + slot, NODE]
        needs = IRRELEVANT
        for c in range(tree[node_at + node, CHILD_COUNT]):
            child = tree[child_at + tree[node_at + node, CHILD_FIRST] + c, 0]
            if action_toward(tree, slot, child) != choice - tree[slot_at + slot, CHOICE_FIRST] or state[pinned_at + child, ALL]:
                continue
            needs = max(needs, SIMPLEX)
            for g in range(child, tree[node_at + child, END]):
                if state[pinned_at + g, ALL]:
                    continue
                for later in range(first_slot(tree, g), end_slot(tree, g)):
                    if tree[slot_at + later, PLAYER] == tree[slot_at + slot, PLAYER]:
                        needs = BRANCH
        state[belief_at + choice, NEEDS] = needs


@inner_kernel
def close_node(tree, state, numbers, matrix, node, tol):
    """Bound a node whose subtree is assigned; False when some support there cannot be a best reply."""
    slot_at = tree[SLOTS, 0]
    player_at = tree[PLAYERS, 0]
    pinned_at = state[PINNED, 0]
    if not state[pinned_at + node, BELOW]:  # else `holds_alone` has checked it
        for slot in range(first_slot(tree, node), end_slot(tree, node)):
            possible = belief_support(tree, state, numbers, matrix, node, tree[slot_at + slot, PLAYER])
            for kind in range(tree[player_at + tree[slot_at + slot, PLAYER], TYPES]):
                if possible >> kind & 1 and not _may_hold(tree, state, numbers, matrix, slot, kind, tol):
                    return False
    if node > 0:
        _bound_node(tree, state, numbers, matrix, node, DURING)
    return True


@inner_kernel
def holds_alone(tree, state, numbers, matrix, k, tol):
    """Whether the support chosen at item ``k`` may be a best reply, as far as that can be told from it alone."""
    slot_at = tree[SLOTS, 0]
    set_at = tree[SETS, 0]
    item_at = tree[ITEMS, 0]
    play_at = state[PLAY, 0]
    pinned_at = state[PINNED, 0]
    slot = tree[item_at + k, AT]
    q = tree[item_at + k, TARGET]
    if tree[item_at + k, DECIDES] != SUPPORT or not state[pinned_at + tree[slot_at + slot, NODE], BELOW]:
        return True
    return state[play_at + q, USED] == 0 or _may_hold(tree, state, numbers, matrix, slot, tree[set_at + q, TYPE], tol)


@inner_kernel
def _may_hold(tree, state, numbers, matrix, slot, kind, tol):
    """Whether the bounds below a slot allow that all actions which a type uses there are best replies."""
    set_at = tree[SETS, 0]
    play_at = state[PLAY, 0]
    q = tree[tree[SLOTS, 0] + slot, SET_FIRST] + kind
    for better in range(tree[set_at + q, WIDTH]):
        if not state[play_at + q, ALLOWED] >> better & 1:
            continue
        for used in range(tree[set_at + q, WIDTH]):
            if used == better or not state[play_at + q, USED] >> used & 1:
                continue
            if least_gain(tree, state, numbers, matrix, slot, kind, used, better, DURING) > tol:
                return False
    return True


@inner_kernel
def least_gain(tree, state, numbers, matrix, slot, kind, worse, better, searching):
    """Lower bound on what a type gains by ``better`` over ``worse`` at the slot.

    Before the search (``searching`` is `BEFORE`) over all beliefs and all undominated play of the others; during it over the
    supports assigned, with the beliefs at the node where these are numbers already.
    """
    node_at = tree[NODES, 0]
    child_at = tree[CHILDREN, 0]
    slot_at = tree[SLOTS, 0]
    player_at = tree[PLAYERS, 0]
    profile_at = tree[PROFILES, 0]
    known_at = state[KNOWN, 0]
    weight_at = state[WEIGHT, 0]
    prior_at = state[PRIOR, 0]
    node = tree[slot_at + slot, NODE]
    player = tree[slot_at + slot, PLAYER]
    stride = tree[slot_at + slot, STRIDE]
    first_edge = tree[node_at + node, CHILD_FIRST]
    players = tree[PLAYERS, 1]
    averaged = searching
    if searching:
        for other in range(players):
            if other == player:
                continue
            possible = belief_support(tree, state, numbers, matrix, node, other)
            for t in range(tree[player_at + other, TYPES]):
                e = last_entry(tree, node, other, t)
                if possible >> t & 1 and e >= 0 and not state[known_at + e, 0]:
                    averaged = False
    total = 0.0
    mass = 0.0
    least = 1e300
    for profile in range(tree[PROFILES, 1]):
        if tree[profile_at + profile, player] != kind:
            continue
        share = 1.0
        if searching:
            for other in range(players):
                if other == player:
                    continue
                t = tree[profile_at + profile, other]
                if not belief_support(tree, state, numbers, matrix, node, other) >> t & 1:
                    share = 0.0
                    break
                if averaged:
                    e = last_entry(tree, node, other, t)
                    share *= numbers[prior_at + tree[player_at + other, TYPE_FIRST] + t] if e < 0 else numbers[weight_at + e]
            if share == 0.0:
                continue
        gain = 1e300
        for edge in range(first_edge, first_edge + tree[node_at + node, CHILD_COUNT], stride * tree[slot_at + slot, ACTIONS]):
            for offset in range(stride):
                to_better = tree[child_at + edge + better * stride + offset, 0]
                if not _possible_joint(tree, state, numbers, matrix, node, to_better, profile, player, searching):
                    continue
                to_worse = tree[child_at + edge + worse * stride + offset, 0]
                gain = min(
                    gain,
                    numbers[bound_row(tree, state, to_better, player, profile) + LOW]
                    - numbers[bound_row(tree, state, to_worse, player, profile) + HIGH],
                )
        least = min(least, gain)
        total += share * gain
        mass += share
    if averaged:
        return total / mass
    return least


@inner_kernel
def _possible_joint(tree, state, numbers, matrix, node, child, profile, player, searching):
    """Whether the others' part of the joint move to ``child`` is within their supports."""
    slot_at = tree[SLOTS, 0]
    profile_at = tree[PROFILES, 0]
    play_at = state[PLAY, 0]
    for slot in range(first_slot(tree, node), end_slot(tree, node)):
        other = tree[slot_at + slot, PLAYER]
        if other == player:
            continue
        q = tree[slot_at + slot, SET_FIRST] + tree[profile_at + profile, other]
        mask = state[play_at + q, USED] if searching else state[play_at + q, ALLOWED]
        if not mask >> action_toward(tree, slot, child) & 1:
            return False
    return True


@inner_kernel
def _bound_node(tree, state, numbers, matrix, node, searching):
    """Bounds of every player's continuation payoff at the node, a type profile at a time.

    The others may make any move within their supports; the player itself is bound to its own plan: its lowest action in
    use, or any undominated one where it has none.
    """
    node_at = tree[NODES, 0]
    child_at = tree[CHILDREN, 0]
    slot_at = tree[SLOTS, 0]
    profile_at = tree[PROFILES, 0]
    play_at = state[PLAY, 0]
    probability_at = state[PROBABILITY, 0]
    players = tree[PLAYERS, 1]
    outcome = tree[node_at + node, OUTCOME]
    still = outcome < 0 and tree[node_at + node, SLOT_COUNT] == 0
    for profile in range(tree[PROFILES, 1]):
        for player in range(players):
            low = 0.0
            high = 0.0
            if outcome >= 0:
                low = numbers[payoff_row(tree, state, outcome, player, profile)]
                high = low
            elif not still:
                low = 1e300
                high = -1e300
            numbers[bound_row(tree, state, node, player, profile) + LOW] = low
            numbers[bound_row(tree, state, node, player, profile) + HIGH] = high
        for edge in range(
            tree[node_at + node, CHILD_FIRST], tree[node_at + node, CHILD_FIRST] + tree[node_at + node, CHILD_COUNT]
        ):
            child = tree[child_at + edge, 0]
            outside = 0  # players to whose supports the move does not belong
            astray = 0  # players whose plan is another move
            for slot in range(first_slot(tree, node), end_slot(tree, node)):
                player = tree[slot_at + slot, PLAYER]
                q = tree[slot_at + slot, SET_FIRST] + tree[profile_at + profile, player]
                action = action_toward(tree, slot, child)
                used = state[play_at + q, USED] if searching else 0
                allowed = state[play_at + q, ALLOWED]
                if not (used if searching else allowed) >> action & 1:
                    outside |= 1 << player
                if not (used & -used if used != 0 else allowed) >> action & 1:
                    astray |= 1 << player
            for player in range(players):
                if outside & ~(1 << player) or astray >> player & 1:
                    continue
                own = bound_row(tree, state, node, player, profile)
                below = bound_row(tree, state, child, player, profile)
                if still:
                    numbers[own + LOW] += numbers[probability_at + child] * numbers[below + LOW]
                    numbers[own + HIGH] += numbers[probability_at + child] * numbers[below + HIGH]
                else:
                    numbers[own + LOW] = min(numbers[own + LOW], numbers[below + LOW])
                    numbers[own + HIGH] = max(numbers[own + HIGH], numbers[below + HIGH])
