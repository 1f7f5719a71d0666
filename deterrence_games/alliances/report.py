"""Everything about one guarantee, as data: obligations, credibility by member, what-ifs, sensitivity, assumptions."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence_games.alliances.alliance import Alliance
from deterrence_games.alliances.assessment import Assessment, assess
from deterrence_games.alliances.decision_rules import outcome
from deterrence_games.alliances.extended_deterrence import Guarantee
from deterrence_games.alliances.from_treaty import figures_of, guarantee
from deterrence_games.alliances.indicators import Figure, Indicators
from deterrence_games.alliances.packaged import indicators

if TYPE_CHECKING:
    from deterrence_games.alliances.obligations import Obligations

STRENGTH = "military_expenditure_bn_usd"
SWUNG = ("stake", "war_cost", "promise", "spread", "prize", "aggressor_cost", "decisiveness", "company")
SWING = 0.5  # share by which each number is changed for the sensitivity


@dataclass(frozen=True)
class WhatIf:
    """Probability of attack when something about the alliance were otherwise."""

    change: str
    attack_probability: float
    difference: float


@dataclass(frozen=True)
class Sensitivity:
    """Probability of attack when one assumption is halved, and when it is half as large again."""

    quantity: str
    halved: float
    raised: float


@dataclass(frozen=True, eq=False, repr=False)
class AllianceReport:
    """What an alliance's guarantee to one member is worth against one aggressor, with what that rests on.

    Attributes
    ----------
    alliance : Alliance
    assessment : Assessment
    region : str or None
        Where the attack takes place; everywhere for None.
    obligations : Obligations
        Towards the target, as far as they reach there.
    left_out : tuple of str
        Members without a figure of strength, who are left out of the game.
    burdens : mapping state -> Figure
        Defence spending as a share of output; empty when there are no figures of the year.
    absent, suspended : tuple of WhatIf
        Each ally absent from the alliance, and each ally's obligations to the target suspended.
    sensitivities : tuple of Sensitivity
        The widest first.
    """

    alliance: Alliance
    assessment: Assessment
    region: str | None
    obligations: "Obligations"
    left_out: tuple[str, ...]
    burdens: Mapping[str, Figure]
    absent: tuple[WhatIf, ...]
    suspended: tuple[WhatIf, ...]
    sensitivities: tuple[Sensitivity, ...]

    @property
    def title(self) -> str:
        """Alliance, year, aggressor and target."""
        return self.assessment.guarantee.title

    def to_document(self) -> dict[str, Any]:
        """Everything as plain values, which JSON can hold."""
        own = self.assessment
        return {
            "title": self.title,
            "region": self.region,
            "standing": "every number is marked data, derived, given or illustrative; see assumptions",
            "attack_probability": own.outcome.attack_probability,
            "deterred": own.outcome.deterred,
            "left_out": list(self.left_out),
            "members": [asdict(member) for member in own.members],
            "obligations": [{**asdict(obligation), "regions": list(obligation.regions)} for obligation in self.obligations],
            "burdens": [asdict(figure) for figure in self.burdens.values()],
            "absent": [asdict(row) for row in self.absent],
            "suspended": [asdict(row) for row in self.suspended],
            "sensitivities": [asdict(row) for row in self.sensitivities],
            "assumptions": [asdict(assumption) for assumption in own.guarantee.assumptions],
        }

    def __repr__(self) -> str:
        return f"AllianceReport {self.assessment!r}"


def alliance_report(
    alliance: Alliance,
    aggressor: str,
    target: str,
    year: int,
    *,
    region: str | None = None,
    figures: Indicators | None = None,
    measure: str = STRENGTH,
    figures_year: int | None = None,
    **numbers: Any,
) -> AllianceReport:
    """Assess a guarantee and what changes it.

    Parameters
    ----------
    alliance : Alliance
    aggressor, target : str
        Codes of states.
    year : int
    region : str, optional
        Where the attack takes place: only obligations that reach there count. All when left out.
    figures : Indicators, optional
        Those that come with the library when left out.
    measure, figures_year
        Which figures are the states' strengths, as in `deterrence_games.alliances.guarantee`. Members without one, nor a
        strength by hand, are left out of the game, and named.
    **numbers
        Everything else that `deterrence_games.alliances.guarantee` takes.

    Raises
    ------
    ParameterError, AllianceError
        As `guarantee`: unknown states and years, an aggressor that is a member, missing figures of aggressor or target.

    Examples
    --------
    >>> from deterrence_games.alliances import anzus
    >>> report = alliance_report(anzus(), "CHN", "AUS", 2024)
    >>> [row.change for row in report.absent], report.left_out
    (['without NZL', 'without USA'], ())
    """
    known = indicators() if figures is None else figures
    at = year if figures_year is None else figures_year
    members = alliance.members(year)
    given = numbers.get("strength") or {}
    if not set(members) <= set(given):
        figures_of(f"{alliance.name} {year}: {aggressor} against {target}", known, measure, at)
    without = tuple(s for s in members if s != target and s not in given and (s, at, measure) not in known)
    counted = alliance.without(*without) if without else alliance

    def built(own: Alliance, absent: str = "") -> Guarantee:
        """The guarantee of an alliance, without what was given for an ally that is absent."""
        left: dict[str, Any] = {
            name: {state: value[state] for state in value if state != absent} if isinstance(value, Mapping) else value
            for name, value in numbers.items()
        }
        return guarantee(
            own, aggressor, target, year, region=region, figures=known, measure=measure, figures_year=figures_year, **left
        )

    base = built(counted)
    now = outcome(base).attack_probability

    def what_if(change: str, own: Guarantee) -> WhatIf:
        found = outcome(own).attack_probability
        return WhatIf(change, found, found - now)

    swings = [
        Sensitivity(
            quantity,
            *(outcome(_scaled(base, quantity, share)).attack_probability for share in (1 - SWING, 1 + SWING)),
        )
        for quantity in SWUNG
    ]
    absent = [what_if(f"without {ally}", built(counted.without(ally), ally)) for ally in sorted(base.allies)]
    owed = counted.obligations(target, year, region)
    bound = {(own.promisor, own.treaty) for own in owed.of_kind("defence", "consultation")}
    suspended = [
        what_if(f"{ally} suspends its obligations", built(counted.suspend(ally, target, year, treaty)))
        for ally, treaty in sorted(bound)
        if ally in base.allies
    ]
    return AllianceReport(
        alliance=counted,
        assessment=assess(base),
        region=region,
        obligations=owed,
        left_out=without,
        burdens=_burdens(known, counted.members(year), year),
        absent=tuple(absent),
        suspended=tuple(suspended),
        sensitivities=tuple(sorted(swings, key=lambda row: -abs(row.raised - row.halved))),
    )


def _scaled(base: Guarantee, quantity: str, share: float) -> Guarantee:
    """The guarantee with one quantity, of every ally where it is theirs, in proportion."""
    form = base.form
    columns = {"stake": form.stake, "war_cost": form.cost, "spread": base.private.spread}
    columns["promise"] = np.array([base.full_promise[ally] for ally in base.allies])
    if quantity in columns:
        return base.changed(**{quantity: dict(zip(base.allies, (share * columns[quantity]).tolist(), strict=True))})
    return base.changed(**{quantity: share * getattr(form, "war_cost" if quantity == "aggressor_cost" else quantity)})


def _burdens(known: Indicators, members: tuple[str, ...], year: int) -> dict[str, Figure]:
    years = {at for _, at, what in known if what == "defence_share"}
    if year not in years:
        return {}
    return {state: own for state, own in known.measure("defence_share", year).items() if state in members}
