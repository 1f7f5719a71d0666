import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from deterrence_games.plotting import regions

masks = arrays(np.bool_, st.tuples(st.integers(1, 9), st.integers(1, 9)))


def crossings(loops, x, y):
    """How often the loops go around a point: sum of signed crossings of a ray to the right."""
    winding = 0
    for loop in loops:
        for (x0, y0), (x1, y1) in zip(loop, np.roll(loop, -1, axis=0), strict=True):
            assert x0 == x1 or y0 == y1
            if x0 == x1 and x0 > x and min(y0, y1) < y < max(y0, y1):
                winding += 1 if y1 > y0 else -1
    return winding


@given(inside=masks)
def test_outline_winds_once_around_every_cell_inside_and_never_around_others(inside):
    rows, columns = inside.shape
    loops = regions.outline(inside, np.arange(columns + 1.0), np.arange(rows + 1.0))
    for row in range(rows):
        for column in range(columns):
            assert crossings(loops, column + 0.5, row + 0.5) == inside[row, column]


@given(room=masks, width=st.integers(1, 4), height=st.integers(1, 4))
def test_box_lies_inside_its_room_and_is_found_when_there_is_one(room, width, height):
    windows = [
        (row, column)
        for row in range(room.shape[0] - height + 1)
        for column in range(room.shape[1] - width + 1)
        if room[row : row + height, column : column + width].all()
    ]
    place = regions.place_box(room, width, height)
    if place is None:
        assert not windows
    else:
        assert (place[1] - height / 2, place[0] - width / 2) in windows


def test_box_stands_in_the_middle_of_an_empty_room():
    assert regions.place_box(np.ones((21, 41), dtype=bool), 5, 3) == (20.5, 10.5)


def two_halves(points):
    labels = np.zeros((points, points), dtype=np.int64)
    labels[:, points // 2] = 2
    labels[:, points // 2 + 1 :] = 1
    return labels


def test_a_line_of_ties_is_a_border_and_the_regions_meet_on_it():
    labels = two_halves(31)
    np.testing.assert_array_equal(regions.border_points(labels), labels == 2)
    cells = regions.fill_cells(labels)
    edges = regions.cell_edges(np.linspace(0, 1, 31))
    assert set(np.unique(cells)) == {0, 1}
    change = np.flatnonzero(np.diff(cells[0]))
    assert edges[change + 1] == pytest.approx([0.5])


def test_on_a_coarse_grid_a_line_is_a_region():
    assert not regions.border_points(two_halves(11)).any()


def test_points_that_were_not_decided_are_no_border():
    labels = two_halves(31)
    labels[labels == 2] = -1
    assert not regions.border_points(labels).any()
    assert (regions.fill_cells(labels) == -1).any()


def test_a_tie_beside_undecided_points_goes_to_the_decided_side():
    labels = two_halves(31)
    labels[labels == 1] = -1
    cells = regions.fill_cells(labels)
    assert set(np.unique(cells)) == {-1, 0}
    assert (cells == -1).sum() == regions.fill_cells(np.where(labels == 2, 0, labels)).tolist()[0].count(-1) * 60


def test_noise_has_no_borders():
    labels = np.random.default_rng(3).integers(0, 40, (31, 31))
    solid = labels.copy()
    solid[:2, :2] = 0
    assert not regions.border_points(labels).any()
    assert not (regions.border_points(solid) & (labels > 0)).all()


def test_border_segments_join_neighbours_and_keep_lone_points():
    border = np.zeros((4, 5), dtype=bool)
    border[1, 1:4] = True
    border[3, 0] = True
    pieces = regions.border_segments(border, np.arange(5.0) * 10, np.arange(4.0))
    np.testing.assert_array_equal(sorted(piece.tolist() for piece in pieces), [[[0, 3], [0, 3]], [[10, 1], [30, 1]]])


def test_neighbours_share_a_side():
    assert regions.neighbours(np.array([[0, 0, 1], [2, 2, 1]])) == {(0, 1), (0, 2), (1, 2)}
    assert regions.neighbours(np.array([[0, 1], [2, 3]])) == {(0, 1), (0, 2), (1, 3), (2, 3)}
