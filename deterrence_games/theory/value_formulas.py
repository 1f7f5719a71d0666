"""The formulas that a theorem is evaluated by, written once for NumPy and for compiled code.

Both run the same operations on doubles in the same order: sums, products, quotients, square roots and comparisons, which IEEE
754 rounds in one way. Whoever evaluates a theorem therefore gets the same bits. Only other functions and powers
(exponentials, say) are left to whatever library computes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import sympy
from sympy import Expr, Rational, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean, Or
from sympy.printing.pycode import PythonCodePrinter

from deterrence_games.errors import GameError
from deterrence_games.games.expressions import to_text
from deterrence_games.lowering.tree import compile_game
from deterrence_games.theory.family import Case, Family

if TYPE_CHECKING:
    from deterrence_games.games import Game

MOST_POWER = 32  # powers up to this are written as products


@dataclass(frozen=True)
class Alternative:
    """What a quantity may be.

    Attributes
    ----------
    when : Boolean or None
        Where; None for everywhere.
    ends : tuple of sympy expressions
        The least and the greatest of them bound the quantity; none where the theorem does not tell it.
    """

    when: Boolean | None
    ends: tuple[Expr, ...]


Label = tuple[Alternative, ...]
Table = tuple[tuple[Label, ...], ...]  # for each family, for each label


@dataclass(frozen=True, eq=False)
class Formulas:
    """Everything that is computed at a point, in the symbols x0, x1, ... for the parameters.

    Attributes
    ----------
    symbols : tuple of Symbol
    atoms : tuple of Relational
        Of the assumptions and the families' conditions.
    more : tuple of Relational
        Of the alternatives.
    shared : list of (Symbol, expression)
        Computed first, in this order.
    results : list of expressions
        Both sides of each of `atoms` and `more`, then the ends of the quantities in their order.
    """

    symbols: tuple[Symbol, ...]
    atoms: tuple[Relational, ...]
    more: tuple[Relational, ...]
    shared: Sequence[tuple[Symbol, Expr]]
    results: Sequence[Expr]


def formulas_of(parameters: Sequence[str], conditions: Sequence[Boolean], tables: Sequence[Table]) -> Formulas:
    """Collect and share subexpressions.

    Parameters
    ----------
    parameters : sequence of str
    conditions : sequence of Boolean
        The assumptions, then one a family.
    tables : sequence of Table
        The quantities that are asked for.
    """
    labels = [label for table in tables for row in table for label in row]
    atoms = dict.fromkeys(atom for condition in conditions for atom in atoms_of(condition))
    cases = (own.when for label in labels for own in label if own.when is not None)
    more = [atom for atom in dict.fromkeys(atom for case in cases for atom in atoms_of(case)) if atom not in atoms]
    written = [side for atom in (*atoms, *more) for side in (atom.lhs, atom.rhs)]
    written += [end for label in labels for own in label for end in own.ends]
    symbols = tuple(Symbol(f"x{k}", real=True) for k in range(len(parameters)))
    names = {Symbol(name, real=True): symbol for name, symbol in zip(parameters, symbols, strict=True)}
    shared, results = sympy.cse([one.xreplace(names) for one in written], symbols=sympy.numbered_symbols("t"))
    return Formulas(symbols, tuple(atoms), tuple(more), shared, results)


def has_roots(expression: Expr | Boolean) -> bool:
    """Whether an expression or a condition has powers that are no whole numbers."""
    return any(not power.exp.is_Integer for power in expression.atoms(sympy.Pow))


def square_root_parts(expression: Expr, values: Mapping[Symbol, Rational]) -> tuple[Expr, Expr, Expr]:
    """An expression as a polynomial and another one times a square root, the sum of which has its sign.

    Parameters
    ----------
    expression : sympy expression
        A ratio of polynomials in the parameters and in at most one square root.
    values : mapping Symbol -> Rational
        Numbers to put in.

    Returns
    -------
    plain, factor, radicand : sympy expression
        Polynomials in what is left of the parameters; zeros but for the first where there is no root.

    Raises
    ------
    GameError
        When there are several roots.
    """
    bases = {power.base for power in expression.atoms(sympy.Pow) if not power.exp.is_Integer}
    if len(bases) > 1:
        raise GameError(f"{to_text(expression)} has several square roots; borders are measured and drawn for one only")
    root = sympy.Dummy()
    radicand = next((base.subs(values) for base in bases), sympy.S.Zero)
    roots = {power: root ** (2 * power.exp) for power in expression.atoms(sympy.Pow) if not power.exp.is_Integer}
    above, below = sympy.fraction(sympy.together(expression.xreplace(roots).subs(values)))
    if above.has(sympy.nan, sympy.zoo) or below == 0:
        return sympy.nan, sympy.S.Zero, sympy.S.Zero
    powers = sympy.Poly(above * below, root).all_coeffs()[::-1]
    even, odd = (
        sympy.Add(*(own * radicand ** (power // 2) for power, own in enumerate(powers) if power % 2 == rest)) for rest in (0, 1)
    )
    return even, odd, radicand


def atoms_of(condition: Boolean) -> list[Relational]:
    """The relations in a condition."""
    if isinstance(condition, And | Or):
        return [atom for part in condition.args for atom in atoms_of(part)]
    return [condition] if isinstance(condition, Relational) else []


# ---- quantities ------------------------------------------------------------------------------------------------------------


def quantity_tables(game: "Game", families: Sequence[Family]) -> Mapping[str, Table]:
    """``outcomes``, ``payoffs``, the probabilities of ``war`` and ``deterrence``, and ``strategies`` in each family."""
    structure = compile_game(game).structure
    actions = [(place, label) for q, place in enumerate(structure.information_sets) for label in structure.set_labels(q)]
    tables: dict[str, list[tuple[Label, ...]]] = {
        name: [] for name in ("outcomes", "payoffs", "war", "deterrence", "strategies")
    }
    for family in families:
        war = sympy.Add(*(family.outcomes[label] for label in game.wars))
        quiet = family.outcomes[game.status_quo] if game.status_quo else sympy.S.Zero
        for name, formulas in (
            ("outcomes", [family.outcomes[label] for label in game.outcomes]),
            ("payoffs", [family.payoffs[player] for player in game.players]),
            ("war", [war]),
            ("deterrence", [quiet]),
        ):
            tables[name].append(tuple((Alternative(None, _ends(family, formula)),) for formula in formulas))
        tables["strategies"].append(tuple(_action(family, place, label) for place, label in actions))
    return {name: tuple(table) for name, table in tables.items()}


def _action(family: Family, place: Any, label: str) -> Label:
    """The probability of an action: cases of one family may differ where the play does not come."""
    parts: tuple[Family | Case, ...] = (
        family,
        *family.cases[1:],
    )  # the first case, with its ranges closed where others join it
    if any(place not in part.strategies for part in parts):
        return (Alternative(None, ()),)
    found: dict[tuple[Expr, ...], list[Boolean]] = {}
    for part, case in zip(parts, family.cases, strict=True):
        ends = _ends(part, part.strategies[place][label])
        found.setdefault(ends, []).append(And(*case.conditions, evaluate=False))
    if len(found) == 1:
        return (Alternative(None, next(iter(found))),)
    return tuple(Alternative(Or(*cases, evaluate=False), ends) for ends, cases in found.items())


def _ends(held: Family | Case, formula: Expr) -> tuple[Expr, ...]:
    """The formula at the ends of every probability that is left free, later ones first."""
    found = [formula]
    for symbol, own in reversed(list(held.ranges.items())):
        if any(symbol in one.free_symbols for one in found):
            found = [one.subs(symbol, end) for one in found for end in (own.start, own.end)]
    return tuple(dict.fromkeys(found))


# ---- code ------------------------------------------------------------------------------------------------------------------


class InArrays(PythonCodePrinter):  # type: ignore[misc]  # SymPy has no types
    """Python code for arrays; `least` and `greatest` of two must be supplied."""

    def __init__(self) -> None:
        super().__init__({"fully_qualified_modules": False})

    def _print_Pow(self, expr: sympy.Pow, rational: bool = False, sqrt: str = "sqrt") -> str:  # noqa: N802  # SymPy's name
        twice = 2 * expr.exp
        if not twice.is_Integer or not 0 < abs(twice) <= 2 * MOST_POWER:
            text: str = super()._print_Pow(expr, rational=rational)
            return text
        base = self._print(expr.base) if twice.is_even else f"{sqrt}({self._print(expr.base)})"
        count = abs(expr.exp) if twice.is_even else abs(twice)
        product = f"({'*'.join([f'({base})'] * int(count))})"
        return product if twice > 0 else f"(1/{product})"

    def _print_Min(self, expr: sympy.Min) -> str:  # noqa: N802
        return _folded("least({0}, {1})", [self._print(one) for one in expr.args])

    def _print_Max(self, expr: sympy.Max) -> str:  # noqa: N802
        return _folded("greatest({0}, {1})", [self._print(one) for one in expr.args])


class InNumbers(InArrays):
    """Python code for single numbers, to be compiled."""

    def _print_Min(self, expr: sympy.Min) -> str:  # noqa: N802
        return _folded("({0} if {0} < {1} else {1})", [self._print(one) for one in expr.args])

    def _print_Max(self, expr: sympy.Max) -> str:  # noqa: N802
        return _folded("({0} if {0} > {1} else {1})", [self._print(one) for one in expr.args])


def _folded(form: str, texts: Sequence[str]) -> str:
    """Two at a time, from the left."""
    return reduce(form.format, texts)
