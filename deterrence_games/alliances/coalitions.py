"""Coalitions that deter: the cheapest, the minimal ones, and whose coming decides."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from deterrence_games.alliances.extended_deterrence import Guarantee
from deterrence_games.errors import SizeError
from deterrence_games.forms.joining import Floats, JoiningForm
from deterrence_games.results.joining import JoiningEquilibrium
from deterrence_games.solvers.joining_equilibria import deterring_strength

if TYPE_CHECKING:
    import pandas as pd

MOST_ON_FRONTIER = 2_000_000


@dataclass(frozen=True)
class DeterringCoalition:
    """A coalition that deters, its strength with the target, and what its members' war would cost them at the median."""

    members: tuple[str, ...]
    strength: float
    cost: float


@dataclass(frozen=True, repr=False)
class DeterringCoalitions:
    """The coalitions that deter at least cost.

    Attributes
    ----------
    cheapest : tuple of DeterringCoalition
        All of least cost, up to rounding; empty when not even everybody deters. Cost is in units that are added over allies.
    deterring_strength : float
    alone : bool
        Whether the target deters by itself.
    """

    title: str
    cheapest: tuple[DeterringCoalition, ...]
    deterring_strength: float
    alone: bool

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a coalition (needs the extra ``tables``)."""
        import pandas as pd

        rows = [{"members": " ".join(own.members), "strength": own.strength, "cost": own.cost} for own in self.cheapest]
        return pd.DataFrame(rows, columns=["members", "strength", "cost"])

    def __repr__(self) -> str:
        if self.alone:
            return f"{self.title}: the target deters by itself"
        if not self.cheapest:
            return f"{self.title}: no coalition deters; strength {self.deterring_strength:.6g} would"
        lines = [f"{' '.join(own.members)}: strength {own.strength:.6g}, cost {own.cost:.6g}" for own in self.cheapest[:20]]
        return "\n".join([f"{self.title}: strength {self.deterring_strength:.6g} deters; at least cost", *lines])


def cheapest_coalitions(guarantee: Guarantee) -> DeterringCoalitions:
    """Find every coalition that deters at the least sum of its members' costs of war, in their company.

    The cost of a coalition is a sum of members' weights over a power of its strength, so only coalitions that no other beats in
    both weight and strength can be cheapest; the list of those is built ally by ally [1]_.

    Raises
    ------
    SizeError
        When that list grows too long.

    References
    ----------
    .. [1] Nemhauser and Ullmann (1969), Discrete dynamic programming and capital allocation.

    Examples
    --------
    >>> from deterrence_games.alliances import cheapest_coalitions, guarantee, nato
    >>> found = cheapest_coalitions(guarantee(nato().without("ISL"), "RUS", "EST", 2024))
    >>> found.cheapest[0].members
    ('USA',)
    """
    form = guarantee.form
    border = deterring_strength(form)
    alone = border <= form.target_strength
    if alone:
        return DeterringCoalitions(guarantee.title, (DeterringCoalition((), form.target_strength, 0.0),), border, True)
    weights = form.cost * (form.target_strength + form.strength) ** form.company
    strength, weight, masks = _frontier(form.name, form.strength, weights)
    total = form.target_strength + strength
    deters = total >= border
    if not deters.any():
        return DeterringCoalitions(guarantee.title, (), border, False)
    cost = weight[deters] / total[deters] ** form.company
    least = cost.min()
    chosen = np.flatnonzero(cost <= least * (1.0 + 1e-12) + 1e-300)
    found = [
        DeterringCoalition(
            tuple(ally for k, ally in enumerate(form.allies) if int(masks[deters][at]) >> k & 1),
            float(total[deters][at]),
            float(cost[at]),
        )
        for at in chosen
    ]
    return DeterringCoalitions(guarantee.title, tuple(found), border, False)


def _frontier(
    name: str, strength: Floats, weight: Floats
) -> tuple[Floats, Floats, "np.ndarray[tuple[int], np.dtype[np.object_]]"]:
    """Sums of strength and weight of the sets of allies that no other set beats in both; equals are all kept."""
    sums, costs, masks = np.zeros(1), np.zeros(1), np.array([0], dtype=object)
    for k in range(len(strength)):
        sums = np.concatenate([sums, sums + strength[k]])
        costs = np.concatenate([costs, costs + weight[k]])
        masks = np.concatenate([masks, masks + (1 << k)])
        order = np.lexsort([costs, -sums])
        sums, costs, masks = sums[order], costs[order], masks[order]
        least = np.concatenate([[np.inf], np.minimum.accumulate(costs)[:-1]])
        keep = costs <= least * (1.0 + 1e-13)
        sums, costs, masks = sums[keep], costs[keep], masks[keep]
        if len(sums) > MOST_ON_FRONTIER:
            raise SizeError(
                f"{name}: more than {MOST_ON_FRONTIER:,} coalitions are in the running for the cheapest after {k + 1} allies; "
                "merge allies that are alike"
            )
    return sums, costs, masks


def pivotal_members(form: JoiningForm, equilibrium: JoiningEquilibrium) -> tuple[str, ...]:
    """The members of a deterring coalition without any one of whom, the others coming as before, attacking would pay."""
    border = deterring_strength(form)
    if equilibrium.strength < border:
        return ()
    own = dict(zip(form.allies, form.strength.tolist(), strict=True))
    return tuple(ally for ally in equilibrium.coming if equilibrium.strength - own[ally] < border)
