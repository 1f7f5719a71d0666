"""All support classes that are not proved empty: depth first through the tree, parents before children.

Of the supports of types at a node only those combinations are tried that `JointSupports` leaves. Whenever a subtree is
settled, the best replies at its root are demanded and z3 is asked whether everything demanded so far can hold together under
the game's assumptions.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, product

from deterrence_games.forms.tree import MOVE
from deterrence_games.theory.joint_supports import JointSupports, subsets
from deterrence_games.theory.prover import NO, UNKNOWN, Prover
from deterrence_games.theory.support_class import SupportClass
from deterrence_games.theory.symbolic_tree import SymbolicTree

NOT_ASKED, WHOLE, BRANCH = "not asked", "whole", "branch"  # how a free belief is treated


class SupportSearch:
    """The enumeration of support classes.

    Parameters
    ----------
    tree : SymbolicTree
    timeout : int
        Milliseconds a question to z3.
    late : callable () -> bool
        Asked between classes; True stops the search.

    Attributes
    ----------
    need : dict choice -> {"not asked", "whole", "branch"}
        How a belief that becomes free after the choice is treated.
    prover : Prover
    tried : int
        Partial and complete assignments looked at.
    undecided : list of SupportClass
        Complete classes of which z3 could not say whether they are empty.
    stopped : bool
        Whether `late` ended the search.
    """

    def __init__(self, tree: SymbolicTree, timeout: int, late: Callable[[], bool]) -> None:
        self.tree = tree
        self.need = dict(self._needs())
        whole = {variable for (choice, _), variable in tree.beliefs_at.items() if self.need[choice] == WHOLE}
        self.prover = Prover(tree.coordinates, set(tree.unknowns) - whole, whole, timeout)
        self._joint = JointSupports(tree, timeout)
        self.late = late
        self.tried = 0
        self.undecided: list[SupportClass] = []
        self.stopped = False
        s = tree.structure
        self.moves = [n for n in range(s.kind.size) if s.kind[n] == MOVE]

    @property
    def questions(self) -> int:
        """How many questions went to z3."""
        return self.prover.questions + self._joint.prover.questions

    def run(self) -> Iterator[SupportClass | None]:
        """Every complete class that is not proved empty; None whenever `late` says so, after which it can go on."""
        start = SupportClass(self.tree)
        start.enter(0, [dict(enumerate(weights)) for weights in self.tree.priors])
        yield from self._completions(start, self.moves)

    def settled(self, start: SupportClass, moves: Sequence[int]) -> Iterator[SupportClass]:
        """Every completion of a class at the moves given, whole subtrees in preorder whose roots it has entered."""
        for found in self._completions(start, moves):
            if found is None:
                return
            yield found

    def _completions(self, start: SupportClass, moves: Sequence[int]) -> Iterator[SupportClass | None]:
        order = self._order(moves)
        closing: dict[int, list[int]] = {node: [] for node in moves}
        for node in reversed(order):
            below = range(node, int(self.tree.structure.end[node]))
            closing[max((n for n in moves if n in below), key=order.index)].append(node)
        yield from self._advance(start, closing, order, 0)

    def _order(self, moves: Sequence[int]) -> list[int]:
        """Parents before children, and nodes where nothing is open first: what rests on them is then decided sooner."""
        found: list[int] = []
        left = list(moves)
        while left:
            ready = [n for n in left if not any(other < n < self.tree.structure.end[other] for other in left)]
            found += [n for n in ready if self._forced(n)] or ready[:1]
            left = [n for n in left if n not in found]
        return found

    def _forced(self, node: int) -> bool:
        """Whether there is a single way to settle a node."""
        tree, s = self.tree, self.tree.structure
        return all(
            len(tree.allowed[int(s.set_first[slot]) + kind]) == 1
            and all(self.need[tree.choice_first[slot] + action] != BRANCH for action in range(int(s.slot_actions[slot])))
            for slot in tree.slots(node)
            for kind in range(tree.kinds(int(s.slot_player[slot])))
        )

    def _advance(
        self, found: SupportClass, closing: dict[int, list[int]], moves: Sequence[int], stage: int
    ) -> Iterator[SupportClass | None]:
        if stage == len(moves):
            if self.prover.feasible(found.constraints) == UNKNOWN:
                self.undecided.append(found)
            yield found
            return
        node = moves[stage]
        for settled in self._settlements(found, node):
            if self.late():
                self.stopped = True
                yield None
                self.stopped = False
            self.tried += 1
            settled.leave(node)
            if self._possible(settled, closing[node]):
                yield from self._advance(settled, closing, moves, stage + 1)

    def _possible(self, settled: SupportClass, closed: Sequence[int]) -> bool:
        """Whether best replies at nodes whose subtrees are settled are not proved impossible; z3 is asked once about all."""
        for node in closed:
            before = len(settled.constraints)
            settled.require_best_replies(node)
            if any(self.prover.simplified(constraint) is None for constraint in settled.constraints[before:]):
                return False
        return not closed or self.prover.feasible(settled.constraints) != NO

    def _settlements(self, found: SupportClass, node: int) -> Iterator[SupportClass]:
        """Every choice of supports at a node, and of the types that new free beliefs hold possible."""
        s, tree = self.tree.structure, self.tree
        held = [(slot, tuple(found.weights[node][int(s.slot_player[slot])])) for slot in tree.slots(node)]
        sets = [int(s.set_first[slot]) + kind for slot, kinds in held for kind in kinds]
        for supports in product(*(self._joint.of(slot, kinds) for slot, kinds in held)):
            settled = found.copy()
            settled.used.update(zip(sets, chain.from_iterable(supports), strict=True))
            new = [
                (tree.choice_first[slot] + action, tree.kinds(int(s.slot_player[slot])))
                for slot in tree.slots(node)
                for action in range(int(s.slot_actions[slot]))
                if settled.excluded(slot, action)
            ]
            options = []
            for choice, kinds in new:
                every = tuple(range(kinds))
                need = self.need[choice]
                options.append([()] if need == NOT_ASKED else [every] if need == WHOLE else subsets(every))
            for possible in product(*options):
                finished = settled.copy()
                finished.free.update({choice: types for (choice, _), types in zip(new, possible, strict=True)})
                yield finished

    def _needs(self) -> Iterator[tuple[int, str]]:
        """How a belief that becomes free after each choice has to be treated.

        Where the mover's later moves are forced and inform nobody, all types may be held possible at once, each with a
        probability of zero or more. Else a type believed impossible later tells nothing by its moves, so that one has to
        branch on which types are possible.
        """
        tree, s = self.tree, self.tree.structure
        for slot in range(len(s.slot_node)):
            player = int(s.slot_player[slot])
            for action in range(int(s.slot_actions[slot])):
                later = [n for child in tree.behind(slot, action) for n in range(child, int(s.end[child]))]
                tells = any(self._tells(n, player) for n in later)
                need = NOT_ASKED if not tree.asked(slot, action) else BRANCH if tells and tree.kinds(player) > 1 else WHOLE
                yield tree.choice_first[slot] + action, need

    def _tells(self, node: int, player: int) -> bool:
        """Whether a player's move at a node is open, or informs somebody who moves later."""
        tree, s = self.tree, self.tree.structure
        for slot in tree.slots(node) if s.kind[node] == MOVE else ():
            if s.slot_player[slot] == player:
                sets = range(int(s.set_first[slot]), int(s.set_first[slot]) + tree.kinds(player))
                if any(len(tree.allowed[q]) > 1 for q in sets):
                    return True
                return any(tree.movers_below[child] - {player} for child in tree.children[node])
        return False
