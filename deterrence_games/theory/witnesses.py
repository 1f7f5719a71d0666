"""Points in exact rationals at which constraints hold, found by z3 and checked in fractions."""

from collections.abc import Mapping, Sequence
from typing import Any

import sympy
from sympy import Expr, Rational

from deterrence_games.theory.coordinates import Coordinates
from deterrence_games.theory.polynomials import Constraint, Polynomial
from deterrence_games.theory.propagation import Clause
from deterrence_games.theory.prover import Prover

DIGITS = 30  # of a rational number in place of an algebraic one


def counterexample(prover: Prover, constraints: Sequence[Constraint], clauses: Sequence[Clause]) -> dict[str, Rational] | None:
    """Rational parameters at which all constraints hold, and of each clause one, checked in fractions; None when not found."""
    model = prover.witness(constraints, clauses)
    if model is None:
        return None
    values = {k: _rational(value) for k, value in model.items()}
    at = {k: value for k, value in values.items() if value is not None}
    if any(at.get(k, 1) <= 0 for k in prover.coordinates.positive):
        return None
    for k, radicand in prover.ring.roots.items():
        if radicand.variables <= at.keys():
            at[k] = sympy.sqrt(max(evaluate(radicand, at), 0))

    def holds(constraint: Constraint) -> bool:
        value = evaluate(constraint.polynomial, at)
        return bool(value == 0 if constraint.sign == "=" else value >= 0 if constraint.sign == ">=" else value > 0)

    every = (*prover.coordinates.assumptions, *constraints)
    if not all(map(holds, every)) or not all(any(map(holds, clause)) for clause in clauses):
        return None
    return parameters_at(prover.coordinates, at)


def _rational(value: Any) -> Rational | None:
    if hasattr(value, "p"):
        return Rational(int(value.p), int(value.q))
    if hasattr(value, "numerator_as_long"):
        return Rational(value.numerator_as_long(), value.denominator_as_long())
    if hasattr(value, "approx"):
        near = value.approx(DIGITS)
        return Rational(near.numerator_as_long(), near.denominator_as_long())
    return None


def evaluate(polynomial: Polynomial, values: Mapping[int, Expr]) -> Expr:
    """A polynomial at values of its variables, rational ones and square roots of such."""
    total = sympy.S.Zero
    for exponents, coefficient in polynomial.terms.items():
        term = Rational(int(coefficient.p), int(coefficient.q))
        for k, power in enumerate(exponents):
            if power:
                term *= values[k] ** power
        total += term
    return total


def parameters_at(coordinates: Coordinates, values: Mapping[int, Rational]) -> dict[str, Rational]:
    """The parameters at rational values of the coordinates."""
    return {name: evaluate(above, values) / evaluate(below, values) for name, (above, below) in coordinates.parameters.items()}
