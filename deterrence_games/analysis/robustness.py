"""By how much payoffs may be off before an equilibrium is lost."""

from typing import NamedTuple

import numpy as np

from deterrence_games.forms.tree import Floats

REGULAR = 1e-9  # least singular value of the indifference conditions of an equilibrium that counts as regular


class Loss(NamedTuple):
    """How far the nearest game is, in payoffs of one player, in which a strategy is lost.

    Attributes
    ----------
    radius : float
        The largest change of a payoff on the way there.
    strategy : int
        What is lost, -1 when nothing can be: a strategy of the mixture or, when `better` is true, an unused reply that
        becomes better than those in use.
    better : bool
    """

    radius: float
    strategy: int
    better: bool


def indifference(payoffs: Floats) -> Floats:
    """Matrix of the conditions on a mixture y and a worth v: all rows of ``payoffs @ y`` equal v, and y sums to one."""
    rows, columns = payoffs.shape
    matrix = np.zeros((rows + 1, columns + 1))
    matrix[:rows, :columns] = payoffs
    matrix[:rows, columns] = -1.0
    matrix[rows, :columns] = 1.0
    return matrix


def pure_radius(worths: Floats, own: int) -> Loss:
    """Radius of a pure best reply: half of its lead.

    All payoffs may change by r at once, so that the payoff of the strategy falls by r while that of another rises by r:
    the reply stays best under all such changes if and only if 2 r is at most the least difference.

    Parameters
    ----------
    worths : float64[strategy]
        Worth of every strategy against the others' play.
    own : int
    """
    others = np.delete(np.arange(len(worths)), own)
    if not others.size:
        return Loss(np.inf, -1, True)
    nearest = int(others[np.argmax(worths[others])])
    return Loss(max(0.0, float(worths[own] - worths[nearest]) / 2), nearest, True)


def support_radius(payoffs: Floats, replies: Floats, mixture: Floats) -> Loss:
    r"""Radius of one mixture of a two-player equilibrium, whose payoffs are those of the player who replies to it.

    Let I be the replies in use and J the support of the mixture, of equal size, and let A hold the payoffs on I x J. When every
    payoff changes by at most r, the worth of reply i to a mixture y changes by some :math:`|e_i| \le r`; any such e occurs,
    as y is a probability vector and the rows change independently. The mixture that makes I equally good and the worth v solve

    .. math:: A y - v = -e, \quad \textstyle\sum_j y_j = 1,

    so that y, v and the lead of I over an unused reply k are linear in e. Let G be the inverse of the matrix of the equations:

    * :math:`y_j` falls by at most :math:`r \sum_i |G_{ji}|`,
    * the lead :math:`v - A_k y - e_k` falls by at most :math:`r (1 + \sum_i |G_{vi} - \sum_j A_{kj} G_{ji}|)`,

    and by so much for some e. The least r at which an entry of y or a lead can vanish is the radius: in all games within it the
    supports carry an equilibrium; beyond it, in some game, they do not. Where the matrix is singular, some e however small has
    no solution, and the radius is zero. For a pure profile this is half of the lead. Derived here.

    Parameters
    ----------
    payoffs : float64[reply, strategy of the mixture's owner]
    replies, mixture : float64
        The profile; supports of equal size.
    """
    used, unused = np.flatnonzero(replies > 0.0), np.flatnonzero(replies == 0.0)
    support = np.flatnonzero(mixture > 0.0)
    size = len(support)
    matrix = indifference(payoffs[np.ix_(used, support)])
    if np.linalg.svd(matrix, compute_uv=False)[-1] <= REGULAR:
        return Loss(0.0, int(support[0]), False)
    inverse = np.linalg.inv(matrix)
    shares, worth = inverse[:size, size], inverse[size, size]
    other = payoffs[np.ix_(unused, support)]
    leads = worth - other @ shares
    fall = np.abs(inverse[:size, :size]).sum(axis=1) if size > 1 else np.zeros(1)  # a single strategy cannot be left
    lead_fall = 1.0 + np.abs(inverse[size, :size] - other @ inverse[:size, :size]).sum(axis=1)
    with np.errstate(divide="ignore"):
        radii = np.maximum(0.0, np.concatenate([shares / fall, leads / lead_fall]))
    nearest = int(np.argmin(radii))
    if radii[nearest] == np.inf:
        return Loss(np.inf, -1, True)
    return Loss(float(radii[nearest]), int(np.concatenate([support, unused])[nearest]), nearest >= size)
