"""Sweeps of theorems: as the solver says, exact on borders, silent where assumptions fail."""

from fractions import Fraction

import numpy as np
import pytest

import deterrence_games as dg
from tests.analysis.sweep_functions import number_of_equilibria
from tests.analysis.sweeps import FIXED, PAYOFFS, PLANE, RUDIMENTARY, UNILATERAL, same


@pytest.fixture(scope="module")
def theorem():
    return dg.derive(UNILATERAL)


@pytest.mark.parametrize("model", ["rudimentary_asymmetric_deterrence", "unilateral_deterrence"])
def test_theorem_and_solver_agree_at_random_points(model):
    """Ordered payoffs are drawn as sums of steps, so that every point keeps to the assumptions."""
    game = dg.models.CATALOGUE[model]()
    rng = np.random.default_rng(11)
    orders = {
        "rudimentary_asymmetric_deterrence": (("a_DD", "a_SQ", "a_DC"), ("b_DDs", "b_DC", "b_DDh", "b_SQ")),
        "unilateral_deterrence": (("c_DDs", "c_CD", "c_DDh", "c_SQ", "c_DC"), ("d_DDs", "d_DC", "d_DDh", "d_CD", "d_SQ")),
    }[model]
    points = 4000
    columns = {name: rng.random(points) for name in game.parameters if name.startswith("p")}
    for order in orders:
        steps = np.cumsum(0.05 + rng.random((points, len(order))), axis=1) - 2
        columns |= dict(zip(order, steps.T, strict=True))
    table = dg.Table(columns)
    wanted = ("families", "outcomes", "payoffs", "war", "deterrence")
    closed = dg.sweep(dg.derive(game), table, quantities=wanted)
    solved = dg.sweep(game, table, quantities=wanted)
    assert (closed.status == 0).all()
    assert (solved.status == 0).all()
    for name in solved.families.attrs["family_names"]:
        if name in closed.family:
            assert (dg.family_exists(closed, name) == dg.family_exists(solved, name)).all(), name
        else:
            assert not dg.family_exists(solved, name).any()
    for name in wanted[1:]:
        np.testing.assert_allclose(closed[name], solved[name].sel(family=closed.family), rtol=0, atol=1e-9, err_msg=name)


def test_borders_are_decided_in_fractions_and_marked(theorem):
    """At p_def = c_1 = 1/3, which no float is, and c_2 = 1/2, with floats for the shortest decimals that print them."""
    third = float(Fraction(1, 3))
    grid = {"p_ch": [0.3, 0.9], "p_def": [np.nextafter(third, 0), third, 0.4, 0.5, np.nextafter(0.5, 1)]}
    swept = dg.sweep(theorem, grid, fixed=PAYOFFS, quantities="families")
    assert swept.status.values.tolist() == [[4, 4, 0, 4, 4]] * 2
    expected = {  # a float next to 1/3, or to 1/2, stands for a decimal below or above it
        "Certain Deterrence": [[False, False, False, True, True]] * 2,
        "Steadfast Deterrence": [[True] * 5] * 2,
        "Separating": [[False, False, True, True, False]] * 2,
        "Attack": [[False] * 5, [True, True, False, False, False]],
        "Bluff": [[True, True, False, False, False], [False] * 5],
    }
    assert swept.family.values.tolist() == list(expected)
    for name, where in expected.items():
        assert dg.family_exists(swept, name).values.tolist() == where


def test_a_theorem_says_nothing_where_its_assumptions_fail(theorem):
    swept = dg.sweep(theorem, {"p_ch": [0, 0.5, 1], "p_def": [0.5, 1.5]}, fixed=PAYOFFS)
    assert swept.status.values.tolist() == [[3, 3], [4, 3], [3, 3]]
    assert (swept.families.values[0] == 0).all()
    assert swept.outcomes.isel(p_ch=0).isnull().all()


def test_functions_of_a_solution_go_with_closed_forms():
    theorem = dg.derive(RUDIMENTARY)
    swept = dg.sweep(theorem, PLANE, fixed=FIXED, quantities=("families", "count", "logit", number_of_equilibria), chunks=7)
    solved = dg.sweep(RUDIMENTARY, PLANE, fixed=FIXED, quantities=("families", "count", "logit", number_of_equilibria))
    for name in ("families", "count", "logit", "number_of_equilibria"):
        assert swept[name].values.tobytes() == solved[name].values.tobytes()


@pytest.mark.parametrize("options", [{"quantities": ("families", "margin")}, {"select": "risk dominant"}])
def test_what_needs_equilibria_at_numbers_is_refused(theorem, options):
    with pytest.raises(dg.ParameterError, match=r"read off equilibria at numbers; sweep theorem\.game"):
        dg.sweep(theorem, {"p_ch": [0.5], "p_def": [0.5]}, fixed=PAYOFFS, **options)


def test_chunks_and_stores_do_not_change_a_bit(theorem, tmp_path):
    sample = dg.Sample({"p_ch": (0, 1), "p_def": (0, 1)}, 300, "random", seed=2)
    options = {"fixed": PAYOFFS, "quantities": ("families", "outcomes", "war"), "select": "worst defender"}
    whole = dg.sweep(theorem, sample, **options)
    assert same(whole, dg.sweep(theorem, sample, **options, chunks=7))
    stored = dg.sweep(theorem, sample, **options, chunks=100, store=tmp_path / "x.zarr")
    assert same(whole, stored.compute())
    again = dg.sweep(dg.derive(UNILATERAL), sample, **options, store=tmp_path / "x.zarr")  # derived anew, the same theorem
    assert same(whole, again.compute())
