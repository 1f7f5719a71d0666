"""Refinements: restrictions on the beliefs that support an equilibrium, and what they leave of a theorem.

Every one restricts the belief about a player after an action that this belief's types exclude, at every public history at
which it happens, on the path or off it: the continuation from a history, with the beliefs held there, is a game of its own.
Types that are held impossible before the deviation stay impossible after it under all of them but monotone beliefs. Beliefs
that move nobody, as whoever moves later has one action that is best whatever is believed, are left alone.

The literature states them for signalling games, in which one receiver answers once. What is chosen here for games of several
stages: a type's gain is what it can get after the deviation less what it gets in equilibrium from that history on; and the
responses that a test goes through are the equilibria of the continuation after the deviation, for every belief about the
deviator over the types possible before it, and for the beliefs about the others that are held there. In a signalling game
these are the mixed best replies to some belief.

``passive beliefs``
    The deviation tells nothing: the belief stays what it was.
``monotone beliefs``
    After an action above all those in use, the belief does not move towards milder types, in the order of likelihood ratios
    [1]_; after one below all of them, not towards tougher ones; after others it is free. Actions are in the order in which
    the game lists them, the mildest first; types too, the toughest first.
``intuitive criterion``
    A type that would lose by the deviation whatever the response is held impossible, unless every type would [2]_. Where
    several types are left, the belief among them is free; the equilibrium needs one that supports it. (The criterion as
    first stated asks less then: that no single type gains from every response to such beliefs.)
``D1``
    A type is held impossible when another one gains from every response from which the first would gain or lose nothing,
    and from some response from which the first would lose [2]_ [3]_.

References
----------
.. [1] Milgrom, P. R. (1981), Good News and Bad News: Representation Theorems and Applications. Bell Journal of Economics 12.
.. [2] Cho, I.-K. and Kreps, D. M. (1987), Signaling Games and Stable Equilibria. Quarterly Journal of Economics 102.
.. [3] Banks, J. S. and Sobel, J. (1987), Equilibrium Selection in Signaling Games. Econometrica 55.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations, pairwise, permutations
from typing import TYPE_CHECKING

from deterrence_games.errors import GameError
from deterrence_games.theory.class_families import ClassFamilies, in_words
from deterrence_games.theory.effects import effects_of
from deterrence_games.theory.elimination import Elimination, UnsolvedError
from deterrence_games.theory.polynomials import Constraint
from deterrence_games.theory.prover import NO
from deterrence_games.theory.responses import Alternatives, Conjunction, Deviation
from deterrence_games.theory.support_class import SupportClass
from deterrence_games.theory.support_search import NOT_ASKED, WHOLE, SupportSearch

if TYPE_CHECKING:
    from deterrence_games.theory.theorem import Theorem


def refined(theorem: "Theorem", criterion: str, seconds: float) -> "Theorem":
    """The equilibria of a theorem that satisfy a refinement; see `Theorem.refine`."""
    start = time.perf_counter()
    name = theorem.game.name
    if criterion not in CRITERIA:
        raise GameError(f"game {name!r}: {criterion!r:.40} is no refinement; use one of {', '.join(map(repr, CRITERIA))}")
    if not theorem.classes:
        raise GameError(f"game {name!r}: a theorem read from a file holds no supports to refine; derive the game anew")
    search = SupportSearch(theorem.classes[0].tree, theorem.prover.timeout, lambda: time.perf_counter() - start > seconds)
    elimination = Elimination(search.prover)
    found_families = ClassFamilies(theorem.game, elimination)
    undecided = found_families.undecided
    undecided += theorem.undecided

    def restricted() -> Iterator[SupportClass]:
        for found in theorem.classes:
            try:
                yield from _restricted(found, criterion, search, elimination)
            except UnsolvedError as reason:
                undecided.append(f"{criterion} at {in_words(found)}: {reason}")
                yield found

    found_families.take(restricted())
    families = found_families.families()
    return replace(
        theorem,
        families=tuple(family for family in families if family.generic),
        border_families=tuple(family for family in families if not family.generic),
        undecided=tuple(dict.fromkeys(undecided)),
        stopped=theorem.stopped or search.stopped,
        seconds=time.perf_counter() - start,
        stats={"assignments": search.tried, "classes": len(found_families.classes), "questions": search.prover.questions},
        prover=search.prover,
        classes=tuple(found_families.classes),
        resume_search=None,
        refinements=(*theorem.refinements, criterion),
        effects=effects_of(
            theorem.families, families, not search.stopped and undecided == list(theorem.undecided), search.prover
        ),
    )


def _restricted(found: SupportClass, criterion: str, search: SupportSearch, elimination: Elimination) -> Iterator[SupportClass]:
    """The class with the refinement's demands on every free belief, once for each way to meet them."""
    found_so_far = [found]
    for choice in found.free:
        if search.need[choice] == NOT_ASKED:
            continue
        slot = search.tree.slot_of(choice)
        deviation = Deviation(search, elimination, found, slot, choice - search.tree.choice_first[slot])
        if search.tree.kinds(deviation.player) == 1 or deviation.forced():
            continue
        further = []
        for demands in CRITERIA[criterion](deviation):
            for before in found_so_far:
                after = before.copy()
                after.constraints += [c for c in demands if c not in after.constraints]
                if elimination.prover.feasible(after.constraints) != NO:
                    further.append(after)
        found_so_far = further
    yield from found_so_far


# ---- the refinements: alternative demands on a class's belief after a deviation --------------------------------------------


def _passive(deviation: Deviation) -> Alternatives:
    ring, belief = deviation.prover.ring, deviation.belief()
    before = deviation.found.weights[deviation.node][deviation.player]
    total = ring.sum(list(before.values()))
    kinds = {**before, **belief}
    return [
        tuple(
            Constraint("=", belief.get(kind, ring.zero) * total - before.get(kind, ring.zero)) for kind in sorted(kinds)
        )
    ]  # fmt: skip


def _monotone(deviation: Deviation) -> Alternatives:
    tree, s = deviation.search.tree, deviation.search.tree.structure
    first = int(s.set_first[deviation.slot])
    used = {action for kind in deviation.types for action in deviation.found.used[first + kind]}
    up, down = deviation.action > max(used), deviation.action < min(used)
    if not up and not down:
        return [()]
    after, before = deviation.belief(), deviation.found.weights[deviation.node][deviation.player]
    zero = tree.ring.zero
    demands = []
    for tough, mild in pairwise(deviation.types):  # neighbours suffice, as the weights before are above zero
        gap = after.get(tough, zero) * before[mild] - after.get(mild, zero) * before[tough]
        demands.append(Constraint(">=", gap if up else -gap))
    for kind, belief in after.items():
        if kind not in before and any((possible < kind) if up else (possible > kind) for possible in before):
            demands.append(Constraint("=", belief))
    return [tuple(demands)]


def _intuitive(deviation: Deviation) -> Alternatives:
    _check_answers(deviation, "the intuitive criterion")
    may_gain = {kind: deviation.attracts([(kind, ">=")]) for kind in deviation.types}
    nobody: Alternatives = [()]
    for alternatives in may_gain.values():
        nobody = deviation.both(nobody, deviation.none(alternatives))
    return _supported(deviation, {kind: deviation.fewest([*own, *nobody]) for kind, own in may_gain.items()})


def _d1(deviation: Deviation) -> Alternatives:
    _check_answers(deviation, "D1")
    possible: dict[int, Alternatives] = {kind: [()] for kind in deviation.types}
    for kind, rival in permutations(deviation.types, 2):
        rival_alone = deviation.attracts([(kind, "<"), (rival, ">")])
        if rival_alone:
            kind_alone = deviation.attracts([(kind, ">="), (rival, "<=")])
            either = deviation.fewest([*kind_alone, *deviation.none(rival_alone)])
            possible[kind] = deviation.both(possible[kind], either)
    return _supported(deviation, possible)


CRITERIA: dict[str, Callable[[Deviation], Alternatives]] = {
    "passive beliefs": _passive,
    "monotone beliefs": _monotone,
    "intuitive criterion": _intuitive,
    "D1": _d1,
}


def _supported(deviation: Deviation, possible: dict[int, Alternatives]) -> Alternatives:
    """Demands of a belief that holds possible only types that may be.

    Parameters
    ----------
    possible : dict type -> alternatives
        When a type may be held possible; types that are missing never may.
    """
    held = deviation.belief()
    if deviation.search.need[deviation.choice] != WHOLE:
        return _all_of(deviation, possible, tuple(held))
    accepted: list[tuple[set[int], Conjunction]] = []
    demands: Alternatives = []
    for size in range(len(possible), 0, -1):
        for types in combinations(possible, size):
            zero = tuple(Constraint("=", belief) for kind, belief in held.items() if kind not in types)
            wider = [own for others, own in accepted if set(types) < others]
            for own in _all_of(deviation, possible, types):
                if not wider or not deviation.within(own, wider):
                    accepted.append((set(types), own))
                    demands.append((*own, *zero))
    return demands


def _all_of(deviation: Deviation, possible: dict[int, Alternatives], types: tuple[int, ...]) -> Alternatives:
    """When all these types may be held possible."""
    found: Alternatives = [()]
    for kind in types:
        found = deviation.both(found, possible.get(kind, []))
    return found


def _check_answers(deviation: Deviation, criterion: str) -> None:
    players = deviation.answered_at_once()
    if players:
        s = deviation.search.tree.structure
        names = " and ".join(repr(s.players[player]) for player in players)
        action = s.actions[deviation.slot][deviation.action]
        raise GameError(
            f"game {s.name!r}: {criterion} is not defined here: {names} answer {action!r} of "
            f"{s.players[deviation.player]!r} at once, and what is best for one depends on the other; use 'passive beliefs' or "
            "'monotone beliefs'"
        )
