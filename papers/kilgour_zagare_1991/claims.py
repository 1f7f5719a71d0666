"""Claims about the generalized mutual deterrence game; see README.md for what is published and what is derived here."""

from functools import lru_cache

import numpy as np

from deterrence_games.models import generalized_mutual_deterrence
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
from deterrence_games.theory import Borders, Equivalence, Exclusion, Existence

CITATION = (
    "Kilgour, D. M. and Zagare, F. C. (1991), Credibility, Uncertainty, and Deterrence. "
    "American Journal of Political Science 35(2)"
)
NAMES = ("Sure-Thing Deterrence", "Separating", "Hybrid", "Bluff (A)", "Bluff (B)", "Hard-mixing")
DERIVED = "derived here; the name is the one in common use"
A_PAYOFFS = ("a_DDs", "a_CD", "a_DDh", "a_SQ", "a_DC")  # worst first: soft war, defeat, hard war, status quo, victory
B_PAYOFFS = ("b_DDs", "b_DC", "b_DDh", "b_SQ", "b_CD")


def thresholds(soft_war, defeat, hard_war, status_quo, victory):
    """One side's thresholds for the other's credibility: of its hard type, of its soft type, and against a separating one."""
    gain = victory - status_quo
    return gain / (victory - hard_war), gain / (victory - soft_war), gain / (gain + defeat - soft_war)


@lru_cache(maxsize=1)
def drawn(draws: int) -> SolvedPoints:
    """Random games whose payoffs are ordered as the model says, solved."""
    rng = np.random.default_rng(1991)
    params = ordered(rng, draws, *A_PAYOFFS) | ordered(rng, draws, *B_PAYOFFS)
    params["p_b"] = priors_around(rng, *thresholds(*(params[name] for name in A_PAYOFFS)))
    params["p_a"] = priors_around(rng, *thresholds(*(params[name] for name in B_PAYOFFS)))
    return SolvedPoints(generalized_mutual_deterrence(), params)


class Side:
    """One side's view: its own payoffs and type, its thresholds, and the probability that the other is hard."""

    def __init__(self, points: SolvedPoints, player: str) -> None:
        payoffs, other = (A_PAYOFFS, "B") if player == "A" else (B_PAYOFFS, "A")
        self.player, self.points = player, points
        self.soft_war, self.defeat, self.hard_war, self.status_quo, self.victory = (points[name] for name in payoffs)
        self.hard, self.soft, self.against_separating = thresholds(*(points[name] for name in payoffs))
        self.p_other = points[f"p_{other.lower()}"]
        self.gain = self.victory - self.status_quo

    def defects(self, name, kind):
        """Range of the probability that a type defects at the first stage."""
        return self.points.plays(name, self.player, kind, (), "defect")


def sides(trial: Trial):
    points = drawn(trial.draws)
    return points, Side(points, "A"), Side(points, "B")


def second_stage(trial: Trial) -> None:
    points = drawn(trial.draws)
    for player, history in (("A", (("cooperate", "defect"),)), ("B", (("defect", "cooperate"),))):
        trial.expect(points, points.always(player, "hard", history, "retaliate"), f"a hard {player} retaliates")
        trial.expect(points, points.always(player, "soft", history, "capitulate"), f"a soft {player} capitulates")


def sure_thing(trial: Trial) -> None:
    name = "Sure-Thing Deterrence"
    points, a, b = sides(trial)
    inside = (a.p_other >= a.hard) & (b.p_other >= b.hard)
    trial.exists_exactly(points, name, inside)
    trial.expect_range(points, points.outcome(name, "status_quo"), 1, 1, "nobody defects", inside)


def separating(trial: Trial) -> None:
    name = "Separating"
    points, a, b = sides(trial)
    inside = (a.p_other >= a.against_separating) & (b.p_other >= b.against_separating)
    trial.exists_exactly(points, name, inside)
    for side in (a, b):
        trial.expect_range(points, side.defects(name, "hard"), 1, 1, "hard types defect", inside)
        trial.expect_range(points, side.defects(name, "soft"), 0, 0, "soft types do not", inside)
    fought = points["p_a"] * points["p_b"]
    trial.expect_range(points, points.outcome(name, "conflict"), fought, fought, "there is conflict iff both are hard", inside)


def hybrid(trial: Trial) -> None:
    name = "Hybrid"
    points, a, b = sides(trial)
    inside = (a.p_other < a.against_separating) & (b.p_other < b.against_separating)
    trial.exists_exactly(points, name, inside)
    for side, other in ((a, b), (b, a)):
        own = other.p_other
        share = (other.against_separating - own) / (1 - own)
        trial.expect_range(points, side.defects(name, "hard"), 1, 1, "hard types defect", inside)
        trial.expect_range(points, side.defects(name, "soft"), share, share, "soft types defect as often as derived", inside)


def bluff(player: str):
    def check(trial: Trial) -> None:
        name = f"Bluff ({player})"
        points, a, b = sides(trial)
        side, other = (a, b) if player == "A" else (b, a)
        inside = side.p_other <= side.against_separating
        trial.exists_exactly(points, name, inside)
        for kind in ("hard", "soft"):
            trial.expect_range(points, side.defects(name, kind), 1, 1, f"every {player} defects", inside)
        trial.expect_range(points, other.defects(name, "soft"), 0, 0, "a soft opponent never defects", inside)
        p = side.p_other
        least = p * (side.status_quo - side.soft_war) - (1 - p) * side.gain
        least = np.maximum(0, least / (p * (side.status_quo - side.defeat)))
        trial.expect_range(points, other.defects(name, "hard"), least, 1, "a hard opponent defects often enough", inside)

    return check


def hard_mixing(trial: Trial) -> None:
    name = "Hard-mixing"
    points, a, b = sides(trial)
    inside = (a.p_other > a.hard) & (b.p_other > b.hard)
    trial.exists_exactly(points, name, inside)
    for side, other in ((a, b), (b, a)):
        p = other.p_other
        share = 1 - (1 - p) * other.gain / (p * (other.status_quo - other.hard_war))
        trial.expect_range(points, side.defects(name, "hard"), share, share, "hard types defect as often as derived", inside)
        trial.expect_range(points, side.defects(name, "soft"), 0, 0, "soft types never defect", inside)


def nothing_else(trial: Trial) -> None:
    points = drawn(trial.draws)
    some = np.any([points.exists(name) for name in NAMES], axis=0)
    trial.expect(points, some, "one of the six equilibria exists")
    for name in points.names:
        if name not in NAMES:
            trial.expect(points, ~points.exists(name), f"there is no other equilibrium ({name})")


def borders(trial: Trial) -> None:
    rng = np.random.default_rng(7)
    draws, kinds = trial.draws, np.arange(trial.draws) % 2
    params = {}
    for names in (A_PAYOFFS, B_PAYOFFS):
        params |= dict(zip(names, rng.integers(1, 9, size=(5, draws)).cumsum(axis=0).astype(float), strict=True))
    t_hard, _, t_sep = thresholds(*(params[name] for name in A_PAYOFFS))
    u_hard, _, u_sep = thresholds(*(params[name] for name in B_PAYOFFS))
    params["p_b"] = np.where(kinds == 0, t_hard, t_sep)
    params["p_a"] = np.where(kinds == 0, u_hard, u_sep)
    points = SolvedPoints(generalized_mutual_deterrence(), params)
    trial.expect(
        points, points.exists("Sure-Thing Deterrence"), "at p_b = t_H, p_a = u_H Sure-Thing Deterrence exists", kinds == 0
    )
    for name in ("Separating", "Bluff (A)", "Bluff (B)"):
        trial.expect(points, points.exists(name), f"at p_b = t_2, p_a = u_2 {name} exists", kinds == 1)
    least, most = points.plays("Bluff (A)", "B", "hard", (), "defect")
    trial.expect(
        points, (least >= 1 - 1e-6) & (most == 1), "at p_b = t_2 a hard B defects for sure under Bluff (A)", kinds == 1
    )
    trial.inside = draws


def worked_example(trial: Trial) -> None:
    def at(p: float) -> SolvedPoints:
        params = {**EXAMPLE, "p_a": p, "p_b": p}
        return SolvedPoints(generalized_mutual_deterrence(), {name: np.array([float(v)]) for name, v in params.items()})

    here = np.array([True])
    points = at(1 / 3)
    for player in ("A", "B"):
        share = points.plays("Hybrid", player, "soft", (), "defect")
        trial.expect_range(points, share, 1 / 2, 1 / 2, "at p = 1/3 soft types defect with probability 1/2", here)
    points = at(4 / 5)
    for player in ("A", "B"):
        share = points.plays("Hard-mixing", player, "hard", (), "defect")
        trial.expect_range(points, share, 2 / 3, 2 / 3, "at p = 4/5 hard types defect with probability 2/3", here)
    for name in ("Sure-Thing Deterrence", "Separating"):
        trial.expect(points, points.exists(name), f"at p = 4/5 {name} exists too")
    points = at(1 / 2)
    share = points.plays("Bluff (A)", "B", "hard", (), "defect")
    trial.expect_range(points, share, 1 / 2, 1, "at p = 1/2 a hard B defects with probability 1/2 or more", here)


EXAMPLE = {
    **{"a_DDs": 0, "a_CD": 1, "a_DDh": 1.5, "a_SQ": 3, "a_DC": 5},
    **{"b_DDs": 0, "b_DC": 1, "b_DDh": 1.5, "b_SQ": 3, "b_CD": 5},
}

T_H, T_2 = "((a_DC - a_SQ)/(a_DC - a_DDh))", "((a_DC - a_SQ)/((a_DC - a_SQ) + (a_CD - a_DDs)))"
U_H, U_2 = "((b_CD - b_SQ)/(b_CD - b_DDh))", "((b_CD - b_SQ)/((b_CD - b_SQ) + (b_DC - b_DDs)))"


def without_numbers(trial: Trial) -> None:
    theorem = derived(generalized_mutual_deterrence)
    trial.families(theorem, *NAMES)
    trial.prove(
        theorem,
        Existence(),
        Equivalence("Sure-Thing Deterrence", (f"p_b >= {T_H}", f"p_a >= {U_H}")),
        Equivalence("Separating", (f"p_b >= {T_2}", f"p_a >= {U_2}")),
        Equivalence("Hybrid", (f"p_b < {T_2}", f"p_a < {U_2}")),
        Equivalence("Bluff (A)", (f"p_b <= {T_2}",)),
        Equivalence("Bluff (B)", (f"p_a <= {U_2}",)),
        Equivalence("Hard-mixing", (f"p_b > {T_H}", f"p_a > {U_H}")),
        Exclusion("Separating", "Hybrid"),
        Exclusion("Separating", "Bluff (A)"),
        Exclusion("Separating", "Bluff (B)"),
        Borders((f"p_b == {T_H}", f"p_a == {U_H}", f"p_b == {T_2}", f"p_a == {U_2}")),
    )


def closed_forms(trial: Trial) -> None:
    theorem = derived(generalized_mutual_deterrence)
    trial.plays(theorem, "Hybrid", ("A", "soft", ()), "defect", f"({U_2} - p_a)/(1 - p_a)")
    trial.plays(theorem, "Hybrid", ("B", "soft", ()), "defect", f"({T_2} - p_b)/(1 - p_b)")
    for player, own, gain, loss in (("B", "p_b", "a_DC - a_SQ", "a_SQ - a_DDh"), ("A", "p_a", "b_CD - b_SQ", "b_SQ - b_DDh")):
        formula = f"1 - (1 - {own})*({gain})/({own}*({loss}))"
        trial.plays(theorem, "Hard-mixing", (player, "hard", ()), "defect", formula)


CLAIMS = (
    Claim(
        "without-numbers",
        "derived here; the names are those in common use, but for Hard-mixing",
        "Whatever the payoffs, as long as they are ordered as the model says: the equilibria are the six below, each iff its "
        "conditions hold; one of them exists everywhere; Separating excludes Hybrid and both Bluffs; anything else exists only "
        "where p_b = t_H, p_a = u_H, p_b = t_2 or p_a = u_2.",
        check=without_numbers,
    ),
    Claim(
        "closed-forms-without-numbers",
        "derived here",
        "The probabilities with which types mix in Hybrid and in Hard-mixing hold whatever the payoffs.",
        check=closed_forms,
    ),
    Claim(
        "second-stage",
        "that credibility is the probability of preferring retaliation is in the abstract; the argument is immediate",
        "A hard player whose opponent alone defects retaliates, a soft one capitulates.",
        check=second_stage,
    ),
    Claim(
        "sure-thing-deterrence",
        DERIVED,
        "Nobody defects: iff p_b >= t_H = (a_DC - a_SQ)/(a_DC - a_DDh), and p_a >= u_H likewise for B.",
        check=sure_thing,
    ),
    Claim(
        "separating",
        DERIVED,
        "Exactly the hard types defect: iff p_b >= t_2 = (a_DC - a_SQ)/((a_DC - a_SQ) + (a_CD - a_DDs)), and p_a >= u_2 "
        "likewise.",
        check=separating,
    ),
    Claim(
        "hybrid",
        DERIVED,
        "Hard types defect, a soft A with probability (u_2 - p_a)/(1 - p_a), a soft B with (t_2 - p_b)/(1 - p_b): "
        "iff p_b < t_2 and p_a < u_2.",
        check=hybrid,
    ),
    Claim(
        "bluff-a",
        DERIVED,
        "Every A defects, a soft B never does: iff p_b <= t_2. A hard B may defect with any probability from "
        "max(0, y_0) to 1, y_0 = [p_b (a_SQ - a_DDs) - (1 - p_b)(a_DC - a_SQ)]/[p_b (a_SQ - a_CD)].",
        check=bluff("A"),
    ),
    Claim("bluff-b", DERIVED, "The mirror image, where every B defects: iff p_a <= u_2.", check=bluff("B")),
    Claim(
        "hard-mixing",
        "derived here; we know of no published name, nor whether the paper lists it",
        "Soft types never defect, a hard B does with probability 1 - (1 - p_b)(a_DC - a_SQ)/(p_b (a_SQ - a_DDh)), a hard A "
        "likewise: iff p_b > t_H and p_a > u_H, beside Sure-Thing Deterrence.",
        check=hard_mixing,
    ),
    Claim(
        "nothing-else",
        "derived here",
        "Off the borders there are no equilibria but these six, and at every point there is one of them.",
        check=nothing_else,
    ),
    Claim(
        "borders",
        "derived here",
        "At p_b = t_H, p_a = u_H Sure-Thing Deterrence exists; at p_b = t_2, p_a = u_2 Separating and both Bluffs do, and "
        "there a hard B defects for sure when A bluffs.",
        check=borders,
    ),
    Claim(
        "worked-example",
        "derived here",
        "With victory 5, status quo 3, war 3/2 (hard) or 0 (soft) and defeat 1 on either side: at p = 1/3 soft types of Hybrid "
        "defect with probability 1/2; at p = 4/5 Sure-Thing, Separating and Hard-mixing (2/3) coexist; at p = 1/2 a hard B "
        "defects with probability 1/2 or more under Bluff (A).",
        check=worked_example,
    ),
)

EXHIBITS = (
    TreeFigure(
        "tree",
        "The generalized mutual deterrence game. Both sides choose at once whether to cooperate or to defect; the dashed line "
        "joins what B cannot tell apart.",
        generalized_mutual_deterrence,
    ),
    MapFigure(
        "map",
        "Which equilibria exist where, over the two sides' probabilities of being hard (201 x 201 points). On either axis the "
        "borders are t_H = 4/7 and t_2 = 2/3; Bluff (B) ends at p_a = 2/3, Bluff (A) at p_b = 2/3.",
        generalized_mutual_deterrence,
        x=("p_a", 0, 1, 201),
        y=("p_b", 0, 1, 201),
        fixed=EXAMPLE,
    ),
    SolutionTable(
        "equilibria",
        "All perfect Bayesian equilibria at three points; with these payoffs both sides have the same thresholds.",
        generalized_mutual_deterrence,
        fixed=EXAMPLE,
        points=({"p_a": 1 / 3, "p_b": 1 / 3}, {"p_a": 3 / 4, "p_b": 1 / 4}, {"p_a": 4 / 5, "p_b": 4 / 5}),
    ),
)
