"""Comparison of outcome classes, and the random games themselves."""

from fractions import Fraction
from itertools import combinations, product

import pytest

from deterrence_games.games import Decision, Simultaneous
from deterrence_games.games.tree import walk
from tests.oracles.assessment import stages
from tests.oracles.brute_force_pbe import outcome_classes
from tests.oracles.outcomes import OutcomeClass, class_of, contains, differences
from tests.oracles.plain_game import Lottery, leaves, to_game
from tests.oracles.random_games import RECIPES, decided_games, random_game
from tests.oracles.worked_games import mutual

F = Fraction


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
    games = list(decided_games(len(RECIPES), first=9_000, limit=1_500))
    assert all(classes for _, classes in games if classes is not None)
    assert sum(classes is None for _, classes in games) <= len(games) / 5


@pytest.mark.parametrize("seed", range(0, len(RECIPES), 3))
def test_to_game_keeps_tree_payoffs_and_priors(seed):
    plain = random_game(seed)
    game = to_game(plain)
    assert game.players == plain.players
    moves = [history for history, node in walk(game.tree) if isinstance(node, Decision | Simultaneous)]
    assert moves == [history for history, _ in stages(plain.tree)]
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
