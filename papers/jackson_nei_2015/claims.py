"""Claims about war-stable networks of alliances without trade; see README.md for what is published and what is recalled."""

from itertools import permutations

import numpy as np
import numpy.typing as npt

from deterrence_games.alliances.networks import NetworkCensus, all_networks
from deterrence_games.reproduce import Claim, Trial

CITATION = (
    "Jackson, M. O. and Nei, S. (2015), Networks of Military Alliances, Wars, and International Trade. Proceedings of the "
    "National Academy of Sciences 112(50)"
)
NEAR = 1e-3  # how far from the border the defensive advantage of every second draw lies
EVERY_FIVE, EVERY_SIX = 10, 150  # draws with five and with six states; the others have three or four

Floats = npt.NDArray[np.float64]


def threshold(strengths: Floats) -> float:
    """Defensive advantage from which on the empty network is war-stable."""
    return max((strengths[j] + strengths[k]) / strengths[i] for i, j, k in permutations(range(len(strengths)), 3))


def worlds(draws: int) -> list[tuple[Floats, float]]:
    """Random strengths, and a defensive advantage on both sides of the border, half of them close to it."""
    rng = np.random.default_rng(2015)
    found = []
    for draw in range(draws):
        states = 6 if draw % EVERY_SIX == 0 else 5 if draw % EVERY_FIVE == 0 else 3 + draw % 2
        strengths = rng.lognormal(sigma=rng.choice([0.02, 0.3, 1.0]), size=states)
        border = threshold(strengths)
        gamma = border * (1 + rng.choice([-NEAR, NEAR])) if rng.random() < 0.5 else rng.uniform(0.3, 1.5) * border
        found.append((strengths, float(gamma)))
    return found


def censuses(cases: list[tuple[Floats, float]]) -> list[NetworkCensus]:
    return [all_networks(strengths.tolist(), gamma) for strengths, gamma in cases]


def shown(cases: list[tuple[Floats, float]], case: int) -> str:
    strengths, gamma = cases[case]
    return f"strengths {strengths.round(6).tolist()}, gamma {gamma:.8g}"


def no_network_but_the_empty_one(trial: Trial) -> None:
    cases = worlds(trial.draws)
    found = censuses(cases)
    holds = [not census.stable[1:].any() for census in found]  # network 0 is the empty one
    trial.expect_each(np.array(holds), "no network with a link is war-stable", lambda case: shown(cases, case))
    trial.require(any(census.secure[1:].any() for census in found), "in some network with links nobody is vulnerable")


def the_empty_network(trial: Trial) -> None:
    cases = worlds(trial.draws)
    stable = [bool(census.stable[0]) for census in censuses(cases)]
    expected = [gamma >= threshold(strengths) for strengths, gamma in cases]
    trial.expect_each(np.array(stable) == expected, "stable exactly where it should", lambda case: shown(cases, case))
    trial.require(0 < sum(expected) < len(cases), "the draws lie on both sides of the border")


def counts(trial: Trial) -> None:
    found = [int(all_networks([1.0] * states, gamma).secure.sum()) for states, gamma, _ in COUNTS]
    trial.expect_each(np.array([found == [count for _, _, count in COUNTS]]), "as counted", lambda case: str(found))


COUNTS = ((3, 1.0, 1), (3, 1.5, 1), (3, 2.0, 8), (4, 1.0, 4), (4, 1.5, 4), (4, 2.0, 10), (4, 2.5, 10), (4, 3.0, 64))

CLAIMS = (
    Claim(
        "no-network-but-the-empty-one",
        "published: without trade no network with links is war-stable; definitions as recalled; here by a census",
        "Among three to six states of random strengths, no network that has a link is war-stable, of all that there are.",
        check=no_network_but_the_empty_one,
    ),
    Claim(
        "the-empty-network",
        "published, as recalled; here by the same census",
        "The empty network is war-stable iff gamma M_i >= M_j + M_k for all distinct states i, j, k of strengths M.",
        check=the_empty_network,
    ),
    Claim(
        "counts",
        "derived here, by enumeration",
        "Of the 8 networks of three equal states nobody is vulnerable in 1 for gamma 1 and 1.5, and in all for gamma 2; of the "
        "64 of four in 4 for gamma 1 and 1.5, in 10 for gamma 2 and 2.5, and in all for gamma 3.",
        check=counts,
    ),
)

EXHIBITS = ()
