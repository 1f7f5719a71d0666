"""The best correlated equilibrium of a strategic form, by linear programming."""

from typing import NamedTuple

import numpy as np

from deterrence_games.errors import SizeError, SolverError
from deterrence_games.forms import StrategicForm
from deterrence_games.forms.tree import Floats
from deterrence_games.solvers.nash_profile import unit_payoffs

MAX_COEFFICIENTS = 20_000_000  # half a gigabyte of sparse matrix
ACCURACY = 1e-10  # of the linear program, in shares of a player's range of payoffs


class Optimum(NamedTuple):
    """A distribution over profiles, the value of the objective, and what no correlated equilibrium exceeds."""

    distribution: Floats
    value: float
    bound: float


def best_correlated(form: StrategicForm, objective: Floats, seconds: float | None = None) -> Optimum:
    """Maximise a linear objective over the correlated equilibria of a game [1]_ (HiGHS).

    Parameters
    ----------
    objective : float64[a_1, ..., a_n]
        Worth of each profile.
    seconds : float, optional
        Time that the linear program may take.

    Raises
    ------
    SizeError
        When the incentives have too many coefficients.
    SolverError
        When the linear program ends without an optimum.

    References
    ----------
    .. [1] Aumann (1987), Correlated equilibrium as an expression of Bayesian rationality.
    """
    from scipy.optimize import linprog  # half a second to import
    from scipy.sparse import csr_array

    profiles = form.payoffs[0].size
    coefficients = profiles * sum(own - 1 for own in form.shape)
    if coefficients > MAX_COEFFICIENTS:
        raise SizeError(
            f"game {form.name!r}: the incentives of {form.shape} strategies have {coefficients:.1e} coefficients; at most "
            f"{MAX_COEFFICIENTS:.0e}; drop dominated strategies"
        )
    spread = float(np.ptp(objective))
    if not np.isfinite(spread):
        raise SolverError(f"game {form.name!r}: the objective is not finite, or its range is beyond the floats; rescale it")
    scaled = (objective.ravel() - objective.min()) / (spread or 1.0)
    incentives = csr_array(_incentives(form), shape=(sum(own * own for own in form.shape), profiles))
    incentives.eliminate_zeros()
    limits = {"primal_feasibility_tolerance": ACCURACY, "dual_feasibility_tolerance": ACCURACY}
    found = linprog(
        -scaled,
        A_ub=incentives,
        b_ub=np.zeros(incentives.shape[0]),
        A_eq=np.ones((1, profiles)),
        b_eq=[1.0],
        method="highs",
        options=limits if seconds is None else limits | {"time_limit": float(seconds)},
    )
    if found.status != 0:
        raise SolverError(f"game {form.name!r}: the linear program of correlated equilibria failed: {found.message}")
    chance = np.maximum(found.x, 0.0)
    chance /= chance.sum()
    # Any prices of the incentives that are not negative bound the objective (weak duality).
    prices = np.maximum(-found.ineqlin.marginals, 0.0)
    bound = float((scaled - incentives.T @ prices).max())
    return Optimum(
        distribution=chance.reshape(form.shape),
        value=float(objective.ravel() @ chance),
        bound=float(objective.min()) + spread * bound,
    )


def _incentives(form: StrategicForm) -> tuple[Floats, tuple[Floats, Floats]]:
    """Coefficients, rows and columns: what answering one strategy with another gains, profile by profile; must be <= 0."""
    gains, rows, columns, before = [], [], [], 0
    number = np.arange(form.payoffs[0].size).reshape(form.shape)
    for player, own in enumerate(form.shape):
        payoff = np.moveaxis(unit_payoffs(form.payoffs[player]), player, 0).reshape(own, -1)
        profile = np.moveaxis(number, player, 0).reshape(own, -1)
        gains.append((payoff[None] - payoff[:, None]).ravel())  # [told, played, what the others do]
        columns.append(np.repeat(profile, own, axis=0).ravel())
        rows.append(before + np.repeat(np.arange(own * own), profile.shape[1]))
        before += own * own
    return np.concatenate(gains), (np.concatenate(rows), np.concatenate(columns))
