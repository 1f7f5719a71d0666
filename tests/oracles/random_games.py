"""Seeded random Bayesian games of sizes that the brute force decides.

Payoffs are small integers, so that ties and borders between regions occur: from 0 to 3 in one game of three, else from
0 to 9. They depend on the owner's type in half of the games and on the whole type profile in the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count, product
from random import Random

from tests.oracles.brute_force_pbe import OutcomeClass, UndecidedError, outcome_classes
from tests.oracles.plain_game import Leaf, Lottery, PlainGame, Stage, Tree

NAMES = ("aggressor", "target", "ally")
CHANCE = "chance"


@dataclass(frozen=True)
class Recipe:
    """What the games of one kind have in common.

    Attributes
    ----------
    types : tuple of int
        Number of types a player, in the order of `NAMES`.
    stages : tuple
        Who moves with how many actions, stage by stage: mappings written as ((player, actions), ...), or `CHANCE`.
    stop : float
        Probability that a branch ends before the last stage.
    """

    name: str
    types: tuple[int, ...]
    stages: tuple[tuple[tuple[int, int], ...] | str, ...]
    stop: float = 0.0


RECIPES = (
    Recipe("signal", (2, 1), (((0, 2),), ((1, 2),))),
    Recipe("signal, two-sided", (2, 2), (((0, 2),), ((1, 2),))),
    Recipe("signal, three types", (3, 1), (((0, 2),), ((1, 3),))),
    Recipe("signal, three messages", (2, 1), (((0, 3),), ((1, 2),))),
    Recipe("signal, three of all", (3, 1), (((0, 3),), ((1, 3),)), 0.3),
    Recipe("threat", (2, 2), (((0, 2),), ((1, 2),), ((0, 2),)), 0.4),
    Recipe("threat, three responses", (2, 2), (((0, 2),), ((1, 3),), ((0, 2),)), 0.4),
    Recipe("threat, three types", (2, 3), (((0, 2),), ((1, 2),), ((0, 2),)), 0.5),
    Recipe("escalation", (2, 2), (((0, 2),), ((1, 2),), ((0, 2),), ((1, 2),)), 0.5),
    Recipe("at once", (2, 2), (((0, 2), (1, 2)),)),
    Recipe("at once, three actions", (2, 2), (((0, 3), (1, 2)),)),
    Recipe("at once, three by three", (2, 1), (((0, 3), (1, 3)),)),
    Recipe("at once, three types", (3, 3), (((0, 2), (1, 2)),)),
    Recipe("at once, then one", (2, 2), (((0, 2), (1, 2)), ((0, 2),)), 0.6),
    Recipe("at once, then the other", (2, 2), (((0, 2), (1, 2)), ((1, 2),)), 0.6),
    Recipe("at once twice", (2, 2), (((0, 2), (1, 2)), ((0, 2), (1, 2))), 0.7),
    Recipe("one, then at once", (2, 2), (((0, 2),), ((0, 2), (1, 2))), 0.4),
    Recipe("chance, then signal", (2, 1), (CHANCE, ((0, 2),), ((1, 2),)), 0.2),
    Recipe("signal, then chance", (2, 2), (((0, 2),), CHANCE, ((1, 2),)), 0.3),
    Recipe("three in turn", (2, 1, 1), (((0, 2),), ((1, 2),), ((2, 2),)), 0.3),
    Recipe("three in turn, middle typed", (1, 2, 1), (((0, 2),), ((1, 2),), ((2, 2),)), 0.2),
    Recipe("three in turn, two typed", (2, 2, 1), (((0, 2),), ((1, 2),), ((2, 2),)), 0.4),
    Recipe("three in turn, three responses", (2, 1, 1), (((0, 2),), ((1, 2),), ((2, 3),)), 0.4),
    Recipe("extended deterrence", (1, 2, 2), (((0, 2),), ((1, 2),), ((2, 2),), ((0, 2),)), 0.5),
    Recipe("three at once", (1, 1, 1), (((0, 2), (1, 2), (2, 2)),)),
    Recipe("three at once, one typed", (2, 1, 1), (((0, 2), (1, 2), (2, 2)),)),
    Recipe("three at once, two typed", (2, 2, 1), (((0, 2), (1, 2), (2, 2)),)),
    Recipe("one, then two at once", (2, 1, 1), (((0, 2),), ((1, 2), (2, 2))), 0.3),
    Recipe("one, then two typed at once", (1, 2, 2), (((0, 2),), ((1, 2), (2, 2))), 0.3),
    Recipe("two at once, then one", (2, 2, 1), (((0, 2), (1, 2)), ((2, 2),)), 0.4),
    Recipe("two at once with three actions, then one", (2, 1, 1), (((0, 3), (1, 2)), ((2, 2),)), 0.5),
)


def decided_games(number: int, first: int = 0, limit: int = 3_000) -> Iterator[tuple[PlainGame, list[OutcomeClass] | None]]:
    """Games of consecutive seeds with their classes, until `number` are decided; None stands for an undecided game."""
    for seed in count(first):
        if number == 0:
            return
        plain = random_game(seed)
        try:
            classes = outcome_classes(plain, limit)
        except UndecidedError:
            yield plain, None
            continue
        number -= 1
        yield plain, classes


def random_game(seed: int) -> PlainGame:
    """The game of a seed; consecutive seeds go round the recipes."""
    draw = Random(seed)
    recipe = RECIPES[seed % len(RECIPES)]
    names = NAMES[: len(recipe.types)]
    types = tuple(_types(draw, size) for size in recipe.types)
    top = draw.choice((3, 9, 9))
    whole_profile = draw.random() < 0.5
    profiles = list(product(*([label for label, _ in own] for own in types)))
    leaf_number = count(1)

    def leaf() -> Leaf:
        if whole_profile:
            table = [{profile: draw.randint(0, top) for profile in profiles} for _ in names]
            return Leaf(f"o{next(leaf_number)}", {p: tuple(Fraction(own[p]) for own in table) for p in profiles})
        private = [{label: draw.randint(0, top) for label, _ in own} for own in types]
        payoffs = {p: tuple(Fraction(own[kind]) for own, kind in zip(private, p, strict=True)) for p in profiles}
        return Leaf(f"o{next(leaf_number)}", payoffs)

    def grow(stage: int) -> Tree:
        if stage == len(recipe.stages) or (stage and draw.random() < recipe.stop):
            return leaf()
        moves = recipe.stages[stage]
        if moves == CHANCE:
            share = Fraction(draw.randint(1, 3), 4)
            return Lottery((("calm", share, grow(stage + 1)), ("storm", 1 - share, grow(stage + 1))))
        actions = tuple(tuple("abc"[k] for k in range(size)) for _, size in moves)
        children = tuple(grow(stage + 1) for _ in product(*actions))
        return Stage(tuple(names[player] for player, _ in moves), actions, children)

    return PlainGame(names, types, grow(0), f"{recipe.name} {seed}")


def _types(draw: Random, size: int) -> tuple[tuple[str, Fraction], ...]:
    if size == 1:
        return (("", Fraction(1)),)
    weights = [draw.randint(1, 4) for _ in range(size)]
    return tuple((f"t{k}", Fraction(weight, sum(weights))) for k, weight in enumerate(weights, start=1))
