"""Theorems as JSON files.

A file is one object, in UTF-8, with these entries.

``format``, ``version``
    ``"deterrence_games theorem"`` and ``1``.
``game``
    The game, as in its own file (see `deterrence_games.io.game_json`).
``families``, ``border_families``
    Lists of families. A family has ``name``, ``conditions``, ``strategies``, ``ranges``, ``beliefs``, ``outcomes``, ``payoffs``
    and ``cases``; a case has the same but for the name, with ``bounds`` in place of ranges, ``supports`` and ``generic``.
    A condition is a relation as a text, ``{"all": [...]}`` or ``{"any": [...]}``. Strategies are lists of
    ``[player, type, history, {action: probability}]``, supports of ``[player, type, history, [action, ...]]`` and beliefs
    of ``[history, player, {type: set}]``; a set is a text (one number), ``[low, high, low excluded, high excluded]``, or
    ``{"any": [set, ...]}``.
``refinements``, ``effects``
    Names of what beliefs were restricted by, and what the last of them did: a list of ``family``, ``verdict`` and
    ``conditions``.
``undecided``, ``stopped``, ``seconds``, ``stats``
    How far the derivation went.

Formulas are texts in the arithmetic language; nothing is evaluated as Python. A file says what was derived once: reading it
proves nothing again. `Theorem.prove` proves claims about what the file says, and ``dg.derive(theorem.game)`` derives it anew.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from sympy import Expr, FiniteSet, Integer, Interval, Set, Symbol, Union
from sympy.logic.boolalg import And, Boolean, Or

from deterrence_games.errors import DeterrenceGamesError, FormatError
from deterrence_games.forms.tree import History, InformationSet
from deterrence_games.games.expressions import parse, parse_relations, to_text
from deterrence_games.io.document import Document, laid_out
from deterrence_games.io.files import read_text, write_text
from deterrence_games.io.game_json import game_document, game_of
from deterrence_games.theory import Case, Family, Theorem
from deterrence_games.theory.coordinates import as_constraint, coordinates_of
from deterrence_games.theory.effects import VERDICTS, Effect
from deterrence_games.theory.family import Bounds, interval
from deterrence_games.theory.polynomials import MOST_ROOTS
from deterrence_games.theory.prover import Prover

FORMAT, VERSION = "deterrence_games theorem", 1
ENTRIES = (
    "format",
    "version",
    "game",
    "families",
    "border_families",
    "refinements",
    "effects",
    "undecided",
    "stopped",
    "seconds",
    "stats",
)
COMMON = ("conditions", "strategies", "beliefs", "outcomes", "payoffs")
FAMILY = ("name", *COMMON, "ranges", "cases")
CASE = (*COMMON, "bounds", "supports", "generic")
EFFECT = ("family", "verdict", "conditions")

Item = TypeVar("Item")

LONGEST = 1_000_000  # characters of a closed form: expected payoffs in a game of twenty parameters take more than ten thousand

# ---- writing -------------------------------------------------------------------------------------------------------------


def theorem_to_json(theorem: Theorem) -> str:
    """Write a theorem as JSON text, from which `theorem_from_json` makes an equal one."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "game": game_document(theorem.game),
        "families": [_family(family) for family in theorem.families],
        "border_families": [_family(family) for family in theorem.border_families],
        "refinements": theorem.refinements,
        "effects": [
            {
                "family": own.family,
                "verdict": own.verdict,
                "conditions": [_condition(condition) for condition in own.conditions],
            }
            for own in theorem.effects
        ],
        "undecided": theorem.undecided,
        "stopped": theorem.stopped,
        "seconds": theorem.seconds,
        "stats": dict(theorem.stats),
    }
    return laid_out(document, "") + "\n"


def write_theorem(theorem: Theorem, path: str | Path) -> None:
    """Write a theorem to a file, whole or not at all."""
    write_text(path, theorem_to_json(theorem))


def _family(family: Family) -> dict[str, Any]:
    return {
        "name": family.name,
        **_common(family),
        "ranges": {symbol.name: _set(held) for symbol, held in family.ranges.items()},
        "cases": [
            {
                **_common(case),
                "bounds": {
                    symbol.name: [[[to_text(value), excluded] for value, excluded in side] for side in bounds]
                    for symbol, bounds in case.bounds.items()
                },
                "supports": [[*place, actions] for place, actions in case.supports.items()],
                "generic": case.generic,
            }
            for case in family.cases
        ],
    }


def _common(held: Family | Case) -> dict[str, Any]:
    return {
        "conditions": [_condition(condition) for condition in held.conditions],
        "strategies": [[*place, _texts(shares)] for place, shares in held.strategies.items()],
        "beliefs": [
            [history, player, {kind: _set(belief) for kind, belief in kinds.items()}]
            for history, players in held.beliefs.items()
            for player, kinds in players.items()
        ],
        "outcomes": _texts(held.outcomes),
        "payoffs": _texts(held.payoffs),
    }


def _condition(condition: Boolean) -> Any:
    if isinstance(condition, And | Or):
        parts = [_condition(part) for part in sorted(condition.args, key=str)]
        return {"all" if isinstance(condition, And) else "any": parts}
    return to_text(condition)


def _set(held: Set) -> Any:
    if isinstance(held, Interval):
        return [to_text(held.start), to_text(held.end), bool(held.left_open), bool(held.right_open)]
    if isinstance(held, Union):
        return {"any": [_set(part) for part in held.args]}
    values = [to_text(value) for value in held]
    return values[0] if len(values) == 1 else {"any": values}


def _texts(table: Mapping[str, Expr]) -> dict[str, str]:
    return {label: to_text(value) for label, value in table.items()}


# ---- reading -------------------------------------------------------------------------------------------------------------


def theorem_from_json(text: str, source: str) -> Theorem:
    """Make a theorem from JSON text.

    Parameters
    ----------
    text : str
    source : str
        What to call the text in messages, say ``"file 'theorem.json'"``.

    Raises
    ------
    FormatError
        When the text is not JSON or not laid out as described at the top of this module.
    DeterrenceGamesError
        When what it describes is no theorem about the game in it, or the extra ``proofs`` is not installed.
    """
    return theorem_of(Document(source).decode(text), source)


def theorem_of(document: Any, source: str) -> Theorem:
    """Make a theorem from the entries of its file; as `theorem_from_json`."""
    return _TheoremDocument(source).theorem(document)


def read_theorem(path: str | Path) -> Theorem:
    """Read a theorem from a JSON file of at most 20 MB."""
    return theorem_from_json(read_text(path), f"file '{path}'")


class _TheoremDocument(Document):
    """Parts of the document; each returns what a theorem is made of."""

    def theorem(self, document: Any) -> Theorem:
        entries = self.head(document, FORMAT, VERSION)
        self.keys(entries, "document", ENTRIES)
        game = game_of(entries["game"], f"{self.source}: game")
        self.prover = Prover(coordinates_of(game, (), MOST_ROOTS), (), ())
        self.parameters = set(game.parameters)
        return Theorem(
            game=game,
            families=tuple(self.list(entries["families"], "families", self.family)),
            border_families=tuple(self.list(entries["border_families"], "border_families", self.family)),
            undecided=tuple(self.texts(entries["undecided"], "undecided")),
            stopped=self.truth(entries["stopped"], "stopped"),
            seconds=float(self.formula(entries["seconds"], "seconds")),
            stats={name: int(value) for name, value in self.table(entries["stats"], "stats", self.formula).items()},
            prover=self.prover,
            refinements=tuple(self.texts(entries["refinements"], "refinements")),
            effects=tuple(self.list(entries["effects"], "effects", self.effect)),
        )

    def effect(self, given: Any, where: str) -> Effect:
        entries = self.entries(given, where)
        self.keys(entries, where, EFFECT)
        verdict = self.text(entries["verdict"], f"{where}.verdict")
        if verdict not in VERDICTS:
            self.fail(f"{where}.verdict", f"{verdict!r:.40} is none", f"use one of {', '.join(VERDICTS)}")
        conditions = self.list(entries["conditions"], f"{where}.conditions", self.condition)
        return Effect(self.text(entries["family"], f"{where}.family"), verdict, tuple(conditions))

    def family(self, given: Any, where: str) -> Family:
        entries = self.entries(given, where)
        self.keys(entries, where, FAMILY)
        cases = self.list(entries["cases"], f"{where}.cases", self.case)
        if not cases:
            self.fail(f"{where}.cases", "it is empty", "a family has at least one case")
        return Family(
            name=self.text(entries["name"], f"{where}.name"),
            generic=any(case.generic for case in cases),
            ranges={_symbol(name): held for name, held in self.table(entries["ranges"], f"{where}.ranges", self.set).items()},
            cases=tuple(cases),
            **self.common(entries, where),
        )

    def case(self, given: Any, where: str) -> Case:
        entries = self.entries(given, where)
        self.keys(entries, where, CASE)
        bounds = {_symbol(name): own for name, own in self.table(entries["bounds"], f"{where}.bounds", self.bounds).items()}
        common = self.common(entries, where)
        return Case(
            ranges={symbol: interval(ends) for symbol, ends in bounds.items()},
            bounds=bounds,
            supports=self.places(entries["supports"], f"{where}.supports", lambda own, at: tuple(self.texts(own, at))),
            generic=self.truth(entries["generic"], f"{where}.generic"),
            constraints=tuple(as_constraint(relation, self.prover.coordinates) for relation in common["conditions"]),
            **common,
        )

    def common(self, entries: dict[str, Any], where: str) -> dict[str, Any]:
        beliefs: dict[Any, dict[str, Mapping[str, Set]]] = {}
        for number, entry in enumerate(self.items(entries["beliefs"], f"{where}.beliefs")):
            at = f"{where}.beliefs[{number}]"
            history, player, kinds = self.items(entry, at, 3)
            beliefs.setdefault(self.history(history, at), {})[self.text(player, at)] = self.table(kinds, at, self.set)
        return {
            "conditions": tuple(self.list(entries["conditions"], f"{where}.conditions", self.condition)),
            "strategies": self.places(
                entries["strategies"], f"{where}.strategies", lambda own, at: self.table(own, at, self.formula)
            ),
            "beliefs": beliefs,
            "outcomes": self.table(entries["outcomes"], f"{where}.outcomes", self.formula),
            "payoffs": self.table(entries["payoffs"], f"{where}.payoffs", self.formula),
        }

    def places(self, given: Any, where: str, read: Callable[[Any, str], Any]) -> dict[InformationSet, Any]:
        found = {}
        for number, entry in enumerate(self.items(given, where)):
            at = f"{where}[{number}]"
            player, kind, history, value = self.items(entry, at, 4)
            place = InformationSet(self.text(player, at), self.text(kind, at), self.history(history, at))
            found[place] = read(value, at)
        return found

    def condition(self, given: Any, where: str) -> Boolean:
        if isinstance(given, dict) and len(given) == 1 and not given.keys() - {"all", "any"}:
            ((word, parts),) = given.items()
            joined: Boolean = (And if word == "all" else Or)(
                *self.list(parts, f"{where}.{word}", self.condition), evaluate=False
            )
            return joined
        relations = self.read(lambda: parse_relations(self.text(given, where)), where)
        unknown = sorted({symbol.name for symbol in relations[0].free_symbols} - self.parameters)
        if len(relations) != 1 or unknown:
            problem = f"{unknown[0]!r} is no parameter" if unknown else "it is a chain"
            self.fail(where, problem, "give one relation between parameters of the game")
        return relations[0]

    def bounds(self, given: Any, where: str) -> Bounds:
        lower, upper = (self.list(side, where, self.end) for side in self.items(given, where, 2))
        if not lower or not upper:
            self.fail(where, "an end is missing", "give lower and upper bounds")
        return tuple(lower), tuple(upper)

    def end(self, given: Any, where: str) -> tuple[Expr, bool]:
        value, excluded = self.items(given, where, 2)
        return self.formula(value, where), self.truth(excluded, where)

    def set(self, given: Any, where: str) -> Set:
        if isinstance(given, dict) and given.keys() == {"any"}:
            return Union(*self.list(given["any"], f"{where}.any", self.set), evaluate=False)
        if type(given) is not list:
            return FiniteSet(self.formula(given, where))
        low, high, left, right = self.items(given, where, 4)
        return Interval(self.formula(low, where), self.formula(high, where), self.truth(left, where), self.truth(right, where))

    def history(self, given: Any, where: str) -> History:
        steps = self.items(given, where)
        return tuple(tuple(self.texts(step, where)) if type(step) is list else self.text(step, where) for step in steps)

    def formula(self, given: Any, where: str) -> Expr:
        if type(given) is int:
            return Integer(given)
        if not isinstance(given, str):
            self.fail(where, f"{given!r:.40} is no formula", "give a text")
        return self.read(lambda: parse(given, longest=LONGEST), where)

    def truth(self, given: Any, where: str) -> bool:
        if type(given) is bool:
            return given
        self.fail(where, f"{given!r:.40} is no truth value", "give true or false")

    def list(self, given: Any, where: str, read: Callable[[Any, str], Item]) -> list[Item]:
        return [read(entry, f"{where}[{number}]") for number, entry in enumerate(self.items(given, where))]

    def read(self, parser: Callable[[], Item], where: str) -> Item:
        try:
            return parser()
        except FormatError:
            raise
        except DeterrenceGamesError as error:
            raise type(error)(f"{self.source}: {where}: {error}") from None


def _symbol(name: str) -> Symbol:
    return Symbol(name, real=True)
