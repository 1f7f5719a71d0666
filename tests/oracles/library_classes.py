"""The library's findings in the brute force's terms."""

import numpy as np

from deterrence_games.forms import TreeForm
from deterrence_games.kernels.indifference import SETTLED
from deterrence_games.solvers.cell_regimes import Cell, read_cells
from deterrence_games.solvers.cells import Cells
from deterrence_games.solvers.search_order import search_tree
from tests.oracles.outcomes import Move, OutcomeClass


def library_classes(form: TreeForm, cells: Cells) -> list[OutcomeClass]:
    """On-path behaviour of every settled cell of a form with one point, faces of larger cells among them."""
    tree = search_tree(form.structure)
    return [_class(form, cell) for cell in read_cells(tree, cells, np.flatnonzero(cells.state == SETTLED))]


def _class(form: TreeForm, cell: Cell) -> OutcomeClass:
    structure, prior = form.structure, form.priors[0]
    moves = structure.slot_count > 0
    histories = frozenset(structure.histories[node] for node in np.flatnonzero(cell.on_path & moves))
    blocks = []
    for player in range(len(structure.players)):
        vertices = cell.vertices.get(player, np.zeros((1, structure.entries)))
        shares = prior[structure.type_first[player] : structure.type_first[player] + structure.type_count[player]]
        blocks.append(tuple(_weights(form, player, vertex, shares, histories) for vertex in vertices))
    return OutcomeClass(histories, tuple(blocks))


def _weights(form: TreeForm, player: int, vertex: np.ndarray, shares: np.ndarray, histories: frozenset) -> dict[Move, float]:
    """Put Pr(own moves | type) for Pr(type and own moves)."""
    structure = form.structure
    weights = {}
    for number, where in enumerate(structure.information_sets):
        if structure.slot_player[structure.set_slot[number]] != player or where.history not in histories:
            continue
        for action, label in enumerate(structure.set_labels(number)):
            joint = vertex[structure.set_entry[number] + action]
            weights[(where.type, where.history, label)] = float(joint / shares[structure.set_type[number]])
    return weights
