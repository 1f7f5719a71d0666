"""The principal branch of the logit quantal response correspondence, by continuation along its length [1]_.

A point of the branch is a rationality lambda and completely mixed strategies whose log-odds within every set of alternatives
(a player's strategies, or an agent's actions) are lambda times the differences in worth. Steps are taken in the
logarithms of the probabilities, so that nothing overflows and no probability has to stay above a floor.

References
----------
.. [1] Turocy (2005), A dynamic homotopy interpretation of the logistic quantal response equilibrium correspondence, Games
   and Economic Behavior 51.
"""

import numpy as np

from deterrence_games.kernels.jit import FULL, LIMIT, OK, UNDECIDED, inner_kernel, kernel
from deterrence_games.kernels.logit_tree import tree_worth

# Lengths are measured in shares: a log-odds z in units of 1 + |z|, lambda in units of 1 + lambda.
FIRST_STEP = 0.1
LEAST_STEP = 1e-7  # below, the branch is given up
STRAIGHT = 1e-3  # a step shorter than this on a straight line that reverses the orientation crosses another branch
NEWTON = 8  # iterations
CONVERGED = 1e-7  # of Newton's method, which squares it once more
NOISE = 1e-15  # rounding of payoffs of range one, which lambda enlarges
# Where a probability falls like a power of lambda (a strategy dominated weakly), rounding grows like a power of lambda, too:
# from LARGE on, Newton's method may end with steps of up to STALLED that no longer shrink. The regret is measured anyway.
LARGE = 1e3
STALLED = 1e-3

# A step is as long as these allow: how far the prediction was off, how fast Newton's method contracted, how much the branch
# turned (Allgower and Georg 1990, Numerical continuation methods, section 6.1).
OFF = 0.15
CONTRACTION = 0.25
TURN = 0.4


@kernel
def unit_rows(payoffs, scaled):
    """Map each player's payoffs to [0, 1]; by a power of two first, so that no difference overflows.

    Parameters
    ----------
    payoffs, scaled : float64[player, profile]
    """
    for player in range(payoffs.shape[0]):
        low, high = payoffs[player, 0], payoffs[player, 0]
        for cell in range(payoffs.shape[1]):
            low = min(low, payoffs[player, cell])
            high = max(high, payoffs[player, cell])
        factor = 0.5 if max(high, -low) > 1.0 else 2.0**500
        span = high * factor - low * factor
        for cell in range(payoffs.shape[1]):
            above = payoffs[player, cell] * factor - low * factor
            scaled[player, cell] = above / span if span > 0.0 else 0.0


@inner_kernel
def strategic_worth(payoffs, shape, first, logs, share, worth, slope, digits):
    """Fill `worth` and `slope` of all strategies of a strategic form, as `tree_worth` does for a tree.

    Parameters
    ----------
    payoffs : float64[player, profile]
        Payoff tensors, each flattened in C order.
    shape, first : int64[player]
        Numbers of strategies, and where they start in `logs`.
    share : float64[strategy over all players]
        The probabilities, exp(logs).
    digits : int64[player]
        Work space.
    """
    players = shape.size
    for row in range(logs.size):
        worth[row] = 0.0
        for column in range(logs.size):
            slope[row, column] = 0.0
    for player in range(players):
        digits[player] = 0
    for cell in range(payoffs.shape[1]):
        for player in range(players):
            gain = payoffs[player, cell]
            for other in range(players):
                if other != player:
                    gain *= share[first[other] + digits[other]]
            if gain != 0.0:
                row = first[player] + digits[player]
                worth[row] += gain
                for other in range(players):
                    if other != player:
                        slope[row, first[other] + digits[other]] += gain
        player = players - 1
        while player >= 0:
            digits[player] += 1
            if digits[player] < shape[player]:
                break
            digits[player] = 0
            player -= 1


@inner_kernel
def _factor(matrix, order):
    """Factor in place with partial pivoting; the sign of the determinant, 0 when it vanishes or is no number."""
    size = order.size
    sign = 1
    for column in range(size):
        pivot = column
        for row in range(column + 1, size):
            if abs(matrix[row, column]) > abs(matrix[pivot, column]):
                pivot = row
        order[column] = pivot
        if not abs(matrix[pivot, column]) > 0.0:
            return 0
        if pivot != column:
            sign = -sign
            for k in range(size):
                matrix[column, k], matrix[pivot, k] = matrix[pivot, k], matrix[column, k]
        if matrix[column, column] < 0.0:
            sign = -sign
        inverse = 1.0 / matrix[column, column]
        for row in range(column + 1, size):
            if matrix[row, column] != 0.0:
                factor = matrix[row, column] * inverse
                matrix[row, column] = factor
                for k in range(column + 1, size):
                    matrix[row, k] -= factor * matrix[column, k]
    return sign


@inner_kernel
def _substitute(matrix, order, right):
    """Solve the factored system; `right` becomes the solution."""
    size = order.size
    for column in range(size):
        right[column], right[order[column]] = right[order[column]], right[column]
    for row in range(size):
        for k in range(row):
            right[row] -= matrix[row, k] * right[k]
    for row in range(size - 1, -1, -1):
        for k in range(row + 1, size):
            right[row] -= matrix[row, k] * right[k]
        right[row] /= matrix[row, row]


@inner_kernel
def _normalise(logs, first, count, share):
    """Subtract from the logarithms of each set what makes the probabilities sum to one, and fill `share`."""
    for own in range(first.size):
        top = -np.inf
        for entry in range(first[own], first[own] + count[own]):
            top = max(top, logs[entry])
        total = 0.0
        for entry in range(first[own], first[own] + count[own]):
            total += np.exp(logs[entry] - top)
        total = top + np.log(total)
        for entry in range(first[own], first[own] + count[own]):
            logs[entry] -= total
            share[entry] = np.exp(logs[entry])


@inner_kernel
def _linearise(logs, lam, share, worth, slope, first, count, free, chief, weight, scale, row_slope, matrix, residual):
    """Fill the equations of the correspondence, in shares of 1 + lambda, and their derivatives in units of `weight`, `scale`.

    The unknowns are the log-odds of the entries in `free` against the likeliest of their set, in `chief`, and lambda.
    """
    size = free.size
    lift = 1.0 / (1.0 + lam)
    for row in range(size):
        entry = free[row]
        other = chief[entry]
        gap = worth[entry] - worth[other]
        residual[row] = lift * (logs[entry] - logs[other] - lam * gap)
        for own in range(first.size):
            total = 0.0
            for column in range(first[own], first[own] + count[own]):
                row_slope[column] = slope[entry, column] - slope[other, column]
                total += row_slope[column]
            for column in range(first[own], first[own] + count[own]):
                row_slope[column] -= share[column] * total
        for column in range(size):
            one = 1.0 if row == column else 0.0
            matrix[row, column] = lift * weight[column] * (one - lam * row_slope[free[column]])
        matrix[row, size] = -lift * scale * gap


@inner_kernel
def _set_regret(share, worth, first, count):
    """Largest gain of any player or agent from its best alternative."""
    regret = 0.0
    for own in range(first.size):
        best = -np.inf
        kept = 0.0
        for entry in range(first[own], first[own] + count[own]):
            best = max(best, worth[entry])
            kept += share[entry] * worth[entry]
        regret = max(regret, best - kept)
    return regret


@kernel
def principal_branch(
    strategic, payoffs, shape,
    kind, outcome, child_first, child_count, child, slot_first, slot_count, slot_player, slot_actions, slot_stride,
    set_first, set_entry, type_count, type_first, profile_type,
    payoff, prior, chance, first, count, target, greatest, lambdas, points, regrets, belief, found,
):  # fmt: skip
    """Follow the branch from lambda = 0 until the regret is at most `target`.

    Parameters
    ----------
    strategic : bool
        Whether the game is a strategic form, given by `payoffs` and `shape` as in `strategic_worth`; the arrays from `kind` to
        `chance` then are empty. Else it is a tree, given as in `tree_worth`, and `payoffs` and `shape` are empty.
    first, count : int64[set]
        Where the alternatives of each player or agent start in a vector of entries, and their number.
    target : float
        Regret at which to stop.
    greatest : float
        Lambda at which to stop.
    lambdas, regrets : float64[point]
    points : float64[point, entry]
        Logarithms of the probabilities. The three are filled in place with the points of the branch, as many as there is room.
    belief : float64[node, type over all players]
        On return the logarithms of the beliefs at the last point (trees).
    found : int64[3]
        On return the numbers of points, of Newton iterations, and of crossings with other branches.

    Returns
    -------
    int
        ``OK`` when the target was reached, ``LIMIT`` at the greatest lambda, ``FULL`` when there is no room for a further
        point, ``UNDECIDED`` when steps became too short.
    """
    entries = points.shape[1]
    size = entries - first.size
    logs = np.zeros(entries)
    trial = np.empty(entries)
    share = np.empty(entries)
    worth = np.zeros(entries)
    slope = np.zeros((entries, entries))
    row_slope = np.empty(entries)
    free = np.empty(size, np.int64)
    chief = np.empty(entries, np.int64)
    weight = np.empty(size)
    drift = np.zeros(entries)  # the direction in the logarithms, up to a constant in each set
    matrix = np.empty((size + 1, size + 1))
    order = np.empty(size + 1, np.int64)
    right = np.empty(size + 1)
    tangent = np.zeros(size + 1)
    digits = np.empty(shape.size, np.int64)
    kinds = 0 if strategic else prior.size
    nodes = kind.size
    wide = 0 if strategic else entries
    belief_slope = np.empty((nodes, kinds, wide))
    predicted = np.empty(wide)
    predicted_slope = np.empty((wide, wide))
    value = np.empty((nodes, kinds))
    value_slope = np.empty((nodes, kinds, wide))
    turn = np.empty(wide)

    _normalise(logs, first, count, share)
    lam = 0.0
    pace = 1.0  # the direction in lambda
    step = FIRST_STEP
    orientation = 1
    found[:] = 0
    while True:
        # Coordinates of this step: log-odds against the likeliest alternative, in units of their size.
        position = 0
        for own in range(first.size):
            likeliest = first[own]
            for entry in range(first[own], first[own] + count[own]):
                if logs[entry] > logs[likeliest]:
                    likeliest = entry
            for entry in range(first[own], first[own] + count[own]):
                chief[entry] = likeliest
                if entry != likeliest:
                    free[position] = entry
                    weight[position] = 1.0 + logs[likeliest] - logs[entry]
                    tangent[position] = (drift[entry] - drift[likeliest]) / weight[position]
                    position += 1
        scale = 1.0 + lam
        tangent[size] = pace / scale
        length = 0.0
        for k in range(size + 1):
            length += tangent[k] * tangent[k]
        for k in range(size + 1):
            tangent[k] /= np.sqrt(length)

        start = found[0] == 0  # nothing to predict: measure the point at lambda = 0 and its direction
        while True:
            ahead = 0.0 if start else step
            for entry in range(entries):
                trial[entry] = logs[entry]
            for k in range(size):
                trial[free[k]] += ahead * weight[k] * tangent[k]
            new = lam + ahead * scale * tangent[size]
            off = 0.0
            contraction = 0.0
            last = np.inf
            good = new >= 0.0
            settled = start
            for iteration in range(NEWTON + 1):
                if not good:
                    break
                _normalise(trial, first, count, share)
                if strategic:
                    strategic_worth(payoffs, shape, first, trial, share, worth, slope, digits)
                else:
                    tree_worth(
                        kind, outcome, child_first, child_count, child,
                        slot_first, slot_count, slot_player, slot_actions, slot_stride,
                        set_first, set_entry, type_count, type_first, profile_type, payoff, prior, chance, trial, worth, slope,
                        belief, belief_slope, predicted, predicted_slope, value, value_slope, turn,
                    )  # fmt: skip
                _linearise(trial, new, share, worth, slope, first, count, free, chief, weight, scale, row_slope, matrix, right)
                for k in range(size + 1):
                    matrix[size, k] = tangent[k]
                sign = _factor(matrix, order)
                if sign == 0:
                    good = False
                    break
                if settled:
                    break
                if iteration == NEWTON:
                    good = False
                    break
                right[size] = 0.0
                _substitute(matrix, order, right)
                found[1] += 1
                length = 0.0
                for k in range(size + 1):
                    length += right[k] * right[k]
                length = np.sqrt(length)
                if not length <= 4.0 * OFF:
                    good = False
                    break
                stalled = iteration > 1 and new > LARGE and length <= STALLED and length > 0.5 * last
                if iteration == 0:
                    off = length
                elif not stalled and length > 1e-6:
                    contraction = max(contraction, length / last)
                    if contraction > 0.8:
                        good = False
                        break
                last = length
                for k in range(size):
                    trial[free[k]] -= weight[k] * right[k]
                new -= scale * right[size]
                good = new >= 0.0
                settled = stalled or length <= CONVERGED + NOISE * new
            change = 2.0
            crossing = False
            if good:
                for k in range(size):
                    right[k] = 0.0
                right[size] = 1.0
                _substitute(matrix, order, right)
                length = 0.0
                for k in range(size + 1):
                    length += right[k] * right[k]
                turned = np.arccos(min(1.0, 1.0 / np.sqrt(length)))  # its product with the old direction is one
                if start:
                    break
                crossing = sign != orientation
                change = max(np.sqrt(off / OFF), np.sqrt(contraction / CONTRACTION), turned / TURN)
                if crossing and step < STRAIGHT and turned < 0.01:
                    orientation = sign
                    found[2] += 1
                    crossing = False
            if good and not crossing and change < 2.0:
                break
            step *= 0.5
            if step < LEAST_STEP:
                return UNDECIDED

        for entry in range(entries):
            logs[entry] = trial[entry]
            drift[entry] = 0.0
        for k in range(size):
            drift[free[k]] = weight[k] * right[k]
        pace = scale * right[size]
        lam = new
        if not start:
            step /= min(max(change, 0.4), 2.0)
        if found[0] == points.shape[0]:
            return FULL
        at = found[0]
        lambdas[at] = lam
        regrets[at] = _set_regret(share, worth, first, count)
        for entry in range(entries):
            points[at, entry] = logs[entry]
        found[0] += 1
        if regrets[at] <= target:
            return OK
        if lam >= greatest:
            return LIMIT
