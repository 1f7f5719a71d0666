"""Assumptions of a game: the relations between its parameters, and whether they can hold together.

The check for contradictions follows the order that the relations state, ``a < b < c``, and reports a cycle in it. It finds
every contradiction among comparisons of the same terms and of numbers; it does no algebra across different terms.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import pairwise

from sympy import Expr
from sympy.core.relational import Relational

from deterrence_games.errors import GameError, SizeError
from deterrence_games.games.expressions import to_relations, to_text

MAX_RELATIONS = 1_000

Edge = tuple[Expr, bool]  # what is at least as large, and whether it is strictly larger


def read_assumptions(given: Iterable[str | Relational] | str | Relational) -> tuple[Relational, ...]:
    """Read assumptions, a chain as several relations, and refuse those that cannot hold together."""
    if isinstance(given, (str, Relational)):
        given = (given,)
    if not isinstance(given, Iterable):
        raise GameError(f"assumptions {given!r:.40} are no relations; give a tuple of texts such as 'a < b'")
    relations = tuple(relation for entry in given for relation in to_relations(entry))
    if len(relations) > MAX_RELATIONS:
        raise SizeError(f"there are {len(relations)} assumptions; state at most {MAX_RELATIONS}")
    problem = contradiction(relations)
    if problem:
        raise GameError(f"assumptions contradict one another: {problem}; change one of them")
    return relations


def contradiction(relations: Sequence[Relational]) -> str | None:
    """Name a relation that cannot hold, or a chain that ends below where it began; None when neither is there.

    Examples
    --------
    >>> from deterrence_games.games.expressions import parse_relations
    >>> contradiction(parse_relations("a < b <= c") + parse_relations("c < a"))
    'a < b <= c < a'
    """
    for relation in relations:
        if _impossible(relation):
            return to_text(relation)
    larger = _order(relations)
    for low, edges in larger.items():
        for high, strict in edges:
            if strict and (path := _path(larger, high, low)):
                return _chain(larger, (low, *path))
    return None


def _impossible(relation: Relational) -> bool:
    difference = relation.lhs - relation.rhs
    match relation.rel_op:
        case "<":
            return difference.is_nonnegative is True
        case "<=":
            return difference.is_positive is True
        case ">":
            return difference.is_nonpositive is True
        case ">=":
            return difference.is_negative is True
        case _:
            return difference.is_zero is False


def _order(relations: Sequence[Relational]) -> dict[Expr, list[Edge]]:
    """Map each term to the terms that are said to be at least as large; numbers know their own order."""
    larger: dict[Expr, list[Edge]] = {}
    for relation in relations:
        low, high = relation.lhs, relation.rhs
        larger.setdefault(low, [])
        larger.setdefault(high, [])
        if relation.rel_op in (">", ">="):
            low, high = high, low
        larger[low].append((high, relation.rel_op in ("<", ">")))
        if relation.rel_op == "==":
            larger[high].append((low, False))
    numbers = sorted(term for term in larger if term.is_Rational)
    for low, high in pairwise(numbers):
        larger[low].append((high, True))
    return larger


def _path(larger: dict[Expr, list[Edge]], start: Expr, goal: Expr) -> tuple[Expr, ...] | None:
    """Return the terms from `start` up to `goal`, or None when nothing says that `goal` is at least as large."""
    came_from: dict[Expr, Expr] = {start: start}
    queue = deque([start])
    while queue:
        term = queue.popleft()
        if term == goal:
            path = [term]
            while path[-1] != start:
                path.append(came_from[path[-1]])
            return tuple(reversed(path))
        for high, _ in larger[term]:
            if high not in came_from:
                came_from[high] = term
                queue.append(high)
    return None


def _chain(larger: dict[Expr, list[Edge]], terms: Sequence[Expr]) -> str:
    text = to_text(terms[0])
    for low, high in pairwise(terms):
        strict = any(strict for term, strict in larger[low] if term == high)
        text += f" {'<' if strict else '<='} {to_text(high)}"
    return text
