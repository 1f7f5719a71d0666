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

from deterrence_games.kernels.jit import FULL, LIMIT, OK, UNDECIDED, inlined_kernel, inner_kernel, kernel
from deterrence_games.kernels.multilinear_bounds import (
    confine,
    eliminate,
    find_constants,
    holds_throughout,
    widest_influence,
)
from deterrence_games.kernels.multilinear_findings import (
    CONTINUUM,
    UNRESOLVED,
    Findings,
    add_root,
    set_aside,
    within_cube,
    within_stretched,
)
from deterrence_games.kernels.multilinear_roots import ACCEPTED, PROBE, UNCLEAR, contracts, judge, polish, sum_powers
from deterrence_games.kernels.multilinear_system import LARGEST, WIDTH, expand, lay_out

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
STEP = 7


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
        ``CENTRE`` and ``RADIUS`` of the box; ``LOWER`` and ``UPPER``, what is left of ``-1 <= u <= 1``; ``RELATIVE``, its
        width as a share of the domain's; ``SCORE``, for the choice of the unknown to bisect; ``POINT`` and ``STEP`` of
        Newton's iteration.
    constant : bool[unknown]
        Whether the box leaves an unknown nothing to vary with.
    """

    table: np.ndarray
    reduced: np.ndarray
    pivot: np.ndarray
    owner: np.ndarray
    power: np.ndarray
    vector: np.ndarray
    constant: np.ndarray


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
    centre, radius, point, step = work.vector[CENTRE], work.vector[RADIUS], work.vector[POINT], work.vector[STEP]
    for unknown in range(point.size):
        point[unknown] = 0.5 * (low[unknown] + high[unknown])
        step[unknown] = PROBE * system.domain[WIDTH, unknown] if work.owner[unknown] >= 0 else 0.0
    proved, enclosure, alone = polish(system, work, step, rank, point)
    if not proved:
        return False, False
    verdict = judge(system, work, point, enclosure, tolerance)
    if rank < system.active:
        inside = verdict == ACCEPTED
        for unknown in range(point.size):
            gap = (-tolerance if work.constant[unknown] else enclosure) * system.domain[WIDTH, unknown]
            inside = inside and low[unknown] + gap <= point[unknown] <= high[unknown] - gap
        return False, inside
    inside = within_stretched(system, point, enclosure, centre, radius, STRETCH)
    inside = inside or within_cube(system, point, alone, low, high)
    if verdict == ACCEPTED:
        add_root(system, found, point, enclosure, alone)
    elif verdict == UNCLEAR and inside:
        lower, upper = work.vector[LOWER], work.vector[UPPER]
        for unknown in range(point.size):
            lower[unknown] = point[unknown] - enclosure * system.domain[WIDTH, unknown]
            upper[unknown] = point[unknown] + enclosure * system.domain[WIDTH, unknown]
        set_aside(system, found, lower, upper, np.int64(UNRESOLVED), 2.0 * CLUSTER * enclosure)
    return inside, False


@inner_kernel
def _examine(system, work, found, low, high, tolerance, resolution):
    """Confine the box `low`, `high` in place and settle it if possible.

    Return ``_SETTLED``, ``_SMALLER``, or the unknown to bisect.
    """
    domain, active, equalities, rounding, coefficient, degree, variable, kind, plan_first, plan = system
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
    expand(coefficient, kind, plan_first, plan, centre, radius, table)
    if not confine(table, equalities, rounding, lower, upper):
        return _SETTLED
    rank = eliminate(table, equalities, rounding, reduced, pivot, owner)
    if not confine(reduced, equalities, rounding, lower, upper):
        return _SETTLED
    volume = 1.0
    widest = 0.0
    widest_before = 0.0
    for unknown in range(unknowns):
        if domain[WIDTH, unknown] > 0.0:
            least = centre[unknown] + radius[unknown] * lower[unknown] - 2.0**-50 * domain[LARGEST, unknown]
            most = centre[unknown] + radius[unknown] * upper[unknown] + 2.0**-50 * domain[LARGEST, unknown]
            least = max(low[unknown], least)
            most = min(high[unknown], most)
            if least > most:
                return _SETTLED
            before = (high[unknown] - low[unknown]) / domain[WIDTH, unknown]
            widest_before = max(widest_before, before)
            if before > resolution:
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
    if continuum or widest_before <= resolution:
        kind = CONTINUUM if widest > CLUSTER * resolution else UNRESOLVED
        set_aside(system, found, low, high, kind, CLUSTER * resolution)
        return _SETTLED
    if volume < WORTHWHILE or widest <= resolution:
        return _SMALLER
    if promising:
        expand(coefficient, kind, plan_first, plan, centre, radius, table)
        eliminate(table, equalities, rounding, reduced, pivot, owner)
    return widest_influence(reduced, equalities, pivot, degree, variable, relative, resolution, work.vector[SCORE])


@inlined_kernel
def search(system, work, found, stack, tolerance, resolution, max_boxes, enough):
    """Search depth first from the box on the stack, until `enough` boxes have been set aside.

    Return how many boxes were examined, and whether they were too few.
    """
    top = 0
    visited = 0
    limit = False
    while top >= 0 and found.count[0] <= found.alone.size and found.count[1] < enough:
        low, high = stack[top, 0], stack[top, 1]
        outcome = _SMALLER
        for root in range(found.count[0]):
            if within_cube(system, found.roots[root], found.alone[root], low, high):
                outcome = _SETTLED
        while outcome == _SMALLER and visited < max_boxes:
            visited += 1
            outcome = _examine(system, work, found, low, high, tolerance, resolution)
        if outcome == _SMALLER:
            limit = True
            set_aside(system, found, low, high, np.int64(UNRESOLVED), 0.0)
        if outcome < 0:
            top -= 1
            continue
        middle = 0.5 * (low[outcome] + high[outcome])
        for unknown in range(low.size):
            stack[top + 1, 0, unknown] = low[unknown]
            stack[top + 1, 1, unknown] = high[unknown]
        high[outcome] = middle
        top += 1
        stack[top, 0, outcome] = middle
    return visited, limit


@kernel
def solve_multilinear(
    low, high, first, coefficient, factor, equalities, tolerance, max_boxes, roots, box_low, box_high, box_kind
):
    """Find every solution in a box of equations and inequalities in which each term has degree at most one in each unknown.

    A root is stored when it is proved to be the only solution near it: where some of the equations, as many as there are
    unknowns, have a root, the others hold within the tolerance. Boxes that are not decided are set aside, those that overlap
    merged. Except after ``FULL`` no solution is lost: each is one of the roots, up to their rounding, or lies in a
    stored box.

    Parameters
    ----------
    low, high : float64[unknown]
        The domain, finite, ``low <= high``; an unknown with ``low == high`` is a constant.
    first : int64[row + 1]
        Row ``r`` is the sum of the terms ``first[r]`` to ``first[r + 1] - 1``.
    coefficient : float64[term]
        Rows should be of order one, for the tolerance is absolute.
    factor : int64[term, position]
        The unknowns of a term in any order, each at most once, padded with -1. A term of ``d`` unknowns is expanded to ``2**d``
        monomials.
    equalities : int64
        Rows before this one must be zero, the others nonnegative.
    tolerance : float64
        How far a solution may violate a row, or the domain as a share of its width, on account of rounding in the
        coefficients; 1e-10 suits rows of order one. It is raised for a row whose own rounding error may exceed it. Boxes are
        not bisected below its square root as a share of the domain's width: where the slopes of the rows at a root are
        smaller than about that, it stays undecided.
    max_boxes : int64
        Number of boxes that may be examined.
    roots : float64[root, unknown]
        Filled with the solutions.
    box_low, box_high, box_kind : float64[box, unknown], float64[box, unknown], int64[box]
        Filled with the boxes that are not decided. ``CONTINUUM``: the box holds infinitely many points that satisfy
        everything within a few tolerances. ``UNRESOLVED``: it may hold any number of solutions (near a double root, say), or
        none.

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
    stack = np.empty((depth, 2, unknowns))
    for unknown in range(unknowns):
        stack[0, 0, unknown] = low[unknown]
        stack[0, 1, unknown] = high[unknown]
    visited, limit = search(system, work, found, stack, tolerance, resolution, max_boxes, box_kind.size + 1)
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
