"""The tripartite crisis game after a demand has been made: a reconstruction."""

from deterrence_games.games import Decision, Game


def tripartite_crisis() -> Game:
    """A Protege under a demand, a Defender that may support it, a Challenger that may press on (Zagare and Kilgour 2006).

    The Challenger has made a demand; the Protege settles or holds firm; the Defender supports it or withholds support.
    Supported, the Protege leaves the Challenger to back down or to press on to conflict; alone, it gives in or realigns. A
    determined Challenger would rather fight than back down, a hesitant one not; a realigner would rather realign than give
    in, a loyal Protege not. The Defender's type is known: it prefers conflict to the loss of its Protege.

    Players, types and what they know are those of the sources' abstracts. The tree and the orders of payoffs are a
    reconstruction, not compared with the printed figures, and that conflict is the Protege's worst outcome is assumed here;
    the names of the equilibria are descriptions, Settlement and Hold-Firm in common use. Whether to make the demand at all is
    left out: ``q_ch`` is what is believed, once it is made, about the Challenger's determination. Deterrence counts as
    successful when the Challenger backs down.

    Payoffs are ``c_``, ``d_`` and ``p_`` for Challenger, Defender and Protege; ``SET`` settlement, ``DW`` the Challenger backs
    down, ``CON`` conflict, ``CW`` the Protege gives in, ``PR`` it realigns, with ``d`` and ``h`` for a determined and a
    hesitant Challenger, ``r`` and ``l`` for a realigner and a loyal Protege. ``q_ch`` and ``q_pro`` are the probabilities of a
    determined Challenger and of a realigner.

    References
    ----------
    .. [1] Zagare, F. C. and Kilgour, D. M. (2006), The Deterrence-Versus-Restraint Dilemma in Extended Deterrence: Explaining
       British Policy in 1914. International Studies Review 8.
    .. [2] Zagare, F. C. and Kilgour, D. M. (2003), Alignment Patterns, Crisis Bargaining, and Extended Deterrence: A
       Game-Theoretic Analysis. International Studies Quarterly 47.
    """
    realigner, loyal = ("protege", "realigner", ()), ("protege", "loyal", ())
    return Game(
        name="tripartite_crisis",
        players=("challenger", "protege", "defender"),
        tree=Decision(
            "protege",
            {
                "settle": "settlement",
                "hold_firm": Decision(
                    "defender",
                    {
                        "support": Decision("challenger", {"back_down": "challenger_backs_down", "press_on": "conflict"}),
                        "withhold": Decision("protege", {"give_in": "challenger_wins", "realign": "realignment"}),
                    },
                ),
            },
        ),
        types={
            "challenger": {"determined": "q_ch", "hesitant": "1 - q_ch"},
            "protege": {"realigner": "q_pro", "loyal": "1 - q_pro"},
        },
        payoffs={
            "settlement": {"challenger": "c_SET", "protege": "p_SET", "defender": "d_SET"},
            "challenger_backs_down": {"challenger": "c_DW", "protege": "p_DW", "defender": "d_DW"},
            "conflict": {
                "challenger": {"determined": "c_CONd", "hesitant": "c_CONh"},
                "protege": "p_CON",
                "defender": "d_CON",
            },
            "challenger_wins": {"challenger": "c_CW", "protege": "p_CW", "defender": "d_CW"},
            "realignment": {"challenger": "c_PR", "protege": {"realigner": "p_PRr", "loyal": "p_PRl"}, "defender": "d_PR"},
        },
        assumptions=(
            "c_CONh < c_DW < c_CONd < c_SET < c_CW < c_PR",
            "p_CON < p_PRl < p_CW < p_PRr < p_SET < p_DW",
            "d_PR < d_CON < d_CW < d_SET < d_DW",
            "0 < q_ch < 1",
            "0 < q_pro < 1",
        ),
        roles={"challenger": "aggressor", "protege": "target", "defender": "ally"},
        source="reconstructed from the abstracts of Zagare and Kilgour (2003, 2006); tree and payoff orders not seen in print",
        names={
            "Hold-Firm": {realigner: "hold_firm", loyal: "hold_firm", ("defender", "", ("hold_firm",)): "support"},
            "Settlement": {realigner: "settle", loyal: "settle"},
            "Straddle": {realigner: "hold_firm"},
        },
        status_quo="challenger_backs_down",
        wars={"conflict": ("challenger", "defender", "protege")},
    )
