"""Kernels as plain Python find what compiled ones find, and are given up where a problem is not small."""

import numpy as np
import pytest

from deterrence_games.kernels.jit import compiled, interpreted
from deterrence_games.kernels.regret import profile_regret
from deterrence_games.lowering.tree import tree_form_of
from deterrence_games.solvers import cells
from deterrence_games.solvers.perfect_bayesian import PerfectBayesian
from deterrence_games.solvers.warm_up import WarmUp
from tests.oracles.plain_game import to_game
from tests.oracles.random_games import random_game

FIELDS = ("code", "count", "used", "choice", "state", "weight", "vertex_weight", "behavior", "belief", "regret", "margin")


class Cold:
    """A kernel that has not been compiled, and refuses to be."""

    signatures = ()

    def __init__(self, kernel):
        self.py_func = kernel.py_func

    def __call__(self, *arguments):
        raise AssertionError("compiled")


@pytest.fixture
def cold(monkeypatch):
    """Take a process back to where nothing had been compiled yet, with so many seconds of patience."""

    def start(patience):
        for name in ("search_points", "assess_cells", "assessment_regrets"):
            monkeypatch.setattr(cells, name, Cold(getattr(cells, name)))
        monkeypatch.setattr(cells, "warm_up", WarmUp(patience))

    return start


def form_of(number):
    return tree_form_of(to_game(random_game(number)), {})


@pytest.mark.parametrize("number", [0, 3, 11, 42, 120])
def test_same_findings(number, cold):
    form = form_of(number)
    reference = PerfectBayesian().solve_points(form)
    cold(patience=60.0)
    plain = PerfectBayesian().solve_points(form)
    for field in FIELDS:
        np.testing.assert_allclose(getattr(plain, field), getattr(reference, field), rtol=0, atol=1e-12, err_msg=field)


def test_many_points_are_no_small_problem(cold):
    form = form_of(42)
    many = type(form)(form.structure, np.repeat(form.values, cells.FEW_POINTS + 1, axis=0))
    cold(patience=60.0)
    with pytest.raises(AssertionError, match="compiled"):
        PerfectBayesian().solve_points(many)


def test_a_long_search_is_no_small_problem(cold, monkeypatch):
    monkeypatch.setattr(cells, "TRIALS", (1, 2))
    cold(patience=60.0)
    with pytest.raises(AssertionError, match="compiled"):
        PerfectBayesian().solve_points(form_of(42))


def test_patience_ends(cold):
    cold(patience=1e-9)
    with pytest.raises(AssertionError, match="compiled"):
        PerfectBayesian().solve_points(form_of(42))


def test_division_by_zero_is_as_compiled():
    payoffs = np.array([[1.0, 1.0], [0.0, 0.0]])
    arguments = payoffs, np.array([1, 2]), np.array([1.0, 0.5, 0.5]), np.array([0, 1, 3])
    assert interpreted(profile_regret)(*arguments) == profile_regret(*arguments) == (0.0, 0.0)
    assert compiled(profile_regret)
