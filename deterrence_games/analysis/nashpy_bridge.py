"""To and from Nashpy [1]_, whose dynamics answer whether an equilibrium is dynamically stable.

Nothing of the dynamics is written here. Nashpy is imported inside the functions: its import costs about a second.

References
----------
.. [1] Knight and Campbell (2018), Nashpy: A Python library for the computation of Nash equilibria, JOSS 3(30).
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError
from deterrence_games.forms import StrategicForm
from deterrence_games.results import Equilibrium

if TYPE_CHECKING:
    import nashpy

Floats = npt.NDArray[np.float64]
Profile = tuple[Floats, Floats]

RETURNED = 0.05  # what may be left: of the noise under the replicator dynamics, of the rounds in fictitious play
NOISE = 0.02
DECAY = 40.0  # a strict equilibrium is approached like exp(-margin * time)
LONG = 2_000.0  # time for equilibria that are not strict
STRICT = 1e-9  # least margin, in shares of a player's range of payoffs
FIRM = 10.0  # rounds of fictitious play that the starting beliefs count for


@dataclass(frozen=True)
class DynamicStability:
    """Whether play that starts near an equilibrium returns to it.

    Attributes
    ----------
    stable : bool
        It returned from every start under every dynamic that applies.
    strict : bool
        Whether every departure from the equilibrium costs something. In two populations, strict equilibria are the only
        asymptotically stable ones under the replicator dynamics (Weibull 1995, chapter 5).
    starts : int
        Starting points, the same for every dynamic.
    replicator : int
        Starts from which the replicator dynamics of two populations returned.
    population : int or None
        The same for one population playing itself; None when the game or the equilibrium is not symmetric.
    fictitious_play : int
        Starts from which fictitious play returned.
    farthest : float
        Largest change of a strategy's share that a start left behind under the replicator dynamics.
    noise, seed :
        Weight and seed of the random mixtures that were added to the equilibrium.
    """

    stable: bool
    strict: bool
    starts: int
    replicator: int
    population: int | None
    fictitious_play: int
    farthest: float
    noise: float
    seed: int

    def __str__(self) -> str:
        """Tell the answer in a sentence."""
        counts = [f"replicator dynamics {self.replicator}"]
        if self.population is not None:
            counts.append(f"one population {self.population}")
        counts.append(f"fictitious play {self.fictitious_play}")
        kind = "strict" if self.strict else "not strict"
        answer = "dynamically stable" if self.stable else "not dynamically stable"
        return f"{answer} ({kind}): of {self.starts} starts with noise {self.noise:g}, returned under {', '.join(counts)}"


def to_nashpy(form: StrategicForm) -> "nashpy.Game":
    """Return the form as a Nashpy game; labels and names stay behind."""
    import nashpy

    _two_players(form)
    return nashpy.Game(form.payoffs[0].copy(), form.payoffs[1].copy())


def from_nashpy(
    game: "nashpy.Game",
    players: Sequence[str] | None = None,
    strategies: Sequence[Sequence[str]] | None = None,
    name: str = "nashpy game",
) -> StrategicForm:
    """Return a Nashpy game as a strategic form, with labels if they are given.

    Raises
    ------
    GameError
        When the object is no Nashpy game, or labels and matrices do not match.
    """
    matrices = getattr(game, "payoff_matrices", None)
    if matrices is None:
        raise GameError(f"game {name!r}: {type(game).__name__} is no Nashpy game; give a nashpy.Game")
    return StrategicForm.from_arrays(*matrices, players=players, strategies=strategies, name=name)


def dynamically_stable(
    form: StrategicForm,
    equilibrium: Equilibrium | Sequence[npt.ArrayLike],
    *,
    starts: int = 20,
    noise: float | None = None,
    rounds: int = 500,
    seed: int = 0,
) -> DynamicStability:
    """Start Nashpy's dynamics near an equilibrium and see whether they return to it.

    Used are the replicator dynamics of two populations, those of one population where game and equilibrium are symmetric,
    and fictitious play. Payoffs are scaled to [0, 1] a player, which changes only the pace.

    Parameters
    ----------
    form : StrategicForm
        Of two players.
    equilibrium : Equilibrium or two arrays
        Mixed strategies of `form`.
    starts : int
        Number of starting points.
    noise : float, optional
        Each start is ``(1 - noise) * equilibrium + noise * random mixture``, in (0, 1]. Left out, it is small enough that no
        other reply becomes better near a strict equilibrium; a larger one asks how wide its basin is.
    rounds : int
        Rounds of fictitious play.
    seed : int
        Of the random mixtures, and of Nashpy's choices among tied best replies.
    """
    _two_players(form)
    profile = _profile(form, equilibrium)
    margin = _margin(form, profile)
    if noise is None:
        noise = min(NOISE, margin / 4) if margin > STRICT else NOISE
    if starts < 1 or rounds < 1 or not 0.0 < noise <= 1.0:
        raise GameError(
            f"game {form.name!r}: {starts} starts, {rounds} rounds, noise {noise}; give at least one of each, noise in (0, 1]"
        )
    scaled = to_nashpy(StrategicForm.from_arrays(*(_scaled(own) for own in form.payoffs), name=form.name))
    times = np.linspace(0.0, DECAY / margin if margin > STRICT else LONG, 50)
    rng = np.random.default_rng(seed)
    points = [_perturbed(profile, noise, rng) for _ in range(starts)]

    left = [_distance(_replicated(scaled, start, times), profile) for start in points]
    replicator = sum(distance <= RETURNED * noise for distance in left)
    population = None
    if _symmetric(form) and np.array_equal(profile[0], profile[1]):
        ends = [scaled.replicator_dynamics(y0=start[0], timepoints=times)[-1] for start in points]
        population = sum(_distance((end,), profile) <= RETURNED * noise for end in ends)
    with _seeded(seed):
        shares = [_fictitious(scaled, start, rounds) for start in points]
    fictitious = sum(_distance(share, profile) <= RETURNED for share in shares)
    return DynamicStability(
        stable=replicator == starts and fictitious == starts and population in (None, starts),
        strict=margin > STRICT,
        starts=starts,
        replicator=replicator,
        population=population,
        fictitious_play=fictitious,
        farthest=max(left),
        noise=noise,
        seed=seed,
    )


def _two_players(form: StrategicForm) -> None:
    if len(form.players) != 2:
        raise GameError(f"game {form.name!r}: Nashpy takes two players, here are {len(form.players)}")


def _profile(form: StrategicForm, equilibrium: Equilibrium | Sequence[npt.ArrayLike]) -> Profile:
    given = equilibrium.profile if isinstance(equilibrium, Equilibrium) else equilibrium
    own = [np.asarray(mixed, dtype=np.float64) for mixed in given]
    if [mixed.shape for mixed in own] != [(size,) for size in form.shape]:
        raise GameError(
            f"game {form.name!r}: the equilibrium has no mixed strategies over {form.shape[0]} and {form.shape[1]} strategies; "
            "give one of this strategic form"
        )
    if any((mixed < 0).any() or abs(mixed.sum() - 1) > 1e-9 for mixed in own):
        raise GameError(f"game {form.name!r}: the mixed strategies are no probabilities; let each sum to one")
    return own[0], own[1]


def _scaled(payoffs: Floats) -> Floats:
    spread = np.ptp(payoffs)
    return (payoffs - payoffs.min()) / spread if spread > 0 else np.zeros_like(payoffs)


def _margin(form: StrategicForm, profile: Profile) -> float:
    """Least loss from leaving the profile, in shares of a player's range of payoffs; 0 when it is not strict."""
    losses = []
    for own, worth in zip(profile, (_scaled(form.payoffs[0]) @ profile[1], profile[0] @ _scaled(form.payoffs[1])), strict=True):
        if (own > 0).sum() > 1:
            return 0.0
        losses += (own @ worth - worth[own == 0]).tolist()
    return max(0.0, min(losses, default=1.0))


def _perturbed(profile: Profile, noise: float, rng: np.random.Generator) -> Profile:
    first, second = (own + noise * (rng.dirichlet(np.ones(len(own))) - own) for own in profile)
    return first, second


def _symmetric(form: StrategicForm) -> bool:
    return form.shape[0] == form.shape[1] and np.array_equal(form.payoffs[0], form.payoffs[1].T)


def _replicated(game: "nashpy.Game", start: Profile, times: Floats) -> Profile:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an integration that gives up ends far away, and is counted so
        first, second = game.asymmetric_replicator_dynamics(x0=start[0], y0=start[1], timepoints=times)
    return first[-1], second[-1]


def _fictitious(game: "nashpy.Game", start: Profile, rounds: int) -> Profile:
    """Shares of the strategies over the second half of the rounds."""
    beliefs = [FIRM * own for own in start]
    middle = last = beliefs
    for number, counts in enumerate(game.fictitious_play(iterations=rounds, play_counts=beliefs)):
        if number == rounds // 2:
            middle = counts
        last = counts
    played = rounds - rounds // 2
    return (last[0] - middle[0]) / played, (last[1] - middle[1]) / played


def _distance(reached: Sequence[Floats], profile: Profile) -> float:
    gaps = [float(np.abs(own - target).max()) for own, target in zip(reached, profile, strict=False)]
    return float("inf") if any(gap != gap for gap in gaps) else max(gaps)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed the global generator, from which Nashpy draws, and put its state back."""
    state = np.random.get_state()  # noqa: NPY002  # Nashpy draws from NumPy's global state
    np.random.seed(seed)  # noqa: NPY002  # Nashpy draws from NumPy's global state
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002  # Nashpy draws from NumPy's global state
