"""Which words of a known text a copy may replace or leave out.

SPDX's sources mark slots and optional parts; of plain texts only placeholders (``<name of author>``), the title line and what
stands after the end of the terms are taken as such.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import product
from re import _constants, _parser  # type: ignore[attr-defined] # the only reader of regular expressions at hand; used when building
from typing import Any

from openness.evidence.license_index import ANYTHING, Slot
from openness.evidence.words import Words
from openness.sources.license_folders import LicenseText, Region

__all__ = ["ANYTHING", "WILD", "of"]
#: In an alternative: any words.
WILD = "\x00"
MAX_ALTERNATIVES = 48
_PLACEHOLDER = re.compile(
    r"<[^<>\n]{1,60}>|\[[^\[\]\n]{1,60}\]|\{[^{}\n]{1,40}\}",
)
_PLACEHOLDER_WORD = re.compile(
    r"\b(?:year|yyyy|yy|name|names|owner|owners|holder|holders|author|authors|organi[sz]ation|fullname|insert|date|company|program|project|product|software|licensor|email|mail|description|title|brief|state|country|jurisdiction)\b",
    re.IGNORECASE,
)
_END_OF_TERMS = re.compile(
    r"end of (?:the )?terms and conditions|how to apply (?:these terms|the [\w ]{1,40} license)", re.IGNORECASE
)
_TITLE_LIMIT = 14
_TITLE_LINES = 8
_TITLE_WORDS = 30
_OPEN = re.compile(r"\.[+*]\??|\.\{\d+,\d*\}")


def of(text: LicenseText, words: Words) -> tuple[tuple[Slot, ...], tuple[tuple[int, int], ...]]:
    """Slots and optional parts of a text as ranges of words."""
    if text.regions:
        return _marked(text, words)
    return tuple(_placeholders(words)), tuple(_unmarked_optional(words))


def _marked(text: LicenseText, words: Words) -> tuple[tuple[Slot, ...], tuple[tuple[int, int], ...]]:
    """Regions are offsets into the source's text; ``words`` were split from the folded text, which may have other offsets."""
    at = _word_at(text.text, words)
    found, optional = [], []
    for region in text.regions:
        start, end = at(region.start), at(region.end)
        if region.kind == "slot":
            found.append(Slot(start, end, alternatives(region)))
        elif end > start:
            optional.append((start, end))
    optional += _title(words)
    found += _placeholders(words)
    return tuple(sorted(set(found), key=lambda s: (s.start, s.end))), tuple(sorted({*optional, *_after_end(words)}))


def _word_at(text: str, words: Words) -> Any:
    if len(text) == len(words.text):
        return lambda offset: bisect_left(words.starts, offset)
    # Folding changed lengths: count the letters before the place, which it does not change much, and look near it.
    scale = len(words.text) / max(1, len(text))
    return lambda offset: bisect_left(words.starts, round(offset * scale))


def alternatives(region: Region) -> tuple[str, ...]:
    """What a slot's expression admits, as strings of words; empty for an open slot, which takes a name."""
    if _OPEN.fullmatch(region.match.strip("() ")):
        return ()
    try:
        parsed = _parser.parse(region.match)
        found = sorted({" ".join(_words_in(part)) for part in _expand(parsed)})
    except (re.error, _TooMany, RecursionError):
        return ()
    return tuple(found)


def _words_in(expansion: str) -> list[str]:
    return re.findall(rf"{WILD}|\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)?", expansion.lower())


class _TooMany(Exception):
    """More alternatives than are worth keeping."""


def _expand(parsed: Any) -> list[str]:
    """Every string that a parsed expression admits, any-characters as WILD, repeated blanks as one."""
    pieces = [_expand_one(operation, argument) for operation, argument in parsed]
    size = 1
    for piece in pieces:
        size *= len(piece)
        if size > MAX_ALTERNATIVES:
            raise _TooMany
    return ["".join(parts) for parts in product(*pieces)]


def _expand_one(operation: Any, argument: Any) -> list[str]:
    c = _constants
    if operation is c.LITERAL:
        return [chr(argument)]
    if operation is c.ANY:
        return [f" {WILD} "]
    if operation is c.SUBPATTERN:
        return _expand(argument[3])
    if operation is c.BRANCH:
        return [found for branch in argument[1] for found in _expand(branch)]
    if operation in {c.MAX_REPEAT, c.MIN_REPEAT}:
        low, high, body = argument
        once = _expand(body)
        if high == 1 or (low == 0 and all(WILD not in o and o.strip() for o in once)):
            return [*([""] if low == 0 else []), *once]
        return once
    if operation is c.IN:
        return [" "] if any(a is c.CATEGORY_SPACE for _, a in argument) or (c.LITERAL, 32) in argument else [f" {WILD} "]
    if operation in {c.AT, c.ASSERT, c.ASSERT_NOT}:
        return [""]
    raise _TooMany


def _placeholders(words: Words) -> Iterator[Slot]:
    for match in _PLACEHOLDER.finditer(words.text):
        if _PLACEHOLDER_WORD.search(match.group()):
            start, end = bisect_left(words.starts, match.start()), bisect_left(words.starts, match.end())
            if end > start:
                yield Slot(start, end)


def _unmarked_optional(words: Words) -> Iterator[tuple[int, int]]:
    yield from _title(words)
    yield from _after_end(words)


def _title(words: Words) -> Iterator[tuple[int, int]]:
    """The first lines, as long as they are short and written like a title."""
    if not words.words:
        return
    at = words.starts[0]
    count = 0
    for line in words.text[at:].split("\n")[:_TITLE_LINES]:
        found = re.findall(r"[^\W\d_]+", line)
        capitals = sum(1 for word in found if not word[0].islower())
        if len(found) > _TITLE_LIMIT or line.rstrip().endswith((",", ";", ".")) or (found and capitals * 2 < len(found)):
            break
        at += len(line) + 1
        reached = bisect_left(words.starts, at)
        if reached > _TITLE_WORDS:
            break
        count = reached
    if 0 < count < len(words.words) // 2:
        yield 0, count


def _after_end(words: Words) -> Iterator[tuple[int, int]]:
    """Instructions behind the end of the terms, when at least half of the text stands before them."""
    for match in _END_OF_TERMS.finditer(words.text):
        start = bisect_left(words.starts, match.start())
        if start > len(words.words) // 2:
            yield start, len(words.words)
            return
