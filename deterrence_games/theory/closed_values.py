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

from deterrence_games.theory.family import Family

if TYPE_CHECKING:
    from deterrence_games.theory.theorem import Theorem

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Truth = Any  # of a relation: an array, or a truth value of Python

PART = 8192  # points evaluated at a time, so that intermediate columns stay in cache
CLOSE = 1e-12  # sides of a condition that differ by no more, as a share of their sizes, are compared in fractions
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
    quantities : mapping name -> for each family, for each label, formulas
        The least and the greatest of the formulas bound the quantity over the family's members.
    """

    parameters: tuple[str, ...]
    assumptions: Boolean
    conditions: tuple[Boolean, ...]
    quantities: Mapping[str, tuple[tuple[tuple[Expr, ...], ...], ...]]
    _compiled: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, theorem: "Theorem") -> "ClosedValues":
        """The families on open sets; ``outcomes``, ``payoffs``, and the probabilities of ``war`` and ``deterrence``."""
        game = theorem.game
        tables: dict[str, list[tuple[tuple[Expr, ...], ...]]] = {"outcomes": [], "payoffs": [], "war": [], "deterrence": []}
        for family in theorem.families:
            war = sympy.Add(*(family.outcomes[label] for label in game.wars))
            quiet = family.outcomes[game.status_quo] if game.status_quo else sympy.S.Zero
            for name, formulas in (
                ("outcomes", [family.outcomes[label] for label in game.outcomes]),
                ("payoffs", [family.payoffs[player] for player in game.players]),
                ("war", [war]),
                ("deterrence", [quiet]),
            ):
                tables[name].append(tuple(_ends(family, formula) for formula in formulas))
        return cls(
            game.parameters,
            And(*game.assumptions, evaluate=False),
            tuple(And(*family.conditions, evaluate=False) for family in theorem.families),
            {name: tuple(table) for name, table in tables.items()},
        )

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_compiled": {}}

    def evaluate(
        self, columns: Mapping[str, Floats], points: int, names: Sequence[str]
    ) -> tuple[Bools, Bools, Bools, dict[str, tuple[Floats, Floats]]]:
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
        bounds : dict name -> (low, high)
            ``float64[point, family, label]``; NaN where the family does not exist.
        """
        families = len(self.conditions)
        exists = np.empty((families, points), dtype=np.bool_)
        inside, border = np.empty(points, dtype=np.bool_), np.empty(points, dtype=np.bool_)
        widths = {name: len(self.quantities[name][0]) if families else 0 for name in names}
        bounds = {
            name: (np.empty((families, width, points)), np.empty((families, width, points))) for name, width in widths.items()
        }
        function, atoms = self._function(tuple(names))
        for start in range(0, points, PART):
            part = slice(start, min(start + PART, points))
            arguments = [column[part] if (column := columns[name]).ndim else column for name in self.parameters]
            with np.errstate(all="ignore"):
                results = function(*arguments)
            truths, close = _compare(atoms, results)
            inside[part] = truth_of(self.assumptions, truths)
            border[part] = False
            for row, condition in enumerate(self.conditions):
                exists[row, part], near = _decide(condition, truths, close)
                border[part] |= near
            border[part] &= inside[part]
            self._recheck(columns, np.flatnonzero(border[part]) + start, exists)
            exists[:, part] &= inside[part]
            rest = results[2 * len(atoms) :]
            for name in names:
                low, high = bounds[name]
                for row, labels in enumerate(self.quantities[name]):
                    for label, ends in enumerate(labels):
                        own, rest = rest[: len(ends)], rest[len(ends) :]
                        least, most = own[0], own[0]
                        for value in own[1:]:
                            least, most = np.minimum(least, value), np.maximum(most, value)
                        low[row, label, part] = np.where(exists[row, part], least, np.nan)
                        high[row, label, part] = (
                            np.where(exists[row, part], most, np.nan) if len(own) > 1 else low[row, label, part]
                        )
        turned = {name: (low.transpose(2, 0, 1), high.transpose(2, 0, 1)) for name, (low, high) in bounds.items()}
        return exists.T, inside, border, turned

    def _function(self, names: tuple[str, ...]) -> tuple[Any, list[Relational]]:
        """Both sides of every relation, then the formulas of the quantities; and the relations."""
        if names not in self._compiled:
            atoms = list(dict.fromkeys(atom for one in (self.assumptions, *self.conditions) for atom in atoms_of(one)))
            formulas = [side for atom in atoms for side in (atom.lhs, atom.rhs)]
            formulas += [end for name in names for labels in self.quantities[name] for ends in labels for end in ends]
            function = sympy.lambdify(self._symbols, formulas, modules="numpy", dummify=True, cse=True)
            self._compiled[names] = function, atoms
        found: tuple[Any, list[Relational]] = self._compiled[names]
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
            atoms = self._compiled[()][1]
            sides = [side for atom in atoms for side in (atom.lhs, atom.rhs)]
            written = {"Fraction": Fraction}
            printer = _InFractions({"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": True})
            self._compiled[key] = (
                sympy.lambdify(self._symbols, sides, modules=[written, "math"], printer=printer, dummify=True, cse=True),
                atoms,
            )
        function, atoms = self._compiled[key]
        for place in places.tolist():
            numbers = [
                Fraction(repr(float(columns[name][place] if columns[name].ndim else columns[name]))) for name in self.parameters
            ]
            try:
                sides = function(*numbers)
            except (ArithmeticError, ValueError, TypeError):
                continue  # a root, say, has no fraction: what floating point says stays
            truths = {atom: COMPARE[atom.rel_op](*sides[2 * k : 2 * k + 2]) for k, atom in enumerate(atoms)}
            for row, condition in enumerate(self.conditions):
                exists[row, place] = truth_of(condition, truths)


class _InFractions(PythonCodePrinter):  # type: ignore[misc]  # SymPy has no types
    """Python code in which one tenth is a fraction, and not the float 1/10."""

    def _print_Rational(self, expr: sympy.Rational) -> str:  # noqa: N802  # SymPy calls it by this name
        return f"Fraction({expr.p}, {expr.q})"

    def _print_Half(self, expr: sympy.Rational) -> str:  # noqa: N802
        return self._print_Rational(expr)


def _ends(family: Family, formula: Expr) -> tuple[Expr, ...]:
    """The formula at the ends of every probability that the family leaves free, later ones first."""
    found = [formula]
    for symbol, held in reversed(list(family.ranges.items())):
        if any(symbol in one.free_symbols for one in found):
            found = [one.subs(symbol, end) for one in found for end in (held.start, held.end)]
    return tuple(dict.fromkeys(found))


# ---- conditions ------------------------------------------------------------------------------------------------------------


def atoms_of(condition: Boolean) -> list[Relational]:
    """The relations in a condition."""
    if isinstance(condition, And | Or):
        return [atom for part in condition.args for atom in atoms_of(part)]
    return [condition] if isinstance(condition, Relational) else []


def _compare(atoms: list[Relational], results: Sequence[Any]) -> tuple[dict[Any, Bools], dict[Any, Bools]]:
    """Whether each relation holds at each point, and whether its two sides are too close to tell; one value if for all."""
    truths, close = {}, {}
    for k, atom in enumerate(atoms):
        left, right = (np.asarray(side, dtype=np.float64) for side in results[2 * k : 2 * k + 2])
        truths[atom] = COMPARE[atom.rel_op](left, right)
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
