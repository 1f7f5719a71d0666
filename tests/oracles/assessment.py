"""Is an assessment a perfect Bayesian equilibrium? Checked word by word from the definition.

An assessment is a behaviour strategy for every (player, type, history) and a belief about every player at every history
where somebody moves; players with one type may be left out of the beliefs. Works on fractions (exact) and on floats.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from tests.oracles.outcomes import Behaviour, Number
from tests.oracles.plain_game import History, Leaf, Lottery, PlainGame, Profile, Stage, Tree

Beliefs = Mapping[History, Mapping[str, Mapping[str, Number]]]  # history -> player -> type -> probability


def stages(tree: Tree, history: History = ()) -> Iterator[tuple[History, Stage]]:
    """Every stage with its history, parents first."""
    if isinstance(tree, Stage):
        yield history, tree
    for step, below in branches(tree):
        yield from stages(below, (*history, step))


def branches(tree: Tree) -> list[tuple[Any, Tree]]:
    """The label that each branch adds to the history, with its subtree."""
    if isinstance(tree, Leaf):
        return []
    if isinstance(tree, Lottery):
        return [(label, below) for label, _, below in tree.branches]
    joint = product(*tree.actions)
    return [(labels[0] if len(labels) == 1 else labels, below) for labels, below in zip(joint, tree.children, strict=True)]


def next_stages(tree: Tree, history: History) -> Iterator[History]:
    """Histories of the first stages at or below a node."""
    if isinstance(tree, Stage):
        yield history
    else:
        for step, below in branches(tree):
            yield from next_stages(below, (*history, step))


def believed(plain: PlainGame, beliefs: Beliefs, history: History, player: str) -> Mapping[str, Number]:
    """The belief about a player at a history."""
    own = plain.types[plain.players.index(player)]
    return beliefs[history][player] if len(own) > 1 else dict(own)


def bayes_fault(plain: PlainGame, behaviour: Behaviour, beliefs: Beliefs, tol: float = 0) -> Number:
    """Largest distance of a belief from what the definition requires.

    At the first stages the prior; after a move that the belief before it gives more than `tol`, Bayes' rule; after any
    other move a belief that is the same whatever the other movers did; no change through others' moves and lotteries.
    """
    worst: Number = 0

    def compare(history: History, player: str, required: Mapping[str, Number]) -> None:
        nonlocal worst
        held = believed(plain, beliefs, history, player)
        worst = max(worst, *(abs(held[kind] - required[kind]) for kind in required))

    for history in next_stages(plain.tree, ()):
        for player, own in zip(plain.players, plain.types, strict=True):
            compare(history, player, dict(own))
    for history, stage in stages(plain.tree):
        fresh: dict[tuple[str, str], Mapping[str, Number]] = {}
        for labels, (step, below) in zip(product(*stage.actions), branches(stage), strict=True):
            for after in next_stages(below, (*history, step)):
                for player in plain.players:
                    held = believed(plain, beliefs, history, player)
                    if player not in stage.movers:
                        compare(after, player, held)
                        continue
                    action = labels[stage.movers.index(player)]
                    joint = {kind: share * behaviour[(player, kind, history)][action] for kind, share in held.items()}
                    whole = sum(joint.values())
                    if whole > tol:
                        compare(after, player, {kind: share / whole for kind, share in joint.items()})
                    else:
                        compare(after, player, fresh.setdefault((player, action), believed(plain, beliefs, after, player)))
    return worst


def action_values(
    plain: PlainGame, behaviour: Behaviour, beliefs: Beliefs
) -> dict[tuple[str, str, History], dict[str, Number]]:
    """Expected payoff of every action at every information set, given beliefs there and later play."""
    shares = [dict(own) for own in plain.types]
    result: dict[tuple[str, str, History], dict[str, Number]] = {}

    def play(tree: Tree, history: History) -> dict[Profile, tuple[Number, ...]]:
        """Expected payoffs of all players under each type profile."""
        if isinstance(tree, Leaf):
            return dict(tree.payoffs)
        after = {step: play(below, (*history, step)) for step, below in branches(tree)}
        if isinstance(tree, Lottery):
            weights = {profile: {label: share for label, share, _ in tree.branches} for profile in plain.profiles}
            return {profile: _mean(after, weights[profile], profile) for profile in plain.profiles}
        steps = dict(zip(product(*tree.actions), after, strict=True))
        for k, player in enumerate(tree.movers):
            i = plain.players.index(player)
            for kind in shares[i]:
                values: dict[str, Number] = dict.fromkeys(tree.actions[k], 0)
                for profile in (p for p in plain.profiles if p[i] == kind):
                    belief: Number = 1
                    for j, other in enumerate(plain.players):
                        belief = belief * (1 if j == i else believed(plain, beliefs, history, other)[profile[j]])
                    for labels, step in steps.items() if belief else ():
                        weight = belief
                        for m, other in enumerate(tree.movers):
                            if m != k:
                                weight = weight * behaviour[(other, profile[plain.players.index(other)], history)][labels[m]]
                        values[labels[k]] += weight * after[step][profile][i]
                result[(player, kind, history)] = values
        expected = {}
        for profile in plain.profiles:
            weights_here: dict[Any, Number] = {}
            for labels, step in steps.items():
                weight: Number = 1
                for other, label in zip(tree.movers, labels, strict=True):
                    weight = weight * behaviour[(other, profile[plain.players.index(other)], history)][label]
                weights_here[step] = weight
            expected[profile] = _mean(after, weights_here, profile)
        return expected

    play(plain.tree, ())
    return result


def _mean(after: Mapping[Any, Mapping[Profile, tuple[Number, ...]]], weights: Mapping[Any, Number], profile: Profile):
    parts = [[weight * value for value in after[step][profile]] for step, weight in weights.items()]
    return tuple(sum(column) for column in zip(*parts, strict=True))


def regret(plain: PlainGame, behaviour: Behaviour, beliefs: Beliefs, tol: float = 0) -> Number:
    """Largest loss of an action used with more than `tol` against the best one, over all information sets."""
    worst: Number = 0
    for key, values in action_values(plain, behaviour, beliefs).items():
        used = [values[action] for action, share in behaviour[key].items() if share > tol]
        worst = max(worst, max(values.values()) - min(used))
    return worst
