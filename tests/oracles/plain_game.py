"""Small games in plain immutable values with exact payoffs, and their compiled form for the brute force.

A game is a tree of `Stage`, `Lottery` and `Leaf`. A history is a tuple: an action label for a stage with one mover, a
tuple of labels (in the order of the movers) for a stage with several, a branch label for a lottery.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import lcm

from deterrence_games.games import Chance, Decision, Game, Simultaneous

Profile = tuple[str, ...]
History = tuple["str | tuple[str, ...]", ...]


@dataclass(frozen=True)
class Leaf:
    """An outcome; ``payoffs[type profile]`` lists one payoff a player."""

    label: str
    payoffs: Mapping[Profile, tuple[Fraction, ...]]


@dataclass(frozen=True)
class Stage:
    """The movers choose at once; ``children`` in C order, the last mover's action varying fastest."""

    movers: tuple[str, ...]
    actions: tuple[tuple[str, ...], ...]
    children: tuple["Tree", ...]


@dataclass(frozen=True)
class Lottery:
    """Public chance: (label, positive probability, subtree) a branch."""

    branches: tuple[tuple[str, Fraction, "Tree"], ...]


Tree = Leaf | Stage | Lottery


@dataclass(frozen=True)
class PlainGame:
    """Players, their types with positive prior probabilities (one type "" for a player without), and the tree."""

    players: tuple[str, ...]
    types: tuple[tuple[tuple[str, Fraction], ...], ...]
    tree: Tree
    name: str = "plain game"

    @property
    def profiles(self) -> list[Profile]:
        """All type profiles."""
        return [tuple(kinds) for kinds in product(*([label for label, _ in own] for own in self.types))]


def to_game(plain: PlainGame) -> Game:
    """Rewrite as a `deterrence_games.Game`: one outcome a leaf, payoffs on the whole type profile."""
    payoffs = {}

    def convert(tree: Tree):
        if isinstance(tree, Leaf):
            payoffs[tree.label] = {
                player: {profile: tree.payoffs[profile][number] for profile in plain.profiles}
                for number, player in enumerate(plain.players)
            }
            return tree.label
        if isinstance(tree, Lottery):
            return Chance({label: (share, convert(below)) for label, share, below in tree.branches})
        if len(tree.movers) == 1:
            return Decision(
                tree.movers[0], {a: convert(below) for a, below in zip(tree.actions[0], tree.children, strict=True)}
            )
        results = {joint: convert(below) for joint, below in zip(product(*tree.actions), tree.children, strict=True)}
        return Simultaneous(dict(zip(tree.movers, tree.actions, strict=True)), results)

    root = convert(plain.tree)
    types = {
        player: dict(own) for player, own in zip(plain.players, plain.types, strict=True) if [label for label, _ in own] != [""]
    }
    return Game(name=plain.name, players=plain.players, tree=root, types=types or None, payoffs=payoffs)


@dataclass
class Node:
    """A public history of the compiled game, everything numbered.

    ``children`` maps a joint action (one number a mover; one number, the branch, at a lottery) to a node. A leaf has
    ``payoffs[player][type profile]``: integers, times the probability of the lotteries on the way, in units common to
    the game's leaves and shifted to be nonnegative.
    """

    number: int
    history: History
    depth: int
    movers: tuple[int, ...] = ()
    actions: tuple[int, ...] = ()
    children: dict[tuple[int, ...], "Node"] = field(default_factory=dict)
    payoffs: list[dict[tuple[int, ...], int]] = field(default_factory=list)
    movers_below: frozenset[int] = frozenset()  # who moves here or later


@dataclass
class Compiled:
    """The numbered tree, its stages in preorder, and integer priors (``weights[player][type]`` over ``totals[player]``)."""

    plain: PlainGame
    root: Node
    nodes: list[Node]
    stages: list[Node]
    weights: list[list[int]]
    totals: list[int]

    @property
    def players(self) -> range:
        """The players by number."""
        return range(len(self.plain.players))

    def action_label(self, node: Node, player: int, action: int) -> str:
        """The label of a player's action at a node."""
        mover = node.movers.index(player)
        step = next(child.history[-1] for joint, child in node.children.items() if joint[mover] == action)
        return step if isinstance(step, str) else step[mover]


def leaves(tree: Tree, reach: Fraction = Fraction(1)) -> Iterator[tuple[Leaf, Fraction]]:
    """Every leaf with the probability of the lotteries on the way."""
    if isinstance(tree, Leaf):
        yield tree, reach
    elif isinstance(tree, Lottery):
        for _, share, below in tree.branches:
            yield from leaves(below, reach * share)
    else:
        for below in tree.children:
            yield from leaves(below, reach)


def compile_game(plain: PlainGame) -> Compiled:
    """Number the tree and scale payoffs and priors to integers."""
    every = list(leaves(plain.tree))
    unit = lcm(*(value.denominator for leaf, _ in every for own in leaf.payoffs.values() for value in own))
    unit *= lcm(*(reach.denominator for _, reach in every))
    least = [min(own[i] for leaf, _ in every for own in leaf.payoffs.values()) for i in range(len(plain.players))]
    kinds = [tuple(label for label, _ in own) for own in plain.types]
    nodes: list[Node] = []

    def number(tree: Tree, history: History, reach: Fraction) -> Node:
        node = Node(len(nodes), history, len(history))
        nodes.append(node)
        if isinstance(tree, Leaf):
            profiles = product(*(range(len(own)) for own in kinds))
            named = [(p, tree.payoffs[tuple(kinds[i][k] for i, k in enumerate(p))]) for p in profiles]
            node.payoffs = [{p: int((u[i] - least[i]) * unit * reach) for p, u in named} for i in range(len(plain.players))]
        elif isinstance(tree, Lottery):
            for branch, (label, share, below) in enumerate(tree.branches):
                node.children[(branch,)] = number(below, (*history, label), reach * share)
        else:
            node.movers = tuple(plain.players.index(name) for name in tree.movers)
            node.actions = tuple(len(own) for own in tree.actions)
            joint = product(*(range(size) for size in node.actions))
            for chosen, below in zip(joint, tree.children, strict=True):
                labels = tuple(own[a] for own, a in zip(tree.actions, chosen, strict=True))
                node.children[chosen] = number(below, (*history, labels[0] if len(labels) == 1 else labels), reach)
        node.movers_below = frozenset(node.movers).union(*(child.movers_below for child in node.children.values()))
        return node

    root = number(plain.tree, (), Fraction(1))
    totals = [lcm(*(share.denominator for _, share in own)) for own in plain.types]
    weights = [[int(share * total) for _, share in own] for own, total in zip(plain.types, totals, strict=True)]
    return Compiled(plain, root, nodes, [node for node in nodes if node.movers], weights, totals)
