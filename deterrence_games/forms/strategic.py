"""The strategic form: one payoff array per player."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from numbers import Rational
from typing import Any

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError, SizeError

MAX_PROFILES = 5_000_000  # 40 MB of payoffs a player, ten times that where they are kept as fractions


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
    rational : integer or object array, shape of payoffs, or None
        The payoffs as they were given, where all of them are integers or fractions; read them in `exact`.

    Attributes
    ----------
    exact : object[player, a_1, ..., a_n] of Fraction, or None
        The payoffs without rounding, where all of them were given as integers or fractions (of any size); `payoffs` holds
        the nearest floats.

    Examples
    --------
    >>> form = StrategicForm.from_arrays([[3, 0], [5, 1]], [[3, 5], [0, 1]], name="prisoners")
    >>> form.shape
    (2, 2)
    >>> form.exact[0, 1, 0]
    Fraction(5, 1)
    """

    payoffs: npt.NDArray[np.float64]
    strategies: tuple[tuple[str, ...], ...]
    players: tuple[str, ...]
    name: str = "strategic form"
    rational: npt.NDArray[Any] | None = None

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
        if self.rational is not None and not np.array_equal(self.rational.astype(np.float64), self.payoffs):
            raise GameError(f"game {self.name!r}: the exact payoffs differ from the floats; give the floats nearest to them")
        self.payoffs.setflags(write=False)
        if self.rational is not None:
            self.rational.setflags(write=False)

    @cached_property
    def exact(self) -> npt.NDArray[np.object_] | None:  # on demand: a fraction takes 100 bytes and half a microsecond
        """The payoffs as fractions, or None where some payoff was given as a float."""
        if self.rational is None:
            return None
        fractions = np.empty(self.rational.shape, dtype=object)
        fractions.ravel()[:] = [Fraction(int(x.numerator), int(x.denominator)) for x in self.rational.ravel().tolist()]
        fractions.setflags(write=False)
        return fractions

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

        Integers and fractions are kept as they are, besides their nearest floats, where no payoff is a float.

        Raises
        ------
        GameError
            When the arrays are ragged, differ in shape, are not numbers, or do not match the labels.
        SizeError
            When there are more than ``MAX_PROFILES`` pure profiles.
        """
        for array in arrays:
            if isinstance(array, np.ndarray) and array.size > MAX_PROFILES:  # before anything is copied
                raise _too_many(name, array.size)
        try:
            columns = [np.asarray(array, dtype=np.float64) for array in arrays]
        except (TypeError, ValueError) as problem:
            raise GameError(f"game {name!r}: payoffs are not a rectangular array of numbers ({problem})") from None
        except OverflowError:
            raise GameError(
                f"game {name!r}: a payoff is larger than any float (1.8e308); divide that player's payoffs"
            ) from None
        if len({column.shape for column in columns}) > 1:
            raise GameError(f"game {name!r}: payoff arrays have shapes {[column.shape for column in columns]}; make them equal")
        if columns and columns[0].ndim != len(columns):
            raise GameError(
                f"game {name!r}: {len(columns)} payoff array(s) with {columns[0].ndim} axes; give one array, one axis a player"
            )
        if columns and columns[0].size > MAX_PROFILES:
            raise _too_many(name, columns[0].size)
        if players is None:
            players = [f"player {number}" for number in range(1, len(columns) + 1)]
        if strategies is None:
            strategies = [[str(action) for action in range(size)] for size in (columns[0].shape if columns else ())]
        payoffs = np.ascontiguousarray(np.stack(columns)) if columns else np.empty((0,))
        given = [_rational(array) for array in arrays]
        rational = (
            np.stack([own for own in given if own is not None]) if given and not any(own is None for own in given) else None
        )
        return cls(payoffs, tuple(tuple(own) for own in strategies), tuple(players), name, rational)


def _rational(array: npt.ArrayLike) -> npt.NDArray[Any] | None:
    """Return a rectangular array as int64 or rational objects, None when some entry is neither."""
    numbers = array if isinstance(array, np.ndarray) else np.asarray(array, dtype=object)
    if numbers.dtype.kind in "iub":
        return numbers.astype(np.int64 if np.can_cast(numbers.dtype, np.int64) else object)
    if numbers.dtype.kind == "O" and all(issubclass(kind, Rational) for kind in {type(x) for x in numbers.ravel().tolist()}):
        return numbers
    return None


def _too_many(name: str, profiles: int) -> SizeError:
    return SizeError(f"game {name!r}: {profiles} pure profiles; at most {MAX_PROFILES} are accepted; drop dominated strategies")
