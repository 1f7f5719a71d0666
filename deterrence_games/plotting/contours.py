"""Contours of a quantity over two parameters, with what was done about several equilibria."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deterrence_games.analysis.sweep_findings import OPEN, OUTSIDE, SIDE
from deterrence_games.analysis.sweep_quantities import FAMILIES
from deterrence_games.errors import GameError
from deterrence_games.plotting.regions import cell_edges
from deterrence_games.plotting.style import (
    FAINT,
    INK,
    Ruler,
    Where,
    drawing,
    picture_suffix,
    plain,
    save,
    title_of,
    typeset,
    words_of,
    wrapped,
)
from deterrence_games.results.region_map import BorderCurve

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from deterrence_games.theory import Theorem

Floats = npt.NDArray[np.float64]

PANEL = 3.6  # inches of a square panel
LEVELS = 8  # about so many steps of the scale
TINTS = (0.04, 0.62)  # of matplotlib's Blues: ever darker, and black lines and numbers read on the darkest
FLAT = 1e-9  # a region over which the quantity varies by less has no contours
SMALL = 8.0  # points
BORDER = 1.5  # points, twice as wide as a contour
EMPTY = "#E6E6E6"  # where there is no value


@dataclass(frozen=True)
class _Panel:
    """What is drawn: words about the equilibria it belongs to, and the values, ``float64[y, x]``."""

    words: str
    values: Floats


def plot_contour(
    dataset: "xr.Dataset",
    quantity: str = "war",
    path: Where | None = None,
    *,
    label: str | None = None,
    family: str | None = None,
    theorem: "Theorem | None" = None,
    title: str | None = None,
) -> "Figure":
    """Draw a quantity of a sweep over two parameters as contours.

    Where equilibria differ nothing is hidden: a sweep by family or by range is drawn twice, once for the least and once for
    the greatest value over all equilibria (over the members of a family when one is chosen), unless they are the same
    everywhere; a sweep with a selection rule is drawn once, under the rule's words. Contours end at the borders between
    families, where values jump. Axes that were given as `Log` are logarithmic.

    Parameters
    ----------
    dataset : xarray.Dataset
        What `deterrence_games.sweep` returned over two parameters, of which the first lies across.
    quantity : str
        A variable of the dataset.
    path : path, optional
        Where to save the picture: ``.png``, ``.svg`` or ``.pdf``.
    label : str, optional
        Which outcome, player, action or commitment, for quantities that have several.
    family : str, optional
        Only the equilibria of this family, of a sweep by family.
    theorem : Theorem, optional
        Of the same game: draws the exact borders between its families.
    title : str, optional
        Default: the name of the game.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    GameError
        When the dataset is not over two parameters, has no such quantity, label or family, or is of another game than the
        theorem.
    FormatError
        When the path is no picture's or cannot be written.
    """
    if path is not None:
        picture_suffix(path)
    axes = tuple(str(dim) for dim in dataset["status"].dims)
    if len(axes) != 2 or any(dataset.sizes[name] < 2 for name in axes):
        raise GameError(f"contours need two axes of two values or more, here are {', '.join(axes)}; choose a part")
    if theorem is not None and theorem.game.name != dataset.attrs["game"]:
        raise GameError(f"the theorem is on {theorem.game.name!r}, the sweep on {dataset.attrs['game']!r}; give its own")
    panels = _panels(dataset, axes, quantity, label, family)
    borders = () if theorem is None else _borders(dataset, axes, theorem)
    with drawing():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(PANEL * len(panels) + 0.9 * len(panels) + 0.9, PANEL + 1.4), layout="constrained")
        grid = figure.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)[0]
        levels = _levels(panels)
        for ax, panel in zip(grid, panels, strict=True):
            shades = _draw(ax, dataset, axes, panel, levels, borders)
            ax.set_xlabel(typeset(axes[0]), fontsize=11)
            ax.tick_params(labelsize=8.5)
            ax.set_title("\n".join(textwrap.wrap(plain(panel.words), 48)), loc="left", fontsize=SMALL, color=FAINT)
        grid[0].set_ylabel(typeset(axes[1]), fontsize=11)
        bar = figure.colorbar(shades, ax=list(grid), ticks=levels, shrink=0.95)
        bar.set_label(_name(dataset, quantity, label), fontsize=9)
        bar.ax.tick_params(labelsize=8)
        _write_around(figure, grid[0], dataset, plain(title) if title is not None else title_of(dataset.attrs["game"]))
        if path is not None:
            save(figure, path)
    return figure


def _panels(dataset: "xr.Dataset", axes: tuple[str, str], quantity: str, label: str | None, family: str | None) -> list[_Panel]:
    """One panel, or one for the least and one for the greatest value."""

    def pick(kind: str, wanted: str | None, values: "xr.DataArray", dim: str) -> "xr.DataArray":
        known = [str(own) for own in values[dim].to_numpy()]
        if wanted not in known:
            raise GameError(f"{quantity} of {dataset.attrs['game']!r}: {kind} is {wanted!r:.60}; use one of {', '.join(known)}")
        return values.sel({dim: wanted})

    if quantity not in dataset or quantity in (FAMILIES, "status") or dataset[quantity].dims[:2] != axes:
        known = ", ".join(
            str(name) for name, own in dataset.items() if own.dims[:2] == axes and name not in (FAMILIES, "status")
        )
        raise GameError(f"the sweep of {dataset.attrs['game']!r} has no quantity {quantity!r:.60}; it has {known or 'none'}")
    values = dataset[quantity]
    for dim in values.dims[2:]:
        if dim not in ("family", SIDE):
            values = pick(f"label (of its axis {dim})", label, values, str(dim))
            label = None
    if label is not None:
        raise GameError(f"{quantity} of {dataset.attrs['game']!r} has no labels; leave out label")
    if family is not None and "family" not in values.dims:
        raise GameError(f"{quantity} of {dataset.attrs['game']!r} was not swept by family; sweep with select='family'")
    whose = "over all equilibria" if family is None else f"over the members of {family}"
    if family is not None:
        values = pick("family", family, values, "family")
    if SIDE not in values.dims:
        rule = dataset.attrs["selection"]
        words = "" if rule.startswith("none") else f"in {rule}"
        return [_Panel(words, values.transpose(*axes[::-1]).to_numpy().astype(np.float64))]
    sides = []
    for side, reduce in (("low", np.fmin.reduce), ("high", np.fmax.reduce)):
        own = values.sel({SIDE: side}).transpose(..., *axes[::-1]).to_numpy()
        sides.append(reduce(own, axis=0) if own.ndim == 3 else own)
    if np.allclose(sides[0], sides[1], rtol=0, atol=FLAT, equal_nan=True):
        return [_Panel("the same in all equilibria" if family is None else f"in {family}", sides[0])]
    return [_Panel(f"least {whose}", sides[0]), _Panel(f"greatest {whose}", sides[1])]


def _levels(panels: Sequence[_Panel]) -> Floats:
    """Round steps from the least to the greatest value of all panels."""
    from matplotlib.ticker import MaxNLocator

    finite = np.concatenate([panel.values[np.isfinite(panel.values)] for panel in panels])
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if high - low < FLAT:
        low, high = low - 0.5, high + 0.5
    return np.asarray(MaxNLocator(LEVELS, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high), dtype=np.float64)


def _draw(
    ax: "Axes", dataset: "xr.Dataset", axes: tuple[str, str], panel: _Panel, levels: Floats, borders: Sequence[BorderCurve]
) -> Any:
    from matplotlib import colormaps
    from matplotlib.colors import BoundaryNorm, ListedColormap
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    x, y = (dataset[name].to_numpy() for name in axes)
    edges = []
    for name, values, scale in zip(axes, (x, y), (ax.set_xscale, ax.set_yscale), strict=True):
        logarithmic = dataset[name].attrs.get("scale") == "log"
        edges.append(np.concatenate([values[:1], cell_edges(values, logarithmic)[1::2], values[-1:]]))
        if logarithmic:
            scale("log")
    tints = ListedColormap(colormaps["Blues"](np.linspace(*TINTS, len(levels) - 1)))
    shades = ax.pcolormesh(
        *edges, np.ma.masked_invalid(panel.values), shading="flat", cmap=tints, norm=BoundaryNorm(levels, tints.N),
        rasterized=True,
    )  # fmt: skip
    for here in _regions(dataset, axes, panel.values):
        values = np.where(here, panel.values, np.nan)
        if np.ptp(panel.values[here]) > FLAT:
            lines = ax.contour(x, y, values, levels=levels[1:-1], colors=INK, linewidths=0.7)
            ax.clabel(lines, fontsize=7, inline_spacing=2)
    for curve in borders:
        ax.plot(curve.x, curve.y, color=INK, linewidth=BORDER, solid_capstyle="round")
    marks: list[Any] = [Line2D([], [], color=INK, linewidth=BORDER, label="exact border of a family")] if borders else []
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(y[0], y[-1])
    empty = ~np.isfinite(panel.values)
    if empty.any():
        ax.set_facecolor(EMPTY)
        ax.patch.set(hatch="...", edgecolor=FAINT)
        status = dataset["status"].transpose(*axes[::-1]).to_numpy()
        reasons = [
            words
            for words, here in (
                ("an assumption of the game fails", empty & ((status & OUTSIDE) != 0)),
                ("the rule leaves several equilibria", empty & ((status & OPEN) != 0)),
                ("no such equilibrium", empty & ((status & (OUTSIDE | OPEN)) == 0)),
            )
            if here.any()
        ]
        marks = [*marks, Patch(facecolor=EMPTY, edgecolor=FAINT, hatch="...", linewidth=0.6, label=", or ".join(reasons))]
    if marks:
        ax.legend(handles=marks, loc="upper left", bbox_to_anchor=(0, -0.16), frameon=False, fontsize=SMALL, borderaxespad=0)
    return shades


def _regions(dataset: "xr.Dataset", axes: tuple[str, str], values: Floats) -> list[npt.NDArray[np.bool_]]:
    """Where the same families exist: within them values do not jump."""
    finite = np.isfinite(values)
    if FAMILIES not in dataset:
        return [finite] if finite.any() else []
    masks = dataset[FAMILIES].transpose(*axes[::-1]).to_numpy()
    return [here for mask in np.unique(masks) if (here := finite & (masks == mask)).any()]


def _borders(dataset: "xr.Dataset", axes: tuple[str, str], theorem: "Theorem") -> tuple[BorderCurve, ...]:
    window = [(name, float(dataset[name][0]), float(dataset[name][-1]), 2) for name in axes]
    fixed = {name: float(dataset[name]) for name in theorem.game.parameters if name not in axes}
    return theorem.map(window[0], window[1], fixed).borders()


def _name(dataset: "xr.Dataset", quantity: str, label: str | None) -> str:
    """The quantity in words."""
    if quantity in ("outcomes", "payoffs") and label is not None:
        return f"{'probability' if quantity == 'outcomes' else 'payoff'} of {plain(words_of(label))}"
    if quantity in ("war", "deterrence"):
        return f"probability of {quantity}"
    return plain(words_of(quantity) + (f": {label}" if label else ""))


def _write_around(figure: "Figure", ax: "Axes", dataset: "xr.Dataset", title: str) -> None:
    """Title, and the fixed parameters."""
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    fixed = {str(name): float(values) for name, values in dataset.coords.items() if values.ndim == 0}
    items = [f"{typeset(name)[:-1]} = {value:.4g}$" for name, value in fixed.items()]
    text = wrapped(items, figure.get_figwidth() - 1, Ruler(), SMALL)
    if text:
        figure.supxlabel(text, x=0.01, ha="left", fontsize=SMALL, color=FAINT)
