"""Games as JSON files.

A file is one object, in UTF-8, with these entries; those from ``types`` on may be left out.

``format``, ``version``
    ``"deterrence_games"`` and ``1``.
``name``, ``players``
    A text, and a list of texts.
``tree``
    A list of nodes, the root first; or the label of an outcome, when nobody moves. A branch leads to an outcome (a text)
    or to a node further down the list (its number, from 0). A node is one of

    - ``{"player": "a", "actions": {"go": 1, "stay": "status_quo"}}``
    - ``{"choices": {"a": ["C", "D"], "b": ["C", "D"]}, "results": [[["C", "C"], "status_quo"], ...]}``
    - ``{"chance": {"rain": ["q", 2], "sun": ["1 - q", 3]}}``, each branch with its probability
``payoffs``
    Outcome to player to payoff. A payoff that depends on its owner's type is ``{"hard": "x", "soft": "y"}``; one that
    depends on everybody's is a list of pairs, ``[[["hard", "soft"], "x"], ...]``.
``types``
    Player to type to prior.
``assumptions``
    A list of relations.
``roles``, ``source``, ``status_quo``, ``wars``
    As in `Game`; ``status_quo`` may be ``null``.
``names``
    Name of an equilibrium to a list of ``[player, type, history, actions]``; history and actions are lists, and an entry of
    the history that was a joint choice is a list itself.

Payoffs, priors and probabilities are numbers or texts in the arithmetic language; decimals are read as exact fractions, and
nothing is evaluated as Python.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from deterrence_games.errors import DeterrenceGamesError, FormatError
from deterrence_games.games import Chance, Decision, Game, Node, Simultaneous
from deterrence_games.games.expressions import to_text
from deterrence_games.games.tree import distinct_nodes
from deterrence_games.io.files import read_text, write_text

WIDTH = 100  # columns that a line of a written file keeps to where it can
FORMAT, VERSION = "deterrence_games", 1
REQUIRED = ("format", "version", "name", "players", "tree", "payoffs")
OPTIONAL = ("types", "assumptions", "roles", "source", "names", "status_quo", "wars")


class _Decimal(str):
    """The text of a number with a point or an exponent, kept exact and told apart from texts."""


# ---- writing -------------------------------------------------------------------------------------------------------------


def game_to_json(game: Game) -> str:
    """Write a game as JSON text, from which `game_from_json` makes an equal game."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "name": game.name,
        "players": game.players,
        "tree": _tree_entry(game.tree),
        "payoffs": _texts(game.payoffs),
        "types": _texts(game.types),
        "assumptions": [to_text(relation) for relation in game.assumptions],
        "roles": dict(game.roles),
        "source": game.source,
        "names": {name: [[*place, actions] for place, actions in pattern.items()] for name, pattern in game.names.items()},
        "status_quo": game.status_quo,
        "wars": dict(game.wars),
    }
    return _laid_out(document, "") + "\n"


def write_game(game: Game, path: str | Path) -> None:
    """Write a game to a file, whole or not at all."""
    write_text(path, game_to_json(game))


def _laid_out(value: Any, margin: str) -> str:
    """Write JSON with every entry that fits into `WIDTH` columns on one line."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list, tuple)) or not value or (margin and len(margin) + len(line) <= WIDTH):
        return line
    inner = margin + "  "
    if isinstance(value, dict):
        parts = [f"{json.dumps(key, ensure_ascii=False)}: {_laid_out(item, inner)}" for key, item in value.items()]
        return f"{{\n{inner}" + f",\n{inner}".join(parts) + f"\n{margin}}}"
    return f"[\n{inner}" + f",\n{inner}".join(_laid_out(item, inner) for item in value) + f"\n{margin}]"


def _texts(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return to_text(value)
    if any(isinstance(key, tuple) for key in value):
        return [[key, _texts(item)] for key, item in value.items()]
    return {key: _texts(item) for key, item in value.items()}


def _tree_entry(root: Node) -> Any:
    if isinstance(root, str):
        return root
    nodes = distinct_nodes(root)
    numbers = {id(node): number for number, node in enumerate(nodes)}

    def target(node: Node) -> int | str:
        return node if isinstance(node, str) else numbers[id(node)]

    entries: list[dict[str, Any]] = []
    for node in nodes:
        match node:
            case Decision():
                actions = {action: target(child) for action, child in node.actions.items()}
                entries.append({"player": node.player, "actions": actions})
            case Simultaneous():
                results = [[joint, target(child)] for joint, child in node.results.items()]
                entries.append({"choices": dict(node.choices), "results": results})
            case Chance():
                chance = {label: [to_text(prob), target(child)] for label, (prob, child) in node.branches.items()}
                entries.append({"chance": chance})
    return entries


# ---- reading -------------------------------------------------------------------------------------------------------------


def game_from_json(text: str, source: str) -> Game:
    """Make a game from JSON text.

    Parameters
    ----------
    text : str
    source : str
        What to call the text in messages, say ``"file 'game.json'"``.

    Raises
    ------
    FormatError
        When the text is not JSON or not laid out as described at the top of this module.
    DeterrenceGamesError
        When what it describes is not a game.
    """
    document = _Document(source)
    arguments = document.arguments(document.decode(text))
    try:
        return Game(**arguments)
    except DeterrenceGamesError as error:
        raise type(error)(f"{source}: {error}") from None


def read_game(path: str | Path) -> Game:
    """Read a game from a JSON file of at most 20 MB."""
    return game_from_json(read_text(path), f"file '{path}'")


class _Document:
    """Checks of one JSON document; every complaint says where."""

    def __init__(self, source: str) -> None:
        self.source = source

    def fail(self, where: str, problem: str, remedy: str) -> NoReturn:
        raise FormatError(f"{self.source}: {where}: {problem}; {remedy}")

    def decode(self, text: str) -> Any:
        try:
            return json.loads(
                text,
                parse_float=_Decimal,
                parse_int=self.integer,
                parse_constant=lambda name: self.fail("numbers", f"{name} is not finite", "give a finite number"),
                object_pairs_hook=self.unique,
            )
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            self.fail(where, f"not JSON ({error.msg})", "the file may be cut short; write it again")
        except RecursionError:
            self.fail("text", "brackets are nested too deeply", "list the nodes of the tree one beside the other")

    def integer(self, text: str) -> int:
        if len(text) > 300:
            self.fail("numbers", f"{text[:20]}... has too many digits", "round it")
        return int(text)

    def unique(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        entries = dict(pairs)
        if len(entries) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            self.fail("object", f"{twice[:60]!r} is there twice", "give every entry once")
        return entries

    # ---- parts of the document; each returns what Game's constructor takes ------------------------------------------------

    def arguments(self, document: Any) -> dict[str, Any]:
        entries = self.entries(document, "document")
        if entries.get("format") != FORMAT:
            self.fail("format", f"this is not a {FORMAT} file", f'its entry "format" must be "{FORMAT}"')
        if type(entries.get("version")) is not int or entries["version"] != VERSION:
            self.fail("version", f"{entries.get('version')!r:.20} is unknown", f"this release reads version {VERSION}")
        self.keys(entries, "document", REQUIRED, OPTIONAL)
        found: dict[str, Any] = {
            "name": self.text(entries["name"], "name"),
            "players": self.texts(entries["players"], "players"),
            "tree": self.tree(entries["tree"]),
            "payoffs": self.table(entries["payoffs"], "payoffs", self.payoffs),
        }
        if "types" in entries:
            found["types"] = self.table(entries["types"], "types", self.numbers)
        if "assumptions" in entries:
            found["assumptions"] = self.texts(entries["assumptions"], "assumptions")
        if "roles" in entries:
            found["roles"] = self.table(entries["roles"], "roles", self.text)
        if "source" in entries:
            found["source"] = self.text(entries["source"], "source")
        if "names" in entries:
            found["names"] = self.table(entries["names"], "names", self.pattern)
        if entries.get("status_quo") is not None:
            found["status_quo"] = self.text(entries["status_quo"], "status_quo")
        if "wars" in entries:
            found["wars"] = self.table(entries["wars"], "wars", self.texts)
        return found

    def tree(self, given: Any) -> Node:
        if type(given) is str:
            return given
        entries = self.items(given, "tree")
        if not entries:
            self.fail("tree", "it is empty", "list its nodes, the root first")
        nodes: list[Node] = [""] * len(entries)
        reached = {0}
        for number in range(len(entries) - 1, -1, -1):
            where = f"tree[{number}]"

            def target(value: Any, place: str, number: int = number) -> Node:
                if type(value) is str:
                    return value
                if type(value) is not int or not number < value < len(nodes):
                    remedy = f"give an outcome, or the number of a node from {number + 1} to {len(nodes) - 1}"
                    self.fail(place, f"{value!r:.40} is no branch", remedy)
                reached.add(value)
                return nodes[value]

            try:
                nodes[number] = self.node(self.entries(entries[number], where), where, target)
            except FormatError:
                raise
            except DeterrenceGamesError as error:
                raise type(error)(f"{self.source}: {where}: {error}") from None
        for number in range(len(nodes)):
            if number not in reached:
                self.fail(f"tree[{number}]", "no branch leads here", "remove the node or lead a branch to it")
        return nodes[0]

    def node(self, entry: dict[str, Any], where: str, target: Callable[[Any, str], Node]) -> Node:
        if "player" in entry:
            self.keys(entry, where, ("player", "actions"))
            player, actions = self.text(entry["player"], f"{where}.player"), f"{where}.actions"
            return Decision(player, self.table(entry["actions"], actions, target))
        if "choices" in entry:
            self.keys(entry, where, ("choices", "results"))
            choices = self.table(entry["choices"], f"{where}.choices", self.texts)
            return Simultaneous(choices, dict(self.pairs(entry["results"], f"{where}.results", target)))
        if "chance" in entry:
            self.keys(entry, where, ("chance",))

            def branch(value: Any, place: str) -> tuple[Any, Node]:
                probability, child = self.items(value, place, 2)
                return self.number(probability, place), target(child, place)

            return Chance(self.table(entry["chance"], f"{where}.chance", branch))
        self.fail(where, "it is no node", "give player and actions, choices and results, or chance")

    def payoffs(self, given: Any, where: str) -> dict[str, Any]:
        return self.table(given, where, self.payoff)

    def payoff(self, given: Any, where: str) -> Any:
        if type(given) is list:
            return dict(self.pairs(given, where, self.number))
        return self.numbers(given, where) if type(given) is dict else self.number(given, where)

    def numbers(self, given: Any, where: str) -> dict[str, Any]:
        return self.table(given, where, self.number)

    def number(self, given: Any, where: str) -> str | int:
        if type(given) is int or isinstance(given, str):
            return given
        self.fail(where, f"{given!r:.40} is no payoff or probability", "give a number or a text")

    def pattern(self, given: Any, where: str) -> dict[Any, Any]:
        found = {}
        for number, entry in enumerate(self.items(given, where)):
            place = f"{where}[{number}]"
            player, kind, history, actions = self.items(entry, place, 4)
            labels = [
                tuple(self.texts(label, place)) if type(label) is list else self.text(label, place)
                for label in self.items(history, f"{place}[2]")
            ]
            key = (self.text(player, place), self.text(kind, place), tuple(labels))
            if key in found:
                self.fail(place, "this information set is there twice", "list its actions in one entry")
            found[key] = tuple(self.texts(actions, f"{place}[3]"))
        return found

    # ---- kinds of value ------------------------------------------------------------------------------------------------

    def pairs(self, given: Any, where: str, read: Callable[[Any, str], Any]) -> list[tuple[tuple[str, ...], Any]]:
        found: dict[tuple[str, ...], Any] = {}
        for number, pair in enumerate(self.items(given, where)):
            place = f"{where}[{number}]"
            labels, value = self.items(pair, place, 2)
            key = tuple(self.texts(labels, f"{place}[0]"))
            if key in found:
                self.fail(place, f"{list(key)} is there twice", "give every entry once")
            found[key] = read(value, f"{place}[1]")
        return list(found.items())

    def table(self, given: Any, where: str, read: Callable[[Any, str], Any]) -> dict[str, Any]:
        return {key: read(value, f"{where}.{key[:60]}") for key, value in self.entries(given, where).items()}

    def texts(self, given: Any, where: str) -> list[str]:
        return [self.text(value, f"{where}[{number}]") for number, value in enumerate(self.items(given, where))]

    def text(self, given: Any, where: str) -> str:
        if type(given) is str:
            return given
        self.fail(where, f"{given!r:.40} is no text", "put it into quotes")

    def items(self, given: Any, where: str, length: int | None = None) -> list[Any]:
        if type(given) is not list:
            self.fail(where, f"{given!r:.40} is no list", "use square brackets")
        if length is not None and len(given) != length:
            self.fail(where, f"it has {len(given)} entries", f"give {length}")
        return given

    def entries(self, given: Any, where: str) -> dict[str, Any]:
        if type(given) is not dict:
            self.fail(where, f"{given!r:.40} is no object", "use curly brackets")
        return given

    def keys(self, entries: dict[str, Any], where: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        for key in entries:
            if key not in required + optional:
                self.fail(where, f"unknown entry {key[:60]!r}", f"use {', '.join(required + optional)}")
        for key in required:
            if key not in entries:
                self.fail(where, f"no entry {key!r}", "add it; the file may be cut short")
