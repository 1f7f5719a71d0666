"""The certificate of pure equilibria of the joining game: both payoffs of every ally, from the definition."""

import numpy as np
import numpy.typing as npt

from deterrence_games.forms.joining import Floats, JoiningForm


def joining_regrets(form: JoiningForm, joins: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Measure how far profiles are from equilibrium, by code that the solver does not share.

    The general certificate needs a table of ``2^n`` payoffs; this one computes each ally's payoff from coming and from staying.

    Parameters
    ----------
    joins : bool[equilibrium, ally]

    Returns
    -------
    regret : float64[equilibrium]
        Largest gain of any ally from the other choice, at least 0.
    margin : float64[equilibrium]
        Least loss of any ally from it; infinite without allies.
    """
    came = np.where(joins, form.strength, 0.0)
    others = form.target_strength + came.sum(axis=1, keepdims=True) - came
    alone = form.stake * form.held(form.target_strength)
    share = ((form.target_strength + form.strength) / (others + form.strength)) ** form.company
    arrives = 1.0 - form.late
    coming = form.late * alone + arrives * (form.stake * form.held(others + form.strength) - form.cost * share)
    staying = form.late * alone + arrives * form.stake * form.held(others) - form.promise
    loss = np.where(joins, coming - staying, staying - coming)
    if loss.size == 0:
        return np.zeros(len(joins)), np.full(len(joins), np.inf)
    return np.maximum(0.0, -loss.min(axis=1)), loss.min(axis=1)
