"""Sweeps of theorems: as the solver says, exact on borders, silent where assumptions fail."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import deterrence_games as dg
from benchmarks.agreement import draw
from deterrence_games.theory.compiled_values import CompiledValues
from tests.analysis.sweep_functions import number_of_equilibria
from tests.analysis.sweeps import FIXED, PAYOFFS, PLANE, RUDIMENTARY, SQUARE, UNILATERAL, contents, same


@pytest.fixture(scope="module")
def theorem():
    return dg.derive(UNILATERAL)


@pytest.fixture(scope="module")
def rudimentary():
    return dg.derive(RUDIMENTARY)


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


@pytest.mark.parametrize(
    "name", ["rudimentary_asymmetric_deterrence", "unilateral_deterrence", "generalized_mutual_deterrence", "tripartite_crisis"]
)
def test_strategies_are_those_of_the_solver(name):
    """Bounds of every probability in every family; two of the models leave some of them open off the path."""
    theorem = dg.derive(dg.models.CATALOGUE[name]())
    table = dg.Table(draw(theorem, 150, np.random.default_rng(5)))
    closed = dg.sweep(theorem, table, quantities=("families", "strategies"))
    solved = dg.sweep(theorem.game, table, quantities=("families", "strategies"))
    assert (closed.status == 0).all()
    np.testing.assert_allclose(closed.strategies, solved.strategies.sel(family=closed.family), rtol=0, atol=1e-7)
    assert dg.family_exists(closed, str(closed.family.values[0])).any()


def test_margins_and_credibility_are_read_off_the_solver_by_family(theorem):
    wanted = ("families", "margin", "credibility", "war")
    closed, solved = (dg.sweep(game, SQUARE, fixed=PAYOFFS, quantities=wanted) for game in (theorem, UNILATERAL))
    assert (closed.status == 0).all()
    for name in ("margin", "credibility"):
        assert closed[name].values.tobytes() == solved[name].sel(family=closed.family).values.tobytes()


def test_where_theorem_and_solver_differ_the_point_counts_as_incomplete(rudimentary):
    """A theorem without one of its families."""
    torn = replace(rudimentary, families=rudimentary.families[:1])
    swept = dg.sweep(torn, {"p": [0.1, 0.4]}, fixed={**FIXED, "a_DC": 1}, quantities=("families", "margin"))
    assert swept.status.values.tolist() == [1, 0]
    assert np.isnan(swept.margin.values[0]).all()


def test_what_looks_at_equilibria_at_numbers_is_refused(theorem):
    with pytest.raises(dg.ParameterError, match=r"looks at equilibria at numbers; sweep theorem\.game"):
        dg.sweep(theorem, {"p_ch": [0.5], "p_def": [0.5]}, fixed=PAYOFFS, select="risk dominant")
    with pytest.raises(dg.ParameterError, match=r"'margin' is read off .* which knows nothing of D1; sweep the theorem before"):
        dg.sweep(theorem.refine("D1"), {"p_ch": [0.5], "p_def": [0.5]}, fixed=PAYOFFS, quantities=("families", "margin"))


# ---- compiled --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("select", ["family", "range", "worst defender"])
def test_compiled_sweeps_have_the_same_bits(theorem, monkeypatch, tmp_path, select):
    """Also on borders, outside the assumptions, in whatever blocks, in a store, and when workers do the work."""
    grid = {"p_ch": np.linspace(0, 1, 25), "p_def": [0.0, 0.1, 0.25, 1 / 3, 0.4, 0.5, np.nextafter(0.5, 1), 0.75, 1.0]}
    options = {"fixed": PAYOFFS, "quantities": ("families", "outcomes", "payoffs", "war", "strategies"), "select": select}
    plain = dg.sweep(theorem, grid, **options)
    dg.sweep(theorem, grid, **options, store=tmp_path / "plain.zarr", chunks=60)
    assert {2 | 1, 4} <= set(np.unique(plain.status))
    monkeypatch.setattr("deterrence_games.analysis.sweep_theorem.COMPILED_FROM", 1)
    monkeypatch.setenv("DETERRENCE_GAMES_CACHE", str(tmp_path / "cache"))
    asked = []
    evaluate = CompiledValues.evaluate_columns
    monkeypatch.setattr(CompiledValues, "evaluate_columns", lambda *given: asked.append(1) or evaluate(*given))
    assert same(plain, dg.sweep(theorem, grid, **options))
    assert same(plain, dg.sweep(theorem, grid, **options, chunks=7))
    assert len(asked) > 2
    dg.sweep(theorem, grid, **options, store=tmp_path / "compiled.zarr", chunks=60)
    assert contents(tmp_path / "plain.zarr") == contents(tmp_path / "compiled.zarr")


def test_workers_compile_for_themselves(rudimentary, monkeypatch, tmp_path):
    options = {"fixed": FIXED, "quantities": ("families", "war"), "chunks": 8}
    dg.sweep(rudimentary, PLANE, **options, store=tmp_path / "plain.zarr")
    monkeypatch.setattr("deterrence_games.analysis.sweep_theorem.COMPILED_FROM", 1)
    monkeypatch.setenv("DETERRENCE_GAMES_CACHE", str(tmp_path / "cache"))
    dg.sweep(rudimentary, PLANE, **options, store=tmp_path / "compiled.zarr", processes=2)
    assert list((tmp_path / "cache").glob("m*.py"))
    assert contents(tmp_path / "plain.zarr") == contents(tmp_path / "compiled.zarr")


def test_the_size_of_the_whole_sweep_decides(theorem, monkeypatch):
    """Not the size of a block, which a run that goes on, or another number of workers, might have changed."""
    from deterrence_games.analysis import sweep_theorem

    monkeypatch.setattr(sweep_theorem, "COMPILED_FROM", 40)
    made = []
    monkeypatch.setattr(type(theorem), "compiled", lambda self, wanted: made.append(tuple(wanted)))
    dg.sweep(theorem, {"p_ch": np.linspace(0.1, 0.9, 13), "p_def": [0.2, 0.4, 0.6]}, fixed=PAYOFFS, chunks=100)
    assert made == []
    dg.estimate_sweep(theorem, {"p_ch": np.linspace(0.1, 0.9, 20), "p_def": [0.2, 0.4]}, fixed=PAYOFFS, chunks=5)
    assert made == [("outcomes",)]


def test_chunks_and_stores_do_not_change_a_bit(theorem, tmp_path):
    sample = dg.Sample({"p_ch": (0, 1), "p_def": (0, 1)}, 300, "random", seed=2)
    options = {"fixed": PAYOFFS, "quantities": ("families", "outcomes", "war"), "select": "worst defender"}
    whole = dg.sweep(theorem, sample, **options)
    assert same(whole, dg.sweep(theorem, sample, **options, chunks=7))
    stored = dg.sweep(theorem, sample, **options, chunks=100, store=tmp_path / "x.zarr")
    assert same(whole, stored.compute())
    again = dg.sweep(dg.derive(UNILATERAL), sample, **options, store=tmp_path / "x.zarr")  # derived anew, the same theorem
    assert same(whole, again.compute())
