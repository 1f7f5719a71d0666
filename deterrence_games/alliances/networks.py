"""Networks of alliances: who is vulnerable, which networks are stable against war, and which link matters to whom.

The model is Jackson and Nei's (2015), without trade. States have strengths; a state and some of its allies can attack a
target, which its own allies that do not attack defend; the attackers win when they are more than ``gamma`` times as strong.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deterrence_games.alliances.assumptions import one_number
from deterrence_games.errors import ParameterError
from deterrence_games.solvers.network_stability import NetworkStability

if TYPE_CHECKING:
    import networkx as nx

Link = tuple[str, str]


@dataclass(frozen=True)
class Vulnerability:
    """A state that can be defeated, by whom, and why.

    Attributes
    ----------
    state : str
    attackers : tuple of str
        The strongest coalition of those that defeat it, the leader first, who is allied to the others.
    attack, defence : float
        Strength of the attackers, and of the target with those of its allies that do not attack, times gamma.
    """

    state: str
    attackers: tuple[str, ...]
    attack: float
    defence: float


@dataclass(frozen=True)
class WarStability:
    """What a network lacks for stability against war.

    Attributes
    ----------
    vulnerable : tuple of Vulnerability
        At the network itself.
    tempting : tuple of (link, Vulnerability)
        Links that are missing and would make somebody vulnerable to a coalition of both ends.
    idle : tuple of (link, str)
        Links that a state could drop without becoming vulnerable.
    """

    vulnerable: tuple[Vulnerability, ...]
    tempting: tuple[tuple[Link, Vulnerability], ...]
    idle: tuple[tuple[Link, str], ...]

    @property
    def secure(self) -> bool:
        """Whether nobody is vulnerable."""
        return not self.vulnerable

    @property
    def stable(self) -> bool:
        """Whether the network is war-stable."""
        return not (self.vulnerable or self.tempting or self.idle)


@dataclass(frozen=True, eq=False, repr=False)
class NetworkCensus:
    """Every network of some states.

    Attributes
    ----------
    states : tuple of str
    pairs : tuple of link
        Bit k of a network's number says whether ``pairs[k]`` is linked.
    secure, stable : bool[network]
        Where nobody is vulnerable, and where the network is war-stable.
    """

    states: tuple[str, ...]
    pairs: tuple[Link, ...]
    secure: npt.NDArray[np.bool_]
    stable: npt.NDArray[np.bool_]

    def links(self, network: int) -> tuple[Link, ...]:
        """The links of a network, by its number."""
        return tuple(pair for k, pair in enumerate(self.pairs) if network >> k & 1)

    @property
    def stable_networks(self) -> tuple[tuple[Link, ...], ...]:
        """The links of every war-stable network."""
        return tuple(self.links(int(network)) for network in np.flatnonzero(self.stable))

    def __repr__(self) -> str:
        return (
            f"{self.secure.size:,} networks of {len(self.states)} states: nobody is vulnerable in {int(self.secure.sum()):,}, "
            f"{int(self.stable.sum()):,} are war-stable"
        )


def all_networks(strengths: Mapping[str, float] | Sequence[float], gamma: float) -> NetworkCensus:
    """Judge every network of up to seven states.

    Parameters
    ----------
    strengths : mapping state -> strength, or sequence of strengths
        Positive.
    gamma : float
        Defensive advantage, above zero.

    Raises
    ------
    ParameterError
        For strengths or a gamma that are not positive.
    SizeError
        For more than seven states.

    Examples
    --------
    >>> all_networks([1, 1, 1], gamma=2)
    8 networks of 3 states: nobody is vulnerable in 8, 1 are war-stable
    >>> all_networks([1, 1, 1], gamma=2).stable_networks  # the empty one
    ((),)
    """
    states, values = _read(strengths, gamma)
    secure, stable = NetworkStability(gamma).judge_all(values)
    return NetworkCensus(states, tuple(combinations(states, 2)), secure, stable)


def war_stability(
    links: "Iterable[Link] | nx.Graph[str]", strengths: Mapping[str, float] | Sequence[float], gamma: float
) -> WarStability:
    """Whether a network is stable against war, and if not, what it lacks.

    It is war-stable when nobody is vulnerable, no link that is missing would make somebody vulnerable to its two ends, and
    each end of each link would be vulnerable without it. Strengths that differ by less than 1e-12 of themselves are equal.

    Parameters
    ----------
    links : iterable of pairs, or networkx.Graph
        Alliances are mutual here.
    strengths, gamma
        As `all_networks`, of any number of states.

    Raises
    ------
    ParameterError
        Also for a link with an unknown state, or of a state with itself.

    References
    ----------
    .. [1] Jackson, M. O. and Nei, S. (2015), Networks of Military Alliances, Wars, and International Trade. Proceedings of
       the National Academy of Sciences 112(50).

    Examples
    --------
    >>> found = war_stability([("hub", "a"), ("hub", "b")], {"hub": 3, "a": 1, "b": 1}, gamma=1.5)
    >>> found.stable, [(own.state, own.attackers) for own in found.vulnerable]
    (False, [('a', ('hub', 'b')), ('b', ('hub', 'a'))])
    """
    states, values = _read(strengths, gamma)
    linked = _linked(links, states)
    everyone = range(len(states))
    vulnerable = tuple(_vulnerable(states, linked, values, gamma, everyone, everyone))
    tempting, idle = [], []
    for i, k in combinations(everyone, 2):
        changed = linked.copy()
        changed[i, k] = changed[k, i] = not linked[i, k]
        if linked[i, k]:
            needing = {own.state for own in _vulnerable(states, changed, values, gamma, (i, k), everyone)}
            idle += [((states[i], states[k]), states[end]) for end in (i, k) if states[end] not in needing]
        else:
            both = [i, k, *np.flatnonzero(linked[i] & linked[k]).tolist()]  # who leads coalitions with both ends
            others = [state for state in everyone if state not in (i, k)]
            tempting += [((states[i], states[k]), own) for own in _vulnerable(states, changed, values, gamma, others, both)]
    return WarStability(vulnerable, tuple(tempting), tuple(idle))


def secure_network(
    strengths: Mapping[str, float] | Sequence[float], gamma: float, *, seed: int = 0, tries: int = 50
) -> tuple[Link, ...] | None:
    """Search for a network in which nobody is vulnerable, among more states than can be enumerated.

    From the empty network, the complete one and random ones on, the link is changed that leaves the least exposure (the sum
    over the states of the share by which the strongest coalition exceeds the defence), until nobody is vulnerable or no
    change helps.

    Parameters
    ----------
    strengths, gamma
        As `all_networks`, of any number of states.
    seed : int
    tries : int
        Random networks to start from.

    Returns
    -------
    tuple of link, or None
        None when none was found, which proves nothing.
    """
    states, values = _read(strengths, gamma)
    rng = np.random.default_rng(seed)
    n = len(states)
    judge = NetworkStability(gamma)
    for attempt in range(-2, tries):
        density = (0.0, 1.0)[attempt] if attempt < 0 else rng.random()
        start = np.triu(rng.random((n, n)) < density, 1)
        found = judge.search(start | start.T, values)
        if found is not None and not _vulnerable(states, found, values, gamma, range(n), range(n)):
            return tuple((states[i], states[k]) for i, k in np.argwhere(np.triu(found)).tolist())
    return None


def _vulnerable(
    states: Sequence[str],
    linked: npt.NDArray[np.bool_],
    strengths: npt.NDArray[np.float64],
    gamma: float,
    targets: Iterable[int],
    leaders: Iterable[int],
) -> list[Vulnerability]:
    """Those of the targets that one of the leaders defeats, each with the coalition that exceeds the defence most."""
    target, leader = np.fromiter(targets, np.int64), np.fromiter(leaders, np.int64)
    defeats, attack, defence = NetworkStability(gamma).strongest(linked, strengths, target, leader)
    found = []
    for row in np.flatnonzero(defeats.any(axis=1)).tolist():
        column = int(np.argmax(np.where(defeats[row], attack[row] - defence[row], -np.inf)))
        own, first = int(target[row]), int(leader[column])
        allies = sorted(states[ally] for ally in np.flatnonzero(linked[first]).tolist() if ally != own)
        strength = float(attack[row, column]), float(defence[row, column])
        found.append(Vulnerability(states[own], (states[first], *allies), *strength))
    return found


def _linked(links: Any, states: Sequence[str]) -> npt.NDArray[np.bool_]:
    number = {state: k for k, state in enumerate(states)}
    found = np.zeros((len(states), len(states)), dtype=np.bool_)
    for link in links.edges() if hasattr(links, "edges") else links:
        try:
            one, other = link
        except (TypeError, ValueError):
            raise ParameterError(f"network: {link!r:.60} is no link; give pairs of states") from None
        for end in (one, other):
            if end not in number:
                raise ParameterError(f"network: {end!r} has no strength; give one for every state, or leave the link out")
        if one == other:
            raise ParameterError(f"network: {one!r} is linked to itself; leave the link out")
        found[number[one], number[other]] = found[number[other], number[one]] = True
    return found


def _read(strengths: Mapping[str, float] | Sequence[float], gamma: float) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    states = tuple(strengths) if isinstance(strengths, Mapping) else tuple(str(k) for k in range(len(strengths)))
    try:
        values = np.asarray(list(strengths.values()) if isinstance(strengths, Mapping) else strengths, dtype=np.float64)
    except (TypeError, ValueError):
        raise ParameterError("network: a strength is no number; give a positive number for every state") from None
    if values.ndim != 1 or values.size < 2:
        raise ParameterError("network: give the strengths of two states or more")
    bad = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
    if bad.size:
        raise ParameterError(f"network: strength of {states[bad[0]]!r} is {values[bad[0]]:g}; give a positive number")
    gamma = one_number("network", "gamma", gamma)
    if not (np.isfinite(gamma) and gamma > 0):
        raise ParameterError(f"network: gamma is {gamma:g}; give a positive number")
    return states, values
