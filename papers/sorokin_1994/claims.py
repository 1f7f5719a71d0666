"""Claims about the formation of an alliance for general deterrence, a reconstruction; see README.md."""

from itertools import combinations

from deterrence_games.games import Decision, Game
from deterrence_games.reproduce import Claim, MapFigure, TheoremTable, TreeFigure, Trial, derived
from deterrence_games.theory import Equivalence, Exclusion, Existence, Implication

CITATION = (
    "Sorokin, G. L. (1994), Alliance Formation and General Deterrence: A Game-Theoretic Model and the Case of Israel. "
    "Journal of Conflict Resolution 38(2), 298-325 (reconstruction, complete information)"
)
ALLIED, PEACE, ATTACK = "Alliance", "Peace without Alliance", "Attack"


def alliance_formation() -> Game:
    """An ally that may give a guarantee at a cost, an attacker that sees whether it did, and a target that resists."""

    def crisis(name: str) -> Decision:
        war = Decision("ally", {"stay_out": f"{name}_bilateral_war", "intervene": f"{name}_joint_war"})
        return Decision("attacker", {"refrain": f"{name}_peace", "attack": war})

    form, apart = ("ally", "", ()), ("attacker", "", ("stay_apart",))
    return Game(
        name="alliance_formation",
        players=("attacker", "ally"),
        tree=Decision("ally", {"stay_apart": crisis("apart"), "form": crisis("allied")}),
        payoffs={
            "apart_peace": {"attacker": 0, "ally": "l_SQ"},
            "apart_bilateral_war": {"attacker": "p*v - c", "ally": "l_BW"},
            "apart_joint_war": {"attacker": "q*v - c", "ally": "l_JW"},
            "allied_peace": {"attacker": 0, "ally": "l_SQ - f"},
            "allied_bilateral_war": {"attacker": "p*v - c", "ally": "l_BW - f - k"},
            "allied_joint_war": {"attacker": "q*v - c", "ally": "l_JW - f"},
        },
        assumptions=("0 < q < p < 1", "v > 0", "q*v < c", "f > 0", "k > 0", "l_BW < l_SQ - f", "l_JW < l_SQ - f"),
        roles={"attacker": "aggressor", "ally": "ally"},
        source="reconstructed from the abstract of Sorokin (1994); tree and payoffs not seen in print",
        names={
            ALLIED: {form: "form"},
            PEACE: {form: "stay_apart", apart: "refrain"},
            ATTACK: {form: "stay_apart", apart: "attack"},
        },
        status_quo="apart_peace",
        wars={
            **{f"{name}_bilateral_war": ("attacker",) for name in ("apart", "allied")},
            **{f"{name}_joint_war": ("attacker", "ally") for name in ("apart", "allied")},
        },
    )


def families(trial: Trial) -> None:
    theorem = derived(alliance_formation)
    trial.families(theorem, ALLIED, PEACE, ATTACK)
    trial.prove(
        theorem,
        Existence(),
        Equivalence(ALLIED, ("l_JW <= l_BW", "l_JW >= l_BW - k", "p*v >= c")),
        Equivalence(ATTACK, ("l_JW <= l_BW - k", "p*v >= c")),
        *(Exclusion(one, other) for one, other in combinations((ALLIED, PEACE, ATTACK), 2)),
    )


def formation(trial: Trial) -> None:
    theorem = derived(alliance_formation)
    trial.prove(
        theorem,
        Implication(ALLIED, "l_JW <= l_BW"),
        Implication(ALLIED, "l_JW >= l_BW - k"),
        Implication(ALLIED, "allied_peace == 1"),
    )
    trial.plays(theorem, ALLIED, ("ally", "", ("stay_apart", "attack")), "stay_out", "1")
    trial.plays(theorem, ALLIED, ("ally", "", ("form", "attack")), "intervene", "1")


def failure(trial: Trial) -> None:
    theorem = derived(alliance_formation)
    trial.prove(
        theorem,
        Implication(ATTACK, "apart_bilateral_war == 1"),
        Implication(ATTACK, "p >= c/v"),
        Implication(ATTACK, "l_JW <= l_BW - k"),
        Implication(PEACE, "apart_peace == 1"),
    )
    trial.plays(theorem, ATTACK, ("ally", "", ("form", "attack")), "stay_out", "1")


CLAIMS = (
    Claim(
        "families",
        "derived here, for the reconstruction",
        "An alliance is formed iff l_BW - k <= l_JW <= l_BW and p v >= c; the target is attacked iff l_JW <= l_BW - k and p v "
        ">= c; otherwise there is peace without an alliance. Off the borders these exclude one another and leave no gap.",
        check=families,
    ),
    Claim(
        "when-alliances-form",
        "published, in the abstract; here for the reconstruction",
        "With complete information an alliance is formed only when the ally would not intervene without one and would with "
        "one; then it deters.",
        check=formation,
    ),
    Claim(
        "when-deterrence-fails",
        "published, in the abstract; here for the reconstruction",
        "With complete information deterrence fails only when the attacker is strong enough for the stakes, p >= c/v, and the "
        "ally would never intervene, with an alliance or without.",
        check=failure,
    ),
)

EXAMPLE = {"p": 0.7, "q": 0.2, "c": 0.4, "l_SQ": 3, "l_BW": 1, "f": 0.2}

EXHIBITS = (
    TreeFigure("tree", "The formation of an alliance, as reconstructed.", alliance_formation),
    TheoremTable("theorem", "All equilibria of the reconstruction, in closed form.", alliance_formation),
    MapFigure(
        "map",
        "When an alliance forms and when deterrence fails, over the ally's payoff of intervening and the attacker's stakes "
        "(60 x 60 points; breaking the alliance costs 0.8). Numbers are illustrative.",
        alliance_formation,
        x=("l_JW", -0.995, 1.995, 60),
        y=("v", 0.105, 1.895, 60),
        fixed={**EXAMPLE, "k": 0.8},
    ),
)
