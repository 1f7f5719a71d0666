"""The parameters of a game in coordinates in which almost everything is positive.

Ordered payoffs become sums of positive gaps, probabilities between two numbers become odds, and priors become unnormalised
weights. The order that a game assumes then holds by itself, and a polynomial whose coefficients have one sign has that sign.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.core.relational import Relational

from deterrence_games.errors import GameError
from deterrence_games.games import Game
from deterrence_games.theory.polynomials import Constraint, Fraction, Polynomial, Ring, read_fraction

MOST_EXPANDED = 40  # terms of a polynomial that is multiplied out to see whether it gets shorter


@dataclass(eq=False)
class Coordinates:
    """Coordinates of a game's parameters.

    Attributes
    ----------
    ring : Ring
        Coordinates first, then the unknowns of strategies and beliefs.
    positive : set of int
        Variables that are above zero; all others may be anything.
    parameters : dict parameter -> fraction
        Each parameter in the coordinates.
    back : dict variable -> (numerator, denominator)
        Each coordinate in the parameters, as SymPy expressions; the denominator is positive.
    odds : dict variable -> (parameter, low, high)
        Coordinates that are odds ``(parameter - low)/(high - parameter)``.
    weights : list of tuple of int
        Coordinates that are priors of one player's types, each over the prior of the last type.
    assumptions : list of Constraint
        What the coordinates do not guarantee by being positive.
    priors : frozenset of Symbol
        Parameters that priors are made of.
    """

    ring: Ring
    positive: set[int]
    parameters: dict[str, Fraction]
    back: dict[int, tuple[Expr, Expr]]
    odds: dict[int, tuple[Symbol, Expr, Expr]]
    weights: list[tuple[int, ...]] = field(default_factory=list)
    assumptions: list[Constraint] = field(default_factory=list)
    priors: frozenset[Symbol] = frozenset()
    _quotients: dict[Any, tuple[Expr, dict[Expr, int]]] = field(default_factory=dict, repr=False)

    def fraction(self, expression: Expr) -> Fraction:
        """An expression in the parameters, in the coordinates."""
        return read_fraction(expression, self.ring, self.parameters, self._root_of)

    def one_sign(self, polynomial: Polynomial) -> bool:
        """Whether all coefficients have one sign, and so the polynomial, in variables above zero."""
        return len({c > 0 for c in polynomial.coefficients}) == 1 and polynomial.variables <= self.positive

    def square_root(self, polynomial: Polynomial) -> Fraction:
        """The square root of a polynomial, a multiple of a variable of the ring; multiples by squares have one in common.

        Raises
        ------
        GameError
            When there is no room for one more square root.
        """
        if polynomial.zero:
            return polynomial, self.ring.one
        constant, parts = polynomial.factor()
        size = abs(_number(constant))
        outer, inner = sympy.sqrt(size.p * size.q).as_coeff_Mul()
        outside, inside = self.ring.number(outer), self.ring.number(inner**2 * (1 if constant > 0 else -1))
        for part, power in parts:
            if power // 2 % 2 and not self.one_sign(part):
                inside *= part**power  # the root of the square is this factor or its negative
                continue
            outside *= part ** (power // 2)
            inside *= part ** (power % 2)
        if outside.coefficients and outside.coefficients[0] < 0:
            outside = -outside
        root = self.ring.one if inside == self.ring.one else self.ring.variables[self.ring.root(inside)]
        return outside * root, self.ring.number(size.q)

    def smooth(self, expression: Expr) -> list[Constraint]:
        """Where derivatives of an expression exist: what is below its square roots in the parameters is above zero."""
        powers = [power for power in expression.atoms(sympy.Pow) if not power.exp.is_Integer]
        known = [power for power in powers if all(symbol.name in self.parameters for symbol in power.free_symbols)]
        rooted = {k for power in known for part in self.fraction(power) for k in self.ring.rooted(part)}
        return [Constraint(">", self.ring.roots[k]) for k in sorted(rooted)]

    def _root_of(self, radicand: Fraction) -> Fraction | None:
        """The square root of a fraction whose denominator has one sign."""
        above, below = radicand
        if not self.ring.spare or not self.one_sign(below):
            return None
        top, bottom = self.square_root(above * below)
        return top, bottom * (below if below.leading_sign > 0 else -below)

    def _written_root(self, k: int) -> tuple[Expr, dict[Expr, int]]:
        """A square root in the parameters: of a polynomial in them, and the positive factors that it stands over."""
        above, below = self._quotient(self.ring.roots[k], {})
        for base, power in above.as_powers_dict().items():
            if power > 1 and base.free_symbols:
                above = above / base**power * sympy.expand(base**power)  # its root would be an absolute value
        inside = above * sympy.Mul(*(rest ** (degree % 2) for rest, degree in below.items()))
        return sympy.sqrt(inside), {rest: (degree + 1) // 2 for rest, degree in below.items()}

    def expression(self, polynomial: Polynomial, names: Mapping[int, Expr] | None = None) -> Expr:
        """A polynomial in the parameters: a product of its factors; `names` writes the unknowns."""
        above, below = self._quotient(polynomial, names or {})
        return above / sympy.Mul(*(rest**degree for rest, degree in below.items()))

    def cleared(self, polynomials: Sequence[Polynomial]) -> list[Expr]:
        """Polynomials in the parameters, all times the denominator that makes them whole."""
        parts = [self._quotient(polynomial, {}) for polynomial in polynomials]
        common: dict[Expr, int] = {}
        for _, below in parts:
            common = {rest: max(common.get(rest, 0), below.get(rest, 0)) for rest in {**common, **below}}
        return [
            above * sympy.Mul(*(rest ** (degree - below.get(rest, 0)) for rest, degree in common.items()))
            for above, below in parts
        ]

    def _quotient(self, polynomial: Polynomial, names: Mapping[int, Expr]) -> tuple[Expr, dict[Expr, int]]:
        """A polynomial as a product of factors, and the positive denominators that it stands over, with their powers."""
        roots = {k: Symbol(self.ring.names[k]) for k in self.ring.rooted(polynomial)}
        key = polynomial, tuple(names[k] for k in sorted(polynomial.variables - set(self.back) - roots.keys()))
        if key not in self._quotients:
            above, below = self._product(polynomial, {**names, **roots})
            meant = {symbol: self._written_root(k)[0] for k, symbol in roots.items()}
            self._quotients[key] = above.xreplace(meant), below
        return self._quotients[key]

    def _product(self, polynomial: Polynomial, names: Mapping[int, Expr]) -> tuple[Expr, dict[Expr, int]]:
        constant, parts = polynomial.factor()
        for place, (part, power) in enumerate(parts):
            if constant < 0 and power % 2 and len({c > 0 for c in part.coefficients}) > 1:
                parts[place], constant = (-part, power), -constant  # a - b reads better than -(b - a)
        found: Expr = sympy.Integer(1 if constant > 0 else -1 if constant < 0 else 0)
        below: dict[Expr, int] = {}
        for part, power in parts:
            above, own = self._factor(part, names)
            found *= above**power
            for rest, degree in own.items():
                below[rest] = below.get(rest, 0) + degree * power
        return found * abs(_number(constant)), below

    def _factor(self, polynomial: Polynomial, names: Mapping[int, Expr]) -> tuple[Expr, dict[Expr, int]]:
        """A factor as a sum over products of probabilities, each times a sum of products of differences of payoffs."""
        shares = [k for k in polynomial.variables if k not in self.back or self.back[k][1] != 1]
        groups: dict[tuple[int, ...], dict[tuple[int, ...], Expr]] = {}
        for exponents, coefficient in polynomial.terms.items():
            outer = tuple(exponents[k] for k in shares)
            groups.setdefault(outer, {})[exponents] = _number(coefficient)
        rests = {outer: self._rests(shares, outer) for outer in groups}
        below = {rest: max(own.get(rest, 0) for own in rests.values()) for own in rests.values() for rest in own}
        total = sympy.S.Zero
        for outer, terms in groups.items():
            inner = sympy.S.Zero
            for exponents, number in terms.items():
                gaps = (self.back[k][0] ** power for k, power in enumerate(exponents) if power and k not in shares)
                inner += sympy.Mul(number, *gaps)
            if all(sum(power for k, power in enumerate(own) if k not in shares) <= 1 for own in terms):
                inner = sympy.expand(inner)
            for k, power in zip(shares, outer, strict=True):
                inner *= (self.back[k][0] if k in self.back else names[k]) ** power
            for rest, degree in below.items():
                inner *= rest ** (degree - rests[outer].get(rest, 0))
            total += inner
        if len(polynomial.terms) <= MOST_EXPANDED:
            plain = sympy.expand(total)
            if plain.count_ops() < total.count_ops():
                return plain, below
        return total, below

    def _rests(self, shares: Sequence[int], powers: Sequence[int]) -> dict[Expr, int]:
        """The denominators of a product of shares; weights of one player's types have one in common."""
        found: dict[Expr, int] = {}
        for k, power in zip(shares, powers, strict=True):
            if power:
                own = {self.back[k][1]: 1} if k in self.back else self._written_root(k)[1] if k in self.ring.roots else {}
                for rest, degree in own.items():
                    found[rest] = found.get(rest, 0) + degree * power
        return found


def _number(coefficient: Any) -> Expr:
    return coefficient if coefficient == 0 else sympy.Rational(int(coefficient.p), int(coefficient.q))


def coordinates_of(game: Game, unknowns: Sequence[str], roots: int = 0) -> Coordinates:
    """Choose coordinates from a game's assumptions, in a ring with room for `unknowns` and for so many square roots."""
    symbols = {name: Symbol(name, real=True) for name in game.parameters}
    lower = _lower_neighbours(game.assumptions)
    groups = _weighed(game, lower)
    ring = Ring([*(f"c{k}" for k in range(len(symbols))), *unknowns], roots)
    place = {name: k for k, name in enumerate(symbols)}
    priors = (prior.free_symbols for own in game.types.values() for prior in own.values())
    found = Coordinates(ring, set(), {}, {}, {}, priors=frozenset().union(*priors))
    for own, rest in groups:
        total = ring.sum([ring.one, *(ring.variables[place[s.name]] for s in own)])
        found.weights.append(tuple(place[s.name] for s in own))
        for s in own:
            k = place[s.name]
            found.positive.add(k)
            found.parameters[s.name] = (ring.variables[k], total)
            found.back[k] = (s, rest)
    bounds = _bounds(game.assumptions)
    height: dict[Expr, int] = {}  # a chain of gaps is longest, and implies most, on the highest of those below
    for s in _bottom_up(symbols, lower):
        height[s] = 1 + max((height[low] for low in lower.get(s, ()) if low in height), default=0)
        if s.name in found.parameters:
            continue
        k = place[s.name]
        variable = ring.variables[k]
        least, most = bounds.get(s, (None, None))
        parents = [low for low in lower.get(s, ()) if low.is_Symbol and low.name in found.parameters]
        if least is not None and most is not None and not parents:
            found.positive.add(k)
            found.parameters[s.name] = (ring.number(least) + ring.number(most) * variable, ring.one + variable)
            found.back[k] = (s - least, most - s)
            found.odds[k] = (s, least, most)
        elif parents or least is not None:
            parent: Expr = max(parents, key=lambda low: height[low]) if parents else least
            above, below = found.fraction(parent)
            found.positive.add(k)
            found.parameters[s.name] = (above + below * variable, below)
            found.back[k] = (s - parent, sympy.S.One)
        elif most is not None:
            found.positive.add(k)
            found.parameters[s.name] = (ring.number(most) - variable, ring.one)
            found.back[k] = (most - s, sympy.S.One)
        else:
            found.parameters[s.name] = (variable, ring.one)
            found.back[k] = (s, sympy.S.One)
    for relation in game.assumptions:
        found.assumptions.append(as_constraint(relation, found))
    return found


def as_constraint(relation: Relational, coordinates: Coordinates) -> Constraint:
    """A relation between parameters as a polynomial compared with zero.

    Raises
    ------
    GameError
        When the sign of a denominator in it is not known.
    """
    sides = (relation.lhs, relation.rhs) if relation.rel_op in (">", ">=", "==") else (relation.rhs, relation.lhs)
    above, below = coordinates.fraction(sides[0] - sides[1])
    sign = {"<": ">", "<=": ">=", "==": "="}.get(relation.rel_op, relation.rel_op)
    if sign == "=":
        return Constraint(sign, above)
    # multiplied by the square of the denominator, a comparison stays what it is
    return Constraint(sign, above if below == coordinates.ring.one else above * below)


def _lower_neighbours(relations: Sequence[Relational]) -> dict[Expr, list[Expr]]:
    """For each symbol what is said to be strictly below it: symbols and numbers."""
    lower: dict[Expr, list[Expr]] = {}
    for low, high in _strict_pairs(relations):
        if high.is_Symbol and (low.is_Symbol or low.is_Rational):
            lower.setdefault(high, []).append(low)
    return lower


def _strict_pairs(relations: Sequence[Relational]) -> list[tuple[Expr, Expr]]:
    pairs = []
    for relation in relations:
        if relation.rel_op == "<":
            pairs.append((relation.lhs, relation.rhs))
        elif relation.rel_op == ">":
            pairs.append((relation.rhs, relation.lhs))
    return pairs


def _bounds(relations: Sequence[Relational]) -> dict[Expr, tuple[Expr | None, Expr | None]]:
    """The largest number below and the smallest above each symbol."""
    found: dict[Expr, tuple[Expr | None, Expr | None]] = {}
    for low, high in _strict_pairs(relations):
        if high.is_Symbol and low.is_Rational:
            least, most = found.get(high, (None, None))
            found[high] = (low if least is None else max(low, least), most)
        elif low.is_Symbol and high.is_Rational:
            least, most = found.get(low, (None, None))
            found[low] = (least, high if most is None else min(high, most))
    return found


def _bottom_up(symbols: dict[str, Symbol], lower: dict[Expr, list[Expr]]) -> list[Symbol]:
    """The symbols, each after those below it; assumptions were checked for cycles when the game was made."""
    done: dict[Symbol, None] = {}

    def visit(s: Symbol) -> None:
        if s not in done:
            for low in lower.get(s, ()):
                if low.is_Symbol:
                    visit(low)
            done[s] = None

    for s in symbols.values():
        visit(s)
    return list(done)


def _weighed(game: Game, lower: dict[Expr, list[Expr]]) -> list[tuple[list[Symbol], Expr]]:
    """Priors of three types and more that are plain symbols and a rest, all assumed positive."""
    stated = [sympy.expand(high - low) for low, high in _strict_pairs(game.assumptions)]
    groups = []
    for priors in game.types.values():
        own = [prior for prior in priors.values() if prior.is_Symbol]
        rest = [prior for prior in priors.values() if not prior.is_Symbol]
        if len(own) < 2 or len(rest) != 1 or len(set(own)) < len(own):
            continue
        if sympy.expand(rest[0] - 1 + sum(own)) != 0 or sympy.expand(rest[0]) not in stated:
            continue
        if all(sympy.S.Zero in lower.get(s, ()) and not any(low.is_Symbol for low in lower[s]) for s in own):
            groups.append((own, rest[0]))
    return groups


def check_priors(game: Game, positive: Sequence[tuple[str, str, bool]]) -> None:
    """Refuse priors that the assumptions do not keep above zero."""
    for player, kind, sure in positive:
        if not sure:
            raise GameError(
                f"game {game.name!r}: the assumptions allow type {kind!r} of {player!r} to have prior zero, and then beliefs "
                "about it are another question; assume it positive, say '0 < p < 1'"
            )
