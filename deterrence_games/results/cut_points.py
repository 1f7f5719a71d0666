"""What the search for cut-point equilibria of the joining game with private costs returns."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from deterrence_games.forms.joining import Floats, PrivateJoiningForm

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class CutPointEquilibrium:
    """A Bayesian equilibrium in cut-points: an ally comes when its cost is at most its cut-point and nobody vetoes.

    Attributes
    ----------
    form : PrivateJoiningForm
    cut_point : float64[ally]
        In the unit of the ally's cost; the highest cost of coming alone at which it comes.
    chance : float64[ally]
        Probability that the ally comes, vetoes counted in.
    margin : float64[ally]
        What coming is worth more than staying away at the median cost: the ally's credibility.
    strength, probability : float64[level]
        Levels of the coalition's strength, target included, and the probability of each.
    attack_value_without : float64[ally]
        What attacking is worth when this ally stays at home and the others come as before.
    residual : float
        Largest distance between a chance and the one that the best reply gives, by code that the solver does not share.
    """

    form: PrivateJoiningForm
    cut_point: Floats
    chance: Floats
    margin: Floats
    strength: Floats
    probability: Floats
    attack_value_without: Floats
    residual: float

    @property
    def held(self) -> float:
        """Probability that the target holds when attacked."""
        game = self.form.form
        return float(
            game.late * game.held(game.target_strength) + (1.0 - game.late) * (self.probability @ game.held(self.strength))
        )

    @property
    def attack_value(self) -> float:
        """What attacking is worth to an aggressor with its median cost of war."""
        return float(self.probability @ self.form.form.attack_value(self.strength))

    @property
    def attack_probability(self) -> float:
        """Probability that the aggressor attacks: that its cost of war is below what attacking brings."""
        return attack_probability(self.form, self.attack_value)

    @property
    def expected_strength(self) -> float:
        """Mean strength of the coalition, target included."""
        return float(self.probability @ self.strength)

    def to_dataframe(self) -> "pd.DataFrame":
        """One row an ally: chance, cut-point, margin, median cost, promise, strength (needs the extra ``tables``)."""
        import pandas as pd

        game = self.form.form
        return pd.DataFrame(
            {
                "ally": game.allies,
                "chance": self.chance,
                "cut_point": self.cut_point,
                "median_cost": game.cost,
                "margin": self.margin,
                "promise": game.promise,
                "stake": game.stake,
                "strength": game.strength,
                "veto": self.form.veto,
            }
        )

    def __repr__(self) -> str:
        game = self.form.form
        order = np.argsort(-self.chance, kind="stable")
        comes = ", ".join(f"{game.allies[k]} {self.chance[k]:.3g}" for k in order[:12])
        more = f" and {len(order) - 12} more" if len(order) > 12 else ""
        return (
            f"{game.name}: the target holds with probability {self.held:.4g} when attacked; it is attacked with probability "
            f"{self.attack_probability:.4g}\n  comes with probability: {comes}{more}\n  residual {self.residual:.1e}"
        )


@dataclass(frozen=True, eq=False, repr=False)
class CutPointSolution:
    """Cut-point equilibria of a joining game with private costs.

    Attributes
    ----------
    equilibria : tuple of CutPointEquilibrium
        Fewest expected strength first.
    lowest, highest : float64[ally]
        Bounds on every equilibrium's chances, from replies that are monotone in the others' chances.
    unique : bool
        Whether the bounds meet, so that there is proved to be no other equilibrium, up to rounding.
    unit, rounding : float
        The unit in which the allies' strengths are counted in the distribution, and the largest standard deviation that this
        adds to a strength, its mean kept; 0 where strengths are whole units, and then the distribution is exact.
    completeness : str
    """

    equilibria: tuple[CutPointEquilibrium, ...]
    lowest: Floats
    highest: Floats
    unique: bool
    unit: float
    rounding: float
    completeness: str

    def __len__(self) -> int:
        return len(self.equilibria)

    def __getitem__(self, index: int) -> CutPointEquilibrium:
        return self.equilibria[index]

    def __iter__(self) -> Iterator[CutPointEquilibrium]:
        return iter(self.equilibria)

    def to_dataframe(self) -> "pd.DataFrame":
        """The equilibria below each other, numbered (needs the extra ``tables``)."""
        import pandas as pd

        return pd.concat(
            [own.to_dataframe().assign(equilibrium=number) for number, own in enumerate(self.equilibria)], ignore_index=True
        )

    def __repr__(self) -> str:
        exact = "exact" if self.rounding == 0.0 else f"in units of {self.unit:.4g}, means kept"
        return "\n".join(
            [f"{len(self)} cut-point equilibria; strengths {exact}", *map(repr, self.equilibria), self.completeness]
        )


def attack_probability(form: PrivateJoiningForm, attack_value: float) -> float:
    """Probability that an aggressor attacks whose median cost leaves it this value; one half at a tie."""
    game = form.form
    if form.aggressor_spread == 0.0 or game.war_cost == 0.0:
        return float(attack_value > game.tie)
    from scipy.special import ndtr

    bearable = game.war_cost + (attack_value if abs(attack_value) > game.tie else 0.0)
    return float(ndtr(np.log(bearable / game.war_cost) / form.aggressor_spread)) if bearable > 0.0 else 0.0
