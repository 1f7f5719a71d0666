"""One assignment of supports to behaviour and to free beliefs, and its conditions as polynomials.

Weights are those of the sequence form: the belief in a type where its regime begins, times the probabilities of its own
moves since. A regime begins with the prior, and anew after a move that the belief of the moment excludes. In weights,
Bayes' rule needs no division, and an expected payoff is linear in those of each player.
"""

from dataclasses import dataclass, field
from itertools import product

from deterrence_games.forms.tree import CHANCE, LEAF
from deterrence_games.theory.polynomials import Constraint, Polynomial
from deterrence_games.theory.symbolic_tree import SymbolicTree

Weights = dict[int, Polynomial]  # of the types that a belief holds possible


@dataclass(eq=False)
class SupportClass:
    """Supports, complete or in the making.

    Attributes
    ----------
    tree : SymbolicTree
    used : dict information set -> tuple of int
        Actions in use; sets of types that their history excludes are missing.
    weights : dict node -> list over players of Weights
    free : dict choice -> tuple of int
        Types that a free belief holds possible, after each choice that starts one; empty where no belief is asked for.
    constraints : list of Constraint
        On parameters, weights of mixing types ``w`` and free beliefs ``b``.
    """

    tree: SymbolicTree
    used: dict[int, tuple[int, ...]] = field(default_factory=dict)
    weights: dict[int, list[Weights]] = field(default_factory=dict)
    free: dict[int, tuple[int, ...]] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)

    def copy(self) -> "SupportClass":
        """A class that can be carried on without changing this one."""
        return SupportClass(self.tree, dict(self.used), dict(self.weights), dict(self.free), list(self.constraints))

    # ---- weights -------------------------------------------------------------------------------------------------------

    def enter(self, node: int, weights: list[Weights]) -> None:
        """Note the weights at a node, and past public chance, which changes none."""
        self.weights[node] = weights
        if self.tree.structure.kind[node] == CHANCE:
            for child in self.tree.children[node]:
                self.enter(child, weights)

    def moved(self, slot: int, kind: int, action: int) -> Polynomial:
        """Weight of a type after an action that it uses."""
        s = self.tree.structure
        q = int(s.set_first[slot]) + kind
        if len(self.used[q]) == 1:
            return self.weights[int(s.slot_node[slot])][int(s.slot_player[slot])][kind]
        return self.tree.ring.variables[self.tree.weights_at[int(s.set_entry[q]) + action]]

    def after(self, slot: int, action: int) -> Weights:
        """Weights of the mover's types after an action; those of a free belief when nobody uses it."""
        s = self.tree.structure
        player = int(s.slot_player[slot])
        before = self.weights[int(s.slot_node[slot])][player]
        users = [kind for kind in before if action in self.used[int(s.set_first[slot]) + kind]]
        if users:
            return {kind: self.moved(slot, kind, action) for kind in users}
        choice = self.tree.choice_first[slot] + action
        possible = self.free[choice]
        if len(possible) == 1:
            return {possible[0]: self.tree.ring.one}
        return {kind: self.tree.ring.variables[self.tree.beliefs_at[choice, kind]] for kind in possible}

    def excluded(self, slot: int, action: int) -> bool:
        """Whether no type that is held possible uses the action."""
        s = self.tree.structure
        before = self.weights[int(s.slot_node[slot])][int(s.slot_player[slot])]
        return not any(action in self.used[int(s.set_first[slot]) + kind] for kind in before)

    def leave(self, node: int) -> None:
        """Pass weights on to the children of a node whose supports and free beliefs are settled."""
        s, ring = self.tree.structure, self.tree.ring
        for slot in self.tree.slots(node):
            for kind, weight in self.weights[node][int(s.slot_player[slot])].items():
                used = self.used[int(s.set_first[slot]) + kind]
                if len(used) > 1:
                    shares = ring.sum([self.moved(slot, kind, action) for action in used])
                    self.constraints.append(Constraint("=", shares - weight))
            for action in range(int(s.slot_actions[slot])):
                possible = self.free.get(self.tree.choice_first[slot] + action, ())
                if len(possible) > 1:
                    held = ring.sum(list(self.after(slot, action).values()))
                    self.constraints.append(Constraint("=", held - ring.one))
        for rank, child in enumerate(self.tree.children[node]):
            weights = list(self.weights[node])
            for slot, action in zip(self.tree.slots(node), self.tree.actions_to(node, rank), strict=True):
                weights[int(s.slot_player[slot])] = self.after(slot, action)
            self.enter(child, weights)

    # ---- best replies --------------------------------------------------------------------------------------------------

    def require_best_replies(self, node: int) -> None:
        """Demand that every type held possible chooses best at a node; all supports below it are settled."""
        s = self.tree.structure
        for slot in self.tree.slots(node):
            player = int(s.slot_player[slot])
            for kind in self.weights[node][player]:
                q = int(s.set_first[slot]) + kind
                used = self.used[q]
                (value,) = self.values_of(player, kind, node, slot, used[0])
                for action in self.tree.allowed[q]:
                    if action == used[0]:
                        continue
                    for other in self.values_of(player, kind, node, slot, action):
                        self.constraints.append(Constraint("=" if action in used else ">=", value - other))

    def _values(self, player: int, kind: int, node: int) -> set[Polynomial]:
        """What a type expects from a node on, weighted by the others: one value for each plan it may follow.

        Where its history still holds the type possible it follows its own strategy, which is best there.
        """
        s = self.tree.structure
        if s.kind[node] == LEAF:
            return {self._leaf(player, kind, node)}
        for slot in self.tree.slots(node):
            if s.slot_player[slot] == player:
                q = int(s.set_first[slot]) + kind
                actions = self.used[q][:1] if kind in self.weights[node][player] else self.tree.allowed[q]
                return set().union(*(self.values_of(player, kind, node, slot, action) for action in actions))
        return self.values_of(player, kind, node, None, 0)

    def values_of(self, player: int, kind: int, node: int, own: int | None, action: int) -> set[Polynomial]:
        """The same after an action at an own move (`own` is None where only others move)."""
        tree = self.tree
        parts = []
        for rank, child in enumerate(tree.children[node]):
            moves = list(zip(tree.slots(node), tree.actions_to(node, rank), strict=True))
            if tree.structure.kind[node] == CHANCE or not any(
                (slot == own and a != action) or (slot != own and self.excluded(slot, a)) for slot, a in moves
            ):
                parts.append(self._values(player, kind, child))
        return {tree.ring.sum(combination) for combination in product(*parts)}

    def _leaf(self, player: int, kind: int, node: int) -> Polynomial:
        tree = self.tree
        outcome = int(tree.structure.outcome[node])
        terms = []
        for number, profile in enumerate(tree.profiles):
            if profile[player] != kind:
                continue
            others = [(other, own) for other, own in enumerate(profile) if other != player]
            if all(own in self.weights[node][other] for other, own in others):
                term = tree.chance[node] * tree.payoffs[player][outcome][number]
                for other, own in others:
                    term = term * self.weights[node][other][own]
                terms.append(term)
        return tree.ring.sum(terms)

    # ---- reading -------------------------------------------------------------------------------------------------------

    def on_path(self) -> set[int]:
        """Nodes that play reaches."""
        s = self.tree.structure
        reached = {0}
        for node in range(s.kind.size):
            if node in reached:
                for rank, child in enumerate(self.tree.children[node]):
                    moves = zip(self.tree.slots(node), self.tree.actions_to(node, rank), strict=True)
                    if s.kind[node] == CHANCE or not any(self.excluded(slot, action) for slot, action in moves):
                        reached.add(child)
        return reached

    def unknowns(self) -> list[int]:
        """Variables that stand for weights and free beliefs, those first in whose terms the others are to be written.

        They come in the order of the tree, since a probability is a weight over that of the moves before. In a sum of
        probabilities the first action, usually the peaceful one, is the rest, and so is the last type.
        """
        found = set().union(*(c.polynomial.variables for c in self.constraints))
        return [k for k in self.tree.unknowns if k in found]
