"""The decorators that compile every kernel, so that all flags stand in one place; and how to run one without compiling."""

import sys
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
from numba import njit

kernel: Callable[[Any], Any] = njit(cache=True, error_model="numpy", fastmath=False, nogil=True, no_cfunc_wrapper=True)
parallel_kernel: Callable[[Any], Any] = njit(cache=True, error_model="numpy", fastmath=False, nogil=True, parallel=True)

# For kernels that allocate nothing. Without reference counts on the arrays that they hand to each other, the search for
# perfect Bayesian equilibria ran ten times faster and compiled five times faster.
borrowing_kernel: Callable[[Any], Any] = njit(
    cache=True, error_model="numpy", fastmath=False, nogil=True, _nrt=False, no_cfunc_wrapper=True
)
inner_kernel: Callable[[Any], Any] = njit(
    error_model="numpy", fastmath=False, nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True
)

inlined_kernel: Callable[[Any], Any] = njit(
    error_model="numpy", fastmath=False, nogil=True, _nrt=False, no_cpython_wrapper=True, no_cfunc_wrapper=True, inline="always"
)

# Return codes of kernels.
OK = 0
FULL = 1  # an output array is too short; the caller allocates a longer one and calls again
UNDECIDED = 2  # a question was left open; the result holds what was decided
LIMIT = 3  # a limit given by the caller was reached


def compiled(function) -> bool:
    """Whether a kernel is ready to run at full speed in this process."""
    return bool(getattr(function, "overloads", True))  # without a compiler (NUMBA_DISABLE_JIT) nothing gets any faster


def on_disk(function) -> bool:
    """Whether the machine code of a kernel lies in Numba's cache, not older than the kernel's file, and need only be loaded."""
    own = function.py_func
    source = Path(own.__code__.co_filename)
    try:
        edited = source.stat().st_mtime
        folder = Path(function.stats.cache_path)
        indices = folder.glob(f"{source.stem}.{own.__qualname__}-{own.__code__.co_firstlineno}.*.nbi")
        return any(index.stat().st_mtime >= edited for index in indices)
    except OSError:  # read from an archive, or the cache was cleared at this moment
        return False


@cache
def interpreted(function):
    """A kernel, with all the kernels that it calls, as plain Python.

    Same results, several hundred times slower, but at once: compiling may take longer than a small problem. Divisions
    by zero give what `error_model="numpy"` gives.
    """
    own = getattr(function, "py_func", function)
    plain = _plain_names(own.__module__)[own.__name__]

    @wraps(plain)
    def run(*arguments):
        with np.errstate(all="ignore"):
            return plain(*arguments)

    return run


@cache
def _plain_names(module: str) -> dict[str, Any]:
    """The global names of a kernel module, with every kernel replaced by the Python function it was made from."""
    names = dict(vars(sys.modules[module]))
    for name, value in vars(sys.modules[module]).items():
        function = getattr(value, "py_func", None)
        if function is None:
            continue
        if function.__module__ == module:
            names[name] = FunctionType(function.__code__, names, name, function.__defaults__)
        else:
            names[name] = _plain_names(function.__module__)[function.__name__]
    return names
