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
from deterrence_games.theory.propagation import Clause
from deterrence_games.theory.prover import NO, YES, Prover, negations
from deterrence_games.theory.statics_latex import statics_latex
from deterrence_games.theory.value_formulas import has_roots
from deterrence_games.theory.witnesses import counterexample

if TYPE_CHECKING:
    import pandas as pd

    from deterrence_games.theory.theorem import Theorem

RISES, FALLS, CONSTANT, NEVER_FALLS, NEVER_RISES = "rises", "falls", "constant", "never falls", "never rises"
MIXED, FREE, UNKNOWN_SIGN = "mixed", "left free", "unknown"


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
        An equation between a parameter, or an expression in several, and its threshold.
    below, above : str
        The family that holds where the left side is less, and the one where it is more.
    outcome : str
    size : sympy expression
        The outcome's probability above less its probability below, at the border.
    verdict : str
        ``up`` and ``down`` are proved wherever one family lies on either side of the border; so are ``up or none`` and ``down
        or none``, where the jump can be zero. ``mixed``: up at some of its points and down at others. ``unknown``: z3 gave
        up, on the sign or on whether the families meet there.
    """

    border: Relational
    below: str
    above: str
    outcome: str
    size: Expr
    verdict: str


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
                f"{to_text(jump.size)} ({jump.verdict})"
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
        given = (*given, *prover.coordinates.smooth(value))
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
        given = (*(case.constraints if case is not None else ()), *prover.coordinates.smooth(value))
        up = up or counterexample(prover, [*given, Constraint(">", slope)], ())
        down = down or counterexample(prover, [*given, Constraint(">", -slope)], ())
    return up, down


def _signed(derivative: Expr, prover: Prover) -> Polynomial:
    """A polynomial in the theorem's coordinates with the sign of an expression."""
    above, below = prover.coordinates.fraction(derivative)
    return above * below


def direction(slope: Polynomial, given: Sequence[Constraint], prover: Prover, clauses: Sequence[Clause] = ()) -> str:
    """How something moves whose derivative has the sign of a polynomial, where the constraints and one of each clause hold."""
    if slope.zero:
        return CONSTANT
    rises = prover.feasible([*given, Constraint(">", slope)], clauses)
    falls = prover.feasible([*given, Constraint(">", -slope)], clauses)
    if rises == NO and falls == NO:
        return CONSTANT
    if rises == YES and falls == YES:
        return MIXED
    if falls == NO:
        return RISES if prover.feasible([*given, Constraint("=", slope)], clauses) == NO else NEVER_FALLS
    if rises == NO:
        return FALLS if prover.feasible([*given, Constraint("=", slope)], clauses) == NO else NEVER_RISES
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

JUMPS = {  # how an outcome's probability changes across a border, by the sign of the difference
    RISES: "up",
    FALLS: "down",
    NEVER_FALLS: "up or none",
    NEVER_RISES: "down or none",
    MIXED: MIXED,
    UNKNOWN_SIGN: "unknown",
}


def _jumps(theorem: "Theorem") -> Iterator[Jump]:
    """Differences at borders on which one family ends and another begins."""
    prover = theorem.prover
    ends = [list(_ends(family, prover)) for family in theorem.families]
    for k, one in enumerate(theorem.families):
        for other, opposite in zip(theorem.families[k + 1 :], ends[k + 1 :], strict=True):
            found: dict[Polynomial, tuple[Relational, Family, Family, list[list[Constraint]]]] = {}
            for relation, core, case in ends[k]:
                for facing, its, its_case in opposite:
                    if core == -its:
                        key = core if core.leading_sign > 0 else its
                        *sides, places = found.get(key) or (*_sides(relation, one, facing, other), [])
                        places.append([*_within(case, core, prover), *_within(its_case, core, prover)])
                        found[key] = (sides[0], sides[1], sides[2], places)
            for core, (border, low, high, places) in found.items():
                clauses = [clause for family in (low, high) for clause in _elsewhere(family, core, prover)]
                yield from _differences(border, low, high, places, clauses, prover)


def _ends(family: Family, prover: Prover) -> Iterator[tuple[Relational, Polynomial, Case]]:
    """Where cases of a family end: conditions, each with a polynomial that is positive where it holds."""
    for case in {case.constraints: case for case in family.cases if case.generic}.values():
        for relation in case.conditions:
            if relation.rel_op in ("<", "<=", ">", ">="):
                core = _core(as_constraint(relation, prover.coordinates).polynomial, prover)
                if core is not None:
                    yield relation, core, case


def _core(polynomial: Polynomial, prover: Prover) -> Polynomial | None:
    """A polynomial without its factors of known sign; None when its own sign is known."""
    parts = prover.simplified(Constraint(">=", polynomial))
    return parts[0].polynomial if parts and parts[0].sign == ">=" else None


def _elsewhere(family: Family, core: Polynomial, prover: Prover) -> Iterator[tuple[Constraint, ...]]:
    """That the family does not go on across a border by those of its cases that do not end there."""
    for constraints in dict.fromkeys(case.constraints for case in family.cases):
        if not {core, -core} & {_core(c.polynomial, prover) for c in constraints}:
            yield tuple(denied for c in constraints for denied in negations(c))


def _sides(relation: Relational, one: Family, facing: Relational, other: Family) -> tuple[Relational, Family, Family]:
    """The border, the family below it and the one above, of two that end where the other begins."""
    if relation.rel_op in ("<", "<="):
        return relation, one, other
    if facing.rel_op in ("<", "<="):
        return facing, other, one
    return facing, one, other  # what the other demands to be greater is less where this one holds


def _differences(
    border: Relational,
    low: Family,
    high: Family,
    places: Sequence[Sequence[Constraint]],
    clauses: Sequence[Clause],
    prover: Prover,
) -> Iterator[Jump]:
    """The jumps of outcomes on a border, where one family lies on either side of it."""
    equal = sympy.Eq(border.lhs, border.rhs, evaluate=False)
    equation = as_constraint(equal, prover.coordinates)
    answers = [(given, prover.feasible(given, clauses)) for given in ([equation, *place] for place in places)]
    reached = [(given, answer) for given, answer in answers if answer != NO]
    if not reached:
        return
    for label, before in low.outcomes.items():
        gap = high.outcomes[label] - before
        if gap.free_symbols & (low.ranges.keys() | high.ranges.keys()):
            continue
        size = _on_border(gap, border)
        if size == 0:
            continue
        slope = _signed(size, prover)
        verdict = _together(
            {direction(slope, given, prover, clauses) if answer == YES else UNKNOWN_SIGN for given, answer in reached}
        )
        if verdict != CONSTANT:
            yield Jump(equal, low.name, high.name, label, size, JUMPS[verdict])


def _within(case: Case, core: Polynomial, prover: Prover) -> Iterator[Constraint]:
    """That a point on a border is none of its ends: the case's other conditions hold strictly."""
    for constraint in case.constraints:
        if _core(constraint.polynomial, prover) not in (core, -core):
            yield Constraint(">" if constraint.sign == ">=" else constraint.sign, constraint.polynomial)


def _on_border(gap: Expr, border: Relational) -> Expr:
    """An expression on a border: a parameter that enters the equation linearly is put in terms of the others."""
    if has_roots(gap) or has_roots(border):
        return gap
    if border.lhs.is_Symbol:
        return sympy.factor(sympy.cancel(gap.subs(border.lhs, border.rhs)))
    equation = sympy.fraction(sympy.together(border.lhs - border.rhs))[0]
    for symbol in sorted(border.lhs.free_symbols, key=str):
        polynomial = sympy.Poly(equation, symbol)
        if polynomial.degree() == 1:
            slope, rest = polynomial.all_coeffs()
            return sympy.factor(sympy.cancel(gap.subs(symbol, -rest / slope)))
    return sympy.factor(sympy.cancel(gap))
