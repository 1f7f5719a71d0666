"""Named deterrence games, one function and one file each, with their sources."""

from collections.abc import Callable

from deterrence_games.games import Game
from deterrence_games.models.asymmetric_escalation import asymmetric_escalation, asymmetric_escalation_hard_challenger
from deterrence_games.models.extended_deterrence import extended_deterrence
from deterrence_games.models.generalized_mutual_deterrence import generalized_mutual_deterrence
from deterrence_games.models.rudimentary_asymmetric_deterrence import rudimentary_asymmetric_deterrence
from deterrence_games.models.three_party_deterrence import three_party_deterrence
from deterrence_games.models.tripartite_crisis import tripartite_crisis
from deterrence_games.models.unilateral_deterrence import unilateral_deterrence

CATALOGUE: dict[str, Callable[[], Game]] = {
    model.__name__: model
    for model in (
        rudimentary_asymmetric_deterrence,
        generalized_mutual_deterrence,
        unilateral_deterrence,
        extended_deterrence,
        asymmetric_escalation,
        asymmetric_escalation_hard_challenger,
        tripartite_crisis,
        three_party_deterrence,
    )
}
"""Every named game by its name."""

__all__ = [
    "CATALOGUE",
    "asymmetric_escalation",
    "asymmetric_escalation_hard_challenger",
    "extended_deterrence",
    "generalized_mutual_deterrence",
    "rudimentary_asymmetric_deterrence",
    "three_party_deterrence",
    "tripartite_crisis",
    "unilateral_deterrence",
]
