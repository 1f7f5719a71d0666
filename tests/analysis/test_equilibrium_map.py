"""Maps against closed forms of unilateral deterrence (Zagare and Kilgour 1993, derived), and what they refuse."""

import warnings
from fractions import Fraction

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.analysis import equilibrium_map as module
from deterrence_games.analysis.cell_names import path_in_words
from deterrence_games.analysis.equilibrium_map import equilibrium_map
from deterrence_games.errors import AssumptionWarning, GameError, ParameterError, SizeError, SolverError
from deterrence_games.lowering.assumptions import broken_assumptions
from deterrence_games.lowering.tree import compile_game

CHALLENGER, DEFENDER = ("c_DDs", "c_CD", "c_DDh", "c_SQ", "c_DC"), ("d_DDs", "d_DC", "d_DDh", "d_CD", "d_SQ")
PAYOFFS = {**dict(zip(CHALLENGER, range(5), strict=True)), **dict(zip(DEFENDER, range(5), strict=True))}
RUDIMENTARY = {"a_SQ": 0, "a_DD": -3, "b_SQ": 3, "b_DC": 1, "b_DDh": 2, "b_DDs": 0}
UNILATERAL = dg.models.unilateral_deterrence()


@pytest.mark.parametrize("seed", range(6))
def test_unilateral_deterrence_matches_its_closed_form(seed):
    rng = np.random.default_rng(seed)
    fixed = {}
    for names in (CHALLENGER, DEFENDER):
        fixed |= dict(zip(names, np.cumsum(0.1 + rng.random(5)) - 2, strict=True))
    x, y = (("p_ch", *np.sort(rng.random(2)), 11), ("p_def", *np.sort(rng.random(2)), 13))
    found = equilibrium_map(UNILATERAL, x, y, fixed)
    c1 = (fixed["c_DC"] - fixed["c_SQ"]) / (fixed["c_DC"] - fixed["c_CD"])
    c2 = (fixed["c_DC"] - fixed["c_SQ"]) / (fixed["c_DC"] - fixed["c_DDh"])
    d = (fixed["d_CD"] - fixed["d_DC"]) / (fixed["d_CD"] - fixed["d_DDs"])
    p_ch, p_def = np.meshgrid(found.x_values, found.y_values)
    off_border = np.minimum.reduce([abs(p_def - c1), abs(p_def - c2), abs(p_ch - d)]) > 1e-6
    assert off_border.mean() > 0.9
    expected = {
        "Certain Deterrence": p_def >= c2,
        "Steadfast Deterrence": np.ones_like(p_ch, dtype=bool),
        "Separating": (c1 <= p_def) & (p_def <= c2),
        "Attack": (p_def <= c1) & (p_ch >= d),
        "Bluff": (p_def <= c1) & (p_ch <= d),
    }
    assert found.complete.all()
    assert found.names[:5] == tuple(expected)
    for name, where in expected.items():
        np.testing.assert_array_equal(found.exists(name)[off_border], where[off_border], err_msg=name)
    assert (found.mask[off_border] < 32).all()  # nothing without a name


def test_a_map_agrees_with_solving_each_point():
    found = equilibrium_map(UNILATERAL, ("p_ch", 0.05, 0.95, 5), ("p_def", 0.05, 0.95, 6), PAYOFFS)
    for row, p_def in enumerate(found.y_values):
        for column, p_ch in enumerate(found.x_values):
            solution = dg.solve(UNILATERAL, {**PAYOFFS, "p_ch": p_ch, "p_def": p_def})
            names = {name for name in found.names if found.exists(name)[row, column]}
            assert names == {equilibrium.name for equilibrium in solution}


def test_both_neighbours_and_what_joins_them_exist_on_a_border():
    found = equilibrium_map(UNILATERAL, ("p_ch", 0.25, 0.75, 3), ("p_def", 0.25, 0.75, 3), PAYOFFS)
    at_c2 = {name for name in found.names if found.exists(name)[1, 1]}
    assert at_c2 == {
        "Certain Deterrence",
        "Steadfast Deterrence",
        "Separating",
        "challenger hard: cooperate/defect, soft: cooperate; defender hard: defy, soft: concede; "
        "challenger: press_on (after defect > defy)",
    }


def test_priors_of_zero_and_one_are_solved_as_they_are_and_warn_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = equilibrium_map(UNILATERAL, ("p_ch", 0, 1, 3), ("p_def", 0, 1, 3), PAYOFFS)
    assert found.complete.all()
    nobody = found.exists("Certain Deterrence") | found.exists("Steadfast Deterrence")
    somebody = found.exists("Separating") | found.exists("Attack") | found.exists("Bluff")
    assert nobody[2].all()  # a defender known to be hard deters everybody
    assert not somebody[2].any()
    assert found.exists("Attack")[0, 2]  # a challenger known to be hard attacks a defender known to be soft
    assert not found.exists("Attack")[0, :2].any()


def test_threads_and_chunks_do_not_change_the_map(monkeypatch):
    arguments = (UNILATERAL, ("p_ch", 0, 1, 9), ("p_def", 0, 1, 7), PAYOFFS)
    one = equilibrium_map(*arguments, threads=1)
    monkeypatch.setattr(module, "CHUNK", 10)
    steps = []
    two = equilibrium_map(*arguments, threads=2, progress=steps.append)
    assert one.to_dict() == two.to_dict()
    assert steps == [10] * 6 + [3]


def test_equilibria_without_a_name_are_told_by_the_path_of_play():
    game = dg.models.rudimentary_asymmetric_deterrence().replace(names={})
    found = equilibrium_map(game, ("p", 0, 1, 9), ("a_DC", 1, 2, 2), RUDIMENTARY)
    assert set(found.names) == {
        "challenger: cooperate",
        "challenger: defect; defender hard: resist, soft: concede",
        "challenger: cooperate/defect; defender hard: resist, soft: concede",
        "challenger: defect; defender: concede",  # at p = 0, where no hard defender is left
    }


def test_joint_moves_are_told_with_a_plus():
    structure = compile_game(dg.models.generalized_mutual_deterrence()).structure
    used = np.array([2 if where.history == () else 1 for where in structure.information_sets])
    used[[where.type == "soft" and where.history == () for where in structure.information_sets]] = 1
    assert path_in_words(structure, used).startswith(
        "A hard: defect, soft: cooperate; B hard: defect, soft: cooperate; A: capitulate (after cooperate+defect)"
    )


def test_what_the_search_leaves_open_is_not_called_complete():
    found = equilibrium_map(
        UNILATERAL, ("p_ch", 0.1, 0.9, 2), ("p_def", 0.1, 0.9, 2), PAYOFFS, solver=dg.PerfectBayesian(max_steps=3)
    )
    assert not found.complete.any()


def test_what_fails_its_certificate_is_not_reported():
    found = equilibrium_map(
        UNILATERAL, ("p_ch", 0.1, 0.9, 2), ("p_def", 0.1, 0.9, 2), PAYOFFS, solver=dg.PerfectBayesian(certificate=-1.0)
    )
    assert not found.complete.any()
    assert not found.mask.any()


def test_more_than_sixty_four_names_are_refused():
    soft = ("challenger", "soft", ())
    game = UNILATERAL.replace(names={f"name {k}": {soft: "cooperate"} for k in range(64)})
    with pytest.raises(GameError, match="more than 64 kinds of equilibria"):
        equilibrium_map(game, ("p_ch", 0.1, 0.9, 3), ("p_def", 0.1, 0.9, 3), PAYOFFS)


# ---- assumptions -----------------------------------------------------------------------------------------------------


def rudimentary_map(**changes):
    game = dg.models.rudimentary_asymmetric_deterrence()
    arguments = {"x": ("p", 0, 1, 5), "y": ("a_DC", 1, 2, 5), "fixed": RUDIMENTARY}
    return equilibrium_map(game, **{**arguments, **changes})


def test_broken_assumptions_are_told_once_with_their_share():
    with pytest.warns(AssumptionWarning, match=r"a_SQ < a_DC \(at 40 % of the points\)") as caught:
        rudimentary_map(y=("a_DC", -0.5, 1.5, 5))
    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_an_assumption_that_is_tied_everywhere_is_broken():
    with pytest.warns(AssumptionWarning, match=r"b_DC < b_DDh \(everywhere\)"):
        rudimentary_map(fixed={**RUDIMENTARY, "b_DDh": 1})


def test_assumptions_over_arrays():
    game = dg.Game("g", ("a",), "end", {"end": {"a": 0}}, assumptions=("x == y", "x <= 1", "1/x > 0"))
    found = broken_assumptions(game, {"x": np.array([0.0, 1.0, 2.0]), "y": 1 + 1e-12})
    assert {text: fails.tolist() for text, (fails, _) in found.items()} == {
        "x == y": [True, False, True],
        "x <= 1": [False, False, True],
    }


# ---- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"x": "p"}, r"x is 'p'; give \(parameter, low, high, points\)"),
        ({"x": ("p", 0, 1)}, "give .parameter, low, high, points"),
        ({"x": ("q", 0, 1, 5)}, "x has unknown parameter 'q'"),
        ({"y": ("a_DCC", 0, 1, 5)}, r"did you mean a_DC\?"),
        ({"x": (["p"], 0, 1, 5)}, "unknown parameter"),
        ({"x": ("p", 1, 0, 5)}, "lower end first"),
        ({"x": ("p", 0.5, 0.5, 5)}, "lower end first"),
        ({"x": ("p", 0, float("nan"), 5)}, "two finite numbers"),
        ({"x": ("p", 0, float("inf"), 5)}, "two finite numbers"),
        ({"x": ("p", 0, 10**400, 5)}, "two finite numbers"),
        ({"x": ("p", "0", 1, 5)}, "two finite numbers"),
        ({"x": ("p", 0, 1, 1)}, "from 2 on"),
        ({"x": ("p", 0, 1, 2.5)}, "from 2 on"),
        ({"x": ("p", 0, 1, True)}, "from 2 on"),
        ({"x": ("p", -1, 1, 5)}, "probabilities lie in"),
        ({"y": ("p", 0, 1, 5)}, "on both axes"),
        ({"fixed": None}, "no value for a_SQ, b_SQ, b_DC, a_DD, b_DDh, b_DDs; add them to fixed"),
        ({"fixed": [1]}, "fixed is not a mapping"),
        ({"fixed": {**RUDIMENTARY, "p": 0.5}}, "'p' is on an axis and in fixed"),
        ({"fixed": {**RUDIMENTARY, "z": 0.5}}, "fixed has unknown parameter 'z'"),
        ({"fixed": {**RUDIMENTARY, "a_SQ": float("nan")}}, "'a_SQ' is nan; give a finite number"),
        ({"fixed": {**RUDIMENTARY, "a_SQ": "0"}}, "give a finite number"),
        ({"fixed": {**RUDIMENTARY, "a_SQ": 1j}}, "give a finite number"),
        ({"threads": 0}, "threads is 0"),
    ],
)
def test_what_is_no_map_is_refused(changes, message):
    with pytest.raises(ParameterError, match=message):
        rudimentary_map(**changes)


def test_fractions_are_numbers():
    fixed = {name: Fraction(value) for name, value in RUDIMENTARY.items()}
    assert rudimentary_map(fixed=fixed).to_dict() == rudimentary_map().to_dict()


def test_a_map_too_large_is_refused():
    with pytest.raises(SizeError, match="at most 25,000,000"):
        rudimentary_map(x=("p", 0, 1, 10_000), y=("a_DC", 1, 2, 10_000))
    with pytest.raises(SizeError, match="at most 25,000,000"):
        rudimentary_map(x=("p", 0, 1, 10**12))


def test_other_solvers_and_other_things_are_refused():
    with pytest.raises(SolverError, match="SupportEnumeration takes no arrays"):
        rudimentary_map(solver=dg.SupportEnumeration())
    with pytest.raises(GameError, match="cannot map str"):
        equilibrium_map("chicken", ("p", 0, 1, 2), ("q", 0, 1, 2))


def test_payoffs_beyond_ratios_of_polynomials_are_mapped_by_the_solver():
    """Exponentials and logarithms, of which no closed form is derived: attack exactly where it pays."""
    game = dg.Game(
        name="attrition",
        players=("challenger", "defender"),
        tree=dg.Decision(
            "challenger",
            {"cooperate": "status_quo", "defect": dg.Decision("defender", {"concede": "concession", "resist": "conflict"})},
        ),
        types={"defender": {"hard": "p", "soft": "1 - p"}},
        payoffs={
            "status_quo": {"challenger": "log(1 + s)", "defender": 3},
            "concession": {"challenger": 2, "defender": 1},
            "conflict": {"challenger": "-exp(k)", "defender": {"hard": "1 + exp(-k)", "soft": "1 - exp(-k)"}},
        },
        assumptions=("0 < p < 1", "0 < s < 5", "0 < k"),
        names={
            "Deterrence": {("challenger", "", ()): "cooperate", ("defender", "hard", ("defect",)): "resist"},
            "Attack": {("challenger", "", ()): "defect"},
        },
    )
    with pytest.raises(
        GameError, match=r"is not a ratio of polynomials.*solve the game at numbers with solve and equilibrium_map"
    ):
        dg.derive(game)
    found = equilibrium_map(game, ("p", 0.02, 0.98, 33), ("k", 0.1, 2, 21), {"s": 1})
    p, k = np.meshgrid(found.x_values, found.y_values)
    threshold = (2 - np.log(2)) / (2 + np.exp(k))
    assert found.complete.all()
    assert np.abs(p - threshold).min() > 1e-6
    np.testing.assert_array_equal(found.exists("Attack"), p < threshold)
    np.testing.assert_array_equal(found.exists("Deterrence"), p > threshold)
    swept = dg.sweep(
        game, {"p": found.x_values, "k": found.y_values}, fixed={"s": 1}, quantities=("families", "outcomes"), select="range"
    )
    war = swept.outcomes.sel(outcome="conflict", bound="high").transpose("k", "p").values
    np.testing.assert_allclose(war, np.where(p < threshold, p, 0), atol=1e-12)
