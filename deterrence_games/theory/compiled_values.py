"""The closed forms of a theorem compiled to machine code, for millions of points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import sympy
from sympy import Symbol
from sympy.logic.boolalg import And, Boolean, Or
from sympy.printing.pycode import PythonCodePrinter

from deterrence_games.errors import GameError, ParameterError
from deterrence_games.solvers.generated import compiled_function
from deterrence_games.theory.closed_values import CLOSE, ClosedValues, atoms_of

if TYPE_CHECKING:
    from sympy import Expr

Floats = npt.NDArray[np.float64]

MOST_FAMILIES = 64  # one bit of the mask a family
INSIDE, BORDER = 1, 2  # bits of the flags


@dataclass(frozen=True)
class PointValues:
    """What a theorem says at points.

    Attributes
    ----------
    mask : uint64[point]
        Bit k is set where the k-th family exists; none where an assumption fails.
    inside, border : bool[point]
        Where the assumptions hold; where conditions were so close to equality that they were compared in fractions.
    low, high : dict quantity -> float64[family, label, point]
        Bounds over the members of each family; whatever the formulas give where it does not exist. One array where no family
        leaves the quantity open.
    """

    mask: npt.NDArray[np.uint64]
    inside: npt.NDArray[np.bool_]
    border: npt.NDArray[np.bool_]
    low: Mapping[str, Floats]
    high: Mapping[str, Floats]


class CompiledValues:
    """A compiled evaluator of a theorem.

    The source of the function is printed from the theorem's formulas with all names replaced, written to a module file named by
    its content, and compiled once; later processes load the machine code.

    Parameters
    ----------
    values : ClosedValues
    quantities : sequence of str
        Of ``outcomes``, ``payoffs``, ``war`` and ``deterrence``.
    """

    def __init__(self, values: ClosedValues, quantities: Sequence[str]) -> None:
        for name in quantities:
            if name not in values.quantities:
                raise ParameterError(f"theorem: {name!r:.40} is no quantity; use {', '.join(values.quantities)}")
        if len(values.conditions) > MOST_FAMILIES:
            raise GameError(f"{len(values.conditions)} families; at most {MOST_FAMILIES} fit into a mask")
        self.values = values
        self.quantities = tuple(quantities)
        self.open = {
            name: any(len(ends) > 1 for labels in values.quantities[name] for ends in labels) for name in self.quantities
        }
        self.source = _source(values, self.quantities, self.open)

    def evaluate(self, params: Mapping[str, npt.ArrayLike]) -> PointValues:
        """Evaluate the theorem.

        Parameters
        ----------
        params : mapping parameter -> float64[point] or number

        Raises
        ------
        ParameterError
            When a parameter is unknown or missing, and when columns have different lengths or more than one axis.
        """
        for name in (*params, *self.values.parameters):
            if name not in params or name not in self.values.parameters:
                what = f"unknown parameter {name!r}" if name in params else f"parameter {name!r} is missing"
                raise ParameterError(f"theorem: {what}; give exactly {', '.join(self.values.parameters)}")
        columns = {name: np.asarray(params[name], dtype=np.float64) for name in self.values.parameters}
        points = _points(columns)
        families = len(self.values.conditions)
        mask, flags = np.empty(points, dtype=np.uint64), np.empty(points, dtype=np.uint8)
        low, high, outputs = {}, {}, []
        for name in self.quantities:
            width = len(self.values.quantities[name][0]) if families else 0
            low[name] = np.empty((families, width, points))
            high[name] = np.empty((families, width, points)) if self.open[name] else low[name]
            outputs += [low[name], high[name]] if self.open[name] else [low[name]]
        inputs = [np.ascontiguousarray(np.atleast_1d(columns[name])) for name in self.values.parameters]
        if points:
            compiled_function(self.source, "evaluate")(points, mask, flags, *outputs, *inputs)
        border = (flags & BORDER) > 0
        places = np.flatnonzero(border)
        if places.size:  # the slow way decides what floating point cannot
            part = {name: column[places] if column.ndim else column for name, column in columns.items()}
            exists, _, _, _ = self.values.evaluate(part, places.size, ())
            bits = np.uint64(1) << np.arange(families, dtype=np.uint64)
            mask[places] = (exists * bits).sum(axis=1, dtype=np.uint64)
        return PointValues(mask, (flags & INSIDE) > 0, border, low, high)


def _points(columns: Mapping[str, Floats]) -> int:
    """The common length of the columns; numbers hold at every point."""
    lengths: dict[int, str] = {}
    for name, column in columns.items():
        if column.ndim > 1:
            raise ParameterError(f"theorem: parameter {name!r} has shape {column.shape}; give a number or one value a point")
        if column.ndim:
            lengths.setdefault(column.size, name)
    if len(lengths) > 1:
        told = " and ".join(f"{name!r} {length}" for length, name in lengths.items())
        raise ParameterError(f"theorem: parameters have different numbers of values, {told}; give one value a point")
    return next(iter(lengths), 1)


def _source(values: ClosedValues, quantities: Sequence[str], open_ended: Mapping[str, bool]) -> str:
    """A module with a function that goes through the points and fills its outputs."""
    names = {Symbol(name, real=True): Symbol(f"x{k}", real=True) for k, name in enumerate(values.parameters)}
    atoms = list(dict.fromkeys(atom for one in (values.assumptions, *values.conditions) for atom in atoms_of(one)))
    formulas: list[Expr] = [side for atom in atoms for side in (atom.lhs, atom.rhs)]
    targets = []
    for name in quantities:
        for row, labels in enumerate(values.quantities[name]):
            for label, ends in enumerate(labels):
                targets.append((name, row, label, len(formulas), len(ends)))
                formulas += ends
    shared, results = sympy.cse([formula.xreplace(names) for formula in formulas], symbols=sympy.numbered_symbols("t"))
    write = PythonCodePrinter({"fully_qualified_modules": False}).doprint
    inputs = [f"x{k}" for k in range(len(values.parameters))]
    outputs = [f"{name}_{side}" for name in quantities for side in (("low", "high") if open_ended[name] else ("low",))]
    lines = [
        "import numpy as np",
        "from math import *",
        "",
        "",
        f"def evaluate({', '.join(['points', 'mask', 'flags', *outputs, *(f'{name}_in' for name in inputs)])}):",
        "    for p in range(points):",
        *(f"        {name} = {name}_in[p] if {name}_in.size == points else {name}_in[0]" for name in inputs),
        *(f"        {symbol} = {write(formula)}" for symbol, formula in shared),
    ]
    sign = {"==": "==", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "!=": "!="}
    for k, atom in enumerate(atoms):
        left, right = results[2 * k], results[2 * k + 1]
        lines += [
            f"        l = {write(left)}",
            f"        r = {write(right)}",
            f"        h{k} = l {sign[atom.rel_op]} r",
            f"        c{k} = abs(l - r) <= {CLOSE!r} * (abs(l) + abs(r))",
        ]
    number = {atom: k for k, atom in enumerate(atoms)}
    inside = _logic(values.assumptions, number, "h{0}")
    lines += [f"        inside = {inside}", "        border = False", "        found = np.uint64(0)"]
    for row, condition in enumerate(values.conditions):
        lines += [
            f"        if {_logic(condition, number, 'h{0}')}:",
            f"            found |= np.uint64({1 << row})",
            f"        most = {_logic(condition, number, '(h{0} or c{0})')}",
            f"        least = {_logic(condition, number, '(h{0} and not c{0})')}",
            "        border |= most != least",
        ]
    lines += [
        "        mask[p] = found if inside else np.uint64(0)",
        f"        flags[p] = ({INSIDE} if inside else 0) | ({BORDER} if border and inside else 0)",
    ]
    for name, row, label, first, count in targets:
        bounds = [write(result) for result in results[first : first + count]]
        for side, pick in (("low", "min"), ("high", "max"))[: 1 + open_ended[name]]:
            value = bounds[0] if count == 1 else f"{pick}({', '.join(bounds)})"
            lines.append(f"        {name}_{side}[{row}, {label}, p] = {value}")
    return "\n".join(lines) + "\n"


def _logic(condition: Boolean, number: Mapping[Boolean, int], form: str) -> str:
    """A condition in terms of its relations' numbers."""
    if isinstance(condition, And | Or):
        parts = [_logic(part, number, form) for part in condition.args]
        return f"({(' and ' if isinstance(condition, And) else ' or ').join(parts)})" if parts else "True"
    return form.format(number[condition]) if condition in number else str(bool(condition))
