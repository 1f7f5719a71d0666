"""The table of payoffs: outcome, player, and where it matters the player's type or everybody's."""

from collections.abc import Mapping
from itertools import product
from math import prod
from types import MappingProxyType
from typing import Any, TypeAlias

from sympy import Expr

from deterrence_games.errors import ExpressionError, GameError, SizeError
from deterrence_games.games.expressions import to_expression

MAX_PROFILES = 100_000

Profile: TypeAlias = tuple[str, ...]
Cell: TypeAlias = Expr | Mapping[str, Expr] | Mapping[Profile, Expr]
Payoffs: TypeAlias = Mapping[str, Mapping[str, Cell]]


def read_payoffs(
    given: Mapping[str, Mapping[str, Any]], outcomes: tuple[str, ...], labels: Mapping[str, tuple[str, ...]]
) -> Payoffs:
    """Check a table of payoffs and return it in the order of outcomes and players.

    Parameters
    ----------
    given : mapping outcome -> player -> number, text, expression, or a mapping from types to these
    outcomes : tuple of str
        Outcomes of the tree.
    labels : mapping player -> tuple of str
        Type labels of every player, ``("",)`` for one without types.
    """
    if not isinstance(given, Mapping):
        raise GameError("payoffs is not a mapping; give {outcome: {player: payoff}}")
    known = set(outcomes)
    for outcome in given:
        if outcome not in known:
            raise GameError(f"payoffs names unknown outcome {outcome!r}; the tree leads to {', '.join(outcomes[:12])}")
    table = {}
    for outcome in outcomes:
        if outcome not in given:
            raise GameError(f"outcome {outcome!r} has no payoffs; add it to payoffs")
        row = given[outcome]
        if not isinstance(row, Mapping):
            raise GameError(f"payoffs of outcome {outcome!r} are not a mapping; give {{player: payoff}}")
        for player in row:
            if player not in labels:
                raise GameError(f"payoffs of outcome {outcome!r} name unknown player {player!r}; use {', '.join(labels)}")
        cells = {}
        for player in labels:
            if row.get(player) is None:
                raise GameError(f"outcome {outcome!r} has no payoff for {player!r}; add it to payoffs")
            cells[player] = _read_cell(row[player], f"payoff of {player!r} at outcome {outcome!r}", player, labels)
        table[outcome] = MappingProxyType(cells)
    return MappingProxyType(table)


def _read_cell(given: Any, where: str, player: str, labels: Mapping[str, tuple[str, ...]]) -> Cell:
    if not isinstance(given, Mapping):
        return _read_number(given, where)
    if all(isinstance(key, str) for key in given):
        if labels[player] == ("",):
            raise GameError(f"{where} depends on the type, but {player!r} has no types; add them to types")
        expected: tuple[Any, ...] = labels[player]
    elif prod(map(len, labels.values())) > MAX_PROFILES:
        raise SizeError(f"{where} depends on more than {MAX_PROFILES} profiles of types; let it depend on the own type")
    else:
        expected = tuple(product(*labels.values()))
    possible = set(expected)
    for key in given:
        if key not in possible:
            known = ", ".join(str(item) for item in expected[:6])
            raise GameError(f"{where}: there is no type {key!r}; use {known}" + (", ..." if len(expected) > 6 else ""))
    cells = {}
    for key in expected:
        if given.get(key) is None:
            raise GameError(f"{where}: type {key!r} has no payoff; add it to payoffs")
        cells[key] = _read_number(given[key], f"{where} for type {key!r}")
    return MappingProxyType(cells)


def _read_number(given: Any, where: str) -> Expr:
    try:
        return to_expression(given)
    except (ExpressionError, GameError) as error:
        raise type(error)(f"{where}: {error}") from None


def expressions_of(cell: Cell) -> tuple[Expr, ...]:
    """Return the expressions in a cell of the table."""
    return tuple(cell.values()) if isinstance(cell, Mapping) else (cell,)
