"""Games compiled to arrays: structure by hand, numbers at one point and at many, bad input."""

import numpy as np
import pytest

import deterrence_games as dg

NUMBERS = {"a_SQ": 0, "a_DC": 1, "a_DD": -3, "b_SQ": 3, "b_DC": 1, "b_DDh": 2, "b_DDs": 0, "p": 0.5}


def test_structure_of_the_rudimentary_game():
    structure = dg.tree_form(dg.models.rudimentary_asymmetric_deterrence(), NUMBERS).structure
    assert structure.parent.tolist() == [-1, 0, 0, 2, 2]
    assert structure.end.tolist() == [5, 2, 5, 4, 5]
    assert [tuple(where)[1:] for where in structure.information_sets] == [
        ("", ()),
        ("hard", ("defect",)),
        ("soft", ("defect",)),
    ]
    assert structure.outcome.tolist() == [-1, 0, -1, 1, 2]
    assert structure.last_slot[4].tolist() == [0, 1]


def test_many_points_equal_one_at_a_time():
    game = dg.models.generalized_mutual_deterrence()
    rng = np.random.default_rng(3)
    columns = {name: rng.uniform(0.1, 0.9, 50) for name in game.parameters}
    with pytest.warns(dg.AssumptionWarning):
        many = dg.tree_form(game, columns)
    for point in range(0, 50, 7):
        with pytest.warns(dg.AssumptionWarning):
            one = dg.tree_form(game, {name: column[point] for name, column in columns.items()})
        np.testing.assert_allclose(many.values[point], one.values[0], rtol=1e-14)


def small(payoff, **more):
    tree = dg.Decision("a", {"left": "l", "right": "r"})
    return dg.Game(
        name="small", players=("a", "b"), tree=tree, payoffs={"l": {"a": payoff, "b": 0}, "r": {"a": 0, "b": 1}}, **more
    )


@pytest.mark.parametrize("name", ["e", "E", "min", "sqrt_", "I", "Q", "beta"])
def test_names_do_not_clash_with_functions(name):
    form = dg.tree_form(small(f"2*{name} + sqrt(4)"), {name: 3})
    assert form.payoffs[0, 0, 0, 0] == 8


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"x": np.array([1.0, 0.0])}, "not a finite real number at point 1"),
        ({"x": np.array([1.0, np.nan])}, "NaN or infinite"),
        ({"x": np.array([1.0]), "y": 2}, "unknown parameter"),
        ({"x": np.ones((2, 2))}, "2 axes"),
        ({"x": 0}, "not a finite real number"),
        ({}, "x"),
    ],
)
def test_bad_numbers_are_one_clear_error(params, message):
    with pytest.raises(dg.ParameterError, match=message) as caught:
        dg.tree_form(small("1/x"), params)
    assert "'small'" in str(caught.value)


def test_priors_are_checked_at_every_point():
    game = dg.models.rudimentary_asymmetric_deterrence()
    with pytest.raises(dg.ParameterError, match="sum to one"):
        dg.tree_form(game, {**NUMBERS, "p": np.array([0.5, 1.5])})


def test_a_tree_a_thousand_moves_deep():
    tree = "end"
    payoffs = {"end": {"a": 0, "b": 0}}
    for depth in range(1000):
        tree = dg.Decision("ab"[depth % 2], {"stop": f"stop{depth}", "go": tree})
        payoffs[f"stop{depth}"] = {"a": depth + 1, "b": 2 * depth + 1}
    game = dg.Game(name="deep", players=("a", "b"), tree=tree, payoffs=payoffs)
    form = dg.tree_form(game)
    assert form.structure.kind.size == 2001
    assert dg.solve(game).outcome_classes[0][0].outcomes["stop999"] == 1
    assert dg.solve(game, solver=dg.BackwardInduction())[0].outcomes["stop999"] == 1
