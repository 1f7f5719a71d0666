"""Who pays for a common defence: voluntary provision, its optimum, and free riding.

Members turn income into an own use and into defence, with Cobb-Douglas preferences. The pure public good is the model of
Olson and Zeckhauser, joint products that of the literature after them; the closed forms and their statement for other
technologies of aggregation are derived here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from deterrence_games.alliances.assumptions import one_number
from deterrence_games.errors import ParameterError

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

EXACT = 1e-13  # relative width at which the bisection for the joint product ends
MOST_STEPS = 200
TIE = 1e-14  # share by which incomes differ that are equal up to rounding
EQUAL = 1e-12  # difference of utilities that are equal up to rounding


@dataclass(frozen=True, eq=False, repr=False)
class Provision:
    """What members contribute in an equilibrium.

    Attributes
    ----------
    members : tuple of str
    incomes, contributions : float64[member]
        In the same unit.
    level : float
        The common defence that contributions amount to, by the technology.
    optimum : float
        The level at which the members' summed utility, with equal weights and transfers, is largest.
    utilities : float64[member]
    technology : str
    """

    members: tuple[str, ...]
    incomes: Floats
    contributions: Floats
    level: float
    optimum: float
    utilities: Floats
    technology: str

    @property
    def burdens(self) -> Floats:
        """Contribution as a share of income, ``float64[member]``."""
        return self.contributions / self.incomes

    @property
    def free_riders(self) -> tuple[str, ...]:
        """Members that contribute nothing."""
        return tuple(name for name, own in zip(self.members, self.contributions, strict=True) if own <= 0)

    @property
    def free_riding(self) -> float:
        """Free-riding index: the share of the optimum that voluntary provision falls short of it, from 0 to 1."""
        return max(0.0, 1.0 - self.level / self.optimum)

    @property
    def exploitation(self) -> Floats:
        """Share of all contributions less share of all incomes, ``float64[member]``: above zero for the exploited."""
        total = self.contributions.sum()
        paid = self.contributions / total if total else np.zeros_like(self.contributions)
        return np.asarray(paid - self.incomes / self.incomes.sum())

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a member (needs pandas)."""
        import pandas as pd

        return pd.DataFrame(
            {
                "income": self.incomes,
                "contribution": self.contributions,
                "burden": self.burdens,
                "exploitation": self.exploitation,
                "utility": self.utilities,
            },
            index=pd.Index(self.members, name="member"),
        )

    def __repr__(self) -> str:
        free = len(self.free_riders)
        return (
            f"Provision ({self.technology}) by {len(self.members)} members: level {self.level:.4g} of an optimal "
            f"{self.optimum:.4g}, free-riding index {self.free_riding:.3f}, {free} contribute nothing"
        )


def provision(
    incomes: Mapping[str, float] | Sequence[float],
    *,
    public: float = 0.5,
    private: float = 0.0,
    effectiveness: Mapping[str, float] | Sequence[float] | None = None,
) -> Provision:
    """The Nash equilibrium of voluntary provision when contributions add up.

    Member i with income w_i contributes g_i and has utility ``(1 - public - private) ln(w_i - g_i) + private ln g_i + public
    ln G``. With ``private = 0`` defence is a pure public good: the k largest incomes contribute, ``G = public sum_C w / (public
    + k (1 - public))``. With ``private > 0`` it is a joint product, everybody contributes, and burdens rise with income. Both
    equilibria are unique.

    Parameters
    ----------
    incomes : mapping member -> income, or sequence of incomes
        Positive.
    public, private : float
        Shares of the common and of the country-specific benefit in preferences; positive (`private` may be zero), together
        below one.
    effectiveness : mapping member -> number, or sequence, optional
        Weights of a weighted sum, for a pure public good: the defence that a unit of contribution adds; one by default.

    Raises
    ------
    ParameterError
        For incomes or weights that are not positive, preferences out of range, or weights with joint products.

    References
    ----------
    .. [1] Olson, M. and Zeckhauser, R. (1966), An Economic Theory of Alliances. Review of Economics and Statistics 48(3),
       266-279. (The problem and the pure public good; these closed forms are derived here.)

    Examples
    --------
    >>> found = provision([10, 6, 3, 1])
    >>> found.contributions.round(4).tolist(), round(found.level, 4)
    ([4.6667, 0.6667, 0.0, 0.0], 5.3333)
    >>> found.free_riders
    ('2', '3')
    """
    members, w = _positive(incomes, "income")
    _check_preferences(public, private)
    k = np.ones_like(w) if effectiveness is None else _matched(effectiveness, members)
    if private > 0 and effectiveness is not None:
        raise ParameterError("burden sharing: effectiveness goes with a pure public good; leave private at 0")
    contributions = settled(w, public, private) if private > 0 else _pure_public_good(w * k, public) / k
    level = float((k * contributions).sum())
    utilities = _utilities(w, contributions, level, public, private)
    # with transfers, own use takes its share of all income and the rest is spent where it does most good
    optimum = (public + private) * float(w.sum() * k.max())
    return Provision(members, w, contributions, level, optimum, utilities, "sum" if effectiveness is None else "weighted sum")


def best_shot(incomes: Mapping[str, float] | Sequence[float], *, public: float = 0.5) -> tuple[Provision, ...]:
    """All equilibria in pure strategies when only the largest contribution counts.

    In each of them one member contributes what it would alone, ``public w_i``, and nobody gains by outdoing it; one that is
    indifferent, up to rounding, stays idle.

    Parameters
    ----------
    incomes, public
        As `provision`.

    Examples
    --------
    >>> [found.level for found in best_shot({"large": 10, "small": 2})]
    [5.0]
    """
    members, w = _positive(incomes, "income")
    _check_preferences(public, 0.0)
    found = []
    alone = public * w
    for i, level in enumerate(alone):
        contributions = np.zeros_like(w)
        contributions[i] = level
        idle = (1 - public) * np.log(w) + public * np.log(level)
        busy = (1 - public) * np.log(w - alone) + public * np.log(alone)
        idle[i] = busy[i]
        if (idle >= busy - EQUAL).all():
            utilities = _utilities(w, contributions, float(level), public, 0.0)
            found.append(Provision(members, w, contributions, float(level), public * float(w.sum()), utilities, "best shot"))
    return tuple(found)


def weakest_link(incomes: Mapping[str, float] | Sequence[float], *, public: float = 0.5) -> Provision:
    """The best equilibrium when only the smallest contribution counts.

    Every common level up to the one that the poorest member would choose alone, ``public min w``, is an equilibrium; this is
    the largest, which everybody prefers.

    Parameters
    ----------
    incomes, public
        As `provision`.
    """
    members, w = _positive(incomes, "income")
    _check_preferences(public, 0.0)
    level = public * float(w.min())
    contributions = np.full_like(w, level)
    optimum = public * float(w.sum()) / w.size  # everybody gives the same, and transfers even out the rest
    return Provision(
        members, w, contributions, level, optimum, _utilities(w, contributions, level, public, 0.0), "weakest link"
    )


def _pure_public_good(w: Floats, public: float) -> Floats:
    """Contributions in closed form: the largest incomes contribute, as many as would still want to."""
    descending = np.sort(w)[::-1]
    sums = np.cumsum(descending)
    count = np.arange(1, w.size + 1)
    levels = public * sums / (public + count * (1 - public))
    # the k-th largest contributes when its income exceeds what it would keep at the level of the first k
    kept = (1 - public) * levels / public
    enough = float(kept[np.flatnonzero(descending > kept * (1 + TIE)).max(initial=0)])
    return np.where(w > enough * (1 + TIE), w - enough, 0.0)


def replies(w: Floats, level: float, public: float, private: float) -> Floats:
    """What each member contributes where the common level, its own contribution included, is as given: ``float64[member]``.

    The solution in g of ``(1 - public - private)/(w - g) = private/g + public/G``, or zero.
    """
    own = 1.0 - public - private
    if private == 0:
        return np.asarray(np.maximum(0.0, w - own * level / public))
    s = public / level
    b = own + private - s * w
    root = np.sqrt(b * b + 4 * s * private * w)
    with np.errstate(divide="ignore", invalid="ignore"):  # of the two forms of a root, the one that does not cancel
        return np.asarray(np.where(b > 0, 2 * private * w / (root + b), (root - b) / (2 * s)))


def settled(w: Floats, public: float, private: float, floors: Floats | float = 0.0) -> Floats:
    """The contributions, none below its floor, that are replies to the level that they add up to; by bisection."""
    low, high = 0.0, float(w.sum())
    for _ in range(MOST_STEPS):
        middle = (low + high) / 2
        if float(np.maximum(floors, replies(w, middle, public, private)).sum()) > middle:
            low = middle
        else:
            high = middle
        if high - low <= EXACT * high:
            break
    return np.asarray(np.maximum(floors, replies(w, high, public, private)))


def _utilities(w: Floats, contributions: Floats, level: float, public: float, private: float) -> Floats:
    own = (1 - public - private) * np.log(w - contributions) + public * np.log(level)
    return np.asarray(own + private * np.log(contributions) if private else own)


def _positive(given: Mapping[str, float] | Sequence[float], what: str) -> tuple[tuple[str, ...], Floats]:
    names = tuple(given) if isinstance(given, Mapping) else tuple(str(k) for k in range(len(given)))
    try:
        values = np.asarray(list(given.values()) if isinstance(given, Mapping) else given, dtype=np.float64)
    except (TypeError, ValueError):
        raise ParameterError(f"burden sharing: {what} is no list of numbers; give one number a member") from None
    if values.ndim != 1 or not values.size:
        raise ParameterError(f"burden sharing: give one {what} a member")
    bad = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
    if bad.size:
        raise ParameterError(f"burden sharing: {what} of {names[bad[0]]!r} is {values[bad[0]]:g}; give a positive number")
    return names, values


def _matched(given: Mapping[str, float] | Sequence[float], members: tuple[str, ...]) -> Floats:
    if isinstance(given, Mapping):
        missing = [name for name in members if name not in given]
        if missing:
            raise ParameterError(f"burden sharing: no effectiveness for {missing[0]!r}; give one for every member")
        strange = [name for name in given if name not in members]
        if strange:
            raise ParameterError(f"burden sharing: effectiveness of {strange[0]!r}, who is no member; leave it out")
        given = [given[name] for name in members]
    if len(given) != len(members):
        raise ParameterError(f"burden sharing: {len(given)} weights of effectiveness for {len(members)} members; give as many")
    return _positive(list(given), "effectiveness")[1]


def _check_preferences(public: float, private: float) -> None:
    public, private = (one_number("burden sharing", *own) for own in (("public", public), ("private", private)))
    if not (0 < public < 1 and 0 <= private < 1 and public + private < 1):
        raise ParameterError(
            f"burden sharing: public is {public:g} and private {private:g}; give shares above zero (private may be zero) whose "
            "sum is below one"
        )
