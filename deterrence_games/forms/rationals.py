"""Sums of fractions, kept from growing without end."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm

MOST_BITS = 4096  # of a common denominator


def common_denominator(numbers: Iterable[Fraction], most_bits: int = MOST_BITS) -> int | None:
    """The least common denominator, None when it has more than `most_bits` bits."""
    found = 1
    for denominator in {number.denominator for number in numbers}:
        found = lcm(found, denominator)
        if found.bit_length() > most_bits:
            return None
    return found


def sums_to_one(probabilities: Sequence[Fraction]) -> bool:
    """Whether probabilities sum to one exactly; also False when their common denominator is beyond `MOST_BITS`."""
    whole = common_denominator(probabilities)
    return whole is not None and sum(share.numerator * (whole // share.denominator) for share in probabilities) == whole
