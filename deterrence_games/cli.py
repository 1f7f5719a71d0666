"""The command line: ``deterrence-games``, or ``python -m deterrence_games``."""

import argparse
import io as streams
import json
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

import deterrence_games
from deterrence_games.errors import DeterrenceGamesError, FormatError, ParameterError
from deterrence_games.games import Game
from deterrence_games.games.expressions import parse, to_text
from deterrence_games.models import CATALOGUE

DONE, CLAIM_FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

GAME = "a model of the library (see: deterrence-games models), or the path of a game's JSON file"
PARAMETER = "values of parameters: integers, decimals or fractions, such as p_ch=1/2 c_SQ=3"


class _Parser(argparse.ArgumentParser):
    """A parser that complains in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {message}; see {self.prog} --help\n")


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
    except KeyboardInterrupt:
        print("deterrence-games: interrupted", file=sys.stderr)
        return INTERRUPTED
    return status


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="deterrence-games",
        description="Deterrence games: every equilibrium at given numbers, maps of them, and published claims as checks.",
        epilog="Exit status: 0 on success, 1 when a claim fails, 2 for bad input.",
    )
    parser.add_argument("--version", action="version", version=f"deterrence_games {deterrence_games.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: Any, words: str, example: str) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = commands.add_parser(
            name, help=words, description=f"{words[:1].upper()}{words[1:]}.", epilog=f"Example: deterrence-games {example}"
        )
        added.set_defaults(run=run)
        return added

    command("models", _models, "list the games of the library", "models")

    show = command("show", _show, "print a game: tree, payoffs, parameters, assumptions", "show unilateral_deterrence")
    show.add_argument("game", metavar="NAME", help=GAME)

    solve = command(
        "solve",
        _solve,
        "find all perfect Bayesian equilibria at one parameter point",
        "solve rudimentary_asymmetric_deterrence -p p=1/2 a_DD=-3 a_SQ=0 a_DC=1 b_DDs=0 b_DC=1 b_DDh=2 b_SQ=3",
    )
    solve.add_argument("game", metavar="NAME", help=GAME)
    solve.add_argument("-p", dest="params", metavar="key=value", nargs="+", action="extend", default=[], help=PARAMETER)
    solve.add_argument("--json", action="store_true", help="print the solution as JSON")

    derive = command(
        "derive",
        _derive,
        "derive all perfect Bayesian equilibria in closed form, with the conditions under which they exist",
        "derive unilateral_deterrence",
    )
    derive.add_argument("game", metavar="NAME", help=GAME)

    draw = command(
        "map",
        _map,
        "find which equilibria exist where over two parameters",
        "map rudimentary_asymmetric_deterrence --x p:0:1:101 --y a_DC:0:9:101 "
        "-p a_DD=-3 a_SQ=0 b_DDs=0 b_DC=1 b_DDh=2 b_SQ=3 -o map.png map.csv",
    )
    draw.add_argument("game", metavar="NAME", help=GAME)
    for axis in ("x", "y"):
        draw.add_argument(
            f"--{axis}",
            required=True,
            metavar="KEY:LOW:HIGH:POINTS",
            help=f"parameter on the {axis} axis, such as p_ch:0:1:101",
        )
    draw.add_argument("-p", dest="params", metavar="key=value", nargs="+", action="extend", default=[], help=PARAMETER)
    draw.add_argument(
        "-o",
        dest="out",
        metavar="FILE",
        nargs="+",
        action="extend",
        required=True,
        help="where to write the map: .png, .svg, .pdf or .csv",
    )

    reproduce = command(
        "reproduce",
        _reproduce,
        "check the claims of published papers, and write a report with figures and tables",
        "reproduce zagare_kilgour_1993 --out report",
    )
    reproduce.add_argument("paper", metavar="PAPER", nargs="?", help="one paper, say zagare_kilgour_1993; all by default")
    reproduce.add_argument("--out", metavar="DIR", default="report", help="folder of the report (default: report)")
    reproduce.add_argument("--draws", metavar="N", default="2000", help="random parameter points a claim (default: 2000)")
    return parser


# ---- commands ------------------------------------------------------------------------------------------------------------


def _models(_: argparse.Namespace) -> int:
    width = max(map(len, CATALOGUE))
    for name, model in CATALOGUE.items():
        print(f"{name:<{width}}  {(model.__doc__ or '').partition(chr(10))[0].rstrip('.')}")
    return DONE


def _show(options: argparse.Namespace) -> int:
    game = _game(options.game)
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

    solution = solve(_game(options.game), _params(options.params), throw=False)
    if options.json:
        print(json.dumps(solution_document(solution), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        print(solution)
    return DONE


def _derive(options: argparse.Namespace) -> int:
    from deterrence_games.api import derive

    print(derive(_game(options.game)))
    return DONE


def _map(options: argparse.Namespace) -> int:
    from deterrence_games.analysis.equilibrium_map import equilibrium_map
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
    game = _game(options.game)
    found = equilibrium_map(game, _axis("--x", options.x), _axis("--y", options.y), _params(options.params))
    print(found)
    for place in places:
        if place.suffix.lower() == ".csv":
            found.to_csv(place)
        else:
            plot_map(found, place)
        print(f"wrote {place}")
    return DONE


def _reproduce(options: argparse.Namespace) -> int:
    from deterrence_games.plotting.style import drawing
    from deterrence_games.reproduce import load_papers, run_claim, write_report

    draws = _whole("--draws", options.draws)
    papers = load_papers(options.paper)
    with drawing():
        pass
    out = Path(options.out)
    results, exhibits = [], []
    widest = max(len(paper.name) for paper in papers)
    wide = max(len(claim.name) for paper in papers for claim in paper.claims)
    for paper in papers:
        _make_folder(out / paper.name)
    for paper in papers:
        for claim in paper.claims:
            result = run_claim(paper.name, claim, draws)
            results.append(result)
            verdict = "holds " if result.passed else "FAILED"
            points = f"{result.drawn:>6} " + ("point " if result.drawn == 1 else "points")
            print(f"{verdict}  {paper.name:<{widest}}  {claim.name:<{wide}}  {points}  {result.seconds:6.2f} s", flush=True)
            for failure in result.failures:
                print(f"        {failure}")
        exhibits.append("".join(exhibit.write(out / paper.name) for exhibit in paper.exhibits))
    page = write_report(papers, results, exhibits, out)
    failed = sum(not result.passed for result in results)
    print(f"\n{len(results) - failed} of {len(results)} claims hold; report: {page}")
    return CLAIM_FAILED if failed else DONE


# ---- reading the arguments -----------------------------------------------------------------------------------------------


def _game(name: str) -> Game:
    if name in CATALOGUE:
        return CATALOGUE[name]()
    if Path(name).suffix or Path(name).exists():
        from deterrence_games.io import read

        game = read(name)
        if not isinstance(game, Game):
            raise DeterrenceGamesError(f"file '{name}' holds numbers, not a game in symbols; read and solve it from Python")
        return game
    near = get_close_matches(name, CATALOGUE, 1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise DeterrenceGamesError(
        f"no model is called {name!r}{hint}; use one of {', '.join(CATALOGUE)}, or the path of a JSON file"
    )


def _params(texts: Sequence[str]) -> dict[str, float]:
    params: dict[str, float] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        name = name.strip()
        if not sign or not name:
            raise ParameterError(f"-p {text!r:.60} is not key=value; write, say, p_ch=1/2")
        if name in params:
            raise ParameterError(f"-p {name!r:.60} is given twice; give it once")
        params[name] = _number(f"-p {name}", value)
    return params


def _axis(option: str, text: str) -> tuple[str, float, float, int]:
    parts = text.split(":")
    if len(parts) != 4:
        raise ParameterError(f"{option} {text!r:.60} is not KEY:LOW:HIGH:POINTS; write, say, p_ch:0:1:101")
    name, low, high, points = parts
    return name.strip(), _number(option, low), _number(option, high), _whole(option, points)


def _number(option: str, text: str) -> float:
    """Read a number in the library's arithmetic: 3, 0.25, 1/3, sqrt(2)."""
    try:
        value = parse(text)
    except DeterrenceGamesError as error:
        raise ParameterError(f"{option}: {error}") from None
    if value.free_symbols or not value.is_finite or not value.is_real:
        raise ParameterError(f"{option}: {text!r:.60} is not a finite real number; give, say, 3, 0.25 or 1/3")
    return float(value)


def _whole(option: str, text: str) -> int:
    if not (text.strip().isdecimal() and len(text) < 10 and int(text) > 0):
        raise ParameterError(f"{option}: {text!r:.60} is not a whole number from 1 on; give, say, 101")
    return int(text)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise FormatError(f"folder '{folder}' cannot be made ({problem.strerror}); choose another with --out") from None


@contextmanager
def _warnings_in_one_line() -> Iterator[None]:
    """Print the library's warnings as single lines, each once."""

    def show(message: Warning | str, *_: Any) -> None:
        print(f"deterrence-games: warning: {message}", file=sys.stderr)

    with warnings.catch_warnings():
        warnings.simplefilter("always", deterrence_games.DeterrenceGamesWarning)
        warnings.showwarning = show  # type: ignore[assignment]  # the other arguments do not matter here
        yield
