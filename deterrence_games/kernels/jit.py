"""The decorators that compile every kernel, so that all flags stand in one place."""

from collections.abc import Callable
from typing import Any

from numba import njit

kernel: Callable[[Any], Any] = njit(cache=True, error_model="numpy", fastmath=False, nogil=True)
parallel_kernel: Callable[[Any], Any] = njit(cache=True, error_model="numpy", fastmath=False, nogil=True, parallel=True)

# Return codes of kernels.
OK = 0
FULL = 1  # an output array is too short; the caller allocates a longer one and calls again
UNDECIDED = 2  # a question was left open; the result holds what was decided
LIMIT = 3  # a limit given by the caller was reached
