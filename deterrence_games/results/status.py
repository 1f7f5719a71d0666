"""How a solve ended."""

from enum import Enum


class Status(Enum):
    """How a solve ended; the value is the sentence shown to the reader."""

    COMPLETE = "all equilibria found, and proved that no other exists"
    FOUND = "equilibria found; others may exist"
    NONE_EXIST = "proved that no equilibrium exists"
    NONE_FOUND = "no equilibrium found; one may exist"
    LIMIT = "stopped at a limit; what was found until then is reported"

    @property
    def proved(self) -> bool:
        """Whether nothing can be missing."""
        return self in (Status.COMPLETE, Status.NONE_EXIST)
