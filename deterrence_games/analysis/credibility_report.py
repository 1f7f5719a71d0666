"""The answer to "is the threat credible": an object, a text, an HTML table, and rows for a data frame."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from math import inf
from typing import TYPE_CHECKING, Any

from deterrence_games.analysis.threats import NO_MASS, Commitment, Effect, EmptyThreat, Resolve, after, number, with_role
from deterrence_games.results import Solution

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 96  # columns of text
MOST_SHOWN = 25  # equilibria, and empty threats, in text and HTML; `rows` has all


@dataclass(frozen=True, eq=False, repr=False)
class CredibilityReport:
    """The threats and promises of a game, assessed in each equilibrium of a solution.

    Attributes
    ----------
    game : str
    params : mapping parameter -> float
    solution : Solution
        The equilibria in which threats and promises are assessed.
    nash : Solution or None
        The Nash equilibria of the strategic form in which empty threats are looked for.
    threats, promises : tuple of Commitment
        Equilibrium by equilibrium.
    empty_threats : tuple of EmptyThreat
        Incredible actions that hold up a Nash equilibrium.
    notes : tuple of str
        What the reader must know: where strategies are silent, what was not searched.
    """

    game: str
    params: Mapping[str, float]
    solution: Solution
    nash: Solution | None
    threats: tuple[Commitment, ...]
    promises: tuple[Commitment, ...]
    empty_threats: tuple[EmptyThreat, ...]
    notes: tuple[str, ...] = field(default=())

    def __repr__(self) -> str:
        return _text(self)

    def _repr_html_(self) -> str:
        return _html(self)

    def to_dataframe(self) -> "pd.DataFrame":
        """One row a threat or promise, type of its player and type of its addressee; one an empty threat (needs pandas)."""
        import pandas as pd

        return pd.DataFrame(rows(self))


def rows(report: CredibilityReport) -> list[dict[str, Any]]:
    """Return dictionaries with the same keys in the same order; None where a key has no meaning."""
    table: list[dict[str, Any]] = []
    for commitment in (*report.threats, *report.promises):
        shared: dict[str, Any] = {
            "kind": commitment.kind,
            "equilibrium": commitment.equilibrium,
            "name": commitment.equilibrium_name,
            "player": commitment.player,
            "history": _told(commitment.history),
            "action": commitment.action,
            "addressee": commitment.addressee,
            "decision": _told(commitment.decision),
            "move": commitment.move,
            "carried out": commitment.probability,
            "carried out low": commitment.probability_range[0],
            "carried out high": commitment.probability_range[1],
        }
        for resolve in commitment.resolves:
            own = {
                "type": resolve.type,
                "belief": resolve.belief,
                "carrying out": resolve.carrying_out,
                "backing down": resolve.backing_down,
                "difference": resolve.difference,
                "instead": resolve.instead,
                "probability": resolve.probability,
                "credible": resolve.credible,
            }
            for effect in commitment.effects:
                table.append(
                    shared
                    | own
                    | {
                        "addressee type": effect.type,
                        "addressee belief": effect.belief,
                        "move worth": effect.move_worth,
                        "other move": effect.other_move,
                        "other worth": effect.other_worth,
                        "threshold": effect.threshold,
                        "method": effect.method,
                        "margin": effect.margin,
                        "works": effect.works,
                    }
                )
    for empty in report.empty_threats:
        table.append(
            {
                "kind": "empty threat",
                "equilibrium": empty.equilibrium,
                "name": "",
                "player": empty.player,
                "history": _told(empty.history),
                "action": empty.action,
                "addressee": empty.addressee,
                "decision": _told(empty.decision),
                "move": empty.move,
                "type": empty.type,
                "difference": -empty.cost,
                "instead": empty.instead,
                "probability": empty.probability,
                "credible": False,
                "pivotal": empty.pivotal,
                "perfect": empty.perfect,
            }
        )
    keys = dict.fromkeys(key for row in table for key in row)
    return [{key: row.get(key) for key in keys} for row in table]


def _text(report: CredibilityReport) -> str:
    lines = [line for told in _heading(report) for line in textwrap.wrap(told, WIDTH, subsequent_indent="  ")]
    shown, left = _shown(report)
    for position, commitments in shown:
        lines += ["", f"[{position}] {report.solution[position].name}".rstrip()]
        if not commitments:
            lines.append("    no threat or promise")
        for commitment in commitments:
            lines += _wrapped(commitment.words + ".", 4, 4)
            pairs = _pairs(commitment)
            wide = min(32, max(len(who) for who, _ in pairs))
            for who, what in pairs:
                lines += _wrapped(f"{who:<{wide}}  {what}", 8, wide + 10)
    if left:
        lines += ["", f"... and {left} more equilibria; see .to_dataframe()"]
    lines += ["", *(line for told in _empty_lines(report) for line in _wrapped(told, 0, 4))]
    lines += [line for note in report.notes for line in _wrapped(note, 0, 2)]
    return "\n".join(lines)


def _html(report: CredibilityReport) -> str:
    """Write the report as HTML that needs no style sheet; every label is escaped."""
    head = ("equilibrium", "threat or promise", "who would carry it out", "carried out", "whom it moves")
    body = []
    shown, left = _shown(report)
    for position, commitments in shown:
        name = f"[{position}] {report.solution[position].name}".rstrip()
        for commitment in commitments:
            cells = (
                escape(name),
                escape(commitment.words),
                "<br>".join(f"<i>{escape(who)}</i> {escape(what)}" for who, what in _resolve_lines(commitment)),
                escape(_carried(commitment)),
                "<br>".join(f"<i>{escape(who)}</i> {escape(what)}" for who, what in _effect_lines(commitment)),
            )
            body.append(
                "<tr>" + "".join(f'<td style="text-align:left;vertical-align:top">{cell}</td>' for cell in cells) + "</tr>"
            )
    header = "".join(f'<th style="text-align:left">{escape(title)}</th>' for title in head)
    table = f"<table><thead><tr>{header}</tr></thead><tbody>{''.join(body)}</tbody></table>" if body else ""
    more = [f"... and {left} more equilibria; see .to_dataframe()"] if left else []
    foot = "".join(f"<p>{escape(line)}</p>" for line in (*more, *_empty_lines(report), *report.notes))
    caption = "<br>".join(escape(line) for line in _heading(report))
    return f"<div><p><b>{caption}</b></p>{table}{foot}</div>"


def _heading(report: CredibilityReport) -> list[str]:
    count = len(report.solution)
    concept = report.solution.concept if count == 1 else report.solution.concept.replace("equilibrium", "equilibria")
    params = ", ".join(f"{name} = {number(value)}" for name, value in report.params.items())
    return [f"{report.game}: threats and promises in {count or 'no'} {concept}", *([params] if params else [])]


def _shown(report: CredibilityReport) -> tuple[list[tuple[int, list[Commitment]]], int]:
    """Return the equilibria that are shown with their threats and promises, and how many are left out."""
    held: dict[int, list[Commitment]] = {position: [] for position in range(len(report.solution))}
    for commitment in (*report.threats, *report.promises):
        held[commitment.equilibrium].append(commitment)
    return list(held.items())[:MOST_SHOWN], max(0, len(held) - MOST_SHOWN)


def _pairs(commitment: Commitment) -> list[tuple[str, str]]:
    return [*_resolve_lines(commitment), ("carried out", _carried(commitment)), *_effect_lines(commitment)]


def _resolve_lines(commitment: Commitment) -> list[tuple[str, str]]:
    return [(f"{resolve.type} {commitment.player}".strip(), _resolve(resolve)) for resolve in commitment.resolves]


def _resolve(resolve: Resolve) -> str:
    verdict = "a tie" if resolve.tie else "credible" if resolve.credible else "not credible"
    return (
        f"{verdict}: carrying it out is worth {number(resolve.carrying_out)}, {resolve.instead!r} "
        f"{number(resolve.backing_down)} (difference {0.0 if resolve.tie else resolve.difference:+.4g})"
    )


def _carried(commitment: Commitment) -> str:
    low, high = commitment.probability_range
    told = f"with probability {number(commitment.probability)}"
    return told if high - low <= NO_MASS else f"{told}, anything in [{number(low)}, {number(high)}] over the continuum"


def _effect_lines(commitment: Commitment) -> list[tuple[str, str]]:
    return [(f"{effect.type} {commitment.addressee}".strip(), _effect(commitment, effect)) for effect in commitment.effects]


def _effect(commitment: Commitment, effect: Effect) -> str:
    done = "deterred" if commitment.kind == "threat" else "encouraged"
    verdict = "indifferent" if effect.tie else done if effect.works else f"not {done}"
    worth = f"{commitment.move!r} is worth {number(effect.move_worth)}, {effect.other_move!r} {number(effect.other_worth)}"
    if abs(effect.threshold) == inf and effect.method == "closed form":
        needs = f"the {commitment.kind} makes no difference, as it never falls due"
    elif effect.threshold < 0.0:
        needs = f"needs no {commitment.kind}"
    elif effect.threshold > 1.0:
        needs = "no probability is enough"
    else:
        needs = f"needs probability {number(effect.threshold)}"
    if abs(effect.threshold) < inf:
        outside = f"threshold {number(effect.threshold)}, " if not 0.0 <= effect.threshold <= 1.0 else ""
        needs += f" ({outside}{effect.method}), margin {effect.margin:+.4g}"
    doubt = "; thought impossible" if effect.belief <= NO_MASS else ""
    return f"{verdict}: {worth}; {needs}{doubt}"


def _empty_lines(report: CredibilityReport) -> list[str]:
    """Tell the empty threats, those that several equilibria share once."""
    if report.nash is None:
        return []
    count = len(report.nash)
    if not report.empty_threats:
        return [f"No empty threat holds up any of the {count} Nash equilibria of the strategic form (extreme points)."]
    shared: dict[tuple[object, ...], list[EmptyThreat]] = {}
    for empty in report.empty_threats:
        shared.setdefault((empty.player, empty.type, empty.history, empty.action, empty.move, empty.decision), []).append(empty)
    lines = [f"Empty threats in the {count} Nash equilibria of the strategic form (extreme points):"]
    for group in list(shared.values())[:MOST_SHOWN]:
        first = group[0]
        owner = f"{first.type} {with_role(first.player, first.player_role)}".strip()
        low, high = min(empty.cost for empty in group), max(empty.cost for empty in group)
        cost = number(low) if high - low <= NO_MASS * max(1.0, high) else f"{number(low)} to {number(high)}"
        lines.append(
            f"  {owner}: {first.action!r}{after(first.history)} would cost at least {cost} against "
            f"{first.instead!r}, yet keeps {with_role(first.addressee, first.addressee_role)} from {first.move!r}: "
            + "; ".join(_where(group, pivotal, perfect) for pivotal, perfect in _cases(group))
        )
    if len(shared) > MOST_SHOWN:
        lines.append(f"  ... and {len(shared) - MOST_SHOWN} more; see .to_dataframe()")
    return lines


def _cases(group: list[EmptyThreat]) -> list[tuple[bool, bool]]:
    return list(dict.fromkeys((empty.pivotal, empty.perfect) for empty in group))


def _where(group: list[EmptyThreat], pivotal: bool, perfect: bool) -> str:
    members = [str(empty.equilibrium) for empty in group if (empty.pivotal, empty.perfect) == (pivotal, perfect)]
    told = ", ".join(members[:12]) + (", ..." if len(members) > 12 else "")
    outcome = "its play is also that of a perfect equilibrium" if perfect else "not perfect"
    return f"{'alone' if pivotal else 'with others'} in {told} ({outcome})"


def _told(history: tuple[object, ...]) -> str:
    return " > ".join(f"({', '.join(step)})" if isinstance(step, tuple) else str(step) for step in history)


def _wrapped(text: str, first: int, other: int) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=" " * first, subsequent_indent=" " * other)
