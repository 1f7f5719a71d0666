"""The lines, boxes and texts of a game tree's picture, in inches."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from deterrence_games.errors import SizeError
from deterrence_games.games import Game
from deterrence_games.plotting.style import FAINT, INK, Ruler, plain, player_colours, title_of, words_of
from deterrence_games.plotting.tree_layout import Vertex, expand, set_columns, set_rows
from deterrence_games.plotting.tree_text import (
    CHOSEN,
    IDLE,
    ON_PATH,
    edge_play,
    payoff_lines,
    player_text,
    types_text,
    value_text,
)

if TYPE_CHECKING:
    from deterrence_games.results.equilibrium import Equilibrium

MAX_LINES = 400  # of payoffs, one below the other
MAX_AREA = 900.0  # square inches; 144 MB of pixels

TITLE, LABEL, SMALL = 11.0, 8.5, 7.5  # sizes of text in points
LINE = 0.165  # inches from one line of text to the next
PAD = 0.07  # inches between a text and what surrounds it
FAN = 0.25  # inches in which the edges of a node spread to their rows
GAP = 0.12  # least inches between rows
COLUMN = 0.3  # inches between the columns of the table
PLAIN_EDGE = 0.9  # points
EDGES = {IDLE: 0.7, CHOSEN: 1.5, ON_PATH: 3.0}
IDLE_COLOUR = "#8C8C8C"
CHANCE_COLOUR = "#525252"
EQUILIBRIUM_KEY = "Thick lines are the path of play, thin coloured lines choices off the path, grey lines choices not made."
STAGE_KEY = "A dashed line joins positions that the mover cannot tell apart: the choices are made at once."


@dataclass(frozen=True)
class Text:
    """One line of text: ``x`` its left end or its middle (``align``), ``y`` its base line."""

    x: float
    y: float
    words: str
    points: float = LABEL
    colour: str = INK
    weight: str = "normal"
    align: str = "left"


@dataclass(frozen=True)
class Line:
    """A polyline; ``width`` in points."""

    points: tuple[tuple[float, float], ...]
    width: float
    colour: str
    style: Literal["solid", "dashed", "dotted"] = "solid"


@dataclass(frozen=True)
class Box:
    """A box with rounded corners; ``(x, y)`` is its lower left corner."""

    x: float
    y: float
    width: float
    height: float
    colour: str


@dataclass
class Picture:
    """Everything to be drawn, in inches from the lower left corner."""

    width: float = 0.0
    height: float = 0.0
    texts: list[Text] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)


def compose(game: Game, equilibrium: "Equilibrium | None" = None) -> Picture:
    """Lay out the picture of a game, with the play of an equilibrium when there is one."""
    return _Composer(game, equilibrium).compose()


class _Composer:
    """The state of one layout."""

    def __init__(self, game: Game, equilibrium: "Equilibrium | None") -> None:
        self.game = game
        self.equilibrium = equilibrium
        self.ruler = Ruler()
        self.picture = Picture()
        self.vertices = expand(game)
        self.play = None if equilibrium is None else edge_play(game, self.vertices, equilibrium)
        self.colours = player_colours(game.players, game.roles)
        self.cells = {
            outcome: [payoff_lines(game.payoffs[outcome][player]) for player in game.players] for outcome in game.outcomes
        }
        typed = any(vertex.player in game.types for vertex in self.vertices)
        self.box_height = (2 if typed else 1) * LINE + PAD

    def compose(self) -> Picture:
        columns = set_columns(self.vertices, *self._widths(), FAN)
        table = columns[-1][1] + COLUMN if columns else 0.0
        key = self._key()
        base = LINE * len(key) + GAP
        top = base + set_rows(self.vertices, self._row_heights())
        for vertex in self.vertices:
            vertex.y += base
        for vertex in self.vertices:
            if vertex.children:
                self._add_box(vertex)
                self._add_edges(vertex, *columns[vertex.depth])
            else:
                self._add_leader(vertex, columns[vertex.depth - 1][1] if columns else 0.0, table)
        self._add_table(table, top)
        for k, line in enumerate(key):
            self._add_run(0.0, LINE * (len(key) - k - 1) + 0.05, line)
        self.picture.texts.append(Text(0.0, top + 2 * LINE + PAD, self._title(), TITLE, weight="bold"))
        self.picture.height = top + 3 * LINE + PAD
        self.picture.width = max(text.x + self._wide(text) for text in self.picture.texts if text.align == "left") + 0.05
        if self.picture.width * self.picture.height > MAX_AREA:
            raise SizeError(
                f"game {self.game.name!r}: a picture of {self.picture.width:.0f} by {self.picture.height:.0f} inches; at most "
                f"{MAX_AREA:.0f} square inches are drawn; shorten the labels, or use game.draw() for text"
            )
        return self.picture

    def _wide(self, text: Text) -> float:
        return self.ruler.size(text.words, text.points, text.weight)[0]

    def _title(self) -> str:
        title = title_of(self.game.name)
        return f"{title}: {plain(self.equilibrium.name or 'an equilibrium')}" if self.equilibrium is not None else title

    # ---- sizes -------------------------------------------------------------------------------------------------------

    def _widths(self) -> tuple[list[float], list[float]]:
        """Of each vertex's box, and of the label on the edge into it."""
        boxes, labels = [], []
        for place, vertex in enumerate(self.vertices):
            texts = self._box_texts(vertex, 0.0, 0.0) if vertex.children else []
            boxes.append(max((self._wide(text) for text in texts), default=-2 * PAD) + 2 * PAD)
            labels.append(max(self._wide(text) for text in self._edge_texts(place, 0.0)) + 2 * PAD)
        return boxes, labels

    def _row_heights(self) -> list[float]:
        noted = self.play is not None and any(edge.note for edge in self.play)
        least = max(self.box_height, (2 if noted else 1) * LINE + PAD)
        lines = [max(map(len, self.cells[vertex.outcome])) for vertex in self.vertices if vertex.outcome]
        if sum(lines) > MAX_LINES:
            raise SizeError(
                f"game {self.game.name!r}: {sum(lines)} lines of payoffs; a picture holds {MAX_LINES}; use game.draw() for text"
            )
        return [max(least, count * LINE) + GAP for count in lines]

    # ---- the tree ----------------------------------------------------------------------------------------------------

    def _box_texts(self, vertex: Vertex, x: float, y: float) -> list[Text]:
        """What stands in the box of a vertex, around its middle ``(x, y)``."""
        name = title_of(vertex.player) if vertex.player else "Chance"
        kinds = types_text(self.game, vertex.player) if vertex.player else ""
        if not kinds:
            return [Text(x, y - 0.042, name, LABEL, "white", "bold", "center")]
        return [
            Text(x, y + 0.04, name, LABEL, "white", "bold", "center"),
            Text(x, y - 0.115, kinds, SMALL, "white", "normal", "center"),
        ]

    def _box_colour(self, vertex: Vertex) -> str:
        return self.colours[vertex.player] if vertex.player else CHANCE_COLOUR

    def _add_box(self, vertex: Vertex) -> None:
        width = max(self._wide(text) for text in self._box_texts(vertex, 0.0, 0.0)) + 2 * PAD
        middle = vertex.x + width / 2
        self.picture.boxes.append(
            Box(vertex.x, vertex.y - self.box_height / 2, width, self.box_height, self._box_colour(vertex))
        )
        self.picture.texts += self._box_texts(vertex, middle, vertex.y)
        if vertex.twin >= 0:
            ends = (self.vertices[vertex.twin].y - self.box_height / 2, vertex.y + self.box_height / 2)
            self.picture.lines.append(Line(tuple((middle, y) for y in ends), 1.3, self._box_colour(vertex), "dashed"))

    def _edge_texts(self, place: int, x: float) -> list[Text]:
        """What stands on the edge into a vertex: the action, and below it who takes it."""
        vertex = self.vertices[place]
        words = plain(words_of(vertex.action))
        if vertex.probability is not None:
            words += f"  {value_text(vertex.probability)}"
        texts = [Text(x, vertex.y + 0.065, words)]
        if self.play is not None and self.play[place].note:
            texts.append(Text(x, vertex.y - 0.145, self.play[place].note, SMALL))
        return texts

    def _add_edges(self, vertex: Vertex, fanned: float, end: float) -> None:
        width = max(self._wide(text) for text in self._box_texts(vertex, 0.0, 0.0)) + 2 * PAD
        for child in vertex.children:
            row = self.vertices[child].y
            points = ((vertex.x + width, vertex.y), (fanned, row), (end, row))
            if self.play is None:
                self.picture.lines.append(Line(points, PLAIN_EDGE, INK))
            else:
                level = self.play[child].level
                colour = self._box_colour(vertex) if level else IDLE_COLOUR
                self.picture.lines.append(Line(points, EDGES[level], colour))
            self.picture.texts += self._edge_texts(child, fanned + PAD)

    def _add_leader(self, vertex: Vertex, start: float, table: float) -> None:
        if table > 0:
            self.picture.lines.append(Line(((start + 0.04, vertex.y), (table - PAD, vertex.y)), 0.8, IDLE_COLOUR, "dotted"))

    # ---- the table ---------------------------------------------------------------------------------------------------

    def _add_table(self, left: float, top: float) -> None:
        heads = [Text(0.0, 0.0, "Outcome", weight="bold")]
        heads += [Text(0.0, 0.0, title_of(player), LABEL, self.colours[player], "bold") for player in self.game.players]
        rows = [
            (place, [[title_of(vertex.outcome)], *self.cells[vertex.outcome]])
            for place, vertex in enumerate(self.vertices)
            if vertex.outcome
        ]
        for column, head in enumerate(heads):
            self.picture.texts.append(Text(left, top + PAD, head.words, LABEL, head.colour, "bold"))
            wide = self._wide(head)
            for place, cells in rows:
                reached = self.play is not None and self.play[place].level == ON_PATH
                lines = cells[column]
                for k, words in enumerate(lines):
                    y = self.vertices[place].y + ((len(lines) - 1) / 2 - k) * LINE - 0.042
                    text = Text(left, y, words, weight="bold" if reached and column == 0 else "normal")
                    self.picture.texts.append(text)
                    wide = max(wide, self._wide(text))
            self.picture.lines.append(Line(((left, top), (left + wide, top)), 0.6, FAINT))
            left += wide + COLUMN

    # ---- the key below -----------------------------------------------------------------------------------------------

    def _key(self) -> list[list[Text]]:
        """Lines below the tree, each a run of texts."""
        key = []
        for player in self.game.players:
            said = player_text(self.game, player)
            if said:
                name = Text(0.0, 0.0, title_of(player), SMALL, self.colours[player], "bold")
                key.append([name, Text(0.0, 0.0, said, SMALL, FAINT)])
        if any(vertex.twin >= 0 for vertex in self.vertices):
            key.append([Text(0.0, 0.0, STAGE_KEY, SMALL, FAINT)])
        if self.play is not None:
            key.append([Text(0.0, 0.0, EQUILIBRIUM_KEY, SMALL, FAINT)])
        return key

    def _add_run(self, x: float, y: float, run: Sequence[Text]) -> None:
        for text in run:
            self.picture.texts.append(Text(x, y, text.words, text.points, text.colour, text.weight))
            x += self._wide(text)
