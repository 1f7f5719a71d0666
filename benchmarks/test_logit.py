"""How long does the logit path take, in all and in solves of a linear system of the size of its steps; and Gambit's?

The unit is one `numpy.linalg.solve` of as many unknowns as the path has (log-odds and lambda), timed in the same run, since a
path is little more than such solves: it carries over from machine to machine.
"""

import numpy as np
import pytest

from benchmarks.alternating import alternating
from benchmarks.peer_solvers import gambit_game, gambit_logit, pygambit
from deterrence_games.forms import StrategicForm
from deterrence_games.solvers.logit_path import LogitPath

GAMES = 20
ROUNDS = 5
PROMISE = 10.0  # times as fast as Gambit
SHAPES = {"2x2x2": (2, 2, 2), "3x3x3": (3, 3, 3), "2^5": (2,) * 5, "10x10": (10, 10)}


def random_games(shape):
    rng = np.random.default_rng(1998)
    return [rng.integers(-1000, 1001, size=(len(shape), *shape)) for _ in range(GAMES)]


def by_gambit(games):
    """The same games with payoffs of range one, since Gambit's lambda is per unit of the payoffs as they are."""
    if pygambit is None:
        pytest.skip("pygambit is not installed")
    known = [gambit_game(np.stack([own / np.ptp(own) for own in game])) for game in games]
    return lambda: [gambit_logit(game) for game in known]


@pytest.mark.parametrize("name", SHAPES)
def test_path(report, name):
    games = random_games(SHAPES[name])
    forms = [StrategicForm.from_arrays(*game) for game in games]
    solver = LogitPath()
    solved = [solver.solve(form) for form in forms]
    assert all(len(solution) == 1 for solution in solved)
    assert max(found.regret / np.ptp(form.payoffs) for form, (found,) in zip(forms, solved, strict=True)) <= 1e-9
    size = sum(SHAPES[name]) - len(SHAPES[name]) + 1
    matrix, right = np.random.default_rng(0).normal(size=(size, size)), np.ones(size)
    tasks = {
        "here": lambda: [solver.solve(form) for form in forms],
        "solve": lambda: [np.linalg.solve(matrix, right) for _ in range(1000)],
    }
    try:
        tasks["gambit"] = by_gambit(games)
    except pytest.skip.Exception as reason:
        report(f"logit path, {name}: Gambit", note=f"left out: {reason.msg}")
    seconds = alternating(tasks, ROUNDS)
    own, unit = seconds["here"] / GAMES, seconds["solve"] / 1000
    steps = np.median([solution.stats["newton_steps"] for solution in solved])
    report(f"logit path, {name}, regret 1e-9", 1000 * own, "ms", note=f"{own / unit:.0f} linear solves; {steps:.0f} steps")
    if "gambit" in seconds:
        report(f"logit path, {name}, against Gambit", seconds["gambit"] / seconds["here"], "times", at_least=PROMISE)
