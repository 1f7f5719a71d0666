"""What moves an ally, interest or promise, against sums over coalitions and integrals over costs."""

from itertools import product
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import lognorm

from deterrence_games.alliances import alignment, anzus, guarantee, hub_and_spokes, nato, outcome
from deterrence_games.errors import ParameterError

STRENGTH = {"AUS": 1.0, "NZL": 0.5, "USA": 8.0, "CHN": 4.0}


def pacific(**numbers):
    return guarantee(anzus(), "CHN", "AUS", 1985, strength=STRENGTH, region="pacific", **numbers)


def by_hand(bound):
    """Each ally's expected payoff and its chance of coming by interest, from cut-points alone."""
    form, private = bound.form, bound.private
    found = outcome(bound).equilibrium
    laws = [lognorm(s, scale=c) for s, c in zip(private.spread, form.cost, strict=True)]
    comes = [(1 - v) * law.cdf(x) for v, law, x in zip(private.veto, laws, found.cut_point, strict=True)]

    def holds(joined):
        power = sum(own for own, here in zip(form.strength, joined, strict=True) if here) + form.target_strength
        return power**form.decisiveness / (power**form.decisiveness + form.aggressor_strength**form.decisiveness)

    payoffs, interests = [], []
    for k in range(2):
        war, rise, share = 0.0, 0.0, 0.0
        for joined in product((False, True), repeat=2):
            chance = np.prod([own if here else 1 - own for own, here in zip(comes, joined, strict=True)])
            war += chance * form.stake[k] * (form.late * holds((False, False)) + (1 - form.late) * holds(joined))
        other = 1 - k
        for here in (False, True):
            chance = comes[other] if here else 1 - comes[other]
            beside = form.target_strength + here * form.strength[other]
            part = ((form.target_strength + form.strength[k]) / (beside + form.strength[k])) ** form.company
            share += (1 - form.late) * chance * part
            pair = [here, here]
            pair[k] = False
            without = holds(pair)
            pair[k] = True
            rise += (1 - form.late) * chance * form.stake[k] * (holds(pair) - without)
        paid, _ = quad(lambda c, law=laws[k]: c * law.pdf(c), 0, found.cut_point[k], epsabs=1e-13, limit=200)
        war -= (1 - private.veto[k]) * paid * share + form.promise[k] * (1 - comes[k])
        payoffs.append(form.stake[k] + found.attack_probability * (war - form.stake[k]))
        interests.append((1 - private.veto[k]) * laws[k].cdf(rise / share))
    return payoffs, interests


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_against_sums_over_coalitions_and_integrals_over_costs(seed):
    rng = np.random.default_rng(seed)
    bound = pacific(
        stake=rng.uniform(0.2, 1.5), war_cost=rng.uniform(0.05, 0.4), promise=rng.uniform(0, 0.3), veto=rng.uniform(0, 0.4),
        company=rng.choice([0.0, 0.7]), late=rng.choice([0.0, 0.3]), aggressor_cost=rng.uniform(0.1, 0.6),
    )  # fmt: skip
    found = alignment(bound)
    members = {own.ally: own for own in found.members}
    with_promise, interests = by_hand(bound)
    without, _ = by_hand(bound.changed(promise=0, audience=0))
    for k, ally in enumerate(bound.allies):
        assert members[ally].gain == pytest.approx(with_promise[k] - without[k], abs=1e-7)
        assert members[ally].by_interest == pytest.approx(interests[k], abs=1e-9)
        assert members[ally].by_interest + members[ally].by_promise + members[ally].stays_away == pytest.approx(1.0)
        assert members[ally].by_promise >= 0


def test_the_gap_is_what_the_promise_has_to_bridge():
    """One ally and no company: interest is v (h(1.5) - h(1)) - c with h(S) = S/(S + 4), whatever the promise."""
    bound = pacific(stake=0.9, war_cost=0.2, promise=0.1, company=0).changed(veto={"USA": 1.0})
    gap = {own.ally: own.gap for own in alignment(bound).members}["NZL"]
    assert gap == pytest.approx(0.2 - 0.9 * (1.5 / 5.5 - 1 / 5))
    assert {own.ally: own.gap for own in alignment(bound.changed(promise=0.3)).members}["NZL"] == pytest.approx(gap)


def test_without_promises_there_is_nothing_to_trade():
    found = alignment(pacific(promise=0.0))
    assert found.security == 0
    assert all(own.by_promise == 0 and own.gain == 0 for own in found.members)


def test_security_for_a_promise():
    """The target would give something for the promises; an ally that would be entangled asks for something."""
    found = alignment(guarantee(anzus(), "CHN", "AUS", 2024, region="pacific", stake=0.3))
    assert found.security == pytest.approx(
        (1 - found.bound.attack_probability * (1 - found.bound.held))
        - (1 - found.free.attack_probability * (1 - found.free.held))
    )
    assert found.security > 0 > min(own.gain for own in found.members)
    assert "comes by interest" in repr(found)
    assert set(found.to_dataframe()["ally"]) == {"USA", "NZL"}


@pytest.mark.parametrize("alliance", [nato().without("ISL"), hub_and_spokes()])
def test_on_the_treaties_of_the_library(alliance):
    aggressor, target, region = ("RUS", "EST", "europe") if alliance.name == "nato" else ("CHN", "JPN", "japan")
    found = alignment(guarantee(alliance, aggressor, target, 2024, region=region, stake=0.5))
    assert found.security >= 0
    # a coming ally whose cost is at its median or less, with a spread of a half: probability of a half at a gap of zero
    for own in found.members:
        assert (own.by_interest > 0.5) == (own.gap < 0)


def test_a_council_is_refused():
    with pytest.raises(ParameterError, match="by consensus nobody comes by itself"):
        alignment(pacific().changed(rule="consensus"))


def test_mean_cost_of_those_that_come_in_closed_form():
    """At a cut-point of infinity the mean cost is that of the lognormal, exp(s^2/2) times the median."""
    sure = pacific(stake=1.0, promise=1e6, war_cost=0.2, spread=0.5, company=0, aggressor_cost=1e-6)
    found = outcome(sure).equilibrium
    assert found.attack_probability == pytest.approx(1.0)
    gain = {own.ally: own.gain for own in alignment(sure).members}
    free, _ = by_hand(sure.changed(promise=0, audience=0))
    paid = 0.2 * exp(0.5**2 / 2)
    held = 9.5 / (9.5 + 4)
    assert gain["USA"] == pytest.approx(held - paid - free[sure.allies.index("USA")], abs=1e-6)


def test_costs_that_spread_over_any_range():
    """The mean of a lognormal cost overflows long before its part below the cut-point, which is at most the cut-point."""
    wide = pacific(spread=50.0)
    found = alignment(wide)
    for own in found.members:
        assert abs(own.gain) < 1.0
    chance = outcome(wide).chance
    assert all(0.4 < own < 0.6 for own in chance.values())
