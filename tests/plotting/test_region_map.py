import io

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import deterrence_games as dg
from deterrence_games.errors import FormatError, GameError
from deterrence_games.plotting import plot_map
from deterrence_games.plotting.region_looks import region_looks
from deterrence_games.plotting.regions import fill_cells, neighbours
from deterrence_games.results.region_map import RegionMap
from tests.plotting.maps import map_of, mutual_map, unilateral_map


def axes_of(figure) -> Axes:
    (axes,) = figure.axes
    return axes


def written(axes):
    return {text.get_text().replace("\n", " "): text for text in axes.texts}


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf", ".PNG"])
def test_picture_is_written_and_its_bytes_do_not_change(tmp_path, suffix):
    for name in ("one", "two"):
        plot_map(unilateral_map(), tmp_path / f"{name}{suffix}")
    first = (tmp_path / f"one{suffix}").read_bytes()
    assert first == (tmp_path / f"two{suffix}").read_bytes()
    assert first[:4] in (b"\x89PNG", b"<?xm", b"%PDF")


def test_bytes_do_not_depend_on_the_readers_settings(tmp_path):
    import matplotlib

    plot_map(unilateral_map(), tmp_path / "one.svg")
    with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "red", "savefig.facecolor": "blue", "figure.dpi": 33}):
        plot_map(unilateral_map(), str(tmp_path / "two.svg"))
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_svg_holds_the_words(tmp_path):
    plot_map(unilateral_map(hole=True), tmp_path / "map.svg")
    content = (tmp_path / "map.svg").read_text()
    for words in (
        "Certain Deterrence",
        "Separating",
        "Attack",
        "Bluff",
        "also: Steadfast Deterrence",
        "not decided",
        "$p_{ch}$",
    ):
        assert words in content


@pytest.mark.parametrize("name", ["map.jpg", "map"])
def test_other_formats_are_refused_before_anything_is_drawn(tmp_path, name):
    with pytest.raises(FormatError, match="no picture format"):
        plot_map(unilateral_map(), tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_one_clear_line(tmp_path):
    with pytest.raises(FormatError, match="cannot be written"):
        plot_map(unilateral_map(), tmp_path / "missing" / "map.png")


@pytest.mark.parametrize("build", [unilateral_map, mutual_map])
def test_every_label_lies_inside_its_region(build):
    region_map = build()
    axes = axes_of(plot_map(region_map))
    labels = region_map.labels()
    looks, _ = region_looks(region_map)
    found = 0
    for text in axes.texts:
        names = tuple(text.get_text().replace("\n", " ").split(" + "))
        if names not in [look.names for look in looks]:
            continue
        found += 1
        (left, bottom), (right, top) = axes.transData.inverted().transform(text.get_window_extent().get_points())
        rows = (region_map.y_values >= bottom) & (region_map.y_values <= top)
        columns = (region_map.x_values >= left) & (region_map.x_values <= right)
        under = labels[np.ix_(rows, columns)]
        assert under.size
        assert all(looks[k].names == names for k in np.unique(under))
    assert found >= 4


def test_labels_where_they_are_expected():
    texts = written(axes_of(plot_map(unilateral_map())))
    assert texts["Certain Deterrence"].get_position() == pytest.approx((0.5, 0.75), abs=0.02)
    assert texts["Attack"].get_position() == pytest.approx((5 / 6, 1 / 6), abs=0.02)
    assert texts["Bluff"].get_position() == pytest.approx((1 / 3, 1 / 6), abs=0.02)


def test_what_holds_everywhere_is_said_once():
    region_map = unilateral_map()
    looks, common = region_looks(region_map)
    assert common == ("Steadfast Deterrence",)
    assert all("Steadfast Deterrence" not in look.names for look in looks)
    assert "In every region also: Steadfast Deterrence" in written(axes_of(plot_map(region_map)))


def test_overlaps_are_named_and_hatched():
    region_map = mutual_map()
    looks, common = region_looks(region_map)
    by_names = {frozenset(look.names): look for look in looks}
    assert common == ()
    assert by_names[frozenset({"Bluff (A)"})].hatch == ""
    overlap = by_names[frozenset({"Hybrid", "Bluff (A)", "Bluff (B)"})]
    assert overlap.hatch
    assert overlap.label == "Hybrid + Bluff (A) + Bluff (B)"
    assert "Hybrid + Bluff (A) + Bluff (B)" in written(axes_of(plot_map(region_map)))


def test_regions_too_small_for_a_name_are_numbered_in_the_legend():
    axes = axes_of(plot_map(mutual_map()))
    legend = [text.get_text().replace("\n", " ") for text in axes.get_legend().get_texts()]
    numbers = [text for text in axes.texts if text.get_text().isdigit()]
    assert len(numbers) >= 2
    assert sorted(text.get_text() for text in numbers) == [line[0] for line in legend]
    assert any("Sure-Thing Deterrence + Hybrid" in line for line in legend)


def test_undecided_points_are_grey_and_in_the_legend():
    figure = plot_map(unilateral_map(hole=True))
    (line,) = axes_of(figure).get_legend().get_texts()
    assert line.get_text().replace("\n", " ") == "not decided (search not exhaustive, or no game there)"
    figure.set_dpi(100)
    red, green, blue = pixel(figure, 0.803, 0.807)
    assert red == green == blue
    assert pixel(unilateral := plot_map(unilateral_map()), 0.803, 0.807) != (red, green, blue)
    assert axes_of(unilateral).get_legend() is None


def pixel(figure, x, y):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    column, row = axes_of(figure).transData.transform((x, y))
    image = np.asarray(canvas.buffer_rgba())
    return tuple(int(value) for value in image[image.shape[0] - 1 - int(row), int(column), :3])


@pytest.mark.parametrize("exact", [False, True])
def test_axes_given_as_log_are_logarithmic(exact):
    """Attack exists where p < a_DC / (a_DC + 3): a border over four decades, seen in every one of them."""
    game = dg.models.rudimentary_asymmetric_deterrence()
    fixed = {"a_SQ": 0, "a_DD": -3, "b_DDs": 0, "b_DC": 1, "b_DDh": 2, "b_SQ": 3}
    grid = {"p": dg.Log(0.001, 0.9, 100), "a_DC": dg.Log(0.001, 10, 100)}
    theorem = dg.derive(game) if exact else None
    figure = plot_map(dg.sweep(theorem or game, grid, fixed=fixed, quantities="families"), theorem=theorem)
    axes = axes_of(figure)
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    names = {text.get_text(): text.get_position() for text in axes.texts if text.get_text() in ("Attack", "Deterrence")}
    assert {name: p < worth / (worth + 3) for name, (p, worth) in names.items()} == {"Attack": True, "Deterrence": False}
    figure.set_dpi(100)
    above = {pixel(figure, p, 1.25 * 3 * p / (1 - p)) for p in (0.0015, 0.01, 0.1, 0.5)}
    below = {pixel(figure, p, 0.8 * 3 * p / (1 - p)) for p in (0.0015, 0.01, 0.1, 0.5)}
    assert len(above) == len(below) == 1
    assert above != below
    if exact:
        (curve,) = [line for line in axes.lines if len(line.get_xdata()) > 2]
        p, worth = (np.asarray(values) for values in (curve.get_xdata(), curve.get_ydata()))
        np.testing.assert_allclose(worth, 3 * p / (1 - p), rtol=1e-9)
        assert np.log10(p[1:] / p[:-1]).max() < 0.05  # no straight piece is long


def test_a_logarithmic_scale_begins_above_zero():
    mask, complete = np.ones((2, 2), np.uint64), np.ones((2, 2), np.bool_)
    ends = np.array([0.0, 1.0])
    with pytest.raises(GameError, match="'q' begins at 0; a logarithmic scale begins above zero"):
        RegionMap("g", "p", "q", ends, ends.copy(), ("A",), mask, complete, logarithmic=("q",))


def test_single_equilibria_keep_their_colour_from_map_to_map():
    region_map = unilateral_map()
    half = map_of(
        region_map.names,
        [region_map.exists(name)[:, 30:] for name in region_map.names],
        region_map.x_values[30:].copy(),
        region_map.y_values.copy(),
    )
    whole = {look.names: look.colour for look in region_looks(region_map)[0]}
    part = {look.names: look.colour for look in region_looks(half)[0]}
    shared = [names for names in part if names in whole and len(names) == 1]
    assert len(shared) == 4
    assert all(part[names] == whole[names] for names in shared)


def patchwork(seed, combinations=12):
    """Voronoi cells with random combinations of six equilibria."""
    rng = np.random.default_rng(seed)
    values = np.linspace(0, 1, 60)
    x, y = np.meshgrid(values, values)
    middles = rng.random((combinations, 2))
    nearest = ((x[..., None] - middles[:, 0]) ** 2 + (y[..., None] - middles[:, 1]) ** 2).argmin(axis=-1)
    sets = rng.permutation(np.arange(1, 64))[:combinations][nearest]
    return map_of(tuple("abcdef"), [sets >> bit & 1 == 1 for bit in range(6)], values, values.copy())


@pytest.mark.parametrize("build", [unilateral_map, mutual_map, *(lambda s=seed: patchwork(s) for seed in range(12))])
def test_neighbours_differ_in_colour(build):
    region_map = build()
    looks, _ = region_looks(region_map)
    for one, other in neighbours(fill_cells(region_map.labels())):
        assert looks[one].colour != looks[other].colour


@pytest.mark.parametrize("seed", range(12))
def test_no_two_regions_look_alike(seed):
    looks, _ = region_looks(patchwork(seed, combinations=25))
    assert len({(look.colour, look.hatch) for look in looks}) == len(looks)


def test_one_region_only():
    values = np.linspace(0, 1, 30)
    everywhere = np.ones((30, 30), dtype=bool)
    region_map = map_of(("Attack",), [everywhere], values, values.copy())
    assert region_looks(region_map)[1] == ()
    assert "Attack" in written(axes_of(plot_map(region_map)))


def test_no_equilibrium_and_nothing_but_the_common_one():
    values = np.linspace(0, 1, 30)
    x, _ = np.meshgrid(values, values)
    none = map_of(("Attack",), [x > 0.5], values, values.copy())
    assert "No equilibrium" in written(axes_of(plot_map(none)))
    common = map_of(("Attack", "Bluff"), [x > 0.5, x > -1], values, values.copy())
    texts = written(axes_of(plot_map(common)))
    assert {"Attack", "Bluff only", "In every region also: Bluff"} <= set(texts)


def test_nothing_decided():
    values = np.linspace(0, 1, 5)
    region_map = map_of(
        ("Attack",), [np.ones((5, 5), dtype=bool)], values, values.copy(), complete=np.zeros((5, 5), dtype=bool)
    )
    (line,) = axes_of(plot_map(region_map)).get_legend().get_texts()
    assert line.get_text().startswith("not decided")


def test_given_axes_are_used_and_titles_are_text():
    figure = Figure(figsize=(9, 4))
    left, right = figure.subplots(1, 2)
    assert plot_map(unilateral_map(), ax=right, title="costs $5 and $6") is figure
    assert right.get_title(loc="left") == r"costs \$5 and \$6"
    assert not left.texts
    figure.savefig(io.BytesIO(), format="svg")


def test_map_on_uneven_axes_ends_where_the_grid_ends():
    x = np.array([0.0, 0.1, 0.4, 2.0])
    y = np.array([-3.0, 5.0])
    conditions = [np.array([[True, True, False, False]] * 2)]
    axes = axes_of(plot_map(map_of(("Attack",), conditions, x, y, axes=("w", "v"))))
    assert axes.get_xlim() == (0.0, 2.0)
    assert axes.get_ylim() == (-3.0, 5.0)
    corners = np.concatenate([patch.get_path().vertices for patch in axes.artists + list(axes.patches)])
    assert corners[:, 0].min() == 0.0
    assert corners[:, 0].max() == 2.0
    assert 0.25 in corners[:, 0]


# ---- maps of theorems ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def theorem():
    return dg.derive(dg.models.unilateral_deterrence())


PAYOFFS = {"c_DDs": 0, "c_CD": 1, "c_DDh": 2, "c_SQ": 3, "c_DC": 4, "d_DDs": 0, "d_DC": 1, "d_DDh": 2, "d_CD": 3, "d_SQ": 4}
NO_SQ = {name: value for name, value in PAYOFFS.items() if name != "c_SQ"}


def test_borders_of_a_theorem_are_curves_whatever_the_grid(theorem):
    region_map = theorem.map(("c_SQ", 2, 4, 4), ("p_def", 0, 1, 4), {**NO_SQ, "p_ch": 0.3})
    axes = axes_of(plot_map(region_map))
    assert set(written(axes)) > {"Certain Deterrence", "Separating", "Bluff"}
    for line, curve in zip(axes.get_lines(), region_map.borders(), strict=True):
        np.testing.assert_array_equal(line.get_data(), (curve.x, curve.y))
    high, low = axes.get_lines()  # c_2 = (4 - c_SQ)/2 and c_1 = (4 - c_SQ)/3
    np.testing.assert_allclose(high.get_ydata(), (4 - high.get_xdata()) / 2, atol=1e-12)
    np.testing.assert_allclose(low.get_ydata(), (4 - low.get_xdata()) / 3, atol=1e-12)
    assert axes.get_legend() is None  # the edge of the window, where priors are 0 or 1, is no region


def test_fills_end_at_the_curves(theorem):
    figure = plot_map(theorem.map(("c_SQ", 2, 4, 4), ("p_def", 0, 1, 4), {**NO_SQ, "p_ch": 0.3}))
    figure.set_dpi(100)
    certain, separating, bluff = (pixel(figure, 3, height) for height in (0.9, 0.4, 0.1))
    assert len({certain, separating, bluff}) == 3
    assert pixel(figure, 3, 0.52) == certain
    assert pixel(figure, 3, 0.48) == separating == pixel(figure, 3, 0.35)
    assert pixel(figure, 3, 0.31) == bluff


def test_where_assumptions_fail_is_told(theorem):
    axes = axes_of(plot_map(theorem.map(("c_SQ", 1, 5, 4), ("p_def", 0, 1, 4), {**NO_SQ, "p_ch": 0.3})))
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["an assumption of the game fails"]


def test_a_dataset_swept_from_a_theorem_has_exact_borders_too(theorem):
    grid = {"p_ch": dg.Linear(0, 1, 6), "p_def": dg.Linear(0, 1, 5)}
    swept = dg.sweep(theorem, grid, fixed=PAYOFFS, quantities=("families",))
    axes = axes_of(plot_map(swept, theorem=theorem))
    heights = {float(line.get_ydata()[0]) for line in axes.get_lines() if np.ptp(line.get_ydata()) == 0}
    assert sorted(heights) == pytest.approx([1 / 3, 1 / 2], abs=1e-12)
    assert axes_of(plot_map(swept)).get_lines() == []  # without the theorem, what the grid tells


def test_another_theorem_than_the_one_swept_is_refused(theorem):
    swept = dg.sweep(theorem, {"p_ch": [0.2, 0.5], "p_def": [0.2, 0.5]}, fixed=PAYOFFS, quantities=("families",))
    other = dg.derive(dg.models.rudimentary_asymmetric_deterrence())
    with pytest.raises(GameError, match="give the theorem that was swept"):
        plot_map(swept, theorem=other)
