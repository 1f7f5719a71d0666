"""Nash equilibria of trees: which are perfect, and what holds the others up."""

import numpy as np
import pytest

import deterrence_games as dg
from deterrence_games.analysis.tree_equilibria import tree_equilibria
from tests.oracles.plain_game import to_game
from tests.oracles.random_games import random_game

RUDIMENTARY = {"a_SQ": 0, "a_DC": 1, "a_DD": -3, "b_SQ": 3, "b_DC": 1, "b_DDh": 2, "b_DDs": 0}


def entry(fight):
    """The incumbent receives 1 when it shares, ``fight`` when it fights."""
    return dg.Game(
        name="entry",
        players=("entrant", "incumbent"),
        tree=dg.Decision("entrant", {"out": "out", "in": dg.Decision("incumbent", {"share": "duopoly", "fight": "war"})}),
        payoffs={
            "out": {"entrant": 0, "incumbent": 2},
            "duopoly": {"entrant": 1, "incumbent": 1},
            "war": {"entrant": -1, "incumbent": fight},
        },
    )


def test_an_empty_threat_is_not_subgame_perfect():
    found = tree_equilibria(entry(fight=-1))
    assert found.complete
    for own in found.equilibria:
        deterred = own.equilibrium.outcomes["out"] == 1
        assert own.subgame_perfect is own.perfect_bayesian is (not deterred)
        assert [(threat.player, threat.action) for threat in own.empty_threats] == [("incumbent", "fight")] * deterred


def test_a_credible_threat_is_perfect():
    found = tree_equilibria(entry(fight=1.5))
    assert [own.equilibrium.outcomes["out"] for own in found.equilibria if own.perfect_bayesian] == [1]
    assert not any(own.empty_threats for own in found.equilibria if own.perfect_bayesian)


def test_with_private_types_the_game_is_its_only_subgame():
    found = dg.tree_equilibria(dg.models.rudimentary_asymmetric_deterrence(), RUDIMENTARY | {"p": 0.1})
    assert all(own.subgame_perfect for own in found.equilibria)
    bluffs = [own for own in found.equilibria if not own.perfect_bayesian]
    assert bluffs
    for own in bluffs:
        assert own.equilibrium.outcomes["status_quo"] == 1
        assert {(threat.player, threat.type, threat.action) for threat in own.empty_threats} == {("defender", "soft", "resist")}


@pytest.mark.parametrize("number", [0, 4, 12, 40, 61, 90])
def test_marks_follow_from_the_perfect_equilibria(number):
    game = to_game(random_game(number))
    if len(game.players) != 2:
        with pytest.raises(dg.SolverError, match="two players"):
            tree_equilibria(game)
        return
    found = tree_equilibria(game)
    plays = [own.outcomes for own in found.perfect if not own.continuum]
    for own in found.equilibria:
        if own.perfect_bayesian:
            assert not own.empty_threats
    # An isolated perfect equilibrium is Nash, and isolated Nash equilibria are extreme: all are marked.
    for play in plays:
        near = [own for own in found.equilibria if all(abs(own.equilibrium.outcomes[o] - p) < 1e-6 for o, p in play.items())]
        assert not near or any(own.perfect_bayesian for own in near)


def test_table_and_words():
    found = tree_equilibria(entry(fight=-1))
    table = found.to_dataframe()
    assert table["subgame perfect"].tolist() == [own.subgame_perfect for own in found.equilibria]
    np.testing.assert_allclose(table["payoff entrant"], [own.equilibrium.payoffs["entrant"] for own in found.equilibria])
    assert "not subgame perfect\n    empty threat: incumbent threatens to 'fight'" in repr(found)


def test_what_has_no_tree():
    with pytest.raises(dg.GameError, match="give a Game or a TreeForm"):
        tree_equilibria(dg.StrategicForm.from_arrays(np.eye(2), np.eye(2)))
