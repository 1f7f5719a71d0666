"""How stable an equilibrium is: against trembles, against drifting play, and against errors in the payoffs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from deterrence_games.analysis.dominance import dominance
from deterrence_games.analysis.mixed_strategies import mixed_strategies
from deterrence_games.analysis.nashpy_bridge import dynamically_stable
from deterrence_games.analysis.robustness import REGULAR, Loss, indifference, pure_radius, support_radius
from deterrence_games.analysis.stability_report import Finding, StabilityReport
from deterrence_games.api import tree_form
from deterrence_games.errors import GameError
from deterrence_games.forms import StrategicForm, TreeForm
from deterrence_games.forms.tree import Floats
from deterrence_games.games import Game
from deterrence_games.lowering.strategic import strategic_form_of
from deterrence_games.results import Equilibrium
from deterrence_games.solvers.nash_profile import unit_payoffs

LEAST_REGRET = 1e-8  # a profile with a larger regret, in shares of a player's range of payoffs, is no equilibrium
TIE = 1e-9  # a difference up to this share of a player's range of payoffs is a tie
MOST_CELLS = 100_000  # pure profiles, which linear programs take as constraints
MOST_STRATEGIES = 100  # of a player, in Nashpy's dynamics

Profile = tuple[Floats, ...]


def stability(
    game: Game | TreeForm | StrategicForm,
    equilibrium: Equilibrium | Sequence[npt.ArrayLike],
    params: Mapping[str, Any] | None = None,
) -> StabilityReport:
    """Report how stable a Nash equilibrium is, each answer decided or with the reason why it is not.

    Trees are judged in their (reduced) strategic form. Probabilities up to 1e-9 count as zero.

    * *Strict*: every departure costs its player something.
    * *Undominated*: no player's strategy is weakly dominated. By pure strategies this is exact; by mixed ones it is decided
      by linear programming.
    * *Trembling-hand perfect* (Selten 1975) in the strategic form: in two-player games this is the same as undominated
      (van Damme 1991, chapter 3). With more players, strict and completely mixed equilibria are perfect and
      dominated ones are not; other cases are not decided.
    * *Index*: of regular equilibria of two players, with supports I and J of equal size k, the sign of the product of
      ``(-1)**(k + 1)`` and the determinants of both payoff matrices on I x J, made positive by a constant (Shapley 1974); of
      strict equilibria of any game +1. `VertexEnumeration` computes the indices of components.
    * *Stable under replicator dynamics*: Nashpy integrates them for two populations from 20 starts near the equilibrium, as
      `dynamically_stable` describes. A simulation, no proof; but strict equilibria, and no others, are asymptotically stable.
    * *Robustness radius*: the largest r such that, however all payoffs change by at most r of their player's range, a pure
      equilibrium remains one (below r a strict one remains strict), and a mixed one of two players leaves an equilibrium
      with the same supports. For pure equilibria half of the margin; for mixed ones see `analysis.robustness`.

    Parameters
    ----------
    game : Game, TreeForm or StrategicForm
    equilibrium : Equilibrium or sequence of float64[strategy]
        One of the game, found by any solver, or mixed strategies of its strategic form.
    params : mapping parameter -> number
        Only for a `Game`.

    Raises
    ------
    GameError
        When the profile is no equilibrium of the game.
    SizeError
        When a tree is too large for its strategic form.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> form = dg.StrategicForm.from_arrays([[3, 0], [2, 2]], [[3, 2], [0, 2]], name="stag hunt")
    >>> report = stability(form, ([1, 0], [1, 0]))
    >>> report.strict.value, report.index.value, round(report.radius.value, 4)
    (True, 1, 0.1667)
    """
    tree = tree_form(game, params) if isinstance(game, Game) else game if isinstance(game, TreeForm) else None
    if params and not isinstance(game, Game):
        raise GameError("params belong to a Game; a compiled form has its numbers already")
    form = strategic_form_of(tree) if tree is not None else game
    if not isinstance(form, StrategicForm):
        raise GameError(f"cannot judge {type(game).__name__}; give a Game, a TreeForm or a StrategicForm")
    profile = mixed_strategies(form, tree, equilibrium)
    scaled = np.stack([unit_payoffs(own) for own in form.payoffs])
    worths = [_against(own, profile, i) for i, own in enumerate(scaled)]
    _check(form, profile, worths)
    strict = _strict(form, profile, worths)
    undominated = _undominated(form, scaled, profile)
    radius = _radius(form, scaled, profile, worths)
    ranges = [float(np.ptp(np.ldexp(own, -1))) for own in form.payoffs]  # halves, which cannot overflow
    return StabilityReport(
        game=form.name,
        profile="; ".join(f"{player} {_told(form, i, profile[i])}" for i, player in enumerate(form.players)),
        strict=strict,
        undominated=undominated,
        perfect=_perfect(form, profile, strict, undominated),
        index=_index(form, scaled, profile, worths, strict),
        replicator=_replicator(form, profile, strict),
        radius=radius,
        allowance={}
        if radius.value is None or radius.value == np.inf
        else {player: radius.value * own * 2.0 for player, own in zip(form.players, ranges, strict=True)},
    )


def _against(payoffs: Floats, profile: Profile, player: int) -> Floats:
    """Worth of every strategy of a player against the others' play."""
    worth = np.moveaxis(payoffs, player, 0)
    for other in reversed([own for k, own in enumerate(profile) if k != player]):
        worth = worth @ other
    return worth


def _check(form: StrategicForm, profile: Profile, worths: list[Floats]) -> None:
    for player, labels, own, worth in zip(form.players, form.strategies, profile, worths, strict=True):
        gain = float(worth.max() - own @ worth)
        if gain > LEAST_REGRET:
            raise GameError(
                f"game {form.name!r}: the profile is no equilibrium: {player!r} gains {gain:.3g} of its range of payoffs by "
                f"{labels[int(worth.argmax())]!r}; give an equilibrium"
            )


def _told(form: StrategicForm, player: int, mixed: Floats) -> str:
    used = np.flatnonzero(mixed)
    if len(used) == 1:
        return form.strategies[player][int(used[0])]
    return " + ".join(f"{mixed[k]:.4g} {form.strategies[player][int(k)]}" for k in used)


def _strict(form: StrategicForm, profile: Profile, worths: list[Floats]) -> Finding:
    """Strictness, with the nearest alternative."""
    for player, own in zip(form.players, profile, strict=True):
        if np.count_nonzero(own) > 1:
            return Finding(False, f"{player} mixes, and could as well play one of the strategies in the mixture")
    nearest, loss = _nearest(profile, worths)
    if loss.radius == np.inf:
        return Finding(True, "nobody has a second strategy")
    other = f"{form.strategies[nearest][loss.strategy]!r} of {form.players[nearest]}"
    if 2 * loss.radius <= TIE:
        return Finding(False, f"{other} is as good")
    return Finding(
        True, f"every departure costs at least {2 * loss.radius:.3g} of its player's range of payoffs, first {other}"
    )


def _nearest(profile: Profile, worths: list[Floats]) -> tuple[int, Loss]:
    """The player of a pure profile who is nearest to another strategy, and the radius."""
    losses = [pure_radius(worth, int(own.argmax())) for own, worth in zip(profile, worths, strict=True)]
    player = min(range(len(losses)), key=lambda i: losses[i].radius)
    return player, losses[player]


def _undominated(form: StrategicForm, scaled: Floats, profile: Profile) -> Finding:
    if form.payoffs[0].size > MOST_CELLS:
        return Finding(None, f"{form.payoffs[0].size} pure profiles; at most {MOST_CELLS} are given to linear programming")
    unsure = ""
    for i, (player, own) in enumerate(zip(form.players, profile, strict=True)):
        given, unit = (np.moveaxis(payoffs[i], i, 0).reshape(len(own), -1) for payoffs in (form.payoffs, scaled))
        found, words = dominance(given, unit, own, form.strategies[i])
        if found:
            return Finding(False, f"for {player} {words}")
        unsure = unsure or (f"for {player} {words}" if found is None else "")
    return Finding(None, unsure) if unsure else Finding(True, "nobody plays a weakly dominated strategy")


def _perfect(form: StrategicForm, profile: Profile, strict: Finding, undominated: Finding) -> Finding:
    if undominated.value is False:
        return Finding(False, f"dominated: {undominated.reason}")
    if strict.value:
        return Finding(True, "strict equilibria are perfect")
    if all(np.count_nonzero(own) == len(own) for own in profile):
        return Finding(True, "completely mixed equilibria are perfect")
    if len(profile) > 2:
        return Finding(None, "with three or more players an undominated equilibrium may or may not be perfect")
    if undominated.value is None:
        return Finding(None, undominated.reason)
    return Finding(True, "with two players, undominated equilibria are perfect")


def _index(form: StrategicForm, scaled: Floats, profile: Profile, worths: list[Floats], strict: Finding) -> Finding:
    if strict.value:
        return Finding(1, "strict equilibria have index +1")
    if len(profile) > 2:
        return Finding(None, f"the formula takes two players, here are {len(profile)}")
    used = [np.flatnonzero(own) for own in profile]
    if len(used[0]) != len(used[1]):
        return Finding(None, "not regular: the supports differ in size; VertexEnumeration computes the component's index")
    for i, (own, worth) in enumerate(zip(profile, worths, strict=True)):
        rest = np.flatnonzero((own == 0.0) & (worth.max() - worth <= TIE))
        if rest.size:
            tied = f"{form.strategies[i][int(rest[0])]!r} of {form.players[i]} is as good though it is not played"
            return Finding(None, f"not regular: {tied}; VertexEnumeration computes the component's index")
    size = len(used[0])
    sign = (-1) ** (size + 1)
    for payoffs in scaled:
        # With a border of -1 and 1 payoffs need not be made positive: det [A -1; 1 0] = det(A) sum(inverse of A) does not
        # change with a constant and, where the worth 1 / sum(inverse of A) is positive, has the sign of det(A).
        bordered = indifference(payoffs[np.ix_(*used)])
        if np.linalg.svd(bordered, compute_uv=False)[-1] <= REGULAR:
            return Finding(None, "not regular: the indifference conditions are singular; see VertexEnumeration")
        sign *= int(np.sign(np.linalg.det(bordered)))
    return Finding(sign, "regular, by the signs of the determinants on its supports")


def _replicator(form: StrategicForm, profile: Profile, strict: Finding) -> Finding:
    if len(profile) > 2:
        return Finding(None, f"Nashpy's dynamics take two players, here are {len(profile)}")
    if max(form.shape) > MOST_STRATEGIES:
        return Finding(None, f"{max(form.shape)} strategies; the dynamics are run for at most {MOST_STRATEGIES}")
    found = dynamically_stable(form, profile)
    words = f"simulated play returned from {found.replicator} of {found.starts} starts near it"
    theory = (
        "strict equilibria are asymptotically stable" if strict.value else "only strict equilibria are asymptotically stable"
    )
    return Finding(found.replicator == found.starts, f"{words}; {theory}")


def _radius(form: StrategicForm, scaled: Floats, profile: Profile, worths: list[Floats]) -> Finding:
    sizes = [np.count_nonzero(own) for own in profile]
    if max(sizes) == 1:
        player, loss = _nearest(profile, worths)
        if loss.radius == np.inf:
            return Finding(np.inf, "nobody has a second strategy")
        other = f"{form.strategies[player][loss.strategy]!r} of {form.players[player]}"
        if 2 * loss.radius <= TIE:
            return Finding(0.0, f"{other} is as good, and becomes better with the least change")
        return Finding(loss.radius, f"beyond this share of each player's range of payoffs {other} may become better")
    if len(profile) > 2:
        return Finding(None, "the conditions of a mixed equilibrium of three or more players are not linear")
    if sizes[0] != sizes[1]:
        return Finding(0.0, "the supports differ in size: the least change leaves no equilibrium with the same supports")
    first = support_radius(scaled[0], profile[0], profile[1]), 0
    second = support_radius(np.ascontiguousarray(scaled[1].T), profile[1], profile[0]), 1
    loss, player = min(first, second, key=lambda found: found[0].radius)
    owner = player if loss.better else 1 - player
    lost = f"{form.strategies[owner][loss.strategy]!r} of {form.players[owner]}"
    if loss.radius <= TIE:
        return Finding(0.0, f"the least change leaves no equilibrium with the same supports: it turns on {lost}")
    what = f"{lost} may become better than what is played" if loss.better else f"{lost} may drop out of the mixture"
    return Finding(loss.radius, f"beyond this share of each player's range of payoffs {what}")
