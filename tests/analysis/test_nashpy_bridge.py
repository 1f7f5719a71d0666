"""Games to and from Nashpy, and stability under its dynamics."""

import subprocess
import sys

import nashpy
import numpy as np
import pytest

from deterrence_games.analysis.nashpy_bridge import dynamically_stable, from_nashpy, to_nashpy
from deterrence_games.errors import GameError
from deterrence_games.forms import StrategicForm
from deterrence_games.results import Equilibrium

CHICKEN = StrategicForm.from_arrays([[3, 1], [4, 0]], [[3, 4], [1, 0]], name="chicken")
ENTRY = StrategicForm.from_arrays([[0, 0], [1, -1]], [[2, 2], [1, -1]], name="entry deterrence")


def test_round_trip():
    game = to_nashpy(CHICKEN)
    assert isinstance(game, nashpy.Game)
    np.testing.assert_array_equal(game[[1, 0], [0, 1]], [1, 4])
    back = from_nashpy(game, players=("a", "b"), strategies=(("swerve", "drive"), ("swerve", "drive")), name="chicken")
    np.testing.assert_array_equal(back.payoffs, CHICKEN.payoffs)
    assert back.players == ("a", "b")
    assert back.strategies[0] == ("swerve", "drive")
    game.payoff_matrices[0][0, 0] = 99  # a copy, so that the form stays what it was
    assert CHICKEN.payoffs[0, 0, 0] == 3


def test_zero_sum_and_rectangular_games():
    form = from_nashpy(nashpy.Game([[1, -1, 0], [0, 2, 1]]))
    assert form.shape == (2, 3)
    np.testing.assert_array_equal(form.payoffs[0], -form.payoffs[1])


@pytest.mark.parametrize("scale", [1.0, 1e9, 1e-9])
def test_strict_equilibria_are_stable(scale):
    form = StrategicForm.from_arrays(*(scale * CHICKEN.payoffs))
    report = dynamically_stable(form, ([1, 0], [0, 1]))
    assert report.stable
    assert report.strict
    assert (report.replicator, report.fictitious_play, report.population) == (20, 20, None)
    assert report.farthest < 1e-3
    assert str(report).startswith("dynamically stable (strict): of 20 starts")


def test_barely_strict_equilibria_are_stable_near_by():
    barely = StrategicForm.from_arrays([[1, 0], [0.999, 0.999]], [[1, 0.999], [0, 0.999]], name="risky hunt")
    report = dynamically_stable(barely, ([1, 0], [1, 0]))
    assert report.stable
    assert report.noise == pytest.approx(0.00025)
    assert not dynamically_stable(barely, ([1, 0], [1, 0]), noise=0.02).stable


def test_the_mixed_equilibrium_of_chicken_is_a_saddle_of_two_populations_and_stable_in_one():
    """Weibull (1995), Evolutionary Game Theory, chapters 3 and 5."""
    report = dynamically_stable(CHICKEN, ([0.5, 0.5], [0.5, 0.5]))
    assert not report.stable
    assert not report.strict
    assert report.replicator == 0
    assert report.population == 20
    assert "one population 20" in str(report)


def test_an_empty_threat_is_not_stable():
    """Deterrence by an empty threat: the entrant stays out for good only by luck, and the threat erodes meanwhile."""
    report = dynamically_stable(ENTRY, ([1, 0], [0, 1]))
    assert not report.stable
    assert not report.strict
    assert dynamically_stable(ENTRY, ([0, 1], [1, 0])).stable


def test_an_equilibrium_object_will_do_and_seeds_repeat():
    equilibrium = Equilibrium({"a": 1.0, "b": 4.0}, 0.0, 1.0, profile=(np.array([1.0, 0.0]), np.array([0.0, 1.0])))
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = dynamically_stable(CHICKEN, equilibrium, starts=3, seed=5)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    assert first == dynamically_stable(CHICKEN, equilibrium, starts=3, seed=5)
    assert first.farthest != dynamically_stable(CHICKEN, equilibrium, starts=3, seed=6).farthest


def test_a_start_outside_the_basin_does_not_return():
    hunt = StrategicForm.from_arrays([[10, 0], [9, 9]], [[10, 9], [0, 9]], name="stag hunt")
    assert dynamically_stable(hunt, ([1, 0], [1, 0]), noise=0.02).stable
    wide = dynamically_stable(hunt, ([1, 0], [1, 0]), noise=0.9)
    assert not wide.stable
    assert wide.strict
    assert 0 <= wide.replicator < 20


def test_bad_input():
    three = StrategicForm.from_arrays(*np.zeros((3, 2, 2, 2)), name="three sides")
    with pytest.raises(GameError, match="game 'three sides': Nashpy takes two players, here are 3"):
        to_nashpy(three)
    with pytest.raises(GameError, match="int is no Nashpy game"):
        from_nashpy(3)
    with pytest.raises(GameError, match="give one of this strategic form"):
        dynamically_stable(CHICKEN, Equilibrium({}, 0.0, 0.0))
    with pytest.raises(GameError, match="sum to one"):
        dynamically_stable(CHICKEN, ([1, 1], [0, 1]))
    with pytest.raises(GameError, match="noise in"):
        dynamically_stable(CHICKEN, ([1, 0], [0, 1]), noise=0.0)


def test_nashpy_is_not_imported_before_it_is_used():
    code = "import sys, deterrence_games.analysis.nashpy_bridge; sys.exit('nashpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
