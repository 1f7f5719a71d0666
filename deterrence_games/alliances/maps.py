"""Where a guarantee is credible: a map over two quantities, every point an equilibrium with costs known."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from deterrence_games.alliances.extended_deterrence import Guarantee
from deterrence_games.errors import ParameterError
from deterrence_games.forms.joining import Floats
from deterrence_games.solvers.joining_equilibria import interplay_of
from deterrence_games.solvers.joining_map import AGGRESSORS_SIDE, QUANTITIES, check_quantities, settled_strengths

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Axis = tuple[str, float, float, int]
VERDICTS = (
    "deters in neither",
    "deters only from everybody",
    "deters only from nobody",
    "deters in both",
    "no equilibrium reached",
)


@dataclass(frozen=True, eq=False, repr=False)
class CredibilityMap:
    """A guarantee over two quantities.

    Attributes
    ----------
    title : str
    x, y : (name, values)
    strength : float64[start, y, x]
        Coalition's strength in the equilibrium that best replies reach from nobody (0) and from everybody (1); NaN where they
        go round in a circle.
    attack_value : float64[start, y, x]
        What attacking is worth against each.
    deters : bool[start, y, x]
        Where that is at most a rounding error, 1e-12 of the prize.
    interplay : str
        How replies depend on each other at the guarantee's own numbers. Where joining is complementary the two equilibria are
        the least and the greatest, so the verdict covers all of them; elsewhere they are two of perhaps many.
    """

    title: str
    x: tuple[str, Floats]
    y: tuple[str, Floats]
    strength: Floats
    attack_value: Floats
    deters: npt.NDArray[np.bool_]
    interplay: str

    @property
    def verdict(self) -> npt.NDArray[np.int64]:
        """Index into ``VERDICTS``, int64[y, x]."""
        nobody, everybody = self.deters
        reached = np.isfinite(self.strength).all(axis=0)
        return np.where(reached, everybody + 2 * nobody, len(VERDICTS) - 1).astype(np.int64)

    def shares(self) -> dict[str, float]:
        """Share of the points with each verdict."""
        counts = np.bincount(self.verdict.ravel(), minlength=len(VERDICTS))
        return {words: float(count) / self.verdict.size for words, count in zip(VERDICTS, counts, strict=True)}

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a point (needs the extra ``tables``)."""
        import pandas as pd

        y, x = (own.ravel() for own in np.meshgrid(self.y[1], self.x[1], indexing="ij"))
        return pd.DataFrame(
            {
                self.x[0]: x,
                self.y[0]: y,
                "strength_from_nobody": self.strength[0].ravel(),
                "strength_from_everybody": self.strength[1].ravel(),
                "attack_value_from_nobody": self.attack_value[0].ravel(),
                "attack_value_from_everybody": self.attack_value[1].ravel(),
                "verdict": np.array(VERDICTS)[self.verdict.ravel()],
            }
        )

    def to_xarray(self) -> "xr.Dataset":
        """The map with labelled axes (needs the extra ``sweeps``)."""
        import xarray as xr

        axes = ("start", self.y[0], self.x[0])
        places = {"start": ["nobody", "everybody"], self.y[0]: self.y[1], self.x[0]: self.x[1]}
        return xr.Dataset({"strength": (axes, self.strength), "attack_value": (axes, self.attack_value)}, coords=places)

    def __repr__(self) -> str:
        shares = ", ".join(f"{words} {share:.1%}" for words, share in self.shares().items() if share)
        return f"{self.title} over {self.x[0]} and {self.y[0]}, {self.verdict.size:,} points: {shares}"


def credibility_map(guarantee: Guarantee, x: Axis, y: Axis) -> CredibilityMap:
    """Map a guarantee over two quantities, costs of war known at their medians, each ally deciding for itself.

    Parameters
    ----------
    guarantee : Guarantee
    x, y : (quantity, low, high, number of values)
        ``"stake"``, ``"cost"`` and ``"promise"`` multiply every ally's own number; the others, ``"prize"``, ``"war_cost"`` (the
        aggressor's), ``"punishment"``, ``"target_strength"``, ``"aggressor_strength"``, ``"decisiveness"``, ``"company"`` and
        ``"late"``, replace the guarantee's.

    Raises
    ------
    ParameterError
        When a quantity is unknown or twice the same, or a range is empty or leaves what the quantity may be.

    Examples
    --------
    >>> from deterrence_games.alliances import credibility_map, guarantee, nato
    >>> baltic = guarantee(nato().without("ISL"), "RUS", "EST", 2024, stake=0.1)
    >>> found = credibility_map(baltic, ("promise", 0, 2, 21), ("prize", 0.5, 3, 11))
    >>> found.verdict.shape
    (11, 21)
    """
    if x[0] == y[0]:
        raise ParameterError(f"{guarantee.title}: both axes are {x[0]!r}; choose two quantities of {', '.join(QUANTITIES)}")
    axes = []
    for name, low, high, count in (x, y):
        if not low < high or not isinstance(count, (int, np.integer)) or count < 2:
            raise ParameterError(
                f"{guarantee.title}: axis {name!r} from {low} to {high} by {count}; give low < high, by 2 or more, whole"
            )
        axes.append((name, np.linspace(low, high, count)))
    form = guarantee.form
    check_quantities(form.name, dict(axes))
    heights, widths = np.meshgrid(axes[1][1], axes[0][1], indexing="ij")
    points = {axes[0][0]: widths.ravel(), axes[1][0]: heights.ravel()}
    ours = {name: own for name, own in points.items() if name not in AGGRESSORS_SIDE}
    shape = (2, *widths.shape)
    strength = np.broadcast_to(settled_strengths(form, ours), (2, widths.size))

    def at(name: str) -> Floats:
        return np.asarray(points.get(name, getattr(form, name)))

    target, aggressor, power = at("target_strength"), at("aggressor_strength"), at("decisiveness")
    late, prize = at("late"), at("prize")
    with np.errstate(over="ignore"):
        alone, together = (1.0 / (1.0 + (aggressor / own) ** power) for own in (target, strength))
    held = late * alone + (1.0 - late) * together
    worth = prize * (1.0 - held) - at("war_cost") - at("punishment") * (1.0 - late) * (strength - target)
    deters = worth <= 1e-12 * prize
    return CredibilityMap(
        guarantee.title, axes[0], axes[1], strength.reshape(shape).copy(), worth.reshape(shape), deters.reshape(shape),
        interplay_of(form),
    )  # fmt: skip
