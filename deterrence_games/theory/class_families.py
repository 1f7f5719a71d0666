"""From support classes to families: each class solved, its cases named and grouped."""

from collections.abc import Iterable, Sequence

from deterrence_games.forms.tree import InformationSet
from deterrence_games.games import Game
from deterrence_games.theory.closed_forms import ClosedForms
from deterrence_games.theory.elimination import Elimination, UnsolvedError
from deterrence_games.theory.family import Family
from deterrence_games.theory.grouping import NamedCase, families_of, name_of
from deterrence_games.theory.prover import UNKNOWN
from deterrence_games.theory.support_class import SupportClass


def families_from(
    game: Game, classes: Iterable[SupportClass], elimination: Elimination, undecided: list[str]
) -> tuple[tuple[Family, ...], tuple[SupportClass, ...]]:
    """The families that classes make up, and the classes themselves; those that stay open go into `undecided`, in words."""
    forms = ClosedForms(elimination)
    named: list[NamedCase] = []
    kept: list[SupportClass] = []
    for found in classes:
        kept.append(found)
        try:
            solutions = elimination.solve(found.constraints, found.unknowns())
        except UnsolvedError as reason:
            undecided.append(f"{in_words(found)}: {reason}")
            continue
        for solved in solutions:
            if elimination.prover.feasible(solved.conditions) == UNKNOWN:
                limit = elimination.prover.timeout / 1000
                undecided.append(f"{in_words(found)}: z3 could not say within {limit:g} s whether it exists anywhere")
                continue
            case = forms.case(found, solved)
            named.append(NamedCase(name_of(game, case, _path(found)), case))
    return families_of(named, forms), tuple(kept)


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
