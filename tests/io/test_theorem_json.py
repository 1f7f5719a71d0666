"""Theorems survive their files: same words, same equilibria at numbers, same proofs; a damaged file is refused in words."""

import json

import pytest
import sympy

import deterrence_games as dg
from deterrence_games.errors import DeterrenceGamesError, FormatError
from deterrence_games.io import theorem_from_json, theorem_to_json
from deterrence_games.theory import Equivalence, Existence

POINT = {
    "c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4,
    "d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4,
}  # fmt: skip


@pytest.fixture(scope="module")
def theorem():
    return dg.derive(dg.models.unilateral_deterrence())


@pytest.fixture(scope="module")
def again(theorem):
    return theorem_from_json(theorem_to_json(theorem), "text")


def test_it_says_the_same(theorem, again):
    assert repr(again) == repr(theorem)
    assert again.to_latex() == theorem.to_latex()
    assert (again.complete, again.completeness) == (theorem.complete, theorem.completeness)
    assert theorem_to_json(again) == theorem_to_json(theorem)


def test_what_a_refinement_did_is_kept(theorem):
    refined = theorem.refine("intuitive criterion")
    again = theorem_from_json(theorem_to_json(refined), "text")
    assert (again.refinements, [str(effect) for effect in again.effects]) == (
        refined.refinements,
        [str(effect) for effect in refined.effects],
    )
    assert "restricted" in {effect.verdict for effect in again.effects}
    damaged = theorem_to_json(refined).replace('"verdict": "restricted"', '"verdict": "gone"')
    with pytest.raises(FormatError, match=r"effects\[1\].verdict: 'gone' is none; use one of kept"):
        theorem_from_json(damaged, "text")


@pytest.mark.parametrize("name", ["generalized_mutual_deterrence", "extended_deterrence"])
def test_every_formula_keeps_its_value(name):
    theorem = dg.derive(dg.models.CATALOGUE[name]())
    again = theorem_from_json(theorem_to_json(theorem), "text")
    for old, new in zip((*theorem.families, *theorem.border_families), (*again.families, *again.border_families), strict=True):
        assert (old.name, old.generic, len(old.cases)) == (new.name, new.generic, len(new.cases))
        for label, value in (*old.outcomes.items(), *old.payoffs.items()):
            other = {**new.outcomes, **new.payoffs}[label]
            numbers = {symbol: sympy.Rational(k + 2, 3 * k + 7) for k, symbol in enumerate(sorted(value.free_symbols, key=str))}
            assert value.subs(numbers) == other.subs(numbers)


@pytest.mark.parametrize("p_def", ["1/6", "1/3", "2/5", "1/2", "3/4"])
def test_it_holds_at_the_same_points(theorem, again, p_def):
    point = {**POINT, "p_ch": sympy.Rational(1, 2), "p_def": sympy.Rational(p_def)}
    old, new = theorem.at(point), again.at(point)
    assert [(own.name, own.border, own.outcomes, own.beliefs) for own in old] == [
        (own.name, own.border, own.outcomes, own.beliefs) for own in new
    ]


def test_claims_about_it_are_proved_from_the_file(again):
    assert again.prove(Existence()).verdict == "proved"
    certain = Equivalence("Certain Deterrence", ("p_def >= (c_DC - c_SQ)/(c_DC - c_DDh)",))
    assert again.prove(certain).verdict == "proved"
    assert again.prove("p_def < 1/2").verdict == "refuted"


def test_read_and_write_know_theorems_from_games(theorem, tmp_path):
    dg.write(theorem, tmp_path / "theorem.json")
    dg.write(theorem.game, tmp_path / "game.json")
    assert repr(dg.read(tmp_path / "theorem.json")) == repr(theorem)
    assert dg.read(tmp_path / "game.json") == theorem.game
    with pytest.raises(FormatError, match=r"a theorem has no form as \.efg; write it as \.json"):
        dg.write(theorem, tmp_path / "theorem.efg")
    assert not (tmp_path / "theorem.efg").exists()


def damaged(theorem, change):
    document = json.loads(theorem_to_json(theorem))
    change(document)
    return json.dumps(document)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.pop("families"), "no entry 'families'"),
        (lambda d: d.update(version=2), "version: 2 is unknown; this release reads version 1"),
        (lambda d: d.update(format="theorem"), "this is not a deterrence_games theorem file"),
        (lambda d: d.update(stopped="no"), "stopped: 'no' is no truth value"),
        (lambda d: d["families"][0].update(conditions=["q >= 1/2"]), r"families\[0\].conditions\[0\]: 'q' is no parameter"),
        (lambda d: d["families"][0].update(conditions=["0 < p_ch < 1"]), "give one relation between parameters"),
        (
            lambda d: d["families"][0].update(outcomes={"status_quo": "__import__('os')"}),
            r"families\[0\].outcomes.status_quo: ",
        ),
        (lambda d: d["families"][0].update(cases=[]), r"families\[0\].cases: it is empty"),
        (lambda d: d["families"][0].update(extra=1), "unknown entry 'extra'"),
        (lambda d: d["families"][0]["beliefs"][0].pop(), "it has 2 entries; give 3"),
        (lambda d: d["game"].update(assumptions=["p_ch <"]), "text: game: "),
    ],
)
def test_a_damaged_file_is_refused_in_words(theorem, change, words):
    with pytest.raises(DeterrenceGamesError, match=words):
        theorem_from_json(damaged(theorem, change), "text")


def test_a_file_cut_short_is_refused(theorem):
    text = theorem_to_json(theorem)
    with pytest.raises(FormatError, match="the file may be cut short"):
        theorem_from_json(text[: len(text) // 2], "text")


def test_closed_forms_may_be_longer_than_what_an_author_writes(theorem):
    document = json.loads(theorem_to_json(theorem))
    payoffs = document["families"][0]["cases"][0]["payoffs"]
    told = payoffs["defender"]
    payoffs["defender"] = " + ".join([f"({told})/2000"] * 2000)
    assert len(payoffs["defender"]) > 20_000
    again = theorem_from_json(json.dumps(document), "text")
    family = theorem.families[0]
    assert sympy.simplify(again[family.name].cases[0].payoffs["defender"] - family.cases[0].payoffs["defender"]) == 0
    payoffs["defender"] = " + ".join([told] * 400_000)
    with pytest.raises(DeterrenceGamesError, match="use at most 1000000"):
        theorem_from_json(json.dumps(document), "text")
