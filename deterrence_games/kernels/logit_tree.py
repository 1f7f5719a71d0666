"""What every action of a tree is worth to the agent who takes it, given that its information set is reached, and the slopes.

Agents play completely mixed behaviour strategies given by the logarithms of their probabilities, so that beliefs follow from
Bayes' rule everywhere. Beliefs are kept as logarithms too: far along a path an information set may be reached with a
probability that no floating-point number holds, while the odds between the types that reach it matter.
"""

import numpy as np

from deterrence_games.kernels.jit import inner_kernel

LEAF, CHANCE = 0, 2  # as in forms/tree.py, which kernels do not import

# The arrays of a TreeStructure that `tree_worth` reads, in the order in which it takes them.
TREE_ARRAYS = (
    "kind", "outcome", "child_first", "child_count", "child",
    "slot_first", "slot_count", "slot_player", "slot_actions", "slot_stride",
    "set_first", "set_entry", "type_count", "type_first", "profile_type",
)  # fmt: skip


@inner_kernel
def tree_worth(
    kind, outcome, child_first, child_count, child, slot_first, slot_count, slot_player, slot_actions, slot_stride,
    set_first, set_entry, type_count, type_first, profile_type,
    payoff, prior, chance, logs, worth, slope, belief, belief_slope, predicted, predicted_slope, value, value_slope, turn,
):  # fmt: skip
    """Fill `worth` and `slope` of all entries, and the beliefs, in place.

    Parameters
    ----------
    kind, ..., profile_type : int64 arrays
        Those of a `TreeStructure` named by ``TREE_ARRAYS``.
    payoff : float64[outcome, player, profile]
    prior : float64[type over all players]
    chance : float64[node]
        Probability of the chance branch into the node.
    logs : float64[entry]
        Logarithms of the probabilities of all actions.
    worth : float64[entry]
        Expected payoff of the action to its agent, given that the information set is reached.
    slope : float64[entry, entry]
        Derivatives of `worth` with respect to `logs`.
    belief, value : float64[node, type over all players]
        On return the logarithms of the beliefs, and the worth of each node to each type.
    belief_slope, value_slope : float64[node, type over all players, entry]
    predicted : float64[entry]
        On return the logarithm of the probability of each action of each move under the belief (at its first type's entries).
    predicted_slope : float64[entry, entry]
    turn : float64[entry]
        Work space.
    """
    players = type_count.size
    entries = logs.size
    kinds = prior.size

    # Down the tree: beliefs, and the actions that they predict.
    for column in range(kinds):
        belief[0, column] = np.log(prior[column])
        for entry in range(entries):
            belief_slope[0, column, entry] = 0.0
    for node in range(kind.size):
        if kind[node] == LEAF:
            continue
        for slot in range(slot_first[node], slot_first[node] + slot_count[node]):
            start = type_first[slot_player[slot]]
            count = type_count[slot_player[slot]]
            for action in range(slot_actions[slot]):
                at = set_entry[set_first[slot]] + action
                top = -np.inf
                for own in range(count):
                    top = max(top, belief[node, start + own] + logs[set_entry[set_first[slot] + own] + action])
                total = 0.0
                for own in range(count):
                    total += np.exp(belief[node, start + own] + logs[set_entry[set_first[slot] + own] + action] - top)
                predicted[at] = top + np.log(total)
                for entry in range(entries):
                    predicted_slope[at, entry] = 0.0
                for own in range(count):
                    mine = set_entry[set_first[slot] + own] + action
                    share = np.exp(belief[node, start + own] + logs[mine] - predicted[at])
                    if count > 1:
                        for entry in range(entries):
                            predicted_slope[at, entry] += share * belief_slope[node, start + own, entry]
                    predicted_slope[at, mine] += share
        for number in range(child_count[node]):
            below = child[child_first[node] + number]
            for column in range(kinds):
                belief[below, column] = belief[node, column]
                for entry in range(entries):
                    belief_slope[below, column, entry] = belief_slope[node, column, entry]
            for slot in range(slot_first[node], slot_first[node] + slot_count[node]):
                start = type_first[slot_player[slot]]
                count = type_count[slot_player[slot]]
                if count == 1:
                    continue
                action = number // slot_stride[slot] % slot_actions[slot]
                at = set_entry[set_first[slot]] + action
                for own in range(count):
                    mine = set_entry[set_first[slot] + own] + action
                    belief[below, start + own] += logs[mine]
                    belief_slope[below, start + own, mine] += 1.0
                    for entry in range(entries):
                        belief_slope[below, start + own, entry] -= predicted_slope[at, entry]
                # Bayes' rule by the odds: `predicted` is rounded where moves are as unlikely as exp(-1e9).
                top = -np.inf
                for own in range(count):
                    top = max(top, belief[below, start + own])
                total = 0.0
                for own in range(count):
                    total += np.exp(belief[below, start + own] - top)
                for own in range(count):
                    belief[below, start + own] = belief[below, start + own] - top - np.log(total)

    # Up the tree: the worth of nodes to every type, and of actions to their agents.
    for node in range(kind.size - 1, -1, -1):
        for column in range(kinds):
            value[node, column] = 0.0
            for entry in range(entries):
                value_slope[node, column, entry] = 0.0
        if kind[node] == LEAF:
            for cell in range(profile_type.shape[0]):
                for player in range(players):
                    weight = 1.0
                    for other in range(players):
                        if other != player:
                            weight *= np.exp(belief[node, type_first[other] + profile_type[cell, other]])
                    gain = weight * payoff[outcome[node], player, cell]
                    column = type_first[player] + profile_type[cell, player]
                    value[node, column] += gain
                    if gain == 0.0:
                        continue
                    for other in range(players):
                        if other != player and type_count[other] > 1:
                            about = type_first[other] + profile_type[cell, other]
                            for entry in range(entries):
                                value_slope[node, column, entry] += gain * belief_slope[node, about, entry]
            continue
        for player in range(players):
            mine = -1
            for slot in range(slot_first[node], slot_first[node] + slot_count[node]):
                if slot_player[slot] == player:
                    mine = slot
            for own in range(type_count[player]):
                column = type_first[player] + own
                first = -1
                if mine >= 0:
                    first = set_entry[set_first[mine] + own]
                    for action in range(slot_actions[mine]):
                        worth[first + action] = 0.0
                        for entry in range(entries):
                            slope[first + action, entry] = 0.0
                for number in range(child_count[node]):
                    below = child[child_first[node] + number]
                    weight = chance[below] if kind[node] == CHANCE else 1.0
                    for entry in range(entries):
                        turn[entry] = value_slope[below, column, entry]
                    for slot in range(slot_first[node], slot_first[node] + slot_count[node]):
                        if slot != mine:
                            at = set_entry[set_first[slot]] + number // slot_stride[slot] % slot_actions[slot]
                            weight *= np.exp(predicted[at])
                            for entry in range(entries):
                                turn[entry] += value[below, column] * predicted_slope[at, entry]
                    if weight == 0.0:
                        continue
                    if mine < 0:
                        value[node, column] += weight * value[below, column]
                        for entry in range(entries):
                            value_slope[node, column, entry] += weight * turn[entry]
                    else:
                        at = first + number // slot_stride[mine] % slot_actions[mine]
                        worth[at] += weight * value[below, column]
                        for entry in range(entries):
                            slope[at, entry] += weight * turn[entry]
                if mine < 0:
                    continue
                for at in range(first, first + slot_actions[mine]):
                    share = np.exp(logs[at])
                    value[node, column] += share * worth[at]
                    value_slope[node, column, at] += share * worth[at]
                    for entry in range(entries):
                        value_slope[node, column, entry] += share * slope[at, entry]
