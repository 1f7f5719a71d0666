"""A theorem's closed forms evaluated at the points of a block."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deterrence_games.analysis.sweep_findings import BORDER, INCOMPLETE, OUTSIDE, Findings
from deterrence_games.analysis.sweep_pointwise import Pointwise
from deterrence_games.analysis.sweep_quantities import FAMILIES, OF_EQUILIBRIA, OF_POINTS, Quantity
from deterrence_games.analysis.sweep_select import Floats, Selection
from deterrence_games.analysis.sweep_solver import defined_points
from deterrence_games.errors import ParameterError
from deterrence_games.games import Game
from deterrence_games.io.theorem_json import theorem_to_json
from deterrence_games.results.region_map import MAX_NAMES
from deterrence_games.solvers import Solver
from deterrence_games.theory import Theorem
from deterrence_games.theory.closed_values import ClosedValues


@dataclass(frozen=True, eq=False)
class TheoremPoints:
    """A theorem, and the solver for what closed forms do not say.

    Attributes
    ----------
    game : Game
    families : tuple of str
    complete : bool
        Whether the theorem is.
    values : ClosedValues
    solver : Solver
        For functions of a solution.
    """

    game: Game
    families: tuple[str, ...]
    complete: bool
    values: ClosedValues
    solver: Solver

    def find(
        self, columns: Mapping[str, Floats], points: int, quantities: Sequence[Quantity], selection: Selection
    ) -> Findings:
        """Evaluate every point.

        Parameters
        ----------
        columns : mapping parameter -> float64[point] or float64[]
            Every parameter of the game.
        """
        alone = [quantity for quantity in quantities if quantity.name not in (FAMILIES, *OF_POINTS)]
        found = Findings.nothing(points, len(self.families), alone, picking=False)
        measured = [quantity.name for quantity in quantities if quantity.name in OF_POINTS]
        exists, inside, border, bounds = self.values.evaluate(columns, points, measured)
        found.exists[:] = exists
        found.bounds.update(bounds)
        found.status[~inside] |= OUTSIDE | INCOMPLETE
        found.status[border] |= BORDER
        if not self.complete:
            found.status[:] |= INCOMPLETE
        if alone:
            whole = {name: np.broadcast_to(values, points) for name, values in columns.items()}
            here = np.flatnonzero(defined_points(self.game, whole, points))
            Pointwise(self.game, self.solver, self.families, alone, selection, whole=False).solve_all(whole, here, found)
        return found


def theorem_points(theorem: Theorem, quantities: Sequence[Quantity], selection: Selection, solver: Solver) -> TheoremPoints:
    """What evaluates a theorem.

    Raises
    ------
    ParameterError
        For quantities and rules that need the equilibria at numbers, and for a theorem of more than 64 families.
    """
    game = theorem.game
    wrong = next((quantity.name for quantity in quantities if quantity.name in OF_EQUILIBRIA), None)
    wrong = f"quantity {wrong!r}" if wrong else f"select {selection.rule!r}" if selection.pointwise else None
    if wrong:
        raise ParameterError(
            f"sweep of game {game.name!r}: {wrong} is read off equilibria at numbers; sweep theorem.game instead"
        )
    if len(theorem.families) > MAX_NAMES:
        raise ParameterError(
            f"sweep of game {game.name!r}: the theorem has {len(theorem.families)} families; at most {MAX_NAMES} fit"
        )
    families = tuple(family.name for family in theorem.families)
    return TheoremPoints(game, families, theorem.complete, ClosedValues.of(theorem), solver)


def theorem_method(theorem: Theorem) -> str:
    """The theorem in a line that tells it from any other, whenever it was derived."""
    said = json.loads(theorem_to_json(theorem))
    for entry in ("seconds", "stats"):
        said.pop(entry, None)
    return f"closed forms of the theorem {hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()}"
