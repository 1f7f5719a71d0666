"""Run the search for perfect Bayesian equilibria over parameter points, and keep its raw findings as arrays.

A *cell* is one assignment of supports (behaviour, and free beliefs) with all the weights that make it an equilibrium.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from deterrence_games.forms.tree import Floats, Ints, TreeForm
from deterrence_games.kernels.assessment import assess_cells
from deterrence_games.kernels.bayesian_tree import (
    ALIAS,
    BELIEFS,
    BLOCK_OF,
    BLOCKS,
    BOUND,
    CHANCE,
    CHOICES,
    CLOSED,
    COEFFICIENT,
    CORNER,
    COUNTS,
    CURRENT,
    ENTRIES,
    EQUATIONS,
    FACTOR,
    HEADS,
    INEQUALITIES,
    ITEMS,
    KNOWN,
    MEETS,
    NODES,
    OPEN,
    PAYOFF,
    PINNED,
    PLAN,
    PLAY,
    PLAYERS,
    PRIOR,
    PRIOR_SUPPORT,
    PROBABILITY,
    PROFILES,
    RAYS,
    SETS,
    SHARE,
    SLACK,
    SLOTS,
    TYPES,
    UNKNOWN,
    VALUE,
    VERTICES,
    WEIGHT,
    WHOLE_WEIGHT,
)
from deterrence_games.kernels.indifference import SETTLED
from deterrence_games.kernels.jit import LIMIT
from deterrence_games.kernels.perfect_bayesian import Found, search_points
from deterrence_games.kernels.polytope import MAX_CONSTRAINTS
from deterrence_games.kernels.regret import TREE_ARRAYS, assessment_regrets
from deterrence_games.solvers.search_order import rows_of, search_tree
from deterrence_games.solvers.warm_up import warm_up

FIRST_CELLS = 64  # rows to begin with; doubled whenever the findings do not fit
FEW_POINTS, FEW_CELLS = 4, 32  # that plain Python may take on
TRIALS = (125, 500, 2000, 8000)  # assignments looked at by plain Python before a search counts as long
CHUNK = 4096  # points a task, so that threads stay busy and work arrays stay small
EXCLUDED = 1e-12  # an action that a belief gives at most this probability counts as excluded by the certificate
VERTEX_ROWS = 512  # extreme points of all blocks of one assignment
TERMS = 200_000  # products of weights in one payoff
STATE_COLUMNS = 5  # of the widest tables of a work space

POINT_FIELDS = ("code", "first", "count")
VERTEX_FIELDS = ("vertex_cell", "vertex_block", "vertex_weight")

Space = tuple[Ints, Floats, Floats]


@dataclass(frozen=True, eq=False)
class Cells:
    """What the search found, one row a cell, cells of one point together.

    Attributes
    ----------
    code : int64[point]
        Return code of the kernel.
    first, count : int64[point]
        The point's rows.
    steps : int
        Assignments that the search looked at.
    used : int64[cell, set]
        Actions in use as bits; 0 for types that the history excludes.
    choice : int64[cell, choice, 3]
        Support of the belief about the mover after each choice, whether that belief is free, and what it needed.
    state : int64[cell]
        ``SETTLED``, or why not.
    weight : float64[cell, entry]
        In the middle of the cell.
    vertex_cell, vertex_block : int64[vertex]
        Cell and regime (player, or players + choice) of each extreme point of a regime that is not a single point.
    vertex_weight : float64[vertex, entry]
    behavior : float64[cell, entry]
    belief : float64[cell, node, type over all players]
    distribution : float64[cell, outcome, profile]
        Joint probability of outcome and type profile.
    regret, margin, inconsistency : float64[cell]
        Measured by `kernels.regret` in the middle of the cell, in units of the payoffs.
    """

    code: Ints
    first: Ints
    count: Ints
    steps: int
    used: Ints
    choice: Ints
    state: Ints
    weight: Floats
    vertex_cell: Ints
    vertex_block: Ints
    vertex_weight: Floats
    behavior: Floats
    belief: Floats
    distribution: Floats
    regret: Floats
    margin: Floats
    inconsistency: Floats

    def part(self, start: int, stop: int) -> "Cells":
        """The findings at the points from ``start`` up to ``stop``."""
        low, high = int(self.first[start]), int(self.first[stop - 1] + self.count[stop - 1])
        points, rows = slice(start, stop), slice(low, high)
        vertices = slice(*np.searchsorted(self.vertex_cell, [low, high]).tolist())
        cut: dict[str, Any] = {"steps": self.steps if start == 0 else 0}
        for name in self.__dataclass_fields__:
            if name != "steps":
                own = points if name in POINT_FIELDS else vertices if name in VERTEX_FIELDS else rows
                cut[name] = getattr(self, name)[own]
        return Cells(**(cut | {"first": cut["first"] - low, "vertex_cell": cut["vertex_cell"] - low}))


def find_cells(form: TreeForm, tol: float, max_steps: int, max_cells: int, threads: int = 1) -> Cells:
    """Search every point of the form.

    Parameters
    ----------
    tol : float
        Ties, in units of a player's payoff range.
    max_steps, max_cells : int
        Limits of one point; a point that reaches one keeps what was found, with code ``LIMIT``.
    threads : int
        Chunks of points are searched side by side; the result is the same.
    """
    tree = search_tree(form.structure)
    chunks = [form.values[start : start + CHUNK] for start in range(0, form.points, CHUNK)]
    if threads == 1 or len(chunks) == 1:
        parts = [_search(tree, form, values, tol, max_steps, max_cells) for values in chunks]
    else:
        with ThreadPoolExecutor(min(threads, os.cpu_count() or 1)) as pool:
            parts = list(pool.map(lambda values: _search(tree, form, values, tol, max_steps, max_cells), chunks))
    return parts[0] if len(parts) == 1 else join(parts)


def _search(tree: Ints, form: TreeForm, values: Floats, tol: float, max_steps: int, max_cells: int) -> Cells:
    """Search one chunk of points, with longer arrays for as long as the findings do not fit."""
    structure = form.structure
    points = len(values)
    code, first, count = (np.zeros(points, np.int64) for _ in range(3))

    def search(kernel: Callable[..., int], limit: int) -> Found:
        rows = FIRST_CELLS + 4 * points
        while True:
            found = room(tree, rows)
            done = kernel(
                tree, values, structure.payoff, structure.prior, structure.chance, workspace(tree, len(structure.outcomes)),
                found, code, first, count, tol, limit, max_cells,
            )  # fmt: skip
            if done == points:
                return found
            rows *= 2

    for limit in TRIALS if points <= FEW_POINTS else ():
        if limit < max_steps and (plain := warm_up.plain(search_points)):
            found = search(plain, limit)
            if not (code == LIMIT).any():
                break
    else:
        found = search(search_points, max_steps)
    cells, vertices, steps = (int(k) for k in found.counts)
    return measure(
        form, values, code, first, count, steps, tol,
        used=found.used[:cells], choice=found.choice[:cells], state=found.state[:cells], weight=found.weight[:cells],
        vertex_cell=found.vertex_cell[:vertices], vertex_block=found.vertex_block[:vertices],
        vertex_weight=found.vertex_weight[:vertices],
    )  # fmt: skip


def measure(
    form: TreeForm, values: Floats, code: Ints, first: Ints, count: Ints, steps: int, tol: float, *,
    used: Ints, choice: Ints, state: Ints, weight: Floats, vertex_cell: Ints, vertex_block: Ints, vertex_weight: Floats,
) -> Cells:  # fmt: skip
    """Assess the cells and measure their regret with code that the search does not share."""
    structure = form.structure
    tree = search_tree(structure)
    cells, nodes, types = len(state), structure.kind.size, structure.prior.size
    behavior = np.zeros((cells, structure.entries))
    belief = np.zeros((cells, nodes, types))
    distribution = np.zeros((cells, len(structure.outcomes), len(structure.profile_type)))
    space = (*workspace(tree, len(structure.outcomes)), np.empty((nodes, types)), np.empty(nodes))
    assess, certify = (warm_up.choose(kernel, cells <= FEW_CELLS) for kernel in (assess_cells, assessment_regrets))
    assess(
        tree, values, structure.payoff, structure.prior, structure.chance, first, count,
        used, choice, weight, tol, space, behavior, belief, distribution,
    )  # fmt: skip
    regret, margin, inconsistency = (np.zeros(cells) for _ in range(3))
    certify(
        *(getattr(structure, name) for name in TREE_ARRAYS), values, np.repeat(np.arange(len(values)), count),
        behavior, belief, EXCLUDED, regret, margin, inconsistency,
    )  # fmt: skip
    unsettled = state != SETTLED
    for array in (regret, margin, inconsistency):
        array[unsettled] = np.nan
    return Cells(
        code, first, count, steps, used, choice, state, weight, vertex_cell, vertex_block, vertex_weight,
        behavior, belief, distribution, regret, margin, inconsistency,
    )  # fmt: skip


def join(parts: list[Cells]) -> Cells:
    """Put findings at consecutive points together."""
    starts = np.concatenate([[0], np.cumsum([len(part.state) for part in parts])]).tolist()
    joined: dict[str, Any] = {}
    for name in Cells.__dataclass_fields__:
        own = [getattr(part, name) for part in parts]
        if name == "steps":
            joined[name] = sum(own)
        elif name in ("first", "vertex_cell"):
            joined[name] = np.concatenate([array + start for array, start in zip(own, starts, strict=False)])
        else:
            joined[name] = np.concatenate(own)
    return Cells(**joined)


def room(tree: Ints, rows: int) -> Found:
    """Arrays for so many cells."""
    sets, choices, entries = (int(tree[table, 1]) for table in (SETS, CHOICES, ENTRIES))
    return Found(
        used=np.zeros((rows, sets), np.int64),
        choice=np.zeros((rows, choices, 3), np.int64),
        state=np.zeros(rows, np.int64),
        weight=np.zeros((rows, entries)),
        vertex_cell=np.zeros(2 * rows, np.int64),
        vertex_block=np.zeros(2 * rows, np.int64),
        vertex_weight=np.zeros((2 * rows, entries)),
        counts=np.zeros(3, np.int64),
    )


def workspace(tree: Ints, outcomes: int) -> Space:
    """Work space of one search: ``state``, ``numbers``, ``matrix`` as laid out in `kernels.bayesian_tree`."""
    nodes, players, profiles, sets, choices, slots = (
        int(tree[table, 1]) for table in (NODES, PLAYERS, PROFILES, SETS, CHOICES, SLOTS)
    )
    entries, items, types = int(tree[ENTRIES, 1]), int(tree[ITEMS, 1]), int(rows_of(tree, PLAYERS)[:, TYPES].sum())
    width = min(entries, MAX_CONSTRAINTS)
    conditions = 4 * width + 32
    terms = min(4 * nodes * profiles, TERMS)
    counts = {
        PLAY: sets, BELIEFS: choices, KNOWN: entries, PINNED: nodes, PRIOR_SUPPORT: players, ALIAS: entries, UNKNOWN: entries,
        BLOCK_OF: players + choices, BLOCKS: players + choices, FACTOR: terms, CORNER: players + choices, COUNTS: 4,
        PLAN: slots, OPEN: slots, MEETS: VERTEX_ROWS, CLOSED: nodes, CURRENT: items,
    }  # fmt: skip
    lengths = {
        WEIGHT: entries, VALUE: entries, WHOLE_WEIGHT: entries, COEFFICIENT: terms, CHANCE: nodes, SHARE: types,
        SLACK: VERTEX_ROWS, PRIOR: types, PROBABILITY: nodes, PAYOFF: outcomes * players * profiles,
        BOUND: 2 * nodes * players * profiles,
    }  # fmt: skip
    rows = {EQUATIONS: conditions, INEQUALITIES: conditions, VERTICES: VERTEX_ROWS, RAYS: VERTEX_ROWS}
    state = np.zeros((HEADS + sum(counts.values()), max(STATE_COLUMNS, players)), np.int64)
    for start, sizes in ((HEADS, counts), (0, lengths), (0, rows)):
        for head, size in sizes.items():
            state[head, :2] = start, size
            start += size
    return state, np.zeros(sum(lengths.values())), np.zeros((sum(rows.values()), width + 1))


def rows_of_state(state: Ints, table: int) -> Ints:
    """One of the tables of a work space, as a view."""
    return state[state[table, 0] : state[table, 0] + state[table, 1]]
