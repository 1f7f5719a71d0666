"""Tables and work space for the enumeration of supports in games of one shape, made once a shape."""

from functools import lru_cache
from itertools import product
from math import prod

import numpy as np

from deterrence_games.forms.tree import Ints
from deterrence_games.kernels.polynomial_enumeration import BOXES, ROOTS, Memory
from deterrence_games.kernels.polynomial_supports import MONOMIALS, Layouts, Support

Shape = tuple[int, ...]

MARGIN = 1.125  # the search looks an eighth of the unit beyond it


@lru_cache(maxsize=32)
def layouts_of(shape: Shape) -> Layouts:
    """Lay out the systems of all supports in games with these numbers of strategies."""
    table, numbers, rounding = [], [], []
    start = 0
    for sizes in product(*(range(1, own + 1) for own in shape)):
        unknowns, monomials, widest, parts, steps = _layout(sizes)
        firsts = start + np.cumsum([0, *(part.size for part in parts)])
        table.append([unknowns, monomials, widest, *firsts[:-1], steps])
        numbers += parts
        start = int(firsts[-1])
        # In units of 2^-52, as for any system; and a coefficient of degree d sums differences of payoffs at 2^d corners, each
        # with d + 1 roundings, of which none is larger than the row's magnitude.
        sums = max(prod(2 * size - 1 for other, size in enumerate(sizes) if other != player) for player in range(len(sizes)))
        roundings = 2 * (monomials + widest + sum(shape) + unknowns) + 16 + (len(shape) + 1) * sums
        rounding.append(2.0**-52 * roundings)
    return Layouts(np.array(table, np.int64), np.concatenate(numbers), np.array(rounding))


def _layout(sizes: Shape) -> tuple[int, int, int, list[Ints], int]:
    """Lay out the systems in which player ``i`` uses ``sizes[i]`` strategies.

    A monomial takes at most one unknown of each player, and at least one player's none: ``digit`` tells which, counted
    from 1.

    Returns
    -------
    unknowns, monomials, widest : int
    parts : list of int64 arrays
        In the order of the columns of ``Layouts.table``.
    steps : int
    """
    players = len(sizes)
    first_unknown = np.concatenate([[0], np.cumsum(sizes) - np.arange(1, players + 1)])
    digit = np.stack([axis.ravel() for axis in np.indices(sizes)], axis=1)
    degree = (digit > 0).sum(axis=1)
    unknown = np.where(digit > 0, first_unknown[:-1] + digit - 1, np.iinfo(np.int64).max)
    order = np.lexsort((np.arange(len(digit)), np.where(degree == 1, unknown.min(axis=1), 0), degree))
    order = order[degree[order] < max(players, 2)]
    number = np.full(len(digit), -1)
    number[order] = np.arange(len(order))
    widest = max(int(degree[order].max()), 1)
    variable = np.sort(unknown[order], axis=1)[:, :widest]
    variable[variable == np.iinfo(np.int64).max] = -1

    stride = np.array([prod(sizes[player + 1 :]) for player in range(players)])
    places, plan, plan_first = [], [], [0]
    for player in range(players):
        mine = np.flatnonzero(digit[:, player] == 0)
        places.append(number[mine])
        for other, size in enumerate(sizes):
            for position in range(1, size) if other != player else ():
                holding = mine[digit[mine, other] == position]
                step = np.full(len(holding), first_unknown[other] + position - 1)
                plan.append(np.stack([step, number[holding], number[holding - position * stride[other]]], axis=1))
        plan_first.append(sum(map(len, plan)))
    for player in range(players):
        own = np.arange(first_unknown[player], first_unknown[player + 1])
        plan.append(np.stack([own, 1 + own, 0 * own], axis=1))
        plan_first.append(plan_first[-1] + len(own))
    steps = np.concatenate(plan)
    parts = [degree[order], variable.ravel(), np.concatenate(places), np.array(plan_first), steps.ravel()]
    return int(first_unknown[-1]), len(order), widest, [part.astype(np.int64) for part in parts], len(steps)


def work_space(shape: Shape, layouts: Layouts, tolerance: float) -> tuple[Support, Memory]:
    """Allocate what the kernel works in."""
    players, rows = len(shape), sum(shape)
    unknowns = rows - players
    entries = rows * (int(layouts.table[:, MONOMIALS].max()) + 2)
    resolution = max(float(np.sqrt(tolerance)), 2.0**-24)
    depth = unknowns * (int(np.ceil(-np.log2(resolution))) + 1) + 2
    unit = np.array([0.0, 1.0, 1.0, MARGIN])
    memory = Memory(
        domain=np.repeat(unit[:, None], max(unknowns, 1), axis=1),
        weight=MARGIN ** np.arange(players + 1),
        kind=np.empty(rows, np.int64),
        pivot=np.empty(rows, np.int64),
        owner=np.empty(unknowns, np.int64),
        coefficient=np.empty(entries),
        table=np.empty(entries),
        reduced=np.empty(entries),
        power=np.empty(rows * (players + 1)),
        vector=np.zeros(8 * unknowns),
        stack=np.empty(depth * 2 * unknowns),
        roots=np.empty(ROOTS * unknowns),
        constant=np.zeros(unknowns, np.bool_),
        enclosure=np.empty(ROOTS),
        alone=np.empty(ROOTS),
        box=np.empty((2, BOXES * unknowns)),
        box_kind=np.empty(BOXES, np.int64),
        count=np.zeros(2, np.int64),
        resolution=resolution,
    )
    corners = prod(shape) // min(shape)
    support = Support(
        shape=np.array(shape, np.int64),
        stride=np.array([prod(shape[player + 1 :]) for player in range(players)], np.int64),
        mask=np.empty(players, np.int64),
        size=np.empty(players, np.int64),
        action=np.zeros((players, max(shape)), np.int64),
        corner=np.empty((players, corners), np.int64),
        corners=np.empty(players, np.int64),
        value=np.empty(corners),
    )
    return support, memory
