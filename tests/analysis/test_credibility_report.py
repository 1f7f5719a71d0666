"""What a reader sees of a credibility report: in a terminal, in a notebook, in a data frame."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

import deterrence_games as dg
from tests.analysis.threat_points import EXTENDED, MUTUAL, RUDIMENTARY, UNILATERAL


class _Balanced(HTMLParser):
    """Fails on tags that do not close in order; gathers the text."""

    def __init__(self):
        super().__init__()
        self.open, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize(
    ("model", "point"),
    [
        ("rudimentary_asymmetric_deterrence", {**RUDIMENTARY, "p": 0.1}),
        ("unilateral_deterrence", {**UNILATERAL, "p_ch": 0.5, "p_def": 1 / 6}),
        ("generalized_mutual_deterrence", {**MUTUAL, "p_a": 1 / 3, "p_b": 1 / 3}),
        ("extended_deterrence", {**EXTENDED, "p_target": 0.3, "p_ally": 0.25}),
    ],
)
def test_report_in_terminal_notebook_and_table(model, point):
    report = dg.credibility(dg.models.CATALOGUE[model](), point)
    text = repr(report)
    assert max(map(len, text.splitlines())) <= 96
    page = _Balanced()
    page.feed(report._repr_html_())
    page.close()
    assert page.open == []
    for commitment in (*report.threats, *report.promises):
        assert commitment.words in page.text
        assert commitment.words in re.sub(r"\s+", " ", text)
    table = report.to_dataframe()
    pairs = sum(len(found.resolves) * len(found.effects) for found in (*report.threats, *report.promises))
    assert len(table) == pairs + len(report.empty_threats)
    assert (table["kind"] == "empty threat").sum() == len(report.empty_threats)
    told = table[table["kind"] != "empty threat"]
    finite = told[np.isfinite(told["threshold"])]
    np.testing.assert_allclose(finite["margin"], finite["carried out"] - finite["threshold"], atol=1e-8)
    np.testing.assert_allclose(told["difference"], told["carrying out"] - told["backing down"])


def test_labels_are_escaped_in_html():
    game = dg.Game(
        name="<b>bold</b>",
        players=("a<i>", "b"),
        tree=dg.Decision("a<i>", {"<stay>": "peace", "<go>": dg.Decision("b", {"<yield>": "loss", "<fight>": "war"})}),
        payoffs={
            "peace": {"a<i>": 0, "b": 3},
            "loss": {"a<i>": 1, "b": 1},
            "war": {"a<i>": -1, "b": 0},
        },
    )
    page = dg.credibility(game, {})._repr_html_()
    assert not re.search("<(b>bold|i>|stay|go|yield|fight)", page.replace("<i>b</i>", "").replace("<i>a&lt;i&gt;</i>", ""))
    assert "&lt;fight&gt;" in page


def test_a_game_without_threats():
    game = dg.Game(
        name="alone",
        players=("a",),
        tree=dg.Decision("a", {"x": "left", "y": "right"}),
        payoffs={"left": {"a": 0}, "right": {"a": 1}},
    )
    report = dg.credibility(game, {})
    assert (report.threats, report.promises, report.empty_threats) == ((), (), ())
    assert "no threat or promise" in repr(report)
    assert report.to_dataframe().empty
