"""All Nash equilibria of games with many players: against exact arithmetic, against other solvers, and from random starts."""

from fractions import Fraction
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deterrence_games.errors import GameError, SizeError, SolverError
from deterrence_games.forms import InformationSet, StrategicForm
from deterrence_games.kernels import polynomial_enumeration as kernels
from deterrence_games.kernels.jit import LIMIT, OK, UNDECIDED, interpreted
from deterrence_games.kernels.multilinear_findings import CONTINUUM
from deterrence_games.results import Status
from deterrence_games.solvers import polynomial_enumeration as solvers
from deterrence_games.solvers.polynomial_enumeration import PolynomialEnumeration, enumerate_games
from tests.exact_games import exact_equilibria
from tests.nash_agreement import compare_supports
from tests.oracles.polynomial_nash import supports_of
from tests.trees import build_tree, random_tree

VOLUNTEERS = np.array([[[0, 1], [1, 0]], [[1, 0], [0, 0]]])


def solve(payoffs, **options):
    return PolynomialEnumeration(**options).solve(StrategicForm.from_arrays(*payoffs, name="test game"))


@given(
    seed=st.integers(0, 2**32),
    shape=st.sampled_from([(2, 2, 2), (2, 3, 2), (1, 2, 3), (2, 2, 2, 1)]),
    levels=st.sampled_from([2, 3, 4, 10]),
)
@example(seed=0, shape=(2, 2, 2), levels=1)
def test_integer_games_miss_nothing_against_exact_arithmetic(seed, shape, levels):
    payoffs = np.random.default_rng(seed).integers(0, levels, size=(len(shape), *shape))
    found = compare_supports(payoffs)
    assert not found.wrong
    assert found.decided > 0


@settings(max_examples=2)
@given(seed=st.integers(0, 2**32), levels=st.sampled_from([3, 6]))
def test_three_strategies_each_miss_nothing_against_exact_arithmetic(seed, levels):
    payoffs = np.random.default_rng(seed).integers(0, levels, size=(3, 3, 3, 3))
    found = compare_supports(payoffs)
    assert not found.wrong
    assert found.decided > 300


@given(seed=st.integers(0, 2**32), levels=st.sampled_from([3, 10, 10**6]))
def test_two_players_match_fractions(seed, levels):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, levels, size=(2, *rng.integers(1, 4, size=2)))
    solution = solve([first, second])
    exact = [
        np.array([float(share) for own in pair for share in own]) for pair in exact_equilibria(first.tolist(), second.tolist())
    ]
    found = [np.concatenate(equilibrium.profile) for equilibrium in solution]
    for point in found:
        assert solution[0].regret <= 1e-9 * levels
        if solution.complete:
            assert min(np.abs(point - own).max() for own in exact) <= 1e-9
    if solution.complete:
        assert len(found) == len(exact)
    if levels == 10**6:
        assert solution.complete


@pytest.mark.parametrize(
    ("shape", "games"), [((2, 2, 2), 300), ((2, 2, 2, 2), 60), ((2, 3, 3), 60), ((3, 3, 3), 20), ((2, 2, 2, 2, 2), 15)]
)
def test_generic_games_are_decided_and_have_an_odd_number_of_equilibria(shape, games):
    payoffs = np.random.default_rng(sum(shape)).random((games, len(shape), *shape))
    found = enumerate_games(payoffs)
    assert (found.status == OK).all()
    assert (found.count % 2 == 1).all()
    assert found.regular.all()
    assert len(found.open_kinds) == 0


def indifference(payoffs, supports, profile):
    """Each player's gains of the other strategies in use over the first, and whether one out of use is better."""
    gains, better = [], False
    for player, used in enumerate(supports):
        worth = payoffs[player]
        for other in range(len(supports) - 1, -1, -1):
            if other != player:
                worth = np.tensordot(worth, profile[other], axes=(other, 0))
        gains += [worth[action] - worth[used[0]] for action in used[1:]]
        better = better or worth.max() > worth[used[0]] + 1e-9
    return np.array(gains), better


def newton(payoffs, supports, rng):
    """Newton's iteration with numerical slopes from random mixtures; an equilibrium on the support, or None."""
    sizes = [len(own) for own in supports]
    ends = np.cumsum([size - 1 for size in sizes])[:-1]

    def profile_at(point):
        profile = []
        for own, shares, strategies in zip(supports, np.split(point, ends), payoffs.shape[1:], strict=True):
            mixed = np.zeros(strategies)
            mixed[list(own)] = [1 - shares.sum(), *shares]
            profile.append(mixed)
        return profile

    point = np.concatenate([rng.dirichlet(np.ones(size))[1:] for size in sizes])
    for _ in range(20):
        value, _ = indifference(payoffs, supports, profile_at(point))
        slopes = np.empty((point.size, point.size))
        for k in range(point.size):
            step = np.zeros(point.size)
            step[k] = 1e-6
            slopes[:, k] = (indifference(payoffs, supports, profile_at(point + step))[0] - value) / 1e-6
        if point.size == 0 or abs(np.linalg.det(slopes)) < 1e-12:
            break
        point = np.clip(point - np.linalg.solve(slopes, value), -2, 3)
    profile = profile_at(point)
    value, better = indifference(payoffs, supports, profile)
    if np.abs(value).max(initial=0.0) > 1e-12 or better or min(own.min() for own in profile) < 0:
        return None
    return np.concatenate(profile)


@settings(max_examples=4)
@given(seed=st.integers(0, 2**32), shape=st.sampled_from([(2, 2, 2), (2, 3, 3), (2, 2, 2, 2)]))
def test_newton_from_random_starts_finds_nothing_new(seed, shape):
    rng = np.random.default_rng(seed)
    payoffs = rng.random((len(shape), *shape))
    known = enumerate_games(payoffs[None])
    assert known.status[0] == OK
    every = list(supports_of(shape))
    for supports in [every[k] for k in rng.permutation(len(every))[:20]]:
        for _ in range(2):
            point = newton(payoffs, supports, rng)
            if point is not None:
                distance = np.abs(known.profiles - point).max(axis=1)
                assert distance.min() <= 1e-8


@settings(max_examples=10)
@given(seed=st.integers(0, 2**32), levels=st.sampled_from([3, 1000]))
def test_compiled_and_interpreted_kernels_agree(seed, levels):
    payoffs = np.random.default_rng(seed).integers(0, levels, size=(1, 3, 2, 2, 2))
    compiled = enumerate_games(payoffs, max_support_boxes=200)
    with patch.object(kernels, "enumerate_supports", interpreted(kernels.enumerate_supports)):
        plain = enumerate_games(payoffs, max_support_boxes=200)
    assert (plain.status == compiled.status).all()
    assert (plain.open_supports == compiled.open_supports).all()
    assert np.allclose(plain.profiles, compiled.profiles, atol=1e-12)


@given(seed=st.integers(0, 2**32), scale=st.sampled_from([2.0**-900, 3e-12, 1e12, 2.0**900]), shift=st.sampled_from([0, 1000]))
def test_equilibria_do_not_depend_on_scale_and_shift(seed, scale, shift):
    payoffs = np.random.default_rng(seed).integers(0, 50, size=(3, 2, 3, 2)).astype(float)
    moved = enumerate_games(scale * (payoffs + shift)[None])
    same = enumerate_games(payoffs[None])
    assert len(moved.profiles) == len(same.profiles)
    assert np.allclose(moved.profiles, same.profiles, atol=1e-9)


def test_volunteers_have_eight_equilibria():
    """Of three, exactly one should move: three ways, each pair mixing evenly beside one who stays out, and so on."""
    solution = solve([VOLUNTEERS] * 3)
    assert solution.status is Status.COMPLETE
    assert len(solution) == 8
    assert {equilibrium.strict for equilibrium in solution} == {True, False}
    mixed = solution[7]
    assert np.allclose(np.concatenate(mixed.profile), [2 / 3, 1 / 3] * 3)
    assert mixed.payoffs["player 1"] == pytest.approx(4 / 9)
    assert mixed.behavior[InformationSet("player 2", "", ())]["1"] == pytest.approx(1 / 3)
    assert "each of 27 supports was proved empty or solved" in solution.completeness
    assert max(equilibrium.regret for equilibrium in solution) <= 1e-15


def test_one_support_may_hold_several_equilibria():
    """Payoffs for which the three indifference conditions reduce to ``(4 x - 1) (4 x - 3) = 0``, x the same for all."""
    payoffs = np.zeros((3, 2, 2, 2))
    for player in range(3):
        rivals = [rival for rival in range(3) if rival != player]
        for cell in np.ndindex(2, 2, 2):
            if cell[player] == 1:
                payoffs[(player, *cell)] = {0: 3, 1: -5, 2: 3}[sum(cell[rival] for rival in rivals)]
    solution = solve(payoffs)
    assert solution.complete
    interior = [np.concatenate(e.profile) for e in solution if min(map(min, e.profile)) > 0]
    assert sorted(point[0] for point in interior) == pytest.approx([0.25, 0.75])


def test_a_continuum_is_named_and_nothing_is_called_complete():
    """An entrant, a defender who is indifferent if nobody enters, and an onlooker."""
    entrant = np.array([[0, 0], [1, -1]])
    defender = np.array([[2, 2], [1, -1]])
    payoffs = [np.stack([own, own], axis=2) for own in (entrant, defender)]
    onlooker = np.stack([np.zeros((2, 2)), np.ones((2, 2))], axis=2)
    form = StrategicForm.from_arrays(
        *payoffs, onlooker, strategies=[("out", "in"), ("yield", "fight"), ("sleep", "watch")], name="entry"
    )
    solution = PolynomialEnumeration().solve(form)
    assert not solution.complete
    assert solution.status is Status.FOUND
    assert (
        "a continuum of equilibria, or one that ties cut down to a point: {out} x {yield, fight} x {watch}"
        in solution.completeness
    )
    assert [equilibrium.behavior[InformationSet("player 1", "", ())]["in"] for equilibrium in solution] == [0.0, 1.0]


def test_everybody_indifferent():
    games = enumerate_games(np.zeros((1, 3, 2, 2, 2)))
    assert games.count[0] == 8
    assert games.status[0] == UNDECIDED
    assert len(games.open_kinds) == 19
    assert (games.open_kinds == CONTINUUM).all()


def test_many_games_are_solved_as_one_by_one():
    payoffs = np.random.default_rng(3).integers(0, 4, size=(300, 3, 2, 2, 2))
    together = enumerate_games(payoffs)
    assert len(together.profiles) > 0
    for game in range(0, 300, 7):
        alone = enumerate_games(payoffs[game : game + 1])
        rows = slice(together.first[game], together.first[game + 1])
        assert alone.status[0] == together.status[game]
        assert (alone.profiles == together.profiles[rows]).all()
        assert (alone.regular == together.regular[rows]).all()


def test_arrays_that_are_too_short_grow():
    """Two who coordinate on seven points have more equilibria than there is room for at first, and ties more open supports."""
    coordination = enumerate_games(np.stack([np.eye(7)] * 2)[None])
    assert coordination.status[0] == OK
    assert coordination.count[0] == 2**7 - 1
    indifferent = enumerate_games(np.zeros((1, 2, 4, 4)))
    assert len(indifferent.open_kinds) == 15 * 15 - 16


def test_fractions_are_solved_without_rounding():
    third = Fraction(1, 3)
    solution = solve((VOLUNTEERS * third).tolist() for _ in range(3))
    assert solution.complete
    assert len(solution) == 8


def test_integers_beyond_floats_are_not_called_complete():
    huge = [[[0, 10**40 + 1], [1, 7]], [[1, 0], [0, 3]]]
    solution = solve([huge] * 3)
    assert not solution.complete
    assert "the payoffs were rounded" in solution.completeness


def test_mixed_scales_are_not_called_complete():
    payoffs = VOLUNTEERS.astype(float)
    payoffs[0, 0, 0] = 1e-300
    payoffs[1, 1, 1] = 1e300
    assert not solve([payoffs] * 3).complete


def test_a_limit_is_a_status():
    payoffs = np.random.default_rng(0).random((3, 3, 3, 3))
    short = solve(payoffs, max_boxes=20)
    full = solve(payoffs)
    assert short.status is Status.LIMIT
    assert short.stats["boxes"] <= 20
    assert "the limit on boxes was reached" in short.completeness
    assert full.complete
    assert enumerate_games(payoffs[None], max_support_boxes=1).status[0] == LIMIT


def test_an_even_number_raises_the_alarm():
    games = enumerate_games(np.random.default_rng(0).random((1, 3, 2, 2, 2)))
    games.status[0] = kernels.EVEN
    with patch.object(solvers, "enumerate_games", lambda *_, **__: games):
        solution = solve(np.random.default_rng(0).random((3, 2, 2, 2)))
    assert not solution.complete
    assert "even" in solution.completeness


def test_a_solution_that_fails_its_certificate_is_dropped():
    payoffs = np.random.default_rng(0).random((3, 2, 2, 2))
    games = enumerate_games(payoffs[None])
    with patch.object(solvers, "enumerate_games", lambda *_, **__: games):
        solution = solve(1 - payoffs)
    assert not solution.complete
    assert "failed their certificate" in solution.completeness


def test_forms_that_are_refused():
    solver = PolynomialEnumeration()
    tree = build_tree(**random_tree(np.random.default_rng(0)))
    assert "strategic_form" in solver.accepts(tree)
    with pytest.raises(SolverError, match="strategic_form"):
        solver.solve(tree)
    large = StrategicForm.from_arrays(*np.zeros((3, 8, 8, 8)), name="large")
    assert "1.66e+07 supports" in solver.accepts(large)
    with pytest.raises(SizeError, match="drop dominated strategies"):
        solver.solve(large)
    with pytest.raises(GameError, match="n at least two"):
        enumerate_games(np.zeros((3, 2, 2)))
    with pytest.raises(GameError, match="finite"):
        enumerate_games(np.full((1, 2, 2, 2), np.nan))
