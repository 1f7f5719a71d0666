"""Which actions are used where, and which types are held possible: what the brute force enumerates."""

from dataclasses import dataclass, field

from tests.oracles.plain_game import Compiled

Regime = tuple[int, int] | None  # node and action that started it; None from the prior
Kinds = tuple[int, ...]  # type numbers
Supports = dict[tuple[int, int, int], tuple[int, ...]]  # (player, type, node) -> actions


@dataclass(frozen=True)
class Standing:
    """What is believed about one player at one history.

    Attributes
    ----------
    regime : Regime
    types : tuple of int
        The types held possible; empty where nobody else moves any more, so that the belief does not matter.
    weights : tuple of int, optional
        Relative weights of `types`; None while they depend on mixing or on a free belief.
    """

    regime: Regime
    types: Kinds
    weights: tuple[int, ...] | None


@dataclass
class SupportProfile:
    """A support profile, complete or under construction.

    Attributes
    ----------
    supports : mapping (player, type, node) -> actions in use
        For the types held possible at the node.
    free : mapping (player, node, action) -> types
        Types that the new belief after an excluded move holds possible.
    standing : mapping node -> Standing of each player
    """

    game: Compiled
    supports: Supports = field(default_factory=dict)
    free: dict[tuple[int, int, int], Kinds] = field(default_factory=dict)
    standing: dict[int, list[Standing]] = field(default_factory=dict)

    def on_path(self, node: int) -> bool:
        """Whether nobody has made an excluded move on the way to a node."""
        return all(own.regime is None for own in self.standing[node])
