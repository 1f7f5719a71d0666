"""The order in which the search for perfect Bayesian equilibria decides supports, made once a tree."""

import weakref

import numpy as np

from deterrence_games.forms.tree import Ints, TreeStructure
from deterrence_games.kernels.bayesian_tree import BELIEF, CLOSES_FIRST, SUPPORT, Tree

_trees: "weakref.WeakKeyDictionary[TreeStructure, Tree]" = weakref.WeakKeyDictionary()


def search_tree(structure: TreeStructure) -> Tree:
    """The arrays that the kernels of perfect Bayesian equilibrium read, kept as long as the structure."""
    tree = _trees.get(structure)
    if tree is None:
        tree = _trees[structure] = _build(structure)
    return tree


def _build(structure: TreeStructure) -> Tree:
    nodes, slots = structure.kind.size, structure.slot_node.size
    rank = np.zeros(nodes, np.int64)
    for node in range(nodes):
        first, count = structure.child_first[node], structure.child_count[node]
        rank[structure.child[first : first + count]] = np.arange(count)

    choice_first = np.concatenate([[0], np.cumsum(structure.slot_actions)])[:-1]
    item_kind, item_target, item_slot = [], [], []
    for slot in range(slots):
        for kind in range(structure.type_count[structure.slot_player[slot]]):
            item_kind.append(SUPPORT)
            item_target.append(structure.set_first[slot] + kind)
            item_slot.append(slot)
        for action in range(structure.slot_actions[slot]):
            item_kind.append(BELIEF)
            item_target.append(choice_first[slot] + action)
            item_slot.append(slot)

    item_nodes = structure.slot_node[np.array(item_slot, dtype=np.int64)]
    closing: list[list[int]] = [[] for _ in item_kind]
    still = []
    for node in range(nodes - 1, -1, -1):
        last = int(np.searchsorted(item_nodes, structure.end[node])) - 1
        if last < 0 or item_nodes[last] < node:
            still.append(node)
        else:
            closing[last].append(node)
    closes_first = np.concatenate([[0], np.cumsum([len(closed) for closed in closing])])

    item = np.zeros((len(item_kind) + 1, 4), np.int64)
    item[:-1] = np.column_stack([item_kind, item_target, item_slot, closes_first[:-1]])
    item[-1, CLOSES_FIRST] = closes_first[-1]
    table = np.column_stack
    return Tree(
        node=table(
            [structure.kind, structure.parent, structure.end, structure.outcome, structure.child_first, structure.child_count]
            + [structure.slot_first, structure.slot_count, rank]
        ),
        child=structure.child,
        slot=table(
            [structure.slot_node, structure.slot_player, structure.slot_actions, structure.slot_stride]
            + [structure.set_first, choice_first]
        ),
        sets=table([structure.set_slot, structure.set_type, structure.set_actions, structure.set_entry]),
        player=table([structure.type_count, structure.type_first]),
        profile_type=structure.profile_type,
        last=np.stack([structure.last_slot, structure.last_action], axis=2),
        item=item,
        closes=_ints([node for closed in closing for node in closed]),
        still=_ints(still),
        choice_slot=_ints(np.repeat(np.arange(slots), structure.slot_actions)),
        entries=structure.entries,
    )


def _ints(values: object) -> Ints:
    return np.ascontiguousarray(values, dtype=np.int64)
