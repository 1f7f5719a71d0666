"""Two-player games by brute force in fractions: extreme equilibria, and indices of components by perturbing the payoffs."""

import itertools
from fractions import Fraction

ALMOST = Fraction(1, 10**5)  # what a perturbed equilibrium has below this is gone in the limit


def extreme_equilibria(first, second):
    """All pairs of vertices that reply best to each other, each with its labels."""
    transposed = [list(column) for column in zip(*first, strict=True)]
    found = {}
    for x, x_labels in _vertices(second).items():
        for y, y_labels in _vertices(transposed).items():
            # Labels: own strategies not in use, and the other's best replies.
            rows = x_labels[0] | y_labels[1] == set(range(len(first)))
            columns = y_labels[0] | x_labels[1] == set(range(len(transposed)))
            if rows and columns:
                found[x, y] = (x_labels, y_labels)
    return found


def _vertices(payoff):
    """Mixtures of rows that are vertices of their best-reply polytope: every square system of a support and replies."""
    own, other = range(len(payoff)), range(len(payoff[0]))
    least = min(min(row) for row in payoff)
    shifted = [[value - least + 1 for value in row] for row in payoff]
    found = {}
    for size in range(1, min(len(own), len(other)) + 1):
        for support in itertools.combinations(own, size):
            for replies in itertools.combinations(other, size):
                point = _solve([[shifted[i][j] for i in support] for j in replies])
                if point is None or min(point) < 0:
                    continue
                worth = [sum(shifted[i][j] * share for i, share in zip(support, point, strict=True)) for j in other]
                if max(worth) > 1:
                    continue
                weight = dict(zip(support, point, strict=True))
                mixture = tuple(Fraction(weight.get(i, 0)) / sum(point) for i in own)
                found[mixture] = ({i for i in own if mixture[i] == 0}, {j for j in other if worth[j] == 1})
    return found


def _solve(rows):
    """Solve a square system whose right side is all ones, by elimination; None when it is singular."""
    size = len(rows)
    table = [[Fraction(value) for value in row] + [Fraction(1)] for row in rows]
    for column in range(size):
        pivot = next((row for row in range(column, size) if table[row][column]), None)
        if pivot is None:
            return None
        table[column], table[pivot] = table[pivot], table[column]
        for row in range(column + 1, size):
            if table[row][column]:
                factor = table[row][column] / table[column][column]
                table[row] = [value - factor * above for value, above in zip(table[row], table[column], strict=True)]
    point = [Fraction(0)] * size
    for row in reversed(range(size)):
        rest = table[row][size] - sum(table[row][k] * point[k] for k in range(row + 1, size))
        point[row] = rest / table[row][row]
    return point


def determinant(rows):
    """By expansion along the first row."""
    if not rows:
        return 1
    return sum(
        (-1) ** column * value * determinant([row[:column] + row[column + 1 :] for row in rows[1:]])
        for column, value in enumerate(rows[0])
        if value
    )


def component_index(first, second, equilibria, components, rng):
    """Sum the indices of a nearby generic game's equilibria over the components that they are near.

    Parameters
    ----------
    first, second : lists of rows of small integers
    equilibria : dict (x, y) -> labels
        Of the game itself.
    components : list of sets of (x, y)
        Its connected components by their extreme equilibria.
    rng : random.Random
        Draws the perturbation.
    """
    near = [[[value + Fraction(rng.randint(1, 1000), 10**12) for value in row] for row in payoff] for payoff in (first, second)]
    total = [0] * len(components)
    for x, y in extreme_equilibria(*near):
        rows, columns = [i for i, share in enumerate(x) if share], [j for j, share in enumerate(y) if share]
        if len(rows) != len(columns):
            return None  # not generic after all
        signs = [
            determinant([[own[i][j] - min(min(row) for row in own) + 1 for j in columns] for i in rows]) > 0 for own in near
        ]
        sign = (1 if signs[0] == signs[1] else -1) * (-1) ** (len(rows) + 1)
        labels = _limit_labels(first, second, x, y)
        owners = {
            number
            for number, members in enumerate(components)
            for member in members
            if all(wide <= own for wide, own in zip(labels, _flat(equilibria[member]), strict=True))
        }
        assert len(owners) == 1
        total[owners.pop()] += sign
    return total


def _flat(labels):
    return labels[0][0], labels[0][1], labels[1][0], labels[1][1]


def _limit_labels(first, second, x, y):
    """Labels of the point that a perturbed equilibrium goes to: unused and replies of x, then of y."""
    worth = [sum(first[i][j] * share for j, share in enumerate(y)) for i in range(len(x))]
    other = [sum(second[i][j] * share for i, share in enumerate(x)) for j in range(len(y))]
    return (
        {i for i, share in enumerate(x) if share < ALMOST},
        {j for j, value in enumerate(other) if max(other) - value < ALMOST},
        {j for j, share in enumerate(y) if share < ALMOST},
        {i for i, value in enumerate(worth) if max(worth) - value < ALMOST},
    )
