"""Claims about the asymmetric escalation game; see README.md for what is published and what is derived here."""

from itertools import combinations

import numpy as np

from deterrence_games.models import asymmetric_escalation_hard_challenger
from deterrence_games.reproduce import Claim, SolvedPoints, TheoremTable, TreeFigure, Trial, derived
from deterrence_games.theory import Equivalence, Exclusion, Existence, Implication

CITATION = (
    "Zagare, F. C. and Kilgour, D. M. (1998), Deterrence Theory and the Spiral Model Revisited. "
    "Journal of Theoretical Politics 10"
)
SILENT, LIMITED, ESCALATED = "No-Response", "Constrained Limited-Response", "Escalatory Limited-Response"
BY_LIMITED, BY_ESCALATED = "Deterrence by constrained limited response", "Deterrence by escalatory limited response"
FOUR = (LIMITED, ESCALATED, BY_LIMITED, BY_ESCALATED)
C_H, C_1 = "((c_ED - c_DD)/(c_ED - c_EEh))", "((c_DC - c_SQ)/(c_DC - c_DD))"
S_0, D_HS = "(p_HH/(p_HH + p_HS))", "((d_DDh - d_DC)/(d_DDh - d_ED))"
DEMANDED, RESPONDED = ("demand",), ("demand", "respond")
CONDITIONS = {
    LIMITED: (f"{S_0} >= {C_H}", f"p_HH + p_HS <= {C_1}"),
    ESCALATED: (f"{S_0} < {C_H}", f"p_HH <= {C_H}*{C_1}"),
    BY_LIMITED: (f"{S_0} >= {C_H}", f"p_HH + p_HS >= {C_1}"),
    BY_ESCALATED: (f"{S_0} < {C_H}", f"p_HH >= {C_H}*{C_1}"),
}


def families(trial: Trial) -> None:
    theorem = derived(asymmetric_escalation_hard_challenger)
    trial.families(theorem, SILENT, *FOUR)
    trial.prove(theorem, Equivalence(SILENT, ()))
    trial.prove(theorem, *(Equivalence(name, conditions) for name, conditions in CONDITIONS.items()))


def closed_forms(trial: Trial) -> None:
    theorem = derived(asymmetric_escalation_hard_challenger)
    for name in (ESCALATED, BY_ESCALATED):
        trial.plays(theorem, name, ("defender", "HS", DEMANDED), "respond", f"p_HH*(1 - {C_H})/(p_HS*{C_H})")
        trial.plays(theorem, name, ("challenger", "", RESPONDED), "escalate", D_HS)
    trial.prove(
        theorem,
        Implication(LIMITED, "limited_conflict == p_HH + p_HS"),
        Implication(LIMITED, "all_out_conflict == 0"),
        Implication(ESCALATED, f"all_out_conflict == p_HH*{D_HS}"),
        Implication(ESCALATED, f"limited_conflict == p_HH/{C_H}*(1 - {D_HS})"),
    )


def mutual_exclusion(trial: Trial) -> None:
    theorem = derived(asymmetric_escalation_hard_challenger)
    trial.prove(theorem, *(Exclusion(one, other) for one, other in combinations(FOUR, 2)))


def overlap(trial: Trial) -> None:
    theorem = derived(asymmetric_escalation_hard_challenger)
    trial.prove(theorem, *(Exclusion(SILENT, name) for name in FOUR), verdict="refuted")


def under_d1(trial: Trial) -> None:
    theorem = derived(asymmetric_escalation_hard_challenger, "D1")
    trial.families(theorem, *FOUR)
    trial.prove(theorem, Existence())
    trial.prove(theorem, *(Equivalence(name, conditions) for name, conditions in CONDITIONS.items()))
    trial.prove(theorem, *(Exclusion(one, other) for one, other in combinations(FOUR, 2)))


def under_other_refinements(trial: Trial) -> None:
    passive = derived(asymmetric_escalation_hard_challenger, "passive beliefs")
    trial.prove(passive, Equivalence(SILENT, (f"p_HH + p_SH <= {C_H}",)))
    trial.prove(derived(asymmetric_escalation_hard_challenger, "intuitive criterion"), Equivalence(SILENT, ()))


def worked_example(trial: Trial) -> None:
    here = np.array([True])
    for priors, name, shares in (
        ((0.1, 0.2, 0.3), ESCALATED, {"defender_concedes": 0.8, "limited_conflict": 0.15, "all_out_conflict": 0.025}),
        ((0.2, 0.1, 0.3), LIMITED, {"defender_concedes": 0.7, "limited_conflict": 0.3, "all_out_conflict": 0}),
        ((0.3, 0.1, 0.3), BY_LIMITED, {"status_quo": 1}),
    ):
        values = {**EXAMPLE, **dict(zip(("p_HH", "p_HS", "p_SH"), priors, strict=True))}
        points = SolvedPoints(
            asymmetric_escalation_hard_challenger(), {key: np.array([float(value)]) for key, value in values.items()}
        )
        for label, share in shares.items():
            trial.expect_range(points, points.outcome(name, label), share, share, f"{name}: probability of {label}", here)


EXAMPLE = {
    **{"c_DE": 1, "c_EEh": 2, "c_DD": 3, "c_ED": 4, "c_SQ": 5, "c_DC": 6},
    **{"d_EEs": 0, "d_ED": 1, "d_EEh": 2, "d_DDs": 3, "d_DC": 4, "d_DDh": 5, "d_DE": 6, "d_SQ": 7},
}

CLAIMS = (
    Claim(
        "families",
        "derived here; the names No-Response and Limited-Response are the source's as recalled",
        "When the Challenger is surely hard, the equilibria are No-Response, always; Constrained Limited-Response, iff s_0 "
        ">= c_h and p_HH + p_HS <= c_1; Escalatory Limited-Response, iff s_0 < c_h and p_HH <= c_h c_1; and deterrence by "
        "the same responses where the second inequality is turned; s_0 = p_HH/(p_HH + p_HS), c_h = (c_ED - c_DD)/(c_ED - "
        "c_EE), c_1 = (c_DC - c_SQ)/(c_DC - c_DD).",
        check=families,
    ),
    Claim(
        "closed-forms",
        "derived here",
        "In Escalatory Limited-Response a Defender HS responds with probability p_HH (1 - c_h)/(p_HS c_h), the Challenger then "
        "escalates with probability d_HS = (d_DD - d_DC)/(d_DD - d_ED), and all-out conflict has probability p_HH d_HS.",
        check=closed_forms,
    ),
    Claim(
        "mutual-exclusion",
        "published, in the abstract: the conditions of deterrence, of limited and of escalated conflict exclude one another "
        "when the Challenger is likely hard; here for a Challenger that is surely hard",
        "The conditions of Constrained and of Escalatory Limited-Response and of deterrence by either exclude one another.",
        check=mutual_exclusion,
    ),
    Claim(
        "no-response-overlaps",
        "derived here",
        "Without a restriction of beliefs No-Response exists together with each of the four, so that exclusion needs one.",
        check=overlap,
    ),
    Claim(
        "exclusion-under-d1",
        "derived here: the restriction of beliefs under which the published theorem is complete",
        "Under D1 No-Response does not exist, the four exist exactly where they did, exclude one another, and one of them "
        "exists everywhere.",
        check=under_d1,
    ),
    Claim(
        "other-refinements",
        "derived here",
        "With passive beliefs No-Response exists iff p_HH + p_SH <= c_h; the intuitive criterion does not remove it anywhere.",
        check=under_other_refinements,
    ),
    Claim(
        "worked-example",
        "derived here",
        "With payoffs 1 to 6 for the Challenger and 0 to 7 for the Defender in their order: priors (.1, .2, .3, .4) of HH, "
        "HS, SH and SS give Escalatory Limited-Response with concession .8, limited conflict .15, all-out conflict .025; "
        "(.2, .1, .3, .4) Constrained Limited-Response with limited conflict .3; (.3, .1, .3, .3) deterrence.",
        check=worked_example,
    ),
)

EXHIBITS = (
    TreeFigure("tree", "The asymmetric escalation game.", asymmetric_escalation_hard_challenger),
    TheoremTable(
        "theorem", "All equilibria under D1, in closed form.", asymmetric_escalation_hard_challenger, refinements=("D1",)
    ),
)
