"""Exact decision of systems that are linear in each of several blocks of variables.

A polynomial is a dictionary from monomial (a sorted tuple of variables, at most one of each block) to coefficient.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

from tests.oracles.exact_linear import vertices

Monomial = tuple[int, ...]
Polynomial = dict[Monomial, Fraction | int]


class UndecidedError(Exception):
    """The system is beyond the exact methods here."""


@dataclass
class Block:
    """Variables that enter linearly, and the expressions of them that must be positive (nonnegative in the closure)."""

    owner: int
    root: bool
    variables: list[int] = field(default_factory=list)
    positive: list[Polynomial] = field(default_factory=list)


def total(terms: Iterable[tuple[Polynomial, Fraction | int]]) -> Polynomial:
    """The sum of polynomials times numbers."""
    result: Polynomial = {}
    for polynomial, factor in terms:
        for monomial, value in polynomial.items():
            result[monomial] = result.get(monomial, 0) + factor * value
    return {monomial: value for monomial, value in result.items() if value}


def times(left: Polynomial, right: Polynomial) -> Polynomial:
    """The product."""
    result: Polynomial = {}
    for (m, a), (n, b) in product(left.items(), right.items()):
        monomial = tuple(sorted(m + n))
        result[monomial] = result.get(monomial, 0) + a * b
    return result


def evaluated(polynomial: Polynomial, values: dict[int, Fraction]) -> Polynomial:
    """The polynomial with numbers put in for some variables."""
    result: Polynomial = {}
    for monomial, value in polynomial.items():
        rest = []
        for variable in monomial:
            if variable in values:
                value *= values[variable]
            else:
                rest.append(variable)
        if value:
            result[tuple(rest)] = result.get(tuple(rest), 0) + value
    return {monomial: value for monomial, value in result.items() if value}


def number(polynomial: Polynomial) -> Fraction | int:
    """The value of a constant polynomial."""
    return polynomial.get((), 0)


Vertex = dict[int, Fraction]  # variable -> value, one block's


class System:
    """Blocks with polynomial equations and inequalities over them."""

    def __init__(self, blocks: list[Block], zero: list[Polynomial], nonnegative: list[Polynomial]) -> None:
        self.blocks = blocks
        self.block_of = {variable: b for b, block in enumerate(blocks) for variable in block.variables}
        self.zero = zero
        self.nonnegative = nonnegative
        self.vertices: list[list[Vertex]] = [[] for _ in blocks]

    def solve(self) -> bool:
        """Find every block's polytope; False when the system has no solution with all `positive` expressions positive.

        Raises
        ------
        UndecidedError
            When blocks remain tied by conditions that are not linear.
        """
        values: dict[int, Fraction] = {}
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
        return self._coupled()

    def _blocks(self, polynomial: Polynomial) -> set[int]:
        return {self.block_of[variable] for monomial in polynomial for variable in monomial}

    def _put_in(self, values: dict[int, Fraction]) -> bool:
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

    def _coupled(self) -> bool:
        """Decide the conditions that tie blocks together, at the vertices of the product of the blocks' polytopes."""
        zero = []
        for p in (p for p in self.zero if len(self._blocks(p)) > 1):
            signs = [number(evaluated(p, corner)) for corner in self._corners(self._blocks(p))]
            if min(signs) > 0 or max(signs) < 0:
                return False  # a multilinear function takes its extremes at vertices
            if any(signs):
                zero.append(p)
        nonnegative = []
        for p in (p for p in self.nonnegative if len(self._blocks(p)) > 1):
            signs = [number(evaluated(p, corner)) for corner in self._corners(self._blocks(p))]
            if max(signs) < 0:
                return False
            if min(signs) < 0:
                nonnegative.append(p)
        if not zero and not nonnegative:
            return True
        raise UndecidedError(f"{len(zero)} equations and {len(nonnegative)} inequalities tie blocks together")

    def _corners(self, blocks: set[int]) -> Iterator[Vertex]:
        """All combinations of vertices of some blocks."""
        for chosen in product(*(self.vertices[b] for b in sorted(blocks))):
            yield {variable: value for vertex in chosen for variable, value in vertex.items()}


_known: dict[tuple[object, ...], list[tuple[Fraction, ...]]] = {}


def polytope(block: Block, zero: list[Polynomial], nonnegative: list[Polynomial]) -> list[Vertex]:
    """Vertices of a block's polytope under linear conditions."""
    local = {variable: k for k, variable in enumerate(block.variables)}

    def row(polynomial: Polynomial) -> tuple[Fraction | int, ...]:
        line: list[Fraction | int] = [0] * (len(local) + 1)
        for monomial, value in polynomial.items():
            line[local[monomial[0]] if monomial else len(local)] = value
        return tuple(line)

    rows = frozenset(row(p) for p in [*block.positive, *nonnegative])
    key = (len(local), frozenset(row(p) for p in zero), rows)
    if key not in _known:
        if len(_known) > 20_000:
            _known.clear()
        exact = [[[Fraction(v) for v in line] for line in sorted(part)] for part in key[1:]]
        _known[key] = vertices(len(local), *exact)
    return [dict(zip(block.variables, point, strict=True)) for point in _known[key]]
