"""The conditions of a complete support profile as polynomials, and what their solutions say."""

from collections.abc import Iterator
from itertools import product

from tests.oracles.multilinear import Block, Solution
from tests.oracles.outcomes import OutcomeClass, extreme
from tests.oracles.plain_game import Node
from tests.oracles.polynomials import Polynomial, evaluated, number, times, total
from tests.oracles.support_profile import SupportProfile
from tests.oracles.surd import exact, rounded


class Conditions:
    """The polynomial conditions of one complete support profile."""

    def __init__(self, profile: SupportProfile) -> None:
        self.profile, self.game = profile, profile.game
        self.blocks: list[Block] = []
        self.count = 0
        self.weight: dict[tuple[int, int], dict[int, Polynomial]] = {}  # (player, node) -> type -> weight in the regime
        self.moves: dict[tuple[int, int, int], dict[int, Polynomial]] = {}  # (player, type, node) -> action -> weight
        self.plans: dict[tuple[int, int, int], list[Polynomial]] = {}
        self.zero: list[Polynomial] = []
        self.nonnegative: list[Polynomial] = []
        self.roots = [Block() for _ in self.game.players]
        self.blocks.extend(self.roots)
        start = [{kind: {(): weight} for kind, weight in enumerate(self.game.weights[player])} for player in self.game.players]
        self.weigh(self.game.root, start, list(self.roots))
        for node in self.game.stages:
            for mover in node.movers:
                for kind in profile.standing[node.number][mover].types:
                    self.require_best(mover, kind, node)
                    if self.profile.on_path(node.number):
                        self.roots[mover].visible.extend(self.moves[(mover, kind, node.number)].values())

    def variable(self, block: Block) -> Polynomial:
        """A new variable of a block."""
        self.count += 1
        block.variables.append(self.count - 1)
        return {(self.count - 1,): 1}

    def weigh(self, node: Node, weights: list[dict[int, Polynomial]], blocks: list[Block]) -> None:
        """Set the players' weights at a node and below."""
        for player in self.game.players:
            self.weight[(player, node.number)] = weights[player]
        if not node.movers:
            for child in node.children.values():
                self.weigh(child, weights, blocks)
            return
        after: dict[tuple[int, int], tuple[dict[int, Polynomial], Block]] = {}
        for mover, size in zip(node.movers, node.actions, strict=True):
            parts: list[dict[int, Polynomial]] = [{} for _ in range(size)]
            for kind, weight in weights[mover].items():
                first, *others = self.profile.supports[(mover, kind, node.number)]
                shares = {action: self.variable(blocks[mover]) for action in others}
                shares[first] = total([(weight, 1), *((share, -1) for share in shares.values())])
                blocks[mover].positive.extend(shares.values() if others else ())
                self.moves[(mover, kind, node.number)] = shares
                for action, share in shares.items():
                    parts[action][kind] = share
            for action, part in enumerate(parts):
                after[(mover, action)] = (part, blocks[mover]) if part else self.fresh(mover, node, action)
        for joint, child in node.children.items():
            below, own = list(weights), list(blocks)
            for mover, action in zip(node.movers, joint, strict=True):
                below[mover], own[mover] = after[(mover, action)]
            self.weigh(child, below, own)

    def fresh(self, mover: int, node: Node, action: int) -> tuple[dict[int, Polynomial], Block]:
        """The free belief after an excluded move."""
        block = Block()
        types = self.profile.free[(mover, node.number, action)]
        if len(types) > 1:
            self.blocks.append(block)
        belief = {kind: self.variable(block) for kind in types[1:]}
        if types:
            belief[types[0]] = total([({(): 1}, 1), *((share, -1) for share in belief.values())])
        block.positive.extend(belief.values() if len(types) > 1 else ())
        if len(types) == 1:
            self.blocks.append(block)
        return belief, block

    def plan_values(self, player: int, kind: int, node: Node) -> list[Polynomial]:
        """Values of the pure continuation plans that have to be looked at, times the others' weights at the node."""
        key = (player, kind, node.number)
        if key not in self.plans:
            self.plans[key] = self._plan_values(player, kind, node)
        return self.plans[key]

    def _plan_values(self, player: int, kind: int, node: Node) -> list[Polynomial]:
        others = [other for other in self.game.players if other != player]
        if not node.children:
            terms = []
            for kinds in product(*(self.weight[(other, node.number)].items() for other in others)):
                profile = [k for k, _ in kinds]
                profile.insert(player, kind)
                weight: Polynomial = {(): 1}
                for _, own in kinds:
                    weight = times(weight, own)
                terms.append((weight, node.payoffs[player][tuple(profile)]))
            return [total(terms)]
        if player not in node.movers:
            return self.sums(player, kind, [child for _, child in self.expected(node, others)])
        actions = range(node.actions[node.movers.index(player)])
        if kind in self.profile.standing[node.number][player].types:
            actions = self.profile.supports[(player, kind, node.number)][:1]
        return [value for action in actions for value in self.action_values(player, kind, node, action)]

    def action_values(self, player: int, kind: int, node: Node, action: int) -> list[Polynomial]:
        """Values of an action with every continuation plan that has to be looked at."""
        others = [other for other in self.game.players if other != player]
        here = node.movers.index(player)
        return self.sums(player, kind, [child for joint, child in self.expected(node, others) if joint[here] == action])

    def expected(self, node: Node, others: list[int]) -> Iterator[tuple[tuple[int, ...], Node]]:
        """The children to which the others' moves lead with positive probability."""
        before = self.profile.standing[node.number]
        for joint, child in node.children.items():
            after = self.profile.standing[child.number]
            if all(after[other].regime == before[other].regime and after[other].types for other in others):
                yield joint, child

    def sums(self, player: int, kind: int, children: list[Node]) -> list[Polynomial]:
        """All sums of one plan a child, each once."""
        found: dict[object, Polynomial] = {}
        for chosen in product(*(self.plan_values(player, kind, child) for child in children)):
            value = total((part, 1) for part in chosen)
            found[frozenset(value.items())] = value
        return list(found.values())

    def require_best(self, player: int, kind: int, node: Node) -> None:
        """Every action in use is worth the same, and no other plan is worth more."""
        if not all(self.profile.standing[node.number][other].types for other in self.game.players):
            raise AssertionError("somebody moves where nobody's belief was thought to matter")
        used = self.profile.supports[(player, kind, node.number)]
        (value,) = self.action_values(player, kind, node, used[0])
        for action in range(node.actions[node.movers.index(player)]):
            if action == used[0]:
                continue
            for other in self.action_values(player, kind, node, action):
                gap = total([(value, 1), (other, -1)])
                (self.zero if action in used else self.nonnegative).append(gap)

    def key(self) -> object:
        """What the decision depends on."""
        return (
            frozenset(frozenset(p.items()) for p in self.zero),
            frozenset(frozenset(p.items()) for p in self.nonnegative),
            tuple((tuple(b.variables), tuple(frozenset(p.items()) for p in b.positive)) for b in self.blocks),
            tuple(sorted((key, used) for key, used in self.profile.supports.items() if self.profile.on_path(key[2]))),
        )

    def outcome_class(self, solution: Solution) -> OutcomeClass:
        """The polytopes of on-path weights."""
        plain = self.game.plain
        path = [node for node in self.game.stages if self.profile.on_path(node.number)]
        blocks = []
        for player in self.game.players:
            points = []
            for vertex in solution[player]:
                point = {}
                for node in path:
                    if player not in node.movers:
                        continue
                    for kind, (label, _) in enumerate(plain.types[player]):
                        moves = self.moves.get((player, kind, node.number), {})
                        for action in range(node.actions[node.movers.index(player)]):
                            weight = exact(number(evaluated(moves.get(action, {}), vertex)))
                            name = self.game.action_label(node, player, action)
                            point[(label, node.history, name)] = rounded(weight / self.game.weights[player][kind])
                points.append(point)
            blocks.append(extreme(points))
        return OutcomeClass(frozenset(node.history for node in path), tuple(blocks))
