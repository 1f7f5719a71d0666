"""What counts as a threat and what as a promise, in games made for the purpose; agreement with equilibria."""

import math

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.analysis.assessment import Assessment, complete, follow_beliefs, read_behavior
from deterrence_games.errors import SizeError
from tests.analysis.threat_points import EXTENDED, by_type, chosen, increasing


def test_restraint_after_cooperation_is_a_promise():
    game = dg.Game(
        name="trust",
        players=("first", "second"),
        tree=dg.Decision("first", {"arm": "arms", "disarm": dg.Decision("second", {"restrain": "peace", "exploit": "defeat"})}),
        types={"second": {"friend": 0.6, "foe": 0.4}},
        payoffs={
            "arms": {"first": 0, "second": 0},
            "peace": {"first": 1, "second": {"friend": 3, "foe": 1}},
            "defeat": {"first": -1, "second": 2},
        },
    )
    report = dg.credibility(game, {})
    assert report.threats == ()
    promise = chosen(report.promises)
    assert (promise.action, promise.addressee, promise.move, promise.against) == ("restrain", "first", "disarm", ("arm",))
    assert {kind: resolve.credible for kind, resolve in by_type(promise.resolves).items()} == {"friend": True, "foe": False}
    (effect,) = promise.effects
    assert effect.threshold == pytest.approx(1 / 2)
    assert effect.margin == pytest.approx(0.1)
    assert effect.works
    assert promise.words == "second promises to 'restrain' after disarm, to encourage first to 'disarm'"


@pytest.mark.parametrize(("stay", "threshold"), [(1.0, 1 / 2), (1.9, 1 / 2), (2.5, math.inf)])
def test_bisection_where_the_addressee_moves_again(stay, threshold):
    push = dg.Decision("defender", {"yield": "victory", "fight": "war"})
    game = dg.Game(
        name="two steps",
        players=("challenger", "defender"),
        tree=dg.Decision("challenger", {"out": "peace", "in": dg.Decision("challenger", {"stay": "foothold", "push": push})}),
        types={"defender": {"hard": 0.75, "soft": 0.25}},
        payoffs={
            "peace": {"challenger": 2, "defender": 9},
            "foothold": {"challenger": stay, "defender": 5},
            "victory": {"challenger": 4, "defender": 1},
            "war": {"challenger": 0, "defender": {"hard": 2, "soft": 0}},
        },
    )
    report = dg.credibility(game, {})
    (first,) = chosen(report.threats, move="in").effects
    assert first.method == "bisection"
    assert first.threshold == pytest.approx(threshold)  # max(stay, 4 (1 - q)) = 2
    assert first.works == (stay <= 2)
    (second,) = chosen(report.threats, move="push").effects
    assert (second.method, second.other_move) == ("closed form", "stay")
    assert second.threshold == pytest.approx(1 - stay / 4)


def test_a_threat_may_favour_one_move_and_a_promise_prevent_another():
    # Three ways to answer a crisis; restraint after the middle one is a reward for not taking the worst.
    game = dg.Game(
        name="escalation",
        players=("defender", "challenger"),
        tree=dg.Decision(
            "defender",
            {
                "concede": "concession",
                "limited": dg.Decision("challenger", {"restrain": "limited_war", "escalate": "total_war"}),
                "all_out": "total_war",
            },
        ),
        payoffs={
            "concession": {"defender": 1, "challenger": 5},
            "limited_war": {"defender": 2, "challenger": 3},
            "total_war": {"defender": 0, "challenger": 1},
        },
    )
    report = dg.credibility(game, {})
    threat, promise = chosen(report.threats), chosen(report.promises)
    assert (threat.action, threat.against) == ("escalate", ("concede",))
    assert (promise.action, promise.against) == ("restrain", ("all_out",))
    assert threat.effects[0].threshold == pytest.approx(1 / 2)
    assert (promise.effects[0].threshold, promise.effects[0].works) == (pytest.approx(0), True)


def test_a_reply_that_never_falls_due_has_no_threshold():
    # The challenger's move leads to the ally only through a defender that never resists.
    game = dg.Game(
        name="never",
        players=("challenger", "defender", "ally"),
        tree=dg.Decision(
            "challenger",
            {
                "wait": "status_quo",
                "act": dg.Decision(
                    "defender", {"concede": "loss", "resist": dg.Decision("ally", {"join": "war", "stay_out": "rout"})}
                ),
            },
        ),
        payoffs={
            "status_quo": {"challenger": 0, "defender": 5, "ally": 5},
            "loss": {"challenger": 1, "defender": 3, "ally": 3},
            "war": {"challenger": -9, "defender": 1, "ally": 1},
            "rout": {"challenger": 2, "defender": 0, "ally": 2},
        },
    )
    (effect,) = chosen(dg.credibility(game, {}).threats, player="ally", addressee="challenger").effects
    assert (effect.threshold, effect.margin, effect.works) == (math.inf, -math.inf, False)


def centipede(moves):
    """Players in turn stop or go on; going on pays both in the end, stopping pays whoever does it."""
    payoffs, tree = {"end": {"a": moves + 1, "b": moves}}, "end"
    for move in reversed(range(moves)):
        payoffs[f"stop_{move}"] = {player: move + (2 if player == "ab"[move % 2] else -1) for player in "ab"}
        tree = dg.Decision("ab"[move % 2], {"stop": f"stop_{move}", "go": tree})
    return dg.Game(name="centipede", players=("a", "b"), tree=tree, payoffs=payoffs)


def test_going_on_is_a_promise_that_nobody_believes():
    report = dg.credibility(centipede(4), {})
    assert report.threats == ()
    assert {(promise.action, promise.move, promise.credible, promise.works) for promise in report.promises} == {
        ("go", "go", False, False)
    }
    assert len(report.promises) == 4  # of the second, third, and, to both of a's moves, fourth player
    assert report.empty_threats == ()


def test_a_tree_that_is_too_deep_is_refused():
    game = centipede(80)
    with pytest.raises(SizeError, match=r"'centipede': 1600 pairs of a move and an answer to it, .* ask about a shorter game"):
        dg.credibility(game, {}, dg.solve(game, {}, dg.BackwardInduction()))


@pytest.mark.parametrize("seed", range(6))
def test_assessments_agree_with_the_equilibria(seed):
    """Values at the root are the equilibrium's payoffs; what is played is credible; margins go with the addressee's play."""
    rng = np.random.default_rng(seed)
    low, high = rng.uniform(0.05, 0.95, 2).tolist()
    games = [
        (
            dg.models.unilateral_deterrence(),
            increasing(rng, "c_DDs", "c_CD", "c_DDh", "c_SQ", "c_DC")
            | increasing(rng, "d_DDs", "d_DC", "d_DDh", "d_CD", "d_SQ")
            | {"p_ch": low, "p_def": high},
        ),
        (
            dg.models.generalized_mutual_deterrence(),
            increasing(rng, "a_DDs", "a_CD", "a_DDh", "a_SQ", "a_DC")
            | increasing(rng, "b_DDs", "b_DC", "b_DDh", "b_SQ", "b_CD")
            | {"p_a": low, "p_b": high},
        ),
        (dg.models.extended_deterrence(), {**EXTENDED, "p_target": low, "p_ally": high}),
    ]
    for game, point in games:
        report = dg.credibility(game, point)
        form = dg.tree_form(game, point)
        for number, equilibrium in enumerate(report.solution):
            entries, told = read_behavior(form, equilibrium.behavior)
            beliefs = follow_beliefs(form, entries, told, equilibrium.beliefs)
            held = Assessment(form, entries, beliefs.belief)
            np.testing.assert_array_equal(complete(form, entries, told, beliefs.belief), entries)
            for i, player in enumerate(game.players):
                expected = held.belief_about(0, i) @ held.value_of(0, i)
                assert expected == pytest.approx(equilibrium.payoffs[player], abs=1e-9)
            for found in (*report.threats, *report.promises):
                if found.equilibrium != number:
                    continue
                assert all(resolve.credible for resolve in found.resolves if resolve.probability > 1e-7)
                for effect in found.effects:
                    share = equilibrium.behavior[found.addressee, effect.type, found.decision][found.move]
                    sign = 1 if found.kind == "threat" else -1
                    assert effect.tie or share < 1e-7 or sign * effect.margin < 0
                    assert effect.tie or share > 1 - 1e-7 or sign * effect.margin > 0
