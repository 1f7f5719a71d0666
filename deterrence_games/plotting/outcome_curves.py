"""Probabilities of outcomes in each family of a theorem, along one parameter."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError
from deterrence_games.plotting.style import (
    INK,
    Where,
    drawing,
    figure_of,
    picture_suffix,
    plain,
    save,
    title_of,
    typeset,
    words_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from deterrence_games.theory import Theorem

WIDTH, HEIGHT = 5.4, 3.4  # inches
# dark enough for print, told apart by colour-blind readers (Okabe and Ito), and by their dashes in grey
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (8, 2, 1.5, 2, 1.5, 2)))


def plot_outcome(
    theorem: "Theorem",
    outcome: str,
    along: tuple[str, float, float, int],
    fixed: Mapping[str, Any],
    path: Where | None = None,
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw the probability of an outcome in each family of equilibria along one parameter, from the closed forms.

    Each family is a line where it exists; where it leaves the probability open, its range is shaded. Thin upright lines stand
    midway between the points between which the families change.

    Parameters
    ----------
    theorem : Theorem
    outcome : str
        An outcome of the game, or ``"war"`` for all its wars together.
    along : (parameter, low, high, points)
    fixed : mapping parameter -> number
        Every other parameter.
    path : path, optional
        Where to save the picture: ``.png``, ``.svg`` or ``.pdf``.
    ax : matplotlib Axes, optional
        Draw here instead of in a new figure.

    Raises
    ------
    GameError
        For an unknown outcome.
    ParameterError
        As `Theorem.evaluate`.
    FormatError
        When the path is no picture's or cannot be written.
    """
    if path is not None:
        picture_suffix(path)
    labels = theorem.game.outcomes
    if outcome != "war" and outcome not in labels:
        raise GameError(f"game {theorem.game.name!r}: unknown outcome {outcome!r:.40}; use war, {', '.join(labels)}")
    name, low, high, points = along
    x = np.linspace(low, high, points)
    quantity = "outcomes" if outcome in labels else "war"
    row = labels.index(outcome) if outcome in labels else 0
    values = theorem.evaluate({**fixed, name: x}, (quantity,))
    with drawing():
        if ax is None:
            from matplotlib.figure import Figure

            ax = Figure(figsize=(WIDTH, HEIGHT)).subplots()
        for number, family in enumerate(theorem.families):
            holds = (values.mask >> np.uint64(number) & np.uint64(1)).astype(bool)
            if not holds.any():
                continue
            least, most = (np.where(holds, side[quantity][number, row], np.nan) for side in (values.low, values.high))
            colour, dashes = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
            if np.nanmax(most - least) > 0:
                ax.fill_between(x, least, most, alpha=0.25, linewidth=0, color=colour)
            ax.plot(x, (least + most) / 2, linestyle=dashes, linewidth=1.6, label=plain(family.name), color=colour)
        for border in _borders(values.mask, x):
            ax.axvline(border, color=INK, linewidth=0.5, alpha=0.5)
        ax.set_xlabel(typeset(name))
        ax.set_ylabel(f"probability of {plain(words_of(outcome))}")
        ax.set_xlim(low, high)
        ax.set_ylim(-0.02, 1.02)
        ax.set_title(title_of(theorem.game.name), loc="left", fontsize=10)
        ax.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.01, 1.0))
        figure = figure_of(ax)
        if path is not None:
            save(figure, path)
    return figure


def _borders(mask: npt.NDArray[np.uint64], x: npt.NDArray[np.float64]) -> list[float]:
    """Between which neighbouring points the families change."""
    changes = np.flatnonzero(mask[1:] != mask[:-1]).tolist()
    found: list[float] = []
    for k in changes:
        if k - 1 in changes:
            found[-1] = float(x[k])  # a single point between two changes is the border itself
        else:
            found.append(float((x[k] + x[k + 1]) / 2))
    return found
