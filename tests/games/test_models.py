"""The library of named games: payoffs and order as printed, names that fit the published equilibria."""

from fractions import Fraction

import pytest

import deterrence_games
from deterrence_games.games import Game
from deterrence_games.games.expressions import parse, to_text
from deterrence_games.games.tree import walk
from deterrence_games.models import (
    CATALOGUE,
    extended_deterrence,
    generalized_mutual_deterrence,
    rudimentary_asymmetric_deterrence,
    unilateral_deterrence,
)

ESCALATION = {
    **{"c_DE": 1, "c_EEh": 2, "c_DD": 3, "c_ED": 4, "c_SQ": 5, "c_DC": 6},
    **{"d_EEs": 0, "d_ED": 1, "d_EEh": 2, "d_DDs": 3, "d_DC": 4, "d_DDh": 5, "d_DE": 6, "d_SQ": 7},
    **{"p_HH": Fraction(1, 10), "p_HS": Fraction(1, 5), "p_SH": Fraction(3, 10)},
}

# Numbers inside the assumptions of each game.
POINTS = {
    "rudimentary_asymmetric_deterrence": {
        **{"a_SQ": 0, "a_DC": 1, "a_DD": -3, "b_DDs": 0, "b_DC": 1, "b_DDh": 2, "b_SQ": 3, "p": Fraction(1, 4)}
    },
    "generalized_mutual_deterrence": {
        **{"a_DC": 5, "a_SQ": 3, "a_DDh": Fraction(3, 2), "a_CD": 1, "a_DDs": 0, "p_a": Fraction(1, 3)},
        **{"b_CD": 5, "b_SQ": 3, "b_DDh": Fraction(3, 2), "b_DC": 1, "b_DDs": 0, "p_b": Fraction(1, 3)},
    },
    "unilateral_deterrence": {
        **{"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4, "p_ch": Fraction(1, 2)},
        **{"d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4, "p_def": Fraction(1, 6)},
    },
    "asymmetric_escalation": {**ESCALATION, "c_EEs": 0, "p_ch": Fraction(1, 2)},
    "asymmetric_escalation_hard_challenger": ESCALATION,
    "extended_deterrence": {
        **{"a_JW": 0, "a_SQ": 1, "a_BW": 2, "a_CON": 3, "p_target": 0.5, "p_ally": 0.5},
        **{"t_BWi": 0, "t_CON": 1, "t_BWr": 2, "t_JWi": 2, "t_JWr": 3, "t_SQ": 4},
        **{"l_JWu": 0, "l_BW": 1, "l_JWr": 2, "l_CON": 2, "l_SQ": 3},
    },
    "tripartite_crisis": {
        **{"c_CONh": 0, "c_DW": 1, "c_CONd": 2, "c_SET": 3, "c_CW": 4, "c_PR": 5, "q_ch": 0.5, "q_pro": 0.5},
        **{"p_CON": 0, "p_PRl": 1, "p_CW": 2, "p_PRr": 3, "p_SET": 4, "p_DW": 5},
        **{"d_PR": 0, "d_CON": 1, "d_CW": 2, "d_SET": 3, "d_DW": 4},
    },
    "three_party_deterrence": {
        **{"c_MW": 0, "c_SQ": 1, "c_BW": 2, "c_PC": 3, "c_DC": 3, "q_def": 0.5, "q_pro": 0.5},
        **{"p_PC": 0, "p_BP": 1, "p_MP": 2, "p_SQ": 5, "p_DC": 3, "p_BD": 3, "p_MDr": 4, "p_MDu": 1},
        **{"d_DC": 0, "d_BD": 1, "d_MD": 2, "d_SQ": 5, "d_PC": 3, "d_BP": 3, "d_MPr": 4, "d_MPu": 1},
    },
}


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_model_is_complete(name):
    game = CATALOGUE[name]()
    assert isinstance(game, Game)
    assert game.name == name
    assert game == CATALOGUE[name]()
    assert game.source
    assert game.status_quo == ("challenger_backs_down" if name == "tripartite_crisis" else "status_quo")
    assert game.names
    assert set(game.wars) == {outcome for outcome in game.outcomes if {"war", "conflict"} & set(outcome.split("_"))}
    assert max(len(line) for line in game.draw().splitlines()) <= 100
    assert CATALOGUE[name].__doc__
    assert "References" in CATALOGUE[name].__doc__


@pytest.mark.parametrize("name", CATALOGUE)
def test_assumptions_hold_where_they_should_and_name_every_type(name):
    game = CATALOGUE[name]()
    assert game.violations(POINTS[name]) == ()
    assert set(game.point(POINTS[name], strict=True)) == set(game.parameters)
    named = {s.name for relation in game.assumptions for s in relation.free_symbols}
    assert named == set(game.parameters)


def histories(game):
    return [history for history, node in walk(game.tree) if not isinstance(node, str)]


def stated(game):
    return [to_text(relation) for relation in game.assumptions]


def test_rudimentary_asymmetric_deterrence_has_eight_parameters():
    # Zagare and Kilgour (2000), appendix 3: eight parameters, two orders, one prior.
    game = rudimentary_asymmetric_deterrence()
    assert len(game.parameters) == 8
    assert stated(game) == [
        *("a_DD < a_SQ", "a_SQ < a_DC"),
        *("b_DDs < b_DC", "b_DC < b_DDh", "b_DDh < b_SQ"),
        *("0 < p", "p < 1"),
    ]
    assert game.type_labels("challenger") == ("",)
    assert game.roles == {"challenger": "aggressor", "defender": "target"}


def test_generalized_mutual_deterrence_is_symmetric():
    game = generalized_mutual_deterrence()
    assert histories(game) == [(), (("cooperate", "defect"),), (("defect", "cooperate"),)]
    swapped = {"a_SQ": "b_SQ", "a_DC": "b_CD", "a_CD": "b_DC"}
    other = {"status_quo": "status_quo", "victory_A": "victory_B", "victory_B": "victory_A"}
    for outcome, mirror in other.items():
        mine = to_text(game.payoffs[outcome]["A"])
        assert game.payoffs[mirror]["B"] == parse(swapped[mine])
    assert game.payoff("conflict", "A", ("soft", "hard")) == parse("a_DDs")


def test_unilateral_deterrence_is_the_printed_game():
    game = unilateral_deterrence()
    assert histories(game) == [(), ("defect",), ("defect", "defy")]
    assert game.outcomes == ("status_quo", "defender_concedes", "challenger_defeated", "conflict")
    assert game.payoff("conflict", "challenger", ("hard", "soft")) == parse("c_DDh")
    assert game.payoff("conflict", "defender", ("hard", "soft")) == parse("d_DDs")
    assert stated(game)[:4] == ["c_DDs < c_CD", "c_CD < c_DDh", "c_DDh < c_SQ", "c_SQ < c_DC"]


def test_extended_deterrence_has_three_roles_and_two_wars():
    game = extended_deterrence()
    assert set(game.roles.values()) == {"aggressor", "target", "ally"}
    assert game.wars == {"bilateral_war": ("aggressor", "target"), "joint_war": ("aggressor", "target", "ally")}
    assert game.type_labels("aggressor") == ("",)


# ---- names ---------------------------------------------------------------------------------------------------------------


def name_of(game, support):
    """The first name whose pattern allows every action in use; `support` maps information sets to the actions in use."""
    for name, pattern in game.names.items():
        if all(set(support[place]) <= set(allowed) for place, allowed in pattern.items()):
            return name
    return None


COOPERATE, DEFECT, MIXED = ("cooperate",), ("defect",), ("cooperate", "defect")


@pytest.mark.parametrize(
    ("hard", "soft", "soft_defender", "name"),
    [
        (COOPERATE, COOPERATE, ("concede",), "Certain Deterrence"),
        (COOPERATE, COOPERATE, ("defy",), "Steadfast Deterrence"),
        (COOPERATE, COOPERATE, ("concede", "defy"), "Steadfast Deterrence"),
        (DEFECT, COOPERATE, ("concede",), "Separating"),
        (DEFECT, DEFECT, ("concede",), "Attack"),
        (DEFECT, MIXED, ("concede", "defy"), "Bluff"),
        (MIXED, COOPERATE, ("concede",), None),
    ],
)
def test_names_of_unilateral_deterrence(hard, soft, soft_defender, name):
    support = {
        ("challenger", "hard", ()): hard,
        ("challenger", "soft", ()): soft,
        ("defender", "hard", ("defect",)): ("defy",),
        ("defender", "soft", ("defect",)): soft_defender,
    }
    assert name_of(unilateral_deterrence(), support) == name


@pytest.mark.parametrize(
    ("a_hard", "a_soft", "b_hard", "b_soft", "name"),
    [
        (COOPERATE, COOPERATE, COOPERATE, COOPERATE, "Sure-Thing Deterrence"),
        (DEFECT, COOPERATE, DEFECT, COOPERATE, "Separating"),
        (DEFECT, MIXED, DEFECT, MIXED, "Hybrid"),
        (DEFECT, DEFECT, COOPERATE, COOPERATE, "Bluff (A)"),
        (DEFECT, DEFECT, MIXED, COOPERATE, "Bluff (A)"),
        (DEFECT, DEFECT, DEFECT, COOPERATE, "Bluff (A)"),
        (DEFECT, COOPERATE, DEFECT, DEFECT, "Bluff (B)"),
        (MIXED, COOPERATE, DEFECT, DEFECT, "Bluff (B)"),
        (MIXED, COOPERATE, MIXED, COOPERATE, "Hard-mixing"),
    ],
)
def test_names_of_generalized_mutual_deterrence(a_hard, a_soft, b_hard, b_soft, name):
    support = {("A", "hard", ()): a_hard, ("A", "soft", ()): a_soft, ("B", "hard", ()): b_hard, ("B", "soft", ()): b_soft}
    assert name_of(generalized_mutual_deterrence(), support) == name


@pytest.mark.parametrize(
    ("move", "irresolute", "name"),
    [
        ("refrain", "resist", "Alliance Deterrence"),
        ("refrain", "concede", "Resolute Deterrence"),
        ("attack", "resist", "Contested Attack"),
        ("attack", "concede", "Probing Attack"),
    ],
)
def test_names_of_extended_deterrence(move, irresolute, name):
    support = {("aggressor", "", ()): (move,), ("target", "irresolute", ("attack",)): (irresolute,)}
    assert name_of(extended_deterrence(), support) == name


@pytest.mark.parametrize(("move", "name"), [("cooperate", "Deterrence"), ("defect", "Attack")])
def test_names_of_rudimentary_asymmetric_deterrence(move, name):
    assert name_of(rudimentary_asymmetric_deterrence(), {("challenger", "", ()): (move,)}) == name


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        # With r = (a_BW - a_SQ)/(a_BW - a_JW) and t = (t_CON - t_BWi)/(t_JWi - t_BWi): deterrence needs p_ally > r, an
        # irresolute target resists when p_ally > t.
        ({"p_ally": 0.8}, "Alliance Deterrence"),  # r = t = 1/2
        ({"a_BW": 1.1, "p_ally": 0.2, "p_target": 0.95}, "Resolute Deterrence"),  # r = 1/11, t = 1/2
        ({"t_BWi": 0.9, "p_ally": 0.2}, "Contested Attack"),  # r = 1/2, t = 1/11
        ({"p_ally": 0.2}, "Probing Attack"),
    ],
)
def test_extended_deterrence_has_one_equilibrium_off_the_borders(changes, name):
    solution = deterrence_games.solve(extended_deterrence(), {**POINTS["extended_deterrence"], **changes})
    assert [equilibrium.name for equilibrium in solution.equilibria] == [name]
    assert solution.complete
