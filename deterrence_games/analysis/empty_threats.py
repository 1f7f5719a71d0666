"""Empty threats: what a Nash equilibrium has somebody do off the path of play although it is no best reply.

An action is *incredible* when it is prescribed off the path of play and is no best reply to any belief that the moves so far
allow: beliefs about players who have kept to the equilibrium follow from Bayes' rule, those about others are anything.
Later play is as prescribed, with best replies where that is incredible in its turn or the strategies are silent. An incredible
action is an *empty threat* to a player who alone has to leave the path of play for it to fall due, and who expects less from
it than from a best reply.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import linprog

from deterrence_games.analysis.assessment import (
    NEVER,
    Assessment,
    Beliefs,
    Bools,
    children,
    complete,
    entries_of,
    follow_beliefs,
    others_weight,
    read_behavior,
    replies_by_profile,
    slot_choices,
    slots_at,
    ties,
    types_of,
)
from deterrence_games.analysis.threats import NO_MASS, EmptyThreat
from deterrence_games.errors import SolverError
from deterrence_games.forms import InformationSet, TreeForm, TreeStructure
from deterrence_games.forms.tree import Floats
from deterrence_games.results import Equilibrium

SAME = 1e-6  # probabilities of a Nash and of a perfect Bayesian equilibrium that differ by less are the same
PRECISION = 1e-7  # of the linear programs, in shares of the greatest payoff difference

Behavior = Mapping[InformationSet, Mapping[str, float]]


@dataclass(frozen=True)
class _Incredible:
    """An action that its information set should not use."""

    index: int
    action: int
    cost: float
    instead: int


def find_empty_threats(
    form: TreeForm, number: int, behavior: Behavior, perfect: Sequence[Equilibrium]
) -> tuple[list[EmptyThreat], bool]:
    """Find the empty threats that hold up one Nash equilibrium, and whether a perfect equilibrium has the same play.

    The empty threats are all of them when no perfect Bayesian equilibrium has the same play on the path, else the pivotal ones.

    Parameters
    ----------
    behavior : mapping
        Behaviour strategies; information sets that a player's own strategy excludes may be missing.
    perfect : sequence of Equilibrium
        All perfect Bayesian equilibria.
    """
    structure = form.structure
    entries, told = read_behavior(form, behavior)
    beliefs = follow_beliefs(form, entries, told, {})
    same_path = any(has_same_path(form, entries, told, beliefs, other) for other in perfect)
    held = Assessment(form, complete(form, entries, told, beliefs.belief), beliefs.belief)
    threats = []
    amended, incredible = _amended(form, entries, told, beliefs)
    for found in incredible:
        slot = int(structure.set_slot[found.index])
        node = int(structure.slot_node[slot])
        off = _departure(form, entries, told, beliefs, node)
        if off is None:
            continue
        leave, addressee = off
        player = int(structure.slot_player[leave])
        if player == structure.slot_player[slot]:
            continue
        replaced = entries.copy()
        own = entries_of(structure, found.index)
        replaced[own] = amended[own]
        mended = Assessment(form, complete(form, replaced, told, beliefs.belief), beliefs.belief)
        thought = beliefs.belief[node, types_of(structure, player)] > NO_MASS
        harm = mended.value_of(node, player) - held.value_of(node, player)
        if not (harm[thought] > held.tie[player]).any():
            continue
        pivotal = _gains(held, mended, leave, addressee)
        if same_path and not pivotal:
            continue
        threats.append(
            EmptyThreat(
                equilibrium=number,
                player=structure.players[structure.slot_player[slot]],
                type=structure.types[structure.slot_player[slot]][structure.set_type[found.index]],
                history=structure.histories[node],
                action=structure.actions[slot][found.action],
                probability=float(entries[structure.set_entry[found.index] + found.action]),
                cost=found.cost,
                instead=structure.actions[slot][found.instead],
                addressee=structure.players[player],
                decision=structure.histories[structure.slot_node[leave]],
                move=structure.actions[leave][addressee],
                perfect=same_path,
                pivotal=pivotal,
            )
        )
    return threats, same_path


def has_same_path(form: TreeForm, entries: Floats, told: Bools, beliefs: Beliefs, other: Equilibrium) -> bool:
    """Whether behaviour plays on the path as an equilibrium, or as some member of its continuum, does."""
    structure = form.structure
    node = structure.slot_node[structure.set_slot]
    column = structure.type_first[structure.slot_player[structure.set_slot]] + structure.set_type
    return agrees(form, entries, told & beliefs.reached[node] & (beliefs.belief[node, column] > NEVER), other)


def agrees(form: TreeForm, entries: Floats, sets: Bools, other: Equilibrium) -> bool:
    """Whether behaviour at some information sets, ``bool[set]``, is within what an equilibrium's continuum does there."""
    structure = form.structure
    for index in np.flatnonzero(sets).tolist():
        where = structure.information_sets[index]
        for action, label in enumerate(structure.set_labels(index)):
            share = other.behavior[where][label]
            low, high = other.behavior_intervals.get(where, {}).get(label, (share, share))
            if not low - SAME <= entries[structure.set_entry[index] + action] <= high + SAME:
                return False
    return True


def _amended(form: TreeForm, entries: Floats, told: Bools, beliefs: Beliefs) -> tuple[Floats, list[_Incredible]]:
    """Put best replies in the place of incredible actions, leaves first, and list those."""
    structure = form.structure
    found: list[_Incredible] = []

    def amend(index: int, filled: Floats, worth: Floats) -> bool:
        slot = int(structure.set_slot[index])
        if beliefs.reached[structure.slot_node[slot]]:
            return False
        gain = replies_by_profile(form, index, filled, worth)
        used = np.flatnonzero(entries[entries_of(structure, index)] > NO_MASS)
        tie = float(ties(form)[structure.slot_player[slot]])
        costs = [_least_cost(structure, index, gain, beliefs, int(action)) for action in used]
        bad = [
            _Incredible(index, int(action), cost, best) for action, (cost, best) in zip(used, costs, strict=True) if cost > tie
        ]
        found.extend(bad)
        return bool(bad)

    return complete(form, entries, told, beliefs.belief, amend), found


def _least_cost(structure: TreeStructure, index: int, gain: Floats, beliefs: Beliefs, action: int) -> tuple[float, int]:
    """Least loss by an action against the best reply, over the beliefs that the moves so far allow, and that best reply.

    Where the types of several players are open, correlated beliefs count as well, so that the loss is a lower bound.
    """
    slot = int(structure.set_slot[index])
    node, own = int(structure.slot_node[slot]), int(structure.slot_player[slot])
    open_players = [
        i for i in range(len(structure.players)) if i != own and beliefs.free[node, i] and structure.type_count[i] > 1
    ]
    settled = beliefs.belief[node].copy()
    for i in open_players:
        settled[types_of(structure, i)] = 1.0
    weight = others_weight(structure, settled, index)
    # A column for every combination of the open types.
    shape = [int(structure.type_count[i]) for i in open_players]
    column = (
        np.ravel_multi_index(structure.profile_type[:, open_players].T, shape) if shape else np.zeros(len(weight), np.int64)
    )
    by_types = np.stack([np.bincount(column, weight * row, int(np.prod(shape))) for row in gain])
    loss = by_types - by_types[action]
    # Two cases that need no linear program: a belief in one combination makes the action best, or one reply is always best.
    worst = loss.max(axis=0)
    always = np.flatnonzero((loss >= worst).all(axis=1))
    if worst.min() <= 0.0 or always.size:
        cheapest = int(worst.argmin())
        return float(worst[cheapest]), int(always[0] if always.size else loss[:, cheapest].argmax())
    # The least over beliefs of the greatest loss: minimise t with loss @ belief <= t.
    count, scale = loss.shape[1], float(np.abs(loss).max())
    solved = linprog(
        np.append(np.zeros(count), 1.0),
        A_ub=np.column_stack([loss / scale, -np.ones(len(loss))]),
        b_ub=np.zeros(len(loss)),
        A_eq=np.append(np.ones(count), 0.0)[None],
        b_eq=[1.0],
        bounds=[(0.0, 1.0)] * count + [(None, None)],
    )
    if not solved.success:
        raise SolverError(f"game {structure.name!r}: no least cost of an empty threat: {solved.message}; rescale the payoffs")
    cost = scale * float(solved.fun)
    return cost if cost > PRECISION * scale else 0.0, int((loss @ solved.x[:-1]).argmax())


def _departure(form: TreeForm, entries: Floats, told: Bools, beliefs: Beliefs, node: int) -> tuple[int, int] | None:
    """Return the slot and action by which a single player leaves the path of play towards a node; None for several players."""
    structure = form.structure
    path = [node]
    while path[-1]:
        path.append(int(structure.parent[path[-1]]))
    path.reverse()
    departures: list[tuple[int, int]] = []
    for above, below in pairwise(path):
        if structure.chance[below] >= 0 and form.values[0, structure.chance[below]] <= NEVER:
            return None
        number = int(np.flatnonzero(children(structure, above) == below)[0])
        for slot in slots_at(structure, above):
            action = int(slot_choices(structure, slot)[number])
            sets = structure.set_first[slot] + np.arange(structure.type_count[structure.slot_player[slot]])
            chosen = np.where(told[sets], entries[structure.set_entry[sets] + action], 0.0)
            if beliefs.belief[above, types_of(structure, int(structure.slot_player[slot]))] @ chosen <= NEVER:
                departures.append((slot, action))
    return departures[0] if len({int(structure.slot_player[slot]) for slot, _ in departures}) == 1 else None


def _gains(held: Assessment, mended: Assessment, slot: int, action: int) -> bool:
    """Whether some type would gain by an action once the answer to it is mended."""
    structure = held.form.structure
    node, player = int(structure.slot_node[slot]), int(structure.slot_player[slot])
    for kind in range(int(structure.type_count[player])):
        gain = mended.replies(int(structure.set_first[slot]) + kind)[action] - held.value_of(node, player)[kind]
        if held.belief_about(node, player)[kind] > NO_MASS and gain > held.tie[player]:
            return True
    return False
