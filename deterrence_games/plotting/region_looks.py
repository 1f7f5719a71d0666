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


UNDECIDED = RegionLook(("not decided (search not exhaustive)",), "#BDBDBD", "...")
OUTSIDE = RegionLook(("an assumption of the game fails",), "#BDBDBD", "...")


def region_looks(region_map: RegionMap) -> tuple[list[RegionLook], tuple[str, ...]]:
    """Looks of the combinations, in the order of `RegionMap.regions`, and the equilibria that exist in every region.

    A single equilibrium keeps the colour of its place among the map's names, so that two maps of one game agree; others
    take a colour that no neighbour has. Ties between regions, which are drawn as lines, come last.
    """
    combinations = [names for names, _ in region_map.regions()]
    cells = regions.fill_cells(region_map.labels())
    drawn = [k for k in np.unique(cells).tolist() if k >= 0]
    everywhere = frozenset.intersection(*(combinations[k] for k in drawn)) if len(drawn) > 1 else frozenset()
    kept = [tuple(name for name in region_map.names if name in names - everywhere) for names in combinations]
    common = tuple(name for name in region_map.names if name in everywhere)

    looks: dict[int, RegionLook] = {}
    for k, own in enumerate(kept):
        place = region_map.names.index(own[0]) if own else 0
        if not own:
            looks[k] = RegionLook((f"{' + '.join(common)} only" if common else "No equilibrium",), NOTHING, "")
        elif len(own) == 1 and place < len(REGION_COLOURS):
            looks[k] = RegionLook(own, REGION_COLOURS[place], "")
    beside = regions.neighbours(cells)
    ties = [k for k in range(len(kept)) if k not in drawn]
    for k in drawn + ties:
        if k not in looks:
            near = [looks[j].colour for j in looks if (min(j, k), max(j, k)) in beside]
            looks[k] = _free_look(kept[k], near, list(looks.values()))
    return [looks[k] for k in range(len(kept))], common


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
