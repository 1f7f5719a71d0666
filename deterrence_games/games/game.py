"""`Game`: a deterrence game as a paper prints it, checked and immutable."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from html import escape
from types import MappingProxyType
from typing import Any, Self

from sympy import Expr, S
from sympy.core.relational import Relational

from deterrence_games.errors import AssumptionWarning, DeterrenceGamesError, GameError, ParameterError
from deterrence_games.games import draw as drawing
from deterrence_games.games.assumptions import read_assumptions
from deterrence_games.games.expressions import to_text
from deterrence_games.games.names import Pattern, read_names
from deterrence_games.games.payoffs import Payoffs, Profile, read_payoffs
from deterrence_games.games.points import PointChecks, parameters_of
from deterrence_games.games.priors import Priors, check_chance, read_priors
from deterrence_games.games.substitution import substituted
from deterrence_games.games.tree import (
    Chance,
    Decision,
    Node,
    Simultaneous,
    check_label,
    distinct_nodes,
    flatten,
    measure,
    nodes_in_order,
)

ROLES = ("aggressor", "target", "ally")


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Game:
    """A multi-stage game with observed actions and independent types.

    Payoffs, priors and probabilities are numbers, SymPy expressions, or texts in a small arithmetic language (numbers,
    names, ``+ - * / **``, parentheses, ``sqrt exp log Min Max Abs``); nothing is evaluated as Python.

    Parameters
    ----------
    name : str
    players : sequence of str
    tree : Decision, Simultaneous, Chance or str
        A text is an outcome, at a leaf.
    payoffs : mapping outcome -> player -> payoff
        A payoff that depends on its owner's type is a mapping ``{type: payoff}``; one that depends on everybody's is a
        mapping ``{(type, ..., type): payoff}``, a label a player in the order of `players`, ``""`` for players without
        types.
    types : mapping player -> type -> prior, optional
        Players that are left out have no private information.
    assumptions : sequence of str, optional
        Relations, which may be chained: ``"a < b <= c"``.
    roles : mapping player -> {"aggressor", "target", "ally"}, optional
    source : str, optional
    names : mapping name -> (player, type, history) -> action or tuple of actions, optional
        Names of equilibria. A pattern matches behaviour that uses, at each of its information sets, no actions but these;
        the first pattern that matches gives the name.
    status_quo : str, optional
        The outcome in which deterrence has succeeded; the outcome ``"status_quo"`` when there is one.
    wars : mapping outcome -> sequence of players, optional
        Who fights in which outcome; by default everybody in the outcomes with the word war or conflict in their label.

    Examples
    --------
    >>> game = Game(
    ...     name="chicken",
    ...     players=("a", "b"),
    ...     tree=Decision("a", {"swerve": "status_quo", "go": Decision("b", {"swerve": "win", "go": "war"})}),
    ...     payoffs={
    ...         "status_quo": {"a": 0, "b": 0}, "win": {"a": "w", "b": -1}, "war": {"a": "-c", "b": "-c"},
    ...     },
    ...     assumptions=("w > 0", "c > 1"),
    ... )
    >>> game.parameters
    ('w', 'c')
    >>> game.point({"w": 1, "c": 2})
    {'w': 1.0, 'c': 2.0}
    """

    name: str
    players: tuple[str, ...]
    tree: Node
    payoffs: Payoffs
    types: Priors
    assumptions: tuple[Relational, ...]
    roles: Mapping[str, str]
    source: str
    names: Mapping[str, Pattern]
    status_quo: str | None
    wars: Mapping[str, tuple[str, ...]]

    def __init__(
        self,
        name: str,
        players: Sequence[str],
        tree: Node,
        payoffs: Mapping[str, Mapping[str, Any]],
        types: Mapping[str, Mapping[str, Any]] | None = None,
        assumptions: Iterable[str | Relational] | str = (),
        roles: Mapping[str, str] | None = None,
        source: str = "",
        names: Mapping[str, Mapping[Any, Any]] | None = None,
        status_quo: str | None = None,
        wars: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        def fix(field: str, value: object) -> None:
            object.__setattr__(self, field, value)  # the class is frozen

        fix("name", check_label(name, "name of the game"))
        try:
            fix("players", _read_players(players))
            fix("tree", _read_tree(tree, self.players))
            fix("types", read_priors({} if types is None else types, self.players))
            labels = {player: self.type_labels(player) for player in self.players}
            fix("payoffs", read_payoffs(payoffs, self.outcomes, labels))
            fix("assumptions", read_assumptions(assumptions))
            fix("roles", _read_roles({} if roles is None else roles, self.players))
            if not isinstance(source, str):
                raise GameError(f"source {source!r:.40} is not text; cite it as a string")
            fix("source", source)
            fix("names", read_names({} if names is None else names, self.tree, labels))
            if status_quo is None and "status_quo" in self.outcomes:
                status_quo = "status_quo"
            if status_quo is not None and status_quo not in self.outcomes:
                raise GameError(f"status_quo is unknown outcome {status_quo!r}; use one of {', '.join(self.outcomes[:12])}")
            fix("status_quo", status_quo)
            fix("wars", _read_wars(wars, self.outcomes, self.players))
        except DeterrenceGamesError as error:
            raise type(error)(f"game {name!r}: {error}") from None

    # ---- reading -------------------------------------------------------------------------------------------------------

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """Outcome labels, in the order in which the tree first leads to them."""
        return tuple(dict.fromkeys(node for node in nodes_in_order(self.tree) if isinstance(node, str)))

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters: those of the priors, of the payoffs, of chance, of the assumptions."""
        return parameters_of(self)

    def type_labels(self, player: str) -> tuple[str, ...]:
        """Labels of the player's types; ``("",)`` without private information."""
        self._check_player(player)
        return tuple(self.types.get(player, {"": S.One}))

    def prior(self, player: str, type: str) -> Expr:
        """Prior probability of a type."""
        if type not in self.type_labels(player):
            raise GameError(f"game {self.name!r}: {player!r} has no type {type!r}; use {', '.join(self.type_labels(player))}")
        return self.types[player][type] if player in self.types else S.One

    def payoff(self, outcome: str, player: str, profile: Profile) -> Expr:
        """Payoff of a player at an outcome when types are `profile`, a label a player in the order of `players`."""
        self._check_player(player)
        if outcome not in self.payoffs:
            raise GameError(f"game {self.name!r}: unknown outcome {outcome!r}; use one of {', '.join(self.outcomes[:12])}")
        if len(profile) != len(self.players) or any(
            kind not in self.type_labels(other) for other, kind in zip(self.players, profile, strict=True)
        ):
            raise GameError(f"game {self.name!r}: {profile!r} is no profile of types; give one type a player")
        cell: Any = self.payoffs[outcome][player]
        if not isinstance(cell, Mapping):
            return cell
        own = profile[self.players.index(player)]
        return cell[own] if own in cell else cell[tuple(profile)]

    def draw(self) -> str:
        """Return players, tree and payoffs as text, at most 100 columns wide."""
        return drawing.draw(self)

    # ---- parameter points ----------------------------------------------------------------------------------------------

    def point(self, params: Mapping[str, Any], *, strict: bool = False) -> dict[str, float]:
        """Check a parameter point and return it as floats, in the order of `parameters`.

        Parameters
        ----------
        params : mapping name -> real number
            Exactly the game's parameters.
        strict : bool
            Raise when an assumption does not hold, instead of warning.

        Raises
        ------
        ParameterError
            For unknown, missing or non-finite parameters, and for priors or chance probabilities that leave [0, 1] or do
            not sum to one.

        Warns
        -----
        AssumptionWarning
            When an assumption does not hold.
        """
        numbers = self._checks.numbers(params)
        values = self._checks.values(numbers)
        self._checks.check_distributions(values)
        broken = self._checks.violated(values)
        if broken:
            shown = "; ".join(f"{to_text(relation)} (here {left:g} and {right:g})" for relation, left, right in broken)
            message = f"game {self.name!r}: parameters break the assumption {shown}"
            if strict:
                raise ParameterError(f"{message}; change them, or do without strict")
            warnings.warn(f"{message}; results may not bear the names of the literature", AssumptionWarning, stacklevel=2)
        return numbers

    def violations(self, params: Mapping[str, Any]) -> tuple[Relational, ...]:
        """Return the assumptions that do not hold at a parameter point."""
        values = self._checks.values(self._checks.numbers(params))
        return tuple(relation for relation, _, _ in self._checks.violated(values))

    # ---- changed copies ------------------------------------------------------------------------------------------------

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some of the constructor's arguments changed."""
        known = {field.name for field in fields(self)}
        for name in changes:
            if name not in known:
                raise GameError(f"game {self.name!r}: a game has no {name!r}; use {', '.join(sorted(known))}")
        return type(self)(**{**self._arguments(), **changes})

    def substitute(self, values: Mapping[str, Any]) -> Self:
        """Return a copy with some parameters fixed at numbers, or written in terms of others.

        Assumptions that hold by then are dropped; one that cannot hold raises `GameError`.
        """
        return type(self)(**substituted(self, values))

    # ---- identity ------------------------------------------------------------------------------------------------------

    def _arguments(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @cached_property
    def _checks(self) -> PointChecks:
        return PointChecks(self)

    @cached_property
    def _content(self) -> tuple[Any, ...]:
        return (
            *(self.name, self.players, flatten(self.tree), self.assumptions, self.source, self.status_quo),
            *(_frozen(table) for table in (self.payoffs, self.types, self.roles, self.names, self.wars)),
        )

    def __eq__(self, other: object) -> bool:
        return self is other or (self._content == other._content if isinstance(other, Game) else NotImplemented)

    @cached_property
    def _hash(self) -> int:
        return hash(self._content)

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), _plain(self._arguments()))

    def __repr__(self) -> str:
        return (
            f"<Game {self.name!r}: {', '.join(self.players)}; {len(self.outcomes)} outcomes, {len(self.parameters)} parameters>"
        )

    def _repr_html_(self) -> str:
        rows = []
        for outcome, row in list(self.payoffs.items())[: drawing.MAX_LINES]:
            rows.append("".join(f"<td>{escape(text)}</td>" for text in (outcome, *map(drawing.cell_text, row.values()))))
        head = "".join(f"<th>{escape(text)}</th>" for text in ("outcome", *self.players))
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return f"<table><caption>{escape(self.name)}</caption><tr>{head}</tr>{body}</table>"

    def _check_player(self, player: str) -> None:
        if player not in self.players:
            raise GameError(f"game {self.name!r}: unknown player {player!r}; the players are {', '.join(self.players)}")


def _frozen(value: Any) -> Any:
    return tuple((key, _frozen(item)) for key, item in value.items()) if isinstance(value, Mapping) else value


def _plain(value: Any) -> Any:
    return {key: _plain(item) for key, item in value.items()} if isinstance(value, Mapping) else value


def _rebuild(kind: type[Game], arguments: dict[str, Any]) -> Game:
    return kind(**arguments)


def _read_players(players: Sequence[str]) -> tuple[str, ...]:
    if isinstance(players, str) or not isinstance(players, Sequence) or not players:
        raise GameError("players is not a list of labels; give a tuple such as ('challenger', 'defender')")
    checked = tuple(check_label(player, "player") for player in players)
    for number, player in enumerate(checked):
        if player in checked[:number]:
            raise GameError(f"player {player!r} is named twice; name every player once")
    return checked


def _read_tree(tree: Node, players: tuple[str, ...]) -> Node:
    if isinstance(tree, str):
        check_label(tree, "outcome")
    elif not isinstance(tree, (Decision, Simultaneous, Chance)):
        raise GameError(f"tree {tree!r:.40} is not a tree; give Decision, Simultaneous or Chance")
    measure(tree)
    for node in distinct_nodes(tree):
        if isinstance(node, Chance):
            check_chance({label: probability for label, (probability, _) in node.branches.items()})
            continue
        for player in (node.player,) if isinstance(node, Decision) else node.choices:
            if player not in players:
                raise GameError(f"the tree names unknown player {player!r}; the players are {', '.join(players)}")
    return tree


def _read_roles(roles: Mapping[str, str], players: tuple[str, ...]) -> Mapping[str, str]:
    if not isinstance(roles, Mapping):
        raise GameError("roles is not a mapping; give {player: role}")
    for player, role in roles.items():
        if player not in players:
            raise GameError(f"roles names unknown player {player!r}; the players are {', '.join(players)}")
        if role not in ROLES:
            raise GameError(f"role {role!r} of {player!r} is unknown; use {', '.join(ROLES)}")
    return MappingProxyType({player: roles[player] for player in players if player in roles})


def _read_wars(
    wars: Mapping[str, Sequence[str]] | None, outcomes: tuple[str, ...], players: tuple[str, ...]
) -> Mapping[str, tuple[str, ...]]:
    if wars is None:
        wars = {outcome: players for outcome in outcomes if {"war", "conflict"} & set(outcome.lower().split("_"))}
    if not isinstance(wars, Mapping):
        raise GameError("wars is not a mapping; give {outcome: (player, ...)}")
    known = set(outcomes)
    for outcome, fighters in wars.items():
        if outcome not in known:
            raise GameError(f"wars names unknown outcome {outcome!r}; use one of {', '.join(outcomes[:12])}")
        listed = isinstance(fighters, Sequence) and not isinstance(fighters, str)
        if not listed or not fighters or any(fighter not in players for fighter in fighters):
            raise GameError(f"wars: {fighters!r} do not fight in {outcome!r}; give a tuple of players")
    return MappingProxyType({outcome: tuple(wars[outcome]) for outcome in outcomes if outcome in wars})
