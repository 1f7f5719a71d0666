"""All extreme equilibria of a small two-player game, in fractions, straight from the definitions.

A mixed strategy can be part of an extreme equilibrium when it is the only one on its support that makes some set of the
other's strategies best replies together; every set of as many replies as there are strategies in the support is tried, by
Cramer's rule.
"""

import itertools
from fractions import Fraction


def determinant(rows):
    """By expansion along the first row."""
    if not rows:
        return 1
    return sum(
        (-1) ** column * entry * determinant([row[:column] + row[column + 1 :] for row in rows[1:]])
        for column, entry in enumerate(rows[0])
        if entry
    )


def candidates(worth):
    """Mixtures of the rows of `worth`, what the other gets from each column, that are pinned down by best replies."""
    own, other = len(worth), len(worth[0])
    found = set()
    for size in range(1, min(own, other) + 1):
        for used in itertools.combinations(range(own), size):
            for replies in itertools.combinations(range(other), size):
                system = [[1] * size]
                system += [[worth[row][column] - worth[row][replies[0]] for row in used] for column in replies[1:]]
                whole = determinant(system)
                if not whole:
                    continue
                mixture = [Fraction(0)] * own
                for place, row in enumerate(used):
                    swapped = [[*line[:place], int(k == 0), *line[place + 1 :]] for k, line in enumerate(system)]
                    mixture[row] = Fraction(determinant(swapped), whole)
                if min(mixture) >= 0 and set(replies) <= best_replies(worth, mixture):
                    found.add(tuple(mixture))
    return found


def best_replies(worth, mixture):
    """The columns that are worth most."""
    values = [sum(share * row[column] for share, row in zip(mixture, worth, strict=True)) for column in range(len(worth[0]))]
    return {column for column, value in enumerate(values) if value == max(values)}


def extreme_equilibria(first, second):
    """All pairs of candidates that reply best to each other; payoffs as lists of rows of integers or fractions."""
    turned = [list(column) for column in zip(*first, strict=True)]
    rows = {x: best_replies(second, x) for x in candidates(second)}
    columns = {y: best_replies(turned, y) for y in candidates(turned)}
    return {
        (x, y)
        for x, own_replies in rows.items()
        for y, replies in columns.items()
        if {j for j, share in enumerate(y) if share} <= own_replies and {i for i, share in enumerate(x) if share} <= replies
    }


def listed(equilibria):
    """In the order of the library: small supports first, then those that put more on the first strategies."""
    return sorted(
        equilibria, key=lambda pair: (sum(share > 0 for own in pair for share in own), *(-s for own in pair for s in own))
    )


def joined(equilibria):
    """Whether two extreme equilibria share a strategy, so that all mixtures of them are equilibria."""
    return any((one[0] == other[0]) != (one[1] == other[1]) for one, other in itertools.combinations(equilibria, 2))
