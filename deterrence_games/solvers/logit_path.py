"""One equilibrium by the logit path: the limit of quantal response equilibria as players become rational."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
from numpy.typing import ArrayLike

from deterrence_games.errors import SizeError, SolverError
from deterrence_games.forms import InformationSet, StrategicForm, TreeForm
from deterrence_games.forms.tree import Floats, Ints
from deterrence_games.kernels import logit, regret
from deterrence_games.kernels.jit import FULL, LIMIT, OK
from deterrence_games.kernels.logit_tree import TREE_ARRAYS
from deterrence_games.results import Equilibrium, Solution, Status
from deterrence_games.results.quantal_path import QuantalPath
from deterrence_games.solvers.logit_tree import ScaledTree
from deterrence_games.solvers.nash_profile import FEW_PAYOFFS
from deterrence_games.solvers.solver import Form, Solver, name_of, strictness
from deterrence_games.solvers.warm_up import warm_up

MAX_ENTRIES = 600  # strategies or actions over all players: each step factors a matrix of this size
MAX_CELLS = 2_000_000  # pure profiles, all of which are visited in each step
MAX_SLOPES = 20_000_000  # derivatives held for a tree, 160 MB twice
FEW_ENTRIES, FEW_POINTS = 16, 128  # a path takes up to half a second of plain Python
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
        if not 0.0 < self.regret < 1.0 or not self.greatest_lambda > 0.0 or self.most_points < 1:
            raise SolverError(
                f"LogitPath: regret {self.regret}, greatest_lambda {self.greatest_lambda}, most_points {self.most_points}; "
                "give a regret in (0, 1), a positive lambda, and at least one point"
            )

    def accepts(self, form: Form) -> str | None:
        """Return None for one point of a game that is not too large, else the reason."""
        if not isinstance(form, TreeForm | StrategicForm):
            return "it takes strategic forms, and trees of public actions and types; solve the strategic form"
        if isinstance(form, TreeForm) and form.points != 1:
            return f"it takes one parameter point, here are {form.points}; choose one with form.at(point)"
        return _too_large(form)

    def solve(self, form: Form) -> Solution:
        """Follow the branch to its end and measure it there; see `Solver.solve`."""
        return self._follow(form)[0]

    def trace(self, form: Form) -> QuantalPath:
        """Return the branch itself, whether or not it ends at an equilibrium.

        Raises
        ------
        SolverError, SizeError
            As `solve`.
        """
        return self._follow(form)[1]

    def _follow(self, form: Form) -> tuple[Solution, QuantalPath]:
        if not isinstance(form, TreeForm | StrategicForm) or (isinstance(form, TreeForm) and form.points != 1):
            raise self.refuse(form, str(self.accepts(form)))
        if reason := _too_large(form):
            raise SizeError(f"game {name_of(form)!r}: LogitPath cannot take it: {reason}")
        game = _Agents(form) if isinstance(form, TreeForm) else _Players(form)
        target = self.regret
        while True:
            code, lambdas, logs, regrets, belief, found = self._branch(game, target)
            equilibrium = game.limit(np.exp(logs[-1]), belief, self.regret)
            if equilibrium is not None or code != OK or target < 1e-3 * self.regret:
                break
            target /= 10.0  # what the path measures and the certificate differ by rounding, or by gains that add up over moves
        path = QuantalPath(game.name, game.entries, lambdas, np.exp(logs), regrets, reached=code == OK, crossings=int(found[2]))
        failed = Status.LIMIT if code in (LIMIT, FULL) else Status.NONE_FOUND
        solution = Solution(
            game=game.name,
            concept=game.concept,
            solver=repr(self),
            equilibria=() if equilibrium is None else (equilibrium,),
            status=Status.FOUND if equilibrium is not None else failed,
            completeness=self._words(path, code, equilibrium),
            stats={"points": int(found[0]), "newton_steps": int(found[1]), "crossings": int(found[2])},
            path=path,
        )
        return solution, path

    def _branch(self, game: "_Players | _Agents", target: float) -> tuple[int, Floats, Floats, Floats, Floats, Ints]:
        """Call the kernel, with longer arrays for as long as the path does not fit."""
        first, count = game.first, game.count
        belief, found = np.empty(game.beliefs), np.empty(3, np.int64)
        room = FEW_POINTS
        while True:
            room = min(room, self.most_points)
            lambdas, regrets, logs = np.empty(room), np.empty(room), np.empty((room, int(count.sum())))
            follow = warm_up.choose(logit.principal_branch, game.few and room <= FEW_POINTS)
            code = follow(*game.arrays, first, count, target, self.greatest_lambda, lambdas, logs, regrets, belief, found)
            if code != FULL or room == self.most_points:
                points = int(found[0])
                return code, lambdas[:points].copy(), logs[:points].copy(), regrets[:points].copy(), belief, found
            room *= 8

    def _words(self, path: QuantalPath, code: int, equilibrium: Equilibrium | None) -> str:
        """Tell where the path ended."""
        end = f"lambda = {path.lambdas[-1]:.3g} per unit of a player's range of payoffs"
        if equilibrium is not None:
            words = f"the principal branch of logit quantal response equilibria, followed to {end}; others were not looked for"
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


def _too_large(form: TreeForm | StrategicForm) -> str | None:
    """Return the reason when there are too many actions, or too many combinations of them."""
    if isinstance(form, StrategicForm):
        entries, cells = sum(form.shape), int(np.prod(form.shape))
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


class _Players:
    """A strategic form as the kernel reads it."""

    concept = "Nash equilibrium"

    def __init__(self, form: StrategicForm) -> None:
        self.form, self.name = form, form.name
        self.count = _constant(form.shape)
        self.offsets = np.concatenate([[0], np.cumsum(self.count)])
        self.first = _constant(self.offsets[:-1])
        self.beliefs = (0, 0)
        self.few = sum(form.shape) <= FEW_ENTRIES and form.payoffs.size <= FEW_PAYOFFS
        self.payoffs = _unit_rows(form.payoffs.reshape(len(form.players), -1))
        self.entries = tuple(
            (InformationSet(player, "", ()), label)
            for player, own in zip(form.players, form.strategies, strict=True)
            for label in own
        )
        self.arrays = (True, self.payoffs, self.count, *NO_TREE)

    def limit(self, shares: Floats, _: Floats, bound: float) -> Equilibrium | None:
        """Return the end of the path as an equilibrium if it is one within `bound`."""
        for profile in _with_and_without_spare(shares, self.first, self.count):
            if self._measure(self.payoffs, profile)[0] <= bound:
                return self._equilibrium(profile)
        return None

    def _measure(self, payoffs: Floats, profile: Floats) -> tuple[float, float]:
        measure = warm_up.choose(regret.profile_regret, self.few)
        gain, margin = measure(payoffs, self.count, profile, self.offsets)
        return float(gain), float(margin)

    def _equilibrium(self, flat: Floats) -> Equilibrium:
        form = self.form
        own = form.payoffs.reshape(self.payoffs.shape)
        gain, margin = self._measure(own, flat)
        profile = tuple(part.copy() for part in np.split(flat, self.offsets[1:-1]))
        worth = form.payoffs
        for mixed in reversed(profile):
            worth = worth @ mixed
        return Equilibrium(
            payoffs=dict(zip(form.players, worth.tolist(), strict=True)),
            regret=gain,
            margin=margin,
            profile=profile,
            behavior={
                InformationSet(player, "", ()): dict(zip(labels, mixed.tolist(), strict=True))
                for player, labels, mixed in zip(form.players, form.strategies, profile, strict=True)
            },
            verdict=strictness(margin),
        )


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
        self.entries = tuple(
            (where, label) for k, where in enumerate(structure.information_sets) for label in structure.set_labels(k)
        )
        arrays = [getattr(structure, name) for name in TREE_ARRAYS]
        tree = self.tree
        self.arrays = (False, np.empty((0, 0)), _constant(()), *arrays, tree.payoff, tree.prior, tree.chance)

    def limit(self, shares: Floats, logs: Floats, bound: float) -> Equilibrium | None:
        """Return the end of the path as an equilibrium if it is one within `bound`."""
        for behavior in _with_and_without_spare(shares, self.first, self.count):
            beliefs = self.tree.beliefs(behavior, np.exp(logs))
            if self.tree.certificate(behavior, beliefs) <= bound:
                return self.tree.equilibrium(behavior, beliefs)
        return None


def _constant(numbers: ArrayLike) -> Ints:
    """Integers that cannot be written to, as those of a tree: Numba compiles the kernel anew for others."""
    array = np.array(numbers, np.int64)
    array.setflags(write=False)
    return array


def _unit_rows(payoffs: Floats) -> Floats:
    """`unit_payoffs` of every row at once: a third of the time of a small solve."""
    payoffs = np.ldexp(payoffs, -np.frexp(np.abs(payoffs).max(axis=1))[1][:, None])
    payoffs -= payoffs.min(axis=1)[:, None]
    widest = payoffs.max(axis=1)[:, None]
    return payoffs / np.where(widest > 0.0, widest, 1.0)


NO_TREE = (
    *[_constant(())] * (len(TREE_ARRAYS) - 1), _constant(((),)), np.empty((0, 0, 0)), np.empty(0), np.empty(0)
)  # fmt: skip


def _with_and_without_spare(shares: Floats, first: Ints, count: Ints) -> Iterator[Floats]:
    """Yield the probabilities with the least of them set to zero, and as they are; each set summing to one."""
    for own in (np.where(shares < SPARE, 0.0, shares), shares):
        yield own / np.repeat(np.add.reduceat(own, first), count)
