"""One equilibrium by the logit path: the limit of quantal response equilibria as players become rational."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from math import prod
from typing import Any, ClassVar, NamedTuple, final

import numpy as np
from numpy.typing import ArrayLike

from deterrence_games.errors import SizeError
from deterrence_games.forms import InformationSet, StrategicForm, TreeForm
from deterrence_games.forms.tree import Floats, Ints
from deterrence_games.kernels import logit, regret
from deterrence_games.kernels.jit import FULL, LIMIT, OK
from deterrence_games.kernels.logit_tree import TREE_ARRAYS
from deterrence_games.results import Equilibrium, Solution, Status
from deterrence_games.results.quantal_path import QuantalPath
from deterrence_games.solvers.logit_tree import LIKELY, ScaledTree
from deterrence_games.solvers.nash_profile import FEW_PAYOFFS, nash_equilibrium
from deterrence_games.solvers.options import fix_count, fix_positive, fix_share
from deterrence_games.solvers.solver import Form, Solver, name_of
from deterrence_games.solvers.warm_up import warm_up

MAX_ENTRIES = 600  # strategies or actions over all players: each step factors a matrix of this size
MAX_CELLS = 2_000_000  # pure profiles, all of which are visited in each step
MAX_SLOPES = 20_000_000  # derivatives held for a tree, 160 MB twice
FEW_ENTRIES, FEW_POINTS = 16, 128  # a path takes up to half a second of plain Python
LARGE = 1e3  # a lambda from which on what is beyond its limit by more than a multiple of 1 / lambda is below a millionth
EXTRAPOLATED = 8  # points of the path
SPARE = 1e-6  # where the end of the path gives less to an action, the profile without that action is tried first


@final
@dataclass(frozen=True)
class LogitPath(Solver):
    r"""The equilibrium that the principal branch of logit quantal response equilibria leads to [1]_ [2]_.

    A player with rationality :math:`\lambda` chooses with log-odds that are :math:`\lambda` times the difference in expected
    payoff, all others doing the same. The principal branch starts at :math:`\lambda = 0`, where all actions are equally
    likely. It is followed, also where it turns back, until the profile is an equilibrium within `regret`. In a tree every
    information set is an agent of its own, who compares actions given that it is reached; limits are sequential equilibria
    [2]_, so that no empty threat survives. Games need not be generic, but where a game has a symmetry, other branches may cross
    the principal one: it is followed straight ahead, and the solution says so.

    Payoffs are rescaled to range one for every player before :math:`\lambda` is applied (in a tree over all outcomes and
    types), so that the path depends on no player's unit or zero of payoffs. For :math:`\lambda` per unit of the payoffs as
    given, divide by the player's range; where ranges differ, the branch is another one than with unscaled payoffs.

    Parameters
    ----------
    regret : float
        The path ends where nobody gains more than this by deviating, in shares of the player's range of payoffs; measured by
        `kernels.regret`, which shares no code with the solver. No other point is returned as an equilibrium.
    greatest_lambda : float
        The path ends here at the latest. Where players mix, the regret falls like ``1 / lambda``.
    most_points : int
        The path has at most so many points. In random games it has 10 to 50.

    References
    ----------
    .. [1] McKelvey and Palfrey (1995), Quantal response equilibria for normal form games, Games and Economic Behavior 10.
    .. [2] McKelvey and Palfrey (1998), Quantal response equilibria for extensive form games, Experimental Economics 1.

    Examples
    --------
    >>> form = StrategicForm.from_arrays([[9, 0], [0, 1]], [[1, 0], [0, 1]], name="coordination")
    >>> solution = LogitPath().solve(form)
    >>> solution[0].profile[0].tolist()
    [1.0, 0.0]
    >>> LogitPath().trace(form).profiles[0].tolist()
    [0.5, 0.5, 0.5, 0.5]
    """

    regret: float = 1e-9
    greatest_lambda: float = 1e12
    most_points: int = 10_000
    takes: ClassVar[type[TreeForm]] = TreeForm  # trees are not to be turned into strategic forms, which are taken as well

    def __post_init__(self) -> None:
        fix_share(self, "regret")
        fix_positive(self, "regret")
        fix_positive(self, "greatest_lambda")
        fix_count(self, "most_points", 1)

    def accepts(self, form: Form) -> str | None:
        """Return None for one point of a game that is not too large, else the reason."""
        if not isinstance(form, TreeForm | StrategicForm):
            return "it takes strategic forms, and trees of public actions and types; solve the strategic form"
        if isinstance(form, TreeForm) and form.points != 1:
            return f"it takes one parameter point, here are {form.points}; choose one with form.at(point)"
        return _too_large(form)

    def solve(self, form: Form) -> Solution:
        """Follow the branch to its end and measure it there; see `Solver.solve`."""
        return self._follow(form)

    def trace(self, form: Form) -> QuantalPath:
        """Return the branch itself, whether or not it ends at an equilibrium.

        Raises
        ------
        SolverError, SizeError
            As `solve`.
        """
        path = self._follow(form).path
        assert path is not None  # told above
        return path

    def _follow(self, form: Form) -> Solution:
        if not isinstance(form, TreeForm | StrategicForm) or (isinstance(form, TreeForm) and form.points != 1):
            raise self.refuse(form, str(self.accepts(form)))
        if reason := _too_large(form):
            raise SizeError(f"game {name_of(form)!r}: LogitPath cannot take it: {reason}")
        game = _Agents(form) if isinstance(form, TreeForm) else _Players(form)
        target = self.regret
        while True:
            branch = self._branch(game, target, self.greatest_lambda)
            equilibrium = game.limit(branch.shares(-1), np.exp(branch.beliefs), self.regret)
            if equilibrium is not None or branch.code != OK or target < 1e-3 * self.regret:
                break
            target /= 10.0  # what the path measures and the certificate differ by rounding, or by gains that add up over moves
        if equilibrium is None and branch.regrets[-1] > branch.regrets.min():
            branch, equilibrium = self._beyond(game, branch)
        failed = Status.LIMIT if branch.code in (LIMIT, FULL) else Status.NONE_FOUND
        known = {
            "equilibria": () if equilibrium is None else (equilibrium,),
            "status": Status.FOUND if equilibrium is not None else failed,
        }
        return Solution.deferred(partial(self._in_words, game, known, branch), known)

    def _beyond(self, game: "_Game", branch: "_Branch") -> tuple["_Branch", Equilibrium | None]:
        """Extrapolate to the limit from earlier points, where rounding, which grows with lambda, has spoiled the end.

        Probabilities and beliefs differ from their limits by multiples of ``1 / lambda`` and smaller terms, so two points give
        them. Return the branch up to the later point and the equilibrium, or the branch as it was and None.
        """
        lambdas = branch.lambdas
        nearest = int((branch.regrets <= 10.0 * branch.regrets.min()).argmax())
        for last in range(nearest, max(nearest - EXTRAPOLATED, 0), -1):
            if not lambdas[last] > 1.5 * lambdas[last - 1] > LARGE:
                continue
            before, after = (self._branch(game, 0.0, float(lambdas[point])) for point in (last - 1, last))
            if (len(before.lambdas), len(after.lambdas)) != (last, last + 1):  # the branch turned back in between
                continue
            weight = lambdas[last] / (lambdas[last] - lambdas[last - 1])
            shares = weight * after.shares(-1) + (1.0 - weight) * before.shares(-1)
            beliefs = weight * np.exp(after.beliefs) + (1.0 - weight) * np.exp(before.beliefs)
            equilibrium = game.limit(np.maximum(shares, 0.0), np.where(beliefs < LIKELY, 0.0, beliefs), self.regret)
            if equilibrium is not None:
                return after, equilibrium
        return branch, None

    def _in_words(self, game: "_Game", known: dict[str, Any], branch: "_Branch") -> Solution:
        """Tell about the branch what the kernel has left."""
        points, newton_steps, crossings = branch.found.tolist()
        path = QuantalPath(
            game.name,
            game.entries(),
            branch.lambdas,
            np.exp(branch.logs),
            branch.regrets,
            reached=branch.code == OK,
            crossings=crossings,
        )
        return Solution(
            **known,
            game=game.name,
            concept=game.concept,
            solver=repr(self),
            completeness=self._words(path, branch.code, bool(known["equilibria"])),
            stats={"points": points, "newton_steps": newton_steps, "crossings": crossings},
            path=path,
        )

    def _branch(self, game: "_Game", target: float, greatest: float) -> "_Branch":
        """Call the kernel, with longer arrays for as long as the path does not fit."""
        first, count = game.first, game.count
        beliefs, found = np.empty(game.beliefs), np.empty(3, np.int64)
        room = FEW_POINTS
        while True:
            room = min(room, self.most_points)
            lambdas, regrets, logs = np.empty(room), np.empty(room), np.empty((room, game.width))
            follow = warm_up.choose(logit.principal_branch, game.few and room <= FEW_POINTS)
            code = follow(*game.arrays, first, count, target, greatest, lambdas, logs, regrets, beliefs, found)
            if code != FULL or room == self.most_points:
                points = int(found[0])
                return _Branch(code, lambdas[:points].copy(), logs[:points].copy(), regrets[:points].copy(), beliefs, found)
            room *= 8

    def _words(self, path: QuantalPath, code: int, found: bool) -> str:
        """Tell where the path ended."""
        end = f"lambda = {path.lambdas[-1]:.3g} per unit of a player's range of payoffs"
        if found:
            words = f"the principal branch of logit quantal response equilibria, followed to {end}; others were not looked for"
            if code != OK:
                words += "; its limit was extrapolated, since rounding grows with lambda"
        else:
            reason = {
                LIMIT: "the greatest lambda was reached",
                FULL: f"the path has {self.most_points} points",
                OK: "its end did not pass the certificate",
            }.get(code, "it could not be followed any further in floating point")
            words = (
                f"the principal branch ends at {end} with a regret of {path.regrets[-1]:.2g}, more than {self.regret:.2g} of a "
                f"player's range: {reason}; trace(form) returns the path"
            )
        if path.crossings:
            words += f"; {path.crossings} crossing(s) with other branches, where the path goes straight ahead"
        return words


class _Branch(NamedTuple):
    """What `principal_branch` found."""

    code: int
    lambdas: Floats
    logs: Floats
    regrets: Floats
    beliefs: Floats  # logarithms
    found: Ints

    def shares(self, point: int) -> Floats:
        """The probabilities at a point."""
        found: Floats = np.exp(self.logs[point])
        return found


def _too_large(form: TreeForm | StrategicForm) -> str | None:
    """Return the reason when there are too many actions, or too many combinations of them."""
    if isinstance(form, StrategicForm):
        entries, cells = sum(form.shape), prod(form.shape)
        if cells > MAX_CELLS:
            return f"{cells} pure profiles; at most {MAX_CELLS}; drop dominated strategies"
    else:
        structure = form.structure
        entries = structure.entries
        slopes = entries * len(structure.kind) * int(structure.type_count.sum())
        if slopes > MAX_SLOPES:
            return f"{entries} actions at {len(structure.kind)} nodes are too many; make the tree smaller"
    if entries > MAX_ENTRIES:
        return f"{entries} actions over all players; at most {MAX_ENTRIES}; make the game smaller"
    return None


@dataclass(frozen=True)
class _Layout:
    """Where the strategies of each player stand in one vector; the same in all games of a shape."""

    count: Ints
    first: Ints
    shape: Ints  # as `count`, for kernels that take arrays that can be written to
    offsets: Ints

    @staticmethod
    @lru_cache(maxsize=64)
    def of(shape: tuple[int, ...]) -> "_Layout":
        offsets = np.concatenate([[0], np.cumsum(shape)])
        return _Layout(_constant(shape), _constant(offsets[:-1]), np.array(shape), offsets)


class _Players:
    """A strategic form as the kernel reads it."""

    concept = "Nash equilibrium"
    beliefs = (0, 0)

    def __init__(self, form: StrategicForm) -> None:
        self.form, self.name = form, form.name
        self.layout = _Layout.of(form.shape)
        self.count, self.first, self.width = self.layout.count, self.layout.first, int(self.layout.offsets[-1])
        self.few = self.width <= FEW_ENTRIES and form.payoffs.size <= FEW_PAYOFFS
        players = len(form.players)
        self.payoffs = np.empty((2, players, form.payoffs.size // players))  # scaled, and as they are
        self.payoffs[1] = form.payoffs.reshape(players, -1)
        warm_up.choose(logit.unit_rows, self.few)(self.payoffs[1], self.payoffs[0])
        self.arrays = (True, self.payoffs[0], self.count, *NO_TREE)

    def entries(self) -> tuple[tuple[InformationSet, str], ...]:
        """Who chooses what behind each entry of a vector."""
        form = self.form
        return tuple(
            (InformationSet(player, "", ()), label)
            for player, own in zip(form.players, form.strategies, strict=True)
            for label in own
        )

    def limit(self, shares: Floats, _: Floats, bound: float) -> Equilibrium | None:
        """Return the end of the path as an equilibrium if it is one within `bound`."""
        measure = warm_up.choose(regret.profile_measures, self.few)
        measured = np.empty((2, 1, 2 + self.count.size))
        for profile in _with_and_without_spare(shares, self.first, self.count):
            measure(self.payoffs, self.layout.shape, profile[None], self.layout.offsets, measured)
            if measured[0, 0, 0] <= bound:
                mixed = tuple([profile[at : at + size] for at, size in zip(self.first.tolist(), self.form.shape, strict=True)])
                return nash_equilibrium(self.form, mixed, 0, None, measured[1, 0].tolist())
        return None


class _Agents:
    """A tree as the kernel reads it, one agent an information set."""

    concept = "perfect Bayesian equilibrium"

    def __init__(self, form: TreeForm) -> None:
        structure = form.structure
        self.name = structure.name
        self.tree = ScaledTree.of(form)
        self.first, self.count = structure.set_entry, structure.set_actions
        self.beliefs = (len(structure.kind), len(structure.prior))
        self.few = structure.entries <= FEW_ENTRIES and len(structure.kind) <= FEW_ENTRIES
        self.width = structure.entries
        arrays = [getattr(structure, name) for name in TREE_ARRAYS]
        tree = self.tree
        self.arrays = (False, np.empty((0, 0)), _constant(()), *arrays, tree.payoff, tree.prior, tree.chance)

    def entries(self) -> tuple[tuple[InformationSet, str], ...]:
        """Who chooses what behind each entry of a vector."""
        structure = self.tree.form.structure
        return tuple((where, label) for k, where in enumerate(structure.information_sets) for label in structure.set_labels(k))

    def limit(self, shares: Floats, limits: Floats, bound: float) -> Equilibrium | None:
        """Return the end of the path as an equilibrium if it is one within `bound`."""
        for behavior in _with_and_without_spare(shares, self.first, self.count):
            beliefs = self.tree.beliefs(behavior, limits)
            if self.tree.certificate(behavior, beliefs) <= bound:
                return self.tree.equilibrium(behavior, beliefs)
        return None


def _constant(numbers: ArrayLike) -> Ints:
    """Integers that cannot be written to, as those of a tree: Numba compiles the kernel anew for others."""
    array = np.array(numbers, np.int64)
    array.setflags(write=False)
    return array


_Game = _Players | _Agents

NO_TREE = (
    *[_constant(())] * (len(TREE_ARRAYS) - 1), _constant(((),)), np.empty((0, 0, 0)), np.empty(0), np.empty(0)
)  # fmt: skip


def _with_and_without_spare(shares: Floats, first: Ints, count: Ints) -> Iterator[Floats]:
    """Yield the probabilities with the least of them set to zero, and as they are; each set summing to one."""
    for own in (np.where(shares < SPARE, 0.0, shares), shares):
        yield own / np.repeat(np.add.reduceat(own, first), count)
