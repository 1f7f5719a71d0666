"""Compiled games: frozen arrays plus names. No SymPy, no algorithms."""

from deterrence_games.forms.extensive import ExtensiveForm
from deterrence_games.forms.sequence import SequenceForm
from deterrence_games.forms.strategic import StrategicForm
from deterrence_games.forms.tree import InformationSet, TreeForm, TreeStructure

__all__ = ["ExtensiveForm", "InformationSet", "SequenceForm", "StrategicForm", "TreeForm", "TreeStructure"]
