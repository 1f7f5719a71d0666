"""How long does it take to judge every network of six and of seven states?"""

import pytest

from deterrence_games.alliances.networks import all_networks


@pytest.mark.parametrize("states", [6, 7])
def test_every_network(benchmark, states):
    strengths = [1.0 + 0.1 * k for k in range(states)]
    all_networks(strengths[:3], 1.5)  # compiled
    census = benchmark.pedantic(all_networks, args=(strengths, 1.5), rounds=1)
    assert census.secure.size == 1 << states * (states - 1) // 2
