"""Claims about extended deterrence with aggressor, target and ally; see README.md for what is published and what is derived."""

from itertools import combinations

from deterrence_games.games.expressions import to_text
from deterrence_games.models import extended_deterrence
from deterrence_games.reproduce import Claim, MapFigure, TheoremTable, TreeFigure, Trial, derived
from deterrence_games.theory import Borders, Equivalence, Exclusion, Existence, Implication

CITATION = "Smith, A. (1995), Alliance Formation and War. International Studies Quarterly 39(4) (this library's model)"
NAMES = ("Alliance Deterrence", "Resolute Deterrence", "Contested Attack", "Probing Attack")
RELY = "((t_CON - t_BWi)/(t_JWi - t_BWi))"
FIGHT = "((a_BW - a_SQ)/(a_BW - a_JW))"
PROBE = "((p_target*a_BW + (1 - p_target)*a_CON - a_SQ)/(p_target*(a_BW - a_JW)))"


def families(trial: Trial) -> None:
    theorem = derived(extended_deterrence)
    trial.families(theorem, *NAMES)
    trial.prove(
        theorem,
        Existence(),
        Equivalence("Alliance Deterrence", (f"p_ally >= {RELY}", f"p_ally >= {FIGHT}")),
        Equivalence("Resolute Deterrence", (f"p_ally <= {RELY}", f"p_ally >= {PROBE}")),
        Equivalence("Contested Attack", (f"p_ally >= {RELY}", f"p_ally <= {FIGHT}")),
        Equivalence("Probing Attack", (f"p_ally <= {RELY}", f"p_ally <= {PROBE}")),
        *(Exclusion(one, other) for one, other in combinations(NAMES, 2)),
        Borders((f"p_ally == {RELY}", f"p_ally == {FIGHT}", f"p_ally == {PROBE}")),
        f"{FIGHT} < {PROBE}",
    )


def reliability(trial: Trial) -> None:
    theorem = derived(extended_deterrence)
    trial.prove(
        theorem, Implication("Contested Attack", f"p_ally <= {FIGHT}"), Implication("Probing Attack", f"p_ally <= {PROBE}")
    )
    trial.prove(
        theorem,
        Implication("Alliance Deterrence", f"p_ally >= {FIGHT}"),
        Implication("Resolute Deterrence", f"p_ally >= {FIGHT}"),
    )


def war(trial: Trial) -> None:
    theorem = derived(extended_deterrence)
    trial.prove(
        theorem,
        Implication("Contested Attack", "bilateral_war + joint_war == 1"),
        Implication("Contested Attack", "joint_war == p_ally"),
        Implication("Probing Attack", "bilateral_war + joint_war == p_target"),
        Implication("Probing Attack", "joint_war == p_target*p_ally"),
    )


def refinements(trial: Trial) -> None:
    theorem = derived(extended_deterrence)
    for criterion in ("passive beliefs", "intuitive criterion", "D1"):
        refined = derived(extended_deterrence, criterion)
        trial.families(refined, *NAMES)
        trial.prove(refined, *(Equivalence(name, tuple(map(to_text, theorem[name].conditions))) for name in NAMES))


CLAIMS = (
    Claim(
        "families",
        "derived here; the model and the names are this library's",
        "With what makes an irresolute target rely on its ally, what deters an aggressor that every target resists, and "
        "what deters one that an irresolute target does not resist, three thresholds of p_ally: the equilibria are the "
        "four, each iff its two inequalities hold; off the borders they exclude one another, and they leave no gap.",
        check=families,
    ),
    Claim(
        "unreliable-alliances-are-attacked",
        "published, in the abstract: unreliable alliances are attacked more often; here for this library's model",
        "An alliance is attacked only below a threshold of its reliability, which is lower when every target resists.",
        check=reliability,
    ),
    Claim(
        "war",
        "derived here; that alliances may raise or lower the probability of war is in the abstract",
        "An attack that every target resists leads to war for sure, one that probes with probability p_target; the ally "
        "joins with probability p_ally.",
        check=war,
    ),
    Claim(
        "beliefs-do-not-matter",
        "derived here",
        "Passive beliefs, the intuitive criterion and D1 change nothing: no equilibrium rests on beliefs after a deviation.",
        check=refinements,
    ),
)

AGGRESSOR_AND_ALLY = {
    **{"a_JW": 0, "a_SQ": 2, "a_BW": 3, "a_CON": 4},
    **{"l_JWu": 0, "l_BW": 1, "l_JWr": 2, "l_CON": 2, "l_SQ": 3},
}
RELYING = {"t_BWi": 0, "t_CON": 1, "t_JWi": 4, "t_BWr": 2, "t_JWr": 3, "t_SQ": 5}
DOUBTING = {"t_BWi": 0, "t_CON": 3, "t_JWi": 4, "t_BWr": 4, "t_JWr": 5, "t_SQ": 6}
WORDS = "over the probabilities that target and ally are resolute and reliable (101 x 101 points)"

EXHIBITS = (
    TreeFigure("tree", "Extended deterrence with aggressor, target and ally.", extended_deterrence),
    TheoremTable("theorem", "All equilibria in closed form.", extended_deterrence),
    *(
        MapFigure(
            name,
            f"Which equilibrium exists where, {WORDS}; an irresolute target counts on its ally from {rely} on.",
            extended_deterrence,
            x=("p_target", 0.01, 0.99, 101),
            y=("p_ally", 0.01, 0.99, 101),
            fixed={**AGGRESSOR_AND_ALLY, **target},
        )
        for name, target, rely in (("map", DOUBTING, "3/4"), ("map_relying", RELYING, "1/4"))
    ),
)
