"""Thresholds of a theorem: what its conditions hold a parameter against."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import sympy
from sympy import Expr, Symbol
from sympy.core.relational import Relational

from deterrence_games.errors import GameError, ParameterError
from deterrence_games.games.expressions import to_text
from deterrence_games.lowering.grid import read_axis
from deterrence_games.theory.closed_values import COMPARE

if TYPE_CHECKING:
    from deterrence_games.theory.theorem import Theorem

INSIDE = 1e-9  # of the axis: how far inside its ends, where a strict assumption may fail, the first and last values are taken


@dataclass(frozen=True)
class Threshold:
    """A value at which families begin or end.

    Attributes
    ----------
    held : str
        What is compared with it: a parameter, or a sum or a ratio of priors.
    value : str
        The threshold in the game's notation.
    families : tuple of str
        Those that it bounds.
    """

    held: str
    value: str
    families: tuple[str, ...]
    _expression: Expr = field(repr=False)


def thresholds_of(theorem: "Theorem", held: str | None = None) -> tuple[Threshold, ...]:
    """The thresholds in the conditions of `Theorem.families`, each once.

    Parameters
    ----------
    theorem : Theorem
    held : str, optional
        Only those that this is compared with.

    Raises
    ------
    GameError
        When there are none.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> theorem = dg.derive(dg.models.unilateral_deterrence())
    >>> for own in thresholds_of(theorem, "p_def"):
    ...     print(own.value, own.families)
    (c_DC - c_SQ)/(c_DC - c_DDh) ('Certain Deterrence', 'Separating')
    (c_DC - c_SQ)/(-c_CD + c_DC) ('Separating', 'Attack', 'Bluff')
    """
    found = _bounded(theorem)
    every = [Threshold(to_text(left), to_text(right), tuple(names), right) for (left, right), names in found.items()]
    chosen = tuple(own for own in every if held is None or own.held == held)
    if not chosen:
        known = ", ".join(dict.fromkeys(own.held for own in every)) or "none"
        what = (
            "the theorem has no thresholds" if held is None else f"nothing is a threshold of {held!r:.60}; use one of {known}"
        )
        raise GameError(f"game {theorem.game.name!r}: {what}")
    return chosen


def recurring(theorem: "Theorem") -> dict[Expr, Symbol]:
    """Names for the thresholds that bound several families, as a paper gives them: t_1, t_2 and so on.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> recurring(dg.derive(dg.models.unilateral_deterrence()))
    {(c_DC - c_SQ)/(c_DC - c_DDh): t_1, (c_DC - c_SQ)/(-c_CD + c_DC): t_2, (d_CD - d_DC)/(d_CD - d_DDs): t_3}
    """
    bounded: dict[Expr, set[str]] = {}
    for (_, value), names in _bounded(theorem).items():
        if not value.is_Symbol:
            bounded.setdefault(value, set()).update(names)
    letters = chain(("t", "tau"), (f"threshold{number}" for number in count(1)))
    letter = next(own for own in letters if not any(p.startswith(f"{own}_") for p in theorem.game.parameters))
    often = [value for value, names in bounded.items() if len(names) > 1]
    return {value: Symbol(f"{letter}_{number}", real=True) for number, value in enumerate(often, 1)}


def _bounded(theorem: "Theorem") -> dict[tuple[Expr, Expr], list[str]]:
    """What is compared with which threshold, and the names of the families that this bounds."""
    found: dict[tuple[Expr, Expr], list[str]] = {}
    priors = {symbol for own in theorem.game.types.values() for prior in own.values() for symbol in prior.free_symbols}
    for family in theorem.families:
        for condition in family.conditions:
            for atom in sorted(condition.atoms(Relational), key=str):
                held = atom.lhs.free_symbols
                alone = atom.lhs.is_Symbol or (held and held <= priors)
                if alone and atom.rhs.free_symbols and not held & atom.rhs.free_symbols:
                    names = found.setdefault((atom.lhs, atom.rhs), [])
                    if family.name not in names:
                        names.append(family.name)
    return found


def threshold_values(
    theorem: "Theorem", thresholds: tuple[Threshold, ...], along: Any, fixed: Mapping[str, Any]
) -> tuple[str, npt.NDArray[np.float64], list[npt.NDArray[np.float64]]]:
    """Thresholds along a parameter.

    Parameters
    ----------
    theorem : Theorem
    thresholds : tuple of Threshold
    along : (parameter, low, high, points)
    fixed : mapping parameter -> number
        The other parameters that the thresholds contain. More may be given; where those break an assumption, or the axis
        does, there is no threshold.

    Returns
    -------
    name : str
    x : float64[point]
    values : list of float64[point]
        NaN where an assumption fails whose parameters are all given.

    Raises
    ------
    ParameterError
        When the axis is no interval of a parameter, and for a parameter that is unknown or missing.
    """
    game = theorem.game
    name, x = read_axis(game, "along", along)
    low, high = float(x[0]), float(x[-1])
    for given in fixed:
        if given not in game.parameters or given == name:
            what = "is the one that moves" if given == name else "is unknown"
            raise ParameterError(f"game {game.name!r}: parameter {given!r:.60} in fixed {what}; remove it")
    columns = {**{given: np.float64(value) for given, value in fixed.items()}, name: x}
    symbols = [Symbol(column, real=True) for column in columns]
    for own in thresholds:
        missing = sorted(symbol.name for symbol in own._expression.free_symbols if symbol.name not in columns)
        if missing:
            raise ParameterError(
                f"game {game.name!r}: the threshold {own.value} of {own.held} contains {', '.join(missing)}; add "
                f"{'it' if len(missing) == 1 else 'them'} to fixed"
            )
    relations = [own for own in game.assumptions if own.free_symbols <= set(symbols)]
    sides = [side for relation in relations for side in (relation.lhs, relation.rhs)]
    function = sympy.lambdify(symbols, [*(own._expression for own in thresholds), *sides], modules="numpy")
    inner = low + (high - low) * np.clip(np.linspace(0, 1, x.size), INSIDE, 1 - INSIDE)
    with np.errstate(all="ignore"):
        results = function(*({**columns, name: inner}[own.name] for own in symbols))
    inside = np.ones(x.size, dtype=np.bool_)
    for k, relation in enumerate(relations):
        left, right = results[len(thresholds) + 2 * k : len(thresholds) + 2 * k + 2]
        inside &= COMPARE[relation.rel_op](left, right)
    values = [np.where(inside, own, np.nan) for own in results[: len(thresholds)]]
    return name, inner, values
