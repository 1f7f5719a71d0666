"""Empty threats, against games in which it is plain which they are."""

import pytest

import deterrence_games as dg
from deterrence_games.lowering.strategic import behavior_of
from tests.analysis.threat_points import (
    RUDIMENTARY,
    UNILATERAL,
    by_type,
    chosen,
    rudimentary,
    unilateral,
    unilateral_of_known_types,
)


def test_soft_defender_is_an_empty_threat():
    report = rudimentary(0.1)
    assert [equilibrium.name for equilibrium in report.solution] == ["Attack"]
    assert report.empty_threats
    for empty in report.empty_threats:
        assert (empty.player, empty.type, empty.history, empty.action) == ("defender", "soft", ("defect",), "resist")
        assert (empty.addressee, empty.decision, empty.move) == ("challenger", (), "defect")
        assert empty.cost == pytest.approx(1)  # b_DC - b_DDs
        assert (empty.instead, empty.perfect, empty.pivotal) == ("concede", False, True)
        assert empty.words == (
            "soft defender (target) threatens to 'resist' after defect, which is empty: it would cost at least 1 against "
            "'concede'; it alone keeps challenger (aggressor) from 'defect'"
        )
    attack = [number for number, found in enumerate(report.nash) if found.profile[0][1] == pytest.approx(1)]
    others = {number for number in range(len(report.nash)) if number not in attack}
    assert {empty.equilibrium for empty in report.empty_threats} == others
    assert "(not perfect)" in repr(report)


def test_no_empty_threat_where_it_is_not_needed():
    report = rudimentary(0.9)
    assert all(empty.perfect for empty in report.empty_threats)  # they stand in for a hard defender that concedes
    report = unilateral(0.5, 0.7)
    assert report.empty_threats == ()
    assert "No empty threat" in repr(report)


@pytest.mark.parametrize(
    ("challenger", "defender", "empty"),
    [
        (0, 0, {("challenger", ("defect", "defy"), "press_on", "back_down", "defender", "defy")}),
        (2, 0, {("defender", ("defect",), "defy", "concede", "challenger", "defect")}),
        (0, 2, set()),
        (2, 2, set()),
    ],
)
def test_empty_threats_under_perfect_information(challenger, defender, empty):
    game = unilateral_of_known_types(challenger, defender)
    report = dg.credibility(game, {}, dg.solve(game, {}, dg.BackwardInduction()))
    found = {(each.player, each.history, each.action, each.instead, each.addressee, each.move) for each in report.empty_threats}
    assert found == empty
    assert all(each.pivotal and not each.perfect and each.cost == pytest.approx(1) for each in report.empty_threats)


def test_a_nash_solution_says_which_threat_is_empty():
    game = dg.models.rudimentary_asymmetric_deterrence()
    point = {**RUDIMENTARY, "p": 0.1}
    nash = dg.SupportEnumeration().solve(dg.strategic_form(game, point))
    report = dg.credibility(game, point, nash)
    assert report.nash is nash
    assert report.solution is nash
    assert {empty.equilibrium for empty in report.empty_threats} == {
        empty.equilibrium for empty in rudimentary(0.1).empty_threats
    }
    for empty in report.empty_threats:
        threat = chosen(report.threats, equilibrium=empty.equilibrium)
        soft = by_type(threat.resolves)["soft"]
        assert soft.probability == pytest.approx(empty.probability)
        assert (soft.credible, threat.works) == (False, True)


def test_best_replies_are_assumed_where_a_nash_strategy_is_silent():
    game = dg.models.unilateral_deterrence()
    point = {**UNILATERAL, "p_ch": 0.5, "p_def": 0.7}
    report = dg.credibility(game, point, dg.SupportEnumeration().solve(dg.strategic_form(game, point)))
    assert "a best reply there is assumed" in repr(report)
    for threat in report.threats:
        if threat.action == "press_on" and not threat.credible:
            assert {kind: resolve.probability for kind, resolve in by_type(threat.resolves).items()} == {"hard": 1, "soft": 0}


def test_two_empty_threats_that_only_together_matter_less_than_one():
    # Either soft type alone would deter, so that neither is pivotal; yet the equilibrium rests on them.
    game = dg.models.rudimentary_asymmetric_deterrence().replace(
        types={"defender": {"hard": 0.2, "soft": 0.4, "weak": 0.4}},
        payoffs={
            "status_quo": {"challenger": 0, "defender": 3},
            "concession": {"challenger": 1, "defender": 1},
            "conflict": {"challenger": -3, "defender": {"hard": 2, "soft": 0, "weak": -1}},
        },
        assumptions=(),
    )
    report = dg.credibility(game, {})
    stand = [number for number, found in enumerate(report.nash) if _resisting(game, found) == {"hard", "soft", "weak"}]
    together = [empty for empty in report.empty_threats if empty.equilibrium in stand]
    assert {(empty.type, empty.cost, empty.pivotal, empty.perfect) for empty in together} == {
        ("soft", 1.0, False, False),
        ("weak", 2.0, False, False),
    }
    assert "helps to keep" in together[0].words


def _resisting(game, equilibrium):
    """Types of the defender that resist for sure in a Nash equilibrium."""
    behavior = behavior_of(dg.tree_form(game, {}), equilibrium.profile)
    return {at.type for at, actions in behavior.items() if at.player == "defender" and actions["resist"] > 1 - 1e-9}


def signalling(replies, conditional=None):
    """A challenger of two types may enter; the defender's replies cost it, by the challenger's type, what is given."""
    return dg.Game(
        name="entry",
        players=("challenger", "defender"),
        tree=dg.Decision("challenger", {"out": "peace", "in": conditional or dg.Decision("defender", {r: r for r in replies})}),
        types={"challenger": {"hard": 0.5, "soft": 0.5}},
        payoffs={
            "peace": {"challenger": 2, "defender": 9},
            **{
                label: {
                    "challenger": challenger,
                    "defender": {(kind, ""): worth for kind, worth in zip(("hard", "soft"), own, strict=True)},
                }
                for label, (challenger, own) in replies.items()
            },
        },
    )


def test_a_reply_that_is_best_at_no_belief_is_empty():
    # At even odds `middle` loses 1/2 to either extreme, at any other belief more.
    game = signalling({"left": (3, (3, 0)), "middle": (0, (1, 1)), "right": (3, (0, 3))})
    report = dg.credibility(game, {})
    keep_out = [number for number, found in enumerate(report.nash) if found.profile[1][1] == pytest.approx(1)]
    found = [empty for empty in report.empty_threats if empty.equilibrium in keep_out]
    assert found
    assert all(empty.action == "middle" and empty.cost == pytest.approx(1 / 2) for empty in found)
    # With a little more it is best at even odds, which the challenger's departure from the path allows.
    credible = dg.credibility(signalling({"left": (3, (3, 0)), "middle": (0, (1.6, 1.6)), "right": (3, (0, 3))}), {})
    assert credible.empty_threats == ()
    assert any(equilibrium.outcomes["peace"] == pytest.approx(1) for equilibrium in credible.solution)


def test_an_imperfect_equilibrium_without_an_empty_threat_is_told():
    # `go_on` and then `fight` are each best at some belief about the challenger, but at no common one.
    replies = {"stop": (3, (3, -3)), "fight": (0, (1, -1.5)), "yield": (3, (0, 0))}
    second = dg.Decision("defender", {"fight": "fight", "yield": "yield"})
    game = signalling(replies, dg.Decision("defender", {"stop": "stop", "go_on": second}))
    report = dg.credibility(game, {})
    assert all(equilibrium.outcomes["peace"] == pytest.approx(0) for equilibrium in report.solution)
    assert report.empty_threats == ()
    assert any("not perfect Bayesian in their play, yet rest on no threat" in note for note in report.notes)


def test_many_nash_equilibria_are_cut_short_with_a_note(monkeypatch):
    monkeypatch.setattr("deterrence_games.analysis.credibility.MOST_NASH", 3)
    report = rudimentary(0.1)
    assert "Empty threats were looked for in the first 3 of 7 Nash equilibria." in report.notes
    assert {empty.equilibrium for empty in report.empty_threats} <= {0, 1, 2}


def test_a_strategic_form_that_is_too_large_is_told():
    kinds = {f"kind_{number}": 0.125 for number in range(8)}
    game = dg.models.rudimentary_asymmetric_deterrence().replace(
        types={"defender": kinds},
        payoffs={
            "status_quo": {"challenger": 0, "defender": 3},
            "concession": {"challenger": 1, "defender": 1},
            "conflict": {"challenger": -3, "defender": {kind: number for number, kind in enumerate(kinds)}},
        },
        assumptions=(),
    )
    report = dg.credibility(game, {})
    assert report.nash is None
    assert report.notes[0].startswith("Empty threats were not looked for: game 'rudimentary_asymmetric_deterrence'")
