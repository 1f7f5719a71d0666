"""Risk dominance between the equilibria of a two-player game."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from deterrence_games.errors import GameError
from deterrence_games.forms.tree import Floats
from deterrence_games.games import Game
from deterrence_games.lowering.tree import tree_form_of
from deterrence_games.results import Equilibrium
from deterrence_games.solvers.logit_tree import ScaledTree

EQUAL = 1e-9  # products of losses that differ by no more, as a share of the larger, are equal


def undominated(game: Game, params: Mapping[str, Any], equilibria: Sequence[Equilibrium]) -> list[int]:
    """The equilibria that no other risk-dominates, by their positions.

    Between two equilibria each player loses something by playing the other equilibrium's strategy alone; that with the larger
    product of the two players' losses dominates [1]_. Losses are expected payoffs before types are drawn. The relation need
    not be transitive, so that several or none may be left; equilibria that differ only off the path of play tie.

    Parameters
    ----------
    equilibria : sequence of Equilibrium
        With behaviour at every information set.

    Raises
    ------
    GameError
        When the game has not two players, or an equilibrium is silent about an information set.

    References
    ----------
    .. [1] Harsanyi and Selten (1988), A General Theory of Equilibrium Selection in Games.
    """
    if len(game.players) != 2:
        raise GameError(f"game {game.name!r}: risk dominance compares equilibria of two players, here are {len(game.players)}")
    tree = ScaledTree.of(tree_form_of(game, params))
    profiles = [_entries(game, tree, equilibrium) for equilibrium in equilibria]
    first = np.repeat(tree.form.structure.slot_player[tree.form.structure.set_slot] == 0, tree.form.structure.set_actions)
    loss = np.zeros((len(profiles), len(profiles)))
    for k, own in enumerate(profiles):
        held = _worth(tree, own)
        for other, instead in enumerate(profiles):
            alone = [_worth(tree, np.where(first == (player == 0), instead, own))[player] for player in (0, 1)]
            loss[k, other] = (held[0] - alone[0]) * (held[1] - alone[1])
    most = np.maximum(np.abs(loss), np.abs(loss.T))
    dominates = loss - loss.T > EQUAL * most  # the row's equilibrium the column's
    return [k for k in range(len(profiles)) if not dominates[:, k].any()]


def _entries(game: Game, tree: ScaledTree, equilibrium: Equilibrium) -> Floats:
    structure = tree.form.structure
    flat = []
    for q, where in enumerate(structure.information_sets):
        if where not in equilibrium.behavior:
            raise GameError(
                f"game {game.name!r}: an equilibrium says nothing about {tuple(where)}, so that it cannot be compared; use "
                "perfect Bayesian equilibria"
            )
        flat += [equilibrium.behavior[where][action] for action in structure.set_labels(q)]
    return np.array(flat)


def _worth(tree: ScaledTree, behavior: Floats) -> Floats:
    worth: Floats = np.einsum("op,oip->i", tree.distribution(behavior), tree.form.payoffs[0])
    return worth
