"""Bounds of multilinear rows over a box: linear elimination, and contraction of the box.

All functions work on the table of ``expand``: the coefficients of each row in ``-1 <= u <= 1``. A row known to vanish (or
to be nonnegative) within its slack confines each unknown, because everything but that unknown's linear term is bounded by
the sum of the absolute coefficients.
"""

from typing import NamedTuple

import numpy as np

from deterrence_games.kernels.jit import kernel


class Workspace(NamedTuple):
    """Arrays that every box uses anew.

    Attributes
    ----------
    table, reduced : float64[row, monomial]
        The expanded rows, and the same after elimination.
    magnitude, slack, spread : float64[row]
        Of the reduced rows: size that rounding is measured by, accumulated tolerance, sum of the absolute products.
    scale : float64[row]
        Sum of the absolute coefficients of a row before elimination, without its constant.
    pivot : int64[row]
        The unknown for which a reduced row is solved, else -1.
    owner : int64[unknown]
        The row solved for an unknown, else -1.
    lower, upper : float64[unknown]
        What is left of ``-1 <= u <= 1``.
    power : float64[row, degree]
        Per pivot row, the sums of the absolute coefficients by degree.
    """

    table: np.ndarray
    reduced: np.ndarray
    magnitude: np.ndarray
    slack: np.ndarray
    spread: np.ndarray
    scale: np.ndarray
    pivot: np.ndarray
    owner: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    power: np.ndarray


@kernel
def workspace(system):
    """Allocate the `Workspace` of a system."""
    rows, monomials = system.coefficient.shape
    unknowns = system.low.size
    return Workspace(
        np.empty((rows, monomials)),
        np.empty((rows, monomials)),
        np.empty(rows),
        np.empty(rows),
        np.empty(rows),
        np.empty(rows),
        np.empty(rows, np.int64),
        np.empty(unknowns, np.int64),
        np.empty(unknowns),
        np.empty(unknowns),
        np.empty((rows, system.variable.shape[1] + 1)),
    )


@kernel
def absolute_sum(values, start):
    """Sum of ``abs(values[start:])``, on four lanes because one would wait for each addition."""
    first = 0.0
    second = 0.0
    third = 0.0
    fourth = 0.0
    index = start
    while index + 4 <= values.size:
        first += abs(values[index])
        second += abs(values[index + 1])
        third += abs(values[index + 2])
        fourth += abs(values[index + 3])
        index += 4
    while index < values.size:
        first += abs(values[index])
        index += 1
    return (first + second) + (third + fourth)


@kernel
def eliminate(system, work):
    """Reduce the table by Gauss-Jordan elimination of linear terms; return the number of pivots.

    Each reduced row is an exact combination of rows, up to ``rounding * magnitude``. A pivot is accepted only when it
    outweighs the products of its row; otherwise solving for it would confine nothing.
    """
    rows = work.table.shape[0]
    unknowns = system.low.size
    products = 1 + unknowns
    reduced = work.reduced
    for row in range(rows):
        work.magnitude[row] = system.magnitude[row]
        work.slack[row] = system.tolerance[row]
        work.pivot[row] = -1
        work.scale[row] = absolute_sum(work.table[row], 1)
        for monomial in range(reduced.shape[1]):
            reduced[row, monomial] = work.table[row, monomial]
    for unknown in range(unknowns):
        work.owner[unknown] = -1
    rank = 0
    for _ in range(system.equalities):
        if rank == system.active:
            break
        best = 0.0
        chosen = -1
        solved = -1
        for row in range(system.equalities):
            if work.pivot[row] == -1:
                for unknown in range(unknowns):
                    if work.owner[unknown] == -1:
                        score = abs(reduced[row, 1 + unknown])
                        if score > best * work.scale[row]:
                            best = score / work.scale[row]
                            chosen = row
                            solved = unknown
        if chosen == -1:
            break
        pivot = reduced[chosen, 1 + solved]
        if not abs(pivot) > absolute_sum(reduced[chosen], products) + system.rounding * work.magnitude[chosen]:
            work.pivot[chosen] = -2
            continue
        work.pivot[chosen] = solved
        work.owner[solved] = chosen
        rank += 1
        inverse = 1.0 / pivot
        work.magnitude[chosen] *= abs(inverse)
        work.slack[chosen] *= abs(inverse)
        for monomial in range(reduced.shape[1]):
            reduced[chosen, monomial] *= inverse
        for row in range(rows):
            weight = reduced[row, 1 + solved]
            if row != chosen and weight != 0.0:
                work.magnitude[row] += abs(weight) * work.magnitude[chosen]
                work.slack[row] += abs(weight) * work.slack[chosen]
                for monomial in range(reduced.shape[1]):
                    reduced[row, monomial] -= weight * reduced[chosen, monomial]
    for row in range(rows):
        if work.pivot[row] == -2:
            work.pivot[row] = -1
        work.spread[row] = absolute_sum(reduced[row], products)
    return rank


@kernel
def tighten(row, spread, equation, lower, upper):
    """Confine ``lower <= u <= upper`` by one row (``== 0`` or ``>= 0`` within `spread`); False when nothing is left."""
    least = row[0] - spread
    most = row[0] + spread
    for unknown in range(lower.size):
        slope = row[1 + unknown]
        if slope > 0.0:
            least += slope * lower[unknown]
            most += slope * upper[unknown]
        else:
            least += slope * upper[unknown]
            most += slope * lower[unknown]
    if most < 0.0 or (equation and least > 0.0):
        return False
    for unknown in range(lower.size):
        slope = row[1 + unknown]
        below = lower[unknown]
        above = upper[unknown]
        if slope > 0.0:
            lower[unknown] = max(below, above - most / slope)
            if equation:
                upper[unknown] = min(above, below - least / slope)
        elif slope < 0.0:
            upper[unknown] = min(above, below - most / slope)
            if equation:
                lower[unknown] = max(below, above - least / slope)
        if lower[unknown] > upper[unknown]:
            return False
    return True


@kernel
def tighten_by_table(system, work):
    """Confine the box by every row as given; return False when it is empty."""
    work.lower[:] = -1.0
    work.upper[:] = 1.0
    for row in range(work.table.shape[0]):
        spread = system.rounding * system.magnitude[row] + system.tolerance[row]
        for index in range(system.member_first[row], system.member_first[row + 1]):
            spread += abs(work.table[row, system.member[index]])
        if not tighten(work.table[row], spread, row < system.equalities, work.lower, work.upper):
            return False
    return True


@kernel
def tighten_by_reduced(system, work):
    """Confine the box by every reduced row; return False when it is empty."""
    for row in range(work.reduced.shape[0]):
        spread = system.rounding * work.magnitude[row] + work.slack[row] + work.spread[row]
        if not tighten(work.reduced[row], spread, row < system.equalities, work.lower, work.upper):
            return False
    return True


@kernel
def holds_throughout(system, work, lenience):
    """Whether every row holds within `lenience` times its tolerance at every point of the box."""
    for row in range(work.table.shape[0]):
        leeway = lenience * system.tolerance[row]
        spread = work.scale[row] + system.rounding * system.magnitude[row]
        if work.table[row, 0] - spread < -leeway:
            return False
        if row < system.equalities and work.table[row, 0] + spread > leeway:
            return False
    return True


@kernel
def find_constants(system, work, constant):
    """Mark the unknowns that the reduced rows hold constant over the box, within the slack.

    Return whether each equation without a pivot is, within its slack, a combination of those with one.
    """
    constant[:] = False
    for row in range(system.equalities):
        leeway = work.slack[row] + system.rounding * work.magnitude[row]
        solved = work.pivot[row]
        if solved == -1:
            if absolute_sum(work.reduced[row], 0) > leeway:
                return False
        else:
            rest = absolute_sum(work.reduced[row], 1) - abs(work.reduced[row, 1 + solved])
            constant[solved] = rest <= leeway
    return True


@kernel
def widest_influence(system, work, low, high, resolution):
    """The unknown to bisect: the one on which the products of the reduced rows depend most, or -1 when all are narrow."""
    unknowns = low.size
    best = -1.0
    chosen = -1
    for unknown in range(unknowns):
        relative = 0.0
        if system.width[unknown] > 0.0:
            relative = (high[unknown] - low[unknown]) / system.width[unknown]
        if relative <= resolution:
            continue
        score = 0.0
        for row in range(system.equalities):
            weight = work.spread[row] if work.pivot[row] == -1 else 1.0
            if weight == 0.0:
                continue
            total = 0.0
            if work.pivot[row] != unknown:
                total = abs(work.reduced[row, 1 + unknown])
            for monomial in range(1 + unknowns, system.degree.size):
                for place in range(system.degree[monomial]):
                    if system.variable[monomial, place] == unknown:
                        total += abs(work.reduced[row, monomial])
            score += total / weight
        score = score + 1e-3 * relative
        if score > best:
            best = score
            chosen = unknown
    return chosen
