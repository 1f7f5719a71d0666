"""Vertices of best-reply polytopes against every choice of tight constraints, in fractions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deterrence_games.kernels import support_enumeration as kernels
from deterrence_games.kernels.jit import FULL, OK
from tests.exact_games import exact_vertices

VERTICES = pytest.mark.parametrize(
    "run", [kernels.best_reply_vertices, kernels.best_reply_vertices.py_func], ids=["compiled", "python"]
)
PAIRS = pytest.mark.parametrize(
    "run", [kernels.equilibrium_pairs, kernels.equilibrium_pairs.py_func], ids=["compiled", "python"]
)


def enumerate_vertices(run, payoff, tol=1e-12, room=200):
    """Return code, rows of strategies, masks, and the numbers of vertices, systems and undecided cases."""
    strategy = np.full((room, len(payoff)), np.nan)
    support, reply = np.full(room, -1), np.full(room, -1)
    unsure, counts = np.full((3, 2), -1), np.empty(3, dtype=np.int64)
    code = run(payoff, tol, strategy, support, reply, unsure, counts)
    return code, strategy[: counts[0]], support[: counts[0]], reply[: counts[0]], unsure, counts


@VERTICES
@given(seed=st.integers(0, 2**32), levels=st.sampled_from([2, 3, 5, 1025]))
def test_vertices_match_fractions(run, seed, levels):
    rng = np.random.default_rng(seed)
    payoff = rng.integers(0, levels, size=rng.integers(1, 5, size=2)) / (levels - 1)
    code, strategy, support, reply, _, counts = enumerate_vertices(run, payoff)
    exact = {tuple(float(share) for share in vertex) for vertex in exact_vertices(payoff.tolist())}
    assert code == OK
    assert counts[2] == 0
    assert len(strategy) == len(exact)
    for mixed, used, best in zip(strategy, support, reply, strict=True):
        assert min(np.abs(mixed - np.array(vertex)).max() for vertex in exact) < 1e-12
        assert used == sum(1 << index for index in np.flatnonzero(mixed))
        worth = mixed @ payoff
        assert best == sum(1 << int(index) for index in np.flatnonzero(worth > worth.max() - 1e-10))


@VERTICES
def test_a_short_array_is_reported_as_full(run):
    code, *_, counts = enumerate_vertices(run, np.eye(3), room=2)
    assert code == FULL
    assert counts[0] == 2


@VERTICES
@pytest.mark.parametrize(("step", "undecided"), [(1e-14, False), (1e-11, True), (1e-6, False)])
def test_what_is_neither_tied_nor_apart_is_undecided(run, step, undecided):
    payoff = np.array([[1.0, 1.0 - step], [0.0, 1.0]])
    *_, counts = enumerate_vertices(run, payoff)
    assert (counts[2] > 0) == undecided


@VERTICES
def test_undecided_supports_are_named(run):
    *_, unsure, counts = enumerate_vertices(run, np.array([[1.0, 1.0 - 1e-11, 0.0], [0.0, 0.0, 1.0]]))
    assert counts[2] > 0
    assert unsure[0, 0] == 0b01
    assert unsure[0, 1] in (0b001, 0b010)


@VERTICES
def test_sixty_strategies_fit_a_mask(run):
    payoff = np.vstack([np.linspace(0, 1, 60), np.linspace(1, 0, 60)])
    code, strategy, _, reply, _, counts = enumerate_vertices(run, payoff)
    assert code == OK
    assert counts[2] == 0
    assert sorted(strategy[:, 0].round(9).tolist()) == [0.0, 0.5, 1.0]
    assert (1 << 60) - 1 in reply.tolist()  # at a half all sixty are best replies


@PAIRS
def test_pairs_reply_best_to_each_other(run):
    support, reply = np.array([0b01, 0b10]), np.array([0b01, 0b11])
    other_support, other_reply = np.array([0b01, 0b10, 0b11]), np.array([0b01, 0b10, 0b10])
    pairs, counts = np.full((9, 2), -1), np.empty(1, dtype=np.int64)
    assert run(support, reply, other_support, other_reply, pairs, counts) == OK
    assert pairs[: counts[0]].tolist() == [[0, 0], [1, 1], [1, 2]]
    assert run(support, reply, other_support, other_reply, pairs[:1], counts) == FULL


def test_compiles_once():
    enumerate_vertices(kernels.best_reply_vertices, np.eye(2))
    enumerate_vertices(kernels.best_reply_vertices, np.ones((3, 5)))
    assert len(kernels.best_reply_vertices.signatures) == 1
