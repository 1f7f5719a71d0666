"""`Game`: what it holds, what it refuses, and that neither depth nor sharing breaks it."""

import copy
import math
import pickle
import time
import warnings
from dataclasses import FrozenInstanceError
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import pytest
import sympy

from deterrence_games.errors import (
    AssumptionWarning,
    DeterrenceGamesError,
    ExpressionError,
    GameError,
    ParameterError,
    SizeError,
)
from deterrence_games.games import Chance, Decision, Game, Simultaneous
from deterrence_games.games.expressions import parse
from deterrence_games.games.tree import MAX_DEPTH, MAX_NODES, walk

PARTS = {
    "name": "crisis",
    "players": ("a", "b"),
    "tree": Decision("a", {"stay": "status_quo", "go": Decision("b", {"yield": "win", "fight": "long_war"})}),
    "payoffs": {
        "status_quo": {"a": 0, "b": 0},
        "win": {"a": "w", "b": -1},
        "long_war": {"a": "-c", "b": {"hard": "h", "soft": "-c"}},
    },
    "types": {"b": {"hard": "p", "soft": "1 - p"}},
    "assumptions": ("0 < w", "-c < -1 < h", "0 < p < 1"),
    "roles": {"a": "aggressor", "b": "target"},
    "names": {"Peace": {("a", "", ()): "stay"}, "Any": {("b", "soft", ("go",)): ("yield", "fight")}},
}
POINT = {"p": 0.25, "w": 1, "c": 2, "h": 0.5}


def crisis(**changes):
    return Game(**{**PARTS, **changes})


def changed(section, path, value):
    """A copy of one argument with the entry at `path` replaced, or removed when `value` is `...`."""
    result = copy.deepcopy(PARTS[section])
    place = result
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return {section: result}


# ---- reading -------------------------------------------------------------------------------------------------------------


def test_attributes():
    game = crisis()
    assert game.outcomes == ("status_quo", "win", "long_war")
    assert game.parameters == ("p", "w", "c", "h")
    assert game.type_labels("a") == ("",)
    assert game.type_labels("b") == ("hard", "soft")
    assert game.prior("a", "") == 1
    assert game.prior("b", "soft") == parse("1 - p")
    assert game.payoff("long_war", "b", ("", "soft")) == parse("-c")
    assert game.payoff("long_war", "a", ("", "hard")) == parse("-c")
    assert [str(relation) for relation in game.assumptions] == ["0 < w", "-c < -1", "-1 < h", "0 < p", "p < 1"]
    assert game.status_quo == "status_quo"
    assert game.wars == {"long_war": ("a", "b")}
    assert game.names["Peace"] == {("a", "", ()): ("stay",)}
    assert repr(game) == "<Game 'crisis': a, b; 3 outcomes, 4 parameters>"
    assert "<td>win</td>" in game._repr_html_()


def test_payoffs_by_profile():
    game = crisis(
        types={"a": {"x": "q", "y": "1 - q"}, **PARTS["types"]},
        names={},
        **changed("payoffs", ("win", "a"), {(i, j): f"w_{i}{j}" for j in ("hard", "soft") for i in "xy"}),
    )
    assert game.payoff("win", "a", ("y", "hard")) == parse("w_yhard")
    assert list(game.payoffs["win"]["a"]) == [("x", "hard"), ("x", "soft"), ("y", "hard"), ("y", "soft")]


def test_parameters_come_in_order_of_appearance():
    tree = Chance({"l": ("q", "one"), "r": ("1 - q", "two")})
    game = Game("g", ("a",), tree, {"two": {"a": "z + y"}, "one": {"a": "k"}}, assumptions="m > k")
    assert game.parameters == ("k", "y", "z", "q", "m")


def test_war_and_status_quo_can_be_named():
    game = crisis(status_quo="win", wars={"win": ("b",)})
    assert (game.status_quo, dict(game.wars)) == ("win", {"win": ("b",)})
    assert crisis(wars={}).wars == {}
    assert Game("g", ("a",), "warm_conflicted", {"warm_conflicted": {"a": 1}}).wars == {}


def test_the_walk_gives_public_histories_in_preorder():
    tree = Simultaneous({"a": ("C", "D"), "b": ("C", "D")}, {(i, j): Decision("a", {"x": "o"}) for i in "CD" for j in "CD"})
    histories = [history for history, _ in walk(tree)]
    assert histories[:4] == [(), (("C", "C"),), (("C", "C"), "x"), (("C", "D"),)]
    assert len(histories) == 9


def test_drawing():
    drawn = crisis().draw()
    assert drawn.splitlines()[:9] == [
        "crisis",
        "  a [aggressor]",
        "  b [target]  hard: p, soft: 1 - p",
        "",
        "a",
        "├─ stay → [status_quo]",
        "└─ go → b",
        "   ├─ yield → [win]",
        "   └─ fight → [long_war]",
    ]
    assert "hard: h, soft: -c" in drawn


def test_drawings_fit_100_columns():
    long = "+".join(f"parameter_{i}" for i in range(20))
    wide = Game(
        "wide",
        tuple(f"player_{i}" for i in range(12)),
        Chance({"l" * 90: (1, Simultaneous({f"player_{i}": ("x" * 30,) for i in range(12)}, {("x" * 30,) * 12: "end"}))}),
        {"end": {f"player_{i}": long for i in range(12)}},
    )
    assert max(len(line) for line in wide.draw().splitlines()) <= 100


# ---- immutability, identity ----------------------------------------------------------------------------------------------


def test_nothing_can_be_changed():
    game = crisis()
    with pytest.raises(FrozenInstanceError):
        game.name = "other"
    with pytest.raises(FrozenInstanceError):
        game.tree.player = "b"
    for table in (game.payoffs, game.payoffs["win"], game.types, game.types["b"], game.names, game.tree.actions):
        assert isinstance(table, MappingProxyType)
    payoffs = copy.deepcopy(PARTS["payoffs"])
    game = crisis(payoffs=payoffs)
    payoffs["win"]["a"] = 99
    assert game == crisis()


def test_equal_by_content_and_hash():
    assert crisis() == crisis()
    assert hash(crisis()) == hash(crisis())
    for changes in (
        {"name": "other"},
        {"source": "s"},
        {"assumptions": ()},
        {"roles": {}},
        {"names": {}},
        {"wars": {}},
        changed("payoffs", ("win", "a"), "c"),
    ):
        assert crisis(**changes) != crisis()
    assert crisis() != "crisis"


def test_equal_however_it_was_written():
    tree = Decision("a", {"stay": "status_quo", "go": Decision("b", {"yield": "win", "fight": "long_war"})})
    w = sympy.Symbol("w", positive=True)
    assert crisis(tree=tree, **changed("payoffs", ("win", "a"), w)) == crisis()


def test_pickle_and_copy():
    game = crisis(source="a paper")
    for twin in (pickle.loads(pickle.dumps(game)), copy.copy(game), copy.deepcopy(game)):  # noqa: S301
        assert twin == game
        assert hash(twin) == hash(game)
        assert twin.point(POINT) == game.point(POINT)


def test_replace():
    game = crisis()
    assert game.replace(name="x").name == "x"
    assert game.replace() == game
    assert game.replace(assumptions=()).assumptions == ()
    with pytest.raises(GameError, match="a game has no 'nam'"):
        game.replace(nam="x")


# ---- depth and size ------------------------------------------------------------------------------------------------------


def chain(depth):
    node = "end"
    for step in range(depth):
        node = Decision("a", {"go": node, "stop": f"stop{step % 2}"})
    return node


def deep_game(depth):
    return Game("deep", ("a",), chain(depth), {outcome: {"a": "x"} for outcome in ("end", "stop0", "stop1")})


@pytest.mark.parametrize("depth", [1_000, MAX_DEPTH])
def test_a_deep_tree_is_built_drawn_compared_copied_and_changed(depth):
    game = deep_game(depth)
    assert game == deep_game(depth)
    assert hash(game) == hash(deep_game(depth))
    assert pickle.loads(pickle.dumps(game)) == game  # noqa: S301
    assert copy.deepcopy(game.tree) is not game.tree
    assert max(len(line) for line in game.draw().splitlines()) <= 100
    assert game.substitute({"x": 2}).parameters == ()
    assert game != deep_game(depth - 1)
    assert len(repr(game.tree)) < 100


def test_a_tree_too_deep_is_refused():
    with pytest.raises(SizeError, match="game 'deep': the tree has a path of more than"):
        deep_game(MAX_DEPTH + 1)


def test_shared_subtrees_are_counted_every_time_and_at_once():
    node = "end"
    for _ in range(300):
        node = Decision("a", {"l": node, "r": node})
    start = time.perf_counter()
    with pytest.raises(SizeError, match=f"more than {MAX_NODES} nodes"):
        Game("g", ("a",), node, {"end": {"a": 1}})
    with pytest.raises(SizeError):
        pickle.dumps(node)
    assert time.perf_counter() - start < 1


def test_shared_subtrees_stand_for_copies():
    shared = Decision("b", {"x": "one", "y": "two"})
    payoffs = {"one": {"a": 1, "b": 0}, "two": {"a": 0, "b": 1}}
    separate = Decision("b", {"x": "one", "y": "two"})
    game = Game("g", ("a", "b"), Decision("a", {"l": shared, "r": shared}), payoffs)
    assert game == Game("g", ("a", "b"), Decision("a", {"l": shared, "r": separate}), payoffs)


def test_a_cycle_is_refused():
    first = Decision("a", {"x": "end"})
    second = Decision("a", {"y": first})
    object.__setattr__(first, "actions", {"x": second})
    with pytest.raises(GameError, match="game 'g': the tree has a cycle"):
        Game("g", ("a",), second, {"end": {"a": 1}})


def test_a_mapping_changed_after_use_makes_no_cycle():
    actions = {"x": "end"}
    node = Decision("a", actions)
    actions["y"] = node
    assert list(node.actions) == ["x"]


# ---- bad trees -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Decision("a", {}), "decision of 'a' has no actions"),
        (lambda: Decision("a", ["x"]), "give a mapping"),
        (lambda: Decision(1, {"x": "o"}), "is not text"),
        (lambda: Decision("a", {1: "o"}), "is not text"),
        (lambda: Decision("a", {" x": "o"}), "cannot be a label"),
        (lambda: Decision("a", {"x\n": "o"}), "cannot be a label"),
        (lambda: Decision("a", {"x": ""}), "cannot be a label"),
        (lambda: Decision("a", {"x": None}), "leads to None"),
        (lambda: Decision("a", {"x": {"y": "o"}}), "give Decision, Simultaneous, Chance or an outcome label"),
        (lambda: Simultaneous({"a": ("C", "D")}, {("C",): "o", ("D",): "o"}), "use Decision for a single player"),
        (lambda: Simultaneous({"a": ("C", "C"), "b": ("C",)}, {("C", "C"): "o"}), "has action 'C' twice"),
        (lambda: Simultaneous({"a": "CD", "b": "CD"}, {}), "give a tuple of labels"),
        (lambda: Simultaneous({"a": (), "b": ("C",)}, {}), "no list of actions"),
        (lambda: Simultaneous({"a": ("C",), "b": ("C", "D")}, {("C", "C"): "o"}), r"no result for \('C', 'D'\)"),
        (lambda: Simultaneous({"a": ("C",), "b": ("D",)}, {("C", "D"): "o", ("D", "C"): "o"}), "is not possible"),
        (lambda: Chance({"x": "o"}), "is not a pair"),
        (lambda: Chance({"x": (math.nan, "o")}), "branch 'x': nan is not a finite number"),
        (lambda: Chance({}), "chance has no branches"),
    ],
)
def test_bad_nodes(build, words):
    with pytest.raises(GameError, match=words):
        build()


def test_a_stage_with_too_many_results_is_refused_at_once():
    with pytest.raises(SizeError, match="use fewer actions"):
        Simultaneous({f"p{i}": ("C", "D", "E") for i in range(20)}, {})


# ---- bad games -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (changed("payoffs", ("win",), ...), "outcome 'win' has no payoffs; add it to payoffs"),
        (changed("payoffs", ("long_war", "b"), ...), "outcome 'long_war' has no payoff for 'b'; add it to payoffs"),
        (changed("payoffs", ("long_war", "b", "soft"), ...), "type 'soft' has no payoff"),
        (changed("payoffs", ("long_war", "b", "weak"), 1), "there is no type 'weak'; use hard, soft"),
        (changed("payoffs", ("win", "a"), {"hard": 1, "soft": 2}), "'a' has no types"),
        (changed("payoffs", ("win", "a"), {("", "hard"): 1}), r"type \('', 'soft'\) has no payoff"),
        (changed("payoffs", ("win", "a"), {("hard",): 1}), r"there is no type \('hard',\)"),
        (changed("payoffs", ("win", "c"), 1), "unknown player 'c'"),
        (changed("payoffs", ("draw",), {"a": 1, "b": 1}), "unknown outcome 'draw'"),
        (changed("payoffs", ("win",), 3), "are not a mapping"),
        ({"payoffs": None}, "payoffs is not a mapping"),
        (changed("payoffs", ("win", "a"), math.nan), "nan is not a finite number"),
        (changed("payoffs", ("win", "a"), 1j), "1j is not a real number"),
        (changed("payoffs", ("win", "a"), True), "truth value"),
        (changed("payoffs", ("win", "a"), None), "has no payoff for 'a'"),
        (changed("types", ("b",), ("hard", "soft")), "types of 'b' have no priors"),
        (changed("types", ("b",), {}), "types of 'b' have no priors"),
        (changed("types", ("b", "soft"), None), "type 'soft' of 'b' has no prior"),
        (changed("types", ("c",), {"x": 1}), "unknown player 'c'"),
        (changed("types", ("b",), {"hard": 0.5, "soft": 0.4}), "sum to 9/10, not to one"),
        (changed("types", ("b",), {"hard": 1.5, "soft": -0.5}), "3/2 for 'hard' is no probability"),
        (changed("types", ("b",), {"hard": "p", "soft": "2 - p"}), "sum to 2, not to one"),
        (changed("types", ("b",), {"hard": "exp(p)", "soft": 1}), r"sum to exp\(p\) \+ 1, not to one"),
        (changed("types", ("b",), {"hard": "p*(p + 1)", "soft": "1/2 - p**2 - p"}), "sum to 0.5, not to one"),
        ({"assumptions": ("2 < 1",)}, "assumptions contradict one another: 2 < 1"),
        ({"assumptions": ("w < c", "c < w")}, "contradict one another: w < c < w"),
        ({"assumptions": (sympy.Ne(sympy.Symbol("w"), 1),)}, "is not a relation"),
        ({"assumptions": (3,)}, "is not a relation"),
        ({"roles": {"c": "ally"}}, "unknown player 'c'"),
        ({"roles": {"a": "defender"}}, "use aggressor, target, ally"),
        ({"roles": {"a": ["ally"]}}, "use aggressor, target, ally"),
        ({"roles": "ally"}, "roles is not a mapping"),
        ({"players": ("a", "a")}, "player 'a' is named twice"),
        ({"players": ("a",)}, "the tree names unknown player 'b'"),
        ({"players": "ab"}, "is not a list of labels"),
        ({"players": ()}, "is not a list of labels"),
        ({"players": (1, 2)}, "is not text"),
        ({"tree": None}, "is not a tree"),
        ({"tree": {"a": 1}}, "is not a tree"),
        ({"source": 3}, "is not text"),
        ({"status_quo": "peace"}, "unknown outcome 'peace'"),
        ({"wars": {"peace": ("a",)}}, "unknown outcome 'peace'"),
        ({"wars": {"win": ("z",)}}, "do not fight"),
        ({"wars": {"win": "ab"}}, "give a tuple of players"),
        ({"wars": {"win": [["a"]]}}, "give a tuple of players"),
        ({"wars": {"win": None}}, "give a tuple of players"),
        ({"wars": ("win",)}, "wars is not a mapping"),
        ({"names": {"X": {("a", "", ("go",)): "stay"}}}, "'a' does not choose there"),
        ({"names": {"X": {("a", "", ("run",)): "stay"}}}, "play cannot go on with 'run'"),
        ({"names": {"X": {("a", "hard", ()): "stay"}}}, "no player 'a' of type 'hard'"),
        ({"names": {"X": {("a", "", ()): "run"}}}, "has no action 'run'; use stay, go"),
        ({"names": {"X": {("a", "", ()): ()}}}, "allows no action"),
        ({"names": {"X": {("a", "", ()): 3}}}, "give an action or a tuple of actions"),
        ({"names": {"X": {"a": "stay"}}}, "not an information set"),
        ({"names": {"X": "stay"}}, "has no pattern"),
        ({"names": ["X"]}, "names is not a mapping"),
    ],
)
def test_bad_games_are_named_with_the_remedy(changes, words):
    with pytest.raises(GameError, match=words) as caught:
        crisis(**changes)
    assert str(caught.value).startswith("game 'crisis': ")


@pytest.mark.parametrize("name", ["", " a", 3, None, "a\nb"])
def test_bad_names_of_games(name):
    with pytest.raises(GameError, match="name of the game"):
        crisis(name=name)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (changed("payoffs", ("win", "a"), "w +"), "payoff of 'a' at outcome 'win': cannot read"),
        (changed("payoffs", ("win", "a"), "__import__('os')"), "begins with a letter"),
        (changed("payoffs", ("long_war", "b", "hard"), "2h"), "for type 'hard'"),
        (changed("types", ("b", "hard"), "p)"), "prior of type 'hard' of 'b'"),
        ({"assumptions": "a << b"}, "cannot read"),
    ],
)
def test_bad_expressions_say_where(changes, words):
    with pytest.raises(ExpressionError, match=words) as caught:
        crisis(**changes)
    assert str(caught.value).startswith("game 'crisis': ")


def test_bad_chance_probabilities():
    payoffs = {"o": {"a": 1}}
    for first, second in ((0.5, 0.6), (-0.5, 1.5), ("q", "2 - q")):
        with pytest.raises(GameError, match="game 'g': chance of x, y"):
            Game("g", ("a",), Chance({"x": (first, "o"), "y": (second, "o")}), payoffs)


@pytest.mark.parametrize(
    "priors",
    [
        {"h": "p*q", "m": "p*(1 - q)", "s": "1 - p"},
        {"h": "exp(a)/(exp(a) + exp(b))", "s": "exp(b)/(exp(a) + exp(b))"},
        {"h": "Max(p, 1/2)", "s": "1 - Max(p, 1/2)"},
        {"h": "p", "s": "q"},
        {"h": "p", "s": 0.5},
        {"h": "(a + b + c + d)**900", "s": "1 - (d + c + b + a)**900"},
        {"h": 1},
        {"h": 0, "s": 1},
        {"h": 0.1, "m": 0.2, "s": 0.7},
        {"h": Fraction(1, 3), "s": Fraction(2, 3)},
    ],
)
def test_priors_that_can_sum_to_one_are_accepted(priors):
    game = Game("g", ("a",), "o", {"o": {"a": 1}}, types={"a": priors})
    assert game.type_labels("a") == tuple(priors)


@pytest.mark.parametrize(
    ("given", "exact"),
    [
        ((1 / 3, 1 / 3, 1 / 3), ("1/3", "1/3", "1/3")),
        ((np.float64(1) / 3, "1/3", Fraction(1, 3)), ("1/3", "1/3", "1/3")),
        ((1 / 3, "p", "2/3 - p"), ("1/3", "p", "2/3 - p")),
        ((0.1, 0.2, 0.7), ("1/10", "1/5", "7/10")),
        ((sympy.Float(1) / 3, 1 / 3, 1 / 3), None),
        ((2 / 7, 4 / 7, 1 / 7), None),
        ((1 / 6, 1 / 6, 2 / 3), None),
    ],
)
def test_floats_may_miss_a_sum_of_one_by_rounding(given, exact):
    """They are scaled to sum to one exactly, so that the game survives being written down; what is exact stays."""
    labels = ("h", "m", "s")
    game = Game("g", ("a",), "o", {"o": {"a": 1}}, types={"a": dict(zip(labels, given, strict=True))})
    priors = [game.prior("a", label) for label in labels]
    lottery = Chance({label: (share, "o") for label, share in zip(labels, given, strict=True)})
    assert [probability for probability, _ in lottery.branches.values()] == priors
    assert Game("g", ("a",), lottery, {"o": {"a": 1}}).tree is lottery
    assert sympy.Add(*priors) == 1
    if exact:
        assert priors == [parse(text) for text in exact]
    else:
        assert [float(prior) for prior in priors] == pytest.approx([float(share) for share in given], rel=1e-15)
    assert pickle.loads(pickle.dumps(game)) == game == game.replace()  # noqa: S301  # our own


@pytest.mark.parametrize(
    "priors",
    [
        ("0.3333333333333333", "0.3333333333333333", "0.3333333333333333"),
        (Fraction(1, 3), Fraction(1, 3), Fraction(333, 1000)),
        (0.333333, 0.333333, 0.333333),
        (0.5, 0.5, 1e-8),
        (0.0, "1/2", "0.4999999999999999"),
    ],
)
def test_what_misses_a_sum_of_one_by_more_than_rounding_is_refused(priors):
    types = {"a": dict(zip(("h", "m", "s"), priors, strict=True))}
    with pytest.raises(GameError, match=r"game 'g': priors of 'a': they sum to .*, not to one"):
        Game("g", ("a",), "o", {"o": {"a": 1}}, types=types)


def test_floats_put_in_place_of_parameters_may_miss_a_sum_of_one_by_rounding():
    tree = Chance({"x": ("q", "o"), "y": ("r", "o"), "z": ("1/3", "o")})
    game = Game("g", ("a",), tree, {"o": {"a": 1}}, types={"a": {"h": "p", "m": "s", "l": "1/3"}})
    fixed = game.substitute({"p": 1 / 3, "s": 1 / 3, "q": 1 / 3, "r": "1/3"})
    assert {fixed.prior("a", label) for label in "hml"} == {parse("1/3")}
    assert {probability for probability, _ in fixed.tree.branches.values()} == {parse("1/3")}
    with pytest.raises(GameError, match="not to one"):
        game.substitute({"p": 0.333, "s": 1 / 3})


def test_players_who_never_move_need_payoffs_only():
    game = Game("g", ("a", "watcher"), Decision("a", {"x": "o"}), {"o": {"a": 1, "watcher": 2}})
    assert game.payoff("o", "watcher", ("", "")) == 2


def test_unknown_things_are_named():
    game = crisis()
    for ask in (
        lambda: game.payoff("peace", "a", ("", "hard")),
        lambda: game.payoff("win", "z", ("", "hard")),
        lambda: game.payoff("win", "a", ("hard", "hard")),
        lambda: game.payoff("win", "a", ("",)),
        lambda: game.type_labels("z"),
        lambda: game.prior("b", "weak"),
    ):
        with pytest.raises(GameError, match="game 'crisis'"):
            ask()


# ---- parameter points ----------------------------------------------------------------------------------------------------


def test_a_point_comes_back_as_floats_in_order():
    point = crisis().point({"h": np.float32(0.5), "c": sympy.Rational(5, 2), "w": np.int64(1), "p": Fraction(1, 4)})
    assert point == {"p": 0.25, "w": 1.0, "c": 2.5, "h": 0.5}
    assert list(point) == ["p", "w", "c", "h"]
    assert all(type(value) is float for value in point.values())


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({**POINT, "v": 1}, r"unknown parameter v"),
        ({"p": 0.5, "ww": 1, "c": 2, "h": 1}, r"unknown parameter ww \(did you mean w\?\); no value for w"),
        ({"p": 0.5}, "no value for w, c, h"),
        ({**POINT, "w": math.nan}, "'w' is not finite"),
        ({**POINT, "w": math.inf}, "'w' is not finite"),
        ({**POINT, "w": 10**400}, "'w' is not finite"),
        ({**POINT, "w": "1"}, "give a real number"),
        ({**POINT, "w": 1j}, "give a real number"),
        ({**POINT, "w": True}, "give a real number"),
        ({**POINT, "w": None}, "give a real number"),
        ({**POINT, "w": sympy.Symbol("x")}, "give a real number"),
        ({**POINT, "w": sympy.oo}, "'w' is not finite"),
        ({**POINT, "w": np.array([1.0])}, "give a real number"),
        ({**POINT, 3: 1}, "unknown parameter 3"),
        ({**POINT, "p": 1.2}, "priors of 'b': 'hard' has 1.2; keep it between 0 and 1"),
        (None, "are not a mapping"),
    ],
)
def test_bad_points(params, words):
    with pytest.raises(ParameterError, match=words) as caught:
        crisis().point(params)
    assert str(caught.value).startswith("game 'crisis': ")


def test_probabilities_must_sum_to_one_at_the_numbers():
    tree = Chance({"x": ("q", "o"), "y": ("r", "o")})
    game = Game("g", ("a",), tree, {"o": {"a": 1}}, types={"a": {"h": "p", "m": "s", "l": "1/3"}})
    assert game.point({"p": 1 / 3, "s": 1 / 3, "q": 0.1 + 0.2, "r": 0.7})
    with pytest.raises(ParameterError, match=r"priors of 'a' sum to 0.833333 \(h 0.25, m 0.25, l 0.333333\)"):
        game.point({"p": 0.25, "s": 0.25, "q": 0.5, "r": 0.5})
    with pytest.raises(ParameterError, match=r"chance probabilities sum to 0\.9"):
        game.point({"p": 1 / 3, "s": 1 / 3, "q": 0.5, "r": 0.4})


def test_broken_assumptions_warn_or_raise():
    broken = {**POINT, "c": 0.5}
    with pytest.warns(AssumptionWarning, match=r"game 'crisis': parameters break the assumption -c < -1 \(here -0.5 and -1\)"):
        assert crisis().point(broken)["c"] == 0.5
    with pytest.raises(ParameterError, match="-c < -1"):
        crisis().point(broken, strict=True)
    assert [str(relation) for relation in crisis().violations(broken)] == ["-c < -1"]
    assert crisis().violations(POINT) == ()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        crisis().point(POINT)


@pytest.mark.parametrize(
    ("assumption", "good", "bad"),
    [
        ("x < 1", 0.5, 1),
        ("x <= 1", 1, 1.5),
        ("x > 1", 2, 1),
        ("x >= 1", 1, 0),
        ("x == 1", 1 + 1e-12, 1.001),
        ("0 < x < 1", 0.5, 2),
        ("sqrt(x) < exp(1)", 4, 9),
        ("Max(x, 0) < 1", -1, 1),
    ],
)
def test_every_kind_of_relation(assumption, good, bad):
    game = Game("g", ("a",), "o", {"o": {"a": "x"}}, assumptions=assumption)
    assert game.violations({"x": good}) == ()
    assert len(game.violations({"x": bad})) == 1


@pytest.mark.parametrize("assumption", ["log(x) < 1", "sqrt(x) < 1", "1/(x + 1) < 2", "x**(1/3) < 2", "exp(-1000*x) > 0"])
def test_expressions_without_a_value_at_the_point_are_named(assumption):
    game = Game("g", ("a",), "o", {"o": {"a": "x"}}, assumptions=("x < 5", assumption))
    with pytest.raises(ParameterError, match=r"game 'g': .* has no finite value at x = -1; change the parameters"):
        game.point({"x": -1})


def test_parameters_with_the_names_of_functions():
    game = Game("g", ("a",), "o", {"o": {"a": "e*exp(1)"}}, assumptions=("e < exp(1)", "max < Max(min, e)", "E < I"))
    assert game.violations({"e": 2, "max": 1, "min": 0, "E": 1, "I": 2}) == ()
    assert len(game.violations({"e": 3, "max": 5, "min": 0, "E": 3, "I": 2})) == 3


def test_a_checked_point_costs_far_less_than_a_solve():
    game = crisis()
    game.point(POINT)
    start = time.perf_counter()
    for _ in range(100):
        game.point(POINT)
    assert (time.perf_counter() - start) / 100 < 2e-3


# ---- substitution --------------------------------------------------------------------------------------------------------


def test_fixing_parameters():
    game = crisis().substitute({"p": Fraction(1, 4), "w": "2*c"})
    assert game.parameters == ("c", "h")
    assert game.prior("b", "soft") == sympy.Rational(3, 4)
    assert game.payoff("win", "a", ("", "hard")) == parse("2*c")
    assert [str(relation) for relation in game.assumptions] == ["0 < 2*c", "-c < -1", "-1 < h"]
    assert game.names == crisis().names
    assert crisis().substitute({}) == crisis()


def test_fixing_chance_and_shared_subtrees():
    shared = Simultaneous({"a": ("x",), "b": ("y", "z")}, {("x", "y"): "o", ("x", "z"): "o"})
    tree = Chance({"l": ("q", shared), "r": ("1 - q", Decision("a", {"on": shared}))})
    game = Game("g", ("a", "b"), tree, {"o": {"a": "q", "b": 0}}).substitute({"q": 0.25})
    assert game.parameters == ()
    assert game.tree.branches["r"][0] == sympy.Rational(3, 4)


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"v": 1}, ParameterError, "unknown parameter 'v'"),
        ({"p": math.nan}, ParameterError, "'p': nan is not a finite number"),
        ({"p": True}, ParameterError, "truth value"),
        ({"p": "1 +"}, ExpressionError, "parameter 'p': cannot read"),
        ({"p": 2}, GameError, "no probability"),
        ({"w": -1}, GameError, "contradict one another: 0 < -1"),
    ],
)
def test_bad_substitutions(values, error, words):
    with pytest.raises(error, match=words) as caught:
        crisis().substitute(values)
    assert str(caught.value).startswith("game 'crisis': ")


def test_substitution_that_divides_by_zero():
    game = Game("g", ("a",), "o", {"o": {"a": "1/(x - 1)"}})
    with pytest.raises(ParameterError, match="division by zero"):
        game.substitute({"x": 1})
    with pytest.raises(DeterrenceGamesError):
        Game("g", ("a",), "o", {"o": {"a": "x**1000"}}).substitute({"x": 10**300})
