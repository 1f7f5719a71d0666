"""The numbers that go into a guarantee: defaults, which are illustrative, and how each number is marked."""

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real

from deterrence_games.alliances.obligations import DECISION_RULES
from deterrence_games.errors import ParameterError

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


def one_number(where: str, quantity: str, value: object) -> float:
    """The value as a number; `ParameterError` when it is none."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ParameterError(f"{where}: {quantity} is {value!r:.60}; give one number")
    return float(value)


def checked_rule(rule: str) -> str:
    """The rule itself, when it is one of those that decide something; else `ParameterError`."""
    allowed = DECISION_RULES[:3]
    if rule not in allowed:
        raise ParameterError(f"decision rule {rule!r} is unknown; use one of {', '.join(allowed)}")
    return rule
