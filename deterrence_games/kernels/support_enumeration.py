"""Vertices of best-reply polytopes by support enumeration, and the equilibria that they form in pairs.

A mixed strategy `x` is a vertex of its best-reply polytope when its support and the other's best replies pin it down: then
some of those replies, as many as `x` has strategies in use, do so already. Trying every support with every set of replies of
the same size therefore finds all vertices, in degenerate games too, and every equilibrium is a mixture of pairs of vertices
that reply best to each other.
"""

import numpy as np

from deterrence_games.kernels.jit import FULL, OK, kernel

EPS = 2.0**-52
NEAR = 100.0  # up to so many times the size of a tie, a difference is too near to a tie to be told from one
BLIND = 1e-6  # a system solved with a larger error decides nothing


@kernel
def _next_subset(mask):
    """Return the next larger bit mask with as many bits (Gosper)."""
    lowest = mask & -mask
    ripple = mask + lowest
    return ripple | (((mask ^ ripple) >> 2) // lowest)


@kernel
def _invert(matrix, inverse, size, tol):
    """Invert the leading block by Gauss-Jordan with complete pivoting; return False when it is singular up to `tol`."""
    row_of = np.empty(size, np.int64)  # which row eliminated each column
    for row in range(size):
        for column in range(size):
            inverse[row, column] = 1.0 if row == column else 0.0
    row_done = np.zeros(size, np.bool_)
    column_done = np.zeros(size, np.bool_)
    for _ in range(size):
        largest = 0.0
        pivot_row = 0
        pivot_column = 0
        for row in range(size):
            if not row_done[row]:
                for column in range(size):
                    if not column_done[column] and abs(matrix[row, column]) > largest:
                        largest = abs(matrix[row, column])
                        pivot_row = row
                        pivot_column = column
        if largest <= tol:
            return False
        row_done[pivot_row] = True
        column_done[pivot_column] = True
        row_of[pivot_column] = pivot_row
        scale = 1.0 / matrix[pivot_row, pivot_column]
        for column in range(size):
            matrix[pivot_row, column] *= scale
            inverse[pivot_row, column] *= scale
        for row in range(size):
            factor = matrix[row, pivot_column]
            if row != pivot_row and factor != 0.0:
                for column in range(size):
                    matrix[row, column] -= factor * matrix[pivot_row, column]
                    inverse[row, column] -= factor * inverse[pivot_row, column]
    for row in range(size):  # `matrix` is a permutation by now; undo it
        for column in range(size):
            matrix[row, column] = inverse[row_of[row], column]
    for row in range(size):
        for column in range(size):
            inverse[row, column] = matrix[row, column]
    return True


@kernel
def best_reply_vertices(payoff, tol, strategy, support, reply, unsure, counts):
    """Enumerate the mixed strategies of one player that are vertices of its best-reply polytope.

    Parameters
    ----------
    payoff : float64[own, other]
        What the *other* player receives, scaled to [0, 1]; at most 62 strategies each.
    tol : float
        Differences up to this size are ties, on the scale of `payoff`.
    strategy : float64[vertex, own]
        Filled in place.
    support, reply : int64[vertex]
        Filled in place with bit masks: own strategies in use, the other's best replies.
    unsure : int64[case, 2]
        Filled in place with supports and replies whose system lies too near to a tie to be decided; as many as fit.
    counts : int64[3]
        Filled in place: vertices, systems solved, systems undecided.

    Returns
    -------
    int
        ``OK``, or ``FULL`` when there are more vertices than rows to hold them.
    """
    own_count, other_count = payoff.shape
    most = min(own_count, other_count)
    matrix = np.empty((most + 1, most + 1), np.float64)
    inverse = np.empty((most + 1, most + 1), np.float64)
    mixed = np.empty(most, np.float64)
    slack = np.empty(other_count, np.float64)
    rows = np.empty(most, np.int64)
    columns = np.empty(most, np.int64)
    open_columns = np.empty(other_count, np.int64)
    counts[:] = 0
    for size in range(1, most + 1):
        own_mask = (1 << size) - 1
        while own_mask < (1 << own_count):
            position = 0
            for own in range(own_count):
                if own_mask >> own & 1:
                    rows[position] = own
                    position += 1
            # No best reply to a mixture of these rows is worse than another column in each of them.
            open_count = 0
            for column in range(other_count):
                beaten = False
                for rival in range(other_count):
                    least = np.inf
                    for position in range(size):
                        least = min(least, payoff[rows[position], rival] - payoff[rows[position], column])
                    beaten = beaten or least > NEAR * tol
                if not beaten:
                    open_columns[open_count] = column
                    open_count += 1
            first_vertex = counts[0]  # vertices from here on have this support
            packed = (1 << size) - 1
            while packed < (1 << open_count):
                reply_mask = 0
                position = 0
                for bit in range(open_count):
                    if packed >> bit & 1:
                        columns[position] = open_columns[bit]
                        reply_mask |= 1 << open_columns[bit]
                        position += 1
                packed = _next_subset(packed)
                known = False
                for vertex in range(first_vertex, counts[0]):
                    known = known or (reply_mask & ~reply[vertex]) == 0
                if known:
                    continue

                # Mix the rows so that these columns are worth the same.
                for position in range(size):
                    for entry in range(size):
                        matrix[position, entry] = payoff[rows[entry], columns[position]]
                    matrix[position, size] = -1.0
                    matrix[size, position] = 1.0
                matrix[size, size] = 0.0
                counts[1] += 1
                if not _invert(matrix, inverse, size + 1, tol):
                    continue  # whatever vertex solves it solves a regular system as well
                norm = 0.0
                for row in range(size + 1):
                    total = 0.0
                    for column in range(size + 1):
                        total += abs(inverse[row, column])
                    norm = max(norm, total)
                for entry in range(size):
                    mixed[entry] = inverse[entry, size]
                value = inverse[size, size]
                # How wrong the solution may be, from its residual; and what that does to sums of payoffs.
                sum_left = 1.0
                length = 0.0
                for entry in range(size):
                    sum_left -= mixed[entry]
                    length += abs(mixed[entry])
                residual = abs(sum_left)
                for position in range(size):
                    left = value
                    for entry in range(size):
                        left -= payoff[rows[entry], columns[position]] * mixed[entry]
                    residual = max(residual, abs(left))
                error = (size + 2) * (2.0 * norm * (residual + 4.0 * (size + 2) * EPS * (length + abs(value) + 1.0)) + EPS)
                tie = max(tol, error)

                least = np.inf
                near = False
                for entry in range(size):
                    least = min(least, mixed[entry])
                    near = near or tie < abs(mixed[entry]) <= NEAR * tie
                full_support = least > tie
                for column in range(other_count):
                    slack[column] = value
                    for entry in range(size):
                        slack[column] -= payoff[rows[entry], column] * mixed[entry]
                    least = min(least, slack[column])
                    near = near or tie < abs(slack[column]) <= NEAR * tie
                if least >= -NEAR * tie and (near or error > BLIND):
                    if counts[2] < unsure.shape[0]:
                        unsure[counts[2], 0] = own_mask
                        unsure[counts[2], 1] = reply_mask
                    counts[2] += 1
                if not full_support or least < -NEAR * tie:
                    continue  # with a zero in the support, the same vertex comes from a smaller support
                if counts[0] == strategy.shape[0]:
                    return FULL
                for own in range(own_count):
                    strategy[counts[0], own] = 0.0
                for entry in range(size):
                    strategy[counts[0], rows[entry]] = mixed[entry] / (1.0 - sum_left)
                best = 0
                for column in range(other_count):
                    if slack[column] <= tie:
                        best |= 1 << column
                support[counts[0]] = own_mask
                reply[counts[0]] = best | reply_mask
                counts[0] += 1
            own_mask = _next_subset(own_mask)
    return OK


@kernel
def equilibrium_pairs(support, reply, other_support, other_reply, pairs, counts):
    """Pair the vertices of both players that use best replies to each other only.

    Parameters
    ----------
    support, reply : int64[vertex]
    other_support, other_reply : int64[other vertex]
    pairs : int64[pair, 2]
        Filled in place.
    counts : int64[1]
        Filled in place with the number of pairs.

    Returns
    -------
    int
        ``OK``, or ``FULL`` when there are more pairs than rows to hold them.
    """
    counts[0] = 0
    for vertex in range(support.size):
        for other in range(other_support.size):
            if (other_support[other] & ~reply[vertex]) == 0 and (support[vertex] & ~other_reply[other]) == 0:
                if counts[0] == pairs.shape[0]:
                    return FULL
                pairs[counts[0], 0] = vertex
                pairs[counts[0], 1] = other
                counts[0] += 1
    return OK
