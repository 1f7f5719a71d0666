"""One crisis game in which an ally's promise may fail to deter, or may embolden its partner.

The game is this library's own reconstruction of the argument between entrapment and abandonment; it is no published model.
"""

from dataclasses import dataclass

from deterrence_games.errors import GameError
from deterrence_games.games import Decision, Game

CONTESTS = {
    "defended": ("demand", "stand_firm", "attack"),
    "preempted": ("demand", "strike"),
    "answered": ("wait", "challenge", "attack"),
    "begun": ("wait", "challenge", "resist", "strike"),
}
"""How each of the four wars comes about: who began the crisis, and who was the first to use force."""

FORCE_BY_TARGET = ("preempted", "begun")
Place = tuple[str, str, tuple[str, ...]]
TARGETS, ALLIES = ("moderate", "ambitious"), ("willing", "reluctant", "vetoed")
COSTS = {"willing": "c_w", "reluctant": "c_r", "vetoed": "c_v"}


@dataclass(frozen=True)
class Terms:
    """Which wars a promise covers, in the words of Benson's typology.

    Parameters
    ----------
    purpose : {"none", "deterrent", "compellent"}
        A deterrent promise covers crises that the aggressor begins; a compellent one also those that the partner begins.
    conditional : bool
        Whether the promise lapses when the partner is the first to use force.

    References
    ----------
    .. [1] Benson, B. V. (2011), Unpacking Alliances: Deterrent and Compellent Alliances and Their Relationship with Conflict,
       1816-2000. Journal of Politics 73(4). (The typology; its wording and this encoding are ours.)

    Examples
    --------
    >>> Terms("deterrent", conditional=True).covers
    ('defended',)
    >>> str(Terms("compellent", conditional=False))
    'unconditional compellent'
    """

    purpose: str = "none"
    conditional: bool = True

    def __post_init__(self) -> None:
        if self.purpose not in ("none", "deterrent", "compellent"):
            raise GameError(f"terms of an alliance: purpose {self.purpose!r:.40} is unknown; use none, deterrent or compellent")

    @property
    def covers(self) -> tuple[str, ...]:
        """Wars, as in `CONTESTS`, in which staying out breaks the promise."""
        crises = {"none": (), "deterrent": ("demand",), "compellent": ("demand", "wait")}[self.purpose]
        return tuple(
            war for war, way in CONTESTS.items() if way[0] in crises and not (self.conditional and war in FORCE_BY_TARGET)
        )

    def __str__(self) -> str:
        if self.purpose == "none":
            return "no commitment"
        return f"{'conditional' if self.conditional else 'unconditional'} {self.purpose}"


EVERY_TERMS = (Terms(), *(Terms(purpose, own) for purpose in ("deterrent", "compellent") for own in (True, False)))
"""No commitment, and the four kinds of commitment from the narrowest on."""


def dilemma_game(terms: Terms) -> Game:
    """The crisis game under a promise.

    The aggressor demands something of the target or waits. A demand is conceded, or refused by standing firm, upon which the
    aggressor backs down or attacks, or by striking first. When the aggressor waits, the target accepts the status quo or
    raises a challenge of its own; the aggressor yields, attacks, or resists, upon which the target backs down or strikes. In
    every war the ally then supports the target or abandons it. Privately known are the target's ambition and the ally's cost
    of war.

    Payoffs: the object of a demand is worth ``v_A`` to the aggressor, ``v_T`` to the target and ``s`` to the ally; that of
    a challenge ``u_A`` to the aggressor and ``u_m`` or ``u_a`` to a moderate or an ambitious target. The aggressor wins a war
    with the target alone with probability ``p`` and a war with both with ``q``, each lower by ``f`` when the target strikes
    first. War costs ``c_A`` (and ``e_A`` more against both), ``c_T``, and ``c_w`` or ``c_r`` to a willing or a reluctant ally
    that fights. Backing down costs ``b_A`` and ``b_T``, a broken promise ``k``, which holds what an audience at home makes its
    government pay. With probability ``z`` a parliament or a court at home forbids the war: to such a government fighting on
    would cost ``c_v``, more than any promise is worth. ``a`` is the probability of an ambitious target, ``w`` that of a willing
    ally among those that are not vetoed.

    Parameters
    ----------
    terms : Terms

    Returns
    -------
    Game
        Without the parameter ``k`` where nothing is promised.
    """

    def war(name: str) -> Decision:
        return Decision("ally", {"abandon": f"{name}_war_alone", "support": f"{name}_war_joint"})

    tree = Decision(
        "aggressor",
        {
            "wait": Decision(
                "target",
                {
                    "accept": "status_quo",
                    "challenge": Decision(
                        "aggressor",
                        {
                            "yield": "target_gains",
                            "attack": war("answered"),
                            "resist": Decision("target", {"back_down": "target_backs_down", "strike": war("begun")}),
                        },
                    ),
                },
            ),
            "demand": Decision(
                "target",
                {
                    "concede": "concession",
                    "stand_firm": Decision("aggressor", {"back_down": "aggressor_backs_down", "attack": war("defended")}),
                    "strike": war("preempted"),
                },
            ),
        },
    )
    payoffs: dict[str, dict[str, object]] = {
        "status_quo": {"aggressor": 0, "target": 0, "ally": 0},
        "target_gains": {"aggressor": "-u_A", "target": {"moderate": "u_m", "ambitious": "u_a"}, "ally": 0},
        "target_backs_down": {"aggressor": 0, "target": "-b_T", "ally": 0},
        "concession": {"aggressor": "v_A", "target": "-v_T", "ally": "-s"},
        "aggressor_backs_down": {"aggressor": "-b_A", "target": 0, "ally": 0},
    }
    for name in CONTESTS:
        payoffs[f"{name}_war_alone"] = _war(name, joint=False, covered=name in terms.covers)
        payoffs[f"{name}_war_joint"] = _war(name, joint=True, covered=False)
    return Game(
        name=f"alliance_dilemma_{str(terms).replace(' ', '_')}",
        players=("aggressor", "target", "ally"),
        tree=tree,
        types={
            "target": {"moderate": "1 - a", "ambitious": "a"},
            "ally": {"willing": "w*(1 - z)", "reluctant": "(1 - w)*(1 - z)", "vetoed": "z"},
        },
        payoffs=payoffs,
        assumptions=(
            "0 < f < q < p < 1",
            "0 < a < 1",
            "0 < w < 1",
            "0 <= z < 1",
            "0 < c_w < c_r < c_v",
            "u_m < u_a",
            *(f"{name} > 0" for name in ("v_A", "v_T", "u_A", "s", "c_A", "e_A", "c_T", "b_A", "b_T")),
            *(("k >= 0",) if terms.covers else ()),
        ),
        roles={"aggressor": "aggressor", "target": "target", "ally": "ally"},
        source="this library's own statement of the alliance dilemma",
        names=_names(),
        status_quo="status_quo",
        wars={
            **{f"{name}_war_alone": ("aggressor", "target") for name in CONTESTS},
            **{f"{name}_war_joint": ("aggressor", "target", "ally") for name in CONTESTS},
        },
    )


def _war(name: str, joint: bool, covered: bool) -> dict[str, object]:
    chance = "q" if joint else "p"
    if name in FORCE_BY_TARGET:
        chance = f"({chance} - f)"
    challenged = CONTESTS[name][0] == "wait"
    target = f"-{chance}*v_T - c_T"
    return {
        "aggressor": f"{chance}*v_A - c_A" + (" - e_A" if joint else "") + (f" - (1 - {chance})*u_A" if challenged else ""),
        "target": {kind: f"{target} + (1 - {chance})*u_{kind[0]}" for kind in TARGETS} if challenged else target,
        "ally": {kind: f"-{chance}*s - c_{kind[0]}" for kind in ALLIES}
        if joint
        else f"-{chance}*s" + (" - k" if covered else ""),
    }


def _names() -> dict[str, dict[Place, str | tuple[str, ...]]]:
    """Kinds of equilibria by what happens on the path; the first that fits names one."""
    opening, answer = ("aggressor", "", ()), ("aggressor", "", ("wait", "challenge"))
    refusal = ("aggressor", "", ("demand", "stand_firm"))
    moderate, ambitious = (("target", kind, ("wait",)) for kind in TARGETS)
    refused: dict[Place, str | tuple[str, ...]] = {("target", kind, ("demand",)): ("stand_firm", "strike") for kind in TARGETS}
    conceded: dict[Place, str | tuple[str, ...]] = dict.fromkeys(refused, "concede")
    return {
        "Peace": {opening: "wait", moderate: "accept", ambitious: "accept"},
        "Emboldened Partner: war": {opening: "wait", ambitious: "challenge", answer: "attack"},
        "Emboldened Partner: gain": {opening: "wait", ambitious: "challenge", answer: "yield"},
        "Emboldened Partner: brink": {opening: "wait", ambitious: "challenge", answer: ("yield", "attack", "resist")},
        "Want of Commitment: concession": {opening: "demand", **conceded},
        "Bluff called": {opening: "demand", **dict.fromkeys(refused, "stand_firm"), refusal: "back_down"},
        "Want of Commitment: war": {opening: "demand", **refused},
        "Want of Commitment: mixed": {opening: "demand"},
        "Mixed": {opening: ("wait", "demand")},
    }
