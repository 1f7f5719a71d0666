"""Reports on guarantees: what-ifs are guarantees of changed alliances, the page stands by itself, the command writes both."""

import json
import re
from html.parser import HTMLParser

import pytest

from deterrence_games.alliances import anzus, assess, guarantee, nato
from deterrence_games.alliances.decision_rules import outcome
from deterrence_games.alliances.report import alliance_report
from deterrence_games.cli import main
from deterrence_games.plotting.alliance_page import alliance_page


@pytest.fixture(scope="module")
def report():
    return alliance_report(anzus(), "CHN", "AUS", 2024, stake=0.3)


def test_what_ifs_are_guarantees_of_changed_alliances(report):
    now = report.assessment.outcome.attack_probability
    assert now == pytest.approx(assess(guarantee(anzus(), "CHN", "AUS", 2024, stake=0.3)).outcome.attack_probability)
    rows = {row.change: row for row in report.absent}
    alone = outcome(guarantee(anzus().without("USA"), "CHN", "AUS", 2024, stake=0.3)).attack_probability
    assert rows["without USA"].attack_probability == pytest.approx(alone)
    assert rows["without USA"].difference == pytest.approx(alone - now)
    held_back = outcome(guarantee(anzus().suspend("USA", "AUS", 2024), "CHN", "AUS", 2024, stake=0.3)).attack_probability
    suspended = {row.change: row for row in report.suspended}
    assert suspended["USA suspends its obligations"].attack_probability == pytest.approx(held_back)


def test_sensitivities_start_from_what_was_given(report):
    row = next(own for own in report.sensitivities if own.quantity == "stake")
    for stake, attack in ((0.15, row.halved), (0.45, row.raised)):
        assert attack == pytest.approx(outcome(guarantee(anzus(), "CHN", "AUS", 2024, stake=stake)).attack_probability)
    widths = [abs(own.raised - own.halved) for own in report.sensitivities]
    assert widths == sorted(widths, reverse=True)


def test_members_without_figures_are_left_out_and_named():
    found = alliance_report(nato(), "RUS", "EST", 2024)
    assert found.left_out == ("ISL",)
    assert len(found.assessment.members) == 30
    assert len(found.burdens) == 31
    assert "Left out for want of a figure of strength: ISL" in alliance_page(found)


def test_strengths_may_be_given(tmp_path, capsys):
    arguments = ["alliance", "hub-and-spokes", "--year", "2024", "--aggressor", "PRK", "--target", "JPN"]
    assert main(arguments) == 2
    assert "for PRK" in capsys.readouterr().err
    data = tmp_path / "report.json"
    assert main([*arguments, "--strength", "PRK=4", "-o", str(data)]) == 0
    strengths = {
        row["state"]: (row["value"], row["mark"])
        for row in json.loads(data.read_text(encoding="utf-8"))["assumptions"]
        if row["quantity"] == "strength"
    }
    assert strengths["PRK"] == (4.0, "given")


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_stands_by_itself_and_says_what_it_rests_on(report):
    page = alliance_page(report)
    reader = _Tags()
    reader.feed(page)
    assert reader.open == []
    assert not re.search(r'(src|href)="(?!#)', page)
    assert page.count("<svg") == 3
    assert "This is no verdict about the real world" in page
    for assumption in report.assessment.guarantee.assumptions:
        assert assumption.mark in page


def test_the_command_writes_page_and_data(tmp_path, capsys):
    page, data = tmp_path / "report.html", tmp_path / "report.json"
    arguments = ["alliance", "anzus", "--year", "2024", "--aggressor", "CHN", "--target", "AUS", "-o", str(page), str(data)]
    assert main(arguments) == 0
    assert "CHN against AUS" in capsys.readouterr().out
    found = json.loads(data.read_text(encoding="utf-8"))
    assert {row["ally"] for row in found["members"]} == {"USA", "NZL"}
    assert {row["mark"] for row in found["assumptions"]} <= {"data", "derived", "given", "illustrative"}
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"--target": "XXX"}, "XXX"),
        ({"--year": "1940"}, "1940"),
        ({"--aggressor": "USA"}, "USA"),
        ({"-o": "report.docx"}, "use .html or .json"),
        ({"-p": "resolve=1"}, "resolve"),
    ],
)
def test_bad_input_is_one_line_and_status_2(changes, words, capsys):
    options = {"--year": "2024", "--aggressor": "CHN", "--target": "AUS", **changes}
    assert main(["alliance", "anzus", *(part for pair in options.items() for part in pair)]) == 2
    error = capsys.readouterr().err.splitlines()
    assert len(error) == 1
    assert words in error[0]
