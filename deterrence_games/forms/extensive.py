"""The extensive form: any finite game tree, with chance and with information sets that may span branches."""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError
from deterrence_games.forms import recall
from deterrence_games.forms.labels import distinct_labels
from deterrence_games.forms.rationals import sums_to_one
from deterrence_games.forms.tree import CHANCE, LEAF, MOVE, Floats, InformationSet, Ints

Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class ExtensiveForm:
    """A finite game in extensive form.

    Nodes stand in preorder: a parent before its children, and every subtree a contiguous range. As the number of branches
    of a node is that of the actions at its place, `kind` and `place` say all about the shape of the tree.

    Parameters
    ----------
    name : str
        The title, shown in messages and tables.
    players : tuple of str
    labels : tuple of str
        Labels of the nodes; often empty. Labels of nodes, sets, events, actions and outcomes are kept as they were given:
        they may be empty and may repeat. `information_sets`, `action_names` and `outcome_names` tell them apart.
    kind, place, outcome : int64[node]
        ``LEAF``, ``MOVE`` or ``CHANCE``; the node's information set, or the event of a chance node, -1 at a leaf; the
        outcome reached at the node, -1 for none. Outcomes may stand anywhere: payoffs add up along the path of play.
    set_player : int64[set]
    set_labels : tuple of str
    set_actions : tuple of tuple of str
        Action labels of every information set.
    event_labels, event_actions
        The same for chance: nodes of one event share branches and probabilities.
    exact_probabilities : object[branch over all events] of Fraction
        Event by event; each event's sum to one.
    outcome_labels : tuple of str
    exact_payoffs : object[outcome, player] of Fraction
    comment : str

    Attributes
    ----------
    parent, branch, end : int64[node]
        The parent, and the number of the branch that leads from it (both -1 at the root); one past the subtree's last node.
    child_first, child_count : int64[node]
        The children of ``node`` are ``child[child_first : child_first + child_count]``, in the order of the actions.
    child : int64[edge]

    Raises
    ------
    GameError
        When the nodes make no tree, a set, event or outcome is at no node, probabilities do not sum to one, or a payoff is
        no fraction or beyond the floats.

    Examples
    --------
    A coin falls heads with probability one third; then the only player may stay, and win.

    >>> from fractions import Fraction
    >>> form = ExtensiveForm(
    ...     name="a coin",
    ...     players=("player",),
    ...     labels=("", "", "", "", ""),
    ...     kind=[CHANCE, MOVE, LEAF, LEAF, LEAF],
    ...     place=[0, 0, -1, -1, -1],
    ...     outcome=[-1, -1, 0, 1, 1],
    ...     set_player=[0],
    ...     set_labels=("heads",),
    ...     set_actions=(("stay", "leave"),),
    ...     event_labels=("coin",),
    ...     event_actions=(("heads", "tails"),),
    ...     exact_probabilities=[Fraction(1, 3), Fraction(2, 3)],
    ...     outcome_labels=("won", "lost"),
    ...     exact_payoffs=[[Fraction(1)], [Fraction(0)]],
    ... )
    >>> form.information_sets
    (InformationSet(player='player', type='', history=('heads',)),)
    >>> form.recall_violation() is None
    True
    """

    name: str
    players: tuple[str, ...]
    labels: tuple[str, ...]
    kind: Ints
    place: Ints
    outcome: Ints
    set_player: Ints
    set_labels: tuple[str, ...]
    set_actions: tuple[tuple[str, ...], ...]
    event_labels: tuple[str, ...]
    event_actions: tuple[tuple[str, ...], ...]
    exact_probabilities: Objects
    outcome_labels: tuple[str, ...]
    exact_payoffs: Objects
    comment: str = ""
    parent: Ints = field(init=False)
    branch: Ints = field(init=False)
    end: Ints = field(init=False)
    child_first: Ints = field(init=False)
    child_count: Ints = field(init=False)
    child: Ints = field(init=False)

    def __post_init__(self) -> None:
        for own in ("kind", "place", "outcome", "set_player"):
            object.__setattr__(self, own, np.ascontiguousarray(getattr(self, own), dtype=np.int64))
        self._check_tables()
        branches = sum(len(actions) for actions in self.event_actions)
        shapes = {"exact_probabilities": (branches,), "exact_payoffs": (len(self.outcome_labels), len(self.players))}
        for own, shape in shapes.items():
            given = np.asarray(getattr(self, own), dtype=object)
            if given.size == 0 and 0 in shape:
                given = given.reshape(shape)
            if given.shape != shape:
                self._fail(f"{own} has shape {given.shape}", f"give {shape}")
            object.__setattr__(self, own, given)
        self._link()
        self._check_numbers()
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    # ---- checks --------------------------------------------------------------------------------------------------------

    def _fail(self, problem: str, remedy: str) -> None:
        raise GameError(f"game {self.name!r}: {problem}; {remedy}")

    def _check_tables(self) -> None:
        if not self.players or len(set(self.players)) != len(self.players):
            self._fail(f"players {self.players!r:.80}", "give at least one, each with a name of its own")
        nodes = len(self.labels)
        if nodes == 0 or {self.kind.shape, self.place.shape, self.outcome.shape} != {(nodes,)}:
            self._fail("labels, kind, place and outcome differ in length", "give one entry a node, the root first")
        if not len(self.set_labels) == len(self.set_actions) == self.set_player.size:
            self._fail("set_player, set_labels and set_actions differ in length", "give one entry an information set")
        if len(self.event_labels) != len(self.event_actions):
            self._fail("event_labels and event_actions differ in length", "give one entry an event")
        if not all(self.set_actions) or not all(self.event_actions):
            self._fail("an information set or event has no action", "give each at least one")
        if not np.isin(self.kind, (LEAF, MOVE, CHANCE)).all():
            self._fail("a node is of no kind", "use LEAF, MOVE or CHANCE")
        used = (
            ("set_player", self.set_player, len(self.players), "player"),
            ("place of a move", self.place[self.kind == MOVE], len(self.set_labels), "information set"),
            ("place of a chance node", self.place[self.kind == CHANCE], len(self.event_labels), "event"),
            ("outcome", self.outcome[self.outcome != -1], len(self.outcome_labels), "outcome"),
        )
        for what, numbers, count, thing in used:
            if numbers.size and not 0 <= numbers.min() <= numbers.max() < count:
                self._fail(f"{what} names {thing} {numbers.max()} or {numbers.min()} of {count}", "count from 0")
            if thing != "player" and np.unique(numbers).size != count:
                self._fail(f"some {thing} is at no node", "remove it")
        if (self.place[self.kind == LEAF] != -1).any():
            self._fail("a leaf has a place", "give -1")

    def _link(self) -> None:
        """Follow the nodes in preorder and note who leads to whom."""
        nodes = len(self.labels)
        tables = {MOVE: self.set_actions, CHANCE: self.event_actions}
        counts = [
            len(tables[kind][place]) if kind != LEAF else 0
            for kind, place in zip(self.kind.tolist(), self.place.tolist(), strict=True)
        ]
        if sum(counts) != nodes - 1:
            self._fail(f"{nodes} nodes, but {sum(counts)} branches", "list every node: the root, and one a branch")
        parent, branch = [-1] * nodes, [-1] * nodes
        open_nodes: list[tuple[int, int]] = []  # branches without a node so far, the next one on top
        for node, count in enumerate(counts):
            if node:
                if not open_nodes:
                    self._fail(f"the tree is complete before node {node}", "list the nodes in preorder")
                parent[node], branch[node] = open_nodes.pop()
            open_nodes.extend((node, number) for number in range(count - 1, -1, -1))
        end = list(range(1, nodes + 1))
        for node in range(nodes - 1, 0, -1):
            end[parent[node]] = max(end[parent[node]], end[node])
        links = {
            "parent": parent,
            "branch": branch,
            "end": end,
            "child_first": np.concatenate([[0], np.cumsum(counts)])[:-1],
            "child_count": counts,
            "child": np.argsort(parent[1:], kind="stable") + 1,
        }
        for own, numbers in links.items():
            object.__setattr__(self, own, np.ascontiguousarray(numbers, dtype=np.int64))

    def _check_numbers(self) -> None:
        for number in [*self.exact_probabilities, *self.exact_payoffs.ravel()]:
            if not isinstance(number, Fraction):
                self._fail(f"{number!r:.40} is no fraction", "give every payoff and probability as a fractions.Fraction")
        for event, own in enumerate(self.event_probabilities):
            if min(own) < 0 or not sums_to_one(own):
                self._fail(
                    f"the probabilities of event {self.event_labels[event]!r} are not positive with sum one", "mend them"
                )
        try:
            self.payoffs  # noqa: B018  # a payoff beyond the floats shows here
        except OverflowError:
            self._fail("a payoff is larger than any float (1.8e308)", "divide that player's payoffs")

    # ---- numbers -------------------------------------------------------------------------------------------------------

    @cached_property
    def event_probabilities(self) -> tuple[tuple[Fraction, ...], ...]:
        """Exact probabilities of every event's branches."""
        ends = np.cumsum([0, *(len(own) for own in self.event_actions)]).tolist()
        return tuple(tuple(self.exact_probabilities[first:last]) for first, last in pairwise(ends))

    @cached_property
    def payoffs(self) -> Floats:
        """``float64[outcome, player]``: the floats nearest to `exact_payoffs`."""
        payoffs: Floats = self.exact_payoffs.astype(np.float64)
        payoffs.setflags(write=False)
        return payoffs

    @cached_property
    def chance(self) -> Floats:
        """``float64[node]``: probability of the chance branch into the node, 1 behind a move and at the root."""
        into = np.ones(len(self.labels))
        own = [[float(share) for share in shares] for shares in self.event_probabilities]
        for node in np.flatnonzero(self.kind[self.parent] == CHANCE):
            if node:
                into[node] = own[self.place[self.parent[node]]][self.branch[node]]
        into.setflags(write=False)
        return into

    # ---- names ---------------------------------------------------------------------------------------------------------

    @cached_property
    def information_sets(self) -> tuple[InformationSet, ...]:
        """A name of its own for every information set: player, no type, and the set's label in place of a history."""
        names: list[InformationSet | None] = [None] * len(self.set_labels)
        for number, player in enumerate(self.players):
            own = np.flatnonzero(self.set_player == number).tolist()
            for place, label in zip(own, distinct_labels([self.set_labels[k] for k in own], "set "), strict=True):
                names[place] = InformationSet(player, "", (label,))
        return tuple(name for name in names if name is not None)

    @cached_property
    def action_names(self) -> tuple[tuple[str, ...], ...]:
        """Action labels of every information set, made distinct."""
        return tuple(distinct_labels(actions) for actions in self.set_actions)

    @cached_property
    def outcome_names(self) -> tuple[str, ...]:
        """Labels of the outcomes, made distinct."""
        return distinct_labels(self.outcome_labels, "outcome ")

    # ---- recall --------------------------------------------------------------------------------------------------------

    @cached_property
    def own_past(self) -> tuple[Ints, tuple[tuple[int, int, int], ...]]:
        """What the mover at each node has done before: see `deterrence_games.forms.recall.own_past`."""
        return recall.own_past(self)

    def recall_violation(self, player: str | None = None) -> str | None:
        """Say where perfect recall fails, None where every player (or the one named) recalls all it has done.

        Recall is perfect when the nodes of an information set all follow the same own moves, made at the same own
        information sets (Kuhn 1953).
        """
        return recall.recall_violation(self, player)
