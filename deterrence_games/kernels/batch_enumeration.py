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
from deterrence_games.kernels.profile_rows import share_a_strategy, sort_profiles
from deterrence_games.kernels.small_games import BIT_OF_PAIR, COMPLETE, CONTINUUM, HUGE, INVALID, MIXED, TINY
from deterrence_games.kernels.support_enumeration import best_reply_vertices, equilibrium_pairs

MOST = 4  # strategies a player
VERTICES = 70  # pairs of a set of own strategies and as many of the other's: at most C(8, 4)
IMPOSSIBLE, CLEAR, UNSETTLED = 0, 1, 2  # what is known of a mixture
UNSURE, NO_ROOM = -1, -2  # instead of a number of profiles
FLAT = 1e-4  # systems with a smaller determinant are left to the complete search
MEMBERS = np.array([[i for i in range(MOST) if mask >> i & 1] + [0] * (MOST - mask.bit_count()) for mask in range(1 << MOST)])
SIZE = np.array([mask.bit_count() for mask in range(1 << MOST)])
# All sets, small ones first, and where those of each size start.
SETS = np.array(sorted(range(1 << MOST), key=lambda mask: (mask.bit_count(), mask)))
STARTS = np.array([0, 1, 5, 11, 15, 16])


@inner_kernel
def _undominated(worth, own_count, other_count, least, beats, open_others):
    """For every set of own strategies: which of the other's strategies are not clearly worse than another against all of them.

    `worth` is float64[own, other], the other's payoffs; `beats` is work space int64[set]; `open_others` int64[set] is filled.
    """
    all_others = (1 << other_count) - 1
    for own in range(own_count):
        bits = 0  # MOST * better + worse
        for better in range(other_count):
            for worse in range(other_count):
                bits |= np.int64(worth[own, better] - worth[own, worse] > least) << (MOST * better + worse)
        beats[1 << own] = bits
    for mask in range(1, 1 << own_count):
        rest = mask & (mask - 1)
        if rest:
            beats[mask] = beats[rest] & beats[mask ^ rest]
        beaten = beats[mask] | beats[mask] >> 2 * MOST
        beaten |= beaten >> MOST
        open_others[mask] = all_others & ~beaten


@inner_kernel
def _mixture(worth, own, other, other_count, least, mixed):
    """Mix the own strategies of a set so that the other is indifferent over a set of as many, and look at the others.

    `mixed` is float64[own] and filled when the answer is ``CLEAR``. The mixture is the null vector of the differences between
    the other's strategies, by minors, whose error is some 1e-14 of what they are compared with.
    """
    size = SIZE[own]
    i0, i1, i2, i3 = MEMBERS[own, 0], MEMBERS[own, 1], MEMBERS[own, 2], MEMBERS[own, 3]
    j0, j1 = MEMBERS[other, 0], MEMBERS[other, 1]
    x2, x3 = 0.0, 0.0
    u0, u1 = worth[i0, j0] - worth[i0, j1], worth[i1, j0] - worth[i1, j1]
    if size == 2:
        x0, x1 = u1, -u0
    else:
        j2 = MEMBERS[other, 2]
        u2 = worth[i2, j0] - worth[i2, j1]
        v0, v1, v2 = worth[i0, j0] - worth[i0, j2], worth[i1, j0] - worth[i1, j2], worth[i2, j0] - worth[i2, j2]
        if size == 3:
            x0, x1, x2 = u1 * v2 - u2 * v1, u2 * v0 - u0 * v2, u0 * v1 - u1 * v0
        else:
            j3 = MEMBERS[other, 3]
            u3, v3 = worth[i3, j0] - worth[i3, j1], worth[i3, j0] - worth[i3, j2]
            w0, w1 = worth[i0, j0] - worth[i0, j3], worth[i1, j0] - worth[i1, j3]
            w2, w3 = worth[i2, j0] - worth[i2, j3], worth[i3, j0] - worth[i3, j3]
            m01, m02, m03 = u0 * v1 - u1 * v0, u0 * v2 - u2 * v0, u0 * v3 - u3 * v0
            m12, m13, m23 = u1 * v2 - u2 * v1, u1 * v3 - u3 * v1, u2 * v3 - u3 * v2
            x0 = m12 * w3 - m13 * w2 + m23 * w1
            x1 = -(m02 * w3 - m03 * w2 + m23 * w0)
            x2 = m01 * w3 - m03 * w1 + m13 * w0
            x3 = -(m01 * w2 - m02 * w1 + m12 * w0)
    # Minors that do not exist are zero and count as neither.
    positive = int(x0 > least) + int(x1 > least) + int(x2 > least) + int(x3 > least)
    negative = int(x0 < -least) + int(x1 < -least) + int(x2 < -least) + int(x3 < -least)
    if positive > 0 and negative > 0:
        return IMPOSSIBLE
    total = x0 + x1 + x2 + x3
    if abs(total) < FLAT:
        return UNSETTLED
    settled = positive + negative == size
    sign = 1.0 if total > 0.0 else -1.0
    for outside in range(other_count):
        if not other >> outside & 1:
            slack = x0 * (worth[i0, j0] - worth[i0, outside]) + x1 * (worth[i1, j0] - worth[i1, outside])
            if size > 2:
                slack += x2 * (worth[i2, j0] - worth[i2, outside])
            if size > 3:
                slack += x3 * (worth[i3, j0] - worth[i3, outside])
            if sign * slack < -least:
                return IMPOSSIBLE
            settled = settled and sign * slack > least
    if not settled:
        return UNSETTLED
    mixed[i0], mixed[i1] = x0 / total, x1 / total
    if size > 2:
        mixed[i2] = x2 / total
    if size > 3:
        mixed[i3] = x3 / total
    return CLEAR


@inner_kernel
def _copy_scaled(payoffs, game, player, worth):
    """Copy a player's payoffs to `worth` float64[opponent's, own], times a power of two that brings their range to 1/2 to 1.

    Return False when they are all the same, not finite, or too small or large to be told apart by their differences.
    """
    rows, columns = payoffs.shape[2], payoffs.shape[3]
    high, low = -np.inf, np.inf
    finite = True
    for row in range(rows):
        for column in range(columns):
            payoff = payoffs[game, player, row, column]
            finite = finite and abs(payoff) < HUGE  # false for NaN
            high, low = payoff if payoff > high else high, payoff if payoff < low else low
    if not finite or high - low < TINY:
        return False
    factor = math.ldexp(1.0, -math.frexp(high - low)[1])
    for row in range(rows):
        for column in range(columns):
            payoff = factor * payoffs[game, player, row, column]
            if player == 0:
                worth[column, row] = payoff
            else:
                worth[row, column] = payoff
    return True


@inner_kernel
def _settled_game(payoffs, game, least, worth, mixed, beats, open_columns, open_rows, profiles, first):
    """Search the pairs of supports of equal size; return the number of profiles, ``UNSURE`` or ``NO_ROOM``.

    Work space: `worth` float64[2, MOST, MOST], `mixed` float64[2, MOST], the others int64[1 << MOST].
    """
    rows, columns = payoffs.shape[2], payoffs.shape[3]
    if not (_copy_scaled(payoffs, game, 1, worth[0]) and _copy_scaled(payoffs, game, 0, worth[1])):
        return UNSURE
    _undominated(worth[0], rows, columns, least, beats, open_columns)
    _undominated(worth[1], columns, rows, least, beats, open_rows)
    found = 0
    for own_place in range(1, 1 << MOST):
        own = SETS[own_place]
        size = SIZE[own]
        if own >= 1 << rows or SIZE[open_columns[own]] < size:
            continue
        for other_place in range(STARTS[size], STARTS[size + 1]):
            other = SETS[other_place]
            if other & ~open_columns[own] or other >= 1 << columns or own & ~open_rows[other]:
                continue
            if size == 1:
                if open_columns[own] != other or open_rows[other] != own:
                    return UNSURE
                mixed[0, MEMBERS[own, 0]] = 1.0
                mixed[1, MEMBERS[other, 0]] = 1.0
            else:
                row_mixture = _mixture(worth[0], own, other, columns, least, mixed[0])
                if row_mixture == IMPOSSIBLE:
                    continue
                column_mixture = _mixture(worth[1], other, own, rows, least, mixed[1])
                if column_mixture == IMPOSSIBLE:
                    continue
                if row_mixture == UNSETTLED or column_mixture == UNSETTLED:
                    return UNSURE
            if first + found == profiles.shape[0]:
                return NO_ROOM
            for row in range(rows):
                profiles[first + found, row] = mixed[0, row] if own >> row & 1 else 0.0
            for column in range(columns):
                profiles[first + found, rows + column] = mixed[1, column] if other >> column & 1 else 0.0
            found += 1
    return found


@kernel
def _rescaled(payoffs, scaled):
    """Map a player's payoffs, flat, to [0, 1]; return False when one is not finite."""
    largest = 0.0
    for payoff in payoffs:
        if not np.isfinite(payoff):
            return False
        largest = max(largest, abs(payoff))
    # A power of two first, which rounds nothing, so that no difference overflows; in two steps, since one may overflow.
    exponent = -math.frexp(largest)[1]
    half = exponent // 2
    for entry in range(payoffs.size):
        scaled[entry] = payoffs[entry] * math.ldexp(1.0, half) * math.ldexp(1.0, exponent - half)
    low = scaled.min()
    width = scaled.max() - low
    for entry in range(payoffs.size):
        scaled[entry] -= low
        if width > 0.0:
            scaled[entry] /= width
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
    scaled = np.empty((2, rows * columns))
    for player in range(2):
        if not _rescaled(payoffs[game, player].ravel(), scaled[player]):
            return 0, INVALID
    own_payoff = np.empty((columns, rows))
    for row in range(rows):
        for column in range(columns):
            own_payoff[column, row] = scaled[0, row * columns + column]
    strategy, other_strategy = np.empty((VERTICES, rows)), np.empty((VERTICES, columns))
    masks = np.empty((4, VERTICES), np.int64)
    unsure, counts = np.empty((0, 2), np.int64), np.empty(3, np.int64)
    best_reply_vertices(scaled[1].reshape(rows, columns), tol, strategy, masks[0], masks[1], unsure, counts)
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
        profiles[first + found, :rows] = strategy[pairs[pair, 0]]
        profiles[first + found, rows:] = other_strategy[pairs[pair, 1]]
        _, share = pair_regret(payoffs, game, profiles, first + found)
        if share <= CERTIFIED:
            found += 1
        else:
            undecided += 1
    sort_profiles(profiles, first, found)
    kept = min(found, 1)
    for row in range(first + 1, first + found):  # next to a tie, one vertex may have come from two systems
        if (profiles[row] != profiles[first + kept - 1]).any():
            profiles[first + kept] = profiles[row]
            kept += 1
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
    least = 1e4 * max(tol, 1e-12)
    worth, mixed = np.empty((2, MOST, MOST)), np.empty((2, MOST))
    beats, open_columns, open_rows = np.empty(1 << MOST, np.int64), np.empty(1 << MOST, np.int64), np.empty(1 << MOST, np.int64)
    for game in range(start, payoffs.shape[0]):
        first = filled[0]
        found = _settled_game(payoffs, game, least, worth, mixed, beats, open_columns, open_rows, profiles, first)
        end = COMPLETE
        if found > 0:
            sort_profiles(profiles, first, found)
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
