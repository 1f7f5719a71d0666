"""Small problems at the start of a process run as plain Python, so that nobody waits for a compiler to see one equilibrium.

Loading compiled kernels takes about a second, compiling them a minute or more; solving a textbook game in plain Python takes
a twentieth of a second. So kernels are interpreted on small problems until that has taken `PATIENCE`, and compiled from then
on. The results are the same.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from deterrence_games.kernels.jit import compiled, interpreted

PATIENCE = 2.0  # seconds of interpreting in a process


class WarmUp:
    """The seconds that a process may still spend on interpreting kernels.

    Attributes
    ----------
    left : float
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self.left = patience

    def plain(self, kernel: Callable[..., Any]) -> Callable[..., Any] | None:
        """Return the kernel as plain Python, on the clock; None when it should run compiled, or is compiled already."""
        if self.left <= 0.0 or compiled(kernel):
            return None

        def run(*arguments: Any) -> Any:
            start = time.perf_counter()
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
