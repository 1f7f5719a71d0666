"""Questions about polynomials before z3 gets them: certificates, propagation and parts."""

from itertools import chain, product

import flint
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deterrence_games as dg
from deterrence_games.theory.certificates import follows
from deterrence_games.theory.coordinates import coordinates_of
from deterrence_games.theory.polynomials import Constraint, Ring
from deterrence_games.theory.propagation import Propagation, apart
from deterrence_games.theory.prover import NO, YES, Prover
from deterrence_games.theory.witnesses import counterexample

RING = Ring(["x", "y", "z", "w"])
X, Y, Z, W = RING.variables
SIGNED = frozenset({0, 1, 2}), frozenset({3})  # x, y and z are above zero, w is not below it
VALUES = [flint.fmpq(k) for k in (0, 1, 2, 3)]


def variables(own):
    return set().union(*(c.polynomial.variables for c in own))


def holds(constraint, point):
    value = constraint.polynomial.at(point)
    return {"=": value == 0, ">=": value >= 0, ">": value > 0}[constraint.sign]


@pytest.mark.parametrize(
    ("claim", "known", "expected"),
    [
        ((">", X * 2 - Y - Z), [(">", X - Y), (">=", X - Z)], True),  # a sum, one part of it strict
        ((">", X * 2 - Y - Z), [(">=", X - Y), (">=", X - Z)], False),  # all may be equal
        ((">=", X * 2 - Y - Z), [(">=", X - Y), (">=", X - Z)], True),
        ((">", X * Y - Z * W), [(">", X - Z), (">", Y - W)], False),  # y(x - z) + z(y - w): only factors that w and z call for
        ((">=", X * X - Y * Y + X * Y * 3), [(">=", X - Y)], True),  # y(x - y), and what is left is positive
        ((">", X + Z - Y), [(">=", X - Y)], True),  # z is above zero
        ((">", X + W - Y), [(">=", X - Y)], False),  # w may be zero
        ((">", X * W - Y * W), [(">", X - Y)], False),
        ((">=", X * W - Y * W), [(">", X - Y)], True),
        ((">", X * X - Y * Z), [(">", X - Y), (">", X - Z)], False),  # true, but not seen: the factor x brings nothing to yz
        ((">=", X * 2 - Y - Z), [("=", X - Y), ("=", X - Z)], True),
        ((">=", Y + Z - X * 2), [("=", X - Y), ("=", X - Z)], True),  # the other side of an equation
        ((">=", X * 2 - Y), [(">=", X * 4 - Y * 2 - Z), (">=", Z)], True),  # half of one
        ((">", X - Y), [(">", Y - X)], False),
    ],
)
def test_a_claim_follows_as_a_sum_of_products(claim, known, expected):
    assert follows(Constraint(*claim), [Constraint(*c) for c in known], RING, SIGNED) is expected


def test_nothing_follows_where_a_variable_has_no_sign():
    claim, known = Constraint(">=", X * W - Y * W), [Constraint(">", X - Y)]
    assert follows(claim, known, RING, SIGNED)
    assert not follows(claim, known, RING, (frozenset({0, 1, 2}), frozenset()))


polynomials = st.lists(
    st.tuples(st.sampled_from((X, Y, Z, W, X * Y, Y * Z, X * X, RING.one)), st.integers(-2, 2)), min_size=1, max_size=3
).map(lambda terms: RING.sum([part * number for part, number in terms]))
constraints = st.builds(Constraint, st.sampled_from(("=", ">=", ">")), polynomials)


@given(
    known=st.lists(constraints, min_size=1, max_size=3),
    numbers=st.lists(st.integers(0, 2), min_size=3, max_size=3),
    more=polynomials,
)
def test_what_follows_holds_at_every_point_where_the_rest_does(known, numbers, more):
    # a sum that is likely to have a certificate, and a part that may spoil it
    goal = RING.sum([c.polynomial * number for c, number in zip(known, numbers, strict=False)]) + more
    for sign in (">", ">="):
        if follows(Constraint(sign, goal), known, RING, SIGNED):
            for point in product(VALUES[1:], VALUES[1:], VALUES[1:], VALUES):
                if all(holds(c, point) for c in known):
                    assert holds(Constraint(sign, goal), point)


@given(known=st.lists(constraints, max_size=3), clauses=st.lists(st.lists(constraints, max_size=3).map(tuple), max_size=3))
def test_propagation_and_parts_leave_a_question_what_it_is(known, clauses):
    """Sides of the same polynomials are what propagation reads, so that each constraint may come with its opposites."""
    clauses += [(Constraint(">=", -c.polynomial), *clause) for c, clause in zip(known, clauses, strict=False)]
    left = Propagation().left(known, clauses)
    points = list(product(VALUES[:3], repeat=4))
    asked = [p for p in points if all(holds(c, p) for c in known) and all(any(holds(c, p) for c in own) for own in clauses)]
    if left is None:
        assert not asked
        return
    kept = [p for p in points if all(holds(c, p) for c in known) and all(any(holds(c, p) for c in own) for own in left)]
    assert kept == asked
    parts = list(apart(known, left, variables))
    own = [variables([*c, *chain(*clauses)]) for c, clauses in parts]
    assert all(one.isdisjoint(other) for n, one in enumerate(own) for other in own[:n])
    varied = [c for c in known if c.polynomial.variables]
    assert sorted(map(str, varied)) == sorted(str(c) for part, _ in parts for c in part)


def test_a_literal_that_is_denied_is_dropped_and_decides_the_next_clause():
    up, down, equal = Constraint(">", X - Y), Constraint(">=", Y - X), Constraint("=", X - Y)
    other, third = Constraint(">", Z - W), Constraint(">=", W - Z)
    assert Propagation().left([up], [(down, other), (third, equal)]) is None
    assert Propagation().left([up], [(down, other), (third, down, Constraint(">", W))]) == [(other,), (Constraint(">", W),)]
    assert Propagation().left([up], [(Constraint(">=", X - Y), other)]) == []


def test_an_implication_that_z3_takes_long_for_has_a_certificate():
    """From the escalation game with three Challengers, where z3 did not answer within 20 s for some orders of the formulas."""
    ring = Ring(["a", "b", "c", "d", "e", "f"])
    positive = (frozenset(range(6)), frozenset())
    a, b, c, d, e, f = ring.variables
    total, rest = a + b + c, d + e
    known = b * (total + f) ** 2 - (a + c) * rest * f
    given_ = [
        Constraint(">", total * d - e * f),
        Constraint(">", known),
        Constraint(">", known + b * e * (total + f) - rest * e * f),
        Constraint(">", b * total * (total + rest + f * 2) + b * f**2 - rest * f**2),
        Constraint(">", b * (total + f) - rest * f),
        Constraint(">", total * (total + rest) + b * f - rest * f),
    ]
    claim = Constraint(
        ">", b * total**2 * (total + rest + f * 2) + b * (total * (e + f) + e * f) * f - rest * f**2 * (total + e)
    )
    assert follows(claim, given_, ring, positive)
    assert not follows(claim, given_[:1], ring, positive)


def test_parts_without_a_variable_in_common_are_answered_once():
    coordinates = coordinates_of(dg.models.asymmetric_escalation(), ())
    prover = Prover(coordinates, (), ())
    a, b, c, d, e, f = coordinates.ring.variables[:6]
    one, other = Constraint(">", a * b - c * c - b), Constraint(">", d - e * f)
    assert prover.feasible([one, other]) == YES
    asked = prover.questions
    assert asked == 2
    assert prover.feasible([other]) == prover.feasible([one]) == YES
    assert prover.feasible([one, other, Constraint(">", e * f - d)]) == NO
    assert prover.questions == asked + 1


def test_a_witness_joins_points_of_the_parts_and_is_rational():
    coordinates = coordinates_of(dg.models.asymmetric_escalation(), ())
    prover = Prover(coordinates, (), ())
    a, b, c, d, e, f = (coordinates.ring.variables[k] for k in sorted(coordinates.positive)[:6])
    every = [Constraint(">", a * b - c * c - b), Constraint("=", d - e * f)]
    found = prover.witness(every, [(Constraint(">", e - f * 2), Constraint(">", c - a))])
    point = counterexample(prover, every, [(Constraint(">", e - f * 2), Constraint(">", c - a))])
    assert found.keys() >= coordinates.back.keys()
    assert point is not None
    assert point.keys() == coordinates.parameters.keys()
    assert prover.witness([*every, Constraint(">", e * f - d)]) is None


def test_a_contradiction_of_constraints_has_a_certificate():
    """Two of four constraints for which z3 did not find out within 20 s; their sum has no positive term."""
    ring = Ring(["a", "b", "c", "d", "e", "f"])
    positive = (frozenset(range(6)), frozenset())
    a, b, c, d, e, f = ring.variables
    one = Constraint(">", a * d + a * e + b * d + b * e - c * f - f)
    other = Constraint(">", f - (a + b + c) * (d + e))
    assert follows(Constraint(">=", -other.polynomial), [one], ring, positive)
    assert not follows(Constraint(">=", -one.polynomial), [Constraint(">", f - a * d)], ring, positive)


def test_long_polynomials_are_left_to_z3():
    """A hundred terms of either sign against as many would be ten million products to look at."""
    ring = Ring([f"x{k}" for k in range(12)])
    positive = (frozenset(range(12)), frozenset())
    ups, downs = ring.sum(ring.variables[:6]) ** 5, ring.sum(ring.variables[6:]) ** 5
    claim, given_ = Constraint(">", ups - downs), [Constraint(">", ups * (number + 1) - downs) for number in range(30)]
    assert not follows(claim, given_, ring, positive)
    assert follows(
        Constraint(">", ring.variables[0] - ring.variables[7]),
        [Constraint(">", ring.variables[0] - ring.variables[7])],
        ring,
        positive,
    )
