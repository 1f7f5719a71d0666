"""Maps of equilibria side by side, one for each value of a third parameter."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence_games.analysis.sweep_families import region_map as map_of_dataset
from deterrence_games.errors import GameError
from deterrence_games.plotting.region_looks import RegionLook, shared_looks
from deterrence_games.plotting.region_map import SMALL, draw_regions, shown_map, write_legend
from deterrence_games.plotting.style import (
    FAINT,
    LINE_SPACING,
    Ruler,
    Where,
    drawing,
    picture_suffix,
    plain,
    save,
    title_of,
    typeset,
    wrapped,
)
from deterrence_games.results.region_map import MAX_NAMES, RegionMap

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

    from deterrence_games.theory import Theorem

PANEL = 2.5  # inches of a square map
GAP, ROW_GAP = 0.28, 0.36  # inches between maps, side by side and one above the other
LEFT, BELOW, ABOVE = 0.75, 0.95, 0.75  # inches around them
FINE = 350  # cells across a map from closed forms
MOST = 24  # maps in one picture


def plot_maps(
    source: "Sequence[RegionMap] | xr.Dataset",
    path: Where | None = None,
    *,
    over: str | None = None,
    columns: int = 3,
    theorem: "Theorem | None" = None,
    title: str | None = None,
) -> "Figure":
    """Draw which equilibria exist where, in a map for each value of a third parameter.

    The maps share axes, colours and legend: a region looks the same, and bears the same number, in all of them. Maps of
    theorems have exact borders, as in `plot_map`.

    Parameters
    ----------
    source : sequence of RegionMap, or xarray.Dataset
        Maps of one game over the same window that differ in one fixed parameter; or what `deterrence_games.sweep` returned
        over three parameters.
    path : path, optional
        Where to save the picture: ``.png``, ``.svg`` or ``.pdf``.
    over : str, optional
        The third parameter of a dataset; the last by default.
    columns : int
        Most maps in a row.
    theorem : Theorem, optional
        What a dataset was swept from, for exact borders.
    title : str, optional
        Default: the name of the game.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    GameError
        When the maps do not belong together, are fewer than two or more than 24, or the dataset is not over three parameters.
    FormatError
        When the path is no picture's or cannot be written.
    """
    if path is not None:
        picture_suffix(path)
    given, third = _maps(source, over, theorem)
    rows, wide = -(-len(given) // columns), min(columns, len(given))
    with drawing():
        from matplotlib.figure import Figure

        size = LEFT + wide * (PANEL + GAP) + 0.2, ABOVE + rows * PANEL + (rows - 1) * ROW_GAP + BELOW
        figure = Figure(figsize=size)
        shown = [shown_map(one, FINE) for one in given]
        looks, common = shared_looks(shown)
        numbered: dict[RegionLook, int] = {}
        unknown: dict[RegionLook, None] = {}
        panels = []
        for place, (one, fine) in enumerate(zip(given, shown, strict=True)):
            row, column = divmod(place, wide)
            bottom = size[1] - ABOVE - (row + 1) * PANEL - row * ROW_GAP
            box = ((LEFT + column * (PANEL + GAP)) / size[0], bottom / size[1], PANEL / size[0], PANEL / size[1])
            ax = figure.add_axes(box)
            left_over = draw_regions(ax, one, fine, [looks[names] for names, _ in fine.regions()], numbered)
            if left_over is not None:
                unknown[left_over] = None
            ax.set_title(f"{typeset(third)[:-1]} = {one.fixed[third]:.4g}$", fontsize=9, pad=4)
            ax.tick_params(labelsize=7.5, labelleft=column == 0, labelbottom=place + wide >= len(given))
            if column == 0:
                ax.set_ylabel(typeset(one.y), fontsize=10)
            if place + wide >= len(given):
                ax.set_xlabel(typeset(one.x), fontsize=10)
            panels.append(ax)
        order = sorted(numbered.items(), key=lambda entry: (entry[1] == 0, entry[1]))
        write_legend(panels[wide - 1], dict(order), list(unknown))
        _write_around(figure, size, given[0], third, plain(title) if title is not None else title_of(given[0].game), common)
        if path is not None:
            save(figure, path)
    return figure


def _maps(source: Any, over: str | None, theorem: "Theorem | None") -> tuple[list[RegionMap], str]:
    """Maps that belong together, with the same names, and the parameter in which they differ."""
    if not isinstance(source, Sequence):
        axes = [str(dim) for dim in source["status"].dims]
        third = axes[-1] if over is None else over
        if len(axes) != 3 or third not in axes:
            raise GameError(f"maps over a third parameter need three axes, here are {', '.join(axes)}; over is {third!r:.60}")
        _check_count(source.sizes[third])
        return [map_of_dataset(source.isel({third: k}), theorem) for k in range(source.sizes[third])], third
    _check_count(len(source))
    first = source[0]
    for one in source:
        same = (one.game, one.x, one.y) == (first.game, first.x, first.y) and one.fixed.keys() == first.fixed.keys()
        if not same or not all(
            np.array_equal(mine[[0, -1]], own[[0, -1]])
            for mine, own in ((one.x_values, first.x_values), (one.y_values, first.y_values))
        ):
            raise GameError("the maps are of different games, axes or windows; map one game over one window")
    differ = [name for name in first.fixed if len({one.fixed[name] for one in source}) > 1]
    if len(differ) != 1:
        raise GameError(f"the maps differ in {', '.join(differ) or 'nothing'}; let them differ in one fixed parameter")
    names = tuple(dict.fromkeys(name for one in source for name in one.names))
    if len(names) > MAX_NAMES:
        raise GameError(f"the maps have {len(names)} names; at most {MAX_NAMES} fit")
    return [_renamed(one, names) for one in source], differ[0]


def _check_count(count: int) -> None:
    if not 2 <= count <= MOST:
        raise GameError(f"{count} maps; give from 2 to {MOST}")


def _renamed(one: RegionMap, names: tuple[str, ...]) -> RegionMap:
    """The same map with the bits of other names, among which are its own."""
    if one.names == names:
        return one
    mask = np.zeros_like(one.mask)
    for name in one.names:
        mask |= one.exists(name).astype(np.uint64) << np.uint64(names.index(name))
    return RegionMap(
        one.game,
        one.x,
        one.y,
        one.x_values,
        one.y_values,
        names,
        mask,
        one.complete.copy(),
        one.fixed,
        logarithmic=one.logarithmic,
    )


def _write_around(
    figure: "Figure", size: tuple[float, float], first: RegionMap, third: str, title: str, common: tuple[str, ...]
) -> None:
    """Title, what exists everywhere, and the fixed parameters."""
    ruler, width = Ruler(), size[0] - LEFT
    look: dict[str, Any] = {"fontsize": SMALL, "color": FAINT, "linespacing": LINE_SPACING}
    figure.text(LEFT / size[0], 1 - 0.2 / size[1], title, fontsize=11, va="top")
    if common:
        words = wrapped([f"In every region also: {plain(', '.join(common))}"], width, ruler, SMALL)
        figure.text(LEFT / size[0], 1 - 0.42 / size[1], words, va="top", **look)
    items = [f"{typeset(name)[:-1]} = {value:.4g}$" for name, value in first.fixed.items() if name != third]
    figure.text(LEFT / size[0], (BELOW - 0.52) / size[1], wrapped(items, width, ruler, SMALL), va="top", **look)
