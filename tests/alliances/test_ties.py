"""Borders: where attacking is worth nothing up to rounding, every answer about a guarantee says that it deters."""

from fractions import Fraction

import pytest

from deterrence_games.alliances import (
    anzus,
    assess,
    credibility_map,
    guarantee,
    most_tempting,
    outcome,
    threshold,
    threshold_reliability,
)

# strengths of target, ally and aggressor, and the prize; the aggressor's cost is what it would win against both, exactly
BORDERS = (
    ("0.5", "0.5", "0.3", "1000000"),
    ("0.7", "0.9", "0.2", "0.1"),
    ("0.4", "0.1", "1.4", "7"),
    ("0.6", "0.3", "1.8", "1"),
    ("0.8", "0.6", "0.5", "0.1"),
)


def at_the_border(target, ally, aggressor, prize, **numbers):
    """One ally who is sure to come, and an aggressor whose cost of war is exactly what attacking brings."""
    t, m, a, v = (Fraction(own) for own in (target, ally, aggressor, prize))
    force = {"AUS": float(t), "USA": float(m), "CHN": float(a)}
    cost = float(v * a / (a + t + m))
    given = {"stake": 10, "war_cost": 1e-3, "promise": 10, "spread": 0.01, "prize": float(v), "aggressor_cost": cost} | numbers
    return guarantee(anzus().without("NZL"), "CHN", "AUS", 2024, strength=force, **given)


@pytest.mark.parametrize("border", BORDERS, ids=" ".join)
def test_answers_agree_at_a_tie(border):
    pact = at_the_border(*border)
    found = outcome(pact)
    assert found.chance["USA"] == 1.0
    assert (found.deterred, found.attack_probability) == (True, 0.5)
    assert threshold_reliability(pact) == pytest.approx(1.0, abs=1e-9)
    assert threshold_reliability(pact, together=False) == pytest.approx(1.0, abs=1e-9)
    assert pact.equilibria()[0].deters
    assert assess(pact).pivotal == ("USA",)
    assert most_tempting([pact]).target is None
    assert threshold(pact, "company", 0, 1).deters_below
    prize = pact.form.prize
    shown = credibility_map(pact, ("prize", prize, 2 * prize, 2), ("company", 0, 1, 2))
    assert shown.verdict.tolist() == [[3, 0], [3, 0]]


def test_a_target_that_just_deters_alone_needs_no_help():
    pact = at_the_border("0.7", "0.1", "0.2", "7", aggressor_cost=float(Fraction(7) * Fraction(2, 9)))
    assert threshold_reliability(pact) == threshold_reliability(pact, together=False) == 0.0
