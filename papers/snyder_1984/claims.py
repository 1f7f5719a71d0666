"""Claims about the security dilemma between allies, this library's statement of it; see README.md."""

from itertools import combinations

from deterrence_games.games import Decision, Game
from deterrence_games.reproduce import Claim, MapFigure, TheoremTable, TreeFigure, Trial, derived
from deterrence_games.theory import Borders, Equivalence, Exclusion, Existence, Implication

CITATION = (
    "Snyder, G. H. (1984), The Security Dilemma in Alliance Politics. World Politics 36(4), 461-495 (this library's model)"
)
RESTRAINED, ABANDONED, EMBOLDENED = "Restrained Partner", "Abandoned Partner", "Emboldened Partner"
FIRM = ("stand_firm",)
ENOUGH = "((t_SET - t_AW)/(t_JW - t_AW))"
BREAK = "(l_AW - l_JWr)"


def alliance_security_dilemma() -> Game:
    """A partner that is firm or conciliatory towards an adversary, and an ally whose broken promise costs ``k``."""
    stance, reluctant = ("partner", "", ()), ("ally", "reluctant", FIRM)
    return Game(
        name="alliance_security_dilemma",
        players=("partner", "ally"),
        tree=Decision(
            "partner",
            {
                "conciliate": "settlement",
                "stand_firm": Decision("ally", {"abandon": "fights_alone", "support": "joint_war"}),
            },
        ),
        types={"ally": {"willing": "w", "reluctant": "1 - w"}},
        payoffs={
            "settlement": {"partner": "t_SET", "ally": "l_SET"},
            "fights_alone": {"partner": "t_AW", "ally": "l_AW - k"},
            "joint_war": {"partner": "t_JW", "ally": {"willing": "l_JWw", "reluctant": "l_JWr"}},
        },
        assumptions=("t_AW < t_SET < t_JW", "l_JWr < l_AW < l_JWw < l_SET", "k > 0", "0 < w < 1"),
        roles={"partner": "target", "ally": "ally"},
        source="this library's statement of the argument of Snyder (1984)",
        names={
            RESTRAINED: {stance: "conciliate"},
            ABANDONED: {stance: "stand_firm", reluctant: "abandon"},
            EMBOLDENED: {stance: "stand_firm", reluctant: "support"},
        },
        status_quo="settlement",
        wars={"fights_alone": ("partner",), "joint_war": ("partner", "ally")},
    )


def families(trial: Trial) -> None:
    theorem = derived(alliance_security_dilemma)
    trial.families(theorem, RESTRAINED, ABANDONED, EMBOLDENED)
    trial.prove(
        theorem,
        Existence(),
        Equivalence(EMBOLDENED, (f"k >= {BREAK}",)),
        Equivalence(ABANDONED, (f"k <= {BREAK}", f"w >= {ENOUGH}")),
        Equivalence(RESTRAINED, (f"k <= {BREAK}", f"w <= {ENOUGH}")),
        *(Exclusion(one, other) for one, other in combinations((RESTRAINED, ABANDONED, EMBOLDENED), 2)),
        Borders((f"k == {BREAK}", f"w == {ENOUGH}")),
    )


def tension(trial: Trial) -> None:
    theorem = derived(alliance_security_dilemma)
    trial.plays(theorem, EMBOLDENED, ("ally", "reluctant", FIRM), "support", "1")
    trial.plays(theorem, ABANDONED, ("ally", "reluctant", FIRM), "abandon", "1")
    trial.prove(
        theorem,
        Implication(EMBOLDENED, "fights_alone == 0"),
        Implication(EMBOLDENED, "joint_war == 1"),
        Implication(ABANDONED, "fights_alone == 1 - w"),
        Implication(ABANDONED, "joint_war == w"),
        Implication(RESTRAINED, "settlement == 1"),
    )


def interaction(trial: Trial) -> None:
    theorem = derived(alliance_security_dilemma)
    trial.plays(theorem, EMBOLDENED, ("partner", "", ()), "stand_firm", "1")
    trial.plays(theorem, RESTRAINED, ("partner", "", ()), "conciliate", "1")
    trial.prove(theorem, Implication(RESTRAINED, f"k <= {BREAK}"), Implication(RESTRAINED, f"w <= {ENOUGH}"))


CLAIMS = (
    Claim(
        "families",
        "derived here, for this library's model",
        "The partner is emboldened iff k >= l_AW - l_JWr. Below, it is firm and may be abandoned iff w >= w* = (t_SET - t_AW)/"
        "(t_JW - t_AW), and conciliatory iff w <= w*. Off the borders these exclude one another and leave no gap.",
        check=families,
    ),
    Claim(
        "abandonment-against-entrapment",
        "the tension is published, in the abstract; here for this library's model",
        "A strong promise ends abandonment, and brings the reluctant ally, which has probability 1 - w, into a war from which "
        "it would stay away; a weak one leaves a firm partner alone with the same probability 1 - w.",
        check=tension,
    ),
    Claim(
        "support-and-firmness",
        "the interaction is published, in the abstract; here for this library's model",
        "A strong promise makes the partner firm towards the adversary; only a weak one restrains it, and only when the ally "
        "is not likely enough to be willing.",
        check=interaction,
    ),
)

EXAMPLE = {"t_AW": 0, "t_SET": 1, "t_JW": 2, "l_JWr": 0, "l_AW": 1, "l_JWw": 2, "l_SET": 3}

EXHIBITS = (
    TreeFigure("tree", "The alliance security dilemma, this library's statement.", alliance_security_dilemma),
    TheoremTable("theorem", "All equilibria, in closed form.", alliance_security_dilemma),
    MapFigure(
        "map",
        "Restraint, abandonment and entrapment, over the cost of a broken promise and the probability of a willing ally (60 x "
        "60 points). Numbers are illustrative.",
        alliance_security_dilemma,
        x=("k", 0.013, 1.973, 60),
        y=("w", 0.013, 0.987, 60),
        fixed=EXAMPLE,
    ),
)
