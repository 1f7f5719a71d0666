"""All Nash equilibria of two-player strategic forms."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from deterrence_games.errors import SizeError
from deterrence_games.forms import InformationSet, StrategicForm
from deterrence_games.forms.tree import Floats, Ints
from deterrence_games.kernels import regret
from deterrence_games.kernels import support_enumeration as kernels
from deterrence_games.kernels.jit import FULL
from deterrence_games.results import Equilibrium, Solution, Status
from deterrence_games.solvers.solver import Form, Solver, strictness

MAX_STRATEGIES = 62  # bits of a mask
MAX_SYSTEMS = 3_000_000  # a player; 12 x 12 strategies take about fifteen seconds
MAX_SETS = 10_000  # maximal sets of interchangeable equilibria
NAMED = 5  # undecided supports named in words
CERTIFIED = 1e-8  # a pair of vertices with a larger regret, in shares of a player's range of payoffs, is no equilibrium


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

    def accepts(self, form: Form) -> str | None:
        """Return None for two players and a number of supports that can be searched, else the reason."""
        if not isinstance(form, StrategicForm):
            return "it takes strategic forms; convert the tree with strategic_form"
        if len(form.players) != 2:
            return f"it takes two players, here are {len(form.players)}; solve the tree for perfect Bayesian equilibria instead"
        return _too_large(form)

    def solve(self, form: Form) -> Solution:
        """Enumerate the extreme equilibria; see `Solver.solve`."""
        if not isinstance(form, StrategicForm) or len(form.players) != 2:
            raise self.refuse(form, str(self.accepts(form)))
        if reason := _too_large(form):
            raise SizeError(f"game {form.name!r}: SupportEnumeration cannot take it: {reason}")
        scaled = np.stack([_scaled(own) for own in form.payoffs])
        first = self._vertices(np.ascontiguousarray(scaled[1]))
        second = self._vertices(np.ascontiguousarray(scaled[0].T))
        equilibria: list[Equilibrium] = []
        kept: list[tuple[int, int]] = []
        refuted = 0
        for left, right in sorted(_pairs(first, second), key=lambda at: _rank(first.strategy[at[0]], second.strategy[at[1]])):
            profile = first.strategy[left].copy(), second.strategy[right].copy()
            if _certificate(scaled, profile)[0] > CERTIFIED:
                refuted += 1
            else:
                equilibria.append(_equilibrium(form, profile, len(kept)))
                kept.append((left, right))
        components = _maximal_sets(kept)
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
        room = 256
        while True:
            strategy = np.empty((room, len(payoff)))
            support, reply = np.empty(room, np.int64), np.empty(room, np.int64)
            unsure, counts = np.empty((NAMED, 2), np.int64), np.empty(3, np.int64)
            code = kernels.best_reply_vertices(payoff, self.tol, strategy, support, reply, unsure, counts)
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


def _scaled(payoffs: Floats) -> Floats:
    """Map one player's payoffs to [0, 1], which changes no equilibrium."""
    # A power of two first, which rounds nothing, so that no difference overflows.
    payoffs = np.ldexp(payoffs, -int(np.frexp(np.abs(payoffs).max())[1]))
    payoffs = payoffs - payoffs.min()
    widest = payoffs.max()
    return payoffs / widest if widest > 0.0 else payoffs


def _pairs(first: _Vertices, second: _Vertices) -> list[tuple[int, int]]:
    room = 256
    while True:
        pairs, counts = np.empty((room, 2), np.int64), np.empty(1, np.int64)
        code = kernels.equilibrium_pairs(first.support, first.reply, second.support, second.reply, pairs, counts)
        if code != FULL:
            return [(int(left), int(right)) for left, right in pairs[: counts[0]]]
        room *= 4


def _rank(first: Floats, second: Floats) -> tuple[int, list[float], list[float]]:
    """Order profiles: small supports before large, then by the first strategies in use."""
    return int((first > 0).sum() + (second > 0).sum()), (-first).tolist(), (-second).tolist()


def _certificate(payoffs: Floats, profile: tuple[Floats, Floats]) -> tuple[float, float]:
    shape = np.array(payoffs.shape[1:], dtype=np.int64)
    offsets = np.array([0, shape[0], shape.sum()], dtype=np.int64)
    gain, margin = regret.profile_regret(payoffs.reshape(2, -1), shape, np.concatenate(profile), offsets)
    return float(gain), float(margin)


def _equilibrium(form: StrategicForm, profile: tuple[Floats, Floats], index: int) -> Equilibrium:
    gain, margin = _certificate(form.payoffs, profile)
    behavior = {
        InformationSet(player, "", ()): dict(zip(form.strategies[i], profile[i].tolist(), strict=True))
        for i, player in enumerate(form.players)
    }
    return Equilibrium(
        payoffs={player: float(profile[0] @ form.payoffs[i] @ profile[1]) for i, player in enumerate(form.players)},
        regret=gain,
        margin=margin,
        profile=profile,
        behavior=behavior,
        outcome_class=index,
        verdict=strictness(margin),
    )


def _maximal_sets(pairs: list[tuple[int, int]]) -> tuple[tuple[int, ...], ...] | None:
    """Maximal sets of strategies all pairs of which are equilibria, as positions in `pairs`; None when there are too many.

    The sets of first strategies are the intersections of the sets that go with a second strategy (formal concepts).
    """
    goes_with: dict[int, int] = {}  # second strategy -> bit set of first strategies
    for left, right in pairs:
        goes_with[right] = goes_with.get(right, 0) | 1 << left
    closed: set[int] = set()
    for lefts in goes_with.values():
        closed |= {lefts, *(other & lefts for other in closed)} - {0}
        if len(closed) > MAX_SETS:
            return None
    position = {pair: index for index, pair in enumerate(pairs)}
    sets = []
    for lefts in closed:
        rights = [right for right, own in goes_with.items() if own & lefts == lefts]
        members = [left for left in range(lefts.bit_length()) if lefts >> left & 1]
        sets.append(tuple(sorted(position[left, right] for left in members for right in rights)))
    return tuple(sorted(sets))


def _told(form: StrategicForm, player: int, mask: int) -> str:
    return "{" + ", ".join(label for index, label in enumerate(form.strategies[player]) if mask >> index & 1) + "}"
