"""Solve a game over a grid of two parameters."""

import os
import warnings
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from numbers import Integral
from typing import Any

import numpy as np

from deterrence_games.analysis.cell_names import FINISHED, CellNames
from deterrence_games.errors import AssumptionWarning, GameError, ParameterError, SizeError, SolverError
from deterrence_games.forms import TreeForm
from deterrence_games.games import Game
from deterrence_games.lowering.assumptions import broken_assumptions
from deterrence_games.lowering.grid import MAX_POINTS, Axis, read_axis, read_fixed
from deterrence_games.lowering.tree import tree_form_of
from deterrence_games.progress import progress as progress_bar
from deterrence_games.results.region_map import MAX_NAMES, RegionMap
from deterrence_games.solvers import PerfectBayesian
from deterrence_games.solvers.certificate import certified

CHUNK = 16_384  # points solved at a time: a progress bar moves, and findings stay small


def equilibrium_map(
    game: Game,
    x: Axis,
    y: Axis,
    fixed: Mapping[str, Any] | None = None,
    *,
    solver: PerfectBayesian | None = None,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> RegionMap:
    """Find which perfect Bayesian equilibria exist at every point of a grid over two parameters.

    An equilibrium bears the name of the first pattern of `Game.names` that its supports match, and without one is described
    by what the types do on the path of play. Supports are taken literally: where a continuum joins two equilibria, at a
    border, all three are reported.

    Parameters
    ----------
    game : Game
    x, y : (parameter, low, high, points)
        Evenly spaced values, ends included. At a prior of exactly 0 or 1 the game is solved as it then is: a type without
        prior probability plays a best reply, and is held possible only after moves that nobody makes.
    fixed : mapping parameter -> number
        Every other parameter.
    solver : PerfectBayesian, optional
    threads : int, optional
        By default one a processor. The map does not depend on it.
    progress : callable, optional
        Called with the number of points done since its last call; by default a bar on standard error, when that is a
        terminal and the work lasts.

    Returns
    -------
    RegionMap
        ``complete`` is false where the search reached a limit, or left a support undecided.

    Raises
    ------
    ParameterError
        For an unknown parameter, one that is given twice or not at all, an axis that is no interval with two or more
        points, and parameters at which a payoff or a probability is not defined.
    GameError
        When more than 64 kinds of equilibria turn up.

    Warns
    -----
    AssumptionWarning
        Once, when an assumption fails at points of the map. That a strict one is tied at the map's edge, as ``0 < p`` is at
        zero, is no failure.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> game = dg.models.rudimentary_asymmetric_deterrence()
    >>> payoffs = dict(a_SQ=0, a_DD=-3, b_SQ=3, b_DC=1, b_DDh=2, b_DDs=0)
    >>> equilibrium_map(game, x=("p", 0, 1, 80), y=("a_DC", 1, 3, 2), fixed=payoffs)
    RegionMap 'rudimentary_asymmetric_deterrence': p = 0 .. 1 (80), a_DC = 1 .. 3 (2)
       62.5 %  Deterrence
       37.5 %  Attack
    """
    if not isinstance(game, Game):
        raise GameError(f"cannot map {type(game).__name__}; give a Game")
    if solver is not None and not isinstance(solver, PerfectBayesian):
        raise SolverError(f"map of game {game.name!r}: {type(solver).__name__} takes no arrays of points; use PerfectBayesian")
    x_name, x_values = read_axis(game, "x", x)
    y_name, y_values = read_axis(game, "y", y)
    numbers = read_fixed(game, x_name, y_name, fixed)
    points = x_values.size * y_values.size
    if points > MAX_POINTS:
        raise SizeError(f"map of game {game.name!r}: {points:,} points; at most {MAX_POINTS:,} are accepted, use fewer")

    solver = solver or PerfectBayesian()
    workers = _threads(game, threads)
    names = CellNames(game)

    def form_of(part: slice) -> TreeForm:
        row, column = np.divmod(np.arange(part.start, part.stop), x_values.size)
        return tree_form_of(game, {**numbers, x_name: x_values[column], y_name: y_values[row]})

    chunks = [slice(start, min(start + CHUNK, points)) for start in range(0, points, CHUNK)]
    for part in chunks:
        form_of(part)  # complains of bad numbers before any is solved
    _warn_of_assumptions(game, {**numbers, x_name: x_values[None, :], y_name: y_values[:, None]})
    mask = np.zeros(points, dtype=np.uint64)
    complete = np.zeros(points, dtype=np.bool_)
    with nullcontext(progress) if progress else progress_bar(points, f"mapping {game.name}") as advance:
        for part in chunks:
            form = form_of(part)
            cells = solver.solve_points(form, threads=workers)
            good = certified(form, cells, solver.certificate)
            point = part.start + np.repeat(np.arange(form.points), cells.count)
            complete[part] = cells.code == FINISHED
            complete[point[~good]] = False
            number = names.number(cells, good)
            _check_count(game, names)
            for found in np.unique(number[good]).tolist():
                mask[point[number == found]] |= np.uint64(1 << found)
            advance(form.points)
    shape = (y_values.size, x_values.size)
    return RegionMap(
        game.name, x_name, y_name, x_values, y_values, tuple(names.names), mask.reshape(shape),
        complete.reshape(shape), numbers,
    )  # fmt: skip


def _threads(game: Game, given: int | None) -> int:
    if given is None:
        return os.cpu_count() or 1
    if isinstance(given, bool) or not isinstance(given, Integral) or int(given) < 1:
        raise ParameterError(f"map of game {game.name!r}: threads is {given!r:.40}; give a whole number from 1 on")
    return int(given)


def _warn_of_assumptions(game: Game, grid: Mapping[str, Any]) -> None:
    """Warn once of assumptions that fail, other than by a tie at the edge of the grid."""
    parts = []
    for relation, (fails, tied) in broken_assumptions(game, grid).items():
        edge = np.ones(fails.shape, dtype=np.bool_)
        edge[1:-1, 1:-1] = False
        counted = fails & ~(tied & edge)
        if counted.any() or tied.all():
            share = np.mean(counted | tied)
            parts.append(f"{relation} ({'everywhere' if share == 1 else f'at {100 * share:.2g} % of the points'})")
    if parts:
        warnings.warn(
            f"map of game {game.name!r}: assumptions fail: {'; '.join(parts)}; "
            "results may not bear the names of the literature",
            AssumptionWarning,
            stacklevel=3,
        )


def _check_count(game: Game, names: CellNames) -> None:
    if len(names.names) > MAX_NAMES:
        raise GameError(
            f"map of game {game.name!r}: more than {MAX_NAMES} kinds of equilibria turn up, one of them "
            f"{names.names[MAX_NAMES]!r:.200}; give the game names that put them together, or map a smaller part"
        )
