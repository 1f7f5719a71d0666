"""Names of equilibria: the patterns of behaviour that the literature has words for.

A pattern maps an information set ``(player, type, public history)`` to an action or to several. Behaviour matches when, at
every set of the pattern, it uses none but these actions. The first pattern that matches gives the name.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from deterrence_games.errors import GameError
from deterrence_games.games.tree import Decision, Label, Node, Simultaneous, check_label

Place = tuple[str, str, tuple[Label, ...]]
Pattern = Mapping[Place, tuple[str, ...]]


def read_names(
    given: Mapping[str, Mapping[Any, Any]], tree: Node, labels: Mapping[str, tuple[str, ...]]
) -> Mapping[str, Pattern]:
    """Check patterns against the tree; `labels` holds the types of every player."""
    if not isinstance(given, Mapping):
        raise GameError("names is not a mapping; give {name: {(player, type, history): action}}")
    names = {}
    for name, pattern in given.items():
        check_label(name, "name of an equilibrium")
        if not isinstance(pattern, Mapping):
            raise GameError(f"name {name!r} has no pattern; give {{(player, type, history): action}}")
        checked = {}
        for place, actions in pattern.items():
            where = f"name {name!r}: {place!r}"
            if not isinstance(actions, (str, Sequence)):
                raise GameError(f"{where} has {actions!r:.40}; give an action or a tuple of actions")
            wanted = (actions,) if isinstance(actions, str) else tuple(actions)
            possible = _actions_at(place, tree, labels, where)
            for action in wanted:
                if action not in possible:
                    raise GameError(f"{where} has no action {action!r}; use {', '.join(possible)}")
            if not wanted:
                raise GameError(f"{where} allows no action; name at least one")
            player, kind, history = place
            checked[player, kind, tuple(history)] = wanted
        names[name] = MappingProxyType(checked)
    return MappingProxyType(names)


def _actions_at(place: Any, tree: Node, labels: Mapping[str, tuple[str, ...]], where: str) -> tuple[str, ...]:
    if not isinstance(place, tuple) or len(place) != 3 or not isinstance(place[2], tuple):
        raise GameError(f"{where} is not an information set; write (player, type, history), the history a tuple")
    player, kind, history = place
    if player not in labels or kind not in labels[player]:
        raise GameError(f"{where}: there is no player {player!r} of type {kind!r}; use the players and types of the game")
    node = tree
    for label in history:
        below = {} if isinstance(node, str) else dict(node.branches_by_label)
        if label not in below:
            raise GameError(f"{where}: play cannot go on with {label!r}; use a history of the tree")
        node = below[label]
    if isinstance(node, Decision) and node.player == player:
        return tuple(node.actions)
    if isinstance(node, Simultaneous) and player in node.choices:
        return tuple(node.choices[player])
    raise GameError(f"{where}: {player!r} does not choose there; use a history after which the player moves")
