"""Voluntary provision against the closed forms, best replies and the core; pledges; the exploitation hypothesis on data."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import kendalltau, spearmanr

import deterrence_games as dg
from deterrence_games.alliances import indicators
from deterrence_games.alliances.burden_sharing import best_shot, provision, weakest_link
from deterrence_games.alliances.exploitation import exploitation_test
from deterrence_games.alliances.spending_pledges import pledge
from deterrence_games.errors import ParameterError

INCOMES = st.lists(st.floats(0.1, 100.0), min_size=1, max_size=8)
SHARES = st.floats(0.05, 0.9)


def utility(w, g, level, public, private):
    return (1 - public - private) * np.log(w - g) + public * np.log(level) + (private * np.log(g) if private else 0.0)


def best_reply(w, others, public, private):
    """By search, with no formula."""

    def loss(g):
        return -utility(w, g, others + g, public, private)

    low = 1e-12 if private or others == 0 else 0.0
    found = minimize_scalar(loss, bounds=(low, w * (1 - 1e-9)), method="bounded", options={"xatol": 1e-12}).x
    return found if loss(found) < loss(low) else low


@pytest.mark.parametrize(
    ("incomes", "contributions"),
    [((10, 6, 3, 1), (14 / 3, 2 / 3, 0, 0)), ((10, 8, 6, 1), (4, 2, 0, 0)), ((1, 10, 3, 6), (0, 14 / 3, 0, 2 / 3))],
)
def test_worked_examples(incomes, contributions):
    found = provision(incomes)
    np.testing.assert_allclose(found.contributions, contributions, atol=1e-12)
    assert found.optimum == pytest.approx(0.5 * sum(incomes))


@given(INCOMES, SHARES)
def test_a_pure_public_good_is_an_equilibrium_and_the_largest_pay(incomes, public):
    found = provision(incomes, public=public)
    others = found.level - found.contributions
    np.testing.assert_allclose(found.contributions, np.maximum(0, public * found.incomes - (1 - public) * others), atol=1e-8)
    order = np.argsort(found.incomes)
    assert (np.diff(found.contributions[order]) >= -1e-9).all()
    assert 0 <= found.free_riding < 1


@given(INCOMES, st.floats(0.05, 0.45), st.floats(0.05, 0.45))
def test_joint_products_are_an_equilibrium_and_burdens_rise_with_income(incomes, public, private):
    found = provision(incomes, public=public, private=private)
    g, w, own = found.contributions, found.incomes, 1 - public - private
    np.testing.assert_allclose(own / (w - g), private / g + public / found.level, rtol=1e-8)
    assert found.free_riders == ()
    order = np.argsort(w)
    apart = np.diff(w[order]) > 1e-6
    assert (np.diff(found.burdens[order])[apart] > -1e-12).all()


@pytest.mark.parametrize(("public", "private"), [(0.5, 0.0), (0.3, 0.2)])
def test_nobody_gains_by_any_other_contribution(public, private):
    found = provision([10, 6, 3, 1], public=public, private=private)
    for w, g in zip(found.incomes, found.contributions, strict=True):
        reply = best_reply(w, found.level - g, public, private)
        gain = utility(w, reply, found.level - g + reply, public, private) - utility(w, g, found.level, public, private)
        assert gain < 1e-10


@given(st.lists(st.tuples(st.floats(0.1, 50), st.floats(0.2, 5)), min_size=1, max_size=6), SHARES)
def test_a_weighted_sum_is_a_public_good_in_effective_income(members, public):
    incomes, weights = zip(*members, strict=True)
    found = provision(incomes, public=public, effectiveness=weights)
    plain = provision([w * k for w, k in members], public=public)
    np.testing.assert_allclose(found.contributions * np.array(weights), plain.contributions, atol=1e-9)
    assert found.level == pytest.approx(plain.level)
    for (w, k), g in zip(members, found.contributions, strict=True):
        for other in np.linspace(0, 0.99 * w, 25):
            level = found.level + k * (other - g)
            if level > 0:
                assert utility(w, other, level, public, 0.0) <= utility(w, g, found.level, public, 0.0) + 1e-9


def test_ten_thousand_members_equal_the_closed_form():
    w = np.random.default_rng(1).uniform(1, 100, 10_000)
    found = provision(w)
    descending = np.sort(w)[::-1]
    levels = [0.5 * descending[:k].sum() / (0.5 + k * 0.5) for k in range(1, 200)]
    k = max(k for k in range(1, 200) if descending[k - 1] > levels[k - 1])
    assert found.level == pytest.approx(levels[k - 1], rel=1e-10)
    assert np.count_nonzero(found.contributions) == k


def grid_game(incomes, steps, level_of, public):
    """The same choice on a grid, as payoff matrices for the core."""
    grids = [np.linspace(0.02, 0.98, steps) * w for w in incomes]
    given_ = np.meshgrid(*grids, indexing="ij")
    level = level_of(np.stack(given_))
    payoffs = [(1 - public) * np.log(w - own) + public * np.log(level) for w, own in zip(incomes, given_, strict=True)]
    return grids, dg.StrategicForm.from_arrays(*payoffs)


def test_the_core_finds_the_same_on_a_grid():
    incomes = (10.0, 8.0)
    grids, form = grid_game(incomes, 9, lambda g: g.sum(axis=0), 0.5)
    found = provision(incomes)
    pure = [
        tuple(int(np.argmax(own)) for own in equilibrium.profile)
        for equilibrium in dg.solve(form)
        if all(np.max(own) > 1 - 1e-9 for own in equilibrium.profile)
    ]
    step = [grid[1] - grid[0] for grid in grids]
    assert pure
    for profile in pure:
        for k, (grid, place) in enumerate(zip(grids, profile, strict=True)):
            assert abs(grid[place] - found.contributions[k]) <= 1.5 * step[k]


@pytest.mark.parametrize("incomes", [(10.0, 9.5), (10.0, 2.0), (4.0, 4.0)])
def test_best_shot_against_the_core(incomes):
    """A member that alone gives the most counts; on a grid its stand-alone choice is among the points."""
    public = 0.5
    grids = [np.array([1e-9, public * w]) for w in incomes]
    given_ = np.meshgrid(*grids, indexing="ij")
    level = np.maximum(*given_)
    form = dg.StrategicForm.from_arrays(
        *((1 - public) * np.log(w - own) + public * np.log(level) for w, own in zip(incomes, given_, strict=True))
    )
    pure = {
        tuple(int(np.argmax(own)) for own in e.profile)
        for e in dg.solve(form)
        if all(own.max() > 1 - 1e-9 for own in e.profile)
    }
    wanted = {tuple(int(g > 0) for g in found.contributions) for found in best_shot(incomes, public=public)}
    assert wanted <= pure
    assert wanted


@pytest.mark.parametrize("public", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
def test_who_is_just_satisfied_rides_free(public):
    """The second member would keep exactly its income at the level that the first provides alone, ``(1 - public) w``."""
    for tenths in range(1, 200):
        found = provision([tenths / 10, (10 - round(10 * public)) * tenths / 100], public=public)
        assert found.free_riders == ("1",)
        assert found.contributions[1] == 0.0


def test_best_shot_at_a_tie_has_both_equilibria():
    """With half of preferences for defence, 2w is indifferent between idling at the shot w/2 of w and its own of w."""
    for tenths in range(1, 200):
        assert [own.level for own in best_shot([tenths / 5, tenths / 10])] == [tenths / 10, tenths / 20]


def test_weakest_link_is_the_largest_common_level():
    found = weakest_link([10, 6, 3])
    assert found.level == 1.5
    np.testing.assert_array_equal(found.contributions, 1.5)
    assert best_reply(3.0, 0.0, 0.5, 0.0) == pytest.approx(1.5, abs=1e-5)
    assert found.optimum == pytest.approx(0.5 * 19 / 3)


def test_exploitation_index():
    found = provision({"large": 10, "small": 2})
    assert found.exploitation.tolist() == pytest.approx([1 - 10 / 12, -2 / 12])
    assert found.free_riders == ("small",)
    assert list(found.to_dataframe().index) == ["large", "small"]


# ---- pledges -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("public", "private"), [(0.5, 0.0), (0.2, 0.15)])
def test_patience_is_where_keeping_and_breaking_the_pledge_are_worth_the_same(public, private):
    incomes, floor = [5.0, 4.0, 4.5], 0.32
    report = pledge(incomes, floor, public=public, private=private)
    assert report.deviators
    for k, w in enumerate(incomes):
        g = report.contributions[k]
        others = report.level - g
        reply = best_reply(w, others, public, private)
        deviate = utility(w, reply, others + reply, public, private)
        comply = utility(w, g, report.level, public, private)
        delta = report.patience[k]
        if np.isfinite(delta) and delta > 0:
            broken = (1 - delta) * deviate + delta * report.voluntary.utilities[k]
            assert comply == pytest.approx(broken, abs=1e-7)
        else:
            assert delta == 0 or comply <= report.voluntary.utilities[k]


def test_a_pledge_of_ten_thousand_members_equals_the_closed_form():
    """The k largest incomes give their best reply w - G (1 - public)/public, the others the floor."""
    w = np.random.default_rng(3).uniform(1, 100, 10_000)
    w[:3] = (3e5, 2e5, 1e5)
    floor, public = 0.02, 0.5
    descending = np.sort(w)[::-1]
    for k in range(w.size):
        level = (descending[:k].sum() + floor * descending[k:].sum()) / (1 + k * (1 - public) / public)
        if descending[k] - level * (1 - public) / public <= floor * descending[k]:
            break
    report = pledge(w, floor, public=public)
    assert 0 < k < 10
    assert report.level == pytest.approx(level, rel=1e-10)
    assert len(report.bound) == w.size - k
    np.testing.assert_allclose(report.contributions, np.maximum(floor * w, w - level * (1 - public) / public), rtol=1e-9)


def test_replies_do_not_cancel_among_many_members():
    """The condition of the first order holds to rounding, also where a contribution is a millionth of the level."""
    w = np.random.default_rng(4).uniform(1, 100, 10_000)
    found = provision(w, public=0.3, private=0.2)
    gap = 0.5 / (w - found.contributions) - 0.2 / found.contributions - 0.3 / found.level
    assert np.abs(gap * found.contributions).max() < 1e-11


def test_a_floor_below_what_everybody_gives_binds_nobody():
    report = pledge([5, 5, 5], 0.01)
    assert (report.bound, report.deviators, report.smallest_discount_factor) == ((), (), 0.0)
    np.testing.assert_allclose(report.contributions, report.voluntary.contributions)


def test_who_loses_by_the_pledge_keeps_it_at_no_discount_factor():
    report = pledge({"large": 10, "small": 2}, 0.3)
    assert report.bound == report.deviators == ("small",)
    assert report.patience.tolist() == [0.0, np.inf]
    assert "kept at no discount factor" in repr(report)
    assert report.to_dataframe().loc["small", "bound"]


# ---- the hypothesis on data ----------------------------------------------------------------------------------------------


def figures(measure, year, vintage=None):
    return {state: own.value for state, own in indicators().measure(measure, year, vintage=vintage).items()}


def test_nato_in_1964_agrees_with_the_published_correlation():
    found = exploitation_test(figures("gnp_bn_usd", 1964), figures("defence_share", 1964))
    assert (found.members, round(found.spearman, 4), round(found.spearman_p, 4)) == (14, 0.4901, 0.0752)
    assert (round(found.kendall, 4), round(found.kendall_p, 4)) == (0.3846, 0.0617)


def test_nato_in_2014_and_2024():
    size = figures("gdp_bn_usd", 2014)
    burdens = figures("defence_share", 2014)
    found = exploitation_test(size, {state: burdens[state] for state in size})
    assert (found.members, round(found.spearman, 3), round(found.spearman_p, 3)) == (26, 0.219, 0.283)
    assert round(found.kendall, 3) == 0.152
    recent = exploitation_test(figures("gdp_bn_usd", 2024), figures("defence_share", 2024))
    assert recent.members == 31
    assert abs(recent.spearman) < 0.1


def test_nato_in_2024_by_the_sizes_of_2014():
    """The estimates for 2024 of June that year, against the size order of 2014."""
    size = figures("gdp_bn_usd", 2014)
    burdens = figures("defence_share", 2024, "2024-06")
    found = exploitation_test(size, {state: burdens[state] for state in size})
    assert (found.members, round(found.spearman, 3), round(found.spearman_p, 2)) == (26, 0.052, 0.80)
    assert round(found.kendall, 3) == 0.031


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=3, max_size=5))
def test_p_values_of_few_members_count_every_order(pairs):
    x, y = zip(*pairs, strict=True)
    assume(len(set(x)) > 1 and len(set(y)) > 1)
    named = [{str(k): own for k, own in enumerate(values)} for values in (x, y)]
    found = exploitation_test(*named)
    orders = list(permutations(y))
    for coefficient, own in ((spearmanr, found.spearman_p), (kendalltau, found.kendall_p)):
        observed = abs(coefficient(x, y).statistic)
        share = sum(abs(coefficient(x, order).statistic) >= observed - 1e-9 for order in orders) / len(orders)
        assert own == pytest.approx(share)


def test_what_cannot_be_ranked_is_said():
    with pytest.raises(ParameterError, match="every burden is 2"):
        exploitation_test({"a": 1, "b": 2, "c": 3}, {"a": 2, "b": 2, "c": 2})
    with pytest.raises(ParameterError, match="the size of b is not finite"):
        exploitation_test({"a": 1, "b": float("nan"), "c": 3}, {"a": 2, "b": 2, "c": 1})


def test_missing_figures_are_named_and_never_filled_in():
    with pytest.raises(ParameterError, match="no burden for c; give both figures"):
        exploitation_test({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 2})
    with pytest.raises(ParameterError, match="three or more"):
        exploitation_test({"a": 1, "b": 2}, {"a": 1, "b": 2})


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: provision({"a": 1, "b": 0}), "income of 'b' is 0; give a positive number"),
        (lambda: provision([1, float("nan")]), "income of '1' is nan"),
        (lambda: provision([]), "give one income a member"),
        (lambda: provision([1, 2], public=0.8, private=0.3), "sum is below one"),
        (lambda: provision([1, 2], effectiveness=[1]), "1 weights of effectiveness for 2 members"),
        (lambda: provision({"a": 1, "b": 2}, effectiveness={"a": 1}), "no effectiveness for 'b'"),
        (lambda: provision({"a": 1, "b": 2}, effectiveness={"a": 1, "b": 1, "c": 1}), "effectiveness of 'c', who is no member"),
        (lambda: provision([1, 2], private=0.1, effectiveness=[1, 1]), "leave private at 0"),
        (lambda: provision({"a": 1, "b": "much"}), "income is no list of numbers"),
        (lambda: exploitation_test({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 2, "c": "much"}), "a burden is no number"),
        (lambda: pledge([1, 2], 2.0), "give a share of income between 0 and 1"),
        (lambda: pledge([1, 2], "2 %"), "floor is '2 %'; give one number"),
        (lambda: provision([1, 2], public="much"), "public is 'much'; give one number"),
    ],
)
def test_bad_input(call, words):
    with pytest.raises(ParameterError, match=words):
        call()
