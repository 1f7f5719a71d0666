"""Delay and its cure: the fait accompli, what a target can deny by itself, and what punishment must add."""

from dataclasses import dataclass
from math import expm1, inf

import numpy as np

from deterrence_games.alliances.assumptions import one_number
from deterrence_games.alliances.decision_rules import outcome
from deterrence_games.alliances.extended_deterrence import Guarantee
from deterrence_games.errors import ParameterError


def fait_accompli(delay: float, holding_time: float) -> float:
    """Chance that the target has fallen before help arrives, for ``late``.

    It falls at a constant rate (an assumption, illustrative), after `holding_time` on average.

    Parameters
    ----------
    delay, holding_time : float
        In one unit, for example days.

    Raises
    ------
    ParameterError
        When the delay is negative or the holding time is not positive.

    Examples
    --------
    >>> round(fait_accompli(3, 10), 4)
    0.2592
    """
    delay = one_number("fait accompli", "delay", delay)
    holding_time = one_number("fait accompli", "holding time", holding_time)
    if not 0.0 <= delay < inf or not 0.0 < holding_time < inf:
        raise ParameterError(
            f"fait accompli: delay {delay!r} and holding time {holding_time!r}; give a delay of at least 0 and a positive time"
        )
    return -expm1(-delay / holding_time)


@dataclass(frozen=True)
class Denial:
    """How much of deterrence is denial and how much punishment, at a guarantee's outcome.

    Attributes
    ----------
    title : str
    held_alone, held : float
        Probability that the target holds by itself, and with those who come, late arrivals counted in.
    by_target, by_allies, by_punishment : float
        What each takes off the value of attacking, in units of the prize: the target's own strength, the allies' strength, and
        the harm done by the allies whatever the outcome. What is left is ``attack_value = prize - war_cost - the three``.
    attack_value : float
    target_strength_needed : float
        Strength with which the target would deter by itself; infinite when attacking is free, and beyond the largest number.
    punishment_needed : float
        Punishment per unit of the allies' strength that would deter with those who come; 0 when denial is enough, infinite when
        nobody comes.
    """

    title: str
    held_alone: float
    held: float
    by_target: float
    by_allies: float
    by_punishment: float
    attack_value: float
    target_strength_needed: float
    punishment_needed: float


def denial_and_punishment(guarantee: Guarantee, *, hopeful: bool = False) -> Denial:
    """Split what keeps an aggressor from attacking into denial by the target, denial by its allies, and punishment."""
    form = guarantee.form
    found = outcome(guarantee, hopeful=hopeful)
    alone = float(form.held(form.target_strength))
    arriving = (1.0 - form.late) * (found.expected_strength - form.target_strength)
    by_punishment = form.punishment * arriving
    must_hold = 1.0 - form.war_cost / form.prize
    if must_hold <= 0.0:
        needed = 0.0
    elif must_hold >= 1.0:
        needed = inf
    else:
        with np.errstate(over="ignore"):  # where force decides nearly nothing, no strength is enough
            needed = form.aggressor_strength * float(np.float64(must_hold / (1.0 - must_hold)) ** (1.0 / form.decisiveness))
    missing = form.prize * (1.0 - found.held) - form.war_cost
    return Denial(
        guarantee.title,
        alone,
        found.held,
        form.prize * alone,
        form.prize * (found.held - alone),
        by_punishment,
        found.attack_value,
        needed,
        0.0 if missing <= 0.0 else missing / arriving if arriving > 0.0 else inf,
    )
