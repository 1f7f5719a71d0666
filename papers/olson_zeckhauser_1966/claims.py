"""Claims about the economic theory of alliances; see README.md for what is published, recalled and derived."""

import numpy as np
import numpy.typing as npt

from deterrence_games.alliances import indicators
from deterrence_games.alliances.burden_sharing import provision
from deterrence_games.alliances.exploitation import exploitation_test
from deterrence_games.reproduce import Claim, Trial

CITATION = (
    "Olson, M. and Zeckhauser, R. (1966), An Economic Theory of Alliances. Review of Economics and Statistics 48(3), 266-279"
)
CLOSE = 1e-9  # relative
MOST_MEMBERS = 16

Floats = npt.NDArray[np.float64]


def rank_correlation(trial: Trial) -> None:
    sizes, burdens = (
        {state: own.value for state, own in indicators().measure(name, 1964).items()}
        for name in ("gnp_bn_usd", "defence_share")
    )
    found = exploitation_test(sizes, burdens)
    holds = found.members == 14 and round(found.spearman, 3) == 0.490 and found.spearman_p / 2 < 0.05
    trial.expect_each(np.array([holds]), "14 members, .490, significant at 5 % one-sided", lambda case: str(found))


def alliances(draws: int) -> list[tuple[Floats, float]]:
    """Random incomes, and the weight of the common defence in preferences."""
    rng = np.random.default_rng(1966)
    return [(rng.lognormal(sigma=1.5, size=rng.integers(2, MOST_MEMBERS + 1)), rng.uniform(0.05, 0.95)) for _ in range(draws)]


def shown(cases: list[tuple[Floats, float]], case: int) -> str:
    incomes, public = cases[case]
    return f"incomes {incomes.round(4).tolist()}, public {public:.4g}"


def best_replies(trial: Trial) -> None:
    cases = alliances(trial.draws)
    holds = []
    for incomes, public in cases:
        given = provision(incomes.tolist(), public=public).contributions
        others = given.sum() - given
        reply = np.maximum(0.0, public * (incomes + others) - others)
        holds.append(np.allclose(given, reply, rtol=0.0, atol=CLOSE * incomes.sum()))
    trial.expect_each(np.array(holds), "contributions are best replies", lambda case: shown(cases, case))


def exploitation(trial: Trial) -> None:
    cases = alliances(trial.draws)
    holds, some = [], 0
    for incomes, public in cases:
        found = provision(incomes.tolist(), public=public)
        order = np.argsort(incomes)
        rises = np.diff(found.burdens[order])
        pays = found.contributions[order][1:] > 0
        some += len(found.free_riders) > 0
        holds.append(bool((rises[pays] > 0).all() and (rises[~pays] == 0).all() and found.exploitation[order[-1]] > 0))
    trial.expect_each(np.array(holds), "burdens rise with income", lambda case: shown(cases, case))
    trial.require(some > 0, "some members contribute nothing")


def suboptimality(trial: Trial) -> None:
    cases = alliances(trial.draws)
    holds = []
    for incomes, public in cases:
        found = provision(incomes.tolist(), public=public)
        # with Cobb-Douglas preferences and equal weights the optimum spends the share `public` of all income
        holds.append(found.level < public * incomes.sum() * (1 - CLOSE))
    trial.expect_each(np.array(holds), "provision falls short of the optimum", lambda case: shown(cases, case))


CLAIMS = (
    Claim(
        "rank-correlation",
        "published, as recalled: .490, significant at the 5 % level; recomputed here from the table for 1964, as recalled",
        "Over 14 members of NATO in 1964 the rank correlation between gross national product and the share of it that goes to "
        "defence is .490, and significant at 5 % in a one-sided test.",
        check=rank_correlation,
    ),
    Claim(
        "best-replies",
        "the pure public good is published, as recalled; the closed form is derived here for Cobb-Douglas preferences",
        "In equilibrium each member contributes max(0, Q - G), where G is what the others contribute and Q the defence that it "
        "would want, given its income and G.",
        check=best_replies,
    ),
    Claim(
        "exploitation",
        "published, as recalled: the great are exploited by the small; here for Cobb-Douglas preferences",
        "Who contributes bears a larger share of its income than every poorer member; the largest member's share of the "
        "contributions exceeds its share of the incomes.",
        check=exploitation,
    ),
    Claim(
        "suboptimality",
        "published, as recalled: provision is suboptimal; here for Cobb-Douglas preferences",
        "Voluntary provision falls short of the level at which summed utility is largest.",
        check=suboptimality,
    ),
)

EXHIBITS = ()
