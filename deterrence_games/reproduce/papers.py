"""Find the papers and load their claims."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from deterrence_games.errors import DeterrenceGamesError
from deterrence_games.reproduce.claims import Claim
from deterrence_games.reproduce.exhibits import Exhibit

PACKAGE = Path(__file__).parents[1]
PLACES = (PACKAGE / "papers", PACKAGE.parent / "papers")  # in an installed package; in a clone, beside the package


@dataclass(frozen=True)
class Paper:
    """A publication with what it claims.

    Attributes
    ----------
    name : str
        Authors and year, as the folder is called.
    citation : str
    claims : sequence of Claim
    exhibits : sequence of Exhibit
    """

    name: str
    citation: str
    claims: Sequence[Claim]
    exhibits: Sequence[Exhibit]


def find_papers() -> dict[str, Path]:
    """Folders of the papers by name, in alphabetical order."""
    for place in PLACES:
        found = sorted(path.parent for path in place.glob("*/claims.py"))
        if found:
            return {folder.name: folder for folder in found}
    raise DeterrenceGamesError(f"no papers in {' or '.join(map(str, PLACES))}; install the package anew, or work in a clone")


def load_papers(name: str | None = None) -> list[Paper]:
    """Load one paper, or all.

    Raises
    ------
    DeterrenceGamesError
        When there is no paper of that name.
    """
    folders = find_papers()
    if name is None:
        return [load_paper(folder) for folder in folders.values()]
    if name not in folders:
        near = get_close_matches(name, folders, 1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise DeterrenceGamesError(f"no paper is called {name!r}{hint}; use one of {', '.join(folders)}")
    return [load_paper(folders[name])]


def load_paper(folder: Path) -> Paper:
    """Load the claims of one folder."""
    module_name = f"deterrence_games_papers_{folder.name}"
    spec = spec_from_file_location(module_name, folder / "claims.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[module_name] = module  # so that what it defines can be found by name, as dataclasses do
    spec.loader.exec_module(module)
    return Paper(folder.name, module.CITATION, module.CLAIMS, module.EXHIBITS)
