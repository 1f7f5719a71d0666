"""Whether cells pass their certificate: what deviating gains a player is judged by that player's own range of payoffs."""

import numpy as np
import numpy.typing as npt

from deterrence_games.forms.tree import Floats, Ints, TreeForm
from deterrence_games.kernels.regret import TREE_ARRAYS, assessment_regrets
from deterrence_games.solvers.cells import EXCLUDED, FEW_CELLS, Cells
from deterrence_games.solvers.warm_up import warm_up

CONSISTENT = 1e-6  # how far a cell's beliefs may be from Bayes' rule


def certified(form: TreeForm, cells: Cells, certificate: float) -> npt.NDArray[np.bool_]:
    """Which cells are settled, are consistent, and have a regret up to a share of each player's range of payoffs.

    Parameters
    ----------
    certificate : float
        The share; below zero nothing passes.

    Returns
    -------
    bool[cell]
    """
    point = np.repeat(np.arange(form.points), cells.count)
    spread = _spread(form)
    least = np.where(spread > 0, spread, np.inf).min(axis=1)
    least[np.isinf(least)] = 0.0
    passed: npt.NDArray[np.bool_] = (cells.inconsistency <= CONSISTENT) & (cells.regret <= certificate * least[point])
    unsure = np.flatnonzero(~passed & (cells.inconsistency <= CONSISTENT))  # NaN where not settled
    if unsure.size:
        passed[unsure] = relative_regret(form, cells, unsure, point[unsure]) <= certificate
    return passed


def relative_regret(form: TreeForm, cells: Cells, rows: Ints, point: Ints) -> Floats:
    """Largest gain from any deviation in some cells, as a share of the range of the deviating player's payoffs.

    Parameters
    ----------
    rows, point : int64[row]
        The cells, and the parameter point of each.

    Returns
    -------
    float64[row]
    """
    structure = form.structure
    scaled = form.payoffs - form.payoffs.min(axis=(1, 3), keepdims=True)
    spread = _spread(form)[:, None, :, None]
    np.divide(scaled, spread, out=scaled, where=spread > 0)
    values = np.hstack([form.values, scaled.reshape(form.points, -1)])
    columns = form.values.shape[1] + np.arange(structure.payoff.size).reshape(structure.payoff.shape)
    for array in (values, columns):
        array.setflags(write=False)  # as those of a form are: for others the kernel would be compiled anew
    tree = {name: getattr(structure, name) for name in TREE_ARRAYS} | {"payoff": columns}
    regret, margin, inconsistency = (np.zeros(len(rows)) for _ in range(3))
    certify = (len(rows) <= FEW_CELLS and warm_up.plain(assessment_regrets)) or assessment_regrets
    certify(*tree.values(), values, point, cells.behavior[rows], cells.belief[rows], EXCLUDED, regret, margin, inconsistency)
    return regret


def _spread(form: TreeForm) -> Floats:
    """The range of each player's payoffs, ``float64[point, player]``."""
    columns = [np.unique(form.structure.payoff[:, player]) for player in range(len(form.structure.players))]
    return np.stack([np.ptp(form.values[:, own], axis=1) for own in columns], axis=1)
