"""Published games with numbers for which every equilibrium is known by hand."""

from fractions import Fraction
from itertools import product

from tests.oracles.plain_game import Leaf, PlainGame, Stage

F = Fraction
NONE = (("", F(1)),)


def hard_or_soft(share):
    """Two types, the first with the given prior probability."""
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


def two_markets(prior):
    """Kreps and Wilson (1982) with two markets, a = 2 and b = 1/2: entrant 2 first, then entrant 1, one monopolist."""
    a, b = F(2), F(1, 2)
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
