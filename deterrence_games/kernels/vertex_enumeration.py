"""Equilibria of a nondegenerate two-player game: the vertices of both best-reply polytopes, matched by their labels.

With payoffs above zero, the best-reply polytope of a player is ``{x >= 0: worth of each of the other's strategies <= 1}``. Each
inequality is a label; a vertex where as many labels are tight as `x` has entries is the end of one edge for each of them.
The simplex method with Bland's rule leads from every vertex to the origin, and the search goes these paths backwards (Avis
and Fukuda's reverse search), so that it meets every vertex once and remembers none. Two vertices whose tight labels
complement each other are an equilibrium.

All decisions are made in floating point, and only where the numbers are clearly apart; what is not is left to
`lexicographic_vertices`.
"""

import numpy as np

from deterrence_games.kernels.jit import FULL, LIMIT, OK, UNDECIDED, inner_kernel, kernel
from deterrence_games.kernels.regret import profile_measures

SMALLEST_PIVOT = 1e-7  # a smaller one could lose half of the digits
LEVELS = 4  # of the search, a label, to make room for at first
MEASURES = 5  # of an equilibrium: see `generic_equilibria`


@inner_kernel
def _simple_vertices(payoff, near, table, price, basic, cobasic, turn, key, counts):
    """Enumerate the vertices of one polytope; fill `key` with their tight labels (bit set: own first) and `counts[0]`.

    Return ``FULL`` when there are more than `key` holds, and ``LIMIT`` when the search goes deeper than the work space.

    At each level of the search stand a vertex's dictionary ``table`` (level, column, row), the objective ``price`` (level,
    column), and the labels of its rows and columns. The column after the last holds the values of the basic variables.
    """
    own_count, other_count = payoff.shape
    for own in range(own_count):
        for other in range(other_count):
            table[0, own, other] = payoff[own, other]
        cobasic[0, own] = own
        # Weights without a pattern, so that no two vertices are worth the same.
        price[0, own] = 1.0 + (own * 0.6180339887498949 + 0.2360679774997897) % 1.0
    for other in range(other_count):
        table[0, own_count, other] = 1.0
        basic[0, other] = own_count + other
    counts[0] = 0
    turn[0] = 0
    level = 0
    while level >= 0:
        if turn[level] == own_count:
            level -= 1
            continue
        enter = turn[level]
        turn[level] += 1
        slope = price[level, enter]
        if slope <= 0.0:
            continue
        # The row that limits the step, which has to do so alone.
        leave = -1
        step = np.inf
        for row in range(other_count):
            if table[level, enter, row] > 0.0:
                ratio = table[level, own_count, row] / table[level, enter, row]
                if ratio < step:
                    step = ratio
                    leave = row
        if leave < 0:
            return UNDECIDED
        close = 0
        for row in range(other_count):
            if table[level, own_count, row] - step * table[level, enter, row] < near:
                close += 1
        pivot = table[level, enter, leave]
        if close > 1 or pivot < SMALLEST_PIVOT or slope < near:
            return UNDECIDED
        # Does Bland's rule lead back from there?
        back = True
        label = basic[level, leave]
        for column in range(own_count):
            if cobasic[level, column] < label and column != enter:
                there = price[level, column] - slope * table[level, column, leave] / pivot
                if abs(there) < near:
                    return UNDECIDED
                if there < 0.0:
                    back = False
                    break
        if not back:
            continue
        if level + 1 == turn.size:
            return LIMIT
        if counts[0] == key.size:
            return FULL
        tight = 0
        for column in range(own_count + 1):
            if column == enter:
                for row in range(other_count):
                    table[level + 1, column, row] = -table[level, column, row] / pivot
                table[level + 1, column, leave] = 1.0 / pivot
                price[level + 1, column] = -slope / pivot
                cobasic[level + 1, column] = label
                tight |= 1 << label
            else:
                share = table[level, column, leave] / pivot
                for row in range(other_count):
                    table[level + 1, column, row] = table[level, column, row] - share * table[level, enter, row]
                table[level + 1, column, leave] = share
                if column < own_count:
                    price[level + 1, column] = price[level, column] - slope * share
                    cobasic[level + 1, column] = cobasic[level, column]
                    tight |= 1 << cobasic[level, column]
        for row in range(other_count):
            basic[level + 1, row] = basic[level, row]
        basic[level + 1, leave] = cobasic[level, enter]
        level += 1
        turn[level] = 0
        key[counts[0]] = tight
        counts[0] += 1
    return OK


@kernel
def _levels(levels, size):
    """Work space of the search for so many levels, in polytopes of up to so many inequalities of either kind."""
    return (
        np.empty((levels, size + 1, size)),
        np.empty((levels, size)),
        np.empty((levels, size), np.int64),
        np.empty((levels, size), np.int64),
        np.empty(levels, np.int64),
    )


@kernel
def _all_vertices(payoff, near, most, room, work, counts):
    """Enumerate with ever more room, up to `most` vertices; return the code and their labels."""
    levels = work[-1].size
    while True:
        key = np.empty(room, np.int64)
        code = _simple_vertices(payoff, near, *work, key, counts)
        if code == LIMIT:
            levels *= 4
            work = _levels(levels, max(payoff.shape))
        elif code == FULL and room < most:
            room = min(8 * room, most)
        else:
            return LIMIT if code == FULL else code, key


@kernel
def _unit(payoffs, scaled):
    """Map payoffs to [0, 1] in `scaled`; by a power of two first, so that no difference overflows or underflows."""
    low, high = payoffs[0, 0], payoffs[0, 0]
    for row in range(payoffs.shape[0]):
        for column in range(payoffs.shape[1]):
            low = min(low, payoffs[row, column])
            high = max(high, payoffs[row, column])
    factor = 0.5 if max(high, -low) > 1.0 else 2.0**500
    span = high * factor - low * factor
    for row in range(payoffs.shape[0]):
        for column in range(payoffs.shape[1]):
            scaled[row, column] = (payoffs[row, column] * factor - low * factor) / span if span > 0.0 else 0.0


@inner_kernel
def _mixture(payoff, own_mask, other_mask, matrix, strategy):
    """Mix the own strategies of a support so that the other's are worth the same; return the sign of the determinant.

    Gaussian elimination with partial pivoting; 0 when a pivot is too small.
    """
    size = 0
    for own in range(payoff.shape[0]):
        strategy[own] = 0.0
        if own_mask >> own & 1:
            row = 0
            for other in range(payoff.shape[1]):
                if other_mask >> other & 1:
                    matrix[row, size] = payoff[own, other]
                    row += 1
            size += 1
    for row in range(size):
        matrix[row, size] = 1.0
    sign = 1
    for column in range(size):
        best = column
        for row in range(column + 1, size):
            if abs(matrix[row, column]) > abs(matrix[best, column]):
                best = row
        if abs(matrix[best, column]) < 1e-12:
            return 0
        if best != column:
            sign = -sign
            for entry in range(column, size + 1):
                held = matrix[best, entry]
                matrix[best, entry] = matrix[column, entry]
                matrix[column, entry] = held
        if matrix[column, column] < 0.0:
            sign = -sign
        for row in range(column + 1, size):
            factor = matrix[row, column] / matrix[column, column]
            for entry in range(column + 1, size + 1):
                matrix[row, entry] -= factor * matrix[column, entry]
    total = 0.0
    for row in range(size - 1, -1, -1):
        for entry in range(row + 1, size):
            matrix[row, size] -= matrix[row, entry] * matrix[entry, size]
        matrix[row, size] /= matrix[row, row]
        total += matrix[row, size]
    entry = 0
    for own in range(payoff.shape[0]):
        if own_mask >> own & 1:
            strategy[own] = matrix[entry, size] / total
            entry += 1
    return sign


@inner_kernel
def _slot(key):
    """Scatter a bit set of at most 62 bits; its halves are multiplied one by one, so that nothing overflows."""
    return ((key & 0x7FFFFFFF) * 0x5E3779B1 + (key >> 31) * 0x45D9F3B3) >> 20


@inner_kernel
def _comes_before(first, second):
    """Order profiles: small supports before large, then by the first strategies in use."""
    more = 0
    for k in range(first.size):
        if first[k] > 0.0:
            more += 1
        if second[k] > 0.0:
            more -= 1
    if more != 0:
        return more < 0
    for k in range(first.size):
        if first[k] != second[k]:
            return first[k] > second[k]
    return False


@kernel
def _ranks(profiles, count):
    """The first profiles in order, by Shell's sort."""
    order = np.arange(count)
    gap = count // 2
    while gap > 0:
        for k in range(gap, count):
            held, place = order[k], k
            while place >= gap and _comes_before(profiles[held], profiles[order[place - gap]]):
                order[place] = order[place - gap]
                place -= gap
            order[place] = held
        gap //= 2
    return order


@kernel
def generic_equilibria(payoffs, near, most, room, certified, found, counts):
    """All equilibria of a two-player game without ties, with their indices and certificates.

    Parameters
    ----------
    payoffs : float64[2, row, column]
        At most 62 strategies together.
    near : float
        Below this size a probability, or a difference of payoffs in shares of their range, is too small for floating point
        to decide about.
    most : int
        Vertices to be enumerated a player.
    room : int
        Vertices to make room for at first.
    certified : float
        A profile with a larger regret, in shares of the ranges of payoffs, is no equilibrium.
    found : float64[equilibrium, row + column + MEASURES]
        Filled in place, small supports first: both players' strategies; regret, margin and both players' expected payoffs by
        `regret.profile_measures`; the index, 1 or -1.
    counts : int64[3]
        Filled in place: equilibria, vertices of the row player's polytope, of the column player's.

    Returns
    -------
    int
        ``OK``; ``UNDECIDED`` when some decision was too close, or when a certificate or the sum of the indices shows that
        rounding has hidden a tie (never seen); ``LIMIT`` when there are more than `most` vertices (the
        equilibria are those among them); ``FULL`` when there are more equilibria than rows to hold them, which are filled.
    """
    rows, columns = payoffs.shape[1:]
    both = np.empty((2, 2, rows, columns))  # scaled, and as they are
    _unit(payoffs[0], both[0, 0])
    _unit(payoffs[1], both[0, 1])
    worth = np.empty((rows, columns))  # what mixtures of rows are worth to the column player
    other_worth = np.empty((columns, rows))
    for row in range(rows):
        for column in range(columns):
            worth[row, column] = both[0, 1, row, column] + 1.0
            other_worth[column, row] = both[0, 0, row, column] + 1.0
            both[1, 0, row, column] = payoffs[0, row, column]
            both[1, 1, row, column] = payoffs[1, row, column]
    counts[0] = 0
    work = _levels(LEVELS * (rows + columns), max(rows, columns))
    code, key = _all_vertices(worth, near, most, room, work, counts[1:2])
    if code == UNDECIDED:
        return code
    other_code, other_key = _all_vertices(other_worth, near, most, room, work, counts[2:3])
    if other_code == UNDECIDED:
        return other_code

    # A hash table of the first player's vertices, open addressing.
    bits = 4
    while 1 << bits < 2 * counts[1]:
        bits += 1
    slots = np.zeros(1 << bits, np.int64)  # zero is free: a vertex has labels
    last = (1 << bits) - 1
    for vertex in range(counts[1]):
        at = _slot(key[vertex]) & last
        while slots[at]:
            at = (at + 1) & last
        slots[at] = key[vertex]
    matrix = np.empty((min(rows, columns), min(rows, columns) + 1))
    profiles = np.empty((len(found), rows + columns))
    index = np.empty(len(found), np.int64)
    row_set, column_set = (1 << rows) - 1, (1 << columns) - 1
    full = False
    for vertex in range(counts[2]):
        # Labels of the second polytope are (columns, rows); those of the first that complement them (rows, columns).
        support = ~other_key[vertex] & column_set
        replies = other_key[vertex] >> columns
        wanted = (~replies & row_set) | support << rows
        at = _slot(wanted) & last
        while slots[at] and slots[at] != wanted:
            at = (at + 1) & last
        if slots[at] != wanted:
            continue
        if counts[0] == len(found):
            full = True
            break
        profile = profiles[counts[0]]
        sign = _mixture(worth, replies, support, matrix, profile[:rows])
        sign *= _mixture(other_worth, support, replies, matrix, profile[rows:])
        if sign == 0:
            return UNDECIDED
        sign = -sign
        while support:
            sign = -sign
            support &= support - 1
        index[counts[0]] = sign
        counts[0] += 1

    measured = np.empty((2, counts[0], 4))
    shape, offsets = np.empty(2, np.int64), np.zeros(3, np.int64)
    shape[0], shape[1] = rows, columns
    offsets[1], offsets[2] = rows, rows + columns
    profiles = profiles[: counts[0]]
    profile_measures(both.reshape(2, 2, -1), shape, profiles, offsets, measured)
    order = _ranks(profiles, counts[0])
    result, total = max(code, other_code), 0
    for place in range(counts[0]):
        at = order[place]
        for k in range(rows + columns):
            found[place, k] = profiles[at, k]
        for k in range(4):
            found[place, rows + columns + k] = measured[1, at, k]
        found[place, rows + columns + 4] = index[at]
        total += index[at]
        if not measured[0, at, 0] <= certified:
            return UNDECIDED
    if full:
        return FULL
    return UNDECIDED if result == OK and total != 1 else result
