"""All Nash equilibria of many small games at once."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import prod
from typing import Any, TypeVar, final

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError, SizeError, SolverError
from deterrence_games.forms.tree import Floats
from deterrence_games.kernels import batch_enumeration, small_games, support_sieve
from deterrence_games.kernels.jit import OK
from deterrence_games.kernels.regret import profile_regrets
from deterrence_games.results.batch import BatchSolution, BatchStatus
from deterrence_games.solvers.nash_profile import CERTIFIED
from deterrence_games.solvers.options import fix_count, fix_positive, fix_share
from deterrence_games.solvers.polynomial_enumeration import enumerate_games
from deterrence_games.solvers.two_by_two_by_two import solve_cubes

MAX_STRATEGIES = support_sieve.MOST
GUARD = 1e-5  # larger shares of a player's range than this keep their sign through every rounding of the complete search
FIRST_PROFILES = 4  # rows a game to begin with; doubled whenever the findings do not fit
BYTES = 8 + 2 + 1  # offset, count and status of a game
BYTES_2X2 = BYTES + 2 + 16  # and its mask and mixing probabilities

EXACT = 1 << 53  # up to here every integer is a float

SMALL_CHUNK = 1 << 15  # 2x2 games a task
CHUNK = 2048  # larger games a task

Chunk = slice
T = TypeVar("T")


@final
@dataclass(frozen=True)
class BatchEnumeration:
    """Every Nash equilibrium of many small games: two players with up to four strategies each, or more players.

    Of two players, all extreme equilibria.
    Games of two strategies a player are solved in closed form; larger ones by pairs of supports of equal size [1]_, which
    finds everything in a game without ties. A game with a tie that bears on an equilibrium is searched as `SupportEnumeration`
    does, and gives the same extreme equilibria; what lies between those that share a strategy is an equilibrium too [2]_. Games
    of three players and more are solved as by `PolynomialEnumeration`; those of 2x2x2 strategies first in closed form, which
    settles all that are not near a tie.

    Parameters
    ----------
    tol : float
        Payoff differences up to this share of a player's range of payoffs count as ties. A game with a difference close to a
        tie without being one is reported as undecided.
    profiles : bool
        Whether to write every profile and certify it. Without, which only 2x2 games allow, the solution holds counts, bit
        masks and mixing probabilities; it takes a fifth of the memory and no certificate is measured.
    threads : int, optional
        Chunks of games are solved side by side; the result is the same. By default one for small batches and one a processor
        for large ones.
    max_gigabytes : float
        Room for the result; a batch that needs more raises `SizeError`.

    References
    ----------
    .. [1] Porter, Nudelman and Shoham (2008), Simple search methods for finding a Nash equilibrium.
    .. [2] Avis, Rosenberg, Savani and von Stengel (2010), Enumeration of Nash equilibria for two-player games.

    Examples
    --------
    >>> entry_deterrence = [[[0, 0], [1, -1]], [[2, 2], [1, -1]]]
    >>> solution = BatchEnumeration(profiles=False).solve([entry_deterrence])
    >>> solution.count.tolist(), solution.status.tolist(), f"{solution.mask[0]:b}"
    ([3], [1], '10110')
    """

    tol: float = 1e-12
    profiles: bool = True
    threads: int | None = None
    max_gigabytes: float = 16.0

    def __post_init__(self) -> None:
        fix_share(self, "tol")
        fix_positive(self, "max_gigabytes")
        if self.tol > 1e-6:
            raise SolverError(
                f"BatchEnumeration: tol={self.tol!r} is not between 0 and 1e-6; give a share of the payoffs' range"
            )
        if self.threads is not None:
            fix_count(self, "threads", 1)

    def __repr__(self) -> str:
        changed = [
            f"{name}={getattr(self, name)!r}"
            for name, option in self.__dataclass_fields__.items()
            if getattr(self, name) != option.default
        ]
        return f"BatchEnumeration({', '.join(changed)})"

    def solve(self, payoffs: npt.ArrayLike) -> BatchSolution:
        """Find all extreme equilibria of every game; see `solve_batch`."""
        games = _checked(payoffs)
        shape = games.shape[2:]
        if len(shape) > 2:
            if not self.profiles:
                raise SolverError(f"a batch of {_by(shape)} games: profiles=False is for 2 x 2 games only; leave it out")
            return self._by_polynomials(games)
        if max(shape) > MAX_STRATEGIES:
            raise SizeError(
                f"a batch of {_by(shape)} games: BatchEnumeration takes at most {MAX_STRATEGIES} strategies a player; "
                "solve them one by one"
            )
        if shape == (2, 2):
            return self._closed_form(games)
        if not self.profiles:
            raise SolverError(f"a batch of {_by(shape)} games: profiles=False is for 2 x 2 games only; leave it out")
        return self._by_supports(games)

    def _closed_form(self, games: npt.NDArray[Any]) -> BatchSolution:
        """Classify all 2x2 games, then write the profiles where they belong."""
        total = len(games)
        self._check_room(total * BYTES_2X2, total)
        # One block, which the system hands out in large pages: touching small ones for the first time took a tenth of the time.
        block = np.empty(21 * total, np.uint8)
        mixing = block[: 16 * total].view(np.float64).reshape(2, total)
        count, mask = block[16 * total : 20 * total].view(np.uint16).reshape(2, total)
        status = block[20 * total :]
        guard = max(GUARD, 1e4 * self.tol)

        def classify(chunk: Chunk) -> None:
            own = _own_copy(games[chunk])
            work = np.empty(small_games.BLOCK)
            outputs = count[chunk], status[chunk], mask[chunk], mixing[0, chunk], mixing[1, chunk]
            small_games.classify_games(own.reshape(-1), guard, work, *outputs)
            doubtful = np.flatnonzero(outputs[1] == small_games.DOUBTFUL)
            if len(doubtful):
                batch_enumeration.resolve_games(own, doubtful, self.tol, *outputs)

        for _ in self._run(classify, total, SMALL_CHUNK):
            pass
        offsets, profiles, regret = np.empty(0, np.int64), np.empty((0, 4)), np.empty(0)
        if self.profiles:
            offsets = _offsets(count)
            rows = int(offsets[-1])
            self._check_room(total * BYTES_2X2 + rows * 40, total)
            profiles, regret = np.empty((rows, 4)), np.empty(rows)

            def write(chunk: Chunk) -> None:
                first, last = offsets[chunk.start], offsets[chunk.stop]
                small_games.write_profiles(
                    _own_copy(games[chunk]), mask[chunk], mixing[0, chunk], mixing[1, chunk],
                    offsets[chunk.start : chunk.stop + 1], status[chunk], profiles[first:last], regret[first:last],
                )  # fmt: skip

            for _ in self._run(write, total, SMALL_CHUNK):
                pass
        return BatchSolution((2, 2), count, status, offsets, profiles, regret, mask, mixing, repr(self))

    def _by_supports(self, games: npt.NDArray[Any]) -> BatchSolution:
        """Search chunks of games, then put their findings one after another."""
        total, (rows, columns) = len(games), games.shape[2:]
        width = rows + columns
        self._check_room(total * BYTES, total)
        count, status = np.empty(total, np.uint16), np.empty(total, np.uint8)

        def search(chunk: Chunk) -> tuple[int, Floats, Floats]:
            own = _own_copy(games[chunk])
            room = FIRST_PROFILES * len(own) + 64
            profiles, regret = np.empty((room, width)), np.empty(room)
            filled = np.zeros(1, np.int64)
            done = 0
            while True:
                done = batch_enumeration.enumerate_games(
                    own, self.tol, np.int64(done), count[chunk], status[chunk], profiles, regret, filled
                )
                if done == len(own):
                    return chunk.stop, profiles[: filled[0]], regret[: filled[0]]
                profiles, regret = np.concatenate([profiles, np.empty_like(profiles)]), np.concatenate([regret, regret])

        profiles, regret = np.empty((0, width)), np.empty(0)
        rows_used = 0
        for done, own, gains in self._run(search, total, CHUNK):
            needed = rows_used + len(own)
            self._check_room(total * BYTES + 8 * (width + 1) * needed, total)
            if needed > len(profiles):  # room for all, if the other games have as many equilibria as these
                room = max(needed, min(int(1.05 * needed * total / done) + 64, int(self.max_gigabytes * 1e9 / (8 * width + 8))))
                profiles, regret = _moved(profiles, room, rows_used), _moved(regret, room, rows_used)
            profiles[rows_used:needed], regret[rows_used:needed] = own, gains
            rows_used = needed
        profiles.resize((rows_used, width), refcheck=False)  # gives the rest back where it lies
        regret.resize(rows_used, refcheck=False)
        offsets = _offsets(count)
        none = np.empty(0, np.uint16)
        return BatchSolution((rows, columns), count, status, offsets, profiles, regret, none, np.empty((2, 0)), repr(self))

    def _by_polynomials(self, games: npt.NDArray[Any]) -> BatchSolution:
        """Games of several players, as `PolynomialEnumeration` solves them one by one."""
        total, shape = len(games), games.shape[2:]
        width = sum(shape)
        self._check_room(total * BYTES, total)
        count, status = np.zeros(total, np.uint16), np.full(total, BatchStatus.INVALID, np.uint8)
        found: dict[int, tuple[Floats, Floats]] = {}
        ends = np.concatenate([[0], np.cumsum(shape)])

        def search(chunk: Chunk) -> None:
            own = _own_copy(games[chunk])
            sound = np.flatnonzero(np.isfinite(own).reshape(len(own), -1).all(axis=1))
            if shape == (2, 2, 2):
                number_of, complete, profiles = solve_cubes(own[sound], self.tol)
            else:
                solved = enumerate_games(own[sound], tol=self.tol)
                number_of, complete, profiles = solved.count, solved.status == OK, solved.profiles
            flat = own[sound].reshape(len(sound), len(shape), prod(shape))
            number = np.repeat(np.arange(len(sound)), number_of)
            regret = np.empty(len(number))
            profile_regrets(flat, np.array(shape), number, profiles, ends, regret)
            half_range = np.ptp(0.5 * flat, axis=2).max(axis=1)  # the whole may be beyond the floats
            doubtful = np.unique(number[~(0.5 * regret <= CERTIFIED * half_range[number])])
            count[chunk.start + sound] = number_of
            status[chunk.start + sound] = np.where(complete, BatchStatus.COMPLETE, BatchStatus.UNDECIDED)
            status[chunk.start + sound[doubtful]] = BatchStatus.UNDECIDED
            found[chunk.start] = profiles, regret

        for _ in self._run(search, total, CHUNK):
            pass
        offsets = _offsets(count)
        self._check_room(total * BYTES + 8 * (width + 1) * int(offsets[-1]), total)
        parts = [found[start] for start in sorted(found)]
        profiles = np.concatenate([np.empty((0, width)), *(own for own, _ in parts)])
        regret = np.concatenate([np.empty(0), *(own for _, own in parts)])
        none = np.empty(0, np.uint16)
        return BatchSolution(shape, count, status, offsets, profiles, regret, none, np.empty((2, 0)), repr(self))

    def _run(self, task: Callable[[Chunk], T], total: int, size: int) -> Iterator[T]:
        """Do a task for every chunk of games, side by side when there are enough of them to repay the threads."""
        chunks = [slice(start, min(start + size, total)) for start in range(0, total, size)]
        threads = min(self.threads or (os.cpu_count() or 1), len(chunks)) if self.threads or len(chunks) >= 8 else 1
        if threads <= 1:
            yield from map(task, chunks)
        else:
            with ThreadPoolExecutor(threads) as pool:
                yield from pool.map(task, chunks)

    def _check_room(self, needed: int, games: int) -> None:
        if needed > self.max_gigabytes * 1e9:
            raise SizeError(
                f"a batch of {games} games: the result takes more than {needed / 1e9:.3g} GB, max_gigabytes is "
                f"{self.max_gigabytes:g}; solve the batch in parts, or raise the limit"
            )


def solve_batch(payoffs: npt.ArrayLike, solver: BatchEnumeration | None = None) -> BatchSolution:
    """Find all Nash equilibria of many small games with the same numbers of strategies.

    Parameters
    ----------
    payoffs : float64[game, player, a_1, ..., a_n]
        Two players with up to four strategies each, or more players. Other dtypes and layouts are converted chunk by chunk.
    solver : BatchEnumeration, optional
        Options other than its defaults.

    Returns
    -------
    BatchSolution
        The extreme equilibria of every game. A game with a payoff that is not finite is marked so and has none.

    Raises
    ------
    GameError
        When the payoffs are not numbers in an array of that shape.
    SolverError
        When `profiles=False` is asked of other than 2x2 games, or the solver is no `BatchEnumeration`.
    SizeError
        When a player has too many strategies, or the result is larger than the solver's limit.

    Examples
    --------
    >>> import numpy as np
    >>> payoffs = np.random.default_rng(2).normal(size=(100_000, 2, 3, 3))
    >>> solution = solve_batch(payoffs)
    >>> bool(solution.complete.all()), bool((solution.count % 2 == 1).all())
    (True, True)
    """
    if solver is None:
        solver = BatchEnumeration()
    elif not isinstance(solver, BatchEnumeration):
        raise SolverError(f"a batch of games: solver is {solver!r:.60}; give a BatchEnumeration, or none")
    return solver.solve(payoffs)


def _checked(payoffs: npt.ArrayLike) -> npt.NDArray[Any]:
    """Payoffs as an array of numbers, not copied."""
    try:
        games = np.asarray(payoffs)
    except ValueError as problem:
        raise GameError(f"a batch of games: payoffs are not a rectangular array of numbers ({problem})") from None
    if games.dtype.kind not in "fiub":
        raise GameError(f"a batch of games: payoffs are of type {games.dtype}, not real numbers; give floats or integers")
    if games.ndim < 4 or games.shape[1] != games.ndim - 2:
        raise GameError(
            f"a batch of games: payoffs of shape {games.shape}; give payoffs[game, player, a_1, ..., a_n] with one axis of "
            "strategies a player, two players or more"
        )
    if min(games.shape[2:]) == 0:
        raise GameError(f"a batch of {_by(games.shape[2:])} games: a player has no strategy; give each player at least one")
    if games.dtype.kind in "iu" and games.size and max(int(games.max()), -int(games.min())) > EXACT:
        return _differences(games)
    return games


def _differences(games: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Integers that floats cannot hold, less the smallest of the player in the game, which changes no equilibrium."""
    least = games.min(axis=tuple(range(2, games.ndim)), keepdims=True)
    wide = np.uint64 if games.dtype.kind == "u" else np.int64
    found: npt.NDArray[Any] = games.astype(wide).view(np.uint64) - least.astype(wide).view(np.uint64)  # modulo 2**64
    return found


def _own_copy(games: npt.NDArray[Any]) -> Floats:
    """The payoffs as the kernels read them, copied only when they lie otherwise; read-only arrays are another type to Numba."""
    return np.require(games, np.float64, ["C", "A", "W"])


def _offsets(count: npt.NDArray[np.uint16]) -> npt.NDArray[np.int64]:
    offsets = np.zeros(len(count) + 1, np.int64)
    np.cumsum(count, out=offsets[1:])
    return offsets


def _moved(found: Floats, room: int, used: int) -> Floats:
    """The rows in use, in an array with more room."""
    longer = np.empty((room, *found.shape[1:]))
    longer[:used] = found[:used]
    return longer


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
