"""Enlargement: the core's equilibria against backward induction in plain arithmetic, and the words that they are told in."""

from dataclasses import replace

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.alliances.enlargement import ILLUSTRATION, _read, enlargement, enlargement_map
from deterrence_games.alliances.enlargement_game import ATTACKS, EFFECTS, enlargement_game
from deterrence_games.errors import ParameterError


def induced(p):
    """Backward induction: what the rival does outside and inside, and what everybody gets in both situations."""

    def war(alone, joint, burden, broken, mobilised):
        chance = np.zeros(3)
        fought = 0.0
        for cost, share in ((p["c_r"], p["r"]), (p["c_u"], 1 - p["r"])):
            stay, fight = -alone * p["s"] - broken, -joint * p["s"] - cost
            w = joint if fight > stay else alone
            fought += share * (fight > stay)
            chance += share * np.array(
                [
                    w * p["v"] - p["c_R"] - mobilised - p["e"] * (fight > stay),
                    -w * p["v_C"] - p["c_C"],
                    max(stay, fight) - burden,
                ]
            )
        conceded = np.array([p["v"] - p["d"] - mobilised, -p["v_C"], -p["s"] - burden])
        resists = chance[1] > conceded[1]
        return (chance, fought, 1 - fought) if resists else (conceded, 0.0, 0.0)

    def attack_outside():
        resist = np.array([p["w0"] * p["v"] - p["c_R"], -p["w0"] * p["v_C"] - p["c_C"], -p["w0"] * p["s"]])
        concede = np.array([p["v"] - p["d"], -p["v_C"], -p["s"]])
        return resist if resist[1] > concede[1] else concede

    outside = {"leave": np.zeros(3), "attack": attack_outside()}
    inside = {
        "accept": (np.array([-p["t"], p["g"], -p["b"]]), 0.0, 0.0),
        "mobilise": (np.array([-p["t"] + p["h"] - p["m"], p["g"], -p["b"] - p["x"]]), 0.0, 0.0),
        "forestall": war(p["w0"], p["wp"], 0.0, 0.0, 0.0),
        "attack": war(p["w0"], p["w1"], p["b"], p["k"], 0.0),
        "mobilise_and_attack": war(p["w0"] + p["a"], p["w1"] + p["a"], p["b"], p["k"], p["m"]),
    }
    before = max(outside, key=lambda action: outside[action][0])
    after = max(inside, key=lambda action: inside[action][0][0])
    return before, after, outside[before], inside[after]


def test_against_backward_induction():
    rng = np.random.default_rng(11)
    effects = set()
    for _ in range(60):
        w1, wp, w0 = np.sort(rng.uniform(0.05, 0.85, 3))
        p = {**{name: float(rng.uniform(0.05, 1.0)) for name in ILLUSTRATION}, "w0": w0, "wp": wp, "w1": w1, "a": 0.1}
        p["c_u"] = p["c_r"] + rng.uniform(0.05, 0.6)
        before, after, outside, (inside, joint, alone) = induced(p)
        report = enlargement(p)
        assert report.complete
        (effect,) = {row.effect for row in report.rows}
        effects.add(effect)
        was, becomes = EFFECTS[effect]
        assert before == was
        assert after in becomes
        assert all(row.attack == (before == "attack", after in ATTACKS) for row in report.rows)
        assert any(row.reply[after] > 0 for row in report.rows)
        if len(report.rows) > 1 or report.rows[0].reply[after] < 1:
            assert inside[1] == -p["v_C"]  # to forestall and to attack a candidate that will concede is the same to the rival
            continue
        (row,) = report.rows
        assert [row.rival, row.security, -row.burden] == pytest.approx(list(inside - outside), abs=1e-9)
        assert (row.entrapment, row.abandonment) == pytest.approx((joint, alone), abs=1e-9)
    assert len(effects) >= 4


def test_nothing_depends_on_natures_first_move():
    game, params = enlargement_game(), dict(ILLUSTRATION)
    found = [dg.solve(game, {**params, "z": z}) for z in (0.1, 0.9)]
    assert [own.behavior for own in found[0]] == [own.behavior for own in found[1]]


@pytest.mark.parametrize(
    ("changes", "effect"),
    [
        ({}, "stabilises"),
        ({"h": 0.6}, "stabilises at the price of arms"),
        ({"r": 0.1}, "does not protect"),
        ({"w0": 0.35, "wp": 0.33, "c_R": 0.4, "h": 0.4}, "provokes counter-mobilisation"),
        ({"w0": 0.25, "wp": 0.22, "w1": 0.1}, "provokes war"),
        ({"c_R": 0.9}, "changes little"),
    ],
)
def test_every_effect_occurs(changes, effect):
    assert [row.effect for row in enlargement(changes).rows] == [effect]


def test_what_only_rounding_changes_is_no_change():
    values = {**ILLUSTRATION, "w0": 0.35, "wp": 0.33, "c_R": 0.4, "h": 0.4}
    (row,) = enlargement(values).rows
    payoffs = dict(row.equilibrium.payoffs)
    for payoff in (payoffs["rival"], np.nextafter(payoffs["rival"], 2), np.nextafter(payoffs["rival"], -2)):
        nudged = replace(row.equilibrium, payoffs={**payoffs, "rival": float(payoff)})
        assert _read(enlargement_game(), values, nudged).rival == 0.0


def test_the_map_has_the_border_where_the_rival_is_indifferent():
    found = enlargement_map(("t", 0.011, 0.803, 7), ("c_R", 0.853, 1.1, 3))
    assert found.complete.all()
    assert found.exists("changes little").any()
    for row, cost in enumerate(found.y_values):
        for column, loss in enumerate(found.x_values):
            (told,) = enlargement({"t": float(loss), "c_R": float(cost)}).rows
            assert found.exists(told.effect)[row, column]


def test_a_table_and_a_line_for_every_equilibrium():
    report = enlargement()
    assert list(report.to_dataframe()["effect"]) == ["stabilises"]
    assert repr(report).startswith("enlargement stabilises: probability of attack 1 -> 0")


def test_unknown_parameters_are_named():
    with pytest.raises(ParameterError, match="enlargement: unknown parameter 'resolve'; use v, v_C"):
        enlargement({"resolve": 1.0})
    with pytest.warns(dg.AssumptionWarning, match="w1 < wp"):
        enlargement({"w1": 0.6})
