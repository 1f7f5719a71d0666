"""What a theorem says, in LaTeX or HTML: its opening, and each family as pairs of a heading and what there is to say."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import sympy
from sympy import Expr, FiniteSet, Integer, Set, Symbol
from sympy.core.relational import Relational

from deterrence_games.forms.tree import InformationSet
from deterrence_games.results.table import after_words
from deterrence_games.theory.family import Family
from deterrence_games.theory.scripts import Script

if TYPE_CHECKING:
    from deterrence_games.theory.theorem import Theorem

Pairs = Iterator[tuple[str, str]]


Names = Mapping[Expr, Symbol]  # of thresholds


def opening(theorem: "Theorem", script: Script, names: Names) -> str:
    """The assumptions, the thresholds that bear names, and whether the equilibria that follow are all."""
    chains = [_chain(chain, script) for chain in _chains(theorem.game.assumptions)]
    given = f"Suppose that {', '.join(chains)}. " if chains else ""
    if names:
        given += f"Let {', '.join(script.chain([name, value], ['==']) for value, name in names.items())}. "
    under = f" under {script.text(' and '.join(theorem.refinements))}" if theorem.refinements else ""
    if theorem.complete:
        return f"{given}The perfect Bayesian equilibria{under} are, apart from those on borders:"
    return f"{given}Perfect Bayesian equilibria{under} are the following; {script.text(theorem.completeness)}:"


def account(family: Family, script: Script, names: Names) -> Pairs:
    """Conditions, behaviour, free probabilities, beliefs, outcomes and payoffs of a family."""
    yield "exists", conditions(family, script, names)
    yield from behaviour(family, script)
    for symbol, held in family.ranges.items():
        yield "where", f"{script.math(symbol)} lies in {script.math(held.xreplace(dict(names)))}"
    yield from beliefs(family, script)
    yield from outcomes(family, script)
    for player, value in family.payoffs.items():
        yield f"payoff of {script.text(player)}", script.math(value)


def conditions(family: Family, script: Script, names: Names) -> str:
    """When the family exists; thresholds that bear names are written by them."""
    if not family.conditions:
        return "always"
    named = [condition.xreplace(dict(names)) for condition in family.conditions]
    return "if and only if " + script.math(sympy.And(*named, evaluate=False))


def behaviour(family: Family, script: Script) -> Pairs:
    """What each type does at each of its moves, in every case of the family."""
    for place in dict.fromkeys(place for case in family.cases for place in case.strategies):
        own = family.strategies.get(place, {})
        if family.ranges.keys() & set().union(*(share.free_symbols for share in own.values())):
            told = [_mix(own, script)]  # the other cases are ends of its range
        else:
            told = [_mix(case.strategies[place], script) for case in family.cases if place in case.strategies]
        yield script.text(_who(place) + after_words(place.history)), " or ".join(dict.fromkeys(told))


def mixing(family: Family, script: Script) -> Pairs:
    """What those types do that mix."""
    for place, shares in family.strategies.items():
        if not all(share in (0, 1) for share in shares.values()):
            yield script.text(_who(place) + after_words(place.history)), _mix(shares, script)


def beliefs(family: Family, script: Script) -> Pairs:
    """What is believed about whoever has just moved: numbers where Bayes' rule tells them, and every free belief."""
    for history, players in family.beliefs.items():
        for player, kinds in players.items():
            told = [f"{script.text(kind)} {_held(held, script)}" for kind, held in kinds.items()]
            yield script.text(f"belief about {player}{after_words(history)}"), "; ".join(told)


def outcomes(family: Family, script: Script) -> Pairs:
    """Probability of every outcome that can occur."""
    for label, share in family.outcomes.items():
        if share != 0:
            yield f"probability of {script.text(label)}", script.math(share)


def _who(place: InformationSet) -> str:
    return f"{place.player} {place.type}".strip()


def _mix(shares: Mapping[str, Expr], script: Script) -> str:
    used = {action: share for action, share in shares.items() if share != 0}
    if len(used) == 1:
        return script.text(next(iter(used)))
    if len(shares) == 2:
        used = dict(list(used.items())[-1:])  # the other one follows
    return "; ".join(f"{script.text(action)} with probability {script.math(share)}" for action, share in used.items())


def _held(held: Set, script: Script) -> str:
    if isinstance(held, FiniteSet) and len(held) == 1:
        return script.math(next(iter(held)))
    if held == sympy.Interval(Integer(0), Integer(1)):
        return "any"
    return f"in {script.math(held)}"


def _chains(relations: Sequence[Relational]) -> list[list[Relational]]:
    """Relations of which each begins where the one before ends, put together."""
    chains: list[list[Relational]] = []
    for relation in relations:
        if chains and chains[-1][-1].rhs == relation.lhs and chains[-1][-1].rel_op[0] == relation.rel_op[0]:
            chains[-1].append(relation)
        else:
            chains.append([relation])
    return chains


def _chain(chain: Sequence[Relational], script: Script) -> str:
    """One relation, or several as ``a < b < c``."""
    return script.chain([chain[0].lhs, *(relation.rhs for relation in chain)], [relation.rel_op for relation in chain])
