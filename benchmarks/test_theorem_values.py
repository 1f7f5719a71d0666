"""How many points a second does a compiled theorem take, beside the bandwidth of memory and one solve a point?"""

import time

import numpy as np

import deterrence_games as dg

POINTS = 4_000_000
PAYOFFS = {"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4, "d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4}


def seconds(work, rounds=5):
    """The least processor time of some rounds."""
    taken = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return min(taken)


def test_map_of_unilateral_deterrence():
    theorem = dg.derive(dg.models.unilateral_deterrence())
    rng = np.random.default_rng(0)
    params = {**PAYOFFS, "p_ch": rng.random(POINTS), "p_def": rng.random(POINTS)}
    theorem.evaluate({**params, "p_ch": 0.5, "p_def": 0.5})  # compiled
    found = theorem.evaluate(params)
    size = found.mask.nbytes + sum(array.nbytes for array in found.low.values()) + params["p_ch"].nbytes * 2
    compiled = seconds(lambda: theorem.evaluate(params)) / POINTS
    block = np.empty(size // 8)
    bandwidth = size / seconds(lambda: block.fill(1.0))
    point = {**PAYOFFS, "p_ch": 0.4, "p_def": 0.2}
    dg.solve(theorem.game, point)
    solve = seconds(lambda: [dg.solve(theorem.game, point) for _ in range(20)], 3) / 20
    print(
        f"\n{1e-6 / compiled:.1f} million points a second, {size / POINTS / compiled / bandwidth:.0%} of the bandwidth of "
        f"writing ({bandwidth / 1e9:.1f} GB/s); {solve / compiled:,.0f} times one solve a point"
    )
    assert found.inside.all()
