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


def fatal_once(solution):
    """Ends its process at the first point that it sees, once for every file in the folder."""
    left = sorted(Path(os.environ["SWEEP_DEATHS"]).iterdir())
    if left:
        left[0].unlink()
        os._exit(1)
    return solution.params["p"]
