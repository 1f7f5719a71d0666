"""Backward induction against the definition: no plan of anybody in any subgame gains anything."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deterrence_games.forms.tree import CHANCE, LEAF
from deterrence_games.kernels import backward
from deterrence_games.kernels.jit import LIMIT, OK
from tests.trees import build_tree, random_tree

RUNS = pytest.mark.parametrize("run", [backward.subgame_perfect, backward.subgame_perfect.py_func], ids=["compiled", "python"])


def induct(run, form, tol=1e-12, room=4000):
    """Return code, chosen actions, the last equilibrium's values, and the counts."""
    structure, values = form.structure, form.values[0]
    mover = np.full(len(structure.kind), -1)
    mover[structure.slot_node] = structure.slot_player
    payoff = values[structure.payoff[:, :, 0]]
    probability = np.where(structure.chance >= 0, values[structure.chance], 1.0)
    value = np.full((len(structure.kind), len(structure.players)), np.nan)
    choice, counts = np.full((room, len(structure.kind)), -1), np.empty(3, dtype=np.int64)
    tie = tol * np.ptp(payoff, axis=0)
    code = run(
        structure.kind, structure.outcome, structure.child_first, structure.child_count, structure.child,
        mover, payoff, probability, tie, value, choice, counts,
    )  # fmt: skip
    return code, choice[: counts[0]], value, counts


def worth(form, node, choice):
    """Expected payoffs of all players from a node on."""
    structure, values = form.structure, form.values[0]
    if structure.kind[node] == LEAF:
        return values[structure.payoff[structure.outcome[node], :, 0]]
    below = structure.child[structure.child_first[node] :][: structure.child_count[node]]
    if structure.kind[node] == CHANCE:
        return sum(values[structure.chance[child]] * worth(form, child, choice) for child in below)
    return worth(form, below[choice[node]], choice)


def exhaustive(form):
    """All pure subgame-perfect equilibria, from the definition."""
    structure = form.structure
    moves = structure.slot_node.tolist()
    owner = dict(zip(moves, structure.slot_player.tolist(), strict=True))
    found = set()
    for actions in itertools.product(*(range(count) for count in structure.slot_actions)):
        choice = dict(zip(moves, actions, strict=True))
        for node in moves:
            kept = worth(form, node, choice)[owner[node]]
            own = [other for other in moves if owner[other] == owner[node] and node <= other < structure.end[node]]
            plans = itertools.product(*(range(structure.child_count[other]) for other in own))
            if any(worth(form, node, choice | dict(zip(own, plan, strict=True)))[owner[node]] > kept + 1e-9 for plan in plans):
                break
        else:
            found.add(actions)
    return found


@RUNS
@given(seed=st.integers(0, 2**32), players=st.integers(1, 3), whole=st.booleans())
def test_all_pure_equilibria_are_found(run, seed, players, whole):
    rng = np.random.default_rng(seed)
    drawn = random_tree(rng, players=players, most_types=1, most_actions=3, depth=3, together=False, whole=whole)
    form = build_tree(**drawn)
    if np.prod(form.structure.slot_actions.astype(float)) > 300:
        return
    code, choice, value, counts = induct(run, form)
    exact = exhaustive(form)
    assert code == OK
    assert len(choice) == len(exact)
    assert {tuple(row[form.structure.slot_node]) for row in choice} == exact
    assert (counts[1] > 0) == (len(exact) > 1)
    np.testing.assert_allclose(value[0], worth(form, 0, choice[-1]), atol=1e-12)


@RUNS
def test_stops_when_there_is_no_room(run):
    tree = ("move", "a", {"x": ("move", "b", {"u": "o", "d": "o"}), "y": ("move", "b", {"u": "o", "d": "o"})})
    form = build_tree(("a", "b"), tree, {"o": [0, 0]})
    assert induct(run, form, room=8)[0] == OK
    code, choice, _, _ = induct(run, form, room=5)
    assert code == LIMIT
    assert len({tuple(row) for row in choice}) == 5


@RUNS
@pytest.mark.parametrize(("step", "ties", "near"), [(1e-13, 1, 0), (1e-11, 0, 1), (1e-6, 0, 0)])
def test_ties_and_near_ties_are_counted(run, step, ties, near):
    form = build_tree(("a",), ("move", "a", {"x": "o1", "y": "o2", "z": "o3"}), {"o1": [1], "o2": [1 - step], "o3": [0]})
    _, choice, _, counts = induct(run, form)
    assert counts.tolist() == [1 + ties, ties, near]
    assert choice[:, 0].tolist() == [0, 1][: 1 + ties]


def test_compiles_once():
    form = build_tree(("a",), ("move", "a", {"x": "o1", "y": "o2"}), {"o1": [1], "o2": [0]})
    induct(backward.subgame_perfect, form)
    assert len(backward.subgame_perfect.signatures) == 1
