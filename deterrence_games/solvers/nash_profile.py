"""Profiles of two-player strategic forms: scaled payoffs, certificates, and the equilibria made of them."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

import numpy as np

from deterrence_games.forms import InformationSet, StrategicForm
from deterrence_games.forms.tree import Floats
from deterrence_games.kernels import regret
from deterrence_games.results import Equilibrium
from deterrence_games.solvers.solver import strictness
from deterrence_games.solvers.warm_up import warm_up

CERTIFIED = 1e-8  # a profile with a larger regret, in shares of a player's range of payoffs, is no equilibrium
FEW_PAYOFFS = 200  # so many are measured in half a millisecond of plain Python


def unit_payoffs(payoffs: Floats) -> Floats:
    """Map one player's payoffs to [0, 1], which changes no equilibrium."""
    # A power of two first, which rounds nothing, so that no difference overflows.
    payoffs = np.ldexp(payoffs, -int(np.frexp(np.abs(payoffs).max())[1]))
    payoffs = payoffs - payoffs.min()
    widest = payoffs.max()
    return payoffs / widest if widest > 0.0 else payoffs


def profile_rank(first: Floats, second: Floats) -> tuple[int, list[float], list[float]]:
    """Order profiles: small supports before large, then by the first strategies in use."""
    return int(np.count_nonzero(first) + np.count_nonzero(second)), (-first).tolist(), (-second).tolist()


def certificate(payoffs: Floats, profile: tuple[Floats, Floats]) -> tuple[float, float]:
    """Regret and margin of a profile, in units of the payoffs."""
    rows, columns = payoffs.shape[1:]
    shape, offsets = np.array([rows, columns]), np.array([0, rows, rows + columns])
    measure = warm_up.choose(regret.profile_regret, payoffs.size <= FEW_PAYOFFS)
    gain, margin = measure(payoffs.reshape(2, -1), shape, np.concatenate(profile), offsets)
    return float(gain), float(margin)


def certificates(payoffs: Floats, profiles: Sequence[Floats]) -> list[list[float]]:
    """Regret, margin and both players' expected payoffs of many profiles, each as one vector, in units of the payoffs."""
    rows, columns = payoffs.shape[1:]
    shape, offsets = np.array([rows, columns]), np.array([0, rows, rows + columns])
    measured = np.empty((1, len(profiles), 4))
    measure = warm_up.choose(regret.profile_measures, payoffs.size * len(profiles) <= FEW_PAYOFFS)
    vectors = np.array(profiles).reshape(len(profiles), rows + columns)
    measure(np.array(payoffs).reshape(1, 2, -1), shape, vectors, offsets, measured)
    found: list[list[float]] = measured[0].tolist()
    return found


@lru_cache(maxsize=1)
def _moves(players: tuple[str, ...]) -> tuple[InformationSet, ...]:  # the same in all equilibria of a game
    return tuple(InformationSet(player, "", ()) for player in players)


def nash_equilibrium(
    form: StrategicForm,
    profile: tuple[Floats, ...],
    index: int,
    exact: tuple[tuple[Fraction, ...], ...] | None = None,
    measured: Sequence[float] | None = None,
) -> Equilibrium:
    """Return a profile as an equilibrium, measured on the form's own payoffs.

    `measured` holds regret, margin and every player's expected payoff where a kernel has measured them already; with more than
    two players it is needed.
    """
    if measured is None:
        first, second = profile
        measured = (*certificate(form.payoffs, (first, second)), *(first @ form.payoffs @ second).tolist())
    gain, margin, *worth = measured
    known = {"regret": gain, "margin": margin, "profile": profile, "outcome_class": index, "exact": exact}
    return Equilibrium.deferred(partial(_in_words, form, worth, known), known)


def _in_words(form: StrategicForm, worth: Sequence[float], known: Mapping[str, Any]) -> Equilibrium:
    """The same with the names of players and strategies."""
    behavior = {
        move: dict(zip(own, mixed.tolist(), strict=True))
        for move, own, mixed in zip(_moves(form.players), form.strategies, known["profile"], strict=True)
    }
    payoffs = dict(zip(form.players, worth, strict=True))
    return Equilibrium(**known, payoffs=payoffs, behavior=behavior, verdict=strictness(known["margin"]))
