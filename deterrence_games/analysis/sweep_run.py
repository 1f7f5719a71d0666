"""Blocks of a sweep worked on in this process, in several, or by the workers of a Dask cluster."""

import multiprocessing
import os
import pickle
import signal
import threading
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from typing import Any
from uuid import uuid4

from deterrence_games.analysis.sweep_grid import Piece
from deterrence_games.analysis.sweep_work import Work
from deterrence_games.errors import DeterrenceGamesError

AHEAD = 2  # blocks a worker that are handed out: one in work, one to go on with
DEATHS = 3  # of workers at one block; then the sweep ends

Result = tuple[Any, list[tuple[int, str, str]]]
Finished = Generator[tuple[int, Result], None, None]
Cut = Callable[[int], Piece]


def do(work: Work, piece: Piece, chunk: tuple[int, ...] | None) -> Result:
    """One block: arrays, or files when the shape of a chunk is given."""
    return work.measure(piece) if chunk is None else work.files(piece, chunk)


def results(
    work: Work, numbers: Sequence[int], cut: Cut, chunk: tuple[int, ...] | None, processes: int, client: Any
) -> Finished:
    """Yield every block's number and result, in whatever order they are finished.

    Parameters
    ----------
    numbers : sequence of int
        Blocks to do.
    cut : callable
        The points of a block.
    chunk : tuple of int, optional
        Shape of a chunk of the store; without it arrays come back.
    client : dask.distributed.Client, optional
    """
    if client is not None:
        yield from _on_cluster(work, numbers, cut, chunk, client)
    elif processes > 1 and len(numbers) > 1:
        yield from _in_processes(work, numbers, cut, chunk, min(processes, len(numbers)))
    else:
        for number in numbers:
            yield number, do(work, cut(number), chunk)


# ---- processes -------------------------------------------------------------------------------------------------------------


def packed(work: Work) -> bytes:
    """The work as it travels to other processes.

    Raises
    ------
    DeterrenceGamesError
        When a function cannot travel.
    """
    try:
        return pickle.dumps(work)
    except Exception as problem:
        raise DeterrenceGamesError(
            f"sweep of game {work.points.game.name!r}: {problem}; other processes import functions by name, so define them at "
            "the top of a module, or use processes=1"
        ) from None


_work: Work
_chunk: tuple[int, ...] | None


def _begin(content: bytes, chunk: tuple[int, ...] | None) -> None:
    """Set a new worker process up."""
    global _work, _chunk
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent stops its workers
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        wait_for([parent.sentinel])
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()  # a pool's workers would outlive a parent that is killed
    _work, _chunk = pickle.loads(content), chunk  # noqa: S301 - what the parent has just packed


def _do(piece: Piece) -> Result:
    return do(_work, piece, _chunk)


def _in_processes(work: Work, numbers: Sequence[int], cut: Cut, chunk: tuple[int, ...] | None, processes: int) -> Finished:
    content = packed(work)
    context = multiprocessing.get_context("spawn")  # forked children of a process with threads may hang
    left = list(reversed(numbers))
    deaths: Counter[int] = Counter()
    while left:
        pool = ProcessPoolExecutor(processes, context, _begin, (content, chunk))
        running: dict[Future[Result], int] = {}
        try:
            while left or running:
                while left and len(running) < AHEAD * processes:
                    running[pool.submit(_do, cut(left[-1]))] = left[-1]
                    left.pop()
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    result = future.result()
                    yield running.pop(future), result
        except BrokenProcessPool:
            lost = sorted(running.values(), reverse=True)
            deaths.update(lost)
            left += lost
            if max(deaths[number] for number in left) >= DEATHS:
                raise DeterrenceGamesError(
                    f"sweep of game {work.points.game.name!r}: worker processes died {DEATHS} times at one of the blocks "
                    f"{', '.join(map(str, lost[::-1]))}; look for what kills them (memory? a script that starts a sweep needs "
                    'if __name__ == "__main__":), use smaller chunks or fewer processes, and run the sweep again to go on'
                ) from None
        except BaseException:  # an error, Ctrl-C, or a full disk: nobody waits for the blocks in work
            for process in list((pool._processes or {}).values()):
                process.terminate()
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


# ---- Dask ------------------------------------------------------------------------------------------------------------------


def _unpacked(content: bytes, piece: Piece, chunk: tuple[int, ...] | None) -> Result:
    return do(pickle.loads(content), piece, chunk)  # noqa: S301 - what the client has just packed


def _on_cluster(work: Work, numbers: Sequence[int], cut: Cut, chunk: tuple[int, ...] | None, client: Any) -> Finished:
    """Blocks of a worker that dies are given to another by the scheduler itself."""
    from distributed import KilledWorker, as_completed
    from distributed.protocol.pickle import dumps

    name = uuid4().hex
    content = dumps(work)  # functions written in a notebook travel too
    left = list(reversed(numbers))
    running: dict[Any, int] = {}
    queue = as_completed([])

    def hand_out() -> None:
        while left and len(running) < AHEAD * max(1, sum(client.nthreads().values())):  # workers come and go
            number = left.pop()
            future = client.submit(_unpacked, content, cut(number), chunk, pure=False, key=f"sweep-{name}-{number}")
            running[future.key] = number
            queue.add(future)

    hand_out()
    try:
        for future in queue:
            try:
                result = future.result()
            except KilledWorker as problem:
                raise DeterrenceGamesError(
                    f"sweep of game {work.points.game.name!r}: Dask workers died again and again at block "
                    f"{running[future.key]} ({problem}); use smaller chunks, and run the sweep again to go on"
                ) from None
            number = running.pop(future.key)
            future.release()
            hand_out()
            yield number, result
    finally:
        if queue.futures:
            client.cancel(list(queue.futures))
