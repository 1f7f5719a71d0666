"""The certificates against definitions written out in fractions: all pure plans, all type profiles, every path."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deterrence_games.forms.tree import CHANCE, LEAF, MOVE
from deterrence_games.kernels import regret
from deterrence_games.kernels.jit import interpreted
from tests.trees import build_tree, random_tree

PROFILE = pytest.mark.parametrize("run", [regret.profile_regret, regret.profile_regret.py_func], ids=["compiled", "python"])
ASSESS = pytest.mark.parametrize(
    "run", [regret.assessment_regret, regret.assessment_regret.py_func], ids=["compiled", "python"]
)
ZERO = 1e-12


def random_distribution(rng, size):
    """Draw a distribution in fractions, often with zeros, sometimes pure."""
    weights = rng.integers(1, 6, size=size) * (rng.random(size) < rng.choice([0.4, 1.0]))
    if not weights.any():
        weights[rng.integers(size)] = 1
    return [Fraction(int(w), int(weights.sum())) for w in weights]


def measure_profile(run, payoffs, profile):
    """Call the kernel on payoffs [player, a_1, ..., a_n] and a list of distributions."""
    shape = np.array(payoffs.shape[1:], dtype=np.int64)
    flat = np.array([float(share) for own in profile for share in own])
    return run(payoffs.reshape(len(shape), -1), shape, flat, np.concatenate([[0], np.cumsum(shape)]).astype(np.int64))


def profile_oracle(payoffs, profile):
    """Regret and margin from the definition."""
    gain, loss = Fraction(0), []
    for player, own in enumerate(profile):
        worth = []
        for deviation in range(len(own)):
            total = Fraction(0)
            for cell in itertools.product(*(range(len(p)) for p in profile)):
                if cell[player] == deviation:
                    weight = Fraction(1)
                    for other, action in enumerate(cell):
                        weight *= profile[other][action] if other != player else 1
                    total += weight * Fraction(payoffs[(player, *cell)])
            worth.append(total)
        kept = sum((share * value for share, value in zip(own, worth, strict=True)), Fraction(0))
        gain = max(gain, max(worth) - kept)
        loss += [kept - value for share, value in zip(own, worth, strict=True) if share == 0]
    if any(sum(share > 0 for share in own) > 1 for own in profile):
        return gain, 0
    return gain, min(loss, default=np.inf)


@PROFILE
@given(seed=st.integers(0, 2**32), players=st.integers(2, 3))
def test_profile_regret_matches_the_definition(run, seed, players):
    rng = np.random.default_rng(seed)
    shape = tuple(int(m) for m in rng.integers(1, 4, size=players))
    payoffs = rng.normal(size=(players, *shape))
    profile = [random_distribution(rng, size) for size in shape]
    gain, loss = profile_oracle(payoffs, profile)
    np.testing.assert_allclose(measure_profile(run, payoffs, profile), (float(gain), float(loss)), atol=1e-12)


MEASURES = pytest.mark.parametrize(
    "run", [regret.profile_measures, interpreted(regret.profile_measures)], ids=["compiled", "python"]
)


@MEASURES
def test_many_profiles_of_two_games_are_measured_at_once(run):
    rng = np.random.default_rng(3)
    shape, offsets = np.array([2, 3]), np.array([0, 2, 5])
    games = rng.normal(size=(2, 2, 2, 3))
    mixed = [[random_distribution(rng, size) for size in shape] for _ in range(6)]
    profiles = np.array([[float(share) for own in profile for share in own] for profile in mixed])
    profiles[4, 0] += 0.5
    measured = np.empty((2, 6, 4))
    run(games.reshape(2, 2, -1), shape, profiles, offsets, measured)
    for game, payoffs in enumerate(games):
        for k, profile in enumerate(mixed):
            if k == 4:
                np.testing.assert_equal(measured[game, k], [np.inf, -np.inf, np.nan, np.nan])
                continue
            gain, loss = profile_oracle(payoffs, profile)
            expected = [
                sum(float(a * b) * own[row, column] for row, a in enumerate(profile[0]) for column, b in enumerate(profile[1]))
                for own in payoffs
            ]
            np.testing.assert_allclose(measured[game, k], [float(gain), float(loss), *expected], atol=1e-12)


@PROFILE
def test_prisoners_dilemma(run):
    payoffs = np.array([[[3.0, 0.0], [5.0, 1.0]], [[3.0, 5.0], [0.0, 1.0]]])
    assert measure_profile(run, payoffs, [[0, 1], [0, 1]]) == (0.0, 1.0)
    assert measure_profile(run, payoffs, [[1, 0], [1, 0]]) == (2.0, -2.0)


@PROFILE
def test_nobody_can_deviate(run):
    assert measure_profile(run, np.ones((2, 1, 1)), [[1], [1]]) == (0.0, np.inf)


@PROFILE
@pytest.mark.parametrize("bad", [[0.5, 0.6], [1.5, -0.5], [np.nan, 1.0], [0.0, 0.0]])
def test_what_is_no_distribution_is_never_certified(run, bad):
    payoffs = np.zeros((2, 2, 2))
    assert measure_profile(run, payoffs, [[1.0, 0.0], bad]) == (np.inf, -np.inf)


def arrays(structure):
    """The structure's arrays in the order of the kernel."""
    return [getattr(structure, name) for name in regret.TREE_ARRAYS]


def certify(run, form, behavior, beliefs):
    """Call the kernel with work space that holds rubbish."""
    structure = form.structure
    nodes, kinds = len(structure.kind), len(structure.prior)
    work = [np.full((nodes, kinds), np.nan), np.full((nodes, kinds), np.nan), np.full(structure.entries, np.nan)]
    work += [np.full(kinds, np.nan), np.full(max(structure.slot_actions, default=1), np.nan)]
    return run(*arrays(structure), form.values[0], behavior, beliefs, ZERO, *work)


def fraction_game(seed, **options):
    """Draw a game, a behaviour and beliefs that follow Bayes' rule, all in fractions (keys: sets and columns)."""
    rng = np.random.default_rng(seed)
    form = build_tree(**random_tree(rng, **options))
    structure = form.structure
    behavior = [random_distribution(rng, count) for count in structure.set_actions]
    beliefs = {0: [Fraction(form.values[0, column]) for column in structure.prior]}
    for node in range(len(structure.kind)):
        drawn = {}
        for number in range(structure.child_count[node]):
            below = structure.child[structure.child_first[node] + number]
            beliefs[below] = list(beliefs[node])
            for slot, action, columns in movers(structure, node, number):
                joint = [beliefs[node][c] * behavior[structure.set_first[slot] + k][action] for k, c in enumerate(columns)]
                if sum(joint) == 0:
                    joint = drawn.setdefault((slot, action), random_distribution(rng, len(columns)))
                for column, share in zip(columns, joint, strict=True):
                    beliefs[below][column] = share / sum(joint)
    return form, behavior, beliefs


def movers(structure, node, number):
    """Yield every slot that moves at the node with its action and its owner's columns."""
    for slot in range(structure.slot_first[node], structure.slot_first[node] + structure.slot_count[node]):
        player = structure.slot_player[slot]
        start = structure.type_first[player]
        columns = range(start, start + structure.type_count[player])
        yield slot, number // structure.slot_stride[slot] % structure.slot_actions[slot], columns


def as_arrays(behavior, beliefs):
    flat = np.array([float(share) for own in behavior for share in own])
    return flat, np.array([[float(share) for share in beliefs[node]] for node in range(len(beliefs))])


def expected(form, node, profile, plan):
    """Expected payoffs of all players at a node when the types are `profile` and sets play `plan` (set -> distribution)."""
    structure, values = form.structure, form.values[0]
    if structure.kind[node] == LEAF:
        cell = [tuple(row) for row in structure.profile_type].index(profile)
        return [Fraction(values[column]) for column in structure.payoff[structure.outcome[node], :, cell]]
    total = [Fraction(0)] * len(profile)
    for number in range(structure.child_count[node]):
        below = structure.child[structure.child_first[node] + number]
        weight = Fraction(values[structure.chance[below]]) if structure.kind[node] == CHANCE else Fraction(1)
        for slot, action, _ in movers(structure, node, number):
            weight *= plan[structure.set_first[slot] + profile[structure.slot_player[slot]]][action]
        if weight:
            total = [t + weight * w for t, w in zip(total, expected(form, below, profile, plan), strict=True)]
    return total


def assessment_oracle(form, behavior, beliefs):
    """Regret and margin from all pure plans of every type at every history."""
    structure = form.structure
    gain, losses = Fraction(0), []

    def worth(player, kind, node, plan):
        total = Fraction(0)
        for profile in itertools.product(*(range(count) for count in structure.type_count)):
            if profile[player] == kind:
                weight = Fraction(1)
                for other, own in enumerate(profile):
                    weight *= beliefs[node][structure.type_first[other] + own] if other != player else 1
                if weight:
                    total += weight * expected(form, node, profile, plan)[player]
        return total

    for index, (slot, kind) in enumerate(zip(structure.set_slot, structure.set_type, strict=True)):
        player, node = structure.slot_player[slot], structure.slot_node[slot]
        kept = worth(player, kind, node, behavior)
        later = [
            other
            for other, (s, k) in enumerate(zip(structure.set_slot, structure.set_type, strict=True))
            if k == kind and structure.slot_player[s] == player and node <= structure.slot_node[s] < structure.end[node]
        ]
        best = {}
        for choices in itertools.product(*(range(structure.set_actions[other]) for other in later)):
            plan = list(behavior)
            for other, action in zip(later, choices, strict=True):
                plan[other] = [Fraction(int(a == action)) for a in range(structure.set_actions[other])]
            first = choices[later.index(index)]
            found = worth(player, kind, node, plan)
            best[first] = max(best.get(first, found), found)
        gain = max(gain, max(best.values()) - kept)
        if beliefs[node][structure.type_first[player] + kind] > 0:
            used = [action for action, share in enumerate(behavior[index]) if share > 0]
            losses += [kept - best[action] for action in best if action not in used] + [Fraction(0)] * (len(used) > 1)
    return float(gain), float(min(losses, default=np.inf))


@ASSESS
@given(seed=st.integers(0, 2**32), players=st.integers(2, 3))
def test_assessment_regret_matches_the_definition(run, seed, players):
    form, behavior, beliefs = fraction_game(seed, players=players, depth=2 if players == 3 else 3)
    gain, loss, inconsistency = certify(run, form, *as_arrays(behavior, beliefs))
    np.testing.assert_allclose((gain, loss), assessment_oracle(form, behavior, beliefs), atol=1e-9)
    assert inconsistency < 1e-12


@ASSESS
@given(seed=st.integers(0, 2**32), step=st.floats(0.01, 0.2))
def test_a_wrong_belief_is_measured(run, seed, step):
    form, behavior, beliefs = fraction_game(seed, most_types=3)
    behavior, beliefs = as_arrays(behavior, beliefs)
    inner = np.flatnonzero(form.structure.kind != LEAF)
    node, column = np.random.default_rng(seed).choice(inner), np.random.default_rng(seed).integers(beliefs.shape[1])
    beliefs[node, column] += step
    assert certify(run, form, behavior, beliefs)[2] >= step - 1e-9


@ASSESS
def test_free_beliefs_must_not_depend_on_what_others_did(run):
    last = ("move", "b", {"u": "o1", "d": "o2"})
    stage = ("together", {"a": ("x", "y"), "b": ("l", "r")}, dict.fromkeys(itertools.product("xy", "lr"), last))
    form = build_tree(("a", "b"), stage, {"o1": [0, 0], "o2": [0, 0]}, {"a": {"h": 0.5, "s": 0.5}})
    behavior = np.array([1, 0, 1, 0] + [0.5] * 10)  # both types of a play x, so beliefs after y are free
    beliefs = np.tile([0.5, 0.5, 1.0], (len(form.structure.kind), 1))
    after_y = [node for node, history in enumerate(form.structure.histories) if history in ((("y", "l"),), (("y", "r"),))]
    beliefs[after_y, :2] = 0.9, 0.1
    assert certify(run, form, behavior, beliefs)[2] == 0.0
    beliefs[after_y[0], :2] = 0.3, 0.7
    np.testing.assert_allclose(certify(run, form, behavior, beliefs)[2], 0.6)


@ASSESS
@pytest.mark.parametrize("where", ["behavior", "beliefs"])
def test_nan_is_never_certified(run, where):
    form, behavior, beliefs = fraction_game(11)
    given_arrays = dict(zip(("behavior", "beliefs"), as_arrays(behavior, beliefs), strict=True))
    given_arrays[where].flat[0] = np.nan
    assert np.isnan(certify(run, form, **given_arrays)[2])


@ASSESS
def test_a_behaviour_that_does_not_sum_to_one_is_measured(run):
    form, behavior, beliefs = fraction_game(11)
    behavior, beliefs = as_arrays(behavior, beliefs)
    behavior[0] += 0.25
    assert certify(run, form, behavior, beliefs)[2] >= 0.25 - 1e-12


@ASSESS
def test_types_that_the_history_excludes_do_not_count_for_the_margin(run):
    """The soft type never enters, so that its indifference at the end costs the equilibrium nothing."""
    tree = ("move", "a", {"out": "o", "in": ("move", "a", {"up": "u", "down": "d"})})
    payoffs = {"o": [[0, 3], [0, 0]], "u": [[2, 1], [0, 0]], "d": [[1, 1], [0, 0]]}
    form = build_tree(("a", "b"), tree, payoffs, {"a": {"hard": 0.5, "soft": 0.5}})
    behavior = np.array([0, 1, 1, 0, 1, 0, 0.5, 0.5])
    beliefs = np.array([[0.5, 0.5, 1]] * 2 + [[1, 0, 1]] * 3)
    assert certify(run, form, behavior, beliefs) == (0.0, 1.0, 0.0)


def test_batch_agrees_with_single_and_compiles_once():
    form, behavior, beliefs = fraction_game(5, most_types=3)
    flat, held = as_arrays(behavior, beliefs)
    rng = np.random.default_rng(0)
    behaviors = np.array([flat, rng.random(flat.shape), flat])
    values = np.vstack([form.values, form.values + 0.1])
    points = np.array([0, 1, 1])
    out = np.empty((3, 3))
    regret.assessment_regrets(*arrays(form.structure), values, points, behaviors, np.array([held] * 3), ZERO, *out)
    for index, point in enumerate(points):
        shifted = type(form)(form.structure, values[point : point + 1].copy())
        np.testing.assert_allclose(out[:, index], certify(regret.assessment_regret, shifted, behaviors[index], held))
    assert (form.structure.kind == MOVE).any()
    layouts = {tuple(str(kind).replace("readonly ", "") for kind in one[:18]) for one in regret.assessment_regrets.signatures}
    assert len(layouts) <= 2  # read-only and writable arrays
