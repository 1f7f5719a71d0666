"""Whether a threat is credible, who must believe it, and at which belief it deters."""

import math
import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from deterrence_games.analysis.assessment import Assessment, complete, follow_beliefs, read_behavior
from deterrence_games.analysis.commitments import find_commitments
from deterrence_games.analysis.credibility_report import CredibilityReport
from deterrence_games.analysis.empty_threats import Behavior, find_empty_threats
from deterrence_games.analysis.threats import Commitment, EmptyThreat
from deterrence_games.api import solve, tree_form
from deterrence_games.errors import AssumptionWarning, GameError, ParameterError, SizeError, SolverError
from deterrence_games.forms import TreeForm
from deterrence_games.forms.tree import Floats
from deterrence_games.games import Game
from deterrence_games.lowering.strategic import behavior_of, strategic_form_of
from deterrence_games.results import Equilibrium, Solution, Status

MOST_NASH = 250  # Nash equilibria searched for empty threats, at some milliseconds to a tenth of a second each


def credibility(game: Game, params: Mapping[str, Any] | None = None, solution: Solution | None = None) -> CredibilityReport:
    """Assess every threat and promise of a game, and name the empty threats that hold up Nash equilibria.

    Threats and promises are found from the tree and the payoffs, as `deterrence_games.analysis.commitments` defines them. For
    each, in each equilibrium: what carrying it out is worth against backing down, by type; the probability that it is carried
    out; and, for each type of the player who is to believe it, the probability from which on it deters, and the margin. All
    other play is that of the equilibrium.

    Empty threats are looked for in the extreme Nash equilibria of the strategic form, for two players and where the form is
    small enough; they are incredible in the sense of `deterrence_games.analysis.empty_threats`.

    Parameters
    ----------
    game : Game
    params : mapping parameter -> number
    solution : Solution, optional
        Equilibria of the game at these parameters: perfect Bayesian, subgame perfect, or Nash equilibria of its strategic
        form. By default all perfect Bayesian equilibria. Where a Nash equilibrium says nothing about a move, because the
        player's own strategy excludes it, a best reply is assumed.

    Raises
    ------
    GameError
        When the solution is not one of this game.
    ParameterError
        As `tree_form`, and when the solution was found at other parameters.
    SolverError, SizeError
        When no solution is given and the perfect Bayesian equilibria cannot be found; when the tree is too deep.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> game = dg.models.rudimentary_asymmetric_deterrence()
    >>> report = dg.credibility(game, dict(a_SQ=0, a_DC=1, a_DD=-3, b_SQ=3, b_DC=1, b_DDh=2, b_DDs=0, p=0.5))
    >>> (threat,) = report.threats
    >>> print(threat.words)
    defender (target) threatens to 'resist' after defect, to deter challenger (aggressor) from 'defect'
    >>> {resolve.type: (resolve.difference, resolve.credible) for resolve in threat.resolves}
    {'hard': (1.0, True), 'soft': (-1.0, False)}
    >>> (challenger,) = threat.effects
    >>> challenger.threshold, challenger.margin, challenger.works
    (0.25, 0.25, True)
    """
    if not isinstance(game, Game):
        raise GameError(f"cannot assess the threats of {type(game).__name__}; give a Game")
    if solution is None:
        solution = solve(game, params)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AssumptionWarning)  # solve has warned
            form = tree_form(game, params)
    else:
        form = tree_form(game, params)
        _check(game, form, params, solution)
    point = {name: _number(value) for name, value in dict(params or {}).items()}

    notes: list[str] = []
    commitments, silent = assess_commitments(form, solution)
    if silent:
        notes.append("Where a player's own strategy excludes a move, a best reply there is assumed.")

    nash, perfect = _both(form, solution, notes)
    empty: list[EmptyThreat] = []
    if nash is not None:
        unexplained = []
        if len(nash) > MOST_NASH:
            notes.append(f"Empty threats were looked for in the first {MOST_NASH} of {len(nash)} Nash equilibria.")
        for number, equilibrium in enumerate(nash.equilibria[:MOST_NASH]):
            found, same_path = find_empty_threats(form, number, _behavior(form, equilibrium), perfect.equilibria)
            empty += found
            if not found and not same_path:
                unexplained.append(str(number))
        if unexplained:
            notes.append(
                f"Nash equilibria {', '.join(unexplained)} are not perfect Bayesian in their play, yet rest on no threat "
                "that is empty under all beliefs."
            )
        if not perfect.complete:
            notes.append(
                "The search for perfect equilibria was not exhaustive, so that one of those called not perfect may be: "
                f"{perfect.completeness}."
            )
        if nash.status is not Status.COMPLETE:
            notes.append(f"Of the Nash equilibria some may be missing: {nash.completeness}.")

    def cast(found: Any) -> Any:
        return replace(found, player_role=game.roles.get(found.player, ""), addressee_role=game.roles.get(found.addressee, ""))

    return CredibilityReport(
        game=game.name,
        params=point,
        solution=solution,
        nash=nash,
        threats=tuple(cast(found) for found in commitments if found.kind == "threat"),
        promises=tuple(cast(found) for found in commitments if found.kind == "promise"),
        empty_threats=tuple(cast(found) for found in empty),
        notes=tuple(notes),
    )


def assess_commitments(form: TreeForm, solution: Solution) -> tuple[list[Commitment], bool]:
    """The threats and promises in each equilibrium, and whether some strategy, silent about a move, had to be completed."""
    found: list[Commitment] = []
    any_silent = False
    for number, equilibrium in enumerate(solution):
        held, spread, silent = _assess(form, equilibrium, _behavior(form, equilibrium))
        found += find_commitments(held, number, equilibrium.name, spread)
        any_silent |= silent
    return found, any_silent


def _check(game: Game, form: TreeForm, params: Mapping[str, Any] | None, solution: Solution) -> None:
    """Refuse a solution of something else."""
    if not isinstance(solution, Solution):
        raise GameError(f"game {game.name!r}: the solution is {type(solution).__name__}; give what solve returns")
    if form.points != 1:
        raise GameError(f"game {game.name!r}: {form.points} parameter points; credibility takes one")
    if solution.game != game.name:
        raise GameError(f"game {game.name!r}: the solution is one of {solution.game!r}; give a solution of this game")
    for name, value in solution.params.items():
        here = _number(dict(params or {})[name]) if name in (params or {}) else math.nan
        if not math.isclose(here, value, rel_tol=1e-12, abs_tol=1e-300):
            raise ParameterError(
                f"game {game.name!r}: the solution was found at {name} = {value:g}, here it is {here:g}; "
                "give the same parameters"
            )


def _number(value: Any) -> float:
    return float(np.asarray(value, dtype=np.float64).item())


def _behavior(form: TreeForm, equilibrium: Equilibrium) -> Behavior:
    if equilibrium.profile:
        if len(equilibrium.profile) != len(form.structure.players):
            raise GameError(
                f"game {form.structure.name!r}: the solution has {len(equilibrium.profile)} players, the game has "
                f"{len(form.structure.players)}; give a solution of this game"
            )
        return behavior_of(form, equilibrium.profile)
    if not equilibrium.behavior:
        raise GameError(f"game {form.structure.name!r}: the solution has neither behaviour nor a profile; give one of the two")
    return equilibrium.behavior


def _assess(form: TreeForm, equilibrium: Equilibrium, behavior: Behavior) -> tuple[Assessment, tuple[Floats, Floats], bool]:
    """Return the assessment, the range of what its slots do (see `find_commitments`), and whether it had to be completed."""
    entries, told = read_behavior(form, behavior)
    beliefs = follow_beliefs(form, entries, told, equilibrium.beliefs)
    held = Assessment(form, complete(form, entries, told, beliefs.belief), beliefs.belief)
    return held, _spread(held, equilibrium), not told.all()


def _spread(held: Assessment, equilibrium: Equilibrium) -> tuple[Floats, Floats]:
    structure = held.form.structure
    low = np.zeros((len(structure.slot_node), int(structure.slot_actions.max(initial=0))))
    high = np.zeros_like(low)
    sets = {(beliefs.about, beliefs.history): beliefs.vertices for beliefs in equilibrium.belief_sets}
    for slot, (node, player) in enumerate(zip(structure.slot_node, structure.slot_player, strict=True)):
        history, before = structure.histories[node], structure.last_slot[node, player]
        held_here = held.belief_about(int(node), int(player))[None]
        if before >= 0:
            since = history[: len(structure.histories[structure.slot_node[before]]) + 1]
            held_here = sets.get((structure.players[player], since), held_here)
        width = int(structure.slot_actions[slot])
        least, most = held.by_type(slot).copy(), held.by_type(slot).copy()
        for kind in range(structure.type_count[player]):
            where = structure.information_sets[structure.set_first[slot] + kind]
            spans = equilibrium.behavior_intervals.get(where, {})
            for action, name in enumerate(structure.actions[slot]):
                if name in spans:
                    least[kind, action], most[kind, action] = spans[name]
        low[slot, :width] = (held_here @ least).min(axis=0)
        high[slot, :width] = (held_here @ most).max(axis=0)
    return low, high


def _both(form: TreeForm, solution: Solution, notes: list[str]) -> tuple[Solution | None, Solution]:
    """Return the Nash equilibria, or None with a note, and the perfect equilibria, whichever of the two was given."""
    if any(equilibrium.profile for equilibrium in solution) or solution.concept == "Nash equilibrium":
        return solution, solve(form, throw=False)
    if len(form.structure.players) != 2:
        notes.append("Empty threats were not looked for: Nash equilibria of the strategic form are found for two players only.")
        return None, solution
    try:
        return solve(strategic_form_of(form), throw=False), solution
    except (SizeError, SolverError) as error:
        notes.append(f"Empty threats were not looked for: {error}.")
        return None, solution
