"""Interest and promise: who would come anyway, who comes for the promise only, and what the promise is worth to each side."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from deterrence_games.alliances.decision_rules import Outcome, outcome
from deterrence_games.alliances.extended_deterrence import Guarantee
from deterrence_games.errors import ParameterError
from deterrence_games.forms.joining import Floats
from deterrence_games.results.cut_points import CutPointEquilibrium
from deterrence_games.solvers.cut_points import coalition

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class AllyInterest:
    """What moves one ally, and what its promise is worth to it.

    Attributes
    ----------
    ally : str
    by_interest : float
        Probability that it comes if attacked and would come without any promise, given what the others do.
    by_promise : float
        Probability that it comes and would not without the promise: entanglement. Negative for a promise to stay away.
    stays_away : float
        Probability that it does not come: abandonment, a veto at home counted in. The three sum to one.
    gap : float
        Strategic misalignment: what staying away would be worth more to it than coming, at its median cost of war and without
        any promise; negative where its interest is the target's.
    gain : float
        What all the promises together change in its expected payoff, in the unit of its stake. One that loses wants something
        in return.
    """

    ally: str
    by_interest: float
    by_promise: float
    stays_away: float
    gap: float
    gain: float


@dataclass(frozen=True, eq=False, repr=False)
class Alignment:
    """A guarantee beside the same states without promises.

    Attributes
    ----------
    guarantee : Guarantee
    bound, free : Outcome
        With the promises, and without any promise or audience.
    members : tuple of AllyInterest
        The least misaligned first.
    """

    guarantee: Guarantee
    bound: Outcome
    free: Outcome
    members: tuple[AllyInterest, ...]

    @property
    def security(self) -> float:
        """By how much the promises raise the target's probability of remaining: the most it would give for them.

        In units of what remaining is worth to it. Where security is traded for autonomy [1]_, this is the most freedom of
        action that it would give up, and ``-gain`` the least that an ally who loses by its promise would ask.

        References
        ----------
        .. [1] Morrow, J. D. (1991), Alliances and Asymmetry: An Alternative to the Capability Aggregation Model of Alliances.
           American Journal of Political Science 35(4). (The argument as recalled; this measure of it is the library's own.)
        """
        return _remains(self.bound) - _remains(self.free)

    def to_dataframe(self) -> "pd.DataFrame":
        """One row an ally (needs the extra ``tables``)."""
        import pandas as pd

        return pd.DataFrame([vars(own) for own in self.members], columns=[own.name for own in fields(AllyInterest)])

    def __repr__(self) -> str:
        lines = [
            f"{self.bound.title}: promises raise the target's probability of remaining from {_remains(self.free):.4g} to "
            f"{_remains(self.bound):.4g}"
        ]
        lines += [
            f"  {own.ally}: comes by interest {own.by_interest:.3f}, for the promise {own.by_promise:.3f}, stays away "
            f"{own.stays_away:.3f}; gap {own.gap:+.4g}, gain {own.gain:+.4g}"
            for own in self.members[:40]
        ]
        return "\n".join(lines)


def alignment(guarantee: Guarantee, *, hopeful: bool = False) -> Alignment:
    """Compare a guarantee with the same states, stakes and costs without promises: misalignment, entanglement, and their price.

    Parameters
    ----------
    guarantee : Guarantee
        In which each ally decides for itself.
    hopeful : bool
        Of several equilibria take the one with the strongest coalition, not the weakest; with and without promises.

    Raises
    ------
    ParameterError
        Where the allies decide in a council.
    SolverError
        When no equilibrium was found.

    Examples
    --------
    >>> from deterrence_games.alliances import alignment, anzus, guarantee
    >>> found = alignment(guarantee(anzus(), "CHN", "AUS", 2024, region="pacific", stake=0.3))
    >>> [(own.ally, round(own.by_interest, 3), round(own.by_promise, 3)) for own in found.members]
    [('USA', 0.495, 0.202), ('NZL', 0.0, 0.235)]
    """
    if guarantee.rule != "each_for_itself":
        raise ParameterError(
            f"{guarantee.title}: by {guarantee.rule} nobody comes by itself; ask of guarantee.changed(rule='each_for_itself')"
        )
    unbound = guarantee.changed(promise=0.0, audience=0.0)
    bound, free = outcome(guarantee, hopeful=hopeful), outcome(unbound, hopeful=hopeful)
    assert bound.equilibrium is not None
    assert free.equilibrium is not None
    gains = _payoffs(bound.equilibrium) - _payoffs(free.equilibrium)
    form, cut, margin = guarantee.form, bound.equilibrium.cut_point, bound.equilibrium.margin
    by_interest = _coming(bound.equilibrium, cut - form.promise / _shares(bound.equilibrium))
    chance = _coming(bound.equilibrium, cut)
    members = [
        AllyInterest(
            ally, float(by_interest[k]), float(chance[k] - by_interest[k]), float(1.0 - chance[k]),
            float(form.promise[k] - margin[k]), float(gains[k]),
        )
        for k, ally in enumerate(form.allies)
    ]  # fmt: skip
    return Alignment(guarantee, bound, free, tuple(sorted(members, key=lambda own: (own.gap, own.ally))))


def _remains(found: Outcome) -> float:
    return 1.0 - found.attack_probability * (1.0 - found.held)


def _shares(found: CutPointEquilibrium) -> Floats:
    """Mean share of the cost of war that each ally bears if it fights, late arrival counted in, float64[ally]."""
    form, shares = found.form.form, []
    for k, own in enumerate(form.strength):
        level, probability = coalition(form, np.where(np.arange(len(form.allies)) == k, 0.0, found.chance))
        shares.append(probability @ ((form.target_strength + own) / (level + own)) ** form.company)
    return (1.0 - form.late) * np.array(shares, dtype=np.float64)


def _coming(found: CutPointEquilibrium, cut: Floats) -> Floats:
    from scipy.special import ndtr

    with np.errstate(divide="ignore"):
        below = np.log(np.maximum(cut, 0.0) / found.form.form.cost)
    return np.asarray((1.0 - found.form.veto) * ndtr(below / found.form.spread))


def _payoffs(found: CutPointEquilibrium) -> Floats:
    """Expected payoff of each ally beforehand, float64[ally]: the stake, less the cost of fighting or of a broken promise."""
    from scipy.special import log_ndtr

    form, spread = found.form.form, found.form.spread
    with np.errstate(divide="ignore"):
        below = np.log(np.maximum(found.cut_point, 0.0) / form.cost) / spread
    # the mean of a lognormal cost over the costs at which the ally comes
    cost = (1.0 - found.form.veto) * form.cost * np.exp(spread**2 / 2 + log_ndtr(below - spread))
    war = form.stake * found.held - cost * _shares(found) - form.promise * (1.0 - found.chance)
    return np.asarray(form.stake + found.attack_probability * (war - form.stake))
