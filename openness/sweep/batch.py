"""What reading rows needs and gives: records that travel between processes. Columns are Arrow arrays: they are small, and what is
the same for many rows is worked out for all of them at once."""

from __future__ import annotations

from typing import Any

import msgspec

from openness.evidence.base_names import LineageWords
from openness.sweep.files import FilePatterns

#: What is known of a row, one bit each.
SHOWN, UNLISTED, QUANTIZED_FILES, GATED, ABSENT, INCOMPLETE, HEAD, LEAK = (1 << bit for bit in range(8))
#: What is odd about a row, one bit each; the words are those of the column ``problems``.
PROBLEMS = (
    "id-missing", "id-malformed", "card-unreadable", "card-missing", "license-list", "license-malformed", "base-itself",
    "base-malformed", "bases-disagree", "tags-missing", "files-missing",
)  # fmt: skip
BIT = {word: 1 << bit for bit, word in enumerate(PROBLEMS)}


class Reading(msgspec.Struct, frozen=True):
    """What reading needs of the rules. ``heads`` and ``leaks``: beginnings of names that are worth a look by the full rules."""

    files: FilePatterns
    lineage: LineageWords
    heads: str
    leaks: str


class Edges(msgspec.Struct, frozen=True):
    """Which row (``child``, in order) names which ``base`` (an id in lower case) in which ``relation``; the last two are coded by
    dictionaries. ``worded`` are rows whose card names a base that is no id, with the values as JSON."""

    child: Any
    base: Any
    relation: Any
    worded: dict[int, bytes]


class Batch(msgspec.Struct, frozen=True):
    """What a batch of rows comes to. ``ids`` are in lower case; ``statements`` are the different ones, as JSON, and ``stated``
    has the number of each row's; ``flags`` and ``problems`` have the bits above."""

    ids: Any
    flags: bytearray
    problems: Any
    stated: Any
    statements: list[bytes]
    edges: Edges

    @property
    def count(self) -> int:
        return len(self.flags)
