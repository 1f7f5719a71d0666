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

from deterrence_games.kernels.jit import FULL, LIMIT, OK, UNDECIDED, kernel
from deterrence_games.kernels.multilinear_bounds import (
    eliminate,
    find_constants,
    holds_throughout,
    tighten_by_reduced,
    tighten_by_table,
    widest_influence,
    workspace,
)
from deterrence_games.kernels.multilinear_roots import ACCEPTED, UNCLEAR, UNIT, contracts, judge, polish, sum_powers
from deterrence_games.kernels.multilinear_system import expand, lay_out

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

# What became of a box.
_DONE = 0
_SMALLER = 1
_BISECT = 2


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


@kernel
def _set_aside(system, found, low, high, kind, near):
    """Store a box, merged with an unresolved one when both fit within `near` of the domain's width."""
    count = min(found.count[1], found.box_kind.size)
    if kind == UNRESOLVED:
        for index in range(count):
            if found.box_kind[index] == UNRESOLVED:
                fits = True
                for unknown in range(low.size):
                    least = min(low[unknown], found.box_low[index, unknown])
                    most = max(high[unknown], found.box_high[index, unknown])
                    fits = fits and most - least <= near * system.width[unknown]
                if fits:
                    for unknown in range(low.size):
                        found.box_low[index, unknown] = min(low[unknown], found.box_low[index, unknown])
                        found.box_high[index, unknown] = max(high[unknown], found.box_high[index, unknown])
                    return
    if count < found.box_kind.size:
        found.box_low[count] = low
        found.box_high[count] = high
        found.box_kind[count] = kind
    found.count[1] += 1


@kernel
def _add_root(system, found, point, enclosure, alone):
    """Store a proved root unless it is known.

    Every root has at least four times its enclosure for itself; so two enclosures that touch hold the same root, and
    two that do not hold different ones.
    """
    count = found.count[0]
    for known in range(min(count, found.alone.size)):
        apart = 0.0
        for unknown in range(point.size):
            if system.width[unknown] > 0.0:
                apart = max(apart, abs(found.roots[known, unknown] - point[unknown]) / system.width[unknown])
        if apart <= enclosure + found.enclosure[known]:
            return
    if count < found.alone.size:
        found.roots[count] = point
        found.enclosure[count] = enclosure
        found.alone[count] = alone
    found.count[0] += 1


@kernel
def _within_cube(system, point, reach, low, high):
    """Whether the box lies in the cube of half side `reach` (a share of the domain's width) about the point."""
    for unknown in range(point.size):
        away = max(high[unknown] - point[unknown], point[unknown] - low[unknown])
        if away > reach * system.width[unknown] and system.width[unknown] > 0.0:
            return False
    return True


@kernel
def _within_box(system, point, reach, low, high, stretch):
    """Whether the cube of half side `reach` about the point lies in the box stretched about its centre."""
    for unknown in range(point.size):
        margin = 0.5 * (stretch - 1.0) * (high[unknown] - low[unknown]) - reach * system.width[unknown]
        if not (low[unknown] - margin <= point[unknown] <= high[unknown] + margin):
            return False
    return True


@kernel
def _settle(system, work, found, low, high, point, unit, tolerance):
    """Look for the one root of a box on which the system contracts; return whether that settles the box."""
    proved, enclosure, alone = polish(system, work, unit, system.active, point)
    if not proved:
        return False
    mine = _within_cube(system, point, alone, low, high) or _within_box(system, point, enclosure, low, high, STRETCH)
    verdict = judge(system, work, point, enclosure, tolerance)
    if verdict == ACCEPTED:
        _add_root(system, found, point, enclosure, alone)
    elif verdict == UNCLEAR and mine:
        gap = enclosure * system.width
        _set_aside(system, found, point - gap, point + gap, UNRESOLVED, 2.0 * CLUSTER * enclosure)
    return mine


@kernel
def _is_continuum(system, work, low, high, point, unit, rank, constant, tolerance):
    """Whether some point solves the system with the unknowns that have no pivot held fixed, and goes on doing so nearby.

    It does when it lies strictly inside the box in each unknown that varies with those held fixed.
    """
    proved, enclosure, _ = polish(system, work, unit, rank, point)
    if not proved or judge(system, work, point, enclosure, tolerance) != ACCEPTED:
        return False
    for unknown in range(point.size):
        gap = (-tolerance if constant[unknown] else enclosure) * system.width[unknown]
        if not (low[unknown] + gap <= point[unknown] <= high[unknown] - gap):
            return False
    return True


@kernel
def _examine(system, work, found, low, high, centre, radius, point, unit, constant, tolerance, resolution):
    """Confine the box `low`, `high` in place, settle it if possible, and return what became of it."""
    unknowns = low.size
    for unknown in range(unknowns):
        centre[unknown] = 0.5 * (low[unknown] + high[unknown])
        radius[unknown] = 0.0
        if system.width[unknown] > 0.0:
            half = max(high[unknown] - centre[unknown], centre[unknown] - low[unknown])
            radius[unknown] = half + 2.0**-50 * system.largest[unknown]
    expand(system, centre, radius, work.table)
    if not tighten_by_table(system, work):
        return _DONE
    rank = eliminate(system, work)
    if not tighten_by_reduced(system, work):
        return _DONE
    volume = 1.0
    relative = 0.0
    for unknown in range(unknowns):
        if system.width[unknown] > 0.0:
            least = centre[unknown] + radius[unknown] * work.lower[unknown] - 2.0**-50 * system.largest[unknown]
            most = centre[unknown] + radius[unknown] * work.upper[unknown] + 2.0**-50 * system.largest[unknown]
            least = max(low[unknown], least)
            most = min(high[unknown], most)
            if least > most:
                return _DONE
            if high[unknown] - low[unknown] > resolution * system.width[unknown]:
                volume *= (most - least) / (high[unknown] - low[unknown])
            low[unknown] = least
            high[unknown] = most
            point[unknown] = 0.5 * (least + most)
            relative = max(relative, (most - least) / system.width[unknown])
        else:
            point[unknown] = low[unknown]
    satisfied = holds_throughout(system, work, LENIENCE)
    polished = False
    if rank == system.active:
        sum_powers(system, work, rank)
        if contracts(system, work, STRETCH, 1.0):
            polished = True
            if _settle(system, work, found, low, high, point, unit, tolerance):
                return _DONE
    elif relative > CLUSTER * resolution and find_constants(system, work, constant):
        polished = True
        satisfied = satisfied or _is_continuum(system, work, low, high, point, unit, rank, constant, tolerance)
    if satisfied or relative <= resolution:
        kind = CONTINUUM if relative > CLUSTER * resolution else UNRESOLVED
        _set_aside(system, found, low, high, kind, CLUSTER * resolution)
        return _DONE
    if volume < WORTHWHILE:
        return _SMALLER
    if polished:
        expand(system, centre, radius, work.table)
        eliminate(system, work)
    return _BISECT


@kernel
def solve_multilinear(
    low, high, first, coefficient, factor, equalities, tolerance, max_boxes, roots, box_low, box_high, box_kind
):
    """docstring."""
    unknowns = low.size
    system = lay_out(low, high, first, coefficient, factor, equalities, tolerance)
    work = workspace(system)
    found = Findings(
        roots,
        np.empty(roots.shape[0]),
        np.empty(roots.shape[0]),
        box_low,
        box_high,
        box_kind,
        np.zeros(2, np.int64),
    )
    resolution = max(np.sqrt(tolerance), 2.0**-24)
    depth = system.active * (int(np.ceil(-np.log2(resolution))) + 1) + 2
    stack_low = np.empty((depth, unknowns))
    stack_high = np.empty((depth, unknowns))
    here_low = low.copy()
    here_high = high.copy()
    centre = np.empty(unknowns)
    radius = np.empty(unknowns)
    point = np.empty(unknowns)
    unit = UNIT * system.width
    constant = np.zeros(unknowns, np.bool_)
    stack_low[0] = low
    stack_high[0] = high
    top = 1
    visited = 0
    limit = False
    while top > 0:
        top -= 1
        here_low[:] = stack_low[top]
        here_high[:] = stack_high[top]
        outcome = _SMALLER
        for root in range(found.count[0]):
            if _within_cube(system, roots[root], found.alone[root], here_low, here_high):
                outcome = _DONE
                break
        while outcome == _SMALLER:
            if visited == max_boxes:
                limit = True
                break
            visited += 1
            outcome = _examine(
                system, work, found, here_low, here_high, centre, radius, point, unit, constant, tolerance, resolution
            )
        if found.count[0] > roots.shape[0] or found.count[1] > box_kind.size:
            break
        if limit and outcome == _SMALLER:
            _set_aside(system, found, here_low, here_high, UNRESOLVED, 0.0)
        if outcome == _BISECT:
            split = widest_influence(system, work, here_low, here_high, resolution)
            middle = 0.5 * (here_low[split] + here_high[split])
            stack_low[top] = here_low
            stack_high[top] = here_high
            stack_high[top, split] = middle
            stack_low[top + 1] = here_low
            stack_high[top + 1] = here_high
            stack_low[top + 1, split] = middle
            top += 2
    n_roots = min(found.count[0], roots.shape[0])
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
