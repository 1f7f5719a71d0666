"""The brute force against hand-derived equilibria, against the definition, and against itself in other words."""

from fractions import Fraction
from itertools import product
from random import Random

import pytest

from tests.oracles.assessment import action_values, bayes_fault, next_stages, regret, stages
from tests.oracles.brute_force_pbe import Search, UndecidedError, outcome_classes
from tests.oracles.outcomes import OutcomeClass, contains, differences, path_distribution, weights_of
from tests.oracles.plain_game import Leaf, Lottery, PlainGame, Stage
from tests.oracles.polynomials import evaluated, number
from tests.oracles.random_games import RECIPES, decided_games, random_game
from tests.oracles.witness import witness
from tests.oracles.worked_games import NONE, leaf, move, mutual, rudimentary, two_markets, unilateral

F = Fraction


def move_ranges(found: OutcomeClass, player: int) -> dict[tuple[str, tuple, str], tuple[Fraction, Fraction]]:
    """Range of the first-stage weights of a player over a class."""
    block = found.blocks[player]
    return {m: (min(v[m] for v in block), max(v[m] for v in block)) for m in block[0] if m[1] == ()}


def initiation(found: OutcomeClass, player: int, kind: str) -> tuple[Fraction, Fraction]:
    return move_ranges(found, player)[(kind, (), "D")]


# ------------------------------------------------------------------------------------------------ games worked by hand


@pytest.mark.parametrize(("prior", "attack"), [(F(1, 5), (1, 1)), (F(1, 4), (0, 1)), (F(1, 3), (0, 0))])
def test_rudimentary_deterrence(prior, attack):
    # deterrence iff p > t = 1/4, attack iff p < t, any mixture at p = t; the target always follows its type
    (found,) = outcome_classes(rudimentary(prior))
    assert initiation(found, 0, "") == attack
    replies = {(kind, action): weight for vertex in found.blocks[1] for (kind, _, action), weight in vertex.items()}
    if attack != (0, 0):
        assert replies == {("hard", "C"): 0, ("hard", "D"): 1, ("soft", "C"): 1, ("soft", "D"): 0}


def first_moves(plain):
    """For every class the ranges of (x_hard, x_soft, y_hard, y_soft) at the first stage."""
    found = outcome_classes(plain)
    return sorted(tuple(initiation(one, i, kind) for i in (0, 1) for kind in ("hard", "soft")) for one in found)


def test_mutual_deterrence_with_little_resolve():
    # p = 1/3: Hybrid x_soft = y_soft = 1/2, and both Bluffs with any y_hard (p <= t_S = 2/5)
    all_in, never, any_share, half = (1, 1), (0, 0), (0, 1), (F(1, 2), F(1, 2))
    assert first_moves(mutual(F(1, 3), F(1, 3))) == sorted(
        [(all_in, half, all_in, half), (all_in, all_in, any_share, never), (any_share, never, all_in, all_in)]
    )


def test_mutual_deterrence_with_much_resolve():
    # p = 4/5: Sure-Thing, Separating and Hard-mixing x_hard = y_hard = 2/3 side by side
    all_in, never, mixed = (1, 1), (0, 0), (F(2, 3), F(2, 3))
    assert first_moves(mutual(F(4, 5), F(4, 5))) == sorted(
        [(never, never, never, never), (all_in, never, all_in, never), (mixed, never, mixed, never)]
    )


def test_mutual_deterrence_bluff_continuum():
    # p_b = 1/2 lies between t_S = 2/5 and t_2 = 2/3: Bluff_A needs y_hard >= 1/2
    plain = mutual(F(4, 5), F(1, 2))
    assert first_moves(plain) == [((1, 1), (1, 1), (F(1, 2), 1), (0, 0))]

    def bluff(share):
        (found,) = outcome_classes(plain)
        vertex = {**found.blocks[1][0]}
        vertex.update({("hard", (), "D"): share, ("hard", (), "C"): 1 - share, ("hard", (("D", "C"),), "D"): 1 - share})
        return contains(plain, [found], (found.blocks[0][0], vertex))

    assert bluff(F(1, 2))
    assert bluff(F(3, 4))
    assert not bluff(F(49, 100))


def test_unilateral_deterrence_bluff():
    # p_ch = 1/2, p_def = 1/6: Bluff x_soft = 1/2, y_soft = 1/5, beside Steadfast Deterrence
    peace, bluff = sorted(outcome_classes(unilateral(F(1, 2), F(1, 6))), key=lambda one: len(one.on_path))
    assert [initiation(peace, 0, kind) for kind in ("hard", "soft")] == [(0, 0), (0, 0)]
    assert [initiation(bluff, 0, kind) for kind in ("hard", "soft")] == [(1, 1), (F(1, 2), F(1, 2))]
    assert [vertex[("soft", ("D",), "D")] for vertex in bluff.blocks[1]] == [F(1, 5)]
    outcomes = path_distribution(unilateral(F(1, 2), F(1, 6)), next(bluff.corners()))
    resisted = sum(share for (_, history), share in outcomes.items() if history[:2] == ("D", "D"))
    assert resisted / sum(share for (_, history), share in outcomes.items() if history[0] == "D") == F(1, 3)  # c1


class Recording(Search):
    """Keeps the solutions of all support profiles."""

    def __init__(self, plain, limit=8_000):
        super().__init__(plain, limit)
        self.solutions = []

    def note(self, conditions, solution):
        super().note(conditions, solution)
        self.solutions.append((conditions, solution, dict(self.supports)))


def test_unilateral_deterrence_off_path_beliefs():
    # p_def = 2/3 >= c2: the soft defender concedes iff r >= d* = 2/3 (Certain) and resists iff r <= 2/3 (Steadfast)
    search = Recording(unilateral(F(1, 2), F(2, 3)))
    (found,) = search.run()
    assert initiation(found, 0, "hard") == initiation(found, 0, "soft") == (0, 0)
    answer = next(node for node in search.game.stages if node.history == ("D",))
    beliefs = {(0,): set(), (1,): set(), (0, 1): set()}  # by what the soft defender does
    for conditions, solution, supports in search.solutions:
        resolve = conditions.weight[(0, answer.number)].get(0, {})
        for point in (point for polytope in solution for point in polytope):
            value = evaluated(resolve, point)
            if not any(value):  # the point is of the block of this belief, or the belief is certain
                beliefs[supports[(1, 1, answer.number)]].add(number(value))
    assert (min(beliefs[(0,)]), max(beliefs[(0,)])) == (F(2, 3), 1)
    assert (min(beliefs[(1,)]), max(beliefs[(1,)])) == (0, F(2, 3))
    assert F(2, 3) in beliefs[(0, 1)]


def test_chain_store_of_kreps_and_wilson():
    # p = 1/8 < b^2: entry, weak fights with p (1 - b) / ((1 - p) b) = 1/7, then entrant 1 stays out with 1/a = 1/2
    found = outcome_classes(two_markets(F(1, 8)))
    mixing = [one for one in found if one.blocks[0][0][("", (), "enter")] == 1]
    (one,) = mixing
    ((monopolist,), (entrant,)) = one.blocks[2], one.blocks[1]
    assert monopolist[("weak", ("enter",), "fight")] == F(1, 7)
    assert monopolist[("tough", ("enter",), "fight")] == 1
    assert entrant[("", ("enter", "fight"), "out")] == F(1, 2)
    assert entrant[("", ("enter", "acquiesce"), "enter")] == 1
    # b^2 < p = 1/3 < b: entrant 2 stays out, entrant 1 enters, the weak monopolist gives in
    (one,) = outcome_classes(two_markets(F(1, 3)))
    assert one.blocks[0] == ({("", (), "out"): 1, ("", (), "enter"): 0},)
    assert {vertex[("", ("out",), "enter")] for vertex in one.blocks[1]} == {1}
    assert {vertex[("weak", ("out", "enter"), "acquiesce")] for vertex in one.blocks[2]} == {1}


def test_irrational_mixing_of_three_volunteers():
    # one volunteer (cost 1/2) saves all (worth 1): three pure, three with two volunteers at 1/2, and all at 1 - sqrt(1/2)
    types = (NONE, NONE, NONE)
    ends = [
        leaf("".join(acts), types, *((1 if "v" in acts else 0) - (F(1, 2) if act == "v" else 0) for act in acts))
        for acts in product("vn", repeat=3)
    ]
    plain = PlainGame(("x", "y", "z"), types, Stage(("x", "y", "z"), (("v", "n"),) * 3, tuple(ends)), "volunteers")
    found = sorted(tuple(float(block[0][("", (), "v")]) for block in one.blocks) for one in outcome_classes(plain))
    assert all(len(block) == 1 for one in outcome_classes(plain) for block in one.blocks)
    root = 1 - 0.5**0.5
    expected = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (0.5, 0.5, 0), (0.5, 0, 0.5), (0, 0.5, 0.5), (root, root, root)]
    assert len(found) == len(expected)
    for one, other in zip(found, sorted(expected), strict=True):
        assert one == pytest.approx(other, abs=1e-12)


def test_belief_is_shared_between_histories_of_one_excluded_move():
    # B's move at the same stage must not change the belief after A's excluded move "d": C answers with one belief
    types = ((("s", F(1, 2)), ("t", F(1, 2))), NONE, NONE)

    def after(label):  # C guesses A's type and A loses when the guess is right
        guess = {"s": lambda p: 1 if p[0] == "s" else 0, "t": lambda p: 1 if p[0] == "t" else 0}
        hurt = {k: (lambda p, g=g: 1 - 2 * g(p)) for k, g in guess.items()}
        return move("c", **{k: leaf(f"{label}_{k}", types, hurt[k], 0, g) for k, g in guess.items()})

    quiet = [leaf(f"quiet_{k}", types, 0, 0, 0) for k in "lr"]
    tree = Stage(("a", "b"), (("u", "d"), ("l", "r")), (*quiet, after("l"), after("r")))
    plain = PlainGame(("a", "b", "c"), types, tree, "shared belief")
    search = Recording(plain)
    search.run()
    seen = 0
    for conditions, solution, _ in search.solutions:
        _, beliefs = witness(conditions, solution)
        seen += beliefs[(("d", "l"),)]["a"] == beliefs[(("d", "r"),)]["a"]
    assert seen == len(search.solutions) > 0


# ---------------------------------------------------------------------------------------------- against other methods


def backward_induction(tree, players):
    """Payoffs and path of the unique subgame-perfect play."""
    if isinstance(tree, Leaf):
        return next(iter(tree.payoffs.values())), ()
    mover = players.index(tree.movers[0])
    options = [
        (backward_induction(below, players), action) for action, below in zip(tree.actions[0], tree.children, strict=True)
    ]
    (payoffs, path), action = max(options, key=lambda option: option[0][0][mover])
    return payoffs, (action, *path)


@pytest.mark.parametrize("seed", range(12))
def test_perfect_information_has_the_outcome_of_backward_induction(seed):
    draw = Random(seed)
    players = ("x", "y", "z")[: draw.choice((2, 3))]
    types = (NONE,) * len(players)
    values = iter(draw.sample(range(1000), 200))

    def grow(depth):
        if depth == 0 or (depth < 3 and draw.random() < 0.3):
            return leaf(f"o{next(values)}", types, *(next(values) for _ in players))
        actions = "abc"[: draw.choice((2, 3))]
        return Stage((draw.choice(players),), (tuple(actions),), tuple(grow(depth - 1) for _ in actions))

    plain = PlainGame(players, types, grow(3), "perfect information")
    (found,) = outcome_classes(plain)
    ((_, history),) = path_distribution(plain, next(found.corners()))
    assert history == backward_induction(plain.tree, players)[1]


@pytest.mark.parametrize(
    ("types", "actions", "games"),
    [
        ((1, 1, 1), (2, 2, 2), 40),
        ((2, 1, 1), (2, 2, 2), 15),
        ((1, 1, 1), (3, 2, 2), 10),
        ((2, 2), (3, 2), 20),
        ((3, 2), (2, 2), 15),
        ((2, 1), (3, 3), 20),
    ],
)
def test_generic_simultaneous_games_have_an_odd_number_of_equilibria(types, actions, games):
    # Wilson (1971), Computing equilibria of n-person games; payoffs fine enough that no ties occur
    draw = Random(games)
    names = ("x", "y", "z")[: len(types)]
    decided = 0
    for _ in range(games):
        own = tuple(tuple((f"t{k}", F(w, 100)) for k, w in enumerate((37, 100 - 37) if n == 2 else (17, 38, 45)[:n]))
                    if n > 1 else NONE for n in types)  # fmt: skip
        profiles = list(product(*([kind for kind, _ in one] for one in own)))
        ends = tuple(
            Leaf(f"o{k}", {p: tuple(F(draw.randint(0, 10_000)) for _ in names) for p in profiles})
            for k, _ in enumerate(product(*(range(n) for n in actions)))
        )
        stage = Stage(names, tuple(tuple("abc"[:n]) for n in actions), ends)
        try:
            classes = outcome_classes(PlainGame(names, own, stage, "simultaneous"))
        except UndecidedError:
            continue
        decided += 1
        assert all(len(block) == 1 for one in classes for block in one.blocks)
        assert len(classes) % 2 == 1
    assert decided >= games * 0.8


def test_every_solution_is_an_equilibrium_by_the_definition():
    checked = 0
    for seed in range(len(RECIPES)):
        search = Recording(random_game(seed), 1_000)
        try:
            search.run()
        except UndecidedError:
            continue
        for conditions, solution, _ in search.solutions[:20]:
            behaviour, beliefs = witness(conditions, solution)
            assert bayes_fault(search.game.plain, behaviour, beliefs, 1e-15) <= 1e-15
            assert regret(search.game.plain, behaviour, beliefs, 1e-15) <= 1e-15
            assert contains(search.game.plain, search.classes, weights_of(search.game.plain, behaviour), 1e-15)
            checked += 1
    assert checked > 100


def beliefs_after(plain, behaviour, draw):
    """Beliefs by Bayes' rule, drawn where it is silent."""
    beliefs = {history: {p: dict(own) for p, own in zip(plain.players, plain.types, strict=True)}
               for history in next_stages(plain.tree, ())}  # fmt: skip
    for history, stage in stages(plain.tree):
        fresh = {}
        for labels, below in zip(product(*stage.actions), stage.children, strict=True):
            step = labels[0] if len(labels) == 1 else labels
            after = {player: dict(held) for player, held in beliefs[history].items()}
            for player, action in zip(stage.movers, labels, strict=True):
                joint = {kind: held * behaviour[(player, kind, history)][action] for kind, held in after[player].items()}
                whole = sum(joint.values())
                if not whole and (player, action) not in fresh:
                    drawn = [draw.choice((0, 0, 1, 2)) for _ in joint]
                    drawn[draw.randrange(len(drawn))] += 1
                    fresh[(player, action)] = {kind: F(d, sum(drawn)) for kind, d in zip(joint, drawn, strict=True)}
                after[player] = {k: j / whole for k, j in joint.items()} if whole else fresh[(player, action)]
            for history_after in next_stages(below, (*history, step)):
                beliefs[history_after] = after
    return beliefs


def stumbled_upon(plain, draw, rounds=12):
    """An equilibrium reached by best replies from a random start, or None."""
    behaviour = {}
    for history, stage in stages(plain.tree):
        for player, actions in zip(stage.movers, stage.actions, strict=True):
            for kind, _ in plain.types[plain.players.index(player)]:
                parts = [draw.choice((0, 1)) for _ in actions]
                parts[draw.randrange(len(parts))] += 1
                behaviour[(player, kind, history)] = {a: F(p, sum(parts)) for a, p in zip(actions, parts, strict=True)}
    for _ in range(rounds):
        beliefs = beliefs_after(plain, behaviour, draw)
        values = action_values(plain, behaviour, beliefs)
        wrong = [key for key, own in values.items() if max(own.values()) > min(own[a] for a, s in behaviour[key].items() if s)]
        if not wrong:
            assert bayes_fault(plain, behaviour, beliefs) == 0
            return behaviour
        key = draw.choice(wrong)
        best = [action for action, value in values[key].items() if value == max(values[key].values())]
        behaviour[key] = {action: F(int(action in best), len(best)) for action in values[key]}
    return None


def test_equilibria_found_by_chance_are_in_a_class():
    draw = Random(7)
    hits = 0
    for plain, classes in decided_games(len(RECIPES), first=5_000, limit=700):
        for _ in range(12 if classes is not None else 0):
            behaviour = stumbled_upon(plain, draw)
            if behaviour is not None:
                hits += 1
                assert contains(plain, classes, weights_of(plain, behaviour)), plain.name
    assert hits > 80


def renamed(plain, order):
    """The same game with its players, types and actions listed in another order."""

    def turn(tree):
        if isinstance(tree, Leaf):
            payoffs = {tuple(p[i] for i in order): tuple(u[i] for i in order) for p, u in tree.payoffs.items()}
            return Leaf(tree.label, payoffs)
        if isinstance(tree, Lottery):
            return Lottery(tuple((label, share, turn(below)) for label, share, below in reversed(tree.branches)))
        below = dict(zip(product(*tree.actions), tree.children, strict=True))
        actions = tuple(own[::-1] for own in tree.actions)
        return Stage(tree.movers, actions, tuple(turn(below[labels]) for labels in product(*actions)))

    types = tuple(plain.types[i][::-1] for i in order)
    return PlainGame(tuple(plain.players[i] for i in order), types, turn(plain.tree), plain.name)


def with_bystander(plain):
    """The same game with a third player who never moves: solved as a game of three."""

    def turn(tree):
        if isinstance(tree, Leaf):
            return Leaf(tree.label, {(*p, ""): (*u, F(0)) for p, u in tree.payoffs.items()})
        if isinstance(tree, Lottery):
            return Lottery(tuple((label, share, turn(below)) for label, share, below in tree.branches))
        return Stage(tree.movers, tree.actions, tuple(turn(below) for below in tree.children))

    return PlainGame((*plain.players, "bystander"), (*plain.types, NONE), turn(plain.tree), plain.name)


def test_order_of_players_types_and_actions_does_not_matter():
    for plain, classes in decided_games(len(RECIPES), first=7_000, limit=700):
        if classes is None:
            continue
        order = list(reversed(range(len(plain.players))))
        try:
            again = outcome_classes(renamed(plain, order), 2_000)
        except UndecidedError:
            continue
        back = [OutcomeClass(one.on_path, tuple(one.blocks[order.index(i)] for i in range(len(order)))) for one in again]
        assert differences(plain, classes, back, 1e-12) == []


def test_a_bystander_does_not_matter():
    for plain, classes in decided_games(len(RECIPES), first=8_000, limit=700):
        if classes is not None and len(plain.players) == 2:
            again = outcome_classes(with_bystander(plain), 2_000)
            without = [OutcomeClass(one.on_path, one.blocks[:2]) for one in again]
            assert differences(plain, classes, without, 0) == []
