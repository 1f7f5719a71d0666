"""Kernels from generated module files: Numba can keep the machine code of a function that stands in a file."""

import sys
from importlib.util import module_from_spec, spec_from_file_location

from deterrence_games.kernels.jit import kernel


def kernel_from_file(path, name):
    """The function of a name in a module file, compiled when it is first called and kept beside other kernels."""
    spec = spec_from_file_location(f"deterrence_games_generated_{path.stem}", path)
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # Numba looks it up when it loads machine code from disk
    spec.loader.exec_module(module)
    return kernel(getattr(module, name))
