"""Border curves: the closed forms of the literature, hand-made conditions of higher degree, and what a fine grid sees."""

from functools import cache

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import And, Or, symbols

import deterrence_games as dg
from deterrence_games.theory.borders import border_curves
from deterrence_games.theory.closed_values import ClosedValues

UNILATERAL = {"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4, "d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4}
ORDERS = {  # payoffs ascending, and the parameters on the axes
    "unilateral_deterrence": ("c_DDs c_CD c_DDh c_SQ c_DC", "d_DDs d_DC d_DDh d_CD d_SQ"),
    "generalized_mutual_deterrence": ("a_DDs a_CD a_DDh a_SQ a_DC", "b_DDs b_DC b_DDh b_SQ b_CD"),
    "extended_deterrence": ("a_JW a_SQ a_BW a_CON", "t_BWi t_CON t_JWi t_BWr t_JWr t_SQ", "l_JWu l_BW l_JWr l_CON l_SQ"),
    "asymmetric_escalation_hard_challenger": (
        "c_DE c_EEh c_DD c_ED c_SQ c_DC",
        "d_EEs d_ED d_EEh d_DDs d_DC d_DDh d_DE d_SQ",
    ),
}
x, y = symbols("x y", real=True)


@cache
def theorem_on(name):
    return dg.derive(dg.models.CATALOGUE[name]())


def made_up(*conditions, assumptions=sympy.true):
    return ClosedValues(("x", "y"), And(assumptions, evaluate=False), conditions, {})


def curves_of(*conditions, window=((-2, 2), (-2, 2)), **options):
    names = tuple("ABCDEF"[: len(conditions)])
    return border_curves(made_up(*conditions, **options), names, ("x", *window[0]), ("y", *window[1]), {})


def test_unilateral_deterrence_has_its_three_thresholds():
    """Zagare and Kilgour (1993): c_1 = 1/3, c_2 = 1/2 and d* = 2/3 at these payoffs, derived."""
    found = theorem_on("unilateral_deterrence").map(("p_ch", 0, 1, 3), ("p_def", 0, 1, 3), UNILATERAL).borders()
    told = {curve.names: curve for curve in found}
    assert set(told) == {
        ("Certain Deterrence", "Separating"),
        ("Separating", "Bluff"),
        ("Separating", "Attack"),
        ("Attack", "Bluff"),
    }
    for names, height, ends in (
        (("Certain Deterrence", "Separating"), 1 / 2, (0, 1)),
        (("Separating", "Bluff"), 1 / 3, (0, 2 / 3)),
        (("Separating", "Attack"), 1 / 3, (2 / 3, 1)),
    ):
        np.testing.assert_allclose(told[names].y, height, rtol=0, atol=1e-12)
        np.testing.assert_allclose(told[names].x[[0, -1]], ends, rtol=0, atol=1e-8)
    np.testing.assert_allclose(told["Attack", "Bluff"].x, 2 / 3, rtol=0, atol=1e-12)
    np.testing.assert_allclose(told["Attack", "Bluff"].y[[0, -1]], (0, 1 / 3), rtol=0, atol=1e-8)
    assert told["Attack", "Bluff"].relation == "p_ch == (d_CD - d_DC)/(d_CD - d_DDs)"
    assert all(curve.inside for curve in found)


def test_where_assumptions_end_is_a_border_too():
    fixed = {name: value for name, value in UNILATERAL.items() if name != "c_SQ"}
    region_map = theorem_on("unilateral_deterrence").map(("c_SQ", 1, 5, 3), ("p_def", 0, 1, 3), {**fixed, "p_ch": 0.3})
    edges = {curve.relation: curve for curve in region_map.borders() if not curve.inside}
    assert {float(curve.x[0]) for curve in edges.values()} == {2.0, 4.0}
    assert set(edges) == {"c_DDh == c_SQ", "c_SQ == c_DC"}
    assert "outside the game's assumptions" in repr(region_map)


def test_a_circle_cut_by_a_line_is_drawn_only_where_it_bounds():
    found = curves_of(And(x**2 + y**2 < 1, y > x, evaluate=False))
    half = 1 / np.sqrt(2)
    for curve in found:
        on_circle = abs(curve.x**2 + curve.y**2 - 1).max() < 1e-6
        on_line = abs(curve.x - curve.y).max() < 1e-9
        assert on_circle or on_line
        if on_circle:
            assert (curve.y - curve.x > -1e-6).all()
        else:
            assert (np.abs(curve.x) <= half + 1e-8).all()
    length = sum(np.hypot(np.diff(curve.x), np.diff(curve.y)).sum() for curve in found)
    assert length == pytest.approx(np.pi + 2, abs=1e-3)


def test_curves_of_higher_degree_in_both_parameters():
    """A folium: x^3 + y^3 < 3 x y, of degree three in either parameter, which crosses itself at the origin."""
    found = curves_of(x**3 + y**3 < 3 * x * y)
    points = np.concatenate([np.column_stack([curve.x, curve.y]) for curve in found])
    assert np.abs(points[:, 0] ** 3 + points[:, 1] ** 3 - 3 * points[:, 0] * points[:, 1]).max() < 1e-4
    assert (np.hypot(*(points - 1.5).T) < 1e-2).any()  # its tip, at (3/2, 3/2)
    assert points.min() < -1.99  # and the ends of its wings


def test_what_does_not_bound_is_not_drawn():
    assert curves_of(Or(x > 0, x <= 0, evaluate=False)) == ()
    assert curves_of((x - y) ** 2 > 0) == ()  # holds on both sides
    assert curves_of(x > 5) == ()  # outside the window
    (one,) = curves_of(And(x > 0, y**2 + 1 > 0, evaluate=False))
    assert one.x.tolist() == [0.0] * len(one.x)


def test_a_short_piece_is_not_lost():
    """The line y = 0 bounds nothing but between 0.7001 and 0.7002, far narrower than a step of the drawing."""
    part = And(y > 0, x > sympy.Rational(7001, 10000), x < sympy.Rational(7002, 10000), evaluate=False)
    flat = [curve for curve in curves_of(part) if np.ptp(curve.y) == 0]
    assert [(float(curve.x[0]), float(curve.x[-1])) for curve in flat] == [pytest.approx((0.7001, 0.7002), abs=1e-9)]


def test_a_denominator_that_changes_sign_is_a_border():
    found = curves_of(1 / x > y)
    assert any((curve.x == 0).all() for curve in found)
    (upper,) = (curve for curve in found if curve.y.min() > 0 and np.ptp(curve.x) > 0)
    np.testing.assert_allclose(upper.x * upper.y, 1, atol=1e-6)


@given(name=st.sampled_from(sorted(ORDERS)), seed=st.integers(0, 10**6))
def test_between_neighbouring_points_families_change_only_across_a_curve(name, seed):
    theorem, rng = theorem_on(name), np.random.default_rng(seed)
    fixed = {}
    for order in ORDERS[name]:
        names = order.split()
        fixed |= dict(zip(names, np.cumsum(0.1 + rng.random(len(names))).round(6), strict=True))
    chances = [parameter for parameter in theorem.game.parameters if parameter.startswith("p_")]
    payoffs = [own for own in fixed if own != "t_BWr"]
    axes = [*chances[:2]] if rng.random() < 0.5 else [str(rng.choice(payoffs)), chances[0]]
    fixed |= {own: round(0.3 * rng.random(), 6) for own in chances}
    ends = {own: (0, 1) if own in chances else (fixed[own] - 1, fixed[own] + 1) for own in axes}
    points = 24
    across, up = ((own, *ends[own], points) for own in axes)
    region_map = theorem.map(across, up, {own: value for own, value in fixed.items() if own not in axes})
    curves = region_map.borders()
    fine = region_map.closed_form.finer(region_map, points)
    cell = [(ends[own][1] - ends[own][0]) / points for own in axes]
    segments = np.concatenate([np.column_stack([c.x[:-1], c.y[:-1], c.x[1:], c.y[1:]]) for c in curves]) if curves else None
    spots = [
        ends[own][0] + (np.arange(points) + aside) * step
        for own, aside, step in zip(axes, (0.381966, 0.236068), cell, strict=True)
    ]
    state = np.where(fine.complete, fine.mask.astype(np.int64), -1)
    for row, column in np.argwhere(state[:, 1:] != state[:, :-1]):
        left, right, level = spots[0][column], spots[0][column + 1], spots[1][row]
        assert crossed(segments, left, right, level), (axes, fixed, left, right, level)
    for row, column in np.argwhere(state[1:] != state[:-1]):
        low, high, level = spots[1][row], spots[1][row + 1], spots[0][column]
        assert crossed(segments[:, [1, 0, 3, 2]], low, high, level), (axes, fixed, low, high, level)


def crossed(segments, left, right, level):
    """Whether a segment meets a piece of a horizontal line, give or take what rounding may do at the ends of curves."""
    x0, y0, x1, y1 = segments.T
    near = 1e-6
    meets = (np.minimum(y0, y1) - near <= level) & (level <= np.maximum(y0, y1) + near)
    with np.errstate(all="ignore"):
        share = np.clip(np.where(y1 == y0, 0.5, (level - y0) / (y1 - y0)), 0, 1)
    at = x0 + share * (x1 - x0)
    return bool((meets & (left - near <= at) & (at <= right + near)).any())


@pytest.mark.parametrize("name", sorted(ORDERS))
def test_just_beside_a_curve_exactly_the_named_families_change(name):
    theorem, rng = theorem_on(name), np.random.default_rng(5)
    fixed = {}
    for order in ORDERS[name]:
        fixed |= {own: float(k) for k, own in enumerate(order.split())}
    chances = [parameter for parameter in theorem.game.parameters if parameter.startswith("p_")]
    fixed |= dict.fromkeys(chances[2:], 0.1)
    curves = theorem.map((chances[0], 0, 1, 2), (chances[1], 0, 1, 2), fixed).borders()
    assert curves
    for curve in curves:
        middle = rng.integers(1, len(curve.x) - 1) if len(curve.x) > 2 else 0
        along = np.array([curve.x[middle + 1] - curve.x[middle], curve.y[middle + 1] - curve.y[middle]])
        aside = np.array([-along[1], along[0]]) / np.hypot(*along) * 1e-6
        centre = np.array([curve.x[middle : middle + 2].mean(), curve.y[middle : middle + 2].mean()])
        states = []
        for place in (centre + aside, centre - aside):
            try:
                point = {**fixed, chances[0]: float(place[0]), chances[1]: float(place[1])}
                states.append({own.name for own in theorem.at(point)})
            except dg.ParameterError:
                states.append(set())
        assert states[0] ^ states[1] == set(curve.names)


def test_a_window_that_lies_in_a_border_shows_both_sides_families():
    """At p_def = c_2 = 1/2 Separating and Certain Deterrence exist at every point, in floats as in fractions."""
    fixed = {name: value for name, value in UNILATERAL.items() if name != "d_SQ"} | {"p_def": 0.5}
    region_map = theorem_on("unilateral_deterrence").map(("p_ch", 0, 1, 12), ("d_SQ", 3, 5, 9), fixed)
    finer = region_map.closed_form.finer(region_map, 50)
    for own in (region_map, finer):
        for name in ("Separating", "Certain Deterrence"):
            np.testing.assert_array_equal(own.exists(name), own.complete)
    assert finer.complete.all()
    assert region_map.borders() == ()


@pytest.mark.parametrize("name", sorted(ORDERS))
def test_a_finer_map_agrees_with_the_closed_forms_point_by_point(name):
    theorem, rng = theorem_on(name), np.random.default_rng(8)
    fixed = {}
    for order in ORDERS[name]:
        names = order.split()
        fixed |= dict(zip(names, np.cumsum(0.1 + rng.random(len(names))).round(6).tolist(), strict=True))
    chances = [parameter for parameter in theorem.game.parameters if parameter.startswith("p_")]
    fixed |= dict.fromkeys(chances[2:], 0.1)
    region_map = theorem.map((chances[0], 0, 1, 3), (chances[1], 0, 1, 3), fixed)
    finer = region_map.closed_form.finer(region_map, 40)
    x, y = (np.arange(40) + 0.381966) / 40, (np.arange(40) + 0.236068) / 40
    direct = theorem.exists({**fixed, chances[0]: x[None, :], chances[1]: y[:, None]})
    inside = x[None, :] + y[:, None] + (0.1 if len(chances) > 2 else -1) < 1
    np.testing.assert_array_equal(finer.complete, inside)
    for family, where in direct.items():
        np.testing.assert_array_equal(finer.exists(family), where & inside)


def test_a_map_without_closed_forms_says_so():
    found = dg.RegionMap("g", "x", "y", np.arange(2.0), np.arange(2.0), (), np.zeros((2, 2), np.uint64), np.ones((2, 2), bool))
    with pytest.raises(dg.GameError, match=r"exact borders need closed forms; map a theorem, as dg\.derive\(game\)\.map"):
        found.borders()
