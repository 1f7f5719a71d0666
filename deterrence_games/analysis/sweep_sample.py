"""Points drawn from a box of parameters: the same points in whatever blocks they are drawn."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

METHODS = ("sobol", "halton", "random")
MOST_SOBOL = 2**30  # points of a Sobol' sequence of 30 bits
DRAWN = 1 << 20  # points that are passed over at a time
WORDS = 4  # 64-bit numbers that Philox makes at each step of its counter


@dataclass(frozen=True)
class Sample:
    """Points drawn from a box of parameters.

    Parameters
    ----------
    ranges : mapping parameter -> (low, high) or (low, high, "log")
        With ``"log"`` the logarithm is drawn evenly.
    points : int
    method : {"sobol", "halton", "random"}
        Scrambled quasi-random sequences of `scipy.stats.qmc`, or independent draws. Sobol' points are balanced when their
        number is a power of two.
    seed : int
        The same seed gives the same points.

    Examples
    --------
    >>> Sample({"p": (0, 1), "cost": (0.01, 10, "log")}, points=1024, seed=7).method
    'sobol'
    """

    ranges: Mapping[str, Sequence[Any]]
    points: int
    method: str = "sobol"
    seed: int = 0


def in_words(sample: Sample) -> str:
    """A sample in a line."""
    ranges = ", ".join(f"{name} in {own[0]} .. {own[1]}{' (log)' * (len(own) == 3)}" for name, own in sample.ranges.items())
    return f"{sample.points} points, {sample.method}, seed {sample.seed}: {ranges}"


def draw(sample: Sample, start: int, points: int) -> dict[str, Floats]:
    """Points number ``start`` up to ``start + points``, ``float64[point]`` a parameter."""
    return scaled(sample, shares(sample, len(sample.ranges), start, points))


def shares(sample: Sample, dimensions: int, start: int, points: int) -> Floats:
    """Points of the unit cube in so many dimensions, ``float64[point, dimension]``, by the method and the seed of a sample."""
    if sample.method == "random":
        return _random(sample.seed, dimensions, start, points)
    return _sequence(sample.method, sample.seed, dimensions).part(start, points)


def scaled(sample: Sample, drawn: Floats) -> dict[str, Floats]:
    """Points of the unit cube, ``float64[point, range]``, in the box of a sample."""
    columns = {}
    for share, (name, (low, high, *scale)) in zip(drawn.T, sample.ranges.items(), strict=True):
        if scale:
            values = np.exp(np.log(float(low)) + share * (np.log(float(high)) - np.log(float(low))))
        else:
            values = float(low) + share * (float(high) - float(low))
        columns[name] = np.clip(values, float(low), float(high))
    return columns


def _random(seed: int, dimensions: int, start: int, points: int) -> Floats:
    """Independent draws; the generator's counter is set to where the block begins."""
    first = start * dimensions
    bits = np.random.Philox(seed)
    bits.advance(first // WORDS)
    generator = np.random.Generator(bits)
    generator.random(first % WORDS)
    return generator.random((points, dimensions))


class _Sequence:
    """A quasi-random sequence that is drawn forwards; going back starts it anew."""

    def __init__(self, method: str, seed: int, dimensions: int) -> None:
        self.method, self.seed, self.dimensions = method, seed, dimensions
        self.restart()

    def restart(self) -> None:
        from scipy.stats import qmc

        engine = {"sobol": qmc.Sobol, "halton": qmc.Halton}[self.method]
        self.engine = engine(self.dimensions, scramble=True, seed=np.random.default_rng(self.seed))

    def part(self, start: int, points: int) -> Floats:
        if start < self.engine.num_generated:
            self.restart()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that a block of Sobol' points is no power of two
            while self.engine.num_generated < start:
                self.engine.fast_forward(min(DRAWN, start - self.engine.num_generated))
            drawn: Floats = self.engine.random(points)
        return drawn


@lru_cache(maxsize=2)
def _sequence(method: str, seed: int, dimensions: int) -> _Sequence:
    """The sequence that this process draws from: blocks mostly come in order, and passing over points takes time."""
    return _Sequence(method, seed, dimensions)
