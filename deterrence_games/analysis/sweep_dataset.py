"""The result of a sweep as an `xarray.Dataset`: built from arrays, or opened from a store."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deterrence_games.analysis.sweep_plan import Plan
from deterrence_games.errors import DeterrenceGamesError, FormatError

if TYPE_CHECKING:
    import xarray as xr

Errors = Sequence[tuple[int, int, str, str]]


def need(*modules: str) -> None:
    """Complain before the work when a package is missing."""
    for module in modules:
        if find_spec(module) is None:
            raise DeterrenceGamesError(f"sweeps need {module}; install deterrence-games[sweeps]")


def dataset(plan: Plan, whole: Mapping[str, npt.NDArray[Any]], errors: Errors) -> "xr.Dataset":
    """Label arrays."""
    import xarray as xr

    dims = plan.grid.dims
    variables = {own.name: ((*dims, *own.dims), whole[own.name], dict(own.attributes)) for own in plan.work.variables}
    coordinates = {name: ((name,) * np.ndim(values), values, told) for name, (values, told) in plan.coordinates().items()}
    attributes = {name: value for name, value in plan.attributes().items() if name != "coordinates"}
    made = xr.Dataset(variables, coordinates, attributes).set_coords(plan.grid.listed)
    return _with_errors(made, plan, errors)


def open_dataset(plan: Plan, place: Path, errors: Errors) -> "xr.Dataset":
    """Open a store; numbers are read when they are used.

    Raises
    ------
    FormatError
        When its layout is damaged.
    """
    import xarray as xr

    try:
        made = xr.open_zarr(place, consolidated=True)
        for name, (values, _) in plan.coordinates().items():
            if not np.array_equal(made[name].to_numpy(), values):
                raise ValueError(f"coordinate {name!r} has other values")
    except Exception as problem:  # whatever Zarr makes of it
        raise FormatError(
            f"store '{place}' is damaged beside its blocks ({type(problem).__name__}: {problem}); remove it, or choose "
            "another place"
        ) from problem
    labels = {name: values for name, (values, _) in plan.coordinates().items() if np.asarray(values).dtype.kind == "U"}
    return _with_errors(made.assign_coords(labels), plan, errors)  # labels of one type, as those of a result in memory


def _with_errors(made: "xr.Dataset", plan: Plan, errors: Errors) -> "xr.Dataset":
    """Add what was raised, along an axis of its own: message, quantity, and the swept parameters at the point."""
    if not errors:
        return made
    places = [_place(plan, block, point) for block, point, _, _ in errors]
    order = sorted(range(len(errors)), key=lambda k: (places[k], errors[k][2]))
    found = [plan.grid.where(places[k]) for k in order]
    made["errors"] = ("error", np.array([errors[k][3] for k in order]), {"long_name": "what was raised, for the first of them"})
    told = {"error_quantity": ("error", np.array([errors[k][2] for k in order]))}
    told |= {f"error_{name}": ("error", np.array([point[name] for point in found])) for name in found[0]}
    return made.assign_coords(told)


def _place(plan: Plan, block: int, point: int) -> tuple[int, ...]:
    """The indices in the grid of a point of a block."""
    where = plan.block(block)
    within = np.unravel_index(point, tuple(part.stop - part.start for part in where))
    return tuple(part.start + int(k) for part, k in zip(where, within, strict=True))
