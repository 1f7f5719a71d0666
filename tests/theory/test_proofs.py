"""Claims about theorems: proved, refuted with a counterexample in exact numbers, and what is no claim."""

import dataclasses
import re

import pytest
import sympy
import z3

import deterrence_games as dg
from deterrence_games.errors import DeterrenceGamesError, GameError
from deterrence_games.theory import Equivalence, Exclusion, Existence, Implication, Monotone, Throughout, Uniqueness
from deterrence_games.theory.claim_text import read_claim

C1, C2, D = "(c_DC - c_SQ)/(c_DC - c_CD)", "(c_DC - c_SQ)/(c_DC - c_DDh)", "(d_CD - d_DC)/(d_CD - d_DDs)"


@pytest.fixture(scope="module")
def theorem():
    return dg.derive(dg.models.unilateral_deterrence())


def test_some_equilibrium_always_exists(theorem):
    proof = theorem.prove(Existence())
    assert proof.verdict == "proved"
    assert proof.counterexample is None
    assert proof.recheck()


def test_cover_of_the_rudimentary_game_needs_both_families():
    theorem = dg.derive(dg.models.rudimentary_asymmetric_deterrence())
    assert theorem.prove(Existence()).verdict == "proved"
    from dataclasses import replace

    half = replace(theorem, families=theorem.families[:1], border_families=())
    proof = half.prove(Existence())
    assert proof.verdict == "refuted"
    assert [instance.name for instance in theorem.at(proof.counterexample)] == ["Attack"]


NAMES = ("Certain Deterrence", "Separating", "Attack", "Bluff")


@pytest.mark.parametrize("pair", [(a, b) for k, a in enumerate(NAMES) for b in NAMES[k + 1 :]])
def test_the_four_published_rows_exclude_each_other(theorem, pair):
    assert theorem.prove(Exclusion(*pair)).verdict == "proved"


def test_overlap_is_shown_at_a_point_that_holds_both(theorem):
    proof = theorem.prove(Exclusion("Steadfast Deterrence", "Bluff"))
    assert proof.verdict == "refuted"
    assert {instance.name for instance in theorem.at(proof.counterexample)} == {"Steadfast Deterrence", "Bluff"}


@pytest.mark.parametrize(
    ("family", "relations"),
    [
        ("Certain Deterrence", (f"p_def >= {C2}",)),
        ("Separating", (f"{C1} <= p_def <= {C2}",)),
        ("Attack", (f"p_def <= {C1}", f"p_ch >= {D}")),
        ("Bluff", (f"p_def < {C1}", f"p_ch < {D}")),
        ("Steadfast Deterrence", ("p_ch > 0",)),
    ],
)
def test_published_conditions_are_equivalent(theorem, family, relations):
    assert theorem.prove(Equivalence(family, relations)).verdict == "proved"


def test_a_wrong_threshold_is_refuted_where_it_fails(theorem):
    proof = theorem.prove(Equivalence("Certain Deterrence", (f"p_def >= {C1}",)))
    assert proof.verdict == "refuted"
    point = proof.counterexample
    values = {sympy.Symbol(name, real=True): value for name, value in point.items()}
    c1, c2 = (dg.games.expressions.parse(text).subs(values) for text in (C1, C2))
    exists = "Certain Deterrence" in {instance.name for instance in theorem.at(point)}
    assert exists == bool(point["p_def"] >= c2) != bool(point["p_def"] >= c1)


def test_outcome_probabilities_of_bluff(theorem):
    assert theorem.prove(Implication("Bluff", f"conflict == p_ch*{C1}")).verdict == "proved"
    assert theorem.prove(Implication("Bluff", "conflict < p_ch")).verdict == "proved"
    proof = theorem.prove(Implication("Bluff", "conflict < p_ch/2"))
    assert proof.verdict == "refuted"
    (bluff,) = (i for i in theorem.at(proof.counterexample) if i.name == "Bluff")
    assert bluff.outcomes["conflict"] >= proof.counterexample["p_ch"] / 2


def test_a_text_is_claimed_throughout(theorem):
    assert theorem.prove("c_DDs < c_DC").verdict == "proved"
    assert theorem.prove(f"{C1} < {C2}").verdict == "proved"
    assert theorem.prove("p_ch < p_def").verdict == "refuted"


@pytest.mark.parametrize(
    ("claim", "complaint"),
    [
        ("q < 1", "the claim names unknown 'q'"),
        (Exclusion("Bluff", "Steadfast"), "no family is called 'Steadfast'"),
        ("p_ch", "no comparison"),
        (3, "3 is no claim"),
        ("exp(p_ch) > 1", r"claim: exp\(p_ch\) is not a ratio of polynomials"),
    ],
)
def test_what_is_no_claim(theorem, claim, complaint):
    with pytest.raises(dg.DeterrenceGamesError, match=complaint) as error:
        theorem.prove(claim)
    assert "unilateral_deterrence" in str(error.value)
    assert isinstance(error.value, GameError | dg.ExpressionError)


def test_latex_names_every_family_and_its_thresholds(theorem):
    text = theorem.to_latex()
    assert text.count("\\item") == len(theorem.families)
    assert "\\textbf{Steadfast Deterrence}, which exists always" in text
    assert "\\frac" in text
    assert text.count("{") == text.count("}")
    assert text.count("$") % 2 == 0


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("exists", Existence()),
        ("exists without Bluff, Attack", Existence(("Bluff", "Attack"))),
        ("unique", Uniqueness()),
        ("unique without Bluff", Uniqueness(("Bluff",))),
        ("Bluff excludes Attack", Exclusion("Bluff", "Attack")),
        ('"Certain Deterrence" excludes "Bluff"', Exclusion("Certain Deterrence", "Bluff")),
        ("Attack iff p_ch >= 1/2, p_def < 1/3", Equivalence("Attack", ("p_ch >= 1/2", "p_def < 1/3"))),
        ("Bluff: conflict never rises with d_DDh", Monotone("Bluff", "conflict", "never rises", "d_DDh")),
        ("Bluff: payoff of challenger rises with p_ch", Monotone("Bluff", "payoff of challenger", "rises", "p_ch")),
        ("Bluff: conflict <= p_ch", Implication("Bluff", "conflict <= p_ch")),
        ("p_ch < 1", Throughout("p_ch < 1")),
    ],
)
def test_claims_are_read_from_text(theorem, text, claim):
    assert read_claim(text, theorem) == claim


def test_lists_of_families_may_hold_names_with_commas(theorem):
    game = theorem.game.replace(name="unnamed", names={})
    unnamed = dg.derive(game)
    one, other = (family.name for family in unnamed.families[:2])
    assert "," in one
    assert read_claim(f"exists without {one}, {other}", unnamed) == Existence((one, other))
    assert read_claim(f'unique without "{one}" , "{other}"', unnamed) == Uniqueness((one, other))
    assert read_claim(f"exists without {other}", unnamed) == Existence((other,))
    with pytest.raises(GameError, match="unknown family 'nothing'"):
        read_claim(f"exists without {one}, nothing", unnamed)
    with pytest.raises(GameError, match="unknown family ''"):
        read_claim(f"exists without {one},", unnamed)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("exists without Steadfast Deterrence", "proved"),
        ("exists without Steadfast Deterrence, Attack", "refuted"),
        ("unique", "refuted"),
        ("unique without Steadfast Deterrence", "proved"),
        ("Bluff: conflict never rises with d_DDh", "proved"),
        ("Bluff: conflict rises with p_ch", "proved"),
        ("Bluff: conflict falls with p_ch", "refuted"),
        ("Bluff: payoff of challenger rises with c_CD", "refuted"),
        ("Bluff: challenger_soft_defect < 1", "proved"),
        ("Bluff: defender_soft_defy <= p_def", "refuted"),
        ("Bluff: belief_challenger_hard_after_defect == (d_CD - d_DC)/(d_CD - d_DDs)", "proved"),
        ("Attack: conflict == p_ch*p_def", "proved"),
    ],
)
def test_claims_about_strategies_beliefs_and_movements(theorem, text, verdict):
    proof = theorem.prove(text)
    assert proof.verdict == verdict
    assert proof.recheck()
    assert (proof.counterexample is not None) == (verdict == "refuted")


@pytest.mark.parametrize(
    "text",
    [
        "exists without Steadfast Deterrence, Attack",
        "Steadfast Deterrence excludes Bluff",
        "unique",
        "Attack iff p_ch >= 1/2",
        "Separating: conflict <= 1/8",
        "p_ch < 1/2",
    ],
)
def test_the_numeric_solver_confirms_counterexamples(theorem, text):
    proof = theorem.prove(text)
    assert proof.verdict == "refuted"
    assert proof.confirmed is True


def test_what_was_proved_is_not_confirmed_by_numbers(theorem):
    assert theorem.prove("exists").confirmed is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Blufff excludes Attack", "did you mean 'Bluff'"),
        ("Bluff: war rises with p_ch", "unknown quantity 'war'"),
        ("Bluff: conflict rises with resolve", "unknown parameter 'resolve'"),
        ("Bluff: conflict <= resolve", "unknown 'resolve'"),
        ("Bluff: confict <= p_ch", "did you mean 'conflict'"),
        ("Bluff: confict rises with p_ch", "did you mean 'conflict'"),
        ("Bluff: conflict rises with p_chh", "did you mean 'p_ch'"),
        ("Bluff: __import__('os') > 1", "cannot read"),
    ],
)
def test_claims_that_cannot_be_read(theorem, text, words):
    with pytest.raises(DeterrenceGamesError, match=words):
        theorem.prove(text)


@pytest.mark.parametrize(
    "text",
    ["exists", "exists without Bluff", "unique", "Bluff excludes Attack", "Bluff: conflict <= p_ch*p_def", "p_ch < p_def"],
)
def test_statements_are_smtlib_that_decides_the_claim(theorem, text):
    """Standard SMT-LIB has neither sums nor disjunctions of fewer than two terms, though z3 reads them."""
    proof = theorem.prove(text)
    found = []
    for statement in proof.statements:
        assert not re.search(r"\(or\)|\bor\s*\)|\((or|\+) [^() ]+\)|\((or|\+) \([^()]*\)\)", statement)
        solver = z3.SolverFor("QF_NRA")
        solver.from_string(statement)
        found.append(str(solver.check()))
    assert ("sat" in found) == (proof.verdict == "refuted")
    assert "unknown" not in found


@pytest.mark.parametrize("names", [{}, {"Act": {("a", "", ()): ("left", "right")}}], ids=["by play", "by name"])
def test_a_continuum_with_many_outcomes_is_not_unique(names):
    """Left and right are worth the same, so any mixture is an equilibrium, whatever families are called."""
    game = dg.Game(
        name="tie",
        players=("a",),
        tree=dg.Decision("a", {"left": "won", "right": "drawn", "out": "lost"}),
        payoffs={"won": {"a": "u"}, "drawn": {"a": "u"}, "lost": {"a": "v"}},
        assumptions=("v < u",),
        names=names,
    )
    proof = dg.derive(game).prove("unique")
    assert proof.verdict == "refuted"
    assert proof.confirmed is None  # the numeric solver shows one equilibrium of the continuum
    assert proof.recheck()


def test_a_false_verdict_does_not_survive_a_recheck(theorem):
    for text, wrong in (("Bluff excludes Attack", "refuted"), ("p_ch < p_def", "proved")):
        assert theorem.prove(text).recheck()
        assert not dataclasses.replace(theorem.prove(text), verdict=wrong).recheck()


def test_a_movement_has_a_direction():
    with pytest.raises(GameError, match="use one of rises, falls, never falls, never rises"):
        Monotone("Bluff", "conflict", "explodes", "p_ch")
