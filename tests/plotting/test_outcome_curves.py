"""Curves of outcome probabilities: the closed forms where families exist, and nothing elsewhere."""

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.errors import FormatError, GameError
from deterrence_games.plotting import plot_outcome

PAYOFFS = {"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4, "d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4}


@pytest.fixture(scope="module")
def theorem():
    return dg.derive(dg.models.unilateral_deterrence())


def test_lines_are_the_closed_forms_where_the_families_exist(theorem, tmp_path):
    figure = plot_outcome(theorem, "conflict", ("p_def", 0.005, 0.995, 199), {**PAYOFFS, "p_ch": 0.4}, tmp_path / "war.png")
    (ax,) = figure.axes
    lines = {line.get_label(): line for line in ax.get_lines() if not line.get_label().startswith("_")}
    assert set(lines) == {"Certain Deterrence", "Steadfast Deterrence", "Separating", "Bluff"}
    x, y = lines["Bluff"].get_data()
    np.testing.assert_array_equal(np.isfinite(y), x < 1 / 3)
    np.testing.assert_allclose(y[x < 1 / 3], 0.4 / 3)  # p_ch c1
    x, y = lines["Separating"].get_data()
    inside = (x > 1 / 3) & (x < 1 / 2)
    np.testing.assert_allclose(y[inside], 0.4 * x[inside])
    assert (tmp_path / "war.png").stat().st_size > 1000
    uprights = sorted({line.get_xdata()[0] for line in ax.get_lines() if line.get_label().startswith("_")})
    np.testing.assert_allclose(uprights, [1 / 3, 1 / 2], atol=0.006)


def test_war_is_all_wars_together_and_axes_are_the_callers(theorem):
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    figure = plot_outcome(theorem, "war", ("p_ch", 0.1, 0.9, 9), {**PAYOFFS, "p_def": 0.2}, ax=ax)
    assert figure is ax.figure
    assert ax.get_ylabel() == "probability of war"


def test_bad_input(theorem, tmp_path):
    with pytest.raises(GameError, match="unknown outcome 'peace'; use war, "):
        plot_outcome(theorem, "peace", ("p_ch", 0.1, 0.9, 9), {**PAYOFFS, "p_def": 0.2})
    with pytest.raises(FormatError, match="no picture format"):
        plot_outcome(theorem, "war", ("p_ch", 0.1, 0.9, 9), {**PAYOFFS, "p_def": 0.2}, tmp_path / "war.txt")
