"""The families that a sweep tells apart: their names before the sweep begins, and where each exists afterwards."""

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence_games.analysis.cell_names import CellNames
from deterrence_games.analysis.sweep_findings import INCOMPLETE, RAISED, UNDEFINED
from deterrence_games.analysis.sweep_grid import Grid
from deterrence_games.analysis.sweep_pointwise import family_name
from deterrence_games.analysis.sweep_solver import OTHER, defined_points
from deterrence_games.api import solve
from deterrence_games.errors import AssumptionWarning, GameError
from deterrence_games.games import Game
from deterrence_games.lowering.tree import tree_form_of
from deterrence_games.results.region_map import MAX_NAMES, RegionMap
from deterrence_games.solvers import PerfectBayesian, Solver
from deterrence_games.solvers.certificate import certified
from deterrence_games.solvers.warm_up import warm_up
from deterrence_games.theory import Theorem
from deterrence_games.theory.maps import TheoremRegions

if TYPE_CHECKING:
    import xarray as xr

PROBES, SLOW_PROBES = 1024, 128  # points at which names are collected: over arrays, and one by one


def probed(game: Game, solver: Solver, grid: Grid) -> tuple[str, ...]:
    """The names of the game, then what turns up at some points of the grid under no name, told by the path of play.

    The points depend on the grid alone. Where they are not all of it, the last name is `OTHER`.

    Raises
    ------
    SolverError, SizeError
        When the solver cannot take the game.
    """
    at_once = isinstance(solver, PerfectBayesian)
    most = PROBES if at_once else SLOW_PROBES
    columns = grid.probe(most)
    points = len(next(iter(columns.values())))
    here = np.flatnonzero(defined_points(game, columns, points))
    columns = {name: values[here] for name, values in columns.items()}
    names = list(game.names)
    with warnings.catch_warnings(), warm_up.spent():
        warnings.simplefilter("ignore", AssumptionWarning)
        if not here.size:
            pass
        elif isinstance(solver, PerfectBayesian):
            form = tree_form_of(game, columns)
            cells = solver.solve_points(form)
            told = CellNames(game)
            told.number(cells, certified(form, cells, solver.certificate))
            names = told.names
        else:
            for point in range(here.size):
                solution = solve(game, {name: float(values[point]) for name, values in columns.items()}, solver, throw=False)
                names += [name for name in (family_name(game, found) for found in solution.equilibria) if name]
    names = list(dict.fromkeys(names))[: MAX_NAMES - 1]
    everything = grid.points <= most and len(names) < MAX_NAMES - 1 and at_once
    return tuple(names) if everything and names else (*names, OTHER)


def family_exists(dataset: "xr.Dataset", name: str) -> "xr.DataArray":
    """Where a family of equilibria exists in what `sweep` returned, as an array of truth values.

    Raises
    ------
    GameError
        When the dataset has no families, or none of this name.
    """
    if "families" not in dataset:
        raise GameError("the dataset has no families; sweep with quantities=('families', ...)")
    families = dataset["families"]
    names = list(families.attrs["family_names"])
    if name not in names:
        raise GameError(f"no family is called {name!r:.60}; the names are {names}")
    bit: Any = families.dtype.type(1 << names.index(name))
    found: xr.DataArray = (families & bit) != 0
    found.attrs = {"long_name": f"whether {name} exists"}
    return found


def region_map(dataset: "xr.Dataset", theorem: Theorem | None = None) -> RegionMap:
    """The families over two parameters as the map that `deterrence_games.plotting.plot_map` draws; the first axis lies across.

    Parameters
    ----------
    dataset : xarray.Dataset
    theorem : Theorem, optional
        What was swept; it gives the map its exact borders.

    Raises
    ------
    GameError
        When the dataset has no families, or its grid has not two axes of two values or more; when the theorem is of another
        game or has other families.
    """
    if "families" not in dataset:
        raise GameError("the dataset has no families; sweep with quantities=('families', ...)")
    families = dataset["families"]
    if families.ndim != 2:
        raise GameError(f"a map has two axes, here are {', '.join(map(str, families.dims))}; choose a part")
    x, y = (str(dim) for dim in families.dims)
    undecided = INCOMPLETE | UNDEFINED | RAISED
    return RegionMap(
        game=dataset.attrs["game"],
        x=x,
        y=y,
        x_values=dataset[x].to_numpy(),
        y_values=dataset[y].to_numpy(),
        names=tuple(families.attrs["family_names"]),
        mask=families.transpose(y, x).to_numpy().astype(np.uint64),
        complete=(dataset["status"].transpose(y, x).to_numpy() & undecided) == 0,
        fixed={str(name): float(values) for name, values in dataset.coords.items() if values.ndim == 0},
        closed_form=None if theorem is None else _regions_of(theorem, dataset),
        logarithmic=tuple(name for name in (x, y) if dataset[name].attrs.get("scale") == "log"),
    )


def _regions_of(theorem: Theorem, dataset: "xr.Dataset") -> TheoremRegions:
    found, names = TheoremRegions.of(theorem), tuple(dataset["families"].attrs["family_names"])
    if (found.game, found.families) != (dataset.attrs["game"], names):
        raise GameError(
            f"the theorem on {found.game!r} has the families {list(found.families)}, the sweep of "
            f"{dataset.attrs['game']!r} has {list(names)}; give the theorem that was swept"
        )
    return found
