"""Guarantees that make no sense are refused in one line that names the remedy; numbers of any kind are numbers."""

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.alliances import (
    credibility_map,
    denial_and_punishment,
    fait_accompli,
    guarantee,
    most_tempting,
    nato,
    smallest_promise,
    threshold,
)

ARMED = nato().without("ISL")  # Iceland has no forces


def estonia(**numbers):
    return guarantee(ARMED, "RUS", "EST", 2024, **numbers)


BAD = {
    r"'RUS' is a member|the aggressor 'FRA' is a member; name a state outside": lambda: guarantee(ARMED, "FRA", "EST", 2024),
    r"'UKR' is no member in 2024": lambda: guarantee(ARMED, "RUS", "UKR", 2024),
    r"'FIN' is no member in 2020": lambda: guarantee(ARMED, "RUS", "FIN", 2020),
    r"the aggressor is the target": lambda: guarantee(ARMED, "EST", "EST", 2024, collective_security=True),
    r"unknown year 1900": lambda: guarantee(ARMED, "RUS", "EST", 1900),
    r"'resolve' is unknown; use one of stake": lambda: estonia(resolve=1),
    r"stake of 'RUS', who is no ally": lambda: estonia(stake={"RUS": 1}),
    r"stake is 'much'; give a number": lambda: estonia(stake="much"),
    r"prize is \{'USA': 1\}; give one number": lambda: estonia(prize={"USA": 1}),
    r"strength of 'CHN', who takes no part": lambda: estonia(strength={"CHN": 1}),
    r"decision rule 'lot' is unknown": lambda: estonia(rule="lot"),
    r"region 'moon' is unknown": lambda: estonia(region="moon"),
    r"quantity 'resolve' is unknown": lambda: estonia().changed(resolve=1),
    r"automaticity 'sure' is unknown": lambda: estonia().changed(automaticity="sure"),
    r"range of veto from 1 to 0 is empty": lambda: threshold(estonia(), "veto", 1, 0),
    r"prize is one number for all": lambda: threshold(estonia(), "prize", 0.1, 1, states=["USA"]),
    r"both axes are 'late'": lambda: credibility_map(estonia(), ("late", 0, 0.5, 3), ("late", 0, 0.5, 3)),
    r"axis 'late' from 1 to 0": lambda: credibility_map(estonia(), ("late", 1, 0, 3), ("prize", 1, 2, 3)),
    r"quantity 'veto' is unknown": lambda: credibility_map(estonia(), ("veto", 0, 1, 3), ("prize", 1, 2, 3)),
    r"late is 1; give numbers that are finite": lambda: credibility_map(estonia(), ("late", 0, 1, 3), ("prize", 1, 2, 3)),
    r"give guarantees against one aggressor": lambda: most_tempting([]),
    r"holding time 0": lambda: fait_accompli(1, 0),
    r"delay is '3 days'; give one number": lambda: fait_accompli("3 days", 10),
    r"strength of 'LVA' is 'much'; give one number": lambda: estonia(strength={"LVA": "much"}),
    r"prize is 'much'; give one number": lambda: estonia().changed(prize="much"),
    r"late is None; give one number": lambda: estonia().changed(late=None),
    r"aggressor_spread is 'much'; give one number": lambda: estonia().changed(aggressor_spread="much"),
    r"level is 2; give a probability of attack": lambda: threshold(estonia(), "veto", 0, 1, level=2),
    r"level is nan; give a probability of attack": lambda: smallest_promise(estonia(), level=float("nan")),
    r"end of the range of veto is 'a'": lambda: threshold(estonia(), "veto", "a", 1),
    r"by 2.5; give low < high, by 2 or more": lambda: credibility_map(estonia(), ("late", 0, 0.5, 2.5), ("prize", 1, 2, 3)),
}  # fmt: skip


@pytest.mark.parametrize("message", BAD)
def test_bad_input_is_refused(message):
    with pytest.raises(dg.ParameterError, match=message):
        BAD[message]()


def test_limits_of_lists_are_whole_numbers():
    with pytest.raises(dg.SolverError, match=r"limit=2.5; give the number of equilibria to list"):
        estonia().equilibria(2.5)


def test_numbers_of_arrays_are_numbers():
    given = estonia(prize=np.int64(2), late=np.float32(0.25))
    assert (given.form.prize, given.form.late) == (2.0, 0.25)
    assert given.changed(prize=np.float64(3)).form.prize == 3.0


def test_no_strength_is_enough_where_force_decides_nearly_nothing():
    found = denial_and_punishment(estonia(decisiveness=1e-3, aggressor_cost=0.1))
    assert found.target_strength_needed == float("inf")
    assert found.attack_value > 0
