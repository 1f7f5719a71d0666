"""`derive` on games of one's own: beliefs that are free, ratios, chance, three types, and input that cannot be derived."""

import subprocess
import sys
from itertools import product

import pytest
import sympy

import deterrence_games as dg
from deterrence_games.errors import GameError, ParameterError
from deterrence_games.theory import Existence
from deterrence_games.theory.class_families import ClassFamilies
from deterrence_games.theory.closed_values import holds_at
from deterrence_games.theory.elimination import Elimination


def brinkmanship(**changes):
    """A threat that is carried out by chance."""
    arguments = {
        "name": "brinkmanship",
        "players": ("a", "b"),
        "tree": dg.Decision(
            "a",
            {
                "yield": "status_quo",
                "challenge": dg.Chance({"calm": ("1 - q", "win"), "storm": ("q", "war")}),
            },
        ),
        "payoffs": {"status_quo": {"a": 0, "b": 0}, "win": {"a": "w", "b": -1}, "war": {"a": "-c", "b": "-c"}},
        "assumptions": ("w > 0", "c > 0", "0 < q < 1"),
    }
    return dg.Game(**{**arguments, **changes})


def test_chance_gives_a_threshold():
    theorem = dg.derive(brinkmanship())
    assert theorem.complete
    by_play = {next(iter(family.outcomes.values())): family for family in theorem.families}
    (deterred,) = by_play[1].conditions
    assert deterred.lhs == sympy.Symbol("q", real=True)
    assert deterred.rel_op == ">="
    w, c = sympy.symbols("w c", real=True)
    assert sympy.cancel(deterred.rhs - w / (w + c)) == 0
    assert theorem.prove(Existence()).verdict == "proved"


def test_payoffs_may_be_ratios_whose_denominators_have_a_sign():
    payoffs = {"status_quo": {"a": "1/s", "b": 0}, "win": {"a": "w/s", "b": -1}, "war": {"a": "-c/s", "b": "-c"}}
    theorem = dg.derive(brinkmanship(payoffs=payoffs, assumptions=("w > 1", "c > 0", "0 < q < 1", "s > 0")))
    assert {condition.lhs.name for family in theorem.families for condition in family.conditions} == {"q"}
    with pytest.raises(GameError, match="a payoff of 'a' divides by s, whose sign the assumptions do not tell"):
        dg.derive(brinkmanship(payoffs=payoffs, assumptions=("w > 1", "c > 0", "0 < q < 1")))


def test_a_prior_is_held_against_payoffs_even_where_these_lie_between_numbers():
    game = dg.Game(
        name="normalised",
        players=("a", "b"),
        tree=dg.Decision("a", {"wait": "status_quo", "act": dg.Decision("b", {"yield": "win", "fight": "war"})}),
        types={"a": {"hard": "p", "soft": "1 - p"}},
        payoffs={
            "status_quo": {"a": 0, "b": 1},
            "win": {"a": 1, "b": 0},
            "war": {"a": {"hard": "u", "soft": "-v"}, "b": {("hard", ""): "-w", ("soft", ""): "x"}},
        },
        assumptions=("0 < u < 1", "0 < v < 1", "0 < w < 1", "0 < x < 1", "0 < p < 1"),
    )
    theorem = dg.derive(game)
    told = {str(condition) for family in theorem.families for condition in family.conditions}
    assert told == {"p >= x/(w + x)", "p < x/(w + x)"}


def test_three_types_as_weights():
    game = dg.Game(
        name="three_types",
        players=("challenger", "defender"),
        tree=dg.Decision(
            "challenger",
            {"wait": "status_quo", "act": dg.Decision("defender", {"concede": "concession", "resist": "war"})},
        ),
        types={"defender": {"tough": "p", "middling": "q", "weak": "1 - p - q"}},
        payoffs={
            "status_quo": {"challenger": 0, "defender": 5},
            "concession": {"challenger": "g", "defender": 2},
            "war": {"challenger": "-k", "defender": {"tough": 4, "middling": 3, "weak": 1}},
        },
        assumptions=("g > 0", "k > 0", "p > 0", "q > 0", "p + q < 1"),
    )
    theorem = dg.derive(game)
    assert theorem.complete
    assert {family.outcomes["status_quo"] for family in theorem.families} == {0, 1}
    at = {"g": 1, "k": 1, "p": 0.3, "q": 0.3}
    (found,) = theorem.at(at)
    assert found.outcomes["status_quo"] == 1
    (found,) = theorem.at({**at, "q": 0.1})
    assert found.outcomes["war"] == sympy.Rational(2, 5)


def test_a_disjunction_in_the_assumptions_of_no_order_is_split_by_sign():
    """Without an order of payoffs the cases of every order are found."""
    theorem = dg.derive(
        dg.Game(
            name="choice",
            players=("a",),
            tree=dg.Decision("a", {"left": "one", "right": "two"}),
            payoffs={"one": {"a": "x"}, "two": {"a": "y"}},
        )
    )
    assert len(theorem.families) == 2
    assert len(theorem.border_families) == 1
    assert theorem.prove(Existence()).verdict == "proved"


def test_a_threshold_never_rests_on_the_condition_that_it_states():
    """The sign of a denominator once came from the condition itself, and mixtures outside [0, 1] passed."""
    joint = {("l", "x"): "o1", ("l", "y"): "o2", ("r", "x"): "o3", ("r", "y"): "o4"}
    outcomes = ("o1", "o2", "o3", "o4")
    game = dg.Game(
        name="at_once",
        players=("a", "b"),
        tree=dg.Simultaneous({"a": ("l", "r"), "b": ("x", "y")}, joint),
        types={"a": {"t0": "p_a", "t1": "1 - p_a"}},
        payoffs={o: {"a": {"t0": f"a_{o}_0", "t1": f"a_{o}_1"}, "b": f"b_{o}"} for o in outcomes},
        assumptions=("a_o1_0 < a_o2_0 < a_o4_0", "a_o3_1 < a_o1_1 < a_o4_1", "b_o3 < b_o4 < b_o2", "0 < p_a < 1"),
    )
    theorem = dg.derive(game)
    point = {"a_o1_0": 79, "a_o2_0": 158, "a_o4_0": 181, "a_o3_1": 98, "a_o1_1": 193, "a_o4_1": 244, "b_o3": 40}
    point |= {"b_o4": 59, "b_o2": 138, "p_a": 0.81, "b_o1": 80, "a_o2_1": 97, "a_o3_0": 61}
    found = theorem.at(point)
    assert found
    for instance in found:
        assert all(0 <= share <= 1 for shares in instance.strategies.values() for share in shares.values()), instance
    numeric = dg.solve(game, {name: float(value) for name, value in point.items()})
    assert {round(float(i.outcomes["o4"]), 6) for i in found} <= {round(e.outcomes["o4"], 6) for e in numeric}


def test_contradictory_assumptions_are_named_and_no_others():
    with pytest.raises(GameError, match="contradict") as error:
        dg.derive(brinkmanship(assumptions=("w > 0", "c > 0", "w*c < -1", "0 < q < 1")))
    assert "c*w < -1" in str(error.value)
    assert "q" not in str(error.value).split("contradict one another: ")[1].split(";")[0]


def test_priors_that_may_be_zero_are_refused():
    game = dg.models.rudimentary_asymmetric_deterrence()
    kept = tuple(relation for relation in game.assumptions if "p" not in {s.name for s in relation.free_symbols})
    with pytest.raises(GameError, match="'hard' of 'defender' to have prior zero"):
        dg.derive(game.replace(assumptions=kept))


def test_chance_that_may_be_zero_is_refused():
    with pytest.raises(GameError, match=r"chance move to .* probability zero"):
        dg.derive(brinkmanship(assumptions=("w > 0", "c > 0", "0 <= q", "q < 1")))


def test_a_border_that_the_assumptions_demand_is_no_border():
    at = ("w > 0", "c > 0", "0 < q < 1", "q == w/(w + c)")
    theorem = dg.derive(brinkmanship(assumptions=at))
    assert theorem.border_families == ()
    assert [family.conditions for family in theorem.families] == [(), (), ()]
    (mixing,) = (family for family in theorem.families if family.continuum)
    assert mixing.generic
    (*others, found) = theorem.at({"w": 1, "c": 3, "q": 0.25})
    assert {found.border, *(other.border for other in others)} == {False}


def test_assumptions_beyond_ratios_of_polynomials_are_refused():
    with pytest.raises(GameError, match=r"game 'brinkmanship': Abs\(c\) is not a ratio of polynomials"):
        dg.derive(brinkmanship(assumptions=("w > 0", "Abs(c) < 1", "0 < q < 1")))


def test_payoffs_beyond_ratios_of_polynomials_are_refused():
    payoffs = {"status_quo": {"a": 0, "b": 0}, "win": {"a": "exp(w)", "b": -1}, "war": {"a": "-c", "b": "-c"}}
    with pytest.raises(GameError, match=r"'brinkmanship': .*exp.*not a ratio of polynomials"):
        dg.derive(brinkmanship(payoffs=payoffs))


@pytest.mark.parametrize("given", [{"seconds": 0}, {"timeout": -1}, {"seconds": "long"}, {"timeout": True}])
def test_limits_are_numbers_above_zero(given):
    with pytest.raises(GameError, match="give a number of seconds above zero"):
        dg.derive(brinkmanship(), **given)


def test_a_time_limit_leaves_a_partial_theorem_that_says_so():
    theorem = dg.derive(dg.models.generalized_mutual_deterrence(), seconds=1e-9)
    assert theorem.stopped
    assert not theorem.complete
    assert "time limit" in theorem.completeness
    assert theorem.prove(Existence()).verdict == "unknown"


def test_a_stopped_derivation_goes_on_to_the_same_theorem():
    game = dg.models.unilateral_deterrence()
    whole = dg.derive(game)
    part = dg.derive(game, seconds=1e-9)
    for _ in range(1_000):
        if not part.stopped:
            break
        part = part.resume(seconds=0.02)
    assert part.complete
    assert repr(part) == repr(whole)
    assert part.stats["assignments"] == whole.stats["assignments"]
    with pytest.raises(GameError, match="there is nothing to resume"):
        part.resume()


def test_points_outside_the_assumptions_are_refused():
    theorem = dg.derive(brinkmanship())
    with pytest.raises(ParameterError, match="the theorem assumes w > 0"):
        theorem.at({"w": -1, "c": 1, "q": 0.5})
    with pytest.raises(ParameterError, match="parameter 'q' is missing"):
        theorem.at({"w": 1, "c": 1})
    with pytest.raises(ParameterError, match="unknown parameter 'z'"):
        theorem.at({"w": 1, "c": 1, "q": 0.5, "z": 1})


@pytest.mark.parametrize("package", ["z3", "flint"])
def test_a_missing_package_is_one_clear_line(package):
    code = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "import deterrence_games as dg\n"
        "try:\n    dg.derive(dg.models.rudimentary_asymmetric_deterrence())\n"
        "except dg.DeterrenceGamesError as error:\n    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert f"derive needs {package}" in run.stdout
    assert "deterrence-games[proofs]" in run.stdout


def test_command_line(capsys):
    from deterrence_games.cli import main

    assert main(["derive", "rudimentary_asymmetric_deterrence"]) == 0
    printed = capsys.readouterr().out
    assert "Deterrence: p >= (a_DC - a_SQ)/(a_DC - a_DD)" in printed
    assert "every support of behaviour" in printed


def test_alternatives_do_not_rule_out_what_another_one_covers():
    """Staying out is best where the better of two answers to going in is: known from above, or by the other's threat."""
    theorem = dg.derive(
        dg.Game(
            name="two_answers",
            players=("a", "b"),
            tree=dg.Decision("a", {"out": "out", "in": dg.Decision("b", {"left": "left", "right": "right"})}),
            types={"b": {"x": "p", "y": "1 - p"}},
            payoffs={
                "out": {"a": 0, "b": 0},
                "left": {"a": "-w", "b": {"x": 1, "y": 1}},
                "right": {"a": "g", "b": {"x": "d", "y": "c"}},
            },
            assumptions=("w > 0", "g > 0", "c < d", "0 < p < 1"),
            names={"Deterrence": {("a", "", ()): "out"}},
        )
    )
    (condition,) = theorem["Deterrence"].conditions
    assert isinstance(condition, sympy.Or)
    assert {str(part) for part in condition.args} == {"1 >= d", "(1 >= c) & (p <= w/(g + w))"}
    assert theorem.prove(Existence()).verdict == "proved"


def test_a_time_limit_holds_within_a_class_too():
    """Where it is always late, every step of the solution of a class is a pause, after which it goes on."""
    whole = dg.derive(dg.models.unilateral_deterrence())
    families = ClassFamilies(whole.game, Elimination(whole.prover, lambda: True))
    left, pauses = iter(whole.classes), 0
    while not families.take(left):
        pauses += 1
    assert pauses > 2 * len(whole.classes)
    found = families.families()
    assert [(own.name, own.conditions) for own in found if own.generic] == [(own.name, own.conditions) for own in whole]


def test_conditions_that_there_is_no_time_to_shorten_are_right_all_the_same():
    whole = dg.derive(dg.models.unilateral_deterrence())
    families = ClassFamilies(whole.game, Elimination(whole.prover))
    families.take(whole.classes)
    for long, short in zip(families.families(lambda: True), families.families(), strict=True):
        assert (long.name, long.generic) == (short.name, short.generic)
        for point in grid():
            there = all(holds_at(condition, point) for condition in short.conditions)
            assert all(holds_at(condition, point) for condition in long.conditions) == there


def grid():
    """Points on a grid of priors whose lines are borders."""
    order = ("c_DDs", "c_CD", "c_DDh", "c_SQ", "c_DC"), ("d_DDs", "d_DC", "d_DDh", "d_CD", "d_SQ")
    values = {name: sympy.Integer(place) for chain in order for place, name in enumerate(chain)}
    for p_ch, p_def in product(range(1, 12), repeat=2):
        priors = {"p_ch": sympy.Rational(p_ch, 12), "p_def": sympy.Rational(p_def, 12)}
        yield {sympy.Symbol(name, real=True): value for name, value in {**values, **priors}.items()}


def test_a_name_that_covers_several_plays_stands_for_a_family_each():
    """The outcomes of one of them were once told of all."""
    tree = dg.Decision("a", {"stay": "peace", "go": dg.Decision("b", {"yield": "gain", "fight": "war"})})
    game = dg.Game(
        name="crisis",
        players=("a", "b"),
        tree=tree,
        payoffs={"peace": {"a": 0, "b": 2}, "gain": {"a": "c", "b": 0}, "war": {"a": "d", "b": "z"}},
        assumptions=("c > 0", "d > 0"),
        names={"Crisis": {("a", "", ()): "go"}},
    )
    theorem = dg.derive(game)
    gain, war = theorem.families
    assert (gain.name, war.name) == ("Crisis (a go; b after go yield)", "Crisis (a go; b after go fight)")
    assert (gain.outcomes["gain"], war.outcomes["war"]) == (1, 1)
    for z, label in ((-1, "gain"), (1, "war")):
        point = {"c": 1, "d": 1, "z": z}
        (found,) = theorem.at(point)
        assert found.outcomes[label] == 1
        values = theorem.evaluate(point)
        (number,) = (bit for bit in (0, 1) if int(values.mask[0]) >> bit & 1)
        assert values.low["outcomes"][number, list(game.outcomes).index(label), 0] == 1
    assert theorem.prove(f"exists without {gain.name}").verdict == "refuted"
    effects = theorem.refine("passive beliefs").effects
    assert [(effect.family, effect.verdict) for effect in effects] == [(gain.name, "kept"), (war.name, "kept")]


def test_borders_of_one_name_tell_the_outcomes_of_each_play():
    theorem = dg.derive(dg.models.unilateral_deterrence())
    point = dict(zip(("c_DDs", "c_CD", "c_DDh", "c_SQ", "c_DC"), range(5), strict=True))
    point |= dict(zip(("d_DDs", "d_DC", "d_DDh", "d_CD", "d_SQ"), range(5), strict=True))
    bluffs = [family for family in theorem.border_families if family.name == "Bluff"]
    assert len(bluffs) == 2
    for p_ch, p_def in (("1/2", "1/3"), ("2/3", "1/6")):
        values = {sympy.Symbol(k, real=True): sympy.Rational(v) for k, v in {**point, "p_ch": p_ch, "p_def": p_def}.items()}
        (family,) = (own for own in bluffs if all(holds_at(condition, values) for condition in own.conditions))
        (case,) = family.cases
        assert dict(case.outcomes) == dict(family.outcomes)


def test_one_continuum_is_one_family_whatever_its_probabilities_are_called():
    """The mixture off the path takes the name of the one on it, where it mixes: the same play under another name."""
    answers = {
        action: dg.Decision("b", {"left": f"{action}_left", "right": f"{action}_right"}) for action in ("advance", "hold")
    }
    theorem = dg.derive(
        dg.Game(
            name="indifferent_answers",
            players=("a", "b"),
            tree=dg.Decision("a", answers),
            payoffs={
                "advance_left": {"a": -2, "b": 0},
                "advance_right": {"a": 1, "b": 0},
                "hold_left": {"a": "u", "b": 0},
                "hold_right": {"a": "u", "b": 0},
            },
            assumptions=("-1 < u < 1",),
        )
    )
    (held,) = (family for family in theorem.families if family.name.startswith("a hold; b after hold left/right"))
    assert held.name == "a hold; b after hold left/right"
    assert len({len(case.ranges) for case in held.cases}) == 2
