"""Alliances as games: treaties and obligations, and whether the guarantees that they give are credible.

What computes, and so imports Numba and SciPy, is loaded on first use; treaties and figures are there at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from deterrence_games.alliances.alliance import Alliance
from deterrence_games.alliances.cow_files import read_atop, read_nmc
from deterrence_games.alliances.indicators import Figure, Indicators
from deterrence_games.alliances.obligations import Obligation, Obligations
from deterrence_games.alliances.packaged import (
    Pledge,
    State,
    anzus,
    hub_and_spokes,
    indicators,
    nato,
    pledges,
    read_alliance,
    read_indicators,
    states,
)
from deterrence_games.alliances.treaties import Clause, Membership, Period, Suspension, Treaty

if TYPE_CHECKING:
    from deterrence_games.alliances.assessment import Assessment, Temptation, assess, most_tempting
    from deterrence_games.alliances.assumptions import Assumption
    from deterrence_games.alliances.coalitions import DeterringCoalitions, cheapest_coalitions, pivotal_members
    from deterrence_games.alliances.decision_rules import Outcome, PactForms, outcome, pact_forms
    from deterrence_games.alliances.denial import Denial, denial_and_punishment, fait_accompli
    from deterrence_games.alliances.extended_deterrence import Guarantee
    from deterrence_games.alliances.from_treaty import guarantee
    from deterrence_games.alliances.interests import Alignment, alignment
    from deterrence_games.alliances.joining_game import as_game
    from deterrence_games.alliances.maps import CredibilityMap, credibility_map
    from deterrence_games.alliances.thresholds import Threshold, smallest_promise, threshold, threshold_reliability
else:
    _ON_FIRST_USE = {
        "Alignment": "interests",
        "Assessment": "assessment",
        "Assumption": "assumptions",
        "CredibilityMap": "maps",
        "Denial": "denial",
        "DeterringCoalitions": "coalitions",
        "Guarantee": "extended_deterrence",
        "Outcome": "decision_rules",
        "PactForms": "decision_rules",
        "Temptation": "assessment",
        "Threshold": "thresholds",
        "alignment": "interests",
        "as_game": "joining_game",
        "assess": "assessment",
        "cheapest_coalitions": "coalitions",
        "credibility_map": "maps",
        "denial_and_punishment": "denial",
        "fait_accompli": "denial",
        "guarantee": "from_treaty",
        "most_tempting": "assessment",
        "outcome": "decision_rules",
        "pact_forms": "decision_rules",
        "pivotal_members": "coalitions",
        "smallest_promise": "thresholds",
        "threshold": "thresholds",
        "threshold_reliability": "thresholds",
    }

    def __getattr__(name):
        """Import a public name from its home on first use (PEP 562)."""
        if name not in _ON_FIRST_USE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"deterrence_games.alliances.{_ON_FIRST_USE[name]}"), name)
        globals()[name] = value
        return value

    def __dir__():
        return sorted({*globals(), *_ON_FIRST_USE})


__all__ = [
    "Alignment",
    "Alliance",
    "Assessment",
    "Assumption",
    "Clause",
    "CredibilityMap",
    "Denial",
    "DeterringCoalitions",
    "Figure",
    "Guarantee",
    "Indicators",
    "Membership",
    "Obligation",
    "Obligations",
    "Outcome",
    "PactForms",
    "Period",
    "Pledge",
    "State",
    "Suspension",
    "Temptation",
    "Threshold",
    "Treaty",
    "alignment",
    "anzus",
    "as_game",
    "assess",
    "cheapest_coalitions",
    "credibility_map",
    "denial_and_punishment",
    "fait_accompli",
    "guarantee",
    "hub_and_spokes",
    "indicators",
    "most_tempting",
    "nato",
    "outcome",
    "pact_forms",
    "pivotal_members",
    "pledges",
    "read_alliance",
    "read_atop",
    "read_indicators",
    "read_nmc",
    "smallest_promise",
    "states",
    "threshold",
    "threshold_reliability",
]
