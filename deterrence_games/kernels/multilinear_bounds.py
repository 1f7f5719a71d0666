"""Bounds of multilinear rows over a box: elimination of linear terms, and contraction of the box.

All functions work on tables as ``expand`` leaves them: the coefficients of each row in ``-1 <= u <= 1``, then its magnitude
and its tolerance. A row that vanishes (or is nonnegative) within its tolerance confines each unknown, because everything
but that unknown's linear term is bounded by the sum of the absolute coefficients.
"""

import numpy as np

from deterrence_games.kernels.jit import inner_kernel


@inner_kernel
def absolute_sum(table, row, start, stop):
    """Sum of ``abs(table[row, start:stop])``, on four lanes because one would wait for each addition."""
    first = 0.0
    second = 0.0
    third = 0.0
    fourth = 0.0
    column = start
    while column + 4 <= stop:
        first += abs(table[row, column])
        second += abs(table[row, column + 1])
        third += abs(table[row, column + 2])
        fourth += abs(table[row, column + 3])
        column += 4
    while column < stop:
        first += abs(table[row, column])
        column += 1
    return (first + second) + (third + fourth)


@inner_kernel
def eliminate(table, equalities, rounding, reduced, pivot, owner):
    """Copy the table to `reduced` and solve equations for unknowns by Gauss-Jordan elimination of linear terms.

    A pivot is accepted only when it outweighs the products of its row and the rounding: otherwise solving for it would
    confine nothing. Reduced rows are exact combinations of rows, up to rounding, and carry their magnitude and tolerance.

    Parameters
    ----------
    table, reduced : float64[row, monomial + 2]
    pivot : int64[row]
        Filled with the unknown for which a row is solved, else -1.
    owner : int64[unknown]
        Filled with the row that is solved for an unknown, else -1.

    Returns
    -------
    int64
        The number of pivots.
    """
    rows, columns = table.shape
    monomials = columns - 2
    unknowns = owner.size
    for row in range(rows):
        pivot[row] = -1
        for column in range(columns):
            reduced[row, column] = table[row, column]
    owner[:] = -1
    rank = 0
    for _ in range(equalities):
        best = 0.0
        chosen = np.int64(-1)
        solved = -1
        for row in range(equalities):
            if pivot[row] == -1:
                floor = best * table[row, monomials]
                for unknown in range(unknowns):
                    if owner[unknown] == -1 and abs(reduced[row, 1 + unknown]) > floor:
                        floor = abs(reduced[row, 1 + unknown])
                        best = floor / table[row, monomials]
                        chosen = row
                        solved = unknown
        if chosen == -1:
            break
        value = reduced[chosen, 1 + solved]
        if not abs(value) > absolute_sum(reduced, chosen, 1 + unknowns, monomials) + rounding * reduced[chosen, monomials]:
            pivot[chosen] = -2
            continue
        pivot[chosen] = solved
        owner[solved] = chosen
        rank += 1
        inverse = 1.0 / value
        for column in range(monomials):
            reduced[chosen, column] *= inverse
        reduced[chosen, monomials] *= abs(inverse)
        reduced[chosen, monomials + 1] *= abs(inverse)
        for row in range(rows):
            weight = reduced[row, 1 + solved]
            if row != chosen and weight != 0.0:
                for column in range(monomials):
                    reduced[row, column] -= weight * reduced[chosen, column]
                reduced[row, monomials] += abs(weight) * reduced[chosen, monomials]
                reduced[row, monomials + 1] += abs(weight) * reduced[chosen, monomials + 1]
    for row in range(equalities):
        pivot[row] = max(pivot[row], -1)
    return rank


@inner_kernel
def confine(table, equalities, rounding, lower, upper):
    """Confine ``lower <= u <= upper`` in place by every row; return False when nothing is left."""
    rows, columns = table.shape
    monomials = columns - 2
    unknowns = lower.size
    for row in range(rows):
        spread = absolute_sum(table, row, 1 + unknowns, monomials)
        spread += rounding * table[row, monomials] + table[row, monomials + 1]
        least = table[row, 0] - spread
        most = table[row, 0] + spread
        for unknown in range(unknowns):
            slope = table[row, 1 + unknown]
            if slope > 0.0:
                least += slope * lower[unknown]
                most += slope * upper[unknown]
            else:
                least += slope * upper[unknown]
                most += slope * lower[unknown]
        if row >= equalities:
            least = -np.inf
        if most < 0.0 or least > 0.0:
            return False
        for unknown in range(unknowns):
            slope = table[row, 1 + unknown]
            below = lower[unknown]
            above = upper[unknown]
            if slope > 0.0:
                lower[unknown] = max(below, above - most / slope)
                upper[unknown] = min(above, below - least / slope)
            elif slope < 0.0:
                upper[unknown] = min(above, below - most / slope)
                lower[unknown] = max(below, above - least / slope)
            if lower[unknown] > upper[unknown]:
                return False
    return True


@inner_kernel
def holds_throughout(table, equalities, rounding, lenience):
    """Whether every row holds within `lenience` times its tolerance at every point of the box."""
    rows, columns = table.shape
    monomials = columns - 2
    for row in range(rows):
        leeway = lenience * table[row, monomials + 1]
        spread = absolute_sum(table, row, np.int64(1), monomials) + rounding * table[row, monomials]
        if table[row, 0] - spread < -leeway:
            return False
        if row < equalities and table[row, 0] + spread > leeway:
            return False
    return True


@inner_kernel
def find_constants(reduced, equalities, rounding, pivot, constant):
    """Mark the unknowns that the reduced rows hold constant over the box, within the tolerance.

    Return whether each equation without a pivot is, within its tolerance, a combination of those with one.
    """
    monomials = reduced.shape[1] - 2
    constant[:] = False
    for row in range(equalities):
        leeway = reduced[row, monomials + 1] + rounding * reduced[row, monomials]
        solved = pivot[row]
        if solved == -1:
            if absolute_sum(reduced, row, np.int64(0), monomials) > leeway:
                return False
        else:
            rest = absolute_sum(reduced, row, np.int64(1), 1 + solved) + absolute_sum(reduced, row, 2 + solved, monomials)
            constant[solved] = rest <= leeway
    return True


@inner_kernel
def widest_influence(reduced, equalities, pivot, degree, variable, relative, resolution, score):
    """The unknown to bisect: among those wider than the resolution, the one that keeps the reduced rows most from linear.

    `relative` is the width of the box as a share of the domain's, `score` is overwritten.
    """
    unknowns = relative.size
    for unknown in range(unknowns):
        score[unknown] = 1e-3 * relative[unknown]
    for row in range(equalities):
        weight = 1.0
        if pivot[row] == -1:
            weight = absolute_sum(reduced, row, 1 + unknowns, degree.size)
            if weight == 0.0:
                continue
            weight = 1.0 / weight
        for unknown in range(unknowns):
            if pivot[row] != unknown:
                score[unknown] += weight * abs(reduced[row, 1 + unknown])
        for monomial in range(1 + unknowns, degree.size):
            value = weight * abs(reduced[row, monomial])
            for place in range(degree[monomial]):
                score[variable[monomial, place]] += value
    chosen = -1
    for unknown in range(unknowns):
        if relative[unknown] > resolution and (chosen == -1 or score[unknown] > score[chosen]):
            chosen = unknown
    return chosen
