"""The report of a run: one HTML page that needs no other file, and the results as a table."""

import csv
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path

import numpy as np

import deterrence_games
from deterrence_games.errors import FormatError
from deterrence_games.reproduce.claims import Result
from deterrence_games.reproduce.exhibits import formulae
from deterrence_games.reproduce.papers import Paper

STYLE = """
:root { --ink: #1a1a1a; --faint: #5f6368; --line: #d9dce1; --paper: #ffffff; --wash: #f5f6f8; --good: #00704f; --bad: #b3261e }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 80rem; color: var(--ink); background: var(--paper);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif }
h1 { margin: 0 0 .3rem; font-size: 1.9rem; line-height: 1.2 }
h2 { margin: 3.2rem 0 .2rem; padding-top: 1.2rem; border-top: 2px solid var(--ink); font-size: 1.35rem }
h2 code { font-size: .8em; font-weight: normal; color: var(--faint) }
p { max-width: 48rem; margin: .5rem 0 }
.faint { color: var(--faint) }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-size: .875rem; line-height: 1.4 }
var { font-style: italic } sub { font-size: .75em; line-height: 0 }
th, td { padding: .45rem .7rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line) }
thead th { border-bottom: 1.5px solid var(--ink); background: var(--wash); font-weight: 600 }
tbody th { font-weight: 600; white-space: nowrap }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
td i { color: var(--faint); font-style: normal }
.holds, .fails { font-weight: 700; white-space: nowrap }
.holds { color: var(--good) } .fails { color: var(--bad) }
tr.failed td { background: #fdf0ef }
ul.failures { margin: .4rem 0 0; padding-left: 1.1rem; color: var(--bad); overflow-wrap: anywhere }
figure { margin: 1.6rem 0 } figure img { display: block; max-width: 100%; height: auto }
figure.table { overflow-x: auto }
.solutions td:nth-last-child(4) { min-width: 20rem } .solutions td:nth-last-child(2) { white-space: nowrap }
figcaption { margin-top: .5rem; max-width: 48rem; color: var(--faint); font-size: .875rem }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--faint); font-size: .8rem }
@media print { body { padding: 0; max-width: none } h2 { break-before: page } figure { break-inside: avoid } }
"""

INTRODUCTION = (
    "A claim that holds was checked at random parameter points that respect the order of payoffs. Half of the priors lie "
    "close to the claim's thresholds, on either side. At every point all perfect Bayesian equilibria are computed, and each is "
    "certified by code that the solver does not share; then what was found is compared with the claim. Claims that are called "
    "proved, refuted or unknown need no numbers: the game is derived in closed form, and what the claim says about its "
    "families is settled by a theorem prover. Claims about data, provision and networks say what is compared. The column "
    "“where” says what the source itself states and what was derived for this collection."
)


@dataclass(frozen=True)
class _Column:
    title: str
    cell: Callable[[Result], str]
    numeric: bool = False


def _statement(result: Result) -> str:
    text = formulae(result.claim.statement)
    if result.failures:
        text += '<ul class="failures">' + "".join(f"<li>{escape(failure)}</li>" for failure in result.failures) + "</ul>"
    return text


def _verdict(result: Result) -> str:
    return f'<span class="{"holds" if result.passed else "fails"}">{result.verdict}</span>'


def _points(result: Result) -> str:
    proofs = f"{result.proofs} {'proofs' if result.proofs > 1 else 'proof'}"
    if result.proofs and not result.drawn:
        return proofs
    share = f"<br><i>{result.inside:,} inside</i>" if result.inside != result.drawn else ""
    return f"{result.drawn:,}{share}" + (f"<br>{proofs}" if result.proofs else "")


COLUMNS = (
    _Column("", _verdict),
    _Column("claim", lambda result: f"<b>{escape(result.claim.name)}</b>"),
    _Column("in words", _statement),
    _Column("where", lambda result: escape(result.claim.where)),
    _Column("checked", _points, numeric=True),
    _Column("seconds", lambda result: f"{result.seconds:.2f}", numeric=True),
)


def write_report(papers: Sequence[Paper], results: Sequence[Result], exhibits: Sequence[str], out: Path) -> Path:
    """Write ``index.html`` and ``claims.csv``.

    Parameters
    ----------
    papers : sequence of Paper
    results : sequence of Result
        In the order of the papers.
    exhibits : sequence of str
        What each paper's exhibits look like in HTML.
    out : Path
        An existing folder.

    Returns
    -------
    Path
        Of the page.
    """
    by_paper = {name: list(own) for name, own in groupby(results, key=lambda result: result.paper)}
    sections = [_section(paper, by_paper.get(paper.name, []), shown) for paper, shown in zip(papers, exhibits, strict=True)]
    held = sum(result.passed for result in results)
    verdict = (
        f'<span class="holds">All {len(results)} claims hold.</span>'
        if held == len(results)
        else f'<span class="fails">{len(results) - held} of {len(results)} claims FAILED.</span>'
    )
    page = (
        "<!DOCTYPE html>\n"
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Published deterrence games, reproduced</title><style>{STYLE}</style></head><body>"
        f"<h1>Published deterrence games, reproduced</h1><p>{verdict}</p>"
        f'<p class="faint">{escape(INTRODUCTION)}</p>{"".join(sections)}<footer>{escape(_versions())}</footer></body></html>\n'
    )
    path = out / "index.html"
    try:
        path.write_text(page, encoding="utf-8")
        with open(out / "claims.csv", "w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(
                ("paper", "claim", "where", "statement", "result", "points", "inside", "proofs", "seconds", "failures")
            )
            for result in results:
                claim = result.claim
                table.writerow(
                    (
                        *(result.paper, claim.name, claim.where, claim.statement, result.verdict),
                        *(result.drawn, result.inside, result.proofs, f"{result.seconds:.3f}", " | ".join(result.failures)),
                    )
                )
    except OSError as problem:
        raise FormatError(f"report '{path}' cannot be written ({problem.strerror}); choose another folder") from None
    return path


def _section(paper: Paper, results: Sequence[Result], exhibits: str) -> str:
    head = "".join(f"<th>{escape(column.title)}</th>" for column in COLUMNS)
    body = "".join(_row(result) for result in results)
    return (
        f"<h2>{escape(paper.citation)} <code>{escape(paper.name)}</code></h2>"
        f'<figure class="table"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></figure>{exhibits}'
    )


def _row(result: Result) -> str:
    cells = (f"<td{' class=number' * column.numeric}>{column.cell(result)}</td>" for column in COLUMNS)
    return f"<tr{' class=failed' * (not result.passed)}>{''.join(cells)}</tr>"


def _versions() -> str:
    return (
        f"deterrence_games {deterrence_games.__version__}, Python {platform.python_version()}, NumPy {np.__version__}; "
        "seeds are fixed, so that a second run draws the same points."
    )
