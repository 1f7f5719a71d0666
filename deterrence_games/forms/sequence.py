"""The sequence form: what a player does on the way to a leaf, instead of plans for every contingency."""

from dataclasses import dataclass

import numpy as np

from deterrence_games.errors import GameError
from deterrence_games.forms.tree import Floats, InformationSet, Ints


@dataclass(frozen=True, eq=False)
class SequenceForm:
    """A two-player game with perfect recall, as long as its tree [1]_.

    A *sequence* is the list of own actions on the way to a node; the first one of each player is empty. All others end in an
    action of an information set. Sequences of the first player come first, and those of an information set stand together.

    Attributes
    ----------
    name : str
    players : tuple of str
        Two.
    information_sets : tuple of InformationSet
        A set stands behind those that its owner has passed before.
    actions : tuple of tuple of str
        Action labels of each information set.
    outcomes : tuple of str
    set_player : int64[set]
    set_parent : int64[set]
        The owner's sequence that leads to the set.
    set_first : int64[set]
        The sequence that ends in the set's first action; those of its other actions follow.
    empty : int64[2]
        Each player's empty sequence.
    leaf_sequence : int64[leaf, player]
        A leaf is an end of play, in a tree with types for one drawing of them.
    leaf_chance : float64[leaf]
        Probability of the drawing and of the chance moves on the way.
    leaf_payoff : float64[leaf, player]
        All that play pays on the way to the leaf and there.
    passed : int64[passage, 2]
        A leaf, and an outcome that play passes on the way to it or there. In an extensive form there may be several, or none.

    Raises
    ------
    GameError
        When there are not two players, or a payoff or probability is not finite.

    References
    ----------
    .. [1] von Stengel (1996), Efficient computation of behavior strategies.
    """

    name: str
    players: tuple[str, ...]
    information_sets: tuple[InformationSet, ...]
    actions: tuple[tuple[str, ...], ...]
    outcomes: tuple[str, ...]
    set_player: Ints
    set_parent: Ints
    set_first: Ints
    empty: Ints
    leaf_sequence: Ints
    leaf_chance: Floats
    leaf_payoff: Floats
    passed: Ints

    def __post_init__(self) -> None:
        if len(self.players) != 2:
            raise GameError(f"game {self.name!r}: {len(self.players)} player(s); a sequence form is made for two")
        if not (np.isfinite(self.leaf_payoff).all() and np.isfinite(self.leaf_chance).all()):
            raise GameError(f"game {self.name!r}: a payoff or probability is NaN or infinite; give finite numbers")
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @property
    def sequences(self) -> int:
        """Number of sequences of both players."""
        return 2 + sum(len(own) for own in self.actions)
