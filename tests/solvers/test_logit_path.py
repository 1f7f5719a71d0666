"""The logit path: every point solves the defining equations, written out anew; the branch is right; its end is certified."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deterrence_games import models
from deterrence_games.api import solve, tree_form
from deterrence_games.errors import SizeError, SolverError
from deterrence_games.forms import InformationSet, StrategicForm
from deterrence_games.forms.tree import CHANCE, LEAF
from deterrence_games.kernels import logit
from deterrence_games.results import Status
from deterrence_games.solvers.logit_path import LogitPath
from tests.trees import build_tree, random_tree

SHAPES = [(2, 2), (3, 2), (2, 2, 2), (3, 3, 3), (2, 2, 2, 2)]


def unit(payoffs):
    spread = np.ptp(payoffs)
    return payoffs / spread if spread else payoffs * 0.0


def worths(payoffs, mixed):
    """Worth of every strategy of every player against the others' mixtures."""
    found = []
    for i, own in enumerate(payoffs):
        worth = np.moveaxis(own, i, 0)
        for other in reversed([p for k, p in enumerate(mixed) if k != i]):
            worth = worth @ other
        found.append(worth)
    return found


def softmax(values):
    weights = np.exp(values - values.max())
    return weights / weights.sum()


def split(row, sizes):
    return np.split(row, np.cumsum(sizes)[:-1])[: len(sizes)]  # nobody moves: no part at all


@pytest.mark.parametrize("run", [logit.unit_rows, logit.unit_rows.py_func], ids=["compiled", "python"])
@given(
    rows=st.integers(1, 4).flatmap(
        lambda size: st.lists(st.lists(st.floats(-1.7e308, 1.7e308), min_size=size, max_size=size), min_size=1, max_size=3)
    )
)
@example(rows=[[1.7e308, -1.7e308, 0.0], [5e-324, 0.0, 0.0], [3.0, 3.0, 3.0]])
def test_payoffs_are_scaled_to_shares_of_the_range_in_fractions(run, rows):
    scaled = np.empty((len(rows), len(rows[0])))
    run(np.array(rows), scaled)
    for own, shares in zip(rows, scaled.tolist(), strict=True):
        low, span = Fraction(min(own)), Fraction(max(own)) - Fraction(min(own))
        for payoff, share in zip(own, shares, strict=True):
            assert share == pytest.approx(float((Fraction(payoff) - low) / span) if span else 0.0, rel=1e-15, abs=1e-15)


@given(seed=st.integers(0, 2**32), shape=st.sampled_from(SHAPES), whole=st.booleans())
def test_every_point_of_the_path_answers_itself(seed, shape, whole):
    rng = np.random.default_rng(seed)
    payoffs = rng.integers(0, 4, size=(len(shape), *shape)).astype(float) if whole else rng.normal(size=(len(shape), *shape))
    path = LogitPath().trace(StrategicForm.from_arrays(*payoffs))
    scaled = np.stack([unit(own) for own in payoffs])
    assert path.lambdas[0] == 0.0
    for lam, row in zip(path.lambdas, path.profiles, strict=True):
        if lam > 1e4:  # beyond, this test's own rounding times lambda is too large
            break
        mixed = split(row, shape)
        for own, worth in zip(mixed, worths(scaled, mixed), strict=True):
            np.testing.assert_allclose(own, softmax(lam * worth), atol=1e-8)


@given(seed=st.integers(0, 2**32), shape=st.sampled_from(SHAPES))
def test_the_end_of_the_path_is_an_equilibrium(seed, shape):
    payoffs = np.random.default_rng(seed).normal(size=(len(shape), *shape))
    form = StrategicForm.from_arrays(*payoffs)
    solution, path = LogitPath().solve(form), LogitPath().trace(form)
    assert solution.status is Status.FOUND
    assert not solution.complete
    assert path.reached
    (found,) = solution
    for i, worth in enumerate(worths(payoffs, found.profile)):
        assert worth.max() - found.profile[i] @ worth <= 1e-9 * np.ptp(payoffs[i]) + 1e-14
        assert found.payoffs[form.players[i]] == pytest.approx(found.profile[i] @ worth)
    np.testing.assert_allclose(np.concatenate(found.profile), path.profiles[-1], atol=1e-6)


def small_steps(payoffs, step, greatest):
    """Follow the branch by brute force: tiny steps in probabilities' log-odds, numeric derivatives, orthogonal corrections."""
    sizes = payoffs.shape[1:]
    scaled = np.stack([unit(own) for own in payoffs])
    starts = np.cumsum([0] + [size - 1 for size in sizes])

    def mixed(point):
        return [softmax(np.concatenate([[0.0], point[a:b]])) for a, b in itertools.pairwise(starts)]

    def gap(point):
        own = worths(scaled, mixed(point))
        return point[:-1] - point[-1] * np.concatenate([worth[1:] - worth[0] for worth in own])

    def slopes(point):
        return np.stack([(gap(point + h) - gap(point - h)) / 2e-6 for h in 1e-6 * np.eye(len(point))], axis=1)

    point, ahead = np.zeros(starts[-1] + 1), np.eye(starts[-1] + 1)[-1]
    while point[-1] < greatest:
        right = np.zeros(len(point))
        right[-1] = 1.0
        ahead = np.linalg.solve(np.vstack([slopes(point), ahead]), right)
        ahead /= np.linalg.norm(ahead)
        point = point + step * ahead
        matrix = np.linalg.inv(np.vstack([slopes(point), ahead]))
        for _ in range(5):
            point = point - matrix @ np.append(gap(point), 0.0)
    return mixed(point)


@pytest.mark.parametrize("seed", [3, 16])
def test_the_branch_is_the_one_that_small_steps_follow(seed):
    payoffs = np.random.default_rng(seed).normal(size=(3, 2, 2, 2))
    form = StrategicForm.from_arrays(*payoffs)
    (found,) = LogitPath().solve(form)
    for own, other in zip(found.profile, small_steps(payoffs, 0.1, 40.0), strict=True):
        np.testing.assert_allclose(own, other, atol=0.2)


def turning_game():
    """Three players with a branch that turns back."""
    rng = np.random.default_rng(5)
    while True:
        payoffs = rng.normal(size=(3, 2, 2, 2))
        if (np.diff(LogitPath().trace(StrategicForm.from_arrays(*payoffs)).lambdas) < 0).any():
            return payoffs


def test_a_branch_that_turns_back_is_followed_round_the_turns():
    payoffs = turning_game()
    path = LogitPath().trace(StrategicForm.from_arrays(*payoffs))
    turn = int(np.argmax(np.diff(path.lambdas) < 0))
    assert path.lambdas[turn] > path.lambdas[turn + 1]
    assert path.reached
    end = np.concatenate(small_steps(payoffs, 0.05, path.lambdas[: turn + 1].max() + 20.0))
    np.testing.assert_allclose(path.profiles[-1], end, atol=0.2)


@given(seed=st.integers(0, 2**32))
def test_coordination_leads_to_the_risk_dominant_equilibrium(seed):
    """Two strict equilibria, equal stakes: the branch selects the one with the larger product of losses.

    Derived here: let the losses of each player sum to one, so that the log-odds are lambda (q - q*) and lambda (p - p*). Where
    the products are equal, p* + q* = 1, exchanging p with 1 - q maps the branch onto itself; only there can it change sides.
    With unequal stakes the player with more at stake moves first, and the branch may lead to the other equilibrium.
    """
    rng = np.random.default_rng(seed)
    own, other = rng.uniform(0.1, 0.9, size=2)  # losses at the first equilibrium
    if abs(own + other - 1) < 0.01:
        return
    first = np.array([[2, 0], [2 - own, 1 - own]])  # a range of two for both
    second = np.array([[2, 2 - other], [0, 1 - other]])
    (found,) = LogitPath().solve(StrategicForm.from_arrays(first, second))
    selected = 0 if own * other > (1 - own) * (1 - other) else 1
    assert [int(mixed.argmax()) for mixed in found.profile] == [selected, selected]
    assert found.strict


@given(seed=st.integers(0, 2**32), exponent=st.sampled_from([-900, -40, 40, 900]))
def test_the_path_does_not_depend_on_the_unit_of_payoffs(seed, exponent):
    payoffs = np.random.default_rng(seed).integers(-3, 4, size=(2, 3, 2)).astype(float)
    path = LogitPath().trace(StrategicForm.from_arrays(*payoffs))
    moved = LogitPath().trace(StrategicForm.from_arrays(np.ldexp(payoffs[0], exponent), payoffs[1] + 4))
    np.testing.assert_allclose(moved.profiles, path.profiles, atol=1e-6)


def test_a_symmetric_game_says_that_branches_cross():
    battle = StrategicForm.from_arrays([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    solution = LogitPath().solve(battle)
    (found,) = solution
    np.testing.assert_allclose(found.profile, [[2 / 3, 1 / 3], [1 / 3, 2 / 3]], atol=1e-8)
    assert solution.stats["crossings"] == 1
    assert "1 crossing(s) with other branches" in solution.completeness


def test_even_chances_that_are_an_equilibrium_end_the_path_at_once():
    path = LogitPath().trace(StrategicForm.from_arrays([[1, 0], [0, 1]], [[0, 1], [1, 0]]))
    assert len(path) == 1
    assert path.profiles.tolist() == [[0.5, 0.5, 0.5, 0.5]]


def test_entry_deterrence_is_not_held_up_by_an_empty_threat():
    tree = build_tree(
        ("entrant", "incumbent"),
        ("move", "entrant", {"out": "status quo", "enter": ("move", "incumbent", {"yield": "entry", "fight": "war"})}),
        {"status quo": [0, 2], "entry": [1, 1], "war": [-1, -1]},
    )
    solution, path = LogitPath().solve(tree), LogitPath().trace(tree)
    (found,) = solution
    assert solution.concept == "perfect Bayesian equilibrium"
    assert found.outcomes == {"status quo": 0.0, "entry": 1.0, "war": 0.0}
    assert (found.regret, found.margin) == (0.0, 1.0)
    # Backward induction, each agent with the log-odds of its own worth: 2 for the incumbent in a range of 3.
    for lam, row in zip(path.lambdas, path.profiles, strict=True):
        fight = 1 / (1 + math.exp(min(700.0, lam * 2 / 3)))
        enter = 1 / (1 + math.exp(-min(700.0, lam * (1 - 2 * fight) / 2)))
        np.testing.assert_allclose(row, [1 - enter, enter, 1 - fight, fight], atol=1e-9)


def reached_and_received(form, behavior, node, profile, player, chance):
    """Yield (information sets on the way and actions there, chance probability, payoff) for each terminal history."""
    s = form.structure
    if s.kind[node] == LEAF:
        column = [tuple(row) for row in s.profile_type.tolist()].index(profile)
        yield (), chance, float(form.values[0, s.payoff[s.outcome[node], player, column]])
        return
    for number in range(s.child_count[node]):
        child = int(s.child[s.child_first[node] + number])
        share = float(form.values[0, s.chance[child]]) if s.kind[node] == CHANCE else 1.0
        here = []
        for slot in range(s.slot_first[node], s.slot_first[node] + s.slot_count[node]):
            where = int(s.set_first[slot] + profile[s.slot_player[slot]])
            here.append((where, int(number // s.slot_stride[slot] % s.slot_actions[slot])))
        for rest, total, payoff in reached_and_received(form, behavior, child, profile, player, chance * share):
            yield (*here, *rest), total, payoff


def agent_worths(form, behavior):
    """Worth of every action at every information set given that it is reached: sums over all types and terminal histories."""
    s = form.structure
    spread = [np.ptp(form.values[0, s.payoff[:, i]]) or 1.0 for i in range(len(s.players))]
    found = []
    for k in range(len(s.set_slot)):
        player, kind = int(s.slot_player[s.set_slot[k]]), int(s.set_type[k])
        worth, weight = np.zeros(s.set_actions[k]), 0.0
        for profile in (tuple(row) for row in s.profile_type.tolist()):
            if profile[player] != kind:
                continue
            others = math.prod(form.values[0, s.prior[s.type_first[i] + own]] for i, own in enumerate(profile) if i != player)
            for way, chance, payoff in reached_and_received(form, behavior, 0, profile, player, 1.0):
                if k not in [where for where, _ in way]:
                    continue
                at = [where for where, _ in way].index(k)
                reach = (
                    others
                    * chance
                    * math.prod(
                        behavior[where][a]
                        for n, (where, a) in enumerate(way)
                        if n != at and not own_before(s, way, n, at, player)
                    )
                )
                worth[way[at][1]] += reach * payoff / spread[player]
                weight += reach * behavior[k][way[at][1]]
        found.append(worth / weight)
    return found


def own_before(structure, way, n, at, player):
    """Whether step n is an earlier move of the player itself, which it knows it has made."""
    return n < at and structure.slot_player[structure.set_slot[way[n][0]]] == player


@settings(max_examples=12)
@given(seed=st.integers(0, 2**32), players=st.integers(2, 3))
def test_every_point_of_a_tree_path_answers_itself(seed, players):
    rng = np.random.default_rng(seed)
    form = build_tree(**random_tree(rng, players=players, depth=3 if players == 2 else 2))
    path = LogitPath(greatest_lambda=30.0).trace(form)
    s = form.structure
    for k in range(0, len(path), 3):
        behavior = split(path.profiles[k], s.set_actions)
        for own, worth in zip(behavior, agent_worths(form, behavior), strict=True):
            np.testing.assert_allclose(own, softmax(path.lambdas[k] * worth), atol=1e-7)


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32), players=st.integers(2, 3))
def test_the_end_of_a_tree_path_is_a_perfect_bayesian_equilibrium(seed, players):
    rng = np.random.default_rng(seed)
    form = build_tree(**random_tree(rng, players=players, depth=3 if players == 2 else 2))
    solution = LogitPath().solve(form)
    (found,) = solution
    spread = max(np.ptp(form.values[0, form.structure.payoff[:, i]]) for i in range(players))
    assert found.regret <= 1e-9 * spread + 1e-14
    assert math.fsum(found.outcomes.values()) == pytest.approx(1.0)
    for own in found.behavior.values():
        assert math.fsum(own.values()) == pytest.approx(1.0)
    for history, held in found.beliefs.items():
        for kinds in held.values():
            assert math.fsum(kinds.values()) == pytest.approx(1.0), history


@pytest.mark.parametrize(("seed", "players"), [(26, 2), (137, 3), (302, 2), (728, 2)])
def test_where_rounding_spoils_the_end_the_limit_is_extrapolated(seed, players):
    """Beliefs after moves nobody makes are worth only as many digits as lambda leaves of their logarithms."""
    form = build_tree(**random_tree(np.random.default_rng(seed), players=players, depth=3 if players == 2 else 2))
    solution = LogitPath().solve(form)
    spread = max(np.ptp(form.values[0, form.structure.payoff[:, i]]) for i in range(players))
    assert solution[0].regret <= 1e-9 * spread
    assert "its limit was extrapolated, since rounding grows with lambda" in solution.completeness
    assert solution.path.regrets[-1] > 1e-9
    assert not solution.path.reached
    # What was extrapolated lies beyond the last point of the path, in the direction in which it went.
    ends = np.concatenate([list(own.values()) for own in solution[0].behavior.values()])
    assert np.abs(solution.path.profiles[-1] - ends).max() < 1e-4


def test_one_stage_is_a_strategic_form():
    payoffs = np.random.default_rng(8).normal(size=(2, 2, 2))
    cells = {(f"x{i}", f"y{j}"): f"{i}{j}" for i in range(2) for j in range(2)}
    tree = build_tree(
        ("row", "column"),
        ("together", {"row": ("x0", "x1"), "column": ("y0", "y1")}, cells),
        {label: payoffs[:, int(label[0]), int(label[1])] for label in cells.values()},
    )
    form = StrategicForm.from_arrays(*payoffs)
    ours, theirs = LogitPath().trace(tree), LogitPath().trace(form)
    np.testing.assert_allclose(ours.lambdas, theirs.lambdas)
    np.testing.assert_allclose(ours.profiles, theirs.profiles, atol=1e-12)


@pytest.mark.parametrize("point", [(0.2, 0.6), (0.6, 0.2), (0.9, 0.1), (0.1, 0.1)])
def test_unilateral_deterrence_ends_at_one_of_its_perfect_bayesian_equilibria(point):
    payoffs = {"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4, "d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4}
    game, params = models.unilateral_deterrence(), {**payoffs, "p_ch": point[0], "p_def": point[1]}
    (found,) = LogitPath().solve(tree_form(game, params))
    assert any(
        all(own.outcomes[outcome] == pytest.approx(share, abs=1e-6) for outcome, share in found.outcomes.items())
        for own in solve(game, params)
    )


def test_a_weakly_dominated_strategy_fades_slowly_and_is_followed():
    """The second row's probability falls like the square of 1 / lambda, and what else it depends on by as much."""
    first, second = [[1, 1, 1], [2, 0, 1], [1, 0, 2]], [[2, 1, 2], [0, 2, 1], [0, 2, 0]]
    (found,) = LogitPath().solve(StrategicForm.from_arrays(first, second))
    np.testing.assert_allclose(found.profile, [[2 / 3, 0, 1 / 3], [1 / 3, 1 / 3, 1 / 3]], atol=1e-6)
    assert found.regret <= 2e-9


def test_a_limit_ends_the_path_without_an_equilibrium():
    form = StrategicForm.from_arrays([[2, 0], [0, 1]], [[0, 1], [1, 0]], name="inspection")
    early = LogitPath(greatest_lambda=50.0)
    solution = early.solve(form)
    assert solution.status is Status.LIMIT
    assert len(solution) == 0
    assert "more than 1e-09 of a player's range: the greatest lambda was reached" in solution.completeness
    path = early.trace(form)
    assert not path.reached
    assert path.lambdas[-1] >= 50.0
    short = LogitPath(most_points=3)
    assert short.solve(form).status is Status.LIMIT
    assert len(short.trace(form)) == 3
    with pytest.raises(SolverError, match="stopped at a limit"):
        solve(form, solver=short)


def test_what_it_does_not_take():
    two = StrategicForm.from_arrays(*np.zeros((2, 400, 201)), name="large")
    with pytest.raises(SizeError, match="game 'large': LogitPath cannot take it: 601 actions"):
        LogitPath().solve(two)
    with pytest.raises(SizeError, match="pure profiles"):
        LogitPath().trace(StrategicForm.from_arrays(*np.zeros((3, 130, 130, 130))))
    game = models.rudimentary_asymmetric_deterrence()
    point = {"a_SQ": 0, "a_DC": 1, "a_DD": -3, "b_SQ": 3, "b_DC": 1, "b_DDh": 2, "b_DDs": 0, "p": np.array([0.1, 0.2])}
    with pytest.raises(SolverError, match="one parameter point"):
        LogitPath().solve(tree_form(game, point))


def test_the_path_is_labelled():
    form = StrategicForm.from_arrays(
        [[1, 0], [0, 2]], [[1, 0], [0, 2]], players=("a", "b"), strategies=(("x", "y"), ("x", "y"))
    )
    path = LogitPath().trace(form)
    assert path.entries[1] == (InformationSet("a", "", ()), "y")
    frame = path.to_dataframe()
    assert list(frame.columns) == ["lambda", "regret", "a: x", "a: y", "b: x", "b: y"]
    assert frame["a: y"].iloc[-1] == pytest.approx(1.0)
    assert "points from lambda = 0" in repr(path)
    data = path.to_xarray()
    assert data["probability"].sel(entry=(data.player == "a") & (data.action == "y")).values[-1] == pytest.approx(1.0)
    assert not path.profiles.flags.writeable


def test_one_compilation_serves_strategic_forms_and_trees():
    LogitPath().solve(StrategicForm.from_arrays([[1, 0], [0, 2]], [[1, 0], [0, 2]]))
    LogitPath().solve(build_tree(("a", "b"), ("move", "a", {"x": "o", "y": "w"}), {"o": [0, 0], "w": [1, 0]}))
    assert len(getattr(logit.principal_branch, "signatures", [0])) == 1
