"""Subgame-perfect equilibria of games of perfect information."""

import numpy as np
import pytest

from deterrence_games.errors import SolverError
from deterrence_games.forms import InformationSet, StrategicForm, TreeForm
from deterrence_games.results import Status
from deterrence_games.solvers.backward_induction import BackwardInduction
from tests.trees import build_tree

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


def unilateral(challenger_conflict, defender_conflict):
    """Build unilateral deterrence under complete information, outcomes ranked as in Zagare and Kilgour (1993)."""
    payoffs = {
        "status_quo": [3, 4],
        "gain": [4, 2],
        "defeat": [1.5, 3],
        "conflict": [challenger_conflict, defender_conflict],
    }
    return build_tree(("challenger", "defender"), UNILATERAL, payoffs, name="unilateral_deterrence")


@pytest.mark.parametrize(
    ("challenger_conflict", "defender_conflict", "outcome"),
    [(2, 2.5, "status_quo"), (2, 1, "gain"), (1, 2.5, "status_quo"), (1, 1, "status_quo")],
)
def test_deterrence_rests_on_whose_threat_is_credible(challenger_conflict, defender_conflict, outcome):
    solution = BackwardInduction().solve(unilateral(challenger_conflict, defender_conflict))
    (equilibrium,) = solution
    assert solution.status is Status.COMPLETE
    assert equilibrium.outcomes[outcome] == 1.0
    assert (equilibrium.regret, equilibrium.strict) == (0.0, True)


def test_behaviour_payoffs_and_margin():
    (equilibrium,) = BackwardInduction().solve(unilateral(1, 1))
    assert equilibrium.behavior == {
        InformationSet("challenger", "", ()): {"cooperate": 1.0, "defect": 0.0},
        InformationSet("defender", "", ("defect",)): {"concede": 0.0, "defy": 1.0},
        InformationSet("challenger", "", ("defect", "defy")): {"back_down": 1.0, "press_on": 0.0},
    }
    assert equilibrium.payoffs == {"challenger": 3.0, "defender": 4.0}
    assert equilibrium.margin == 0.5  # the challenger loses least by pressing on


def test_a_tie_is_kept_and_not_called_complete():
    """The defender who is indifferent between conceding and fighting on decides alone whether it is deterrence."""
    solution = BackwardInduction().solve(unilateral(2, 2))
    assert solution.status is Status.FOUND
    assert "all 2 pure equilibria" in solution.completeness
    assert "mixtures exist" in solution.completeness
    assert [equilibrium.outcomes["status_quo"] for equilibrium in solution] == [0.0, 1.0]
    assert [equilibrium.margin for equilibrium in solution] == [0.0, 0.0]
    assert [equilibrium.outcome_class for equilibrium in solution] == [0, 1]


def test_equilibria_that_differ_off_the_path_share_a_class():
    tree = ("move", "a", {"out": "safe", "in": ("move", "b", {"l": "bad", "r": "bad"})})
    solution = BackwardInduction().solve(build_tree(("a", "b"), tree, {"safe": [1, 1], "bad": [0, 0]}))
    assert [equilibrium.outcome_class for equilibrium in solution] == [0, 0]


def test_chance_weighs_the_branches():
    lottery = ("chance", {"lucky": (0.25, "win"), "not": (0.75, "lose")})
    form = build_tree(
        ("a", "b"), ("move", "a", {"bet": lottery, "pass": "keep"}), {"win": [8, 0], "lose": [0, 1], "keep": [1, 0]}
    )
    (equilibrium,) = BackwardInduction().solve(form)
    assert equilibrium.outcomes == {"win": 0.25, "lose": 0.75, "keep": 0.0}
    assert equilibrium.payoffs == {"a": 2.0, "b": 0.75}
    assert equilibrium.margin == 1.0


def test_a_centipede_a_thousand_moves_deep():
    """Rosenthal's game: taking at once, although both gain by passing for long (Rosenthal 1981)."""
    tree = "end"
    for depth in reversed(range(1000)):
        tree = ("move", "ab"[depth % 2], {"take": f"o{depth}", "pass": tree})
    payoffs = {f"o{depth}": [depth + 2 * (depth % 2 == 0), depth + 2 * (depth % 2)] for depth in range(1000)}
    solution = BackwardInduction().solve(build_tree(("a", "b"), tree, payoffs | {"end": [1000, 1000]}))
    (equilibrium,) = solution
    assert solution.complete
    assert equilibrium.outcomes["o0"] == 1.0
    assert all(actions["take"] == 1.0 for actions in equilibrium.behavior.values())
    assert equilibrium.margin == 1.0
    assert len(repr(solution).splitlines()) < 80


def test_the_limit_is_reported():
    tree = "o"
    for _ in range(12):
        tree = ("move", "a", {"x": "o", "y": tree})
    solution = BackwardInduction(limit=100).solve(build_tree(("a",), tree, {"o": [0]}))
    assert solution.status is Status.LIMIT
    assert len(solution) == 100
    assert len(BackwardInduction(limit=5000).solve(build_tree(("a",), tree, {"o": [0]}))) == 2**12


@pytest.mark.parametrize(("option", "value"), [("tol", np.nan), ("tol", -1), ("tol", "x"), ("limit", 0), ("limit", 1.5)])
def test_bad_options(option, value):
    with pytest.raises(SolverError, match=f"^BackwardInduction: {option} is .*; give a "):
        BackwardInduction(**{option: value})


def test_a_near_tie_is_not_called_complete():
    form = build_tree(("a",), ("move", "a", {"x": "o1", "y": "o2", "z": "o3"}), {"o1": [1], "o2": [1 - 1e-11], "o3": [0]})
    solution = BackwardInduction().solve(form)
    assert solution.status is Status.FOUND
    assert "cannot be told" in solution.completeness


def test_forms_that_it_does_not_take():
    solver = BackwardInduction()
    payoffs = {"o": [0, 0]}
    typed = build_tree(("a", "b"), ("move", "a", {"x": "o", "y": "o"}), payoffs, {"a": {"h": 0.5, "s": 0.5}}, name="typed")
    with pytest.raises(SolverError, match=r"game 'typed': BackwardInduction cannot take it: 'a' has 2 types.*PerfectBayesian"):
        solver.solve(typed)
    joint = {(x, y): "o" for x in "lr" for y in "ud"}
    with pytest.raises(SolverError, match="move at the same time"):
        solver.solve(build_tree(("a", "b"), ("together", {"a": ("l", "r"), "b": ("u", "d")}, joint), payoffs))
    with pytest.raises(SolverError, match="VertexEnumeration"):
        solver.solve(StrategicForm.from_arrays(*np.zeros((2, 2, 2))))
    form = unilateral(1, 1)
    with pytest.raises(SolverError, match=r"form\.at\(point\)"):
        solver.solve(TreeForm(form.structure, np.vstack([form.values] * 2)))


def test_a_game_without_moves():
    (equilibrium,) = BackwardInduction().solve(build_tree(("a", "b"), "peace", {"peace": [1, 2]}))
    assert equilibrium.outcomes == {"peace": 1.0}
    assert equilibrium.payoffs == {"a": 1.0, "b": 2.0}
    assert equilibrium.margin == np.inf
