"""All Nash equilibria of games in strategic form, support by support, each support proved empty, proved solved, or left open.

Each equilibrium has one profile of supports, with all probabilities in use positive. Supports are taken in an order in
which parts come before the whole, so that a solution on the border of a support, which is an equilibrium of a part of
it, is recognised there.
"""

from typing import NamedTuple

import numpy as np

from deterrence_games.kernels.jit import FULL, LIMIT, OK, UNDECIDED, borrowing_kernel, inlined_kernel, inner_kernel
from deterrence_games.kernels.multilinear import Workspace, search
from deterrence_games.kernels.multilinear_findings import CONTINUUM, UNRESOLVED, Findings
from deterrence_games.kernels.multilinear_system import System
from deterrence_games.kernels.polynomial_supports import (
    DEGREE,
    MONOMIALS,
    PLAN,
    PLAN_FIRST,
    STEPS,
    UNKNOWNS,
    VARIABLE,
    WIDEST,
    is_excluded,
    list_corners,
    list_strategies,
    next_support,
    write_rows,
)

# Status of a game besides ``OK`` (all equilibria found), ``UNDECIDED`` (some supports are open) and ``LIMIT`` (some because
# the limit on boxes was reached).
EVEN = 4  # no support is open and every equilibrium is regular, yet their number is even: something is wrong

# Kinds of open supports besides ``UNRESOLVED`` and ``CONTINUUM``.
UNFINISHED = 2  # a limit was reached
DOUBTFUL = 3  # a solution on the border of the support is no known equilibrium

ROOTS = 256  # room for the solutions on one support
BOXES = 4  # a support with more undecided boxes is given up
APART = 1e-8  # on the border, solutions nearer than this to an equilibrium are that equilibrium


class Found(NamedTuple):
    """Results of all games, one after the other.

    Attributes
    ----------
    first, first_open : int64[game + 1]
        Where each game's equilibria and open supports start.
    status : int64[game]
    boxes : int64[game]
        Number of boxes examined.
    profile : float64[equilibrium, strategy]
        Probabilities of all players' strategies.
    regular : bool[equilibrium]
        Whether each strategy out of use is worse by more than the tolerance, and the equilibrium a simple solution.
    open_mask : int64[open support, player]
        The strategies in use, as bits.
    open_kind : int64[open support]
    """

    first: np.ndarray
    first_open: np.ndarray
    status: np.ndarray
    boxes: np.ndarray
    profile: np.ndarray
    regular: np.ndarray
    open_mask: np.ndarray
    open_kind: np.ndarray


class Memory(NamedTuple):
    """Arrays of numbers that every support divides anew into those of `System`, `Workspace` and `Findings`.

    Attributes
    ----------
    domain : float64[4, unknown]
        The unit cube.
    weight : float64[degree]
    kind, pivot, owner : int64[row], int64[row], int64[unknown]
    coefficient, table, reduced, power, vector, stack, roots : float64[entry]
    constant : bool[unknown]
    enclosure, alone : float64[root]
    box : float64[2, entry]
    box_kind : int64[box]
    count : int64[2]
    resolution : float64
        Boxes are not bisected below this share of the unit.
    """

    domain: np.ndarray
    weight: np.ndarray
    kind: np.ndarray
    pivot: np.ndarray
    owner: np.ndarray
    coefficient: np.ndarray
    table: np.ndarray
    reduced: np.ndarray
    power: np.ndarray
    vector: np.ndarray
    stack: np.ndarray
    roots: np.ndarray
    constant: np.ndarray
    enclosure: np.ndarray
    alone: np.ndarray
    box: np.ndarray
    box_kind: np.ndarray
    count: np.ndarray
    resolution: float


@inner_kernel
def _slack(system, row, point):
    """The value of a row at a point."""
    total = system.coefficient[row, 0]
    for monomial in range(1, system.degree.size):
        value = system.coefficient[row, monomial]
        if value != 0.0:
            for place in range(system.degree[monomial]):
                value *= point[system.variable[monomial, place]]
            total += value
    return total


@inner_kernel
def _known(found, start, count, profile):
    """Whether an equilibrium of the game lies near a profile."""
    for index in range(start, count):
        apart = 0.0
        for strategy in range(found.profile.shape[1]):
            apart = max(apart, abs(found.profile[index, strategy] - found.profile[profile, strategy]))
        if apart <= APART:
            return True
    return False


@inner_kernel
def _write_profile(support, point, found, row):
    """Write the profile of a solution; return the least probability in use."""
    least = 1.0
    start = 0
    unknown = 0
    for strategy in range(found.profile.shape[1]):
        found.profile[row, strategy] = 0.0
    for player in range(support.size.size):
        rest = 1.0
        for position in range(1, support.size[player]):
            chance = min(max(point[unknown], 0.0), 1.0)
            found.profile[row, start + support.action[player, position]] = chance
            least = min(least, point[unknown])
            rest -= chance
            unknown += 1
        if support.size[player] > 1:
            least = min(least, rest)
        found.profile[row, start + support.action[player, 0]] = max(rest, 0.0)
        start += support.shape[player]
    return least


@inner_kernel
def _keep(system, roots, support, limits, tied, tolerance, found, start, total):
    """Keep the solutions that are equilibria on this support.

    Return the number of equilibria then known, of those room is wanted for, and whether a solution was doubtful.
    """
    doubtful = False
    inequalities = system.coefficient.shape[0] - limits
    for index in range(min(roots.count[0], roots.alone.size)):
        if total == found.regular.size:
            return total, True, doubtful
        point = roots.roots[index]
        border = tolerance + system.active * roots.enclosure[index]
        least = _write_profile(support, point, found, total)
        if least <= border:
            doubtful = doubtful or not _known(found, start, total, total)
            continue
        regular = tied == 0
        for row in range(system.equalities, inequalities):
            regular = regular and _slack(system, row, point) > 2.0 * system.coefficient[row, system.degree.size + 1]
        found.regular[total] = regular
        total += 1
    return total, False, doubtful


@inner_kernel
def _is_inside(support, roots, box, border):
    """Whether a box reaches farther than `border` into the support; otherwise it is a matter of smaller supports."""
    unknown = 0
    for player in range(support.size.size):
        rest = 1.0
        for _ in range(support.size[player] - 1):
            rest -= roots.box_low[box, unknown]
            if roots.box_high[box, unknown] <= border:
                return False
            unknown += 1
        if rest <= border:
            return False
    return True


@inlined_kernel
def _solve_support(payoffs, game, support, layouts, memory, tolerance, max_boxes, found, start, total):
    """Find the equilibria of one game on a support that the signs do not exclude.

    Return ``(total, full, kind, boxes)``: the number of equilibria known, whether there was no room for more, the kind of
    the support when it is open, else -1, and the number of boxes examined.
    """
    layout = np.int64(0)  # a literal would be compiled for on its own
    for player in range(support.size.size):
        layout = layout * support.shape[player] + support.size[player] - 1
    unknowns = layouts.table[layout, UNKNOWNS]
    monomials = layouts.table[layout, MONOMIALS]
    widest = layouts.table[layout, WIDEST]
    start_of = layouts.table[layout]
    degree = layouts.number[start_of[DEGREE] : start_of[DEGREE] + monomials]
    columns = monomials + 2
    most_rows = memory.kind.size
    coefficient = memory.coefficient[: most_rows * columns].reshape(most_rows, columns)
    rows, equalities, limits, tied = write_rows(
        payoffs, game, support, layouts, layout, memory.weight, degree, memory.kind, coefficient
    )
    if rows == limits:
        return total, False, CONTINUUM, 0
    rounding = layouts.rounding[layout]
    for row in range(rows):
        coefficient[row, monomials + 1] = max(tolerance, 4.0 * widest * rounding * coefficient[row, monomials])
    system = System(
        memory.domain,
        unknowns,
        equalities,
        rounding,
        coefficient[:rows],
        degree,
        layouts.number[start_of[VARIABLE] : start_of[VARIABLE] + monomials * widest].reshape(monomials, widest),
        memory.kind,
        layouts.number[start_of[PLAN_FIRST] : start_of[PLAN_FIRST] + 2 * support.size.size + 1],
        layouts.number[start_of[PLAN] : start_of[PLAN] + 3 * start_of[STEPS]].reshape(start_of[STEPS], 3),
    )
    work = Workspace(
        memory.table[: rows * columns].reshape(rows, columns),
        memory.reduced[: rows * columns].reshape(rows, columns),
        memory.pivot[:rows],
        memory.owner[:unknowns],
        memory.power[: equalities * (widest + 1)].reshape(equalities, widest + 1),
        memory.vector[: 8 * unknowns].reshape(8, unknowns),
        memory.constant[:unknowns],
    )
    roots = Findings(
        memory.roots[: ROOTS * unknowns].reshape(ROOTS, unknowns),
        memory.enclosure,
        memory.alone,
        memory.box[0, : BOXES * unknowns].reshape(BOXES, unknowns),
        memory.box[1, : BOXES * unknowns].reshape(BOXES, unknowns),
        memory.box_kind,
        memory.count,
    )
    depth = memory.stack.size // (2 * unknowns)
    stack = memory.stack[: depth * 2 * unknowns].reshape(depth, 2, unknowns)
    for unknown in range(unknowns):
        stack[0, 0, unknown] = 0.0
        stack[0, 1, unknown] = 1.0
    memory.count[0] = 0
    memory.count[1] = 0
    # With fewer equations than unknowns, what solutions there are make a continuum, and one box tells.
    enough = 1 if equalities < unknowns else BOXES + 1
    boxes, limit = search(system, work, roots, stack, tolerance, memory.resolution, max_boxes, enough)
    total, full, doubtful = _keep(system, roots, support, limits, tied, tolerance, found, start, total)
    kind = -1
    if memory.count[1] > 0:
        kind = UNRESOLVED
        for box in range(min(memory.count[1], BOXES)):
            if memory.box_kind[box] == CONTINUUM and _is_inside(support, roots, box, 2.0 * memory.resolution):
                kind = CONTINUUM
    elif doubtful:
        kind = DOUBTFUL
    if (limit or memory.count[0] > ROOTS) and kind != CONTINUUM:
        kind = UNFINISHED
    return total, full, kind, boxes


@inner_kernel
def _keep_pure(payoffs, game, support, found, total):
    """Keep the equilibrium in pure strategies that the signs did not exclude."""
    strict = True
    start = 0
    for strategy in range(found.profile.shape[1]):
        found.profile[total, strategy] = 0.0
    for player in range(support.size.size):
        own = support.action[player, 0]
        stride = support.stride[player]
        cell = support.corner[player, 0]
        found.profile[total, start + own] = 1.0
        start += support.shape[player]
        for other in range(support.shape[player]):
            if other != own:
                strict = strict and payoffs[game, player, cell + own * stride] > payoffs[game, player, cell + other * stride]
    found.regular[total] = strict


@inner_kernel
def _survives(payoffs, game, support):
    """Whether the signs at the corners leave the support open."""
    for player in range(support.size.size):
        list_corners(support, player)
        if is_excluded(payoffs, game, support, player):
            return False
    return True


@borrowing_kernel
def enumerate_supports(payoffs, layouts, support, memory, tolerance, max_boxes, max_game_boxes, begin, found):
    """Find all equilibria of each game.

    Parameters
    ----------
    payoffs : float64[game, player, profile]
        Payoff tensors flattened in C order, finite, of a size that no difference overflows and no power of two below it
        underflows.
    layouts, support, memory : Layouts, Support, Memory
        Those of the games' shape; a player has at most 62 strategies.
    tolerance : float64
        How far a solution may violate a row, as a share of the largest difference of payoffs in it.
    max_boxes, max_game_boxes : int64
        Number of boxes that may be examined on a support, and in a game.
    begin : int64
        The first game to solve; ``found`` holds the results of those before it.
    found : Found
        Filled in place.

    Returns
    -------
    code : int64
        ``OK``, or ``FULL`` when there is no room for the results of a game.
    done : int64
        Number of games solved, those before `begin` included.
    """
    players = support.shape.size
    for game in range(begin, payoffs.shape[0]):
        start = found.first[game]
        total = start
        opened = found.first_open[game]
        status = OK
        boxes = 0
        for player in range(players):
            support.mask[player] = 1
            list_strategies(support, player)
        running = True
        while running:
            if _survives(payoffs, game, support):
                mixers = 0
                for player in range(players):
                    if support.size[player] > 1:
                        mixers += 1
                kind = -1
                if mixers == 0:
                    if total == found.regular.size:
                        return FULL, game
                    _keep_pure(payoffs, game, support, found, total)
                    total += 1
                elif boxes >= max_game_boxes:
                    kind = UNFINISHED
                else:
                    allowed = min(max_boxes, max_game_boxes - boxes)
                    total, full, kind, examined = _solve_support(
                        payoffs, game, support, layouts, memory, tolerance, allowed, found, start, total
                    )
                    boxes += examined
                    if full:
                        return FULL, game
                if kind >= 0:
                    if opened == found.open_kind.size:
                        return FULL, game
                    for player in range(players):
                        found.open_mask[opened, player] = support.mask[player]
                    found.open_kind[opened] = kind
                    opened += 1
                    status = LIMIT if kind == UNFINISHED or status == LIMIT else UNDECIDED
            running = next_support(support) >= 0
        regular = True
        for index in range(start, total):
            regular = regular and found.regular[index]
        if status == OK and regular and (total - start) % 2 == 0:
            status = EVEN
        found.first[game + 1] = total
        found.first_open[game + 1] = opened
        found.status[game] = status
        found.boxes[game] = boxes
    return OK, payoffs.shape[0]
