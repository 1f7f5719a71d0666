"""The small arithmetic language of payoffs, priors and assumptions.

Numbers, names, ``+ - * / **``, parentheses and the functions ``sqrt exp log Min Max Abs``; comparisons ``< <= > >= ==``,
which may be chained, in relations. Nothing is ever evaluated as Python: the text is cut into tokens and read by recursive
descent into SymPy expressions, and every step is bounded, so that no text can run for long or fill the memory.

Every name is ``sympy.Symbol(name, real=True)``; every decimal is an exact fraction, so ``0.1`` is one tenth.
"""

import keyword
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Real
from numbers import Rational as RationalNumber
from typing import NamedTuple

import sympy
from sympy import Expr, Rational, Symbol
from sympy.core.relational import Relational
from sympy.printing.str import StrPrinter

from deterrence_games.errors import ExpressionError, GameError

Value = str | int | float | Fraction | Decimal | Real | Expr
"""What a payoff, a prior or a probability may be written as."""

MAX_LENGTH = 10_000  # characters in one text
MAX_NESTING = 50  # parentheses, function calls and towers of powers inside one another
MAX_EXPONENT = 1_000  # numerator and denominator of a number used as an exponent
MAX_BITS = 2_048  # numerator and denominator of any number
MAX_ARGUMENTS = 32  # of Min and Max

_LEAST, _MOST = Rational(1, 10**307), Rational(10**308)  # what a double holds with full precision

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<mark>\*\*|<=|>=|==|[-+*/(),<>])"
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_COMPARISONS: dict[str, type[Relational]] = {
    "<": sympy.StrictLessThan,
    "<=": sympy.LessThan,
    ">": sympy.StrictGreaterThan,
    ">=": sympy.GreaterThan,
    "==": sympy.Equality,
}
_FUNCTIONS: dict[str, tuple[int, int]] = {
    "sqrt": (1, 1),
    "exp": (1, 1),
    "log": (1, 1),
    "Abs": (1, 1),
    "Min": (1, MAX_ARGUMENTS),
    "Max": (1, MAX_ARGUMENTS),
}
_REMEDIES = {
    "^": "write ** for a power",
    "=": "write == for equality",
    "!": "only < <= > >= == compare",
    ".": "there are no attributes; a number needs digits beside its point",
    "_": "a name begins with a letter",
    "[": "there is no indexing; use round parentheses",
    "{": "use round parentheses",
    "\N{MINUS SIGN}": "write the minus sign as -",
    "\N{LESS-THAN OR EQUAL TO}": "write <=",
    "\N{GREATER-THAN OR EQUAL TO}": "write >=",
}


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


def check_name(name: str) -> str | None:
    """Say why `name` cannot be a parameter, or return None."""
    if not _NAME.fullmatch(name):
        return "a parameter is a letter followed by letters, digits and _"
    if name in _FUNCTIONS:
        return "this name is a function"
    if keyword.iskeyword(name):
        return f"this word is reserved; rename it, say {name}_"
    return None


def symbol(name: str) -> Symbol:
    """Return the real symbol that stands for a parameter."""
    return Symbol(name, real=True)


class _Parser:
    """Recursive descent over one text."""

    def __init__(self, text: str, values: Mapping[str, Expr]) -> None:
        self.text = text
        self.values = values
        self.position = 0
        self.depth = 0
        self.tokens = self.cut()

    def fail(self, column: int, problem: str, remedy: str) -> ExpressionError:
        start = max(0, column - 31)
        shown = self.text[start : start + 60]
        if start:
            shown = "..." + shown
        if start + 60 < len(self.text):
            shown += "..."
        return ExpressionError(f"cannot read {shown!r}: {problem} at column {column}; {remedy}")

    def cut(self) -> list[_Token]:
        text = self.text
        if len(text) > MAX_LENGTH:
            raise self.fail(MAX_LENGTH, f"the text has {len(text)} characters", f"use at most {MAX_LENGTH}")
        tokens = []
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                remedy = _REMEDIES.get(text[at], "use numbers, names, + - * / **, parentheses, and functions " + ", ".join(_FUNCTIONS))
                raise self.fail(at + 1, f"{text[at]!r} means nothing here", remedy)
            kind = match.lastgroup or ""
            if kind == "number" and _NAME.match(text, match.end()):
                raise self.fail(match.end() + 1, "a name follows a number", "write the product with *")
            if kind != "space":
                tokens.append(_Token(kind, match.group(), at + 1))
            at = match.end()
        tokens.append(_Token("end", "", len(text) + 1))
        return tokens

    @property
    def next(self) -> _Token:
        return self.tokens[self.position]

    def take(self, *marks: str) -> _Token | None:
        token = self.next
        if token.kind == "mark" and token.text in marks:
            self.position += 1
            return token
        return None

    def unexpected(self) -> ExpressionError:
        token = self.next
        if token.kind == "end":
            return self.fail(token.column, "the text ends too early", "complete it")
        if token.text in _COMPARISONS:
            return self.fail(token.column, f"unexpected comparison {token.text!r}", "comparisons belong into assumptions")
        return self.fail(token.column, f"unexpected {token.text!r}", "check operators and parentheses")

    def close(self, column: int) -> None:
        if not self.take(")"):
            if self.next.kind == "end":
                raise self.fail(column, "'(' is never closed", "add ')'")
            raise self.unexpected()

    def enter(self, column: int) -> None:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.fail(column, f"more than {MAX_NESTING} levels of nesting", "simplify the expression")

    # ---- grammar -------------------------------------------------------------------------------------------------------

    def relations(self) -> tuple[Relational, ...]:
        left = self.sum()
        found = []
        while mark := self.take(*_COMPARISONS):
            right = self.sum()
            found.append(_COMPARISONS[mark.text](left, right, evaluate=False))
            left = right
        if self.next.kind != "end":
            raise self.unexpected()
        if not found:
            raise self.fail(1, "no comparison", "write a relation such as a < b")
        return tuple(found)

    def expression(self) -> Expr:
        result = self.sum()
        if self.next.kind != "end":
            raise self.unexpected()
        return result

    def sum(self) -> Expr:
        column = self.next.column
        terms = [self.product()]
        while mark := self.take("+", "-"):
            term = self.product()
            terms.append(-term if mark.text == "-" else term)
        return terms[0] if len(terms) == 1 else self.bounded(sympy.Add(*terms), column)

    def product(self) -> Expr:
        column = self.next.column
        factors = [self.signed()]
        while mark := self.take("*", "/"):
            factor = self.signed()
            if mark.text == "/":
                if factor.is_zero:
                    raise self.fail(mark.column, "division by zero", "change the denominator")
                factor = sympy.Pow(factor, -1)
            factors.append(factor)
        return factors[0] if len(factors) == 1 else self.bounded(sympy.Mul(*factors), column)

    def signed(self) -> Expr:
        negative = False
        while mark := self.take("+", "-"):
            negative ^= mark.text == "-"
        result = self.power()
        return -result if negative else result

    def power(self) -> Expr:
        base = self.atom()
        mark = self.take("**")
        if mark is None:
            return base
        self.enter(mark.column)
        exponent = self.signed()
        self.depth -= 1
        return self.raised(base, exponent, mark.column)

    def atom(self) -> Expr:
        token = self.next
        if token.kind == "number":
            self.position += 1
            return self.number(token)
        if token.kind == "name":
            self.position += 1
            opening = self.take("(")
            return self.call(token, opening) if opening else self.named(token)
        if opening := self.take("("):
            self.enter(token.column)
            inner = self.sum()
            self.close(token.column)
            self.depth -= 1
            if self.next.text == "(":
                raise self.fail(self.next.column, "'(' follows ')'", "write the product with *")
            return inner
        raise self.unexpected()

    def number(self, token: _Token) -> Expr:
        _, _, exponent = token.text.lower().partition("e")
        if len(token.text) > 400 or len(exponent) > 4 or abs(int(exponent or 0)) > 400:
            raise self.fail(token.column, "the number is out of range", "use numbers between 1e-307 and 1e308")
        fraction = Fraction(token.text)
        return self.bounded(Rational(fraction.numerator, fraction.denominator), token.column)

    def named(self, token: _Token) -> Expr:
        problem = check_name(token.text)
        if problem:
            raise self.fail(token.column, f"{token.text!r} is not a parameter", problem)
        value = self.values.get(token.text)
        return symbol(token.text) if value is None else value

    def call(self, token: _Token, opening: _Token) -> Expr:
        if token.text not in _FUNCTIONS:
            remedy = "the functions are " + ", ".join(_FUNCTIONS) + "; write a product with *"
            raise self.fail(token.column, f"there is no function {token.text!r}", remedy)
        least, most = _FUNCTIONS[token.text]
        self.enter(opening.column)
        arguments = [self.sum()]
        while self.take(","):
            arguments.append(self.sum())
        self.close(opening.column)
        self.depth -= 1
        if not least <= len(arguments) <= most:
            number = "one argument" if most == 1 else f"at most {most} arguments"
            raise self.fail(token.column, f"{token.text} has {len(arguments)} arguments", f"give it {number}")
        return self.bounded(self.apply(token, arguments), token.column)

    # ---- arithmetic, bounded -------------------------------------------------------------------------------------------

    def apply(self, token: _Token, arguments: list[Expr]) -> Expr:
        first = arguments[0]
        if token.text == "sqrt":
            return self.raised(first, sympy.S.Half, token.column)
        if token.text == "log":
            if first.is_zero:
                raise self.fail(token.column, "logarithm of zero", "change its argument")
            return sympy.log(first)
        if token.text == "exp":
            return sympy.exp(first)
        if token.text == "Abs":
            return sympy.Abs(first)
        return _extreme(token.text, arguments)

    def raised(self, base: Expr, exponent: Expr, column: int) -> Expr:
        if exponent.is_Rational:
            size = max(abs(exponent.p), exponent.q)
            if size > MAX_EXPONENT:
                raise self.fail(column, "the exponent is too large", f"use exponents up to {MAX_EXPONENT}")
            if not base.is_Add and size > 1:
                bits = sum(max(abs(n.p), n.q).bit_length() - 1 for n in base.atoms(Rational))
                if bits * abs(exponent.p) > 2 * MAX_BITS * exponent.q:
                    raise self.fail(column, "the power is too large", "use smaller numbers")
        if base.is_zero and exponent.is_negative:
            raise self.fail(column, "division by zero", "change the base")
        return self.bounded(sympy.Pow(base, exponent), column)

    def bounded(self, value: Expr, column: int) -> Expr:
        if value.is_Rational:
            self.bound(value, column)
        elif value.free_symbols:
            for part in value.args if value.is_Add else (value,):
                self.bound(part.as_coeff_Mul()[0], column)
            if value.has(sympy.I, sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
                raise self.fail(column, "the expression is not a finite real number", "change it")
        else:
            number = value.evalf(15)
            if not (number.is_Float or number.is_Rational):
                raise self.fail(column, "the value is not a finite real number", "change the expression")
            self.bound(number, column)
        return value

    def bound(self, number: Expr, column: int) -> None:
        if number.is_Rational and max(abs(number.p), number.q).bit_length() > MAX_BITS:
            raise self.fail(column, "the number has too many digits", "round it")
        if number.is_number and number.is_nonzero and not _LEAST <= abs(number) <= _MOST:
            raise self.fail(column, "the number is out of range", "use numbers between 1e-307 and 1e308")


def _extreme(name: str, arguments: list[Expr]) -> Expr:
    """Min or Max without SymPy's comparisons of all pairs, which can take minutes; only fractions are compared."""
    numbers = [argument for argument in arguments if argument.is_Rational]
    parts = dict.fromkeys(argument for argument in arguments if not argument.is_Rational)
    if numbers:
        parts[min(numbers) if name == "Min" else max(numbers)] = None
    if len(parts) == 1:
        return next(iter(parts))
    make: Callable[..., Expr] = sympy.Min if name == "Min" else sympy.Max
    return make(*parts, evaluate=False)


class _Printer(StrPrinter):
    """SymPy's text in the small language; the number e is written exp(1), as E is a parameter's name."""

    def _print_Exp1(self, expr: Expr) -> str:
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


def parse(text: str, values: Mapping[str, Expr] | None = None) -> Expr:
    """Read an arithmetic expression.

    Parameters
    ----------
    text : str
    values : mapping name -> expression, optional
        What to put in place of some names.

    Raises
    ------
    ExpressionError
        Naming the column and the remedy.

    Examples
    --------
    >>> parse("1 - p/4")
    1 - p/4
    >>> parse("9**9**9")
    Traceback (most recent call last):
    ...
    deterrence_games.errors.ExpressionError: cannot read '9**9**9': the exponent is too large at column 2; use exponents up to 1000
    """
    return _Parser(text, values or {}).expression()


def parse_relations(text: str, values: Mapping[str, Expr] | None = None) -> tuple[Relational, ...]:
    """Read a comparison or a chain of them, one relation a sign.

    Examples
    --------
    >>> parse_relations("0 < p <= 1")
    (0 < p, p <= 1)
    """
    return _Parser(text, values or {}).relations()


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
        return parse(value)
    if isinstance(value, Expr):
        return _adopt(value)
    return exact(value)


def exact(value: object) -> Rational:
    """Return a finite real number as a fraction, or raise `GameError`."""
    if isinstance(value, bool):
        raise GameError(f"{value} is a truth value; give a number, a string or a SymPy expression")
    if isinstance(value, Integral):
        fraction = Fraction(int(value))
    elif isinstance(value, RationalNumber):
        fraction = Fraction(int(value.numerator), int(value.denominator))
    elif isinstance(value, (Real, Decimal)):
        if not math.isfinite(value):
            raise GameError(f"{value} is not a finite number; give a finite one")
        fraction = Fraction(repr(float(value)) if isinstance(value, float) else str(value))
    else:
        raise GameError(f"{value!r:.60} is not a real number; give a number, a string or a SymPy expression")
    number = Rational(fraction.numerator, fraction.denominator)
    if max(abs(number.p), number.q).bit_length() > MAX_BITS or (number.p and not _LEAST <= abs(number) <= _MOST):
        raise GameError("a number is out of range; use numbers between 1e-307 and 1e308")
    return number


def _adopt(value: Expr) -> Expr:
    for part in value.atoms():
        if isinstance(part, Symbol):
            problem = check_name(part.name) if type(part) is Symbol else "use sympy.Symbol"
            if problem:
                raise ExpressionError(f"SymPy symbol {str(part)!r} is not a parameter; {problem}")
        elif not (part.is_Rational or part.is_Float or part is sympy.E):
            raise GameError(f"{part} in {str(value)!r:.60} is not a finite real number of the language; give a number")
    return parse(to_text(value))


def to_relations(value: str | Relational) -> tuple[Relational, ...]:
    """Turn a text or a SymPy relation into relations of the small language."""
    if isinstance(value, str):
        return parse_relations(value)
    if isinstance(value, Relational) and value.rel_op in _COMPARISONS:
        return (_COMPARISONS[value.rel_op](to_expression(value.lhs), to_expression(value.rhs), evaluate=False),)
    raise GameError(f"{value!r:.60} is not a relation; write text such as 'a < b'")
