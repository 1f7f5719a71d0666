"""The map of a theorem over two parameters, from its closed forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError, SizeError
from deterrence_games.lowering.grid import MAX_POINTS, Axis, read_axis, read_fixed
from deterrence_games.results.region_map import MAX_NAMES, BorderCurve, RegionMap
from deterrence_games.theory.borders import Conditions, border_curves
from deterrence_games.theory.closed_values import ClosedValues

if TYPE_CHECKING:
    from deterrence_games.theory.theorem import Theorem

Floats = npt.NDArray[np.float64]

PART = 1 << 20  # points evaluated at a time
ROWS = 64  # of a finer map at a time
ASIDE = (0.381966, 0.236068)  # where in its cell a finer point lies, so that no row or column of points follows a border


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
    return TheoremRegions.of(theorem).map((x_name, x_values), (y_name, y_values), numbers)


@dataclass(frozen=True, eq=False)
class TheoremRegions:
    """What a theorem says about the regions of a map, and their exact borders.

    Attributes
    ----------
    game : str
    families : tuple of str
    complete : bool
        Whether the theorem is.
    values : ClosedValues
    """

    game: str
    families: tuple[str, ...]
    complete: bool
    values: ClosedValues

    @classmethod
    def of(cls, theorem: "Theorem") -> "TheoremRegions":
        """Those of `Theorem.families`.

        Raises
        ------
        GameError
            For more than 64 families.
        """
        names = tuple(family.name for family in theorem.families)
        if len(names) > MAX_NAMES:
            raise GameError(f"map of game {theorem.game.name!r}: {len(names)} families; at most {MAX_NAMES} fit into a map")
        return cls(theorem.game.name, names, theorem.complete, theorem.regions)

    def map(self, x: tuple[str, Floats], y: tuple[str, Floats], fixed: Mapping[str, float]) -> RegionMap:
        """The families at every point of a grid; not complete where an assumption fails."""
        mask, complete = self._evaluate(x, y, fixed)
        return RegionMap(self.game, x[0], y[0], x[1], y[1], self.families, mask, complete, fixed, self)

    def borders(self, region_map: RegionMap) -> tuple[BorderCurve, ...]:
        """The borders within a map's window."""
        x, y = ((name, float(values[0]), float(values[-1])) for name, values in _axes(region_map))
        return border_curves(self.values, self.families, x, y, region_map.fixed)

    def finer(self, region_map: RegionMap, points: int) -> RegionMap:
        """A map of the same window with so many points along each axis.

        Points are evenly spaced, by the logarithm along logarithmic axes. A point stands for its cell. What it says was found
        beside its middle, where no border between round numbers runs, so that the map shows open regions and neither their
        borders nor the edges of the window.
        """
        axes, probes = [], []
        for (name, values), aside in zip(_axes(region_map), ASIDE, strict=True):
            low, high, shares = float(values[0]), float(values[-1]), (np.arange(points) + aside) / points
            if name in region_map.logarithmic:
                axes.append(np.geomspace(low, high, points))
                probes.append(low * (high / low) ** shares)
            else:
                axes.append(np.linspace(low, high, points))
                probes.append(low + shares * (high - low))
        conditions = Conditions(self.values, (region_map.x, region_map.y), region_map.fixed)
        mask, complete = np.zeros((points, points), dtype=np.uint64), np.zeros((points, points), dtype=np.bool_)
        for start in range(0, points, ROWS):
            part = slice(start, start + ROWS)
            across, up = np.meshgrid(probes[0], probes[1][part])
            exists, inside = conditions.holds(conditions.signs(across, up))
            complete[part] = inside & self.complete
            for bit, own in enumerate(exists):
                mask[part] |= (own & complete[part]).astype(np.uint64) << np.uint64(bit)
        return RegionMap(
            self.game, region_map.x, region_map.y, axes[0], axes[1], self.families, mask, complete, region_map.fixed, self,
            region_map.logarithmic,
        )  # fmt: skip

    def _evaluate(
        self, x: tuple[str, Floats], y: tuple[str, Floats], fixed: Mapping[str, float]
    ) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
        """Bits of the families, and where the theorem says something, both ``[y, x]``."""
        shape = (y[1].size, x[1].size)
        mask, complete = np.zeros(shape, dtype=np.uint64), np.zeros(shape, dtype=np.bool_)
        numbers = {name: np.asarray(value, dtype=np.float64) for name, value in fixed.items()}
        rows = max(1, PART // x[1].size)
        for start in range(0, y[1].size, rows):
            part = slice(start, start + rows)
            height = y[1][part].size
            columns = {**numbers, x[0]: np.tile(x[1], height), y[0]: np.repeat(y[1][part], x[1].size)}
            exists, inside, _, _ = self.values.evaluate(columns, height * x[1].size, ())
            complete[part] = inside.reshape(height, -1) & self.complete
            bits = np.zeros(height * x[1].size, dtype=np.uint64)
            for bit in range(len(self.families)):
                bits |= exists[:, bit].astype(np.uint64) << np.uint64(bit)
            mask[part] = np.where(complete[part], bits.reshape(height, -1), np.uint64(0))
        return mask, complete


def _axes(region_map: RegionMap) -> tuple[tuple[str, Floats], tuple[str, Floats]]:
    return (region_map.x, region_map.x_values), (region_map.y, region_map.y_values)
