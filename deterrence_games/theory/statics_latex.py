"""Comparative statics as a table in LaTeX: a row a family and quantity, and the jumps at borders."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sympy import Symbol

from deterrence_games.games.expressions import to_relations
from deterrence_games.theory.scripts import Latex

if TYPE_CHECKING:
    from deterrence_games.theory.statics import Jump, Slope

COLUMN = r">{\raggedright}p"
LAST = r">{\raggedright\arraybackslash}p"
THRESHOLD = "threshold of "


def statics_latex(slopes: "Sequence[Slope]", jumps: "Sequence[Jump]") -> str:
    """Directions first, those that are constant left out; then the jumps."""
    script = Latex()
    told: dict[tuple[str, str], dict[str, list[str]]] = {}
    for slope in slopes:
        if slope.verdict != "constant":
            moved = told.setdefault((slope.family, slope.quantity), {})
            moved.setdefault(slope.verdict, []).append(script.math(Symbol(slope.parameter)))
    lines = [rf"\begin{{longtable}}{{{COLUMN}{{0.2\linewidth}}{COLUMN}{{0.34\linewidth}}{LAST}{{0.36\linewidth}}}}", r"\hline"]
    for (family, quantity), moved in told.items():
        words = "; ".join(f"{verdict} with {', '.join(names)}" for verdict, names in moved.items())
        lines.append(rf"{script.text(family)} & {_quantity(quantity, script)} & {words} \\")
    lines.append(r"\hline")
    for jump in jumps:
        border = script.chain([jump.border.lhs, jump.border.rhs], ["=="])
        size = f"probability of {script.text(jump.outcome)} jumps by {script.math(jump.size)} ({jump.verdict})"
        lines.append(rf"{script.text(jump.below)} to {script.text(jump.above)} & at {border} & {size} \\")
    return "\n".join([*lines, r"\hline", r"\end{longtable}"]) + "\n"


def _quantity(quantity: str, script: Latex) -> str:
    """The quantity in words; the relation that states a threshold is set as a formula."""
    if not quantity.startswith(THRESHOLD):
        return script.text(quantity)
    (relation,) = to_relations(quantity.removeprefix(THRESHOLD))
    return THRESHOLD + script.chain([relation.lhs, relation.rhs], [relation.rel_op])
