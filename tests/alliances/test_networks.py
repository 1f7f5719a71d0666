"""War-stability against the definitions spelt out, and against the counts and the theorem of the literature."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deterrence_games.alliances.networks import all_networks, secure_network, war_stability
from deterrence_games.errors import ParameterError, SizeError
from deterrence_games.kernels import network_stability as kernels
from deterrence_games.kernels.jit import interpreted
from deterrence_games.solvers.network_stability import summed


def vulnerable(links, strengths, gamma, target, both=()):
    """By the definition: some leader and some of its allies against the target and its other allies."""
    n = len(strengths)
    allies = [{k for k in range(n) if frozenset((i, k)) in links and k != i} for i in range(n)]
    for leader in range(n):
        pool = allies[leader] - {target}
        if leader == target:
            continue
        for size in range(len(pool) + 1):
            for part in combinations(pool, size):
                coalition = {leader, *part}
                if not set(both) <= coalition:
                    continue
                defence = {target} | (allies[target] - coalition)
                if sum(strengths[k] for k in coalition) > gamma * sum(strengths[k] for k in defence):
                    return True
    return False


def stable(links, strengths, gamma):
    n = len(strengths)
    if any(vulnerable(links, strengths, gamma, i) for i in range(n)):
        return False
    for pair in map(frozenset, combinations(range(n), 2)):
        if pair in links:
            if not all(vulnerable(links - {pair}, strengths, gamma, end) for end in pair):
                return False
        elif any(vulnerable(links | {pair}, strengths, gamma, i, tuple(pair)) for i in range(n) if i not in pair):
            return False
    return True


def networks(n):
    pairs = [frozenset(pair) for pair in combinations(range(n), 2)]
    for number in range(1 << len(pairs)):
        yield frozenset(pair for k, pair in enumerate(pairs) if number >> k & 1)


@pytest.mark.parametrize(
    ("strengths", "gamma"), [((1, 1, 1, 1), 1.5), ((3, 1, 1, 2), 1.2), ((4, 2, 1, 1), 6), ((2, 1, 1), 2.5)]
)
def test_every_network_against_the_definitions(strengths, gamma):
    census = all_networks(strengths, gamma)
    for number, links in enumerate(networks(len(strengths))):
        secure = not any(vulnerable(links, strengths, gamma, i) for i in range(len(strengths)))
        assert census.secure[number] == secure
        assert census.stable[number] == stable(links, strengths, gamma)


@pytest.mark.parametrize(
    ("states", "gamma", "count"),
    [(3, 1, 1), (3, 1.5, 1), (3, 2, 8), (4, 1, 4), (4, 1.5, 4), (4, 2, 10), (4, 2.5, 10), (4, 3, 64)],
)
def test_counts_of_networks_in_which_nobody_is_vulnerable(states, gamma, count):
    assert all_networks([1] * states, gamma).secure.sum() == count


@pytest.mark.parametrize("strengths", [(1, 1, 1), (1, 1, 1, 1), (3, 1, 1, 1), (4, 2, 1, 1), (5, 3, 2, 1, 1)])
@pytest.mark.parametrize("gamma", [0.5, 1, 1.5, 2, 3, 4, 6, 8])
def test_no_nonempty_network_is_war_stable_and_the_empty_one_is_by_the_condition(strengths, gamma):
    """Theorem 1: empty is stable iff gamma M_i >= M_j + M_k for all distinct i, j, k."""
    census = all_networks(strengths, gamma)
    assert not census.stable[1:].any()
    condition = all(
        gamma * strengths[i] >= strengths[j] + strengths[k]
        for i in range(len(strengths))
        for j, k in combinations([m for m in range(len(strengths)) if m != i], 2)
    )
    assert census.stable[0] == condition
    assert census.stable_networks == (((),) if condition else ())


@given(
    st.lists(st.integers(1, 9), min_size=3, max_size=5), st.sampled_from([0.5, 1.0, 1.5, 2.0, 3.5]), st.integers(0, 2**10 - 1)
)
def test_what_a_network_lacks(strengths, gamma, number):
    n = len(strengths)
    pairs = list(combinations(range(n), 2))
    links = frozenset(frozenset(pair) for k, pair in enumerate(pairs) if number >> k & 1)
    named = [(str(i), str(k)) for k_, (i, k) in enumerate(pairs) if number >> k_ & 1]
    found = war_stability(named, strengths, gamma)
    assert {own.state for own in found.vulnerable} == {str(i) for i in range(n) if vulnerable(links, strengths, gamma, i)}
    assert found.stable == stable(links, strengths, gamma)
    for own in found.vulnerable:
        assert own.attack == sum(strengths[int(k)] for k in own.attackers)
        assert own.attack > own.defence
    tempting, idle = set(), set()
    for i, k in pairs:
        pair = frozenset((i, k))
        if pair in links:
            idle |= {(i, k, end) for end in pair if not vulnerable(links - {pair}, strengths, gamma, end)}
        else:
            others = set(range(n)) - pair
            tempting |= {(i, k, own) for own in others if vulnerable(links | {pair}, strengths, gamma, own, (i, k))}
    assert {(int(one), int(other), int(own.state)) for (one, other), own in found.tempting} == tempting
    assert {(int(one), int(other), int(end)) for (one, other), end in found.idle} == idle
    assert all({one, other} <= set(own.attackers) for (one, other), own in found.tempting)


def test_kernels_as_python_give_the_same():
    strengths = np.array([3.0, 1.0, 2.0, 1.0])
    outputs = []
    for run in (kernels.judge_all, interpreted(kernels.judge_all)):
        secure, stable_ = np.zeros(64, dtype=np.bool_), np.zeros(64, dtype=np.bool_)
        run(4, summed(strengths), 1.4, secure, stable_, np.zeros(4, dtype=np.int64))
        outputs.append((secure, stable_))
    np.testing.assert_array_equal(outputs[0], outputs[1])


@given(st.lists(st.integers(1, 20), min_size=3, max_size=6), st.sampled_from([1.0, 1.5, 2.0, 3.0]), st.integers(0, 2**15 - 1))
def test_the_strongest_coalition_is_the_one_named(strengths, gamma, number):
    """Against every coalition: none exceeds the defence by more, and one is named exactly where one defeats."""
    n = len(strengths)
    pairs = list(combinations(range(n), 2))
    graph = [pair for k, pair in enumerate(pairs) if number >> k & 1]
    found = {own.state: own for own in war_stability([(str(i), str(k)) for i, k in graph], strengths, gamma).vulnerable}
    allies = [{i + k - own for i, k in graph if own in (i, k)} for own in range(n)]
    for target in range(n):
        margins = []
        for leader in set(range(n)) - {target}:
            pool = sorted(allies[leader] - {target})
            for part in (part for size in range(len(pool) + 1) for part in combinations(pool, size)):
                coalition = {leader, *part}
                defence = gamma * sum(strengths[k] for k in {target} | (allies[target] - coalition))
                margins.append(sum(strengths[k] for k in coalition) - defence)
        assert (str(target) in found) == (max(margins) > 0)
        if max(margins) > 0:
            assert found[str(target)].attack - found[str(target)].defence == pytest.approx(max(margins))


@pytest.mark.parametrize("unit", [1e-9, 1.0, 1e12])
def test_decimals_that_are_equal_do_not_defeat_each_other(unit):
    """0.1 + 0.2 exceeds 0.3 in binary numbers only; and the unit of strength does not matter."""
    strengths = {"a": 0.3 * unit, "b": 0.1 * unit, "c": 0.2 * unit}
    assert "a" not in {own.state for own in war_stability([("b", "c")], strengths, 1.0).vulnerable}
    assert not all_networks(strengths, 1.0).secure[0]  # c falls to a
    strengths["c"] *= 1 + 1e-9
    assert "a" in {own.state for own in war_stability([("b", "c")], strengths, 1.0).vulnerable}


def test_as_many_states_as_an_alliance_has():
    """A clique of 32 with equal strengths: the 31 others fall upon each, whatever gamma is below 31."""
    states = [f"s{k:02d}" for k in range(32)]
    clique = list(combinations(states, 2))
    found = war_stability(clique, dict.fromkeys(states, 1.0), 30.0)
    assert [own.state for own in found.vulnerable] == states
    assert all(len(own.attackers) == 31 and own.defence == 30 for own in found.vulnerable)
    assert war_stability(clique, dict.fromkeys(states, 1.0), 31.0).secure
    assert len(war_stability(clique[1:], dict.fromkeys(states, 1.0), 31.0).idle) == 2 * len(clique[1:])


def test_search_among_as_many_states_as_an_alliance_has():
    strengths = {f"s{k:02d}": 1.0 + k % 5 for k in range(32)}
    links = secure_network(strengths, gamma=3.0, seed=2, tries=3)
    assert links is not None
    assert war_stability(links, strengths, 3.0).secure


def test_the_search_as_python_gives_the_same():
    strengths = np.array([3.0, 1.0, 2.0, 1.0, 1.5])
    upper = np.triu(np.random.default_rng(4).random((5, 5)) < 0.5, 1)
    outputs = []
    for run in (kernels.descend, interpreted(kernels.descend)):
        linked = upper | upper.T
        outputs.append((run(linked, strengths, 1.8, *np.empty((3, 5, 5)), np.empty((5, 3), np.int64)), linked))
    assert outputs[0][0] == outputs[1][0]
    np.testing.assert_array_equal(outputs[0][1], outputs[1][1])


def descended(linked, strengths, gamma):
    """The search by its description: of all networks one link away the least exposed, as long as that helps."""
    n = len(strengths)

    def exposure(network):
        total = 0.0
        for target in range(n):
            shares = [0.0]
            for leader in set(range(n)) - {target}:
                attackers = ({leader} | {k for k in range(n) if network[leader, k]}) - {target}
                defenders = {target} | {k for k in range(n) if network[target, k]} - attackers
                shares.append(strengths[list(attackers)].sum() / (gamma * strengths[list(defenders)].sum()) - 1)
            total += max(share if share > 1e-12 else 0.0 for share in shares)
        return total

    now = exposure(linked)
    while now > 0:
        near = []
        for one, other in combinations(range(n), 2):
            changed = linked.copy()
            changed[one, other] = changed[other, one] = not linked[one, other]
            near.append((exposure(changed), one, other, changed))
        best, _, _, changed = min(near, key=lambda own: own[:3])
        if best >= now:
            return False, linked
        linked, now = changed, best
    return True, linked


@pytest.mark.parametrize("seed", range(30))
def test_the_search_takes_the_change_that_helps_most(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 8))
    strengths, gamma = rng.lognormal(0, 1, n), float(rng.choice([0.9, 1.3, 1.7, 2.6]))
    upper = np.triu(rng.random((n, n)) < rng.random(), 1)
    linked = upper | upper.T
    done, wanted = descended(linked.copy(), strengths, gamma)
    found = kernels.descend(linked, strengths, gamma, *np.empty((3, n, n)), np.empty((n, 3), np.int64))
    assert found == done
    np.testing.assert_array_equal(linked, wanted)


def test_search_finds_a_secure_network_where_there_is_one():
    strengths = {f"s{k}": 1.0 for k in range(9)}
    links = secure_network(strengths, gamma=1.5, seed=1, tries=50)
    assert links is not None
    assert war_stability(links, strengths, 1.5).secure
    assert secure_network([10, 1, 1], gamma=1.0, tries=3) is None


def test_graphs_and_hubs():
    networkx = pytest.importorskip("networkx", reason="an optional package")
    graph = networkx.star_graph(["USA", "JPN", "KOR"])
    found = war_stability(graph, {"USA": 3, "JPN": 1, "KOR": 1}, gamma=1.5)
    assert [own.state for own in found.vulnerable] == ["JPN", "KOR"]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: all_networks([1] * 8, 2), SizeError, "at most 7 states are enumerated"),
        (lambda: all_networks([1], 2), ParameterError, "two states or more"),
        (lambda: all_networks({"a": 1, "b": -1}, 2), ParameterError, "strength of 'b' is -1"),
        (lambda: all_networks([1, 1], 0), ParameterError, "gamma is 0"),
        (lambda: war_stability([("a", "c")], {"a": 1, "b": 1}, 2), ParameterError, "'c' has no strength"),
        (lambda: war_stability([("a", "a")], {"a": 1, "b": 1}, 2), ParameterError, "linked to itself"),
        (lambda: war_stability([("a",)], {"a": 1, "b": 1}, 2), ParameterError, "is no link; give pairs of states"),
        (lambda: war_stability([], {"a": 1, "b": "much"}, 2), ParameterError, "a strength is no number"),
        (lambda: all_networks([1, 1], "much"), ParameterError, "gamma is 'much'; give one number"),
    ],
)
def test_bad_input(call, error, words):
    with pytest.raises(error, match=words):
        call()
