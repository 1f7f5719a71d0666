"""Sweeps against one `dg.solve` a point, and what is done where equilibria are many."""

import math
import warnings

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.analysis.equilibrium_map import equilibrium_map
from deterrence_games.analysis.sweep import _size, _time
from deterrence_games.analysis.sweep_families import region_map
from tests.analysis.sweep_functions import in_words, leaving, number_of_equilibria, picky, silent
from tests.analysis.sweeps import FIXED, PAYOFFS, PLANE, RUDIMENTARY, SQUARE, UNILATERAL, same

EVERYTHING = (
    "families", "count", "outcomes", "payoffs", "war", "deterrence", "strategies", "margin", "credibility", "logit",
    number_of_equilibria,
)  # fmt: skip


@pytest.fixture(scope="module")
def swept():
    return dg.sweep(UNILATERAL, SQUARE, fixed=PAYOFFS, quantities=EVERYTHING)


@pytest.fixture(scope="module")
def solutions():
    """The solution at every point of the square, by its indices."""
    found = {}
    for i, p_ch in enumerate(SQUARE["p_ch"].tolist()):
        for j, p_def in enumerate(SQUARE["p_def"].values().tolist()):
            found[i, j] = dg.solve(UNILATERAL, {**PAYOFFS, "p_ch": p_ch, "p_def": p_def})
    return found


def test_every_quantity_is_that_of_a_solve(swept, solutions):
    assert (swept.status == 0).all()
    for (i, j), solution in solutions.items():
        here = swept.isel(p_ch=i, p_def=j)
        assert here["count"] == here.number_of_equilibria == len(solution)
        names = {name for name in swept.families.attrs["family_names"] if dg.family_exists(swept, name)[i, j]}
        assert names == {equilibrium.name for equilibrium in solution}
        for name in set(swept.family.values) - names:
            assert here.outcomes.sel(family=name).isnull().all()
        for name in names:
            members = [equilibrium for equilibrium in solution if equilibrium.name == name]
            own = here.sel(family=name)
            for outcome in UNILATERAL.outcomes:
                _spans(own.outcomes.sel(outcome=outcome), [member.outcomes[outcome] for member in members])
            for player in UNILATERAL.players:
                _spans(own.payoffs.sel(player=player), [member.payoffs[player] for member in members])
            _spans(own.war, [member.outcomes["conflict"] for member in members])
            _spans(own.deterrence, [member.outcomes["status_quo"] for member in members])
            _spans(own.margin, [member.margin for member in members])
            defy = [member.behavior_intervals["defender", "soft", ("defect",)]["defy"] for member in members]
            _spans(own.strategies.sel(action="defender soft after defect: defy"), [end for ends in defy for end in ends])


def _spans(told, values):
    assert told.sel(bound="low") == pytest.approx(min(values), abs=1e-12)
    assert told.sel(bound="high") == pytest.approx(max(values), abs=1e-12)


def test_margins_of_threats_are_those_of_the_credibility_report(swept, solutions):
    compared = 0
    for (i, j), solution in list(solutions.items())[::11]:
        report = dg.credibility(UNILATERAL, solution.params, solution)
        margins = {}
        for threat in report.threats:
            for effect in threat.effects:
                if (threat.action, threat.move) == ("defy", "defect"):
                    margins.setdefault((threat.equilibrium_name, effect.type), []).append(effect.margin)
        for (name, kind), values in margins.items():
            label = f"defender: defy after defect, to challenger {kind}: defect"
            _spans(swept.credibility.isel(p_ch=i, p_def=j).sel(family=name, commitment=label), values)
            compared += 1
    assert compared > 10


def test_logit_limits_are_those_of_the_solver(swept):
    params = {**PAYOFFS, "p_ch": float(SQUARE["p_ch"][2]), "p_def": float(SQUARE["p_def"].values()[1])}
    limit = dg.solve(UNILATERAL, params, dg.LogitPath())[0]
    told = swept.logit.isel(p_ch=2, p_def=1).sel(action="challenger soft: defect")
    assert told == pytest.approx(limit.behavior["challenger", "soft", ()]["defect"], abs=1e-9)


def test_chunks_do_not_change_a_bit(swept):
    for chunks in (5, {"p_ch": 3, "p_def": 4}):
        assert same(swept, dg.sweep(UNILATERAL, SQUARE, fixed=PAYOFFS, quantities=EVERYTHING, chunks=chunks))


def test_a_sweep_is_the_equilibrium_map():
    square = {"p_ch": dg.Linear(0, 1, 21), "p_def": dg.Linear(0, 1, 17)}
    swept = dg.sweep(UNILATERAL, square, fixed=PAYOFFS, quantities="families")
    mapped = equilibrium_map(UNILATERAL, ("p_ch", 0, 1, 21), ("p_def", 0, 1, 17), PAYOFFS)
    own = region_map(swept)
    assert own.fixed == mapped.fixed
    assert own.complete.all()
    for name in mapped.names:
        np.testing.assert_array_equal(own.exists(name), mapped.exists(name), err_msg=name)


def test_families_that_no_probe_met_count_as_another(monkeypatch):
    monkeypatch.setattr("deterrence_games.analysis.sweep_families.PROBES", 2)
    nameless = RUDIMENTARY.replace(names={})
    swept = dg.sweep(nameless, PLANE, fixed=FIXED, quantities="families")
    names = swept.families.attrs["family_names"]
    assert names[-1] == "another equilibrium"
    everything = dg.sweep(RUDIMENTARY, PLANE, fixed=FIXED, quantities="families")
    there = sum(dg.family_exists(swept, name).astype(int) for name in names)
    assert (there == sum(dg.family_exists(everything, name).astype(int) for name in everything.families.family_names)).all()


# ---- where equilibria are many ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("select", "choose"),
    [
        ("best challenger", lambda found: max(found, key=lambda own: own.payoffs["challenger"])),
        ("worst challenger", lambda found: min(found, key=lambda own: own.payoffs["challenger"])),
        ("best defender", lambda found: max(found, key=lambda own: own.payoffs["defender"])),
        ("least war", lambda found: min(found, key=lambda own: own.outcomes["conflict"])),
    ],
)
def test_a_rule_gives_the_value_of_the_equilibrium_that_it_names(solutions, select, choose):
    swept = dg.sweep(UNILATERAL, SQUARE, fixed=PAYOFFS, quantities=("war", "payoffs"), select=select)
    assert (swept.status == 0).all()
    assert swept.attrs["selection"].startswith("the equilibrium with the ")
    for (i, j), solution in solutions.items():
        best = choose(solution)
        here = swept.isel(p_ch=i, p_def=j)
        assert here.war == pytest.approx(best.outcomes["conflict"], abs=1e-12)
        assert here.payoffs.sel(player="defender") == pytest.approx(best.payoffs["defender"], abs=1e-12)


def test_a_range_spans_all_equilibria(solutions):
    swept = dg.sweep(UNILATERAL, SQUARE, fixed=PAYOFFS, quantities=("war",), select="range")
    for (i, j), solution in solutions.items():
        wars = [equilibrium.outcomes["conflict"] for equilibrium in solution]
        assert swept.war[i, j].values.tolist() == pytest.approx([min(wars), max(wars)], abs=1e-12)


def test_a_rule_that_leaves_equilibria_with_different_values_says_so():
    players = ("a", "b")
    payoffs = {"both": {"a": 1, "b": 1}, "none": {"a": 1, "b": 1}, "apart": {"a": "x", "b": 0}}
    moves = {("C", "C"): "both", ("D", "D"): "none", ("C", "D"): "apart", ("D", "C"): "apart"}
    game = dg.Game("coordination", players, dg.Simultaneous(dict.fromkeys(players, ("C", "D")), moves), payoffs)
    swept = dg.sweep(game, {"x": [-1, 0]}, quantities=("outcomes", "payoffs"), select="best a")
    assert swept.payoffs.sel(player="a").values.tolist() == [1, 1]
    assert swept.outcomes.sel(outcome="both").isnull().all()
    assert swept.status.values.tolist() == [16, 16]


def stag_hunt():
    moves = {("stag", "stag"): "both", ("hare", "hare"): "none", ("stag", "hare"): "left", ("hare", "stag"): "right"}
    payoffs = {
        "both": {"a": 4, "b": 4}, "none": {"a": 3, "b": 3}, "left": {"a": 0, "b": "x"}, "right": {"a": "x", "b": 0},
    }  # fmt: skip
    return dg.Game("stag_hunt", ("a", "b"), dg.Simultaneous(dict.fromkeys("ab", ("stag", "hare")), moves), payoffs)


def test_risk_dominance_in_the_stag_hunt():
    """Stag pays 4 together and 0 alone, hare 3 or x: hare dominates when (3 - 0)**2 > (4 - x)**2, that is when x > 1."""
    swept = dg.sweep(stag_hunt(), {"x": [0.5, 0.9, 1.1, 3]}, quantities=("outcomes", "payoffs"), select="risk dominant")
    assert swept.status.values.tolist() == [0, 0, 0, 0]
    assert swept.payoffs.sel(player="a").values.tolist() == pytest.approx([4, 4, 3, 3])


def test_neither_dominates_at_a_tie():
    swept = dg.sweep(stag_hunt(), {"x": [1]}, quantities=("payoffs",), select="risk dominant")
    assert swept.status.values.tolist() == [16]
    assert swept.payoffs.isnull().all()


def test_the_logit_limit_selects_an_equilibrium():
    swept = dg.sweep(UNILATERAL, SQUARE, fixed=PAYOFFS, quantities=("war",), select="logit limit")
    for i, j in ((0, 0), (3, 1), (6, 8)):
        params = {**PAYOFFS, "p_ch": float(SQUARE["p_ch"][i]), "p_def": float(SQUARE["p_def"].values()[j])}
        limit = dg.solve(UNILATERAL, params, dg.LogitPath())[0]
        assert swept.war[i, j] == pytest.approx(limit.outcomes["conflict"], abs=1e-6)


def test_bounds_span_a_continuum_on_the_path_of_play():
    """At p_def = c_2 a hard challenger is indifferent: between nobody and every hard one initiating, all is equilibrium."""
    swept = dg.sweep(UNILATERAL, {"p_ch": [0.25], "p_def": [0.5]}, fixed=PAYOFFS, quantities=("outcomes", "war"))
    mixed = swept.isel(p_ch=0, p_def=0, family=5)
    assert "cooperate/defect" in str(mixed.family.values)
    assert mixed.outcomes.sel(outcome="status_quo").values.tolist() == pytest.approx([0.75, 1], abs=1e-12)
    assert mixed.war.values.tolist() == pytest.approx([0, 0.125], abs=1e-12)


# ---- other solvers, odd points, errors ------------------------------------------------------------------------------------


def test_another_solver_may_be_used():
    swept = dg.sweep(RUDIMENTARY, PLANE, fixed=FIXED, quantities=("families", "war", "count"), solver=dg.VertexEnumeration())
    assert "VertexEnumeration" in swept.attrs["method"]
    for i, p in enumerate(PLANE["p"]):
        solution = dg.solve(RUDIMENTARY, {**FIXED, "p": p, "a_DC": 1.5}, dg.VertexEnumeration())
        wars = [equilibrium.outcomes["conflict"] for equilibrium in solution]
        here = swept.isel(p=i, a_DC=1)
        assert here["count"] == len(solution)
        assert [here.war.min(), here.war.max()] == pytest.approx([min(wars), max(wars)], abs=1e-9)


def test_points_outside_the_game_are_marked_and_the_rest_goes_on():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        swept = dg.sweep(RUDIMENTARY, {"p": [-0.2, 0, 0.5, 1, 1.5], "a_DC": [-1, 1]}, fixed=FIXED)
    assert swept.status.values.tolist() == [[10, 10], [2, 2], [2, 0], [2, 2], [10, 10]]
    assert (swept.families.values[[0, 4]] == 0).all()
    assert swept.outcomes.isel(p=0).isnull().all()
    assert swept.outcomes.isel(p=2, a_DC=1).notnull().any()


def test_what_a_function_raises_is_kept_with_its_point():
    swept = dg.sweep(RUDIMENTARY, PLANE, fixed=FIXED, quantities=("families", picky), chunks=5)
    wrong = PLANE["p"] > 0.5
    assert swept.picky.isel(p=wrong).isnull().all()
    assert (swept.picky.isel(p=~wrong) == PLANE["a_DC"]).all()
    assert ((swept.status.values == 32) == wrong[:, None]).all()
    assert swept.errors.values.tolist() == [f"ValueError: p is {p:g}" for p in PLANE["p"][wrong] for _ in PLANE["a_DC"]]
    assert swept.error_p.values.tolist() == [p for p in PLANE["p"][wrong] for _ in PLANE["a_DC"]]
    assert swept.error_a_DC.values.tolist() == PLANE["a_DC"] * wrong.sum()
    assert set(swept.error_quantity.values) == {"picky"}


def test_whatever_a_function_does_the_rest_goes_on():
    swept = dg.sweep(RUDIMENTARY, {"p": [0.2, 0.7]}, fixed={**FIXED, "a_DC": 2}, quantities=(leaving, silent, in_words, "war"))
    assert swept.leaving.values.tolist() == pytest.approx([0.2, math.nan], nan_ok=True)
    assert swept.silent.isnull().all()
    assert swept.in_words.isnull().all()
    assert swept.war.notnull().any("family").all()
    assert swept.status.values.tolist() == [32, 32]
    assert [(str(own.error_quantity.values), str(own.values)) for own in swept.errors] == [
        ("in_words", "TypeError: in_words returned '0.5', not a number"),
        ("silent", "SilentError: (it has no message)"),
        ("in_words", "TypeError: in_words returned '0.5', not a number"),
        ("leaving", "SystemExit: enough"),
        ("silent", "SilentError: (it has no message)"),
    ]


def test_samples_and_tables_are_lists_of_points():
    sample = dg.Sample({"p": (0, 1), "a_DC": (1, 4)}, 32, seed=3)
    swept = dg.sweep(RUDIMENTARY, sample, fixed=FIXED, quantities=("families", "war"), select="range")
    assert swept.sizes["point"] == 32
    assert "sobol" in swept.attrs["sample"]
    table = dg.Table({"p": swept.p.values, "a_DC": swept.a_DC.values})
    again = dg.sweep(RUDIMENTARY, table, fixed=FIXED, quantities=("families", "war"), select="range")
    assert swept.war.values.tobytes() == again.war.values.tobytes()
    threshold = swept.a_DC / (swept.a_DC + 3)
    np.testing.assert_array_equal(dg.family_exists(swept, "Deterrence"), swept.p >= threshold)


def test_a_dataset_says_where_it_comes_from(swept):
    assert swept.attrs["game"] == "unilateral_deterrence"
    assert "Zagare and Kilgour" in swept.attrs["source"]
    assert swept.attrs["version_deterrence_games"] == dg.__version__
    assert len(swept.attrs["game_sha256"]) == 64
    assert swept.p_ch.attrs["units"] == "probability"
    assert (float(swept.c_DC), swept.c_DC.attrs["units"]) == (4, "payoff of challenger")
    changed = dg.sweep(UNILATERAL.replace(source="elsewhere"), {"p_ch": [0.5]}, fixed={**PAYOFFS, "p_def": 0.3})
    assert changed.attrs["game_sha256"] != swept.attrs["game_sha256"]


def named(name):
    """A function of a solution under a name that a dataset uses itself."""

    def function(solution):
        return 0.0

    function.__name__ = name
    return function


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"quantities": "famlies"}, "unknown quantity 'famlies' (did you mean families?)"),
        ({"quantities": ()}, "quantities are ()"),
        ({"quantities": ("war", "war")}, "'war' is asked for twice"),
        ({"quantities": (lambda solution: 0.0,)}, "needs a name of its own"),
        ({"quantities": ("war", named("family"))}, "needs a name of its own"),
        ({"quantities": ("war", named("error_p"))}, "call it otherwise than what a dataset holds already"),
        ({"quantities": (3,)}, "quantity 3 is neither"),
        ({"select": "nicest"}, "unknown rule 'nicest'"),
        ({"select": "best"}, "names no player; write best and one of challenger, defender"),
        ({"select": 3}, "select is 3"),
        ({"solver": "PerfectBayesian"}, "solver is 'PerfectBayesian'"),
        ({"processes": 0}, "processes is 0"),
        ({"client": 3}, "client is 3"),
        ({"processes": 2, "client": 3}, "processes and client are both given"),
        ({"store": 3}, "store is 3"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(dg.DeterrenceGamesError) as caught:
        dg.sweep(RUDIMENTARY, PLANE, fixed=FIXED, **options)
    assert message in str(caught.value)


def test_a_solver_that_cannot_take_the_game_is_refused_before_the_sweep():
    with pytest.raises(dg.SolverError, match="BackwardInduction"):
        dg.sweep(RUDIMENTARY, PLANE, fixed=FIXED, solver=dg.BackwardInduction())


def test_games_without_war_or_two_players_lack_some_quantities():
    game = dg.Game("one", ("a",), dg.Decision("a", {"l": "x", "r": "y"}), {"x": {"a": "u"}, "y": {"a": 0}})
    for options, message in (
        ({"quantities": "war"}, "nobody fights"),
        ({"quantities": "deterrence"}, "no status_quo"),
        ({"select": "least war"}, "nobody fights"),
        ({"select": "risk dominant"}, "two players"),
    ):
        with pytest.raises(dg.GameError, match=message):
            dg.sweep(game, {"u": [1, 2]}, **options)
    with pytest.raises(dg.GameError, match="cannot sweep int"):
        dg.sweep(3, {})


def test_maps_and_families_of_a_dataset_without_them():
    swept = dg.sweep(RUDIMENTARY, PLANE, fixed=FIXED, quantities="war")
    for read in (region_map, lambda found: dg.family_exists(found, "Attack")):
        with pytest.raises(dg.GameError, match="no families"):
            read(swept)
    line = dg.sweep(RUDIMENTARY, {"p": [0.2, 0.4]}, fixed={**FIXED, "a_DC": 1}, quantities="families")
    with pytest.raises(dg.GameError, match="two axes, here are p"):
        region_map(line)
    with pytest.raises(dg.GameError, match="no family is called 'Atack'"):
        dg.family_exists(line, "Atack")


def test_an_estimate_counts_points_and_bytes_and_writes_nothing(tmp_path):
    found = dg.estimate_sweep(
        RUDIMENTARY, PLANE, fixed=FIXED, quantities=("families", "war"), chunks=5, store=tmp_path / "x.zarr"
    )
    assert (found.points, found.blocks, found.done) == (24, 6, 0)
    assert found.bytes == 24 * (1 + 1 + 2 * 2 * 8)  # status, families, and two bounds for each of two families
    assert found.stored_bytes > 0
    assert found.seconds > 0
    assert not list(tmp_path.iterdir())
    assert math.isfinite(found.seconds)
    assert str(found).startswith("24 points in 6 blocks; 816 bytes in memory, about ")


def test_sizes_and_times_are_told_in_words():
    assert [_size(n) for n in (12, 3400, 2.5e9, 8e15)] == ["12 bytes", "3.4 kB", "2.5 GB", "8e+03 TB"]
    assert [_time(s) for s in (1.25, 600, 36_000, 864_000)] == ["1.2 seconds", "10 minutes", "10 hours", "10 days"]


def test_a_table_may_be_a_data_frame():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"p": [0.2, 0.5], "a_DC": [1, 1]})
    swept = dg.sweep(RUDIMENTARY, dg.Table(frame), fixed=FIXED, quantities="families")
    assert dg.family_exists(swept, "Deterrence").values.tolist() == [False, True]
