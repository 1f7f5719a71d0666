"""Claims about theorems: proved, refuted with a counterexample in exact numbers, and what is no claim."""

import pytest
import sympy

import deterrence_games as dg
from deterrence_games.errors import GameError
from deterrence_games.theory import Equivalence, Exclusion, Existence, Implication

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
