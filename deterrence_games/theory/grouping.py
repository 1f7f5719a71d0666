"""Cases grouped into families: by the literature's name, else by the play on the path."""

from collections.abc import Callable, Hashable, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import sympy
from sympy import Expr, FiniteSet, Interval, Set, Symbol
from sympy.logic.boolalg import Boolean

from deterrence_games.forms.tree import History, InformationSet
from deterrence_games.games import Game
from deterrence_games.theory.closed_forms import ClosedForms
from deterrence_games.theory.family import Beliefs, Bounds, Case, Ends, Family, Written, interval
from deterrence_games.theory.polynomials import Constraint
from deterrence_games.theory.prover import NO, YES, Prover, negations
from deterrence_games.theory.readable import readable, shorter
from deterrence_games.theory.value_formulas import has_roots

ZERO_OR_ONE = (sympy.S.Zero, sympy.S.One)


class NamedCase(NamedTuple):
    """A case with the name of its family, its play in words, and the information sets on the path."""

    name: str
    play: str
    path: Sequence[InformationSet]
    case: Case

    def chances(self) -> Hashable:
        """The probabilities of the moves on the path; none where they hold square roots, whose forms vary with signs."""
        renamed = self.free()
        if self.case.generic and any(has_roots(s) for place in self.path for s in self.case.strategies[place].values()):
            return ()
        return tuple(
            tuple((action, share.xreplace(renamed)) for action, share in self.case.strategies[place].items())
            for place in self.path
        )

    def free(self) -> dict[Expr, Expr]:
        """The free probabilities that these hold, numbered as they come: their own names may depend on others off the path."""
        shares = (share for place in self.path for share in self.case.strategies[place].values() if self.case.ranges)
        found = dict.fromkeys(s for share in shares for s in self.case.ranges if s in share.free_symbols)
        return {symbol: Symbol(f"free_{number}") for number, symbol in enumerate(found)}


def name_of(game: Game, case: Case) -> str | None:
    """The first of the game's names whose pattern the case matches."""
    played = {place: {a for a, share in shares.items() if share != 0} for place, shares in case.strategies.items()}
    for name, pattern in game.names.items():
        if all(InformationSet(*p) in played and played[InformationSet(*p)] <= set(a) for p, a in pattern.items()):
            return name
    return None


def play_of(case: Case, path: Sequence[InformationSet]) -> str:
    """The actions in use at the information sets on the path, in words."""
    moves: dict[tuple[str, History], list[str]] = {}
    for place in path:
        actions = "/".join(case.supports[place])
        moves.setdefault((place.player, place.history), []).append(f"{place.type}: {actions}" if place.type else actions)
    return "; ".join(f"{player}{_after(history)} {', '.join(texts)}" for (player, history), texts in moves.items())


def _after(history: History) -> str:
    steps = ["+".join(step) if isinstance(step, tuple) else step for step in history]
    return f" after {' > '.join(steps)}" if steps else ""


def families_of(named: Sequence[NamedCase], forms: ClosedForms, late: Callable[[], bool]) -> tuple[Family, ...]:
    """One family for each name and kind (generic, or on a border only) and play, in the order of the cases."""
    groups: dict[tuple[str, bool], list[NamedCase]] = {}
    for own in named:
        groups.setdefault((own.name, own.case.generic), []).append(own)
    found = []
    for (name, generic), held in groups.items():
        parts = _plays(held)
        names = _told_apart(name, parts) if generic else [name] * len(parts)
        for full, part in zip(names, parts, strict=True):
            found.append(_family(full, generic, [own.case for own in part], forms, late))
    return tuple(found)


def _told_apart(name: str, parts: Sequence[Sequence[NamedCase]]) -> list[str]:
    """Names of what one name covers, as claims and lookups go by names: with the play, or a number where that is the same."""
    if len(parts) == 1:
        return [name]
    plays = [part[0].play for part in parts]
    found = []
    for place, play in enumerate(plays):
        words = [] if name.startswith(play) else [play]
        if plays.count(play) > 1:
            words.append(str(1 + plays[:place].count(play)))
        found.append(f"{name} ({', '.join(words)})")
    return found


def _plays(held: list[NamedCase]) -> list[list[NamedCase]]:
    """Cases of one name apart by play and by its probabilities.

    Two with the same outcomes, or one that is an end of the other, stay together.
    """
    plays: dict[tuple[str, Hashable], list[NamedCase]] = {}
    for own in held:
        plays.setdefault((own.play, own.chances()), []).append(own)
    if len(plays) == 1:
        return [held]
    parts: list[list[NamedCase]] = []
    for own_play in sorted(plays.values(), key=lambda cases: -max(len(own.case.ranges) for own in cases)):
        for part in parts:
            if _same_outcomes(part[0], own_play[0]):
                part += own_play
                break
        else:
            parts.append(list(own_play))
    place = {id(own.case): number for number, own in enumerate(held)}
    for part in parts:
        part.sort(key=lambda own: place[id(own.case)])
    return sorted(parts, key=lambda part: place[id(part[0].case)])


def _same_outcomes(held: NamedCase, other: NamedCase) -> bool:
    """Whether outcomes have the same probabilities, one that the first case leaves free being zero or one if need be."""
    mine, theirs = held.free(), other.free()
    ends: list[dict[Expr, Expr]] = [{}, *({symbol: end} for symbol in mine.values() for end in ZERO_OR_ONE)]
    pairs = [(share.xreplace(mine), other.case.outcomes[label].xreplace(theirs)) for label, share in held.case.outcomes.items()]
    return any(all(_same(one.subs(put), its) for one, its in pairs) for put in ends)


def _family(name: str, generic: bool, cases: list[Case], forms: ClosedForms, late: Callable[[], bool]) -> Family:
    freest = max(cases, key=lambda case: (sum(s.name.startswith("q") for s in case.ranges), len(case.ranges)))
    ordered = (freest, *(case for case in cases if case is not freest))
    bounds = {symbol: _closed(symbol, ends, freest, cases) for symbol, ends in freest.bounds.items()}
    return Family(
        name=name,
        generic=generic,
        conditions=union([case.constraints for case in ordered], forms, late),
        strategies=freest.strategies,
        ranges={symbol: interval(ends) for symbol, ends in bounds.items()},
        beliefs=_joined([case.beliefs for case in ordered], {symbol for case in ordered for symbol in case.ranges}),
        outcomes=freest.outcomes,
        payoffs=Written(lambda: {player: shorter(value, forms.prover) for player, value in freest.payoffs.items()}),
        cases=ordered,
    )


def union(
    alternatives: Sequence[tuple[Constraint, ...]], forms: ClosedForms, late: Callable[[], bool] = lambda: False
) -> tuple[Boolean, ...]:
    """Readable conditions that hold exactly where one of several conjunctions holds; not shortened once it is late."""
    prover = forms.prover
    left: list[tuple[Constraint, ...]] = []
    for seed in alternatives:
        if late():
            left.append(seed)
            continue
        weak = _weakened(seed, alternatives, prover)
        if all(prover.implies(other, c) == YES for other in alternatives for c in weak):
            return readable(forms.minimal(weak), prover)
        left.append(forms.minimal(weak))
    for own in sorted(left, key=len, reverse=True):
        if late():
            break
        others = [other for other in left if other is not own]
        if prover.feasible(own, [tuple(denied for c in other for denied in negations(c)) for other in others]) == NO:
            left = others
    written = [sympy.And(*readable(own, prover), evaluate=False) for own in left]
    return (sympy.Or(*written, evaluate=False),)


def _weakened(
    seed: tuple[Constraint, ...], alternatives: Sequence[tuple[Constraint, ...]], prover: Prover
) -> tuple[Constraint, ...]:
    """A conjunction without the conditions, and the exclusions of borders, that the union of all does not need."""

    def within(conditions: Sequence[Constraint]) -> bool:
        if () in alternatives:
            return True
        outside = [tuple(denied for c in own for denied in negations(c)) for own in alternatives]
        return prover.feasible(conditions, outside) == NO

    left = list(seed)
    for condition in seed:
        others = [c for c in left if c != condition]
        if not prover.under_root(condition, others) and within(others):
            left = others
        elif condition.sign == ">":
            closed = [Constraint(">=", c.polynomial) if c == condition else c for c in left]
            if within(closed):
                left = closed
    return tuple(left)


def _closed(symbol: Symbol, ends: Bounds, case: Case, cases: Sequence[Case]) -> Bounds:
    """Bounds of a probability with zero and one included where another case of the family joins there."""
    places = [
        (place, action)
        for place, shares in case.strategies.items()
        for action, share in shares.items()
        if share == symbol
    ]  # fmt: skip
    if not places:
        return ends
    place, action = places[0]

    def faced(end: sympy.Expr) -> bool:
        for other in cases:
            both = (set(other.supports) & set(case.supports)) - {place}
            same = all(other.supports[at] == case.supports[at] for at in both)
            there = other.supports.get(place, ())
            if same and ((end == 0 and action not in there) or (end == 1 and there == (action,))):
                return True
        return False

    def close(side: Ends) -> Ends:
        return tuple((value, strict and not (value in ZERO_OR_ONE and faced(value))) for value, strict in side)

    return close(ends[0]), close(ends[1])


def _joined(parts: Sequence[Beliefs], free: AbstractSet[Symbol]) -> Beliefs:
    """Union of belief sets in which the probabilities `free` are left open."""
    found: dict[History, dict[str, dict[str, Set]]] = {}
    for part in parts:
        for history, players in part.items():
            for player, kinds in players.items():
                held = found.setdefault(history, {}).setdefault(player, {})
                for kind, own in kinds.items():
                    held[kind] = _union(held[kind], own, free) if kind in held else own
    return found


def _union(one: Set, other: Set, free: AbstractSet[Symbol]) -> Set:
    """Union of sets of numbers that are kept apart unless they are seen at once to join."""
    parts = list(one.args) if isinstance(one, sympy.Union) else [one]
    for place, part in enumerate(parts):
        joined = _joined_sets(part, other, free)
        if joined is not None:
            parts[place] = joined
            break
    else:
        parts.append(other)
    # SymPy's own simplification of unions compares ends at length, and cannot order most of them
    return parts[0] if len(parts) == 1 else sympy.Union(*parts, evaluate=False)


def _joined_sets(one: Set, other: Set, free: AbstractSet[Symbol]) -> Set | None:
    """Two sets as one: a point closes the interval at whose end it lies, or is an end of what a probability goes through."""
    if one == other:
        return one
    for large, small in ((one, other), (other, one)):
        if isinstance(large, Interval) and isinstance(small, FiniteSet) and len(small) == 1:
            (point,) = small
            if point == large.start:
                return Interval(large.start, large.end, False, large.right_open)
            if point == large.end:
                return Interval(large.start, large.end, large.left_open, False)
        if isinstance(large, FiniteSet) and isinstance(small, FiniteSet) and len(large) == len(small) == 1:
            (value,), (point,) = large, small
            gone = free & value.free_symbols - point.free_symbols
            if any(_same(value.subs(s, end), point) for s in gone for end in ZERO_OR_ONE):
                return large
    return None


def _same(one: Expr, other: Expr) -> bool:
    """Whether two fractions are equal; most that are not differ at the first point that is tried."""
    point = {symbol: sympy.Rational(17 + 5 * k, 11 + 3 * k) for k, symbol in enumerate(sorted(one.free_symbols, key=str))}
    return bool((one - other).xreplace(point) == 0 and sympy.cancel(one - other) == 0)
