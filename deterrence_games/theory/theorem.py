"""What a derivation gives: every family of equilibria with its conditions."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy
from sympy import Expr

from deterrence_games.errors import GameError, ParameterError
from deterrence_games.forms.tree import InformationSet
from deterrence_games.games import Game
from deterrence_games.games.expressions import to_text
from deterrence_games.lowering.grid import Axis
from deterrence_games.results.region_map import RegionMap
from deterrence_games.theory.claims import Claim
from deterrence_games.theory.closed_values import ClosedValues
from deterrence_games.theory.compiled_values import CompiledValues, PointValues
from deterrence_games.theory.effects import Effect, words_of
from deterrence_games.theory.family import Family
from deterrence_games.theory.html import html_of
from deterrence_games.theory.instances import Instance, instance_of, point_of
from deterrence_games.theory.latex import latex_of
from deterrence_games.theory.maps import map_of
from deterrence_games.theory.proofs import Proof, prove
from deterrence_games.theory.prover import Prover
from deterrence_games.theory.refinements import refined
from deterrence_games.theory.robustness import Robustness, robustness_of
from deterrence_games.theory.statics import Statics, statics_of
from deterrence_games.theory.support_class import SupportClass


@dataclass(frozen=True, eq=False, repr=False)
class Theorem:
    """All perfect Bayesian equilibria of a game in closed form.

    Attributes
    ----------
    game : Game
    families : tuple of Family
        Those that exist on open sets of parameters.
    border_families : tuple of Family
        Those that exist only where an equation between parameters holds.
    undecided : tuple of str
        Support classes that were neither solved nor proved empty, in words, with the reason.
    stopped : bool
        Whether a time limit ended the search before every class was looked at.
    seconds : float
        Time taken.
    stats : mapping str -> int
        Assignments looked at, classes not proved empty, questions that went to z3.
    classes : tuple of SupportClass
        What the families were made of; empty when the theorem was read from a file.
    refinements : tuple of str
        What beliefs were restricted by, in turn.
    effects : tuple of Effect
        What the last refinement did to each of the families before it.
    resume_search : callable or None
        See `resume`.

    Examples
    --------
    >>> import deterrence_games as dg
    >>> theorem = dg.derive(dg.models.rudimentary_asymmetric_deterrence())
    >>> theorem.complete, [family.name for family in theorem.families]
    (True, ['Deterrence', 'Attack'])
    >>> theorem["Deterrence"].conditions
    (p >= (a_DC - a_SQ)/(a_DC - a_DD),)
    """

    game: Game
    families: tuple[Family, ...]
    border_families: tuple[Family, ...]
    undecided: tuple[str, ...]
    stopped: bool
    seconds: float
    stats: Mapping[str, int]
    prover: Prover
    classes: tuple[SupportClass, ...] = ()
    refinements: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    resume_search: "Callable[[float], Theorem] | None" = None

    @property
    def complete(self) -> bool:
        """True only when every support class was solved or proved empty."""
        return not self.stopped and not self.undecided

    @property
    def completeness(self) -> str:
        """In words, how far the derivation went."""
        if self.stopped:
            return (
                f"stopped at the time limit after {self.stats['assignments']} assignments of supports; families may be missing"
            )
        if self.undecided:
            return f"every support was searched, but {len(self.undecided)} classes are open: {'; '.join(self.undecided[:3])}"
        return "every support of behaviour and of free beliefs was solved or proved empty"

    def resume(self, *, seconds: float = 600.0) -> "Theorem":
        """Go on with a derivation that a time limit has stopped, where it was stopped.

        Parameters
        ----------
        seconds : float
            How long to go on.

        Raises
        ------
        GameError
            When the derivation was not stopped, or the theorem was refined or read from a file.
        """
        if self.resume_search is None:
            raise GameError(f"game {self.game.name!r}: there is nothing to resume; only what derive was stopped at can go on")
        return self.resume_search(seconds)

    def __iter__(self) -> Iterator[Family]:
        return iter(self.families)

    def __getitem__(self, name: str) -> Family:
        """The family on open sets that bears a name."""
        for family in self.families:
            if family.name == name:
                return family
        raise KeyError(f"no family is called {name!r}; the names are {[family.name for family in self.families]}")

    def __repr__(self) -> str:
        kept = f", {' and '.join(self.refinements)}" if self.refinements else ""
        lines = [f"Theorem on {self.game.name!r}{kept}: {self.completeness}"]
        for title, families in (("", self.families), ("on borders only:", self.border_families)):
            if title and families:
                lines.append(title)
            for family in families:
                conditions = words_of(family.conditions) or "always"
                lines.append(f"  {family.name}: {conditions}")
        return "\n".join(lines)

    # ---- claims and words ----------------------------------------------------------------------------------------------

    def prove(self, claim: Claim | str) -> Proof:
        """Prove or refute a claim under the game's assumptions.

        Parameters
        ----------
        claim : Existence, Exclusion, Implication, Monotone, Equivalence, Borders, Throughout or str
            For claims as text see `deterrence_games.theory.claim_text.read_claim`.

        Returns
        -------
        Proof

        Raises
        ------
        GameError
            When the claim names what the game does not have.

        Examples
        --------
        >>> import deterrence_games as dg
        >>> from deterrence_games.theory import Existence, Implication
        >>> theorem = dg.derive(dg.models.rudimentary_asymmetric_deterrence())
        >>> theorem.prove(Existence()).verdict
        'proved'
        >>> theorem.prove(Implication("Attack", "conflict <= (a_DC - a_SQ)/(a_DC - a_DD)")).verdict
        'proved'
        >>> theorem.prove(Implication("Attack", "conflict <= 1/2")).verdict
        'refuted'
        """
        return prove(self, claim, self.prover)

    def refine(self, criterion: str, *, seconds: float = 600.0) -> "Theorem":
        """The equilibria whose beliefs after deviations satisfy a refinement.

        Belief sets are narrowed, and conditions hold exactly where a belief is left that supports the equilibrium; `effects`
        of what is returned says what became of each family. To refine once more restricts beliefs by both.

        Parameters
        ----------
        criterion : {"passive beliefs", "monotone beliefs", "intuitive criterion", "D1"}
            As defined in `deterrence_games.theory.refinements`, with sources.
        seconds : float
            The search for responses to deviations stops after so many seconds; the theorem then says that it is not complete.

        Returns
        -------
        Theorem
            Supports on which the refinement could not be decided are kept as they were, and listed in `undecided`.

        Raises
        ------
        GameError
            When there is no such refinement, when it is not defined for the game, and for a theorem read from a file.

        Examples
        --------
        >>> import deterrence_games as dg
        >>> theorem = dg.derive(dg.models.unilateral_deterrence()).refine("D1")
        >>> for effect in theorem.effects:
        ...     print(effect)
        Certain Deterrence: kept
        Steadfast Deterrence: kept only where p_def >= (c_DC - c_SQ)/(c_DC - c_DDh)
        Separating: kept
        Attack: kept
        Bluff: kept
        """
        return refined(self, criterion, seconds)

    def statics(self, parameters: Sequence[str] | None = None) -> Statics:
        """Comparative statics: how outcomes' probabilities, payoffs and thresholds move with parameters, and jumps at borders.

        Parameters
        ----------
        parameters : sequence of str, optional
            All by default.

        Returns
        -------
        Statics
            Signs of derivatives throughout each family, proved, or shown to be mixed by two witnesses in exact rationals.

        Raises
        ------
        GameError
            For an unknown parameter.

        Examples
        --------
        >>> import deterrence_games as dg
        >>> theorem = dg.derive(dg.models.rudimentary_asymmetric_deterrence())
        >>> statics = theorem.statics(("a_SQ", "p"))
        >>> statics["Deterrence", "threshold of p >= (a_DC - a_SQ)/(a_DC - a_DD)", "a_SQ"].verdict
        'falls'
        >>> statics["Attack", "probability of conflict", "p"].verdict
        'rises'
        """
        return statics_of(self, parameters)

    def robustness(self, params: Mapping[str, Any]) -> tuple[Robustness, ...]:
        """How far each family that holds at a point reaches around it, and what holds beyond.

        Parameters
        ----------
        params : mapping parameter -> number

        Returns
        -------
        tuple of Robustness
            One for each of `families` that holds at the point: the nearest border in each parameter, exact, and bounds of
            the joint relative distance.

        Raises
        ------
        ParameterError
            As `at`.

        Examples
        --------
        >>> import deterrence_games as dg
        >>> theorem = dg.derive(dg.models.rudimentary_asymmetric_deterrence())
        >>> (held,) = theorem.robustness(dict(a_SQ=0, a_DC=1, a_DD=-3, b_SQ=3, b_DC=1, b_DDh=2, b_DDs=0, p=0.5))
        >>> held.down["p"].border, held.down["p"].beyond
        (1/4, ('Attack',))
        """
        here = {instance.name for instance in self.at(params)}
        point = point_of(self.game, params)
        return tuple(robustness_of(self, family, point) for family in self.families if family.name in here)

    def to_latex(self, *, standalone: bool = False) -> str:
        """The theorem in LaTeX: a proposition with an item a family, and a table with its behaviour, beliefs and payoffs.

        Parameters
        ----------
        standalone : bool
            A whole document; otherwise the text for one that loads ``amsmath``, ``array`` and ``longtable`` and has an
            environment ``proposition``.
        """
        return latex_of(self, standalone)

    def to_html(self, *, standalone: bool = False) -> str:
        """The theorem as an HTML table, with formulas in MathML; a whole page when `standalone`."""
        return html_of(self, standalone)

    def _repr_html_(self) -> str:
        return self.to_html()

    # ---- at numbers ----------------------------------------------------------------------------------------------------

    def at(self, params: Mapping[str, Any]) -> tuple[Instance, ...]:
        """The equilibria at one parameter point, computed in fractions.

        Parameters
        ----------
        params : mapping parameter -> number
            Floats stand for the shortest decimal that prints them.

        Returns
        -------
        tuple of Instance
            Those of `families` first, then those of `border_families`.

        Raises
        ------
        ParameterError
            When a parameter is missing or unknown, or breaks an assumption of the game, on which the theorem rests.
        """
        values = point_of(self.game, params)
        for relation in self.game.assumptions:
            if relation.subs(values) != sympy.true:
                raise ParameterError(
                    f"game {self.game.name!r}: the theorem assumes {to_text(relation)}, which does not hold at these "
                    "parameters; change them, or derive the game without the assumption"
                )
        found = (instance_of(family, values) for family in (*self.families, *self.border_families))
        return tuple(instance for instance in found if instance is not None)

    def exists(self, params: Mapping[str, Any]) -> dict[str, npt.NDArray[np.bool_]]:
        """Where each of `families` exists, over arrays of parameters; nowhere where an assumption of the game fails.

        Parameters
        ----------
        params : mapping parameter -> number or array
            Arrays that broadcast against one another.

        Returns
        -------
        dict family name -> bool array of the common shape

        Raises
        ------
        ParameterError
            When a parameter is missing.
        """
        for name in self.game.parameters:
            if name not in params:
                raise ParameterError(f"game {self.game.name!r}: parameter {name!r} is missing; give a value for it")
        columns = np.broadcast_arrays(*(np.asarray(params[name], dtype=np.float64) for name in self.game.parameters))
        shape = columns[0].shape if columns else ()
        flat = {name: column.ravel() for name, column in zip(self.game.parameters, columns, strict=True)}
        found, _, _, _ = self.regions.evaluate(flat, math.prod(shape), ())
        return {family.name: found[:, k].reshape(shape) for k, family in enumerate(self.families)}

    def evaluate(self, params: Mapping[str, npt.ArrayLike], quantities: str | Sequence[str] = ("outcomes",)) -> PointValues:
        """The theorem at millions of points, compiled: which families exist, where borders are, and quantities in each family.

        Parameters
        ----------
        params : mapping parameter -> float64[point] or number
        quantities : str or sequence of str
            Of ``outcomes``, ``payoffs``, ``war``, ``deterrence`` and ``strategies``, whose labels are those of `Game.outcomes`,
            of `Game.players`, one, one, and every action at every information set in the order of `TreeForm.structure`.

        Raises
        ------
        ParameterError
            For a parameter or quantity that is unknown, missing or no number, and columns of different lengths.
        """
        return self.compiled(quantities).evaluate(params)

    def compiled(self, quantities: str | Sequence[str]) -> CompiledValues:
        """What `evaluate` runs, made once for each choice of quantities."""
        wanted = (quantities,) if isinstance(quantities, str) else tuple(quantities)
        if wanted not in self._compiled:
            self._compiled[wanted] = CompiledValues(self.values, wanted)
        return self._compiled[wanted]

    def map(self, x: Axis, y: Axis, fixed: Mapping[str, Any] | None = None) -> RegionMap:
        """Which of `families` exist at every point of a grid over two parameters, from their closed forms.

        Parameters
        ----------
        x, y : (parameter, low, high, points)
            Evenly spaced values, ends included.
        fixed : mapping parameter -> number
            Every other parameter.

        Returns
        -------
        RegionMap
            ``complete`` is false where an assumption fails, as ``0 < p`` does at zero: there the theorem says nothing.

        Raises
        ------
        ParameterError
            As `equilibrium_map`.
        SizeError
            For more than 25 million points.
        GameError
            For more than 64 families.
        """
        return map_of(self, x, y, fixed)

    @cached_property
    def regions(self) -> ClosedValues:
        """The families as functions of arrays, without quantities."""
        return ClosedValues.of(self, quantities=False)

    @cached_property
    def values(self) -> ClosedValues:
        """The families and their quantities as functions of arrays, in NumPy."""
        return ClosedValues.of(self)

    @cached_property
    def _compiled(self) -> dict[tuple[str, ...], CompiledValues]:
        return {}

    def probability(self, family: str, place: InformationSet | tuple[Any, ...], action: str) -> Expr:
        """The probability of an action in a family, in closed form."""
        return self[family].strategies[InformationSet(*place)][action]
