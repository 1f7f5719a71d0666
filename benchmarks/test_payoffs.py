"""How long it takes to evaluate the payoffs of a larger game at a million parameter points."""

import itertools

import numpy as np
import pytest

import deterrence_games as dg

POINTS = 1_000_000
PROMISE = 1.5  # seconds
PLAYERS = ("aggressor", "target", "ally")
ACTIONS = (("wait", "probe", "attack"), ("concede", "resist"), ("abstain", "join"))
PARAMETERS = tuple(f"x{k}" for k in range(10))


def larger_game():
    """12 outcomes, 3 players, 10 parameters; every payoff an expression of its own."""
    payoffs, results = {}, {}
    for number, joint in enumerate(itertools.product(*ACTIONS)):
        label = " ".join(joint)
        results[joint] = label
        own = [PARAMETERS[(number + k) % 10] for k in range(4)]
        payoffs[label] = {
            "aggressor": f"{own[0]} - {number}*{own[1]}*{own[2]}/(1 + {own[3]}**2)",
            "target": f"(1 - {own[0]})*{own[1]} - {number}*{own[2]} + {own[3]}",
            "ally": f"{own[0]}*({own[1]} - {number}) + sqrt(1 + {own[2]}**2) - {own[3]}",
        }
    return dg.Game("larger", PLAYERS, dg.Simultaneous(dict(zip(PLAYERS, ACTIONS, strict=True)), results), payoffs)


@pytest.fixture(scope="module")
def points():
    rng = np.random.default_rng(12)
    return {name: rng.uniform(size=POINTS) for name in PARAMETERS}


def test_payoffs_of_a_million_points(benchmark, report, points):
    game = larger_game()
    assert (len(game.outcomes), len(game.players), len(game.parameters)) == (12, 3, 10)
    form = benchmark.pedantic(dg.tree_form, args=(game, points), rounds=3, warmup_rounds=1)
    report("payoffs of 12 outcomes, 3 players at 10^6 points", benchmark.stats.stats.median, "s", at_most=PROMISE)
    for number in (0, 777_777, POINTS - 1):
        here = {name: column[number] for name, column in points.items()}
        values = form.values[number, form.structure.payoff[:, :, 0]]
        for outcome, row in zip(form.structure.outcomes, values, strict=True):
            exact = [game.payoffs[outcome][player] for player in PLAYERS]
            exact = [float(payoff.subs({symbol: here[symbol.name] for symbol in payoff.free_symbols})) for payoff in exact]
            np.testing.assert_allclose(row, exact, rtol=1e-12, atol=1e-12)
