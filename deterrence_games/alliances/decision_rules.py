"""What a guarantee comes to under each way of deciding: each for itself, by consensus, by majority."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from deterrence_games.alliances.assumptions import CLAUSE_WEIGHTS
from deterrence_games.alliances.extended_deterrence import Guarantee
from deterrence_games.alliances.obligations import DECISION_RULES
from deterrence_games.errors import SolverError
from deterrence_games.forms.joining import Floats
from deterrence_games.results.cut_points import CutPointEquilibrium, attack_probability

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a guarantee comes to under one decision rule.

    Attributes
    ----------
    title, rule : str
    chance : mapping ally -> float
        Probability that it comes when the target is attacked.
    agreement : mapping ally -> float
        Probability that it is willing: to come by itself, or to say yes in the council.
    held : float
        Probability that the target holds when attacked.
    attack_value, attack_probability : float
        What attacking is worth to the aggressor at its median cost of war, and how likely it attacks.
    expected_strength : float
    tie : float
        The most that attacking may be worth to an aggressor who keeps the peace: a rounding error.
    equilibria : int
        Equilibria found; the outcome is that of the one with the weakest or, if hopeful, the strongest coalition.
    unique : bool
        Whether there is proved to be no other.
    equilibrium : CutPointEquilibrium or None
        The equilibrium, where each ally decides for itself.
    """

    title: str
    rule: str
    chance: Mapping[str, float]
    agreement: Mapping[str, float]
    held: float
    attack_value: float
    attack_probability: float
    expected_strength: float
    tie: float
    equilibria: int
    unique: bool
    equilibrium: CutPointEquilibrium | None = None

    @property
    def deterred(self) -> bool:
        """Whether an aggressor with its median cost of war keeps the peace."""
        return self.attack_value <= self.tie


def outcome(guarantee: Guarantee, *, hopeful: bool = False) -> Outcome:
    """What a guarantee comes to under its own decision rule.

    Each for itself is the joining game. In a council an ally votes as if its vote decided, which is its undominated choice:
    between everybody's help, at the cost of fighting in that company, and nobody's, at the cost of its broken promise.
    Consensus needs every vote, a majority more than half of them; then everybody comes. A veto at home is a vote against.

    Parameters
    ----------
    hopeful : bool
        Of several equilibria take the one with the strongest coalition, not the weakest.

    Raises
    ------
    SolverError
        When no equilibrium in cut-points was found.
    """
    private, form = guarantee.private, guarantee.form
    if guarantee.rule == "each_for_itself":
        solution = guarantee.cut_points()
        if not len(solution):
            raise SolverError(f"{guarantee.title}: {solution.completeness}; raise the spread of the costs")
        found = solution[-1 if hopeful else 0]
        chance = dict(zip(form.allies, found.chance.tolist(), strict=True))
        return Outcome(
            guarantee.title, guarantee.rule, chance, chance, found.held, found.attack_value, found.attack_probability,
            found.expected_strength, form.tie, len(solution), solution.unique, found,
        )  # fmt: skip
    willing = council_agreement(guarantee)
    agreed = float(np.prod(willing)) if guarantee.rule == "consensus" else more_than_half(willing)
    alone, together = form.attack_value(form.target_strength), form.attack_value(form.largest)
    value = float((1.0 - agreed) * alone + agreed * together)
    held = form.held(form.target_strength) + agreed * (1.0 - form.late) * (
        form.held(form.largest) - form.held(form.target_strength)
    )
    return Outcome(
        guarantee.title,
        guarantee.rule,
        dict.fromkeys(form.allies, agreed),
        dict(zip(form.allies, willing.tolist(), strict=True)),
        float(held),
        value,
        attack_probability(private, value),
        form.target_strength + agreed * float(form.strength.sum()),
        form.tie,
        1,
        True,
    )


def council_agreement(guarantee: Guarantee) -> Floats:
    """Probability that each ally votes for everybody's help, float64[ally]; exact."""
    from scipy.special import ndtr

    private, form = guarantee.private, guarantee.form
    arrives = 1.0 - form.late
    rise = form.stake * (form.held(form.largest) - form.held(form.target_strength))
    share = ((form.target_strength + form.strength) / form.largest) ** form.company
    highest = (arrives * rise + form.promise) / (arrives * share)
    with np.errstate(divide="ignore"):
        return np.asarray((1.0 - private.veto) * ndtr(np.log(np.maximum(highest, 0.0) / form.cost) / private.spread))


def more_than_half(chance: Floats) -> float:
    """Probability that more than half of independent votes are for it; exact."""
    votes = np.array([1.0])
    for own in chance:
        votes = np.convolve(votes, [1.0 - own, own])
    return float(votes[len(chance) // 2 + 1 :].sum())


@dataclass(frozen=True, eq=False, repr=False)
class PactForms:
    """The same members and war under every clause and rule; `outcomes` by (automaticity, rule)."""

    title: str
    outcomes: Mapping[tuple[str, str], Outcome]

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a form of pact (needs the extra ``tables``)."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "automaticity": automaticity,
                    "rule": rule,
                    "attack_probability": own.attack_probability,
                    "attack_value": own.attack_value,
                    "held": own.held,
                    "expected_strength": own.expected_strength,
                    "least_willing": min(own.agreement, key=lambda ally: own.agreement[ally], default=""),
                    "equilibria": own.equilibria,
                }
                for (automaticity, rule), own in self.outcomes.items()
            ]
        )

    def __repr__(self) -> str:
        rows = [
            f"{automaticity:15s} {rule:16s} attacked {own.attack_probability:8.4f}  holds {own.held:7.4f}"
            for (automaticity, rule), own in self.outcomes.items()
        ]
        return "\n".join([self.title, *rows])


def pact_forms(guarantee: Guarantee, *, hopeful: bool = False) -> PactForms:
    """Compare automatic, constitutional and consultative clauses under each decision rule, all else equal."""
    found = {}
    for automaticity in ("attack_on_all", "common_danger", "consult"):
        bound = guarantee.changed(automaticity=automaticity)
        for rule in DECISION_RULES[:3]:
            found[automaticity, rule] = outcome(bound.changed(rule=rule), hopeful=hopeful)
    return PactForms(f"{guarantee.title}; weights of clauses {CLAUSE_WEIGHTS} are illustrative", found)
