"""Lemke and Howson's complementary pivoting [1]_, path after path.

The two systems are ``A y + r = 1`` (slacks ``r`` carry the labels of the first player's strategies) and ``B' x + s = 1``, with
payoffs mapped to [1, 2]. In a path of 30 pivots their blocks (see `block_pivot`) are at most 15 by 15.

References
----------
.. [1] Lemke and Howson (1964), Equilibrium points of bimatrix games.
"""

from deterrence_games.kernels.block_pivot import new_system, pivot, refresh, reset
from deterrence_games.kernels.jit import FULL, LIMIT, OK, UNDECIDED, borrowing_kernel, kernel

ROOM = 32  # width of the blocks at first


@borrowing_kernel
def survey(first, second, low, high, best, pure):
    """Find ranges of payoffs and a pure equilibrium in one pass over the payoffs.

    Parameters
    ----------
    first, second : float64[row, column]
        Payoffs of the two players.
    low, high : float64[player]
        On return, least and greatest payoffs.
    best : float64[2, column]
        Work space; in the first row on return, what the first player gets at best against each column.
    pure : int64[2]
        On return the row and column of the first pure equilibrium, or -1.
    """
    rows, columns = first.shape
    for column in range(columns):
        best[0, column] = first[0, column]
        best[1, column] = first[0, column]
    for row in range(1, rows):
        for column in range(columns):
            best[0, column] = max(best[0, column], first[row, column])
            best[1, column] = min(best[1, column], first[row, column])
    low[0] = best[1, 0]
    high[0] = best[0, 0]
    for column in range(columns):
        low[0] = min(low[0], best[1, column])
        high[0] = max(high[0], best[0, column])
    low[1] = second[0, 0]
    high[1] = second[0, 0]
    pure[0] = -1
    pure[1] = -1
    for row in range(rows):
        top = second[row, 0]
        least = second[row, 0]
        for column in range(1, columns):
            top = max(top, second[row, column])
            least = min(least, second[row, column])
        low[1] = min(low[1], least)
        high[1] = max(high[1], top)
        if pure[0] < 0:
            for column in range(columns):
                if second[row, column] == top and first[row, column] == best[0, column]:
                    pure[0] = row
                    pure[1] = column
                    break


@borrowing_kernel
def constant_sum(first, second, units, tol):
    """Whether payoffs mapped to [0, 1] add up to one in every cell, so that one player gains what the other loses."""
    for row in range(first.shape[0]):
        for column in range(first.shape[1]):
            own = (first[row, column] - units[0, 0]) * units[0, 1]
            other = (second[row, column] - units[1, 0]) * units[1, 1]
            if abs(own + other - 1.0) > tol:
                return False
    return True


@borrowing_kernel
def _follow(first, second, label, labels, cap, budget, counts):
    """Follow paths until one of them ends; see `follow_paths`."""
    rows = first.shape[0]
    while label < labels:
        counts[0] = label
        reset(first)
        reset(second)
        in_second = label < rows
        entering = label if in_second else label - rows
        is_slack = False
        code = LIMIT
        for _ in range(cap):
            if counts[1] >= budget:
                return LIMIT
            counts[1] += 1
            code = pivot(second, entering, is_slack, counts) if in_second else pivot(first, entering, is_slack, counts)
            if code != OK:
                break
            code = LIMIT
            entering = counts[4]
            of_first = (counts[5] == 1) != in_second  # labels of the first player: slacks of `first`, strategies of `second`
            if (entering if of_first else entering + rows) == label:
                if refresh(first) and refresh(second):
                    return OK
                code = UNDECIDED
                break
            is_slack = counts[5] == 0
            in_second = not in_second
        if code == FULL:
            return FULL
        counts[2] += code == LIMIT
        counts[3] += code == UNDECIDED
        label += 1
    counts[0] = labels
    return UNDECIDED


@kernel
def _write(system, profile, begin):
    width = system.count[0]
    total = 0.0
    for a in range(width):
        total += system.weight[a]
    for a in range(width):
        profile[begin + system.columns[a]] = system.weight[a] / total


@kernel
def follow_paths(first, second, units, label, cap, budget, counts, profile):
    """Follow the paths of one label after another until one of them ends within `cap` pivots.

    Parameters
    ----------
    first, second : float64[row, column]
        Payoffs of the two players.
    units : float64[player, 2]
        Least payoff, and the factor that makes the widest difference one.
    label : int
        The first one to be tried. Rows come first, then columns.
    cap : int
        Pivots a path.
    budget : int
        Pivots in all.
    counts : int64[6]
        On return: the label at which the search stopped; pivots made, paths that reached `cap` and paths given up for loss of
        precision are added to the next three; the last two are work space.
    profile : float64[row, then column]
        On return the equilibrium's strategies.

    Returns
    -------
    int
        ``OK``; ``LIMIT`` when the budget is spent; ``UNDECIDED`` when no label led to an equilibrium.
    """
    rows, columns = first.shape
    room = min(ROOM, rows, columns)
    code = FULL
    while True:
        bounds_second = new_system(first.ravel(), rows, columns, columns, 1, units[0], room)
        bounds_first = new_system(second.ravel(), columns, rows, 1, columns, units[1], room)
        code = _follow(bounds_second, bounds_first, label, rows + columns, cap, budget, counts)
        if code != FULL:
            break
        label = counts[0]
        room = min(4 * room, rows, columns)
    if code == OK:
        profile[:] = 0.0
        _write(bounds_first, profile, 0)
        _write(bounds_second, profile, rows)
    return code
