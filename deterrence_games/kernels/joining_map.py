"""Many joining games that differ in a few numbers: the equilibria that best replies reach from nobody and from everybody."""

from deterrence_games.kernels.jit import LIMIT, OK, kernel
from deterrence_games.kernels.joining import burden, hold

SWEEPS = 100  # a wave of allies that follow each other takes at most one a sweep


@kernel
def settle(joins, strength, stake, cost, promise, target, aggressor, decisiveness, company, late):
    """Let the allies reply one after the other until nobody moves; `joins` goes from the start to an equilibrium.

    Returns a code (``LIMIT`` when somebody still moves) and the strength of the coalition. Who is indifferent stays put.
    """
    n = strength.size
    for _ in range(SWEEPS):
        total = target
        for k in range(n):
            if joins[k]:
                total += strength[k]
        held = hold(total, aggressor, decisiveness)
        moved = False
        for k in range(n):
            other = total - strength[k] if joins[k] else total + strength[k]
            other_held = hold(other, aggressor, decisiveness)
            together = total if joins[k] else other
            rise = held - other_held if joins[k] else other_held - held
            share = burden(together - strength[k], strength[k], target, company)
            worth = (1.0 - late) * (stake[k] * rise - cost[k] * share) + promise[k]
            slack = 1e-13 * (stake[k] + cost[k] + abs(promise[k]))
            if (joins[k] and worth < -slack) or (not joins[k] and worth > slack):
                joins[k] = not joins[k]
                total, held = other, other_held
                moved = True
        if not moved:
            return OK, total
    return LIMIT, total


@kernel
def settle_points(strength, stake, cost, promise, numbers, joins, owned, reached, codes):
    """Fill the strength reached[start, point] and codes[start, point], from nobody (0) and from everybody (1).

    Parameters
    ----------
    strength, stake, cost, promise : float64[ally]
    numbers : float64[point, 8]
        Target's strength, aggressor's strength, decisiveness, company, late, and factors of stake, cost and promise.
    joins : bool[ally]
    owned : float64[3, ally]
        Work space.
    """
    for point in range(numbers.shape[0]):
        for k in range(strength.size):
            owned[0, k] = stake[k] * numbers[point, 5]
            owned[1, k] = cost[k] * numbers[point, 6]
            owned[2, k] = promise[k] * numbers[point, 7]
        for start in range(2):
            joins[:] = start == 1
            codes[start, point], reached[start, point] = settle(
                joins, strength, owned[0], owned[1], owned[2],
                numbers[point, 0], numbers[point, 1], numbers[point, 2], numbers[point, 3], numbers[point, 4],
            )  # fmt: skip
