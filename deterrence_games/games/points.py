"""Parameter points: known names, finite numbers, probabilities that are ones, assumptions that hold."""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from numbers import Real
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Expr
from sympy.core.relational import Relational

from deterrence_games.errors import ParameterError
from deterrence_games.games.expressions import to_text
from deterrence_games.games.grammar import symbol
from deterrence_games.games.payoffs import expressions_of
from deterrence_games.games.tree import Chance, distinct_nodes

if TYPE_CHECKING:
    from deterrence_games.games.game import Game

SUM_TOLERANCE = 1e-9  # probabilities computed from decimals need not lie in [0, 1] and sum to one more closely
TIE_TOLERANCE = 1e-9  # relative; sides of an assumption == closer than this count as equal


class PointChecks:
    """Checks of parameter points for one game, its expressions compiled once."""

    def __init__(self, game: "Game") -> None:
        self.name = game.name
        self.parameters = game.parameters
        self.relations = game.assumptions
        self.distributions: list[tuple[str, list[str], int]] = []  # what, labels, first column
        expressions: list[Expr] = []
        for player, priors in game.types.items():
            self.distributions.append((f"priors of {player!r}", list(priors), len(expressions)))
            expressions += priors.values()
        for node in distinct_nodes(game.tree):
            if not isinstance(node, Chance):
                continue
            self.distributions.append(("chance probabilities", list(node.branches), len(expressions)))
            expressions += [probability for probability, _ in node.branches.values()]
        self.first_relation = len(expressions)
        for relation in self.relations:
            expressions += (relation.lhs, relation.rhs)
        self.expressions = expressions
        self.evaluate = _compile(self.parameters, expressions)

    def numbers(self, params: Mapping[str, Any]) -> dict[str, float]:
        """Return every parameter as a finite float, in the order of the game."""
        if not isinstance(params, Mapping):
            raise ParameterError(f"game {self.name!r}: parameters are not a mapping; give {{name: number}}")
        if params.keys() != set(self.parameters):
            self._complain_about_names(params)
        return {name: self._number(name, params[name]) for name in self.parameters}

    def _complain_about_names(self, params: Mapping[str, Any]) -> None:
        unknown = [str(name) for name in params if name not in self.parameters]
        missing = [name for name in self.parameters if name not in params]
        parts = []
        if unknown:
            near = {name: get_close_matches(name, missing or self.parameters, 1) for name in unknown}
            hints = [name + (f" (did you mean {near[name][0]}?)" if near[name] else "") for name in unknown]
            parts.append("unknown parameter " + ", ".join(hints))
        if missing:
            parts.append("no value for " + ", ".join(missing))
        have = f"give exactly {', '.join(self.parameters)}" if self.parameters else "the game has no parameters"
        raise ParameterError(f"game {self.name!r}: {'; '.join(parts)}; {have}")

    def _number(self, name: str, value: Any) -> float:
        result = math.nan
        if isinstance(value, Expr) and value.is_number and value.is_extended_real:
            result = float(value)
        elif isinstance(value, bool) or not isinstance(value, Real):
            raise ParameterError(f"game {self.name!r}: parameter {name!r} is {value!r:.40}; give a real number")
        else:
            with suppress(OverflowError):
                result = float(value)
        if not math.isfinite(result):
            raise ParameterError(f"game {self.name!r}: parameter {name!r} is not finite; give a finite number")
        return result

    def values(self, numbers: Mapping[str, float]) -> Sequence[float]:
        """Evaluate priors, chance probabilities and both sides of the assumptions, in this order."""
        arguments = [numbers[name] for name in self.parameters]
        try:
            found: Sequence[float] = self.evaluate(*arguments)
        except (ArithmeticError, ValueError):
            found = ()
        if len(found) == len(self.expressions) and all(isinstance(v, (int, float)) and math.isfinite(v) for v in found):
            return found
        for expression in self.expressions:
            try:
                (value,) = _compile(self.parameters, [expression])(*arguments)
                good = isinstance(value, (int, float)) and math.isfinite(value)
            except (ArithmeticError, ValueError):
                good = False
            if not good:
                used = ", ".join(f"{s.name} = {numbers[s.name]:g}" for s in sorted(expression.free_symbols, key=str))
                text = to_text(expression)
                raise ParameterError(f"game {self.name!r}: {text} has no finite value at {used}; change the parameters")
        raise AssertionError("every expression has a value on its own")

    def check_distributions(self, values: Sequence[float]) -> None:
        """Refuse probabilities outside [0, 1] and those that do not sum to one."""
        for what, labels, first in self.distributions:
            found = values[first : first + len(labels)]
            for label, value in zip(labels, found, strict=True):
                if not -SUM_TOLERANCE <= value <= 1 + SUM_TOLERANCE:  # 1 - 0.9 - 0.1 is a little below zero
                    raise ParameterError(f"game {self.name!r}: {what}: {label!r} has {value:g}; keep it between 0 and 1")
            total = math.fsum(found)
            if abs(total - 1) > SUM_TOLERANCE:
                shown = ", ".join(f"{label} {value:g}" for label, value in zip(labels, found, strict=True))
                raise ParameterError(f"game {self.name!r}: {what} sum to {total:g} ({shown}); make them sum to one")

    def violated(self, values: Sequence[float]) -> list[tuple[Relational, float, float]]:
        """Return the assumptions that do not hold, each with the values of its two sides."""
        broken = []
        for number, relation in enumerate(self.relations):
            left, right = values[self.first_relation + 2 * number : self.first_relation + 2 * number + 2]
            if not _HOLDS[relation.rel_op](left, right):
                broken.append((relation, left, right))
        return broken


_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "==": lambda left, right: math.isclose(left, right, rel_tol=TIE_TOLERANCE, abs_tol=TIE_TOLERANCE),
}


def _compile(parameters: Sequence[str], expressions: Sequence[Expr]) -> Callable[..., Sequence[float]]:
    """Compile for single points; ``dummify`` keeps parameters called ``e`` or ``min`` apart from functions."""
    symbols = [symbol(name) for name in parameters]
    compiled: Callable[..., Sequence[float]] = sympy.lambdify(symbols, list(expressions), modules="math", dummify=True)
    return compiled


def parameters_of(game: "Game") -> tuple[str, ...]:
    """Names in order of appearance: priors, payoffs by outcome, chance, assumptions; within an expression by alphabet."""
    expressions = [prior for priors in game.types.values() for prior in priors.values()]
    expressions += [e for row in game.payoffs.values() for cell in row.values() for e in expressions_of(cell)]
    for node in distinct_nodes(game.tree):
        if isinstance(node, Chance):
            expressions += [probability for probability, _ in node.branches.values()]
    expressions += [side for relation in game.assumptions for side in (relation.lhs, relation.rhs)]
    names = [s.name for expression in expressions for s in sorted(expression.free_symbols, key=lambda s: s.name)]
    return tuple(dict.fromkeys(names))
