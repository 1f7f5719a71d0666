"""A theorem as a proposition in LaTeX."""

import re
from typing import TYPE_CHECKING

import sympy
from sympy import Expr
from sympy.logic.boolalg import Boolean

from deterrence_games.theory.family import Family

if TYPE_CHECKING:
    from deterrence_games.theory.theorem import Theorem

SPECIAL = {c: "\\" + c for c in "&%$#_{}"} | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}


def escaped(text: str) -> str:
    """Plain text as LaTeX."""
    return re.sub(r"[&%$#_{}~^\\]", lambda found: SPECIAL[found[0]], text)


def proposition(theorem: "Theorem") -> str:
    """A proposition with an item a family: its conditions, its strategies where they mix, its outcomes.

    Needs ``amsmath`` and an environment ``proposition``.
    """
    assumed = ", ".join(f"${_math(relation)}$" for relation in theorem.game.assumptions)
    given = f"Suppose that {assumed}. " if assumed else ""
    lines = [
        rf"\begin{{proposition}}[{escaped(theorem.game.name)}]",
        f"{given}The perfect Bayesian equilibria{'' if theorem.complete else ' found'} are, apart from those on borders:",
        r"\begin{enumerate}",
        *(item for family in theorem.families for item in _item(family)),
        r"\end{enumerate}",
        r"\end{proposition}",
    ]
    return "\n".join(lines) + "\n"


def _item(family: Family) -> list[str]:
    conditions = " and ".join(f"${_math(condition)}$" for condition in family.conditions)
    lines = [
        rf"\item \textbf{{{escaped(family.name)}}}, which exists {f'if and only if {conditions}' if conditions else 'always'}."
    ]
    for place, shares in family.strategies.items():
        mixed = {action: share for action, share in shares.items() if share not in (0, 1)}
        for action, share in list(mixed.items())[-1:]:
            who = escaped(f"{place.player} {place.type}".strip())
            lines.append(f"  The {who} plays {escaped(action)} with probability ${_math(share)}$.")
    for symbol, held in family.ranges.items():
        lines.append(f"  Here ${_math(symbol)}$ lies in ${sympy.latex(held)}$.")
    certain = [label for label, share in family.outcomes.items() if share == 1]
    if certain:
        lines.append(f"  The outcome is {escaped(certain[0])}.")
    else:
        shares_of = ", ".join(f"{escaped(label)} ${_math(p)}$" for label, p in family.outcomes.items() if p != 0)
        lines.append(f"  Outcomes have the probabilities {shares_of}.")
    return lines


def _math(value: Expr | Boolean) -> str:
    return str(sympy.latex(value))
