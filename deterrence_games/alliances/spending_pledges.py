"""Pledges such as two percent of income: whom they bind, who would deviate, and the patience that sustains them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from deterrence_games.alliances.assumptions import one_number
from deterrence_games.alliances.burden_sharing import Floats, Provision, provision, settled
from deterrence_games.errors import ParameterError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class PledgeReport:
    """What a pledge to contribute at least a share of income changes.

    Attributes
    ----------
    voluntary : Provision
        The equilibrium without a pledge.
    floor : float
        The pledged share of income.
    contributions : float64[member]
        When all comply: the floor, or the best reply to the others where that is higher.
    level : float
    bound : tuple of str
        Members that contribute the floor and would rather contribute less.
    deviators : tuple of str
        Members that would gain by returning to their best reply while the others comply.
    patience : float64[member]
        The smallest discount factor at which a member keeps the pledge for fear that all return to the voluntary equilibrium
        for good: 0 for one that would not deviate, infinite for one that loses by the pledge itself.
    """

    voluntary: Provision
    floor: float
    contributions: Floats
    level: float
    bound: tuple[str, ...]
    deviators: tuple[str, ...]
    patience: Floats

    @property
    def smallest_discount_factor(self) -> float:
        """The smallest common discount factor that sustains the pledge; infinite when none does."""
        return float(self.patience.max())

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a member (needs pandas)."""
        import pandas as pd

        names = self.voluntary.members
        return pd.DataFrame(
            {
                "voluntary": self.voluntary.contributions,
                "pledged": self.contributions,
                "bound": [name in self.bound for name in names],
                "would deviate": [name in self.deviators for name in names],
                "smallest discount factor": self.patience,
            },
            index=pd.Index(names, name="member"),
        )

    def __repr__(self) -> str:
        least = self.smallest_discount_factor
        kept = f"kept from a discount factor of {least:.4g} on" if least < 1 else "kept at no discount factor"
        return (
            f"pledge of {100 * self.floor:g} % of income: binds {len(self.bound)} of {len(self.contributions)} members, "
            f"{len(self.deviators)} would deviate, {kept}; level {self.voluntary.level:.4g} -> {self.level:.4g}"
        )


def pledge(
    incomes: Mapping[str, float] | Sequence[float], floor: float, *, public: float = 0.5, private: float = 0.0
) -> PledgeReport:
    """Confront voluntary provision with a pledge to contribute at least a share of income.

    The repeated game punishes a deviation by the voluntary equilibrium for good. A member keeps the pledge when
    ``delta >= (d - c)/(d - n)``, with c, d and n its utility when all comply, when it alone deviates, and without pledge.

    Parameters
    ----------
    incomes, public, private
        As `deterrence_games.alliances.burden_sharing.provision`.
    floor : float
        Share of income, above zero and below one.

    Raises
    ------
    ParameterError
        As `provision`, and for a floor out of range.

    Examples
    --------
    >>> pledge({"large": 10, "small": 2}, 0.3)
    pledge of 30 % of income: binds 1 of 2 members, 1 would deviate, kept at no discount factor; level 5 -> 5.3
    >>> pledge([5, 5, 5], 0.3).smallest_discount_factor < 1
    True
    """
    floor = one_number("pledge", "floor", floor)
    if not 0 < floor < 1:
        raise ParameterError(f"pledge: the floor is {floor:g}; give a share of income between 0 and 1, such as 0.02")
    voluntary = provision(incomes, public=public, private=private)
    w = voluntary.incomes
    given = settled(w, public, private, floor * w)
    level = float(given.sum())
    reply = _best_reply(w, level - given, public, private)
    comply, deviate = (_utility(w, g, level - given + g, public, private) for g in (given, reply))
    gain = deviate - comply
    tempted = gain > 1e-12 * np.maximum(1.0, np.abs(comply))
    loss = deviate - voluntary.utilities
    worth = comply > voluntary.utilities
    patience = np.where(tempted & ~worth, inf, 0.0)
    np.divide(gain, loss, out=patience, where=tempted & worth)
    names = voluntary.members
    return PledgeReport(
        voluntary=voluntary,
        floor=floor,
        contributions=given,
        level=level,
        bound=tuple(name for name, own in zip(names, given - reply > 1e-9 * w, strict=True) if own),
        deviators=tuple(name for name, own in zip(names, tempted, strict=True) if own),
        patience=patience,
    )


def _best_reply(w: Floats, others: Floats, public: float, private: float) -> Floats:
    """Best contribution of each member to what the others give: in closed form, a root of its first-order condition."""
    own = 1.0 - public - private
    if private == 0:
        return np.maximum(0.0, public * w - own * others)
    # own/(w - g) = private/g + public/(others + g): g^2 + b g - c = 0 with the sum of the shares being one
    b = (own + private) * others - (public + private) * w
    root = np.sqrt(b * b + 4 * private * w * others)
    with np.errstate(divide="ignore", invalid="ignore"):  # of the two forms of the root, the one that does not cancel
        return np.asarray(np.where(b > 0, 2 * private * w * others / (root + b), (root - b) / 2))


def _utility(w: Floats, g: Floats, level: Floats, public: float, private: float) -> Floats:
    own = (1 - public - private) * np.log(w - g) + public * np.log(level)
    return own + private * np.log(g) if private else own
