"""Questions about polynomials over a game's assumed region: signs, and whether relations can hold together.

Most signs are read off coefficients; z3 decides the rest, exactly and over the reals. How long it takes for a question varies
by a factor of a thousand and more with the order in which the same formulas come. It is therefore given little at first; then a
certificate is looked for, and other orders are tried, before it gets all the time allowed. Orders are drawn with a fixed seed.
"""

import math
import random
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from deterrence_games.games.expressions import to_text
from deterrence_games.theory.certificates import follows
from deterrence_games.theory.coordinates import Coordinates
from deterrence_games.theory.polynomials import Constraint, Polynomial, import_proof_packages
from deterrence_games.theory.propagation import Clause, Propagation, apart
from deterrence_games.theory.remembered_points import RememberedPoints

TIMEOUT = 20_000  # milliseconds a question; what takes longer is unknown
FIRST_EFFORT = 200_000  # of z3 at first, by its own count, which is the same on every machine: some 0.05 s
ORDERS = 10  # tried with as much; half of those that are hard in one take nothing in another
FIRST_WAIT = 250  # milliseconds at most, as it counts some steps that take long as one
YES, NO, UNKNOWN = "yes", "no", "unknown"


class Factors(NamedTuple):
    """A polynomial as a product: a sign, what is never zero being dropped, and the other factors with their powers."""

    sign: int
    others: tuple[tuple[Polynomial, int], ...]


class Prover:
    """Decides questions about polynomials.

    Parameters
    ----------
    coordinates : Coordinates
    positive, nonnegative : iterable of int
        Unknowns that are above zero, and that are not below it.
    timeout : int
        Milliseconds a question.

    Attributes
    ----------
    questions : int
        How many went to z3.
    """

    def __init__(
        self, coordinates: Coordinates, positive: Iterable[int], nonnegative: Iterable[int], timeout: int = TIMEOUT
    ) -> None:
        self._z3, flint = import_proof_packages()
        self._fraction, self._one = flint.fmpq, flint.fmpq(1)
        self.coordinates = coordinates
        self.ring = coordinates.ring
        self.positive = frozenset(coordinates.positive) | frozenset(positive)
        self.nonnegative = frozenset(nonnegative) | frozenset(self.ring.spare)
        self.timeout = timeout
        self.questions = 0
        self._factored: dict[Polynomial, Factors] = {}
        self._answers: dict[tuple[frozenset[Constraint], frozenset[Clause], bool], tuple[str, dict[int, Any]]] = {}
        self._formulas: dict[Constraint, Any] = {}
        self._propagation = Propagation()
        self._simple: dict[Constraint, tuple[Constraint, ...] | None] = {}
        self._points = RememberedPoints()
        self._symbols = [self._z3.Real(name) for name in self.ring.names]
        self._signs = {k: self._symbols[k] >= 0 for k in self.nonnegative} | {k: self._symbols[k] > 0 for k in self.positive}
        self._tactic = self._z3.Tactic("qfnra-nlsat")
        self.assumed = tuple(chain.from_iterable(self.simplified(stated) or () for stated in coordinates.assumptions))

    # ---- signs ---------------------------------------------------------------------------------------------------------

    def sign_of_terms(self, polynomial: Polynomial) -> int | None:
        """The sign, when the coefficients tell it: 1, -1, or 0 for the zero polynomial; None when they do not."""
        if polynomial.variables <= self.positive:
            signs = {1 if coefficient > 0 else -1 for coefficient in polynomial.coefficients}
            return 0 if not signs else signs.pop() if len(signs) == 1 else None
        signs, sure = set(), False
        for exponents, coefficient in polynomial.terms.items():
            apart = True
            for k, power in enumerate(exponents):
                if power and k not in self.positive:
                    if power % 2 and k not in self.nonnegative:
                        return None
                    apart = False
            sure |= apart
            signs.add(1 if coefficient > 0 else -1)
        return signs.pop() if len(signs) == 1 and sure else None

    def never_negative(self, polynomial: Polynomial) -> bool:
        """Whether the coefficients show that the polynomial is at least zero."""
        if any(coefficient < 0 for coefficient in polynomial.coefficients):
            return False
        if polynomial.variables <= self.positive | self.nonnegative:
            return True
        return not any(
            power % 2 and k not in self.positive and k not in self.nonnegative
            for exponents in polynomial.terms
            for k, power in enumerate(exponents)
        )

    def factors(self, polynomial: Polynomial) -> Factors:
        """Factors whose sign the coefficients do not tell, each once with its power; the rest is a sign."""
        known = self._factored.get(polynomial)
        if known is None:
            constant, parts = self.ring.reduced(polynomial).factor()
            sign = (constant > 0) - (constant < 0)
            others = []
            for part, power in parts:
                own = self.sign_of_terms(part)
                if own is None:
                    others.append((part, power))
                elif own < 0 and power % 2:
                    sign = -sign
            known = self._factored[polynomial] = Factors(sign, tuple(others))
        return known

    def simplified(self, constraint: Constraint) -> tuple[Constraint, ...] | None:
        """The constraint without factors of known sign: none when it always holds, None when it never does."""
        if constraint not in self._simple:
            self._simple[constraint] = self._simplify(constraint)
        return self._simple[constraint]

    def _simplify(self, constraint: Constraint) -> tuple[Constraint, ...] | None:
        relation, polynomial = constraint
        sign, others = self.factors(polynomial)
        if sign == 0:
            return None if relation == ">" else ()
        if not others:
            return None if relation == "=" or sign < 0 else ()
        product = self.ring.number(sign)
        for part, power in others:
            product *= part ** ((2 - power % 2) if relation != "=" else 1)
        if self.ring.rooted(product) and (squared := self._squared(product)) is not None:
            return self.simplified(Constraint(relation, squared))
        if relation == "=":
            return (Constraint("=", product if product.leading_sign > 0 else -product),)
        if relation == ">=" and self.never_negative(product):
            return ()
        if self.never_negative(-product):
            return None if relation == ">" else (Constraint("=", product),)
        return (Constraint(relation, product),)

    def _squared(self, polynomial: Polynomial) -> Polynomial | None:
        """A polynomial without its square root that is above, at and below zero where this one is; None when that is not seen.

        A sum of two parts of opposite signs, one of them a multiple of the root, has the sign of the difference of squares.
        """
        k, *others = self.ring.rooted(polynomial)
        powers = self.ring.powers(polynomial, k)
        if others or powers.keys() != {0, 1}:
            return None
        plain, slope = (self.factors(powers[power]) for power in (0, 1))
        if plain.others or slope.others or plain.sign == slope.sign:
            return None
        return (powers[0] ** 2 - powers[1] ** 2 * self.ring.roots[k]) * plain.sign

    def all_simplified(self, constraints: Iterable[Constraint]) -> list[Constraint] | None:
        """Every constraint simplified, without repetition; None when one never holds."""
        found: dict[Constraint, None] = {}
        for constraint in constraints:
            parts = self.simplified(constraint)
            if parts is None:
                return None
            found.update(dict.fromkeys(parts))
        return [
            c for c in found
            if not (c.sign == ">=" and (Constraint(">", c.polynomial) in found or Constraint("=", c.polynomial) in found))
        ]  # fmt: skip

    def sign(self, polynomial: Polynomial, given: Sequence[Constraint] = ()) -> int | None:
        """The sign of a polynomial wherever the constraints hold: 1, -1 or 0; None when it varies or is unknown."""
        sign, others = self.factors(polynomial)
        if not others or sign == 0:
            return sign
        if self.simplified(Constraint("=", polynomial)) in [(c,) for c in given]:
            return 0
        if self.feasible([*given, Constraint(">=", -polynomial)]) == NO:
            return 1
        if self.feasible([*given, Constraint(">=", polynomial)]) == NO:
            return -1
        return None

    # ---- feasibility ---------------------------------------------------------------------------------------------------

    def feasible(self, constraints: Iterable[Constraint], clauses: Iterable[Clause] = ()) -> str:
        """Whether all constraints, and of each clause one, can hold together under the assumptions: yes, no or unknown."""
        return self._ask(constraints, clauses, False)[0]

    def witness(self, constraints: Iterable[Constraint], clauses: Iterable[Clause] = ()) -> dict[int, Any] | None:
        """Values of the coordinates at which they hold, python-flint's or z3's numbers; None when none were found."""
        answer, model = self._ask(constraints, clauses, True)
        return dict.fromkeys(self.coordinates.back, self._one) | model if answer == YES else None

    def implies(self, given: Sequence[Constraint], claim: Constraint) -> str:
        """Whether a constraint holds wherever others do: yes, no or unknown."""
        answer = self.feasible(given, [negations(claim)])
        return YES if answer == NO else NO if answer == YES else UNKNOWN

    def under_root(self, constraint: Constraint, others: Iterable[Constraint]) -> bool:
        """Whether a constraint says that a square root in one of the others exists."""
        roots = {k for other in others for k in self.ring.rooted(other.polynomial)}
        parts = [part for k in roots for part in self.simplified(Constraint(">=", self.ring.roots[k])) or ()]
        return constraint.polynomial in [part.polynomial for part in parts]

    def _ask(self, constraints: Iterable[Constraint], clauses: Iterable[Clause], model: bool) -> tuple[str, dict[int, Any]]:
        """The answer and, where that is yes and a `model` is wanted, values of the variables that matter."""
        wanted = self.all_simplified(constraints)
        if wanted is None:
            return NO, {}
        either: dict[Clause, None] = {}
        for clause in clauses:
            parts = [self.simplified(literal) for literal in clause]
            if () not in parts:
                either[tuple(literal for part in parts if part is not None for literal in part)] = None
        every = list(dict.fromkeys([*self.assumed, *wanted]))
        left = self._propagation.left(every, either) if either else []
        if left is None:
            return NO, {}
        verdict: str = YES
        values: dict[int, Any] = {}
        for part in apart(every, left, self._occurring):
            answer, own = self._answer(*part, model)
            if answer == NO:
                return NO, {}
            verdict = answer if answer != YES else verdict
            values |= own
        return verdict, values

    def _answer(self, constraints: Sequence[Constraint], clauses: Sequence[Clause], model: bool) -> tuple[str, dict[int, Any]]:
        """The same for a question in simplified form, from memory when it was asked before."""
        key = (frozenset(constraints), frozenset(clauses), model)
        if key not in self._answers:
            point = self._points.fulfilling(constraints, clauses)
            if point is None:
                self._answers[key] = self._solve(constraints, clauses, model)
            else:
                occurring = self._occurring(chain(constraints, *clauses)) if model else ()
                self._answers[key] = YES, {k: point[k] for k in occurring if k not in self.ring.roots}
        return self._answers[key]

    def _remember(self, model: Any, occurring: Iterable[int]) -> None:
        """Keep the point of a model of z3 that is rational but for roots; what a question did not mention is one there."""
        point = [self._one] * len(self._symbols)
        for k in occurring:
            if k in self.ring.roots:
                continue
            value = model[self._symbols[k]]
            if value is None:
                continue
            if not self._z3.is_rational_value(value):
                return
            point[k] = self._fraction(value.numerator_as_long(), value.denominator_as_long())
        known = set()
        for k, radicand in self.ring.roots.items():
            value = radicand.at(point)
            if value < 0 or (value.p.is_square() and value.q.is_square()):
                point[k] = self._fraction(0) if value < 0 else self._fraction(value.p.isqrt(), value.q.isqrt())
                known.add(k)
        self._points.add(point, frozenset(self.ring.spare) - known)

    def _solve(self, constraints: Sequence[Constraint], clauses: Sequence[Clause], model: bool) -> tuple[str, dict[int, Any]]:
        self.questions += 1
        occurring = self._occurring(chain(constraints, *clauses))
        formulas = [self._formula(constraint) for constraint in constraints]
        formulas += [self._z3.Or([self._formula(literal) for literal in clause]) for clause in clauses]
        formulas += self._meanings(sorted(occurring))
        answer, found = self._check(formulas, FIRST_EFFORT)
        if answer == UNKNOWN and self._certified(constraints, clauses):
            return NO, {}
        shuffled = random.Random(0)
        for effort in (*[FIRST_EFFORT] * ORDERS, 0):
            if answer == UNKNOWN:
                answer, found = self._check(shuffled.sample(formulas, len(formulas)), effort)
        if answer != YES:
            return answer, {}
        self._remember(found, occurring)
        if not model:
            return YES, {}
        return YES, {k: found.eval(self._symbols[k], model_completion=True) for k in sorted(occurring)}

    def _check(self, formulas: Sequence[Any], effort: int = 0) -> tuple[str, Any]:
        """z3's answer and, when that is yes, its model; `effort` is the most that it may take, all that is allowed if zero."""
        # a new solver a question: several times faster here than one that keeps what it learnt
        try:
            solver = self._tactic.solver()
            solver.set("timeout", min(self.timeout, FIRST_WAIT) if effort else self.timeout)
            solver.set("rlimit", effort)
            solver.add(formulas)
            answer = str(solver.check())
        except self._z3.Z3Exception:  # out of the memory that it may take
            return UNKNOWN, None
        return (YES, solver.model()) if answer == "sat" else (NO if answer == "unsat" else UNKNOWN, None)

    def _certified(self, constraints: Sequence[Constraint], clauses: Sequence[Clause]) -> bool:
        """Whether the denial of a clause with one literal, or of a constraint, is seen to follow from the others."""
        every = dict.fromkeys([*(clause[0] for clause in clauses if len(clause) == 1), *constraints])
        signed = self.positive, self.nonnegative
        return any(
            follows(negations(one)[0], [other for other in every if other != one], self.ring, signed)
            for one in every
            if one.sign != "="
        )

    def _occurring(self, constraints: Iterable[Constraint]) -> set[int]:
        """The variables of constraints, and of what their roots are the roots of."""
        found: set[int] = set().union(*(c.polynomial.variables for c in constraints))
        return found.union(*(self.ring.roots[k].variables for k in found & self.ring.roots.keys()))

    def _meanings(self, variables: Iterable[int]) -> list[Any]:
        """What is known of the signs of variables, and that roots are roots; they are zero where there is none."""
        formulas = []
        for k in variables:
            if k in self._signs:
                formulas.append(self._signs[k])
            if k in self.ring.roots:
                root, radicand = self._symbols[k], self._term(self.ring.roots[k])
                formulas.append(
                    self._z3.Or(
                        self._z3.And(radicand >= 0, root * root == radicand),
                        self._z3.And(radicand < 0, root == 0),
                    )
                )
        return formulas

    def to_smtlib(self, constraints: Iterable[Constraint], clauses: Iterable[Clause]) -> str:
        """The question of `feasible` as SMT-LIB, nothing simplified."""
        solver = self._z3.Solver()
        every = [*self.coordinates.assumptions, *constraints]
        alternatives = list(clauses)
        meanings = []
        occurring = sorted(self._occurring(chain(every, *alternatives)))
        for k in occurring:
            if k in self.coordinates.back:
                above, below = self.coordinates.back[k]
                meanings.append(f"; {self.ring.names[k]} = {to_text(above / below)}\n")
        solver.add(self._meanings(occurring))
        solver.add([self._formula(constraint) for constraint in every])
        for clause in alternatives:
            literals = [self._formula(literal) for literal in clause]
            if len(literals) > 1:
                solver.add(self._z3.Or(literals))
            else:  # SMT-LIB knows no disjunction of fewer than two
                solver.add(literals[0] if literals else False)
        return f"{''.join(meanings)}(set-logic QF_NRA)\n{solver.to_smt2()}"

    def _formula(self, constraint: Constraint) -> Any:
        """The constraint as z3's, written once."""
        if constraint not in self._formulas:
            self._formulas[constraint] = self._written(constraint)
        return self._formulas[constraint]

    def _written(self, constraint: Constraint) -> Any:
        value = self._term(constraint.polynomial)
        return value == 0 if constraint.sign == "=" else value >= 0 if constraint.sign == ">=" else value > 0

    def _term(self, polynomial: Polynomial) -> Any:
        sums = []
        denominator = 1
        for coefficient in polynomial.coefficients:
            denominator = math.lcm(denominator, int(coefficient.q))
        for exponents, coefficient in polynomial.terms.items():
            product = self._z3.RealVal(int(coefficient.p) * denominator // int(coefficient.q))
            for k, power in enumerate(exponents):
                for _ in range(power):
                    product = product * self._symbols[k]
            sums.append(product)
        if len(sums) < 2:  # SMT-LIB knows no sum of one term
            return sums[0] if sums else self._z3.RealVal(0)
        return self._z3.Sum(sums)


def decide_smtlib(text: str, timeout: int) -> str:
    """Whether a text in SMT-LIB is satisfiable: yes, no or unknown, by z3's general solver in a context of its own."""
    z3, _ = import_proof_packages()
    solver = z3.Solver(ctx=z3.Context())
    solver.set("timeout", timeout)
    solver.from_string(text)
    return {"sat": YES, "unsat": NO}.get(str(solver.check()), UNKNOWN)


def negations(constraint: Constraint) -> tuple[Constraint, ...]:
    """The constraints of which one holds exactly where this one does not."""
    relation, polynomial = constraint
    if relation == "=":
        return Constraint(">", polynomial), Constraint(">", -polynomial)
    return (Constraint(">" if relation == ">=" else ">=", -polynomial),)
