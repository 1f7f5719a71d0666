"""Polynomials over the rationals in named variables, and relations of them to zero.

A thin layer over python-flint, which belongs to the extra ``proofs``; python-flint's own polynomials cannot be hashed.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any, NamedTuple, TypeAlias

import sympy

from deterrence_games.errors import DeterrenceGamesError, GameError

MOST_POWER = 12  # of a sum in a payoff
MOST_MEMORY = 4_000  # megabytes of z3 in a process: the hardest questions take hundreds a second, and are given up then
MOST_ROOTS = 6  # different square roots in one theorem

Terms: TypeAlias = Mapping[
    tuple[int, ...], Any
]  # exponents -> coefficient, a rational number with numerator p and denominator q


def import_proof_packages() -> tuple[Any, Any]:
    """Import z3 and python-flint.

    Raises
    ------
    DeterrenceGamesError
        Naming the extra when one of them is missing.
    """
    try:
        import flint
        import z3
    except ImportError as missing:
        raise DeterrenceGamesError(
            f"derive needs {missing.name}, which is not installed; install the extra: pip install 'deterrence-games[proofs]'"
        ) from None
    z3.set_param("memory_max_size", MOST_MEMORY)
    return z3, flint


class Polynomial:
    """A polynomial of a `Ring`; immutable.

    Parameters
    ----------
    raw : flint.fmpq_mpoly
    """

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    @cached_property
    def terms(self) -> Terms:
        """Coefficient of each monomial, by the exponents of the variables."""
        places, width = sorted(self.variables), len(self.degrees)
        found = {}
        for exponents, coefficient in self._narrow.to_dict().items():
            wide = [0] * width
            for place, power in zip(places, exponents, strict=True):
                wide[place] = power
            found[tuple(wide)] = coefficient
        return found

    @property
    def _narrow(self) -> Any:
        """The same in the variables that occur only, in which reading and factoring take a fraction of the time."""
        places = sorted(self.variables)
        return self.raw.project_to_context(_numbered(len(places)), {place: k for k, place in enumerate(places)})

    @cached_property
    def coefficients(self) -> list[Any]:
        """Coefficients in the order of the terms."""
        found: list[Any] = self.raw.coeffs()
        return found

    @cached_property
    def degrees(self) -> tuple[int, ...]:
        """Degree in each variable."""
        return () if self.raw.is_zero() else tuple(self.raw.degrees())

    @cached_property
    def variables(self) -> frozenset[int]:
        """Positions of the variables that occur."""
        return frozenset(k for k, degree in enumerate(self.degrees) if degree > 0)

    @cached_property
    def _hash(self) -> int:
        return hash(
            (len(self.raw), self.degrees)
        )  # coefficients take longer to read, and few polynomials differ in nothing else

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and bool(self.raw == other.raw)

    def __add__(self, other: "Polynomial") -> "Polynomial":
        return Polynomial(self.raw + other.raw)

    def __sub__(self, other: "Polynomial") -> "Polynomial":
        return Polynomial(self.raw - other.raw)

    def __mul__(self, other: "Polynomial | int") -> "Polynomial":
        return Polynomial(self.raw * (other if isinstance(other, int) else other.raw))

    def __truediv__(self, other: "Polynomial") -> "Polynomial":
        """Exact division."""
        return Polynomial(self.raw / other.raw)

    def __neg__(self) -> "Polynomial":
        return Polynomial(-self.raw)

    def __pow__(self, power: int) -> "Polynomial":
        return Polynomial(self.raw**power)

    def __repr__(self) -> str:
        return str(self.raw)

    @property
    def zero(self) -> bool:
        """Whether it is the zero polynomial."""
        return bool(self.raw.is_zero())

    @property
    def leading_sign(self) -> int:
        """Sign of the first coefficient."""
        return 0 if self.zero else 1 if self.raw.leading_coefficient() > 0 else -1

    def factor(self) -> tuple[Any, list[tuple["Polynomial", int]]]:
        """A rational number, zero for the zero polynomial, and the irreducible factors with their powers."""
        constant, parts = self._narrow.factor()
        context, wide = self.raw.context(), dict(enumerate(sorted(self.variables)))
        return constant, [(Polynomial(part.project_to_context(context, wide)), int(power)) for part, power in parts]

    def at(self, values: Sequence[Any]) -> Any:
        """The value, a fraction of python-flint, at fractions for all variables of the ring."""
        return self.raw(*values)

    def gcd(self, other: "Polynomial") -> "Polynomial":
        """Greatest common divisor."""
        return Polynomial(self.raw.gcd(other.raw))


Fraction: TypeAlias = tuple[Polynomial, Polynomial]  # numerator and denominator


class Constraint(NamedTuple):
    """A polynomial compared with zero: ``polynomial sign 0`` where sign is ``=``, ``>=`` or ``>``."""

    sign: str
    polynomial: Polynomial


@cache
def _numbered(size: int) -> Any:
    """A ring of so many variables."""
    _, flint = import_proof_packages()
    return flint.fmpq_mpoly_ctx.get([f"x{k}" for k in range(size)], flint.Ordering.lex)


class Ring:
    """Polynomials in a fixed tuple of variables, and in square roots of polynomials in them.

    Parameters
    ----------
    names : sequence of str
    roots : int
        Room for so many square roots: variables after those named.

    Attributes
    ----------
    roots : dict variable -> Polynomial
        What each root in use is the square root of; the root is zero where that is negative.
    spare : tuple of int
        All variables that stand for roots, in use or not.
    """

    def __init__(self, names: Sequence[str], roots: int = 0) -> None:
        _, flint = import_proof_packages()
        self.names = (*names, *(f"s{k}" for k in range(roots)))
        self.spare = tuple(range(len(names), len(self.names)))
        self.roots: dict[int, Polynomial] = {}
        self._rational = flint.fmpq
        self._context = flint.fmpq_mpoly_ctx.get(self.names, flint.Ordering.lex)
        self.variables = tuple(Polynomial(raw) for raw in self._context.gens())
        self.one = self.number(1)
        self.zero = self.number(0)

    def number(self, value: object) -> Polynomial:
        """A constant; `value` is an int or a SymPy Rational."""
        exact = sympy.Rational(value)
        return Polynomial(self._context.constant(self._rational(int(exact.p), int(exact.q))))

    def sum(self, parts: Sequence[Polynomial]) -> Polynomial:
        """Add up."""
        total = self.zero
        for part in parts:
            total = total + part
        return total

    def term(self, exponents: tuple[int, ...], coefficient: Any) -> Polynomial:
        """A monomial."""
        return Polynomial(self._context.from_dict({exponents: coefficient}))

    def read(self, polynomial: Polynomial, count: int) -> Polynomial:
        """A polynomial of another ring in the first `count` variables, which are the same here."""
        rest = (0,) * (len(self.names) - count)
        return Polynomial(self._context.from_dict({(*e[:count], *rest): c for e, c in polynomial.terms.items()}))

    def root(self, radicand: Polynomial) -> int:
        """The variable that stands for the square root of a polynomial.

        Raises
        ------
        GameError
            When there is no room for one more.
        """
        for k, own in self.roots.items():
            if own == radicand:
                return k
        if len(self.roots) == len(self.spare):
            raise GameError(f"more than {len(self.spare)} different square roots")
        k = self.spare[len(self.roots)]
        self.roots[k] = radicand
        return k

    def rooted(self, polynomial: Polynomial) -> list[int]:
        """The roots that occur in a polynomial."""
        return [k for k in self.roots if k in polynomial.variables]

    def reduced(self, polynomial: Polynomial) -> Polynomial:
        """The same with no root in a higher power than the first, where what is below every root is not negative."""
        for k in self.rooted(polynomial):
            if polynomial.degrees[k] > 1:
                polynomial = self.sum(
                    [
                        c * self.roots[k] ** (power // 2) * self.variables[k] ** (power % 2)
                        for power, c in self.powers(polynomial, k).items()
                    ]
                )
        return polynomial

    def powers(self, polynomial: Polynomial, variable: int) -> dict[int, Polynomial]:
        """Coefficients of the powers of one variable."""
        found = {}
        left, power, factorial = polynomial.raw, 0, 1
        while not left.is_zero():  # by derivatives at zero, which python-flint takes much faster than it gives out terms
            coefficient = left.subs({variable: 0})
            if not coefficient.is_zero():
                found[power] = Polynomial(coefficient / factorial)
            left, power = left.derivative(variable), power + 1
            factorial *= power
        return found

    def put(self, polynomial: Polynomial, variable: int, value: Fraction) -> Fraction:
        """Put a fraction in place of a variable: numerator and denominator of the result, not cancelled."""
        powers = self.powers(polynomial, variable)
        degree = max(powers, default=0)
        above, below = value
        put = self.sum([c * above**power * below ** (degree - power) for power, c in powers.items()])
        return (self.reduced(put), self.reduced(below**degree)) if self.roots else (put, below**degree)


def cancelled(fraction: Fraction) -> Fraction:
    """The same fraction without a common factor."""
    above, below = fraction
    common = above.gcd(below)
    return above / common, below / common


def read_fraction(
    expression: sympy.Expr,
    ring: Ring,
    values: Mapping[str, Fraction],
    square_root: Callable[[Fraction], Fraction | None] = lambda radicand: None,
) -> Fraction:
    """Read an expression as a fraction of polynomials, given its parameters as fractions.

    Parameters
    ----------
    expression : sympy expression
    ring : Ring
    values : mapping parameter -> fraction
    square_root : callable (fraction) -> fraction or None
        What stands for the square root of a fraction.

    Raises
    ------
    GameError
        When the expression is not a ratio of polynomials.
    """
    if expression.is_Rational:
        return ring.number(expression), ring.one
    if expression.is_Symbol:
        return values[expression.name]
    if expression.is_Add or expression.is_Mul:
        first, *others = (read_fraction(part, ring, values, square_root) for part in expression.args)
        above, below = first
        for other_above, other_below in others:
            if expression.is_Mul:
                above, below = above * other_above, below * other_below
            else:
                above, below = above * other_below + other_above * below, below * other_below
        return cancelled((above, below))
    if expression.is_Pow and (2 * expression.exp).is_Integer and abs(expression.exp) <= MOST_POWER:
        base: Fraction | None = read_fraction(expression.base, ring, values, square_root)
        power = expression.exp
        if base is not None and not power.is_Integer:
            base, power = square_root(base), 2 * power
        if base is not None:
            above, below = base if power >= 0 else base[::-1]
            return above ** int(abs(power)), below ** int(abs(power))
    raise GameError(
        f"{expression} is not a ratio of polynomials, which is what closed forms are derived from; "
        "rewrite it, or solve the game at numbers with solve and equilibrium_map"
    )
