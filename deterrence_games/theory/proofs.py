"""Claims about a theorem, proved or refuted by z3 over the reals."""

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import sympy
from sympy import Expr, Rational
from sympy.core.relational import Relational

from deterrence_games.errors import ExpressionError, GameError
from deterrence_games.games.expressions import to_relations
from deterrence_games.theory.claim_text import near_match, probabilities, read_claim
from deterrence_games.theory.claims import (
    Borders,
    Claim,
    Equivalence,
    Exclusion,
    Existence,
    Implication,
    Monotone,
    Throughout,
    Uniqueness,
)
from deterrence_games.theory.confirmation import fails_numerically
from deterrence_games.theory.coordinates import as_constraint
from deterrence_games.theory.family import Case, Family
from deterrence_games.theory.polynomials import Constraint, Polynomial
from deterrence_games.theory.propagation import Clause
from deterrence_games.theory.prover import NO, YES, Prover, decide_smtlib, negations
from deterrence_games.theory.witnesses import counterexample

if TYPE_CHECKING:
    from deterrence_games.theory.theorem import Theorem

PROVED, REFUTED, UNKNOWN = "proved", "refuted", "unknown"


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
        Time spent.
    theorem : Theorem
    """

    claim: Claim
    verdict: str
    counterexample: Mapping[str, Rational] | None
    seconds: float
    theorem: "Theorem"

    @property
    def statements(self) -> tuple[str, ...]:
        """What would refute the claim, in SMT-LIB: it holds exactly when none of these texts is satisfiable.

        The variables are positive gaps between parameters and odds; comments at the top say which. The texts are for any
        solver of nonlinear real arithmetic; they state the assumptions in full, and nothing is simplified.
        """
        prover = self.theorem.prover
        return tuple(prover.to_smtlib(*objection) for objection in _objections(self.theorem, self.claim))

    def recheck(self) -> bool:
        """Decide `statements` anew with z3's general solver, which reads them as text; True when the verdict is the same.

        Nothing is shared with the first run but the claim's polynomials: neither its simplifications, nor the points and
        answers that it remembers, nor its tactic. A question that the general solver leaves open counts as unknown.
        """
        answers = (decide_smtlib(text, self.theorem.prover.timeout) for text in self.statements)
        return _verdict(self.theorem, self.claim, _joined(answers)) == self.verdict

    @property
    def confirmed(self) -> bool | None:
        """Whether the numeric solver sees the claim fail at the counterexample; None when there is none, or it cannot tell.

        The solver finds all perfect Bayesian equilibria there in floating point and shares no code with the derivation.
        """
        return None if self.counterexample is None else fails_numerically(self.theorem, self.claim, self.counterexample)

    def __repr__(self) -> str:
        shown = ", ".join(f"{name} = {value}" for name, value in (self.counterexample or {}).items())
        return f"<Proof: {self.claim} {self.verdict}{f' at {shown}' if shown else ''}>"


def prove(theorem: "Theorem", claim: Claim | str, prover: Prover) -> Proof:
    """Prove or refute a claim; for claims as text see `deterrence_games.theory.claim_text.read_claim`."""
    start = time.perf_counter()
    asked: Claim = read_claim(claim, theorem) if isinstance(claim, str) else claim
    point = None
    answers = []
    for objection in _objections(theorem, asked):
        answers.append(prover.feasible(objection.constraints, objection.clauses))
        if answers[-1] == YES:
            point = counterexample(prover, objection.constraints, objection.clauses)
            break
    verdict = _verdict(theorem, asked, _joined(answers))
    return Proof(asked, verdict, point if verdict == REFUTED else None, time.perf_counter() - start, theorem)


def _joined(answers: Iterable[str]) -> str:
    """The verdict that answers to a claim's objections give; nothing is asked after the first that is possible."""
    verdict = PROVED
    for answer in answers:
        if answer == YES:
            return REFUTED
        if answer != NO:
            verdict = UNKNOWN
    return verdict


def _verdict(theorem: "Theorem", claim: Claim, verdict: str) -> str:
    """What is left of a verdict when families may be missing."""
    if theorem.complete:
        return verdict
    # what is missing can only add to where families exist, which leaves existence proved
    if verdict == PROVED and isinstance(claim, Uniqueness | Exclusion | Equivalence | Borders):
        return UNKNOWN
    if verdict == REFUTED and isinstance(claim, Existence | Equivalence):
        return UNKNOWN
    return verdict


def _objections(theorem: "Theorem", claim: Claim) -> Iterator[Objection]:
    match claim:
        case Existence(without):
            left_out = {_family(theorem, name).name for name in without}
            families = (own for own in (*theorem.families, *theorem.border_families) if own.name not in left_out)
            yield Objection((), tuple(_outside(families)))
        case Uniqueness(without):
            left_out = {_family(theorem, name).name for name in without}
            counted = [family for family in theorem.families if family.name not in left_out]
            cases = [case for family in counted for case in family.cases]
            for case in cases:
                if case.ranges.keys() & set().union(*(share.free_symbols for share in case.outcomes.values())):
                    yield _overlap(case, case)  # a continuum that leads to many outcomes
            for mine, theirs in combinations(cases, 2):
                if any(sympy.cancel(share - theirs.outcomes[label]) != 0 for label, share in mine.outcomes.items()):
                    yield _overlap(mine, theirs)
        case Exclusion(one, other):
            yield from _overlaps(_family(theorem, one), _family(theorem, other))
        case Implication(family, relation):
            for case in _family(theorem, family).cases:
                for wanted in _relations(theorem, relation, probabilities(case)):
                    for denied in negations(_stated(theorem, wanted)):
                        yield Objection((*case.constraints, denied), ())
        case Monotone(family, quantity, change, parameter):
            if parameter not in theorem.game.parameters:
                raise GameError(
                    f"game {theorem.game.name!r}: the claim names unknown parameter {parameter!r}"
                    f"{near_match(parameter, theorem.game.parameters)}; use {', '.join(theorem.game.parameters)}"
                )
            for case in _family(theorem, family).cases:
                slope, given = _slope(theorem, case, quantity, parameter)
                sign = {"rises": ">", "falls": ">", "never falls": ">=", "never rises": ">="}[change]
                turned = -slope if change in ("falls", "never rises") else slope
                for denied in negations(Constraint(sign, turned)):
                    yield Objection((*case.constraints, *given, denied), ())
        case Equivalence(family, relations):
            wanted_all = [_stated(theorem, r) for text in relations for r in _relations(theorem, text, {})]
            own = _family(theorem, family)
            yield Objection(tuple(wanted_all), tuple(_outside([own])))
            for case in own.cases:
                for condition in wanted_all:
                    for denied in negations(condition):
                        yield Objection((*case.constraints, denied), ())
        case Borders(equations):
            clauses = tuple(negations(_stated(theorem, r)) for text in equations for r in _relations(theorem, text, {}))
            for border in theorem.border_families:
                for case in border.cases:
                    yield Objection(case.constraints, clauses)
        case Throughout(relation):
            for wanted in _relations(theorem, relation, {}):
                for denied in negations(_stated(theorem, wanted)):
                    yield Objection((denied,), ())
        case _:
            raise GameError(
                f"game {theorem.game.name!r}: {claim!r:.60} is no claim; give a text, or Existence, Uniqueness, Exclusion, "
                "Implication, Monotone, Equivalence, Borders or Throughout from deterrence_games.theory"
            )


def _stated(theorem: "Theorem", relation: Relational) -> Constraint:
    """A relation of a claim as a constraint."""
    try:
        return as_constraint(relation, theorem.prover.coordinates)
    except GameError as error:
        raise GameError(f"game {theorem.game.name!r}: claim: {error}") from None


def _overlaps(one: Family, other: Family) -> Iterator[Objection]:
    """Open sets on which two families exist together."""
    for mine in one.cases:
        for case in other.cases:
            yield _overlap(mine, case)


def _overlap(one: Case, other: Case) -> Objection:
    return Objection(tuple(Constraint(">", c.polynomial) for c in dict.fromkeys((*one.constraints, *other.constraints))), ())


def _slope(theorem: "Theorem", case: Case, quantity: str, parameter: str) -> tuple[Polynomial, list[Constraint]]:
    """A polynomial with the sign of the derivative of an outcome's probability, or of a payoff, and where there is one."""
    player = quantity.removeprefix("payoff of ")
    table = case.payoffs if player != quantity else case.outcomes
    if player not in table:
        known = (*case.outcomes, *(f"payoff of {name}" for name in case.payoffs))
        raise GameError(
            f"game {theorem.game.name!r}: the claim names unknown quantity {quantity!r}{near_match(quantity, known)}; use "
            f"{', '.join(known)}"
        )
    derivative = sympy.diff(table[player], sympy.Symbol(parameter, real=True))
    free = {symbol.name for symbol in derivative.free_symbols} - set(theorem.game.parameters)
    if free:
        raise GameError(
            f"game {theorem.game.name!r}: {quantity} depends on {', '.join(sorted(free))}, which the family leaves free; "
            "claim something else"
        )
    above, below = theorem.prover.coordinates.fraction(sympy.factor(derivative))
    return above * below, theorem.prover.coordinates.smooth(table[player])


def _outside(families: Iterable[Family]) -> Iterator[Clause]:
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
                known = (*game.parameters, *outcomes)
                raise GameError(
                    f"game {game.name!r}: the claim names unknown {symbol.name!r}{near_match(symbol.name, known)}; use "
                    f"{', '.join(known)}"
                )
        sides = [side.subs(put, simultaneous=True) for side in (relation.lhs, relation.rhs)]
        free = {s.name for side in sides for s in side.free_symbols} - set(game.parameters)
        if free:
            raise GameError(
                f"game {game.name!r}: the claim's outcomes depend on {', '.join(sorted(free))}, which the family leaves free; "
                "claim something about the parameters only"
            )
        found.append(relation.func(*sides, evaluate=False))
    return found
