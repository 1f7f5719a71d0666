"""A sparse multilinear system laid out so that it can be expanded about any point.

In the coordinates ``x = centre + radius * u`` a multilinear polynomial is again multilinear in ``u``, and its new
monomials are subsets of the old ones. ``lay_out`` finds that set once, closed under subsets, with the order of
operations (the plan) that ``expand`` follows for each box. Over ``-1 <= u <= 1`` the sum of the absolute coefficients then
bounds the polynomial, and what is not linear shrinks with the square of the box.
"""

from typing import NamedTuple

import numpy as np

from deterrence_games.kernels.jit import inner_kernel, kernel

# Rows of `System.domain`.
LOW = 0
HIGH = 1
WIDTH = 2
LARGEST = 3


class System(NamedTuple):
    """The polynomials, row by row, on one numbered set of monomials.

    Monomial 0 is the constant, monomial ``1 + i`` is the unknown ``i``, products follow. A row of coefficients has two more
    entries: its magnitude, the sum of ``abs(coefficient * x[i] * x[j] * ...)`` with ``x = largest``, and its tolerance,
    how far it may be off at a point that is kept.

    Attributes
    ----------
    domain : float64[4, unknown]
        ``LOW`` and ``HIGH``; ``WIDTH``, their difference, zero for a constant; ``LARGEST``, a bound on ``abs(x)`` within an
        eighth of the width around the domain.
    active : int64
        Number of unknowns with positive width.
    equalities : int64
        Rows before this one are equations, the others inequalities ``>= 0``.
    rounding : float64
        Every bound computed from a row errs by at most this times the row's magnitude.
    coefficient : float64[row, monomial + 2]
        The polynomials about the origin.
    degree : int64[monomial]
    variable : int64[monomial, position]
        Unknowns of a monomial, ascending, padded with -1.
    kind : int64[row]
        Rows of one kind have the same monomials, and are expanded by the same steps.
    plan_first : int64[kind + 1]
    plan : int64[step, 3]
        Steps of the expansion of a row, by kind, unknown by unknown: the unknown, a monomial, the monomial without it.
    """

    domain: np.ndarray
    active: int
    equalities: int
    rounding: float
    coefficient: np.ndarray
    degree: np.ndarray
    variable: np.ndarray
    kind: np.ndarray
    plan_first: np.ndarray
    plan: np.ndarray


@inner_kernel
def _slot_of(key, slot_key):
    """Slot of `key` in an open-addressing table whose size is a power of two, or the free slot where it belongs."""
    mask = slot_key.size - 1
    slot = (key * 0x9E3779B1 >> 7) & mask
    while slot_key[slot] != -1 and slot_key[slot] != key:
        slot = (slot + 1) & mask
    return slot


@kernel
def _number_monomials(unknowns, factor):
    """Number all subsets of all terms; return ``(monomials, degree, variable, without, top)``.

    ``without[monomial, position]`` is the monomial without the unknown at that position, ``top[term]`` the term's own.
    """
    terms, places = factor.shape
    products = 0
    widest = 1
    for term in range(terms):
        count = 0
        for place in range(places):
            if factor[term, place] >= 0:
                count += 1
        widest = max(widest, count)
        products += (1 << count) - 1 - count
    size = 16
    while size < 2 * products + 2:
        size *= 2
    slot_key = np.full(size, -1, np.int64)
    slot_monomial = np.empty(size, np.int64)
    bound = 1 + unknowns + products
    degree = np.zeros(bound, np.int64)
    variable = np.full((bound, widest), -1, np.int64)
    without = np.full((bound, widest), -1, np.int64)
    for unknown in range(unknowns):
        degree[1 + unknown] = 1
        variable[1 + unknown, 0] = unknown
        without[1 + unknown, 0] = 0
    top = np.zeros(terms, np.int64)
    ordered = np.empty(widest, np.int64)
    subset = np.zeros(1 << widest, np.int64)
    monomials = 1 + unknowns
    for term in range(terms):
        count = 0
        for place in range(places):
            unknown = factor[term, place]
            if unknown >= 0:
                position = count
                while position > 0 and ordered[position - 1] > unknown:
                    ordered[position] = ordered[position - 1]
                    position -= 1
                ordered[position] = unknown
                count += 1
        for position in range(count):
            unknown = ordered[position]
            for lower in range(1 << position):
                subset_index = lower + (1 << position)
                parent = subset[lower]
                if parent == 0:
                    subset[subset_index] = 1 + unknown
                    continue
                key = parent * unknowns + unknown
                slot = _slot_of(key, slot_key)
                if slot_key[slot] == -1:
                    slot_key[slot] = key
                    slot_monomial[slot] = monomials
                    place = 0
                    for bit in range(position + 1):
                        if subset_index >> bit & 1:
                            variable[monomials, place] = ordered[bit]
                            if bit < position:
                                without[monomials, place] = subset[subset_index ^ (1 << bit)]
                            else:
                                without[monomials, place] = parent
                            place += 1
                    degree[monomials] = place
                    monomials += 1
                subset[subset_index] = slot_monomial[slot]
        top[term] = subset[(1 << count) - 1]
    return monomials, degree[:monomials], variable[:monomials], without[:monomials], top


@kernel
def _plan(unknowns, first, degree, variable, without, top):
    """List the steps of the expansion of each row, grouped by unknown."""
    rows = first.size - 1
    steps = 0
    for term in range(top.size):
        steps += degree[top[term]] << degree[top[term]]
    plan_first = np.zeros(rows + 1, np.int64)
    plan = np.empty((steps, 3), np.int64)
    seen = np.full(degree.size, -1, np.int64)
    closure = np.empty(degree.size, np.int64)
    start = np.empty(unknowns + 1, np.int64)
    for row in range(rows):
        count = 0
        for term in range(first[row], first[row + 1]):
            if seen[top[term]] != row:
                seen[top[term]] = row
                closure[count] = top[term]
                count += 1
        visited = 0
        start[:] = 0
        while visited < count:
            monomial = closure[visited]
            visited += 1
            for place in range(degree[monomial]):
                start[variable[monomial, place] + 1] += 1
                smaller = without[monomial, place]
                if seen[smaller] != row:
                    seen[smaller] = row
                    closure[count] = smaller
                    count += 1
        start[0] = plan_first[row]
        for unknown in range(unknowns):
            start[unknown + 1] += start[unknown]
        plan_first[row + 1] = start[unknowns]
        for index in range(count):
            monomial = closure[index]
            for place in range(degree[monomial]):
                unknown = variable[monomial, place]
                plan[start[unknown], 0] = unknown
                plan[start[unknown], 1] = monomial
                plan[start[unknown], 2] = without[monomial, place]
                start[unknown] += 1
    return plan_first, plan


@kernel
def lay_out(low, high, first, coefficient, factor, equalities, tolerance):
    """Return the `System` of the terms given as to ``solve_multilinear``."""
    unknowns = low.size
    rows = first.size - 1
    monomials, degree, variable, without, top = _number_monomials(unknowns, factor)
    plan_first, plan = _plan(unknowns, first, degree, variable, without, top)
    domain = np.empty((4, unknowns))
    active = 0
    for unknown in range(unknowns):
        width = high[unknown] - low[unknown]
        domain[LOW, unknown] = low[unknown]
        domain[HIGH, unknown] = high[unknown]
        domain[WIDTH, unknown] = width
        domain[LARGEST, unknown] = max(abs(low[unknown]), abs(high[unknown])) + 0.125 * width
        if width > 0.0:
            active += 1
    # In units of 2^-52, twice the unit roundoff: a coefficient is a sum of at most `monomials` products of at most
    # `degree` factors; the elimination adds three roundings a step, the bound one a monomial and the interval sums two an
    # unknown.
    rounding = 2.0**-52 * (2 * monomials + 2 * variable.shape[1] + 2 * rows + 2 * unknowns + 16)
    table = np.zeros((rows, monomials + 2))
    for row in range(rows):
        for term in range(first[row], first[row + 1]):
            table[row, top[term]] += coefficient[term]
            size = abs(coefficient[term])
            for place in range(degree[top[term]]):
                size *= domain[LARGEST, variable[top[term], place]]
            table[row, monomials] += size
        # The slope of a row errs by at most its degree times as much as the row.
        table[row, monomials + 1] = max(tolerance, 4.0 * variable.shape[1] * rounding * table[row, monomials])
    return System(domain, active, equalities, rounding, table, degree, variable, np.arange(rows), plan_first, plan)


@inner_kernel
def expand(coefficient, kind, plan_first, plan, centre, radius, table):
    """Fill `table` (row, monomial + 2) with the coefficients in ``u``, where ``x = centre + radius * u``."""
    for row in range(table.shape[0]):
        for column in range(table.shape[1]):
            table[row, column] = coefficient[row, column]
        for step in range(plan_first[kind[row]], plan_first[kind[row] + 1]):
            unknown = plan[step, 0]
            value = table[row, plan[step, 1]]
            table[row, plan[step, 2]] += centre[unknown] * value
            table[row, plan[step, 1]] = radius[unknown] * value
