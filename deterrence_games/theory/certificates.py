"""Inequalities that follow from others as sums of products.

Where all variables are at least zero, a claim follows when its polynomial is a sum of polynomials that are given, each times a
monomial with a positive coefficient, and of terms with positive coefficients [1]_. The coefficients are found by linear
programming in floating point, made fractions, and the sum is then checked exactly.

References
----------
.. [1] Handelman, D. (1988). Representing polynomials by positive linear functions on compact convex polyhedra. Pacific Journal
   of Mathematics 132.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction
from operator import add, sub

import numpy as np

from deterrence_games.theory.polynomials import Constraint, Polynomial, Ring

LARGEST_DENOMINATOR = 1000  # of a coefficient; those seen are halves and small integers
MOST_TERMS = 500  # of a polynomial,
MOST_PAIRS = 20_000  # of negative terms that are compared, and
MOST_PRODUCTS = 500  # beyond which a linear program would take longer than what it replaces; those seen have up to 120

Monomial = tuple[int, ...]
Product = tuple[Constraint, Polynomial, Monomial]  # a constraint, the side of it that is not negative, and its factor


def follows(
    claim: Constraint, given: Sequence[Constraint], ring: Ring, signed: tuple[AbstractSet[int], AbstractSet[int]]
) -> bool:
    """Whether a certificate for an inequality is found; False tells nothing.

    Parameters
    ----------
    claim : Constraint
        Not an equation.
    given : sequence of Constraint
    ring : Ring
    signed : (set of int, set of int)
        Variables that are above zero, and that are not below it.
    """
    positive, known = signed[0], signed[0] | signed[1]
    if not claim.polynomial.variables <= known:
        return False
    useful = [c for c in given if c.polynomial.variables <= known and len(c.polynomial.coefficients) <= MOST_TERMS]
    if len(claim.polynomial.coefficients) > MOST_TERMS:
        return False
    if _negative(claim.polynomial) * sum(_negative(c.polynomial) for c in useful) > MOST_PAIRS:
        return False
    products = list(_products(claim.polynomial, useful))
    if not 0 < len(products) <= MOST_PRODUCTS:
        return False
    rest, strict = claim.polynomial, False
    for (constraint, side, factor), coefficient in zip(products, _coefficients(claim.polynomial, products), strict=True):
        if coefficient > 0:
            rest = rest - side * ring.term(factor, 1) * ring.number(coefficient)
            strict |= constraint.sign == ">" and _within(factor, positive)
    if any(coefficient < 0 for coefficient in rest.coefficients):
        return False
    return claim.sign == ">=" or strict or any(_within(exponents, positive) for exponents in rest.terms)


def _negative(polynomial: Polynomial) -> int:
    return sum(coefficient < 0 for coefficient in polynomial.coefficients)


def _within(exponents: Monomial, variables: AbstractSet[int]) -> bool:
    return all(k in variables for k, power in enumerate(exponents) if power)


def _products(goal: Polynomial, given: Sequence[Constraint]) -> Iterator[Product]:
    """What is given, times the monomials that bring a negative term of it to a negative term of the goal."""
    wanted = [exponents for exponents, coefficient in goal.terms.items() if coefficient < 0]
    for constraint in given:
        sides = (constraint.polynomial, -constraint.polynomial) if constraint.sign == "=" else (constraint.polynomial,)
        for side in sides:
            lowest = [exponents for exponents, coefficient in side.terms.items() if coefficient < 0]
            factors = (tuple(map(sub, high, low)) for high in wanted for low in lowest)
            for factor in dict.fromkeys(factor for factor in factors if min(factor) >= 0):
                yield constraint, side, factor


def _coefficients(goal: Polynomial, products: Sequence[Product]) -> list[Fraction]:
    """Coefficients at which the products leave no negative term of the goal, in floating point; zeros when there are none."""
    from scipy.optimize import linprog  # costs much to import, and few theorems need it
    from scipy.sparse import coo_array

    row = {exponents: number for number, exponents in enumerate(goal.terms)}
    entries = []
    for column, (_, side, factor) in enumerate(products):
        for exponents, coefficient in side.terms.items():
            at = row.setdefault(tuple(map(add, exponents, factor)), len(row))
            entries.append((int(coefficient.p) / int(coefficient.q), at, column))
    most = np.zeros(len(row))
    most[: len(goal.terms)] = [int(coefficient.p) / int(coefficient.q) for coefficient in goal.terms.values()]
    values, rows, columns = zip(*entries, strict=True)
    matrix = coo_array((values, (rows, columns)), shape=(len(row), len(products)))
    found = linprog(np.ones(len(products)), A_ub=matrix.tocsr(), b_ub=most)
    values_found = found.x if found.status == 0 else np.zeros(len(products))
    return [Fraction(float(value)).limit_denominator(LARGEST_DENOMINATOR) for value in values_found]
