"""Certificates of Nash equilibria in sequence form, measured by code that no solver shares."""

import numpy as np

from deterrence_games.kernels.jit import kernel

SLACK = 1e-9  # plans that miss the probability of the sequence before by more than this are none


@kernel
def plan_regret(set_player, set_parent, set_first, sequences, empty, leaf_sequence, leaf_chance, leaf_payoff, plan, expected):
    """Certify the probabilities of sequences: what deviating in any way gains.

    Parameters
    ----------
    set_player, ..., leaf_payoff
        As in a `SequenceForm`, `sequences` being the number of actions of each set.
    plan : float64[sequence]
    expected : float64[player]
        On return, expected payoffs.

    Returns
    -------
    regret : float
        Largest gain from any other strategy; infinite when the probabilities do not add up.
    margin : float
        Least loss from another action at an information set that its owner does not rule out; 0 when somebody mixes.
    """
    regret = 0.0
    margin = np.inf
    for player in range(2):
        if abs(plan[empty[player]] - 1.0) > SLACK:
            return np.inf, -np.inf
    for number in range(set_first.size):
        total = 0.0
        for sequence in range(set_first[number], set_first[number] + sequences[number]):
            if not plan[sequence] >= 0.0:
                return np.inf, -np.inf
            total += plan[sequence]
        if not abs(total - plan[set_parent[number]]) <= SLACK:
            return np.inf, -np.inf
    worth = np.zeros(plan.size)
    for player in range(2):
        expected[player] = 0.0
        for leaf in range(leaf_chance.size):
            own = leaf_sequence[leaf, player]
            received = leaf_chance[leaf] * leaf_payoff[leaf, player] * plan[leaf_sequence[leaf, 1 - player]]
            worth[own] += received
            expected[player] += plan[own] * received
    for number in range(set_first.size - 1, -1, -1):
        first = set_first[number]
        best = worth[first]
        for sequence in range(first + 1, first + sequences[number]):
            best = max(best, worth[sequence])
        worth[set_parent[number]] += best
        if plan[set_parent[number]] > 0.0:
            used = 0
            for sequence in range(first, first + sequences[number]):
                if plan[sequence] > 0.0:
                    used += 1
                else:
                    margin = min(margin, best - worth[sequence])
            if used > 1:
                margin = min(margin, 0.0)
    for player in range(2):
        gain = worth[empty[player]] - expected[player]
        if not gain <= regret:
            regret = gain
    return regret, margin
