"""``map``: which equilibria exist where."""

import argparse
from pathlib import Path

from deterrence_games.cli.arguments import read_axis, read_game, read_params
from deterrence_games.cli.command import DONE, GAME, Commands, add_params
from deterrence_games.errors import FormatError


def add_to(commands: Commands) -> None:
    """Add the commands of this file."""
    draw = commands.add(
        "map",
        _map,
        "find which equilibria exist where over two parameters",
        "map rudimentary_asymmetric_deterrence --x p:0:1:101 --y a_DC:0:9:101 "
        "-p a_DD=-3 a_SQ=0 b_DDs=0 b_DC=1 b_DDh=2 b_SQ=3 -o map.png map.csv",
    )
    draw.add_argument("game", metavar="NAME", help=GAME)
    for side in ("x", "y"):
        draw.add_argument(
            f"--{side}",
            required=True,
            metavar="KEY:LOW:HIGH:POINTS",
            help=f"parameter on the {side} axis, such as p_ch:0:1:101",
        )
    add_params(draw)
    draw.add_argument(
        "--exact",
        action="store_true",
        help="from the closed forms of the game's theorem, with exact borders, instead of a solver",
    )
    draw.add_argument(
        "-o",
        dest="out",
        metavar="FILE",
        nargs="+",
        action="extend",
        required=True,
        help="where to write the map: .png, .svg, .pdf or .csv",
    )


def _map(options: argparse.Namespace) -> int:
    from deterrence_games.analysis.equilibrium_map import equilibrium_map
    from deterrence_games.api import derive
    from deterrence_games.plotting import plot_map
    from deterrence_games.plotting.style import FORMATS, drawing

    places = [Path(place) for place in options.out]
    for place in places:
        if place.suffix.lower() not in (*FORMATS, ".csv"):
            raise FormatError(f"map '{place}': suffix {place.suffix!r} is unknown; use {', '.join(FORMATS)} or .csv")
        if not place.parent.is_dir():
            raise FormatError(f"map '{place}': there is no folder '{place.parent}'; make it first")
    if any(place.suffix.lower() != ".csv" for place in places):
        with drawing():  # complains now, not after the work, when matplotlib is missing
            pass
    game, fixed = read_game(options.game), read_params(options.params)
    x, y = read_axis("--x", options.x), read_axis("--y", options.y)
    found = derive(game).map(x, y, fixed) if options.exact else equilibrium_map(game, x, y, fixed)
    print(found)
    for place in places:
        if place.suffix.lower() == ".csv":
            found.to_csv(place)
        else:
            plot_map(found, place)
        print(f"wrote {place}")
    return DONE
