"""The asymmetric escalation game, in general and with a Challenger that is surely hard."""

from deterrence_games.games import Decision, Game

CHALLENGER = "c_EEs < c_DE < c_EEh < c_DD < c_ED < c_SQ < c_DC"
DEFENDER = "d_EEs < d_ED < d_EEh < d_DDs < d_DC < d_DDh < d_DE < d_SQ"
PRIORS = ("0 < p_HH", "0 < p_HS", "0 < p_SH", "p_HH + p_HS + p_SH < 1")
START, ANSWER = (), ("demand",)


def asymmetric_escalation() -> Game:
    """A Challenger that may escalate a crisis, a Defender of two kinds of resolve (Zagare and Kilgour 2000, chapters 6 to 9).

    The Challenger accepts the status quo or makes a demand; the Defender concedes, responds in kind or escalates. After a
    response in kind the Challenger settles for a limited conflict or escalates, and the Defender then yields or matches;
    after an escalation of the Defender it is the Challenger that yields or matches. Matching means an all-out conflict.

    The Challenger is hard when it prefers an all-out conflict to yielding. The first letter of the Defender's type is its
    tactical, the second its strategic resolve: ``HS`` would rather fight a limited conflict than concede, but would rather
    yield than fight an all-out conflict. Orders of payoffs and types are those of the source's eighth appendix; the tree is
    recalled, and consistent with that appendix and with the articles below.

    Named are those families whose conditions were derived independently of this library; of the names, No-Response,
    Constrained Limited-Response and Escalatory Limited-Response are the source's as recalled, the others are descriptions.

    Payoffs are ``c_`` for the Challenger and ``d_`` for the Defender, the Challenger's part in an outcome before the
    Defender's: ``DC`` the Defender concedes, ``DD`` limited conflict, ``ED`` the Challenger escalates and wins, ``DE`` the
    Defender does, ``EE`` all-out conflict; ``h`` and ``s`` are the hard and the soft type.

    References
    ----------
    .. [1] Zagare, F. C. and Kilgour, D. M. (2000), Perfect Deterrence. Cambridge University Press, chapters 6 to 9, appendix 8.
    .. [2] Zagare, F. C. and Kilgour, D. M. (1998), Deterrence Theory and the Spiral Model Revisited. Journal of Theoretical
       Politics 10.
    .. [3] Zagare, F. C. and Kilgour, D. M. (1995), Assessing Competing Defense Postures: The Strategic Implications of
       "Flexible Response". World Politics 47, 373-417.
    """
    return _game(
        "asymmetric_escalation",
        {"challenger": {"hard": "p_ch", "soft": "1 - p_ch"}},
        {"hard": "c_EEh", "soft": "c_EEs"},
        (CHALLENGER, DEFENDER, "0 < p_ch < 1", *PRIORS),
        ("hard", "soft"),
    )


def asymmetric_escalation_hard_challenger() -> Game:
    """The asymmetric escalation game with a Challenger that surely prefers an all-out conflict to yielding.

    The special case in which the conditions of deterrence, of a limited conflict and of an escalated one exclude each other
    (Zagare and Kilgour 1998), apart from the No-Response equilibrium, which rests on the Defender's fear of escalation.
    See `asymmetric_escalation` for moves, types and payoffs.

    References
    ----------
    .. [1] Zagare, F. C. and Kilgour, D. M. (1998), Deterrence Theory and the Spiral Model Revisited. Journal of Theoretical
       Politics 10.
    """
    return _game(
        "asymmetric_escalation_hard_challenger", {}, "c_EEh", (CHALLENGER.partition("< ")[2], DEFENDER, *PRIORS), ("",)
    )


def _game(
    name: str,
    challengers: dict[str, dict[str, str]],
    all_out: str | dict[str, str],
    assumptions: tuple[str, ...],
    kinds: tuple[str, ...],
) -> Game:
    defenders = {"HH": "p_HH", "HS": "p_HS", "SH": "p_SH", "SS": "1 - p_HH - p_HS - p_SH"}
    return Game(
        name=name,
        players=("challenger", "defender"),
        tree=Decision(
            "challenger",
            {
                "accept": "status_quo",
                "demand": Decision(
                    "defender",
                    {
                        "concede": "defender_concedes",
                        "respond": Decision(
                            "challenger",
                            {
                                "settle": "limited_conflict",
                                "escalate": Decision("defender", {"yield": "challenger_wins", "match": "all_out_conflict"}),
                            },
                        ),
                        "escalate": Decision("challenger", {"yield": "defender_wins", "match": "all_out_conflict"}),
                    },
                ),
            },
        ),
        types={**challengers, "defender": defenders},
        payoffs={
            "status_quo": {"challenger": "c_SQ", "defender": "d_SQ"},
            "defender_concedes": {"challenger": "c_DC", "defender": "d_DC"},
            "limited_conflict": {"challenger": "c_DD", "defender": {kind: f"d_DD{kind[0].lower()}" for kind in defenders}},
            "challenger_wins": {"challenger": "c_ED", "defender": "d_ED"},
            "defender_wins": {"challenger": "c_DE", "defender": "d_DE"},
            "all_out_conflict": {"challenger": all_out, "defender": {kind: f"d_EE{kind[1].lower()}" for kind in defenders}},
        },
        assumptions=assumptions,
        roles={"challenger": "aggressor", "defender": "target"},
        source="Zagare and Kilgour (2000), chapters 6 to 9 and appendix 8; the tree as recalled",
        names=_names(kinds),
        status_quo="status_quo",
        wars={"limited_conflict": ("challenger", "defender"), "all_out_conflict": ("challenger", "defender")},
    )


def _names(kinds: tuple[str, ...]) -> dict[str, dict[tuple[str, str, tuple[str, ...]], str | tuple[str, ...]]]:
    """Patterns of play; the first that fits names an equilibrium."""

    def play(opening: str, *answers: str | tuple[str, ...]) -> dict[tuple[str, str, tuple[str, ...]], str | tuple[str, ...]]:
        return {
            **{("challenger", kind, START): opening for kind in kinds},
            **{("defender", kind, ANSWER): answer for kind, answer in zip(("HH", "HS", "SH", "SS"), answers, strict=True)},
        }

    either = ("concede", "respond")
    return {
        "No-Response": play("demand", "concede", "concede", "concede", "concede"),
        "Constrained Limited-Response": play("demand", "respond", "respond", "concede", "concede"),
        "Escalatory Limited-Response": play("demand", "respond", either, "concede", "concede"),
        "Deterrence by constrained limited response": play("accept", "respond", "respond", "concede", "concede"),
        "Deterrence by escalatory limited response": play("accept", "respond", either, "concede", "concede"),
        **(
            {
                "Constrained Limited-Response with escalation": play("demand", "respond", "respond", "escalate", "concede"),
                "Escalatory Limited-Response with escalation": play("demand", "respond", either, "escalate", "concede"),
                "Strategic Attack": play("demand", "escalate", "concede", "escalate", "concede"),
                "All-Escalate Deterrence": play("accept", "escalate", "escalate", "escalate", "escalate"),
                "Strategic Deterrence": play("accept", "escalate", "concede", "escalate", "concede"),
            }
            if len(kinds) > 1
            else {}
        ),
    }
