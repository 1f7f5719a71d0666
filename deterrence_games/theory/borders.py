"""Where families of a theorem begin and end, over one or two parameters with all others at numbers, from their conditions.

A condition compares ratios of polynomials, so that it can change only where one of a few irreducible polynomials is zero.
Their curves are cut wherever they end, turn back, leave the window or meet another (roots of leading coefficients,
discriminants and resultants, isolated in fractions). Between two cuts no other condition changes along a curve, and one point
tells whether a family begins or ends there: no short piece is lost, and none is drawn that bounds nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import sympy
from sympy import Expr, Poly, Rational, Symbol
from sympy.core.relational import Relational

from deterrence_games.games.expressions import exact, to_text
from deterrence_games.results.region_map import BorderCurve
from deterrence_games.theory.closed_values import COMPARE, ClosedValues, truth_of
from deterrence_games.theory.value_formulas import atoms_of, square_root_parts

Floats = npt.NDArray[np.float64]
Side = tuple[int, bool]  # bits of the families that exist, and whether the assumptions hold
Axis = tuple[str, float, float]  # parameter, low, high

STEPS = 600  # of a curve across the whole window
NEAR = 1e-9  # of the window or of a piece: closer than this counts as touching
PRECISE = Rational(1, 10**18)  # width of the interval in which a root is isolated, as a share of the window


class _Product(NamedTuple):
    """The sign of a polynomial: a number's, NaN where there is none, times those of factors."""

    number: float
    factors: list[int]

    def sign(self, signs: Sequence[Floats], shape: tuple[int, ...]) -> Floats:
        found = np.full(shape, self.number)
        for k in self.factors:
            found = found * signs[k]
        return found


class _Sum(NamedTuple):
    """The sign of a polynomial; or of one plus a factor times a square root, by that of the difference of their squares."""

    plain: _Product
    factor: _Product | None = None
    radicand: _Product | None = None
    difference: _Product | None = None

    def sign(self, signs: Sequence[Floats], shape: tuple[int, ...]) -> Floats:
        plain = self.plain.sign(signs, shape)
        if self.factor is None or self.radicand is None or self.difference is None:
            return plain
        factor, radicand = self.factor.sign(signs, shape), self.radicand.sign(signs, shape)
        apart = plain * factor < 0
        found = np.where(apart, plain * self.difference.sign(signs, shape), np.sign(plain + factor * radicand))
        return np.where(radicand < 0, np.nan, found)


class Conditions:
    """The relations of a theorem as signs of irreducible polynomials in one or two parameters.

    Parameters
    ----------
    values : ClosedValues
    names : sequence of str
        The parameters that are not fixed.
    fixed : mapping parameter -> number
        Floats stand for the shortest decimals that print them.

    Attributes
    ----------
    factors : list of Poly
    origin : list of Relational
        For each factor, the first relation that it comes from, those of families first.
    """

    def __init__(self, values: ClosedValues, names: Sequence[str], fixed: Mapping[str, float]) -> None:
        self.values = values
        self.symbols = [Symbol(name, real=True) for name in names]
        self.factors: list[Poly] = []
        self.origin: list[Relational] = []
        held = {Symbol(name, real=True): exact(value) for name, value in fixed.items()}
        self._atoms: dict[Relational, _Sum] = {}
        for condition in (*values.conditions, values.assumptions):
            for atom in atoms_of(condition):
                if atom not in self._atoms:
                    self._atoms[atom] = self._sum(atom, held)
        self._functions = [sympy.lambdify(self.symbols, own.as_expr(), modules="numpy") for own in self.factors]

    def _sum(self, atom: Relational, held: Mapping[Symbol, Rational]) -> "_Sum":
        """Left minus right."""
        plain, factor, radicand = square_root_parts(atom.lhs - atom.rhs, held)
        if plain is sympy.nan:
            return _Sum(_Product(np.nan, []))
        if factor == 0 or radicand == 0:
            return _Sum(self._product(atom, plain))
        difference = plain**2 - factor**2 * radicand
        return _Sum(*(self._product(atom, part) for part in (plain, factor, radicand, difference)))

    def _product(self, atom: Relational, expression: Expr) -> "_Product":
        """A polynomial as a product, with its factors entered among all factors."""
        number, parts = Poly(expression, *self.symbols, domain="QQ").factor_list()
        found = []
        for own, power in parts:
            if power % 2:
                if own not in self.factors:
                    self.factors.append(own)
                    self.origin.append(atom)
                found.append(self.factors.index(own))
        return _Product(float(sympy.sign(number)), found)

    def signs(self, *places: Floats) -> list[Floats]:
        """The sign of every factor at points, one array a parameter."""
        return [np.sign(np.broadcast_to(function(*places), places[0].shape)) for function in self._functions]

    def holds(self, signs: Sequence[Floats]) -> tuple[list[npt.NDArray[np.bool_]], npt.NDArray[np.bool_]]:
        """Where each family exists, and where the assumptions hold, at points where the factors have these signs."""
        shape = np.shape(signs[0]) if signs else (1,)
        truths = {atom: COMPARE[atom.rel_op](own.sign(signs, shape), 0.0) for atom, own in self._atoms.items()}
        inside = np.broadcast_to(truth_of(self.values.assumptions, truths), shape)
        return [np.broadcast_to(truth_of(own, truths), shape) & inside for own in self.values.conditions], inside

    def sides(self, signs: Sequence[Floats]) -> list[Side]:
        """What holds at points where the factors have these signs."""
        exists, inside = self.holds(signs)
        return [(sum(1 << bit for bit, own in enumerate(exists) if own[p]), bool(inside[p])) for p in range(len(inside))]


# ---- over two parameters ---------------------------------------------------------------------------------------------------


def border_curves(
    values: ClosedValues, families: Sequence[str], x: Axis, y: Axis, fixed: Mapping[str, float]
) -> tuple[BorderCurve, ...]:
    """The curves within a window on which families begin or end.

    Parameters
    ----------
    values : ClosedValues
    families : sequence of str
        Names, in the order of ``values.conditions``.
    x, y : (parameter, low, high)
    fixed : mapping parameter -> number
        Every other parameter.

    Returns
    -------
    tuple of BorderCurve
    """
    conditions = Conditions(values, (x[0], y[0]), fixed)
    found = []
    for number, factor in enumerate(conditions.factors):
        across, up = (factor.degree(symbol) for symbol in conditions.symbols)
        turned = up == 0 or (up > 1 and across == 1)  # solved for x where that is simpler
        for piece in _pieces(conditions, number, *((y, x) if turned else (x, y)), turned):
            changed, inside, points = piece.changed, piece.inside, np.array(piece.points)
            relation = conditions.origin[number]
            found.append(
                BorderCurve(
                    to_text(sympy.Eq(relation.lhs, relation.rhs, evaluate=False)),
                    tuple(name for bit, name in enumerate(families) if changed >> bit & 1),
                    inside,
                    points[:, int(turned)].copy(),
                    points[:, int(not turned)].copy(),
                )
            )
    return tuple(found)


@dataclass
class _Piece:
    """A part of a curve along which the same families change; points (along, solved)."""

    changed: int
    inside: bool
    points: list[tuple[float, float]]


def _pieces(conditions: Conditions, number: int, along: Axis, solved: Axis, turned: bool) -> list[_Piece]:
    """The parts of a factor's curve at which something changes, with values of one parameter solved for along the other."""
    u, v = conditions.symbols[::-1] if turned else conditions.symbols
    curve = _Curve(conditions.factors[number], u, v)
    low, high = along[1:]
    bottom, top = solved[1:]
    cuts = [low, *_cuts(curve, conditions.factors, along, solved), high]
    pieces: list[_Piece] = []
    for begin, end in pairwise(cuts):
        if end - begin <= NEAR * (high - low):
            continue
        middle = (begin + end) / 2
        (heights,) = curve.heights(np.array([middle]))
        edge = NEAR * (top - bottom)
        branches = [k for k, height in enumerate(heights) if bottom + edge < height < top - edge]
        if not branches:
            continue
        places = [np.full(len(branches), middle), heights[branches]]
        signs = conditions.signs(*(places[::-1] if turned else places))
        above, below = (
            conditions.sides([*signs[:number], np.full(len(branches), side), *signs[number + 1 :]]) for side in (1.0, -1.0)
        )
        steps = max(2, int(np.ceil(STEPS * (end - begin) / (high - low))))
        spread = (1 - np.cos(np.linspace(0, np.pi, steps + 1))) / 2  # denser at the ends, where curves turn
        spots = begin + (end - begin) * np.clip(spread, NEAR, 1 - NEAR)
        all_heights = curve.heights(spots, len(heights))
        for k, one, other in zip(branches, above, below, strict=True):
            if one != other:
                points = list(zip(spots.tolist(), np.clip(all_heights[:, k], bottom, top).tolist(), strict=True))
                _append(pieces, _Piece(one[0] ^ other[0], one[1] and other[1], points), (high - low, top - bottom))
    return pieces


def _append(pieces: list[_Piece], new: _Piece, size: tuple[float, float]) -> None:
    """Add a piece, to one that it continues if there is one."""
    for old in pieces:
        gaps = [abs(one - other) / whole for one, other, whole in zip(old.points[-1], new.points[0], size, strict=True)]
        if (old.changed, old.inside) == (new.changed, new.inside) and max(gaps) < 1e-6:
            old.points += new.points[1:]
            return
    pieces.append(new)


def _cuts(curve: "_Curve", factors: Sequence[Poly], along: Axis, solved: Axis) -> list[float]:
    """Where a curve ends, turns back, leaves the window or meets another, within the window."""
    found: list[float] = []
    levels = [curve.factor.as_expr().subs(curve.v, exact(level)) for level in solved[1:]]
    turns = [curve.coefficients[0].as_expr()]
    if curve.factor.degree(curve.v) > 1:
        turns.append(sympy.discriminant(curve.factor.as_expr(), curve.v))
    crossings = []
    for other in factors:
        if other != curve.factor:
            has = other.degree(curve.v) > 0
            crossings.append(sympy.resultant(curve.factor.as_expr(), other.as_expr(), curve.v) if has else other.as_expr())
    for expression in dict.fromkeys((*levels, *turns, *crossings)):
        found += real_roots(Poly(expression, curve.u, domain="QQ"), *along[1:])
    return sorted(set(found))


class _Curve:
    """Where a polynomial in two parameters is zero, solved for one of them."""

    def __init__(self, factor: Poly, u: Symbol, v: Symbol) -> None:
        self.factor, self.u, self.v = factor, u, v
        self.coefficients = [Poly(own, u, domain="QQ") for own in Poly(factor.as_expr(), v).all_coeffs()]
        self._numbers = [np.array([float(own) for own in part.all_coeffs()]) for part in self.coefficients]

    def heights(self, spots: Floats, count: int | None = None) -> Floats:
        """Real roots at places, ascending, ``float64[place, root]``; how many there are may be told."""
        rows = np.stack([np.polyval(own, spots) for own in self._numbers], axis=1)
        if rows.shape[1] == 2:
            return np.asarray(-rows[:, 1:] / rows[:, :1])
        roots = np.stack([np.roots(row) for row in rows])
        if count is None:
            real = np.abs(roots.imag) <= NEAR * (1 + np.abs(roots.real))
            return np.sort(roots[real].real)[None, :]
        nearest = np.argsort(np.abs(roots.imag), axis=1)[:, :count]
        return np.sort(np.take_along_axis(roots.real, nearest, axis=1), axis=1)


def real_roots(polynomial: Poly, low: float, high: float) -> Iterator[float]:
    """The roots strictly between two numbers."""
    if polynomial.degree() < 1:
        return
    start, stop = exact(low), exact(high)
    for (left, right), _ in polynomial.intervals(eps=PRECISE * (stop - start), inf=start, sup=stop):
        if start < (left + right) / 2 < stop:
            yield float((left + right) / 2)


# ---- along one parameter ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stretch:
    """A part of one parameter's line on which the same families exist; a single point where they change.

    Attributes
    ----------
    low, high : float
        Its ends, which belong to other stretches; equal for a point.
    families : tuple of int
        Positions of the families that exist.
    inside : bool
        Whether the assumptions hold.
    """

    low: float
    high: float
    families: tuple[int, ...]
    inside: bool


def stretches(values: ClosedValues, along: Axis, fixed: Mapping[str, float]) -> tuple[Stretch, ...]:
    """The line from low to high in order, cut exactly where families or the assumptions begin or end.

    Parameters
    ----------
    values : ClosedValues
    along : (parameter, low, high)
    fixed : mapping parameter -> number
        Every other parameter.

    Returns
    -------
    tuple of Stretch
        Open parts, and between two of them the point where they meet.
    """
    name, low, high = along
    conditions = Conditions(values, (name,), fixed)
    roots = sorted((root, k) for k, factor in enumerate(conditions.factors) for root in real_roots(factor, low, high))
    ends = [low, *(root for root, _ in roots), high]
    places = [place for begin, end in pairwise(ends) for place in ((begin + end) / 2, end)][:-1]
    signs = conditions.signs(np.array(places))
    for place, (_, k) in enumerate(roots):
        signs[k] = signs[k].copy()
        signs[k][2 * place + 1] = 0
    sides = conditions.sides(signs) if signs else conditions.sides([]) * len(places)
    found: list[Stretch] = []
    for number, (mask, inside) in enumerate(sides):
        begin, end = (ends[number // 2], ends[number // 2 + 1]) if number % 2 == 0 else (ends[(number + 1) // 2],) * 2
        own = Stretch(begin, end, tuple(bit for bit in range(len(values.conditions)) if mask >> bit & 1), inside)
        alike = len(found) > 1 and all((one.families, one.inside) == (own.families, own.inside) for one in found[-2:])
        if number % 2 == 0 and alike:  # nothing changed at the point before
            found[-2:] = [Stretch(found[-2].low, end, own.families, inside)]
        else:
            found.append(own)
    return tuple(found)
