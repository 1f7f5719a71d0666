"""Tree to sequence form."""

import numpy as np

from deterrence_games.errors import GameError, SizeError
from deterrence_games.forms import TreeForm
from deterrence_games.forms.sequence import SequenceForm
from deterrence_games.forms.tree import LEAF, Floats, Ints, TreeStructure

MAX_LEAVES = 5_000_000  # ends of play times drawings of types


def sequence_form_of(tree: TreeForm) -> SequenceForm:
    """Return the sequence form of a two-player tree at its only parameter point.

    Players see all earlier public actions and remember their own, so that recall is perfect.

    Raises
    ------
    GameError
        When there are not two players, or not one parameter point.
    SizeError
        When there are too many ends of play.
    """
    structure = tree.structure
    if tree.points != 1:
        raise GameError(
            f"game {structure.name!r}: a sequence form needs one parameter point, here are {tree.points}; "
            "choose one with tree.at(point)"
        )
    if len(structure.players) != 2:
        raise GameError(
            f"game {structure.name!r}: {len(structure.players)} player(s); a sequence form is made for two; use PerfectBayesian"
        )
    leaves = np.flatnonzero(structure.kind == LEAF)
    drawings = len(structure.profile_type)
    if leaves.size * drawings > MAX_LEAVES:
        raise SizeError(
            f"game {structure.name!r}: {leaves.size} ends of play times {drawings} drawings of types; at most {MAX_LEAVES}; "
            "shorten the tree or drop types"
        )
    owner = structure.slot_player[structure.set_slot]
    order = np.argsort(owner, kind="stable")  # sets of the first player first
    size = structure.set_actions[order]
    first = np.empty(len(order), np.int64)
    first[order] = np.cumsum(size) - size + 1 + owner[order]  # empty sequences stand before each player's own
    empty = np.array([0, 1 + int(size[owner[order] == 0].sum())])
    node = structure.slot_node[structure.set_slot]
    parent = _sequence(structure, first, empty, node, owner, structure.set_type)

    leaf, drawing = np.repeat(leaves, drawings), np.tile(structure.profile_type, (leaves.size, 1))
    profile = np.tile(np.arange(drawings), leaves.size)
    reached = np.column_stack(
        [_sequence(structure, first, empty, leaf, np.full(leaf.size, player), drawing[:, player]) for player in range(2)]
    )
    outcome = structure.outcome[leaf]
    values = tree.values[0]
    prior = values[structure.prior][structure.type_first + structure.profile_type].prod(axis=1)
    return SequenceForm(
        name=structure.name,
        players=structure.players,
        information_sets=tuple(structure.information_sets[index] for index in order),
        actions=tuple(structure.set_labels(index) for index in order),
        outcomes=structure.outcomes,
        set_player=np.ascontiguousarray(owner[order]),
        set_parent=parent[order],
        set_first=first[order],
        empty=empty,
        leaf_sequence=reached,
        leaf_chance=_chance(structure, values)[leaf] * np.tile(prior, leaves.size),
        leaf_payoff=np.ascontiguousarray(values[structure.payoff[outcome, :, profile]]),
        leaf_outcome=outcome,
    )


def _sequence(structure: TreeStructure, first: Ints, empty: Ints, node: Ints, player: Ints, kind: Ints) -> Ints:
    """The sequence of a player of some type at a node, elementwise."""
    slot = structure.last_slot[node, player]
    sequence = empty[player]
    moved = slot >= 0
    behind = structure.set_first[slot[moved]] + kind[moved]
    sequence[moved] = first[behind] + structure.last_action[node, player][moved]
    return sequence


def _chance(structure: TreeStructure, values: Floats) -> Floats:
    """Probability with which chance allows each node."""
    chance = np.ones(len(structure.kind))
    if (structure.chance >= 0).any():
        into = np.where(structure.chance >= 0, values[structure.chance], 1.0).tolist()
        reach = chance.tolist()
        for node, parent in enumerate(structure.parent.tolist()):  # parents stand before their children
            if parent >= 0:
                reach[node] = reach[parent] * into[node]
        chance = np.array(reach)
    return chance
