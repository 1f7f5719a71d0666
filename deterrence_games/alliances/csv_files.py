"""Reading CSV files that others wrote: any usual encoding, named columns, errors that name the file and the line."""

import csv
from collections.abc import Callable, Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from deterrence_games.errors import FormatError


def decoded(path: Path) -> str:
    """The text of a file in UTF-8, UTF-16 or Windows-1252; a line that is not UTF-8 is read as Windows-1252.

    Raises
    ------
    FormatError
        When the file is missing or no text.
    """
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise FormatError(f"{path}: cannot be read ({problem.strerror or problem}); give the path of a CSV file") from None
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    if b"\0" in raw[:4096]:
        raise FormatError(f"{path}: holds zero bytes, so it is no text; give a CSV file")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "".join(map(_decoded_line, raw.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True)))


def _decoded_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def rows_of(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each row's number of line and its fields, required columns first, then optional ones (empty where absent).

    Rows without any content are left out.

    Raises
    ------
    FormatError
        When a required column is missing, a column stands there twice, a row has another number of fields than the head, or a
        quotation mark is left open.
    """
    text = decoded(path)
    head_line = text.partition("\n")[0]
    separator = max(",;\t", key=head_line.count)
    reader = _records(path, csv.reader(StringIO(text, newline=""), delimiter=separator))
    head = [name.strip() for name in next(reader, (0, []))[1]]
    missing = [name for name in required if name not in head]
    if missing:
        raise FormatError(
            f"{path}: no column {', '.join(map(repr, missing))}; the columns are {', '.join(head[:30]) or 'none'}; "
            f"needed are {', '.join(required)}"
        )
    for name in (*required, *optional):
        if head.count(name) > 1:
            raise FormatError(f"{path}: column {name!r} stands there twice; keep one")
    places = [head.index(name) if name in head else None for name in (*required, *optional)]
    width = len(head)
    for line, row in reader:
        if not any(field.strip() for field in row):
            continue
        if len(row) != width:
            raise FormatError(f"{path}, line {line}: {len(row)} fields where the head has {width}; mend the line")
        yield line, tuple("" if place is None else row[place].strip() for place in places)


def _records(path: Path, reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of its last line."""
    try:
        for record in reader:
            yield reader.line_num, record
    except csv.Error as problem:
        raise FormatError(f"{path}, line {reader.line_num}: {problem}; is a quotation mark left open?") from None


def number(path: Path, line: int, column: str, text: str, kind: Callable[[str], Any] = float) -> Any:
    """A field as a number.

    Raises
    ------
    FormatError
        When it is none.
    """
    try:
        value = kind(text)
    except (ValueError, OverflowError):
        raise FormatError(f"{path}, line {line}: {column} is {text!r}, not a number; mend the field") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise FormatError(f"{path}, line {line}: {column} is {text!r}; give a finite number")
    return value
