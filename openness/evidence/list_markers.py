"""Marks of list items, which a copy may write otherwise: (a), ii), 2.1. A number within a sentence is no mark."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: What may end a list marker, and a marker that ends there.
_END = re.compile(r"[.)](?=\s)")
_MARKER = re.compile(
    r"(?:\(\s?(?:\d{1,2}|[a-z]|[ivx]{2,5})\s?\)|(?<![^\s*#/;>%-])(?:\d{1,2}(?:\.\d{1,2})*|[a-z]|[ivx]{2,5})[.)])\Z"
)
_LONGEST = 10
_BEFORE = 48
_MARKS = " \t*#/;>%-"
#: What may stand before a marker: the end of a sentence or of an item with a blank behind it, the beginning, a blank line.
_AFTER_SENTENCE = re.compile(r"(?:[.;:,!?)\"][ \t\n*#/;>%-]*[ \t\n]|\A|\n[ \t*#/;>%-]*\n)[ \t*#/;>%\n-]*\Z")
#: ... or a conjunction between items, before a mark in parentheses.
_AFTER_CONJUNCTION = re.compile(r"[^\s\d)]\s*[;,]?\s+(?:and|or)[ \t\n*#/;>%-]*\Z")
#: Words before a number that is named, not listed.
_NAMED = re.compile(
    r"\b(?:sections?|clauses?|articles?|chapters?|items?|paragraphs?|parts?|exhibits?|schedules?|annex(?:es)?|appendix|versions?|v|no|nos"
    r"|rules?|steps?|terms?|subsections?|subparagraphs?)\b\.?[\s\d(),.&a-z]{0,24}\Z"
)


def list_markers(lowered: str) -> Iterator[tuple[int, str]]:
    """Place and letters of each list marker in a lower-cased text, in order."""
    for end in _END.finditer(lowered):
        found = _MARKER.search(lowered, max(0, end.end() - _LONGEST), end.end())
        if found and _is_marker(lowered, found.start(), found.group()):
            yield found.start(), found.group()


def is_named(before: str) -> bool:
    """Whether the lower-cased text before a number names what is numbered: "under section"."""
    return _NAMED.search(before) is not None and not re.search(r"[.;:]\s*\Z", before)


def _is_marker(lowered: str, start: int, marker: str) -> bool:
    before = lowered[max(0, start - _BEFORE) : start]
    line = before[before.rfind("\n") + 1 :]
    own_line = "\n" in before and not line.strip(_MARKS)
    if "." in marker[:-1] and not own_line and before:
        return False  # 2.1 within a line is a number
    if not own_line and is_named(before):
        return False
    if _AFTER_SENTENCE.search(before):
        return True
    roman = len(marker) > 2 and marker[-1] in ".)" and set(marker[:-1]) <= set("ivx")
    return (marker[0] == "(" or own_line or roman) and bool(_AFTER_CONJUNCTION.search(before))


def without(text: str, marks: list[tuple[int, str]]) -> str:
    """The text with blanks in place of the markers."""
    parts = []
    at = 0
    for start, mark in marks:
        parts += [text[at:start], " " * len(mark)]
        at = start + len(mark)
    return "".join([*parts, text[at:]])
