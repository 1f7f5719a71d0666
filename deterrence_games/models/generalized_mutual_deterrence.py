"""The generalized mutual deterrence game."""

from deterrence_games.games import Decision, Game, Simultaneous


def generalized_mutual_deterrence() -> Game:
    """Two states, each unsure whether the other would retaliate (Kilgour and Zagare 1991; Zagare and Kilgour 2000, ch. 4).

    Both choose at once whether to keep the status quo. When only one upsets it, the other capitulates or retaliates; when
    both do, there is conflict. Either side is aggressor and target at once, so no roles are given.

    The literature speaks of Sure-Thing Deterrence, Separating, Hybrid and Bluff equilibria; which side bluffs is added here.
    ``Hard-mixing``, where only hard types ever defect and do so at random, follows from the same conditions, but we know of
    no published name.

    Payoffs are ``a_`` and ``b_``; the first letter after them is A's choice, the second B's: ``DC`` is A's victory, ``CD``
    B's, ``DD`` conflict, with ``h`` and ``s`` for a hard and a soft player; ``p_a`` and ``p_b`` are the probabilities of
    hard ones.

    References
    ----------
    .. [1] Kilgour, D. M. and Zagare, F. C. (1991), Credibility, Uncertainty, and Deterrence. American Journal of Political
       Science 35(2).
    .. [2] Zagare, F. C. and Kilgour, D. M. (2000), Perfect Deterrence. Cambridge University Press.
    """
    a_hard, a_soft = ("A", "hard", ()), ("A", "soft", ())
    b_hard, b_soft = ("B", "hard", ()), ("B", "soft", ())
    return Game(
        name="generalized_mutual_deterrence",
        players=("A", "B"),
        tree=Simultaneous(
            {"A": ("cooperate", "defect"), "B": ("cooperate", "defect")},
            {
                ("cooperate", "cooperate"): "status_quo",
                ("cooperate", "defect"): Decision("A", {"capitulate": "victory_B", "retaliate": "conflict"}),
                ("defect", "cooperate"): Decision("B", {"capitulate": "victory_A", "retaliate": "conflict"}),
                ("defect", "defect"): "conflict",
            },
        ),
        types={"A": {"hard": "p_a", "soft": "1 - p_a"}, "B": {"hard": "p_b", "soft": "1 - p_b"}},
        payoffs={
            "status_quo": {"A": "a_SQ", "B": "b_SQ"},
            "victory_A": {"A": "a_DC", "B": "b_DC"},
            "victory_B": {"A": "a_CD", "B": "b_CD"},
            "conflict": {"A": {"hard": "a_DDh", "soft": "a_DDs"}, "B": {"hard": "b_DDh", "soft": "b_DDs"}},
        },
        assumptions=(
            "a_DDs < a_CD < a_DDh < a_SQ < a_DC",
            "b_DDs < b_DC < b_DDh < b_SQ < b_CD",
            "0 < p_a < 1",
            "0 < p_b < 1",
        ),
        source="Kilgour and Zagare (1991), Credibility, Uncertainty, and Deterrence; Zagare and Kilgour (2000), chapter 4",
        names={
            "Sure-Thing Deterrence": dict.fromkeys((a_hard, a_soft, b_hard, b_soft), "cooperate"),
            "Separating": {a_hard: "defect", a_soft: "cooperate", b_hard: "defect", b_soft: "cooperate"},
            "Bluff (A)": {a_hard: "defect", a_soft: "defect", b_soft: "cooperate"},
            "Bluff (B)": {b_hard: "defect", b_soft: "defect", a_soft: "cooperate"},
            "Hard-mixing": {a_soft: "cooperate", b_soft: "cooperate"},
            "Hybrid": {a_hard: "defect", b_hard: "defect"},
        },
        status_quo="status_quo",
        wars={"conflict": ("A", "B")},
    )
