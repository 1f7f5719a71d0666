"""Threats and promises against the closed forms of the published games; bad input."""

from dataclasses import replace

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.errors import GameError, ParameterError
from tests.analysis.threat_points import (
    EXTENDED,
    MUTUAL,
    RUDIMENTARY,
    UNILATERAL,
    by_type,
    chosen,
    increasing,
    rudimentary,
    unilateral,
)

# ---- rudimentary asymmetric deterrence (Zagare and Kilgour 2000, appendix 3) -----------------------------------------------


def test_rudimentary_threshold_is_one_quarter():
    report = rudimentary(0.5)
    threat = chosen(report.threats)
    assert (threat.player, threat.history, threat.action) == ("defender", ("defect",), "resist")
    assert (threat.addressee, threat.decision, threat.move) == ("challenger", (), "defect")
    assert (threat.player_role, threat.addressee_role, threat.against) == ("target", "aggressor", ("cooperate",))
    assert threat.probability == pytest.approx(0.5)
    assert threat.probability_range == pytest.approx((0.5, 0.5))
    hard, soft = threat.resolves
    assert (hard.type, hard.carrying_out, hard.backing_down, hard.instead) == ("hard", 2, 1, "concede")
    assert (hard.credible, hard.tie, hard.probability, hard.belief) == (True, False, 1, 0.5)
    assert (soft.type, soft.difference, soft.credible, soft.probability) == ("soft", -1, False, 0)
    assert not threat.credible
    (effect,) = threat.effects
    assert effect.threshold == pytest.approx(1 / 4)
    assert effect.margin == pytest.approx(1 / 4)
    assert (effect.method, effect.works, effect.tie, effect.other_move) == ("closed form", True, False, "cooperate")
    assert (effect.move_worth, effect.other_worth) == pytest.approx((-1, 0))
    assert threat.works
    assert report.promises == ()  # conceding encourages a challenge that the defender would rather not see


def test_margin_tells_whether_the_challenger_initiates():
    rng = np.random.default_rng(20)
    game = dg.models.rudimentary_asymmetric_deterrence()
    attacks = 0
    for _ in range(200):
        point = increasing(rng, "a_DD", "a_SQ", "a_DC") | increasing(rng, "b_DDs", "b_DC", "b_DDh", "b_SQ")
        point["p"] = float(rng.uniform(0.01, 0.99))
        report = dg.credibility(game, point)
        (equilibrium,) = report.solution
        (effect,) = chosen(report.threats).effects
        threshold = (point["a_DC"] - point["a_SQ"]) / (point["a_DC"] - point["a_DD"])
        assert effect.threshold == pytest.approx(threshold, abs=1e-9)
        assert effect.margin == pytest.approx(point["p"] - threshold, abs=1e-9)
        initiates = equilibrium.behavior["challenger", "", ()]["defect"]
        assert initiates == (0.0 if effect.margin > 0 else 1.0)
        assert effect.works == (initiates == 0.0)
        attacks += initiates == 1.0
    assert 50 < attacks < 150


def test_threat_that_is_not_capable_has_a_threshold_above_one():
    game = dg.models.rudimentary_asymmetric_deterrence().replace(assumptions=())
    report = dg.credibility(game, {**RUDIMENTARY, "a_DD": 0.5, "p": 0.9})
    (effect,) = chosen(report.threats).effects
    assert effect.threshold == pytest.approx(2)  # (1 - 0) / (1 - 0.5)
    assert not effect.works
    assert "no probability is enough (threshold 2, closed form)" in " ".join(repr(report).split())


def test_ties_are_called_ties():
    at_threshold = chosen(rudimentary(0.25).threats)
    (effect,) = at_threshold.effects
    assert (effect.tie, effect.works, effect.margin) == (True, True, 0.0)
    game = dg.models.rudimentary_asymmetric_deterrence().replace(assumptions=())
    report = dg.credibility(game, {**RUDIMENTARY, "b_DDs": 1, "p": 0.5})
    soft = by_type(report.threats[0].resolves)["soft"]
    assert (soft.tie, soft.credible, soft.difference) == (True, True, 0)
    assert "soft defender  a tie" in repr(report)
    assert "challenger     indifferent" in repr(rudimentary(0.25))


# ---- unilateral deterrence (Zagare and Kilgour 1993) -----------------------------------------------------------------------

C_1, C_2, D_STAR = 1 / 3, 1 / 2, 2 / 3


@pytest.mark.parametrize(
    ("p_ch", "p_def", "name"),
    [
        (0.5, 0.7, "Certain Deterrence"),
        (0.5, 0.4, "Separating"),
        (0.8, 0.2, "Attack"),
        (0.5, 1 / 6, "Bluff"),
    ],
)
def test_unilateral_thresholds(p_ch, p_def, name):
    report = unilateral(p_ch, p_def)
    numbers = [number for number, equilibrium in enumerate(report.solution) if equilibrium.name == name]
    for number in numbers:
        defy = chosen(report.threats, equilibrium=number, action="defy")
        assert defy.equilibrium_name == name
        effects = by_type(defy.effects)
        assert effects["soft"].threshold == pytest.approx(C_1)
        assert effects["hard"].threshold == pytest.approx(C_2)
        play = report.solution[number].behavior
        for kind, effect in effects.items():
            initiates = play["challenger", kind, ()]["defect"]
            assert effect.works == (initiates < 1e-9) or effect.tie
        press_on = chosen(report.threats, equilibrium=number, action="press_on")
        assert (press_on.player, press_on.addressee, press_on.move) == ("challenger", "defender", "defy")
        effects = by_type(press_on.effects)
        assert effects["soft"].threshold == pytest.approx(D_STAR)
        assert effects["hard"].threshold == pytest.approx((3 - 1) / (3 - 2))  # a hard defender fears no pressing on
        assert not effects["hard"].works
        credible = {kind: resolve.credible for kind, resolve in by_type(press_on.resolves).items()}
        assert credible == {"hard": True, "soft": False}
    assert numbers
    if name == "Bluff":  # both sides mix
        assert defy.probability == pytest.approx(C_1)
        assert press_on.probability == pytest.approx(D_STAR)
        assert by_type(defy.effects)["soft"].tie
        assert by_type(defy.resolves)["soft"].tie
        assert by_type(press_on.effects)["soft"].tie
    assert report.promises == ()


def test_range_of_a_threat_that_off_path_beliefs_leave_open():
    report = unilateral(0.5, 1 / 6)
    steadfast = [
        number for number, found in enumerate(report.solution) if found.name == "Steadfast Deterrence" and found.strict
    ]
    threat = chosen(report.threats, equilibrium=steadfast[0], action="press_on")
    assert threat.probability_range == pytest.approx((0, D_STAR))
    assert 0 < threat.probability < D_STAR
    mixed = [number for number, found in enumerate(report.solution) if found.continuum]
    assert chosen(report.threats, equilibrium=mixed[0], action="defy").probability_range == pytest.approx((C_2, 1))


# ---- generalized mutual deterrence (Kilgour and Zagare 1991) ---------------------------------------------------------------


def test_mutual_thresholds_where_nobody_defects():
    report = dg.credibility(dg.models.generalized_mutual_deterrence(), {**MUTUAL, "p_a": 0.8, "p_b": 0.8})
    number = [equilibrium.name for equilibrium in report.solution].index("Sure-Thing Deterrence")
    for player, other in (("A", "B"), ("B", "A")):
        threat = chosen(report.threats, equilibrium=number, player=player)
        assert (threat.addressee, threat.action, threat.move, threat.decision) == (other, "retaliate", "defect", ())
        effects = by_type(threat.effects)
        assert effects["hard"].threshold == pytest.approx(4 / 7)
        assert effects["soft"].threshold == pytest.approx(2 / 5)
        assert threat.probability == pytest.approx(0.8)
    mixing = [equilibrium.name for equilibrium in report.solution].index("Hard-mixing")
    effects = by_type(chosen(report.threats, equilibrium=mixing, player="A").effects)
    assert (effects["hard"].tie, effects["soft"].works) == (True, True)


def test_mutual_separating_needs_no_threat_from_t_2_upwards():
    rng = np.random.default_rng(3)
    game = dg.models.generalized_mutual_deterrence()
    needed = []
    for _ in range(16):
        point = increasing(rng, "a_DDs", "a_CD", "a_DDh", "a_SQ", "a_DC") | increasing(
            rng, "b_DDs", "b_DC", "b_DDh", "b_SQ", "b_CD"
        )
        point |= {"p_a": float(rng.uniform(0.5, 0.95)), "p_b": float(rng.uniform(0.5, 0.95))}
        report = dg.credibility(game, point)
        win, loss = point["a_DC"] - point["a_SQ"], point["a_CD"] - point["a_DDs"]
        for number, equilibrium in enumerate(report.solution):
            if equilibrium.name != "Separating":
                continue
            threat = chosen(report.threats, equilibrium=number, player="B")
            soft = by_type(threat.effects)["soft"]
            hard_b = point["p_b"]
            assert soft.threshold == pytest.approx(
                ((1 - hard_b) * win - hard_b * loss) / ((1 - hard_b) * (point["a_DC"] - point["a_DDs"])), abs=1e-8
            )
            assert threat.probability == pytest.approx(0, abs=1e-12)  # a defender that cooperated has shown itself soft
            assert soft.threshold <= 0  # the equilibrium exists only there
            assert hard_b >= win / (win + loss)
            assert soft.works
            needed.append(soft.threshold)
    assert len(needed) > 5


# ---- extended deterrence: three players ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("p_ally", "resists"), [(0.25, 0.3), (0.75, 1.0)])
@pytest.mark.parametrize("concession", [2, 3.5])
def test_an_ally_threatens_the_aggressor_and_promises_the_target(p_ally, resists, concession):
    # At 3.5 even a reliable ally would rather see the target concede: it is still the promise that makes the threat.
    point = {**EXTENDED, "l_CON": concession, "p_target": 0.3, "p_ally": p_ally}
    report = dg.credibility(dg.models.extended_deterrence(), point)
    assert len(report.solution) == 1
    assert {(threat.player, threat.action, threat.addressee, threat.move) for threat in report.threats} == {
        ("target", "resist", "aggressor", "attack"),
        ("ally", "join", "aggressor", "attack"),
    }
    promise = chosen(report.promises)
    assert (promise.player, promise.action, promise.addressee, promise.move) == ("ally", "join", "target", "resist")
    effects = by_type(promise.effects)
    assert effects["irresolute"].threshold == pytest.approx(1 / 2)  # (t_CON - t_BWi) / (t_JWi - t_BWi)
    assert effects["resolute"].threshold < 0
    assert effects["irresolute"].works == (resists == 1.0)
    assert effects["irresolute"].margin == pytest.approx(p_ally - 1 / 2)
    assert {kind: resolve.credible for kind, resolve in by_type(promise.resolves).items()} == {
        "reliable": True,
        "unreliable": False,
    }
    (join,) = chosen(report.threats, player="ally").effects
    # (1 - r) a_CON + r (q a_JW + (1 - q) a_BW) = a_SQ, with r the probability of resistance
    assert join.threshold == pytest.approx(((1 - resists) * 2 + resists * 1) / (resists * 3))
    (resist,) = chosen(report.threats, player="target").effects
    assert resist.threshold == pytest.approx(2 / (2 - (p_ally * -2 + (1 - p_ally) * 1)))
    assert "two players only" in " ".join(repr(report).split())
    assert (report.nash, report.empty_threats) == (None, ())


# ---- bad input -------------------------------------------------------------------------------------------------------------


def test_bad_input_is_refused_in_one_line():
    game = dg.models.rudimentary_asymmetric_deterrence()
    point = {**RUDIMENTARY, "p": 0.5}
    solution = dg.solve(game, point)
    with pytest.raises(GameError, match="cannot assess the threats of str; give a Game"):
        dg.credibility("rudimentary", point)
    with pytest.raises(ParameterError, match="'rudimentary_asymmetric_deterrence': no value for p;"):
        dg.credibility(game, RUDIMENTARY)
    with pytest.raises(GameError, match="3 parameter points"):
        dg.credibility(game, {**RUDIMENTARY, "p": np.array([0.1, 0.2, 0.3])})
    with pytest.raises(GameError, match="3 parameter points"):
        dg.credibility(game, {**RUDIMENTARY, "p": np.array([0.1, 0.2, 0.3])}, solution)
    with pytest.raises(GameError, match="the solution is tuple; give what solve returns"):
        dg.credibility(game, point, solution.equilibria)
    with pytest.raises(ParameterError, match=r"found at p = 0.5, here it is 0.6; give the same parameters"):
        dg.credibility(game, {**point, "p": 0.6}, solution)
    with pytest.raises(GameError, match="the solution is one of 'rudimentary_asymmetric_deterrence'"):
        dg.credibility(dg.models.unilateral_deterrence(), {**UNILATERAL, "p_ch": 0.5, "p_def": 0.5}, solution)
    bare = replace(solution, equilibria=(replace(solution[0], behavior={}),))
    with pytest.raises(GameError, match="neither behaviour nor a profile"):
        dg.credibility(game, point, bare)
    foreign = replace(solution, equilibria=(replace(solution[0], behavior={dg.InformationSet("x", "", ()): {"y": 1.0}}),))
    with pytest.raises(GameError, match="no information set of the game"):
        dg.credibility(game, point, foreign)
    nash = dg.SupportEnumeration().solve(dg.strategic_form(game, point))
    for profile in ((np.ones(1),), (np.ones(3) / 3, np.ones(4) / 4)):
        with pytest.raises(GameError, match="rudimentary_asymmetric_deterrence"):
            dg.credibility(game, point, replace(nash, equilibria=(replace(nash[0], profile=profile),)))
