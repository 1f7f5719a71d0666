"""What every picture of the library shares: colours, typesetting, and bytes that do not change from run to run."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deterrence_games.errors import DeterrenceGamesError, FormatError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Where = str | PathLike[str]

# Tints of the Okabe-Ito colours on which black text reads, in an order that alternates light and dark. The closest pair is
# 11 CIELAB units apart under deuteranopia, protanopia and tritanopia alike (tests/plotting/test_style.py measures it).
REGION_COLOURS = ("#9AD2F2", "#FAF6BD", "#4CBB9D", "#F4D48C", "#E0AFCA", "#CCE3F0", "#E8A673")
# Of lines: dark enough for print, told apart by colour-blind readers (Okabe and Ito), by their dashes in grey, and by their
# widths where they lie on one another.
LINE_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)), (0, (8, 2, 1.5, 2, 1.5, 2)))
LINE_WIDTHS = (3.0, 2.4, 1.9, 1.5, 1.2)  # points
INK = "#1A1A1A"
FAINT = "#6B6B6B"

# Shades on which white text reads (contrast above 4.5).
ROLE_COLOURS = {"aggressor": "#B34700", "target": "#005F94", "ally": "#00704F"}
PLAYER_COLOURS = ("#8A4C78", "#7A5C00", "#4D4D9E", "#525252", "#9C2F4B")

FORMATS = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
DPI = 200
LINE_SPACING = 1.15
SETTINGS: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # the one font that comes with matplotlib
    "mathtext.fontset": "dejavusans",
    "text.hinting": "none",  # text is as wide at every resolution
    "svg.hashsalt": "deterrence_games",
    "svg.fonttype": "path",  # looks the same where the font is missing; the words stay in comments
    "pdf.fonttype": 42,  # journals want outlines that scale
    "hatch.linewidth": 0.5,
}

GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu"),
    *("nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
)
TOKEN = re.compile(r"\s*(\*\*|[A-Za-z_]\w*|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|.)")


def picture_suffix(path: Where) -> str:
    """The suffix of a picture's path, checked before any work is done.

    Raises
    ------
    FormatError
        When it is not ``.png``, ``.svg`` or ``.pdf``.
    """
    suffix = Path(fspath(path)).suffix.lower()
    if suffix not in FORMATS:
        raise FormatError(f"picture {fspath(path)!r}: suffix {suffix!r} is no picture format; use .png, .svg or .pdf")
    return suffix


@contextmanager
def drawing() -> Iterator[None]:
    """The library's settings for as long as a picture is drawn; the reader's own settings are restored afterwards."""
    try:
        from matplotlib import style
    except ImportError:
        raise DeterrenceGamesError("pictures need matplotlib; run: pip install 'deterrence-games[plots]'") from None
    with style.context(["default", SETTINGS]):
        yield


def figure_of(ax: "Axes") -> "Figure":
    """The figure that the axes belong to, through subfigures."""
    return ax.figure.figure


def save(figure: "Figure", path: Where) -> None:
    """Write a figure as PNG, SVG or PDF by suffix; the same figure gives the same bytes.

    Raises
    ------
    FormatError
        When the suffix is unknown or the file cannot be written.
    """
    suffix = picture_suffix(path)
    with drawing():
        try:
            figure.savefig(path, format=suffix[1:], dpi=DPI, metadata=FORMATS[suffix], bbox_inches="tight", pad_inches=0.08)
        except OSError as problem:
            raise FormatError(f"picture {fspath(path)!r} cannot be written ({problem.strerror})") from None


def plain(text: str) -> str:
    """Text in which a dollar sign is a dollar sign."""
    return text.replace("$", r"\$")


def words_of(label: str) -> str:
    """A label with blanks for underscores: ``back_down`` becomes ``back down``."""
    return label.replace("_", " ").strip() or label


def title_of(name: str) -> str:
    """A game's, a player's or an outcome's name as words: ``unilateral_deterrence`` becomes ``Unilateral deterrence``."""
    words = words_of(name)
    return plain(words[:1].upper() + words[1:])


def typeset(expression: str) -> str:
    r"""Arithmetic in the library's notation as mathematics: ``p_ch`` becomes ``$p_{ch}$``.

    Examples
    --------
    >>> typeset("1 - p_ch")
    '$1-p_{ch}$'
    >>> print(typeset("2*c_SQ**2"))
    $2\,c_{SQ}^{2}$
    """
    pieces: list[str] = []
    closing: list[str] = []  # what ends each open parenthesis
    power: str | None = None  # the sign of an exponent under way
    for token in TOKEN.findall(expression.strip()):
        if token == "**":
            power = ""
        elif power is not None and token == "-":
            power = "-"
        elif power is not None:
            pieces.append(f"^{{{power}" + ("" if token == "(" else _typeset_token(token) + "}"))
            closing += ["}"] if token == "(" else []
            power = None
        elif token == "(":
            pieces.append(token)
            closing.append(")")
        elif token == ")" and closing:
            pieces.append(closing.pop())
        else:
            pieces.append(_typeset_token(token))
    return "$" + "".join(pieces) + "$"


def _typeset_token(token: str) -> str:
    if token == "*":
        return r"\,"
    if token in "$%#&{}":
        return "\\" + token
    if not (token[0].isalpha() or token[0] == "_"):
        return token
    head, *rest = [part for part in token.split("_") if part] or [r"\_"]
    if head in GREEK:
        head = f"\\{head} "
    elif len(head) > 1:
        head = rf"\mathrm{{{head}}}"
    return head + (f"_{{{','.join(rest)}}}" if rest else "")


def player_colours(players: Sequence[str], roles: Mapping[str, str]) -> dict[str, str]:
    """A colour a player: its role's, or a spare one when it has no role or shares it."""
    colours: dict[str, str] = {}
    spare = 0
    for player in players:
        wanted = ROLE_COLOURS.get(roles.get(player, ""))
        if wanted is None or wanted in colours.values():
            wanted = PLAYER_COLOURS[spare % len(PLAYER_COLOURS)]
            spare += 1
        colours[player] = wanted
    return colours


class Ruler:
    """Measures text before there is a picture to put it on."""

    def __init__(self) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(dpi=288)
        FigureCanvasAgg(figure)
        self._text = figure.text(0, 0, "")
        self._dpi = figure.dpi
        self._known: dict[tuple[str, float, str], tuple[float, float]] = {}

    def size(self, text: str, points: float, weight: str = "normal") -> tuple[float, float]:
        """Width and height in inches, several lines allowed."""
        key = (text, points, weight)
        if key not in self._known:
            self._text.set(text=text, fontsize=points, fontweight=weight, linespacing=LINE_SPACING)
            box = self._text.get_window_extent()
            self._known[key] = (box.width / self._dpi, box.height / self._dpi)
        return self._known[key]


def wrapped(items: Sequence[str], width: float, ruler: Ruler, points: float) -> str:
    """Items separated by commas, in lines of at most ``width`` inches where the items allow it."""
    lines: list[str] = []
    for item in items:
        if lines and ruler.size(f"{lines[-1]}, {item}", points)[0] <= width:
            lines[-1] += f", {item}"
        else:
            lines += [item]
    return ",\n".join(lines)
