"""The small arithmetic language of payoffs, priors and assumptions.

Numbers, names, ``+ - * / **``, parentheses and the functions ``sqrt exp log Min Max Abs``; comparisons ``< <= > >= ==``,
which may be chained, in relations. Nothing is ever evaluated as Python: the text is cut into tokens and read by recursive
descent into SymPy expressions, and every step is bounded, so that no text can run for long or fill the memory.

Every name is ``sympy.Symbol(name, real=True)``; every decimal is an exact fraction, so ``0.1`` is one tenth.
"""

import math
from collections.abc import Mapping
from fractions import Fraction
from numbers import Integral, Real
from numbers import Rational as RationalNumber
from typing import TypeAlias

import sympy
from sympy import Expr, Rational, Symbol
from sympy.core.relational import Relational
from sympy.printing.str import StrPrinter

from deterrence_games.errors import ExpressionError, GameError
from deterrence_games.games.bounds import MAX_LENGTH, RANGE, number_problem
from deterrence_games.games.grammar import COMPARISONS, Parser, check_name

Value: TypeAlias = str | int | float | Fraction | Real | Expr
"""What a payoff, a prior or a probability may be written as."""

_ROUNDS = 8  # of reading an expression back from its own text until it stays the same


class _Printer(StrPrinter):  # type: ignore[misc]  # SymPy has no types
    """SymPy's text in the small language; the number e is written exp(1), as E is a parameter's name."""

    def _print_Exp1(self, expr: Expr) -> str:  # noqa: N802  # SymPy calls it by this name
        return "exp(1)"


def to_text(value: Expr | Relational) -> str:
    """Write an expression or a relation in the small language.

    Examples
    --------
    >>> to_text(parse("(b - a)/2"))
    '-a/2 + b/2'
    """
    if isinstance(value, Relational):
        return f"{to_text(value.lhs)} {value.rel_op} {to_text(value.rhs)}"
    return str(_Printer().doprint(value))


def parse(text: str, values: Mapping[str, Expr] | None = None, *, longest: int = MAX_LENGTH) -> Expr:
    """Read an arithmetic expression.

    Parameters
    ----------
    text : str
    values : mapping name -> expression, optional
        What to put in place of some names.
    longest : int
        Characters that are accepted.

    Raises
    ------
    ExpressionError
        Naming the column and the remedy.

    Examples
    --------
    >>> parse("1 - p/4")
    1 - p/4
    >>> parse("2 x")
    Traceback (most recent call last):
    ...
    deterrence_games.errors.ExpressionError: cannot read '2 x': unexpected 'x' at column 3; check operators and parentheses
    """
    return Parser(text, values or {}, longest).expression()


def parse_relations(text: str, values: Mapping[str, Expr] | None = None) -> tuple[Relational, ...]:
    """Read a comparison or a chain of them, one relation a sign.

    Examples
    --------
    >>> parse_relations("0 < p <= 1")
    (0 < p, p <= 1)
    """
    return Parser(text, values or {}).relations()


def to_expression(value: Value) -> Expr:
    """Turn a text, a real number or a SymPy expression into an expression of the small language.

    A float stands for the shortest decimal that prints it: 0.1 is one tenth. Symbols of a SymPy expression become real
    symbols of the same name.

    Raises
    ------
    ExpressionError
        When a text or a SymPy expression lies outside the language.
    GameError
        When the value is no finite real number.
    """
    if isinstance(value, str):
        return stable(parse(value))
    if isinstance(value, Expr):
        return _adopt(value)
    return exact(value)


def stable(value: Expr) -> Expr:
    """Return an equal expression that is read back from its own text unchanged.

    SymPy writes -(a - b)*c in more than one way, depending on how it was built; a game must survive being saved.
    """
    for _ in range(_ROUNDS):
        again = parse(to_text(value))
        if again == value:
            return value
        value = again
    raise ExpressionError(f"{to_text(value)!r:.60} changes whenever it is simplified; write it in another way")


def exact(value: object) -> Rational:
    """Return a finite real number as a fraction, or raise `GameError`."""
    if isinstance(value, bool):
        raise GameError(f"{value} is a truth value; give a number, a string or a SymPy expression")
    if isinstance(value, Integral):
        fraction = Fraction(int(value))
    elif isinstance(value, RationalNumber):
        fraction = Fraction(int(value.numerator), int(value.denominator))
    elif isinstance(value, Real):
        if not math.isfinite(value):
            raise GameError(f"{value} is not a finite number; give a finite one")
        fraction = Fraction(str(value))  # the shortest decimal, of a NumPy scalar as well
    else:
        raise GameError(f"{value!r:.60} is not a real number; give a number, a string or a SymPy expression")
    number = Rational(fraction.numerator, fraction.denominator)
    if problem := number_problem(number):
        raise GameError(f"{problem}; {RANGE}")
    return number


def _adopt(value: Expr) -> Expr:
    for part in value.atoms():
        if isinstance(part, Symbol):
            problem = check_name(part.name) if type(part) is Symbol else "use sympy.Symbol"
            if problem:
                raise ExpressionError(f"SymPy symbol {str(part)!r} is not a parameter; {problem}")
        elif not (part.is_Rational or part.is_Float or part is sympy.E):
            raise GameError(f"{part} in {str(value)!r:.60} is not a finite real number of the language; give a number")
    return stable(parse(to_text(value)))


def to_relations(value: str | Relational) -> tuple[Relational, ...]:
    """Turn a text or a SymPy relation into relations of the small language."""
    found: tuple[Relational, ...] = ()
    if isinstance(value, str):
        found = parse_relations(value)
    elif isinstance(value, Relational) and value.rel_op in COMPARISONS:
        found = (value,)
    if found:
        return tuple(COMPARISONS[r.rel_op](to_expression(r.lhs), to_expression(r.rhs), evaluate=False) for r in found)
    raise GameError(f"{value!r:.60} is not a relation; write text such as 'a < b'")
