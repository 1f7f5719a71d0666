"""What a credibility report is made of: threats and promises, who would carry them out, whom they move, which are empty."""

from dataclasses import dataclass

from deterrence_games.forms.tree import History

NO_MASS = 1e-9  # a type or an action with less probability is thought impossible
LONGEST_HISTORY = 6  # steps told


@dataclass(frozen=True)
class Resolve:
    """Whether one type of the maker would carry the threat or promise out.

    Attributes
    ----------
    type : str
    belief : float
        Probability of the type when the action falls due.
    carrying_out, backing_down : float
        Expected payoff of the action and of the best alternative, in payoff units, with play and beliefs of the equilibrium.
    instead : str
        The best alternative.
    probability : float
        With which the type carries it out in the equilibrium.
    credible : bool
        Carrying it out is a best reply.
    tie : bool
        Carrying it out is worth as much as backing down.
    """

    type: str
    belief: float
    carrying_out: float
    backing_down: float
    instead: str
    probability: float
    credible: bool
    tie: bool

    @property
    def difference(self) -> float:
        """What carrying it out is worth against backing down, in payoff units."""
        return self.carrying_out - self.backing_down


@dataclass(frozen=True)
class Effect:
    """What the threat or promise does to one type of the addressee.

    Attributes
    ----------
    type : str
    belief : float
        Probability of the type when it makes its move.
    move_worth, other_worth : float
        Expected payoff, in payoff units, of the move that the threat or promise is about, and of the best other move.
    other_move : str
        That other move.
    threshold : float
        The probability of being carried out at which the type is indifferent between the two; the threat deters, or the
        promise encourages, from there upwards. Below 0 it is not needed, above 1 no probability is enough; ``-inf`` and
        ``inf`` where bisection finds no point in [0, 1], or where the probability makes no difference because the play of
        others never lets it fall due.
    method : str
        ``"closed form"`` when the addressee's payoff is linear in the probability; ``"bisection"`` when the addressee
        moves again before the action falls due, so that its payoff has kinks.
    margin : float
        Probability of being carried out minus `threshold`; 0 at a tie.
    works : bool
        The type is deterred or encouraged, so that its margin is not negative.
    tie : bool
        The type is indifferent.
    """

    type: str
    belief: float
    move_worth: float
    other_worth: float
    other_move: str
    threshold: float
    method: str
    margin: float
    works: bool
    tie: bool


@dataclass(frozen=True)
class Commitment:
    """A threat or promise in one equilibrium.

    Attributes
    ----------
    kind : str
        ``"threat"`` or ``"promise"``.
    equilibrium : int
        Position in the solution.
    equilibrium_name : str
    player, history, action
        Who would do what after which public history.
    player_role, addressee_role : str
        As the game gives them, or empty; only for wording.
    addressee, decision, move
        Who is to believe it: the player who, at the earlier history `decision`, is to be deterred from (a threat) or
        encouraged to (a promise) the move.
    against : tuple of str
        The addressee's other moves: those that a threat favours, or those that a promise is to prevent.
    probability : float
        With which it is carried out, given that its history is reached, by the belief that the addressee then holds.
    probability_range : tuple of two float
        Bounds on it over the equilibrium's continuum of behaviour and beliefs (each bounded by itself).
    resolves : tuple of Resolve
        By type of the player.
    effects : tuple of Effect
        By type of the addressee, those types to which it is a threat (a promise).
    """

    kind: str
    equilibrium: int
    equilibrium_name: str
    player: str
    history: History
    action: str
    addressee: str
    decision: History
    move: str
    against: tuple[str, ...]
    probability: float
    probability_range: tuple[float, float]
    resolves: tuple[Resolve, ...]
    effects: tuple[Effect, ...]
    player_role: str = ""
    addressee_role: str = ""

    @property
    def words(self) -> str:
        """The threat or promise in a sentence."""
        verb, aim = ("threatens", "to deter") if self.kind == "threat" else ("promises", "to encourage")
        link = "from" if self.kind == "threat" else "to"
        return (
            f"{with_role(self.player, self.player_role)} {verb} to {self.action!r}{after(self.history)}, "
            f"{aim} {with_role(self.addressee, self.addressee_role)} {link} {self.move!r}"
        )

    @property
    def credible(self) -> bool:
        """Whether every type of the player that is thought possible would carry it out."""
        return all(resolve.credible for resolve in self.resolves if resolve.belief > NO_MASS)

    @property
    def works(self) -> bool:
        """Whether it deters (encourages) every type of the addressee that is thought possible."""
        return all(effect.works for effect in self.effects if effect.belief > NO_MASS)


@dataclass(frozen=True)
class EmptyThreat:
    """An incredible action off the path of play that a Nash equilibrium relies on.

    Attributes
    ----------
    equilibrium : int
        Position in the Nash equilibria of the report.
    player, type, history, action
        Who would do what after which public history.
    player_role, addressee_role : str
        As the game gives them, or empty; only for wording.
    probability : float
        With which the equilibrium has the type do it.
    cost : float
        What carrying it out costs against `instead` at least, in payoff units: over all beliefs about players whose moves
        the equilibrium excludes, with best replies in later play.
    instead : str
        The best reply at the belief for which the cost is least.
    addressee, decision, move
        Who is kept from which move, after which public history.
    perfect : bool
        A perfect Bayesian equilibrium has the same play on the path, so that the outcome does not need the empty threat.
    pivotal : bool
        With a best reply in the place of this action alone, some type of the addressee would gain by the move.
    """

    equilibrium: int
    player: str
    type: str
    history: History
    action: str
    probability: float
    cost: float
    instead: str
    addressee: str
    decision: History
    move: str
    perfect: bool
    pivotal: bool
    player_role: str = ""
    addressee_role: str = ""

    @property
    def words(self) -> str:
        """The empty threat in a sentence."""
        owner = f"{self.type} {with_role(self.player, self.player_role)}".strip()
        alone = "it alone keeps" if self.pivotal else "it helps to keep"
        return (
            f"{owner} threatens to {self.action!r}{after(self.history)}, which is empty: it would cost at least "
            f"{number(self.cost)} against {self.instead!r}; {alone} {with_role(self.addressee, self.addressee_role)} "
            f"from {self.move!r}"
        )


def with_role(player: str, role: str) -> str:
    """Name a player with its role, unless the two are the same word."""
    return f"{player} ({role})" if role and role != player else player


def after(history: History) -> str:
    """Tell a public history, only its end when it is long."""
    steps = [f"({', '.join(step)})" if isinstance(step, tuple) else step for step in history]
    if len(steps) > LONGEST_HISTORY:
        steps = ["...", *steps[-LONGEST_HISTORY:]]
    return f" after {' > '.join(steps)}" if steps else ""


def number(value: float) -> str:
    """Write a number for a table."""
    return f"{value + 0.0:.4g}"  # adding zero turns -0.0 into 0
