"""Where everything of a game tree stands: root on the left, one row a leaf, payoffs in columns on the right.

Two rules keep labels apart whatever the tree: a leaf's row belongs to it alone, and an edge runs from its node into the
child's row before its label begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from deterrence_games.errors import SizeError
from deterrence_games.forms.tree import History
from deterrence_games.games import Chance, Decision, Game, Simultaneous
from deterrence_games.games.tree import Node

MAX_LEAVES = 64  # more rows than a poster holds
MAX_MOVES = 20  # on one path, for the same reason


# node, actions chosen before in the stage, parent, public history, action, probability
Open = tuple[Node, tuple[str, ...], int, History, str, Any]


@dataclass
class Vertex:
    """A node of the picture; a simultaneous stage has one for every mover and every choice made before in the stage.

    Attributes
    ----------
    parent : int
        Position of the parent in the list of vertices, -1 at the root.
    depth : int
    player : str
        Who moves; empty at chance and at leaves.
    outcome : str
        Label of the leaf; empty inside the tree.
    history : History
        Public history before the move, or before the stage.
    action : str
        Action, or branch of chance, that leads here.
    probability : sympy expression or None
        Of the branch of chance that leads here.
    twin : int
        The vertex before it in the same information set of a simultaneous stage, -1 when there is none.
    children : list of int
    x, y : float
        Inches: left side of the box, middle of the row (upwards).
    """

    parent: int
    depth: int
    player: str
    outcome: str
    history: History
    action: str
    probability: Any
    twin: int = -1
    children: list[int] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0


def expand(game: Game) -> list[Vertex]:
    """Vertices of the picture, parents before children and leaves in their order from top to bottom.

    Raises
    ------
    SizeError
        When the tree has more than `MAX_LEAVES` leaves or a path of more than `MAX_MOVES` moves.
    """
    vertices: list[Vertex] = []
    last_in_set: dict[tuple[History, int], int] = {}
    leaves = 0
    stack: list[Open] = [(game.tree, (), -1, (), "", None)]
    while stack:
        node, chosen, parent, history, action, probability = stack.pop()
        here = len(vertices)
        vertex = Vertex(parent, vertices[parent].depth + 1 if here else 0, "", "", history, action, probability)
        vertices.append(vertex)
        if parent >= 0:
            vertices[parent].children.append(here)
        below: list[Open] = []
        match node:
            case str():
                vertex.outcome = node
                leaves += 1
            case Decision():
                vertex.player = node.player
                below = [(child, (), here, (*history, label), label, None) for label, child in node.actions.items()]
            case Chance():
                for label, (weight, child) in node.branches.items():
                    below.append((child, (), here, (*history, label), label, weight))
            case Simultaneous():
                movers = list(node.choices)
                vertex.player = movers[len(chosen)]
                vertex.twin = last_in_set.get((history, len(chosen)), -1)
                last_in_set[history, len(chosen)] = here
                for label in node.choices[vertex.player]:
                    joint = (*chosen, label)
                    if len(joint) < len(movers):
                        below.append((node, joint, here, history, label, None))
                    else:
                        below.append((node.results[joint], (), here, (*history, joint), label, None))
        if leaves > MAX_LEAVES:
            raise SizeError(f"game {game.name!r}: a tree with more than {MAX_LEAVES} leaves; use game.draw() for text")
        if vertex.depth > MAX_MOVES:
            raise SizeError(f"game {game.name!r}: a path of more than {MAX_MOVES} moves; use game.draw() for text")
        stack.extend(reversed(below))
    return vertices


def set_rows(vertices: Sequence[Vertex], heights: Sequence[float]) -> float:
    """Give every leaf its row (``heights``: inches, leaf by leaf) and every other vertex the middle of its children's rows.

    Returns
    -------
    float
        Height of all rows; the first row ends there, the last one begins at 0.
    """
    total = top = sum(heights)
    rows = iter(heights)
    for vertex in vertices:
        if vertex.outcome:
            height = next(rows)
            vertex.y = top - height / 2
            top -= height
    for vertex in reversed(vertices):
        if vertex.children:
            vertex.y = (vertices[vertex.children[0]].y + vertices[vertex.children[-1]].y) / 2
    return total


def set_columns(
    vertices: Sequence[Vertex], boxes: Sequence[float], labels: Sequence[float], fan: float
) -> list[tuple[float, float]]:
    """Give every depth a column: boxes, the fan of edges, the labels.

    Parameters
    ----------
    boxes, labels : sequence of float
        Width in inches of each vertex's box (0 at leaves) and of the label on the edge into it.

    Returns
    -------
    list of (float, float)
        For each depth with moves, where the edges have fanned out, and where the column ends.
    """
    depths = 1 + max((vertex.depth for vertex in vertices if vertex.children), default=-1)
    columns = []
    left = 0.0
    for depth in range(depths):
        box = max(width for vertex, width in zip(vertices, boxes, strict=True) if vertex.depth == depth)
        label = max(width for vertex, width in zip(vertices, labels, strict=True) if vertex.depth == depth + 1)
        for vertex in vertices:
            if vertex.depth == depth:
                vertex.x = left
        columns.append((left + box + fan, left + box + fan + label))
        left = columns[-1][1]
    return columns
