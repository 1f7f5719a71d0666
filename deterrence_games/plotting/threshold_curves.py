"""Thresholds of a theorem along one parameter."""

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deterrence_games.plotting.style import (
    DASHES,
    LINE_COLOURS,
    LINE_WIDTHS,
    Where,
    drawing,
    figure_of,
    picture_suffix,
    plain,
    save,
    title_of,
    typeset,
)
from deterrence_games.theory.thresholds import threshold_values, thresholds_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from deterrence_games.theory import Theorem

WIDTH, HEIGHT = 5.4, 3.4  # inches
WRAP = 44  # characters a line of the legend


def plot_thresholds(
    theorem: "Theorem",
    along: tuple[str, float, float, int],
    fixed: Mapping[str, Any],
    held: str | None = None,
    path: Where | None = None,
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw the thresholds at which families of equilibria begin and end, as they move with a parameter.

    Each is a line with its formula and the families that it bounds; where an assumption fails there is none.

    Parameters
    ----------
    theorem : Theorem
    along : (parameter, low, high, points)
    fixed : mapping parameter -> number
        The other parameters that the thresholds contain; more may be given.
    held : str, optional
        Only the thresholds that this is compared with, a parameter such as ``"p_def"``, or a sum or ratio of priors as the
        theorem writes it. All by default.
    path : path, optional
        Where to save the picture: ``.png``, ``.svg`` or ``.pdf``.
    ax : matplotlib Axes, optional
        Draw here instead of in a new figure.

    Raises
    ------
    GameError
        When there are no such thresholds.
    ParameterError
        When the axis is no interval of a parameter, and when a threshold contains one without a number.
    FormatError
        When the path is no picture's or cannot be written.
    """
    if path is not None:
        picture_suffix(path)
    thresholds = thresholds_of(theorem, held)
    name, x, values = threshold_values(theorem, thresholds, along, fixed)
    compared = list(dict.fromkeys(own.held for own in thresholds))
    with drawing():
        if ax is None:
            from matplotlib.figure import Figure

            ax = Figure(figsize=(WIDTH, HEIGHT)).subplots()
        for number, (own, heights) in enumerate(zip(thresholds, values, strict=True)):
            formula = f"{typeset(own.held)} $=$ {typeset(own.value)}"
            ax.plot(
                x,
                heights,
                color=LINE_COLOURS[number % len(LINE_COLOURS)],
                linestyle=DASHES[number % len(DASHES)],
                linewidth=LINE_WIDTHS[min(number, len(LINE_WIDTHS) - 1)],
                label=f"{formula}\n{plain(textwrap.fill(', '.join(own.families), WRAP))}",
            )
        ax.set_xlabel(typeset(name))
        ax.set_ylabel(f"threshold of {typeset(compared[0])}" if len(compared) == 1 else "threshold")
        ax.set_xlim(along[1], along[2])
        ax.set_title(title_of(theorem.game.name), loc="left", fontsize=10)
        ax.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.01, 1.0), handlelength=3, labelspacing=1.0)
        figure = figure_of(ax)
        if path is not None:
            save(figure, path)
    return figure
