"""How much anybody gains by disobeying the recommendations of a correlated strategy."""

import numpy as np

from deterrence_games.forms import StrategicForm
from deterrence_games.forms.tree import Floats


def largest_violation(form: StrategicForm, distribution: Floats) -> float:
    """Largest gain from always answering one recommendation with another strategy.

    Parameters
    ----------
    distribution : float64[a_1, ..., a_n]

    Returns
    -------
    float
        Expected before the draw, in units of the payoffs; infinite when the probabilities are no distribution.
    """
    if not ((distribution >= 0.0).all() and abs(distribution.sum() - 1.0) <= 1e-9):
        return float("inf")
    worst = 0.0
    for player, own in enumerate(form.shape):
        chance = np.moveaxis(distribution, player, 0).reshape(own, -1)
        payoff = np.moveaxis(form.payoffs[player], player, 0).reshape(own, -1)
        worth = chance @ payoff.T  # of each recommendation, by what is played instead
        worst = max(worst, float((worth - np.diag(worth)[:, None]).max()))
    return worst
