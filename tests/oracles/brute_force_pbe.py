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
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product

from tests.oracles.exact_linear import ONE, Expression, plus, solvable
from tests.oracles.multilinear import Block, Solution, System
from tests.oracles.outcomes import OutcomeClass, extreme, maximal
from tests.oracles.plain_game import Compiled, Node, PlainGame, compile_game
from tests.oracles.polynomials import Polynomial, evaluated, number, times, total
from tests.oracles.surd import UndecidedError, exact, rounded

Regime = tuple[int, int] | None  # node and action that started it; None from the prior
Kinds = tuple[int, ...]  # one type number each
Supports = dict[tuple[int, int, int], tuple[int, ...]]  # (player, type, node) -> actions

__all__ = ["OutcomeClass", "Search", "UndecidedError", "outcome_classes"]


@dataclass(frozen=True)
class Standing:
    """What is believed about one player at one history: the regime, the possible types, their weights when certain."""

    regime: Regime
    types: Kinds
    weights: tuple[int, ...] | None  # in the order of `types`; None while they depend on mixing or a free belief


def subsets(items: tuple[int, ...]) -> list[tuple[int, ...]]:
    """All nonempty subsets, small ones first."""
    return [chosen for size in range(1, len(items) + 1) for chosen in combinations(items, size)]


class Relaxation:
    """One player's conditions of best reply against the team of all others, as inequalities over nonnegative variables."""

    def __init__(self, game: Compiled, player: int, supports: Supports, allowed: Supports) -> None:
        self.game, self.player, self.supports, self.allowed = game, player, supports, allowed
        self.others = [other for other in game.players if other != player]
        self.place = {other: k for k, other in enumerate(self.others)}
        self.own_types = range(len(game.weights[player]))
        self.rows: list[Expression] = []
        self.count = 0

    def variable(self) -> int:
        """A new variable."""
        self.count += 1
        return self.count - 1

    def base(self, weights: list[tuple[Kinds, tuple[int, ...] | None]], positive: bool) -> dict[Kinds, Expression]:
        """Weights of the others' types where a regime starts, up to a common factor."""
        open_places = [k for k, (_, own) in enumerate(weights) if own is None]
        drawn: dict[Kinds, Expression] = {}
        result: dict[Kinds, Expression] = {}
        for chosen in product(*(range(len(types)) for types, _ in weights)):
            factor = 1
            for k, c in enumerate(chosen):
                own = weights[k][1]
                factor *= 1 if own is None else own[c]
            key = tuple(chosen[k] for k in open_places)
            if key not in drawn:
                drawn[key] = {self.variable(): 1, ONE: 1} if positive or not open_places else {self.variable(): 1}
            kinds = tuple(weights[k][0][c] for k, c in enumerate(chosen))
            result[kinds] = {variable: factor * value for variable, value in drawn[key].items()}
        if not positive and open_places:
            everything: Expression = {ONE: -1}
            for expression in drawn.values():
                everything = plus(everything, expression)
            self.rows.append(everything)
        return result

    def flow(self, node: Node, team: dict[Kinds, Expression], forced: dict[int, int] | None = None) -> list[Expression]:
        """Value of each own type from a node on, given the others' weights there; adds the conditions on the way.

        `forced` marks the stage where a regime starts: the actions that started it. The own move there is not this
        regime's, so all its actions are only followed.
        """
        if not node.children:
            values: list[Expression] = [{} for _ in self.own_types]
            table = node.payoffs[self.player]
            for kinds, weight in team.items():
                for own in self.own_types:
                    payoff = table[(*kinds[: self.player], own, *kinds[self.player :])]
                    if payoff:
                        values[own] = plus(values[own], weight, payoff)
            return values
        if not node.movers:
            values = [{} for _ in self.own_types]
            for child in node.children.values():
                values = [plus(a, b) for a, b in zip(values, self.flow(child, team), strict=True)]
            return values
        movers = [mover for mover in node.movers if mover != self.player]
        split = self.split(node, movers, team, forced or {})
        here = node.movers.index(self.player) if self.player in node.movers else None
        by_action: list[list[Expression]] = []
        for own_action in range(node.actions[here]) if here is not None else (0,):
            values = [{} for _ in self.own_types]
            for joint, part in split.items():
                full = joint if here is None else (*joint[:here], own_action, *joint[here:])
                values = [plus(a, b) for a, b in zip(values, self.flow(node.children[full], part), strict=True)]
            by_action.append(values)
        if here is None or forced is not None:
            return by_action[0]
        return [self.best(node, own, [values[own] for values in by_action]) for own in self.own_types]

    def split(self, node: Node, movers: list[int], team: dict[Kinds, Expression], forced: dict[int, int]):
        """Divide the team's weights among its joint actions."""
        result: dict[tuple[int, ...], dict[Kinds, Expression]] = {}
        for kinds, weight in team.items():
            chosen, strict = [], True
            for mover in movers:
                if mover in forced:
                    chosen.append((forced[mover],))
                    continue
                key = (mover, kinds[self.place[mover]], node.number)
                if key not in self.supports:
                    strict = False
                chosen.append(self.supports.get(key) or self.allowed[key])
            first, *others = product(*chosen)
            rest = weight
            for joint in others:
                share: Expression = {self.variable(): 1}
                if strict:
                    share[ONE] = 1
                rest = plus(rest, share, -1)
                result.setdefault(joint, {})[kinds] = share
            result.setdefault(first, {})[kinds] = rest
            if others:
                self.rows.append(plus(rest, {ONE: 1}, -1) if strict else rest)
        return result

    def best(self, node: Node, own: int, values: list[Expression]) -> Expression:
        """Value of a choice: that of the used actions where these are settled, else at least that of every action."""
        key = (self.player, own, node.number)
        used = self.supports.get(key)
        if used is None and len(self.allowed[key]) > 1:
            value: Expression = {self.variable(): 1}
            self.rows.extend(plus(value, values[a], -1) for a in self.allowed[key])
            return value
        used = used or self.allowed[key]
        value = values[used[0]]
        for action, other in enumerate(values):
            if action != used[0]:
                gap = plus(value, other, -1)
                self.rows.append(gap)
                if action in used:
                    self.rows.append({variable: -c for variable, c in gap.items()})
        return value

    def holds(self) -> bool:
        """Whether the conditions can be met."""
        rows = []
        for row in self.rows:
            kept = {variable: value for variable, value in row.items() if value}
            if all(value >= 0 for value in kept.values()):
                continue
            if all(value <= 0 for value in kept.values()) and kept.get(ONE, 0) < 0:
                return False
            rows.append(kept)
        return not rows or solvable(rows)


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
        self.supports: Supports = {}
        self.standing: dict[int, list[Standing]] = {}
        self.free: dict[tuple[int, int, int], Kinds] = {}  # (player, node, action) -> types of the new belief
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
        relaxation.flow(node, relaxation.base(weights, positive=False))
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
        relaxation.flow(first, relaxation.base(weights, positive=True), forced if forced else None)
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
        conditions = Conditions(self)
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
            found = conditions.outcome_class(solution)
            signature = (found.on_path, tuple(tuple(tuple(sorted(v.items())) for v in block) for block in found.blocks))
            if signature not in self.known:
                self.known.add(signature)
                self.classes.append(found)


class Conditions:
    """The polynomial conditions of one complete support profile."""

    def __init__(self, search: Search) -> None:
        self.search, self.game = search, search.game
        self.blocks: list[Block] = []
        self.count = 0
        self.weight: dict[tuple[int, int], dict[int, Polynomial]] = {}  # (player, node) -> type -> weight in the regime
        self.moves: dict[tuple[int, int, int], dict[int, Polynomial]] = {}  # (player, type, node) -> action -> weight
        self.plans: dict[tuple[int, int, int], list[Polynomial]] = {}
        self.zero: list[Polynomial] = []
        self.nonnegative: list[Polynomial] = []
        self.roots = [Block() for _ in self.game.players]
        self.blocks.extend(self.roots)
        start = [
            {kind: {(): weight} for kind, weight in enumerate(self.game.weights[player])} for player in self.game.players
        ]
        self.weigh(self.game.root, start, list(self.roots))
        for node in self.game.stages:
            for mover in node.movers:
                for kind in search.standing[node.number][mover].types:
                    self.require_best(mover, kind, node)
                    if self.on_path(node.number):
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
                first, *others = self.search.supports[(mover, kind, node.number)]
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
        types = self.search.free[(mover, node.number, action)]
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
        if kind in self.search.standing[node.number][player].types:
            actions = self.search.supports[(player, kind, node.number)][:1]
        return [value for action in actions for value in self.action_values(player, kind, node, action)]

    def action_values(self, player: int, kind: int, node: Node, action: int) -> list[Polynomial]:
        """Values of an action with every continuation plan that has to be looked at."""
        others = [other for other in self.game.players if other != player]
        here = node.movers.index(player)
        return self.sums(player, kind, [child for joint, child in self.expected(node, others) if joint[here] == action])

    def expected(self, node: Node, others: list[int]) -> Iterator[tuple[tuple[int, ...], Node]]:
        """The children to which the others' moves lead with positive probability."""
        before = self.search.standing[node.number]
        for joint, child in node.children.items():
            after = self.search.standing[child.number]
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
        if not all(self.search.standing[node.number][other].types for other in self.game.players):
            raise AssertionError("somebody moves where nobody's belief was thought to matter")
        used = self.search.supports[(player, kind, node.number)]
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
            tuple(sorted((key, used) for key, used in self.search.supports.items() if self.on_path(key[2]))),
        )

    def on_path(self, node: int) -> bool:
        """Whether every player is in the regime that starts at the prior."""
        return all(own.regime is None for own in self.search.standing[node])

    def outcome_class(self, solution: Solution) -> OutcomeClass:
        """The polytopes of on-path weights."""
        plain = self.game.plain
        path = [node for node in self.game.stages if self.on_path(node.number)]
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
