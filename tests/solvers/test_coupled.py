"""Three players who mix against each other, at many points at once."""

import numpy as np
import pytest

from deterrence_games.kernels.indifference import COUPLED, SETTLED
from deterrence_games.kernels.jit import OK, UNDECIDED
from deterrence_games.lowering.tree import tree_form_of
from deterrence_games.solvers.cells import Cells, find_cells
from deterrence_games.solvers.coupled import resolve
from deterrence_games.solvers.perfect_bayesian import PerfectBayesian
from tests.oracles.plain_game import to_game
from tests.simultaneous_games import volunteers

TOL = 1e-9


@pytest.fixture(scope="module")
def forms():
    """The volunteers alone, and among points with other payoffs."""
    form = tree_form_of(to_game(volunteers()), {})
    values = np.repeat(form.values, 5, axis=0)
    plain = np.unique(form.structure.payoff)
    values[1::2, plain] = np.arange(plain.size) % 3 + np.linspace(0, 0.1, plain.size)
    return form, type(form)(form.structure, values)


def test_each_point_as_if_alone(forms):
    _, many = forms
    found = PerfectBayesian().solve_points(many)
    assert COUPLED not in found.state
    assert found.first.tolist() == [0, *np.cumsum(found.count)[:-1].tolist()]
    for point in range(many.points):
        alone = PerfectBayesian().solve_points(many.at(point))
        own = found.part(point, point + 1)
        for name in Cells.__dataclass_fields__:
            if name != "steps":
                np.testing.assert_array_equal(getattr(own, name), getattr(alone, name), err_msg=name)
    assert found.count[0] == found.count[2] == 7


def test_what_is_resolved_is_no_longer_undecided(forms):
    single, _ = forms
    before = find_cells(single, TOL, max_steps=10_000, max_cells=100)
    after = resolve(single, before, TOL)
    assert (before.state == COUPLED).sum() == 1
    assert before.code.tolist() == [UNDECIDED]
    assert after.code.tolist() == [OK]
    assert (after.state == SETTLED).all()
