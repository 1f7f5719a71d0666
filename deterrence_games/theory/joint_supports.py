"""Supports that types of one player can have together at a node, whatever happens elsewhere.

All types of a player face the same beliefs and the same behaviour of the others, so that what follows an action is drawn from
the same probabilities for each of them. Here these are unknowns bound by nothing but the shape of the tree, and a type follows
any plan of its own. When no such probabilities make a combination of supports best replies together, no equilibrium has it.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from deterrence_games.forms.tree import CHANCE, LEAF, MOVE
from deterrence_games.theory.coordinates import coordinates_of
from deterrence_games.theory.polynomials import Constraint, Polynomial
from deterrence_games.theory.prover import NO, Prover
from deterrence_games.theory.symbolic_tree import Profile, SymbolicTree

MOST_PLANS = 8  # of a type after one action; a type that has more is taken to have any support
MOST_ALTERNATIVES = 16  # ways in which plans can be best together; beyond them a further type is taken to have any support
TIMEOUT = 1000  # milliseconds a question; a combination that takes longer is left to the search

Supports = tuple[tuple[int, ...], ...]  # actions in use, for each of several types
Conjunction = tuple[Constraint, ...]
Unknown = tuple[int, tuple[int, ...], Profile]  # a node, what the others do there, and their types


class JointSupports:
    """Combinations of supports of a player's types at a node that are not proved impossible.

    Parameters
    ----------
    tree : SymbolicTree
    timeout : int
        Most milliseconds a question to z3.

    Attributes
    ----------
    prover : Prover
        Of questions about parameters and the probabilities of what follows an action.
    """

    def __init__(self, tree: SymbolicTree, timeout: int) -> None:
        self.tree = tree
        self._moves = [_Move(tree, slot) for slot in range(len(tree.structure.slot_node))]
        most = max((len(move.unknowns) for move in self._moves), default=0)
        coordinates = coordinates_of(tree.game, [f"m{k}" for k in range(most)])
        unknowns = range(len(coordinates.back), len(coordinates.back) + most)
        self.prover = Prover(coordinates, (), unknowns, min(timeout, TIMEOUT))
        self._found: dict[tuple[int, tuple[int, ...]], list[Supports]] = {}

    def of(self, slot: int, kinds: Sequence[int]) -> list[Supports]:
        """One support for each type that a belief holds possible, in the order of all combinations of `subsets`."""
        key = slot, tuple(kinds)
        if key not in self._found:
            self._found[key] = self._together(slot, kinds)
        return self._found[key]

    def _together(self, slot: int, kinds: Sequence[int]) -> list[Supports]:
        """Type by type: a combination that is impossible for some types is not asked for with more."""
        replies = _Replies(self._moves[slot], self.prover)
        held: list[tuple[Supports, list[Conjunction]]] = [((), [tuple(replies.given())])]
        for kind in kinds:
            own = list(replies.best(kind))
            held = [
                ((*supports, used), left)
                for supports, before in held
                for used, alternatives in own
                if (left := self._possible(before, alternatives))
            ]
        return [supports for supports, _ in held]

    def _possible(self, before: list[Conjunction], alternatives: list[Conjunction]) -> list[Conjunction]:
        if len(before) * len(alternatives) > MOST_ALTERNATIVES:
            return before
        joined = [tuple(dict.fromkeys((*one, *other))) for one, other in product(before, alternatives)]
        return [one for one in joined if self.prover.feasible(one) != NO]


class _Move:
    """A slot, and the probabilities with which the others play on below it.

    Attributes
    ----------
    node, player : int
    types : list of Profile
        The others' types as far as the player's payoffs depend on them; zero for all other players.
    unknowns : dict Unknown -> int
        Numbers of the probabilities that the others have certain types and play up to a node and on, the player's own moves
        apart. At ``(-1, (), types)`` stands the belief in the types.
    """

    def __init__(self, tree: SymbolicTree, slot: int) -> None:
        s = tree.structure
        self.tree, self.slot = tree, slot
        self.node, self.player = int(s.slot_node[slot]), int(s.slot_player[slot])
        self.below = range(self.node, int(s.end[self.node]))
        self.number = {profile: number for number, profile in enumerate(tree.profiles)}
        matter = [other for other in range(len(s.players)) if other != self.player and self._matters(other)]
        self._matter = frozenset(matter)
        self.types = list(product(*(range(tree.kinds(p) if p in matter else 1) for p in range(len(s.players)))))
        every: list[Unknown] = [(-1, (), types) for types in self.types if len(self.types) > 1]
        for node, types in product(self.below, self.types):
            ways = self.ways(node, types)
            every += [(node, way, types) for way in ways if len(ways) > 1]
        self.unknowns = {unknown: number for number, unknown in enumerate(every)}

    def _matters(self, other: int) -> bool:
        """Whether the player's payoffs below depend on another player's type."""
        s = self.tree.structure
        for node in self.below:
            if s.kind[node] == LEAF:
                payoffs = self.tree.payoffs[self.player][int(s.outcome[node])]
                for profile, number in self.number.items():
                    first = (*profile[:other], 0, *profile[other + 1 :])
                    if payoffs[number] != payoffs[self.number[first]]:
                        return True
        return False

    def way(self, node: int, rank: int) -> tuple[int, ...]:
        """What the others do at a node on the way to its child number `rank`."""
        s = self.tree.structure
        moves = zip(self.tree.slots(node), self.tree.actions_to(node, rank), strict=True)
        return tuple(action for slot, action in moves if s.slot_player[slot] != self.player)

    def ways(self, node: int, types: Profile) -> list[tuple[int, ...]]:
        """All that the others may do at a node and be best replies."""
        s = self.tree.structure
        choices: list[list[int]] = []
        for slot in self.tree.slots(node) if s.kind[node] == MOVE else ():
            other, first = int(s.slot_player[slot]), int(s.set_first[slot])
            if other != self.player:
                kinds = [types[other]] if other in self._matter else range(self.tree.kinds(other))
                choices.append(sorted(set().union(*(self.tree.allowed[first + kind] for kind in kinds))))
        return list(product(*choices))


class _Replies:
    """The conditions under which supports of the player's types are best replies at a move, as polynomials."""

    def __init__(self, move: _Move, prover: Prover) -> None:
        self.move, self.tree, self.ring = move, move.tree, prover.ring
        first = len(prover.coordinates.back)
        self._unknowns = {unknown: self.ring.variables[first + number] for unknown, number in move.unknowns.items()}
        self._parameters = len(move.tree.coordinates.parameters)

    def given(self) -> Iterator[Constraint]:
        """What holds of the probabilities: all types together have probability one, and so has all that is done at a node."""
        move = self.move
        if len(move.types) > 1:
            held = self.ring.sum([self._mass(move.node, types) for types in move.types])
            yield Constraint("=", held - self.ring.one)
        for node, types in product(move.below, move.types):
            ways = move.ways(node, types)
            if len(ways) > 1:
                parts = self.ring.sum([self._unknowns[node, way, types] for way in ways])
                yield Constraint("=", parts - self._mass(node, types))

    def _mass(self, node: int, types: Profile) -> Polynomial:
        """Probability that the others have these types and play up to a node; zero where that is never a best reply."""
        move, s = self.move, self.tree.structure
        if node == move.node:
            return self._unknowns.get((-1, (), types), self.ring.one)
        parent = int(s.parent[node])
        before = self._mass(parent, types)
        if s.kind[parent] == CHANCE or before.zero:
            return before
        way = move.way(parent, self.tree.children[parent].index(node))
        ways = move.ways(parent, types)
        return self.ring.zero if way not in ways else self._unknowns[parent, way, types] if len(ways) > 1 else before

    def best(self, kind: int) -> Iterator[tuple[tuple[int, ...], list[Conjunction]]]:
        """Every support of a type, with alternatives of which one holds where it is a best reply: one for each plan."""
        q = int(self.tree.structure.set_first[self.move.slot]) + kind
        allowed = self.tree.allowed[q]
        values = {action: self._after(kind, self.move.node, action) for action in allowed}
        for used in subsets(allowed):
            if any(len(own) > MOST_PLANS for own in values.values()):
                yield used, [()]
                continue
            alternatives = []
            for plans in product(*(values[action] for action in used)):
                others = [value for own in values.values() for value in own if value not in plans]
                equal = [Constraint("=", plans[0] - plan) for plan in plans[1:]]
                alternatives.append((*equal, *(Constraint(">=", plans[0] - value) for value in others)))
            yield used, alternatives

    def _values(self, kind: int, node: int) -> list[Polynomial]:
        """What a type expects from a node on, times the probability that the others play up to it: one value for each plan."""
        s = self.tree.structure
        if s.kind[node] == LEAF:
            return [self._leaf(kind, node)]
        for slot in self.tree.slots(node) if s.kind[node] == MOVE else ():
            if s.slot_player[slot] == self.move.player:
                allowed = self.tree.allowed[int(s.set_first[slot]) + kind]
                return list(dict.fromkeys(value for action in allowed for value in self._after(kind, node, action)))
        return self._after(kind, node, 0)

    def _after(self, kind: int, node: int, action: int) -> list[Polynomial]:
        """The same after an own action at a node; any action where only others move."""
        tree, s = self.tree, self.tree.structure
        found = [self.ring.zero]
        for rank, child in enumerate(tree.children[node]):
            moves = zip(tree.slots(node), tree.actions_to(node, rank), strict=True)
            if s.kind[node] == MOVE and any(s.slot_player[slot] == self.move.player and a != action for slot, a in moves):
                continue
            found = list(dict.fromkeys(one + other for one, other in product(found, self._values(kind, child))))
            if len(found) > MOST_PLANS:
                break
        return found

    def _leaf(self, kind: int, node: int) -> Polynomial:
        move, tree = self.move, self.tree
        payoffs = tree.payoffs[move.player][int(tree.structure.outcome[node])]
        terms = []
        for types in move.types:
            mass = self._mass(node, types)
            if not mass.zero:
                profile = (*types[: move.player], kind, *types[move.player + 1 :])
                value = tree.chance[node] * payoffs[move.number[profile]]
                terms.append(mass * self.ring.read(value, self._parameters))
        return self.ring.sum(terms)


def subsets(items: Sequence[int]) -> list[tuple[int, ...]]:
    """All nonempty subsets, small ones first."""
    return [chosen for size in range(1, len(items) + 1) for chosen in combinations(items, size)]
