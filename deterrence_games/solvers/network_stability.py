"""Which alliance networks leave nobody vulnerable, and which are war-stable."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import SizeError
from deterrence_games.kernels.network_stability import ROUNDING, descend, judge_all

MOST_STATES = 7  # whose networks are enumerated: two million


@dataclass(frozen=True)
class NetworkStability:
    """Jackson and Nei's vulnerability and war-stability [1]_.

    A coalition is a leader with some of its allies, and wins when it is more than `gamma` times as strong as its target with
    those of the target's allies that do not attack. The leader with all its allies is the strongest of them. Strengths that
    differ by less than 1e-12 of themselves count as equal.

    Parameters
    ----------
    gamma : float
        Defensive advantage.

    References
    ----------
    .. [1] Jackson, M. O. and Nei, S. (2015), Networks of Military Alliances, Wars, and International Trade. Proceedings of the
       National Academy of Sciences 112(50). (The definitions as recalled; they give the results that the abstract states.)
    """

    gamma: float

    def judge_all(self, strengths: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Judge every network; bit k of a network's number is the k-th pair of states, (0, 1), (0, 2), ..., (1, 2), ...

        Parameters
        ----------
        strengths : float64[state]

        Returns
        -------
        (bool[network], bool[network])
            Where nobody is vulnerable, and where the network is war-stable.

        Raises
        ------
        SizeError
            For more than seven states.
        """
        states = strengths.size
        if states > MOST_STATES:
            raise SizeError(
                f"all networks of {states} states would be 2^{states * (states - 1) // 2}; at most {MOST_STATES} states are "
                "enumerated, for more judge single networks or search"
            )
        count = 1 << states * (states - 1) // 2
        secure, stable = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
        judge_all(states, summed(strengths), float(self.gamma), secure, stable, np.zeros(states, dtype=np.int64))
        return secure, stable

    def search(self, linked: npt.NDArray[np.bool_], strengths: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_] | None:
        """From a network on, change the link that exposes states least, until nobody is vulnerable; None where that sticks.

        Parameters
        ----------
        linked : bool[state, state]
            Symmetric, without loops.
        strengths : float64[state]
        """
        found = np.array(linked, dtype=np.bool_, order="C")
        states = strengths.size
        attack, defence, share = np.empty((3, states, states))
        top = np.empty((states, 3), dtype=np.int64)
        return found if descend(found, strengths, float(self.gamma), attack, defence, share, top) else None

    def strongest(
        self,
        linked: npt.NDArray[np.bool_],
        strengths: npt.NDArray[np.float64],
        targets: npt.NDArray[np.int64],
        leaders: npt.NDArray[np.int64],
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """The strongest coalition of each leader against each target, and whether it defeats it.

        Parameters
        ----------
        linked : bool[state, state]
            Symmetric, without loops.
        strengths : float64[state]
        targets, leaders : int64
            States by number.

        Returns
        -------
        (bool[target, leader], float64[target, leader], float64[target, leader])
            Defeats; strength of the attack; strength of the defence times gamma. Nobody leads against itself.
        """
        around = linked | np.eye(len(strengths), dtype=np.bool_)
        coalition = np.repeat(around[leaders][None], targets.size, axis=0)  # [target, leader, state]
        coalition[np.arange(targets.size), :, targets] = False
        attack = coalition @ strengths
        defence = self.gamma * ((around[targets][:, None] & ~coalition) @ strengths)
        return (attack > defence * (1 + ROUNDING)) & (targets[:, None] != leaders), attack, defence


def summed(strengths: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The strength of every coalition, ``float64[coalition]``."""
    total = np.zeros(1)
    for own in strengths:
        total = np.concatenate([total, total + own])
    return total
