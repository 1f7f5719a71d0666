"""How long the map of unilateral deterrence over 501 x 501 points takes, drawn and written."""

import deterrence_games as dg
from benchmarks.unilateral import GAME, PAYOFFS
from deterrence_games.plotting import plot_map

SIDE = 501
PROMISE = 20.0  # seconds


def draw(path, side):
    found = dg.equilibrium_map(GAME, x=("p_ch", 0, 1, side), y=("p_def", 0, 1, side), fixed=PAYOFFS)
    plot_map(found, path)
    return found


def test_map(benchmark, report, tmp_path):
    place = tmp_path / "map.png"
    draw(place, 5)
    found = benchmark.pedantic(draw, args=(place, SIDE), rounds=3)
    report(f"map of {SIDE} x {SIDE} points with its picture", benchmark.stats.stats.median, "s", at_most=PROMISE)
    assert found.complete.all()
    assert place.stat().st_size > 10_000
    inside = (slice(1, -1), slice(1, -1))  # the priors 0 and 1 are other games
    hard, soft = 1 / 2, 1 / 3  # a challenger of either type is deterred by a defender who defies with so much
    p_ch, p_def = found.x_values[None, 1:-1], found.y_values[1:-1, None]
    expected = {
        "Certain Deterrence": p_def >= hard - 1e-9,
        "Separating": (p_def >= soft) & (p_def <= hard + 1e-9),
        "Attack": (p_def <= soft) & (p_ch >= 2 / 3),
        "Bluff": (p_def < soft) & (p_ch < 2 / 3),
    }
    for name, region in expected.items():
        assert (found.exists(name)[inside] == region).all(), name
