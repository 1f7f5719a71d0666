"""What the equilibrium solvers find beside exact oracles, one game at a time; for tests and ``benchmarks.agreement_core``."""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from deterrence_games.forms import StrategicForm
from deterrence_games.kernels.jit import OK
from deterrence_games.kernels.multilinear_findings import CONTINUUM
from deterrence_games.kernels.polynomial_enumeration import EVEN
from deterrence_games.results import Status
from deterrence_games.solvers.batch import solve_batch
from deterrence_games.solvers.polynomial_enumeration import REASONS, enumerate_games
from deterrence_games.solvers.vertex_enumeration import VertexEnumeration
from tests.oracles.exact_nash import extreme_equilibria
from tests.oracles.polynomial_nash import solutions_on, supports_of
from tests.oracles.surd import UndecidedError, rounded


@dataclass
class Agreement:
    """Counts over one or more games, and what was wrong, in words.

    Attributes
    ----------
    complete : int
        Games called complete.
    supports, decided : int
        Profiles of supports, and those that the oracle could decide.
    equilibria : int
        Isolated ones by the oracle, on supports that the solver does not leave open.
    continua, cut, opened : int
        Supports that the solver leaves open as continua, those of them that ties cut down to points, and supports left open for
        other reasons.
    wrong : list of str
        What the solver missed, added, or called a continuum though there is no equilibrium.
    """

    games: int = 0
    complete: int = 0
    supports: int = 0
    decided: int = 0
    equilibria: int = 0
    continua: int = 0
    cut: int = 0
    opened: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Agreement") -> None:
        """Add up."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def compare_two_players(first, second) -> Agreement:
    """`VertexEnumeration` in integers and in floats, and `solve_batch`, against all extreme equilibria in fractions.

    Parameters
    ----------
    first, second : int64[row, column]
        At most four rows and columns.
    """
    exact = set(extreme_equilibria(first.tolist(), second.tolist()))
    points = {tuple(tuple(round(float(share), 9) for share in own) for own in pair) for pair in exact}
    solution = VertexEnumeration().solve(StrategicForm.from_arrays(first, second))
    floats = VertexEnumeration().solve(StrategicForm.from_arrays(first.astype(float), second.astype(float)))
    batch = solve_batch(np.stack([first, second])[None])
    wrong = []
    if {equilibrium.exact for equilibrium in solution} != exact or len(solution) != len(exact):
        wrong.append("in integers: not the extreme equilibria")
    if sum(solution.component_indices) != 1:
        wrong.append("the indices do not sum to one")
    if rounded_profiles(equilibrium.profile for equilibrium in floats) != points:
        wrong.append("in floats: not the extreme equilibria")
    if batch.complete[0] and rounded_profiles(batch.game(0)) != points:
        wrong.append("in a batch: not the extreme equilibria")
    complete = solution.status is floats.status is Status.COMPLETE and bool(batch.complete[0])
    return Agreement(
        1, int(complete), equilibria=len(exact), wrong=[f"{first.tolist()}, {second.tolist()}: {w}" for w in wrong]
    )


def rounded_profiles(profiles) -> set:
    """Profiles of mixed strategies to nine digits, to be compared."""
    return {tuple(tuple((own + 0.0).round(9).tolist()) for own in profile) for profile in profiles}


def compare_supports(payoffs) -> Agreement:
    """`PolynomialEnumeration` against exact arithmetic, on every profile of supports.

    Parameters
    ----------
    payoffs : int64[player, a_1, ..., a_n]
    """
    shape = payoffs.shape[1:]
    games = enumerate_games(payoffs[None])
    profiles, opened = _by_support(games, 0, shape)
    found = Agreement(1, int(games.status[0] == OK))
    if (games.status[0] == OK) != (not opened) or games.status[0] == EVEN:
        found.wrong.append(f"status {games.status[0]} with {len(opened)} open supports")
    for supports in supports_of(shape):
        masks = tuple(sum(1 << action for action in own) for own in supports)
        found.supports += 1
        found.continua += opened.get(masks) == CONTINUUM
        found.opened += masks in opened and opened[masks] != CONTINUUM
        try:
            exact = solutions_on(payoffs, supports)
        except UndecidedError:
            continue
        found.decided += 1
        points = [_profile_of(solution, supports, shape) for solution in exact]
        mine = profiles.get(masks, [])
        if masks in opened:
            if opened[masks] == CONTINUUM and not points:
                found.wrong.append(f"{supports}: called a continuum, but there is no equilibrium")
            elif opened[masks] == CONTINUUM:
                found.cut += all(point is not None for point in points)
        elif any(point is None for point in points):
            found.wrong.append(f"{supports}: a continuum that is not named")
        else:
            found.equilibria += len(points)
            far = [point for point in points if min((np.abs(point - own).max() for own in mine), default=1.0) > 1e-10]
            if far or len(mine) != len(points):
                found.wrong.append(f"{supports}: {len(mine)} equilibria instead of {len(points)}, {len(far)} of them missing")
    found.wrong = [f"{payoffs.tolist()}: {words}" for words in found.wrong]
    return found


def _by_support(games, game, shape):
    """Profiles by the strategies in use, as bits, and the kinds of the open supports, keys of ``REASONS``."""
    ends = np.cumsum(shape)[:-1]
    profiles: dict[tuple[int, ...], list] = {}
    for row in games.profiles[games.first[game] : games.first[game + 1]]:
        masks = tuple(sum(1 << k for k, share in enumerate(own) if share > 0) for own in np.split(row, ends))
        profiles.setdefault(masks, []).append(row)
    rows = range(games.first_open[game], games.first_open[game + 1])
    opened = {tuple(games.open_supports[row].tolist()): int(games.open_kinds[row]) for row in rows}
    assert set(opened.values()) <= set(REASONS)
    return profiles, opened


def _profile_of(solution, supports, shape):
    """One profile of a solution of the oracle; None when the solution is a continuum."""
    profile = []
    blocks = iter(solution)
    for own, strategies in zip(supports, shape, strict=True):
        shares = [Fraction(0)] * strategies
        if len(own) > 1:
            vertices = next(blocks)
            if len(vertices) > 1:
                return None
            for action, variable in zip(own[1:], sorted(vertices[0]), strict=True):
                shares[action] = rounded(vertices[0][variable])
        shares[own[0]] = 1 - sum(shares)
        profile += shares
    return np.array(profile, dtype=float)
