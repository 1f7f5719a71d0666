"""A published claim as a check: at random parameter points, or proved without numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import DeterrenceGamesError
from deterrence_games.forms.tree import History
from deterrence_games.games.expressions import to_text
from deterrence_games.reproduce.points import Range, SolvedPoints
from deterrence_games.theory import Proof, Theorem
from deterrence_games.theory import claims as theory_claims

MOST_FAILURES = 5  # counter-examples kept
CLOSE = 1e-8  # probabilities closer than this are equal

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass
class Trial:
    """One run of a claim: how many draws it is to take, and what it found.

    Attributes
    ----------
    draws : int
        Random parameter points, or other cases, that the check is asked to take.
    drawn, inside : int
        Cases that it took, and how many of them lie in the region that the claim is about.
    proofs : int
        What was settled about theorems.
    unknown : bool
        Whether something about a theorem could not be settled.
    failures : list of str
        Counter-examples, the first few.
    """

    draws: int
    drawn: int = 0
    inside: int = 0
    proofs: int = 0
    unknown: bool = False
    failures: list[str] = field(default_factory=list)

    def expect(self, points: SolvedPoints, holds: Bools, what: str, where: Bools | None = None) -> None:
        """Record a counter-example where a condition fails.

        Parameters
        ----------
        points : SolvedPoints
        holds : bool[point]
        what : str
            What should hold.
        where : bool[point], optional
            The points that the claim is about; all by default.
        """
        about = np.ones(len(points), dtype=np.bool_) if where is None else where
        self.drawn, self.inside = max(self.drawn, len(points)), max(self.inside, int(about.sum()))
        for point in np.flatnonzero(about & ~(holds & points.complete))[: max(0, MOST_FAILURES - len(self.failures))]:
            shown = ", ".join(
                f"{name}={np.broadcast_to(values, len(points))[point]:.12g}" for name, values in points.params.items()
            )
            problem = f"not so: {what}" if points.complete[point] else "not all equilibria are known"
            self.failures.append(f"{problem}, at {shown}")

    def expect_each(self, holds: Bools, what: str, shown: Callable[[int], str]) -> None:
        """Record a counter-example for each case that fails, where cases are no points of a game.

        Parameters
        ----------
        holds : bool[case]
        what : str
            What should hold.
        shown : callable
            Takes the number of a case, and tells which case it is.
        """
        self.drawn, self.inside = max(self.drawn, len(holds)), max(self.inside, len(holds))
        for case in np.flatnonzero(~holds)[: max(0, MOST_FAILURES - len(self.failures))]:
            self.failures.append(f"not so: {what}, at {shown(int(case))}")

    def exists_exactly(self, points: SolvedPoints, name: str, where: Bools) -> None:
        """Expect an equilibrium of that name at these points and at no other; there must be some of both."""
        self.expect(points, points.exists(name) == where, f"{name} exists exactly where it should")
        self.inside = int(where.sum())
        self.require(0 < self.inside < len(points), f"the draws lie on both sides of the border of {name}")

    def expect_range(self, points: SolvedPoints, found: Range, low: Floats, high: Floats, what: str, where: Bools) -> None:
        """Expect a range between two numbers a point, up to rounding."""
        holds = (np.abs(found[0] - low) <= CLOSE) & (np.abs(found[1] - high) <= CLOSE)
        self.expect(points, holds, what, where)

    def prove(self, theorem: Theorem, *claims: theory_claims.Claim | str, verdict: str = "proved") -> None:
        """Expect each claim about a theorem to be proved, or to be refuted when that is the verdict."""
        for claim in claims:
            self._settle(theorem.prove(claim), verdict)

    def _settle(self, proof: Proof, verdict: str) -> None:
        self.proofs += 1
        self.unknown |= proof.verdict == "unknown"
        self.require(proof.verdict == verdict, f"{proof!r} is {verdict}")

    def families(self, theorem: Theorem, *names: str) -> None:
        """Expect a complete theorem whose families on open sets are exactly these."""
        found = sorted(family.name for family in theorem.families)
        self.proofs += 1
        self.unknown |= not theorem.complete
        self.require(theorem.complete, f"nothing is missing: {theorem.completeness}")
        self.require(found == sorted(names), f"the families are {sorted(names)}, found {found}")

    def plays(self, theorem: Theorem, family: str, place: tuple[str, str, History], action: str, formula: str) -> None:
        """Expect the probability of an action in a family, in closed form, to be a formula at every parameter point."""
        found = theorem.probability(family, place, action)
        self._settle(theorem.prove(f"{to_text(found)} == {formula}"), "proved")

    def require(self, holds: bool, what: str) -> None:
        """Record a failure that belongs to no point."""
        if not holds and len(self.failures) < MOST_FAILURES:
            self.failures.append(f"not so: {what}")


@dataclass(frozen=True)
class Claim:
    """What a publication says about a game, or what follows from it, and how to check it.

    Attributes
    ----------
    name : str
    where : str
        Where the source says it; or that it is derived here.
    statement : str
        In mathematical words.
    check : callable
        Takes a `Trial`, tells it the points that it took and what failed.
    """

    name: str
    where: str
    statement: str
    check: Callable[[Trial], None]


@dataclass(frozen=True)
class Result:
    """What a run of a claim found.

    Attributes
    ----------
    paper : str
    claim : Claim
    drawn, inside, proofs : int
    unknown : bool
        See `Trial`.
    failures : sequence of str
        Counter-examples; none when the claim holds.
    seconds : float
    """

    paper: str
    claim: Claim
    drawn: int
    inside: int
    proofs: int
    unknown: bool
    failures: Sequence[str]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether the claim held at every point."""
        return not self.failures

    @property
    def verdict(self) -> str:
        """``holds`` or ``FAILED`` at random points; ``proved``, ``refuted`` or ``unknown`` for a theorem."""
        if not self.proofs:
            return "holds" if self.passed else "FAILED"
        return "proved" if self.passed else "unknown" if self.unknown else "refuted"


def run_claim(paper: str, claim: Claim, draws: int) -> Result:
    """Check one claim; an error of the library counts as a failure, and so does a check that looked at nothing."""
    trial = Trial(draws)
    begin = perf_counter()
    try:
        claim.check(trial)
        if not trial.proofs:
            trial.require(trial.drawn > 0, "the check took a point")
            trial.require(trial.inside > 0, "some point lies in the region of the claim")
    except DeterrenceGamesError as error:
        trial.failures.append(f"the check ended with an error: {error}")
    spent = perf_counter() - begin
    return Result(paper, claim, trial.drawn, trial.inside, trial.proofs, trial.unknown, tuple(trial.failures), spent)
