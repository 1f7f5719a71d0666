"""The project's JSON: what is written is read back equal, and every broken file is refused with its place."""

import json
import os
import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deterrence_games.errors import DeterrenceGamesError, ExpressionError, FormatError, GameError, SizeError
from deterrence_games.games import Chance, Decision, Game, Simultaneous
from deterrence_games.games.expressions import parse
from deterrence_games.games.tree import MAX_DEPTH
from deterrence_games.io import game_from_json, game_to_json, read, write
from deterrence_games.io.files import MAX_BYTES
from deterrence_games.models import CATALOGUE


def every_feature():
    stage = Simultaneous({"a": ("C", "D"), "b": ("x", "y")}, {(i, j): "one" if i == "C" else "two" for i in "CD" for j in "xy"})
    tree = Chance({"rain": ("q", stage), "sun": ("1 - q", Decision("a", {"go": stage, "stay": "two"}))})
    payoffs = {
        "one": {"a": {"h": "x/3 + exp(1)", "s": 0.1}, "b": {("h", ""): 1, ("s", ""): "Max(a, b)"}},
        "two": {"a": "1e-3", "b": "-(a - b)*sqrt(z**2)"},
    }
    return Game(
        name="every feature \N{GREEK SMALL LETTER PI}",
        players=("a", "b"),
        tree=tree,
        payoffs=payoffs,
        types={"a": {"h": "p", "s": "1 - p"}},
        assumptions=("0 < p < 1", "a*b >= x", "z == 1"),
        roles={"b": "ally"},
        source='a "quoted" source\nof two lines',
        names={"N": {("b", "", ("rain",)): ("x", "y"), ("a", "s", ("sun", "go")): "D"}},
        status_quo="two",
        wars={"one": ("b",)},
    )


def through_json(game):
    return game_from_json(game_to_json(game), "text")


@pytest.mark.parametrize("make", [*CATALOGUE.values(), every_feature])
def test_round_trip(make):
    game = make()
    assert through_json(game) == game
    assert game_to_json(through_json(game)) == game_to_json(game)


def test_round_trip_of_a_bare_outcome():
    game = Game("g", ("a",), "end", {"end": {"a": 1}})
    assert through_json(game) == game


def test_round_trip_of_a_deep_tree_and_of_shared_subtrees(tmp_path):
    node = "end"
    for _ in range(MAX_DEPTH):
        node = Decision("a", {"go": node, "stop": "end"})
    game = Game("deep", ("a",), node, {"end": {"a": 1}})
    write(game, tmp_path / "deep.json")
    assert read(tmp_path / "deep.json") == game
    node = "end"
    for _ in range(14):
        node = Decision("a", {"l": node, "r": node})
    game = Game("shared", ("a",), node, {"end": {"a": 1}})
    assert len(json.loads(game_to_json(game))["tree"]) == 14
    assert through_json(game) == game


def test_files(tmp_path):
    path = tmp_path / "game.JSON"
    write(every_feature(), path)
    assert read(path) == read(str(path)) == every_feature()
    assert os.listdir(tmp_path) == ["game.JSON"]
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read(path) == every_feature()


DOCUMENT = {
    "format": "deterrence_games",
    "version": 1,
    "name": "g",
    "players": ["a", "b"],
    "tree": [
        {"choices": {"a": ["C", "D"], "b": ["C"]}, "results": [[["C", "C"], "peace"], [["D", "C"], 1]]},
        {"chance": {"l": [0.25, 2], "r": ["3/4", "peace"]}},
        {"player": "b", "actions": {"yield": "peace", "fight": "war"}},
    ],
    "payoffs": {"peace": {"a": 0, "b": 0}, "war": {"a": 0.1, "b": {"h": "x", "s": -1}}},
    "types": {"b": {"h": "p", "s": "1 - p"}},
    "assumptions": ["0 < p < 1"],
    "roles": {"a": "aggressor"},
    "source": "hand",
    "names": {"N": [["b", "h", [["D", "C"], "l"], ["fight"]]]},
    "status_quo": "peace",
    "wars": {"war": ["a", "b"]},
}


def test_a_file_written_by_hand():
    game = game_from_json(json.dumps(DOCUMENT), "text")
    assert game.payoff("war", "a", ("", "h")) == parse("1/10")
    assert game.names["N"] == {("b", "h", (("D", "C"), "l")): ("fight",)}
    assert game.wars == {"war": ("a", "b")}


def test_only_six_entries_are_needed():
    needed = {key: DOCUMENT[key] for key in ("format", "version", "name", "players", "tree", "payoffs")}
    needed["payoffs"] = {"peace": {"a": 0, "b": 0}, "war": {"a": 0, "b": 0}}
    assert game_from_json(json.dumps(needed), "text").types == {}
    assert game_from_json(json.dumps({**needed, "status_quo": None}), "text").status_quo is None


def edited(path, value):
    """The document with the entry at `path` replaced, or removed when `value` is `...`."""
    document = json.loads(json.dumps(DOCUMENT))
    place = document
    for key in path[:-1]:
        place = place[key]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("format",), ..., "format: this is not a deterrence_games file"),
        (("format",), "efg", "format: this is not"),
        (("version",), 2, "version: 2 is unknown; this release reads version 1"),
        (("version",), True, "version: True is unknown"),
        (("players",), ..., "document: no entry 'players'"),
        (("extra",), 1, "document: unknown entry 'extra'"),
        (("name",), 3, "name: 3 is no text"),
        (("players",), "ab", "players: 'ab' is no list"),
        (("players", 1), None, r"players\[1\]: None is no text"),
        (("players", 1), 0.5, r"players\[1\]: '0.5' is no text"),
        (("tree",), [], "tree: it is empty"),
        (("tree",), {}, "tree: {} is no list"),
        (("tree", 0), 5, r"tree\[0\]: 5 is no object"),
        (("tree", 0), {}, r"tree\[0\]: it is no node"),
        (("tree", 0, "player"), "a", r"tree\[0\]: unknown entry 'choices'"),
        (("tree", 0, "results"), ..., r"tree\[0\]: no entry 'results'"),
        (("tree", 0, "results", 0), 1, r"tree\[0\].results\[0\]: 1 is no list"),
        (("tree", 0, "results", 0), [1], r"tree\[0\].results\[0\]: it has 1 entries; give 2"),
        (("tree", 0, "results", 1), [["C", "C"], 1], r"is there twice"),
        (("tree", 0, "results", 1, 1), 0, r"tree\[0\].results\[1\]\[1\]: 0 is no branch"),
        (("tree", 0, "results", 1, 1), 3, "from 1 to 2"),
        (("tree", 0, "results", 1, 1), -1, "-1 is no branch"),
        (("tree", 0, "results", 1, 1), 1.0, "'1.0' is no branch"),
        (("tree", 0, "results", 1, 1), True, "True is no branch"),
        (("tree", 0, "results", 1, 1), "peace", r"tree\[1\]: no branch leads here"),
        (("tree", 1, "chance", "l"), [0.25], "it has 1 entries; give 2"),
        (("tree", 1, "chance", "l", 0), None, r"tree\[1\].chance.l: None is no payoff or probability"),
        (("tree", 2, "actions"), [], r"tree\[2\].actions: \[\] is no object"),
        (("tree", 2, "actions", "yield"), 2, r"tree\[2\].actions.yield: 2 is no branch"),
        (("payoffs", "war", "a"), None, "payoffs.war.a: None is no payoff"),
        (("payoffs", "war", "a"), True, "payoffs.war.a: True is no payoff"),
        (("payoffs", "war", "a"), [[["", "h"], 1], [["", "h"], 1]], "is there twice"),
        (("payoffs", "war"), 1, "payoffs.war: 1 is no object"),
        (("types", "b"), ["h"], r"types.b: \['h'\] is no object"),
        (("assumptions",), "a < b", "assumptions: 'a < b' is no list"),
        (("names", "N", 0), ["b", "h"], r"names.N\[0\]: it has 2 entries; give 4"),
        (("names", "N", 0, 2), "l", r"names.N\[0\]\[2\]: 'l' is no list"),
        (("wars", "war"), "a", "wars.war: 'a' is no list"),
    ],
)
def test_wrong_entries_are_named_with_their_place(path, value, words):
    with pytest.raises(FormatError, match=words) as caught:
        game_from_json(edited(path, value), "file 'x.json'")
    assert str(caught.value).startswith("file 'x.json': ")


@pytest.mark.parametrize(
    ("path", "value", "error", "words"),
    [
        (("payoffs", "war"), ..., GameError, "file 'x.json': game 'g': outcome 'war' has no payoffs"),
        (("payoffs", "war", "a"), "__import__('os')", ExpressionError, "file 'x.json': game 'g': payoff of 'a'"),
        (("tree", 2, "player"), "c", GameError, "unknown player 'c'"),
        (("tree", 2, "actions"), {}, GameError, r"file 'x.json': tree\[2\]: decision of 'b' has no actions"),
        (("tree", 0, "choices", "b"), ["C", "C"], GameError, "action 'C' twice"),
        (("tree", 1, "chance", "l", 0), "x +", ExpressionError, r"tree\[1\]: chance: branch 'l': cannot read"),
        (("name",), "\ud800", GameError, "cannot be a label"),
    ],
)
def test_games_that_are_none_keep_their_own_error(path, value, error, words):
    with pytest.raises(error, match=words):
        game_from_json(edited(path, value), "file 'x.json'")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "line 1, column 1: not JSON"),
        ("hello", "not JSON"),
        ("[]", r"document: \[\] is no object"),
        ("null", "document: None is no object"),
        ("[" * 200_000, "nested too deeply"),
        ('{"a": 1, "a": 2}', "object: 'a' is there twice"),
        ('{"a": NaN}', "NaN is not finite"),
        ('{"a": -Infinity}', "-Infinity is not finite"),
        ('{"a": ' + "9" * 5_000 + "}", "too many digits"),
    ],
    ids=["empty", "words", "list", "null", "deep", "twice", "nan", "infinity", "digits"],
)
def test_texts_that_are_no_document(text, words):
    with pytest.raises(FormatError, match=words):
        game_from_json(text, "text")


def test_a_branch_that_shares_too_much_is_refused_at_once():
    tree = [{"player": "a", "actions": {"l": i + 1, "r": i + 1}} for i in range(300)]
    tree.append({"player": "a", "actions": {"l": "end"}})
    document = {**DOCUMENT, "players": ["a"], "tree": tree, "payoffs": {"end": {"a": 1}}}
    for key in ("types", "roles", "names", "status_quo", "wars", "assumptions"):
        del document[key]
    with pytest.raises(SizeError, match="nodes"):
        game_from_json(json.dumps(document), "text")


def test_every_truncation_is_refused():
    text = game_to_json(CATALOGUE["rudimentary_asymmetric_deterrence"]()).rstrip()
    for length in range(0, len(text), 7):
        with pytest.raises(FormatError):
            game_from_json(text[:length], "text")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.sampled_from(["a", "b", "p", "peace", "", "1/0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "h", "player", "war"]), inner),
    max_leaves=6,
)


def paths(value, prefix=()):
    yield prefix
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in entries:
        yield from paths(item, (*prefix, key))


@settings(max_examples=300)
@given(path=st.sampled_from([path for path in paths(DOCUMENT) if path]), value=json_values)
def test_any_edit_gives_a_game_or_one_of_our_errors(path, value):
    try:
        game = game_from_json(edited(path, value), "text")
    except DeterrenceGamesError:
        return
    assert through_json(game) == game


@given(text=st.text(max_size=200))
def test_any_text_is_refused(text):
    with pytest.raises(FormatError):
        game_from_json(text, "text")


# ---- files ---------------------------------------------------------------------------------------------------------------


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(FormatError, match="does not exist"):
        read(tmp_path / "none.json")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(FormatError, match="is not a file"):
        read(tmp_path / "folder.json")
    (tmp_path / "latin.json").write_bytes(b'{"name": "\xe9"}')
    with pytest.raises(FormatError, match=r"not UTF-8 text \(byte 10\)"):
        read(tmp_path / "latin.json")
    with pytest.raises(FormatError, match=r"unknown suffix; use one of \.json"):
        read(tmp_path / "game.txt")
    with pytest.raises(FormatError):
        read("a\0b.json")


def test_a_file_of_100_mb_is_refused_without_reading_it(tmp_path):
    path = tmp_path / "large.json"
    with open(path, "wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(SizeError, match=f"more than {MAX_BYTES:,} bytes"):
        read(path)


def test_what_cannot_be_written(tmp_path):
    game = every_feature()
    with pytest.raises(FormatError, match="cannot be written"):
        write(game, tmp_path / "missing" / "game.json")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(FormatError, match="is not a file"):
        write(game, tmp_path / "folder.json")
    with pytest.raises(FormatError):
        write(game, "a\0b.json")
    with pytest.raises(FormatError, match="unknown suffix"):
        write(game, tmp_path / "game.txt")
    with pytest.raises(FormatError, match="a str cannot be written"):
        write("game", tmp_path / "game.json")
    assert os.listdir(tmp_path) == ["folder.json"]


def test_a_failed_write_leaves_the_old_file_whole(tmp_path):
    path = tmp_path / "game.json"
    write(every_feature(), path)
    before = path.read_bytes()
    with pytest.raises(FormatError, match="cannot be written"):
        write(every_feature().replace(source="\ud800"), path)  # a lone surrogate is no UTF-8
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["game.json"]


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions and links")
def test_permissions_and_links_are_kept(tmp_path):
    path, link = tmp_path / "game.json", tmp_path / "link.json"
    write(every_feature(), path)
    path.chmod(0o640)
    link.symlink_to(path)
    write(every_feature(), link)
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
