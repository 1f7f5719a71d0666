"""Claims as text, and the names under which probabilities stand in them."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from sympy import Expr, FiniteSet

from deterrence_games.errors import GameError
from deterrence_games.theory.claims import (
    CHANGES,
    Claim,
    Equivalence,
    Exclusion,
    Existence,
    Implication,
    Monotone,
    Throughout,
    Uniqueness,
)
from deterrence_games.theory.family import Case

if TYPE_CHECKING:
    from deterrence_games.theory.theorem import Theorem

MOVES = re.compile(rf"(?P<quantity>.+?) (?P<change>{'|'.join(CHANGES)}) with (?P<parameter>\w+)", re.ASCII)


def read_claim(text: str, theorem: "Theorem") -> Claim:
    """Read a claim.

    ``exists``, ``exists without FAMILY, FAMILY``
        `Existence`.
    ``unique``, ``unique without FAMILY, FAMILY``
        `Uniqueness`.
    ``FAMILY excludes FAMILY``
        `Exclusion`.
    ``FAMILY iff RELATION, RELATION``
        `Equivalence`.
    ``FAMILY: QUANTITY rises with PARAMETER`` (or ``falls``, ``never rises``, ``never falls``)
        `Monotone`.
    ``FAMILY: RELATION``
        `Implication`.
    ``RELATION``
        `Throughout`.

    A family may stand in quotation marks; relations are read by the library's own parser, and nothing is evaluated as Python.

    Parameters
    ----------
    text : str
    theorem : Theorem

    Raises
    ------
    GameError
        When no family is called so, with a near match.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> theorem = dg.derive(dg.models.rudimentary_asymmetric_deterrence())
    >>> read_claim("Attack: conflict never falls with p", theorem)
    Monotone(family='Attack', quantity='conflict', change='never falls', parameter='p')
    """
    words = text.strip()
    for word, whole in (("exists", Existence), ("unique", Uniqueness)):
        if words == word:
            return whole()
        if words.startswith(f"{word} without "):
            return whole(tuple(_listed(words.removeprefix(f"{word} without "), theorem)))
    for sign in (" excludes ", " iff "):
        one, found, other = words.partition(sign)
        if found and sign == " excludes ":
            return Exclusion(_family(one, theorem), _family(other, theorem))
        if found:
            return Equivalence(_family(one, theorem), tuple(part.strip() for part in other.split(",") if part.strip()))
    name, colon, rest = _split(words, theorem)
    if not colon:
        return Throughout(words)
    moved = MOVES.fullmatch(rest.strip())
    if moved:
        return Monotone(_family(name, theorem), moved["quantity"].strip(), moved["change"], moved["parameter"])
    return Implication(_family(name, theorem), rest.strip())


def _split(words: str, theorem: "Theorem") -> tuple[str, str, str]:
    """Split at the colon behind a family's name, which may hold colons itself."""
    for family in theorem.families:
        for opening in (f"{family.name}:", f'"{family.name}":'):
            if words.startswith(opening):
                return family.name, ":", words[len(opening) :]
    return words.partition(":")


def _listed(words: str, theorem: "Theorem") -> Iterator[str]:
    """Families in a list, whose names may hold commas themselves."""
    names = sorted((family.name for family in theorem.families), key=len, reverse=True)
    left = words.strip()
    while True:
        spelled = (text for name in names for text in (name, f'"{name}"'))
        found = next((t for t in spelled if left.startswith(t) and left[len(t) :].lstrip()[:1] in ("", ",")), None)
        one, comma, left = (found, *left[len(found) :].lstrip().partition(",")[1:]) if found else left.partition(",")
        yield _family(one, theorem)
        if not comma:
            return
        left = left.strip()


def _family(name: str, theorem: "Theorem") -> str:
    found = name.strip().strip('"')
    names = [family.name for family in theorem.families]
    if found not in names:
        raise GameError(
            f"game {theorem.game.name!r}: the claim names unknown family {found!r:.60}{near_match(found, names)}; "
            f"use one of {names}"
        )
    return found


def near_match(name: str, known: Iterable[str]) -> str:
    """A hint at the known name that an unknown one resembles; empty when none does."""
    near = get_close_matches(name, list(known), 1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def probabilities(case: Case) -> dict[str, Expr]:
    """Closed forms of the probabilities of a case, by the names that they have in claims.

    Outcomes stand under their labels. An action stands under ``PLAYER_TYPE_ACTION``, or ``PLAYER_ACTION`` for a player
    without types, followed by ``_after_STEP_STEP`` where it can be chosen in several places; a belief that Bayes' rule tells
    under ``belief_PLAYER_TYPE_after_STEP_STEP``. Characters that no name can have are written as underscores.
    """
    found = dict(case.outcomes)
    places: dict[str, list[tuple[str, Expr]]] = {}
    for place, shares in case.strategies.items():
        for action, share in shares.items():
            short = "_".join(filter(None, (place.player, place.type, action)))
            places.setdefault(short, []).append((_after(place.history), share))
    for short, held in places.items():
        for after, share in held:
            found.setdefault(_name(short if len(held) == 1 else short + after), share)
    for history, players in case.beliefs.items():
        for player, kinds in players.items():
            for kind, belief in kinds.items():
                if isinstance(belief, FiniteSet) and len(belief) == 1:
                    (value,) = belief
                    found.setdefault(_name(f"belief_{player}_{kind}{_after(history)}"), value)
    return found


def _after(history: tuple[object, ...]) -> str:
    steps = ["_".join(step) if isinstance(step, tuple) else str(step) for step in history]
    return f"_after_{'_'.join(steps)}" if steps else ""


def _name(text: str) -> str:
    return re.sub(r"\W", "_", text, flags=re.ASCII)
