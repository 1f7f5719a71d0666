"""Theorems that claims are about, each derived once a run."""

from collections.abc import Callable
from functools import lru_cache

from deterrence_games.api import derive
from deterrence_games.games import Game
from deterrence_games.theory import Theorem


@lru_cache(maxsize=64)
def derived(model: Callable[[], Game], *refinements: str) -> Theorem:
    """A model's theorem, refined in turn."""
    if refinements:
        return derived(model, *refinements[:-1]).refine(refinements[-1])
    return derive(model())
