"""Vertices of best-reply polytopes in integers, degenerate ones too, and pairs of vertices that are equilibria.

The search is that of `vertex_enumeration`, on the polytope whose bounds are raised by infinitely small amounts, each
infinitely smaller than the one before (lexicographic perturbation): all its vertices are simple, and each lies at a vertex of
the polytope proper, of which none is left out. Pivots preserve integers (Edmonds; Bareiss): every entry is a determinant.
"""

import numpy as np

from deterrence_games.kernels.jit import FULL, OK, UNDECIDED, kernel


def lexicographic_bases_python(
    payoff, bound, apart, span, table, scale, basic, cobasic, place, turn, bases, counts
):  # fmt: skip
    """Enumerate the vertices of one best-reply polytope under lexicographic perturbation.

    Compiled it computes in int64 up to `bound`; called as a Python function on arrays of objects, in integers of any size.

    Parameters
    ----------
    payoff : int[own, other]
        What the *other* player receives, above zero; at most 62 strategies each.
    bound : int
        The search ends when an entry is larger; at most 2**31 in int64, so that no product overflows.
    apart, span : float or int
        A probability below ``1 / apart``, or a payoff that far below the best in shares of `span`, is counted as near a tie.
    table : int[level, other + 1, own + 1]
        Work space: a dictionary a level, times its determinant; the last row is the objective, the last column the values.
    scale : int[level]
        Work space: the determinants.
    basic, cobasic : int64[level, other], int64[level, own]
        Work space: labels of rows and columns, own strategies first.
    place : int64[level, other]
        Work space: the row of each of the other's labels, or ``-1 - column``.
    turn : int64[level]
        Work space: the column to be tried next.
    bases : int64[basis, 4]
        Filled in place with bit sets: own strategies and other strategies that are tight because they are no row, and those
        that are tight although they are one (degenerate).
    counts : int64[2]
        Filled in place: bases, and values near a tie.

    Returns
    -------
    int
        ``OK``; ``FULL`` when there are more bases or levels than room; ``UNDECIDED`` when an entry exceeds `bound`.
    """
    own_count, other_count = payoff.shape
    for other in range(other_count):
        for own in range(own_count):
            table[0, other, own] = payoff[own, other]
        table[0, other, own_count] = 1
        basic[0, other] = own_count + other
        place[0, other] = other
    for own in range(own_count):
        table[0, other_count, own] = 1
        cobasic[0, own] = own
    table[0, other_count, own_count] = 0
    scale[0] = 1
    counts[0] = 0
    counts[1] = 0
    turn[0] = 0
    level = 0
    while level >= 0:
        if turn[level] == own_count:
            level -= 1
            continue
        enter = turn[level]
        turn[level] += 1
        slope = table[level, other_count, enter]
        if slope <= 0:
            continue
        # The row that limits the step: least value by entry, ties by the entries of the inverse from left to right.
        leave = -1
        for row in range(other_count):
            entry = table[level, row, enter]
            if entry <= 0:
                continue
            if leave < 0:
                leave = row
                continue
            rival = table[level, leave, enter]
            left = table[level, row, own_count] * rival
            right = table[level, leave, own_count] * entry
            other = 0
            while left == right:
                at = place[level, other]
                if at >= 0:
                    left = rival if at == row else 0
                    right = entry if at == leave else 0
                else:
                    left = table[level, row, -1 - at] * rival
                    right = table[level, leave, -1 - at] * entry
                other += 1
            if left < right:
                leave = row
        # Does Bland's rule lead back from there?
        pivot = table[level, leave, enter]
        label = basic[level, leave]
        back = True
        for column in range(own_count):
            if (
                cobasic[level, column] < label
                and column != enter
                and table[level, other_count, column] * pivot < slope * table[level, leave, column]
            ):
                back = False
                break
        if not back:
            continue
        if level + 1 == turn.size or counts[0] == bases.shape[0]:
            return FULL
        for row in range(other_count + 1):
            entry = table[level, row, enter]
            for column in range(own_count + 1):
                if row == leave:
                    value = scale[level] if column == enter else table[level, row, column]
                elif column == enter:
                    value = -entry
                else:
                    value = (table[level, row, column] * pivot - entry * table[level, leave, column]) // scale[level]
                if value > bound or -value > bound:
                    return UNDECIDED
                table[level + 1, row, column] = value
        scale[level + 1] = pivot
        for other in range(other_count):
            basic[level + 1, other] = basic[level, other]
            place[level + 1, other] = place[level, other]
        for column in range(own_count):
            cobasic[level + 1, column] = cobasic[level, column]
        entering = cobasic[level, enter]
        basic[level + 1, leave] = entering
        cobasic[level + 1, enter] = label
        if entering >= own_count:
            place[level + 1, entering - own_count] = leave
        if label >= own_count:
            place[level + 1, label - own_count] = -1 - enter
        level += 1
        turn[level] = 0
        # The tight labels.
        bases[counts[0], :] = 0
        for column in range(own_count):
            if cobasic[level, column] < own_count:
                bases[counts[0], 0] |= 1 << cobasic[level, column]
            else:
                bases[counts[0], 1] |= 1 << (cobasic[level, column] - own_count)
        total = table[level, 0, own_count] * 0
        for row in range(other_count):
            if basic[level, row] < own_count:
                total += table[level, row, own_count]
        for row in range(other_count):
            value = table[level, row, own_count]
            if basic[level, row] < own_count:
                if value == 0:
                    bases[counts[0], 2] |= 1 << basic[level, row]
                elif value * apart < total:
                    counts[1] += 1
            elif value == 0:
                bases[counts[0], 3] |= 1 << (basic[level, row] - own_count)
            elif value * apart < total * span:
                counts[1] += 1
        counts[0] += 1
    return OK


lexicographic_bases = kernel(lexicographic_bases_python)


@kernel
def covering_pairs(missing, tight, pairs, counts):
    """Pair each set of the first list with every set of the second that contains it.

    Both lists are split by one element after another: sets that have the element go with the others' sets that have it.

    Parameters
    ----------
    missing, tight : int64[set, 2]
        Bit sets in two words.
    pairs : int64[pair, 2]
        Filled in place with positions.
    counts : int64[1]
        Filled in place.

    Returns
    -------
    int
        ``OK``, or ``FULL`` when there are more pairs than rows to hold them.
    """
    counts[0] = 0
    first = np.arange(len(missing))
    second = np.arange(len(tight))
    stack = np.empty((256, 5), np.int64)
    stack[0, 0] = 0
    stack[0, 1] = len(missing)
    stack[0, 2] = 0
    stack[0, 3] = len(tight)
    stack[0, 4] = 0
    height = 1
    while height > 0:
        height -= 1
        start, stop, low, high, element = stack[height]
        if element == 124 or (stop - start) * (high - low) <= 32:
            for left in range(start, stop):
                for right in range(low, high):
                    a = first[left]
                    b = second[right]
                    if missing[a, 0] & ~tight[b, 0] == 0 and missing[a, 1] & ~tight[b, 1] == 0:
                        if counts[0] == pairs.shape[0]:
                            return FULL
                        pairs[counts[0], 0] = a
                        pairs[counts[0], 1] = b
                        counts[0] += 1
            continue
        word = element // 62
        bit = element % 62
        middle = start
        for left in range(start, stop):
            if missing[first[left], word] >> bit & 1:
                held = first[left]
                first[left] = first[middle]
                first[middle] = held
                middle += 1
        between = low
        for right in range(low, high):
            if tight[second[right], word] >> bit & 1:
                held = second[right]
                second[right] = second[between]
                second[between] = held
                between += 1
        # Sets that have the element meet only those that have it; on top, as the others' range is reordered below.
        if middle < stop:
            stack[height, 0] = middle
            stack[height, 1] = stop
            stack[height, 2] = low
            stack[height, 3] = high
            stack[height, 4] = element + 1
            height += 1
        if start < middle and low < between:
            stack[height, 0] = start
            stack[height, 1] = middle
            stack[height, 2] = low
            stack[height, 3] = between
            stack[height, 4] = element + 1
            height += 1
    return OK
