"""All Nash equilibria of two-player strategic forms."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from deterrence_games.errors import SizeError
from deterrence_games.forms import StrategicForm
from deterrence_games.forms.tree import Floats, Ints
from deterrence_games.kernels import support_enumeration as kernels
from deterrence_games.kernels.jit import FULL
from deterrence_games.results import Equilibrium, Solution, Status
from deterrence_games.solvers.nash_components import MAX_SETS, maximal_sets
from deterrence_games.solvers.nash_profile import CERTIFIED, certificate, nash_equilibrium, profile_rank, unit_payoffs
from deterrence_games.solvers.options import fix_share
from deterrence_games.solvers.solver import Form, Solver
from deterrence_games.solvers.warm_up import warm_up

MAX_STRATEGIES = 62  # bits of a mask
MAX_SYSTEMS = 3_000_000  # a player; 12 x 12 strategies take about fifteen seconds
FEW_SYSTEMS, FEW_PAIRS = 300, 10_000  # so many take 50 milliseconds of plain Python
NAMED = 5  # undecided supports named in words


@dataclass(frozen=True, eq=False)
class _Vertices:
    """What `best_reply_vertices` found for one player."""

    strategy: Floats
    support: Ints
    reply: Ints
    systems: int
    undecided: int
    unsure: Sequence[tuple[int, int]]


@final
@dataclass(frozen=True)
class SupportEnumeration(Solver):
    """Every extreme Nash equilibrium of a two-player game, by enumeration of supports [1]_, also in degenerate games.

    Supports of the two players may differ in size. The equilibria of a game are the mixtures within its maximal sets of
    interchangeable equilibria [2]_, which `Solution.components` lists by their extreme points; a set of one point is an
    isolated equilibrium.

    Parameters
    ----------
    tol : float
        Payoff differences up to this share of a player's range of payoffs count as ties. What lies close to a tie without
        being one is reported as undecided, and the solution is then not called complete.

    References
    ----------
    .. [1] Porter, Nudelman and Shoham (2008), Simple search methods for finding a Nash equilibrium.
    .. [2] Avis, Rosenberg, Savani and von Stengel (2010), Enumeration of Nash equilibria for two-player games.

    Examples
    --------
    >>> form = StrategicForm.from_arrays([[2, 0], [0, 1]], [[1, 0], [0, 2]], name="battle of the sexes")
    >>> [equilibrium.profile[0].round(3).tolist() for equilibrium in SupportEnumeration().solve(form)]
    [[1.0, 0.0], [0.0, 1.0], [0.667, 0.333]]
    """

    tol: float = 1e-12
    takes: ClassVar[type[StrategicForm]] = StrategicForm

    def __post_init__(self) -> None:
        fix_share(self, "tol")

    def accepts(self, form: Form) -> str | None:
        """Return None for two players and a number of supports that can be searched, else the reason."""
        if not isinstance(form, StrategicForm):
            return "it takes strategic forms; convert the tree with strategic_form"
        if len(form.players) != 2:
            return f"it takes two players, here are {len(form.players)}; use PolynomialEnumeration"
        return _too_large(form)

    def solve(self, form: Form) -> Solution:
        """Enumerate the extreme equilibria; see `Solver.solve`."""
        if not isinstance(form, StrategicForm) or len(form.players) != 2:
            raise self.refuse(form, str(self.accepts(form)))
        if reason := _too_large(form):
            raise SizeError(f"game {form.name!r}: SupportEnumeration cannot take it: {reason}")
        scaled = np.stack([unit_payoffs(own) for own in form.payoffs])
        first = self._vertices(np.ascontiguousarray(scaled[1]))
        second = self._vertices(np.ascontiguousarray(scaled[0].T))
        equilibria: list[Equilibrium] = []
        kept: list[tuple[int, int]] = []
        refuted = 0
        for left, right in sorted(
            _pairs(first, second), key=lambda at: profile_rank(first.strategy[at[0]], second.strategy[at[1]])
        ):
            profile = first.strategy[left].copy(), second.strategy[right].copy()
            if certificate(scaled, profile)[0] > CERTIFIED:
                refuted += 1
            else:
                equilibria.append(nash_equilibrium(form, profile, len(kept)))
                kept.append((left, right))
        components = maximal_sets(kept)
        undecided = first.undecided + second.undecided + refuted
        found = Status.FOUND if equilibria else Status.NONE_FOUND
        return Solution(
            game=form.name,
            concept="Nash equilibrium",
            solver=repr(self),
            equilibria=tuple(equilibria),
            status=Status.COMPLETE if equilibria and not undecided else found,
            completeness=self._words(form, (first, second), refuted, components),
            components=components or (),
            stats={
                "systems": first.systems + second.systems,
                "vertices": len(first.support) + len(second.support),
                "undecided": undecided,
            },
        )

    def _vertices(self, payoff: Floats) -> _Vertices:
        """Vertices of the row player's best-reply polytope, from the column player's scaled payoffs."""
        enumerate_vertices = warm_up.choose(
            kernels.best_reply_vertices, math.comb(sum(payoff.shape), len(payoff)) <= FEW_SYSTEMS
        )
        room = 256
        while True:
            strategy = np.empty((room, len(payoff)))
            support, reply = np.empty(room, np.int64), np.empty(room, np.int64)
            unsure, counts = np.empty((NAMED, 2), np.int64), np.empty(3, np.int64)
            code = enumerate_vertices(payoff, self.tol, strategy, support, reply, unsure, counts)
            if code != FULL:
                break
            room *= 4
        found, systems, undecided = (int(count) for count in counts)
        named = [(int(own), int(other)) for own, other in unsure[: min(undecided, NAMED)]]
        return _Vertices(strategy[:found], support[:found], reply[:found], systems, undecided, named)

    def _words(
        self,
        form: StrategicForm,
        both: tuple[_Vertices, _Vertices],
        refuted: int,
        components: tuple[tuple[int, ...], ...] | None,
    ) -> str:
        """Tell how far the search went."""
        ties = f"payoff differences up to {self.tol:.0e} of a player's range count as ties"
        undecided = both[0].undecided + both[1].undecided
        if undecided or refuted:
            cases = []
            for player, found in enumerate(both):
                for own, other in found.unsure:
                    labels = _told(form, player, own), _told(form, 1 - player, other)
                    cases.append(
                        f"{form.players[player]} on {labels[0]} with {form.players[1 - player]} indifferent over {labels[1]}"
                    )
            if refuted:
                cases.append(f"{refuted} profiles that failed their certificate")
            more = ", among others" if undecided > sum(len(found.unsure) for found in both) else ""
            words = f"too near to a tie to be decided: {'; '.join(cases)}{more} ({ties})"
        else:
            words = f"every support of either player was decided ({ties})"
        if components is None:
            return f"{words}; more than {MAX_SETS} maximal sets of interchangeable equilibria, which are not listed"
        continua = sum(len(members) > 1 for members in components)
        if continua:
            words += f"; {continua} of the {len(components)} maximal sets are continua, given by their extreme points"
        return words


def _too_large(form: StrategicForm) -> str | None:
    """Return the reason when there are too many supports to search."""
    rows, columns = form.shape
    if max(form.shape) <= MAX_STRATEGIES:
        systems = math.comb(rows + columns, rows)
        if systems <= MAX_SYSTEMS:
            return None
        told = f"{rows} x {columns} strategies make {systems:.2e} pairs of supports a player; at most {MAX_SYSTEMS:.0e}"
    else:
        told = f"{rows} x {columns} strategies; at most {MAX_STRATEGIES} a player"
    return f"{told}; drop dominated strategies, or solve the tree instead of its strategic form"


def _pairs(first: _Vertices, second: _Vertices) -> list[tuple[int, int]]:
    match = warm_up.choose(kernels.equilibrium_pairs, len(first.support) * len(second.support) <= FEW_PAIRS)
    room = 256
    while True:
        pairs, counts = np.empty((room, 2), np.int64), np.empty(1, np.int64)
        code = match(first.support, first.reply, second.support, second.reply, pairs, counts)
        if code != FULL:
            return [(int(left), int(right)) for left, right in pairs[: counts[0]]]
        room *= 4


def _told(form: StrategicForm, player: int, mask: int) -> str:
    return "{" + ", ".join(label for index, label in enumerate(form.strategies[player]) if mask >> index & 1) + "}"
