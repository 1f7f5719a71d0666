"""The closed forms of a theorem as functions of arrays of parameters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import sympy
from sympy import Expr, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean, Or
from sympy.printing.pycode import PythonCodePrinter

from deterrence_games.theory.value_formulas import (
    Formulas,
    InArrays,
    Label,
    Table,
    atoms_of,
    formulas_of,
    has_roots,
    quantity_tables,
    square_root_parts,
)

if TYPE_CHECKING:
    from deterrence_games.theory.theorem import Theorem

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Truth = Any  # of a relation: an array, or a truth value of Python

PART = 8192  # points evaluated at a time, so that intermediate columns stay in cache
CLOSE = 1e-12  # sides of a condition that differ by no more, as a share of their sizes, are compared in fractions
CLOSE_ROOTS = 1e-6  # the same for a condition with square roots: near zero they lose half of the digits, or do not exist
COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
}


@dataclass(frozen=True, eq=False)
class ClosedValues:
    """What a theorem says at points: which families exist, and quantities in each of them.

    It travels between processes, and compiles its formulas where it arrives.

    Attributes
    ----------
    parameters : tuple of str
    assumptions : Boolean
    conditions : tuple of Boolean
        One a family.
    quantities : mapping name -> Table
    """

    parameters: tuple[str, ...]
    assumptions: Boolean
    conditions: tuple[Boolean, ...]
    quantities: Mapping[str, Table]
    _compiled: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, theorem: "Theorem", quantities: bool = True) -> "ClosedValues":
        """The families on open sets, and the quantities of `quantity_tables` if they are wanted."""
        game = theorem.game
        return cls(
            game.parameters,
            And(*game.assumptions, evaluate=False),
            tuple(And(*family.conditions, evaluate=False) for family in theorem.families),
            quantity_tables(game, theorem.families) if quantities else {},
        )

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_compiled": {}}

    def evaluate(
        self, columns: Mapping[str, Floats], points: int, names: Sequence[str]
    ) -> tuple[Bools, Bools, Bools, dict[str, Floats]]:
        """Evaluate the families, and some quantities in them.

        Parameters
        ----------
        columns : mapping parameter -> float64[point] or float64[]
        names : sequence of str
            Keys of `quantities`.

        Returns
        -------
        exists : bool[point, family]
            False where an assumption fails: there the theorem says nothing.
        inside : bool[point]
            Whether the assumptions hold.
        border : bool[point]
            Whether the point is so close to the border of a family that its conditions were compared in fractions, for which
            floats stand for the shortest decimals that print them.
        bounds : dict name -> float64[point, family, label, side]
            The least and the greatest value; NaN where the family does not exist.
        """
        families = len(self.conditions)
        exists = np.empty((families, points), dtype=np.bool_)
        inside, border = np.empty(points, dtype=np.bool_), np.empty(points, dtype=np.bool_)
        widths = {name: len(self.quantities[name][0]) if families else 0 for name in names}
        bounds = {name: np.empty((points, families, width, 2)) for name, width in widths.items()}
        function, formulas = self._function(tuple(names))
        for start in range(0, points, PART):
            part = slice(start, min(start + PART, points))
            arguments = [column[part] if (column := columns[name]).ndim else column for name in self.parameters]
            with np.errstate(all="ignore"):
                results = function(*arguments)
                truths, close = _compare(formulas, results)
            inside[part] = truth_of(self.assumptions, truths)
            border[part] = False
            for row, condition in enumerate(self.conditions):
                exists[row, part], near = _decide(condition, truths, close)
                border[part] |= near
            border[part] &= inside[part]
            self._recheck(columns, np.flatnonzero(border[part]) + start, exists)
            exists[:, part] &= inside[part]
            rest = results[2 * (len(formulas.atoms) + len(formulas.more)) :]
            for name in names:
                for row, labels in enumerate(self.quantities[name]):
                    for place, label in enumerate(labels):
                        count = sum(len(own.ends) for own in label)
                        ends = _bounds(label, rest[:count], truths)
                        rest = rest[count:]
                        for side, end in enumerate(ends):
                            bounds[name][part, row, place, side] = np.where(exists[row, part], end, np.nan)
        return exists.T, inside, border, bounds

    def formulas(self, names: Sequence[str]) -> Formulas:
        """What is computed for some of the quantities."""
        return formulas_of(self.parameters, (self.assumptions, *self.conditions), [self.quantities[name] for name in names])

    def _function(self, names: tuple[str, ...]) -> tuple[Any, Formulas]:
        """Both sides of every relation, then the formulas of the quantities; and what they are."""
        if names not in self._compiled:
            formulas = self.formulas(names)
            modules = [{"least": _least, "greatest": _greatest}, "numpy"]
            function = sympy.lambdify(
                formulas.symbols, formulas.results, modules, InArrays(), cse=lambda _: (formulas.shared, formulas.results)
            )
            self._compiled[names] = function, formulas
        found: tuple[Any, Formulas] = self._compiled[names]
        return found

    @property
    def _symbols(self) -> list[Symbol]:
        return [Symbol(name, real=True) for name in self.parameters]

    def _recheck(self, columns: Mapping[str, Floats], places: npt.NDArray[np.int64], exists: Bools) -> None:
        """Decide the families at some points in fractions."""
        if not places.size:
            return
        if () not in self._compiled:
            self._function(())
        key = ("in fractions",)
        if key not in self._compiled:
            atoms = self._compiled[()][1].atoms
            parts = [part for atom in atoms for part in _sign_parts(atom, {})]
            written = {"Fraction": Fraction}
            printer = _InFractions({"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": True})
            self._compiled[key] = (
                sympy.lambdify(self._symbols, parts, modules=[written, "math"], printer=printer, dummify=True, cse=True),
                atoms,
            )
        function, atoms = self._compiled[key]
        for place in places.tolist():
            numbers = [
                Fraction(repr(float(columns[name][place] if columns[name].ndim else columns[name]))) for name in self.parameters
            ]
            try:
                parts = function(*numbers)
            except (ArithmeticError, ValueError, TypeError):
                continue  # a root, say, has no fraction: what floating point says stays
            truths = {atom: _true(atom, *parts[3 * k : 3 * k + 3]) for k, atom in enumerate(atoms)}
            for row, condition in enumerate(self.conditions):
                exists[row, place] = truth_of(condition, truths)


class _InFractions(PythonCodePrinter):  # type: ignore[misc]  # SymPy has no types
    """Python code in which one tenth is a fraction, and not the float 1/10."""

    def _print_Rational(self, expr: sympy.Rational) -> str:  # noqa: N802  # SymPy calls it by this name
        return f"Fraction({expr.p}, {expr.q})"

    def _print_Half(self, expr: sympy.Rational) -> str:  # noqa: N802
        return self._print_Rational(expr)


def _least(one: Any, other: Any) -> Any:
    return np.where(one < other, one, other)


def _greatest(one: Any, other: Any) -> Any:
    return np.where(one > other, one, other)


def _bounds(label: Label, ends: Sequence[Any], truths: Mapping[Any, Truth]) -> tuple[Any, Any]:
    """The least and the greatest value of a quantity over its alternatives."""
    if not ends:
        return np.nan, np.nan
    found: list[tuple[Any, Any]] = []
    low: Any = np.inf
    high: Any = -np.inf
    for own in label:
        held, ends = ends[: len(own.ends)], ends[len(own.ends) :]
        least = most = held[0]
        for value in held[1:]:
            least, most = _least(value, least), _greatest(value, most)
        found.append((least, most))
    if len(found) == 1:
        return found[0]
    for own, (least, most) in zip(label, found, strict=True):
        here = truth_of(own.when, truths)
        low, high = np.where(here & (least < low), least, low), np.where(here & (most > high), most, high)
    none = low > high  # no case holds, within rounding
    return np.where(none, found[0][0], low), np.where(none, found[0][1], high)


# ---- conditions ------------------------------------------------------------------------------------------------------------


def _compare(formulas: Formulas, results: Sequence[Any]) -> tuple[dict[Any, Bools], dict[Any, Bools]]:
    """Whether each relation holds at each point, and whether its two sides are too close to tell; one value if for all."""
    truths, close = {}, {}
    for k, atom in enumerate((*formulas.atoms, *formulas.more)):
        left, right = (np.asarray(side, dtype=np.float64) for side in results[2 * k : 2 * k + 2])
        truths[atom] = COMPARE[atom.rel_op](left, right)
        if k < len(formulas.atoms):
            if has_roots(atom):
                close[atom] = ~(np.abs(left - right) > CLOSE_ROOTS * (np.abs(left) + np.abs(right)))
            else:
                close[atom] = np.abs(left - right) <= CLOSE * (np.abs(left) + np.abs(right))
    return truths, close


def _decide(condition: Boolean, truths: Mapping[Any, Bools], close: Mapping[Any, Bools]) -> tuple[Truth, Truth]:
    """Whether a condition holds, and whether close comparisons could turn it round."""
    atoms = atoms_of(condition)
    holds = truth_of(condition, truths)
    near = [atom for atom in atoms if close[atom].any()]
    if not near:
        return holds, False
    most = truth_of(condition, {atom: truths[atom] | close[atom] for atom in atoms})
    least = truth_of(condition, {atom: truths[atom] & ~close[atom] for atom in atoms})
    return holds, most != least


def truth_of(condition: Boolean, truths: Mapping[Any, Truth]) -> Truth:
    """Whether a condition holds, given the truth of its relations."""
    if isinstance(condition, And):
        found: Truth = True
        for part in condition.args:
            found = found & truth_of(part, truths)
        return found
    if isinstance(condition, Or):
        found = False
        for part in condition.args:
            found = found | truth_of(part, truths)
        return found
    return truths[condition] if isinstance(condition, Relational) else bool(condition)


def holds_at(condition: Boolean, point: Mapping[Symbol, sympy.Rational]) -> bool:
    """Whether a condition holds at rational parameters; a relation with the square root of a negative number does not."""
    truths = {}
    for atom in atoms_of(condition):
        parts = _sign_parts(atom, point)
        truths[atom] = parts[0].is_Rational and _true(atom, *parts)
    return bool(truth_of(condition, truths))


def _sign_parts(atom: Relational, point: Mapping[Symbol, sympy.Rational]) -> tuple[Expr, Expr, Expr]:
    """Left minus right of a relation: a part, and another one times the square root of a third, whose sum has its sign."""
    if has_roots(atom):
        return square_root_parts(atom.lhs - atom.rhs, point)
    return (atom.lhs - atom.rhs).subs(point), sympy.S.Zero, sympy.S.Zero


def _true(atom: Relational, plain: Any, factor: Any, radicand: Any) -> bool:
    """Whether a relation holds, by the sign of left minus right: that of the larger square where the parts' signs differ."""
    if plain * factor < 0:
        plain *= plain**2 - factor**2 * radicand
    elif plain == 0:
        plain = factor * radicand
    return bool(radicand >= 0 and COMPARE[atom.rel_op](plain, 0))
