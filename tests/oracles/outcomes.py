"""Sets of on-path behaviour: the outcome classes that the brute force reports, and membership in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import lcm

from tests.oracles.exact_linear import ONE, solvable
from tests.oracles.plain_game import History, Leaf, Lottery, PlainGame, Profile, Tree

ROUNDING = 1e-20  # above the rounding of irrational weights, below anything else
Number = Fraction | float
Move = tuple[str, History, str]  # (type, history, action)
Weights = Mapping[Move, Number]  # Pr(own moves on the way to the history and the action | type), one player's
Behaviour = Mapping[tuple[str, str, History], Mapping[str, Number]]  # (player, type, history) -> action -> probability
Distribution = Mapping[tuple[Profile, History], Number]  # joint distribution of type profile and terminal history


@dataclass(frozen=True)
class OutcomeClass:
    """A set of equilibrium paths: one polytope of realization weights a player, chosen independently.

    Attributes
    ----------
    on_path : frozenset of History
        Where players move on the path of play in the interior of the class.
    blocks : tuple of tuple of Weights
        Vertices of each player's polytope. A vertex gives, for every type, every history of `on_path` at which the
        player moves and every action there, the product of the player's own action probabilities up to and including
        that action, given the type. Every member of the class is one convex combination a player.
    """

    on_path: frozenset[History]
    blocks: tuple[tuple[Weights, ...], ...]

    def corners(self) -> Iterator[tuple[Weights, ...]]:
        """Every combination of vertices, one a player."""
        yield from product(*self.blocks)

    def centre(self) -> tuple[Weights, ...]:
        """The mean of the vertices of each player."""
        return tuple(
            {move: sum((vertex[move] for vertex in block), Fraction(0)) / len(block) for move in block[0]}
            for block in self.blocks
        )


def path_distribution(plain: PlainGame, weights: Sequence[Weights]) -> dict[tuple[Profile, History], Number]:
    """Joint distribution of type profile and terminal history under one `Weights` a player (missing moves weigh zero)."""
    number = {player: i for i, player in enumerate(plain.players)}
    result: dict[tuple[Profile, History], Number] = {}

    def walk(tree: Tree, history: History, reach: Fraction, own: list[list[Number]]) -> None:
        if isinstance(tree, Leaf):
            for kinds in product(*(range(len(types)) for types in plain.types)):
                probability: Number = reach
                for i, kind in enumerate(kinds):
                    probability = probability * plain.types[i][kind][1] * own[i][kind]
                if probability:
                    result[(tuple(plain.types[i][k][0] for i, k in enumerate(kinds)), history)] = probability
        elif isinstance(tree, Lottery):
            for label, share, below in tree.branches:
                walk(below, (*history, label), reach * share, own)
        else:
            for labels, below in zip(product(*tree.actions), tree.children, strict=True):
                after = list(own)
                for mover, label in zip(tree.movers, labels, strict=True):
                    i = number[mover]
                    after[i] = [weights[i].get((kind, history, label), 0) for kind, _ in plain.types[i]]
                if all(any(line) for line in after):
                    walk(below, (*history, labels[0] if len(labels) == 1 else labels), reach, after)

    walk(plain.tree, (), Fraction(1), [[Fraction(1)] * len(types) for types in plain.types])
    return result


def weights_of(plain: PlainGame, behaviour: Behaviour) -> tuple[dict[Move, Number], ...]:
    """Realization weights of a behaviour strategy profile, at every history."""
    return tuple(_own_weights(plain, i, behaviour) for i in range(len(plain.players)))


def on_path_weights(plain: PlainGame, weights: Sequence[Weights], tol: float = 0) -> tuple[dict[Move, Number], ...]:
    """The part of realization weights at histories that play reaches with probability above `tol`."""
    number = {player: i for i, player in enumerate(plain.players)}
    result: tuple[dict[Move, Number], ...] = tuple({} for _ in plain.players)

    def walk(tree: Tree, history: History, reached: Number) -> None:
        if isinstance(tree, Lottery):
            for label, share, below in tree.branches:
                walk(below, (*history, label), reached * share)
        elif not isinstance(tree, Leaf):
            for labels, below in zip(product(*tree.actions), tree.children, strict=True):
                after = reached
                for mover, label in zip(tree.movers, labels, strict=True):
                    i = number[mover]
                    moves = {(kind, history, label): weights[i].get((kind, history, label), 0) for kind, _ in plain.types[i]}
                    result[i].update(moves)
                    after = min(after, sum(share * moves[(kind, history, label)] for kind, share in plain.types[i]))
                if after > tol:
                    walk(below, (*history, labels[0] if len(labels) == 1 else labels), after)

    walk(plain.tree, (), Fraction(1))
    return result


def contains(plain: PlainGame, classes: Iterable[OutcomeClass], weights: Sequence[Weights], tol: float = 0) -> bool:
    """Whether one of the classes holds the path of play that realization weights describe.

    Only the weights at histories that they themselves reach (with more than `tol`) are compared; two profiles that agree
    there have the same joint distribution over type profiles and terminal histories.

    Parameters
    ----------
    classes : iterable of OutcomeClass
        The brute force's, or the library's put into the same shape (numbers may be floats).
    weights : one Weights a player
        From `weights_of` or `OutcomeClass.corners`.
    tol : float
        Largest difference of a weight; 0 compares exactly.
    """
    path = on_path_weights(plain, weights, tol)
    return any(
        all(in_hull(block, own, tol) for block, own in zip(candidate.blocks, path, strict=True)) for candidate in classes
    )


def in_hull(block: Sequence[Weights], target: Weights, tol: float = 0) -> bool:
    """Whether a convex combination of vertices comes within `tol` of the target in each of the target's coordinates."""
    for vertex in block:
        if all(abs(vertex.get(move, 0) - value) <= tol for move, value in target.items()):
            return True
    if len(block) == 1:
        return False
    slack = Fraction(tol)
    rows = []
    for move, value in {**target, None: 1}.items():
        column = [Fraction(vertex.get(move, 0)) if move is not None else Fraction(1) for vertex in block]
        goal, width = Fraction(value), slack if move is not None else Fraction(0)
        if move is not None and all(c == goal for c in column):
            continue
        scale = lcm(goal.denominator, width.denominator, *(c.denominator for c in column))
        upper = {k: int(c * scale) for k, c in enumerate(column)}
        rows.append({**upper, ONE: int((width - goal) * scale)})
        rows.append({**{k: -c for k, c in upper.items()}, ONE: int((width + goal) * scale)})
    return solvable(rows)


def inside(inner: OutcomeClass, outer: OutcomeClass) -> bool:
    """Whether every path of play of one class is one of the other."""
    for mine, other in zip(inner.blocks, outer.blocks, strict=True):
        if not all(in_hull(other, vertex, ROUNDING) for vertex in mine):
            return False
    return True


def extreme(block: Sequence[Weights]) -> tuple[Weights, ...]:
    """The extreme points among points, sorted, each once."""
    kept = [dict(moves) for moves in sorted({tuple(sorted(vertex.items(), key=repr)) for vertex in block}, key=repr)]
    k = 0
    while k < len(kept) and len(kept) > 2:
        rest = kept[:k] + kept[k + 1 :]
        if in_hull(rest, kept[k]):
            kept = rest
        else:
            k += 1
    return tuple(kept)


def maximal(classes: Iterable[OutcomeClass]) -> list[OutcomeClass]:
    """The classes that lie in no other, each once."""
    kept: list[OutcomeClass] = []
    for candidate in classes:
        if any(inside(candidate, other) for other in kept):
            continue
        kept = [other for other in kept if not inside(other, candidate)]
        kept.append(candidate)
    return kept


def class_of(plain: PlainGame, blocks: Sequence[Sequence[Behaviour]]) -> OutcomeClass:
    """Put an equilibrium of the library into the brute force's terms.

    Parameters
    ----------
    blocks : one sequence a player
        Behaviour strategies of that player at the vertices of the set over which they range in the equilibrium; a single
        one when it is pinned down. Every choice of one vertex a player must be an equilibrium path.
    """
    weights = [[_own_weights(plain, i, vertex) for vertex in own] for i, own in enumerate(blocks)]
    whole = OutcomeClass(frozenset(), tuple(tuple(own) for own in weights))
    path = on_path_weights(plain, whole.centre(), 1e-9)
    histories = frozenset(history for own in path for _, history, _ in own)
    kept = tuple(tuple({m: w for m, w in v.items() if m[1] in histories} for v in own) for own in weights)
    return OutcomeClass(histories, kept)


def _own_weights(plain: PlainGame, player: int, behaviour: Behaviour) -> dict[Move, Number]:
    name = plain.players[player]
    result: dict[Move, Number] = {}

    def walk(tree: Tree, history: History, own: dict[str, Number]) -> None:
        if isinstance(tree, Lottery):
            for label, _, below in tree.branches:
                walk(below, (*history, label), own)
        elif not isinstance(tree, Leaf):
            for labels, below in zip(product(*tree.actions), tree.children, strict=True):
                after = own
                if name in tree.movers:
                    label = labels[tree.movers.index(name)]
                    after = {kind: w * behaviour[(name, kind, history)][label] for kind, w in own.items()}
                    result.update(((kind, history, label), w) for kind, w in after.items())
                walk(below, (*history, labels[0] if len(labels) == 1 else labels), after)

    walk(plain.tree, (), {kind: Fraction(1) for kind, _ in plain.types[player]})
    return result


def differences(
    plain: PlainGame, expected: Sequence[OutcomeClass], found: Sequence[OutcomeClass], tol: float = 1e-7
) -> list[str]:
    """What one list of classes has and the other has not, in words; empty when they cover the same paths of play.

    Compared are the corners and the centre of every class, and the points halfway between them.
    """
    result = []
    for mine, others, words in ((expected, found, "missing"), (found, expected, "extra")):
        for k, candidate in enumerate(mine):
            centre = candidate.centre()
            for corner in (centre, *candidate.corners()):
                halfway = [{move: (v + w) / 2 for (move, v), w in zip(a.items(), b.values(), strict=True)}
                           for a, b in zip(_aligned(corner, centre), centre, strict=True)]  # fmt: skip
                for point in (corner, halfway):
                    if not contains(plain, others, point, tol):
                        played = [{move: str(w) for move, w in own.items() if w} for own in point]
                        result.append(f"game {plain.name!r}: {words}: class {k}, play {played}")
                        break
    return result


def _aligned(corner: Sequence[Weights], centre: Sequence[Weights]) -> list[dict[Move, Number]]:
    return [{move: own[move] for move in middle} for own, middle in zip(corner, centre, strict=True)]
