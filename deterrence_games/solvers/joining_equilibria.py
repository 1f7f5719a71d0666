"""All pure equilibria of the joining game, for as many allies as a mask of bits can name."""

from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import SizeError, SolverError
from deterrence_games.forms.joining import Floats, JoiningForm
from deterrence_games.kernels import joining as kernels
from deterrence_games.kernels.jit import LIMIT, OK
from deterrence_games.results.joining import INTERPLAY, JoiningSolution
from deterrence_games.results.status import Status
from deterrence_games.solvers.joining_certificate import joining_regrets
from deterrence_games.solvers.warm_up import warm_up

MOST_ALLIES = 62
FEW_ALLIES = 5
MAX_FREE = 44  # two halves of 2^22 sums, 200 MB

Bools = npt.NDArray[np.bool_]


@final
@dataclass(frozen=True)
class JoiningEquilibria:
    """Every pure equilibrium of the joining game, counted exactly, the first of them listed.

    The others move an ally only through their total strength, an aggregative game [1]_. The axis of that strength is cut
    where some ally's best reply changes, found by bisection with proved bounds; in each cell the allies without a choice are
    fixed and the sets of the others whose strength fits are counted by meeting in the middle [2]_. So the work is of the
    order of ``2^(f/2)``, where ``f`` is the number of allies for which both choices fit one strength, and not ``2^n``. Where
    joining is complementary ``f`` is zero but for ties.

    Parameters
    ----------
    limit : int
        Number of equilibria to list.
    tol : float
        Gains up to this share of an ally's stake, cost and promise count as ties; a tie keeps nobody from an equilibrium.
    max_tested : int
        Sets near a tie that are tested one by one.

    References
    ----------
    .. [1] Corchon (1994), Comparative statics for aggregative games: the strong concavity case.
    .. [2] Horowitz and Sahni (1974), Computing partitions with applications to the knapsack problem.

    Examples
    --------
    >>> form = JoiningForm(("a", "b"), [2, 1], [1, 1], [0.1, 0.1], [0, 0], 1, 4, prize=1, war_cost=0.4)
    >>> solution = JoiningEquilibria().solve(form)
    >>> solution.count, [equilibrium.coming for equilibrium in solution], solution.complete
    (1, [('a',)], True)
    """

    limit: int = 10_000
    tol: float = 1e-12
    max_tested: int = 2_000_000

    def __post_init__(self) -> None:
        if not isinstance(self.limit, (int, np.integer)) or self.limit < 0:
            raise SolverError(f"JoiningEquilibria: limit={self.limit!r}; give the number of equilibria to list, at least 0")
        if not 0.0 <= self.tol <= 1e-6:
            raise SolverError(f"JoiningEquilibria: tol={self.tol!r} is not between 0 and 1e-6; give a share of the stakes")

    def solve(self, form: JoiningForm) -> JoiningSolution:
        """Count and list the pure equilibria of one game.

        Raises
        ------
        SizeError
            When there are more allies than a mask can name; says what can still be computed.
        SolverError
            When the certificate contradicts the search.
        """
        n = len(form.allies)
        if n > MOST_ALLIES:
            raise SizeError(
                f"game {form.name!r}: {n} allies, up to 2^{n} pure equilibria; at most {MOST_ALLIES} are enumerated; merge "
                "allies, or ask for the extremes (joining_extremes) or the cut-points with private costs (CutPoints), "
                "which need no list"
            )
        scale = self.tol * (form.stake + form.cost + np.abs(form.promise))
        border = deterring_strength(form)
        code, count, above, masks, left_out = self._search(form, border, scale, self.limit)
        strict = self._search(form, border, -scale, 0)
        joins = (masks[:, None] >> np.arange(n)) & 1 == 1
        order = np.lexsort([masks, form.target_strength + joins @ form.strength])
        joins = np.ascontiguousarray(joins[order])
        regret, margin = joining_regrets(form, joins)
        largest = float((form.stake + form.cost + np.abs(form.promise)).max(initial=0.0))
        if regret.max(initial=0.0) > 10.0 * (self.tol + 1e-12) * largest:
            raise SolverError(
                f"game {form.name!r}: an equilibrium failed its certificate by {regret.max():.2g}; please report it"
            )
        interplay = interplay_of(form)
        least = greatest = None
        if interplay in ("complementary", "dominant"):
            least, greatest = joining_extremes(form, self.tol)
        if code == OK:
            status = Status.COMPLETE if count else Status.NONE_EXIST
            words = f"the count is proved up to ties of {self.tol:g}; {len(joins):,} listed"
        elif code == LIMIT:
            status = Status.LIMIT
            words = (
                f"some strength leaves more than {MAX_FREE} allies free; at least {count:,} and at most {left_out + count:.3g}"
            )
        else:
            status = Status.LIMIT
            words = f"{left_out:.3g} sets near a tie were not tested; at least {count:,} equilibria"
        return JoiningSolution(
            form, count, above, count + left_out, strict[1], strict[2], joins, regret, margin, interplay, least, greatest,
            border, status, words,
        )  # fmt: skip

    def _search(
        self, form: JoiningForm, border: float, tol: Floats, limit: int
    ) -> tuple[int, int, int, npt.NDArray[np.int64], float]:
        n = len(form.allies)
        found = np.empty(min(limit, 1 << n), np.int64)
        if n == 0:
            above = int(form.target_strength >= border)
            return OK, 1, above, np.zeros(min(limit, 1), np.int64), 0.0
        run = warm_up.choose(kernels.pure_equilibria, small=n <= FEW_ALLIES)
        at = min(border, 4.0 * form.largest)  # an infinite border is beyond every coalition
        code, count, above, listed, left_out = run(
            form.strength, form.stake, form.cost, form.promise, form.target_strength, form.aggressor_strength,
            form.decisiveness, form.company, form.late, at, np.ascontiguousarray(tol), MAX_FREE, self.max_tested, found,
        )  # fmt: skip
        return int(code), int(count), int(above), found[: int(listed)], float(left_out)


def deterring_strength(form: JoiningForm) -> float:
    """Least strength of a coalition, target included, against which attacking does not pay.

    The target's own strength where that deters by itself, and infinite when no strength deters. An aggressor who gains no more
    than a rounding error, ``form.tie``, keeps the peace.
    """
    start = 2.0 * max(form.largest, form.aggressor_strength)
    run = warm_up.choose(kernels.deterring, small=len(form.allies) <= FEW_ALLIES)
    return float(
        run(
            form.target_strength, start, form.aggressor_strength, form.decisiveness, form.late, form.prize, form.war_cost,
            form.punishment, form.tie, 1e18 * start,
        )
    )  # fmt: skip


def interplay_of(form: JoiningForm) -> str:
    """How the allies' replies depend on each other, a key of ``INTERPLAY``; signs proved on intervals."""
    shapes = np.zeros(len(form.allies), np.int64)
    if shapes.size:
        run = warm_up.choose(kernels.reply_shapes, small=shapes.size <= FEW_ALLIES)
        run(
            form.strength, form.stake, form.cost, form.promise, form.target_strength, form.aggressor_strength,
            form.decisiveness, form.company, form.late, shapes,
        )  # fmt: skip
    kinds = set(shapes.tolist()) - {0}
    words = tuple(INTERPLAY)
    return words[0] if not kinds else words[1] if kinds == {1} else words[2] if kinds == {-1} else words[3]


def joining_extremes(form: JoiningForm, tol: float = 1e-12) -> tuple[Bools, Bools]:
    """The least and the greatest equilibrium of a complementary game, for any number of allies.

    Best replies from nobody (coming only when it gains) and from everybody (leaving only when it gains) rise and fall to them
    [1]_.

    Raises
    ------
    SolverError
        When joining is not complementary.

    References
    ----------
    .. [1] Topkis (1979), Equilibrium points in nonzero-sum n-person submodular games.
    """
    if interplay_of(form) not in ("complementary", "dominant"):
        raise SolverError(f"game {form.name!r}: joining is not complementary, so there is no least or greatest equilibrium")
    scale = tol * (form.stake + form.cost + np.abs(form.promise))
    found = []
    for start, sign in ((False, 1.0), (True, -1.0)):
        joins = np.full(len(form.allies), start)
        for _ in range(len(joins) + 1):
            others = form.target_strength + joins @ form.strength - np.where(joins, form.strength, 0.0)
            rise = form.held(others + form.strength) - form.held(others)
            share = ((form.target_strength + form.strength) / (others + form.strength)) ** form.company
            worth = (1.0 - form.late) * (form.stake * rise - form.cost * share) + form.promise
            moved = np.where(joins, worth >= -scale, worth > scale) if start else joins | (worth > sign * scale)
            if (moved == joins).all():
                break
            joins = moved
        found.append(joins)
    return found[0], found[1]
