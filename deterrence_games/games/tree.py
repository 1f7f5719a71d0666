"""The tree of a game: decisions, simultaneous stages, public chance, and outcome labels at the leaves.

Nodes are immutable. Nothing here recurses, so a tree may be as deep as `MAX_DEPTH`; subtrees may be shared, and then stand
for separate copies.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from types import MappingProxyType
from typing import Any

from sympy import Expr

from deterrence_games.errors import ExpressionError, GameError, SizeError
from deterrence_games.games.expressions import Value, to_expression
from deterrence_games.games.rounding import is_rounded, without_rounding

MAX_NODES = 100_000  # nodes of a tree, leaves included and shared subtrees counted every time
MAX_DEPTH = 2_000  # moves on one path
MAX_LABEL = 200  # characters

Label = str | tuple[str, ...]
Record = tuple[Any, ...]


def check_label(label: object, what: str) -> str:
    """Return `label` when it can name a thing in a game."""
    if not isinstance(label, str):
        raise GameError(f"{what} {label!r:.60} is not text; name it with a string")
    if not label or len(label) > MAX_LABEL or label != label.strip() or not label.isprintable():
        remedy = f"use 1 to {MAX_LABEL} printable characters without blanks around them"
        raise GameError(f"{what} {label[:60]!r} cannot be a label; {remedy}")
    return label


class _Branching:
    """What the three kinds of node share."""

    @property
    def branches_by_label(self) -> tuple[tuple[Label, "Node"], ...]:
        """The label that each branch adds to the public history, with its node."""
        raise NotImplementedError

    def __reduce__(self) -> tuple[Any, ...]:
        return unflatten, (flatten(self),)  # type: ignore[arg-type]  # the three subclasses are all there are


@dataclass(frozen=True, eq=False, repr=False)
class Decision(_Branching):
    """One player chooses.

    Parameters
    ----------
    player : str
    actions : mapping action label -> node
        A node is another `Decision`, `Simultaneous` or `Chance`, or the label of an outcome.
    """

    player: str
    actions: Mapping[str, "Node"]

    def __post_init__(self) -> None:
        check_label(self.player, "player")
        where = f"decision of {self.player!r}"
        actions = _mapping(self.actions, where, "actions")
        for action, node in actions.items():
            check_label(action, f"{where}: action")
            _check_node(node, f"{where}: action {action!r}")
        object.__setattr__(self, "actions", MappingProxyType(actions))

    @property
    def branches_by_label(self) -> tuple[tuple[Label, "Node"], ...]:
        """Each action with its node."""
        return tuple(self.actions.items())

    def __repr__(self) -> str:
        return f"Decision({self.player!r}, {_listed(self.actions)})"


@dataclass(frozen=True, eq=False, repr=False)
class Simultaneous(_Branching):
    """Several players choose at once; afterwards everybody sees what was chosen.

    Parameters
    ----------
    choices : mapping player -> sequence of action labels
    results : mapping tuple of action labels -> node
        One entry a combination, labels in the order in which `choices` names the players.
    """

    choices: Mapping[str, Sequence[str]]
    results: Mapping[tuple[str, ...], "Node"]

    def __post_init__(self) -> None:
        choices = {}
        for player, actions in _mapping(self.choices, "simultaneous stage", "choices").items():
            check_label(player, "simultaneous stage: player")
            where = f"simultaneous stage: player {player!r}"
            if isinstance(actions, str) or not isinstance(actions, Sequence) or not actions:
                raise GameError(f"{where} has no list of actions; give a tuple of labels")
            labels = tuple(check_label(action, f"{where}: action") for action in actions)
            for number, label in enumerate(labels):
                if label in labels[:number]:
                    raise GameError(f"{where} has action {label!r} twice; name every action once")
            choices[player] = labels
        if len(choices) < 2:
            raise GameError(f"simultaneous stage of {_listed(choices)} alone; use Decision for a single player")
        if prod(len(labels) for labels in choices.values()) > MAX_NODES:
            raise SizeError(f"simultaneous stage of {_listed(choices)} has more than {MAX_NODES} results; use fewer actions")
        given = _mapping(self.results, f"simultaneous stage of {_listed(choices)}", "results")
        results = {}
        for joint in product(*choices.values()):
            if joint not in given:
                raise GameError(f"simultaneous stage of {_listed(choices)}: no result for {joint}; add it to results")
            _check_node(given[joint], f"simultaneous stage: result of {joint}")
            results[joint] = given[joint]
        for joint in given:
            if joint not in results:
                order = "one action a player, in the order of choices"
                raise GameError(f"simultaneous stage of {_listed(choices)}: result {joint!r} is not possible; give {order}")
        object.__setattr__(self, "choices", MappingProxyType(choices))
        object.__setattr__(self, "results", MappingProxyType(results))

    @property
    def branches_by_label(self) -> tuple[tuple[Label, "Node"], ...]:
        """Each joint choice with its node."""
        return tuple(self.results.items())

    def __repr__(self) -> str:
        return f"Simultaneous({_listed(self.choices)})"


@dataclass(frozen=True, eq=False, repr=False)
class Chance(_Branching):
    """Public chance.

    Parameters
    ----------
    branches : mapping label -> (probability, node)
        Probabilities are numbers, SymPy expressions or texts such as ``"1 - q"``. Floats may miss a sum of one by rounding.
    """

    branches: Mapping[str, tuple[Expr, "Node"]]

    def __init__(self, branches: Mapping[str, tuple[Value, "Node"]]) -> None:
        given = _mapping(branches, "chance", "branches")
        probabilities = {}
        for label, branch in given.items():
            check_label(label, "chance: branch")
            if not isinstance(branch, Sequence) or isinstance(branch, str) or len(branch) != 2:
                raise GameError(f"chance: branch {label!r} is not a pair; give (probability, node)")
            _check_node(branch[1], f"chance: branch {label!r}")
            try:
                probabilities[label] = to_expression(branch[0])
            except (ExpressionError, GameError) as error:
                raise type(error)(f"chance: branch {label!r}: {error}") from None
        probabilities = without_rounding(probabilities, [label for label, branch in given.items() if is_rounded(branch[0])])
        checked = {label: (probability, given[label][1]) for label, probability in probabilities.items()}
        object.__setattr__(self, "branches", MappingProxyType(checked))

    @property
    def branches_by_label(self) -> tuple[tuple[Label, "Node"], ...]:
        """Each branch with its node."""
        return tuple((label, node) for label, (_, node) in self.branches.items())

    def __repr__(self) -> str:
        return f"Chance({_listed(self.branches)})"


Node = Decision | Simultaneous | Chance | str


def _listed(labels: Mapping[str, object]) -> str:
    names = list(labels)
    return ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")


def _mapping(value: object, where: str, what: str) -> dict[Any, Any]:
    if not isinstance(value, Mapping) or not value:
        raise GameError(f"{where} has no {what}; give a mapping with at least one entry")
    return dict(value)


def _check_node(node: object, where: str) -> None:
    if isinstance(node, str):
        check_label(node, f"{where}: outcome")
    elif not isinstance(node, _Branching):
        raise GameError(f"{where} leads to {node!r:.60}; give Decision, Simultaneous, Chance or an outcome label")


def distinct_nodes(root: Node) -> list[Decision | Simultaneous | Chance]:
    """List the nodes above the leaves, each object once, parents before children; refuse cycles."""
    finished: list[Decision | Simultaneous | Chance] = []
    done: dict[int, bool] = {}  # id -> whether everything below it has been listed
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, complete = stack.pop()
        if isinstance(node, str):
            continue
        if complete:
            done[id(node)] = True
            finished.append(node)
        elif id(node) not in done:
            done[id(node)] = False
            stack.append((node, True))
            stack.extend((child, False) for _, child in node.branches_by_label)
        elif not done[id(node)]:
            raise GameError(f"the tree has a cycle through {node!r}; build a tree, in which play always ends")
    finished.reverse()
    return finished


def measure(root: Node) -> int:
    """Count the nodes of a tree, shared subtrees every time; refuse cycles and trees beyond the limits."""
    size: dict[int, int] = {}
    depth: dict[int, int] = {}
    for node in reversed(distinct_nodes(root)):
        below = [child for _, child in node.branches_by_label]
        size[id(node)] = 1 + sum(size.get(id(child), 1) for child in below)
        depth[id(node)] = 1 + max(depth.get(id(child), 0) for child in below)
        if size[id(node)] > MAX_NODES:
            raise SizeError(f"the tree has more than {MAX_NODES} nodes; split the game")
        if depth[id(node)] > MAX_DEPTH:
            raise SizeError(f"the tree has a path of more than {MAX_DEPTH} moves; split the game")
    return size.get(id(root), 1)


def walk(root: Node) -> Iterator[tuple[tuple[Label, ...], Node]]:
    """Yield every node with its public history, parents before children, branches in their order."""
    stack: list[tuple[tuple[Label, ...], Node]] = [((), root)]
    while stack:
        history, node = stack.pop()
        yield history, node
        if not isinstance(node, str):
            stack.extend(((*history, label), child) for label, child in reversed(node.branches_by_label))


def nodes_in_order(root: Node) -> Iterator[Node]:
    """Yield the nodes in the order of `walk`, without their histories."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, str):
            stack.extend(child for _, child in reversed(node.branches_by_label))


def flatten(root: Node) -> tuple[Record, ...]:
    """Write a tree as one flat record a node, in the order of `walk`; equal trees give equal records."""
    measure(root)
    records: list[Record] = []
    for node in nodes_in_order(root):
        match node:
            case Decision():
                records.append(("decision", node.player, tuple(node.actions)))
            case Simultaneous():
                records.append(("simultaneous", tuple(node.choices.items())))
            case Chance():
                records.append(("chance", tuple((label, prob) for label, (prob, _) in node.branches.items())))
            case _:
                records.append(("outcome", node))
    return tuple(records)


def unflatten(records: Sequence[Record]) -> Node:
    """Build the tree that `flatten` wrote."""
    built: list[Node] = []  # finished nodes, the next sibling on top
    for kind, *content in reversed(records):
        match kind:
            case "decision":
                player, labels = content
                built.append(Decision(player, {label: built.pop() for label in labels}))
            case "simultaneous":
                choices = dict(content[0])
                built.append(Simultaneous(choices, {joint: built.pop() for joint in product(*choices.values())}))
            case "chance":
                built.append(Chance({label: (prob, built.pop()) for label, prob in content[0]}))
            case _:
                built.append(content[0])
    return built[0]
