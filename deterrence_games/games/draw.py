"""A game as text: its players, its tree and its payoffs."""

from collections.abc import Mapping
from itertools import islice
from textwrap import wrap
from typing import TYPE_CHECKING

from deterrence_games.games.expressions import to_text
from deterrence_games.games.payoffs import Cell
from deterrence_games.games.tree import Chance, Decision, Label, Node

if TYPE_CHECKING:
    from deterrence_games.games.game import Game

WIDTH = 100  # columns
MAX_LINES = 400  # of the tree
MAX_STEPS = 16  # levels that are indented; deeper ones give their depth as a number


def draw(game: "Game") -> str:
    """Return players, tree and payoffs, at most `WIDTH` columns wide."""
    return "\n\n".join([_players(game), "\n".join(_tree_lines(game.tree)), _payoffs(game)])


def label_text(label: Label) -> str:
    """Write an action label, or a joint choice as ``(C, D)``."""
    return label if isinstance(label, str) else "(" + ", ".join(label) + ")"


def _players(game: "Game") -> str:
    lines = [game.name]
    for player in game.players:
        role = f" [{game.roles[player]}]" if player in game.roles else ""
        kinds = ", ".join(f"{kind}: {to_text(prior)}" for kind, prior in game.types.get(player, {}).items())
        lines += _wrapped(f"  {player}{role}" + (f"  {kinds}" if kinds else ""))
    return "\n".join(lines)


def _who(node: Node) -> str:
    if isinstance(node, str):
        return f"[{node}]"
    if isinstance(node, Decision):
        return node.player
    return "chance" if isinstance(node, Chance) else " and ".join(node.choices)


def _tree_lines(tree: Node) -> list[str]:
    lines = [_cut(_who(tree))]
    stack: list[tuple[Node, str, str, tuple[bool, ...]]] = []  # node, label, probability, which ancestors are last siblings

    def push(node: Node, lasts: tuple[bool, ...]) -> None:
        if isinstance(node, str):
            return
        branches = node.branches_by_label
        for place in range(len(branches) - 1, -1, -1):
            label, child = branches[place]
            weight = f" ({to_text(node.branches[str(label)][0])})" if isinstance(node, Chance) else ""
            stack.append((child, label_text(label), weight, (*lasts, place == len(branches) - 1)))

    push(tree, ())
    while stack and len(lines) < MAX_LINES:
        node, label, weight, lasts = stack.pop()
        depth = len(lasts)
        if depth > MAX_STEPS:
            margin = f"{'   ' * (MAX_STEPS - 1)}{depth:>4} "
        else:
            margin = "".join("   " if last else "│  " for last in lasts[:-1]) + ("└─ " if lasts[-1] else "├─ ")
        lines.append(_cut(f"{margin}{label}{weight} → {_who(node)}"))
        push(node, lasts)
    if stack:
        lines.append("... the tree goes on")
    return lines


def _payoffs(game: "Game") -> str:
    header = ["outcome", *game.players]
    rows = [[outcome, *(cell_text(cell) for cell in row.values())] for outcome, row in islice(game.payoffs.items(), MAX_LINES)]
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    if sum(widths) + 2 * (len(widths) - 1) <= WIDTH:
        table = [header, *rows]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    else:
        lines = []
        for row in rows:
            lines += _wrapped(row[0])
            for player, cell in zip(game.players, row[1:], strict=True):
                lines += _wrapped(f"  {player}: {cell}")
    if len(game.payoffs) > MAX_LINES:
        lines.append(f"... {len(game.payoffs) - MAX_LINES} more outcomes")
    return "\n".join(lines)


def cell_text(cell: Cell) -> str:
    """Write the payoff of one player at one outcome, by type where it depends on it."""
    if not isinstance(cell, Mapping):
        return to_text(cell)
    return ", ".join(f"{label_text(kind)}: {to_text(payoff)}" for kind, payoff in cell.items())


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 3] + "..."


def _wrapped(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()))
    return wrap(line, WIDTH, subsequent_indent=indent + "    ") or [""]
