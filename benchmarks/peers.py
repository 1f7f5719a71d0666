"""This library beside every peer that is installed, on the same games: ``python -m benchmarks.peers --out peers``.

Answers are compared before anything is timed. One row a kind of work, size and peer: median seconds of processor time of
either side, taken in turn, and their ratio. Written as text, CSV and a picture.
"""

import argparse
import csv
import os
import platform
import re
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

import deterrence_games as dg
from benchmarks import peer_solvers as peers
from benchmarks.alternating import alternating, processor_time
from deterrence_games.io.efg import extensive_form_to_efg
from deterrence_games.lowering.extensive import extensive_form_of
from deterrence_games.lowering.sequence import sequence_form_of
from deterrence_games.solvers.warm_up import warm_up

SEED = 1945
GAMES = 9  # of each size, whose median is compared
MANY = 20_000  # 2x2x2 games in a batch
CLOSE = 1e-6  # profiles that differ by less are one
SLOW = 2.0  # seconds: a peer that takes longer for one game is not asked at the next size
LONG = 0.2  # seconds: one round is enough for a peer that takes longer for one game


@dataclass(frozen=True)
class Row:
    """One comparison."""

    work: str
    size: str
    peer: str
    ours: float
    theirs: float
    answers: str

    @property
    def ratio(self) -> float:
        """How many times as long the peer takes."""
        return self.theirs / self.ours


def agreement(mine, theirs):
    """Compare two lists of profiles in words."""
    missing = sum(not any(same(found, own) for own in mine) for found in theirs)
    lost = sum(not any(same(own, found) for found in theirs) for own in mine)
    if not missing and not lost:
        return "same"
    return ", ".join([f"peer misses {lost} of {len(mine)}"] * (lost > 0) + [f"peer has {missing} others"] * (missing > 0))


def same(first, second):
    """Whether two profiles agree."""
    return all(np.abs(np.asarray(own) - np.asarray(other)).max() < CLOSE for own, other in zip(first, second, strict=True))


def regret(payoffs, profile):
    """Largest gain from a pure deviation in a two-player game, as a share of the payoffs' range."""
    row, column = profile
    mine, theirs = payoffs[0] @ column, row @ payoffs[1]
    return max(mine.max() - row @ mine, theirs.max() - theirs @ column) / np.ptp(payoffs)


def two_player_profiles(payoffs):
    """All equilibria by the default solver, from arrays to profiles."""
    return [found.profile for found in dg.solve(dg.StrategicForm.from_arrays(*payoffs))]


def timed(tasks, rounds):
    """Median seconds of processor time of each task, taken in turn."""
    return alternating(tasks, rounds, processor_time)


def one_by_one(solve, games):
    """Solve all games; what is timed."""
    return lambda: [solve(game) for game in games]


def bandwidth() -> float:
    """Bytes a second that one thread reads and writes when it copies an array much larger than the caches."""
    source = np.ones(25_000_000)
    target = np.empty_like(source)
    target[:] = source
    best = np.inf
    for _ in range(5):
        start = processor_time()
        target[:] = source
        best = min(best, processor_time() - start)
    return 2 * source.nbytes / best


def batches(rng) -> Iterator[Row]:
    """Many small games: a loop over a peer against one call."""
    if peers.quantecon is None:
        return
    memory = bandwidth()
    for shape, number, few in (((2, 2), 1_000_000, 2_000), ((3, 3), 100_000, 1_000), ((4, 4), 50_000, 500)):
        payoffs = rng.random((number, 2, *shape))
        solution = dg.solve_batch(payoffs, dg.BatchEnumeration(threads=1))
        said = {
            agreement(solution.game(k), [list(found) for found in peers.quantecon_support(payoffs[k])])
            for k in range(few // 10)
        }
        tasks = {
            "profiles": lambda payoffs=payoffs: dg.solve_batch(payoffs, dg.BatchEnumeration(threads=1)),
            "loop": one_by_one(peers.quantecon_support, payoffs[:few]),
        }
        if shape == (2, 2):
            tasks["masks"] = lambda payoffs=payoffs: dg.solve_batch(payoffs, dg.BatchEnumeration(threads=1, profiles=False))
        seconds = timed(tasks, 5)
        loop = seconds.pop("loop") / few
        for name, own in seconds.items():
            size = f"{shape[0]}x{shape[1]}, {name}"
            if name == "masks":
                read = 64 + 21  # bytes of payoffs in, of counts, masks and probabilities out
                said |= {f"{read * number / own / memory:.0%} of memory bandwidth"}
            yield Row("many games", size, "QuantEcon support", own / number, loop, "; ".join(sorted(said)))


def every_equilibrium(rng, draw: Callable, label: str, sizes) -> Iterator[Row]:
    """All equilibria of two-player games of growing size."""
    candidates = {
        "QuantEcon support": peers.quantecon and peers.quantecon_support,
        "QuantEcon vertex": peers.quantecon and peers.quantecon_vertex,
        "Nashpy support": peers.nashpy and peers.nashpy_support,
        "lrsnash": peers.LRSNASH and peers.lrsnash,
        "Gambit enummixed": peers.pygambit and (lambda payoffs: peers.gambit_enummixed(peers.gambit_game(payoffs))),
    }
    candidates = {name: solve for name, solve in candidates.items() if solve}
    for size in sizes:
        games = [draw(rng, size) for _ in range(GAMES if size < 8 else 3)]
        mine = [two_player_profiles(game) for game in games]
        for name, solve in list(candidates.items()):
            if size == sizes[0]:
                solve(games[0])  # some compile
            start = processor_time()
            said = [agreement(own, solve(game)) for own, game in zip(mine, games, strict=True)]
            spent = processor_time() - start
            if spent / len(games) > SLOW:
                del candidates[name]
            unequal = [words for words in said if words != "same"]
            tasks = {"this": one_by_one(two_player_profiles, games), name: one_by_one(solve, games)}
            if spent / len(games) > LONG:
                seconds = timed({"this": tasks["this"]}, 3) | {name: spent}
            else:
                seconds = timed(tasks, 3 if size > 6 else 25)
            words = "same" if not unequal else f"not the same in {len(unequal)} of {len(said)} games, e.g. {unequal[0]}"
            yield Row(
                f"all equilibria, {label}", f"{size}x{size}", name, *(own / len(games) for own in seconds.values()), words
            )


def one_equilibrium(rng) -> Iterator[Row]:
    """One equilibrium of large two-player games."""
    if peers.quantecon is None:
        return
    solver = dg.LemkeHowson()
    for size in (50, 200, 500, 1000):
        games = [rng.random((2, size, size)) for _ in range(GAMES if size < 1000 else 3)]
        forms = [dg.StrategicForm.from_arrays(*game) for game in games]
        worst = max(regret(game, solver.solve(form)[0].profile) for game, form in zip(games, forms, strict=True))
        theirs = [peers.quantecon_lemke_howson(game) for game in games]
        other = max(regret(game, found[0]) for game, found in zip(games, theirs, strict=True) if found)
        failed = sum(not found for found in theirs)
        tasks = {"this": one_by_one(solver.solve, forms), "peer": one_by_one(peers.quantecon_lemke_howson, games)}
        own, peer = (seconds / len(games) for seconds in timed(tasks, 3).values())
        words = f"regret {worst:.0e} here, {other:.0e} there" + (f"; {failed} failed there" if failed else "")
        yield Row("one equilibrium", f"{size}x{size}", "QuantEcon Lemke-Howson", own, peer, words)


def several_players(rng) -> Iterator[Row]:
    """All equilibria of games with more than two players, certified complete here."""
    if peers.pygambit is None:
        return
    solver = dg.BatchEnumeration(threads=1)
    for shape in ((2, 2, 2), (2, 2, 2, 2), (2, 3, 3), (3, 3, 3), (2, 2, 2, 2, 2)):
        payoffs = rng.random((GAMES * 5, len(shape), *shape))
        found = solver.solve(payoffs)
        games = [peers.gambit_game(own) for own in payoffs]
        theirs = [len(peers.gambit_enumpoly(game)) for game in games]
        misses = sum(max(0, int(own) - other) for own, other in zip(found.count, theirs, strict=True))
        even = sum(int(own) % 2 == 0 for own in found.count), sum(other % 2 == 0 for other in theirs)
        batch = rng.random((MANY, 3, *shape)) if shape == (2, 2, 2) else payoffs
        tasks = {"this": lambda p=batch: solver.solve(p), "peer": one_by_one(peers.gambit_enumpoly, games)}
        seconds = timed(tasks, 3)
        own, peer = seconds["this"] / len(batch), seconds["peer"] / len(payoffs)
        words = (
            f"{found.complete.mean():.1%} complete; peer misses {misses} of {int(found.count.sum())}; "
            f"even counts {even[0]} here, {even[1]} there"
        )
        yield Row("all equilibria, n players", "x".join(map(str, shape)), "Gambit enumpoly", own, peer, words)


def trees(rng) -> Iterator[Row]:
    """One equilibrium of two-player trees: alternating moves, each side of two types."""
    if peers.pygambit is None:
        return
    players = ("first", "second")
    types = {player: {"hard": 0.4, "soft": 0.6} for player in players}
    for depth in (1, 2, 3, 4):
        games = [dg.tree_form(_alternating(rng, players, types, depth)) for _ in range(GAMES)]
        forms = [sequence_form_of(game) for game in games]
        others = [peers.gambit_tree(extensive_form_to_efg(extensive_form_of(game))) for game in games]
        solver = dg.Lemke()
        worst = max(solver.solve(form)[0].regret for form in forms)
        tasks = {"this": one_by_one(solver.solve, forms), "peer": one_by_one(peers.gambit_lcp, others)}
        own, peer = (seconds / len(forms) for seconds in timed(tasks, 15).values())
        yield Row(
            "one equilibrium of a tree", f"{2 ** (depth + 1) - 1} nodes", "Gambit lcp", own, peer, f"regret {worst:.0e} here"
        )


def _alternating(rng, players, types, depth):
    """A game of so many binary moves in turn, with a payoff of its own for every leaf and type."""
    leaves = []

    def node(level, path):
        if level == depth:
            leaves.append(path)
            return path
        return dg.Decision(players[level % 2], {action: node(level + 1, path + action) for action in "ab"})

    tree = node(0, "-")
    payoffs = {
        leaf: {player: dict(zip(own, rng.random(2).tolist(), strict=True)) for player, own in types.items()} for leaf in leaves
    }
    return dg.Game(name="alternating", players=players, tree=tree, types=types, payoffs=payoffs)


def quantal_response(rng) -> Iterator[Row]:
    """The principal branch of the logit correspondence to its limit."""
    if peers.pygambit is None:
        return
    solver = dg.LogitPath()
    for shape in ((2, 2, 2), (3, 3, 3)):
        payoffs = [rng.random((3, *shape)) for _ in range(GAMES)]
        forms = [dg.StrategicForm.from_arrays(*own) for own in payoffs]
        games = [peers.gambit_game(own) for own in payoffs]
        worst = max(solution[0].regret for solution in map(solver.solve, forms) if len(solution))
        failed = sum(not len(solver.solve(form)) for form in forms)
        tasks = {"this": one_by_one(solver.solve, forms), "peer": one_by_one(peers.gambit_logit, games)}
        own, peer = (seconds / len(forms) for seconds in timed(tasks, 15).values())
        words = f"regret {worst:.0e} here" + (f"; {failed} without a limit here" if failed else "")
        yield Row("logit path", "x".join(map(str, shape)), "Gambit logit", own, peer, words)


def lines(rows) -> list[str]:
    """Headings and numbers as text."""
    table = [("work", "size", "peer", "here, s", "peer, s", "ratio", "answers")]
    table += [(r.work, r.size, r.peer, f"{r.ours:.3g}", f"{r.theirs:.3g}", f"{r.ratio:.3g}", r.answers) for r in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]


def picture(rows, path) -> None:
    """Ratios as bars on a logarithmic scale; to the right of one, this library is faster.

    Hatched where the peer misses equilibria, so that the two do not do the same work.
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.patches import Patch

    figure, axes = plt.subplots(figsize=(9, 0.2 * len(rows) + 1.2), layout="constrained")
    for place, row in enumerate(rows):
        less = re.search("misses [1-9]", row.answers) is not None
        axes.barh(
            place,
            row.ratio - 1.0,
            left=1.0,
            color="#0072b2" if row.ratio >= 1 else "#d55e00",
            alpha=0.55 if less else 1.0,
            hatch="////" if less else None,
            edgecolor="white" if less else "none",
            linewidth=0.0,
        )
    kinds = {"faster here": "#0072b2", "slower here": "#d55e00"}
    patches = [Patch(color=color, label=label) for label, color in kinds.items()]
    patches.append(Patch(facecolor="#999999", edgecolor="white", hatch="////", label="the peer misses equilibria"))
    figure.legend(handles=patches, loc="outside upper center", ncols=3, fontsize=8, frameon=False)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_yticks(range(len(rows)), [f"{r.work}: {r.size}, {r.peer}" for r in rows], fontsize=7)
    axes.set_xscale("log")
    axes.set_xlim(min(0.3, *(r.ratio for r in rows)) / 1.5, max(r.ratio for r in rows) * 1.5)
    axes.axvline(1.0, color="black", linewidth=0.8)
    axes.invert_yaxis()
    axes.set_xlabel("time of the peer over the time here")
    figure.savefig(path, dpi=150)


def versions() -> str:
    """What was measured with what."""
    known = []
    for name in ("numpy", "numba", "nashpy", "quantecon", "pygambit"):
        try:
            known.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            known.append(f"no {name}")
    known.append("lrsnash" if peers.LRSNASH else "no lrsnash")
    return f"{', '.join(known)}, Python {platform.python_version()}, {os.cpu_count()} processors"


def main() -> None:
    """Run everything and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("peers"), help="folder for the table and the picture")
    parser.add_argument("--only", help="run only the work whose name contains this")
    out = parser.parse_args()
    rng = np.random.default_rng(SEED)
    sections = {
        "many games": lambda: batches(rng),
        "all equilibria, random payoffs": lambda: every_equilibrium(
            rng, lambda rng, n: rng.random((2, n, n)), "random payoffs", (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14)
        ),
        "all equilibria, payoffs 0 to 2": lambda: every_equilibrium(
            rng, lambda rng, n: rng.integers(0, 3, (2, n, n)).astype(float), "payoffs 0 to 2", (3, 4, 5, 6, 7, 8)
        ),
        "one equilibrium": lambda: one_equilibrium(rng),
        "n players": lambda: several_players(rng),
        "trees": lambda: trees(rng),
        "logit path": lambda: quantal_response(rng),
    }
    out.out.mkdir(parents=True, exist_ok=True)
    head = [versions(), f"memory: {bandwidth() / 1e9:.1f} GB/s copied by one thread", ""]
    print("\n".join(head))
    rows = []
    with warm_up.spent():
        for name, section in sections.items():
            if out.only and out.only not in name:
                continue
            for row in section():
                rows.append(row)
                print(lines([row])[1], flush=True)
    (out.out / "peers.txt").write_text("\n".join(head + lines(rows)) + "\n", encoding="utf-8")
    with open(out.out / "peers.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow([*(field.name for field in fields(Row)), "ratio"])
        table.writerows([*astuple(row), row.ratio] for row in rows)
    if rows:
        picture(rows, out.out / "peers.png")


if __name__ == "__main__":
    main()
