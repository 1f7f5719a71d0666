"""Do the equilibrium solvers miss anything on degenerate games? Random integer payoffs, against oracles in exact arithmetic.

``python -m benchmarks.agreement_core`` takes 10,000 two-player games of up to 4x4 strategies with payoffs 0 to 2, and 1,000
games of 2x2x2 and 300 of 3x3x3 strategies with payoffs 0 to 2 or 0 to 9 in turn; some ten minutes. The oracles of ``tests/``
share no code with the library. It prints a row a kind of game, every game that differs, and exits with 1 when some does.
"""

import argparse
import sys
import time

import numpy as np

from tests.nash_agreement import Agreement, compare_supports, compare_two_players

LEVELS = 3, 10  # payoffs from 0 to less than this


def main() -> int:
    """Compare, and return 1 when a game differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000, help="two-player games")
    parser.add_argument("--cubes", type=int, default=1_000, help="2x2x2 games")
    parser.add_argument("--triples", type=int, default=300, help="3x3x3 games")
    parser.add_argument("--seed", type=int, default=1950)
    options = parser.parse_args()
    kinds = {
        "two players, to 4x4": (options.pairs, two_players),
        "2x2x2": (options.cubes, lambda rng, number: three_players(rng, number, 2)),
        "3x3x3": (options.triples, lambda rng, number: three_players(rng, number, 3)),
    }
    wrong = 0
    widths = 20, 7, 8, 8, 8, 11, 8, 5, 5, 5, 7
    heads = "games", "number", "complete", "supports", "decided", "equilibria", "continua", "cut", "open", "wrong", "seconds"
    print(*(head.rjust(width) for head, width in zip(heads, widths, strict=True)))
    for kind, (games, compare) in kinds.items():
        found, start = Agreement(), time.process_time()
        for number in range(games):
            found.add(compare(np.random.default_rng([options.seed, len(kind), number]), number))
        counts = found.complete, found.supports, found.decided, found.equilibria, found.continua, found.cut, found.opened
        cells = kind, found.games, *counts, len(found.wrong), round(time.process_time() - start)
        print(*(str(cell).rjust(width) for cell, width in zip(cells, widths, strict=True)))
        print(*found.wrong, sep="\n", end="\n" * bool(found.wrong), flush=True)
        wrong += len(found.wrong)
    return int(wrong > 0)


def two_players(rng: np.random.Generator, _: int) -> Agreement:
    """A game of one to four strategies a player with payoffs 0 to 2."""
    return compare_two_players(*rng.integers(0, LEVELS[0], size=(2, *rng.integers(1, 5, size=2))))


def three_players(rng: np.random.Generator, number: int, size: int) -> Agreement:
    """A game of three players."""
    return compare_supports(rng.integers(0, LEVELS[number % 2], size=(3, size, size, size)))


if __name__ == "__main__":
    sys.exit(main())
