"""What `import deterrence_games` loads, and what it offers."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import deterrence_games as dg

ROOT = Path(__file__).parents[1]
OPTIONAL = {"dask", "distributed", "flint", "matplotlib", "pandas", "tqdm", "xarray", "z3", "zarr"}
ON_FIRST_USE = {"llvmlite", "nashpy", "networkx", "numba", "scipy"}


def run_python(code: str, *arguments: str) -> str:
    """What a new process prints."""
    run = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def modules_after(code: str) -> set[str]:
    """Top-level modules in a new process after running `code`."""
    report = "; import json, sys; print(json.dumps([name.partition('.')[0] for name in sys.modules]))"
    return set(json.loads(run_python(code + report)))


@pytest.fixture(scope="module")
def base() -> set[str]:
    """What NumPy and SymPy load by themselves (SymPy takes python-flint when it is installed)."""
    return modules_after("import numpy, sympy")


def test_import_leaves_heavy_packages_alone(base):
    loaded = modules_after("import deterrence_games")
    assert base <= loaded
    assert (loaded - base).isdisjoint(OPTIONAL | ON_FIRST_USE)


def test_writing_and_drawing_a_game_does_not_load_numba(base):
    loaded = modules_after("import deterrence_games as dg; dg.models.unilateral_deterrence().draw()")
    assert (loaded - base).isdisjoint(OPTIONAL | ON_FIRST_USE)


def test_solving_does_not_need_optional_packages(base):
    solve = "dg.solve(dg.StrategicForm.from_arrays([[3, 0], [5, 1]], [[3, 5], [0, 1]]))"
    loaded = modules_after(f"import deterrence_games as dg; {solve}")
    assert "numba" in loaded
    assert (loaded - base).isdisjoint(OPTIONAL)


def test_every_room_can_be_imported_first():
    """No module depends on another having been imported before it."""
    modules = sorted(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "deterrence_games").rglob("*.py")
        if path.name != "__main__.py"
    )
    code = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n"
        "    for loaded in [m for m in sys.modules if m.partition('.')[0] == 'deterrence_games']:\n"
        "        del sys.modules[loaded]\n"
        "    importlib.import_module(name)\n"
    )
    run_python(code, *modules)


@pytest.mark.parametrize("name", dg.__all__)
def test_every_public_name_is_there(name):
    assert getattr(dg, name) is not None
    assert name in dir(dg)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'deterrence_games' has no attribute 'deterence'"):
        dg.deterence  # noqa: B018


def test_one_version_everywhere():
    assert re.search(r"^version: (.+)$", (ROOT / "CITATION.cff").read_text(), re.M)[1] == dg.__version__
    assert f"\n## {dg.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_package_is_marked_as_typed():
    assert (Path(dg.__file__).parent / "py.typed").is_file()
