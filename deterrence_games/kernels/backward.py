"""Backward induction on a tree of perfect information, one pure equilibrium after another where moves tie."""

import numpy as np

from deterrence_games.kernels.jit import LIMIT, OK, kernel

LEAF, CHANCE = 0, 2  # as in forms/tree.py, which kernels do not import
NEAR = 100.0  # up to so many times the size of a tie, a difference is too near to a tie to be told from one


@kernel
def subgame_perfect(kind, outcome, child_first, child_count, child, mover, payoff, probability, tie, value, choice, counts):
    """Enumerate the pure subgame-perfect equilibria, leaves first, backing up to the last tie after each of them.

    Parameters
    ----------
    kind, outcome, child_first, child_count, child : int64 arrays
        Those of a `TreeStructure`; children follow their parents.
    mover : int64[node]
        Who moves, -1 at leaves and chance nodes.
    payoff : float64[outcome, player]
    probability : float64[node]
        Of the chance branch into the node; read below chance nodes only.
    tie : float64[player]
        Payoff differences up to this size leave the player indifferent.
    value : float64[node, player]
        Work space; on return the worth of each node in the equilibrium looked at last.
    choice : int64[equilibrium, node]
        Filled in place with the action (child number) chosen at each move, 0 elsewhere.
    counts : int64[3]
        Filled in place: equilibria; moves with a tie, and moves too near to a tie to be told from one, counted once for
        each continuation in which they arise.

    Returns
    -------
    int
        ``OK``, or ``LIMIT`` when there are more equilibria than rows of `choice`.
    """
    nodes = kind.size
    players = tie.size
    chosen = np.zeros(nodes, np.int64)
    counts[:] = 0
    for node in range(nodes):
        if kind[node] == LEAF:
            for player in range(players):
                value[node, player] = payoff[outcome[node], player]
    start = nodes - 1
    while True:
        for node in range(start, -1, -1):
            if kind[node] == LEAF:
                continue
            first = child_first[node]
            if kind[node] == CHANCE:
                for player in range(players):
                    value[node, player] = 0.0
                for number in range(child_count[node]):
                    below = child[first + number]
                    for player in range(players):
                        value[node, player] += probability[below] * value[below, player]
                continue
            owner = mover[node]
            best = -np.inf
            for number in range(child_count[node]):
                best = max(best, value[child[first + number], owner])
            ties = 0
            near = False
            for number in range(child_count[node] - 1, -1, -1):
                short = best - value[child[first + number], owner]
                if short <= tie[owner]:
                    ties += 1
                    chosen[node] = number
                elif short <= NEAR * tie[owner]:
                    near = True
            if ties > 1:
                counts[1] += 1
            if near:
                counts[2] += 1
            below = child[first + chosen[node]]
            for player in range(players):
                value[node, player] = value[below, player]
        if counts[0] == choice.shape[0]:
            return LIMIT
        for node in range(nodes):
            choice[counts[0], node] = chosen[node]
        counts[0] += 1

        # The last move that was settled and has another action as good as the best.
        start = -2
        for node in range(nodes):
            if mover[node] < 0:
                continue
            owner = mover[node]
            first = child_first[node]
            best = -np.inf
            for number in range(child_count[node]):
                best = max(best, value[child[first + number], owner])
            for number in range(chosen[node] + 1, child_count[node]):
                if best - value[child[first + number], owner] <= tie[owner]:
                    chosen[node] = number
                    below = child[first + number]
                    for player in range(players):
                        value[node, player] = value[below, player]
                    start = node - 1
                    break
            if start > -2:
                break
        if start == -2:
            return OK
