"""Extensive game files: read as the format says, written back without loss, refused with line and column."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deterrence_games.errors import DeterrenceGamesError, FormatError, SizeError
from deterrence_games.forms.tree import CHANCE, LEAF, MOVE
from deterrence_games.io.efg import extensive_form_from_efg, extensive_form_to_efg
from tests.extensive_games import assert_same, random_form
from tests.io.mangled import mangled

CRISIS = r"""EFG 2 R "A \"staged\" crisis" { "Side \\1" "" "Side \\1" }
"comment of
two lines"

c "ROOT" 7 "dice" { "strong" 1/4 "weak" 0.75 } 0
p "" 1 3 "(1,1)" { "H" "L" } 5 "stakes" { 10, 2, -1/3, }
p "" 2 1 "" { "h" "h" } 0
t "end" 1 "war" { -1e1 +2.50 1E-2 }
t "" 5
t"" 0 p	"" 1 3 0
p "" 2 1 "" {"h" "h"} 1 "war" { -10 5/2 .01 }
t "" 1
t "" 5
c "" 7 0 t "" 1 t "" 5 "stakes" { 10 2 -1/3 }"""


def test_a_file_by_hand():
    form = extensive_form_from_efg(CRISIS, "text")
    assert form.name == 'A "staged" crisis'
    assert form.comment == "comment of\ntwo lines"
    assert form.players == ("Side \\1", "player 2", "Side \\1 #2")
    assert form.kind.tolist() == [CHANCE, MOVE, MOVE, LEAF, LEAF, LEAF, MOVE, MOVE, LEAF, LEAF, CHANCE, LEAF, LEAF]
    assert form.place.tolist() == [0, 0, 1, -1, -1, -1, 0, 1, -1, -1, 0, -1, -1]
    assert form.outcome.tolist() == [-1, 0, -1, 1, 0, -1, -1, 1, 1, 0, -1, 1, 0]
    assert form.labels[0] == "ROOT"
    assert form.set_player.tolist() == [0, 1]
    assert form.set_labels == ("(1,1)", "")
    assert form.set_actions == (("H", "L"), ("h", "h"))
    assert form.exact_probabilities.tolist() == [Fraction(1, 4), Fraction(3, 4)]
    assert form.outcome_labels == ("stakes", "war")
    assert form.exact_payoffs.tolist() == [[10, 2, Fraction(-1, 3)], [-10, Fraction(5, 2), Fraction(1, 100)]]
    assert_same(form, extensive_form_from_efg(extensive_form_to_efg(form), "text"))


def test_a_single_node():
    form = extensive_form_from_efg('EFG 2 D "" { "a" } t "" 0', "text")
    assert form.kind.tolist() == [LEAF]
    assert_same(form, extensive_form_from_efg(extensive_form_to_efg(form), "text"))


@given(seed=st.integers(0, 10**6), recall=st.booleans())
def test_round_trip(seed, recall):
    rng = np.random.default_rng(seed)
    form = random_form(rng, players=int(rng.integers(1, 4)), depth=4, recall=recall)
    text = extensive_form_to_efg(form)
    back = extensive_form_from_efg(text, "text")
    assert_same(form, back)
    assert extensive_form_to_efg(back) == text


@given(label=st.text(st.sampled_from('a\\" \n{,')))
def test_any_label_comes_back(label):
    form = extensive_form_from_efg('EFG 2 R "" { "a" } t "" 0', "text")
    form = replace(form, name=label, comment=label, labels=(label,))
    assert_same(form, extensive_form_from_efg(extensive_form_to_efg(form), "text"))


def test_numbers_of_many_digits_are_kept():
    number = "123456789012345678901234567890/98765432109876543210987654321"
    text = f'EFG 2 R "" {{ "a" "b" }} t "" 1 "" {{ {number} 0.{"0" * 200}1 }}'
    form = extensive_form_from_efg(text, "text")
    assert form.exact_payoffs.tolist() == [[Fraction(number), Fraction(1, 10**201)]]
    assert_same(form, extensive_form_from_efg(extensive_form_to_efg(form), "text"))


def test_a_deep_tree_needs_no_recursion():
    depth = 40_000
    text = (
        'EFG 2 R "deep" { "a" }\n' + 'p "" 1 1 "" { "go" "stop" } 0 t "" 0\n' + 'p "" 1 1 0 t "" 0\n' * (depth - 1) + 't "" 0'
    )
    form = extensive_form_from_efg(text, "text")
    assert len(form.labels) == 2 * depth + 1
    assert "does not recall" in form.recall_violation()
    assert_same(form, extensive_form_from_efg(extensive_form_to_efg(form), "text"))


HEAD = 'EFG 2 R "g" { "a" "b" }\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1, column 1: expected EFG, found the end of the file"),
        ("NFG 1 R", "line 1, column 1: expected EFG, found 'NFG'"),
        ("\n  EFG 3 R", "line 2, column 7: expected 2, found '3'"),
        ("EFG 2 X", "line 1, column 7: expected R or D, found 'X'"),
        ("EFG 2 R g", "expected the title of the game in quotes, found 'g'"),
        ('EFG 2 R "g', "line 1, column 9: this quote is not closed"),
        ('EFG 2 R "g" { }', "column 15: expected the name of a player in quotes, found '}'"),
        ('EFG 2 R "g" { "a" b }', "column 19: expected the name of a player in quotes, or '}', found 'b'"),
        (HEAD, "line 2, column 1: the file ends, but 1 branch"),
        (HEAD + 'x "" 0', "line 2, column 1: expected c or p or t, found 'x'"),
        (HEAD + "t 0", "line 2, column 3: expected the label of a node in quotes, found '0'"),
        (HEAD + 't "" one', "line 2, column 6: expected the number of an outcome, found 'one'"),
        (HEAD + 't "" -1', "expected the number of an outcome, found '-1'"),
        (HEAD + 't "" 1', "line 2, column 7: outcome 1 is not described here, where it first appears"),
        (HEAD + 't "" 0 "x" { 1 2 }', "line 2, column 8: outcome 0 stands for no outcome"),
        (HEAD + 't "" 1 "x" { 1 }', "line 2, column 16: expected the payoff of player 2 of 2"),
        (HEAD + 't "" 1 "x" { 1 2 3 }', "column 18: expected '}' after the payoffs of 2 player"),
        (HEAD + 't "" 1 "x" { 1 1/0 }', "column 16: expected the payoff of player 2 of 2 .* found '1/0'"),
        (HEAD + 't "" 1 "x" { 1 nan }', "found 'nan'"),
        (HEAD + 't "" 1 "x" { 1,, 2 }', "column 16: .* found ','"),
        (HEAD + 't "" 1 "x" { 1 1e400 }', "line 2, column 16: 1e400 is larger than any float"),
        (HEAD + 't "" 1 "x" { 1 1e99999999 }', "found '1e99999999'"),
        (HEAD + 't "" 1 "x" { 1 ' + "9" * 2000 + " }", "column 16: expected the payoff of player 2 of 2"),
        (HEAD + 't "" 1 "x" 1 2', "column 12: expected '{', found '1'"),
        (HEAD + 't "" 1 { 1 2 }', "column 8: expected the label of an outcome in quotes"),
        (HEAD + 't "" 0\nt "" 0', "line 3, column 1: text after the last node"),
        (HEAD + 'p "" 3 1 "" { "x" } 0', "column 6: the number of a player is 3; use 1 to 2"),
        (HEAD + 'p "" 1 0 "" { "x" } 0', "the number of an information set is 0"),
        (HEAD + 'p "" 1 1 0', "column 10: information set 1 of 'a' is not described here"),
        (HEAD + 'p "" 1 1 "" { } 0', "expected the label of an action in quotes, found '}'"),
        (HEAD + 'p "" 1 1 "" { "x" 1/2 } 0', "expected the label of an action in quotes, or '}', found '1/2'"),
        (HEAD + 'p "" 1 1 "" { "x" } 0\np "" 1 1 "" { "y" } 0', "line 3, column 10: information set 1 of 'a' was described in"),
        (HEAD + 'p "" 1 1 "" { "x" } 0\np "" 1 1 "" { "x" "y" } 0', "line 3, column 10: information set 1 of 'a' was"),
        (HEAD + 'p "" 1 1 "" { "x" } 1 "o" { 1 2 }\nt "" 1 "o" { 1 3 }', "line 3, column 8: outcome 1 was described in"),
        (HEAD + 'c "" 1 "e" { "x" 1 } 0\nc "" 1 "f" { "x" 1 } 0', "line 3, column 8: chance event 1 was described in"),
        (HEAD + 'c "" 1 "e" { "x" 1/2 "y" 1/3 } 0', "line 2, column 8: the probabilities of this event sum to 0.833333333"),
        (HEAD + 'c "" 1 "e" { "x" .333333333333 "y" .666666666666 } 0', "sum to one only nearly; use fractions such as 1/3"),
        (HEAD + 'c "" 1 "e" { "x" 3/2 "y" -1/2 } 0', "line 2, column 26: a probability is negative"),
        (HEAD + 'c "" 1 "e" { "x" "y" } 0', "expected a probability"),
        (HEAD + 'c "" 1 "e" { } 0', "expected the label of a branch in quotes"),
        (HEAD + 'c "" 1 "e" { "x" 1 ', "expected the label of a branch in quotes, found the end of the file"),
        (HEAD + 't "' + "x" * 1000, "line 2, column 3: this quote is not closed"),
    ],
)  # fmt: skip
def test_broken_files_are_refused_with_their_place(text, words):
    with pytest.raises(FormatError, match=words) as caught:
        extensive_form_from_efg(text, "file 'x.efg'")
    assert str(caught.value).startswith("file 'x.efg': line ")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + 'p "" 1 1 "" { ' + '"x" ' * 100_001 + "} 0", "100,001 labels"),
        (HEAD + 'p "" 1 1 "" { ' + '"x" ' * 100_000 + "} 0", "more than 100,000 nodes"),
        (HEAD + 'c "" 1 "" { ' + '"x" 0 ' * 100_001 + "} 0", "more than 100,000 branches"),
        (
            HEAD + 'p "" 1 1 "" { "x" "y" } 0 t "" 0\n' + 'p "" 1 1 0 t "" 0\n' * 60_000,
            "line 50001, .* more than 100,000 nodes",
        ),
        ('EFG 2 R "g" {' + ' "a"' * 64 + "} t", "64 labels .the name of a player.; at most 63"),
    ],
    ids=["labels", "actions", "branches", "nodes", "players"],
)
def test_what_is_too_large_is_refused(text, words):
    with pytest.raises(SizeError, match=words):
        extensive_form_from_efg(text, "text")


def test_probabilities_of_wildly_different_fractions_do_not_hang():
    shares = [Fraction(1, number * (number + 1)) for number in range(1, 6000)] + [Fraction(1, 6000)]
    text = HEAD + 'c "" 1 "" { ' + " ".join(f'"" {share}' for share in shares) + " } 0"
    with pytest.raises(FormatError, match="no common denominator of 4096 bits"):
        extensive_form_from_efg(text, "text")


def test_every_truncation_is_refused():
    text = CRISIS[: CRISIS.rindex('5 "stakes"')]
    for length in range(len(text)):
        with pytest.raises(FormatError):
            extensive_form_from_efg(text[:length], "text")


@settings(max_examples=400)
@given(seed=st.integers(0, 10**9))
def test_any_damage_gives_a_game_or_one_of_our_errors(seed):
    rng = np.random.default_rng(seed)
    text = CRISIS if seed % 2 else extensive_form_to_efg(random_form(rng, depth=2))
    try:
        form = extensive_form_from_efg(mangled(text, rng), "text")
    except DeterrenceGamesError:
        return
    assert_same(form, extensive_form_from_efg(extensive_form_to_efg(form), "text"))


@given(text=st.text(max_size=200))
def test_any_text_is_refused(text):
    with pytest.raises(FormatError):
        extensive_form_from_efg("EFG 2 R " + text, "text")
