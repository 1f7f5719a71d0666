"""Slow, obviously right answers about two-player games, in fractions."""

import itertools
from fractions import Fraction


def solve_exactly(rows, right):
    """Solve a square system; None when it is singular."""
    size = len(rows)
    table = [[Fraction(entry) for entry in row] + [Fraction(value)] for row, value in zip(rows, right, strict=True)]
    for column in range(size):
        pivot = next((row for row in range(column, size) if table[row][column] != 0), None)
        if pivot is None:
            return None
        table[column], table[pivot] = table[pivot], table[column]
        table[column] = [entry / table[column][column] for entry in table[column]]
        for row in range(size):
            if row != column and table[row][column] != 0:
                factor = table[row][column]
                table[row] = [entry - factor * other for entry, other in zip(table[row], table[column], strict=True)]
    return [row[-1] for row in table]


def exact_vertices(payoff):
    """Vertices of {(x, v): x a mixture of rows, v at least the worth of every column}: every choice of tight constraints."""
    own, other = len(payoff), len(payoff[0])
    bounds = [[Fraction(int(row == entry)) for entry in range(own)] + [Fraction(0)] for row in range(own)]
    bounds += [[-Fraction(payoff[row][column]) for row in range(own)] + [Fraction(1)] for column in range(other)]
    found = set()
    for tight in itertools.combinations(bounds, own):
        point = solve_exactly([*tight, [1] * own + [0]], [0] * own + [1])
        if point and all(sum(a * b for a, b in zip(bound, point, strict=True)) >= 0 for bound in bounds):
            found.add(tuple(point[:-1]))
    return found


def exact_equilibria(first, second):
    """Extreme equilibria of a two-player game given as lists of rows: all pairs of vertices that reply best to each other."""
    rows, columns = len(first), len(first[0])
    transposed = [[Fraction(first[i][j]) for i in range(rows)] for j in range(columns)]
    found = set()
    for x, y in itertools.product(exact_vertices(second), exact_vertices(transposed)):
        worth = [sum(Fraction(first[i][j]) * y[j] for j in range(columns)) for i in range(rows)]
        other_worth = [sum(Fraction(second[i][j]) * x[i] for i in range(rows)) for j in range(columns)]
        if all(worth[i] == max(worth) for i in range(rows) if x[i]) and all(
            other_worth[j] == max(other_worth) for j in range(columns) if y[j]
        ):
            found.add((x, y))
    return found


def exact_maximal_sets(equilibria):
    """Maximal sets of pairs that are rectangles, by trying every set of first strategies."""
    firsts = sorted({x for x, _ in equilibria})
    rectangles = set()
    for size in range(1, len(firsts) + 1):
        for own in itertools.combinations(firsts, size):
            others = {y for _, y in equilibria if all((x, y) in equilibria for x in own)}
            if others:
                rectangles.add(frozenset((x, y) for x in own for y in others))
    return {found for found in rectangles if not any(found < other for other in rectangles)}
