"""Strategic game files: both versions read as the format says, written back without loss, refused with line and column."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deterrence_games.errors import DeterrenceGamesError, FormatError, GameError, SizeError
from deterrence_games.forms import StrategicForm
from deterrence_games.forms.strategic import MAX_PROFILES
from deterrence_games.io import nfg
from deterrence_games.io.nfg import MAX_NUMBERS, NfgForm, strategic_form_from_nfg, strategic_form_to_nfg
from tests.extensive_games import LABELS
from tests.io.mangled import mangled

PAYOFFS = r"""NFG 1 R "Selten (1975), \"figure 2\""
{ "Player 1" "Player 2" } { 3 2 }
"trembling"
1 1 0 2 	0 2 1 -1/2
.5 3e0 2 0"""

OUTCOMES = r"""NFG 1 D "Selten" { "Player 1" "" }
{
{ "1" "" "1" }
{"\"l\"" "r" }
}
"a comment"
{
{ "one each" 1, 1 }
{ "" 0 2 }
{"" 2.50, 1/3,}
{ "never" 7 7 }
}
1 2 2 1 0 3
"""


def through_nfg(form):
    return strategic_form_from_nfg(strategic_form_to_nfg(form), "text")


def assert_same(first, second):
    assert first.name == second.name
    assert first.players == second.players
    assert first.strategies == second.strategies
    assert first.payoffs.tolist() == second.payoffs.tolist()
    if first.exact is not None:
        assert first.exact.tolist() == second.exact.tolist()


def test_the_payoff_version_by_hand():
    form = strategic_form_from_nfg(PAYOFFS, "text")
    assert form.name == 'Selten (1975), "figure 2"'
    assert form.comment == "trembling"
    assert form.players == ("Player 1", "Player 2")
    assert form.strategies == (("1", "2", "3"), ("1", "2"))
    assert form.payoffs[0].tolist() == [[1, 1], [0, 0.5], [0, 2]]
    assert form.exact[1].tolist() == [[1, Fraction(-1, 2)], [2, 3], [2, 0]]
    assert form.payoffs.flags.c_contiguous
    assert_same(form, through_nfg(form))
    assert through_nfg(form).comment == "trembling"


def test_the_outcome_version_by_hand():
    form = strategic_form_from_nfg(OUTCOMES, "text")
    assert form.players == ("Player 1", "player 2")
    assert form.strategies == (("1", "2", "1 #2"), ('"l"', "r"))
    assert form.payoffs[0].tolist() == [[1, 1], [0, 0], [0, 2.5]]
    assert form.exact[1].tolist() == [[1, 1], [2, 0], [2, Fraction(1, 3)]]
    assert form.cells.tolist() == [[0, 0], [1, -1], [1, 2]]
    assert form.outcome_labels == ("one each", "", "", "never")
    back = through_nfg(form)
    assert_same(form, back)
    assert back.cells.tolist() == form.cells.tolist()
    assert back.outcome_labels == form.outcome_labels
    assert back.outcome_payoffs.tolist() == form.outcome_payoffs.tolist()
    assert back.comment == form.comment
    assert strategic_form_to_nfg(back) == strategic_form_to_nfg(form)


def test_files_of_integers_hold_machine_integers():
    form = strategic_form_from_nfg('NFG 1 R "" { "a" "b" } { 1 2 } "" 1 2 3 9223372036854775807', "text")
    assert form.rational.dtype == np.int64
    form = strategic_form_from_nfg('NFG 1 R "" { "a" "b" } { 1 2 } "" 1 2 3 9223372036854775808', "text")
    assert form.exact[1, 0, 1] == 2**63
    assert_same(form, through_nfg(form))


@given(seed=st.integers(0, 10**6), kind=st.sampled_from(["float", "int", "fraction"]))
def test_round_trip(seed, kind):
    rng = np.random.default_rng(seed)
    shape = tuple(int(size) for size in rng.integers(1, 4, size=rng.integers(2, 5)))
    arrays = []
    for _ in shape:
        array = rng.normal(size=shape) * 10.0 ** rng.integers(-300, 300, size=shape)
        if kind == "int":
            array = rng.integers(-(2**62), 2**62, size=shape)
        if kind == "fraction":
            array = np.vectorize(lambda x: Fraction(x).limit_denominator(10**9), otypes=[object])(rng.normal(size=shape))
        arrays.append(array)
    strategies = [[str(name) for name in rng.choice(LABELS[1:], size=size, replace=False)] for size in shape]
    players = [str(name) for name in rng.choice(LABELS[1:], size=len(shape), replace=False)]
    form = StrategicForm.from_arrays(*arrays, strategies=strategies, players=players, name=str(rng.choice(LABELS)))
    back = through_nfg(form)
    assert_same(form, back)
    assert back.exact is not None
    assert strategic_form_to_nfg(back).split('"')[0] == strategic_form_to_nfg(form).split('"')[0]


def test_first_players_strategies_vary_fastest():
    shape = (2, 3, 4)
    cells = [(a, b, c) for c, b, a in itertools.product(range(4), range(3), range(2))]
    numbers = " ".join(f"{a}{b}{c} -{a}{b}{c} 0" for a, b, c in cells)
    form = strategic_form_from_nfg(f'NFG 1 R "" {{ "a" "b" "c" }} {{ 2 3 4 }} {numbers}', "text")
    assert form.shape == shape
    for a, b, c in cells:
        assert form.payoffs[:, a, b, c].tolist() == [100 * a + 10 * b + c, -(100 * a + 10 * b + c), 0]


HEAD = 'NFG 1 R "g" { "a" "b" } '


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("EFG 2 R", "line 1, column 1: expected NFG, found 'EFG'"),
        ("NFG 2 R", "column 5: expected 1"),
        ('NFG 1 R "g" { "a" } { 2 } 1 2', "column 13: one player only"),
        (HEAD + "2 2", "column 25: expected '{'"),
        (HEAD + "{ 2 0 } 1", "column 29: the number of strategies of 'b' is 0"),
        (HEAD + "{ 2 -1 } 1", "column 29: expected the number of strategies of 'b', found '-1'"),
        (HEAD + "{ 2 1.5 } 1", "column 29: expected the number of strategies of 'b', found '1.5'"),
        (HEAD + "{ 2 } 1 2 3 4", "column 29: expected the number of strategies of 'b', found '}'"),
        (HEAD + "{ 2 2 2 } 1 2 3 4", "column 31: expected '}' after the strategies of 2 players, found '2'"),
        (HEAD + '{ { "x" } { } } 1 2', "column 37: expected a strategy of 'b' in quotes"),
        (HEAD + "{ 1 2 } 1 2 3", "column 38: the file ends after 3 numbers; it needs 4"),
        (HEAD + "{ 1 2 }", "column 32: the file ends after 0 numbers; it needs 4"),
        (HEAD + "{ 1 2 }\n1 2 3 4\n5 ", "line 3, column 1: more than 4 numbers"),
        (HEAD + "{ 1 2 }\n1 2 x 4 5", "line 2, column 5: expected a number .*, found 'x'"),
        (HEAD + "{ 1 2 }\n1 2 1/0 4", "line 2, column 5: expected a number .*, found '1/0'"),
        (HEAD + "{ 1 2 }\n1 2 inf 4", "line 2, column 5: expected a number .*, found 'inf'"),
        (HEAD + "{ 1 2 }\n1 2 -1e999 1e999", "line 2, column 5: -1e999 is larger than any float|line 2, column 12: 1e999"),
        (HEAD + "{ 1 2 }\n1 2 1_000 4", "line 2, column 5: expected a number"),
        (HEAD + "{ 1 2 }\n1, 2, 3, 4", "line 2, column 1: expected a number .*, found '1,'"),
        (HEAD + '{ 1 2 } { { "x" 1 2 } } 1', "the file ends after 1 numbers; it needs 2: an outcome in every cell"),
        (HEAD + '{ 1 2 } { { "x" 1 2 } }\n1 2', "line 2, column 3: outcome 2 of a cell is not there; use 1 to 1, or 0"),
        (HEAD + '{ 1 2 } { { "x" 1 2 } }\n1 -1', "line 2, column 3: expected the number of an outcome"),
        (HEAD + '{ 1 2 } { { "x" 1 } } 1 1', "column 43: expected the payoff of player 2 of 2"),
        (HEAD + '{ 1 2 } { { "x" 1 2 3 } } 1 1', "expected '}' after the payoffs of 2 player"),
        (HEAD + '{ 1 2 } { { "x" 1 2 } { 1 2 } } 1 1', "column 49: expected the label of an outcome"),
        (HEAD + '{ 1 2 } { { "x" 1 2 } 1 1', "column 47: expected an outcome in braces, or '}', found '1'"),
        (HEAD + '{ 1 2 } { { "x" 1 2', "expected '}' after the payoffs"),
    ],
)  # fmt: skip
def test_broken_files_are_refused_with_their_place(text, words):
    with pytest.raises(FormatError, match=words) as caught:
        strategic_form_from_nfg(text, "file 'x.nfg'")
    assert str(caught.value).startswith("file 'x.nfg': line ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + "{ 10000 1000 } 1 2 3", "10,000,000 cells of 2 payoffs"),
        (HEAD + "{ 999999999999999999 999999999999999999 } 1", "cells of 2 payoffs"),
        (HEAD + f"{{ 1 {MAX_PROFILES + 1} }} 1", "cells of 2 payoffs"),
        (HEAD + f"{{ 1 {MAX_NUMBERS // 2 + 1} }} 1", "4,000,000 payoffs are accepted"),
        ('NFG 1 R "g" {' + ' "a"' * 64 + "} { 1", "64 labels"),
    ],
)
def test_declared_sizes_are_checked_before_anything_is_read(text, words):
    with pytest.raises(SizeError, match=words):
        strategic_form_from_nfg(text, "text")


def test_a_form_too_large_for_a_file_is_refused(monkeypatch):
    monkeypatch.setattr(nfg, "MAX_NUMBERS", 7)
    with pytest.raises(SizeError, match="game 'large': 8 payoffs; a file holds at most 7"):
        strategic_form_to_nfg(StrategicForm.from_arrays(*np.zeros((2, 2, 2)), name="large"))


def test_what_cannot_be_written_or_built():
    form = StrategicForm.from_arrays([[Fraction(1, 10**2000)]], [[0]])
    with pytest.raises(FormatError, match="too many digits"):
        strategic_form_to_nfg(form)
    with pytest.raises(GameError, match="give both or none"):
        NfgForm(form.payoffs, form.strategies, form.players, cells=np.zeros((1, 1), dtype=np.int64))


def test_every_truncation_is_refused():
    for text in (PAYOFFS, OUTCOMES.rstrip()):
        for length in range(len(text)):
            with pytest.raises(FormatError):
                strategic_form_from_nfg(text[:length], "text")


@settings(max_examples=400)
@given(seed=st.integers(0, 10**9))
def test_any_damage_gives_a_game_or_one_of_our_errors(seed):
    rng = np.random.default_rng(seed)
    try:
        form = strategic_form_from_nfg(mangled(PAYOFFS if seed % 2 else OUTCOMES, rng), "text")
    except DeterrenceGamesError:
        return
    assert_same(form, through_nfg(form))


@given(text=st.text(max_size=200))
def test_any_text_is_refused(text):
    with pytest.raises(FormatError):
        strategic_form_from_nfg("NFG 1 R " + text, "text")
