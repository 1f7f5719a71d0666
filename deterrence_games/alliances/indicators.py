"""Figures of states: spending, output, capability indices, each with its source and standing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from math import isfinite, nan
from typing import TYPE_CHECKING

from deterrence_games.alliances.obligations import STANDINGS
from deterrence_games.errors import AllianceError, ParameterError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Figure:
    """One state's figure: its value, when it was published (``vintage``), where it is from and how far it is confirmed."""

    state: str
    year: int
    measure: str
    value: float
    vintage: str = ""
    source: str = ""
    standing: str = "given"
    note: str = ""


@dataclass(frozen=True, repr=False)
class Indicators(Mapping[tuple[str, int, str], float]):
    """Figures by state, year and measure; of several vintages the latest counts.

    Attributes
    ----------
    figures : tuple of Figure
    name : str

    Examples
    --------
    >>> from deterrence_games.alliances import indicators
    >>> share = indicators().measure("defence_share", 2024)
    >>> share["POL"].value, share["POL"].standing
    (4.07, 'seen')
    """

    figures: tuple[Figure, ...]
    name: str = "indicators"

    def __post_init__(self) -> None:
        latest: dict[tuple[str, int, str], Figure] = {}
        seen: set[tuple[str, int, str, str]] = set()
        for figure in self.figures:
            key = (figure.state, figure.year, figure.measure)
            if figure.standing not in STANDINGS:
                what = f"{self.name}: {figure.measure} of {figure.state} in {figure.year}"
                raise AllianceError(f"{what}: standing {figure.standing!r} is unknown; use one of {', '.join(STANDINGS)}")
            if (*key, figure.vintage) in seen:
                raise AllianceError(
                    f"{self.name}: {figure.measure} of {figure.state} in {figure.year} stands there twice; give vintages"
                )
            seen.add((*key, figure.vintage))
            if key not in latest or figure.vintage > latest[key].vintage:
                latest[key] = figure
        object.__setattr__(self, "_latest", latest)

    def __getitem__(self, key: tuple[str, int, str]) -> float:
        return self._by_key()[key].value

    def __iter__(self) -> Iterator[tuple[str, int, str]]:
        return iter(self._by_key())

    def __len__(self) -> int:
        return len(self._by_key())

    def _by_key(self) -> dict[tuple[str, int, str], Figure]:
        latest: dict[tuple[str, int, str], Figure] = self.__dict__["_latest"]
        return latest

    def measure(self, measure: str, year: int, *, vintage: str | None = None) -> dict[str, Figure]:
        """The figures of one measure and year by state, the largest first.

        Parameters
        ----------
        vintage : str, optional
            Only figures published then; the latest when left out.

        Raises
        ------
        ParameterError
            When there are none; says which years and measures there are.
        """
        if vintage is None:
            found = [own for (_, at, what), own in self._by_key().items() if (at, what) == (year, measure)]
        else:
            found = [own for own in self.figures if (own.year, own.measure, own.vintage) == (year, measure, vintage)]
        if not found:
            there = sorted({(own.measure, own.year, own.vintage) for own in self.figures})
            measures = sorted({what for what, _, _ in there})
            if measure not in measures:
                raise ParameterError(f"{self.name}: measure {measure!r} is unknown; use one of {', '.join(measures)}")
            years = ", ".join(f"{at} ({own})" if own else str(at) for what, at, own in there if what == measure)
            raise ParameterError(f"{self.name}: no {measure} of {year}; there are {years}")
        return {own.state: own for own in sorted(found, key=lambda own: (-own.value, own.state))}

    def of(self, states: Iterable[str], measure: str, year: int, *, positive: bool = True) -> dict[str, float]:
        """One measure for these states, in their order; nothing is filled in.

        Raises
        ------
        AllianceError
            When a state has no figure (all of them are named), or one that is not positive.
        """
        wanted = tuple(states)
        found = self.measure(measure, year)
        missing = [state for state in wanted if state not in found]
        if missing:
            raise AllianceError(
                f"{self.name}: no {measure} of {year} for {', '.join(missing)}; add the figures with .with_figures or leave "
                "these states out"
            )
        for state in wanted:
            if positive and found[state].value <= 0:
                raise AllianceError(
                    f"{self.name}: {measure} of {state} in {year} is {found[state].value:g}; give a positive figure"
                )
        return {state: found[state].value for state in wanted}

    def with_figures(self, measure: str, year: int, values: Mapping[str, float]) -> "Indicators":
        """The same figures and some more, marked as given by the user; they replace what is there.

        Raises
        ------
        ParameterError
            When a value is no finite number.
        """
        given = []
        for state, value in values.items():
            try:
                amount = float(value)
            except (TypeError, ValueError):
                amount = nan
            if not isfinite(amount):
                raise ParameterError(f"{self.name}: {measure} of {state} in {year} is {value!r:.40}; give a finite number")
            given.append(Figure(state, year, measure, amount, "~given"))
        replaced = {(own.state, own.year, own.measure) for own in given}
        kept = [own for own in self.figures if own.vintage != "~given" or (own.state, own.year, own.measure) not in replaced]
        return Indicators((*kept, *given), self.name)

    def to_dataframe(self) -> "pd.DataFrame":
        """All figures, every vintage, as a pandas table (needs the extra ``tables``)."""
        import pandas as pd

        return pd.DataFrame([asdict(figure) for figure in self.figures])

    def __repr__(self) -> str:
        there = sorted({(own.measure, own.year) for own in self.figures})
        counts = [f"{what} {year}: {len(self.measure(what, year))} states" for what, year in there[:30]]
        return "\n".join([f"{self.name}: {len(self.figures)} figures", *counts])
