"""What a reader sees of a solution: in a terminal, in a notebook, in a data frame."""

from html.parser import HTMLParser

import numpy as np
import pytest

from deterrence_games.forms import InformationSet
from deterrence_games.results import BeliefSet, Equilibrium, Solution, Status
from deterrence_games.results.table import WIDTH, behavior_lines, belief_lines, html_table, rows, text_table

ROOT, DEFECT, DEFY = (), ("defect",), ("defect", "defy")


def deterrence(**changes):
    """Deterrence held up by threats that are never tested: a continuum off the path."""
    behavior = {
        InformationSet("challenger", "hard", ROOT): {"cooperate": 1.0, "defect": 0.0},
        InformationSet("challenger", "soft", ROOT): {"cooperate": 0.5, "defect": 0.5},
        InformationSet("defender", "hard", DEFECT): {"concede": 0.0, "defy": 1.0},
        InformationSet("defender", "soft", DEFECT): {"concede": 0.4, "defy": 0.6},
        InformationSet("challenger", "hard", DEFY): {"back_down": 0.0, "press_on": 1.0},
        InformationSet("challenger", "soft", DEFY): {"back_down": 0.0, "press_on": 1.0},
    }
    given = {
        "payoffs": {"challenger": 0.25, "defender": -0.0},
        "regret": 1.1e-16,
        "margin": 0.0,
        "name": "Deterrence",
        "behavior": behavior,
        "behavior_intervals": {InformationSet("defender", "soft", DEFECT): {"concede": (0.0, 0.8), "defy": (0.2, 1.0)}},
        "belief_sets": (
            BeliefSet("challenger", ROOT, ("hard", "soft"), np.array([[0.3, 0.7]]), free=False),
            BeliefSet("challenger", DEFECT, ("hard", "soft"), np.array([[0.0, 1.0], [0.4, 0.6]]), free=True),
            BeliefSet("defender", DEFY, ("hard", "soft"), np.eye(2), free=True),
        ),
        "outcomes": {"status_quo": 1.0, "conflict": 0.0},
        "verdict": "deterrence succeeds",
    }
    return Equilibrium(**(given | changes))


def solution(*equilibria, **changes):
    given = {
        "game": "unilateral_deterrence",
        "concept": "perfect Bayesian equilibrium",
        "solver": "PerfectBayesian(tol=1e-09)",
        "equilibria": equilibria,
        "status": Status.COMPLETE,
        "completeness": "all 81 supports were decided",
        "params": {"p_ch": 0.3, "p_def": 0.25},
    }
    return Solution(**(given | changes))


def test_text_of_one_equilibrium():
    assert text_table(solution(deterrence())) == "\n".join(
        [
            "unilateral_deterrence: 1 perfect Bayesian equilibrium",
            "p_ch = 0.3, p_def = 0.25",
            "by PerfectBayesian(tol=1e-09)",
            "",
            "[0] Deterrence",
            "    challenger                              hard: cooperate; soft: defect 0.5",
            "    defender after defect                   hard: defy; soft: defy in [0.2, 1]",
            "    challenger after defect > defy          hard, soft: press_on",
            "    belief on challenger after defect       hard in [0, 0.4]",
            "    belief on defender after defect > defy  any",
            "    outcomes                                status_quo",
            "    payoffs                                 challenger 0.25, defender 0",
            "    certificate                             regret 1.1e-16, margin 0",
            "    verdict                                 deterrence succeeds",
            "",
            "All equilibria found, and proved that no other exists.",
            "All 81 supports were decided.",
        ]
    )


def test_equilibria_are_grouped_by_what_happens_on_the_path():
    first, second = deterrence(), deterrence(outcomes={"status_quo": 0.25, "conflict": 0.75}, outcome_class=1, name="Bluff")
    text = text_table(solution(first, second, deterrence(name="Deterrence again")))
    assert "3 perfect Bayesian equilibria in 2 outcome classes" in text
    assert text.index("[0]") < text.index("[2] Deterrence again") < text.index("outcome class 2") < text.index("[1] Bluff")
    assert "outcome class 1: 2 that differ only off the path of play" in text
    assert "status_quo 0.25, conflict 0.75" in text


@pytest.mark.parametrize("margin", [0.5, 0.0, -2.0, np.inf])
def test_every_line_fits_a_terminal(margin):
    long = {InformationSet("a" * 50, "t" * 30, ("step " * 9,) * 9): {"x" * 120: 0.2, "y" * 30: 0.3, "z": 0.5}}
    text = text_table(solution(deterrence(margin=margin), deterrence(behavior=long, behavior_intervals={}), game="g" * 200))
    assert max(len(line) for line in text.splitlines()) <= WIDTH <= 100


def test_text_without_equilibria():
    text = text_table(solution(status=Status.NONE_FOUND, completeness="support {x} x {y} was left undecided"))
    assert "none found: perfect Bayesian equilibria" in text
    assert "No equilibrium found; one may exist." in text
    assert "Support {x} x {y} was left undecided." in text


def test_strategic_forms():
    mixed = (np.array([0.25, 0.75, 0.0]), np.array([1.0, 0.0]))
    named = {
        InformationSet("row", "", ROOT): {"hard: a, b": 0.25, "m": 0.75, "c": 0.0},
        InformationSet("column", "", ROOT): {"l": 1.0, "r": 0.0},
    }
    found = Equilibrium({"row": 1.0, "column": 2.0}, 0.0, 0.0, profile=mixed, behavior=named)
    assert behavior_lines(found) == [("row", "'hard: a, b' 0.25, m 0.75"), ("column", "l")]
    bare = Equilibrium({"row": 1.0, "column": 2.0}, 0.0, 0.0, profile=mixed)
    assert behavior_lines(bare) == [("row", "(0.25, 0.75, 0)"), ("column", "(1, 0)")]
    text = text_table(solution(found, bare, concept="Nash equilibrium", components=((0,), (0, 1))))
    assert "2 Nash equilibria" in text
    assert "Maximal sets of interchangeable equilibria: {0}, {0, 1}." in text
    assert "Index of" not in text
    assert rows(solution(bare))[0]["row: strategy 1"] == 0.75


def test_the_index_of_each_connected_component():
    found = Equilibrium({"row": 1.0, "column": 2.0}, 0.0, 0.0, profile=(np.array([1.0]), np.array([1.0])))
    sets, indices = ((0, 1), (1, 2), (3,), (4,)), (0, 2, -1)
    several = solution(*[found] * 5, concept="Nash equilibrium", components=sets, component_indices=indices)
    words = "Index of each connected component: {0, 1, 2} 0, {3} +2, {4} -1."
    assert words in text_table(several)
    assert f"<p>{words}</p>" in html_table(several)


def test_beliefs_over_three_types_and_long_lists_of_moves():
    held = BeliefSet("a", ROOT, ("x", "y", "z"), np.array([[0.5, 0.25, 0.25], [0.5, 0.5, 0.0]]), free=True)
    assert belief_lines(deterrence(belief_sets=(held,))) == [("a", "x 0.5, y in [0.25, 0.5], z in [0, 0.25]")]
    deep = {InformationSet("a", "", ("pass",) * depth): {"take": 1.0, "pass": 0.0} for depth in range(1000)}
    lines = behavior_lines(deterrence(behavior=deep, behavior_intervals={}))
    assert len(lines) == 31
    assert lines[-1] == ("... and 970 more moves", "")
    assert lines[29][0] == "a after ... > pass > pass > pass > pass > pass > pass"
    assert sum(key.endswith(": take") for key in rows(solution(deterrence(behavior=deep)))[0]) == 1000


def test_long_solutions_are_cut():
    many = solution(*(deterrence(name=f"number {index}", outcome_class=index % 2) for index in range(60)))
    for table in (text_table(many), html_table(many)):
        assert "... and 35 more; see .to_dataframe()" in table
        assert "number 48" in table
        assert "number 1 " not in table
    assert len(rows(many)) == 60


class Reader(HTMLParser):
    """Collect the text and the tags, and insist that they nest."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_html_escapes_every_label():
    evil = "<script>alert('&')</script>"
    behavior = {InformationSet(evil, evil, (evil,)): {evil: 0.5, f"{evil}2": 0.5}}
    held = BeliefSet(evil, (evil,), (evil, "b"), np.array([[0.5, 0.5]]), free=True)
    shown = deterrence(
        name=evil, behavior=behavior, belief_sets=(held,), outcomes={evil: 1.0}, payoffs={evil: 1.0}, verdict=evil,
        behavior_intervals={},
    )  # fmt: skip
    page = html_table(
        solution(
            shown, deterrence(outcome_class=1), game=evil, solver=evil, completeness=evil, params={evil: 1.0}, concept=evil
        )
    )
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    assert set(reader.tags) == {"div", "p", "b", "br", "table", "thead", "tbody", "tr", "th", "td", "i"}
    assert "".join(reader.text).count(evil) >= 11


def test_html_without_equilibria_has_no_table():
    assert "<table" not in html_table(solution())


def test_rows_have_the_same_keys_and_ranges_only_where_needed():
    bare = deterrence(behavior={}, behavior_intervals={}, outcomes={"conflict": 1.0}, outcome_class=3)
    first, second = rows(solution(deterrence(), bare))
    assert list(first) == list(second)
    assert first["defender soft after defect: defy"] == 0.6
    assert (first["defender soft after defect: defy low"], first["defender soft after defect: defy high"]) == (0.2, 1.0)
    assert "challenger soft: defect low" not in first
    assert second["defender soft after defect: defy"] is None
    assert (first["continuum"], second["continuum"], second["outcome_class"]) == (True, False, 3)
    assert first["payoff challenger"] == 0.25


def test_solution_shows_itself():
    shown = solution(deterrence())
    assert repr(shown) == text_table(shown)
    assert shown._repr_html_() == html_table(shown)
    pandas = pytest.importorskip("pandas")
    frame = shown.to_dataframe()
    assert isinstance(frame, pandas.DataFrame)
    assert frame["name"].tolist() == ["Deterrence"]
