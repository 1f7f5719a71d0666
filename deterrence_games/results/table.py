"""Solutions as text for a terminal, as HTML for a notebook, and as rows for a data frame."""

import textwrap
from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from deterrence_games.forms.tree import History, InformationSet
from deterrence_games.results.equilibrium import TIE, Equilibrium, Interval

if TYPE_CHECKING:
    from deterrence_games.results.solution import Solution

WIDTH = 96  # columns of text
MOST_SHOWN = 25  # equilibria in text and HTML; `rows` has all
MOST_LINES = 30  # lines of behaviour an equilibrium: a 1,000-deep tree has 1,000 information sets
LONGEST_HISTORY = 6  # steps told where space is short

Lines = list[tuple[str, str]]


def text_table(solution: "Solution") -> str:
    """Return the solution in at most ``WIDTH`` columns, grouped by what happens on the path of play."""
    blocks = ["\n".join(_wrapped(_heading(solution)))]
    groups = _numbered_classes(solution)
    shown = 0
    for number, members in enumerate(groups, start=1):
        if len(groups) < len(solution.equilibria):
            blocks.append(f"-- {_class_title(number, len(members))} ".ljust(WIDTH - 16, "-"))
        for index, equilibrium in members[: MOST_SHOWN - shown]:
            blocks.append(_text_block(index, equilibrium))
        shown += min(len(members), MOST_SHOWN - shown)
        if shown == MOST_SHOWN:
            break
    blocks.append("\n".join(_wrapped(_closing(solution, shown))))
    return "\n\n".join(blocks)


def html_table(solution: "Solution") -> str:
    """Return the solution as an HTML table that needs no style sheet; every label is escaped."""
    head = ("", "name", "behaviour", "beliefs, where free", "outcomes", "payoffs", "regret", "margin", "verdict")
    body = []
    groups = _numbered_classes(solution)
    shown = 0
    for number, members in enumerate(groups, start=1):
        if len(groups) < len(solution.equilibria):
            body.append(
                f'<tr><th colspan="{len(head)}" style="text-align:left">{escape(_class_title(number, len(members)))}</th></tr>'
            )
        for index, equilibrium in members[: MOST_SHOWN - shown]:
            cells = (
                escape(str(index)),
                escape(equilibrium.name),
                _html_lines(behavior_lines(equilibrium)),
                _html_lines(belief_lines(equilibrium)),
                "<br>".join(escape(text) for text in _outcomes(equilibrium)),
                _html_lines([(player, _number(value)) for player, value in equilibrium.payoffs.items()]),
                escape(f"{equilibrium.regret:.2g}"),
                escape(_margin(equilibrium)),
                escape(equilibrium.verdict),
            )
            body.append(
                "<tr>" + "".join(f'<td style="text-align:left;vertical-align:top">{cell}</td>' for cell in cells) + "</tr>"
            )
        shown += min(len(members), MOST_SHOWN - shown)
        if shown == MOST_SHOWN:
            break
    caption = "<br>".join(escape(line) for line in _heading(solution))
    foot = "".join(f"<p>{escape(line)}</p>" for line in _closing(solution, shown))
    header = "".join(f'<th style="text-align:left">{escape(title)}</th>' for title in head)
    table = f"<table><thead><tr>{header}</tr></thead><tbody>{''.join(body)}</tbody></table>" if body else ""
    return f"<div><p><b>{caption}</b></p>{table}{foot}</div>"


def rows(solution: "Solution") -> list[dict[str, Any]]:
    """Return one dictionary an equilibrium, all with the same keys in the same order.

    Keys are ``equilibrium``, ``name``, ``outcome_class``, ``payoff PLAYER``, ``outcome LABEL``, ``regret``, ``margin``,
    ``strict``, ``continuum``, ``verdict``, and for each action ``PLAYER TYPE after HISTORY: ACTION``, followed by ``... low``
    and ``... high`` where some equilibrium of the solution leaves the probability open. What an equilibrium says nothing
    about is None.
    """
    table = []
    for index, equilibrium in enumerate(solution.equilibria):
        row: dict[str, Any] = {
            "equilibrium": index,
            "name": equilibrium.name,
            "outcome_class": equilibrium.outcome_class,
        }
        row |= {f"payoff {player}": float(value) for player, value in equilibrium.payoffs.items()}
        row |= {f"outcome {label}": float(share) for label, share in equilibrium.outcomes.items()}
        row |= {"regret": float(equilibrium.regret), "margin": float(equilibrium.margin)}
        row |= {"strict": equilibrium.strict, "continuum": equilibrium.continuum, "verdict": equilibrium.verdict}
        for at, actions in equilibrium.behavior.items():
            for action, share in actions.items():
                row[f"{_where(at)}: {action}"] = float(share)
                low, high = equilibrium.behavior_intervals.get(at, {}).get(action, (share, share))
                row[f"{_where(at)}: {action} low"] = float(low)
                row[f"{_where(at)}: {action} high"] = float(high)
        if not equilibrium.behavior:
            for player, mixed in zip(equilibrium.payoffs, equilibrium.profile, strict=False):
                row |= {f"{player}: strategy {own}": float(share) for own, share in enumerate(mixed)}
        table.append(row)
    keys = dict.fromkeys(key for row in table for key in row)
    for key in [key for key in keys if f"{key} low" in keys]:
        if all(row.get(f"{key} high", 0.0) - row.get(f"{key} low", 0.0) <= TIE for row in table):
            del keys[f"{key} low"], keys[f"{key} high"]
    return [{key: row.get(key) for key in keys} for row in table]


def behavior_lines(equilibrium: Equilibrium) -> Lines:
    """Return (who and where, what each type does) for every move, types that do the same together.

    A certain action stands alone; of two actions the last is given with its probability; of more, all that are in use.
    A range ``in [low, high]`` stands for the whole continuum.
    """
    moves: dict[tuple[str, History], dict[str, list[str]]] = {}
    for at, actions in equilibrium.behavior.items():
        text = _mix(actions, equilibrium.behavior_intervals.get(at, {}))
        moves.setdefault((at.player, at.history), {}).setdefault(text, []).append(at.type)
    lines = []
    for (player, history), texts in moves.items():
        told = [f"{', '.join(kinds)}: {text}" if any(kinds) else text for text, kinds in texts.items()]
        lines.append((player + after_words(history), "; ".join(told)))
    if not equilibrium.behavior:
        for player, mixed in zip(equilibrium.payoffs, equilibrium.profile, strict=False):
            lines.append((player, f"({', '.join(_number(float(share)) for share in mixed)})"))
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [(f"... and {len(lines) - MOST_LINES} more moves", "")]
    return lines


def belief_lines(equilibrium: Equilibrium) -> Lines:
    """Return (about whom and where, which beliefs) for every history where Bayes' rule leaves the belief free."""
    lines = []
    for held in equilibrium.belief_sets:
        if not held.free:
            continue
        intervals = held.intervals
        if all(low <= TIE and high >= 1 - TIE for low, high in intervals.values()):
            text = "any"
        elif len(intervals) == 2:
            text = _range(held.types[0], intervals[held.types[0]])
        else:
            text = ", ".join(_range(kind, interval) for kind, interval in intervals.items())
        lines.append((f"{held.about}{after_words(held.history)}", text))
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [(f"... and {len(lines) - MOST_LINES} more beliefs", "")]
    return lines


def _heading(solution: "Solution") -> list[str]:
    count = len(solution.equilibria)
    concept = solution.concept if count == 1 else solution.concept.replace("equilibrium", "equilibria")
    classes = len(solution.outcome_classes)
    number = str(count) if count else "no" if solution.status.proved else "none found:"
    title = f"{solution.game}: {number} {concept}" + (f" in {classes} outcome classes" if 1 < classes < count else "")
    params = ", ".join(f"{name} = {_number(value)}" for name, value in solution.params.items())
    return [title, *([params] if params else []), f"by {solution.solver}"]


def _closing(solution: "Solution", shown: int) -> list[str]:
    lines = []
    if shown < len(solution.equilibria):
        lines.append(f"... and {len(solution.equilibria) - shown} more; see .to_dataframe()")
    if solution.components:
        sets = ", ".join(_set(members) for members in solution.components)
        lines.append(f"Maximal sets of interchangeable equilibria: {sets}.")
    if solution.component_indices:
        told = zip(solution.connected_components, solution.component_indices, strict=True)
        indices = ", ".join(f"{_set(members)} {index:+d}" if index else f"{_set(members)} 0" for members, index in told)
        lines.append(f"Index of each connected component: {indices}.")
    lines.append(_sentence(solution.status.value))
    if solution.completeness and _sentence(solution.completeness) != lines[-1]:
        lines.append(_sentence(solution.completeness))
    return lines


def _set(members: Iterable[int]) -> str:
    return "{" + ", ".join(map(str, members)) + "}"


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _numbered_classes(solution: "Solution") -> list[list[tuple[int, Equilibrium]]]:
    groups: dict[int, list[tuple[int, Equilibrium]]] = {}
    for index, equilibrium in enumerate(solution.equilibria):
        groups.setdefault(equilibrium.outcome_class, []).append((index, equilibrium))
    return list(groups.values())


def _class_title(number: int, members: int) -> str:
    return f"outcome class {number}" + (f": {members} that differ only off the path of play" if members > 1 else "")


def _text_block(index: int, equilibrium: Equilibrium) -> str:
    behavior, beliefs = behavior_lines(equilibrium), belief_lines(equilibrium)
    lines = [*behavior, *((f"belief on {who}", text) for who, text in beliefs)]
    if equilibrium.outcomes:
        lines.append(("outcomes", ", ".join(_outcomes(equilibrium))))
    lines.append(("payoffs", ", ".join(f"{player} {_number(value)}" for player, value in equilibrium.payoffs.items())))
    lines.append(("certificate", f"regret {equilibrium.regret:.2g}, margin {_margin(equilibrium)}"))
    if equilibrium.verdict:
        lines.append(("verdict", equilibrium.verdict))
    left = min(44, max(len(who) for who, _ in lines))
    text = [f"[{index}] {equilibrium.name}".rstrip()]
    for who, what in lines:
        pad = " " * (left + 6)
        if len(who) > left:
            text += textwrap.wrap(who, WIDTH, initial_indent="    ", subsequent_indent="      ")
            text += textwrap.wrap(what, WIDTH, initial_indent=pad, subsequent_indent=pad)
        else:
            text += textwrap.wrap(f"{who:<{left}}  {what}", WIDTH, initial_indent="    ", subsequent_indent=pad)
    return "\n".join(text)


def _wrapped(lines: Iterable[str]) -> list[str]:
    return [part for line in lines for part in textwrap.wrap(line, WIDTH, subsequent_indent="  ")]


def _html_lines(lines: Lines) -> str:
    return "<br>".join(f"<i>{escape(who)}</i> {escape(what)}".rstrip() for who, what in lines)


def _mix(actions: Mapping[str, float], intervals: Mapping[str, Interval]) -> str:
    """Tell one information set's behaviour."""
    spans = {action: intervals.get(action, (share, share)) for action, share in actions.items()}
    if len(actions) == 2 and any(high - low > TIE for low, high in spans.values()):
        last = list(actions)[-1]
        return _range(_quoted(last), spans[last])
    if all(high - low <= TIE for low, high in spans.values()):
        used = {action: share for action, share in actions.items() if share > TIE}
        if len(used) == 1:
            return _quoted(next(iter(used)))
        if len(actions) == 2:
            last = list(actions)[-1]
            return f"{_quoted(last)} {_number(actions[last])}"
        return ", ".join(f"{_quoted(action)} {_number(share)}" for action, share in used.items())
    return ", ".join(_range(_quoted(action), span) for action, span in spans.items() if span[1] > TIE)


def _range(label: str, interval: Interval) -> str:
    low, high = interval
    if high - low <= TIE:
        return f"{label} {_number((low + high) / 2)}"
    return f"{label} in [{_number(low)}, {_number(high)}]"


def _outcomes(equilibrium: Equilibrium) -> list[str]:
    reached = {label: share for label, share in equilibrium.outcomes.items() if share > TIE}
    if len(reached) == 1:
        return list(reached)
    return [f"{label} {_number(share)}" for label, share in reached.items()]


def _margin(equilibrium: Equilibrium) -> str:
    if equilibrium.margin == float("inf"):
        return "none: nobody has a second action"
    if equilibrium.strict:
        return f"{equilibrium.margin:.3g} (strict)"
    return "0" if equilibrium.margin > -TIE else f"{equilibrium.margin:.3g}"


def _where(at: InformationSet) -> str:
    return f"{at.player} {at.type}".rstrip() + after_words(at.history, len(at.history))


def after_words(history: History, longest: int = LONGEST_HISTORY) -> str:
    """Tell a public history, only its end when it is long; nothing for the start."""
    steps = [f"({', '.join(step)})" if isinstance(step, tuple) else step for step in history]
    if len(steps) > longest:
        steps = ["...", *steps[-longest:]]
    return f" after {' > '.join(steps)}" if steps else ""


def _quoted(label: str) -> str:
    """Quote a label that holds the separators of a table."""
    return f"'{label}'" if any(mark in label for mark in ",;:|") else label


def _number(value: float) -> str:
    return f"{value + 0.0:.4g}"  # adding zero turns -0.0 into 0
