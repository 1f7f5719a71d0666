"""Game to tree form: the structure is compiled once a game, its numbers are evaluated as arrays over parameter points."""

import itertools
import math
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy

from deterrence_games.errors import ParameterError, SizeError
from deterrence_games.forms.tree import CHANCE, LEAF, MOVE, Floats, History, TreeForm, TreeStructure
from deterrence_games.games import Chance, Decision, Game, Simultaneous

MAX_LABELS = 20_000_000  # action labels over all public histories
MAX_PROFILES = 4096  # type profiles
CHUNK = 8192  # points evaluated at a time, so that intermediate columns stay in cache
SUM_TOLERANCE = 1e-9  # how far probabilities may sum from one


@dataclass(frozen=True, eq=False)
class CompiledGame:
    """A game's structure and its distinct expressions, ready to be evaluated.

    Attributes
    ----------
    structure : TreeStructure
    expressions : tuple of sympy.Expr
        One a column of `TreeForm.values`.
    """

    structure: TreeStructure
    expressions: tuple[sympy.Expr, ...]
    parameters: tuple[str, ...]
    symbolic: tuple[int, ...]
    one_point: Callable[..., list[float]]
    many_points: Callable[..., list[Any]]
    constants: Floats

    def evaluate(self, columns: Mapping[str, Floats], points: int) -> Floats:
        """``float64[point, column]`` from one array (or number) a parameter."""
        values = np.empty((points, len(self.expressions)))
        values[:] = self.constants
        arguments = [np.asarray(columns[name], dtype=np.float64) for name in self.parameters]
        with np.errstate(all="ignore"):
            for start in range(0, points, CHUNK):
                part = [column[start : start + CHUNK] if column.ndim else column for column in arguments]
                for column, result in zip(self.symbolic, self.many_points(*part), strict=True):
                    values[start : start + CHUNK, column] = result
        return values


_compiled: "weakref.WeakKeyDictionary[Game, CompiledGame]" = weakref.WeakKeyDictionary()


def compile_game(game: Game) -> CompiledGame:
    """The structure and evaluators of a game, made on first use and kept as long as the game."""
    compiled = _compiled.get(game)
    if compiled is None:
        compiled = _compiled[game] = _compile(game)
    return compiled


def tree_form_of(game: Game, params: Mapping[str, Any] | None = None, *, strict: bool = False) -> TreeForm:
    """Evaluate a game at one parameter point, or at many when a parameter is given as a one-dimensional array.

    Parameters
    ----------
    params : mapping parameter -> number or float64[point]
        Numbers are repeated over the points.
    strict : bool
        Raise instead of warn when an assumption of the game is violated.

    Raises
    ------
    ParameterError
        When a parameter is missing, unknown or not finite, probabilities do not sum to one, or a payoff is not finite.
    """
    given = dict(params or {})
    compiled = compile_game(game)
    if all(np.ndim(value) == 0 for value in given.values()):
        point = game.point(given, strict=strict)
        values = compiled.constants.copy()
        try:
            results = compiled.one_point(*(point[name] for name in compiled.parameters))
        except (ValueError, ZeroDivisionError, OverflowError, TypeError):
            results = [math.nan] * len(compiled.symbolic)
        for column, result in zip(compiled.symbolic, results, strict=True):
            values[column] = result if isinstance(result, int | float) else math.nan
        values = values[None, :]
    else:
        columns, points = _columns(game, given)
        values = compiled.evaluate(columns, points)
        _check_probabilities(compiled.structure, values)
    _check_finite(compiled, values)
    return TreeForm(compiled.structure, np.ascontiguousarray(values))


def _columns(game: Game, given: Mapping[str, Any]) -> tuple[dict[str, npt.NDArray[np.float64]], int]:
    """Check the arrays of a call over many points."""
    unknown, missing = set(given) - set(game.parameters), [name for name in game.parameters if name not in given]
    if unknown:
        raise ParameterError(
            f"game {game.name!r}: unknown parameter(s) {sorted(unknown)}; its parameters are {list(game.parameters)}"
        )
    if missing:
        raise ParameterError(f"game {game.name!r}: no value for parameter(s) {missing}; give each a number or an array")
    columns, lengths = {}, {}
    for name, value in given.items():
        try:
            column = np.asarray(value, dtype=np.float64)
        except (TypeError, ValueError):
            raise ParameterError(f"game {game.name!r}: parameter {name!r} is not an array of real numbers") from None
        if column.ndim > 1:
            raise ParameterError(f"game {game.name!r}: parameter {name!r} has {column.ndim} axes; give a number or one axis")
        if not np.isfinite(column).all():
            raise ParameterError(
                f"game {game.name!r}: parameter {name!r} is NaN or infinite at some point; give finite numbers"
            )
        columns[name] = column
        if column.ndim:
            lengths[name] = column.size
    if len(set(lengths.values())) > 1:
        raise ParameterError(f"game {game.name!r}: arrays of parameters differ in length: {lengths}; make them equal")
    return columns, next(iter(lengths.values()))


def _check_probabilities(structure: TreeStructure, values: Floats) -> None:
    """Priors and chance probabilities lie in [0, 1] and sum to one at every point."""
    groups = [
        (f"prior of {player!r}", structure.prior[structure.type_first[i] : structure.type_first[i] + structure.type_count[i]])
        for i, player in enumerate(structure.players)
    ]
    for node in np.flatnonzero(structure.kind == CHANCE):
        first, count = structure.child_first[node], structure.child_count[node]
        groups.append(
            (f"chance move after {structure.histories[node]}", structure.chance[structure.child[first : first + count]])
        )
    for what, columns in groups:
        probabilities = values[:, columns]
        wrong = (probabilities < -SUM_TOLERANCE).any(axis=1) | (np.abs(probabilities.sum(axis=1) - 1) > SUM_TOLERANCE)
        if wrong.any():
            point = int(np.argmax(wrong))
            raise ParameterError(
                f"game {structure.name!r}: {what} is {probabilities[point].tolist()} at point {point}; "
                "probabilities lie in [0, 1] and sum to one"
            )


def _check_finite(compiled: CompiledGame, values: Floats) -> None:
    if not np.isfinite(values).all():
        point, column = (int(k) for k in np.argwhere(~np.isfinite(values))[0])
        raise ParameterError(
            f"game {compiled.structure.name!r}: {compiled.expressions[column]} is not a finite real number at point {point}; "
            "choose parameters at which every payoff and probability is defined"
        )


class _Columns:
    """Distinct expressions, numbered in order of appearance."""

    def __init__(self) -> None:
        self.number: dict[sympy.Expr, int] = {}

    def add(self, expression: sympy.Expr) -> int:
        return self.number.setdefault(expression, len(self.number))


def _compile(game: Game) -> CompiledGame:
    columns = _Columns()
    structure = _structure(game, columns)
    expressions = tuple(columns.number)
    symbolic = tuple(k for k, expression in enumerate(expressions) if expression.free_symbols)
    constants = np.array([math.nan if e.free_symbols else float(e) for e in expressions])
    symbols = [sympy.Symbol(name, real=True) for name in game.parameters]
    wanted = [expressions[k] for k in symbolic]
    return CompiledGame(
        structure=structure,
        expressions=expressions,
        parameters=game.parameters,
        symbolic=symbolic,
        one_point=sympy.lambdify(symbols, wanted, modules="math", cse=True, dummify=True),
        many_points=sympy.lambdify(symbols, wanted, modules="numpy", cse=True, dummify=True),
        constants=constants,
    )


def _structure(game: Game, columns: _Columns) -> TreeStructure:
    players = game.players
    index = {player: i for i, player in enumerate(players)}
    types = tuple(game.type_labels(player) for player in players)
    if math.prod(len(own) for own in types) > MAX_PROFILES:
        raise SizeError(
            f"game {game.name!r}: {math.prod(len(own) for own in types)} type profiles; at most {MAX_PROFILES} are accepted"
        )
    profiles = list(itertools.product(*types))
    outcome_index = {outcome: k for k, outcome in enumerate(game.outcomes)}

    kind: list[int] = []
    parent: list[int] = []
    chance: list[int] = []
    outcome: list[int] = []
    histories: list[History] = []
    children: list[list[int]] = []
    slots: list[tuple[int, int, int, int]] = []  # node, player, actions, stride
    labels: list[tuple[str, ...]] = []
    slot_first: list[int] = []
    last_slot: list[list[int]] = []
    last_action: list[list[int]] = []

    written = 0
    nobody = [-1] * len(players)
    # node, parent, moves that led here as (slot, action), history, chance column
    stack: list[tuple[Any, int, tuple[tuple[int, int], ...], History, int]] = [(game.tree, -1, (), (), -1)]
    while stack:
        node, above, moves, history, column = stack.pop()
        number = len(kind)
        written += len(history)
        if written > MAX_LABELS:
            raise SizeError(f"game {game.name!r}: its public histories hold over {MAX_LABELS} labels; make the tree smaller")
        parent.append(above)
        chance.append(column)
        histories.append(history)
        children.append([])
        slot_first.append(len(slots))
        if above >= 0:
            children[above].append(number)
        last_slot.append(list(last_slot[above]) if above >= 0 else list(nobody))
        last_action.append(list(last_action[above]) if above >= 0 else list(nobody))
        for slot, action in moves:
            last_slot[number][slots[slot][1]] = slot
            last_action[number][slots[slot][1]] = action
        if isinstance(node, str):
            kind.append(LEAF)
            outcome.append(outcome_index[node])
            continue
        outcome.append(-1)
        below: list[tuple[Any, int, tuple[tuple[int, int], ...], History, int]] = []
        if isinstance(node, Chance):
            kind.append(CHANCE)
            for label, (probability, subtree) in node.branches.items():
                below.append((subtree, number, (), (*history, label), columns.add(probability)))
        elif isinstance(node, Decision):
            kind.append(MOVE)
            slots.append((number, index[node.player], len(node.actions), 1))
            labels.append(tuple(node.actions))
            for action, (label, subtree) in enumerate(node.actions.items()):
                below.append((subtree, number, ((len(slots) - 1, action),), (*history, label), -1))
        else:
            assert isinstance(node, Simultaneous)
            kind.append(MOVE)
            first, stride = len(slots), math.prod(len(own) for own in node.choices.values())
            for player, own in node.choices.items():
                stride //= len(own)
                slots.append((number, index[player], len(own), stride))
                labels.append(tuple(own))
            for joint in itertools.product(*(range(len(own)) for own in node.choices.values())):
                chosen = tuple(labels[first + k][action] for k, action in enumerate(joint))
                led = tuple((first + k, action) for k, action in enumerate(joint))
                below.append((node.results[chosen], number, led, (*history, chosen), -1))
        stack.extend(reversed(below))

    nodes = len(kind)
    end = np.arange(1, nodes + 1)
    for number in range(nodes - 1, 0, -1):
        end[parent[number]] = max(end[parent[number]], end[number])
    counts = np.array([len(below) for below in children])
    slot_table = np.array(slots, dtype=np.int64).reshape(-1, 4)
    slot_types = np.array([len(types[player]) for player in slot_table[:, 1]], dtype=np.int64)
    set_slot = np.repeat(np.arange(len(slot_table)), slot_types)
    set_first = np.concatenate([[0], np.cumsum(slot_types)])[:-1]
    set_actions = slot_table[set_slot, 2]
    type_count = np.array([len(own) for own in types])

    return TreeStructure(
        name=game.name,
        players=players,
        outcomes=game.outcomes,
        types=types,
        histories=tuple(histories),
        actions=tuple(labels),
        kind=_ints(kind),
        parent=_ints(parent),
        end=_ints(end),
        outcome=_ints(outcome),
        child_first=_ints(np.concatenate([[0], np.cumsum(counts)])[:-1]),
        child_count=_ints(counts),
        child=_ints(list(itertools.chain.from_iterable(children))),
        chance=_ints(chance),
        slot_first=_ints(slot_first),
        slot_count=_ints(np.bincount(slot_table[:, 0], minlength=nodes)),
        slot_node=_ints(slot_table[:, 0]),
        slot_player=_ints(slot_table[:, 1]),
        slot_actions=_ints(slot_table[:, 2]),
        slot_stride=_ints(slot_table[:, 3]),
        set_first=_ints(set_first),
        set_slot=_ints(set_slot),
        set_type=_ints(np.arange(len(set_slot)) - set_first[set_slot]),
        set_actions=_ints(set_actions),
        set_entry=_ints(np.concatenate([[0], np.cumsum(set_actions)])[:-1]),
        entries=int(set_actions.sum()),
        type_count=_ints(type_count),
        type_first=_ints(np.concatenate([[0], np.cumsum(type_count)])[:-1]),
        prior=_ints([columns.add(game.prior(player, own)) for player in players for own in game.type_labels(player)]),
        payoff=_ints(
            [[[columns.add(game.payoff(o, player, p)) for p in profiles] for player in players] for o in game.outcomes]
        ),
        profile_type=_ints(list(itertools.product(*(range(len(own)) for own in types)))),
        last_slot=_ints(last_slot),
        last_action=_ints(last_action),
    )


def _ints(values: Any) -> npt.NDArray[np.int64]:
    return np.ascontiguousarray(values, dtype=np.int64)
