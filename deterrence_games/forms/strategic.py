"""The strategic form: one payoff array per player."""

import math
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
        sizes = tuple(map(len, self.strategies))
        if self.payoffs.shape != (len(self.players), *sizes):
            raise GameError(
                f"game {self.name!r}: payoffs of shape {self.payoffs.shape} do not match {len(self.players)} players "
                f"with {list(sizes)} strategies; give one array a player, all of shape (m_1, ...)"
            )
        if tuple(map(len, map(set, self.strategies))) != sizes or 0 in sizes:
            raise self._not_labels()
        if len(set(self.players)) != len(self.players):
            raise GameError(f"game {self.name!r}: two players share a name; make the names differ")
        if not _all_finite(self.payoffs):
            raise GameError(f"game {self.name!r}: a payoff is NaN or infinite; give finite numbers")
        if self.rational is not None and not np.array_equal(self.rational.astype(np.float64), self.payoffs):
            raise GameError(f"game {self.name!r}: the exact payoffs differ from the floats; give the floats nearest to them")
        self.payoffs.setflags(write=False)
        if self.rational is not None:
            self.rational.setflags(write=False)

    def _not_labels(self) -> GameError:
        """What is wrong with the labels of strategies."""
        for player, own in zip(self.players, self.strategies, strict=True):
            if not own:
                return GameError(f"game {self.name!r}: player {player!r} has no strategy; give each player at least one")
            if len(set(own)) != len(own):
                break
        return GameError(f"game {self.name!r}: player {player!r} has two strategies with one label; make the labels differ")

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
        try:
            given = _rational(arrays, name)
            payoffs = np.array(arrays, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            raise _not_payoffs(name, arrays) from None
        if payoffs.ndim != len(arrays) + 1:
            raise GameError(
                f"game {name!r}: {len(arrays)} payoff array(s) with {payoffs.ndim - 1} axes; give one array, one axis a player"
            )
        if payoffs.size > MAX_PROFILES * len(arrays):
            raise _too_many(name, payoffs.size // len(arrays))
        return cls(
            payoffs,
            tuple(map(_numbers, payoffs.shape[1:]) if strategies is None else map(tuple, strategies)),
            NUMBERED[: len(arrays)] if players is None else tuple(players),
            name,
            np.stack(given) if given else None,
        )


def _not_payoffs(name: str, arrays: tuple[npt.ArrayLike, ...]) -> GameError:
    """What is wrong with arrays that NumPy does not take."""
    try:
        _rational(arrays, name)
        shapes = [np.asarray(array, dtype=np.float64).shape for array in arrays]
    except (TypeError, ValueError) as problem:
        return GameError(f"game {name!r}: payoffs are not a rectangular array of numbers ({problem})")
    except OverflowError:
        return GameError(f"game {name!r}: a payoff is larger than any float (1.8e308); divide that player's payoffs")
    return GameError(f"game {name!r}: payoff arrays have shapes {shapes}; make them equal")


FLOAT = np.dtype(np.float64)
FEW = 100
NUMBERS = tuple(map(str, range(FEW)))
NUMBERED = tuple(f"player {number}" for number in range(1, FEW + 1))


def _all_finite(payoffs: npt.NDArray[np.float64]) -> bool:
    """Whether every payoff is finite; a few are summed up in a third of the time of looking at each."""
    few = payoffs.size <= FEW
    return (few and math.isfinite(sum(payoffs.ravel().tolist()))) or bool(np.isfinite(payoffs).all())


def _numbers(size: int) -> tuple[str, ...]:
    """The labels of strategies without names."""
    return NUMBERS[:size] if size <= FEW else tuple(map(str, range(size)))


def _rational(arrays: tuple[npt.ArrayLike, ...], name: str) -> list[npt.NDArray[Any]]:
    """Return arrays as int64 or rational objects; an empty list when some entry is neither."""
    found = []
    for array in arrays:
        if isinstance(array, np.ndarray):
            if array.size > MAX_PROFILES:  # before anything is copied
                raise _too_many(name, array.size)
            numbers = array
        else:
            numbers = np.asarray(array, dtype=object)
        if numbers.dtype is FLOAT or numbers.dtype == FLOAT:
            continue
        kind = numbers.dtype.kind
        if kind in "cmM":
            raise TypeError(f"their type is {numbers.dtype}")
        if kind in "iub":
            found.append(numbers.astype(np.int64 if np.can_cast(numbers.dtype, np.int64) else object))
        elif kind == "O" and all(issubclass(own, Rational) for own in {type(x) for x in numbers.flat}):
            found.append(numbers)
    return found if len(found) == len(arrays) else []


def _too_many(name: str, profiles: int) -> SizeError:
    return SizeError(f"game {name!r}: {profiles} pure profiles; at most {MAX_PROFILES} are accepted; drop dominated strategies")
