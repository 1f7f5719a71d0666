import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deterrence_games.errors import FormatError
from deterrence_games.plotting import style

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
SIGHT = {
    "full": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]])


def linear(colour):
    rgb = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    xyz = TO_XYZ @ rgb / [0.95047, 1, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one, other):
    light, dark = sorted((TO_XYZ[1] @ linear(one), TO_XYZ[1] @ linear(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("sight", SIGHT)
def test_region_colours_stay_apart_for_every_eye(sight):
    seen = [lab(np.clip(np.array(SIGHT[sight]) @ linear(colour), 0, 1)) for colour in style.REGION_COLOURS]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 11


def test_text_reads_on_every_colour():
    assert all(contrast(style.INK, colour) > 7 for colour in style.REGION_COLOURS)
    assert all(contrast("#FFFFFF", colour) > 4.5 for colour in (*style.ROLE_COLOURS.values(), *style.PLAYER_COLOURS))


def test_players_of_one_role_get_different_colours():
    colours = style.player_colours(("a", "b", "c"), {"a": "aggressor", "b": "aggressor", "c": "ally"})
    assert colours["a"] == style.ROLE_COLOURS["aggressor"]
    assert colours["c"] == style.ROLE_COLOURS["ally"]
    assert len(set(colours.values())) == 3


@pytest.mark.parametrize(
    ("expression", "mathematics"),
    [
        ("p_ch", "$p_{ch}$"),
        ("c_DD_h", "$c_{DD,h}$"),
        ("1 - p_def", "$1-p_{def}$"),
        ("alpha_1", r"$\alpha _{1}$"),
        ("resolve", r"$\mathrm{resolve}$"),
        ("x**2*y", r"$x^{2}\,y$"),
        ("x**(-a)", "$x^{-a}$"),
        ("x**-1 + b", "$x^{-1}+b$"),
        ("(a + b)**(c*(d - 1))", r"$(a+b)^{c\,(d-1)}$"),
        ("-a/2 + b", "$-a/2+b$"),
    ],
)
def test_arithmetic_is_typeset(expression, mathematics):
    assert style.typeset(expression) == mathematics


names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
operators = st.sampled_from([" + ", " - ", "*", "/", "**"])


@given(left=names, operator=operators, right=names)
def test_matplotlib_understands_what_is_typeset(left, operator, right):
    from matplotlib.mathtext import MathTextParser

    parser = MathTextParser("path")
    for expression in (left, f"{left}{operator}{right}", f"sqrt({left}){operator}({right}{operator}2)"):
        assert parser.parse(style.typeset(expression)).width > 0


def test_plain_text_keeps_its_dollars():
    assert style.plain("$5 and $6") == r"\$5 and \$6"
    assert style.title_of("back_down") == "Back down"


@pytest.mark.parametrize("name", ["map.jpg", "map", "map.svgz", "svg"])
def test_other_suffixes_are_refused(name):
    with pytest.raises(FormatError, match=r"use \.png, \.svg or \.pdf"):
        style.picture_suffix(name)


def test_settings_of_the_reader_come_back():
    import matplotlib

    before = dict(matplotlib.rcParams)
    with style.drawing():
        assert matplotlib.rcParams["svg.hashsalt"] == "deterrence_games"
    assert dict(matplotlib.rcParams) == before
