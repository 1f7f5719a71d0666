"""Sobol' indices against variances that are known in fractions."""

from fractions import Fraction

import numpy as np
import pytest

import deterrence_games as dg
from tests.analysis.sweep_functions import picky
from tests.analysis.sweeps import FIXED, PAYOFFS, RUDIMENTARY, UNILATERAL, same

SQUARE = {"p_ch": (0, 1), "p_def": (0, 1)}


@pytest.fixture(scope="module")
def theorem():
    return dg.derive(UNILATERAL)


@pytest.fixture(scope="module")
def rudimentary():
    return dg.derive(RUDIMENTARY)


@pytest.mark.parametrize("method", ["sobol", "halton", "random"])
def test_indices_of_a_rectangle(theorem, method):
    """Of a product of two events with probabilities a and b: first orders b (1-a) / (1-ab), totals (1-a) / (1-ab)."""
    found = dg.sensitivity(theorem, dg.Sample(SQUARE, 4096, method, seed=3), fixed=PAYOFFS).sel(family="Bluff")
    a, b = Fraction(2, 3), Fraction(1, 3)  # p_ch < d*, p_def < c_1
    whole = 1 - a * b
    exact = {"p_ch": (b * (1 - a) / whole, (1 - a) / whole), "p_def": (a * (1 - b) / whole, (1 - b) / whole)}
    assert exact["p_ch"] == (Fraction(1, 7), Fraction(3, 7))
    for name, (first, total) in exact.items():
        own = found.sel(parameter=name)
        assert abs(float(own.first_order) - float(first)) < 4 * float(own.first_order_error)
        assert abs(float(own.total_order) - float(total)) < 4 * float(own.total_order_error)
        assert 0 < float(own.first_order_error) < 0.04
    assert float(found.variance) == pytest.approx(float(a * b * (1 - a * b)), abs=0.01)


def test_indices_of_a_polynomial(rudimentary):
    """The aggressor's payoff in Attack is a (1 - p) - 3 p, with p from 0 to 1/8 and a_DC = a from 1 to 2."""
    sample = dg.Sample({"p": (0, 0.125), "a_DC": (1, 2)}, 4096, seed=1)
    found = dg.sensitivity(rudimentary, sample, fixed=FIXED, quantity="payoffs", select="best " + RUDIMENTARY.players[0])
    q, one = Fraction(1, 8), Fraction(1, 12)
    of_p, of_a, both = Fraction(9, 2) ** 2 * q**2 * one, (1 - q / 2) ** 2 * one, one * q**2 * one
    whole = of_p + of_a + both
    own = found.sel(player=RUDIMENTARY.players[0])
    assert own.first_order.values == pytest.approx([float(of_p / whole), float(of_a / whole)], abs=0.005)
    assert own.total_order.values == pytest.approx([float((of_p + both) / whole), float((of_a + both) / whole)], abs=0.005)
    assert float(own.variance) == pytest.approx(float(whole), rel=0.005)
    assert found.attrs["quantity"] == "payoffs"


def test_standard_errors_hold_what_they_promise(theorem):
    """Over 20 seeds of independent points, deviations from 1/7 are as large as the errors say."""
    deviations = []
    for seed in range(20):
        found = dg.sensitivity(theorem, dg.Sample(SQUARE, 256, "random", seed=seed), fixed=PAYOFFS)
        own = found.sel(family="Bluff", parameter="p_ch")
        deviations.append((float(own.first_order) - 1 / 7) / float(own.first_order_error))
    assert 0.5 < np.mean(np.square(deviations)) < 2


def test_what_does_not_vary_has_no_indices(theorem):
    found = dg.sensitivity(theorem, dg.Sample(SQUARE, 64), fixed=PAYOFFS).sel(family="Steadfast Deterrence")
    assert float(found.variance) == 0
    assert found.first_order.isnull().all()
    assert found.total_order_error.isnull().all()


def test_ranges_over_equilibria_and_functions_of_a_solution(theorem):
    sample = dg.Sample({"p": (0, 0.5), "a_DC": (1, 2)}, 32, seed=2)
    found = dg.sensitivity(RUDIMENTARY, sample, fixed=FIXED, quantity=picky)  # the second parameter alone
    assert found.first_order.values == pytest.approx([0, 1], abs=0.1)
    assert found.total_order.sel(parameter="p") == 0
    ranged = dg.sensitivity(theorem, dg.Sample(SQUARE, 64), fixed=PAYOFFS, quantity="war")
    assert ranged.first_order.dims == ("parameter", "bound")
    assert float(ranged.variance.sel(bound="low")) == 0  # Steadfast Deterrence exists everywhere


def test_the_same_seed_gives_the_same_bits_whoever_works(rudimentary):
    sample = dg.Sample({"p": (0, 1), "a_DC": (1, 4, "log")}, 64, seed=5)
    found = dg.sensitivity(rudimentary, sample, fixed=FIXED)
    assert same(found, dg.sensitivity(rudimentary, sample, fixed=FIXED))
    assert "a_DC in 1 .. 4 (log)" in found.attrs["sample"]
    solved = dg.sensitivity(RUDIMENTARY, sample, fixed=FIXED)
    names = list(found.family.values)
    np.testing.assert_array_equal(solved.first_order.sel(family=names), found.first_order)


@pytest.mark.parametrize(
    ("sample", "options", "message"),
    [
        ({"p": (0, 1)}, {}, "sample is dict; give Sample"),
        (dg.Sample({"p": (0, 1)}, 8), {"fixed": {**FIXED, "a_DC": 1}}, "one parameter alone explains all"),
        (dg.Sample({"p": (0, 1), "a_DC": (1, 2)}, 100), {}, "has 100 points; give a power of two, such as 128"),
        (dg.Sample({"p": (0, 1), "a_DC": (1, 2)}, 1), {}, "has 1 points; give a power of two, such as 2"),
        (dg.Sample({"p": (0, 1), "a_DC": (2, 1)}, 8), {}, "the sample draws 'a_DC' from"),
        (dg.Sample({"p": (0, 1), "a_DC": (1, 2)}, 8), {"quantity": "war", "select": "family"}, "'war' by family has no value"),
        (dg.Sample({"p": (0, 1), "a_DC": (1, 2)}, 8), {"quantity": "wars"}, "unknown quantity 'wars'"),
        (dg.Sample({"p": (0, 1), "a_DC": (1, 2)}, 8), {"quantity": "war", "select": "best"}, "names no player"),
    ],
)
def test_bad_input(rudimentary, sample, options, message):
    with pytest.raises(dg.ParameterError, match=message):
        dg.sensitivity(rudimentary, sample, **{"fixed": FIXED, **options})


def test_points_without_a_value_are_refused_with_the_reason(rudimentary):
    with pytest.raises(dg.GameError, match=r"families has no value at \d+ of 32 points, first at p = .*outside: an assumption"):
        dg.sensitivity(rudimentary, dg.Sample({"p": (0, 1), "a_DC": (-1, 2)}, 8), fixed=FIXED)
    with pytest.raises(dg.GameError, match=r"picky has no value at .*\(raised: a function or the solver raised an error\)"):
        dg.sensitivity(RUDIMENTARY, dg.Sample({"p": (0, 1), "a_DC": (1, 2)}, 8), fixed=FIXED, quantity=picky)
    with pytest.raises(dg.GameError, match=r"sensitivity of str: give a Game, or a Theorem"):
        dg.sensitivity("unilateral_deterrence", dg.Sample({"p": (0, 1), "a_DC": (1, 2)}, 8))
