"""Extended deterrence with an aggressor, a target and an ally."""

from deterrence_games.games import Decision, Game


def extended_deterrence() -> Game:
    """An ally of unknown reliability stands behind a target of unknown resolve.

    The aggressor refrains or attacks; the target concedes or resists; the ally joins the war or stays out. This is the
    library's own statement of the standard three-player game, in the spirit of Smith (1995) and Quackenbush (2006); the
    payoffs, their order and the names of the equilibria are ours, not quotations.

    A resolute target would rather fight alone than concede. An irresolute one resists only when it counts on the ally, that
    is when ``p_ally`` exceeds ``(t_CON - t_BWi)/(t_JWi - t_BWi)``. A reliable ally would rather join than abandon the
    target, an unreliable one would not. The aggressor gains from a war with the target alone and loses by one with both.

    - ``Alliance Deterrence``: the aggressor refrains, as even an irresolute target would resist;
    - ``Resolute Deterrence``: it refrains although an irresolute target would concede;
    - ``Contested Attack``: it attacks, and every target resists;
    - ``Probing Attack``: it attacks, and an irresolute target concedes.

    Payoffs are ``a_`` for the aggressor, ``t_`` for the target, ``l_`` for the ally; ``SQ`` the status quo, ``CON`` the
    target's concession, ``JW`` joint war, ``BW`` bilateral war, with ``r`` and ``i`` for a resolute and an irresolute target,
    ``r`` and ``u`` for a reliable and an unreliable ally; ``p_target`` and ``p_ally`` are the probabilities of the resolute
    and the reliable type.

    References
    ----------
    .. [1] Smith, A. (1995), Alliance Formation and War. International Studies Quarterly 39(4).
    .. [2] Quackenbush, S. L. (2006), Not Only Whether but Whom: Three-Party Extended Deterrence. Journal of Conflict
       Resolution 50(4).
    """
    challenge = ("aggressor", "", ())
    irresolute = ("target", "irresolute", ("attack",))
    return Game(
        name="extended_deterrence",
        players=("aggressor", "target", "ally"),
        tree=Decision(
            "aggressor",
            {
                "refrain": "status_quo",
                "attack": Decision(
                    "target",
                    {
                        "concede": "concession",
                        "resist": Decision("ally", {"stay_out": "bilateral_war", "join": "joint_war"}),
                    },
                ),
            },
        ),
        types={
            "target": {"resolute": "p_target", "irresolute": "1 - p_target"},
            "ally": {"reliable": "p_ally", "unreliable": "1 - p_ally"},
        },
        payoffs={
            "status_quo": {"aggressor": "a_SQ", "target": "t_SQ", "ally": "l_SQ"},
            "concession": {"aggressor": "a_CON", "target": "t_CON", "ally": "l_CON"},
            "bilateral_war": {
                "aggressor": "a_BW",
                "target": {"resolute": "t_BWr", "irresolute": "t_BWi"},
                "ally": "l_BW",
            },
            "joint_war": {
                "aggressor": "a_JW",
                "target": {"resolute": "t_JWr", "irresolute": "t_JWi"},
                "ally": {"reliable": "l_JWr", "unreliable": "l_JWu"},
            },
        },
        assumptions=(
            "a_JW < a_SQ < a_BW < a_CON",
            "t_CON < t_BWr < t_JWr < t_SQ",
            "t_BWi < t_CON < t_JWi < t_SQ",
            "l_JWu < l_BW < l_JWr < l_SQ",
            "l_BW < l_CON < l_SQ",
            "0 < p_target < 1",
            "0 < p_ally < 1",
        ),
        roles={"aggressor": "aggressor", "target": "target", "ally": "ally"},
        source="this library's statement, in the spirit of Smith (1995) and Quackenbush (2006)",
        names={
            "Alliance Deterrence": {challenge: "refrain", irresolute: "resist"},
            "Resolute Deterrence": {challenge: "refrain", irresolute: "concede"},
            "Contested Attack": {challenge: "attack", irresolute: "resist"},
            "Probing Attack": {challenge: "attack", irresolute: "concede"},
        },
        status_quo="status_quo",
        wars={"joint_war": ("aggressor", "target", "ally"), "bilateral_war": ("aggressor", "target")},
    )
