"""Game to tree form: the structure is compiled once a game, its numbers are evaluated as arrays over parameter points."""

import itertools
import math
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy

from deterrence_games.errors import ParameterError, SizeError
from deterrence_games.forms.tree import CHANCE, LEAF, MOVE, Floats, History, TreeForm, TreeStructure
from deterrence_games.games import Chance, Decision, Game, Simultaneous
from deterrence_games.games.expressions import to_text
from deterrence_games.lowering.parameters import has_arrays, read_columns, read_mapping

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
    symbolic : list of int
        The columns that depend on parameters.
    one_point, many_points : callable
        The symbolic expressions in Python's numbers, and in arrays.
    constants : float64[column]
        The other columns' values; NaN in the symbolic ones.
    """

    structure: TreeStructure
    expressions: tuple[sympy.Expr, ...]
    parameters: tuple[str, ...]
    symbolic: list[int]
    one_point: Callable[..., list[float]]
    many_points: Callable[..., list[Any]]
    constants: Floats

    def at_point(self, numbers: Sequence[float]) -> list[float]:
        """Evaluate the symbolic expressions at one point; all are NaN where one of them has no value."""
        try:
            results = self.one_point(*numbers)
        except (ArithmeticError, ValueError, TypeError):
            return [math.nan] * len(self.symbolic)
        return [result if isinstance(result, int | float) else math.nan for result in results]

    def evaluate(self, columns: Mapping[str, Floats], points: int) -> Floats:
        """``float64[point, column]`` from one array (or number) a parameter."""
        values = np.empty((points, len(self.expressions)))
        values[:] = self.constants
        arguments = [columns[name] for name in self.parameters]
        for start in range(0, points, CHUNK):
            part = [column[start : start + CHUNK] if column.ndim else column for column in arguments]
            try:
                with np.errstate(divide="raise", over="raise", invalid="raise", under="ignore"):
                    results = self.many_points(*part)
            except FloatingPointError:  # Min(1/x, 1) is no number at x = 0, although NumPy finds one
                alone = zip(*(column.tolist() for column in np.broadcast_arrays(*part)), strict=True)
                results = list(np.array([self.at_point(numbers) for numbers in alone]).T)
            for column, result in zip(self.symbolic, results, strict=True):
                values[start : start + CHUNK, column] = result
        return values

    def without_value(self, numbers: Sequence[float]) -> sympy.Expr | None:
        """Find the first expression that has no finite real value at a point."""
        symbols = _symbols(self.parameters)
        for column in self.symbolic:
            expression = self.expressions[column]
            try:
                (value,) = sympy.lambdify(symbols, [expression], modules="math", dummify=True)(*numbers)
            except (ArithmeticError, ValueError, TypeError):
                return expression
            if not isinstance(value, int | float) or not math.isfinite(value):
                return expression
        return None


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
        Raise instead of warn when an assumption of the game is violated. Over arrays assumptions are not looked at (see
        `assumptions.broken_assumptions`).

    Raises
    ------
    ParameterError
        When a parameter is missing, unknown or not finite, probabilities do not sum to one, a payoff is not finite, or the
        range of a player's payoffs is not.
    """
    given = read_mapping(game, params)
    compiled = compile_game(game)
    many = has_arrays(given)
    if many:
        columns, points = read_columns(game, given)
        values = compiled.evaluate(columns, points)
    else:
        point = game.point(given, strict=strict)
        columns = {name: np.asarray(number) for name, number in point.items()}
        values = compiled.constants[None].copy()
        values[0, compiled.symbolic] = compiled.at_point(list(point.values()))
    _check_finite(compiled, values, columns)
    if many:
        _check_probabilities(compiled.structure, values)
    return TreeForm(compiled.structure, np.ascontiguousarray(values))


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


def _check_finite(compiled: CompiledGame, values: Floats, columns: Mapping[str, Floats]) -> None:
    """Every number is finite, and so is the range of each player's payoffs."""
    low, high = float(values.min()), float(values.max())
    if math.isfinite(high - low):
        return
    structure = compiled.structure
    if not math.isfinite(low) or not math.isfinite(high):
        point, column = (int(k) for k in np.argwhere(~np.isfinite(values))[0])
        numbers = {name: float(given[point] if given.ndim else given) for name, given in columns.items()}
        expression = compiled.without_value([numbers[name] for name in compiled.parameters])
        if expression is None:
            expression = compiled.expressions[column]
        here = ", ".join(f"{s.name} = {numbers[s.name]:g}" for s in sorted(expression.free_symbols, key=str))
        raise ParameterError(
            f"game {structure.name!r}: {to_text(expression):.200} is not a finite real number at point {point}; choose "
            f"parameters at which every payoff and probability is defined{f' (here {here})' if here else ''}"
        )
    for player, name in enumerate(structure.players):
        own = values[:, structure.payoff[:, player].ravel()]
        with np.errstate(over="ignore"):
            wide = ~np.isfinite(np.ptp(own, axis=1))
        if wide.any():
            point = int(np.argmax(wide))
            raise ParameterError(
                f"game {structure.name!r}: payoffs of {name!r} range from {own[point].min():g} to {own[point].max():g} at "
                f"point {point}, which is more than a float can hold (1.8e308); divide them"
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
    symbolic = [k for k, expression in enumerate(expressions) if expression.free_symbols]
    constants = np.array([math.nan if e.free_symbols else float(e) for e in expressions])
    symbols = _symbols(game.parameters)
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


def _symbols(parameters: Sequence[str]) -> list[sympy.Symbol]:
    return [sympy.Symbol(name, real=True) for name in parameters]


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
