"""Tree to strategic form, and mixed strategies back to behaviour on the tree.

A pure strategy is one reduced plan for every type of its player: an action at each of the player's moves that its own
earlier choices leave open. Plans that differ only where the player has ruled itself out are the same strategy.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError, SizeError
from deterrence_games.forms import InformationSet, StrategicForm, TreeForm, TreeStructure
from deterrence_games.forms.strategic import MAX_PROFILES
from deterrence_games.forms.tree import History, Ints

MAX_STRATEGIES = 200_000  # labels of a player's strategies cost more memory than the payoffs
MAX_PLAN_TABLE = 20_000_000  # 80 MB of int32
LONGEST_HISTORY = 4  # steps told in a label
UNTOLD = 10**15  # counts stop here: a deep tree has numbers of plans with thousands of digits


@dataclass(frozen=True, eq=False)
class Plans:
    """All reduced plans of a player, the same for each of its types.

    Attributes
    ----------
    slots : int64[own slot]
        The player's slots in preorder.
    choice : int32[plan, own slot]
        The action chosen, or -1 where the plan itself rules the slot out.
    """

    slots: Ints
    choice: npt.NDArray[np.int32]

    @property
    def count(self) -> int:
        """Number of plans."""
        return len(self.choice)


def strategic_form_of(tree: TreeForm) -> StrategicForm:
    """Reduced Bayesian strategic form of a tree at its only parameter point.

    Payoffs are expectations over types and chance. A strategy is labelled by its actions, type by type where the player has
    types: ``hard: defect, press_on | soft: cooperate``. Where one label names actions of several moves of the player, the
    history is added: ``press_on after defect > defy``.

    Raises
    ------
    SizeError
        When a player has too many strategies, or all together too many profiles, to be held in memory.
    """
    _one_point(tree)
    structure = tree.structure
    counts = [_plan_count(structure, player) for player in range(len(structure.players))]
    _check_size(structure, counts)
    plans = [plans_of(structure, player) for player in range(len(structure.players))]
    bundles = [bundles_of(own.count, int(kinds)) for own, kinds in zip(plans, structure.type_count, strict=True)]
    payoffs = np.zeros((len(plans), *(len(own) for own in bundles)))
    priors = tree.priors[0]
    reached = list(_leaves(tree, plans))
    for number, profile in enumerate(structure.profile_type):
        weight = float(np.prod([priors[structure.type_first[i] + kind] for i, kind in enumerate(profile)]))
        given = np.zeros((len(plans), *(own.count for own in plans)))
        for leaf, probability, rows in reached:
            received = tree.values[0, structure.payoff[structure.outcome[leaf], :, number]]
            cells = np.ix_(np.arange(len(plans)), *rows)
            given[cells] += (weight * probability * received).reshape(-1, *(1 for _ in plans))
        payoffs += given[np.ix_(np.arange(len(plans)), *(own[:, kind] for own, kind in zip(bundles, profile, strict=True)))]
    labels = tuple(_labels(structure, player, own, bundles[player]) for player, own in enumerate(plans))
    return StrategicForm(np.ascontiguousarray(payoffs), labels, structure.players, structure.name)


def behavior_of(tree: TreeForm, profile: Sequence[npt.NDArray[np.float64]]) -> dict[InformationSet, dict[str, float]]:
    """Behaviour that plays like a profile of mixed strategies of `strategic_form_of` (Kuhn's theorem).

    Information sets that their own player's strategy never reaches are left out: the profile says nothing about them.
    """
    structure = tree.structure
    behavior: dict[InformationSet, dict[str, float]] = {}
    shares = [_plan_shares(structure, player, mixed) for player, mixed in enumerate(profile)]
    for index, name in enumerate(structure.information_sets):
        player = int(structure.slot_player[structure.set_slot[index]])
        plans, share = shares[player]
        column = int(np.searchsorted(plans.slots, structure.set_slot[index]))
        own = share[structure.set_type[index]]
        chosen = plans.choice[:, column]
        masses = [float(own[chosen == action].sum()) for action in range(structure.set_actions[index])]
        if math.fsum(masses) > 0.0:
            labels = structure.set_labels(index)
            behavior[name] = {label: mass / math.fsum(masses) for label, mass in zip(labels, masses, strict=True)}
    return behavior


def outcomes_of(tree: TreeForm, profile: Sequence[npt.NDArray[np.float64]]) -> dict[str, float]:
    """Probability of each outcome under a profile of mixed strategies of `strategic_form_of`."""
    _one_point(tree)
    structure = tree.structure
    priors = tree.priors[0]
    shares = [_plan_shares(structure, player, mixed) for player, mixed in enumerate(profile)]
    found = dict.fromkeys(structure.outcomes, 0.0)
    for leaf, probability, rows in _leaves(tree, [plans for plans, _ in shares]):
        weight = probability
        for player, (_, share) in enumerate(shares):
            start = structure.type_first[player]
            own = share[:, rows[player]].sum(axis=1)
            weight *= float(priors[start : start + structure.type_count[player]] @ own)
        found[structure.outcomes[structure.outcome[leaf]]] += weight
    return found


def _one_point(tree: TreeForm) -> None:
    if tree.points != 1:
        raise GameError(
            f"game {tree.structure.name!r}: a strategic form needs one parameter point, here are {tree.points}; "
            "choose one with tree.at(point)"
        )


def _own_slots(structure: TreeStructure, player: int) -> Ints:
    return np.flatnonzero(structure.slot_player == player)


def _children(structure: TreeStructure, node: int) -> Ints:
    first = structure.child_first[node]
    return structure.child[first : first + structure.child_count[node]]


def _branches(structure: TreeStructure, player: int, node: int) -> tuple[int, list[Ints]]:
    """Return the player's slot at a node, or -1, and the children left open by each of its actions (all in one list if -1)."""
    below = _children(structure, node)
    first = int(structure.slot_first[node])
    for slot in range(first, first + int(structure.slot_count[node])):
        if structure.slot_player[slot] == player:
            action = np.arange(len(below)) // structure.slot_stride[slot] % structure.slot_actions[slot]
            return slot, [below[action == own] for own in range(structure.slot_actions[slot])]
    return -1, [below]


def _plan_count(structure: TreeStructure, player: int) -> int:
    """Count the reduced plans of one type, up to ``UNTOLD``."""
    count: dict[int, int] = {}
    for node in range(len(structure.kind) - 1, -1, -1):
        total = 0
        for open_children in _branches(structure, player, node)[1]:
            together = 1
            for below in open_children:
                together = min(UNTOLD, together * count.pop(int(below)))
            total += together
        count[node] = min(UNTOLD, total)
    return count[0]


def _check_size(structure: TreeStructure, counts: list[int]) -> None:
    strategies = [min(UNTOLD, _power(count, int(kinds))) for count, kinds in zip(counts, structure.type_count, strict=True)]
    told = ", ".join(f"{player} {_told(own)}" for player, own in zip(structure.players, strategies, strict=True))
    remedy = "solve the tree itself (perfect Bayesian equilibria, backward induction), or shorten it"
    if max(strategies) > MAX_STRATEGIES:
        raise SizeError(
            f"game {structure.name!r}: pure strategies in the strategic form: {told}; "
            f"at most {MAX_STRATEGIES} a player; {remedy}"
        )
    if math.prod(strategies) > MAX_PROFILES:
        raise SizeError(
            f"game {structure.name!r}: {_told(math.prod(strategies))} pure profiles ({told}); at most {MAX_PROFILES}; {remedy}"
        )
    for player, count in enumerate(counts):
        size = count * len(_own_slots(structure, player))
        if size > MAX_PLAN_TABLE:
            raise SizeError(
                f"game {structure.name!r}: {structure.players[player]} has {count} plans over "
                f"{len(_own_slots(structure, player))} moves; at most {MAX_PLAN_TABLE} plans times moves; {remedy}"
            )


def _power(count: int, kinds: int) -> int:
    total = 1
    for _ in range(kinds):
        total = min(UNTOLD, total * count)
    return total


def _told(count: int) -> str:
    return f"{UNTOLD:.0e} or more" if count >= UNTOLD else str(count)


def plans_of(structure: TreeStructure, player: int) -> Plans:
    """Enumerate the reduced plans, leaves first: a subtree's slots are a range, so its plans fill a block of columns."""
    slots = _own_slots(structure, player)
    nodes = structure.slot_node[slots]
    table: dict[int, npt.NDArray[np.int32]] = {}
    for node in range(len(structure.kind) - 1, -1, -1):
        start, stop = np.searchsorted(nodes, (node, structure.end[node]))
        slot, branches = _branches(structure, player, node)
        blocks = []
        for action, open_children in enumerate(branches):
            sizes = [len(table[int(below)]) for below in open_children]
            block = np.full((math.prod(sizes), stop - start), -1, dtype=np.int32)
            if slot >= 0:
                block[:, 0] = action
            repeat = len(block)
            for below, size in zip(open_children, sizes, strict=True):
                repeat //= size
                own = table[int(below)]
                left = int(np.searchsorted(nodes, below)) - start
                block[:, left : left + own.shape[1]] = own[np.arange(len(block)) // repeat % size]
            blocks.append(block)
        for below in _children(structure, node):
            del table[int(below)]
        table[node] = np.concatenate(blocks)
    return Plans(slots, table[0])


def bundles_of(count: int, kinds: int) -> Ints:
    """Return int64[strategy, type]: the plan of each type, the last type varying fastest."""
    return np.stack(np.unravel_index(np.arange(count**kinds), (count,) * kinds), axis=1).astype(np.int64)


def _plan_shares(
    structure: TreeStructure, player: int, mixed: npt.NDArray[np.float64]
) -> tuple[Plans, npt.NDArray[np.float64]]:
    """Return the plans and float64[type, plan], the probability with which each type follows each plan."""
    plans = plans_of(structure, player)
    kinds = int(structure.type_count[player])
    mixed = np.asarray(mixed, dtype=np.float64)
    if mixed.shape != (plans.count**kinds,):
        raise GameError(
            f"game {structure.name!r}: {mixed.shape} probabilities for {structure.players[player]!r}, who has "
            f"{plans.count**kinds} strategies; give one probability a strategy of strategic_form_of"
        )
    bundles = bundles_of(plans.count, kinds)
    return plans, np.stack([np.bincount(bundles[:, kind], mixed, plans.count) for kind in range(kinds)])


def _leaves(tree: TreeForm, plans: Sequence[Plans]) -> Iterator[tuple[int, float, list[Ints]]]:
    """Yield each leaf with its chance probability and, for every player, the plans that allow it."""
    structure = tree.structure
    waiting = [(0, 1.0, [np.arange(own.count) for own in plans])]
    while waiting:
        node, probability, rows = waiting.pop()
        below = _children(structure, node)
        if not len(below):
            yield node, probability, rows
            continue
        # The rows behind each action are cut out once and shared by all children that follow it.
        first = int(structure.slot_first[node])
        cuts = []
        for slot in range(first, first + int(structure.slot_count[node])):
            player = int(structure.slot_player[slot])
            own = plans[player]
            chosen = own.choice[rows[player], np.searchsorted(own.slots, slot)]
            cuts.append((slot, player, [rows[player][chosen == action] for action in range(structure.slot_actions[slot])]))
        for number in range(len(below) - 1, -1, -1):
            child = int(below[number])
            branch = float(tree.values[0, structure.chance[child]]) if structure.chance[child] >= 0 else 1.0
            onward = list(rows)
            for slot, player, parts in cuts:
                onward[player] = parts[number // structure.slot_stride[slot] % structure.slot_actions[slot]]
            waiting.append((child, probability * branch, onward))


def _labels(structure: TreeStructure, player: int, plans: Plans, bundles: Ints) -> tuple[str, ...]:
    """Label the strategies of a player, each differently."""
    owners = Counter(label for slot in plans.slots for label in structure.actions[slot])
    words = []
    for slot in plans.slots:
        told = any(owners[label] > 1 for label in structure.actions[slot])
        where = _after(structure.histories[structure.slot_node[slot]]) if told else ""
        words.append([label + where for label in structure.actions[slot]])
    if not len(plans.slots):
        return ("no move",)
    texts = [
        ", ".join(words[column][action] for column, action in enumerate(row) if action >= 0) for row in plans.choice.tolist()
    ]
    kinds = structure.types[player]
    if len(kinds) > 1 or kinds[0]:
        labels = [
            " | ".join(f"{kind}: {texts[plan]}" for kind, plan in zip(kinds, row, strict=True)) for row in bundles.tolist()
        ]
    else:
        labels = texts
    taken: set[str] = set()
    for number, label in enumerate(labels):  # labels of actions may hold commas and bars themselves
        copies = 1
        while labels[number] in taken:
            copies += 1
            labels[number] = f"{label} #{copies}"
        taken.add(labels[number])
    return tuple(labels)


def _after(history: History) -> str:
    """Tell a history in a label, only its end when it is long: a thousand of them in one label would cost gigabytes."""
    if not history:
        return " at the start"
    steps = [f"({', '.join(step)})" if isinstance(step, tuple) else step for step in history[-LONGEST_HISTORY:]]
    if len(history) > LONGEST_HISTORY:
        return f" after ... > {' > '.join(steps)} (move {len(history) + 1})"
    return " after " + " > ".join(steps)
