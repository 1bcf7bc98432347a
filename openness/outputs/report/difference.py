"""What two quotes have in common and where they part, word by word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

import msgspec

#: Of each quote; a comparison takes time in the square of this.
MOST_WORDS = 300


class Piece(msgspec.Struct, frozen=True):
    """``kind``: same, del (only in the first) or ins (only in the second)."""

    kind: str
    text: str


def difference(one: str, other: str) -> list[Piece]:
    """The pieces in order; case and punctuation at the ends of a word do not count. Empty where no word is shared."""
    first, second = _words(one), _words(other)
    matcher = difflib.SequenceMatcher(None, [*map(_bare, first)], [*map(_bare, second)], autojunk=False)
    found = list(_pieces(matcher, first, second))
    return found if any(piece.kind == "same" for piece in found) else []


def _words(text: str) -> list[str]:
    return re.findall(r"\S+", text)[:MOST_WORDS]


def _bare(word: str) -> str:
    return re.sub(r"^\W+|\W+$", "", word).casefold() or word


def _pieces(matcher: difflib.SequenceMatcher[str], one: list[str], other: list[str]) -> Iterator[Piece]:
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            yield Piece("same", " ".join(other[j1:j2]))
            continue
        if i2 > i1:
            yield Piece("del", " ".join(one[i1:i2]))
        if j2 > j1:
            yield Piece("ins", " ".join(other[j1:j2]))
