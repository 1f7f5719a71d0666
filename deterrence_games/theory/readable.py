"""Conditions as a paper prints them: a prior against a ratio of payoff differences."""

import math
from collections.abc import Iterator, Sequence

import sympy
from sympy import Expr
from sympy.core.relational import Relational

from deterrence_games.theory.polynomials import Constraint, Fraction, Polynomial, Ring, cancelled, read_fraction
from deterrence_games.theory.prover import Prover
from deterrence_games.theory.value_formulas import has_roots

MOST_EXPANDED = 40  # terms of a condition that is multiplied out to see whether it gets shorter
RELATIONS = {"=": sympy.Eq, ">": sympy.Gt, ">=": sympy.Ge}
TURNED = {"=": sympy.Eq, ">": sympy.Lt, ">=": sympy.Le}


def readable(constraints: Sequence[Constraint], prover: Prover) -> tuple[Relational, ...]:
    """Write a conjunction of conditions on the parameters.

    A parameter between two numbers, a sum of one player's priors or a ratio of two that enters a condition linearly is
    isolated: priors before others, and of these the one with the shortest threshold. Without one, the positive terms stand
    on one side and the negative ones on the other. The sign of what one has to divide by may rest on conditions that are
    written already, never on the condition itself. Isolated parameters come first, in the game's order, each with its lower
    bounds before its upper ones.
    """
    written: dict[Constraint, Relational] = {}
    for given in ((), None):  # first what the assumptions alone allow
        for constraint in constraints:
            if constraint not in written:
                relation = _isolated(constraint, prover, tuple(written) if given is None else given)
                if relation is not None:
                    written[constraint] = relation
    order = {name: place for place, name in enumerate(prover.coordinates.parameters)}

    def rank(constraint: Constraint) -> tuple[int, int, int]:
        length = len(constraint.polynomial.coefficients)
        if constraint not in written:
            return len(order), 0, length
        relation = written[constraint]
        upper = isinstance(relation, (sympy.Lt, sympy.Le))
        return min(order[symbol.name] for symbol in relation.lhs.free_symbols), upper, length

    return tuple(
        written[c] if c in written else _two_sides(c.sign, c.polynomial, prover) for c in sorted(constraints, key=rank)
    )


def _isolated(constraint: Constraint, prover: Prover, given: Sequence[Constraint]) -> Relational | None:
    """The condition with a parameter against its threshold, where the sign of the denominator is known."""
    sign, polynomial = constraint
    priors = set(prover.coordinates.odds).union(*prover.coordinates.weights)
    best: tuple[tuple[bool, int, int, str], Relational] | None = None
    for held, above, below in (*_odds(polynomial, prover), *_weights(polynomial, prover)):
        direction = prover.sign(below, given)
        if direction not in (1, -1):
            continue
        threshold = fraction_expression((above * direction, below * direction), prover)
        relation = (RELATIONS if direction == 1 else TURNED)[sign](held, threshold, evaluate=False)
        others = len((above.variables | below.variables) & priors)
        payoff = not held.free_symbols & prover.coordinates.priors
        rank = (payoff, others, len(above.coefficients) + len(below.coefficients), str(held))
        if best is None or rank < best[0]:
            best = rank, relation
    return best[1] if best else None


def _odds(polynomial: Polynomial, prover: Prover) -> Iterator[tuple[Expr, Polynomial, Polynomial]]:
    """Parameters that enter linearly, with numerator and denominator of their thresholds."""
    coordinates, ring = prover.coordinates, prover.ring
    for k in sorted(polynomial.variables & set(coordinates.odds) - _under_roots(polynomial, prover)):
        powers = ring.powers(polynomial, k)
        if max(powers) == 1:
            parameter, least, most = coordinates.odds[k]
            slope, rest = powers[1], powers.get(0, ring.zero)
            # (parameter - least) slope + (most - parameter) rest, the odds being (parameter - least)/(most - parameter)
            yield parameter, slope * ring.number(least) - rest * ring.number(most), slope - rest


def _weights(polynomial: Polynomial, prover: Prover) -> Iterator[tuple[Expr, Polynomial, Polynomial]]:
    """Sums and ratios of one player's priors that enter linearly, with numerator and denominator of their thresholds."""
    coordinates, ring = prover.coordinates, prover.ring
    for own in coordinates.weights:
        if not polynomial.variables & set(own) or any(sum(e[k] for k in own) > 1 for e in polynomial.terms):
            continue
        if _under_roots(polynomial, prover) & set(own):
            continue
        last, rest = polynomial, coordinates.back[own[0]][1]
        alike: dict[Polynomial, Expr] = {}  # types whose priors have the same coefficient
        for k in own:
            powers = ring.powers(last, k)
            last, coefficient = powers.get(0, ring.zero), powers.get(1, ring.zero)
            alike[coefficient] = alike.get(coefficient, 0) + coordinates.back[k][0]
        if len(alike.keys() | {last}) == 2:
            for coefficient, held in alike.items():
                if coefficient != last:
                    yield held, -last, coefficient - last
        alike[last] = alike.get(last, 0) + rest
        if len(alike) == 3 and ring.zero in alike:
            del alike[ring.zero]
            (one, held), (other, against) = alike.items()
            yield held / against, -other, one


def _under_roots(polynomial: Polynomial, prover: Prover) -> set[int]:
    """The variables of what a polynomial's square roots are the roots of."""
    return set().union(*(prover.ring.roots[k].variables for k in prover.ring.rooted(polynomial)))


def _two_sides(sign: str, polynomial: Polynomial, prover: Prover) -> Relational:
    ring, coordinates = prover.ring, prover.coordinates
    terms = [(ring.term(exponents, c), c > 0) for exponents, c in polynomial.terms.items()]
    left = ring.sum([term for term, positive in terms if positive])
    right = ring.sum([-term for term, positive in terms if not positive])
    sides = coordinates.cleared((left, right))
    if len(terms) <= MOST_EXPANDED:
        whole = [*coordinates.cleared([polynomial]), sympy.S.Zero]
        sides = min(sides, _multiplied_out(sides), whole, key=_size)
    return RELATIONS[sign](*sides, evaluate=False)


def _size(sides: Sequence[Expr]) -> int:
    """Symbols, numbers and operations."""
    return sum(1 for side in sides for _ in sympy.preorder_traversal(side))


def _multiplied_out(sides: Sequence[Expr]) -> list[Expr]:
    """Both sides of a relation without brackets, each term on the side where it is positive; square roots stay whole."""
    roots = {root: sympy.Dummy() for side in sides for root in side.atoms(sympy.Pow) if not root.exp.is_Integer}
    back = {symbol: root for root, symbol in roots.items()}
    terms = sympy.Add.make_args(sympy.expand((sides[0] - sides[1]).xreplace(roots)))
    left = sympy.Add(*(term for term in terms if not term.could_extract_minus_sign()))
    right = sympy.Add(*(-term for term in terms if term.could_extract_minus_sign()))
    return [left.xreplace(back), right.xreplace(back)]


def fraction_expression(fraction: Fraction, prover: Prover, names: dict[int, Expr] | None = None) -> Expr:
    """A fraction in the parameters and in named unknowns."""
    above, below = fraction
    if above.zero:
        return sympy.S.Zero
    numbers = [*above.coefficients, *below.coefficients]
    common = sympy.Rational(math.lcm(*(int(c.q) for c in numbers)), math.gcd(*(int(c.p) for c in numbers)))
    if common != 1:
        above, below = above * prover.ring.number(common), below * prover.ring.number(common)
    # one quotient: negative terms in numerator and denominator would be harder to read than positive ones
    if below.leading_sign < 0 and prover.sign_of_terms(-below) == 1:
        above, below = -above, -below
    return prover.coordinates.expression(above, names) / prover.coordinates.expression(below, names)


def shorter(value: Expr, prover: Prover) -> Expr:
    """An expectation as a sum over probabilities, each times one fraction of payoffs, where that is shorter.

    Closed forms come as sums of products of payoff differences, among which a payoff is easily lost.
    """
    above, below = sympy.fraction(value)
    payoffs = {symbol for gap, rest in prover.coordinates.back.values() if rest == 1 for symbol in gap.free_symbols}
    if not value.free_symbols or not below.free_symbols <= payoffs or has_roots(value):
        return value
    plain = _Plain(value)
    weights: dict[tuple[Expr, Polynomial, Polynomial], list[Expr]] = {}
    for term in sympy.Add.make_args(above):
        shares = [factor for factor in sympy.Mul.make_args(term) if not factor.free_symbols <= payoffs]
        rest = sympy.Mul(*(factor for factor in sympy.Mul.make_args(term) if factor not in shares))
        weights.setdefault(plain.quotient(rest, below), []).append(sympy.Mul(*shares))
    total = sympy.S.Zero
    for (number, gain, over), chances in weights.items():
        share = chances[0] if len(chances) == 1 else plain.factored(*plain.primitive(plain.read(sympy.Add(*chances))))
        total += share * _positive_below(plain, number, gain, over, prover)
    return total if total.count_ops() < value.count_ops() else value


def _positive_below(plain: "_Plain", number: Expr, above: Polynomial, below: Polynomial, prover: Prover) -> Expr:
    """A number times a fraction whose denominator is positive where its sign is known."""
    under = plain.factored(sympy.S.One, below)
    if prover.sign(prover.coordinates.fraction(under)[0]) == -1:
        return plain.expanded(-above * number.p) / plain.expanded(-below * number.q)
    return plain.factored(number, above) / under


class _Plain:
    """Polynomials in the symbols of an expression, in the order that SymPy gives them."""

    def __init__(self, value: Expr) -> None:
        self._symbols = sympy.Poly(sympy.Add(*value.free_symbols)).gens
        self._ring = Ring([symbol.name for symbol in self._symbols])
        self._values = {
            name: (variable, self._ring.one) for name, variable in zip(self._ring.names, self._ring.variables, strict=True)
        }

    def read(self, value: Expr) -> Polynomial:
        """An expression without denominators."""
        return read_fraction(value, self._ring, self._values)[0]

    def quotient(self, above: Expr, below: Expr) -> tuple[Expr, Polynomial, Polynomial]:
        """A fraction without common factors as a number and two primitive polynomials."""
        top, bottom = cancelled((self.read(above), self.read(below)))
        (number, top), (other, bottom) = self.primitive(top), self.primitive(bottom)
        return number / other, top, bottom

    def primitive(self, polynomial: Polynomial) -> tuple[Expr, Polynomial]:
        """A polynomial as a number times one in whole numbers without a common factor, the first of them positive."""
        numbers = [sympy.Rational(int(c.p), int(c.q)) for c in polynomial.coefficients]
        if not numbers:
            return sympy.S.Zero, self._ring.one
        most = abs(sympy.gcd_list(numbers)) * polynomial.leading_sign
        return most, polynomial * self._ring.number(1 / most)

    def factored(self, number: Expr, polynomial: Polynomial) -> Expr:
        """A number times a primitive polynomial as an expression, a product of its factors."""
        parts = [self.expanded(self.primitive(part)[1]) ** power for part, power in polynomial.factor()[1]]
        return sympy.Mul(number, *sorted(parts, key=sympy.default_sort_key))

    def expanded(self, polynomial: Polynomial) -> Expr:
        """A polynomial as an expression, a sum."""
        return sympy.Add(
            *(
                sympy.Mul(
                    sympy.Rational(int(c.p), int(c.q)),
                    *(s**power for s, power in zip(self._symbols, exponents, strict=True) if power),
                )
                for exponents, c in polynomial.terms.items()
            )
        )
