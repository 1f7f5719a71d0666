"""Polynomials that are linear in each of several blocks of variables.

A polynomial is a dictionary from monomial (a sorted tuple of variables, at most one of each block) to coefficient.
"""

from collections.abc import Iterable, Mapping
from itertools import product

from tests.oracles.surd import Number

Monomial = tuple[int, ...]
Polynomial = dict[Monomial, Number]


def total(terms: Iterable[tuple[Polynomial, Number]]) -> Polynomial:
    """The sum of polynomials times numbers."""
    result: Polynomial = {}
    for polynomial, factor in terms:
        for monomial, value in polynomial.items():
            result[monomial] = result.get(monomial, 0) + factor * value
    return {monomial: value for monomial, value in result.items() if value}


def times(left: Polynomial, right: Polynomial) -> Polynomial:
    """The product."""
    result: Polynomial = {}
    for (m, a), (n, b) in product(left.items(), right.items()):
        monomial = tuple(sorted(m + n))
        result[monomial] = result.get(monomial, 0) + a * b
    return result


def evaluated(polynomial: Polynomial, values: Mapping[int, Number]) -> Polynomial:
    """The polynomial with numbers put in for some variables."""
    result: Polynomial = {}
    for monomial, value in polynomial.items():
        rest = []
        for variable in monomial:
            if variable in values:
                value = value * values[variable]
            else:
                rest.append(variable)
        if value:
            result[tuple(rest)] = result.get(tuple(rest), 0) + value
    return {monomial: value for monomial, value in result.items() if value}


def substituted(polynomial: Polynomial, expressions: Mapping[int, Polynomial]) -> Polynomial:
    """The polynomial with other polynomials put in for some variables."""
    parts = []
    for monomial, value in polynomial.items():
        part: Polynomial = {(): value}
        for variable in monomial:
            part = times(part, expressions.get(variable, {(variable,): 1}))
        parts.append((part, 1))
    return total(parts)


def number(polynomial: Polynomial) -> Number:
    """The value of a constant polynomial."""
    return polynomial.get((), 0)


def variables(polynomial: Polynomial) -> set[int]:
    """The variables that occur."""
    return {variable for monomial in polynomial for variable in monomial}


def coefficients(polynomial: Polynomial, first: int, second: int) -> tuple[Number, Number, Number, Number]:
    """``(a, b, c, d)`` of ``a + b first + c second + d first second``, a polynomial in two variables."""
    both = (min(first, second), max(first, second))
    return tuple(polynomial.get(monomial, 0) for monomial in ((), (first,), (second,), both))
