"""Is this guarantee credible? Every answer about one guarantee, by member; and which of several targets is attacked."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence_games.alliances.decision_rules import Outcome, outcome
from deterrence_games.alliances.extended_deterrence import Guarantee
from deterrence_games.alliances.thresholds import threshold_reliability
from deterrence_games.errors import ParameterError
from deterrence_games.results.cut_points import attack_probability
from deterrence_games.solvers.joining_equilibria import deterring_strength

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Member:
    """What one ally's part of a guarantee is worth.

    Attributes
    ----------
    ally, automaticity : str
    strength, promise : float
    chance : float
        Probability that it comes.
    margin : float
        What coming is worth to it more than staying away, at its median cost of war and given what the others do: its
        credibility.
    promise_needed : float
        The promise from which on it would come at its median cost, given what the others do; 0 when it needs none.
    pivotal : bool
        Whether attacking would pay, for an aggressor with its median cost, if this ally stayed away and the others did as
        before, and does not pay now.
    attack_probability_without : float
        Probability of attack then.
    """

    ally: str
    automaticity: str
    strength: float
    promise: float
    chance: float
    margin: float
    promise_needed: float
    pivotal: bool
    attack_probability_without: float


@dataclass(frozen=True, eq=False, repr=False)
class Assessment:
    """Every answer about one guarantee.

    Attributes
    ----------
    guarantee : Guarantee
    outcome : Outcome
    members : tuple of Member
        The most credible first.
    deterring_strength : float
        Strength of a coalition, target included, that certainly deters an aggressor with its median cost of war.
    reliability_together, reliability_each : float
        Threshold reliability r* if all come or none, and if each comes by itself.
    """

    guarantee: Guarantee
    outcome: Outcome
    members: tuple[Member, ...]
    deterring_strength: float
    reliability_together: float
    reliability_each: float

    @property
    def pivotal(self) -> tuple[str, ...]:
        """The members on whose coming deterrence hangs."""
        return tuple(own.ally for own in self.members if own.pivotal)

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a member (needs the extra ``tables``); the numbers that went in are in ``guarantee.to_dataframe()``."""
        import pandas as pd

        return pd.DataFrame([vars(own) for own in self.members], columns=[own.name for own in fields(Member)])

    def __repr__(self) -> str:
        own = self.outcome
        marks: dict[str, int] = {}
        for number in self.guarantee.assumptions:
            marks[number.mark] = marks.get(number.mark, 0) + 1
        verdict = "deterred" if own.deterred else "not deterred"
        lines = [
            f"{own.title} ({own.rule}), on {', '.join(f'{count} {mark}' for mark, count in marks.items())} numbers:",
            f"the aggressor is {verdict} at its median cost; attacks with probability {own.attack_probability:.4g}; the target "
            f"then holds with probability {own.held:.4g}",
            f"r* {self.reliability_together:.4g} if all come or none, {self.reliability_each:.4g} if each by itself; pivotal: "
            f"{', '.join(self.pivotal) or 'nobody'}",
        ]
        lines += [f"  {each.ally}: comes {each.chance:.4g}, margin {each.margin:+.4g}" for each in self.members[:40]]
        return "\n".join(lines)


def assess(guarantee: Guarantee, *, hopeful: bool = False) -> Assessment:
    """Answer whether a guarantee is credible: who comes, by what margin, who is pivotal, and whether the aggressor attacks.

    Parameters
    ----------
    guarantee : Guarantee
    hopeful : bool
        Of several equilibria take the one with the strongest coalition, not the weakest.

    Raises
    ------
    SolverError
        When no equilibrium was found.

    Examples
    --------
    >>> from deterrence_games.alliances import anzus, assess, guarantee
    >>> report = assess(guarantee(anzus(), "CHN", "AUS", 2024, region="pacific"))
    >>> report.outcome.deterred, report.pivotal
    (True, ('USA',))
    """
    found = outcome(guarantee, hopeful=hopeful)
    form, private = guarantee.form, guarantee.private
    if found.equilibrium is not None:
        margins = found.equilibrium.margin
        without = found.equilibrium.attack_value_without
    else:  # in a council: everybody's help against nobody's; without one, the others decide by the same rule
        arrives = 1.0 - form.late
        share = ((form.target_strength + form.strength) / form.largest) ** form.company
        rise = form.stake * (form.held(form.largest) - form.held(form.target_strength))
        margins = arrives * (rise - form.cost * share) + form.promise
        without = np.array([outcome(guarantee.changed(veto={ally: 1.0})).attack_value for ally in form.allies])
    members = []
    for k, ally in enumerate(form.allies):
        members.append(
            Member(
                ally,
                guarantee.automaticity[ally],
                float(form.strength[k]),
                float(form.promise[k]),
                found.chance[ally],
                float(margins[k]),
                max(0.0, float(form.promise[k] - margins[k])),
                bool(found.deterred and without[k] > form.tie),
                attack_probability(private, float(without[k])),
            )
        )
    return Assessment(
        guarantee,
        found,
        tuple(sorted(members, key=lambda own: (-own.chance, -own.margin, own.ally))),
        deterring_strength(form),
        threshold_reliability(guarantee),
        threshold_reliability(guarantee, together=False),
    )


@dataclass(frozen=True, eq=False)
class Temptation:
    """Which target an aggressor picks.

    Attributes
    ----------
    outcomes : tuple of Outcome
        The most tempting target first.
    target : str or None
        The target that an aggressor with its median cost attacks; None when it keeps the peace.
    """

    targets: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    target: str | None

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a target (needs the extra ``tables``)."""
        import pandas as pd

        rows: list[dict[str, Any]] = [
            {
                "target": target,
                "attack_value": own.attack_value,
                "attack_probability": own.attack_probability,
                "held": own.held,
                "expected_strength": own.expected_strength,
            }
            for target, own in zip(self.targets, self.outcomes, strict=True)
        ]
        return pd.DataFrame(rows)


def most_tempting(guarantees: Iterable[Guarantee], *, hopeful: bool = False) -> Temptation:
    """Rank the targets of one aggressor by what attacking them is worth, each guarantee in its own equilibrium.

    Prizes count in one unit, the aggressor's.

    Raises
    ------
    ParameterError
        When there is no guarantee, or aggressors differ.
    """
    rivals = list(guarantees)
    aggressors = {own.aggressor for own in rivals}
    if len(aggressors) != 1:
        raise ParameterError(f"most tempting target: aggressors {sorted(aggressors)}; give guarantees against one aggressor")
    found = sorted(
        ((own.target, outcome(own, hopeful=hopeful)) for own in rivals), key=lambda pair: (-pair[1].attack_value, pair[0])
    )
    first = None if found[0][1].deterred else found[0][0]
    return Temptation(tuple(target for target, _ in found), tuple(own for _, own in found), first)
