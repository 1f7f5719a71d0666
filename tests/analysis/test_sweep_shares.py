"""Shares of families against areas in fractions, and the errors of samples against their laws."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

import deterrence_games as dg
from deterrence_games.analysis import sweep_shares as module
from tests.analysis.sweeps import FIXED, PAYOFFS, PLANE, RUDIMENTARY, UNILATERAL

# At these payoffs the square of priors is cut at c_1 = 1/3 and c_2 = 1/2 (p_def), and at d* = 2/3 (p_ch).
AREAS = {
    "Certain Deterrence": Fraction(1, 2),
    "Steadfast Deterrence": Fraction(1),
    "Separating": Fraction(1, 6),
    "Attack": Fraction(1, 3) * Fraction(1, 3),
    "Bluff": Fraction(2, 3) * Fraction(1, 3),
}
SQUARE = {"p_ch": (0, 1), "p_def": (0, 1)}


@pytest.fixture(scope="module")
def theorem():
    return dg.derive(UNILATERAL)


@pytest.fixture(scope="module")
def rudimentary():
    return dg.derive(RUDIMENTARY)


def sampled(theorem, points, method, seed, **options):
    return dg.sweep(theorem, dg.Sample(SQUARE, points, method, seed), fixed=PAYOFFS, quantities="families", **options)


def made(mask, status=None, **attributes):
    """A dataset over a grid of two axes with steps of one, with the families A and B."""
    mask = np.asarray(mask, np.uint8)
    coordinates = {"x": np.arange(mask.shape[0]) * 1.0, "y": np.arange(mask.shape[1]) * 1.0}
    status = np.zeros(mask.shape, np.uint8) if status is None else np.asarray(status, np.uint8)
    dataset = xr.Dataset({"families": (("x", "y"), mask), "status": (("x", "y"), status)}, coordinates, attributes)
    dataset.families.attrs["family_names"] = ["A", "B"]
    return dataset


# ---- grids -----------------------------------------------------------------------------------------------------------------


def test_shares_of_a_grid_are_the_areas_as_exactly_as_it_says(theorem):
    side = dg.Linear(0.0005, 0.9995, 301)
    swept = dg.sweep(theorem, {"p_ch": side, "p_def": side}, fixed=PAYOFFS, quantities="families")
    found = dg.family_shares(swept)
    for name, area in AREAS.items():
        own = found.sel(family=name)
        assert abs(float(own.share) - float(area)) <= float(own.border) + 1e-3, name
        assert float(own.border) < 0.02
    assert found.standard_error.isnull().all()
    assert found.attrs["error"].startswith("none: a grid has no sampling error")
    assert found.attrs["admitted"] == pytest.approx(1)


@given(
    p=st.lists(st.integers(1, 99), min_size=1, max_size=6, unique=True).map(sorted),
    worth=st.lists(st.integers(1, 40), min_size=1, max_size=6, unique=True).map(sorted),
)
def test_weights_are_the_cells_nearest_to_the_points(rudimentary, p, worth):
    """The exact share in fractions: Attack exists where p <= a_DC / (a_DC + 3)."""
    axes = {"p": [Fraction(one, 100) for one in p], "a_DC": [Fraction(one, 4) for one in worth]}
    swept = dg.sweep(rudimentary, {k: [float(x) for x in v] for k, v in axes.items()}, fixed=FIXED, quantities="families")
    found = dg.family_shares(swept)

    def cells(values):
        ends = [values[0], *((a + b) / 2 for a, b in pairwise(values)), values[-1]]
        whole = ends[-1] - ends[0]
        return [(b - a) / whole for a, b in pairwise(ends)] if whole else [Fraction(1)]

    weighted = zip(axes["p"], cells(axes["p"]), strict=True)
    expected = sum(
        w * u for x, w in weighted for a, u in zip(axes["a_DC"], cells(axes["a_DC"]), strict=True) if x <= a / (a + 3)
    )
    assert float(found.share.sel(family="Attack")) == pytest.approx(float(expected), abs=1e-12)


def test_log_axes_are_measured_by_the_logarithm(rudimentary):
    """Attack exists at p = 1/4 where a_DC >= 1: half of the way from 1/10 to 10."""
    fixed = {**FIXED, "p": 0.25}
    logarithmic = dg.sweep(rudimentary, {"a_DC": dg.Log(0.1, 10, 2001)}, fixed=fixed, quantities="families")
    assert float(dg.family_shares(logarithmic).share.sel(family="Attack")) == pytest.approx(0.5, abs=3e-4)
    same_values = {"a_DC": dg.Log(0.1, 10, 2001).values()}
    listed = dg.sweep(rudimentary, same_values, fixed=fixed, quantities="families")
    assert float(dg.family_shares(listed).share.sel(family="Attack")) == pytest.approx(9 / 9.9, abs=3e-3)


@pytest.mark.parametrize("part", [1, 3, 7, 24])
def test_parts_do_not_matter(rudimentary, monkeypatch, tmp_path, part):
    swept = dg.sweep(rudimentary, PLANE, fixed=FIXED, quantities="families", store=tmp_path / "x.zarr", chunks=5)
    whole = dg.family_shares(swept)
    monkeypatch.setattr(module, "PART", part)
    xr.testing.assert_allclose(dg.family_shares(swept), whole, rtol=0, atol=1e-14)


def test_only_the_part_within_the_assumptions_counts(rudimentary):
    """Half of the axis breaks a_SQ < a_DC; of the rest Attack holds a_DC >= 1 at p = 1/4."""
    axis = np.linspace(-1.99, 1.99, 200)  # the middles of cells on both sides of zero
    swept = dg.sweep(rudimentary, {"a_DC": axis}, fixed={**FIXED, "p": 0.25}, quantities="families")
    found = dg.family_shares(swept)
    assert found.attrs["admitted"] == pytest.approx(0.5)
    assert float(found.share.sel(family="Attack")) == pytest.approx(0.5, abs=0.01)
    assert float(found.share.sum()) == pytest.approx(1, abs=0.01)


def test_borders_and_open_points_by_hand():
    dataset = made([[1, 1, 2], [1, 0, 2], [1, 1, 2]], [[0, 0, 0], [0, 1, 0], [0, 0, 2]])
    found = dg.family_shares(dataset)
    # Weights 1/4, 1/2, 1/4 along each axis; the last corner breaks an assumption.
    space = 1 - 1 / 16
    assert found.share.values == pytest.approx([(1 / 4 + 2 / 16 * 2 / 1) / space, (1 / 16 + 1 / 8) / space])
    assert found.open.values == pytest.approx([1 / 4 / space, 1 / 4 / space])
    a = 1 / 8 + 1 / 8 + 1 / 4 + 1 / 8 + 1 / 16  # beside the middle, the middle, and the first of the last column
    b = 1 / 8 + 1 / 16 + 1 / 4 + 1 / 8
    assert found.border.values == pytest.approx([a / space, b / space])


# ---- samples ---------------------------------------------------------------------------------------------------------------


def test_standard_errors_of_random_samples_hold_what_they_promise(theorem):
    """Over 300 samples, the squared deviations are as large as the squared errors say, and intervals cover as often."""
    deviations, covered = [], []
    swept = sampled(theorem, 60_000, "random", 7)
    for start in range(0, 60_000, 200):
        found = dg.family_shares(swept.isel(point=slice(start, start + 200))).sel(family="Bluff")
        deviations.append((float(found.share) - 2 / 9) / float(found.standard_error))
        covered.append(float(found.low) <= 2 / 9 <= float(found.high))
    assert np.mean(np.square(deviations)) == pytest.approx(1, abs=4 * math.sqrt(2 / 300))
    assert np.mean(covered) >= 0.93


def test_intervals_are_those_of_clopper_and_pearson(theorem):
    swept = sampled(theorem, 500, "random", 4)
    found = dg.family_shares(swept, confidence=0.9)
    for name in AREAS:
        hits = int(dg.family_exists(swept, name).sum())
        exact = binomtest(hits, 500).proportion_ci(0.9, "exact")
        own = found.sel(family=name)
        assert float(own.share) == hits / 500
        assert float(own.standard_error) == pytest.approx(math.sqrt(hits / 500 * (1 - hits / 500) / 500))
        assert (float(own.low), float(own.high)) == pytest.approx((exact.low, exact.high))
    assert float(found.high.sel(family="Steadfast Deterrence")) == 1 > float(found.low.sel(family="Steadfast Deterrence"))


def test_a_quasi_random_sample_has_an_error_from_other_seeds_only(theorem):
    sweeps = [sampled(theorem, 256, "sobol", seed) for seed in range(12)]
    alone = dg.family_shares(sweeps[0])
    assert alone.standard_error.isnull().all()
    assert "give sweeps with several seeds" in alone.attrs["error"]
    found = dg.family_shares(*sweeps)
    shares = np.array([float(dg.family_exists(own, "Attack").mean()) for own in sweeps])
    own = found.sel(family="Attack")
    assert float(own.share) == pytest.approx(shares.mean())
    assert float(own.standard_error) == pytest.approx(shares.std(ddof=1) / math.sqrt(12))
    assert float(own.low) < 1 / 9 < float(own.high)
    assert float(own.standard_error) < dg.family_shares(sampled(theorem, 12 * 256, "random", 0)).standard_error.sel(
        family="Attack"
    )
    assert found.attrs["points"] == 12 * 256


def test_a_table_has_no_error(rudimentary):
    swept = dg.sweep(rudimentary, dg.Table({"p": [0.1, 0.2, 0.9], "a_DC": [1, 1, 1]}), fixed=FIXED, quantities="families")
    found = dg.family_shares(swept)
    assert float(found.share.sel(family="Attack")) == pytest.approx(2 / 3)
    assert found.standard_error.isnull().all()


# ---- bad input -------------------------------------------------------------------------------------------------------------


def test_what_has_no_shares_is_refused(theorem, rudimentary):
    with pytest.raises(dg.GameError, match=r"has no families; sweep with quantities=\('families'"):
        dg.family_shares(dg.sweep(theorem, dg.Sample(SQUARE, 8), fixed=PAYOFFS, quantities="war"))
    nowhere = dg.sweep(rudimentary, {"a_DC": [-2.0, -1.0]}, fixed={**FIXED, "p": 0.25}, quantities="families")
    with pytest.raises(dg.GameError, match="the assumptions hold at no point of the sweep; choose others"):
        dg.family_shares(nowhere)
    for confidence in (0, 1, True, "0.9"):
        with pytest.raises(dg.ParameterError, match="give a number between 0 and 1"):
            dg.family_shares(nowhere, confidence=confidence)


def test_replicates_of_another_sweep_are_refused(theorem):
    first = sampled(theorem, 64, "sobol", 0)
    grid = dg.sweep(theorem, {"p_ch": [0.2], "p_def": [0.3]}, fixed=PAYOFFS, quantities="families")
    narrow = dg.sweep(theorem, dg.Sample({**SQUARE, "p_ch": (0, 0.5)}, 64, seed=1), fixed=PAYOFFS, quantities="families")
    other = dg.sweep(theorem, dg.Sample(SQUARE, 64, seed=1), fixed={**PAYOFFS, "d_SQ": 5}, quantities="families")
    for more, message in [
        (grid, "each is over a sample"),
        (first, "two of the samples have the same seed"),
        (sampled(theorem, 32, "sobol", 1), "differ in more than the seed"),
        (narrow, "differ in more than the seed"),
        (other, "differ in more than the seed"),
        (sampled(theorem, 64, "sobol", 1).assign_attrs(method="another solver"), "differ in more than the seed"),
    ]:
        with pytest.raises(dg.GameError, match=message):
            dg.family_shares(first, more)
