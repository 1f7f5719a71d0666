"""What a sweep can measure: its quantities by name, their labels, and the variables of the dataset that they become."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import EllipsisType
from typing import Any

from deterrence_games.errors import GameError, ParameterError
from deterrence_games.forms.tree import LEAF, History, TreeStructure
from deterrence_games.games import Game
from deterrence_games.lowering.tree import compile_game
from deterrence_games.results import Solution

FAMILIES, COUNT, LOGIT = "families", "count", "logit"
OF_POINTS = ("outcomes", "payoffs", "war", "deterrence")  # the default solver has them over whole arrays
CLOSED = (*OF_POINTS, "strategies")  # a theorem has them in closed form
OF_EQUILIBRIA = ("strategies", "margin", "credibility")  # read off the equilibria of one point at a time
NAMES = (FAMILIES, COUNT, *OF_POINTS, *OF_EQUILIBRIA, LOGIT)

_TAKEN = ("status", "family", "bound", "outcome", "player", "action", "commitment", "point", "error", "errors")

Measure = Callable[[Solution], float]

_WORDS = {
    "outcomes": "probability of each outcome",
    "payoffs": "expected payoff of each player before types are drawn",
    "war": "probability of an outcome in which somebody fights",
    "deterrence": "probability of the status quo",
    "strategies": "probability of each action at its information set",
    "margin": "least loss from leaving the equilibrium at an information set, in units of the payoffs",
    "credibility": "probability that a threat or promise is carried out, minus the probability from which on it works",
    LOGIT: "probability of each action in the equilibrium that the principal branch of logit quantal response leads to",
}


@dataclass(frozen=True)
class Quantity:
    """One thing to be measured at every point.

    Attributes
    ----------
    name : str
    words : str
        What it is, for the dataset.
    dim : str
        Name of the axis of its labels; empty for a single number.
    labels : tuple of str
    unit : str
    function : callable, optional
        Of a `Solution`: a quantity of the caller's own.
    """

    name: str
    words: str
    dim: str = ""
    labels: tuple[str, ...] = ()
    unit: str = "1"
    function: Measure | None = field(default=None, compare=False)

    @property
    def differs(self) -> bool:
        """Whether it belongs to an equilibrium, so that a point may have several values of it."""
        return self.name in OF_POINTS or self.name in OF_EQUILIBRIA

    def identity(self) -> list[str]:
        """What tells this quantity from any other."""
        return [self.name] if self.function is None else [self.name, _digest(self.function)]


def read_quantities(game: Game, given: Any) -> tuple[Quantity, ...]:
    """Check quantities as a caller writes them: names, and functions of a `Solution`.

    Raises
    ------
    ParameterError
        For an unknown or repeated quantity, or a function without a name.
    GameError
        When the game lacks what a quantity is about.
    """

    def reject(what: str) -> ParameterError:
        return ParameterError(f"sweep of game {game.name!r}: {what}")

    if isinstance(given, str) or callable(given):
        given = (given,)
    if not isinstance(given, Sequence) or not given:
        raise reject(f"quantities are {given!r:.60}; give a tuple of {', '.join(NAMES)}, or functions of a Solution")
    found = []
    for one in given:
        if isinstance(one, str):
            if one not in NAMES:
                near = get_close_matches(one, NAMES, 1)
                hint = f" (did you mean {near[0]}?)" if near else ""
                raise reject(f"unknown quantity {one!r:.40}{hint}; use {', '.join(NAMES)}, or a function of a Solution")
            found.append(_named(game, one))
        elif callable(one):
            name = getattr(one, "__name__", "")
            if not str(name).isidentifier() or name in (*NAMES, *game.parameters, *_TAKEN) or str(name).startswith("error_"):
                raise reject(
                    f"the function {one!r:.60} needs a name of its own, under which its values are kept; write it with def, "
                    "and call it otherwise than what a dataset holds already"
                )
            words = (getattr(one, "__doc__", None) or f"{name} of the solution").strip().partition("\n")[0]
            found.append(Quantity(name, words, unit="", function=one))
        else:
            raise reject(f"quantity {one!r:.60} is neither a name nor a function; use {', '.join(NAMES)}")
    names = [quantity.name for quantity in found]
    for name in names:
        if names.count(name) > 1:
            raise reject(f"quantity {name!r} is asked for twice; name it once")
    return tuple(found)


def _named(game: Game, name: str) -> Quantity:
    if name == "war" and not game.wars:
        raise GameError(f"sweep of game {game.name!r}: nobody fights in any outcome; give the game wars, or leave out 'war'")
    if name == "deterrence" and game.status_quo is None:
        raise GameError(f"sweep of game {game.name!r}: it has no status_quo; give it one, or leave out 'deterrence'")
    structure = compile_game(game).structure
    words = _WORDS.get(name, "")
    match name:
        case "outcomes":
            return Quantity(name, words, "outcome", structure.outcomes)
        case "payoffs":
            return Quantity(name, words, "player", structure.players, "payoff")
        case "strategies" | "logit":
            return Quantity(name, words, "action", action_labels(structure))
        case "margin":
            return Quantity(name, words, unit="payoff")
        case "credibility":
            return Quantity(name, words, "commitment", tuple(commitment_labels(structure)))
    return Quantity(name, words)


# ---- labels ----------------------------------------------------------------------------------------------------------------


def action_labels(structure: TreeStructure) -> tuple[str, ...]:
    """A label for each entry of a behaviour vector, as in the tables of a `Solution`: ``"challenger hard: defect"``."""
    return tuple(
        f"{where.player} {where.type}".rstrip() + _after(where.history) + f": {action}"
        for k, where in enumerate(structure.information_sets)
        for action in structure.set_labels(k)
    )


def commitment_labels(structure: TreeStructure) -> Iterator[str]:
    """A label for each answer of one player to an earlier move of another, and each type of the other."""
    for node in range(len(structure.kind)):
        if structure.kind[node] == LEAF:
            continue
        for slot in range(structure.slot_first[node], structure.slot_first[node] + structure.slot_count[node]):
            maker = structure.slot_player[slot]
            if structure.slot_actions[slot] < 2:
                continue
            for other, move, at in _earlier(structure, node):
                if other == maker:
                    continue
                for kind in structure.types[other]:
                    for action in structure.actions[slot]:
                        yield commitment_label(
                            structure.players[maker], structure.histories[node], action,
                            structure.players[other], kind, at, move,
                        )  # fmt: skip


def commitment_label(
    player: str, history: History, action: str, addressee: str, kind: str, decision: History, move: str
) -> str:
    """One threat or promise to one type: who does what after what, for whom, on which move."""
    whom = f"{addressee} {kind}".rstrip()
    return f"{player}: {action}{_after(history)}, to {whom}{_after(decision)}: {move}"


def _earlier(structure: TreeStructure, node: int) -> Iterator[tuple[int, str, History]]:
    """Moves on the way to a node, each with its player and history."""
    while (above := int(structure.parent[node])) >= 0:
        rank = structure.child[structure.child_first[above] :][: structure.child_count[above]].tolist().index(node)
        for slot in range(structure.slot_first[above], structure.slot_first[above] + structure.slot_count[above]):
            if structure.slot_actions[slot] > 1:
                action = rank // structure.slot_stride[slot] % structure.slot_actions[slot]
                yield int(structure.slot_player[slot]), structure.actions[slot][action], structure.histories[above]
        node = above


def _after(history: History) -> str:
    steps = [f"({', '.join(step)})" if isinstance(step, tuple) else step for step in history]
    return f" after {' > '.join(steps)}" if steps else ""


# ---- identity --------------------------------------------------------------------------------------------------------------


def _digest(function: Any) -> str:
    """Where a function stands, and a hash of what it does.

    Numbers and texts that it has as defaults or closes over belong to it; other such values, and globals, are not seen.
    """
    place = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"
    code = getattr(function, "__code__", None)
    if code is None:
        return place
    defaults = (function.__defaults__ or (), tuple(sorted((function.__kwdefaults__ or {}).items())))
    values = repr([*map(_plain, defaults), *(_plain(_content(cell)) for cell in function.__closure__ or ())])
    return f"{place} {hashlib.sha256(f'{_code(code)} {values}'.encode()).hexdigest()}"


def _plain(value: Any) -> Any:
    """A value whose text is the same in every process; the name of its type instead of any other."""
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, set | frozenset):  # a set of texts has another order in every process
        return sorted(repr(_plain(one)) for one in value)
    return value if isinstance(value, complex | int | float | str | bytes | EllipsisType | None) else type(value).__name__


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # nothing yet
        return None


def _code(code: Any) -> str:
    constants = [_code(one) if hasattr(one, "co_code") else repr(_plain(one)) for one in code.co_consts]
    return f"{code.co_code.hex()} {code.co_names} {code.co_varnames} {constants}"
