"""Distances to borders against a scan along each parameter, and joint distances against random changes."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

import deterrence_games as dg
from deterrence_games.errors import ParameterError

POINT = {
    "c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4,
    "d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4,
    "p_ch": Fraction(1, 2), "p_def": Fraction(1, 6),
}  # fmt: skip


@pytest.fixture(scope="module")
def theorem():
    return dg.derive(dg.models.unilateral_deterrence())


@pytest.fixture(scope="module")
def bluff(theorem):
    return next(held for held in theorem.robustness(POINT) if held.family == "Bluff")


def test_the_worked_example(bluff):
    """c1 = 1/3 and d* = 2/3 at this point."""
    assert (bluff.up["p_def"].border, bluff.up["p_def"].distance) == (sympy.Rational(1, 3), sympy.Rational(1, 6))
    assert bluff.up["p_def"].beyond == ("Steadfast Deterrence", "Separating")
    assert (bluff.up["p_ch"].border, bluff.up["p_ch"].beyond) == (sympy.Rational(2, 3), ("Steadfast Deterrence", "Attack"))
    assert bluff.down["p_def"].border == 0
    assert bluff.down["p_def"].assumption == "0 < p_def"
    assert bluff.up["d_SQ"].border is None


@pytest.mark.parametrize("sign", [-1, 1])
def test_against_a_scan(theorem, bluff, sign):
    """Before the border the family holds at every step; just beyond it what was foretold holds, or an assumption fails."""
    for name, reach in (bluff.down if sign < 0 else bluff.up).items():
        if reach.border is None:
            steps = [Fraction(k, 3) for k in (1, 29)]
        else:
            steps = [Fraction(str(reach.distance)) * Fraction(k, 40) for k in (1, 20, 39)]
        for step in steps:
            assert "Bluff" in {own.name for own in theorem.at({**POINT, name: POINT[name] + sign * step})}, name
        if reach.border is None:
            continue
        beyond = {**POINT, name: Fraction(str(reach.border)) + sign * Fraction(1, 10**6)}
        if reach.assumption:
            with pytest.raises(ParameterError, match="which does not hold"):
                theorem.at(beyond)
        else:
            assert tuple(own.name for own in theorem.at(beyond)) == reach.beyond


def test_the_joint_distance_is_bracketed(theorem, bluff):
    low, high = bluff.joint
    assert 0 < low < high <= low * Fraction(101, 100)
    held = {own.name for own in theorem.at(bluff.witness)}
    assert "Bluff" not in held
    assert max(abs(bluff.witness[n] - POINT[n]) / abs(POINT[n]) for n in POINT if POINT[n]) <= high
    rng = np.random.default_rng(5)
    for _ in range(12):
        moves = {n: Fraction(float(rng.choice([-1, 1]))) * Fraction(str(low)) for n in POINT}
        assert "Bluff" in {own.name for own in theorem.at({n: v + abs(v) * moves[n] for n, v in POINT.items()})}


def test_a_family_that_holds_everywhere_has_no_joint_border(theorem):
    steadfast = next(held for held in theorem.robustness(POINT) if held.family == "Steadfast Deterrence")
    assert steadfast.joint is None
    assert steadfast.witness is None
    assert all(reach.assumption or reach.border is None for table in (steadfast.up, steadfast.down) for reach in table.values())
    assert "as far as any single parameter can go" in repr(steadfast)


def test_on_a_border_the_distance_is_zero(theorem):
    held = {own.family: own for own in theorem.robustness({**POINT, "p_def": Fraction(1, 2)})}
    assert held["Certain Deterrence"].down["p_def"].distance == 0
    assert held["Separating"].up["p_def"].distance == 0
    assert held["Separating"].up["p_def"].beyond == ("Certain Deterrence", "Steadfast Deterrence")


def test_irrational_borders():
    game = dg.Game(
        name="lanchester",
        players=("a",),
        tree=dg.Decision("a", {"wait": "peace", "fight": "war"}),
        payoffs={"peace": {"a": 2}, "war": {"a": "m**2"}},
        assumptions=("m > 0",),
    )
    theorem = dg.derive(game)
    (held,) = theorem.robustness({"m": 1})
    assert held.up["m"].border == sympy.sqrt(2)
    assert held.up["m"].beyond != (held.family,)
    low, high = held.joint
    assert low < sympy.sqrt(2) - 1 < high


def test_table_and_words(bluff):
    table = bluff.to_dataframe()
    assert len(table) == 2 * len(POINT)
    row = table[(table.parameter == "p_ch") & (table.direction == "up")].iloc[0]
    assert row.border == pytest.approx(2 / 3)
    assert "until p_ch rises to 2/3 (then Steadfast Deterrence + Attack)" in repr(bluff)
