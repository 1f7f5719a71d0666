"""Types of the players and the prior probability of each."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import sympy
from sympy import Expr

from deterrence_games.errors import ExpressionError, GameError
from deterrence_games.games.expressions import to_expression, to_text
from deterrence_games.games.tree import check_label

Priors = Mapping[str, Mapping[str, Expr]]


def read_priors(given: Mapping[str, Mapping[str, Any]], players: tuple[str, ...]) -> Priors:
    """Check types with their priors and return them in the order of the players."""
    if not isinstance(given, Mapping):
        raise GameError("types is not a mapping; give {player: {type: prior}}")
    for player in given:
        if player not in players:
            raise GameError(f"types names unknown player {player!r}; the players are {', '.join(players)}")
    return MappingProxyType({player: _read_one(player, given[player]) for player in players if player in given})


def _read_one(player: str, given: Mapping[str, Any]) -> Mapping[str, Expr]:
    if not isinstance(given, Mapping) or not given:
        raise GameError(f"types of {player!r} have no priors; give {{type: prior}}, say {{'hard': 'p', 'soft': '1 - p'}}")
    priors = {}
    for kind, prior in given.items():
        check_label(kind, f"type of {player!r}")
        if prior is None:
            raise GameError(f"type {kind!r} of {player!r} has no prior; give its probability")
        try:
            priors[kind] = to_expression(prior)
        except (ExpressionError, GameError) as error:
            raise type(error)(f"prior of type {kind!r} of {player!r}: {error}") from None
    problem = check_distribution(priors)
    if problem:
        raise GameError(f"priors of {player!r}: {problem}")
    return MappingProxyType(priors)


def check_distribution(probabilities: Mapping[str, Expr]) -> str | None:
    """Say why expressions cannot be probabilities that sum to one, or return None."""
    for label, probability in probabilities.items():
        if probability.is_negative or (1 - probability).is_negative:
            return f"{to_text(probability)} for {label!r} is no probability; keep it between 0 and 1"
    gap = sympy.expand(sympy.Add(*probabilities.values()) - 1)
    if gap.is_zero:
        return None
    gap = sympy.cancel(gap)
    if gap.is_zero or (gap.is_zero is None and not gap.is_number):
        return None
    if gap.is_number and abs(gap.evalf()) < 1e-12:
        return None
    return f"they sum to {to_text(gap + 1)}, not to one; make one of them the rest, say {to_text(_rest(probabilities))}"


def _rest(probabilities: Mapping[str, Expr]) -> Expr:
    *others, _ = probabilities.values()
    return 1 - sympy.Add(*others)


def check_tree_chances(branches: Iterable[Mapping[str, Expr]]) -> None:
    """Refuse chance moves whose probabilities cannot sum to one."""
    for probabilities in branches:
        problem = check_distribution(probabilities)
        if problem:
            raise GameError(f"chance of {', '.join(probabilities)}: {problem}")
