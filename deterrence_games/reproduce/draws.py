"""Random parameter points that respect the order of payoffs."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LEAST_STEP = 0.05  # between neighbouring payoffs, in units of the mean step: thresholds stay away from 0 and 1
NEAR, FAR = 1e-5, 0.1  # how far from a threshold the priors beside it lie


def ordered(rng: np.random.Generator, draws: int, *names: str) -> dict[str, Floats]:
    """Draw payoffs in increasing order, with random origin and unit, ``float64[draw]`` each."""
    steps = LEAST_STEP + rng.exponential(size=(len(names), draws))
    values = rng.lognormal(size=draws) * (steps.cumsum(axis=0) + rng.normal(scale=3.0, size=draws))
    return dict(zip(names, values, strict=True))


def priors_around(rng: np.random.Generator, *thresholds: Floats) -> Floats:
    """Draw priors between 0 and 1, half of them uniform, half close to one of the thresholds, ``float64[draw]``."""
    draws = thresholds[0].size
    chosen = np.stack(thresholds)[rng.integers(len(thresholds), size=draws), np.arange(draws)]
    beside = chosen + rng.choice([-1.0, 1.0], size=draws) * NEAR * (FAR / NEAR) ** rng.random(draws)
    return np.where((rng.random(draws) < 0.5) & (beside > 0) & (beside < 1), beside, rng.random(draws))
