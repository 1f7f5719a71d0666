"""Compiled games: frozen arrays plus names. No SymPy, no algorithms."""

from deterrence_games.forms.strategic import StrategicForm
from deterrence_games.forms.tree import InformationSet, TreeForm, TreeStructure

__all__ = ["InformationSet", "StrategicForm", "TreeForm", "TreeStructure"]
