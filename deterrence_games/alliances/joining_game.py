"""The guarantee of a few allies as a `Game`, for every solver and question of the library."""

from itertools import product

from deterrence_games.alliances.extended_deterrence import Guarantee
from deterrence_games.errors import SizeError
from deterrence_games.games import Decision, Game, Simultaneous

MOST_ALLIES = 8  # 256 outcomes


def as_game(guarantee: Guarantee) -> Game:
    """The guarantee with costs known at their medians: the aggressor attacks or not, then the allies decide at once.

    Outcomes are ``"status_quo"`` and, after an attack, ``"war"`` with those who came. The target resists always and is no
    player.

    Raises
    ------
    SizeError
        When there are more than ``MOST_ALLIES`` allies; says what answers then.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> from deterrence_games.alliances import anzus, as_game, guarantee
    >>> small = guarantee(anzus(), "CHN", "AUS", 2024, region="pacific", aggressor_cost=0.5)
    >>> solution = dg.solve(as_game(small))
    >>> solution.complete
    True
    """
    form = guarantee.form
    if len(form.allies) > MOST_ALLIES:
        raise SizeError(
            f"{guarantee.title}: {len(form.allies)} allies make 2^{len(form.allies)} outcomes; at most {MOST_ALLIES} allies "
            "are written as a game; use .equilibria() and .cut_points(), which use that only the total strength matters"
        )
    apart = ", " if any(" " in ally for ally in form.allies) else " "  # so that no two coalitions read alike
    payoffs: dict[str, dict[str, float]] = {
        "status_quo": dict.fromkeys((guarantee.aggressor, *form.allies), 0.0)
        | {ally: float(stake) for ally, stake in zip(form.allies, form.stake, strict=True)}
    }
    leaves: dict[tuple[str, ...], str] = {}
    wars: dict[str, tuple[str, ...]] = {}
    for profile in product(("stay", "come"), repeat=len(form.allies)):
        coming = [ally for ally, move in zip(form.allies, profile, strict=True) if move == "come"]
        outcome = "war: " + (apart.join(coming) or "nobody comes")
        leaves[profile] = outcome
        wars[outcome] = (guarantee.aggressor, *coming)
        strength = form.target_strength + sum(own for own, move in zip(form.strength, profile, strict=True) if move == "come")
        alone = form.held(form.target_strength)
        held = form.late * alone + (1.0 - form.late) * form.held(strength)
        payoffs[outcome] = {guarantee.aggressor: float(form.attack_value(strength))}
        for k, (ally, move) in enumerate(zip(form.allies, profile, strict=True)):
            worth = form.stake[k] * held
            if move == "come":
                share = ((form.target_strength + form.strength[k]) / strength) ** form.company
                worth -= (1.0 - form.late) * form.cost[k] * share
            else:
                worth -= form.promise[k]
            payoffs[outcome][ally] = float(worth)
    war: Simultaneous | Decision | str = leaves.get((), "")
    if len(form.allies) == 1:
        war = Decision(form.allies[0], {move: leaf for (move,), leaf in leaves.items()})
    elif form.allies:
        war = Simultaneous(dict.fromkeys(form.allies, ("stay", "come")), leaves)
    return Game(
        name=guarantee.title,
        players=(guarantee.aggressor, *form.allies),
        tree=Decision(guarantee.aggressor, {"keep_peace": "status_quo", "attack": war}),
        payoffs=payoffs,
        roles={guarantee.aggressor: "aggressor", **dict.fromkeys(form.allies, "ally")},
        status_quo="status_quo",
        wars=wars,
    )
