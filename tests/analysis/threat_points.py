"""Parameter points of the published games, and ways to ask about them, for the tests of credibility."""

import numpy as np

import deterrence_games as dg

RUDIMENTARY = {"a_SQ": 0, "a_DC": 1, "a_DD": -3, "b_SQ": 3, "b_DC": 1, "b_DDh": 2, "b_DDs": 0}
UNILATERAL = {
    **{"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4},
    **{"d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4},
}
MUTUAL = {
    **{"a_DDs": 0, "a_CD": 1, "a_DDh": 1.5, "a_SQ": 3, "a_DC": 5},
    **{"b_DDs": 0, "b_DC": 1, "b_DDh": 1.5, "b_SQ": 3, "b_CD": 5},
}
EXTENDED = {
    **{"a_JW": -2, "a_SQ": 0, "a_BW": 1, "a_CON": 2},
    **{"t_CON": 1, "t_BWr": 2, "t_JWr": 3, "t_SQ": 4, "t_BWi": 0, "t_JWi": 2},
    **{"l_JWu": 0, "l_BW": 1, "l_CON": 2, "l_JWr": 3, "l_SQ": 4},
}


def rudimentary(p, **changes):
    return dg.credibility(dg.models.rudimentary_asymmetric_deterrence(), {**RUDIMENTARY, "p": p, **changes})


def unilateral(p_ch, p_def, **changes):
    return dg.credibility(dg.models.unilateral_deterrence(), {**UNILATERAL, "p_ch": p_ch, "p_def": p_def, **changes})


def unilateral_of_known_types(challenger_in_war, defender_in_war):
    """The unilateral deterrence game with perfect information."""
    war = {"challenger": challenger_in_war, "defender": defender_in_war}
    return dg.Game(
        name="known types",
        players=("challenger", "defender"),
        tree=dg.models.unilateral_deterrence().tree,
        payoffs={
            "status_quo": {"challenger": 3, "defender": 4},
            "defender_concedes": {"challenger": 4, "defender": 1},
            "challenger_defeated": {"challenger": 1, "defender": 3},
            "conflict": war,
        },
    )


def chosen(commitments, **fields):
    """The only threat or promise with these attributes."""
    (found,) = [each for each in commitments if all(getattr(each, name) == value for name, value in fields.items())]
    return found


def by_type(parts):
    return {part.type: part for part in parts}


def increasing(rng, *names):
    return dict(zip(names, np.sort(rng.uniform(-5, 5, len(names))).tolist(), strict=True))
