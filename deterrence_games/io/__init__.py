"""Reading and writing files: `read` and `write` choose the format by the file's suffix."""

from collections.abc import Callable
from pathlib import Path

from deterrence_games.errors import FormatError
from deterrence_games.forms import StrategicForm, TreeForm
from deterrence_games.forms.extensive import ExtensiveForm
from deterrence_games.games import Game
from deterrence_games.io.document import Document
from deterrence_games.io.efg import extensive_form_from_efg, extensive_form_to_efg, read_efg, write_efg
from deterrence_games.io.files import read_text
from deterrence_games.io.game_json import game_from_json, game_of, game_to_json, read_game, write_game
from deterrence_games.io.nfg import NfgForm, read_nfg, strategic_form_from_nfg, strategic_form_to_nfg, write_nfg
from deterrence_games.io.theorem_json import FORMAT as THEOREM
from deterrence_games.io.theorem_json import read_theorem, theorem_from_json, theorem_of, theorem_to_json, write_theorem
from deterrence_games.lowering.extensive import extensive_form_of
from deterrence_games.lowering.reduced import reduced_form_of
from deterrence_games.lowering.strategic import strategic_form_of
from deterrence_games.lowering.tree import tree_form_of
from deterrence_games.theory import Theorem

Readable = Game | Theorem | StrategicForm | ExtensiveForm
Writable = Game | Theorem | TreeForm | StrategicForm | ExtensiveForm

__all__ = [
    "NfgForm",
    "extensive_form_from_efg",
    "extensive_form_to_efg",
    "game_from_json",
    "game_to_json",
    "read",
    "read_efg",
    "read_game",
    "read_nfg",
    "read_theorem",
    "strategic_form_from_nfg",
    "strategic_form_to_nfg",
    "theorem_from_json",
    "theorem_to_json",
    "write",
    "write_efg",
    "write_game",
    "write_nfg",
    "write_theorem",
]


def read(path: str | Path) -> Readable:
    """Read a game or a theorem from a file.

    Parameters
    ----------
    path : str or Path
        ``.json`` is a `Game` or a `Theorem` in the project's formats (see `deterrence_games.io.game_json` and
        `deterrence_games.io.theorem_json`), ``.nfg`` a `StrategicForm` and ``.efg`` an `ExtensiveForm` in Gambit's formats.

    Raises
    ------
    FormatError
        When the suffix is unknown, or the file is not in its format: with the line and column.
    SizeError
        When the file, or the game in it, is larger than a stated limit.
    """
    return _READERS[_suffix(path)](path)


def write(obj: Writable, path: str | Path) -> None:
    """Write a game or a theorem to a file, whole or not at all.

    A `Game` or `Theorem` is written as ``.json``, a `StrategicForm` as ``.nfg``, an `ExtensiveForm` as ``.efg`` or (its reduced
    strategic form) as ``.nfg``; so is a `TreeForm`, and a `Game` without parameters.

    Raises
    ------
    FormatError
        When the object has no such form, or the file cannot be written.
    SizeError
        When the form, or the file, would be larger than a stated limit.
    """
    suffix = _suffix(path)
    if not isinstance(obj, Writable):
        raise FormatError(f"a {type(obj).__name__} cannot be written to '{path}'; give a Game or a form")
    if isinstance(obj, Theorem):
        if suffix != ".json":
            raise FormatError(f"a theorem has no form as {suffix}; write it as .json, or the text of to_latex() or to_html()")
        write_theorem(obj, path)
        return
    if suffix == ".json":
        if not isinstance(obj, Game):
            raise FormatError(f"a {type(obj).__name__} cannot be written to '{path}'; give the Game, or write .efg or .nfg")
        write_game(obj, path)
        return
    if isinstance(obj, Game):
        if obj.parameters:
            raise FormatError(
                f"game {obj.name!r} has parameters ({', '.join(obj.parameters[:4])}, ...) and '{path}' needs numbers; "
                "write dg.tree_form(game, params)"
            )
        obj = tree_form_of(obj)
    if suffix == ".efg":
        if isinstance(obj, StrategicForm):
            raise FormatError(f"game {obj.name!r} is a strategic form, which has no tree; write it as .nfg")
        write_efg(extensive_form_of(obj) if isinstance(obj, TreeForm) else obj, path)
        return
    if isinstance(obj, TreeForm):
        obj = strategic_form_of(obj)
    elif isinstance(obj, ExtensiveForm):
        obj = reduced_form_of(obj)
    write_nfg(obj, path)


def _read_json(path: str | Path) -> Game | Theorem:
    source = f"file '{path}'"
    document = Document(source).decode(read_text(path))
    if isinstance(document, dict) and document.get("format") == THEOREM:
        return theorem_of(document, source)
    return game_of(document, source)


_READERS: dict[str, Callable[[str | Path], Readable]] = {".json": _read_json, ".nfg": read_nfg, ".efg": read_efg}


def _suffix(path: str | Path) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in _READERS:
        raise FormatError(f"file '{path}' has an unknown suffix; use one of {', '.join(_READERS)}")
    return suffix
