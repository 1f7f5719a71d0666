"""The order in which the search for perfect Bayesian equilibria decides supports, made once a tree."""

import weakref

import numpy as np

from deterrence_games.forms.tree import Ints, TreeStructure
from deterrence_games.kernels.bayesian_tree import (
    BELIEF,
    CHILDREN,
    CHOICES,
    CLOSES,
    CLOSES_FIRST,
    ENTRIES,
    ITEMS,
    LAST,
    NODES,
    PLAYERS,
    PROFILES,
    SETS,
    SLOTS,
    STILL,
    SUPPORT,
)

_trees: "weakref.WeakKeyDictionary[TreeStructure, Ints]" = weakref.WeakKeyDictionary()


def search_tree(structure: TreeStructure) -> Ints:
    """The stacked tables that the kernels of perfect Bayesian equilibrium read, kept as long as the structure."""
    tree = _trees.get(structure)
    if tree is None:
        tree = _trees[structure] = _build(structure)
    return tree


def _build(structure: TreeStructure) -> Ints:
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
    again = np.zeros(int(structure.slot_actions.sum()), np.int64)  # whether the owner of a choice moves again after it
    own_last = (structure.slot_node, structure.slot_player)
    slot_before, action_before = structure.last_slot[own_last], structure.last_action[own_last]
    moved = slot_before >= 0
    again[choice_first[slot_before[moved]] + action_before[moved]] = 1
    table = np.column_stack
    tables = {
        NODES: table(
            (
                *(structure.kind, structure.parent, structure.end, structure.outcome),
                *(structure.child_first, structure.child_count, structure.slot_first, structure.slot_count, rank),
            )
        ),
        CHILDREN: structure.child[:, None],
        SLOTS: table(
            (
                *(structure.slot_node, structure.slot_player, structure.slot_actions, structure.slot_stride),
                *(structure.set_first, choice_first),
            )
        ),
        SETS: table([structure.set_slot, structure.set_type, structure.set_actions, structure.set_entry]),
        PLAYERS: table([structure.type_count, structure.type_first]),
        PROFILES: structure.profile_type,
        LAST: np.stack([structure.last_slot, structure.last_action], axis=2).reshape(-1, 2),
        ITEMS: item,
        CLOSES: _ints([node for closed in closing for node in closed])[:, None],
        STILL: _ints(still)[:, None],
        CHOICES: table([np.repeat(np.arange(slots), structure.slot_actions), again]),
    }
    heads = max(tables) + 2
    tree = np.zeros((heads + sum(map(len, tables.values())), max(own.shape[1] for own in tables.values())), np.int64)
    row = heads
    for head, own in tables.items():
        tree[head, 0], tree[head, 1] = row, len(own)
        tree[row : row + len(own), : own.shape[1]] = own
        row += len(own)
    tree[ITEMS, 1] = len(item_kind)
    tree[ENTRIES, 1] = structure.entries
    tree.setflags(write=False)
    return tree


def rows_of(tree: Ints, table: int) -> Ints:
    """One of the tables stacked in a search tree, ``int64[row, column]``."""
    return tree[tree[table, 0] : tree[table, 0] + tree[table, 1]]


def _ints(values: object) -> Ints:
    return np.ascontiguousarray(values, dtype=np.int64)
