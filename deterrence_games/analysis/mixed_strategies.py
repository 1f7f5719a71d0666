"""Mixed strategies of a strategic form, from a solution's equilibrium or from behaviour in a tree."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError
from deterrence_games.forms import InformationSet, StrategicForm, TreeForm
from deterrence_games.forms.tree import Floats
from deterrence_games.lowering.strategic import bundles_of, plans_of
from deterrence_games.results import Equilibrium

NEGLIGIBLE = 1e-9  # probabilities up to this are taken as zero

Behavior = Mapping[InformationSet, Mapping[str, float]]


def mixed_strategies(
    form: StrategicForm, tree: TreeForm | None, equilibrium: Equilibrium | Sequence[npt.ArrayLike]
) -> tuple[Floats, ...]:
    """Read the mixed strategies of an equilibrium; those of a tree's behaviour by multiplying along each plan (Kuhn 1953).

    Raises
    ------
    GameError
        When the equilibrium belongs to another game, or its strategies are no probabilities.
    """
    given: Sequence[npt.ArrayLike]
    if not isinstance(equilibrium, Equilibrium):
        given = equilibrium
    elif equilibrium.profile:
        given = equilibrium.profile
    elif tree is not None:
        given = [_followed(form, tree, player, equilibrium.behavior) for player in range(len(form.players))]
    else:
        raise GameError(
            f"game {form.name!r}: the equilibrium is one of a tree; give the game or its tree, not a strategic form"
        )
    try:
        profile = [np.array(own, dtype=np.float64) for own in given]
    except (TypeError, ValueError):
        raise GameError(f"game {form.name!r}: the profile is no list of probabilities; give one array a player") from None
    if [own.shape for own in profile] != [(size,) for size in form.shape]:
        raise GameError(
            f"game {form.name!r}: the profile has shapes {[own.shape for own in profile]}, the game {form.shape} strategies; "
            "give one probability a strategy"
        )
    for player, own in zip(form.players, profile, strict=True):
        if not (own >= -NEGLIGIBLE).all() or not abs(own.sum() - 1.0) <= NEGLIGIBLE * len(own):
            raise GameError(
                f"game {form.name!r}: {player!r} plays {own.tolist()}, which are no probabilities; let them sum to one"
            )
        own[own <= NEGLIGIBLE] = 0.0
        own /= own.sum()
    return tuple(profile)


def _followed(form: StrategicForm, tree: TreeForm, player: int, behavior: Behavior) -> Floats:
    structure = tree.structure
    plans = plans_of(structure, player)
    kinds = int(structure.type_count[player])
    shares = np.ones((kinds, plans.count))
    for kind in range(kinds):
        for column, slot in enumerate(plans.slots):
            where = structure.information_sets[structure.set_first[slot] + kind]
            if where not in behavior:
                raise GameError(f"game {form.name!r}: the equilibrium says nothing about {where}; give one of this game")
            own = np.array([behavior[where].get(action, 0.0) for action in structure.actions[slot]] + [1.0])
            shares[kind] *= own[plans.choice[:, column]]  # -1, where the plan rules the move out, reads the last entry
    bundles = bundles_of(plans.count, kinds)
    mixed: Floats = np.prod(shares[np.arange(kinds), bundles], axis=1)
    return mixed
