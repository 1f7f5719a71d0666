"""What a search for the best or worst correlated equilibrium returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from deterrence_games.forms.tree import Floats

SHOWN = 12  # profiles told in the text


@dataclass(frozen=True, eq=False)
class CorrelatedEquilibrium:
    """A correlated equilibrium that is best or worst for a stated objective.

    Attributes
    ----------
    game : str
    players : tuple of str
    strategies : tuple of tuple of str
    objective : str
        What was maximised or minimised.
    sense : str
        "best" or "worst".
    value : float
        The objective at the equilibrium.
    bound : float
        What no correlated equilibrium exceeds (falls below, for the worst), from the dual prices of the incentives: a proof of
        optimality that holds whatever the solver did, up to rounding.
    distribution : float64[a_1, ..., a_n]
        Probability with which each profile is recommended.
    payoffs : mapping player -> float
    violation : float
        Largest gain that a player expects, before the draw, from answering one recommendation with another strategy; in units
        of the payoffs, computed by code that the linear program does not share.
    outcomes : mapping outcome -> probability
        For games and trees.
    """

    game: str
    players: tuple[str, ...]
    strategies: tuple[tuple[str, ...], ...]
    objective: str
    sense: str
    value: float
    bound: float
    distribution: Floats
    payoffs: Mapping[str, float]
    violation: float
    outcomes: Mapping[str, float] = field(default_factory=dict)

    @property
    def gap(self) -> float:
        """How far the value may be from the optimum, in units of the objective."""
        return abs(self.bound - self.value)

    @property
    def recommended(self) -> dict[tuple[str, ...], float]:
        """The profiles in use with their probabilities, the likeliest first."""
        used = np.argwhere(self.distribution > 0.0).tolist()
        found = {
            tuple(own[k] for own, k in zip(self.strategies, profile, strict=True)): float(self.distribution[tuple(profile)])
            for profile in used
        }
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def __repr__(self) -> str:
        recommended = self.recommended
        lines = [
            f"{self.game}: {self.sense} correlated equilibrium for {self.objective}: {self.value:.6g} "
            f"(within {self.gap:.1e} of the optimum; nobody gains more than {self.violation:.1e} by disobeying)"
        ]
        lines += [f"  {', '.join(profile)}: {share:.6g}" for profile, share in list(recommended.items())[:SHOWN]]
        if len(recommended) > SHOWN:
            lines.append(f"  and {len(recommended) - SHOWN} other profiles")
        lines.append("payoffs: " + ", ".join(f"{player} {value:.6g}" for player, value in self.payoffs.items()))
        return "\n".join(lines)
