"""The packaged figures against what is printed about them, and files that users supply."""

import csv

import pytest
from scipy.stats import kendalltau, spearmanr

import deterrence_games as dg
from deterrence_games.alliances import indicators, nato, packaged, pledges, read_alliance, read_atop, read_nmc, states


def values(measure, year, **vintage):
    return {state: own.value for state, own in indicators().measure(measure, year, **vintage).items()}


def test_olson_and_zeckhauser_1966_rank_correlation():
    size, burden = values("gnp_bn_usd", 1964), values("defence_share", 1964)
    pairs = [(size[state], burden[state]) for state in size]
    assert len(pairs) == 14
    assert spearmanr(pairs).statistic == pytest.approx(0.490, abs=5e-4)  # printed
    assert kendalltau(*zip(*pairs, strict=True)).statistic == pytest.approx(0.3846, abs=5e-5)  # computed from the table


def test_rank_correlation_of_2014_is_gone():
    size, burden = values("gdp_bn_usd", 2014), values("defence_share", 2014)
    assert spearmanr([(size[state], burden[state]) for state in size]).statistic == pytest.approx(0.219, abs=5e-3)


def test_members_that_reach_two_percent():
    floor = next(own for own in pledges() if own.name == "two_percent_guideline").floor
    reach = {year: sum(v >= floor for v in values("defence_share", year, vintage="2024-06").values()) for year in (2014, 2024)}
    assert reach == {2014: 3, 2024: 23}  # as NATO counted in June 2024
    assert set(values("defence_share", 2024)) == set(nato().members(2024)) - {"ISL"}


def test_every_row_says_where_it_is_from():
    for path in sorted(packaged.DATA.glob("*.csv")):
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        assert rows, path
        for row in rows:
            assert row["source"], (path, row)
            assert row["standing"] in ("seen", "derived", "recalled"), (path, row)


def test_every_state_of_the_data_is_in_the_table_of_states():
    named = {state for state, _, _ in indicators()} | set(nato().states)
    assert named <= set(states())


def test_derived_expenditure_is_share_times_output():
    share, output = values("defence_share", 2024), values("gdp_bn_usd", 2024)
    derived = [own for own in indicators().measure("military_expenditure_bn_usd", 2024).values() if own.standing == "derived"]
    assert len(derived) == 27
    for own in derived:
        assert own.value == pytest.approx(share[own.state] * output[own.state] / 100, abs=0.0051)


def test_missing_figures_are_named_and_can_be_given():
    members = nato().members(2024)
    with pytest.raises(dg.AllianceError, match="no defence_share of 2024 for ISL; add the figures"):
        indicators().of(members, "defence_share", 2024)
    with pytest.raises(dg.AllianceError, match=r"no defence_share of 2025 for .*FRA.*ISL"):
        indicators().of(members, "defence_share", 2025)
    given = indicators().with_figures("defence_share", 2024, {"ISL": 0.1, "POL": 5})
    assert given.of(("ISL", "POL", "EST"), "defence_share", 2024) == {"ISL": 0.1, "POL": 5.0, "EST": 3.41}
    assert given.measure("defence_share", 2024)["ISL"].standing == "given"
    with pytest.raises(dg.AllianceError, match="of ISL in 2024 is 0; give a positive figure"):
        given.with_figures("defence_share", 2024, {"ISL": 0}).of(("ISL",), "defence_share", 2024)


def test_given_figures_of_other_years_and_measures_stay():
    given = indicators().with_figures("gdp_bn_usd", 2023, {"UKR": 1}).with_figures("gdp_bn_usd", 2024, {"UKR": 2})
    given = given.with_figures("defence_share", 2024, {"UKR": 3}).with_figures("gdp_bn_usd", 2024, {"UKR": 4})
    assert {key[1:]: value for key, value in given.items() if key[0] == "UKR"} == {
        (2023, "gdp_bn_usd"): 1.0,
        (2024, "gdp_bn_usd"): 4.0,
        (2024, "defence_share"): 3.0,
    }
    for odd in ("much", None, float("nan")):
        with pytest.raises(dg.ParameterError, match=r"gdp_bn_usd of UKR in 2024 is .*; give a finite number"):
            given.with_figures("gdp_bn_usd", 2024, {"UKR": odd})


def test_unknown_measures_and_years_say_what_is_there():
    with pytest.raises(dg.ParameterError, match="measure 'gdp' is unknown; use one of cinc, defence_share"):
        indicators().measure("gdp", 2024)
    with pytest.raises(dg.ParameterError, match=r"no defence_share of 1999; there are 1964 \(1966\), 2014"):
        indicators().measure("defence_share", 1999)


# ---- files of the user ---------------------------------------------------------------------------------------------------

HEAD = "stateA,stateB,year,defense,offense,neutral,nonagg,consul"


def written(folder, text, encoding="utf-8", name="file.csv"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


ROWS = "\n".join([HEAD, "2,740,1958,1,0,0,0,1", "2,740,1959,1,0,0,1,1", "740,2,1959,0,0,0,1,1", "2,740,1961,1,0,0,1,1"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_atop_spells(tmp_path, encoding):
    alliance = read_atop(written(tmp_path, ROWS, encoding))
    kinds = {
        year: "".join(sorted(row.kind[0] for row in alliance.obligations("JPN", year)))
        for year in (1958, 1959, 1960, 1961, 1970)
    }
    assert kinds == {1958: "cd", 1959: "cdn", 1960: "", 1961: "cdn", 1970: "cdn"}
    assert [row.kind for row in alliance.obligations("USA", 1959)] == ["nonaggression", "consultation"]
    assert alliance.members(1959) == ("USA", "JPN")


def test_atop_members_are_those_with_an_obligation(tmp_path):
    """Unsorted rows, and a gap in which a state neither owes nor is owed anything."""
    rows = [
        "2,740,1961,1,0,0,0,0",
        "2,200,1960,0,0,0,1,0",
        "2,740,1958,1,0,0,0,0",
        "2,200,1959,0,0,0,1,0",
        "2,740,1960,0,0,0,0,0",
    ]
    alliance = read_atop(written(tmp_path, "\n".join([HEAD, *rows])))
    members = {year: set(alliance.members(year)) for year in range(1958, 1963)}
    assert members == {
        1958: {"USA", "JPN"},
        1959: {"USA", "GBR"},
        1960: {"USA", "GBR"},
        1961: {"USA", "JPN"},
        1962: {"USA", "JPN"},
    }


def test_figures_have_a_standing(tmp_path):
    head = "state,year,measure,value,source,standing\n"
    figures = dg.alliances.read_indicators(written(tmp_path, head + "USA,2020,m,1,me,\n")).figures
    assert figures[0].standing == "given"
    with pytest.raises(dg.AllianceError, match="m of USA in 2020: standing 'sure' is unknown; use one of seen, derived"):
        dg.alliances.read_indicators(written(tmp_path, head + "USA,2020,m,1,me,sure\n"))


def test_rows_without_content_and_lines_within_quotes(tmp_path):
    text = 'state,year,measure,value,source,standing\nUSA,2020,m,1,"a\nb\u2028c",seen\n,,,,,\n  \nGBR,2020,m,2,d\u2028e,seen\n'
    figures = dg.alliances.read_indicators(written(tmp_path, text)).measure("m", 2020)
    assert (figures["USA"].source, figures["GBR"].source) == ("a\nb\u2028c", "d\u2028e")
    with pytest.raises(dg.FormatError, match="line 7: 2 fields where the head has 6"):
        dg.alliances.read_indicators(written(tmp_path, text + "FRA,2020\n"))


def test_atop_in_the_columns_of_other_tools(tmp_path):
    head = "ccode1,ccode2,year,atop_defense,atop_offense,atop_neutral,atop_nonagg,atop_consul"
    alliance = read_atop(written(tmp_path, f"{head}\n2,999,2000,1,0,0,0,0\n"))
    assert alliance.obligations(year=2000)[0].promisee == "COW999"


def test_mixed_encodings_in_one_file(tmp_path):
    path = tmp_path / "mixed.csv"
    path.write_bytes(
        "state,year,measure,value,source,standing\nTUR,2024,x,1,Türkiye,given\n".encode()
        + "DEU,2024,x,2,Köln,given\n".encode("cp1252")
    )
    figures = dg.alliances.read_indicators(path).measure("x", 2024)
    assert (figures["TUR"].source, figures["DEU"].source) == ("Türkiye", "Köln")


WRONG = {
    r"no column 'defense', 'offense'": "stateA,stateB,year\n2,740,1960\n",
    r"line 2: 7 fields where the head has 8": f"{HEAD}\n2,740,1960,1,0,0,0\n",
    r"line 2: defense is '7'; ATOP codes 0 or 1": f"{HEAD}\n2,740,1960,7,0,0,0,0\n",
    r"line 2: stateA is 'USA', not a number": f"{HEAD}\nUSA,740,1960,1,0,0,0,0\n",
    r"line 3: 2, 740, 1960 stands there twice": f"{HEAD}\n2,740,1960,1,0,0,0,0\n2,740,1960,1,0,0,0,0\n",
    r"no obligation in 1 row": f"{HEAD}\n2,740,1960,0,0,0,0,0\n",
    r"column 'year' stands there twice": f"{HEAD},year\n2,740,1960,1,0,0,0,0,1960\n",
    r"the columns are none": "",
    r"line 2: year is 'inf', not a number": f"{HEAD}\n2,740,inf,1,0,0,0,0\n",
    r"line 2: stateA is '1e400', not a number": f"{HEAD}\n1e400,740,1960,1,0,0,0,0\n",
    r"line 2: year is 19600; give a year of four digits": f"{HEAD}\n2,740,19600,1,0,0,0,0\n",
    r"line 3: 2.0, 740, 1960 stands there twice": f"{HEAD}\n2,740,1960,1,0,0,0,0\n2.0,740,1960,1,0,0,0,0\n",
    r"is a quotation mark left open\?": f'{HEAD}\n"2,740,1960,1,0,0,0,0\n' + "2,740,1961,1,0,0,0,0\n" * 10_000,
}


@pytest.mark.parametrize("message", WRONG)
def test_wrong_files_are_refused(tmp_path, message):
    with pytest.raises(dg.FormatError, match=message):
        read_atop(written(tmp_path, WRONG[message]))


def test_files_that_are_no_text_or_missing_are_refused(tmp_path):
    path = tmp_path / "binary.csv"
    path.write_bytes(b"ab\0\1")
    with pytest.raises(dg.FormatError, match="it is no text"):
        read_atop(path)
    with pytest.raises(dg.FormatError, match="cannot be read"):
        read_nmc(tmp_path / "absent.csv")


def test_national_material_capabilities(tmp_path):
    text = "stateabb,ccode,year,milex,milper,cinc\nUSA,2,2016,622000000,1347,.1332\nICE,395,2016,-9,0,0\n"
    figures = read_nmc(written(tmp_path, text))
    assert figures["USA", 2016, "military_expenditure_bn_usd"] == pytest.approx(622)
    assert figures["USA", 2016, "cinc"] == 0.1332
    assert ("ISL", 2016, "military_expenditure_bn_usd") not in figures
    with pytest.raises(dg.AllianceError, match="cinc of ISL in 2016 is 0; give a positive figure"):
        figures.of(("USA", "ISL"), "cinc", 2016)
    with pytest.raises(dg.FormatError, match="line 2: cinc is -1; give a figure of at least 0"):
        read_nmc(written(tmp_path, "ccode,year,cinc\n2,2016,-1\n"))
    with pytest.raises(dg.AllianceError, match="cinc of USA in 2016 stands there twice"):
        read_nmc(written(tmp_path, "ccode,year,cinc\n2,2016,.1\n2,2016,.2\n"))


def test_a_hundred_thousand_rows_are_read(tmp_path):
    rows = [
        f"{a},{b},{year},1,0,0,{year % 2},1" for a in range(2, 52) for b in range(2, 42) if a != b for year in range(1950, 2002)
    ]
    assert len(rows) > 100_000
    path = written(tmp_path, "\n".join([HEAD, *rows]))
    alliance = read_atop(path)
    assert len(alliance.members(2001)) == 50
    assert len(alliance.obligations("USA", 2001)) == 3 * 49


def test_a_folder_of_ones_own(tmp_path):
    written(
        tmp_path, "alliance,treaty,name,signed,in_force,ended,source,standing\nx,t,T,1990,1990,,me,given\n", name="treaties.csv"
    )
    written(
        tmp_path, "treaty,state,begin,end,source,standing\nt,A,1990,,me,given\nt,B,1990,,me,given\n", name="memberships.csv"
    )
    head = "treaty,article,kind,promisor,promisee,regions,automaticity,decision_rule,begin,end"
    written(tmp_path, f"{head}\nt,1,defence,A,B,europe,common_danger,majority,,\n", name="clauses.csv")
    alliance = read_alliance(tmp_path)
    assert alliance.name == "x"
    assert alliance.obligations("B", 1990)[0].standing == "given"
    written(tmp_path, f"{head}\nu,1,defence,A,B,europe,common_danger,majority,,\n", name="clauses.csv")
    with pytest.raises(dg.FormatError, match=r"clauses.csv, line 2: unknown treaty 'u'"):
        read_alliance(tmp_path)
    with pytest.raises(dg.FormatError, match=r"alliance 'y' is not there; name one of x"):
        read_alliance(tmp_path, "y")
