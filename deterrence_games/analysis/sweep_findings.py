"""What is found at the points of a block, and the variables of a dataset that it is turned into."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from deterrence_games.analysis.sweep_quantities import COUNT, FAMILIES, Quantity
from deterrence_games.analysis.sweep_select import FAMILY, RANGE, Bools, Bounds, Floats, Selection, chosen, over, settled

Bits = npt.NDArray[np.uint8]

# Bits of the status of a point.
INCOMPLETE, OUTSIDE, BORDER, UNDEFINED, OPEN, RAISED = 1, 2, 4, 8, 16, 32
STATUS = {
    INCOMPLETE: "incomplete: an equilibrium may be missing",
    OUTSIDE: "outside: an assumption of the game fails",
    BORDER: "border: on the border of a family, within rounding",
    UNDEFINED: "undefined: the game has no numbers here",
    OPEN: "open: the rule leaves equilibria with different values",
    RAISED: "raised: a function or the solver raised an error",
}
SIDES = ("low", "high")
SIDE = "bound"


@dataclass(frozen=True, eq=False)
class Findings:
    """What is found at some points.

    Attributes
    ----------
    exists : bool[point, family]
    status : uint8[point]
    count : int64[point]
        Number of equilibria, a continuum counted once.
    bounds : dict quantity -> float64[point, family, label, side]
        The least and the greatest value over the members of the family; NaN where the family does not exist.
    values : dict quantity -> float64[point, label]
        Of what does not belong to an equilibrium.
    picked : bool[point, family], optional
        What a rule that looks at the equilibria of one point selects.
    errors : list of (point, quantity, message)
    """

    exists: Bools
    status: Bits
    count: npt.NDArray[np.int64]
    bounds: dict[str, Bounds] = field(default_factory=dict)
    values: dict[str, Floats] = field(default_factory=dict)
    picked: Bools | None = None
    errors: list[tuple[int, str, str]] = field(default_factory=list)

    @classmethod
    def nothing(cls, points: int, families: int, quantities: Sequence[Quantity], picking: bool) -> "Findings":
        """No family anywhere, and room for the quantities."""
        found = cls(
            np.zeros((points, families), bool), np.zeros(points, np.uint8), np.zeros(points, np.int64),
            picked=np.zeros((points, families), bool) if picking else None,
        )  # fmt: skip
        for quantity in quantities:
            width = max(1, len(quantity.labels))
            if quantity.differs:
                found.bounds[quantity.name] = np.full((points, families, width, len(SIDES)), np.nan)
            elif quantity.name not in (FAMILIES, COUNT):
                found.values[quantity.name] = np.full((points, width), np.nan)
        return found

    def fail(self, point: int, quantity: str, error: BaseException) -> None:
        """Record that a quantity could not be had at a point."""
        self.status[point] |= RAISED
        try:
            told = str(error)
        except Exception:  # errors of somebody else's making may fail to tell what they are
            told = "(it has no message)"
        self.errors.append((point, quantity, f"{type(error).__name__}: {told}"))


@dataclass(frozen=True)
class Variable:
    """A variable of the dataset.

    Attributes
    ----------
    name : str
    dims : tuple of str
        Behind the axes of the grid.
    sizes : tuple of int
    kind : str
        NumPy's name of the type.
    attributes : mapping
    """

    name: str
    dims: tuple[str, ...]
    sizes: tuple[int, ...]
    kind: str
    attributes: Mapping[str, Any]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its numbers."""
        return np.dtype(self.kind)

    @property
    def fill(self) -> float:
        """The value of what is not computed."""
        return np.nan if self.dtype.kind == "f" else 0


def variables(
    quantities: Sequence[Quantity], families: Sequence[str], selection: Selection, listed: Mapping[str, str]
) -> tuple[Variable, ...]:
    """The variables of a sweep; `listed` are the parameters with a value a point, and their units."""
    words: dict[str, Any]
    found = [Variable(name, (), (), "float64", {"units": unit}) for name, unit in listed.items()]
    flags = {"flag_masks": list(STATUS), "flag_meanings": " ".join(words.partition(":")[0] for words in STATUS.values())}
    told = "bits: " + "; ".join(f"{bit} {words}" for bit, words in STATUS.items())
    found.append(Variable("status", (), (), "uint8", {"long_name": told, **flags}))
    for quantity in quantities:
        dims = (quantity.dim,) if quantity.dim else ()
        sizes = (len(quantity.labels),) if quantity.dim else ()
        words = {"long_name": quantity.words, "units": quantity.unit}
        if quantity.name == FAMILIES:
            words = {
                "long_name": "families of equilibria that exist, one bit each, in the order of the axis 'family'",
                "flag_masks": [1 << bit for bit in range(len(families))] if len(families) < 64 else [],
                "family_names": list(families),
            }
            found.append(Variable(FAMILIES, (), (), mask_kind(len(families)), words))
        elif quantity.name == COUNT:
            found.append(Variable(COUNT, (), (), "uint16", {"long_name": "number of equilibria, a continuum counted once"}))
        elif not quantity.differs:
            found.append(Variable(quantity.name, dims, sizes, "float64", words))
        else:
            if selection.rule == FAMILY:
                dims, sizes = ("family", *dims, SIDE), (len(families), *sizes, len(SIDES))
            elif selection.rule == RANGE:
                dims, sizes = (*dims, SIDE), (*sizes, len(SIDES))
            found.append(Variable(quantity.name, dims, sizes, "float64", {**words, "selection": selection.words}))
    return tuple(found)


def mask_kind(families: int) -> str:
    """The shortest unsigned type with a bit for every family."""
    return next(f"uint{bits}" for bits in (8, 16, 32, 64) if families <= bits)


def arrays(
    found: Findings,
    quantities: Sequence[Quantity],
    selection: Selection,
    players: Sequence[str],
    columns: Mapping[str, Floats],
) -> dict[str, npt.NDArray[Any]]:
    """The values of all variables at the points, points first; `columns` are the listed parameters."""
    status = found.status.copy()
    made: dict[str, npt.NDArray[Any]] = dict(columns)
    made["status"] = status
    few: Bools | None = None
    if selection.single and any(quantity.differs for quantity in quantities):
        few = chosen(selection, players, found.exists, found.bounds) if found.picked is None else found.picked
    for quantity in quantities:
        name = quantity.name
        if name == FAMILIES:
            made[name] = masked(found.exists)
        elif name == COUNT:
            made[name] = np.minimum(found.count, np.iinfo(np.uint16).max).astype(np.uint16)
        elif not quantity.differs:
            made[name] = found.values[name] if quantity.dim else found.values[name][:, 0]
        else:
            made[name] = _selected(quantity, found, selection, few, status)
    return made


def _selected(quantity: Quantity, found: Findings, selection: Selection, few: Bools | None, status: Bits) -> npt.NDArray[Any]:
    bounds = found.bounds[quantity.name]
    if few is None:
        value = bounds if selection.rule == FAMILY else np.stack(over(found.exists, bounds), axis=-1)
        return value if quantity.dim else value[..., 0, :]
    value, differ = settled(*over(few, bounds))
    status[differ | (found.exists.any(axis=1) & ~few.any(axis=1))] |= OPEN
    return value if quantity.dim else value[:, 0]


def masked(exists: Bools) -> npt.NDArray[Any]:
    """One bit a family."""
    kind = np.dtype(mask_kind(exists.shape[1]))
    mask = np.zeros(len(exists), kind)
    for bit in range(exists.shape[1]):
        mask |= exists[:, bit].astype(kind) << kind.type(bit)
    return mask
