"""Newton's iteration on a multilinear system, and the proof that a root exists near a point and is alone in a cube.

About the point the reduced system reads ``u = t(u)``, and the coefficients of ``t`` are known up to rounding. Where ``t``
maps a cube into itself there is a root (Brouwer); where ``t`` contracts there is at most one. This is Krawczyk's test
[1]_ with the coefficients of a multilinear map in place of an interval derivative: one expansion serves cubes of all sizes.

References
----------
.. [1] Krawczyk (1969), Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken, Computing 4.
"""

import numpy as np

from deterrence_games.kernels.jit import inner_kernel
from deterrence_games.kernels.multilinear_bounds import absolute_sum, eliminate
from deterrence_games.kernels.multilinear_system import HIGH, LOW, WIDTH, expand

# Half the side of the cube in which the system is expanded about a point, as a share of the domain's width: products
# are then too small to disturb the elimination, unless the root is within about this distance of another one.
PROBE = 2.0**-20

# Newton's iteration converges quadratically; where it takes longer there is no root to be proved nearby.
ATTEMPTS = 12

EXCLUDED = 0  # the root lies outside the domain, or violates a row
ACCEPTED = 1  # the root satisfies everything within the tolerances
UNCLEAR = 2  # its enclosure lies astride a tolerance


@inner_kernel
def sum_powers(reduced, pivot, degree, unknowns, power):
    """Fill `power` (row, degree) of each row with a pivot: the sums of the absolute coefficients of ``t`` by degree."""
    for row in range(power.shape[0]):
        solved = pivot[row]
        power[row, :] = 0.0
        if solved >= 0:
            power[row, 0] = abs(reduced[row, 0])
            for unknown in range(unknowns):
                if unknown == solved:
                    power[row, 1] += abs(reduced[row, 1 + unknown] - 1.0)
                else:
                    power[row, 1] += abs(reduced[row, 1 + unknown])
            for monomial in range(1 + unknowns, degree.size):
                power[row, degree[monomial]] += abs(reduced[row, monomial])


@inner_kernel
def contracts(power, reduced, pivot, rounding, growth, size):
    """Whether ``t`` contracts on the cube ``abs(u) <= size``, where magnitudes are at most `growth` times the table's."""
    rows, degrees = power.shape
    for row in range(rows):
        if pivot[row] >= 0:
            slope = (degrees - 1) * growth * rounding * reduced[row, reduced.shape[1] - 2] / size
            factor = 1.0
            for degree in range(1, degrees):
                slope += degree * power[row, degree] * factor
                factor *= size
            if not slope < 0.999:
                return False
    return True


@inner_kernel
def _maps_into_itself(power, reduced, pivot, rounding, size):
    """Whether ``t`` maps the cube ``abs(u) <= size`` into itself."""
    rows, degrees = power.shape
    for row in range(rows):
        if pivot[row] >= 0:
            reach = rounding * reduced[row, reduced.shape[1] - 2]
            factor = 1.0
            for degree in range(degrees):
                reach += power[row, degree] * factor
                factor *= size
            if not reach <= size:
                return False
    return True


@inner_kernel
def polish(system, work, step, rank, point):
    """Improve `point` in place by Newton's iteration and prove the root.

    Parameters
    ----------
    step : float64[unknown]
        ``PROBE`` times the domain's width, or zero for an unknown that is held fixed.
    rank : int64
        The number of unknowns that are not.

    Returns
    -------
    proved : bool
        Whether there is exactly one root in each of the two cubes that follow.
    enclosure, alone : float64
        Half the sides of the cubes about the point, as shares of the domain's width.
    """
    domain, _, equalities, rounding, coefficient, degree, _, kind, plan_first, plan = system
    table, reduced, pivot, owner, power = work.table, work.reduced, work.pivot, work.owner, work.power
    monomials = degree.size
    close = False
    arrived = False
    move = np.inf
    noise = 0.0
    for attempt in range(ATTEMPTS):
        expand(coefficient, kind, plan_first, plan, point, step, table)
        if eliminate(table, equalities, rounding, reduced, pivot, owner) != rank:
            return False, 0.0, 0.0
        last = move
        move = 0.0
        noise = 0.0
        for row in range(equalities):
            if pivot[row] >= 0:
                move = max(move, abs(reduced[row, 0]))
                noise = max(noise, rounding * reduced[row, monomials])
        # Within the bound on rounding, moves still improve the point while they become shorter.
        arrived = close or (move <= noise and (move > 0.5 * last or attempt == ATTEMPTS - 1))
        if arrived:
            break
        for unknown in range(point.size):
            if owner[unknown] >= 0:
                point[unknown] -= reduced[owner[unknown], 0] * step[unknown]
                margin = 0.125 * domain[WIDTH, unknown]
                if not (domain[LOW, unknown] - margin <= point[unknown] <= domain[HIGH, unknown] + margin):
                    return False, 0.0, 0.0
        close = move <= 1e-3  # the next move is its square, times the curvature
    if not arrived:
        return False, 0.0, 0.0
    sum_powers(reduced, pivot, degree, point.size, power)
    size = 1.01 * (move + noise)
    if not _maps_into_itself(power, reduced, pivot, rounding, size):
        size *= 4.0
        if size > 1.0 or not _maps_into_itself(power, reduced, pivot, rounding, size):
            return False, 0.0, 0.0
    growth = 3.0 ** (power.shape[1] - 1)  # a cube as wide as the domain lies within 3 * largest
    alone = 1.0 / PROBE
    while not contracts(power, reduced, pivot, rounding, growth, alone):
        alone *= 0.5
        if alone < 4.0 * size:
            return False, 0.0, 0.0
    return True, size * PROBE, alone * PROBE


@inner_kernel
def judge(system, work, point, enclosure, tolerance):
    """Whether the root proved by `polish` lies in the domain and satisfies the rows that did not define it."""
    domain, _, equalities, rounding, _, degree, _, _, _, _ = system
    table, pivot = work.table, work.pivot
    monomials = degree.size
    verdict = ACCEPTED
    for unknown in range(point.size):
        gap = enclosure * domain[WIDTH, unknown]
        leeway = tolerance * domain[WIDTH, unknown]
        outside = max(domain[LOW, unknown] - point[unknown], point[unknown] - domain[HIGH, unknown])
        if outside - gap > leeway:
            return EXCLUDED
        if outside + gap > leeway:
            verdict = UNCLEAR
    for row in range(table.shape[0]):
        if row < equalities and pivot[row] >= 0:
            continue
        gap = enclosure / PROBE * absolute_sum(table, row, np.int64(1), monomials) + rounding * table[row, monomials]
        outside = abs(table[row, 0]) if row < equalities else -table[row, 0]
        if outside - gap > table[row, monomials + 1]:
            return EXCLUDED
        if outside + gap > table[row, monomials + 1]:
            verdict = UNCLEAR
    return verdict
