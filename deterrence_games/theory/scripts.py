"""Formulas and words in the two scripts that theorems are printed in: LaTeX, and HTML with MathML."""

import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Protocol, TypeAlias

from sympy import Expr, Interval, Max, Min, Set, Symbol, fraction
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean, Or
from sympy.printing.latex import LatexPrinter
from sympy.printing.mathml import MathMLPresentationPrinter

Formula: TypeAlias = Expr | Boolean | Set

SPECIAL = {c: "\\" + c for c in "&%$#_{}"} | {
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
    "[": "{[}",  # at the start of a row of a table it would be read as an option of the row before
    "]": "{]}",
    "*": "{*}",
}
LATEX_SIGNS = {"<": "<", "<=": r"\leq", ">": ">", ">=": r"\geq", "==": "="}
LONGEST = 100  # visible characters that stay one fraction
HTML_SIGNS = {"<=": "≤", ">=": "≥", "==": "="}


class Script(Protocol):
    """How to write down a formula, a label and a name in bold."""

    def math(self, value: Formula) -> str:
        """Write a formula."""

    def chain(self, terms: Sequence[Expr], signs: Sequence[str]) -> str:
        """Write a chain of comparisons, a sign between two terms."""

    def text(self, words: str) -> str:
        """Write plain words."""

    def bold(self, words: str) -> str:
        """Write plain words in bold."""


class _PositiveFirst:
    """Print a sum with its positive terms in front: ``a - b``, never ``-b + a``."""

    def _as_ordered_terms(self, expr: Expr, order: str | None = None) -> list[Expr]:
        terms: list[Expr] = super()._as_ordered_terms(expr, order=order)  # type: ignore[misc]  # SymPy has no types
        return sorted(terms, key=lambda term: term.could_extract_minus_sign())


class _Latex(_PositiveFirst, LatexPrinter):  # type: ignore[misc]  # SymPy has no types
    def formula(self, value: Formula) -> str:
        """A long fraction is written as a factor times its numerator, whose terms a line of text can break between."""
        text = str(self.doprint(value))
        if not isinstance(value, Expr) or not _long(text):
            return text
        above, below = fraction(value)
        if below == 1:
            return text.replace(r"\left", "").replace(r"\right", "")
        common, terms = above.as_coeff_Mul()
        sums = str(self.doprint(terms)).replace(r"\left", "").replace(r"\right", "")  # between those no line breaks
        return rf"{self.doprint(common / below)} \bigl( {sums} \bigr)"

    def _print_Symbol(self, expr: Symbol, style: str = "plain") -> str:  # noqa: N802  # SymPy calls it by this name
        """Set words in an index upright and apart, as in the probability that a hard challenger defects."""
        name, *index = expr.name.split("_")
        if len(index) < 2 or not name:
            return str(super()._print_Symbol(expr, style))
        words = r"\ ".join(index)
        return rf"{self._print_Symbol(Symbol(name), style)}_{{\mathrm{{{words}}}}}"


class _MathML(_PositiveFirst, MathMLPresentationPrinter):  # type: ignore[misc]  # SymPy has no types
    def formula(self, value: Formula) -> str:
        """The formula, its minus signs as such and not as hyphens."""
        return str(self.doprint(value)).replace("<mo>-</mo>", "<mo>\N{MINUS SIGN}</mo>")


class Latex:
    """LaTeX, formulas between dollars."""

    def __init__(self) -> None:
        self._printer = _Latex()

    def math(self, value: Formula) -> str:
        """Write a formula; the parts of a conjunction or disjunction are joined by words."""
        if isinstance(value, Interval) and _long(self._printer.doprint(value)):
            return _span(value, self)
        return _in_words(value, lambda part: f"${self._printer.formula(part)}$")

    def chain(self, terms: Sequence[Expr], signs: Sequence[str]) -> str:
        """Write a chain of comparisons, a sign between two terms."""
        parts = [self._printer.doprint(terms[0])]
        for sign, term in zip(signs, terms[1:], strict=True):
            parts += [LATEX_SIGNS[sign], self._printer.doprint(term)]
        return f"${' '.join(parts)}$"

    def text(self, words: str) -> str:
        """Write plain words."""
        return re.sub(r"[&%$#_{}<>|~^\\\[\]*]", lambda found: SPECIAL[found[0]], words)

    def bold(self, words: str) -> str:
        """Write plain words in bold."""
        return rf"\textbf{{{self.text(words)}}}"


class Html:
    """HTML, formulas in MathML, which needs neither script nor style sheet."""

    def math(self, value: Formula) -> str:
        """Write a formula; the parts of a conjunction or disjunction are joined by words."""
        return _in_words(value, lambda part: f"<math>{_MathML().formula(part)}</math>")

    def chain(self, terms: Sequence[Expr], signs: Sequence[str]) -> str:
        """Write a chain of comparisons, a sign between two terms."""
        parts = [_MathML().formula(terms[0])]
        for sign, term in zip(signs, terms[1:], strict=True):
            parts += [f"<mo>{escape(HTML_SIGNS.get(sign, sign))}</mo>", _MathML().formula(term)]
        return f"<math><mrow>{''.join(parts)}</mrow></math>"

    def text(self, words: str) -> str:
        """Write plain words."""
        return escape(words)

    def bold(self, words: str) -> str:
        """Write plain words in bold."""
        return f"<b>{escape(words)}</b>"


def _in_words(value: Formula, write: Callable[[Formula], str]) -> str:
    if isinstance(value, And | Or):
        link = " and " if isinstance(value, And) else ", or "
        parts = [_in_words(part, write) for part in _sorted(value)]
        return link.join(f"({part})" if isinstance(own, Or) else part for own, part in zip(_sorted(value), parts, strict=True))
    return write(value)


def _sorted(value: Boolean) -> list[Boolean]:
    """The parts of a conjunction or disjunction, equations first."""
    return sorted(value.args, key=lambda part: (not (isinstance(part, Relational) and part.rel_op == "=="), str(part)))


def _long(latex: str) -> bool:
    """Whether a formula is too long for one fraction or interval."""
    return len(re.sub(r"\\[a-z]+|[{}_^ ]", "", latex)) > LONGEST


def _span(held: Interval, script: Script) -> str:
    """Tell an interval in words, so that its ends can stand on lines of their own."""

    def end(value: Expr, excluded: bool) -> str:
        which = {Max: "the largest of ", Min: "the smallest of "}.get(type(value), "")
        parts = sorted(value.args, key=str) if which else [value]
        return which + " and ".join(script.math(part) for part in parts) + (" (excluded)" if excluded else "")

    return f"the interval from {end(held.start, held.left_open)} to {end(held.end, held.right_open)}"
