"""A clause in the user's own copy of a license: the place in the text that was read, carried over to the copy."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property

from rapidfuzz.distance import Indel

from openness.evidence.license_index import LicenseIndex
from openness.evidence.license_text import QUOTE_LIMIT, decode, lines_of
from openness.evidence.words import Words
from openness.printable import printable

#: Of the words of a clause so many must stand in the copy, else nothing is quoted.
_LEAST = 0.6


class Copy:
    """A document that may be a copy of known licenses."""

    def __init__(self, data: bytes, index: LicenseIndex) -> None:
        self._data = data
        self._index = index
        self._equal: dict[int, list[tuple[int, int, int]]] = {}

    @cached_property
    def _words(self) -> Words:
        return self._index.words_of(decode(self._data))

    def quote(self, pinned: str | None, lines: tuple[int, int] | None) -> tuple[str, int] | None:
        """The lines of the copy that hold lines ``first, last`` of the file with sha256 ``pinned``, and the first one's number.

        None where the index has no such file, or the copy lacks the words.
        """
        number = self._index.pinned.get(pinned or "")
        if number is None or lines is None:
            return None
        starts = self._index.texts[number].lines
        first = starts[min(lines[0], len(starts)) - 1]
        last = starts[lines[1]] if lines[1] < len(starts) else self._index.texts[number].words
        place = self._place(number, first, last)
        if place is None:
            return None
        begin, end = self._words.line(place[0]), self._words.line(place[1])
        found = lines_of(decode(self._data))[begin - 1 : end]
        return printable(" ".join(line.strip() for line in found), QUOTE_LIMIT), begin

    def _place(self, number: int, first: int, last: int) -> tuple[int, int] | None:
        """First and last word of the copy that are common with words ``first:last`` of a text."""
        blocks = self._blocks(number)
        found: list[tuple[int, int]] = []
        at = max(0, bisect_left(blocks, (first,)) - 1)
        for start, end, there in blocks[at:]:
            if start >= last:
                break
            low, high = max(start, first), min(end, last)
            if low < high:
                found.append((there + low - start, there + high - start))
        if not found or sum(b - a for a, b in found) < _LEAST * (last - first):
            return None
        return found[0][0], found[-1][1] - 1

    def _blocks(self, number: int) -> list[tuple[int, int, int]]:
        """Stretches that are equal: (start, end) in the text, start in the copy."""
        if number not in self._equal:
            code = self._index.encode(self._words.words)
            operations = Indel.opcodes(self._index.text(number), code)
            self._equal[number] = [(o.src_start, o.src_end, o.dest_start) for o in operations if o.tag == "equal"]
        return self._equal[number]
