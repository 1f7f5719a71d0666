"""The rudimentary asymmetric deterrence game."""

from deterrence_games.games import Decision, Game


def rudimentary_asymmetric_deterrence() -> Game:
    """One challenger, one defender of unknown resolve (Zagare and Kilgour 2000, section 3.4 and appendix 3).

    The challenger keeps the status quo or upsets it; the defender, who alone knows whether it would rather fight than
    concede, concedes or resists.

    Off one boundary the equilibrium is unique: deterrence when ``p`` exceeds ``(a_DC - a_SQ)/(a_DC - a_DD)``, an attack
    when it is smaller. The names ``Deterrence`` and ``Attack`` are this library's labels.

    Payoffs are ``a_`` for the challenger and ``b_`` for the defender; ``SQ`` the status quo, ``DC`` the defender's
    concession, ``DD`` conflict, with ``h`` and ``s`` for a hard and a soft defender; ``p`` is the probability of a hard one.

    References
    ----------
    .. [1] Zagare, F. C. and Kilgour, D. M. (2000), Perfect Deterrence. Cambridge University Press.
    """
    challenge = ("challenger", "", ())
    return Game(
        name="rudimentary_asymmetric_deterrence",
        players=("challenger", "defender"),
        tree=Decision(
            "challenger",
            {"cooperate": "status_quo", "defect": Decision("defender", {"concede": "concession", "resist": "conflict"})},
        ),
        types={"defender": {"hard": "p", "soft": "1 - p"}},
        payoffs={
            "status_quo": {"challenger": "a_SQ", "defender": "b_SQ"},
            "concession": {"challenger": "a_DC", "defender": "b_DC"},
            "conflict": {"challenger": "a_DD", "defender": {"hard": "b_DDh", "soft": "b_DDs"}},
        },
        assumptions=("a_DD < a_SQ < a_DC", "b_DDs < b_DC < b_DDh < b_SQ", "0 < p < 1"),
        roles={"challenger": "aggressor", "defender": "target"},
        source="Zagare and Kilgour (2000), Perfect Deterrence, section 3.4 and appendix 3",
        names={"Deterrence": {challenge: "cooperate"}, "Attack": {challenge: "defect"}},
        status_quo="status_quo",
        wars={"conflict": ("challenger", "defender")},
    )
