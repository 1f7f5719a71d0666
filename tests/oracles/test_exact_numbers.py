"""The exact arithmetic under the brute force: polytopes, inequalities, square roots."""

from fractions import Fraction
from itertools import combinations, product
from math import sqrt
from random import Random

import pytest

from tests.oracles.exact_linear import ONE, solvable, vertices
from tests.oracles.surd import Surd, UndecidedError, real_roots, rounded


def vertices_by_active_sets(size, rows):
    """Every choice of `size` rows as equations that has one solution, kept when it meets all rows."""
    found = set()
    for chosen in combinations(rows, size):
        matrix = [list(row) for row in chosen]
        for k in range(size):
            swap = next((r for r in range(k, size) if matrix[r][k]), None)
            if swap is None:
                break
            matrix[k], matrix[swap] = matrix[swap], matrix[k]
            matrix[k] = [value / matrix[k][k] for value in matrix[k]]
            for r in range(size):
                if r != k:
                    matrix[r] = [a - matrix[r][k] * b for a, b in zip(matrix[r], matrix[k], strict=True)]
        else:
            point = tuple(-row[size] for row in matrix)
            if all(sum(a * b for a, b in zip(row, (*point, 1), strict=True)) >= 0 for row in rows):
                found.add(point)
    return sorted(found)


def random_rows(draw, size):
    """A box cut by random planes, often degenerate."""
    box = [[Fraction(int(k == c) * sign) for c in range(size)] + [Fraction(sign < 0)] for k in range(size) for sign in (1, -1)]
    return box + [[Fraction(draw.randint(-2, 2)) for _ in range(size + 1)] for _ in range(draw.randint(0, 4))]


@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_vertices_match_the_search_over_active_sets(size):
    draw = Random(size)
    empty = 0
    for _ in range(60 if size < 4 else 12):
        rows = random_rows(draw, size)
        expected = vertices_by_active_sets(size, rows)
        assert vertices(size, [], rows) == expected
        empty += not expected
        integer = [{**{k: int(v) for k, v in enumerate(row[:size])}, ONE: int(row[size])} for row in rows]
        assert solvable(integer) == bool(expected)
    assert empty > 0


def test_vertices_with_equations():
    draw = Random(5)
    for _ in range(60):
        rows = random_rows(draw, 3)
        plane = [Fraction(draw.randint(-2, 2)) for _ in range(4)]
        both = [*rows, plane, [-value for value in plane]]
        assert vertices(3, [plane], rows) == vertices_by_active_sets(3, both)


def test_surds_follow_the_real_numbers():
    numbers = [Fraction(0), Fraction(-3, 2), Fraction(7, 5)]
    numbers += [Surd(Fraction(a), Fraction(b, 2), d) for a, b in product((-2, 0, 1, 3), (-3, -1, 2)) for d in (2, 8)]

    def real(x):
        return float(x.a) + float(x.b) * sqrt(x.d) if isinstance(x, Surd) else float(x)

    for x, y in product(numbers, repeat=2):
        assert real(x + y) == pytest.approx(real(x) + real(y), abs=1e-12)
        assert real(x - y) == pytest.approx(real(x) - real(y), abs=1e-12)
        assert real(x * y) == pytest.approx(real(x) * real(y), abs=1e-12)
        if y:
            assert real(x / y) == pytest.approx(real(x) / real(y), abs=1e-11)
        same = abs(real(x) - real(y)) < 1e-12
        assert (x == y) == same
        assert (x < y) == (not same and real(x) < real(y))
        assert (x >= y) == (same or real(x) > real(y))
        assert not same or hash(x) == hash(y)
        assert real(abs(x)) == pytest.approx(abs(real(x)))
        assert float(rounded(x)) == pytest.approx(real(x), abs=1e-15)


def test_two_fields_do_not_mix():
    with pytest.raises(UndecidedError):
        Surd(Fraction(1), Fraction(1), 2) + Surd(Fraction(1), Fraction(1), 3)


def test_roots_of_quadratics():
    assert real_roots(2, -3, 1) == [1, 2]
    assert real_roots(1, 2, 1) == [-1]
    assert real_roots(1, 0, 1) == []
    assert real_roots(3, 6, 0) == [Fraction(-1, 2)]
    assert real_roots(3, 0, 0) == []
    low, high = real_roots(Fraction(1, 2), -2, 1)
    assert (float(rounded(low)), float(rounded(high))) == pytest.approx((1 - sqrt(0.5), 1 + sqrt(0.5)))
    assert high * high - 2 * high + Fraction(1, 2) == 0
