"""Claims about the rudimentary asymmetric deterrence game; see README.md for what is published and what is derived here."""

from functools import lru_cache

import numpy as np

from deterrence_games.api import strategic_form
from deterrence_games.models import rudimentary_asymmetric_deterrence
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

CITATION = "Zagare, F. C. and Kilgour, D. M. (2000), Perfect Deterrence. Cambridge University Press (section 3.4, appendix 3)"
CHALLENGED = ("defect",)


def threshold(p):
    """Credibility from which on the challenger is deterred."""
    return (p["a_DC"] - p["a_SQ"]) / (p["a_DC"] - p["a_DD"])


def payoffs(rng: np.random.Generator, draws: int, *challenger: str):
    """Random payoffs, the challenger's in the order given, the defender's as the model says."""
    order = challenger or ("a_DD", "a_SQ", "a_DC")
    return ordered(rng, draws, *order) | ordered(rng, draws, "b_DDs", "b_DC", "b_DDh", "b_SQ")


@lru_cache(maxsize=1)
def drawn(draws: int) -> SolvedPoints:
    """Random games whose payoffs are ordered as the model says, solved."""
    rng = np.random.default_rng(2000)
    params = payoffs(rng, draws)
    return SolvedPoints(rudimentary_asymmetric_deterrence(), {**params, "p": priors_around(rng, threshold(params))})


def defender(trial: Trial) -> None:
    points = drawn(trial.draws)
    trial.expect(points, points.always("defender", "hard", CHALLENGED, "resist"), "a hard defender resists")
    trial.expect(points, points.always("defender", "soft", CHALLENGED, "concede"), "a soft defender concedes")


def deterrence(trial: Trial) -> None:
    points = drawn(trial.draws)
    inside = points["p"] > threshold(points)
    trial.exists_exactly(points, "Deterrence", inside)
    trial.expect_range(points, points.outcome("Deterrence", "status_quo"), 1, 1, "the status quo survives", inside)


def attack(trial: Trial) -> None:
    points = drawn(trial.draws)
    inside = points["p"] < threshold(points)
    trial.exists_exactly(points, "Attack", inside)
    for label, share in (("conflict", points["p"]), ("concession", 1 - points["p"])):
        trial.expect_range(points, points.outcome("Attack", label), share, share, f"probability of {label}", inside)


def unique(trial: Trial) -> None:
    points = drawn(trial.draws)
    found = np.sum([points.exists(name) for name in points.names], axis=0)
    trial.expect(points, found == 1, "there is exactly one equilibrium")


def border(trial: Trial) -> None:
    rng = np.random.default_rng(3)
    steps = rng.integers(1, 9, size=(7, trial.draws)).astype(float)
    params = dict(zip(("a_DD", "a_SQ", "a_DC"), steps[:3].cumsum(axis=0), strict=True))
    params |= dict(zip(("b_DDs", "b_DC", "b_DDh", "b_SQ"), steps[3:].cumsum(axis=0), strict=True))
    points = SolvedPoints(rudimentary_asymmetric_deterrence(), {**params, "p": threshold(params)})
    everywhere = np.ones(len(points), dtype=bool)
    (mixed,) = (name for name in points.names if name not in ("Deterrence", "Attack"))
    trial.expect_range(points, points.plays(mixed, "challenger", "", (), "defect"), 0, 1, "any x is in equilibrium", everywhere)
    for name in ("Deterrence", "Attack"):
        trial.expect(points, points.exists(name), f"{name} is an end of the continuum")


def empty_threat(trial: Trial) -> None:
    points = drawn(trial.draws)
    below = points["p"] < threshold(points)
    trial.expect(
        points, ~points.exists("Deterrence"), "deterrence is no perfect Bayesian equilibrium below the threshold", below
    )
    game, sample = rudimentary_asymmetric_deterrence(), np.flatnonzero(below)
    nash = np.zeros(len(points), dtype=bool)
    for point in sample:
        form = strategic_form(game, {name: float(values[point]) for name, values in points.params.items()})
        challenger, plans = form.strategies
        row = next(k for k, plan in enumerate(challenger) if "cooperate" in plan)
        column = next(k for k, plan in enumerate(plans) if "concede" not in plan)
        stays = form.payoffs[0][row, column] >= form.payoffs[0][:, column].max()
        nash[point] = stays and form.payoffs[1][row, column] >= form.payoffs[1][row].max()
    trial.expect(points, nash, "the threat that every defender resists deters in a Nash equilibrium", below)


def incapable(trial: Trial) -> None:
    rng = np.random.default_rng(4)
    params = payoffs(rng, trial.draws, "a_SQ", "a_DD", "a_DC")
    points = SolvedPoints(rudimentary_asymmetric_deterrence(), {**params, "p": rng.random(trial.draws)})
    trial.expect(points, points.exists("Attack") & ~points.exists("Deterrence"), "the challenger attacks at every credibility")


def comparative_statics(trial: Trial) -> None:
    rng = np.random.default_rng(6)
    params = payoffs(rng, trial.draws)
    params["p"] = priors_around(rng, threshold(params))
    before = SolvedPoints(rudimentary_asymmetric_deterrence(), params)
    change = (params["a_DC"] - params["a_SQ"]) * rng.random(trial.draws)
    for name, sign in (("a_DC", 1), ("a_SQ", -1), ("a_DD", 1)):
        room = np.minimum(change, (params["a_SQ"] - params["a_DD"]) * 0.99)
        after = SolvedPoints(rudimentary_asymmetric_deterrence(), {**params, name: params[name] + sign * room})
        trial.expect(after, threshold(after) > threshold(before), f"the threshold moves with {name} as claimed")
        kept = ~before.exists("Attack") | after.exists("Attack")
        trial.expect(after, kept, f"an attack stays an attack when {name} {'rises' if sign > 0 else 'falls'}")


EXAMPLE = {"a_DD": -3, "a_SQ": 0, "b_DDs": 0, "b_DC": 1, "b_DDh": 2, "b_SQ": 3}


def without_numbers(trial: Trial) -> None:
    theorem = derived(rudimentary_asymmetric_deterrence)
    trial.families(theorem, "Deterrence", "Attack")
    trial.prove(
        theorem,
        Existence(),
        Exclusion("Deterrence", "Attack"),
        Equivalence("Deterrence", (f"p >= {T}",)),
        Equivalence("Attack", (f"p <= {T}",)),
        Implication("Deterrence", "status_quo == 1"),
        Implication("Attack", "conflict == p"),
        Borders((f"p == {T}",)),
        f"0 < {T}",
        f"{T} < 1",
    )


T = "((a_DC - a_SQ)/(a_DC - a_DD))"

CLAIMS = (
    Claim(
        "without-numbers",
        "derived here",
        "Whatever the payoffs, as long as they are ordered as the model says: there is always an equilibrium; the equilibria "
        "are Deterrence, iff p >= t, and Attack, iff p <= t, and what joins them at p = t; 0 < t < 1.",
        check=without_numbers,
    ),
    Claim(
        "defender",
        "the order of payoffs and this first step are in the summary of appendix 3",
        "A hard defender resists, a soft one concedes.",
        check=defender,
    ),
    Claim(
        "deterrence",
        "derived here",
        "The challenger is deterred iff p > t = (a_DC - a_SQ)/(a_DC - a_DD).",
        check=deterrence,
    ),
    Claim(
        "attack",
        "derived here",
        "The challenger attacks iff p < t; conflict then has probability p.",
        check=attack,
    ),
    Claim("unique", "derived here", "Off the border p = t there is exactly one equilibrium.", check=unique),
    Claim(
        "border",
        "derived here",
        "At p = t every probability of an attack is in equilibrium.",
        check=border,
    ),
    Claim(
        "empty-threat",
        "derived here",
        "Below t, the threat that every defender resists still deters in a Nash equilibrium, but in no perfect Bayesian one.",
        check=empty_threat,
    ),
    Claim(
        "capability",
        "derived here",
        "When the challenger likes conflict better than the status quo (a_DD > a_SQ), so that the threat is not capable, it "
        "deters at no credibility.",
        check=incapable,
    ),
    Claim(
        "comparative-statics",
        "derived here",
        "The threshold rises with a_DC and a_DD, and falls with a_SQ.",
        check=comparative_statics,
    ),
)

EXHIBITS = (
    TreeFigure("tree", "The rudimentary asymmetric deterrence game.", rudimentary_asymmetric_deterrence),
    MapFigure(
        "map",
        "Deterrence and attack over the defender's credibility p and the challenger's gain from a concession a_DC "
        "(201 x 201 points). The border is t = a_DC/(a_DC + 3).",
        rudimentary_asymmetric_deterrence,
        x=("p", 0, 1, 201),
        y=("a_DC", 0, 9, 201),
        fixed=EXAMPLE,
    ),
    SolutionTable(
        "equilibria",
        "All perfect Bayesian equilibria below, on and above the threshold t = 1/4 (a_DC = 1).",
        rudimentary_asymmetric_deterrence,
        fixed={**EXAMPLE, "a_DC": 1},
        points=({"p": 1 / 8}, {"p": 1 / 4}, {"p": 1 / 2}),
    ),
)
