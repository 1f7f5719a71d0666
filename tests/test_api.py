"""The entry functions: what they take, what they hand back, and the one clear error for everything else."""

import math
import warnings
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy

import deterrence_games as dg
from deterrence_games.results import Status

NUMBERS = {"a_SQ": 0, "a_DC": 1, "a_DD": -3, "b_SQ": 3, "b_DC": 1, "b_DDh": 2, "b_DDs": 0, "p": 0.3}
NAME = "rudimentary_asymmetric_deterrence"


@pytest.fixture(scope="module")
def game():
    return dg.models.rudimentary_asymmetric_deterrence()


# ------------------------------------------------------------------------------------------------------------ what is solved


def test_a_game_by_default(game):
    solution = dg.solve(game, NUMBERS)
    assert solution.game == NAME
    assert solution.concept == "perfect Bayesian equilibrium"
    assert solution.solver == repr(dg.PerfectBayesian())
    assert solution.params == NUMBERS
    assert all(type(value) is float for value in solution.params.values())
    (equilibrium,) = solution
    assert equilibrium is solution["Deterrence"]
    assert equilibrium.verdict.startswith("deterrence succeeds; nobody fights; strict: ")
    assert set(equilibrium.behavior) == {
        ("challenger", "", ()),
        ("defender", "hard", ("defect",)),
        ("defender", "soft", ("defect",)),
    }
    assert equilibrium.beliefs[()]["defender"] == {"hard": pytest.approx(0.3), "soft": pytest.approx(0.7)}


def test_numbers_of_every_kind(game):
    kinds = {"p": Fraction(3, 10), "a_SQ": np.int64(0), "a_DC": np.float32(1), "a_DD": sympy.Integer(-3)}
    assert dg.solve(game, NUMBERS | kinds).params == NUMBERS


def test_an_array_of_one_number_counts_as_the_number(game):
    for one in ([0.3], (Fraction(3, 10),), np.array([0.3]), [sympy.Rational(3, 10)]):
        solution = dg.solve(game, NUMBERS | {"p": one})
        assert solution.params == NUMBERS
        assert solution["Deterrence"].outcomes["status_quo"] == 1
    with pytest.warns(dg.AssumptionWarning, match=r"a_DD < a_SQ"):
        dg.solve(game, NUMBERS | {"a_DD": [2]})


def test_a_tree_by_default(game):
    """A compiled form has no names for its equilibria and no words on deterrence, but the same equilibria."""
    (equilibrium,) = dg.solve(dg.tree_form(game, NUMBERS))
    assert equilibrium.name == ""
    assert equilibrium.verdict.startswith("strict: ")
    assert equilibrium.behavior == dg.solve(game, NUMBERS)[0].behavior


def test_a_strategic_form_by_default():
    """Matching pennies."""
    form = dg.StrategicForm.from_arrays([[1, -1], [-1, 1]], [[-1, 1], [1, -1]], name="pennies")
    solution = dg.solve(form)
    (equilibrium,) = solution
    assert solution.concept == "Nash equilibrium"
    assert solution.complete
    assert [own.tolist() for own in equilibrium.profile] == [[0.5, 0.5], [0.5, 0.5]]
    assert equilibrium.payoffs == pytest.approx({"player 1": 0, "player 2": 0})


def test_a_nash_solver_takes_the_normal_form_of_a_game(game):
    """It finds what perfection rules out: deterrence by a threat that a soft defender would not carry out."""
    solution = dg.solve(game, NUMBERS | {"p": 0.1}, solver=dg.SupportEnumeration())
    form = dg.strategic_form(game, NUMBERS | {"p": 0.1})
    assert solution.concept == "Nash equilibrium"
    assert solution.params["p"] == 0.1
    assert {own.size for own in solution[0].profile} == set(form.shape)
    assert {equilibrium.payoffs["challenger"] for equilibrium in solution} == {0.0, 0.6}  # deterred, or attacking
    assert len(dg.solve(game, NUMBERS | {"p": 0.1})) == 1


@pytest.mark.parametrize("model", dg.models.CATALOGUE.values(), ids=dg.models.CATALOGUE)
def test_every_two_player_model_is_solved_by_both_concepts(model):
    """Names and verdicts fit Nash equilibria too, whose behaviour is silent where a player rules itself out."""
    game = model()
    numbers = numbers_of(game)
    assert dg.solve(game, numbers).complete
    if max(dg.strategic_form(game, numbers).payoffs.shape) > 62:  # four types of defender with three answers and one more move
        with pytest.raises(dg.SizeError, match="at most 62 a player"):
            dg.solve(game, numbers, solver=dg.SupportEnumeration())
    elif len(game.players) == 2:
        nash = dg.solve(game, numbers, solver=dg.SupportEnumeration())
        assert nash.status in (Status.COMPLETE, Status.FOUND)
        assert all(equilibrium.regret < 1e-9 for equilibrium in nash)
        assert repr(nash)


def numbers_of(game):
    """Numbers in the order that a model assumes."""
    numbers = dict.fromkeys(game.parameters, 0.3)  # three priors leave something for a fourth type
    for _ in range(50):
        broken = game.violations(numbers)
        if not broken:
            return numbers
        for relation in broken:
            names = [s.name for s in relation.rhs.free_symbols]
            numbers[names[0]] = 1.0 + max(numbers[s.name] for s in relation.lhs.free_symbols)
    raise AssertionError("the model's assumptions are not chains of <")


def test_a_solver_with_options(game):
    solution = dg.solve(game, NUMBERS, dg.PerfectBayesian(tol=1e-6))
    assert "tol=1e-06" in solution.solver


def test_throw(game):
    limited = dg.PerfectBayesian(max_steps=0)
    solution = dg.solve(game, NUMBERS, limited, throw=False)
    assert solution.status is Status.LIMIT
    assert len(solution) == 0
    with pytest.raises(dg.SolverError, match=rf"game '{NAME}': stopped at a limit.*raise the limits.*throw=False"):
        dg.solve(game, NUMBERS, limited)


def test_assumptions_warn_or_raise(game):
    outside = NUMBERS | {"a_DD": 2}
    with pytest.warns(dg.AssumptionWarning, match=f"game '{NAME}': .*a_DD < a_SQ"):
        solution = dg.solve(game, outside)
    assert solution[0].name == "Attack"
    with pytest.raises(dg.ParameterError, match=f"game '{NAME}': .*a_DD < a_SQ"):
        dg.tree_form(game, outside, strict=True)
    with pytest.raises(dg.ParameterError, match=f"game '{NAME}': .*a_DD < a_SQ"):
        dg.strategic_form(game, outside, strict=True)
    with pytest.raises(dg.ParameterError, match=f"game '{NAME}': .*a_DD < a_SQ"):
        dg.tree_form(game, outside | {"p": [0.2, 0.3]}, strict=True)


# -------------------------------------------------------------------------------------------------------------- what is not


def the_one_error(call):
    """The deliberate error of a call that warns of nothing beforehand."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(dg.DeterrenceGamesError) as caught:
            call()
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 600
    return message


MISSING = {name: value for name, value in NUMBERS.items() if name != "p"}


@pytest.mark.parametrize(
    "params",
    [
        pytest.param(MISSING, id="missing"),
        pytest.param(None, id="none given"),
        pytest.param(NUMBERS | {"q": 1}, id="unknown"),
        pytest.param(NUMBERS | {3: 1}, id="a number for a name"),
        pytest.param(NUMBERS | {"p": math.nan}, id="NaN"),
        pytest.param(NUMBERS | {"a_DD": -math.inf}, id="infinite"),
        pytest.param(NUMBERS | {"a_DD": 10**400}, id="too large"),
        pytest.param(NUMBERS | {"a_DD": -1.7e308, "a_SQ": 1e308, "a_DC": 1.7e308}, id="payoff range overflows"),
        pytest.param(NUMBERS | {"p": 0.5 + 0j}, id="complex"),
        pytest.param(NUMBERS | {"p": "0.5"}, id="text"),
        pytest.param(NUMBERS | {"p": "__import__('os').system('true')"}, id="Python"),
        pytest.param(NUMBERS | {"p": None}, id="None"),
        pytest.param(NUMBERS | {"p": True}, id="truth value"),
        pytest.param(NUMBERS | {"p": {}}, id="mapping"),
        pytest.param(NUMBERS | {"p": sympy.Symbol("x")}, id="symbol"),
        pytest.param(NUMBERS | {"p": 1.5}, id="no probability"),
        pytest.param(NUMBERS | {"p": [0.2, 0.3]}, id="two points"),
        pytest.param(NUMBERS | {"p": []}, id="no points"),
        pytest.param(NUMBERS | {"p": [[0.2], [0.3, 0.4]]}, id="ragged"),
        pytest.param(NUMBERS | {"p": np.ones((2, 2))}, id="two axes"),
        pytest.param(NUMBERS | {"p": [0.2, math.nan]}, id="NaN in an array"),
        pytest.param(NUMBERS | {"p": np.array([0.2, 0.3 + 1j])}, id="complex array"),
        pytest.param(NUMBERS | {"p": ["0.2", "0.3"]}, id="array of texts"),
        pytest.param(NUMBERS | {"p": ["0.2", 0.3]}, id="array with a text"),
        pytest.param(NUMBERS | {"p": [True, 0.3]}, id="array with a truth value"),
        pytest.param(NUMBERS | {"p": [None, 0.3]}, id="array with None"),
        pytest.param(NUMBERS | {"p": np.array(["2020-01-01"], "datetime64[D]")}, id="array of dates"),
        pytest.param(NUMBERS | {"a_DD": [-(10**400), -3]}, id="array of large integers"),
        pytest.param(NUMBERS | {"p": [0.2, 0.3], "a_DD": [-3, -3, -3]}, id="lengths differ"),
        pytest.param(NUMBERS | {"p": [0.2, 0.3], "q": 1, 3: 1}, id="unknown names beside an array"),
        pytest.param([1, 2], id="list"),
        pytest.param([], id="empty list"),
        pytest.param(3, id="number"),
        pytest.param("p=0.3", id="line"),
    ],
)
def test_bad_parameters(game, params):
    assert f"game '{NAME}': " in the_one_error(lambda: dg.solve(game, params))


@pytest.mark.parametrize("solver", ["pbe", dg.PerfectBayesian, 3], ids=["text", "class", "number"])
def test_what_is_no_solver(game, solver):
    assert f"game '{NAME}': " in the_one_error(lambda: dg.solve(game, NUMBERS, solver))


@pytest.mark.parametrize(
    ("solver", "words"),
    [
        (dg.BackwardInduction(), "'defender' has 2 types"),
        (dg.PerfectBayesian(max_steps=0), "raise the limits"),
    ],
    ids=["backward induction", "no steps"],
)
def test_solvers_that_cannot_take_the_game(game, solver, words):
    message = the_one_error(lambda: dg.solve(game, NUMBERS, solver))
    assert f"game '{NAME}': " in message
    assert words in message


def test_solvers_that_cannot_take_the_form(game):
    strategic = dg.strategic_form(game, NUMBERS)
    for solver in (dg.PerfectBayesian(), dg.BackwardInduction()):
        assert f"game '{NAME}': " in the_one_error(lambda solver=solver: dg.solve(strategic, solver=solver))
    three = dg.StrategicForm.from_arrays(*np.zeros((3, 2, 2, 2)), name="three")
    assert "game 'three': " in the_one_error(lambda: dg.solve(three, solver=dg.VertexEnumeration()))
    many = dg.tree_form(game, NUMBERS | {"p": [0.2, 0.3]})
    assert f"game '{NAME}': " in the_one_error(lambda: dg.solve(many))


@pytest.mark.parametrize("thing", [None, "game", 3, {"name": "x"}, np.eye(2), dg.Game], ids=lambda thing: type(thing).__name__)
def test_what_is_no_game(thing):
    for call in (dg.solve, dg.tree_form, dg.strategic_form):
        assert "give a Game" in the_one_error(lambda call=call: call(thing))


@pytest.mark.parametrize("point", [-1, 2, 9, 0.0, "0", None, True])
def test_points_that_a_form_does_not_have(game, point):
    form = dg.tree_form(game, NUMBERS | {"p": [0.2, 0.3]})
    assert form.at(np.int64(1)).priors[0].tolist() == [1, 0.3, 0.7]
    message = the_one_error(lambda: form.at(point))
    assert message.startswith(f"game '{NAME}': ")
    assert message.endswith("is none of its 2 points; give 0 to 1")


def test_parameters_belong_to_games(game):
    form = dg.tree_form(game, NUMBERS)
    assert dg.solve(form, {}).equilibria
    assert "compiled form has its numbers" in the_one_error(lambda: dg.solve(form, np.ones(2)))
    assert "compiled form has its numbers" in the_one_error(lambda: dg.solve(form, NUMBERS))
    assert "give a Game" in the_one_error(lambda: dg.strategic_form(form))


def crisis(**changes):
    """A small crisis with one thing wrong."""
    arguments = {
        "name": "crisis",
        "players": ("a", "b"),
        "tree": dg.Decision("a", {"stay": "status_quo", "go": dg.Decision("b", {"yield": "win", "fight": "war"})}),
        "types": {"b": {"hard": "p", "soft": "1 - p"}},
        "payoffs": {
            "status_quo": {"a": 0, "b": 0},
            "win": {"a": "w", "b": -1},
            "war": {"a": "-c", "b": {"hard": "h", "soft": -2}},
        },
        "assumptions": ("0 < w < c", "-1 < h < 0"),
    }
    return dg.Game(**(arguments | changes))


PAYOFFS = {"status_quo": {"a": 0, "b": 0}, "win": {"a": 1, "b": -1}, "war": {"a": -1, "b": -2}}


def cycle():
    actions = {"stay": "status_quo"}
    node = dg.Decision("a", actions)
    object.__setattr__(node, "actions", {"again": node, "stay": "status_quo"})
    return node


def deep(moves):
    tree = "win"
    for _ in range(moves):
        tree = dg.Decision("a", {"stay": "status_quo", "go": dg.Decision("b", {"fight": "war", "on": tree})})
    return tree


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"payoffs": PAYOFFS | {"war": {"a": 1}}}, id="missing payoff"),
        pytest.param({"payoffs": {"win": {"a": 1, "b": 1}}}, id="missing outcomes"),
        pytest.param({"payoffs": PAYOFFS | {"war": {"a": 1, "b": 2, "c": 3}}}, id="unknown player"),
        pytest.param({"payoffs": PAYOFFS | {"draw": {"a": 1, "b": 2}}}, id="unknown outcome"),
        pytest.param({"types": {"b": {"hard": "p", "soft": None}}}, id="type without prior"),
        pytest.param({"types": {"b": {"hard": 0.5, "soft": 0.6}}}, id="priors of numbers"),
        pytest.param({"types": {"b": {"hard": "p", "soft": "2 - p"}}}, id="priors of symbols"),
        pytest.param({"assumptions": ("w < c", "c < w")}, id="contradiction"),
        pytest.param({"assumptions": ("2 < 1",)}, id="false assumption"),
        pytest.param({"payoffs": PAYOFFS | {"war": {"a": math.nan, "b": 1}}}, id="NaN"),
        pytest.param({"payoffs": PAYOFFS | {"war": {"a": math.inf, "b": 1}}}, id="infinity"),
        pytest.param({"payoffs": PAYOFFS | {"war": {"a": 1j, "b": 1}}}, id="complex"),
        pytest.param({"payoffs": PAYOFFS | {"war": {"a": "1 +", "b": 1}}}, id="text that does not parse"),
        pytest.param({"payoffs": PAYOFFS | {"war": {"a": "__import__('os')", "b": 1}}}, id="Python"),
        pytest.param({"payoffs": PAYOFFS | {"war": {"a": "9**9**9**9", "b": 1}}}, id="number without end"),
        pytest.param({"payoffs": PAYOFFS | {"war": {"a": "(" * 10_000 + "1" + ")" * 10_000, "b": 1}}}, id="nested text"),
        pytest.param({"tree": cycle(), "types": None, "payoffs": {"status_quo": {"a": 0, "b": 0}}}, id="cycle"),
        pytest.param({"tree": deep(1_500), "payoffs": PAYOFFS}, id="deep tree"),
    ],
)
def test_bad_games(changes):
    """Each is one deliberate error that names the game, before any solver starts."""
    message = the_one_error(lambda: dg.solve(crisis(**changes), {"w": 1, "c": 2, "h": -0.5, "p": 0.3}))
    assert message.startswith("game 'crisis': ")


def test_duplicate_actions():
    message = the_one_error(lambda: dg.Simultaneous({"a": ("x", "x"), "b": ("y",)}, {("x", "y"): "o"}))
    assert "action 'x' twice" in message


@pytest.mark.parametrize("content", [b'{"format": "deter', b"not json", b"", b"\xff\xfe\x00", b"[" * 100_000, b"{}", b"null"])
def test_bad_files(tmp_path, content):
    path = tmp_path / "game.json"
    path.write_bytes(content)
    assert "game.json" in the_one_error(lambda: dg.solve(dg.read(path)))


def test_a_file_of_100_mb(tmp_path):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    assert "large.json" in the_one_error(lambda: dg.read(path))


def test_information_sets_larger_than_the_solver_accepts():
    wide = dg.Game("wide", ("a",), dg.Decision("a", {f"act{k}": "o" for k in range(40)}), {"o": {"a": 0}})
    assert "game 'wide': PerfectBayesian cannot take it" in the_one_error(lambda: dg.solve(wide))


def test_normal_forms_that_would_fill_memory():
    tree = "end"
    for _ in range(60):
        results = dict.fromkeys(product("xy", repeat=2), "end") | {("x", "x"): tree}
        tree = dg.Simultaneous({"a": ("x", "y"), "b": ("x", "y")}, results)
    game = dg.Game("ladder", ("a", "b"), dg.Decision("a", {f"start{k}": tree for k in range(8)}), {"end": {"a": 0, "b": 0}})
    assert "game 'ladder': " in the_one_error(lambda: dg.solve(game, solver=dg.SupportEnumeration()))
