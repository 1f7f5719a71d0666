"""What a solve returns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deterrence_games.results.deferred import Deferred
from deterrence_games.results.equilibrium import Equilibrium
from deterrence_games.results.quantal_path import QuantalPath
from deterrence_games.results.status import Status

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Solution(Deferred):
    """All equilibria that a solver found, and what it proved about them.

    Attributes
    ----------
    game : str
        Name of the game or form.
    concept : str
        What was solved for: "perfect Bayesian equilibrium", "Nash equilibrium", ...
    solver : str
        The solver and its options.
    params : mapping parameter -> float
    equilibria : tuple of Equilibrium
    status : Status
    completeness : str
        In words: how far the search went, and which supports are left undecided.
    components : tuple of tuple of int
        Two-player strategic forms: maximal sets of interchangeable equilibria by their position in `equilibria`.
    component_indices : tuple of int
        The index of each of `connected_components`, where the solver computes it; they sum to one.
    path : QuantalPath, optional
        The branch that `LogitPath` followed.
    stats : mapping str -> int
        Counts that the solver kept.
    """

    game: str
    concept: str
    solver: str
    equilibria: tuple[Equilibrium, ...]
    status: Status
    completeness: str
    params: Mapping[str, float] = field(default_factory=dict)
    components: tuple[tuple[int, ...], ...] = field(default_factory=tuple)
    component_indices: tuple[int, ...] = field(default_factory=tuple)
    stats: Mapping[str, int] = field(default_factory=dict)
    path: QuantalPath | None = field(default_factory=lambda: None)  # no default of the class, see `Deferred`

    @property
    def complete(self) -> bool:
        """True only when it is proved that nothing is missing."""
        return self.status.proved

    @property
    def connected_components(self) -> tuple[tuple[int, ...], ...]:
        """The maximal sets joined where they share an equilibrium: positions of the extreme equilibria of each component."""
        return joined(self.components)

    @property
    def outcome_classes(self) -> tuple[tuple[Equilibrium, ...], ...]:
        """The equilibria grouped: members of a group differ only off the path of play."""
        groups: dict[int, list[Equilibrium]] = {}
        for equilibrium in self.equilibria:
            groups.setdefault(equilibrium.outcome_class, []).append(equilibrium)
        return tuple(tuple(group) for group in groups.values())

    def __len__(self) -> int:
        return len(self.equilibria)

    def __iter__(self) -> Iterator[Equilibrium]:
        return iter(self.equilibria)

    def __getitem__(self, key: int | str) -> Equilibrium:
        """An equilibrium by position, or the only one that carries a name."""
        if isinstance(key, int):
            return self.equilibria[key]
        named = [equilibrium for equilibrium in self.equilibria if equilibrium.name == key]
        if len(named) != 1:
            found = sorted({equilibrium.name for equilibrium in self.equilibria if equilibrium.name})
            raise KeyError(f"{len(named)} equilibria are called {key!r}; names here: {found}")
        return named[0]

    def __repr__(self) -> str:
        from deterrence_games.results.table import text_table

        return text_table(self)

    def _repr_html_(self) -> str:
        from deterrence_games.results.table import html_table

        return html_table(self)

    def to_dataframe(self) -> "pd.DataFrame":
        """One row an equilibrium: name, payoffs, outcomes, behaviour, regret, margin (needs pandas)."""
        import pandas as pd

        from deterrence_games.results.table import rows

        table: list[dict[str, Any]] = rows(self)
        return pd.DataFrame(table)


def joined(sets: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
    """Unite sets that share a member, in the order of their least members."""
    found: list[set[int]] = []
    for members in sets:
        apart = [other for other in found if other.isdisjoint(members)]
        if len(apart) == len(found):
            found.append(set(members))
        else:
            found = [*apart, set(members).union(*(other for other in found if not other.isdisjoint(members)))]
    return tuple(sorted(tuple(sorted(members)) for members in found))
