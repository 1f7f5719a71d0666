"""How long one warm solve of unilateral deterrence takes through the public API, beside what others do on the same game.

They do not do the same: Gambit's `lcp` finds one Nash equilibrium of the tree, support enumeration those Nash equilibria of the
strategic form that have supports of equal size or are not degenerate; only the first line finds all perfect Bayesian ones.
"""

import numpy as np
import pytest

import deterrence_games as dg
from benchmarks import peer_solvers
from benchmarks.alternating import alternating
from benchmarks.unilateral import GAME, POINT
from deterrence_games.io.efg import extensive_form_to_efg

ROUNDS = 25
PROMISE = 5.0  # milliseconds
PBE = "all perfect Bayesian equilibria"
NASH = "all Nash equilibria of the strategic form"
GAMBIT = "Gambit lcp, one Nash equilibrium of the tree"
NASHPY = "Nashpy support enumeration of the strategic form"
QUANTECON = "QuantEcon support enumeration of the strategic form"


def by_gambit():
    """Linear complementarity on the tree, in floating point."""
    if peer_solvers.pygambit is None:
        pytest.skip("no pygambit")
    tree = peer_solvers.gambit_tree(extensive_form_to_efg(dg.extensive_form(GAME, POINT)))
    return lambda: peer_solvers.gambit_lcp(tree)


def by_nashpy():
    game = pytest.importorskip("nashpy").Game(*dg.strategic_form(GAME, POINT).payoffs)
    return lambda: list(game.support_enumeration())


def by_quantecon():
    game_theory = pytest.importorskip("quantecon.game_theory")
    first, second = dg.strategic_form(GAME, POINT).payoffs
    game = game_theory.NormalFormGame([game_theory.Player(first), game_theory.Player(second.T)])
    return lambda: game_theory.support_enumeration(game)


def strategic_form_by_this():
    form = dg.strategic_form(GAME, POINT)
    return lambda: dg.solve(form)


def perfect_by_this():
    """With compiled kernels, which a process takes to when it has more than a few small problems to solve."""
    many = dg.tree_form(GAME, POINT | {"p_ch": np.linspace(0.1, 0.9, 20)})
    dg.PerfectBayesian().solve_points(many)
    return lambda: dg.solve(GAME, POINT)


TASKS = {
    PBE: perfect_by_this,
    NASH: strategic_form_by_this,
    GAMBIT: by_gambit,
    NASHPY: by_nashpy,
    QUANTECON: by_quantecon,
}


def test_what_is_found():
    perfect, nash = dg.solve(GAME, POINT), dg.solve(dg.strategic_form(GAME, POINT))
    assert perfect.complete
    assert nash.complete
    assert (len(perfect), len(perfect.outcome_classes)) == (3, 2)


@pytest.mark.parametrize("name", TASKS)
def test_solve(benchmark, name):
    benchmark.group = "one solve of unilateral deterrence"
    assert len(benchmark(TASKS[name]())) >= 1


def test_one_after_the_other(report):
    tasks = {}
    for name, prepare in TASKS.items():
        try:
            tasks[name] = prepare()
        except pytest.skip.Exception as reason:
            report(f"one solve: {name}", note=f"left out: {reason.msg}")
    found = {name: len(task()) for name, task in tasks.items()}
    seconds = alternating(tasks, ROUNDS)
    for name, own in seconds.items():
        note = f"{found[name]} found" + ("" if name == PBE else f", {own / seconds[PBE]:.3g} times the first")
        report(f"one solve: {name}", 1000 * own, "ms", at_most=PROMISE if name == PBE else None, note=note)
