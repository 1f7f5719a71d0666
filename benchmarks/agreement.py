"""Do theorems and the numeric solver find the same families? Random points over every model, borders aside.

``python -m benchmarks.agreement --points 100000`` draws so many points in all, solves them both ways, and prints a row a model.
The general escalation game takes some twelve seconds to derive and is left out unless ``--all`` is given.
"""

import argparse
import sys
import time

import numpy as np

import deterrence_games as dg
from deterrence_games.lowering.assumptions import broken_assumptions
from deterrence_games.reproduce import SolvedPoints

SLOW = ("asymmetric_escalation",)


def main() -> int:
    """Compare, and return 1 when a point differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--seed", type=int, default=20)
    options = parser.parse_args()
    models = [name for name in dg.models.CATALOGUE if options.all or name not in SLOW]
    each = -(-options.points // len(models))
    differing = 0
    for number, name in enumerate(models):
        start = time.perf_counter()
        theorem = dg.derive(dg.models.CATALOGUE[name]())
        derived = time.perf_counter() - start
        params = draw(theorem, each, np.random.default_rng([options.seed, number]))
        start = time.perf_counter()
        points = SolvedPoints(theorem.game, params)
        solved = time.perf_counter() - start
        exists, inside, border, _ = theorem.values.evaluate(params, each, ())
        counted = points.complete & inside & ~border
        wrong = np.zeros(each, dtype=bool)
        unnamed = np.zeros((2, each), dtype=bool)  # some family without a name exists: by the theorem, by the solver
        for row, family in enumerate(theorem.families):
            if family.name in theorem.game.names:
                wrong |= points.exists(family.name) != exists[:, row]
            else:
                unnamed[0] |= exists[:, row]
        for own in points.names:
            if own not in theorem.game.names:
                unnamed[1] |= points.exists(own)
        wrong |= unnamed[0] != unnamed[1]
        differing += int((wrong & counted).sum())
        print(
            f"{name:<40} {each:>8,} points, {int(counted.sum()):>8,} counted, {int((wrong & counted).sum()):>4} differ; "
            f"derived in {derived:5.1f} s, solved in {solved:6.1f} s",
            flush=True,
        )
    print(f"{differing} of {each * len(models):,} points differ")
    return int(differing > 0)


def draw(theorem, points, rng):
    """Random parameters within the assumptions: gaps, odds and weights are random positive numbers."""
    coordinates = theorem.prover.coordinates
    found = {name: np.empty(0) for name in theorem.game.parameters}
    while min(column.size for column in found.values()) < points:
        values = np.exp(rng.normal(0.0, 1.0, size=(len(coordinates.ring.names), 2 * points)))
        drawn = {name: value(above, values) / value(below, values) for name, (above, below) in coordinates.parameters.items()}
        good = np.ones(2 * points, dtype=bool)
        for fails, _ in broken_assumptions(theorem.game, drawn).values():
            good &= ~fails
        found = {name: np.concatenate([found[name], drawn[name][good]]) for name in found}
    return {name: column[:points] for name, column in found.items()}


def value(polynomial, values):
    """A polynomial at columns of values of its variables."""
    total = np.zeros(values.shape[1])
    for exponents, coefficient in polynomial.terms.items():
        term = np.full(values.shape[1], int(coefficient.p) / int(coefficient.q))
        for variable, power in enumerate(exponents):
            if power:
                term = term * values[variable] ** int(power)
        total += term
    return total


if __name__ == "__main__":
    sys.exit(main())
