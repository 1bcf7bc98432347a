"""What reading rows needs and gives: records that travel between processes."""

from __future__ import annotations

from array import array
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


class Batch(msgspec.Struct):
    """What a batch of rows comes to, in columns; ``ids`` are in lower case.

    ``statements`` are the different ones, as JSON: ``stated`` has the number of each row's. Edges go from ``child`` (row) to
    ``base`` (number in ``bases``, in lower case) with ``relation`` (number in ``relations``); ``same`` is 1 where both have one
    owner. ``worded`` are rows whose card names a base that is no id, with the values as JSON.
    """

    ids: Any
    flags: bytearray
    problems: array[int]
    stated: array[int]
    same: bytearray = msgspec.field(default_factory=bytearray)
    statements: list[bytes] = msgspec.field(default_factory=list)
    child: array[int] = msgspec.field(default_factory=lambda: array("I"))
    base: array[int] = msgspec.field(default_factory=lambda: array("I"))
    relation: array[int] = msgspec.field(default_factory=lambda: array("H"))
    bases: list[str] = msgspec.field(default_factory=list)
    relations: list[str] = msgspec.field(default_factory=list)
    worded: dict[int, bytes] = msgspec.field(default_factory=dict)

    @classmethod
    def of(cls, ids: Any) -> Batch:
        """An empty batch for so many ids."""
        count = len(ids)
        return cls(ids, bytearray(count), array("H", bytes(2 * count)), array("I", bytes(4 * count)))

    @property
    def count(self) -> int:
        return len(self.flags)
