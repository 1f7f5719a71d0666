"""What a mediator, or a shared signal, can achieve: correlated equilibria that are best or worst for an objective."""

from collections.abc import Mapping
from dataclasses import replace
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from deterrence_games.api import tree_form
from deterrence_games.errors import GameError
from deterrence_games.forms import StrategicForm, TreeForm
from deterrence_games.forms.tree import Floats
from deterrence_games.games import Game
from deterrence_games.lowering.strategic import strategic_form_of
from deterrence_games.results.correlated import CorrelatedEquilibrium
from deterrence_games.solvers.correlated import best_correlated
from deterrence_games.solvers.obedience import largest_violation

WELFARE = "welfare"


def correlated(
    game: Game | TreeForm | StrategicForm,
    params: Mapping[str, Any] | None = None,
    *,
    objective: str | npt.ArrayLike = WELFARE,
    sense: str = "best",
    seconds: float | None = None,
) -> CorrelatedEquilibrium:
    """Find the correlated equilibrium that is best, or worst, for an objective.

    A mediator draws a profile of pure strategies and tells each player only the own part; nobody gains by disobeying [1]_. All
    Nash equilibria are such distributions, so that the best and the worst one bound what any of them can bring. For a
    game or tree the strategies are those of its (Bayesian) strategic form, told before play.

    Parameters
    ----------
    game : Game, TreeForm or StrategicForm
        With any number of players.
    params : mapping parameter -> number
        Only for a `Game`.
    objective : str or float64[a_1, ..., a_n]
        "welfare" (the sum of payoffs), a player (that player's payoff), an outcome of a game or tree (its probability), or the
        worth of each profile of pure strategies.
    sense : str
        "best" (the greatest value) or "worst" (the least).
    seconds : float, optional
        Time that the linear program may take.

    Raises
    ------
    GameError
        When the objective names nothing in the game, or two things; when `seconds` is no number from zero on.
    SizeError
        When the strategic form or its incentives are too large.
    SolverError
        When the linear program ends without an optimum, for instance for want of time.

    References
    ----------
    .. [1] Aumann (1974), Subjectivity and correlation in randomized strategies.

    Examples
    --------
    >>> chicken = StrategicForm.from_arrays([[6, 2], [7, 0]], [[6, 7], [2, 0]], name="chicken")
    >>> found = correlated(chicken)
    >>> round(found.value, 9), found.distribution.round(3).tolist()
    (10.5, [[0.5, 0.25], [0.25, 0.0]])
    """
    if sense not in ("best", "worst"):
        raise GameError(f"sense is {sense!r:.40}; give 'best' or 'worst'")
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, Real) or not float(seconds) >= 0):
        raise GameError(f"seconds is {seconds!r:.40}; give a number of seconds, not below zero")
    tree = tree_form(game, params) if isinstance(game, Game) else game if isinstance(game, TreeForm) else None
    if params and not isinstance(game, Game):
        raise GameError("params belong to a Game; a compiled form has its numbers already")
    if tree is not None:
        form = strategic_form_of(tree)
    elif isinstance(game, StrategicForm):
        form = game
    else:
        raise GameError(f"cannot take {type(game).__name__}; give a Game, a TreeForm or a StrategicForm")
    chances = {} if tree is None else _outcome_chances(tree)
    told, worth = _objective(form, chances, objective)
    sign = 1.0 if sense == "best" else -1.0
    optimum = best_correlated(form, sign * worth, seconds)
    expected = form.payoffs.reshape(len(form.players), -1) @ optimum.distribution.ravel()
    return CorrelatedEquilibrium(
        game=form.name,
        players=form.players,
        strategies=form.strategies,
        objective=told,
        sense=sense,
        value=sign * optimum.value,
        bound=sign * optimum.bound,
        distribution=optimum.distribution,
        payoffs=dict(zip(form.players, expected.tolist(), strict=True)),
        violation=largest_violation(form, optimum.distribution),
        outcomes={label: float((chance * optimum.distribution).sum()) for label, chance in chances.items()},
    )


def _objective(form: StrategicForm, chances: Mapping[str, Floats], objective: str | npt.ArrayLike) -> tuple[str, Floats]:
    """The objective in words, and its worth profile by profile."""
    if not isinstance(objective, str):
        try:
            worth = np.asarray(objective, dtype=np.float64)
        except (TypeError, ValueError):
            worth = np.empty(0)
        if worth.shape != form.shape or not np.isfinite(worth).all():
            raise GameError(f"game {form.name!r}: the objective is no finite array of shape {form.shape}; give one")
        return "the given objective", worth
    found: dict[str, Floats] = {}
    if objective == WELFARE:
        with np.errstate(over="ignore"):  # an infinite sum is refused by the solver
            found["the sum of payoffs"] = form.payoffs.sum(axis=0)
    if objective in form.players:
        found[f"the payoff of {objective}"] = form.payoffs[form.players.index(objective)]
    if objective in chances:
        found[f"the probability of {objective}"] = chances[objective]
    if len(found) != 1:
        known = [WELFARE, *form.players, *chances]
        problem = f"means {' and '.join(found)}; give an array over profiles" if found else f"is none of {known}"
        raise GameError(f"game {form.name!r}: the objective {objective!r:.60} {problem}")
    return next(iter(found.items()))


def _outcome_chances(tree: TreeForm) -> dict[str, Floats]:
    """Probability of each outcome, profile by profile: what a player expects who is paid one for it and else nothing."""
    structure = tree.structure
    nothing, one = tree.values.shape[1], tree.values.shape[1] + 1
    values = np.column_stack([tree.values, np.zeros(tree.points), np.ones(tree.points)])
    chances: dict[str, Floats] = {}
    for begin in range(0, len(structure.outcomes), len(structure.players)):
        labels = structure.outcomes[begin : begin + len(structure.players)]
        payoff = np.full(structure.payoff.shape, nothing, np.int64)
        for player in range(len(labels)):
            payoff[begin + player, player] = one
        paid = strategic_form_of(TreeForm(replace(structure, payoff=payoff), values)).payoffs
        chances.update(zip(labels, paid, strict=False))
    return chances
