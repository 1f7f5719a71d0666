"""The distribution of a coalition's strength when its members come independently, in whole units, and without each member."""

from deterrence_games.kernels.jit import kernel


@kernel
def strength_distribution(units, chance, out):
    """Fill out[x], the probability that those who come sum to x units; exact but for rounding.

    Parameters
    ----------
    units : int64[ally]
    chance : float64[ally]
    out : float64[sum of units + 1]
    """
    out[:] = 0.0
    out[0] = 1.0
    top = 0
    for k in range(units.size):
        unit, q = units[k], chance[k]
        top += unit
        for x in range(top, unit - 1, -1):
            out[x] = (1.0 - q) * out[x] + q * out[x - unit]
        for x in range(min(unit, top + 1)):
            out[x] *= 1.0 - q


@kernel
def without_one(whole, unit, q, out):
    """Fill out[x], the distribution without one member that comes with probability q, by undoing its convolution.

    The recursion runs upwards for q below one half and downwards above, so that errors shrink.
    """
    size = whole.size - unit
    if unit == 0:
        out[:size] = whole[:size]
    elif q < 0.5:
        scale = 1.0 / (1.0 - q)
        for x in range(size):
            before = out[x - unit] if x >= unit else 0.0
            out[x] = (whole[x] - q * before) * scale
    else:
        scale = 1.0 / q
        for x in range(size - 1, -1, -1):
            after = out[x + unit] if x + unit < size else 0.0
            out[x] = (whole[x + unit] - (1.0 - q) * after) * scale


@kernel
def expectations(units, chance, tables, whole, rest, out):
    """Fill out[ally, k], the mean of each of three tables[ally, k, x] over the strength x of the others.

    Parameters
    ----------
    tables : float64[ally, 3, sum of units + 1]
    whole, rest : float64[sum of units + 1]
        `whole` comes out as the distribution of everybody's strength; `rest` is work space.
    """
    strength_distribution(units, chance, whole)
    for k in range(units.size):
        without_one(whole, units[k], chance[k], rest)
        first, second, third = 0.0, 0.0, 0.0
        for x in range(whole.size - units[k]):
            first += rest[x] * tables[k, 0, x]
            second += rest[x] * tables[k, 1, x]
            third += rest[x] * tables[k, 2, x]
        out[k, 0], out[k, 1], out[k, 2] = first, second, third
