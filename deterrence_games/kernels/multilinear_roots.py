"""Newton's iteration on a multilinear system, and the proof that a root exists near a point and is alone in a cube.

About the point the reduced system reads ``u = t(u)``, and the coefficients of ``t`` are known up to rounding. Where ``t`` maps a
cube into itself there is a root (Brouwer); where ``t`` contracts there is at most one. This is Krawczyk's test [1]_ with
the coefficients of a multilinear map in place of an interval derivative, so that one expansion serves cubes of all sizes.

References
----------
.. [1] Krawczyk (1969), Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken, Computing 4.
"""

from deterrence_games.kernels.jit import kernel
from deterrence_games.kernels.multilinear_bounds import eliminate
from deterrence_games.kernels.multilinear_system import expand

# Half the side of the cube in which the system is expanded about a point, as a share of the domain's width: products
# are then too small to disturb the elimination, unless the root is within about this distance of another one.
UNIT = 2.0**-20

EXCLUDED = 0  # the root lies outside the domain, or violates a row
ACCEPTED = 1  # the root satisfies everything within the tolerances
UNCLEAR = 2  # its enclosure lies astride a tolerance


@kernel
def sum_powers(system, work, rank):
    """Per pivot row, sum the absolute coefficients by degree; unknowns without a pivot are held fixed."""
    for row in range(system.equalities):
        solved = work.pivot[row]
        if solved < 0:
            continue
        work.power[row, :] = 0.0
        work.power[row, 0] = abs(work.reduced[row, 0])
        for unknown in range(system.low.size):
            if work.owner[unknown] >= 0:
                if unknown == solved:
                    work.power[row, 1] += abs(work.reduced[row, 1 + unknown] - 1.0)
                else:
                    work.power[row, 1] += abs(work.reduced[row, 1 + unknown])
        for monomial in range(1 + system.low.size, system.degree.size):
            free = True
            if rank < system.active:
                for place in range(system.degree[monomial]):
                    free = free and work.owner[system.variable[monomial, place]] >= 0
            if free:
                work.power[row, system.degree[monomial]] += abs(work.reduced[row, monomial])


@kernel
def contracts(system, work, size, growth):
    """Whether ``t`` contracts on the cube ``abs(u) <= size``, where rounding is at most `growth` times the usual."""
    widest = work.power.shape[1] - 1
    for row in range(system.equalities):
        if work.pivot[row] >= 0:
            slope = widest * growth * system.rounding * work.magnitude[row] / size
            factor = 1.0
            for degree in range(1, widest + 1):
                slope += degree * work.power[row, degree] * factor
                factor *= size
            if not slope < 0.999:
                return False
    return True


@kernel
def _maps_into_itself(system, work, size):
    """Whether ``t`` maps the cube ``abs(u) <= size`` into itself."""
    for row in range(system.equalities):
        if work.pivot[row] >= 0:
            reach = system.rounding * work.magnitude[row]
            factor = 1.0
            for degree in range(work.power.shape[1]):
                reach += work.power[row, degree] * factor
                factor *= size
            if not reach <= size:
                return False
    return True


@kernel
def polish(system, work, unit, rank, point):
    """Improve `point` in place by Newton's iteration and prove the root; `unit` is ``UNIT`` times the domain's width.

    Returns
    -------
    proved : bool
        Whether there is exactly one root in each of the two cubes that follow (with unknowns that have no pivot fixed).
    enclosure, alone : float
        Half the sides of the cubes about the point, as shares of the domain's width.
    """
    settled = False
    for _ in range(12):
        expand(system, point, unit, work.table)
        if eliminate(system, work) != rank:
            return False, 0.0, 0.0
        move = 0.0
        noise = 0.0
        for row in range(system.equalities):
            if work.pivot[row] >= 0:
                move = max(move, abs(work.reduced[row, 0]))
                noise = max(noise, system.rounding * work.magnitude[row])
        if settled or move <= noise:
            settled = True
            break
        for unknown in range(point.size):
            if work.owner[unknown] >= 0:
                point[unknown] -= work.reduced[work.owner[unknown], 0] * unit[unknown]
                margin = 0.125 * system.width[unknown]
                if not (system.low[unknown] - margin <= point[unknown] <= system.high[unknown] + margin):
                    return False, 0.0, 0.0
        settled = move <= 0.01
    if not settled:
        return False, 0.0, 0.0
    sum_powers(system, work, rank)
    size = 2.0 * (move + noise)
    proved = _maps_into_itself(system, work, size)
    if not proved:
        size *= 4.0
        proved = _maps_into_itself(system, work, size)
    if not proved or size > 1.0:
        return False, 0.0, 0.0
    growth = 3.0 ** (work.power.shape[1] - 1)  # a cube as wide as the domain is within 3 * largest
    alone = 1.0 / UNIT
    while not contracts(system, work, alone, growth):
        alone *= 0.5
        if alone < 4.0 * size:
            return False, 0.0, 0.0
    return True, size * UNIT, alone * UNIT


@kernel
def judge(system, work, point, enclosure, tolerance):
    """Whether the root proved by `polish` lies in the domain and satisfies the rows that did not define it."""
    verdict = ACCEPTED
    for unknown in range(point.size):
        gap = enclosure * system.width[unknown]
        leeway = tolerance * system.width[unknown]
        outside = max(system.low[unknown] - point[unknown], point[unknown] - system.high[unknown])
        if outside - gap > leeway:
            return EXCLUDED
        if outside + gap > leeway:
            verdict = UNCLEAR
    for row in range(work.table.shape[0]):
        if row < system.equalities and work.pivot[row] >= 0:
            continue
        gap = enclosure / UNIT * work.scale[row] + system.rounding * system.magnitude[row]
        outside = abs(work.table[row, 0]) if row < system.equalities else -work.table[row, 0]
        if outside - gap > system.tolerance[row]:
            return EXCLUDED
        if outside + gap > system.tolerance[row]:
            verdict = UNCLEAR
    return verdict
