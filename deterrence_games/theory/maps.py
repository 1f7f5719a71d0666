"""The map of a theorem over two parameters, from its closed forms."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence_games.errors import GameError, SizeError
from deterrence_games.lowering.assumptions import broken_assumptions
from deterrence_games.lowering.grid import MAX_POINTS, Axis, read_axis, read_fixed
from deterrence_games.results.region_map import MAX_NAMES, RegionMap

if TYPE_CHECKING:
    from deterrence_games.theory.theorem import Theorem


def map_of(theorem: "Theorem", x: Axis, y: Axis, fixed: Mapping[str, Any] | None) -> RegionMap:
    """Which families exist at every point of a grid; see `Theorem.map`."""
    game = theorem.game
    x_name, x_values = read_axis(game, "x", x)
    y_name, y_values = read_axis(game, "y", y)
    numbers = read_fixed(game, x_name, y_name, fixed)
    if x_values.size * y_values.size > MAX_POINTS:
        raise SizeError(
            f"map of game {game.name!r}: {x_values.size * y_values.size:,} points; at most {MAX_POINTS:,} are accepted, "
            "use fewer"
        )
    if len(theorem.families) > MAX_NAMES:
        raise GameError(f"map of game {game.name!r}: {len(theorem.families)} families; at most {MAX_NAMES} fit into a map")
    grid: dict[str, Any] = {**numbers, x_name: x_values[None, :], y_name: y_values[:, None]}
    shape = (y_values.size, x_values.size)
    complete = np.full(shape, theorem.complete)
    for fails, _ in broken_assumptions(game, grid).values():
        complete &= ~np.broadcast_to(fails, shape)
    mask = np.zeros(shape, dtype=np.uint64)
    for bit, holds in enumerate(theorem.exists(grid).values()):
        mask |= (np.broadcast_to(holds, shape) & complete).astype(np.uint64) << np.uint64(bit)
    names = tuple(family.name for family in theorem.families)
    return RegionMap(game.name, x_name, y_name, x_values, y_values, names, mask, complete, numbers)
