"""An equilibrium in the field's words: its name, whether deterrence succeeds, who fights."""

from collections.abc import Mapping, Sequence

from deterrence_games.forms.tree import History, InformationSet
from deterrence_games.results.equilibrium import TIE, Equilibrium

Pattern = Mapping[tuple[str, str, History], tuple[str, ...]]


def equilibrium_name(names: Mapping[str, Pattern], equilibrium: Equilibrium) -> str:
    """The first name whose pattern the equilibrium matches, else an empty string.

    A pattern gives for some information sets the actions that may be played there. It does not match an equilibrium that
    leaves one of them open (a strategy of the normal form is silent where its owner never comes).
    """
    for name, pattern in names.items():
        for where, allowed in pattern.items():
            behavior = equilibrium.behavior.get(InformationSet(*where))
            if behavior is None or not {action for action, p in behavior.items() if p > TIE} <= set(allowed):
                break
        else:
            return name
    return ""


def verdict(equilibrium: Equilibrium, status_quo: str | None, wars: Mapping[str, Sequence[str]]) -> str:
    """One sentence: whether deterrence succeeds, who fights with which probability, how strict the equilibrium is."""
    parts = []
    if status_quo is not None:
        parts.append(_success(equilibrium.outcomes.get(status_quo, 0.0)))
    fighting: dict[tuple[str, ...], float] = {}
    for outcome, fighters in wars.items():
        fighting[tuple(fighters)] = fighting.get(tuple(fighters), 0.0) + equilibrium.outcomes.get(outcome, 0.0)
    fights = [f"{_list(who)} fight{_probability(p)}" for who, p in fighting.items() if p > TIE]
    if wars:
        parts.append(", ".join(fights) if fights else "nobody fights")
    if equilibrium.verdict:
        parts.append(equilibrium.verdict)
    return "; ".join(parts)


def _success(p: float) -> str:
    if p >= 1 - TIE:
        return "deterrence succeeds"
    if p <= TIE:
        return "deterrence fails"
    return f"deterrence succeeds with probability {p:.4g}"


def _probability(p: float) -> str:
    return "" if p >= 1 - TIE else f" with probability {p:.4g}"


def _list(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
