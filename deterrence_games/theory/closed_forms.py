"""Strategies, beliefs and outcomes of a solved support class, as SymPy expressions and sets."""

import re
from collections.abc import Iterable, Sequence

import numpy as np
import sympy
from sympy import Expr, FiniteSet, Set, Symbol

from deterrence_games.forms.tree import LEAF, MOVE, History, InformationSet
from deterrence_games.theory.elimination import Bound, Elimination, Solved
from deterrence_games.theory.family import Bounds, Case, Written, interval
from deterrence_games.theory.polynomials import Constraint, Fraction, Polynomial, cancelled
from deterrence_games.theory.prover import NO, YES, Prover
from deterrence_games.theory.readable import fraction_expression, readable
from deterrence_games.theory.support_class import SupportClass


class ClosedForms:
    """Writes solved classes of one game.

    Parameters
    ----------
    elimination : Elimination
    """

    def __init__(self, elimination: Elimination) -> None:
        self.elimination = elimination
        self.prover: Prover = elimination.prover
        self.ring = elimination.ring

    def case(self, found: SupportClass, solved: Solved) -> Case:
        """One case of a class."""
        return _Writer(self, found, solved).case()

    def joined(self, constraints: Sequence[Constraint]) -> list[Constraint]:
        """The constraints, of two opposite ones an equation, without equations that the others and the assumptions imply."""
        weak = [c.polynomial for c in constraints if c.sign == ">="]
        left: list[Constraint] = []
        for constraint in constraints:
            equal = None
            if constraint.sign == ">=" and -constraint.polynomial in weak:
                equal = self.prover.simplified(Constraint("=", constraint.polynomial))
            left += [own for own in equal or (constraint,) if own not in left]
        equations = [c for c in left if c.sign == "="]
        assumed = any(c.sign == "=" for c in self.prover.assumed)
        for constraint in sorted(equations, key=lambda c: (-len(c.polynomial.coefficients), -len(c.polynomial.variables))):
            others = [c for c in left if c != constraint]
            if (assumed or any(c.sign == "=" for c in others)) and self.prover.implies(others, constraint) == YES:
                left = others
        return left

    def minimal(self, constraints: Iterable[Constraint]) -> tuple[Constraint, ...]:
        """The constraints without those that the others imply, long ones dropped first; square roots in them stay defined."""
        left = list(constraints)
        for constraint in sorted(left, key=lambda c: (c.sign != "=", -len(c.polynomial.coefficients))):
            others = [c for c in left if c != constraint]
            if constraint.sign == "=" or self.prover.under_root(constraint, others):
                continue
            if self.prover.implies(others, constraint) == YES:
                left = others
        return tuple(left)

    def generic(self, constraints: Iterable[Constraint]) -> bool:
        """Whether the constraints hold on an open set."""
        strict = [Constraint(">", c.polynomial) for c in constraints if c.sign != "="]
        return not any(c.sign == "=" for c in constraints) and self.prover.feasible(strict) != NO


class _Writer:
    """Writes one case."""

    def __init__(self, forms: ClosedForms, found: SupportClass, solved: Solved) -> None:
        self.forms, self.found, self.solved = forms, found, solved
        self.tree, self.ring, self.prover = found.tree, forms.ring, forms.prover
        self.structure = found.tree.structure
        # a free unknown is a probability times this, the weight of the moves before: a fraction of earlier unknowns
        self.scale: dict[int, Fraction] = {}
        self.names: dict[int, Expr] = {}
        self._name_free()

    def case(self) -> Case:
        constraints = self.forms.minimal(self.forms.joined(self.solved.conditions))
        bounds = {self.names[k]: self.bounds(k) for k in self.solved.ranges}
        return Case(
            conditions=readable(constraints, self.prover),
            strategies=self.strategies(),
            ranges={name: interval(ends) for name, ends in bounds.items()},
            beliefs=self.beliefs(),
            outcomes=Written(self.outcomes),
            payoffs=Written(self.payoffs),
            generic=self.forms.generic(constraints),
            constraints=constraints,
            supports={
                place: tuple(self.structure.set_labels(q)[a] for a in self.found.used[q])
                for q, place in enumerate(self.structure.information_sets)
                if q in self.found.used
            },
            bounds=bounds,
        )

    # ---- unknowns that are left free -----------------------------------------------------------------------------------

    def _name_free(self) -> None:
        s, taken = self.structure, {Symbol(name, real=True) for name in self.tree.game.parameters}
        entries = {variable: entry for entry, variable in self.tree.weights_at.items()}
        choices = {variable: belief for belief, variable in self.tree.beliefs_at.items()}
        free = list(self.solved.ranges)
        for place, k in enumerate(free):
            if k in entries:
                text, self.scale[k] = self._probability(entries[k], set(free[place:]))
            else:
                choice, kind = choices[k]
                slot = self.tree.slot_of(choice)
                player = int(s.slot_player[slot])
                action = s.actions[slot][choice - self.tree.choice_first[slot]]
                text = "_".join(("r", s.players[player], s.types[player][kind], action))
            text = re.sub(r"\W", "_", text, flags=re.ASCII)  # a name that files and claims can be read from
            name = next(t for t in (text, *(f"{text}_{n}" for n in range(2, 999))) if Symbol(t, real=True) not in taken)
            taken.add(Symbol(name, real=True))
            self.names[k] = Symbol(name, real=True)

    def _probability(self, entry: int, later: set[int]) -> tuple[str, Fraction]:
        """The name of the probability that a weight stands for, and what it has to be multiplied by to give the weight.

        The probability of the move where it is made; or, where the weight of the moves before depends on unknowns that are
        written in terms of this one, the probability of those moves and this one together.
        """
        s = self.structure
        q = int(np.searchsorted(s.set_entry, entry, side="right")) - 1
        place, slot, kind = s.information_sets[q], int(s.set_slot[q]), int(s.set_type[q])
        moves = [s.set_labels(q)[entry - int(s.set_entry[q])]]
        node, player = int(s.slot_node[slot]), int(s.slot_player[slot])
        while True:
            weight = self.found.weights[node][player].get(kind, self.ring.one)
            scale = self.forms.elimination.evaluated((weight, self.ring.one), self.solved.values)
            if not (scale[0].variables | scale[1].variables) & later:
                break
            above = self._own_move_before(node, player)
            if above is None:  # the regime begins with a free belief that depends on this weight: both together
                scale = (self.ring.one, self.ring.one)
                break
            node, move = above
            moves.insert(0, move)
        return "_".join(filter(None, ("q", place.player, place.type, *moves))), scale

    def _own_move_before(self, node: int, player: int) -> tuple[int, str] | None:
        """The last node at which a player moved to get here, and its move; None when that move was one that nobody makes."""
        s = self.structure
        while node:
            child, node = node, int(s.parent[node])
            for slot, action in zip(self.tree.slots(node), self.tree.actions_to(node, self._rank(node, child)), strict=True):
                if s.slot_player[slot] == player:
                    return None if self.found.excluded(slot, action) else (node, s.actions[slot][action])
        return None

    def _rank(self, node: int, child: int) -> int:
        return self.tree.children[node].index(child)

    def _in_parameters(self, fraction: Fraction) -> Fraction:
        """A fraction in the parameters and the free probabilities."""
        above, below = self.forms.elimination.evaluated(fraction, self.solved.values)
        for k in reversed(self.scale):  # a scale holds unknowns that stand before its own
            weight, unit = self.scale[k]
            value = (weight * self.ring.variables[k], unit)
            top, top_scale = self.ring.put(above, k, value)
            bottom, bottom_scale = self.ring.put(below, k, value)
            above, below = cancelled((top * bottom_scale, bottom * top_scale))
        return cancelled((above, below))

    def write(self, above: Polynomial, below: Polynomial) -> Expr:
        """A fraction of weights as an expression."""
        return fraction_expression(self._in_parameters((above, below)), self.prover, self.names)

    def bounds(self, k: int, rest: bool = False) -> Bounds:
        """The bounds of a free probability, or of what it leaves of one."""
        weight, unit = self.scale.get(k, (self.ring.one, self.ring.one))

        def end(bound: Bound) -> Expr:
            above, below = self._in_parameters((bound.value[0] * unit, bound.value[1] * weight))
            return fraction_expression((below - above if rest else above, below), self.prover, self.names)

        lower, upper = (tuple((end(b), b.strict) for b in bounds) for bounds in self.solved.ranges[k])
        return (upper, lower) if rest else (lower, upper)

    # ---- what the class says -------------------------------------------------------------------------------------------

    def strategies(self) -> dict[InformationSet, dict[str, Expr]]:
        """Probability of every action, where the class tells it."""
        s, found = self.structure, {}
        for q, place in enumerate(s.information_sets):
            labels = s.set_labels(q)
            used = self.found.used.get(q, self.tree.allowed[q])
            slot, kind = int(s.set_slot[q]), int(s.set_type[q])
            if len(used) == 1:
                found[place] = {label: sympy.Integer(a == used[0]) for a, label in enumerate(labels)}
            elif q in self.found.used:
                weight = self.found.weights[int(s.slot_node[slot])][int(s.slot_player[slot])][kind]
                found[place] = {
                    label: self.write(self.found.moved(slot, kind, a), weight) if a in used else sympy.S.Zero
                    for a, label in enumerate(labels)
                }
        return found

    def beliefs(self) -> dict[History, dict[str, dict[str, Set]]]:
        """Beliefs about who has just moved, where somebody moves next."""
        s = self.structure
        found: dict[History, dict[str, dict[str, Set]]] = {}
        for node in range(1, s.kind.size):
            if s.kind[node] != MOVE:
                continue
            for slot in self.tree.slots(int(s.parent[node])):
                player = int(s.slot_player[slot])
                if self.tree.kinds(player) > 1 and self.tree.movers_below[node] - {player}:
                    held = self._belief(node, player)
                    found.setdefault(s.histories[node], {})[s.players[player]] = held
        return found

    def _belief(self, node: int, player: int) -> dict[str, Set]:
        weights = self.found.weights[node][player]
        total = self.ring.sum(list(weights.values()))
        held: dict[str, Set] = {}
        for kind, label in enumerate(self.structure.types[player]):
            if kind not in weights:
                held[label] = FiniteSet(0)
                continue
            above, below = self._in_parameters((weights[kind], total))
            free = [k for k in self.names if k in above.variables | below.variables]
            value = fraction_expression((above, below), self.prover, self.names)
            if len(free) == 1 and value == self.names[free[0]]:
                held[label] = interval(self.bounds(free[0]))
            elif len(free) == 1 and sympy.expand(value + self.names[free[0]] - 1) == 0:
                held[label] = interval(self.bounds(free[0], rest=True))
            else:
                held[label] = FiniteSet(value)
        return held

    def outcomes(self) -> dict[str, Expr]:
        """Probability of every outcome."""
        s = self.structure
        return {
            label: self._mean(lambda o, number, k=k: self.ring.one if o == k else None) for k, label in enumerate(s.outcomes)
        }

    def payoffs(self) -> dict[str, Expr]:
        """Expected payoff of every player before types are drawn."""
        found = {}
        for player, name in enumerate(self.structure.players):
            table = self.tree.payoffs[player]
            found[name] = self._mean(lambda o, number, table=table: table[o][number], self.tree.payoff_scale[player])
        return found

    def _mean(self, value: "object", scale: Polynomial | None = None) -> Expr:
        """Expectation of a function of outcome and profile of types, divided by `scale`."""
        s, terms = self.structure, []
        reached = self.found.on_path()
        for node in reached:
            if s.kind[node] != LEAF:
                continue
            for number, profile in enumerate(self.tree.profiles):
                own = value(int(s.outcome[node]), number)  # type: ignore[operator]
                if own is None or any(kind not in self.found.weights[node][i] for i, kind in enumerate(profile)):
                    continue
                term = own * self.tree.chance[node]
                for i, kind in enumerate(profile):
                    term = term * self.found.weights[node][i][kind]
                terms.append(term)
        whole = self.tree.chance[0] * (scale or self.ring.one)
        for weights in self.tree.priors:
            whole = whole * self.ring.sum(weights)
        return self.write(self.ring.sum(terms), whole)
