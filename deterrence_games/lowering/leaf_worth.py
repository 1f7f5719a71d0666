"""What the leaves of an extensive form are worth to its players, chance included: in floats, or exactly."""

import math

import numpy as np

from deterrence_games.forms.extensive import ExtensiveForm
from deterrence_games.forms.rationals import common_denominator
from deterrence_games.forms.tree import CHANCE, LEAF, Floats

MOST_BITS = 1024  # of the common denominator of all payoffs, weighed by chance


def chance_of(form: ExtensiveForm) -> Floats:
    """``float64[node]``: probability that chance leads to the node when everybody else plays towards it."""
    found = np.ones(len(form.labels))
    for node in range(1, len(found)):
        found[node] = found[form.parent[node]] * form.chance[node]
    return found


def paid_on_the_way(form: ExtensiveForm) -> Floats:
    """``float64[node, player]``: the payoffs of all outcomes on the way to the node and there."""
    totals = np.zeros((len(form.labels), len(form.players)))
    for node in range(len(totals)):
        if node:
            totals[node] = totals[form.parent[node]]
        if form.outcome[node] >= 0:
            totals[node] += form.payoffs[form.outcome[node]]
    return totals


def float_worth(form: ExtensiveForm) -> dict[int, list[float]]:
    """What reaching each leaf adds to the players' expected payoffs: its probability by chance times the payoffs so far."""
    chance, totals = chance_of(form), paid_on_the_way(form)
    return {leaf: (chance[leaf] * totals[leaf]).tolist() for leaf in np.flatnonzero(form.kind == LEAF).tolist()}


def exact_worth(form: ExtensiveForm) -> tuple[dict[int, list[int]], int] | None:
    """The same in units of one over the returned denominator; None when that has more than `MOST_BITS` bits."""
    unit = common_denominator(form.exact_payoffs.ravel().tolist(), MOST_BITS)
    events = [common_denominator(own, MOST_BITS) for own in form.event_probabilities]
    if unit is None or None in events:
        return None
    scaled = [[int(payoff * unit) for payoff in own] for own in form.exact_payoffs.tolist()]
    totals = [[0] * len(form.players)]
    shares = [(1, 1)]  # numerator and denominator of the probability that chance leads to the node
    whole = 1
    columns = (own.tolist() for own in (form.parent, form.branch, form.outcome, form.kind))
    for node, (above, branch, outcome, kind) in enumerate(zip(*columns, strict=True)):
        if node:
            numerator, denominator = shares[above]
            if form.kind[above] == CHANCE:
                event = int(form.place[above])
                step = events[event] or 1
                numerator *= int(form.event_probabilities[event][branch] * step)
                denominator *= step
                if denominator.bit_length() > MOST_BITS:
                    return None
            shares.append((numerator, denominator))
            totals.append(totals[above])
        if outcome >= 0:
            totals[node] = [a + b for a, b in zip(totals[node], scaled[outcome], strict=True)]
        if kind == LEAF:
            whole = math.lcm(whole, shares[node][1])
            if whole.bit_length() > MOST_BITS:
                return None
    leaves = np.flatnonzero(form.kind == LEAF).tolist()
    return {
        leaf: [shares[leaf][0] * (whole // shares[leaf][1]) * total for total in totals[leaf]] for leaf in leaves
    }, whole * unit
