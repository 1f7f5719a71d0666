import itertools

import numpy as np
import pytest
from matplotlib.figure import Figure

from deterrence_games import models
from deterrence_games.errors import FormatError, GameError, ParameterError, SizeError
from deterrence_games.forms.tree import InformationSet
from deterrence_games.games import Chance, Decision, Game, Simultaneous
from deterrence_games.plotting import plot_tree
from deterrence_games.plotting.tree_layout import MAX_LEAVES, MAX_MOVES, expand
from deterrence_games.plotting.tree_text import CHOSEN, IDLE, ON_PATH, edge_play
from deterrence_games.results import Equilibrium

PARAMS = {
    **{"p_ch": 0.5, "p_def": 0.25, "c_SQ": 3, "c_DC": 4, "c_CD": 1, "c_DDh": 2, "c_DDs": -0.125},
    **{"d_SQ": 4, "d_DC": 1, "d_CD": 3, "d_DDh": 2, "d_DDs": 0},
}


def bluff():
    """Bluff at c1 = 1/3, d* = 2/3: the soft challenger initiates and the soft defender defies with some probability."""
    play = {
        ("challenger", ()): ("defect", "cooperate", 1.0, 0.5),
        ("defender", ("defect",)): ("defy", "concede", 1.0, 0.2),
        ("challenger", ("defect", "defy")): ("press_on", "back_down", 1.0, 0.0),
    }
    return equilibrium_of("Bluff", play)


def steadfast():
    play = {
        ("challenger", ()): ("defect", "cooperate", 0.0, 0.0),
        ("defender", ("defect",)): ("defy", "concede", 1.0, 1.0),
        ("challenger", ("defect", "defy")): ("press_on", "back_down", 1.0, 0.0),
    }
    return equilibrium_of("Steadfast Deterrence", play)


def equilibrium_of(name, play):
    behavior = {}
    for (player, history), (action, other, hard, soft) in play.items():
        behavior[InformationSet(player, "hard", history)] = {action: hard, other: 1 - hard}
        behavior[InformationSet(player, "soft", history)] = {action: soft, other: 1 - soft}
    return Equilibrium(payoffs={}, regret=0.0, margin=0.0, name=name, behavior=behavior)


def random_game(seed):
    """Two or three players, decisions, simultaneous stages and chance, some types, long and short labels."""
    rng = np.random.default_rng(seed)
    players = ("challenger", "B", "faithful ally")[: rng.integers(2, 4)]
    outcomes = []

    def leaf():
        outcomes.append(f"outcome_{len(outcomes)}" + "_of_a_long_war" * int(rng.integers(0, 2)))
        return outcomes[-1]

    def grow(depth):
        kind = rng.random()
        if depth == 0 or kind < 0.2:
            return leaf()
        labels = [f"a{k}" + "_and_wait" * int(rng.integers(0, 2)) for k in range(rng.integers(1, 4))]
        if kind < 0.7:
            return Decision(str(rng.choice(players)), {label: grow(depth - 1) for label in labels})
        if kind < 0.85:
            return Chance({label: (f"1/{len(labels)}", grow(depth - 1)) for label in labels})
        choices = dict.fromkeys(players, ("in", "stay_out"))
        return Simultaneous(
            choices, {joint: grow(depth - 2 if depth > 1 else 0) for joint in itertools.product(*choices.values())}
        )

    tree = grow(3)
    typed = {player: {"hard": f"p_{k}", "soft": f"1 - p_{k}"} for k, player in enumerate(players) if rng.random() < 0.6}
    kinds = [tuple(typed.get(player, {"": 1})) for player in players]

    def payoff(player):
        own = typed.get(player)
        if own and rng.random() < 0.5:
            return {kind: f"u_{kind}" for kind in own}
        if typed and rng.random() < 0.3:
            return {profile: f"v_{''.join(kind[:1] for kind in profile)}" for profile in itertools.product(*kinds)}
        return int(rng.integers(-5, 5))

    payoffs = {outcome: {player: payoff(player) for player in players} for outcome in outcomes}
    return Game(name=f"random_{seed}", players=players, tree=tree, types=typed, payoffs=payoffs)


def overlaps(one, other):
    return min(one.x1, other.x1) - max(one.x0, other.x0) > 1 and min(one.y1, other.y1) - max(one.y0, other.y0) > 1


def meets(line, box):
    """Whether a polyline in pixels enters a box, sampled every half pixel."""
    points = line.get_transform().transform(line.get_xydata())
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        steps = np.linspace(0, 1, 2 + int(2 * np.hypot(x1 - x0, y1 - y0)))
        x, y = x0 + steps * (x1 - x0), y0 + steps * (y1 - y0)
        if ((x > box.x0 + 1) & (x < box.x1 - 1) & (y > box.y0 + 1) & (y < box.y1 - 1)).any():
            return True
    return False


def check_nothing_overlaps(figure):
    (axes,) = figure.axes
    texts = [(text.get_text(), text.get_window_extent()) for text in axes.texts]
    boxes = [patch.get_window_extent() for patch in axes.patches]
    for (words, one), (others, other) in itertools.combinations(texts, 2):
        assert not overlaps(one, other), (words, others)
    for one, other in itertools.combinations(boxes, 2):
        assert not overlaps(one, other)
    for words, extent in texts:
        for box in boxes:
            inside = box.x0 <= extent.x0 and extent.x1 <= box.x1 and box.y0 <= extent.y0 and extent.y1 <= box.y1
            assert inside or not overlaps(extent, box), words
        assert not any(meets(line, extent) for line in axes.lines), words
        assert extent.x0 > -1, words
        assert extent.x1 < figure.bbox.width + 1, words
        assert extent.y0 > -1, words
        assert extent.y1 < figure.bbox.height + 1, words


@pytest.mark.parametrize("name", models.CATALOGUE)
def test_published_games_are_legible(name):
    check_nothing_overlaps(plot_tree(models.CATALOGUE[name]()))


@pytest.mark.parametrize("play", [bluff, steadfast])
def test_an_equilibrium_is_legible(play):
    check_nothing_overlaps(plot_tree(models.unilateral_deterrence(), params=PARAMS, equilibrium=play()))


@pytest.mark.parametrize("seed", range(12))
def test_random_games_are_legible(seed):
    game = random_game(seed)
    try:
        figure = plot_tree(game)
    except SizeError:
        assert len(game.outcomes) > MAX_LEAVES
    else:
        check_nothing_overlaps(figure)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_picture_is_written_and_its_bytes_do_not_change(tmp_path, suffix):
    for name in ("one", "two"):
        plot_tree(models.generalized_mutual_deterrence(), tmp_path / f"{name}{suffix}")
    first = (tmp_path / f"one{suffix}").read_bytes()
    assert first == (tmp_path / f"two{suffix}").read_bytes()
    assert first[:4] in (b"\x89PNG", b"<?xm", b"%PDF")


def test_svg_holds_the_words(tmp_path):
    plot_tree(models.unilateral_deterrence(), tmp_path / "tree.svg")
    content = (tmp_path / "tree.svg").read_text()
    for words in ("Challenger", "hard / soft", "back down", "Defender concedes", "$c_{DDh}$", "$1-p_{def}$", "(aggressor)"):
        assert words in content


def words_on(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_numbers_stand_for_symbols():
    words = words_on(plot_tree(models.unilateral_deterrence(), params=PARAMS))
    assert "hard  $2$  /  soft  $-0.125$" in words
    assert any("hard with probability $0.25$, soft with probability $0.75$" in line for line in words)
    assert not any("c_{" in line for line in words)


def test_fractions_stay_fractions():
    from fractions import Fraction

    words = words_on(plot_tree(models.unilateral_deterrence(), params={**PARAMS, "p_def": Fraction(1, 6), "c_CD": 1 / 3}))
    assert any("hard with probability $1/6$" in line for line in words)
    assert "$0.3333$" in words


def test_an_equilibrium_shows_its_path_and_its_mixing():
    game = models.unilateral_deterrence()
    vertices = expand(game)
    play = dict(zip([vertex.action for vertex in vertices], edge_play(game, vertices, bluff()), strict=True))
    assert {edge.level for edge in play.values()} == {ON_PATH}
    assert play["defect"].note == "hard 1, soft 0.5"
    assert play["concede"].note == "soft 0.8"
    assert play["press_on"].note == "hard 1"


def test_choices_off_the_path_are_told_from_choices_not_made():
    game = models.unilateral_deterrence()
    vertices = expand(game)
    play = dict(zip([vertex.action for vertex in vertices], edge_play(game, vertices, steadfast()), strict=True))
    levels = {action: edge.level for action, edge in play.items() if action}
    expected = {"cooperate": ON_PATH, "defect": IDLE, "concede": IDLE, "defy": CHOSEN, "back_down": CHOSEN, "press_on": CHOSEN}
    assert levels == expected
    assert play["defy"].note == ""


def test_a_type_that_has_left_the_path_does_not_open_it_again():
    """Only soft challengers defect; that hard ones would press on after defecting does not make conflict part of the path."""
    play = {
        ("challenger", ()): ("defect", "cooperate", 0.0, 1.0),
        ("defender", ("defect",)): ("defy", "concede", 1.0, 1.0),
        ("challenger", ("defect", "defy")): ("press_on", "back_down", 1.0, 0.0),
    }
    game = models.unilateral_deterrence()
    vertices = expand(game)
    edges = edge_play(game, vertices, equilibrium_of("odd", play))
    levels = {vertex.action: edge.level for vertex, edge in zip(vertices, edges, strict=True)}
    assert levels["back_down"] == ON_PATH
    assert levels["press_on"] == CHOSEN


def test_an_equilibrium_of_another_game_is_refused():
    with pytest.raises(GameError, match="draw the game it belongs to"):
        plot_tree(models.rudimentary_asymmetric_deterrence(), equilibrium=bluff())


def test_simultaneous_movers_are_joined_by_dashed_lines():
    game = models.generalized_mutual_deterrence()
    vertices = expand(game)
    joined = [vertex for vertex in vertices if vertex.twin >= 0]
    assert [vertex.player for vertex in joined] == ["B"]
    assert vertices[joined[0].twin].history == joined[0].history
    figure = plot_tree(game)
    assert sum(line.get_linestyle() == "--" for line in figure.axes[0].lines) == 1
    assert any("cannot tell apart" in words for words in words_on(figure))


def test_histories_match_the_compiled_game():
    from deterrence_games.lowering.tree import tree_form_of

    game = random_game(4)
    numbers = dict.fromkeys(game.parameters, 0.5)
    known = {(place.player, place.history) for place in tree_form_of(game, numbers).structure.information_sets}
    assert {(vertex.player, vertex.history) for vertex in expand(game) if vertex.player} == known


def test_payoffs_show_only_the_types_that_matter():
    game = Game(
        name="proxy",
        players=("a", "b"),
        tree=Decision("a", {"go": "war", "stay": "peace"}),
        types={"a": {"hard": "p", "soft": "1 - p"}, "b": {"firm": "q", "weak": "1 - q"}},
        payoffs={
            "war": {
                "a": {(kind, other): f"w_{other}" for kind in ("hard", "soft") for other in ("firm", "weak")},
                "b": {(kind, other): f"v_{kind}{other}" for kind in ("hard", "soft") for other in ("firm", "weak")},
            },
            "peace": {"a": {"hard": "s", "soft": "s"}, "b": 0},
        },
    )
    words = words_on(plot_tree(game))
    assert "firm  $w_{firm}$  /  weak  $w_{weak}$" in words
    assert "hard, weak  $v_{hardweak}$" in words
    assert "$s$" in words


def test_a_game_without_moves_is_a_table():
    game = Game(name="peace", players=("a", "b"), tree="peace", payoffs={"peace": {"a": 1, "b": "x_y"}})
    figure = plot_tree(game)
    check_nothing_overlaps(figure)
    assert "$x_{y}$" in words_on(figure)


def test_given_axes_are_used_and_text_shrinks_with_them():
    figure = Figure(figsize=(4, 3), dpi=400)
    left, right = figure.subplots(1, 2)
    assert plot_tree(models.unilateral_deterrence(), ax=right) is figure
    assert not left.texts
    assert max(text.get_fontsize() for text in right.texts) < 4
    extents = [text.get_window_extent() for text in right.texts]
    assert not any(overlaps(one, other) for one, other in itertools.combinations(extents, 2))


def test_labels_with_dollars_are_text():
    game = Game(
        name="$",
        players=("$a$", "b"),
        tree=Decision("$a$", {"$x_$": "50$", "y": "$1$"}),
        payoffs={"50$": {"$a$": 1, "b": 2}, "$1$": {"$a$": 1, "b": 2}},
    )
    check_nothing_overlaps(plot_tree(game))


def test_bad_suffix_and_bad_parameters():
    game = models.unilateral_deterrence()
    with pytest.raises(FormatError, match="no picture format"):
        plot_tree(game, "tree.gif")
    with pytest.raises(ParameterError, match="p_ch"):
        plot_tree(game, params={name: value for name, value in PARAMS.items() if name != "p_ch"})


def bush(actions):
    leaves = {f"a{k}": f"o{k}" for k in range(actions)}
    return Game("bush", ("a", "b"), Decision("a", leaves), {outcome: {"a": 0, "b": 0} for outcome in leaves.values()})


def vine(moves):
    tree = "end"
    for k in range(moves):
        tree = Decision("ab"[k % 2], {"go": tree})
    return Game("vine", ("a", "b"), tree, {"end": {"a": 0, "b": 0}})


def test_the_largest_trees_are_drawn_and_larger_ones_refused():
    assert len(words_on(plot_tree(bush(MAX_LEAVES)))) > MAX_LEAVES
    assert len(words_on(plot_tree(vine(MAX_MOVES)))) > MAX_MOVES
    with pytest.raises(SizeError, match="leaves"):
        plot_tree(bush(MAX_LEAVES + 1))
    for moves in (MAX_MOVES + 1, 1000):
        with pytest.raises(SizeError, match="path of more than"):
            plot_tree(vine(moves))


def test_labels_too_long_for_any_page_are_refused():
    tree = "end"
    for k in range(MAX_MOVES):
        tree = Decision("ab"[k % 2], {f"{'go ' * 60}{k}": tree, **{f"stop{k}{j}": "end" for j in range(2)}})
    game = Game("long", ("a", "b"), tree, {"end": {"a": 0, "b": 0}})
    with pytest.raises(SizeError, match="square inches"):
        plot_tree(game)
