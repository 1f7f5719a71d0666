"""Which parameters drive a quantity: Sobol' indices over a box of parameters, from a sweep of a design of points."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence_games.analysis.sweep import sweep
from deterrence_games.analysis.sweep_findings import INCOMPLETE, STATUS
from deterrence_games.analysis.sweep_grid import Table, read_sweep_grid
from deterrence_games.analysis.sweep_quantities import FAMILIES, read_quantities
from deterrence_games.analysis.sweep_sample import Floats, Sample, in_words, scaled, shares
from deterrence_games.analysis.sweep_select import FAMILY
from deterrence_games.analysis.sweep_shares import POINT, admitted
from deterrence_games.errors import GameError, ParameterError
from deterrence_games.games import Game
from deterrence_games.solvers import Solver
from deterrence_games.theory import Theorem

if TYPE_CHECKING:
    import xarray as xr

RESAMPLES = 200  # of the bootstrap


def sensitivity(
    game: Game | Theorem,
    sample: Sample,
    *,
    fixed: Mapping[str, Any] | None = None,
    quantity: Any = FAMILIES,
    select: str = "range",
    solver: Solver | None = None,
    processes: int = 1,
    client: Any = None,
) -> "xr.Dataset":
    """Variance-based sensitivity of a quantity to each of several parameters that vary independently over a box.

    Parameters
    ----------
    game : Game or Theorem
        As for `sweep`.
    sample : Sample
        The box, in which every assumption of the game must hold. With n `points`, a power of two, and d parameters,
        n (d + 2) points are evaluated: two independent samples, and the first with one column at a time from the second.
    fixed : mapping parameter -> number
        Every other parameter.
    quantity : str or callable
        One that `sweep` knows. Of ``"families"`` what varies is whether each family exists, as 0 or 1.
    select : str
        Where equilibria are many and differ: ``"range"`` gives indices for the least and the greatest value over all
        equilibria, any other rule of `sweep` for that of the equilibrium which it names.
    solver, processes, client
        As for `sweep`.

    Returns
    -------
    xarray.Dataset
        Along the axis ``parameter`` and those of the quantity:

        ``first_order``
            Share of the variance that goes away when the parameter is known and nothing else is (Sobol' 1993).
        ``total_order``
            Share of the variance that is left when everything but the parameter is known; what it exceeds the first order
            by is due to interactions.
        ``first_order_error``, ``total_order_error``
            Standard errors by a seeded bootstrap, which takes the points for independent; for quasi-random points they are
            too large rather than too small.
        ``variance``
            Of the quantity; where it is zero, nothing drives the quantity and the indices are NaN.

    Raises
    ------
    GameError
        When the quantity has no value at some points, with the reason.
    ParameterError
        For what is wrong with the sample, the fixed parameters, the quantity or the rule.

    References
    ----------
    Sobol' (1993), Sensitivity estimates for nonlinear mathematical models; Saltelli, Annoni, Azzini, Campolongo, Ratto and
    Tarantola (2010), Variance based sensitivity analysis of model output, whose estimators `scipy.stats.sobol_indices` has.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> game = dg.models.rudimentary_asymmetric_deterrence()
    >>> payoffs = dict(a_SQ=0, a_DD=-3, b_SQ=3, b_DC=1, b_DDh=2, b_DDs=0)
    >>> found = dg.sensitivity(game, dg.Sample({"p": (0, 1), "a_DC": (1, 2)}, 256), fixed=payoffs)
    >>> found.first_order.sel(family="Attack").values.round(2).tolist()  # Attack exists where p <= a_DC / (a_DC + 3)
    [0.86, 0.0]
    """
    import xarray as xr

    own = game if isinstance(game, Game) else getattr(game, "game", None)
    if not isinstance(own, Game):
        raise GameError(f"sensitivity of {type(game).__name__}: give a Game, or a Theorem from derive")
    _check(own, sample, fixed, quantity, select)
    names = list(sample.ranges)
    length, width = int(sample.points), len(names)
    swept = sweep(
        game,
        Table(scaled(sample, _design(sample, width, length))),
        fixed=fixed,
        quantities=(quantity,),
        select=select,
        solver=solver,
        processes=processes,
        client=client,
    )
    values = _values(swept, quantity)
    _refuse_gaps(own, swept, values)
    outputs = values.to_numpy().reshape(values.sizes[POINT], -1).T  # [output, point]
    first, total, first_error, total_error = _indices(outputs, length, width, int(sample.seed))
    dims = ("parameter", *(dim for dim in values.dims if dim != POINT))
    shape = tuple(values.sizes[dim] for dim in dims[1:])
    columns = {
        "first_order": first, "total_order": total, "first_order_error": first_error, "total_order_error": total_error,
    }  # fmt: skip
    made = {name: (dims, found.reshape(width, *shape)) for name, found in columns.items()}
    made["variance"] = (dims[1:], outputs[:, : 2 * length].var(axis=1).reshape(shape))
    labels = {dim: values[dim] for dim in dims[1:]}
    told = {
        **swept.attrs,
        "quantity": str(values.name),
        "points": int(outputs.shape[1]),
        "incomplete_points": int(((swept["status"] & INCOMPLETE) != 0).sum()),
        "sample": in_words(sample),
    }
    return xr.Dataset(made, {"parameter": names, **labels}, told)


def _check(game: Game, sample: Any, fixed: Any, quantity: Any, select: Any) -> None:
    def reject(what: str) -> ParameterError:
        return ParameterError(f"sensitivity of game {game.name!r}: {what}")

    if not isinstance(sample, Sample):
        raise reject(f"sample is {type(sample).__name__}; give Sample({{parameter: (low, high)}}, points=1024)")
    read_sweep_grid(game, sample, fixed)
    if len(sample.ranges) < 2:
        raise reject("one parameter alone explains all of the variance; let two or more vary")
    if int(sample.points) < 2 or int(sample.points) & (int(sample.points) - 1):
        near = 1 << max(1, round(np.log2(int(sample.points))))
        raise reject(f"the sample has {sample.points} points; give a power of two, such as {near}")
    (wanted,) = read_quantities(game, (quantity,))
    if wanted.differs and select == FAMILY:
        raise reject(
            f"{wanted.name!r} by family has no value where the family does not exist; use select='range', or a rule that "
            "names one equilibrium"
        )


def _design(sample: Sample, width: int, length: int) -> Floats:
    """Two independent samples, then the first with one column after the other from the second; points of the unit cube."""
    both = shares(sample, 2 * width, 0, length)
    one, other = both[:, :width], both[:, width:]
    parts = [one, other]
    for column in range(width):
        mixed = one.copy()
        mixed[:, column] = other[:, column]
        parts.append(mixed)
    return np.concatenate(parts)


def _values(swept: "xr.Dataset", quantity: Any) -> "xr.DataArray":
    """The quantity as numbers, points first."""
    import xarray as xr

    if quantity != FAMILIES:
        found: xr.DataArray = swept[quantity if isinstance(quantity, str) else quantity.__name__]
        return found.astype(np.float64)
    families = swept[FAMILIES]
    names = list(families.attrs["family_names"])
    mask = families.to_numpy()
    bits = [(mask >> mask.dtype.type(bit) & mask.dtype.type(1)).astype(np.float64) for bit in range(len(names))]
    return xr.DataArray(np.stack(bits, axis=1), dims=(POINT, "family"), coords={"family": names}, name=FAMILIES)


def _refuse_gaps(game: Game, swept: "xr.Dataset", values: "xr.DataArray") -> None:
    """Every point needs a value."""
    gaps = np.isnan(values.to_numpy().reshape(values.sizes[POINT], -1)).any(axis=1) | ~admitted(swept["status"].to_numpy())
    if not gaps.any():
        return
    first = int(np.flatnonzero(gaps)[0])
    here = swept.isel({POINT: first})
    bits = [words for bit, words in STATUS.items() if int(here["status"]) & bit]
    listed = [name for name, one in swept.coords.items() if one.dims == (POINT,)]
    at = ", ".join(f"{name} = {float(here[name]):g}" for name in listed)
    raise GameError(
        f"sensitivity of game {game.name!r}: {values.name} has no value at {int(gaps.sum()):,} of {len(gaps):,} points, "
        f"first at {at} ({'; '.join(bits) or 'no equilibrium was found'}); choose ranges within the assumptions, or another "
        "quantity or rule"
    )


def _indices(outputs: Floats, length: int, width: int, seed: int) -> tuple[Floats, Floats, Floats, Floats]:
    """First and total orders with their standard errors, ``float64[parameter, output]``."""
    from scipy.stats import sobol_indices

    parts = outputs.reshape(len(outputs), 2 + width, length)
    found = np.full((4, width, len(outputs)), np.nan)
    for row, own in enumerate(parts):
        if np.ptp(own[:2]) == 0:
            continue

        def of(chosen: Any, own: Floats = own) -> Floats:
            picked = own[:, chosen]
            given = {"f_A": picked[:1], "f_B": picked[1:2], "f_AB": picked[2:, None]}
            made = sobol_indices(func=given, n=length)
            return np.stack([made.first_order, made.total_order])

        found[:2, :, row] = of(np.arange(length))
        draws = np.random.default_rng(seed).integers(length, size=(RESAMPLES, length))
        found[2:, :, row] = np.std([of(chosen) for chosen in draws], axis=0, ddof=1)
    return found[0], found[1], found[2], found[3]
