"""Files that somebody or something has broken."""

import re

BITS = (
    '"',
    "{",
    "}",
    "\\",
    " ",
    "\n",
    ",",
    "0",
    "-1",
    "1/0",
    "1e9999",
    "nan",
    "c",
    "p",
    "t",
    '""',
    "{ }",
    "99999999999999999999",
    "\0",
    "\N{SNOWMAN}",
)


def mangled(text, rng):
    """Change a text in a few places: cut, doubled, moved or strange words."""
    for _ in range(int(rng.integers(1, 4))):
        words = [found.span() for found in re.finditer(r'"[^"]*"|[{},]|[^\s{},"]+|\s+', text)]
        if not words:
            return text
        first, last = words[rng.integers(len(words))]
        other_first, other_last = words[rng.integers(len(words))]
        lot = int(rng.integers(6))
        if lot == 0:
            text = text[:first] + text[last:]
        elif lot == 1:
            text = text[:last] + text[first:]
        elif lot == 2:
            text = text[:first] + text[other_first:other_last] + text[last:]
        elif lot == 3:
            text = text[:first] + BITS[rng.integers(len(BITS))] + text[first:]
        elif lot == 4:
            place = int(rng.integers(len(text)))
            text = text[:place] + BITS[rng.integers(len(BITS))] + text[place + 1 :]
        else:
            text = text[: int(rng.integers(len(text)))]
    return text
