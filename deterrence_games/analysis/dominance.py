"""Whether a mixed strategy is weakly dominated: by a pure strategy (compared exactly), by a mixed one (linear programming)."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog

from deterrence_games.forms.tree import Floats

CLEAR = 1e-7  # a total advantage above this share of the range of payoffs is one
NONE = 1e-9  # below this one there is none; between the two, the linear program cannot tell

Verdict = tuple[bool | None, str]


def pure_dominance(payoffs: Floats, own: int) -> int | None:
    """Return a pure strategy that weakly dominates another, or None.

    Parameters
    ----------
    payoffs : float64[strategy, profile of the others]
    own : int
        The strategy in question. Payoffs are compared as they are, without tolerance.
    """
    never_worse = (payoffs >= payoffs[own]).all(axis=1)
    found = np.flatnonzero(never_worse & (payoffs > payoffs[own]).any(axis=1))
    return int(found[0]) if found.size else None


def mixed_dominance(payoffs: Floats, mixed: Floats) -> tuple[bool | None, Floats]:
    """Whether some mixture weakly dominates a mixture: never worse, against some profile of the others better.

    The mixture that gains most in total over all profiles of the others, among those that are nowhere worse, gains
    nothing if and only if there is none.

    Parameters
    ----------
    payoffs : float64[strategy, profile of the others]
        With a range of about one.
    mixed : float64[strategy]

    Returns
    -------
    dominated : bool or None
        None when the advantage found is too small to be told from rounding.
    by : float64[strategy]
        The mixture found.
    """
    kept = mixed @ payoffs
    answer = linprog(
        -payoffs.sum(axis=1),
        A_ub=-payoffs.T,
        b_ub=-kept,
        A_eq=np.ones((1, len(mixed))),
        b_eq=[1.0],
        bounds=(0.0, 1.0),
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if answer.status != 0:
        return None, mixed
    by = np.clip(answer.x, 0.0, None)
    by /= by.sum()
    gains = by @ payoffs - kept
    if gains.sum() > CLEAR and gains.min() > -NONE:
        return True, by
    return (False, mixed) if -answer.fun - kept.sum() <= NONE * gains.size else (None, by)


def dominance(payoffs: Floats, scaled: Floats, mixed: Floats, labels: Sequence[str]) -> Verdict:
    """Whether a mixed strategy is weakly dominated, and by what, in words.

    Parameters
    ----------
    payoffs, scaled : float64[strategy, profile of the others]
        As given, and with a range of one.
    mixed : float64[strategy]
    labels : sequence of str
    """
    used = np.flatnonzero(mixed > 0.0).tolist()
    for own in used:
        other = pure_dominance(payoffs, own)
        if other is not None:
            return True, f"{labels[own]!r} is weakly dominated by {labels[other]!r}"
    found, by = mixed_dominance(scaled, mixed)
    what = repr(labels[used[0]]) if len(used) == 1 else "the mixture"
    if found is None:
        return None, f"whether a mixture weakly dominates {what} is too near to a tie for linear programming"
    if found:
        parts = ", ".join(f"{labels[k]!r} {by[k]:.3g}" for k in np.flatnonzero(by > NONE).tolist())
        return True, f"{what} is weakly dominated by the mixture {parts}"
    return False, ""
