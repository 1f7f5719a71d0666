"""Functions over points from generated source, in module files named by their content."""

import hashlib
import os
import secrets
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from deterrence_games.kernels.generated import kernel_from_file


@cache
def compiled_function(source: str, name: str) -> Callable[..., Any]:
    """Compile a function of a generated module.

    The module goes into a file of the user's cache folder (``DETERRENCE_GAMES_CACHE`` names another) that is named by a hash of
    its text; a file whose text differs is written again, never run.

    Parameters
    ----------
    source : str
        Made by this library, from formulas and nothing else.
    name : str
        Of the function in it.
    """
    folder = _folder()
    path = folder / f"m{hashlib.sha256(source.encode()).hexdigest()[:24]}.py"
    if not path.is_file() or path.read_text(encoding="utf-8") != source:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        unfinished.write_text(source, encoding="utf-8")
        os.replace(unfinished, path)
    function: Callable[..., Any] = kernel_from_file(path, name)  # type: ignore[no-untyped-call]  # kernels have no types
    return function


def _folder() -> Path:
    given = os.environ.get("DETERRENCE_GAMES_CACHE")
    if given:
        return Path(given)
    base = os.environ.get("LOCALAPPDATA") if sys.platform == "win32" else os.environ.get("XDG_CACHE_HOME")
    return Path(base or Path.home() / ".cache") / "deterrence_games"
