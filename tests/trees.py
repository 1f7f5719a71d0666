"""Trees for tests, built from plain tuples with numpy alone.

A tree is an outcome label, ``("move", player, {action: tree})``, ``("together", {player: actions}, {joint choice: tree})``
or ``("chance", {label: (probability, tree)})``. Payoffs are, outcome by outcome, an array ``[player]`` or
``[player, type_1, ..., type_n]``.
"""

import itertools

import numpy as np

from deterrence_games.forms import TreeForm, TreeStructure
from deterrence_games.forms.tree import CHANCE, LEAF, MOVE


def build_tree(players, tree, payoffs, types=None, name="test game"):
    """Compile a nested tuple to a `TreeForm` with one point."""
    players = tuple(players)
    types = {player: dict((types or {}).get(player, {"": 1.0})) for player in players}
    labels = tuple(tuple(types[player]) for player in players)
    column = {field: [] for field in TreeStructure.__dataclass_fields__}
    histories, outcomes, chances, children = [], [], {}, {}
    order = []  # (node, its description), in preorder
    waiting = [(tree, -1, (), None, [-1] * len(players), [-1] * len(players))]
    slots = 0
    while waiting:
        here, parent, history, probability, last_slot, last_action = waiting.pop()
        node = len(order)
        order.append(here)
        histories.append(history)
        children[node] = []
        if parent >= 0:
            children[parent].append(node)
        column["parent"].append(parent)
        column["last_slot"].append(last_slot)
        column["last_action"].append(last_action)
        if probability is not None:
            chances[node] = probability
        column["slot_first"].append(slots)
        column["outcome"].append(-1)
        if isinstance(here, str):
            if here not in outcomes:
                outcomes.append(here)
            column["outcome"][-1] = outcomes.index(here)
            column["kind"].append(LEAF)
            column["slot_count"].append(0)
            continue
        if here[0] == "chance":
            column["kind"].append(CHANCE)
            column["slot_count"].append(0)
            branches = [(below, (*history, label), share, {}) for label, (share, below) in here[1].items()]
        else:
            choices = {here[1]: tuple(here[2])} if here[0] == "move" else {who: tuple(own) for who, own in here[1].items()}
            column["kind"].append(MOVE)
            column["slot_count"].append(len(choices))
            stride = 1
            strides = []
            for own in reversed(list(choices.values())):
                strides.insert(0, stride)
                stride *= len(own)
            numbered = {}
            for (who, own), step in zip(choices.items(), strides, strict=True):
                column["slot_node"].append(node)
                column["slot_player"].append(players.index(who))
                column["slot_actions"].append(len(own))
                column["slot_stride"].append(step)
                column["actions"].append(own)
                numbered[who] = slots
                slots += 1
            branches = []
            for joint in itertools.product(*choices.values()):
                below = here[2][joint[0]] if here[0] == "move" else here[2][joint]
                moved = {
                    players.index(who): (numbered[who], choices[who].index(act))
                    for who, act in zip(choices, joint, strict=True)
                }
                branches.append((below, (*history, joint[0] if here[0] == "move" else joint), None, moved))
        for below, after, share, moved in reversed(branches):
            slot_row = [moved.get(i, (last_slot[i], 0))[0] for i in range(len(players))]
            action_row = [moved.get(i, (0, last_action[i]))[1] for i in range(len(players))]
            waiting.append((below, node, after, share, slot_row, action_row))

    count = len(order)
    end = np.arange(1, count + 1)
    for node in range(count - 1, 0, -1):
        end[column["parent"][node]] = max(end[column["parent"][node]], end[node])
    values, prior, chance = [], [], np.full(count, -1)
    for player in players:
        for share in types[player].values():
            prior.append(len(values))
            values.append(float(share))
    for node, share in chances.items():
        chance[node] = len(values)
        values.append(float(share))
    shape = tuple(len(own) for own in labels)
    payoff = np.empty((len(outcomes), len(players), int(np.prod(shape))), dtype=np.int64)
    for number, label in enumerate(outcomes):
        table = np.asarray(payoffs[label], dtype=float)
        table = np.broadcast_to(table.reshape(table.shape + (1,) * (len(shape) + 1 - table.ndim)), (len(players), *shape))
        payoff[number] = len(values) + np.arange(table.size).reshape(len(players), -1)
        values.extend(table.ravel())
    set_first, set_slot, set_type, set_actions, set_entry, entries = [], [], [], [], [], 0
    for slot, owner in enumerate(column["slot_player"]):
        set_first.append(len(set_slot))
        for kind in range(shape[owner]):
            set_slot.append(slot)
            set_type.append(kind)
            set_actions.append(column["slot_actions"][slot])
            set_entry.append(entries)
            entries += column["slot_actions"][slot]

    def ints(rows):
        return np.asarray(rows, dtype=np.int64)

    structure = TreeStructure(
        name=name, players=players, outcomes=tuple(outcomes), types=labels, histories=tuple(histories),
        actions=tuple(column["actions"]), kind=ints(column["kind"]), parent=ints(column["parent"]), end=ints(end),
        outcome=ints(column["outcome"]), child_first=ints(np.cumsum([0] + [len(children[n]) for n in range(count)])[:-1]),
        child_count=ints([len(children[n]) for n in range(count)]),
        child=ints([c for n in range(count) for c in children[n]]), chance=ints(chance),
        slot_first=ints(column["slot_first"]), slot_count=ints(column["slot_count"]), slot_node=ints(column["slot_node"]),
        slot_player=ints(column["slot_player"]), slot_actions=ints(column["slot_actions"]),
        slot_stride=ints(column["slot_stride"]), set_first=ints(set_first), set_slot=ints(set_slot), set_type=ints(set_type),
        set_actions=ints(set_actions), set_entry=ints(set_entry), entries=entries, type_count=ints(shape),
        type_first=ints(np.cumsum([0, *shape])[:-1]), prior=ints(prior), payoff=payoff,
        profile_type=ints(list(itertools.product(*(range(size) for size in shape)))).reshape(-1, len(players)),
        last_slot=ints(column["last_slot"]).reshape(count, len(players)),
        last_action=ints(column["last_action"]).reshape(count, len(players)),
    )  # fmt: skip
    return TreeForm(structure, np.array([values], dtype=float))


def random_tree(rng, players=2, most_types=2, most_actions=2, depth=3, chance=True, together=True, whole=False):
    """Draw a small game: `build_tree`'s arguments, with payoffs that depend on every type (integers when `whole`)."""
    names = tuple(f"side_{number}" for number in range(players))
    sizes = [int(rng.integers(1, most_types + 1)) for _ in names]
    types = {}
    for who, size in zip(names, sizes, strict=True):
        weights = rng.integers(1, 9, size=size)
        types[who] = {"" if size == 1 else f"t{kind}": float(w) / float(weights.sum()) for kind, w in enumerate(weights)}
    payoffs = {}

    def leaf():
        label = f"o{len(payoffs)}"
        shape = (players, *sizes)
        payoffs[label] = rng.integers(-3, 4, size=shape).astype(float) if whole else rng.normal(size=shape)
        return label

    def grow(left):
        if left == 0 or (left < depth and rng.random() < 0.25):
            return leaf()
        lot = rng.random()
        if chance and lot < 0.15:
            weights = rng.integers(1, 9, size=2)
            return ("chance", {f"c{k}": (float(w) / float(weights.sum()), grow(left - 1)) for k, w in enumerate(weights)})
        if together and lot < 0.45 and players > 1:
            movers = sorted(rng.choice(players, size=2, replace=False))
            choices = {names[m]: tuple(f"{'xyz'[m]}{a}" for a in range(rng.integers(2, most_actions + 1))) for m in movers}
            return ("together", choices, {joint: grow(left - 1) for joint in itertools.product(*choices.values())})
        mover = int(rng.integers(players))
        return ("move", names[mover], {f"{'abc'[mover]}{a}": grow(left - 1) for a in range(rng.integers(2, most_actions + 1))})

    return {"players": names, "tree": grow(depth), "payoffs": payoffs, "types": types}
