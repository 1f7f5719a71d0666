"""Which equilibria exist where, over two parameters."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import FormatError, GameError

MAX_NAMES = 64  # one bit of the mask a name
SHOWN = 12  # combinations in the repr


@dataclass(frozen=True, eq=False)
class BorderCurve:
    """A part of a curve on which equilibria begin or end.

    Attributes
    ----------
    relation : str
        The equation that holds on it, a parameter against its threshold where the theorem writes it so.
    names : tuple of str
        The equilibria that exist on one side of it only.
    inside : bool
        Whether the game's assumptions hold on both sides; a curve where they end is the edge of what the theorem speaks of.
    x, y : float64[point]
        Points in order along the curve.
    """

    relation: str
    names: tuple[str, ...]
    inside: bool
    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]


class ClosedForm(Protocol):
    """What knows the regions of a map at every point, and their borders."""

    @property
    def complete(self) -> bool:
        """Whether it knows all equilibria wherever the game's assumptions hold."""

    def borders(self, region_map: "RegionMap") -> tuple[BorderCurve, ...]:
        """The borders within a map's window."""

    def finer(self, region_map: "RegionMap", points: int) -> "RegionMap":
        """A map of the same window with so many points along each axis."""


@dataclass(frozen=True, eq=False, repr=False)
class RegionMap:
    """The named equilibria at every point of a grid over two parameters.

    Parameters
    ----------
    game : str
        Name of the game.
    x, y : str
        Parameters on the two axes.
    x_values : float64[x]
    y_values : float64[y]
        Values on the axes, strictly increasing, two or more.
    names : tuple of str
        Names of the equilibria.
    mask : uint64[y, x]
        Bit ``k`` is set when an equilibrium called ``names[k]`` exists at the point.
    complete : bool[y, x]
        False where the search was not exhaustive, so that an equilibrium may be missing from ``mask``.
    fixed : mapping parameter -> float
        Values of the other parameters.
    closed_form : ClosedForm, optional
        What tells the exact borders, for a map from a theorem. It is not written to files.
    logarithmic : tuple of str
        Those of the two parameters that pictures show on a logarithmic scale; it is not written to files either.

    Examples
    --------
    >>> one = np.array([[1, 1], [3, 1]], dtype=np.uint64)
    >>> RegionMap("chicken", "p", "q", np.array([0.0, 1.0]), np.array([0.0, 1.0]), ("Attack", "Bluff"), one, one > 0)
    RegionMap 'chicken': p = 0 .. 1 (2), q = 0 .. 1 (2)
       75.0 %  Attack
       25.0 %  Attack + Bluff
    """

    game: str
    x: str
    y: str
    x_values: npt.NDArray[np.float64]
    y_values: npt.NDArray[np.float64]
    names: tuple[str, ...]
    mask: npt.NDArray[np.uint64]
    complete: npt.NDArray[np.bool_]
    fixed: Mapping[str, float] = field(default_factory=dict)
    closed_form: ClosedForm | None = None
    logarithmic: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        def reject(what: str) -> GameError:
            return GameError(f"map of game {self.game!r}: {what}")

        if self.x == self.y:
            raise reject(f"parameter {self.x!r} on both axes; choose two parameters")
        for name, values in ((self.x, self.x_values), (self.y, self.y_values)):
            if values.ndim != 1 or len(values) < 2 or not np.isfinite(values).all() or not (np.diff(values) > 0).all():
                raise reject(f"values of {name!r} are not two or more finite, increasing numbers; give a grid such as linspace")
            if name in self.logarithmic and values[0] <= 0:
                raise reject(f"{name!r} begins at {values[0]:g}; a logarithmic scale begins above zero")
        if len(self.names) > MAX_NAMES:
            raise reject(f"{len(self.names)} names; at most {MAX_NAMES} fit into the mask")
        if len(set(self.names)) != len(self.names):
            raise reject("two equilibria share a name; make the names differ")
        shape = (len(self.y_values), len(self.x_values))
        for part, kind in (("mask", np.dtype(np.uint64)), ("complete", np.dtype(np.bool_))):
            found = getattr(self, part)
            if found.shape != shape or found.dtype != kind:
                raise reject(f"{part} is {found.dtype}{found.shape}; it must be {kind}{shape}, axes (y, x)")
        if len(self.names) < MAX_NAMES and (self.mask >> np.uint64(len(self.names))).any():
            raise reject(f"the mask has bits beyond the {len(self.names)} names; name every equilibrium")
        for array in (self.x_values, self.y_values, self.mask, self.complete):
            array.setflags(write=False)
        object.__setattr__(self, "fixed", dict(self.fixed))

    def _combinations(self) -> list[tuple[int, int]]:
        """Distinct masks at decided points with the number of points, most frequent first."""
        masks, counts = np.unique(self.mask[self.complete], return_counts=True)
        return sorted(zip(masks.tolist(), counts.tolist(), strict=True), key=lambda pair: (-pair[1], pair[0]))

    def _names_of(self, mask: int) -> tuple[str, ...]:
        return tuple(name for bit, name in enumerate(self.names) if mask >> bit & 1)

    def regions(self) -> list[tuple[frozenset[str], float]]:
        """Distinct combinations of equilibria with their share of the points, largest first.

        Points where the search was not exhaustive belong to none, so the shares may add to less than one.
        """
        return [(frozenset(self._names_of(mask)), count / self.mask.size) for mask, count in self._combinations()]

    def labels(self) -> npt.NDArray[np.int64]:
        """Position in `regions` of the combination at each point, ``int64[y, x]``; -1 where the search was not exhaustive."""
        masks = np.array([mask for mask, _ in self._combinations()], dtype=np.uint64)
        labels = np.full(self.mask.shape, -1, dtype=np.int64)
        order = np.argsort(masks)
        labels[self.complete] = order[np.searchsorted(masks[order], self.mask[self.complete])]
        return labels

    def exists(self, name: str) -> npt.NDArray[np.bool_]:
        """Where an equilibrium of that name exists, ``bool[y, x]``."""
        if name not in self.names:
            raise GameError(f"map of game {self.game!r}: no equilibrium is called {name!r}; the names are {list(self.names)}")
        return (self.mask >> np.uint64(self.names.index(name)) & np.uint64(1)).astype(np.bool_)

    def borders(self) -> tuple[BorderCurve, ...]:
        """The exact borders between the regions, as curves from the conditions of the theorem that the map was made from.

        Raises
        ------
        GameError
            When the map was not made from a theorem.
        """
        if self.closed_form is None:
            raise GameError(
                f"map of game {self.game!r}: exact borders need closed forms; map a theorem, as dg.derive(game).map(...) does"
            )
        return self.closed_form.borders(self)

    def to_csv(self, path: str | PathLike[str]) -> None:
        """Write one row a point: both parameters, 1 or 0 for each name, and whether the search was exhaustive."""
        tails = {
            (mask, complete): (*(mask >> bit & 1 for bit in range(len(self.names))), int(complete))
            for mask in np.unique(self.mask).tolist()
            for complete in (False, True)
        }
        columns = self.x_values.tolist()
        try:
            with open(path, "w", encoding="utf-8", newline="") as file:
                table = csv.writer(file, lineterminator="\n")
                table.writerow((self.x, self.y, *self.names, "complete"))
                for y, *row in zip(self.y_values.tolist(), self.mask.tolist(), self.complete.tolist(), strict=True):
                    table.writerows((x, y, *tails[mask, done]) for x, mask, done in zip(columns, *row, strict=True))
        except OSError as problem:
            raise FormatError(f"map of game {self.game!r}: {str(path)!r} cannot be written ({problem.strerror})") from None

    def to_dict(self) -> dict[str, Any]:
        """The map in numbers, strings and lists, ready for JSON; `from_dict` is the way back."""
        return {
            "game": self.game,
            "x": self.x,
            "y": self.y,
            "x_values": self.x_values.tolist(),
            "y_values": self.y_values.tolist(),
            "names": list(self.names),
            "mask": self.mask.tolist(),
            "complete": self.complete.tolist(),
            "fixed": dict(self.fixed),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "RegionMap":
        """The map that `to_dict` described.

        Raises
        ------
        FormatError
            When a part is missing or is not what `to_dict` writes.
        """
        try:
            return cls(
                content["game"],
                content["x"],
                content["y"],
                np.array(content["x_values"], dtype=np.float64),
                np.array(content["y_values"], dtype=np.float64),
                tuple(content["names"]),
                np.array(content["mask"], dtype=np.uint64),
                np.array(content["complete"], dtype=np.bool_),
                {str(name): float(value) for name, value in content["fixed"].items()},
            )
        except KeyError as missing:
            raise FormatError(f"a map without {missing.args[0]!r}; write maps with RegionMap.to_dict") from None
        except (TypeError, ValueError, OverflowError, AttributeError) as problem:
            raise FormatError(f"a map that does not read back ({problem}); write maps with RegionMap.to_dict") from None

    def __repr__(self) -> str:
        axes = ", ".join(
            f"{name} = {values[0]:g} .. {values[-1]:g} ({len(values)})"
            for name, values in ((self.x, self.x_values), (self.y, self.y_values))
        )
        lines = [f"RegionMap {self.game!r}: {axes}"]
        combinations = self._combinations()
        for mask, count in combinations[:SHOWN]:
            lines.append(f"  {100 * count / self.mask.size:5.1f} %  {' + '.join(self._names_of(mask)) or 'no equilibrium'}")
        if len(combinations) > SHOWN:
            lines.append(f"           and {len(combinations) - SHOWN} more combinations")
        if not self.complete.all():
            outside = self.closed_form is not None and self.closed_form.complete
            words = "outside the game's assumptions" if outside else "not decided"
            lines.append(f"  {100 * (1 - self.complete.mean()):5.1f} %  {words}")
        return "\n".join(lines)
