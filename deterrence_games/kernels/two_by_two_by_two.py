"""All Nash equilibria of three-player games with two strategies each in closed form, where nothing is near a tie.

What a player's second strategy is worth more than its first, its gain, is ``c0 + c1 p + c2 q + c3 p q`` in the others'
probabilities of their second strategies. Two players who mix against a third's pure strategy face two linear equations. Where
all three mix, two of the equations give the second and third player's probabilities as ratios of linear functions of the
first's, and the third equation is then a quadratic, so at most two equilibria have everybody mix.

A game is called clear when each sign that decides about a support is known in spite of rounding: with gains scaled to one,
every gain at a corner and at an equilibrium's unused strategy is at least a guard away from zero, and so are, besides their own
rounding error, the discriminant and the distance of each solution from the border. Then nobody mixes alone, every equilibrium
is a simple solution, and their number is odd. Games that are not clear are left to `polynomial_enumeration`.
"""

import numpy as np

from deterrence_games.kernels.jit import borrowing_kernel, inner_kernel

# Bounds the number of equilibria of a clear game: 4 pure ones, as no two differ in one player's strategy only; one against
# each of the six pure strategies; 2 in which everybody mixes.
MOST = 12
HUGE, TINY = 1e300, 1e-280  # scales beyond are left to the complete search
ROUNDING = 1e-13  # bounds the error of the quadratic's coefficients, sums of 16 products of factors up to 4, many times over
VAGUE = 1e-6  # a root known less exactly than this is not clear
FLAT = 1e-3  # below, numerator and denominator of a ratio vanish together
SIMPLE = 1e-6  # the least determinant of a simple solution


@inner_kernel
def _gains(payoffs, game, gain, guard):
    """Fill `gain` (player, action of the first other, of the second), scaled to one; whether all are away from zero."""
    for player in range(3):
        own = 4 >> player
        first = 4 if player > 0 else 2
        second = 1 if player < 2 else 2
        scale = 0.0
        for a in range(2):
            for b in range(2):
                cell = a * first + b * second
                value = payoffs[game, player, cell + own] - payoffs[game, player, cell]
                if not abs(value) <= HUGE:
                    return False
                gain[player, a, b] = value
                scale = max(scale, abs(value))
        if scale < TINY:
            return False
        for a in range(2):
            for b in range(2):
                gain[player, a, b] /= scale
                if abs(gain[player, a, b]) < guard:
                    return False
    return True


@inner_kernel
def _between(gain, player, p, q):
    """A player's gain when the others use their second strategies with probabilities `p` and `q`."""
    low = gain[player, 0, 0] + q * (gain[player, 0, 1] - gain[player, 0, 0])
    high = gain[player, 1, 0] + q * (gain[player, 1, 1] - gain[player, 1, 0])
    return low + p * (high - low)


@inner_kernel
def _write(profile, row, x, y, z):
    """Write a profile of probabilities of second strategies."""
    profile[row, 0] = 1.0 - x
    profile[row, 1] = x
    profile[row, 2] = 1.0 - y
    profile[row, 3] = y
    profile[row, 4] = 1.0 - z
    profile[row, 5] = z


@inner_kernel
def _balance(low, high):
    """The probability at which a gain that goes from `low` to `high` is zero; -1 where it keeps its sign."""
    return low / (low - high) if (low < 0.0) != (high < 0.0) else -1.0


@inner_kernel
def _two_mix(gain, pure, action, guard, profile, row):
    """Whether the other two mix against a player's pure action in equilibrium: 1, 0, or -1 when that is not clear."""
    if pure == 0:
        p = _balance(gain[2, action, 0], gain[2, action, 1])  # the second player's, which the third balances
        q = _balance(gain[1, action, 0], gain[1, action, 1])
    elif pure == 1:
        p = _balance(gain[2, 0, action], gain[2, 1, action])
        q = _balance(gain[0, action, 0], gain[0, action, 1])
    else:
        p = _balance(gain[1, 0, action], gain[1, 1, action])
        q = _balance(gain[0, 0, action], gain[0, 1, action])
    if p < 0.0 or q < 0.0:
        return 0
    own = _between(gain, pure, p, q)
    if abs(own) < guard:
        return -1
    if (own > 0.0) != (action == 1):
        return 0
    if pure == 0:
        _write(profile, row, action, p, q)
    elif pure == 1:
        _write(profile, row, p, action, q)
    else:
        _write(profile, row, p, q, action)
    return 1


@inner_kernel
def _ratio(top, bottom, error):
    """The probability ``-top / bottom`` and its error, given that of both; -1 clearly beyond the border, NaN in doubt."""
    if abs(bottom) < 0.5 * abs(top) and abs(top) > FLAT:
        return -1.0, 0.0
    if abs(bottom) < FLAT:
        return np.nan, 0.0
    value = -top / bottom
    return value, error * (1.0 + abs(value)) / abs(bottom)


@inner_kernel
def _place(value, margin):
    """1 inside the unit interval, 0 outside, -1 when that is not clear (or NaN)."""
    if value < -margin or value > 1.0 + margin:
        return 0
    return 1 if value > margin and value < 1.0 - margin else -1


@inner_kernel
def _all_mix(gain, guard, profile, row):
    """Write the equilibria in which everybody mixes; return how many, or -1 when that is not clear."""
    for player in range(3):
        positive = 0
        for a in range(2):
            for b in range(2):
                if gain[player, a, b] > 0.0:
                    positive += 1
        if positive == 0 or positive == 4:
            return 0
    c0, c1, c2 = gain[0, 0, 0], gain[0, 1, 0] - gain[0, 0, 0], gain[0, 0, 1] - gain[0, 0, 0]
    c3 = gain[0, 1, 1] - gain[0, 1, 0] - c2
    a0, a1, a2 = gain[1, 0, 0], gain[1, 1, 0] - gain[1, 0, 0], gain[1, 0, 1] - gain[1, 0, 0]
    a3 = gain[1, 1, 1] - gain[1, 1, 0] - a2
    b0, b1, b2 = gain[2, 0, 0], gain[2, 1, 0] - gain[2, 0, 0], gain[2, 0, 1] - gain[2, 0, 0]
    b3 = gain[2, 1, 1] - gain[2, 1, 0] - b2
    constant = c0 * b2 * a2 - c1 * b0 * a2 - c2 * a0 * b2 + c3 * a0 * b0
    linear = c0 * (b2 * a3 + b3 * a2) - c1 * (b0 * a3 + b1 * a2) - c2 * (a0 * b3 + a1 * b2) + c3 * (a0 * b1 + a1 * b0)
    square = c0 * b3 * a3 - c1 * b1 * a3 - c2 * a1 * b3 + c3 * a1 * b1
    size = max(abs(constant), abs(linear), abs(square))
    discriminant = linear * linear - 4.0 * square * constant
    if size < guard or abs(discriminant) < guard * size * size:
        return -1
    if discriminant < 0.0:
        return 0
    root = np.sqrt(discriminant)
    error = ROUNDING / root
    if error > VAGUE:
        return -1
    half = -0.5 * (linear + root) if linear > 0.0 else -0.5 * (linear - root)
    count = 0
    for turn in range(2):
        if turn == 0:
            if 2.0 * abs(square) < abs(half):
                continue  # a root beyond two
            x = half / square
        else:
            x = constant / half
        inside = _place(x, guard + error)
        if inside == 0:
            continue
        z, spread_z = _ratio(a0 + a1 * x, a2 + a3 * x, 4.0 * error + ROUNDING)
        y, spread_y = _ratio(b0 + b1 * x, b2 + b3 * x, 4.0 * error + ROUNDING)
        inside_y, inside_z = _place(y, guard + spread_y), _place(z, guard + spread_z)
        if inside_y == 0 or inside_z == 0:
            continue
        if inside < 0 or inside_y < 0 or inside_z < 0:
            return -1
        # One step of Newton's method in all three; the determinant tells whether the solution is simple.
        gain_x, gain_y, gain_z = _between(gain, 0, y, z), _between(gain, 1, x, z), _between(gain, 2, x, y)
        xy, xz = c1 + c3 * z, c2 + c3 * y
        yx, yz = a1 + a3 * z, a2 + a3 * x
        zx, zy = b1 + b3 * y, b2 + b3 * x
        determinant = xy * yz * zx + xz * yx * zy
        if abs(determinant) < SIMPLE:
            return -1
        step_x = (-yz * zy * gain_x + xz * zy * gain_y + xy * yz * gain_z) / determinant
        step_y = (yz * zx * gain_x - xz * zx * gain_y + xz * yx * gain_z) / determinant
        step_z = (yx * zy * gain_x + xy * zx * gain_y - xy * yx * gain_z) / determinant
        if not abs(step_x) + abs(step_y) + abs(step_z) < guard:
            return -1
        _write(profile, row + count, x - step_x, y - step_y, z - step_z)
        count += 1
    return count


@borrowing_kernel
def solve_clear_games(payoffs, guard, gain, count, profile):
    """Find all equilibria of each game that is clear.

    Parameters
    ----------
    payoffs : float64[game, 3, 8]
        Payoff tensors flattened in C order.
    guard : float
        What is nearer to a tie than this share of a player's largest gain, or than this probability, is not clear; at least
        1e-6, so that rounding decides nothing.
    gain : float64[3, 2, 2]
        Work space.
    count : int64[game]
        Filled in place: the number of equilibria, -1 for a game that is not clear (NaN and infinities are not).
    profile : float64[MOST * game, 6]
        Filled in place: the equilibria of all clear games, one after the other; parts of a support come before the whole.

    Returns
    -------
    int
        Number of rows filled.
    """
    total = 0
    for game in range(payoffs.shape[0]):
        count[game] = -1
        if not _gains(payoffs, game, gain, guard):
            continue
        row = total
        clear = True
        for support in range(27):  # of each player the first strategy, the second, or both
            i, j, k = support // 9, support // 3 % 3, support % 3
            mixing = (i == 2) + (j == 2) + (k == 2)
            if mixing == 0:
                if (
                    (gain[0, j, k] > 0.0) == (i == 1)
                    and (gain[1, i, k] > 0.0) == (j == 1)
                    and (gain[2, i, j] > 0.0) == (k == 1)
                ):
                    _write(profile, row, i, j, k)
                    row += 1
                continue
            found = 0
            if mixing == 2:
                if i < 2:
                    found = _two_mix(gain, 0, i, guard, profile, row)
                elif j < 2:
                    found = _two_mix(gain, 1, j, guard, profile, row)
                else:
                    found = _two_mix(gain, 2, k, guard, profile, row)
            elif mixing == 3:
                found = _all_mix(gain, guard, profile, row)
            if found < 0:
                clear = False
                break
            row += found
        if clear and (row - total) % 2 == 1:  # an even number would show an error here
            count[game] = row - total
            total = row
    return total
