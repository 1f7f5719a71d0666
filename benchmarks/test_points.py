"""How many parameter points a second the numeric solver takes: all perfect Bayesian equilibria of unilateral deterrence."""

import numpy as np
import pytest

import deterrence_games as dg
from benchmarks.alternating import alternating
from benchmarks.unilateral import GAME, PAYOFFS

POINTS = 40_000
ROUNDS = 3
PROMISE = 20_000  # points a second on one thread


@pytest.fixture(scope="module")
def form():
    rng = np.random.default_rng(1993)
    return dg.tree_form(GAME, PAYOFFS | {"p_ch": rng.uniform(size=POINTS), "p_def": rng.uniform(size=POINTS)})


def search(form, threads):
    return dg.PerfectBayesian().solve_points(form, threads=threads)


def test_points_a_second(form, report):
    seconds = alternating({threads: lambda threads=threads: search(form, threads) for threads in (1, 2)}, ROUNDS)
    rate = {threads: POINTS / own for threads, own in seconds.items()}
    report("all equilibria of unilateral deterrence, 1 thread", rate[1], "points/s", at_least=PROMISE)
    report("the same, 2 threads", rate[2], "points/s", note=f"{rate[2] / rate[1]:.2f} times as many")


@pytest.mark.parametrize("threads", [1, 2])
def test_search(benchmark, form, threads):
    cells = benchmark.pedantic(search, args=(form, threads), rounds=ROUNDS, warmup_rounds=1)
    assert (cells.code == 0).all()
    assert (cells.count >= 2).all()  # deterrence off the path in two ways, at least
    assert np.nanmax(cells.regret) < 1e-9
