"""The distribution of a coalition's strength when its members come independently, and without each of them.

Strength is counted in units. A member of ``units + parts`` of them counts as the lower or the higher whole number, with the
probabilities that keep its mean, so that what is lost is of second order in the unit; with no parts nothing is lost.
"""

import numpy as np

from deterrence_games.kernels.jit import kernel


@kernel
def add_member(mass, top, units, part, q):
    """Let one more member come with probability q; `mass` is changed up to its new highest level, which is returned."""
    low, high = q * (1.0 - part), q * part
    higher = top + units + (1 if part > 0.0 else 0)
    for x in range(higher, units, -1):
        mass[x] = (1.0 - q) * mass[x] + low * mass[x - units] + high * mass[x - units - 1]
    if units <= higher:
        mass[units] = (1.0 - q) * mass[units] + low * mass[0]
    for x in range(min(units, higher + 1)):
        mass[x] *= 1.0 - q
    return higher


@kernel
def strength_distribution(units, parts, chance, out):
    """Fill out[x], the probability that those who come sum to x units.

    Parameters
    ----------
    units : int64[ally]
    parts : float64[ally]
        Within [0, 1).
    chance : float64[ally]
    out : float64[level]
        At least one more than the units, a part counted as one.
    """
    out[:] = 0.0
    out[0] = 1.0
    top = 0
    for k in range(units.size):
        top = add_member(out, top, units[k], parts[k], chance[k])


@kernel
def expectations(units, parts, chance, tables, shared, mass, out):
    """Fill out[ally, k] with the means, over the strength x of the others, of tables[ally, k, x] (k up to 2), shared[x] (3).

    The distribution of everybody outside a group is handed down: each half of the group is given the other, and is halved.

    Parameters
    ----------
    tables : float64[ally, 3, level]
    shared : float64[level]
    mass : float64[depth, level]
        Work space; a group is halved at most ``depth - 1`` times.
    """
    n = units.size
    mass[0, :] = 0.0
    mass[0, 0] = 1.0
    tops = np.zeros(mass.shape[0], np.int64)
    waiting = np.empty((2 * mass.shape[0] + 2, 5), np.int64)  # depth, the group, and whom to add to those outside
    waiting[0] = (0, 0, n, 0, 0)
    count = 1 if n > 0 else 0
    while count > 0:
        count -= 1
        depth, first, last, begin, end = waiting[count]
        if depth > 0:
            top = tops[depth - 1]
            mass[depth, : top + 1] = mass[depth - 1, : top + 1]
            mass[depth, top + 1 :] = 0.0
            for k in range(begin, end):
                top = add_member(mass[depth], top, units[k], parts[k], chance[k])
            tops[depth] = top
        if last - first == 1:
            zero, one, two, three = 0.0, 0.0, 0.0, 0.0
            for x in range(tops[depth] + 1):
                share = mass[depth, x]
                zero += share * tables[first, 0, x]
                one += share * tables[first, 1, x]
                two += share * tables[first, 2, x]
                three += share * shared[x]
            out[first, 0], out[first, 1], out[first, 2], out[first, 3] = zero, one, two, three
        else:
            middle = (first + last) // 2
            waiting[count] = (depth + 1, middle, last, first, middle)
            waiting[count + 1] = (depth + 1, first, middle, middle, last)
            count += 2
