"""How long do voluntary provision and a pledge of 10,000 members take, and how near are they to the closed form?"""

import numpy as np
import pytest

from benchmarks.test_alliances import processor_seconds
from deterrence_games.alliances.burden_sharing import provision
from deterrence_games.alliances.spending_pledges import pledge

MEMBERS, FLOOR = 10_000, 0.02


def closed_form(w, floor):
    """The level at which the k largest incomes reply ``w - G`` and the others give the floor; both shares are one half."""
    descending = np.sort(w)[::-1]
    rest = np.append(np.cumsum(descending[::-1])[::-1], 0.0)
    levels = (rest[0] - rest + floor * rest) / (1 + np.arange(w.size + 1))
    return float(levels[int(np.argmax(descending * (1 - floor) <= levels[:-1]))])


def test_ten_thousand_members(report):
    w = np.random.default_rng(1).lognormal(0, 2.5, MEMBERS)
    tasks = {
        "public good": lambda: provision(w),
        "joint product": lambda: provision(w, public=0.3, private=0.2),
        "pledge, public good": lambda: pledge(w, FLOOR),
        "pledge, joint product": lambda: pledge(w, FLOOR, public=0.3, private=0.2),
        "NumPy's sort of the incomes": lambda: np.sort(w),
    }
    times = processor_seconds(tasks, rounds=9, calls=3)
    own = times["NumPy's sort of the incomes"]
    for name, seconds in times.items():
        report(f"{name}, {MEMBERS:,} members", 1e3 * seconds, "ms", at_most=20, note=f"{seconds / own:.0f} sorts")
    assert provision(w).level == pytest.approx(closed_form(w, 0.0), rel=1e-10)
    assert pledge(w, FLOOR).level == pytest.approx(closed_form(w, FLOOR), rel=1e-10)
