"""A theorem's closed forms evaluated at the points of a block."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deterrence_games.analysis.sweep_findings import BORDER, INCOMPLETE, OUTSIDE, Findings
from deterrence_games.analysis.sweep_pointwise import Pointwise
from deterrence_games.analysis.sweep_quantities import CLOSED, FAMILIES, OF_EQUILIBRIA, Quantity
from deterrence_games.analysis.sweep_select import Floats, Selection
from deterrence_games.analysis.sweep_solver import defined_points
from deterrence_games.errors import ParameterError
from deterrence_games.games import Game
from deterrence_games.io.theorem_json import theorem_to_json
from deterrence_games.results.region_map import MAX_NAMES
from deterrence_games.solvers import Solver
from deterrence_games.theory import Theorem
from deterrence_games.theory.closed_values import ClosedValues
from deterrence_games.theory.compiled_values import CompiledValues

COMPILED_FROM = 1 << 22  # points of a sweep; compiling takes the time of some millions of points in NumPy


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
    compiled : CompiledValues or None
        For large sweeps: the same numbers to the last bit, compiled.
    solver : Solver
        For what closed forms do not say.
    """

    game: Game
    families: tuple[str, ...]
    complete: bool
    values: ClosedValues
    compiled: CompiledValues | None
    solver: Solver
    at_a_time: int | None = 1 << 14  # so that what is computed on the way stays in cache

    def find(
        self, columns: Mapping[str, Floats], points: int, quantities: Sequence[Quantity], selection: Selection
    ) -> Findings:
        """Evaluate every point.

        Parameters
        ----------
        columns : mapping parameter -> float64[point] or float64[]
            Every parameter of the game.
        """
        alone = [quantity for quantity in quantities if quantity.name not in (FAMILIES, *CLOSED)]
        found = Findings.nothing(points, len(self.families), alone, picking=False)
        measured = [quantity.name for quantity in quantities if quantity.name in CLOSED]
        evaluate = self.values.evaluate if self.compiled is None else self.compiled.evaluate_columns
        exists, inside, border, bounds = evaluate(columns, points, measured)
        found.exists[:] = exists
        found.bounds.update(bounds)
        found.status[~inside] |= OUTSIDE | INCOMPLETE
        found.status[border] |= BORDER
        if not self.complete:
            found.status[:] |= INCOMPLETE
        if alone:
            whole = {name: np.broadcast_to(values, points) for name, values in columns.items()}
            here = np.flatnonzero(defined_points(self.game, whole, points))
            pointwise = Pointwise(self.game, self.solver, self.families, alone, selection, whole=False, closed=True)
            pointwise.solve_all(whole, here, found)
        return found


def theorem_points(
    theorem: Theorem, quantities: Sequence[Quantity], selection: Selection, solver: Solver, points: int
) -> TheoremPoints:
    """What evaluates a theorem at so many points in all.

    The number of all points decides whether closed forms are compiled, so that blocks, workers and runs that go on never
    differ in it; and both ways give the same bits.

    Raises
    ------
    ParameterError
        For rules that look at equilibria at numbers, for quantities that the solver would tell wrong, and for a theorem of
        more than 64 families.
    """
    game = theorem.game
    if selection.pointwise:
        raise ParameterError(
            f"sweep of game {game.name!r}: select {selection.rule!r} looks at equilibria at numbers; sweep theorem.game instead"
        )
    solved = [quantity.name for quantity in quantities if quantity.name in OF_EQUILIBRIA and quantity.name not in CLOSED]
    if solved and theorem.refinements:
        raise ParameterError(
            f"sweep of game {game.name!r}: {solved[0]!r} is read off the equilibria that the solver finds, which knows nothing "
            f"of {' and '.join(theorem.refinements)}; sweep the theorem before it was refined, or theorem.game"
        )
    if len(theorem.families) > MAX_NAMES:
        raise ParameterError(
            f"sweep of game {game.name!r}: the theorem has {len(theorem.families)} families; at most {MAX_NAMES} fit"
        )
    families = tuple(family.name for family in theorem.families)
    wanted = [quantity.name for quantity in quantities if quantity.name in CLOSED]
    if selection.looks_at is not None and selection.looks_at not in wanted:
        wanted.append(selection.looks_at)
    compiled = theorem.compiled(wanted) if points >= COMPILED_FROM else None
    return TheoremPoints(game, families, theorem.complete, theorem.values, compiled, solver)


def theorem_method(theorem: Theorem) -> str:
    """The theorem in a line that tells it from any other, whenever it was derived."""
    said = json.loads(theorem_to_json(theorem))
    for entry in ("seconds", "stats"):
        said.pop(entry, None)
    return f"closed forms of the theorem {hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()}"
