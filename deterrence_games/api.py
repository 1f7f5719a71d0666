"""The entry functions: what to solve, with which solver, and the words of the game put back on the answer."""

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from deterrence_games.errors import AssumptionWarning, GameError, ParameterError, SolverError
from deterrence_games.forms import StrategicForm, TreeForm
from deterrence_games.games import Game
from deterrence_games.lowering.assumptions import broken_assumptions
from deterrence_games.lowering.strategic import behavior_of, outcomes_of, strategic_form_of
from deterrence_games.lowering.tree import tree_form_of
from deterrence_games.results import Solution, Status
from deterrence_games.results.verdict import equilibrium_name, verdict
from deterrence_games.solvers import PerfectBayesian, Solver, SupportEnumeration
from deterrence_games.solvers.solver import Form


def tree_form(game: Game, params: Mapping[str, Any] | None = None, *, strict: bool = False) -> TreeForm:
    """Compile a game to flat arrays at one parameter point, or at many.

    Parameters
    ----------
    game : Game
    params : mapping parameter -> number or float64[point]
        Arrays give one form with many points; numbers are repeated over them.
    strict : bool
        Raise instead of warn when an assumption of the game is violated.

    Raises
    ------
    ParameterError
        When a parameter is missing, unknown or not finite, or probabilities do not sum to one.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> game = dg.models.rudimentary_asymmetric_deterrence()
    >>> form = dg.tree_form(game, dict(a_SQ=0, a_DC=1, a_DD=-3, b_SQ=3, b_DC=1, b_DDh=2, b_DDs=0, p=0.5))
    >>> form.structure.outcomes
    ('status_quo', 'concession', 'conflict')
    """
    form = tree_form_of(_game(game), params, strict=strict)
    if form.points != 1:
        _check_assumptions(game, dict(params or {}), strict)
    return form


def _check_assumptions(game: Game, params: Mapping[str, Any], strict: bool) -> None:
    """Warn, or raise, once for all points at which an assumption fails."""
    broken = {relation: int(fails.sum()) for relation, (fails, _) in broken_assumptions(game, params).items()}
    if broken:
        parts = ", ".join(f"{relation} at {count} point(s)" for relation, count in broken.items())
        message = f"game {game.name!r}: assumptions fail: {parts}; choose parameters within them"
        if strict:
            raise ParameterError(message)
        warnings.warn(message, AssumptionWarning, stacklevel=3)


def strategic_form(game: Game, params: Mapping[str, Any] | None = None, *, strict: bool = False) -> StrategicForm:
    """Payoff matrices of the (reduced) Bayesian normal form: a strategy is a plan for each type.

    Raises
    ------
    ParameterError
        As `tree_form`.
    SizeError
        When there are too many plans.
    """
    return strategic_form_of(tree_form_of(_game(game), params, strict=strict))


def solve(
    game: Game | Form, params: Mapping[str, Any] | None = None, solver: Solver | None = None, *, throw: bool = True
) -> Solution:
    """Find the equilibria of a game at one parameter point.

    Parameters
    ----------
    game : Game, TreeForm or StrategicForm
    params : mapping parameter -> number
        Only for a `Game`.
    solver : Solver, optional
        By default all perfect Bayesian equilibria of a game or tree, all Nash equilibria of a strategic form. A solver for
        strategic forms is given the normal form of a game or tree.
    throw : bool
        Raise `SolverError` when the search ends without an equilibrium and without a proof that none exists.

    Returns
    -------
    Solution

    Raises
    ------
    GameError, ParameterError, SizeError, SolverError
        With the remedy in the message.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> game = dg.models.rudimentary_asymmetric_deterrence()
    >>> solution = dg.solve(game, dict(a_SQ=0, a_DC=1, a_DD=-3, b_SQ=3, b_DC=1, b_DDh=2, b_DDs=0, p=0.5))
    >>> solution.complete, [equilibrium.name for equilibrium in solution]
    (True, ['Deterrence'])
    """
    point: dict[str, float] = {}
    if isinstance(game, Game):
        tree = tree_form_of(game, params)
        if tree.points != 1:
            raise GameError(
                f"game {game.name!r}: {tree.points} parameter points; solve takes one, for a map use equilibrium_map, "
                "for raw arrays PerfectBayesian().solve_points(tree_form(game, params))"
            )
        point = {name: float(value) for name, value in dict(params or {}).items()}
        form: Form = tree
    elif isinstance(game, TreeForm | StrategicForm):
        if params:
            raise GameError("params belong to a Game; a compiled form has its numbers already")
        form = game
    else:
        raise GameError(f"cannot solve {type(game).__name__}; give a Game, a TreeForm or a StrategicForm")
    if solver is None:
        solver = PerfectBayesian() if isinstance(form, TreeForm) else SupportEnumeration()
    if isinstance(form, TreeForm) and solver.takes is StrategicForm:
        solution = _with_tree_words(solver.solve(strategic_form_of(form)), form)
    else:
        solution = solver.solve(form)
    if throw and not solution.equilibria and solution.status is not Status.NONE_EXIST:
        raise SolverError(f"game {solution.game!r}: {solution.status.value}; {solution.completeness} (throw=False returns it)")
    if isinstance(game, Game):
        solution = replace(
            solution,
            params=point,
            equilibria=tuple(
                replace(
                    found,
                    name=equilibrium_name(game.names, found) if found.behavior else found.name,
                    verdict=verdict(found, game.status_quo, game.wars) if found.outcomes else found.verdict,
                )
                for found in solution.equilibria
            ),
        )
    return solution


def _with_tree_words(solution: Solution, tree: TreeForm) -> Solution:
    """Put the equilibria of a normal form back into the tree: behaviour where it is reached, probabilities of outcomes."""
    return replace(
        solution,
        equilibria=tuple(
            replace(found, behavior=behavior_of(tree, found.profile), outcomes=outcomes_of(tree, found.profile))
            for found in solution.equilibria
        ),
    )


def _game(game: Game) -> Game:
    if not isinstance(game, Game):
        raise GameError(f"cannot compile {type(game).__name__}; give a Game")
    return game
