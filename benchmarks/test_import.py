"""What importing the package costs beyond NumPy and SymPy, which its users load anyway."""

import subprocess
import sys

import pytest

from benchmarks.alternating import alternating

ROUNDS = 9
PROMISE = 0.2  # seconds
BASE, PACKAGE = "import numpy, sympy", "import deterrence_games"


def run_python(code):
    """Run `code` in a new process."""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_import_beyond_numpy_and_sympy(report):
    seconds = alternating({code: lambda code=code: run_python(code) for code in (BASE, PACKAGE)}, ROUNDS)
    cost = seconds[PACKAGE] - seconds[BASE]
    report("import beyond numpy and sympy", cost, "s", at_most=PROMISE, note=f"these alone {seconds[BASE]:.3g} s")


@pytest.mark.parametrize("code", [BASE, PACKAGE])
def test_new_process(benchmark, code):
    benchmark.pedantic(run_python, args=(code,), rounds=ROUNDS, warmup_rounds=1)
