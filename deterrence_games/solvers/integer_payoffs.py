"""A two-player game in positive integers with the same equilibria."""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from deterrence_games.forms import StrategicForm
from deterrence_games.forms.tree import Floats

ULPS = 32  # rounding errors in payoffs that were computed, in units in the last place of the largest
MOST_BITS = 256  # of a common denominator; beyond it the simplest fractions of float payoffs are no help

Integers = npt.NDArray[np.object_]


def integer_payoffs(form: StrategicForm, tol: float) -> tuple[Integers, Integers, int]:
    """Return both players' payoffs as integers from 1 on, by a positive affine map for each player.

    Returned last is how many sets of floats were read as one number though they are further apart than `tol`, because the
    payoffs are so large beside their range that what sets them apart may be rounding.

    Payoffs given as integers or fractions are taken as they are. Floats are read as shares of the player's range of payoffs:
    those closer together than `tol` as one number, and each as the simplest fraction that it may be but for rounding, so
    that ties that were meant (0.1 + 0.2 and 0.3) are ties, also between mixtures. Where these fractions have no common
    denominator of reasonable size, they are read as multiples of a power of two below `tol`.
    """
    blurred = 0
    read: list[Sequence[Fraction | int]] = []
    for own in form.payoffs if form.rational is None else form.rational:
        values: Sequence[Fraction | int] | None = own.ravel().tolist() if form.rational is not None else _whole(own, tol)
        if values is None:
            values, sets = _simple(own, tol)
            blurred += sets
        read.append(values)
    return _positive(read[0], form.shape), _positive(read[1], form.shape), blurred


def _whole(payoffs: Floats, tol: float) -> list[int] | None:
    """Return floats that are whole numbers as integers; None where reading their shares might not give the same.

    That takes ten times as long. It does give the same when one is more than `tol` of the range, and no fraction with a
    denominator up to the range ``W`` is within the rounding of a share: two such fractions are at least ``1 / W**2`` apart.
    """
    given = payoffs.ravel().tolist()
    largest, span = max(map(abs, given)), max(given) - min(given)
    if not (tol * span < 1.0 and ULPS * largest * span < 2.0**51 and all(map(float.is_integer, given))):
        return None
    return [int(payoff) for payoff in given]


def _positive(values: Sequence[Fraction | int], shape: tuple[int, ...]) -> Integers:
    """Clear denominators, divide by the greatest common divisor of the differences, and shift."""
    parts = [(int(value.numerator), int(value.denominator)) for value in values]  # integers of NumPy would overflow
    denominator = math.lcm(*(below for _, below in parts))
    whole = [above * (denominator // below) for above, below in parts]
    least = min(whole)
    divisor = math.gcd(*(value - least for value in whole)) or 1
    integers = np.empty(shape, dtype=object)
    integers.ravel()[:] = [(value - least) // divisor + 1 for value in whole]
    return integers


def _simple(payoffs: Floats, tol: float) -> tuple[list[Fraction], int]:
    """Read floats, as shares of their range, as simple fractions, or as multiples of a power of two.

    With the number of sets that are read as one number only because of rounding.
    """
    given = payoffs.ravel().tolist()
    least, widest = Fraction(min(given)), Fraction(max(given)) - Fraction(min(given))
    if not widest:
        return [Fraction(0)] * len(given), 0
    rounding = ULPS * Fraction(float(np.spacing(np.abs(payoffs).max()))) / widest
    tie = max(Fraction(tol), rounding)
    share = {value: (Fraction(value) - least) / widest for value in set(given)}
    groups: list[list[Fraction]] = []
    for level in sorted(share.values()):
        if groups and level - groups[-1][-1] <= tie:
            groups[-1].append(level)
        else:
            groups.append([level])
    read: dict[Fraction, Fraction] = {}
    for group in groups:
        # One fraction that may be each of them but for rounding, or among them where they are wider apart.
        low, high = group[-1] - rounding, group[0] + rounding
        simple = _simplest(low, high) if low <= high else _simplest(group[0], group[-1])
        read |= dict.fromkeys(group, simple)
    if math.lcm(*(value.denominator for value in read.values())).bit_length() > MOST_BITS:
        unit = Fraction(1, 1 << math.ceil(1 / tie).bit_length())
        read = {level: round(group[0] / unit) * unit for group in groups for level in group}
    blurred = sum(any(high - low > tol for low, high in pairwise(group)) for group in groups)
    return [read[share[value]] for value in given], blurred


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    """The fraction with the least denominator between two (along the Stern-Brocot tree)."""
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -_simplest(-high, -low)
    whole = math.ceil(low)
    if whole <= high:
        return Fraction(whole)
    whole -= 1
    return whole + 1 / _simplest(1 / (high - whole), 1 / (low - whole))
