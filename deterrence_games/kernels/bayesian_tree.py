"""What the kernels of perfect Bayesian equilibrium read: the tree, the search order, one parameter point, the assignment.

The words are those of `deterrence_games.forms.tree`: slots, information sets, entries. A *choice* is a slot and one of its
actions. Belief supports are bit masks over a player's types, behaviour supports bit masks over a set's actions.

The *weight* of an entry is the probability of the type, times the probabilities of its own moves, since the belief about
the player was last free to choose (or since the prior); such a stretch is a *regime*. Within a regime Bayes' rule is
nothing but normalising weights, and the payoffs of everyone else are linear in them.
"""

from deterrence_games.kernels.jit import borrowing_kernel, inner_kernel

SUPPORT, BELIEF = 0, 1  # kinds of search items
IRRELEVANT, SIMPLEX, BRANCH = 0, 1, 2  # what a free belief after a choice needs: nothing, one polytope, one per support


# All tables are reached through four arrays, because every array is carried through every call (with an array a table the
# search took 158 instead of 111 microseconds a point of unilateral deterrence). ``tree`` and ``state`` (int64[row, column])
# stack their tables; row TABLE of their heads says where the table begins and how many rows it has. ``numbers`` (float64[])
# and ``matrix`` (float64[row, column]) are laid out by further heads of ``state``.

# Tables of ``tree``, as `TreeStructure` names their columns.
NODES, CHILDREN, SLOTS, SETS, PLAYERS, PROFILES, LAST, ITEMS, CLOSES, STILL, CHOICES, ENTRIES = range(12)
# CHILDREN: the child behind each edge. PROFILES: type of each player. LAST: row ``node * players + player``. ITEMS: what the
# search decides, in order. CLOSES: nodes whose subtree is settled once an item is. STILL: nodes without a move below, deepest
# first. CHOICES: the slot, and whether its owner moves again after the choice. ENTRIES has no rows, only their number.

# Tables of ``state``.
PLAY, BELIEFS, KNOWN, PINNED, PRIOR_SUPPORT, ALIAS, UNKNOWN, BLOCK_OF, BLOCKS = range(9)
FACTOR, CORNER, COUNTS, PLAN, OPEN, MEETS, CLOSED, CURRENT = range(9, 17)
# PLAY: actions of each set. BELIEFS: after each choice. KNOWN: whether an entry's weight is a number already. PINNED:
# whether dominance leaves one action at every set of a node's subtree. ALIAS: unknown behind an entry's weight, or -1.
# UNKNOWN, BLOCKS, COUNTS: see `best_reply`. BLOCK_OF: block of a regime (a player's from the prior, then one a choice), or
# -1. FACTOR: unknowns of each term, a column a player. CORNER: which extreme point of each block is looked at. PLAN: actions
# at open slots, OPEN: the open slots. MEETS: for `polytope`. CLOSED: whether a node's subtree is settled. CURRENT: where the
# search stands at each item.

# Sections of ``numbers``, by entry, unknown, term or node unless said.
WEIGHT, VALUE, WHOLE_WEIGHT, COEFFICIENT, CHANCE, SHARE, SLACK, PRIOR, PROBABILITY, PAYOFF, BOUND = range(17, 28)
# SHARE, PRIOR: type over all players. PROBABILITY: of the chance branch into a node, else 1. PAYOFF: [outcome, player,
# profile], rescaled to [0, 1] a player. BOUND: [node, player, profile, LOW or HIGH], of continuation payoffs.

# Tables of ``matrix``, for one block at a time: rows of coefficients and a constant; extreme points.
EQUATIONS, INEQUALITIES, VERTICES, RAYS = range(28, 32)
HEADS = 32

# Columns.
KIND, PARENT, END, OUTCOME, CHILD_FIRST, CHILD_COUNT, SLOT_FIRST, SLOT_COUNT, RANK = range(9)  # of NODES
NODE, PLAYER, ACTIONS, STRIDE, SET_FIRST, CHOICE_FIRST = range(6)  # of SLOTS
SLOT, TYPE, WIDTH, ENTRY = range(4)  # of SETS
TYPES, TYPE_FIRST = range(2)  # of PLAYERS
LAST_SLOT, LAST_ACTION = range(2)  # of LAST
MADE_AT, AGAIN = range(2)  # of CHOICES
DECIDES, TARGET, AT, CLOSES_FIRST = range(4)  # of ITEMS, which have one row more than items
ALLOWED, USED = range(2)  # of PLAY: actions that survive conditional dominance; actions in use, 0 for excluded types
AFTER, FREE, NEEDS = range(3)  # of BELIEFS: support of the belief about the mover after it; whether that belief is free; what
# it needs if so: IRRELEVANT, SIMPLEX or BRANCH
LOW, HIGH = range(2)  # of BOUND
ALL, BELOW = range(2)  # of PINNED: at the node and below it; below it, where moreover a single player moves
MASK, BACK, NEXT = range(3)  # of CURRENT: its choice, -1 after the last one; the items before and after it that have a choice


@inner_kernel
def first_slot(tree, node):
    """The first slot of a node."""
    return tree[tree[NODES, 0] + node, SLOT_FIRST]


@inner_kernel
def end_slot(tree, node):
    """One past the last slot of a node."""
    return tree[tree[NODES, 0] + node, SLOT_FIRST] + tree[tree[NODES, 0] + node, SLOT_COUNT]


@inner_kernel
def last_row(tree, node, player):
    """Row of ``tree`` with the player's last move before a node."""
    return tree[LAST, 0] + node * tree[PLAYERS, 1] + player


@inner_kernel
def payoff_row(tree, state, outcome, player, profile):
    """Place in ``numbers`` of a payoff."""
    return state[PAYOFF, 0] + (outcome * tree[PLAYERS, 1] + player) * tree[PROFILES, 1] + profile


@inner_kernel
def bound_row(tree, state, node, player, profile):
    """Place in ``numbers`` of the lower bound on a continuation payoff; the upper one follows."""
    return state[BOUND, 0] + ((node * tree[PLAYERS, 1] + player) * tree[PROFILES, 1] + profile) * 2


@borrowing_kernel
def load_point(tree, values, payoff, prior, chance, state, numbers, matrix):
    """Read one row of `TreeForm.values`; payoffs are rescaled to [0, 1] a player, which changes no equilibrium."""
    player_at = tree[PLAYERS, 0]
    prior_support_at = state[PRIOR_SUPPORT, 0]
    prior_at = state[PRIOR, 0]
    probability_at = state[PROBABILITY, 0]
    players = tree[PLAYERS, 1]
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
                numbers[payoff_row(tree, state, outcome, player, profile)] = value / half if half > 0.0 else 0.0
        mask = 0
        for kind in range(tree[player_at + player, TYPES]):
            place = tree[player_at + player, TYPE_FIRST] + kind
            numbers[prior_at + place] = max(values[prior[place]], 0.0)
            if numbers[prior_at + place] > 0.0:
                mask |= 1 << kind
        state[prior_support_at + player, 0] = mask
    for node in range(tree[NODES, 1]):
        numbers[probability_at + node] = values[chance[node]] if chance[node] >= 0 else 1.0


@inner_kernel
def belief_support(tree, state, numbers, matrix, node, player):
    """Types of the player that are held possible at the node."""
    slot_at = tree[SLOTS, 0]
    belief_at = state[BELIEFS, 0]
    prior_support_at = state[PRIOR_SUPPORT, 0]
    slot = tree[last_row(tree, node, player), LAST_SLOT]
    if slot < 0:
        return state[prior_support_at + player, 0]
    return state[belief_at + tree[slot_at + slot, CHOICE_FIRST] + tree[last_row(tree, node, player), LAST_ACTION], AFTER]


@inner_kernel
def last_entry(tree, node, player, kind):
    """Entry of the player's last move before the node, -1 when it has not moved."""
    slot_at = tree[SLOTS, 0]
    set_at = tree[SETS, 0]
    slot = tree[last_row(tree, node, player), LAST_SLOT]
    if slot < 0:
        return -1
    return tree[set_at + tree[slot_at + slot, SET_FIRST] + kind, ENTRY] + tree[last_row(tree, node, player), LAST_ACTION]


@inner_kernel
def regime(tree, state, numbers, matrix, node, player):
    """The slot-and-action after which the belief about the player was last free, or -1 for the prior."""
    slot_at = tree[SLOTS, 0]
    belief_at = state[BELIEFS, 0]
    while True:
        slot = tree[last_row(tree, node, player), LAST_SLOT]
        if slot < 0:
            return -1
        choice = tree[slot_at + slot, CHOICE_FIRST] + tree[last_row(tree, node, player), LAST_ACTION]
        if state[belief_at + choice, FREE]:
            return choice
        node = tree[slot_at + slot, NODE]


@inner_kernel
def action_toward(tree, slot, child):
    """The action of the slot that leads to a child of its node."""
    return tree[tree[LAST, 0] + child * tree[PLAYERS, 1] + tree[tree[SLOTS, 0] + slot, PLAYER], LAST_ACTION]


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
