"""What cutting into blocks, storing and keeping a record cost next to the computing, for the default solver.

    python benchmarks/sweep_overhead.py FOLDER [--points 200000] [--theorem]

sweeps unilateral deterrence at random points, families and probabilities of all outcomes, into a store in FOLDER, in one
process. Within this one run the processor time of solving is told from that of everything else: laying the store out,
collecting names, drawing the points, compressing, writing, flushing to disk, keeping the record. A block costs the same
whatever their number, so that the share holds for larger sweeps of the same blocks. With --theorem the closed forms are
evaluated instead, and the share is that next to work at memory speed.
"""

import argparse
import shutil
import time
from pathlib import Path

import deterrence_games as dg
from deterrence_games.analysis.sweep_solver import SolverPoints
from deterrence_games.analysis.sweep_theorem import TheoremPoints

PAYOFFS = {"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4, "d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--points", type=int, default=200_000)
    parser.add_argument("--theorem", action="store_true")
    options = parser.parse_args()
    store = options.folder / "overhead.zarr"
    game = dg.models.unilateral_deterrence()
    swept = dg.derive(game) if options.theorem else game
    solving = [0.0]

    def timed(find):
        def run(*arguments):
            start = time.process_time()
            found = find(*arguments)
            solving[0] += time.process_time() - start
            return found

        return run

    def sweep(points: int, place: Path | None) -> None:
        sample = dg.Sample({"p_ch": (0, 1), "p_def": (0, 1)}, points, "random")
        dg.sweep(swept, sample, fixed=PAYOFFS, quantities=("families", "outcomes"), store=place)

    sweep(100, None)  # compiles
    for kind in (SolverPoints, TheoremPoints):
        kind.find = timed(kind.find)
    shutil.rmtree(store, ignore_errors=True)
    start, begin = time.process_time(), time.perf_counter()
    sweep(options.points, store)
    whole, clock = time.process_time() - start, time.perf_counter() - begin
    blocks = len(list((store / ".sweep/done").rglob("*.json")))
    shutil.rmtree(store)
    each = 1e6 * solving[0] / options.points
    print(f"{options.points:,} points in {blocks} blocks, {clock:.1f} s on the clock")
    print(f"solving {solving[0]:.2f} s, {each:.2f} us a point")
    print(f"everything else {whole - solving[0]:.2f} s: {100 * (whole / solving[0] - 1):.1f} % on top")


if __name__ == "__main__":
    main()
