"""What the search for pure equilibria of the joining game returns."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from deterrence_games.forms.joining import Floats, JoiningForm
from deterrence_games.results.status import Status

if TYPE_CHECKING:
    import pandas as pd

INTERPLAY = {
    "dominant": "each ally's reply is the same whatever the others do",
    "complementary": "allies come only if enough others do",
    "free_riding": "allies stay away once enough others come",
    "mixed": "some allies follow the others, some make room for them, or both",
}


@dataclass(frozen=True)
class JoiningEquilibrium:
    """One pure equilibrium: who comes, how strong the coalition is, whether it deters, and the certificate."""

    coming: tuple[str, ...]
    strength: float
    held: float
    attack_value: float
    deters: bool
    regret: float
    margin: float


@dataclass(frozen=True, eq=False, repr=False)
class JoiningSolution:
    """All pure equilibria of a joining game, counted, and the first of them listed.

    Attributes
    ----------
    form : JoiningForm
    count, deterring : int
        Pure equilibria, and those in which the aggressor is deterred. Lower bounds when `status` is not `Status.COMPLETE`.
    most : int
        Upper bound on the number of equilibria; equal to `count` when complete.
    strict_count, strict_deterring : int
        The same without equilibria in which some ally is indifferent. Where both counts agree, no tie bears on the answer.
    joins : bool[listed, ally]
        Who comes in the listed equilibria, weakest coalition first.
    regret, margin : float64[listed]
        Largest gain and least loss of an ally from changing sides, by code that the solver does not share.
    interplay : str
        A key of ``INTERPLAY``.
    least, greatest : bool[ally] or None
        Where joining is complementary or dominant: the equilibria with the smallest and the largest coalition.
    deterring_strength : float
        Strength of a coalition, target included, from which on attacking does not pay; infinite when no strength deters.
    status : Status
    completeness : str
    """

    form: JoiningForm
    count: int
    deterring: int
    most: float
    strict_count: int
    strict_deterring: int
    joins: npt.NDArray[np.bool_]
    regret: Floats
    margin: Floats
    interplay: str
    least: npt.NDArray[np.bool_] | None
    greatest: npt.NDArray[np.bool_] | None
    deterring_strength: float
    status: Status
    completeness: str

    @property
    def complete(self) -> bool:
        """Whether the count is proved."""
        return self.status.proved

    @property
    def strengths(self) -> Floats:
        """Strength of the coalition in each listed equilibrium, target included."""
        return np.asarray(self.form.target_strength + self.joins @ self.form.strength)

    def __len__(self) -> int:
        return len(self.joins)

    def __getitem__(self, index: int) -> JoiningEquilibrium:
        strength = float(self.strengths[index])
        return JoiningEquilibrium(
            self.names(self.joins[index]),
            strength,
            float(self.form.held(strength)),
            float(self.form.attack_value(strength)),
            strength >= self.deterring_strength,
            float(self.regret[index]),
            float(self.margin[index]),
        )

    def __iter__(self) -> Iterator[JoiningEquilibrium]:
        return (self[index] for index in range(len(self)))

    def names(self, joins: npt.NDArray[np.bool_]) -> tuple[str, ...]:
        """The allies that come."""
        return tuple(ally for ally, comes in zip(self.form.allies, joins, strict=True) if comes)

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a listed equilibrium, with a column an ally (needs the extra ``tables``)."""
        import pandas as pd

        strengths = self.strengths
        table = pd.DataFrame(
            {
                "strength": strengths,
                "held": self.form.held(strengths),
                "attack_value": self.form.attack_value(strengths),
                "deters": strengths >= self.deterring_strength,
                "regret": self.regret,
                "margin": self.margin,
            }
        )
        return pd.concat([table, pd.DataFrame(self.joins, columns=list(self.form.allies))], axis=1)

    def __repr__(self) -> str:
        lines = [
            f"{self.form.name}: {self.count:,} pure equilibria, {self.deterring:,} of them deter; {INTERPLAY[self.interplay]}",
            f"the aggressor is deterred by strength {self.deterring_strength:.6g} of at most {self.form.largest:.6g}",
        ]
        for index in range(min(8, len(self))):
            own = self[index]
            who = ", ".join(own.coming[:12]) + (f" and {len(own.coming) - 12} more" if len(own.coming) > 12 else "")
            verdict = "deters" if own.deters else "does not deter"
            lines.append(f"[{index}] {who or 'nobody'}: strength {own.strength:.6g}, {verdict}, margin {own.margin:.3g}")
        if len(self) > 8:
            lines.append(f"... {len(self):,} are listed; see .to_dataframe()")
        return "\n".join([*lines, self.completeness])
