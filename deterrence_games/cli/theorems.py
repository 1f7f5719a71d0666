"""``derive`` and ``prove``: equilibria in closed form, and claims about them."""

import argparse
from pathlib import Path

from deterrence_games.cli.arguments import read_game, read_theorem
from deterrence_games.cli.command import CLAIM_FAILED, DONE, GAME, GAME_OR_THEOREM, Commands
from deterrence_games.errors import FormatError

SUFFIXES = (".tex", ".html", ".json")


def add_to(commands: Commands) -> None:
    """Add the commands of this file."""
    derive = commands.add(
        "derive",
        _derive,
        "derive all perfect Bayesian equilibria in closed form, with the conditions under which they exist",
        "derive unilateral_deterrence -o theorem.tex theorem.json",
    )
    derive.add_argument("game", metavar="NAME", help=GAME)
    derive.add_argument(
        "-o",
        dest="out",
        metavar="FILE",
        nargs="+",
        action="extend",
        default=[],
        help="write the theorem: a LaTeX document (.tex), a page (.html), or a file that reads back (.json)",
    )

    prove = commands.add(
        "prove",
        _prove,
        "prove or refute claims about a game's equilibria; exit status 1 when one is refuted or stays unknown",
        "prove unilateral_deterrence --claim '(c_DC - c_SQ)/(c_DC - c_CD) < (c_DC - c_SQ)/(c_DC - c_DDh)'",
    )
    prove.add_argument("game", metavar="NAME", help=GAME_OR_THEOREM)
    prove.add_argument("--claim", metavar="TEXT", nargs="+", action="extend", required=True, help="what shall hold")


def _derive(options: argparse.Namespace) -> int:
    from deterrence_games.api import derive
    from deterrence_games.io.files import write_text
    from deterrence_games.io.theorem_json import theorem_to_json

    places = [Path(place) for place in options.out]
    for place in places:
        if place.suffix.lower() not in SUFFIXES:
            raise FormatError(f"theorem '{place}': suffix {place.suffix!r} is unknown; use {', '.join(SUFFIXES)}")
        if not place.parent.is_dir():
            raise FormatError(f"theorem '{place}': there is no folder '{place.parent}'; make it first")
    theorem = derive(read_game(options.game))
    print(theorem)
    for place in places:
        match place.suffix.lower():
            case ".tex":
                text = theorem.to_latex(standalone=True)
            case ".html":
                text = theorem.to_html(standalone=True)
            case _:
                text = theorem_to_json(theorem)
        write_text(place, text)
        print(f"wrote {place}")
    return DONE


def _prove(options: argparse.Namespace) -> int:
    theorem = read_theorem(options.game)
    proofs = [theorem.prove(claim) for claim in options.claim]
    for proof in proofs:
        print(proof)
    return DONE if all(proof.verdict == "proved" for proof in proofs) else CLAIM_FAILED
