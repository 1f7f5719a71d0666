"""Functions of a solution that worker processes can import."""

import os
from pathlib import Path


def number_of_equilibria(solution):
    """How many there are."""
    return len(solution.equilibria)


def picky(solution):
    """The second parameter, where the first is small."""
    if solution.params["p"] > 0.5:
        raise ValueError(f"p is {solution.params['p']:g}")
    return solution.params["a_DC"]


def leaving(solution):
    """Means to end the program where p is large."""
    if solution.params["p"] > 0.5:
        raise SystemExit("enough")
    return solution.params["p"]


class SilentError(Exception):
    """An error that cannot be told."""

    def __str__(self):
        raise RuntimeError("silent")


def silent(solution):
    """Raises what cannot be told."""
    raise SilentError


def in_words(solution):
    """A number as text."""
    return "0.5"


def named(solution):
    """Share of equilibria with such a name."""
    return sum(own.name in {"Attack", "Deterrence", "Bluff", "Separating"} for own in solution)


def fatal_once(solution):
    """Ends its process at the first point that it sees, once for every file in the folder."""
    left = sorted(Path(os.environ["SWEEP_DEATHS"]).iterdir())
    if left:
        left[0].unlink()
        os._exit(1)
    return solution.params["p"]
