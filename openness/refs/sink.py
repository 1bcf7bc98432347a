"""Where the readers put what they find: a value, where it stands and what its place means become a reference.

A reader works on the text of one language. Where that text is embedded in another file (a cell of a notebook, a fenced
block, a command in YAML), the sink maps its offsets to those of the file, so that every place is one of the file itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence

from openness.refs.names import named, with_file
from openness.refs.records import Confidence, Reference
from openness.refs.source_text import SourceText

#: More references of one file are not listed.
MAX_REFERENCES = 20_000
_WRITTEN = re.compile(r"[^\"'`\s\\]{1,200}")
#: (offset in the embedded text, offset in the file): from there on both run alike up to the next pair.
Pieces = Sequence[tuple[int, int]]


class Sink:
    """Collects the references of one file, each place and model once."""

    def __init__(self, file: str, form: str, source: SourceText, ceiling: Confidence = "high") -> None:
        self.file, self.form, self.source, self.ceiling = file, form, source, ceiling
        self.found: dict[tuple[int, str, str], Reference] = {}
        self.skipped: list[str] = []
        self.places: set[int] = set()
        self.models: set[tuple[str, str]] = set()
        self._map: Callable[[int], int] | None = None

    def embedded(self, pieces: Pieces, ceiling: Confidence | None = None) -> Sink:
        """A sink for text embedded here; ``pieces`` are sorted and begin with offset 0."""
        inner, outer = [p[0] for p in pieces], [p[1] for p in pieces]
        above = self._map

        def to_file(offset: int) -> int:
            index = max(bisect_right(inner, offset) - 1, 0)
            here = outer[index] + offset - inner[index]
            return above(here) if above else here

        child = Sink(self.file, self.form, self.source, ceiling or self.ceiling)
        child.found, child.skipped, child.places, child._map = self.found, self.skipped, self.places, to_file
        child.models = self.models
        return child

    def stands_at(self, offset: int) -> bool:
        """Whether something is known of the name at ``offset`` of the reader's text."""
        at = self._map(offset) if self._map else offset
        return at in self.places

    def skip(self, reason: str) -> None:
        """Say that a part of the file was not read."""
        if reason not in self.skipped:
            self.skipped.append(reason)

    def add(
        self,
        value: str,
        offset: int,
        means: str,
        confidence: Confidence = "high",
        *,
        revision: str | None = None,
        weight_file: str | None = None,
        default_owner: str | None = None,
    ) -> bool:
        """Record what ``value`` names, which stands at ``offset`` of the reader's text; whether it names anything."""
        name = named(value, means, default_owner)
        if name is None or len(self.found) >= MAX_REFERENCES:
            return False
        if revision or weight_file:
            name = with_file(name, weight_file, revision)
        written = value[name.start : name.start + name.length]
        at = self._map(offset + name.start) if self._map else offset + name.start
        if not self.source.text.startswith(written, at):
            if name.start and (name.kind, name.model) in self.models:
                return True  # an address that is put together from a name which has been read
            at = self._map(offset) if self._map else offset
            match = _WRITTEN.match(self.source.text, at)
            written = match[0] if match else ""
        key = (at, name.kind, name.model)
        known = self.found.get(key)
        if known is not None and (known.weight_file or known.revision or not (name.weight_file or name.revision)):
            return True
        self.places.add(at)
        self.models.add((name.kind, name.model))
        line, column = self.source.place(at)
        order = ("low", "medium", "high")
        sure = "low" if name.low else min(confidence, self.ceiling, key=order.index)
        self.found[key] = Reference(
            name.kind, name.model, name.revision, name.quant, self.form, self.file, line, column, sure, name.purl, written,
            name.weight_file,
        )  # fmt: skip
        return True

    def references(self) -> list[Reference]:
        """All of them, in the order of the file."""
        return sorted(self.found.values(), key=lambda found: (found.line, found.column, found.model))
