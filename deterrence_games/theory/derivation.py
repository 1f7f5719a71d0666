"""From a game in symbols to its theorem."""

import time

from deterrence_games.errors import GameError
from deterrence_games.forms.tree import InformationSet
from deterrence_games.games import Game
from deterrence_games.games.expressions import to_text
from deterrence_games.theory.closed_forms import ClosedForms
from deterrence_games.theory.coordinates import coordinates_of
from deterrence_games.theory.elimination import Elimination, UnsolvedError
from deterrence_games.theory.grouping import NamedCase, families_of, name_of
from deterrence_games.theory.prover import NO, UNKNOWN, Prover
from deterrence_games.theory.support_class import SupportClass
from deterrence_games.theory.support_search import SupportSearch
from deterrence_games.theory.symbolic_tree import SymbolicTree
from deterrence_games.theory.theorem import Theorem


def theorem_of(game: Game, seconds: float, timeout: float) -> Theorem:
    """Derive all perfect Bayesian equilibria of a game in closed form; see `deterrence_games.api.derive`."""
    start = time.perf_counter()
    _check_assumptions(game)
    try:
        tree = SymbolicTree(game)
    except GameError as error:
        text = str(error)
        raise GameError(text if text.startswith("game ") else f"game {game.name!r}: {text}") from None
    search = SupportSearch(tree, int(1000 * timeout), lambda: time.perf_counter() - start > seconds)
    elimination = Elimination(search.prover)
    forms = ClosedForms(elimination)
    named: list[NamedCase] = []
    undecided: list[str] = []
    classes = 0
    for found in search.run():
        classes += 1
        try:
            solutions = elimination.solve(found.constraints, found.unknowns())
        except UnsolvedError as reason:
            undecided.append(f"{_supports(found)}: {reason}")
            continue
        for solved in solutions:
            if search.prover.feasible(solved.conditions) == UNKNOWN:
                undecided.append(f"{_supports(found)}: z3 could not say within {timeout:g} s whether it exists anywhere")
                continue
            case = forms.case(found, solved)
            named.append(NamedCase(name_of(game, case, _path(found)), case))
    families = families_of(named, forms)
    return Theorem(
        game=game,
        families=tuple(family for family in families if family.generic),
        border_families=tuple(family for family in families if not family.generic),
        undecided=tuple(undecided),
        stopped=search.stopped,
        seconds=time.perf_counter() - start,
        stats={"assignments": search.tried, "classes": classes, "questions": search.prover.questions},
        prover=search.prover,
    )


def _check_assumptions(game: Game) -> None:
    """Refuse assumptions that contradict each other, naming a smallest contradictory part."""
    if _possible(game):
        return
    left = list(game.assumptions)
    for relation in game.assumptions:
        others = [other for other in left if other is not relation]
        if not _possible(game.replace(assumptions=tuple(others))):
            left = others
    texts = ", ".join(to_text(relation) for relation in left)
    raise GameError(f"game {game.name!r}: assumptions contradict one another: {texts}; change one of them")


def _possible(game: Game) -> bool:
    coordinates = coordinates_of(game, ())
    return Prover(coordinates, (), ()).feasible(coordinates.assumptions) != NO


def _path(found: SupportClass) -> list[InformationSet]:
    s, reached = found.tree.structure, found.on_path()
    sets = [q for q in found.used if int(s.slot_node[s.set_slot[q]]) in reached]
    return [s.information_sets[q] for q in sorted(sets)]


def _supports(found: SupportClass) -> str:
    """A class in words."""
    s = found.tree.structure
    parts = []
    for q in sorted(found.used):
        place = s.information_sets[q]
        actions = "/".join(s.set_labels(q)[a] for a in found.used[q])
        steps = ["+".join(step) if isinstance(step, tuple) else step for step in place.history]
        parts.append(f"{place.player} {place.type}".strip() + f" after {' > '.join(steps) or 'the start'}: {actions}")
    return "{" + ", ".join(parts) + "}"
