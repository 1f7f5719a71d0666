"""The extensive form: links between nodes, names, recall, and what is refused."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deterrence_games.errors import GameError
from deterrence_games.forms.extensive import ExtensiveForm
from deterrence_games.forms.labels import distinct_labels
from deterrence_games.forms.rationals import common_denominator, sums_to_one
from deterrence_games.forms.tree import CHANCE, LEAF, MOVE, InformationSet
from tests.extensive_games import LABELS, random_form

HALF = Fraction(1, 2)


def fields(**changes):
    """A coin, then a move of `a` who has not seen it."""
    return {
        "name": "g", "players": ("a", "b"), "labels": ("r", "", "x", "", "", "", ""),
        "kind": [CHANCE, MOVE, LEAF, LEAF, MOVE, LEAF, LEAF], "place": [0, 0, -1, -1, 0, -1, -1],
        "outcome": [-1, 1, 0, -1, -1, 0, 1], "set_player": [0], "set_labels": ("dark",), "set_actions": (("l", "l"),),
        "event_labels": ("coin",), "event_actions": (("h", "t"),), "exact_probabilities": [HALF, HALF],
        "outcome_labels": ("", ""), "exact_payoffs": [[Fraction(1), Fraction(1, 3)], [Fraction(0), Fraction(-2)]],
    } | changes  # fmt: skip


def test_links_and_numbers_by_hand():
    form = ExtensiveForm(**fields())
    assert form.parent.tolist() == [-1, 0, 1, 1, 0, 4, 4]
    assert form.branch.tolist() == [-1, 0, 0, 1, 1, 0, 1]
    assert form.end.tolist() == [7, 4, 3, 4, 7, 6, 7]
    assert form.child.tolist() == [1, 4, 2, 3, 5, 6]
    assert form.child_first[[0, 1, 4]].tolist() == [0, 2, 4]
    assert form.child_count.tolist() == [2, 2, 0, 0, 2, 0, 0]
    assert form.chance.tolist() == [1, 0.5, 1, 1, 0.5, 1, 1]
    assert form.payoffs.tolist() == [[1, 1 / 3], [0, -2]]
    assert form.information_sets == (InformationSet("a", "", ("dark",)),)
    assert form.action_names == (("l", "l #2"),)
    assert form.outcome_names == ("outcome 1", "outcome 2")


def test_nothing_can_be_changed():
    form = ExtensiveForm(**fields())
    for array in (form.kind, form.child, form.exact_payoffs, form.payoffs, form.chance):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"players": ()}, "give at least one"),
        ({"players": ("a", "a")}, "a name of its own"),
        ({"labels": ("",)}, "differ in length"),
        ({"labels": (), "kind": [], "place": [], "outcome": []}, "the root first"),
        ({"set_labels": ()}, "one entry an information set"),
        ({"event_labels": ()}, "one entry an event"),
        ({"set_actions": ((),)}, "has no action"),
        ({"kind": [CHANCE, MOVE, LEAF, LEAF, MOVE, LEAF, 7]}, "of no kind"),
        ({"set_player": [2]}, "names player 2"),
        ({"place": [0, 1, -1, -1, 0, -1, -1]}, "names information set 1"),
        ({"place": [0, 0, 0, -1, 0, -1, -1]}, "a leaf has a place"),
        ({"outcome": [-1, 0, 0, 0, 0, 0, 0]}, "some outcome is at no node"),
        ({"outcome": [-2, 1, 0, 0, 0, 0, 0]}, "names outcome"),
        ({"labels": ("",) * 6, "kind": [CHANCE, MOVE, LEAF, LEAF, MOVE, LEAF], "place": [0, 0, -1, -1, 0, -1],
          "outcome": [0, 1, 0, -1, -1, 0]}, "6 nodes, but 6 branches"),
        ({"kind": [LEAF, MOVE, LEAF, LEAF, MOVE, LEAF, CHANCE], "place": [-1, 0, -1, -1, 0, -1, 0]}, "complete before node 1"),
        ({"exact_probabilities": [HALF]}, r"shape \(1,\); give \(2,\)"),
        ({"exact_probabilities": [HALF, Fraction(1, 3)]}, "event 'coin'"),
        ({"exact_probabilities": [Fraction(3, 2), -HALF]}, "event 'coin'"),
        ({"exact_probabilities": [0.5, 0.5]}, "0.5 is no fraction"),
        ({"exact_payoffs": [[Fraction(1)], [Fraction(0)]]}, r"shape \(2, 1\)"),
        ({"exact_payoffs": [[Fraction(10**400), Fraction(1)], [Fraction(0), Fraction(-2)]]}, "larger than any float"),
    ],
)  # fmt: skip
def test_what_makes_no_game_is_refused(changes, words):
    with pytest.raises(GameError, match=words):
        ExtensiveForm(**fields(**changes))


@given(seed=st.integers(0, 10**6), recall=st.booleans())
def test_recall_is_decided_as_by_comparing_all_paths(seed, recall):
    form = random_form(np.random.default_rng(seed), depth=4, recall=recall)
    own_paths = {}
    forgetful = set()
    for node in np.flatnonzero(form.kind == MOVE).tolist():
        owner = form.set_player[form.place[node]]
        path, below = [], node
        while below:
            above = form.parent[below]
            if form.kind[above] == MOVE and form.set_player[form.place[above]] == owner:
                path.append((form.place[above], form.branch[below]))
            below = above
        if own_paths.setdefault(form.place[node], path) != path:
            forgetful.add(form.players[owner])
    assert (form.recall_violation() is None) == (not forgetful)
    if recall:
        assert not forgetful
    for player in form.players:
        told = form.recall_violation(player)
        assert (told is not None) == (player in forgetful)
        if told:
            assert f"player {player!r} does not recall" in told


def absent_minded(name="crossing"):
    return ExtensiveForm(
        **fields(
            players=("driver",), labels=("",) * 5, kind=[MOVE, LEAF, MOVE, LEAF, LEAF], place=[0, -1, 0, -1, -1],
            outcome=[-1, 0, -1, 1, 2], set_labels=(name,), set_actions=(("exit", "go on"),), event_labels=(),
            event_actions=(), exact_probabilities=[], outcome_labels=("0", "4", "1"),
            exact_payoffs=[[Fraction(0)], [Fraction(4)], [Fraction(1)]],
        )
    )  # fmt: skip


def test_the_absent_minded_driver_is_told_by_name():
    """Piccione and Rubinstein (1997): one information set is met twice on the way."""
    assert absent_minded().recall_violation() == (
        "game 'g': player 'driver' does not recall its own moves at information set 'crossing': "
        "one node follows no own move, another 'go on' at 'crossing'"
    )


@given(labels=st.lists(st.sampled_from([*LABELS, "a #2", "2", "3"])), unnamed=st.sampled_from(["", "set "]))
def test_labels_are_told_apart_and_otherwise_kept(labels, unnamed):
    found = distinct_labels(labels, unnamed)
    assert len(set(found)) == len(labels)
    assert all(found)
    for label, name in zip(labels, found, strict=True):
        assert name.startswith(label)
        if label and labels.count(label) == 1:
            assert name == label
    assert distinct_labels(found, unnamed) == found


def test_a_hundred_thousand_equal_labels_are_told_apart_at_once():
    assert distinct_labels(["a"] * 100_000)[-1] == "a #100000"


def test_sums_of_unlike_fractions_are_given_up():
    assert sums_to_one([Fraction(1, 3)] * 3)
    assert not sums_to_one([Fraction(333, 1000)] * 3)
    unlike = [Fraction(1, number) for number in range(2, 4000)]
    assert common_denominator(unlike) is None
    assert common_denominator(unlike[:4]) == 60
