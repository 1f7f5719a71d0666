"""Deterrence when it is not certain who attacked, after Baliga, Bueno de Mesquita and Wolitzky (2020).

One of several potential attackers may have an opportunity, say for a cyber attack. The defender sees a signal, may miss an
attack, blame the wrong one or take an accident for an attack, and decides whom to retaliate against. The payoffs are recalled,
not seen in print; the comparative statics that they give agree with those of the abstract.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from deterrence_games.alliances.assumptions import one_number
from deterrence_games.errors import ParameterError, SolverError

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]

STARTS = 24  # points from which equilibria are looked for, beside the two ends
SAME = 1e-7  # cut-offs nearer than this are one equilibrium
RESIDUAL = 1e-10


class Distribution(Protocol):
    """What has a cumulative distribution function, such as a frozen distribution of scipy.stats."""

    def cdf(self, x: Any) -> Any:
        """Probability of a value up to x."""


class _Uniform:
    def cdf(self, x: Any) -> Any:
        return np.clip(x, 0.0, 1.0)


UNIFORM = _Uniform()


@dataclass(frozen=True, eq=False)
class Signals:
    """What the defender sees, by who attacked.

    Attributes
    ----------
    attackers : tuple of str
    names : tuple of str
        Of the signals.
    probability : float64[attacker + 1, signal]
        A row for each attacker, and a last one for nobody; rows sum to one.
    silent : tuple of str
        Signals after which the defender never retaliates.
    """

    attackers: tuple[str, ...]
    names: tuple[str, ...]
    probability: Floats
    silent: tuple[str, ...]

    def __post_init__(self) -> None:
        for what, given in (("attacker", self.attackers), ("signal", self.names)):
            twice = [name for name in given if given.count(name) > 1]
            if twice:
                raise ParameterError(f"signals: {what} {twice[0]!r} is named twice; give each a name of its own")
        unknown = [name for name in self.silent if name not in self.names]
        if unknown:
            raise ParameterError(
                f"signals: no signal is called {unknown[0]!r:.60}; silent ones are among {', '.join(self.names)}"
            )
        shape = (len(self.attackers) + 1, len(self.names))
        if not self.attackers or self.probability.shape != shape:
            raise ParameterError(f"signals: probabilities have shape {self.probability.shape}; give {shape}, nobody last")
        if not (np.isfinite(self.probability).all() and (self.probability >= 0).all()):
            raise ParameterError("signals: a probability is negative or not finite; give numbers from 0 to 1")
        if np.abs(self.probability.sum(axis=1) - 1).max() > 1e-9:
            raise ParameterError("signals: the probabilities of a row do not sum to one; make each row a distribution")


def signals(
    attackers: Sequence[str] | int,
    *,
    detection: float,
    identification: float = 1.0,
    false_alarm: float = 0.0,
    mistaken: str = "blamed",
) -> Signals:
    """The usual signals: an attack is detected or not, and a detected one ascribed to somebody.

    Parameters
    ----------
    attackers : sequence of str, or int
    detection : float
        Probability that an attack is noticed.
    identification : float
        Probability that a noticed attack is ascribed to the right one; else each other attacker is as likely.
    false_alarm : float
        Probability that without an attack one of the attackers, each as likely, seems to have attacked.
    mistaken : {"blamed", "unnoticed"}
        What becomes of a noticed attack that is not ascribed to the right one: another is blamed, or it counts as unnoticed.

    Raises
    ------
    ParameterError
        For probabilities outside 0 to 1; and for a single attacker that is not identified for sure.
    """
    names = tuple(f"attacker {k + 1}" for k in range(attackers)) if isinstance(attackers, int) else tuple(attackers)
    if not names:
        raise ParameterError("signals: no attacker is given; name one or more")
    for what, value in (("detection", detection), ("identification", identification), ("false_alarm", false_alarm)):
        if not 0 <= one_number("signals", what, value) <= 1:
            raise ParameterError(f"signals: {what} is {value:g}; give a probability from 0 to 1")
    if mistaken not in ("blamed", "unnoticed"):
        raise ParameterError(f"signals: mistaken is {mistaken!r:.40}; use 'blamed' or 'unnoticed'")
    n = len(names)
    if n == 1 and identification < 1 and mistaken == "blamed":
        raise ParameterError("signals: a single attacker cannot be mistaken for another; leave identification at 1")
    found = np.zeros((n + 1, n + 1))
    for k in range(n):
        found[k, k] = detection * identification
        if mistaken == "blamed" and n > 1:
            found[k, [m for m in range(n) if m != k]] = detection * (1 - identification) / (n - 1)
        found[k, n] = 1 - found[k, :n].sum()
    found[n, :n] = false_alarm / n
    found[n, n] = 1 - false_alarm
    return Signals(names, (*names, "nothing"), found, ("nothing",))


@dataclass(frozen=True, eq=False, repr=False)
class AttributionEquilibrium:
    """An equilibrium of attacks and retaliation.

    Attributes
    ----------
    signals : Signals
    cutoffs : float64[attacker]
        An attacker with an opportunity attacks when its benefit exceeds this, the retaliation that it risks by attacking.
    attack_rates : float64[attacker]
        Probability that the attacker attacks, opportunity included.
    beliefs, retaliation : float64[attacker, signal]
        Probability that the attacker attacked given the signal, and that it is retaliated against.
    residual : float
        Largest difference between a cut-off and the risk of retaliation.
    """

    signals: Signals
    cutoffs: Floats
    attack_rates: Floats
    beliefs: Floats
    retaliation: Floats
    residual: float

    @property
    def attack(self) -> float:
        """Probability of an attack."""
        return float(self.attack_rates.sum())

    @property
    def misdirected(self) -> float:
        """Expected number of retaliations against somebody who did not attack."""
        every = np.append(self.attack_rates, 1 - self.attack)
        meant = every[:, None, None] * self.signals.probability[:, None, :] * self.retaliation[None]
        return float(meant.sum() - sum(meant[k, k].sum() for k in range(len(self.cutoffs))))

    def to_dataframe(self) -> "pd.DataFrame":
        """One row an attacker (needs pandas)."""
        import pandas as pd

        table = {"cut-off": self.cutoffs, "attack rate": self.attack_rates}
        table |= {f"retaliation after {name}": self.retaliation[:, k] for k, name in enumerate(self.signals.names)}
        return pd.DataFrame(table, index=pd.Index(self.signals.attackers, name="attacker"))

    def __repr__(self) -> str:
        told = ", ".join(f"{name} {rate:.4g}" for name, rate in zip(self.signals.attackers, self.attack_rates, strict=True))
        return f"attack with probability {self.attack:.4g} ({told}); misdirected retaliation {self.misdirected:.4g}"


def attribution_equilibria(
    seen: Signals,
    opportunity: Mapping[str, float] | float,
    *,
    benefit: Mapping[str, Distribution] | Distribution = UNIFORM,
    temper: Distribution = UNIFORM,
    committed: npt.ArrayLike | None = None,
) -> tuple[AttributionEquilibrium, ...]:
    """Equilibrium attack rates under imperfect attribution.

    An attacker attacks when its benefit exceeds ``sum_s (pi_i(s) - pi_0(s)) r_i(s)``. After a signal that is not silent the
    defender retaliates against i when its belief that i attacked is at least ``1 - y``, with a temper ``y`` that nobody else
    knows. A signal that has probability zero in equilibrium (nobody attacks, and there are no false alarms) is believed to come
    from an attacker as if all took their opportunities equally rarely: the limit of small equal attack rates, given an
    opportunity. So a threat that is never tested can be an equilibrium: full deterrence.

    Parameters
    ----------
    seen : Signals
    opportunity : mapping attacker -> probability, or the probability of each
        Of an attack being possible; together at most one.
    benefit : mapping attacker -> distribution, or one for all
        Of the benefit of an attack, in units of the harm of retaliation; uniform on 0 to 1 by default.
    temper : distribution
        Of y; uniform by default, so that the probability of retaliation is the belief.
    committed : float[attacker, signal], optional
        Probabilities of retaliation to which the defender is committed, in place of its best replies.

    Returns
    -------
    tuple of AttributionEquilibrium
        Those found from many starting points, in the order of the probability of an attack. More than one would contradict
        the published uniqueness under the paper's assumptions; other signals and distributions may have several.

    Raises
    ------
    ParameterError
        For opportunities or commitments out of range, for attackers without an opportunity or a benefit, and for unknown ones.
    SolverError
        When no starting point led to an equilibrium, which distributions with jumps may not have in cut-offs.

    References
    ----------
    .. [1] Baliga, S., Bueno de Mesquita, E. and Wolitzky, A. (2020), Deterrence with Imperfect Attribution. American Political
       Science Review 114(4).

    Examples
    --------
    >>> one = signals(1, detection=0.9, false_alarm=0.2)
    >>> (found,) = attribution_equilibria(one, 0.8)
    >>> round(float(found.cutoffs[0]), 8)
    0.51728306
    """
    from scipy.optimize import root

    n = len(seen.attackers)
    each = _each(opportunity, seen.attackers, "opportunity")
    chance = np.array(
        [one_number("attribution", f"opportunity of {who!r}", own) for who, own in zip(seen.attackers, each, strict=True)]
    )
    if not (np.isfinite(chance).all() and (chance >= 0).all() and chance.sum() <= 1 + 1e-12):
        raise ParameterError(
            f"attribution: opportunities are {', '.join(f'{own:g}' for own in chance)} and sum to {chance.sum():g}; give "
            "probabilities with a sum of at most one"
        )
    laws = _each(benefit, seen.attackers, "benefit")
    if not all(hasattr(law, "cdf") for law in (*laws, temper)):
        raise ParameterError("attribution: a benefit or the temper has no cdf; give distributions such as those of scipy.stats")
    fixed = None if committed is None else _commitment(committed, (n, len(seen.names)))
    loud = np.array([name not in seen.silent for name in seen.names])
    pi = seen.probability
    possible = chance[:, None] * pi[:-1]
    untested = np.divide(possible, possible.sum(axis=0), out=np.zeros_like(possible), where=possible.sum(axis=0) > 0)

    def read(cutoffs: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        rates = chance * np.array([1.0 - float(law.cdf(x)) for law, x in zip(laws, cutoffs, strict=True)])
        joint = rates[:, None] * pi[:-1]
        total = joint.sum(axis=0) + (1 - rates.sum()) * pi[-1]
        beliefs = np.divide(joint, total, out=untested.copy(), where=total > 0)
        reply = np.asarray(1.0 - np.asarray(temper.cdf(1.0 - beliefs)), dtype=np.float64) if fixed is None else fixed
        retaliation = np.where(loud, reply, 0.0)
        risk = ((pi[:-1] - pi[-1]) * retaliation).sum(axis=1)
        return rates, beliefs, retaliation, risk

    rng = np.random.default_rng(0)
    deterred = read(np.full(n, np.inf))[3]  # what each would risk if nobody attacked
    found: list[AttributionEquilibrium] = []
    for start in [deterred, np.zeros(n), np.ones(n), *rng.random((STARTS, n))]:
        for point in (start, np.asarray(root(lambda x: read(x)[3] - x, start, tol=1e-13).x)):
            rates, beliefs, retaliation, risk = read(point)
            residual = float(np.abs(risk - point).max())
            if residual <= RESIDUAL and not any(np.abs(point - own.cutoffs).max() <= SAME for own in found):
                found.append(AttributionEquilibrium(seen, point, rates, beliefs, retaliation, residual))
    if not found:
        raise SolverError("attribution: no starting point led to an equilibrium; give distributions without jumps")
    return tuple(sorted(found, key=lambda own: own.attack))


def _each(given: Any, attackers: tuple[str, ...], what: str) -> list[Any]:
    if not isinstance(given, Mapping):
        return [given] * len(attackers)
    for name in attackers:
        if name not in given:
            raise ParameterError(f"attribution: no {what} for {name!r}; give one for every attacker")
    for name in given:
        if name not in attackers:
            raise ParameterError(
                f"attribution: {what} of {name!r}, who is no attacker; the attackers are {', '.join(attackers)}"
            )
    return [given[name] for name in attackers]


def _commitment(given: npt.ArrayLike, shape: tuple[int, int]) -> Floats:
    try:
        found = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise ParameterError(f"attribution: a commitment is no number; give probabilities of shape {shape}") from None
    if found.shape != shape or not ((found >= 0) & (found <= 1)).all():
        raise ParameterError(f"attribution: commitments have shape {found.shape}; give probabilities of shape {shape}")
    return found
