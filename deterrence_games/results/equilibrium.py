"""One equilibrium, or one continuum of equilibria, in the words of the game."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from deterrence_games.forms.tree import History, InformationSet
from deterrence_games.results.deferred import Deferred

Interval = tuple[float, float]

TIE = 1e-9  # a payoff difference or an interval shorter than this counts as none


@dataclass(frozen=True, eq=False)
class BeliefSet:
    """All beliefs about one player's type, held at one public history, that support an equilibrium.

    Attributes
    ----------
    about : str
        The player whose type is in question.
    history : History
        Where the belief is held.
    types : tuple of str
    vertices : float64[vertex, type]
        The set is the convex hull of the rows; a single row when the belief is pinned down.
    free : bool
        True when the history follows a move that the equilibrium excludes, so that Bayes' rule is silent.
    """

    about: str
    history: History
    types: tuple[str, ...]
    vertices: npt.NDArray[np.float64]
    free: bool

    @property
    def intervals(self) -> dict[str, Interval]:
        """Least and greatest probability of each type over the set."""
        low, high = self.vertices.min(axis=0), self.vertices.max(axis=0)
        return {kind: (float(low[k]), float(high[k])) for k, kind in enumerate(self.types)}


@dataclass(frozen=True, eq=False)
class Equilibrium(Deferred):
    """One equilibrium, or a continuum of them with a representative in its middle.

    Attributes
    ----------
    payoffs : mapping player -> float
        Expected payoffs before types are drawn, at the representative.
    regret : float
        Largest gain that any deviation at any information set would bring, measured at the representative by
        `deterrence_games.kernels.regret`, in units of the payoffs.
    margin : float
        Least loss from leaving the equilibrium at an information set, in units of the payoffs; above zero the equilibrium
        is strict.
    name : str
        The literature's name where the model supplies one, else empty.
    profile : tuple of float64[strategy]
        Mixed strategies, one array a player (strategic forms; empty for trees).
    behavior : mapping InformationSet -> mapping action -> probability
        Behaviour strategies (trees; empty for strategic forms).
    behavior_intervals : mapping InformationSet -> mapping action -> (low, high)
        The probabilities' range over the continuum; equal ends where they are pinned down.
    beliefs : mapping history -> mapping player -> mapping type -> probability
        Beliefs at the representative.
    belief_sets : tuple of BeliefSet
        Every belief that supports the representative's strategies or a member of the continuum.
    outcomes : mapping outcome -> probability
        At the representative.
    outcome_class : int
        Equilibria with the same number differ only off the path of play.
    verdict : str
        Whether deterrence succeeds, who fights, how strict the equilibrium is.
    exact : tuple of tuple of Fraction, optional
        The profile in fractions when the solver is exact.
    """

    payoffs: Mapping[str, float]
    regret: float
    margin: float
    name: str = ""
    profile: tuple[npt.NDArray[np.float64], ...] = ()
    behavior: Mapping[InformationSet, Mapping[str, float]] = field(default_factory=dict)
    behavior_intervals: Mapping[InformationSet, Mapping[str, Interval]] = field(default_factory=dict)
    beliefs: Mapping[History, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)
    belief_sets: tuple[BeliefSet, ...] = ()
    outcomes: Mapping[str, float] = field(default_factory=dict)
    outcome_class: int = 0
    verdict: str = field(default_factory=str)  # no default of the class, see `Deferred`
    exact: tuple[tuple[Fraction, ...], ...] | None = None

    @property
    def strict(self) -> bool:
        """Whether every unilateral departure costs something."""
        return self.margin > TIE

    @property
    def continuum(self) -> bool:
        """Whether this stands for infinitely many strategy profiles."""
        return any(high - low > TIE for actions in self.behavior_intervals.values() for low, high in actions.values())

    def belief_set(self, about: str, history: History) -> BeliefSet:
        """The supporting beliefs about a player at a public history."""
        for held in self.belief_sets:
            if held.about == about and held.history == history:
                return held
        raise KeyError((about, history))
