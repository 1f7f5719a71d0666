"""How reliable, how costly to break, how delayed: the value of one quantity at which a guarantee stops to deter."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from deterrence_games.alliances.assumptions import BY_ALLY, one_number
from deterrence_games.alliances.decision_rules import outcome
from deterrence_games.alliances.extended_deterrence import Guarantee
from deterrence_games.errors import ParameterError
from deterrence_games.solvers.cut_points import coalition

STEPS = 32  # of the scan that brackets a threshold
PRECISION = 1e-7  # of a threshold, in shares of the range
HALF = 0.5  # an aggressor that attacks with at most this probability is deterred at its median cost
MOST_PROMISE = 1e6  # in units of the largest stake or cost; no promise beyond is tried


@dataclass(frozen=True)
class Threshold:
    """Where one quantity decides whether a guarantee deters.

    Attributes
    ----------
    title, quantity : str
    value : float or None
        The first value, from below, at which deterrence sets in or breaks off; None when nothing changes over the range.
    deters_below, deters_above : bool
        Whether the guarantee deters just below and just above it; over the whole range when `value` is None.
    crossings : int
        Changes seen in a scan of the range by equal steps; a change and its reversal within one step are not seen.
    """

    title: str
    quantity: str
    value: float | None
    deters_below: bool
    deters_above: bool
    crossings: int

    def __repr__(self) -> str:
        if self.crossings == 0 and self.value == 0.0:
            return f"{self.title}: deters without any {self.quantity}"
        if self.value is None:
            return f"{self.title}: {'deters' if self.deters_below else 'does not deter'} at every {self.quantity} of the range"
        left, right = ("deters" if own else "does not deter" for own in (self.deters_below, self.deters_above))
        more = f"; {self.crossings - 1} further change(s)" if self.crossings > 1 else ""
        return f"{self.title}: {left} below {self.quantity} {self.value:.6g}, {right} above{more}"


def threshold(
    guarantee: Guarantee,
    quantity: str,
    low: float,
    high: float,
    *,
    states: Iterable[str] | None = None,
    level: float = HALF,
    hopeful: bool = False,
) -> Threshold:
    """Find where one quantity makes a guarantee deter or fail.

    Parameters
    ----------
    guarantee : Guarantee
    quantity : str
        Any number that `Guarantee.changed` takes: ``"promise"``, ``"audience"``, ``"veto"``, ``"stake"``, ``"war_cost"``,
        ``"late"``, ``"prize"``, ``"aggressor_cost"``, ``"punishment"`` and others.
    low, high : float
        The range that is scanned.
    states : iterable of str, optional
        Change the quantity for these allies only.
    level : float
        The guarantee deters when the aggressor attacks with at most this probability.
    hopeful : bool
        As in `outcome`.

    Raises
    ------
    ParameterError
        When the range is empty, the level no probability, the quantity unknown, or `states` given for a quantity that no ally
        has.

    Examples
    --------
    >>> from deterrence_games.alliances import guarantee, nato, threshold
    >>> baltic = guarantee(nato().without("ISL"), "RUS", "EST", 2024)
    >>> found = threshold(baltic, "veto", 0, 1, states=["USA"])
    >>> found.value is None, found.deters_below
    (True, True)
    """
    low, high = (one_number(guarantee.title, f"end of the range of {quantity}", own) for own in (low, high))
    if not low < high or not np.isfinite([low, high]).all():
        raise ParameterError(f"{guarantee.title}: range of {quantity} from {low:g} to {high:g} is empty; give low < high")
    _check_level(guarantee.title, level)
    chosen = None if states is None else tuple(states)
    if chosen is not None and quantity not in BY_ALLY:
        raise ParameterError(f"{guarantee.title}: {quantity} is one number for all; leave states out")

    def deters(value: float) -> bool:
        numbers = value if chosen is None else dict.fromkeys(chosen, value)
        return outcome(guarantee.changed(**{quantity: numbers}), hopeful=hopeful).attack_probability <= level

    grid = np.linspace(low, high, STEPS + 1)
    if quantity == "late":
        grid = grid[grid < 1.0]
    seen = [deters(float(own)) for own in grid]
    changes = [k for k in range(len(grid) - 1) if seen[k] != seen[k + 1]]
    if not changes:
        return Threshold(guarantee.title, quantity, None, seen[0], seen[-1], 0)
    left, right = float(grid[changes[0]]), float(grid[changes[0] + 1])
    before = seen[changes[0]]
    while right - left > PRECISION * (high - low):
        middle = 0.5 * (left + right)
        left, right = (middle, right) if deters(middle) == before else (left, middle)
    return Threshold(guarantee.title, quantity, 0.5 * (left + right), before, not before, len(changes))


def smallest_promise(
    guarantee: Guarantee, *, states: Iterable[str] | None = None, level: float = HALF, hopeful: bool = False
) -> Threshold:
    """The smallest full promise, the same for all allies or for some, at which the guarantee deters.

    Its `value` is 0 when no promise is needed, and None when no promise is enough: the aggressor attacks even if all come.

    Raises
    ------
    ParameterError
        As `threshold`.
    """
    chosen = None if states is None else tuple(states)
    _check_level(guarantee.title, level)

    def deters(value: float) -> bool:
        numbers = value if chosen is None else dict.fromkeys(chosen, value)
        return outcome(guarantee.changed(promise=numbers), hopeful=hopeful).attack_probability <= level

    if deters(0.0):
        return Threshold(guarantee.title, "promise", 0.0, False, True, 0)
    scale = float(max((guarantee.form.stake + guarantee.form.cost).max(initial=0.0), 1e-300))
    high = 0.125 * scale
    while not deters(high):
        high *= 2.0
        if high > MOST_PROMISE * scale:
            return Threshold(guarantee.title, "promise", None, False, False, 0)
    return threshold(guarantee, "promise", 0.0, high, states=chosen, level=level, hopeful=hopeful)


def _check_level(title: str, level: float) -> None:
    if not 0.0 <= one_number(title, "level", level) <= 1.0:
        raise ParameterError(f"{title}: level is {level:g}; give a probability of attack, from 0 to 1")


def threshold_reliability(guarantee: Guarantee, *, together: bool = True) -> float:
    """The probability r* of help at which an aggressor with its median cost of war is indifferent.

    Parameters
    ----------
    together : bool
        All allies come with this probability or none does, as when one ally or a council decides; otherwise each comes with it
        by itself.

    Returns
    -------
    float
        0 when the target deters by itself; infinite when even certain help does not deter.

    Examples
    --------
    An attacker who wins a prize of 1 with probability 0.8 alone, 0.3 against the ally too, at a cost of 0.4, is deterred from
    reliability 0.8 on:

    >>> from deterrence_games.alliances import anzus, guarantee
    >>> force = {"AUS": 1, "USA": 25 / 3, "CHN": 4}
    >>> two = guarantee(anzus().without("NZL"), "CHN", "AUS", 2024, strength=force, aggressor_cost=0.4)
    >>> round(threshold_reliability(two), 12)
    0.8
    """
    form = guarantee.form
    alone, helped = float(form.attack_value(form.target_strength)), float(form.attack_value(form.largest))
    if alone <= form.tie:
        return 0.0
    if helped > form.tie:
        return float("inf")
    if together:
        return min(1.0, alone / (alone - helped))
    low, high = 0.0, 1.0
    while high - low > 1e-12:
        middle = 0.5 * (low + high)
        strength, probability = coalition(form, np.full(len(form.allies), middle))
        low, high = (middle, high) if probability @ form.attack_value(strength) > form.tie else (low, middle)
    return high
