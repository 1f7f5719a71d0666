"""Quantities in each family of a theorem, along one parameter."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence_games.errors import GameError
from deterrence_games.lowering.grid import read_axis, read_fixed
from deterrence_games.plotting.region_looks import OUTSIDE
from deterrence_games.plotting.style import (
    DASHES,
    FAINT,
    INK,
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
    words_of,
)
from deterrence_games.theory.borders import Stretch, stretches
from deterrence_games.theory.closed_values import ClosedValues

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from deterrence_games.theory import Theorem

WIDTH, HEIGHT = 5.4, 3.4  # inches
INSIDE = 1e-9  # of a stretch: how far from its ends formulas are evaluated, which may have no value at the ends themselves
WRAP = 44  # characters a line of the legend
CLOSE_LABELS = 0.09  # of the axis: closer borders have their values written at two heights
PAYOFF = "payoff of "


def plot_outcome(
    theorem: "Theorem",
    quantity: str,
    along: tuple[str, float, float, int],
    fixed: Mapping[str, Any],
    path: Where | None = None,
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw the probability of an outcome, or a payoff, in each family of equilibria along one parameter, from the closed forms.

    Each family is a line where it exists, between exact borders, which are marked by upright lines with their values. A line
    ends with a full dot where the family exists on the border itself, with an empty one where it does not: there it
    jumps to what other families say. Where a family leaves the quantity open, its range is shaded; where an assumption of the
    game fails, the ground is grey.

    Parameters
    ----------
    theorem : Theorem
    quantity : str
        An outcome of the game, for its probability; ``"war"`` for all its wars together, ``"deterrence"`` for its status quo;
        or ``"payoff of PLAYER"``.
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
        For an unknown quantity.
    ParameterError
        When the axis is no interval of a parameter, and when another parameter has no number.
    FormatError
        When the path is no picture's or cannot be written.
    """
    if path is not None:
        picture_suffix(path)
    game = theorem.game
    table, row, words = _quantity(theorem, quantity)
    name, x = read_axis(game, "along", along)
    numbers = {own: np.asarray(number) for own, number in read_fixed(game, name, "", fixed).items()}
    low, high = float(x[0]), float(x[-1])
    values = ClosedValues.of(theorem)
    line = stretches(values, (name, low, high), {own: float(number) for own, number in numbers.items()})
    with drawing():
        if ax is None:
            from matplotlib.figure import Figure

            ax = Figure(figsize=(WIDTH, HEIGHT)).subplots()
        for number, family in enumerate(theorem.families):
            look: dict[str, Any] = {
                "color": LINE_COLOURS[number % len(LINE_COLOURS)],
                "linestyle": DASHES[number % len(DASHES)],
                "linewidth": LINE_WIDTHS[min(number, len(LINE_WIDTHS) - 1)],
                "zorder": 2 + 0.01 * number,
            }
            label = plain(family.name)
            for begin, end, *held in _runs(line, number):
                steps = max(2, int(np.ceil(x.size * (end - begin) / (high - low))))
                spots = begin + (end - begin) * np.clip(np.linspace(0, 1, steps), INSIDE, 1 - INSIDE)
                _, _, _, bounds = values.evaluate({**numbers, name: spots}, spots.size, (table,))
                least, most = bounds[table][:, number, row].T
                if np.nanmax(most - least) > 0:
                    ax.fill_between(spots, least, most, alpha=0.25, linewidth=0, color=look["color"])
                heights = (least + most) / 2
                ax.plot(spots, heights, label=label, **look)
                label = "_"  # one entry a family in the legend
                for place, height, full in zip((begin, end), heights[[0, -1]].tolist(), held, strict=True):
                    if full is not None:
                        inner = look["color"] if full else "white"
                        ax.plot(place, height, "o", color=look["color"], markerfacecolor=inner, markersize=4.5, zorder=4 + full)
        for part in line:
            if not part.inside and part.low < part.high:
                ax.axvspan(part.low, part.high, color=OUTSIDE.colour, alpha=0.5, linewidth=0, zorder=0, label=OUTSIDE.label)
        _mark_borders(ax, [part.low for part in line if part.low == part.high], (low, high))
        ax.set_xlabel(typeset(name))
        ax.set_ylabel(words)
        ax.set_xlim(low, high)
        if table == "payoffs":
            ax.margins(y=0.05)
        else:
            ax.set_ylim(-0.03, 1.03)
        ax.set_title(title_of(game.name), loc="left", fontsize=10, pad=22)
        handles, labels = ax.get_legend_handles_labels()
        entries = dict(zip(labels, handles, strict=True))  # one entry a label
        told = [textwrap.fill(words, WRAP, break_long_words=False) for words in entries]
        where: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0)}
        ax.legend(entries.values(), told, frameon=False, fontsize=8, handlelength=3, **where)
        figure = figure_of(ax)
        if path is not None:
            save(figure, path)
    return figure


def _quantity(theorem: "Theorem", quantity: str) -> tuple[str, int, str]:
    """Where `ClosedValues` keeps a quantity, table and row, and how the axis names it."""
    game = theorem.game
    players = {f"{PAYOFF}{player}": player for player in game.players}
    if quantity in players:
        return "payoffs", game.players.index(players[quantity]), f"payoff of {plain(words_of(players[quantity]))}"
    if quantity in game.outcomes:
        return "outcomes", game.outcomes.index(quantity), f"probability of {plain(words_of(quantity))}"
    if quantity in ("war", "deterrence"):
        return quantity, 0, f"probability of {quantity}"
    known = ", ".join(("war", "deterrence", *game.outcomes, *players))
    raise GameError(f"game {game.name!r}: unknown quantity {quantity!r:.40}; use {known}")


def _runs(line: Sequence[Stretch], number: int) -> Iterator[tuple[float, float, bool | None, bool | None]]:
    """Where a family exists without a break: from, to, and whether on these borders too; None at the edges of the picture."""
    begin: int | None = None
    for place, own in enumerate(line):
        if number in own.families:
            begin = place if begin is None else begin
            if place + 1 < len(line) and number in line[place + 1].families:
                continue
            if own.high > line[begin].low:
                left = None if begin == 0 else line[begin].low == line[begin].high
                right = None if place + 1 == len(line) else own.low == own.high
                yield line[begin].low, own.high, left, right
            begin = None


def _mark_borders(ax: "Axes", places: Sequence[float], window: tuple[float, float]) -> None:
    """An upright line at each border, and its value above the picture."""
    last, raised = -np.inf, False
    for place in places:
        ax.axvline(place, color=INK, linewidth=0.6, alpha=0.6, zorder=1)
        raised = not raised and place - last < CLOSE_LABELS * (window[1] - window[0])
        at: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
        ax.annotate(
            f"{place:.4g}", (place, 1), (0, 11 if raised else 3), ha="center", va="bottom", fontsize=7, color=FAINT, **at
        )
        last = place
