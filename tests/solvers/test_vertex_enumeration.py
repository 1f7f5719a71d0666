"""All extreme equilibria of two-player games and the indices of their components, against fractions and published games."""

import pickle
import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deterrence_games.errors import GameError, SizeError, SolverError
from deterrence_games.forms import StrategicForm
from deterrence_games.kernels import lexicographic_vertices as kernels
from deterrence_games.kernels.jit import FULL, LIMIT, OK, UNDECIDED, interpreted
from deterrence_games.kernels.vertex_enumeration import MEASURES, generic_equilibria
from deterrence_games.results import Status
from deterrence_games.solvers import integer_payoffs
from deterrence_games.solvers.exact_equilibria import enumerate_vertices, equal_sets, match
from deterrence_games.solvers.nash_profile import profile_rank
from deterrence_games.solvers.support_enumeration import SupportEnumeration
from deterrence_games.solvers.vertex_enumeration import VertexEnumeration
from tests.exact_games import exact_maximal_sets
from tests.oracles.exact_nash import component_index, extreme_equilibria
from tests.trees import build_tree


def solve(first, second, **options):
    return VertexEnumeration(**options).solve(StrategicForm.from_arrays(first, second, name="test game"))


def rounded(solution):
    return {tuple(tuple(own.round(9).tolist()) for own in equilibrium.profile) for equilibrium in solution}


def degenerate_game(seed, most=4, levels=3):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, levels, size=(2, *rng.integers(1, most + 1, size=2)))
    return first.tolist(), second.tolist()


@pytest.mark.parametrize("block", range(3))
def test_degenerate_games_against_brute_force(block):
    for seed in range(100 * block, 100 * block + 100):
        first, second = degenerate_game(seed)
        solution = solve(first, second)
        exact = extreme_equilibria(first, second)
        assert solution.status is Status.COMPLETE
        assert len(solution) == len(exact), seed
        assert {equilibrium.exact for equilibrium in solution} == set(exact), seed
        assert sum(solution.component_indices) == 1, seed
        assert max(equilibrium.regret for equilibrium in solution) < 1e-12
        # the same numbers as floats
        floats = solve(np.array(first, float), np.array(second, float))
        assert floats.complete
        assert rounded(floats) == rounded(solution)
        assert (floats.components, floats.component_indices) == (solution.components, solution.component_indices)


@given(seed=st.integers(0, 2**32))
def test_maximal_sets_match_brute_force(seed):
    first, second = degenerate_game(seed, most=3)
    solution = solve(first, second)
    exact = set(extreme_equilibria(first, second))
    listed = {frozenset(solution[place].exact for place in members) for members in solution.components}
    assert len(listed) == len(solution.components)
    assert listed == exact_maximal_sets(exact)


@given(seed=st.integers(0, 2**32))
def test_the_index_of_each_component_is_that_of_a_perturbed_game(seed):
    first, second = degenerate_game(seed, most=3)
    solution = solve(first, second)
    components = [{solution[place].exact for place in members} for members in solution.connected_components]
    expected = component_index(first, second, extreme_equilibria(first, second), components, random.Random(seed))
    assert expected is not None
    assert list(solution.component_indices) == expected


def test_entry_deterrence_has_a_continuum_of_index_zero():
    """The threat to fight entry: a payoff moved a little may destroy that component, while entry survives."""
    solution = solve([[0, 0], [1, -1]], [[2, 2], [1, -1]])
    half = Fraction(1, 2)
    assert {equilibrium.exact for equilibrium in solution} == {((0, 1), (1, 0)), ((1, 0), (0, 1)), ((1, 0), (half, half))}
    assert solution.connected_components == ((0, 2), (1,))
    assert solution.component_indices == (0, 1)
    assert solution.complete
    assert "exact arithmetic; 1 of the 2 maximal sets are continua" in solution.completeness


def test_a_solution_is_told_when_somebody_looks():
    form = StrategicForm.from_arrays([[3.0, 1.0], [4.0, 0.0]], [[3.0, 4.0], [1.0, 0.0]], name="chicken")
    solution = VertexEnumeration().solve(form)
    assert len(solution) == 3
    assert "completeness" not in vars(solution)
    assert "verdict" not in vars(solution[0])
    kept = pickle.loads(pickle.dumps(solution))  # noqa: S301  # our own bytes
    assert solution.equilibria is solution.equilibria
    renamed = replace(solution, game="hawks and doves")
    assert (renamed.game, renamed.equilibria, renamed.path) == ("hawks and doves", solution.equilibria, None)
    assert str(kept) == str(solution)
    with pytest.raises(AttributeError, match="no attribute 'payoffs'"):
        _ = kept.payoffs


@given(seed=st.integers(0, 2**32))
def test_small_supports_come_first(seed):
    solution = solve(*np.random.default_rng(seed).normal(size=(2, 4, 5)))
    ranks = [profile_rank(*equilibrium.profile) for equilibrium in solution]
    assert ranks == sorted(ranks)


def test_maximal_sets_that_touch_are_one_component():
    """Both maximal sets hold the first row against the first column."""
    solution = solve([[1, 1], [1, 0]], [[1, 1], [1, 0]])
    assert len(solution.components) == 2
    assert solution.connected_components == ((0, 1, 2),)
    assert solution.component_indices == (1,)


@given(seed=st.integers(0, 2**32), shape=st.tuples(st.integers(1, 7), st.integers(1, 7)))
def test_games_without_ties_have_an_odd_number_of_equilibria(seed, shape):
    first, second = np.random.default_rng(seed).normal(size=(2, *shape))
    solution = solve(first, second)
    assert solution.complete
    assert len(solution) % 2 == 1
    assert sum(solution.component_indices) == 1
    assert set(solution.component_indices) <= {1, -1}
    assert solution.components == tuple((place,) for place in range(len(solution)))
    # a pure equilibrium without ties is strict, and its index is 1
    strict = [index for index, equilibrium in zip(solution.component_indices, solution, strict=True) if equilibrium.strict]
    assert set(strict) <= {1}


@pytest.mark.parametrize("seed", range(12))
def test_it_agrees_with_support_enumeration(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(2, 6, 5))
    ours, theirs = solve(first, second), SupportEnumeration().solve(StrategicForm.from_arrays(first, second))
    assert rounded(ours) == rounded(theirs)
    ties = rng.integers(0, 2, size=(2, 5, 4))
    ours, theirs = solve(*ties), SupportEnumeration().solve(StrategicForm.from_arrays(*ties))
    assert rounded(ours) == rounded(theirs)
    assert ours.components == theirs.components


def test_the_three_arithmetics_agree():
    """Floating point, 64-bit integers and integers of any size on one game, scaled."""
    first, second = np.random.default_rng(5).integers(0, 40, size=(2, 4, 4))
    machine = solve(first, second)
    big = solve(first.astype(object) * 10**30 + 7, second.astype(object) * 3**50)
    wide = solve([[int(value) ** 9 for value in row] for row in first], second)  # other payoffs, too wide for 64 bits
    floats = solve(first.astype(float), second.astype(float))
    assert machine.stats["machine_integers"] == 2
    assert wide.stats["machine_integers"] == 1
    assert [equilibrium.exact for equilibrium in machine] == [equilibrium.exact for equilibrium in big]
    assert machine.component_indices == big.component_indices == floats.component_indices
    assert rounded(floats) == rounded(machine)
    assert {equilibrium.exact for equilibrium in wide} == set(
        extreme_equilibria([[int(value) ** 9 for value in row] for row in first], second.tolist())
    )


def test_integers_beyond_64_bits_that_differ_in_the_last_digit():
    large = 2**80
    solution = solve([[large, large], [large + 1, large - 1]], [[2, 2], [1, -1]])
    assert solution.component_indices == (0, 1)
    assert {equilibrium.exact for equilibrium in solution} == set(extreme_equilibria([[0, 0], [1, -1]], [[2, 2], [1, -1]]))


def test_fractions_are_solved_exactly():
    third = Fraction(1, 3)
    solution = solve([[third, 0], [0, 1 - third]], [[third, 0], [0, third]])
    mixed = next(equilibrium for equilibrium in solution if 0 < equilibrium.exact[0][0] < 1)
    assert mixed.exact == ((Fraction(1, 2), Fraction(1, 2)), (Fraction(2, 3), third))


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1.0, 1e300])
def test_the_scale_of_payoffs_does_not_matter(scale):
    rng = np.random.default_rng(7)
    for _ in range(10):
        first, second = rng.normal(size=(2, 4, 4))
        assert rounded(solve(scale * first, second)) == rounded(solve(first, second))
        first, second = rng.integers(0, 3, size=(2, 3, 3)).astype(float)
        moved = solve(scale * first, second / 7.0)
        assert rounded(moved) == rounded(solve(first, second))
        assert moved.complete


def test_payoffs_over_the_whole_range_of_floats():
    solution = solve([[1.7e308, -1.7e308], [0.0, 1e-300]], [[1e-300, 0.0], [-1e-300, 2e-300]])
    assert solution.complete
    assert len(solution) == 3
    assert sum(solution.component_indices) == 1


def test_floats_one_ulp_apart_are_ties():
    assert len(solve([[0.1 + 0.2, 1.0], [0.3, 0.0]], [[1.0, 0.0], [0.0, 1.0]])) == len(
        solve([[3, 10], [3, 0]], [[1, 0], [0, 1]])
    )
    twice = np.array([[0.7, 0.1], [np.nextafter(0.7, 1.0), np.nextafter(0.1, 0.0)]])
    solution = solve(twice, [[1.0, 0.0], [1.0, 0.0]])
    assert solution.complete
    assert solution.connected_components == ((0, 1),)
    assert "read as simple fractions, those within 1e-12" in solution.completeness


def test_a_near_tie_is_not_called_complete():
    solution = solve([[1.0, 1.0], [1.0 - 1e-11, 0.0]], [[1.0, 0.0], [0.0, 1.0]])
    assert solution.status is Status.FOUND
    assert "too near to a tie to be decided" in solution.completeness
    assert solve([[1.0, 1.0], [1.0 - 1e-6, 0.0]], [[1.0, 0.0], [0.0, 1.0]]).complete
    exact = solve([[10**12, 10**12], [10**12 - 1, 0]], [[1, 0], [0, 1]])
    assert exact.complete


UP = np.nextafter(1.0, 2.0)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([[1.0, UP], [1.0, 1.0]], [[1.0, UP], [UP, 1.0]]),
        ([[0.0, 0.0], [2.0, 0.0]], [[2.0 * UP, 2.0], [2.0 * UP, 2.0]]),  # one player's range is not small
        ([[1e15, 1e15 + 1], [1e15, 1e15]], [[0.0, 1.0], [1.0, 0.0]]),
        ([[5e-324, 5e-324], [0.0, 1e-323]], [[0.0, 0.0], [0.0, 5e-324]]),
    ],
)
def test_differences_of_the_size_of_rounding_are_not_called_ties_for_sure(first, second):
    """A batch takes these floats to the last bit and finds other equilibria: only one of the two may be sure."""
    solution = solve(first, second)
    assert not solution.complete
    assert "it may be rounding: subtract what all have in common, or give integers or fractions" in solution.completeness


def test_many_ties_of_long_decimals_are_read_on_a_grid():
    """Payoffs without a common denominator of reasonable size, and a duplicate row."""
    first, second = np.random.default_rng(3).normal(size=(2, 6, 6))
    first[5], second[5] = first[4], second[4]
    solution = solve(first, second)
    plain = solve(first[:5], second[:5])
    assert solution.status is not Status.LIMIT
    assert len(solution.connected_components) == len(plain.connected_components)
    assert sum(solution.component_indices) == 1


def test_nothing_at_stake_is_one_continuum():
    solution = solve(np.zeros((3, 4), int), np.zeros((3, 4), int))
    assert len(solution) == 12
    assert solution.components == (tuple(range(12)),)
    assert solution.component_indices == (1,)
    big = solve(np.zeros((62, 62)), np.ones((62, 62)))
    assert len(big) == 62 * 62
    assert big.complete


def test_duplicate_rows_belong_together():
    first, second = np.array([[1, -1], [-1, 1], [-1, 1]]), np.array([[-1, 1], [1, -1], [1, -1]])
    solution = solve(first, second)
    half = Fraction(1, 2)
    assert {equilibrium.exact for equilibrium in solution} == {
        ((half, half, 0), (half, half)),
        ((half, 0, half), (half, half)),
    }
    assert solution.component_indices == (1,)


def test_long_and_narrow_games():
    """More than 62 labels together go to exact arithmetic."""
    rng = np.random.default_rng(2)
    first, second = rng.normal(size=(2, 2, 62))
    solution = solve(first, second)
    assert solution.complete
    assert len(solution) % 2 == 1
    assert max(equilibrium.regret for equilibrium in solution) < 1e-11


def test_limits_end_with_a_status():
    first, second = np.random.default_rng(0).normal(size=(2, 8, 8))
    stopped = solve(first, second, max_vertices=20)
    assert stopped.status is Status.LIMIT
    assert "stopped at a limit: 20 vertices" in stopped.completeness
    assert stopped.component_indices == ()
    assert solve(np.zeros((4, 4)), np.zeros((4, 4)), max_equilibria=5).status is Status.LIMIT
    ints = np.random.default_rng(0).integers(0, 100, size=(2, 6, 6))
    assert solve(*ints, max_vertices=10).status is Status.LIMIT
    large = [[int(value) ** 20 for value in row] for row in ints[0]]
    assert solve(large, ints[1], max_exact_steps=490).status is Status.LIMIT


@pytest.mark.parametrize("limits", [{"max_equilibria": 5}, {"max_vertices": 20}], ids=["equilibria", "vertices"])
@pytest.mark.parametrize("kind", [float, int])
def test_what_was_found_before_a_limit_is_kept(kind, limits):
    coordination = np.eye(5, dtype=kind), np.eye(5, dtype=kind) + np.diag(np.arange(5, dtype=kind))
    everything = {repr([own.round(9).tolist() for own in found.profile]) for found in solve(*coordination)}
    assert len(everything) == 31
    stopped = solve(*coordination, **limits)
    assert stopped.status is Status.LIMIT
    assert 0 < len(stopped) < 31
    assert {repr([own.round(9).tolist() for own in found.profile]) for found in stopped} <= everything
    assert max(found.regret for found in stopped) < 1e-12


@pytest.mark.parametrize("run", [kernels.covering_pairs, kernels.covering_pairs.py_func], ids=["compiled", "python"])
@given(seed=st.integers(0, 2**32), width=st.integers(1, 62))
def test_sets_are_paired_with_all_that_contain_them(run, seed, width):
    rng = np.random.default_rng(seed)
    missing, tight = (
        np.array([[sum(1 << at for at in set(rng.integers(0, width, size).tolist())) for _ in range(2)] for _ in range(16)])
        for size in (1, 3 * width)
    )
    pairs, counts = np.empty((256, 2), np.int64), np.empty(1, np.int64)
    assert run(missing, tight, pairs, counts) == OK
    expected = {(a, b) for a in range(16) for b in range(16) if not (missing[a] & ~tight[b]).any()}
    assert len(pairs[: counts[0]]) == len(expected)
    assert set(map(tuple, pairs[: counts[0]].tolist())) == expected
    if expected:
        assert run(missing, tight, pairs[: len(expected) - 1], counts) == FULL


@pytest.mark.parametrize("sizes", [(0, 0), (3, 0), (40, 30)])
def test_equal_sets_are_paired(sizes):
    rng = np.random.default_rng(5)
    first, second = (np.unique(rng.integers(0, 4, (size, 2)), axis=0) for size in sizes)
    first, second = rng.permutation(first), rng.permutation(second)
    pairs = [tuple(own) for own in equal_sets(first, second).tolist()]
    same = {(a, b) for a, own in enumerate(first.tolist()) for b, other in enumerate(second.tolist()) if own == other}
    assert len(pairs) == len(same)
    assert set(pairs) == same
    assert not sizes[1] or same


@pytest.mark.parametrize("seed", range(4))
def test_bases_are_paired_as_sets_that_contain_them(seed):
    """Bases have a label for each dimension, and none comes twice, in degenerate games too: containing is being equal."""
    rows, columns = payoffs = np.random.default_rng(seed).integers(1, 3, (2, 4, 5)).astype(object)
    first, second = (enumerate_vertices(own, 1e-10, 10**6, 10**7) for own in (columns, rows.T))
    missing = np.array([(1 << own) - 1 for own in rows.shape]) & ~first.bases
    for own in (first.bases, second.bases):
        assert len(np.unique(own, axis=0)) == len(own)
    pairs, counts = np.empty((256, 2), np.int64), np.empty(1, np.int64)
    tight = np.ascontiguousarray(second.bases[:, ::-1])
    assert kernels.covering_pairs(missing, tight, pairs, counts) == OK
    assert {*map(tuple, pairs[: counts[0]].tolist())} == {*map(tuple, equal_sets(missing, tight).tolist())}
    assert len(match(first, second, tuple(payoffs), 10**6).indices) == counts[0]


@pytest.mark.parametrize("run", [generic_equilibria, interpreted(generic_equilibria)], ids=["compiled", "python"])
def test_the_float_kernel_says_what_it_cannot_do(run):
    def call(payoffs, most=1000, room=8, certified=1e-8):
        shape = payoffs.shape[1:]
        found, counts = np.empty((room, sum(shape) + MEASURES)), np.empty(3, np.int64)
        return run(payoffs, 1e-10, most, 2, certified, found, counts), counts[0]

    chicken = np.array([[[3.0, 1.0], [4.0, 0.0]], [[3.0, 4.0], [1.0, 0.0]]])
    assert call(chicken) == (OK, 3)
    assert call(chicken, room=2)[0] == FULL
    assert call(chicken, most=1)[0] == LIMIT
    assert call(chicken, certified=-1.0)[0] == UNDECIDED
    assert call(np.array([[[0.0, 0.0], [1.0, -1.0]], [[2.0, 2.0], [1.0, -1.0]]]))[0] == UNDECIDED


def test_forms_that_it_does_not_take():
    solver = VertexEnumeration()
    three = StrategicForm.from_arrays(*np.zeros((3, 2, 2, 2)), name="three sides")
    with pytest.raises(SolverError, match="game 'three sides': VertexEnumeration cannot take it: it takes two players"):
        solver.solve(three)
    tree = build_tree(("a", "b"), ("move", "a", {"x": "o", "y": "o"}), {"o": [0, 0]})
    with pytest.raises(SolverError, match="convert the tree"):
        solver.solve(tree)
    with pytest.raises(SolverError, match="at most 62 a player"):
        solver.solve(StrategicForm.from_arrays(*np.zeros((2, 63, 2))))


def test_exact_payoffs_of_a_form():
    form = StrategicForm.from_arrays(np.array([[3, 0]], np.uint64), [[Fraction(1, 3), 2**70]], name="mixed")
    assert form.exact.tolist() == [[[3, 0]], [[Fraction(1, 3), 2**70]]]
    assert all(isinstance(value, Fraction) for value in form.exact.ravel())
    assert form.payoffs.tolist() == [[[3.0, 0.0]], [[1 / 3, 2.0**70]]]
    assert StrategicForm.from_arrays([[3, 0]], [[0.5, 1]]).exact is None
    assert StrategicForm.from_arrays(np.eye(2, dtype=bool), np.eye(2, dtype=np.int8)).exact[0, 1, 1] == 1
    with pytest.raises(GameError, match="the exact payoffs differ from the floats"):
        StrategicForm(form.payoffs + 1.0, form.strategies, form.players, form.name, form.rational)
    with pytest.raises(GameError, match="a payoff is larger than any float"):
        StrategicForm.from_arrays([[10**400]], [[1]])
    with pytest.raises(GameError, match="not a rectangular array of numbers"):
        StrategicForm.from_arrays([[1, 2], [3]], [[1, 2], [3]])
    with pytest.raises(SizeError, match="10000000 pure profiles; at most"):
        StrategicForm.from_arrays(*(np.broadcast_to(0, (10_000, 1_000)),) * 2)


@given(
    numbers=st.lists(st.integers(-40, 40) | st.integers(-(2**40), 2**40), min_size=2, max_size=9),
    tol=st.sampled_from([0.0, 1e-12, 1e-6, 0.02]),
)
@example(numbers=[0, 2**30, 1], tol=1e-12)
@example(numbers=[2**25, 2**25 + 1, 2**25 + 3], tol=1e-12)
def test_whole_numbers_are_read_as_their_shares_would_be(numbers, tol):
    """Either way the game has the same integers, once shifted and divided by what they have in common."""
    payoffs = np.array([numbers], float)
    whole, shares = integer_payoffs._whole(payoffs, tol), integer_payoffs._simple(payoffs, tol)[0]
    if whole is not None:
        shape = payoffs.shape
        assert (integer_payoffs._positive(whole, shape) == integer_payoffs._positive(shares, shape)).all()
    assert (whole is None) == (tol * np.ptp(payoffs) >= 1 or 32 * np.abs(payoffs).max() * np.ptp(payoffs) >= 2.0**51)
    assert integer_payoffs._whole(payoffs + 0.25, tol) is None
