"""From a game to arrays: structure by hand and against a second builder, numbers at one point and at many."""

import math
from fractions import Fraction
from operator import eq

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import deterrence_games as dg
from deterrence_games.forms import InformationSet
from deterrence_games.forms.tree import CHANCE, LEAF, MOVE
from deterrence_games.lowering.tree import CHUNK, compile_game
from tests.trees import build_tree, random_tree

SMALL = dg.Game(
    name="small",
    players=("a", "b"),
    tree=dg.Simultaneous(
        {"b": ("l", "r"), "a": ("x", "y", "z")},
        {
            ("l", "x"): "o1",
            ("l", "y"): dg.Decision("b", {"u": "o2", "d": "o1"}),
            ("l", "z"): "o2",
            ("r", "x"): dg.Chance({"calm": ("q", "o2"), "storm": ("1 - q", "o3")}),
            ("r", "y"): "o3",
            ("r", "z"): "o1",
        },
    ),
    types={"b": {"hard": "p", "soft": "1 - p"}},
    payoffs={
        "o1": {"a": 1, "b": {"hard": "v", "soft": "2*v"}},
        "o2": {"a": {("", "hard"): "v", ("", "soft"): 0}, "b": 1},
        "o3": {"a": "q", "b": "-v"},
    },
)
POINT = {"p": 0.25, "q": 0.125, "v": 3}


# --------------------------------------------------------------------------------------------------------------- structure


def test_structure_by_hand():
    structure = dg.tree_form(SMALL, POINT).structure
    assert structure.name == "small"
    assert structure.players == ("a", "b")
    assert structure.types == (("",), ("hard", "soft"))
    assert structure.outcomes == ("o1", "o2", "o3")
    assert structure.histories == (
        *((), (("l", "x"),), (("l", "y"),), (("l", "y"), "u"), (("l", "y"), "d"), (("l", "z"),)),
        *((("r", "x"),), (("r", "x"), "calm"), (("r", "x"), "storm"), (("r", "y"),), (("r", "z"),)),
    )
    assert structure.kind.tolist() == [MOVE, LEAF, MOVE, LEAF, LEAF, LEAF, CHANCE, LEAF, LEAF, LEAF, LEAF]
    assert structure.parent.tolist() == [-1, 0, 0, 2, 2, 0, 0, 6, 6, 0, 0]
    assert structure.end.tolist() == [11, 2, 5, 4, 5, 6, 9, 8, 9, 10, 11]
    assert structure.outcome.tolist() == [-1, 0, -1, 1, 0, 1, -1, 1, 2, 2, 0]
    assert structure.child_count.tolist() == [6, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0]
    assert structure.child.tolist() == [1, 2, 5, 6, 9, 10, 3, 4, 7, 8]
    assert structure.child_first[[0, 2, 6]].tolist() == [0, 6, 8]
    assert np.flatnonzero(structure.chance >= 0).tolist() == [7, 8]
    # moves: b and a at the root, in the order in which the stage names them; then b
    assert structure.slot_node.tolist() == [0, 0, 2]
    assert structure.slot_player.tolist() == [1, 0, 1]
    assert structure.slot_actions.tolist() == [2, 3, 2]
    assert structure.slot_stride.tolist() == [3, 1, 1]
    assert structure.actions == (("l", "r"), ("x", "y", "z"), ("u", "d"))
    assert structure.slot_first[[0, 2]].tolist() == [0, 2]
    assert structure.slot_count.tolist() == [2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert structure.information_sets == (
        InformationSet("b", "hard", ()),
        InformationSet("b", "soft", ()),
        InformationSet("a", "", ()),
        InformationSet("b", "hard", (("l", "y"),)),
        InformationSet("b", "soft", (("l", "y"),)),
    )
    assert structure.set_first.tolist() == [0, 2, 3]
    assert structure.set_actions.tolist() == [2, 2, 3, 2, 2]
    assert structure.set_entry.tolist() == [0, 2, 4, 7, 9]
    assert structure.entries == 11
    assert structure.profile_type.tolist() == [[0, 0], [0, 1]]
    assert structure.last_slot[[0, 2, 4, 8]].tolist() == [[-1, -1], [1, 0], [1, 2], [1, 0]]
    assert structure.last_action[[2, 4, 8]].tolist() == [[1, 0], [1, 1], [0, 1]]


def test_numbers_by_hand():
    form = dg.tree_form(SMALL, POINT)
    assert form.points == 1
    assert form.priors.tolist() == [[1, 0.25, 0.75]]
    assert form.payoffs.tolist() == [[[[1, 1], [3, 6]], [[3, 0], [1, 1]], [[0.125, 0.125], [-3, -3]]]]
    assert form.values[0, form.structure.chance[[7, 8]]].tolist() == [0.125, 0.875]
    assert form.values.flags.c_contiguous
    assert form.values.shape[1] == len({"1", "p", "1 - p", "q", "1 - q", "v", "2*v", "0", "-v"})  # every expression once


def test_a_game_is_compiled_once():
    assert compile_game(SMALL) is compile_game(SMALL)
    assert dg.tree_form(SMALL, POINT).structure is dg.tree_form(SMALL, POINT | {"p": 0.5}).structure


def test_nothing_can_be_changed():
    form = dg.tree_form(SMALL, POINT)
    for array in (form.values, form.structure.child, form.structure.payoff):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@given(seed=st.integers(0, 10**6), players=st.integers(1, 3))
def test_structure_equals_that_of_another_builder(seed, players):
    """`tests.trees` builds the arrays from nested tuples and shares no code with the library."""
    drawn = random_tree(np.random.default_rng(seed), players, most_types=3, most_actions=3, together=players > 1)
    theirs = build_tree(**drawn)
    kinds = [tuple(own) for own in theirs.structure.types]
    profiles = [tuple(kinds[i][k] for i, k in enumerate(row)) for row in theirs.structure.profile_type]
    payoffs = {
        outcome: {
            player: dict(zip(profiles, theirs.payoffs[0, number, i].tolist(), strict=True))
            for i, player in enumerate(drawn["players"])
        }
        for number, outcome in enumerate(theirs.structure.outcomes)
    }
    typed = {player: exact(own) for player, own in drawn["types"].items() if tuple(own) != ("",)}
    game = dg.Game("test game", drawn["players"], to_nodes(drawn["tree"]), payoffs, types=typed or None)
    ours = dg.tree_form(game)
    for name, value in vars(theirs.structure).items():
        if name not in ("prior", "payoff", "chance", "information_sets"):  # columns are numbered as each builder likes
            same = np.array_equal if isinstance(value, np.ndarray) else tuple.__eq__ if isinstance(value, tuple) else eq
            assert same(getattr(ours.structure, name), value), name
    np.testing.assert_allclose(ours.payoffs, theirs.payoffs, rtol=1e-15)
    np.testing.assert_allclose(ours.priors, theirs.priors, rtol=1e-15)
    drawn_by_chance = theirs.structure.chance >= 0
    np.testing.assert_array_equal(ours.structure.chance >= 0, drawn_by_chance)
    chances = [form.values[0, form.structure.chance[drawn_by_chance]] for form in (ours, theirs)]
    np.testing.assert_allclose(*chances, rtol=1e-15)


def exact(shares):
    """Probabilities as the fractions from which they were drawn."""
    return {label: Fraction(share).limit_denominator(100) for label, share in shares.items()}


def to_nodes(tree):
    if isinstance(tree, str):
        return tree
    if tree[0] == "chance":
        shares = exact({label: share for label, (share, _) in tree[1].items()})
        return dg.Chance({label: (shares[label], to_nodes(below)) for label, (_, below) in tree[1].items()})
    if tree[0] == "move":
        return dg.Decision(tree[1], {label: to_nodes(below) for label, below in tree[2].items()})
    return dg.Simultaneous(tree[1], {joint: to_nodes(below) for joint, below in tree[2].items()})


# ----------------------------------------------------------------------------------------------------- many parameter points

TEXTS = (
    *("x*y - z**2/(1 + x**2)", "sqrt(x)*exp(-y)", "log(1 + x) - Abs(y - z)", "Min(x, y, 1/2) + Max(y, z)", "x**y", "3/7"),
    *("(x + y + z)**5 - 1/(2 + z)", "exp(x)*exp(y)/(exp(x) + exp(z))", "-x", "y"),
)
FORMULAS = dg.Game(
    name="formulas",
    players=("a", "b"),
    tree=dg.Decision("a", {f"act{k}": f"o{k}" for k in range(len(TEXTS))}),
    types={"a": {"h": "p", "m": "p*(1 - p)", "s": "(1 - p)**2"}},
    payoffs={f"o{k}": {"a": text, "b": {(kind, ""): text for kind in "hms"}} for k, text in enumerate(TEXTS)},
)


@given(
    rows=st.lists(st.tuples(*[st.floats(0.01, 3)] * 3, st.floats(0, 1)), min_size=1, max_size=5),
    fixed=st.sets(st.sampled_from("xyz"), max_size=3),
)
def test_arrays_equal_one_point_at_a_time(rows, fixed):
    columns = dict(zip("xyzp", np.array(rows).T, strict=True))
    columns |= {name: float(columns[name][0]) for name in fixed}  # numbers are repeated over the points
    together = dg.tree_form(FORMULAS, columns)
    assert together.points == len(rows)
    for point in range(len(rows)):
        numbers = {name: float(column if name in fixed else column[point]) for name, column in columns.items()}
        alone = dg.tree_form(FORMULAS, numbers)
        np.testing.assert_allclose(together.at(point).values, alone.values, rtol=1e-13, atol=1e-13)
        assert together.at(point).values.flags.c_contiguous
        expected = math.sqrt(numbers["x"]) * math.exp(-numbers["y"])
        assert alone.payoffs[0, 1, 0, 0] == pytest.approx(expected, rel=1e-13)


def test_more_points_than_are_evaluated_at_a_time():
    points = 2 * CHUNK + 17
    rng = np.random.default_rng(0)
    columns = {name: rng.uniform(0.1, 0.9, points) for name in "xyzp"}
    form = dg.tree_form(FORMULAS, columns)
    assert form.points == points
    np.testing.assert_allclose(form.payoffs[:, 8, 0, 2], -columns["x"])
    np.testing.assert_allclose(form.payoffs[:, 5, 1, 0], 3 / 7)
    np.testing.assert_allclose(form.priors[:, :3].sum(axis=1), 1)
    np.testing.assert_allclose(form.payoffs[:, 4, 0, 0], columns["x"] ** columns["y"])


def test_parameters_with_the_names_of_functions_and_constants():
    names = ("e", "E", "I", "S", "N", "pi", "oo", "min", "max", "abs", "log_", "math", "sum", "x0", "lambda_", "Q", "beta")
    game = dg.Game(
        name="clashes",
        players=("a",),
        tree=dg.Decision("a", {name: f"o_{name}" for name in names}),
        payoffs={f"o_{name}": {"a": f"{name}**2 + exp(1)*x0 + x0**2*{name}"} for name in names},
    )
    numbers = {name: number + 1.5 for number, name in enumerate(names)}
    x0 = numbers["x0"]
    expected = [value**2 + math.e * x0 + x0**2 * value for value in numbers.values()]
    np.testing.assert_allclose(dg.tree_form(game, numbers).payoffs[0, :, 0, 0], expected)
    many = dg.tree_form(game, {name: np.full(3, value) for name, value in numbers.items()})
    np.testing.assert_allclose(many.payoffs[:, :, 0, 0], [expected] * 3)


@pytest.mark.parametrize("params", [{"x": 2}, {"x": [0.5, 2.0]}], ids=["one point", "many"])
def test_assumptions_are_checked_at_every_point(params):
    game = dg.Game("bounded", ("a",), dg.Decision("a", {"go": "o"}), {"o": {"a": "x"}}, assumptions=("x < 1",))
    with pytest.warns(dg.AssumptionWarning, match=r"game 'bounded': .*x < 1"):
        dg.tree_form(game, params)
    with pytest.raises(dg.ParameterError, match=r"game 'bounded': .*x < 1"):
        dg.tree_form(game, params, strict=True)


# ------------------------------------------------------------------------------------------------------------------- errors


def bad(words, **changes):
    return pytest.param(words, changes, id=f"{changes}"[:40])


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        bad("'v' is not finite", v=math.nan),
        bad("'v' is not finite", v=-math.inf),
        bad("'v' is NaN or infinite at some point", v=[1.0, math.nan]),
        bad("'v' is NaN or infinite at some point", v=[math.inf, 1.0]),
        bad("'v' is 'high'; give a real number", v="high"),
        bad("'v' is not an array of real numbers", v=["high", "low"]),
        bad("'v' is not an array of real numbers", v=["1", "2"]),
        bad("'v' is not an array of real numbers", v=np.array([1, 1j])),
        bad("'v' is not an array of real numbers", v=[True, False]),
        bad("'v' is not an array of real numbers", v=[[1, 2], [3]]),
        bad("'v' is not an array of real numbers", v=[10**400, 1]),
        bad("'v' has 2 axes; give a number or one axis", v=np.ones((2, 2))),
        bad("'v' ", v=[]),
        bad("unknown parameter w", w=1),
        bad(r"unknown parameter\(s\) \['w'\]; its parameters are \['p', 'v', 'q'\]", w=[1.0, 2.0]),
        bad("no value for v", v=...),
        bad(r"no value for parameter\(s\) \['v'\]", v=..., q=[0.1, 0.2]),
        bad(r"differ in length: \{.*'v': 2.*\}; make them equal", v=[1.0, 2.0], q=[0.1, 0.2, 0.3]),
        bad("priors of 'b': 'hard' has 1.5; keep it between 0 and 1", p=1.5),
        bad(r"prior of 'b' is \[1.5, -0.5\] at point 1", p=[0.5, 1.5]),
        bad("chance probabilities: 'calm' has -0.5", q=-0.5),
        bad(r"chance move after .*'r', 'x'.* is \[-0.5, 1.5\] at point 0", q=[-0.5, 0.5]),
    ],
)
def test_bad_numbers(words, changes):
    params = {name: value for name, value in (POINT | changes).items() if value is not ...}
    with pytest.raises(dg.ParameterError, match=words) as caught:
        dg.tree_form(SMALL, params)
    assert str(caught.value).startswith("game 'small': ")


@pytest.mark.parametrize("payoff", ["1/x", "log(x)", "x**(-1/2)", "1/(x*x)"])
def test_payoffs_that_are_not_defined_at_the_point(payoff):
    game = dg.Game("pole", ("a",), dg.Decision("a", {"go": "o", "stay": "s"}), {"o": {"a": payoff}, "s": {"a": 1}})
    assert np.isfinite(dg.tree_form(game, {"x": 0.5}).values).all()
    with pytest.raises(dg.ParameterError, match=r"game 'pole': .* is not a finite real number at point 0; choose"):
        dg.tree_form(game, {"x": 0})
    with pytest.raises(dg.ParameterError, match=r"game 'pole': .* is not a finite real number at point 2; choose"):
        dg.tree_form(game, {"x": [0.5, 1, 0]})


@pytest.mark.parametrize("payoff", ["Min(1/x, 1)", "1/(1 + 1/x)", "Max(log(x), y)", "exp(-1/x)"])
def test_a_payoff_with_a_part_that_is_not_defined_is_not_defined(payoff):
    """At one point and over arrays alike, although NumPy goes on with infinity."""
    payoffs = {"o": {"a": payoff}, "s": {"a": "y + x"}}
    game = dg.Game("pole", ("a",), dg.Decision("a", {"go": "o", "stay": "s"}), payoffs)
    words = r"game 'pole': .*x.* is not a finite real number at point {}; choose .*\(here x = 0"
    with pytest.raises(dg.ParameterError, match=words.format(0)):
        dg.tree_form(game, {"x": 0, "y": 2})
    with pytest.raises(dg.ParameterError, match=words.format(3)):
        dg.tree_form(game, {"x": [0.5, 1, 2, 0], "y": 2})
    with pytest.raises(dg.ParameterError, match=words.format(CHUNK)):
        dg.tree_form(game, {"x": np.append(np.ones(CHUNK), 0.0), "y": 2})


def test_numbers_that_overflow_on_the_way():
    """Python's products overflow to infinity in silence, its powers do not; arrays do as single points do."""
    game = dg.Game("large", ("a",), dg.Decision("a", {"go": "o"}), {"o": {"a": "Min(x*y, 1)"}})
    assert dg.tree_form(game, {"x": 1e200, "y": 1e200}).values.tolist() == [[1, 1]]
    assert dg.tree_form(game, {"x": [2, 1e200, 0.25], "y": [3, 1e200, 1]}).payoffs.ravel().tolist() == [1, 1, 0.25]


def test_ranges_of_payoffs_that_overflow():
    payoffs = {"o": {"a": "x", "b": -1e308}, "s": {"a": "-x", "b": "-x"}}
    game = dg.Game("wide", ("a", "b"), dg.Decision("a", {"go": "o", "stay": "s"}), payoffs)
    assert dg.tree_form(game, {"x": 8e307}).points == 1
    words = r"game 'wide': payoffs of 'a' range from -1e\+308 to 1e\+308 at point {}, which is more than a float can hold"
    with pytest.raises(dg.ParameterError, match=words.format(0)):
        dg.tree_form(game, {"x": 1e308})
    with pytest.raises(dg.ParameterError, match=words.format(1)):
        dg.tree_form(game, {"x": [1, 1e308]})


@pytest.mark.parametrize("p", [0.9, [0.9, 0.5]], ids=["one point", "many"])
def test_probabilities_that_rounding_takes_below_zero(p):
    """1 - 0.9 - 0.1 is about -3e-17."""
    types = {"a": {"h": "p", "m": "q", "s": "1 - p - q"}}
    game = dg.Game("rest", ("a",), dg.Decision("a", {"go": "o"}), {"o": {"a": 1}}, types=types)
    q = 0.1 if p == 0.9 else [0.1, 0.5]
    assert dg.tree_form(game, {"p": p, "q": q}).priors[0, 2] == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("payoff", ["sqrt(x)", "x**(1/3)", "log(x)"])
def test_payoffs_that_are_complex_at_the_point(payoff):
    game = dg.Game("roots", ("a",), dg.Decision("a", {"go": "o"}), {"o": {"a": payoff}})
    for params in ({"x": -1}, {"x": [1.0, -1.0]}):
        with pytest.raises(dg.ParameterError, match=r"game 'roots': .* is not a finite real number"):
            dg.tree_form(game, params)


def test_payoffs_that_overflow():
    game = dg.Game("large", ("a",), dg.Decision("a", {"go": "o"}), {"o": {"a": "exp(x)"}})
    for params in ({"x": 1000}, {"x": [1.0, 1000.0]}):
        with pytest.raises(dg.ParameterError, match=r"game 'large': exp\(x\) is not a finite real number"):
            dg.tree_form(game, params)


def test_too_many_type_profiles():
    players = tuple("abcde")
    types = {player: {f"t{k}": "1/6" for k in range(6)} for player in players}
    game = dg.Game("crowd", players, dg.Decision("a", {"go": "o"}), {"o": dict.fromkeys(players, 0)}, types=types)
    with pytest.raises(dg.SizeError, match="game 'crowd': 7776 type profiles; at most 4096"):
        dg.tree_form(game)


def test_histories_that_would_fill_memory():
    tree = "end"
    for _ in range(1_900):
        tree = dg.Decision("a", {"stop": "end", "go": tree})
    game = dg.Game("tower", ("a",), dg.Decision("a", {f"stair{k}": tree for k in range(12)}), {"end": {"a": 0}})
    with pytest.raises(dg.SizeError, match=r"game 'tower': its public histories hold over .* labels"):
        dg.tree_form(game)


# ----------------------------------------------------------------------------------------------------------------- deep trees


def test_a_thousand_moves_deep():
    """Rosenthal's centipede: whoever moves first ends it, at any depth."""
    tree, depth = "end", 1_000
    for number in reversed(range(depth)):
        tree = dg.Decision("ab"[number % 2], {"take": f"o{number}", "pass": tree})
    payoffs = {f"o{k}": {"a": k + 2 * (k % 2 == 0), "b": k + 2 * (k % 2)} for k in range(depth)}
    game = dg.Game("centipede", ("a", "b"), tree, payoffs | {"end": {"a": depth, "b": depth}})
    structure = dg.tree_form(game).structure
    assert structure.kind.size == 2 * depth + 1
    assert structure.histories[-1] == ("pass",) * depth
    for solver in (dg.PerfectBayesian(), dg.BackwardInduction()):
        solution = dg.solve(game, solver=solver)
        (equilibrium,) = solution
        assert solution.complete
        assert equilibrium.outcomes["o0"] == 1
        assert {actions["take"] for actions in equilibrium.behavior.values()} == {1.0}
        assert equilibrium.margin == 1
        assert equilibrium.regret == 0
