"""Threats and promises in a tree, and what each is worth in an equilibrium.

A threat or promise is an action by which one player, the maker, answers an earlier move of another, the addressee. It is
found from the tree and the payoffs alone:

- The maker has a choice at a history; the addressee made a move on the way there and had another that avoids it.
- What the maker would do instead is, in the equilibrium's proportions, its other actions; where the equilibrium uses none of
  them, each type's best other action.
- The action is a *threat* to the types of the addressee that expect less after it than after what the maker would do instead.
  It is to deter the move that leads there, in favour of moves after which the maker expects more.
- The action is a *promise* to the types of the addressee that expect more after it. It is to encourage the move that leads
  there, against moves after which the maker expects less.

So `concede` after an attack is no promise, as its maker would rather not be attacked. Where nothing is at stake for the maker
the action that is worse for the addressee is taken to be a threat. When an action answers the moves of several players, the
first of them on the way decides what the maker commits itself to; for the others the same actions are followed up. An ally's
entry into a war is therefore a threat to the aggressor and a promise to the target that resists.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np

from deterrence_games.analysis.assessment import Assessment, children, slot_choices, slots_at
from deterrence_games.analysis.threats import NO_MASS, Commitment, Effect, Resolve
from deterrence_games.errors import SizeError
from deterrence_games.forms.tree import Floats, Ints

HALVINGS = 60  # of [0, 1], to less than rounding
MOST_STEPS = 20_000  # moves between the addressees' moves and the answers, summed over all pairs; seconds to a minute


@dataclass(frozen=True)
class _Step:
    """A move on the way to a history: the slot at a node, the action, and the child it leads to."""

    slot: int
    action: int


def find_commitments(held: Assessment, number: int, name: str, spread: tuple[Floats, Floats]) -> Iterator[Commitment]:
    """Yield the threats and promises of a tree, assessed in one equilibrium.

    Parameters
    ----------
    held : Assessment
    number : int
        Position of the equilibrium.
    name : str
        Its name.
    spread : pair of float64[slot, action]
        Least and greatest probability of each action by the belief at its node (padded with zeros).

    Raises
    ------
    SizeError
        When the tree is too deep for every move to be held against every answer.
    """
    structure = held.form.structure
    earlier = {slot: _earlier_moves(held, slot) for slot in range(len(structure.slot_node)) if structure.slot_actions[slot] > 1}
    depth = [len(history) for history in structure.histories]
    steps = sum(
        depth[structure.slot_node[slot]] - depth[structure.slot_node[step.slot]] for slot in earlier for step in earlier[slot]
    )
    if steps > MOST_STEPS:
        raise SizeError(
            f"game {structure.name!r}: {sum(map(len, earlier.values()))} pairs of a move and an answer to it, {steps} moves "
            f"apart in sum, at most {MOST_STEPS}; ask about a shorter game"
        )
    for slot, answered in earlier.items():
        committed: set[int] = set()
        for step in answered:
            found = list(_answers(held, slot, step, committed))
            for action, kind, against, affected in found:
                effects = _effects(held, slot, action, step, against, affected, kind)
                yield _commitment(held, number, name, spread, slot, action, step, kind, against, effects)
            if not committed:
                committed = {action for action, *_ in found}


def _earlier_moves(held: Assessment, slot: int) -> list[_Step]:
    """Moves of other players on the way to the slot that could have been different, the first of them first."""
    structure = held.form.structure
    path = _path(held, 0, int(structure.slot_node[slot]))
    steps = []
    for node, below in pairwise(path):
        number = int(np.flatnonzero(children(structure, node) == below)[0])
        for other in slots_at(structure, node):
            if structure.slot_player[other] != structure.slot_player[slot] and structure.slot_actions[other] > 1:
                steps.append(_Step(other, int(slot_choices(structure, other)[number])))
    return steps


def _path(held: Assessment, top: int, bottom: int) -> list[int]:
    """Nodes from one node down to another."""
    path = [bottom]
    while path[-1] != top:
        path.append(int(held.form.structure.parent[path[-1]]))
    return path[::-1]


def _answers(held: Assessment, slot: int, step: _Step, committed: set[int]) -> Iterator[tuple[int, str, tuple[int, ...], Ints]]:
    """Yield the actions that are a threat or promise for a move: action, kind, the moves it is against, types affected."""
    structure = held.form.structure
    maker, addressee = int(structure.slot_player[slot]), int(structure.slot_player[step.slot])
    interest = _interest(held, maker, step.slot)
    loss = interest - interest[step.action]
    others = [move for move in range(len(loss)) if move != step.action]
    favoured = tuple(move for move in others if loss[move] > held.tie[maker])
    dreaded = tuple(move for move in others if loss[move] < -held.tie[maker])
    if committed or not (favoured or dreaded):
        favoured = tuple(others)
    if committed:
        dreaded = tuple(others)
    for action in sorted(committed) or range(structure.slot_actions[slot]):
        carried, instead = _mixes(held, slot, action)
        difference = _at_slot(held, slot, carried, addressee) - _at_slot(held, slot, instead, addressee)
        harmed = np.flatnonzero(difference < -held.tie[addressee])
        helped = np.flatnonzero(difference > held.tie[addressee])
        if harmed.size and favoured:
            yield action, "threat", favoured, harmed
        if helped.size and dreaded:
            yield action, "promise", dreaded, helped


def _interest(held: Assessment, maker: int, slot: int) -> Floats:
    """What each move of another player's slot is worth to the maker, its types averaged, ``float64[move]``."""
    structure = held.form.structure
    node = int(structure.slot_node[slot])
    below = children(structure, node)
    weight = held.belief_about(node, maker) * _marginal_weights(held, node, (slot,), maker)
    worth = (weight * np.stack([held.value_of(int(child), maker) for child in below])).sum(axis=1)
    interest: Floats = np.bincount(slot_choices(structure, slot), worth, structure.slot_actions[slot]).astype(np.float64)
    return interest


def _marginal_weights(held: Assessment, node: int, without: tuple[int, ...], own: int) -> Floats:
    """Probability of each child, some slots left out, by the beliefs at the node, ``float64[child, type of own]``."""
    structure = held.form.structure
    below = children(structure, node)
    weight = np.ones((len(below), int(structure.type_count[own])))
    if structure.chance[below[0]] >= 0:
        weight *= held.form.values[0, structure.chance[below]][:, None]
    for slot in slots_at(structure, node):
        if slot in without:
            continue
        choices = slot_choices(structure, slot)
        if structure.slot_player[slot] == own:
            weight *= held.by_type(slot)[:, choices].T
        else:
            weight *= held.marginal(slot)[choices][:, None]
    return weight


def _mixes(held: Assessment, slot: int, action: int) -> tuple[Floats, Floats]:
    """Carrying out for sure, and what the maker does instead, ``float64[action]`` each."""
    structure = held.form.structure
    carried = np.zeros(int(structure.slot_actions[slot]))
    carried[action] = 1.0
    instead = held.marginal(slot) * (1.0 - carried)
    if instead.sum() <= NO_MASS:
        belief = held.belief_about(int(structure.slot_node[slot]), int(structure.slot_player[slot]))
        instead = np.zeros_like(carried)
        for kind, share in enumerate(belief):
            instead[_best_other(held.replies(int(structure.set_first[slot]) + kind), action)] += share
    return carried, instead / instead.sum()


def _best_other(worth: Floats, action: int) -> int:
    return int(np.where(np.arange(len(worth)) == action, -inf, worth).argmax())


def _at_slot(held: Assessment, slot: int, mix: Floats, addressee: int) -> Floats:
    """What the node of a slot is worth to the addressee's types when the slot's owner mixes so, ``float64[type]``."""
    structure = held.form.structure
    node = int(structure.slot_node[slot])
    worth = np.stack([held.value_of(int(child), addressee) for child in children(structure, node)])
    return _own_best(held, node, worth, addressee, fixed=(slot, mix))


def _own_best(
    held: Assessment, node: int, worth: Floats, own: int, fixed: tuple[int, Floats] | None = None, move: int = -1
) -> Floats:
    """Best payoff at a node to the types of a player who may move there, others as in the equilibrium, ``float64[type]``.

    Parameters
    ----------
    worth : float64[child, type of own]
    fixed : (slot, float64[action]), optional
        Another slot with its own mixture.
    move : int
        The player's own move, if it is settled.
    """
    structure = held.form.structure
    mine = [slot for slot in slots_at(structure, node) if structure.slot_player[slot] == own]
    apart = (*mine, *((fixed[0],) if fixed else ()))
    weight = _marginal_weights(held, node, apart, own)
    if fixed:
        weight *= fixed[1][slot_choices(structure, fixed[0])][:, None]
    each = weight * worth
    if not mine:
        total: Floats = each.sum(axis=0)
        return total
    choices = slot_choices(structure, mine[0])
    by_move = np.stack([each[choices == action].sum(axis=0) for action in range(structure.slot_actions[mine[0]])])
    best: Floats = by_move[move] if move >= 0 else by_move.max(axis=0)
    return best


def _effects(
    held: Assessment, slot: int, action: int, step: _Step, against: tuple[int, ...], affected: Ints, kind: str
) -> tuple[Effect, ...]:
    structure = held.form.structure
    own = int(structure.slot_player[step.slot])
    top, bottom = int(structure.slot_node[step.slot]), int(structure.slot_node[slot])
    path = _path(held, top, bottom)
    carried, instead = _mixes(held, slot, action)
    at_top = np.stack([held.value_of(int(child), own) for child in children(structure, top)])
    other = np.stack([_own_best(held, top, at_top, own, move=move) for move in against])

    def worth(probability: float) -> Floats:
        """The move's worth to the addressee's types, as a function of the probability of being carried out."""
        value = _at_slot(held, slot, probability * carried + (1.0 - probability) * instead, own)
        for node, below in zip(path[-2::-1], path[:0:-1], strict=True):
            each = np.stack([held.value_of(int(child), own) for child in children(structure, node)])
            each[children(structure, node) == below] = value
            value = _own_best(held, node, each, own, move=step.action if node == top else -1)
        return value

    between = [index for node in path[1:] for index in slots_at(structure, node)]
    linear = all(structure.slot_player[index] != own for index in between)
    actual = float(held.marginal(slot)[action])
    found = []
    for type_ in affected:
        best = int(other[:, type_].argmax())
        avoided, tie = float(other[best, type_]), float(held.tie[own])
        sign = 1.0 if kind == "threat" else -1.0

        def unmoved(probability: float, type_: int = int(type_), avoided: float = avoided, sign: float = sign) -> float:
            """Above zero where the threat or promise fails."""
            return sign * (float(worth(probability)[type_]) - avoided)

        now = unmoved(actual)
        threshold = _linear_root(unmoved, tie) if linear else _bisected_root(unmoved)
        found.append(
            Effect(
                type=structure.types[own][type_],
                belief=float(held.belief_about(top, own)[type_]),
                move_worth=avoided + sign * now,
                other_worth=avoided,
                other_move=structure.actions[step.slot][against[best]],
                threshold=threshold,
                method="closed form" if linear else "bisection",
                margin=0.0 if abs(now) <= tie and abs(threshold) < inf else actual - threshold,
                works=now <= tie,
                tie=abs(now) <= tie,
            )
        )
    return tuple(found)


def _linear_root(unmoved: Callable[[float], float], tie: float) -> float:
    start, end = unmoved(0.0), unmoved(1.0)
    if start - end <= tie:
        return -inf if start <= tie else inf
    return start / (start - end) + 0.0  # adding zero turns -0.0 into 0


def _bisected_root(unmoved: Callable[[float], float]) -> float:
    if unmoved(0.0) < 0.0:
        return -inf
    if unmoved(1.0) > 0.0:
        return inf
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if unmoved(middle) > 0.0 else (low, middle)
    return high


def _commitment(
    held: Assessment,
    number: int,
    name: str,
    spread: tuple[Floats, Floats],
    slot: int,
    action: int,
    step: _Step,
    kind: str,
    against: tuple[int, ...],
    effects: tuple[Effect, ...],
) -> Commitment:
    structure = held.form.structure
    player = int(structure.slot_player[slot])
    resolves = []
    for own, label in enumerate(structure.types[player]):
        worth = held.replies(int(structure.set_first[slot]) + own)
        instead = _best_other(worth, action)
        difference, tie = float(worth[action] - worth[instead]), float(held.tie[player])
        resolves.append(
            Resolve(
                type=label,
                belief=float(held.belief_about(int(structure.slot_node[slot]), player)[own]),
                carrying_out=float(worth[action]),
                backing_down=float(worth[instead]),
                instead=structure.actions[slot][instead],
                probability=float(held.by_type(slot)[own, action]),
                credible=difference >= -tie,
                tie=abs(difference) <= tie,
            )
        )
    return Commitment(
        kind=kind,
        equilibrium=number,
        equilibrium_name=name,
        player=structure.players[player],
        history=structure.histories[structure.slot_node[slot]],
        action=structure.actions[slot][action],
        addressee=structure.players[structure.slot_player[step.slot]],
        decision=structure.histories[structure.slot_node[step.slot]],
        move=structure.actions[step.slot][step.action],
        against=tuple(structure.actions[step.slot][move] for move in against),
        probability=float(held.marginal(slot)[action]),
        probability_range=(float(spread[0][slot, action]), float(spread[1][slot, action])),
        resolves=tuple(resolves),
        effects=effects,
    )
