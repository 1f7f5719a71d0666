"""`Alliance`: treaties with their members and obligations, at a year, and changed for a what-if."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from numbers import Integral
from typing import TYPE_CHECKING, Any

from deterrence_games.alliances.obligations import KINDS, Obligation, Obligations
from deterrence_games.alliances.treaties import EVERYBODY, Clause, Membership, Period, Suspension, Treaty, earlier, year_of
from deterrence_games.errors import AllianceError, ParameterError

if TYPE_CHECKING:
    import networkx as nx

WORLD = "world"


@dataclass(frozen=True, repr=False)
class Alliance:
    """One or more treaties with members, clauses and suspensions, all dated.

    A year means its end: what ended in 1980 is not in force in 1980, what was suspended in August 1986 is suspended in 1986.

    Parameters
    ----------
    name : str
    treaties : tuple of Treaty
    memberships : tuple of Membership
    clauses : tuple of Clause
    suspensions : tuple of Suspension
    regions : mapping region -> region that it lies within
        Every chain ends at ``"world"``.
    year : int, optional
        The year that is meant where none is given; `at` sets it.

    Raises
    ------
    AllianceError
        When treaties, members and obligations do not hang together.

    Examples
    --------
    >>> from deterrence_games.alliances import nato
    >>> alliance = nato()
    >>> len(alliance.members(1949)), len(alliance.members(2024))
    (12, 32)
    >>> duties = alliance.obligations("EST", 2024).of_kind("defence")
    >>> len(duties), duties[0].automaticity, duties[0].decision_rule
    (31, 'attack_on_all', 'each_for_itself')
    """

    name: str
    treaties: tuple[Treaty, ...]
    memberships: tuple[Membership, ...]
    clauses: tuple[Clause, ...]
    suspensions: tuple[Suspension, ...] = ()
    regions: Mapping[str, str] = field(default_factory=dict)
    year: int | None = None

    def __post_init__(self) -> None:
        if not self.treaties:
            raise AllianceError(f"alliance {self.name!r}: no treaty; give at least one")
        treaties: dict[str, Treaty] = {}
        for treaty in self.treaties:
            if treaty.code in treaties:
                raise AllianceError(f"alliance {self.name!r}: treaty {treaty.code!r} stands there twice; keep one")
            treaties[treaty.code] = treaty
        spells: dict[tuple[str, str], list[Period]] = {}
        for member in self.memberships:
            what = f"alliance {self.name!r}: member {member.state!r} of {member.treaty!r}"
            treaty = self._treaty(member.treaty, treaties, what)
            if member.state in ("", EVERYBODY):
                raise AllianceError(f"{what}: that is no name of a state; name one")
            member.period.check(what)
            if member.period.begin and earlier(member.period.begin, treaty.signed):
                raise AllianceError(
                    f"{what}: joined {member.period.begin}, before the signature of {treaty.signed}; mend the year"
                )
            if any(member.period.overlaps(other) for other in spells.setdefault((member.treaty, member.state), [])):
                raise AllianceError(f"{what}: stands there twice for the same time; keep one row")
            spells[member.treaty, member.state].append(member.period)
        duties: tuple[Clause | Suspension, ...] = (*self.clauses, *self.suspensions)
        for duty in duties:
            what = f"alliance {self.name!r}: treaty {duty.treaty!r}"
            treaty = self._treaty(duty.treaty, treaties, what)
            for state in (duty.promisor, duty.promisee):
                if state != EVERYBODY and (duty.treaty, state) not in spells:
                    raise AllianceError(f"{what}: {state!r} has a duty or a claim but is never a member; add the membership")
            if duty.period.begin and earlier(duty.period.begin, treaty.signed):
                raise AllianceError(f"{what}: a duty begins {duty.period.begin}, before the signature of {treaty.signed}")
        for clause in self.clauses:
            for region in clause.regions:
                self._check_region(region)
        for region in self.regions:
            self._chain(region)

    # ---- reading -------------------------------------------------------------------------------------------------------

    @property
    def states(self) -> tuple[str, ...]:
        """Every state that is a member at some time, in the order of the memberships."""
        return tuple(dict.fromkeys(member.state for member in self.memberships))

    def members(self, year: int | None = None) -> tuple[str, ...]:
        """The members of any of the treaties at the end of a year, the first to join first.

        Raises
        ------
        ParameterError
            When no year is given and none was set by `at`, or it lies before the first signature.
        """
        at = self._year(year)
        running = {treaty.code for treaty in self.treaties if treaty.period.holds(at)}
        present = [own for own in self.memberships if own.treaty in running and own.period.holds(at)]
        return tuple(dict.fromkeys(own.state for own in sorted(present, key=lambda own: own.period.begin[:4])))

    def obligations(self, attacked: str | None = None, year: int | None = None, region: str | None = None) -> Obligations:
        """Who owes what to a state at the end of a year.

        Parameters
        ----------
        attacked : str, optional
            The promisee; everybody when left out.
        year : int, optional
            The year set by `at` when left out.
        region : str, optional
            Where the attack takes place: only duties that reach there. All duties when left out.

        Raises
        ------
        ParameterError
            When the state, the year or the region is unknown.
        """
        at = self._year(year)
        if attacked is not None:
            self._check_state(attacked)
        around = None if region is None else set(self._chain(region))
        rows = [row for row in self._in_force(at, attacked) if around is None or not around.isdisjoint(row.regions)]
        return Obligations(tuple(rows))

    def graph(self, year: int | None = None, *, kind: str | None = None) -> "nx.MultiDiGraph[str]":
        """The members as a directed network, an edge from promisor to promisee for each obligation.

        Edges carry the fields of `Obligation`; their keys are the kinds, numbered where a pair has several of one kind.

        Parameters
        ----------
        kind : str, optional
            Only obligations of this kind.

        Raises
        ------
        ParameterError
            As `obligations`.
        """
        import networkx as nx

        if kind is not None and kind not in KINDS:
            raise ParameterError(f"alliance {self.name!r}: kind {kind!r} is unknown; use one of {', '.join(KINDS)}")
        at = self._year(year)
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=self.name, year=at)
        graph.add_nodes_from(self.members(at))
        for row in self.obligations(year=at):
            if kind in (None, row.kind):
                key, number = row.kind, 2
                while graph.has_edge(row.promisor, row.promisee, key):
                    key, number = f"{row.kind} {number}", number + 1
                graph.add_edge(row.promisor, row.promisee, key=key, **vars(row))
        return graph

    # ---- changing ------------------------------------------------------------------------------------------------------

    def at(self, year: int) -> "Alliance":
        """The same alliance with a year that is meant where none is given."""
        return replace(self, year=self._year(year))

    def without(self, *states: str) -> "Alliance":
        """The alliance as if these states had never been members.

        Raises
        ------
        ParameterError
            When a state is no member at any time.
        """
        for state in states:
            self._check_state(state)
        gone = set(states)
        return replace(
            self,
            memberships=tuple(own for own in self.memberships if own.state not in gone),
            clauses=tuple(own for own in self.clauses if gone.isdisjoint((own.promisor, own.promisee))),
            suspensions=tuple(own for own in self.suspensions if gone.isdisjoint((own.promisor, own.promisee))),
        )

    def with_member(self, state: str, year: int, treaty: str | None = None) -> "Alliance":
        """The alliance with one more member from a year on, under the clauses that bind every member.

        Parameters
        ----------
        treaty : str, optional
            Code of the treaty; needed when the alliance has several.

        Raises
        ------
        ParameterError
            When the treaty is not named or unknown.
        AllianceError
            When the state is a member already.
        """
        joined = Membership(self._named(treaty), state, Period(str(year)), "assumed")
        return replace(self, memberships=(*self.memberships, joined))

    def suspend(self, promisor: str, promisee: str, year: int, treaty: str | None = None) -> "Alliance":
        """The alliance with everything suspended from a year on that one member owes another (``"*"``: every other).

        Raises
        ------
        ParameterError
            When the treaty is not named or unknown, or a state is unknown.
        """
        for state in (promisor, promisee):
            if state != EVERYBODY:
                self._check_state(state)
        held = Suspension(self._named(treaty), promisor, promisee, Period(str(year)), "assumed")
        return replace(self, suspensions=(*self.suspensions, held))

    def leave(self, state: str, year: int, treaty: str | None = None) -> "Alliance":
        """The alliance of which a member gives notice in a year, and is bound until the notice that the treaty asks is over.

        Parameters
        ----------
        treaty : str, optional
            Code of the treaty; needed when the alliance has several.

        Raises
        ------
        ParameterError
            When the treaty is not named or unknown, the state is no member at the end of that year, or the treaty has no clause
            on leaving.

        Examples
        --------
        >>> from deterrence_games.alliances import nato
        >>> [len(nato().leave("USA", 2026).members(year)) for year in (2026, 2027)]
        [32, 31]
        """
        code, at = self._named(treaty), self._year(year)
        what = f"alliance {self.name!r}: {state!r} cannot leave {code!r} in {at}"
        spell = next(
            (own for own in self.memberships if (own.treaty, own.state) == (code, state) and own.period.holds(at)), None
        )
        if spell is None:
            raise ParameterError(f"{what}: it is no member then; choose a member and a year of its membership")
        notice = next(own.exit_notice_years for own in self.treaties if own.code == code)
        if notice is None:
            raise ParameterError(f"{what}: the treaty has no clause on leaving; give exit_notice_years, or use .without")
        end = str(at + ceil(notice))
        if not spell.period.end or earlier(end, spell.period.end):
            left = replace(spell, period=Period(spell.period.begin, end))
            return replace(self, memberships=tuple(left if own is spell else own for own in self.memberships))
        return self

    # ---- inner ---------------------------------------------------------------------------------------------------------

    def _in_force(self, year: int, attacked: str | None) -> Iterator[Obligation]:
        since = {
            (own.treaty, own.state): int(own.period.begin[:4]) if own.period.begin else 0
            for own in self.memberships
            if own.period.holds(year)
        }
        members: dict[str, list[str]] = {}
        for code, state in since:
            members.setdefault(code, []).append(state)
        running = {treaty.code: treaty for treaty in self.treaties if treaty.period.holds(year)}
        held = {(own.treaty, own.promisor, own.promisee) for own in self.suspensions if own.period.holds(year)}
        for clause in self.clauses:
            treaty = running.get(clause.treaty)
            if treaty is None or not clause.period.holds(year):
                continue
            own = members.get(clause.treaty, [])
            promisees = own if clause.promisee == EVERYBODY else [clause.promisee]
            for promisee in promisees if attacked is None else [attacked] if attacked in promisees else []:
                for promisor in own if clause.promisor == EVERYBODY else [clause.promisor]:
                    pair = (clause.treaty, promisor), (clause.treaty, promisee)
                    if promisor == promisee or pair[0] not in since or pair[1] not in since:
                        continue
                    if any((clause.treaty, a, b) in held for a in (promisor, EVERYBODY) for b in (promisee, EVERYBODY)):
                        continue
                    begins = [int(date[:4]) for date in (treaty.period.begin, clause.period.begin) if date]
                    yield Obligation(
                        promisor,
                        promisee,
                        clause.kind,
                        clause.regions,
                        clause.automaticity,
                        clause.decision_rule,
                        clause.treaty,
                        clause.article,
                        max([since[pair[0]], since[pair[1]], *begins]),
                        clause.source,
                        clause.standing,
                        clause.note,
                    )

    def _year(self, year: int | None) -> int:
        given = self.year if year is None else year
        if given is None:
            raise ParameterError(f"alliance {self.name!r}: no year; give one, or set it with .at(year)")
        if isinstance(given, bool) or not isinstance(given, Integral):
            raise ParameterError(f"alliance {self.name!r}: year {given!r} is no whole number")
        at = int(given)
        first = min(year_of(treaty.signed, treaty.code) for treaty in self.treaties)
        if not first <= at <= 9999:
            raise ParameterError(f"alliance {self.name!r}: unknown year {at}; its first treaty was signed in {first}")
        return at

    def _check_state(self, state: str) -> None:
        if state not in self.states:
            raise ParameterError(
                f"alliance {self.name!r}: {state!r} is no member at any time; members: {', '.join(self.states)}"
            )

    def _check_region(self, region: str) -> None:
        if region != WORLD and region not in self.regions:
            raise ParameterError(
                f"alliance {self.name!r}: region {region!r} is unknown; use one of {', '.join((WORLD, *self.regions))}"
            )

    def _chain(self, region: str) -> list[str]:
        """A region and those that it lies within, up to the world."""
        self._check_region(region)
        chain = [region]
        while chain[-1] != WORLD:
            outer = self.regions.get(chain[-1])
            if outer is None or outer in chain:
                raise AllianceError(f"alliance {self.name!r}: region {region!r} does not lead to {WORLD!r}; mend its 'within'")
            chain.append(outer)
        return chain

    def _treaty(self, code: str, treaties: Mapping[str, Treaty], what: str) -> Treaty:
        if code not in treaties:
            raise AllianceError(f"{what}: unknown treaty {code!r}; the treaties are {', '.join(treaties)}")
        return treaties[code]

    def _named(self, treaty: str | None) -> str:
        codes = [own.code for own in self.treaties]
        if treaty is None and len(codes) == 1:
            return codes[0]
        if treaty not in codes:
            raise ParameterError(f"alliance {self.name!r}: name the treaty, one of {', '.join(codes)}")
        return str(treaty)

    def __repr__(self) -> str:
        about: list[Any] = [f"{len(self.treaties)} treaty(ies)", f"{len(self.states)} states", f"{len(self.clauses)} clauses"]
        if self.year is not None:
            about.append(f"{len(self.members())} members in {self.year}")
        return f"<Alliance {self.name!r}: {', '.join(about)}>"
