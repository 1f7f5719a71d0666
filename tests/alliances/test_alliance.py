"""Treaties as data: members, obligations, networks, what-ifs, and what does not hang together."""

from dataclasses import replace

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.alliances import (
    Alliance,
    Clause,
    Membership,
    Period,
    Suspension,
    Treaty,
    alignment,
    anzus,
    assess,
    guarantee,
    hub_and_spokes,
    nato,
)

PACT = Treaty("pact", "A pact", "1950-06-01", Period("1951"))


def pact(**changes):
    whole = {
        "name": "pact",
        "treaties": (PACT,),
        "memberships": (Membership("pact", "A", Period("1951")), Membership("pact", "B", Period("1951"))),
        "clauses": (Clause("pact", "1", "defence", "*", "*"),),
    }
    return Alliance(**(whole | changes))


@pytest.mark.parametrize(
    ("year", "count"),
    list(
        zip(
            (1949, 1951, 1952, 1955, 1982, 1999, 2004, 2009, 2017, 2020, 2023, 2024),
            (12, 12, 14, 15, 16, 19, 26, 28, 29, 30, 31, 32),
            strict=True,
        )
    ),
)
def test_nato_grows_by_years_of_accession(year, count):
    assert len(nato().members(year)) == count
    assert len(nato().obligations("GBR", year, "europe").of_kind("defence")) == count - 1


def test_nato_defends_where_article_6_reaches():
    assert len(nato().obligations("GBR", 1982, "south_atlantic").of_kind("defence")) == 0
    assert len(nato().obligations("USA", 2024, "hawaii").of_kind("defence")) == 0
    assert len(nato().obligations("USA", 2024, "north_america").of_kind("defence")) == 31
    assert {row.decision_rule for row in nato().obligations("USA", 2024).of_kind("consultation")} == {"consensus"}


def test_anzus_is_a_path_through_australia_from_1986():
    assert {frozenset(pair) for pair in anzus().graph(1985, kind="defence").edges()} == {
        frozenset(pair) for pair in (("AUS", "NZL"), ("AUS", "USA"), ("NZL", "USA"))
    }
    after = anzus().graph(1986, kind="defence")
    assert {frozenset(pair) for pair in after.edges()} == {frozenset(("AUS", "NZL")), frozenset(("AUS", "USA"))}
    assert anzus().members(1986) == ("AUS", "NZL", "USA")
    assert {row.automaticity for row in anzus().obligations("AUS", 2001).of_kind("defence")} == {"common_danger"}


# What ATOP codes for these directed dyads (defence, offence, neutrality, non-aggression, consultation), as seen in a
# listing of its columns.
ATOP = {
    ("nato", "USA", "GBR", 1955): "10011",
    ("nato", "USA", "TUR", 2018): "10011",
    ("anzus", "USA", "AUS", 2018): "10011",
    ("anzus", "USA", "NZL", 1985): "10011",
    ("anzus", "USA", "NZL", 1987): "00000",
    ("anzus", "AUS", "NZL", 1985): "10011",
    ("hub-and-spokes", "USA", "JPN", 1955): "10001",
    ("hub-and-spokes", "USA", "JPN", 1965): "10011",
    ("hub-and-spokes", "USA", "JPN", 2018): "10011",
    ("hub-and-spokes", "JPN", "USA", 2000): "00011",
    ("hub-and-spokes", "USA", "KOR", 1955): "10011",
    ("hub-and-spokes", "KOR", "USA", 2018): "10011",
    ("hub-and-spokes", "PHL", "USA", 1955): "10011",
    ("hub-and-spokes", "USA", "THA", 2018): "10011",
    ("hub-and-spokes", "USA", "TWN", 1955): "10010",
    ("hub-and-spokes", "TWN", "USA", 1979): "10010",
    ("hub-and-spokes", "USA", "TWN", 1985): "00000",
}


@pytest.mark.parametrize("dyad", ATOP, ids=lambda dyad: "-".join(map(str, dyad)))
def test_coding_agrees_with_atop(dyad):
    name, promisor, promisee, year = dyad
    alliance = {"nato": nato, "anzus": anzus, "hub-and-spokes": hub_and_spokes}[name]()
    kinds = {row.kind for row in alliance.obligations(promisee, year) if row.promisor == promisor}
    order = ("defence", "offence", "neutrality", "nonaggression", "consultation")
    assert "".join(str(int(kind in kinds)) for kind in order) == ATOP[dyad]


def test_japan_owes_no_defence_and_is_defended_at_home_only():
    spokes = hub_and_spokes().at(2024)
    assert spokes.obligations("JPN", region="japan").of_kind("defence").promisors == ("USA",)
    assert len(spokes.obligations("JPN", region="south_china_sea").of_kind("defence")) == 0
    assert "JPN" not in spokes.obligations("USA").of_kind("defence").promisors
    assert spokes.obligations("PHL", region="south_china_sea").of_kind("defence").promisors == ("USA",)


def test_thailand_is_owed_by_each_for_itself_since_1962():
    rule = {year: hub_and_spokes().obligations("THA", year).of_kind("defence")[0].decision_rule for year in (1961, 1962)}
    assert rule == {1961: "consensus", 1962: "each_for_itself"}


def test_what_ifs():
    assert len(nato().without("USA", "TUR").members(2024)) == 30
    assert "TUR" not in nato().without("TUR").obligations("EST", 2024).promisors
    larger = nato().with_member("UKR", 2030)
    assert "UKR" in larger.members(2030)
    assert "UKR" not in larger.members(2029)
    assert len(larger.obligations("UKR", 2030).of_kind("defence")) == 32
    quiet = nato().suspend("USA", "*", 2025)
    assert "USA" not in quiet.obligations("EST", 2025).promisors
    assert "USA" in quiet.obligations("EST", 2024).promisors
    assert len(quiet.obligations("USA", 2025).of_kind("defence")) == 31


def test_who_leaves_is_bound_until_its_notice_is_over():
    alone = nato().leave("GRC", 2026)
    assert [("GRC" in alone.members(year)) for year in (2025, 2026, 2027)] == [True, True, False]
    assert [len(alone.obligations("EST", year).of_kind("defence")) for year in (2026, 2027)] == [31, 30]
    assert nato().leave("GRC", 2026).with_member("GRC", 2030).members(2030)[-1] == "GRC"
    slow = pact(treaties=(replace(PACT, exit_notice_years=1.5),), clauses=(Clause("pact", "1", "defence", "A", "B"),))
    assert [slow.leave("A", 1960).members(year) for year in (1961, 1962)] == [("A", "B"), ("B",)]
    assert slow.leave("A", 1960).leave("A", 1961).members(1962) == ("B",)  # an earlier notice stands
    spokes = hub_and_spokes().leave("USA", 2026, "us_korea_1953")
    assert set(spokes.members(2027)) == {"USA", "PHL", "THA", "JPN", "KOR"}
    assert len(spokes.obligations("KOR", 2027)) == 0


def test_since_is_the_later_accession():
    since = {row.promisor: row.since for row in nato().obligations("EST", 2024).of_kind("defence")}
    assert (since["GBR"], since["FIN"], since["SWE"]) == (2004, 2023, 2024)


def test_graph_carries_the_fields_and_the_table_its_rows():
    graph = nato().at(2024).graph()
    assert graph.number_of_nodes() == 32
    assert graph.number_of_edges() == 3 * 32 * 31
    assert graph.edges["USA", "EST", "defence"]["automaticity"] == "attack_on_all"
    table = nato().obligations("EST", 2024).to_dataframe()
    assert len(table) == 93
    assert set(table["standing"]) <= {"seen", "recalled"}


def test_tables_without_rows_have_their_columns():
    full, empty = (nato().obligations("POL", year).to_dataframe() for year in (1999, 1998))
    assert len(empty) == 0
    assert list(empty.columns) == list(full.columns)
    alone = guarantee(anzus().without("NZL", "USA"), "CHN", "AUS", 2024)
    for table in (assess(alone).to_dataframe(), alignment(alone).to_dataframe()):
        assert len(table) == 0
        assert table.columns[0] == "ally"


def test_two_duties_of_a_kind_stay_two_edges():
    twice = pact(clauses=(Clause("pact", "1", "defence", "*", "*"), Clause("pact", "2", "defence", "A", "B")))
    assert sorted(twice.graph(1951).edges(keys=True)) == [
        ("A", "B", "defence"),
        ("A", "B", "defence 2"),
        ("B", "A", "defence"),
    ]


def test_a_year_means_its_end():
    assert pact().members(1950) == ()
    assert pact().members(1951) == ("A", "B")
    ended = pact(treaties=(replace(PACT, period=Period("1951", "1980-01-01")),))
    assert (ended.members(1979), ended.members(1980)) == (("A", "B"), ())


BAD = {
    "ends 1940, before it begins 1951": lambda: Clause("pact", "1", "defence", "*", "*", period=Period("1951", "1940")),
    "in force 1940, before it was signed": lambda: replace(PACT, period=Period("1940")),
    "joined 1940, before the signature": lambda: pact(memberships=(Membership("pact", "A", Period("1940")),)),
    "'A' of 'pact': stands there twice": lambda: pact(memberships=(Membership("pact", "A", Period("1951")),) * 2),
    "'C' has a duty or a claim": lambda: pact(clauses=(Clause("pact", "1", "defence", "C", "A"),)),
    "'A' promises to itself": lambda: Clause("pact", "1", "defence", "A", "A"),
    "kind 'defense' is unknown": lambda: Clause("pact", "1", "defense", "*", "*"),
    "automaticity 'sure' is unknown": lambda: Clause("pact", "1", "defence", "*", "*", automaticity="sure"),
    "'soon' is no date": lambda: replace(PACT, signed="soon"),
    "unknown treaty 'other'": lambda: pact(suspensions=(Suspension("other", "A", "B", Period("1960")),)),
    "treaty 'pact' stands there twice": lambda: pact(treaties=(PACT, PACT)),
    "a duty begins 1940": lambda: pact(suspensions=(Suspension("pact", "A", "B", Period("1940")),)),
    "no treaty": lambda: pact(treaties=()),
    "exit_notice_years is -1; give years from 0 on": lambda: replace(PACT, exit_notice_years=-1),
    "'1951-02-30' is no date": lambda: replace(PACT, period=Period("1951-02-30")),
    "'1951-13-01' is no date": lambda: Clause("pact", "1", "defence", "*", "*", period=Period("1951-13-01")),
    "joined 1949-04-03, before the signature of 1949-04-04": lambda: replace(
        nato(), memberships=(Membership("north_atlantic_treaty", "BEL", Period("1949-04-03")),)
    ),
    "'\\*' of 'north_atlantic_treaty': that is no name of a state": lambda: nato().with_member("*", 2030),
    "'' of 'pact': that is no name of a state": lambda: pact(memberships=(Membership("pact", "", Period("1951")),)),
    "nobody owes itself anything": lambda: nato().suspend("USA", "USA", 2030),
    "member 'A': standing 'sure' is unknown": lambda: Membership("pact", "A", Period("1951"), "me", "sure"),
    "suspension of A towards B: standing 'sure' is unknown": lambda: Suspension("pact", "A", "B", Period(), "me", "sure"),
    "does not lead to 'world'": lambda: pact(regions={"here": "there", "there": "here"}),
    "stands there twice for the same time": lambda: nato().with_member("EST", 2030),
}  # fmt: skip


@pytest.mark.parametrize("message", BAD)
def test_what_does_not_hang_together_is_refused(message):
    with pytest.raises(dg.AllianceError, match=message):
        BAD[message]()


WRONG = {
    "unknown year 1940; its first treaty was signed in 1949": lambda: nato().members(1940),
    "no year; give one": lambda: nato().members(),
    "is no whole number": lambda: nato().members(2024.5),
    "'RUS' is no member at any time": lambda: nato().obligations("RUS", 2024),
    "region 'moon' is unknown": lambda: nato().obligations("EST", 2024, "moon"),
    "kind 'defense' is unknown": lambda: nato().graph(2024, kind="defense"),
    "name the treaty, one of us_philippines_1951": lambda: hub_and_spokes().with_member("VNM", 2030),
    "'FIN' cannot leave 'north_atlantic_treaty' in 2020: it is no member then": lambda: nato().leave("FIN", 2020),
    "the treaty has no clause on leaving": lambda: pact().leave("A", 1960),
    "cannot leave 'us_japan_1960'": lambda: hub_and_spokes().leave("KOR", 2020, "us_japan_1960"),
}


@pytest.mark.parametrize("message", WRONG)
def test_unknown_names_are_refused(message):
    with pytest.raises(dg.ParameterError, match=message):
        WRONG[message]()


def test_years_of_arrays_are_years():
    """Years as a table or an array holds them."""
    assert [len(nato().members(year)) for year in np.array([1949, 2024])] == [12, 32]
    assert type(nato().at(np.int64(2024)).year) is int


def test_rejoining_is_no_double_membership():
    spells = (Membership("pact", "A", Period("1951", "1966")), Membership("pact", "A", Period("2009")))
    again = pact(memberships=(*spells, Membership("pact", "B", Period("1951"))))
    assert [again.members(year) for year in (1960, 1966, 2009)] == [("A", "B"), ("B",), ("B", "A")]
