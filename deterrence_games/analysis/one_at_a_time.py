"""A quantity around a base point, one parameter moved at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from deterrence_games.analysis.sweep import sweep
from deterrence_games.analysis.sweep_findings import OUTSIDE, SIDE
from deterrence_games.analysis.sweep_grid import Table
from deterrence_games.analysis.sweep_quantities import FAMILIES
from deterrence_games.errors import GameError, ParameterError
from deterrence_games.games import Game
from deterrence_games.lowering.assumptions import broken_assumptions
from deterrence_games.solvers import Solver
from deterrence_games.theory import Theorem

if TYPE_CHECKING:
    import pandas as pd

Range = tuple[float, float]  # least and greatest over the equilibria; equal where they agree, NaN where there is no value

SHARE = 0.1
EQUAL = 1e-9  # values that differ by no more count as one


@dataclass(frozen=True)
class Swing:
    """What happens when one parameter moves to either end of its range, all others staying at the base.

    Attributes
    ----------
    parameter : str
    low, high : float
        Its range.
    at_low, at_high : (float, float)
        Least and greatest value of the quantity over the equilibria; NaN where an assumption of the game fails, and where
        there is no value.
    """

    parameter: str
    low: float
    high: float
    at_low: Range
    at_high: Range


@dataclass(frozen=True, eq=False, repr=False)
class Tornado:
    """How far each parameter moves a quantity.

    Attributes
    ----------
    game, quantity : str
        Name of the game; the quantity in words.
    selection : str
        What was done about several equilibria, in words.
    base : mapping parameter -> float
    at_base : (float, float)
        Least and greatest value over the equilibria.
    swings : tuple of Swing
        The widest first.
    """

    game: str
    quantity: str
    selection: str
    base: Mapping[str, float]
    at_base: Range
    swings: tuple[Swing, ...]

    def width(self, swing: Swing) -> float:
        """The largest change from the base, of the least or of the greatest value over the equilibria."""
        changes = [
            abs(end - base) for ends in (swing.at_low, swing.at_high) for end, base in zip(ends, self.at_base, strict=True)
        ]
        return max((change for change in changes if np.isfinite(change)), default=0.0)

    @property
    def single(self) -> bool:
        """Whether the equilibria agree everywhere."""
        ranges = [self.at_base, *(ends for swing in self.swings for ends in (swing.at_low, swing.at_high))]
        return all(not high - low > EQUAL for low, high in ranges)

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a parameter (needs pandas)."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "parameter": own.parameter,
                    "low": own.low,
                    "high": own.high,
                    "least_at_low": own.at_low[0],
                    "greatest_at_low": own.at_low[1],
                    "least_at_high": own.at_high[0],
                    "greatest_at_high": own.at_high[1],
                    "width": self.width(own),
                }
                for own in self.swings
            ]
        )

    def __repr__(self) -> str:
        def shown(ends: Range) -> str:
            low, high = ends
            return f"{low:.4g}" if not high - low > EQUAL else f"{low:.4g} .. {high:.4g}"

        lines = [f"{self.quantity} in {self.game!r}: {shown(self.at_base)} at the base"]
        lines += [
            f"  {own.parameter} from {own.low:.4g} to {own.high:.4g}: {shown(own.at_low)} to {shown(own.at_high)}"
            for own in self.swings
        ]
        return "\n".join(lines)


def tornado(
    game: Game | Theorem,
    base: Mapping[str, Any],
    ranges: Mapping[str, tuple[float, float]] | float = SHARE,
    *,
    quantity: str | Callable[..., float] = "war",
    label: str | None = None,
    select: str = "range",
    solver: Solver | None = None,
) -> Tornado:
    """Move each parameter alone to the ends of its range, and see what becomes of a quantity (needs the extra ``sweeps``).

    Only the ends are looked at: in between the quantity may pass through other values.

    Parameters
    ----------
    game : Game or Theorem
        A game is solved, a theorem evaluated from its closed forms.
    base : mapping parameter -> number
        Every parameter.
    ranges : mapping parameter -> (low, high), or float
        Parameters that are left out stay at the base. A number moves every parameter by that share of its own size, both ways.
    quantity : str or callable
        A quantity of `deterrence_games.sweep` with one value an equilibrium, or a function of a `Solution`.
    label : str, optional
        Which outcome, player, action or commitment, for quantities that have several.
    select : str
        ``"range"`` keeps the least and the greatest value over all equilibria; or a rule of `deterrence_games.sweep`.
    solver : Solver, optional
        By default all perfect Bayesian equilibria.

    Returns
    -------
    Tornado

    Raises
    ------
    ParameterError
        For what is wrong with the base, the ranges or the quantity.
    GameError
        For a label that the quantity does not have.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> game = dg.models.rudimentary_asymmetric_deterrence()
    >>> base = dict(a_SQ=0, a_DC=1, a_DD=-3, b_SQ=3, b_DC=1, b_DDh=2, b_DDs=0, p=0.2)
    >>> tornado(game, base, {"p": (0.1, 0.4), "a_DC": (0.5, 2)})
    war in 'rudimentary_asymmetric_deterrence': 0.2 at the base
      p from 0.1 to 0.4: 0.1 to 0
      a_DC from 0.5 to 2: 0 to 0.2
    """
    own = game.game if isinstance(game, Theorem) else game
    numbers = _base(own, base)
    spans = _spans(own, numbers, ranges)
    if select == "family":
        raise ParameterError(f"tornado of game {own.name!r}: select is 'family'; use 'range', or a rule that selects")
    if quantity == FAMILIES:
        raise ParameterError(f"tornado of game {own.name!r}: 'families' is no number; use war, outcomes, payoffs, or another")
    rows = [numbers]
    for name, ends in spans.items():
        rows += [{**numbers, name: end} for end in ends]
    columns = {name: [row[name] for row in rows] for name in spans}
    fixed = {name: value for name, value in numbers.items() if name not in spans}
    found = sweep(game, Table(columns), fixed=fixed, quantities=(quantity,), select=select, solver=solver)
    name = quantity if isinstance(quantity, str) else quantity.__name__
    values = found[name]
    for dim in values.dims[1:]:
        if dim != SIDE:
            known = [str(one) for one in values[dim].to_numpy()]
            if label not in known:
                raise GameError(
                    f"tornado of game {own.name!r}: label of {name} is {label!r:.60}; use one of {', '.join(known)}"
                )
            values = values.sel({dim: label})
    numbers_of = values.transpose("point", ...).to_numpy().astype(np.float64)
    pairs = np.column_stack([numbers_of, numbers_of]) if numbers_of.ndim == 1 else numbers_of
    pairs = np.where((found["status"].to_numpy() & OUTSIDE)[:, None] != 0, np.nan, pairs)
    swings = [
        Swing(parameter, *ends, _pair(pairs[1 + 2 * k]), _pair(pairs[2 + 2 * k]))
        for k, (parameter, ends) in enumerate(spans.items())
    ]
    if not np.isfinite(pairs[0]).all():
        raise ParameterError(
            f"tornado of game {own.name!r}: there is no value at the base, where {_why(own, numbers)}; choose another base"
        )
    made = Tornado(
        own.name, name if label is None else f"{name}: {label}", found.attrs["selection"], numbers, _pair(pairs[0]), ()
    )
    return replace(made, swings=tuple(sorted(swings, key=lambda swing: -round(made.width(swing), 9))))


def _why(game: Game, numbers: Mapping[str, float]) -> str:
    broken = list(broken_assumptions(game, numbers))
    return f"the assumption {broken[0]} fails" if broken else "no equilibrium has one"


def _pair(row: npt.NDArray[np.float64]) -> Range:
    return float(row[0]), float(row[1])


def _base(game: Game, given: Mapping[str, Any]) -> dict[str, float]:
    def reject(what: str) -> ParameterError:
        return ParameterError(f"tornado of game {game.name!r}: {what}")

    if not isinstance(given, Mapping):
        raise reject("base is not a mapping; give {parameter: number}")
    for name in given:
        if name not in game.parameters:
            raise reject(f"base has unknown parameter {name!r:.60}; remove it")
    missing = [name for name in game.parameters if name not in given]
    if missing:
        raise reject(f"no value for {', '.join(missing)}; add {'it' if len(missing) == 1 else 'them'} to base")
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, Real):
            raise reject(f"parameter {name!r} is {value!r:.40}; give a number")
    return {name: float(given[name]) for name in game.parameters}


def _spans(game: Game, base: Mapping[str, float], given: Any) -> dict[str, tuple[float, float]]:
    def reject(what: str) -> ParameterError:
        return ParameterError(f"tornado of game {game.name!r}: {what}")

    if isinstance(given, Real) and not isinstance(given, bool):
        share = float(given)
        if not 0 < share < 1:
            raise reject(f"ranges is the share {share:g}; give one between 0 and 1, or (low, high) for each parameter")
        return {name: (value - share * abs(value), value + share * abs(value)) for name, value in base.items() if value != 0}
    if not isinstance(given, Mapping) or not given:
        raise reject(f"ranges is {given!r:.60}; give {{parameter: (low, high)}}, or a share such as 0.1")
    found = {}
    for name, ends in given.items():
        if name not in base:
            raise reject(f"ranges has unknown parameter {name!r:.60}; use {', '.join(base)}")
        if not isinstance(ends, tuple | list) or len(ends) != 2 or not all(isinstance(end, Real) for end in ends):
            raise reject(f"range of {name!r} is {ends!r:.60}; give (low, high)")
        low, high = float(ends[0]), float(ends[1])
        if not low <= base[name] <= high or low == high:
            raise reject(f"range of {name!r} is {low:g} to {high:g}; it must contain the base, {base[name]:g}")
        found[name] = (low, high)
    return found
