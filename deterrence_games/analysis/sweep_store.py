"""A Zarr store that is filled block by block: what is done is on record, one run at a time may write."""

import json
import math
import os
import shutil
import socket
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from deterrence_games.analysis.sweep_findings import Variable
from deterrence_games.analysis.sweep_grid import Grid
from deterrence_games.analysis.sweep_work import LEVEL, Errors
from deterrence_games.errors import FormatError

RECORD = ".sweep"  # folder of the record within the store
FOLDER = 1000  # records a folder


def read_plan(path: Path) -> dict[str, Any] | None:
    """The plan of the sweep that a store holds; None where there is no store yet.

    Raises
    ------
    FormatError
        When the folder is something else, or its plan cannot be read.
    """
    record = path / RECORD
    try:
        found: Any = json.loads((record / "plan.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        if path.exists() and not record.is_dir() and (not path.is_dir() or any(path.iterdir())):
            raise FormatError(f"store '{path}' exists and is no store of a sweep; choose another place") from None
        return None
    except OSError as problem:
        raise FormatError(f"store '{path}' cannot be read ({problem.strerror}); choose another place") from None
    except ValueError:
        found = None
    if not _is_plan(found):
        raise FormatError(f"store '{path}': the plan of its sweep cannot be read; choose another place")
    plan: dict[str, Any] = found
    return plan


def _is_plan(found: Any) -> bool:
    """Whether what was read is a mapping, and has what is looked at before it is compared."""
    if not isinstance(found, dict):
        return False
    lengths, families = found.get("chunk"), found.get("families")
    whole = isinstance(lengths, list) and all(type(length) is int and length > 0 for length in lengths)
    return whole and isinstance(families, list) and all(isinstance(family, str) for family in families)


class SweepStore:
    """The store of one sweep.

    A block is done when its record stands in the folder ``.sweep/done``: the files of its variables are written and moved to
    their places first, the record last, and each move is all or nothing. What a run that was killed left behind half done is
    done again.

    Parameters
    ----------
    path : str or Path
    chunk : tuple of int
        Shape of a block.
    counts : tuple of int
        Blocks along each axis of the grid.
    variables : sequence of Variable
    """

    def __init__(self, path: Path, chunk: tuple[int, ...], counts: tuple[int, ...], variables: Sequence[Variable]) -> None:
        self.path, self.chunk, self.counts, self.variables = path, chunk, counts, variables
        self.record = self.path / RECORD

    # ---- making and recognising --------------------------------------------------------------------------------------

    def make(self, grid: Grid, plan: Mapping[str, Any], coordinates: Mapping[str, Any], attributes: Mapping[str, Any]) -> None:
        """Lay the store out, without blocks; the plan is written last, so that a store without one is laid out again."""
        import zarr
        from zarr.codecs import ZstdCodec

        with self._disk(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # consolidated metadata is not yet in the specification
            (self.record / "zarr.json").unlink(missing_ok=True)  # of a run that was killed here: it would be listed below
            group = zarr.open_group(self.path, mode="a", zarr_format=3)
            group.attrs.update(attributes)
            for variable in self.variables:
                group.create_array(
                    variable.name,
                    shape=(*grid.shape, *variable.sizes),
                    chunks=(*self.chunk, *variable.sizes),
                    dtype=variable.dtype,
                    compressors=ZstdCodec(level=LEVEL),
                    fill_value=variable.fill,
                    dimension_names=(*grid.dims, *variable.dims),
                    attributes=dict(variable.attributes),
                    overwrite=True,
                )
            for name, (values, told) in coordinates.items():
                array = np.asarray(values)
                kind: Any = str if array.dtype.kind == "U" else array.dtype
                made = group.create_array(
                    name,
                    shape=array.shape,
                    dtype=kind,
                    dimension_names=(name,) * array.ndim,
                    attributes=dict(told),
                    overwrite=True,
                )
                made[...] = array
            zarr.consolidate_metadata(self.path)
            (self.record / "done").mkdir(parents=True, exist_ok=True)
            for place in self.path.rglob("*"):  # on the disk before there is a plan, should the machine stop
                if place.is_file():
                    with open(place, "rb+") as file:
                        os.fsync(file.fileno())
            # With this file the folder of the record is a group without members, as far as Zarr is concerned.
            self._replace(self.record / "zarr.json", b'{"zarr_format": 3, "node_type": "group", "attributes": {}}\n')
            self._replace(self.record / "plan.json", (json.dumps(plan, indent=1, sort_keys=True) + "\n").encode())

    # ---- blocks --------------------------------------------------------------------------------------------------------

    def done(self) -> set[int]:
        """Numbers of the blocks that are done; a record whose files are missing or cut short does not count."""
        found = set()
        for place in self.record.glob("done/*/*.json"):
            try:
                number, told = int(place.stem), json.loads(place.read_text(encoding="utf-8"))
                sizes = {variable.name: told["bytes"][variable.name] for variable in self.variables}
                whole = all(self.file(name, number).stat().st_size == size for name, size in sizes.items())
                whole = whole and isinstance(told["errors"], list)
            except (OSError, ValueError, KeyError, TypeError):
                continue
            if whole:
                found.add(number)
        return found

    def errors(self) -> list[tuple[int, int, str, str]]:
        """What was raised in a store whose blocks are all done: block, number of the point within it, quantity, message."""
        found = []
        for number in range(math.prod(self.counts)):
            told = json.loads(self._entry(number).read_text(encoding="utf-8"))["errors"]
            found += [(number, point, quantity, message) for point, quantity, message in told]
        return found

    def write(self, number: int, contents: Mapping[str, bytes], errors: Errors) -> None:
        """Store a block, and put it on record."""
        with self._disk():
            for name, content in contents.items():
                self._replace(self.file(name, number), content)
            told = {
                "bytes": {name: len(content) for name, content in contents.items()},
                "crc32": {name: zlib.crc32(content) for name, content in contents.items()},
                "errors": errors,
            }
            self._replace(self._entry(number), json.dumps(told, separators=(",", ":")).encode())

    def file(self, name: str, number: int) -> Path:
        """Where a variable of a block stands."""
        place = np.unravel_index(number, self.counts)
        sizes = next(variable.sizes for variable in self.variables if variable.name == name)
        return self.path.joinpath(name, "c", *map(str, map(int, place)), *("0" for _ in sizes))

    def _entry(self, number: int) -> Path:
        return self.record / "done" / str(number // FOLDER) / f"{number}.json"

    def _replace(self, place: Path, content: bytes) -> None:
        """Write a file whole or not at all."""
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = self.record / "draft"
        draft.parent.mkdir(parents=True, exist_ok=True)
        with open(draft, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, place)

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            with suppress(OSError):
                (self.record / "draft").unlink(missing_ok=True)
            raise FormatError(
                f"store '{self.path}' cannot be written ({problem.strerror}); what is on record there stays: make room, or "
                "allow writing, then run the same sweep again to go on"
            ) from problem

    # ---- one run at a time ---------------------------------------------------------------------------------------------

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other runs out. The system drops the lock of a process that dies.

        Raises
        ------
        FormatError
            When another run holds it.
        """
        fresh = not self.path.exists()
        with self._disk():
            self.record.mkdir(parents=True, exist_ok=True)
        place = self.record / "lock"
        file = self._locked(place)
        try:
            yield
        finally:
            with suppress(OSError):
                (self.record / "draft").unlink(missing_ok=True)
            with suppress(OSError):  # Windows does not remove what is open
                place.unlink()
            os.close(file)
            if not (self.record / "plan.json").exists() and fresh:
                shutil.rmtree(self.path, ignore_errors=True)

    def unlock(self) -> None:
        """Remove the lock of a run that was killed after its last block, where nobody holds it and the store can be written."""
        if (self.record / "lock").exists():
            with suppress(OSError, FormatError), self.lock():
                pass

    def _locked(self, place: Path) -> int:
        while True:
            with self._disk():
                file = os.open(place, os.O_RDWR | os.O_CREAT, 0o644)
                try:
                    taken = _take(file)
                except OSError:  # of a file system without locks
                    os.close(file)
                    raise
            if not taken:
                holder = os.read(file, 200).decode(errors="replace").strip() or "another run"
                os.close(file)
                raise FormatError(f"store '{self.path}' is being written by {holder}; wait for it, or choose another place")
            with suppress(FileNotFoundError):
                if os.stat(place).st_ino == os.fstat(file).st_ino:  # not one that has just been removed
                    with suppress(OSError):  # a full disk has no room for the name; the lock holds without it
                        os.ftruncate(file, 0)
                        os.write(file, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
                    return file
            os.close(file)


def _take(file: int) -> bool:
    """Lock a file for this process, unless another has it."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]  # known on Windows only
        except OSError:
            return False
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
