"""Pivots of a linear system ``matrix @ strategy + slack = 1``, of which only a block is kept.

A tableau has constraints times strategies numbers, and a pivot changes them all. Here only the inverse of a *block* is kept:
the constraints whose slack has left, by the strategies that have entered. A pivot costs the block's width times the number of
constraints. Ties are broken lexicographically [1]_: the least row of the basis inverse, divided by its pivot, leaves.

References
----------
.. [1] Dantzig, Orden and Wolfe (1955), The generalized simplex method for minimizing a linear form under linear inequality
   restraints.
"""

from typing import NamedTuple

import numpy as np

from deterrence_games.kernels.jit import FULL, OK, UNDECIDED, inner_kernel, kernel

PIVOT = 1e-10  # an entry of a direction up to this size is rounding: payoffs lie in [1, 2]
TIE = 1e-12  # ratios that differ by no more are compared lexicographically
REFRESH = 64  # pivots after which the inverse is corrected, at the least
NO_ROW = -(1 << 40)  # nothing leaves


class System(NamedTuple):
    """One player's constraints, of the form ``matrix @ strategy + slack = 1``.

    Attributes
    ----------
    payoff : float64[cell]
        The payoffs that the constraints bound, flattened in C order.
    shape : int64[4]
        Constraints, strategies, and the steps in `payoff` from one constraint and from one strategy to the next.
    units : float64[2]
        Least payoff, and the factor that makes the widest difference one.
    rows, columns : int64[room]
        The block: constraints without slack, strategies in use.
    row_at : int64[constraint]
    column_at : int64[strategy]
        Positions in the block, or -1.
    inverse, spare : float64[room, room]
        ``inverse[a, b]`` belongs to column ``a`` and row ``b`` of the block.
    column : float64[room + 1, constraint]
        The block's columns over all constraints, contiguous; the first one beyond the block is the entering one.
    weight : float64[room]
        Of the strategies in use.
    slack : float64[constraint]
    step : float64[room]
    fall : float64[constraint]
        How much weights and slacks fall for a unit of what enters.
    price : float64[2, room]
        Rows of the basis inverse that are compared.
    tied : int64[constraint + room]
        What may leave.
    count : int64[2]
        Width of the block, and pivots since it was refreshed.
    """

    payoff: np.ndarray
    shape: np.ndarray
    units: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    row_at: np.ndarray
    column_at: np.ndarray
    inverse: np.ndarray
    spare: np.ndarray
    column: np.ndarray
    weight: np.ndarray
    slack: np.ndarray
    step: np.ndarray
    fall: np.ndarray
    price: np.ndarray
    tied: np.ndarray
    count: np.ndarray


@inner_kernel
def reset(system):
    """Begin again with every slack at one and no strategy in use."""
    system.count[0] = 0
    system.count[1] = 0
    system.row_at[:] = -1
    system.column_at[:] = -1
    system.slack[:] = 1.0


@inner_kernel
def _gather(system, strategy, place):
    """Write one strategy's column, mapped to [1, 2], to a row of `System.column`."""
    low = system.units[0]
    factor = system.units[1]
    begin = strategy * system.shape[3]
    stride = system.shape[2]
    for constraint in range(system.shape[0]):
        system.column[place, constraint] = (system.payoff[begin + constraint * stride] - low) * factor + 1.0


@inner_kernel
def _fall(system, entering, is_slack):
    """Fill `step` and `fall` for what enters."""
    width = system.count[0]
    fall = system.fall
    if is_slack:
        position = system.row_at[entering]
        fall[:] = 0.0
        for a in range(width):
            system.step[a] = system.inverse[a, position]
    else:
        _gather(system, entering, width)
        for constraint in range(fall.size):
            fall[constraint] = system.column[width, constraint]
        for a in range(width):
            total = 0.0
            for b in range(width):
                total += system.inverse[a, b] * system.column[width, system.rows[b]]
            system.step[a] = total
    for a in range(width):
        share = system.step[a]
        for constraint in range(fall.size):
            fall[constraint] -= share * system.column[a, constraint]


@inner_kernel
def _price(system, leaving, place):
    """Write the row of the basis inverse that belongs to a basic variable, on the block's slacks."""
    width = system.count[0]
    for b in range(width):
        if leaving >= 0:
            system.price[place, b] = system.inverse[leaving, b]
        else:
            total = 0.0
            for a in range(width):
                total -= system.column[a, -1 - leaving] * system.inverse[a, b]
            system.price[place, b] = total


@inner_kernel
def _before(system, left, right):
    """Whether the variable priced in row 1 leaves before the one in row 0, by the first difference of their rows."""
    pivot_left = system.step[left] if left >= 0 else system.fall[-1 - left]
    pivot_right = system.step[right] if right >= 0 else system.fall[-1 - right]
    for constraint in range(system.shape[0]):
        position = system.row_at[constraint]
        if position >= 0:
            old = system.price[0, position] / pivot_left
            new = system.price[1, position] / pivot_right
        else:
            old = 1.0 / pivot_left if constraint == -1 - left else 0.0
            new = 1.0 / pivot_right if constraint == -1 - right else 0.0
        if abs(new - old) > PIVOT * (1.0 + abs(old)):
            return new < old
    return False


@inner_kernel
def _leaving(system):
    """Choose what leaves: a position in the block for a strategy, ``-1 - constraint`` for a slack, or ``NO_ROW``."""
    width = system.count[0]
    least = np.inf
    found = 0
    for a in range(width):
        if system.step[a] > PIVOT:
            ratio = system.weight[a] / system.step[a]
            if ratio <= least + TIE:
                found = 0 if ratio < least - TIE else found
                least = min(least, ratio)
                system.tied[found] = a
                found += 1
    for constraint in range(system.shape[0]):
        fall = system.fall[constraint]
        if fall > PIVOT and system.slack[constraint] <= (least + TIE) * fall and system.row_at[constraint] < 0:
            ratio = system.slack[constraint] / fall
            found = 0 if ratio < least - TIE else found
            least = min(least, ratio)
            system.tied[found] = -1 - constraint
            found += 1
    if found == 0:
        return NO_ROW
    chosen = system.tied[0]
    if found > 1:
        _price(system, chosen, 0)
        for number in range(1, found):
            other = system.tied[number]
            _price(system, other, 1)
            if _before(system, chosen, other):
                chosen = other
                for b in range(width):
                    system.price[0, b] = system.price[1, b]
    return chosen


@inner_kernel
def _move(system, leaving):
    """Raise what enters until `leaving` is zero; return how far."""
    width = system.count[0]
    if leaving >= 0:
        far = system.weight[leaving] / system.step[leaving]
    else:
        far = system.slack[-1 - leaving] / system.fall[-1 - leaving]
    far = max(far, 0.0)
    for a in range(width):
        system.weight[a] = max(system.weight[a] - far * system.step[a], 0.0)
    for constraint in range(system.shape[0]):
        system.slack[constraint] = max(system.slack[constraint] - far * system.fall[constraint], 0.0)
    return far


@inner_kernel
def _exchange(system, entering, is_slack, leaving):
    """Move between the block and the rest, and update the inverse of the block."""
    width = system.count[0]
    inverse = system.inverse
    far = _move(system, leaving)
    if not is_slack and leaving < 0:  # one strategy and one constraint more
        constraint = -1 - leaving
        _price(system, leaving, 0)
        pivot = system.fall[constraint]
        for a in range(width):
            for b in range(width):
                inverse[a, b] -= system.step[a] * system.price[0, b] / pivot
            inverse[a, width] = -system.step[a] / pivot
        for b in range(width):
            inverse[width, b] = system.price[0, b] / pivot
        inverse[width, width] = 1.0 / pivot
        system.rows[width], system.row_at[constraint] = constraint, width
        system.columns[width], system.column_at[entering] = entering, width
        system.weight[width] = far
        system.slack[constraint] = 0.0
        system.count[0] = width + 1
    elif not is_slack:  # one strategy for another
        pivot = system.step[leaving]
        for b in range(width):
            inverse[leaving, b] /= pivot
        for a in range(width):
            if a != leaving:
                for b in range(width):
                    inverse[a, b] -= system.step[a] * inverse[leaving, b]
        for constraint in range(system.shape[0]):
            system.column[leaving, constraint] = system.column[width, constraint]
        system.column_at[system.columns[leaving]] = -1
        system.columns[leaving], system.column_at[entering] = entering, leaving
        system.weight[leaving] = far
    elif leaving < 0:  # one constraint for another
        constraint = -1 - leaving
        position = system.row_at[entering]
        _price(system, leaving, 0)
        pivot = -system.price[0, position]
        for a in range(width):
            inverse[a, position] /= pivot
            for b in range(width):
                if b != position:
                    inverse[a, b] += system.price[0, b] * inverse[a, position]
        system.row_at[entering] = -1
        system.rows[position], system.row_at[constraint] = constraint, position
        system.slack[constraint] = 0.0
        system.slack[entering] = far
    else:  # one strategy and one constraint less; the last ones take their places
        position = system.row_at[entering]
        last = width - 1
        pivot = inverse[leaving, position]
        for a in range(width):
            if a != leaving:
                share = inverse[a, position] / pivot
                for b in range(width):
                    if b != position:
                        inverse[a, b] -= share * inverse[leaving, b]
        system.row_at[entering] = -1
        system.column_at[system.columns[leaving]] = -1
        if position != last:
            system.rows[position] = system.rows[last]
            system.row_at[system.rows[position]] = position
            for a in range(width):
                inverse[a, position] = inverse[a, last]
        if leaving != last:
            system.columns[leaving] = system.columns[last]
            system.column_at[system.columns[leaving]] = leaving
            system.weight[leaving] = system.weight[last]
            for b in range(width):
                inverse[leaving, b] = inverse[last, b]
            for constraint in range(system.shape[0]):
                system.column[leaving, constraint] = system.column[last, constraint]
        system.slack[entering] = far
        system.count[0] = last


@inner_kernel
def refresh(system):
    """Correct the inverse by one step of Newton's method, and the values with it; False when it was too far off."""
    width = system.count[0]
    for a in range(width):
        for b in range(width):
            system.spare[a, b] = 0.0
    worst = 0.0
    for b in range(width):  # spare = 1 - block @ inverse
        for c in range(width):
            total = 1.0 if b == c else 0.0
            system.spare[b, c] = total
        for a in range(width):
            entry = system.column[a, system.rows[b]]
            for c in range(width):
                system.spare[b, c] -= entry * system.inverse[a, c]
        for c in range(width):
            worst = max(worst, abs(system.spare[b, c]))
    if not worst * width < 0.5:
        return False
    for a in range(width):
        for b in range(width):
            system.price[0, b] = system.inverse[a, b]
        for b in range(width):
            share = system.inverse[a, b]
            for c in range(width):
                system.price[0, c] += share * system.spare[b, c]
        for b in range(width):
            system.inverse[a, b] = system.price[0, b]
    for a in range(width):
        total = 0.0
        for b in range(width):
            total += system.inverse[a, b]
        system.weight[a] = total
    for b in range(width):
        system.price[0, b] = 1.0
        for a in range(width):
            system.price[0, b] -= system.column[a, system.rows[b]] * system.weight[a]
    for a in range(width):
        for b in range(width):
            system.weight[a] += system.inverse[a, b] * system.price[0, b]
        system.weight[a] = max(system.weight[a], 0.0)
    system.slack[:] = 1.0
    for a in range(width):
        for constraint in range(system.shape[0]):
            system.slack[constraint] -= system.weight[a] * system.column[a, constraint]
    for constraint in range(system.shape[0]):
        if system.row_at[constraint] >= 0 or system.slack[constraint] < 0.0:
            system.slack[constraint] = 0.0
    system.count[1] = 0
    return True


@inner_kernel
def pivot(system, entering, is_slack, counts):
    """One pivot; the strategy or constraint that left, and whether it was a slack, go to the end of `counts`."""
    room = system.rows.size
    system.count[1] += 1
    if system.count[1] > max(REFRESH, 2 * system.count[0]) and not refresh(system):
        return UNDECIDED
    _fall(system, entering, is_slack)
    leaving = _leaving(system)
    if leaving == NO_ROW:
        return UNDECIDED
    if leaving < 0 and not is_slack and system.count[0] == room:
        return FULL
    counts[4] = system.columns[leaving] if leaving >= 0 else -1 - leaving
    counts[5] = leaving < 0
    _exchange(system, entering, is_slack, leaving)
    return OK


@kernel
def new_system(payoff, constraints, strategies, constraint_step, strategy_step, units, room):
    """Allocate a system; steps are those in `payoff` from one constraint and from one strategy to the next."""
    shape = np.empty(4, np.int64)
    shape[0] = constraints
    shape[1] = strategies
    shape[2] = constraint_step
    shape[3] = strategy_step
    return System(
        payoff,
        shape,
        units,
        np.empty(room, np.int64),
        np.empty(room, np.int64),
        np.empty(constraints, np.int64),
        np.empty(strategies, np.int64),
        np.empty((room, room)),
        np.empty((room, room)),
        np.empty((room + 1, constraints)),
        np.empty(room),
        np.empty(constraints),
        np.empty(room),
        np.empty(constraints),
        np.empty((2, room)),
        np.empty(constraints + room, np.int64),
        np.empty(2, np.int64),
    )
