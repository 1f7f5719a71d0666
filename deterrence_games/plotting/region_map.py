"""The map of equilibria over two parameters, with named regions."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence_games.analysis.sweep_families import region_map as map_of_dataset
from deterrence_games.plotting import regions
from deterrence_games.plotting.region_looks import OUTSIDE, UNDECIDED, RegionLook, region_looks
from deterrence_games.plotting.style import (
    FAINT,
    INK,
    LINE_SPACING,
    Ruler,
    Where,
    drawing,
    figure_of,
    picture_suffix,
    plain,
    save,
    title_of,
    typeset,
    wrapped,
)
from deterrence_games.results.region_map import RegionMap

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import PathPatch

    from deterrence_games.theory import Theorem

SIDE = 4.6  # inches of the square map
SMALL = 8.0  # points of what stands around the map
RASTER = 100  # cells an inch on which labels are placed
LABEL_SIZES = (9.5, 8.5, 7.5)  # points, tried in turn
NUMBER_SIZES = (9.5, 8.0, 6.5)
MOST_TURNED = 2  # names a label may have to be turned by a right angle
MARGIN = 0.05  # inches between a label and the edge of its region
MOST_OUTLINED = 1000  # pieces of a region; outlines of more would leave nothing to see
BLANK = "\u2007"  # as wide as a digit
LEAST_AREA = 0.0004  # part of the map below which a piece of a region gets no mark of its own
FINE = 600  # cells across a map from closed forms: their steps vanish under its borders, which are drawn as curves
BORDER = 1.1  # points, width of a border


def plot_map(
    source: "RegionMap | xr.Dataset",
    path: Where | None = None,
    ax: "Axes | None" = None,
    title: str | None = None,
    *,
    theorem: "Theorem | None" = None,
) -> "Figure":
    """Draw which equilibria exist where.

    Every combination of equilibria is a region with a colour of its own; regions where several equilibria exist are hatched
    and labelled with all their names. Equilibria that exist in every region are named once, above the map. A combination
    found only on lines of points is the tie between its neighbours, and is drawn as the border line. Axes that a sweep was
    given as `Log` are logarithmic.

    The map of a theorem is drawn from its closed forms, whatever grid it was computed on: its borders are the exact curves
    (`RegionMap.borders`), and regions fill what lies between them.

    Parameters
    ----------
    source : RegionMap or xarray.Dataset
        A map, or what `deterrence_games.sweep` returned over two parameters, of which the first lies across.
    path : path, optional
        Where to save the picture: ``.png``, ``.svg`` or ``.pdf``.
    ax : matplotlib Axes, optional
        Draw here instead of in a new figure.
    title : str, optional
        Default: the name of the game.
    theorem : Theorem, optional
        What a dataset was swept from, for exact borders.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    GameError
        When a dataset has no families or is not over two parameters, and when the theorem is of another game or has other
        families.
    FormatError
        When the path is no picture's or cannot be written.
    """
    if path is not None:
        picture_suffix(path)
    region_map = source if isinstance(source, RegionMap) else map_of_dataset(source, theorem)
    with drawing():
        if ax is None:
            from matplotlib.figure import Figure

            ax = Figure(figsize=(SIDE + 1.5, SIDE + 1.5)).add_axes((0.75 / (SIDE + 1.5),) * 2 + (SIDE / (SIDE + 1.5),) * 2)
        figure = figure_of(ax)
        _draw(region_map, ax, title_of(region_map.game) if title is None else plain(title))
    if path is not None:
        save(figure, path)
    return figure


def _draw(given: RegionMap, ax: "Axes", title: str) -> None:
    region_map = shown_map(given, FINE)
    looks, common = region_looks(region_map)
    numbered: dict[RegionLook, int] = {}
    unknown = draw_regions(ax, given, region_map, looks, numbered)
    ax.set_xlabel(typeset(region_map.x), fontsize=11)
    ax.set_ylabel(typeset(region_map.y), fontsize=11)
    ax.tick_params(labelsize=8.5)
    write_legend(ax, numbered, [unknown] if unknown else [])
    _write_around(ax, region_map, title, common)


def shown_map(given: RegionMap, fine: int) -> RegionMap:
    """The map that is filled in: as it is, or with so many points from closed forms."""
    return given if given.closed_form is None else given.closed_form.finer(given, fine)


def draw_regions(
    ax: "Axes", given: RegionMap, region_map: RegionMap, looks: Sequence[RegionLook], numbered: dict[RegionLook, int]
) -> RegionLook | None:
    """Fill the regions, draw their borders and write their names.

    Parameters
    ----------
    given, region_map : RegionMap
        The caller's, and that of `shown_map`.
    looks : sequence of RegionLook
        In the order of ``region_map.regions()``.
    numbered : dict RegionLook -> int
        Regions without room for a name are added; the number is 0 when not even a number fits anywhere.

    Returns
    -------
    RegionLook or None
        That of the points of which nothing is known, where there are any.
    """
    labels = region_map.labels()
    cells = regions.fill_cells(labels)
    logarithmic = [name in region_map.logarithmic for name in (region_map.x, region_map.y)]
    edges = regions.cell_edges(region_map.x_values, logarithmic[0]), regions.cell_edges(region_map.y_values, logarithmic[1])
    for there, scale in zip(logarithmic, (ax.set_xscale, ax.set_yscale), strict=True):
        if there:
            scale("log")
    shown = np.unique(cells).tolist()
    unknown = OUTSIDE if given.closed_form is not None and given.closed_form.complete else UNDECIDED
    for k in shown:
        _fill(ax, regions.outline(cells == k, *edges), looks[k] if k >= 0 else unknown, given.closed_form is None)
    if given.closed_form is None:
        _draw_borders(ax, regions.border_segments(regions.border_points(labels), region_map.x_values, region_map.y_values))
    else:
        for curve in given.borders():
            ax.plot(curve.x, curve.y, color=INK, linewidth=BORDER, solid_capstyle="round", solid_joinstyle="round", zorder=1.6)
    ax.set_xlim(region_map.x_values[0], region_map.x_values[-1])
    ax.set_ylim(region_map.y_values[0], region_map.y_values[-1])
    _label_regions(ax, _raster(ax, cells, edges), looks, numbered)
    return unknown if -1 in shown else None


def _fill(ax: "Axes", loops: Sequence[regions.Floats], look: RegionLook, outlined: bool) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    rings = []
    for loop in loops:
        codes = np.full(len(loop) + 1, Path.LINETO, dtype=Path.code_type)
        codes[0], codes[-1] = Path.MOVETO, Path.CLOSEPOLY
        rings.append(Path(np.vstack([loop, loop[:1]]), codes))
    path = Path.make_compound_path(*rings)
    _add(ax, PathPatch(path, facecolor=look.colour, edgecolor=look.line, hatch=look.hatch, linewidth=0, zorder=1))
    if outlined and len(loops) <= MOST_OUTLINED:
        _add(ax, PathPatch(path, facecolor="none", edgecolor=INK, linewidth=0.8, joinstyle="round", zorder=1.5))


def _add(ax: "Axes", patch: "PathPatch") -> None:
    """Add a patch within known limits: ``add_patch`` would look for the limits edge by edge."""
    ax.add_artist(patch)
    patch.set_clip_path(ax.patch)


def _draw_borders(ax: "Axes", segments: Sequence[regions.Floats]) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if segments:
        codes = np.tile(np.array([Path.MOVETO, Path.LINETO], dtype=Path.code_type), len(segments))
        path = Path(np.concatenate(segments), codes)
        _add(ax, PathPatch(path, facecolor="none", edgecolor=INK, linewidth=0.8, capstyle="round", zorder=1.6))


def _raster(ax: "Axes", cells: regions.Ints, edges: tuple[regions.Floats, regions.Floats]) -> regions.Ints:
    """Labels of `RASTER` cells an inch over the axes."""
    box = ax.get_window_extent()
    dpi = figure_of(ax).dpi
    places = []
    for ends, inches, log in zip(edges, (box.width / dpi, box.height / dpi), _logarithmic(ax), strict=True):
        count = max(8, round(inches * RASTER))
        middles = regions.along(ends[0], ends[-1], (np.arange(count) + 0.5) / count, log)
        places.append(np.clip(np.searchsorted(ends, middles, side="right") - 1, 0, len(ends) - 2))
    return cells[np.ix_(places[1], places[0])]


def _logarithmic(ax: "Axes") -> tuple[bool, bool]:
    """Whether the axes across and up are logarithmic."""
    return ax.get_xscale() == "log", ax.get_yscale() == "log"


def _label_regions(ax: "Axes", raster: regions.Ints, looks: Sequence[RegionLook], numbered: dict[RegionLook, int]) -> None:
    """Write names where they fit, and numbers where they do not, which are added to those for the legend."""
    from scipy.ndimage import find_objects, label

    ruler = Ruler()
    for k in np.unique(raster[raster >= 0]).tolist():
        pieces, _ = label(raster == k)
        areas = np.bincount(pieces.ravel())[1:] / raster.size
        for piece, (area, window) in enumerate(zip(areas, find_objects(pieces), strict=True), start=1):
            if area < LEAST_AREA and area < areas.max():
                continue
            room = pieces[window] == piece
            written = any(
                _write(ax, raster.shape, room, window, looks[k], text, size, turned, ruler)
                for text, size, turned in _layouts(looks[k])
            )
            if not written:
                number = numbered.get(looks[k]) or max(numbered.values(), default=0) + 1
                written = any(
                    _write(ax, raster.shape, room, window, looks[k], str(number), size, False, ruler) for size in NUMBER_SIZES
                )
                numbered[looks[k]] = number if written else numbered.get(looks[k], 0)


def _layouts(look: RegionLook) -> Iterator[tuple[str, float, bool]]:
    """Ways to write a label, best first: text, size in points, whether turned by a right angle."""
    whole = "\n+ ".join(look.names)
    broken = "\n+ ".join("\n".join(textwrap.wrap(name, 12, break_long_words=False)) for name in look.names)
    for size in LABEL_SIZES:
        yield plain(whole), size, False
        if broken != whole:
            yield plain(broken), size, False
    if len(look.names) <= MOST_TURNED:
        for size in LABEL_SIZES[1:]:
            yield plain(whole), size, True


def _write(
    ax: "Axes",
    shape: tuple[int, ...],
    room: regions.Bools,
    window: tuple[slice, slice],
    look: RegionLook,
    text: str,
    size: float,
    turned: bool,
    ruler: Ruler,
) -> bool:
    """Write a label into a piece of a region if it fits."""
    width, height = (round((inches + 2 * MARGIN) * RASTER) for inches in ruler.size(text, size))
    place = regions.place_box(room, *((height, width) if turned else (width, height)))
    if place is None:
        return False
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    behind = {"boxstyle": "round,pad=0.25", "facecolor": look.colour, "edgecolor": "none"} if look.hatch else None
    across, up = _logarithmic(ax)
    ax.text(
        float(regions.along(left, right, (window[1].start + place[0]) / shape[1], across)),
        float(regions.along(bottom, top, (window[0].start + place[1]) / shape[0], up)),
        text,
        fontsize=size,
        linespacing=LINE_SPACING,
        color=INK,
        ha="center",
        va="center",
        rotation=90 if turned else 0,
        bbox=behind,
        zorder=3,
    )
    return True


def write_legend(ax: "Axes", numbered: Mapping[RegionLook, int], others: Sequence[RegionLook]) -> None:
    """To the right of the axes: regions by number, then others."""
    from matplotlib.patches import Patch

    indent = f"{BLANK}   " * any(numbered.values())
    entries = [(f"{number or BLANK}   " * bool(indent) + look.label, look) for look, number in numbered.items()]
    rows = [(textwrap.fill(text, 40, subsequent_indent=indent, break_long_words=False), look) for text, look in entries]
    rows += [(indent + look.label, look) for look in others]
    if rows:
        ax.legend(
            handles=[
                Patch(facecolor=look.colour, edgecolor=look.line, hatch=look.hatch, linewidth=0.6, label=plain(text))
                for text, look in rows
            ],
            loc="upper left",
            bbox_to_anchor=(1.02, 1.0),
            borderaxespad=0,
            frameon=False,
            fontsize=8.5,
            handlelength=1.8,
            handleheight=1.3,
            labelspacing=0.7,
        )


def _write_around(ax: "Axes", region_map: RegionMap, title: str, common: tuple[str, ...]) -> None:
    """Title, what exists everywhere, and the fixed parameters."""
    ruler = Ruler()
    width = ax.get_window_extent().width / figure_of(ax).dpi
    above = wrapped([f"In every region also: {plain(', '.join(common))}"], width, ruler, SMALL) if common else ""
    ax.set_title(title, loc="left", fontsize=11, pad=6 + (13 * (above.count("\n") + 1) if above else 0))
    look: dict[str, Any] = {"fontsize": SMALL, "color": FAINT, "linespacing": LINE_SPACING}
    at: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
    if above:
        ax.annotate(above, (0, 1), (0, 6), va="bottom", **at, **look)
    below = wrapped([f"{typeset(name)[:-1]} = {value:.4g}$" for name, value in region_map.fixed.items()], width, ruler, SMALL)
    if below:
        ax.annotate(below, (0, 0), (0, -36), va="top", **at, **look)
