"""Extensive form to strategic form by reduced strategies, and mixed strategies back to behaviour.

A reduced strategy is an action at each of the player's information sets that its own earlier choices leave open. A player
that forgets what it has done has no such order of sets: its strategies name an action at every set.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError, SizeError
from deterrence_games.forms import InformationSet, StrategicForm
from deterrence_games.forms.extensive import ExtensiveForm
from deterrence_games.forms.labels import distinct_labels
from deterrence_games.forms.strategic import MAX_PROFILES
from deterrence_games.forms.tree import CHANCE, LEAF, MOVE, Floats, Ints
from deterrence_games.lowering.leaf_worth import chance_of, exact_worth, float_worth
from deterrence_games.lowering.strategic import MAX_PLAN_TABLE, MAX_STRATEGIES, UNTOLD

MOST_EXACT = 1_000_000  # payoffs kept as fractions: they take a hundred times the memory of floats
LONGEST_WORD = 60  # characters of an action, and of its set, in the label of a strategy


@dataclass(frozen=True, eq=False)
class ReducedStrategies:
    """The reduced strategies of one player.

    Attributes
    ----------
    sets : int64[own set]
        The player's information sets; those open after a choice stand behind the set of the choice.
    choice : int32[strategy, own set]
        The action chosen, or -1 where the strategy itself rules the set out.
    """

    sets: Ints
    choice: npt.NDArray[np.int32]


def reduced_form_of(form: ExtensiveForm) -> StrategicForm:
    """Reduced strategic form of an extensive form.

    Payoffs are expectations over chance, and exact (`StrategicForm.exact`) up to a million of them, if their common
    denominator has at most 1024 bits; else floats. A strategy is labelled by its actions, ``stay, fight``; where one label
    names actions at several sets of the player, the set is added: ``fight at war room``.

    Raises
    ------
    GameError
        When there is a single player.
    SizeError
        When a player has too many strategies, or all together too many profiles, to be held in memory.
    """
    players = range(len(form.players))
    below = [_sets_below(form, player) for player in players]
    counts = [_count(form, own) for own in below]
    _check_size(form, counts)
    plans = [_strategies(form, own) for own in below]
    shape = tuple(len(own.choice) for own in plans)
    exact = exact_worth(form) if math.prod(shape) * len(players) <= MOST_EXACT else None
    worth, whole = (float_worth(form), None) if exact is None else exact
    payoffs = np.zeros((len(players), *shape), dtype=np.float64 if whole is None else object)
    for leaf, rows in _leaves(form, plans):
        cells = np.ix_(np.arange(len(players)), *rows)
        payoffs[cells] += np.array(worth[leaf], dtype=payoffs.dtype).reshape(-1, *(1 for _ in players))
    labels = tuple(_labels(form, own) for own in plans)
    if whole is None:
        return StrategicForm(payoffs, labels, form.players, form.name)
    rational = np.empty(payoffs.shape, dtype=object)
    rational.ravel()[:] = [Fraction(number, whole) for number in payoffs.ravel().tolist()]
    return StrategicForm(rational.astype(np.float64), labels, form.players, form.name, rational)


def reduced_behavior_of(form: ExtensiveForm, profile: Sequence[Floats]) -> dict[InformationSet, dict[str, float]]:
    """Behaviour that plays like a profile of mixed strategies of `reduced_form_of` (Kuhn 1953).

    Information sets that their own player's strategy never reaches are left out: the profile says nothing about them.

    Raises
    ------
    GameError
        When a player that does not recall its own moves mixes: there may be no such behaviour.
    """
    behavior: dict[int, dict[str, float]] = {}
    for player, mixed in enumerate(profile):
        plans = _plans_for(form, player, mixed)
        violation = form.recall_violation(form.players[player])
        if violation is not None and np.count_nonzero(mixed) > 1:
            raise GameError(f"{violation}; mixed strategies have no equivalent behaviour there, ask for pure ones")
        for column, place in enumerate(plans.sets.tolist()):
            actions = form.action_names[place]
            masses = [float(np.asarray(mixed)[plans.choice[:, column] == number].sum()) for number in range(len(actions))]
            total = math.fsum(masses)
            if total > 0.0:
                behavior[place] = {action: mass / total for action, mass in zip(actions, masses, strict=True)}
    return {form.information_sets[place]: behavior[place] for place in sorted(behavior)}


def reduced_outcomes_of(form: ExtensiveForm, profile: Sequence[Floats]) -> dict[str, float]:
    """Probability that play passes each outcome, under a profile of mixed strategies of `reduced_form_of`."""
    plans = [_plans_for(form, player, mixed) for player, mixed in enumerate(profile)]
    reached = np.zeros(len(form.labels))
    for leaf, rows in _leaves(form, plans):
        shares = (float(np.asarray(mixed)[row].sum()) for mixed, row in zip(profile, rows, strict=True))
        reached[leaf] = math.prod(shares)
    reached *= chance_of(form)
    for node in range(len(reached) - 1, 0, -1):
        reached[form.parent[node]] += reached[node]
    found = dict.fromkeys(form.outcome_names, 0.0)
    for node in np.flatnonzero(form.outcome >= 0).tolist():
        found[form.outcome_names[form.outcome[node]]] += float(reached[node])
    return found


# ---- strategies ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _SetsBelow:
    """A player's information sets in the order of its own choices: `below` holds those first met after a set and action."""

    order: list[int]  # parents first, every subtree a range
    below: dict[tuple[int, int], list[int]]  # (-1, -1) for those open from the start
    size: dict[int, int]  # sets in the subtree of a set


def _sets_below(form: ExtensiveForm, player: int) -> _SetsBelow:
    past, pasts = form.own_past
    recalls = form.recall_violation(form.players[player]) is None
    below: dict[tuple[int, int], list[int]] = {(-1, -1): []}
    met: set[int] = set()
    for node in np.flatnonzero(form.kind == MOVE).tolist():
        place = int(form.place[node])
        if form.set_player[place] == player and place not in met:
            met.add(place)
            _, before, action = pasts[past[node]] if recalls else (-1, -1, -1)
            below.setdefault((before, action), []).append(place)
    order: list[int] = []
    waiting = below[-1, -1][::-1]
    while waiting:
        place = waiting.pop()
        order.append(place)
        for action in range(len(form.set_actions[place]) - 1, -1, -1):
            waiting.extend(below.get((place, action), [])[::-1])
    size: dict[int, int] = {}
    for place in reversed(order):
        after = (below.get((place, action), []) for action in range(len(form.set_actions[place])))
        size[place] = 1 + sum(size[other] for own in after for other in own)
    return _SetsBelow(order, below, size)


def _count(form: ExtensiveForm, own: _SetsBelow) -> int:
    """Count the reduced strategies, up to ``UNTOLD``."""
    count: dict[int, int] = {}

    def together(places: list[int]) -> int:
        total = 1
        for place in places:
            total = min(UNTOLD, total * count[place])
        return total

    for place in reversed(own.order):
        actions = range(len(form.set_actions[place]))
        count[place] = min(UNTOLD, sum(together(own.below.get((place, action), [])) for action in actions))
    return together(own.below[-1, -1])


def _check_size(form: ExtensiveForm, counts: list[int]) -> None:
    sets = np.bincount(form.set_player, minlength=len(counts)).tolist()
    told = ", ".join(
        f"{player} {f'{UNTOLD:.0e} or more' if count >= UNTOLD else count}"
        for player, count in zip(form.players, counts, strict=True)
    )
    too_many = max(counts) > MAX_STRATEGIES or math.prod(counts) > MAX_PROFILES
    if too_many or any(count * own > MAX_PLAN_TABLE for count, own in zip(counts, sets, strict=True)):
        raise SizeError(
            f"game {form.name!r}: reduced strategies: {told}; at most {MAX_STRATEGIES} a player, {MAX_PROFILES} profiles, and "
            f"{MAX_PLAN_TABLE} strategies times information sets are accepted; solve the tree itself (two players: Lemke), or "
            "shorten it"
        )


def _strategies(form: ExtensiveForm, own: _SetsBelow) -> ReducedStrategies:
    """Enumerate the reduced strategies, last sets first: those below a set fill a block of columns."""
    column = {place: number for number, place in enumerate(own.order)}
    table: dict[int, npt.NDArray[np.int32]] = {}

    def block(places: list[int], start: int, width: int) -> npt.NDArray[np.int32]:
        """Every combination of what is done at some sets, in `width` columns from `start`."""
        sizes = [len(table[place]) for place in places]
        rows = np.full((math.prod(sizes), width), -1, dtype=np.int32)
        repeat = len(rows)
        for place, size in zip(places, sizes, strict=True):
            repeat //= size
            part = table.pop(place)
            left = column[place] - start
            rows[:, left : left + part.shape[1]] = part[np.arange(len(rows)) // repeat % size]
        return rows

    for place in reversed(own.order):
        blocks = []
        for action in range(len(form.set_actions[place])):
            rows = block(own.below.get((place, action), []), column[place], own.size[place])
            rows[:, 0] = action
            blocks.append(rows)
        table[place] = np.concatenate(blocks)
    return ReducedStrategies(np.array(own.order, dtype=np.int64), block(own.below[-1, -1], 0, len(own.order)))


def _plans_for(form: ExtensiveForm, player: int, mixed: Floats) -> ReducedStrategies:
    """Return the strategies of a player, when the mixed strategy is over them."""
    own = _sets_below(form, player)
    count = _count(form, own)
    if np.shape(mixed) != (count,):
        raise GameError(
            f"game {form.name!r}: {np.shape(mixed)} probabilities for {form.players[player]!r}, who has {count} strategies; "
            "give one probability a strategy of reduced_form_of"
        )
    return _strategies(form, own)


def _labels(form: ExtensiveForm, plans: ReducedStrategies) -> tuple[str, ...]:
    """Label the strategies of a player, each differently."""
    if not len(plans.sets):
        return ("no move",)
    owners = Counter(action for place in plans.sets for action in form.action_names[place])
    words = []
    for place in plans.sets:
        actions = form.action_names[place]
        told = any(owners[action] > 1 for action in actions)
        where = f" at {_short(form.information_sets[place].history[0])}" if told else ""
        words.append([_short(action) + where for action in actions])
    texts = (
        ", ".join(words[column][action] for column, action in enumerate(row) if action >= 0) for row in plans.choice.tolist()
    )
    return distinct_labels(list(texts))


def _short(word: Any) -> str:
    return word if len(word) <= LONGEST_WORD else f"{word[: LONGEST_WORD - 3]}..."


# ---- leaves --------------------------------------------------------------------------------------------------------------


def _leaves(form: ExtensiveForm, plans: Sequence[ReducedStrategies]) -> Iterator[tuple[int, list[Ints]]]:
    """Yield each leaf that some strategies allow with, for every player, the strategies that do."""
    column = {int(place): number for own in plans for number, place in enumerate(own.sets)}
    waiting = [(0, [np.arange(len(own.choice)) for own in plans])]
    while waiting:
        node, rows = waiting.pop()
        if form.kind[node] == LEAF:
            yield node, rows
            continue
        first = int(form.child_first[node])
        children = form.child[first : first + int(form.child_count[node])].tolist()
        if form.kind[node] == CHANCE:
            waiting.extend((child, rows) for child in reversed(children))
            continue
        place = int(form.place[node])
        player = int(form.set_player[place])
        chosen = plans[player].choice[rows[player], column[place]]
        for action in range(len(children) - 1, -1, -1):
            own = rows[player][chosen == action]
            if own.size:  # none is left where a set is met twice with different actions
                waiting.append((children[action], [*rows[:player], own, *rows[player + 1 :]]))
