"""Reading the arithmetic language: tokens, then recursive descent into SymPy expressions, every step bounded."""

import keyword
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

import sympy
from sympy import Expr, Rational, Symbol
from sympy.core.relational import Relational

from deterrence_games.errors import ExpressionError
from deterrence_games.games.bounds import (
    MAX_ARGUMENTS,
    MAX_LENGTH,
    MAX_NESTING,
    RANGE,
    exponential_problem,
    number_problem,
    power_problem,
)

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<mark>\*\*|<=|>=|==|[-+*/(),<>])"
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
COMPARISONS: dict[str, type[Relational]] = {
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
_PARTS = (Symbol, sympy.Add, sympy.Mul, sympy.Pow, sympy.exp, sympy.log, sympy.Abs, sympy.Min, sympy.Max, type(sympy.E))
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


class Parser:
    """Recursive descent over one text."""

    def __init__(self, text: str, values: Mapping[str, Expr], longest: int = MAX_LENGTH) -> None:
        self.text = text
        self.values = values
        self.longest = longest
        self.position = 0
        self.depth = 0
        self.tokens = self._cut()

    def _fail(self, column: int, problem: str, remedy: str) -> ExpressionError:
        start = max(0, column - 31)
        shown = self.text[start : start + 60]
        if start:
            shown = "..." + shown
        if start + 60 < len(self.text):
            shown += "..."
        return ExpressionError(f"cannot read {shown!r}: {problem} at column {column}; {remedy}")

    def _cut(self) -> list[_Token]:
        text = self.text
        if len(text) > self.longest:
            raise self._fail(self.longest, f"the text has {len(text)} characters", f"use at most {self.longest}")
        tokens = []
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                remedy = _REMEDIES.get(
                    text[at], "use numbers, names, + - * / **, parentheses, and functions " + ", ".join(_FUNCTIONS)
                )
                raise self._fail(at + 1, f"{text[at]!r} means nothing here", remedy)
            kind = match.lastgroup or ""
            if kind == "number" and _NAME.match(text, match.end()):
                raise self._fail(match.end() + 1, "a name follows a number", "write the product with *")
            if kind != "space":
                tokens.append(_Token(kind, match.group(), at + 1))
            at = match.end()
        tokens.append(_Token("end", "", len(text) + 1))
        return tokens

    @property
    def _next(self) -> _Token:
        return self.tokens[self.position]

    def _take(self, *marks: str) -> _Token | None:
        token = self._next
        if token.kind == "mark" and token.text in marks:
            self.position += 1
            return token
        return None

    def _unexpected(self) -> ExpressionError:
        token = self._next
        if token.kind == "end":
            return self._fail(token.column, "the text ends too early", "complete it")
        if token.text in COMPARISONS:
            return self._fail(token.column, f"unexpected comparison {token.text!r}", "comparisons belong into assumptions")
        return self._fail(token.column, f"unexpected {token.text!r}", "check operators and parentheses")

    def _close(self, column: int) -> None:
        if not self._take(")"):
            if self._next.kind == "end":
                raise self._fail(column, "'(' is never closed", "add ')'")
            raise self._unexpected()

    def _enter(self, column: int) -> None:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self._fail(column, f"more than {MAX_NESTING} levels of nesting", "simplify the expression")

    # ---- grammar -------------------------------------------------------------------------------------------------------

    def relations(self) -> tuple[Relational, ...]:
        """Read the whole text as a chain of comparisons."""
        left = self._settled(self._sum())
        found = []
        while mark := self._take(*COMPARISONS):
            right = self._settled(self._sum())
            found.append(COMPARISONS[mark.text](left, right, evaluate=False))
            left = right
        if self._next.kind != "end":
            raise self._unexpected()
        if not found:
            raise self._fail(1, "no comparison", "write a relation such as a < b")
        return tuple(found)

    def expression(self) -> Expr:
        """Read the whole text as one expression."""
        result = self._sum()
        if self._next.kind != "end":
            raise self._unexpected()
        return self._settled(result)

    def _settled(self, value: Expr) -> Expr:
        """Refuse what SymPy's own rules carried out of the language, such as sqrt(-x**2) with its imaginary unit."""
        for part in sympy.preorder_traversal(value):
            if part.is_Rational:
                self._bound(part, 1)
            elif not isinstance(part, _PARTS):
                shown = f"it is not a finite real number, or needs {part}, which the language does not have"
                raise self._fail(1, shown, "write it in another way")
        return value

    def _sum(self) -> Expr:
        column = self._next.column
        terms = [self._product()]
        while mark := self._take("+", "-"):
            term = self._product()
            terms.append(-term if mark.text == "-" else term)
        return terms[0] if len(terms) == 1 else self._bounded(sympy.Add(*terms), column)

    def _product(self) -> Expr:
        column = self._next.column
        factors = [self._signed()]
        while mark := self._take("*", "/"):
            factor = self._signed()
            if mark.text == "/":
                if factor.is_zero:
                    raise self._fail(mark.column, "division by zero", "change the denominator")
                factor = sympy.Pow(factor, -1)
            factors.append(factor)
        return factors[0] if len(factors) == 1 else self._bounded(sympy.Mul(*factors), column)

    def _signed(self) -> Expr:
        negative = False
        while mark := self._take("+", "-"):
            negative ^= mark.text == "-"
        result = self._power()
        return -result if negative else result

    def _power(self) -> Expr:
        base = self._atom()
        mark = self._take("**")
        if mark is None:
            return base
        self._enter(mark.column)
        exponent = self._signed()
        self.depth -= 1
        return self._raised(base, exponent, mark.column)

    def _atom(self) -> Expr:
        token = self._next
        if token.kind == "number":
            self.position += 1
            return self._number(token)
        if token.kind == "name":
            self.position += 1
            opening = self._take("(")
            return self._call(token, opening) if opening else self._named(token)
        if opening := self._take("("):
            self._enter(token.column)
            inner = self._sum()
            self._close(token.column)
            self.depth -= 1
            if self._next.text == "(":
                raise self._fail(self._next.column, "'(' follows ')'", "write the product with *")
            return inner
        raise self._unexpected()

    def _number(self, token: _Token) -> Expr:
        _, _, exponent = token.text.lower().partition("e")
        if len(token.text) > 400 or len(exponent) > 4 or abs(int(exponent or 0)) > 400:
            raise self._fail(token.column, "the number is out of range", RANGE)
        fraction = Fraction(token.text)
        return self._bounded(Rational(fraction.numerator, fraction.denominator), token.column)

    def _named(self, token: _Token) -> Expr:
        problem = check_name(token.text)
        if problem:
            raise self._fail(token.column, f"{token.text!r} is not a parameter", problem)
        value = self.values.get(token.text)
        return symbol(token.text) if value is None else value

    def _call(self, token: _Token, opening: _Token) -> Expr:
        if token.text not in _FUNCTIONS:
            remedy = "the functions are " + ", ".join(_FUNCTIONS) + "; write a product with *"
            raise self._fail(token.column, f"there is no function {token.text!r}", remedy)
        least, most = _FUNCTIONS[token.text]
        self._enter(opening.column)
        arguments = [self._sum()]
        while self._take(","):
            arguments.append(self._sum())
        self._close(opening.column)
        self.depth -= 1
        if not least <= len(arguments) <= most:
            number = "one argument" if most == 1 else f"at most {most} arguments"
            raise self._fail(token.column, f"{token.text} has {len(arguments)} arguments", f"give it {number}")
        return self._bounded(self._apply(token, arguments), token.column)

    # ---- arithmetic, bounded -------------------------------------------------------------------------------------------

    def _apply(self, token: _Token, arguments: list[Expr]) -> Expr:
        first = arguments[0]
        if token.text == "sqrt":
            return self._raised(first, sympy.S.Half, token.column)
        if token.text == "log":
            if first.is_zero:
                raise self._fail(token.column, "logarithm of zero", "change its argument")
            return sympy.log(first)
        if token.text == "exp":
            if problem := exponential_problem(first):
                raise self._fail(token.column, problem, "use smaller numbers in it")
            return sympy.exp(first)
        if token.text == "Abs":
            return sympy.Abs(first, evaluate=first.is_extended_real is True)  # else SymPy may bring in cos and atan2
        return _extreme(token.text, arguments)

    def _raised(self, base: Expr, exponent: Expr, column: int) -> Expr:
        if problem := power_problem(base, exponent):
            raise self._fail(column, problem, "use smaller numbers in it")
        if base.is_zero and exponent.is_negative:
            raise self._fail(column, "division by zero", "change the base")
        return self._bounded(sympy.Pow(base, exponent), column)

    def _bounded(self, value: Expr, column: int) -> Expr:
        if value.is_Rational:
            self._bound(value, column)
        elif value.free_symbols:
            for part in value.args if value.is_Add else (value,):
                self._bound(part.as_coeff_Mul()[0], column)
        else:
            number = value.evalf(15)
            if not (number.is_Float or number.is_Rational):
                raise self._fail(column, "the value is not a finite real number", "change the expression")
            self._bound(number, column)
        return value

    def _bound(self, number: Expr, column: int) -> None:
        if problem := number_problem(number):
            raise self._fail(column, problem, RANGE)


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
