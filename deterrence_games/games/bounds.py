"""Limits of the arithmetic language: how large numbers may become, judged before SymPy computes them.

SymPy splits powers on its own: ``9**(x + 10**9)`` becomes ``9**10**9 * 9**x`` and would fill the memory. `weight` bounds
the bits of every number that such a split can produce.
"""

import math

import sympy
from sympy import Expr

MAX_LENGTH = 10_000  # characters in one text
MAX_NESTING = 50  # parentheses, function calls and towers of powers inside one another
MAX_EXPONENT = 1_000  # size of a number used as an exponent
MAX_DENOMINATOR = 10**9  # of a fraction used as an exponent
MAX_BITS = 2_048  # numerator and denominator of any number
MAX_WEIGHT = 4_096  # bits of what a power may come to
MAX_ARGUMENTS = 32  # of Min and Max

RANGE = "use numbers between 1e-307 and 1e308"  # what a double holds with full precision
_LEAST, _MOST = 10**307, 10**308  # one over the least, and the most


def number_problem(number: Expr) -> str | None:
    """Say why a Rational or Float is too large, too small or too long, or return None; other expressions are fine."""
    if number.is_Rational:
        size = abs(number.p)
        if max(size, number.q).bit_length() > MAX_BITS:
            return "the number has too many digits"
        good = size == 0 or (number.q <= size * _LEAST and size <= number.q * _MOST)
    else:
        good = not number.is_Float or number == 0 or bool(abs(number) * _LEAST >= 1 and abs(number) <= _MOST)
    return None if good else "the number is out of range"


def power_problem(base: Expr, exponent: Expr) -> str | None:
    """Say why a power must not be computed, or return None."""
    if exponent.is_Rational and (abs(exponent.p) > MAX_EXPONENT * exponent.q or exponent.q > MAX_DENOMINATOR):
        return "the exponent is too large"
    if _power_weight(base, exponent) > MAX_WEIGHT:
        return "the power is too large"
    return None


def exponential_problem(argument: Expr) -> str | None:
    """Say why ``exp(argument)`` must not be computed, or return None: exp(10**9*log(2)) is 2**10**9."""
    return "the power is too large" if _power_weight(sympy.E, argument) > MAX_WEIGHT else None


def weight(value: Expr) -> float:
    """Return a bound in bits on any number that can be split off a product or power of `value`."""
    if value.is_Rational:
        return math.log2(max(abs(value.p), value.q))
    if value.is_Pow:
        return _power_weight(value.base, value.exp)
    if isinstance(value, sympy.exp):
        return _power_weight(sympy.E, value.exp)
    return math.fsum(map(weight, value.args))


def _power_weight(base: Expr, exponent: Expr) -> float:
    size = _size(exponent)
    logarithms = [weight(part.args[0]) for part in exponent.atoms(sympy.log)]
    if isinstance(base, sympy.exp):
        size *= _size(base.exp)
        logarithms += [weight(part.args[0]) for part in base.exp.atoms(sympy.log)]
        bits = 0.0
    else:
        bits = weight(base)
    bits += math.fsum(logarithms)
    return bits * size if bits else 0.0


def _size(value: Expr) -> float:
    """Return a bound on the numbers in an exponent once its products are multiplied out."""
    if value.is_Rational:
        return min(abs(value.p) / value.q, 1e9) if abs(value.p) < 10**9 * value.q else math.inf
    if value.is_Add:
        return math.fsum(map(_size, value.args))
    if value.is_Mul:
        return math.prod(max(1.0, _size(factor)) for factor in value.args)
    if value.is_Pow and value.exp.is_Integer and value.exp.is_positive:
        return math.inf if value.exp > 64 else max(1.0, _size(value.base)) ** int(value.exp)
    return 1.0
