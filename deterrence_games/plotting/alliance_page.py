"""A guarantee as a page of HTML that stands by itself: tables, and pictures drawn into it."""

from collections.abc import Iterable, Sequence
from html import escape
from io import StringIO
from math import cos, pi, sin
from typing import TYPE_CHECKING

from deterrence_games.plotting.style import INK, drawing
from deterrence_games.plotting.tornado_bars import draw_bars

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from deterrence_games.alliances.report import AllianceReport

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#999999"
GUIDELINE = 2.0  # percent of output, NATO's guideline of 2014
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body {{ font-family: sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222; }}
table {{ border-collapse: collapse; margin: 0.5em 0 1.5em; font-size: 0.9em; }}
th, td {{ text-align: left; padding: 0.15em 0.9em 0.15em 0; border-top: 1px solid #ccc; vertical-align: top; }}
.note {{ background: #f3f3f3; padding: 0.7em 1em; }} svg {{ max-width: 100%; height: auto; }}</style></head>
<body>
{body}
</body></html>
"""


def alliance_page(report: "AllianceReport") -> str:
    """Write the report as one HTML file, its pictures inside as SVG."""
    own = report.assessment
    result = "is deterred at its median cost of war" if own.outcome.deterred else "is not deterred at its median cost of war"
    marks: dict[str, int] = {}
    for assumption in own.guarantee.assumptions:
        marks[assumption.mark] = marks.get(assumption.mark, 0) + 1
    counts = ", ".join(f"{count} {mark}" for mark, count in sorted(marks.items()))
    parts = [
        f"<h1>{escape(report.title)}</h1>",
        f"<p>In the game with the numbers below, the aggressor {result}, and attacks with probability "
        f"{own.outcome.attack_probability:.4g}. Pivotal: {escape(', '.join(own.pivotal) or 'nobody')}.</p>",
        f'<p class="note">This is no verdict about the real world. It rests on {counts} numbers, listed at the end with their '
        "sources; stakes, costs of war and the aggressor's prize are illustrative unless given.</p>",
    ]
    if report.region is not None:
        parts.append(f"<p>Attacked in {escape(report.region)}: only obligations that reach there count.</p>")
    if report.left_out:
        parts.append(f"<p>Left out for want of a figure of strength: {escape(', '.join(report.left_out))}.</p>")
    parts += [
        "<h2>Obligations towards the target</h2>",
        _table(("kind", "automaticity", "decision rule", "treaty", "article", "standing", "promised by"), _clauses(report)),
        "<h2>Who is bound to whom</h2>",
        _svg(lambda ax: _network(ax, report), 5.0, 5.0),
        "<h2>Credibility by member</h2>",
        "<p>Chance of coming; what coming is worth more than staying away; the promise from which on it would come; "
        "probability of attack if it stayed away and the others did as before.</p>",
        _table(
            ("ally", "obligation", "strength", "chance", "margin", "promise needed", "pivotal", "attack without it"),
            [
                (
                    m.ally,
                    m.automaticity,
                    f"{m.strength:.4g}",
                    f"{m.chance:.4f}",
                    f"{m.margin:+.4f}",
                    f"{m.promise_needed:.4f}",
                    "yes" if m.pivotal else "",
                    f"{m.attack_probability_without:.4g}",
                )
                for m in own.members
            ],
        ),
    ]
    if report.burdens:
        sources = sorted({figure.source for figure in report.burdens.values()})
        members = report.alliance.members(own.guarantee.year)
        missing = ", ".join(state for state in members if state not in report.burdens)
        parts += [
            "<h2>Burdens: defence spending as a share of output</h2>",
            f"<p>Sources: {escape('; '.join(sources))}. The line is two percent."
            f"{f' No figure for {escape(missing)}.' if missing else ''}</p>",
            _svg(lambda ax: _burdens(ax, report), 6.5, 0.6 + 0.17 * len(report.burdens)),
        ]
    parts += ["<h2>What if</h2>"]
    for title, rows in (("Members absent", report.absent), ("Obligations suspended", report.suspended)):
        if rows:
            told = [(row.change, f"{row.attack_probability:.4g}", f"{row.difference:+.4g}") for row in rows]
            parts += [f"<h3>{title}</h3>", _table(("change", "probability of attack", "difference"), told)]
    parts += [
        "<h2>Sensitivity</h2>",
        "<p>Probability of attack when one assumption is halved (orange, hatched), and half as large again (blue).</p>",
        _svg(lambda ax: _tornado(ax, report), 6.5, 0.8 + 0.3 * len(report.sensitivities)),
        "<h2>Assumptions</h2>",
        _table(
            ("quantity", "state", "value", "mark", "standing", "source"),
            [(a.quantity, a.state or "", f"{a.value:.6g}", a.mark, a.standing, a.source) for a in own.guarantee.assumptions],
        ),
    ]
    return PAGE.format(title=escape(report.title), body="\n".join(parts))


def _clauses(report: "AllianceReport") -> list[Sequence[str]]:
    """One row a clause, with everybody whom it binds towards the target."""
    found: dict[tuple[str, ...], list[str]] = {}
    for own in report.obligations:
        clause = (own.kind, own.automaticity, own.decision_rule, own.treaty, own.article, own.standing)
        found.setdefault(clause, []).append(own.promisor)
    return [(*clause, f"{', '.join(states)} ({len(states)})") for clause, states in found.items()]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    header = "".join(f"<th>{escape(title)}</th>" for title in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"


def _svg(draw: "object", width: float, height: float) -> str:
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width, height))
        draw(figure.subplots())  # type: ignore[operator]  # a function of the axes
        text = StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight")
    found = text.getvalue()
    return found[found.index("<svg") :]


def _burdens(ax: "Axes", report: "AllianceReport") -> None:
    names = list(report.burdens)[::-1]
    shares = [report.burdens[name].value for name in names]
    ax.barh(names, shares, color=[BLUE if share >= GUIDELINE else GREY for share in shares])
    ax.axvline(GUIDELINE, color=INK, linewidth=0.8)
    ax.set_xlabel("percent of output")
    ax.tick_params(labelsize=7)
    ax.margins(y=0.01)


def _tornado(ax: "Axes", report: "AllianceReport") -> None:
    bars = [(row.quantity.replace("_", " "), row.halved, row.raised) for row in report.sensitivities]
    draw_bars(ax, bars, report.assessment.outcome.attack_probability)
    ax.set_xlabel("probability of attack")
    ax.set_xlim(-0.02, 1.02)


def _network(ax: "Axes", report: "AllianceReport") -> None:
    target, aggressor = report.assessment.guarantee.target, report.assessment.guarantee.aggressor
    year = report.assessment.guarantee.year
    members = sorted(report.alliance.members(year))
    angle = {name: 2 * pi * place / len(members) for place, name in enumerate(members)}
    at = {name: (cos(angle[name]), sin(angle[name])) for name in members}
    pairs = {(o.promisor, o.promisee) for o in report.alliance.obligations(None, year) if o.kind == "defence"}
    for one, other in pairs:
        if one in at and other in at and one != other:
            (x, y), (u, v) = at[one], at[other]
            colour, width, above = (BLUE, 1.0, 2) if other == target else (GREY, 0.25, 1)
            ax.plot([x, u], [y, v], color=colour, linewidth=width, zorder=above)
    for name, (x, y) in at.items():
        weight = "bold" if name == target else "normal"
        ax.text(1.12 * x, 1.12 * y, name, ha="center", va="center", fontsize=8, fontweight=weight)
        ax.plot(x, y, "o", color=ORANGE if name == target else INK, markersize=4, zorder=3)
    where = "a member" if aggressor in at else "outside"
    ax.set_title(f"duties of defence; towards {target} in blue; the aggressor, {aggressor}, {where}", fontsize=9, pad=16)
    ax.set_axis_off()
    ax.set_aspect("equal")
