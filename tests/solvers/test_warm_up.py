"""Kernels as plain Python find what compiled ones find, and are given up where a problem is not small."""

import os
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from deterrence_games.forms import StrategicForm
from deterrence_games.kernels import (
    backward,
    lemke_howson,
    lexicographic_vertices,
    logit,
    polynomial_enumeration,
    regret,
    support_enumeration,
    vertex_enumeration,
)
from deterrence_games.kernels.jit import compiled, interpreted, on_disk
from deterrence_games.kernels.regret import profile_regret
from deterrence_games.lowering.sequence import sequence_form_of
from deterrence_games.lowering.tree import tree_form_of
from deterrence_games.solvers import (
    BackwardInduction,
    Lemke,
    LemkeHowson,
    LogitPath,
    PolynomialEnumeration,
    SupportEnumeration,
    VertexEnumeration,
    cells,
    sequence_form,
)
from deterrence_games.solvers import (
    polynomial_enumeration as polynomial_solver,
)
from deterrence_games.solvers.perfect_bayesian import PerfectBayesian
from deterrence_games.solvers.warm_up import CALLS, warm_up
from tests.oracles.plain_game import to_game
from tests.oracles.random_games import random_game
from tests.trees import build_tree

FIELDS = ("code", "count", "used", "choice", "state", "weight", "vertex_weight", "behavior", "belief", "regret", "margin")
KERNELS = {
    backward: ("subgame_perfect",),
    cells: ("search_points", "assess_cells", "assessment_regrets"),
    lemke_howson: ("survey", "constant_sum", "follow_paths"),
    lexicographic_vertices: ("lexicographic_bases", "covering_pairs"),
    logit: ("principal_branch",),
    polynomial_enumeration: ("enumerate_supports",),
    regret: ("profile_regret", "assessment_regrets"),
    sequence_form: ("follow_prior", "plan_regret"),
    support_enumeration: ("best_reply_vertices", "equilibrium_pairs"),
    vertex_enumeration: ("generic_equilibria",),
}


class Cold:
    """A kernel that has not been compiled, and refuses to be."""

    overloads = ()

    def __init__(self, kernel):
        self.py_func = kernel.py_func

    def __call__(self, *arguments):
        raise AssertionError("compiled")


@pytest.fixture
def cold(monkeypatch):
    """Take a process back to where nothing had been compiled yet, with so many seconds of patience; until then, compile."""
    monkeypatch.setattr(warm_up, "left", 0.0)
    monkeypatch.setattr(warm_up, "calls", Counter())
    monkeypatch.setattr("deterrence_games.solvers.warm_up.on_disk", lambda kernel: False)

    def start(patience):
        for module, names in KERNELS.items():
            for name in names:
                interpreted(getattr(module, name))  # from the kernels themselves
                monkeypatch.setattr(module, name, Cold(getattr(module, name)))
        monkeypatch.setattr(warm_up, "left", patience)

    return start


def form_of(number):
    return tree_form_of(to_game(random_game(number)), {})


@pytest.mark.parametrize("number", [0, 3, 11, 42, 120])
def test_same_findings(number, cold):
    form = form_of(number)
    reference = PerfectBayesian().solve_points(form)
    cold(patience=60.0)
    plain = PerfectBayesian().solve_points(form)
    for field in FIELDS:
        np.testing.assert_allclose(getattr(plain, field), getattr(reference, field), rtol=0, atol=1e-12, err_msg=field)


def test_many_points_are_no_small_problem(cold):
    form = form_of(42)
    many = type(form)(form.structure, np.repeat(form.values, cells.FEW_POINTS + 1, axis=0))
    cold(patience=60.0)
    with pytest.raises(AssertionError, match="compiled"):
        PerfectBayesian().solve_points(many)


def test_a_long_search_is_no_small_problem(cold, monkeypatch):
    monkeypatch.setattr(cells, "TRIALS", (1, 2))
    cold(patience=60.0)
    with pytest.raises(AssertionError, match="compiled"):
        PerfectBayesian().solve_points(form_of(42))


def test_patience_ends(cold):
    cold(patience=1e-9)
    with pytest.raises(AssertionError, match="compiled"):
        PerfectBayesian().solve_points(form_of(42))


def test_many_small_problems_repay_a_compiler(cold):
    form = matrices(5, 3, 3)
    cold(patience=60.0)
    for _ in range(CALLS):
        VertexEnumeration().solve(form)
    with pytest.raises(AssertionError, match="compiled"):
        VertexEnumeration().solve(form)


def test_what_lies_on_disk_is_not_interpreted(cold, monkeypatch):
    cold(patience=60.0)
    monkeypatch.setattr("deterrence_games.solvers.warm_up.on_disk", lambda kernel: True)
    with pytest.raises(AssertionError, match="compiled"):
        VertexEnumeration().solve(matrices(5, 3, 3))


def test_machine_code_on_disk_is_known(tmp_path):
    source = tmp_path / "module.py"
    source.touch()
    cache = tmp_path / "cache"
    cache.mkdir()
    code = SimpleNamespace(co_filename=str(source), co_firstlineno=1)
    function = SimpleNamespace(__code__=code, __qualname__="kernel")
    kernel = SimpleNamespace(py_func=function, stats=SimpleNamespace(cache_path=str(cache)))
    assert not on_disk(kernel)
    index = cache / "module.kernel-1.py311.nbi"
    index.touch()
    os.utime(source, (1, 1))
    assert on_disk(kernel)
    os.utime(index, (0, 0))  # of an earlier version of the file
    assert not on_disk(kernel)
    source.unlink()
    assert not on_disk(kernel)


def test_a_compiled_kernel_lies_on_disk():
    payoffs = np.array([[1.0, 1.0], [0.0, 0.0]])
    profile_regret(payoffs, np.array([1, 2]), np.array([1.0, 0.5, 0.5]), np.array([0, 1, 3]))
    assert on_disk(profile_regret)


def test_division_by_zero_is_as_compiled():
    payoffs = np.array([[1.0, 1.0], [0.0, 0.0]])
    arguments = payoffs, np.array([1, 2]), np.array([1.0, 0.5, 0.5]), np.array([0, 1, 3])
    assert interpreted(profile_regret)(*arguments) == profile_regret(*arguments) == (0.0, 0.0)
    assert compiled(profile_regret)


def matrices(seed, *shape, levels=None):
    """A random game, with ties where `levels` says how many different payoffs there are."""
    rng = np.random.default_rng(seed)
    size = (len(shape), *shape)
    return StrategicForm.from_arrays(*(rng.random(size) if levels is None else rng.integers(0, levels, size)))


def perfect_information():
    structure = ("move", "a", {"out": "o", "in": ("move", "b", {"give": "g", "fight": "f"})})
    return build_tree(("a", "b"), structure, {"o": [0, 2], "g": [1, 1], "f": [-1, -1]})


def sequences(number):
    return sequence_form_of(form_of(number))


GAMES = {
    "backward induction": (BackwardInduction(), perfect_information),
    "vertices": (VertexEnumeration(), lambda: matrices(5, 3, 3)),
    "vertices, ties": (VertexEnumeration(), lambda: matrices(5, 3, 4, levels=3)),
    "vertices, beyond 64 bits": (
        VertexEnumeration(),
        lambda: StrategicForm.from_arrays([[2**80, 0], [0, 1]], [[0, 1], [1, 0]]),
    ),
    "supports": (SupportEnumeration(), lambda: matrices(6, 3, 3)),
    "supports, ties": (SupportEnumeration(), lambda: matrices(6, 3, 3, levels=2)),
    "polynomials": (PolynomialEnumeration(), lambda: matrices(7, 2, 2, 2)),
    "polynomials, ties": (PolynomialEnumeration(), lambda: matrices(7, 2, 3, 2, levels=3)),
    "logit": (LogitPath(), lambda: matrices(8, 2, 2, 2)),
    "logit of a tree": (LogitPath(), lambda: form_of(3)),
    "Lemke": (Lemke(), lambda: sequences(3)),
    "Lemke and Howson": (LemkeHowson(), lambda: StrategicForm.from_arrays([[2.0, 0], [0, 1]], [[0, 1], [1, 0.5]])),
    "linear program": (LemkeHowson(), lambda: StrategicForm.from_arrays([[1.0, -1], [-1, 2]], [[-1, 1], [1, -2]])),
}


@pytest.mark.parametrize("name", GAMES)
def test_solvers_find_the_same(name, cold):
    solver, make = GAMES[name]
    form = make()
    reference = repr(solver.solve(form))
    cold(patience=60.0)
    assert repr(solver.solve(form)) == reference
    cold(patience=0.0)
    with pytest.raises(AssertionError, match="compiled"):
        solver.solve(form)


LARGE = {
    "vertices": (VertexEnumeration(), lambda: matrices(5, 7, 7)),
    "vertices, ties": (VertexEnumeration(), lambda: matrices(5, 6, 6, levels=3)),
    "supports": (SupportEnumeration(), lambda: matrices(6, 6, 6)),
    "polynomials": (PolynomialEnumeration(), lambda: matrices(7, 3, 3, 3)),
    "logit": (LogitPath(), lambda: matrices(8, 9, 9)),
    "Lemke and Howson": (LemkeHowson(), lambda: matrices(9, 11, 11)),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_larger_game_is_no_small_problem(name, cold):
    solver, make = LARGE[name]
    cold(patience=60.0)
    with pytest.raises(AssertionError, match="compiled"):
        solver.solve(make())


@pytest.mark.parametrize(
    ("solver", "module", "limit", "make"),
    [
        (PolynomialEnumeration(), polynomial_solver, "FEW_BOXES", lambda: matrices(7, 2, 2, 2)),
        (Lemke(), sequence_form, "FEW_PIVOTS", lambda: sequences(3)),
    ],
    ids=["boxes", "pivots"],
)
def test_what_takes_long_is_no_small_problem(solver, module, limit, make, cold, monkeypatch):
    monkeypatch.setattr(module, limit, 1)
    cold(patience=60.0)
    with pytest.raises(AssertionError, match="compiled"):
        solver.solve(make())
