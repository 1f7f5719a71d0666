"""How far a family reaches around a parameter point, and what holds on the other side of its borders."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy
from sympy import Expr, Rational, Symbol
from sympy.core.relational import Relational

from deterrence_games.games.expressions import to_text
from deterrence_games.theory.closed_values import holds_at
from deterrence_games.theory.coordinates import as_constraint
from deterrence_games.theory.family import Family
from deterrence_games.theory.polynomials import Constraint
from deterrence_games.theory.prover import NO, YES, Prover, negations
from deterrence_games.theory.value_formulas import square_root_parts
from deterrence_games.theory.witnesses import counterexample

if TYPE_CHECKING:
    import pandas as pd

    from deterrence_games.theory.theorem import Theorem

BISECTIONS = 12  # of the joint distance, whose bounds then differ by a 4096th of the first
MOST = 4  # the joint distance is looked for up to parameters that change four times their own size
NEAR = Rational(1, 10**9)  # of an irrational border: on which side of it a rational point lies


@dataclass(frozen=True)
class Reach:
    """How far one parameter may move in one direction.

    Attributes
    ----------
    parameter : str
    border : sympy number or None
        Value at which the family ends, exact; None when it never does.
    distance : sympy number or None
        From the point to the border.
    beyond : tuple of str
        Families that hold just beyond; empty at the end of what the game assumes.
    assumption : str
        The assumption that ends there, or an empty text.
    """

    parameter: str
    border: Expr | None
    distance: Expr | None
    beyond: tuple[str, ...]
    assumption: str


@dataclass(frozen=True, eq=False, repr=False)
class Robustness:
    """How robust a family is at a parameter point.

    Attributes
    ----------
    family : str
    point : dict parameter -> Rational
    down, up : dict parameter -> Reach
    joint : (Rational, Rational) or None
        Proved lower bound, and an upper bound with a witness, of the least share by which parameters must change together,
        each by at most this share of its own size, for the family to end. None when no such change up to four times the
        parameters' sizes ends it.
    witness : dict parameter -> Rational or None
        A point within the upper bound at which the family does not hold.
    """

    family: str
    point: Mapping[str, Rational]
    down: Mapping[str, Reach]
    up: Mapping[str, Reach]
    joint: tuple[Rational, Rational] | None
    witness: Mapping[str, Rational] | None

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a parameter and direction (needs pandas)."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "parameter": reach.parameter,
                    "direction": words,
                    "border": None if reach.border is None else float(reach.border),
                    "distance": None if reach.distance is None else float(reach.distance),
                    "beyond": " + ".join(reach.beyond) or reach.assumption,
                }
                for words, table in (("down", self.down), ("up", self.up))
                for reach in table.values()
            ]
        )

    def __repr__(self) -> str:
        lines = [f"{self.family} holds"]
        for verb, table in (("falls to", self.down), ("rises to", self.up)):
            lines += [
                f"  until {reach.parameter} {verb} {_shown(reach.border)} (then {' + '.join(reach.beyond) or 'nothing'})"
                for reach in table.values()
                if reach.border is not None and not reach.assumption
            ]
        if len(lines) == 1:
            lines.append("  as far as any single parameter can go within the assumptions")
        if self.joint is not None:
            low, high = (float(100 * share) for share in self.joint)
            lines.append(f"  and while no parameter changes by more than {low:.3g} % of its size (at {high:.3g} % it can end)")
        return "\n".join(lines)


def robustness_of(theorem: "Theorem", family: Family, point: Mapping[Symbol, Rational]) -> Robustness:
    """Distances from a point, at which a family holds, to the family's borders; see `Theorem.robustness`."""
    tables: list[dict[str, Reach]] = [{}, {}]
    for name in theorem.game.parameters:
        for table, direction in zip(tables, (-1, 1), strict=True):
            table[name] = _reach(theorem, family, point, Symbol(name, real=True), direction)
    joint, witness = _joint(theorem.prover, family, point)
    exact = {symbol.name: value for symbol, value in point.items()}
    return Robustness(family.name, exact, tables[0], tables[1], joint, witness)


def _reach(theorem: "Theorem", family: Family, point: Mapping[Symbol, Rational], moved: Symbol, direction: int) -> Reach:
    """Go from root to root of the conditions until the family no longer holds."""
    start = point[moved]
    others = {symbol: value for symbol, value in point.items() if symbol != moved}
    roots = _roots(theorem, others, moved, start, direction)
    for number, root in enumerate(roots):
        after = roots[number + 1] if number + 1 < len(roots) else root + direction
        probe = {**others, moved: _between(root, after)}
        broken = [relation for relation in theorem.game.assumptions if relation.subs(probe) != sympy.true]
        if broken:
            return Reach(moved.name, root, abs(root - start), (), to_text(broken[0]))
        if not _holds(family, probe):
            beyond = tuple(own.name for own in theorem.families if _holds(own, probe))
            return Reach(moved.name, root, abs(root - start), beyond, "")
    return Reach(moved.name, None, None, (), "")


def _roots(theorem: "Theorem", others: Mapping[Symbol, Rational], moved: Symbol, start: Rational, direction: int) -> list[Expr]:
    """Where a condition of any family, or an assumption, can change, exact, from the start on in one direction."""
    found: set[Expr] = set()
    for relation in _relations(theorem):
        plain, factor, radicand = square_root_parts(relation.lhs - relation.rhs, others)
        for part in (plain, radicand) if factor == 0 else (plain**2 - factor**2 * radicand, radicand):
            polynomial = sympy.Poly(part, moved)
            if polynomial.degree() > 0:
                found.update(sympy.real_roots(polynomial))
    # at the start itself a condition may hold with equality, and end at once in one direction
    return sorted((root for root in found if (root - start) * direction >= 0), key=lambda root: (root - start) * direction)


def _relations(theorem: "Theorem") -> Iterator[Relational]:
    for family in theorem.families:
        for case in family.cases:
            yield from case.conditions
    yield from theorem.game.assumptions


def _between(one: Expr, other: Expr) -> Rational:
    """A rational number strictly between two real ones."""
    low, high = sorted((one, other))
    if low.is_Rational and high.is_Rational:
        return (low + high) / 2
    gap = high - low
    return sympy.nsimplify(((low + high) / 2).evalf(40), rational=True, tolerance=min(NEAR, Rational(str(gap.evalf(10))) / 8))


def _holds(family: Family, point: Mapping[Symbol, Rational]) -> bool:
    return any(all(holds_at(condition, point) for condition in case.conditions) for case in family.cases)


def _joint(
    prover: Prover, family: Family, point: Mapping[Symbol, Rational]
) -> tuple[tuple[Rational, Rational] | None, Mapping[str, Rational] | None]:
    """Bounds of the joint relative distance: the lower one proved, the upper one with a point outside the family."""
    outside = [tuple(denied for c in case.constraints for denied in negations(c)) for case in family.cases]
    low, high, witness = Rational(0), Rational(MOST), None
    found = _outside_point(prover, outside, point, high)
    if found is None:
        return None, None
    witness, high = found, _share(found, point)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        if prover.feasible(_box(prover, point, middle), outside) == NO:
            low = middle
            continue
        found = _outside_point(prover, outside, point, middle)
        if found is None:
            break  # z3 gave up: the bounds stay as far apart as they are
        witness, high = found, min(middle, _share(found, point))
    return (low, high), witness


def _outside_point(
    prover: Prover, outside: Sequence[tuple[Constraint, ...]], point: Mapping[Symbol, Rational], share: Rational
) -> Mapping[str, Rational] | None:
    box = _box(prover, point, share)
    return counterexample(prover, box, outside) if prover.feasible(box, outside) == YES else None


def _box(prover: Prover, point: Mapping[Symbol, Rational], share: Rational) -> list[Constraint]:
    """Every parameter changes by at most a share of its size; one that is zero stays."""
    relations = []
    for symbol, value in point.items():
        room = abs(value) * share
        relations += [sympy.Ge(symbol, value - room, evaluate=False), sympy.Le(symbol, value + room, evaluate=False)]
    return [as_constraint(relation, prover.coordinates) for relation in relations]


def _share(found: Mapping[str, Rational], point: Mapping[Symbol, Rational]) -> Rational:
    shares = [abs(found[symbol.name] - value) / abs(value) for symbol, value in point.items() if value != 0]
    return max(shares, default=Rational(0))


def _shown(value: Expr) -> str:
    return str(value) if value.is_Rational and value.q < 10**4 else f"{float(value):.6g}"
