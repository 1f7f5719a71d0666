"""Supports that types can have together: those of published games, and those of random games by best replies in fractions."""

from fractions import Fraction
from itertools import chain, combinations, pairwise, product
from random import Random

import pytest

import deterrence_games as dg
from deterrence_games.theory import joint_supports
from deterrence_games.theory.joint_supports import JointSupports
from deterrence_games.theory.symbolic_tree import SymbolicTree
from tests.oracles.assessment import branches, stages
from tests.oracles.plain_game import Leaf, Lottery, PlainGame, Stage, to_game
from tests.oracles.random_games import RECIPES, random_game

TIMEOUT = 20_000  # milliseconds


def all_types(joint: JointSupports, slot: int) -> list[tuple[tuple[int, ...], ...]]:
    player = int(joint.tree.structure.slot_player[slot])
    return joint.of(slot, range(joint.tree.kinds(player)))


def of_model(name: str) -> JointSupports:
    return JointSupports(SymbolicTree(dg.models.CATALOGUE[name]()), TIMEOUT)


def test_a_hard_type_defects_whenever_a_soft_type_may():
    """The inequality from which the families of mutual deterrence follow: x_S > 0 implies x_H = 1."""
    joint = of_model("generalized_mutual_deterrence")
    cooperate, defect, mix = (0,), (1,), (0, 1)
    wanted = [(cooperate, cooperate), (defect, cooperate), (defect, defect), (defect, mix), (mix, cooperate)]
    assert all_types(joint, 0) == all_types(joint, 1) == sorted(wanted, key=lambda own: [(len(one), one) for one in own])


def test_few_of_the_supports_of_four_defender_types_go_together():
    joint = of_model("asymmetric_escalation")
    s = joint.tree.structure
    answer, settle = (s.histories.index(history) for history in (("demand",), ("demand", "respond")))
    (answering,) = joint.tree.slots(answer)
    (settling,) = joint.tree.slots(settle)
    concede, respond = range(2)
    found = all_types(joint, answering)
    assert len(found) < 60  # of 7 * 7 * 3 * 3
    for hard, tactical, strategic, soft in found:  # the types HH, HS, SH, SS
        if concede in hard:  # conflict is worse for HS and SS than for HH
            assert tactical == soft == (concede,)
        if concede in strategic:  # all-out conflict is worse for SS than for SH
            assert soft == (concede,)
        assert respond not in strategic + soft
    assert len(all_types(joint, settling)) == 5


@pytest.mark.parametrize("seed", range(len(RECIPES)), ids=[recipe.name for recipe in RECIPES])
def test_best_replies_to_any_belief_and_play_are_kept(seed):
    plain, draw = random_game(seed), Random(f"play {seed}")
    joint = JointSupports(SymbolicTree(to_game(plain)), TIMEOUT)
    tree, s = joint.tree, joint.tree.structure
    below = dict(stages(plain.tree))
    seen = 0
    for slot in range(len(s.slot_node)):
        history, player = s.histories[int(s.slot_node[slot])], int(s.slot_player[slot])
        kept = all_types(joint, slot)
        assert kept
        for _ in range(12):
            shares = {
                q: mixed(draw, tree.allowed[q], int(s.set_actions[q])) for q in range(len(s.set_slot))
            }  # fmt: skip
            behaviour = {
                tuple(place): dict(zip(s.set_labels(q), shares[q], strict=True)) for q, place in enumerate(s.information_sets)
            }
            beliefs = [mixed(draw, range(len(own)), len(own)) for own in plain.types]
            best = []
            for kind in range(len(plain.types[player])):
                values = action_values(plain, below[history], history, player, kind, beliefs, behaviour)
                best.append([action for action, value in enumerate(values) if value == max(values)])
            for supports in product(*(nonempty(own) for own in best)):
                assert supports in kept
                seen += 1
    assert seen


def mixed(draw: Random, used, size: int) -> list[Fraction]:
    """Shares of the actions in use, often pure, in small fractions so that ties occur."""
    used = list(used)
    if draw.random() < 0.5:
        used = [draw.choice(used)]
    weights = [draw.randint(0, 2) if k in used else 0 for k in range(size)]
    weights[used[0]] += not any(weights)
    return [Fraction(weight, sum(weights)) for weight in weights]


def nonempty(items):
    return chain.from_iterable(combinations(items, size) for size in range(1, len(items) + 1))


def action_values(plain, stage, history, player, kind, beliefs, behaviour) -> list[Fraction]:
    """What each action of a type is worth when it goes on by the best plan."""
    names = [[label for label, _ in own] for own in plain.types]
    weights = {}
    for numbers in product(*(range(len(own)) for own in names)):
        if numbers[player] == kind:
            weight = Fraction(1)
            for other, number in enumerate(numbers):
                weight *= 1 if other == player else beliefs[other][number]
            weights[tuple(names[other][number] for other, number in enumerate(numbers))] = weight

    def after(stage, history, weights):
        own = plain.players[player] in stage.movers
        place = stage.movers.index(plain.players[player]) if own else None
        values = {}
        for labels, (step, below) in zip(product(*stage.actions), branches(stage), strict=True):
            held = dict(weights)
            for mover, label in zip(stage.movers, labels, strict=True):
                if mover != plain.players[player]:
                    number = plain.players.index(mover)
                    held = {p: w * behaviour[mover, p[number], history][label] for p, w in held.items()}
            action = labels[place] if own else None
            values[action] = values.get(action, 0) + value(below, (*history, step), held)
        return values

    def value(tree, history, weights):
        if isinstance(tree, Leaf):
            return sum(weight * tree.payoffs[profile][player] for profile, weight in weights.items())
        if isinstance(tree, Lottery):
            return sum(share * value(below, (*history, label), weights) for label, share, below in tree.branches)
        return max(after(tree, history, weights).values())

    return list(after(stage, history, weights).values())


@pytest.mark.parametrize("seed", range(12))
def test_nothing_else_is_kept_where_one_belief_decides(seed):
    """Three types choose among three actions whose worth depends on whether the other side is tough."""
    draw = Random(seed)
    actions, kinds = ("a", "b", "c"), ("t0", "t1", "t2")
    types = ((("tough", Fraction(1, 2)), ("weak", Fraction(1, 2))), tuple((kind, Fraction(1, 3)) for kind in kinds))
    worth = {(a, side, kind): Fraction(draw.randint(0, 9)) for a in actions for side in ("tough", "weak") for kind in kinds}
    leaves = tuple(
        Leaf(a, {(side, kind): (Fraction(0), worth[a, side, kind]) for side in ("tough", "weak") for kind in kinds})
        for a in actions
    )
    plain = PlainGame(("other", "own"), types, Stage(("own",), (actions,), leaves))
    joint = JointSupports(SymbolicTree(to_game(plain)), TIMEOUT)

    def best(belief):
        for kind in kinds:
            values = [belief * worth[a, "tough", kind] + (1 - belief) * worth[a, "weak", kind] for a in actions]
            yield list(nonempty([k for k, value in enumerate(values) if value == max(values)]))

    turns = {Fraction(0), Fraction(1)}
    for kind in kinds:
        for one, other in combinations(actions, 2):
            slope = (
                worth[one, "tough", kind] - worth[one, "weak", kind] - worth[other, "tough", kind] + worth[other, "weak", kind]
            )
            if slope:
                turns.add((worth[other, "weak", kind] - worth[one, "weak", kind]) / slope)
    turns = sorted(turn for turn in turns if 0 <= turn <= 1)
    beliefs = [*turns, *((low + high) / 2 for low, high in pairwise(turns))]
    wanted = {supports for belief in beliefs for supports in product(*best(belief))}
    kept = all_types(joint, 0)
    assert len(kept) == len(set(kept))
    assert set(kept) == wanted


def test_beyond_the_limit_of_plans_nothing_is_ruled_out(monkeypatch):
    monkeypatch.setattr(joint_supports, "MOST_PLANS", 0)
    joint = of_model("generalized_mutual_deterrence")
    assert len(all_types(joint, 0)) == 9


def test_types_held_impossible_bind_nobody():
    joint = of_model("generalized_mutual_deterrence")
    assert joint.of(0, (0,)) == joint.of(0, (1,)) == [((0,),), ((1,),), ((0, 1),)]
