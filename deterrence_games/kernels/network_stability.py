"""Vulnerability and war-stability of alliance networks over bit masks, after Jackson and Nei (2015).

Neighbours of state i are bits of ``links[i]``; coalitions are masks, and ``strength[mask]`` is the summed strength. Of the
coalitions that a state can lead, the one with all its allies is the strongest: one more attacker adds to the attack, and if
it is an ally of the target, takes from the defence. So one coalition a leader is all that there is to look at.
"""

from deterrence_games.kernels.jit import inner_kernel, kernel

ROUNDING = 1e-12  # an attack that is stronger by less than this share is equal: sums of decimals are not exact
HELPS = 1e-9  # a change that takes less than this share off the exposure does not help


@inner_kernel
def vulnerable(links, states, strength, gamma, target, first, second):
    """Whether some coalition can defeat a state.

    A leader and some of its allies attack; the target and those of its allies that do not attack defend. With `first` and
    `second` at zero or above, only coalitions that hold both count.
    """
    for leader in range(states):
        if leader == target:
            continue
        coalition = (links[leader] | (1 << leader)) & ~(1 << target)
        if first >= 0 and not (coalition >> first & 1 and coalition >> second & 1):
            continue
        defence = gamma * strength[(links[target] | (1 << target)) & ~coalition]
        if strength[coalition] > defence * (1.0 + ROUNDING):
            return True
    return False


@inner_kernel
def any_vulnerable(links, states, strength, gamma, first, second):
    """Whether some state is vulnerable."""
    exposed = False
    for target in range(states):
        exposed = exposed or vulnerable(links, states, strength, gamma, target, first, second)
    return exposed


@inner_kernel
def war_stable(links, states, strength, gamma):
    """Whether nobody is vulnerable, no added link makes a state vulnerable to both ends, and both ends need every link."""
    if any_vulnerable(links, states, strength, gamma, -1, -1):
        return False
    for one in range(states):
        for other in range(one + 1, states):
            linked = links[one] >> other & 1
            links[one] ^= 1 << other
            links[other] ^= 1 << one
            if linked:
                fails = not (
                    vulnerable(links, states, strength, gamma, one, -1, -1)
                    and vulnerable(links, states, strength, gamma, other, -1, -1)
                )
            else:
                fails = any_vulnerable(links, states, strength, gamma, one, other)
            links[one] ^= 1 << other
            links[other] ^= 1 << one
            if fails:
                return False
    return True


@kernel
def judge_all(states, strength, gamma, secure, stable, links):
    """Judge every network; bit k of a network's number is the k-th pair in the order (0, 1), (0, 2), ...

    Fill ``secure[network]`` (nobody is vulnerable) and ``stable[network]`` (war-stable) in place.

    Parameters
    ----------
    strength : float64[coalition]
    """
    for network in range(secure.size):
        for state in range(states):
            links[state] = 0
        bit = 0
        for one in range(states):
            for other in range(one + 1, states):
                if network >> bit & 1:
                    links[one] |= 1 << other
                    links[other] |= 1 << one
                bit += 1
        secure[network] = not any_vulnerable(links, states, strength, gamma, -1, -1)
        stable[network] = secure[network] and war_stable(links, states, strength, gamma)


@inner_kernel
def measure(linked, strength, gamma, attack, defence, share, top):
    """Sum attack and defence of each target and leader; return the exposure of all states.

    Exposure is the share by which the strongest coalition exceeds the defence, zero if none does.
    """
    states = strength.size
    total = 0.0
    for target in range(states):
        top[target] = -1
        for leader in range(states):
            attack[target, leader], defence[target, leader] = strength[leader], strength[target]
            for state in range(states):
                if state in (leader, target):
                    continue
                if linked[leader, state]:
                    attack[target, leader] += strength[state]
                elif linked[target, state]:
                    defence[target, leader] += strength[state]
            share[target, leader] = attack[target, leader] / (gamma * defence[target, leader]) - 1.0
        for place in range(3):
            for leader in range(states):
                if leader not in (target, top[target, 0], top[target, 1]):
                    largest = top[target, place]
                    if largest < 0 or share[target, leader] > share[target, largest]:
                        top[target, place] = leader
        worst = share[target, top[target, 0]]
        total += worst if worst > ROUNDING else 0.0
    return total


@inner_kernel
def exposure_with(linked, strength, gamma, target, attack, defence, share, top, one, other):
    """The exposure of a state if the link of two states changed, from the sums without the change."""
    sign = -1.0 if linked[one, other] else 1.0
    worst = -1.0
    if target in (one, other):
        moved = other if target == one else one
        gain = sign * strength[moved]
        for leader in range(strength.size):
            if leader == target:
                continue
            if leader == moved or linked[leader, moved]:  # on the other side of the attack, or in it
                worst = max(worst, share[target, leader])
            else:
                left = max(defence[target, leader] + gain, strength[target])
                worst = max(worst, attack[target, leader] / (gamma * left) - 1.0)
    else:
        for leader, moved in ((one, other), (other, one)):
            gain = sign * strength[moved]
            left = defence[target, leader] - gain if linked[target, moved] else defence[target, leader]
            force = max(attack[target, leader] + gain, strength[leader])
            worst = max(worst, force / (gamma * max(left, strength[target])) - 1.0)
        for place in range(3):
            leader = top[target, place]
            if leader >= 0 and leader not in (one, other):
                worst = max(worst, share[target, leader])
                break
    return worst if worst > ROUNDING else 0.0


@kernel
def descend(linked, strength, gamma, attack, defence, share, top):
    """Change the link that leaves the least exposure, again and again, until nobody is vulnerable or no change helps.

    Parameters
    ----------
    linked : bool[state, state]
        Symmetric; changed in place.
    attack, defence, share : float64[state, state]
        Filled with the strength of each leader's coalition and of the defence, and the share by which the one exceeds the
        other, [target, leader].
    top : int64[state, 3]
        Filled with the leaders of the largest shares.

    Returns
    -------
    bool
        Whether nobody is vulnerable in the end.
    """
    states = strength.size
    now = measure(linked, strength, gamma, attack, defence, share, top)
    while now > 0.0:
        best, first, second = now * (1.0 - HELPS), -1, -1
        for one in range(states):
            for other in range(one + 1, states):
                total = 0.0
                for target in range(states):
                    if total >= best:
                        break
                    total += exposure_with(linked, strength, gamma, target, attack, defence, share, top, one, other)
                if total < best:
                    best, first, second = total, one, other
        if first < 0:
            return False
        linked[first, second] = linked[second, first] = not linked[first, second]
        before, now = now, measure(linked, strength, gamma, attack, defence, share, top)
        if now >= before:  # only where rounding misled
            return False
    return True
