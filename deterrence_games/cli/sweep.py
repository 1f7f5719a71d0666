"""``sweep``: a study file run over its grid, into a store that outlives the run."""

import argparse
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deterrence_games.cli.arguments import make_folder, read_whole
from deterrence_games.cli.command import DONE, Commands
from deterrence_games.errors import DeterrenceGamesError, FormatError, GameError

if TYPE_CHECKING:
    import xarray as xr

    from deterrence_games.cli.study import Study

STORE = "sweep.zarr"


def add_to(commands: Commands) -> None:
    """Add the commands of this file."""
    sweep = commands.add(
        "sweep",
        _sweep,
        "run a study file: a game over a grid of parameters, into a Zarr store that a run which was stopped goes on with",
        "sweep zagare_kilgour_1993/map --out unilateral",
    )
    sweep.add_argument("study", metavar="STUDY", help="a study in TOML, or one of a paper, such as zagare_kilgour_1993/map")
    sweep.add_argument("--out", metavar="DIR", required=True, help=f"folder of the results: {STORE}, and the map")
    sweep.add_argument("--resume", action="store_true", help="go on with what an earlier run of the same study left there")
    workers = sweep.add_mutually_exclusive_group()
    workers.add_argument("--processes", metavar="N", default="1", help="worker processes on this machine (default: 1)")
    workers.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster, such as tcp://host:8786")
    sweep.add_argument("--dry-run", action="store_true", help="print points, bytes and time, and write nothing")


def _sweep(options: argparse.Namespace) -> int:
    from deterrence_games.analysis.sweep import estimate_sweep, sweep
    from deterrence_games.cli.study import read_study

    processes = read_whole("--processes", options.processes)
    study = read_study(_place(options.study))
    out = Path(options.out)
    store = out / STORE
    if options.dry_run:
        print(estimate_sweep(study.game, **study.arguments, store=store, processes=processes))
        return DONE
    if store.exists() and not options.resume:
        raise FormatError(f"folder '{out}' holds a sweep already; add --resume to go on with it, or choose another with --out")
    if study.picture or study.contours:
        from deterrence_games.plotting.style import drawing

        with drawing():  # complains now, not after the work, when matplotlib is missing
            pass
    make_folder(out)
    for name in (study.picture, *study.contours.values()):
        if not (out / name).parent.is_dir():
            raise FormatError(f"picture '{out / name}': there is no folder '{(out / name).parent}'; make it first")
    if options.scheduler is None:
        found = sweep(study.game, **study.arguments, store=store, processes=processes)
    else:
        with _client(options.scheduler) as client:
            found = sweep(study.game, **study.arguments, store=store, client=client)
    _tell(found)
    print(f"wrote {store}")
    if study.picture or study.contours:
        _draw(study, found, out)
    return DONE


def _draw(study: "Study", found: "xr.Dataset", out: Path) -> None:
    from deterrence_games.plotting import plot_contour, plot_map, plot_maps
    from deterrence_games.theory import Theorem

    theorem = study.game if isinstance(study.game, Theorem) else None
    if study.picture:
        draw = plot_maps if found["status"].ndim == 3 else plot_map
        draw(found, out / study.picture, theorem=theorem)
        print(f"wrote {out / study.picture}")
    for (quantity, label), name in study.contours.items():
        plot_contour(found, quantity, out / name, label=label, theorem=theorem)
        print(f"wrote {out / name}")


def _place(name: str) -> Path:
    """The file of a study, or of a paper's study by the names of the two."""
    from deterrence_games.reproduce.papers import find_papers

    paper, _, study = name.partition("/")
    if not Path(name).exists() and study and paper in (folders := find_papers()):
        found = folders[paper] / f"{study}.toml"
        known = sorted(path.stem for path in folders[paper].glob("*.toml"))
        if study not in known:
            raise FormatError(f"paper {paper!r} has no study {study!r}; it has {', '.join(known) or 'none'}")
        return found
    return Path(name)


def _client(address: str) -> Any:
    from deterrence_games.analysis.sweep_dataset import need

    need("distributed")
    from distributed import Client

    try:
        return Client(address, timeout=10)
    except (OSError, ValueError) as problem:
        raise DeterrenceGamesError(f"--scheduler {address!r}: no Dask scheduler answers there ({problem})") from None


def _tell(found: "xr.Dataset") -> None:
    """Sizes, the share of the space that each family holds, and where the numbers have a reservation."""
    from deterrence_games.analysis.sweep_shares import family_shares

    print(", ".join(f"{name}: {length:,}" for name, length in found["status"].sizes.items()))
    if "families" in found:
        try:
            shares = family_shares(found)
        except GameError as problem:  # no point within the assumptions; the sweep itself is done
            print(problem)
        else:
            told = (shares[own].values.tolist() for own in ("family", "share", "standard_error"))
            for name, share, error in zip(*told, strict=True):
                print(f"{100 * share:6.1f} %  {name}" + ("" if isnan(error) else f" (standard error {100 * error:.2g} %)"))
    status = found["status"]
    for bit, words in zip(status.attrs["flag_masks"], status.attrs["flag_meanings"].split(), strict=True):
        share = float(((status & bit) != 0).mean())
        if share:
            print(f"{100 * share:6.1f} %  status {bit}: {words}")
