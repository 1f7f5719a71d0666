"""A necessary condition for a support profile under construction, in integers."""

from itertools import product

from tests.oracles.exact_linear import ONE, Expression, plus, solvable
from tests.oracles.plain_game import Compiled, Node
from tests.oracles.support_profile import Kinds, Supports


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

    def flow(
        self, node: Node, team: dict[Kinds, Expression], values: list[Expression], forced: dict[int, int] | None = None
    ) -> None:
        """Add the value of each own type from a node on, given the others' weights there, and the conditions on the way.

        `forced` marks the stage where a regime starts: the actions that started it. The own move there is not this
        regime's, so all its actions are only followed.
        """
        if not node.children:
            table = node.payoffs[self.player]
            for kinds, weight in team.items():
                for own, value in enumerate(values):
                    payoff = table[(*kinds[: self.player], own, *kinds[self.player :])]
                    if payoff:
                        for key, factor in weight.items():
                            value[key] = value.get(key, 0) + payoff * factor
            return
        if not node.movers:
            for child in node.children.values():
                self.flow(child, team, values)
            return
        movers = [mover for mover in node.movers if mover != self.player]
        split = self.split(node, movers, team, forced or {}) if movers else {(): team}
        if self.player not in node.movers:
            for joint, part in split.items():
                self.flow(node.children[joint], part, values)
            return
        here = node.movers.index(self.player)
        by_action: list[list[Expression]] = []
        for action in range(node.actions[here]):
            by_action.append([{} for _ in self.own_types])
            for joint, part in split.items():
                self.flow(node.children[(*joint[:here], action, *joint[here:])], part, by_action[-1])
        for own, value in enumerate(values):
            options = [each[own] for each in by_action]
            for key, factor in (self.best(node, own, options) if forced is None else options[0]).items():
                value[key] = value.get(key, 0) + factor

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
