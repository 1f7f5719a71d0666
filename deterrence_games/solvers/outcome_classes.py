"""Which cells differ only off the path of play."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

from deterrence_games.forms.tree import Floats, Ints
from deterrence_games.kernels.bayesian_tree import NODE, PLAYERS, SETS, SLOT, SLOTS, WIDTH
from deterrence_games.solvers.cell_regimes import Cell
from deterrence_games.solvers.faces import SAME, number_points
from deterrence_games.solvers.search_order import rows_of


class _Paths:
    """What cells do on the path of play.

    Attributes
    ----------
    nodes : bool[cell, node]
        Reached.
    entries : bool[cell, entry]
        Of information sets at nodes that are reached.
    vertices : list over cells of dict player -> float64[vertex, entry]
        Extreme points of the weights that follow from the prior, zero off the path.
    low, high : float64[cell, entry]
        Least and greatest weights.
    """

    def __init__(self, tree: Ints, cells: list[Cell]) -> None:
        sets, slots = rows_of(tree, SETS), rows_of(tree, SLOTS)
        self.nodes = np.array([cell.on_path for cell in cells])
        self.entries = self.nodes[:, slots[np.repeat(sets[:, SLOT], sets[:, WIDTH]), NODE]]
        self.vertices = []
        self.low, self.high = np.zeros(self.entries.shape), np.zeros(self.entries.shape)
        none = np.zeros((1, self.entries.shape[1]))
        for k, cell in enumerate(cells):
            own = {i: np.where(self.entries[k], cell.vertices.get(i, none), 0.0) for i in range(int(tree[PLAYERS, 1]))}
            self.vertices.append(own)
            for weights in own.values():  # each entry belongs to one player
                self.low[k] += weights.min(axis=0)
                self.high[k] += weights.max(axis=0)

    def within(self, inner: int, outer: int) -> bool:
        """Whether all that one cell does on its path of play is among what another does."""
        path = self.entries[inner]
        return all(_within(own[:, path], self.vertices[outer][player][:, path]) for player, own in self.vertices[inner].items())

    def may_lie_within(self, inner: int | list[int], outer: int | list[int]) -> npt.NDArray[np.bool_]:
        """What is necessary for `within` and can be seen at once: nodes are reached by both, and the bounds of weights."""
        bounds = (self.low[outer] <= self.low[inner] + SAME) & (self.high[inner] <= self.high[outer] + SAME)
        reached = (self.nodes[outer] | ~self.nodes[inner]).all(axis=-1)
        possible: npt.NDArray[np.bool_] = reached & (bounds | ~self.entries[inner]).all(axis=-1)
        return possible


def classify(tree: Ints, cells: list[Cell]) -> list[int]:
    """Number the cells so that cells with one number differ only off the path of play.

    A cell joins the class of a larger one when what it does on the path of play is within what the larger one does.
    """
    if not cells:
        return []
    paths = _Paths(tree, cells)
    same_nodes = (row.tobytes() for row in paths.nodes)
    leaders: list[int] = []
    leader_of: dict[int, int] = {}
    first: dict[object, int] = {}
    for k, path in enumerate(zip(same_nodes, number_points(paths.vertices), strict=True)):
        leader_of[k] = first.setdefault(path, k)
        if leader_of[k] != k:  # the same as an earlier one
            continue
        homes = np.flatnonzero(paths.may_lie_within(k, leaders)).tolist()
        home = next((leaders[at] for at in homes if paths.within(k, leaders[at])), None)
        if home is None:
            guests = [leaders[at] for at in np.flatnonzero(paths.may_lie_within(leaders, k)).tolist()]
            for absorbed in [leader for leader in guests if paths.within(leader, k)]:
                leaders.remove(absorbed)
                leader_of[absorbed] = k
            leaders.append(k)
            home = k
        leader_of[k] = home
    for k in range(len(cells)):
        while leader_of[leader_of[k]] != leader_of[k]:
            leader_of[k] = leader_of[leader_of[k]]
    numbers = {leader: number for number, leader in enumerate(dict.fromkeys(leader_of[k] for k in range(len(cells))))}
    return [numbers[leader_of[k]] for k in range(len(cells))]


def _within(inner: Floats, outer: Floats) -> bool:
    """Whether every row of one array lies in the convex hull of the rows of the other."""
    gaps = np.abs(inner[:, None, :] - outer[None, :, :]).max(axis=2, initial=0.0)
    missing = np.flatnonzero(gaps.min(axis=1) > SAME)
    if missing.size == 0:
        return True
    if len(outer) == 1:
        return False
    system = np.vstack([outer.T, np.ones(len(outer))])
    return all(nnls(system, np.append(inner[k], 1.0))[1] <= SAME for k in missing)
