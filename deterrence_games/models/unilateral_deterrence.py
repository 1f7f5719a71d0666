"""The unilateral deterrence game."""

from deterrence_games.games import Decision, Game


def unilateral_deterrence() -> Game:
    """One challenger and one defender, each unsure whether the other would rather fight (Zagare and Kilgour 1993).

    The challenger accepts the status quo or initiates; the defender concedes or defies; a challenger who is defied backs
    down or presses on. Also chapter 5 of Zagare and Kilgour (2000).

    The names are those of the literature. Where nobody initiates, play is called Certain Deterrence when a soft defender
    would concede, and Steadfast Deterrence when it would defy, which it does only if it believes an initiator to be soft.

    Payoffs are ``c_`` for the challenger and ``d_`` for the defender; ``SQ`` the status quo, ``DC`` the defender's
    concession, ``CD`` the challenger's defeat, ``DD`` conflict, with ``h`` and ``s`` for a hard and a soft player; ``p_ch``
    and ``p_def`` are the probabilities of hard ones.

    References
    ----------
    .. [1] Zagare, F. C. and Kilgour, D. M. (1993), Asymmetric Deterrence. International Studies Quarterly 37(1).
    .. [2] Zagare, F. C. and Kilgour, D. M. (2000), Perfect Deterrence. Cambridge University Press.
    """
    hard, soft = ("challenger", "hard", ()), ("challenger", "soft", ())
    soft_defender = ("defender", "soft", ("defect",))
    return Game(
        name="unilateral_deterrence",
        players=("challenger", "defender"),
        tree=Decision(
            "challenger",
            {
                "cooperate": "status_quo",
                "defect": Decision(
                    "defender",
                    {
                        "concede": "defender_concedes",
                        "defy": Decision("challenger", {"back_down": "challenger_defeated", "press_on": "conflict"}),
                    },
                ),
            },
        ),
        types={"challenger": {"hard": "p_ch", "soft": "1 - p_ch"}, "defender": {"hard": "p_def", "soft": "1 - p_def"}},
        payoffs={
            "status_quo": {"challenger": "c_SQ", "defender": "d_SQ"},
            "defender_concedes": {"challenger": "c_DC", "defender": "d_DC"},
            "challenger_defeated": {"challenger": "c_CD", "defender": "d_CD"},
            "conflict": {
                "challenger": {"hard": "c_DDh", "soft": "c_DDs"},
                "defender": {"hard": "d_DDh", "soft": "d_DDs"},
            },
        },
        assumptions=(
            "c_DDs < c_CD < c_DDh < c_SQ < c_DC",
            "d_DDs < d_DC < d_DDh < d_CD < d_SQ",
            "0 < p_ch < 1",
            "0 < p_def < 1",
        ),
        roles={"challenger": "aggressor", "defender": "target"},
        source="Zagare and Kilgour (1993), Asymmetric Deterrence; Zagare and Kilgour (2000), chapter 5",
        names={
            "Certain Deterrence": {hard: "cooperate", soft: "cooperate", soft_defender: "concede"},
            "Steadfast Deterrence": {hard: "cooperate", soft: "cooperate"},
            "Separating": {hard: "defect", soft: "cooperate", soft_defender: "concede"},
            "Attack": {hard: "defect", soft: "defect", soft_defender: "concede"},
            "Bluff": {hard: "defect"},
        },
        status_quo="status_quo",
        wars={"conflict": ("challenger", "defender")},
    )
