"""Reading and writing files: `read` and `write` choose the format by the file's suffix."""

from collections.abc import Callable
from pathlib import Path

from deterrence_games.errors import FormatError
from deterrence_games.games import Game
from deterrence_games.io.game_json import game_from_json, game_to_json, read_game, write_game

_READERS: dict[str, Callable[[str | Path], Game]] = {".json": read_game}
_WRITERS: dict[str, Callable[[Game, str | Path], None]] = {".json": write_game}

__all__ = ["game_from_json", "game_to_json", "read", "read_game", "write", "write_game"]


def read(path: str | Path) -> Game:
    """Read a game from a file in the project's JSON (see `deterrence_games.io.game_json`)."""
    suffix = Path(path).suffix.lower()
    if suffix not in _READERS:
        raise FormatError(f"file '{path}' has an unknown suffix; use one of {', '.join(_READERS)}")
    return _READERS[suffix](path)


def write(obj: Game, path: str | Path) -> None:
    """Write a game to a file in the project's JSON, whole or not at all."""
    suffix = Path(path).suffix.lower()
    if suffix not in _WRITERS:
        raise FormatError(f"file '{path}' has an unknown suffix; use one of {', '.join(_WRITERS)}")
    if not isinstance(obj, Game):
        raise FormatError(f"a {type(obj).__name__} cannot be written to '{path}'; give a Game")
    _WRITERS[suffix](obj, path)
