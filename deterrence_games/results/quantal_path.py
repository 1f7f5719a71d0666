"""A branch of quantal response equilibria, from blind chance to full rationality."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from deterrence_games.forms.tree import History, InformationSet

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


@dataclass(frozen=True, eq=False)
class QuantalPath:
    """Points of the principal branch of the logit quantal response correspondence, in their order along the branch.

    Lambda need not rise from point to point: a branch may turn back. Points lie closer together where the branch bends.

    Attributes
    ----------
    game : str
    entries : tuple of (InformationSet, str)
        Who chooses where, and the action; for a strategic form the player's strategy, at the empty history.
    lambdas : float64[point]
        Rationality, per unit of each player's range of payoffs: at 0 all actions are equally likely.
    profiles : float64[point, entry]
        Probabilities; those below 1e-308 are 0.
    regrets : float64[point]
        Largest gain that a player (in a tree: an agent at one information set) would have from its best action, in shares of
        the player's range of payoffs.
    reached : bool
        Whether the regret asked for was reached at the last point.
    crossings : int
        Other branches that were crossed (in games with a symmetry, say). Above 0, what follows the first of them is one of
        several continuations: the one straight ahead.
    """

    game: str
    entries: tuple[tuple[InformationSet, str], ...]
    lambdas: npt.NDArray[np.float64]
    profiles: npt.NDArray[np.float64]
    regrets: npt.NDArray[np.float64]
    reached: bool
    crossings: int

    def __post_init__(self) -> None:
        for array in (self.lambdas, self.profiles, self.regrets):
            array.setflags(write=False)

    def __len__(self) -> int:
        return len(self.lambdas)

    def __repr__(self) -> str:
        end = f"{len(self)} points from lambda = 0 to {self.lambdas[-1]:.4g}, regret {self.regrets[-1]:.2g} at the end"
        return f"{self.game}: principal branch of logit quantal response equilibria, {end}"

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a point: ``lambda``, ``regret``, and the probability of every action by its label (needs pandas)."""
        import pandas as pd

        columns = {"lambda": self.lambdas, "regret": self.regrets}
        return pd.DataFrame(columns | {_label(*entry): self.profiles[:, k] for k, entry in enumerate(self.entries)})

    def to_xarray(self) -> "xr.Dataset":
        """``probability[point, entry]`` and ``regret[point]``, labelled by lambda, player, type, history and action."""
        import xarray as xr

        where = [at for at, _ in self.entries]
        return xr.Dataset(
            {"probability": (("point", "entry"), self.profiles), "regret": ("point", self.regrets)},
            coords={
                "lambda": ("point", self.lambdas),
                "player": ("entry", [at.player for at in where]),
                "type": ("entry", [at.type for at in where]),
                "history": ("entry", [_told(at.history) for at in where]),
                "action": ("entry", [action for _, action in self.entries]),
            },
            attrs={"game": self.game, "lambda": "per unit of each player's range of payoffs"},
        )


def _label(at: InformationSet, action: str) -> str:
    """Name an action as the tables of a `Solution` do."""
    after = f" after {_told(at.history)}" if at.history else ""
    return f"{at.player} {at.type}".rstrip() + f"{after}: {action}"


def _told(history: History) -> str:
    return " > ".join(f"({', '.join(step)})" if isinstance(step, tuple) else step for step in history)
