"""Games as a paper prints them: a tree, payoffs in symbols, types with priors, and the order of preference."""

from deterrence_games.games.game import Game
from deterrence_games.games.tree import Chance, Decision, Node, Simultaneous

__all__ = ["Chance", "Decision", "Game", "Node", "Simultaneous"]
