"""Three-party extended deterrence, with a Challenger that chooses whom to attack: a reconstruction."""

from deterrence_games.games import Decision, Game


def three_party_deterrence() -> Game:
    """A Challenger that accepts the status quo or attacks one of two allies (after Quackenbush 2006).

    The ally that is attacked, the Protege or the Defender, concedes or resists; when it resists, the other stays out or joins
    the war. A reliable ally would rather join, an unreliable one would not. The Challenger gains from a war with one and loses
    by a war with both. An ally that is attacked would rather fight than concede, even alone; so it is the other's reliability
    that deters.

    That the Challenger chooses between two allies of unknown reliability is in the source's abstract. The tree and the orders
    of payoffs are a reconstruction, not compared with the printed figures; the names of the equilibria are descriptions. A
    bilateral war is worth the same to the Challenger whoever fights it.

    Payoffs are ``c_``, ``d_`` and ``p_`` for Challenger, Defender and Protege; ``SQ`` the status quo, ``PC`` and ``DC`` the
    Protege's and the Defender's concession, ``BW`` bilateral war, ``BP`` and ``BD`` one fought by the Protege or the Defender
    alone, ``MW`` war with both, ``MP`` and ``MD`` one that began with an attack on the Protege or the Defender, with ``r`` and
    ``u`` for a reliable and an unreliable ally. ``q_def`` and ``q_pro`` are the probabilities of reliable ones.

    References
    ----------
    .. [1] Quackenbush, S. L. (2006), Not Only Whether but Whom: Three-Party Extended Deterrence. Journal of Conflict
       Resolution 50(4).
    """
    start = ("challenger", "", ())

    def attack(attacked: str, ally: str) -> Decision:
        joined = Decision(ally, {"stay_out": f"{attacked}_alone_at_war", "join": f"war_over_{attacked}"})
        return Decision(attacked, {"concede": f"{attacked}_concedes", "resist": joined})

    return Game(
        name="three_party_deterrence",
        players=("challenger", "protege", "defender"),
        tree=Decision(
            "challenger",
            {
                "accept": "status_quo",
                "attack_protege": attack("protege", "defender"),
                "attack_defender": attack("defender", "protege"),
            },
        ),
        types={
            "protege": {"reliable": "q_pro", "unreliable": "1 - q_pro"},
            "defender": {"reliable": "q_def", "unreliable": "1 - q_def"},
        },
        payoffs={
            "status_quo": {"challenger": "c_SQ", "protege": "p_SQ", "defender": "d_SQ"},
            "protege_concedes": {"challenger": "c_PC", "protege": "p_PC", "defender": "d_PC"},
            "protege_alone_at_war": {"challenger": "c_BW", "protege": "p_BP", "defender": "d_BP"},
            "war_over_protege": {
                "challenger": "c_MW",
                "protege": "p_MP",
                "defender": {"reliable": "d_MPr", "unreliable": "d_MPu"},
            },
            "defender_concedes": {"challenger": "c_DC", "protege": "p_DC", "defender": "d_DC"},
            "defender_alone_at_war": {"challenger": "c_BW", "protege": "p_BD", "defender": "d_BD"},
            "war_over_defender": {
                "challenger": "c_MW",
                "protege": {"reliable": "p_MDr", "unreliable": "p_MDu"},
                "defender": "d_MD",
            },
        },
        assumptions=(
            "c_MW < c_SQ < c_BW < c_PC",
            "c_BW < c_DC",
            "p_PC < p_BP < p_MP < p_SQ",
            "d_DC < d_BD < d_MD < d_SQ",
            "d_PC < d_SQ",
            "p_DC < p_SQ",
            "d_MPu < d_BP < d_MPr < d_SQ",
            "p_MDu < p_BD < p_MDr < p_SQ",
            "0 < q_pro < 1",
            "0 < q_def < 1",
        ),
        roles={"challenger": "aggressor", "protege": "target", "defender": "ally"},
        source="reconstructed from the abstract of Quackenbush (2006); tree and payoff orders not seen in print",
        names={
            "Deterrence": {start: "accept"},
            "War over the Protege": {start: "attack_protege"},
            "War over the Defender": {start: "attack_defender"},
        },
        status_quo="status_quo",
        wars={
            "war_over_protege": ("challenger", "protege", "defender"),
            "war_over_defender": ("challenger", "protege", "defender"),
            "protege_alone_at_war": ("challenger", "protege"),
            "defender_alone_at_war": ("challenger", "defender"),
        },
    )
