"""Text files read with a limit and written whole or not at all."""

import os
import secrets
from pathlib import Path

from deterrence_games.errors import FormatError, SizeError

MAX_BYTES = 20_000_000  # about 100,000 nodes, the most that a game may have


def read_text(path: str | Path) -> str:
    """Return a file's text, in UTF-8, when it has at most `MAX_BYTES` bytes."""
    try:
        if not Path(path).is_file():
            problem = "is not a file" if Path(path).exists() else "does not exist"
            raise FormatError(f"file '{path}' {problem}; give the path of a game file")
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise FormatError(f"file '{path}' cannot be read: {_reason(error)}; check path and permissions") from None
    if len(content) > MAX_BYTES:
        raise SizeError(f"file '{path}' has more than {MAX_BYTES:,} bytes; split the game")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"file '{path}' is not UTF-8 text (byte {error.start}); save it as UTF-8") from None


def write_text(path: str | Path, text: str) -> None:
    """Write a text file beside its place and move it there, so that no reader ever sees half of it."""
    unfinished = None
    try:
        if len(text) > MAX_BYTES or len(text.encode()) > MAX_BYTES:
            raise SizeError(
                f"file '{path}' would have more than {MAX_BYTES:,} bytes and could not be read back; split the game"
            )
        place = Path(os.path.realpath(path))
        if place.exists() and not place.is_file():
            raise FormatError(f"'{path}' is not a file; give the path of a file")
        unfinished = place.with_name(f".{place.name[:100]}.{secrets.token_hex(4)}.tmp")
        with open(unfinished, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            unfinished.chmod(place.stat().st_mode & 0o777)
        os.replace(unfinished, place)
    except (OSError, ValueError) as error:
        raise FormatError(f"file '{path}' cannot be written: {_reason(error)}; check path and permissions") from None
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
