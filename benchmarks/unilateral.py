"""The game on which most is measured, at the numbers that the documentation uses."""

import deterrence_games as dg

PAYOFFS = {
    "c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4,
    "d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4,
}  # fmt: skip
POINT = PAYOFFS | {"p_ch": 0.4, "p_def": 0.25}

GAME = dg.models.unilateral_deterrence()
