"""Curves of outcome probabilities and payoffs: the closed forms where families exist, and nothing elsewhere."""

from itertools import pairwise

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.errors import FormatError, GameError, ParameterError
from deterrence_games.plotting import plot_outcome
from deterrence_games.theory.borders import stretches
from deterrence_games.theory.closed_values import ClosedValues

PAYOFFS = {"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4, "d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4}


@pytest.fixture(scope="module")
def theorem():
    return dg.derive(dg.models.unilateral_deterrence())


def drawn(ax):
    """Lines by family, marks as (place, height, whether full), and the places of upright lines."""
    lines = {line.get_label(): line.get_data() for line in ax.get_lines() if not line.get_label().startswith("_")}
    marks, uprights = {}, []
    for line in ax.get_lines():
        if line.get_marker() == "o":
            (x,), (y,) = line.get_data()
            marks.setdefault((round(x, 6), round(y, 6)), []).append(line.get_markerfacecolor() != "white")
        elif len(line.get_xdata()) == 2 and line.get_xdata()[0] == line.get_xdata()[1]:
            uprights.append(line.get_xdata()[0])
    return lines, marks, uprights


def test_lines_are_the_closed_forms_between_exact_borders(theorem, tmp_path):
    figure = plot_outcome(theorem, "conflict", ("p_def", 0, 1, 50), {**PAYOFFS, "p_ch": 0.4}, tmp_path / "war.png")
    (ax,) = figure.axes
    lines, marks, uprights = drawn(ax)
    assert set(lines) == {"Certain Deterrence", "Steadfast Deterrence", "Separating", "Bluff"}
    for name, ends, height in (
        ("Bluff", (0, 1 / 3), lambda x: np.full_like(x, 0.4 / 3)),  # p_ch c_1
        ("Separating", (1 / 3, 1 / 2), lambda x: 0.4 * x),
        ("Certain Deterrence", (1 / 2, 1), np.zeros_like),
        ("Steadfast Deterrence", (0, 1), np.zeros_like),
    ):
        x, y = lines[name]
        np.testing.assert_allclose(x[[0, -1]], ends, atol=1e-8)
        np.testing.assert_allclose(y, height(x), atol=1e-9)
    assert uprights == [1 / 3, 1 / 2]
    assert (tmp_path / "war.png").stat().st_size > 1000
    assert marks == {
        (0.333333, 0.133333): [True, False],  # Separating exists at 1/3, Bluff below it only
        (0.5, 0.2): [True],
        (0.5, 0.0): [True],
    }


def test_a_payoff_is_drawn_on_its_own_scale(theorem):
    (ax,) = plot_outcome(theorem, "payoff of challenger", ("p_def", 0, 1, 50), {**PAYOFFS, "p_ch": 0.4}).axes
    lines, _, _ = drawn(ax)
    x, y = lines["Separating"]  # hard challengers attack: 0.4 (p_def 2 + (1 - p_def) 4) + 0.6 3
    np.testing.assert_allclose(y, 0.4 * (4 - 2 * x) + 1.8, atol=1e-9)
    assert ax.get_ylabel() == "payoff of challenger"
    assert ax.get_ylim()[0] > 2.9


def test_where_assumptions_fail_nothing_is_drawn_and_the_legend_says_why(theorem):
    fixed = {name: value for name, value in PAYOFFS.items() if name != "c_SQ"}
    (ax,) = plot_outcome(theorem, "war", ("c_SQ", 1, 5, 81), {**fixed, "p_ch": 0.4, "p_def": 0.4}).axes
    lines, _, uprights = drawn(ax)
    assert uprights == pytest.approx([2, 2.8, 3.2, 4])  # assumptions, c_1 = 0.4, c_2 = 0.4, assumptions
    assert all(x.min() > 2 - 1e-6 and x.max() < 4 + 1e-6 for x, _ in lines.values())
    assert "an assumption of the game fails" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_a_family_that_leaves_a_quantity_open_is_shaded_over_its_range():
    after = dg.Decision("a", {"left": "left", "right": "right"})
    game = dg.Game(
        name="shrug",
        players=("a", "b"),
        tree=dg.Decision("b", {"in": after, "out": "quiet"}),
        types={},
        payoffs={"left": {"a": "u", "b": "v"}, "right": {"a": "u", "b": "w"}, "quiet": {"a": 0, "b": "z"}},
        assumptions=("0 < u", "z < v", "v < w"),
    )
    (ax,) = plot_outcome(dg.derive(game), "left", ("u", 0, 1, 11), {"v": 2, "w": 3, "z": 1}).axes
    (shade,) = ax.collections
    (path,) = shade.get_paths()
    assert (path.vertices[:, 1].min(), path.vertices[:, 1].max()) == (0, 1)


def test_war_is_all_wars_together_and_axes_are_the_callers(theorem):
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    figure = plot_outcome(theorem, "war", ("p_ch", 0.1, 0.9, 9), {**PAYOFFS, "p_def": 0.2}, ax=ax)
    assert figure is ax.figure
    assert ax.get_ylabel() == "probability of war"


def test_stretches_say_what_the_theorem_says_at_every_place(theorem):
    values = ClosedValues.of(theorem)
    rng = np.random.default_rng(3)
    for _ in range(20):
        fixed = {}
        for order in (("c_DDs", "c_CD", "c_DDh", "c_SQ", "c_DC"), ("d_DDs", "d_DC", "d_DDh", "d_CD", "d_SQ")):
            fixed |= dict(zip(order, np.cumsum(rng.integers(1, 9, 5)).tolist(), strict=True))
        fixed |= {"p_ch": float(rng.integers(1, 20)) / 20, "p_def": float(rng.integers(1, 20)) / 20}
        name = str(rng.choice(["p_def", "p_ch", "c_SQ", "d_CD"]))
        span = (0, 1) if name.startswith("p") else (fixed[name] - 3, fixed[name] + 3)
        line = stretches(values, (name, *span), {own: value for own, value in fixed.items() if own != name})
        assert (line[0].low, line[-1].high) == span
        for one, other in pairwise(line):
            assert one.high == other.low
            assert (one.low == one.high) != (other.low == other.high)  # open parts and points in turn
        for own in line:
            if own.low < own.high:
                place = own.low + (own.high - own.low) * float(rng.uniform(0.05, 0.95))
                try:
                    found = {instance.name for instance in theorem.at({**fixed, name: place})}
                except ParameterError:
                    assert not own.inside
                    assert own.families == ()
                else:
                    assert found == {theorem.families[k].name for k in own.families}


def test_bad_input(theorem, tmp_path):
    with pytest.raises(GameError, match=r"unknown quantity 'peace'; use war, deterrence, .*payoff of defender"):
        plot_outcome(theorem, "peace", ("p_ch", 0.1, 0.9, 9), {**PAYOFFS, "p_def": 0.2})
    with pytest.raises(FormatError, match="no picture format"):
        plot_outcome(theorem, "war", ("p_ch", 0.1, 0.9, 9), {**PAYOFFS, "p_def": 0.2}, tmp_path / "war.txt")
    with pytest.raises(ParameterError, match="no value for p_def; add it to fixed"):
        plot_outcome(theorem, "war", ("p_ch", 0.1, 0.9, 9), PAYOFFS)
    with pytest.raises(ParameterError, match="along has unknown parameter 'p'"):
        plot_outcome(theorem, "war", ("p", 0.1, 0.9, 9), {**PAYOFFS, "p_def": 0.2})
