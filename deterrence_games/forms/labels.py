"""Labels told apart."""

from collections.abc import Sequence


def distinct_labels(labels: Sequence[str], unnamed: str = "") -> tuple[str, ...]:
    """Tell labels apart: the second ``a`` becomes ``a #2``; an empty label its number, after the word `unnamed`.

    >>> distinct_labels(["a", "b", "a", ""])
    ('a', 'b', 'a #2', '4')
    """
    taken, seen = set(labels), set()
    copies: dict[str, int] = {}
    found = []
    for position, label in enumerate(labels, 1):
        name = base = label or f"{unnamed}{position}"
        if label in seen or (not label and name in taken):
            while name in taken:
                copies[base] = copies.get(base, 1) + 1
                name = f"{base} #{copies[base]}"
        seen.add(label)
        taken.add(name)
        found.append(name)
    return tuple(found)
