"""A solution in numbers, strings, lists and objects, ready for JSON."""

import math
from typing import Any

from deterrence_games.results.equilibrium import Equilibrium
from deterrence_games.results.solution import Solution


def solution_document(solution: Solution) -> dict[str, Any]:
    """Everything that a solution of a game or tree says; infinite margins become null."""
    return {
        "game": solution.game,
        "concept": solution.concept,
        "solver": solution.solver,
        "params": dict(solution.params),
        "status": solution.status.name.lower(),
        "complete": solution.complete,
        "completeness": solution.completeness,
        "equilibria": [_equilibrium(equilibrium) for equilibrium in solution],
    }


def _equilibrium(equilibrium: Equilibrium) -> dict[str, Any]:
    return {
        "name": equilibrium.name,
        "outcome_class": equilibrium.outcome_class,
        "verdict": equilibrium.verdict,
        "payoffs": {player: _number(value) for player, value in equilibrium.payoffs.items()},
        "outcomes": {outcome: _number(share) for outcome, share in equilibrium.outcomes.items()},
        "regret": _number(equilibrium.regret),
        "margin": _number(equilibrium.margin),
        "strict": equilibrium.strict,
        "continuum": equilibrium.continuum,
        "behavior": [
            {
                "player": at.player,
                "type": at.type,
                "history": at.history,
                "probabilities": {action: _number(share) for action, share in actions.items()},
                "intervals": {action: list(ends) for action, ends in equilibrium.behavior_intervals.get(at, {}).items()},
            }
            for at, actions in equilibrium.behavior.items()
        ],
        "beliefs": [
            {
                "about": held.about,
                "history": held.history,
                "free": held.free,
                "types": held.types,
                "vertices": held.vertices.tolist(),
            }
            for held in equilibrium.belief_sets
        ],
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
