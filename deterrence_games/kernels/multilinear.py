"""All solutions in a box of a sparse multilinear system, each proved to exist and to be alone in its neighbourhood.

Branch and prune [1]_: a box is confined by linear bounds of the rows, dropped when nothing is left, settled when the system
contracts on it and Newton's iteration finds the one root, and bisected otherwise. Bounds are those of the multilinear
expansion about the box's centre; rounding enters through a bound on the size of all terms.

References
----------
.. [1] Neumaier (1990), Interval Methods for Systems of Equations, chapter 5.
"""

from typing import NamedTuple

import numpy as np

from deterrence_games.kernels.jit import FULL, LIMIT, OK, UNDECIDED, inner_kernel, kernel
from deterrence_games.kernels.multilinear_bounds import (
    confine,
    eliminate,
    find_constants,
    holds_throughout,
    widest_influence,
)
from deterrence_games.kernels.multilinear_roots import ACCEPTED, UNCLEAR, contracts, judge, polish, sum_powers
from deterrence_games.kernels.multilinear_roots import UNIT as UNITX
from deterrence_games.kernels.multilinear_system import LARGEST, WIDTH, expand, lay_out

# Kinds of boxes that are set aside.
UNRESOLVED = 0  # may hold any number of solutions, or none
CONTINUUM = 1  # holds infinitely many points that satisfy everything within the tolerance

# How far beyond its faces a box may look for its root, so that roots on a face are settled in every box they touch.
STRETCH = 1.25
# A box is confined again, rather than bisected, when the last time left less than this share of its volume.
WORTHWHILE = 0.6
# Unresolved boxes are merged while they stay below this multiple of the resolution.
CLUSTER = 8.0
# A box is a continuum when all of it satisfies everything within this many tolerances; contraction leaves one or two.
LENIENCE = 4.0

# What became of a box, if it is not to be bisected.
_SETTLED = -1
_SMALLER = -2


# Rows of `Workspace.vector`.
CENTRE = 0
RADIUS = 1
LOWER = 2
UPPER = 3
RELATIVE = 4
SCORE = 5
POINT = 6
UNIT = 7


class Workspace(NamedTuple):
    """Arrays that every box uses anew.

    Attributes
    ----------
    table, reduced : float64[row, monomial + 2]
        The rows about the box's centre, and the same after elimination.
    pivot : int64[row]
        The unknown for which a reduced row is solved, else -1.
    owner : int64[unknown]
        The row solved for an unknown, else -1.
    power : float64[equation, degree]
        Sums of the absolute coefficients by degree.
    vector : float64[8, unknown]
        ``CENTRE`` and ``RADIUS`` of the box; ``LOWER`` and ``UPPER``, what is left of ``-1 <= u <= 1``; ``RELATIVE``, its width as
        a share of the domain's; ``SCORE``, for the choice of the unknown to bisect; ``POINT`` and ``UNIT`` of Newton's iteration.
    constant : bool[unknown]
    """

    table: np.ndarray
    reduced: np.ndarray
    pivot: np.ndarray
    owner: np.ndarray
    power: np.ndarray
    vector: np.ndarray
    constant: np.ndarray


class Findings(NamedTuple):
    """Where results are stored, with the number of roots and boxes so far in ``count``.

    Attributes
    ----------
    roots : float64[root, unknown]
    enclosure, alone : float64[root]
        Half the sides, as shares of the domain's width, of the cubes about a root that hold it for certain, and in which it
        is the only solution.
    box_low, box_high : float64[box, unknown]
    box_kind : int64[box]
    count : int64[2]
        Number of roots and of boxes; more than there is room for when the arrays are too short.
    """

    roots: np.ndarray
    enclosure: np.ndarray
    alone: np.ndarray
    box_low: np.ndarray
    box_high: np.ndarray
    box_kind: np.ndarray
    count: np.ndarray


@inner_kernel
def _set_aside(system, found, low, high, kind, near):
    """Store a box, or merge it with one of its kind.

    Unresolved boxes are merged when both fit within `near` (a share of the domain's width) in every unknown, continua when
    they do in all but one.
    """
    count = min(found.count[1], found.box_kind.size)
    for index in range(count):
        if found.box_kind[index] == kind:
            longer = 0
            for unknown in range(low.size):
                least = min(low[unknown], found.box_low[index, unknown])
                most = max(high[unknown], found.box_high[index, unknown])
                if most - least > near * system.domain[WIDTH, unknown]:
                    longer += 1
            if longer <= kind:
                for unknown in range(low.size):
                    found.box_low[index, unknown] = min(low[unknown], found.box_low[index, unknown])
                    found.box_high[index, unknown] = max(high[unknown], found.box_high[index, unknown])
                return
    if count < found.box_kind.size:
        for unknown in range(low.size):
            found.box_low[count, unknown] = low[unknown]
            found.box_high[count, unknown] = high[unknown]
        found.box_kind[count] = kind
    found.count[1] += 1


@inner_kernel
def _add_root(system, found, point, enclosure, alone):
    """Store a proved root unless it is known.

    Every root has at least four times its enclosure for itself; so two enclosures that touch hold the same root, and
    two that do not hold different ones.
    """
    count = found.count[0]
    for known in range(min(count, found.alone.size)):
        apart = 0.0
        for unknown in range(point.size):
            if system.domain[WIDTH, unknown] > 0.0:
                apart = max(apart, abs(found.roots[known, unknown] - point[unknown]) / system.domain[WIDTH, unknown])
        if apart <= enclosure + found.enclosure[known]:
            return
    if count < found.alone.size:
        for unknown in range(point.size):
            found.roots[count, unknown] = point[unknown]
        found.enclosure[count] = enclosure
        found.alone[count] = alone
    found.count[0] += 1


@inner_kernel
def _within_cube(system, point, reach, low, high):
    """Whether the box lies in the cube of half side `reach` (a share of the domain's width) about the point."""
    for unknown in range(point.size):
        away = max(high[unknown] - point[unknown], point[unknown] - low[unknown])
        if away > reach * system.domain[WIDTH, unknown] and system.domain[WIDTH, unknown] > 0.0:
            return False
    return True


@inner_kernel
def _within_box(system, point, reach, low, high, stretch):
    """Whether the cube of half side `reach` about the point lies in the box stretched about its centre."""
    for unknown in range(point.size):
        margin = 0.5 * (stretch - 1.0) * (high[unknown] - low[unknown]) - reach * system.domain[WIDTH, unknown]
        if not (low[unknown] - margin <= point[unknown] <= high[unknown] + margin):
            return False
    return True


@kernel
def _allocate(system):
    """Allocate the `Workspace` of a system."""
    rows, columns = system.coefficient.shape
    unknowns = system.domain.shape[1]
    return Workspace(
        np.empty((rows, columns)),
        np.empty((rows, columns)),
        np.empty(rows, np.int64),
        np.empty(unknowns, np.int64),
        np.empty((system.equalities, system.variable.shape[1] + 1)),
        np.zeros((8, unknowns)),
        np.zeros(unknowns, np.bool_),
    )


@inner_kernel
def _look_inside(system, work, found, low, high, rank, tolerance):
    """Look for a root near the middle of the box, with the unknowns that have no pivot held fixed.

    When there are none such, the system contracts on the box, which is settled if it holds the root for certain or lies where
    the root is alone. Otherwise the box is a continuum if the root lies strictly inside it in each unknown that varies
    with those held fixed.

    Returns
    -------
    bool, bool
        Whether the box is settled, and whether it is a continuum.
    """
    point, unit, constant = work.vector[POINT], work.vector[UNIT], work.constant
    for unknown in range(point.size):
        point[unknown] = 0.5 * (low[unknown] + high[unknown])
        unit[unknown] = UNITX * system.domain[WIDTH, unknown] if work.owner[unknown] >= 0 else 0.0
    proved, enclosure, alone = polish(system, work, unit, rank, point)
    if not proved:
        return False, False
    verdict = judge(system, work, point, enclosure, tolerance)
    if rank < system.active:
        inside = verdict == ACCEPTED
        for unknown in range(point.size):
            gap = (-tolerance if constant[unknown] else enclosure) * system.domain[WIDTH, unknown]
            inside = inside and low[unknown] + gap <= point[unknown] <= high[unknown] - gap
        return False, inside
    inside = _within_cube(system, point, alone, low, high) or _within_box(system, point, enclosure, low, high, STRETCH)
    if verdict == ACCEPTED:
        _add_root(system, found, point, enclosure, alone)
    elif verdict == UNCLEAR and inside:
        for unknown in range(point.size):
            work.vector[LOWER][unknown] = point[unknown] - enclosure * system.domain[WIDTH, unknown]
            work.vector[UPPER][unknown] = point[unknown] + enclosure * system.domain[WIDTH, unknown]
        _set_aside(system, found, work.vector[LOWER], work.vector[UPPER], UNRESOLVED, 2.0 * CLUSTER * enclosure)
    return inside, False


@inner_kernel
def _examine(system, work, found, low, high, tolerance, resolution):
    """Confine the box `low`, `high` in place and settle it if possible.

    Return ``_SETTLED``, ``_SMALLER``, or the unknown to bisect.
    """
    domain, active, equalities, rounding, coefficient, degree, variable, plan_first, plan = system
    table, reduced, pivot, owner, power = work.table, work.reduced, work.pivot, work.owner, work.power
    centre, radius, relative = work.vector[CENTRE], work.vector[RADIUS], work.vector[RELATIVE]
    lower, upper = work.vector[LOWER], work.vector[UPPER]
    unknowns = low.size
    for unknown in range(unknowns):
        centre[unknown] = 0.5 * (low[unknown] + high[unknown])
        radius[unknown] = 0.0
        lower[unknown] = -1.0
        upper[unknown] = 1.0
        if domain[WIDTH, unknown] > 0.0:
            half = max(high[unknown] - centre[unknown], centre[unknown] - low[unknown])
            radius[unknown] = half + 2.0**-50 * domain[LARGEST, unknown]
    expand(coefficient, plan_first, plan, centre, radius, table)
    if not confine(table, equalities, rounding, lower, upper):
        return _SETTLED
    rank = eliminate(table, equalities, rounding, reduced, pivot, owner)
    if not confine(reduced, equalities, rounding, lower, upper):
        return _SETTLED
    volume = 1.0
    widest = 0.0
    for unknown in range(unknowns):
        if domain[WIDTH, unknown] > 0.0:
            least = centre[unknown] + radius[unknown] * lower[unknown] - 2.0**-50 * domain[LARGEST, unknown]
            most = centre[unknown] + radius[unknown] * upper[unknown] + 2.0**-50 * domain[LARGEST, unknown]
            least = max(low[unknown], least)
            most = min(high[unknown], most)
            if least > most:
                return _SETTLED
            if high[unknown] - low[unknown] > resolution * domain[WIDTH, unknown]:
                volume *= (most - least) / (high[unknown] - low[unknown])
            low[unknown] = least
            high[unknown] = most
            relative[unknown] = (most - least) / domain[WIDTH, unknown]
            widest = max(widest, relative[unknown])
    continuum = holds_throughout(table, equalities, rounding, LENIENCE)
    promising = False
    if rank == active:
        sum_powers(reduced, pivot, degree, unknowns, power)
        promising = contracts(power, reduced, pivot, rounding, 1.0, STRETCH)
    elif widest > CLUSTER * resolution:
        promising = find_constants(reduced, equalities, rounding, pivot, work.constant)
    if promising:
        settled, infinite = _look_inside(system, work, found, low, high, rank, tolerance)
        if settled:
            return _SETTLED
        continuum = continuum or infinite
    if continuum or widest <= resolution:
        kind = CONTINUUM if widest > CLUSTER * resolution else UNRESOLVED
        _set_aside(system, found, low, high, kind, CLUSTER * resolution)
        return _SETTLED
    if volume < WORTHWHILE:
        return _SMALLER
    if promising:
        expand(coefficient, plan_first, plan, centre, radius, table)
        eliminate(table, equalities, rounding, reduced, pivot, owner)
    return widest_influence(reduced, equalities, pivot, degree, variable, relative, resolution, work.vector[SCORE])


@inner_kernel
def _search(system, work, found, stack_low, stack_high, here_low, here_high, tolerance, resolution, max_boxes):
    """Search depth first from the box on the stack; return how many boxes were examined, and whether they were too few."""
    unknowns = here_low.size
    room = found.alone.size
    boxes = found.box_kind.size
    top = 1
    visited = 0
    limit = False
    while top > 0 and found.count[0] <= room and found.count[1] <= boxes:
        top -= 1
        for unknown in range(unknowns):
            here_low[unknown] = stack_low[top, unknown]
            here_high[unknown] = stack_high[top, unknown]
        outcome = _SMALLER
        for root in range(found.count[0]):
            if _within_cube(system, found.roots[root], found.alone[root], here_low, here_high):
                outcome = _SETTLED
        while outcome == _SMALLER and visited < max_boxes:
            visited += 1
            outcome = _examine(system, work, found, here_low, here_high, tolerance, resolution)
        if outcome == _SMALLER:
            limit = True
            _set_aside(system, found, here_low, here_high, UNRESOLVED, 0.0)
        elif outcome != _SETTLED:
            for half in range(2):
                for unknown in range(unknowns):
                    stack_low[top + half, unknown] = here_low[unknown]
                    stack_high[top + half, unknown] = here_high[unknown]
            middle = 0.5 * (here_low[outcome] + here_high[outcome])
            stack_high[top, outcome] = middle
            stack_low[top + 1, outcome] = middle
            top += 2
    return visited, limit


@kernel
def solve_multilinear(
    low, high, first, coefficient, factor, equalities, tolerance, max_boxes, roots, box_low, box_high, box_kind
):
    """Find every solution in a box of equations and inequalities in which each term has degree at most one in each unknown.

    A root is stored when it is proved to be the only solution near it: where some of the equations, as many as there are
    unknowns, have a root, the others hold within the tolerance. Boxes that are not decided are set aside, those that overlap
    merged. Whatever the code, no solution is lost: each lies within the tolerance of a stored root or in a stored
    box (except after ``FULL``).

    Parameters
    ----------
    low, high : float64[unknown]
        The domain, finite, ``low <= high``; an unknown with ``low == high`` is a constant.
    first : int64[row + 1]
        Row ``r`` is the sum of the terms ``first[r]`` to ``first[r + 1] - 1``.
    coefficient : float64[term]
        Rows should be of order one, for the tolerance is absolute.
    factor : int64[term, position]
        The unknowns of a term in any order, each at most once, padded with -1.
    equalities : int64
        Rows before this one must be zero, the others nonnegative.
    tolerance : float64
        How far a solution may violate a row, or the domain as a share of its width, on account of rounding in the
        coefficients; 1e-10 suits rows of order one. It is raised for a row whose own rounding error may exceed it. Boxes are
        not bisected below its square root, the distance at which roots are told apart.
    max_boxes : int64
        Number of boxes that may be examined.
    roots : float64[root, unknown]
        Filled with the solutions.
    box_low, box_high, box_kind : float64[box, unknown], float64[box, unknown], int64[box]
        Filled with the boxes that are not decided. ``CONTINUUM``: the box holds infinitely many points that satisfy
        everything within four tolerances. ``UNRESOLVED``: it may hold any number of solutions (near a double root, say),
        or none.

    Returns
    -------
    code : int64
        ``OK``: the roots stored are all the solutions, and each is one. ``UNDECIDED``: there are also boxes. ``LIMIT``:
        `max_boxes` was reached; boxes not examined are among those stored. ``FULL``: an array is too short.
    n_roots, n_boxes, n_visited : int64
        Number of roots and boxes stored, and of boxes examined.
    """
    unknowns = low.size
    system = lay_out(low, high, first, coefficient, factor, equalities, tolerance)
    work = _allocate(system)
    room = roots.shape[0]
    found = Findings(roots, np.empty(room), np.empty(room), box_low, box_high, box_kind, np.zeros(2, np.int64))
    resolution = max(np.sqrt(tolerance), 2.0**-24)
    depth = system.active * (int(np.ceil(-np.log2(resolution))) + 1) + 2
    stack_low = np.empty((depth, unknowns))
    stack_high = np.empty((depth, unknowns))
    for unknown in range(unknowns):
        stack_low[0, unknown] = low[unknown]
        stack_high[0, unknown] = high[unknown]
    visited, limit = _search(
        system,
        work,
        found,
        stack_low,
        stack_high,
        np.empty(unknowns),
        np.empty(unknowns),
        tolerance,
        resolution,
        max_boxes,
    )
    n_roots = min(found.count[0], room)
    n_boxes = min(found.count[1], box_kind.size)
    for root in range(n_roots):
        for unknown in range(unknowns):
            roots[root, unknown] = min(max(roots[root, unknown], low[unknown]), high[unknown])
    code = OK
    if n_roots < found.count[0] or n_boxes < found.count[1]:
        code = FULL
    elif limit:
        code = LIMIT
    elif n_boxes > 0:
        code = UNDECIDED
    return code, n_roots, n_boxes, visited
