"""What a report shows beside its claims: trees, maps and tables, each also written to files."""

import csv
import re
from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, final

from deterrence_games.analysis.equilibrium_map import equilibrium_map
from deterrence_games.api import solve
from deterrence_games.errors import FormatError
from deterrence_games.games import Game
from deterrence_games.io.files import write_text
from deterrence_games.lowering.grid import Axis
from deterrence_games.plotting import plot_map, plot_tree
from deterrence_games.plotting.style import save
from deterrence_games.reproduce.theorems import derived
from deterrence_games.results import Equilibrium
from deterrence_games.results.table import behavior_lines, belief_lines, rows

SHOWN = 1e-9  # outcomes with at most this probability are left out of a table


@dataclass(frozen=True)
class Exhibit(ABC):
    """A figure or a table.

    Attributes
    ----------
    name : str
        Name of its files, without suffix.
    caption : str
    game : callable
        Returns the game.
    """

    name: str
    caption: str
    game: Callable[[], Game]

    @abstractmethod
    def write(self, folder: Path) -> str:
        """Write the files into a folder, and return HTML that shows the exhibit by itself, without them."""


@final
@dataclass(frozen=True)
class TreeFigure(Exhibit):
    """The game tree, as PNG and SVG."""

    def write(self, folder: Path) -> str:
        """Draw the tree; see `Exhibit.write`."""
        figure = plot_tree(self.game(), folder / f"{self.name}.svg")
        save(figure, folder / f"{self.name}.png")
        return _image(folder / f"{self.name}.svg", self.caption)


@final
@dataclass(frozen=True)
class MapFigure(Exhibit):
    """A map of equilibria, as PNG, SVG and CSV.

    Attributes
    ----------
    x, y : (parameter, low, high, points)
    fixed : mapping parameter -> number
    """

    x: Axis
    y: Axis
    fixed: Mapping[str, float]

    def write(self, folder: Path) -> str:
        """Solve and draw the map; see `Exhibit.write`."""
        found = equilibrium_map(self.game(), self.x, self.y, self.fixed)
        found.to_csv(folder / f"{self.name}.csv")
        figure = plot_map(found, folder / f"{self.name}.svg")
        save(figure, folder / f"{self.name}.png")
        return _image(folder / f"{self.name}.svg", self.caption)


@final
@dataclass(frozen=True)
class SolutionTable(Exhibit):
    """All equilibria at a few parameter points, as CSV.

    Attributes
    ----------
    fixed : mapping parameter -> number
    points : sequence of mapping parameter -> number
        The other parameters, one mapping a point.
    """

    fixed: Mapping[str, float]
    points: Sequence[Mapping[str, float]] = field(default=({},))

    def write(self, folder: Path) -> str:
        """Solve the game at every point; see `Exhibit.write`."""
        records: list[dict[str, Any]] = []
        body = []
        for own in self.points:
            solution = solve(self.game(), {**self.fixed, **own})
            records += [{**solution.params, "complete": solution.complete, **row} for row in rows(solution)]
            for position, equilibrium in enumerate(solution):
                cells = "".join(f"<td>{cell}</td>" for cell in _cells(equilibrium))
                at = "<br>".join(f"{formulae(name)} = {value:.4g}" for name, value in own.items())
                first = f'<th rowspan="{len(solution)}">{at}</th>' if position == 0 else ""
                body.append(f"<tr>{first}{cells}</tr>")
        _write_table(folder / f"{self.name}.csv", records)
        titles = ("point", "equilibrium", "behaviour", "beliefs that Bayes' rule leaves free", "outcomes", "deterrence")
        head = "".join(f"<th>{escape(title)}</th>" for title in titles)
        table = f'<table class="solutions"><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table>'
        return f'<figure class="table">{table}<figcaption>{formulae(self.caption)}</figcaption></figure>'


@final
@dataclass(frozen=True)
class TheoremTable(Exhibit):
    """All families of a game in closed form, as a LaTeX document.

    Attributes
    ----------
    refinements : sequence of str
    """

    refinements: Sequence[str] = ()

    def write(self, folder: Path) -> str:
        """Derive the game; see `Exhibit.write`."""
        theorem = derived(self.game, *self.refinements)
        write_text(folder / f"{self.name}.tex", theorem.to_latex(standalone=True))
        return f'<figure class="table">{theorem.to_html()}<figcaption>{formulae(self.caption)}</figcaption></figure>'


def formulae(text: str) -> str:
    """Plain text as HTML, with symbols such as ``p_ch`` set as mathematics.

    Examples
    --------
    >>> formulae("iff p_ch <= d*")
    'iff <var>p</var><sub>ch</sub> ≤ <var>d</var>*'
    """
    text = escape(text).replace("&lt;=", "≤").replace("&gt;=", "≥").replace(" - ", " &minus; ")
    text = re.sub(r"\b([a-z])\*", r"<var>\1</var>*", text)
    return re.sub(r"\b([A-Za-z])_([A-Za-z0-9]+)", r"<var>\1</var><sub>\2</sub>", text)


def _cells(equilibrium: Equilibrium) -> tuple[str, ...]:
    outcomes = [f"{label} {share:.4g}" for label, share in equilibrium.outcomes.items() if share > SHOWN]
    return (
        f"<b>{escape(equilibrium.name or 'without a name')}</b>",
        _lines(behavior_lines(equilibrium)),
        _lines(belief_lines(equilibrium)) or "none",
        "<br>".join(map(escape, outcomes)),
        escape(equilibrium.verdict),
    )


def _write_table(path: Path, records: Sequence[Mapping[str, Any]]) -> None:
    columns = list(dict.fromkeys(key for record in records for key in record))
    try:
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(records)
    except OSError as problem:
        raise FormatError(f"table '{path}' cannot be written ({problem.strerror}); choose another folder") from None


def _lines(lines: Sequence[tuple[str, str]]) -> str:
    return "<br>".join(f"<i>{escape(who)}</i> {escape(what)}" for who, what in lines)


def _image(path: Path, caption: str) -> str:
    content = b64encode(path.read_bytes()).decode("ascii")
    return (
        f'<figure><img src="data:image/svg+xml;base64,{content}" alt="{escape(caption, quote=True)}">'
        f"<figcaption>{formulae(caption)}</figcaption></figure>"
    )
