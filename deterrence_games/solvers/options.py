"""Checks of a solver's options, made when the solver is."""

import math
from contextlib import suppress
from numbers import Integral, Real

from deterrence_games.errors import SolverError

MOST = 2**63 - 1  # what kernels count up to


def whole_number(what: str, value: object, least: int) -> int:
    """Return a whole number from ``least`` on, or raise `SolverError`."""
    if isinstance(value, bool) or not isinstance(value, Integral) or not least <= int(value) <= MOST:
        raise SolverError(f"{what} is {value!r:.40}; give a whole number from {least} on")
    return int(value)


def fix_count(solver: object, option: str, least: int) -> None:
    """Make an option of a frozen solver an int, from ``least`` on; raise `SolverError` when it is none."""
    name = f"{type(solver).__name__}: {option}"
    object.__setattr__(solver, option, whole_number(name, getattr(solver, option), least))


def fix_share(solver: object, option: str, least: float = 0.0) -> None:
    """Make an option of a frozen solver a float, from ``least`` to below one; raise `SolverError` when it is none.

    Kernels are compiled anew for a number of another type, which would take a minute.
    """
    value, number = getattr(solver, option), math.nan
    if isinstance(value, Real) and not isinstance(value, bool):
        with suppress(OverflowError):
            number = float(value)
    if not least <= number < 1:
        raise SolverError(
            f"{type(solver).__name__}: {option} is {value!r:.40}; give a number from {least:g} to less than 1, a share of the "
            "range of payoffs"
        )
    object.__setattr__(solver, option, number)


def fix_positive(solver: object, option: str) -> None:
    """Make an option of a frozen solver a float above zero; raise `SolverError` when it is none."""
    value, number = getattr(solver, option), math.nan
    if isinstance(value, Real) and not isinstance(value, bool):
        with suppress(OverflowError):
            number = float(value)
    if not number > 0:
        raise SolverError(f"{type(solver).__name__}: {option} is {value!r:.40}; give a number above 0")
    object.__setattr__(solver, option, number)
