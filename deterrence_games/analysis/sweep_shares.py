"""Shares of the swept space: how much of it each family of equilibria holds, and how exact the number is."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deterrence_games.analysis.sweep_findings import INCOMPLETE, OUTSIDE, UNDEFINED
from deterrence_games.analysis.sweep_grid import Block
from deterrence_games.analysis.sweep_plan import block_shape
from deterrence_games.errors import GameError, ParameterError

if TYPE_CHECKING:
    import xarray as xr

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

PART = 1 << 21  # points looked at a time
POINT = "point"  # the axis of samples and tables

_GRID = "weighted by the cell nearest to each point, in the box that the grid spans; along a Log axis by the logarithm"
_NO_ERROR = {
    "grid": "none: a grid has no sampling error; 'border' is the share of the points beside which the family begins or ends",
    "table": "none: the points of a table are no sample",
    "sequence": "none: the points of one quasi-random sequence are not independent; give sweeps with several seeds",
}


def family_shares(dataset: "xr.Dataset", *replicates: "xr.Dataset", confidence: float = 0.95) -> "xr.Dataset":
    """How much of the swept space each family of equilibria holds.

    The space is what the grid or the sample covers, as far as the game has numbers there and its assumptions hold.

    Parameters
    ----------
    dataset : xarray.Dataset
        What `sweep` returned, with ``"families"``, or a part of it.
    *replicates : xarray.Dataset
        The same sweep over samples with other seeds. The shares are then means over all of them, with the standard error of
        these means, which holds for quasi-random samples too.
    confidence : float
        Of the interval from `low` to `high`.

    Returns
    -------
    xarray.Dataset
        Along the axis ``family``:

        ``share``
            Of a sample or table the share of its points. On a grid every point counts with the cell that lies nearest to it,
            so that unevenly spaced values do not distort the share; an axis that was given as `Log` is measured by the
            logarithm, any other in the units of its parameter.
        ``standard_error``, ``low``, ``high``
            The sampling error of independent draws (binomial; the interval is that of Clopper and Pearson) and of
            replicates (Student's t); NaN where there is none, as the attribute ``error`` says.
        ``open``
            Share of the space where the search was not exhaustive and did not find the family.
        ``border``
            On a grid, share of the space at points with a neighbour along an axis at which the family's existence differs.
            Unless a part of its region lies between the points, the region's true share is off by less than that.

        The attributes say how many ``points`` were looked at, and which share of the space is ``admitted``.

    Raises
    ------
    GameError
        When there are no families, no point of the space is admitted, or the replicates are not of the same sweep.
    ParameterError
        When the confidence is no number between 0 and 1.

    References
    ----------
    Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the case of the binomial.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> game = dg.models.rudimentary_asymmetric_deterrence()
    >>> payoffs = dict(a_SQ=0, a_DC=1, a_DD=-3, b_SQ=3, b_DC=1, b_DDh=2, b_DDs=0)
    >>> swept = dg.sweep(game, dg.Sample({"p": (0, 1)}, 400, "random", seed=1), fixed=payoffs, quantities="families")
    >>> found = dg.family_shares(swept)
    >>> found.share.sel(family="Attack").item(), round(found.standard_error.sel(family="Attack").item(), 4)
    (0.255, 0.0218)
    """
    import xarray as xr

    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0 < confidence < 1:
        raise ParameterError(f"family_shares: confidence is {confidence!r:.40}; give a number between 0 and 1, such as 0.95")
    names = family_names(dataset)
    kind = kind_of(dataset)
    if replicates:
        _compare(dataset, replicates)
    counted = [_count(one, len(names)) for one in (dataset, *replicates)]
    share = np.mean([own["share"] for own in counted], axis=0)
    columns = {"share": share, "standard_error": np.full_like(share, np.nan)}
    columns |= dict.fromkeys(("low", "high"), columns["standard_error"])
    if replicates:
        columns |= _student(np.array([own["share"] for own in counted]), confidence)
        error = f"standard error of the mean over {len(counted)} samples with different seeds; interval by Student's t"
    elif kind == "random":
        columns |= _binomial(share, counted[0]["admitted_points"], confidence)
        error = "binomial standard error of independent draws; interval of Clopper and Pearson"
    else:
        error = _NO_ERROR[kind]
    columns["open"] = np.mean([own["open"] for own in counted], axis=0)
    columns["border"] = counted[0]["border"] if kind == "grid" else np.full_like(share, np.nan)
    told = {
        "game": dataset.attrs.get("game", ""),
        "points": sum(own["points"] for own in counted),
        "admitted": float(np.mean([own["admitted"] for own in counted])),
        "measure": _GRID if kind == "grid" else "every point counts the same",
        "error": error,
        "confidence": float(confidence),
    }
    return xr.Dataset({name: ("family", values) for name, values in columns.items()}, {"family": list(names)}, told)


# ---- what a dataset says of its points -------------------------------------------------------------------------------------


def family_names(dataset: "xr.Dataset") -> tuple[str, ...]:
    """The names of the families in what `sweep` returned, in the order of their bits.

    Raises
    ------
    GameError
        When there are none.
    """
    if "families" not in dataset or "status" not in dataset:
        raise GameError("the dataset has no families; sweep with quantities=('families', ...)")
    return tuple(dataset["families"].attrs["family_names"])


def kind_of(dataset: "xr.Dataset") -> str:
    """``"grid"``, ``"table"``, ``"random"``, or ``"sequence"`` for quasi-random samples."""
    if POINT not in dataset["families"].dims:
        return "grid"
    return {"": "table", "random": "random"}.get(dataset.attrs.get("sample_method", ""), "sequence")


def lengths(dataset: "xr.Dataset") -> dict[str, Floats]:
    """Along each axis of a grid, the share of its length that lies nearest to each value."""
    found = {}
    for dim in map(str, dataset["families"].dims):
        values = place(dataset, dim)
        middles = (values[1:] + values[:-1]) / 2
        found[dim] = np.diff(np.concatenate([values[:1], middles, values[-1:]])) if len(values) > 1 else np.ones(1)
    return found


def place(dataset: "xr.Dataset", name: str) -> Floats:
    """A swept parameter as a share of its range, on the scale of its axis: 0 at its least value, 1 at its greatest."""
    values: Floats = dataset[name].to_numpy().astype(np.float64)
    if dataset[name].attrs.get("scale") == "log":
        values = np.log(values)
    spread = float(values.max() - values.min()) if values.size else 0.0
    return (values - values.min()) / spread if spread else np.zeros_like(values)


def admitted(status: npt.NDArray[np.uint8]) -> Bools:
    """Where the game has numbers and its assumptions hold."""
    found: Bools = (status & (OUTSIDE | UNDEFINED)) == 0
    return found


# ---- counting --------------------------------------------------------------------------------------------------------------


def _count(dataset: "xr.Dataset", families: int) -> dict[str, Any]:
    """Weigh the points, part by part: the dataset may be larger than memory."""
    arrays = dataset["families"], dataset["status"]
    shape = arrays[0].shape
    grid = kind_of(dataset) == "grid"
    weights = list(lengths(dataset).values()) if grid else [np.ones(shape)]
    totals = {"share": np.zeros(families), "open": np.zeros(families), "border": np.zeros(families)}
    space, count = 0.0, 0
    for block, halo, inner in _blocks(shape, grid):
        mask, status = (array[halo].to_numpy() for array in arrays)
        own = admitted(status)
        weight = own[inner] * _product([one[part] for one, part in zip(weights, block, strict=True)])
        space += float(weight.sum())
        count += int(np.count_nonzero(own[inner]))
        unsure = (status & INCOMPLETE) != 0
        for bit in range(families):
            there = (mask >> mask.dtype.type(bit) & mask.dtype.type(1)).astype(np.bool_)
            totals["share"][bit] += weight[there[inner]].sum()
            totals["open"][bit] += weight[(unsure & ~there)[inner]].sum()
            if grid:
                totals["border"][bit] += weight[_beside(there, own)[inner]].sum()
    if not count:
        raise GameError(
            f"shares of {dataset.attrs.get('game', 'a game')!r}: the assumptions hold at no point of the sweep; choose others"
        )
    points = math.prod(shape)
    found = {name: values / space for name, values in totals.items()}
    return found | {"points": points, "admitted_points": count, "admitted": space if grid else count / points}


def _blocks(shape: tuple[int, ...], halo: bool) -> Iterator[tuple[Block, Block, Block]]:
    """Blocks of a dataset, each also with its neighbours, and where it lies among them."""
    part = block_shape(shape, PART)
    for start in np.ndindex(*(-(-length // own) for length, own in zip(shape, part, strict=True))):
        block = tuple(slice(k * own, min((k + 1) * own, n)) for k, own, n in zip(start, part, shape, strict=True))
        if not halo:
            yield block, block, tuple(slice(None) for _ in block)
            continue
        wide = tuple(slice(max(0, own.start - 1), min(n, own.stop + 1)) for own, n in zip(block, shape, strict=True))
        inner = zip(block, wide, strict=True)
        yield block, wide, tuple(slice(own.start - more.start, own.stop - more.start) for own, more in inner)


def _product(weights: list[Floats]) -> Floats:
    whole = np.ones(())
    for weight in weights:
        whole = np.multiply.outer(whole, weight)
    return whole


def _beside(there: Bools, own: Bools) -> Bools:
    """Where a neighbour along an axis differs, among admitted points."""
    found = np.zeros_like(there)
    for axis in range(there.ndim):
        ahead, back = [slice(None)] * there.ndim, [slice(None)] * there.ndim
        ahead[axis], back[axis] = slice(1, None), slice(None, -1)
        up, down = tuple(ahead), tuple(back)
        differ = (there[up] != there[down]) & own[up] & own[down]
        found[up] |= differ
        found[down] |= differ
    return found


# ---- errors ----------------------------------------------------------------------------------------------------------------


def _binomial(share: Floats, points: int, confidence: float) -> dict[str, Floats]:
    from scipy.stats import beta

    hits = np.rint(share * points)
    tail = (1 - confidence) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(hits > 0, beta.ppf(tail, hits, points - hits + 1), 0.0)
        high = np.where(hits < points, beta.ppf(1 - tail, hits + 1, points - hits), 1.0)
    return {"standard_error": np.sqrt(share * (1 - share) / points), "low": low, "high": high}


def _student(shares: Floats, confidence: float) -> dict[str, Floats]:
    from scipy.stats import t

    error = shares.std(axis=0, ddof=1) / np.sqrt(len(shares))
    half = t.ppf((1 + confidence) / 2, len(shares) - 1) * error
    mean = shares.mean(axis=0)
    return {"standard_error": error, "low": np.maximum(mean - half, 0), "high": np.minimum(mean + half, 1)}


def _compare(dataset: "xr.Dataset", replicates: "tuple[xr.Dataset, ...]") -> None:
    """Refuse replicates of another sweep, or of the same points."""
    every = (dataset, *replicates)
    if any(kind_of(one) in ("grid", "table") for one in every):
        raise GameError("family_shares: several sweeps are taken together when each is over a sample; give this one alone")
    if len({one.attrs["sample"] for one in every}) < len(every):
        raise GameError("family_shares: two of the samples have the same seed; give each a seed of its own")
    if len({_identity(one) for one in every}) > 1:
        raise GameError(
            "family_shares: the sweeps differ in more than the seed of their samples; sweep the same game over the same "
            "ranges, with the same number of points, fixed parameters and solver"
        )


def _identity(dataset: "xr.Dataset") -> tuple[Any, ...]:
    """What replicates have in common."""
    told = dataset.attrs
    drawn = str(told["sample"]).partition(", seed ")
    fixed = sorted((str(name), float(values)) for name, values in dataset.coords.items() if values.ndim == 0)
    return (told["game_sha256"], told["method"], family_names(dataset), drawn[0], drawn[2].partition(": ")[2], tuple(fixed))
