r"""Words, quoted labels and exact numbers of Gambit's file formats, each complaint with its line and column.

The formats are described in Gambit's documentation ("Game representation formats"). A label stands between double quotes,
in which ``\"`` is a quote; so that a label may also end in a backslash, ``\\`` is one backslash, and a backslash before
any other character is itself. Numbers are integers, decimals (with or without an exponent) or fractions, and are exact.
"""

import re
from fractions import Fraction
from typing import NoReturn

from deterrence_games.errors import FormatError, SizeError

MAX_PLAYERS = 63  # a payoff array has an axis a player and one more, and NumPy allows 64
MAX_DIGITS = 1000  # of one number

LABEL = r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"'
DIGITS = f"[0-9]{{1,{MAX_DIGITS}}}+"
EXPONENT = "(?:[eE][+-]?(?:0*+[1-9][0-9]{0,2}+|0++))?"  # at most 999: 1e999999999 would fill the memory
NUMBER = (
    rf"[+-]?(?:{DIGITS}(?:/0*+[1-9][0-9]{{0,{MAX_DIGITS}}}+|(?:\.[0-9]{{0,{MAX_DIGITS}}}+)?{EXPONENT})|\.{DIGITS}{EXPONENT})"
)
AFTER_NUMBER = r'(?=[\s,{}"]|\Z)'

# Every pattern takes the blanks behind it along, so that a place in the text is always the start of a word.
WHOLE_PATTERN = re.compile(rf"([0-9]{{1,18}}+){AFTER_NUMBER}\s*+")
LABEL_PATTERN = re.compile(rf"{LABEL}\s*+", re.DOTALL)
LABELS_PATTERN = re.compile(rf"\{{\s*+(?:{LABEL}\s*+)++\}}\s*+", re.DOTALL)
NUMBER_PATTERN = re.compile(rf"({NUMBER}){AFTER_NUMBER}\s*+")
PAYOFFS_PATTERN = re.compile(rf"((?:{NUMBER}{AFTER_NUMBER}\s*+,?\s*+)++)\}}\s*+")
WORD_PATTERN = re.compile(r'([^\s"{},]++)\s*+')
SIGN_PATTERN = re.compile(r"[{},]\s*+")
BLANKS = re.compile(r"\s*+")


class Tokens:
    """A place in a text, moved on by what is read.

    Parameters
    ----------
    text : str
    source : str
        What to call the text in messages, say ``"file 'game.efg'"``.
    """

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source
        self.at = 0
        self.take(BLANKS, "a game")
        self._numbers: dict[str, Fraction] = {}

    # ---- complaints ----------------------------------------------------------------------------------------------------

    def where(self, at: int | None = None) -> str:
        """The source, line and column of a place: by default of the next word."""
        at = self.at if at is None else at
        line = self.text.count("\n", 0, at) + 1
        return f"{self.source}: line {line}, column {at - self.text.rfind(chr(10), 0, at)}"

    def fail(self, problem: str, at: int | None = None) -> NoReturn:
        """Raise the one error, at a place: by default at the next word."""
        raise FormatError(f"{self.where(at)}: {problem}")

    def expected(self, what: str) -> NoReturn:
        """Complain that the next word is not what it should be."""
        found = self.text[self.at : self.at + 30].split()
        self.fail(f"expected {what}, found {repr(found[0]) if found else 'the end of the file'}")

    def too_large(self, problem: str) -> NoReturn:
        """Raise the error for what is beyond a limit."""
        raise SizeError(f"{self.where()}: {problem}")

    # ---- reading -------------------------------------------------------------------------------------------------------

    def peek(self) -> str:
        """The next character, empty at the end."""
        return self.text[self.at : self.at + 1]

    def take(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        """Read what a pattern describes, and the blanks behind it."""
        found = pattern.match(self.text, self.at)
        if found is None:
            self.expected(what)
        self.at = found.end()
        return found

    def word(self, *choices: str) -> str:
        """Read one of some words."""
        found = WORD_PATTERN.match(self.text, self.at)
        if found is None or found[1] not in choices:
            self.expected(" or ".join(choices))
        self.at = found.end()
        return found[1]

    def sign(self, sign: str, what: str | None = None) -> None:
        """Read a brace or a comma."""
        if self.peek() != sign:
            self.expected(what or repr(sign))
        self.take(SIGN_PATTERN, repr(sign))

    def label(self, what: str) -> str:
        """Read a label in quotes."""
        found = LABEL_PATTERN.match(self.text, self.at)
        if found is None:
            if self.peek() == '"':
                self.fail("this quote is not closed; put a quote at the end of the label")
            self.expected(f"{what} in quotes")
        self.at = found.end()
        return unquoted(found[1])

    def labels(self, what: str, most: int) -> list[str]:
        """Read one or more labels in braces."""
        found = LABELS_PATTERN.match(self.text, self.at)
        if found is None:  # step by step to the first thing that is wrong
            self.sign("{")
            self.label(what)
            while self.peek() == '"':
                self.label(what)
            self.expected(f"{what} in quotes, or '}}'")
        inside = [unquoted(label) for label in LABEL_PATTERN.findall(self.text, self.at, found.end())]
        if len(inside) > most:
            self.too_large(f"{len(inside):,} labels ({what}); at most {most:,} are accepted")
        self.at = found.end()
        return inside

    def whole(self, what: str, least: int, most: int) -> int:
        """Read an integer from `least` to `most`."""
        start = self.at
        number = int(self.take(WHOLE_PATTERN, what)[1])
        if not least <= number <= most:
            self.fail(f"{what} is {number}; use {least} to {most}", start)
        return number

    def number(self, what: str) -> Fraction:
        """Read an exact number."""
        found = NUMBER_PATTERN.match(self.text, self.at)
        if found is None:
            self.expected(f"{what} (say 2, -0.5, 1e-3 or 1/3)")
        value = self.value(found[1])
        self.at = found.end()
        return value

    def payoffs(self, players: int) -> tuple[Fraction, ...]:
        """Read a payoff for every player, with or without commas between them, and a closing brace."""
        found = PAYOFFS_PATTERN.match(self.text, self.at)
        words = found[1].replace(",", " ").split() if found else []
        if found is None or len(words) != players:  # step by step to the first thing that is wrong
            for number in range(1, players + 1):
                self.number(f"the payoff of player {number} of {players}")
                if self.peek() == ",":
                    self.sign(",")
            self.expected(f"'}}' after the payoffs of {players} player(s)")
        values = tuple(self.value(word) for word in words)
        self.at = found.end()
        return values

    def value(self, word: str) -> Fraction:
        """Make a number of a word that `NUMBER` describes, here or further on."""
        known = self._numbers.get(word)
        if known is None:
            known = Fraction(int(word) if word.lstrip("+-").isdigit() else word)
            try:
                float(known)
            except OverflowError:
                place = re.compile(rf"(?<![^\s{{,]){re.escape(word)}").search(self.text, self.at)
                problem = f"{word:.30} is larger than any float (1.8e308); divide that player's payoffs"
                self.fail(problem, place.start() if place else None)
            self._numbers[word] = known
        return known

    def end(self, what: str) -> None:
        """Make sure that nothing follows."""
        if self.peek():
            self.fail(f"text after {what}; remove it")


def unquoted(inside: str) -> str:
    """What a label between quotes says."""
    return re.sub(r'\\(["\\])', r"\1", inside) if "\\" in inside else inside


def quoted(label: str) -> str:
    """Write a label between quotes: a backslash is doubled only where it would be misread."""
    return '"' + re.sub(r'(\\*)("|\Z)|\\{2,}', lambda found: _escaped(*found.group(0, 1, 2)), label) + '"'


def _escaped(whole: str, slashes: str | None, quote: str | None) -> str:
    if quote is None:
        return whole * 2
    return (slashes or "") * 2 + ("\\" + quote if quote else "")


def written(number: Fraction | int | float) -> str:
    """Write a number: an exact one as it is, a float with the digits that tell it apart."""
    if isinstance(number, float):
        return repr(number)
    if max(abs(number.numerator), number.denominator).bit_length() > 3 * MAX_DIGITS:
        raise FormatError("a payoff or probability has too many digits for a file; round it")
    return str(number)
