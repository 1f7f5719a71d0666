"""All Nash equilibria of strategic forms with any number of players, and the proof that there are no others."""

from collections.abc import Callable
from dataclasses import dataclass
from math import gcd, lcm, prod
from typing import Any, ClassVar, final

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError, SizeError
from deterrence_games.forms import InformationSet, StrategicForm
from deterrence_games.forms.tree import Floats, Ints
from deterrence_games.kernels import polynomial_enumeration as kernels
from deterrence_games.kernels import regret
from deterrence_games.kernels.jit import FULL, LIMIT, OK, UNDECIDED
from deterrence_games.kernels.multilinear_findings import CONTINUUM, UNRESOLVED
from deterrence_games.results import Equilibrium, Solution, Status
from deterrence_games.solvers.nash_profile import FEW_PAYOFFS
from deterrence_games.solvers.options import fix_count, fix_share
from deterrence_games.solvers.polynomial_layouts import Shape, layouts_of, work_space
from deterrence_games.solvers.solver import Form, Solver, strictness
from deterrence_games.solvers.warm_up import warm_up

MAX_SUPPORTS = 3_000_000
MAX_ENTRIES = 20_000_000  # numbers in the tables of one shape, 160 MB
FEW_SUPPORTS, FEW_BOXES = 150, 300  # up to 2x3x3 and 2x2x2x2; so many boxes take a quarter of a second of plain Python
NAMED = 5  # open supports named in words
CERTIFIED = 1e-8  # a solution with a larger regret, in shares of the owner's largest payoff, is no equilibrium
FAINT = -960  # payoffs below this power of two times the owner's largest are too small to be told from zero
EXACT = 2**53  # integers up to this size are floats

REASONS = {
    CONTINUUM: "a continuum of equilibria, or one that ties cut down to a point",
    UNRESOLVED: "too near to a fold or a tie to be decided",
    kernels.UNFINISHED: "the limit on boxes was reached",
    kernels.DOUBTFUL: "a solution on the border that is no known equilibrium",
}


@dataclass(frozen=True, eq=False)
class EnumeratedGames:
    """All equilibria of many games of one shape.

    Attributes
    ----------
    first : int64[game + 1]
        The equilibria of game ``g`` are the rows ``first[g]`` to ``first[g + 1] - 1`` of `profiles` and `regular`.
    status : int64[game]
        ``OK`` (0): all equilibria were found, and it is proved that there are no others. ``UNDECIDED`` (2): some supports are
        open. ``LIMIT`` (3): some of them because a limit on boxes was reached. ``EVEN`` (4): everything was decided and
        every equilibrium is regular, yet their number is even, which cannot be; never seen.
    profiles : float64[equilibrium, strategy over all players]
        Probabilities.
    regular : bool[equilibrium]
        Whether the equilibrium is a simple solution and every strategy out of use is worse by more than the tolerance.
    first_open : int64[game + 1]
        The same for `open_supports` and `open_kinds`.
    open_supports : int64[open support, player]
        The strategies in use, as bits.
    open_kinds : int64[open support]
        Why the support is open, a key of ``REASONS``.
    boxes : int64[game]
        Number of boxes examined.
    """

    first: Ints
    status: Ints
    profiles: Floats
    regular: npt.NDArray[np.bool_]
    first_open: Ints
    open_supports: Ints
    open_kinds: Ints
    boxes: Ints

    @property
    def count(self) -> Ints:
        """Numbers of equilibria, int64[game]."""
        return np.diff(self.first)


def enumerate_games(
    payoffs: npt.ArrayLike, *, tol: float = 1e-12, max_boxes: int = 2_000_000, max_support_boxes: int = 20_000
) -> EnumeratedGames:
    """Find all equilibria of many games, one thread.

    Parameters
    ----------
    payoffs : float64[game, player, a_1, ..., a_n]
    tol, max_boxes, max_support_boxes
        As in `PolynomialEnumeration`; the limits hold for each game.

    Raises
    ------
    GameError
        When the axes do not fit, or a payoff is NaN or infinite.
    SizeError
        When a game has too many supports.

    Examples
    --------
    >>> matching_pennies = [[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]]
    >>> games = enumerate_games([matching_pennies, matching_pennies])
    >>> games.count.tolist(), games.profiles[0].tolist()
    ([1, 1], [0.5, 0.5, 0.5, 0.5])
    """
    games = np.ascontiguousarray(payoffs, dtype=np.float64)
    shape = games.shape[2:]
    if games.ndim < 4 or games.shape[1] != len(shape) or 0 in shape:
        raise GameError(
            f"games: payoffs have shape {games.shape}; give (game, player, a_1, ..., a_n), n at least two, each with strategies"
        )
    if not np.isfinite(games).all():
        raise GameError("games: a payoff is NaN or infinite; give finite numbers")
    if reason := _too_large(shape):
        raise SizeError(f"games: too large to enumerate: {reason}")
    flat, lossless = _scaled(games.reshape(*games.shape[:2], prod(shape)))
    plain = warm_up.plain(kernels.enumerate_supports) if len(games) == 1 and _supports(shape) <= FEW_SUPPORTS else None
    if plain:
        found = _enumerate(plain, flat, shape, tol, min(max_boxes, FEW_BOXES), max_support_boxes)
    if not plain or (found.status[0] == LIMIT and max_boxes > FEW_BOXES):
        found = _enumerate(kernels.enumerate_supports, flat, shape, tol, max_boxes, max_support_boxes)
    equilibria, opened = int(found.first[-1]), int(found.first_open[-1])
    found.status[~lossless & (found.status == OK)] = UNDECIDED
    return EnumeratedGames(
        found.first,
        found.status,
        found.profile[:equilibria],
        found.regular[:equilibria],
        found.first_open,
        found.open_mask[:opened],
        found.open_kind[:opened],
        found.boxes,
    )


def _enumerate(
    kernel: Callable[..., tuple[int, int]], payoffs: Floats, shape: Shape, tol: float, max_boxes: int, max_support_boxes: int
) -> kernels.Found:
    """Call the kernel, with longer arrays for as long as the findings do not fit."""
    layouts = layouts_of(shape)
    support, memory = work_space(shape, layouts, tol)
    found = _room(len(payoffs), shape, 8 * len(payoffs) + 64, 4 * len(payoffs) + 64)
    done = 0
    while True:
        code, done = kernel(
            payoffs, layouts, support, memory, float(tol), int(max_support_boxes), int(max_boxes), int(done), found
        )
        if code != FULL:
            return found
        found = _enlarged(found, done, shape)


@final
@dataclass(frozen=True)
class PolynomialEnumeration(Solver):
    """Every Nash equilibrium of a game with any number of players, by support enumeration [1]_ and branch and prune [2]_.

    On each support the conditions of equilibrium are polynomials that are linear in each player's probabilities. The support is
    proved empty, or its equilibria are isolated and each is proved to exist and to be alone, or the support is left open
    and named: because it holds a continuum of equilibria (or one that ties cut down to a point, which floating point cannot
    tell from it), or because it lies too near to a fold or a tie. A strategy in use
    that is never better than another, and sometimes worse, against the supports of the others is excluded by comparing payoffs
    exactly; so ties among integer payoffs do no harm where they make no continuum.

    Parameters
    ----------
    tol : float
        Differences between the expected payoffs of two strategies up to this share of the largest difference that the
        support allows between them count as ties; so do probabilities up to this size.
    max_boxes : int
        Boxes of probabilities that are examined before the solver stops; a million take about two seconds on small games.
    max_support_boxes : int
        The same for one support, which is then left open.

    Notes
    -----
    A game without ties has an odd number of equilibria [3]_. An even number where every support was decided and every
    equilibrium is regular is reported as an error of the solver, and the solution is then not called complete.

    References
    ----------
    .. [1] Porter, Nudelman and Shoham (2008), Simple search methods for finding a Nash equilibrium.
    .. [2] Neumaier (1990), Interval Methods for Systems of Equations, chapter 5.
    .. [3] Wilson (1971), Computing equilibria of n-person games.

    Examples
    --------
    >>> import numpy as np
    >>> own = np.array([[[0, 1], [1, 0]], [[1, 0], [0, 0]]])  # one of the three should move
    >>> solution = PolynomialEnumeration().solve(StrategicForm.from_arrays(own, own, own, name="volunteers"))
    >>> len(solution), solution.complete
    (8, True)
    """

    tol: float = 1e-12
    max_boxes: int = 2_000_000
    max_support_boxes: int = 20_000
    takes: ClassVar[type[StrategicForm]] = StrategicForm

    def __post_init__(self) -> None:
        fix_share(self, "tol")
        fix_count(self, "max_boxes", 1)
        fix_count(self, "max_support_boxes", 1)

    def accepts(self, form: Form) -> str | None:
        """Return None for strategic forms with a number of supports that can be searched, else the reason."""
        if not isinstance(form, StrategicForm):
            return "it takes strategic forms; convert the tree with strategic_form"
        return _too_large(form.shape)

    def solve(self, form: Form) -> Solution:
        """Enumerate the equilibria; see `Solver.solve`."""
        if not isinstance(form, StrategicForm):
            raise self.refuse(form, str(self.accepts(form)))
        if reason := _too_large(form.shape):
            raise SizeError(f"game {form.name!r}: PolynomialEnumeration cannot take it: {reason}")
        payoffs, exact = _as_floats(form)
        games = enumerate_games(payoffs[None], tol=self.tol, max_boxes=self.max_boxes, max_support_boxes=self.max_support_boxes)
        ends = np.cumsum(form.shape)
        scaled, _ = _scaled(form.payoffs.reshape(1, len(form.shape), -1))
        equilibria: list[Equilibrium] = []
        refuted = 0
        for row in games.profiles[np.lexsort((*-games.profiles.T[::-1], (games.profiles > 0).sum(axis=1)))]:
            profile = np.split(row, ends[:-1])
            if _certificate(scaled[0], form.shape, row)[0] > CERTIFIED:
                refuted += 1
            else:
                equilibria.append(_equilibrium(form, tuple(own.copy() for own in profile), len(equilibria)))
        code = int(games.status[0])
        status = Status.FOUND if equilibria else Status.NONE_FOUND
        if code == LIMIT:
            status = Status.LIMIT
        elif code == OK and exact and equilibria and not refuted:
            status = Status.COMPLETE
        supports = _supports(form.shape)
        return Solution(
            game=form.name,
            concept="Nash equilibrium",
            solver=repr(self),
            equilibria=tuple(equilibria),
            status=status,
            completeness=self._words(form, games, refuted, exact, supports),
            stats={
                "supports": supports,
                "open": len(games.open_kinds),
                "boxes": int(games.boxes[0]),
                "irregular": int((~games.regular).sum()),
            },
        )

    def _words(self, form: StrategicForm, games: EnumeratedGames, refuted: int, exact: bool, supports: int) -> str:
        """Tell how far the search went."""
        ties = f"differences up to {self.tol:.0e} of the largest count as ties"
        troubles = []
        for kind, reason in REASONS.items():
            rows = games.open_supports[games.open_kinds == kind]
            if len(rows):
                named = ", ".join(_told(form, masks) for masks in rows[:NAMED])
                troubles.append(f"{reason}: {named}{f' and {len(rows) - NAMED} more' if len(rows) > NAMED else ''}")
        if refuted:
            troubles.append(f"{refuted} solutions failed their certificate")
        if games.status[0] == kernels.EVEN:
            troubles.append("the number of regular equilibria is even, which cannot be: please report this game")
        if troubles:
            words = f"of {supports} supports, {supports - len(games.open_kinds)} were decided; {'; '.join(troubles)} ({ties})"
        else:
            words = f"each of {supports} supports was proved empty or solved ({ties})"
        if not exact:
            words += "; the payoffs were rounded, so nothing is proved about them as they were given"
        return words


def _supports(shape: Shape) -> int:
    return prod(2**own - 1 for own in shape)


def _too_large(shape: Shape) -> str | None:
    """Return the reason when there are too many supports to search."""
    supports = _supports(shape)
    told = " x ".join(map(str, shape))
    if supports > MAX_SUPPORTS:
        return f"{told} strategies make {supports:.2e} supports; at most {MAX_SUPPORTS:.0e}; drop dominated strategies"
    entries = len(shape) ** 2 * prod(own * (own + 1) // 2 for own in shape)
    if entries > MAX_ENTRIES:
        return f"{told} strategies make tables of {entries:.2e} numbers; at most {MAX_ENTRIES:.0e}; drop dominated strategies"
    return None


def _scaled(payoffs: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Scale the payoffs (game, player, profile) of each player by a power of two, which rounds nothing but faint payoffs.

    Returns
    -------
    payoffs : float64[game, player, profile]
        The largest of each player is of order one; faint payoffs are zero.
    lossless : bool[game]
        Whether there were none.
    """
    _, power = np.frexp(np.abs(payoffs).max(axis=2, keepdims=True))
    scaled = np.ldexp(payoffs, -power)
    faint = (np.abs(scaled) < 2.0**FAINT) & (payoffs != 0.0)
    scaled[faint] = 0.0
    return np.ascontiguousarray(scaled), ~faint.any(axis=(1, 2))


def _as_floats(form: StrategicForm) -> tuple[Floats, bool]:
    """Payoffs of the same game that floats can hold, integers if possible; and whether nothing was rounded."""
    if form.exact is None:
        return form.payoffs, bool(_scaled(form.payoffs.reshape(1, len(form.shape), -1))[1].all())
    columns = []
    for own, nearest in zip(form.exact, form.payoffs, strict=True):
        least = min(own.ravel())
        moved = [value - least for value in own.ravel()]
        unit = lcm(*(value.denominator for value in moved))
        whole = [int(value * unit) for value in moved]
        common = gcd(*whole) or 1
        if max(whole) // common > EXACT:
            return form.payoffs, False
        columns.append(np.array([value // common for value in whole], np.float64).reshape(nearest.shape))
    return np.stack(columns), True


def _room(games: int, shape: Shape, equilibria: int, opened: int) -> kernels.Found:
    return kernels.Found(
        first=np.zeros(games + 1, np.int64),
        first_open=np.zeros(games + 1, np.int64),
        status=np.zeros(games, np.int64),
        boxes=np.zeros(games, np.int64),
        profile=np.empty((equilibria, sum(shape))),
        regular=np.empty(equilibria, np.bool_),
        open_mask=np.empty((opened, len(shape)), np.int64),
        open_kind=np.empty(opened, np.int64),
    )


def _enlarged(found: kernels.Found, done: int, shape: Shape) -> kernels.Found:
    """Copy the results of the games that are done into arrays four times as long."""
    larger = _room(found.status.size, shape, 4 * found.regular.size, 4 * found.open_kind.size)
    equilibria, opened = found.first[done], found.first_open[done]
    counts: list[tuple[str, Any]] = [("first", done + 1), ("first_open", done + 1), ("status", done), ("boxes", done)]
    rows: list[tuple[str, Any]] = [(name, equilibria) for name in ("profile", "regular")]
    rows += [(name, opened) for name in ("open_mask", "open_kind")]
    for name, count in counts + rows:
        getattr(larger, name)[:count] = getattr(found, name)[:count]
    return larger


def _certificate(payoffs: Floats, shape: Shape, profile: Floats) -> tuple[float, float]:
    offsets = np.concatenate([[0], np.cumsum(shape)]).astype(np.int64)
    flat = payoffs.reshape(len(shape), -1).copy()  # that can be written to: Numba compiles the kernel anew for others
    measure = warm_up.choose(regret.profile_regret, flat.size <= FEW_PAYOFFS)
    gain, margin = measure(flat, np.array(shape, np.int64), profile, offsets)
    return float(gain), float(margin)


def _equilibrium(form: StrategicForm, profile: tuple[Floats, ...], index: int) -> Equilibrium:
    gain, margin = _certificate(form.payoffs, form.shape, np.concatenate(profile))
    behavior, payoffs = {}, {}
    for player, own in enumerate(form.players):
        behavior[InformationSet(own, "", ())] = dict(zip(form.strategies[player], profile[player].tolist(), strict=True))
        worth = form.payoffs[player]
        for chances in reversed(profile):
            worth = worth @ chances
        payoffs[own] = float(worth)
    return Equilibrium(
        payoffs=payoffs,
        regret=gain,
        margin=margin,
        profile=profile,
        behavior=behavior,
        outcome_class=index,
        verdict=strictness(margin),
    )


def _told(form: StrategicForm, masks: Ints) -> str:
    """Name a support."""
    sets = []
    for own, mask in zip(form.strategies, masks, strict=True):
        sets.append("{" + ", ".join(label for index, label in enumerate(own) if int(mask) >> index & 1) + "}")
    return " x ".join(sets)
