"""Rows of profiles of one small game: their order, repetitions, and whether a continuum joins them."""

from deterrence_games.kernels.jit import inner_kernel


@inner_kernel
def _comes_before(profiles, one, other):
    """Whether a profile is listed before another: smaller supports, then more on the first strategies."""
    used = 0
    order = 0
    for entry in range(profiles.shape[1]):
        used += int(profiles[one, entry] > 0.0) - int(profiles[other, entry] > 0.0)
        if order == 0 and profiles[one, entry] != profiles[other, entry]:
            order = 1 if profiles[one, entry] > profiles[other, entry] else -1
    return used < 0 or (used == 0 and order > 0)


@inner_kernel
def sort_profiles(profiles, first, count):
    """Sort the rows of one game by insertion."""
    for row in range(first + 1, first + count):
        place = row
        while place > first and _comes_before(profiles, place, place - 1):
            for entry in range(profiles.shape[1]):
                held = profiles[place, entry]
                profiles[place, entry] = profiles[place - 1, entry]
                profiles[place - 1, entry] = held
            place -= 1


@inner_kernel
def drop_repeated(profiles, first, count):
    """Keep one of equal rows of one game that follow each other; return how many are left."""
    kept = first
    for row in range(first, first + count):
        repeated = row > first
        for entry in range(profiles.shape[1]):
            repeated = repeated and profiles[row, entry] == profiles[kept - 1, entry]
        if not repeated:
            for entry in range(profiles.shape[1]):
                profiles[kept, entry] = profiles[row, entry]
            kept += 1
    return kept - first


@inner_kernel
def share_a_strategy(profiles, first, count, rows):
    """Whether two of a game's profiles share one player's strategy, so that what lies between them is an equilibrium."""
    for one in range(first, first + count):
        for other in range(first, one):
            same_first, same_second = True, True
            for entry in range(profiles.shape[1]):
                if profiles[one, entry] != profiles[other, entry]:
                    if entry < rows:
                        same_first = False
                    else:
                        same_second = False
            if same_first or same_second:
                return True
    return False
