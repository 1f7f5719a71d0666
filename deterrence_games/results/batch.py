"""What the solve of many small games returns."""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError
from deterrence_games.forms.tree import Floats, Ints

if TYPE_CHECKING:
    import pandas as pd

# Strategies of both players (0, 1, or 2 for the mixture) behind each bit of a mask.
PAIRS = ((0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (2, 1), (1, 2), (2, 2))


class BatchStatus(IntEnum):
    """How one game of a batch ended."""

    COMPLETE = 0, "all equilibria found; each is isolated"
    CONTINUUM = 1, "all extreme equilibria found; some are ends of a continuum"
    UNDECIDED = 2, "not decided: near a tie, or a continuum of several players; equilibria may be missing"
    INVALID = 3, "a payoff is NaN or infinite"

    words: str

    def __new__(cls, value: int, words: str) -> "BatchStatus":
        """Make a member that is its number and knows its sentence."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.words = words
        return member


@dataclass(frozen=True, eq=False, repr=False)
class BatchSolution:
    """The equilibria of many small games with the same numbers of strategies, as arrays.

    Attributes
    ----------
    shape : tuple of int
        Numbers of pure strategies, the same in every game.
    count : uint16[game]
        Numbers of extreme equilibria.
    status : uint8[game]
        How each game ended: values of `BatchStatus`.
    offsets : int64[game + 1]
        The profiles of game ``k`` are the rows ``offsets[k]`` to ``offsets[k + 1]`` of `profiles`; empty without profiles.
    profiles : float64[profile, strategy over all players]
        Each row holds the first player's mixed strategy, then the second player's, and so on. Within a game, small supports
        come before large ones.
    regret : float64[profile]
        Largest gain from a unilateral deviation, in units of the payoffs, measured by code that no solver shares.
    mask : uint16[game]
        2x2 games only, else empty: which pairs of strategies are extreme equilibria, as bits, in the order of the profiles:
        (0, 0), (0, 1), (1, 0), (1, 1), (0, m), (m, 0), (m, 1), (1, m), (m, m), where m is the mixture in `mixing`.
    mixing : float64[2, game]
        2x2 games only, else empty: the probability of each player's first strategy in the mixture that makes the other player
        indifferent; NaN where there is none.
    solver : str
        The solver and its options.

    Examples
    --------
    >>> import numpy as np
    >>> from deterrence_games.solvers.batch import solve_batch
    >>> solution = solve_batch([[[[3, 1], [4, 0]], [[3, 4], [1, 0]]]])
    >>> solution
    1 game of 2 x 2 strategies: 3 extreme equilibria by BatchEnumeration()
    1 all equilibria found; each is isolated
    >>> [[own.tolist() for own in profile] for profile in solution.game(0)]
    [[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]], [[0.5, 0.5], [0.5, 0.5]]]
    """

    shape: tuple[int, ...]
    count: npt.NDArray[np.uint16]
    status: npt.NDArray[np.uint8]
    offsets: Ints
    profiles: Floats
    regret: Floats
    mask: npt.NDArray[np.uint16]
    mixing: Floats
    solver: str

    def __len__(self) -> int:
        return len(self.count)

    @property
    def complete(self) -> npt.NDArray[np.bool_]:
        """Whether it is proved of each game that no extreme equilibrium is missing."""
        return self.status <= BatchStatus.CONTINUUM

    def games(self, status: BatchStatus) -> Ints:
        """The positions of the games that ended so."""
        return np.flatnonzero(self.status == status)

    def game(self, k: int) -> tuple[tuple[Floats, ...], ...]:
        """The extreme equilibria of one game: for each, the players' mixed strategies.

        Raises
        ------
        GameError
            When there is no such game.
        """
        if not -len(self) <= k < len(self):
            raise GameError(f"batch of {len(self)} games: there is no game {k}; give a position within the batch")
        k %= len(self)
        if len(self.offsets):
            rows = self.profiles[self.offsets[k] : self.offsets[k + 1]]
        else:
            own = np.stack([np.ones(2), np.zeros(2), self.mixing[:, k]])  # 1 - each pure strategy's number, then the mixture
            chances = [(own[pair[0], 0], own[pair[1], 1]) for bit, pair in enumerate(PAIRS) if self.mask[k] >> bit & 1]
            rows = np.array([(p, 1.0 - p, q, 1.0 - q) for p, q in chances]).reshape(-1, 4)
        ends = np.cumsum(self.shape)[:-1]
        return tuple(tuple(np.split(row, ends)) for row in rows)

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a profile: game, status, regret, and each strategy's probability (needs pandas).

        Raises
        ------
        GameError
            When the profiles were not written.
        """
        import pandas as pd

        if not len(self.offsets):
            raise GameError("the profiles of this batch were not written; solve with profiles=True, or use mask and mixing")
        table = {
            "game": np.repeat(np.arange(len(self)), self.count),
            "status": np.repeat(self.status, self.count),
            "regret": self.regret,
        }
        names = [f"player {player + 1}: {own}" for player, size in enumerate(self.shape) for own in range(size)]
        return pd.DataFrame(table | dict(zip(names, self.profiles.T, strict=True)))

    def __repr__(self) -> str:
        games, found = len(self), int(self.count.sum())
        lines = [
            f"{games} game{'s' * (games != 1)} of {' x '.join(map(str, self.shape))} strategies: "
            f"{found} extreme equilibri{'um' if found == 1 else 'a'} by {self.solver}"
        ]
        for status in BatchStatus:
            own = self.games(status)
            if len(own):
                listed = ", ".join(map(str, own[:5])) + (", ..." if len(own) > 5 else "")
                where = "" if status <= BatchStatus.CONTINUUM else f": game {listed}"
                lines.append(f"{len(own)} {status.words}{where}")
        return "\n".join(lines)
