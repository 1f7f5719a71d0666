"""How many points a second does a compiled theorem take, beside writing memory, one solve a point and Gambit's lcp a point?

The map of unilateral deterrence over the two priors: the families that exist and the probability of every outcome in each,
written to arrays. A sweep writes more, the least and the greatest probability and the status, with labels. Gambit finds one
Nash equilibrium of the tree; making its game object is not counted. Everything is measured in turn, in processor time on one
thread.
"""

import time

import numpy as np

import deterrence_games as dg
from benchmarks import peer_solvers
from benchmarks.unilateral import PAYOFFS, POINT
from deterrence_games.analysis.sweep_theorem import COMPILED_FROM
from deterrence_games.io.efg import extensive_form_to_efg

POINTS = 4_000_000
ROUNDS = 4
SOLVES = 50


def test_map_of_unilateral_deterrence(report):
    theorem = dg.derive(dg.models.unilateral_deterrence())
    rng = np.random.default_rng(0)
    params = {**PAYOFFS, "p_ch": rng.random(POINTS), "p_def": rng.random(POINTS)}
    found = theorem.evaluate(params)  # compiled
    size = found.mask.nbytes + sum(array.nbytes for array in found.low.values()) + params["p_ch"].nbytes * 2
    block = np.empty(size // 8)
    drawn = dg.Sample({"p_ch": (0, 1), "p_def": (0, 1)}, COMPILED_FROM, "random")
    dg.sweep(theorem, drawn, fixed=PAYOFFS)
    many = dg.tree_form(theorem.game, POINT | {"p_ch": np.linspace(0.1, 0.9, 20)})
    dg.PerfectBayesian().solve_points(many)  # compiled
    tasks = {
        "evaluate": (lambda: theorem.evaluate(params), POINTS),
        "sweep": (lambda: dg.sweep(theorem, drawn, fixed=PAYOFFS), COMPILED_FROM),
        "map": (lambda: dg.sweep(theorem, drawn, fixed=PAYOFFS, quantities="families"), COMPILED_FROM),
        "write": (lambda: block.fill(1.0), size),
        "solve": (lambda: [dg.solve(theorem.game, POINT) for _ in range(SOLVES)], SOLVES),
    }
    if peer_solvers.pygambit is None:
        report("Gambit lcp a point", note="left out: no pygambit")
    else:
        tree = peer_solvers.gambit_tree(extensive_form_to_efg(dg.extensive_form(theorem.game, POINT)))
        tasks["lcp"] = (lambda: [peer_solvers.gambit_lcp(tree) for _ in range(SOLVES)], SOLVES)
        assert len(peer_solvers.gambit_lcp(tree)) == 1
    least = dict.fromkeys(tasks, np.inf)
    for _ in range(ROUNDS):
        for name, (work, count) in tasks.items():
            start = time.process_time()
            work()
            least[name] = min(least[name], (time.process_time() - start) / count)
    one = least["evaluate"]
    bandwidth = f"{size / POINTS / one * least['write']:.0%} of the rate of writing memory, {1e-9 / least['write']:.1f} GB/s"
    report("compiled theorem, families and outcomes", 1e-6 / one, "million points a second", at_least=10, note=bandwidth)
    report("the same beside one solve a point", least["solve"] / one, "times", at_least=1000)
    if "lcp" in least:
        report("the same beside Gambit lcp a point", least["lcp"] / one, "times", at_least=10_000)
    for name, words in (("map", "sweep of the theorem, families"), ("sweep", "sweep of the theorem, families and outcomes")):
        note = f"{COMPILED_FROM:,} random points in memory, with status and labels"
        report(words, 1e-6 / least[name], "million points a second", note=note)
    assert found.inside.all()
