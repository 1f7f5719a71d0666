"""`Guarantee`: an alliance's promise to defend one member against one aggressor, as a game with numbers and their standing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from deterrence_games.alliances.assumptions import (
    BY_ALLY,
    CLAUSE_WEIGHTS,
    ILLUSTRATIVE,
    Assumption,
    Numbers,
    by_ally,
    checked_rule,
    one_number,
)
from deterrence_games.alliances.obligations import AUTOMATICITY
from deterrence_games.errors import ParameterError
from deterrence_games.forms.joining import JoiningForm, PrivateJoiningForm
from deterrence_games.results.cut_points import CutPointSolution
from deterrence_games.results.joining import JoiningSolution
from deterrence_games.solvers.cut_points import CutPoints
from deterrence_games.solvers.joining_equilibria import JoiningEquilibria

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Guarantee:
    """A guarantee as a joining game, with everything that went in. Build it with `guarantee`.

    Attributes
    ----------
    alliance : str
    year : int or None
    aggressor, target : str
    private : PrivateJoiningForm
        The game: allies' secret costs of war around the medians of ``private.form``.
    automaticity : mapping ally -> str
        The strictest clause by which it owes the target defence or consultation here; ``"none"`` where it owes nothing.
    weight : mapping ally -> float
        Share of the full promise that is broken by staying away.
    full_promise, audience : mapping ally -> float
        Cost of breaking a full promise, and what an audience at home adds.
    rule : str
        ``"each_for_itself"``, ``"consensus"`` or ``"majority"``: how the allies decide.
    assumptions : tuple of Assumption
    """

    alliance: str
    year: int | None
    aggressor: str
    target: str
    private: PrivateJoiningForm
    automaticity: Mapping[str, str]
    weight: Mapping[str, float]
    full_promise: Mapping[str, float]
    audience: Mapping[str, float]
    rule: str
    assumptions: tuple[Assumption, ...]

    @property
    def form(self) -> JoiningForm:
        """The game with costs known at their medians."""
        return self.private.form

    @property
    def allies(self) -> tuple[str, ...]:
        """The members who may come."""
        return self.form.allies

    def equilibria(self, limit: int = 10_000) -> JoiningSolution:
        """All pure equilibria with costs known at their medians, each ally deciding for itself; the first `limit` are listed.

        Raises
        ------
        SizeError
            When there are more allies than can be enumerated.
        """
        return JoiningEquilibria(limit=limit).solve(self.form)

    def cut_points(self) -> CutPointSolution:
        """The Bayesian equilibria in cut-points, each ally deciding for itself."""
        return CutPoints().solve(self.private)

    def changed(self, **quantities: Any) -> "Guarantee":
        """The same guarantee with other numbers.

        Parameters
        ----------
        **quantities
            ``stake``, ``war_cost``, ``veto``, ``spread``, ``audience``, ``promise``: a number for every ally or a mapping from
            some to theirs (a promise is the full one, before the clause's weight); ``prize``, ``aggressor_cost``,
            ``aggressor_spread``, ``decisiveness``, ``company``, ``late``, ``punishment``, ``target_strength``,
            ``aggressor_strength``: a number; ``rule``: a decision rule; ``automaticity``: a clause for every ally.

        Raises
        ------
        ParameterError
            When a quantity or an ally is unknown.
        GameError
            When a number is out of its range.
        """
        form, private = self.form, self.private
        own: dict[str, Any] = {}
        secret: dict[str, Any] = {}
        changed: dict[str, Any] = {}
        promise, audience = dict(self.full_promise), dict(self.audience)
        weight, automaticity = dict(self.weight), dict(self.automaticity)
        for name, value in quantities.items():
            if name in ("stake", "war_cost"):
                field = "cost" if name == "war_cost" else name
                own[field] = self._column(name, value, getattr(form, field))
            elif name in ("veto", "spread"):
                secret[name] = self._column(name, value, getattr(private, name))
            elif name in ("promise", "audience"):
                column = promise if name == "promise" else audience
                column |= dict(zip(self.allies, self._column(name, value, np.array(list(column.values()))), strict=True))
            elif name == "automaticity":
                if value not in AUTOMATICITY:
                    raise ParameterError(
                        f"{self.title}: automaticity {value!r} is unknown; use one of {', '.join(AUTOMATICITY)}"
                    )
                weight = dict.fromkeys(self.allies, CLAUSE_WEIGHTS[value])
                automaticity = dict.fromkeys(self.allies, value)
            elif name == "rule":
                changed["rule"] = checked_rule(value)
            elif name == "aggressor_spread":
                secret[name] = one_number(self.title, name, value)
            elif name == "aggressor_cost":
                own["war_cost"] = one_number(self.title, name, value)
            elif name in (
                "prize", "decisiveness", "company", "late", "punishment", "target_strength", "aggressor_strength"
            ):  # fmt: skip
                own[name] = one_number(self.title, name, value)
            else:
                known = (*BY_ALLY[:5], "spread", *list(ILLUSTRATIVE)[7:], "target_strength", "aggressor_strength")
                raise ParameterError(
                    f"{self.title}: quantity {name!r} is unknown; use one of {', '.join((*known, 'rule', 'automaticity'))}"
                )
        own["promise"] = np.array([weight[ally] * promise[ally] + audience[ally] for ally in self.allies])
        told: dict[tuple[str, str], Assumption] = {}
        for name, value in quantities.items():
            if name == "automaticity":
                for ally in self.allies:
                    told["clause weight", ally] = Assumption(
                        "clause weight", ally, weight[ally], "illustrative", "given", value
                    )
            elif name != "rule":
                states = (*self.allies,) if name in BY_ALLY else {"target_strength": (self.target,)}.get(name, ("",))
                states = (self.aggressor,) if name == "aggressor_strength" else states
                quantity = "strength" if name.endswith("_strength") else name
                for state in states:
                    if not isinstance(value, Mapping) or state in value:
                        number = float(value[state] if isinstance(value, Mapping) else value)
                        told[quantity, state] = Assumption(quantity, state, number, "given", "given", "changed by the caller")
        kept = tuple(told.pop((own.quantity, own.state), own) for own in self.assumptions)
        return replace(
            self,
            private=replace(private, form=replace(form, **own), **secret),
            full_promise=promise,
            audience=audience,
            weight=weight,
            automaticity=automaticity,
            assumptions=(*kept, *told.values()),
            **changed,
        )

    @property
    def title(self) -> str:
        """What the guarantee is called in messages and tables."""
        return self.form.name

    def to_dataframe(self) -> "pd.DataFrame":
        """Every number that went in, with its mark, standing and source (needs the extra ``tables``)."""
        import pandas as pd

        return pd.DataFrame([vars(own) for own in self.assumptions])

    def _column(self, name: str, value: Numbers, before: Any) -> Any:
        return np.array(
            list(by_ally(self.title, name, value, self.allies, dict(zip(self.allies, before, strict=True))).values())
        )

    def __repr__(self) -> str:
        form = self.form
        marks = {
            mark: sum(own.mark == mark for own in self.assumptions) for mark in ("data", "derived", "given", "illustrative")
        }
        return (
            f"<Guarantee {self.title}: {len(self.allies)} allies of strength {form.strength.sum():.6g}, {self.target} "
            f"{form.target_strength:.6g} against {self.aggressor} {form.aggressor_strength:.6g}; {self.rule}; numbers: "
            f"{', '.join(f'{count} {mark}' for mark, count in marks.items())}>"
        )
