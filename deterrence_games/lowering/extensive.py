"""Tree form to extensive form: nature draws everybody's type, then the tree is played.

The extensive form has what the tree form leaves out because it is the same everywhere: a first move of chance over the
profiles of types (none when there is one profile only), one copy of the tree a profile, and the moves of a simultaneous
stage one after the other. An information set is a player, a type of it, and a public history.
"""

from fractions import Fraction
from itertools import pairwise

import numpy as np

from deterrence_games.errors import GameError, SizeError
from deterrence_games.forms import InformationSet, TreeForm, TreeStructure
from deterrence_games.forms.extensive import ExtensiveForm
from deterrence_games.forms.labels import distinct_labels
from deterrence_games.forms.rationals import common_denominator
from deterrence_games.forms.tree import CHANCE, LEAF, MOVE, History
from deterrence_games.games.tree import MAX_NODES

SHORT = 12  # digits of a decimal that somebody may have typed
SIMPLE = 10**6  # numerators and denominators up to this: a float that is no such fraction hardly ever looks like one
LONGEST_HISTORY = 4  # steps told in a label


def extensive_form_of(tree: TreeForm) -> ExtensiveForm:
    """Extensive form of a tree at its only parameter point.

    Numbers become exact: a float is taken as the decimal it prints as, when that is short, or as the fraction of numbers up
    to a million that rounds to it (0.1 is 1/10, 0.3333333333333333 is 1/3), else as the decimal with all its digits. The
    largest of some probabilities is then changed by what the others leave of one.

    Raises
    ------
    GameError
        When the tree has several parameter points.
    SizeError
        When there would be more than 100,000 nodes: as many copies of the tree as profiles of types.
    """
    structure = tree.structure
    if tree.points != 1:
        raise GameError(
            f"game {structure.name!r}: an extensive form needs one parameter point, here are {tree.points}; "
            "choose one with tree.at(point)"
        )
    profiles = structure.profile_type.tolist()
    nodes = _node_count(structure) * len(profiles) + (len(profiles) > 1)
    if nodes > MAX_NODES:
        raise SizeError(
            f"game {structure.name!r}: its extensive form has {nodes:,} nodes ({len(profiles)} profiles of types); "
            f"at most {MAX_NODES:,} are accepted; solve the tree itself, or drop types"
        )
    builder = _Builder(tree)
    if len(profiles) > 1:
        builder.draw(profiles)
    for profile in range(len(profiles)):
        builder.copy(profile)
    return builder.form()


def exact(number: float) -> Fraction:
    """The fraction that a float was most likely meant to be."""
    digits = repr(number).lstrip("-").split("e")[0].replace(".", "").strip("0")
    simple = Fraction(number).limit_denominator(max(1, int(SIMPLE / max(1.0, abs(number)))))
    return simple if len(digits) > SHORT and float(simple) == number else Fraction(repr(number))


def exact_distribution(numbers: list[float]) -> list[Fraction]:
    """Exact probabilities that sum to one, from floats that nearly do."""
    shares = [exact(max(number, 0.0)) for number in numbers]
    if common_denominator(shares) is None:  # hundreds of unlike fractions; decimals have a small one
        shares = [Fraction(repr(max(number, 0.0))) for number in numbers]
    largest = shares.index(max(shares))
    shares[largest] += 1 - sum(shares)
    return shares


def _node_count(structure: TreeStructure) -> int:
    """Nodes of one copy of the tree, a simultaneous stage written as moves one after the other."""
    count = len(structure.kind)
    for first, slots in zip(structure.slot_first.tolist(), structure.slot_count.tolist(), strict=True):
        together = 1
        for slot in range(first, first + slots - 1):
            together *= int(structure.slot_actions[slot])
            count += together
    return count


class _Builder:
    """Collects the nodes of the extensive form in preorder."""

    def __init__(self, tree: TreeForm) -> None:
        self.structure = tree.structure
        self.values: list[float] = tree.values[0].tolist()
        self.nodes: list[tuple[int, int, int]] = []  # kind, place, outcome
        self.labels: list[str] = []
        self.events: list[tuple[str, tuple[str, ...], list[Fraction]]] = []
        self.event_of: dict[int, int] = {}  # by chance node of the tree
        self.outcomes: dict[tuple[int, int], int] = {}  # by outcome of the tree and type profile, 0 where types do not count
        payoffs = tree.payoffs[0]
        self.typeless: list[bool] = (payoffs == payoffs[:, :, :1]).all(axis=(1, 2)).tolist()

    def add(self, kind: int, place: int, outcome: int = -1, label: str = "") -> None:
        self.nodes.append((kind, place, outcome))
        self.labels.append(label)

    def draw(self, profiles: list[list[int]]) -> None:
        """Nature's first move."""
        structure = self.structure
        firsts = [*structure.type_first.tolist(), structure.prior.size]
        priors = [
            exact_distribution([self.values[column] for column in structure.prior[start:stop]])
            for start, stop in pairwise(firsts)
        ]
        shares = []
        for profile in profiles:
            share = Fraction(1)
            for own, kind in zip(priors, profile, strict=True):
                share *= own[kind]
            shares.append(share)
        labels = tuple(self.profile_label(number, whose=True) for number in range(len(profiles)))
        self.add(CHANCE, len(self.events), label="types")
        self.events.append(("types", labels, shares))

    def profile_label(self, profile: int, *, whose: bool = False) -> str:
        """Tell the types of the players that have several."""
        told = []
        for player, kind in enumerate(self.structure.profile_type[profile].tolist()):
            kinds = self.structure.types[player]
            if len(kinds) > 1:
                told.append(f"{self.structure.players[player]} {kinds[kind]}" if whose else kinds[kind])
        return ", ".join(told)

    def copy(self, profile: int) -> None:
        """Add the tree as it is played by one profile of types."""
        structure = self.structure
        types = structure.profile_type[profile].tolist()
        waiting = [(0, 0, 0)]  # node of the tree, movers there that have moved, and the joint action so far
        while waiting:
            node, moved, joint = waiting.pop()
            first = int(structure.child_first[node])
            count = int(structure.child_count[node])
            slots = int(structure.slot_count[node])
            if structure.kind[node] == LEAF:
                self.add(LEAF, -1, self.outcome(int(structure.outcome[node]), profile))
            elif structure.kind[node] == CHANCE:
                self.add(CHANCE, self.event(node))
                waiting.extend((int(child), 0, 0) for child in structure.child[first : first + count][::-1])
            else:
                slot = int(structure.slot_first[node]) + moved
                self.add(MOVE, int(structure.set_first[slot]) + types[structure.slot_player[slot]])
                for action in range(int(structure.slot_actions[slot]) - 1, -1, -1):
                    chosen = joint + action * int(structure.slot_stride[slot])
                    last = moved + 1 == slots
                    waiting.append((int(structure.child[first + chosen]), 0, 0) if last else (node, moved + 1, chosen))

    def event(self, node: int) -> int:
        if node not in self.event_of:
            structure = self.structure
            first = int(structure.child_first[node])
            below = structure.child[first : first + int(structure.child_count[node])]
            labels = tuple(_step(structure.histories[child][-1]) for child in below)
            shares = exact_distribution([self.values[structure.chance[child]] for child in below])
            self.event_of[node] = len(self.events)
            self.events.append((_told(structure.histories[node]), labels, shares))
        return self.event_of[node]

    def outcome(self, outcome: int, profile: int) -> int:
        return self.outcomes.setdefault((outcome, 0 if self.typeless[outcome] else profile), len(self.outcomes))

    def form(self) -> ExtensiveForm:
        structure = self.structure
        kinds, places, reached = np.array(self.nodes, dtype=np.int64).T
        payoffs = np.empty((len(self.outcomes), len(structure.players)), dtype=object)
        names = []
        for row, (outcome, profile) in enumerate(self.outcomes):
            payoffs[row] = [exact(self.values[column]) for column in structure.payoff[outcome, :, profile]]
            types = "" if self.typeless[outcome] else f" ({self.profile_label(profile)})"
            names.append(structure.outcomes[outcome] + types)
        labels = list(map(_set_label, structure.information_sets))
        owner = structure.slot_player[structure.set_slot]
        for player in range(len(structure.players)):
            own = np.flatnonzero(owner == player).tolist()
            for place, label in zip(own, distinct_labels([labels[place] for place in own]), strict=True):
                labels[place] = label
        return ExtensiveForm(
            name=structure.name,
            players=structure.players,
            labels=tuple(self.labels),
            kind=kinds,
            place=places,
            outcome=reached,
            set_player=owner,
            set_labels=tuple(labels),
            set_actions=tuple(structure.set_labels(place) for place in range(len(labels))),
            event_labels=tuple(label for label, _, _ in self.events),
            event_actions=tuple(actions for _, actions, _ in self.events),
            exact_probabilities=np.array([share for _, _, shares in self.events for share in shares], dtype=object),
            outcome_labels=tuple(names),
            exact_payoffs=payoffs,
        )


def _set_label(place: InformationSet) -> str:
    return f"{place.type}: {_told(place.history)}" if place.type else _told(place.history)


def _told(history: History) -> str:
    """Tell a public history, only its end when it is long."""
    if not history:
        return "start"
    steps = " > ".join(_step(step) for step in history[-LONGEST_HISTORY:])
    return steps if len(history) <= LONGEST_HISTORY else f"... > {steps} (move {len(history) + 1})"


def _step(step: str | tuple[str, ...]) -> str:
    return f"({', '.join(step)})" if isinstance(step, tuple) else step
