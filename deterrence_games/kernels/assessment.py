"""From weights to behaviour strategies, beliefs, outcome probabilities and expected payoffs."""

from deterrence_games.kernels.bayesian_tree import (
    AFTER,
    AGAIN,
    CHILD_COUNT,
    CHILD_FIRST,
    CHILDREN,
    CHOICE_FIRST,
    CHOICES,
    ENTRY,
    FREE,
    IRRELEVANT,
    LAST_ACTION,
    LAST_SLOT,
    NEEDS,
    NODE,
    NODES,
    OUTCOME,
    PARENT,
    PAYOFF,
    PLAYER,
    PLAYERS,
    PRIOR,
    PROBABILITY,
    PROFILES,
    SET_FIRST,
    SETS,
    SLOT,
    SLOTS,
    TYPE_FIRST,
    TYPES,
    WIDTH,
    action_toward,
    end_slot,
    first_slot,
    last_entry,
    last_row,
    load_point,
)
from deterrence_games.kernels.jit import borrowing_kernel, inner_kernel


@borrowing_kernel
def assess(tree, state, numbers, matrix, used, choices, weight, tol, behavior, belief, worth):
    """Turn the weights of one cell into an assessment.

    Parameters
    ----------
    used : int64[set]
        Actions in use; sets of types that the history excludes hold 0 and are given their best replies here, equal
        probabilities at ties.
    choices : int64[choice, column]
    weight : float64[entry]
    behavior : float64[entry]
        Filled.
    belief : float64[node, type over all players]
        Filled; below moves after which beliefs are irrelevant, and the mover does not move again, the last belief is kept.
    worth : float64[node, type over all players]
        Work space: on return each type's continuation payoff, in units of ``point.payoff``.
    """
    node_at = tree[NODES, 0]
    slot_at = tree[SLOTS, 0]
    set_at = tree[SETS, 0]
    player_at = tree[PLAYERS, 0]
    choice_at = tree[CHOICES, 0]
    prior_at = state[PRIOR, 0]
    players = tree[PLAYERS, 1]
    for node in range(tree[NODES, 1]):
        above = tree[node_at + node, PARENT]
        for player in range(players):
            first = tree[player_at + player, TYPE_FIRST]
            if above < 0:
                for t in range(tree[player_at + player, TYPES]):
                    belief[node, first + t] = numbers[prior_at + first + t]
                continue
            slot = tree[last_row(tree, node, player), LAST_SLOT]
            updated = slot >= 0 and tree[slot_at + slot, NODE] == above
            if updated:
                choice = tree[slot_at + slot, CHOICE_FIRST] + tree[last_row(tree, node, player), LAST_ACTION]
                # where the mover moves again, what later moves tell rests on the belief with which the search went on
                irrelevant = choices[choice, FREE] and choices[choice, NEEDS] == IRRELEVANT
                updated = not irrelevant or tree[choice_at + choice, AGAIN]
            total = 0.0
            if updated:
                for t in range(tree[player_at + player, TYPES]):
                    if choices[choice, AFTER] >> t & 1:
                        total += weight[last_entry(tree, node, player, t)]
            for t in range(tree[player_at + player, TYPES]):
                if not updated or total <= 0.0:
                    belief[node, first + t] = belief[above, first + t]
                elif choices[choice, AFTER] >> t & 1:
                    belief[node, first + t] = weight[last_entry(tree, node, player, t)] / total
                else:
                    belief[node, first + t] = 0.0
    for q in range(tree[SETS, 1]):
        slot = tree[set_at + q, SLOT]
        entry = tree[set_at + q, ENTRY]
        total = 0.0
        for action in range(tree[set_at + q, WIDTH]):
            behavior[entry + action] = 0.0
            if used[q] >> action & 1:
                total += weight[entry + action]
        for action in range(tree[set_at + q, WIDTH]):
            if used[q] >> action & 1:
                # a type that a free belief rules out has no weight, and then only one undominated action
                behavior[entry + action] = weight[entry + action] / total if total > 0.0 else 1.0
    for node in range(tree[NODES, 1] - 1, -1, -1):
        _value_node(tree, state, numbers, matrix, used, tol, behavior, belief, worth, node)


@inner_kernel
def _value_node(tree, state, numbers, matrix, used, tol, behavior, belief, worth, node):
    """Continuation payoffs at one node, filling in best replies where the support is 0."""
    node_at = tree[NODES, 0]
    slot_at = tree[SLOTS, 0]
    set_at = tree[SETS, 0]
    player_at = tree[PLAYERS, 0]
    profile_at = tree[PROFILES, 0]
    payoff_at = state[PAYOFF, 0]
    players = tree[PLAYERS, 1]
    for player in range(players):
        own_slot = -1
        for slot in range(first_slot(tree, node), end_slot(tree, node)):
            if tree[slot_at + slot, PLAYER] == player:
                own_slot = slot
        for kind in range(tree[player_at + player, TYPES]):
            column = tree[player_at + player, TYPE_FIRST] + kind
            if tree[node_at + node, OUTCOME] >= 0:
                total = 0.0
                for profile in range(tree[PROFILES, 1]):
                    if tree[profile_at + profile, player] == kind:
                        share = 1.0
                        for other in range(players):
                            if other != player:
                                share *= belief[node, tree[player_at + other, TYPE_FIRST] + tree[profile_at + profile, other]]
                        total += (
                            share
                            * numbers[
                                payoff_at
                                + (tree[node_at + node, OUTCOME] * tree[PLAYERS, 1] + player) * tree[PROFILES, 1]
                                + profile
                            ]
                        )
                worth[node, column] = total
                continue
            if own_slot >= 0:
                q = tree[slot_at + own_slot, SET_FIRST] + kind
                entry = tree[set_at + q, ENTRY]
                if used[q] == 0:
                    best = -1e300
                    for action in range(tree[set_at + q, WIDTH]):
                        value = _action_worth(
                            tree, state, numbers, matrix, behavior, belief, worth, node, player, column, own_slot, action
                        )
                        behavior[entry + action] = value
                        best = max(best, value)
                    tied = 0
                    for action in range(tree[set_at + q, WIDTH]):
                        behavior[entry + action] = 1.0 if behavior[entry + action] >= best - tol else 0.0
                        tied += int(behavior[entry + action])
                    for action in range(tree[set_at + q, WIDTH]):
                        behavior[entry + action] /= tied
                total = 0.0
                for action in range(tree[set_at + q, WIDTH]):
                    if behavior[entry + action] > 0.0:
                        total += behavior[entry + action] * _action_worth(
                            tree, state, numbers, matrix, behavior, belief, worth, node, player, column, own_slot, action
                        )
                worth[node, column] = total
            else:
                worth[node, column] = _action_worth(
                    tree, state, numbers, matrix, behavior, belief, worth, node, player, column, -1, -1
                )


@inner_kernel
def _action_worth(tree, state, numbers, matrix, behavior, belief, worth, node, player, column, own_slot, action):
    """Expected continuation payoff of one action (or of a node at which the player does not move)."""
    node_at = tree[NODES, 0]
    child_at = tree[CHILDREN, 0]
    slot_at = tree[SLOTS, 0]
    set_at = tree[SETS, 0]
    player_at = tree[PLAYERS, 0]
    probability_at = state[PROBABILITY, 0]
    total = 0.0
    for c in range(tree[node_at + node, CHILD_COUNT]):
        child = tree[child_at + tree[node_at + node, CHILD_FIRST] + c, 0]
        if own_slot >= 0 and action_toward(tree, own_slot, child) != action:
            continue
        share = numbers[probability_at + child]
        for slot in range(first_slot(tree, node), end_slot(tree, node)):
            if slot == own_slot:
                continue
            toward = action_toward(tree, slot, child)
            other = tree[slot_at + slot, PLAYER]
            likely = 0.0
            for t in range(tree[player_at + other, TYPES]):
                entry = tree[set_at + tree[slot_at + slot, SET_FIRST] + t, ENTRY] + toward
                likely += belief[node, tree[player_at + other, TYPE_FIRST] + t] * behavior[entry]
            share *= likely
        if share > 0.0:
            total += share * worth[child, column]
    return total


@inner_kernel
def outcome_distribution(tree, state, numbers, matrix, behavior, reach, outcomes):
    """Fill ``outcomes`` (float64[outcome, profile]) with the joint probability of outcome and type profile."""
    node_at = tree[NODES, 0]
    slot_at = tree[SLOTS, 0]
    set_at = tree[SETS, 0]
    player_at = tree[PLAYERS, 0]
    profile_at = tree[PROFILES, 0]
    prior_at = state[PRIOR, 0]
    probability_at = state[PROBABILITY, 0]
    outcomes[:] = 0.0
    for profile in range(tree[PROFILES, 1]):
        for node in range(tree[NODES, 1]):
            above = tree[node_at + node, PARENT]
            if above < 0:
                reach[node] = 1.0
                for player in range(tree[PLAYERS, 1]):
                    reach[node] *= numbers[prior_at + tree[player_at + player, TYPE_FIRST] + tree[profile_at + profile, player]]
            else:
                reach[node] = reach[above] * numbers[probability_at + node]
                for slot in range(first_slot(tree, above), end_slot(tree, above)):
                    q = tree[slot_at + slot, SET_FIRST] + tree[profile_at + profile, tree[slot_at + slot, PLAYER]]
                    reach[node] *= behavior[tree[set_at + q, ENTRY] + action_toward(tree, slot, node)]
            if tree[node_at + node, OUTCOME] >= 0:
                outcomes[tree[node_at + node, OUTCOME], profile] += reach[node]


@borrowing_kernel
def assess_cells(
    tree, values, payoff, prior, chance, first_cell, cells, used, choices, weight, tol, space, behavior, belief, distribution
):
    """Assess every cell that `perfect_bayesian.search_points` found.

    Parameters
    ----------
    values : float64[point, column]
    payoff, prior, chance : int64 arrays
        As in `load_point`.
    first_cell, cells : int64[point]
    used, choices, weight : int64[cell, set], int64[cell, choice, column], float64[cell, entry]
        As the search wrote them; cells that it did not settle get arbitrary numbers.
    space : tuple
        Work space: ``state``, ``numbers``, ``matrix``, ``float64[node, type over all players]``, ``float64[node]``.
    behavior : float64[cell, entry]
        Filled, like the two that follow.
    belief : float64[cell, node, type over all players]
    distribution : float64[cell, outcome, profile]
    """
    state, numbers, matrix, worth, reach = space
    for p in range(values.shape[0]):
        load_point(tree, values[p], payoff, prior, chance, state, numbers, matrix)
        for c in range(first_cell[p], first_cell[p] + cells[p]):
            assess(tree, state, numbers, matrix, used[c], choices[c], weight[c], tol, behavior[c], belief[c], worth)
            outcome_distribution(tree, state, numbers, matrix, behavior[c], reach, distribution[c])
