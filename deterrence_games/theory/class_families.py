"""From support classes to families: each class solved, its cases named and grouped."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from deterrence_games.forms.tree import InformationSet
from deterrence_games.games import Game
from deterrence_games.theory.closed_forms import ClosedForms
from deterrence_games.theory.elimination import Elimination, UnsolvedError
from deterrence_games.theory.family import Family
from deterrence_games.theory.grouping import NamedCase, families_of, name_of, play_of
from deterrence_games.theory.prover import UNKNOWN
from deterrence_games.theory.support_class import SupportClass

ROOTS = {1: "upper sign", -1: "lower sign"}


class ClassFamilies:
    """Families made of support classes, some now and more later.

    Parameters
    ----------
    game : Game
    elimination : Elimination

    Attributes
    ----------
    classes : list of SupportClass
        Those taken so far.
    undecided : list of str
        Those that stay open, in words.
    """

    def __init__(self, game: Game, elimination: Elimination) -> None:
        self.classes: list[SupportClass] = []
        self.undecided: list[str] = []
        self._game, self._elimination = game, elimination
        self._forms = ClosedForms(elimination)
        self._named: list[NamedCase] = []
        self._work: Iterator[bool] = iter(())

    def take(self, classes: Iterable[SupportClass | None]) -> bool:
        """Solve classes, up to the first None; False when it is late with one half solved, with which the next call goes on."""
        if any(self._work):
            return False
        for found in classes:
            if found is None:
                return True
            self.classes.append(found)
            self._work = self._solved(found)
            if any(self._work):
                return False
        return True

    def _solved(self, found: SupportClass) -> Iterator[bool]:
        """Solve a class and name its cases; yields True whenever it is late."""
        prover, solutions = self._elimination.prover, []
        try:
            for solved in self._elimination.steps(found.constraints, found.unknowns()):
                if solved is None:
                    yield True
                else:
                    solutions.append(solved)
        except UnsolvedError as reason:
            self.undecided.append(f"{in_words(found)}: {reason}")
            return
        several = len({solved.roots for solved in solutions}) > 1
        for solved in solutions:
            if self._elimination.late():
                yield True
            if prover.feasible(solved.conditions) == UNKNOWN:
                limit = prover.timeout / 1000
                self.undecided.append(f"{in_words(found)}: z3 could not say within {limit:g} s whether it exists anywhere")
                continue
            case = self._forms.case(found, solved)
            roots = " and ".join(ROOTS[side] for side in solved.roots) if several else ""
            path = _path(found)
            play = play_of(case, path)
            name = name_of(self._game, case) or play
            self._named.append(NamedCase(f"{name} ({roots})" if roots else name, play, path, case))

    def families(self, late: Callable[[], bool] = lambda: False) -> tuple[Family, ...]:
        """The families of all that was taken; once it is late, their conditions stay as long as they are."""
        return families_of(self._named, self._forms, late)


def in_words(found: SupportClass) -> str:
    """The supports of a class."""
    s = found.tree.structure
    parts = []
    for q in sorted(found.used):
        place = s.information_sets[q]
        actions = "/".join(s.set_labels(q)[a] for a in found.used[q])
        steps = ["+".join(step) if isinstance(step, tuple) else step for step in place.history]
        parts.append(f"{place.player} {place.type}".strip() + f" after {' > '.join(steps) or 'the start'}: {actions}")
    return "{" + ", ".join(parts) + "}"


def _path(found: SupportClass) -> Sequence[InformationSet]:
    s, reached = found.tree.structure, found.on_path()
    sets = [q for q in found.used if int(s.slot_node[s.set_slot[q]]) in reached]
    return [s.information_sets[q] for q in sorted(sets)]
