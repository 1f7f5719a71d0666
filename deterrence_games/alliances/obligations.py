"""Obligations between states: who owes what to whom, where, how automatically and since when."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("defence", "offence", "neutrality", "nonaggression", "consultation")  # those of the ATOP project
AUTOMATICITY = ("attack_on_all", "common_danger", "consult", "unspecified")
DECISION_RULES = ("each_for_itself", "consensus", "majority", "unspecified")
STANDINGS = ("seen", "derived", "recalled", "given")


@dataclass(frozen=True)
class Obligation:
    """One state's duty towards another under one clause of a treaty, in one year.

    Attributes
    ----------
    promisor, promisee : str
        Codes of states: who owes, and to whom.
    kind : str
        One of ``KINDS``, the kinds of Leeds, Ritter, Mitchell and Long (2002).
    regions : tuple of str
        Where the duty applies; a region includes those that lie within it.
    automaticity : str
        ``"attack_on_all"``: an attack on one is an attack on all; ``"common_danger"``: act to meet the common danger by one's
        constitutional processes; ``"consult"``: consult; or ``"unspecified"``.
    decision_rule : str
        ``"each_for_itself"``, ``"consensus"``, ``"majority"`` or ``"unspecified"``.
    treaty, article : str
    since : int
        First year in which the duty is in force, for this pair.
    source : str
    standing : str
        ``"seen"`` in the source, ``"derived"`` from it, ``"recalled"`` and not confirmed, or ``"given"`` by the user.
    note : str
    """

    promisor: str
    promisee: str
    kind: str
    regions: tuple[str, ...]
    automaticity: str
    decision_rule: str
    treaty: str
    article: str
    since: int
    source: str
    standing: str
    note: str = ""


@dataclass(frozen=True, repr=False)
class Obligations:
    """A list of obligations that can be narrowed and made a table.

    Attributes
    ----------
    rows : tuple of Obligation
    """

    rows: tuple[Obligation, ...]

    def __iter__(self) -> Iterator[Obligation]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Obligation: ...
    @overload
    def __getitem__(self, index: slice) -> "Obligations": ...
    def __getitem__(self, index: int | slice) -> "Obligation | Obligations":
        return Obligations(self.rows[index]) if isinstance(index, slice) else self.rows[index]

    def of_kind(self, *kinds: str) -> "Obligations":
        """The obligations of these kinds."""
        return Obligations(tuple(row for row in self.rows if row.kind in kinds))

    @property
    def promisors(self) -> tuple[str, ...]:
        """The states that owe something, each once, in the order of the rows."""
        return tuple(dict.fromkeys(row.promisor for row in self.rows))

    def to_dataframe(self) -> "pd.DataFrame":
        """The obligations as a pandas table, one a row (needs the extra ``tables``)."""
        import pandas as pd

        rows = [asdict(row) | {"regions": ";".join(row.regions)} for row in self.rows]
        return pd.DataFrame(rows, columns=[own.name for own in fields(Obligation)])

    def __repr__(self) -> str:
        lines = [
            f"{row.promisor} -> {row.promisee}: {row.kind}, {row.automaticity}, {row.decision_rule}, "
            f"{'; '.join(row.regions)} ({row.treaty}, Article {row.article}; {row.standing})"
            for row in self.rows[:40]
        ]
        more = [f"... and {len(self) - 40} more; see .to_dataframe()"] if len(self) > 40 else []
        return "\n".join([f"{len(self)} obligation(s)", *lines, *more])
