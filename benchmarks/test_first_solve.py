"""What the first solve in a new process costs beyond the import, with compiled kernels on disk and without."""

import os
import subprocess
import sys

import pytest

ROUNDS = 5
PROMISE = {"warm": 2.0, "cold": 25.0}  # seconds

FIRST_SOLVE = """
import time
import deterrence_games as dg
start = time.perf_counter()
game = dg.models.unilateral_deterrence()
payoffs = dict(c_DDs=0, c_CD=1, c_DDh=2, c_SQ=3, c_DC=4, d_DDs=0, d_DC=1, d_DDh=2, d_CD=3, d_SQ=4)
assert dg.solve(game, payoffs | dict(p_ch=0.4, p_def=0.25)).complete
print(time.perf_counter() - start)
"""


def first_solve(cache):
    """Seconds from the end of the import to the solution, in a new process that keeps its kernels in `cache`."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    run = subprocess.run([sys.executable, "-c", FIRST_SOLVE], env=environment, capture_output=True, text=True, check=True)
    return float(run.stdout)


@pytest.fixture(scope="module")
def times(tmp_path_factory):
    cache = tmp_path_factory.mktemp("kernels")
    cold = first_solve(cache)
    return {"cold": cold, "warm": sorted(first_solve(cache) for _ in range(ROUNDS))[ROUNDS // 2]}


@pytest.mark.parametrize("cache", PROMISE)
def test_first_solve(times, cache, report):
    report(f"first solve after the import, {cache} cache", times[cache], "s", at_most=PROMISE[cache])
