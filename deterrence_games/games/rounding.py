"""Probabilities given as floats, whose sum misses one by rounding: 1/3 written three times as 0.3333333333333333."""

from collections.abc import Collection, Mapping
from fractions import Fraction
from numbers import Rational, Real

import sympy
from sympy import Expr

from deterrence_games.games.expressions import exact

TOLERANCE = 1e-9  # sums of floats closer than this to one are one


def is_rounded(value: object) -> bool:
    """Whether a number was rounded before it came here: a float, where integers, fractions and texts are exact."""
    return (isinstance(value, Real) and not isinstance(value, Rational)) or isinstance(value, sympy.Float)


def without_rounding(probabilities: Mapping[str, Expr], rounded: Collection[str]) -> dict[str, Expr]:
    """Scale the probabilities that were rounded so that all of them sum to one, where rounding alone is in the way.

    Exact probabilities are left as they are, and so are all where the sum is no number or is further from one than
    ``TOLERANCE``.

    Parameters
    ----------
    rounded : collection of str
        Labels of the probabilities that were given as floats.
    """
    given = dict(probabilities)
    total = sympy.Add(*given.values())
    floats = sympy.Add(*(given[label] for label in rounded))
    if not (total.is_Rational and floats.is_Rational) or total == 1 or abs(total - 1) > TOLERANCE or floats <= 0:
        return given
    factor = (floats + 1 - total) / floats
    if factor < 0:
        return given
    return {label: _scaled(share, factor) if label in rounded else share for label, share in given.items()}


def _scaled(share: Expr, factor: Expr) -> Expr:
    product = share * factor
    return exact(Fraction(int(product.p), int(product.q)))
