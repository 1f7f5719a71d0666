"""Pictures: game trees, maps of equilibria, contours, tornado plots, and curves along a parameter.

Matplotlib is imported when a picture is drawn, never before, and without ``pyplot``: no window opens and no setting of the
reader's is changed.
"""

from deterrence_games.plotting.contours import plot_contour
from deterrence_games.plotting.outcome_curves import plot_outcome
from deterrence_games.plotting.region_map import plot_map
from deterrence_games.plotting.small_multiples import plot_maps
from deterrence_games.plotting.threshold_curves import plot_thresholds
from deterrence_games.plotting.tornado_bars import plot_tornado
from deterrence_games.plotting.tree import plot_tree

__all__ = ["plot_contour", "plot_map", "plot_maps", "plot_outcome", "plot_thresholds", "plot_tornado", "plot_tree"]
