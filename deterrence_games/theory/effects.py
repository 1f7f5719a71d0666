"""What a refinement does to each family of a theorem."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sympy.logic.boolalg import And, Boolean, Or

from deterrence_games.games.expressions import to_text
from deterrence_games.theory.family import Family
from deterrence_games.theory.prover import NO, Prover, negations

VERDICTS = ("kept", "fewer beliefs", "restricted", "border only", "removed", "undecided")


@dataclass(frozen=True, eq=False)
class Effect:
    """What a refinement does to one family.

    Attributes
    ----------
    family : str
    verdict : {"kept", "fewer beliefs", "restricted", "border only", "removed", "undecided"}
        ``"fewer beliefs"`` where it exists where it did, with fewer supporting beliefs or strategies; ``"restricted"`` where
        it exists in a part of that region only; ``"undecided"`` where it may have lost something, and supports are open.
    conditions : tuple of sympy relations
        Where the family exists by now.
    """

    family: str
    verdict: str
    conditions: tuple[Boolean, ...]

    def __str__(self) -> str:
        words = {
            "kept": "kept",
            "fewer beliefs": "kept, with fewer beliefs",
            "restricted": f"kept only where {words_of(self.conditions)}",
            "border only": f"removed but on the border {words_of(self.conditions)}",
            "removed": "removed",
            "undecided": "undecided",
        }
        return f"{self.family}: {words[self.verdict]}"


def words_of(conditions: Iterable[Boolean]) -> str:
    """Conditions as text, relations in the arithmetic language."""
    return _joined(tuple(conditions), " and ")


def _joined(parts: Sequence[Boolean], link: str) -> str:
    """Conditions joined by a word; those that hold several stand in brackets."""
    words = []
    for part in parts:
        if isinstance(part, And | Or):
            own = _joined(part.args, " and " if isinstance(part, And) else " or ")
            words.append(f"({own})" if len(parts) > 1 and len(part.args) > 1 else own)
        else:
            words.append(to_text(part) if part.is_Relational else str(part))
    return link.join(words)


def effects_of(before: Iterable[Family], after: Iterable[Family], decided: bool, prover: Prover) -> tuple[Effect, ...]:
    """Compare the families on open sets before a refinement with those after it; `decided` when no support was left open."""
    left = list(after)
    found = []
    for family in before:
        own = [other for other in left if other.name == family.name or _shared(family, other)]
        generic = next((other for other in own if other.generic), None)
        borders = [other for other in own if not other.generic]
        gone = "border only" if borders else "removed"
        verdict = _verdict(family, generic, borders, prover) if generic is not None else gone
        conditions = next((other.conditions for other in (generic, *borders) if other is not None), ())
        found.append(Effect(family.name, verdict if decided or verdict == "kept" else "undecided", conditions))
    return tuple(found)


def _shared(before: Family, after: Family) -> bool:
    """Whether a family is a part of one before, which had a longer name since the name covered other plays too."""
    return before.name.startswith(f"{after.name} (") and any(
        case.supports == other.supports for case in before.cases for other in after.cases
    )


def _verdict(before: Family, after: Family, borders: Sequence[Family], prover: Prover) -> str:
    left = [*after.cases, *(case for border in borders for case in border.cases)]
    outside = [tuple(denied for c in case.constraints for denied in negations(c)) for case in left]
    if any(prover.feasible(case.constraints, outside) != NO for case in before.cases):
        return "restricted"
    same = before.beliefs == after.beliefs and before.ranges == after.ranges and len(before.cases) == len(after.cases)
    return "kept" if same else "fewer beliefs"
