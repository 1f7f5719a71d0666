"""Theorems in LaTeX and HTML: labels escaped, everything said, and text that compiles."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
import sympy
from sympy import latex
from sympy.core.relational import Relational

import deterrence_games as dg
from deterrence_games.io.theorem_json import theorem_from_json, theorem_to_json
from deterrence_games.theory.scripts import Html, Latex
from deterrence_games.theory.thresholds import recurring

HOSTILE = "<b>&_%$#~^\\|{x}"


@pytest.fixture(scope="module")
def theorem():
    return dg.derive(dg.models.unilateral_deterrence())


@pytest.fixture(scope="module")
def hostile():
    """A theorem whose labels are markup."""
    return dg.derive(
        dg.Game(
            name=HOSTILE,
            players=("a", "b"),
            tree=dg.Decision("a", {HOSTILE: "peace", "go": dg.Decision("b", {"yield": "gain", "fight": HOSTILE})}),
            types={"b": {"hard": "p", HOSTILE: "1 - p"}},
            payoffs={
                "peace": {"a": 0, "b": 2},
                "gain": {"a": 1, "b": 0},
                HOSTILE: {"a": "-c", "b": {"hard": 1, HOSTILE: -1}},
            },
            assumptions=("c > 0", "0 < p < 1"),
        )
    )


@pytest.fixture(scope="module")
def bracketed():
    """A theorem with a free probability about players whose signs LaTeX reads as options at the start of a row."""
    return dg.derive(
        dg.Game(
            name="[a] *b*",
            players=("[Łódź", "*b*"),
            tree=dg.Decision("[Łódź", {"[stay": "peace", "*go*": dg.Decision("*b*", {"yield]": "gain", "fight": "war"})}),
            payoffs={"peace": {"[Łódź": 0, "*b*": 2}, "gain": {"[Łódź": "c", "*b*": 0}, "war": {"[Łódź": "-c", "*b*": 0}},
            assumptions=("c > 2",),
        )
    )


def test_free_probabilities_have_names_that_files_and_claims_can_be_read_from(bracketed):
    names = {symbol.name for family in bracketed.families for case in family.cases for symbol in case.ranges}
    assert names == {"q__b__fight", "q____d___go_"}
    text = theorem_to_json(bracketed)
    assert theorem_to_json(theorem_from_json(text, "text")) == text


def test_a_sum_begins_with_a_positive_term():
    a, b, c = sympy.symbols("a b c", real=True)
    assert Latex().math(c * (b - a)) == r"$c \left(b - a\right)$"
    assert "<mo>-</mo>" not in Html().math(b - a)
    assert "\N{MINUS SIGN}" in Html().math(b - a)


def test_conditions_are_joined_by_words():
    p, q = sympy.symbols("p q", real=True)
    either = sympy.Or(sympy.And(sympy.Eq(p, q), p > 0), q > 1)
    assert Latex().math(either) == "$p = q$ and $p > 0$, or $q > 1$"


def test_chains_stand_as_the_author_wrote_them(theorem):
    assert r"$c_{DDs} < c_{CD} < c_{DDh} < c_{SQ} < c_{DC}$" in theorem.to_latex()
    assert "$0 < p_{ch} < 1$" in theorem.to_latex()


def test_thresholds_that_recur_bear_names(theorem):
    """Each is defined once, before the families, and a condition that names it is the one that was proved."""
    names = recurring(theorem)
    text = theorem.to_latex()
    proposition = text[: text.index(r"\end{proposition}")]
    assert names
    for value, name in names.items():
        assert proposition.count(f"${latex(name)} = ") == 1
        bounded = [f for f in theorem if any(value in (atom.rhs for atom in c.atoms(Relational)) for c in f.conditions)]
        assert len(bounded) > 1
    assert all(latex(name) in proposition[proposition.index(r"\begin{enumerate}") :] for name in names.values())
    assert not {name.name for name in names.values()} & set(theorem.game.parameters)


def test_names_of_thresholds_keep_clear_of_parameters():
    game = dg.models.unilateral_deterrence()
    renamed = dg.Game(
        name="renamed", players=game.players, tree=game.tree,
        payoffs={o: {p: _renamed(v) for p, v in own.items()} for o, own in game.payoffs.items()},
        types={p: {k: str(v) for k, v in own.items()} for p, own in game.types.items()},
        assumptions=[str(a).replace("c_SQ", "t_1") for a in game.assumptions],
    )  # fmt: skip
    assert {name.name for name in recurring(dg.derive(renamed)).values()} >= {"tau_1", "tau_2"}


def _renamed(value):
    if hasattr(value, "items"):
        return {kind: _renamed(own) for kind, own in value.items()}
    return str(value).replace("c_SQ", "t_1")


def test_long_fractions_can_break(theorem):
    """Of every formula in the table either it is short, or its terms stand in plain parentheses."""
    for line in theorem.to_latex().splitlines():
        for formula in re.findall(r"\$([^$]*)\$", line):
            visible = re.sub(r"\\[a-z]+|[{}_^ ]", "", formula)
            assert len(visible) <= 100 or r"\left(" not in formula


def test_the_table_has_a_row_for_everything(theorem):
    text = theorem.to_latex()
    for family in (*theorem.families, *theorem.border_families):
        assert rf"\textbf{{{Latex().text(family.name)}}}" in text
    bluff = text[text.index(r"\textbf{Bluff}} \\*") :]
    rows = dict(line[: -len(r" \\")].split(" & ", 1) for line in bluff.splitlines()[1:14])
    assert rows["exists"].startswith("if and only if $p_{ch} < ")
    assert rows["challenger hard"] == "defect"
    assert rows["challenger soft"].startswith("defect with probability $")
    assert rows["challenger hard after defect $>$ defy"] == r"press\_on"
    assert r"hard $\frac{d_{CD} - d_{DC}}{d_{CD} - d_{DDs}}$" in rows["belief about challenger after defect"]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs a TeX installation, which is no package of Python")
def test_latex_compiles(hostile, bracketed, theorem, tmp_path):
    for own in (hostile, bracketed, theorem):
        (tmp_path / "theorem.tex").write_text(own.to_latex(standalone=True))
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "theorem.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:]
        assert "Overfull" not in done.stdout


def test_latex_is_balanced(hostile, theorem):
    for own in (hostile, theorem):
        text = re.sub(r"\\[\\{}$&%#_]", "", own.to_latex())
        assert text.count("{") == text.count("}")
        assert text.count("$") % 2 == 0
        assert text.count(r"\begin{") == text.count(r"\end{")
        assert not re.search(r"(?<!\\)[#%]", text)


class _Tags(HTMLParser):
    """Every element that was opened is closed, in order."""

    def __init__(self):
        super().__init__()
        self.open, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_html_is_well_formed_and_escaped(hostile):
    reader = _Tags()
    reader.feed(hostile.to_html())
    assert reader.open == []
    told = "".join(reader.text)
    assert HOSTILE in told
    assert "<b>&_" not in hostile.to_html()
    for formula in re.findall(r"<math>.*?</math>", hostile.to_html()):
        assert ElementTree.fromstring(re.sub(r"&\w+;", "", formula)).tag == "math"


def test_a_page_stands_by_itself_and_a_notebook_shows_the_fragment(theorem):
    page = theorem.to_html(standalone=True)
    assert page.startswith("<!DOCTYPE html>")
    assert theorem._repr_html_() in page
    assert "src=" not in page
    assert "href=" not in page


def test_an_incomplete_theorem_says_so():
    stopped = dg.derive(dg.models.generalized_mutual_deterrence(), seconds=1e-9)
    assert not stopped.complete
    assert "stopped at the time limit" in stopped.to_latex()
    assert "stopped at the time limit" in stopped.to_html()
