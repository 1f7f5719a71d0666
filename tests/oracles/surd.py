"""Numbers ``a + b * sqrt(d)`` with exact arithmetic and order, for solutions of quadratic equations."""

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

DIGITS = 10**30  # irrational results are rounded to fractions of this denominator


class UndecidedError(Exception):
    """The system is beyond the exact methods here."""


@dataclass(frozen=True, eq=False)
class Surd:
    """``a + b * sqrt(d)`` with ``b`` not zero and ``d`` a natural number that is no square."""

    a: Fraction
    b: Fraction
    d: int

    def _parts(self, other: "Number") -> tuple[Fraction, Fraction]:
        """The other number's parts over the same root."""
        if not isinstance(other, Surd):
            return Fraction(other), Fraction(0)
        if other.d == self.d:
            return other.a, other.b
        root = isqrt(other.d * self.d)
        if root * root != other.d * self.d:
            raise UndecidedError("two different square roots")
        return other.a, other.b * Fraction(root, self.d)

    def _make(self, a: Fraction, b: Fraction) -> "Number":
        return Surd(a, b, self.d) if b else a

    def __add__(self, other: "Number") -> "Number":
        a, b = self._parts(other)
        return self._make(self.a + a, self.b + b)

    __radd__ = __add__

    def __neg__(self) -> "Surd":
        return Surd(-self.a, -self.b, self.d)

    def __sub__(self, other: "Number") -> "Number":
        return self + (-other)

    def __rsub__(self, other: "Number") -> "Number":
        return (-self) + other

    def __mul__(self, other: "Number") -> "Number":
        a, b = self._parts(other)
        return self._make(self.a * a + self.b * b * self.d, self.a * b + self.b * a)

    __rmul__ = __mul__

    def _inverse(self) -> "Number":
        norm = self.a * self.a - self.b * self.b * self.d
        return self._make(self.a / norm, -self.b / norm)

    def __truediv__(self, other: "Number") -> "Number":
        return self * (other._inverse() if isinstance(other, Surd) else 1 / Fraction(other))

    def __rtruediv__(self, other: "Number") -> "Number":
        return self._inverse() * other

    def _positive(self) -> bool:
        """Whether the number is above zero (zero it cannot be)."""
        if self.a == 0 or (self.a > 0) == (self.b > 0):
            return self.b > 0
        return (self.a * self.a > self.b * self.b * self.d) == (self.a > 0)

    def _above(self, other: "Number") -> bool:
        gap = self - other
        return gap._positive() if isinstance(gap, Surd) else gap > 0

    def __lt__(self, other: "Number") -> bool:
        return self != other and not self._above(other)

    def __le__(self, other: "Number") -> bool:
        return not self._above(other)

    def __gt__(self, other: "Number") -> bool:
        return self._above(other)

    def __ge__(self, other: "Number") -> bool:
        return self == other or self._above(other)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Surd):
            return False
        a, b = self._parts(other)
        return (self.a, self.b) == (a, b)

    def __hash__(self) -> int:
        return hash((self.a, self.b * abs(self.b) * self.d))

    def __abs__(self) -> "Surd":
        return self if self._positive() else -self

    def __bool__(self) -> bool:
        return True

    def rounded(self) -> Fraction:
        """The nearest fraction but for about 1e-30."""
        square = self.b * self.b * self.d
        root = Fraction(isqrt(square.numerator * DIGITS**2 // square.denominator), DIGITS)
        return self.a + (root if self.b > 0 else -root)


Number = Fraction | int | Surd


def rounded(value: Number) -> Fraction:
    """A fraction: the number itself, or within 1e-29 of it when it is irrational."""
    return value.rounded() if isinstance(value, Surd) else Fraction(value)


def exact(value: Number) -> Fraction | Surd:
    """The number in a type whose division is exact."""
    return Fraction(value) if isinstance(value, int) else value


def real_roots(c0: Number, c1: Number, c2: Number) -> list[Number]:
    """Real roots of ``c0 + c1 x + c2 x**2``, which must not vanish identically."""
    if not c2:
        return [exact(-c0) / exact(c1)] if c1 else []
    if any(isinstance(c, Surd) for c in (c0, c1, c2)):
        raise UndecidedError("a quadratic equation with irrational coefficients")
    discriminant = Fraction(c1 * c1 - 4 * c0 * c2)
    if discriminant < 0:
        return []
    middle, half = Fraction(-c1) / (2 * c2), 1 / Fraction(2 * c2)
    under = discriminant.numerator * discriminant.denominator  # sqrt(n / m) = sqrt(n m) / m
    root = isqrt(under)
    if root * root == under:
        step = half * Fraction(root, discriminant.denominator)
        return sorted({middle - step, middle + step})
    b = half / discriminant.denominator
    return sorted([Surd(middle, b, under), Surd(middle, -b, under)])
