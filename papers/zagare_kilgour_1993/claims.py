"""Claims about the unilateral deterrence game; see README.md for what is published and what is derived here."""

from functools import lru_cache
from itertools import combinations

import numpy as np

from deterrence_games.models import unilateral_deterrence
from deterrence_games.reproduce import (
    Claim,
    MapFigure,
    SolutionTable,
    SolvedPoints,
    TreeFigure,
    Trial,
    derived,
    ordered,
    priors_around,
)
from deterrence_games.theory import Borders, Equivalence, Exclusion, Existence, Implication

CITATION = "Zagare, F. C. and Kilgour, D. M. (1993), Asymmetric Deterrence. International Studies Quarterly 37(1)"
NAMES = ("Certain Deterrence", "Separating", "Attack", "Bluff")  # apart from Steadfast Deterrence
INITIATED, DEFIED = ("defect",), ("defect", "defy")
DERIVED = "derived here; the name is the one in common use"


def thresholds(p):
    """Soft and hard challenger's credibility thresholds, and the defender's."""
    c1 = (p["c_DC"] - p["c_SQ"]) / (p["c_DC"] - p["c_CD"])
    c2 = (p["c_DC"] - p["c_SQ"]) / (p["c_DC"] - p["c_DDh"])
    d = (p["d_CD"] - p["d_DC"]) / (p["d_CD"] - p["d_DDs"])
    return c1, c2, d


@lru_cache(maxsize=1)
def drawn(draws: int) -> SolvedPoints:
    """Random games whose payoffs are ordered as the model says, solved."""
    rng = np.random.default_rng(1993)
    params = ordered(rng, draws, "c_DDs", "c_CD", "c_DDh", "c_SQ", "c_DC")
    params |= ordered(rng, draws, "d_DDs", "d_DC", "d_DDh", "d_CD", "d_SQ")
    c1, c2, d = thresholds(params)
    return SolvedPoints(unilateral_deterrence(), {**params, "p_ch": priors_around(rng, d), "p_def": priors_around(rng, c1, c2)})


def with_thresholds(trial: Trial):
    points = drawn(trial.draws)
    return points, points["p_ch"], points["p_def"], *thresholds(points)


def challenger(points, name):
    """Ranges of the two types' probabilities of initiating."""
    return [points.plays(name, "challenger", kind, (), "defect") for kind in ("hard", "soft")]


def soft_defender(points, name):
    """Range of the probability that a soft defender defies."""
    return points.plays(name, "defender", "soft", INITIATED, "defy")


def last_stage(trial: Trial) -> None:
    points = drawn(trial.draws)
    trial.expect(points, points.always("challenger", "hard", DEFIED, "press_on"), "a hard challenger who is defied presses on")
    trial.expect(points, points.always("challenger", "soft", DEFIED, "back_down"), "a soft challenger who is defied backs down")
    trial.expect(points, points.always("defender", "hard", INITIATED, "defy"), "a hard defender defies")


def certain_deterrence(trial: Trial) -> None:
    name = "Certain Deterrence"
    points, _, p_def, _, c2, d = with_thresholds(trial)
    inside = p_def >= c2
    trial.exists_exactly(points, name, inside)
    trial.expect_range(points, points.outcome(name, "status_quo"), 1, 1, "nobody initiates", inside)
    trial.expect_range(points, soft_defender(points, name), 0, 0, "a soft defender would concede", inside)
    belief = points.believes(name, "challenger", "hard", INITIATED)
    trial.expect_range(points, belief, d, 1, "supporting beliefs are [d*, 1]", inside)


def steadfast_deterrence(trial: Trial) -> None:
    name = "Steadfast Deterrence"
    points, _, p_def, _, c2, d = with_thresholds(trial)
    everywhere = np.ones(len(points), dtype=bool)
    trial.expect(points, points.exists(name), "Steadfast Deterrence exists")
    trial.expect_range(points, points.outcome(name, "status_quo"), 1, 1, "nobody initiates", everywhere)
    belief = points.believes(name, "challenger", "hard", INITIATED)
    trial.expect_range(points, belief, 0, d, "supporting beliefs are [0, d*]", everywhere)
    least = np.maximum(0, (c2 - p_def) / (1 - p_def))
    trial.expect_range(points, soft_defender(points, name), least, 1, "a soft defender defies often enough", everywhere)


def passive_beliefs(trial: Trial) -> None:
    points, p_ch, _, _, _, d = with_thresholds(trial)
    low, high = points.believes("Steadfast Deterrence", "challenger", "hard", INITIATED)
    trial.expect(points, ((low <= p_ch) & (p_ch <= high)) == (p_ch <= d), "the prior is a supporting belief iff p_ch <= d*")
    trial.inside = int((p_ch <= d).sum())


def separating(trial: Trial) -> None:
    name = "Separating"
    points, p_ch, p_def, c1, c2, _ = with_thresholds(trial)
    inside = (c1 <= p_def) & (p_def <= c2)
    trial.exists_exactly(points, name, inside)
    hard, soft = challenger(points, name)
    trial.expect_range(points, hard, 1, 1, "a hard challenger initiates", inside)
    trial.expect_range(points, soft, 0, 0, "a soft challenger does not", inside)
    trial.expect_range(points, soft_defender(points, name), 0, 0, "a soft defender concedes", inside)
    belief = points.believes(name, "challenger", "hard", INITIATED)
    trial.expect_range(points, belief, 1, 1, "an initiator is known to be hard", inside)
    fought = p_ch * p_def
    trial.expect_range(points, points.outcome(name, "conflict"), fought, fought, "conflict has probability p_ch p_def", inside)


def attack(trial: Trial) -> None:
    name = "Attack"
    points, p_ch, p_def, c1, _, d = with_thresholds(trial)
    inside = (p_def <= c1) & (p_ch >= d)
    trial.exists_exactly(points, name, inside)
    for found in challenger(points, name):
        trial.expect_range(points, found, 1, 1, "every challenger initiates", inside)
    trial.expect_range(points, soft_defender(points, name), 0, 0, "a soft defender concedes", inside)
    belief = points.believes(name, "challenger", "hard", INITIATED)
    trial.expect_range(points, belief, p_ch, p_ch, "initiating tells nothing", inside)
    for label, share in (
        ("defender_concedes", 1 - p_def),
        ("conflict", p_ch * p_def),
        ("challenger_defeated", (1 - p_ch) * p_def),
    ):
        trial.expect_range(points, points.outcome(name, label), share, share, f"probability of {label}", inside)


def bluff(trial: Trial) -> None:
    name = "Bluff"
    points, p_ch, p_def, c1, _, d = with_thresholds(trial)
    inside = (p_def < c1) & (p_ch < d)
    trial.exists_exactly(points, name, inside)
    x, y = p_ch * (1 - d) / (d * (1 - p_ch)), (c1 - p_def) / (1 - p_def)
    hard, soft = challenger(points, name)
    trial.expect_range(points, hard, 1, 1, "a hard challenger initiates", inside)
    trial.expect_range(points, soft, x, x, "a soft challenger initiates with probability x_S", inside)
    trial.expect_range(points, soft_defender(points, name), y, y, "a soft defender defies with probability y_S", inside)
    belief = points.believes(name, "challenger", "hard", INITIATED)
    trial.expect_range(points, belief, d, d, "an initiator is hard with probability d*", inside)


def bluff_outcomes(trial: Trial) -> None:
    points, p_ch, p_def, c1, _, d = with_thresholds(trial)
    inside = (p_def < c1) & (p_ch < d)
    for label, share in (
        ("status_quo", 1 - p_ch / d),
        ("defender_concedes", p_ch / d * (1 - c1)),
        ("challenger_defeated", (p_ch / d - p_ch) * c1),
        ("conflict", p_ch * c1),
    ):
        trial.expect_range(points, points.outcome("Bluff", label), share, share, f"probability of {label}", inside)


def one_of_four(trial: Trial) -> None:
    points = drawn(trial.draws)
    found = np.sum([points.exists(name) for name in NAMES], axis=0)
    trial.expect(points, found == 1, "exactly one of Certain Deterrence, Separating, Attack and Bluff exists")
    for name in points.names:
        if name not in (*NAMES, "Steadfast Deterrence"):
            trial.expect(points, ~points.exists(name), f"there is no other equilibrium ({name})")


def borders(trial: Trial) -> None:
    rng = np.random.default_rng(5)
    kinds, draws = np.arange(trial.draws) % 3, trial.draws
    c_steps, d_steps = (rng.integers(1, 9, size=(5, draws)).cumsum(axis=0).astype(float) for _ in range(2))
    params = dict(zip(("c_DDs", "c_CD", "c_DDh", "c_SQ", "c_DC"), c_steps, strict=True))
    params |= dict(zip(("d_DDs", "d_DC", "d_DDh", "d_CD", "d_SQ"), d_steps, strict=True))
    c1, c2, d = thresholds(params)
    params["p_def"] = np.select([kinds == 0, kinds == 1], [c1, c2], c1 * rng.random(draws))
    params["p_ch"] = np.where(kinds == 2, d, rng.random(draws))
    points = SolvedPoints(unilateral_deterrence(), params)
    certain, apart, all_attack, some_bluff = (points.exists(name) for name in NAMES)
    likely = params["p_ch"] >= d
    trial.expect(
        points, apart & (all_attack == likely) & some_bluff & ~certain,
        "at p_def = c1 Separating, Attack (if p_ch >= d*) and what joins them exist", kinds == 0,
    )  # fmt: skip
    trial.expect(
        points, certain & apart & ~all_attack & ~some_bluff, "at p_def = c2 Certain Deterrence and Separating exist", kinds == 1
    )
    trial.expect(
        points, all_attack & some_bluff & ~apart & ~certain, "at p_ch = d* below c1 Attack and what joins it to Bluff exist",
        kinds == 2,
    )  # fmt: skip
    trial.inside = draws


def worked_example(trial: Trial) -> None:
    params = {**EXAMPLE, "p_ch": 1 / 2, "p_def": 1 / 6}
    points = SolvedPoints(unilateral_deterrence(), {name: np.array([float(value)]) for name, value in params.items()})
    _, soft = challenger(points, "Bluff")
    here = np.array([True])
    trial.expect_range(points, soft, 1 / 2, 1 / 2, "x_S = 1/2", here)
    trial.expect_range(points, soft_defender(points, "Bluff"), 1 / 5, 1 / 5, "y_S = 1/5", here)


C1, C2, D = "((c_DC - c_SQ)/(c_DC - c_CD))", "((c_DC - c_SQ)/(c_DC - c_DDh))", "((d_CD - d_DC)/(d_CD - d_DDs))"
SOFT, SOFT_DEFENDER = ("challenger", "soft", ()), ("defender", "soft", INITIATED)


def without_numbers(trial: Trial) -> None:
    theorem = derived(unilateral_deterrence)
    trial.families(theorem, *NAMES, "Steadfast Deterrence")
    trial.prove(
        theorem,
        Equivalence("Certain Deterrence", (f"p_def >= {C2}",)),
        Equivalence("Separating", (f"{C1} <= p_def", f"p_def <= {C2}")),
        Equivalence("Attack", (f"p_def <= {C1}", f"p_ch >= {D}")),
        Equivalence("Bluff", (f"p_def < {C1}", f"p_ch < {D}")),
        Equivalence("Steadfast Deterrence", ()),
        *(Exclusion(one, other) for one, other in combinations(NAMES, 2)),
        Borders((f"p_def == {C1}", f"p_def == {C2}", f"p_ch == {D}")),
        f"{C1} < {C2}",
    )


def bluff_in_closed_form(trial: Trial) -> None:
    theorem = derived(unilateral_deterrence)
    trial.plays(theorem, "Bluff", SOFT, "defect", f"p_ch*(1 - {D})/({D}*(1 - p_ch))")
    trial.plays(theorem, "Bluff", SOFT_DEFENDER, "defy", f"({C1} - p_def)/(1 - p_def)")
    trial.prove(
        theorem,
        Implication("Bluff", f"status_quo == 1 - p_ch/{D}"),
        Implication("Bluff", f"defender_concedes == p_ch/{D}*(1 - {C1})"),
        Implication("Bluff", f"challenger_defeated == (p_ch/{D} - p_ch)*{C1}"),
        Implication("Bluff", f"conflict == p_ch*{C1}"),
    )


def refined_by_passive_beliefs(trial: Trial) -> None:
    theorem = derived(unilateral_deterrence, "passive beliefs")
    trial.prove(theorem, Equivalence("Steadfast Deterrence", (f"p_ch <= {D}",)))
    trial.prove(theorem, Equivalence("Certain Deterrence", (f"p_def >= {C2}", f"p_ch >= {D}")))


def refined_by_d1(trial: Trial) -> None:
    theorem = derived(unilateral_deterrence, "D1")
    trial.prove(
        theorem,
        Existence(),
        Equivalence("Steadfast Deterrence", (f"p_def >= {C2}",)),
        Equivalence("Certain Deterrence", (f"p_def >= {C2}",)),
        *(Exclusion("Steadfast Deterrence", name) for name in ("Separating", "Attack", "Bluff")),
    )
    trial.prove(derived(unilateral_deterrence), Exclusion("Steadfast Deterrence", "Attack"), verdict="refuted")


EXAMPLE = {
    **{"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4},
    **{"d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4},
}

CLAIMS = (
    Claim(
        "last-stage",
        "the tree and the types are in the abstract; the argument is immediate",
        "A hard challenger who is defied presses on, a soft one backs down; a hard defender always defies.",
        check=last_stage,
    ),
    Claim(
        "certain-deterrence",
        DERIVED,
        "Nobody initiates, and a soft defender would concede: iff p_def >= c_2 = (c_DC - c_SQ)/(c_DC - c_DDh). It is supported "
        "by every belief in an initiator's hardness from d* = (d_CD - d_DC)/(d_CD - d_DDs) up.",
        check=certain_deterrence,
    ),
    Claim(
        "separating",
        DERIVED,
        "Only hard challengers initiate, and a soft defender concedes: iff c_1 <= p_def <= c_2, "
        "with c_1 = (c_DC - c_SQ)/(c_DC - c_CD).",
        check=separating,
    ),
    Claim(
        "attack",
        DERIVED,
        "Every challenger initiates, and a soft defender concedes: iff p_def <= c_1 and p_ch >= d*.",
        check=attack,
    ),
    Claim(
        "bluff",
        DERIVED,
        "Soft challengers initiate with x_S = p_ch (1 - d*)/(d* (1 - p_ch)), soft defenders defy with "
        "y_S = (c_1 - p_def)/(1 - p_def): iff p_def < c_1 and p_ch < d*.",
        check=bluff,
    ),
    Claim(
        "bluff-outcomes",
        "derived here",
        "Under Bluff, a challenger initiates with probability p_ch/d*, is defied with probability c_1, and conflict has "
        "probability p_ch c_1.",
        check=bluff_outcomes,
    ),
    Claim(
        "one-of-four",
        "derived here",
        "Apart from Steadfast Deterrence and off the borders, exactly one of Certain Deterrence, Separating, Attack and Bluff "
        "exists, and nothing else.",
        check=one_of_four,
    ),
    Claim(
        "steadfast-deterrence",
        DERIVED,
        "Nobody initiates, since a soft defender would defy with a probability of at least (c_2 - p_def)/(1 - p_def): at every "
        "prior. It is supported by the beliefs in an initiator's hardness up to d*.",
        check=steadfast_deterrence,
    ),
    Claim(
        "steadfast-beliefs",
        "derived here; that it rests on implausible beliefs is a common remark",
        "The prior itself is among the beliefs that support Steadfast Deterrence iff p_ch <= d*.",
        check=passive_beliefs,
    ),
    Claim(
        "without-numbers",
        "derived here; the names are those in common use",
        "Whatever the payoffs, as long as they are ordered as the model says: the equilibria are the five above, each iff its "
        "conditions hold; Certain Deterrence, Separating, Attack and Bluff exclude one another; anything else exists only "
        "where p_def = c_1, p_def = c_2 or p_ch = d*; c_1 < c_2.",
        check=without_numbers,
    ),
    Claim(
        "bluff-without-numbers",
        "derived here",
        "The closed forms of Bluff, and of the probabilities of its outcomes, hold whatever the payoffs.",
        check=bluff_in_closed_form,
    ),
    Claim(
        "passive-beliefs",
        "derived here",
        "With passive beliefs Steadfast Deterrence exists iff p_ch <= d*, and Certain Deterrence iff p_def >= c_2 and "
        "p_ch >= d*.",
        check=refined_by_passive_beliefs,
    ),
    Claim(
        "d1",
        "derived here; that Steadfast rests on implausible beliefs is a common remark",
        "Under D1 an equilibrium exists everywhere, Steadfast Deterrence iff p_def >= c_2, where Certain Deterrence exists "
        "too, and it excludes Separating, Attack and Bluff; without D1 it does not exclude Attack.",
        check=refined_by_d1,
    ),
    Claim(
        "borders",
        "derived here",
        "On the borders p_def = c_1, p_def = c_2 and p_ch = d*, the equilibria of both sides exist; on the first and the last "
        "so does what joins them.",
        check=borders,
    ),
    Claim(
        "worked-example",
        "derived here",
        "With payoffs 0, 1, 2, 3, 4 on either side, p_ch = 1/2 and p_def = 1/6: x_S = 1/2 and y_S = 1/5.",
        check=worked_example,
    ),
)

EXHIBITS = (
    TreeFigure("tree", "The unilateral deterrence game. c is the challenger, d the defender.", unilateral_deterrence),
    MapFigure(
        "map",
        "Which equilibrium exists where, over the two sides' probabilities of being hard (201 x 201 points). "
        "The horizontal borders are c_1 = 1/3 and c_2 = 1/2, the vertical one is d* = 2/3.",
        unilateral_deterrence,
        x=("p_ch", 0, 1, 201),
        y=("p_def", 0, 1, 201),
        fixed=EXAMPLE,
    ),
    SolutionTable(
        "equilibria",
        "All perfect Bayesian equilibria at a point of each region.",
        unilateral_deterrence,
        fixed=EXAMPLE,
        points=({"p_ch": 1 / 2, "p_def": 1 / 6}, {"p_ch": 5 / 6, "p_def": 1 / 6}, {"p_ch": 1 / 2, "p_def": 5 / 12},
                {"p_ch": 1 / 2, "p_def": 3 / 4}),
    ),
)  # fmt: skip
