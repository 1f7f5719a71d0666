"""What importing the package costs beyond NumPy and SymPy, which its users load anyway."""

import subprocess
import sys
import time

ROUNDS = 9
PROMISE = 0.2  # seconds


def seconds(code):
    """Wall time of a new process that runs `code`."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def test_import_beyond_numpy_and_sympy(report):
    base, package = [], []
    for _ in range(ROUNDS + 1):
        base.append(seconds("import numpy, sympy"))
        package.append(seconds("import deterrence_games"))
    cost = min(package[1:]) - min(base[1:])  # the first round fills caches; other work on the machine only ever adds
    report(f"import: numpy + sympy {min(base):.3f} s, deterrence_games {cost:.3f} s more")
    assert cost <= PROMISE


def test_numpy_and_sympy(benchmark):
    benchmark.pedantic(seconds, args=("import numpy, sympy",), rounds=ROUNDS, warmup_rounds=1)


def test_deterrence_games(benchmark):
    benchmark.pedantic(seconds, args=("import deterrence_games",), rounds=ROUNDS, warmup_rounds=1)
