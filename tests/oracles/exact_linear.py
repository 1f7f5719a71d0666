"""Exact linear systems: is a system of inequalities solvable, and which vertices does a polytope have.

Expressions are dictionaries from variable to coefficient; the key `ONE` holds the constant. Coefficients are integers
in `solvable`, and fractions or surds in `vertices`.
"""

from fractions import Fraction
from math import gcd

from tests.oracles.surd import Number, Surd, exact

ONE = -1
Expression = dict[int, int]
Point = tuple[Fraction | Surd, ...]
Row = list[Fraction | Surd]


def plus(left: Expression, right: Expression, factor: int = 1) -> Expression:
    """``left + factor * right``."""
    total = dict(left)
    for key, value in right.items():
        total[key] = total.get(key, 0) + factor * value
    return total


def solvable(expressions: list[Expression]) -> bool:
    """Whether nonnegative variables exist that make every expression nonnegative.

    A dual simplex without objective, on integers (Edmonds' fraction-free pivots) and with Bland's least-index rule, so
    that it ends: the row of the first negative basic variable, the first column that can raise it; none: no solution.
    """
    keys = sorted({key for row in expressions for key in row if key != ONE})
    column = {key: k for k, key in enumerate(keys)}
    width = len(keys)
    table = []
    for row in expressions:
        line = [0] * (width + 1)
        for key, value in row.items():
            line[width if key == ONE else column[key]] = value
        table.append(line)
    basic = list(range(width, width + len(table)))  # the expressions' own values
    free = list(range(width))
    last = 1
    while True:
        leaving = -1
        for r, line in enumerate(table):
            if line[width] < 0 and (leaving < 0 or basic[r] < basic[leaving]):
                leaving = r
        if leaving < 0:
            return True
        pivot_row = table[leaving]
        entering = -1
        for c in range(width):
            if pivot_row[c] > 0 and (entering < 0 or free[c] < free[entering]):
                entering = c
        if entering < 0:
            return False
        pivot = pivot_row[entering]
        # basic = pivot * entering + rest, hence entering = (basic - rest) / pivot; all rows over the common denominator
        for r, line in enumerate(table):
            if r != leaving:
                factor = line[entering]
                if factor:
                    table[r] = [(pivot * value - factor * other) // last for value, other in zip(line, pivot_row, strict=True)]
                elif pivot != last:
                    table[r] = [pivot * value // last for value in line]
                table[r][entering] = factor
        pivot_row[:] = [-value for value in pivot_row]
        pivot_row[entering] = last
        last = pivot
        basic[leaving], free[entering] = free[entering], basic[leaving]


def _primitive(ray: list[Number]) -> list[Number]:
    """A positive multiple: the least integers, or with the first entry 1 or -1 when there are surds."""
    if all(isinstance(value, int) for value in ray):
        divisor = gcd(*ray)
        return [value // divisor for value in ray] if divisor > 1 else ray
    lead = exact(abs(next(value for value in ray if value)))
    return [exact(value) / lead for value in ray]


def _integers(row: Row) -> list[Number]:
    if any(isinstance(value, Surd) for value in row):
        return _primitive(row)
    scale = 1
    for value in row:
        scale = scale * value.denominator // gcd(scale, value.denominator)
    return _primitive([int(value * scale) for value in row])


def _ratio(above: Number, below: Number) -> Fraction | Surd:
    return Fraction(above, below) if isinstance(above, int) and isinstance(below, int) else above / below


def vertices(size: int, zero: list[Row], nonnegative: list[Row]) -> list[Point]:
    """All vertices of a bounded polytope, none when it is empty.

    Parameters
    ----------
    size : int
        Number of variables. A row is ``size`` coefficients and the constant.
    zero, nonnegative : list of rows
        Expressions that vanish, and that are not negative.
    """
    # solve the equations: every variable becomes a row over the remaining free ones
    solved: dict[int, Row] = {}
    for given in zero:
        row = list(given)
        for pivot, other in solved.items():
            if row[pivot]:
                factor = row[pivot]
                row = [value - factor * o for value, o in zip(row, other, strict=True)]
        lead = next((k for k in range(size) if row[k]), None)
        if lead is None:
            if row[size]:
                return []
            continue
        row = [value / row[lead] for value in row]
        for pivot, other in solved.items():
            if other[lead]:
                factor = other[lead]
                solved[pivot] = [value - factor * o for value, o in zip(other, row, strict=True)]
        solved[lead] = row
    open_keys = [k for k in range(size) if k not in solved]

    def substituted(given: Row) -> Row:
        row = list(given)
        for pivot, other in solved.items():
            if row[pivot]:
                factor = row[pivot]
                row = [value - factor * o for value, o in zip(row, other, strict=True)]
        return [row[k] for k in open_keys] + [row[size]]

    rows = {tuple(_integers(substituted(given))) for given in nonnegative}
    found = _cone_points(len(open_keys), rows)
    points = []
    for open_values in found:
        values = dict(zip(open_keys, open_values, strict=True))
        for pivot, row in solved.items():
            values[pivot] = -row[size] - sum((row[k] * values[k] for k in open_keys), Fraction(0))
        points.append(tuple(values[k] for k in range(size)))
    return sorted(points)


def _cone_points(size: int, rows: set[tuple[Number, ...]]) -> list[Point]:
    """Vertices of ``{u : row[:size] . u + row[size] >= 0}`` by the double description method on its cone."""
    constraints = [row for row in rows if any(row[:size])]
    if any(row[size] < 0 for row in rows if not any(row[:size])):
        return []
    if size == 0:
        return [()]
    if size == 1:
        low = max(_ratio(-row[1], row[0]) for row in constraints if row[0] > 0)
        high = min(_ratio(-row[1], row[0]) for row in constraints if row[0] < 0)
        return [] if low > high else [(low,)] if low == high else [(low,), (high,)]
    constraints = [(0,) * size + (1,), *sorted(constraints)]
    basis, rays = _first_rays(size + 1, constraints)
    cone = [(ray, frozenset(basis) - {b}) for ray, b in zip(rays, basis, strict=True)]  # rays and the rows they meet
    for number, row in enumerate(constraints):
        if number in basis:
            continue
        signed = [(sum(a * b for a, b in zip(row, ray, strict=True)), ray, tight) for ray, tight in cone]
        kept = [(ray, tight | {number} if value == 0 else tight) for value, ray, tight in signed if value >= 0]
        for value, ray, tight in signed:
            if value <= 0:
                continue
            for other, ray_2, tight_2 in signed:
                if other >= 0:
                    continue
                common = tight & tight_2
                if any(common <= t for _, r, t in signed if r is not ray and r is not ray_2):
                    continue
                joined = _primitive([value * b - other * a for a, b in zip(ray, ray_2, strict=True)])
                kept.append((joined, common | {number}))
        cone = kept
    return [tuple(_ratio(value, ray[size]) for value in ray[:size]) for ray, _ in cone if ray[size] > 0]


def _first_rays(size: int, constraints: list[tuple[Number, ...]]) -> tuple[list[int], list[list[Number]]]:
    """A set of independent rows, and the rays on which all but one of them vanish."""
    basis: list[int] = []
    echelon: list[tuple[int, Row]] = []
    for number, row in enumerate(constraints):
        rest = [exact(value) for value in row]
        for lead, other in echelon:
            if rest[lead]:
                factor = rest[lead]
                rest = [a - factor * b for a, b in zip(rest, other, strict=True)]
        lead = next((k for k in range(size) if rest[k]), None)
        if lead is not None:
            echelon.append((lead, [value / rest[lead] for value in rest]))
            basis.append(number)
    if len(basis) < size:
        raise ArithmeticError("the set has no vertex: it contains a line")
    matrix = [[exact(v) for v in constraints[b]] + [Fraction(int(r == k)) for k in range(size)] for r, b in enumerate(basis)]
    for k in range(size):
        swap = next(r for r in range(k, size) if matrix[r][k])
        matrix[k], matrix[swap] = matrix[swap], matrix[k]
        matrix[k] = [value / matrix[k][k] for value in matrix[k]]
        for r in range(size):
            if r != k and matrix[r][k]:
                factor = matrix[r][k]
                matrix[r] = [a - factor * b for a, b in zip(matrix[r], matrix[k], strict=True)]
    return basis, [_integers([matrix[r][size + k] for r in range(size)]) for k in range(size)]
