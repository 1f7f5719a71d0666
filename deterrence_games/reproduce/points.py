"""A game solved at many parameter points, in the words of claims."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from deterrence_games.analysis.cell_names import FINISHED, CellNames
from deterrence_games.forms.tree import History, InformationSet
from deterrence_games.games import Game
from deterrence_games.lowering.tree import tree_form_of
from deterrence_games.solvers import PerfectBayesian
from deterrence_games.solvers.certificate import certified

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Range = tuple[Floats, Floats]


class SolvedPoints:
    """All perfect Bayesian equilibria of a game at many parameter points, by name.

    Ranges are ``float64[point]`` each, over all equilibria of that name at the point, members of a continuum and faces of a
    larger one among them; NaN where there is none.

    Parameters
    ----------
    game : Game
    params : mapping parameter -> float64[point]

    Attributes
    ----------
    params : dict parameter -> float64[point]
    names : list of str
        Names of the game, and descriptions of play that bears none of them.
    complete : bool[point]
        Whether the search was exhaustive, and everything that it found passed its certificate.
    """

    def __init__(self, game: Game, params: Mapping[str, Floats]) -> None:
        self.params = dict(params)
        self._form = tree_form_of(game, self.params)
        solver = PerfectBayesian()
        self._cells = solver.solve_points(self._form)
        self._point = np.repeat(np.arange(self._form.points), self._cells.count)
        good = certified(self._form, self._cells, solver.certificate)
        self.complete: Bools = self._cells.code == FINISHED
        self.complete[self._point[~good]] = False
        names = CellNames(game)
        self._number = names.number(self._cells, good)
        self.names = names.names

    def __len__(self) -> int:
        return self._form.points

    def __getitem__(self, parameter: str) -> Floats:
        """Values of one parameter."""
        return self.params[parameter]

    def exists(self, name: str) -> Bools:
        """Where an equilibrium of that name exists, ``bool[point]``."""
        found = np.zeros(len(self), dtype=np.bool_)
        found[self._point[self._called(name)]] = True
        return found

    def plays(self, name: str, player: str, kind: str, history: History, action: str) -> Range:
        """Range of the probability of an action of a type that the history does not exclude."""
        q, place = self._find(player, kind, history, action)
        actions = np.arange(self._form.structure.set_actions[q])
        used = self._cells.used[:, q, None] >> actions & 1
        return self._range(name, self._form.structure.set_entry[q] + actions, place, used)

    def believes(self, name: str, about: str, kind: str, history: History) -> Range:
        """Range of the probability of a type right after a move of its owner alone."""
        kinds = self._form.structure.types[self._form.structure.players.index(about)]
        found = [self._find(about, own, history[:-1], str(history[-1])) for own in kinds]
        entries = np.array([self._form.structure.set_entry[q] + place for q, place in found])
        return self._range(name, entries, kinds.index(kind), np.ones((len(self._point), len(kinds)), np.int64))

    def outcome(self, name: str, label: str) -> Range:
        """Range of the probability of an outcome, over the middles of continua."""
        share = self._cells.distribution[:, self._form.structure.outcomes.index(label)].sum(axis=1)
        mine = self._called(name)
        return self._extremes(share[mine], self._point[mine])

    def always(self, player: str, kind: str, history: History, action: str) -> Bools:
        """Where every equilibrium, whatever its name, has a type choose an action for sure, ``bool[point]``."""
        q, place = self._find(player, kind, history, action)
        share = self._cells.behavior[:, self._form.structure.set_entry[q] + place]
        found = np.ones(len(self), dtype=np.bool_)
        found[self._point[share < 1]] = False
        return found

    def _called(self, name: str) -> Ints:
        return np.flatnonzero(self._number == self.names.index(name)) if name in self.names else np.zeros(0, np.int64)

    def _find(self, player: str, kind: str, history: History, action: str) -> tuple[int, int]:
        """Information set, and the action's place in it."""
        q = self._form.structure.information_sets.index(InformationSet(player, kind, history))
        return q, self._form.structure.set_labels(q).index(action)

    def _range(self, name: str, entries: Ints, place: int, counted: Ints) -> Range:
        """Range of one weight's share among several; within a regime it takes its extremes at extreme points."""
        called = np.zeros(len(self._point), dtype=np.bool_)
        called[self._called(name)] = True
        shares, points = [], []
        middle = (self._cells.weight, np.arange(len(self._point)))
        corners = (self._cells.vertex_weight, self._cells.vertex_cell)
        for weight, cell in (middle, corners):
            part = weight[:, entries] * counted[cell]
            total = part.sum(axis=1)
            known = (total > 0) & called[cell]
            shares.append(part[known, place] / total[known])
            points.append(self._point[cell[known]])
        return self._extremes(np.concatenate(shares), np.concatenate(points))

    def _extremes(self, values: Floats, points: Ints) -> Range:
        low, high = np.full(len(self), np.inf), np.full(len(self), -np.inf)
        np.minimum.at(low, points, values)
        np.maximum.at(high, points, values)
        return np.where(np.isfinite(low), low, np.nan), np.where(np.isfinite(high), high, np.nan)
