"""Functions over points from generated source, in module files named by their content."""

import atexit
import hashlib
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from deterrence_games.kernels.generated import kernel_from_file


@cache
def compiled_function(source: str, name: str) -> Callable[..., Any]:
    """Compile a function of a generated module.

    The module goes into a file of the user's cache folder (``DETERRENCE_GAMES_CACHE`` names another) that is named by a hash of
    its text; a file whose text differs is written again, never run. Where that folder cannot be written, a temporary one of
    this process takes its place.

    Parameters
    ----------
    source : str
        Made by this library, from formulas and nothing else.
    name : str
        Of the function in it.
    """
    try:
        path = _written(source, _folder())
    except OSError:
        path = _written(source, _temporary_folder())
    function: Callable[..., Any] = kernel_from_file(path, name)  # type: ignore[no-untyped-call]  # kernels have no types
    return function


def _written(source: str, folder: Path) -> Path:
    path = folder / f"m{hashlib.sha256(source.encode()).hexdigest()[:24]}.py"
    if not path.is_file() or path.read_text(encoding="utf-8") != source:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        unfinished.write_text(source, encoding="utf-8")
        os.replace(unfinished, path)
    return path


@cache
def _temporary_folder() -> Path:
    folder = tempfile.mkdtemp(prefix="deterrence_games_")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def _folder() -> Path:
    given = os.environ.get("DETERRENCE_GAMES_CACHE")
    if given:
        return Path(given)
    base = os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else os.environ.get("XDG_CACHE_HOME")
    return Path(base or Path.home() / ".cache") / "deterrence_games"
