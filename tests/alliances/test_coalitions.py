"""Cheapest coalitions where many are equal: counted, listed up to a limit, and found for allies that no list of sets holds."""

from itertools import combinations
from math import comb

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.alliances import cheapest_coalitions, guarantee, nato
from deterrence_games.alliances.treaties import Membership, Period


def allies_by_hand(strength, cost, *, border, company):
    """Allies of given strengths and costs, a target of strength 1, and an aggressor that strength `border` deters."""
    names = [f"S{k}" for k in range(len(strength))]
    pact = nato().without(*(own for own in nato().states if own != "EST"))
    joined = tuple(Membership("north_atlantic_treaty", own, Period("1949")) for own in names)
    pact = dg.alliances.Alliance("pact", pact.treaties, (*pact.memberships, *joined), pact.clauses, regions=pact.regions)
    force = dict(zip(names, map(float, strength), strict=True)) | {"EST": 1.0, "RUS": border}
    price = dict(zip(names, map(float, cost), strict=True))
    return guarantee(pact, "RUS", "EST", 2024, strength=force, war_cost=price, company=company, aggressor_cost=0.5)


@pytest.mark.parametrize(("allies", "needed"), [(20, 14), (40, 29), (70, 20)])
@pytest.mark.parametrize("company", [0.0, 0.5])
def test_equal_allies_are_counted_together(allies, needed, company):
    pact = allies_by_hand([1.0] * allies, [0.1] * allies, border=needed + 1.0, company=company)
    found = cheapest_coalitions(pact, limit=5)
    assert found.count == comb(allies, needed)
    assert len({own.members for own in found.cheapest}) == 5
    for own in found.cheapest:
        assert len(own.members) == needed
        assert own.cost == pytest.approx(0.1 * needed * (2.0 / (needed + 1.0)) ** company)
    assert f"... {found.count:,} in all" in repr(found)


@pytest.mark.parametrize("seed", range(12))
def test_ties_by_brute_force(seed):
    """Whole and decimal strengths, costs in proportion: many coalitions cost the same."""
    rng = np.random.default_rng(seed)
    strength = rng.integers(1, 5, 9) / (1, 10)[seed % 2]
    company = (0.0, 0.5, 1.0)[seed % 3]
    cost = strength / 10 / (1.0 + strength) ** company
    border = 1.0 + strength.sum() / 2
    pact = allies_by_hand(strength, cost, border=border, company=company)
    prices = {}
    for size in range(10):
        for chosen in combinations(range(9), size):
            total = 1.0 + strength[list(chosen)].sum()
            if total >= border - 1e-9:
                share = ((1.0 + strength[list(chosen)]) / total) ** company
                prices[tuple(f"S{k}" for k in chosen)] = float((cost[list(chosen)] * share).sum())
    least = min(prices.values())
    found = cheapest_coalitions(pact)
    assert {own.members for own in found.cheapest} == {who for who, own in prices.items() if own <= least + 1e-12}
    assert found.count == len(found.cheapest)
    assert [own.cost for own in found.cheapest] == pytest.approx([least] * found.count)
    assert len(cheapest_coalitions(pact, limit=0).cheapest) == 0


def test_a_single_strong_ally_among_many_with_one_cost():
    """Costs alike and no company: every set of one size is a tie, but none is cheaper than the one ally who deters."""
    found = cheapest_coalitions(guarantee(nato().without("ISL"), "RUS", "EST", 2024, company=0))
    assert [own.members for own in found.cheapest] == [("USA",)]


def test_too_many_in_the_running_names_a_bound():
    rng = np.random.default_rng(0)
    strength = rng.lognormal(0, 1, 40)
    pact = allies_by_hand(strength, strength / 10, border=1.0 + strength.sum() / 2, company=0.0)
    with pytest.raises(dg.SizeError, match=r"the cheapest known, S\d.* costs [\d.]+, an upper bound"):
        cheapest_coalitions(pact)
    with pytest.raises(dg.ParameterError, match="limit -1; give the number of coalitions to list"):
        cheapest_coalitions(pact, limit=-1)
