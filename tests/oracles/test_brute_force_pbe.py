"""The brute force against hand-derived equilibria, against the definition, and against itself in other words."""

from fractions import Fraction
from itertools import combinations, product
from random import Random

import pytest

from deterrence_games.games.tree import walk
from tests.oracles.assessment import bayes_fault, next_stages, regret, stages
from tests.oracles.brute_force_pbe import Search, UndecidedError, outcome_classes
from tests.oracles.outcomes import OutcomeClass, class_of, contains, differences, path_distribution, weights_of
from tests.oracles.plain_game import Leaf, Lottery, PlainGame, Stage, leaves, to_game
from tests.oracles.random_games import RECIPES, decided_games, random_game
from tests.oracles.witness import witness

F = Fraction
NONE = (("", F(1)),)


def hard_or_soft(share):
    return (("hard", F(share)), ("soft", 1 - F(share)))


def leaf(label, types, *payoffs):
    """An outcome; a payoff is a number or a function of the type profile."""
    profiles = product(*([kind for kind, _ in own] for own in types))
    return Leaf(label, {p: tuple(F(u(p)) if callable(u) else F(u) for u in payoffs) for p in profiles})


def move(player, **children):
    return Stage((player,), (tuple(children),), tuple(children.values()))


def rudimentary(prior):
    types = (NONE, hard_or_soft(prior))
    conflict = leaf("conflict", types, -3, lambda p: 2 if p[1] == "hard" else 0)
    tree = move("a", C=leaf("status_quo", types, 0, 3), D=move("b", C=leaf("concession", types, 1, 1), D=conflict))
    return PlainGame(("a", "b"), types, tree, "rudimentary")


def mutual(prior_a, prior_b):
    types = (hard_or_soft(prior_a), hard_or_soft(prior_b))

    def conflict(label):
        own = [lambda p, i=i: F(3, 2) if p[i] == "hard" else 0 for i in (0, 1)]
        return leaf(label, types, *own)

    loses_a = move("a", C=leaf("b_wins", types, 1, 5), D=conflict("conflict_1"))
    loses_b = move("b", C=leaf("a_wins", types, 5, 1), D=conflict("conflict_2"))
    first = Stage(
        ("a", "b"), (("C", "D"), ("C", "D")), (leaf("status_quo", types, 3, 3), loses_a, loses_b, conflict("conflict_3"))
    )
    return PlainGame(("a", "b"), types, first, "mutual")


def unilateral(challenger, defender):
    types = (hard_or_soft(challenger), hard_or_soft(defender))
    conflict = leaf("conflict", types, *(lambda p, i=i: 2 if p[i] == "hard" else 0 for i in (0, 1)))
    last = move("challenger", C=leaf("challenger_defeated", types, 1, 3), D=conflict)
    answer = move("defender", C=leaf("defender_concedes", types, 4, 1), D=last)
    tree = move("challenger", C=leaf("status_quo", types, 3, 4), D=answer)
    return PlainGame(("challenger", "defender"), types, tree, "unilateral")


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
        weight = conditions.weight[(0, answer.number)].get(0, {})
        points = [point for polytope in solution for point in polytope if not conditions.blocks[0].variables]
        for point in points:
            value = sum(c * (point.get(m[0], 0) if m else 1) for m, c in weight.items())
            beliefs[supports[(1, 1, answer.number)]].add(value)
    assert (min(beliefs[(0,)]), max(beliefs[(0,)])) == (F(2, 3), 1)
    assert (min(beliefs[(1,)]), max(beliefs[(1,)])) == (0, F(2, 3))
    assert F(2, 3) in beliefs[(0, 1)]


def two_markets(prior, b=F(1, 2), a=F(2)):
    """Kreps and Wilson (1982) with two markets: entrant 2 first, then entrant 1, one monopolist."""
    types = (NONE, NONE, (("tough", F(prior)), ("weak", 1 - F(prior))))
    names = ("entrant_2", "entrant_1", "monopolist")
    count = iter(range(100))
    step = {"out": (0, (a, a)), "acquiesce": (b, (-1, 0)), "fight": (b - 1, (0, -1))}  # entrant, (tough, weak)

    def end(first, second):
        pay = [step[first][1][k] + step[second][1][k] for k in (0, 1)]
        label = f"{first}_{second}_{next(count)}"
        return leaf(label, types, step[first][0], step[second][0], lambda p: pay[0] if p[2] == "tough" else pay[1])

    def market(entrant, after):
        return move(entrant, out=after("out"), enter=move("monopolist", acquiesce=after("acquiesce"), fight=after("fight")))

    return PlainGame(names, types, market("entrant_2", lambda f: market("entrant_1", lambda s: end(f, s))), "two markets")


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
    options = [(backward_induction(below, players), action) for action, below in zip(tree.actions[0], tree.children, strict=True)]
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


def test_every_solution_is_an_equilibrium_by_the_definition():
    checked = 0
    for seed in range(2 * len(RECIPES)):
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
    assert checked > 200


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
    from tests.oracles.assessment import action_values

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
    for plain, classes in decided_games(2 * len(RECIPES), first=5_000, limit=1_000):
        for _ in range(15 if classes is not None else 0):
            behaviour = stumbled_upon(plain, draw)
            if behaviour is not None:
                hits += 1
                assert contains(plain, classes, weights_of(plain, behaviour)), plain.name
    assert hits > 200


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


# ---------------------------------------------------------------------------------------------------- the comparison


def test_differences_names_what_is_missing_and_what_is_extra():
    plain = mutual(F(4, 5), F(4, 5))
    classes = outcome_classes(plain)
    assert differences(plain, classes, classes) == []
    for k in range(len(classes)):
        rest = classes[:k] + classes[k + 1 :]
        (first, *_), (other, *_) = differences(plain, classes, rest), differences(plain, rest, classes)
        assert "missing" in first
        assert "extra" in other


def test_differences_sees_a_continuum_cut_short():
    plain = mutual(F(4, 5), F(1, 2))
    (found,) = outcome_classes(plain)
    centre = found.centre()
    short = OutcomeClass(found.on_path, (found.blocks[0], (found.blocks[1][0], centre[1])))
    other = OutcomeClass(found.on_path, (found.blocks[0], (found.blocks[1][1], centre[1])))
    assert differences(plain, [found], [short])
    assert differences(plain, [found], [short, other]) == []  # two halves make the whole


def test_class_of_reads_behaviour_strategies():
    plain = mutual(F(4, 5), F(1, 2))
    (found,) = outcome_classes(plain)
    always = {"C": 0.0, "D": 1.0}
    yields = {"C": 1.0, "D": 0.0}
    first, second = (), (("D", "C"),)
    attack = {("a", kind, history): always for kind in ("hard", "soft") for history in (first, (("C", "D"),))}
    defend = [
        {("b", "hard", first): {"C": 1 - y, "D": y}, ("b", "soft", first): yields,
         ("b", "hard", second): always, ("b", "soft", second): yields}
        for y in (0.5, 1.0)
    ]  # fmt: skip
    assert differences(plain, [found], [class_of(plain, [[attack], defend])], 1e-9) == []
    assert differences(plain, [found], [class_of(plain, [[attack], defend[1:]])], 1e-9)


# ------------------------------------------------------------------------------------------------------ random games


def test_random_games_cover_the_sizes_asked_for():
    games = [random_game(seed) for seed in range(len(RECIPES))]
    assert {len(plain.players) for plain in games} == {2, 3}
    assert {len(own) for plain in games for own in plain.types} == {1, 2, 3}
    every = [stage for plain in games for _, stage in stages(plain.tree)]
    assert {len(own) for stage in every for own in stage.actions} == {2, 3}
    assert {len(stage.movers) for stage in every} == {1, 2, 3}
    assert any(isinstance(below, Lottery) for plain in games for below in [plain.tree, *getattr(plain.tree, "children", ())])
    assert random_game(11) == random_game(11)


def test_most_random_games_are_decided_and_have_an_equilibrium():
    games = list(decided_games(3 * len(RECIPES), first=9_000, limit=1_500))
    assert all(classes for _, classes in games if classes is not None)
    assert sum(classes is None for _, classes in games) <= len(games) / 5


@pytest.mark.parametrize("seed", range(0, len(RECIPES), 3))
def test_to_game_keeps_tree_payoffs_and_priors(seed):
    plain = random_game(seed)
    game = to_game(plain)
    assert game.players == plain.players
    assert [history for history, _ in stages(plain.tree)] == [h for h, node in walk(game.tree) if hasattr(node, "branches_by_label")
                                                             and not hasattr(node, "branches")]  # fmt: skip
    for one, _ in leaves(plain.tree):
        for profile, i in product(plain.profiles, range(len(plain.players))):
            assert Fraction(str(game.payoff(one.label, plain.players[i], profile))) == one.payoffs[profile][i]
    for player, own in zip(plain.players, plain.types, strict=True):
        assert game.type_labels(player) == tuple(kind for kind, _ in own)
        assert [Fraction(str(game.prior(player, kind))) for kind, _ in own] == [share for _, share in own]


def test_pairs_of_classes_are_distinct():
    for plain, classes in decided_games(len(RECIPES), first=4_000, limit=700):
        for one, other in combinations(classes or (), 2):
            assert not (contains(plain, [other], one.centre()) and contains(plain, [one], other.centre())), plain.name
