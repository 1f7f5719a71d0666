"""What can be asked of a theorem."""

from dataclasses import dataclass
from typing import TypeAlias

from deterrence_games.errors import GameError

CHANGES = ("rises", "falls", "never falls", "never rises")


@dataclass(frozen=True)
class Existence:
    """At every parameter point within the assumptions some equilibrium exists.

    Parameters
    ----------
    without : tuple of str
        Families that do not count. Where one exists everywhere, plain existence says little.
    """

    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Uniqueness:
    """Off the borders all equilibria at a parameter point lead to the same outcomes with the same probabilities.

    Parameters
    ----------
    without : tuple of str
        Families that do not count.
    """

    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exclusion:
    """Two families exist together on no open set of parameters.

    Parameters
    ----------
    one, other : str
        Names of families.
    """

    one: str
    other: str


@dataclass(frozen=True)
class Implication:
    """Wherever a family exists, relations hold.

    Parameters
    ----------
    family : str
    relation : str
        Such as ``"conflict <= p_ch*p_def"``, between parameters and probabilities: an outcome stands under its label, an
        action under ``PLAYER_TYPE_ACTION``; see `deterrence_games.theory.claim_text.probabilities`.
    """

    family: str
    relation: str


@dataclass(frozen=True)
class Monotone:
    """Throughout a family, a quantity moves in one direction with a parameter, all others held fixed.

    Parameters
    ----------
    family : str
    quantity : str
        An outcome, which stands for its probability, or ``payoff of PLAYER``.
    change : {"rises", "falls", "never falls", "never rises"}
    parameter : str
    """

    family: str
    quantity: str
    change: str
    parameter: str

    def __post_init__(self) -> None:
        if self.change not in CHANGES:
            raise GameError(f"claim: a quantity {self.change!r:.40} with nothing; use one of {', '.join(CHANGES)}")


@dataclass(frozen=True)
class Equivalence:
    """A family of `Theorem.families` exists exactly where relations between parameters hold.

    Parameters
    ----------
    family : str
    relations : tuple of str
        All of them together.
    """

    family: str
    relations: tuple[str, ...]


@dataclass(frozen=True)
class Borders:
    """The families that exist on borders only exist only where one of several equations holds.

    Parameters
    ----------
    equations : tuple of str
        Such as ``"p == (a_DC - a_SQ)/(a_DC - a_DD)"``, between parameters.
    """

    equations: tuple[str, ...]


@dataclass(frozen=True)
class Throughout:
    """Relations between parameters hold at every point within the assumptions.

    Parameters
    ----------
    relation : str
    """

    relation: str


Claim: TypeAlias = Existence | Uniqueness | Exclusion | Implication | Monotone | Equivalence | Borders | Throughout
