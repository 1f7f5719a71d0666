"""Equilibria of published deterrence games, against the closed forms of the sources and of our own derivation."""

from fractions import Fraction

import numpy as np
import pytest

import deterrence_games as dg

RUDIMENTARY = {"a_SQ": 0, "a_DC": 1, "a_DD": -3, "b_SQ": 3, "b_DC": 1, "b_DDh": 2, "b_DDs": 0}  # threshold 1/4
UNILATERAL = {
    **{"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4},  # c1 = 1/3, c2 = 1/2
    **{"d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4},  # d* = 2/3
}
MUTUAL = {
    **{"a_DC": 5, "a_SQ": 3, "a_DDh": 1.5, "a_CD": 1, "a_DDs": 0},  # t_S = 2/5, t_H = 4/7, t_2 = 2/3
    **{"b_CD": 5, "b_SQ": 3, "b_DDh": 1.5, "b_DC": 1, "b_DDs": 0},
}
EXTENDED = {
    **{"a_JW": 0, "a_SQ": 1, "a_BW": 2, "a_CON": 3},
    **{"t_BWi": 0, "t_CON": 1, "t_BWr": 2, "t_JWi": 2, "t_JWr": 3, "t_SQ": 4},
    **{"l_JWu": 0, "l_BW": 1, "l_JWr": 2, "l_CON": 2, "l_SQ": 3},
}
CHALLENGE = ("challenger", "", ())


def solved(model, numbers, **priors):
    """Solve completely; every equilibrium has a clean certificate."""
    solution = dg.solve(model(), numbers | priors)
    assert solution.complete
    assert max(equilibrium.regret for equilibrium in solution) < 1e-12
    return solution


def names(solution):
    return sorted({equilibrium.name for equilibrium in solution})


def use(equilibrium, player, kind, history, action):
    """Probability of an action, which must be pinned down."""
    low, high = equilibrium.behavior_intervals[(player, kind, history)][action]
    assert high - low < 1e-9
    assert low - 1e-9 <= equilibrium.behavior[(player, kind, history)][action] <= high + 1e-9
    return low


@pytest.mark.parametrize(("prior", "name", "attack"), [(0.3, "Deterrence", 0), (0.2, "Attack", 1)])
def test_rudimentary_asymmetric_deterrence_off_the_threshold(prior, name, attack):
    """Zagare and Kilgour (2000), appendix 3: deterrence if and only if p > (a_DC - a_SQ)/(a_DC - a_DD)."""
    (equilibrium,) = solved(dg.models.rudimentary_asymmetric_deterrence, RUDIMENTARY, p=prior)
    assert equilibrium.name == name
    assert equilibrium.strict
    assert not equilibrium.continuum
    assert use(equilibrium, *CHALLENGE, "defect") == attack
    assert use(equilibrium, "defender", "hard", ("defect",), "resist") == 1
    assert use(equilibrium, "defender", "soft", ("defect",), "resist") == 0
    assert equilibrium.margin == pytest.approx(abs(prior * 4 - 1))  # 1 - 4 p is what an attack gains
    assert equilibrium.outcomes["conflict"] == pytest.approx(attack * prior)


def test_rudimentary_asymmetric_deterrence_at_the_threshold():
    """The challenger is indifferent: any probability of attack, reported as one interval."""
    (equilibrium,) = solved(dg.models.rudimentary_asymmetric_deterrence, RUDIMENTARY, p=Fraction(1, 4))
    assert equilibrium.continuum
    assert not equilibrium.strict
    assert equilibrium.name == ""  # neither deterrence nor attack
    assert equilibrium.behavior_intervals[CHALLENGE] == {"cooperate": (0, 1), "defect": (0, 1)}
    assert 0 < equilibrium.behavior[CHALLENGE]["defect"] < 1
    assert use(equilibrium, "defender", "hard", ("defect",), "resist") == 1


def test_empty_threats_are_no_equilibria():
    """A challenger who is deterred by threats of a soft defender: Nash, but not perfect (games.md, section 1)."""
    game = dg.models.rudimentary_asymmetric_deterrence()
    numbers = RUDIMENTARY | {"p": 0.1}
    nash = dg.solve(game, numbers, solver=dg.SupportEnumeration())
    assert any(equilibrium.payoffs["challenger"] == 0 for equilibrium in nash)
    assert [equilibrium.name for equilibrium in dg.solve(game, numbers)] == ["Attack"]


REGIONS = (  # p_ch, p_def, the equilibrium beside Steadfast Deterrence
    (0.3, 0.8, "Certain Deterrence"),
    (0.9, 0.6, "Certain Deterrence"),
    (0.3, 0.4, "Separating"),
    (0.9, 0.45, "Separating"),
    (0.8, 0.2, "Attack"),
    (0.5, 0.2, "Bluff"),
)


@pytest.mark.parametrize(("p_ch", "p_def", "name"), REGIONS)
def test_unilateral_deterrence_regions(p_ch, p_def, name):
    """Zagare and Kilgour (1993): four equilibria part the square of priors, Steadfast Deterrence exists everywhere."""
    solution = solved(dg.models.unilateral_deterrence, UNILATERAL, p_ch=p_ch, p_def=p_def)
    assert names(solution) == sorted(["Steadfast Deterrence", name])
    assert len(solution.outcome_classes) == (1 if name == "Certain Deterrence" else 2)
    steadfast = max(solution, key=lambda e: (e.name == "Steadfast Deterrence", e.margin))
    assert steadfast.belief_set("challenger", ("defect",)).intervals["hard"] == pytest.approx((0, 2 / 3))
    assert steadfast.belief_set("challenger", ("defect",)).free
    assert use(steadfast, "defender", "soft", ("defect",), "defy") == 1
    mixing = [e for e in solution if e.continuum]
    assert len(mixing) == 1  # a soft defender indifferent at the belief 2/3
    assert mixing[0].belief_set("challenger", ("defect",)).intervals["hard"] == pytest.approx((2 / 3, 2 / 3))
    low, high = mixing[0].behavior_intervals[("defender", "soft", ("defect",))]["defy"]
    assert (low, high) == pytest.approx((max(0, (0.5 - p_def) / (1 - p_def)), 1))


def test_certain_deterrence_rests_on_the_belief_in_a_hard_challenger():
    solution = solved(dg.models.unilateral_deterrence, UNILATERAL, p_ch=0.3, p_def=0.8)
    certain = solution["Certain Deterrence"]
    belief = certain.belief_set("challenger", ("defect",))
    assert belief.free
    assert belief.intervals["hard"] == pytest.approx((2 / 3, 1))
    assert belief.intervals["soft"] == pytest.approx((0, 1 / 3))
    assert certain.outcomes["status_quo"] == pytest.approx(1)
    assert certain.margin == pytest.approx(0.5)


def test_unilateral_deterrence_bluff_in_numbers():
    """x_S = p_ch (1 - d*)/(d* (1 - p_ch)), y_S = (c1 - p_def)/(1 - p_def), and what they lead to."""
    solution = solved(dg.models.unilateral_deterrence, UNILATERAL, p_ch=Fraction(1, 2), p_def=Fraction(1, 6))
    bluff = solution["Bluff"]
    assert use(bluff, "challenger", "hard", (), "defect") == 1
    assert use(bluff, "challenger", "soft", (), "defect") == pytest.approx(1 / 2)
    assert use(bluff, "defender", "soft", ("defect",), "defy") == pytest.approx(1 / 5)
    assert not bluff.continuum
    belief = bluff.belief_set("challenger", ("defect",))
    assert not belief.free
    assert belief.intervals["hard"] == pytest.approx((2 / 3, 2 / 3))
    initiated, resisted = 3 / 4, 1 / 3
    assert bluff.outcomes == pytest.approx(
        {
            "status_quo": 1 - initiated,
            "defender_concedes": initiated * (1 - resisted),
            "challenger_defeated": (initiated - 1 / 2) * resisted,
            "conflict": 1 / 2 * resisted,
        }
    )
    assert bluff.payoffs["challenger"] == pytest.approx(1 / 2 * (4 * 2 / 3 + 2 / 3) + 1 / 2 * 3)


def test_unilateral_deterrence_at_the_corner_where_four_regions_meet():
    """p_def = c1 and p_ch = d*: no equilibrium is lost on borders, and each is a member of what is reported."""
    solution = solved(dg.models.unilateral_deterrence, UNILATERAL, p_ch=Fraction(2, 3), p_def=Fraction(1, 3))
    classes = {group[0].name for group in solution.outcome_classes}
    assert "Steadfast Deterrence" in classes
    intervals = [e.behavior_intervals[("challenger", "soft", ())]["defect"] for e in solution]
    assert any(interval == pytest.approx((0, 1)) for interval in intervals)  # from Separating to Attack
    assert any(
        e.behavior_intervals[("defender", "soft", ("defect",))]["defy"][0] == pytest.approx(0)
        and e.outcomes["status_quo"] < 0.9
        for e in solution
    )


def test_generalized_mutual_deterrence_where_threats_are_weak():
    """Kilgour and Zagare (1991): Hybrid and both Bluffs, priors 1/3."""
    third = Fraction(1, 3)
    solution = solved(dg.models.generalized_mutual_deterrence, MUTUAL, p_a=third, p_b=third)
    assert names(solution) == ["Bluff (A)", "Bluff (B)", "Hybrid"]
    hybrid = solution["Hybrid"]
    for player in ("A", "B"):
        assert use(hybrid, player, "hard", (), "defect") == 1
        assert use(hybrid, player, "soft", (), "defect") == pytest.approx(1 / 2)
    assert solution["Bluff (A)"].behavior_intervals[("B", "hard", ())]["defect"] == pytest.approx((0, 1))


def test_generalized_mutual_deterrence_where_threats_are_strong():
    """Sure-Thing Deterrence, Separating, and hard types who mix with probability 2/3, priors 4/5."""
    solution = solved(dg.models.generalized_mutual_deterrence, MUTUAL, p_a=0.8, p_b=0.8)
    assert names(solution) == ["Hard-mixing", "Separating", "Sure-Thing Deterrence"]
    assert len(solution) == len(solution.outcome_classes) == 3
    for player in ("A", "B"):
        assert use(solution["Hard-mixing"], player, "hard", (), "defect") == pytest.approx(2 / 3)
        assert use(solution["Hard-mixing"], player, "soft", (), "defect") == 0
    sure = solution["Sure-Thing Deterrence"]
    assert sure.outcomes["status_quo"] == 1
    free = sure.belief_set("B", (("cooperate", "defect"),))
    assert free.free
    assert free.intervals["hard"] == pytest.approx((0, 1))
    assert solution["Separating"].belief_set("A", (("defect", "cooperate"),)).intervals["hard"] == pytest.approx((1, 1))


def test_generalized_mutual_deterrence_bluff_in_numbers():
    """At p_b = 1/2, A bluffs only while hard B defects with probability 1/2 or more."""
    solution = solved(dg.models.generalized_mutual_deterrence, MUTUAL, p_a=0.8, p_b=0.5)
    bluff = solution["Bluff (A)"]
    assert len(solution) == 1
    assert bluff.continuum
    assert bluff.behavior_intervals[("B", "hard", ())]["defect"] == pytest.approx((1 / 2, 1))
    assert use(bluff, "B", "soft", (), "defect") == 0
    after = bluff.belief_set("B", (("defect", "cooperate"),))
    assert after.intervals["hard"] == pytest.approx((0, 1 / 3))  # the more of hard B has defected, the fewer are left


def test_extended_deterrence_names_follow_the_closed_form():
    """Conditions derived from the model's description, checked at random priors and payoffs."""
    rng = np.random.default_rng(1)
    game = dg.models.extended_deterrence()
    seen = set()
    for _ in range(150):
        numbers = EXTENDED | {"p_target": rng.random(), "p_ally": rng.random(), "a_SQ": rng.uniform(0.1, 1.9)}
        resists = numbers["p_ally"] * (numbers["t_JWi"] - numbers["t_BWi"]) > numbers["t_CON"] - numbers["t_BWi"]
        war = numbers["p_ally"] * numbers["a_JW"] + (1 - numbers["p_ally"]) * numbers["a_BW"]
        fighting = 1 if resists else numbers["p_target"]
        attacks = fighting * war + (1 - fighting) * numbers["a_CON"] > numbers["a_SQ"]
        name = {
            (False, True): "Alliance Deterrence",
            (False, False): "Resolute Deterrence",
            (True, True): "Contested Attack",
            (True, False): "Probing Attack",
        }[bool(attacks), bool(resists)]
        solution = dg.solve(game, numbers)
        assert solution.complete
        assert {equilibrium.name for equilibrium in solution} == {name}
        seen.add(name)
    assert len(seen) == 4


def test_verdicts_say_who_is_deterred_and_who_fights():
    solution = dg.solve(dg.models.extended_deterrence(), EXTENDED | {"p_target": 0.5, "p_ally": 0.25, "a_SQ": 0.5})
    (equilibrium,) = solution
    assert equilibrium.name == "Probing Attack"
    assert equilibrium.verdict == (
        "deterrence fails; aggressor and target fight with probability 0.375, "
        "aggressor, target and ally fight with probability 0.125; strict: every departure costs at least 0.5"
    )
