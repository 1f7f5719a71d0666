"""A whole assessment for a support profile that the brute force has solved, to be checked against the definition."""

from fractions import Fraction

from tests.oracles.assessment import Beliefs, action_values
from tests.oracles.conditions import Conditions
from tests.oracles.multilinear import Solution
from tests.oracles.outcomes import Behaviour
from tests.oracles.plain_game import Node
from tests.oracles.polynomials import Polynomial, evaluated, number
from tests.oracles.surd import Number, exact, rounded


def witness(conditions: Conditions, solution: Solution) -> tuple[Behaviour, Beliefs]:
    """Behaviour and beliefs in the middle of a solution.

    Types that are held impossible play their first best reply; where a belief does not matter it is put on the first type.
    """
    game, plain = conditions.game, conditions.game.plain
    values: dict[int, Number] = {}
    for points in solution:
        for variable in points[0]:
            values[variable] = sum((point[variable] for point in points), Fraction(0)) / len(points)

    def worth(polynomial: Polynomial) -> Number:
        return exact(number(evaluated(polynomial, values)))

    def labels(node: Node, player: int) -> list[str]:
        return [game.action_label(node, player, a) for a in range(node.actions[node.movers.index(player)])]

    behaviour: dict[tuple[str, str, tuple[object, ...]], dict[str, Fraction]] = {}
    beliefs: dict[tuple[object, ...], dict[str, dict[str, Fraction]]] = {}
    impossible = []
    for node in game.stages:
        beliefs[node.history] = {}
        for player, name in enumerate(plain.players):
            held = {kind: worth(weight) for kind, weight in conditions.weight[(player, node.number)].items()} or {
                0: Fraction(1)
            }
            whole = sum(held.values(), Fraction(0))
            beliefs[node.history][name] = {
                label: rounded(exact(held.get(kind, 0)) / whole) for kind, (label, _) in enumerate(plain.types[player])
            }
            if player not in node.movers:
                continue
            for kind, (label, _) in enumerate(plain.types[player]):
                moves = conditions.moves.get((player, kind, node.number))
                if moves is None:
                    impossible.append((name, label, node.history))
                    behaviour[impossible[-1]] = {action: Fraction(k == 0) for k, action in enumerate(labels(node, player))}
                else:
                    weight = held[kind]
                    named = enumerate(labels(node, player))
                    behaviour[(name, label, node.history)] = {
                        action: rounded(worth(moves.get(a, {})) / weight) for a, action in named
                    }
    for key in reversed(impossible):  # later stages first: the value of a move rests on what follows it
        best = action_values(plain, behaviour, beliefs)[key]
        chosen = max(best, key=lambda action: best[action])
        behaviour[key] = {action: Fraction(action == chosen) for action in best}
    return behaviour, beliefs
