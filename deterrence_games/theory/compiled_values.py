"""The closed forms of a theorem compiled to machine code, for millions of points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sympy.logic.boolalg import And, Boolean, Or

from deterrence_games.errors import GameError, ParameterError
from deterrence_games.solvers.generated import compiled_function
from deterrence_games.theory.closed_values import CLOSE, CLOSE_ROOTS, ClosedValues
from deterrence_games.theory.value_formulas import InNumbers, Label, has_roots

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

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
        Of ``outcomes``, ``payoffs``, ``war``, ``deterrence`` and ``strategies``.
    """

    def __init__(self, values: ClosedValues, quantities: Sequence[str]) -> None:
        for name in quantities:
            if quantities.count(name) > 1:
                raise ParameterError(f"theorem: quantity {name!r:.40} is asked for twice; name it once")
            if name not in values.quantities:
                raise ParameterError(f"theorem: {name!r:.40} is no quantity; use {', '.join(values.quantities)}")
        if len(values.conditions) > MOST_FAMILIES:
            raise GameError(f"{len(values.conditions)} families; at most {MOST_FAMILIES} fit into a mask")
        self.values = values
        self.quantities = tuple(quantities)
        self.open = {
            name: any(sum(len(own.ends) for own in label) > 1 for labels in values.quantities[name] for label in labels)
            for name in self.quantities
        }
        self.source = _source(values, self.quantities, self.open)
        self.side_by_side = _source(values, self.quantities, None)

    def evaluate(self, params: Mapping[str, npt.ArrayLike]) -> PointValues:
        """Evaluate the theorem.

        Parameters
        ----------
        params : mapping parameter -> float64[point] or number

        Raises
        ------
        ParameterError
            When a parameter is unknown, missing or no real number, and when columns have different lengths or several axes.
        """
        for name in (*params, *self.values.parameters):
            if name not in params or name not in self.values.parameters:
                what = f"unknown parameter {name!r}" if name in params else f"parameter {name!r} is missing"
                raise ParameterError(f"theorem: {what}; give exactly {', '.join(self.values.parameters)}")
        columns = {name: _column(name, params[name]) for name in self.values.parameters}
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

    def evaluate_columns(
        self, columns: Mapping[str, Floats], points: int, names: Sequence[str]
    ) -> tuple[Bools, Bools, Bools, dict[str, Floats]]:
        """What `ClosedValues.evaluate` returns, with the same bits; `names` are the quantities of this evaluator."""
        families = len(self.values.conditions)
        exists, flags = np.empty((points, families), dtype=np.bool_), np.empty(points, dtype=np.uint8)
        widths = {name: len(self.values.quantities[name][0]) if families else 0 for name in names}
        bounds = {name: np.empty((points, families, width, 2)) for name, width in widths.items()}
        inputs = [np.ascontiguousarray(np.atleast_1d(columns[name]), dtype=np.float64) for name in self.values.parameters]
        if points:
            compiled_function(self.side_by_side, "evaluate")(points, exists, flags, *bounds.values(), *inputs)
        border = (flags & BORDER) > 0
        places = np.flatnonzero(border)
        if places.size:
            part = {name: column[places] if column.ndim else column for name, column in columns.items()}
            exists[places], _, _, decided = self.values.evaluate(part, places.size, names)
            for name, values in decided.items():
                bounds[name][places] = values
        return exists, (flags & INSIDE) > 0, border, bounds


def _column(name: str, given: npt.ArrayLike) -> Floats:
    try:
        column = np.asarray(given)
        if column.dtype.kind == "O" and None not in column.ravel().tolist():  # fractions, say; None would become NaN
            column = column.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        column = np.empty(0, dtype=np.str_)
    if column.dtype.kind not in "iuf":
        raise ParameterError(f"theorem: parameter {name!r} is {given!r:.60}; give real numbers")
    return np.asarray(column, dtype=np.float64)


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


def _source(values: ClosedValues, quantities: Sequence[str], open_ended: Mapping[str, bool] | None) -> str:
    """A module with a function that goes through the points and fills its outputs.

    They are those of `PointValues`; or, without `open_ended`, truth values and bounds side by side, NaN where a family does not
    exist.
    """
    apart = open_ended is not None
    formulas = values.formulas(quantities)
    write = InNumbers().doprint
    inputs = [str(symbol) for symbol in formulas.symbols]
    sides = {name: ("low", "high") if open_ended is None or open_ended[name] else ("low",) for name in quantities}
    outputs = (
        [f"{name}_{side}" for name in quantities for side in sides[name]] if apart else [f"{name}_out" for name in quantities]
    )
    taken = [f"{name}_in" for name in inputs]
    lines = [
        "import numpy as np",
        "from math import *",
        "",
        "",
        f"def evaluate({', '.join(['points', 'mask' if apart else 'exists', 'flags', *outputs, *taken])}):",
        "    for p in range(points):",
        *(f"        {name} = {name}_in[p] if {name}_in.size == points else {name}_in[0]" for name in inputs),
        *(f"        {symbol} = {write(formula)}" for symbol, formula in formulas.shared),
    ]
    for k, atom in enumerate((*formulas.atoms, *formulas.more)):
        left, right = formulas.results[2 * k : 2 * k + 2]
        lines += [f"        l = {write(left)}", f"        r = {write(right)}", f"        h{k} = l {atom.rel_op} r"]
        if k < len(formulas.atoms):
            close, far = ("not ", f"> {CLOSE_ROOTS!r}") if has_roots(atom) else ("", f"<= {CLOSE!r}")
            lines.append(f"        c{k} = {close}abs(l - r) {far} * (abs(l) + abs(r))")
    number = {atom: k for k, atom in enumerate((*formulas.atoms, *formulas.more))}
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
    lines += ["        if not inside:", "            found = np.uint64(0)"]
    families = range(len(values.conditions))
    lines += (
        ["        mask[p] = found"]
        if apart
        else [f"        exists[p, {row}] = (found & np.uint64({1 << row})) != 0" for row in families]
    )
    lines += [
        f"        flags[p] = ({INSIDE} if inside else 0) | ({BORDER} if border and inside else 0)",
    ]
    texts = iter([write(result) for result in formulas.results[2 * len(number) :]])
    for name in quantities:
        for row, labels in enumerate(values.quantities[name]):
            own: list[str] = []
            targets = [
                [
                    f"{name}_{side}[{row}, {place}, p]" if apart else f"{name}_out[p, {row}, {place}, {k}]"
                    for k, side in enumerate(sides[name])
                ]
                for place in range(len(labels))
            ]
            for label, filled in zip(labels, targets, strict=True):
                ends = [[next(texts) for _ in part.ends] for part in label]
                own += _assignments(label, ends, number, list(zip(sides[name], filled, strict=True)))
            if apart:
                lines += [f"        {line}" for line in own]
            else:
                lines += [f"        if exists[p, {row}]:", *(f"            {line}" for line in own), "        else:"]
                lines += [f"            {target} = np.nan" for filled in targets for target in filled]
    return "\n".join(lines) + "\n"


def _assignments(
    label: Label, ends: Sequence[Sequence[str]], number: Mapping[Boolean, int], targets: Sequence[tuple[str, str]]
) -> list[str]:
    """Lines that fill the bounds of a quantity, as `ClosedValues` computes them."""
    if not any(ends):
        return [f"{target} = np.nan" for _, target in targets]
    if len(label) == 1 and len(ends[0]) == 1:
        return [f"{target} = {ends[0][0]}" for _, target in targets]
    last = [*_extremes(ends[0]), "low, high = lo, hi"]
    if len(label) == 1:
        return [*last, *(f"{target} = {side}" for side, target in targets)]
    lines = ["low, high = np.inf, -np.inf"]
    for own, texts in zip(label, ends, strict=True):
        lines.append(f"if {_logic(own.when, number, 'h{0}')}:")
        lines += [f"    {line}" for line in _extremes(texts)]
        lines += ["    if lo < low:", "        low = lo", "    if hi > high:", "        high = hi"]
    lines += ["if low > high:", *(f"    {line}" for line in last)]
    return [*lines, *(f"{target} = {side}" for side, target in targets)]


def _extremes(texts: Sequence[str]) -> list[str]:
    """Lines that find the least and the greatest of some values."""
    lines = [f"lo = hi = 1.0 * ({texts[0]})"]  # a double, also where the formula is a whole number
    for text in texts[1:]:
        lines += [f"v = {text}", "if v < lo:", "    lo = v", "if v > hi:", "    hi = v"]
    return lines


def _logic(condition: Boolean, number: Mapping[Boolean, int], form: str) -> str:
    """A condition in terms of its relations' numbers."""
    if isinstance(condition, And | Or):
        parts = [_logic(part, number, form) for part in condition.args]
        return (
            f"({(' and ' if isinstance(condition, And) else ' or ').join(parts)})" if parts else str(isinstance(condition, And))
        )
    return form.format(number[condition]) if condition in number else str(bool(condition))
