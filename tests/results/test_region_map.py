import csv
import json
import pickle
from dataclasses import replace

import numpy as np
import pytest

from deterrence_games.errors import FormatError, GameError
from deterrence_games.results.region_map import RegionMap


def small_map(**changes):
    parts = {
        "game": "chicken",
        "x": "p",
        "y": "q",
        "x_values": np.array([0.0, 0.5, 1.0]),
        "y_values": np.array([0.25, 0.75]),
        "names": ("Attack", "Bluff"),
        "mask": np.array([[1, 1, 3], [0, 3, 1]], dtype=np.uint64),
        "complete": np.array([[True, True, True], [True, True, False]]),
        "fixed": {"c": 2.0},
    }
    return RegionMap(**{**parts, **changes})


def test_regions_are_the_combinations_at_decided_points_largest_first():
    assert small_map().regions() == [
        (frozenset({"Attack"}), 2 / 6),
        (frozenset({"Attack", "Bluff"}), 2 / 6),
        (frozenset(), 1 / 6),
    ]


def test_labels_point_into_regions_and_are_minus_one_where_undecided():
    np.testing.assert_array_equal(small_map().labels(), [[0, 0, 1], [2, 1, -1]])


def test_labels_without_any_decided_point():
    undecided = small_map(complete=np.zeros((2, 3), dtype=bool))
    assert undecided.regions() == []
    assert (undecided.labels() == -1).all()


def test_the_sixty_fourth_name_has_a_bit():
    names = tuple(f"e{k}" for k in range(64))
    mask = np.full((2, 3), 1 << 63, dtype=np.uint64)
    full = small_map(names=names, mask=mask)
    assert full.regions()[0][0] == {"e63"}
    assert full.exists("e63").all()
    assert not full.exists("e62").any()


def test_exists_follows_the_bit():
    np.testing.assert_array_equal(small_map().exists("Bluff"), [[False, False, True], [False, True, False]])
    with pytest.raises(GameError, match="no equilibrium is called 'Hybrid'"):
        small_map().exists("Hybrid")


def test_csv_has_one_row_a_point(tmp_path):
    small_map(names=("Attack", "Bluff, soft")).to_csv(tmp_path / "map.csv")
    with open(tmp_path / "map.csv", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["p", "q", "Attack", "Bluff, soft", "complete"]
    assert rows[2] == ["1.0", "0.25", "1", "1", "1"]
    assert rows[5] == ["1.0", "0.75", "1", "0", "0"]
    assert len(rows) == 6


def test_csv_into_a_missing_folder(tmp_path):
    with pytest.raises(FormatError, match="cannot be written"):
        small_map().to_csv(tmp_path / "missing" / "map.csv")


def test_dict_goes_through_json_and_back():
    original = small_map()
    back = RegionMap.from_dict(json.loads(json.dumps(original.to_dict())))
    assert back.to_dict() == original.to_dict()
    assert back.mask.dtype == np.uint64


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mask": None}, "does not read back"),
        ({"mask": [[-1, 0, 0], [0, 0, 0]]}, "does not read back"),
        ({"x_values": ["a", "b", "c"]}, "does not read back"),
        ({"fixed": 3}, "does not read back"),
    ],
)
def test_dict_that_is_no_map(change, message):
    with pytest.raises(FormatError, match=message):
        RegionMap.from_dict({**small_map().to_dict(), **change})


def test_dict_without_a_part():
    content = small_map().to_dict()
    del content["complete"]
    with pytest.raises(FormatError, match="without 'complete'"):
        RegionMap.from_dict(content)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y": "p"}, "on both axes"),
        ({"x_values": np.array([0.0, 0.0, 1.0])}, "increasing"),
        ({"x_values": np.array([0.0, np.nan, 1.0])}, "increasing"),
        ({"x_values": np.array([0.0])}, "two or more"),
        ({"names": ("Attack", "Attack")}, "share a name"),
        ({"names": ("Attack",)}, "bits beyond"),
        ({"names": tuple(map(str, range(65)))}, "at most 64"),
        ({"mask": np.zeros((3, 2), dtype=np.uint64)}, "mask is"),
        ({"mask": np.zeros((2, 3), dtype=np.int64)}, "mask is"),
        ({"complete": np.zeros((2, 3))}, "complete is"),
    ],
)
def test_parts_that_do_not_fit(change, message):
    with pytest.raises(GameError, match=message):
        small_map(**change)


def test_a_map_is_immutable_and_picklable():
    original = small_map()
    with pytest.raises(ValueError, match="read-only"):
        original.mask[0, 0] = 0
    assert pickle.loads(pickle.dumps(original)).to_dict() == original.to_dict()  # noqa: S301  # our own bytes
    assert replace(original, game="other").game == "other"


def test_repr_lists_shares_and_undecided_points():
    lines = repr(small_map()).splitlines()
    assert lines[0] == "RegionMap 'chicken': p = 0 .. 1 (3), q = 0.25 .. 0.75 (2)"
    assert lines[2] == "   33.3 %  Attack + Bluff"
    assert lines[3] == "   16.7 %  no equilibrium"
    assert lines[4] == "   16.7 %  not decided"


def test_repr_of_many_combinations_stays_short():
    mask = np.arange(1, 401, dtype=np.uint64).reshape(20, 20)
    line = np.linspace(0, 1, 20)
    many = RegionMap("g", "p", "q", line, line.copy(), tuple("abcdefghi"), mask, np.ones((20, 20), dtype=bool))
    assert len(repr(many).splitlines()) == 14
    assert "388 more combinations" in repr(many)
