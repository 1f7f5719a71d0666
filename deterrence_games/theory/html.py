"""A theorem as HTML that needs neither script nor style sheet: formulas are MathML, which browsers and notebooks read."""

from html import escape
from typing import TYPE_CHECKING

from deterrence_games.theory.account import account, opening
from deterrence_games.theory.scripts import Html
from deterrence_games.theory.thresholds import recurring

if TYPE_CHECKING:
    from deterrence_games.theory.theorem import Theorem

CELL = "text-align:left;vertical-align:top"
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body {{ font-family: serif; max-width: 60em; margin: 2em auto; padding: 0 1em; }}
td {{ padding: 0.2em 1em 0.2em 0; border-top: 1px solid #ccc; }}</style></head>
<body>
{body}
</body></html>
"""


def html_of(theorem: "Theorem", standalone: bool) -> str:
    """The theorem as a fragment for a notebook, or as a whole page when `standalone`."""
    script, names = Html(), recurring(theorem)
    body = [f"<p><b>{escape(theorem.game.name)}.</b> {opening(theorem, script, names)}</p>", "<table>"]
    for family in (*theorem.families, *theorem.border_families):
        border = "" if family.generic else " (on a border only)"
        body.append(f'<tr><th colspan="2" style="text-align:left">{script.bold(family.name)}{border}</th></tr>')
        for heading, words in account(family, script, names):
            body.append(f'<tr><td style="{CELL};white-space:nowrap">{heading}</td><td style="{CELL}">{words}</td></tr>')
    body.append("</table>")
    text = "\n".join(body)
    return PAGE.format(title=escape(theorem.game.name), body=text) if standalone else text
