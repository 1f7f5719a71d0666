"""Extreme points against a brute force over active constraints in exact fractions."""

from fractions import Fraction
from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deterrence_games.kernels.polytope import WORDS, extreme_points

CAPACITY = 128


def solve_exactly(rows):
    """The unique solution of ``coefficients . x + constant = 0`` for all rows, or None."""
    rows = [list(row) for row in rows]
    size = len(rows[0]) - 1
    if len(rows) < size:
        return None
    for column in range(size):
        pivot = next((k for k in range(column, len(rows)) if rows[k][column] != 0), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for k in range(len(rows)):
            if k != column and rows[k][column] != 0:
                factor = rows[k][column] / rows[column][column]
                rows[k] = [a - factor * b for a, b in zip(rows[k], rows[column], strict=True)]
    if any(row[size] != 0 for row in rows[size:]):
        return None
    return tuple(-rows[k][size] / rows[k][k] for k in range(size))


def brute_force(size, equations, inequalities):
    """Every feasible point at which enough constraints bind."""
    signs = [[Fraction(int(c == k)) for c in range(size)] + [Fraction(0)] for k in range(size)]
    bounds = [*signs, *inequalities]
    points = set()
    for active in chain.from_iterable(combinations(bounds, count) for count in range(size + 1)):
        found = solve_exactly([*active, *equations])
        if found is not None and all(sum(a * x for a, x in zip(row, found, strict=False)) + row[size] >= 0 for row in bounds):
            points.add(found)
    return points


entry = st.integers(-3, 3).map(Fraction)


@st.composite
def systems(draw):
    """A few rows within the simplex of weights that sum to one."""
    size = draw(st.integers(2, 4))
    row = st.lists(entry, min_size=size + 1, max_size=size + 1)
    simplex = [Fraction(1)] * size + [Fraction(-1)]
    return size, [simplex, *draw(st.lists(row, max_size=2))], draw(st.lists(row, max_size=3))


@pytest.mark.parametrize("run", [extreme_points, extreme_points.py_func], ids=["compiled", "python"])
@given(system=systems())
def test_extreme_points_match_brute_force(run, system):
    size, equations, inequalities = system
    equality = np.array(equations, dtype=float)
    inequality = np.array(inequalities, dtype=float).reshape(-1, size + 1)
    rays, meets, slack = np.empty((CAPACITY, size + 1)), np.empty((CAPACITY, WORDS), np.int64), np.empty(CAPACITY)
    found = run(size, equality, len(equations), inequality, len(inequalities), 1e-10, rays, meets, slack)
    expected = np.array(sorted(brute_force(size, equations, inequalities)), dtype=float).reshape(-1, size)
    points = rays[:found, :size]
    order = np.lexsort(points.round(9).T[::-1])
    np.testing.assert_allclose(points[order], expected, atol=1e-9)


def test_too_little_room_is_said():
    rays, meets, slack = np.empty((3, 4)), np.empty((3, WORDS), np.int64), np.empty(3)
    none = np.empty((0, 4))
    assert extreme_points(3, none, 0, none, 0, 1e-10, rays, meets, slack) == -1
