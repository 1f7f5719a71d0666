"""The strategic form: one payoff array per player."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError, SizeError

MAX_PROFILES = 20_000_000  # 160 MB of payoffs a player


@dataclass(frozen=True, eq=False)
class StrategicForm:
    """A finite game in strategic form.

    Parameters
    ----------
    payoffs : float64[player, a_1, ..., a_n]
        ``payoffs[i][a_1, ..., a_n]`` is what player ``i`` receives.
    strategies : tuple of tuple of str
        Labels of every player's pure strategies.
    players : tuple of str
        Names of the players.
    name : str
        Shown in messages and tables.

    Examples
    --------
    >>> form = StrategicForm.from_arrays([[3, 0], [5, 1]], [[3, 5], [0, 1]], name="prisoners")
    >>> form.shape
    (2, 2)
    """

    payoffs: npt.NDArray[np.float64]
    strategies: tuple[tuple[str, ...], ...]
    players: tuple[str, ...]
    name: str = "strategic form"

    def __post_init__(self) -> None:
        if len(self.players) < 2:
            raise GameError(f"game {self.name!r}: {len(self.players)} player(s); a strategic form needs two or more")
        if self.payoffs.shape != (len(self.players), *(len(own) for own in self.strategies)):
            raise GameError(
                f"game {self.name!r}: payoffs of shape {self.payoffs.shape} do not match {len(self.players)} players "
                f"with {[len(own) for own in self.strategies]} strategies; give one array a player, all of shape (m_1, ...)"
            )
        for player, own in zip(self.players, self.strategies, strict=True):
            if not own:
                raise GameError(f"game {self.name!r}: player {player!r} has no strategy; give each player at least one")
            if len(set(own)) != len(own):
                raise GameError(
                    f"game {self.name!r}: player {player!r} has two strategies with one label; make the labels differ"
                )
        if len(set(self.players)) != len(self.players):
            raise GameError(f"game {self.name!r}: two players share a name; make the names differ")
        if not np.isfinite(self.payoffs).all():
            raise GameError(f"game {self.name!r}: a payoff is NaN or infinite; give finite numbers")
        self.payoffs.setflags(write=False)

    @property
    def shape(self) -> tuple[int, ...]:
        """Numbers of pure strategies ``(m_1, ..., m_n)``."""
        return self.payoffs.shape[1:]

    @classmethod
    def from_arrays(
        cls,
        *arrays: npt.ArrayLike,
        players: Sequence[str] | None = None,
        strategies: Sequence[Sequence[str]] | None = None,
        name: str = "strategic form",
    ) -> "StrategicForm":
        """Build a form from one payoff array per player, all of shape ``(m_1, ..., m_n)``.

        Raises
        ------
        GameError
            When the arrays are ragged, differ in shape, are not numbers, or do not match the labels.
        SizeError
            When there are more than ``MAX_PROFILES`` pure profiles.
        """
        try:
            columns = [np.asarray(array, dtype=np.float64) for array in arrays]
        except (TypeError, ValueError, OverflowError) as problem:
            raise GameError(f"game {name!r}: payoffs are not a rectangular array of numbers ({problem})") from None
        if len({column.shape for column in columns}) > 1:
            raise GameError(f"game {name!r}: payoff arrays have shapes {[column.shape for column in columns]}; make them equal")
        if columns and columns[0].ndim != len(columns):
            raise GameError(
                f"game {name!r}: {len(columns)} payoff array(s) with {columns[0].ndim} axes; give one array, one axis a player"
            )
        if columns and columns[0].size > MAX_PROFILES:
            raise SizeError(f"game {name!r}: {columns[0].size} pure profiles; at most {MAX_PROFILES} are accepted")
        if players is None:
            players = [f"player {number}" for number in range(1, len(columns) + 1)]
        if strategies is None:
            strategies = [[str(action) for action in range(size)] for size in (columns[0].shape if columns else ())]
        payoffs = np.ascontiguousarray(np.stack(columns)) if columns else np.empty((0,))
        return cls(payoffs, tuple(tuple(own) for own in strategies), tuple(players), name)
