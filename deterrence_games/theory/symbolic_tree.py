"""The tree of a game with its payoffs and probabilities as polynomials, and the moves that are never a best reply."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property, reduce
from itertools import product

import numpy as np

from deterrence_games.errors import GameError
from deterrence_games.forms.tree import CHANCE, LEAF, MOVE, TreeStructure
from deterrence_games.games import Game
from deterrence_games.lowering.tree import CompiledGame, compile_game
from deterrence_games.theory.coordinates import Coordinates, check_priors, coordinates_of
from deterrence_games.theory.polynomials import MOST_ROOTS, Constraint, Fraction, Polynomial
from deterrence_games.theory.prover import NO, Prover

Profile = tuple[int, ...]  # the type of every player


class SymbolicTree:
    """A game's tree in symbols.

    Every payoff of a player is multiplied by one positive polynomial, so that it is a polynomial itself; so are a player's
    priors and the probabilities of public chance. Best replies stay what they are.

    Attributes
    ----------
    structure : TreeStructure
    coordinates : Coordinates
    priors : list over players of list over types of Polynomial
        Unnormalised.
    payoffs : list over players, outcomes and profiles of Polynomial
    payoff_scale : list over players of Polynomial
        What each player's payoffs were multiplied by.
    chance : list over nodes of Polynomial
        Probability of public chance on the way, times ``chance[0]``.
    allowed : list over information sets of tuple of int
        Actions that may be a best reply to some belief and some play.
    weights_at : dict entry -> int
        The variable of the ring that stands for the weight of a type after an action, where it has several to choose from.
    beliefs_at : dict (choice, type) -> int
        The variable that stands for the belief in a type after a choice, where somebody moves who asks for it.
    unknowns : tuple of int
        All these variables in the order of the tree; of an information set the first action is the last.
    """

    def __init__(self, game: Game) -> None:
        compiled: CompiledGame = compile_game(game)
        self.game = game
        self.structure: TreeStructure = compiled.structure
        s = self.structure
        self.choice_first = np.concatenate([[0], np.cumsum(s.slot_actions)]).tolist()
        self.coordinates: Coordinates = coordinates_of(game, ())
        self.ring = self.coordinates.ring
        self.bare = Prover(self.coordinates, (), ())
        fractions = [self.coordinates.fraction(expression) for expression in compiled.expressions]
        self.priors = self._priors(fractions)
        self.payoffs = self._payoffs(fractions)
        self.chance = self._chance(fractions)
        self.children = [[int(s.child[s.child_first[n] + k]) for k in range(int(s.child_count[n]))] for n in range(s.kind.size)]
        self.movers_below = self._movers_below()
        self.allowed = [tuple(range(int(count))) for count in s.set_actions]
        self._remove_dominated()
        self._add_unknowns()

    def kinds(self, player: int) -> int:
        """Number of a player's types."""
        return int(self.structure.type_count[player])

    def slots(self, node: int) -> range:
        """Moves at a node, one a player."""
        first = int(self.structure.slot_first[node])
        return range(first, first + int(self.structure.slot_count[node]))

    def slot_of(self, choice: int) -> int:
        """The slot that a choice, an action of a slot, belongs to."""
        return bisect_right(self.choice_first, choice) - 1

    def behind(self, slot: int, action: int) -> list[int]:
        """The nodes that an action of a slot may lead to."""
        node = int(self.structure.slot_node[slot])
        place = slot - int(self.structure.slot_first[node])
        return [child for rank, child in enumerate(self.children[node]) if self.actions_to(node, rank)[place] == action]

    def asked(self, slot: int, action: int) -> bool:
        """Whether somebody else moves after an action, so that the belief about the mover matters."""
        return any(self.movers_below[child] - {int(self.structure.slot_player[slot])} for child in self.behind(slot, action))

    def actions_to(self, node: int, rank: int) -> list[int]:
        """The action of each slot at a node behind its child number `rank`."""
        s = self.structure
        return [rank // int(s.slot_stride[slot]) % int(s.slot_actions[slot]) for slot in self.slots(node)]

    @cached_property
    def profiles(self) -> list[Profile]:
        """All profiles of types, in the order of the payoffs."""
        return [tuple(int(kind) for kind in row) for row in self.structure.profile_type]

    # ---- numbers -------------------------------------------------------------------------------------------------------

    def _common(self, fractions: Sequence[Fraction], what: str) -> tuple[list[Polynomial], Polynomial]:
        """Fractions over one positive denominator: the numerators and the denominator."""
        common = self.ring.one
        signed: list[Fraction] = []
        for above, below in fractions:
            sign = self.bare.sign(below)
            if sign not in (1, -1):
                raise GameError(
                    f"game {self.game.name!r}: {what} divides by {self.coordinates.expression(below)}, whose sign the "
                    "assumptions do not tell; add an assumption that does"
                )
            signed.append((above * sign, below * sign))
        for _, below in signed:
            common = common * (below / common.gcd(below))
        return [above * (common / below) for above, below in signed], common

    def _priors(self, fractions: list[Fraction]) -> list[list[Polynomial]]:
        s = self.structure
        found, sure = [], []
        for player, name in enumerate(s.players):
            first = int(s.type_first[player])
            own = [fractions[int(s.prior[first + kind])] for kind in range(self.kinds(player))]
            weights, _ = self._common(own, f"a prior of {name!r}")
            sure += [(name, label, self.bare.sign(w) == 1) for label, w in zip(s.types[player], weights, strict=True)]
            common = reduce(lambda a, b: a.gcd(b), weights)
            found.append([w / common * (-1 if self.bare.sign(common) == -1 else 1) for w in weights])
        check_priors(self.game, sure)
        return found

    def _payoffs(self, fractions: list[Fraction]) -> list[list[list[Polynomial]]]:
        """Payoff polynomials by player, outcome, profile."""
        s = self.structure
        table, self.payoff_scale = [], []
        for player, name in enumerate(s.players):
            columns = s.payoff[:, player]
            flat, scale = self._common([fractions[int(k)] for k in columns.ravel()], f"a payoff of {name!r}")
            self.payoff_scale.append(scale)
            width = columns.shape[1]
            table.append([flat[row * width : (row + 1) * width] for row in range(columns.shape[0])])
        return table

    def _chance(self, fractions: list[Fraction]) -> list[Polynomial]:
        """Probability of chance on the way to each node, times one positive polynomial for the whole game."""
        s = self.structure
        branches = [n for n in range(s.kind.size) if s.chance[n] >= 0]
        above, common = self._common([fractions[int(s.chance[n])] for n in branches], "a probability of chance")
        for n, probability in zip(branches, above, strict=True):
            if self.bare.feasible([Constraint(">=", -probability)]) != NO:
                raise GameError(
                    f"game {self.game.name!r}: the assumptions allow the chance move to {s.histories[n]} to have probability "
                    "zero; assume it positive"
                )
        own = dict(zip(branches, above, strict=True))
        most = max((self._chances_above(n) for n in range(s.kind.size)), default=0)
        found: list[Polynomial] = []
        for n in range(s.kind.size):
            before = found[int(s.parent[n])] if n else common**most
            found.append(before * own[n] / common if n in own else before)
        return found

    def _chances_above(self, node: int) -> int:
        count = 0
        while node > 0:
            count += int(self.structure.chance[node] >= 0)
            node = int(self.structure.parent[node])
        return count

    def _movers_below(self) -> list[frozenset[int]]:
        """Who moves at each node or below."""
        s = self.structure
        found: list[frozenset[int]] = [frozenset()] * s.kind.size
        for n in range(s.kind.size - 1, -1, -1):
            own = {int(s.slot_player[slot]) for slot in self.slots(n)} if s.kind[n] == MOVE else set()
            found[n] = frozenset(own.union(*(found[child] for child in self.children[n])))
        return found

    def _add_unknowns(self) -> None:
        """Move to a ring with variables for what is not known of strategies and beliefs, and no others."""
        s, count = self.structure, len(self.coordinates.back)
        weights = [int(s.set_entry[q]) + action for q, own in enumerate(self.allowed) if len(own) > 1 for action in own]
        beliefs = [
            (self.choice_first[slot] + action, kind)
            for slot in range(len(s.slot_node))
            for action in range(int(s.slot_actions[slot]))
            if self.asked(slot, action)
            for kind in range(self.kinds(int(s.slot_player[slot])))
        ]
        self.weights_at = {entry: count + k for k, entry in enumerate(weights)}
        self.beliefs_at = {belief: count + len(weights) + k for k, belief in enumerate(beliefs)}
        place = {
            self.weights_at[int(s.set_entry[q]) + action]: (int(s.set_slot[q]), 0, q, -action)
            for q, own in enumerate(self.allowed)
            if len(own) > 1
            for action in own
        } | {variable: (self.slot_of(choice), 1, choice, kind) for (choice, kind), variable in self.beliefs_at.items()}
        self.unknowns = tuple(sorted(place, key=place.__getitem__))
        names = [*(f"w{entry}" for entry in weights), *(f"b{choice}_{kind}" for choice, kind in beliefs)]
        self.coordinates = coordinates_of(self.game, names, MOST_ROOTS)
        self.ring = self.coordinates.ring

        def widened(polynomials: Sequence[Polynomial]) -> list[Polynomial]:
            return [self.ring.read(polynomial, count) for polynomial in polynomials]

        self.priors = [widened(own) for own in self.priors]
        self.payoffs = [[widened(own) for own in outcomes] for outcomes in self.payoffs]
        self.payoff_scale = widened(self.payoff_scale)
        self.chance = widened(self.chance)

    # ---- dominance -----------------------------------------------------------------------------------------------------

    def _remove_dominated(self) -> None:
        """Remove actions that are worse than another whatever follows, until none is left.

        An action is worse when, for every profile of the others' types and every action that they take at the same time,
        each payoff that may follow it lies below each that may follow the other action.
        """
        s = self.structure
        changed = True
        while changed:
            changed = False
            for slot in range(len(s.slot_node) - 1, -1, -1):
                for kind in range(self.kinds(int(s.slot_player[slot]))):
                    q = int(s.set_first[slot]) + kind
                    for action in self.allowed[q]:
                        others = [a for a in self.allowed[q] if a != action]
                        if any(self._worse(slot, kind, action, other) for other in others):
                            self.allowed[q] = tuple(others)
                            changed = True

    def _worse(self, slot: int, kind: int, action: int, other: int) -> bool:
        s = self.structure
        node, player = int(s.slot_node[slot]), int(s.slot_player[slot])
        place = slot - int(s.slot_first[node])
        ranks: dict[tuple[int, ...], dict[int, int]] = {}
        for rank, child in enumerate(self.children[node]):
            joint = self.actions_to(node, rank)
            own = joint[place]
            ranks.setdefault((*joint[:place], *joint[place + 1 :]), {})[own] = child
        for number, profile in enumerate(self.profiles):
            if profile[player] != kind:
                continue
            for reached in ranks.values():
                low = self._payoffs_after(reached[other], player, number, profile)
                high = self._payoffs_after(reached[action], player, number, profile)
                if not all(self.bare.sign_of_terms(a - b) == 1 or self._above(a, b) for a, b in product(low, high)):
                    return False
        return True

    def _above(self, larger: Polynomial, smaller: Polynomial) -> bool:
        gap = larger - smaller
        if self.bare.sign_of_terms(gap) is not None or self.bare.never_negative(-gap):
            return False
        return self.bare.feasible([Constraint(">=", -gap)]) == NO

    def _payoffs_after(self, node: int, player: int, number: int, profile: Profile) -> set[Polynomial]:
        """Payoffs that may follow when everybody chooses what may be a best reply."""
        s = self.structure
        if s.kind[node] == LEAF:
            return {self.payoffs[player][int(s.outcome[node])][number]}
        found: set[Polynomial] = set()
        for rank, child in enumerate(self.children[node]):
            if s.kind[node] == CHANCE or all(
                action in self.allowed[int(s.set_first[slot]) + profile[int(s.slot_player[slot])]]
                for slot, action in zip(self.slots(node), self.actions_to(node, rank), strict=True)
            ):
                found |= self._payoffs_after(child, player, number, profile)
        return found
