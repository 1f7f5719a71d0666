"""What is written on a game tree: payoffs by type, priors, and how an equilibrium is played."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from deterrence_games.errors import GameError
from deterrence_games.forms.tree import InformationSet
from deterrence_games.games import Game
from deterrence_games.games.expressions import to_text
from deterrence_games.games.payoffs import Cell
from deterrence_games.plotting.style import plain, typeset, words_of
from deterrence_games.plotting.tree_layout import Vertex

if TYPE_CHECKING:
    from deterrence_games.results.equilibrium import Equilibrium

SEEN = 1e-9  # probabilities up to this count as zero
LARGEST_DENOMINATOR = 999  # of a payoff shown as a fraction
MOST_ABREAST = 2  # payoffs by type that share a line

IDLE, CHOSEN, ON_PATH = 0, 1, 2


def value_text(value: Any) -> str:
    """An expression as mathematics, a number with at most four digits unless a fraction says it exactly."""
    if not value.is_Rational:
        return f"${float(value):.4g}$" if value.is_number else typeset(to_text(value))
    exact = Fraction(int(value.p), int(value.q))
    short = f"{float(exact):.4g}"
    if exact.denominator == 1 or (Fraction(short) != exact and exact.denominator <= LARGEST_DENOMINATOR):
        short = str(exact)
    return f"${short}$"


def payoff_lines(cell: Cell) -> list[str]:
    """Lines that give a payoff, by type where it depends on types."""
    if not isinstance(cell, Mapping):
        return [value_text(cell)]
    by_profile: dict[tuple[str, ...], Any] = {
        kind if isinstance(kind, tuple) else (kind,): payoff for kind, payoff in cell.items()
    }
    width = len(next(iter(by_profile)))
    matters = [k for k in range(width) if _matters(by_profile, k)]
    shortened = {tuple(kind[k] for k in matters): payoff for kind, payoff in by_profile.items()}
    parts = [f"{plain(', '.join(kind))}  {value_text(payoff)}".strip() for kind, payoff in shortened.items()]
    return ["  /  ".join(parts)] if len(parts) <= MOST_ABREAST else parts


def _matters(by_profile: Mapping[tuple[str, ...], Any], place: int) -> bool:
    """Whether the payoff changes with one player's type alone."""
    rest: dict[tuple[str, ...], Any] = {}
    return any(rest.setdefault((*kind[:place], *kind[place + 1 :]), payoff) != payoff for kind, payoff in by_profile.items())


def types_text(game: Game, player: str) -> str:
    """The player's types, as they stand in its boxes; empty without private information."""
    return plain(" / ".join(words_of(kind) for kind in game.type_labels(player)))


def player_text(game: Game, player: str) -> str:
    """The player's role and the priors of its types, as they stand below the tree."""
    role = game.roles.get(player, "")
    role = "" if role == player else role
    kinds = [
        f"{plain(words_of(kind))} with probability {value_text(prior)}" for kind, prior in game.types.get(player, {}).items()
    ]
    return f" ({role})" * bool(role) + ": " * bool(kinds) + ", ".join(kinds)


@dataclass(frozen=True)
class EdgePlay:
    """How an equilibrium uses the edge into a vertex.

    Attributes
    ----------
    level : int
        ``ON_PATH``, ``CHOSEN`` (by some type, off the path) or ``IDLE``.
    note : str
        Probabilities by type, empty when every type takes the edge surely or never.
    """

    level: int
    note: str


def edge_play(game: Game, vertices: Sequence[Vertex], equilibrium: "Equilibrium") -> list[EdgePlay]:
    """Use of the edge into each vertex; the root counts as reached.

    Raises
    ------
    GameError
        When the equilibrium says nothing about a move of the game.
    """
    edges = [EdgePlay(ON_PATH, "")]
    alive: list[Mapping[str, frozenset[str]]] = [{player: frozenset(game.type_labels(player)) for player in game.players}]
    for vertex in vertices[1:]:
        mover = vertices[vertex.parent]
        before = alive[vertex.parent]
        reached = edges[vertex.parent].level == ON_PATH
        if not mover.player:
            edges.append(EdgePlay(ON_PATH if reached else IDLE, ""))
            alive.append(before)
            continue
        use = {kind: _probability(game, equilibrium, mover, kind, vertex.action) for kind in game.type_labels(mover.player)}
        takers = frozenset(kind for kind, probability in use.items() if probability > SEEN)
        after = before[mover.player] & takers
        level = ON_PATH if reached and after else CHOSEN if takers else IDLE
        sure = all(probability >= 1 - SEEN for probability in use.values())
        note = "" if sure else ", ".join(f"{words_of(kind)} {use[kind]:.3g}".strip() for kind in use if kind in takers)
        edges.append(EdgePlay(level, plain(note)))
        alive.append({**before, mover.player: after})
    return edges


def _probability(game: Game, equilibrium: "Equilibrium", mover: Vertex, kind: str, action: str) -> float:
    place = InformationSet(mover.player, kind, mover.history)
    try:
        return float(equilibrium.behavior[place][action])
    except KeyError:
        raise GameError(
            f"game {game.name!r}: the equilibrium says nothing about {action!r} at {tuple(place)}; draw the game it belongs to"
        ) from None
