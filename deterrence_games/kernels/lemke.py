"""Lemke's algorithm on a dictionary of complementary pairs, with lexicographic ties.

Row ``i`` and column ``i`` of a dictionary hold the two variables of pair ``i``, one basic and one not:
``basic = constant + coefficients @ nonbasic``. Two more columns hold the covering variable and the constants, one more row what
is left of the way: ``1 - covering variable``. The covering variable enters, and then always the partner of what has left,
until nothing is left of the way [1]_.

References
----------
.. [1] Lemke (1965), Bimatrix equilibrium points and mathematical programming.
"""

import numpy as np

from deterrence_games.kernels.jit import LIMIT, OK, UNDECIDED, borrowing_kernel, inner_kernel, kernel

PIVOT = 1e-11  # smaller coefficients are rounding: those of a dictionary at its start are at most one
TIE = 1e-12
ROUNDING = 1e-14  # a smaller probability is none


@inner_kernel
def _entry(table, place, row, number):
    """How the constant of `row` depends on the one that the basic variable of pair `number` had at the start.

    `place` tells where that variable is: a column, or ``-1 - row``.
    """
    if place[number] >= 0:
        return -table[row, place[number]]
    return 1.0 if row == -1 - place[number] else 0.0


@inner_kernel
def _leaving(table, place, column, covering):
    """The row that limits what enters at `column`, -1 when none does; the row of the covering variable limits nothing."""
    last = table.shape[0] - 1
    constants = table.shape[1] - 1
    chosen = -1
    least = np.inf
    if table[last, column] < -PIVOT:
        chosen = last
        least = -table[last, constants] / table[last, column]
    for row in range(last):
        fall = -table[row, column]
        if row == covering or fall <= PIVOT:
            continue
        ratio = table[row, constants] / fall
        if ratio < least - TIE:
            chosen = row
            least = ratio
        elif ratio <= least + TIE and chosen != last:  # the end of the way wins every tie
            for number in range(last + 1):
                old = _entry(table, place, chosen, number) / -table[chosen, column]
                new = _entry(table, place, row, number) / fall
                if abs(new - old) > PIVOT * (1.0 + abs(old)):
                    if new < old:
                        chosen = row
                        least = min(least, ratio)
                    break
    return chosen


@inner_kernel
def _exchange(table, row, column):
    """Solve a row for the variable at `column`, and put it into all others."""
    pivot = table[row, column]
    for other in range(table.shape[1]):
        table[row, other] /= -pivot
    table[row, column] = 1.0 / pivot
    constants = table.shape[1] - 1
    for other_row in range(table.shape[0]):
        factor = table[other_row, column]
        if other_row != row and factor != 0.0:
            table[other_row, column] = 0.0
            for other in range(table.shape[1]):
                table[other_row, other] += factor * table[row, other]
            if -TIE < table[other_row, constants] < 0.0:
                table[other_row, constants] = 0.0


@borrowing_kernel
def lemke(table, place, holds, partner, most, counts):
    """Pivot until the covering variable is one.

    Parameters
    ----------
    table : float64[pair + 1, pair + 2]
        The dictionary; on return, the constants are the values of the basic variables.
    place : int64[pair + 1]
        On return, where the variable is that was basic at the start: a column, or ``-1 - row``.
    partner : int64[pair + 1]
        The same for the other variable of each pair, and the covering variable.
    holds : int64[2, pair + 1]
        On return, what each row (first) and each column holds: the pair's number for what was basic at the start, the number
        plus ``pair + 1`` for its partner.
    most : int
        Pivots at most.
    counts : int64[1]
        On return, pivots made.

    Returns
    -------
    int
        ``OK``, ``LIMIT``, or ``UNDECIDED`` when nothing limits what enters, which only rounding can bring about.
    """
    size = place.size
    for number in range(size):
        place[number] = -1 - number
        partner[number] = number
        holds[0, number] = number
        holds[1, number] = number + size
    column = size - 1
    covering = -1
    counts[0] = 0
    while True:
        if counts[0] >= most:
            return LIMIT
        row = _leaving(table, place, column, covering)
        if row < 0:
            return UNDECIDED
        left = holds[0, row]
        entered = holds[1, column]
        _exchange(table, row, column)
        counts[0] += 1
        holds[0, row] = entered
        holds[1, column] = left
        if entered < size:
            place[entered] = -1 - row
        else:
            partner[entered - size] = -1 - row
        if left < size:
            place[left] = column
        else:
            partner[left - size] = column
        if left == size - 1:
            return OK
        if covering < 0:
            covering = row
        column = partner[left] if left < size else place[left - size]


@kernel
def follow_prior(set_parent, set_first, sequences, empty, leaf_sequence, leaf_payoff, prior, most, plan, counts):
    """Trace equilibria of a two-player game in sequence form from the best reply to a prior [1]_.

    On the way both play against a mixture of the prior and of each other, and the prior's weight falls to nothing.

    Parameters
    ----------
    set_parent, set_first : int64[set]
        As in a `SequenceForm`.
    sequences : int64[set]
        Actions of each set.
    empty : int64[2]
    leaf_sequence : int64[leaf, player]
    leaf_payoff : float64[leaf, player]
        Times the probability of the leaf.
    prior : float64[sequence]
        Probabilities of sequences under the prior.
    most : int
        Pivots at most.
    plan : float64[sequence]
        On return, probabilities of sequences in equilibrium.
    counts : int64[1]
        On return, pivots made.

    References
    ----------
    .. [1] von Stengel, van den Elzen and Talman (2002), Computing normal form perfect equilibria for extensive two-person
       games.
    """
    size = prior.size - 2
    second = empty[1]

    # The best reply to the prior, information set by information set; a set stands behind those on the way to it.
    worth = np.zeros(prior.size)
    for leaf in range(leaf_payoff.shape[0]):
        own = leaf_sequence[leaf, 0]
        other = leaf_sequence[leaf, 1]
        worth[own] += leaf_payoff[leaf, 0] * prior[other]
        worth[other] += leaf_payoff[leaf, 1] * prior[own]
    chosen = np.zeros(prior.size, np.bool_)
    for number in range(set_first.size - 1, -1, -1):
        best = set_first[number]
        for sequence in range(set_first[number] + 1, set_first[number] + sequences[number]):
            if worth[sequence] > worth[best]:
                best = sequence
        chosen[best] = True
        worth[set_parent[number]] += worth[best]

    # Every sequence's probability by those that are not chosen, and by the weight of play against the prior (last column).
    mix = np.zeros((prior.size, size + 1))
    mix[0, size] = 1.0
    mix[second, size] = 1.0
    for number in range(set_first.size):
        for sequence in range(set_first[number], set_first[number] + sequences[number]):
            if chosen[sequence]:
                best = sequence
        mix[best] = mix[set_parent[number]]
        for sequence in range(set_first[number], set_first[number] + sequences[number]):
            if sequence != best:
                pair = sequence - 1 - (sequence > second)
                mix[sequence, pair] = 1.0
                mix[best, pair] -= 1.0

    # The dictionary: probabilities of chosen sequences, and what the others fall short of the chosen ones.
    table = np.zeros((size + 1, size + 2))
    table[size, size] = -1.0
    table[size, size + 1] = 1.0
    for leaf in range(leaf_payoff.shape[0]):
        for player in range(2):
            own = leaf_sequence[leaf, player]
            other = leaf_sequence[leaf, 1 - player]
            payoff = leaf_payoff[leaf, player]
            begin = 0 if player == 0 else second - 1
            end = second - 1 if player == 0 else size
            for pair in range(begin, end):
                weight = payoff * mix[own, pair]
                if weight != 0.0:
                    for column in range(size + 1):
                        table[pair, column] -= weight * mix[other, column]
                    table[pair, size] += weight * prior[other]
                    table[pair, size + 1] -= weight * prior[other]
    unit = np.ones(size)
    for sequence in range(prior.size):
        if sequence in (0, second):
            continue
        pair = sequence - 1 - (sequence > second)
        if chosen[sequence]:
            for column in range(size + 1):
                table[pair, column] = mix[sequence, column]
        else:  # in units of its largest coefficient
            largest = 0.0
            for column in range(size + 2):
                largest = max(largest, abs(table[pair, column]))
            unit[pair] = 1.0 / largest if largest > 0.0 else 1.0
            for column in range(size + 2):
                table[pair, column] *= unit[pair]
            table[pair, size + 1] = max(table[pair, size + 1], 0.0)
    for sequence in range(prior.size):
        if chosen[sequence]:
            pair = sequence - 1 - (sequence > second)
            largest = 0.0
            for column in range(size):
                if mix[sequence, column] != 0.0:
                    largest = max(largest, unit[column])
            for column in range(size):
                if mix[sequence, column] != 0.0:
                    table[column, pair] = -mix[sequence, column] * unit[column] / largest

    place = np.empty(size + 1, np.int64)
    partner = np.empty(size + 1, np.int64)
    holds = np.empty((2, size + 1), np.int64)
    code = lemke(table, place, holds, partner, most, counts)
    plan[0] = 1.0
    plan[second] = 1.0
    for sequence in range(prior.size):
        if sequence not in (0, second):
            pair = sequence - 1 - (sequence > second)
            where = place[pair] if chosen[sequence] else partner[pair]
            plan[sequence] = table[-1 - where, size + 1] if where < 0 else 0.0
            if plan[sequence] < ROUNDING:
                plan[sequence] = 0.0
    for number in range(set_first.size):  # so that probabilities add up to the last digit
        total = 0.0
        for sequence in range(set_first[number], set_first[number] + sequences[number]):
            total += plan[sequence]
        for sequence in range(set_first[number], set_first[number] + sequences[number]):
            share = 1.0 if chosen[sequence] else 0.0
            if total > 0.0:
                share = plan[sequence] / total
            plan[sequence] = plan[set_parent[number]] * share
    return code
