"""Entrapment and abandonment: what a promise does to the aggressor's demand, the partner's firmness and the ally's support.

All numbers here are illustrative unless the caller's own; see `deterrence_games.alliances.dilemma_game` for the game.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import TYPE_CHECKING, Any

from deterrence_games.alliances.dilemma_game import CONTESTS, COSTS, EVERY_TERMS, TARGETS, Terms, dilemma_game
from deterrence_games.analysis.equilibrium_map import equilibrium_map
from deterrence_games.api import solve
from deterrence_games.errors import GameError, ParameterError
from deterrence_games.forms import InformationSet
from deterrence_games.results import Equilibrium, Solution
from deterrence_games.results.region_map import RegionMap

if TYPE_CHECKING:
    import pandas as pd

ILLUSTRATION: Mapping[str, float] = {
    **{"v_A": 1.0, "u_A": 0.5, "v_T": 1.0, "u_m": 0.1, "u_a": 0.9, "s": 0.5},
    **{"p": 0.7, "q": 0.3, "f": 0.1, "c_A": 0.25, "e_A": 0.1, "c_T": 0.2, "c_w": 0.1, "c_r": 0.4},
    **{"b_A": 0.1, "b_T": 0.1, "a": 0.3, "w": 0.4, "z": 0.0, "c_v": 10.0},
}
"""Illustrative numbers: a target that would lose alone, an ally that most likely would rather stay out."""

TIE = 1e-12  # net costs of fighting up to this share of the cost leave the ally indifferent

QUANTITIES = (
    "war", "entrapment", "abandonment", "demand", "firmness", "challenge", "support",
    "aggressor", "target", "ally",
)  # fmt: skip


@dataclass(frozen=True)
class Dilemma:
    """What happens in one equilibrium under one promise.

    Attributes
    ----------
    terms : Terms
    strength : float
        Cost of a broken promise, in units of payoff.
    equilibrium : Equilibrium
    war : float
        Probability of war.
    entrapment : float
        Probability that the ally fights a war from which, but for its promise, it would rather have stayed away.
    abandonment : float
        Probability that the target fights alone.
    demand : float
        Probability that the aggressor makes a demand.
    firmness : float
        Probability that the target would refuse a demand.
    challenge : float
        Probability that the target, left alone, raises a challenge of its own.
    support : float
        Probability that the ally comes when there is war; NaN when there is none.
    aggressor, target, ally : float
        Expected payoffs.
    """

    terms: Terms
    strength: float
    equilibrium: Equilibrium
    war: float
    entrapment: float
    abandonment: float
    demand: float
    firmness: float
    challenge: float
    support: float
    aggressor: float
    target: float
    ally: float


@dataclass(frozen=True, eq=False, repr=False)
class DilemmaComparison:
    """Every equilibrium under every promise that was compared.

    Attributes
    ----------
    rows : tuple of Dilemma
    solutions : mapping (Terms, strength) -> Solution
        What the rows were read from, with their completeness.
    """

    rows: tuple[Dilemma, ...]
    solutions: Mapping[tuple[Terms, float], Solution]

    @property
    def complete(self) -> bool:
        """Whether all equilibria are known under every promise."""
        return all(solution.complete for solution in self.solutions.values())

    def worst(self, quantity: str) -> dict[tuple[Terms, float], float]:
        """Under each promise the largest value of a quantity over its equilibria, such as the probability of war.

        Equilibria in which the quantity is NaN do not count, unless it is in all of them.
        """
        return self._ends(quantity, max)

    def least(self, quantity: str) -> dict[tuple[Terms, float], float]:
        """Under each promise the smallest value of a quantity over its equilibria; NaN counts as in `worst`."""
        return self._ends(quantity, min)

    def best_for_ally(self) -> tuple[tuple[Terms, float], ...]:
        """Promises with the highest payoff of the ally, the worst equilibrium under each counted; ties are all returned."""
        return _largest(self.least("ally"))

    def best_for_peace(self) -> tuple[tuple[Terms, float], ...]:
        """Promises with the lowest probability of war, the worst equilibrium under each counted; ties are all returned."""
        return _largest({promise: -value for promise, value in self.worst("war").items()})

    def to_dataframe(self) -> "pd.DataFrame":
        """One row an equilibrium under a promise (needs pandas)."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"terms": str(row.terms), "strength": row.strength, "equilibrium": row.equilibrium.name}
                | {quantity: getattr(row, quantity) for quantity in QUANTITIES}
                for row in self.rows
            ]
        )

    def __repr__(self) -> str:
        head = f"{'terms':<26} {'strength':>8}  {'war':>6} {'entrapm.':>8} {'abandonm.':>9} {'ally':>7}  equilibrium"
        lines = [
            f"{row.terms!s:<26} {row.strength:>8.3g}  {row.war:>6.3f} {row.entrapment:>8.3f} {row.abandonment:>9.3f} "
            f"{row.ally:>7.3f}  {row.equilibrium.name}"
            for row in self.rows
        ]
        return "\n".join([head, *lines])

    def _ends(self, quantity: str, end: Any) -> dict[tuple[Terms, float], float]:
        if quantity not in QUANTITIES:
            raise GameError(f"alliance dilemma: {quantity!r:.40} is no quantity; use one of {', '.join(QUANTITIES)}")
        found: dict[tuple[Terms, float], float] = {}
        for row in self.rows:
            value, before = getattr(row, quantity), found.get((row.terms, row.strength), nan)
            found[row.terms, row.strength] = value if isnan(before) else before if isnan(value) else end(before, value)
        return found


class AllianceDilemma:
    """The alliance dilemma at given numbers.

    Parameters
    ----------
    params : mapping parameter -> number, optional
        Changes to `ILLUSTRATION`, whose numbers are illustrative; the parameters are those of `dilemma_game`, without ``k``.

    Raises
    ------
    ParameterError
        For an unknown parameter.

    References
    ----------
    .. [1] Snyder, G. H. (1984), The Security Dilemma in Alliance Politics. World Politics 36(4). (The dilemma; the game is
       ours.)

    Examples
    --------
    >>> dilemma = AllianceDilemma()
    >>> compared = dilemma.compare(strengths=(0.3,))
    >>> promise = (Terms("deterrent", conditional=True), 0.3)
    >>> compared.worst("war")[promise], compared.worst("war")[Terms(), 0.0]
    (0.0, 1.0)
    """

    def __init__(self, params: Mapping[str, float] | None = None) -> None:
        for name in params or {}:
            if name not in ILLUSTRATION:
                known = ", ".join(ILLUSTRATION)
                raise ParameterError(f"alliance dilemma: unknown parameter {name!r:.40}; use {known}; k is the strength")
        self.params: dict[str, float] = {**ILLUSTRATION, **(params or {})}

    def solve(self, terms: Terms, strength: float) -> Solution:
        """All equilibria under a promise, found by `deterrence_games.solve`."""
        return solve(dilemma_game(terms), self._point(terms, strength), throw=False)

    def compare(self, strengths: Sequence[float], terms: Sequence[Terms] = EVERY_TERMS) -> DilemmaComparison:
        """Solve the game under every promise.

        Parameters
        ----------
        strengths : sequence of float
            Costs of a broken promise, from zero on.
        terms : sequence of Terms
            By default no commitment and the four kinds.
        """
        rows, solutions = [], {}
        for own in terms:
            for strength in strengths if own.covers else (0.0,):
                found = solutions[own, float(strength)] = self.solve(own, strength)
                rows += [self._read(own, float(strength), equilibrium) for equilibrium in found]
        return DilemmaComparison(tuple(rows), solutions)

    def frontier(self, terms: Terms, strengths: tuple[float, float, int], against: tuple[str, float, float, int]) -> RegionMap:
        """Where deterrence fails for want of commitment, where it holds, and where the partner is emboldened.

        Parameters
        ----------
        terms : Terms
        strengths : (low, high, points)
            Cost of a broken promise, on the horizontal axis.
        against : (parameter, low, high, points)
            The vertical axis.

        Returns
        -------
        RegionMap
            At a strength equal to one of `thresholds` the ally is indifferent, and a point can take long; choose axes that
            avoid it. Kinds of equilibria: ``Peace``, ``Want of Commitment: ...``, ``Emboldened Partner: ...`` and others.
        """
        if not terms.covers:
            raise GameError(
                "alliance dilemma: nothing is promised, so there is no frontier; give deterrent or compellent terms"
            )
        fixed = {name: value for name, value in self.params.items() if name != against[0]}
        return equilibrium_map(dilemma_game(terms), x=("k", *strengths), y=against, fixed=fixed)

    @property
    def thresholds(self) -> dict[str, float]:
        """Type of the ally to the least cost of a broken promise from which on it fights: its net cost of fighting.

        Zero where it fights without a promise, or is indifferent. The target's first strike changes both chances of war by as
        much, so that the threshold is the same in every war that the promise covers.
        """
        relief = (self.params["p"] - self.params["q"]) * self.params["s"]
        costs = {kind: self.params[cost] for kind, cost in COSTS.items() if kind != "vetoed"}
        return {kind: own - relief if own - relief > TIE * own else 0.0 for kind, own in costs.items()}

    def veto_threshold(self, terms: Terms, strength: float, *, steps: int = 32) -> float | None:
        """The probability of a veto at home from which on a promise no longer keeps the peace.

        Parameters
        ----------
        terms : Terms
        strength : float
        steps : int
            The range from zero to one is scanned by so many steps, and the first change refined by bisection to a thousandth.

        Returns
        -------
        float or None
            None when the promise keeps the peace at every probability that was scanned; 0 when it fails without a veto.

        Raises
        ------
        ParameterError
            When there is no step.
        """
        if steps < 1:
            raise ParameterError(f"alliance dilemma: {steps} steps; give 1 or more by which the range is scanned")

        def fails(veto: float) -> bool:
            rows = AllianceDilemma({**self.params, "z": veto}).compare((strength,), (terms,)).rows
            return not rows or max(row.war for row in rows) > 0 or max(row.demand for row in rows) > 0

        scanned = [(step + 0.5) / steps for step in range(steps)]  # off the round numbers, where ties lie
        broken = next((place for place, veto in enumerate(scanned) if fails(veto)), None)
        if broken is None:
            return None
        low, high = (scanned[broken - 1] if broken else 0.0), scanned[broken]
        if not broken and fails(0.0):
            return 0.0
        while high - low > 1e-3:
            middle = (low + high) / 2
            low, high = (low, middle) if fails(middle) else (middle, high)
        return high

    def restraint(self, purpose: str, strength: float) -> float:
        """How much less likely the partner is to challenge when the promise lapses with its own first use of force.

        The probability of a challenge under the unconditional less that under the conditional promise, each the largest over
        the equilibria.
        """
        rows = self.compare((strength,), (Terms(purpose, conditional=True), Terms(purpose, conditional=False)))
        bound, free = rows.worst("challenge").values()
        return free - bound

    def _point(self, terms: Terms, strength: float) -> dict[str, float]:
        return {**self.params, "k": strength} if terms.covers else self.params

    def _read(self, terms: Terms, strength: float, equilibrium: Equilibrium) -> Dilemma:
        behavior, outcomes, params = equilibrium.behavior, equilibrium.outcomes, self.params
        ambition = {"moderate": 1 - params["a"], "ambitious": params["a"]}
        free = 1 - params["z"]
        reliability = {"willing": params["w"] * free, "reluctant": (1 - params["w"]) * free, "vetoed": params["z"]}
        alone = sum(outcomes[f"{name}_war_alone"] for name in CONTESTS)
        joint = sum(outcomes[f"{name}_war_joint"] for name in CONTESTS)
        entrapped = 0.0
        for name, way in CONTESTS.items():
            reached = outcomes[f"{name}_war_alone"] + outcomes[f"{name}_war_joint"]
            for kind, share in reliability.items():
                if self.thresholds.get(kind, 1.0) > 0:
                    entrapped += reached * share * behavior[InformationSet("ally", kind, way)]["support"]

        def mean(history: tuple[str, ...], actions: tuple[str, ...]) -> float:
            played = {kind: behavior[InformationSet("target", kind, history)] for kind in TARGETS}
            return sum(ambition[kind] * played[kind][action] for kind in TARGETS for action in actions)

        return Dilemma(
            terms=terms,
            strength=strength,
            equilibrium=equilibrium,
            war=alone + joint,
            entrapment=entrapped,
            abandonment=alone,
            demand=behavior[InformationSet("aggressor", "", ())]["demand"],
            firmness=mean(("demand",), ("stand_firm", "strike")),
            challenge=mean(("wait",), ("challenge",)),
            support=joint / (alone + joint) if alone + joint else float("nan"),
            **{player: equilibrium.payoffs[player] for player in ("aggressor", "target", "ally")},
        )


def _largest(values: Mapping[tuple[Terms, float], float]) -> tuple[tuple[Terms, float], ...]:
    if not values:
        raise GameError(
            "alliance dilemma: no equilibrium was compared; give terms, and strengths for those that promise something"
        )
    top = max(values.values())
    return tuple(promise for promise, value in values.items() if value >= top - 1e-9)
