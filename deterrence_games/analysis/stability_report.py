"""The answer to "how stable is this equilibrium": findings that are decided, or say why they are not."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 96  # columns of text


@dataclass(frozen=True)
class Finding:
    """One answer with its reason.

    Attributes
    ----------
    value : bool, int, float or None
        The answer; None where the question was not decided.
    reason : str
        Why it is so, or why it was not decided.
    """

    value: bool | float | None
    reason: str

    @property
    def decided(self) -> bool:
        """Whether there is an answer."""
        return self.value is not None

    def __str__(self) -> str:
        """Tell answer and reason."""
        if self.value is None:
            return f"not decided: {self.reason}"
        if isinstance(self.value, bool):
            return f"{'yes' if self.value else 'no'}: {self.reason}"
        number = f"{self.value:+d}" if isinstance(self.value, int) else f"{self.value:.4g}"
        return f"{number}: {self.reason}"


@dataclass(frozen=True, eq=False, repr=False)
class StabilityReport:
    """What is known of the stability of one equilibrium, in the strategic form of its game.

    Attributes
    ----------
    game : str
    profile : str
        The equilibrium in words.
    strict : Finding
        Whether every departure costs something.
    undominated : Finding
        Whether nobody plays a weakly dominated strategy, pure or mixed.
    perfect : Finding
        Whether it is trembling-hand perfect in the strategic form.
    index : Finding
        Its index, +1 or -1; the indices of all equilibria, or components, of a game sum to +1.
    replicator : Finding
        Whether the replicator dynamics of two populations return to it.
    radius : Finding
        The robustness radius, in shares of each player's range of payoffs, as `robustness_radius` defines it.
    allowance : mapping player -> float
        The radius in units of each player's payoffs; empty where it is not decided.
    """

    game: str
    profile: str
    strict: Finding
    undominated: Finding
    perfect: Finding
    index: Finding
    replicator: Finding
    radius: Finding
    allowance: Mapping[str, float]

    @property
    def findings(self) -> dict[str, Finding]:
        """The findings by their names in the field."""
        return {
            "strict": self.strict,
            "undominated": self.undominated,
            "trembling-hand perfect": self.perfect,
            "index": self.index,
            "stable under replicator dynamics": self.replicator,
            "robustness radius": self.radius,
        }

    def __repr__(self) -> str:
        left = max(len(name) for name in self.findings)
        lines = textwrap.wrap(f"{self.game}: stability of {self.profile}", WIDTH, subsequent_indent="  ")
        told = {name: str(finding) for name, finding in self.findings.items()}
        if self.allowance:
            told["robustness radius"] += " (in payoffs: " + _listed(self.allowance) + ")"
        for name, text in told.items():
            pad = " " * (left + 6)
            lines += textwrap.wrap(f"{name:<{left}}  {text}", WIDTH, initial_indent="    ", subsequent_indent=pad)
        return "\n".join(lines)

    def rows(self) -> list[dict[str, Any]]:
        """One dictionary a finding: ``finding``, ``decided``, ``value``, ``reason``."""
        return [
            {"finding": name, "decided": own.decided, "value": own.value, "reason": own.reason}
            for name, own in self.findings.items()
        ]

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a finding (needs pandas)."""
        import pandas as pd

        return pd.DataFrame(self.rows())


def _listed(allowance: Mapping[str, float]) -> str:
    return ", ".join(f"{player} {value:.4g}" for player, value in allowance.items())
