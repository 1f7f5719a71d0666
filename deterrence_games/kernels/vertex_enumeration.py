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
from deterrence_games.kernels.regret import profile_regret

SMALLEST_PIVOT = 1e-7  # a smaller one could lose half of the digits
LEVELS = 4  # of the search, a label, to make room for at first


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
def _all_vertices(payoff, near, most, room, counts):
    """Enumerate with ever more room, up to `most` vertices; return the code and their labels."""
    own_count, other_count = payoff.shape
    levels = LEVELS * (own_count + other_count)
    while True:
        key = np.empty(room, np.int64)
        table = np.empty((levels, own_count + 1, other_count))
        price = np.empty((levels, own_count))
        basic = np.empty((levels, other_count), np.int64)
        cobasic = np.empty((levels, own_count), np.int64)
        turn = np.empty(levels, np.int64)
        code = _simple_vertices(payoff, near, table, price, basic, cobasic, turn, key, counts)
        if code == LIMIT:
            levels *= 4
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


@kernel
def generic_equilibria(payoffs, near, most, room, profiles, index, measured, counts):
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
    profiles : float64[equilibrium, row + column]
        Filled in place with both players' strategies.
    index : int64[equilibrium]
        Filled in place with 1 and -1.
    measured : float64[equilibrium, 5]
        Filled in place by `regret.profile_regret`: regret and margin, the regret in shares of the ranges of payoffs; and both
        players' expected payoffs.
    counts : int64[3]
        Filled in place: equilibria, vertices of the row player's polytope, of the column player's.

    Returns
    -------
    int
        ``OK``; ``UNDECIDED`` when some decision was too close; ``LIMIT`` when there are more than `most` vertices (the
        equilibria are those among them); ``FULL`` when there are more equilibria than rows to hold them.
    """
    rows, columns = payoffs.shape[1:]
    scaled = np.empty(payoffs.shape)
    _unit(payoffs[0], scaled[0])
    _unit(payoffs[1], scaled[1])
    worth = scaled[1] + 1.0  # what mixtures of rows are worth to the column player
    other_worth = np.empty((columns, rows))
    for row in range(rows):
        for column in range(columns):
            other_worth[column, row] = scaled[0, row, column] + 1.0
    counts[:] = 0
    code, key = _all_vertices(worth, near, most, room, counts[1:2])
    if code == UNDECIDED:
        return code
    other_code, other_key = _all_vertices(other_worth, near, most, room, counts[2:3])
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
    shape = np.array([rows, columns])
    offsets = np.array([0, rows, rows + columns])
    row_set, column_set = (1 << rows) - 1, (1 << columns) - 1
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
        found = counts[0]
        if found == index.size:
            return FULL
        profile = profiles[found]
        sign = _mixture(worth, replies, support, matrix, profile[:rows])
        sign *= _mixture(other_worth, support, replies, matrix, profile[rows:])
        if sign == 0:
            return UNDECIDED
        index[found] = -sign
        while support:
            index[found] *= -1
            support &= support - 1
        measured[found, 2], _ = profile_regret(scaled.reshape(2, -1), shape, profile, offsets)
        measured[found, 0], measured[found, 1] = profile_regret(payoffs.reshape(2, -1), shape, profile, offsets)
        measured[found, 3:] = 0.0
        for row in range(rows):
            for column in range(columns):
                chance = profile[row] * profile[rows + column]
                measured[found, 3] += chance * payoffs[0, row, column]
                measured[found, 4] += chance * payoffs[1, row, column]
        counts[0] += 1
    return max(code, other_code)
