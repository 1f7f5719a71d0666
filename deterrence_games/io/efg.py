"""Extensive games in Gambit's ``.efg`` format, version 2.

Read and written without loss: title, comment, labels (they may be empty and may repeat), exact numbers, chance, information
sets across branches, and outcomes at any node. Players without a name, or with another's, get one of their own. A set, event
or outcome is described where it first appears; a description given again must be the same. The numbers of sets, events and
outcomes only tell them apart: they are given anew when a game is written.
"""

import re
from collections.abc import Callable
from fractions import Fraction
from math import fsum
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from deterrence_games.forms.extensive import ExtensiveForm
from deterrence_games.forms.labels import distinct_labels
from deterrence_games.forms.rationals import MOST_BITS, common_denominator, sums_to_one
from deterrence_games.forms.tree import CHANCE, LEAF, MOVE
from deterrence_games.games.tree import MAX_NODES
from deterrence_games.io.files import read_text, write_text
from deterrence_games.io.tokens import LABEL, MAX_PLAYERS, Tokens, quoted, unquoted, written

NODE = re.compile(rf"([cpt])\s*+{LABEL}\s*+", re.DOTALL)
DESCRIPTION = re.compile(rf'{LABEL}\s*+\{{[^{{}}"]*+(?:{LABEL}[^{{}}"]*+)*+\}}\s*+', re.DOTALL)
LARGEST = 10**18 - 1  # a number that only tells things apart
ROUNDING = 1e-9  # probabilities whose floats miss one by more are told with their sum

Key = TypeVar("Key")
Description = TypeVar("Description")


def read_efg(path: str | Path) -> ExtensiveForm:
    """Read an extensive game from a file of at most 20 MB."""
    return extensive_form_from_efg(read_text(path), f"file '{path}'")


def write_efg(form: ExtensiveForm, path: str | Path) -> None:
    """Write an extensive game to a file, whole or not at all."""
    write_text(path, extensive_form_to_efg(form))


# ---- writing -------------------------------------------------------------------------------------------------------------


def extensive_form_to_efg(form: ExtensiveForm) -> str:
    """Write an extensive game as text, from which `extensive_form_from_efg` makes an equal one.

    Every node repeats the description of its set and outcome, as some programs expect.
    """
    within = [0] * len(form.players)
    moves = []
    for player, label, actions in zip(form.set_player.tolist(), form.set_labels, form.set_actions, strict=True):
        within[player] += 1
        moves.append(f"{player + 1} {within[player]} {quoted(label)} {_braces(quoted(action) for action in actions)}")
    events = []
    for number, (label, actions) in enumerate(zip(form.event_labels, form.event_actions, strict=True)):
        shares = zip(actions, form.event_probabilities[number], strict=True)
        events.append(f"{number + 1} {quoted(label)} {_braces(f'{quoted(a)} {written(share)}' for a, share in shares)}")
    outcomes = [
        f"{number} {quoted(label)} {_braces(written(payoff) for payoff in payoffs)}"
        for number, (label, payoffs) in enumerate(zip(form.outcome_labels, form.exact_payoffs.tolist(), strict=True), 1)
    ]
    lines = [f"EFG 2 R {quoted(form.name)} {_braces(map(quoted, form.players))}", quoted(form.comment), ""]
    columns = (form.labels, form.kind.tolist(), form.place.tolist(), form.outcome.tolist())
    for node, kind, place, outcome in zip(*columns, strict=True):
        reached = "0" if outcome < 0 else outcomes[outcome]
        if kind == LEAF:
            lines.append(f"t {quoted(node)} {reached}")
        else:
            mover, described = ("p", moves[place]) if kind == MOVE else ("c", events[place])
            lines.append(f"{mover} {quoted(node)} {described} {reached}")
    return "\n".join(lines) + "\n"


def _braces(words: Any) -> str:
    return f"{{ {' '.join(words)} }}"


# ---- reading -------------------------------------------------------------------------------------------------------------


def extensive_form_from_efg(text: str, source: str) -> ExtensiveForm:
    """Make an extensive game from text.

    Parameters
    ----------
    text : str
    source : str
        What to call the text in messages, say ``"file 'game.efg'"``.

    Raises
    ------
    FormatError
        When the text is not in the format, with line and column; also when probabilities do not sum to one.
    SizeError
        When there are more than 100,000 nodes or 63 players.
    """
    return _Reader(text, source).form()


class _Reader:
    """Reads one game, node by node."""

    def __init__(self, text: str, source: str) -> None:
        self.tokens = Tokens(text, source)
        self.known: dict[tuple[str, str], Any] = {}  # descriptions by their text: most are given many times over
        self.players: tuple[str, ...] = ()
        # what the file calls it: its number here, and its description
        self.sets: dict[tuple[int, int], tuple[int, tuple[str, tuple[str, ...]]]] = {}
        self.events: dict[int, tuple[int, tuple[str, tuple[str, ...], tuple[Fraction, ...]]]] = {}
        self.outcomes: dict[int, tuple[int, tuple[str, tuple[Fraction, ...]]]] = {}

    def form(self) -> ExtensiveForm:
        tokens = self.tokens
        tokens.word("EFG")
        tokens.word("2")
        tokens.word("R", "D")
        title = tokens.label("the title of the game")
        self.players = distinct_labels(tokens.labels("the name of a player", MAX_PLAYERS), "player ")
        comment = tokens.label("a comment") if tokens.peek() == '"' else ""
        labels: list[str] = []
        nodes: list[tuple[int, int, int]] = []  # kind, place, outcome
        missing = 1
        while missing:
            if not tokens.peek():
                tokens.fail(f"the file ends, but {missing} branch(es) of the tree lead to no node; it may be cut short")
            found = NODE.match(tokens.text, tokens.at)
            if found is None:  # step by step to what is wrong
                tokens.word("c", "p", "t")
                tokens.label("the label of a node")
                tokens.expected("a node")
            tokens.at = found.end()
            labels.append(unquoted(found[2]))
            kind, place, branches = self.mover(found[1])
            nodes.append((kind, place, self.outcome()))
            missing += branches - 1
            if len(nodes) + missing > MAX_NODES:
                tokens.too_large(f"the tree has more than {MAX_NODES:,} nodes; split the game")
        tokens.end("the last node, when every branch of the tree has led to one")
        kinds, places, reached = np.array(nodes, dtype=np.int64).T
        sets = [description for _, description in self.sets.values()]
        events = [description for _, description in self.events.values()]
        outcomes = [description for _, description in self.outcomes.values()]
        return ExtensiveForm(
            name=title,
            players=self.players,
            labels=tuple(labels),
            kind=kinds,
            place=places,
            outcome=reached,
            set_player=np.array([player - 1 for player, _ in self.sets], dtype=np.int64),
            set_labels=tuple(label for label, _ in sets),
            set_actions=tuple(actions for _, actions in sets),
            event_labels=tuple(label for label, _, _ in events),
            event_actions=tuple(actions for _, actions, _ in events),
            exact_probabilities=np.array([share for _, _, shares in events for share in shares], dtype=object),
            outcome_labels=tuple(label for label, _ in outcomes),
            exact_payoffs=np.array([payoffs for _, payoffs in outcomes], dtype=object),
            comment=comment,
        )

    # ---- parts of a node -----------------------------------------------------------------------------------------------

    def mover(self, letter: str) -> tuple[int, int, int]:
        """Return the node's kind, its place and the number of its branches."""
        if letter == "t":
            return LEAF, -1, 0
        if letter == "c":
            event = self.tokens.whole("the number of a chance event", 1, LARGEST)
            place, (_, branches, _) = self.described(self.events, event, f"chance event {event}", self.event)
            return CHANCE, place, len(branches)
        player = self.tokens.whole("the number of a player", 1, len(self.players))
        number = self.tokens.whole("the number of an information set", 1, LARGEST)
        what = f"information set {number} of {self.players[player - 1]!r:.60}"
        place, (_, actions) = self.described(self.sets, (player, number), what, self.moves)
        return MOVE, place, len(actions)

    def outcome(self) -> int:
        number = self.tokens.whole("the number of an outcome", 0, LARGEST)
        if number:
            return self.described(self.outcomes, number, f"outcome {number}", self.payoffs)[0]
        if self.tokens.peek() in ('"', "{"):
            self.tokens.fail("outcome 0 stands for no outcome: take away its label and payoffs, or give it another number")
        return -1

    def described(
        self, table: dict[Key, tuple[int, Description]], key: Key, what: str, read: Callable[[], Description]
    ) -> tuple[int, Description]:
        """Return the number and description of a set, event or outcome that is described here or was before."""
        tokens = self.tokens
        start = tokens.at
        if tokens.peek() in ('"', "{"):
            found = DESCRIPTION.match(tokens.text, start)
            known = (read.__name__, found[0]) if found else None
            if found and known in self.known:
                description: Description = self.known[known]
                tokens.at = found.end()
            else:
                description = read()
                if known:
                    self.known[known] = description
            _, first = table.setdefault(key, (len(table), description))
            if description is not first and description != first:
                problem = f"{what} was described in another way before; repeat the description exactly, or leave it out"
                tokens.fail(problem, start)
        elif key not in table:
            tokens.fail(f"{what} is not described here, where it first appears; add its label and a list in braces")
        return table[key]

    # ---- descriptions --------------------------------------------------------------------------------------------------

    def moves(self) -> tuple[str, tuple[str, ...]]:
        label = self.tokens.label("the label of an information set")
        return label, tuple(self.tokens.labels("the label of an action", MAX_NODES))

    def event(self) -> tuple[str, tuple[str, ...], tuple[Fraction, ...]]:
        tokens = self.tokens
        start = tokens.at
        label = tokens.label("the label of a chance event")
        actions: list[str] = []
        shares: list[Fraction] = []
        tokens.sign("{")
        while not actions or tokens.peek() != "}":
            if len(actions) == MAX_NODES:
                tokens.too_large(f"a chance event of more than {MAX_NODES:,} branches; split the game")
            actions.append(tokens.label("the label of a branch"))
            place = tokens.at
            shares.append(tokens.number("a probability"))
            if shares[-1] < 0:
                tokens.fail("a probability is negative; use 0 to 1", place)
        tokens.sign("}")
        total = fsum(map(float, shares))
        if abs(total - 1) > ROUNDING:
            tokens.fail(f"the probabilities of this event sum to {total:.9g}; make them sum to one", start)
        if common_denominator(shares) is None:
            tokens.fail(f"the probabilities of this event have no common denominator of {MOST_BITS} bits; round them", start)
        if not sums_to_one(shares):
            tokens.fail("the probabilities of this event sum to one only nearly; use fractions such as 1/3", start)
        return label, tuple(actions), tuple(shares)

    def payoffs(self) -> tuple[str, tuple[Fraction, ...]]:
        label = self.tokens.label("the label of an outcome")
        self.tokens.sign("{")
        return label, self.tokens.payoffs(len(self.players))
