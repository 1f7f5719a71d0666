"""Perfect Bayesian equilibria of 500 random games against an exact brute force that shares no code with the library."""

from itertools import combinations

import pytest

import deterrence_games as dg
from deterrence_games.results import Status
from tests.oracles.assessment import bayes_fault, branches, regret
from tests.oracles.library_classes import library_classes
from tests.oracles.outcomes import contains, differences, on_path_weights, path_distribution, weights_of
from tests.oracles.plain_game import Leaf, to_game
from tests.oracles.random_games import decided_games

BLOCKS, GAMES = 10, 50
SEEDS = 60  # of one block; the brute force decides nineteen games of twenty
MOST_INCOMPLETE = 4  # games of a block, all with continua in which three players mix; 14 of all 500 when this was written
SMALL = 1e-9
TOLERANCE = 1e-6

solver = dg.PerfectBayesian()


@pytest.mark.parametrize("block", range(BLOCKS))
def test_same_outcome_classes_as_brute_force(block):
    faults, incomplete, compared = [], [], 0
    for plain, classes in decided_games(SEEDS, block * SEEDS):
        if compared == GAMES:
            break
        form = dg.tree_form(to_game(plain))
        if classes is None:
            continue
        compared += 1
        solution = solver.solve(form)
        found = library_classes(form, solver.solve_points(form))
        different = differences(plain, classes, found, TOLERANCE)
        if solution.complete:
            assert solution.status is Status.COMPLETE  # every finite game has an equilibrium
        else:
            incomplete.append(f"{plain.name}: {solution.completeness}")
            different = [line for line in different if ": missing: " not in line]
        faults += different
        for number, equilibrium in enumerate(solution):
            faults += [f"{plain.name}, equilibrium {number}: {fault}" for fault in assess(plain, classes, equilibrium)]
        faults += [f"{plain.name}: {fault}" for fault in wrong_groups(plain, solution)]
    assert not faults
    assert compared == GAMES
    assert len(incomplete) <= MOST_INCOMPLETE, incomplete


def assess(plain, classes, equilibrium):
    """What is wrong with a reported equilibrium, by the definitions."""
    weights = weights_of(plain, equilibrium.behavior)
    if regret(plain, equilibrium.behavior, equilibrium.beliefs, SMALL) > 1e-7:
        yield "some action in use is no best reply"
    if bayes_fault(plain, equilibrium.behavior, equilibrium.beliefs, SMALL) > TOLERANCE:
        yield "beliefs do not follow Bayes' rule"
    if not contains(plain, classes, weights, TOLERANCE):
        yield "play is in no class of the brute force"
    outcomes, payoffs = dict.fromkeys(equilibrium.outcomes, 0.0), dict.fromkeys(plain.players, 0.0)
    leaves = dict(leaves_by_history(plain.tree))
    for (profile, history), probability in path_distribution(plain, weights).items():
        outcomes[leaves[history].label] += float(probability)
        for player, payoff in zip(plain.players, leaves[history].payoffs[profile], strict=True):
            payoffs[player] += float(probability * payoff)
    if outcomes != pytest.approx(equilibrium.outcomes, abs=SMALL) or payoffs != pytest.approx(equilibrium.payoffs, abs=SMALL):
        yield "outcomes or payoffs are not those of the behaviour"


def leaves_by_history(tree, history=()):
    if isinstance(tree, Leaf):
        yield history, tree
    for step, below in branches(tree):
        yield from leaves_by_history(below, (*history, step))


def wrong_groups(plain, solution):
    """Pairs with one path of play in two groups, or with two paths in a group that no continuum holds together."""
    paths = [on_path_weights(plain, weights_of(plain, e.behavior), SMALL) for e in solution]
    ranges = [has_range(plain, e, path) for e, path in zip(solution, paths, strict=True)]
    loose = {e.outcome_class for e, ranging in zip(solution, ranges, strict=True) if ranging}
    for k, other in combinations([k for k, ranging in enumerate(ranges) if not ranging], 2):
        same = all(
            own.keys() == others.keys() and all(abs(own[move] - others[move]) <= TOLERANCE for move in own)
            for own, others in zip(paths[k], paths[other], strict=True)
        )
        group, other_group = solution[k].outcome_class, solution[other].outcome_class
        if same != (group == other_group) and (same or group not in loose):
            yield f"equilibria {k} and {other} are {'not ' if same else ''}in one outcome class"


def has_range(plain, equilibrium, path):
    """Whether an equilibrium is a continuum on its path of play."""
    for player, own in zip(plain.players, path, strict=True):
        for kind, history, action in own:
            low, high = equilibrium.behavior_intervals[(player, kind, history)][action]
            if high - low > TOLERANCE:
                return True
    return False
