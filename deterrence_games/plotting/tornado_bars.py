"""Tornado plots: how far each parameter moves a quantity from a base line."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence_games.analysis.one_at_a_time import EQUAL, Swing, Tornado
from deterrence_games.errors import GameError
from deterrence_games.plotting.style import (
    FAINT,
    INK,
    LINE_COLOURS,
    Ruler,
    Where,
    drawing,
    figure_of,
    picture_suffix,
    plain,
    save,
    title_of,
    typeset,
    words_of,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HIGH, LOW = LINE_COLOURS[:2]  # of the bars: blue, and orange with hatching, which print tells apart too
WIDTH = 5.4  # inches
ROW = 0.34  # inches a bar
SMALL = 8.0  # points

Bar = tuple[str, float, float]
"""Label, value when the parameter is low, value when it is high."""


def draw_bars(ax: "Axes", bars: Sequence[Bar], base: float) -> None:
    """Draw bars from a base line, the first on top; the value at the low end is orange and hatched, that at the high end blue.

    Where both lie on one side of the base line the narrower bar, of the high end, lies on the wider. NaN draws nothing.
    """
    for place, (_, low, high) in enumerate(reversed(bars)):
        look: dict[str, Any] = {"left": base, "edgecolor": INK, "linewidth": 0.4}
        if np.isfinite(low):
            ax.barh(place, low - base, color=LOW, height=0.7, hatch="////", **look)
        if np.isfinite(high):
            ax.barh(place, high - base, color=HIGH, height=0.42, **look)
    ax.set_yticks(range(len(bars)), [label for label, _, _ in reversed(bars)])
    ax.set_ylim(-0.6, len(bars) - 0.4)
    ax.axvline(base, color=INK, linewidth=1.0)
    ax.tick_params(labelsize=8)


def plot_tornado(found: Tornado, path: Where | None = None, ax: "Axes | None" = None, title: str | None = None) -> "Figure":
    """Draw how far each parameter moves a quantity, the widest bar on top, from a line at the base point.

    Where equilibria differ there are two panels, one for the least and one for the greatest value over them. Parameters that
    move nothing are named below, and so are ends at which an assumption of the game fails or there is no value.

    Parameters
    ----------
    found : Tornado
        From `deterrence_games.tornado`.
    path : path, optional
        Where to save the picture: ``.png``, ``.svg`` or ``.pdf``.
    ax : matplotlib Axes, optional
        Draw here instead of in a new figure; only when the equilibria agree.
    title : str, optional
        Default: the name of the game.

    Raises
    ------
    GameError
        When axes are given and the equilibria differ, so that two are needed.
    FormatError
        When the path is no picture's or cannot be written.
    """
    if path is not None:
        picture_suffix(path)
    if ax is not None and not found.single:
        raise GameError(f"tornado of game {found.game!r}: equilibria differ, which takes two panels; leave out ax")
    moved = [own for own in found.swings if found.width(own) > EQUAL or not _whole(own)]
    still = [own.parameter for own in found.swings if own not in moved]
    with drawing():
        sides = (0,) if found.single else (0, 1)
        if ax is None:
            from matplotlib.figure import Figure

            height = 1.1 + ROW * max(2, len(moved))
            figure = Figure(figsize=(WIDTH * (1 if found.single else 1.6), height), layout="constrained")
            panels = list(figure.subplots(1, len(sides), sharey=True, squeeze=False)[0])
        else:
            figure, panels = figure_of(ax), [ax]
        rule = "" if found.selection.startswith("none") else f"in {found.selection}"
        for panel, side in zip(panels, sides, strict=True):
            bars = [(_label(own), own.at_low[side], own.at_high[side]) for own in moved]
            draw_bars(panel, bars, found.at_base[side])
            panel.set_xlim(*_window(found, sides))
            at: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
            base = found.at_base[side]
            panel.annotate(f"{base:.4g}", (base, 1), (0, 2), ha="center", va="bottom", fontsize=7, color=INK, **at)
            panel.set_xlabel(_name(found.quantity), fontsize=9)
            words = rule if found.single else f"{('least', 'greatest')[side]} over all equilibria"
            panel.set_title("\n".join(textwrap.wrap(plain(words), 56)), loc="left", fontsize=SMALL, color=FAINT, pad=14)
        from matplotlib.patches import Patch

        panels[-1].legend(
            handles=[
                Patch(facecolor=LOW, edgecolor=INK, linewidth=0.4, hatch="////", label="at the low end"),
                Patch(facecolor=HIGH, edgecolor=INK, linewidth=0.4, label="at the high end"),
            ],
            loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, fontsize=SMALL,
        )  # fmt: skip
        figure.suptitle(title_of(found.game) if title is None else plain(title), x=0.01, ha="left", fontsize=11)
        below = _notes(found, still, figure.get_figwidth() - 0.4)
        if below:
            figure.supxlabel(below, x=0.01, ha="left", fontsize=SMALL, color=FAINT)
        if path is not None:
            save(figure, path)
    return figure


def _window(found: Tornado, sides: Sequence[int]) -> tuple[float, float]:
    """The values of all bars and base lines, with some room."""
    ranges = [found.at_base, *(ends for own in found.swings for ends in (own.at_low, own.at_high))]
    values = [ends[side] for ends in ranges for side in sides if np.isfinite(ends[side])]
    low, high = min(values), max(values)
    room = 0.06 * (high - low) if high - low > EQUAL else 0.5
    return low - room, high + room


def _whole(swing: Swing) -> bool:
    """Whether there are values at both ends."""
    return bool(np.isfinite([*swing.at_low, *swing.at_high]).all())


def _label(swing: Swing) -> str:
    mark = "" if _whole(swing) else "*"
    return f"{typeset(swing.parameter)}  {swing.low:.4g} to {swing.high:.4g}{mark}"


def _name(quantity: str) -> str:
    name, _, label = quantity.partition(": ")
    if name in ("war", "deterrence"):
        return f"probability of {name}"
    if name in ("outcomes", "payoffs"):
        return f"{'probability' if name == 'outcomes' else 'payoff'} of {plain(words_of(label))}"
    return plain(words_of(quantity))


def _notes(found: Tornado, still: Sequence[str], width: float) -> str:
    """What moves nothing, what has no value, and the base."""
    ruler, lines = Ruler(), []
    if still:
        lines.append("moves nothing: " + wrapped([typeset(name) for name in still], width - 1, ruler, SMALL))
    if not all(map(_whole, found.swings)):
        lines.append("* at an end an assumption of the game fails, or there is no value")
    items = [f"{typeset(name)[:-1]} = {value:.4g}$" for name, value in found.base.items()]
    return "\n".join([*lines, wrapped(items, width, ruler, SMALL)])
