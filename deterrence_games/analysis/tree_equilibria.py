"""All Nash equilibria of a two-player game, and which of them are perfect."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence_games.analysis.assessment import read_behavior
from deterrence_games.analysis.empty_threats import agrees, find_empty_threats
from deterrence_games.analysis.threats import EmptyThreat
from deterrence_games.api import solve, tree_form
from deterrence_games.errors import GameError
from deterrence_games.forms import TreeForm
from deterrence_games.games import Game
from deterrence_games.results import Equilibrium, Solution
from deterrence_games.solvers import VertexEnumeration

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class TreeEquilibrium:
    """One Nash equilibrium of a game, and what is to be thought of it.

    Attributes
    ----------
    equilibrium : Equilibrium
        An extreme equilibrium of the (reduced) strategic form, with its behaviour in the tree.
    subgame_perfect : bool
        Best replies in every subgame. Where somebody has private types the game is its only subgame, so that every Nash
        equilibrium is subgame perfect.
    perfect_bayesian : bool
        Some perfect Bayesian equilibrium behaves like this at every information set that the strategies speak of.
    empty_threats : tuple of EmptyThreat
        The incredible threats that hold the equilibrium up.
    """

    equilibrium: Equilibrium
    subgame_perfect: bool
    perfect_bayesian: bool
    empty_threats: tuple[EmptyThreat, ...]

    def __repr__(self) -> str:
        played = ", ".join(f"{label} {share:.4g}" for label, share in self.equilibrium.outcomes.items() if share > 0)
        kind = "not subgame perfect"
        if self.subgame_perfect:
            kind = "perfect Bayesian" if self.perfect_bayesian else "not perfect Bayesian"
        return "\n    ".join([f"{played}: {kind}", *(f"empty threat: {threat.words}" for threat in self.empty_threats)])


@dataclass(frozen=True, eq=False, repr=False)
class TreeEquilibria:
    """All extreme Nash equilibria of a game, as `tree_equilibria` returns them.

    Attributes
    ----------
    nash : Solution
        As the solver of the strategic form found them, with components and completeness.
    perfect : Solution
        All perfect Bayesian equilibria.
    equilibria : tuple of TreeEquilibrium
        In the order of `nash`.
    """

    nash: Solution
    perfect: Solution
    equilibria: tuple[TreeEquilibrium, ...]

    @property
    def complete(self) -> bool:
        """Whether it is proved that no Nash equilibrium is missing, and each mark is certain."""
        return self.nash.complete and self.perfect.complete

    def __len__(self) -> int:
        return len(self.equilibria)

    def __getitem__(self, number: int) -> TreeEquilibrium:
        return self.equilibria[number]

    def __repr__(self) -> str:
        head = f"{self.nash.game}: {len(self)} extreme Nash equilibria" + ("" if self.complete else " (not proved complete)")
        return "\n".join([head, *(f"[{number}] {found!r}" for number, found in enumerate(self.equilibria))])

    def to_dataframe(self) -> "pd.DataFrame":
        """One row an equilibrium: outcomes, payoffs, marks, empty threats (needs pandas)."""
        import pandas as pd

        return pd.DataFrame(
            [
                {f"outcome {label}": share for label, share in found.equilibrium.outcomes.items()}
                | {f"payoff {player}": value for player, value in found.equilibrium.payoffs.items()}
                | {
                    "subgame perfect": found.subgame_perfect,
                    "perfect Bayesian": found.perfect_bayesian,
                    "empty threats": "; ".join(threat.words for threat in found.empty_threats),
                }
                for found in self.equilibria
            ]
        )


def tree_equilibria(game: Game | TreeForm, params: Mapping[str, Any] | None = None) -> TreeEquilibria:
    """Find all Nash equilibria of a two-player game, and tell which are perfect and what holds the others up.

    Parameters
    ----------
    game : Game or TreeForm
    params : mapping parameter -> number
        Only for a `Game`.

    Raises
    ------
    GameError, ParameterError, SizeError, SolverError
        With the remedy in the message.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> answer = dg.Decision("incumbent", {"share": "duopoly", "fight": "war"})
    >>> entry = dg.Game(
    ...     name="entry deterrence",
    ...     players=("entrant", "incumbent"),
    ...     tree=dg.Decision("entrant", {"stay out": "out", "enter": answer}),
    ...     payoffs={
    ...         "out": {"entrant": 0, "incumbent": 2},
    ...         "duopoly": {"entrant": 1, "incumbent": 1},
    ...         "war": {"entrant": -1, "incumbent": -1},
    ...     },
    ... )
    >>> dg.tree_equilibria(entry)
    entry deterrence: 3 extreme Nash equilibria
    [0] out 1: not subgame perfect
        empty threat: ...
    [1] duopoly 1: perfect Bayesian
    [2] out 1: not subgame perfect
        empty threat: ...
    """
    if isinstance(game, Game):
        form = tree_form(game, params)
    elif isinstance(game, TreeForm):
        form = game
    else:
        raise GameError(f"cannot look into the tree of {type(game).__name__}; give a Game or a TreeForm")
    nash = solve(form, solver=VertexEnumeration(), throw=False)
    perfect = solve(form, throw=False)
    private = bool((np.add.reduceat(form.values[0, form.structure.prior] > 0, form.structure.type_first) > 1).any())
    roles = game.roles if isinstance(game, Game) else {}
    found = []
    for number, equilibrium in enumerate(nash):
        entries, told = read_behavior(form, equilibrium.behavior)
        same = any(agrees(form, entries, told, other) for other in perfect)
        threats = find_empty_threats(form, number, equilibrium.behavior, perfect.equilibria)[0] if not same else []
        cast = [
            replace(own, player_role=roles.get(own.player, ""), addressee_role=roles.get(own.addressee, "")) for own in threats
        ]
        found.append(TreeEquilibrium(equilibrium, same or private, same, tuple(cast)))
    return TreeEquilibria(nash, perfect, tuple(found))
