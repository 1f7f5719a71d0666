"""One Nash equilibrium of a two-player tree, on its sequence form."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from deterrence_games.errors import SizeError
from deterrence_games.forms.sequence import SequenceForm
from deterrence_games.forms.tree import Floats, Ints
from deterrence_games.kernels.jit import LIMIT, OK
from deterrence_games.kernels.lemke import follow_prior
from deterrence_games.kernels.plan_regret import plan_regret
from deterrence_games.results import Equilibrium, Solution, Status
from deterrence_games.solvers.nash_profile import CERTIFIED, unit_payoffs
from deterrence_games.solvers.options import fix_count
from deterrence_games.solvers.solver import Form, Solver, strictness
from deterrence_games.solvers.warm_up import warm_up

MAX_SEQUENCES = 3000  # a dictionary of 72 MB
FEW_SEQUENCES, FEW_PIVOTS = 60, 100  # so many pivots take 50 milliseconds of plain Python
PRIORS = 5  # tried in turn, when rounding spoils a path


@final
@dataclass(frozen=True)
class Lemke(Solver):
    """One Nash equilibrium of a two-player tree with perfect recall, by Lemke's algorithm on its sequence form [1]_.

    Both players begin with best replies to a prior in which every action is equally likely; on the way the prior gives way to
    what the other does [2]_. The sequence form is as long as the tree, where the strategic form grows exponentially.
    Information sets that their owner rules out are left open in `Equilibrium.behavior`.

    Parameters
    ----------
    pivots : int
        Pivots on a path; then the search ends without an equilibrium.

    References
    ----------
    .. [1] Koller, Megiddo and von Stengel (1996), Efficient computation of equilibria for extensive two-person games.
    .. [2] von Stengel, van den Elzen and Talman (2002), Computing normal form perfect equilibria for extensive two-person
       games.
    """

    pivots: int = 100_000
    takes: ClassVar[type[SequenceForm]] = SequenceForm

    def __post_init__(self) -> None:
        fix_count(self, "pivots", 0)

    def accepts(self, form: Form) -> str | None:
        """Return None for a sequence form of moderate size, else the reason."""
        if not isinstance(form, SequenceForm):
            return "it takes sequence forms; convert the tree with sequence_form"
        if form.sequences > MAX_SEQUENCES:
            return f"it has {form.sequences} sequences; at most {MAX_SEQUENCES}; shorten the tree"
        return None

    def solve(self, form: Form) -> Solution:
        """Find one equilibrium; see `Solver.solve`."""
        reason = self.accepts(form)
        if not isinstance(form, SequenceForm):
            raise self.refuse(form, str(reason))
        if reason:
            raise SizeError(f"game {form.name!r}: Lemke cannot take it: {reason}")
        sizes = np.array([len(own) for own in form.actions], dtype=np.int64)
        scaled = np.column_stack([unit_payoffs(own) for own in form.leaf_payoff.T])
        weighted = scaled * form.leaf_chance[:, None]
        plan, counts, pivots = np.empty(form.sequences), np.zeros(1, np.int64), 0
        equilibria: tuple[Equilibrium, ...] = ()
        code = OK
        for number in range(PRIORS):
            code = self._path(form, sizes, weighted, _prior(form, sizes, number), plan, counts)
            pivots += int(counts[0])
            if code == LIMIT:
                break
            if code == OK and _measure(form, sizes, scaled, plan)[0] <= CERTIFIED:
                equilibria = (_equilibrium(form, sizes, plan),)
                break
        return Solution(
            game=form.name,
            concept="Nash equilibrium",
            solver=repr(self),
            equilibria=equilibria,
            status=Status.FOUND if equilibria else Status.LIMIT if code == LIMIT else Status.NONE_FOUND,
            completeness=self._words(bool(equilibria), code, number + 1),
            stats={"pivots": pivots, "paths": number + 1},
        )

    def _path(self, form: SequenceForm, sizes: Ints, weighted: Floats, prior: Floats, plan: Floats, counts: Ints) -> int:
        """Follow the path from a prior; a short one in a small game as plain Python where that is sooner."""
        arrays = form.set_parent, form.set_first, sizes, form.empty, form.leaf_sequence, weighted, prior
        follow = warm_up.choose(follow_prior, form.sequences <= FEW_SEQUENCES)
        if follow is not follow_prior:
            most = min(self.pivots, FEW_PIVOTS)
            code = int(follow(*arrays, most, plan, counts))
            if code != LIMIT or most == self.pivots:
                return code
        return int(follow_prior(*arrays, np.int64(self.pivots), plan, counts))

    def _words(self, found: bool, code: int, paths: int) -> str:
        if found:
            return "the equilibrium at the end of one path; others may exist"
        if code == LIMIT:
            return f"no equilibrium after {self.pivots} pivots on a path; raise pivots"
        return f"paths from {paths} priors lost their precision, or ended in no equilibrium"


def _prior(form: SequenceForm, sizes: np.ndarray, number: int) -> Floats:
    """Probabilities of sequences when all actions are equally likely, or (later attempts) as drawn."""
    chance = np.ones(form.sequences)
    parents, firsts, counts = form.set_parent.tolist(), form.set_first.tolist(), sizes.tolist()
    rng = np.random.default_rng(number)
    plan: list[float] = chance.tolist()
    for parent, first, count in zip(parents, firsts, counts, strict=True):
        shares = [1.0 / count] * count if number == 0 else rng.dirichlet(np.ones(count)).tolist()
        plan[first : first + count] = [plan[parent] * share for share in shares]
    return np.array(plan)


def _measure(form: SequenceForm, sizes: np.ndarray, payoffs: Floats, plan: Floats) -> tuple[float, float, list[float]]:
    """Regret, margin and expected payoffs."""
    expected = np.empty(2)
    measure = warm_up.choose(plan_regret, form.sequences <= FEW_SEQUENCES)
    gain, margin = measure(
        form.set_player, form.set_parent, form.set_first, sizes, form.empty, form.leaf_sequence, form.leaf_chance, payoffs,
        plan, expected,
    )  # fmt: skip
    return float(gain), float(margin), expected.tolist()


def _equilibrium(form: SequenceForm, sizes: np.ndarray, plan: Floats) -> Equilibrium:
    gain, margin, expected = _measure(form, sizes, form.leaf_payoff, plan)
    chance: list[float] = plan.tolist()
    behavior = {}
    for name, labels, parent, first in zip(
        form.information_sets, form.actions, form.set_parent.tolist(), form.set_first.tolist(), strict=True
    ):
        if chance[parent] > 0.0:
            own = chance[first : first + len(labels)]
            total = sum(own)
            behavior[name] = {label: share / total for label, share in zip(labels, own, strict=True)}
    reached = form.leaf_chance * plan[form.leaf_sequence].prod(axis=1)
    leaf, outcome = form.passed.T
    outcomes = np.bincount(outcome, reached[leaf], len(form.outcomes)).tolist()
    return Equilibrium(
        payoffs=dict(zip(form.players, expected, strict=True)),
        regret=gain,
        margin=margin,
        behavior=behavior,
        outcomes=dict(zip(form.outcomes, outcomes, strict=True)),
        verdict=strictness(margin),
    )
