"""Sweeps past memory: a run to the end, a run that is killed again and again, and whether they leave the same bytes.

    python benchmarks/sweeps.py FOLDER [--side 1000] [--processes 2] [--kills 5]

sweeps unilateral deterrence from its theorem over side x side x side points (the families, and the probability of war in the
equilibrium that is worst for the defender) into FOLDER, twice. It prints the time of the first run, the peak of its memory
over all its processes (shared pages counted once), how often the second was killed, and whether the two stores are equal. It
needs psutil, which Dask brings along, and space for both stores.
"""

import argparse
import hashlib
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

import deterrence_games as dg

PAYOFFS = {"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4}


def sweep(store: Path, side: int, processes: int) -> None:
    grid = {
        "d_DDs": dg.Linear(-3.0, 0.9, side),
        "p_ch": dg.Linear(0.0005, 0.9995, side),
        "p_def": dg.Linear(0.0005, 0.9995, side),
    }
    theorem = dg.derive(dg.models.unilateral_deterrence())
    wanted = ("families", "war")
    dg.sweep(theorem, grid, fixed=PAYOFFS, quantities=wanted, select="worst defender", store=store, processes=processes)


def begin(store: Path, options: argparse.Namespace) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        __file__,
        "--run",
        str(store),
        "--side",
        str(options.side),
        "--processes",
        str(options.processes),
    ]
    return subprocess.Popen(command)


def done(store: Path) -> int:
    """How many blocks are on record."""
    return len(list((store / ".sweep/done").rglob("*.json")))


def await_block(process: subprocess.Popen[bytes], store: Path) -> None:
    """Wait for one more block on record: starting may take longer than the work."""
    before = done(store)
    while process.poll() is None and done(store) == before:
        time.sleep(0.02)


def watch(process: subprocess.Popen[bytes]) -> int:
    """The greatest proportional set size of a process and its children, until it ends."""
    peak, own = 0, psutil.Process(process.pid)
    while process.poll() is None:
        with suppress(psutil.Error):
            peak = max(peak, sum(one.memory_full_info().pss for one in (own, *own.children(recursive=True))))
        time.sleep(0.5)
    return peak


def files(store: Path) -> dict[str, str]:
    return {
        path.relative_to(store).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(store.rglob("*"))
        if path.is_file()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--side", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--run", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        sweep(options.folder, options.side, options.processes)
        return
    whole, killed = options.folder / "whole.zarr", options.folder / "killed.zarr"
    start = time.monotonic()
    process = begin(whole, options)
    await_block(process, whole)
    first = time.monotonic()
    peak = watch(process)
    seconds, working = time.monotonic() - start, time.monotonic() - first
    points = options.side**3
    rate = points / seconds / 1e6
    print(f"{points:,} points in {seconds:.0f} s, {rate:.2f} million a second; peak memory {peak / 2**30:.2f} GiB", flush=True)
    print(f"status of the run {process.returncode}; store {sum(p.stat().st_size for p in whole.rglob('*')) / 1e9:.2f} GB")
    rng = random.Random(options.seed)
    for kill in range(options.kills):
        process = begin(killed, options)
        await_block(process, killed)
        time.sleep(rng.uniform(0, 0.7 / options.kills) * working)
        process.send_signal(signal.SIGKILL)
        process.wait()
        print(f"kill {kill + 1}: status {process.returncode}, {done(killed)} blocks done", flush=True)
    print(f"last run: status {begin(killed, options).wait()}")
    print(f"the same bytes: {files(whole) == files(killed)}")


if __name__ == "__main__":
    main()
