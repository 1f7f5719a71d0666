"""From a game in symbols to its theorem."""

import time

from deterrence_games.errors import GameError
from deterrence_games.games import Game
from deterrence_games.games.expressions import to_text
from deterrence_games.theory.class_families import ClassFamilies
from deterrence_games.theory.coordinates import coordinates_of
from deterrence_games.theory.elimination import Elimination
from deterrence_games.theory.prover import NO, Prover
from deterrence_games.theory.support_search import SupportSearch
from deterrence_games.theory.symbolic_tree import SymbolicTree
from deterrence_games.theory.theorem import Theorem


def theorem_of(game: Game, seconds: float, timeout: float) -> Theorem:
    """Derive all perfect Bayesian equilibria of a game in closed form; see `deterrence_games.api.derive`."""
    try:
        _check_assumptions(game)
        tree = SymbolicTree(game)
    except GameError as error:
        text = str(error)
        raise GameError(text if text.startswith("game ") else f"game {game.name!r}: {text}") from None
    return _Derivation(game, tree, timeout).go_on(seconds)


class _Derivation:
    """A derivation that can be interrupted by a time limit, and go on."""

    def __init__(self, game: Game, tree: SymbolicTree, timeout: float) -> None:
        self._game = game
        self._deadline = 0.0
        self._spent = 0.0
        self._search = SupportSearch(tree, int(1000 * timeout), self._late)
        self._classes = self._search.run()
        self._families = ClassFamilies(game, Elimination(self._search.prover, self._late))

    def _late(self) -> bool:
        return time.perf_counter() > self._deadline

    def go_on(self, seconds: float) -> Theorem:
        """Search for so many seconds more; the theorem made of everything found so far, joined in as many seconds at most."""
        start = time.perf_counter()
        self._deadline = start + seconds
        stopped = not self._families.take(self._classes) or self._search.stopped
        self._deadline += seconds
        families = self._families.families(self._late if stopped else lambda: False)
        self._spent += time.perf_counter() - start
        search, classes = self._search, tuple(self._families.classes)
        return Theorem(
            game=self._game,
            families=tuple(family for family in families if family.generic),
            border_families=tuple(family for family in families if not family.generic),
            undecided=tuple(self._families.undecided),
            stopped=stopped,
            seconds=self._spent,
            stats={"assignments": search.tried, "classes": len(classes), "questions": search.questions},
            prover=search.prover,
            classes=classes,
            resume_search=self.go_on if stopped else None,
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
