"""Contours: the values of the sweep, every equilibrium accounted for, and where there is no value."""

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.errors import FormatError, GameError
from deterrence_games.plotting import plot_contour

PAYOFFS = {"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4, "d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4}
GRID = {"p_ch": dg.Linear(0.02, 0.98, 31), "p_def": dg.Linear(0.03, 0.97, 29)}
P_CH, P_DEF = np.meshgrid(np.linspace(0.02, 0.98, 31), np.linspace(0.03, 0.97, 29))


@pytest.fixture(scope="module")
def theorem():
    return dg.derive(dg.models.unilateral_deterrence())


@pytest.fixture(scope="module")
def swept(theorem):
    return dg.sweep(theorem, GRID, fixed=PAYOFFS, quantities=("families", "war", "payoffs"))


def shown(ax):
    """The values that a panel shows, NaN where it shows none."""
    return np.ma.filled(ax.collections[0].get_array(), np.nan)


def most_war():
    """Greatest probability of war, derived: Separating and Attack meet a hard defender, Bluff mixes down to p_ch c_1."""
    war = np.where(P_DEF <= 1 / 2, P_CH * P_DEF, 0)
    return np.where(P_DEF < 1 / 3, np.where(P_CH < 2 / 3, P_CH / 3, P_CH * P_DEF), war)


def test_equilibria_that_differ_are_both_drawn(swept, tmp_path):
    figure = plot_contour(swept, "war", tmp_path / "war.png")
    least, greatest, bar = figure.axes
    assert [ax.get_title(loc="left") for ax in (least, greatest)] == [
        "least over all equilibria",
        "greatest over all equilibria",
    ]
    assert (shown(least) == 0).all()  # Steadfast Deterrence exists everywhere
    np.testing.assert_allclose(shown(greatest), most_war(), atol=1e-9)
    assert bar.get_ylabel() == "probability of war"
    assert (tmp_path / "war.png").stat().st_size > 5000


def test_axes_given_as_log_are_logarithmic(theorem):
    swept = dg.sweep(theorem, {**GRID, "p_def": dg.Log(0.001, 0.97, 29)}, fixed=PAYOFFS, quantities=("families", "war"))
    for ax in plot_contour(swept, "war", theorem=theorem).axes[:2]:
        assert (ax.get_xscale(), ax.get_yscale()) == ("linear", "log")
        edges = ax.collections[0].get_coordinates()[:, 0, 1]
        assert edges[[0, -1]].tolist() == pytest.approx([0.001, 0.97])
        np.testing.assert_allclose(
            edges[1:-1] ** 2, swept.p_def.values[1:] * swept.p_def.values[:-1]
        )  # middles by the logarithm


def test_one_family_is_shown_where_it_exists(swept):
    ax, _ = plot_contour(swept, "war", family="Separating").axes
    exists = (P_DEF >= 1 / 3) & (P_DEF <= 1 / 2)
    np.testing.assert_allclose(shown(ax), np.where(exists, P_CH * P_DEF, np.nan), atol=1e-9)
    assert ax.get_title(loc="left") == "in Separating"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["no such equilibrium"]


def test_a_label_chooses_the_player(swept):
    ax, bar = plot_contour(swept, "payoffs", family="Steadfast Deterrence", label="defender").axes
    assert (shown(ax) == PAYOFFS["d_SQ"]).all()
    assert bar.get_ylabel() == "payoff of defender"


def test_a_rule_is_named(theorem):
    single = dg.sweep(theorem, GRID, fixed=PAYOFFS, quantities=("war",), select="worst defender")
    ax, _ = plot_contour(single, "war").axes
    assert ax.get_title(loc="left").replace("\n", " ") == "in the equilibrium with the lowest expected payoff of defender"


def test_bounds_over_all_equilibria_are_those_of_the_families(theorem, swept):
    ranged = dg.sweep(theorem, GRID, fixed=PAYOFFS, quantities=("war",), select="range")
    by_family, by_range = (plot_contour(dataset, "war").axes for dataset in (swept, ranged))
    for one, other in zip(by_family[:2], by_range[:2], strict=True):
        np.testing.assert_array_equal(shown(one), shown(other))


def test_contours_stop_at_borders_and_lie_where_the_closed_form_does(swept, theorem):
    """In Separating the probability of war is p_ch p_def: contours are hyperbolas within its strip, and none follows a jump."""
    ax, _ = plot_contour(swept, "war", family="Separating", theorem=theorem).axes
    contours = [c for c in ax.collections[1:] if hasattr(c, "levels")]
    assert contours
    checked = 0
    for contour in contours:
        for level, path in zip(contour.levels, contour.get_paths(), strict=True):
            for x, y in path.vertices:
                assert x * y == pytest.approx(level, abs=2e-3)
                assert 1 / 3 - 0.01 < y < 1 / 2 + 0.01
                checked += 1
    assert checked > 20
    heights = {round(float(line.get_ydata()[0]), 9) for line in ax.get_lines() if np.ptp(line.get_ydata()) == 0}
    assert heights == {round(1 / 3, 9), 0.5}
    assert "exact border of a family" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_where_assumptions_fail_is_told(theorem):
    fixed = {name: value for name, value in PAYOFFS.items() if name != "c_SQ"}
    beyond = dg.sweep(
        theorem,
        {"c_SQ": dg.Linear(1, 5, 21), "p_def": dg.Linear(0.1, 0.9, 9)},
        fixed={**fixed, "p_ch": 0.3},
        quantities=("war",),
    )
    ax = plot_contour(beyond, "war").axes[0]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["an assumption of the game fails"]


def test_bad_input(swept, theorem, tmp_path):
    with pytest.raises(GameError, match=r"has no quantity 'peace'; it has war, payoffs"):
        plot_contour(swept, "peace")
    with pytest.raises(GameError, match=r"label \(of its axis player\) is None; use one of challenger, defender"):
        plot_contour(swept, "payoffs")
    with pytest.raises(GameError, match="war of 'unilateral_deterrence' has no labels; leave out label"):
        plot_contour(swept, "war", label="conflict")
    with pytest.raises(GameError, match="family is 'Peace'; use one of Certain Deterrence, "):
        plot_contour(swept, "war", family="Peace")
    with pytest.raises(GameError, match="was not swept by family"):
        plot_contour(dg.sweep(theorem, GRID, fixed=PAYOFFS, quantities=("war",), select="range"), family="Bluff")
    line = dg.sweep(theorem, {"p_ch": [0.2, 0.4]}, fixed={**PAYOFFS, "p_def": 0.2}, quantities=("war",))
    with pytest.raises(GameError, match="contours need two axes"):
        plot_contour(line)
    with pytest.raises(GameError, match="give its own"):
        plot_contour(swept, theorem=dg.derive(dg.models.rudimentary_asymmetric_deterrence()))
    with pytest.raises(FormatError, match="no picture format"):
        plot_contour(swept, "war", tmp_path / "war.txt")
