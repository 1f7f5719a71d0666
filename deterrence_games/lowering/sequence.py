"""Tree, or extensive form, to sequence form."""

import numpy as np

from deterrence_games.errors import GameError, SizeError
from deterrence_games.forms import ExtensiveForm, TreeForm
from deterrence_games.forms.sequence import SequenceForm
from deterrence_games.forms.tree import LEAF, MOVE, Floats, Ints, TreeStructure
from deterrence_games.lowering.leaf_worth import chance_of, paid_on_the_way

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
        passed=np.column_stack([np.arange(leaf.size), outcome]),
    )


def extensive_sequence_form_of(form: ExtensiveForm) -> SequenceForm:
    """Return the sequence form of a two-player extensive form with perfect recall, as one read from an ``.efg`` file.

    Payoffs at inner nodes are added up along the way.

    Raises
    ------
    GameError
        When there are not two players, or one of them does not recall its own moves.
    """
    if len(form.players) != 2:
        raise GameError(
            f"game {form.name!r}: {len(form.players)} player(s); a sequence form is made for two; solve the strategic form"
        )
    if violation := form.recall_violation():
        raise GameError(f"{violation}; a sequence form needs perfect recall: split the set, or solve with VertexEnumeration")
    kind, place = form.kind.tolist(), form.place.tolist()
    # In the order in which they are met, a set stands behind those that its owner has passed.
    met = dict.fromkeys(place[node] for node in np.flatnonzero(form.kind == MOVE).tolist())
    order = sorted(met, key=lambda own: int(form.set_player[own]))
    first: dict[int, int] = {}
    sequences, empty = 0, []
    for player in range(2):
        empty.append(sequences)
        sequences += 1
        for own in order:
            if form.set_player[own] == player:
                first[own] = sequences
                sequences += len(form.set_actions[own])
    parent: dict[int, int] = {}
    reached = np.empty((len(kind), 2), dtype=np.int64)  # each player's sequence at every node
    reached[0] = empty
    for node in range(len(kind)):
        above = int(form.parent[node])
        if above >= 0:
            reached[node] = reached[above]
            if kind[above] == MOVE:
                reached[node, form.set_player[place[above]]] = first[place[above]] + form.branch[node]
        if kind[node] == MOVE:
            parent[place[node]] = int(reached[node, form.set_player[place[node]]])
    leaves = np.flatnonzero(form.kind == LEAF)
    passed = []
    for number, leaf in enumerate(leaves.tolist()):
        node = leaf
        while node >= 0:
            if form.outcome[node] >= 0:
                passed.append((number, int(form.outcome[node])))
            node = int(form.parent[node])
    return SequenceForm(
        name=form.name,
        players=form.players,
        information_sets=tuple(form.information_sets[own] for own in order),
        actions=tuple(form.action_names[own] for own in order),
        outcomes=form.outcome_names,
        set_player=form.set_player[order],
        set_parent=np.array([parent[own] for own in order], dtype=np.int64),
        set_first=np.array([first[own] for own in order], dtype=np.int64),
        empty=np.array(empty),
        leaf_sequence=reached[leaves],
        leaf_chance=chance_of(form)[leaves],
        leaf_payoff=paid_on_the_way(form)[leaves],
        passed=np.array(passed, dtype=np.int64).reshape(-1, 2),
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
