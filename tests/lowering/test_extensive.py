"""Trees as extensive forms: nature draws types, and every behaviour pays what it pays on the tree."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deterrence_games as dg
from deterrence_games.errors import GameError, SizeError
from deterrence_games.forms.tree import CHANCE, LEAF, TreeForm
from deterrence_games.lowering.extensive import exact, exact_distribution, extensive_form_of
from deterrence_games.lowering.reduced import reduced_form_of
from deterrence_games.lowering.strategic import strategic_form_of
from tests.extensive_games import expected
from tests.trees import build_tree, random_tree


def tree_payoffs(form, behavior):
    """Expected payoffs of a behaviour strategy, a list of probabilities a set, by walking the tree for all types."""
    structure, values = form.structure, form.values[0]
    total = np.zeros(len(structure.players))
    for number, profile in enumerate(structure.profile_type):
        prior = np.prod([values[structure.prior[structure.type_first[i] + kind]] for i, kind in enumerate(profile)])
        waiting = [(0, prior)]
        while waiting:
            node, reach = waiting.pop()
            below = structure.child[structure.child_first[node] :][: structure.child_count[node]]
            if structure.kind[node] == LEAF:
                total += reach * values[structure.payoff[structure.outcome[node], :, number]]
            for position, child in enumerate(below):
                if structure.kind[node] == CHANCE:
                    share = values[structure.chance[child]]
                else:
                    share = 1.0
                    for slot in range(structure.slot_first[node], structure.slot_first[node] + structure.slot_count[node]):
                        action = position // structure.slot_stride[slot] % structure.slot_actions[slot]
                        own = structure.set_first[slot] + profile[structure.slot_player[slot]]
                        share *= behavior[own][action]
                waiting.append((child, reach * share))
    return total


@given(seed=st.integers(0, 10**6), players=st.integers(1, 3))
def test_every_behaviour_pays_the_same(seed, players):
    rng = np.random.default_rng(seed)
    tree = build_tree(**random_tree(rng, players, most_types=3, most_actions=3))
    form = extensive_form_of(tree)
    assert form.recall_violation() is None
    assert form.players == tree.structure.players
    behavior = [rng.dirichlet(np.ones(size)) for size in tree.structure.set_actions]
    worth = expected(form, lambda _, place: behavior[place])
    assert [float(value) for value in worth] == pytest.approx(tree_payoffs(tree, behavior), abs=1e-12)
    assert form.set_actions == tuple(tree.structure.set_labels(place) for place in range(len(behavior)))
    assert len(set(form.information_sets)) == len(behavior)


@given(seed=st.integers(0, 10**6))
def test_reduced_strategies_are_those_of_the_tree(seed):
    """The same payoffs, up to the order of strategies: their sums and extremes agree."""
    tree = build_tree(**random_tree(np.random.default_rng(seed), 2, whole=True))
    theirs, ours = strategic_form_of(tree), reduced_form_of(extensive_form_of(tree))
    assert theirs.shape == ours.shape
    for first, second in zip(theirs.payoffs, ours.payoffs, strict=True):
        np.testing.assert_allclose(np.sort(first.ravel()), np.sort(second.ravel()), atol=1e-9)
        np.testing.assert_allclose(np.sort(first.sum(axis=0)), np.sort(second.sum(axis=0)), atol=1e-9)
        np.testing.assert_allclose(np.sort(first.sum(axis=1)), np.sort(second.sum(axis=1)), atol=1e-9)


def test_a_published_game_by_hand():
    game = dg.models.rudimentary_asymmetric_deterrence()
    form = extensive_form_of(
        dg.tree_form(game, {"a_SQ": 0, "a_DC": 1, "a_DD": -3, "b_SQ": 3, "b_DC": 1, "b_DDh": 2, "b_DDs": 0, "p": 0.1})
    )
    assert form.event_actions == (("defender hard", "defender soft"),)
    assert form.event_probabilities == ((Fraction(1, 10), Fraction(9, 10)),)
    assert form.set_labels == ("start", "hard: defect", "soft: defect")
    assert form.set_player.tolist() == [0, 1, 1]
    assert form.place.tolist() == [0, 0, -1, 1, -1, -1, 0, -1, 2, -1, -1]
    assert form.outcome_labels == ("status_quo", "concession", "conflict (hard)", "conflict (soft)")
    assert form.exact_payoffs.tolist() == [[0, 3], [1, 1], [-3, 2], [-3, 0]]


def test_a_game_without_types_has_no_first_move_of_chance():
    stage = {("C", "l"): "x", ("C", "r"): "x", ("D", "l"): "x", ("D", "r"): "y"}
    form = extensive_form_of(
        build_tree(("a", "b"), ("together", {"a": ("C", "D"), "b": ("l", "r")}, stage), {"x": [0, 0.5], "y": [1 / 3, 1]})
    )
    assert form.event_labels == ()
    assert form.set_labels == ("start", "start")
    assert form.place.tolist() == [0, 1, -1, -1, 1, -1, -1]
    assert form.exact_payoffs.tolist() == [[0, Fraction(1, 2)], [Fraction(1, 3), 1]]


def test_limits():
    game = dg.models.rudimentary_asymmetric_deterrence()
    point = {"a_SQ": 0, "a_DC": 1, "a_DD": -3, "b_SQ": 3, "b_DC": 1, "b_DDh": 2, "b_DDs": 0, "p": 0.1}
    tree = dg.tree_form(game, point)
    with pytest.raises(GameError, match=r"here are 2; choose one with tree.at\(point\)"):
        extensive_form_of(TreeForm(tree.structure, np.repeat(tree.values, 2, axis=0)))
    types = {player: {f"t{kind}": 1 / 32 for kind in range(32)} for player in ("a", "b")}
    deep = "x"
    for _ in range(30):
        deep = ("move", "a", {"go": deep, "stop": "x"})
    with pytest.raises(SizeError, match=r"125,953 nodes \(1024 profiles"):
        extensive_form_of(build_tree(("a", "b"), ("move", "a", {"go": deep, "stop": deep}), {"x": [0, 0]}, types))


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_exact_numbers_round_to_their_float(number):
    assert float(exact(number)) == number


@given(top=st.integers(-1000, 1000), bottom=st.integers(1, 1000))
def test_simple_fractions_are_found_again(top, bottom):
    assert exact(top / bottom) == Fraction(top, bottom)


@given(number=st.integers(-(10**12), 10**12), shift=st.integers(0, 12))
def test_decimals_are_found_again(number, shift):
    assert exact(float(f"{number}e-{shift}")) == Fraction(number, 10**shift)


@pytest.mark.parametrize(
    ("numbers", "shares"),
    [
        ([0.1, 0.9], ["1/10", "9/10"]),
        ([1 / 3, 1 / 3, 1 / 3], ["1/3"] * 3),
        ([0.9, 1 - 0.9], ["0.90000000000000002", "0.09999999999999998"]),
        ([1.0, -1e-17], ["1", "0"]),
    ],
)
def test_probabilities_sum_to_one_exactly(numbers, shares):
    assert exact_distribution(numbers) == [Fraction(share) for share in shares]


@given(weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=400).filter(any))
def test_any_probabilities_sum_to_one_exactly(weights):
    numbers = [weight / sum(weights) for weight in weights]
    shares = exact_distribution(numbers)
    assert sum(shares) == 1
    assert [float(share) for share in shares] == pytest.approx(numbers, rel=1e-12)
