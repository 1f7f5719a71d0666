"""Strategic games in Gambit's ``.nfg`` format, version 1: payoffs listed cell by cell, or cells that name outcomes.

Read and written without loss: title, comment, labels, outcomes and exact numbers; decimals are exact too. As a strategic
form has distinct labels, a repeated one gets a number (``a``, ``a #2``), and an empty one becomes its own number.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError, SizeError
from deterrence_games.forms import StrategicForm
from deterrence_games.forms.labels import distinct_labels
from deterrence_games.forms.strategic import MAX_PROFILES
from deterrence_games.forms.tree import Ints
from deterrence_games.io.files import read_text, write_text
from deterrence_games.io.tokens import AFTER_NUMBER, LABEL, MAX_PLAYERS, NUMBER, Tokens, quoted, written

MAX_NUMBERS = 4_000_000  # in the body of a file; together they may take a gigabyte
BODY = re.compile(rf"(?:{NUMBER}(?=\s|\Z)\s*+)*+")
WHOLE_BODY = re.compile(r"(?:[0-9]{1,18}+(?=\s|\Z)\s*+)*+")
OUTCOMES = re.compile(rf"(?:\{{\s*+{LABEL}\s*+(?:{NUMBER}{AFTER_NUMBER}\s*+,?\s*+)++\}}\s*+)*+", re.DOTALL)
LARGEST = 10**18 - 1


@dataclass(frozen=True, eq=False)
class NfgForm(StrategicForm):
    """A strategic form with what else a ``.nfg`` file may hold.

    Parameters
    ----------
    comment : str
    outcome_labels : tuple of str
    outcome_payoffs : object[outcome, player] of Fraction, or None
    cells : int64[a_1, ..., a_n], or None
        The outcome of every profile, -1 for none (no payoff to anybody). None when the file lists payoffs.

    Examples
    --------
    >>> form = strategic_form_from_nfg('NFG 1 R "chicken" { "a" "b" } { 2 2 } "" 0 0 7 2 2 7 6 6', "text")
    >>> form.payoffs[0].tolist()
    [[0.0, 2.0], [7.0, 6.0]]
    """

    comment: str = ""
    outcome_labels: tuple[str, ...] = ()
    outcome_payoffs: npt.NDArray[np.object_] | None = None
    cells: Ints | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.cells is None) != (self.outcome_payoffs is None):
            raise GameError(f"game {self.name!r}: outcomes need both their payoffs and cells; give both or none")
        for array in (self.outcome_payoffs, self.cells):
            if array is not None:
                array.setflags(write=False)


def read_nfg(path: str | Path) -> NfgForm:
    """Read a strategic game from a file of at most 20 MB."""
    return strategic_form_from_nfg(read_text(path), f"file '{path}'")


def write_nfg(form: StrategicForm, path: str | Path) -> None:
    """Write a strategic game to a file, whole or not at all."""
    write_text(path, strategic_form_to_nfg(form))


# ---- writing -------------------------------------------------------------------------------------------------------------


def strategic_form_to_nfg(form: StrategicForm) -> str:
    """Write a strategic game as text, from which `strategic_form_from_nfg` makes an equal one.

    Outcomes are written where the form has them. Floats are written with the digits that tell them apart, so that they read
    back as the same floats (and as the exact value of those digits).
    """
    if form.payoffs.size > MAX_NUMBERS:
        raise SizeError(f"game {form.name!r}: {form.payoffs.size:,} payoffs; a file holds at most {MAX_NUMBERS:,}")
    lines = [f"NFG 1 R {quoted(form.name)} {{ {' '.join(map(quoted, form.players))} }}", ""]
    if all(own == tuple(str(number) for number in range(1, len(own) + 1)) for own in form.strategies):
        lines.append(f"{{ {' '.join(str(len(own)) for own in form.strategies)} }}")
    else:
        lines += ["{", *(f"{{ {' '.join(map(quoted, own))} }}" for own in form.strategies), "}"]
    lines += [quoted(form.comment if isinstance(form, NfgForm) else ""), ""]
    if isinstance(form, NfgForm) and form.cells is not None and form.outcome_payoffs is not None:
        lines.append("{")
        for label, payoffs in zip(form.outcome_labels, form.outcome_payoffs.tolist(), strict=True):
            lines.append(f"{{ {quoted(label)} {', '.join(map(written, payoffs))} }}")
        lines += ["}", " ".join(str(cell + 1) for cell in form.cells.transpose().ravel().tolist())]
    else:
        numbers = form.payoffs if form.rational is None else form.rational
        rows = numbers.transpose().reshape(-1, len(form.players)).tolist()  # the first player's strategy varies fastest
        lines += [" ".join(map(written, row)) for row in rows]
    return "\n".join(lines) + "\n"


# ---- reading -------------------------------------------------------------------------------------------------------------


def strategic_form_from_nfg(text: str, source: str) -> NfgForm:
    """Make a strategic game from text.

    Parameters
    ----------
    text : str
    source : str
        What to call the text in messages, say ``"file 'game.nfg'"``.

    Raises
    ------
    FormatError
        When the text is not in the format, with line and column.
    SizeError
        When the file declares more cells or numbers than can be held, before any of them is read.
    """
    tokens = Tokens(text, source)
    tokens.word("NFG")
    tokens.word("1")
    tokens.word("R", "D")
    title = tokens.label("the title of the game")
    start = tokens.at
    players = distinct_labels(tokens.labels("the name of a player", MAX_PLAYERS), "player ")
    if len(players) < 2:
        tokens.fail("one player only; a strategic form needs two or more", start)
    strategies = _strategies(tokens, players)
    comment = tokens.label("a comment") if tokens.peek() == '"' else ""
    shape = tuple(len(own) for own in strategies)
    arguments: dict[str, Any] = {"strategies": strategies, "players": players, "name": title, "comment": comment}
    if tokens.peek() != "{":
        rational = _array(_numbers(tokens, prod(shape) * len(players)), (*shape[::-1], len(players))).transpose()
        rational = np.ascontiguousarray(rational)
        return NfgForm(payoffs=rational.astype(np.float64), rational=rational, **arguments)
    labels, payoffs = _outcomes(tokens, len(players))
    cells = np.ascontiguousarray(_cells(tokens, prod(shape), len(labels)).reshape(shape[::-1]).transpose())
    table = _array([_plain(number) for own in payoffs for number in own] + [0] * len(players), (len(labels) + 1, len(players)))
    rational = np.ascontiguousarray(table.transpose()[:, cells])  # -1, the null outcome, is the last row
    exact = np.empty((len(labels), len(players)), dtype=object)
    exact[:] = payoffs
    arguments |= {"outcome_labels": tuple(labels), "outcome_payoffs": exact, "cells": cells}
    return NfgForm(payoffs=rational.astype(np.float64), rational=rational, **arguments)


def _strategies(tokens: Tokens, players: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Read the numbers of strategies or their labels, and refuse more profiles than can be held before any is made."""
    start = tokens.at
    tokens.sign("{")
    sizes: list[int] = []
    labels: list[tuple[str, ...]] = []
    named = tokens.peek() == "{"
    for player in players:
        if named:
            labels.append(distinct_labels(tokens.labels(f"a strategy of {player!r:.60}", MAX_PROFILES)))
            sizes.append(len(labels[-1]))
        else:
            sizes.append(tokens.whole(f"the number of strategies of {player!r:.60}", 1, LARGEST))
    tokens.sign("}", f"'}}' after the strategies of {len(players)} players")
    if prod(sizes) > MAX_PROFILES or prod(sizes) * len(players) > MAX_NUMBERS:
        tokens.at = start
        tokens.too_large(
            f"{prod(sizes):,} cells of {len(players)} payoffs; at most {MAX_PROFILES:,} cells and {MAX_NUMBERS:,} payoffs "
            "are accepted; drop dominated strategies"
        )
    return tuple(labels) if named else tuple(tuple(str(number) for number in range(1, size + 1)) for size in sizes)


def _words(tokens: Tokens, pattern: re.Pattern[str], count: int, what: str) -> list[str]:
    """Split the rest of the text into the numbers that a pattern describes: so many, and nothing else."""
    start, size = tokens.at, len(tokens.text)
    found = pattern.match(tokens.text, start)
    tokens.at = found.end() if found else start
    if tokens.at < size:
        tokens.expected("a number (say 2, -0.5, 1e-3 or 1/3)" if pattern is BODY else "the number of an outcome")
    words = tokens.text[start:].split(None, count)
    if len(words) < count:
        tokens.fail(f"the file ends after {len(words):,} numbers; it needs {count:,}: {what}")
    if len(words) > count:
        tokens.fail(f"more than {count:,} numbers; remove the rest: {what}", size - len(words[-1]))
    tokens.at = start
    return words


def _numbers(tokens: Tokens, count: int) -> list[int | Fraction]:
    words = _words(tokens, BODY, count, "a payoff a player in every cell")
    known = {word: _plain(tokens.value(word)) for word in set(words)}
    return [known[word] for word in words]


def _cells(tokens: Tokens, count: int, outcomes: int) -> Ints:
    words = _words(tokens, WHOLE_BODY, count, "an outcome in every cell")
    cells = np.array([int(word) for word in words], dtype=np.int64)
    if cells.max() > outcomes:
        wrong = int(np.argmax(cells > outcomes))
        place = next(islice(re.compile(r"\S+").finditer(tokens.text, tokens.at), wrong, None)).start()
        tokens.fail(f"outcome {cells[wrong]} of a cell is not there; use 1 to {outcomes}, or 0 for none", place)
    return cells - 1


def _outcomes(tokens: Tokens, players: int) -> tuple[list[str], list[tuple[Fraction, ...]]]:
    labels: list[str] = []
    payoffs: list[tuple[Fraction, ...]] = []
    tokens.sign("{")
    well_formed = OUTCOMES.match(tokens.text, tokens.at)
    if well_formed and tokens.text[well_formed.end() : well_formed.end() + 1] != "}":
        tokens.at = well_formed.end()  # straight to what is wrong: a large file takes seconds to read
    while tokens.peek() == "{":
        if len(labels) * players > MAX_NUMBERS:
            tokens.too_large(f"more than {MAX_NUMBERS:,} payoffs; drop dominated strategies")
        tokens.sign("{")
        labels.append(tokens.label("the label of an outcome"))
        payoffs.append(tokens.payoffs(players))
    tokens.sign("}", "an outcome in braces, or '}'")
    return labels, payoffs


def _plain(number: Fraction) -> int | Fraction:
    return number.numerator if number.denominator == 1 else number


def _array(numbers: list[int | Fraction], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Integers of 64 bits where all numbers are such, else objects."""
    if all(type(number) is int for number in numbers):
        try:
            return np.array(numbers, dtype=np.int64).reshape(shape)
        except OverflowError:
            pass
    array = np.empty(len(numbers), dtype=object)
    array[:] = numbers
    return array.reshape(shape)
