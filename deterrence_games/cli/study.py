"""Study files: a sweep written down, so that anybody can run it again.

A study is a TOML file. Numbers may also be texts in the library's arithmetic, such as ``"1/3"``; nothing is evaluated as
Python. Paths count from the folder of the file.

``game``
    A model of the library, or the path of a game's JSON file.
``theorem``
    ``true`` to evaluate the closed forms of the game's theorem, which is derived first; or the path of a theorem's file.
``solver``
    The name of a solver, with its default options; by default `PerfectBayesian`.
``quantities``, ``select``, ``chunks``
    As for `deterrence_games.sweep`.
``map``
    The name of a picture of the map, ``.png``, ``.svg`` or ``.pdf``, for grids over two parameters with their families; over
    three, one map for each value of the last, side by side.
``contours``
    ``{quantity = picture}``, for grids over two parameters; an outcome or a player stands after a space, as in
    ``"payoffs defender"``.
``[fixed]``
    ``parameter = number``.
``[grid]``
    ``parameter = [values]``, or ``{from = 0, to = 1, points = 101}``, with ``scale = "log"`` for constant ratios; or else
``[sample]``
    ``points``, ``method``, ``seed``, and ``ranges = {parameter = [low, high]}``, or ``[low, high, "log"]``; or else
``[table]``
    ``file``, a CSV file with a column a parameter.
"""

import csv
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deterrence_games.cli.arguments import read_game, read_number
from deterrence_games.errors import DeterrenceGamesError, FormatError
from deterrence_games.games import Game

if TYPE_CHECKING:
    from deterrence_games.theory import Theorem

ENTRIES = ("game", "theorem", "solver", "quantities", "select", "chunks", "map", "contours", "fixed", "grid", "sample", "table")
POINTS = ("grid", "sample", "table")
AXIS = ("from", "to", "points", "scale")
SAMPLE = ("points", "method", "seed", "ranges")


@dataclass(frozen=True)
class Study:
    """A study as it was read.

    Attributes
    ----------
    game : Game or Theorem
    arguments : mapping
        Of `deterrence_games.sweep`.
    picture : str
        Name of the picture of the map, or empty.
    contours : mapping (quantity, label or None) -> str
        Names of pictures.
    """

    game: "Game | Theorem"
    arguments: Mapping[str, Any]
    picture: str
    contours: Mapping[tuple[str, str | None], str]


def read_study(path: Path) -> Study:
    """Read a study file.

    Raises
    ------
    FormatError
        When the file cannot be read, or an entry is missing, unknown or not what it should be.
    """
    try:
        with open(path, "rb") as file:
            content = tomllib.load(file)
    except OSError as problem:
        raise FormatError(f"study '{path}' cannot be read ({problem.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise FormatError(f"study '{path}' is not TOML: {problem}") from None
    try:
        return _study(content, path.parent)
    except DeterrenceGamesError as error:
        raise type(error)(f"study '{path}': {error}") from None


def _study(content: Mapping[str, Any], folder: Path) -> Study:
    _known(content, ENTRIES, "it")
    game = _game(content, folder)
    given = [name for name in POINTS if name in content]
    if len(given) != 1:
        has = " and ".join(given) or "none"
        raise FormatError(f"it needs one of [grid], [sample] and [table], and has {has}")
    arguments: dict[str, Any] = {
        "grid": _points(given[0], _mapping(content, given[0]), folder),
        "fixed": _each(_mapping(content, "fixed"), "fixed", _number),
    }
    for name in ("select", "chunks"):
        if name in content:
            arguments[name] = content[name]
    if "quantities" in content:
        arguments["quantities"] = tuple(_list(content["quantities"], "quantities"))
    if "solver" in content:
        arguments["solver"] = _solver(content["solver"])
    picture = _picture("map", content["map"]) if "map" in content else ""
    measured = arguments.get("quantities", ("families", "outcomes"))
    if picture and "families" not in measured:
        raise FormatError(f"map shows families; add 'families' to the quantities, it has {', '.join(map(str, measured))}")
    contours = {}
    for name, place in _mapping(content, "contours").items():
        quantity, _, label = name.partition(" ")
        if quantity not in measured:
            raise FormatError(f"contours: {quantity!r:.60} is not among the quantities; it has {', '.join(map(str, measured))}")
        _check_label(game, quantity, label)
        contours[quantity, label or None] = _picture(f"contours: {name}", place)
    axes = len(_mapping(content, "grid")) if given == ["grid"] else 0
    if (picture and axes not in (2, 3)) or (contours and axes != 2):
        what = (
            "map needs a grid over two or three parameters"
            if picture and axes not in (2, 3)
            else "contours need a grid over two"
        )
        raise FormatError(f"{what}; it has {axes}")
    from deterrence_games.plotting.small_multiples import MOST

    for axis, (name, values) in enumerate(arguments["grid"].items() if picture or contours else ()):
        length = len(values) if isinstance(values, list) else values.points
        if isinstance(length, int) and not (length >= 2 and (axis < 2 or length <= MOST)):
            most = f" and at most {MOST}" if axis == 2 else ""
            raise FormatError(f"pictures need two values or more{most} along {name!r}, it has {length}")
    return Study(game, arguments, picture, contours)


def _check_label(game: "Game | Theorem", quantity: str, label: str) -> None:
    """Refuse contours that could not be drawn once the sweep is done."""
    from deterrence_games.analysis.sweep_quantities import FAMILIES, read_quantities

    (own,) = read_quantities(game if isinstance(game, Game) else game.game, quantity)
    if quantity == FAMILIES:
        raise FormatError(f"contours: {quantity!r} is no number; draw it with map")
    if own.labels and label not in own.labels:
        raise FormatError(
            f"contours: {quantity!r} has a value for each {own.dim}; write one after a space, as in "
            f"'{quantity} {own.labels[0]}': {', '.join(own.labels)}"
        )
    if label and not own.labels:
        raise FormatError(f"contours: {quantity!r} is one number; leave out {label!r:.60}")


def _picture(where: str, given: Any) -> str:
    if not isinstance(given, str) or Path(given).suffix.lower() not in (".png", ".svg", ".pdf"):
        raise FormatError(f"{where} is {given!r:.60}; name a picture such as 'map.png'")
    return given


def _game(content: Mapping[str, Any], folder: Path) -> "Game | Theorem":
    from deterrence_games.api import derive
    from deterrence_games.io import read
    from deterrence_games.theory import Theorem

    theorem = content.get("theorem", False)
    if isinstance(theorem, str):
        if "game" in content:
            raise FormatError("both game and the file of a theorem are given; the theorem has its game, leave out game")
        found = read(folder / theorem)
        if not isinstance(found, Theorem):
            raise FormatError(f"theorem '{theorem}' is the file of something else; write one with derive NAME -o theorem.json")
        return found
    name = content.get("game")
    if not isinstance(name, str) or not isinstance(theorem, bool):
        raise FormatError("it names no game; write game = 'unilateral_deterrence', or the path of a game's JSON file")
    game = read_game(str(folder / name) if (folder / name).is_file() else name)
    return derive(game) if theorem else game


def _solver(name: Any) -> Any:
    from deterrence_games import solvers

    known = [own for own in solvers.__all__ if own != "Solver"]
    if name not in known:
        raise FormatError(f"unknown solver {name!r:.60}{_hint(name, known)}; use {', '.join(known)}")
    return getattr(solvers, name)()


def _points(kind: str, held: Mapping[str, Any], folder: Path) -> Any:
    if kind == "grid":
        return _each(held, kind, _axis)
    return _sample(held) if kind == "sample" else _table(held, folder)


def _axis(where: str, given: Any) -> Any:
    from deterrence_games.analysis.sweep_grid import Linear, Log

    if not isinstance(given, Mapping):
        return [_number(where, value) for value in _list(given, where)]
    _known(given, AXIS, where)
    for name in AXIS[:3]:
        if name not in given:
            raise FormatError(f"{where} has no {name!r}; write {{from = 0, to = 1, points = 101}}, or a list of values")
    scale = given.get("scale", "linear")
    if scale not in ("linear", "log"):
        raise FormatError(f"{where}: scale is {scale!r:.40}; use 'linear' or 'log'")
    ends = (_number(f"{where}: from", given["from"]), _number(f"{where}: to", given["to"]))
    return (Log if scale == "log" else Linear)(*ends, given["points"])


def _sample(held: Mapping[str, Any]) -> Any:
    from deterrence_games.analysis.sweep_sample import Sample

    _known(held, SAMPLE, "sample")
    if "points" not in held:
        raise FormatError("sample has no 'points'; write points = 1024")
    ranges = _each(_mapping(held, "ranges"), "ranges", _range)
    return Sample(ranges, **{name: value for name, value in held.items() if name != "ranges"})


def _range(where: str, given: Any) -> tuple[Any, ...]:
    ends = _list(given, where)
    return (*(_number(where, end) for end in ends[:2]), *ends[2:])


def _table(held: Mapping[str, Any], folder: Path) -> Any:
    from deterrence_games.analysis.sweep_grid import Table

    _known(held, ("file",), "table")
    name = held.get("file")
    if not isinstance(name, str):
        raise FormatError("table has no 'file'; write file = 'points.csv'")
    try:
        with open(folder / name, encoding="utf-8-sig", newline="") as file:
            head, *rows = list(csv.reader(file)) or [[]]
    except (OSError, UnicodeDecodeError) as problem:
        raise FormatError(f"table '{name}' cannot be read ({problem})") from None
    columns: dict[str, list[float]] = {parameter.strip(): [] for parameter in head}
    if len(columns) < len(head):
        raise FormatError(f"table '{name}': a column stands twice in {', '.join(head)}; name each once")
    for line, row in enumerate(rows, start=2):
        if not any(map(str.strip, row)):
            continue  # an empty line, as at the end of many files
        if len(row) != len(columns):
            raise FormatError(f"table '{name}', line {line}: {len(row)} values, the first line names {len(columns)} columns")
        for parameter, text in zip(columns, row, strict=True):
            columns[parameter].append(_number(f"table '{name}', line {line}, {parameter}", text))
    return Table(columns)


# ---- entries ---------------------------------------------------------------------------------------------------------------


def _known(held: Mapping[str, Any], names: tuple[str, ...], where: str) -> None:
    for name in held:
        if name not in names:
            raise FormatError(f"{where} has unknown entry {name!r:.60}{_hint(name, names)}; use {', '.join(names)}")


def _mapping(held: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    given = held.get(name, {})
    if not isinstance(given, Mapping):
        raise FormatError(f"{name} is {given!r:.60}; write it as a table, [{name}]")
    return given


def _each(held: Mapping[str, Any], where: str, read: Callable[[str, Any], Any]) -> dict[str, Any]:
    return {name: read(f"{where}: {name}", value) for name, value in held.items()}


def _list(given: Any, where: str) -> list[Any]:
    if not isinstance(given, list):
        raise FormatError(f"{where} is {given!r:.60}; give a list")
    return given


def _number(where: str, given: Any) -> float:
    if isinstance(given, str):
        return read_number(where, given)
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise FormatError(f"{where} is {given!r:.60}; give a number, or a text such as '1/3'")
    return float(given)


def _hint(name: Any, known: Any) -> str:
    near = get_close_matches(str(name), list(known), 1)
    return f" (did you mean {near[0]}?)" if near else ""
