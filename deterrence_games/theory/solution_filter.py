"""Refinements as filters on the equilibria of one parameter point."""

from collections.abc import Mapping
from dataclasses import replace

import sympy
from sympy import Expr, Interval, Set

from deterrence_games.errors import GameError
from deterrence_games.games import Game
from deterrence_games.games.expressions import exact
from deterrence_games.results import Equilibrium, Solution, Status
from deterrence_games.theory.derivation import theorem_of
from deterrence_games.theory.family import Case, Family
from deterrence_games.theory.theorem import Theorem

SECONDS, TIMEOUT = 600.0, 20.0  # as those of derive
CLOSE = 1e-7  # between a fraction and the floating-point number that stands for it


def refine(game: Game, solution: Solution, criterion: str) -> Solution:
    """The equilibria of a solution that satisfy a refinement.

    The game is derived in fractions at the solution's parameters and refined there. An equilibrium that stands for a continuum
    of strategies or beliefs stays when a member of it satisfies the refinement; which members do, and by which beliefs, tells
    `Theorem.refine`.

    Parameters
    ----------
    game : Game
    solution : Solution
        Perfect Bayesian equilibria of the game at a parameter point, from ``dg.solve``.
    criterion : {"passive beliefs", "monotone beliefs", "intuitive criterion", "D1"}
        As defined in `deterrence_games.theory.refinements`.

    Returns
    -------
    Solution

    Raises
    ------
    GameError
        When the solution is not one of the game's perfect Bayesian equilibria, and as `Theorem.refine`.
    DeterrenceGamesError
        When z3 or python-flint is not installed.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> game = dg.models.unilateral_deterrence()
    >>> params = dict(c_DDs=0, c_CD=1, c_DDh=2, c_SQ=3, c_DC=4, d_DDs=0, d_DC=1, d_DDh=2, d_CD=3, d_SQ=4, p_ch=0.5, p_def=0.125)
    >>> solution = dg.solve(game, params)
    >>> sorted({equilibrium.name for equilibrium in solution})
    ['Bluff', 'Steadfast Deterrence']
    >>> [equilibrium.name for equilibrium in dg.refine(game, solution, "D1")]
    ['Bluff']
    """
    if not isinstance(game, Game) or not isinstance(solution, Solution):
        raise GameError("refine takes a Game and a Solution of it; give dg.refine(game, dg.solve(game, params), 'D1')")
    if solution.game != game.name or solution.concept != "perfect Bayesian equilibrium":
        raise GameError(
            f"game {game.name!r}: the solution is of {solution.game!r}, for {solution.concept}; refinements are for perfect "
            "Bayesian equilibria: give dg.solve(game, params)"
        )
    values = {name: exact(value) for name, value in solution.params.items()}
    theorem = theorem_of(game.replace(assumptions=()).substitute(values), SECONDS, TIMEOUT).refine(criterion)
    kept = tuple(equilibrium for equilibrium in solution if _survives(equilibrium, theorem))
    if not theorem.complete:
        status = Status.FOUND if kept else Status.NONE_FOUND
    elif solution.complete:
        status = Status.COMPLETE if kept else Status.NONE_EXIST
    else:
        status = solution.status
    words = f"{solution.completeness}; {criterion}: {theorem.completeness}"
    return replace(solution, equilibria=kept, status=status, completeness=words)


def _survives(equilibrium: Equilibrium, theorem: Theorem) -> bool:
    families: tuple[Family, ...] = (*theorem.families, *theorem.border_families)
    return any(_among(equilibrium, case) for family in families for case in family.cases)


def _among(equilibrium: Equilibrium, case: Case) -> bool:
    """Whether a case, in the middle of its ranges, lies within an equilibrium's continuum."""
    point: dict[Expr, Expr] = {}
    for symbol, (lower, upper) in case.bounds.items():
        low = sympy.Max(*(value.subs(point) for value, _ in lower))
        high = sympy.Min(*(value.subs(point) for value, _ in upper))
        point[symbol] = (low + high) / 2
    for place, shares in case.strategies.items():
        ranges = equilibrium.behavior_intervals[place]
        if not all(_within(share.subs(point), ranges[action]) for action, share in shares.items()):
            return False
    for held in equilibrium.belief_sets:
        own: Mapping[str, Set] = case.beliefs.get(held.history, {}).get(held.about, {})
        if not all(_within(_middle(belief, point), held.intervals[kind]) for kind, belief in own.items()):
            return False
    return True


def _middle(held: Set, point: Mapping[Expr, Expr]) -> Expr:
    """The number that a set of beliefs holds, or the middle of an interval."""
    ends = (held.start, held.end) if isinstance(held, Interval) else (next(iter(held)),) * 2
    return (ends[0].subs(point) + ends[1].subs(point)) / 2


def _within(value: Expr, ends: tuple[float, float]) -> bool:
    return ends[0] - CLOSE <= float(value) <= ends[1] + CLOSE
