"""How long do theorems take, in processor time, to derive with every pair of families decided?"""

import time
from itertools import combinations

import pytest

import deterrence_games as dg
from deterrence_games.theory import Exclusion, Existence

GAMES = {
    "rudimentary_asymmetric_deterrence": (2, 1, 2),
    "unilateral_deterrence": (5, 3, 2),
    "generalized_mutual_deterrence": (6, 4, 2),
    "extended_deterrence": (4, 5, 2),
    "asymmetric_escalation": (28, 55, 45),
}


def with_three_challengers():
    """The general escalation game with a Challenger that may also be firm: less hard, but it too matches an escalation."""
    game = dg.models.asymmetric_escalation()
    payoffs = {outcome: dict(own) for outcome, own in game.payoffs.items()}
    payoffs["all_out_conflict"]["challenger"] = {"hard": "c_EEh", "firm": "c_EEf", "soft": "c_EEs"}
    challengers = {"hard": "p_hard", "firm": "p_firm", "soft": "1 - p_hard - p_firm"}
    kept = [relation for relation in game.assumptions if not any(_of_challenger(s.name) for s in relation.free_symbols)]
    order = "c_EEs < c_DE < c_EEf < c_EEh < c_DD < c_ED < c_SQ < c_DC"
    return game.replace(
        types={**game.types, "challenger": challengers},
        payoffs=payoffs,
        assumptions=(*kept, order, "p_hard > 0", "p_firm > 0", "p_hard + p_firm < 1"),
        names={},
    )


def _of_challenger(name):
    return name.startswith("c_") or name == "p_ch"


GAMES["asymmetric_escalation with three Challengers"] = (40, 149, 360)


@pytest.mark.parametrize("name", GAMES)
def test_derivation(name, report):
    families, borders, promise = GAMES[name]
    game = dg.models.CATALOGUE[name]() if name in dg.models.CATALOGUE else with_three_challengers()
    dg.derive(dg.models.rudimentary_asymmetric_deterrence())  # what has to be imported is
    start = time.process_time()
    theorem = dg.derive(game, seconds=3600)
    derived = time.process_time() - start
    verdicts = [theorem.prove(Existence()).verdict]
    verdicts += [theorem.prove(Exclusion(one.name, other.name)).verdict for one, other in combinations(theorem.families, 2)]
    proved = time.process_time() - start - derived
    note = f"{derived:.1f} s to derive, {proved:.1f} s for {len(verdicts)} claims"
    report(f"theorem of {name}", derived + proved, "s", at_most=promise, note=note)
    assert theorem.complete
    assert (len(theorem.families), len(theorem.border_families)) == (families, borders)
    assert "unknown" not in verdicts
