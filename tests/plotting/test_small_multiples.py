"""Small multiples: one look a region in all maps, numbers and legend shared, exact borders in each."""

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.errors import FormatError, GameError
from deterrence_games.plotting import plot_maps
from deterrence_games.plotting.region_looks import shared_looks
from deterrence_games.plotting.regions import fill_cells, neighbours
from tests.plotting.maps import map_of, mutual_map, unilateral_map

PAYOFFS = {"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_DC": 4, "d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4}
VALUES = (2.2, 2.6, 3.0, 3.4)


@pytest.fixture(scope="module")
def theorem():
    return dg.derive(dg.models.unilateral_deterrence())


@pytest.fixture(scope="module")
def maps(theorem):
    return [theorem.map(("p_ch", 0, 1, 5), ("p_def", 0, 1, 5), {**PAYOFFS, "c_SQ": value}) for value in VALUES]


def test_axes_given_as_log_are_logarithmic(theorem):
    grid = {"p_ch": dg.Log(0.01, 0.9, 9), "p_def": dg.Linear(0.1, 0.9, 9), "c_SQ": VALUES}
    for ax in plot_maps(dg.sweep(theorem, grid, fixed=PAYOFFS, quantities="families")).axes:
        assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear")


def test_each_map_has_its_value_and_its_exact_borders(maps, tmp_path):
    figure = plot_maps(maps, tmp_path / "maps.png")
    assert len(figure.axes) == len(VALUES)
    for ax, value in zip(figure.axes, VALUES, strict=True):
        assert ax.get_title() == f"$c_{{SQ}} = {value:.4g}$"
        heights = {round(float(line.get_ydata()[0]), 9) for line in ax.get_lines() if np.ptp(line.get_ydata()) == 0}
        assert heights == {round((4 - value) / 3, 9), round((4 - value) / 2, 9)}
    assert (tmp_path / "maps.png").stat().st_size > 10_000
    words = [text.get_text() for text in figure.texts]
    assert words[0] == "Unilateral deterrence"
    assert words[1] == "In every region also: Steadfast Deterrence"
    assert "c_{SQ}" not in words[2]  # it is not fixed


def test_only_outer_axes_have_labels(maps):
    figure = plot_maps(maps, columns=2)
    assert [bool(ax.get_ylabel()) for ax in figure.axes] == [True, False, True, False]
    assert [bool(ax.get_xlabel()) for ax in figure.axes] == [False, False, True, True]
    assert figure.axes[0].get_position().y0 > figure.axes[2].get_position().y1  # rows do not overlap


def test_a_dataset_over_three_parameters_is_cut_along_one(theorem, maps):
    grid = {"p_ch": dg.Linear(0, 1, 5), "p_def": dg.Linear(0, 1, 5), "c_SQ": list(VALUES)}
    swept = dg.sweep(theorem, grid, fixed=PAYOFFS, quantities=("families",))
    figure, direct = plot_maps(swept, theorem=theorem), plot_maps(maps)
    for one, other in zip(figure.axes, direct.axes, strict=True):
        assert one.get_title() == other.get_title()
        for mine, own in zip(one.get_lines(), other.get_lines(), strict=True):
            np.testing.assert_array_equal(mine.get_data(), own.get_data())
    across = plot_maps(swept, over="p_def")
    assert [ax.get_title() for ax in across.axes] == [f"$p_{{def}} = {value:.4g}$" for value in np.linspace(0, 1, 5)]


def test_regions_look_the_same_in_all_maps_and_neighbours_differ():
    whole = unilateral_map()
    shift = unilateral_map(points=61)
    half = map_of(
        whole.names,
        [np.roll(shift.exists(name), 12, axis=0) for name in whole.names],
        whole.x_values.copy(),
        whole.y_values.copy(),
    )
    looks, common = shared_looks((whole, half))
    assert common == ("Steadfast Deterrence",)
    assert {names for own in (whole, half) for names, _ in own.regions()} == set(looks)
    for own in (whole, half):
        combinations = [names for names, _ in own.regions()]
        for one, other in neighbours(fill_cells(own.labels())):
            assert looks[combinations[one]].colour != looks[combinations[other]].colour


def test_numbers_are_shared():
    one = mutual_map()
    maps = [map_of(one.names, [one.exists(name) for name in one.names], one.x_values.copy(), one.y_values.copy(),
                   axes=("p_a", "p_b"), fixed={"a_SQ": value}) for value in (1.0, 2.0)]  # fmt: skip
    figure = plot_maps(maps)
    numbers = [sorted(text.get_text() for text in ax.texts if text.get_text().isdigit()) for ax in figure.axes]
    assert numbers[0] == numbers[1] != []
    legend = [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
    assert sorted({line.split()[0] for line in legend}) == sorted(set(numbers[0]))


def test_maps_with_other_names_are_put_together():
    values = np.linspace(0, 1, 30)
    x, _ = np.meshgrid(values, values)
    maps = [
        map_of(names, [x > 0.5, x <= 0.5], values.copy(), values.copy(), fixed={"r": value})
        for names, value in ((("Attack", "Bluff"), 1.0), (("Bluff", "Deterrence"), 2.0))
    ]
    figure = plot_maps(maps)
    written = [{text.get_text() for text in ax.texts} for ax in figure.axes]
    assert written == [{"Attack", "Bluff"}, {"Bluff", "Deterrence"}]


def test_bad_input(theorem, maps, tmp_path):
    with pytest.raises(GameError, match="1 maps; give from 2 to 24"):
        plot_maps(maps[:1])
    with pytest.raises(GameError, match="differ in nothing; let them differ in one fixed parameter"):
        plot_maps([maps[0], maps[0]])
    with pytest.raises(GameError, match="different games, axes or windows"):
        plot_maps([maps[0], unilateral_map()])
    plane = dg.sweep(theorem, {"p_ch": [0.2, 0.4], "p_def": [0.2, 0.4]}, fixed={**PAYOFFS, "c_SQ": 3}, quantities=("families",))
    with pytest.raises(GameError, match="need three axes, here are p_ch, p_def"):
        plot_maps(plane)
    with pytest.raises(FormatError, match="no picture format"):
        plot_maps(maps, tmp_path / "maps.txt")
