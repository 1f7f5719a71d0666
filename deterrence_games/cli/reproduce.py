"""``reproduce``: the claims of published papers, checked."""

import argparse
from pathlib import Path

from deterrence_games.cli.arguments import make_folder, read_whole
from deterrence_games.cli.command import CLAIM_FAILED, DONE, Commands


def add_to(commands: Commands) -> None:
    """Add the commands of this file."""
    reproduce = commands.add(
        "reproduce",
        _reproduce,
        "check the claims of published papers, and write a report with figures and tables",
        "reproduce zagare_kilgour_1993 --out report",
    )
    reproduce.add_argument("paper", metavar="PAPER", nargs="?", help="one paper, say zagare_kilgour_1993; all by default")
    reproduce.add_argument("--out", metavar="DIR", default="report", help="folder of the report (default: report)")
    reproduce.add_argument("--draws", metavar="N", default="2000", help="random parameter points a claim (default: 2000)")


def _reproduce(options: argparse.Namespace) -> int:
    from deterrence_games.plotting.style import drawing
    from deterrence_games.reproduce import load_papers, run_claim, write_report

    draws = read_whole("--draws", options.draws)
    papers = load_papers(options.paper)
    with drawing():
        pass
    out = Path(options.out)
    results, exhibits = [], []
    widest = max(len(paper.name) for paper in papers)
    wide = max(len(claim.name) for paper in papers for claim in paper.claims)
    for paper in papers:
        make_folder(out / paper.name)
    for paper in papers:
        for claim in paper.claims:
            result = run_claim(paper.name, claim, draws)
            results.append(result)
            count, what = (result.proofs, "proof") if result.proofs else (result.drawn, "point")
            points = f"{count:>6} {what + 's' * (count != 1):<6}"
            print(
                f"{result.verdict:<7}  {paper.name:<{widest}}  {claim.name:<{wide}}  {points}  {result.seconds:6.2f} s",
                flush=True,
            )
            for failure in result.failures:
                print(f"        {failure}")
        exhibits.append("".join(exhibit.write(out / paper.name) for exhibit in paper.exhibits))
    page = write_report(papers, results, exhibits, out)
    failed = sum(not result.passed for result in results)
    print(f"\n{len(results) - failed} of {len(results)} claims hold; report: {page}")
    return CLAIM_FAILED if failed else DONE
