"""What every command is made with."""

import argparse
from collections.abc import Callable
from typing import Any, NoReturn

DONE, CLAIM_FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

GAME = "a model of the library (see: deterrence-games models), or the path of a game's JSON file"
GAME_OR_THEOREM = f"{GAME}, or of a theorem that derive wrote"
PARAMETER = "values of parameters: integers, decimals or fractions, such as p_ch=1/2 c_SQ=3"

Run = Callable[[argparse.Namespace], int]


class Parser(argparse.ArgumentParser):
    """A parser that complains in one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and end with the status of bad input."""
        self.exit(BAD_INPUT, f"{self.prog}: {message}; see {self.prog} --help\n")


class Commands:
    """The commands of a parser, each with a line of help and an example."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._commands: Any = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def add(self, name: str, run: Run, words: str, example: str) -> argparse.ArgumentParser:
        """Add a command; `run` gets its options and returns the exit status."""
        added: argparse.ArgumentParser = self._commands.add_parser(
            name, help=words, description=f"{words[:1].upper()}{words[1:]}.", epilog=f"Example: deterrence-games {example}"
        )
        added.set_defaults(run=run)
        return added


def add_params(parser: argparse.ArgumentParser) -> None:
    """Let a command take ``-p key=value ...``."""
    parser.add_argument("-p", dest="params", metavar="key=value", nargs="+", action="extend", default=[], help=PARAMETER)
