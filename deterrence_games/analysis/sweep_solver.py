"""A game solved at every point of a block, by the solver of arrays or point by point."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deterrence_games.analysis.sweep_cells import search
from deterrence_games.analysis.sweep_findings import OUTSIDE, UNDEFINED, Findings
from deterrence_games.analysis.sweep_pointwise import Pointwise
from deterrence_games.analysis.sweep_quantities import FAMILIES, OF_POINTS, Quantity
from deterrence_games.analysis.sweep_select import Bools, Floats, Selection
from deterrence_games.errors import AssumptionWarning, ParameterError
from deterrence_games.games import Game
from deterrence_games.lowering.assumptions import broken_assumptions
from deterrence_games.lowering.tree import tree_form_of
from deterrence_games.solvers import PerfectBayesian, Solver
from deterrence_games.solvers.warm_up import warm_up

OTHER = "another equilibrium"


@dataclass(frozen=True, eq=False)
class SolverPoints:
    """A game, its solver, and the families that its equilibria are told apart by.

    Attributes
    ----------
    game : Game
    solver : Solver
    families : tuple of str
        Those of `Game.names` first; the last is `OTHER`, for what bears none of the names.
    """

    game: Game
    solver: Solver
    families: tuple[str, ...]
    at_a_time: int | None = None

    def find(
        self, columns: Mapping[str, Floats], points: int, quantities: Sequence[Quantity], selection: Selection
    ) -> Findings:
        """Solve every point.

        Parameters
        ----------
        columns : mapping parameter -> float64[point] or float64[]
            Every parameter of the game.
        """
        found = Findings.nothing(points, len(self.families), quantities, selection.pointwise)
        whole = {name: np.ascontiguousarray(np.broadcast_to(values, points)) for name, values in columns.items()}
        for fails, _ in broken_assumptions(self.game, whole).values():
            found.status[fails] |= OUTSIDE
        defined = defined_points(self.game, whole, points)
        found.status[~defined] |= UNDEFINED
        here = np.flatnonzero(defined)
        if not here.size:
            return found
        at_once = self.solver if isinstance(self.solver, PerfectBayesian) else None
        done = (FAMILIES, *OF_POINTS) if at_once else (FAMILIES,)
        alone = [quantity for quantity in quantities if quantity.name not in done]
        with warnings.catch_warnings(), warm_up.spent():
            warnings.simplefilter("ignore", AssumptionWarning)  # the status of the point tells
            if at_once is not None:
                measured = [quantity.name for quantity in quantities if quantity.name in OF_POINTS]
                search(self.game, at_once, self.families, {n: v[here] for n, v in whole.items()}, here, measured, found)
            Pointwise(self.game, self.solver, self.families, alone, selection, at_once is None).solve_all(whole, here, found)
        return found


def defined_points(game: Game, columns: Mapping[str, Floats], points: int) -> Bools:
    """Where payoffs are numbers and priors are probabilities."""
    try:
        tree_form_of(game, columns)
    except ParameterError:
        return np.array([_is_defined(game, columns, point) for point in range(points)])
    return np.ones(points, dtype=np.bool_)


def _is_defined(game: Game, columns: Mapping[str, Floats], point: int) -> bool:
    try:
        tree_form_of(game, {name: values[point : point + 1] for name, values in columns.items()})
    except ParameterError:
        return False
    return True
