"""Behaviour and beliefs on a tree, and what play is worth from every node on.

Payoffs here are expectations in the units of the game's payoffs; probabilities are plain numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError
from deterrence_games.forms import InformationSet, TreeForm, TreeStructure
from deterrence_games.forms.tree import LEAF, Floats, History, Ints

Bools = npt.NDArray[np.bool_]

NEVER = 1e-12  # a probability up to this size counts as zero


@dataclass(frozen=True, eq=False)
class Assessment:
    """Complete behaviour and beliefs at the only parameter point of a tree.

    Attributes
    ----------
    form : TreeForm
    behavior : float64[entry]
    belief : float64[node, type over all players]
        Held by everyone at the node about each player's type.
    """

    form: TreeForm
    behavior: Floats
    belief: Floats

    @cached_property
    def by_profile(self) -> Floats:
        """Expected payoff from every node on when types are known, ``float64[node, player, type profile]``."""
        structure = self.form.structure
        worth = np.empty((len(structure.kind), len(structure.players), len(structure.profile_type)))
        for node in range(len(worth) - 1, -1, -1):
            worth[node] = node_worth(self.form, node, self.behavior, worth)
        return worth

    @cached_property
    def value(self) -> Floats:
        """Expected payoff of every player's every type from every node on, ``float64[node, type over all players]``."""
        return np.stack([type_values(self.form.structure, *pair) for pair in zip(self.belief, self.by_profile, strict=True)])

    @cached_property
    def tie(self) -> Floats:
        """Payoff differences up to this size are ties, ``float64[player]``."""
        return ties(self.form)

    def marginal(self, slot: int) -> Floats:
        """Probability of each action of a slot by the belief held at its node, ``float64[action]``."""
        structure = self.form.structure
        return self.belief_about(int(structure.slot_node[slot]), int(structure.slot_player[slot])) @ self.by_type(slot)

    def by_type(self, slot: int) -> Floats:
        """Probability of each action of a slot by its owner's type, ``float64[type, action]``."""
        structure = self.form.structure
        first = structure.set_entry[structure.set_first[slot]]
        kinds, width = structure.type_count[structure.slot_player[slot]], structure.slot_actions[slot]
        return self.behavior[first : first + kinds * width].reshape(kinds, width)

    def belief_about(self, node: int, player: int) -> Floats:
        """Probabilities of a player's types at a node, ``float64[type]``."""
        return self.belief[node, types_of(self.form.structure, player)]

    def value_of(self, node: int, player: int) -> Floats:
        """Expected payoff of a player's types from a node on, ``float64[type]``."""
        return self.value[node, types_of(self.form.structure, player)]

    def replies(self, index: int) -> Floats:
        """Expected payoff of each action of an information set to the type that moves there, ``float64[action]``."""
        node = int(self.form.structure.slot_node[self.form.structure.set_slot[index]])
        by_profile = replies_by_profile(self.form, index, self.behavior, self.by_profile)
        return by_profile @ others_weight(self.form.structure, self.belief[node], index)


@dataclass(frozen=True, eq=False)
class Beliefs:
    """Beliefs that follow from behaviour, and where they do not.

    Attributes
    ----------
    belief : float64[node, type over all players]
        By Bayes' rule; unchanged by a move that has probability zero, or about which the behaviour is silent.
    free : bool[node, player]
        The player has made a move of probability zero on the way, so that Bayes' rule does not settle its type.
    reached : bool[node]
        Whether play leads to the node with positive probability.
    """

    belief: Floats
    free: Bools
    reached: Bools


def children(structure: TreeStructure, node: int) -> Ints:
    """Return the child nodes in their order."""
    first = structure.child_first[node]
    found: Ints = structure.child[first : first + structure.child_count[node]]
    return found


def slots_at(structure: TreeStructure, node: int) -> range:
    """Return the slots of a node."""
    first = int(structure.slot_first[node])
    return range(first, first + int(structure.slot_count[node]))


def slot_choices(structure: TreeStructure, slot: int) -> Ints:
    """Return the slot's action behind each child of its node, ``int64[child]``."""
    count = int(structure.child_count[structure.slot_node[slot]])
    choices: Ints = np.arange(count) // structure.slot_stride[slot] % structure.slot_actions[slot]
    return choices


def ties(form: TreeForm) -> Floats:
    """Payoff differences that count as ties: 1e-9 of each player's range of payoffs, ``float64[player]``."""
    payoffs = form.payoffs[0]
    spread: Floats = payoffs.max(axis=(0, 2)) - payoffs.min(axis=(0, 2))
    return np.where(spread > 0.0, 1e-9 * spread, 1e-9)


def read_behavior(form: TreeForm, behavior: Mapping[InformationSet, Mapping[str, float]]) -> tuple[Floats, Bools]:
    """Write behaviour as a vector over entries, with the information sets (``bool[set]``) about which it says something."""
    structure = form.structure
    entries, told = np.zeros(structure.entries), np.zeros(len(structure.set_slot), dtype=np.bool_)
    number = {where: index for index, where in enumerate(structure.information_sets)}
    for where, actions in behavior.items():
        index = number.get(where)
        if index is None or set(actions) != set(structure.set_labels(index)):
            raise GameError(
                f"game {structure.name!r}: the solution tells behaviour at {tuple(where)!r:.80}, which is no information set "
                "of the game with these actions; give a solution of this game"
            )
        first = structure.set_entry[index]
        entries[first : first + len(actions)] = [actions[label] for label in structure.set_labels(index)]
        told[index] = True
    return entries, told


def follow_beliefs(
    form: TreeForm, behavior: Floats, told: Bools, given: Mapping[History, Mapping[str, Mapping[str, float]]]
) -> Beliefs:
    """Follow beliefs from the prior down the tree; `given` has precedence where it names a player at a history."""
    structure = form.structure
    nodes, players = len(structure.kind), len(structure.players)
    belief = np.empty((nodes, int(structure.type_count.sum())))
    free, reached = np.zeros((nodes, players), dtype=np.bool_), np.ones(nodes, dtype=np.bool_)
    belief[0] = form.priors[0]
    for node in range(nodes):
        for player, held in given.get(structure.histories[node], {}).items():
            i = structure.players.index(player)
            belief[node, types_of(structure, i)] = [held[kind] for kind in structure.types[i]]
        below = children(structure, node)
        for number, child in enumerate(below):
            belief[child], free[child] = belief[node], free[node]
            if structure.chance[child] >= 0:
                reached[child] = reached[node] and form.values[0, structure.chance[child]] > NEVER
                continue
            reached[child] = reached[node]
            for slot in slots_at(structure, node):
                i = int(structure.slot_player[slot])
                action = int(slot_choices(structure, slot)[number])
                sets = structure.set_first[slot] + np.arange(structure.type_count[i])
                chosen = np.where(told[sets], behavior[structure.set_entry[sets] + action], 0.0)
                joint = belief[node, types_of(structure, i)] * chosen
                if joint.sum() > NEVER:
                    belief[child, types_of(structure, i)] = joint / joint.sum()
                else:
                    free[child, i], reached[child] = True, False
    return Beliefs(belief, free, reached)


def complete(
    form: TreeForm,
    behavior: Floats,
    told: Bools,
    belief: Floats,
    amend: Callable[[int, Floats, Floats], bool] | None = None,
) -> Floats:
    """Fill in best replies, leaves first, where the behaviour is silent, ``float64[entry]``.

    A best reply is one to the beliefs, to what others do at the same stage (evenly mixed where the behaviour is silent about
    them as well), and to what is played below. Actions that are equally good are mixed evenly.

    Parameters
    ----------
    amend : function (information set, behaviour, payoffs below) -> bool, optional
        Asked about every information set on which the behaviour is not silent; True replaces it by best replies.
    """
    structure = form.structure
    filled = behavior.copy()
    tie = ties(form)
    worth = np.zeros((len(structure.kind), len(structure.players), len(structure.profile_type)))
    for node in range(len(worth) - 1, -1, -1):
        sets = [
            int(structure.set_first[slot]) + kind
            for slot in slots_at(structure, node)
            for kind in range(structure.type_count[structure.slot_player[slot]])
        ]
        silent = [index for index in sets if not told[index]]
        for index in silent:
            filled[entries_of(structure, index)] = 1.0 / structure.set_actions[index]
        if amend is not None:
            silent += [index for index in sets if told[index] and amend(index, filled, worth)]
        best = []
        for index in silent:
            gain = replies_by_profile(form, index, filled, worth) @ others_weight(structure, belief[node], index)
            good = gain >= gain.max() - tie[structure.slot_player[structure.set_slot[index]]]
            best.append(good / good.sum())
        for index, chosen in zip(silent, best, strict=True):
            filled[entries_of(structure, index)] = chosen
        worth[node] = node_worth(form, node, filled, worth)
    return filled


def child_weights(form: TreeForm, node: int, behavior: Floats, without: int = -1) -> Floats:
    """Probability of each child when types are known, one slot's choice left out, ``float64[child, type profile]``."""
    structure = form.structure
    below = children(structure, node)
    weight = np.ones((len(below), len(structure.profile_type)))
    chance = structure.chance[below]
    if len(below) and chance[0] >= 0:
        weight *= form.values[0, chance][:, None]
    for slot in slots_at(structure, node):
        if slot != without:
            sets = structure.set_first[slot] + structure.profile_type[:, structure.slot_player[slot]]
            weight *= behavior[structure.set_entry[sets] + slot_choices(structure, slot)[:, None]]
    return weight


def node_worth(form: TreeForm, node: int, behavior: Floats, worth: Floats) -> Floats:
    """Expected payoffs at a node when types are known, from those at its children, ``float64[player, type profile]``."""
    structure = form.structure
    if structure.kind[node] == LEAF:
        payoffs: Floats = form.values[0, structure.payoff[structure.outcome[node]]]
        return payoffs
    average: Floats = np.einsum("ct,cit->it", child_weights(form, node, behavior), worth[children(structure, node)])
    return average


def type_values(structure: TreeStructure, belief: Floats, worth: Floats) -> Floats:
    """Average payoffs over the others' types, ``float64[type over all players]``."""
    values = np.empty(len(belief))
    for player in range(len(structure.players)):
        weight = _weight(structure, belief, player) * worth[player]
        values[types_of(structure, player)] = np.bincount(
            structure.profile_type[:, player], weight, structure.type_count[player]
        )
    return values


def replies_by_profile(form: TreeForm, index: int, behavior: Floats, worth: Floats) -> Floats:
    """Payoff of each action of an information set to its owner when types are known, ``float64[action, type profile]``."""
    structure = form.structure
    slot = int(structure.set_slot[index])
    node, player = int(structure.slot_node[slot]), int(structure.slot_player[slot])
    each = child_weights(form, node, behavior, without=slot) * worth[children(structure, node), player]
    found = np.zeros((int(structure.set_actions[index]), each.shape[1]))
    np.add.at(found, slot_choices(structure, slot), each)
    return found


def others_weight(structure: TreeStructure, belief: Floats, index: int) -> Floats:
    """Probability of each type profile to the type that moves at an information set, ``float64[type profile]``."""
    player = int(structure.slot_player[structure.set_slot[index]])
    own = structure.profile_type[:, player] == structure.set_type[index]
    return np.where(own, _weight(structure, belief, player), 0.0)


def _weight(structure: TreeStructure, belief: Floats, player: int) -> Floats:
    others = [other for other in range(len(structure.players)) if other != player]
    columns = structure.type_first[others] + structure.profile_type[:, others]
    weight: Floats = np.prod(belief[columns], axis=1)
    return weight


def entries_of(structure: TreeStructure, index: int) -> slice:
    """Return where an information set's actions stand in a behaviour vector."""
    first = int(structure.set_entry[index])
    return slice(first, first + int(structure.set_actions[index]))


def types_of(structure: TreeStructure, player: int) -> slice:
    """Return where a player's types stand in a vector over all players' types."""
    first = int(structure.type_first[player])
    return slice(first, first + int(structure.type_count[player]))
