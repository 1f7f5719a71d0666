"""One equilibrium of large random two-player games, beside QuantEcon's Lemke-Howson with capped paths on the same games."""

from statistics import mean, median
from time import perf_counter

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.solvers.lemke_howson import LemkeHowson

GAMES = {50: 40, 200: 20, 500: 8, 1000: 4}
ROUNDS = {50: 5, 200: 3, 500: 1, 1000: 1}
CAP = 30  # pivots of a path, as QuantEcon's documentation suggests


def regret(payoffs, profile):
    """What the best reply gains at most, as a share of the own range of payoffs."""
    (first, second), (x, y) = payoffs, profile
    worth, other = first @ y, x @ second
    return max((worth.max() - x @ worth) / np.ptp(first), (other.max() - other @ y) / np.ptp(second))


@pytest.mark.parametrize("size", GAMES)
def test_one_equilibrium(size, report):
    game_theory = pytest.importorskip("quantecon.game_theory")
    rng = np.random.default_rng(size)
    games = rng.random((GAMES[size], 2, size, size))
    seconds = {"here": [], "quantecon": []}
    warm = dg.StrategicForm.from_arrays([[2, 0], [0, 1]], [[0, 1], [1, 0.0]])  # without a pure equilibrium: all is loaded
    LemkeHowson().solve(warm)
    game_theory.lemke_howson(game_theory.NormalFormGame(warm.payoffs.transpose(1, 2, 0)), capping=CAP, full_output=True)
    for first, second in games:
        form = dg.StrategicForm.from_arrays(first, second)
        other = game_theory.NormalFormGame([game_theory.Player(first), game_theory.Player(np.ascontiguousarray(second.T))])
        here, there = [], []
        for _ in range(ROUNDS[size]):  # in turn, and the fastest counts
            start = perf_counter()
            solution = LemkeHowson().solve(form)
            middle = perf_counter()
            profile, state = game_theory.lemke_howson(other, capping=CAP, full_output=True)
            here.append(middle - start)
            there.append(perf_counter() - middle)
        seconds["here"].append(min(here))
        seconds["quantecon"].append(min(there))
        # Games have many equilibria, and the two need not find the same one: each must be one.
        assert state.converged
        assert regret((first, second), profile) < 1e-9
        assert regret((first, second), solution[0].profile) < 1e-12
    for what, average in (("median", median), ("mean", mean)):
        here, there = average(seconds["here"]), average(seconds["quantecon"])
        report(f"one equilibrium of {size} x {size}, {what}", 1000 * here, "ms", note=f"QuantEcon {1000 * there:.3g} ms")
        report(f"one equilibrium of {size} x {size}, {what}: QuantEcon's time over this", there / here, "times", at_least=1)
