"""Whether the players of an extensive form recall what they have done."""

from typing import TYPE_CHECKING

import numpy as np

from deterrence_games.forms.tree import MOVE, Ints

if TYPE_CHECKING:
    from deterrence_games.forms.extensive import ExtensiveForm

Past = tuple[int, int, int]

LONGEST_HISTORY = 4  # own moves told in a message


def own_past(form: "ExtensiveForm") -> tuple[Ints, tuple[Past, ...]]:
    """What the mover at each node has done before.

    Returns
    -------
    int64[node]
        The number of the mover's own past, -1 where nobody moves.
    tuple of (int, int, int)
        Each past as the number of the one before its last move, and that move's information set and action; past 0 is the
        empty one, ``(-1, -1, -1)``.
    """
    past = np.full(len(form.labels), -1, dtype=np.int64)
    number: dict[Past, int] = {(-1, -1, -1): 0}
    now = [0] * len(form.players)
    undo: list[tuple[int, int, int]] = []  # where a move stops being past, whose, and the past before it
    kind, place, parent, branch = (own.tolist() for own in (form.kind, form.place, form.parent, form.branch))
    owner, end = form.set_player.tolist(), form.end.tolist()
    for node in range(len(kind)):
        while undo and undo[-1][0] <= node:
            _, player, before = undo.pop()
            now[player] = before
        above = parent[node]
        if above >= 0 and kind[above] == MOVE:
            player = owner[place[above]]
            undo.append((end[node], player, now[player]))
            now[player] = number.setdefault((now[player], place[above], branch[node]), len(number))
        if kind[node] == MOVE:
            past[node] = now[owner[place[node]]]
    past.setflags(write=False)
    return past, tuple(number)


def recall_violation(form: "ExtensiveForm", player: str | None = None) -> str | None:
    """Say where perfect recall fails, None where every player (or the one named) recalls all it has done."""
    past, _ = form.own_past
    first: dict[int, int] = {}
    for node in np.flatnonzero(form.kind == MOVE).tolist():
        here = int(form.place[node])
        other = first.setdefault(here, node)
        owner = form.players[form.set_player[here]]
        if past[node] != past[other] and player in (None, owner):
            return (
                f"game {form.name!r}: player {owner!r} does not recall its own moves at information set "
                f"{form.information_sets[here].history[0]!r}: one node follows {_told(form, int(past[other]))}, "
                f"another {_told(form, int(past[node]))}"
            )
    return None


def _told(form: "ExtensiveForm", past: int) -> str:
    moves: list[str] = []
    pasts = form.own_past[1]
    while past and len(moves) < LONGEST_HISTORY:
        past, place, action = pasts[past]
        moves.append(f"{form.action_names[place][action]!r} at {form.information_sets[place].history[0]!r}")
    if not moves:
        return "no own move"
    return ", ".join(["..."] * bool(past) + moves[::-1])
