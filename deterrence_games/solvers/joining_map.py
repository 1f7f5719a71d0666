"""Two equilibria of the joining game at each of many points: from nobody and from everybody."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import ParameterError
from deterrence_games.forms.joining import Floats, JoiningForm
from deterrence_games.kernels.jit import OK
from deterrence_games.kernels.joining_map import settle_points

ALLIES_SIDE = ("target_strength", "aggressor_strength", "decisiveness", "company", "late")
FACTORS = ("stake", "cost", "promise")
AGGRESSORS_SIDE = ("prize", "war_cost", "punishment")
QUANTITIES = (*ALLIES_SIDE, *FACTORS, *AGGRESSORS_SIDE)


def settled_strengths(form: JoiningForm, values: Mapping[str, npt.ArrayLike]) -> Floats:
    """Strength of the coalition in the equilibria that best replies reach, one ally after the other.

    Where joining is complementary the two are the least and the greatest equilibrium; elsewhere they are two of perhaps many.

    Parameters
    ----------
    form : JoiningForm
    values : mapping quantity -> float64[point]
        Any of ``QUANTITIES``; those of ``FACTORS`` multiply every ally's number.

    Returns
    -------
    float64[start, point]
        From nobody and from everybody; NaN where the replies go round in a circle, which they can where some allies follow the
        others and some make room for them.

    Raises
    ------
    ParameterError
        When a quantity is unknown, a value is out of its range, or lengths differ.
    """
    arrays = {name: np.atleast_1d(np.asarray(own, dtype=np.float64)) for name, own in values.items()}
    check_quantities(form.name, arrays)
    points = max((len(own) for own in arrays.values()), default=1)
    if any(own.shape not in ((points,), (1,)) for own in arrays.values()):
        raise ParameterError(f"game {form.name!r}: arrays of lengths {[len(own) for own in arrays.values()]}; make them equal")
    numbers = np.empty((points, 8))
    for place, name in enumerate((*ALLIES_SIDE, *FACTORS)):
        numbers[:, place] = arrays.get(name, 1.0 if name in FACTORS else getattr(form, name))
    reached, codes = np.empty((2, points)), np.empty((2, points), np.int64)
    n = len(form.allies)
    settle_points(
        form.strength, form.stake, form.cost, form.promise, numbers, np.empty(n, np.bool_), np.empty((3, n)), reached, codes
    )
    reached[codes != OK] = np.nan
    return reached


def check_quantities(game: str, values: Mapping[str, Floats]) -> None:
    """Raise `ParameterError` unless every quantity is known and in its range."""
    for name, own in values.items():
        if name not in QUANTITIES:
            raise ParameterError(f"game {game!r}: quantity {name!r} is unknown; use one of {', '.join(QUANTITIES)}")
        positive = name in ("target_strength", "aggressor_strength", "decisiveness", "prize")
        wrong = ~np.isfinite(own) | (own < 0.0) | ((own == 0.0) & positive) | ((own >= 1.0) & (name == "late"))
        if wrong.any():
            limit = "positive" if positive else "within [0, 1)" if name == "late" else "at least 0"
            raise ParameterError(f"game {game!r}: {name} is {own[wrong][0]:g}; give numbers that are finite and {limit}")
