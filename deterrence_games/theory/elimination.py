"""Solve the conditions of a support class for its unknowns, exactly and by cases.

Equations of degree one are solved by substitution. Without one, equations are divided by each other until one unknown is
alone; one of degree two then has two roots, in terms of the square root of its discriminant. What is left of the unknowns
enters inequalities, from which they are eliminated as Fourier and Motzkin do. Where the sign of a coefficient is open, the
cases are taken apart.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from deterrence_games.errors import GameError
from deterrence_games.theory.polynomials import Constraint, Fraction, Polynomial, cancelled
from deterrence_games.theory.prover import NO, YES, Prover

MOST_CASES = 64  # distinctions of one class; beyond it the class is called unsolved


class UnsolvedError(Exception):
    """A system that these methods do not solve."""


class Bound(NamedTuple):
    """An end of the range of an unknown."""

    value: Fraction
    strict: bool


@dataclass(frozen=True, eq=False)
class Solved:
    """One case of a system.

    Attributes
    ----------
    conditions : tuple of Constraint
        On the parameters: necessary and sufficient for the case.
    values : dict unknown -> fraction
        Closed forms in the parameters and in unknowns that are left free.
    ranges : dict unknown -> (lower bounds, upper bounds)
        Of the unknowns left free, in an order in which each depends only on those before it.
    roots : tuple of int
        Of each equation of degree two on the way, the sign before the root of the discriminant: 1 or -1.
    """

    conditions: tuple[Constraint, ...]
    values: dict[int, Fraction]
    ranges: dict[int, tuple[tuple[Bound, ...], tuple[Bound, ...]]]
    roots: tuple[int, ...] = ()


Steps: TypeAlias = Iterator[Solved | None]


class Elimination:
    """Elimination of unknowns from systems over one prover's assumptions.

    Parameters
    ----------
    prover : Prover
    late : callable () -> bool, optional
        When to pause; see `steps`.
    """

    def __init__(self, prover: Prover, late: Callable[[], bool] = lambda: False) -> None:
        self.prover = prover
        self.ring = prover.ring
        self.late = late
        self._cases = 0

    def solve(self, constraints: Sequence[Constraint], unknowns: Sequence[int]) -> list[Solved]:
        """All cases in which the system has solutions.

        Parameters
        ----------
        constraints : sequence of Constraint
            Whose unknowns are above zero, or not below it, as the prover knows.
        unknowns : sequence of int
            The last of them are written in terms of the first, where a choice is left.

        Raises
        ------
        UnsolvedError
            When an unknown is a root of a higher degree than two, when one enters an inequality nonlinearly, or when there are
            too many cases.
        """
        return [solved for solved in self.steps(constraints, unknowns) if solved is not None]

    def steps(self, constraints: Sequence[Constraint], unknowns: Sequence[int]) -> Steps:
        """The cases of `solve` one by one, and None whenever it is late, after which it can go on."""
        self._cases = 0
        signs = [Constraint(">" if k in self.prover.positive else ">=", self.ring.variables[k]) for k in unknowns]
        yield from self._reduce([*constraints, *signs], tuple(unknowns), frozenset(unknowns))

    def _reduce(self, constraints: Iterable[Constraint], unknowns: tuple[int, ...], signed: frozenset[int]) -> Steps:
        """Solve for all `unknowns`; `signed` are those whose own sign still stands among the constraints."""
        if self.late():
            yield None
        own = {Constraint(sign, self.ring.variables[k]) for k in signed for sign in (">", ">=")}
        kept = [c for c in constraints if c in own]
        others = self.prover.all_simplified(c for c in constraints if c not in own)
        if others is None:
            return
        for place, (sign, polynomial) in enumerate(others):
            parts = self.prover.factors(polynomial).others
            if sign == "=" and len(parts) > 1:
                rest = others[:place] + others[place + 1 :] + kept
                self._count()
                for part, _ in parts:
                    yield from self._reduce([*rest, Constraint("=", part)], unknowns, signed)
                return
        if not unknowns:
            if self.prover.feasible(others) != NO:
                yield Solved(tuple(others), {}, {})
            return
        equation = self._equation(others, unknowns)
        nonlinear = [c for c in others if c.sign == "=" and c.polynomial.variables & set(unknowns)]
        if equation is not None:
            yield from self._substitute(others, kept, equation, unknowns, signed)
        elif nonlinear:
            yield from self._lower(others, kept, nonlinear, unknowns, signed)
        else:
            yield from self._project(others, kept, unknowns, signed)

    def _count(self) -> None:
        self._cases += 1
        if self._cases > MOST_CASES:
            raise UnsolvedError(f"more than {MOST_CASES} distinctions of cases")

    # ---- equations -----------------------------------------------------------------------------------------------------

    def _equation(self, constraints: Sequence[Constraint], unknowns: Sequence[int]) -> tuple[int, int, int | None] | None:
        """The best equation to solve: its place, the unknown, and the sign of its coefficient (None: open)."""
        best: tuple[tuple[int, ...], tuple[int, int, int | None]] | None = None
        for place, (sign, polynomial) in enumerate(constraints):
            if sign != "=":
                continue
            for order, k in enumerate(reversed(unknowns)):
                powers = self.ring.powers(polynomial, k)
                if max(powers) != 1:
                    continue
                coefficient = powers[1]
                known = self.prover.factors(coefficient)
                certain = known.sign if not known.others else None
                clear = not coefficient.variables & set(unknowns)
                rank = (certain is None, not clear, len(coefficient.coefficients), len(polynomial.coefficients), order)
                if best is None or rank < best[0]:
                    best = rank, (place, k, certain)
        return best[1] if best else None

    def _substitute(
        self,
        constraints: list[Constraint],
        kept: list[Constraint],
        equation: tuple[int, int, int | None],
        unknowns: tuple[int, ...],
        signed: frozenset[int],
    ) -> Steps:
        place, k, sign = equation
        powers = self.ring.powers(constraints[place].polynomial, k)
        coefficient, rest = powers[1], powers.get(0, self.ring.zero)
        others = constraints[:place] + constraints[place + 1 :]
        sign = self.prover.sign(coefficient, [*constraints, *kept]) if sign is None else sign
        if sign is None:
            yield from self._split(constraints, kept, coefficient, unknowns, signed)
            return
        if sign == 0:
            yield from self._reduce([*others, *kept, Constraint("=", rest)], unknowns, signed)
            return
        yield from self._replace([*others, *kept], k, (-rest * sign, coefficient * sign), unknowns, signed)

    def _replace(
        self, constraints: Iterable[Constraint], k: int, value: Fraction, unknowns: tuple[int, ...], signed: frozenset[int]
    ) -> Steps:
        """Put a fraction of positive denominator in place of an unknown: polynomials times positive factors."""
        put = [Constraint(c.sign, self.ring.put(c.polynomial, k, value)[0]) for c in constraints]
        remaining = tuple(u for u in unknowns if u != k)
        for solved in self._reduce(put, remaining, signed - {k}):
            yield solved and replace(solved, values={**solved.values, k: self.evaluated(value, solved.values)})

    def _lower(
        self,
        constraints: list[Constraint],
        kept: list[Constraint],
        nonlinear: list[Constraint],
        unknowns: tuple[int, ...],
        signed: frozenset[int],
    ) -> Steps:
        """Solve an equation of degree two in one unknown; without one, divide an equation by another in an unknown of both."""
        alone = [(c, own) for c in nonlinear if len(own := c.polynomial.variables & set(unknowns)) == 1]
        if alone:
            equation, (k,) = min(alone, key=lambda one: max(one[0].polynomial.degrees[k] for k in one[1]))
            dividend = None
        else:
            k, equation, dividend = self._divisible(nonlinear, unknowns)
        powers = self.ring.powers(equation.polynomial, k)
        degree = max(powers)
        if dividend is None and degree > 2:
            raise UnsolvedError(f"an unknown is a root of a polynomial of degree {degree}")
        others = [c for c in (*constraints, *kept) if c not in (equation, dividend)]
        sign = self.prover.sign(powers[degree], [*constraints, *kept])
        if sign is None:
            self._count()
            for case in (Constraint(">", powers[degree]), Constraint(">", -powers[degree]), Constraint("=", powers[degree])):
                # z3 takes long to rule out what is not solved yet
                yield from self._reduce([*constraints, *kept, case], unknowns, signed)
        elif sign == 0:
            lower = equation.polynomial - powers[degree] * self.ring.variables[k] ** degree
            rest = [] if dividend is None else [dividend]
            yield from self._reduce([*others, *rest, Constraint("=", lower)], unknowns, signed)
        elif dividend is None:
            coefficients = [powers.get(power, self.ring.zero) * sign for power in (2, 1, 0)]
            for solved in self._roots(others, k, coefficients, unknowns, signed):
                # told by the sign before the root: one closed form then holds whatever the first coefficient's sign is
                yield solved and replace(solved, roots=(sign * solved.roots[0], *solved.roots[1:]))
        else:
            remainder = Constraint("=", self._remainder(dividend.polynomial, equation.polynomial, k))
            yield from self._reduce([*others, equation, remainder], unknowns, signed)

    def _divisible(self, nonlinear: Sequence[Constraint], unknowns: tuple[int, ...]) -> tuple[int, Constraint, Constraint]:
        """An unknown of two equations, the one of lower degree in it, and the other, the degrees as low as can be."""
        best: tuple[tuple[int, int], tuple[int, Constraint, Constraint]] | None = None
        for k in reversed(unknowns):
            within = sorted((c for c in nonlinear if k in c.polynomial.variables), key=lambda c: c.polynomial.degrees[k])
            if len(within) > 1:
                rank = (within[1].polynomial.degrees[k], within[0].polynomial.degrees[k])
                if best is None or rank < best[0]:
                    best = rank, (k, within[0], within[1])
        if best is None:
            raise UnsolvedError("an equation holds several unknowns, all of them nonlinearly")
        return best[1]

    def _remainder(self, dividend: Polynomial, divisor: Polynomial, k: int) -> Polynomial:
        """What division in one variable leaves of a polynomial times powers of the divisor's leading coefficient."""
        degree = divisor.degrees[k]
        leading = self.ring.powers(divisor, k)[degree]
        while k in dividend.variables and dividend.degrees[k] >= degree:
            most = dividend.degrees[k]
            first = self.ring.powers(dividend, k)[most]
            dividend = dividend * leading - divisor * first * self.ring.variables[k] ** (most - degree)
            dividend = self.ring.reduced(dividend)
        return dividend

    def _roots(
        self,
        constraints: list[Constraint],
        k: int,
        coefficients: Sequence[Polynomial],
        unknowns: tuple[int, ...],
        signed: frozenset[int],
    ) -> Steps:
        """Both roots of an equation of degree two whose first coefficient is positive; a double one counts as the greater."""
        square, slope, rest = coefficients
        discriminant = slope * slope - square * rest * 4
        if self.ring.rooted(discriminant):
            raise UnsolvedError("an unknown is the square root of another square root")
        self._count()
        try:
            above, below = self.prover.coordinates.square_root(discriminant)
        except GameError as full:
            raise UnsolvedError(str(full)) from None
        for relation, side in ((">=", 1), (">", -1)):
            given = [*constraints, Constraint(relation, discriminant)]
            for solved in self._replace(given, k, (above * side - slope * below, square * below * 2), unknowns, signed):
                yield solved and replace(solved, roots=(side, *solved.roots))

    def evaluated(self, fraction: Fraction, values: dict[int, Fraction]) -> Fraction:
        """A fraction in terms of the parameters and the unknowns that are left free."""
        above, below = fraction
        for k in sorted((above.variables | below.variables) & set(values), reverse=True):
            value = values[k]
            top, top_scale = self.ring.put(above, k, value)
            bottom, bottom_scale = self.ring.put(below, k, value)
            above, below = cancelled((top * bottom_scale, bottom * top_scale))
        return cancelled(self._rationalised((above, below)))

    def _rationalised(self, fraction: Fraction) -> Fraction:
        """A fraction without a root in its denominator, where that is sure not to vanish with what it is multiplied by."""
        above, below = fraction
        for k in self.ring.rooted(below):
            powers = self.ring.powers(below, k)
            plain, slope = powers.get(0, self.ring.zero), powers.get(1, self.ring.zero)
            product = plain * plain - slope * slope * self.ring.roots[k]
            if plain.zero or not self.prover.factors(product).others:
                conjugate = self.ring.variables[k] if plain.zero else plain - slope * self.ring.variables[k]
                above, below = self.ring.reduced(above * conjugate), self.ring.reduced(below * conjugate)
        return above, below

    def _split(
        self,
        constraints: list[Constraint],
        kept: list[Constraint],
        polynomial: Polynomial,
        unknowns: tuple[int, ...],
        signed: frozenset[int],
    ) -> Steps:
        """The cases in which a polynomial is above, below and at zero."""
        self._count()
        for case in (Constraint(">", polynomial), Constraint(">", -polynomial), Constraint("=", polynomial)):
            if self.prover.feasible([*constraints, *kept, case]) != NO:
                yield from self._reduce([*constraints, *kept, case], unknowns, signed)

    # ---- inequalities --------------------------------------------------------------------------------------------------

    def _project(
        self, constraints: list[Constraint], kept: list[Constraint], unknowns: tuple[int, ...], signed: frozenset[int]
    ) -> Steps:
        """Eliminate the last unknown that enters every inequality linearly."""
        every = [*constraints, *kept]
        open_coefficient: Polynomial | None = None
        for k in reversed(unknowns):
            within = [c for c in every if k in c.polynomial.variables]
            if any(c.polynomial.degrees[k] > 1 for c in within):
                continue
            sided = [(c, self.ring.powers(c.polynomial, k)) for c in within]
            signs = [self.prover.sign(powers[1], every) for _, powers in sided]
            if 0 in signs:  # here the unknown drops out of the constraint
                rests = {
                    c: Constraint(c.sign, powers.get(0, self.ring.zero))
                    for (c, powers), sign in zip(sided, signs, strict=True)
                    if sign == 0
                }
                yield from self._reduce([rests.get(c, c) for c in every], unknowns, signed)
                return
            if any(sign not in (1, -1) for sign in signs):
                open_coefficient = next(p[1] for (_, p), sign in zip(sided, signs, strict=True) if sign not in (1, -1))
                continue
            yield from self._eliminate(every, k, sided, [sign or 0 for sign in signs], unknowns, signed)
            return
        if open_coefficient is None:
            raise UnsolvedError("an unknown enters nonlinearly")
        yield from self._split(constraints, kept, open_coefficient, unknowns, signed)

    def _eliminate(
        self,
        every: list[Constraint],
        k: int,
        sided: list[tuple[Constraint, dict[int, Polynomial]]],
        signs: list[int],
        unknowns: tuple[int, ...],
        signed: frozenset[int],
    ) -> Steps:
        lower: list[Bound] = []
        upper: list[Bound] = []
        for (constraint, powers), sign in zip(sided, signs, strict=True):
            # not cancelled: the sign of the denominator is known, that of its factors may not be
            value = (-powers.get(0, self.ring.zero) * sign, powers[1] * sign)
            (lower if sign > 0 else upper).append(Bound(value, constraint.sign == ">"))
        pairs = [
            Constraint(">" if low.strict or high.strict else ">=", high.value[0] * low.value[1] - low.value[0] * high.value[1])
            for low in lower
            for high in upper
        ]
        rest = [c for c in every if k not in c.polynomial.variables]
        remaining = tuple(u for u in unknowns if u != k)
        for solved in self._reduce([*rest, *pairs], remaining, signed - {k}):
            if solved is None:
                yield None
                continue
            ends = []
            for bounds, side in ((lower, 1), (upper, -1)):
                put = [Bound(self.evaluated(b.value, solved.values), b.strict) for b in bounds]
                ends.append(self._binding(put, side, solved.conditions))
            yield replace(solved, ranges={**solved.ranges, k: (ends[0], ends[1])})

    def _binding(self, bounds: list[Bound], side: int, given: Sequence[Constraint]) -> tuple[Bound, ...]:
        """The bounds without those that another one implies (`side` is 1 for lower bounds, -1 for upper ones)."""
        left = list(dict.fromkeys(bounds))
        for bound in list(left):
            for other in left:
                if other is not bound:
                    relation = ">" if bound.strict and not other.strict else ">="
                    gap = (other.value[0] * bound.value[1] - bound.value[0] * other.value[1]) * side
                    # times both denominators, whose signs cancelling may have turned
                    if self.prover.implies(given, Constraint(relation, gap * other.value[1] * bound.value[1])) == YES:
                        left.remove(bound)
                        break
        return tuple(left)
