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

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from deterrence_games.errors import DeterrenceGamesError, FormatError
from deterrence_games.games import Chance, Decision, Game, Node, Simultaneous
from deterrence_games.games.expressions import to_text
from deterrence_games.games.tree import distinct_nodes
from deterrence_games.io.document import Document, laid_out
from deterrence_games.io.files import read_text, write_text

FORMAT, VERSION = "deterrence_games", 1
REQUIRED = ("format", "version", "name", "players", "tree", "payoffs")
OPTIONAL = ("types", "assumptions", "roles", "source", "names", "status_quo", "wars")


# ---- writing -------------------------------------------------------------------------------------------------------------


def game_to_json(game: Game) -> str:
    """Write a game as JSON text, from which `game_from_json` makes an equal game."""
    return laid_out(game_document(game), "") + "\n"


def game_document(game: Game) -> dict[str, Any]:
    """The entries of a game's file."""
    return {
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


def write_game(game: Game, path: str | Path) -> None:
    """Write a game to a file, whole or not at all."""
    write_text(path, game_to_json(game))


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
    return game_of(Document(source).decode(text), source)


def game_of(document: Any, source: str) -> Game:
    """Make a game from the entries of its file; as `game_from_json`."""
    arguments = _GameDocument(source).arguments(document)
    try:
        return Game(**arguments)
    except DeterrenceGamesError as error:
        raise type(error)(f"{source}: {error}") from None


def read_game(path: str | Path) -> Game:
    """Read a game from a JSON file of at most 20 MB."""
    return game_from_json(read_text(path), f"file '{path}'")


class _GameDocument(Document):
    """Parts of the document; each returns what Game's constructor takes."""

    def arguments(self, document: Any) -> dict[str, Any]:
        entries = self.head(document, FORMAT, VERSION)
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
