"""Pure equilibria of the joining game, counted and listed by strength of the coalition.

Whether an ally comes or stays depends on the others through their total strength only. So the axis of total strength falls
into cells in which every ally is fixed to come, fixed to stay, free, or without a best reply that fits; the equilibria of a
cell are the sets of free allies whose strength brings the total into it, and those are counted by meeting in the middle.
Signs are proved on whole intervals by bounds; where a sign stays open, near a root, each set is tested by itself.
"""

import numpy as np

from deterrence_games.kernels.jit import LIMIT, OK, UNDECIDED, kernel

WIDTH = 1e-13  # share of the largest strength at which bisection of a sign stops
MOST_BOXES = 4000  # for one ally; a gain that touches zero without crossing leaves a longer open interval
MOST_PIECES = 64
DEPTH = 256
NO, YES, OPEN = 0, 1, 2


@kernel
def hold(strength, aggressor, decisiveness):
    """Probability that a coalition holds."""
    if decisiveness == 1.0:
        return strength / (strength + aggressor)
    return 1.0 / (1.0 + (aggressor / strength) ** decisiveness)


@kernel
def burden(others, own, target, company):
    """Share of the cost of coming alone that is left in company."""
    if company == 0.0:
        return 1.0
    return ((target + own) / (others + own)) ** company


@kernel
def gain(others, own, stake, cost, promise, target, aggressor, decisiveness, company, late):
    """What coming is worth more than staying away beside others of this strength, the target included."""
    rise = hold(others + own, aggressor, decisiveness) - hold(others, aggressor, decisiveness)
    return (1.0 - late) * (stake * rise - cost * burden(others, own, target, company)) + promise


@kernel
def slope(strength, aggressor, decisiveness):
    """Derivative of `hold`."""
    held = hold(strength, aggressor, decisiveness)
    return decisiveness * held * (1.0 - held) / strength


@kernel
def steepest(own, aggressor, decisiveness, low, high):
    """Where an ally adds most to the chance of holding; that rise grows before and falls after, as `hold` is S-shaped."""
    if decisiveness <= 1.0:
        return low
    left, right = low, high
    for _ in range(200):
        middle = 0.5 * (left + right)
        if slope(middle + own, aggressor, decisiveness) > slope(middle, aggressor, decisiveness):
            left = middle
        else:
            right = middle
    return 0.5 * (left + right)


@kernel
def sign_pieces(own, stake, cost, promise, target, aggressor, decisiveness, company, late, low, high, width, ends, signs):
    """Cut [low, high] into pieces on which the gain is proved positive (1), negative (-1), or of open sign (0).

    Fills the upper ends and the signs, neighbours different; returns the number of pieces.
    """
    left = np.empty(DEPTH)
    right = np.empty(DEPTH)
    slack = 2e-15 * (stake + cost + abs(promise))
    peak = steepest(own, aggressor, decisiveness, low, high)
    top = 0
    if peak < high:
        left[top], right[top] = max(peak, low), high
        top += 1
    if peak > low:
        left[top], right[top] = low, min(peak, high)
        top += 1
    count = 0
    boxes = 0
    while top > 0:
        top -= 1
        a, b = left[top], right[top]
        boxes += 1
        rise_a = hold(a + own, aggressor, decisiveness) - hold(a, aggressor, decisiveness)
        rise_b = hold(b + own, aggressor, decisiveness) - hold(b, aggressor, decisiveness)
        least = (1.0 - late) * (stake * min(rise_a, rise_b) - cost * burden(a, own, target, company)) + promise
        most = (1.0 - late) * (stake * max(rise_a, rise_b) - cost * burden(b, own, target, company)) + promise
        sign = 0
        if least > slack:
            sign = 1
        elif most < -slack:
            sign = -1
        elif b - a > width and boxes < MOST_BOXES and top + 2 < DEPTH:
            middle = 0.5 * (a + b)
            left[top], right[top] = middle, b
            left[top + 1], right[top + 1] = a, middle
            top += 2
            continue
        if count > 0 and (signs[count - 1] == sign or count == MOST_PIECES):
            ends[count - 1] = b
            if signs[count - 1] != sign:
                signs[count - 1] = 0
        else:
            ends[count] = b
            signs[count] = sign
            count += 1
    return count


@kernel
def at_piece(ends, count, place):
    """Number of the piece that holds a place."""
    for piece in range(count - 1):
        if place < ends[piece]:
            return piece
    return count - 1


@kernel
def subset_sums(weights, bits, sums, masks, more_sums, more_masks):
    """Fill `sums`, ascending, and `masks` with all subsets of the weights; the other two are work space. Return how many."""
    size = 1
    sums[0] = 0.0
    masks[0] = 0
    for k in range(weights.size):
        weight, bit = weights[k], bits[k]
        plain, added = 0, 0
        for place in range(2 * size):
            if added == size or (plain < size and sums[plain] <= sums[added] + weight):
                more_sums[place], more_masks[place] = sums[plain], masks[plain]
                plain += 1
            else:
                more_sums[place], more_masks[place] = sums[added] + weight, masks[added] | bit
                added += 1
        size *= 2
        sums[:size] = more_sums[:size]
        masks[:size] = more_masks[:size]
    return size


@kernel
def equilibrium(mask, strength, stake, cost, promise, target, aggressor, decisiveness, company, late, tol):
    """Whether nobody gains more than its tolerance by changing sides."""
    total = target
    for k in range(strength.size):
        if mask >> k & 1:
            total += strength[k]
    for k in range(strength.size):
        inside = mask >> k & 1
        others = total - strength[k] if inside else total
        worth = gain(others, strength[k], stake[k], cost[k], promise[k], target, aggressor, decisiveness, company, late)
        if (inside and worth < -tol[k]) or (not inside and worth > tol[k]):
            return False
    return True


@kernel
def pure_equilibria(
    strength, stake, cost, promise, target, aggressor, decisiveness, company, late, border, tol, max_free, max_tested, found
):
    """Count all pure equilibria and list the first of them as bit masks in `found`, by rising cells of strength.

    Parameters
    ----------
    strength, stake, cost, promise : float64[ally]
    border : float
        Coalitions of this strength and more are counted apart.
    tol : float64[ally]
        Gains up to this size keep nobody from an equilibrium; negative, only losses of more than that do.
    max_free : int
        Most free allies in a cell.
    max_tested : int
        Most sets in cells with an open sign that are tested one by one.
    found : int64[listed]

    Returns
    -------
    code : int
        ``OK``; ``LIMIT``: a cell had more free allies; ``UNDECIDED``: sets in open cells were left out.
    count, above : int
        Equilibria, and those at or above the border.
    listed : int
    left_out : float
        Upper bound on the number of equilibria that were not counted.
    """
    n = strength.size
    largest = target + strength.sum()
    pad = 1e-12 * largest
    width = WIDTH * largest
    # ---- signs of every ally's gain, against -tol for those who come and +tol for those who stay
    ends = np.empty((2, n, MOST_PIECES))
    signs = np.empty((2, n, MOST_PIECES), np.int64)
    pieces = np.empty((2, n), np.int64)
    breaks = np.empty(2 * n * (MOST_PIECES + 1) + 3)
    cuts = 0
    for k in range(n):
        low, high = target - pad, largest - strength[k] + pad
        for side in range(2):
            shift = tol[k] if side == 0 else -tol[k]
            moved = strength[k] if side == 0 else 0.0
            count = sign_pieces(
                strength[k], stake[k], cost[k], promise[k] + shift, target, aggressor, decisiveness, company, late,
                low, high, width, ends[side, k], signs[side, k],
            )  # fmt: skip
            pieces[side, k] = count
            breaks[cuts] = low + moved
            cuts += 1
            for piece in range(count):
                breaks[cuts] = ends[side, k, piece] + moved
                cuts += 1
    breaks[cuts], breaks[cuts + 1], breaks[cuts + 2] = target - pad, border, largest + 2.0 * pad
    breaks = np.sort(breaks[: cuts + 3])

    code = OK
    total_count, above, listed, left_out, tested = 0, 0, 0, 0.0, 0
    half = max(1, (max_free + 1) // 2)
    room = 1
    left_sums, left_masks = np.empty(room), np.empty(room, np.int64)
    right_sums, right_masks = np.empty(room), np.empty(room, np.int64)
    work_sums, work_masks = np.empty(room), np.empty(room, np.int64)
    weights, bits = np.empty((2, half)), np.empty((2, half), np.int64)
    known, lefts, rights = -1, 0, 0
    for cell in range(breaks.size - 1):
        start, stop = breaks[cell], breaks[cell + 1]
        if stop <= target - pad or start > largest + pad or stop <= start:
            continue
        middle = 0.5 * (start + stop)
        base, base_mask, free_mask, free, dead, doubt = target, 0, 0, 0, False, False
        for k in range(n):
            come, stay = NO, NO
            if middle - strength[k] >= target - pad:
                sign = signs[0, k, at_piece(ends[0, k], pieces[0, k], middle - strength[k])]
                come = YES if sign > 0 else OPEN if sign == 0 else NO
            if middle <= largest - strength[k] + pad:
                sign = signs[1, k, at_piece(ends[1, k], pieces[1, k], middle)]
                stay = YES if sign < 0 else OPEN if sign == 0 else NO
            if come == NO and stay == NO:
                dead = True
                break
            doubt = doubt or come == OPEN or stay == OPEN
            if stay == NO:
                base += strength[k]
                base_mask |= 1 << k
            elif come != NO:
                free_mask |= 1 << k
                free += 1
        if dead or base >= stop:
            continue
        if free > max_free:
            code = LIMIT
            left_out += 2.0**free
            continue
        if free_mask != known:
            known = free_mask
            number = np.zeros(2, np.int64)
            side = 0
            for k in range(n):
                if free_mask >> k & 1:
                    weights[side, number[side]] = strength[k]
                    bits[side, number[side]] = 1 << k
                    number[side] += 1
                    side = 1 - side
            if 1 << number[0] > room:
                room = 1 << number[0]
                left_sums, left_masks = np.empty(room), np.empty(room, np.int64)
                right_sums, right_masks = np.empty(room), np.empty(room, np.int64)
                work_sums, work_masks = np.empty(room), np.empty(room, np.int64)
            lefts = subset_sums(weights[0, : number[0]], bits[0, : number[0]], left_sums, left_masks, work_sums, work_masks)
            rights = subset_sums(weights[1, : number[1]], bits[1, : number[1]], right_sums, right_masks, work_sums, work_masks)
        first, last = rights, rights  # right sums in [start, stop) beside the left one are first..last-1
        for a in range(lefts):
            begun = base + left_sums[a]
            while first > 0 and begun + right_sums[first - 1] >= start:
                first -= 1
            while last > 0 and begun + right_sums[last - 1] >= stop:
                last -= 1
            if last == 0:
                break
            if not doubt:
                total_count += last - first
                if start >= border:
                    above += last - first
                for b in range(first, min(last, first + found.size - listed)):
                    found[listed] = base_mask | left_masks[a] | right_masks[b]
                    listed += 1
                continue
            if tested + last - first > max_tested:
                code = UNDECIDED if code == OK else code
                left_out += last - first
                continue
            tested += last - first
            for b in range(first, last):
                mask = base_mask | left_masks[a] | right_masks[b]
                if equilibrium(mask, strength, stake, cost, promise, target, aggressor, decisiveness, company, late, tol):
                    total_count += 1
                    above += 1 if start >= border else 0
                    if listed < found.size:
                        found[listed] = mask
                        listed += 1
    return code, total_count, above, listed, left_out


@kernel
def reply_shapes(strength, stake, cost, promise, target, aggressor, decisiveness, company, late, shapes):
    """Fill how each ally's reply changes with the strength of the others: see the values below.

    0 never; 1 from staying to coming; -1 from coming to staying; 2 more than once, or open.
    """
    largest = target + strength.sum()
    ends = np.empty(MOST_PIECES)
    signs = np.empty(MOST_PIECES, np.int64)
    for k in range(strength.size):
        count = sign_pieces(
            strength[k], stake[k], cost[k], promise[k], target, aggressor, decisiveness, company, late,
            target, max(target, largest - strength[k]), WIDTH * largest, ends, signs,
        )  # fmt: skip
        rises, falls, before = 0, 0, 0
        for piece in range(count):
            sign = signs[piece]
            if sign == 0:
                continue
            if before == -1 and sign == 1:
                rises += 1
            if before == 1 and sign == -1:
                falls += 1
            before = sign
        if rises + falls == 0:
            shapes[k] = 0
        elif rises + falls > 1:
            shapes[k] = 2
        else:
            shapes[k] = 1 if rises else -1


@kernel
def attack_worth(strength, target, aggressor, decisiveness, late, prize, war_cost, punishment):
    """What attacking is worth against a coalition of this strength."""
    held = late * hold(target, aggressor, decisiveness) + (1.0 - late) * hold(strength, aggressor, decisiveness)
    return prize * (1.0 - held) - war_cost - punishment * (1.0 - late) * (strength - target)


@kernel
def deterring(target, largest, aggressor, decisiveness, late, prize, war_cost, punishment, tie, most):
    """Least strength against which attacking is worth no more than a tie; infinite when there is none up to `most`."""
    low, high = target, largest
    if attack_worth(low, target, aggressor, decisiveness, late, prize, war_cost, punishment) <= tie:
        return low
    while attack_worth(high, target, aggressor, decisiveness, late, prize, war_cost, punishment) > tie:
        low, high = high, 2.0 * high
        if high > most:
            return np.inf
    for _ in range(200):
        middle = 0.5 * (low + high)
        if attack_worth(middle, target, aggressor, decisiveness, late, prize, war_cost, punishment) > tie:
            low = middle
        else:
            high = middle
    return high
