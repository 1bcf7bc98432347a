"""What the file names of a row show: whether weights are there, and whether all of them are in a number format of re-uploads.

The patterns are those of ``rules/evidence/files.yaml`` and ``lineage_words.yaml``. Most of them look at the ending of a name
only; such endings repeat, so that a table of millions is looked at once an ending and not once a file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import pyarrow as arrow

#: A pattern that looks at the ending alone.
ENDINGS = re.compile(r"\\\.\((?:\?:)?[\w|?]+\)\$")
CANDIDATE, WEIGHTS, PLAIN = 1, 2, 4


class FilePatterns(msgspec.Struct, frozen=True):
    """``shows`` and ``unless``: what shows weights, and what does not in spite of its ending; ``weights``: any file of weights;
    ``quantized``: those in a number format of re-uploads."""

    shows: tuple[tuple[str, str], ...]
    weights: str
    quantized: str


class FileNames:
    """The patterns, compiled; one for all batches of a process."""

    def __init__(self, patterns: FilePatterns) -> None:
        flags = re.IGNORECASE
        self._shows = [
            (re.compile(shows, flags), re.compile(unless, flags) if unless else None) for shows, unless in patterns.shows
        ]
        self._weights = re.compile(patterns.weights, flags)
        self._quantized = re.compile(patterns.quantized, flags)
        every = [patterns.weights, patterns.quantized, *(shows for shows, _ in patterns.shows)]
        self._by_ending = all(ENDINGS.fullmatch(text) for text in every)
        self._length = _longest(every)
        self._endings: dict[str, int] = {}

    def seen(self, siblings: arrow.Array) -> tuple[list[int], list[int]]:
        """Row numbers with weights, and row numbers whose weights are all in a number format of re-uploads."""
        import pyarrow as arrow
        from pyarrow import compute

        names, rows = compute.list_flatten(siblings), compute.list_parent_indices(siblings)
        if not len(names):
            return [], []
        tails = compute.utf8_slice_codeunits(names, -self._length, None) if self._by_ending else names
        coded = tails.dictionary_encode()
        kinds = [self._kind(text or "") for text in coded.dictionary.to_pylist()]

        def rows_of(wanted: int) -> arrow.Array:
            return arrow.array([bool(kind & wanted) for kind in kinds], arrow.bool_()).take(coded.indices)

        weights = set(compute.unique(rows.filter(rows_of(WEIGHTS))).to_pylist())
        plain = set(compute.unique(rows.filter(rows_of(PLAIN))).to_pylist())
        mask = rows_of(CANDIDATE)
        return self._shown(names.filter(mask), rows.filter(mask)), sorted(weights - plain)

    def _kind(self, ending: str) -> int:
        found = self._endings.get(ending)
        if found is None:
            weights = bool(self._weights.search(ending))
            candidate = any(shows.search(ending) for shows, _ in self._shows)
            plain = weights and not self._quantized.search(ending)
            found = CANDIDATE * candidate | WEIGHTS * weights | PLAIN * plain
            if len(self._endings) < 100_000:
                self._endings[ending] = found
        return found

    def _shown(self, names: arrow.Array, rows: arrow.Array) -> list[int]:
        """The rows one of whose candidates is none of the exceptions; nearly always it is the first."""
        found: list[int] = []
        last = -1
        known: dict[str, bool] = {}
        for row, name in zip(rows.to_pylist(), names.to_pylist(), strict=True):
            if row == last:
                continue
            shown = known.get(name)
            if shown is None:
                shown = known[name] = self._shows_weights(name)
            if shown:
                found.append(row)
                last = row
        return found

    def _shows_weights(self, name: str) -> bool:
        return any(shows.search(name) and not (unless and unless.search(name)) for shows, unless in self._shows)


def _longest(patterns: list[str]) -> int:
    """The longest ending that a pattern names, with its dot and a line break, which ``$`` admits behind it."""
    words = [word for text in patterns for word in re.findall(r"\w+", text)]
    return 2 + max(map(len, words))
