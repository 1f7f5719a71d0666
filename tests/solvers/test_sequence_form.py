"""One Nash equilibrium of two-player trees with types, against the strategic form and worked examples."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deterrence_games as dg
from deterrence_games.errors import GameError
from deterrence_games.forms import InformationSet, StrategicForm
from deterrence_games.io.efg import extensive_form_from_efg, extensive_form_to_efg
from deterrence_games.lowering.sequence import sequence_form_of
from deterrence_games.lowering.strategic import bundles_of, plans_of, strategic_form_of
from deterrence_games.results import Status
from deterrence_games.solvers.sequence_form import Lemke
from tests.extensive_games import expected, random_form
from tests.trees import build_tree, random_tree

ENTRY = ("move", "entrant", {"out": "peace", "in": ("move", "incumbent", {"yield": "entry", "fight": "war"})})
STAKES = {"peace": [0, 2], "entry": [1, 1], "war": [-1, -1]}


def tree_payoffs(tree, behavior):
    """Expected payoffs of behaviour on a tree, node by node and drawing by drawing; open sets play their first action."""
    structure, values = tree.structure, tree.values[0]
    total = np.zeros(len(structure.players))
    for cell, kinds in enumerate(structure.profile_type):
        weight = np.prod([values[structure.prior[structure.type_first[i] + kind]] for i, kind in enumerate(kinds)])
        waiting = [(0, weight)]
        while waiting:
            node, share = waiting.pop()
            below = structure.child[structure.child_first[node] :][: structure.child_count[node]]
            if not len(below):
                total += share * values[structure.payoff[structure.outcome[node], :, cell]]
            for number, child in enumerate(below):
                chance = 1.0 if structure.chance[child] < 0 else values[structure.chance[child]]
                for slot in range(structure.slot_first[node], structure.slot_first[node] + structure.slot_count[node]):
                    player = structure.slot_player[slot]
                    name = InformationSet(
                        structure.players[player],
                        structure.types[player][kinds[player]],
                        structure.histories[structure.slot_node[slot]],
                    )
                    action = number // structure.slot_stride[slot] % structure.slot_actions[slot]
                    label = structure.actions[slot][action]
                    chance *= behavior[name][label] if name in behavior else float(action == 0)
                if chance > 0.0:
                    waiting.append((child, share * chance))
    return total


def plan_chance(tree, player, behavior):
    """Probability of each pure strategy of the reduced strategic form, by playing each of its plans against the behaviour."""
    structure = tree.structure
    plans = plans_of(structure, player)
    share = np.ones((int(structure.type_count[player]), plans.count))
    for kind in range(len(share)):
        for column, slot in enumerate(plans.slots):
            name = InformationSet(
                structure.players[player], structure.types[player][kind], structure.histories[structure.slot_node[slot]]
            )
            labels = structure.actions[slot]
            for plan, action in enumerate(plans.choice[:, column]):
                if action >= 0:
                    share[kind, plan] *= behavior[name][labels[action]] if name in behavior else float(action == 0)
    bundles = bundles_of(plans.count, len(share))
    return np.prod([share[kind, bundles[:, kind]] for kind in range(len(share))], axis=0)


@given(seed=st.integers(0, 2**32), whole=st.booleans())
def test_it_is_an_equilibrium_of_the_strategic_form(seed, whole):
    tree = build_tree(**random_tree(np.random.default_rng(seed), depth=2, whole=whole))
    solution = Lemke().solve(sequence_form_of(tree))
    assert solution.status is Status.FOUND
    assert not solution.complete
    found = solution[0]
    form = strategic_form_of(tree)
    x, y = (plan_chance(tree, player, found.behavior) for player in range(2))
    assert (form.payoffs[0] @ y).max() - x @ form.payoffs[0] @ y <= 1e-9
    assert (x @ form.payoffs[1]).max() - x @ form.payoffs[1] @ y <= 1e-9
    assert found.regret <= 1e-9
    assert list(found.payoffs.values()) == pytest.approx(tree_payoffs(tree, found.behavior).tolist())
    assert sum(found.outcomes.values()) == pytest.approx(1)


@given(seed=st.integers(0, 2**32), power=st.sampled_from([-900, -30, 30, 900]))
def test_scale_changes_nothing(seed, power):
    plain = random_tree(np.random.default_rng(seed), depth=2, whole=True)
    scaled = plain | {"payoffs": {label: np.ldexp(payoff, power) for label, payoff in plain["payoffs"].items()}}
    first, second = (Lemke().solve(sequence_form_of(build_tree(**game)))[0] for game in (plain, scaled))
    assert first.behavior == second.behavior


def test_entry_deterrence():
    """From a prior in which both actions are equally likely, the threat is not believed."""
    solution = Lemke().solve(sequence_form_of(build_tree(("entrant", "incumbent"), ENTRY, STAKES, name="entry deterrence")))
    assert solution[0].outcomes == {"peace": 0.0, "entry": 1.0, "war": 0.0}
    assert solution[0].payoffs == {"entrant": 1.0, "incumbent": 1.0}
    assert (solution[0].regret, solution[0].margin) == (0.0, 1.0)
    assert solution[0].behavior[InformationSet("incumbent", "", ("in",))] == {"yield": 1.0, "fight": 0.0}
    assert "others may exist" in solution.completeness


def test_sets_that_their_owner_rules_out_are_left_open():
    tree = (
        "move",
        "a",
        {"stop": "safe", "go": ("move", "b", {"left": "bad", "right": ("move", "a", {"x": "bad", "y": "bad"})})},
    )
    found = Lemke().solve(sequence_form_of(build_tree(("a", "b"), tree, {"safe": [1, 1], "bad": [0, 0]})))[0]
    assert InformationSet("a", "", ("go", "right")) not in found.behavior
    assert InformationSet("b", "", ("go",)) in found.behavior
    assert found.margin == 0.0  # the other's move costs nothing, since it is never reached


def test_a_published_game_with_types():
    point = {"a_SQ": 0, "a_DC": 1, "a_DD": -3, "b_SQ": 3, "b_DC": 1, "b_DDh": 2, "b_DDs": 0, "p": 0.5}
    found = Lemke().solve(sequence_form_of(dg.tree_form(dg.models.rudimentary_asymmetric_deterrence(), point)))[0]
    assert found.outcomes["status_quo"] == pytest.approx(1)
    assert found.regret == 0.0


def test_a_stage_at_once_is_a_matrix_game():
    payoffs = {"xx": [2, -2], "xy": [-1, 1], "yx": [-1, 1], "yy": [1, -1]}
    tree = ("together", {"a": ("x", "y"), "b": ("x", "y")}, {(i, j): i + j for i in "xy" for j in "xy"})
    found = Lemke().solve(sequence_form_of(build_tree(("a", "b"), tree, payoffs)))[0]
    assert found.behavior[InformationSet("a", "", ())] == pytest.approx({"x": 0.4, "y": 0.6})
    assert found.payoffs["a"] == pytest.approx(0.2)


@pytest.mark.parametrize("whole", [True, False])
def test_nothing_at_stake_and_longer_trees(whole):
    game = random_tree(np.random.default_rng(4), most_types=3, most_actions=3, depth=4, whole=whole)
    assert Lemke().solve(sequence_form_of(build_tree(**game)))[0].regret <= 1e-9
    nothing = game | {"payoffs": {label: 0 * payoff for label, payoff in game["payoffs"].items()}}
    assert Lemke().solve(sequence_form_of(build_tree(**nothing)))[0].regret == 0.0


# ---- extensive forms, as read from .efg files ------------------------------------------------------------------------------


@given(seed=st.integers(0, 2**32))
def test_nobody_gains_by_any_pure_strategy_in_a_tree_from_a_file(seed):
    """Sets that span branches, events that share probabilities, outcomes inside the tree and leaves without one."""
    form = random_form(np.random.default_rng(seed), players=2, depth=4)
    solution = dg.solve(extensive_form_from_efg(extensive_form_to_efg(form), "drawn"), solver=Lemke())
    assert solution.status is Status.FOUND
    played = [
        list(solution[0].behavior.get(name, dict.fromkeys(names, 1 / len(names))).values())
        for name, names in zip(form.information_sets, form.action_names, strict=True)
    ]
    worth = [float(own) for own in expected(form, lambda _, place: played[place])]
    assert list(solution[0].payoffs.values()) == pytest.approx(worth, abs=1e-9)
    for player, received in enumerate(worth):
        sets = [place for place, owner in enumerate(form.set_player) if owner == player]
        plans = itertools.product(*(range(len(form.set_actions[place])) for place in sets))
        for plan in itertools.islice(plans, 200):
            pure = dict(zip(sets, plan, strict=True))

            def deviating(_, place, pure=pure):
                return np.eye(len(played[place]))[pure[place]].tolist() if place in pure else played[place]

            assert float(expected(form, deviating)[player]) <= received + 1e-8


@given(seed=st.integers(0, 2**32))
def test_outcomes_are_passed_as_often_as_in_the_strategic_form(seed):
    form = random_form(np.random.default_rng(seed), players=2, depth=3)
    solution = dg.solve(form)
    sequence = dg.sequence_form(form)
    reached = dict.fromkeys(form.outcome_names, 0.0)
    plan = np.ones(sequence.sequences)
    for name, labels, parent, first in zip(
        sequence.information_sets, sequence.actions, sequence.set_parent, sequence.set_first, strict=True
    ):
        own = solution[0].behavior.get(name, {})
        plan[first : first + len(labels)] = [plan[parent] * own.get(label, 0.0) for label in labels]
    share = sequence.leaf_chance * plan[sequence.leaf_sequence].prod(axis=1)
    for leaf, outcome in sequence.passed.tolist():
        reached[form.outcome_names[outcome]] += share[leaf]
    assert reached == pytest.approx(solution[0].outcomes)
    assert (share @ sequence.leaf_payoff).tolist() == pytest.approx(list(solution[0].payoffs.values()), abs=1e-12)


def test_payoffs_inside_a_tree_add_up():
    """A toll of one is paid at the second node, and the rest at the leaves."""
    text = """EFG 2 R "toll" { "driver" "keeper" }
p "" 1 1 "home" { "stay" "drive" } 0
t "" 1 "peace" { 0, 0 }
p "" 2 1 "gate" { "open" "shut" } 2 "toll" { -1, 1 }
t "" 3 "town" { 3, 0 }
t "" 0
"""
    solution = dg.solve(extensive_form_from_efg(text, "text"), solver=Lemke())
    assert solution[0].payoffs == {"driver": 2.0, "keeper": 1.0}
    assert solution[0].outcomes == {"peace": 0.0, "toll": 1.0, "town": 1.0}


def test_extensive_forms_without_a_sequence_form():
    forgets = """EFG 2 R "lost" { "a" "b" }
p "" 1 1 "first" { "x" "y" } 0
p "" 1 2 "second" { "l" "r" } 0
t "" 1 "one" { 1, 0 }
t "" 2 "two" { 0, 1 }
p "" 1 2 "second" { "l" "r" } 0
t "" 3 "three" { 0, 1 }
t "" 4 "four" { 1, 0 }
"""
    with pytest.raises(GameError, match=r"'a' does not recall its own moves at information set 'second'.*needs perfect recall"):
        dg.solve(extensive_form_from_efg(forgets, "forgets"), solver=Lemke())
    alone = 'EFG 2 R "alone" { "a" }\np "" 1 1 "" { "x" "y" } 0\nt "" 1 "o" { 1 }\nt "" 1 "o" { 1 }\n'
    with pytest.raises(GameError, match=r"game 'alone': 1 player\(s\); a sequence form is made for two"):
        dg.sequence_form(extensive_form_from_efg(alone, "alone"))
    with pytest.raises(GameError, match="params belong to a Game"):
        dg.sequence_form(extensive_form_from_efg(alone, "alone"), {"p": 1})


def test_a_limit_is_a_status():
    form = sequence_form_of(build_tree(("entrant", "incumbent"), ENTRY, STAKES))
    limited = Lemke(pivots=0).solve(form)
    assert limited.status is Status.LIMIT
    assert not limited.equilibria
    assert "raise pivots" in limited.completeness


def test_forms_that_it_does_not_take():
    three = build_tree(("a", "b", "c"), ("move", "a", {"x": "o", "y": "o"}), {"o": [0, 0, 0]})
    with pytest.raises(GameError, match="a sequence form is made for two"):
        sequence_form_of(three)
    assert "convert the tree" in Lemke().accepts(StrategicForm.from_arrays([[1]], [[1]]))
