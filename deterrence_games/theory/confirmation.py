"""Counterexamples looked at by the numeric solver, which shares no code with the derivation."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sympy import Rational, Symbol

from deterrence_games.games.expressions import to_relations
from deterrence_games.lowering.tree import tree_form_of
from deterrence_games.results.equilibrium import Equilibrium
from deterrence_games.results.verdict import equilibrium_name
from deterrence_games.solvers import PerfectBayesian
from deterrence_games.theory.claims import Claim, Equivalence, Exclusion, Existence, Implication, Throughout, Uniqueness

if TYPE_CHECKING:
    from deterrence_games.games import Game
    from deterrence_games.theory.theorem import Theorem


def fails_numerically(theorem: "Theorem", claim: Claim, point: Mapping[str, Rational]) -> bool | None:
    """Whether the equilibria that the numeric solver finds at a point contradict a claim; None when they cannot tell."""
    if isinstance(claim, Throughout):
        return not _all_hold(claim.relation, point, {})
    if theorem.refinements:
        return None  # the solver finds what refinements remove too
    game = theorem.game
    if not game.names.keys() >= set(_families(claim)):
        return None  # the solver knows equilibria by the names that the literature gives them
    solution = PerfectBayesian().solve(tree_form_of(game, {name: float(value) for name, value in point.items()}))
    named: dict[str, list[Equilibrium]] = {}
    for found in solution.equilibria:
        named.setdefault(_family_name(game, found), []).append(found)
    match claim:
        case Existence(without):
            return solution.complete and not named.keys() - set(without)
        case Uniqueness(without):
            classes = {found.outcome_class for name, own in named.items() if name not in without for found in own}
            return len(classes) > 1 or None  # a continuum is shown by one of its equilibria
        case Exclusion(one, other):
            return one in named and other in named
        case Equivalence(family, relations):
            return (family in named) != all(_all_hold(text, point, {}) for text in relations)
        case Implication(family, relation):
            outcomes = [dict(found.outcomes) for found in named.get(family, [])]
            if not outcomes or not _known(relation, point, outcomes[0]):
                return None
            return any(not _all_hold(relation, point, own) for own in outcomes)
        case _:
            return None  # a derivative is no matter of one point


def _families(claim: Claim) -> tuple[str, ...]:
    """The families that a claim names."""
    match claim:
        case Existence(names) | Uniqueness(names):
            return names
        case Exclusion(one, other):
            return one, other
        case Equivalence(family, _) | Implication(family, _):
            return (family,)
        case _:
            return ()


def _family_name(game: "Game", found: Equilibrium) -> str:
    return equilibrium_name(game.names, found)


def _known(text: str, point: Mapping[str, Rational], outcomes: Mapping[str, float]) -> bool:
    return all(s.name in point or s.name in outcomes for relation in to_relations(text) for s in relation.free_symbols)


def _all_hold(text: str, point: Mapping[str, Rational], outcomes: Mapping[str, float]) -> bool:
    values = {Symbol(name, real=True): value for name, value in (*outcomes.items(), *point.items())}
    return all(bool(relation.subs(values)) for relation in to_relations(text))
