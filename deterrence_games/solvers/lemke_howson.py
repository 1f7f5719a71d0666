"""One Nash equilibrium of a two-player strategic form, also of a large one."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from deterrence_games.forms import StrategicForm
from deterrence_games.forms.tree import Floats
from deterrence_games.kernels import lemke_howson as kernels
from deterrence_games.kernels.jit import LIMIT, OK
from deterrence_games.results import Equilibrium, Solution, Status
from deterrence_games.solvers.nash_profile import FEW_PAYOFFS, certificate, nash_equilibrium
from deterrence_games.solvers.options import fix_count
from deterrence_games.solvers.solver import Form, Solver
from deterrence_games.solvers.warm_up import warm_up

CERTIFIED = 1e-9  # a profile with a larger regret, in shares of a player's range of payoffs, is no equilibrium
WIDER = 10  # how much longer the paths of the next round may be
ORDINARY = 1e150  # payoffs and ranges up to this, and from its reciprocal on, can be subtracted and divided as they are

Profile = tuple[Floats, Floats]


@final
@dataclass(frozen=True)
class LemkeHowson(Solver):
    """One Nash equilibrium of a two-player game, by complementary pivoting [1]_.

    Pure equilibria are looked for first, in one pass over the payoffs. A game in which one player gains what the other loses
    (whatever the units and zeros of their payoffs) is solved as a linear program. In all others paths of pivots are followed
    from one label after another, each up to `cap` pivots: most games have a short path to an equilibrium with small supports,
    while a given path may be very long [2]_. When no label leads to an equilibrium, a new round begins with paths ten times
    as long. Ties are broken lexicographically, so that paths do not cycle in degenerate games.

    Parameters
    ----------
    cap : int
        Pivots of a path in the first round.
    pivots : int
        Pivots in all; then the search ends without an equilibrium. Also the limit on the iterations of the linear program.

    References
    ----------
    .. [1] Lemke and Howson (1964), Equilibrium points of bimatrix games.
    .. [2] Codenotti, De Rossi and Pagan (2008), An experimental analysis of Lemke-Howson algorithm.

    Examples
    --------
    >>> form = StrategicForm.from_arrays([[2, 0], [0, 1]], [[0, 1], [1, 0]], name="inspection")
    >>> [own.round(3).tolist() for own in LemkeHowson().solve(form)[0].profile]
    [[0.5, 0.5], [0.333, 0.667]]
    """

    cap: int = 16
    pivots: int = 1_000_000
    takes: ClassVar[type[StrategicForm]] = StrategicForm

    def __post_init__(self) -> None:
        fix_count(self, "cap", 2)
        fix_count(self, "pivots", 0)

    def accepts(self, form: Form) -> str | None:
        """Return None for two players, else the reason."""
        if not isinstance(form, StrategicForm):
            return "it takes strategic forms; convert the tree with strategic_form"
        if len(form.players) != 2:
            return f"it takes two players, here are {len(form.players)}; use a solver for more players"
        return None

    def solve(self, form: Form) -> Solution:
        """Find one equilibrium; see `Solver.solve`."""
        reason = self.accepts(form)
        if not isinstance(form, StrategicForm) or reason:
            raise self.refuse(form, str(reason))
        payoffs, units, pure = _survey(form.payoffs)
        stats = {"pivots": 0, "paths": 0}
        if pure is not None:
            profile: Profile | None = (_unit(form.shape[0], pure[0]), _unit(form.shape[1], pure[1]))
            words, limited = "a pure equilibrium, found by looking at every cell", False
        else:
            profile, words, limited = None, "", False
            constant_sum = warm_up.choose(kernels.constant_sum, payoffs.size <= FEW_PAYOFFS)
            if constant_sum(payoffs[0], payoffs[1], units, CERTIFIED / 10):
                profile = _by_linear_program((payoffs[0] - units[0, 0]) * units[0, 1], self.pivots)
                words = "maximin strategies: one player gains what the other loses, so that all equilibria have the same value"
            if profile is None or _gain(payoffs, units, profile) > CERTIFIED:
                profile, words, limited = self._by_paths(payoffs, units, form, stats)
        missed = Status.LIMIT if limited else Status.NONE_FOUND
        return Solution(
            game=form.name,
            concept="Nash equilibrium",
            solver=repr(self),
            equilibria=() if profile is None else (_equilibrium(form, profile),),
            status=missed if profile is None else Status.FOUND,
            completeness=words,
            stats=stats,
        )

    def _by_paths(
        self, payoffs: Floats, units: Floats, form: StrategicForm, stats: dict[str, int]
    ) -> tuple[Profile | None, str, bool]:
        """Follow paths until an equilibrium is certified; also what was tried, in words, and whether a limit ended it."""
        rows, columns = form.shape
        cap, label, refuted = self.cap, 0, 0
        counts, found = np.zeros(6, np.int64), np.empty(rows + columns)
        while True:
            capped = int(counts[2])
            follow = warm_up.choose(kernels.follow_paths, form.payoffs.size <= FEW_PAYOFFS and cap <= WIDER * self.cap)
            code = follow(payoffs[0], payoffs[1], units, np.int64(label), np.int64(cap), np.int64(self.pivots), counts, found)
            label, pivots, long, imprecise = counts[:4].tolist()
            stats["pivots"], stats["paths"] = pivots, long + imprecise + refuted + (code == OK)
            if code == OK:
                profile = found[:rows].copy(), found[rows:].copy()
                if _gain(payoffs, units, profile) <= CERTIFIED:
                    return profile, f"the equilibrium at the end of the path from {_told(form, label)}; others may exist", False
                refuted += 1
                label += 1
                continue
            words = (
                f"no pure equilibrium, and none at the end of {stats['paths']} paths with up to {cap} pivots each "
                f"({long} were longer, {imprecise} lost their precision, {refuted} failed their certificate)"
            )
            if code == LIMIT:
                return None, f"{words}; the limit of {self.pivots} pivots is reached; raise pivots", True
            if long == capped:  # longer paths would end in the same way
                return None, words, False
            label, cap = 0, cap * WIDER


def _survey(payoffs: Floats) -> tuple[Floats, Floats, tuple[int, int] | None]:
    """Payoffs that can be subtracted, ``float64[player, (least, factor)]`` to map them to [0, 1], a pure equilibrium."""
    bounds, pure = np.empty((2, 2)), np.empty(2, np.int64)
    survey = warm_up.choose(kernels.survey, payoffs.size <= FEW_PAYOFFS)
    survey(payoffs[0], payoffs[1], bounds[0], bounds[1], np.empty((2, payoffs.shape[2])), pure)
    row, column = pure.tolist()
    low, high = bounds.tolist()
    sizes = [max(abs(least), abs(most)) for least, most in zip(low, high, strict=True)]
    if any(size and not 1.0 / ORDINARY < size < ORDINARY for size in sizes):
        power = -np.frexp(sizes)[1]  # by a power of two, which rounds nothing
        payoffs = np.ldexp(payoffs, power[:, None, None])
        payoffs.setflags(write=False)  # as a form's payoffs: the kernels are compiled for these
        low, high = np.ldexp(bounds, power).tolist()
    units = [[least, 1.0 / (most - least) if most > least else 1.0] for least, most in zip(low, high, strict=True)]
    return payoffs, np.array(units), (row, column) if row >= 0 else None


def _gain(payoffs: Floats, units: Floats, profile: Profile) -> float:
    """Largest gain from a deviation, in shares of the deviator's range of payoffs."""
    gain = certificate(payoffs, profile)[0] * units[:, 1].max()
    if gain > CERTIFIED:  # the players' units may differ
        scaled = np.stack([payoff * factor for payoff, (_, factor) in zip(payoffs, units, strict=True)])
        scaled.setflags(write=False)
        gain = certificate(scaled, profile)[0]
    return float(gain)


def _by_linear_program(payoff: Floats, iterations: int) -> Profile | None:
    """Maximin strategies of a game in which one player gains what the other loses (HiGHS); None when the program fails."""
    from scipy.optimize import linprog  # half a second to import, and most games do without

    rows, columns = payoff.shape
    found = linprog(
        np.append(np.zeros(rows), -1.0),
        A_ub=np.column_stack([-payoff.T, np.ones(columns)]),
        b_ub=np.zeros(columns),
        A_eq=np.append(np.ones(rows), 0.0)[None],
        b_eq=[1.0],
        bounds=[(0.0, None)] * rows + [(None, None)],
        method="highs",
        options={"maxiter": iterations},
    )
    if found.status != 0:
        return None
    first, second = np.maximum(found.x[:rows], 0.0), np.maximum(-found.ineqlin.marginals, 0.0)
    return first / first.sum(), second / second.sum()


def _told(form: StrategicForm, label: int) -> str:
    player = int(label >= form.shape[0])
    return f"{form.players[player]}'s {form.strategies[player][label - player * form.shape[0]]!r}"


def _unit(size: int, at: int) -> Floats:
    pure = np.zeros(size)
    pure[at] = 1.0
    return pure


def _equilibrium(form: StrategicForm, profile: Profile) -> Equilibrium:
    used = profile[0].nonzero()[0]
    expected = (form.payoffs.take(used, axis=1) @ profile[1] @ profile[0][used]).tolist()
    return nash_equilibrium(form, profile, 0, measured=(*certificate(form.payoffs, profile), *expected))
