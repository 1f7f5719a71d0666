"""Networks of alliances: who is vulnerable, which networks are stable against war, and which link matters to whom.

The model is Jackson and Nei's (2015), without trade. States have strengths; a state and some of its allies can attack a
target, which its own allies that do not attack defend; the attackers win when they are more than ``gamma`` times as strong.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import ParameterError, SizeError
from deterrence_games.solvers.network_stability import MOST_JUDGED, NetworkStability

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
    each end of each link would be vulnerable without it.

    Parameters
    ----------
    links : iterable of pairs, or networkx.Graph
        Alliances are mutual here.
    strengths, gamma
        As `all_networks`.

    Raises
    ------
    ParameterError
        Also for a link with an unknown state, or of a state with itself.
    SizeError
        For more than 20 states.

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
    if len(states) > MOST_JUDGED:
        raise SizeError(
            f"network of {len(states)} states; at most {MOST_JUDGED} can be judged: coalitions are subsets of allies"
        )
    allies = _allies(links, states)
    strength = dict(zip(states, values.tolist(), strict=True))
    vulnerable = tuple(found for own in states if (found := _vulnerability(own, allies, strength, gamma)))
    tempting, idle = [], []
    for one, other in combinations(states, 2):
        changed = {state: set(own) for state, own in allies.items()}
        if other in allies[one]:
            changed[one].discard(other)
            changed[other].discard(one)
            idle += [((one, other), end) for end in (one, other) if not _vulnerability(end, changed, strength, gamma)]
        else:
            changed[one].add(other)
            changed[other].add(one)
            for own in states:
                if found := _vulnerability(own, changed, strength, gamma, {one, other}):
                    tempting.append(((one, other), found))
    return WarStability(vulnerable, tuple(tempting), tuple(idle))


def secure_network(
    strengths: Mapping[str, float] | Sequence[float], gamma: float, *, seed: int = 0, tries: int = 200
) -> tuple[Link, ...] | None:
    """Search for a network in which nobody is vulnerable, among more states than can be enumerated.

    From random networks on, the link is changed that leaves the fewest states vulnerable, until none is or no change helps.

    Parameters
    ----------
    strengths, gamma
        As `all_networks`; up to 20 states.
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
    pairs = list(combinations(range(len(states)), 2))
    judge = NetworkStability(gamma)
    strength = dict(zip(states, values.tolist(), strict=True))
    for _ in range(tries):
        linked = rng.random(len(pairs)) < rng.random()
        while True:
            around = np.repeat(linked[None], len(pairs) + 1, axis=0)
            around[1:][np.diag_indices(len(pairs))] ^= True
            secure, _ = judge.judge(_masks(around, pairs, len(states)), values)
            if secure.any():
                found = around[int(np.argmax(secure))]
                return tuple((states[i], states[k]) for (i, k), own in zip(pairs, found, strict=True) if own)
            counts = [_exposed(own, pairs, states, strength, gamma) for own in around]
            best = int(np.argmin(counts))
            if counts[best] >= counts[0]:
                break
            linked = around[best]
    return None


def _exposed(
    linked: npt.NDArray[np.bool_],
    pairs: Sequence[tuple[int, int]],
    states: Sequence[str],
    strength: Mapping[str, float],
    gamma: float,
) -> int:
    allies: dict[str, set[str]] = {state: set() for state in states}
    for (i, k), own in zip(pairs, linked, strict=True):
        if own:
            allies[states[i]].add(states[k])
            allies[states[k]].add(states[i])
    return sum(_vulnerability(own, allies, strength, gamma) is not None for own in states)


def _masks(linked: npt.NDArray[np.bool_], pairs: Sequence[tuple[int, int]], states: int) -> npt.NDArray[np.int64]:
    masks = np.zeros((len(linked), states), dtype=np.int64)
    for column, (i, k) in enumerate(pairs):
        masks[:, i] |= linked[:, column].astype(np.int64) << k
        masks[:, k] |= linked[:, column].astype(np.int64) << i
    return masks


def _vulnerability(
    target: str, allies: Mapping[str, set[str]], strength: Mapping[str, float], gamma: float, both: set[str] | None = None
) -> Vulnerability | None:
    """The strongest coalition, relative to the defence, that defeats a state; only those that hold all of `both`."""
    best: Vulnerability | None = None
    for leader in strength:
        if leader == target:
            continue
        pool = sorted(allies[leader] - {target})
        for part in chain.from_iterable(combinations(pool, size) for size in range(len(pool) + 1)):
            coalition = {leader, *part}
            if both is not None and not both <= coalition:
                continue
            attack = sum(strength[own] for own in coalition)
            defence = gamma * (strength[target] + sum(strength[own] for own in allies[target] - coalition))
            if attack > defence and (best is None or attack - defence > best.attack - best.defence):
                best = Vulnerability(target, (leader, *part), attack, defence)
    return best


def _allies(links: Any, states: Sequence[str]) -> dict[str, set[str]]:
    edges = links.edges() if hasattr(links, "edges") else links
    allies: dict[str, set[str]] = {state: set() for state in states}
    for one, other in edges:
        for end in (one, other):
            if end not in allies:
                raise ParameterError(f"network: {end!r} has no strength; give one for every state, or leave the link out")
        if one == other:
            raise ParameterError(f"network: {one!r} is linked to itself; leave the link out")
        allies[one].add(other)
        allies[other].add(one)
    return allies


def _read(strengths: Mapping[str, float] | Sequence[float], gamma: float) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    states = tuple(strengths) if isinstance(strengths, Mapping) else tuple(str(k) for k in range(len(strengths)))
    values = np.asarray(list(strengths.values()) if isinstance(strengths, Mapping) else strengths, dtype=np.float64)
    if values.ndim != 1 or values.size < 2:
        raise ParameterError("network: give the strengths of two states or more")
    bad = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
    if bad.size:
        raise ParameterError(f"network: strength of {states[bad[0]]!r} is {values[bad[0]]:g}; give a positive number")
    if not (np.isfinite(gamma) and gamma > 0):
        raise ParameterError(f"network: gamma is {gamma:g}; give a positive number")
    return states, values
