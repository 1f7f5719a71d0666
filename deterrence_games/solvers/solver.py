"""What every solver is: a frozen set of options that says which forms it takes and solves them."""

from abc import ABC, abstractmethod
from typing import ClassVar

from deterrence_games.errors import SolverError
from deterrence_games.forms import ExtensiveForm, SequenceForm, StrategicForm, TreeForm
from deterrence_games.results import Solution

Form = StrategicForm | TreeForm | SequenceForm | ExtensiveForm


class Solver(ABC):
    """An algorithm with its options; derived classes are frozen dataclasses, abstract or final.

    Attributes
    ----------
    takes : type
        The kind of form that the solver reads. Trees are compiled to it where they can be.
    """

    takes: ClassVar[type[StrategicForm] | type[TreeForm] | type[SequenceForm]]

    @abstractmethod
    def accepts(self, form: Form) -> str | None:
        """Return None when the solver can take the form, else the reason why not, with the remedy."""

    @abstractmethod
    def solve(self, form: Form) -> Solution:
        """Find equilibria and measure each of them.

        Raises
        ------
        SolverError
            When the solver does not accept the form.
        SizeError
            When the form is larger than the solver's limit.
        """

    def refuse(self, form: Form, reason: str) -> SolverError:
        """Return the error for a form that the solver does not accept."""
        return SolverError(f"game {name_of(form)!r}: {type(self).__name__} cannot take it: {reason}")


def name_of(form: Form) -> str:
    """The name of the game behind a form."""
    return form.structure.name if isinstance(form, TreeForm) else form.name


def strictness(margin: float) -> str:
    """Tell in words how strict an equilibrium with this margin is."""
    if margin == float("inf"):
        return "nobody has a second action"
    if margin > 1e-9:
        return f"strict: every departure costs at least {margin:.3g}"
    return "not strict: some departure costs nothing"
