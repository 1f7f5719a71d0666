"""Subgame-perfect equilibria of trees of perfect information."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from deterrence_games.forms import TreeForm, TreeStructure
from deterrence_games.forms.tree import CHANCE, LEAF, Floats, Ints
from deterrence_games.kernels import backward, regret
from deterrence_games.kernels.jit import LIMIT
from deterrence_games.results import Equilibrium, Solution, Status
from deterrence_games.solvers.options import fix_count, fix_share
from deterrence_games.solvers.solver import Form, Solver, strictness
from deterrence_games.solvers.warm_up import warm_up

FEW_NODES = 1000  # in all equilibria that there is room for; so many take 20 milliseconds of plain Python


@final
@dataclass(frozen=True)
class BackwardInduction(Solver):
    """All pure subgame-perfect equilibria of a tree of perfect information [1]_, whatever its depth.

    Nobody has private information and nobody moves at the same time as another; chance may move. Where a player is
    indifferent, every choice is followed up: each gives equilibria of its own, and mixtures of the choices give more.

    Parameters
    ----------
    tol : float
        Payoff differences up to this share of a player's range of payoffs count as ties.
    limit : int
        At most so many equilibria are listed.

    References
    ----------
    .. [1] Kuhn (1953), Extensive games and the problem of information.
    """

    tol: float = 1e-12
    limit: int = 1000
    takes: ClassVar[type[TreeForm]] = TreeForm

    def __post_init__(self) -> None:
        fix_share(self, "tol")
        fix_count(self, "limit", 1)

    def accepts(self, form: Form) -> str | None:
        """Return None for perfect information without types at one parameter point, else the reason."""
        if not isinstance(form, TreeForm):
            return "it takes trees, and a strategic form has lost its tree; use VertexEnumeration"
        structure = form.structure
        remedy = "use PerfectBayesian"
        if form.points != 1:
            return f"it takes one parameter point, here are {form.points}; choose one with form.at(point)"
        for player, kinds in zip(structure.players, structure.type_count, strict=True):
            if kinds > 1:
                return f"{player!r} has {kinds} types, which the others do not see; {remedy}"
        together = np.flatnonzero(structure.slot_count > 1)
        if together.size:
            return f"players move at the same time after {structure.histories[together[0]]!r}; {remedy}"
        return None

    def solve(self, form: Form) -> Solution:
        """Enumerate the pure subgame-perfect equilibria; see `Solver.solve`."""
        reason = self.accepts(form)
        if not isinstance(form, TreeForm) or reason:
            raise self.refuse(form, str(reason))
        structure, values = form.structure, form.values[0]
        payoff = np.ascontiguousarray(values[structure.payoff[:, :, 0]])
        tie = self.tol * np.ptp(payoff, axis=0)
        probability = np.where(structure.chance >= 0, values[structure.chance], 1.0)
        work, counts = np.empty((len(structure.kind), len(structure.players))), np.empty(3, dtype=np.int64)
        room = 1  # nearly always enough, and a deep tree with a generous limit would fill the memory
        while True:
            room = min(room, self.limit)
            choice = np.empty((room, len(structure.kind)), dtype=np.int64)
            search = warm_up.choose(backward.subgame_perfect, len(structure.kind) * room <= FEW_NODES)
            code = search(
                structure.kind, structure.outcome, structure.child_first, structure.child_count, structure.child,
                _mover(structure), payoff, probability, tie, work, choice, counts,
            )  # fmt: skip
            if code != LIMIT or room == self.limit:
                break
            room *= 8
        paths: dict[tuple[int, ...], int] = {}
        equilibria = tuple(_equilibrium(form, payoff, probability, row, paths) for row in choice[: counts[0]])
        found, ties, near = (int(count) for count in counts)
        if code == LIMIT:
            status = Status.LIMIT
            words = f"the first {found} pure equilibria; players are indifferent at some moves, so that mixtures exist as well"
        elif ties:
            status = Status.FOUND
            words = f"all {found} pure equilibria; players are indifferent at some moves, so that mixtures exist as well"
        elif near:
            status = Status.FOUND
            words = "some payoffs differ by so little that a tie cannot be told from a preference"
        else:
            status = Status.COMPLETE
            words = "nobody is indifferent at any move, so that the equilibrium is unique"
        return Solution(
            game=structure.name,
            concept="subgame-perfect equilibrium",
            solver=repr(self),
            equilibria=equilibria,
            status=status,
            completeness=f"{words} (payoff differences up to {self.tol:.0e} of a player's range count as ties)",
            stats={"equilibria": found, "ties": ties, "near_ties": near},
        )


def _mover(structure: TreeStructure) -> Ints:
    mover = np.full(len(structure.kind), -1, dtype=np.int64)
    mover[structure.slot_node] = structure.slot_player
    return mover


def _equilibrium(
    form: TreeForm, payoff: Floats, probability: Floats, choice: Ints, paths: dict[tuple[int, ...], int]
) -> Equilibrium:
    """Measure one pure equilibrium, and number its path of play in `paths`."""
    structure = form.structure
    mixed = np.zeros(structure.entries)
    mixed[structure.set_entry + choice[structure.slot_node[structure.set_slot]]] = 1.0
    behavior = {}
    for index, name in enumerate(structure.information_sets):
        start = structure.set_entry[index]
        shares = mixed[start : start + structure.set_actions[index]].tolist()
        behavior[name] = dict(zip(structure.set_labels(index), shares, strict=True))

    outcomes = dict.fromkeys(structure.outcomes, 0.0)
    expected = np.zeros(len(structure.players))
    reached, waiting = [], [(0, 1.0)]
    while waiting:
        node, share = waiting.pop()
        if structure.kind[node] == LEAF:
            reached.append(node)
            outcomes[structure.outcomes[structure.outcome[node]]] += share
            expected += share * payoff[structure.outcome[node]]
            continue
        below = structure.child[structure.child_first[node] :][: structure.child_count[node]].tolist()
        if structure.kind[node] == CHANCE:
            waiting += [(child, share * float(probability[child])) for child in reversed(below) if probability[child] > 0.0]
        else:
            waiting.append((below[choice[node]], share))

    gain, margin = _certificate(form, mixed)
    return Equilibrium(
        payoffs={player: float(value) for player, value in zip(structure.players, expected, strict=True)},
        regret=gain,
        margin=margin,
        behavior=behavior,
        outcomes=outcomes,
        outcome_class=paths.setdefault(tuple(reached), len(paths)),
        verdict=strictness(margin),
    )


def _certificate(form: TreeForm, behavior: Floats) -> tuple[float, float]:
    structure = form.structure
    nodes, players = len(structure.kind), len(structure.players)
    out = np.empty((3, 1))
    measure = warm_up.choose(regret.assessment_regrets, nodes <= FEW_NODES)
    measure(
        *(getattr(structure, name) for name in regret.TREE_ARRAYS),
        form.values, np.zeros(1, dtype=np.int64), behavior[None], np.ones((1, nodes, players)), 0.0, out[0], out[1], out[2],
    )  # fmt: skip
    return float(out[0, 0]), float(out[1, 0])
