"""Fixing parameters of a game."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from sympy import Expr
from sympy.core.relational import Relational

from deterrence_games.errors import ExpressionError, GameError, ParameterError
from deterrence_games.games.expressions import parse, parse_relations, to_expression, to_text
from deterrence_games.games.rounding import is_rounded, without_rounding
from deterrence_games.games.tree import Chance, Decision, Node, Simultaneous, distinct_nodes

if TYPE_CHECKING:
    from deterrence_games.games.game import Game


def substituted(game: "Game", values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the constructor's arguments of the game with `values` put in place of parameters."""
    bound = {name: _read(game, name, value) for name, value in values.items()}

    def put(expression: Expr) -> Expr:
        try:
            return parse(to_text(expression), bound)
        except ExpressionError as error:
            raise ParameterError(f"game {game.name!r}: {error}") from None

    floats = {name for name, value in values.items() if is_rounded(value)}

    def put_shares(shares: Mapping[str, Expr]) -> dict[str, Expr]:
        rounded = [label for label, share in shares.items() if floats & {s.name for s in share.free_symbols}]
        return without_rounding({label: put(share) for label, share in shares.items()}, rounded)

    arguments = {name: getattr(game, name) for name in game.__dataclass_fields__}
    arguments["types"] = {player: put_shares(priors) for player, priors in game.types.items()}
    arguments["payoffs"] = _table(game.payoffs, put)
    arguments["assumptions"] = tuple(
        changed for relation in game.assumptions for changed in _relation(relation, bound) if not _settled(changed)
    )
    arguments["tree"] = _tree(game.tree, put_shares)
    return arguments


def _read(game: "Game", name: str, value: Any) -> Expr:
    if name not in game.parameters:
        near = get_close_matches(str(name), game.parameters, 1)
        hint = f"did you mean {near[0]}?" if near else f"the parameters are {', '.join(game.parameters)}"
        raise ParameterError(f"game {game.name!r}: unknown parameter {name!r}; {hint}")
    try:
        return to_expression(value)
    except ExpressionError as error:
        raise ExpressionError(f"game {game.name!r}: parameter {name!r}: {error}") from None
    except GameError as error:
        raise ParameterError(f"game {game.name!r}: parameter {name!r}: {error}") from None


def _relation(relation: Relational, bound: Mapping[str, Expr]) -> tuple[Relational, ...]:
    return parse_relations(to_text(relation), bound)


def _settled(relation: Relational) -> bool:
    return bool(relation.lhs.is_number and relation.rhs.is_number and relation.doit() == True)  # noqa: E712  # SymPy's true


def _table(table: Any, put: Callable[[Expr], Expr]) -> Any:
    return {key: _table(item, put) for key, item in table.items()} if isinstance(table, Mapping) else put(table)


def _tree(root: Node, put_shares: Callable[[Mapping[str, Expr]], Mapping[str, Expr]]) -> Node:
    built: dict[int, Node] = {}
    for node in reversed(distinct_nodes(root)):
        below = [child if isinstance(child, str) else built[id(child)] for _, child in node.branches_by_label]
        match node:
            case Decision():
                built[id(node)] = Decision(node.player, dict(zip(node.actions, below, strict=True)))
            case Simultaneous():
                built[id(node)] = Simultaneous(node.choices, dict(zip(node.results, below, strict=True)))
            case Chance():
                shares = put_shares({label: probability for label, (probability, _) in node.branches.items()})
                built[id(node)] = Chance(dict(zip(shares, zip(shares.values(), below, strict=True), strict=True)))
    return root if isinstance(root, str) else built[id(root)]
