"""How many small two-player games a second are solved, all equilibria, on one thread: beside QuantEcon and what memory allows.

QuantEcon's loop makes a game of each pair of matrices and calls `support_enumeration`, as its user would. The copy moves
arrays that are there already, so that nothing but memory limits it.
"""

from functools import partial

import numpy as np
import pytest

from benchmarks.alternating import alternating
from deterrence_games.solvers.batch import BatchEnumeration, solve_batch

ROUNDS = 5
PEER_GAMES = 1_000
BYTES = 64 + 2 + 2 + 1 + 16  # a 2x2 game's payoffs; its count, mask, status and two probabilities
CASES = {
    # shape, profiles written: games, how many times QuantEcon's loop
    ((2, 2), False): (4_000_000, 3000),
    ((2, 2), True): (2_000_000, 500),
    ((2, 3), True): (200_000, None),
    ((3, 3), True): (200_000, 100),
    ((4, 4), True): (100_000, 80),
}
NAMES = [f"{rows}x{columns}{'' if profiles else ', masks only'}" for (rows, columns), profiles in CASES]


def random_games(shape, games):
    return np.random.default_rng(2026).normal(size=(games, 2, *shape))


def by_quantecon(payoffs):
    game_theory = pytest.importorskip("quantecon.game_theory")
    found = []
    for first, second in payoffs:
        players = [game_theory.Player(first), game_theory.Player(np.ascontiguousarray(second.T))]
        found.append(game_theory.support_enumeration(game_theory.NormalFormGame(players)))
    return found


@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (3, 3), (4, 4)])
def test_answers_agree(shape):
    payoffs = random_games(shape, PEER_GAMES)
    solution = solve_batch(payoffs)
    assert solution.complete.all()
    for k, found in enumerate(by_quantecon(payoffs)):
        own, other = (np.array([np.concatenate(profile) for profile in profiles]) for profiles in (solution.game(k), found))
        np.testing.assert_allclose(own[np.lexsort(own.round(6).T)], other[np.lexsort(other.round(6).T)], atol=1e-6)


@pytest.mark.parametrize(("case", "name"), [*zip(CASES, NAMES, strict=True)], ids=NAMES)
def test_against_quantecon(case, name, report):
    (shape, profiles), (games, times) = case, CASES[case]
    payoffs = random_games(shape, games)
    few = payoffs[:PEER_GAMES]
    room = np.zeros_like(payoffs)
    solver = BatchEnumeration(profiles=profiles, threads=1)
    tasks = {"here": lambda: solver.solve(payoffs), "peer": lambda: by_quantecon(few), "copy": lambda: np.copyto(room, payoffs)}
    seconds = alternating(tasks, ROUNDS)
    rate, peer = games / seconds["here"], PEER_GAMES / seconds["peer"]
    report(f"batch of {name}", rate / 1e6, "million games/s", note=f"QuantEcon's loop {peer:,.0f} games/s")
    report(f"batch of {name}", rate / peer, "times QuantEcon's loop", at_least=times)
    if not profiles:
        bandwidth = 2 * payoffs.nbytes / seconds["copy"]
        report(f"batch of {name}", rate * BYTES / bandwidth, "of a copy's bytes a second", at_least=0.5)


def test_degenerate_games(report):
    """Payoffs 0 to 2: hardly a game without ties; here QuantEcon misses equilibria."""
    for shape in ((2, 2), (3, 3), (4, 4)):
        payoffs = np.random.default_rng(2026).integers(0, 3, size=(20_000, 2, *shape)).astype(float)
        solve = BatchEnumeration(threads=1).solve
        tasks = {"here": partial(solve, payoffs), "peer": partial(by_quantecon, payoffs[:PEER_GAMES])}
        found, solution = tasks["peer"](), tasks["here"]()
        missed = sum(len(own) < solution.count[k] for k, own in enumerate(found))
        seconds = alternating(tasks, ROUNDS)
        ratio = len(payoffs) / seconds["here"] / (PEER_GAMES / seconds["peer"])
        note = f"which misses extreme equilibria in {missed / 10:.3g} % of the games"
        report(f"batch of {shape[0]}x{shape[1]}, payoffs 0 to 2", ratio, "times QuantEcon's loop", note=note)
        assert solution.complete.all()


@pytest.mark.parametrize(("case", "name"), [*zip(CASES, NAMES, strict=True)], ids=NAMES)
def test_batch(benchmark, case, name):
    (shape, profiles), (games, _) = case, CASES[case]
    benchmark.group = "batches of small games, one thread"
    payoffs = random_games(shape, games // 4)
    solution = benchmark.pedantic(
        BatchEnumeration(profiles=profiles, threads=1).solve, args=(payoffs,), rounds=ROUNDS, warmup_rounds=1
    )
    assert (solution.count % 2 == 1).all()
