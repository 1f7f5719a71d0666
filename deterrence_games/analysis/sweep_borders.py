"""Robustness of a family over a map: how far its points lie from where it ends."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from deterrence_games.analysis.sweep_families import family_exists
from deterrence_games.analysis.sweep_findings import INCOMPLETE
from deterrence_games.analysis.sweep_shares import Bools, Floats, admitted, family_names, kind_of, lengths, place
from deterrence_games.errors import ParameterError, SizeError

if TYPE_CHECKING:
    import xarray as xr

MOST = 4_000_000  # points of a map whose distances are computed: half a minute of work


def border_distances(dataset: "xr.Dataset", name: str) -> "xr.DataArray":
    """How far each point at which a family exists lies from the nearest at which it does not.

    Every swept parameter is measured as a share of its swept range, from the least to the greatest value (by the logarithm
    along an axis that was given as `Log`), and the distance between two points is the largest change among the parameters: a
    family whose distance is 0.1 goes on as long as no parameter moves by a tenth of its range.

    Parameters
    ----------
    dataset : xarray.Dataset
        What `sweep` returned, with ``"families"``, or a part of it.
    name : str
        Of the family.

    Returns
    -------
    xarray.DataArray
        ``float64`` over the points; NaN where the family does not exist, infinity when it exists everywhere. Only points that
        keep to the assumptions and were searched exhaustively count as those where it does not exist. The border itself
        lies between the two points, on a grid at most one step (the attribute ``step``) nearer than the distance says.

    Raises
    ------
    GameError
        When there are no families, or none of this name.
    SizeError
        For more than four million points.

    See Also
    --------
    deterrence_games.theory.theorem.Theorem.robustness : exact borders around one point, from closed forms.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> game = dg.models.rudimentary_asymmetric_deterrence()
    >>> payoffs = dict(a_SQ=0, a_DC=1, a_DD=-3, b_SQ=3, b_DC=1, b_DDh=2, b_DDs=0)
    >>> swept = dg.sweep(game, {"p": [0.1, 0.2, 0.3, 0.9]}, fixed=payoffs, quantities="families")
    >>> dg.border_distances(swept, "Attack").values.round(3).tolist()  # it ends at p = 1/4
    [0.25, 0.125, nan, nan]
    """
    from scipy.spatial import KDTree

    family_names(dataset)
    there = family_exists(dataset, name)
    if there.size > MOST:
        raise SizeError(
            f"border_distances: {there.size:,} points; at most {MOST:,} are accepted; choose a part, or every tenth value of "
            "an axis with isel"
        )
    exists, status = there.to_numpy(), dataset["status"].to_numpy()
    own = admitted(status)
    without = own & ~exists & ((status & INCOMPLETE) == 0)
    grid = kind_of(dataset) == "grid"
    members, others = exists & own, without & _near_others(without) if grid else without
    found = np.full(exists.shape, np.nan)
    if members.any():
        distances = np.full(int(members.sum()), np.inf)
        if others.any():
            distances, _ = KDTree(_points(dataset, others)).query(_points(dataset, members), p=np.inf)
        found[members] = distances
    steps = (
        [float(np.diff(place(dataset, str(dim))).max()) for dim, length in there.sizes.items() if length > 1] if grid else []
    )
    told = {
        "long_name": f"distance to where {name} does not exist, as a share of the swept ranges",
        "units": "1",
        **({"step": max(steps, default=0.0)} if grid else {}),
    }
    made: xr.DataArray = there.copy(data=found)
    made.attrs = told
    return made


def family_robustness(dataset: "xr.Dataset", quantiles: Sequence[float] = (0.1, 0.5, 0.9)) -> "xr.Dataset":
    """How robust each family is over a map: the distribution of `border_distances` over its points.

    Parameters
    ----------
    dataset : xarray.Dataset
        What `sweep` returned, with ``"families"``, or a part of it.
    quantiles : sequence of float
        From 0 to 1: half of the family's region lies nearer to its border than the 0.5-quantile.

    Returns
    -------
    xarray.Dataset
        ``distance`` along ``family`` and ``quantile``, and ``mean`` along ``family``. Points are weighted as by
        `family_shares`. NaN for a family that exists nowhere, infinity for one that exists everywhere.

    Raises
    ------
    GameError, SizeError
        As `border_distances`.
    ParameterError
        When the quantiles are no numbers from 0 to 1.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> game = dg.models.rudimentary_asymmetric_deterrence()
    >>> payoffs = dict(a_SQ=0, a_DC=1, a_DD=-3, b_SQ=3, b_DC=1, b_DDh=2, b_DDs=0)
    >>> swept = dg.sweep(game, {"p": dg.Linear(0.005, 0.995, 100)}, fixed=payoffs, quantities="families")
    >>> dg.family_robustness(swept).distance.sel(quantile=0.5).values.round(3).tolist()
    [0.384, 0.131]
    """
    import xarray as xr

    names = family_names(dataset)
    given = isinstance(quantiles, Sequence | np.ndarray)
    wanted = np.asarray(quantiles if given else [quantiles], dtype=object)
    if wanted.ndim != 1 or not wanted.size or not all(_is_share(one) for one in wanted):
        raise ParameterError(
            f"family_robustness: quantiles are {quantiles!r:.60}; give numbers from 0 to 1, such as (0.1, 0.5)"
        )
    levels = wanted.astype(np.float64)
    weight = _weights(dataset)
    distance, mean = np.full((len(names), levels.size), np.nan), np.full(len(names), np.nan)
    for row, name in enumerate(names):
        found = border_distances(dataset, name).to_numpy()
        here = ~np.isnan(found)
        if here.any():
            distance[row] = _quantiles(found[here], weight[here], levels)
            mean[row] = np.average(found[here], weights=weight[here])
    told = {"game": dataset.attrs.get("game", ""), "units": "1", "long_name": "distances as shares of the swept ranges"}
    columns = {"distance": (("family", "quantile"), distance), "mean": ("family", mean)}
    return xr.Dataset(columns, {"family": list(names), "quantile": levels}, told)


def _is_share(value: object) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float | np.floating) and 0 <= float(value) <= 1


def _near_others(without: Bools) -> Bools:
    """Points beside one that is not among them, corners included: the nearest to any other point is such a one."""
    from scipy.ndimage import binary_dilation

    found: Bools = binary_dilation(~without, np.ones((3,) * without.ndim, bool))
    return found


def _points(dataset: "xr.Dataset", where: Bools) -> Floats:
    """Swept parameters as shares of their ranges, ``float64[point, parameter]``."""
    dims = [str(dim) for dim in dataset["families"].dims]
    places = np.nonzero(where)
    if kind_of(dataset) == "grid":
        return np.stack([place(dataset, dim)[index] for dim, index in zip(dims, places, strict=True)], axis=1)
    return np.stack([place(dataset, name)[places[0]] for name in _listed(dataset)], axis=1)


def _listed(dataset: "xr.Dataset") -> list[str]:
    """The swept parameters of a sample or table."""
    (dim,) = dataset["families"].dims
    return [str(name) for name, values in dataset.coords.items() if values.dims == (dim,) and name != dim]


def _weights(dataset: "xr.Dataset") -> Floats:
    weight: Floats = np.ones(dataset["families"].shape)
    if kind_of(dataset) == "grid":
        for axis, own in enumerate(lengths(dataset).values()):
            weight *= own.reshape([-1 if k == axis else 1 for k in range(weight.ndim)])
    return weight


def _quantiles(values: Floats, weights: Floats, levels: Floats) -> Floats:
    """The least value below or at which lies at least such a share of the weight."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    last = len(order) - 1
    places = np.searchsorted(reached, levels * reached[-1] * (1 - 1e-12))  # of sums that rounding has left short
    found: Floats = values[order[np.minimum(places, last)]]
    return found
