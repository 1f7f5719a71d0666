"""A compiled game as a Gambit tree: chance draws the types, then play goes on as in the game (pygambit 16)."""

import itertools

import numpy as np

from deterrence_games.forms.tree import LEAF


def gambit_tree(pygambit, form):
    """Build the tree of a form with one point, whose players move in turn."""
    structure = form.structure
    tree = pygambit.Game.new_tree(players=list(structure.players), title=structure.name)
    profiles = list(itertools.product(*(range(len(own)) for own in structure.types)))
    tree.append_move(tree.root, tree.players.chance, [str(profile) for profile in profiles])
    prior = [form.values[0, structure.prior[structure.type_first[i] :][: structure.type_count[i]]] for i in range(2)]
    tree.set_chance_probs(tree.root.infoset, [float(np.prod([prior[i][k] for i, k in enumerate(own)])) for own in profiles])
    known = {}
    for cell, (profile, root) in enumerate(zip(profiles, list(tree.root.children), strict=True)):
        open_nodes = [(0, root)]
        while open_nodes:
            number, node = open_nodes.pop()
            if structure.kind[number] == LEAF:
                payoffs = form.values[0, structure.payoff[structure.outcome[number], :, cell]]
                tree.set_outcome(node, tree.add_outcome([float(value) for value in payoffs]))
                continue
            slot = int(structure.slot_first[number])
            player = int(structure.slot_player[slot])
            where = slot, profile[player]
            if where in known:
                tree.append_infoset(node, known[where])
            else:
                tree.append_move(node, tree.players[structure.players[player]], list(structure.actions[slot]))
                known[where] = node.infoset
            first, count = structure.child_first[number], structure.child_count[number]
            open_nodes += zip(map(int, structure.child[first : first + count]), list(node.children), strict=True)
    return tree
