"""All perfect Bayesian equilibria of a tree, with the beliefs that support them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from deterrence_games.forms.tree import LEAF, Floats, History, Ints, TreeForm, TreeStructure
from deterrence_games.kernels.bayesian_tree import FREE, IRRELEVANT, NEEDS
from deterrence_games.kernels.indifference import SETTLED
from deterrence_games.kernels.jit import LIMIT
from deterrence_games.results import BeliefSet, Equilibrium, Solution, Status
from deterrence_games.solvers.cell_regimes import Cell, entry_choices, read_cells
from deterrence_games.solvers.cells import Cells, find_cells, measure
from deterrence_games.solvers.certificate import certified
from deterrence_games.solvers.coupled import resolve
from deterrence_games.solvers.faces import maximal
from deterrence_games.solvers.options import fix_count, fix_share, whole_number
from deterrence_games.solvers.outcome_classes import classify
from deterrence_games.solvers.search_order import search_tree
from deterrence_games.solvers.solver import Form, Solver, strictness

MOST_ACTIONS = 12  # 4095 supports a set
MOST_TYPES = 10
MOST_BOUNDS = 20_000_000  # numbers that bound continuation payoffs, 160 MB
NAMED = 3  # undecided supports named in words
CORNER = 1 - 1e-6  # how far towards an extreme point a continuum is certified: at it, beliefs may not be defined


@final
@dataclass(frozen=True)
class PerfectBayesian(Solver):
    """All perfect Bayesian equilibria of a multi-stage game with observed actions and independent types [1]_.

    Every assignment of supports is searched, of behaviour and of beliefs after moves that nobody makes; for each the
    weights of the types (probabilities of type and own moves) solve linear systems that are kept as polytopes, so that
    continua and sets of supporting beliefs are found whole. Where three or more players mix against each other the systems
    are multilinear and go to branch and prune; what that leaves open is reported.

    Parameters
    ----------
    tol : float
        Payoff differences up to this share of a player's payoff range count as ties.
    max_steps : int
        At most so many partial assignments are looked at.
    max_cells : int
        The search stops at so many supports with solutions. (Where three or more players mix against each other, one support
        may have several.)
    certificate : float
        A candidate from which some player gains more than this share of the player's payoff range by deviating is not
        reported as an equilibrium; below zero nothing is.

    References
    ----------
    .. [1] Fudenberg and Tirole (1991), Perfect Bayesian equilibrium and sequential equilibrium, Journal of Economic Theory 53.
    """

    tol: float = 1e-9
    max_steps: int = 20_000_000
    max_cells: int = 5_000
    certificate: float = 1e-7
    takes: ClassVar[type[TreeForm]] = TreeForm

    def __post_init__(self) -> None:
        fix_share(self, "tol")
        fix_count(self, "max_steps", 0)
        fix_count(self, "max_cells", 1)
        fix_share(self, "certificate", -1.0)

    def accepts(self, form: Form) -> str | None:
        """Return None when the tree is within the limits, else the reason."""
        if not isinstance(form, TreeForm):
            return "it takes trees, and a strategic form has no histories at which to hold beliefs; use VertexEnumeration"
        structure = form.structure
        if form.points == 0:
            return "it has no parameter points; give at least one"
        if structure.set_actions.max(initial=0) > MOST_ACTIONS:
            widest = int(structure.set_actions.argmax())
            return (
                f"information set {tuple(structure.information_sets[widest])} has {structure.set_actions[widest]} actions, "
                f"at most {MOST_ACTIONS} are accepted; merge actions"
            )
        if structure.type_count.max() > MOST_TYPES:
            player = structure.players[int(structure.type_count.argmax())]
            return f"player {player!r} has {structure.type_count.max()} types, at most {MOST_TYPES} are accepted; merge types"
        bounds = structure.kind.size * len(structure.players) * len(structure.profile_type) * 2
        if bounds > MOST_BOUNDS:
            return f"its nodes, players and type profiles multiply to {bounds}, at most {MOST_BOUNDS}; use fewer types or nodes"
        return None

    def solve(self, form: Form) -> Solution:
        """Find all equilibria at the form's point; see `Solver.solve`."""
        if isinstance(form, TreeForm) and form.points != 1:
            raise self.refuse(form, f"it has {form.points} parameter points; take form.at(point), or solve_points for all")
        cells = self.solve_points(form)
        assert isinstance(form, TreeForm)
        return _solution(self, form, cells)

    def solve_points(self, form: Form, *, threads: int = 1) -> Cells:
        """Search every parameter point of the form; the findings are arrays, one row a cell (see `Cells`).

        Faces of larger cells are kept.

        Parameters
        ----------
        threads : int
            Points are searched side by side; the result does not depend on it.
        """
        reason = self.accepts(form)
        if reason is not None or not isinstance(form, TreeForm):
            raise self.refuse(form, str(reason))
        threads = whole_number(f"game {form.structure.name!r}: threads", threads, 1)
        return resolve(form, find_cells(form, self.tol, self.max_steps, self.max_cells, threads), self.tol)


def _solution(solver: PerfectBayesian, form: TreeForm, cells: Cells) -> Solution:
    structure = form.structure
    tree = search_tree(structure)
    rows = np.flatnonzero(cells.state == SETTLED)
    read = read_cells(tree, cells, rows)
    corners = _corners(form, tree, cells, read, solver.tol)
    passed = certified(form, cells, solver.certificate)
    passed[cells.vertex_cell[~certified(form, corners, solver.certificate)]] = False

    found = maximal([cell for cell in read if passed[cell.row]])
    numbers = classify(tree, found)
    order = sorted(range(len(found)), key=lambda k: (numbers[k], k))
    equilibria = tuple(_equilibrium(form, tree, cells, corners, found[k], numbers[k]) for k in order)

    undecided = np.concatenate([np.flatnonzero(cells.state != SETTLED), rows[~passed[rows]]])
    steps = min(cells.steps, solver.max_steps)
    if (cells.code == LIMIT).any():
        status = Status.LIMIT
        words = (
            f"the search stopped after {steps} partial assignments of supports (max_steps={solver.max_steps}, "
            f"max_cells={solver.max_cells}); raise the limits for all equilibria"
        )
    elif undecided.size:
        status = Status.FOUND if found else Status.NONE_FOUND
        shown = "; ".join(_supports(structure, cells.used[row]) for row in undecided[:NAMED])
        more = "; ..." if undecided.size > NAMED else ""
        words = f"every support was searched, but {undecided.size} could not be decided: {shown}{more}"
    else:
        status = Status.COMPLETE if found else Status.NONE_EXIST
        words = "every support of behaviour and of free beliefs was searched and decided"
    return Solution(
        game=structure.name,
        concept="perfect Bayesian equilibrium",
        solver=repr(solver),
        equilibria=equilibria,
        status=status,
        completeness=words,
        stats={"assignments": steps, "cells": len(cells.state), "undecided": undecided.size},
    )


def _supports(structure: TreeStructure, used: Ints) -> str:
    """One assignment of supports in words."""
    parts = []
    for q, where in enumerate(structure.information_sets):
        if used[q]:
            actions = [label for k, label in enumerate(structure.set_labels(q)) if used[q] >> k & 1]
            owner = f"{where.player} {where.type}".strip()
            parts.append(f"{owner} after {_history(where.history)}: {'/'.join(actions)}")
    return "{" + ", ".join(parts) + "}"


def _history(history: History) -> str:
    return " > ".join("+".join(step) if isinstance(step, tuple) else step for step in history) or "the start"


def _corners(form: TreeForm, tree: Ints, cells: Cells, read: list[Cell], tol: float) -> Cells:
    """Assess every cell close to each of its extreme points."""
    own = cells.vertex_cell
    regime = np.full(cells.choice.shape[:2], -1)
    for cell in read:
        regime[cell.row] = cell.regime
    varying = regime[own][:, entry_choices(tree)] == cells.vertex_block[:, None]
    weight = np.where(varying, CORNER * cells.vertex_weight + (1 - CORNER) * cells.weight[own], cells.weight[own])
    return measure(
        form, form.values, cells.code, np.zeros(1, np.int64), np.array([len(own)]), 0, tol,
        used=cells.used[own], choice=cells.choice[own], state=cells.state[own], weight=weight,
        vertex_cell=own[:0], vertex_block=own[:0], vertex_weight=weight[:0],
    )  # fmt: skip


def _equilibrium(form: TreeForm, tree: Ints, cells: Cells, corners: Cells, cell: Cell, number: int) -> Equilibrium:
    structure = form.structure
    row, mine = cell.row, cell.corners
    behavior, belief, distribution = cells.behavior[row], cells.belief[row], cells.distribution[row]
    payoffs = np.einsum("op,oip->i", distribution, form.values[0][structure.payoff])
    low, high = _behavior_range(structure, cell, behavior, corners.behavior[mine])
    strategies, intervals = {}, {}
    for q, where in enumerate(structure.information_sets):
        entries = range(structure.set_entry[q], structure.set_entry[q] + structure.set_actions[q])
        labels = structure.set_labels(q)
        strategies[where] = {label: float(behavior[e]) for label, e in zip(labels, entries, strict=True)}
        intervals[where] = {label: (float(low[e]), float(high[e])) for label, e in zip(labels, entries, strict=True)}
    margin = float(cells.margin[row])
    return Equilibrium(
        payoffs={player: float(value) for player, value in zip(structure.players, payoffs, strict=True)},
        regret=max(float(cells.regret[row]), float(corners.regret[mine].max(initial=0.0))),
        margin=margin,
        behavior=strategies,
        behavior_intervals=intervals,
        beliefs={
            structure.histories[node]: {
                player: dict(zip(structure.types[i], _types(structure, belief[node], i).tolist(), strict=True))
                for i, player in enumerate(structure.players)
                if structure.type_count[i] > 1
            }
            for node in np.flatnonzero(structure.kind != LEAF)
        },
        belief_sets=tuple(_belief_sets(structure, tree, cell)),
        outcomes={outcome: float(p) for outcome, p in zip(structure.outcomes, distribution.sum(axis=1), strict=True)},
        outcome_class=number,
        verdict=strictness(margin),
    )


def _types(structure: TreeStructure, over_all: Floats, player: int) -> Floats:
    first = structure.type_first[player]
    return over_all[..., first : first + structure.type_count[player]]


def _behavior_range(structure: TreeStructure, cell: Cell, behavior: Floats, corners: Floats) -> tuple[Floats, Floats]:
    """Least and greatest probability of every action over the cell.

    Within a regime a probability is a quotient of weights, so that it takes its extremes at extreme points. Types that the
    history excludes play best replies, any mixture of them at a tie.
    """
    low, high = behavior.copy(), behavior.copy()
    for q in range(structure.set_actions.size):
        entries = slice(structure.set_entry[q], structure.set_entry[q] + structure.set_actions[q])
        if cell.used[q] == 0:
            seen = np.vstack([behavior[entries], corners[:, entries]])
            tied = (seen > 0) & (seen < 1)
            low[entries] = np.where(tied.any(axis=0), 0.0, seen.min(axis=0))
            high[entries] = np.where(tied.any(axis=0), 1.0, seen.max(axis=0))
            continue
        weights = _set_weights(structure, cell, q)
        total = weights.sum(axis=1)
        if (total > 0).any():
            share = weights[total > 0] / total[total > 0, None]
            low[entries], high[entries] = share.min(axis=0), share.max(axis=0)
    return low, high


def _set_weights(structure: TreeStructure, cell: Cell, q: int) -> Floats:
    """Weights of one information set's actions at the extreme points of its regime, ``float64[vertex, action]``."""
    slot = structure.set_slot[q]
    first_choice = int(structure.slot_actions[:slot].sum())
    action = int(cell.used[q]).bit_length() - 1
    vertices = cell.vertices[int(cell.regime[first_choice + action])]
    return vertices[:, structure.set_entry[q] : structure.set_entry[q] + structure.set_actions[q]]


def _belief_sets(structure: TreeStructure, tree: Ints, cell: Cell) -> Iterator[BeliefSet]:
    """Beliefs about each mover of several types after each of its moves, at every node inside the tree."""
    choice_first = np.concatenate([[0], np.cumsum(structure.slot_actions)])
    for node in np.flatnonzero(structure.kind != LEAF):
        for i, player in enumerate(structure.players):
            slot = structure.last_slot[node, i]
            if structure.type_count[i] == 1 or slot < 0 or structure.slot_node[slot] != structure.parent[node]:
                continue
            choice = choice_first[slot] + structure.last_action[node, i]
            free = cell.regime[choice] >= len(structure.players)
            if cell.choice[choice, FREE] and cell.choice[choice, NEEDS] == IRRELEVANT:
                vertices = np.eye(structure.type_count[i])
            else:
                first = structure.set_entry[structure.set_first[slot]] + structure.last_action[node, i]
                entries = first + structure.slot_actions[slot] * np.arange(structure.type_count[i])
                weights = cell.vertices[int(cell.regime[choice])][:, entries]
                total = weights.sum(axis=1, keepdims=True)
                vertices = weights[total[:, 0] > 0] / total[total[:, 0] > 0]
                if len(vertices) > 1:
                    vertices = np.array(sorted(set(map(tuple, np.round(vertices, 12).tolist()))))
            yield BeliefSet(player, structure.histories[node], structure.types[i], vertices, bool(free))
