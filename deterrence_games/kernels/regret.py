"""Certificates of equilibrium: how much anybody gains by deviating, measured by code that no solver shares.

`profile_regret` reads payoff tensors and mixed strategies, `profile_measures` many of them. `assessment_regret` reads a tree,
behaviour strategies and beliefs, and also measures how far the beliefs are from Bayes' rule; all take the solver's answer as
a claim to be checked and look at nothing else that the solver computed.
"""

import numpy as np

from deterrence_games.kernels.jit import borrowing_kernel, kernel

LEAF, CHANCE = 0, 2  # as in forms/tree.py, which kernels do not import
SLACK = 1e-9  # a strategy whose probabilities miss a sum of one by more than this is no strategy

# The arrays of a TreeStructure that `assessment_regret` reads, in the order in which it takes them.
TREE_ARRAYS = (
    "kind", "outcome", "child_first", "child_count", "child", "chance",
    "slot_first", "slot_count", "slot_player", "slot_actions", "slot_stride",
    "set_first", "set_entry", "type_count", "type_first", "prior", "payoff", "profile_type",
)  # fmt: skip


@borrowing_kernel
def _larger(worst, found):
    """Keep the larger of two numbers, and NaN once there is one."""
    if worst != worst or found <= worst:
        return worst
    return found


@borrowing_kernel
def _action(number, stride, actions):
    """The action of one slot behind child `number`, sparing the divisions (a third of the time) when nobody else moves."""
    if stride == 1 and number < actions:
        return number
    return number // stride % actions


@borrowing_kernel
def _measure(payoffs, shape, profile, offsets, support, used, stride, turn, worth, kept):
    """Measure one profile as `profile_regret` does; fill `kept` (player) with what it is worth. The rest is work space."""
    players = shape.size
    regret = 0.0
    margin = np.inf
    mixed = False
    step = 1
    for player in range(players - 1, -1, -1):
        stride[player] = step
        step *= shape[player]
        total = 0.0
        used[player] = 0
        for own in range(shape[player]):
            chance = profile[offsets[player] + own]
            if not chance >= 0.0:
                return np.inf, -np.inf
            total += chance
            if chance > 0.0:
                support[offsets[player] + used[player]] = own
                used[player] += 1
        if not abs(total - 1.0) <= SLACK:
            return np.inf, -np.inf
        mixed = mixed or used[player] > 1

    for player in range(players):
        for own in range(shape[player]):
            worth[own] = 0.0
        for other in range(players):
            turn[other] = 0
        running = True
        while running:  # over all combinations of the others' strategies in use
            weight = 1.0
            cell = 0
            for other in range(players):
                if other != player:
                    action = support[offsets[other] + turn[other]]
                    weight *= profile[offsets[other] + action]
                    cell += action * stride[other]
            for own in range(shape[player]):
                worth[own] += weight * payoffs[player, cell + own * stride[player]]
            other = players - 1
            while other >= 0:
                if other != player:
                    turn[other] += 1
                    if turn[other] < used[other]:
                        break
                    turn[other] = 0
                other -= 1
            running = other >= 0
        kept[player] = 0.0
        for own in range(shape[player]):
            kept[player] += profile[offsets[player] + own] * worth[own]
        for own in range(shape[player]):
            regret = _larger(regret, worth[own] - kept[player])
            if profile[offsets[player] + own] == 0.0:
                margin = min(margin, kept[player] - worth[own])
    return regret, 0.0 if mixed else margin


@kernel
def _work_space(players, strategies):
    counters = np.empty((3, players), np.int64)
    # The strategies in use, a player's own from offsets[player] on; and what one player's are worth.
    support, worth = np.empty(strategies, np.int64), np.empty(strategies, np.float64)
    return support, counters[0], counters[1], counters[2], worth


@kernel
def profile_measures(payoffs, shape, profiles, offsets, measured):
    """Certify many profiles in every one of some games.

    Parameters
    ----------
    payoffs : float64[game, player, profile]
    shape, offsets
        As in `profile_regret`.
    profiles : float64[profile, strategy over all players]
    measured : float64[game, profile, 2 + player]
        Filled in place: regret and margin as in `profile_regret`, and what each player expects to receive (NaN when some
        player's probabilities are no distribution).
    """
    work = _work_space(shape.size, profiles.shape[1])
    for game in range(len(payoffs)):
        for k in range(len(profiles)):
            found = measured[game, k]
            found[2:] = np.nan
            found[0], found[1] = _measure(payoffs[game], shape, profiles[k], offsets, *work, found[2:])


@kernel
def profile_regret(payoffs, shape, profile, offsets):
    """Certify a profile of mixed strategies of a strategic form.

    Parameters
    ----------
    payoffs : float64[player, profile]
        Payoff tensors, each flattened in C order.
    shape : int64[player]
        Numbers of pure strategies.
    profile : float64[strategy over all players]
    offsets : int64[player + 1]
        Where each player's probabilities start in `profile`.

    Returns
    -------
    regret : float
        Largest gain from a unilateral pure deviation; infinite when a player's probabilities are no distribution.
    margin : float
        Least loss over all pure strategies outside their owner's support: 0 when some player mixes, infinite when nobody
        has a second strategy.
    """
    work, kept = _work_space(shape.size, profile.size), np.empty(shape.size, np.float64)
    return _measure(payoffs, shape, profile, offsets, *work, kept)


@kernel
def profile_regrets(payoffs, shape, game, profiles, offsets, regret):
    """Certify many profiles of many games of one shape; fill `regret` (profile) in place.

    Parameters
    ----------
    payoffs : float64[game, player, profile]
    shape : int64[player]
    game : int64[profile]
        The game of each profile.
    profiles : float64[profile, strategy over all players]
    offsets : int64[player + 1]
    """
    work, kept = _work_space(shape.size, profiles.shape[1]), np.empty(shape.size, np.float64)
    for k in range(game.size):
        regret[k] = _measure(payoffs[game[k]], shape, profiles[k], offsets, *work, kept)[0]


@borrowing_kernel
def assessment_regret(
    kind, outcome, child_first, child_count, child, chance,
    slot_first, slot_count, slot_player, slot_actions, slot_stride,
    set_first, set_entry, type_count, type_first, prior, payoff, profile_type,
    values, behavior, beliefs, zero, value, best, predicted, posterior, worth,
):  # fmt: skip
    """Certify one assessment: behaviour strategies and beliefs on a tree of public histories.

    Every player of every type evaluates each node with the assessment's beliefs about the others there; a deviation may
    replan all of its own later moves. Evaluations run from node to node with the predicted actions of the others, which is
    right as far as the beliefs follow Bayes' rule, and `inconsistency` says how far they do.

    Parameters
    ----------
    kind, ..., profile_type : int64 arrays
        Those of a `TreeStructure` named by ``TREE_ARRAYS``.
    values : float64[column]
        Payoffs, priors and chance probabilities at one parameter point.
    behavior : float64[entry]
    beliefs : float64[node, type over all players]
        Rows of leaves are not read.
    zero : float
        An action to which the belief gives at most this probability counts as excluded: the belief behind it is free.
    value, best : float64[node, type over all players]
        Work space. On return the worth of every node to every type: kept to the behaviour, and with the best replanning.
        At a leaf behind an excluded action the entries of players other than its mover have no meaning.
    predicted : float64[entry]
        Work space. On return the probability of each action of each move under the belief (at its first type's entries).
    posterior : float64[type over all players]
        Work space.
    worth : float64[action]
        Work space, at least as long as the longest list of actions.

    Returns
    -------
    regret : float
        Largest gain from replanning at any information set, also those of types that the history excludes.
    margin : float
        Least loss from one unused action followed by the best replanning, over the information sets whose type has a
        positive belief; at most 0 when such a set mixes, infinite when none has a second action.
    inconsistency : float
        Largest difference between beliefs and priors at the root, beliefs and Bayes' rule at the other inner nodes, free
        beliefs about one player after the same choice of that player, and sums of probabilities and one.
    """
    players = type_count.size
    worst = 0.0  # the inconsistency so far
    for player in range(players):
        for column in range(type_first[player], type_first[player] + type_count[player]):
            if kind[0] != LEAF:
                worst = _larger(worst, abs(beliefs[0, column] - values[prior[column]]))

    # Down the tree: the actions that the beliefs predict, Bayes' rule, and the worth of leaves.
    for node in range(kind.size):
        if kind[node] == LEAF:
            continue
        slots = range(slot_first[node], slot_first[node] + slot_count[node])
        for player in range(players):
            total = 0.0
            for column in range(type_first[player], type_first[player] + type_count[player]):
                worst = _larger(worst, -beliefs[node, column])
                total += beliefs[node, column]
            worst = _larger(worst, abs(total - 1.0))
        for slot in slots:
            player = slot_player[slot]
            start = set_entry[set_first[slot]]
            for action in range(slot_actions[slot]):
                predicted[start + action] = 0.0
            for own in range(type_count[player]):
                entry = set_entry[set_first[slot] + own]
                total = 0.0
                for action in range(slot_actions[slot]):
                    worst = _larger(worst, -behavior[entry + action])
                    total += behavior[entry + action]
                worst = _larger(worst, abs(total - 1.0))
                for action in range(slot_actions[slot]):
                    predicted[start + action] += beliefs[node, type_first[player] + own] * behavior[entry + action]
        for number in range(child_count[node]):
            below = child[child_first[node] + number]
            for column in range(posterior.size):
                posterior[column] = beliefs[node, column]
            for slot in slots:
                player = slot_player[slot]
                action = _action(number, slot_stride[slot], slot_actions[slot])
                likely = predicted[set_entry[set_first[slot]] + action]
                start = type_first[player]
                if likely > zero:
                    for own in range(type_count[player]):
                        entry = set_entry[set_first[slot] + own]
                        posterior[start + own] = beliefs[node, start + own] * behavior[entry + action] / likely
                elif kind[below] != LEAF:  # free, but the same after every choice of the others
                    twin = below
                    for earlier in range(number):
                        same = _action(earlier, slot_stride[slot], slot_actions[slot]) == action
                        if same and kind[child[child_first[node] + earlier]] != LEAF:
                            twin = child[child_first[node] + earlier]
                            break
                    for own in range(type_count[player]):
                        posterior[start + own] = beliefs[twin, start + own]
            if kind[below] != LEAF:
                for column in range(posterior.size):
                    worst = _larger(worst, abs(beliefs[below, column] - posterior[column]))
                continue
            for column in range(posterior.size):
                value[below, column] = 0.0
            for cell in range(profile_type.shape[0]):
                for player in range(players):
                    weight = 1.0
                    for other in range(players):
                        if other != player:
                            weight *= posterior[type_first[other] + profile_type[cell, other]]
                    received = values[payoff[outcome[below], player, cell]]
                    value[below, type_first[player] + profile_type[cell, player]] += weight * received
            for column in range(posterior.size):
                best[below, column] = value[below, column]

    # Up the tree: the worth of inner nodes, kept to the behaviour and replanned.
    regret = 0.0
    margin = np.inf
    for node in range(kind.size - 1, -1, -1):
        if kind[node] == LEAF:
            continue
        for player in range(players):
            mine = -1
            for slot in range(slot_first[node], slot_first[node] + slot_count[node]):
                if slot_player[slot] == player:
                    mine = slot
            for own in range(type_count[player]):
                column = type_first[player] + own
                value[node, column] = 0.0
                best[node, column] = 0.0
                entry = -1
                if mine >= 0:
                    entry = set_entry[set_first[mine] + own]
                    for action in range(slot_actions[mine]):
                        worth[action] = 0.0
                for number in range(child_count[node]):
                    below = child[child_first[node] + number]
                    weight = 1.0
                    if kind[node] == CHANCE:
                        weight = values[chance[below]]
                    for slot in range(slot_first[node], slot_first[node] + slot_count[node]):
                        if slot != mine:
                            action = _action(number, slot_stride[slot], slot_actions[slot])
                            weight *= predicted[set_entry[set_first[slot]] + action]
                    if weight == 0.0:
                        continue
                    if mine < 0:
                        value[node, column] += weight * value[below, column]
                        best[node, column] += weight * best[below, column]
                    else:
                        action = _action(number, slot_stride[mine], slot_actions[mine])
                        value[node, column] += weight * behavior[entry + action] * value[below, column]
                        worth[action] += weight * best[below, column]
                if mine < 0:
                    continue
                best[node, column] = worth[0]
                for action in range(1, slot_actions[mine]):
                    best[node, column] = max(best[node, column], worth[action])
                regret = _larger(regret, best[node, column] - value[node, column])
                if beliefs[node, column] > zero:
                    used = 0
                    for action in range(slot_actions[mine]):
                        if behavior[entry + action] > 0.0:
                            used += 1
                        else:
                            margin = min(margin, value[node, column] - worth[action])
                    if used > 1:
                        margin = min(margin, 0.0)
    return regret, margin, worst


@kernel
def assessment_regrets(
    kind, outcome, child_first, child_count, child, chance,
    slot_first, slot_count, slot_player, slot_actions, slot_stride,
    set_first, set_entry, type_count, type_first, prior, payoff, profile_type,
    values, point, behavior, beliefs, zero, regret, margin, inconsistency,
):  # fmt: skip
    """Certify many assessments of one tree; fill `regret`, `margin` and `inconsistency` (assessment) in place.

    Parameters
    ----------
    kind, ..., profile_type : int64 arrays
        As in `assessment_regret`.
    values : float64[point, column]
    point : int64[assessment]
        Row of `values` at which each assessment stands.
    behavior : float64[assessment, entry]
    beliefs : float64[assessment, node, type over all players]
    zero : float
    """
    value = np.empty((kind.size, prior.size), np.float64)
    best = np.empty((kind.size, prior.size), np.float64)
    predicted = np.empty(behavior.shape[1], np.float64)
    posterior = np.empty(prior.size, np.float64)
    worth = np.empty(slot_actions.max() if slot_actions.size else 1, np.float64)
    for index in range(point.size):
        regret[index], margin[index], inconsistency[index] = assessment_regret(
            kind, outcome, child_first, child_count, child, chance,
            slot_first, slot_count, slot_player, slot_actions, slot_stride,
            set_first, set_entry, type_count, type_first, prior, payoff, profile_type,
            values[point[index]], behavior[index], beliefs[index], zero, value, best, predicted, posterior, worth,
        )  # fmt: skip
