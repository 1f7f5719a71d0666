"""Comparative statics against finite differences and hand-derived signs; jumps against one-sided limits."""

import shutil
import subprocess
from fractions import Fraction

import numpy as np
import pytest
import sympy

import deterrence_games as dg
from deterrence_games.errors import GameError
from deterrence_games.games.expressions import parse
from deterrence_games.theory import Monotone
from deterrence_games.theory.borders import stretches
from deterrence_games.theory.closed_values import ClosedValues

SIGNS = {
    "rises": {1}, "falls": {-1}, "constant": {0}, "never falls": {0, 1}, "never rises": {0, -1},
}  # fmt: skip


@pytest.fixture(scope="module")
def theorems():
    names = ("rudimentary_asymmetric_deterrence", "unilateral_deterrence", "generalized_mutual_deterrence")
    return {name: dg.derive(dg.models.CATALOGUE[name]()) for name in names}


def test_the_threshold_of_the_rudimentary_game(theorems):
    statics = theorems["rudimentary_asymmetric_deterrence"].statics()
    threshold = "threshold of p >= (a_DC - a_SQ)/(a_DC - a_DD)"
    verdicts = {name: statics["Deterrence", threshold, name].verdict for name in ("a_DC", "a_SQ", "a_DD", "b_DC")}
    assert verdicts == {"a_DC": "rises", "a_SQ": "falls", "a_DD": "rises", "b_DC": "constant"}


def test_bluff_of_the_unilateral_game(theorems):
    """Pr(conflict) is p_ch*c1, Pr(status quo) is 1 - p_ch/d."""
    statics = theorems["unilateral_deterrence"].statics()
    conflict = {name: statics["Bluff", "probability of conflict", name] for name in ("p_ch", "c_SQ", "d_DDh", "p_def")}
    assert [conflict[name].verdict for name in conflict] == ["rises", "falls", "constant", "constant"]
    c1 = parse("(c_DC - c_SQ)/(c_DC - c_CD)")
    assert sympy.cancel(conflict["p_ch"].derivative - c1) == 0
    assert statics["Bluff", "probability of status_quo", "p_ch"].verdict == "falls"


@pytest.mark.parametrize("name", ["unilateral_deterrence", "generalized_mutual_deterrence"])
def test_signs_against_finite_differences(theorems, name):
    """At random points of each family, in floating point."""
    theorem = theorems[name]
    statics = theorem.statics()
    game, rng = theorem.game, np.random.default_rng(3)
    symbols = [sympy.Symbol(parameter, real=True) for parameter in game.parameters]
    inside = sympy.lambdify(symbols, list(game.assumptions), modules="numpy")
    names, points = [s.name for s in symbols], {}
    for prefix in sorted({n[:2] for n in names if not n.startswith("p_")}):
        own = [n for n in names if n.startswith(prefix)]
        values = np.sort(rng.uniform(0, 1, size=(4000, len(own))), axis=1)
        points |= {sympy.Symbol(n, real=True): values[:, k] for k, n in enumerate(_ranked(own, game))}
    for n in names:
        if n.startswith("p_"):
            points[sympy.Symbol(n, real=True)] = rng.uniform(0.05, 0.95, 4000)
    arguments = [points[s] for s in symbols]
    assert np.logical_and.reduce([np.broadcast_to(part, 4000) for part in inside(*arguments)]).all()
    exists = theorem.exists({s.name: points[s] for s in symbols})
    seen = 0
    for slope in statics.slopes:
        if slope.quantity.startswith("threshold") or slope.verdict not in SIGNS:
            continue
        where = np.flatnonzero(exists[slope.family])[:25]
        family = theorem[slope.family]
        table = family.outcomes if slope.quantity.startswith("probability") else family.payoffs
        value = sympy.lambdify(symbols, table[slope.quantity.split(" of ")[1]], modules="numpy")
        moved = next(k for k, s in enumerate(symbols) if s.name == slope.parameter)
        step = 1e-7
        up = [column[where] + (step if k == moved else 0) for k, column in enumerate(arguments)]
        down = [column[where] - (step if k == moved else 0) for k, column in enumerate(arguments)]
        change = np.broadcast_to(np.asarray(value(*up)) - np.asarray(value(*down)), where.shape) / (2 * step)
        found = {int(sign) for sign in np.sign(np.where(np.abs(change) < 1e-5, 0, change))}
        assert found <= SIGNS[slope.verdict] | {0}, slope
        seen += where.size
    assert seen > 500


def _ranked(own, game):
    """Parameters of one player from low to high, as the assumptions chain them."""
    below = {n: {r.lhs.name for r in game.assumptions if r.rhs.is_Symbol and r.rhs.name == n and r.lhs.is_Symbol} for n in own}
    done = []
    while len(done) < len(own):
        done.append(next(n for n in own if n not in done and below[n] <= set(done)))
    return done


def test_mixed_signs_have_two_witnesses(theorems):
    theorem = theorems["generalized_mutual_deterrence"]
    mixed = [slope for slope in theorem.statics(("p_a",)).slopes if slope.verdict == "mixed"]
    for slope in mixed:
        up, down = slope.witnesses
        for point, sign in ((up, 1), (down, -1)):
            assert slope.family in {found.name for found in theorem.at(point)}
            at = {sympy.Symbol(name, real=True): value for name, value in point.items()}
            assert sympy.sign(slope.derivative.subs(at)) == sign
    game = dg.Game(
        name="two_sided",
        players=("a", "b"),
        tree=dg.Decision("a", {"stay": "peace", "go": dg.Decision("b", {"yield": "gain", "fight": "war"})}),
        types={"b": {"hard": "p", "soft": "1 - p"}},
        payoffs={
            "peace": {"a": "-9", "b": 0},
            "gain": {"a": "g*(1 - 2*p)", "b": 0},
            "war": {"a": 0, "b": {"hard": 1, "soft": -1}},
        },
        assumptions=("0 < g < 1", "0 < p < 1"),
    )
    theorem = dg.derive(game)
    (family,) = theorem.families
    slope = theorem.statics()[family.name, "payoff of a", "p"]
    assert slope.verdict == "mixed"
    signs = [slope.derivative.subs({sympy.Symbol(n, real=True): v for n, v in point.items()}) for point in slope.witnesses]
    assert signs[0] > 0 > signs[1]


def test_jumps_are_the_differences_of_the_limits(theorems):
    theorem = theorems["unilateral_deterrence"]
    jumps = {(jump.below, jump.above, jump.outcome): jump for jump in theorem.statics(()).jumps}
    war = jumps["Separating", "Certain Deterrence", "conflict"]
    assert war.border.lhs.name == "p_def"
    assert sympy.cancel(war.size + parse("p_ch*(c_DC - c_SQ)/(c_DC - c_DDh)")) == 0
    point = {"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4, "d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4}
    point["p_ch"] = Fraction(4, 5)
    low = {own.name: own for own in theorem.at({**point, "p_def": Fraction(499999, 1000000)})}["Separating"]
    high = {own.name: own for own in theorem.at({**point, "p_def": Fraction(500001, 1000000)})}["Certain Deterrence"]
    size = war.size.subs({sympy.Symbol(name, real=True): value for name, value in point.items()})
    assert abs(high.outcomes["conflict"] - low.outcomes["conflict"] - size) < Fraction(1, 10**5)


def test_what_is_free_is_said_to_be_free(theorems):
    statics = theorems["generalized_mutual_deterrence"].statics(("p_a",))
    assert {slope.verdict for slope in statics.slopes} <= {*SIGNS, "mixed", "left free"}
    assert "rises with p_a" in repr(statics)
    assert set(statics.to_dataframe().columns) == {"p_a"}


def test_the_table_in_latex_compiles_and_leaves_nothing_out(theorems, tmp_path):
    statics = theorems["unilateral_deterrence"].statics(("p_ch", "c_DC"))
    text = statics.to_latex()
    moving = {(slope.family, slope.quantity) for slope in statics.slopes if slope.verdict != "constant"}
    assert text.count(r"\\") == len(moving) + len(statics.jumps)
    assert r"Bluff & probability of conflict & rises with $p_{ch}$, $c_{DC}$ \\" in text
    assert r"Separating to Certain Deterrence" in text
    if shutil.which("pdflatex"):
        document = r"\documentclass{article}\usepackage{amsmath,array,longtable}\begin{document}" + text + r"\end{document}"
        (tmp_path / "statics.tex").write_text(document)
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "statics.tex"]
        assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0


def test_unknown_names(theorems):
    with pytest.raises(GameError, match="statics in unknown parameter 'resolve'; use p, a_SQ"):
        theorems["rudimentary_asymmetric_deterrence"].statics(("resolve",))
    with pytest.raises(KeyError, match="the quantities are"):
        theorems["rudimentary_asymmetric_deterrence"].statics()["Attack", "war", "p"]


ORDERS = {
    "unilateral_deterrence": ("c_DDs c_CD c_DDh c_SQ c_DC", "d_DDs d_DC d_DDh d_CD d_SQ"),
    "generalized_mutual_deterrence": ("a_DDs a_CD a_DDh a_SQ a_DC", "b_DDs b_DC b_DDh b_SQ b_CD"),
    "extended_deterrence": ("a_JW a_SQ a_BW a_CON", "t_BWi t_CON t_JWi t_BWr t_JWr t_SQ", "l_JWu l_BW l_JWr l_CON l_SQ"),
    "asymmetric_escalation_hard_challenger": (
        "c_DE c_EEh c_DD c_ED c_SQ c_DC",
        "d_EEs d_ED d_EEh d_DDs d_DC d_DDh d_DE d_SQ",
    ),
}


@pytest.mark.parametrize("name", sorted(ORDERS))
def test_jumps_are_what_is_seen_on_lines_across_borders(name):
    """Along random lines, wherever one family ends where another begins: the jump is told, and no other sign than proved."""
    theorem = dg.derive(dg.models.CATALOGUE[name]())
    told = {(jump.below, jump.above, jump.outcome): jump for jump in theorem.statics(()).jumps}
    values, rng = ClosedValues.of(theorem), np.random.default_rng(1)
    symbols = {parameter: sympy.Symbol(parameter, real=True) for parameter in theorem.game.parameters}
    chances = [parameter for parameter in theorem.game.parameters if parameter.startswith("p_")]
    seen, most = set(), 0.32 if len(chances) > 2 else 0.97
    for _ in range(200):
        if seen == set(told):
            break
        point = {own: round(0.02 + (most - 0.02) * rng.random(), 6) for own in chances}
        for order in ORDERS[name]:
            names = order.split()
            point |= dict(zip(names, np.cumsum(0.1 + rng.random(len(names))).round(6).tolist(), strict=True))
        moved = str(rng.choice(chances))
        line = stretches(values, (moved, 0.0, 1.0), {own: value for own, value in point.items() if own != moved})
        for before, border, after in zip(line[:-2:2], line[1:-1:2], line[2::2], strict=True):
            if not (before.inside and after.inside):
                continue
            here = {symbols[own]: value for own, value in {**point, moved: border.low}.items()}
            for one in set(before.families) - set(after.families):
                for other in set(after.families) - set(before.families):
                    low, high = theorem.families[one], theorem.families[other]
                    for outcome, share in low.outcomes.items():
                        gap = float((high.outcomes[outcome] - share).subs(here))
                        if abs(gap) < 1e-9:
                            continue
                        turned = (low.name, high.name, outcome) not in told
                        jump = told[(high.name, low.name, outcome) if turned else (low.name, high.name, outcome)]
                        assert float(jump.size.subs(here)) == pytest.approx(-gap if turned else gap, abs=1e-9)
                        assert jump.verdict.startswith("up" if (gap > 0) != turned else "down")
                        seen.add((jump.below, jump.above, jump.outcome))
    assert seen == set(told)


def test_where_a_family_goes_on_by_another_condition_nothing_ends():
    """Settlement needs one of two thresholds: where Straddle ends at the second, Settlement has begun at the first."""
    jumps = {(jump.below, jump.above) for jump in dg.derive(dg.models.tripartite_crisis()).statics(()).jumps}
    assert jumps == {("Hold-Firm", "Settlement"), ("Straddle", "Hold-Firm")}


def test_what_a_family_leaves_free_does_not_stop_statics():
    game = dg.Game(
        name="indifferent",
        players=("a", "b"),
        tree=dg.Decision("a", {"left": "one", "right": "two"}),
        payoffs={"one": {"a": 0, "b": "g"}, "two": {"a": 0, "b": "h"}},
        assumptions=("g > h",),
    )
    theorem = dg.derive(game)
    (mixing,) = (family.name for family in theorem.families if family.continuum)
    statics = theorem.statics()
    assert statics[mixing, "probability of one", "g"].verdict == "constant"
    assert statics[mixing, "payoff of b", "g"].verdict == "left free"
    assert theorem.prove(Monotone(mixing, "one", "never rises", "g")).verdict == "proved"
