"""``alliance``: the report on a guarantee."""

import argparse
import json
from pathlib import Path
from typing import Any

from deterrence_games.cli.arguments import read_params, read_whole
from deterrence_games.cli.command import DONE, Commands
from deterrence_games.errors import FormatError

SUFFIXES = (".html", ".json")


def add_to(commands: Commands) -> None:
    """Add the commands of this file."""
    alliance = commands.add(
        "alliance",
        _alliance,
        "report whether an alliance's guarantee to one member is credible against one aggressor, and on what that rests",
        "alliance anzus --year 2024 --aggressor CHN --target AUS -o report.html report.json",
    )
    alliance.add_argument(
        "name", metavar="NAME", help="nato, anzus, hub-and-spokes, or a folder with treaties and figures of your own"
    )
    alliance.add_argument("--year", required=True, metavar="YEAR", help="whose treaties and figures count")
    alliance.add_argument("--aggressor", required=True, metavar="STATE", help="code of the aggressor, such as RUS")
    alliance.add_argument("--target", required=True, metavar="STATE", help="code of the member that is attacked, such as EST")
    alliance.add_argument("--region", metavar="REGION", help="where the attack takes place; without it every obligation counts")
    alliance.add_argument(
        "--figures-year", metavar="YEAR", help="the year of the figures of strength, where it is not that of the treaties"
    )
    alliance.add_argument(
        "-p",
        dest="params",
        metavar="key=value",
        nargs="+",
        action="extend",
        default=[],
        help="numbers in place of illustrative ones, such as stake=0.05 war_cost=0.1",
    )
    alliance.add_argument(
        "--strength",
        metavar="STATE=NUMBER",
        nargs="+",
        action="extend",
        default=[],
        help="strengths in place of figures, such as PRK=4 (military expenditure in billions of dollars)",
    )
    alliance.add_argument(
        "-o", dest="out", metavar="FILE", nargs="+", action="extend", default=[], help="write a page (.html) or data (.json)"
    )


def _alliance(options: argparse.Namespace) -> int:
    from deterrence_games.alliances import anzus, hub_and_spokes, nato, read_alliance, read_indicators
    from deterrence_games.alliances.report import alliance_report
    from deterrence_games.io.files import write_text
    from deterrence_games.plotting.alliance_page import alliance_page
    from deterrence_games.plotting.style import drawing

    places = [Path(place) for place in options.out]
    for place in places:
        if place.suffix.lower() not in SUFFIXES:
            raise FormatError(f"report '{place}': suffix {place.suffix!r} is unknown; use {' or '.join(SUFFIXES)}")
        if not place.parent.is_dir():
            raise FormatError(f"report '{place}': there is no folder '{place.parent}'; make it first")
    if any(place.suffix.lower() == ".html" for place in places):
        with drawing():  # complains now, not after the work, when matplotlib is missing
            pass
    known = {"nato": nato, "anzus": anzus, "hub-and-spokes": hub_and_spokes}
    if options.name not in known and not Path(options.name).is_dir():
        raise FormatError(
            f"alliance '{options.name}': use one of {', '.join(known)}, or the path of a folder with treaties.csv"
        )
    alliance = known[options.name]() if options.name in known else read_alliance(options.name)
    year = read_whole("--year", options.year)
    numbers: dict[str, Any] = {**read_params(options.params), "region": options.region}
    if options.figures_year is not None:
        numbers["figures_year"] = read_whole("--figures-year", options.figures_year)
    own_figures = Path(options.name) / "indicators.csv"
    if options.name not in known and own_figures.exists():
        numbers["figures"] = read_indicators(own_figures)
    if options.strength:
        numbers["strength"] = read_params(options.strength)
    report = alliance_report(alliance, options.aggressor, options.target, year, **numbers)
    print(report.assessment)
    for place in places:
        if place.suffix.lower() == ".html":
            write_text(place, alliance_page(report))
        else:
            write_text(place, json.dumps(report.to_document(), indent=2, ensure_ascii=False, default=str) + "\n")
        print(f"wrote {place}")
    return DONE
