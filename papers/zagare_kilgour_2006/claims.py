"""Claims about the tripartite crisis game, a reconstruction; see README.md."""

from deterrence_games.models import tripartite_crisis
from deterrence_games.reproduce import Claim, SolutionTable, TheoremTable, TreeFigure, Trial, derived
from deterrence_games.theory import Equivalence, Exclusion, Existence, Implication

CITATION = (
    "Zagare, F. C. and Kilgour, D. M. (2006), The Deterrence-Versus-Restraint Dilemma in Extended Deterrence: "
    "Explaining British Policy in 1914. International Studies Review 8 (reconstruction)"
)
SUPPORTED = "(q_ch*p_CON + (1 - q_ch)*p_DW)"  # what a supported Protege expects
SUPPORT = "(q_ch*d_CON + (1 - q_ch)*d_DW)"  # what a supporting Defender expects
S = f"((d_CW - {SUPPORT})/(d_CW - d_PR))"
HELD = ("hold_firm",)


def families(trial: Trial) -> None:
    theorem = derived(tripartite_crisis)
    trial.families(theorem, "Hold-Firm", "Settlement", "Straddle")
    trial.prove(
        theorem,
        Existence(),
        Equivalence("Hold-Firm", (f"q_pro >= {S}", f"{SUPPORTED} >= p_SET")),
        Equivalence("Straddle", (f"q_pro < {S}", f"{SUPPORTED} > p_SET")),
        Exclusion("Hold-Firm", "Straddle"),
    )


def straddle(trial: Trial) -> None:
    theorem = derived(tripartite_crisis)
    trial.plays(theorem, "Straddle", ("protege", "loyal", ()), "hold_firm", f"q_pro*(1 - {S})/({S}*(1 - q_pro))")
    trial.plays(theorem, "Straddle", ("defender", "", HELD), "support", f"(p_SET - p_CW)/({SUPPORTED} - p_CW)")
    trial.prove(theorem, Implication("Straddle", f"conflict == q_pro/{S}*(p_SET - p_CW)/({SUPPORTED} - p_CW)*q_ch"))


def commitment(trial: Trial) -> None:
    theorem = derived(tripartite_crisis)
    trial.prove(theorem, Implication("Hold-Firm", f"q_pro >= {S}"))
    trial.prove(theorem, Implication("Straddle", f"q_pro <= {S}"))


def settlement(trial: Trial) -> None:
    theorem = derived(tripartite_crisis)
    trial.prove(theorem, Implication("Settlement", "settlement == 1"))
    trial.prove(theorem, Exclusion("Settlement", "Hold-Firm"), Exclusion("Settlement", "Straddle"), verdict="refuted")


def under_d1(trial: Trial) -> None:
    theorem = derived(tripartite_crisis, "D1")
    trial.prove(
        theorem,
        Existence(),
        Equivalence("Settlement", (f"{SUPPORTED} <= p_SET",)),
        Equivalence("Hold-Firm", (f"q_pro >= {S}", f"{SUPPORTED} >= p_SET")),
        Equivalence("Straddle", (f"q_pro < {S}", f"{SUPPORTED} > p_SET")),
        Exclusion("Settlement", "Hold-Firm"),
        Exclusion("Settlement", "Straddle"),
    )


CLAIMS = (
    Claim(
        "families",
        "derived here, for the reconstruction",
        "There is always an equilibrium. Hold-Firm exists iff q_pro >= s* and A >= p_SET, Straddle iff q_pro < s* and A > "
        "p_SET; besides there is Settlement. A = q_ch p_CON + (1 - q_ch) p_DW is what a supported Protege expects, "
        "s* = (d_CW - q_ch d_CON - (1 - q_ch) d_DW)/(d_CW - d_PR).",
        check=families,
    ),
    Claim(
        "straddle",
        "derived here, for the reconstruction; that a mixed strategy is then the Defender's best is in the abstract",
        "In Straddle a loyal Protege holds firm with probability q_pro (1 - s*)/(s* (1 - q_pro)), and the Defender supports "
        "with probability (p_SET - p_CW)/(A - p_CW).",
        check=straddle,
    ),
    Claim(
        "unequivocal-commitment",
        "published, in the abstract: an unequivocal commitment works only if the Protege's threat to sever is highly "
        "credible; here for the reconstruction",
        "The Defender supports for sure only if the Protege's threat to realign is credible enough, q_pro >= s*; below it, it "
        "straddles.",
        check=commitment,
    ),
    Claim(
        "settlement",
        "derived here, for the reconstruction",
        "Settlement, which rests on the Defender's beliefs about a Protege that holds firm, exists together with either of the "
        "others.",
        check=settlement,
    ),
    Claim(
        "under-d1",
        "derived here, for the reconstruction",
        "Under D1 Settlement exists iff A <= p_SET, the other two where they did; the three exclude one another and leave "
        "no gap.",
        check=under_d1,
    ),
)

EXAMPLE = {
    **{"c_CONh": 0, "c_DW": 1, "c_CONd": 2, "c_SET": 3, "c_CW": 4, "c_PR": 5},
    **{"p_CON": 0, "p_PRl": 1, "p_CW": 2, "p_PRr": 3, "p_SET": 4, "p_DW": 8},
    **{"d_PR": 0, "d_CON": 1, "d_CW": 3, "d_SET": 4, "d_DW": 5},
}

EXHIBITS = (
    TreeFigure("tree", "The tripartite crisis game after a demand, as reconstructed.", tripartite_crisis),
    TheoremTable("theorem", "All equilibria of the reconstruction, in closed form.", tripartite_crisis),
    SolutionTable(
        "equilibria",
        "All perfect Bayesian equilibria at two points.",
        tripartite_crisis,
        fixed=EXAMPLE,
        points=({"q_ch": 0.25, "q_pro": 0.5}, {"q_ch": 0.75, "q_pro": 0.125}),
    ),
)
