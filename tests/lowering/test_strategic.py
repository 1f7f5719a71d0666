"""The reduced Bayesian strategic form against play of every unreduced plan, in fractions."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deterrence_games.errors import GameError, SizeError
from deterrence_games.forms import InformationSet, TreeForm
from deterrence_games.forms.tree import CHANCE, LEAF
from deterrence_games.lowering.strategic import behavior_of, outcomes_of, strategic_form_of
from tests.trees import build_tree, random_tree

UNILATERAL = (
    "move",
    "challenger",
    {
        "cooperate": "status_quo",
        "defect": (
            "move",
            "defender",
            {"concede": "gain", "defy": ("move", "challenger", {"back_down": "defeat", "press_on": "conflict"})},
        ),
    },
)
PAYOFFS = {"status_quo": [0, 1], "gain": [1, -1], "defeat": [-0.5, 0.5], "conflict": [[0.25, -1], [0, -2]]}


def unilateral():
    payoffs = dict(PAYOFFS, conflict=np.array([[[0.25, 0.25], [-1, -1]], [[0, -2], [0, -2]]]))
    types = {"challenger": {"hard": 0.25, "soft": 0.75}, "defender": {"hard": 0.5, "soft": 0.5}}
    return build_tree(("challenger", "defender"), UNILATERAL, payoffs, types, "unilateral_deterrence")


def play(form, plan, profile):
    """Yield (outcome, probability) under a pure plan (slot, type) -> action when the types are `profile`."""
    structure = form.structure
    waiting = [(0, Fraction(1))]
    while waiting:
        node, chance = waiting.pop()
        if structure.kind[node] == LEAF:
            yield structure.outcome[node], chance
            continue
        below = structure.child[structure.child_first[node] :][: structure.child_count[node]]
        if structure.kind[node] == CHANCE:
            waiting += [(child, chance * Fraction(form.values[0, structure.chance[child]])) for child in below]
            continue
        number = 0
        for slot in range(structure.slot_first[node], structure.slot_first[node] + structure.slot_count[node]):
            number += plan[slot, profile[structure.slot_player[slot]]] * structure.slot_stride[slot]
        waiting.append((below[number], chance))


def full_form(form):
    """Payoffs of the unreduced form as an object array of fractions [player, plan_1, ..., plan_n], and the plans."""
    structure = form.structure
    plans = []
    for player, kinds in enumerate(structure.type_count):
        own = [(slot, kind) for slot in np.flatnonzero(structure.slot_player == player) for kind in range(kinds)]
        ranges = [range(structure.slot_actions[slot]) for slot, _ in own]
        plans.append([dict(zip(own, choices, strict=True)) for choices in itertools.product(*ranges)])
    payoffs = np.zeros((len(plans), *(len(own) for own in plans)), dtype=object)
    for cell in itertools.product(*(range(len(own)) for own in plans)):
        plan = {key: action for own, index in zip(plans, cell, strict=True) for key, action in own[index].items()}
        for number, profile in enumerate(structure.profile_type):
            weight = Fraction(1)
            for player, kind in enumerate(profile):
                weight *= Fraction(form.values[0, structure.prior[structure.type_first[player] + kind]])
            for outcome, chance in play(form, plan, profile):
                received = form.values[0, structure.payoff[outcome, :, number]]
                for player in range(len(plans)):
                    payoffs[(player, *cell)] += weight * chance * Fraction(received[player])
    return payoffs, plans


def own_play(form, player, plan):
    """What a plan does where it does not rule itself out: type -> {slot: action}."""
    structure = form.structure
    played = {}
    for kind in range(structure.type_count[player]):
        waiting, chosen = [0], {}
        while waiting:
            node = waiting.pop()
            below = structure.child[structure.child_first[node] :][: structure.child_count[node]]
            keep = np.ones(len(below), dtype=bool)
            for slot in range(structure.slot_first[node], structure.slot_first[node] + structure.slot_count[node]):
                if structure.slot_player[slot] == player:
                    chosen[slot] = plan[slot, kind]
                    keep = np.arange(len(below)) // structure.slot_stride[slot] % structure.slot_actions[slot] == chosen[slot]
            waiting += list(below[keep])
        played[kind] = tuple(sorted(chosen.items()))
    return tuple(sorted(played.items()))


def reduced_play(form, reduced, player, number):
    """What a strategy of the reduced form does, as in `own_play`, read from its behaviour."""
    structure = form.structure
    profile = [np.eye(size)[number if other == player else 0] for other, size in enumerate(reduced.shape)]
    behavior = behavior_of(form, profile)
    played = {kind: [] for kind in range(structure.type_count[player])}
    for index, name in enumerate(structure.information_sets):
        slot = structure.set_slot[index]
        if structure.slot_player[slot] == player and name in behavior:
            assert set(behavior[name].values()) == {0.0, 1.0}
            played[structure.set_type[index]].append((slot, list(behavior[name].values()).index(1.0)))
    return tuple((kind, tuple(sorted(chosen))) for kind, chosen in sorted(played.items()))


def small_enough(form):
    counts = [
        np.prod(form.structure.slot_actions[form.structure.slot_player == i].astype(float)) ** kinds
        for i, kinds in enumerate(form.structure.type_count)
    ]
    return max(counts) <= 300 and np.prod(counts) <= 5000


@given(seed=st.integers(0, 2**32), players=st.integers(2, 3))
def test_reduced_form_is_the_full_form_without_copies(seed, players):
    rng = np.random.default_rng(seed)
    form = build_tree(**random_tree(rng, players=players, depth=2, most_actions=3))
    if not small_enough(form):
        return
    payoffs, plans = full_form(form)
    reduced = strategic_form_of(form)
    for player, own in enumerate(plans):  # keep one of each class, in the order of the reduced form
        classes = {own_play(form, player, plan): index for index, plan in enumerate(own)}
        order = [classes.pop(reduced_play(form, reduced, player, number)) for number in range(reduced.shape[player])]
        assert not classes
        payoffs = np.take(payoffs, order, axis=player + 1)
    np.testing.assert_allclose(reduced.payoffs, payoffs.astype(float), atol=1e-12)


def test_labels_of_unilateral_deterrence():
    form = strategic_form_of(unilateral())
    assert form.shape == (9, 4)
    assert form.strategies[0][0] == "hard: cooperate | soft: cooperate"
    assert "hard: defect, press_on | soft: defect, back_down" in form.strategies[0]
    assert form.strategies[1] == (
        "hard: concede | soft: concede",
        "hard: concede | soft: defy",
        "hard: defy | soft: concede",
        "hard: defy | soft: defy",
    )
    bold = form.strategies[0].index("hard: defect, press_on | soft: defect, back_down")
    assert form.payoffs[0, bold, 3] == 0.25 * 0.25 + 0.75 * -0.5
    assert form.payoffs[1, bold, 3] == 0.25 * (0.5 * 0 + 0.5 * -2) + 0.75 * 0.5


def test_no_prefix_without_types_and_histories_where_labels_clash():
    again = ("move", "a", {"stay": "o1", "leave": "o2"})
    tree = ("move", "b", {"l": again, "r": ("together", {"a": ("x", "stay"), "b": ("u", "d")}, {})})
    tree[2]["r"][2].update(dict.fromkeys(itertools.product(("x", "stay"), ("u", "d")), "o1"))
    form = strategic_form_of(build_tree(("a", "b", "c"), tree, {"o1": [0, 0, 0], "o2": [1, 1, 1]}))
    assert form.strategies[0] == (
        "stay after l, x after r",
        "stay after l, stay after r",
        "leave after l, x after r",
        "leave after l, stay after r",
    )
    assert form.strategies[1] == ("l", "r, u", "r, d")
    assert form.strategies[2] == ("no move",)


def test_labels_are_unique_whatever_the_actions_are_called():
    tree = ("move", "a", {"x": ("move", "a", {"y": "o1", "z": "o1"}), "x, y": ("move", "a", {"z": "o1", "w": "o1"})})
    labels = strategic_form_of(build_tree(("a", "b"), tree, {"o1": [0, 0]})).strategies[0]
    assert len(set(labels)) == 4
    tree = ("move", "a", {"x": ("move", "a", {"y": "o1", "z": "o1"}), "x, y": "o1"})
    assert len(set(strategic_form_of(build_tree(("a", "b"), tree, {"o1": [0, 0]})).strategies[0])) == 3


@given(seed=st.integers(0, 2**32))
def test_behaviour_of_a_mixed_profile_plays_like_it(seed):
    rng = np.random.default_rng(seed)
    form = build_tree(**random_tree(rng, players=2, depth=3))
    try:
        strategic = strategic_form_of(form)
    except SizeError:
        return
    if max(strategic.shape) > 500:
        return
    structure = form.structure
    profile = []
    for size in strategic.shape:
        mixed = rng.random(size) * (rng.random(size) < 0.5)
        mixed[rng.integers(size)] += 0.1
        profile.append(mixed / mixed.sum())
    behavior = behavior_of(form, profile)
    # Walk the tree with the behaviour; sets that their owner never reaches are missing and must not be needed.
    outcomes = dict.fromkeys(structure.outcomes, 0.0)
    received = np.zeros(2)
    for number, types in enumerate(structure.profile_type):
        start = np.prod([form.values[0, structure.prior[structure.type_first[i] + k]] for i, k in enumerate(types)])
        waiting = [(0, start)]
        while waiting:
            node, mass = waiting.pop()
            if structure.kind[node] == LEAF:
                outcomes[structure.outcomes[structure.outcome[node]]] += mass
                received += mass * form.values[0, structure.payoff[structure.outcome[node], :, number]]
                continue
            for step in range(structure.child_count[node]):
                child = structure.child[structure.child_first[node] + step]
                share = form.values[0, structure.chance[child]] if structure.kind[node] == CHANCE else 1.0
                for slot in range(structure.slot_first[node], structure.slot_first[node] + structure.slot_count[node]):
                    player = structure.slot_player[slot]
                    name = InformationSet(
                        structure.players[player], structure.types[player][types[player]], structure.histories[node]
                    )
                    action = structure.actions[slot][step // structure.slot_stride[slot] % structure.slot_actions[slot]]
                    share *= behavior[name][action] if share > 0 else 0.0
                if share > 0:
                    waiting.append((child, mass * share))
    expected = [np.einsum("ab,a,b", strategic.payoffs[player], *profile) for player in range(2)]
    np.testing.assert_allclose(received, expected, atol=1e-12)
    found = outcomes_of(form, profile)
    assert list(found) == list(outcomes)
    np.testing.assert_allclose(list(found.values()), list(outcomes.values()), atol=1e-12)


def test_sets_that_the_owner_rules_out_have_no_behaviour():
    form = unilateral()
    strategic = strategic_form_of(form)
    first = np.eye(9)[strategic.strategies[0].index("hard: cooperate | soft: defect, press_on")]
    behavior = behavior_of(form, (first, np.eye(4)[0]))
    assert InformationSet("challenger", "hard", ("defect", "defy")) not in behavior
    assert behavior[InformationSet("challenger", "soft", ("defect", "defy"))] == {"back_down": 0.0, "press_on": 1.0}


def test_sizes_are_refused_before_memory_runs_out():
    def bush(depth, name):
        return name if depth == 0 else ("move", "ab"[depth % 2], {"l": bush(depth - 1, name), "r": bush(depth - 1, name)})

    with pytest.raises(SizeError, match=r"game 'bush'.*a \d+.*b .*at most.*solve the tree itself"):
        strategic_form_of(build_tree(("a", "b"), bush(10, "o"), {"o": [0, 0]}, name="bush"))
    with pytest.raises(SizeError, match="1e\\+15 or more"):
        strategic_form_of(build_tree(("a", "b"), bush(14, "o"), {"o": [0, 0]}, name="bush"))


def test_a_thousand_moves_deep():
    tree = "end"
    for depth in reversed(range(1000)):
        tree = ("move", "ab"[depth % 2], {"take": f"o{depth}", "pass": tree})
    payoffs = {f"o{depth}": [depth, -depth] for depth in range(1000)} | {"end": [7, 7]}
    form = strategic_form_of(build_tree(("a", "b"), tree, payoffs))
    assert form.shape == (501, 501)
    np.testing.assert_array_equal(form.payoffs[:, 3, 2], [5, -5])  # b stops at its third move before a at its fourth
    assert form.strategies[0][0] == "take at the start"
    assert form.payoffs[0, 500, 500] == 7
    assert "take after ... > pass > pass > pass > pass (move 999)" in form.strategies[0][499]
    assert sum(len(label) for label in form.strategies[0]) < 20_000_000


def test_many_points_are_refused():
    form = unilateral()
    with pytest.raises(GameError, match=r"tree\.at\(point\)"):
        strategic_form_of(TreeForm(form.structure, np.vstack([form.values] * 2)))


def test_profiles_of_another_shape_are_refused():
    with pytest.raises(GameError, match="one probability a strategy"):
        behavior_of(unilateral(), (np.ones(3) / 3, np.ones(4) / 4))
