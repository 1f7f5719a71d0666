"""How long do the alliance games take: all pure equilibria for 32 allies, cut-points, a map of a million points?"""

from statistics import median
from time import process_time

import numpy as np
import pytest

from benchmarks.peer_solvers import gambit_game, pygambit
from deterrence_games.alliances import credibility_map, guarantee, nato
from deterrence_games.forms.joining import JoiningForm, PrivateJoiningForm
from deterrence_games.kernels import joining as kernels
from deterrence_games.solvers.cut_points import CutPoints
from deterrence_games.solvers.joining_equilibria import JoiningEquilibria, deterring_strength
from tests.joining_games import strategic

ALLIES = 32
LISTED = 10_000
FASTER = 100  # than Gambit's search of the table, at ten allies
GAMBITS = 10


def names(n):
    return tuple(f"ally {k}" for k in range(n))


def processor_seconds(tasks, rounds, calls=1):
    """Median seconds of processor time of each task, taken in turn after one call that is not counted.

    Several calls a turn keep a quick task from being measured on the caches that a slow one left behind.
    """
    times = {name: [] for name, task in tasks.items() if task() is not None}
    for _ in range(rounds):
        for name, task in tasks.items():
            start = process_time()
            for _ in range(calls):
                task()
            times[name].append((process_time() - start) / calls)
    return {name: median(own) for name, own in times.items()}


def free_riders(n, seed, spread):
    """Different allies, each of whom gains by coming while less than about 40 % of the strength is there."""
    rng = np.random.default_rng(seed)
    strength = rng.lognormal(0, 1, n)
    half = 0.4 * strength.sum()
    added = (half + strength / 2) / (half + strength / 2 + 20) - (half - strength / 2) / (half - strength / 2 + 20)
    cost = added * np.exp(rng.normal(0, spread, n))
    return JoiningForm(names(n), strength, np.ones(n), cost, np.zeros(n), 1.0, 20.0, prize=1, war_cost=0.4)


def complementary(n, seed):
    rng = np.random.default_rng(seed)
    cost, promise = rng.uniform(0.1, 0.6, n), rng.uniform(0.0, 0.2, n)
    return JoiningForm(names(n), rng.lognormal(0, 1, n), np.full(n, 0.02), cost, promise, 1.0, 20.0, company=1, war_cost=0.4)


def test_all_pure_equilibria(report):
    solver = JoiningEquilibria(limit=LISTED)
    for kind, forms, most in (
        ("complementary", [complementary(ALLIES, seed) for seed in range(5)], 1.0),
        ("free riders", [free_riders(ALLIES, seed, 0.05) for seed in range(5)], 10.0),
        ("free riders, nearly alike", [free_riders(ALLIES, seed, 0.005) for seed in range(5)], 10.0),
    ):
        seconds = processor_seconds({seed: lambda form=form: solver.solve(form) for seed, form in enumerate(forms)}, 3)
        found = [solver.solve(form) for form in forms]
        assert all(own.complete and own.count >= own.strict_count > 0 for own in found)
        assert all(own.regret.max(initial=0.0) < 1e-12 for own in found)
        counts = ", ".join(f"{own.count:,}" for own in found)
        report(
            f"all pure equilibria, {ALLIES} allies, {kind}", max(seconds.values()), "s", at_most=most, note=f"counts {counts}"
        )


def test_beside_gambit(report):
    if pygambit is None:
        report("all pure equilibria, 10 allies, Gambit enumpure", note="pygambit is not installed")
        pytest.skip("pygambit is not installed")
    form = free_riders(GAMBITS, 1, 0.05)
    table = strategic(form)
    game = gambit_game(table.payoffs)
    solver = JoiningEquilibria()
    found, tol = np.empty(2**GAMBITS, np.int64), 1e-12 * (form.stake + form.cost)
    numbers = (form.strength, form.stake, form.cost, form.promise, form.target_strength, form.aggressor_strength)
    numbers += (form.decisiveness, form.company, form.late, deterring_strength(form), tol, GAMBITS, 2**GAMBITS, found)
    seconds = processor_seconds(
        {
            "solve": lambda: solver.solve(form),
            "search": lambda: kernels.pure_equilibria(*numbers),
            "gambit": lambda: pygambit.nash.enumpure_solve(gambit_game(table.payoffs)),
            "enumpure": lambda: pygambit.nash.enumpure_solve(game),
        },
        7,
        calls=20,
    )
    theirs = {
        tuple(int(list(profile[player])[1][1] == 1) for player in profile.game.players)
        for profile in pygambit.nash.enumpure_solve(game).equilibria
    }
    ours = {tuple(own.astype(int).tolist()) for own in solver.solve(form).joins}
    assert ours == theirs
    here = f"{len(ours)} equilibria, the same; with certificates and counts of ties"
    report(f"all pure equilibria, {GAMBITS} allies", 1e3 * seconds["solve"], "ms", note=here)
    report("Gambit from payoff arrays, times as long", seconds["gambit"] / seconds["solve"], "times", at_least=FASTER)
    report("enumpure on Gambit's game ready made, times as long", seconds["enumpure"] / seconds["solve"], "times")
    report("the same beside the search alone", seconds["enumpure"] / seconds["search"], "times", at_least=FASTER)


def test_cut_points(report):
    forms = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        strength, stake = rng.lognormal(0, 1.5, ALLIES), rng.uniform(0.5, 2, ALLIES)
        low, high, company = ((0.02, 0.1, 0.0), (0.05, 0.4, 1.0))[seed % 2]
        cost, promise = rng.uniform(low, high, ALLIES), rng.uniform(0, 0.05, ALLIES)
        form = JoiningForm(names(ALLIES), strength, stake, cost, promise, 1.0, 20.0, company=company, war_cost=0.4)
        forms.append(PrivateJoiningForm(form, rng.uniform(0.2, 0.8, ALLIES), 0.05, 0.3))
    forms.append(guarantee(nato().without("ISL"), "RUS", "EST", 2024).private)
    seconds = processor_seconds({seed: lambda form=form: CutPoints().solve(form) for seed, form in enumerate(forms)}, 7)
    found = [CutPoints().solve(form) for form in forms]
    worst = max(own.residual for solution in found for own in solution)
    assert worst < 1e-10
    report(f"cut-points, {ALLIES} allies, median", 1e3 * np.median(list(seconds.values())), "ms", at_most=50)
    report(f"cut-points, {ALLIES} allies, slowest of 7", 1e3 * max(seconds.values()), "ms", note=f"residual {worst:.1e}")


def test_map(report):
    base = guarantee(nato().without("ISL"), "RUS", "EST", 2024, stake=0.05, war_cost=0.1)
    credibility_map(base, ("promise", 0, 2, 2), ("company", 0, 1, 2))
    start = process_time()
    found = credibility_map(base, ("promise", 0, 2, 1000), ("company", 0, 1, 1000))
    report("map of NATO's guarantee to Estonia, a million points", process_time() - start, "s", at_most=30)
    assert found.verdict.shape == (1000, 1000)
