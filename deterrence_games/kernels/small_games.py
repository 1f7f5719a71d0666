"""All equilibria of many 2x2 games in closed form.

Each player has at most three strategies that can be part of an extreme equilibrium: the two pure ones, and the mixture
that makes the other player indifferent, where one exists. So the nine pairs of them, one bit each, and the two mixtures
say everything about a game. Derived here, from the signs of the four payoff differences.
"""

import numpy as np

from deterrence_games.kernels.jit import OK, UNDECIDED, borrowing_kernel
from deterrence_games.kernels.pair_regret import CERTIFIED, pair_regret_2x2

# How one game of a batch ended; UNDECIDED lies between.
COMPLETE = 0
CONTINUUM = 1  # complete, and some extreme equilibria are ends of a continuum
INVALID = 3  # a payoff is NaN or infinite
DOUBTFUL = 4  # within the kernels only: left to the complete search

MIXED = 2  # the two pure strategies are 0 and 1
# The strategies of both players behind each bit, in the order in which equilibria are listed: small supports first, then
# those that put more on the first strategy.
ROW_OF_BIT = np.array([0, 0, 1, 1, 0, MIXED, MIXED, 1, MIXED])
COLUMN_OF_BIT = np.array([0, 1, 0, 1, MIXED, 0, 1, MIXED, MIXED])
LOWEST = np.array([0] + [(mask & -mask).bit_length() - 1 for mask in range(1, 512)])
BIT_OF_PAIR = np.array([[0, 1, 4], [2, 3, 7], [5, 6, 8]])

BLOCK = 256  # games whose results stay in the first-level cache between the passes
TINY = 1e-290  # differences below lose digits
HUGE = 1e300  # and sums of differences above overflow


@borrowing_kernel
def classify_games(payoffs, guard, work, count, status, mask, row_mixing, column_mixing):
    """Find the equilibria of every 2x2 game, as bits.

    Parameters
    ----------
    payoffs : float64[game * 8]
        Payoffs of each game, first player's first, in C order.
    guard : float
        A payoff difference is taken at its sign when it is zero or larger than this share of its owner's range of payoffs;
        else the game is ``DOUBTFUL``.
    work : float64[BLOCK]
    count, mask : uint16[game]
        Filled in place: numbers of extreme equilibria, and which of the nine pairs they are.
    status : uint8[game]
        Filled in place.
    row_mixing, column_mixing : float64[game]
        Filled in place: probability of the player's first strategy in the mixture that makes the other indifferent; NaN
        where there is none.

    Returns
    -------
    int
        ``OK``.
    """
    games = mask.size
    start = 0
    while start < games:  # with a range of steps the compiler gives up vector instructions
        size = min(BLOCK, games - start)
        # Few arrays and no branch, so that the compiler uses vector instructions: 130 million games a second instead
        # of 25. Whatever is stored in `work` is a float for the same reason.
        for game in range(size):
            at = 8 * (start + game)
            a00, a01, a10, a11 = payoffs[at], payoffs[at + 1], payoffs[at + 2], payoffs[at + 3]
            b00, b01, b10, b11 = payoffs[at + 4], payoffs[at + 5], payoffs[at + 6], payoffs[at + 7]
            left, right = a00 - a10, a01 - a11  # what the first row gains on the second, against each column
            top, bottom = b00 - b01, b10 - b11  # and the first column on the second, against each row
            high, other_high = a00 if a00 > a01 else a01, a10 if a10 > a11 else a11
            low, other_low = a00 if a00 < a01 else a01, a10 if a10 < a11 else a11
            least = guard * ((high if high > other_high else other_high) - (low if low < other_low else other_low))
            least = least if least > TINY else TINY
            clear = abs(left) + abs(right) + abs(top) + abs(bottom) < HUGE  # false for NaN
            clear &= ((left == 0.0) | (abs(left) > least)) & ((right == 0.0) | (abs(right) > least))
            high, other_high = b00 if b00 > b01 else b01, b10 if b10 > b11 else b11
            low, other_low = b00 if b00 < b01 else b01, b10 if b10 < b11 else b11
            least = guard * ((high if high > other_high else other_high) - (low if low < other_low else other_low))
            least = least if least > TINY else TINY
            clear &= ((top == 0.0) | (abs(top) > least)) & ((bottom == 0.0) | (abs(bottom) > least))

            row_mixes = ((top > 0.0) & (bottom < 0.0)) | ((top < 0.0) & (bottom > 0.0))
            column_mixes = ((left > 0.0) & (right < 0.0)) | ((left < 0.0) & (right > 0.0))
            bit_0 = (left >= 0.0) & (top >= 0.0)
            bit_1 = (right >= 0.0) & (top <= 0.0)
            bit_2 = (left <= 0.0) & (bottom >= 0.0)
            bit_3 = (right <= 0.0) & (bottom <= 0.0)
            bit_4 = column_mixes & (top == 0.0)
            bit_5 = row_mixes & (left == 0.0)
            bit_6 = row_mixes & (right == 0.0)
            bit_7 = column_mixes & (bottom == 0.0)
            bit_8 = row_mixes & column_mixes
            # A pure strategy goes with a mixture only where its owner's opponent is indifferent anyway.
            joined = bit_4 | bit_5 | bit_6 | bit_7 | (bit_0 & bit_1) | (bit_2 & bit_3) | (bit_0 & bit_2) | (bit_1 & bit_3)
            # Mask, count and status in one number, nine bits, four and the rest: each pair adds its bit and one to the count.
            code = (513.0 if bit_0 else 0.0) + (514.0 if bit_1 else 0.0) + (516.0 if bit_2 else 0.0)
            code += (520.0 if bit_3 else 0.0) + (528.0 if bit_4 else 0.0) + (544.0 if bit_5 else 0.0)
            code += (576.0 if bit_6 else 0.0) + (640.0 if bit_7 else 0.0) + (768.0 if bit_8 else 0.0)
            work[game] = code + ((8192.0 if joined else 0.0) if clear else 32768.0)
            row_mixing[start + game] = bottom / (bottom - top) if row_mixes else np.nan
            column_mixing[start + game] = right / (right - left) if column_mixes else np.nan
        for game in range(size):
            mask[start + game] = np.uint16(np.int32(work[game]) & 511)
        for game in range(size):
            count[start + game] = np.uint16(np.int32(work[game]) >> 9 & 15)
        for game in range(size):
            status[start + game] = np.uint8(np.int32(work[game]) >> 13)
        start += BLOCK
    return OK


@borrowing_kernel
def write_profiles(payoffs, mask, row_mixing, column_mixing, offsets, status, profiles, regret):
    """Write the profiles that the bits stand for, and certify each of them.

    Parameters
    ----------
    payoffs : float64[game, 2, 2, 2]
    mask : uint16[game]
    row_mixing, column_mixing : float64[game]
    offsets : int64[game + 1]
        Each game's first row of `profiles`, counted from the first game's.
    status : uint8[game]
        A game with a profile that fails its certificate becomes ``UNDECIDED``.
    profiles : float64[profile, 4]
        Filled in place.
    regret : float64[profile]
        Filled in place.

    Returns
    -------
    int
        ``OK``.
    """
    origin = offsets[0]
    for game in range(mask.size):
        row = offsets[game] - origin
        bits = np.int64(mask[game])
        while bits:
            bit = LOWEST[bits]
            bits &= bits - 1
            first, second = 1.0 - ROW_OF_BIT[bit], 1.0 - COLUMN_OF_BIT[bit]
            first = first if first >= 0.0 else row_mixing[game]
            second = second if second >= 0.0 else column_mixing[game]
            profiles[row, 0] = first
            profiles[row, 1] = 1.0 - first
            profiles[row, 2] = second
            profiles[row, 3] = 1.0 - second
            gain, share = pair_regret_2x2(payoffs, game, profiles, row)
            regret[row] = gain
            if not share <= CERTIFIED:
                status[game] = UNDECIDED
            row += 1
    return OK
