"""What the search for the solutions of a multilinear system has found: proved roots, and boxes that are not decided."""

from typing import NamedTuple

import numpy as np

from deterrence_games.kernels.jit import inner_kernel
from deterrence_games.kernels.multilinear_system import WIDTH

# Kinds of boxes that are set aside.
UNRESOLVED = 0  # may hold any number of solutions, or none
CONTINUUM = 1  # holds infinitely many points that satisfy everything within a few tolerances


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
def set_aside(system, found, low, high, kind, near):
    """Store a box, or merge it with one of its kind.

    Unresolved boxes are merged when both fit within `near` (a share of the domain's width) in every unknown, continua when
    they do in all but one and touch in that one.
    """
    count = min(found.count[1], found.box_kind.size)
    for index in range(count):
        if found.box_kind[index] == kind:
            longer = 0
            apart = False
            for unknown in range(low.size):
                least = min(low[unknown], found.box_low[index, unknown])
                most = max(high[unknown], found.box_high[index, unknown])
                if most - least > near * system.domain[WIDTH, unknown]:
                    longer += 1
                    inner_low = max(low[unknown], found.box_low[index, unknown])
                    inner_high = min(high[unknown], found.box_high[index, unknown])
                    apart = apart or inner_low > inner_high
            if longer == 0 or (kind == CONTINUUM and longer == 1 and not apart):
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
def add_root(system, found, point, enclosure, alone):
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
def within_cube(system, point, reach, low, high):
    """Whether the box lies in the cube of half side `reach` (a share of the domain's width) about the point."""
    for unknown in range(point.size):
        away = max(high[unknown] - point[unknown], point[unknown] - low[unknown])
        if away > reach * system.domain[WIDTH, unknown] and system.domain[WIDTH, unknown] > 0.0:
            return False
    return True


@inner_kernel
def within_stretched(system, point, reach, centre, radius, stretch):
    """Whether the cube of half side `reach` about the point lies in the box ``centre`` plus or minus ``stretch * radius``."""
    for unknown in range(point.size):
        away = abs(point[unknown] - centre[unknown]) + reach * system.domain[WIDTH, unknown]
        if away > stretch * radius[unknown]:
            return False
    return True
