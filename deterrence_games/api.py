"""The entry functions: what to solve, with which solver, and the words of the game put back on the answer."""

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from deterrence_games.errors import AssumptionWarning, GameError, ParameterError, SolverError
from deterrence_games.forms import ExtensiveForm, SequenceForm, StrategicForm, TreeForm
from deterrence_games.games import Game
from deterrence_games.lowering.assumptions import broken_assumptions
from deterrence_games.lowering.extensive import extensive_form_of
from deterrence_games.lowering.parameters import has_arrays, read_mapping
from deterrence_games.lowering.reduced import reduced_behavior_of, reduced_form_of, reduced_outcomes_of
from deterrence_games.lowering.sequence import extensive_sequence_form_of, sequence_form_of
from deterrence_games.lowering.strategic import behavior_of, outcomes_of, strategic_form_of
from deterrence_games.lowering.tree import tree_form_of
from deterrence_games.results import Solution, Status
from deterrence_games.results.verdict import equilibrium_name, verdict
from deterrence_games.solvers import Lemke, PerfectBayesian, PolynomialEnumeration, Solver, VertexEnumeration
from deterrence_games.solvers.solver import Form, name_of
from deterrence_games.theory import Theorem
from deterrence_games.theory.derivation import theorem_of


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
    _check_assumptions(game, params, strict)
    return form


def _check_assumptions(game: Game, params: Mapping[str, Any] | None, strict: bool) -> None:
    """Warn, or raise, once for all points of arrays at which an assumption fails; a single point is checked by the game."""
    given = read_mapping(game, params)
    if not has_arrays(given):
        return
    broken = {relation: int(fails.sum()) for relation, (fails, _) in broken_assumptions(game, given).items()}
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
    form = tree_form_of(_game(game), params, strict=strict)
    _check_assumptions(game, params, strict)
    return strategic_form_of(form)


def extensive_form(game: Game, params: Mapping[str, Any] | None = None, *, strict: bool = False) -> ExtensiveForm:
    """The game as an extensive form in which nature first draws everybody's type, as other programs read it.

    Raises
    ------
    ParameterError
        As `tree_form`.
    """
    return extensive_form_of(tree_form(game, params, strict=strict))


def sequence_form(game: Game | ExtensiveForm, params: Mapping[str, Any] | None = None, *, strict: bool = False) -> SequenceForm:
    """The sequence form of a two-player game, or of a tree as it is read: a row or column for each sequence of own moves.

    Raises
    ------
    ParameterError
        As `tree_form`.
    GameError
        When there are not two players, or a player of an extensive form does not recall its own moves.
    """
    if isinstance(game, ExtensiveForm):
        _no_params(params)
        return extensive_sequence_form_of(game)
    return sequence_form_of(tree_form(game, params, strict=strict))


def solve(
    game: Game | Form, params: Mapping[str, Any] | None = None, solver: Solver | None = None, *, throw: bool = True
) -> Solution:
    """Find the equilibria of a game at one parameter point.

    Parameters
    ----------
    game : Game, TreeForm, StrategicForm, ExtensiveForm or SequenceForm
    params : mapping parameter -> number
        Only for a `Game`. An array of one number counts as the number.
    solver : Solver, optional
        By default all perfect Bayesian equilibria of a `Game` or `TreeForm` and all Nash equilibria of anything else
        (`VertexEnumeration` for two players, `PolynomialEnumeration` for more). A solver for strategic or sequence forms is
        given that form of a game or tree.
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
    form: Form
    if isinstance(game, Game):
        form = tree_form_of(game, params)
        if form.points != 1:
            raise GameError(
                f"game {game.name!r}: {form.points} parameter points; solve takes one, for a map use equilibrium_map, "
                "for raw arrays PerfectBayesian().solve_points(tree_form(game, params))"
            )
        _check_assumptions(game, params, strict=False)
        point = {name: float(np.ravel(value)[0]) for name, value in read_mapping(game, params).items()}
    elif isinstance(game, Form):
        _no_params(params)
        form = game
    else:
        raise GameError(f"cannot solve {type(game).__name__}; give a Game, a TreeForm, a StrategicForm or an ExtensiveForm")
    if solver is None:
        solver = _default_solver(form)
    elif not isinstance(solver, Solver):
        raise SolverError(
            f"game {name_of(form)!r}: solver is {solver!r:.60}; give one with its options, such as PerfectBayesian()"
        )
    solution = _solve_as_taken(form, solver)
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


def derive(game: Game, *, seconds: float = 600.0, timeout: float = 20.0) -> Theorem:
    """Derive all perfect Bayesian equilibria of a game in closed form, with the conditions under which they exist.

    Every assignment of supports to behaviour strategies and to free beliefs is solved symbolically, or proved by z3 to be
    empty under the game's assumptions. Payoffs, priors and probabilities are ratios of polynomials in the parameters; every
    type and every branch of public chance must have positive probability under the assumptions.

    Parameters
    ----------
    game : Game
    seconds : float
        The search stops after so many seconds; the theorem then says that it is not complete, and the conditions of families
        that could not be shortened in as many seconds again are long.
    timeout : float
        Seconds for one question to z3; what takes longer is listed as undecided.

    Returns
    -------
    Theorem

    Raises
    ------
    GameError
        When the assumptions contradict one another, payoffs are no ratios of polynomials, or the assumptions do not tell a
        sign that is needed.
    DeterrenceGamesError
        When z3 or python-flint is not installed.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> theorem = dg.derive(dg.models.unilateral_deterrence())
    >>> theorem.complete
    True
    >>> for family in theorem.families:
    ...     print(family)
    <Family 'Certain Deterrence': p_def >= (c_DC - c_SQ)/(c_DC - c_DDh)>
    <Family 'Steadfast Deterrence': always>
    <Family 'Separating': p_def >= (c_DC - c_SQ)/(-c_CD + c_DC), p_def <= (c_DC - c_SQ)/(c_DC - c_DDh)>
    <Family 'Attack': p_ch >= (d_CD - d_DC)/(d_CD - d_DDs), p_def <= (c_DC - c_SQ)/(-c_CD + c_DC)>
    <Family 'Bluff': p_ch < (d_CD - d_DC)/(d_CD - d_DDs), p_def < (c_DC - c_SQ)/(-c_CD + c_DC)>
    """
    own = _game(game)
    for what, given in (("seconds", seconds), ("timeout", timeout)):
        if isinstance(given, bool) or not isinstance(given, int | float) or not given > 0:
            raise GameError(f"game {own.name!r}: {what} is {given!r:.40}; give a number of seconds above zero")
    return theorem_of(own, float(seconds), float(timeout))


TREE_SOLVER, SEQUENCE_SOLVER = PerfectBayesian(), Lemke()
PAIR_SOLVER, MANY_SOLVER = VertexEnumeration(), PolynomialEnumeration()


def _default_solver(form: Form) -> Solver:
    """All perfect Bayesian equilibria of a tree, one equilibrium of a sequence form, else all Nash equilibria."""
    if isinstance(form, TreeForm):
        return TREE_SOLVER
    if isinstance(form, SequenceForm):
        return SEQUENCE_SOLVER
    return PAIR_SOLVER if len(form.players) == 2 else MANY_SOLVER


def _no_params(params: Mapping[str, Any] | None) -> None:
    if params is not None and not (isinstance(params, Mapping) and not params):
        raise GameError("params belong to a Game; a compiled form has its numbers already")


def _solve_as_taken(form: Form, solver: Solver) -> Solution:
    """Compile a tree to the form that the solver takes, and put what it finds back into the tree's words."""
    if isinstance(form, TreeForm) and solver.takes is StrategicForm:
        found = solver.solve(strategic_form_of(form))
        words = [(behavior_of(form, own.profile), outcomes_of(form, own.profile)) for own in found]
    elif isinstance(form, TreeForm) and solver.takes is SequenceForm:
        return solver.solve(sequence_form_of(form))
    elif isinstance(form, ExtensiveForm) and solver.takes is SequenceForm:
        return solver.solve(extensive_sequence_form_of(form))
    elif isinstance(form, ExtensiveForm) and solver.takes is StrategicForm:
        found = solver.solve(reduced_form_of(form))
        words = [(reduced_behavior_of(form, own.profile), reduced_outcomes_of(form, own.profile)) for own in found]
    else:
        return solver.solve(form)
    told = [replace(own, behavior=behavior, outcomes=outcomes) for own, (behavior, outcomes) in zip(found, words, strict=True)]
    return replace(found, equilibria=tuple(told))


def _game(game: Game) -> Game:
    if not isinstance(game, Game):
        raise GameError(f"cannot compile {type(game).__name__}; give a Game")
    return game
