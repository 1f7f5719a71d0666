"""Maps whose regions are known in closed form."""

import numpy as np

from deterrence_games.results.region_map import RegionMap


def map_of(names, conditions, x, y, axes=("p_ch", "p_def"), complete=None, fixed=None, game="unilateral_deterrence"):
    mask = np.zeros((len(y), len(x)), dtype=np.uint64)
    for bit, condition in enumerate(conditions):
        mask |= np.where(condition, np.uint64(1 << bit), np.uint64(0))
    complete = np.ones(mask.shape, dtype=np.bool_) if complete is None else complete
    return RegionMap(game, *axes, x, y, names, mask, complete, fixed or {})


def unilateral_map(points=61, hole=False):
    """Unilateral deterrence with challenger payoffs (0, 1, 2, 3, 4) and defender payoffs (0, 1, 2, 3, 4)."""
    values = np.linspace(0, 1, points)
    p_ch, p_def = np.meshgrid(values, values)
    low, high, bluff = 1 / 3, 1 / 2, 2 / 3
    regions = {
        "Certain Deterrence": p_def >= high,
        "Separating": (p_def >= low) & (p_def <= high),
        "Attack": (p_def <= low) & (p_ch >= bluff),
        "Bluff": (p_def < low) & (p_ch < bluff),
        "Steadfast Deterrence": np.ones_like(p_ch, dtype=bool),
    }
    complete = (p_ch - 0.8) ** 2 + (p_def - 0.8) ** 2 > 0.01 if hole else None
    return map_of(tuple(regions), regions.values(), values, values.copy(), complete=complete, fixed={"c_SQ": 3.0, "d_SQ": 4.0})


def mutual_map(points=71):
    """Generalized mutual deterrence with payoffs DC 5, SQ 3, DD+ 3/2, CD 1, DD- 0 on both sides."""
    values = np.linspace(0, 1, points)
    p_a, p_b = np.meshgrid(values, values)
    sure, both = 4 / 7, 2 / 3
    regions = {
        "Sure-Thing Deterrence": (p_a >= sure) & (p_b >= sure),
        "Separating": (p_a >= both) & (p_b >= both),
        "Hybrid": (p_a < both) & (p_b < both),
        "Bluff (A)": p_b <= both,
        "Bluff (B)": p_a <= both,
        "Hard-mixing": (p_a > sure) & (p_b > sure),
    }
    return map_of(
        tuple(regions), regions.values(), values, values.copy(), axes=("p_a", "p_b"), game="generalized_mutual_deterrence"
    )
