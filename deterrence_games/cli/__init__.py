"""The command line: one file for each command or group of commands."""

from deterrence_games.cli.main import main

__all__ = ["main"]
