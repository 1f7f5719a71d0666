"""Pure equilibria of the joining game against brute force, the general solvers, and counts that are known."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deterrence_games as dg
from deterrence_games.forms.joining import JoiningForm
from deterrence_games.kernels import joining as kernels
from deterrence_games.kernels.jit import interpreted
from deterrence_games.kernels.regret import profile_regrets
from deterrence_games.solvers.joining_equilibria import JoiningEquilibria, deterring_strength, joining_extremes
from tests.joining_games import pure_by_force, random_game, strategic

SEEDS = st.integers(0, 10**6)


def names(n):
    return tuple(f"ally {k}" for k in range(n))


def free_riders(n, seed=0):
    """Allies of different strength whose cost is near what each adds when half of the strength comes."""
    rng = np.random.default_rng(seed)
    strength = rng.lognormal(0, 1, n)
    half = 0.4 * strength.sum()
    added = (half + strength / 2) / (half + strength / 2 + 20) - (half - strength / 2) / (half - strength / 2 + 20)
    cost = added * np.exp(rng.normal(0, 0.05, n))
    return JoiningForm(names(n), strength, np.ones(n), cost, np.zeros(n), 1.0, 20.0, prize=1, war_cost=0.4)


@given(SEEDS)
def test_all_pure_equilibria_of_small_games(seed):
    form = random_game(seed)
    solution = JoiningEquilibria().solve(form)
    tol = 1e-12 * (form.stake + form.cost + form.promise)
    expected = pure_by_force(form, tol + 1e-15)
    assert {tuple(row.astype(int).tolist()) for row in solution.joins} == expected
    assert solution.count == len(solution) == len(expected)
    assert solution.complete
    strengths = [
        form.target_strength + sum(m for m, comes in zip(form.strength, own, strict=True) if comes) for own in expected
    ]
    assert solution.deterring == sum(float(form.attack_value(own)) <= 1e-12 for own in strengths)
    assert solution.strict_count == len(pure_by_force(form, -tol))


@given(SEEDS)
def test_interpreted_kernel_agrees(seed):
    form = random_game(seed, most=4)
    args = (form.strength, form.stake, form.cost, form.promise, form.target_strength, form.aggressor_strength)
    args += (form.decisiveness, form.company, form.late, 3.0, 1e-12 * (form.stake + form.cost + form.promise), 40, 1000)
    results = []
    for run in (kernels.pure_equilibria, interpreted(kernels.pure_equilibria)):
        found = np.full(16, -1, np.int64)
        results.append((*run(*args, found), found.tolist()))
    assert results[0] == results[1]


@pytest.mark.parametrize("block", range(5))
def test_general_solver_finds_the_same_pure_equilibria(block):
    """A hundred and more games a block, of two to four allies; the general solver works on the payoff tables."""
    compared = 0
    for seed in range(140 * block, 140 * block + 140):
        form = random_game(seed, most=4)
        if len(form.allies) < 2:
            continue
        compared += 1
        table = strategic(form)
        ours = JoiningEquilibria().solve(form)
        n = len(form.allies)
        mixed = np.stack([1.0 - ours.joins, ours.joins], axis=2).reshape(-1, 2 * n).astype(float)
        regret = np.full(len(mixed), np.inf)
        game, shape = np.zeros(len(mixed), np.int64), np.full(n, 2)
        profile_regrets(table.payoffs.reshape(1, n, -1).copy(), shape, game, mixed, 2 * np.arange(n + 1), regret)
        assert regret.max(initial=0.0) < 1e-9
        solution = dg.solve(table, throw=False)
        pure = {
            tuple(int(own[1]) for own in found.profile)
            for found in solution
            if all(max(own) > 1 - 1e-9 for own in found.profile)
        }
        mine = {tuple(own.astype(int).tolist()) for own in ours.joins}
        if solution.complete:
            assert pure == mine, form.name
        else:  # ties: the general solver may name a continuum instead of its corners
            assert pure <= mine, form.name
    assert compared >= 100


def test_everybody_indifferent_makes_every_profile_an_equilibrium():
    n = 32
    form = JoiningForm(names(n), np.arange(1.0, n + 1), np.zeros(n), np.ones(n), np.ones(n), 1.0, 5.0, war_cost=0.4)
    solution = JoiningEquilibria(limit=100).solve(form)
    assert (solution.count, solution.strict_count, len(solution)) == (2**32, 0, 100)
    assert solution.complete


@pytest.mark.parametrize("n", [5, 20, 32, 40])
def test_equal_free_riders_are_a_binomial_coefficient(n):
    """Equal allies that come while at most k - 1 others do: any k of them are an equilibrium, and nothing else."""
    k = n // 3
    gain = [(1 + j) / (1 + j + 9) - j / (j + 9) for j in range(1, n + 1)]  # of the j-th ally that comes, target strength 1
    cost = (gain[k - 1] + gain[k]) / 2
    form = JoiningForm(names(n), np.ones(n), np.ones(n), np.full(n, cost), np.zeros(n), 1.0, 9.0, war_cost=0.4)
    solution = JoiningEquilibria(limit=50).solve(form)
    assert solution.interplay == "free_riding"
    assert solution.strict_count == solution.count == comb(n, k)
    assert (solution.joins.sum(axis=1) == k).all()
    assert len(solution) == min(50, comb(n, k))
    assert (solution.deterring == 0) == (1 + k < deterring_strength(form))


def test_thirty_two_free_riders_are_certified():
    solution = JoiningEquilibria().solve(free_riders(32))
    assert solution.complete
    assert solution.count == solution.strict_count > 100
    assert len(solution) == min(solution.count, 10_000)
    assert solution.regret.max() == 0.0
    assert solution.margin.min() > 0.0
    assert len({tuple(own) for own in solution.joins}) == len(solution)


def complementary(n, seed=3):
    rng = np.random.default_rng(seed)
    cost, promise = rng.uniform(0.1, 0.6, n), rng.uniform(0.0, 0.2, n)
    return JoiningForm(names(n), rng.lognormal(0, 1, n), np.full(n, 0.02), cost, promise, 1.0, 20.0, company=1, war_cost=0.4)


@pytest.mark.parametrize("seed", range(8))
def test_extremes_of_complementary_games(seed):
    form = complementary(12, seed)
    solution = JoiningEquilibria().solve(form)
    assert solution.interplay in ("complementary", "dominant")
    for comes in solution.joins:
        assert (solution.least <= comes).all()
        assert (comes <= solution.greatest).all()
    assert solution.least.tolist() in solution.joins.tolist()
    assert solution.greatest.tolist() in solution.joins.tolist()


def test_extremes_need_no_list():
    form = complementary(300)
    least, greatest = joining_extremes(form)
    assert (least <= greatest).all()
    with pytest.raises(dg.SizeError, match=r"300 allies, up to 2\^300 pure equilibria; at most 62 are enumerated; .*extremes"):
        JoiningEquilibria().solve(form)
    with pytest.raises(dg.SolverError, match="joining is not complementary"):
        joining_extremes(free_riders(8))


def test_a_cell_too_wide_is_said(monkeypatch):
    form = JoiningForm(names(20), np.arange(1.0, 21.0), np.zeros(20), np.ones(20), np.ones(20), 1.0, 5.0)
    monkeypatch.setattr("deterrence_games.solvers.joining_equilibria.MAX_FREE", 10)
    solution = JoiningEquilibria().solve(form)
    assert solution.status is dg.Status.LIMIT
    assert not solution.complete
    assert solution.most >= 2**20
    assert "leaves more than 10 allies free" in solution.completeness


def test_no_ally_at_all():
    form = JoiningForm((), [], [], [], [], 1.0, 4.0, war_cost=0.4)
    solution = JoiningEquilibria().solve(form)
    assert (solution.count, solution.deterring, solution[0].coming) == (1, 0, ())


def test_indifferent_aggressor_keeps_the_peace():
    form = JoiningForm(("a",), [2.0], [1.0], [0.0], [0.0], 1.0, 3.0, prize=1.0, war_cost=0.5)
    assert deterring_strength(form) == pytest.approx(3.0)
    solution = JoiningEquilibria().solve(form)
    assert (solution.count, solution.deterring) == (1, 1)
    assert deterring_strength(JoiningForm(("a",), [2.0], [1.0], [0.0], [0.0], 1.0, 3.0, war_cost=0.0)) > 1e11


def test_table_and_text():
    solution = JoiningEquilibria(limit=20).solve(free_riders(16))
    table = solution.to_dataframe()
    assert len(table) == len(solution)
    assert (table["deters"] == (table["strength"] >= solution.deterring_strength)).all()
    text = repr(solution)
    assert f"{solution.count:,} pure equilibria" in text
    assert "stay away once enough others come" in text


BAD = {
    r"ally 'a' stands there twice": {"allies": ("a", "a")},
    r"strength of ally 'b' is 0; give a number that is finite and above 0": {"strength": [1, 0]},
    r"strength of ally 'a' is -1": {"strength": [-1, 1]},
    r"stake has shape \(3,\) for 2 allies": {"stake": [1, 1, 1]},
    r"cost of ally 'b' is nan": {"cost": [1, float("nan")]},
    r"cost is no list of numbers": {"cost": ["x", 1]},
    r"aggressor_strength is 0": {"aggressor_strength": 0},
    r"company is -1": {"company": -1},
    r"late is 1; give a probability below 1": {"late": 1.0},
    r"prize is inf": {"prize": float("inf")},
    r"prize is 'much'; give a number": {"prize": "much"},
}


@pytest.mark.parametrize("message", BAD)
def test_bad_numbers_are_refused(message):
    good = {"allies": ("a", "b"), "strength": [1, 1], "stake": [1, 1], "cost": [1, 1], "promise": [0, 0]}
    good |= {"target_strength": 1, "aggressor_strength": 1}
    with pytest.raises(dg.GameError, match=message):
        JoiningForm(**(good | BAD[message]))


def test_bad_options_are_refused():
    with pytest.raises(dg.SolverError, match="limit=-1"):
        JoiningEquilibria(limit=-1)
    with pytest.raises(dg.SolverError, match=r"tol=0\.1 is not between"):
        JoiningEquilibria(tol=0.1)
