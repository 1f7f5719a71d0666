"""Three sides choose x or y at once, in plain form for the brute force and as a game of the library."""

from fractions import Fraction
from itertools import product

from tests.oracles.plain_game import Leaf, PlainGame, Stage

NAMES = ("aggressor", "target", "ally")
NOBODY = (("", Fraction(1)),)


def at_once(name, payoffs):
    """A game whose payoffs are a function of the three choices."""
    leaves = tuple(
        Leaf("_".join(joint), {("",) * 3: tuple(Fraction(u) for u in payoffs(*joint))}) for joint in product("xy", repeat=3)
    )
    return PlainGame(NAMES, (NOBODY,) * 3, Stage(NAMES, (("x", "y"),) * 3, leaves), name)


def volunteers():
    """One volunteer (x) is enough for a benefit of 1 to all, at a cost of 1/2 to the volunteer."""
    return at_once("three volunteers", lambda *joint: [("x" in joint) - Fraction(1, 2) * (choice == "x") for choice in joint])


def irrational():
    """A game whose one equilibrium has probabilities in the square root of 601 (cf. Nau, Gomez and Hansen 2004)."""
    table = {
        **{"xxx": (3, 0, 2), "xyx": (0, 2, 0), "yxx": (0, 1, 0), "yyx": (1, 0, 0)},
        **{"xxy": (1, 0, 0), "xyy": (0, 1, 0), "yxy": (0, 3, 0), "yyy": (2, 0, 3)},
    }
    return at_once("irrational", lambda *joint: table["".join(joint)])


def inspection():
    """The ally inspects when both others cheat (x) with probability above 1/4; they cheat while it inspects less than half.

    The equilibria form the curve on which the two probabilities of cheating multiply to 1/4.
    """

    def payoffs(aggressor, target, ally):
        caught = 1 if ally == "y" else -1
        inspecting = (aggressor == target == "x") - Fraction(1, 4)
        return [caught * (aggressor == "x"), caught * (target == "x"), inspecting * (ally == "x")]

    return at_once("inspection", payoffs)
