"""Colours and hatching of a map's regions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from deterrence_games.plotting import regions
from deterrence_games.plotting.style import REGION_COLOURS
from deterrence_games.results.region_map import RegionMap

# By the number of equilibria that overlap; the second and third are for maps with more regions than colours.
HATCHES = (
    ("", "---", "|||"),
    ("///", "\\\\\\", "/////"),
    ("xxx", "xxxxx", "xx"),
    ("...", ".....", ".."),
    ("+++", "+++++", "++"),
)
NOTHING = "#FFFFFF"  # where no equilibrium exists


@dataclass(frozen=True)
class RegionLook:
    """How the region of one combination of equilibria is drawn.

    Attributes
    ----------
    names : tuple of str
        Equilibria of the combination, without those that exist in every region.
    colour, hatch : str
    """

    names: tuple[str, ...]
    colour: str
    hatch: str

    @property
    def line(self) -> str:
        """Colour of the hatching: the region's own, darker."""
        return "#" + "".join(f"{round(int(self.colour[k : k + 2], 16) * 0.7):02X}" for k in (1, 3, 5))

    @property
    def label(self) -> str:
        """The combination in one line."""
        return " + ".join(self.names)


UNDECIDED = RegionLook(("not decided (search not exhaustive, or no game there)",), "#BDBDBD", "...")
OUTSIDE = RegionLook(("an assumption of the game fails",), "#BDBDBD", "...")


def region_looks(region_map: RegionMap) -> tuple[list[RegionLook], tuple[str, ...]]:
    """Looks of the combinations, in the order of `RegionMap.regions`, and the equilibria that exist in every region."""
    looks, common = shared_looks((region_map,))
    return [looks[names] for names, _ in region_map.regions()], common


def shared_looks(maps: Sequence[RegionMap]) -> tuple[dict[frozenset[str], RegionLook], tuple[str, ...]]:
    """Looks of the combinations in maps with the same names, and the equilibria that exist in every region of all of them.

    A single equilibrium keeps the colour of its place among the maps' names, so that two maps of one game agree; others
    take a colour that no neighbour has. Ties between regions, which are drawn as lines, come last.
    """
    order = maps[0].names
    combinations = list(dict.fromkeys(names for region_map in maps for names, _ in region_map.regions()))
    found: set[frozenset[str]] = set()
    beside: set[frozenset[frozenset[str]]] = set()
    for region_map in maps:
        own = [names for names, _ in region_map.regions()]
        cells = regions.fill_cells(region_map.labels())
        found |= {own[k] for k in np.unique(cells).tolist() if k >= 0}
        beside |= {frozenset((own[i], own[j])) for i, j in regions.neighbours(cells) if min(i, j) >= 0}
    drawn = [names for names in combinations if names in found]
    everywhere = frozenset.intersection(*drawn) if len(drawn) > 1 else frozenset()
    kept = {names: tuple(name for name in order if name in names - everywhere) for names in combinations}
    common = tuple(name for name in order if name in everywhere)

    looks: dict[frozenset[str], RegionLook] = {}
    for names, left in kept.items():
        place = order.index(left[0]) if left else 0
        if not left:
            looks[names] = RegionLook((f"{' + '.join(common)} only" if common else "No equilibrium",), NOTHING, "")
        elif len(left) == 1 and place < len(REGION_COLOURS):
            looks[names] = RegionLook(left, REGION_COLOURS[place], "")
    for names in (*drawn, *(names for names in combinations if names not in found)):
        if names not in looks:
            near = [looks[other].colour for other in looks if frozenset((names, other)) in beside]
            looks[names] = _free_look(kept[names], near, list(looks.values()))
    return looks, common


def _free_look(own: tuple[str, ...], near: Sequence[str], taken: Sequence[RegionLook]) -> RegionLook:
    """A colour that no neighbour has, used as little as can be, and far in lightness from those beside it."""
    hatches = HATCHES[min(len(own), len(HATCHES)) - 1]

    def merit(colour: str) -> tuple[int, int, int, float]:
        alike = sum(look.colour == colour and look.hatch == hatches[0] for look in taken)
        used = sum(look.colour == colour for look in taken)
        contrast = min((abs(_lightness(colour) - _lightness(other)) for other in near), default=1.0)
        return -near.count(colour), -alike, -used, contrast

    colour = max(REGION_COLOURS, key=merit)
    free = [hatch for hatch in hatches if all((look.colour, look.hatch) != (colour, hatch) for look in taken)]
    return RegionLook(own, colour, (free or hatches)[0])


def _lightness(colour: str) -> float:
    """Luma of a colour between 0 and 1."""
    red, green, blue = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue
