"""Cut-point equilibria against best replies by enumeration of all coalitions, and bounds against random replies."""

from itertools import product
from math import erf, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deterrence_games as dg
from deterrence_games.forms.joining import JoiningForm, PrivateJoiningForm
from deterrence_games.kernels import coalition_strength as kernels
from deterrence_games.kernels.jit import interpreted
from deterrence_games.solvers.cut_points import CutPoints, Replies, unit_of


def random_form(seed, most=5, whole=True):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, most + 1))
    strength = rng.integers(1, 9, n).astype(float) if whole else rng.lognormal(0, 1, n)
    form = JoiningForm(
        tuple(f"ally {k}" for k in range(n)),
        strength,
        rng.uniform(0, 2, n),
        rng.uniform(0.02, 0.5, n),
        rng.uniform(0, 0.1, n),
        rng.uniform(0.5, 3),
        rng.uniform(1, 20),
        decisiveness=float(rng.choice([0.5, 1, 1, 3])),
        company=float(rng.choice([0, 0.5, 1])),
        late=float(rng.choice([0, 0.4])),
        war_cost=0.4,
    )
    return PrivateJoiningForm(form, rng.uniform(0.2, 1, n), rng.choice([0.0, 0.2], n), 0.3)


def reply_by_enumeration(private, chance):
    """Each ally's chance in its best reply, over all coalitions of the others."""
    form = private.form

    def held(strength):
        return strength**form.decisiveness / (strength**form.decisiveness + form.aggressor_strength**form.decisiveness)

    n, target = len(chance), form.target_strength
    result = []
    for k in range(n):
        rise = share = 0.0
        for coalition in product((0, 1), repeat=n - 1):
            others = [j for j in range(n) if j != k]
            weight = np.prod([chance[j] if come else 1 - chance[j] for j, come in zip(others, coalition, strict=True)])
            strength = target + sum(form.strength[j] for j, come in zip(others, coalition, strict=True) if come)
            rise += weight * (held(strength + form.strength[k]) - held(strength))
            share += weight * ((target + form.strength[k]) / (strength + form.strength[k])) ** form.company
        cut = ((1 - form.late) * form.stake[k] * rise + form.promise[k]) / ((1 - form.late) * share)
        z = log(cut / form.cost[k]) / private.spread[k]
        result.append((1 - private.veto[k]) * 0.5 * (1 + erf(z / sqrt(2))))
    return np.array(result)


@given(st.integers(0, 10**6))
def test_equilibria_are_fixed_points_of_enumerated_replies(seed):
    private = random_form(seed)
    solution = CutPoints().solve(private)
    assert len(solution) >= 1
    assert solution.rounding == 0.0
    for equilibrium in solution:
        assert equilibrium.residual < 1e-10
        np.testing.assert_allclose(reply_by_enumeration(private, equilibrium.chance), equilibrium.chance, atol=1e-9)
        assert (solution.lowest - 1e-9 <= equilibrium.chance).all()
        assert (equilibrium.chance <= solution.highest + 1e-9).all()
        np.testing.assert_allclose(equilibrium.probability.sum(), 1.0, atol=1e-12)
        expected = private.form.target_strength + equilibrium.chance @ private.form.strength
        assert equilibrium.expected_strength == pytest.approx(expected, abs=1e-9)


@given(st.integers(0, 10**6))
def test_bounds_enclose_every_reply(seed):
    private = random_form(seed)
    rng = np.random.default_rng(seed)
    ends = np.sort(rng.uniform(size=(2, len(private.veto))), axis=0)
    low, high = Replies(private, 131_072).bounds(ends[0], ends[1])
    for _ in range(5):
        reply = reply_by_enumeration(private, rng.uniform(ends[0], ends[1]))
        assert (low - 1e-9 <= reply).all()
        assert (reply <= high + 1e-9).all()


@given(st.integers(0, 10**6))
def test_distribution_and_leaving_one_out(seed):
    """Against all coalitions, each member between two units taken as the lower or the higher."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 6))
    units, chance = rng.integers(0, 5, n), rng.uniform(size=n)
    parts = rng.uniform(size=n) * rng.integers(0, 2, n)
    chance[rng.integers(0, n)] = rng.choice([0.0, 0.5, 1.0])
    size = int((units + (parts > 0)).sum()) + 1

    def enumerated(members):
        found = np.zeros(size)
        for moves in product((0, 1, 2), repeat=len(members)):  # stays, comes as the lower number, as the higher
            shares = [
                (1 - chance[k], chance[k] * (1 - parts[k]), chance[k] * parts[k])[m]
                for k, m in zip(members, moves, strict=True)
            ]
            level = sum((0, units[k], units[k] + 1)[m] for k, m in zip(members, moves, strict=True))
            weight = np.prod(shares)
            if weight > 0.0:
                found[level] += weight
        return found

    tables, shared = rng.normal(size=(n, 3, size)), rng.normal(size=size)
    for distribution, expectations in (
        (kernels.strength_distribution, kernels.expectations),
        (interpreted(kernels.strength_distribution), interpreted(kernels.expectations)),
    ):
        whole, out = np.full(size, np.nan), np.full((n, 4), np.nan)
        distribution(units, parts, chance, whole)
        np.testing.assert_allclose(whole, enumerated(range(n)), atol=1e-14)
        expectations(units, parts, chance, tables, shared, np.full((5, size), np.nan), out)
        for k in range(n):
            rest = enumerated([other for other in range(n) if other != k])
            np.testing.assert_allclose(out[k], [*(tables[k] @ rest), shared @ rest], atol=1e-12)


def test_small_spread_comes_near_complete_information():
    """Almost known costs: whoever gains comes, whoever loses stays."""
    form = JoiningForm(("keen", "loath"), [4, 2], [2, 2], [0.05, 0.6], [0, 0], 1, 6, war_cost=0.4)
    solution = CutPoints().solve(PrivateJoiningForm(form, 0.01, 0.0))
    assert solution.unique
    np.testing.assert_allclose(solution[0].chance, [1, 0], atol=1e-6)


def test_three_equilibria_where_company_makes_brave():
    """Two equal allies who come if the other does: nobody, everybody, and a mixture between."""
    form = JoiningForm(("a", "b"), [10, 10], [0, 0], [1, 1], [0.7, 0.7], 1, 6, company=1.0, war_cost=0.4)
    solution = CutPoints().solve(PrivateJoiningForm(form, 0.1, 0.0))
    assert len(solution) == 3
    assert not solution.unique
    assert solution[0].chance.max() < 0.01
    assert solution[2].chance.min() > 0.95


def test_a_veto_keeps_an_ally_at_home():
    form = JoiningForm(("a", "b"), [5, 5], [1, 1], [0.1, 0.1], [0.2, 0.2], 1, 6, war_cost=0.4)
    free, bound = (CutPoints().solve(PrivateJoiningForm(form, 0.3, [veto, 0.0]))[0] for veto in (0.0, 1.0))
    assert bound.chance[0] == 0.0
    assert bound.attack_probability > free.attack_probability


def test_an_aggressor_with_a_private_cost():
    """Attacks when its cost, lognormal around 0.4, is below what attacking brings."""
    form = JoiningForm((), [], [], [], [], 2.0, 8.0, prize=1.0, war_cost=0.4)
    sure = CutPoints().solve(PrivateJoiningForm(form, 1.0, 0.0))[0]
    assert (sure.attack_value, sure.attack_probability) == (pytest.approx(0.4), 1.0)
    unsure = CutPoints().solve(PrivateJoiningForm(form, 1.0, 0.0, aggressor_spread=0.5))[0]
    assert unsure.attack_probability == pytest.approx(0.5 * (1 + erf(log(2) / 0.5 / sqrt(2))))


def test_units():
    assert unit_of(np.array([1.5, 2.25, 3.0]), 4096) == 0.75
    assert unit_of(np.array([0.1, 0.2]), 4096) == 0.1
    assert unit_of(np.array([1 / 3, 2 / 7]), 2000) == pytest.approx((1 / 3 + 2 / 7) / 1000)


def test_finer_units_change_little():
    private = random_form(5, most=5, whole=False)
    coarse, fine = (CutPoints(work=work).solve(private) for work in (1_000, 100_000))
    assert coarse.rounding > fine.rounding > 0.0
    np.testing.assert_allclose(coarse[0].chance, fine[0].chance, atol=1e-5)
    np.testing.assert_allclose(fine[0].chance, reply_by_enumeration(private, fine[0].chance), atol=1e-8)


def test_bad_input_is_refused():
    form = JoiningForm(("a",), [1], [1], [1], [0], 1, 1)
    for message, build in {
        r"spread of ally 'a' is 0": lambda: PrivateJoiningForm(form, 0.0, 0.0),
        r"veto of ally 'a' is 2; give a number that is within": lambda: PrivateJoiningForm(form, 1.0, 2.0),
        r"veto is not one number an ally": lambda: PrivateJoiningForm(form, 1.0, [0.1, 0.2]),
        r"aggressor_spread is -1": lambda: PrivateJoiningForm(form, 1.0, 0.0, -1),
        r"median cost of ally 'a' is 0": lambda: PrivateJoiningForm(JoiningForm(("a",), [1], [1], [0], [0], 1, 1), 1.0, 0.0),
    }.items():
        with pytest.raises(dg.GameError, match=message):
            build()
    with pytest.raises(dg.SolverError, match="give work and steps"):
        CutPoints(work=0)


def test_table_and_text():
    solution = CutPoints().solve(random_form(3))
    assert set(solution.to_dataframe()) >= {"ally", "chance", "cut_point", "margin", "equilibrium"}
    assert "the target holds with probability" in repr(solution)
