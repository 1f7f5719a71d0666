"""Batches of small games, against fractions and against the solver of single games."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deterrence_games.errors import GameError, SizeError, SolverError
from deterrence_games.forms import StrategicForm
from deterrence_games.kernels import batch_enumeration, pair_regret, regret, small_games
from deterrence_games.kernels.jit import OK, UNDECIDED, interpreted
from deterrence_games.kernels.support_sieve import BLOCK
from deterrence_games.kernels.two_by_two_by_two import MOST, solve_clear_games
from deterrence_games.results.batch import PAIRS, BatchStatus
from deterrence_games.solvers.batch import CHUNK, SMALL_CHUNK, BatchEnumeration, solve_batch
from deterrence_games.solvers.polynomial_enumeration import PolynomialEnumeration, enumerate_games
from deterrence_games.solvers.support_enumeration import SupportEnumeration
from tests.oracles.small_exact import extreme_equilibria, joined, listed

SHAPES = [(1, 1), (1, 3), (4, 1), (2, 2), (2, 3), (4, 2), (3, 3), (3, 4), (4, 4)]
CHICKEN = [[[3, 1], [4, 0]], [[3, 4], [1, 0]]]
NEAR_TIE = [[[1.0, 1.0], [1.0 - 1e-11, 0.0]], [[1.0, 0.0], [0.0, 1.0]]]


def flat(profiles):
    return np.array([np.concatenate([np.array(own, dtype=float) for own in profile]) for profile in profiles])


def assert_exact(solution, payoffs):
    """The same extreme equilibria in the same order, and the word on continua, as in fractions."""
    for k, (first, second) in enumerate(payoffs.tolist()):
        exact = listed(extreme_equilibria(first, second))
        assert solution.count[k] == len(exact)
        np.testing.assert_allclose(flat(solution.game(k)), flat(exact), rtol=0, atol=1e-14)
        assert solution.status[k] == (BatchStatus.CONTINUUM if joined(exact) else BatchStatus.COMPLETE)


def assert_same_as_one_by_one(solution, payoffs):
    for k, (first, second) in enumerate(payoffs):
        one = SupportEnumeration().solve(StrategicForm.from_arrays(first, second))
        assert one.complete
        assert solution.complete[k]
        assert solution.count[k] == len(one)
        np.testing.assert_allclose(flat(solution.game(k)), flat(found.profile for found in one), rtol=0, atol=1e-9)
        assert (solution.status[k] == BatchStatus.CONTINUUM) == any(len(members) > 1 for members in one.components)


def test_all_2x2_games_with_payoffs_0_1_2():
    payoffs = np.array(list(itertools.product(range(3), repeat=8))).reshape(-1, 2, 2, 2)
    solution = solve_batch(payoffs)
    assert_exact(solution, payoffs)
    assert solution.regret.max() < 1e-15
    short = solve_batch(payoffs, BatchEnumeration(profiles=False))
    for name in ("count", "status", "mask", "mixing"):
        np.testing.assert_array_equal(getattr(short, name), getattr(solution, name))
    assert all(np.array_equal(flat(short.game(k)), flat(solution.game(k))) for k in range(len(payoffs)))
    assert_same_as_one_by_one(solve_batch(payoffs[::7]), payoffs[::7])


@pytest.mark.parametrize("shape", SHAPES)
@given(seed=st.integers(0, 2**32), levels=st.sampled_from([1, 2, 3, 10**6]))
def test_extreme_equilibria_match_fractions(shape, seed, levels):
    payoffs = np.random.default_rng(seed).integers(0, levels, size=(2, 2, *shape))
    assert_exact(solve_batch(payoffs), payoffs)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("levels", [3, None])
def test_batches_equal_the_solver_of_single_games(shape, levels):
    rng = np.random.default_rng(len(shape) * sum(shape))
    size = (60, 2, *shape)
    payoffs = rng.normal(size=size) if levels is None else rng.integers(0, levels, size=size).astype(float)
    solution = solve_batch(payoffs)
    assert_same_as_one_by_one(solution, payoffs)
    if levels is None:
        assert (solution.count % 2 == 1).all()
        assert (solution.status == BatchStatus.COMPLETE).all()


@given(seed=st.integers(0, 2**32), scale=st.sampled_from([2.0**-1000, 2.0**-40, 2.0**900, 2.0**1020]))
def test_nothing_depends_on_scale_and_shift(seed, scale):
    rng = np.random.default_rng(seed)
    for shape in ((2, 2), (3, 3)):
        payoffs = rng.integers(-2, 3, size=(4, 2, *shape)).astype(float)
        plain, scaled, shifted = solve_batch(payoffs), solve_batch(scale * payoffs), solve_batch(payoffs + 1e6)
        for other in (scaled, shifted):
            np.testing.assert_array_equal(other.status, plain.status)
            np.testing.assert_array_equal(other.count, plain.count)
            np.testing.assert_allclose(other.profiles, plain.profiles, rtol=0, atol=1e-14)


@pytest.mark.parametrize("step", [1e-16, 1e-13, 1e-11, 1e-7])
@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (3, 3)])
def test_near_ties_are_treated_as_in_single_games(shape, step):
    rng = np.random.default_rng(5)
    payoffs = rng.integers(0, 3, size=(80, 2, *shape)) + step * rng.integers(-1, 2, size=(80, 2, *shape))
    solution = solve_batch(payoffs)
    for k, (first, second) in enumerate(payoffs):
        one = SupportEnumeration().solve(StrategicForm.from_arrays(first, second))
        assert solution.complete[k] >= one.complete
        if one.complete or not solution.complete[k]:  # what is undecided may be listed twice there
            distinct = {tuple(row) for row in flat(found.profile for found in one).round(7).tolist()}
            assert {tuple(row) for row in flat(solution.game(k)).round(7).tolist()} == distinct


def test_a_near_tie_is_undecided_and_named():
    games = [NEAR_TIE, CHICKEN]
    solution = solve_batch(games)
    assert solution.status.tolist() == [BatchStatus.UNDECIDED, BatchStatus.COMPLETE]
    assert solution.complete.tolist() == [False, True]
    assert solution.games(BatchStatus.UNDECIDED).tolist() == [0]
    assert solve_batch(games, BatchEnumeration(tol=1e-10)).complete.all()
    assert "1 not decided: near a tie, or a continuum of several players; equilibria may be missing: game 0" in repr(solution)


@pytest.mark.parametrize("shape", [(2, 2), (3, 2), (4, 4)])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_payoffs_that_are_not_finite_are_marked_and_the_others_solved(shape, bad):
    payoffs = np.random.default_rng(1).normal(size=(17, 2, *shape))
    expected = solve_batch(payoffs)
    broken = payoffs.copy()
    broken[3, 0, -1, -1] = broken[9, 1, 0, 0] = broken[10, 0] = bad
    broken[16] = bad
    solution = solve_batch(broken)
    assert solution.games(BatchStatus.INVALID).tolist() == [3, 9, 10, 16]
    assert solution.count[[3, 9, 10, 16]].tolist() == [0, 0, 0, 0]
    assert solution.game(3) == ()
    for k in set(range(17)) - {3, 9, 10, 16}:
        np.testing.assert_array_equal(flat(solution.game(k)), flat(expected.game(k)))
    assert "4 a payoff is NaN or infinite: game 3, 9, 10, 16" in repr(solution)


@pytest.mark.parametrize("shape", [(2, 2), (3, 4)])
def test_any_layout_and_dtype_of_numbers(shape):
    payoffs = np.random.default_rng(2).integers(-9, 10, size=(50, 2, *shape)).astype(float)
    expected = solve_batch(payoffs)
    frozen = payoffs.copy()
    frozen.setflags(write=False)
    wide = np.zeros((100, *payoffs.shape[1:]))
    wide[::2] = payoffs
    inputs = [
        frozen, wide[::2], np.asfortranarray(payoffs), payoffs.astype(np.float32), payoffs.astype(np.int8),
        payoffs.astype(">f8"), payoffs.tolist(), np.moveaxis(np.moveaxis(payoffs, 0, -1).copy(), -1, 0),
    ]  # fmt: skip
    for given_as in inputs:
        solution = solve_batch(given_as)
        np.testing.assert_array_equal(solution.profiles, expected.profiles)
        np.testing.assert_array_equal(solution.status, expected.status)
    assert (payoffs == frozen).all()


@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (2, 2, 2)])
def test_integers_that_are_no_floats_are_told_apart(shape, dtype):
    """Equilibria do not change with a constant, at either end of 64 bits."""
    small = np.random.default_rng(6).integers(0, 4, (20, len(shape), *shape))
    plain = solve_batch(small)
    ends = np.iinfo(dtype)
    for shifted in (small.astype(dtype) + dtype(ends.max - 3), small.astype(dtype) + dtype(ends.min)):
        found = solve_batch(shifted)
        np.testing.assert_array_equal(found.profiles, plain.profiles)
        np.testing.assert_array_equal(found.status, plain.status)
    apart = small.astype(dtype)
    apart[:, 0] = np.where(small[:, 0] > 1, ends.max, ends.min)  # differences beyond the signed integers
    zero = small.copy()
    zero[:, 0] = small[:, 0] > 1
    np.testing.assert_array_equal(solve_batch(apart).profiles, solve_batch(zero).profiles)


def test_kernels_compile_once():
    for shape in SHAPES:
        solve_batch(np.ones((3, 2, *shape)))
    solve_batch([NEAR_TIE, CHICKEN])
    solve_batch(np.ones((3, 2, 3, 3), np.float32)[::2])
    for kernel in (
        small_games.classify_games, small_games.write_profiles,
        batch_enumeration.enumerate_games, batch_enumeration.resolve_games,
    ):  # fmt: skip
        assert len(kernel.signatures) == 1


@pytest.mark.parametrize(("shape", "games"), [((2, 2), 3 * SMALL_CHUNK + 5), ((2, 3), 3 * CHUNK + 5)])
def test_threads_change_nothing(shape, games):
    payoffs = np.random.default_rng(3).integers(0, 40, size=(games, 2, *shape))
    one, three = (solve_batch(payoffs, BatchEnumeration(threads=threads)) for threads in (1, 3))
    for name in ("count", "status", "offsets", "profiles", "regret", "mask", "mixing"):
        np.testing.assert_array_equal(getattr(one, name), getattr(three, name))
    assert one.offsets[-1] == one.count.sum(dtype=np.int64) == len(one.profiles)
    last = solve_batch(payoffs[-1:])
    np.testing.assert_array_equal(flat(one.game(-1)), last.profiles)


def test_many_profiles_a_game_make_room_for_themselves():
    solution = solve_batch(np.zeros((500, 2, 4, 4)))
    assert (solution.count == 16).all()
    assert (solution.status == BatchStatus.CONTINUUM).all()
    assert (solution.profiles.reshape(500, 16, 8) == solution.profiles[:16]).all()
    assert (solution.regret == 0).all()


def test_room_is_made_for_games_with_more_equilibria_than_the_first():
    payoffs = np.zeros((CHUNK + 100, 2, 3, 3))
    payoffs[:CHUNK, :, 0, 0] = 1.0
    payoffs[:CHUNK, 0, 0] += 1.0
    payoffs[:CHUNK, 1, :, 0] += 1.0
    solution = solve_batch(payoffs)
    assert (solution.count == np.where(np.arange(len(payoffs)) < CHUNK, 1, 9)).all()
    assert len(solution.profiles) == len(solution.regret) == CHUNK + 900
    np.testing.assert_array_equal(solution.profiles[CHUNK:], np.tile(flat(solution.game(-1)), (100, 1)))


@pytest.mark.parametrize("shape", [(2, 3), (4, 4)])
def test_a_game_does_not_depend_on_its_neighbours(shape):
    rng = np.random.default_rng(6)
    payoffs = rng.normal(size=(2 * BLOCK + 3, 2, *shape))
    payoffs[::3] = rng.integers(0, 2, size=payoffs[::3].shape)
    payoffs[7, 0, 0, 0], payoffs[BLOCK, 1], payoffs[BLOCK + 1], payoffs[-1, 1, 0, 0] = np.nan, 0.0, 1e-300, np.inf
    solution = solve_batch(payoffs)
    for k in range(len(payoffs)):
        alone = solve_batch(payoffs[k : k + 1])
        assert (alone.count[0], alone.status[0]) == (solution.count[k], solution.status[k])
        np.testing.assert_array_equal(flat(solution.game(k)), flat(alone.game(0)))


@pytest.mark.parametrize("shape", SHAPES)
def test_no_games(shape):
    solution = solve_batch(np.empty((0, 2, *shape)))
    assert (len(solution), solution.offsets.tolist(), solution.profiles.shape) == (0, [0], (0, sum(shape)))
    assert repr(solution).startswith("0 games of ")
    with pytest.raises(GameError, match="there is no game 0"):
        solution.game(0)


def test_entry_deterrence_has_three_extreme_equilibria():
    """The game that Nashpy and QuantEcon get wrong: entry, and a threat that any probability from one half on makes good."""
    solution = solve_batch([[[[0, 0], [1, -1]], [[2, 2], [1, -1]]]])
    assert flat(solution.game(0)).tolist() == [[1, 0, 0, 1], [0, 1, 1, 0], [1, 0, 0.5, 0.5]]
    assert solution.status[0] == BatchStatus.CONTINUUM
    assert BatchStatus(solution.status[0]).words == "all extreme equilibria found; some are ends of a continuum"


def test_it_can_be_read():
    solution = solve_batch([CHICKEN, np.zeros((2, 2, 2))])
    assert repr(solution) == (
        "2 games of 2 x 2 strategies: 7 extreme equilibria by BatchEnumeration()\n"
        "1 all equilibria found; each is isolated\n"
        "1 all extreme equilibria found; some are ends of a continuum"
    )
    table = solution.to_dataframe()
    assert list(table) == ["game", "status", "regret", "player 1: 0", "player 1: 1", "player 2: 0", "player 2: 1"]
    assert table["game"].tolist() == [0, 0, 0, 1, 1, 1, 1]
    assert table["player 1: 0"].tolist() == [1, 0, 0.5, 1, 1, 0, 0]
    short = solve_batch([CHICKEN], BatchEnumeration(profiles=False))
    assert "by BatchEnumeration(profiles=False)" in repr(short)
    with pytest.raises(GameError, match="solve with profiles=True"):
        short.to_dataframe()


def test_payoffs_that_are_no_batch():
    for wrong in (np.zeros((2, 2)), np.zeros((5, 3, 2, 2)), np.zeros((2, 2, 2)), np.zeros((4, 1, 3)), 3.0):
        with pytest.raises(GameError, match=r"give payoffs\[game, player, a_1, \.\.\., a_n\]"):
            solve_batch(wrong)
    with pytest.raises(GameError, match="not a rectangular array"):
        solve_batch([CHICKEN, [[[1, 2]], [[1, 2]]]])
    for kind in (complex, str, object):
        with pytest.raises(GameError, match="not real numbers"):
            solve_batch(np.zeros((1, 2, 2, 2)).astype(kind))
    for shape in ((2, 2), (3, 2), (2, 2, 2), (1, 2, 3)):
        nothing = solve_batch(np.full((2, len(shape), *shape), np.inf))
        assert (nothing.count.tolist(), nothing.status.tolist()) == ([0, 0], [BatchStatus.INVALID] * 2)
        assert len(solve_batch(np.zeros((0, len(shape), *shape)))) == 0
    with pytest.raises(GameError, match="a batch of 2 x 0 games: a player has no strategy"):
        solve_batch(np.zeros((1, 2, 2, 0)))


def test_games_that_it_does_not_take():
    with pytest.raises(SizeError, match="a batch of 5 x 2 games: BatchEnumeration takes at most 4 strategies a player"):
        solve_batch(np.zeros((1, 2, 5, 2)))
    with pytest.raises(SolverError, match="profiles=False is for 2 x 2 games only"):
        solve_batch(np.zeros((1, 2, 3, 2)), BatchEnumeration(profiles=False))
    with pytest.raises(SolverError, match="profiles=False is for 2 x 2 games only"):
        solve_batch(np.zeros((1, 3, 2, 2, 2)), BatchEnumeration(profiles=False))
    for options in ({"tol": -1.0}, {"tol": np.nan}, {"tol": 0.1}, {"threads": 0}):
        with pytest.raises(SolverError, match="BatchEnumeration: "):
            BatchEnumeration(**options)


def test_a_result_beyond_the_limit_is_refused():
    with pytest.raises(SizeError, match=r"a batch of 1000 games: the result takes more than .* GB, max_gigabytes is 1e-05"):
        solve_batch(np.zeros((1000, 2, 2, 2)), BatchEnumeration(max_gigabytes=1e-5))
    for shape in ((2, 2), (3, 3)):  # the profiles alone are too many
        with pytest.raises(SizeError, match="solve the batch in parts"):
            solve_batch(np.zeros((1000, 2, *shape)), BatchEnumeration(max_gigabytes=1e-4))
    assert len(solve_batch(np.zeros((1000, 2, 2, 2)), BatchEnumeration(max_gigabytes=1e-4, profiles=False))) == 1000


@pytest.mark.parametrize("run", [small_games.classify_games, small_games.classify_games.py_func], ids=["compiled", "python"])
def test_the_closed_form_leaves_near_ties_open(run):
    games = np.array([CHICKEN, NEAR_TIE, np.zeros((2, 2, 2)), np.full((2, 2, 2), np.nan)]).astype(float)
    count, status, mask = np.empty(4, np.uint16), np.empty(4, np.uint8), np.empty(4, np.uint16)
    mixing = np.empty((2, 4))
    with np.errstate(invalid="ignore"):
        run(games.reshape(-1), 1e-5, np.empty(small_games.BLOCK), count, status, mask, *mixing)
    assert status.tolist() == [small_games.COMPLETE, small_games.DOUBTFUL, small_games.CONTINUUM, small_games.DOUBTFUL]
    assert (count[[0, 2]].tolist(), mask[[0, 2]].tolist()) == ([3, 4], [0b100000110, 0b1111])
    assert mixing[:, 0].tolist() == [0.5, 0.5]
    assert np.isnan(mixing[:, 2]).all()


@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (4, 4)])
@given(seed=st.integers(0, 2**32))
def test_the_certificate_agrees_with_that_of_single_games(shape, seed):
    rng = np.random.default_rng(seed)
    payoffs = rng.normal(size=(1, 2, *shape))
    row = np.concatenate([rng.dirichlet(np.ones(size)) for size in shape])
    sizes = np.array(shape)
    ranges = payoffs[0].reshape(2, -1).max(axis=1) - payoffs[0].reshape(2, -1).min(axis=1)
    expected, _ = regret.profile_regret(payoffs[0].reshape(2, -1), sizes, row, np.array([0, shape[0], sum(shape)]))
    runs = [pair_regret.pair_regret, pair_regret.pair_regret.py_func]
    if shape == (2, 2):
        runs += [pair_regret.pair_regret_2x2, pair_regret.pair_regret_2x2.py_func]
    for run in runs:
        gain, share = run(payoffs, 0, row[None], 0)
        assert gain == pytest.approx(expected, abs=1e-12)
        assert expected / ranges.max() - 1e-12 <= share <= expected / ranges.min() + 1e-12
        for wrong in (row * 1.1, np.where(np.arange(len(row)) == 0, np.nan, row), row - 2 * (np.arange(len(row)) == 0)):
            assert run(payoffs, 0, wrong[None], 0) == (np.inf, np.inf)


def test_kernels_and_results_use_the_same_numbers():
    names = {"COMPLETE": small_games.COMPLETE, "CONTINUUM": small_games.CONTINUUM, "UNDECIDED": UNDECIDED}
    names["INVALID"] = small_games.INVALID
    assert names == {status.name: status.value for status in BatchStatus}
    assert [*PAIRS] == [*zip(small_games.ROW_OF_BIT.tolist(), small_games.COLUMN_OF_BIT.tolist(), strict=True)]
    assert all(small_games.BIT_OF_PAIR[pair] == bit for bit, pair in enumerate(PAIRS))


@pytest.mark.parametrize("shape", [(2, 2, 2), (2, 3, 2)])
def test_several_players_as_one_by_one(shape):
    games = np.random.default_rng(8).normal(size=(12, 3, *shape))
    games[3], games[5, 0, 0, 0, 0] = 0.0, np.nan
    solution = solve_batch(games)
    assert BatchStatus(solution.status[5]) is BatchStatus.INVALID
    assert solution.count[5] == 0
    assert BatchStatus(solution.status[3]) is BatchStatus.UNDECIDED
    for k in range(len(games)):
        if k == 5:
            continue
        alone = PolynomialEnumeration().solve(StrategicForm.from_arrays(*games[k]))
        assert alone.complete == (solution.status[k] == BatchStatus.COMPLETE)
        assert len(alone) == solution.count[k]
        together = sorted(tuple(np.concatenate(profile).round(9)) for profile in solution.game(k))
        assert together == sorted(tuple(np.concatenate(found.profile).round(9)) for found in alone)
    assert np.nanmax(solution.regret) < 1e-8


def test_threads_change_nothing_for_several_players():
    games = np.random.default_rng(9).normal(size=(2 * CHUNK + 3, 3, 2, 2, 2))
    one, two = (solve_batch(games, BatchEnumeration(threads=threads)) for threads in (1, 2))
    np.testing.assert_array_equal(one.count, two.count)
    np.testing.assert_array_equal(one.profiles, two.profiles)
    assert (one.count % 2 == 1).all()


def cubes(kind, number, seed=17):
    """Games of 2x2x2 strategies: generic, with ties, or near ties."""
    rng = np.random.default_rng(seed)
    if kind == "generic":
        return rng.normal(size=(number, 3, 2, 2, 2))
    games = rng.integers(0, 4, size=(number, 3, 2, 2, 2)).astype(float)
    return games if kind == "ties" else games + 1e-5 * rng.normal(size=games.shape)


@pytest.mark.parametrize("kind", ["generic", "ties", "near ties"])
def test_closed_form_of_three_players_is_the_complete_search(kind):
    games = cubes(kind, 3000)
    solution, searched = solve_batch(games), enumerate_games(games)
    np.testing.assert_array_equal(solution.count, searched.count)
    np.testing.assert_array_equal(solution.complete, searched.status == OK)
    for k in range(len(games)):
        own = solution.profiles[solution.offsets[k] : solution.offsets[k + 1]]
        other = searched.profiles[searched.first[k] : searched.first[k + 1]]
        own, other = (rows[np.lexsort(rows.round(7).T)] for rows in (own, other))
        np.testing.assert_allclose(own, other, rtol=0, atol=1e-8)


@pytest.mark.parametrize("scale", [1e-300, 1e-250, 1e250, 1.7e308])
def test_closed_form_of_three_players_at_any_scale(scale):
    games = cubes("generic", 200)
    games /= np.abs(games).max()
    np.testing.assert_array_equal(solve_batch(scale * games).count, solve_batch(games).count)


@pytest.mark.parametrize("run", [solve_clear_games, interpreted(solve_clear_games)], ids=["compiled", "python"])
def test_clear_games_are_nearly_all_and_odd(run):
    games = cubes("generic", 300 if run is solve_clear_games else 40).reshape(-1, 3, 8)
    games[7], games[8, 1, 3] = 0.0, np.nan
    count, profile = np.empty(len(games), np.int64), np.empty((MOST * len(games), 6))
    rows = run(games, 1e-5, np.empty((3, 2, 2)), count, profile)
    assert count[7] == count[8] == -1
    clear = np.delete(count, [7, 8])
    assert (clear % 2 == 1).all()
    assert rows == clear.sum()
