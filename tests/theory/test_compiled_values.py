"""Compiled theorems against closed forms in NumPy and in fractions, and what is kept of them on disk."""

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Symbol

import deterrence_games as dg
from benchmarks.agreement import draw
from deterrence_games.analysis.sweep_quantities import action_labels
from deterrence_games.errors import ParameterError
from deterrence_games.lowering.tree import compile_game
from deterrence_games.solvers import generated
from deterrence_games.theory.value_formulas import InArrays, InNumbers

ROOT = Path(__file__).parents[2]
PAYOFFS = {"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4, "d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4}
MUTUAL = {
    **{"a_DDs": 0, "a_CD": 1, "a_DDh": 1.5, "a_SQ": 3, "a_DC": 5},
    **{"b_DDs": 0, "b_DC": 1, "b_DDh": 1.5, "b_SQ": 3, "b_CD": 5},
}


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DETERRENCE_GAMES_CACHE", str(tmp_path_factory.mktemp("cache")))
        generated.compiled_function.cache_clear()
        yield


@pytest.fixture(scope="module")
def unilateral():
    return dg.derive(dg.models.unilateral_deterrence())


def exists(values, theorem):
    return {family.name: (values.mask >> np.uint64(k) & np.uint64(1)).astype(bool) for k, family in enumerate(theorem.families)}


def test_families_and_outcomes_are_those_of_the_closed_forms(unilateral):
    rng = np.random.default_rng(8)
    params = {**PAYOFFS, "p_ch": rng.uniform(0.01, 0.99, 3000), "p_def": rng.uniform(0.01, 0.99, 3000)}
    values = unilateral.evaluate(params, ("outcomes", "payoffs", "war", "strategies"))
    for name, holds in unilateral.exists(params).items():
        np.testing.assert_array_equal(exists(values, unilateral)[name], holds)
    assert values.inside.all()
    assert not values.border.any()
    labels = unilateral.game.outcomes
    for point in range(0, 3000, 600):
        at = {name: value if np.ndim(value) == 0 else value[point] for name, value in params.items()}
        for instance in unilateral.at(at):
            row = [family.name for family in unilateral.families].index(instance.name)
            for label, probability in instance.outcomes.items():
                assert values.low["outcomes"][row, labels.index(label), point] == pytest.approx(float(probability), abs=1e-12)
            war = sum(float(instance.outcomes[label]) for label in unilateral.game.wars)
            assert values.low["war"][row, 0, point] == pytest.approx(war, abs=1e-12)
            for k, player in enumerate(unilateral.game.players):
                assert values.low["payoffs"][row, k, point] == pytest.approx(float(instance.payoffs[player]), abs=1e-12)


def test_borders_are_decided_in_fractions(unilateral):
    """One third is no float, yet at c1 = 1/10 the point 0.1 lies on the border."""
    payoffs = {**PAYOFFS, "c_DC": 10, "c_SQ": 9.1, "c_CD": 1, "c_DDh": 9}
    values = unilateral.evaluate({**payoffs, "p_ch": 0.9, "p_def": np.array([0.1, 0.1 + 1e-9, 0.1 - 1e-9])})
    assert values.border.tolist() == [True, False, False]
    held = exists(values, unilateral)
    assert held["Attack"].tolist() == [True, False, True]
    assert held["Separating"].tolist() == [True, True, False]


def test_where_an_assumption_fails_the_theorem_says_nothing(unilateral):
    values = unilateral.evaluate({**PAYOFFS, "p_ch": np.array([0.0, 0.5, 1.5]), "p_def": 0.2})
    assert values.inside.tolist() == [False, True, False]
    assert (values.mask > 0).tolist() == [False, True, False]


def test_what_a_family_leaves_open_has_bounds():
    theorem = dg.derive(dg.models.generalized_mutual_deterrence())
    values = theorem.evaluate({**MUTUAL, "p_a": np.array([0.3, 0.8]), "p_b": 0.5}, ("payoffs",))
    assert (values.low["payoffs"] <= values.high["payoffs"]).all()
    held = exists(values, theorem)
    for name, holds in theorem.exists({**MUTUAL, "p_a": np.array([0.3, 0.8]), "p_b": 0.5}).items():
        np.testing.assert_array_equal(held[name], holds)


def test_the_module_is_written_once_and_never_run_when_changed(unilateral, tmp_path, monkeypatch):
    monkeypatch.setenv("DETERRENCE_GAMES_CACHE", str(tmp_path))
    generated.compiled_function.cache_clear()
    source = "def double(x):\n    return 2 * x\n"
    assert generated.compiled_function(source, "double")(3) == 6
    (module,) = tmp_path.glob("m*.py")
    module.write_text("def double(x):\n    return 666\n")
    generated.compiled_function.cache_clear()
    assert generated.compiled_function(source, "double")(3) == 6
    assert module.read_text() == source


def test_a_second_process_loads_the_machine_code(tmp_path):
    script = (
        "import numpy as np, deterrence_games as dg\n"
        "theorem = dg.derive(dg.models.rudimentary_asymmetric_deterrence())\n"
        "point = dict(a_SQ=0, a_DC=1, a_DD=-3, b_SQ=3, b_DC=1, b_DDh=2, b_DDs=0)\n"
        "print(theorem.evaluate({**point, 'p': np.array([0.2, 0.3])}).mask.tolist())\n"
    )
    environment = {**os.environ, "DETERRENCE_GAMES_CACHE": str(tmp_path), "PYTHONPATH": str(ROOT)}
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "[2, 1]\n"), done.stderr


def test_a_cache_that_cannot_be_written_is_done_without(unilateral, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DETERRENCE_GAMES_CACHE", str(tmp_path / "file" / "folder"))
    generated.compiled_function.cache_clear()
    assert generated.compiled_function("def double(x):\n    return 2 * x\n", "double")(4) == 8
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("name", "quantities"),
    [
        ("unilateral_deterrence", ("outcomes", "payoffs", "war", "deterrence", "strategies")),
        ("generalized_mutual_deterrence", ("payoffs", "strategies")),
        ("tripartite_crisis", ("strategies",)),
    ],
)
def test_numpy_and_compiled_code_give_the_same_bits(name, quantities):
    """At random points, at points on and beside borders, and where assumptions fail."""
    theorem = dg.derive(dg.models.CATALOGUE[name]())
    rng = np.random.default_rng(4)
    params = draw(theorem, 3000, rng)
    moved = next(parameter for parameter in theorem.game.parameters if parameter.startswith(("p_", "q_")))
    params[moved][:200] = rng.choice([0.0, 1.0, 1.5, -0.25], size=200)
    for row, condition in enumerate(condition for family in theorem.families for condition in family.conditions):
        for point in range(200 + 4 * row, 204 + 4 * row):
            _onto(condition, {own: values[point : point + 1] for own, values in params.items()})
    exists, inside, border, bounds = theorem.values.evaluate(params, 3000, quantities)
    assert border.sum() >= (0 if name == "tripartite_crisis" else 3)
    assert not inside.all()
    *flags, beside = theorem.compiled(quantities).evaluate_columns(params, 3000, quantities)
    for found, own in zip(flags, (exists, inside, border), strict=True):
        np.testing.assert_array_equal(found, own)
    for quantity in quantities:
        assert beside[quantity].tobytes() == bounds[quantity].tobytes()
    if name != "unilateral_deterrence":
        return  # compiling takes its time
    apart = theorem.evaluate(params, quantities)
    for quantity in quantities:
        for side, told in enumerate((apart.low[quantity], apart.high[quantity])):
            masked = np.where(exists[:, :, None], told.transpose(2, 0, 1), np.nan)
            assert masked.tobytes() == np.ascontiguousarray(bounds[quantity][..., side]).tobytes()


def _onto(condition, point):
    """Move a point onto the border of a condition, along a probability in which it is linear."""
    for atom in condition.atoms(sympy.core.relational.Relational):
        gap, _ = sympy.fraction(sympy.together(atom.lhs - atom.rhs))
        for symbol in sorted(gap.free_symbols, key=str):
            if symbol.name.startswith(("p_", "q_")) and sympy.degree(gap, symbol) == 1:
                others = {own: sympy.Float(float(point[own.name][0])) for own in gap.free_symbols if own != symbol}
                slope, rest = sympy.Poly(gap, symbol).all_coeffs()
                point[symbol.name][0] = float(-rest.subs(others) / slope.subs(others))
                return


def test_families_of_several_cases_have_the_bounds_of_those_that_hold():
    """Off the path the hard type of A cooperates, defects or mixes; the formulas of each case hold in a part of the region."""
    theorem = dg.derive(dg.models.generalized_mutual_deterrence())
    (family,) = [own for own in theorem.families if own.name == "Bluff (B)"]
    assert len(family.cases) == 3
    params = draw(theorem, 400, np.random.default_rng(9))
    exists, _, _, bounds = theorem.values.evaluate(params, 400, ("strategies",))
    row = list(theorem.families).index(family)
    labels = action_labels(compile_game(theorem.game).structure)
    column = bounds["strategies"][:, row, labels.index("A hard: defect")]
    ends = set()
    for point in np.flatnonzero(exists[:, row])[:40]:
        values = {Symbol(name, real=True): sympy.Rational(repr(float(x[point]))) for name, x in params.items()}
        least, most = 1, 0
        for case in family.cases:
            if all(condition.subs(values) == sympy.true for condition in case.conditions):
                shares = case.strategies["A", "hard", ()]["defect"]
                for symbol, held in reversed(case.ranges.items()):
                    both = [shares.subs(symbol, end).subs(values) for end in (held.start, held.end)]
                    least, most = min(least, *both), max(most, *both)
                if not case.ranges:
                    least, most = min(least, shares.subs(values)), max(most, shares.subs(values))
        assert column[point] == pytest.approx([float(least), float(most)], abs=1e-12)
        ends.add(float(least) == 0)
    assert ends == {True, False}


@given(
    x=st.floats(-3, 3),
    y=st.floats(0.01, 5),
    powers=st.lists(st.integers(-5, 5), min_size=2, max_size=2),
)
def test_code_for_numbers_and_for_arrays_rounds_alike(x, y, powers):
    a, b = sympy.symbols("x0 x1", real=True)
    expression = (a**3 + b ** powers[0] / 3) * b ** sympy.Rational(powers[1], 2) + sympy.Max(a * b, a, b**2) / sympy.Min(
        b, 2 * b + 1
    )
    code = sympy.lambdify((a, b), expression, "math", InNumbers())
    arrays = {"least": lambda one, other: np.where(one < other, one, other)}
    arrays["greatest"] = lambda one, other: np.where(one > other, one, other)
    column = sympy.lambdify((a, b), expression, [arrays, "numpy"], InArrays())(np.full(3, x), np.full(3, y))
    assert np.asarray(column).tolist() == [code(x, y)] * 3
    assert code(x, y) == pytest.approx(float(expression.subs({a: x, b: y})), rel=1e-9, abs=1e-9)


def test_hostile_names_stay_out_of_the_source():
    game = dg.Game(
        name="names",
        players=("a",),
        tree=dg.Decision("a", {"stay": "peace", "go": "war"}),
        payoffs={"peace": {"a": "mask"}, "war": {"a": "points"}},
        assumptions=("mask > 0", "points > 0"),
    )
    theorem = dg.derive(game)
    values = theorem.evaluate({"mask": np.array([1.0, 2.0]), "points": 1.5})
    assert values.mask.tolist() in ([1, 2], [2, 1])


def test_rational_constants_are_fractions_at_borders():
    """At p = 3/10 both sides are 23/100: as floats they differ, or are equal by luck."""
    game = dg.Game(
        name="tenths",
        players=("a",),
        tree=dg.Decision("a", {"stay": "peace", "go": "war"}),
        payoffs={"peace": {"a": "q"}, "war": {"a": "p/10 + 1/5"}},
        assumptions=("0 < p < 1", "q > 0"),
    )
    theorem = dg.derive(game)
    values = theorem.evaluate({"p": np.array([0.3, 0.3, 0.3]), "q": np.array([0.23, 0.2300001, 0.2299999])})
    assert values.border.tolist() == [True, False, False]
    assert values.mask.tolist()[0] == 3
    assert sorted(values.mask.tolist()[1:]) == [1, 2]


@pytest.mark.parametrize(
    ("changes", "quantities", "words"),
    [
        ({"p_ch": None}, ("outcomes",), "parameter 'p_ch' is missing"),
        ({"resolve": 1.0}, ("outcomes",), "unknown parameter 'resolve'"),
        (
            {"p_ch": np.full(3, 0.5), "p_def": np.full(6, 0.5)},
            ("outcomes",),
            "of values, 'p_ch' 3 and 'p_def' 6",
        ),
        ({"p_ch": np.full((3, 1), 0.5)}, ("outcomes",), "has shape"),
        ({}, ("beliefs",), "'beliefs' is no quantity"),
        ({}, ("war", "war"), "quantity 'war' is asked for twice"),
        ({}, "beliefs", "'beliefs' is no quantity"),
        ({"p_ch": "half"}, ("war",), "parameter 'p_ch' is 'half'; give real numbers"),
        ({"p_ch": [0.5, None]}, ("war",), r"parameter 'p_ch' is \[0.5, None\]; give real numbers"),
        ({"p_ch": 0.5j}, ("war",), "parameter 'p_ch' is 0.5j; give real numbers"),
        ({"p_ch": [[0.5], [0.1, 0.2]]}, ("war",), "parameter 'p_ch' is .*; give real numbers"),
    ],
)
def test_bad_input(unilateral, changes, quantities, words):
    params = {**PAYOFFS, "p_ch": 0.5, "p_def": 0.2, **changes}
    with pytest.raises(ParameterError, match=words):
        unilateral.evaluate({name: value for name, value in params.items() if value is not None}, quantities)


def test_one_quantity_and_fractions(unilateral):
    half = unilateral.evaluate({**PAYOFFS, "p_ch": [Fraction(1, 2)], "p_def": 0.2}, "war")
    assert (
        half.low["war"].tolist() == unilateral.evaluate({**PAYOFFS, "p_ch": [0.5], "p_def": 0.2}, ("war",)).low["war"].tolist()
    )


def test_no_points_and_one_point(unilateral):
    assert unilateral.evaluate({**PAYOFFS, "p_ch": np.array([]), "p_def": 0.2}).mask.shape == (0,)
    one = unilateral.evaluate({**PAYOFFS, "p_ch": np.array([0.5]), "p_def": 0.2})
    assert one.mask.tolist() == unilateral.evaluate({**PAYOFFS, "p_ch": 0.5, "p_def": 0.2}).mask.tolist()
