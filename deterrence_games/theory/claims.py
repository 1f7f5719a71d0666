"""What can be asked of a theorem."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Existence:
    """At every parameter point within the assumptions some equilibrium exists."""


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
        Such as ``"conflict <= p_ch*p_def"``, between parameters and probabilities of outcomes, which stand under their labels.
    """

    family: str
    relation: str


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


Claim: TypeAlias = Existence | Exclusion | Implication | Equivalence | Borders | Throughout
