"""One Nash equilibrium of two-player games: degenerate, scaled, large, and out of reach."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deterrence_games.errors import SolverError
from deterrence_games.forms import StrategicForm
from deterrence_games.results import Status
from deterrence_games.solvers.lemke_howson import LemkeHowson
from tests.exact_games import exact_equilibria
from tests.trees import build_tree


def solve(first, second, **options):
    return LemkeHowson(**options).solve(StrategicForm.from_arrays(first, second, name="test game"))


def exact_gain(payoff, own, other):
    """What the best reply gains over a mixture, in fractions; rows are the own strategies."""
    other = [Fraction(float(share)) for share in other]
    worth = [sum(Fraction(float(cell)) * share for cell, share in zip(row, other, strict=True)) for row in payoff]
    return max(worth) - sum(Fraction(float(share)) * value for share, value in zip(own, worth, strict=True))


def gains(first, second, profile):
    x, y = profile
    return exact_gain(first, x, y), exact_gain(np.transpose(second), y, x)


@given(seed=st.integers(0, 2**32), levels=st.sampled_from([1, 2, 3, 10**6]), copies=st.booleans())
def test_an_equilibrium_is_found_in_every_small_game(seed, levels, copies):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, levels, size=(2, *rng.integers(1, 9, size=2)))
    if copies:
        rows, columns = (rng.integers(0, size, size=size + 3) for size in first.shape)
        first, second = first[np.ix_(rows, columns)], second[np.ix_(rows, columns)]
    solution = solve(first, second)
    assert solution.status is Status.FOUND
    assert max(gains(first, second, solution[0].profile)) <= 1e-12 * levels
    assert not solution.complete


@given(seed=st.integers(0, 2**32))
def test_a_unique_equilibrium_is_the_one_in_fractions(seed):
    first, second = np.random.default_rng(seed).integers(-9, 10, size=(2, 3, 3))
    exact = exact_equilibria(first.tolist(), second.tolist())
    profile = solve(first, second)[0].profile
    distance = min(
        max(
            abs(float(share) - found)
            for own, mixed in zip(pair, profile, strict=True)
            for share, found in zip(own, mixed, strict=True)
        )
        for pair in exact
    )
    if len(exact) == 1:
        assert distance <= 1e-12


@given(seed=st.integers(0, 2**32), scale=st.sampled_from([1e-300, 1e-12, 1e12, 1e305]), other=st.sampled_from([1e-290, 1.0]))
def test_payoffs_of_any_scale(seed, scale, other):
    first, second = np.random.default_rng(seed).normal(size=(2, 6, 5))
    solution = solve(scale * first, other * second)
    assert solution.status is Status.FOUND
    gain_first, gain_second = gains(scale * first, other * second, solution[0].profile)
    assert gain_first <= 1e-12 * Fraction(scale)
    assert gain_second <= 1e-12 * Fraction(other)


@pytest.mark.parametrize("size", [40, 150])
def test_large_games_have_small_supports_and_nearly_no_regret(size):
    rng = np.random.default_rng(size)
    for _ in range(4):
        solution = solve(*rng.random((2, size, size + 1)))
        assert solution[0].regret <= 1e-12
        assert max(np.count_nonzero(own) for own in solution[0].profile) <= 10


def test_pure_equilibria_come_first():
    solution = solve([[3, 1], [4, 0]], [[3, 4], [1, 0]])
    assert solution.stats == {"pivots": 0, "paths": 0}
    assert "pure equilibrium" in solution.completeness
    assert solution[0].strict


def test_what_one_gains_the_other_loses_in_any_units():
    """Rock, paper and scissors with unequal stakes, paid to one in other units than to the other."""
    first = np.array([[0, -1, 3], [1, 0, -2], [-3, 2, 0]])
    solution = solve(first, 7 - 10 * first)
    np.testing.assert_allclose(solution[0].profile, [np.array([2, 3, 1]) / 6] * 2, atol=1e-9)
    assert "maximin" in solution.completeness
    assert solution[0].payoffs["player 1"] == pytest.approx(0, abs=1e-9)


def test_matching_pennies_of_many_sides_needs_full_supports():
    """Every strategy must be in use, so that short paths end nowhere and longer ones follow."""
    size = 30
    first = np.eye(size)
    second = 0.1 * np.roll(np.eye(size), 1, axis=0) - np.eye(size)
    solution = solve(first, second)
    np.testing.assert_allclose(solution[0].profile[1], 1 / size, atol=1e-12)
    assert solution.stats["paths"] > 2 * size
    limited = solve(first, second, pivots=50)
    assert limited.status is Status.LIMIT
    assert not limited.equilibria
    assert limited.stats["pivots"] == 50
    assert "limit of 50 pivots is reached; raise pivots" in limited.completeness
    assert solve(first, second, pivots=0).status is Status.LIMIT


def test_a_limit_ends_a_large_game():
    rng = np.random.default_rng(2)
    size = 400
    first, second = rng.random((2, size, size))
    assert solve(first + 3 * np.eye(size), second - 3 * np.eye(size), pivots=1000).status is Status.LIMIT


def test_nothing_at_stake():
    assert solve(np.zeros((3, 2)), np.ones((3, 2)))[0].regret == 0.0
    assert solve([[1]], [[2]])[0].payoffs == {"player 1": 1.0, "player 2": 2.0}


def test_forms_and_options_that_it_does_not_take():
    three = StrategicForm.from_arrays(*np.zeros((3, 2, 2, 2)), name="three sides")
    with pytest.raises(SolverError, match="game 'three sides': LemkeHowson cannot take it: it takes two players"):
        LemkeHowson().solve(three)
    with pytest.raises(SolverError, match="convert the tree"):
        LemkeHowson().solve(build_tree(("a", "b"), ("move", "a", {"x": "o", "y": "o"}), {"o": [0, 0]}))
    with pytest.raises(SolverError, match="LemkeHowson: cap"):
        LemkeHowson(cap=1.5)
