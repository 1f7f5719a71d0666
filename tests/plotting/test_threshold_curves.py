"""Threshold curves against the published thresholds of unilateral deterrence (Zagare and Kilgour 1993, derived)."""

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.errors import FormatError, GameError, ParameterError
from deterrence_games.plotting import plot_thresholds

PAYOFFS = {"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_DC": 4}


@pytest.fixture(scope="module")
def theorem():
    return dg.derive(dg.models.unilateral_deterrence())


def test_thresholds_of_the_defender(theorem, tmp_path):
    figure = plot_thresholds(theorem, ("c_SQ", 1, 5, 81), PAYOFFS, "p_def", tmp_path / "thresholds.pdf")
    (ax,) = figure.axes
    high, low = ax.get_lines()
    x, y = high.get_data()
    here = (x > 2) & (x < 4)  # c_DDh < c_SQ < c_DC
    np.testing.assert_array_equal(np.isfinite(y), here)
    np.testing.assert_allclose(y[here], (4 - x[here]) / 2)
    np.testing.assert_allclose(low.get_ydata()[here], (4 - x[here]) / 3)
    told = [text.get_text().splitlines()[1:] for text in ax.get_legend().get_texts()]
    assert told == [["Certain Deterrence, Separating"], ["Separating, Attack, Bluff"]]
    assert ax.get_ylabel() == "threshold of $p_{def}$"
    assert (tmp_path / "thresholds.pdf").read_bytes().startswith(b"%PDF")


def test_all_thresholds_together(theorem):
    (ax,) = plot_thresholds(theorem, ("c_SQ", 2, 4, 11), {**PAYOFFS, "d_CD": 3, "d_DC": 1, "d_DDs": 0}).axes
    assert len(ax.get_lines()) == 3
    assert ax.get_ylabel() == "threshold"


def test_bad_input(theorem, tmp_path):
    with pytest.raises(GameError, match="nothing is a threshold of 'c_SQ'; use one of p_def, p_ch"):
        plot_thresholds(theorem, ("c_SQ", 2, 4, 11), PAYOFFS, "c_SQ")
    with pytest.raises(ParameterError, match=r"of p_ch contains d_CD, d_DC, d_DDs; add them to fixed"):
        plot_thresholds(theorem, ("c_SQ", 2, 4, 11), PAYOFFS)
    with pytest.raises(ParameterError, match="'c_SQ' in fixed is the one that moves; remove it"):
        plot_thresholds(theorem, ("c_SQ", 2, 4, 11), {**PAYOFFS, "c_SQ": 3}, "p_def")
    with pytest.raises(ParameterError, match="'c_XX' in fixed is unknown"):
        plot_thresholds(theorem, ("c_SQ", 2, 4, 11), {**PAYOFFS, "c_XX": 3}, "p_def")
    with pytest.raises(FormatError, match="no picture format"):
        plot_thresholds(theorem, ("c_SQ", 2, 4, 11), PAYOFFS, "p_def", tmp_path / "x.txt")
