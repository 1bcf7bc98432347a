"""Which words of a known text a copy may replace or leave out: what its source marks, and what wording alone shows."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import product
from re import _constants, _parser  # type: ignore[attr-defined] # the only reader of regular expressions at hand; used when building
from typing import Any

from openness.evidence.license_index import ANYTHING, Slot
from openness.evidence.plain_parts import POSTAL, optional_in, slots_in
from openness.evidence.restrictive import RestrictiveWords
from openness.evidence.standard_wording import StandardWording
from openness.evidence.words import Words
from openness.sources.license_folders import LicenseText, Region

__all__ = ["ANYTHING", "POSTAL", "WILD", "of"]
#: In an alternative: any words.
WILD = "\x00"
MAX_ALTERNATIVES = 48
_OPEN = re.compile(r"\.[+*]\??|\.\{\d+,\d*\}")


def of(
    text: LicenseText, words: Words, standard: StandardWording, restrictive: RestrictiveWords
) -> tuple[tuple[Slot, ...], tuple[tuple[int, int], ...]]:
    """Slots and optional parts of a text as ranges of words."""
    found = [*_marked_slots(text, words), *slots_in(words, standard)]
    optional = {*_marked_optional(text, words), *optional_in(words, standard, restrictive)}
    return tuple(sorted(set(found), key=lambda s: (s.start, s.end, s.alternatives))), tuple(sorted(optional))


def _marked_slots(text: LicenseText, words: Words) -> list[Slot]:
    """Regions are offsets into the source's text; ``words`` were split from the folded text, which may have other offsets."""
    at = _word_at(text.text, words)
    return [Slot(at(r.start), at(r.end), alternatives(r)) for r in text.regions if r.kind == "slot"]


def _marked_optional(text: LicenseText, words: Words) -> list[tuple[int, int]]:
    at = _word_at(text.text, words)
    found = [(at(r.start), at(r.end)) for r in text.regions if r.kind == "optional"]
    return [(start, end) for start, end in found if end > start]


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
