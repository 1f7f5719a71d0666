"""The alliances, states, pledges and figures that come with the library, and a user's own folder of the same files."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deterrence_games.alliances.alliance import Alliance
from deterrence_games.alliances.csv_files import number, rows_of
from deterrence_games.alliances.indicators import Figure, Indicators
from deterrence_games.alliances.treaties import Clause, Membership, Period, Suspension, Treaty
from deterrence_games.errors import FormatError

DATA = Path(__file__).parent / "data"
TREATIES = ("alliance", "treaty", "name", "signed", "in_force", "ended", "source", "standing")
MEMBERSHIPS = ("treaty", "state", "begin", "end", "source", "standing")
CLAUSES = ("treaty", "article", "kind", "promisor", "promisee", "regions", "automaticity", "decision_rule", "begin", "end")
SUSPENSIONS = ("treaty", "promisor", "promisee", "begin", "end", "source", "standing")
INDICATORS = ("state", "year", "measure", "value", "source", "standing")


@dataclass(frozen=True)
class State:
    """A state: its code (ISO 3166-1 alpha-3), name, and number in the Correlates of War data."""

    code: str
    name: str
    ccode: int
    source: str
    standing: str


@dataclass(frozen=True)
class Pledge:
    """A floor that members pledged: on which measure, agreed when, due when."""

    treaty: str
    name: str
    measure: str
    floor: float
    agreed: int
    due: int
    source: str
    standing: str
    note: str


def nato() -> Alliance:
    """The North Atlantic Treaty with its members by year of accession, and Articles 1, 4 and 5."""
    return _packaged("nato")


def anzus() -> Alliance:
    """The ANZUS Treaty of 1951 with the suspension of 1986 between the United States and New Zealand."""
    return _packaged("anzus")


def hub_and_spokes() -> Alliance:
    """The United States' treaties with the Philippines, Japan, Korea, Thailand, and Taiwan until 1980."""
    return _packaged("hub-and-spokes")


@cache
def states() -> dict[str, State]:
    """The states that the library knows by code; alliances of a user's own may name others."""
    path = DATA / "states.csv"
    found = {}
    for line, (code, name, ccode, source, standing) in rows_of(path, ("state", "name", "ccode", "source", "standing")):
        found[code] = State(code, name, number(path, line, "ccode", ccode, int), source, standing)
    return found


@cache
def pledges() -> tuple[Pledge, ...]:
    """The floors on spending that NATO's members agreed on."""
    path = DATA / "pledges.csv"
    columns = ("treaty", "pledge", "measure", "floor", "agreed", "due", "source", "standing", "note")
    return tuple(
        Pledge(
            treaty,
            name,
            measure,
            number(path, line, "floor", floor),
            number(path, line, "agreed", agreed, int),
            number(path, line, "due", due, int),
            source,
            standing,
            note,
        )
        for line, (treaty, name, measure, floor, agreed, due, source, standing, note) in rows_of(path, columns)
    )


@cache
def indicators() -> Indicators:
    """The figures that come with the library, each with source and standing.

    Measures: ``defence_share`` (percent of gross domestic product), ``gdp_bn_usd``, ``gnp_bn_usd``, ``gnp_per_capita_usd``,
    ``military_expenditure_bn_usd`` and ``cinc`` (composite index of national capability).
    """
    return read_indicators(DATA / "indicators.csv")


def read_indicators(path: str | Path) -> Indicators:
    """Read figures from a CSV file with the columns state, year, measure, value, source, standing.

    Raises
    ------
    FormatError
        When a column is missing or a field is no number.
    AllianceError
        When a figure stands there twice.
    """
    path = Path(path)
    figures = []
    for line, fields in rows_of(path, INDICATORS, ("vintage", "note")):
        state, year, measure, value, source, standing, vintage, note = fields
        at, amount = number(path, line, "year", year, int), number(path, line, "value", value)
        figures.append(Figure(state, at, measure, amount, vintage, source, standing or "given", note))
    return Indicators(tuple(figures), path.name)


def read_alliance(folder: str | Path, name: str | None = None) -> Alliance:
    """Read an alliance from a folder with treaties.csv, memberships.csv and clauses.csv.

    The files suspensions.csv and regions.csv may be there too; without the latter, the regions that come with the library
    count. `docs/alliances.md` describes the columns.

    Parameters
    ----------
    name : str, optional
        Which alliance, by the column ``alliance`` of treaties.csv; needed when there are several.

    Raises
    ------
    FormatError
        When a file or a column is missing, or there are several alliances and none is named.
    AllianceError
        When the content does not hang together.
    """
    folder = Path(folder)
    path = folder / "treaties.csv"
    treaties: dict[str, list[Treaty]] = {}
    for line, fields in rows_of(path, TREATIES, ("exit_notice_years", "note")):
        alliance, code, title, signed, in_force, ended, source, standing, notice, note = fields
        leave = number(path, line, "exit_notice_years", notice) if notice else None
        treaty = Treaty(code, title, signed, Period(in_force, ended), leave, source, standing or "given", note)
        treaties.setdefault(alliance, []).append(treaty)
    if name is None and len(treaties) == 1:
        (name,) = treaties
    if name not in treaties:
        raise FormatError(f"{path}: alliance {name!r} is not there; name one of {', '.join(treaties) or 'none'}")
    codes = {own.code for group in treaties.values() for own in group}
    mine = {own.code for own in treaties[name]}

    def keep(file: Path, line: int, treaty: str) -> bool:
        if treaty not in codes:
            raise FormatError(f"{file}, line {line}: unknown treaty {treaty!r}; add it to treaties.csv")
        return treaty in mine

    members, clauses, suspensions = [], [], []
    path = folder / "memberships.csv"
    for line, (treaty_code, state, begin, end, source, standing) in rows_of(path, MEMBERSHIPS):
        if keep(path, line, treaty_code):
            members.append(Membership(treaty_code, state, Period(begin, end), source, standing or "given"))
    path = folder / "clauses.csv"
    for line, fields in rows_of(path, CLAUSES, ("source", "standing", "note")):
        treaty_code, article, kind, promisor, promisee, regions, automaticity, rule, begin, end, source, standing, note = fields
        if keep(path, line, treaty_code):
            reach = tuple(region.strip() for region in regions.split(";"))
            period = Period(begin, end)
            clauses.append(
                Clause(
                    treaty_code, article, kind, promisor, promisee, reach, automaticity, rule, period, source,
                    standing or "given", note,
                )
            )  # fmt: skip
    path = folder / "suspensions.csv"
    if path.exists():
        for line, fields in rows_of(path, SUSPENSIONS, ("note",)):
            treaty_code, promisor, promisee, begin, end, source, standing, note = fields
            if keep(path, line, treaty_code):
                period = Period(begin, end)
                suspensions.append(Suspension(treaty_code, promisor, promisee, period, source, standing or "given", note))
    path = folder / "regions.csv"
    reach_of = rows_of(path if path.exists() else DATA / "regions.csv", ("region", "within"))
    regions_of = {region: within for _, (region, within) in reach_of}
    return Alliance(str(name), tuple(treaties[name]), tuple(members), tuple(clauses), tuple(suspensions), regions_of)


@cache
def _packaged(name: str) -> Alliance:
    return read_alliance(DATA, name)
