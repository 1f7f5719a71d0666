"""Vulnerability and war-stability of alliance networks over bit masks, after Jackson and Nei (2015).

Neighbours of state i are bits of ``links[i]``; coalitions are masks, and ``strength[mask]`` is the summed strength.
"""

from deterrence_games.kernels.jit import inner_kernel, kernel


@inner_kernel
def vulnerable(links, states, strength, gamma, target, first, second):
    """Whether some coalition can defeat a state.

    A leader and some of its allies attack; the target and those of its allies that do not attack defend. With `first` and
    `second` at zero or above, only coalitions that hold both count.
    """
    for leader in range(states):
        if leader == target:
            continue
        pool = links[leader] & ~(1 << target)
        part = pool
        while True:  # every subset of the leader's allies
            coalition = part | (1 << leader)
            wanted = first < 0 or (coalition >> first & 1 and coalition >> second & 1)
            if wanted and strength[coalition] > gamma * strength[(links[target] & ~coalition) | (1 << target)]:
                return True
            if part == 0:
                break
            part = (part - 1) & pool
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
def judge(links, states, strength, gamma, secure, stable):
    """Judge networks; fill ``secure[network]`` (nobody is vulnerable) and ``stable[network]`` (war-stable) in place.

    Parameters
    ----------
    links : int64[network, state]
    strength : float64[coalition]
    """
    for network in range(links.shape[0]):
        own = links[network]
        secure[network] = not any_vulnerable(own, states, strength, gamma, -1, -1)
        stable[network] = secure[network] and war_stable(own, states, strength, gamma)


@kernel
def judge_all(states, strength, gamma, secure, stable, links):
    """Judge every network of so many states; bit k of a network's number is the k-th pair in the order (0, 1), (0, 2), ..."""
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
