"""``models``, ``show`` and ``solve``: the library's games, and their equilibria at numbers."""

import argparse
import json

from deterrence_games.cli.arguments import read_game, read_params
from deterrence_games.cli.command import DONE, GAME, Commands, add_params
from deterrence_games.games.expressions import to_text
from deterrence_games.models import CATALOGUE


def add_to(commands: Commands) -> None:
    """Add the commands of this file."""
    commands.add("models", _models, "list the games of the library", "models")

    show = commands.add("show", _show, "print a game: tree, payoffs, parameters, assumptions", "show unilateral_deterrence")
    show.add_argument("game", metavar="NAME", help=GAME)

    solve = commands.add(
        "solve",
        _solve,
        "find all perfect Bayesian equilibria at one parameter point",
        "solve rudimentary_asymmetric_deterrence -p p=1/2 a_DD=-3 a_SQ=0 a_DC=1 b_DDs=0 b_DC=1 b_DDh=2 b_SQ=3",
    )
    solve.add_argument("game", metavar="NAME", help=GAME)
    add_params(solve)
    solve.add_argument("--json", action="store_true", help="print the solution as JSON")


def _models(_: argparse.Namespace) -> int:
    width = max(map(len, CATALOGUE))
    for name, model in CATALOGUE.items():
        print(f"{name:<{width}}  {(model.__doc__ or '').partition(chr(10))[0].rstrip('.')}")
    return DONE


def _show(options: argparse.Namespace) -> int:
    game = read_game(options.game)
    print(game.draw())
    print(f"\nparameters   {' '.join(game.parameters) or 'none'}")
    for words, lines in (
        ("assumptions", [to_text(relation) for relation in game.assumptions]),
        ("names", list(game.names)),
        ("source", [game.source] if game.source else []),
    ):
        for number, line in enumerate(lines):
            print(f"{'' if number else words:<12} {line}")
    return DONE


def _solve(options: argparse.Namespace) -> int:
    from deterrence_games.api import solve
    from deterrence_games.results.document import solution_document

    solution = solve(read_game(options.game), read_params(options.params), throw=False)
    if options.json:
        print(json.dumps(solution_document(solution), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        print(solution)
    return DONE
