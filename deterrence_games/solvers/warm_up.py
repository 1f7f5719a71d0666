"""Small problems at the start of a process run as plain Python, so that nobody waits for a compiler to see one equilibrium.

Compiling a kernel takes seconds, some a minute; solving a textbook game in plain Python takes a twentieth of a second. So a
kernel whose machine code is not on disk yet is interpreted on the first few small problems, and compiled from then on. One
that lies on disk is loaded at once, and runs at full speed from its first call. The results are the same.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from deterrence_games.kernels.jit import compiled, interpreted, on_disk

PATIENCE = 2.0  # seconds of interpreting in a process
CALLS = 50  # of one kernel


class WarmUp:
    """What a process may still spend on interpreting kernels.

    Attributes
    ----------
    left : float
        Seconds.
    calls : Counter
        How often each kernel was interpreted.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self.left = patience
        self.calls: Counter[Callable[..., Any]] = Counter()

    def plain(self, kernel: Callable[..., Any]) -> Callable[..., Any] | None:
        """Return the kernel as plain Python, on the clock; None when it should run compiled, or is compiled already."""
        if self.left <= 0.0 or compiled(kernel) or self.calls[kernel] >= CALLS or on_disk(kernel):
            return None

        def run(*arguments: Any) -> Any:
            start = time.perf_counter()
            self.calls[kernel] += 1
            try:
                return interpreted(kernel)(*arguments)
            finally:
                self.left -= time.perf_counter() - start

        return run

    def choose(self, kernel: Callable[..., Any], small: bool) -> Callable[..., Any]:
        """Return the kernel as plain Python for a small problem, while there is patience; else the kernel as it is."""
        return (self.plain(kernel) if small else None) or kernel

    @contextmanager
    def spent(self) -> Iterator[None]:
        """Run everything compiled: compiled and interpreted kernels may differ in the last bit."""
        left, self.left = self.left, 0.0
        try:
            yield
        finally:
            self.left = left


warm_up = WarmUp()
