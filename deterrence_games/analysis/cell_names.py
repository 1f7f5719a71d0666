"""Names for what the solver finds over arrays of parameter points: the literature's, or the play on the path in words."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from deterrence_games.forms.tree import History, Ints, TreeStructure
from deterrence_games.games import Game
from deterrence_games.lowering.tree import compile_game
from deterrence_games.solvers.cells import Cells

PLAYED = 1e-9  # a probability above this counts as in use
FINISHED = 0  # code in `Cells` of a point whose search reached no limit


class CellNames:
    """Names of one game's equilibria, numbered: those of `Game.names` first, others as they are met.

    An equilibrium without a name is called by what its types do on the path of play, say
    ``"challenger hard: defect, soft: cooperate; defender hard: defy, soft: concede"``.

    Attributes
    ----------
    names : list of str
    """

    def __init__(self, game: Game) -> None:
        self.names = list(game.names)
        self._structure = compile_game(game).structure
        position = {where: q for q, where in enumerate(self._structure.information_sets)}
        self._patterns = [
            [(position[where], _bits(self._structure, position[where], actions)) for where, actions in pattern.items()]  # type: ignore[index]
            for pattern in game.names.values()
        ]

    def number(self, cells: Cells, good: npt.NDArray[np.bool_]) -> Ints:
        """Number of the name of each good cell in `names`, that of the first pattern its supports match; -1 for others."""
        played = supports(self._structure, cells)
        numbers = np.full(len(played), -1, dtype=np.int64)
        for number, pattern in enumerate(self._patterns):
            fits = good & (numbers < 0)
            for q, allowed in pattern:
                fits &= (played[:, q] & ~allowed) == 0
            numbers[fits] = number
        nameless = np.flatnonzero(good & (numbers < 0))
        if nameless.size:
            kinds, first, kind = np.unique(cells.used[nameless], axis=0, return_index=True, return_inverse=True)
            known = np.empty(len(kinds), dtype=np.int64)
            for own in np.argsort(first):  # in the order of the cells, however many are named at a time
                known[own] = self._describe(kinds[own])
            numbers[nameless] = known[kind.ravel()]
        return numbers

    def _describe(self, used: Ints) -> int:
        words = path_in_words(self._structure, used)
        if words not in self.names:
            self.names.append(words)
        return self.names.index(words)


def supports(structure: TreeStructure, cells: Cells) -> Ints:
    """Actions in use as bits, ``int64[cell, set]``; for types that the history excludes, their best replies."""
    played = cells.used.copy()
    for q in range(structure.set_actions.size):
        entries = structure.set_entry[q] + np.arange(structure.set_actions[q])
        excluded = played[:, q] == 0
        played[excluded, q] = (cells.behavior[np.ix_(excluded, entries)] > PLAYED) @ (1 << np.arange(entries.size))
    return played


def path_in_words(structure: TreeStructure, used: Ints) -> str:
    """What the types do on the path of play, given the actions in use as bits, ``int64[set]``."""
    on_path = np.ones(structure.kind.size, dtype=np.bool_)
    for node in range(1, on_path.size):
        above = structure.parent[node]
        rank = int(np.flatnonzero(structure.child[structure.child_first[above] :] == node)[0])
        on_path[node] = on_path[above]
        for slot in range(structure.slot_first[above], structure.slot_first[above] + structure.slot_count[above]):
            action = rank // structure.slot_stride[slot] % structure.slot_actions[slot]
            on_path[node] &= any(int(used[q]) >> action & 1 for q in np.flatnonzero(structure.set_slot == slot))
    moves = []
    for slot in np.flatnonzero(on_path[structure.slot_node]).tolist():
        sets = [q for q in np.flatnonzero(structure.set_slot == slot).tolist() if used[q]]
        played = [_actions(structure, q, int(used[q])) for q in sets]
        player = structure.slot_player[slot]
        who = structure.players[player]
        if len(set(played)) == 1:
            words = f"{who}: {played[0]}"
        else:
            kinds = (structure.types[player][structure.set_type[q]] for q in sets)
            words = f"{who} " + ", ".join(f"{kind}: {actions}" for kind, actions in zip(kinds, played, strict=True))
        if np.count_nonzero(structure.slot_player == player) > 1:
            words += _after(structure.histories[structure.slot_node[slot]])
        moves.append(words)
    return "; ".join(moves)


def _bits(structure: TreeStructure, q: int, actions: Sequence[str]) -> int:
    return sum(1 << structure.set_labels(q).index(action) for action in actions)


def _actions(structure: TreeStructure, q: int, mask: int) -> str:
    return "/".join(label for k, label in enumerate(structure.set_labels(q)) if mask >> k & 1)


def _after(history: History) -> str:
    steps = ["+".join(step) if isinstance(step, tuple) else step for step in history]
    return f" (after {' > '.join(steps)})" if steps else ""
