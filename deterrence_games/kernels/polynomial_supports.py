"""The indifference system of one choice of supports, in the form that the multilinear search reads.

A profile of supports is an equilibrium's when everybody is indifferent over their own support and gains nothing off it. The
unknowns are each player's probabilities on all but the first strategy of its support. What one strategy is worth more than
another to its owner is a sum over the corners, the pure profiles of the others' supports, weighted with products of
probabilities that are all positive. Signs at the corners are compared exactly, without rounding; so a support that they
exclude is excluded for good, also where payoffs tie.
"""

from typing import NamedTuple

import numpy as np

from deterrence_games.kernels.jit import inner_kernel

# Columns of `Layouts.table`: counts, and where the rest starts in `Layouts.number`.
UNKNOWNS = 0
MONOMIALS = 1
WIDEST = 2
DEGREE = 3
VARIABLE = 4
PLACE = 5
PLAN_FIRST = 6
PLAN = 7
STEPS = 8
FIELDS = 9

# What the corners say about a difference of payoffs.
ZERO = 0  # it vanishes identically
POSITIVE = 1  # it is positive whenever all probabilities are
MIXED = 2


class Layouts(NamedTuple):
    """What the systems have in common in which each player uses the same number of strategies.

    Attributes
    ----------
    table : int64[layout, FIELDS]
        Layouts are numbered by ``size - 1`` of all players in mixed radix, the last player's fastest.
    number : int64[entry]
        Of each layout in turn: ``degree`` and ``variable`` of the monomials and the ``plan``, as in `System`; the kinds of rows
        are the gains of each player, then each player's sum of probabilities. Before the plan, for each player in turn, the
        monomial that goes with each corner.
    rounding : float64[layout]
    """

    table: np.ndarray
    number: np.ndarray
    rounding: np.ndarray


class Support(NamedTuple):
    """The support under examination.

    Attributes
    ----------
    shape, stride : int64[player]
        Numbers of strategies, and how far neighbours lie apart in the flattened payoffs.
    mask, size : int64[player]
        Which strategies are in use, as bits, and how many.
    action : int64[player, position]
        The strategies in use, ascending.
    corner : int64[player, corner]
        Where the corners that a player faces lie in the flattened payoffs; the last of the others varies fastest.
    corners : int64[player]
        How many there are.
    value : float64[corner]
        A difference of payoffs at the corners.
    """

    shape: np.ndarray
    stride: np.ndarray
    mask: np.ndarray
    size: np.ndarray
    action: np.ndarray
    corner: np.ndarray
    corners: np.ndarray
    value: np.ndarray


@inner_kernel
def list_strategies(support, player):
    """Fill the strategies that a player uses from the bits of its mask."""
    size = 0
    for own in range(support.shape[player]):
        if support.mask[player] >> own & 1:
            support.action[player, size] = own
            size += 1
    support.size[player] = size


@inner_kernel
def next_support(support):
    """Pass to the next support, the last player's fastest; return the first player whose strategies changed, -1 at the end."""
    player = support.size.size - 1
    while player >= 0:
        support.mask[player] += 1
        if support.mask[player] < 1 << support.shape[player]:
            list_strategies(support, player)
            return player
        support.mask[player] = 1
        list_strategies(support, player)
        player -= 1
    return -1


@inner_kernel
def list_corners(support, player):
    """Fill the corners that a player faces."""
    corner = support.corner
    count = 1
    corner[player, 0] = 0
    for other in range(support.size.size):
        if other != player:
            size = support.size[other]
            for before in range(count - 1, -1, -1):
                base = corner[player, before]
                for position in range(size - 1, -1, -1):
                    corner[player, before * size + position] = base + support.action[other, position] * support.stride[other]
            count *= size
    support.corners[player] = count


@inner_kernel
def is_excluded(payoffs, game, support, player):
    """Whether one strategy in use is worse than another strategy at some corner and better at none."""
    stride = support.stride[player]
    mask = support.mask[player]
    for position in range(support.size[player]):
        own = support.action[player, position]
        for other in range(support.shape[player]):
            used = mask >> other & 1
            if other == own or (used and other < own):
                continue
            better = False
            worse = False
            for index in range(support.corners[player]):
                cell = support.corner[player, index]
                left = payoffs[game, player, cell + own * stride]
                right = payoffs[game, player, cell + other * stride]
                better = better or left > right
                worse = worse or left < right
                if better and (worse or not used):
                    break
            if better != worse and (worse or used):
                return True
    return False


@inner_kernel
def _difference(payoffs, game, support, player, own, other):
    """Fill `support.value` with what `own` is worth more than `other` at the corners; return what the signs say."""
    stride = support.stride[player]
    better = False
    worse = False
    zeros = 0
    for index in range(support.corners[player]):
        cell = support.corner[player, index]
        value = payoffs[game, player, cell + own * stride] - payoffs[game, player, cell + other * stride]
        support.value[index] = value
        better = better or value > 0.0
        worse = worse or value < 0.0
        if value == 0.0:
            zeros += 1
    if not better and not worse:
        return ZERO
    if zeros > 0:
        _divide(support, player)
    return MIXED if worse else POSITIVE


@inner_kernel
def _divide(support, player):
    """Divide a difference by each probability that is a factor of it: where all corners but those with one strategy vanish.

    All probabilities are positive, so signs stay, and the spurious zeros on the border of the simplex are gone.
    """
    block = support.corners[player]
    for other in range(support.size.size):
        if other == player:
            continue
        size = support.size[other]
        block //= size
        present = 0
        only = 0
        for position in range(size):
            for index in range(support.corners[player]):
                if index // block % size == position and support.value[index] != 0.0:
                    present += 1
                    only = position
                    break
        if present == 1 and size > 1:
            for index in range(support.corners[player]):
                support.value[index] = support.value[index + (only - index // block % size) * block]


@inner_kernel
def _write_difference(support, player, places, layouts, weight, degree, row, coefficient):
    """Write the difference in `support.value` to a row, in the unknowns, scaled by a power of two to order one."""
    count = support.corners[player]
    block = count
    for other in range(support.size.size):
        if other == player:
            continue
        size = support.size[other]
        block //= size
        if size > 1:
            for start in range(0, count, block * size):
                for index in range(start + block, start + block * size):
                    support.value[index] -= support.value[start + (index - start) % block]
    largest = 0.0
    for index in range(count):
        largest = max(largest, abs(support.value[index]))
    scale = 2.0 ** -np.floor(np.log2(largest))
    monomials = coefficient.shape[1] - 2
    for column in range(monomials + 1):
        coefficient[row, column] = 0.0
    size = 0.0
    for index in range(count):
        monomial = layouts.number[places + index]
        value = support.value[index] * scale
        coefficient[row, monomial] = value
        size += abs(value) * weight[degree[monomial]]
    coefficient[row, monomials] = size


@inner_kernel
def write_rows(payoffs, game, support, layouts, layout, weight, degree, kind, coefficient):
    """Write the system of a support that the signs do not exclude.

    Parameters
    ----------
    weight : float64[degree]
        Bound on a product of so many unknowns within an eighth of their domain.
    degree : int64[monomial]
    kind : int64[row]
    coefficient : float64[row, monomial + 2]
        Filled, but for the tolerance.

    Returns
    -------
    rows, equalities, limits, tied : int64
        Number of rows and of equations; of rows that only keep sums of probabilities within one, which come last; and of
        strategies out of use that are worth as much as those in use whatever the others' probabilities.
    """
    players = support.size.size
    row = np.int64(0)  # a literal would be compiled for on its own
    equalities = 0
    tied = 0
    for off_support in range(2):
        places = layouts.table[layout, PLACE]
        for player in range(players):
            base = support.action[player, 0]
            for other in range(support.shape[player]):
                used = support.mask[player] >> other & 1
                if other == base or used == off_support:
                    continue
                sign = _difference(payoffs, game, support, player, base, other)
                if sign == ZERO:
                    tied += off_support
                elif sign == MIXED:
                    _write_difference(support, player, places, layouts, weight, degree, row, coefficient)
                    kind[row] = player
                    row += 1
            places += support.corners[player]
        if not off_support:
            equalities = row
    limits = row
    unknown = 0
    monomials = coefficient.shape[1] - 2
    for player in range(players):
        unknowns = support.size[player] - 1
        if unknowns > 1:
            for column in range(monomials):
                coefficient[row, column] = 0.0
            coefficient[row, 0] = 1.0
            for position in range(unknowns):
                coefficient[row, 1 + unknown + position] = -1.0
            coefficient[row, monomials] = 1.0 + unknowns * weight[1]
            kind[row] = players + player
            row += 1
        unknown += unknowns
    return row, equalities, row - limits, tied
