"""The alliance dilemma: promises that cover what they say, thresholds in closed form, and equilibria of the core retold."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.alliances.dilemma import ILLUSTRATION, AllianceDilemma
from deterrence_games.alliances.dilemma_game import ALLIES, CONTESTS, COSTS, EVERY_TERMS, TARGETS, Terms, dilemma_game
from deterrence_games.errors import GameError, ParameterError

PLAYERS = {"aggressor": "A", "target": "T", "ally": "L"}
DETERRENT, COMPELLENT = Terms("deterrent"), Terms("compellent", conditional=False)


@pytest.fixture(scope="module")
def compared():
    return AllianceDilemma().compare((0.05, 0.3))


def test_terms_cover_ever_more():
    none, *others = (set(terms.covers) for terms in EVERY_TERMS)
    assert none == set()
    assert others[0] == {"defended"}
    assert others[1] == {"defended", "preempted"}
    assert others[2] == {"defended", "answered"}
    assert others[3] == set(CONTESTS)
    assert str(EVERY_TERMS[0]) == "no commitment"


@pytest.mark.parametrize("terms", EVERY_TERMS, ids=str)
def test_the_game_is_whole_and_breaking_costs_where_the_promise_covers(terms):
    game = dilemma_game(terms)
    assert ("k" in game.parameters) == bool(terms.covers)
    point = {**ILLUSTRATION, **({"k": 0.25} if terms.covers else {})}
    assert game.violations(point) == ()
    for war, way in CONTESTS.items():
        paid = dict(game.payoffs[f"{war}_war_alone"])["ally"]
        assert ("k" in str(paid)) == (war in terms.covers), way


def exhaustive(params, terms, strength):
    """The play of sequentially rational players by backward induction in the order of moves, for each ambition.

    An oracle for complete information about the target (`a` decides nothing within a type), in plain arithmetic.
    """
    p = {**params, "k": strength}
    free = 1 - p["z"]
    comes = {"w": p["w"] * free, "r": (1 - p["w"]) * free, "v": p["z"]}

    def war(name):
        down = p["f"] if name in ("preempted", "begun") else 0.0
        alone, both = p["p"] - down, p["q"] - down
        pay = {"A": 0.0, "T": 0.0, "L": 0.0}
        support = 0.0
        for kind, share in comes.items():
            stay = -alone * p["s"] - (p["k"] if name in terms.covers else 0.0)
            fight = -both * p["s"] - p[f"c_{kind}"]
            chance = both if fight > stay else alone
            challenged = name in ("answered", "begun")
            support += share * (fight > stay)
            extra = p["e_A"] * (fight > stay) + (1 - chance) * p["u_A"] * challenged
            pay["A"] += share * (chance * p["v_A"] - p["c_A"] - extra)
            pay["T"] += share * (-chance * p["v_T"] - p["c_T"] + (1 - chance) * p["u"] * challenged)
            pay["L"] += share * max(fight, stay)
        return pay, support

    demand_firm = max(({"A": -p["b_A"], "T": 0.0, "L": 0.0}, 0.0), war("defended"), key=lambda end: end[0]["A"])
    ends = {
        "concede": ({"A": p["v_A"], "T": -p["v_T"], "L": -p["s"]}, 0.0),
        "stand_firm": demand_firm,
        "strike": war("preempted"),
    }
    refusal = max(ends, key=lambda action: ends[action][0]["T"])
    begun = war("begun")
    resist = max(({"A": 0.0, "T": -p["b_T"], "L": 0.0}, 0.0), begun, key=lambda end: end[0]["T"])
    answers = {"yield": ({"A": -p["u_A"], "T": p["u"], "L": 0.0}, 0.0), "attack": war("answered"), "resist": resist}
    answer = max(answers, key=lambda action: answers[action][0]["A"])
    challenge = answers[answer][0]["T"] > 0
    waits = answers[answer][0] if challenge else {"A": 0.0, "T": 0.0, "L": 0.0}
    first = "wait" if waits["A"] > ends[refusal][0]["A"] else "demand"
    return first, refusal, challenge, (waits if first == "wait" else ends[refusal][0])


def test_against_backward_induction_with_a_target_of_known_ambition():
    """With two alike types of target the equilibrium path is that of backward induction."""
    rng = np.random.default_rng(6)
    seen, whole = set(), 0
    for draw in range(40):
        p, q, f = np.sort(rng.uniform(0.05, 0.95, 3))[::-1]
        params = {
            **{name: float(rng.uniform(0.05, 1.0)) for name in ILLUSTRATION},
            **{"p": p, "q": q, "f": f, "c_w": 0.1 * rng.random(), "w": rng.uniform(0.1, 0.9), "a": 0.5},
            **{"z": (0.0, 0.3)[draw % 2], "c_v": 50.0},
        }
        params["u_m"] = 0.97 * params["u_a"]
        terms, strength = EVERY_TERMS[draw % 5], float(rng.uniform(0.0, 0.6))
        plays = {exhaustive({**params, "u": params[f"u_{kind[0]}"]}, terms, strength)[:3] for kind in TARGETS}
        if len(plays) > 1:
            continue
        ((first, _, challenge),) = plays
        seen.add((first, challenge))
        found = AllianceDilemma(params).compare((strength,), (terms,))
        values = [exhaustive({**params, "u": params[f"u_{kind[0]}"]}, terms, strength)[3] for kind in TARGETS]
        wanted = {who: (values[0][letter] + values[1][letter]) / 2 for who, letter in PLAYERS.items()}
        agree = [
            row
            for row in found.rows
            if row.demand == (first == "demand")
            and all(getattr(row, player) == pytest.approx(value, abs=1e-9) for player, value in wanted.items())
        ]
        assert found.complete
        assert agree
        assert len(agree) == len(found.rows)
        whole += 1
    assert whole >= 25
    assert len(seen) >= 3


def test_want_of_commitment_and_emboldened_partner(compared):
    war = compared.worst("war")
    assert war[Terms(), 0.0] == war[DETERRENT, 0.05] == 1.0
    assert war[DETERRENT, 0.3] == 0.0
    assert war[COMPELLENT, 0.3] == pytest.approx(ILLUSTRATION["a"])
    assert compared.worst("abandonment")[Terms(), 0.0] == pytest.approx(1 - ILLUSTRATION["w"])
    reluctant = (1 - ILLUSTRATION["w"]) * ILLUSTRATION["a"]
    assert compared.worst("entrapment")[COMPELLENT, 0.3] == pytest.approx(reluctant)
    assert compared.worst("entrapment")[Terms(), 0.0] == 0.0
    assert {terms for terms, _ in compared.best_for_peace()} == set(EVERY_TERMS) - {Terms(), COMPELLENT}
    assert (COMPELLENT, 0.3) not in compared.best_for_ally()


def test_the_threshold_is_where_the_reluctant_ally_begins_to_fight():
    dilemma = AllianceDilemma()
    least = dilemma.thresholds["reluctant"]
    assert least == pytest.approx(0.4 - (0.7 - 0.3) * 0.5)
    assert dilemma.thresholds["willing"] == 0.0
    for strength, fights in ((least - 1e-3, 0.0), (least + 1e-3, 1.0)):
        solution = dilemma.solve(COMPELLENT, strength)
        for war in COMPELLENT.covers:
            assert all(own.behavior["ally", "reluctant", CONTESTS[war]]["support"] == fights for own in solution)


def test_a_veto_at_home_undoes_a_promise():
    """The aggressor attacks when its gain against the target alone outweighs its loss against both."""
    dilemma = AllianceDilemma()
    p = ILLUSTRATION
    alone, both = p["p"] * p["v_A"] - p["c_A"], p["q"] * p["v_A"] - p["c_A"] - p["e_A"]
    attack_pays = -both / (alone - both)  # chance that the ally stays out at which an attack is worth nothing
    found = dilemma.veto_threshold(DETERRENT, 0.3)
    assert found == pytest.approx(attack_pays, abs=2e-3)
    assert dilemma.veto_threshold(DETERRENT, 0.05) == 0.0
    rows = AllianceDilemma({"z": 0.5}).compare((0.3,), (DETERRENT,)).rows
    assert max(row.abandonment for row in rows) >= 0.5
    strong = AllianceDilemma({"c_A": 0.9}).veto_threshold(DETERRENT, 0.3)
    assert strong is None or strong > found


def test_a_condition_restrains_the_partner():
    dilemma = AllianceDilemma()
    assert dilemma.restraint("compellent", 0.3) == pytest.approx(ILLUSTRATION["a"])
    assert dilemma.restraint("deterrent", 0.3) == 0.0


def test_the_frontier_lies_at_the_threshold():
    found = AllianceDilemma().frontier(DETERRENT, (0.003, 0.397, 8), ("a", 0.203, 0.8, 3))
    assert found.complete.all()
    least = AllianceDilemma().thresholds["reluctant"]
    enough = np.broadcast_to(found.x_values > least, found.mask.shape)
    np.testing.assert_array_equal(found.exists("Peace"), enough)
    np.testing.assert_array_equal(found.exists("Want of Commitment: war"), ~enough)


def test_an_indifferent_ally_is_not_entrapped():
    """Without any promise nobody fights for one: c_w = (p - q) s, up to rounding."""
    tied = AllianceDilemma({"c_w": 0.2})
    assert tied.thresholds == {"willing": 0.0, "reluctant": pytest.approx(0.2)}
    rows = tied.compare((), (Terms(),)).rows
    assert len(rows) > 1
    assert [row.entrapment for row in rows] == [0.0] * len(rows)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_support_counts_where_there_is_war(compared, order):
    """Two equilibria under one promise, one of them peaceful, in either order."""
    war = next(row for row in compared.rows if row.war == 1)
    rows = [war, replace(war, war=0.0, support=float("nan"))]
    both = replace(compared, rows=tuple(rows[k] for k in order))
    assert both.worst("support") == both.least("support") == {(war.terms, war.strength): war.support}
    assert np.isnan(list(replace(compared, rows=(rows[1],)).worst("support").values())).all()


def test_tables_hold_every_row(compared):
    table = compared.to_dataframe()
    assert len(table) == len(compared.rows)
    assert set(table["terms"]) == {str(terms) for terms in EVERY_TERMS}
    assert repr(compared).count("\n") == len(compared.rows)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: Terms("offensive"), GameError, "purpose 'offensive' is unknown; use none, deterrent or compellent"),
        (lambda: AllianceDilemma({"k": 1}), ParameterError, "unknown parameter 'k'"),
        (lambda: AllianceDilemma({"p": 0.2}).solve(DETERRENT, 0.1), None, "q < p"),
        (lambda: AllianceDilemma().compare((0.1,), (DETERRENT,)).worst("peace"), GameError, "'peace' is no quantity"),
        (lambda: AllianceDilemma().frontier(Terms(), (0, 1, 3), ("a", 0, 1, 3)), GameError, "nothing is promised"),
        (lambda: AllianceDilemma().compare((), (DETERRENT,)).best_for_ally(), GameError, "no equilibrium was compared"),
        (lambda: AllianceDilemma().veto_threshold(DETERRENT, 0.3, steps=0), ParameterError, "0 steps; give 1 or more"),
    ],
)
def test_bad_input(call, error, words):
    if error is None:
        with pytest.warns(dg.AssumptionWarning, match=words):
            call()
    else:
        with pytest.raises(error, match=words):
            call()


def test_each_ally_and_target_is_a_type():
    game = dilemma_game(DETERRENT)
    assert tuple(game.types["ally"]) == ALLIES == tuple(COSTS)
    assert tuple(game.types["target"]) == TARGETS
    assert len(list(itertools.chain.from_iterable(game.wars.values()))) == 4 * 2 + 4 * 3
