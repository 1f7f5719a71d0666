"""Guarantees: what is read from treaties and figures, what the game says, against the general solvers and by hand."""

from itertools import combinations, product
from math import erf, exp, log, sqrt

import numpy as np
import pytest
from scipy.special import ndtri

import deterrence_games as dg
from deterrence_games.alliances import (
    anzus,
    as_game,
    assess,
    cheapest_coalitions,
    credibility_map,
    denial_and_punishment,
    fait_accompli,
    guarantee,
    hub_and_spokes,
    indicators,
    most_tempting,
    nato,
    outcome,
    pact_forms,
    pivotal_members,
    smallest_promise,
    threshold,
    threshold_reliability,
)
from deterrence_games.alliances.decision_rules import council_agreement
from deterrence_games.alliances.maps import VERDICTS
from deterrence_games.solvers.joining_equilibria import JoiningEquilibria, deterring_strength
from deterrence_games.solvers.joining_map import settled_strengths
from tests.joining_games import random_game

ARMED = nato().without("ISL")  # Iceland has no forces


def estonia(**numbers):
    return guarantee(ARMED, "RUS", "EST", 2024, **numbers)


def pacific(seed=None, **numbers):
    """Three states by hand: strengths at random for a seed."""
    force = {"AUS": 1.0, "NZL": 0.5, "USA": 25 / 3, "CHN": 4.0}
    if seed is not None:
        rng = np.random.default_rng(seed)
        force = {state: float(own) for state, own in zip(force, rng.uniform(0.2, 4, 4), strict=True)}
        allies = ("NZL", "USA")
        numbers = {
            "stake": dict(zip(allies, rng.uniform(0.1, 2, 2), strict=True)),
            "war_cost": dict(zip(allies, rng.uniform(0.05, 0.6, 2), strict=True)),
            "promise": float(rng.uniform(0, 0.3)),
            "company": float(rng.choice([0, 0.5, 1])),
            "aggressor_cost": float(rng.uniform(0.1, 0.7)),
            "late": float(rng.choice([0, 0.3])),
        } | numbers
    return guarantee(anzus(), "CHN", "AUS", 1985, strength=force, region="pacific", **numbers)


def one_ally(**numbers):
    """The benchmark: the aggressor wins 1 with probability 0.8 against the target alone, 0.3 with the ally; costs 0.4."""
    force = {"AUS": 1.0, "USA": 25 / 3, "CHN": 4.0}
    given = {"aggressor_cost": 0.4} | numbers
    return guarantee(anzus().without("NZL"), "CHN", "AUS", 2024, strength=force, **given)


# ---- what is read --------------------------------------------------------------------------------------------------------


def test_promises_grow_with_obligations():
    everybody = estonia(promise=0.5, audience={"USA": 0.25})
    assert set(everybody.automaticity.values()) == {"attack_on_all"}
    promise = dict(zip(everybody.allies, everybody.form.promise, strict=True))
    assert (promise["DEU"], promise["USA"]) == (0.5, 0.75)
    assert guarantee(anzus(), "CHN", "NZL", 1985, figures_year=2024).automaticity == {
        "AUS": "common_danger",
        "USA": "common_danger",
    }
    assert guarantee(anzus(), "CHN", "NZL", 2024).automaticity == {"AUS": "common_danger", "USA": "none"}
    assert guarantee(anzus(), "CHN", "NZL", 2024).form.promise.tolist() == pytest.approx([0.06, 0.0])


def test_regions_limit_promises():
    spokes = hub_and_spokes().at(2024)
    at_home = guarantee(spokes, "CHN", "JPN", region="japan")
    at_sea = guarantee(spokes, "CHN", "JPN", region="south_china_sea")
    assert (at_home.automaticity["USA"], at_sea.automaticity["USA"]) == ("common_danger", "consult")
    assert at_home.automaticity["KOR"] == "none"
    falklands = guarantee(
        ARMED, "ARG", "GBR", 1982, region="south_atlantic", strength=dict.fromkeys([*ARMED.members(1982), "ARG"], 1.0)
    )
    assert set(falklands.automaticity.values()) == {"consult"}


def test_every_number_is_marked():
    table = estonia(stake=0.5).to_dataframe()
    assert set(table["mark"]) == {"data", "derived", "given", "illustrative"}
    strength = table[table["quantity"] == "strength"].set_index("state")
    assert strength.loc["USA", ["mark", "standing"]].tolist() == ["data", "seen"]
    assert strength.loc["RUS", ["mark", "standing"]].tolist() == ["data", "recalled"]
    assert strength.loc["LVA", "mark"] == "derived"
    assert (table[table["quantity"] == "stake"]["mark"] == "given").all()
    assert (table[table["quantity"] == "war_cost"]["mark"] == "illustrative").all()
    later = estonia().changed(prize=2, war_cost={"USA": 0.1}).to_dataframe()
    given = later[later["mark"] == "given"]
    assert sorted(zip(given["quantity"], given["state"], strict=True)) == [("prize", ""), ("war_cost", "USA")]


def test_changed_keeps_the_rest():
    before = estonia(promise=0.2, audience=0.1)
    assert before.changed(promise=0.4).form.promise.tolist() == pytest.approx([0.5] * 30)
    assert before.changed(automaticity="consult").form.promise.tolist() == pytest.approx([0.14] * 30)
    assert before.changed(target_strength=5, late=0.2).form.late == 0.2
    assert before.form.late == 0.0


def test_missing_and_impossible_figures_are_named():
    with pytest.raises(dg.AllianceError, match=r"no military_expenditure_bn_usd of 2024 for ISL; .*or give strength="):
        guarantee(nato(), "RUS", "EST", 2024)
    assert len(guarantee(nato(), "RUS", "EST", 2024, strength={"ISL": 0.04}).allies) == 31
    with pytest.raises(dg.GameError, match="strength of ally 'USA' is -3"):
        estonia(strength={"USA": -3})
    with pytest.raises(dg.GameError, match="aggressor_strength is 0"):
        estonia(strength={"RUS": 0})
    with pytest.raises(dg.AllianceError, match="no cinc of 2016 for BEL"):
        estonia(measure="cinc", figures_year=2016)
    figures = indicators().with_figures("military_expenditure_bn_usd", 2024, {"ISL": 0.04})
    assert (
        guarantee(nato(), "RUS", "EST", 2024, figures=figures).to_dataframe().query("state == 'ISL'")["mark"].iloc[0] == "given"
    )


def test_collective_security_stands_against_a_member():
    against = guarantee(ARMED, "TUR", "GRC", 2024, collective_security=True)
    assert "TUR" not in against.allies
    assert "GRC" not in against.allies
    assert len(against.allies) == 29


# ---- what the game says --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_general_solver_on_the_written_game(seed):
    """All perfect Bayesian equilibria of the game in the library's own words, against the joining game's."""
    small = pacific(seed)
    game = as_game(small)
    solution = dg.solve(game)
    assert solution.complete
    pure = set()
    for found in solution:
        moves = [found.behavior[ally, "", ("attack",)]["come"] for ally in small.allies]
        if all(min(own, 1 - own) < 1e-9 for own in moves):
            attacks = found.behavior["CHN", "", ()]["attack"]
            pure.add((*(own > 0.5 for own in moves), round(attacks)))
    ours = small.equilibria()
    assert {(*row.tolist(), int(not own.deters)) for row, own in zip(ours.joins, ours, strict=True)} == pure


@pytest.mark.parametrize(("promise", "path"), [(1.0, "status_quo"), (0.0, "war: nobody comes")])
def test_a_single_ally_on_the_written_game(promise, path):
    small = one_ally(promise=promise, stake=0.1, war_cost=0.2)
    (found,) = dg.solve(as_game(small))
    (ours,) = small.equilibria()
    assert found.outcomes[path] == 1.0
    assert (ours.coming, ours.deters) == ((("USA",), True) if promise else ((), False))
    assert found.behavior["USA", "", ("attack",)]["come"] == float(bool(promise))


def test_names_of_states_may_have_spaces():
    pact = anzus().with_member("New Caledonia", 2000).with_member("New", 2000).with_member("Caledonia", 2000)
    force = {"New Caledonia": 1.0, "New": 2.0, "Caledonia": 3.0}
    game = as_game(guarantee(pact.without("NZL", "USA"), "CHN", "AUS", 2024, strength=force))
    assert game.wars["war: New Caledonia, New"] == ("CHN", "New Caledonia", "New")
    assert len(game.wars) == 8
    assert dg.solve(game).complete


def test_as_game_has_a_limit():
    with pytest.raises(dg.SizeError, match=r"30 allies make 2\^30 outcomes; at most 8 allies are written"):
        as_game(estonia())


def test_benchmark_reliability():
    """r* = (pA V - c) / ((pA - pAD) V) = (0.8 - 0.4) / 0.5."""
    assert threshold_reliability(one_ally()) == pytest.approx(0.8)
    assert threshold_reliability(one_ally(), together=False) == pytest.approx(0.8, abs=1e-9)
    assert threshold_reliability(one_ally(aggressor_cost=0.9)) == 0.0
    assert threshold_reliability(one_ally(aggressor_cost=0.1)) == float("inf")


def test_each_by_itself_is_enumerated():
    two = pacific(aggressor_cost=0.4)
    r = threshold_reliability(two, together=False)
    value = 0.0
    for coalition in product((0, 1), repeat=2):
        weight = np.prod([r if come else 1 - r for come in coalition])
        value += weight * float(two.form.attack_value(1.0 + two.form.strength @ coalition))
    assert value == pytest.approx(0.0, abs=1e-5)  # strengths counted in units of 1e-5 of the total


def phi(x):
    return 0.5 * (1 + erf(x / sqrt(2)))


def test_veto_and_promise_thresholds_of_one_ally_by_hand():
    """One ally is deterred for at reliability 0.8: the veto that takes it there, and the promise that brings it there."""
    sure = one_ally(promise=1.0, spread=0.5, aggressor_spread=0.25)
    gain, cost = 0.5, 0.2  # what coming adds to a stake of 1; the cost of coming alone
    comes = phi(log((gain + 0.6) / cost) / 0.5)
    found = threshold(sure, "veto", 0, 1)
    assert found.value == pytest.approx(1 - 0.8 / comes, abs=1e-6)
    assert (found.deters_below, found.deters_above, found.crossings) == (True, False, 1)
    loath = one_ally(stake=0.1, spread=0.5)
    needed = cost * exp(0.5 * ndtri(0.8)) - 0.1 * gain
    assert smallest_promise(loath).value == pytest.approx(needed / 0.6, abs=1e-6)
    assert smallest_promise(one_ally()).value == 0.0
    assert smallest_promise(one_ally(aggressor_cost=0.1)).value is None
    audience = threshold(loath.changed(promise=0), "audience", 0, 1, states=["USA"])
    assert audience.value == pytest.approx(needed, abs=1e-6)
    assert "does not deter below audience" in repr(audience)


def test_assessment_of_one_ally_by_hand():
    report = assess(one_ally(promise=0.5, spread=0.5))
    (member,) = report.members
    assert member.chance == pytest.approx(phi(log((0.5 + 0.3) / 0.2) / 0.5))
    assert member.margin == pytest.approx(0.5 + 0.3 - 0.2)
    assert member.promise_needed == 0.0
    assert member.pivotal
    assert report.pivotal == ("USA",)
    assert report.outcome.deterred
    assert report.outcome.attack_value == pytest.approx(0.4 - 0.5 * member.chance)
    assert member.attack_probability_without == pytest.approx(phi(log(0.8 / 0.4) / 0.25))
    assert "deterred at its median cost" in repr(report)


@pytest.mark.parametrize("seed", range(6))
def test_without_one_member_by_enumeration(seed):
    two = pacific(seed)
    found = outcome(two)
    chance = np.array(list(found.chance.values()))
    report = {own.ally: own for own in assess(two).members}
    for k, ally in enumerate(two.allies):
        other = 1 - k
        alone = float(two.form.attack_value(two.form.target_strength))
        helped = float(two.form.attack_value(two.form.target_strength + two.form.strength[other]))
        without = chance[other] * helped + (1 - chance[other]) * alone
        bearable = without + two.form.war_cost
        expected = phi(log(bearable / two.form.war_cost) / 0.25) if bearable > 0 else 0.0
        assert report[ally].attack_probability_without == pytest.approx(expected, abs=1e-4)  # strengths rounded to units


def test_council_by_enumeration():
    base = guarantee(ARMED.without(*ARMED.members(2024)[5:-3]), "RUS", "SWE", 2024, strength={"SWE": 10.0}, veto=0.1, stake=0.2)
    agree = council_agreement(base)
    alone, together = (float(base.form.attack_value(own)) for own in (base.form.target_strength, base.form.largest))
    for rule, needed in (("consensus", len(agree)), ("majority", len(agree) // 2 + 1)):
        passed = sum(
            np.prod([q if vote else 1 - q for q, vote in zip(agree, votes, strict=True)])
            for votes in product((0, 1), repeat=len(agree))
            if sum(votes) >= needed
        )
        found = outcome(base.changed(rule=rule))
        assert found.attack_value == pytest.approx(passed * together + (1 - passed) * alone)
        assert found.chance[base.allies[0]] == pytest.approx(passed)
    report = assess(base.changed(rule="consensus"))
    assert {own.attack_probability_without for own in report.members} == {report.members[0].attack_probability_without}


def test_forms_of_pact():
    forms = pact_forms(estonia(stake=0.05, war_cost=0.1))
    attacked = {key: own.attack_probability for key, own in forms.outcomes.items()}
    for rule in ("each_for_itself", "consensus", "majority"):
        assert attacked["attack_on_all", rule] <= attacked["common_danger", rule] <= attacked["consult", rule]
    table = forms.to_dataframe()
    assert len(table) == 9
    assert "weights of clauses" in repr(forms)


@pytest.mark.parametrize("seed", range(30))
def test_cheapest_coalitions_by_brute_force(seed):
    form = random_game(seed)
    rng = np.random.default_rng(seed)
    states = list(ARMED.members(2024))[: len(form.allies)]
    force = dict(zip(states, form.strength.tolist(), strict=True)) | {
        "EST": form.target_strength,
        "RUS": form.aggressor_strength,
    }
    some = ARMED.without(*(own for own in ARMED.states if own not in (*states, "EST")))
    cost = dict(zip(states, rng.integers(1, 4, len(states)) / 10, strict=True))
    small = guarantee(some, "RUS", "EST", 2024, strength=force, war_cost=cost, company=form.company, aggressor_cost=0.5)
    border = deterring_strength(small.form)
    best, members = np.inf, set()
    for size in range(len(states) + 1):
        for chosen in combinations(range(len(states)), size):
            at = list(chosen)
            total = small.form.target_strength + small.form.strength[at].sum()
            if total >= border:
                shares = ((small.form.target_strength + small.form.strength[at]) / total) ** small.form.company
                price = float((small.form.cost[at] * shares).sum())
                who = tuple(small.allies[k] for k in at)
                if price < best - 1e-12:
                    best, members = price, {who}
                elif price <= best + 1e-12:
                    members.add(who)
    found = cheapest_coalitions(small)
    if members:
        assert found.cheapest[0].cost == pytest.approx(best, abs=1e-12)
    assert {own.members for own in found.cheapest} <= members
    assert bool(found.cheapest) == bool(members)
    assert len(found.to_dataframe()) == len(found.cheapest)


def test_pivotal_members():
    found = pacific(aggressor_cost=0.4, promise=1.0).equilibria()
    everybody = found[-1]
    assert everybody.coming == ("NZL", "USA")
    assert pivotal_members(found.form, everybody) == ("USA",)
    weak = pacific(aggressor_cost=0.01).equilibria()
    assert pivotal_members(weak.form, weak[0]) == ()


@pytest.mark.parametrize("seed", range(60))
def test_settled_strengths_are_equilibria(seed):
    form = random_game(seed)
    nobody, everybody = settled_strengths(form, {"late": form.late})[:, 0]
    strengths = np.unique(JoiningEquilibria().solve(form).strengths)
    solution = JoiningEquilibria().solve(form)
    for reached in (nobody, everybody):
        assert np.isnan(reached) or np.isclose(strengths, reached, rtol=1e-9).any()
    assert not (np.isnan(nobody) and solution.interplay != "mixed")
    if solution.interplay == "complementary":
        assert nobody == pytest.approx(strengths[0])
        assert everybody == pytest.approx(strengths[-1])


def test_map_of_estonia_agrees_with_single_points():
    base = estonia(stake=0.05, war_cost=0.1)
    found = credibility_map(base, ("promise", 0, 2, 9), ("prize", 0.5, 3, 6))
    assert found.interplay == base.equilibria().interplay
    assert sum(found.shares().values()) == pytest.approx(1.0)
    assert found.verdict[:, 0].max() < 3 or found.verdict[0, 0] == 3
    for row, column in ((0, 0), (3, 4), (5, 8)):
        prize, factor = found.y[1][row], found.x[1][column]
        point = base.changed(prize=prize, promise=0.1 * factor)
        listed = point.equilibria()
        for start in range(2):
            strength = found.strength[start, row, column]
            assert np.isclose(listed.strengths, strength).any()
            assert found.attack_value[start, row, column] == pytest.approx(float(point.form.attack_value(strength)))
    assert len(found.to_dataframe()) == 54
    assert found.to_xarray()["strength"].shape == (2, 6, 9)
    assert set(found.to_dataframe()["verdict"]) <= set(VERDICTS)
    late = credibility_map(base, ("late", 0, 0.9, 4), ("punishment", 0, 0.01, 3))
    assert late.attack_value[0, 0, 0] == pytest.approx(
        credibility_map(base, ("prize", 1, 2, 2), ("late", 0, 0.9, 4)).attack_value[0, 0, 0]
    )


def test_denial_adds_up():
    base = estonia(punishment=1e-4, late=fait_accompli(3, 10))
    found = denial_and_punishment(base)
    assert found.by_target + found.by_allies + found.by_punishment == pytest.approx(
        base.form.prize - base.form.war_cost - found.attack_value
    )
    fortress = denial_and_punishment(
        base.changed(target_strength=found.target_strength_needed, punishment=0, promise=0, stake=0)
    )
    assert fortress.attack_value <= 1e-9
    weak = estonia(aggressor_cost=0.05)
    needed = denial_and_punishment(weak).punishment_needed
    assert needed > 0
    assert outcome(weak.changed(punishment=needed)).attack_value == pytest.approx(0.0, abs=1e-9)
    assert denial_and_punishment(one_ally(aggressor_cost=0.0, stake=0, promise=0, war_cost=1e9)).punishment_needed > 1e3


def test_the_weakest_target_is_picked():
    rivals = [guarantee(ARMED, "RUS", target, 2024, stake=0.05, promise=0.02) for target in ("POL", "EST", "FIN")]
    found = most_tempting(rivals)
    assert found.targets == ("EST", "FIN", "POL")
    assert found.target == "EST"
    assert list(found.to_dataframe()["target"]) == ["EST", "FIN", "POL"]
    assert most_tempting([estonia(aggressor_cost=5)]).target is None


def test_delay_invites_the_fait_accompli():
    prompt, late = (outcome(estonia(late=own)).attack_value for own in (0.0, 0.6))
    assert late > prompt


def test_a_member_absent_or_suspended():
    with_usa, without = (outcome(guarantee(own, "RUS", "EST", 2024)) for own in (ARMED, ARMED.without("USA")))
    assert without.attack_value > with_usa.attack_value
    quiet = guarantee(ARMED.suspend("USA", "EST", 2024), "RUS", "EST", 2024)
    assert quiet.automaticity["USA"] == "none"
    assert outcome(quiet).chance["USA"] < with_usa.chance["USA"]
