"""What the kernels of perfect Bayesian equilibrium read: the tree, the search order, one parameter point, the assignment.

The words are those of `deterrence_games.forms.tree`: slots, information sets, entries. A *choice* is a slot and one of its
actions. Belief supports are bit masks over a player's types, behaviour supports bit masks over a set's actions.

The *weight* of an entry is the probability of the type, times the probabilities of its own moves, since the belief about
the player was last free to choose (or since the prior); such a stretch is a *regime*. Within a regime Bayes' rule is
nothing but normalising weights, and the payoffs of everyone else are linear in them.
"""

from typing import NamedTuple

import numpy as np

from deterrence_games.kernels.jit import borrowing_kernel, inner_kernel

SUPPORT, BELIEF = 0, 1  # kinds of search items
IRRELEVANT, SIMPLEX, BRANCH = 0, 1, 2  # what a free belief after a choice needs: nothing, one polytope, one per support


# Columns of the tables of `Tree`, named as in `TreeStructure` where it has them.
KIND, PARENT, END, OUTCOME, CHILD_FIRST, CHILD_COUNT, SLOT_FIRST, SLOT_COUNT, RANK = range(9)  # of `node`
NODE, PLAYER, ACTIONS, STRIDE, SET_FIRST, CHOICE_FIRST = range(6)  # of `slot`
SLOT, TYPE, WIDTH, ENTRY = range(4)  # of `sets`
TYPES, TYPE_FIRST = range(2)  # of `player`
LAST_SLOT, LAST_ACTION = range(2)  # of `last`
DECIDES, TARGET, AT, CLOSES_FIRST = range(4)  # of `item`


class Tree(NamedTuple):
    """Tables of `TreeStructure`, with the search order. Few wide tables, because each array is carried through every call."""

    node: np.ndarray  # int64[node, column]; RANK is the position among the siblings
    child: np.ndarray  # int64[edge]
    slot: np.ndarray  # int64[slot, column]; CHOICE_FIRST numbers the slot's first choice
    sets: np.ndarray  # int64[set, column]; WIDTH is the number of actions
    player: np.ndarray  # int64[player, column]
    profile_type: np.ndarray  # int64[profile, player]
    last: np.ndarray  # int64[node, player, column]
    item: np.ndarray  # int64[item + 1, column]: SUPPORT or BELIEF, set or choice, slot, first of the nodes it closes
    closes: np.ndarray  # int64[]: nodes whose subtree is settled once an item is
    still: np.ndarray  # int64[]: nodes without any move below, deepest first
    choice_slot: np.ndarray  # int64[choice]
    entries: int


class Point(NamedTuple):
    """The numbers of one parameter point, payoffs rescaled to [0, 1] a player."""

    payoff: np.ndarray  # float64[outcome, player, profile]
    prior: np.ndarray  # float64[type over all players]
    probability: np.ndarray  # float64[node]: of the chance branch into the node, else 1
    prior_support: np.ndarray  # int64[player]


# Columns of the tables of `Assignment`.
ALLOWED, USED = range(2)  # of `sets`: actions that survive conditional dominance; actions in use, 0 for excluded types
AFTER, FREE, NEEDS = range(3)  # of `choice`: support of the belief about the mover after it; whether that belief is free; what
# it needs if so: IRRELEVANT, SIMPLEX or BRANCH
LOW, HIGH = range(2)  # of `bound`


class Assignment(NamedTuple):
    """Where the search stands."""

    sets: np.ndarray  # int64[set, column]
    choice: np.ndarray  # int64[choice, column]
    weight: np.ndarray  # float64[entry]
    known: np.ndarray  # int64[entry]: whether the weight is a number already
    bound: np.ndarray  # float64[node, player, profile, column]: of continuation payoffs
    pinned: np.ndarray  # int64[node]: whether dominance leaves one action at every set of the subtree


@borrowing_kernel
def load_point(tree, values, payoff, prior, chance, point):
    """Read one row of `TreeForm.values`; payoffs are rescaled to [0, 1] a player, which changes no equilibrium."""
    players = tree.player.shape[0]
    for player in range(players):
        low = 1e308
        high = -1e308
        for outcome in range(payoff.shape[0]):
            for profile in range(payoff.shape[2]):
                value = values[payoff[outcome, player, profile]]
                low = min(low, value)
                high = max(high, value)
        # halves, so that the range of payoffs near the largest floats does not overflow
        half = 0.5 * high - 0.5 * low
        for outcome in range(payoff.shape[0]):
            for profile in range(payoff.shape[2]):
                value = 0.5 * values[payoff[outcome, player, profile]] - 0.5 * low
                point.payoff[outcome, player, profile] = value / half if half > 0.0 else 0.0
        mask = 0
        for kind in range(tree.player[player, TYPES]):
            place = tree.player[player, TYPE_FIRST] + kind
            point.prior[place] = max(values[prior[place]], 0.0)
            if point.prior[place] > 0.0:
                mask |= 1 << kind
        point.prior_support[player] = mask
    for node in range(tree.node.shape[0]):
        point.probability[node] = values[chance[node]] if chance[node] >= 0 else 1.0


@inner_kernel
def belief_support(tree, point, assigned, node, player):
    """Types of the player that are held possible at the node."""
    slot = tree.last[node, player, LAST_SLOT]
    if slot < 0:
        return point.prior_support[player]
    return assigned.choice[tree.slot[slot, CHOICE_FIRST] + tree.last[node, player, LAST_ACTION], AFTER]


@inner_kernel
def last_entry(tree, node, player, kind):
    """Entry of the player's last move before the node, -1 when it has not moved."""
    slot = tree.last[node, player, LAST_SLOT]
    if slot < 0:
        return -1
    return tree.sets[tree.slot[slot, SET_FIRST] + kind, ENTRY] + tree.last[node, player, LAST_ACTION]


@inner_kernel
def regime(tree, assigned, node, player):
    """The slot-and-action after which the belief about the player was last free, or -1 for the prior."""
    while True:
        slot = tree.last[node, player, LAST_SLOT]
        if slot < 0:
            return -1
        choice = tree.slot[slot, CHOICE_FIRST] + tree.last[node, player, LAST_ACTION]
        if assigned.choice[choice, FREE]:
            return choice
        node = tree.slot[slot, NODE]


@inner_kernel
def action_toward(tree, slot, child):
    """The action of the slot that leads to a child of its node."""
    return tree.node[child, RANK] // tree.slot[slot, STRIDE] % tree.slot[slot, ACTIONS]


@inner_kernel
def lowest(mask):
    """Position of the lowest bit that is set."""
    position = 0
    while not mask >> position & 1:
        position += 1
    return position


@inner_kernel
def single(mask):
    """Whether exactly one bit is set."""
    return mask != 0 and mask & (mask - 1) == 0
