"""Random extensive forms, and their play step by step in fractions."""

from fractions import Fraction

import numpy as np

from deterrence_games.forms.extensive import ExtensiveForm
from deterrence_games.forms.tree import CHANCE, LEAF, MOVE

LABELS = (
    "",
    "a",
    "b",
    'say "no"',
    "back\\slash\\",
    'both \\" of them',
    "two\nlines",
    "\N{GREEK SMALL LETTER PI}",
    "{ 1, 2 }",
    "#",
)


def random_form(rng, players=2, depth=3, recall=True, chance=True, inside=True):
    """Draw a small game whose sets, events and outcomes are numbered as they first appear.

    Sets span branches; with `recall` they join only nodes with the same own past.
    """
    nodes, labels, sets, events, outcomes = [], [], [], [], []

    def some(number):
        return tuple(str(rng.choice(LABELS)) for _ in range(number))

    def an_outcome(likely):
        if rng.random() > likely:
            return -1
        if not outcomes or rng.random() < 0.6:
            payoffs = [Fraction(int(rng.integers(-9, 10)), int(rng.integers(1, 5))) for _ in range(players)]
            outcomes.append((*some(1), payoffs))
            return len(outcomes) - 1
        return int(rng.integers(len(outcomes)))

    def grow(left, past):
        labels.extend(some(1))
        lot = rng.random()
        if left == 0 or lot < 0.15:
            nodes.append((LEAF, -1, an_outcome(0.9)))
            return
        if chance and lot < 0.35:
            if not events or rng.random() < 0.6:
                weights = [int(weight) for weight in rng.integers(0, 4, size=rng.integers(1, 4))]
                weights[0] += 1
                events.append((*some(1), some(len(weights)), [Fraction(weight, sum(weights)) for weight in weights]))
                event = len(events) - 1
            else:
                event = int(rng.integers(len(events)))
            nodes.append((CHANCE, event, an_outcome(0.2 * inside)))
            for _ in events[event][1]:
                grow(left - 1, past)
            return
        player = int(rng.integers(players))
        known = [k for k, own in enumerate(sets) if own[0] == player and (own[3] == past[player] or not recall)]
        if not known or rng.random() < 0.5:
            sets.append((player, *some(1), some(int(rng.integers(1, 4))), past[player]))
            place = len(sets) - 1
        else:
            place = int(rng.choice(known))
        nodes.append((MOVE, place, an_outcome(0.2 * inside)))
        for action in range(len(sets[place][2])):
            grow(left - 1, [*past[:player], (*past[player], (place, action)), *past[player + 1 :]])

    grow(depth, [()] * players)
    kind, place, outcome = np.array(nodes).T
    return ExtensiveForm(
        name=str(rng.choice(LABELS)), players=tuple(f"side {k}" for k in range(players)), labels=tuple(labels),
        kind=kind, place=place, outcome=outcome,
        set_player=[own[0] for own in sets], set_labels=tuple(own[1] for own in sets),
        set_actions=tuple(own[2] for own in sets),
        event_labels=tuple(own[0] for own in events), event_actions=tuple(own[1] for own in events),
        exact_probabilities=[share for own in events for share in own[2]],
        outcome_labels=tuple(own[0] for own in outcomes), exact_payoffs=[own[1] for own in outcomes],
        comment=str(rng.choice(LABELS)),
    )  # fmt: skip


def assert_same(first, second):
    """Every field of two forms is equal."""
    for name, value in vars(first).items():
        other = vars(second).get(name, value)
        if isinstance(value, np.ndarray):
            assert value.shape == other.shape, name
            assert value.tolist() == other.tolist(), name
        elif name in ExtensiveForm.__dataclass_fields__:
            assert value == other, name


def play(form, strategy):
    """Yield (leaf, probability, payoffs) where `strategy` maps (node, set) to the probabilities of its actions."""
    count = {MOVE: form.set_actions, CHANCE: form.event_actions}
    children = {node: [] for node in range(len(form.labels))}
    waiting = []  # in preorder: a parent is open until all its children have come
    for node in range(len(form.labels)):
        while waiting and len(children[waiting[-1]]) == len(count[form.kind[waiting[-1]]][form.place[waiting[-1]]]):
            waiting.pop()
        if waiting:
            children[waiting[-1]].append(node)
        if form.kind[node] != LEAF:
            waiting.append(node)
    paths = [(0, Fraction(1), [Fraction(0)] * len(form.players))]
    while paths:
        node, probability, payoffs = paths.pop()
        if form.outcome[node] >= 0:
            payoffs = [a + b for a, b in zip(payoffs, form.exact_payoffs[form.outcome[node]], strict=True)]
        if form.kind[node] == LEAF:
            yield node, probability, payoffs
            continue
        place = form.place[node]
        if form.kind[node] == CHANCE:
            before = sum(len(own) for own in form.event_actions[:place])
            shares = form.exact_probabilities[before : before + len(form.event_actions[place])]
        else:
            shares = strategy(node, place)
        for child, share in zip(children[node], shares, strict=True):
            if share:
                paths.append((child, probability * Fraction(share), payoffs))


def expected(form, strategy):
    """Exact expected payoffs of the players."""
    total = [Fraction(0)] * len(form.players)
    for _, probability, payoffs in play(form, strategy):
        total = [a + probability * b for a, b in zip(total, payoffs, strict=True)]
    return total
