"""Set up for tests, doctests and benchmarks alike, before anything imports Numba."""

import hashlib
import os
from pathlib import Path

from hypothesis import settings

ROOT = Path(__file__).parent


def kernel_cache() -> Path:
    """A cache folder of its own for every state of the kernels and of Numba's settings.

    Numba's on-disk cache sees neither an edit in a helper that a kernel calls, nor a change of NUMBA_BOUNDSCHECK: it would
    go on running the old machine code.
    """
    state = hashlib.sha256()
    for path in sorted((ROOT / "deterrence_games" / "kernels").rglob("*.py")):
        state.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    for variable in sorted(name for name in os.environ if name.startswith("NUMBA_")):
        state.update(f"{variable}={os.environ[variable]}\0".encode())
    return ROOT / ".numba_cache" / state.hexdigest()[:16]


if "NUMBA_CACHE_DIR" not in os.environ:
    os.environ["NUMBA_CACHE_DIR"] = str(kernel_cache())

# The first call of a kernel compiles it, so no example has a deadline.
settings.register_profile("dev", max_examples=25, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
