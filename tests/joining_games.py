"""Joining games for tests: random ones of every kind, and what they are by definition."""

from itertools import product

import numpy as np

from deterrence_games.forms import StrategicForm
from deterrence_games.forms.joining import JoiningForm


def random_game(seed, most=6):
    """A game of up to `most` allies; a third of them full of ties: whole strengths, indifference, nobody has a stake."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, most + 1))
    kind = rng.integers(0, 5)
    strength = rng.integers(1, 4, n).astype(float) if kind == 0 else rng.lognormal(0, 1, n)
    stake, cost = rng.uniform(0, 2, n), rng.uniform(0, 0.5, n)
    promise = rng.uniform(0, 0.2, n) * rng.integers(0, 2)
    company = float(rng.choice([0, 0, 0.5, 1, 2]))
    if kind == 1:  # whoever comes decides nothing: everybody indifferent always
        stake, cost, promise, company = np.zeros(n), np.full(n, 0.25), np.full(n, 0.25), 0.0
    if kind == 2:  # a close free-rider problem
        middle = strength.sum() / 2
        cost = stake * 0.9 * strength * 4 / (middle + 4) ** 2
        promise, company = np.zeros(n), 0.0
    return JoiningForm(
        tuple(f"ally {k}" for k in range(n)),
        strength,
        stake,
        cost,
        promise,
        float(rng.integers(1, 3)) if kind == 0 else rng.uniform(0.1, 3),
        float(rng.integers(1, 9)) if kind == 0 else rng.uniform(0.5, 10),
        decisiveness=float(rng.choice([0.5, 1, 1, 2, 4])),
        company=company,
        late=float(rng.choice([0, 0, 0.3])),
        prize=1,
        war_cost=0.4,
        punishment=float(rng.choice([0, 0.01])),
        name=f"random {seed}",
    )


def payoff(form, ally, comes, others):
    """One ally's payoff from the words of the definition; `others` is their strength without the target's."""

    def held(strength):
        return strength**form.decisiveness / (strength**form.decisiveness + form.aggressor_strength**form.decisiveness)

    target, own = form.target_strength, form.strength[ally]
    over = form.stake[ally] * held(target)
    if comes:
        cost = form.cost[ally] * ((target + own) / (target + others + own)) ** form.company
        return form.late * over + (1 - form.late) * (form.stake[ally] * held(target + others + own) - cost)
    return form.late * over + (1 - form.late) * form.stake[ally] * held(target + others) - form.promise[ally]


def strategic(form):
    """The game as payoff tables; the second strategy is to come."""
    n = len(form.allies)
    tables = np.empty((n, *(2,) * n))
    for profile in product((0, 1), repeat=n):
        total = sum(form.strength[k] for k in range(n) if profile[k])
        for k in range(n):
            others = total - (form.strength[k] if profile[k] else 0.0)
            tables[(k, *profile)] = payoff(form, k, bool(profile[k]), others)
    return StrategicForm.from_arrays(*tables, players=form.allies, name=form.name)


def pure_by_force(form, tol):
    """Every profile from which nobody gains more than its tolerance."""
    n = len(form.allies)
    found = set()
    for profile in product((0, 1), repeat=n):
        total = sum(form.strength[k] for k in range(n) if profile[k])
        gains = []
        for k in range(n):
            others = total - (form.strength[k] if profile[k] else 0.0)
            gains.append(payoff(form, k, not profile[k], others) - payoff(form, k, bool(profile[k]), others))
        if all(gain <= limit for gain, limit in zip(gains, tol, strict=True)):
            found.add(profile)
    return found
