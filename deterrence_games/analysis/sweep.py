"""Quantities of a game over a grid of parameters: in memory, or in a store that outlives the process and the machine."""

import json
import math
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence_games.analysis.sweep_dataset import dataset, need, open_dataset
from deterrence_games.analysis.sweep_families import probed
from deterrence_games.analysis.sweep_grid import Block, Given, Piece, read_sweep_grid
from deterrence_games.analysis.sweep_plan import Plan, make_plan
from deterrence_games.analysis.sweep_quantities import CLOSED, FAMILIES, read_quantities
from deterrence_games.analysis.sweep_run import do, results
from deterrence_games.analysis.sweep_select import read_selection
from deterrence_games.analysis.sweep_solver import SolverPoints
from deterrence_games.analysis.sweep_store import SweepStore, read_plan
from deterrence_games.analysis.sweep_theorem import theorem_method, theorem_points
from deterrence_games.analysis.sweep_work import Points
from deterrence_games.errors import FormatError, GameError, ParameterError, SizeError, SolverError
from deterrence_games.games import Game
from deterrence_games.progress import progress
from deterrence_games.solvers import PerfectBayesian, Solver
from deterrence_games.theory import Theorem

if TYPE_CHECKING:
    import xarray as xr

MOST_BYTES = 4 << 30  # of a result that is kept in memory
TRIED = 2048  # points a trial of an estimate
SLOW = 3.0  # seconds of a trial after which fewer points are tried


def sweep(
    game: Game | Theorem,
    grid: Given,
    *,
    fixed: Mapping[str, Any] | None = None,
    quantities: Any = ("families", "outcomes"),
    select: str = "family",
    solver: Solver | None = None,
    store: str | Path | None = None,
    chunks: int | Mapping[str, int] | None = None,
    processes: int = 1,
    client: Any = None,
) -> "xr.Dataset":
    """Evaluate a game at every point of a grid (needs the extra ``sweeps``).

    Parameters
    ----------
    game : Game or Theorem
        A game is solved at every point, a theorem evaluated from its closed forms.
    grid : mapping parameter -> values, Sample or Table
        Values are increasing numbers, `Linear` or `Log`; the grid is their product. `Sample` draws points from a box, `Table`
        lists them.
    fixed : mapping parameter -> number
        Every other parameter.
    quantities : sequence of str and callable
        ``"families"`` (which exist, one bit each), ``"count"`` of equilibria, ``"outcomes"`` and ``"payoffs"``, ``"war"`` and
        ``"deterrence"`` (their probability), ``"strategies"``, ``"margin"`` (strictness), ``"credibility"`` (margins of threats
        and promises), ``"logit"`` (the limit of quantal responses); and functions that take a `Solution` and return a number,
        kept under their name.
    select : str
        Where equilibria are many and differ: ``"family"`` gives values by family, with bounds over its members; ``"range"``
        bounds over all equilibria; ``"best PLAYER"``, ``"worst PLAYER"``, ``"least war"``, ``"risk dominant"`` and ``"logit
        limit"`` the value of the equilibrium so called. Where a rule leaves several with different values, the value is NaN and
        the status says so.
    solver : Solver, optional
        By default all perfect Bayesian equilibria.
    store : str or Path, optional
        A Zarr store on a local or shared disk. A store of the same sweep is gone on with, or read when it is finished; it may
        be larger than memory. Without it the result is kept in memory.
    chunks : int or mapping axis -> int, optional
        Points a block, or its length along axes: what is worked on, stored and put on record at a time.
    processes : int
        Worker processes on this machine. A script that uses several needs ``if __name__ == "__main__":``.
    client : dask.distributed.Client, optional
        Blocks are worked on by the workers of this cluster instead, and stored by this process.

    Returns
    -------
    xarray.Dataset
        One variable a quantity, and ``status``: 0 where everything is known, else bits as told in its attributes. The
        numbers do not depend on chunks, processes and cluster. What a function raised stands in ``errors``, with its point.

    Raises
    ------
    ParameterError
        For what is wrong with the grid, the fixed parameters, the quantities, the rule or the chunks.
    SizeError
        When the result would not fit into memory and there is no store.
    FormatError
        When the store is one of another sweep, is being written by another run, or cannot be written.
    SolverError
        When the solver cannot take the game.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> game = dg.models.rudimentary_asymmetric_deterrence()
    >>> payoffs = dict(a_SQ=0, a_DD=-3, b_SQ=3, b_DC=1, b_DDh=2, b_DDs=0)
    >>> swept = dg.sweep(game, {"p": [0.2, 0.5], "a_DC": [1, 2]}, fixed=payoffs, quantities=("families", "war"))
    >>> dg.family_exists(swept, "Attack").values.tolist()
    [[True, True], [False, False]]
    >>> swept.war.sel(family="Attack", bound="high").values.tolist()
    [[0.2, 0.2], [nan, nan]]
    """
    workers = _processes(processes, client)
    plan, place = _prepare(game, grid, fixed, quantities, select, solver, store, chunks)
    need("xarray", *(() if place is None else ("zarr", "dask")))
    return _in_memory(plan, workers, client) if place is None else _in_store(plan, place, workers, client)


@dataclass(frozen=True)
class SweepEstimate:
    """How large a sweep is.

    Attributes
    ----------
    points, blocks, done : int
        `done` of the blocks are in the store already.
    bytes, stored_bytes : int
        In memory, and on disk as far as a trial tells.
    seconds : float
        For what is left, as far as a trial tells; with all workers.
    """

    points: int
    blocks: int
    done: int
    bytes: int
    stored_bytes: int
    seconds: float

    def __str__(self) -> str:
        already = f", {self.done:,} of them done" if self.done else ""
        return (
            f"{self.points:,} points in {self.blocks:,} blocks{already}; {_size(self.bytes)} in memory, about "
            f"{_size(self.stored_bytes)} on disk; about {_time(self.seconds)}"
        )


def estimate_sweep(
    game: Game | Theorem,
    grid: Given,
    *,
    fixed: Mapping[str, Any] | None = None,
    quantities: Any = ("families", "outcomes"),
    select: str = "family",
    solver: Solver | None = None,
    store: str | Path | None = None,
    chunks: int | Mapping[str, int] | None = None,
    processes: int = 1,
) -> SweepEstimate:
    """Check a sweep as `sweep` does, try some points of its first, middle and last block, and write nothing.

    Parameters
    ----------
    game, grid, fixed, quantities, select, solver, store, chunks, processes
        As for `sweep`.
    """
    workers = _processes(processes, None)
    plan, place = _prepare(game, grid, fixed, quantities, select, solver, store, chunks)
    seconds, stored, tried = 0.0, 0, 0
    numbers = sorted({0, plan.blocks // 2, plan.blocks - 1})
    do(plan.work, _part(plan, numbers[0], 1), None)  # compiles
    for number in numbers:
        piece = _part(plan, number, TRIED if seconds < SLOW else 16)
        begin = perf_counter()
        contents, _ = plan.work.files(piece, piece.shape)
        seconds += perf_counter() - begin
        stored += sum(map(len, contents.values()))
        tried += piece.points
    done = 0
    if place is not None and read_plan(place) is not None:
        done = len(SweepStore(place, plan.chunk, plan.counts, plan.work.variables).done())
    return SweepEstimate(
        points=plan.grid.points,
        blocks=plan.blocks,
        done=done,
        bytes=plan.bytes,
        stored_bytes=round(stored / tried * plan.grid.points),
        seconds=seconds / tried * plan.grid.points * (1 - done / plan.blocks) / workers,
    )


def _part(plan: Plan, number: int, points: int) -> Piece:
    """Some points of a block, along its last axes."""
    block, left = [], points
    for part in reversed(plan.block(number)):
        length = min(part.stop - part.start, max(1, left))
        block.append(slice(part.start, part.start + length))
        left //= length
    return plan.grid.cut(tuple(reversed(block)))


# ---- before the first point ------------------------------------------------------------------------------------------------


def _processes(given: Any, client: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, Integral) or int(given) < 1:
        raise ParameterError(f"sweep: processes is {given!r:.40}; give a whole number from 1 on")
    if client is not None and int(given) > 1:
        raise ParameterError(
            "sweep: processes and client are both given; the cluster's workers do the work, leave out processes"
        )
    if client is not None and not all(hasattr(client, name) for name in ("submit", "nthreads", "cancel")):
        raise ParameterError(f"sweep: client is {client!r:.60}; give a dask.distributed.Client")
    return int(given)


def _prepare(
    given: Any, grid: Any, fixed: Any, quantities: Any, select: Any, solver: Any, store: Any, chunks: Any
) -> tuple[Plan, Path | None]:
    """Check everything, and hold it against what is in the store."""
    if not isinstance(given, Game | Theorem):
        raise GameError(f"cannot sweep {type(given).__name__}; give a Game, or a Theorem from derive")
    if store is not None and not isinstance(store, str | Path):
        raise ParameterError(f"sweep: store is {store!r:.60}; give the path of a Zarr store")
    game = given if isinstance(given, Game) else given.game
    points = read_sweep_grid(game, grid, fixed)
    wanted = read_quantities(game, quantities)
    selection = read_selection(game, select)
    place = None if store is None else Path(store)
    held = None if place is None else read_plan(place)
    if held is not None and chunks is None and len(held.get("chunk", ())) == len(points.dims):
        chunks = dict(zip(points.dims, held["chunk"], strict=True))
    own = PerfectBayesian() if solver is None else solver
    if not isinstance(own, Solver):
        raise SolverError(f"sweep of game {game.name!r}: solver is {solver!r:.60}; give one, such as LogitPath()")
    evaluated: Points
    if isinstance(given, Theorem):
        evaluated, method = theorem_points(given, wanted, selection, own, points.points), theorem_method(given)
        if any(quantity.name not in (FAMILIES, *CLOSED) for quantity in wanted):
            method += f"; {own!r}"
    else:
        families = probed(game, own, points) if held is None else tuple(held.get("families", ()))
        evaluated, method = SolverPoints(game, own, families), repr(own)
    plan = make_plan(evaluated, method, points, wanted, selection, chunks)
    if held is not None:
        _compare(place, plan, held)
    elif place is None and plan.bytes > MOST_BYTES:
        raise SizeError(
            f"sweep of game {game.name!r}: {plan.grid.points:,} points take {_size(plan.bytes)}, and at most "
            f"{_size(MOST_BYTES)} are kept in memory; give store='{game.name}.zarr', which is filled chunk by chunk (here "
            f"{math.prod(plan.chunk):,} points; chunks=N sets another length), or ask for fewer points or quantities"
        )
    return plan, place


def _compare(place: Path | None, plan: Plan, held: Mapping[str, Any]) -> None:
    """Refuse a store of another sweep."""
    own = json.loads(json.dumps(plan.identity))
    other = [words for key, words in _PARTS.items() if own.get(key) != held.get(key)]
    if own.get("versions") != held.get("versions"):
        other[-1] += f" ({_told(own.get('versions'), held.get('versions'))})"
    if other:
        raise FormatError(f"store '{place}' is of another sweep: {', '.join(other)}; it is left as it is, choose another place")


def _told(here: Any, there: Any) -> str:
    """The versions that differ."""
    own, other = (versions if isinstance(versions, Mapping) else {} for versions in (here, there))
    names = [name for name in {**own, **other} if own.get(name) != other.get(name)]
    return ", ".join(f"{name} {other.get(name, 'none')} there and {own.get(name, 'none')} here" for name in names)


_PARTS = {
    "format": "another format",
    "game": "another game",
    "method": "another solver or theorem",
    "grid": "another grid, or other fixed parameters",
    "quantities": "other quantities",
    "selection": "another selection",
    "families": "other families",
    "chunk": "other chunks",
    "versions": "other versions of the library or of what it computes with",
}


# ---- doing it --------------------------------------------------------------------------------------------------------------


def _in_memory(plan: Plan, processes: int, client: Any) -> "xr.Dataset":
    shape, variables = plan.grid.shape, plan.work.variables
    whole = {variable.name: np.empty((*shape, *variable.sizes), variable.dtype) for variable in variables}
    errors = []
    numbers = range(plan.blocks)
    with (
        _bar(plan, plan.grid.points) as advance,
        closing(results(plan.work, numbers, plan.cut, None, processes, client)) as finished,
    ):
        for number, (block, raised) in finished:
            where = plan.block(number)
            for name, values in block.items():
                whole[name][where] = values
            errors += [(number, *error) for error in raised]
            advance(_length(where))
    return dataset(plan, whole, sorted(errors))


def _in_store(plan: Plan, place: Path, processes: int, client: Any) -> "xr.Dataset":
    store = SweepStore(place, plan.chunk, plan.counts, plan.work.variables)
    if read_plan(place) is None or len(store.done()) < plan.blocks:
        with store.lock():
            held = read_plan(place)
            if held is None:
                store.make(plan.grid, plan.identity, plan.coordinates(), plan.attributes())
            else:
                _compare(place, plan, held)  # another run may have begun since
                open_dataset(plan, place, ())  # complains now, not after the work, when it is damaged
            done = store.done()
            left = [number for number in range(plan.blocks) if number not in done]
            try:
                _fill(plan, store, left, processes, client)
            except KeyboardInterrupt as stop:
                stop.add_note(
                    f"store '{place}': {len(store.done()):,} of {plan.blocks:,} blocks are done; run it again to go on"
                )
                raise
    else:
        store.unlock()
    return open_dataset(plan, place, store.errors())


def _fill(plan: Plan, store: SweepStore, numbers: list[int], processes: int, client: Any) -> None:
    points = sum(_length(plan.block(number)) for number in numbers)
    with (
        _bar(plan, points) as advance,
        closing(results(plan.work, numbers, plan.cut, plan.chunk, processes, client)) as finished,
    ):
        for number, (contents, errors) in finished:
            store.write(number, contents, errors)
            advance(_length(plan.block(number)))


def _bar(plan: Plan, points: int) -> Any:
    return progress(points, f"sweeping {plan.work.points.game.name}")


def _length(block: Block) -> int:
    return math.prod(part.stop - part.start for part in block)


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:,.3g} TB"


def _time(seconds: float) -> str:
    for unit, length, most in (("seconds", 1, 100), ("minutes", 60, 100), ("hours", 3600, 72)):
        if seconds < length * most:
            return f"{seconds / length:.2g} {unit}"
    return f"{seconds / 86400:,.0f} days"
