"""The words on an equilibrium: its name, whether deterrence succeeds, who fights."""

import pytest

from deterrence_games.results import Equilibrium
from deterrence_games.results.verdict import equilibrium_name, verdict

START, HARD, SOFT = ("challenger", "", ()), ("defender", "hard", ("defect",)), ("defender", "soft", ("defect",))
JOINT = ("a", "", (("x", "y"), "on"))


def equilibrium(behavior=None, outcomes=None, words=""):
    return Equilibrium(payoffs={}, regret=0.0, margin=0.0, behavior=behavior or {}, outcomes=outcomes or {}, verdict=words)


def play(cooperate, concede_hard=0.0, concede_soft=1.0):
    return equilibrium(
        {
            START: {"cooperate": cooperate, "defect": 1 - cooperate},
            HARD: {"concede": concede_hard, "resist": 1 - concede_hard},
            SOFT: {"concede": concede_soft, "resist": 1 - concede_soft},
        }
    )


# -------------------------------------------------------------------------------------------------------------------- names

NAMES = {
    "Certain Deterrence": {START: ("cooperate",), SOFT: ("concede",)},
    "Deterrence": {START: ("cooperate",)},
    "Attack": {START: ("defect",)},
    "Any Attack": {START: ("cooperate", "defect"), HARD: ("resist",)},
}


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (play(1.0), "Certain Deterrence"),  # the first that fits
        (play(1.0, concede_soft=0.5), "Deterrence"),
        (play(0.0), "Attack"),
        (play(0.5), "Any Attack"),  # a mixture uses both
        (play(0.5, concede_hard=0.5), ""),
        (play(1 - 1e-12), "Certain Deterrence"),  # what is not more than rounding is not used
        (play(1 - 1e-6), "Any Attack"),
    ],
)
def test_the_first_pattern_whose_actions_cover_what_is_played(found, name):
    assert equilibrium_name(NAMES, found) == name


def test_no_patterns_no_name():
    assert equilibrium_name({}, play(1.0)) == ""


def test_histories_with_joint_choices():
    found = equilibrium({JOINT: {"stay": 0.0, "go": 1.0}})
    assert equilibrium_name({"Stay": {JOINT: ("stay",)}, "Go": {JOINT: ("go",)}}, found) == "Go"


def test_a_pattern_does_not_match_what_is_left_open():
    """A strategy of the normal form is silent where its owner never comes."""
    found = equilibrium({START: {"cooperate": 1.0, "defect": 0.0}})
    assert equilibrium_name(NAMES, found) == "Deterrence"
    assert equilibrium_name({"Any Attack": NAMES["Any Attack"]}, found) == ""


# ----------------------------------------------------------------------------------------------------------------- verdicts

WARS = {"conflict": ("challenger", "defender"), "long_war": ("challenger", "defender"), "intervention": ("a", "b", "c")}


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        ({"status_quo": 1.0}, "deterrence succeeds; nobody fights"),
        ({"status_quo": 1 - 1e-12, "conflict": 1e-12}, "deterrence succeeds; nobody fights"),
        ({"conflict": 1.0}, "deterrence fails; challenger and defender fight"),
        ({"concession": 1.0}, "deterrence fails; nobody fights"),
        (
            {"status_quo": 0.25, "conflict": 0.75},
            "deterrence succeeds with probability 0.25; challenger and defender fight with probability 0.75",
        ),
        (
            {"conflict": 0.125, "long_war": 0.25, "concession": 0.625},  # two wars of the same sides
            "deterrence fails; challenger and defender fight with probability 0.375",
        ),
        (
            {"conflict": 1 / 3, "intervention": 2 / 3},
            "deterrence fails; challenger and defender fight with probability 0.3333, a, b and c fight with probability 0.6667",
        ),
    ],
)
def test_deterrence_and_war(outcomes, words):
    assert verdict(equilibrium(outcomes=outcomes), "status_quo", WARS) == words


def test_what_is_not_in_the_game_is_not_mentioned():
    found = equilibrium(outcomes={"win": 1.0}, words="strict: every departure costs at least 2")
    assert verdict(found, None, {}) == "strict: every departure costs at least 2"
    assert verdict(found, "status_quo", {}) == "deterrence fails; strict: every departure costs at least 2"
    assert verdict(found, None, {"win": ("a",)}) == "a fight; strict: every departure costs at least 2"
    assert verdict(equilibrium(), None, {}) == ""
