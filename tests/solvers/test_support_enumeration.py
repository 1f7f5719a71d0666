"""All Nash equilibria of two-player games, against fractions and against published games."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deterrence_games.errors import SizeError, SolverError
from deterrence_games.forms import InformationSet, StrategicForm
from deterrence_games.results import Status
from deterrence_games.solvers.support_enumeration import SupportEnumeration
from tests.exact_games import exact_equilibria, exact_maximal_sets
from tests.trees import build_tree


def solve(first, second, **options):
    return SupportEnumeration(**options).solve(StrategicForm.from_arrays(first, second, name="test game"))


def profiles(solution):
    return {tuple(tuple(own.round(9).tolist()) for own in equilibrium.profile) for equilibrium in solution}


def rounded(pair):
    return tuple(tuple(round(float(share), 9) for share in own) for own in pair)


@given(seed=st.integers(0, 2**32), levels=st.sampled_from([2, 3, 4, 10**6]))
def test_extreme_equilibria_and_maximal_sets_match_fractions(seed, levels):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, levels, size=(2, *rng.integers(1, 5, size=2)))
    solution = solve(first, second)
    exact = exact_equilibria(first.tolist(), second.tolist())
    assert solution.status is Status.COMPLETE
    assert profiles(solution) == {rounded(pair) for pair in exact}
    assert len(solution) == len(exact)
    if len({x for x, _ in exact}) <= 8:
        sets = {frozenset(rounded(pair) for pair in members) for members in exact_maximal_sets(exact)}
        listed = [tuple(rounded(solution[index].profile) for index in members) for members in solution.components]
        assert {frozenset(members) for members in listed} == sets
    assert max(equilibrium.regret for equilibrium in solution) <= 1e-9 * levels


@given(seed=st.integers(0, 2**32), scale=st.sampled_from([2.0**-40, 2.0**40, 2.0**900]), shift=st.sampled_from([0.0, 1e6]))
def test_equilibria_do_not_depend_on_scale_and_shift(seed, scale, shift):
    first, second = np.random.default_rng(seed).integers(0, 3, size=(2, 3, 3)).astype(float)
    moved = solve(scale * (first + shift), 3 * scale * second)
    assert profiles(moved) == profiles(solve(first, second))
    assert moved.complete


def test_entry_deterrence_has_three_extreme_equilibria():
    """The game that Nashpy and QuantEcon get wrong: entry, and a threat that any probability from one half on makes good."""
    solution = solve([[0, 0], [1, -1]], [[2, 2], [1, -1]])
    assert profiles(solution) == {((0, 1), (1, 0)), ((1, 0), (0, 1)), ((1, 0), (0.5, 0.5))}
    assert solution.complete
    sets = [tuple(rounded(solution[index].profile) for index in members) for members in solution.components]
    assert sorted(len(members) for members in sets) == [1, 2]
    assert "1 of the 2 maximal sets are continua" in solution.completeness
    entry = next(equilibrium for equilibrium in solution if equilibrium.profile[0][1] == 1)
    assert (entry.regret, entry.margin, entry.strict) == (0.0, 1.0, True)
    assert entry.payoffs == {"player 1": 1.0, "player 2": 1.0}
    assert "costs at least 1" in entry.verdict
    assert entry.behavior[InformationSet("player 2", "", ())] == {"0": 1.0, "1": 0.0}


def test_supports_of_unequal_size_make_isolated_equilibria_too():
    """Row's third strategy makes the mixture of column's two a best reply to a pure one."""
    solution = solve([[1, 1], [2, 0], [0, 2]], [[1, 1], [1, 0], [0, 1]])
    assert ((1, 0, 0), (0.5, 0.5)) in profiles(solution)
    assert profiles(solution) == {
        rounded(pair) for pair in exact_equilibria([[1, 1], [2, 0], [0, 2]], [[1, 1], [1, 0], [0, 1]])
    }


def test_chicken_and_generic_games_have_isolated_equilibria():
    solution = solve([[3, 1], [4, 0]], [[3, 4], [1, 0]])
    assert profiles(solution) == {((1, 0), (0, 1)), ((0, 1), (1, 0)), ((0.5, 0.5), (0.5, 0.5))}
    assert solution.components == ((0,), (1,), (2,))
    assert [equilibrium.strict for equilibrium in solution] == [True, True, False]
    rng = np.random.default_rng(4)
    for _ in range(20):
        generic = solve(*rng.normal(size=(2, 6, 5)))
        assert generic.complete
        assert len(generic) % 2 == 1
        assert max(equilibrium.regret for equilibrium in generic) < 1e-12


def test_nothing_at_stake_is_one_continuum():
    solution = solve(np.ones((3, 2)), np.zeros((3, 2)))
    assert len(solution) == 6
    assert solution.components == (tuple(range(6)),)
    assert solution.complete


def test_a_near_tie_is_not_called_complete():
    solution = solve([[1.0, 1.0], [1.0 - 1e-11, 0.0]], [[1.0, 0.0], [0.0, 1.0]])
    assert solution.status is Status.FOUND
    assert not solution.complete
    assert "too near to a tie to be decided" in solution.completeness
    assert "player 2 on {0} with player 1 indifferent over" in solution.completeness
    assert solve([[1.0, 1.0], [1.0 - 1e-6, 0.0]], [[1.0, 0.0], [0.0, 1.0]]).complete
    assert solve([[0.1 + 0.2, 1.0], [0.3, 0.0]], [[1.0, 0.0], [0.0, 1.0]]).complete


def test_forms_that_it_does_not_take():
    solver = SupportEnumeration()
    three = StrategicForm.from_arrays(*np.zeros((3, 2, 2, 2)), name="three sides")
    with pytest.raises(SolverError, match="game 'three sides': SupportEnumeration cannot take it: it takes two players"):
        solver.solve(three)
    tree = build_tree(("a", "b"), ("move", "a", {"x": "o", "y": "o"}), {"o": [0, 0]})
    with pytest.raises(SolverError, match="convert the tree"):
        solver.solve(tree)
    with pytest.raises(SizeError, match=r"20 x 20 strategies make 1\.38e\+11 pairs"):
        solver.solve(StrategicForm.from_arrays(*np.zeros((2, 20, 20))))
    with pytest.raises(SizeError, match="at most 62 a player"):
        solver.solve(StrategicForm.from_arrays(*np.zeros((2, 2000, 2))))
    assert solver.accepts(StrategicForm.from_arrays(*np.zeros((2, 2, 62)))) is None


def test_it_can_be_read():
    form = StrategicForm.from_arrays(
        [[0, 0], [1, -1]],
        [[2, 2], [1, -1]],
        players=("entrant", "incumbent"),
        strategies=(("stay_out", "enter"), ("accommodate", "fight")),
        name="entry deterrence",
    )
    text = repr(SupportEnumeration().solve(form))
    assert "entry deterrence: 3 Nash equilibria" in text
    assert "fight 0.5" in text
    assert "Maximal sets of interchangeable equilibria: {0, 2}, {1}." in text
