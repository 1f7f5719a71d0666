"""The reconstructed three-player games: their theorems against the numeric solver at random points."""

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.io.theorem_json import theorem_from_json, theorem_to_json
from deterrence_games.reproduce import SolvedPoints, ordered

POINTS = 300
CHAINS = {
    "tripartite_crisis": (
        "c_CONh c_DW c_CONd c_SET c_CW c_PR",
        "p_CON p_PRl p_CW p_PRr p_SET p_DW",
        "d_PR d_CON d_CW d_SET d_DW",
    ),
    "three_party_deterrence": ("c_MW c_SQ c_BW c_PC", "p_PC p_BP p_MP p_SQ", "d_DC d_BD d_MD d_SQ"),
}


def draw(name: str, rng: np.random.Generator) -> dict[str, np.ndarray]:
    params: dict[str, np.ndarray] = {}
    for chain in CHAINS[name]:
        params |= ordered(rng, POINTS, *chain.split())
    if name == "three_party_deterrence":
        params |= {"c_DC": params["c_BW"] + rng.random(POINTS), "d_PC": params["d_SQ"] - 1, "p_DC": params["p_SQ"] - 1}
        params |= {"d_BP": params["d_SQ"] - 2, "d_MPr": params["d_SQ"] - 1, "d_MPu": params["d_SQ"] - 3}
        params |= {"p_BD": params["p_SQ"] - 2, "p_MDr": params["p_SQ"] - 1, "p_MDu": params["p_SQ"] - 3}
    priors = [parameter for parameter in dg.models.CATALOGUE[name]().parameters if parameter.startswith("q_")]
    return params | {prior: 0.02 + 0.96 * rng.random(POINTS) for prior in priors}


@pytest.mark.parametrize("name", CHAINS)
def test_theorem_agrees_with_the_numeric_solver(name):
    theorem = dg.derive(dg.models.CATALOGUE[name]())
    assert theorem.complete
    params = draw(name, np.random.default_rng(2006))
    points = SolvedPoints(theorem.game, params)
    assert points.complete.all()
    exists = theorem.exists(params)
    assert set(points.names) == set(exists)
    for family, holds in exists.items():
        assert 0 < holds.sum() < POINTS
        np.testing.assert_array_equal(points.exists(family), holds, err_msg=family)
    text = theorem_to_json(theorem)  # belief sets of several parts among them
    assert theorem_to_json(theorem_from_json(text, "text")) == text
