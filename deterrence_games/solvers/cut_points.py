"""Cut-point equilibria of the joining game with private costs."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import erfc, gcd, lcm, log, sqrt
from typing import final

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import SolverError
from deterrence_games.forms.joining import Floats, JoiningForm, PrivateJoiningForm
from deterrence_games.kernels import coalition_strength as kernels
from deterrence_games.results.cut_points import CutPointEquilibrium, CutPointSolution
from deterrence_games.solvers.warm_up import warm_up

Ints = npt.NDArray[np.int64]
FEW = 3_000  # allies times units that are quick in plain Python
MEMORY = 6  # past steps that the acceleration looks at
SAME = 1e-6  # chances closer than this are one equilibrium
MET = 1e-6  # bounds that lie so close have met
PATIENCE, SLOW = 12, 0.99  # bounds that after so many steps narrow by less than a hundredth a step are left as they are


@final
@dataclass(frozen=True)
class CutPoints:
    """Bayesian equilibria in cut-points of the joining game with private costs.

    An ally's reply depends on the distribution of the others' strength. That is computed by convolution, without simulation:
    exactly where the strengths are whole multiples of a unit and not too many; else one of the others whose strength lies
    between two multiples counts as the lower or the higher, with the mean kept, and an error of second order in the unit.
    Replies that are split into rising and falling parts bound all equilibria from both sides [1]_; where the bounds meet, the
    equilibrium is unique. Otherwise equilibria are searched from both bounds and between them, and others may exist.

    Parameters
    ----------
    work : int
        Most units of strength, times the number of allies.
    residual : float
        An equilibrium is accepted when no chance differs by more from the best reply's.
    steps : int
        Most steps of a search, and of the bounds.

    References
    ----------
    .. [1] Milgrom and Roberts (1990), Rationalizability, learning, and equilibrium in games with strategic complementarities,
       whose bounds are used here with replies that may also fall.

    Examples
    --------
    >>> from deterrence_games.forms.joining import JoiningForm
    >>> game = JoiningForm(("a", "b"), [2, 1], [1, 1], [0.1, 0.1], [0, 0], 1, 4, prize=1, war_cost=0.4)
    >>> solution = CutPoints().solve(PrivateJoiningForm(game, 0.5, 0.0))
    >>> solution.unique, solution.rounding, solution[0].residual < 1e-10
    (True, 0.0, True)
    """

    work: int = 65_536
    residual: float = 1e-11
    steps: int = 200

    def __post_init__(self) -> None:
        if self.work < 1 or self.steps < 1 or not 0.0 < self.residual < 1e-3:
            raise SolverError(f"{self!r}: give work and steps of at least 1 and a residual between 0 and 1e-3")

    def solve(self, form: PrivateJoiningForm) -> CutPointSolution:
        """Find cut-point equilibria of one game."""
        replies = Replies(form, self.work)
        low, high = np.zeros(len(form.veto)), 1.0 - form.veto
        gap = 1.0
        for step in range(self.steps):
            tighter = replies.bounds(low, high)
            low, high = np.maximum(low, tighter[0]), np.minimum(high, tighter[1])
            before, gap = gap, float((high - low).max(initial=0.0))
            if gap < MET or (step >= PATIENCE and gap > SLOW * before):
                break
        starts = [0.5 * (low + high), low, high, 0.25 * high + 0.75 * low, 0.75 * high + 0.25 * low]
        met = gap < MET
        found: list[CutPointEquilibrium] = []
        for start in starts[:1] if met else starts:
            chance = self._fixed_point(replies, start)
            if chance is None or any(np.abs(chance - own.chance).max(initial=0.0) < SAME for own in found):
                continue
            equilibrium = replies.equilibrium(chance)
            if equilibrium.residual <= 10.0 * self.residual:
                found.append(equilibrium)
        unique = met and len(found) == 1
        if not found:
            words = "no equilibrium in cut-points found; one exists, within the bounds"
        elif unique:
            words = f"the bounds meet within {MET:g}: no chance of coming is different in any other equilibrium"
        else:
            words = "other equilibria may exist, within the bounds .lowest and .highest"
        order = sorted(found, key=lambda own: own.expected_strength)
        return CutPointSolution(tuple(order), low, high, unique, replies.unit, replies.rounding, words)

    def _fixed_point(self, replies: "Replies", start: Floats) -> Floats | None:
        """Anderson's acceleration of simultaneous best replies, halved whenever it does not help; None when it does not end."""
        chance = start
        points: list[Floats] = []
        errors: list[Floats] = []
        for step in range(self.steps):
            error = replies.reply(chance) - chance
            if np.abs(error).max(initial=0.0) < 0.1 * self.residual:
                return chance
            points.append(chance)
            errors.append(error)
            points, errors = points[-MEMORY:], errors[-MEMORY:]
            damping = 1.0 if step < 40 else 0.3
            if len(errors) > 1 and step % 25:
                changes = np.diff(np.array(errors), axis=0).T
                moves = np.diff(np.array(points), axis=0).T
                weights = np.linalg.lstsq(changes, error, rcond=1e-14)[0]
                chance = chance + damping * error - (moves + damping * changes) @ weights
            else:
                points, errors = points[-1:], errors[-1:]
                chance = chance + damping * error
            chance = np.clip(chance, 0.0, 1.0 - replies.form.veto)
        return None


class Replies:
    """Best replies of the allies to each other's chances of coming, on a grid of strength.

    Attributes
    ----------
    form : PrivateJoiningForm
    unit, rounding : float
    """

    def __init__(self, form: PrivateJoiningForm, work: int) -> None:
        game = form.form
        self.form = form
        self.unit = unit_of(game.strength, work)
        self.units, self.parts = in_units(game.strength, self.unit)
        self.rounding = float(self.unit * np.sqrt(self.parts * (1.0 - self.parts)).max(initial=0.0))
        size = int((self.units + (self.parts > 0.0)).sum()) + 1
        self.strength = np.asarray(game.target_strength + self.unit * np.arange(size), dtype=np.float64)
        self.attack = game.attack_value(self.strength)
        own = game.strength[:, None]
        rise = game.stake[:, None] * (game.held(self.strength + own) - game.held(self.strength))
        change = np.diff(rise, axis=1, prepend=rise[:, :1])
        rising = rise[:, :1] + np.cumsum(np.maximum(change, 0.0), axis=1)
        burden = ((game.target_strength + own) / (self.strength + own)) ** game.company
        self.tables: Floats = np.ascontiguousarray(np.stack([rising, rise - rising, burden], axis=1))
        n = len(own)
        self._mass, self._means = np.empty((n.bit_length() + 2, size)), np.empty((n, 4))
        self._kernel = warm_up.choose(kernels.expectations, small=size * n <= FEW)

    def means(self, chance: Floats) -> Floats:
        """Means of the rising part, the falling part, the share of the cost, and the value of attacking, float64[ally, 4]."""
        given = np.ascontiguousarray(chance)
        self._kernel(self.units, self.parts, given, self.tables, self.attack, self._mass, self._means)
        return self._means.copy()

    def cut(self, rise: Floats, share: Floats) -> Floats:
        """Cut-points from the mean gain in stake and the mean share of the cost."""
        arrives = 1.0 - self.form.form.late
        return np.asarray((arrives * rise + self.form.form.promise) / (arrives * share))

    def coming(self, cut: Floats) -> Floats:
        """Probability that the cost is at most the cut-point and nobody vetoes."""
        from scipy.special import ndtr

        with np.errstate(divide="ignore"):
            below = np.log(np.maximum(cut, 0.0) / self.form.form.cost)
        return np.asarray((1.0 - self.form.veto) * ndtr(below / self.form.spread))

    def reply(self, chance: Floats) -> Floats:
        """Each ally's chance in its best reply."""
        means = self.means(chance)
        return self.coming(self.cut(means[:, 0] + means[:, 1], means[:, 2]))

    def bounds(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        """Bounds on the replies to all chances in between: shares of cost and falling parts are least beside the many."""
        few, many = self.means(low), self.means(high)
        least = self.cut(few[:, 0] + many[:, 1], few[:, 2])
        most = self.cut(many[:, 0] + few[:, 1], many[:, 2])
        return self.coming(least), self.coming(most)

    def equilibrium(self, chance: Floats) -> CutPointEquilibrium:
        """Describe chances as an equilibrium, with the certificate."""
        game = self.form.form
        means = self.means(chance)
        cut = self.cut(means[:, 0] + means[:, 1], means[:, 2])
        arrives = 1.0 - game.late
        margin = arrives * (means[:, 0] + means[:, 1] - game.cost * means[:, 2]) + game.promise
        whole = np.empty(len(self.strength))
        run = warm_up.choose(kernels.strength_distribution, small=whole.size * len(chance) <= FEW)
        run(self.units, self.parts, np.ascontiguousarray(chance), whole)
        error = reply_error(self.form, chance, self.unit)
        return CutPointEquilibrium(self.form, cut, chance, margin, self.strength, whole, means[:, 3].copy(), error)


def reply_error(form: PrivateJoiningForm, chance: Floats, unit: float) -> float:
    """Largest distance between a chance and its best reply; every distribution of the others is convolved anew."""
    game = form.form
    arrives = 1.0 - game.late
    worst = 0.0
    units, parts = in_units(game.strength, unit)
    steps = []
    for own, part, q in zip(units.tolist(), parts.tolist(), chance.tolist(), strict=True):
        step = np.zeros(own + 2)
        step[own], step[own + 1] = q * (1.0 - part), q * part
        step[0] += 1.0 - q
        steps.append(step)
    for ally, rest in _of_the_others(steps):
        others = game.target_strength + unit * np.arange(len(rest))
        together = others + game.strength[ally]
        fighting = rest @ (game.held(together) - game.held(others)) * game.stake[ally] * arrives
        share = rest @ ((game.target_strength + game.strength[ally]) / together) ** game.company * arrives
        highest = (fighting + game.promise[ally]) / share
        wanted = 0.0
        if highest > 0.0:
            wanted = 0.5 * erfc(-log(highest / game.cost[ally]) / (sqrt(2.0) * form.spread[ally]))
        worst = max(worst, abs(chance[ally] - (1.0 - form.veto[ally]) * wanted))
    return float(worst)


def _of_the_others(steps: list[Floats]) -> Iterator[tuple[int, Floats]]:
    """Each ally with the distribution of the others' strength, by products of polynomials over a tree of groups."""
    waiting = [(np.ones(1), list(range(len(steps))))]
    while waiting:
        rest, group = waiting.pop()
        if len(group) == 1:
            yield group[0], rest
        elif group:
            for mine, others in ((group[0::2], group[1::2]), (group[1::2], group[0::2])):
                joined = rest
                for other in others:
                    used = np.flatnonzero(steps[other])
                    more = np.zeros(len(joined) + len(steps[other]) - 1)
                    for shift in used:
                        more[shift : shift + len(joined)] += joined * steps[other][shift]
                    joined = more
                waiting.append((joined, mine))


def coalition(form: JoiningForm, chance: Floats, work: int = 65_536) -> tuple[Floats, Floats]:
    """Levels of a coalition's strength, target included, and their probabilities, when allies come independently.

    Parameters
    ----------
    chance : float64[ally]
    work : int
        As in `CutPoints`.
    """
    unit = unit_of(form.strength, work)
    units, parts = in_units(form.strength, unit)
    out = np.empty(int((units + (parts > 0.0)).sum()) + 1)
    run = warm_up.choose(kernels.strength_distribution, small=out.size * len(units) <= FEW)
    run(units, parts, np.ascontiguousarray(chance, dtype=np.float64), out)
    return np.asarray(form.target_strength + unit * np.arange(out.size), dtype=np.float64), out


def in_units(strength: Floats, unit: float) -> tuple[Ints, Floats]:
    """Whole units of each strength and the part of one that is left, int64[ally] and float64[ally]."""
    count = strength / unit
    near = np.rint(count)
    count = np.where(np.abs(count - near) < 1e-9, near, count)
    units = np.floor(count)
    return units.astype(np.int64), np.asarray(count - units, dtype=np.float64)


def unit_of(strength: Floats, work: int) -> float:
    """The largest unit of which all strengths are whole multiples, unless there are too many of it; else the total's share."""
    if strength.size == 0:
        return 1.0
    most = max(1, work // strength.size)
    parts = [Fraction(repr(float(own))) for own in strength]
    common = lcm(*(own.denominator for own in parts))
    shared = Fraction(gcd(*(int(own * common) for own in parts)), common)
    return float(shared) if sum(parts) / shared <= most else float(strength.sum()) / most
