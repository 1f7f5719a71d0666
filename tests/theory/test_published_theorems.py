"""The library's games derived without numbers: the reference's families and thresholds, and the numeric solver's findings.

Thresholds are those of the papers in `papers/`; the families were derived there independently, by hand.
"""

import numpy as np
import pytest
import sympy

import deterrence_games as dg
from deterrence_games.games.expressions import parse, parse_relations
from deterrence_games.reproduce import SolvedPoints, ordered
from deterrence_games.theory.theorem import Theorem

POINTS = 1_000
AGREE = 1e-6

C1, C2, D = "(c_DC - c_SQ)/(c_DC - c_CD)", "(c_DC - c_SQ)/(c_DC - c_DDh)", "(d_CD - d_DC)/(d_CD - d_DDs)"
T_H, T_2 = "(a_DC - a_SQ)/(a_DC - a_DDh)", "(a_DC - a_SQ)/((a_DC - a_SQ) + (a_CD - a_DDs))"
U_H, U_2 = "(b_CD - b_SQ)/(b_CD - b_DDh)", "(b_CD - b_SQ)/((b_CD - b_SQ) + (b_DC - b_DDs))"
T_A = "(a_DC - a_SQ)/(a_DC - a_DD)"
RELY = "(t_CON - t_BWi)/(t_JWi - t_BWi)"
PROBE = "(p_target*a_BW + (1 - p_target)*a_CON - a_SQ)/(p_target*(a_BW - a_JW))"
FIGHT = "(a_BW - a_SQ)/(a_BW - a_JW)"

PUBLISHED = {
    "rudimentary_asymmetric_deterrence": {"Deterrence": {f"p >= {T_A}"}, "Attack": {f"p <= {T_A}"}},
    "unilateral_deterrence": {
        "Certain Deterrence": {f"p_def >= {C2}"},
        "Steadfast Deterrence": set(),
        "Separating": {f"p_def >= {C1}", f"p_def <= {C2}"},
        "Attack": {f"p_def <= {C1}", f"p_ch >= {D}"},
        "Bluff": {f"p_def < {C1}", f"p_ch < {D}"},
    },
    "generalized_mutual_deterrence": {
        "Sure-Thing Deterrence": {f"p_b >= {T_H}", f"p_a >= {U_H}"},
        "Separating": {f"p_b >= {T_2}", f"p_a >= {U_2}"},
        "Hybrid": {f"p_b < {T_2}", f"p_a < {U_2}"},
        "Bluff (A)": {f"p_b <= {T_2}"},
        "Bluff (B)": {f"p_a <= {U_2}"},
        "Hard-mixing": {f"p_b > {T_H}", f"p_a > {U_H}"},
    },
    "extended_deterrence": {
        "Resolute Deterrence": {f"p_ally <= {RELY}", f"p_ally >= {PROBE}"},
        "Alliance Deterrence": {f"p_ally >= {RELY}", f"p_ally >= {FIGHT}"},
        "Probing Attack": {f"p_ally <= {RELY}", f"p_ally <= {PROBE}"},
        "Contested Attack": {f"p_ally >= {RELY}", f"p_ally <= {FIGHT}"},
    },
}

HARD, LIMITED = "(c_ED - c_DD)/(c_DD - c_EEh)", "(c_DC - c_SQ)/(c_DC - c_DD)"
ESCALATED = f"(c_ED - c_DD)/(c_ED - c_EEh)*{LIMITED}"
PUBLISHED["asymmetric_escalation_hard_challenger"] = {
    "No-Response": set(),
    "Constrained Limited-Response": {f"p_HH/p_HS >= {HARD}", f"p_HH + p_HS <= {LIMITED}"},
    "Deterrence by constrained limited response": {f"p_HH/p_HS >= {HARD}", f"p_HH + p_HS >= {LIMITED}"},
    "Escalatory Limited-Response": {f"p_HH/p_HS < {HARD}", f"p_HH <= {ESCALATED}"},
    "Deterrence by escalatory limited response": {f"p_HH/p_HS < {HARD}", f"p_HH >= {ESCALATED}"},
}


@pytest.fixture(scope="module")
def theorems() -> dict[str, Theorem]:
    return {name: dg.derive(dg.models.CATALOGUE[name]()) for name in PUBLISHED}


def same(one: sympy.Basic, other: sympy.Basic) -> bool:
    return one.rel_op == other.rel_op and one.lhs == other.lhs and sympy.cancel(one.rhs - other.rhs) == 0


@pytest.mark.parametrize("name", PUBLISHED)
def test_families_and_thresholds(theorems, name):
    theorem = theorems[name]
    assert theorem.complete
    assert {family.name for family in theorem.families} == set(PUBLISHED[name])
    for family in theorem.families:
        wanted = [relation for text in PUBLISHED[name][family.name] for relation in parse_relations(text)]
        assert len(family.conditions) == len(wanted), family
        assert all(any(same(found, relation) for relation in wanted) for found in family.conditions), family


def draw(name: str, rng: np.random.Generator) -> dict[str, np.ndarray]:
    def between(low, high):
        return low + (high - low) * rng.uniform(0.02, 0.98, size=POINTS)

    params: dict[str, np.ndarray] = {}
    chains = {
        "rudimentary_asymmetric_deterrence": ("a_DD a_SQ a_DC", "b_DDs b_DC b_DDh b_SQ"),
        "unilateral_deterrence": ("c_DDs c_CD c_DDh c_SQ c_DC", "d_DDs d_DC d_DDh d_CD d_SQ"),
        "generalized_mutual_deterrence": ("a_DDs a_CD a_DDh a_SQ a_DC", "b_DDs b_DC b_DDh b_SQ b_CD"),
        "extended_deterrence": ("a_JW a_SQ a_BW a_CON", "t_BWi t_CON t_BWr t_JWr t_SQ", "l_JWu l_BW l_JWr l_SQ"),
        "asymmetric_escalation_hard_challenger": (
            "c_DE c_EEh c_DD c_ED c_SQ c_DC",
            "d_EEs d_ED d_EEh d_DDs d_DC d_DDh d_DE d_SQ",
        ),
    }
    for chain in chains[name]:
        params |= ordered(rng, POINTS, *chain.split())
    if name == "extended_deterrence":
        params["t_JWi"] = between(params["t_CON"], params["t_SQ"])
        params["l_CON"] = between(params["l_BW"], params["l_SQ"])
    for prior in dg.models.CATALOGUE[name]().parameters:
        if prior.startswith("p"):
            params[prior] = between(0.0, 1.0)
    if "p_HH" in params:
        shares = rng.dirichlet(np.ones(4), size=POINTS).clip(1e-3)
        params |= dict(zip(("p_HH", "p_HS", "p_SH"), (shares / shares.sum(axis=1, keepdims=True)).T, strict=False))
    return params


@pytest.mark.parametrize("name", PUBLISHED)
def test_theorem_agrees_with_the_numeric_solver(theorems, name):
    theorem = theorems[name]
    params = draw(name, np.random.default_rng(4))
    points = SolvedPoints(theorem.game, params)
    assert points.complete.all()
    exists = theorem.exists(params)
    assert set(points.names) == set(exists)
    for family in theorem.families:
        holds = exists[family.name]
        assert holds.sum() > 0
        np.testing.assert_array_equal(points.exists(family.name), holds, err_msg=family.name)
        symbols = [sympy.Symbol(parameter, real=True) for parameter in theorem.game.parameters]
        arguments = [params[parameter] for parameter in theorem.game.parameters]
        for outcome, probability in family.outcomes.items():
            found = np.broadcast_to(sympy.lambdify(symbols, probability, modules="numpy")(*arguments), (POINTS,))
            low, high = points.outcome(family.name, outcome)
            np.testing.assert_allclose(low[holds], found[holds], atol=AGREE, err_msg=f"{family.name}: {outcome}")
            np.testing.assert_allclose(high[holds], found[holds], atol=AGREE, err_msg=f"{family.name}: {outcome}")


def test_steadfast_deterrence_is_a_continuum_with_its_range_and_beliefs(theorems):
    family = theorems["unilateral_deterrence"]["Steadfast Deterrence"]
    assert family.continuum
    ((symbol, found),) = family.ranges.items()
    least = parse(f"({C2} - p_def)/(1 - p_def)")
    assert found.end == 1
    assert not found.right_open
    assert any(sympy.cancel(term - least) == 0 for term in found.start.args)
    assert 0 in found.start.args
    held = family.beliefs["defect",]["challenger"]["hard"]
    assert held.start == 0
    assert sympy.cancel(held.end - parse(D)) == 0
    assert not held.left_open
    assert not held.right_open
    defy = family.strategies[dg.InformationSet("defender", "soft", ("defect",))]["defy"]
    assert defy == symbol


def test_bluff_of_the_mutual_game_joins_its_faces(theorems):
    family = theorems["generalized_mutual_deterrence"]["Bluff (A)"]
    ((_, found),) = family.ranges.items()
    y0 = parse("(p_b*(a_SQ - a_DDs) - (1 - p_b)*(a_DC - a_SQ))/(p_b*(a_SQ - a_CD))")
    assert any(sympy.cancel(term - y0) == 0 for term in found.start.args)
    assert found.end == 1
    assert not found.left_open
    assert not found.right_open


def test_hard_mixing_is_the_reference_closed_form(theorems):
    family = theorems["generalized_mutual_deterrence"]["Hard-mixing"]
    found = family.strategies[dg.InformationSet("B", "hard", ())]["defect"]
    wanted = parse("1 - (1 - p_b)*(a_DC - a_SQ)/(p_b*(a_SQ - a_DDh))")
    assert sympy.cancel(found - wanted) == 0


def test_bluff_of_the_unilateral_game_at_the_worked_example(theorems):
    values = dict(zip(("c_DDs", "c_CD", "c_DDh", "c_SQ", "c_DC"), range(5), strict=True))
    values |= dict(zip(("d_DDs", "d_DC", "d_DDh", "d_CD", "d_SQ"), range(5), strict=True))
    sixth = sympy.Rational(1, 6)
    found = {
        instance.name: instance
        for instance in theorems["unilateral_deterrence"].at({**values, "p_ch": 0.5, "p_def": sixth})
    }  # fmt: skip
    assert set(found) == {"Bluff", "Steadfast Deterrence"}
    bluff = found["Bluff"]
    assert not bluff.border
    assert bluff.strategies[dg.InformationSet("challenger", "soft", ())]["defect"] == sympy.Rational(1, 2)
    assert bluff.strategies[dg.InformationSet("defender", "soft", ("defect",))]["defy"] == sympy.Rational(1, 5)
    assert sum(bluff.outcomes.values()) == 1


def test_payoffs_are_sums_over_probabilities(theorems):
    bluff = theorems["unilateral_deterrence"]["Bluff"].payoffs["challenger"]
    hard = f"({C1})*c_DDh + (1 - {C1})*c_DC"  # a soft challenger is indifferent to the status quo
    assert sympy.cancel(bluff - parse(f"(1 - p_ch)*c_SQ + p_ch*({hard})")) == 0
    assert bluff.count_ops() < 20
    for theorem in theorems.values():
        for family in theorem.families:
            free = max(family.cases, key=lambda case: case.strategies == family.strategies)
            assert all(sympy.cancel(value - free.payoffs[player]) == 0 for player, value in family.payoffs.items())


def test_borders_are_a_state_of_their_own(theorems):
    point = {"a_DD": -3, "a_SQ": 0, "a_DC": 1, "b_DDs": 0, "b_DC": 1, "b_DDh": 2, "b_SQ": 3, "p": sympy.Rational(1, 4)}
    found = theorems["rudimentary_asymmetric_deterrence"].at(point)
    assert [instance.name for instance in found][:2] == ["Deterrence", "Attack"]
    assert len(found) == 3
    assert all(instance.border for instance in found)
    inside = theorems["rudimentary_asymmetric_deterrence"].at({**point, "p": 0.5})
    assert [(instance.name, instance.border) for instance in inside] == [("Deterrence", False)]


def test_map_is_that_of_the_numeric_solver(theorems):
    fixed = dict(zip(("c_DDs", "c_CD", "c_DDh", "c_SQ", "c_DC"), range(5), strict=True))
    fixed |= dict(zip(("d_DDs", "d_DC", "d_DDh", "d_CD", "d_SQ"), range(5), strict=True))
    axes = {"x": ("p_ch", 0.012, 0.98, 21), "y": ("p_def", 0.013, 0.98, 22)}  # no border among the values
    found = theorems["unilateral_deterrence"].map(**axes, fixed=fixed)
    wanted = dg.equilibrium_map(dg.models.unilateral_deterrence(), **axes, fixed=fixed)
    assert found.complete.all()
    assert set(found.names) == set(wanted.names)
    for name in found.names:
        np.testing.assert_array_equal(found.exists(name), wanted.exists(name), err_msg=name)
    edge = theorems["unilateral_deterrence"].map(("p_ch", 0, 1, 5), axes["y"], fixed)
    assert not edge.complete[:, [0, -1]].any()
    assert edge.complete[:, 1:-1].all()
