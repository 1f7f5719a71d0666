"""The papers' claims with fewer draws, through the code that `reproduce` runs; and that a wrong claim is noticed."""

import csv
import re
from dataclasses import replace

import numpy as np
import pytest

from deterrence_games.cli import main
from deterrence_games.reproduce import Claim, papers, report
from deterrence_games.reproduce.claims import run_claim
from deterrence_games.reproduce.papers import Paper, find_papers, load_papers
from deterrence_games.theory import Borders, Exclusion, Implication

DRAWS = 300
FEW = {"zagare_kilgour_1995": 28}  # a point of this game takes longer
SINGLE = {"worked-example", "rank-correlation", "counts"}  # claims about fixed numbers
PAPERS = {paper.name: paper for paper in load_papers()}
CLAIMS = [(paper, claim) for paper in PAPERS.values() for claim in paper.claims]


@pytest.mark.parametrize(("paper", "claim"), CLAIMS, ids=[f"{paper.name}-{claim.name}" for paper, claim in CLAIMS])
def test_claim_holds(paper, claim):
    result = run_claim(paper.name, claim, DRAWS)
    assert result.passed, result.failures
    assert result.verdict == ("proved" if result.proofs else "holds")
    if result.drawn or not result.proofs:
        assert result.drawn == (1 if claim.name in SINGLE else FEW.get(paper.name, DRAWS))
        assert 0 < result.inside <= result.drawn


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
def test_paper_is_documented(paper):
    readme = (find_papers()[paper.name] / "README.md").read_text(encoding="utf-8")
    assert "## What the source says" in readme
    assert "## What is derived here" in readme
    assert len({claim.name for claim in paper.claims}) == len(paper.claims)
    assert all(claim.where for claim in paper.claims)
    assert len({exhibit.name for exhibit in paper.exhibits}) == len(paper.exhibits)


def small(paper: Paper, *claims: Claim) -> Paper:
    """The paper with a coarser map and other claims."""
    exhibits = [
        replace(exhibit, x=(*exhibit.x[:3], 25), y=(*exhibit.y[:3], 25)) if hasattr(exhibit, "y") else exhibit
        for exhibit in paper.exhibits
    ]
    return replace(paper, claims=claims or paper.claims, exhibits=exhibits)


def reproduce(monkeypatch, capsys, out, *claims):
    paper = small(PAPERS["zagare_kilgour_2000"], *claims)
    monkeypatch.setattr("deterrence_games.reproduce.load_papers", lambda name: [paper])
    status = main(["reproduce", "--out", str(out), "--draws", str(DRAWS)])
    return status, capsys.readouterr().out


def test_reproduce_writes_a_report_that_needs_no_other_file(monkeypatch, capsys, tmp_path):
    out = tmp_path / "deep" / "report"
    status, printed = reproduce(monkeypatch, capsys, out)
    assert status == 0
    lines = printed.splitlines()
    verdicts = ["proved", *["holds"] * 8]
    assert [line.split()[:3] for line in lines[:9]] == [
        [verdict, "zagare_kilgour_2000", claim.name]
        for verdict, claim in zip(verdicts, PAPERS["zagare_kilgour_2000"].claims, strict=True)
    ]
    assert lines[-1].startswith("9 of 9 claims hold")
    folder = out / "zagare_kilgour_2000"
    for name in ("tree.png", "tree.svg", "map.png", "map.svg", "map.csv", "equilibria.csv"):
        assert (folder / name).stat().st_size > 300, name
    page = (out / "index.html").read_text(encoding="utf-8")
    assert not re.findall(r'(?:src|href)="(?!data:)', page)
    assert page.count("data:image/svg+xml;base64,") == 2
    assert "All 9 claims hold." in page
    with open(out / "claims.csv", newline="") as file:
        assert [row["result"] for row in csv.DictReader(file)] == verdicts


def wrong(trial):
    """Deterrence at half the true threshold."""
    module = papers.sys.modules["deterrence_games_papers_zagare_kilgour_2000"]
    points = module.drawn(trial.draws)
    trial.exists_exactly(points, "Deterrence", points["p"] > module.threshold(points) / 2)


def test_a_wrong_claim_is_marked_and_ends_with_status_1(monkeypatch, capsys, tmp_path):
    right = PAPERS["zagare_kilgour_2000"].claims[2]
    status, printed = reproduce(
        monkeypatch, capsys, tmp_path, right, Claim("wrong", "nowhere", "p > t/2 & <more>", check=wrong)
    )
    assert status == 1
    assert printed.startswith("holds ")
    assert "\nFAILED   zagare_kilgour_2000  wrong" in printed
    assert "not so: Deterrence exists exactly where it should, at a_DD=" in printed
    assert "1 of 2 claims hold" in printed
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "1 of 2 claims FAILED." in page
    assert "&amp; &lt;more&gt;" in page
    with open(tmp_path / "claims.csv", newline="") as file:
        assert [row["result"] for row in csv.DictReader(file)] == ["holds", "FAILED"]


@pytest.mark.parametrize("change", [1e-4, -1e-4])
def test_draws_lie_close_enough_to_notice_a_small_error(change):
    module = papers.sys.modules["deterrence_games_papers_zagare_kilgour_1993"]

    def shifted(trial):
        points = module.drawn(trial.draws)
        trial.exists_exactly(points, "Certain Deterrence", points["p_def"] >= module.thresholds(points)[1] + change)

    assert not run_claim("paper", Claim("shifted", "", "", check=shifted), 2000).passed


@pytest.mark.parametrize(
    ("check", "failure"),
    [
        (lambda trial: None, "the check took a point"),
        (lambda trial: papers.load_papers("nobody"), "ended with an error: no paper is called 'nobody'"),
    ],
)
def test_a_check_that_looks_at_nothing_or_breaks_fails(check, failure):
    result = run_claim("paper", Claim("empty", "", "", check=check), DRAWS)
    assert not result.passed
    assert any(failure in found for found in result.failures)


def test_a_claim_about_a_region_without_draws_fails():
    module = papers.sys.modules["deterrence_games_papers_zagare_kilgour_2000"]

    def vacuous(trial):
        points = module.drawn(trial.draws)
        nowhere = np.zeros(len(points), dtype=bool)
        trial.expect(points, nowhere, "anything", nowhere)

    assert not run_claim("paper", Claim("vacuous", "", "", check=vacuous), DRAWS).passed


def test_cases_that_are_no_points_of_a_game_are_told_when_they_fail():
    def check(trial):
        trial.expect_each(np.arange(trial.draws) != 7, "everybody but one", lambda case: f"case {case}")

    result = run_claim("paper", Claim("cases", "nowhere", "", check=check), DRAWS)
    assert (result.verdict, result.drawn, result.inside) == ("FAILED", DRAWS, DRAWS)
    assert result.failures == ("not so: everybody but one, at case 7",)


def test_a_wrong_border_of_the_stable_empty_network_is_noticed(monkeypatch):
    module = papers.sys.modules["deterrence_games_papers_jackson_nei_2015"]
    cases, border = module.worlds(DRAWS), module.threshold
    monkeypatch.setattr(module, "worlds", lambda draws: cases)
    monkeypatch.setattr(module, "threshold", lambda strengths: border(strengths) * (1 + 2 * module.NEAR))
    assert not run_claim("paper", Claim("shifted", "", "", check=module.the_empty_network), DRAWS).passed


def test_incomplete_points_count_as_failures(monkeypatch):
    module = papers.sys.modules["deterrence_games_papers_zagare_kilgour_2000"]

    def check(trial):
        points = module.drawn(trial.draws)
        monkeypatch.setattr(points, "complete", np.zeros(len(points), dtype=bool))
        trial.expect(points, np.ones(len(points), dtype=bool), "anything")

    result = run_claim("paper", Claim("incomplete", "", "", check=check), DRAWS)
    assert "not all equilibria are known" in result.failures[0]


def test_a_report_that_cannot_be_written(tmp_path):
    from deterrence_games.errors import FormatError

    (tmp_path / "index.html").mkdir()
    with pytest.raises(FormatError, match="cannot be written"):
        report.write_report([], [], [], tmp_path)


def test_papers_are_missing(monkeypatch, tmp_path):
    from deterrence_games.errors import DeterrenceGamesError

    monkeypatch.setattr(papers, "PLACES", (tmp_path,))
    with pytest.raises(DeterrenceGamesError, match="no papers in"):
        find_papers()


def unilateral():
    from deterrence_games.models import unilateral_deterrence
    from deterrence_games.reproduce import derived

    return derived(unilateral_deterrence)


def test_a_wrong_theorem_is_refuted_with_a_counterexample():
    def check(trial):
        trial.prove(unilateral(), Implication("Bluff", "conflict <= 1/2"))

    result = run_claim("paper", Claim("wrong", "nowhere", "", check=check), DRAWS)
    assert (result.verdict, result.passed, result.proofs) == ("refuted", False, 1)
    assert " refuted at " in result.failures[0]


def test_a_claim_may_expect_a_refutation_and_other_families():
    def right(trial):
        trial.prove(unilateral(), Exclusion("Steadfast Deterrence", "Bluff"), verdict="refuted")

    def wrong(trial):
        trial.families(unilateral(), "Bluff")

    assert run_claim("paper", Claim("right", "nowhere", "", check=right), DRAWS).verdict == "proved"
    assert run_claim("paper", Claim("wrong", "nowhere", "", check=wrong), DRAWS).verdict == "refuted"


def test_what_is_not_complete_stays_unknown():
    def check(trial):
        trial.families(replace(unilateral(), undecided=("a class",)), "Bluff")
        trial.prove(replace(unilateral(), undecided=("a class",)), Exclusion("Separating", "Bluff"))

    result = run_claim("paper", Claim("open", "nowhere", "", check=check), DRAWS)
    assert (result.verdict, result.passed) == ("unknown", False)


def test_borders_are_named_by_equations():
    theorem = unilateral()
    soft, hard = "(c_DC - c_SQ)/(c_DC - c_CD)", "(c_DC - c_SQ)/(c_DC - c_DDh)"
    some = (f"p_def == {soft}", "p_ch == (d_CD - d_DC)/(d_CD - d_DDs)")
    assert theorem.prove(Borders((*some, f"p_def == {hard}"))).verdict == "proved"
    assert theorem.prove(Borders(some)).verdict == "refuted"
