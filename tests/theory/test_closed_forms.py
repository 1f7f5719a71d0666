"""Closed forms against play: at exact points the printed strategies, played through the tree, give the printed outcomes.

Points are rational ones inside each case, from z3; free probabilities are drawn within their printed ranges. Play goes
through the author's tree and not through anything that the derivation compiled.
"""

import random
from functools import cache
from itertools import product

import pytest
import sympy
import z3
from sympy import Rational

import deterrence_games as dg
from deterrence_games.games import Chance, Decision

MODELS = (
    "rudimentary_asymmetric_deterrence",
    "unilateral_deterrence",
    "generalized_mutual_deterrence",
    "tripartite_crisis",
    "three_party_deterrence",
    "extended_deterrence",
    "asymmetric_escalation_hard_challenger",
)


def indifferent():
    """A player to whom all is one, and who moves twice: at each move each type mixes as it likes."""
    payoffs = {"out": {"a": 0, "b": 0}, "left": {"a": 0, "b": "l"}, "right": {"a": 0, "b": 1}, "far": {"a": 0, "b": 2}}
    inside = Decision("a", {"left": "left", "on": Decision("a", {"right": "right", "far": "far"})})
    return dg.Game(
        name="indifferent",
        players=("a", "b"),
        tree=Decision("a", {"out": "out", "in": Decision("b", {"stay": inside})}),
        payoffs=payoffs,
        types={"a": {"x": "p", "y": "1 - p"}},
        assumptions=("0 < p < 1", "l > 0"),
    )


def watched():
    """The same with somebody who watches and answers at the end: what is mixed first enters what is mixed later."""
    answer = Decision("b", {"no": "far", "yes": "near"})
    inside = Decision("a", {"left": "left", "on": answer})
    return dg.Game(
        name="watched",
        players=("a", "b"),
        tree=Decision("a", {"out": "out", "in": Decision("b", {"stay": inside, "leave": "left_alone"})}),
        payoffs={
            "out": {"a": {"x": 0, "y": 0}, "b": 0}, "left": {"a": {"x": 0, "y": 0}, "b": "l"},
            "left_alone": {"a": {"x": 0, "y": 0}, "b": -1},
            "far": {"a": {"x": 0, "y": "-s"}, "b": {("x", ""): 2, ("y", ""): -1}},
            "near": {"a": {"x": 0, "y": "w"}, "b": {("x", ""): "-g", ("y", ""): 1}},
        },
        types={"a": {"x": "p", "y": "1 - p"}},
        assumptions=("0 < p < 1", "l > 0", "s > 0", "w > 0", "g > 0"),
    )  # fmt: skip


@cache
def theorem_of(name):
    game = {"indifferent": indifferent, "watched": watched}.get(name, getattr(dg.models, name, None))()
    return dg.derive(game)


def number(expression, names):
    """An arithmetic expression of SymPy for z3."""
    if expression.is_Rational:
        return z3.RealVal(f"{expression.p}/{expression.q}")
    if expression.is_Symbol:
        return names.setdefault(expression, z3.Real(expression.name))
    parts = [number(own, names) for own in expression.args if not (expression.is_Pow and own is expression.args[1])]
    if expression.is_Add:
        return z3.Sum(parts)
    if expression.is_Mul:
        return z3.Product(parts)
    power = int(expression.exp)
    found = z3.Product([parts[0]] * abs(power))
    return found if power > 0 else 1 / found


def points(theorem, case, rng, count):
    """Rational parameters inside a case, away from each other and from round numbers."""
    names, relations = {}, (*theorem.game.assumptions, *case.conditions)
    solver = z3.Solver()
    solver.set("timeout", 5000)
    for relation in relations:
        left, right = number(relation.lhs, names), number(relation.rhs, names)
        operator = relation.rel_op
        solver.add(
            left == right if operator == "==" else left < right if operator == "<" else left <= right
            if operator == "<=" else left > right if operator == ">" else left >= right
        )  # fmt: skip
    found = []
    for _ in range(3 * count):
        solver.push()
        for symbol in rng.sample(sorted(names, key=str), k=min(2, len(names))):
            solver.add(names[symbol] != Rational(rng.randint(-5, 5), rng.randint(1, 4)))
            if symbol.name.startswith("p"):
                solver.add(names[symbol] < z3.RealVal(f"{rng.randint(30, 90)}/97"), names[symbol] > z3.RealVal("1/89"))
        if solver.check() == z3.sat:
            model = solver.model()
            values = {symbol: model.eval(name, model_completion=True) for symbol, name in names.items()}
            if all(z3.is_rational_value(value) for value in values.values()):
                point = {s: Rational(v.numerator_as_long(), v.denominator_as_long()) for s, v in values.items()}
                point |= {
                    sympy.Symbol(own, real=True): Rational(1)
                    for own in theorem.game.parameters
                    if sympy.Symbol(own, real=True) not in point
                }
                if all(relation.subs(point) == sympy.true for relation in relations):
                    found.append(point)
        solver.pop()
        if len(found) == count:
            break
    return found


def with_free(case, point, rng):
    """The point with every free probability drawn within its range, or None where a range is empty."""
    point = dict(point)
    for symbol, (lower, upper) in case.bounds.items():
        low, high = (sorted((end.subs(point) for end, _ in ends), reverse=first)[0] for ends, first in ((lower, 1), (upper, 0)))
        assert low.is_Rational, f"{symbol}: {low}"
        assert high.is_Rational, f"{symbol}: {high}"
        assert low <= high
        point[symbol] = low + (high - low) * Rational(rng.randint(1, 9), 10)
    return point


def played(game, strategies, point):
    """Probability of each outcome and expected payoffs, summed over types and paths."""
    outcomes, payoffs = {}, dict.fromkeys(game.players, Rational(0))
    kinds = [game.types.get(player, {"": sympy.S.One}) for player in game.players]
    for profile in product(*kinds):
        prior = sympy.prod([exact(own[kind], point) for own, kind in zip(kinds, profile, strict=True)])
        waiting = [(game.tree, (), prior)]
        while waiting:
            node, history, chance = waiting.pop()
            if chance == 0:
                continue
            if isinstance(node, str):
                outcomes[node] = outcomes.get(node, 0) + chance
                for i, player in enumerate(game.players):
                    payoffs[player] += chance * exact(worth(game, node, player, profile, i), point)
            elif isinstance(node, Chance):
                for label, (share, below) in node.branches.items():
                    waiting.append((below, (*history, label), chance * exact(share, point)))
            else:
                movers = (node.player,) if isinstance(node, Decision) else tuple(node.choices)
                shares = [strategies[mover, profile[game.players.index(mover)], history] for mover in movers]
                for joint in product(*shares):
                    label = joint[0] if isinstance(node, Decision) else joint
                    below = node.actions[label] if isinstance(node, Decision) else node.results[joint]
                    step = sympy.prod([own[action] for own, action in zip(shares, joint, strict=True)])
                    waiting.append((below, (*history, label), chance * step))
    return outcomes, payoffs


def worth(game, outcome, player, profile, i):
    own = game.payoffs[outcome][player]
    if hasattr(own, "items"):
        own = own[profile] if profile in own else own[profile[i]]
    return own


def exact(value, point):
    """A number or an expression at a point."""
    return (value if isinstance(value, sympy.Basic) else Rational(value)).subs(point)


@pytest.mark.parametrize("name", [*MODELS, "indifferent", "watched"])
def test_printed_outcomes_and_payoffs_are_those_of_the_printed_strategies(name):
    rng = random.Random(name)
    theorem = theorem_of(name)
    seen = set()
    for family in (*theorem.families, *theorem.border_families):
        for case in family.cases:
            for point in points(theorem, case, rng, 2):
                full = with_free(case, point, rng)
                strategies = {
                    tuple(place): {action: exact(share, full) for action, share in shares.items()}
                    for place, shares in case.strategies.items()
                }
                for place, shares in strategies.items():
                    assert sum(shares.values()) == 1, (family.name, place)
                    assert all(0 <= share <= 1 for share in shares.values()), (family.name, place, shares)
                outcomes, payoffs = played(theorem.game, strategies, full)
                printed = {label: value.subs(full) for label, value in case.outcomes.items() if value.subs(full) != 0}
                assert printed == outcomes, (family.name, full)
                assert {player: value.subs(full) for player, value in case.payoffs.items()} == payoffs, (family.name, full)
                seen.add(family)
    assert seen.issuperset(theorem.families)
    assert len(seen) >= 0.7 * len((*theorem.families, *theorem.border_families))
