"""Exact decision of systems that are linear in each of several blocks of variables.

A block with conditions of its own is a polytope, found by its vertices; blocks that are single points are put in for
good, until nothing changes. With two players nothing else remains. With three, conditions may tie blocks together: these
are first tested at the corners of the product of polytopes, where a multilinear function takes its extremes, then by a
linear relaxation over the corners, and then cut down by exact values that some variable must take
(`tests.oracles.pins`), rational or with a square root. What is left is reported as undecided.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise, product
from math import lcm

from tests.oracles.exact_linear import ONE, solvable, vertices
from tests.oracles.pins import critical_values, equation_pins
from tests.oracles.polynomials import Polynomial, evaluated, number, substituted, total, variables
from tests.oracles.surd import Number, UndecidedError, exact, rounded

Vertex = dict[int, Number]  # variable -> value, one block's
Solution = list[list[Vertex]]  # a polytope a block; every combination solves the system


@dataclass
class Block:
    """Variables that enter linearly.

    Attributes
    ----------
    positive : list of Polynomial
        Linear expressions that must be positive (nonnegative in the closure).
    visible : list of Polynomial
        Linear expressions whose values are asked for; everything else about the block matters only for existence.
    """

    variables: list[int] = field(default_factory=list)
    positive: list[Polynomial] = field(default_factory=list)
    visible: list[Polynomial] = field(default_factory=list)


class System:
    """Blocks with polynomial equations and inequalities over them."""

    def __init__(self, blocks: list[Block], zero: list[Polynomial], nonnegative: list[Polynomial]) -> None:
        self.blocks = blocks
        self.block_of = {variable: b for b, block in enumerate(blocks) for variable in block.variables}
        self.zero = zero
        self.nonnegative = nonnegative
        self.vertices: Solution = [[] for _ in blocks]

    def solve(self) -> list[Solution]:
        """Products of polytopes that together are the closure of the solutions with all `positive` expressions positive.

        Exact in the `visible` expressions; none when there is no solution.

        Raises
        ------
        UndecidedError
            When blocks remain tied by conditions beyond the methods here.
        """
        if not self._solve_linear() or not self._pass_corners():
            return []
        open_error = None
        alternatives: list[list[dict[int, list[Vertex]]]] = []
        for component in self._components():
            try:
                found = self._untangle(component)
            except UndecidedError as error:
                open_error = error
                continue
            if not found:
                return []
            alternatives.append(found)
        if open_error:
            raise open_error
        solutions = []
        for chosen in product(*alternatives):
            replaced = {b: points for part in chosen for b, points in part.items()}
            solutions.append([replaced.get(b, points) for b, points in enumerate(self.vertices)])
        return solutions

    def _solve_linear(self) -> bool:
        """Find the polytopes from the conditions that are linear; False when something fails."""
        values: dict[int, Number] = {}
        seen: dict[int, tuple[int, int]] = {}
        pending = True
        while pending:
            pending = False
            if not self._put_in(values):
                return False
            for b, block in enumerate(self.blocks):
                zero = [p for p in self.zero if self._blocks(p) == {b}]
                nonnegative = [p for p in self.nonnegative if self._blocks(p) == {b}]
                if seen.get(b) == (len(zero), len(nonnegative)) or (b in seen and len(self.vertices[b]) == 1):
                    continue
                seen[b] = (len(zero), len(nonnegative))
                self.vertices[b] = polytope(block, zero, nonnegative)
                if not self._positive(b):
                    return False
                if len(self.vertices[b]) == 1 and block.variables:
                    values.update(self.vertices[b][0])
                    pending = True
        return True

    def _blocks(self, polynomial: Polynomial) -> set[int]:
        return {self.block_of[variable] for monomial in polynomial for variable in monomial}

    def _put_in(self, values: dict[int, Number]) -> bool:
        """Put pinned values into the conditions, drop those that hold; False when one fails."""
        self.zero = [p for p in (evaluated(p, values) for p in self.zero) if p]
        if any(not any(p) for p in self.zero):  # only the constant is left
            return False
        reduced = [evaluated(p, values) for p in self.nonnegative]
        if any(number(p) < 0 for p in reduced if not any(p)):
            return False
        self.nonnegative = [p for p in reduced if any(p)]
        return True

    def _positive(self, b: int) -> bool:
        return bool(self.vertices[b]) and all(
            any(number(evaluated(p, vertex)) > 0 for vertex in self.vertices[b]) for p in self.blocks[b].positive
        )

    def _pass_corners(self) -> bool:
        """Drop tying conditions that hold at all corners of the polytopes; False when one fails at all."""
        for conditions, equations in ((self.zero, True), (self.nonnegative, False)):
            for p in [p for p in conditions if len(self._blocks(p)) > 1]:
                values = [number(evaluated(p, corner)) for corner in self._corners(self._blocks(p))]
                if max(values) < 0 or (equations and min(values) > 0):
                    return False
                if not any(values) if equations else min(values) >= 0:
                    conditions.remove(p)
        return True

    def _corners(self, blocks: set[int]) -> Iterator[Vertex]:
        """All combinations of vertices of some blocks."""
        for chosen in product(*(self.vertices[b] for b in sorted(blocks))):
            yield {variable: value for vertex in chosen for variable, value in vertex.items()}

    def _components(self) -> list[set[int]]:
        """The groups of blocks that conditions tie together."""
        groups: list[set[int]] = []
        for p in [*self.zero, *self.nonnegative]:
            tied = self._blocks(p)
            if len(tied) > 1:
                groups = [*(g for g in groups if not g & tied), tied.union(*(g for g in groups if g & tied))]
        return groups

    def _untangle(self, component: set[int]) -> list[dict[int, list[Vertex]]]:
        """Solve the conditions on a group of blocks, in coordinates of their polytopes."""
        order = sorted(component)
        charts = {b: chart(self.blocks[b].variables, self.vertices[b]) for b in order}
        expressions = {variable: p for own in charts.values() for variable, p in own.items()}
        blocks = []
        for b in order:
            own = [variable for variable in self.blocks[b].variables if variable not in charts[b]]
            positive = [substituted(p, expressions) for p in self.blocks[b].positive]
            blocks.append(Block(own, positive, [substituted(p, expressions) for p in self.blocks[b].visible]))
        zero = [substituted(p, expressions) for p in self.zero if self._blocks(p) <= component]
        nonnegative = [substituted(p, expressions) for p in self.nonnegative if self._blocks(p) <= component]
        tangle = Tangle(blocks, [p for p in zero if p], nonnegative)
        result = []
        for solution in tangle.solve():
            whole = {}
            for b, points in zip(order, solution, strict=True):
                whole[b] = [{**p, **{v: number(evaluated(e, p)) for v, e in charts[b].items()}} for p in points]
            result.append(whole)
        return result


class Tangle:
    """Blocks that conditions tie together, each in coordinates of its own affine hull."""

    def __init__(self, blocks: list[Block], zero: list[Polynomial], nonnegative: list[Polynomial]) -> None:
        self.blocks, self.zero, self.nonnegative = blocks, zero, nonnegative
        self.block_of = {variable: b for b, block in enumerate(blocks) for variable in block.variables}

    def solve(self) -> list[Solution]:
        """As `System.solve`."""
        if not self._relaxed():
            return []
        pins = equation_pins(self.zero, self.block_of)
        if pins is not None:
            return [solution for pin in pins for solution in self._pinned(pin)]
        shown = sorted({v for block in self.blocks for p in block.visible for v in variables(p)})
        if not shown:
            return self._exists()
        if len(shown) == 1:
            return self._range(shown[0])
        raise UndecidedError("a continuum on the path of play that is not a product of polytopes")

    def _pinned(self, pin: Polynomial) -> list[Solution]:
        return System(self.blocks, [*self.zero, pin], list(self.nonnegative)).solve()

    def _relaxed(self) -> bool:
        """Whether some mixture of corners of the polytopes meets all conditions."""
        system = System(self.blocks, [], [])
        system.vertices = [polytope(b, *self._own(k)) for k, b in enumerate(self.blocks)]
        corners = list(system._corners(set(range(len(self.blocks)))))
        rows = []
        for p, kind in [
            *((p, "zero") for p in self.zero),
            *((p, "") for p in self.nonnegative),
            *((p, "positive") for block in self.blocks for p in block.positive),
        ]:
            values = [rounded(number(evaluated(p, corner))) for corner in corners]
            if any(rounded(v) != v for corner in corners for v in corner.values()):
                return True  # irrational corners: leave it to the exact steps
            scale = lcm(*(value.denominator for value in values))
            row = {k: int(value * scale) for k, value in enumerate(values) if value}
            rows.append({**row, ONE: -1} if kind == "positive" else row)
            if kind == "zero":
                rows.append({k: -value for k, value in row.items()})
        return solvable(rows)

    def _own(self, b: int) -> tuple[list[Polynomial], list[Polynomial]]:
        """The conditions on one block alone."""
        own = set(self.blocks[b].variables)
        return [p for p in self.zero if variables(p) <= own], [p for p in self.nonnegative if variables(p) <= own]

    def _exists(self) -> list[Solution]:
        """One solution, when nothing about the blocks is asked but existence."""
        open_error: UndecidedError | None = None
        for variable in self.block_of:
            try:
                for solution in self._along(variable):
                    return [solution]
                return []
            except UndecidedError as error:
                open_error = error
        for variable, values in self._trials().items():
            for value in values:
                try:
                    for solution in self._pinned({(variable,): 1, (): -value}):
                        return [solution]
                except UndecidedError as error:
                    open_error = error
        raise open_error or UndecidedError("blocks tied together")

    def _trials(self) -> dict[int, list[Number]]:
        """Values worth trying for each variable."""
        result: dict[int, list[Number]] = {}
        for k, block in enumerate(self.blocks):
            points = polytope(block, *self._own(k))
            for variable in block.variables:
                ends = sorted({point[variable] for point in points})
                inner = [ends[0] + (ends[-1] - ends[0]) * Fraction(part, 8) for part in range(9)]
                result[variable] = sorted({*ends, *inner})
        return result

    def _along(self, variable: int) -> Iterator[Solution]:
        """Solutions at each critical value of a variable and between neighbours; no solution means none anywhere."""
        for value in self._stations(variable):
            yield from self._pinned({(variable,): 1, (): -value})

    def _stations(self, variable: int) -> list[Number]:
        """Critical values of a variable, where solvability may change, and rational values between neighbours."""
        k = self.block_of[variable]
        points = polytope(self.blocks[k], *self._own(k))
        low, high = min(p[variable] for p in points), max(p[variable] for p in points)
        bounds = [p for block in self.blocks for p in block.positive]
        values = critical_values(variable, self.zero, [*self.nonnegative, *bounds], self.block_of)
        inner = sorted({low, high, *(value for value in values if low < value < high)})
        between = [(rounded(a) + rounded(b)) / 2 for a, b in pairwise(inner)]
        return sorted([*inner, *between])

    def _range(self, variable: int) -> list[Solution]:
        """The values that the one visible variable can take, as segments and points."""
        stations = self._stations(variable)
        witness = [next(iter(self._pinned({(variable,): 1, (): -value})), None) for value in stations]
        segments: list[Solution] = []
        k = self.block_of[variable]
        for index, solution in enumerate(witness):
            if solution is None:
                continue
            between = index % 2 == 1
            alone = not between and not any(witness[near] for near in (index - 1, index + 1) if 0 <= near < len(witness))
            if between or alone:
                ends = stations[index - 1 : index + 2 : 2] if between else [stations[index]]
                points = [{**solution[k][0], variable: end} for end in ends]
                segments.append([points if b == k else own for b, own in enumerate(solution)])
        return segments


def chart(names: list[int], points: list[Vertex]) -> dict[int, Polynomial]:
    """Express the superfluous coordinates of a polytope's affine hull by the others."""
    first = points[0]
    directions = [[exact(point[v] - first[v]) for v in names] for point in points[1:]]
    lead: list[int] = []
    rows: list[list[Number]] = []
    for direction in directions:
        row = list(direction)
        for k, other in zip(lead, rows, strict=True):
            row = [a - row[k] * b for a, b in zip(row, other, strict=True)]
        k = next((k for k, value in enumerate(row) if value), None)
        if k is None:
            continue
        row = [value / row[k] for value in row]
        rows = [[a - other[k] * b for a, b in zip(other, row, strict=True)] for other in rows]
        lead.append(k)
        rows.append(row)
    result = {}
    for c, variable in enumerate(names):
        if c not in lead:
            parts: list[tuple[Polynomial, Number]] = [({(): first[variable]}, 1)]
            parts += [({(names[k],): 1, (): -first[names[k]]}, row[c]) for k, row in zip(lead, rows, strict=True)]
            result[variable] = total(parts)
    return result


_known: dict[tuple[object, ...], list[tuple[Number, ...]]] = {}


def polytope(block: Block, zero: list[Polynomial], nonnegative: list[Polynomial]) -> list[Vertex]:
    """Vertices of a block's polytope under linear conditions."""
    local = {variable: k for k, variable in enumerate(block.variables)}

    def row(polynomial: Polynomial) -> tuple[Number, ...]:
        line: list[Number] = [0] * (len(local) + 1)
        for monomial, value in polynomial.items():
            line[local[monomial[0]] if monomial else len(local)] = value
        return tuple(line)

    rows = frozenset(row(p) for p in [*block.positive, *nonnegative])
    key = (len(local), frozenset(row(p) for p in zero), rows)
    if key not in _known:
        if len(_known) > 20_000:
            _known.clear()
        _known[key] = vertices(len(local), *([[exact(v) for v in line] for line in sorted(part)] for part in key[1:]))
    return [dict(zip(block.variables, point, strict=True)) for point in _known[key]]
