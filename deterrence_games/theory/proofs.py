"""Claims about a theorem, proved or refuted by z3 over the reals."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import sympy
from sympy import Expr, Rational
from sympy.core.relational import Relational

from deterrence_games.errors import ExpressionError, GameError
from deterrence_games.games.expressions import to_relations
from deterrence_games.theory.claims import Borders, Claim, Equivalence, Exclusion, Existence, Implication, Throughout
from deterrence_games.theory.coordinates import Coordinates, as_constraint
from deterrence_games.theory.family import Family
from deterrence_games.theory.polynomials import Constraint, Polynomial
from deterrence_games.theory.prover import NO, YES, Clause, Prover, negations

if TYPE_CHECKING:
    from deterrence_games.theory.theorem import Theorem

PROVED, REFUTED, UNKNOWN = "proved", "refuted", "unknown"
DIGITS = 30  # of a rational number in place of an algebraic one


class Objection(NamedTuple):
    """Something whose possibility refutes a claim: all constraints, and of each clause one."""

    constraints: tuple[Constraint, ...]
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, eq=False)
class Proof:
    """The answer to a claim.

    Attributes
    ----------
    claim : Claim
    verdict : {"proved", "refuted", "unknown"}
    counterexample : dict parameter -> Rational, optional
        Where the claim fails, in exact rationals; None for a refuted claim when only an irrational point was found.
    seconds : float
    theorem : Theorem
    """

    claim: Claim
    verdict: str
    counterexample: Mapping[str, Rational] | None
    seconds: float
    theorem: "Theorem"

    def recheck(self) -> bool:
        """Ask again, with nothing remembered; True when the verdict is the same."""
        old = self.theorem.prover
        prover = Prover(old.coordinates, old.positive - old.coordinates.positive, old.nonnegative, old.timeout)
        return prove(self.theorem, self.claim, prover).verdict == self.verdict

    def __repr__(self) -> str:
        shown = ", ".join(f"{name} = {value}" for name, value in (self.counterexample or {}).items())
        return f"<Proof: {self.claim} {self.verdict}{f' at {shown}' if shown else ''}>"


def prove(theorem: "Theorem", claim: Claim | str, prover: Prover) -> Proof:
    """Prove or refute a claim; a text is a relation between parameters that shall hold throughout."""
    start = time.perf_counter()
    asked: Claim = Throughout(claim) if isinstance(claim, str) else claim
    verdict, point = PROVED, None
    for objection in _objections(theorem, asked):
        answer = prover.feasible(objection.constraints, objection.clauses)
        if answer == YES:
            verdict, point = REFUTED, _counterexample(prover, objection)
            break
        if answer != NO:
            verdict = UNKNOWN
    if verdict == PROVED and not theorem.complete and isinstance(asked, Existence | Exclusion | Equivalence | Borders):
        # what is missing can only add to where families exist, which leaves existence proved
        verdict = PROVED if isinstance(asked, Existence) else UNKNOWN
    if verdict == REFUTED and not theorem.complete and isinstance(asked, Existence | Equivalence):
        verdict, point = UNKNOWN, None
    return Proof(asked, verdict, point, time.perf_counter() - start, theorem)


def _objections(theorem: "Theorem", claim: Claim) -> Iterator[Objection]:
    coordinates = theorem.prover.coordinates
    match claim:
        case Existence():
            yield Objection((), tuple(_outside([*theorem.families, *theorem.border_families])))
        case Exclusion(one, other):
            for mine in _family(theorem, one).cases:
                for case in _family(theorem, other).cases:
                    yield Objection(tuple(Constraint(">", c.polynomial) for c in (*mine.constraints, *case.constraints)), ())
        case Implication(family, relation):
            for case in _family(theorem, family).cases:
                for wanted in _relations(theorem, relation, case.outcomes):
                    for denied in negations(as_constraint(wanted, coordinates)):
                        yield Objection((*case.constraints, denied), ())
        case Equivalence(family, relations):
            wanted_all = [as_constraint(r, coordinates) for text in relations for r in _relations(theorem, text, {})]
            own = _family(theorem, family)
            yield Objection(tuple(wanted_all), tuple(_outside([own])))
            for case in own.cases:
                for condition in wanted_all:
                    for denied in negations(condition):
                        yield Objection((*case.constraints, denied), ())
        case Borders(equations):
            clauses = tuple(
                negations(as_constraint(r, coordinates)) for text in equations for r in _relations(theorem, text, {})
            )
            for border in theorem.border_families:
                for case in border.cases:
                    yield Objection(case.constraints, clauses)
        case Throughout(relation):
            for wanted in _relations(theorem, relation, {}):
                for denied in negations(as_constraint(wanted, coordinates)):
                    yield Objection((denied,), ())
        case _:
            raise GameError(
                f"game {theorem.game.name!r}: {claim!r:.60} is no claim; give a relation as text, or Existence, Exclusion, "
                "Implication, Equivalence, Borders or Throughout from deterrence_games.theory"
            )


def _outside(families: Sequence[Family]) -> Iterator[Clause]:
    """Clauses that hold where none of the families exists."""
    for family in families:
        for case in family.cases:
            yield tuple(denied for condition in case.constraints for denied in negations(condition))


def _family(theorem: "Theorem", name: str) -> Family:
    try:
        return theorem[name]
    except KeyError as error:
        raise GameError(f"game {theorem.game.name!r}: {error.args[0]}") from None


def _relations(theorem: "Theorem", text: str, outcomes: Mapping[str, Expr]) -> list[Relational]:
    """Read relations between parameters, and outcome labels where they stand for probabilities."""
    game = theorem.game
    try:
        relations = to_relations(text)
    except (ExpressionError, GameError) as error:
        raise type(error)(f"game {game.name!r}: claim: {error}") from None
    found = []
    for relation in relations:
        put: dict[Expr, Expr] = {}
        for symbol in relation.free_symbols:
            if symbol.name in outcomes and symbol.name not in game.parameters:
                put[symbol] = outcomes[symbol.name]
            elif symbol.name not in game.parameters:
                known = ", ".join((*game.parameters, *outcomes))
                raise GameError(f"game {game.name!r}: the claim names unknown {symbol.name!r}; use {known}")
        sides = [side.subs(put, simultaneous=True) for side in (relation.lhs, relation.rhs)]
        free = {s.name for side in sides for s in side.free_symbols} - set(game.parameters)
        if free:
            raise GameError(
                f"game {game.name!r}: the claim's outcomes depend on {', '.join(sorted(free))}, which the family leaves free; "
                "claim something about the parameters only"
            )
        found.append(relation.func(*sides, evaluate=False))
    return found


def _counterexample(prover: Prover, objection: Objection) -> dict[str, Rational] | None:
    """A rational point that satisfies an objection, checked in fractions."""
    model = prover.witness(objection.constraints, objection.clauses)
    if model is None:
        return None
    values = {k: _rational(value) for k, value in model.items()}
    at = {k: value for k, value in values.items() if value is not None}
    if any(at.get(k, 1) <= 0 for k in prover.coordinates.positive):
        return None

    def holds(constraint: Constraint) -> bool:
        value = evaluate(constraint.polynomial, at)
        return bool(value == 0 if constraint.sign == "=" else value >= 0 if constraint.sign == ">=" else value > 0)

    every = (*prover.coordinates.assumptions, *objection.constraints)
    if not all(map(holds, every)) or not all(any(map(holds, clause)) for clause in objection.clauses):
        return None
    return parameters_at(prover.coordinates, at)


def _rational(value: Any) -> Rational | None:
    if hasattr(value, "numerator_as_long"):
        return Rational(value.numerator_as_long(), value.denominator_as_long())
    if hasattr(value, "approx"):
        near = value.approx(DIGITS)
        return Rational(near.numerator_as_long(), near.denominator_as_long())
    return None


def evaluate(polynomial: Polynomial, values: Mapping[int, Rational]) -> Rational:
    """A polynomial at rational values of its variables."""
    total = sympy.S.Zero
    for exponents, coefficient in polynomial.terms.items():
        term = Rational(int(coefficient.p), int(coefficient.q))
        for k, power in enumerate(exponents):
            if power:
                term *= values[k] ** power
        total += term
    return total


def parameters_at(coordinates: Coordinates, values: Mapping[int, Rational]) -> dict[str, Rational]:
    """The parameters at rational values of the coordinates."""
    return {name: evaluate(above, values) / evaluate(below, values) for name, (above, below) in coordinates.parameters.items()}
