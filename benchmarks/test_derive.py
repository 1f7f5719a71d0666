"""How long do theorems take, in processor time, to derive with every pair of families decided?"""

import time
from itertools import combinations

import pytest

import deterrence_games as dg
from deterrence_games.theory import Exclusion, Existence

GAMES = {
    "rudimentary_asymmetric_deterrence": (2, 1, 2),
    "unilateral_deterrence": (5, 2, 2),
    "generalized_mutual_deterrence": (6, 2, 2),
    "extended_deterrence": (4, 5, 2),
    "asymmetric_escalation": (28, 55, 45),
}


@pytest.mark.parametrize("name", GAMES)
def test_derivation(name, report):
    families, borders, promise = GAMES[name]
    dg.derive(dg.models.rudimentary_asymmetric_deterrence())  # what has to be imported is
    start = time.process_time()
    theorem = dg.derive(dg.models.CATALOGUE[name]())
    derived = time.process_time() - start
    verdicts = [theorem.prove(Existence()).verdict]
    verdicts += [theorem.prove(Exclusion(one.name, other.name)).verdict for one, other in combinations(theorem.families, 2)]
    proved = time.process_time() - start - derived
    note = f"{derived:.1f} s to derive, {proved:.1f} s for {len(verdicts)} claims"
    report(f"theorem of {name}", derived + proved, "s", at_most=promise, note=note)
    assert theorem.complete
    assert (len(theorem.families), len(theorem.border_families)) == (families, borders)
    assert "unknown" not in verdicts
