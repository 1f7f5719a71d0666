"""Correlated equilibria against fractions, Nash equilibria and known games."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deterrence_games as dg
from deterrence_games.analysis.correlated import correlated
from deterrence_games.errors import GameError, SizeError, SolverError
from deterrence_games.forms import StrategicForm
from deterrence_games.solvers.obedience import largest_violation
from tests.exact_games import exact_equilibria
from tests.oracles.exact_linear import vertices
from tests.trees import build_tree

CHICKEN = StrategicForm.from_arrays([[6, 2], [7, 0]], [[6, 7], [2, 0]], name="chicken")


def exact_range(payoffs, worth):
    """Least and greatest worth over the vertices of the polytope, in fractions."""
    shape = payoffs.shape[1:]
    profiles = list(product(*(range(size) for size in shape)))
    rows = [[Fraction(int(k == at)) for k in range(len(profiles))] + [Fraction(0)] for at in range(len(profiles))]
    for player, size in enumerate(shape):
        for told, played in product(range(size), repeat=2):
            if told != played:
                row = []
                for profile in profiles:
                    instead = (*profile[:player], played, *profile[player + 1 :])
                    loss = payoffs[player][profile] - payoffs[player][instead]
                    row.append(Fraction(int(loss)) if profile[player] == told else Fraction(0))
                rows.append([*row, Fraction(0)])
    points = vertices(len(profiles), [[Fraction(1)] * len(profiles) + [Fraction(-1)]], rows)
    values = [sum(int(worth[profile]) * share for profile, share in zip(profiles, point, strict=True)) for point in points]
    return min(values), max(values)


@given(seed=st.integers(0, 2**32), shape=st.sampled_from([(2, 2), (2, 3), (2, 2, 2)]), levels=st.sampled_from([2, 4, 10]))
def test_best_and_worst_match_the_vertices_in_fractions(seed, shape, levels):
    payoffs = np.random.default_rng(seed).integers(0, levels, size=(len(shape), *shape))
    form = StrategicForm.from_arrays(*payoffs)
    least, greatest = exact_range(payoffs, payoffs.sum(axis=0))
    for sense, exact in (("worst", least), ("best", greatest)):
        found = correlated(form, sense=sense)
        assert found.value == pytest.approx(float(exact), abs=1e-8)
        assert found.gap <= 1e-8
        assert found.violation <= 1e-9 * levels
        assert sum(found.payoffs.values()) == pytest.approx(found.value)


@given(seed=st.integers(0, 2**32))
def test_every_nash_equilibrium_is_correlated(seed):
    first, second = np.random.default_rng(seed).integers(0, 4, size=(2, 3, 3))
    form = StrategicForm.from_arrays(first, second)
    low = {player: correlated(form, objective=player, sense="worst").value for player in form.players}
    high = {player: correlated(form, objective=player).value for player in form.players}
    for x, y in exact_equilibria(first.tolist(), second.tolist()):
        joint = np.outer([float(share) for share in x], [float(share) for share in y])
        assert largest_violation(form, joint) <= 1e-12
        for player, payoff in zip(form.players, form.payoffs, strict=True):
            assert low[player] - 1e-8 <= (payoff * joint).sum() <= high[player] + 1e-8


def test_chicken():
    """A mediator brings more than any Nash equilibrium (whose best sum is 9 1/3)."""
    best = correlated(CHICKEN)
    assert best.value == pytest.approx(10.5)
    np.testing.assert_allclose(best.distribution, [[0.5, 0.25], [0.25, 0]], atol=1e-9)
    assert next(iter(best.recommended)) == ("0", "0")
    assert correlated(CHICKEN, objective="player 2").value == pytest.approx(7)
    assert correlated(CHICKEN, objective="player 1", sense="worst").value == pytest.approx(2)
    assert correlated(CHICKEN, objective=[[0, 0], [0, 1]], sense="best").value == pytest.approx(1 / 5)
    assert "chicken: best correlated equilibrium for the sum of payoffs: 10.5" in repr(best)


def test_prisoners_cannot_be_helped():
    form = StrategicForm.from_arrays([[3, 0], [5, 1]], [[3, 5], [0, 1]], name="prisoners")
    for sense in ("best", "worst"):
        assert correlated(form, sense=sense).distribution[1, 1] == pytest.approx(1)
    assert largest_violation(form, np.array([[1.0, 0], [0, 0]])) == 2
    assert largest_violation(form, np.array([[0.5, 0], [0, 0.5]])) == 1
    assert largest_violation(form, np.array([[0.5, 0], [0, 0.6]])) == float("inf")


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1e9, 1e300])
def test_payoffs_of_any_scale(scale):
    found = correlated(StrategicForm.from_arrays(*(scale * CHICKEN.payoffs)))
    assert found.value == pytest.approx(10.5 * scale, rel=1e-8)
    assert found.violation <= 1e-8 * scale


def test_outcomes_of_games_and_trees():
    tree = ("move", "entrant", {"out": "peace", "in": ("move", "incumbent", {"yield": "entry", "fight": "war"})})
    form = build_tree(("entrant", "incumbent"), tree, {"peace": [0, 2], "entry": [1, 1], "war": [-1, -1]})
    kept_out = correlated(form, objective="peace")
    assert kept_out.value == pytest.approx(1)
    assert kept_out.objective == "the probability of peace"
    assert kept_out.outcomes == pytest.approx({"peace": 1, "entry": 0, "war": 0}, abs=1e-9)
    assert correlated(form, objective="peace", sense="worst").value == pytest.approx(0, abs=1e-9)
    assert correlated(form, objective="war").value == pytest.approx(0, abs=1e-9)

    point = {"a_SQ": 0, "a_DC": 1, "a_DD": -3, "b_SQ": 3, "b_DC": 1, "b_DDh": 2, "b_DDs": 0, "p": 0.5}
    game = dg.models.rudimentary_asymmetric_deterrence()
    found = correlated(game, point, objective="status_quo", sense="worst")
    assert sum(found.outcomes.values()) == pytest.approx(1)
    assert found.value == pytest.approx(found.outcomes["status_quo"])


def test_objectives_that_mean_nothing():
    with pytest.raises(GameError, match="'plunder' is none of"):
        correlated(CHICKEN, objective="plunder")
    with pytest.raises(GameError, match=r"no finite array of shape \(2, 2\)"):
        correlated(CHICKEN, objective=[1, 2])
    with pytest.raises(GameError, match="no finite array"):
        correlated(CHICKEN, objective=[[1, 2], [np.nan, 0]])
    with pytest.raises(GameError, match="means the sum of payoffs and the payoff of welfare"):
        correlated(StrategicForm.from_arrays([[1]], [[1]], players=("welfare", "b")))
    with pytest.raises(GameError, match="give 'best' or 'worst'"):
        correlated(CHICKEN, sense="fair")
    for seconds in (-1, float("nan"), "10", True):
        with pytest.raises(GameError, match=r"seconds is .*; give a number of seconds, not below zero"):
            correlated(CHICKEN, seconds=seconds)
    with pytest.raises(SolverError, match="the objective is not finite"):
        correlated(StrategicForm.from_arrays([[1.7e308, 0.0]], [[1.7e308, 0.0]]))
    with pytest.raises(SizeError, match="coefficients; at most"):
        correlated(StrategicForm.from_arrays(*np.zeros((2, 400, 300))))
    with pytest.raises(SolverError, match="failed"):
        correlated(StrategicForm.from_arrays(*np.random.default_rng(1).random((2, 30, 30))), seconds=0.0)
