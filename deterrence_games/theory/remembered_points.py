"""Points that answered earlier questions with yes; most later ones add little to one of those, and hold there too."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

from deterrence_games.theory.polynomials import Constraint
from deterrence_games.theory.propagation import Clause

REMEMBERED = 200  # points


class RememberedPoints:
    """The last points that were added or answered a question, the latest first."""

    def __init__(self) -> None:
        self._points: deque[_Point] = deque(maxlen=REMEMBERED)

    def add(self, values: Sequence[Any], unknown: frozenset[int]) -> None:
        """Remember values for all variables of a ring, python-flint's fractions; those of `unknown` are not told by them."""
        self._points.appendleft(_Point(values, unknown))

    def fulfilling(self, constraints: Sequence[Constraint], clauses: Iterable[Clause]) -> Sequence[Any] | None:
        """The values of a point at which all constraints, and of each clause one, are known to hold."""
        for point in self._points:
            if all(map(point.holds, reversed(constraints))) and all(any(map(point.holds, clause)) for clause in clauses):
                self._points.remove(point)
                self._points.appendleft(point)
                return point.values
        return None


class _Point:
    """Values for all variables of a ring but those unknown, and what was found to hold there."""

    def __init__(self, values: Sequence[Any], unknown: frozenset[int]) -> None:
        self.values, self._unknown = values, unknown
        self._held: dict[Constraint, bool] = {}

    def holds(self, constraint: Constraint) -> bool:
        """Whether a constraint is known to hold."""
        held = self._held.get(constraint)
        if held is None:
            if constraint.polynomial.variables & self._unknown:
                return False
            value = constraint.polynomial.at(self.values)
            held = bool(value == 0 if constraint.sign == "=" else value >= 0 if constraint.sign == ">=" else value > 0)
            self._held[constraint] = held
        return held
