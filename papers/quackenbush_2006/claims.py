"""Claims about three-party extended deterrence, a reconstruction; see README.md."""

from deterrence_games.models import three_party_deterrence
from deterrence_games.reproduce import Claim, MapFigure, TheoremTable, TreeFigure, Trial, derived
from deterrence_games.theory import Borders, Equivalence, Exclusion, Existence, Implication

CITATION = (
    "Quackenbush, S. L. (2006), Not Only Whether but Whom: Three-Party Extended Deterrence. "
    "Journal of Conflict Resolution 50(4) (reconstruction)"
)
PEACE, ON_PROTEGE, ON_DEFENDER = "Deterrence", "War over the Protege", "War over the Defender"
P = "((c_BW - c_SQ)/(c_BW - c_MW))"


def families(trial: Trial) -> None:
    theorem = derived(three_party_deterrence)
    trial.families(theorem, PEACE, ON_PROTEGE, ON_DEFENDER)
    trial.prove(
        theorem,
        Existence(),
        Equivalence(PEACE, (f"q_def >= {P}", f"q_pro >= {P}")),
        Equivalence(ON_PROTEGE, (f"q_def <= {P}", "q_def <= q_pro")),
        Equivalence(ON_DEFENDER, (f"q_pro <= {P}", "q_pro <= q_def")),
        Exclusion(PEACE, ON_PROTEGE),
        Exclusion(PEACE, ON_DEFENDER),
        Exclusion(ON_PROTEGE, ON_DEFENDER),
        Borders((f"q_def == {P}", f"q_pro == {P}", "q_def == q_pro")),
        f"0 < {P} < 1",
    )


def whom(trial: Trial) -> None:
    theorem = derived(three_party_deterrence)
    trial.prove(theorem, Implication(ON_DEFENDER, "q_def >= q_pro"), Implication(ON_PROTEGE, "q_pro >= q_def"))


def reliability(trial: Trial) -> None:
    theorem = derived(three_party_deterrence)
    trial.prove(
        theorem,
        Implication(ON_DEFENDER, "war_over_defender == q_pro"),
        Implication(ON_DEFENDER, f"war_over_defender <= {P}"),
        Implication(ON_PROTEGE, "war_over_protege == q_def"),
        Implication(ON_PROTEGE, f"war_over_protege <= {P}"),
    )


CLAIMS = (
    Claim(
        "families",
        "derived here, for the reconstruction",
        "Deterrence succeeds iff both allies are reliable with probability p* = (c_BW - c_SQ)/(c_BW - c_MW) or more; the "
        "Protege is attacked iff q_def <= p* and q_def <= q_pro, the Defender iff q_pro <= p* and q_pro <= q_def; off the "
        "borders these exclude one another, and they leave no gap.",
        check=families,
    ),
    Claim(
        "whom",
        "published, in the abstract; here for the reconstruction",
        "If the allies' reliabilities differ, the Challenger attacks the more reliable one, to avoid a multilateral war.",
        check=whom,
    ),
    Claim(
        "multilateral-war",
        "derived here, for the reconstruction",
        "An attack leads to a multilateral war with the probability that the other ally is reliable, which is at most p*.",
        check=reliability,
    ),
)

EXAMPLE = {
    **{"c_MW": 0, "c_SQ": 1, "c_BW": 2, "c_PC": 3, "c_DC": 3},
    **{"p_PC": 0, "p_BP": 1, "p_MP": 2, "p_SQ": 5, "p_DC": 3, "p_BD": 3, "p_MDr": 4, "p_MDu": 1},
    **{"d_DC": 0, "d_BD": 1, "d_MD": 2, "d_SQ": 5, "d_PC": 3, "d_BP": 3, "d_MPr": 4, "d_MPu": 1},
}

EXHIBITS = (
    TreeFigure("tree", "Three-party extended deterrence, as reconstructed.", three_party_deterrence),
    TheoremTable("theorem", "All equilibria of the reconstruction, in closed form.", three_party_deterrence),
    MapFigure(
        "map",
        "Whom the Challenger attacks, over the reliabilities of Defender and Protege (101 x 101 points); here p* = 1/2.",
        three_party_deterrence,
        x=("q_def", 0.01, 0.99, 101),
        y=("q_pro", 0.01, 0.99, 101),
        fixed=EXAMPLE,
    ),
)
