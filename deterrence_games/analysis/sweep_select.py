"""Several equilibria at one point: their values by family, as a range, or those of the equilibrium that a rule selects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError, ParameterError
from deterrence_games.games import Game

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Bounds = Floats  # [point, family, label, side]: the least and the greatest value

EQUAL = 1e-9  # scores, and values, that differ by no more (as a share of the greatest) count as equal

FAMILY, RANGE = "family", "range"
OF_PLAYERS = ("best", "worst")
OF_GAME = ("least war", "risk dominant", "logit limit")
RULES = (FAMILY, RANGE, "best PLAYER", "worst PLAYER", *OF_GAME)


@dataclass(frozen=True)
class Selection:
    """What to do where equilibria are many.

    Attributes
    ----------
    rule : str
        One of ``family``, ``range``, ``best``, ``worst``, ``least war``, ``risk dominant``, ``logit limit``.
    player : str
        Whose best or worst; else empty.
    """

    rule: str
    player: str = ""

    @property
    def single(self) -> bool:
        """Whether one value a point is left."""
        return self.rule not in (FAMILY, RANGE)

    @property
    def pointwise(self) -> bool:
        """Whether the rule looks at the equilibria of one point at a time."""
        return self.rule in ("risk dominant", "logit limit")

    @property
    def looks_at(self) -> str | None:
        """The quantity by which the rule judges."""
        return {"best": "payoffs", "worst": "payoffs", "least war": "war"}.get(self.rule)

    @property
    def words(self) -> str:
        """The rule as the dataset tells it."""
        return {
            FAMILY: "none: values by family of equilibria, with their bounds over the members of the family",
            RANGE: "none: bounds over all equilibria",
            "best": f"the equilibrium with the highest expected payoff of {self.player}",
            "worst": f"the equilibrium with the lowest expected payoff of {self.player}",
            "least war": "the equilibrium with the lowest probability of war",
            "risk dominant": "the equilibrium that no other risk-dominates (Harsanyi and Selten 1988, by pairs)",
            "logit limit": "the equilibrium that the principal branch of logit quantal response equilibria leads to",
        }[self.rule]


def read_selection(game: Game, given: Any) -> Selection:
    """Check a selection rule as a caller names it.

    Raises
    ------
    ParameterError
        For an unknown rule or player.
    GameError
        When the game lacks what the rule looks at.
    """

    def refuse(what: str) -> ParameterError:
        return ParameterError(f"sweep of game {game.name!r}: {what}")

    if not isinstance(given, str):
        raise refuse(f"select is {given!r:.60}; use one of {', '.join(RULES)}")
    rule, _, player = given.partition(" ")
    if rule in OF_PLAYERS:
        if player not in game.players:
            raise refuse(f"select {given!r:.60} names no player; write {rule} and one of {', '.join(game.players)}")
        return Selection(rule, player)
    if given not in (FAMILY, RANGE, *OF_GAME):
        raise refuse(f"unknown rule {given!r:.60} in select; use one of {', '.join(RULES)}")
    if given == "least war" and not game.wars:
        raise GameError(f"sweep of game {game.name!r}: nobody fights in any outcome; give the game wars, or select otherwise")
    if given == "risk dominant" and len(game.players) != 2:
        raise GameError(f"sweep of game {game.name!r}: risk dominance compares equilibria of two players; select otherwise")
    return Selection(given)


def chosen(selection: Selection, players: Sequence[str], exists: Bools, bounds: Mapping[str, Bounds]) -> Bools:
    """The families that a rule selects, all that tie; ``bool[point, family]``.

    Parameters
    ----------
    exists : bool[point, family]
    bounds : mapping quantity -> float64[point, family, label, side]
        With the quantity that the rule looks at.
    """
    label = players.index(selection.player) if selection.player else 0
    own = bounds[str(selection.looks_at)][:, :, label]
    best = selection.rule == "best"
    columns = range(exists.shape[1])
    worse = [np.where(exists[:, k], -own[:, k, 1] if best else own[:, k, 0], np.inf) for k in columns]
    least = np.full(len(exists), np.inf)
    size = np.full(len(exists), EQUAL)
    for values in worse:
        np.minimum(least, values, out=least)
        np.maximum(size, np.abs(values), out=size, where=np.isfinite(values))
    limit = least + EQUAL * size
    return np.stack([(values <= limit) & exists[:, k] for k, values in enumerate(worse)] or [exists[:, 0]], axis=-1)


def over(families: Bools, bounds: Bounds) -> tuple[Floats, Floats]:
    """Bounds over some families at each point, ``float64[point, label]``; NaN where there is none.

    Parameters
    ----------
    families : bool[point, family]
    bounds : float64[point, family, label, side]
    """
    least = np.full((bounds.shape[0], bounds.shape[2]), np.nan)
    most = least.copy()
    for family in range(families.shape[1]):
        here = families[:, family, None]
        np.fmin(least, bounds[:, family, :, 0], out=least, where=here)
        np.fmax(most, bounds[:, family, :, 1], out=most, where=here)
    return least, most


def settled(low: Floats, high: Floats) -> tuple[Floats, Bools]:
    """The common value of what a rule selects, NaN where it is not one; and where it is not, ``bool[point]``."""
    with np.errstate(invalid="ignore"):
        differ: Bools = high - low > EQUAL * np.maximum(np.abs(high), 1.0)
    return np.where(differ, np.nan, low), np.asarray(differ.any(axis=-1))
