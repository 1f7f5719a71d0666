"""What the solver of perfect Bayesian equilibria promises: whole answers, honest words, stated limits."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.results import Status
from deterrence_games.solvers.certificate import certified
from tests.oracles.brute_force_pbe import outcome_classes
from tests.oracles.library_classes import library_classes
from tests.oracles.outcomes import differences
from tests.oracles.plain_game import to_game
from tests.oracles.random_games import random_game
from tests.simultaneous_games import inspection, irrational, volunteers

solver = dg.PerfectBayesian()


def uses(equilibrium, action="x"):
    return tuple(actions[action] for actions in equilibrium.behavior.values())


def chain(actions=2, types=1, name="chain"):
    """One player with so many types and actions."""
    kinds = {f"t{k}": f"1/{types}" for k in range(types)}
    return dg.Game(
        name=name,
        players=("a", "b"),
        tree=dg.Decision("a", {f"act{k}": f"o{k}" for k in range(actions)}),
        types={"a": kinds} if types > 1 else None,
        payoffs={f"o{k}": {"a": k, "b": 0} for k in range(actions)},
    )


# --------------------------------------------------------------------------------- three players who mix against each other


def test_three_volunteers_have_seven_equilibria():
    solution = dg.solve(to_game(volunteers()))
    assert solution.complete
    assert len(solution) == len(solution.outcome_classes) == 7
    all_mix = 1 - math.sqrt(1 / 2)  # (1 - x)^2 is the cost
    expected = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.5, 0.5), (all_mix,) * 3]
    for wanted in expected:
        assert any(uses(equilibrium) == pytest.approx(wanted, abs=1e-12) for equilibrium in solution), wanted
    assert not any(equilibrium.continuum for equilibrium in solution)


def test_the_only_equilibrium_is_irrational():
    plain = irrational()
    form = dg.tree_form(to_game(plain))
    (equilibrium,) = solution = solver.solve(form)
    assert solution.complete
    assert equilibrium.regret < 1e-12
    assert uses(equilibrium)[1] == pytest.approx((math.sqrt(601) - 13) / 24, abs=1e-12)
    found = library_classes(form, solver.solve_points(form))
    assert not differences(plain, outcome_classes(plain), found)


def test_a_continuum_that_stays_undecided_is_named():
    """On a curve of mixed equilibria only the ends can be settled; the rest is not passed over in silence."""
    solution = dg.solve(to_game(inspection()))
    assert solution.status is Status.FOUND
    assert not solution.complete
    assert solution.stats["undecided"] == 1
    assert "1 could not be decided: {aggressor after the start: x/y, target after the start: x/y, ally" in solution.completeness
    assert sorted(uses(e) for e in solution) == [pytest.approx((1 / 4, 1, 1 / 2)), pytest.approx((1, 1 / 4, 1 / 2))]


# ------------------------------------------------------------------------------------------------------------- limits, words


def test_a_solution_that_is_no_equilibrium_in_floating_point_is_withheld():
    """No regret is below zero, so that nothing passes: none found, which is not the same as none exists."""
    game = to_game(irrational())
    strictest = dg.PerfectBayesian(certificate=-1.0)
    solution = dg.solve(game, solver=strictest, throw=False)
    assert solution.status is Status.NONE_FOUND
    assert not solution.complete
    assert len(solution) == 0
    assert "could not be decided" in solution.completeness
    with pytest.raises(dg.SolverError, match=r"game 'irrational': no equilibrium found; one may exist.*throw=False"):
        dg.solve(game, solver=strictest)


@pytest.mark.parametrize("limits", [{"max_steps": 10}, {"max_cells": 2}], ids=["steps", "cells"])
def test_limits_are_reported(limits):
    limited = dg.PerfectBayesian(**limits)
    solution = dg.solve(to_game(volunteers()), solver=limited, throw=False)
    assert solution.status is Status.LIMIT
    assert not solution.complete
    assert len(solution) < 7
    assert "raise the limits" in solution.completeness
    assert solution.stats["assignments"] <= limited.max_steps
    assert solution.stats["cells"] <= limited.max_cells
    assert "none found: " not in repr(solution)
    whole = dg.solve(to_game(volunteers()))
    assert {uses(e) for e in solution} <= {uses(e) for e in whole}


def test_a_limit_with_nothing_found_raises():
    with pytest.raises(dg.SolverError, match="game 'three volunteers': stopped at a limit"):
        dg.solve(to_game(volunteers()), solver=dg.PerfectBayesian(max_steps=1))
    nothing = dg.solve(to_game(volunteers()), solver=dg.PerfectBayesian(max_steps=1), throw=False)
    assert repr(nothing).startswith("three volunteers: none found: ")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("tol", value) for value in (math.nan, math.inf, -1, -1e-12, 1, "x", None, True, 1j, 10**400, np.ones(1))),
        *(("certificate", value) for value in (math.nan, "x", -2, 1)),
        *(("max_steps", value) for value in (-1, 1.5, math.nan, "9", None, True, 10**30)),
        *(("max_cells", value) for value in (0, -1, 2.0, np.ones(1))),
    ],
)
def test_bad_options(option, value):
    with pytest.raises(dg.SolverError, match=f"^PerfectBayesian: {option} is .*; give a "):
        dg.PerfectBayesian(**{option: value})


def test_options_become_plain_numbers():
    """For numbers of another type the kernels would be compiled once more."""
    made = dg.PerfectBayesian(tol=0, max_steps=np.int32(7), max_cells=np.uint8(9), certificate=np.float32(0.25))
    assert made == dg.PerfectBayesian(0.0, 7, 9, 0.25)
    assert [type(value) for value in vars(made).values()] == [float, int, int, float]


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2", True, None])
def test_bad_numbers_of_threads(threads):
    form = dg.tree_form(chain())
    with pytest.raises(dg.SolverError, match=r"game 'chain': threads is .*; give a whole number from 1 on"):
        solver.solve_points(form, threads=threads)


# ------------------------------------------------------------------------------------------------------------- certificates


def unequal(wide, narrow):
    """Each of two players chooses in turn; payoffs of the first are spread over `wide`, those of the second over `narrow`."""
    return dg.Game(
        name="unequal",
        players=("a", "b"),
        tree=dg.Decision("a", {"x": dg.Decision("b", {"l": "xl", "r": "xr"}), "y": "y"}),
        payoffs={"xl": {"a": wide, "b": 0}, "xr": {"a": 0, "b": narrow}, "y": {"a": wide / 4, "b": 0}},
    )


@pytest.mark.parametrize("points", [1, 3])
@pytest.mark.parametrize(("wide", "narrow"), [(10**9, 1), (1, 1), (2**-20, 10**6)])
def test_certificates_are_relative_to_the_deviating_players_payoffs(points, wide, narrow):
    """The second player may not give up all of a small range because the first player's payoffs are large."""
    game = unequal(wide, narrow)
    form = dg.TreeForm(dg.tree_form(game).structure, np.repeat(dg.tree_form(game).values, points, axis=0))
    cells = solver.solve_points(form)
    assert certified(form, cells, 1e-7).tolist() == [True] * points

    def playing(first, second):  # probabilities of x, y; then of l, r
        gain = wide * (max(second[0], 0.25) - first[0] * second[0] - first[1] * 0.25)
        regret = np.full(points, max(gain, narrow * second[0]))
        return replace(cells, behavior=np.tile([*first, *second], (points, 1)), regret=regret)

    assert certified(form, playing((0, 1), (1e-9, 1 - 1e-9)), 1e-7).all()
    assert not certified(form, playing((0, 1), (0.2, 0.8)), 1e-7).any()
    assert not certified(form, playing((1e-5, 1 - 1e-5), (0, 1)), 1e-7).any()
    assert certified(form, playing((1e-5, 1 - 1e-5), (0, 1)), 1e-5).all()
    assert not certified(form, playing((0, 1), (0, 1)), -1e-12).any()


def test_constant_payoffs_leave_nothing_to_gain():
    solution = dg.solve(dg.Game("same", ("a",), dg.Decision("a", {"x": "o", "y": "p"}), {"o": {"a": 0.1}, "p": {"a": 0.1}}))
    assert solution.complete
    assert solution[0].continuum


# ------------------------------------------------------------------------------------------------------- nobody has a choice


def test_a_game_without_moves_has_one_equilibrium():
    weather = dg.Chance({"calm": ("1/4", "peace"), "storm": ("3/4", "war")})
    payoffs = {"peace": {"a": {"hard": 1, "soft": 5}, "b": 0}, "war": {"a": 9, "b": -4}}
    game = dg.Game("weather", ("a", "b"), weather, payoffs, types={"a": {"hard": "1/2", "soft": "1/2"}})
    (equilibrium,) = solution = dg.solve(game)
    assert solution.complete
    assert equilibrium.outcomes == {"peace": 0.25, "war": 0.75}
    assert equilibrium.payoffs == pytest.approx({"a": 7.5, "b": -3})
    assert (equilibrium.regret, equilibrium.margin) == (0, math.inf)
    assert equilibrium.beliefs == {(): {"a": {"hard": 0.5, "soft": 0.5}}}
    assert equilibrium.behavior == {}
    assert "nobody fights" not in equilibrium.verdict
    assert "nobody has a second action" in equilibrium.verdict
    assert dg.solve(dg.Game("over", ("a",), "o", {"o": {"a": 1}}))[0].payoffs == {"a": 1}


def test_who_moves_again_where_beliefs_decide_nothing():
    """Dominance settles all play; after the push that nobody makes, what the second move tells must follow Bayes' rule."""
    again = dg.Decision("p", {"a": "A", "b": dg.Decision("q", {"c": "C", "d": "D"})})
    tree = dg.Decision("p", {"quit": "out", "push": dg.Decision("q", {"stop": "halt", "go": again})})
    payoffs = {
        "out": {"p": 3, "q": 0},
        "halt": {"p": 0, "q": 2},
        "A": {"p": {"x": 1, "y": 0}, "q": 1},
        "C": {"p": {"x": 0, "y": 1}, "q": 1},
        "D": {"p": {"x": 0, "y": 1}, "q": 0},
    }
    (found,) = solution = dg.solve(dg.Game("twice", ("p", "q"), tree, payoffs, types={"p": {"x": "1/3", "y": "2/3"}}))
    assert solution.complete
    assert (found.regret, found.margin, found.outcomes["out"]) == (0.0, 1.0, 1.0)
    later = [found.behavior["p", own, ("push", "go")] for own in "xy"]
    assert later == [{"a": 1.0, "b": 0.0}, {"a": 0.0, "b": 1.0}]
    pushed = found.beliefs[("push",)]["p"]
    assert found.beliefs["push", "go"]["p"] == pushed
    if pushed["y"] > 0:
        assert found.beliefs["push", "go", "b"]["p"] == {"x": 0.0, "y": 1.0}


def test_forms_without_points_are_refused():
    form = dg.tree_form(chain())
    empty = dg.TreeForm(form.structure, form.values[:0])
    with pytest.raises(dg.SolverError, match="game 'chain': PerfectBayesian cannot take it: it has no parameter points"):
        solver.solve_points(empty)


# -------------------------------------------------------------------------------------------------------- faces, many cells


def test_faces_of_larger_cells_are_dropped_at_any_number_of_cells():
    """Both sides are indifferent throughout: every pair of supports is a cell, and all are faces of one."""
    actions = [f"act{k}" for k in range(5)]
    tree = dg.Simultaneous({"a": actions, "b": actions}, {(x, y): "o" for x in actions for y in actions})
    game = dg.Game("idle", ("a", "b"), tree, {"o": {"a": 0, "b": 0}})
    form = dg.tree_form(game)
    assert len(solver.solve_points(form).state) == 31**2
    (equilibrium,) = solution = solver.solve(form)
    assert solution.complete
    assert all(interval == (0, 1) for ranges in equilibrium.behavior_intervals.values() for interval in ranges.values())


@pytest.mark.parametrize(
    ("game", "words"),
    [
        (chain(13), r"information set \('a', '', \(\)\) has 13 actions, at most 12"),
        (chain(2, 11), "player 'a' has 11 types, at most 10"),
    ],
    ids=["actions", "types"],
)
def test_sets_that_are_too_large_are_refused(game, words):
    with pytest.raises(dg.SolverError, match=f"game 'chain': PerfectBayesian cannot take it: {words}.*merge"):
        dg.solve(game)


def test_the_largest_sets_accepted_are_solved():
    (equilibrium,) = dg.solve(chain(12))
    assert equilibrium.outcomes["o11"] == 1
    (equilibrium,) = dg.solve(chain(2, 10))
    assert equilibrium.outcomes["o1"] == pytest.approx(1)


def test_trees_whose_bounds_would_not_fit_are_refused():
    players, tree = ("a", "b", "c"), "end"
    for depth in range(1_700):
        tree = dg.Decision(players[depth % 3], {"stop": "stopped", "go": tree})
    large = dg.Game(
        name="large",
        players=players,
        tree=tree,
        types={player: {f"t{k}": "1/10" for k in range(10)} for player in players},
        payoffs={"stopped": dict.fromkeys(players, 0), "end": dict.fromkeys(players, 1)},
    )
    with pytest.raises(
        dg.SolverError, match=r"game 'large': .* multiply to 20406000, at most 20000000; use fewer types or nodes"
    ):
        dg.solve(large)


def test_other_forms_are_refused():
    with pytest.raises(dg.SolverError, match=r"takes trees.*use VertexEnumeration"):
        dg.solve(dg.StrategicForm.from_arrays(np.eye(2), np.eye(2)), solver=solver)
    many = dg.tree_form(dg.models.rudimentary_asymmetric_deterrence(), rudimentary(np.array([0.2, 0.3])))
    with pytest.raises(dg.SolverError, match=r"2 parameter points.*form\.at\(point\)"):
        dg.solve(many)


# ------------------------------------------------------------------------------------------------------ many points, threads


def rudimentary(prior):
    return {"a_SQ": 0, "a_DC": 1, "a_DD": -3, "b_SQ": 3, "b_DC": 1, "b_DDh": 2, "b_DDs": 0, "p": prior}


def unilateral_points(points, seed=0):
    """Random payoffs in the order that the game assumes, so that no two differ by little."""
    rng = np.random.default_rng(seed)
    challenger, defender = (np.sort(rng.uniform(0, 5, (points, 5)), axis=1).T for _ in range(2))
    numbers = dict(zip(("c_DDs", "c_CD", "c_DDh", "c_SQ", "c_DC"), challenger, strict=True))
    numbers |= dict(zip(("d_DDs", "d_DC", "d_DDh", "d_CD", "d_SQ"), defender, strict=True))
    return numbers | {"p_ch": rng.integers(1, 10, points) / 10, "p_def": rng.integers(1, 10, points) / 10}


def mutual_points(points, seed=0):
    """Integers from 0 to 8 in the order that the game assumes, so that borders between regions are hit."""
    rng = np.random.default_rng(seed)
    first, second = (np.sort(rng.random((points, 9)).argsort(axis=1)[:, :5], axis=1).T for _ in range(2))
    numbers = dict(zip(("a_DDs", "a_CD", "a_DDh", "a_SQ", "a_DC"), first, strict=True))
    numbers |= dict(zip(("b_DDs", "b_DC", "b_DDh", "b_SQ", "b_CD"), second, strict=True))
    return numbers | {"p_a": rng.integers(1, 10, points) / 10, "p_b": rng.integers(1, 10, points) / 10}


CASES = pytest.mark.parametrize(
    ("model", "draw"),
    [(dg.models.unilateral_deterrence, unilateral_points), (dg.models.generalized_mutual_deterrence, mutual_points)],
    ids=["unilateral", "mutual"],
)


@CASES
def test_many_points_at_once_equal_one_by_one(model, draw):
    points = 150
    form = dg.tree_form(model(), draw(points))
    together = solver.solve_points(form)
    assert together.code.tolist() == [0] * points
    for point in range(points):
        alone = solver.solve_points(form.at(point))
        rows = slice(together.first[point], together.first[point] + together.count[point])
        assert alone.count.tolist() == [together.count[point]]
        for name in ("used", "choice", "state", "weight", "behavior", "belief", "distribution", "regret", "margin"):
            np.testing.assert_array_equal(getattr(alone, name), getattr(together, name)[rows], err_msg=name)
        solution = solver.solve(form.at(point))
        reported = {tuple(p for actions in e.behavior.values() for p in actions.values()) for e in solution}
        assert reported <= {tuple(row) for row in together.behavior[rows].tolist()}
        assert len(solution) > 0
        assert solution.complete


def test_the_number_of_threads_changes_nothing():
    form = dg.tree_form(dg.models.unilateral_deterrence(), unilateral_points(9_000, seed=1))
    one, two = (solver.solve_points(form, threads=threads) for threads in (1, 2))
    for field in fields(one):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(two, field.name), err_msg=field.name)
    assert one.count.min() >= 1
    assert np.nanmax(one.regret) < 1e-7
    assert one.first.tolist() == (np.cumsum(one.count) - one.count).tolist()


# ------------------------------------------------------------------------------------------------------------ units of payoffs


@pytest.mark.parametrize(("factor", "shift"), [(1e6, 0), (1e6, -3e6), (2.0**-20, 0), (1, 1000)])
@pytest.mark.parametrize("seed", [1, 8, 12, 15, 24, 27])
def test_units_of_payoffs_do_not_matter(seed, factor, shift):
    """Positive affine maps of one player's payoffs leave all equilibria where they were."""
    game = to_game(random_game(seed))
    scaled = dg.Game(
        name=game.name,
        players=game.players,
        tree=game.tree,
        types=game.types,
        payoffs={
            outcome: {
                player: {
                    profile: payoff * factor + shift if player == game.players[0] else payoff
                    for profile, payoff in profiles(game, outcome, player)
                }
                for player in game.players
            }
            for outcome in game.outcomes
        },
    )
    before, after = dg.solve(game), dg.solve(scaled)
    assert before.status is after.status
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        assert old.outcome_class == new.outcome_class
        assert new.regret <= 1e-9 * max(factor, 1) + 1e-12 * abs(shift)
        for where, actions in old.behavior_intervals.items():
            for action, interval in actions.items():
                assert new.behavior_intervals[where][action] == pytest.approx(interval, abs=1e-9)
        for old_set, new_set in zip(old.belief_sets, new.belief_sets, strict=True):
            np.testing.assert_allclose(new_set.vertices, old_set.vertices, atol=1e-9)
        first, *others = game.players
        assert new.payoffs[first] == pytest.approx(old.payoffs[first] * factor + shift, rel=1e-9)
        assert [new.payoffs[other] for other in others] == pytest.approx([old.payoffs[other] for other in others])


def profiles(game, outcome, player):
    """Payoff of each type profile, in numbers."""
    form = dg.tree_form(game)
    structure = form.structure
    row = form.payoffs[0, structure.outcomes.index(outcome), structure.players.index(player)]
    for kinds, payoff in zip(structure.profile_type, row, strict=True):
        yield tuple(structure.types[i][kind] for i, kind in enumerate(kinds)), float(payoff)
