"""What is read off the equilibria of one point at a time: any solver, any function of a solution."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from deterrence_games.analysis.cell_names import PLAYED, path_in_words
from deterrence_games.analysis.credibility import assess_commitments
from deterrence_games.analysis.risk_dominance import undominated
from deterrence_games.analysis.sweep_findings import BORDER, INCOMPLETE, Findings
from deterrence_games.analysis.sweep_quantities import LOGIT, Quantity, commitment_label
from deterrence_games.analysis.sweep_select import Floats, Selection
from deterrence_games.api import solve
from deterrence_games.errors import AssumptionWarning
from deterrence_games.forms.tree import Ints
from deterrence_games.games import Game
from deterrence_games.lowering.tree import compile_game, tree_form_of
from deterrence_games.results import Equilibrium, Solution
from deterrence_games.solvers import LogitPath, Solver
from deterrence_games.solvers.warm_up import warm_up

Values = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Pointwise:
    """What one point is solved for.

    Attributes
    ----------
    game : Game
    solver : Solver
    families : tuple of str
        The last of them takes what bears none of the names.
    quantities : sequence of Quantity
        Those that are read off a solution.
    selection : Selection
    whole : bool
        Whether the families are read off the solution too.
    closed : bool
        Whether the families are those of a theorem, which exist where it says. Equilibria without such a name are left out,
        and where theorem and solver differ off borders, the point counts as incomplete.
    """

    game: Game
    solver: Solver
    families: tuple[str, ...]
    quantities: Sequence[Quantity]
    selection: Selection
    whole: bool
    closed: bool = False

    def solve_all(self, columns: Mapping[str, Floats], here: Ints, found: Findings) -> None:
        """Solve the game at some points, and fill in what was asked for.

        Parameters
        ----------
        columns : mapping parameter -> float64[point]
        here : int64[point]
        """
        if not (self.quantities or self.selection.pointwise or self.whole):
            return
        with warnings.catch_warnings(), warm_up.spent():
            warnings.simplefilter("ignore", AssumptionWarning)  # the status of the point tells
            for point in here.tolist():
                self._solve({name: float(values[point]) for name, values in columns.items()}, point, found)

    def _solve(self, params: Mapping[str, float], point: int, found: Findings) -> None:
        try:
            solution = solve(self.game, params, self.solver, throw=False)
        except Exception as error:  # one point must not end a long sweep
            found.fail(point, "solve", error)
            if self.whole:
                found.status[point] |= INCOMPLETE
            return
        names = [family_name(self.game, equilibrium) for equilibrium in solution.equilibria]
        own = [self._number(name) for name in names]
        if self.whole:
            found.exists[point, own] = True
            if not solution.complete:
                found.status[point] |= INCOMPLETE
        elif self.closed and any(quantity.differs for quantity in self.quantities):
            own = [number if number >= 0 and found.exists[point, number] else -1 for number in own]
            if set(own) != set(np.flatnonzero(found.exists[point]).tolist()) and not found.status[point] & BORDER:
                found.status[point] |= INCOMPLETE
        found.count[point] = len(solution.equilibria)
        for quantity in self.quantities:
            try:
                self._fill(quantity, solution, own, params, point, found)
            except (Exception, SystemExit) as error:  # recorded with its point; the rest goes on
                found.fail(point, quantity.name, error)
        if found.picked is not None:
            try:
                found.picked[point, self._picked(solution, own, params)] = True
            except Exception as error:
                found.fail(point, "select", error)

    def _number(self, name: str) -> int:
        """The family of a name; -1 for none."""
        if name in self.families:
            return self.families.index(name)
        return -1 if self.closed else len(self.families) - 1

    def _fill(
        self, quantity: Quantity, solution: Solution, own: list[int], params: Mapping[str, float], point: int, found: Findings
    ) -> None:
        if quantity.function is not None:
            value = quantity.function(solution)
            if isinstance(value, str | bytes):
                raise TypeError(f"{quantity.name} returned {value!r:.60}, not a number")
            found.values[quantity.name][point, 0] = float(value)
        elif quantity.name == LOGIT:
            limit = solve(self.game, params, LogitPath(), throw=False)
            if limit.equilibria:
                found.values[LOGIT][point] = [p for actions in _behavior(self.game, limit[0]) for p in actions]
        elif quantity.differs:
            low, high = np.moveaxis(found.bounds[quantity.name], -1, 0)
            for number, values in zip(own, self._values(quantity, solution, params), strict=True):
                if number < 0:
                    continue
                for label, (least, most) in values.items():
                    k = quantity.labels.index(label) if quantity.dim else 0
                    low[point, number, k] = np.fmin(low[point, number, k], least)
                    high[point, number, k] = np.fmax(high[point, number, k], most)

    def _values(self, quantity: Quantity, solution: Solution, params: Mapping[str, float]) -> list[Values]:
        """The quantity in each equilibrium: label to bounds."""
        if quantity.name == "credibility":
            return _margins(self.game, solution, params)
        return [_read(self.game, quantity, equilibrium) for equilibrium in solution.equilibria]

    def _picked(self, solution: Solution, own: list[int], params: Mapping[str, float]) -> list[int]:
        if self.selection.rule == "logit limit":
            limit = solve(self.game, params, LogitPath(), throw=False)
            return [self._number(family_name(self.game, equilibrium)) for equilibrium in limit.equilibria]
        return [own[k] for k in undominated(self.game, params, solution.equilibria)]


def family_name(game: Game, equilibrium: Equilibrium) -> str:
    """The literature's name, or the play on the path in words; empty where behaviour is silent somewhere."""
    if equilibrium.name:
        return equilibrium.name
    structure = compile_game(game).structure
    used = np.zeros(len(structure.information_sets), dtype=np.int64)
    for q, where in enumerate(structure.information_sets):
        behavior = equilibrium.behavior.get(where)
        if behavior is None:
            return ""
        used[q] = sum(1 << k for k, action in enumerate(structure.set_labels(q)) if behavior.get(action, 0.0) > PLAYED)
    return path_in_words(structure, used)


def _read(game: Game, quantity: Quantity, equilibrium: Equilibrium) -> Values:
    match quantity.name:
        case "outcomes":
            return {label: (p, p) for label, p in equilibrium.outcomes.items()}
        case "payoffs":
            return {player: (worth, worth) for player, worth in equilibrium.payoffs.items()}
        case "war":
            return _single(sum(equilibrium.outcomes.get(label, 0.0) for label in game.wars))
        case "deterrence":
            return _single(equilibrium.outcomes.get(str(game.status_quo), 0.0))
        case "margin":
            return _single(equilibrium.margin)
    structure = compile_game(game).structure
    ranges = equilibrium.behavior_intervals or {
        where: {action: (p, p) for action, p in actions.items()} for where, actions in equilibrium.behavior.items()
    }
    flat = [
        ranges.get(where, {}).get(action, (np.nan, np.nan))
        for q, where in enumerate(structure.information_sets)
        for action in structure.set_labels(q)
    ]
    return dict(zip(quantity.labels, flat, strict=True))


def _single(value: float) -> Values:
    return {"": (value, value)}


def _behavior(game: Game, equilibrium: Equilibrium) -> list[list[float]]:
    structure = compile_game(game).structure
    return [
        [equilibrium.behavior[where][action] for action in structure.set_labels(q)]
        for q, where in enumerate(structure.information_sets)
    ]


def _margins(game: Game, solution: Solution, params: Mapping[str, float]) -> list[Values]:
    """Margins of the threats and promises in each equilibrium."""
    commitments, _ = assess_commitments(tree_form_of(game, params), solution)
    found: list[dict[str, tuple[float, float]]] = [{} for _ in solution.equilibria]
    for own in commitments:
        for effect in own.effects:
            label = commitment_label(own.player, own.history, own.action, own.addressee, effect.type, own.decision, own.move)
            found[own.equilibrium][label] = (effect.margin, effect.margin)
    return list(found)
