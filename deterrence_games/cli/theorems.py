"""``derive``: equilibria in closed form."""

import argparse

from deterrence_games.cli.arguments import read_game
from deterrence_games.cli.command import DONE, GAME, Commands


def add_to(commands: Commands) -> None:
    """Add the commands of this file."""
    derive = commands.add(
        "derive",
        _derive,
        "derive all perfect Bayesian equilibria in closed form, with the conditions under which they exist",
        "derive unilateral_deterrence",
    )
    derive.add_argument("game", metavar="NAME", help=GAME)


def _derive(options: argparse.Namespace) -> int:
    from deterrence_games.api import derive

    print(derive(read_game(options.game)))
    return DONE
