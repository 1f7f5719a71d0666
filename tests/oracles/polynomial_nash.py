"""Nash equilibria of games in strategic form with integer payoffs, support by support, in exact arithmetic.

On each profile of supports the conditions are polynomials that are linear in each player's probabilities, and
`tests.oracles.multilinear` decides them.
"""

from collections.abc import Iterator
from itertools import combinations, product

import numpy as np

from tests.oracles.multilinear import Block, Solution, System
from tests.oracles.polynomials import Polynomial, times, total
from tests.oracles.surd import Number

Supports = tuple[tuple[int, ...], ...]


def supports_of(shape: tuple[int, ...]) -> Iterator[Supports]:
    """All profiles of supports."""
    own = [[s for size in range(1, m + 1) for s in combinations(range(m), size)] for m in shape]
    yield from product(*own)


def solutions_on(payoffs: np.ndarray, supports: Supports) -> list[Solution]:
    """The closure of the equilibria with exactly these supports, as products of polytopes.

    Parameters
    ----------
    payoffs : int64[player, a_1, ..., a_n]

    Returns
    -------
    list of lists of lists of vertices
        One list of vertices for each player with more than one strategy in use, in the probabilities of all but the first.

    Raises
    ------
    UndecidedError
        When the system is beyond the exact methods.
    """
    start = np.cumsum([0, *(len(own) - 1 for own in supports)]).tolist()
    chance: list[list[Polynomial]] = []
    for player, own in enumerate(supports):
        free = [{(start[player] + k,): 1} for k in range(len(own) - 1)]
        chance.append([total([({(): 1}, 1), *((p, -1) for p in free)]), *free])
    zero, nonnegative = [], []
    for player, used in enumerate(supports):
        for action in range(payoffs.shape[1 + player]):
            if action != used[0]:
                (zero if action in used else nonnegative).append(_gain(payoffs, supports, chance, player, used[0], action))
    blocks = []
    for player, own in enumerate(supports):
        if len(own) > 1:
            mine = list(range(start[player], start[player + 1]))
            blocks.append(Block(mine, list(chance[player]), [{(variable,): 1} for variable in mine]))
    if any(set(p) == {()} for p in zero) or any(set(p) == {()} and p[()] < 0 for p in nonnegative):
        return []
    return System(blocks, [p for p in zero if p], [p for p in nonnegative if p and set(p) != {()}]).solve()


def _gain(
    payoffs: np.ndarray, supports: Supports, chance: list[list[Polynomial]], player: int, own: int, other: int
) -> Polynomial:
    """What one strategy is worth more than another."""
    terms: list[tuple[Polynomial, Number]] = []
    rivals = [rival for rival in range(len(supports)) if rival != player]
    for choice in product(*(range(len(supports[rival])) for rival in rivals)):
        cell = [0] * len(supports)
        weight: Polynomial = {(): 1}
        for rival, position in zip(rivals, choice, strict=True):
            cell[rival] = supports[rival][position]
            weight = times(weight, chance[rival][position])
        cell[player] = own
        value = int(payoffs[(player, *cell)])
        cell[player] = other
        terms.append((weight, value - int(payoffs[(player, *cell)])))
    return total(terms)
