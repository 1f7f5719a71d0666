"""Files of the ATOP and Correlates of War projects that the user supplies; nothing is downloaded or redistributed."""

from pathlib import Path

from deterrence_games.alliances.alliance import Alliance
from deterrence_games.alliances.csv_files import decoded, number, rows_of
from deterrence_games.alliances.indicators import Figure, Indicators
from deterrence_games.alliances.packaged import states
from deterrence_games.alliances.treaties import Clause, Membership, Period, Treaty
from deterrence_games.errors import FormatError

ATOP_KINDS = {
    "defense": "defence",
    "offense": "offence",
    "neutral": "neutrality",
    "nonagg": "nonaggression",
    "consul": "consultation",
}
NMC_MISSING = -9.0
NMC_MEASURES = {"cinc": ("cinc", 1.0), "milex": ("military_expenditure_bn_usd", 1e-6), "milper": ("personnel_thousand", 1.0)}


def read_atop(path: str | Path, name: str = "atop") -> Alliance:
    """Read ATOP's directed dyad-years (``atop5_1ddyr.csv``) or a file with the same columns as an alliance.

    Columns: ``stateA``, ``stateB``, ``year`` and the 0/1 columns ``defense``, ``offense``, ``neutral``, ``nonagg``, ``consul``;
    or ``ccode1``, ``ccode2`` and the same with ``atop_`` before them. Obligations go from the first state to the second. A run
    of years becomes one dated clause; what holds in the last year of the file is left open. A state is a member in the years in
    which it has an obligation or is owed one. States are called by the library's codes, or ``COW`` and their number where it
    has none.

    Parameters
    ----------
    name : str
        Name of the alliance.

    Raises
    ------
    FormatError
        When a column is missing, a field is no number, a code is not 0 or 1, or a dyad-year stands there twice.
    """
    path = Path(path)
    head = decoded(path).partition("\n")[0]
    plain = "atop_defense" not in head
    ids = ("stateA", "stateB") if plain else ("ccode1", "ccode2")
    columns = (*ids, "year", *(kind if plain else f"atop_{kind}" for kind in ATOP_KINDS))
    kinds = tuple(ATOP_KINDS.values())
    years: dict[tuple[str, str, str], list[int]] = {}
    rows: set[tuple[str, str, int]] = set()
    called: dict[str, str] = {}
    first, last = 9999, 0
    for line, (left, right, when, *held) in rows_of(path, columns):
        for own, column in ((left, ids[0]), (right, ids[1])):
            if own not in called:
                called[own] = code_of(number(path, line, column, own, _whole))
        year = number(path, line, "year", when, _whole)
        if not 1000 <= year <= 9999:
            raise FormatError(f"{path}, line {line}: year is {when}; give a year of four digits")
        if (called[left], called[right], year) in rows:
            raise FormatError(
                f"{path}, line {line}: {left}, {right}, {when} stands there twice; keep one row a directed dyad-year"
            )
        rows.add((called[left], called[right], year))
        first, last = min(first, year), max(last, year)
        for kind, column, text in zip(kinds, columns[3:], held, strict=True):
            if text in ("1", "1.0"):
                years.setdefault((called[left], called[right], kind), []).append(year)
            elif text not in ("0", "0.0", "", "NA", "."):
                raise FormatError(f"{path}, line {line}: {column} is {text!r}; ATOP codes 0 or 1")
    if not years:
        raise FormatError(f"{path}: no obligation in {len(rows)} row(s); is it the directed dyad-year file?")
    source = f"user's file {path.name}"
    spans: dict[str, set[int]] = {}
    clauses = []
    for (left, right, kind), at in years.items():
        for begin, end in _runs(sorted(at)):
            period = Period(str(begin), "" if end == last else str(end + 1))
            clauses.append(Clause(name, "-", kind, left, right, period=period, source=source))
            for state in (left, right):
                spans.setdefault(state, set()).update(range(begin, end + 1))
    treaty = Treaty(name, f"obligations coded in {path.name}", str(first), Period(str(first)), source=source)
    members = tuple(
        Membership(name, state, Period(str(begin), "" if end == last else str(end + 1)), source)
        for state, held_in in spans.items()
        for begin, end in _runs(sorted(held_in))
    )
    return Alliance(name, (treaty,), members, tuple(clauses))


def read_nmc(path: str | Path) -> Indicators:
    """Read National Material Capabilities (``NMC-60-abridged.csv`` and its kin) as figures of states.

    Columns: ``ccode``, ``year`` and ``cinc``; where there, ``milex`` (thousands of US dollars) and ``milper`` (thousands) are
    read too. The code -9 is a missing figure and stays missing.

    Raises
    ------
    FormatError
        When a column is missing, a field is no number, or a figure is negative.
    AllianceError
        When a state-year stands there twice.
    """
    path = Path(path)
    figures = []
    called: dict[str, str] = {}
    source = f"user's file {path.name}"
    for line, (ccode, when, *values) in rows_of(path, ("ccode", "year", "cinc"), ("milex", "milper")):
        if ccode not in called:
            called[ccode] = code_of(number(path, line, "ccode", ccode, _whole))
        year = number(path, line, "year", when, _whole)
        for (column, (measure, scale)), text in zip(NMC_MEASURES.items(), values, strict=True):
            if text in ("", "NA", ".", "-9"):
                continue
            value = number(path, line, column, text)
            if value == NMC_MISSING:
                continue
            if value < 0:
                raise FormatError(
                    f"{path}, line {line}: {column} is {text}; give a figure of at least 0, or -9 where it is missing"
                )
            figures.append(Figure(called[ccode], year, measure, value * scale, "", source))
    return Indicators(tuple(figures), path.name)


def code_of(ccode: int) -> str:
    """The library's code of a state from its Correlates of War number; ``COW`` and the number where it knows none."""
    by_number = {own.ccode: own.code for own in states().values()}
    return by_number.get(ccode, f"COW{ccode}")


def _whole(text: str) -> int:
    value = float(text)
    if value != int(value):
        raise ValueError
    return int(value)


def _runs(years: list[int]) -> list[tuple[int, int]]:
    """The first and last years of each run of consecutive years."""
    runs = []
    begin = previous = years[0]
    for year in [*years[1:], -1]:
        if year != previous + 1:
            runs.append((begin, previous))
            begin = year
        previous = year
    return runs
