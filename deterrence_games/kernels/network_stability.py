"""Vulnerability and war-stability of alliance networks over bit masks, after Jackson and Nei (2015).

Neighbours of state i are bits of ``links[i]``; coalitions are masks, and ``strength[mask]`` is the summed strength. Of the
coalitions that a state can lead, the one with all its allies is the strongest: one more attacker adds to the attack, and if
it is an ally of the target, takes from the defence. So one coalition a leader is all that there is to look at.
"""

from deterrence_games.kernels.jit import inner_kernel, kernel

ROUNDING = 1e-12  # an attack that is stronger by less than this share is equal: sums of decimals are not exact


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
def exposure(linked, strength, gamma, target):
    """The share by which the strongest coalition exceeds the defence of a state; zero if none defeats it."""
    states = strength.size
    worst = 0.0
    for leader in range(states):
        if leader == target:
            continue
        attack, defence = strength[leader], strength[target]
        for state in range(states):
            if state in (leader, target):
                continue
            if linked[leader, state]:
                attack += strength[state]
            elif linked[target, state]:
                defence += strength[state]
        worst = max(worst, attack / (gamma * defence) - 1.0)
    return worst if worst > ROUNDING else 0.0


@kernel
def descend(linked, strength, gamma):
    """Change the link that leaves the least exposure, again and again, until nobody is vulnerable or no change helps.

    Parameters
    ----------
    linked : bool[state, state]
        Symmetric; changed in place.

    Returns
    -------
    bool
        Whether nobody is vulnerable in the end.
    """
    states = strength.size
    now = 0.0
    for target in range(states):
        now += exposure(linked, strength, gamma, target)
    while now > 0.0:
        best, first, second = now, -1, -1
        for one in range(states):
            for other in range(one + 1, states):
                linked[one, other] = linked[other, one] = not linked[one, other]
                total = 0.0
                for target in range(states):
                    if total >= best:
                        break
                    total += exposure(linked, strength, gamma, target)
                linked[one, other] = linked[other, one] = not linked[one, other]
                if total < best:
                    best, first, second = total, one, other
        if first < 0:
            return False
        linked[first, second] = linked[second, first] = not linked[first, second]
        now = best
    return True
