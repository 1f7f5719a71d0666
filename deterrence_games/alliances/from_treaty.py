"""From a treaty and figures of strength to a guarantee."""

from collections.abc import Mapping

import numpy as np

from deterrence_games.alliances.alliance import Alliance
from deterrence_games.alliances.assumptions import (
    BY_ALLY,
    CLAUSE_WEIGHTS,
    ILLUSTRATIVE,
    Assumption,
    Numbers,
    by_ally,
    checked_rule,
    one_number,
)
from deterrence_games.alliances.extended_deterrence import Guarantee
from deterrence_games.alliances.indicators import Figure, Indicators
from deterrence_games.alliances.obligations import Obligations
from deterrence_games.alliances.packaged import indicators
from deterrence_games.errors import AllianceError, ParameterError
from deterrence_games.forms.joining import JoiningForm, PrivateJoiningForm


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
            single[quantity] = one_number(name, quantity, numbers.get(quantity, ILLUSTRATIVE[quantity]))
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
        checked_rule(rule), tuple(told),
    )  # fmt: skip


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
        found = figures_of(name, source, measure, year)
        try:
            source.of(asked, measure, year)
        except AllianceError as problem:
            raise AllianceError(f"{name}: {problem}; or give strength={{state: number}}") from None
    force = {}
    for state in states:
        if state in given:
            force[state] = one_number(name, f"strength of {state!r}", given[state])
            told.append(Assumption("strength", state, force[state], "given", "given", "the caller"))
        else:
            figure = found[state]
            force[state] = figure.value
            mark = {"seen": "data", "recalled": "data", "derived": "derived"}.get(figure.standing, "given")
            told.append(
                Assumption("strength", state, figure.value, mark, figure.standing, f"{measure} {year}: {figure.source}")
            )
    return force


def figures_of(name: str, source: Indicators, measure: str, year: int) -> dict[str, Figure]:
    """The figures of strength by state; where there are none, the error names the remedy."""
    try:
        return source.measure(measure, year)
    except ParameterError as problem:
        raise ParameterError(f"{name}: {problem}; choose figures_year or measure, or give strength={{state: number}}") from None


def _told(quantity: str, state: str, value: float, given: bool) -> Assumption:
    return Assumption(
        quantity, state, value, "given" if given else "illustrative", "given", "the caller" if given else "default"
    )
