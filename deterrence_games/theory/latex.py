"""A theorem in LaTeX: a proposition, and a table with everything else."""

from typing import TYPE_CHECKING

from deterrence_games.theory.account import Names, account, conditions, mixing, opening
from deterrence_games.theory.family import Family
from deterrence_games.theory.scripts import Latex
from deterrence_games.theory.thresholds import recurring

if TYPE_CHECKING:
    from deterrence_games.theory.theorem import Theorem

TITLE = r">{\raggedright\arraybackslash}p{0.96\linewidth}"
PREAMBLE = r"""\documentclass{article}
\usepackage{amsmath,amsthm,array,longtable}
\usepackage[margin=2.5cm]{geometry}
\newtheorem{proposition}{Proposition}
\begin{document}
"""


def latex_of(theorem: "Theorem", standalone: bool) -> str:
    """The proposition and the table, as a whole document when `standalone`."""
    text = f"{_proposition(theorem)}\n{_table(theorem)}"
    return rf"{PREAMBLE}{text}\end{{document}}" + "\n" if standalone else text


def _proposition(theorem: "Theorem") -> str:
    """An item a family: its conditions, its strategies where they mix, its outcomes."""
    script, names = Latex(), recurring(theorem)
    lines = [
        rf"\begin{{proposition}}[{script.text(theorem.game.name)}]",
        opening(theorem, script, names),
        r"\begin{enumerate}\raggedright",
        *(_item(family, script, names) for family in theorem.families),
        r"\end{enumerate}",
        r"\end{proposition}",
    ]
    return "\n".join(lines) + "\n"


def _item(family: Family, script: Latex, names: Names) -> str:
    lines = [rf"\item {script.bold(family.name)}, which exists {conditions(family, script, names)}."]
    lines += [f"  The {who} plays {what}." for who, what in mixing(family, script)]
    ranges = ((symbol, held.xreplace(dict(names))) for symbol, held in family.ranges.items())
    lines += [f"  Here {script.math(symbol)} lies in {script.math(held)}." for symbol, held in ranges]
    certain = [label for label, share in family.outcomes.items() if share == 1]
    shares = ", ".join(f"{script.text(label)} {script.math(share)}" for label, share in family.outcomes.items() if share != 0)
    lines.append(f"  The outcome is {script.text(certain[0])}." if certain else f"  Outcomes have the probabilities {shares}.")
    return "\n".join(lines)


def _table(theorem: "Theorem") -> str:
    """A row for everything that can be said of a family; it breaks over pages."""
    script, names = Latex(), recurring(theorem)
    lines = [
        r"\begin{longtable}{>{\raggedright}p{0.3\linewidth}>{\raggedright\arraybackslash}p{0.64\linewidth}}",
        r"\hline",
    ]
    for family in (*theorem.families, *theorem.border_families):
        border = "" if family.generic else " (on a border only)"
        lines.append(rf"\multicolumn{{2}}{{{TITLE}}}{{{script.bold(family.name)}{border}}} \\*")
        lines += [rf"{heading} & {words} \\" for heading, words in account(family, script, names)]
        lines.append(r"\hline")
    return "\n".join([*lines, r"\end{longtable}"]) + "\n"
