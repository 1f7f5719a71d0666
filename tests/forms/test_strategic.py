"""Strategic forms from arrays: what is kept, and what is refused in which words."""

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest

from deterrence_games.errors import GameError, SizeError
from deterrence_games.forms import StrategicForm, strategic
from deterrence_games.forms.strategic import MAX_PROFILES

SQUARE = [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ((), "0 player"),
        (([1],), "1 player"),
        (([1], [2]), r"2 payoff array\(s\) with 1 axes; give one array, one axis a player"),
        ((SQUARE, SQUARE, SQUARE), r"3 payoff array\(s\) with 2 axes"),
        (([[1, 2], [3]], SQUARE), "not a rectangular array of numbers"),
        (([["one", 2], [3, 4]], SQUARE), "not a rectangular array of numbers"),
        (([[1j, 2], [3, 4]], SQUARE), "not a rectangular array of numbers"),
        ((np.ones((2, 2)), np.ones((2, 2), complex)), "their type is complex128"),
        (([[1, 2]], SQUARE), r"payoff arrays have shapes \[\(1, 2\), \(2, 2\)\]; make them equal"),
        (([[1.5, 2]], SQUARE), r"payoff arrays have shapes \[\(1, 2\), \(2, 2\)\]; make them equal"),
        ((np.zeros((0, 2)), np.zeros((0, 2))), "player 'player 1' has no strategy; give each player at least one"),
        (([[math.nan, 2], [3, 4]], SQUARE), "a payoff is NaN or infinite; give finite numbers"),
        ((SQUARE, [[1, 2], [3, -math.inf]]), "a payoff is NaN or infinite; give finite numbers"),
        (([[10**400, 2], [3, 4]], SQUARE), r"larger than any float \(1.8e308\); divide that player's payoffs"),
    ],
)
def test_arrays_that_are_no_game_are_refused(arrays, words):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(GameError, match=words):
            StrategicForm.from_arrays(*arrays)


def test_labels_that_repeat_are_refused_and_quotes_are_labels():
    with pytest.raises(GameError, match="player 'row' has two strategies with one label; make the labels differ"):
        StrategicForm.from_arrays(SQUARE, SQUARE, players=("row", "column"), strategies=(("a", "a"), ("b", "c")))
    with pytest.raises(GameError, match="two players share a name; make the names differ"):
        StrategicForm.from_arrays(SQUARE, SQUARE, players=("row", "row"))
    with pytest.raises(GameError, match=r"do not match 2 players with \[2, 1\] strategies"):
        StrategicForm.from_arrays(SQUARE, SQUARE, strategies=(("a", "b"), ("c",)))
    quoted = ('say "no"', "don't")
    assert StrategicForm.from_arrays(SQUARE, SQUARE, strategies=(quoted, ("", "\\"))).strategies == (quoted, ("", "\\"))


def test_too_many_profiles_are_refused_before_anything_is_copied(monkeypatch):
    many = np.broadcast_to(0.0, (MAX_PROFILES + 1, 2))  # takes no memory
    with pytest.raises(SizeError, match=f"{2 * (MAX_PROFILES + 1)} pure profiles; at most {MAX_PROFILES}"):
        StrategicForm.from_arrays(many, many)
    monkeypatch.setattr(strategic, "MAX_PROFILES", 3)
    with pytest.raises(SizeError, match="4 pure profiles; at most 3 are accepted; drop dominated strategies"):
        StrategicForm.from_arrays(SQUARE, SQUARE)


def test_huge_payoffs_are_finite_and_raise_no_warning():
    huge = [[1.7e308, -1.7e308], [1e-308, 0.0]]
    assert StrategicForm.from_arrays(huge, huge).payoffs[0].tolist() == huge


def test_exact_numbers_are_kept_where_no_payoff_is_a_float():
    kept = StrategicForm.from_arrays([[2**70, Fraction(1, 3)]], np.array([[True, False]]))
    assert kept.exact.tolist() == [[[2**70, Fraction(1, 3)]], [[1, 0]]]
    assert StrategicForm.from_arrays([[2**70, 0.5]], [[1, 0]]).exact is None
    assert StrategicForm.from_arrays([[1, 0]], np.array([[1.0, 0.0]])).exact is None
    assert StrategicForm.from_arrays(np.full((1, 1), 2**63, np.uint64), [[0]]).exact[0, 0, 0] == 2**63


def test_strategies_and_players_without_names_are_numbered():
    form = StrategicForm.from_arrays(np.zeros((2, 150)), np.zeros((2, 150)))
    assert form.strategies == (("0", "1"), tuple(str(number) for number in range(150)))
    assert form.players == ("player 1", "player 2")
