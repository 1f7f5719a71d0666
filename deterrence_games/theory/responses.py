"""What the others may do after a deviation, and when that attracts a type: conditions on the parameters.

A response is an equilibrium of the continuation after the deviation, for some belief about the deviator; in a signalling
game, a mixed best reply to some belief. Conditions are alternatives, each a conjunction; one of them holds exactly where some
response does what is asked.
"""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import TypeAlias

from deterrence_games.forms.tree import MOVE
from deterrence_games.theory.elimination import Elimination
from deterrence_games.theory.joint_supports import subsets
from deterrence_games.theory.polynomials import Constraint, Polynomial
from deterrence_games.theory.prover import NO, Prover, negations
from deterrence_games.theory.support_class import SupportClass
from deterrence_games.theory.support_search import BRANCH, SupportSearch

Conjunction: TypeAlias = tuple[Constraint, ...]
Alternatives: TypeAlias = list[Conjunction]  # none: never; an empty conjunction among them: always


class Deviation:
    """An action of a slot that a class excludes, and the responses to it.

    Parameters
    ----------
    search : SupportSearch
    elimination : Elimination
        Of the search's prover.
    found : SupportClass
    slot, action : int

    Attributes
    ----------
    types : tuple of int
        Those that the belief before the deviation holds possible.
    given : list of Constraint
        Conditions of the class on what lies outside the continuation.
    """

    def __init__(self, search: SupportSearch, elimination: Elimination, found: SupportClass, slot: int, action: int) -> None:
        tree, s = search.tree, search.tree.structure
        self.search, self.elimination, self.found = search, elimination, found
        self.slot, self.action = slot, action
        self.choice = tree.choice_first[slot] + action
        self.node, self.player = int(s.slot_node[slot]), int(s.slot_player[slot])
        self.types = tuple(found.weights[self.node][self.player])
        self.roots = [
            (child, moves)
            for rank, child in enumerate(tree.children[self.node])
            for moves in [list(zip(tree.slots(self.node), tree.actions_to(self.node, rank), strict=True))]
            if all(a == action if own == slot else not found.excluded(own, a) for own, a in moves)
        ]
        self.moves = [n for root, _ in self.roots for n in range(root, int(s.end[root])) if s.kind[n] == MOVE]
        self._inner = self._inner_unknowns()
        self.given = [c for c in found.constraints if not c.polynomial.variables & self._inner]
        self._responses: list[SupportClass] | None = None

    @property
    def prover(self) -> Prover:
        """What decides questions here."""
        return self.elimination.prover

    def belief(self) -> dict[int, Polynomial]:
        """The class's belief in each type after the deviation; types that it holds impossible are missing."""
        return self.found.after(self.slot, self.action)

    def forced(self) -> bool:
        """Whether everybody else who moves later has a single action that may be best, so that the belief moves nobody."""
        tree, s = self.search.tree, self.search.tree.structure
        return all(
            len(tree.allowed[int(s.set_first[slot]) + kind]) == 1
            for n in self.moves
            for slot in tree.slots(n)
            if s.slot_player[slot] != self.player
            for kind in range(tree.kinds(int(s.slot_player[slot])))
        )

    def answered_at_once(self) -> tuple[int, ...]:
        """Players other than the deviator who answer at the same time, when there are two or more."""
        s = self.search.tree.structure
        for n in self.moves:
            players = {int(s.slot_player[slot]) for slot in self.search.tree.slots(n)} - {self.player}
            if len(players) > 1:
                return tuple(sorted(players))
        return ()

    # ---- when responses attract types ----------------------------------------------------------------------------------

    def attracts(self, wanted: Sequence[tuple[int, str]]) -> Alternatives:
        """When some response does what is wanted.

        Parameters
        ----------
        wanted : sequence of (type, relation)
            The type's gain from the deviation compared with zero, by ``>``, ``>=``, ``<=`` or ``<``.

        Raises
        ------
        UnsolvedError
            When the responses cannot be solved for.
        """
        outside = set(self.prover.all_simplified(self.given) or ())
        found: dict[Conjunction, None] = {}
        for response in self.responses():
            for asked in product(*(self._gain(response, kind, relation) for kind, relation in wanted)):
                constraints = [*response.constraints, *(c for part in asked for c in part)]
                if self.prover.feasible(constraints) == NO:
                    continue
                occurring = set().union(*(c.polynomial.variables for c in constraints))
                for solved in self.elimination.solve(constraints, sorted(occurring & self._inner)):
                    found[tuple(c for c in solved.conditions if c not in outside)] = None
        return self.fewest(found)

    def responses(self) -> list[SupportClass]:
        """Every support class of the continuation, with any belief about the deviator's types."""
        if self._responses is None:
            need = self.search.need[self.choice]
            held = subsets(self.types) if need == BRANCH else [self.types]
            self._responses = [response for types in held for response in self._responses_given(types)]
        return self._responses

    def _responses_given(self, types: tuple[int, ...]) -> Iterable[SupportClass]:
        tree, s = self.search.tree, self.search.tree.structure
        start = self.found.copy()
        inside = set(self.moves)
        start.used = {q: own for q, own in start.used.items() if int(s.slot_node[s.set_slot[q]]) not in inside}
        start.free = {c: held for c, held in start.free.items() if int(s.slot_node[self.search.tree.slot_of(c)]) not in inside}
        start.free[self.choice] = types
        start.constraints = list(self.given)
        belief = start.after(self.slot, self.action)
        if len(types) > 1:
            start.constraints.append(Constraint("=", tree.ring.sum(list(belief.values())) - tree.ring.one))
        for root, moves in self.roots:
            weights = list(self.found.weights[self.node])
            for own, action in moves:
                weights[int(s.slot_player[own])] = start.after(own, action)
            start.enter(root, weights)
        return self.search.settled(start, self.moves)

    def _gain(self, response: SupportClass, kind: int, relation: str) -> list[Conjunction]:
        """Alternatives under which a type's gain from the deviation, with its best plan after it, is as asked."""
        used = self.found.used[int(self.search.tree.structure.set_first[self.slot]) + kind]
        (kept,) = self.found.values_of(self.player, kind, self.node, self.slot, used[0])
        plans = [plan - kept for plan in response.values_of(self.player, kind, self.node, self.slot, self.action)]
        if relation in ("<", "<="):
            return [tuple(Constraint(relation.replace("<", ">"), -gain) for gain in plans)]
        return [(Constraint(relation, gain),) for gain in plans]

    def _inner_unknowns(self) -> frozenset[int]:
        """Variables for what happens after the deviation, the belief about the deviator included."""
        tree, s = self.search.tree, self.search.tree.structure
        slots = [slot for n in self.moves for slot in tree.slots(n)]
        sets = [q for slot in slots for q in range(int(s.set_first[slot]), int(s.set_first[slot]) + self._kinds(slot))]
        entries = {int(s.set_entry[q]) + action for q in sets for action in range(int(s.set_actions[q]))}
        choices = {tree.choice_first[slot] + action for slot in slots for action in range(int(s.slot_actions[slot]))}
        found = {variable for entry, variable in tree.weights_at.items() if entry in entries}
        found |= {variable for (choice, _), variable in tree.beliefs_at.items() if choice in choices | {self.choice}}
        return frozenset(found)

    def _kinds(self, slot: int) -> int:
        return self.search.tree.kinds(int(self.search.tree.structure.slot_player[slot]))

    # ---- alternatives --------------------------------------------------------------------------------------------------

    def fewest(self, alternatives: Iterable[Conjunction]) -> Alternatives:
        """The alternatives that can hold where the class exists, without those that others imply."""
        left = sorted(
            (own for own in dict.fromkeys(alternatives) if self.prover.feasible([*self.given, *own]) != NO),
            key=len,
            reverse=True,
        )
        for own in list(left):
            others = [other for other in left if other is not own]
            if others and self.within(own, others):
                left = others
        return left

    def within(self, own: Conjunction, alternatives: Iterable[Conjunction]) -> bool:
        """Whether one of the alternatives holds wherever the conjunction does."""
        outside = [tuple(denied for c in other for denied in negations(c)) for other in alternatives]
        return self.prover.feasible([*self.given, *own], outside) == NO

    def both(self, one: Alternatives, other: Alternatives) -> Alternatives:
        """Where one of each holds."""
        if () in one or () in other:
            return other if () in one else one
        return self.fewest(tuple(dict.fromkeys((*a, *b))) for a, b in product(one, other))

    def none(self, alternatives: Alternatives) -> Alternatives:
        """Where none of the alternatives holds."""
        found: Alternatives = [()]
        for own in alternatives:
            found = self.fewest((*before, denied) for before in found for c in own for denied in negations(c))
        return found
