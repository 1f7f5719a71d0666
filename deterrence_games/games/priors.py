"""Types of the players and the prior probability of each."""

import math
from collections.abc import Mapping
from contextlib import suppress
from random import Random
from types import MappingProxyType
from typing import Any

import sympy
from sympy import Expr

from deterrence_games.errors import ExpressionError, GameError
from deterrence_games.games.expressions import to_expression, to_text
from deterrence_games.games.rounding import TOLERANCE, is_rounded, without_rounding
from deterrence_games.games.tree import check_label

POINTS = 16  # at which a sum of symbols is tried

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
    priors = without_rounding(priors, [kind for kind, prior in given.items() if is_rounded(prior)])
    problem = check_distribution(priors)
    if problem:
        raise GameError(f"priors of {player!r}: {problem}")
    return MappingProxyType(priors)


def check_distribution(probabilities: Mapping[str, Expr]) -> str | None:
    """Say why expressions cannot be probabilities that sum to one, or return None."""
    for label, probability in probabilities.items():
        if probability.is_negative or (1 - probability).is_negative:
            return f"{to_text(probability)} for {label!r} is no probability; keep it between 0 and 1"
    total = sympy.Add(*probabilities.values())
    if (total - 1).is_zero:
        return None
    constant = _constant(total)
    if total.is_Rational or (total - 1).is_zero is False or (constant is not None and abs(constant - 1) > TOLERANCE):
        shown = to_text(total) if constant is None or total.is_Rational else f"{constant:g}"
        return f"they sum to {shown}, not to one; make one of them the rest, say {to_text(_rest(probabilities))}"
    return None


def _constant(total: Expr) -> float | None:
    """Return the value of an expression that is the same at many random points, else None.

    Multiplying out could take for ever; smooth expressions that agree at random points are constant. Those with corners are
    left to the numbers.
    """
    if total.has(sympy.Min, sympy.Max, sympy.Abs):
        return None
    symbols = sorted(total.free_symbols, key=str)
    evaluate = sympy.lambdify(symbols, total, modules="math", dummify=True)
    chance = Random(POINTS)
    found = []
    for point in range(POINTS):
        size = (1, 1, 10, 0.1)[point % 4]
        with suppress(ArithmeticError, ValueError, TypeError):  # outside the domain; a complex value has no float
            found.append(float(evaluate(*(chance.uniform(0, size) for _ in symbols))))
    if len(found) < 4 or not all(math.isclose(value, found[0], rel_tol=TOLERANCE, abs_tol=TOLERANCE) for value in found):
        return None
    return found[0]


def _rest(probabilities: Mapping[str, Expr]) -> Expr:
    *others, _ = probabilities.values()
    return 1 - sympy.Add(*others)


def check_chance(probabilities: Mapping[str, Expr]) -> None:
    """Refuse a chance move whose probabilities cannot be ones, or cannot sum to one."""
    problem = check_distribution(probabilities)
    if problem:
        raise GameError(f"chance of {', '.join(probabilities)}: {problem}")
