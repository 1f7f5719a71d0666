"""Reading what stands on the command line: games, parameters, axes, numbers, folders."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from deterrence_games.errors import DeterrenceGamesError, FormatError, ParameterError
from deterrence_games.games import Game
from deterrence_games.games.expressions import parse
from deterrence_games.models import CATALOGUE

if TYPE_CHECKING:
    from deterrence_games.theory import Theorem


def read_game(name: str) -> Game:
    """Take a game of the library by its name, or read one from a JSON file."""
    if name in CATALOGUE:
        return CATALOGUE[name]()
    if Path(name).suffix or Path(name).exists():
        from deterrence_games.io import read

        found = read(name)
        if not isinstance(found, Game):
            from deterrence_games.theory import Theorem

            if isinstance(found, Theorem):
                raise DeterrenceGamesError(
                    f"file '{name}' holds a theorem, which prove and map --exact take; give the file of a game here"
                )
            raise DeterrenceGamesError(f"file '{name}' holds numbers, not a game in symbols; read and solve it from Python")
        return found
    near = get_close_matches(name, CATALOGUE, 1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise DeterrenceGamesError(
        f"no model is called {name!r}{hint}; use one of {', '.join(CATALOGUE)}, or the path of a JSON file"
    )


def read_theorem(name: str) -> "Theorem":
    """Take a theorem from its file, or derive it from a game."""
    from deterrence_games.api import derive
    from deterrence_games.io import read
    from deterrence_games.theory import Theorem

    if Path(name).suffix.lower() == ".json":
        found = read(name)
        if isinstance(found, Theorem):
            return found
    return derive(read_game(name))


def read_params(texts: Sequence[str]) -> dict[str, float]:
    """Read ``key=value`` texts into numbers."""
    found: dict[str, float] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        name = name.strip()
        if not sign or not name:
            raise ParameterError(f"-p {text!r:.60} is not key=value; write, say, p_ch=1/2")
        if name in found:
            raise ParameterError(f"-p {name!r:.60} is given twice; give it once")
        found[name] = read_number(f"-p {name}", value)
    return found


def read_axis(option: str, text: str) -> tuple[str, float, float, int]:
    """Read ``KEY:LOW:HIGH:POINTS``."""
    parts = text.split(":")
    if len(parts) != 4:
        raise ParameterError(f"{option} {text!r:.60} is not KEY:LOW:HIGH:POINTS; write, say, p_ch:0:1:101")
    name, low, high, points = parts
    return name.strip(), read_number(option, low), read_number(option, high), read_whole(option, points)


def read_values(option: str, text: str) -> tuple[str, list[float]]:
    """Read ``KEY:VALUE,VALUE,...``, two values or more."""
    name, sign, rest = text.partition(":")
    values = [read_number(option, value) for value in rest.split(",")] if sign and name.strip() else []
    if len(values) < 2 or len(set(values)) < len(values):
        raise ParameterError(f"{option} {text!r:.60} is not KEY:VALUE,VALUE with different values; write, say, c_SQ:2.5,3,3.5")
    return name.strip(), values


def read_number(option: str, text: str) -> float:
    """Read a number in the library's arithmetic: 3, 0.25, 1/3, sqrt(2)."""
    try:
        value = parse(text)
    except DeterrenceGamesError as error:
        raise ParameterError(f"{option}: {error}") from None
    if value.free_symbols or not value.is_finite or not value.is_real:
        raise ParameterError(f"{option}: {text!r:.60} is not a finite real number; give, say, 3, 0.25 or 1/3")
    return float(value)


def read_whole(option: str, text: str) -> int:
    """Read a whole number from 1 on."""
    if not (text.strip().isdecimal() and len(text) < 10 and int(text) > 0):
        raise ParameterError(f"{option}: {text!r:.60} is not a whole number from 1 on; give, say, 101")
    return int(text)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise FormatError(f"folder '{folder}' cannot be made ({problem.strerror}); choose another with --out") from None
