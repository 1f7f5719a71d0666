"""Families of equilibria in closed form, and the cases that they are made of."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sympy import Expr, Interval, Max, Min, Set, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from deterrence_games.forms.tree import History, InformationSet
from deterrence_games.theory.polynomials import Constraint

Strategies = Mapping[InformationSet, Mapping[str, Expr]]
Ends = tuple[tuple[Expr, bool], ...]
Bounds = tuple[Ends, Ends]
Beliefs = Mapping[History, Mapping[str, Mapping[str, Set]]]


def interval(bounds: Bounds) -> Set:
    """The interval between bounds; an end that is a maximum or minimum counts as open when one of its terms is excluded."""
    lower, upper = bounds
    low = [value for value, _ in lower]
    high = [value for value, _ in upper]
    return Interval(
        Max(*low, evaluate=False) if len(low) > 1 else low[0],
        Min(*high, evaluate=False) if len(high) > 1 else high[0],
        any(strict for _, strict in lower),
        any(strict for _, strict in upper),
    )


class Written(Mapping[str, Expr]):
    """Closed forms that are written out when one of them is first read.

    Parameters
    ----------
    write : callable () -> dict
    """

    def __init__(self, write: Callable[[], dict[str, Expr]]) -> None:
        self._write = write

    @cached_property
    def _found(self) -> dict[str, Expr]:
        return self._write()

    def __getitem__(self, name: str) -> Expr:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __repr__(self) -> str:
        return repr(self._found)


@dataclass(frozen=True, eq=False)
class Case:
    """One assignment of supports in closed form.

    Attributes
    ----------
    conditions : tuple of sympy relations
        Under the game's assumptions the case exists exactly where all of them hold.
    strategies : mapping InformationSet -> mapping action -> sympy expression
        In the parameters and the symbols of `ranges`. A type that its history excludes is listed where only one action can
        be best; elsewhere it plays any best reply.
    ranges : mapping symbol -> sympy set
        Probabilities that are free within bounds, in an order in which each bound depends on earlier symbols only.
    beliefs : mapping history -> mapping player -> mapping type -> sympy set
        Every belief that supports the case about who has just moved; a single number where Bayes' rule tells it.
    outcomes : mapping outcome -> sympy expression
    payoffs : mapping player -> sympy expression
        Before types are drawn.
    generic : bool
        False when the case exists only where an equation between parameters holds.
    constraints : tuple of Constraint
        The conditions as polynomials in the theorem's coordinates.
    supports : mapping InformationSet -> tuple of str
        Actions in use.
    bounds : mapping symbol -> (lower, upper)
        What `ranges` is made of: tuples of (expression, whether the bound itself is excluded).
    """

    conditions: tuple[Relational, ...]
    strategies: Strategies
    ranges: Mapping[Symbol, Set]
    beliefs: Beliefs
    outcomes: Mapping[str, Expr]
    payoffs: Mapping[str, Expr]
    generic: bool
    constraints: tuple[Constraint, ...]
    supports: Mapping[InformationSet, tuple[str, ...]]
    bounds: Mapping[Symbol, Bounds]


@dataclass(frozen=True, eq=False)
class Family:
    """Equilibria of one name and one play, in closed form.

    Attributes
    ----------
    name : str
        The literature's name where the model supplies one, else the play on the path in words; with the words ``(upper sign)``
        or ``(lower sign)``, of the square root in its closed forms, where the same supports have two equilibria, the roots of
        an equation of degree two. Where a name covers plays with different outcomes, each of these on open sets bears its play
        in brackets behind the name; a number, where the same play comes with different probabilities.
    generic : bool
        False when the family exists only where an equation between parameters holds.
    conditions : tuple of sympy relations
        Under the game's assumptions the family exists exactly where all of them hold; one of them is a disjunction when a
        conjunction of relations cannot say it.
    strategies, ranges, outcomes, payoffs
        Those of the case with the most freedom; see `Case`. Ranges are closed where the other cases join them.
    beliefs : mapping history -> mapping player -> mapping type -> sympy set
        Union over the cases.
    cases : tuple of Case
        The assignments of supports that make up the family, the freest first.
    """

    name: str
    generic: bool
    conditions: tuple[Boolean, ...]
    strategies: Strategies
    ranges: Mapping[Symbol, Set]
    beliefs: Beliefs
    outcomes: Mapping[str, Expr]
    payoffs: Mapping[str, Expr]
    cases: tuple[Case, ...]

    @property
    def continuum(self) -> bool:
        """Whether the family has infinitely many strategy profiles at a parameter point."""
        return bool(self.ranges)

    def __repr__(self) -> str:
        return f"<Family {self.name!r}: {', '.join(map(str, self.conditions)) or 'always'}>"
