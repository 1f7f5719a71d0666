"""All extreme equilibria of many two-player games with up to four strategies a player.

A game is searched by pairs of supports of equal size. Each pair asks for two mixtures, either player's, that make the other
indifferent over the other's support. A pair is settled when one of the mixtures clearly does not exist (some probability is
negative, or a strategy outside the support pays more), or when both clearly exist; then they are an equilibrium. When all
pairs are settled, nothing is missing: let (x, y) be an extreme equilibrium whose larger support, say, is J, that of y.
As y is a vertex, the first player has at least as many best replies to it as J has members; choose so many of them, the
support of x among them, as I. Both x and y solve the systems of the pair (I, J), so neither is clearly impossible; settled, the
pair has (x, y) as its only solution (derived here). A game with an unsettled pair goes to `kernels.support_enumeration`, which
takes any pair of supports and all ties.
"""

import math

import numpy as np

from deterrence_games.kernels.jit import OK, UNDECIDED, inner_kernel, kernel
from deterrence_games.kernels.pair_regret import CERTIFIED, pair_regret
from deterrence_games.kernels.profile_rows import drop_repeated, share_a_strategy, sort_profiles
from deterrence_games.kernels.small_games import BIT_OF_PAIR, COMPLETE, CONTINUUM, INVALID, MIXED
from deterrence_games.kernels.support_enumeration import best_reply_vertices, equilibrium_pairs
from deterrence_games.kernels.support_sieve import (
    BLOCK,
    CELLS,
    FRAME,
    MARKS,
    MEMBERS,
    MOST,
    OPEN,
    PAIRS,
    PURE_OPEN,
    PURE_RULED_OUT,
    RULED_OUT,
    SIZE,
    TOTAL,
    WORK,
    sieve_games,
)  # fmt: skip

VERTICES = 70  # pairs of a set of own strategies and as many of the other's: at most C(8, 4)
UNSURE, NO_ROOM = -1, -2  # instead of a number of profiles
# The place of the only bit of a number below 2**66: its remainders by this prime are all different.
PRIME = 67
PLACE = np.zeros(PRIME, np.int64)
PLACE[[pow(2, place, PRIME) for place in range(PRIME - 1)]] = np.arange(PRIME - 1)


@inner_kernel
def _mix(work, game, player, own, other, profiles, row, at):
    """Write the mixture of a player's set `own` that makes the other indifferent over a set of as many: see `support_sieve`."""
    own_step, other_step = (MOST, 1) if player == 0 else (1, MOST)
    base = (1 - player) * CELLS * BLOCK + game
    own_step, other_step = own_step * BLOCK, other_step * BLOCK
    i0, i1 = base + own_step * MEMBERS[own, 0], base + own_step * MEMBERS[own, 1]
    i2, i3 = base + own_step * MEMBERS[own, 2], base + own_step * MEMBERS[own, 3]
    j0, j1 = other_step * MEMBERS[other, 0], other_step * MEMBERS[other, 1]
    size = SIZE[own]
    x2, x3 = 0.0, 0.0
    u0, u1 = work[i0 + j0] - work[i0 + j1], work[i1 + j0] - work[i1 + j1]
    if size == 2:
        x0, x1 = u1, -u0
    else:
        j2 = other_step * MEMBERS[other, 2]
        u2 = work[i2 + j0] - work[i2 + j1]
        v0, v1, v2 = work[i0 + j0] - work[i0 + j2], work[i1 + j0] - work[i1 + j2], work[i2 + j0] - work[i2 + j2]
        if size == 3:
            x0, x1, x2 = u1 * v2 - u2 * v1, u2 * v0 - u0 * v2, u0 * v1 - u1 * v0
        else:
            j3 = other_step * MEMBERS[other, 3]
            u3, v3 = work[i3 + j0] - work[i3 + j1], work[i3 + j0] - work[i3 + j2]
            w0, w1 = work[i0 + j0] - work[i0 + j3], work[i1 + j0] - work[i1 + j3]
            w2, w3 = work[i2 + j0] - work[i2 + j3], work[i3 + j0] - work[i3 + j3]
            m01, m02, m03 = u0 * v1 - u1 * v0, u0 * v2 - u2 * v0, u0 * v3 - u3 * v0
            m12, m13, m23 = u1 * v2 - u2 * v1, u1 * v3 - u3 * v1, u2 * v3 - u3 * v2
            x0, x1 = m12 * w3 - m13 * w2 + m23 * w1, m03 * w2 - m02 * w3 - m23 * w0
            x2, x3 = m01 * w3 - m03 * w1 + m13 * w0, m02 * w1 - m01 * w2 - m12 * w0
    total = x0 + x1 + x2 + x3
    profiles[row, at + MEMBERS[own, 0]] = x0 / total
    profiles[row, at + MEMBERS[own, 1]] = x1 / total
    if size > 2:
        profiles[row, at + MEMBERS[own, 2]] = x2 / total
    if size > 3:
        profiles[row, at + MEMBERS[own, 3]] = x3 / total


@inner_kernel
def _dominated(work, game, player, own, other, other_count, least):
    """Whether one of the other's set is clearly worse than another strategy against all of a player's set `own`."""
    own_step, other_step = (MOST, 1) if player == 0 else (1, MOST)
    base = (1 - player) * CELLS * BLOCK + game
    for worse in range(other_count):
        if other >> worse & 1:
            for better in range(other_count):
                beaten = True
                for place in range(SIZE[own]):
                    at = base + own_step * BLOCK * MEMBERS[own, place]
                    beaten = beaten and work[at + other_step * BLOCK * better] - work[at + other_step * BLOCK * worse] > least
                if beaten:
                    return True
    return False


@inner_kernel
def _write_settled(work, marks, game, rows, columns, pure_pairs, pairs, least, profiles, first):
    """Write the profiles of one game of a block in order; return their number, ``UNSURE`` or ``NO_ROOM``.

    `pure_pairs` and `pairs` are the bits of the pairs that the game has.
    """
    pure = pure_pairs & ~marks[PURE_RULED_OUT * BLOCK + game]
    mixed = pairs & ~marks[RULED_OUT * BLOCK + game]
    if pure & marks[PURE_OPEN * BLOCK + game] or not work[TOTAL * BLOCK + game] > 0.0:
        return UNSURE
    unsettled = mixed & marks[OPEN * BLOCK + game]
    while unsettled:
        bit = unsettled & -unsettled
        unsettled ^= bit
        out = False
        for player in range(2):
            own, other = PAIRS[PLACE[bit % PRIME], player], PAIRS[PLACE[bit % PRIME], 1 - player]
            out = out or _dominated(work, game, player, own, other, columns if player == 0 else rows, least)
        if not out:
            return UNSURE
        mixed ^= bit
    row = first
    while pure:
        if row == profiles.shape[0]:
            return NO_ROOM
        place = PLACE[(pure & -pure) % PRIME]
        pure &= pure - 1
        for entry in range(rows + columns):
            profiles[row, entry] = 0.0
        profiles[row, place // MOST] = 1.0
        profiles[row, rows + place % MOST] = 1.0
        row += 1
    first_mixed = row
    while mixed:
        if row == profiles.shape[0]:
            return NO_ROOM
        pair = PLACE[(mixed & -mixed) % PRIME]
        mixed &= mixed - 1
        for entry in range(rows + columns):
            profiles[row, entry] = 0.0
        for player in range(2):
            _mix(work, game, player, PAIRS[pair, player], PAIRS[pair, 1 - player], profiles, row, player * rows)
        row += 1
    sort_profiles(profiles, first_mixed, row - first_mixed)
    return row - first


# Array expressions and assignments of slices would double the time that the kernels below take to compile.
@inner_kernel
def _rescaled(payoffs, game, player, scaled):
    """Map a player's payoffs to [0, 1] in `scaled` float64[m, n]; return False when one is not finite."""
    rows, columns = payoffs.shape[2], payoffs.shape[3]
    largest = 0.0
    for row in range(rows):
        for column in range(columns):
            size = abs(payoffs[game, player, row, column])
            if not size < np.inf:  # true for NaN
                return False
            largest = size if size > largest else largest
    # A power of two first, which rounds nothing, so that no difference overflows; in two steps, since one may overflow.
    exponent = -math.frexp(largest)[1]
    half = exponent // 2
    factor, other_factor = math.ldexp(1.0, half), math.ldexp(1.0, exponent - half)
    low, high = np.inf, -np.inf
    for row in range(rows):
        for column in range(columns):
            payoff = payoffs[game, player, row, column] * factor * other_factor
            low, high = payoff if payoff < low else low, payoff if payoff > high else high
            scaled[row, column] = payoff
    width = high - low if high > low else 1.0
    for row in range(rows):
        for column in range(columns):
            scaled[row, column] = (scaled[row, column] - low) / width
    return True


@kernel
def complete_game(payoffs, game, tol, profiles, first):
    """Find all extreme equilibria of one game, whatever its ties, as `SupportEnumeration` does.

    Parameters
    ----------
    payoffs : float64[game, 2, m, n]
    game : int
    tol : float
        Payoff differences up to this share of a player's range of payoffs count as ties.
    profiles : float64[profile, m + n]
        Filled in place from row `first` on.
    first : int

    Returns
    -------
    count : int
        Number of profiles, or ``NO_ROOM``.
    status : int
        ``COMPLETE``, ``CONTINUUM``, ``UNDECIDED`` or ``INVALID``.
    """
    rows, columns = payoffs.shape[2], payoffs.shape[3]
    payoff, other_payoff, own_payoff = np.empty((rows, columns)), np.empty((rows, columns)), np.empty((columns, rows))
    if not (_rescaled(payoffs, game, 0, payoff) and _rescaled(payoffs, game, 1, other_payoff)):
        return 0, INVALID
    for row in range(rows):
        for column in range(columns):
            own_payoff[column, row] = payoff[row, column]
    strategy, other_strategy = np.empty((VERTICES, rows)), np.empty((VERTICES, columns))
    masks = np.empty((4, VERTICES), np.int64)
    unsure, counts = np.empty((0, 2), np.int64), np.empty(3, np.int64)
    best_reply_vertices(other_payoff, tol, strategy, masks[0], masks[1], unsure, counts)
    vertices, undecided = counts[0], counts[2]
    best_reply_vertices(own_payoff, tol, other_strategy, masks[2], masks[3], unsure, counts)
    other_vertices, undecided = counts[0], undecided + counts[2]
    pairs = np.empty((vertices * other_vertices, 2), np.int64)
    equilibrium_pairs(
        masks[0, :vertices], masks[1, :vertices], masks[2, :other_vertices], masks[3, :other_vertices], pairs, counts[:1]
    )
    found = 0
    for pair in range(counts[0]):
        if first + found == profiles.shape[0]:
            return NO_ROOM, UNDECIDED
        for row in range(rows):
            profiles[first + found, row] = strategy[pairs[pair, 0], row]
        for column in range(columns):
            profiles[first + found, rows + column] = other_strategy[pairs[pair, 1], column]
        _, share = pair_regret(payoffs, game, profiles, first + found)
        if share <= CERTIFIED:
            found += 1
        else:
            undecided += 1
    sort_profiles(profiles, first, found)
    kept = drop_repeated(profiles, first, found)  # next to a tie, one vertex may have come from two systems
    if undecided > 0 or kept == 0:
        return kept, UNDECIDED
    return kept, CONTINUUM if share_a_strategy(profiles, first, kept, rows) else COMPLETE


@kernel
def enumerate_games(payoffs, tol, start, count, status, profiles, regret, filled):
    """Find the extreme equilibria of every game from `start` on.

    Parameters
    ----------
    payoffs : float64[game, 2, m, n]
        At most ``MOST`` strategies a player.
    tol : float
        Payoff differences up to this share of a player's range of payoffs count as ties.
    start : int
        The first game.
    count : uint16[game]
    status : uint8[game]
    profiles : float64[profile, m + n]
    regret : float64[profile]
        All filled in place; a game's profiles follow those of the game before.
    filled : int64[1]
        Rows of `profiles` in use, before and after.

    Returns
    -------
    int
        The number of games done, which is less than all of them when `profiles` is too short.
    """
    rows, columns = payoffs.shape[2], payoffs.shape[3]
    least = 1e4 * max(tol, 1e-12)
    work, frame, marks = np.zeros(WORK * BLOCK), np.empty(FRAME * BLOCK), np.empty(MARKS * BLOCK, np.int64)
    bits = work.view(np.int64)
    pure_pairs, pairs = np.int64(0), np.int64(0)
    for place in range(CELLS):
        pure_pairs |= np.int64(place // MOST < rows and place % MOST < columns) << place
    for pair in range(len(PAIRS)):
        pairs |= np.int64(PAIRS[pair, 0] < 1 << rows and PAIRS[pair, 1] < 1 << columns) << pair
    for game in range(start, payoffs.shape[0]):
        place = (game - start) % BLOCK
        if place == 0:
            sieve_games(payoffs, game, min(BLOCK, payoffs.shape[0] - game), least, work, bits, frame, marks)
        first = filled[0]
        found = _write_settled(work, marks, place, rows, columns, pure_pairs, pairs, least, profiles, first)
        end = COMPLETE
        for row in range(first, first + max(found, 0)):
            gain, share = pair_regret(payoffs, game, profiles, row)
            regret[row] = gain
            if not share <= CERTIFIED:
                found = UNSURE
        if found == UNSURE or found == 0:
            found, end = complete_game(payoffs, game, tol, profiles, first)
            for row in range(first, first + max(found, 0)):
                regret[row] = pair_regret(payoffs, game, profiles, row)[0]
        if found == NO_ROOM:
            return game
        count[game] = found
        status[game] = end
        filled[0] += found
    return payoffs.shape[0]


@inner_kernel
def _strategy(first):
    """Tell the pure strategies from the mixture by the probability of the first."""
    return 0 if first == 1.0 else 1 if first == 0.0 else MIXED


@kernel
def resolve_games(payoffs, games, tol, count, status, mask, row_mixing, column_mixing):
    """Find the equilibria of those 2x2 games that the closed form leaves open, as bits; see `small_games.classify_games`.

    Parameters
    ----------
    payoffs : float64[game, 2, 2, 2]
    games : int64[case]
    tol : float
        Payoff differences up to this share of a player's range of payoffs count as ties.
    count, mask : uint16[game]
    status : uint8[game]
    row_mixing, column_mixing : float64[game]
        All filled in place for these games.

    Returns
    -------
    int
        ``OK``.
    """
    profiles = np.empty((VERTICES, 4))
    for game in games:
        found, end = complete_game(payoffs, game, tol, profiles, 0)
        row_mixing[game], column_mixing[game] = np.nan, np.nan
        bits = 0
        for row in range(found):
            first, second = profiles[row, 0], profiles[row, 2]
            if 0.0 < first < 1.0:
                row_mixing[game] = first
            if 0.0 < second < 1.0:
                column_mixing[game] = second
            bits |= 1 << BIT_OF_PAIR[_strategy(first), _strategy(second)]
        mask[game] = bits
        count[game] = found
        status[game] = end
    return OK
