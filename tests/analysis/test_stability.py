"""Stability reports against games worked out by hand, and against changed payoffs tried one after another."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deterrence_games import models
from deterrence_games.analysis import stability as module
from deterrence_games.analysis.dominance import mixed_dominance, pure_dominance
from deterrence_games.analysis.robustness import pure_radius, support_radius
from deterrence_games.analysis.stability import stability
from deterrence_games.analysis.stability_report import Finding
from deterrence_games.api import solve, strategic_form, tree_form
from deterrence_games.errors import GameError
from deterrence_games.forms import StrategicForm
from tests.exact_games import exact_equilibria

POINT = {"a_SQ": 0, "a_DC": 1, "a_DD": -3, "b_SQ": 3, "b_DC": 1, "b_DDh": 2, "b_DDs": 0, "p": 0.1}


@pytest.fixture
def no_dynamics(monkeypatch):
    """Nashpy's integrations take seconds; where they are not in question, they are left out."""
    monkeypatch.setattr(module, "_replicator", lambda *_: Finding(None, "left out"))


def entry_deterrence():
    return StrategicForm.from_arrays(
        [[0, 0], [1, -1]],
        [[2, 2], [1, -1]],
        players=("entrant", "incumbent"),
        strategies=(("stay out", "enter"), ("accommodate", "fight")),
        name="entry deterrence",
    )


def supports_carry_an_equilibrium(first, second, rows, columns):
    """Whether an equilibrium with exactly these supports exists, by solving the conditions (floating point, up to 1e-12)."""
    for payoffs, own, other in ((first, rows, columns), (second.T, columns, rows)):
        size = len(own)
        matrix = np.zeros((size + 1, size + 1))
        matrix[:size, :size] = payoffs[np.ix_(own, other)]
        matrix[:size, size] = -1.0
        matrix[size, :size] = 1.0
        mixture = np.linalg.solve(matrix, np.eye(size + 1)[size])
        if mixture[:size].min() <= 1e-12 or (payoffs[:, other] @ mixture[:size]).max() > mixture[size] + 1e-12:
            return False
    return True


def test_entry_deterrence_with_dynamics():
    """The deterrent equilibrium rests on a dominated threat; entry is strict."""
    form = entry_deterrence()
    entry = stability(form, ([0, 1], [1, 0]))
    assert [finding.value for finding in entry.findings.values()] == [True, True, True, 1, True, 0.25]
    assert entry.allowance == {"entrant": 0.5, "incumbent": 0.75}
    deterrence = stability(form, ([1, 0], [0, 1]))
    assert [finding.value for finding in deterrence.findings.values()] == [False, False, False, None, False, 0.0]
    assert "'fight' is weakly dominated by 'accommodate'" in deterrence.undominated.reason
    assert "VertexEnumeration" in deterrence.index.reason


def test_report_can_be_read():
    text = repr(stability(entry_deterrence(), ([0, 1], [1, 0])))
    assert max(len(line) for line in text.splitlines()) <= 96
    assert text.startswith("entry deterrence: stability of entrant enter; incumbent accommodate")
    assert "+1: strict equilibria have index +1" in text
    assert "(in payoffs: entrant 0.5, incumbent 0.75)" in " ".join(text.split())


@pytest.mark.usefixtures("no_dynamics")
def test_frame_has_a_row_a_finding():
    frame = stability(entry_deterrence(), ([0, 1], [1, 0])).to_dataframe()
    assert list(frame.columns) == ["finding", "decided", "value", "reason"]
    assert len(frame) == 6


@pytest.mark.usefixtures("no_dynamics")
def test_chicken_has_indices_that_sum_to_one():
    form = StrategicForm.from_arrays([[3, 1], [4, 0]], [[3, 4], [1, 0]])
    reports = [stability(form, equilibrium) for equilibrium in solve(form)]
    assert [report.index.value for report in reports] == [1, 1, -1]
    assert [report.perfect.value for report in reports] == [True, True, True]
    assert reports[2].radius.value == pytest.approx(1 / 8)  # to a tie against either pure strategy, half of 1 in a range of 4


@pytest.mark.usefixtures("no_dynamics")
@given(seed=st.integers(0, 2**32))
def test_indices_of_a_generic_game_sum_to_one(seed):
    rng = np.random.default_rng(seed)
    form = StrategicForm.from_arrays(*rng.integers(-1000, 1001, size=(2, *rng.integers(2, 5, size=2))))
    solution = solve(form)
    if all(len(members) == 1 for members in solution.components) and solution.complete:
        assert sum(stability(form, equilibrium).index.value for equilibrium in solution) == 1


@pytest.mark.usefixtures("no_dynamics")
def test_a_strategy_dominated_by_a_mixture_only():
    """Row's third strategy loses to an even mixture of the others against every column, and to neither of them."""
    first = [[4, 0], [0, 4], [1, 1]]
    assert pure_dominance(np.array(first, float), 2) is None
    found, by = mixed_dominance(np.array(first, float) / 4, np.array([0.0, 0.0, 1.0]))
    assert found
    assert (by @ np.array(first) >= 1 - 1e-9).all()
    found, _ = mixed_dominance(np.array(first, float) / 4, np.array([0.5, 0.5, 0.0]))
    assert found is False


@pytest.mark.usefixtures("no_dynamics")
def test_a_mixture_dominated_though_its_strategies_are_not():
    """Against the third column all rows are as good; none is dominated, but half of each of the first two is, by the third."""
    first = [[4, 0, 2], [0, 4, 2], [3, 3, 2]]
    form = StrategicForm.from_arrays(first, [[0, 0, 1]] * 3)
    report = stability(form, ([0.5, 0.5, 0], [0, 0, 1]))
    assert report.undominated.value is False
    assert report.undominated.reason == "for player 1 the mixture is weakly dominated by the mixture '2' 1"
    assert report.perfect.value is False
    assert stability(form, ([1, 0, 0], [0, 0, 1])).perfect.value is True


def threes(third):
    """Three players with two strategies each; player 3's payoffs are given, the others want to match each other."""
    match = np.array([[1.0, 0.0], [0.0, 1.0]])[:, :, None].repeat(2, axis=2)
    return StrategicForm.from_arrays(match, match, third)


@pytest.mark.usefixtures("no_dynamics")
def test_three_players():
    strict = stability(threes(np.array([[[1, 0]] * 2] * 2)), ([1, 0], [1, 0], [1, 0]))
    assert [finding.value for finding in strict.findings.values()] == [True, True, True, 1, None, 0.5]
    mixed = stability(threes(np.zeros((2, 2, 2))), ([0.5, 0.5], [0.5, 0.5], [0.5, 0.5]))
    assert [finding.value for finding in mixed.findings.values()] == [False, True, True, None, None, None]
    assert "completely mixed" in mixed.perfect.reason
    open_case = stability(threes(np.zeros((2, 2, 2))), ([1, 0], [1, 0], [1, 0]))
    assert open_case.perfect.value is None
    assert str(open_case.perfect).startswith("not decided: with three or more players")
    weak = threes(np.array([[[0, 0], [0, 0]], [[0, 0], [1, 0]]]))
    assert stability(weak, ([1, 0], [1, 0], [0, 1])).perfect.value is False


@pytest.mark.usefixtures("no_dynamics")
@given(seed=st.integers(0, 2**32), players=st.integers(2, 3))
def test_radius_of_a_strict_equilibrium_against_changed_payoffs(seed, players):
    """No change below the radius takes strictness away; one in the worst direction, just beyond it, does."""
    rng = np.random.default_rng(seed)
    payoffs = rng.normal(size=(players, *rng.integers(2, 4, size=players)))
    cell = tuple(int(rng.integers(size)) for size in payoffs.shape[1:])
    for i in range(players):
        line = (i, *cell[:i], slice(None), *cell[i + 1 :])
        payoffs[(i, *cell)] = payoffs[line].max() + rng.uniform(0.1, 1.0)
    form = StrategicForm.from_arrays(*payoffs)
    report = stability(form, [np.eye(size)[k] for size, k in zip(payoffs.shape[1:], cell, strict=True)])
    radius = np.array([report.allowance[player] for player in form.players]).reshape(-1, *(1,) * players)
    assert report.radius.value > 0

    def strict(changed):
        lines = [changed[(i, *cell[:i], slice(None), *cell[i + 1 :])] for i in range(players)]
        return all((np.delete(line, k) < line[k]).all() for line, k in zip(lines, cell, strict=True))

    for _ in range(50):
        assert strict(payoffs + 0.999 * radius * rng.choice([-1, 1], size=payoffs.shape))
    worst = np.ones_like(payoffs)
    worst[(slice(None), *cell)] = -1
    assert strict(payoffs + 0.999 * radius * worst)
    assert not strict(payoffs + 1.001 * radius * worst)


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32), size=st.integers(2, 3), extra=st.integers(0, 1))
def test_radius_of_a_mixture_against_changed_payoffs(seed, size, extra):
    """All changes of rows, and of single payoffs, by the radius up or down: below it the supports carry, beyond it once not."""
    rng = np.random.default_rng(seed)
    rows = columns = np.arange(size)
    first, second = rng.normal(size=(2, size + extra, size + extra))
    while not supports_carry_an_equilibrium(first, second, rows, columns):
        first, second = rng.normal(size=(2, size + extra, size + extra))
    own = [np.zeros(size + extra), np.zeros(size + extra)]
    for payoffs, mixture in ((first, own[1]), (second.T, own[0])):
        block = np.block([[payoffs[:size, :size], -np.ones((size, 1))], [np.ones((1, size)), np.zeros((1, 1))]])
        mixture[:size] = np.linalg.solve(block, np.eye(size + 1)[size])[:size]
    radius = support_radius(first, own[0], own[1]).radius
    other = support_radius(second.T, own[1], own[0]).radius
    both = min(radius, other)
    for _ in range(100):
        change = 0.999 * both * rng.uniform(-1, 1, size=(2, *first.shape)).round(int(rng.integers(0, 3)))
        assert supports_carry_an_equilibrium(first + change[0], second + change[1], rows, columns)
    signs = [np.array(sign)[:, None] for sign in itertools.product([-1.0, 1.0], repeat=size + extra)]
    kept = [supports_carry_an_equilibrium(first + 0.999 * radius * sign, second, rows, columns) for sign in signs]
    lost = [supports_carry_an_equilibrium(first + 1.001 * radius * sign, second, rows, columns) for sign in signs]
    assert all(kept)
    assert not all(lost)


def test_a_pure_profile_has_the_same_radius_by_both_formulas():
    payoffs = np.array([[0.7, 0.1], [0.2, 1.0], [0.4, 0.0]])
    assert support_radius(payoffs, np.array([1.0, 0, 0]), np.array([1.0, 0])).radius == pytest.approx(0.15)
    assert pure_radius(payoffs[:, 0], 0).radius == pytest.approx(0.15)
    assert support_radius(payoffs[:1], np.array([1.0]), np.array([1.0, 0])).radius == np.inf


@pytest.mark.usefixtures("no_dynamics")
def test_radius_zero_where_supports_differ_or_conditions_are_singular():
    report = stability(entry_deterrence(), ([1, 0], [0.5, 0.5]))
    assert report.radius.value == 0.0
    assert "differ in size" in report.radius.reason
    nothing = StrategicForm.from_arrays(np.zeros((2, 2)), np.zeros((2, 2)))
    flat = stability(nothing, ([0.5, 0.5], [0.5, 0.5]))
    assert flat.radius.value == 0.0
    assert flat.index.value is None
    alone = stability(StrategicForm.from_arrays([[1.0]], [[2.0]]), ([1], [1]))
    assert alone.radius.value == np.inf
    assert alone.allowance == {}


@pytest.mark.usefixtures("no_dynamics")
@given(seed=st.integers(0, 2**32), exponent=st.sampled_from([-900, -40, 40, 1000]))
def test_findings_do_not_depend_on_the_unit_of_payoffs(seed, exponent):
    rng = np.random.default_rng(seed)
    payoffs = rng.integers(-3, 4, size=(2, 3, 3)).astype(float)
    form, moved = StrategicForm.from_arrays(*payoffs), StrategicForm.from_arrays(*np.ldexp(payoffs, exponent))
    for x, y in exact_equilibria(*payoffs.astype(int).tolist()):
        profile = [[float(share) for share in own] for own in (x, y)]
        before, after = (stability(game, profile) for game in (form, moved))
        assert [own.value for own in before.findings.values()] == [own.value for own in after.findings.values()]
        for player in form.players:
            assert after.allowance[player] == pytest.approx(float(np.ldexp(before.allowance[player], exponent)))


@pytest.mark.usefixtures("no_dynamics")
def test_an_equilibrium_of_a_tree_is_judged_in_its_strategic_form():
    game = models.rudimentary_asymmetric_deterrence()
    (found,) = solve(game, POINT)
    report = stability(game, found, POINT)
    assert report.profile == "challenger defect; defender hard: resist | soft: concede"
    # challenger -3 * 0.1 + 0.9 = 0.6 against 0 in a range of 4; defender 0.1 * (2 - 1) against payoffs of range 2.9
    assert report.radius.value == pytest.approx(0.05 / 2.9)
    form = strategic_form(game, POINT)
    assert stability(tree_form(game, POINT), found).radius.value == report.radius.value
    (nash,) = [own for own in solve(form) if own.profile[0][1] == 1]
    assert stability(form, nash).radius.value == report.radius.value


def test_a_mixed_behaviour_becomes_a_mixed_strategy():
    game = models.unilateral_deterrence()
    payoffs = {"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4, "d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4}
    point = {**payoffs, "p_ch": 0.6, "p_def": 0.2}
    found = next(own for own in solve(game, point) if any(0 < p < 1 for a in own.behavior.values() for p in a.values()))
    profile = module.mixed_strategies(strategic_form(game, point), tree_form(game, point), found)
    form = strategic_form(game, point)
    for i, player in enumerate(form.players):
        assert profile[0] @ form.payoffs[i] @ profile[1] == pytest.approx(found.payoffs[player])


@pytest.mark.parametrize(
    ("profile", "match"),
    [
        (([1, 0], [1, 0]), r"no equilibrium: 'entrant' gains 0\.5 of its range of payoffs by 'enter'"),
        (([1, 0, 0], [1, 0]), r"one probability a strategy"),
        (([0.5, 0.6], [1, 0]), r"no probabilities"),
        (([np.nan, 1], [1, 0]), r"no probabilities"),
        (("ab", [1, 0]), r"no list of probabilities"),
    ],
)
def test_what_is_no_equilibrium_is_refused(profile, match):
    with pytest.raises(GameError, match=match):
        stability(entry_deterrence(), profile)


def test_bad_input():
    game = models.rudimentary_asymmetric_deterrence()
    (found,) = solve(game, POINT)
    with pytest.raises(GameError, match="give the game or its tree"):
        stability(strategic_form(game, POINT), found)
    with pytest.raises(GameError, match="params belong to a Game"):
        stability(tree_form(game, POINT), found, POINT)
    with pytest.raises(GameError, match="params belong to a Game"):
        stability(entry_deterrence(), ([0, 1], [1, 0]), POINT)
    with pytest.raises(GameError, match="cannot judge int"):
        stability(3, ([0, 1], [1, 0]))
