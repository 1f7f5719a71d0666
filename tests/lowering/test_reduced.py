"""Reduced strategies of extensive forms against play of every unreduced strategy, in fractions."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deterrence_games.errors import GameError, SizeError
from deterrence_games.forms import InformationSet
from deterrence_games.forms.extensive import ExtensiveForm
from deterrence_games.forms.tree import LEAF, MOVE
from deterrence_games.lowering.reduced import reduced_behavior_of, reduced_form_of, reduced_outcomes_of
from tests.extensive_games import expected, play, random_form


def pure(form, chosen):
    """A strategy for `play` from set -> action; the first action where nothing is chosen."""

    def strategy(_, place):
        return [Fraction(int(action == chosen.get(place, 0))) for action in range(len(form.set_actions[place]))]

    return strategy


def all_strategies(form, player):
    own = np.flatnonzero(form.set_player == player).tolist()
    ranges = [range(len(form.set_actions[place])) for place in own]
    return [dict(zip(own, actions, strict=True)) for actions in itertools.product(*ranges)]


def effect(form, player, chosen):
    """The leaves that remain possible, whatever others do: equal for strategies that play alike."""
    everything = {place: [Fraction(1)] * len(actions) for place, actions in enumerate(form.set_actions)}
    own = pure(form, chosen)
    steps = play(form, lambda node, place: own(node, place) if form.set_player[place] == player else everything[place])
    return frozenset(leaf for leaf, _, _ in steps)


def behavior_of_cell(form, cell, shape):
    profile = [np.eye(size)[index] for index, size in zip(cell, shape, strict=True)]
    found = reduced_behavior_of(form, profile)
    actions = {}
    for place, name in enumerate(form.information_sets):
        if name in found:
            assert sorted(found[name].values())[-1] == 1
            actions[place] = form.action_names[place].index(max(found[name], key=found[name].get))
    return profile, actions


@given(seed=st.integers(0, 10**6))
def test_every_way_to_play_is_one_strategy_and_payoffs_are_exact(seed):
    form = random_form(np.random.default_rng(seed), players=2, depth=3)
    for player in range(2):
        if len(all_strategies(form, player)) > 200:
            return
    reduced = reduced_form_of(form)
    assert reduced.payoffs.flags.c_contiguous
    for player in range(2):
        ways = {effect(form, player, chosen) for chosen in all_strategies(form, player)}
        chance_never = any(share == 0 for share in form.exact_probabilities)
        assert reduced.shape[player] >= len(ways) if chance_never else reduced.shape[player] == len(ways)
    cells = list(itertools.product(*(range(size) for size in reduced.shape)))
    for cell in cells[:: max(1, len(cells) // 20)]:
        profile, actions = behavior_of_cell(form, cell, reduced.shape)
        assert list(reduced.exact[(slice(None), *cell)]) == expected(form, pure(form, actions))
        passed = dict.fromkeys(form.outcome_names, 0)
        for leaf, probability, _ in play(form, pure(form, actions)):
            node = leaf
            while node >= 0:
                if form.outcome[node] >= 0:
                    passed[form.outcome_names[form.outcome[node]]] += probability
                node = form.parent[node]
        assert reduced_outcomes_of(form, profile) == pytest.approx({name: float(p) for name, p in passed.items()})


@given(seed=st.integers(0, 10**6))
def test_mixed_strategies_and_their_behaviour_pay_the_same(seed):
    """Kuhn's theorem, with weights that are exact in floats."""
    rng = np.random.default_rng(seed)
    form = random_form(rng, players=2, depth=3)
    reduced = reduced_form_of(form)
    if reduced.payoffs[0].size > 3000:
        return
    profile = []
    for size in reduced.shape:
        weights = rng.multinomial(64, np.ones(size) / size)
        profile.append(weights / 64)
    behavior = reduced_behavior_of(form, profile)
    worth = [profile[0] @ own @ profile[1] for own in reduced.payoffs]

    def strategy(_, place):
        name = form.information_sets[place]
        own = behavior.get(name, {action: 1 / len(form.action_names[place]) for action in form.action_names[place]})
        return [own[action] for action in form.action_names[place]]

    assert [float(value) for value in expected(form, strategy)] == pytest.approx(worth)


@given(seed=st.integers(0, 10**6))
def test_a_player_that_forgets_has_every_combination_of_actions(seed):
    form = random_form(np.random.default_rng(seed), players=2, depth=3, recall=False)
    if any(len(all_strategies(form, player)) > 60 for player in range(2)):
        return
    reduced = reduced_form_of(form)
    for player in range(2):
        if form.recall_violation(form.players[player]) is not None:
            assert reduced.shape[player] == len(all_strategies(form, player))
    cells = list(itertools.product(*(range(size) for size in reduced.shape)))
    for cell in cells[:: max(1, len(cells) // 20)]:
        _, actions = behavior_of_cell(form, cell, reduced.shape)
        assert list(reduced.exact[(slice(None), *cell)]) == expected(form, pure(form, actions))


def chain(length, name="chain", labels=("go", "stop")):
    """Two players in turn may stop; the set of every move is its own."""
    nodes = 2 * length + 1
    kind = [MOVE, LEAF] * length + [LEAF]
    return ExtensiveForm(
        name=name, players=("a", "b"), labels=("",) * nodes, kind=kind,
        place=[k // 2 if k % 2 == 0 and k < 2 * length else -1 for k in range(nodes)],
        outcome=[0 if own == LEAF else -1 for own in kind], set_player=[k % 2 for k in range(length)],
        set_labels=tuple(f"move {k}" for k in range(length)), set_actions=(labels[::-1],) * length,
        event_labels=(), event_actions=(), exact_probabilities=[], outcome_labels=("end",),
        exact_payoffs=[[Fraction(1, 3), Fraction(2)]],
    )  # fmt: skip


def test_labels_name_the_set_where_actions_repeat():
    assert reduced_form_of(chain(2)).strategies == (("stop", "go"), ("stop", "go"))
    assert reduced_form_of(chain(3)).strategies[0] == (
        "stop at move 0",
        "go at move 0, stop at move 2",
        "go at move 0, go at move 2",
    )
    long = reduced_form_of(chain(3, labels=("g" * 500, "s" * 500)))
    assert all(len(label) < 300 for label in long.strategies[0])


def test_a_long_tree_needs_no_recursion():
    assert chain(5000).recall_violation() is None
    assert reduced_form_of(chain(200)).shape == (101, 101)
    with pytest.raises(SizeError, match="reduced strategies: a 5001, b 5001"):
        reduced_form_of(chain(10_000))


def wide(sets):
    """`a` moves at many sets, none of which it rules out: nature chooses among them."""
    kind = [1, *itertools.chain.from_iterable([(MOVE, LEAF, LEAF, LEAF)] * sets)]
    kind[0] = 2
    return ExtensiveForm(
        name="wide", players=("a", "b"), labels=("",) * len(kind), kind=kind,
        place=[0, *itertools.chain.from_iterable((k, -1, -1, -1) for k in range(sets))], outcome=[-1] * len(kind),
        set_player=[0] * sets, set_labels=("",) * sets, set_actions=(("x", "y", "z"),) * sets, event_labels=("",),
        event_actions=(("",) * sets,), exact_probabilities=[Fraction(1, sets)] * sets, outcome_labels=(), exact_payoffs=[],
    )  # fmt: skip


def test_too_many_strategies():
    with pytest.raises(SizeError, match="a 531441, b 1"):
        reduced_form_of(wide(12))
    with pytest.raises(SizeError, match=r"a 1e\+15 or more"):
        reduced_form_of(wide(1000))


def test_a_wrong_profile_and_mixing_without_recall_are_refused():
    form = chain(2)
    with pytest.raises(GameError, match="for 'a', who has 2 strategies"):
        reduced_behavior_of(form, [np.ones(3) / 3, np.ones(2) / 2])
    assert reduced_behavior_of(form, [np.array([1.0, 0.0]), np.array([0.5, 0.5])]) == {
        InformationSet("a", "", ("move 0",)): {"stop": 1.0, "go": 0.0},
        InformationSet("b", "", ("move 1",)): {"stop": 0.5, "go": 0.5},
    }
    forgets = chain(3)
    forgets = ExtensiveForm(
        **{name: getattr(forgets, name) for name in ("name", "players", "labels", "kind", "outcome", "event_labels",
           "event_actions", "exact_probabilities", "outcome_labels", "exact_payoffs")},
        place=[0, -1, 1, -1, 0, -1, -1], set_player=[0, 1], set_labels=("x", "y"), set_actions=(("s", "g"),) * 2,
    )  # fmt: skip
    assert reduced_form_of(forgets).shape == (2, 2)
    assert reduced_behavior_of(forgets, [np.array([0.0, 1.0]), np.array([0.5, 0.5])])[InformationSet("a", "", ("x",))]["g"] == 1
    with pytest.raises(GameError, match="'a' does not recall its own moves at information set 'x'"):
        reduced_behavior_of(forgets, [np.array([0.5, 0.5]), np.array([0.5, 0.5])])
