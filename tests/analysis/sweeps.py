"""Small sweeps for tests, and how results are compared to the last bit."""

from pathlib import Path

import numpy as np

import deterrence_games as dg

CHALLENGER, DEFENDER = ("c_DDs", "c_CD", "c_DDh", "c_SQ", "c_DC"), ("d_DDs", "d_DC", "d_DDh", "d_CD", "d_SQ")
PAYOFFS = {**dict(zip(CHALLENGER, range(5), strict=True)), **dict(zip(DEFENDER, range(5), strict=True))}
UNILATERAL = dg.models.unilateral_deterrence()
SQUARE = {"p_ch": np.linspace(0.03, 0.97, 7), "p_def": dg.Linear(0.02, 0.97, 9)}  # no point on a border

RUDIMENTARY = dg.models.rudimentary_asymmetric_deterrence()
FIXED = {"a_SQ": 0, "a_DD": -3, "b_SQ": 3, "b_DC": 1, "b_DDh": 2, "b_DDs": 0}
PLANE = {"p": np.linspace(0.05, 0.95, 6), "a_DC": [1.0, 1.5, 2.5, 4.0]}


def same(one, other):
    """Whether two datasets hold the same variables with the same bits."""
    if set(one.variables) != set(other.variables) or one.attrs != other.attrs:
        return False
    for name in one.variables:
        left, right = one[name], other[name]
        if left.dims != right.dims or left.dtype != right.dtype or left.shape != right.shape:
            return False
        if left.to_numpy().tobytes() != right.to_numpy().tobytes():
            return False
    return True


def contents(folder):
    """Every file below a folder, by its path, as bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}
