"""A progress bar for long work, written to the terminal and to nothing else."""

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

PATIENCE = 1.0  # seconds of work before anything is shown
PAUSE = 0.1  # seconds between two updates
BAR = 24  # characters


@contextmanager
def progress(total: int, label: str) -> Iterator[Callable[[int], None]]:
    """Show how far work has come, how fast it goes and how long it will take.

    Nothing is written unless standard error is a terminal and the work lasts longer than a second; the line is removed
    when the work ends, also by an exception.

    Parameters
    ----------
    total : int
        Steps of the work.
    label : str
        What is being done.

    Yields
    ------
    callable
        To be called with the number of steps done since the last call.

    Examples
    --------
    >>> with progress(3, "solving") as advance:
    ...     for point in range(3):
    ...         advance(1)
    """
    stream = sys.stderr
    if stream is None or not stream.isatty():
        yield lambda steps: None
        return
    begin = monotonic()
    done = 0
    due = begin + PATIENCE
    shown = False

    def advance(steps: int) -> None:
        nonlocal done, due, shown
        done += steps
        now = monotonic()
        if now >= due:
            columns = shutil.get_terminal_size().columns
            stream.write("\r" + _line(label, done, total, now - begin)[: columns - 1].ljust(columns - 1))
            stream.flush()
            due = now + PAUSE
            shown = True

    try:
        yield advance
    finally:
        if shown:
            stream.write("\r" + " " * (shutil.get_terminal_size().columns - 1) + "\r")
            stream.flush()


def _line(label: str, done: int, total: int, seconds: float) -> str:
    """One line: label, bar, share, rate, time left."""
    share = min(1.0, done / total) if total > 0 else 1.0
    filled = int(share * BAR)
    left = _clock(seconds * (1 - share) / share) if share > 0 else "?"
    rate = done / seconds if seconds > 0 else 0.0
    return f"{label} [{'#' * filled}{'.' * (BAR - filled)}] {share:4.0%}  {_rate(rate)}  {left} left"


def _rate(rate: float) -> str:
    return f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.2g}/s"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
