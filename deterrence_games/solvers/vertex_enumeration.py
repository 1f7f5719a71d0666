"""All Nash equilibria of two-player strategic forms, in exact arithmetic."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, final

import numpy as np

from deterrence_games.forms import StrategicForm
from deterrence_games.forms.tree import Floats, Ints
from deterrence_games.kernels import vertex_enumeration as kernels
from deterrence_games.kernels.jit import FULL, LIMIT, UNDECIDED
from deterrence_games.results import Equilibrium, Solution, Status
from deterrence_games.results.solution import joined
from deterrence_games.solvers.exact_equilibria import Mixture, enumerate_vertices, match
from deterrence_games.solvers.integer_payoffs import integer_payoffs
from deterrence_games.solvers.nash_components import MAX_SETS, maximal_sets
from deterrence_games.solvers.nash_profile import CERTIFIED, certificates, nash_equilibrium, profile_rank
from deterrence_games.solvers.options import fix_count, fix_share
from deterrence_games.solvers.solver import Form, Solver
from deterrence_games.solvers.warm_up import warm_up

MAX_STRATEGIES = 62  # bits of a mask
FEW_STRATEGIES = 12  # of both players; so many take 50 milliseconds of plain Python
VERTICES = 32  # a player, to make room for at first
NEAR = 100.0  # up to so many times the size of a tie, a difference is too near to a tie to be told from one


@final
@dataclass(frozen=True)
class VertexEnumeration(Solver):
    """Every extreme Nash equilibrium of a two-player game, exact and complete also in degenerate games [1]_.

    Each player's mixed strategies and the other's best replies to them form a polytope; its vertices are enumerated, and
    those of both players matched that reply best to each other. The equilibria of the game are the mixtures within its
    maximal sets of interchangeable equilibria, which `Solution.components` lists by their extreme points.
    `Solution.connected_components` joins the sets that touch, and `Solution.component_indices` gives the index of each [2]_.

    Payoffs given as integers or fractions of any size are solved exactly (`Equilibrium.exact`). Floats are solved in floating
    point where every decision is clear. Where some is not, they are read as simple fractions (0.3 and 0.1 + 0.2 as 3/10) and
    solved exactly.

    Parameters
    ----------
    tol : float
        Float payoffs closer together than this share of a player's range of payoffs are ties. A game with floats in which
        some difference is larger, but less than a hundred times, is not called complete; nor is one whose payoffs are so
        large beside their range that a larger difference may be rounding. It does not matter to integers and fractions.
    max_vertices : int
        Vertices (in degenerate games, bases) to be enumerated a player.
    max_exact_steps : int
        Numbers to be computed a player where they outgrow 64-bit integers; a vertex of m x n strategies takes
        (m + 1) (n + 1), and a million about a second.
    max_equilibria : int
        Extreme equilibria to be listed.

    References
    ----------
    .. [1] Avis, Rosenberg, Savani and von Stengel (2010), Enumeration of Nash equilibria for two-player games.
    .. [2] Shapley (1974), A note on the Lemke-Howson algorithm.

    Examples
    --------
    >>> form = StrategicForm.from_arrays([[0, 0], [1, -1]], [[2, 2], [1, -1]], name="entry deterrence")
    >>> solution = VertexEnumeration().solve(form)
    >>> [[[str(share) for share in own] for own in equilibrium.exact] for equilibrium in solution]
    [[['1', '0'], ['0', '1']], [['0', '1'], ['1', '0']], [['1', '0'], ['1/2', '1/2']]]
    >>> solution.connected_components, solution.component_indices
    (((0, 2), (1,)), (0, 1))
    """

    tol: float = 1e-12
    max_vertices: int = 2_000_000
    max_exact_steps: int = 20_000_000
    max_equilibria: int = 20_000
    takes: ClassVar[type[StrategicForm]] = StrategicForm

    def __post_init__(self) -> None:
        fix_share(self, "tol")
        fix_count(self, "max_vertices", 1)
        fix_count(self, "max_exact_steps", 0)
        fix_count(self, "max_equilibria", 1)

    def accepts(self, form: Form) -> str | None:
        """Return None for two players of at most 62 strategies, else the reason."""
        if not isinstance(form, StrategicForm):
            return "it takes strategic forms; convert the tree with strategic_form"
        if len(form.players) != 2:
            return f"it takes two players, here are {len(form.players)}; use PolynomialEnumeration"
        if max(form.shape) > MAX_STRATEGIES:
            rows, columns = form.shape
            told = f"{rows} x {columns} strategies; at most {MAX_STRATEGIES} a player"
            return f"{told}; drop dominated strategies, or solve the tree instead of its strategic form"
        return None

    def solve(self, form: Form) -> Solution:
        """Enumerate the extreme equilibria; see `Solver.solve`."""
        if not isinstance(form, StrategicForm) or self.accepts(form) is not None:
            raise self.refuse(form, str(self.accepts(form)))
        if form.rational is None and sum(form.shape) <= MAX_STRATEGIES:
            solution = self._in_floating_point(form, *form.shape)
            if solution is not None:
                return solution
        return self._in_integers(form)

    def _in_floating_point(self, form: StrategicForm, rows: int, columns: int) -> Solution | None:
        """Solve a game without ties; None when there is something near one."""
        solve = warm_up.choose(kernels.generic_equilibria, rows + columns <= FEW_STRATEGIES)
        room, most = min(16, self.max_equilibria), self.max_vertices
        while True:
            found, counts = np.empty((room, rows + columns + kernels.MEASURES)), np.empty(3, np.int64)
            code = solve(form.payoffs, NEAR * self.tol, most, min(VERTICES, most), CERTIFIED, found, counts)
            if code != FULL or room == self.max_equilibria:
                break
            room = min(32 * room, self.max_equilibria)
        if code == UNDECIDED:
            return None
        width = rows + columns
        equilibria = tuple(
            [
                nash_equilibrium(form, (found[place, :rows], found[place, rows:width]), place, None, measured)
                for place, measured in enumerate(found[: counts[0], width:-1].tolist())
            ]
        )
        status = Status.LIMIT if code in (FULL, LIMIT) else Status.COMPLETE
        tell = partial(self._in_words, form, equilibria, status, found, counts)
        return Solution.deferred(tell, {"equilibria": equilibria, "status": status})

    def _in_words(
        self, form: StrategicForm, equilibria: tuple[Equilibrium, ...], status: Status, found: Floats, counts: Ints
    ) -> Solution:
        """Tell what `generic_equilibria` found."""
        stopped = status is Status.LIMIT
        return Solution(
            game=form.name,
            concept="Nash equilibrium",
            solver=repr(self),
            equilibria=equilibria,
            status=status,
            completeness=self._stopped()
            if stopped
            else (
                "every vertex of both best-reply polytopes was found, with every payoff difference and probability at least "
                f"{NEAR * self.tol:.0e} of its range away from a tie"
            ),
            components=tuple((place,) for place in range(len(equilibria))),
            component_indices=() if stopped else tuple(int(index) for index in found[: len(equilibria), -1]),
            stats={"vertices": int(counts[1:].sum())},
        )

    def _in_integers(self, form: StrategicForm) -> Solution:
        """Solve any game in integers."""
        own, other, blurred = integer_payoffs(form, self.tol)
        payoffs = own, other
        near, limits = NEAR * self.tol, (self.max_vertices, self.max_exact_steps)
        first = enumerate_vertices(payoffs[1], near, *limits)
        second = enumerate_vertices(payoffs[0].T, near, *limits)
        found = match(first, second, payoffs, self.max_equilibria)
        mixed = tuple({at: _floats(own) for at, own in side.items()} for side in found.strategies)
        pairs = sorted(found.pairs, key=lambda at: profile_rank(mixed[0][at[0]], mixed[1][at[1]]))
        measured = certificates(form.payoffs, [np.concatenate([mixed[0][left], mixed[1][right]]) for left, right in pairs])
        equilibria: list[Equilibrium] = []
        for place, (left, right) in enumerate(pairs):
            exact = (found.strategies[0][left], found.strategies[1][right])
            given = exact if form.rational is not None else None
            profile = mixed[0][left].copy(), mixed[1][right].copy()
            equilibria.append(nash_equilibrium(form, profile, place, given, measured[place]))
        sets = maximal_sets(pairs)
        stopped = first.stopped or second.stopped or found.stopped
        near_ties = 0 if form.rational is not None else first.near + second.near
        status = Status.LIMIT if stopped else Status.FOUND if near_ties + blurred else Status.COMPLETE
        return Solution(
            game=form.name,
            concept="Nash equilibrium",
            solver=repr(self),
            equilibria=tuple(equilibria),
            status=status,
            completeness=self._words(form, stopped, near_ties, blurred, sets),
            components=sets or (),
            component_indices=() if stopped or sets is None else _indices(pairs, sets, found.indices),
            stats={
                "vertices": len(first.tight) + len(second.tight),
                "bases": len(first.bases) + len(second.bases),
                "machine_integers": int(first.machine) + int(second.machine),
                "near_ties": near_ties,
            },
        )

    def _stopped(self) -> str:
        return (
            f"stopped at a limit: {self.max_vertices} vertices a player, {self.max_exact_steps} numbers beyond 64 bits, or "
            f"{self.max_equilibria} equilibria"
        )

    def _words(
        self, form: StrategicForm, stopped: bool, near_ties: int, blurred: int, sets: tuple[tuple[int, ...], ...] | None
    ) -> str:
        """Tell how far the search went."""
        words = self._stopped() if stopped else "every vertex of both best-reply polytopes was found, in exact arithmetic"
        if form.rational is None:
            words += f"; floats were read as simple fractions, those within {self.tol:.0e} of a player's range as one"
        if near_ties:
            words += f"; {near_ties} differences are too near to a tie to be decided (above 0, below {NEAR * self.tol:.0e})"
        if blurred:
            words += (
                f"; {blurred} sets of payoffs were read as one number each though further apart, for beside their size it may "
                "be rounding: subtract what all have in common, or give integers or fractions"
            )
        if sets is None:
            return f"{words}; more than {MAX_SETS} maximal sets of interchangeable equilibria, which are not listed"
        continua = sum(len(members) > 1 for members in sets)
        if continua:
            words += f"; {continua} of the {len(sets)} maximal sets are continua, given by their extreme points"
        return words


def _floats(mixture: Mixture) -> Floats:
    return np.array([float(share) for share in mixture])


def _indices(
    pairs: list[tuple[int, int]], sets: tuple[tuple[int, ...], ...], indices: list[tuple[int, int, int]]
) -> tuple[int, ...]:
    """Add up the indices of the perturbed game's equilibria over each connected component."""
    position = {pair: place for place, pair in enumerate(pairs)}
    component = {place: number for number, members in enumerate(joined(sets)) for place in members}
    total = [0] * len(set(component.values()))
    for left, right, sign in indices:
        total[component[position[left, right]]] += sign
    return tuple(total)
