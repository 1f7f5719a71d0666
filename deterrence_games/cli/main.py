"""``deterrence-games``, or ``python -m deterrence_games``: the parser of all commands, and how a command ends."""

import io as streams
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import deterrence_games
from deterrence_games.cli import alliances, games, maps, reproduce, sweep, theorems
from deterrence_games.cli.command import BAD_INPUT, DONE, INTERRUPTED, Commands, Parser
from deterrence_games.errors import DeterrenceGamesError

GROUPS = (games, theorems, maps, sweep, alliances, reproduce)  # in the order in which help lists them


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.

    Returns
    -------
    int
        0; 1 when a claim fails; 2 for bad input, with one line on standard error.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, streams.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # labels that the terminal's encoding lacks
    try:
        options = _parser().parse_args(arguments)
        with _warnings_in_one_line():
            status: int = options.run(options)
        sys.stdout.flush()
    except DeterrenceGamesError as error:
        print(f"deterrence-games: {error}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:  # the reader of our output, say head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt as stop:
        print("; ".join(["deterrence-games: interrupted", *getattr(stop, "__notes__", ())]), file=sys.stderr)
        return INTERRUPTED
    return status


def _parser() -> Parser:
    parser = Parser(
        prog="deterrence-games",
        description="Deterrence games: every equilibrium at given numbers, maps of them, and published claims as checks.",
        epilog="Exit status: 0 on success, 1 when a claim fails, 2 for bad input.",
    )
    parser.add_argument("--version", action="version", version=f"deterrence_games {deterrence_games.__version__}")
    commands = Commands(parser)
    for group in GROUPS:
        group.add_to(commands)
    return parser


@contextmanager
def _warnings_in_one_line() -> Iterator[None]:
    """Print the library's warnings as single lines, each once."""

    def show(message: Warning | str, *_: Any) -> None:
        print(f"deterrence-games: warning: {message}", file=sys.stderr)

    with warnings.catch_warnings():
        warnings.simplefilter("always", deterrence_games.DeterrenceGamesWarning)
        warnings.showwarning = show  # type: ignore[assignment]  # the other arguments do not matter here
        yield
