"""Which alliance networks leave nobody vulnerable, and which are war-stable."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import SizeError
from deterrence_games.kernels.network_stability import judge, judge_all

MOST_STATES = 7  # whose networks are enumerated: two million
MOST_JUDGED = 20  # states of one network: a coalition is a subset of a state's allies


@dataclass(frozen=True)
class NetworkStability:
    """Jackson and Nei's vulnerability and war-stability [1]_ on bit masks.

    Parameters
    ----------
    gamma : float
        Defensive advantage: attackers win when they are more than `gamma` times as strong.

    References
    ----------
    .. [1] Jackson, M. O. and Nei, S. (2015), Networks of Military Alliances, Wars, and International Trade. Proceedings of the
       National Academy of Sciences 112(50). (The definitions as recalled; they give the results that the abstract states.)
    """

    gamma: float

    def judge(
        self, links: npt.NDArray[np.int64], strengths: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Judge networks.

        Parameters
        ----------
        links : int64[network, state]
            Bit k of ``links[network, i]`` is set when i and k are allied; symmetric, without loops.
        strengths : float64[state]

        Returns
        -------
        (bool[network], bool[network])
            Where nobody is vulnerable, and where the network is war-stable.

        Raises
        ------
        SizeError
            For more than 20 states.
        """
        if strengths.size > MOST_JUDGED:
            raise SizeError(f"networks of {strengths.size} states; at most {MOST_JUDGED} can be judged: coalitions are subsets")
        secure, stable = np.zeros(len(links), dtype=np.bool_), np.zeros(len(links), dtype=np.bool_)
        judge(np.array(links, dtype=np.int64, order="C"), strengths.size, summed(strengths), float(self.gamma), secure, stable)
        return secure, stable

    def judge_all(self, strengths: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Judge every network; bit k of a network's number is the k-th pair of states, (0, 1), (0, 2), ..., (1, 2), ...

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


def summed(strengths: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The strength of every coalition, ``float64[coalition]``."""
    total = np.zeros(1)
    for own in strengths:
        total = np.concatenate([total, total + own])
    return total
