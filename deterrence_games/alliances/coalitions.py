"""Coalitions that deter: the cheapest, the minimal ones, and whose coming decides."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deterrence_games.alliances.extended_deterrence import Guarantee
from deterrence_games.errors import ParameterError, SizeError
from deterrence_games.forms.joining import Floats, JoiningForm
from deterrence_games.results.joining import JoiningEquilibrium
from deterrence_games.solvers.joining_equilibria import deterring_strength

if TYPE_CHECKING:
    import pandas as pd

MOST_ON_FRONTIER = 2_000_000
GRAIN = 1e-13  # strengths and costs whose logarithms differ by less are equal


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
        Those of least cost, up to rounding, or the first of them; empty when not even everybody deters. Cost is in units that
        are added over allies.
    count : int
        How many there are.
    deterring_strength : float
    alone : bool
        Whether the target deters by itself.
    """

    title: str
    cheapest: tuple[DeterringCoalition, ...]
    count: int
    deterring_strength: float
    alone: bool

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a listed coalition (needs the extra ``tables``)."""
        import pandas as pd

        rows = [{"members": " ".join(own.members), "strength": own.strength, "cost": own.cost} for own in self.cheapest]
        return pd.DataFrame(rows, columns=["members", "strength", "cost"])

    def __repr__(self) -> str:
        if self.alone:
            return f"{self.title}: the target deters by itself"
        if not self.count:
            return f"{self.title}: no coalition deters; strength {self.deterring_strength:.6g} would"
        lines = [f"{' '.join(own.members)}: strength {own.strength:.6g}, cost {own.cost:.6g}" for own in self.cheapest[:20]]
        more = [f"... {self.count:,} in all"] if self.count > len(lines) else []
        return "\n".join([f"{self.title}: strength {self.deterring_strength:.6g} deters; at least cost", *lines, *more])


def cheapest_coalitions(guarantee: Guarantee, *, limit: int = 10_000) -> DeterringCoalitions:
    """Find the coalitions that deter at the least sum of their members' costs of war, in their company.

    The cost of a coalition is a sum of members' weights over a power of its strength, so only coalitions that no other beats in
    both weight and strength can be cheapest; the list of those is built ally by ally [1]_. Coalitions that are equal in both
    are counted together; those that cannot deter any more, or cost more than one that deters, are left out.

    Parameters
    ----------
    guarantee : Guarantee
    limit : int
        Number of coalitions to list; all are counted.

    Raises
    ------
    ParameterError
        When the limit is no whole number from 0 on.
    SizeError
        When that list grows too long; names the cheapest coalition that is known, whose cost bounds the least.

    References
    ----------
    .. [1] Nemhauser and Ullmann (1969), Discrete dynamic programming and capital allocation.

    Examples
    --------
    >>> from deterrence_games.alliances import cheapest_coalitions, guarantee, nato
    >>> found = cheapest_coalitions(guarantee(nato().without("ISL"), "RUS", "EST", 2024))
    >>> found.cheapest[0].members, found.count
    (('USA',), 1)
    """
    form = guarantee.form
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 0:
        raise ParameterError(f"{guarantee.title}: limit {limit!r}; give the number of coalitions to list, at least 0")
    border = deterring_strength(form)
    if border <= form.target_strength:
        itself = (DeterringCoalition((), form.target_strength, 0.0),)
        return DeterringCoalitions(guarantee.title, itself[:limit], 1, border, True)
    if form.largest < border:
        return DeterringCoalitions(guarantee.title, (), 0, border, False)
    order = np.argsort(-form.strength, kind="stable")
    strength, weight, count, steps = _frontier(form, border, order)
    total = form.target_strength + strength
    cost = np.where(total >= border, weight / total**form.company, np.inf)
    chosen = np.flatnonzero(cost <= cost.min() * (1.0 + 1e-12))
    chosen = chosen[np.argsort(cost[chosen], kind="stable")]
    listed = islice(((at, members) for at in chosen.tolist() for members in _members(steps, at)), limit)
    found = [
        DeterringCoalition(
            tuple(form.allies[k] for k in sorted(order[list(members)].tolist())), float(total[at]), float(cost[at])
        )
        for at, members in listed
    ]
    return DeterringCoalitions(guarantee.title, tuple(found), int(sum(count[chosen].tolist())), border, False)


@dataclass(frozen=True)
class _Step:
    """How the states after one ally came from those before: ``first[state]`` begins its rows of `parent` and `taken`."""

    parent: npt.NDArray[np.int32]
    taken: npt.NDArray[np.bool_]
    first: npt.NDArray[np.int64]


def _frontier(
    form: JoiningForm, border: float, order: npt.NDArray[np.int64]
) -> tuple[Floats, Floats, npt.NDArray[Any], list[_Step]]:
    """Strength and weight of the sets that no other beats in both, how many sets each stands for, and how they came about."""
    weights = form.cost * (form.target_strength + form.strength) ** form.company
    best, known = _greedy(form, border, weights)
    rest = form.strength[order].sum() - np.cumsum(form.strength[order])
    sums, costs = np.zeros(1), np.zeros(1)
    counts: npt.NDArray[Any] = np.ones(1, dtype=np.int64 if len(order) <= 62 else object)
    steps = []
    for place, ally in enumerate(order.tolist()):
        size = len(sums)
        sums, costs = np.concatenate([sums, sums + form.strength[ally]]), np.concatenate([costs, costs + weights[ally]])
        # what cannot deter any more, or costs more than the cheapest known even in everybody's company
        near = (form.target_strength + sums + rest[place] >= border * (1.0 - 1e-12)) & (
            costs <= best * form.largest**form.company * (1.0 + 1e-9)
        )
        at = np.flatnonzero(near)
        with np.errstate(divide="ignore"):
            force, price = (np.rint(np.log(own[at]) / GRAIN) for own in (form.target_strength + sums, costs))
        ranked = np.lexsort([price, -force])
        at, force, price = at[ranked], force[ranked], price[ranked]
        fresh = np.ones(len(at), dtype=np.bool_)
        fresh[1:] = (force[1:] != force[:-1]) | (price[1:] != price[:-1])
        first = np.flatnonzero(fresh)
        least = np.concatenate([[np.inf], np.minimum.accumulate(price[first])[:-1]])
        keep = np.flatnonzero(price[first] <= least + 1.0)
        lengths = np.diff(np.append(first, len(at)))[keep]
        rows = at[np.repeat(first[keep] - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())]
        begins = np.cumsum(lengths) - lengths
        steps.append(_Step((rows % size).astype(np.int32), rows >= size, begins))
        counts = np.add.reduceat(counts[rows % size], begins)
        sums, costs = sums[at[first[keep]]], costs[at[first[keep]]]
        if len(sums) > MOST_ON_FRONTIER:
            raise SizeError(
                f"{form.name}: more than {MOST_ON_FRONTIER:,} coalitions are in the running for the cheapest after {place + 1} "
                f"allies; the cheapest known, {' '.join(known)}, costs {best:.6g}, an upper bound; merge allies"
            )
    return sums, costs, counts, steps


def _greedy(form: JoiningForm, border: float, weights: Floats) -> tuple[float, tuple[str, ...]]:
    """A coalition that deters and costs little: of the allies in three orders, as many as it takes."""
    found = []
    for order in (np.argsort(weights / form.strength), np.argsort(-form.strength), np.argsort(weights)):
        total = form.target_strength + np.cumsum(form.strength[order])
        last = min(int(np.searchsorted(total, border)), len(order) - 1)
        price = float(weights[order[: last + 1]].sum() / total[last] ** form.company)
        found.append((price, tuple(form.allies[k] for k in sorted(order[: last + 1].tolist()))))
    return min(found)


def _members(steps: list[_Step], state: int) -> Iterator[tuple[int, ...]]:
    """The sets that a state after the last step stands for, as places in the order of the steps."""
    waiting: list[tuple[int, int, tuple[int, ...]]] = [(len(steps) - 1, state, ())]
    while waiting:
        level, own, members = waiting.pop()
        if level < 0:
            yield members
            continue
        step = steps[level]
        end = step.first[own + 1] if own + 1 < len(step.first) else len(step.parent)
        for row in range(int(end) - 1, int(step.first[own]) - 1, -1):
            waiting.append((level - 1, int(step.parent[row]), (level, *members) if step.taken[row] else members))


def pivotal_members(form: JoiningForm, equilibrium: JoiningEquilibrium) -> tuple[str, ...]:
    """The members of a deterring coalition without any one of whom, the others coming as before, attacking would pay."""
    border = deterring_strength(form)
    if equilibrium.strength < border:
        return ()
    own = dict(zip(form.allies, form.strength.tolist(), strict=True))
    return tuple(ally for ally in equilibrium.coming if equilibrium.strength - own[ally] < border)
