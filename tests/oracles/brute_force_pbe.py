"""All perfect Bayesian equilibrium outcomes of a small multi-stage game with observed actions, by exact brute force.

The concept is Fudenberg and Tirole's (1991, Perfect Bayesian equilibrium and sequential equilibrium, J. Economic Theory
53: 236-260) with independent types. Beliefs about a player depend on that player's moves only: they start at the prior
and follow Bayes' rule through every move that the current belief gives positive probability; a move that it excludes
starts a new *regime* with one free belief, the same whatever others did at that stage.

A support profile says for every player, type of positive belief and public history which actions are used, and for every
excluded move which types the new belief holds possible. All are tried. In realization weights (belief at the start of
the regime times own action probabilities since) the conditions of best reply are polynomials, linear in each regime of
each player; `tests.oracles.multilinear` decides them exactly. Types of belief zero influence nobody and have some best
reply, so they only enter through the value of deviating into their place, a maximum over pure continuation plans.

While supports are being chosen, a relaxation in integers drops what cannot work: a player's opponents are taken as one
team that may correlate, and whatever is not chosen yet is left open.
"""

from collections.abc import Iterator
from itertools import combinations, product

from tests.oracles.conditions import Conditions
from tests.oracles.multilinear import Solution, System
from tests.oracles.outcomes import OutcomeClass, maximal
from tests.oracles.plain_game import Node, PlainGame, compile_game
from tests.oracles.relaxation import Relaxation
from tests.oracles.support_profile import Kinds, Standing, SupportProfile, Supports
from tests.oracles.surd import UndecidedError

__all__ = ["OutcomeClass", "Search", "UndecidedError", "outcome_classes"]


def subsets(items: tuple[int, ...]) -> list[tuple[int, ...]]:
    """All nonempty subsets, small ones first."""
    return [chosen for size in range(1, len(items) + 1) for chosen in combinations(items, size)]


class Search:
    """The enumeration of support profiles.

    Attributes
    ----------
    classes : list of OutcomeClass
        The on-path behaviour of every support profile that has equilibria, after `run`.
    profiles, relaxations : int
        Support profiles decided, relaxations solved.
    """

    def __init__(self, plain: PlainGame, limit: int = 8_000) -> None:
        self.game = compile_game(plain)
        self.limit = limit
        self.profile = SupportProfile(self.game)
        self.supports, self.standing, self.free = self.profile.supports, self.profile.standing, self.profile.free
        self.classes: list[OutcomeClass] = []
        self.undecided: list[str] = []
        self.known: set[object] = set()
        self.profiles = self.relaxations = 0
        self.allowed: Supports = {
            (mover, kind, node.number): tuple(range(size))
            for node in self.game.stages
            for mover, size in zip(node.movers, node.actions, strict=True)
            for kind in range(len(self.game.weights[mover]))
        }

    def run(self) -> list[OutcomeClass]:
        """Enumerate, decide, and keep the maximal classes."""
        self.drop_dominated()
        root = [Standing(None, tuple(range(len(own))), tuple(own)) for own in self.game.weights]
        self.stand(self.game.root, root)
        self.advance(0)
        return maximal(self.classes)

    def drop_dominated(self) -> None:
        """Remove actions that are never a best reply where they are available, whatever is believed, until none is left."""
        changed = True
        while changed:
            changed = False
            for node in reversed(self.game.stages):
                for mover, size in zip(node.movers, node.actions, strict=True):
                    for kind in range(len(self.game.weights[mover])):
                        key = (mover, kind, node.number)
                        for action in self.allowed[key] if size > 1 else ():
                            if len(self.allowed[key]) > 1 and not self.ever_best(key, node, action):
                                self.allowed[key] = tuple(a for a in self.allowed[key] if a != action)
                                changed = True

    def ever_best(self, key: tuple[int, int, int], node: Node, action: int) -> bool:
        """Whether an action is a best reply to some belief and play."""
        relaxation = Relaxation(self.game, key[0], {key: (action,)}, self.allowed)
        weights = []
        for other in relaxation.others:
            types = tuple(range(len(self.game.weights[other])))
            moved = any(other in earlier.movers for earlier in self.before(node))
            weights.append((types, None if moved and len(types) > 1 else tuple(self.game.weights[other])))
        self.spend()
        relaxation.flow(node, relaxation.base(weights, positive=False), [{} for _ in relaxation.own_types])
        return relaxation.holds()

    def before(self, node: Node) -> Iterator[Node]:
        """The nodes on the way to a node."""
        at = self.game.root
        while at is not node:
            yield at
            at = max((child for child in at.children.values() if child.number <= node.number), key=lambda child: child.number)

    def stand(self, node: Node, standing: list[Standing]) -> None:
        """Note the beliefs at a node, and past lotteries, which change none."""
        self.standing[node.number] = standing
        if not node.movers:
            for child in node.children.values():
                self.stand(child, standing)

    def advance(self, stage: int) -> None:
        """Settle the stages from this one on."""
        if stage == len(self.game.stages):
            self.profiles += 1
            self.decide()
            return
        node = self.game.stages[stage]
        todo = [(mover, kind) for mover in node.movers for kind in self.standing[node.number][mover].types]
        self.choose(stage, node, todo)

    def choose(self, stage: int, node: Node, todo: list[tuple[int, int]]) -> None:
        """Try all supports of the movers' possible types."""
        if not todo:
            settled = node.movers[0] if len(node.movers) == 1 else None
            if all(self.consistent(player, node) for player in self.game.players if player != settled):
                self.branch(stage, node)
            return
        (mover, kind), *rest = todo
        key = (mover, kind, node.number)
        for used in subsets(self.allowed[key]):
            self.supports[key] = used
            if self.consistent(mover, node):
                self.choose(stage, node, rest)
        del self.supports[key]

    def spend(self) -> None:
        """Count a relaxation, and stop when there are too many."""
        self.relaxations += 1
        if self.relaxations > self.limit:
            raise UndecidedError(f"more than {self.limit} relaxations")

    def consistent(self, player: int, node: Node) -> bool:
        """Whether the player's conditions in the others' present regimes can still be met."""
        relaxation = Relaxation(self.game, player, self.supports, self.allowed)
        standing = self.standing[node.number]
        regimes = {other: standing[other].regime for other in relaxation.others}
        start = max((regime[0] for regime in regimes.values() if regime), default=0)
        forced = {other: regime[1] for other, regime in regimes.items() if regime and regime[0] == start}
        first = self.game.nodes[start]
        if not any(key[0] == player and key[2] >= start for key in self.supports):
            return True
        weights: list[tuple[Kinds, tuple[int, ...] | None]] = []
        for other in relaxation.others:
            if other in forced:
                types = self.free[(other, start, forced[other])]
                weights.append((types, (1,) if len(types) == 1 else None))
            else:
                before = self.standing[start][other]
                weights.append((before.types, before.weights))
        if not all(types for types, _ in weights):
            return True  # a player who is believed in no type any more: nobody moves after that
        self.spend()
        relaxation.flow(first, relaxation.base(weights, positive=True), [{} for _ in relaxation.own_types], forced or None)
        return relaxation.holds()

    def branch(self, stage: int, node: Node) -> None:
        """Pass beliefs on to the children, for every choice of the types that new beliefs hold possible."""
        options: list[list[tuple[tuple[int, int], Standing]]] = []
        for mover, size in zip(node.movers, node.actions, strict=True):
            before = self.standing[node.number][mover]
            supports = {kind: self.supports[(mover, kind, node.number)] for kind in before.types}
            for action in range(size):
                played = tuple(kind for kind in before.types if action in supports[kind])
                if played:
                    certain = before.weights is not None and all(supports[kind] == (action,) for kind in played)
                    weights = tuple(w for kind, w in zip(before.types, before.weights or (), strict=False) if kind in played)
                    options.append([((mover, action), Standing(before.regime, played, weights if certain else None))])
                elif self.watched(node, mover, action):
                    every = subsets(tuple(range(len(self.game.weights[mover]))))
                    fresh = [Standing((node.number, action), types, (1,) if len(types) == 1 else None) for types in every]
                    options.append([((mover, action), standing) for standing in fresh])
                else:
                    options.append([((mover, action), Standing((node.number, action), (), None))])
        for chosen in product(*options):
            after = dict(chosen)
            for (mover, action), standing in after.items():
                if standing.regime == (node.number, action):
                    self.free[(mover, node.number, action)] = standing.types
            for joint, child in node.children.items():
                own = list(self.standing[node.number])
                for mover, action in zip(node.movers, joint, strict=True):
                    own[mover] = after[(mover, action)]
                self.stand(child, own)
            self.advance(stage + 1)

    def watched(self, node: Node, mover: int, action: int) -> bool:
        """Whether somebody else still moves after an action, so that the belief about the mover matters."""
        k = node.movers.index(mover)
        return any(child.movers_below - {mover} for joint, child in node.children.items() if joint[k] == action)

    def decide(self) -> None:
        """Decide a complete support profile exactly and note its class."""
        conditions = Conditions(self.profile)
        key = conditions.key()
        if key in self.known:
            return
        self.known.add(key)
        try:
            solutions = System(conditions.blocks, conditions.zero, conditions.nonnegative).solve()
        except UndecidedError as error:
            self.undecided.append(str(error))
            return
        for solution in solutions:
            self.note(conditions, solution)

    def note(self, conditions: Conditions, solution: Solution) -> None:
        """Keep the class of a solution."""
        found = conditions.outcome_class(solution)
        signature = (found.on_path, tuple(tuple(tuple(sorted(v.items())) for v in block) for block in found.blocks))
        if signature not in self.known:
            self.known.add(signature)
            self.classes.append(found)


def outcome_classes(plain: PlainGame, limit: int = 8_000) -> list[OutcomeClass]:
    """All on-path behaviour in perfect Bayesian equilibria, as maximal products of polytopes.

    Raises
    ------
    UndecidedError
        When the search would solve more than `limit` relaxations, or, with three players, a support profile leads to a
        system that the exact methods here cannot decide.
    """
    search = Search(plain, limit)
    classes = search.run()
    if search.undecided:
        raise UndecidedError(f"game {plain.name!r}: {len(search.undecided)} support profiles, the first: {search.undecided[0]}")
    return classes
