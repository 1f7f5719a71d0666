"""`Guarantee`: an alliance's promise to defend one member against one aggressor, as a game with numbers and their standing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence_games.alliances.alliance import Alliance
from deterrence_games.alliances.indicators import Figure, Indicators
from deterrence_games.alliances.obligations import AUTOMATICITY, DECISION_RULES, Obligations
from deterrence_games.alliances.packaged import indicators
from deterrence_games.errors import AllianceError, ParameterError
from deterrence_games.forms.joining import JoiningForm, PrivateJoiningForm
from deterrence_games.results.cut_points import CutPointSolution
from deterrence_games.results.joining import JoiningSolution
from deterrence_games.solvers.cut_points import CutPoints
from deterrence_games.solvers.joining_equilibria import JoiningEquilibria

if TYPE_CHECKING:
    import pandas as pd

Numbers = float | Mapping[str, float]

# Share of the full promise that is broken by staying away; illustrative, no source gives numbers.
CLAUSE_WEIGHTS = {"attack_on_all": 1.0, "common_danger": 0.6, "unspecified": 0.6, "consult": 0.2}

# Used where the caller gives nothing. All are illustrative: in units of what the target's survival is worth to an ally, and
# of the prize to the aggressor.
ILLUSTRATIVE: dict[str, float] = {
    "stake": 1.0,
    "war_cost": 0.2,
    "promise": 0.1,
    "audience": 0.0,
    "veto": 0.0,
    "projection": 1.0,
    "spread": 0.5,
    "prize": 1.0,
    "aggressor_cost": 0.3,
    "aggressor_spread": 0.25,
    "decisiveness": 1.0,
    "company": 0.5,
    "late": 0.0,
    "punishment": 0.0,
}
BY_ALLY = ("stake", "war_cost", "promise", "audience", "veto", "projection", "spread")


@dataclass(frozen=True)
class Assumption:
    """One number that went in: which, of whom, its value, and whether it is data, derived, given or illustrative.

    `standing` says how far a figure of the data is confirmed: seen, derived or recalled.
    """

    quantity: str
    state: str
    value: float
    mark: str
    standing: str
    source: str


@dataclass(frozen=True, eq=False, repr=False)
class Guarantee:
    """A guarantee as a joining game, with everything that went in. Build it with `guarantee`.

    Attributes
    ----------
    alliance : str
    year : int or None
    aggressor, target : str
    private : PrivateJoiningForm
        The game: allies' secret costs of war around the medians of ``private.form``.
    automaticity : mapping ally -> str
        The strictest clause by which it owes the target defence or consultation here; ``"none"`` where it owes nothing.
    weight : mapping ally -> float
        Share of the full promise that is broken by staying away.
    full_promise, audience : mapping ally -> float
        Cost of breaking a full promise, and what an audience at home adds.
    rule : str
        ``"each_for_itself"``, ``"consensus"`` or ``"majority"``: how the allies decide.
    assumptions : tuple of Assumption
    """

    alliance: str
    year: int | None
    aggressor: str
    target: str
    private: PrivateJoiningForm
    automaticity: Mapping[str, str]
    weight: Mapping[str, float]
    full_promise: Mapping[str, float]
    audience: Mapping[str, float]
    rule: str
    assumptions: tuple[Assumption, ...]

    @property
    def form(self) -> JoiningForm:
        """The game with costs known at their medians."""
        return self.private.form

    @property
    def allies(self) -> tuple[str, ...]:
        """The members who may come."""
        return self.form.allies

    def equilibria(self, limit: int = 10_000) -> JoiningSolution:
        """All pure equilibria with costs known at their medians, each ally deciding for itself; the first `limit` are listed.

        Raises
        ------
        SizeError
            When there are more allies than can be enumerated.
        """
        return JoiningEquilibria(limit=limit).solve(self.form)

    def cut_points(self) -> CutPointSolution:
        """The Bayesian equilibria in cut-points, each ally deciding for itself."""
        return CutPoints().solve(self.private)

    def changed(self, **quantities: Any) -> "Guarantee":
        """The same guarantee with other numbers.

        Parameters
        ----------
        **quantities
            ``stake``, ``war_cost``, ``veto``, ``spread``, ``audience``, ``promise``: a number for every ally or a mapping from
            some to theirs (a promise is the full one, before the clause's weight); ``prize``, ``aggressor_cost``,
            ``aggressor_spread``, ``decisiveness``, ``company``, ``late``, ``punishment``, ``target_strength``,
            ``aggressor_strength``: a number; ``rule``: a decision rule; ``automaticity``: a clause for every ally.

        Raises
        ------
        ParameterError
            When a quantity or an ally is unknown.
        GameError
            When a number is out of its range.
        """
        form, private = self.form, self.private
        own: dict[str, Any] = {}
        secret: dict[str, Any] = {}
        changed: dict[str, Any] = {}
        promise, audience = dict(self.full_promise), dict(self.audience)
        weight, automaticity = dict(self.weight), dict(self.automaticity)
        for name, value in quantities.items():
            if name in ("stake", "war_cost"):
                field = "cost" if name == "war_cost" else name
                own[field] = self._column(name, value, getattr(form, field))
            elif name in ("veto", "spread"):
                secret[name] = self._column(name, value, getattr(private, name))
            elif name in ("promise", "audience"):
                column = promise if name == "promise" else audience
                column |= dict(zip(self.allies, self._column(name, value, np.array(list(column.values()))), strict=True))
            elif name == "automaticity":
                if value not in AUTOMATICITY:
                    raise ParameterError(
                        f"{self.title}: automaticity {value!r} is unknown; use one of {', '.join(AUTOMATICITY)}"
                    )
                weight = dict.fromkeys(self.allies, CLAUSE_WEIGHTS[value])
                automaticity = dict.fromkeys(self.allies, value)
            elif name == "rule":
                changed["rule"] = _checked_rule(value)
            elif name == "aggressor_spread":
                secret[name] = value
            elif name == "aggressor_cost":
                own["war_cost"] = value
            elif name in (
                "prize", "decisiveness", "company", "late", "punishment", "target_strength", "aggressor_strength"
            ):  # fmt: skip
                own[name] = value
            else:
                known = (*BY_ALLY[:5], "spread", *list(ILLUSTRATIVE)[7:], "target_strength", "aggressor_strength")
                raise ParameterError(
                    f"{self.title}: quantity {name!r} is unknown; use one of {', '.join((*known, 'rule', 'automaticity'))}"
                )
        own["promise"] = np.array([weight[ally] * promise[ally] + audience[ally] for ally in self.allies])
        told: dict[tuple[str, str], Assumption] = {}
        for name, value in quantities.items():
            if name == "automaticity":
                for ally in self.allies:
                    told["clause weight", ally] = Assumption(
                        "clause weight", ally, weight[ally], "illustrative", "given", value
                    )
            elif name != "rule":
                states = (*self.allies,) if name in BY_ALLY else {"target_strength": (self.target,)}.get(name, ("",))
                states = (self.aggressor,) if name == "aggressor_strength" else states
                quantity = "strength" if name.endswith("_strength") else name
                for state in states:
                    if not isinstance(value, Mapping) or state in value:
                        number = float(value[state] if isinstance(value, Mapping) else value)
                        told[quantity, state] = Assumption(quantity, state, number, "given", "given", "changed by the caller")
        kept = tuple(told.pop((own.quantity, own.state), own) for own in self.assumptions)
        return replace(
            self,
            private=replace(private, form=replace(form, **own), **secret),
            full_promise=promise,
            audience=audience,
            weight=weight,
            automaticity=automaticity,
            assumptions=(*kept, *told.values()),
            **changed,
        )

    @property
    def title(self) -> str:
        """What the guarantee is called in messages and tables."""
        return self.form.name

    def to_dataframe(self) -> "pd.DataFrame":
        """Every number that went in, with its mark, standing and source (needs the extra ``tables``)."""
        import pandas as pd

        return pd.DataFrame([vars(own) for own in self.assumptions])

    def _column(self, name: str, value: Numbers, before: Any) -> Any:
        return np.array(
            list(by_ally(self.title, name, value, self.allies, dict(zip(self.allies, before, strict=True))).values())
        )

    def __repr__(self) -> str:
        form = self.form
        marks = {
            mark: sum(own.mark == mark for own in self.assumptions) for mark in ("data", "derived", "given", "illustrative")
        }
        return (
            f"<Guarantee {self.title}: {len(self.allies)} allies of strength {form.strength.sum():.6g}, {self.target} "
            f"{form.target_strength:.6g} against {self.aggressor} {form.aggressor_strength:.6g}; {self.rule}; numbers: "
            f"{', '.join(f'{count} {mark}' for mark, count in marks.items())}>"
        )


def guarantee(
    alliance: Alliance,
    aggressor: str,
    target: str,
    year: int | None = None,
    *,
    region: str | None = None,
    strength: Mapping[str, float] | None = None,
    figures: Indicators | None = None,
    measure: str = "military_expenditure_bn_usd",
    figures_year: int | None = None,
    rule: str | None = None,
    collective_security: bool = False,
    **numbers: Numbers,
) -> Guarantee:
    """Build the game of an alliance's guarantee to one member against one aggressor.

    Every member but the target may come. What it would break by staying away grows with its obligation: the full promise
    times the weight of the strictest clause that reaches the region (``CLAUSE_WEIGHTS``, illustrative), plus the audience cost.

    Parameters
    ----------
    alliance : Alliance
    aggressor, target : str
        Codes of states.
    year : int, optional
        The alliance's own year when left out.
    region : str, optional
        Where the attack takes place; without it every obligation towards the target counts.
    strength : mapping state -> float, optional
        Capabilities given by hand; they replace figures.
    figures : Indicators, optional
        Those that come with the library when left out.
    measure : str
        Which figure is a state's strength.
    figures_year : int, optional
        The year of the figures, when it is not `year`.
    rule : str, optional
        ``"each_for_itself"``, ``"consensus"`` or ``"majority"``; the rule of the defence clause when left out.
    collective_security : bool
        The aggressor may be a member: its own promise lapses and the others stand against it.
    **numbers
        Any of ``ILLUSTRATIVE``, which gives the values used otherwise: ``stake``, ``war_cost`` (of coming alone, median),
        ``promise``, ``audience``, ``veto``, ``projection`` (share of the strength that reaches the war) and ``spread`` (of the
        logarithm of the secret cost) are a number for all or a mapping ally -> number; the others are numbers.

    Raises
    ------
    ParameterError
        When a state, region, year or number is unknown, the target is no member, or the aggressor is one.
    AllianceError
        When a state has no figure; all of them are named.
    GameError
        When a number is out of its range.

    Examples
    --------
    >>> from deterrence_games.alliances import guarantee, nato
    >>> estonia = guarantee(nato().without("ISL"), "RUS", "EST", 2024)
    >>> len(estonia.allies), estonia.automaticity["USA"], estonia.rule
    (30, 'attack_on_all', 'each_for_itself')
    """
    at = alliance if year is None else alliance.at(year)
    members = at.members()
    name = f"{alliance.name} {at.year}: {aggressor} against {target}"
    if target not in members:
        raise ParameterError(f"{name}: {target!r} is no member in {at.year}; members: {', '.join(members)}")
    if aggressor == target:
        raise ParameterError(f"{name}: the aggressor is the target; name two states")
    if aggressor in members and not collective_security:
        raise ParameterError(
            f"{name}: the aggressor {aggressor!r} is a member; name a state outside, or say collective_security=True"
        )
    unknown = set(numbers) - set(ILLUSTRATIVE)
    if unknown:
        raise ParameterError(
            f"{name}: {', '.join(map(repr, sorted(unknown)))} is unknown; use one of {', '.join(ILLUSTRATIVE)}"
        )
    allies = tuple(own for own in members if own not in (target, aggressor))
    owed = at.obligations(target, region=region)
    automaticity = {ally: _strictest(owed, ally) for ally in allies}
    weight = {ally: CLAUSE_WEIGHTS.get(automaticity[ally], 0.0) for ally in allies}
    told: list[Assumption] = []
    force = _strengths(name, at, (*allies, target, aggressor), strength, figures, measure, figures_year, told)
    column: dict[str, dict[str, float]] = {}
    for quantity in BY_ALLY:
        given = numbers.get(quantity)
        default = dict.fromkeys(allies, ILLUSTRATIVE[quantity])
        column[quantity] = default if given is None else by_ally(name, quantity, given, allies, default)
        named = set(allies) if given is not None and not isinstance(given, Mapping) else set(given or ())
        for ally in allies:
            told.append(_told(quantity, ally, column[quantity][ally], ally in named))
    for ally in allies:
        told.append(Assumption("clause weight", ally, weight[ally], "illustrative", "given", automaticity[ally]))
    single: dict[str, float] = {}
    for quantity in ILLUSTRATIVE:
        if quantity not in BY_ALLY:
            value = numbers.get(quantity, ILLUSTRATIVE[quantity])
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ParameterError(f"{name}: {quantity} is {value!r}; give one number")
            single[quantity] = float(value)
            told.append(_told(quantity, "", single[quantity], quantity in numbers))
    form = JoiningForm(
        allies,
        np.array([force[ally] * column["projection"][ally] for ally in allies]),
        np.array(list(column["stake"].values())),
        np.array(list(column["war_cost"].values())),
        np.array([weight[ally] * column["promise"][ally] + column["audience"][ally] for ally in allies]),
        force[target],
        force[aggressor],
        decisiveness=single["decisiveness"],
        company=single["company"],
        late=single["late"],
        prize=single["prize"],
        war_cost=single["aggressor_cost"],
        punishment=single["punishment"],
        name=name,
    )
    private = PrivateJoiningForm(
        form,
        np.array(list(column["spread"].values())),
        np.array(list(column["veto"].values())),
        single["aggressor_spread"],
    )
    if rule is None:
        rules = [own.decision_rule for own in owed.of_kind("defence") if own.decision_rule != "unspecified"]
        rule = rules[0] if rules else "each_for_itself"
    return Guarantee(
        alliance.name, at.year, aggressor, target, private, automaticity, weight, column["promise"], column["audience"],
        _checked_rule(rule), tuple(told),
    )  # fmt: skip


def by_ally(
    where: str, quantity: str, value: Numbers, allies: tuple[str, ...], before: Mapping[str, float]
) -> dict[str, float]:
    """A number for every ally, from one for all or from a mapping for some.

    Raises
    ------
    ParameterError
        When an ally is unknown or a value is no number.
    """
    if isinstance(value, Mapping):
        strange = [own for own in value if own not in allies]
        if strange:
            raise ParameterError(
                f"{where}: {quantity} of {', '.join(map(repr, strange))}, who is no ally; allies: {', '.join(allies)}"
            )
        values = {ally: value.get(ally, before[ally]) for ally in allies}
    else:
        values = dict.fromkeys(allies, value)
    try:
        return {ally: float(own) for ally, own in values.items()}
    except (TypeError, ValueError):
        raise ParameterError(f"{where}: {quantity} is {value!r}; give a number, or a mapping from allies to numbers") from None


def _strictest(owed: Obligations, ally: str) -> str:
    """The clause by which an ally owes most: defence by its automaticity, else consultation; "none" for nothing."""
    clauses = [own.automaticity for own in owed.of_kind("defence") if own.promisor == ally]
    clauses += ["consult" for own in owed.of_kind("consultation") if own.promisor == ally]
    return max(clauses, key=lambda own: CLAUSE_WEIGHTS[own], default="none")


def _strengths(
    name: str,
    alliance: Alliance,
    states: tuple[str, ...],
    given: Mapping[str, float] | None,
    figures: Indicators | None,
    measure: str,
    figures_year: int | None,
    told: list[Assumption],
) -> dict[str, float]:
    """Each state's strength, given or from the figures, and where it is from."""
    given = {} if given is None else given
    strange = [own for own in given if own not in states]
    if strange:
        raise ParameterError(f"{name}: strength of {', '.join(map(repr, strange))}, who takes no part; drop it")
    asked = [own for own in states if own not in given]
    source = indicators() if figures is None else figures
    year = alliance.year if figures_year is None else figures_year
    found: dict[str, Figure] = {}
    if asked:
        assert year is not None  # members were read at a year
        try:
            source.of(asked, measure, year)
        except AllianceError as problem:
            raise AllianceError(f"{name}: {problem}; or give strength={{state: number}}") from None
        found = source.measure(measure, year)
    force = {}
    for state in states:
        if state in given:
            force[state] = float(given[state])
            told.append(Assumption("strength", state, force[state], "given", "given", "the caller"))
        else:
            figure = found[state]
            force[state] = figure.value
            mark = {"seen": "data", "recalled": "data", "derived": "derived"}.get(figure.standing, "given")
            told.append(
                Assumption("strength", state, figure.value, mark, figure.standing, f"{measure} {year}: {figure.source}")
            )
    return force


def _told(quantity: str, state: str, value: float, given: bool) -> Assumption:
    return Assumption(
        quantity, state, value, "given" if given else "illustrative", "given", "the caller" if given else "default"
    )


def _checked_rule(rule: str) -> str:
    allowed = DECISION_RULES[:3]
    if rule not in allowed:
        raise ParameterError(f"decision rule {rule!r} is unknown; use one of {', '.join(allowed)}")
    return rule
