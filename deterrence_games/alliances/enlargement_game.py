"""One game about a candidate that stays outside an alliance or is admitted, and about the rival that answers.

The game is this library's own statement of the argument about enlargement and adverse reaction; it is no published model.
"""

from deterrence_games.games import Chance, Decision, Game, Node

ATTACKS = {"forestall": "forestalling", "attack": "plain", "mobilise_and_attack": "mobilised"}
"""The rival's ways to attack a member, and what the outcomes of each are called."""

OUTSIDE, INSIDE = ("rival", "", ("outside",)), ("rival", "", ("admitted",))
PEACEFUL = {"accept": "accepts", "mobilise": "mobilises"}
EFFECTS = {
    "stabilises": ("attack", ("accept",)),
    "stabilises at the price of arms": ("attack", ("mobilise",)),
    "does not protect": ("attack", tuple(ATTACKS)),
    "changes little": ("leave", ("accept",)),
    "provokes counter-mobilisation": ("leave", ("mobilise",)),
    "provokes war": ("leave", tuple(ATTACKS)),
    "depends on a tie": (("leave", "attack"), (*PEACEFUL, *ATTACKS)),
}
"""What enlargement does -> what the rival does to a candidate outside, and to a member."""


def enlargement_game() -> Game:
    """A candidate is outside the alliance or, with probability ``z``, admitted; everybody sees which.

    Outside, the rival leaves it alone or attacks. A member it accepts; or it mobilises against the alliance, forestalls the
    guarantee before it is in force, attacks, or mobilises and attacks. A candidate that is attacked concedes or resists, and
    the members then defend a member or abandon it. Nature's first move stands for the comparison of the two situations: it
    carries no information, and equilibria do not depend on ``z``.

    Payoffs: the candidate is worth ``v`` to the rival, ``v_C`` to itself, ``s`` to the members. The rival wins a war with it
    alone with probability ``w0``, with it and the members with ``w1``, and with ``wp`` when it forestalls them. War costs
    ``c_R`` (and ``e`` more against both) and ``c_C``, an occupation without war ``d``; it costs reliable members, which have
    probability ``r``, ``c_r`` and unreliable ones ``c_u``, and a broken guarantee costs them ``k``. An alliance at its border
    costs the rival ``t``; counter-mobilisation costs it ``m``, gives back ``h``, adds ``a`` to its chances, and costs the
    members ``x``. Members carry the burden ``b`` of a new member, which gains ``g`` from membership in peace.
    """

    def attack(name: str) -> Decision:
        answer = Decision("members", {"abandon": f"{name}_war_alone", "defend": f"{name}_war_joint"})
        return Decision("candidate", {"concede": f"{name}_conquest", "resist": answer})

    outside: dict[str, Node] = {
        "leave": "status_quo",
        "attack": Decision("candidate", {"concede": "conquest", "resist": "war_outside"}),
    }
    inside: dict[str, Node] = {
        "accept": "enlarged_peace",
        "mobilise": "armed_peace",
        **{action: attack(name) for action, name in ATTACKS.items()},
    }
    payoffs: dict[str, dict[str, object]] = {
        "status_quo": {"rival": 0, "candidate": 0, "members": 0},
        "conquest": {"rival": "v - d", "candidate": "-v_C", "members": "-s"},
        "war_outside": {"rival": "w0*v - c_R", "candidate": "-w0*v_C - c_C", "members": "-w0*s"},
        "enlarged_peace": {"rival": "-t", "candidate": "g", "members": "-b"},
        "armed_peace": {"rival": "-t + h - m", "candidate": "g", "members": "-b - x"},
    }
    for name, alone, joint, burden, broken, mobilised in (
        ("forestalling", "w0", "wp", "", "", ""),
        ("plain", "w0", "w1", " - b", " - k", ""),
        ("mobilised", "(w0 + a)", "(w1 + a)", " - b", " - k", " - m"),
    ):
        payoffs[f"{name}_conquest"] = {"rival": f"v - d{mobilised}", "candidate": "-v_C", "members": f"-s{burden}"}
        payoffs[f"{name}_war_alone"] = {
            "rival": f"{alone}*v - c_R{mobilised}",
            "candidate": f"-{alone}*v_C - c_C",
            "members": f"-{alone}*s{burden}{broken}",
        }
        payoffs[f"{name}_war_joint"] = {
            "rival": f"{joint}*v - c_R - e{mobilised}",
            "candidate": f"-{joint}*v_C - c_C",
            "members": {kind: f"-{joint}*s{burden} - c_{kind[0]}" for kind in ("reliable", "unreliable")},
        }
    return Game(
        name="enlargement",
        players=("rival", "candidate", "members"),
        tree=Chance({"outside": ("1 - z", Decision("rival", outside)), "admitted": ("z", Decision("rival", inside))}),
        types={"members": {"reliable": "r", "unreliable": "1 - r"}},
        payoffs=payoffs,
        assumptions=(
            "0 < w1 < wp < w0",
            "0 < a < 1 - w0",
            "0 < r < 1",
            "0 < z < 1",
            "0 < c_r < c_u",
            *(f"{name} > 0" for name in ("v", "v_C", "s", "d", "c_R", "c_C", "e", "m", "h", "t")),
            *(f"{name} >= 0" for name in ("b", "g", "x", "k")),
        ),
        roles={"rival": "aggressor", "candidate": "target", "members": "ally"},
        source="this library's own statement of the argument about enlargement",
        names={effect: {OUTSIDE: before, INSIDE: after} for effect, (before, after) in EFFECTS.items()},
        status_quo="status_quo",
        wars={
            "war_outside": ("rival", "candidate"),
            **{f"{name}_war_alone": ("rival", "candidate") for name in ATTACKS.values()},
            **{f"{name}_war_joint": ("rival", "candidate", "members") for name in ATTACKS.values()},
        },
    )
