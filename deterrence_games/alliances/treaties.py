"""Treaties and what is dated about them: membership, clauses, suspensions."""

import re
from dataclasses import dataclass
from datetime import date as day
from math import inf

from deterrence_games.alliances.obligations import AUTOMATICITY, DECISION_RULES, KINDS, STANDINGS
from deterrence_games.errors import AllianceError

DATE = re.compile(r"[0-9]{4}(-[0-9]{2}-[0-9]{2})?")
EVERYBODY = "*"


def year_of(date: str, what: str) -> int:
    """The year of a date ``YYYY`` or ``YYYY-MM-DD``."""
    try:
        if not DATE.fullmatch(date):
            raise ValueError
        return day.fromisoformat(date if len(date) > 4 else f"{date}-01-01").year
    except ValueError:
        raise AllianceError(f"{what}: {date!r} is no date; write YYYY or YYYY-MM-DD") from None


def earlier(one: str, other: str) -> bool:
    """Whether a date lies before another, as far as both are known: a year is before none of its days."""
    shared = min(len(one), len(other))
    return one[:shared] < other[:shared]


@dataclass(frozen=True)
class Period:
    """From ``begin`` to ``end``, dates ``YYYY`` or ``YYYY-MM-DD``; an empty text is open.

    What ends within a year is not in force at the end of that year, and years are read at their end.
    """

    begin: str = ""
    end: str = ""

    def check(self, what: str) -> None:
        """Raise `AllianceError` when a date is none, or the end lies before the beginning."""
        for date in (self.begin, self.end):
            if date:
                year_of(date, what)
        if self.begin and self.end and earlier(self.end, self.begin):
            raise AllianceError(f"{what}: ends {self.end}, before it begins {self.begin}; mend the dates")

    def holds(self, year: int) -> bool:
        """Whether it is in force at the end of a year."""
        return (not self.begin or int(self.begin[:4]) <= year) and (not self.end or int(self.end[:4]) > year)

    def overlaps(self, other: "Period") -> bool:
        """Whether some end of a year lies in both."""
        starts = max(int(own.begin[:4]) if own.begin else 0 for own in (self, other))
        ends = min(int(own.end[:4]) if own.end else 10_000 for own in (self, other))
        return starts < ends


@dataclass(frozen=True)
class Treaty:
    """A treaty: ``code``, ``name``, when it was signed, in force and ended, and the notice for leaving it in years."""

    code: str
    name: str
    signed: str
    period: Period
    exit_notice_years: float | None = None
    source: str = ""
    standing: str = "given"
    note: str = ""

    def __post_init__(self) -> None:
        what = f"treaty {self.code!r}"
        year_of(self.signed, what)
        self.period.check(what)
        if self.period.begin and earlier(self.period.begin, self.signed):
            raise AllianceError(
                f"{what}: in force {self.period.begin}, before it was signed {self.signed}; mend one of the two dates"
            )
        if self.exit_notice_years is not None and not 0 <= self.exit_notice_years < inf:
            raise AllianceError(f"{what}: exit_notice_years is {self.exit_notice_years:g}; give years from 0 on, or none")
        check_word(what, "standing", self.standing, STANDINGS)


@dataclass(frozen=True)
class Membership:
    """A state's membership of a treaty."""

    treaty: str
    state: str
    period: Period
    source: str = ""
    standing: str = "given"

    def __post_init__(self) -> None:
        check_word(f"treaty {self.treaty!r}, member {self.state!r}", "standing", self.standing, STANDINGS)


@dataclass(frozen=True)
class Clause:
    """A clause that makes promisors owe something to promisees; ``"*"`` stands for every member (never towards itself)."""

    treaty: str
    article: str
    kind: str
    promisor: str
    promisee: str
    regions: tuple[str, ...] = ("world",)
    automaticity: str = "unspecified"
    decision_rule: str = "unspecified"
    period: Period = Period()
    source: str = ""
    standing: str = "given"
    note: str = ""

    def __post_init__(self) -> None:
        what = f"treaty {self.treaty!r}, Article {self.article}"
        check_word(what, "kind", self.kind, KINDS)
        check_word(what, "automaticity", self.automaticity, AUTOMATICITY)
        check_word(what, "decision_rule", self.decision_rule, DECISION_RULES)
        check_word(what, "standing", self.standing, STANDINGS)
        self.period.check(what)
        if self.promisor == self.promisee != EVERYBODY:
            raise AllianceError(f"{what}: {self.promisor!r} promises to itself; name another promisee")


@dataclass(frozen=True)
class Suspension:
    """A time in which a promisor withholds everything that it owes a promisee under a treaty; ``"*"`` as in `Clause`."""

    treaty: str
    promisor: str
    promisee: str
    period: Period
    source: str = ""
    standing: str = "given"
    note: str = ""

    def __post_init__(self) -> None:
        what = f"treaty {self.treaty!r}, suspension of {self.promisor} towards {self.promisee}"
        self.period.check(what)
        if self.promisor == self.promisee != EVERYBODY:
            raise AllianceError(f"{what}: nobody owes itself anything; name another promisee")
        check_word(what, "standing", self.standing, STANDINGS)


def check_word(what: str, field: str, word: str, allowed: tuple[str, ...]) -> None:
    """Raise `AllianceError` unless the word is one of those allowed."""
    if word not in allowed:
        raise AllianceError(f"{what}: {field} {word!r} is unknown; use one of {', '.join(allowed)}")
