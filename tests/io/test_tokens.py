"""Numbers and labels of the file formats."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deterrence_games.errors import FormatError
from deterrence_games.io.tokens import Tokens, quoted, written

digits = st.text("0123456789", min_size=1, max_size=12)
signs = st.sampled_from(["", "+", "-"])


@st.composite
def numbers(draw):
    """A number as it may be written, and its value by hand."""
    sign, whole = draw(signs), draw(digits)
    value = Fraction(int(whole))
    text = whole
    if draw(st.booleans()):
        bottom = draw(digits.filter(lambda own: int(own) > 0))
        return f"{sign}{whole}/{bottom}", value / int(bottom) * (-1 if sign == "-" else 1)
    if draw(st.booleans()):
        part = draw(digits | st.just(""))
        text += "." + part
        value += Fraction(int(part or 0), 10 ** len(part))
    if draw(st.booleans()):
        power, own = draw(st.integers(-250, 250)), draw(signs.filter(lambda own: own != "-"))
        text += (
            draw(st.sampled_from("eE"))
            + (own if power >= 0 else "-")
            + draw(st.sampled_from(["", "0", "000"]))
            + str(abs(power))
        )
        value *= Fraction(10) ** power
    return sign + text, -value if sign == "-" else value


@given(number=numbers())
def test_numbers_are_exact(number):
    text, value = number
    assert Tokens(f"{text} x", "text").number("a number") == value
    assert Tokens(written(value), "text").number("a number") == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "-",
        "1/",
        "/2",
        "1/0",
        "1/-2",
        "1.5/2",
        "1e",
        "1e1.5",
        "0x10",
        "1_0",
        "--1",
        "+-1",
        "1a",
        "1e1000",
        "\u0661",
        "nan",
        "inf",
    ],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(FormatError, match="text: line 1, column 1: expected a number"):
        Tokens(text, "text").number("a number")


@pytest.mark.parametrize(
    ("text", "label"),
    [(r'""', ""), (r'"\""', '"'), (r'"a\\"', "a\\"), (r'"C:\dir"', r"C:\dir"), (r'"\\\" x"', r"\" x"), ('"a\nb"', "a\nb")],
)
def test_labels_by_hand(text, label):
    assert Tokens(text, "text").label("a label") == label
    assert Tokens(quoted(label), "text").label("a label") == label


@given(label=st.text(st.sampled_from('a\\" {\n')) | st.text())
def test_every_label_comes_back(label):
    tokens = Tokens(quoted(label) + "x", "text")
    assert tokens.label("a label") == label
    assert tokens.peek() == "x"


def test_a_single_backslash_is_written_as_it_is():
    assert quoted(r"C:\dir") == r'"C:\dir"'
