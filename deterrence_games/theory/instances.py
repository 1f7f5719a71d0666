"""A family at one parameter point, in fractions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, FiniteSet, Interval, Rational, Set, Symbol

from deterrence_games.errors import GameError, ParameterError
from deterrence_games.forms.tree import History, InformationSet
from deterrence_games.games import Game
from deterrence_games.games.expressions import exact
from deterrence_games.theory.closed_values import holds_at
from deterrence_games.theory.family import Case, Family

HALF = Rational(1, 2)


@dataclass(frozen=True, eq=False)
class Instance:
    """A family at one parameter point.

    Attributes
    ----------
    name : str
    border : bool
        True when a condition holds with equality, so that the family ends here.
    strategies : mapping InformationSet -> mapping action -> Rational
        A representative, in the middle of the ranges.
    ranges : mapping symbol -> (low, high)
        Of the probabilities that the family leaves free.
    beliefs : mapping history -> mapping player -> mapping type -> set
        Every supporting belief of the case that the representative belongs to.
    outcomes, payoffs : mapping str -> Rational
        At the representative.
    """

    name: str
    border: bool
    strategies: Mapping[InformationSet, Mapping[str, Rational]]
    ranges: Mapping[str, tuple[Rational, Rational]]
    beliefs: Mapping[History, Mapping[str, Mapping[str, Set]]]
    outcomes: Mapping[str, Rational]
    payoffs: Mapping[str, Rational]


def point_of(game: Game, params: Mapping[str, Any]) -> dict[Symbol, Rational]:
    """Read a parameter point; floats stand for the shortest decimal that prints them.

    Raises
    ------
    ParameterError
        When a parameter is missing, unknown or no real number.
    """
    if not isinstance(params, Mapping):
        raise ParameterError(f"game {game.name!r}: params is not a mapping; give {{parameter: number}}")
    unknown = [name for name in params if name not in game.parameters]
    missing = [name for name in game.parameters if name not in params]
    if unknown or missing:
        what = f"unknown parameter {unknown[0]!r}" if unknown else f"parameter {missing[0]!r} is missing"
        raise ParameterError(f"game {game.name!r}: {what}; give exactly {', '.join(game.parameters)}")
    found = {}
    for name, value in params.items():
        try:
            found[Symbol(name, real=True)] = value if isinstance(value, Rational) else exact(value)
        except GameError:
            raise ParameterError(f"game {game.name!r}: parameter {name!r} is {value!r:.60}; give a real number") from None
    return found


def instance_of(family: Family, values: Mapping[Symbol, Rational]) -> Instance | None:
    """The family at a point, or None where it does not exist."""
    for case in family.cases:
        if all(holds_at(condition, values) for condition in case.conditions):
            return _instance(family, case, values)
    return None


def _instance(family: Family, case: Case, values: Mapping[Symbol, Rational]) -> Instance:
    point: dict[Symbol, Expr] = dict(values)
    ranges = {}
    for symbol, (lower, upper) in case.bounds.items():
        low = sympy.Max(*(bound.subs(point) for bound, _ in lower))
        high = sympy.Min(*(bound.subs(point) for bound, _ in upper))
        point[symbol] = (low + high) * HALF
        ranges[symbol.name] = (low, high)

    def put(table: Mapping[str, Expr]) -> dict[str, Expr]:
        return {label: value.subs(point) for label, value in table.items()}

    relations = (part for condition in family.conditions for part in condition.atoms(sympy.core.relational.Relational))
    return Instance(
        name=family.name,
        border=not family.generic or any((part.lhs - part.rhs).subs(values) == 0 for part in relations),
        strategies={place: put(shares) for place, shares in case.strategies.items()},
        ranges=ranges,
        beliefs={
            history: {player: {kind: _put(held, point) for kind, held in kinds.items()} for player, kinds in players.items()}
            for history, players in case.beliefs.items()
        },
        outcomes=put(case.outcomes),
        payoffs=put(case.payoffs),
    )


def _put(held: Set, point: Mapping[Symbol, Expr]) -> Set:
    """A belief set at a point; a set of one free number stays the whole interval."""
    if isinstance(held, Interval):
        return Interval(held.start.subs(point), held.end.subs(point), held.left_open, held.right_open)
    return FiniteSet(*(value.subs(point) for value in held))
