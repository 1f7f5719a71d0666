"""The game tree as a picture."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from deterrence_games.games import Game
from deterrence_games.plotting.style import Where, drawing, figure_of, picture_suffix, save
from deterrence_games.plotting.tree_picture import Picture, compose

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from deterrence_games.results.equilibrium import Equilibrium


def plot_tree(
    game: Game,
    path: Where | None = None,
    params: Mapping[str, Any] | None = None,
    equilibrium: "Equilibrium | None" = None,
    ax: "Axes | None" = None,
) -> "Figure":
    """Draw the tree of a game with its payoffs.

    The root stands on the left; every leaf has a row with its outcome and everybody's payoff. A box names who moves, and
    the types between which only the mover itself can tell. The movers of a simultaneous stage are drawn one after the
    other; a dashed line joins the positions that the later mover cannot tell apart.

    Parameters
    ----------
    game : Game
    path : path, optional
        Where to save the picture: ``.png``, ``.svg`` or ``.pdf``.
    params : mapping name -> number, optional
        Show numbers instead of symbols; exactly the game's parameters.
    equilibrium : Equilibrium, optional
        Show what is chosen, with probabilities where types mix or differ, and most of all the path of play.
    ax : matplotlib Axes, optional
        Draw here, at the size that fits, instead of in a new figure.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    SizeError
        When the tree is too large to be legible.
    FormatError
        When the path is no picture's or cannot be written.
    ParameterError
        When a parameter is missing, unknown or not finite.
    GameError
        When the equilibrium belongs to another game.
    """
    if path is not None:
        picture_suffix(path)
    if params is not None:
        point = game.point(params)
        game = game.replace(assumptions=())  # what they rule out is drawn all the same
        game = game.substitute({name: params[name] for name in point if name in game.parameters})
    with drawing():
        picture = compose(game, equilibrium)
        if ax is None:
            from matplotlib.figure import Figure

            ax = Figure(figsize=(picture.width, picture.height)).add_axes((0, 0, 1, 1))
        figure = figure_of(ax)
        _draw(picture, ax, figure.dpi)
    if path is not None:
        save(figure, path)
    return figure


def _draw(picture: Picture, ax: "Axes", dpi: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import FancyBboxPatch

    room = ax.get_window_extent()
    scale = min(room.width / picture.width, room.height / picture.height) / dpi
    ax.set_axis_off()
    ax.set_xlim(0, room.width / dpi / scale)
    ax.set_ylim(picture.height - room.height / dpi / scale, picture.height)
    for line in picture.lines:
        x, y = zip(*line.points, strict=True)
        ax.add_line(
            Line2D(
                x,
                y,
                linewidth=line.width * scale,
                color=line.colour,
                linestyle=line.style,
                solid_capstyle="round",
                solid_joinstyle="round",
                zorder=1 + line.width / 10,
            )
        )
    for box in picture.boxes:
        style = f"round,pad=0,rounding_size={0.3 * min(box.width, box.height):.3f}"
        ax.add_patch(
            FancyBboxPatch((box.x, box.y), box.width, box.height, boxstyle=style, facecolor=box.colour, linewidth=0, zorder=2)
        )
    for text in picture.texts:
        ax.text(
            text.x,
            text.y,
            text.words,
            fontsize=text.points * scale,
            color=text.colour,
            fontweight=text.weight,
            ha=text.align,
            va="baseline",
            zorder=3,
        )
