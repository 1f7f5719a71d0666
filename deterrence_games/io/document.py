"""JSON documents: laid out for a reader, and read with checks of which every complaint says where."""

import json
from collections.abc import Callable
from typing import Any, NoReturn

from deterrence_games.errors import FormatError

WIDTH = 100  # columns that a line of a written file keeps to where it can


class _Decimal(str):
    """The text of a number with a point or an exponent, kept exact and told apart from texts."""


def laid_out(value: Any, margin: str) -> str:
    """Write JSON with every entry that fits into `WIDTH` columns on one line."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list, tuple)) or not value or (margin and len(margin) + len(line) <= WIDTH):
        return line
    inner = margin + "  "
    if isinstance(value, dict):
        parts = [f"{json.dumps(key, ensure_ascii=False)}: {laid_out(item, inner)}" for key, item in value.items()]
        return f"{{\n{inner}" + f",\n{inner}".join(parts) + f"\n{margin}}}"
    return f"[\n{inner}" + f",\n{inner}".join(laid_out(item, inner) for item in value) + f"\n{margin}]"


class Document:
    """Checks of one JSON document; every complaint says where."""

    def __init__(self, source: str) -> None:
        self.source = source

    def fail(self, where: str, problem: str, remedy: str) -> NoReturn:
        """Complain about a place in the document."""
        raise FormatError(f"{self.source}: {where}: {problem}; {remedy}")

    def decode(self, text: str) -> Any:
        """Read JSON; decimals stay exact, and nothing is there twice."""
        try:
            return json.loads(
                text,
                parse_float=_Decimal,
                parse_int=self.integer,
                parse_constant=lambda name: self.fail("numbers", f"{name} is not finite", "give a finite number"),
                object_pairs_hook=self.unique,
            )
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            self.fail(where, f"not JSON ({error.msg})", "the file may be cut short; write it again")
        except RecursionError:
            self.fail("text", "brackets are nested too deeply", "list the nodes of the tree one beside the other")

    def integer(self, text: str) -> int:
        """Read an integer of bearable length."""
        if len(text) > 300:
            self.fail("numbers", f"{text[:20]}... has too many digits", "round it")
        return int(text)

    def unique(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """Refuse an object that gives an entry twice."""
        entries = dict(pairs)
        if len(entries) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            self.fail("object", f"{twice[:60]!r} is there twice", "give every entry once")
        return entries

    def head(self, document: Any, name: str, version: int) -> dict[str, Any]:
        """The entries of a document that must be in a format of a name and version."""
        entries = self.entries(document, "document")
        if entries.get("format") != name:
            self.fail("format", f"this is not a {name} file", f'its entry "format" must be "{name}"')
        if type(entries.get("version")) is not int or entries["version"] != version:
            self.fail("version", f"{entries.get('version')!r:.20} is unknown", f"this release reads version {version}")
        return entries

    # ---- kinds of value ------------------------------------------------------------------------------------------------

    def pairs(self, given: Any, where: str, read: Callable[[Any, str], Any]) -> list[tuple[tuple[str, ...], Any]]:
        """Read a list of pairs of labels and a value."""
        found: dict[tuple[str, ...], Any] = {}
        for number, pair in enumerate(self.items(given, where)):
            place = f"{where}[{number}]"
            labels, value = self.items(pair, place, 2)
            key = tuple(self.texts(labels, f"{place}[0]"))
            if key in found:
                self.fail(place, f"{list(key)} is there twice", "give every entry once")
            found[key] = read(value, f"{place}[1]")
        return list(found.items())

    def table(self, given: Any, where: str, read: Callable[[Any, str], Any]) -> dict[str, Any]:
        """Read an object, each of its values with `read`."""
        return {key: read(value, f"{where}.{key[:60]}") for key, value in self.entries(given, where).items()}

    def texts(self, given: Any, where: str) -> list[str]:
        """Read a list of texts."""
        return [self.text(value, f"{where}[{number}]") for number, value in enumerate(self.items(given, where))]

    def text(self, given: Any, where: str) -> str:
        """Read a text."""
        if type(given) is str:
            return given
        self.fail(where, f"{given!r:.40} is no text", "put it into quotes")

    def items(self, given: Any, where: str, length: int | None = None) -> list[Any]:
        """Read a list, of a given length if one is given."""
        if type(given) is not list:
            self.fail(where, f"{given!r:.40} is no list", "use square brackets")
        if length is not None and len(given) != length:
            self.fail(where, f"it has {len(given)} entries", f"give {length}")
        return given

    def entries(self, given: Any, where: str) -> dict[str, Any]:
        """Read an object."""
        if type(given) is not dict:
            self.fail(where, f"{given!r:.40} is no object", "use curly brackets")
        return given

    def keys(self, entries: dict[str, Any], where: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        """Refuse unknown entries and missing ones."""
        for key in entries:
            if key not in required + optional:
                self.fail(where, f"unknown entry {key[:60]!r}", f"use {', '.join(required + optional)}")
        for key in required:
            if key not in entries:
                self.fail(where, f"no entry {key!r}", "add it; the file may be cut short")
