"""Which pairs of supports of many small two-player games cannot hold an equilibrium, for a block of games at a time.

The same few operations are done for every pair of supports of equal size, whatever a single game would let us skip: without
branches the compiler works on several games with each instruction, which is ten times faster than to branch game by game.
"""

import numpy as np

from deterrence_games.kernels.jit import borrowing_kernel, inner_kernel
from deterrence_games.kernels.small_games import HUGE, TINY

MOST = 4  # strategies a player
BLOCK = 64  # games side by side; what is held of them stays in the first-level cache
CELLS = MOST * MOST
HIGH, LOW, TOTAL = 2 * CELLS, 2 * CELLS + 1, 2 * CELLS + 2  # rows of `work` after both players' payoffs
WORK = 2 * CELLS + 3
FRAME = 3 * MOST
RULED_OUT, OPEN, PURE_RULED_OUT, PURE_OPEN = 0, 1, 2, 3  # rows of `marks`
MARKS = 4
FLAT = 1e-4  # systems with a smaller determinant are left to the complete search
FAR = 4.0  # a difference that no two payoffs have, for strategies that are not there
EXPONENT = 0x7FF << 52  # the bits of a float that hold its exponent
MIRROR = 2045 << 52  # less the exponent of a number: that of a factor that brings it to 1/2 to 1

MEMBERS = np.array([[i for i in range(MOST) if mask >> i & 1] + [0] * (MOST - mask.bit_count()) for mask in range(1 << MOST)])
SIZE = np.array([mask.bit_count() for mask in range(1 << MOST)])
# Members, then the others.
ORDER = np.array([sorted(range(MOST), key=lambda i, mask=mask: (1 - (mask >> i & 1), i)) for mask in range(1 << MOST)])
# All pairs of supports of one equal size from two on, small ones first: 53, so that an int64 has a bit for each.
PAIRS = np.array([
    (rows, columns)
    for size in range(2, MOST + 1)
    for rows in range(1 << MOST) for columns in range(1 << MOST)
    if rows.bit_count() == columns.bit_count() == size
])  # fmt: skip


@inner_kernel
def _copy_scaled(payoffs, start, size, work, bits):
    """Copy the payoffs, one row an outcome and one column a game, times powers of two that bring each range to 1/2 to 1.

    A game whose payoffs are all the same to a player, not finite, or too small or large to be told apart by their differences
    gets zero or NaN in row `TOTAL`, others a positive number. `bits` is `work` as int64.
    """
    rows, columns = payoffs.shape[2], payoffs.shape[3]
    for game in range(size):
        for row in range(rows):
            for column in range(columns):
                work[(MOST * row + column) * BLOCK + game] = payoffs[start + game, 0, row, column]
                work[(CELLS + MOST * row + column) * BLOCK + game] = payoffs[start + game, 1, row, column]
    for game in range(BLOCK):
        work[TOTAL * BLOCK + game] = 1.0
    for player in range(2):
        first = work[player * CELLS * BLOCK : (player * CELLS + 1) * BLOCK]
        for game in range(BLOCK):
            work[HIGH * BLOCK + game] = work[LOW * BLOCK + game] = first[game]
        summary = work[HIGH * BLOCK :]
        for row in range(rows):
            for column in range(columns):
                at = (player * CELLS + MOST * row + column) * BLOCK
                own = work[at : at + BLOCK]
                for game in range(BLOCK):
                    payoff, high, low = own[game], summary[game], summary[BLOCK + game]
                    summary[game] = payoff if payoff > high else high
                    summary[BLOCK + game] = payoff if payoff < low else low
                    summary[2 * BLOCK + game] *= 1.0 if abs(payoff) < HUGE else 0.0  # false for NaN
        for game in range(BLOCK):
            width = summary[game] - summary[BLOCK + game]
            summary[2 * BLOCK + game] *= 1.0 if width >= TINY else 0.0
            summary[game] = width if width < HUGE else HUGE
        for game in range(BLOCK):
            bits[LOW * BLOCK + game] = MIRROR - (bits[HIGH * BLOCK + game] & EXPONENT)
        factor = work[LOW * BLOCK : (LOW + 1) * BLOCK]
        for row in range(rows):
            for column in range(columns):
                at = (player * CELLS + MOST * row + column) * BLOCK
                own = work[at : at + BLOCK]
                for game in range(BLOCK):
                    own[game] *= factor[game]


@inner_kernel
def _sieve_pure(work, frame, marks, player, own_count, other, least):
    """Mark the pure strategies of a player that clearly are no best reply to one of the other's, and ties among the best."""
    own_step, other_step = (MOST, 1) if player == 0 else (1, MOST)
    for own in range(MOST):
        at = (player * CELLS + own_step * own + other_step * other) * BLOCK
        worth = work[at : at + BLOCK]
        place = frame[own * BLOCK : (own + 1) * BLOCK]
        for game in range(BLOCK):
            place[game] = worth[game] if own < own_count else -HUGE
    bit_0 = np.int64(1) << other_step * other
    bit_1, bit_2, bit_3 = bit_0 << own_step, bit_0 << 2 * own_step, bit_0 << 3 * own_step
    every = bit_0 | bit_1 | bit_2 | bit_3
    none = np.int64(0)
    for game in range(BLOCK):
        a, b, c, d = frame[game], frame[BLOCK + game], frame[2 * BLOCK + game], frame[3 * BLOCK + game]
        high, other_high = a if a > b else b, c if c > d else d
        near = (high if high > other_high else other_high) - least
        best = (bit_0 if a >= near else none) | (bit_1 if b >= near else none)
        best |= (bit_2 if c >= near else none) | (bit_3 if d >= near else none)
        marks[PURE_RULED_OUT * BLOCK + game] |= every & ~best
        marks[PURE_OPEN * BLOCK + game] |= best if best & (best - 1) else none


@inner_kernel
def _sieve_two(frame, marks, bit, least):
    """Mark a pair of supports of two strategies each; see `_sieve_mixed`."""
    none = np.int64(0)
    for game in range(BLOCK):
        u0, u1 = frame[game], frame[3 * BLOCK + game]
        x0, x1 = u1, -u0
        slack = x0 * frame[BLOCK + game] + x1 * frame[4 * BLOCK + game]
        other_slack = x0 * frame[2 * BLOCK + game] + x1 * frame[5 * BLOCK + game]
        total = x0 + x1
        slack, other_slack = slack if total > 0.0 else -slack, other_slack if total > 0.0 else -other_slack
        slack = slack if slack < other_slack else other_slack
        low, high = x0 if x0 < x1 else x1, x0 if x0 > x1 else x1
        regular = abs(total) >= FLAT
        clear = ((low > least) | (high < -least)) & regular & (slack > least)
        gone = ((low < -least) & (high > least)) | (regular & (slack < -least))
        marks[game] |= bit if gone else none
        marks[BLOCK + game] |= none if clear else bit


@inner_kernel
def _sieve_three(frame, marks, bit, least):
    """Mark a pair of supports of three strategies each; see `_sieve_mixed`."""
    none = np.int64(0)
    for game in range(BLOCK):
        u0, u1, u2 = frame[game], frame[3 * BLOCK + game], frame[6 * BLOCK + game]
        v0, v1, v2 = frame[BLOCK + game], frame[4 * BLOCK + game], frame[7 * BLOCK + game]
        x0, x1, x2 = u1 * v2 - u2 * v1, u2 * v0 - u0 * v2, u0 * v1 - u1 * v0
        slack = x0 * frame[2 * BLOCK + game] + x1 * frame[5 * BLOCK + game] + x2 * frame[8 * BLOCK + game]
        total = x0 + x1 + x2
        slack = slack if total > 0.0 else -slack
        low, high = x0 if x0 < x1 else x1, x0 if x0 > x1 else x1
        low, high = low if low < x2 else x2, high if high > x2 else x2
        regular = abs(total) >= FLAT
        clear = ((low > least) | (high < -least)) & regular & (slack > least)
        gone = ((low < -least) & (high > least)) | (regular & (slack < -least))
        marks[game] |= bit if gone else none
        marks[BLOCK + game] |= none if clear else bit


@inner_kernel
def _sieve_four(frame, marks, bit, least):
    """Mark the pair of all strategies of both players; see `_sieve_mixed`."""
    none = np.int64(0)
    for game in range(BLOCK):
        u0, v0, w0 = frame[game], frame[BLOCK + game], frame[2 * BLOCK + game]
        u1, v1, w1 = frame[3 * BLOCK + game], frame[4 * BLOCK + game], frame[5 * BLOCK + game]
        u2, v2, w2 = frame[6 * BLOCK + game], frame[7 * BLOCK + game], frame[8 * BLOCK + game]
        u3, v3, w3 = frame[9 * BLOCK + game], frame[10 * BLOCK + game], frame[11 * BLOCK + game]
        m01, m02, m03 = u0 * v1 - u1 * v0, u0 * v2 - u2 * v0, u0 * v3 - u3 * v0
        m12, m13, m23 = u1 * v2 - u2 * v1, u1 * v3 - u3 * v1, u2 * v3 - u3 * v2
        x0, x1 = m12 * w3 - m13 * w2 + m23 * w1, m03 * w2 - m02 * w3 - m23 * w0
        x2, x3 = m01 * w3 - m03 * w1 + m13 * w0, m02 * w1 - m01 * w2 - m12 * w0
        low, high = x0 if x0 < x1 else x1, x0 if x0 > x1 else x1
        other_low, other_high = x2 if x2 < x3 else x3, x2 if x2 > x3 else x3
        low, high = low if low < other_low else other_low, high if high > other_high else other_high
        clear = ((low > least) | (high < -least)) & (abs(x0 + x1 + x2 + x3) >= FLAT)
        marks[game] |= bit if (low < -least) & (high > least) else none
        marks[BLOCK + game] |= none if clear else bit


@inner_kernel
def _sieve_mixed(work, frame, marks, player, own, other, other_count, bit, least):
    """Mark what is known of the mixture of a player's set `own` that makes the other indifferent over a set of as many.

    It is ruled out when some probability is negative or a strategy outside the set clearly pays more, and open when it does
    not clearly exist. The mixture is the null vector of the differences between the other's strategies, by minors, whose error
    is some 1e-14 of what they are compared with; their sum is the determinant of the system.
    """
    own_step, other_step = (MOST, 1) if player == 0 else (1, MOST)
    for place in range(SIZE[own]):
        at = ((1 - player) * CELLS + own_step * MEMBERS[own, place]) * BLOCK
        base_at = at + other_step * ORDER[other, 0] * BLOCK
        base = work[base_at : base_at + BLOCK]
        for rival in range(1, MOST):
            difference = frame[(3 * place + rival - 1) * BLOCK : (3 * place + rival) * BLOCK]
            if ORDER[other, rival] < other_count:
                rival_at = at + other_step * ORDER[other, rival] * BLOCK
                worth = work[rival_at : rival_at + BLOCK]
                for game in range(BLOCK):
                    difference[game] = base[game] - worth[game]
            else:
                for game in range(BLOCK):
                    difference[game] = FAR
    if SIZE[own] == 2:
        _sieve_two(frame, marks, bit, least)
    elif SIZE[own] == 3:
        _sieve_three(frame, marks, bit, least)
    else:
        _sieve_four(frame, marks, bit, least)


@borrowing_kernel
def sieve_games(payoffs, start, size, least, work, bits, frame, marks):
    """Mark the pairs of supports of equal size that hold no equilibrium of each game of a block, and those left open.

    Parameters
    ----------
    payoffs : float64[game, 2, m, n]
    start, size : int
        The block: `size` games, at most ``BLOCK``.
    least : float
        Differences up to this share of a player's range of payoffs are neither positive nor negative.
    work : float64[WORK * BLOCK]
        Filled with the scaled payoffs: that of a player for an outcome in row ``CELLS * player + MOST * row + column``; in row
        ``TOTAL``, zero for games that need another search.
    bits : int64[WORK * BLOCK]
        The memory of `work`.
    frame : float64[FRAME * BLOCK]
        Work space.
    marks : int64[MARKS * BLOCK]
        Filled with bits: rows ``RULED_OUT`` and ``OPEN``, in the order of `PAIRS`; rows ``PURE_RULED_OUT`` and ``PURE_OPEN``,
        bit ``MOST * row + column`` for the pure strategies.
    """
    rows, columns = payoffs.shape[2], payoffs.shape[3]
    marks[:] = 0
    _copy_scaled(payoffs, start, size, work, bits)
    for player in range(2):  # one call each, since the compiler copies the callee to every call
        for other in range(payoffs.shape[3 - player]):
            _sieve_pure(work, frame, marks, player, payoffs.shape[2 + player], other, least)
    for pair in range(len(PAIRS)):
        if PAIRS[pair, 0] < 1 << rows and PAIRS[pair, 1] < 1 << columns:
            for player in range(2):
                own, other = PAIRS[pair, player], PAIRS[pair, 1 - player]
                _sieve_mixed(work, frame, marks, player, own, other, payoffs.shape[3 - player], np.int64(1) << pair, least)
