"""Comparative statics of families: signs of derivatives, proved or shown to be mixed, and jumps at borders."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy
from sympy import Expr, Rational, Symbol
from sympy.core.relational import Relational

from deterrence_games.errors import GameError
from deterrence_games.games.expressions import to_text
from deterrence_games.theory.coordinates import as_constraint
from deterrence_games.theory.family import Case, Family
from deterrence_games.theory.polynomials import Constraint, Polynomial
from deterrence_games.theory.prover import NO, YES, Prover
from deterrence_games.theory.statics_latex import statics_latex
from deterrence_games.theory.witnesses import counterexample

if TYPE_CHECKING:
    import pandas as pd

    from deterrence_games.theory.theorem import Theorem

RISES, FALLS, CONSTANT, NEVER_FALLS, NEVER_RISES = "rises", "falls", "constant", "never falls", "never rises"
MIXED, FREE, UNKNOWN_SIGN = "mixed", "left free", "unknown"
TURNED = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "==": "=="}


@dataclass(frozen=True)
class Slope:
    """How a quantity moves with a parameter throughout a family, all other parameters held fixed.

    Attributes
    ----------
    family, quantity, parameter : str
        The quantity is ``probability of OUTCOME``, ``payoff of PLAYER`` or ``threshold of CONDITION``.
    verdict : str
        ``rises``, ``falls`` and ``constant`` are proved everywhere in the family; so are ``never falls`` and ``never rises``,
        where the derivative can be zero. ``mixed`` has two witnesses. ``left free``: the quantity depends on a probability that
        the family leaves open. ``unknown``: z3 gave up.
    derivative : sympy expression
    witnesses : tuple of dict parameter -> Rational
        For ``mixed``: a point of the family where the derivative is positive, and one where it is negative.
    """

    family: str
    quantity: str
    parameter: str
    verdict: str
    derivative: Expr
    witnesses: tuple[Mapping[str, Rational], ...] = ()


@dataclass(frozen=True)
class Jump:
    """What changes at a border that two families share.

    Attributes
    ----------
    border : sympy relation
        An equation between a parameter and its threshold.
    below, above : str
        The family that holds where the parameter is less, and the one where it is more.
    outcome : str
    size : sympy expression
        The outcome's probability above less its probability below, at the border.
    """

    border: Relational
    below: str
    above: str
    outcome: str
    size: Expr


@dataclass(frozen=True, eq=False, repr=False)
class Statics:
    """Comparative statics of a theorem.

    Attributes
    ----------
    slopes : tuple of Slope
    jumps : tuple of Jump
    """

    slopes: tuple[Slope, ...]
    jumps: tuple[Jump, ...]

    def __getitem__(self, key: tuple[str, str, str]) -> Slope:
        """The slope of (family, quantity, parameter)."""
        for slope in self.slopes:
            if (slope.family, slope.quantity, slope.parameter) == key:
                return slope
        raise KeyError(f"there is no slope {key}; the quantities are {sorted({slope.quantity for slope in self.slopes})}")

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a family and quantity, a column a parameter, verdicts in the cells (needs pandas)."""
        import pandas as pd

        rows: dict[tuple[str, str], dict[str, str]] = {}
        for slope in self.slopes:
            rows.setdefault((slope.family, slope.quantity), {})[slope.parameter] = slope.verdict
        index = pd.MultiIndex.from_tuples(rows, names=("family", "quantity"))
        return pd.DataFrame(list(rows.values()), index=index)

    def to_latex(self) -> str:
        """The directions and jumps as a table, for a document that loads ``amsmath``, ``array`` and ``longtable``."""
        return statics_latex(self.slopes, self.jumps)

    def __repr__(self) -> str:
        told: dict[tuple[str, str], list[str]] = {}
        for slope in self.slopes:
            if slope.verdict != CONSTANT:
                told.setdefault((slope.family, slope.quantity), []).append(f"{slope.verdict} with {slope.parameter}")
        lines = [f"{family}: {quantity} {', '.join(parts)}" for (family, quantity), parts in told.items()]
        for jump in self.jumps:
            lines.append(
                f"at {to_text(jump.border)}, from {jump.below} to {jump.above}: probability of {jump.outcome} jumps by "
                f"{to_text(jump.size)}"
            )
        return "\n".join(lines) or "nothing moves with any parameter"


def statics_of(theorem: "Theorem", parameters: Sequence[str] | None = None) -> Statics:
    """Comparative statics of every family; see `Theorem.statics`."""
    names = theorem.game.parameters if parameters is None else tuple(parameters)
    for name in names:
        if name not in theorem.game.parameters:
            known = ", ".join(theorem.game.parameters)
            raise GameError(f"game {theorem.game.name!r}: statics in unknown parameter {name!r:.40}; use {known}")
    slopes = [slope for family in theorem.families for slope in _slopes(family, names, theorem.prover)]
    return Statics(tuple(slopes), tuple(_jumps(theorem)))


def _slopes(family: Family, names: Sequence[str], prover: Prover) -> Iterator[Slope]:
    quantities: list[tuple[str, list[tuple[Case | None, Expr]]]] = []
    for label, share in family.outcomes.items():
        if share != 0:
            quantities.append((f"probability of {label}", [(case, case.outcomes[label]) for case in family.cases]))
    for player in family.payoffs:
        quantities.append((f"payoff of {player}", [(case, case.payoffs[player]) for case in family.cases]))
    for condition in family.conditions:
        for relation in sorted(condition.atoms(Relational), key=str):
            if relation.lhs.is_Symbol:
                quantities.append((f"threshold of {to_text(relation)}", [(None, relation.rhs)]))
    for quantity, parts in quantities:
        for name in names:
            yield _slope(family, quantity, parts, Symbol(name, real=True), prover)


def _slope(
    family: Family, quantity: str, parts: Sequence[tuple[Case | None, Expr]], parameter: Symbol, prover: Prover
) -> Slope:
    """Put together the verdicts of a family's cases (None: a threshold, which is looked at under the assumptions alone)."""
    known = {Symbol(name, real=True) for name in prover.coordinates.parameters}
    signs: set[str] = set()
    derivatives = []
    up: Mapping[str, Rational] | None = None
    down: Mapping[str, Rational] | None = None
    for case, value in parts:
        derivative = sympy.factor(sympy.diff(value, parameter))
        derivatives.append(derivative)
        if not derivative.free_symbols <= known:
            signs.add(FREE)
            continue
        given = case.constraints if case is not None else ()
        slope = _signed(derivative, prover)
        sign = direction(slope, given, prover)
        signs.add(sign)
        if sign == MIXED:
            up = up or counterexample(prover, [*given, Constraint(">", slope)], ())
            down = down or counterexample(prover, [*given, Constraint(">", -slope)], ())
    verdict = _together(signs)
    if verdict == MIXED and (up is None or down is None):
        up, down = _witnesses(parts, parameter, prover, up, down)
    found = tuple(point for point in (up, down) if point is not None) if verdict == MIXED else ()
    return Slope(family.name, quantity, parameter.name, verdict, derivatives[0], found)


def _witnesses(
    parts: Sequence[tuple[Case | None, Expr]],
    parameter: Symbol,
    prover: Prover,
    up: Mapping[str, Rational] | None,
    down: Mapping[str, Rational] | None,
) -> tuple[Mapping[str, Rational] | None, Mapping[str, Rational] | None]:
    """Points where the quantity rises and where it falls, from whichever case has one."""
    for case, value in parts:
        slope = _signed(sympy.factor(sympy.diff(value, parameter)), prover)
        given = case.constraints if case is not None else ()
        up = up or counterexample(prover, [*given, Constraint(">", slope)], ())
        down = down or counterexample(prover, [*given, Constraint(">", -slope)], ())
    return up, down


def _signed(derivative: Expr, prover: Prover) -> Polynomial:
    """A polynomial in the theorem's coordinates with the sign of an expression."""
    above, below = prover.coordinates.fraction(derivative)
    return above * below


def direction(slope: Polynomial, given: Sequence[Constraint], prover: Prover) -> str:
    """How something moves whose derivative has the sign of a polynomial, wherever the constraints hold."""
    if slope.zero:
        return CONSTANT
    rises = prover.feasible([*given, Constraint(">", slope)])
    falls = prover.feasible([*given, Constraint(">", -slope)])
    if rises == NO and falls == NO:
        return CONSTANT
    if rises == YES and falls == YES:
        return MIXED
    if falls == NO:
        return RISES if prover.feasible([*given, Constraint("=", slope)]) == NO else NEVER_FALLS
    if rises == NO:
        return FALLS if prover.feasible([*given, Constraint("=", slope)]) == NO else NEVER_RISES
    return UNKNOWN_SIGN


def _together(signs: set[str]) -> str:
    """The verdict of a family whose cases have these verdicts."""
    for worst in (FREE, UNKNOWN_SIGN, MIXED):
        if worst in signs:
            return worst
    if len(signs) == 1:
        return next(iter(signs))
    if signs <= {RISES, NEVER_FALLS, CONSTANT}:
        return NEVER_FALLS
    return NEVER_RISES if signs <= {FALLS, NEVER_RISES, CONSTANT} else MIXED


# ---- jumps ---------------------------------------------------------------------------------------------------------------


def _jumps(theorem: "Theorem") -> Iterator[Jump]:
    """Differences at borders on which one family ends and another begins."""
    prover = theorem.prover
    for low in theorem.families:
        for border in _upper_ends(low):
            for high in theorem.families:
                if high is low or not any(_faces(border, other) for c in high.conditions for other in c.atoms(Relational)):
                    continue
                equation = as_constraint(sympy.Eq(border.lhs, border.rhs, evaluate=False), prover.coordinates)
                closed = [
                    Constraint("=" if c.sign == "=" else ">=", c.polynomial)
                    for family in (low, high)
                    for c in family.cases[0].constraints
                ]
                if prover.feasible([equation, *closed]) != YES:
                    continue
                yield from _differences(border, low, high)


def _differences(border: Relational, low: Family, high: Family) -> Iterator[Jump]:
    for label, before in low.outcomes.items():
        gap = high.outcomes[label] - before
        if gap.free_symbols & (low.ranges.keys() | high.ranges.keys()):
            continue
        size = sympy.factor(sympy.cancel(gap.subs(border.lhs, border.rhs)))
        if size != 0:
            yield Jump(sympy.Eq(border.lhs, border.rhs, evaluate=False), low.name, high.name, label, size)


def _upper_ends(family: Family) -> Iterator[Relational]:
    """Conditions by which a family ends when a parameter rises."""
    for condition in family.conditions:
        if isinstance(condition, Relational) and condition.lhs.is_Symbol and condition.rel_op in ("<", "<="):
            yield condition


def _faces(border: Relational, other: Relational) -> bool:
    """Whether the other relation begins where the first ends."""
    return bool(other.lhs == border.lhs and other.rel_op in (">", ">=") and sympy.cancel(other.rhs - border.rhs) == 0)
