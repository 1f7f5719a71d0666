"""Maximal Nash subsets: which extreme equilibria of a two-player game belong together."""

MAX_SETS = 10_000  # maximal sets of interchangeable equilibria


def maximal_sets(pairs: list[tuple[int, int]]) -> tuple[tuple[int, ...], ...] | None:
    """Maximal sets of strategies all pairs of which are equilibria, as positions in `pairs`; None when there are too many.

    The sets of first strategies are the intersections of the sets that go with a second strategy (formal concepts).
    """
    goes_with: dict[int, int] = {}  # second strategy -> bit set of first strategies
    for left, right in pairs:
        goes_with[right] = goes_with.get(right, 0) | 1 << left
    closed: set[int] = set()
    for lefts in set(goes_with.values()):
        closed |= {lefts, *(other & lefts for other in closed)} - {0}
        if len(closed) > MAX_SETS:
            return None
    position = {pair: index for index, pair in enumerate(pairs)}
    sets = []
    for lefts in closed:
        rights = [right for right, own in goes_with.items() if own & lefts == lefts]
        members = [left for left in range(lefts.bit_length()) if lefts >> left & 1]
        sets.append(tuple(sorted(position[left, right] for left in members for right in rights)))
    return tuple(sorted(sets))
