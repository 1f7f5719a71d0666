"""Theorems whose closed forms hold square roots: three allies that decide at once."""

from fractions import Fraction
from itertools import product
from random import Random

import numpy as np
import pytest
import sympy

import deterrence_games as dg
from deterrence_games.errors import GameError
from deterrence_games.io.theorem_json import theorem_from_json, theorem_to_json
from deterrence_games.theory import Equivalence, Exclusion, Existence, Implication, Monotone, Throughout
from deterrence_games.theory.closed_values import ClosedValues, holds_at
from deterrence_games.theory.polynomials import Ring
from deterrence_games.theory.thresholds import recurring
from deterrence_games.theory.value_formulas import square_root_parts

ALLIES = ("ally1", "ally2", "ally3")
ALL_MIX = "ally1 stay/come; ally2 stay/come; ally3 stay/come"


def at_once(name, payoff, assumptions, players=ALLIES):
    """Allies that stay or come; `payoff(k, came)` is that of the ally number k."""
    choices = list(product(("stay", "come"), repeat=len(players)))
    outcomes = {
        own: " ".join(ally for ally, act in zip(players, own, strict=True) if act == "come") or "nobody" for own in choices
    }
    return dg.Game(
        name=name,
        players=players,
        tree=dg.Simultaneous(dict.fromkeys(players, ("stay", "come")), outcomes),
        payoffs={
            outcomes[own]: {ally: payoff(k, [act == "come" for act in own]) for k, ally in enumerate(players)}
            for own in choices
        },
        assumptions=assumptions,
    )


def volunteers(players=ALLIES):
    """One that comes is enough, and each would rather leave it to the others."""

    def payoff(k, came):
        return "0" if not any(came) else f"b{k} - c{k}" if came[k] else f"b{k}"

    return at_once("volunteers", payoff, tuple(f"0 < c{k} < b{k}" for k in range(len(players))), players)


def two_of_three():
    """Two that come are enough, and save the prize of one."""
    return at_once(
        "two of three",
        lambda k, came: f"{int(sum(came) >= 2)}" + (f" - c{k}" if came[k] else ""),
        tuple(f"0 < c{k} < 1" for k in range(3)),
    )


@pytest.fixture(scope="module")
def shared():
    return dg.derive(volunteers())


@pytest.fixture(scope="module")
def pivotal():
    return dg.derive(two_of_three())


def shares(found):
    """The probability that each ally comes."""
    return tuple(own["come"] for own in found.strategies.values())


def regret(game, chances, params):
    """What an ally could gain by staying or coming for sure, computed from the table of payoffs."""
    numbers = {sympy.Symbol(name, real=True): sympy.Rational(value) for name, value in params.items()}
    most = sympy.S.Zero
    for k, ally in enumerate(game.players):
        value = {0: sympy.S.Zero, 1: sympy.S.Zero}
        for acts in product((0, 1), repeat=len(game.players)):
            label = dict(game.tree.branches_by_label)[tuple("come" if act else "stay" for act in acts)]
            weight = sympy.Mul(*(c if act else 1 - c for j, (c, act) in enumerate(zip(chances, acts, strict=True)) if j != k))
            value[acts[k]] += weight * game.payoffs[label][ally].subs(numbers)
        held = chances[k] * value[1] + (1 - chances[k]) * value[0]
        most = max(most, *(sympy.nsimplify(sympy.expand(own - held)) for own in value.values()))
    return most


def test_volunteers_stay_with_the_square_root_of_a_product(shared):
    # (1 - q2)(1 - q3) = c1/b1 and so on: the product of all three squared is that of the ratios
    assert shared.complete
    ratios = [sympy.Symbol(f"c{k}", real=True) / sympy.Symbol(f"b{k}", real=True) for k in range(3)]
    found = shared[ALL_MIX]
    for k, own in enumerate(found.strategies.values()):
        wanted = sympy.Mul(*ratios) / ratios[k] ** 2
        assert sympy.cancel(own["stay"] ** 2 - wanted) == 0
        assert sympy.cancel(own["stay"] + own["come"]) == 1
    assert [str(own) for own in found.conditions] == ["b0*b1*c2 > b2*c0*c1", "b0*b2*c1 > b1*c0*c2", "b1*b2*c0 > b0*c1*c2"]


def test_claims_with_square_roots(shared, pivotal):
    def verdict(claim):
        proof = shared.prove(claim)
        assert proof.recheck()
        return proof.verdict

    assert verdict(Existence()) == "proved"
    assert verdict(Implication(ALL_MIX, "nobody == sqrt(c0*c1*c2/(b0*b1*b2))")) == "proved"
    assert verdict(Implication(ALL_MIX, "nobody < c0/b0")) == "proved"
    assert verdict(Implication(ALL_MIX, "nobody < sqrt(c0/b0)/2")) == "refuted"
    assert verdict(Equivalence(ALL_MIX, ("b0*b1*c2 > b2*c0*c1", "b0*b2*c1 > b1*c0*c2", "b1*b2*c0 > b0*c1*c2"))) == "proved"
    assert verdict(Monotone(ALL_MIX, "nobody", "rises", "c0")) == "proved"
    assert verdict(Throughout("sqrt(c0*b0) > c0")) == "proved"
    proof = pivotal.prove(Exclusion(f"{ALL_MIX} (lower sign)", f"{ALL_MIX} (upper sign)"))
    assert proof.verdict == "refuted"
    assert proof.confirmed is None  # the solver does not tell the roots apart
    both = [found for found in pivotal.at(proof.counterexample) if found.name.startswith(ALL_MIX)]
    assert len(both) == 2
    assert shares(both[0]) != shares(both[1])
    assert all(regret(pivotal.game, shares(found), proof.counterexample) == 0 for found in both)


def test_two_of_three_has_the_equilibria_of_the_products(pivotal):
    # with x = 1 - 2q, an ally is indifferent where the product of the others' x is 1 - 2c
    assert pivotal.complete
    draw = Random(4)
    seen = set()
    for _ in range(60):
        costs = [Fraction(draw.randint(1, 19), 20) for _ in range(3)]
        params = {f"c{k}": cost for k, cost in enumerate(costs)}
        if any(cost == Fraction(1, 2) for cost in costs):
            continue
        a, b, c = (1 - 2 * cost for cost in costs)
        squares = (b * c / a, a * c / b, a * b / c)
        count = 2 if all(0 <= own < 1 for own in squares) else 0
        found = [own for own in pivotal.at(params) if own.name.startswith(ALL_MIX)]
        assert len(found) == count
        seen.add(count)
        for own in found:
            assert [sympy.expand((1 - 2 * q) ** 2) for q in shares(own)] == [sympy.Rational(str(square)) for square in squares]
        assert all(regret(pivotal.game, shares(own), params) == 0 for own in pivotal.at(params))
    assert seen == {0, 2}


@pytest.mark.parametrize("seed", [21, 31, 49, 57, 59])
def test_random_games_have_the_equilibria_that_the_solver_finds(seed):
    draw = Random(seed)
    table = {}

    def payoff(k, came):
        text = str(draw.randint(-4, 4))
        if draw.random() < 0.25:
            text += draw.choice([" + ", " - "]) + draw.choice(["s", "t"])
        return table.setdefault((k, *came), text)

    game = at_once(f"random {seed}", payoff, ("0 < s < 1", "0 < t < 1"))
    theorem = dg.derive(game)
    assert theorem.complete
    for _ in range(6):
        params = {name: Fraction(draw.randint(1, 39), 40) for name in game.parameters}
        found = theorem.at(params)
        solution = dg.solve(game, {name: float(value) for name, value in params.items()})
        assert solution.complete
        mine = sorted(tuple(round(float(q), 6) for q in shares(own)) for own in found)
        theirs = sorted(tuple(round(own["come"], 6) for own in equilibrium.behavior.values()) for equilibrium in solution)
        assert mine == theirs


def test_evaluators_agree_and_decide_borders_exactly(pivotal):
    values = ClosedValues.of(pivotal)
    draw = np.random.default_rng(7)
    points = 3000
    columns = {name: np.round(draw.uniform(0.01, 0.99, points), 2) for name in pivotal.game.parameters}
    columns["c0"][:400] = columns["c1"][:400] + columns["c2"][:400] - 2 * columns["c1"][:400] * columns["c2"][:400]  # borders
    columns["c0"] = np.round(columns["c0"], 4)
    compiled = pivotal.evaluate(columns, ("outcomes",))
    exists, _, border, bounds = values.evaluate(columns, points, ("outcomes",))
    bits = np.uint64(1) << np.arange(len(pivotal.families), dtype=np.uint64)
    assert np.array_equal(compiled.mask, (exists * bits).sum(axis=1, dtype=np.uint64))
    assert np.array_equal(compiled.border, border)
    assert border[:400].all()
    low = compiled.low["outcomes"].transpose(2, 0, 1)
    assert np.array_equal(low[exists], bounds["outcomes"][..., 0][exists])
    for place in (*range(0, 400, 40), *range(400, 3000, 200)):
        params = {name: Fraction(repr(float(column[place]))) for name, column in columns.items()}
        here = {found.name for found in pivotal.at(params)} & {family.name for family in pivotal.families}
        assert here == {family.name for bit, family in enumerate(pivotal.families) if exists[place, bit]}


def test_borders_and_distances_are_exact(pivotal):
    params = {"c0": Fraction(2, 5), "c1": Fraction(7, 20), "c2": Fraction(3, 10)}
    held = {own.family: own for own in pivotal.robustness(params)}[f"{ALL_MIX} (upper sign)"]
    # it ends where the square of another ally's x reaches one
    assert (held.down["c0"].border, held.up["c0"].border) == (sympy.Rational(1, 8), sympy.Rational(11, 25))
    regions = pivotal.map(("c0", 0, 1, 11), ("c1", 0, 1, 11), {"c2": 0.3})
    bounding = [own for own in regions.borders() if f"{ALL_MIX} (upper sign)" in own.names]
    assert bounding
    for curve in bounding:
        a, b, c = 1 - 2 * curve.x, 1 - 2 * curve.y, 0.4
        with np.errstate(all="ignore"):
            squares = np.stack([b * c / a, a * c / b, a * b / c])
        near = np.abs(squares - 1).min(axis=0)
        assert np.nanmax(near[1:-1]) < 1e-5


def test_statics_with_square_roots_are_proved(shared):
    statics = shared.statics(("c0", "b1"))
    assert statics[ALL_MIX, "probability of nobody", "c0"].verdict == "rises"
    assert statics[ALL_MIX, "probability of nobody", "b1"].verdict == "falls"
    assert statics[ALL_MIX, "payoff of ally1", "c0"].verdict == "falls"
    mixed = statics[ALL_MIX, "probability of ally1 ally2 ally3", "c0"]
    assert mixed.verdict == "mixed"
    up, down = (mixed.derivative.subs({sympy.Symbol(k, real=True): v for k, v in own.items()}) for own in mixed.witnesses)
    assert up > 0 > down


def test_files_and_papers_hold_the_roots(pivotal):
    text = theorem_to_json(pivotal)
    read = theorem_from_json(text, "text")
    assert theorem_to_json(read) == text
    assert read.prove(Existence()).verdict == "proved"
    assert r"\sqrt" in pivotal.to_latex()
    named = {str(own) for own in recurring(pivotal)}
    assert named == {"-2*c1*c2 + c1 + c2", "-2*c0*c2 + c0 + c2", "-2*c0*c1 + c0 + c1"}
    assert "<msqrt>" in pivotal.to_html()


def test_higher_degrees_are_listed_as_open():
    theorem = dg.derive(volunteers(("ally1", "ally2", "ally3", "ally4")))
    assert not theorem.complete
    (reason,) = theorem.undecided
    assert reason.endswith("an unknown is a root of a polynomial of degree 3")


def test_payoffs_with_square_roots_are_refused():
    game = at_once("roots", lambda k, came: f"sqrt(c{k})" if came[k] else "0", ("c0 > 0", "c1 > 0", "c2 > 0"))
    with pytest.raises(GameError, match=r"sqrt\(c.\) is not a ratio of polynomials"):
        dg.derive(game)


def test_borders_are_told_in_words_and_without_equations_that_others_imply(pivotal):
    told = [line.split(": ")[1] for line in repr(pivotal).split("on borders only:")[1].splitlines() if ALL_MIX in line]
    assert len(told) == len(pivotal.border_families)
    assert any("c0 == 1/2 and c1 == 1/2 and c0 > c2" in conditions for conditions in told)
    assert not any("Eq(" in conditions or "c0 == c1" in conditions for conditions in told)


@pytest.mark.parametrize("costs", [("1/3", "1/2", "1/2"), ("1/2", "1/3", "1/2"), ("1/2", "1/2", "1/3"), ("1/2", "1/2", "1/2")])
def test_what_a_border_tells_is_an_equilibrium_wherever_it_exists(pivotal, costs):
    """One family stood for all borders, and its strategies were no best replies on most of them."""
    params = {f"c{k}": sympy.Rational(cost) for k, cost in enumerate(costs)}
    point = {sympy.Symbol(name, real=True): value for name, value in params.items()}
    there = [own for own in pivotal.border_families if all(holds_at(condition, point) for condition in own.conditions)]
    assert there
    for family in there:
        free = dict(point)
        for symbol, held in family.ranges.items():
            free[symbol] = (held.start.subs(free) + held.end.subs(free)) / 2
        chances = [shares["come"].subs(free) for shares in family.strategies.values()]
        assert regret(pivotal.game, chances, params) == 0


def test_every_curve_of_equilibria_of_one_play_is_told():
    """At equal costs of one half two allies mix evenly, whatever the third one does; of three such curves one was told."""
    game = at_once("halves", lambda k, came: f"{int(sum(came) >= 2)}" + (" - 1/2" if came[k] else ""), ())
    theorem = dg.derive(game)
    families = [family for family in theorem.families if family.name.startswith(ALL_MIX)]
    assert len({family.name for family in families}) == len(families)
    free = [place for own in families for place, shares in enumerate(own.strategies.values()) if shares["come"].free_symbols]
    assert sorted(free) == [0, 1, 2]
    for family in families:
        for third in (sympy.Rational(1, 5), sympy.Rational(7, 9)):
            chances = [shares["come"].subs(dict.fromkeys(family.ranges, third)) for shares in family.strategies.values()]
            assert regret(game, chances, {}) == 0


@pytest.mark.parametrize("costs", [(2, 2, 2), (3, 3, 2), (3, 2, 3), (2, 3, 3)])
def test_closed_forms_of_roots_hold_whatever_the_signs_are(pivotal, costs):
    """Named by which root is greater, a family told the other root's closed form where the first coefficient is negative."""
    params = {f"c{k}": sympy.Rational(cost, 5) for k, cost in enumerate(costs)}
    point = {sympy.Symbol(name, real=True): value for name, value in params.items()}
    found = [own for own in pivotal.at(params) if own.name.startswith(ALL_MIX)]
    assert len(found) == 2
    for own in found:
        told = [value["come"].subs(point) for value in pivotal[own.name].strategies.values()]
        assert all(sympy.simplify(one - other) == 0 for one, other in zip(told, shares(own), strict=True))


def test_borders_of_several_roots_are_refused():
    a, b = sympy.symbols("a b", real=True)
    with pytest.raises(GameError, match="has several square roots; borders are measured and drawn for one only"):
        square_root_parts(sympy.sqrt(a) - sympy.sqrt(b), {})


def test_there_is_room_for_so_many_roots():
    ring = Ring(["x"], 2)
    (x,) = ring.variables[:1]
    assert [ring.root(x), ring.root(x + ring.one), ring.root(x)] == [1, 2, 1]
    with pytest.raises(GameError, match="more than 2 different square roots"):
        ring.root(x + ring.number(2))
    root = ring.variables[1]
    assert ring.reduced(root**3 + root**2) == root * x + x
