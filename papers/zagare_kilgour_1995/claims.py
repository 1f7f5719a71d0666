"""Claims about the asymmetric escalation game in general; see README.md for what is published and what is derived here."""

from functools import lru_cache

import numpy as np

from deterrence_games.models import asymmetric_escalation
from deterrence_games.reproduce import Claim, SolutionTable, SolvedPoints, TreeFigure, Trial, derived, ordered
from deterrence_games.theory import Equivalence, Exclusion, Existence

CITATION = (
    "Zagare, F. C. and Kilgour, D. M. (1995), Assessing Competing Defense Postures: The Strategic Implications of "
    '"Flexible Response". World Politics 47, 373-417'
)
SILENT, LIMITED, ESCALATED = "No-Response", "Constrained Limited-Response", "Escalatory Limited-Response"
MIXED_LIMITED, MIXED_ESCALATED = f"{LIMITED} with escalation", f"{ESCALATED} with escalation"
ATTACK, STRATEGIC, ALL = "Strategic Attack", "Strategic Deterrence", "All-Escalate Deterrence"
SHARE = 10  # a point of this game takes longer than those of the others: about one for ten draws
FAMILIES = 28  # on open sets
CANDIDATES = 50  # a draw, of which some are taken from each region
DERIVED = "derived here"
C_H, C_1 = "((c_ED - c_DD)/(c_ED - c_EEh))", "((c_DC - c_SQ)/(c_DC - c_DD))"
C_E, C_DE = "((c_DC - c_SQ)/(c_DC - c_EEh))", "((c_DC - c_SQ)/(c_DC - c_DE))"
S_0, D_HS = "(p_HH/(p_HH + p_HS))", "((d_DDh - d_DC)/(d_DDh - d_ED))"
R_H, R_S = "((d_DE - d_DC)/(d_DE - d_EEh))", "((d_DE - d_DC)/(d_DE - d_EEs))"
R_1, R_3 = "((d_DE - d_DDh)/(d_DE - d_EEh))", f"((d_DE - (1 - {D_HS})*d_DDh - {D_HS}*d_EEh)/(d_DE - d_EEh))"
CONDITIONS = {
    SILENT: (f"p_ch >= {R_H}",),
    LIMITED: (f"p_ch >= {R_H}", f"{S_0} >= {C_H}", f"p_HH + p_HS <= {C_1}"),
    ESCALATED: (f"p_ch >= {R_H}", f"p_ch >= {D_HS}", f"{S_0} < {C_H}", f"p_HH <= {C_H}*{C_1}"),
    MIXED_LIMITED: (
        f"p_ch >= {R_1}", f"p_ch >= {R_S}", f"p_ch <= {R_H}", f"{S_0} >= {C_H}",
        "(p_HH + p_HS)*c_DD + p_SH*c_DE + (1 - p_HH - p_HS - p_SH)*c_DC >= c_SQ",
    ),
    MIXED_ESCALATED: (
        f"p_ch >= {R_S}", f"p_ch >= {R_3}", f"p_ch >= {D_HS}", f"p_ch <= {R_H}", f"{S_0} < {C_H}",
        f"p_HH/{C_H}*c_DD + p_SH*c_DE + (1 - p_HH/{C_H} - p_SH)*c_DC >= c_SQ",
    ),
    ATTACK: (f"p_ch >= {R_S}", f"p_ch <= {R_H}", f"p_HH + p_SH <= {C_DE}"),
    STRATEGIC: (f"p_HH + p_SH >= {C_E}",),
    ALL: (),
}  # fmt: skip


def regions(p):
    """Where each equilibrium should exist, ``bool[point]`` by name."""
    c_h = (p["c_ED"] - p["c_DD"]) / (p["c_ED"] - p["c_EEh"])
    gain = p["c_DC"] - p["c_SQ"]
    c_1, c_e, c_de = (gain / (p["c_DC"] - p[worst]) for worst in ("c_DD", "c_EEh", "c_DE"))
    d_hs = (p["d_DDh"] - p["d_DC"]) / (p["d_DDh"] - p["d_ED"])
    r_h, r_s = ((p["d_DE"] - p["d_DC"]) / (p["d_DE"] - p[war]) for war in ("d_EEh", "d_EEs"))
    r_1 = (p["d_DE"] - p["d_DDh"]) / (p["d_DE"] - p["d_EEh"])
    r_3 = (p["d_DE"] - (1 - d_hs) * p["d_DDh"] - d_hs * p["d_EEh"]) / (p["d_DE"] - p["d_EEh"])
    hh, hs, sh, ch = (p[name] for name in ("p_HH", "p_HS", "p_SH", "p_ch"))
    enough = hh / (hh + hs) >= c_h
    responds = hh + hs
    limited = responds * p["c_DD"] + sh * p["c_DE"] + (1 - responds - sh) * p["c_DC"]
    escalated = hh / c_h * p["c_DD"] + sh * p["c_DE"] + (1 - hh / c_h - sh) * p["c_DC"]
    return {
        SILENT: ch >= r_h,
        LIMITED: (ch >= r_h) & enough & (responds <= c_1),
        ESCALATED: (ch >= r_h) & (ch >= d_hs) & ~enough & (hh <= c_h * c_1),
        MIXED_LIMITED: (np.maximum(r_1, r_s) <= ch) & (ch <= r_h) & enough & (limited >= p["c_SQ"]),
        MIXED_ESCALATED: (np.maximum.reduce([r_s, r_3, d_hs]) <= ch) & (ch <= r_h) & ~enough & (escalated >= p["c_SQ"]),
        ATTACK: (r_s <= ch) & (ch <= r_h) & (hh + sh <= c_de),
        STRATEGIC: hh + sh >= c_e,
    }


def payoffs(rng: np.random.Generator, draws: int):
    """Random payoffs as the model orders them, and random priors."""
    params = ordered(rng, draws, "c_EEs", "c_DE", "c_EEh", "c_DD", "c_ED", "c_SQ", "c_DC")
    params |= ordered(rng, draws, "d_EEs", "d_ED", "d_EEh", "d_DDs", "d_DC", "d_DDh", "d_DE", "d_SQ")
    weights = rng.exponential(size=(4, draws))
    return (
        params | dict(zip(("p_HH", "p_HS", "p_SH"), weights / weights.sum(axis=0), strict=False)) | {"p_ch": rng.random(draws)}
    )


@lru_cache(maxsize=1)
def drawn(draws: int) -> SolvedPoints:
    """Random games with points in every region, solved."""
    rng = np.random.default_rng(1995)
    params = payoffs(rng, draws * CANDIDATES)
    each = max(draws // SHARE // 10, 2)
    rows = [np.flatnonzero(where)[:each] for where in regions(params).values()]
    rows.append(np.arange(draws * CANDIDATES - 3 * each, draws * CANDIDATES))  # and some anywhere
    chosen = np.unique(np.concatenate(rows))
    return SolvedPoints(asymmetric_escalation(), {name: values[chosen] for name, values in params.items()})


def exactly(name: str):
    """A check that an equilibrium exists where it should and nowhere else: proved, and at points by the numeric solver."""

    def check(trial: Trial) -> None:
        trial.prove(derived(asymmetric_escalation), Equivalence(name, CONDITIONS[name]))
        points = drawn(trial.draws)
        trial.exists_exactly(points, name, regions(points)[name])

    return check


def complete(trial: Trial) -> None:
    theorem = derived(asymmetric_escalation)
    trial.require(theorem.complete, "every support of behaviour and of free beliefs was solved or proved empty")
    trial.require(len(theorem.families) == FAMILIES, f"{FAMILIES} families exist on open sets, not {len(theorem.families)}")
    trial.prove(theorem, Existence())


def overlap(trial: Trial) -> None:
    theorem = derived(asymmetric_escalation)
    trial.prove(theorem, *(Exclusion(ALL, name) for name in CONDITIONS if name != ALL), verdict="refuted")


def all_escalate(trial: Trial) -> None:
    trial.prove(derived(asymmetric_escalation), Equivalence(ALL, CONDITIONS[ALL]))
    points = drawn(trial.draws)
    everywhere = np.ones(len(points), dtype=bool)
    trial.expect(points, points.exists(ALL), "All-Escalate Deterrence exists")
    trial.expect_range(points, points.outcome(ALL, "status_quo"), 1, 1, "nobody demands anything", everywhere)


EXAMPLE = {
    **{"c_EEs": 0, "c_DE": 1, "c_EEh": 2, "c_DD": 3, "c_ED": 4, "c_SQ": 5, "c_DC": 6},
    **{"d_EEs": 0, "d_ED": 1, "d_EEh": 2, "d_DDs": 3, "d_DC": 4, "d_DDh": 5, "d_DE": 6, "d_SQ": 7},
}

CLAIMS = (
    Claim(
        "no-response",
        DERIVED,
        "Every Challenger demands and every Defender concedes: iff p_ch >= r_H = (d_DE - d_DC)/(d_DE - d_EE), at which a "
        "strategically hard Defender no longer escalates.",
        check=exactly(SILENT),
    ),
    Claim(
        "limited-response",
        DERIVED,
        "Constrained Limited-Response, in which tactically soft Defenders concede: iff p_ch >= r_H, p_HH/(p_HH + p_HS) >= "
        "c_h and p_HH + p_HS <= c_1.",
        check=exactly(LIMITED),
    ),
    Claim(
        "escalatory-response",
        DERIVED,
        "Escalatory Limited-Response, in which tactically soft Defenders concede: iff p_ch >= r_H, p_ch >= d_HS, "
        "p_HH/(p_HH + p_HS) < c_h and p_HH <= c_h c_1.",
        check=exactly(ESCALATED),
    ),
    Claim(
        "limited-response-with-escalation",
        DERIVED,
        "The same in which a Defender SH escalates: iff p_ch lies between max(r_1, r_S) and r_H, p_HH/(p_HH + p_HS) >= c_h "
        "and a demand pays.",
        check=exactly(MIXED_LIMITED),
    ),
    Claim(
        "escalatory-response-with-escalation",
        DERIVED,
        "Likewise: iff p_ch lies between max(r_S, r_3, d_HS) and r_H, p_HH/(p_HH + p_HS) < c_h and a demand pays.",
        check=exactly(MIXED_ESCALATED),
    ),
    Claim(
        "strategic-attack",
        DERIVED,
        "Every Challenger demands, strategically hard Defenders escalate, others concede: iff r_S <= p_ch <= r_H and "
        "p_HH + p_SH <= c_DE = (c_DC - c_SQ)/(c_DC - c_DE).",
        check=exactly(ATTACK),
    ),
    Claim(
        "strategic-deterrence",
        DERIVED,
        "Nobody demands, as strategically hard Defenders would escalate and others would concede: iff "
        "p_HH + p_SH >= c_E = (c_DC - c_SQ)/(c_DC - c_EE).",
        check=exactly(STRATEGIC),
    ),
    Claim(
        "all-escalate-deterrence",
        "derived here; that exclusion needs a restriction of beliefs follows from it",
        "Nobody demands, as every Defender would escalate, taking whoever demands to be soft: at all payoffs and priors.",
        check=all_escalate,
    ),
    Claim(
        "overlap",
        DERIVED,
        "All-Escalate Deterrence exists together with each of the others somewhere, so that exclusion needs a restriction of "
        "beliefs.",
        check=overlap,
    ),
    Claim(
        "complete",
        DERIVED,
        f"There is no other equilibrium than those of the theorem: {FAMILIES} families on open sets, the eight above among "
        "them, and some on borders.",
        check=complete,
    ),
)

EXHIBITS = (
    TreeFigure("tree", "The asymmetric escalation game.", asymmetric_escalation),
    SolutionTable(
        "equilibria",
        "All perfect Bayesian equilibria at a point.",
        asymmetric_escalation,
        fixed=EXAMPLE,
        points=({"p_ch": 0.75, "p_HH": 0.2, "p_HS": 0.1, "p_SH": 0.3},),
    ),
)
