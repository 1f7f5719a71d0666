"""Distances to borders against all pairs of points, and against a rectangle in closed form."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

import deterrence_games as dg
from deterrence_games.analysis import sweep_borders as module
from tests.analysis.sweeps import PAYOFFS, SQUARE, UNILATERAL


@pytest.fixture(scope="module")
def theorem():
    return dg.derive(UNILATERAL)


def every_pair(values, exists, other):
    """The largest change among the parameters, least over all points of the other kind."""
    found = np.full(len(exists), np.nan)
    for point in np.flatnonzero(exists):
        gaps = np.abs(values[other] - values[point]).max(axis=1)
        found[point] = gaps.min(initial=np.inf)
    return found


@st.composite
def grids(draw):
    """A small dataset with uneven axes, one of them perhaps logarithmic, and points in every state."""
    shape = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple))
    size = int(np.prod(shape))
    mask = np.array(draw(st.lists(st.integers(0, 1), min_size=size, max_size=size)), np.uint8).reshape(shape)
    status = np.array(draw(st.lists(st.sampled_from((0, 0, 0, 1, 2, 8, 4)), min_size=size, max_size=size)), np.uint8)
    axes = {}
    for axis, length in enumerate(shape):
        steps = draw(st.lists(st.integers(1, 9), min_size=length, max_size=length))
        scale = {"scale": "log"} if draw(st.booleans()) else {}
        axes[f"x{axis}"] = (f"x{axis}", np.cumsum(steps) * 1.0, scale)
    dims = tuple(axes)
    dataset = xr.Dataset({"families": (dims, mask), "status": (dims, status.reshape(shape))}, axes)
    dataset.families.attrs["family_names"] = ["A"]
    return dataset


@given(grids())
def test_distances_are_the_least_over_all_pairs(dataset):
    columns = []
    for name in dataset.families.dims:
        values = np.log(dataset[name].values) if "scale" in dataset[name].attrs else dataset[name].values
        spread = values.max() - values.min()
        columns.append((values - values.min()) / (spread or 1))
    points = np.stack([column.ravel() for column in np.meshgrid(*columns, indexing="ij")], axis=1)
    mask, status = dataset.families.values.ravel(), dataset.status.values.ravel()
    inside = (status & (2 | 8)) == 0
    expected = every_pair(points, inside & (mask == 1), inside & (mask == 0) & ((status & 1) == 0))
    np.testing.assert_allclose(dg.border_distances(dataset, "A").values.ravel(), expected, rtol=1e-12)


def test_distances_within_a_rectangle(theorem):
    """Bluff fills p_ch < 2/3, p_def < 1/3: the border is as far as the nearer of the two sides, up to one step."""
    grid = {"p_ch": dg.Linear(0.005, 0.995, 100), "p_def": dg.Linear(0.005, 0.995, 100)}
    swept = dg.sweep(theorem, grid, fixed=PAYOFFS, quantities="families")
    found = dg.border_distances(swept, "Bluff")
    exact = np.minimum(2 / 3 - swept.p_ch, 1 / 3 - swept.p_def) / 0.99
    inside = dg.family_exists(swept, "Bluff")
    assert (found.notnull() == inside).all()
    beyond = (found - exact).where(inside)
    assert float(beyond.min()) >= 0
    assert float(beyond.max()) <= found.attrs["step"] == pytest.approx(1 / 99)
    assert np.isposinf(dg.border_distances(swept, "Steadfast Deterrence")).all()


def test_distances_in_a_sample(theorem):
    swept = dg.sweep(theorem, dg.Sample({"p_ch": (0, 1), "p_def": (0, 1)}, 200, "random"), fixed=PAYOFFS, quantities="families")
    columns = np.stack([swept[name].values for name in ("p_ch", "p_def")], axis=1)
    columns = (columns - columns.min(axis=0)) / np.ptp(columns, axis=0)
    exists = dg.family_exists(swept, "Attack").values
    np.testing.assert_allclose(dg.border_distances(swept, "Attack").values, every_pair(columns, exists, ~exists), rtol=1e-12)


def test_the_distribution_over_a_region(theorem):
    """In a rectangle with sides 2/3 and 1/3 at a corner of the square, (2/3 - d) (1/3 - d) lies deeper than d."""
    grid = {"p_ch": dg.Linear(0.0005, 0.9995, 500), "p_def": dg.Linear(0.0005, 0.9995, 500)}
    swept = dg.sweep(theorem, grid, fixed=PAYOFFS, quantities="families")
    found = dg.family_robustness(swept, (0.25, 0.5, 0.9)).sel(family="Bluff")
    for level in (0.25, 0.5, 0.9):
        distance = 0.5 * (1 - np.sqrt(1 - 4 * (2 / 9) * level))  # (2/3 - d) (1/3 - d) = (1 - level) 2/9
        assert float(found.distance.sel(quantile=level)) == pytest.approx(distance, abs=0.004)
    depths = np.linspace(0, 1 / 3, 10_001)
    assert float(found["mean"]) == pytest.approx(np.trapezoid((2 / 3 - depths) * (1 / 3 - depths), depths) / (2 / 9), abs=0.003)


def test_quantiles_may_be_an_array(theorem):
    swept = dg.sweep(theorem, SQUARE, fixed=PAYOFFS, quantities="families")
    listed, array = dg.family_robustness(swept, [0.25, 0.5]), dg.family_robustness(swept, np.array([0.25, 0.5]))
    assert array.equals(listed)


def test_weighted_quantiles_by_hand():
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([0.5, 0.25, 0.25])
    assert module._quantiles(values, weights, np.array([0, 0.25, 0.26, 0.5, 0.51, 1])).tolist() == [1, 1, 2, 2, 3, 3]


def test_families_that_exist_nowhere_or_everywhere(theorem):
    swept = dg.sweep(theorem, {"p_ch": [0.5, 0.6], "p_def": [0.8, 0.9]}, fixed=PAYOFFS, quantities="families")
    found = dg.family_robustness(swept)
    assert found.distance.sel(family="Bluff").isnull().all()
    assert np.isposinf(found.distance.sel(family="Certain Deterrence")).all()


def test_bad_input(theorem, monkeypatch):
    swept = dg.sweep(theorem, {"p_ch": [0.5, 0.6], "p_def": [0.8, 0.9]}, fixed=PAYOFFS)
    with pytest.raises(dg.GameError, match="no family is called 'Blufff'"):
        dg.border_distances(swept, "Blufff")
    with pytest.raises(dg.GameError, match="has no families; sweep with"):
        dg.family_robustness(swept.drop_vars("families"))
    for quantiles in ((), (0.5, 1.5), "0.5", (True,), [[0.5]]):
        with pytest.raises(dg.ParameterError, match="give numbers from 0 to 1"):
            dg.family_robustness(swept, quantiles)
    monkeypatch.setattr(module, "MOST", 3)
    with pytest.raises(dg.SizeError, match="4 points; at most 3 are accepted; choose a part"):
        dg.border_distances(swept, "Bluff")
