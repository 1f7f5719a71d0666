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
    for what, value in (("detection", detection), ("identification", identification), ("false_alarm", false_alarm)):
        if not 0 <= value <= 1:
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
    found[n, :n] = false_alarm / n if n else 0.0
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
    knows.

    Parameters
    ----------
    seen : Signals
    opportunity : mapping attacker -> probability, or the probability of each
        Together at most one.
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
        For opportunities or commitments out of range.
    SolverError
        When no starting point led to an equilibrium.

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
    chance = _each(opportunity, seen.attackers, "opportunity")
    if (chance < 0).any() or chance.sum() > 1 + 1e-12:
        raise ParameterError(
            f"attribution: opportunities sum to {chance.sum():g}; give probabilities with a sum of at most one"
        )
    laws = [benefit[name] for name in seen.attackers] if isinstance(benefit, Mapping) else [benefit] * n
    fixed = None if committed is None else _commitment(committed, (n, len(seen.names)))
    loud = np.array([name not in seen.silent for name in seen.names])
    pi = seen.probability

    def read(cutoffs: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        rates = chance * np.array([1.0 - float(law.cdf(x)) for law, x in zip(laws, cutoffs, strict=True)])
        joint = rates[:, None] * pi[:-1]
        total = joint.sum(axis=0) + (1 - rates.sum()) * pi[-1]
        beliefs = np.divide(joint, total, out=np.zeros_like(joint), where=total > 0)
        reply = np.asarray(1.0 - np.asarray(temper.cdf(1.0 - beliefs)), dtype=np.float64) if fixed is None else fixed
        retaliation = np.where(loud, reply, 0.0)
        risk = ((pi[:-1] - pi[-1]) * retaliation).sum(axis=1)
        return rates, beliefs, retaliation, risk

    rng = np.random.default_rng(0)
    starts = [np.zeros(n), np.ones(n), *rng.random((STARTS, n))]
    found: list[AttributionEquilibrium] = []
    for start in starts:
        point = np.asarray(root(lambda x: read(x)[3] - x, start, tol=1e-13).x)
        rates, beliefs, retaliation, risk = read(point)
        residual = float(np.abs(risk - point).max())
        if residual <= RESIDUAL and not any(np.abs(point - own.cutoffs).max() <= SAME for own in found):
            found.append(AttributionEquilibrium(seen, point, rates, beliefs, retaliation, residual))
    if not found:
        raise SolverError("attribution: no starting point led to an equilibrium; give smoother distributions")
    return tuple(sorted(found, key=lambda own: own.attack))


def _each(given: Mapping[str, float] | float, attackers: tuple[str, ...], what: str) -> Floats:
    if isinstance(given, Mapping):
        missing = [name for name in attackers if name not in given]
        if missing:
            raise ParameterError(f"attribution: no {what} for {missing[0]!r}; give one for every attacker")
        return np.array([float(given[name]) for name in attackers])
    return np.full(len(attackers), float(given))


def _commitment(given: npt.ArrayLike, shape: tuple[int, int]) -> Floats:
    found = np.asarray(given, dtype=np.float64)
    if found.shape != shape or not ((found >= 0) & (found <= 1)).all():
        raise ParameterError(f"attribution: commitments have shape {found.shape}; give probabilities of shape {shape}")
    return found
