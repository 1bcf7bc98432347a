"""Where added words stand in a document as it is, so that clauses are looked for in them and not in the whole of a long line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from openness.evidence.phrases import Span

_WORD = re.compile(r"[^\W_]+")
#: Of longer additions only the begin is looked for: what follows belongs to them up to the end of their last line.
_QUOTED = 390
#: Beyond so many additions, or so many characters to search for one, whole lines count.
_MOST, _LONGEST = 200, 20_000


class Added(Protocol):
    """Words of a document that a known text does not have (``identify.AddedWords``)."""

    @property
    def line(self) -> int: ...
    @property
    def last_line(self) -> int: ...
    @property
    def text(self) -> str: ...


def places_of(text: str, added: Sequence[Added]) -> list[Span]:
    """Characters (from, up to) of ``text`` in which the added words stand: each place between their first and last line where
    they stand, or these lines as a whole where they are not found word for word. Never less than the words themselves."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    places: list[Span] = []
    for one in added:
        begin, end = starts[min(one.line, len(starts)) - 1], _end(starts, one.last_line, len(text))
        precise = len(added) <= _MOST and end - begin <= _LONGEST
        places += (_found(text, begin, end, one.text) if precise else []) or [(begin, end)]
    return places


def lines_as_places(text: str, lines: Sequence[tuple[int, int]]) -> list[Span]:
    """The characters of whole lines, (first, last) counted from 1."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return [(starts[first - 1] if first <= len(starts) else len(text), _end(starts, last, len(text))) for first, last in lines]


def _end(starts: Sequence[int], line: int, size: int) -> int:
    return starts[line] if line < len(starts) else size


def _found(text: str, begin: int, end: int, added: str) -> list[Span]:
    wanted = [match[0].casefold() for match in _WORD.finditer(added)]
    if not wanted:
        return []
    cut = len(added) >= _QUOTED
    wanted = wanted[:-1] if cut else wanted  # the last word may be cut as well
    words = [(match[0].casefold(), match.start(), match.end()) for match in _WORD.finditer(text, begin, end)]
    here = [word for word, _, _ in words]
    return [
        (words[at][1], end if cut else words[at + len(wanted) - 1][2])
        for at in range(len(here) - len(wanted) + 1)
        if wanted and here[at] == wanted[0] and here[at : at + len(wanted)] == wanted
    ]
