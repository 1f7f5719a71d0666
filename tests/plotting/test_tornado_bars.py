"""Tornado plots: one parameter at a time against closed forms, and the bars that are drawn."""

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.errors import FormatError, GameError, ParameterError
from deterrence_games.plotting import plot_tornado

PAYOFFS = {"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4, "d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4}
BASE = {**PAYOFFS, "p_ch": 0.5, "p_def": 0.3}
RANGES = {"c_SQ": (2.25, 3.75), "p_ch": (0.4, 0.6), "p_def": (0.2, 0.4), "d_SQ": (3.5, 5), "c_CD": (0.5, 1.5), "c_DC": (2.5, 6)}
RUDIMENTARY = {"a_SQ": 0, "a_DC": 1, "a_DD": -3, "b_SQ": 3, "b_DC": 1, "b_DDh": 2, "b_DDs": 0, "p": 0.2}


@pytest.fixture(scope="module")
def theorem():
    return dg.derive(dg.models.unilateral_deterrence())


def bluff(p_ch=0.5, c_sq=3.0, c_dc=4.0, c_cd=1.0):
    """Probability of war where hard challengers attack and soft ones bluff: p_ch c_1."""
    return p_ch * (c_dc - c_sq) / (c_dc - c_cd)


def test_ends_are_the_closed_forms(theorem):
    found = dg.tornado(theorem, BASE, RANGES)
    told = {own.parameter: own for own in found.swings}
    assert found.at_base == pytest.approx((0, bluff()))  # Steadfast Deterrence beside Bluff
    assert told["c_SQ"].at_low == pytest.approx((0, bluff(c_sq=2.25)))
    assert told["c_SQ"].at_high == pytest.approx((0, 0))  # certain deterrence: p_def = 0.3 >= c_2 = 1/8
    assert told["p_ch"].at_low == pytest.approx((0, bluff(0.4)))
    assert told["p_ch"].at_high == pytest.approx((0, bluff(0.6)))
    assert told["p_def"].at_high == pytest.approx((0, 0.5 * 0.4))  # separating
    assert told["c_CD"].at_low == pytest.approx((0, 0.5 * 0.3))  # separating too: c_1 = 2/7
    assert told["c_CD"].at_high == pytest.approx((0, bluff(c_cd=1.5)))
    assert told["d_SQ"].at_low == told["d_SQ"].at_high == pytest.approx(found.at_base)
    assert np.isnan(told["c_DC"].at_low).all()  # c_SQ < c_DC fails
    widths = [round(found.width(own), 9) for own in found.swings]
    assert widths == sorted(widths, reverse=True)
    assert not found.single


def test_a_game_is_solved_where_a_theorem_is_evaluated(theorem):
    one, other = (dg.tornado(own, BASE, RANGES) for own in (theorem, theorem.game))
    assert [own.parameter for own in one.swings] == [own.parameter for own in other.swings]
    for left, right in zip(one.swings, other.swings, strict=True):
        np.testing.assert_allclose((left.at_low, left.at_high), (right.at_low, right.at_high), atol=1e-9)


def test_a_share_moves_every_parameter_that_is_not_zero():
    found = dg.tornado(dg.models.rudimentary_asymmetric_deterrence(), RUDIMENTARY, 0.5, quantity="payoffs", label="challenger")
    assert {own.parameter: (own.low, own.high) for own in found.swings} == {
        name: (value - abs(value) / 2, value + abs(value) / 2) for name, value in RUDIMENTARY.items() if value
    }
    assert found.single


def test_functions_of_a_solution_and_rules():
    game = dg.models.rudimentary_asymmetric_deterrence()
    found = dg.tornado(game, RUDIMENTARY, {"p": (0.1, 0.5)}, quantity=number_of_equilibria)
    assert (found.quantity, found.at_base) == ("number_of_equilibria", (1.0, 1.0))
    ruled = dg.tornado(game, RUDIMENTARY, {"p": (0.1, 0.5)}, select="best challenger")
    assert ruled.selection == "the equilibrium with the highest expected payoff of challenger"
    assert ruled.swings[0].at_low == pytest.approx((0.1, 0.1))


def number_of_equilibria(solution):
    return len(solution.equilibria)


def bars_of(figure, ax):
    """By label, which the first panel writes, the value at the low end and at the high end, where there is a bar."""
    labels = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    found = {label: [None, None] for label in labels}
    for patch in ax.patches:
        row = round(patch.get_y() + patch.get_height() / 2)
        found[labels[row]][0 if patch.get_hatch() else 1] = patch.get_x() + patch.get_width()
    return found


def test_bars_reach_from_the_base_line_to_the_values(theorem, tmp_path):
    found = dg.tornado(theorem, BASE, RANGES)
    figure = plot_tornado(found, tmp_path / "tornado.svg")
    least, greatest = figure.axes
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["least over all equilibria", "greatest over all equilibria"]
    drawn = bars_of(figure, greatest)
    labels = list(drawn)[::-1]
    assert labels[:2] == ["$c_{SQ}$  2.25 to 3.75", "$c_{DC}$  2.5 to 6*"]  # the widest on top
    assert drawn["$c_{SQ}$  2.25 to 3.75"] == pytest.approx([bluff(c_sq=2.25), 0])
    low, high = drawn["$c_{DC}$  2.5 to 6*"]
    assert low is None
    assert high == pytest.approx(bluff(c_dc=6.0))
    assert not any("d_{SQ}" in label for label in labels)
    assert greatest.get_lines()[0].get_xdata()[0] == pytest.approx(bluff())
    assert least.get_lines()[0].get_xdata()[0] == pytest.approx(0)
    below = figure._supxlabel.get_text()
    assert below.startswith("moves nothing: $d_{SQ}$\n* at an end an assumption of the game fails")
    assert (tmp_path / "tornado.svg").stat().st_size > 5000


def test_one_panel_where_equilibria_agree_and_axes_are_the_callers(theorem):
    from matplotlib.figure import Figure

    ruled = dg.tornado(theorem, BASE, RANGES, select="best challenger")
    ax = Figure().subplots()
    assert plot_tornado(ruled, ax=ax) is ax.figure
    assert ax.get_title(loc="left").replace("\n", " ") == "in the equilibrium with the highest expected payoff of challenger"
    with pytest.raises(GameError, match="two panels; leave out ax"):
        plot_tornado(dg.tornado(theorem, BASE, RANGES), ax=ax)


@pytest.mark.parametrize(
    ("base", "ranges", "options", "words"),
    [
        ({**BASE, "x": 1}, 0.1, {}, "base has unknown parameter 'x'; remove it"),
        (PAYOFFS, 0.1, {}, "no value for p_ch, p_def; add them to base"),
        ({**BASE, "p_ch": "half"}, 0.1, {}, "'p_ch' is 'half'; give a number"),
        (BASE, 2, {}, "is the share 2; give one between 0 and 1"),
        (BASE, {}, {}, r"give \{parameter: \(low, high\)\}, or a share"),
        (BASE, {"x": (0, 1)}, {}, "ranges has unknown parameter 'x'"),
        (BASE, {"p_ch": 0.5}, {}, r"range of 'p_ch' is 0.5; give \(low, high\)"),
        (BASE, {"p_ch": (0.6, 0.7)}, {}, "must contain the base, 0.5"),
        (BASE, {"p_ch": (0.4, 0.7)}, {"select": "family"}, "select is 'family'; use 'range'"),
        (BASE, {"p_ch": (0.4, 0.7)}, {"quantity": "families"}, "'families' is no number"),
        ({**BASE, "c_SQ": 1.5}, {"c_SQ": (1, 3)}, {}, "no value at the base, where the assumption c_DDh < c_SQ fails"),
    ],
)
def test_bad_input(theorem, base, ranges, options, words):
    with pytest.raises(ParameterError, match=words):
        dg.tornado(theorem, base, ranges, **options)


def test_a_label_is_needed_where_there_are_several(theorem, tmp_path):
    with pytest.raises(GameError, match="label of payoffs is None; use one of challenger, defender"):
        dg.tornado(theorem, BASE, RANGES, quantity="payoffs")
    with pytest.raises(FormatError, match="no picture format"):
        plot_tornado(dg.tornado(theorem, BASE, RANGES), tmp_path / "tornado.txt")
