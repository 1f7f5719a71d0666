"""The canonical compiled game: a tree of public histories in flat arrays.

Everything that does not depend on parameters is `TreeStructure`, made once a game; `TreeForm` adds the numbers, one row
a parameter point. Axes are in the order point, node, player, type, action.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Integral
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
History = tuple["str | tuple[str, ...]", ...]

LEAF, MOVE, CHANCE = 0, 1, 2


class InformationSet(NamedTuple):
    """Where a player of one type chooses: ``(player, type, public history of action labels)``.

    The type of a player without private information is ``""``. The joint choice of a simultaneous stage is one entry of
    the history, a tuple of labels in the order in which the stage names its players.
    """

    player: str
    type: str
    history: History


@dataclass(frozen=True, eq=False)
class TreeStructure:
    """What the tree looks like, whatever the parameters are.

    Nodes stand in preorder: a parent before its children, and every subtree a contiguous range. A *slot* is one player's
    move at one node (a simultaneous stage has several), slots in node order; an information set is a slot and a type of its
    owner; an *entry* is an information set and an action, the unit of every behaviour vector.

    Attributes
    ----------
    name : str
    players, outcomes : tuple of str
    types : tuple of tuple of str
        Labels of each player's types; ``("",)`` for a player without private information.
    histories : tuple of History
        Public history of each node.
    actions : tuple of tuple of str
        Action labels of each slot.
    kind, parent, end, outcome : int64[node]
        ``LEAF``, ``MOVE`` or ``CHANCE``; the parent (-1 at the root); one past the last node of the subtree; outcome (-1
        inside the tree).
    child_first, child_count : int64[node]
        The children of ``node`` are ``child[child_first : child_first + child_count]``, joint actions in C order (the last
        player of a simultaneous stage varies fastest).
    child : int64[edge]
    chance : int64[node]
        Column of `TreeForm.values` with the probability of the chance branch into the node, or -1.
    slot_first, slot_count : int64[node]
    slot_node, slot_player, slot_actions, slot_stride : int64[slot]
        The action of a slot behind child number ``c`` is ``c // stride % actions``.
    set_first : int64[slot]
        Information set of the slot's first type; types follow.
    set_slot, set_type, set_actions, set_entry : int64[set]
        ``set_entry`` is the set's first entry in a behaviour vector.
    entries : int
        Length of a behaviour vector.
    type_count, type_first : int64[player]
        Types a player, and where they start in a vector over all players' types.
    prior : int64[type over all players]
        Columns of `TreeForm.values` with the prior probabilities.
    payoff : int64[outcome, player, profile]
        Columns of `TreeForm.values`. Type profiles are in C order over the players.
    profile_type : int64[profile, player]
    last_slot, last_action : int64[node, player]
        The most recent move of the player on the way to the node, -1 when there is none.
    """

    name: str
    players: tuple[str, ...]
    outcomes: tuple[str, ...]
    types: tuple[tuple[str, ...], ...]
    histories: tuple[History, ...]
    actions: tuple[tuple[str, ...], ...]
    kind: Ints
    parent: Ints
    end: Ints
    outcome: Ints
    child_first: Ints
    child_count: Ints
    child: Ints
    chance: Ints
    slot_first: Ints
    slot_count: Ints
    slot_node: Ints
    slot_player: Ints
    slot_actions: Ints
    slot_stride: Ints
    set_first: Ints
    set_slot: Ints
    set_type: Ints
    set_actions: Ints
    set_entry: Ints
    entries: int
    type_count: Ints
    type_first: Ints
    prior: Ints
    payoff: Ints
    profile_type: Ints
    last_slot: Ints
    last_action: Ints

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @cached_property
    def information_sets(self) -> tuple[InformationSet, ...]:
        """Labels of the information sets, in their order in the arrays."""
        sets = []
        for slot, kind in zip(self.set_slot, self.set_type, strict=True):
            player = self.slot_player[slot]
            sets.append(InformationSet(self.players[player], self.types[player][kind], self.histories[self.slot_node[slot]]))
        return tuple(sets)

    def set_labels(self, index: int) -> tuple[str, ...]:
        """Action labels of one information set."""
        return self.actions[self.set_slot[index]]


@dataclass(frozen=True, eq=False)
class TreeForm:
    """A compiled game at one or many parameter points.

    Attributes
    ----------
    structure : TreeStructure
    values : float64[point, column]
        Every distinct payoff, prior and chance probability of the game, one row a parameter point; the structure's
        ``payoff``, ``prior`` and ``chance`` hold columns.
    """

    structure: TreeStructure
    values: Floats

    def __post_init__(self) -> None:
        self.values.setflags(write=False)

    @property
    def points(self) -> int:
        """Number of parameter points."""
        return len(self.values)

    def at(self, point: int) -> "TreeForm":
        """The form at one of its points, numbered from 0 on.

        Raises
        ------
        GameError
            When there is no such point.
        """
        if isinstance(point, bool) or not isinstance(point, Integral) or not 0 <= point < self.points:
            raise GameError(
                f"game {self.structure.name!r}: {point!r:.40} is none of its {self.points} points; give 0 to {self.points - 1}"
            )
        return replace(self, values=np.ascontiguousarray(self.values[point : point + 1]))

    @property
    def payoffs(self) -> Floats:
        """``float64[point, outcome, player, profile]``."""
        return self.values[:, self.structure.payoff]

    @property
    def priors(self) -> Floats:
        """``float64[point, type over all players]``."""
        return self.values[:, self.structure.prior]
