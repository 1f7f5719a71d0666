"""Extreme equilibria of a two-player game in positive integers, degenerate or not, with their indices: exact.

The index of a component of equilibria is the sum of the indices of the equilibria near it in any game near by that has no
ties. The lexicographic perturbation of `kernels.lexicographic_vertices` is such a game: raising the bound on a strategy's worth
from 1 to 1 + e is dividing the payoffs of that strategy by 1 + e. Its equilibria are the pairs of bases whose labels complement
each other; as e goes to zero each moves to the pair of vertices at which its bases lie, and so belongs to the component of
that pair. With supports I and J, and payoffs above zero, its index is (-1)^(|I|+1) times the sign of det A_IJ det B_IJ
(Shapley 1974), and no determinant of a basis is zero. Derived here from these facts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from deterrence_games.forms.tree import Ints
from deterrence_games.kernels import lexicographic_vertices as kernels
from deterrence_games.kernels.jit import FULL, UNDECIDED
from deterrence_games.solvers.integer_payoffs import Integers
from deterrence_games.solvers.warm_up import warm_up

MACHINE = 2**31 - 1  # products of two entries of this size, and their difference, fit 64 bits
FEW_STRATEGIES = 9  # of both players; so many take 50 milliseconds of plain Python
FEW_PAIRS = 10_000
Mixture = tuple[Fraction, ...]


@dataclass(frozen=True, eq=False)
class Vertices:
    """One player's best-reply polytope: lexicographic bases and the vertices at which they lie.

    Attributes
    ----------
    bases : int64[basis, 2]
        Own strategies not in use, and the other's best replies, that define each basis (bit sets).
    vertex : int64[basis]
        Where it lies.
    tight : int64[vertex, 2]
        Own strategies not in use, and the other's best replies.
    sample : int64[vertex]
        One basis of each vertex.
    near : int
        Probabilities and payoff differences that are nearly zero, over all bases.
    stopped : bool
        Whether the limit came before the end.
    machine : bool
        Whether 64-bit integers were enough.
    """

    bases: Ints
    vertex: Ints
    tight: Ints
    sample: Ints
    near: int
    stopped: bool
    machine: bool


@dataclass(frozen=True, eq=False)
class ExactEquilibria:
    """Extreme equilibria as pairs of vertices, and what they share.

    Attributes
    ----------
    strategies : tuple of two dicts vertex -> mixture
    pairs : list of (vertex, vertex)
    indices : list of (vertex, vertex, 1 or -1)
        The equilibria of the perturbed game, at the pair of vertices to which they belong.
    stopped : bool
        Whether a limit came before the end.
    """

    strategies: tuple[dict[int, Mixture], dict[int, Mixture]]
    pairs: list[tuple[int, int]]
    indices: list[tuple[int, int, int]]
    stopped: bool


def enumerate_vertices(payoff: Integers, near: float, most: int, most_steps: int) -> Vertices:
    """Enumerate the vertices of the polytope of mixtures of rows, whose worth to the other player `payoff` gives.

    Parameters
    ----------
    payoff : object[own, other] of int
        Above zero.
    near : float
        Shares of the range of payoffs, and probabilities, from zero to this are counted as nearly zero.
    most, most_steps : int
        Limits on the number of bases, and on the numbers computed in integers beyond 64 bits.
    """
    machine = bool(payoff.max() <= MACHINE)
    apart = max(round(1 / near), 1)
    found, code, counts = np.empty((0, 4), np.int64), UNDECIDED, np.zeros(2, np.int64)
    if machine:
        span = float(payoff.max() - 1)
        found, counts, code = _bases(payoff.astype(np.int64), np.int64(MACHINE), float(apart), span, most)
    if code == UNDECIDED:
        machine = False
        room = max(min(most, most_steps // ((payoff.shape[0] + 1) * (payoff.shape[1] + 1))), 1)
        found, counts, code = _bases(payoff, float("inf"), apart, int(payoff.max() - 1), room)
    number: dict[tuple[int, ...], int] = {}
    vertex = np.array([number.setdefault(tuple(own), len(number)) for own in (found[:, :2] | found[:, 2:]).tolist()], np.int64)
    tight, sample = np.array([*number], np.int64).reshape(-1, 2), np.empty(len(number), np.int64)
    sample[vertex[::-1]] = np.arange(len(vertex))[::-1]  # the first basis of each
    return Vertices(found[:, :2], vertex, tight, sample, int(counts[1]), code == FULL, machine)


def _bases(payoff: Integers | Ints, bound: np.int64 | float, apart: float, span: float, most: int) -> tuple[Ints, Ints, int]:
    """Run the kernel with ever more room, up to `most` bases; compiled on int64, as plain Python on objects."""
    own, other = payoff.shape
    run: Callable[..., int] = kernels.lexicographic_bases_python
    if payoff.dtype != object:
        run = warm_up.choose(kernels.lexicographic_bases, own + other <= FEW_STRATEGIES)
    room, levels = min(1024, most), 4 * (own + other)
    while True:
        bases, counts = np.empty((room, 4), np.int64), np.empty(2, np.int64)
        code = run(
            payoff, bound, apart, span,
            np.empty((levels, other + 1, own + 1), payoff.dtype), np.empty(levels, payoff.dtype),
            np.empty((levels, other), np.int64), np.empty((levels, own), np.int64), np.empty((levels, other), np.int64),
            np.empty(levels, np.int64), bases, counts,
        )  # fmt: skip
        if code != FULL or (room == most and counts[0] == most):
            return bases[: counts[0]], counts, code
        if counts[0] == room:
            room = min(4 * room, most)
        else:
            levels *= 2


def match(first: Vertices, second: Vertices, payoffs: tuple[Integers, Integers], most: int) -> ExactEquilibria:
    """Pair the vertices of both players, and the bases, by their labels.

    Parameters
    ----------
    first, second : Vertices
    payoffs : tuple of object[row, column] of int
        Both players' payoffs, above zero.
    most : int
        Limit on the number of extreme equilibria.
    """
    rows, columns = payoffs[0].shape
    everything = np.array([(1 << rows) - 1, (1 << columns) - 1])
    pairs, stopped = _pairs(everything & ~first.tight, second.tight[:, ::-1], most)
    simple = equal_sets(everything & ~first.bases, second.bases[:, ::-1])[:most]  # a basis has as many labels as dimensions
    worth = payoffs[1], payoffs[0].T
    known: dict[tuple[int, int, int], tuple[Mixture, int]] = {}

    def mixture(side: int, support: int, replies: int) -> tuple[Mixture, int]:
        key = side, support, replies
        if key not in known:
            known[key] = _mixture(worth[side], support, replies)
        return known[key]

    strategies: tuple[dict[int, Mixture], dict[int, Mixture]] = ({}, {})
    for side, found, own in ((0, first, rows), (1, second, columns)):
        for vertex in set(pairs[:, side].tolist()):
            unused, replies = found.bases[found.sample[vertex]].tolist()
            strategies[side][vertex] = mixture(side, (1 << own) - 1 & ~unused, replies)[0]
    indices = []
    for left, right in simple.tolist():
        unused, replies = first.bases[left].tolist()
        support = (1 << rows) - 1 & ~unused
        sign = mixture(0, support, replies)[1] * mixture(1, replies, support)[1]
        sign = sign if replies.bit_count() % 2 else -sign
        indices.append((int(first.vertex[left]), int(second.vertex[right]), sign))
    return ExactEquilibria(strategies, [(left, right) for left, right in pairs.tolist()], indices, stopped)


def _pairs(missing: Ints, tight: Ints, most: int) -> tuple[Ints, bool]:
    room = min(256, most)
    missing, tight = np.ascontiguousarray(missing), np.ascontiguousarray(tight)
    pair = warm_up.choose(kernels.covering_pairs, len(missing) * len(tight) <= FEW_PAIRS)
    while True:
        pairs, counts = np.empty((room, 2), np.int64), np.empty(1, np.int64)
        code = pair(missing, tight, pairs, counts)
        if code != FULL or room == most:
            return pairs[: counts[0]], code == FULL
        room = min(4 * room, most)


def equal_sets(first: Ints, second: Ints) -> Ints:
    """Pair each set of the first list with the same one of the second; neither has any twice.

    Parameters
    ----------
    first, second : int64[set, 2]
        Bit sets in two words.
    """
    sets = np.concatenate([first, second])
    order = np.lexsort(sets.T)  # stable: of two that are the same, that of the first list stands first
    place = np.flatnonzero((sets[order[1:]] == sets[order[:-1]]).all(axis=1))
    return np.column_stack([order[place], order[place + 1] - len(first)])


def _mixture(worth: Integers, own_mask: int, other_mask: int) -> tuple[Mixture, int]:
    """Mix the own strategies (rows) of a basis so that the other's (columns) are worth the same; the sign of its determinant.

    Bareiss's elimination: every entry is an integer, and the last pivot the determinant.
    """
    own = [index for index in range(worth.shape[0]) if own_mask >> index & 1]
    other = [index for index in range(worth.shape[1]) if other_mask >> index & 1]
    table = [[*(worth[row, column] for row in own), 1] for column in other]
    size, last, sign = len(own), 1, 1
    for pivot in range(size):
        swap = next(row for row in range(pivot, size) if table[row][pivot])
        if swap != pivot:
            table[pivot], table[swap] = table[swap], table[pivot]
            sign = -sign
        top = table[pivot]
        for row in range(size):
            if row != pivot:
                factor = table[row][pivot]
                table[row] = [
                    (top[pivot] * value - factor * above) // last for value, above in zip(table[row], top, strict=True)
                ]
        last = top[pivot]
    total = sum(line[-1] for line in table)
    shares = [Fraction(0)] * worth.shape[0]
    for index, line in zip(own, table, strict=True):
        shares[index] = Fraction(line[-1], total)
    return tuple(shares), sign if last > 0 else -sign
