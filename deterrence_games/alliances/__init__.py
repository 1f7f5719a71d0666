"""Alliances as games: treaties and obligations, and whether the guarantees that they give are credible."""

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

__all__ = [
    "Alliance",
    "Clause",
    "Figure",
    "Indicators",
    "Membership",
    "Obligation",
    "Obligations",
    "Period",
    "Pledge",
    "State",
    "Suspension",
    "Treaty",
    "anzus",
    "hub_and_spokes",
    "indicators",
    "nato",
    "pledges",
    "read_alliance",
    "read_atop",
    "read_indicators",
    "read_nmc",
    "states",
]
