"""``map``: which equilibria exist where."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from deterrence_games.cli.arguments import read_axis, read_game, read_params, read_theorem, read_values
from deterrence_games.cli.command import DONE, GAME_OR_THEOREM, Commands, add_params
from deterrence_games.errors import FormatError, ParameterError
from deterrence_games.games import Game

if TYPE_CHECKING:
    from deterrence_games.results.region_map import RegionMap


def add_to(commands: Commands) -> None:
    """Add the commands of this file."""
    draw = commands.add(
        "map",
        _map,
        "find which equilibria exist where over two parameters",
        "map rudimentary_asymmetric_deterrence --x p:0:1:101 --y a_DC:0:9:101 "
        "-p a_DD=-3 a_SQ=0 b_DDs=0 b_DC=1 b_DDh=2 b_SQ=3 -o map.png map.csv",
    )
    draw.add_argument("game", metavar="NAME", help=f"{GAME_OR_THEOREM} (with --exact)")
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
        "--over",
        metavar="KEY:VALUE,VALUE",
        help="a map for each value of a third parameter, side by side in one picture, such as c_SQ:2.5,3,3.5",
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
    from deterrence_games.plotting import plot_map, plot_maps
    from deterrence_games.plotting.style import FORMATS, drawing

    places = [Path(place) for place in options.out]
    for place in places:
        if place.suffix.lower() not in (*FORMATS, ".csv"):
            raise FormatError(f"map '{place}': suffix {place.suffix!r} is unknown; use {', '.join(FORMATS)} or .csv")
        if not place.parent.is_dir():
            raise FormatError(f"map '{place}': there is no folder '{place.parent}'; make it first")
        if options.over is not None and place.suffix.lower() == ".csv":
            raise FormatError(f"map '{place}': with --over only pictures are written; give {', '.join(FORMATS)}")
    if any(place.suffix.lower() != ".csv" for place in places):
        with drawing():  # complains now, not after the work, when matplotlib is missing
            pass
    fixed = read_params(options.params)
    x, y = read_axis("--x", options.x), read_axis("--y", options.y)
    third, values = read_values("--over", options.over) if options.over is not None else ("", [])
    source = read_theorem(options.game) if options.exact else read_game(options.game)

    def find(own: dict[str, float]) -> "RegionMap":
        return equilibrium_map(source, x, y, own) if isinstance(source, Game) else source.map(x, y, own)

    if third in fixed:
        raise ParameterError(f"--over {third!r:.60} is given with -p too; leave it out there")
    maps = [find({**fixed, third: value}) for value in values] if third else [find(fixed)]
    for number, found in enumerate(maps):
        print(f"{third} = {values[number]:g}\n{found}" if third else found)
    for place in places:
        if third:
            plot_maps(maps, place)
        elif place.suffix.lower() == ".csv":
            maps[0].to_csv(place)
        else:
            plot_map(maps[0], place)
        print(f"wrote {place}")
    return DONE
