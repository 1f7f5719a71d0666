"""Enlargement and adverse reaction: what a new member changes for itself, for the members and for their rival.

All numbers here are illustrative unless the caller's own; see `deterrence_games.alliances.enlargement_game` for the game.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from deterrence_games.alliances.enlargement_game import INSIDE, OUTSIDE, PEACEFUL, enlargement_game
from deterrence_games.analysis.equilibrium_map import equilibrium_map
from deterrence_games.api import solve, tree_form
from deterrence_games.errors import ParameterError
from deterrence_games.forms import InformationSet
from deterrence_games.games import Game
from deterrence_games.results import Equilibrium, Solution
from deterrence_games.results.region_map import RegionMap

if TYPE_CHECKING:
    import pandas as pd

ADMITTED = 0.5  # probability of nature's first move, on which nothing depends
ROUNDING = 1e-12  # of a player's largest payoff: by so little nobody gains or loses
BEFORE = ("status_quo", "conquest", "war_outside")  # outcomes outside the alliance

ILLUSTRATION: Mapping[str, float] = {
    **{"v": 1.0, "v_C": 1.5, "s": 1.0, "w0": 0.8, "w1": 0.2, "wp": 0.5, "a": 0.1},
    **{"d": 0.1, "c_R": 0.3, "c_C": 0.2, "e": 0.5, "c_r": 0.2, "c_u": 0.7, "k": 0.1, "r": 0.9},
    **{"t": 0.15, "h": 0.1, "m": 0.25, "b": 0.05, "g": 0.1, "x": 0.1},
}
"""Illustrative numbers: a rival that would attack a candidate left outside, and members that most likely keep their word."""


@dataclass(frozen=True)
class Enlargement:
    """What enlargement changes in one equilibrium.

    Attributes
    ----------
    effect : str
        In words, as in `deterrence_games.alliances.enlargement_game.EFFECTS`.
    equilibrium : Equilibrium
    reply : dict action -> float
        The rival's best reply to the admission.
    attack : (float, float)
        Probability that the candidate is attacked outside, and after its admission.
    entrapment : float
        Probability, after the admission, that the members fight for the new member.
    abandonment : float
        Probability, after the admission, that the new member fights alone.
    security, burden, rival : float
        What the candidate gains, what the members lose and what the rival gains by the admission, in units of payoff.
    """

    effect: str
    equilibrium: Equilibrium
    reply: Mapping[str, float]
    attack: tuple[float, float]
    entrapment: float
    abandonment: float
    security: float
    burden: float
    rival: float


@dataclass(frozen=True, eq=False, repr=False)
class EnlargementReport:
    """What enlargement changes, equilibrium by equilibrium.

    Attributes
    ----------
    rows : tuple of Enlargement
    solution : Solution
    """

    rows: tuple[Enlargement, ...]
    solution: Solution

    @property
    def complete(self) -> bool:
        """Whether all equilibria are known."""
        return self.solution.complete

    def to_dataframe(self) -> "pd.DataFrame":
        """One row an equilibrium (needs pandas)."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "effect": row.effect,
                    "reply": max(row.reply, key=lambda action: row.reply[action]),
                    "attack outside": row.attack[0],
                    "attack inside": row.attack[1],
                    **{name: getattr(row, name) for name in ("entrapment", "abandonment", "security", "burden", "rival")},
                }
                for row in self.rows
            ]
        )

    def __repr__(self) -> str:
        return "\n".join(
            f"enlargement {row.effect}: probability of attack {row.attack[0]:.3g} -> {row.attack[1]:.3g}, candidate "
            f"{row.security:+.3g}, members {-row.burden:+.3g}, rival {row.rival:+.3g}, entrapment {row.entrapment:.3g}"
            for row in self.rows
        )


def enlargement(params: Mapping[str, float] | None = None) -> EnlargementReport:
    """Compare a candidate outside an alliance with the same candidate as a member.

    Parameters
    ----------
    params : mapping parameter -> number, optional
        Changes to `ILLUSTRATION`, whose numbers are illustrative; the parameters are those of
        `deterrence_games.alliances.enlargement_game.enlargement_game`.

    Raises
    ------
    ParameterError
        For an unknown parameter.

    Examples
    --------
    >>> enlargement()
    enlargement stabilises: probability of attack 1 -> 0, candidate +1.5, members +0.75, rival -0.65, entrapment 0
    """
    game, values = enlargement_game(), _values(params)
    solution = solve(game, {**values, "z": ADMITTED}, throw=False)
    return EnlargementReport(tuple(_read(game, values, equilibrium) for equilibrium in solution), solution)


def enlargement_map(
    x: tuple[str, float, float, int], y: tuple[str, float, float, int], params: Mapping[str, float] | None = None
) -> RegionMap:
    """Where enlargement stabilises, where it changes little, and where it provokes.

    Parameters
    ----------
    x, y : (parameter, low, high, points)
    params : mapping parameter -> number, optional
        Changes to `ILLUSTRATION`.

    Returns
    -------
    RegionMap
        Its names are the effects of `deterrence_games.alliances.enlargement_game.EFFECTS`.
    """
    fixed = {name: value for name, value in _values(params).items() if name not in (x[0], y[0])}
    return equilibrium_map(enlargement_game(), x=x, y=y, fixed={**fixed, "z": ADMITTED})


def _read(game: Game, values: Mapping[str, float], equilibrium: Equilibrium) -> Enlargement:
    reply = equilibrium.behavior[InformationSet(*INSIDE)]
    after = {label: share / ADMITTED for label, share in equilibrium.outcomes.items() if label not in BEFORE}
    form = tree_form(game, {**values, "z": ADMITTED})
    structure = form.structure
    change = {}
    for number, player in enumerate(structure.players):
        worth = form.payoffs[0, :, number, 0]  # outside, payoffs depend on no type
        outside = sum(float(worth[structure.outcomes.index(label)]) * equilibrium.outcomes[label] for label in BEFORE)
        gap = (equilibrium.payoffs[player] - outside) / ADMITTED - outside / (1 - ADMITTED)
        change[player] = gap if abs(gap) > ROUNDING * float(np.abs(form.payoffs[0, :, number]).max()) else 0.0
    return Enlargement(
        effect=equilibrium.name,
        equilibrium=equilibrium,
        reply=dict(reply),
        attack=(equilibrium.behavior[InformationSet(*OUTSIDE)]["attack"], 1.0 - sum(reply[action] for action in PEACEFUL)),
        entrapment=sum(share for label, share in after.items() if label.endswith("war_joint")),
        abandonment=sum(share for label, share in after.items() if label.endswith("war_alone")),
        security=change["candidate"],
        burden=-change["members"],
        rival=change["rival"],
    )


def _values(params: Mapping[str, float] | None) -> dict[str, float]:
    for name in params or {}:
        if name not in ILLUSTRATION:
            raise ParameterError(f"enlargement: unknown parameter {name!r:.40}; use {', '.join(ILLUSTRATION)}")
    return {**ILLUSTRATION, **(params or {})}
