"""Reports on guarantees: what-ifs are guarantees of changed alliances, the page stands by itself, the command writes both."""

import json
import re
from html.parser import HTMLParser

import pytest
from matplotlib.figure import Figure

import deterrence_games as dg
from deterrence_games.alliances import anzus, assess, guarantee, hub_and_spokes, indicators, nato
from deterrence_games.alliances.decision_rules import outcome
from deterrence_games.alliances.report import alliance_report
from deterrence_games.cli import main
from deterrence_games.plotting.alliance_page import _network, alliance_page


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


def test_figures_of_another_year_or_measure_leave_nobody_out():
    same = alliance_report(anzus(), "CHN", "AUS", 1990, figures_year=2024)
    assert same.left_out == ()
    assert len(same.assessment.members) == 2
    powers = indicators().with_figures("cinc", 2024, {"AUS": 0.007, "USA": 0.133, "NZL": 0.001, "CHN": 0.23})
    other = alliance_report(anzus(), "CHN", "AUS", 2024, measure="cinc", figures=powers)
    assert other.left_out == ()
    assert other.assessment.guarantee.form.target_strength == 0.007
    with pytest.raises(dg.ParameterError, match="no military_expenditure_bn_usd of 1990; there are 2024"):
        alliance_report(anzus(), "CHN", "AUS", 1990)


def test_numbers_for_some_allies_and_strengths_by_hand():
    given = {"stake": {"USA": 0.3}, "strength": {"USA": 900.0, "CHN": 300.0}}
    found = alliance_report(anzus(), "CHN", "AUS", 2024, **given)
    rows = {row.change: row.attack_probability for row in found.absent}
    alone = guarantee(anzus().without("USA"), "CHN", "AUS", 2024, strength={"CHN": 300.0})
    assert rows["without USA"] == pytest.approx(outcome(alone).attack_probability)
    other = guarantee(anzus().without("NZL"), "CHN", "AUS", 2024, **given)
    assert rows["without NZL"] == pytest.approx(outcome(other).attack_probability)
    halved = guarantee(
        anzus(), "CHN", "AUS", 2024, strength=given["strength"], stake={"USA": 0.15, "NZL": 0.5}
    )  # of every ally, whose default is 1
    row = next(own for own in found.sensitivities if own.quantity == "stake")
    assert row.halved == pytest.approx(outcome(halved).attack_probability)


def test_the_only_ally_is_absent_in_a_what_if():
    found = alliance_report(anzus().without("NZL"), "CHN", "AUS", 2024)
    assert [row.change for row in found.absent] == ["without USA"]
    assert found.absent[0].attack_probability > 0.99


def test_obligations_that_do_not_reach_the_region_are_no_part():
    found = alliance_report(hub_and_spokes(), "CHN", "JPN", 2024, region="south_china_sea")
    assert {own.kind for own in found.obligations} == {"nonaggression", "consultation"}
    assert [row.change for row in found.suspended] == ["USA suspends its obligations"]
    assert found.assessment.guarantee.automaticity["USA"] == "consult"
    assert found.to_document()["region"] == "south_china_sea"
    assert "Attacked in south_china_sea: only obligations that reach there count" in alliance_page(found)


def test_an_aggressor_within_is_not_drawn_outside():
    """Text in the picture is drawn, so that the title is looked at before."""
    titles = {}
    for name, found in {
        "AUS": alliance_report(anzus(), "NZL", "AUS", 2024, collective_security=True),
        "USA": alliance_report(anzus(), "CHN", "AUS", 2024),
    }.items():
        ax = Figure().subplots()
        _network(ax, found)
        titles[name] = ax.get_title()
    assert titles["AUS"].endswith("the aggressor, NZL, a member")
    assert titles["USA"].endswith("the aggressor, CHN, outside")


def test_a_folder_of_ones_own_with_its_figures(tmp_path, capsys):
    files = {
        "treaties.csv": "alliance,treaty,name,signed,in_force,ended,source,standing\nx,t,T,1990,1990,,me,given\n",
        "memberships.csv": "treaty,state,begin,end,source,standing\nt,A,1990,,me,given\nt,B,1990,,me,given\n",
        "clauses.csv": "treaty,article,kind,promisor,promisee,regions,automaticity,decision_rule,begin,end\n"
        "t,1,defence,*,*,europe,attack_on_all,each_for_itself,,\n",
        "indicators.csv": "state,year,measure,value,source,standing\n"
        + "".join(
            f"{own},2001,military_expenditure_bn_usd,{value},me,given\n" for own, value in (("A", 1), ("B", 5), ("C", 3))
        ),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    data = tmp_path / "report.json"
    command = ["alliance", str(tmp_path), "--year", "2001", "--aggressor", "C", "--target", "A", "-o", str(data)]
    assert main(command) == 0
    found = json.loads(data.read_text(encoding="utf-8"))
    assert [row["ally"] for row in found["members"]] == ["B"]
    assert {row["state"]: row["value"] for row in found["assumptions"] if row["quantity"] == "strength"} == {
        "A": 1,
        "B": 5,
        "C": 3,
    }
    command[3] = "2020"
    assert main(command) == 2
    assert "no military_expenditure_bn_usd of 2020; there are 2001" in capsys.readouterr().err
    assert main([*command, "--figures-year", "2001", "--region", "europe"]) == 0


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
        ({"--year": "2030"}, "there are 2024 (2024-06), 2024 (2025-04); choose figures_year or measure"),
    ],
)
def test_bad_input_is_one_line_and_status_2(changes, words, capsys):
    options = {"--year": "2024", "--aggressor": "CHN", "--target": "AUS", **changes}
    assert main(["alliance", "anzus", *(part for pair in options.items() for part in pair)]) == 2
    error = capsys.readouterr().err.splitlines()
    assert len(error) == 1
    assert words in error[0]


def test_an_alliance_that_nobody_knows(capsys):
    assert main(["alliance", "natto", "--year", "2024", "--aggressor", "RUS", "--target", "EST"]) == 2
    assert "'natto': use one of nato, anzus, hub-and-spokes, or the path of a folder" in capsys.readouterr().err
