"""Grids, samples and tables: what is refused, and that blocks cover every point once."""

import ast
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deterrence_games as dg
from deterrence_games.analysis.sweep_grid import Grid, read_sweep_grid, units
from deterrence_games.analysis.sweep_plan import Plan, read_chunks
from deterrence_games.analysis.sweep_sample import METHODS, draw
from tests.analysis.sweeps import FIXED, PAYOFFS, PLANE, RUDIMENTARY, UNILATERAL

WITHOUT_A_DC = {**FIXED, "p": 0.5}


@pytest.mark.parametrize(
    ("grid", "fixed", "message"),
    [
        ({}, FIXED, "the grid is empty"),
        ([0.1, 0.2], FIXED, "the grid is list; give"),
        ({"p": [], "a_DC": [1]}, FIXED, "axis 'p' is empty"),
        ({"p": [0.1, 0.3, 0.2], "a_DC": [1]}, FIXED, "axis 'p' is not sorted: 0.3 stands before 0.2"),
        ({"p": [0.1, 0.1], "a_DC": [1]}, FIXED, "axis 'p' is not sorted: 0.1 stands before 0.1"),
        ({"p": [0.1, math.nan], "a_DC": [1]}, FIXED, "axis 'p' is NaN or infinite"),
        ({"p": [[0.1], [0.2]], "a_DC": [1]}, FIXED, "axis 'p' has 2 axes"),
        ({"p": ["0.1"], "a_DC": [1]}, FIXED, "give real numbers"),
        ({"p": [True], "a_DC": [1]}, FIXED, "give real numbers"),
        ({"p": 0.1, "a_DC": [1]}, FIXED, "axis 'p' has 0 axes"),
        ({"p": dg.Linear(1, 0, 5), "a_DC": [1]}, FIXED, "axis 'p' runs from 1 to 0"),
        ({"p": dg.Linear(0, 1, 1), "a_DC": [1]}, FIXED, "axis 'p' has 1 points"),
        ({"p": dg.Log(0, 1, 5), "a_DC": [1]}, FIXED, "is logarithmic and begins at 0"),
        ({"q": [0.1], "a_DC": [1]}, FIXED, "unknown parameter 'q'"),
        ({"p": [0.1], "a_DCC": [1]}, FIXED, "did you mean a_DC"),
        ({"p": [0.1]}, FIXED, "no value for a_DC; add it to the grid or to fixed"),
        ({"p": [0.1], "a_DC": [1]}, {**FIXED, "p": 0.2}, "'p' is in the grid and in fixed"),
        ({"p": [0.1], "a_DC": [1]}, {**FIXED, "zzz": 0.2}, "fixed has unknown parameter 'zzz'"),
        ({"p": [0.1], "a_DC": [1]}, {**FIXED, "b_DC": math.inf}, "'b_DC' is inf"),
        ({"p": [0.1], "a_DC": [1]}, 3, "fixed is not a mapping"),
        ({"p": [0.1], "a_DC": [1]}, {**FIXED, "b_DDs": 1.5}, "fixed contradicts the assumption b_DDs < b_DC"),
        ({"a_DC": [1.0]}, {**FIXED, "p": 1}, "fixed contradicts the assumption p < 1"),
        (
            {"p": [0.1], "a_SQ": [0, 1]},
            {**{name: FIXED[name] for name in FIXED if name != "a_SQ"}, "a_DC": -3},
            "fixed contradicts the assumptions a_DD < a_SQ and a_SQ < a_DC (a_DC = -3, a_DD = -3); change the numbers",
        ),
        (
            {"p": [0.1], "a_DC": [1, 2], "b_DC": [1], "b_DDh": [2]},
            {name: FIXED[name] for name in ("a_SQ", "a_DD")} | {"b_DDs": 4, "b_SQ": 3},
            "the assumptions b_DDs < b_DC and b_DC < b_DDh and b_DDh < b_SQ (b_DDs = 4, b_SQ = 3)",
        ),
        ({"p": dg.Linear(-1e308, 1e308, 5), "a_DC": [1]}, FIXED, "axis 'p' runs from -1e+308 to 1e+308"),
        (dg.Sample({"p": (-1e308, 1e308), "a_DC": (1, 2)}, 8), FIXED, "the sample draws 'p' from (-1e+308, 1e+308)"),
        (dg.Sample({}, 8), FIXED, "the sample has no ranges"),
        (dg.Sample({"p": (0, 1), "a_DC": (2, 1)}, 8), FIXED, "the sample draws 'a_DC' from"),
        (dg.Sample({"p": (0, 1, "log"), "a_DC": (1, 2)}, 8), FIXED, "the logarithm of 'p' from 0"),
        (dg.Sample({"p": (0, 1, "lin"), "a_DC": (1, 2)}, 8), FIXED, "the sample draws 'p' from"),
        (dg.Sample({"p": (0, 1), "a_DC": (1, 2)}, 0), FIXED, "the sample has 0 points"),
        (dg.Sample({"p": (0, 1), "a_DC": (1, 2)}, 8, "lhs"), FIXED, "unknown method 'lhs'"),
        (dg.Sample({"p": (0, 1), "a_DC": (1, 2)}, 8, seed=-1), FIXED, "seed -1"),
        ({"p": dg.Linear(0.5, 0.5 + 2**-52, 50), "a_DC": [1]}, FIXED, "has no 50 different values; ask for fewer"),
        (dg.Table({}), FIXED, "the table is empty"),
        (dg.Table([0.1, 0.2]), FIXED, "the table is of [0.1, 0.2]; give Table({parameter: values})"),
        (dg.Table(7), FIXED, "the table is of 7; give"),
        (dg.Table({"p": [0.1, 0.2], "a_DC": [1]}), FIXED, "columns of the table differ in length"),
    ],
)
def test_bad_grids_are_refused_with_the_thing_and_the_remedy(grid, fixed, message):
    with pytest.raises(dg.ParameterError) as caught:
        dg.sweep(RUDIMENTARY, grid, fixed=fixed)
    assert message in str(caught.value)
    assert str(caught.value).startswith("sweep of game 'rudimentary_asymmetric_deterrence': ")


def test_axes_too_long_are_refused_before_they_are_laid_out():
    with pytest.raises(dg.SizeError, match="axis 'p' has 1,000,000,000,000 values"):
        dg.sweep(RUDIMENTARY, {"p": dg.Linear(0, 1, 10**12), "a_DC": [1]}, fixed=FIXED)
    with pytest.raises(dg.SizeError, match="Sobol' sequence has at most"):
        dg.sweep(RUDIMENTARY, dg.Sample({"p": (0, 1)}, 10**12), fixed={**FIXED, "a_DC": 1})


def test_more_points_than_can_be_numbered_are_refused(tmp_path):
    grid = {name: dg.Linear(1 + k, 1.9 + k, 10**6) for k, name in enumerate(("b_DC", "b_DDh", "b_SQ"))}
    fixed = {"a_SQ": 0, "a_DD": -3, "a_DC": 1, "b_DDs": 0, "p": 0.5}
    with pytest.raises(dg.SizeError, match=r"1e\+18 points; at most 1e\+15 are accepted, ask for fewer"):
        dg.sweep(RUDIMENTARY, grid, fixed=fixed, store=tmp_path / "x.zarr")
    with pytest.raises(dg.SizeError, match=r"1e\+30 points"):
        dg.sweep(RUDIMENTARY, dg.Sample({"a_DC": (1, 2)}, 10**30, "random"), fixed={**FIXED, "p": 0.5})
    drawn = dg.Sample({"a_DC": (1, 2)}, 10**12, "random")
    with pytest.raises(dg.SizeError, match=r"1,000,000,000 blocks of 1,000 points; at most .* give chunks=100,000 or more"):
        dg.sweep(RUDIMENTARY, drawn, fixed={**FIXED, "p": 0.5}, store=tmp_path / "x.zarr", chunks=1000)
    told = dg.estimate_sweep(RUDIMENTARY, drawn, fixed={**FIXED, "p": 0.5}, store=tmp_path / "x.zarr", quantities="families")
    assert (told.points, told.blocks) == (10**12, 10**6)  # of 16,384 points each they would be 61 million
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["war", "family", "bound", "status", "point", "error_quantity", "quantity", "error_t"])
@pytest.mark.parametrize("kind", ["axis", "column", "fixed"])
def test_a_parameter_named_like_a_part_of_the_dataset_is_refused(name, kind):
    """Its values would stand where the dataset has something else, or be lost."""
    tree = dg.Decision("a", {"x": "o", "y": dg.Decision("b", {"u": "war", "v": "status_quo"})})
    payoffs = {"o": {"a": 0, "b": 1}, "war": {"a": name, "b": "t"}, "status_quo": {"a": -1, "b": 0}}
    game = dg.Game("g", ("a", "b"), tree, payoffs)
    grid = {"axis": {name: [1, 2], "t": [1, 2]}, "column": dg.Table({name: [1, 2], "t": [1, 2]}), "fixed": {"t": [1, 2]}}[kind]
    fixed = {name: 1} if kind == "fixed" else None
    with pytest.raises(dg.ParameterError, match=rf"the parameter '{name}' is named like .* game.substitute\(") as caught:
        dg.sweep(game, grid, fixed=fixed, quantities=("families", "war"))
    told = str(caught.value).partition("game.substitute(")[2].removesuffix(")")
    renamed = game.substitute(ast.literal_eval(told))
    assert set(renamed.parameters) == {f"{name}_", "t"}
    if name in ("war", "family", "bound"):  # where nothing else is called so, the name is as good as any
        assert dg.sweep(game, grid, fixed=fixed, quantities="count")[name].min() == 1


def test_a_grid_past_memory_is_refused_and_the_chunked_way_shown():
    grid = {name: dg.Linear(1 + k, 1.9 + k, 10_000) for k, name in enumerate(("b_DC", "b_DDh", "b_SQ"))}
    fixed = {"a_SQ": 0, "a_DD": -3, "a_DC": 1, "b_DDs": 0, "p": 0.5}
    with pytest.raises(dg.SizeError, match=r"1,000,000,000,000 points take .* give store='rudimentary.*chunks=N"):
        dg.sweep(RUDIMENTARY, grid, fixed=fixed)


def test_linear_and_log_axes_hold_both_ends():
    assert dg.Linear(0, 1, 5).values().tolist() == [0, 0.25, 0.5, 0.75, 1]
    np.testing.assert_allclose(dg.Log(0.01, 100, 5).values(), [0.01, 0.1, 1, 10, 100], rtol=1e-12)


def test_points_of_a_grid_are_in_c_order():
    columns = read_sweep_grid(RUDIMENTARY, PLANE, FIXED).cut((slice(1, 3), slice(0, 4))).columns()
    expected = [(p, a) for p in PLANE["p"][1:3] for a in PLANE["a_DC"]]
    assert list(zip(columns["p"], columns["a_DC"], strict=True)) == expected


@pytest.mark.parametrize("method", METHODS)
def test_a_sample_is_the_same_in_whatever_blocks_it_is_drawn(method):
    sample = dg.Sample({"p": (0, 1), "a": (2, 3), "cost": (1e-3, 1, "log")}, 1000, method, seed=5)
    whole = draw(sample, 0, 1000)
    parts = [draw(sample, start, min(77, 1000 - start)) for start in range(0, 1000, 77)]
    again = draw(sample, 300, 50)  # backwards
    other = draw(dg.Sample(sample.ranges, 1000, method, seed=6), 0, 1000)
    for name, values in whole.items():
        assert np.concatenate([part[name] for part in parts]).tobytes() == values.tobytes()
        assert again[name].tobytes() == values[300:350].tobytes()
        assert (other[name] != values).all()
    assert abs(whole["p"].mean() - 0.5) < 0.05
    assert abs((whole["cost"] < 10**-1.5).mean() - 0.5) < 0.05
    assert (whole["a"] >= 2).all()
    assert (whole["a"] <= 3).all()


def _plan(shape, chunk):
    grid = Grid("g", tuple(f"x{k}" for k in range(len(shape))), shape, {}, None, {})
    return Plan(None, grid, chunk, {})


@given(
    shape=st.lists(st.integers(1, 7), min_size=1, max_size=3).map(tuple),
    size=st.integers(1, 60),
    lengths=st.none() | st.lists(st.integers(1, 9), min_size=3, max_size=3),
)
def test_blocks_cover_every_point_once(shape, size, lengths):
    grid = _plan(shape, shape).grid
    chunks = size if lengths is None else dict(zip(grid.dims, lengths, strict=False))
    chunk = read_chunks(RUDIMENTARY, grid, chunks, 1)
    if lengths is None:
        assert math.prod(chunk) <= size
    plan = _plan(shape, chunk)
    seen = np.zeros(shape, int)
    for number in range(plan.blocks):
        seen[plan.block(number)] += 1
    assert (seen == 1).all()


def test_chunks_past_memory_are_refused_before_anything_is_written(tmp_path):
    grid = {name: dg.Linear(1 + k, 1.9 + k, 10_000) for k, name in enumerate(("b_DC", "b_DDh", "b_SQ"))}
    fixed = {"a_SQ": 0, "a_DD": -3, "a_DC": 1, "b_DDs": 0, "p": 0.5}
    place = tmp_path / "x.zarr"
    with pytest.raises(dg.SizeError, match=r"blocks of 1,000,000,000,000 points, .* GB each; at most 2.15 GB .* give chunks="):
        dg.sweep(RUDIMENTARY, grid, fixed=fixed, store=place, chunks=10**12)
    with pytest.raises(dg.SizeError, match=r"blocks of 10,000,000,000 points"):
        dg.sweep(RUDIMENTARY, grid, fixed=fixed, store=place, chunks={"b_DC": 100})
    assert not place.exists()


@pytest.mark.parametrize(
    ("chunks", "message"),
    [
        (0, "chunks is 0"),
        (True, "chunks is True"),
        ("10", "chunks is '10'"),
        ({"q": 3}, "'q', which is no axis; use p, a_DC"),
        ({"p": 0}, "chunks gives 0 for 'p'"),
    ],
)
def test_bad_chunks_are_refused(chunks, message):
    with pytest.raises(dg.ParameterError) as caught:
        dg.sweep(RUDIMENTARY, PLANE, fixed=FIXED, chunks=chunks)
    assert message in str(caught.value)


def test_units_are_read_off_the_game():
    found = {name: units(UNILATERAL, name) for name in ("p_ch", "c_SQ", "d_DDh")}
    assert found == {"p_ch": "probability", "c_SQ": "payoff of challenger", "d_DDh": "payoff of defender"}
    assert set(PAYOFFS) | {"p_ch", "p_def"} == set(UNILATERAL.parameters)
