"""Questions about constraints and clauses made smaller before they are asked."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress
from typing import TypeAlias

from deterrence_games.theory.polynomials import Constraint

Clause: TypeAlias = tuple[Constraint, ...]  # of which one holds


class Propagation:
    """Unit propagation; remembers what each constraint tells about others of the same polynomial."""

    def __init__(self) -> None:
        self._told: dict[Constraint, tuple[Clause, Clause]] = {}

    def left(self, constraints: Iterable[Constraint], clauses: Iterable[Clause]) -> list[Clause] | None:
        """Clauses without the literals that are denied, and only those not fulfilled anyway; None when one cannot hold.

        Clauses of which one literal is left come first, and decide others as constraints do.
        """
        held: set[Constraint] = set()
        denied: set[Constraint] = set()

        def note(constraint: Constraint) -> None:
            implied, against = self._tells(constraint)
            held.update((constraint, *implied))
            denied.update(against)

        for constraint in constraints:
            note(constraint)
        single: list[Clause] = []
        several, before = list(clauses), -1
        while len(single) != before:
            before, looked_at, several = len(single), several, []
            for clause in looked_at:
                if held.isdisjoint(clause):
                    possible = tuple(literal for literal in clause if literal not in denied)
                    if not possible:
                        return None
                    if len(possible) == 1:
                        note(possible[0])
                    (single if len(possible) == 1 else several).append(possible)
        return single + several

    def _tells(self, constraint: Constraint) -> tuple[Clause, Clause]:
        """What a constraint implies, and what it denies."""
        if constraint not in self._told:
            relation, one = constraint
            other = -one
            implied: Clause = ()
            against: Clause = (Constraint(">", other),)
            if relation == "=":
                implied, against = (Constraint(">=", one), Constraint(">=", other)), (Constraint(">", one), *against)
            elif relation == ">":
                implied = (Constraint(">=", one),)
                against = (*against, Constraint(">=", other), Constraint("=", one), Constraint("=", other))
            self._told[constraint] = implied, against
        return self._told[constraint]


def apart(
    constraints: Sequence[Constraint], clauses: Sequence[Clause], occurring: Callable[[Iterable[Constraint]], set[int]]
) -> Iterator[tuple[list[Constraint], list[Clause]]]:
    """The parts of a question that have no variable in common, each of which has an answer of its own.

    Parameters
    ----------
    constraints : sequence of Constraint
    clauses : sequence of Clause
    occurring : callable (constraints) -> set of int
        The variables that constraints depend on.
    """
    variables = [occurring([constraint]) for constraint in constraints] + [occurring(clause) for clause in clauses]
    linked: list[set[int]] = []
    for own in variables:
        touched = [part for part in linked if not part.isdisjoint(own)]
        linked = [part for part in linked if part.isdisjoint(own)] + [own.union(*touched)]
    for part in linked:
        within = [not part.isdisjoint(own) for own in variables]
        yield list(compress(constraints, within)), list(compress(clauses, within[len(constraints) :]))
