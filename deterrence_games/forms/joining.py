"""The joining form: allies who decide at once whether to fight for a target, each moved by the others' strength alone."""

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from deterrence_games.errors import GameError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class JoiningForm:
    """An attacked target, its allies, and the aggressor, as numbers.

    A coalition of strength ``S``, the target's own strength included, holds with probability ``h(S) = S^d / (S^d + A^d)``
    against an aggressor of strength ``A`` (the ratio form of contest success [1]_). An ally of strength ``m`` that fights
    beside strength ``s`` of others bears the cost ``c * ((T + m) / (s + m))^e``: what coming alone would cost, less in company.
    With probability ``l`` the war is over before help arrives; then nobody fights and the target stood alone. An ally that
    stays away breaks a promise at cost ``b``. So coming is worth::

        (1 - l) * (v * (h(s + m) - h(s)) - c * ((T + m) / (s + m))^e) + b

    more than staying away, and depends on the others through ``s`` only. Attacking is worth ``V * (1 - h) - C - r * (S - T)``
    to the aggressor, and nothing when it keeps the peace.

    Parameters
    ----------
    allies : tuple of str
    strength, stake, cost, promise : float64[ally]
        ``m > 0``, ``v >= 0``, ``c >= 0`` and ``b``, the last three in units of each ally's own choosing.
    target_strength, aggressor_strength : float
        ``T`` and ``A``, positive, in the unit of ``strength``.
    decisiveness, company, late : float
        ``d > 0``, ``e >= 0`` and ``l`` within [0, 1).
    prize, war_cost, punishment : float
        ``V > 0``, ``C >= 0`` and ``r >= 0``, what each unit of the allies' strength costs an aggressor whatever the outcome.
    name : str

    Raises
    ------
    GameError
        When lengths differ, an ally is named twice, or a number is out of its range.

    References
    ----------
    .. [1] Skaperdas (1996), Contest success functions.

    Examples
    --------
    >>> form = JoiningForm(("a", "b"), [2, 1], [1, 1], [0.1, 0.1], [0, 0], 1, 4, prize=1, war_cost=0.4)
    >>> float(form.held(2.0))
    0.3333333333333333
    """

    allies: tuple[str, ...]
    strength: Floats
    stake: Floats
    cost: Floats
    promise: Floats
    target_strength: float
    aggressor_strength: float
    decisiveness: float = 1.0
    company: float = 0.0
    late: float = 0.0
    prize: float = 1.0
    war_cost: float = 0.0
    punishment: float = 0.0
    name: str = "joining game"

    def __post_init__(self) -> None:
        def fix(field: str, value: object) -> None:
            object.__setattr__(self, field, value)  # the class is frozen

        where = f"game {self.name!r}"
        fix("allies", tuple(self.allies))
        if len(set(self.allies)) != len(self.allies):
            twice = next(own for own in self.allies if self.allies.count(own) > 1)
            raise GameError(f"{where}: ally {twice!r} stands there twice; name each once")
        for name in ("strength", "stake", "cost", "promise"):
            try:
                column = np.array(getattr(self, name), dtype=np.float64, order="C")
            except (TypeError, ValueError):
                raise GameError(f"{where}: {name} is no list of numbers; give one number an ally") from None
            if column.shape != (len(self.allies),):
                raise GameError(f"{where}: {name} has shape {column.shape} for {len(self.allies)} allies; give one an ally")
            column.setflags(write=False)
            fix(name, column)
        for field in fields(self)[5:13]:
            try:
                fix(field.name, float(getattr(self, field.name)))
            except (TypeError, ValueError):
                raise GameError(f"{where}: {field.name} is {getattr(self, field.name)!r}; give a number") from None
        ranges = {
            "strength": (0.0, False), "stake": (0.0, True), "cost": (0.0, True), "promise": (-np.inf, True),
            "target_strength": (0.0, False), "aggressor_strength": (0.0, False), "decisiveness": (0.0, False),
            "company": (0.0, True), "late": (0.0, True), "prize": (0.0, False), "war_cost": (0.0, True),
            "punishment": (0.0, True),
        }  # fmt: skip
        for name, (least, reached) in ranges.items():
            value = np.atleast_1d(getattr(self, name))
            bad = ~np.isfinite(value) | (value < least) | ((value == least) & (not reached))
            if bad.any():
                place = int(np.argmax(bad))
                whose = f" of ally {self.allies[place]!r}" if name in ("strength", "stake", "cost", "promise") else ""
                limit = "finite" if least == -np.inf else f"finite and {'at least' if reached else 'above'} 0"
                raise GameError(f"{where}: {name}{whose} is {value[place]:g}; give a number that is {limit}")
        if self.late >= 1.0:
            raise GameError(f"{where}: late is {self.late:g}; give a probability below 1, at which help never arrives")

    @property
    def largest(self) -> float:
        """Strength of the target and all its allies."""
        return float(self.target_strength + self.strength.sum())

    @property
    def tie(self) -> float:
        """The most that attacking may be worth to an aggressor who keeps the peace: a rounding error, 1e-12 of the prize."""
        return 1e-12 * self.prize

    def held(self, strength: npt.ArrayLike) -> Floats:
        """Probability that a coalition of this strength holds once it fights, ``h``; any shape."""
        with np.errstate(over="ignore"):
            ratio = (self.aggressor_strength / np.asarray(strength, dtype=np.float64)) ** self.decisiveness
        return np.asarray(1.0 / (1.0 + ratio))

    def attack_value(self, strength: npt.ArrayLike) -> Floats:
        """What attacking is worth to the aggressor against a coalition of this strength, its late arrival counted in."""
        force = np.asarray(strength, dtype=np.float64)
        held = self.late * self.held(self.target_strength) + (1.0 - self.late) * self.held(force)
        return np.asarray(
            self.prize * (1.0 - held) - self.war_cost - self.punishment * (1.0 - self.late) * (force - self.target_strength)
        )


@dataclass(frozen=True, eq=False)
class PrivateJoiningForm:
    """A joining form in which each ally's cost of war is its own secret, and may be vetoed at home.

    An ally's cost is lognormal: its median is the form's ``cost``, the standard deviation of its logarithm is ``spread``. An
    ally that wants to come is kept at home with probability ``veto``, each by itself; it pays for the broken promise all the
    same.

    Parameters
    ----------
    form : JoiningForm
    spread : float64[ally] or float
        Positive.
    veto : float64[ally] or float
        Within [0, 1].
    aggressor_spread : float
        The same for the aggressor's cost of war; 0 makes it known.

    Raises
    ------
    GameError
        When a number is out of its range or a median cost is zero.
    """

    form: JoiningForm
    spread: Floats
    veto: Floats
    aggressor_spread: float = 0.0

    def __post_init__(self) -> None:
        where, n = f"game {self.form.name!r}", len(self.form.allies)
        for name, most in (("spread", np.inf), ("veto", 1.0)):
            try:
                column = np.array(np.broadcast_to(np.asarray(getattr(self, name), dtype=np.float64), (n,)))
            except (TypeError, ValueError):
                raise GameError(f"{where}: {name} is not one number an ally; give a number or {n} numbers") from None
            bad = ~np.isfinite(column) | (column < 0.0) | (column > most) | ((column == 0.0) & (name == "spread"))
            if bad.any():
                ally = self.form.allies[int(np.argmax(bad))]
                limit = "positive" if name == "spread" else "within [0, 1]"
                raise GameError(f"{where}: {name} of ally {ally!r} is {column[bad][0]:g}; give a number that is {limit}")
            column.setflags(write=False)
            object.__setattr__(self, name, column)
        if not np.isfinite(self.aggressor_spread) or self.aggressor_spread < 0.0:
            raise GameError(f"{where}: aggressor_spread is {self.aggressor_spread!r}; give a number of at least 0")
        if (self.form.cost <= 0.0).any():
            ally = self.form.allies[int(np.argmax(self.form.cost <= 0.0))]
            raise GameError(f"{where}: the median cost of ally {ally!r} is 0; a private cost needs a positive median")
